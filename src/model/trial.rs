//! Windows that a model must be able to run: what `genogloss models check` tries beside the self-test, which a folder may lack.
//!
//! Known bases, as many N as the card allows, the shortest and the longest rows, and rows of as many tokens as there can be: each alone, in a
//! call with others, and twice in one call. A row whose scores change with its neighbours would make answers depend on what else was asked.

use crate::{
    batch::Rows,
    error::{Error, Result},
    model::{
        Answerer,
        card::{Card, Encoding, Unknown},
    },
    tokenize::Encoder,
};

/// A model's windows in an engine.
pub struct Windows {
    session: Box<dyn Answerer>,
    encoder: Encoder,
    pool: rayon::ThreadPool,
    /// Rows that a call must have, where the network says a number.
    fixed: Option<usize>,
}

impl Windows {
    /// In a session of an engine.
    pub fn new(session: Box<dyn Answerer>, encoder: Encoder, fixed: Option<usize>) -> Result<Self> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        let pool = pool.map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Self { session, encoder, pool, fixed })
    }

    /// Scores of rows as they are: row after row.
    pub fn run(&mut self, bases: &[&[u8]]) -> Result<Vec<f32>> {
        let mut rows = Rows::default();
        bases.iter().for_each(|bases| rows.push(bases));
        Ok(self.session.answer(&rows, Some(&self.encoder.encode(&rows, &self.pool)?))?.scores)
    }

    /// Scores of sequences no longer than a window, with N after them where rows have one length.
    pub fn answer(&mut self, card: &Card, sequences: &[&[u8]]) -> Result<Vec<f32>> {
        let rows: Vec<Vec<u8>> = sequences.iter().map(|sequence| filled(card, sequence.to_vec())).collect();
        self.run(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }
}

fn filled(card: &Card, mut row: Vec<u8>) -> Vec<u8> {
    if card.window.fixed {
        row.resize(card.window.span as usize, b'N');
    }
    row
}

/// What became of the windows.
#[derive(Debug, Default)]
pub struct Tried {
    /// How many there were.
    pub windows: usize,
    /// Largest difference of a row alone and among others, as a share of the score where that is more than 1.
    pub worst: f32,
    /// What should be known.
    pub notes: Vec<String>,
    /// Scores of all windows, for a comparison of engines.
    pub scores: Vec<f32>,
}

/// A window and what it is called.
struct Window {
    name: String,
    bases: Vec<u8>,
}

/// Bases that look like none in particular, always the same ones.
fn known(len: usize, seed: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..len).map(|_| b"ACGT"[random.usize(..4)]).collect()
}

/// Windows that the program would give to the network. The first one is of known bases.
fn windows(card: &Card, encoder: &Encoder) -> Result<Vec<Window>> {
    let (span, least) = (card.window.span as usize, card.min_span().max(1) as usize);
    let mut windows = vec![Window { name: "known bases".into(), bases: known(span, 1) }];
    let mut add = |name: String, bases: Vec<u8>| windows.push(Window { name, bases });
    if card.input.unknown != Unknown::Skip {
        let most = (card.window.max_unknown * span as f64).floor() as usize;
        for unknown in std::collections::BTreeSet::from([most.min(span / 2), most.min(span)]) {
            let mut bases = known(span, 2);
            bases[span - unknown..].fill(b'N');
            add(format!("{} known bases and {unknown} N", span - unknown), bases);
        }
    }
    if let Some(multiple) = card.window.multiple {
        let shortest = (card.window.span - card.window.core + multiple) as usize;
        add(format!("{shortest} bases (the shortest rows)"), known(shortest, 3));
    } else if least < span {
        let bases = filled(card, known(least, 3));
        add(format!("{least} bases (the shortest that the card allows)"), bases);
    }
    if matches!(card.input.encoding, Encoding::Bpe | Encoding::Hybrid | Encoding::Kmer) {
        let (tokens, bases) = densest(card, encoder)?;
        add(format!("{tokens} tokens"), bases);
    }
    // One that is never given to the network proves nothing.
    let mut admitted = Vec::new();
    for window in windows {
        let unknown = window.bases.len() - crate::genome::sequence::known_count(&window.bases);
        let allowed = unknown as f64 <= (card.window.max_unknown * window.bases.len() as f64).floor();
        if allowed && encoder.admit(&window.bases).is_ok() {
            admitted.push(window);
        }
    }
    match admitted.first() {
        Some(_) => Ok(admitted),
        None => {
            Err(Error::model(&card.name, "no window is given to the network: all have more tokens than max_tokens")
                .with_hint("a larger `input: max_tokens`, or a smaller `window: span`"))
        }
    }
}

/// A window with as many tokens as one may have, as far as is known, and their count.
fn densest(card: &Card, encoder: &Encoder) -> Result<(usize, Vec<u8>)> {
    let span = card.window.span as usize;
    let units =
        ["A", "C", "G", "T", "AC", "AG", "AT", "CG", "CT", "GT", "CCG", "CGA", "TCG", "ACG", "GTA", "CGCGA", "TACGC"];
    let repeated = units.iter().map(|unit| unit.bytes().cycle().take(span).collect::<Vec<u8>>());
    let with_unknown = (card.input.unknown != Unknown::Skip).then(|| {
        let mut bases = known(span, 2);
        let most = ((card.window.max_unknown * span as f64).floor() as usize).min(span);
        bases[span - most..].fill(b'N');
        bases
    });
    let mut best = (0, Vec::new());
    for bases in (4..8).map(|seed| known(span, seed)).chain(repeated).chain(with_unknown) {
        let tokens = encoder.most_tokens_of(&bases)?;
        if tokens > best.0 {
            best = (tokens, bases);
        }
    }
    let Some(most) = card.input.most_tokens().filter(|&most| best.0 > most) else { return Ok(best) };
    // Its first bases, and then the letter that needs the fewest tokens, as long as it is not skipped.
    let plain = (0..4).map(|letter| vec![b"ACGT"[letter]; span]);
    let plain = plain.min_by_key(|bases| encoder.most_tokens_of(bases).unwrap_or(usize::MAX)).unwrap_or_default();
    let (mut low, mut high) = (0, span);
    while low < high {
        let middle = (low + high).div_ceil(2);
        let tokens = encoder.most_tokens_of(&[&best.1[..middle], &plain[middle..]].concat())?;
        if tokens <= most { low = middle } else { high = middle - 1 }
    }
    let bases = [&best.1[..low], &plain[low..]].concat();
    Ok((encoder.most_tokens_of(&bases)?, bases))
}

/// The largest difference of two rows' scores, as a share of a score that is more than 1. Both not-a-number is none.
pub fn difference(one: &[f32], other: &[f32]) -> f32 {
    let differ = |(one, other): (&f32, &f32)| match one == other || one.is_nan() && other.is_nan() {
        true => 0.0,
        false => (one - other).abs() / one.abs().max(other.abs()).max(1.0),
    };
    one.iter().zip(other).map(differ).fold(0.0, |most, one| if one > most || one.is_nan() { one } else { most })
}

/// Runs all windows, alone and together.
pub fn all(card: &Card, tried: &mut Windows) -> Result<Tried> {
    let rows = card.run.call_rows(tried.fixed, None);
    match attempt(card, tried, rows) {
        Err(error) if rows > 1 && tried.fixed.is_none() && !known_cause(&error) => {
            // What would help is tried, not guessed.
            tried.encoder.set_rows(1);
            let helps = attempt(card, tried, 1).is_ok();
            tried.encoder.set_rows(rows);
            Err(if helps { error.with_hint("add `run: {rows: 1}` to the card: one row a call works") } else { error })
        }
        result => result,
    }
}

/// The message says already what to do.
fn known_cause(error: &Error) -> bool {
    error.hint().is_some_and(|hint| !hint.starts_with("genogloss models check"))
}

fn attempt(card: &Card, tried: &mut Windows, rows: usize) -> Result<Tried> {
    let windows = windows(card, &tried.encoder)?;
    let a_call = (rows / tried.encoder.rows_per_window()).max(1);
    // The first window is the first and the last of the call. Others fill it up.
    let filling = a_call.saturating_sub(windows.len() + 1).min(64);
    let filling: Vec<Vec<u8>> =
        (0..filling).map(|index| known(card.window.span as usize, 100 + index as u64)).collect();
    let filling: Vec<&Vec<u8>> = filling.iter().filter(|bases| tried.encoder.admit(bases).is_ok()).collect();
    let mut together: Vec<&[u8]> = windows.iter().map(|window| window.bases.as_slice()).collect();
    together.extend(filling.iter().map(|bases| bases.as_slice()));
    together.push(&windows[0].bases);
    // Alone first: what fails is named.
    let mut alone = Vec::new();
    for window in &windows {
        alone.push(tried.run(&[&window.bases]).map_err(|error| failed(card, tried, window, error))?);
    }
    let scores =
        tried.run(&together).map_err(|error| said(card, "windows that run alone do not run together", &error))?;
    let twice = tried.run(&[windows[0].bases.as_slice(); 2])?;
    let mut worst = (0.0f32, "");
    let mut compare = |name, difference: f32| {
        if difference > worst.0 || difference.is_nan() {
            worst = (difference, name);
        }
    };
    let mut rest = scores.as_slice();
    for (window, alone) in windows.iter().zip(&alone) {
        let (own, after) = rest.split_at(alone.len().min(rest.len()));
        compare(&window.name, difference(alone, own));
        rest = after;
    }
    let first = &alone[0];
    compare(&windows[0].name, difference(first, &scores[scores.len().saturating_sub(first.len())..]));
    twice.chunks(first.len().max(1)).for_each(|twice| compare(&windows[0].name, difference(first, twice)));
    if worst.0.is_nan() || worst.0 > card.run.tolerance {
        return Err(Error::model(
            &card.name,
            format!(
                "rows depend on each other: a window of {}, alone and among others, differs by {:.1e}; the card's tolerance is {:.1e}",
                worst.1, worst.0, card.run.tolerance
            ),
        ));
    }
    let mut notes = Vec::new();
    if let Some(rows) = tried.fixed {
        notes.push(format!("{rows} rows in every call, as the network's first axis says"));
    }
    for (window, scores) in windows.iter().zip(&alone) {
        let missing = scores.iter().filter(|score| !score.is_finite()).count();
        if missing == scores.len() && window.name == windows[0].name {
            let problem = "the scores of known bases are all infinite or not a number: nothing would be scored";
            return Err(Error::model(&card.name, problem)
                .with_hint("is `activation` right, and was the network exported in f32?"));
        }
        if missing > 0 {
            notes.push(format!(
                "{missing} of {} scores of a window of {} are infinite or not a number",
                scores.len(),
                window.name
            ));
        }
    }
    let scores = alone.concat();
    Ok(Tried { windows: together.len(), worst: worst.0, notes, scores })
}

/// A window does not run: which one, and, if it is too long, how long it may be.
fn failed(card: &Card, tried: &mut Windows, window: &Window, error: Error) -> Error {
    let error = said(card, &format!("a window of {} does not run", window.name), &error);
    if !matches!(card.input.encoding, Encoding::Bpe | Encoding::Hybrid | Encoding::Kmer) {
        return error;
    }
    // The longest beginning of it that runs. Rows of a fixed length are as good here: only their tokens count.
    let (mut low, mut high) = (0, window.bases.len());
    while low + 1 < high {
        let middle = (low + high) / 2;
        if tried.run(&[&window.bases[..middle]]).is_ok() { low = middle } else { high = middle }
    }
    match tried.encoder.most_tokens_of(&window.bases[..low]) {
        Ok(tokens) if low > 0 => error.with_hint(format!(
            "a window of {tokens} tokens runs: add `max_tokens: {tokens}` (or the network's own limit) to `input` in the card; longer ones are then skipped, or cut (`too_many_tokens: truncate`)"
        )),
        _ => error,
    }
}

fn said(card: &Card, what: &str, error: &Error) -> Error {
    let why = match error {
        Error::Model { message, .. } => message.clone(),
        other => other.to_string(),
    };
    let said = Error::model(&card.name, format!("{what}: {why}"));
    match error.hint() {
        Some(hint) if known_cause(error) => said.with_hint(hint),
        _ => said,
    }
}
