//! Windows that every model must be able to run, beside the self-test, which a folder may lack.
//!
//! Known bases, as many N as the card allows, the shortest and the longest rows, and rows of as many tokens as possible: each alone, in a call
//! with others, and twice in one call. If the scores of a row changed with its neighbours, an output would depend on how windows are grouped.

use std::collections::BTreeSet;

use super::difference::{exceeds, relative};
use crate::{
    batch::Rows,
    error::{Error, Result},
    genome::sequence::known_count,
    model::{
        answer::Answerer,
        card::{Card, Unknown},
    },
    tokenize::Encoder,
};

/// A model in one session of an engine, which runs windows.
pub(super) struct WindowRunner {
    session: Box<dyn Answerer>,
    encoder: Encoder,
    pool: rayon::ThreadPool,
    /// Rows that a call must have, where the network fixes them.
    fixed: Option<usize>,
}

impl WindowRunner {
    /// `fixed`: rows that a call must have, where the network fixes them.
    pub(super) fn new(session: Box<dyn Answerer>, encoder: Encoder, fixed: Option<usize>) -> Result<Self> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        let pool = pool.map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Self { session, encoder, pool, fixed })
    }

    /// Scores of rows without padding, row after row.
    pub(super) fn run(&mut self, bases: &[&[u8]]) -> Result<Vec<f32>> {
        let mut rows = Rows::default();
        bases.iter().for_each(|bases| rows.push(bases));
        Ok(self.session.answer(&rows, Some(&self.encoder.encode(&rows, &self.pool)?))?.scores)
    }

    /// Scores of sequences no longer than a window, padded with N where rows have one length.
    pub(super) fn score(&mut self, card: &Card, sequences: &[&[u8]]) -> Result<Vec<f32>> {
        let rows: Vec<Vec<u8>> = sequences.iter().map(|sequence| filled(card, sequence)).collect();
        self.run(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }
}

fn filled(card: &Card, bases: &[u8]) -> Vec<u8> {
    let mut row = Vec::new();
    card.window.padding.fill(bases, if card.window.fixed { card.window.span as usize } else { 0 }, &mut row);
    row
}

/// The result of running the windows.
pub(super) struct WindowReport {
    /// How many windows there were.
    pub(super) count: usize,
    /// Largest difference of a row alone and among others, as a share of the score where that is more than 1.
    pub(super) worst: f32,
    /// Lines for the user.
    pub(super) notes: Vec<String>,
    /// Scores of all windows, for a comparison of engines.
    pub(super) scores: Vec<f32>,
}

/// A window and its name in messages.
struct Window {
    name: String,
    bases: Vec<u8>,
}

/// Random bases, the same ones for the same seed.
fn known(len: usize, seed: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..len).map(|_| b"ACGT"[random.usize(..4)]).collect()
}

/// Windows that the network would read. The first one has known bases only.
fn windows(card: &Card, encoder: &Encoder) -> Result<Vec<Window>> {
    let (span, least) = (card.window.span as usize, card.min_span().max(1) as usize);
    let mut windows = vec![Window { name: "known bases".into(), bases: known(span, 1) }];
    let mut add = |name: String, bases: Vec<u8>| windows.push(Window { name, bases });
    if card.input.unknown != Unknown::Skip {
        let most = (card.window.max_unknown * span as f64).floor() as usize;
        for unknown in BTreeSet::from([most.min(span / 2), most.min(span)]) {
            let mut bases = known(span, 2);
            bases[span - unknown..].fill(b'N');
            add(format!("{} known bases and {unknown} N", span - unknown), bases);
        }
    }
    if let Some(multiple) = card.window.multiple {
        let shortest = (card.window.span - card.window.core + multiple) as usize;
        add(format!("{shortest} bases (the shortest rows)"), known(shortest, 3));
    } else if least < span {
        let bases = filled(card, &known(least, 3));
        add(format!("{least} bases (the shortest that the card allows)"), bases);
    }
    if card.input.encoding.is_tokens() {
        let (tokens, bases) = densest(card, encoder)?;
        add(format!("{tokens} tokens"), bases);
    }
    // A window that the network never reads tests nothing.
    let mut admitted = Vec::new();
    for window in windows {
        let unknown = window.bases.len() - known_count(&window.bases);
        let allowed = unknown as f64 <= (card.window.max_unknown * window.bases.len() as f64).floor();
        if allowed && encoder.admit(&window.bases).is_ok() {
            admitted.push(window);
        }
    }
    match admitted.first() {
        Some(_) => Ok(admitted),
        None => Err(Error::model(&card.name, "all windows have more tokens than max_tokens")
            .with_hint("a larger `input: max_tokens`, or a smaller `window: span`")),
    }
}

/// The number of tokens and the bases of the window with the most tokens that is found.
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
    // As many of its first bases as possible without a skip, then the letter that needs the fewest tokens.
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

/// Runs all windows, alone and together.
pub(super) fn check(card: &Card, runner: &mut WindowRunner) -> Result<WindowReport> {
    let rows = card.run.call_rows(runner.fixed, None);
    match attempt(card, runner, rows) {
        Err(error) if rows > 1 && runner.fixed.is_none() && !has_own_hint(&error) => {
            // The hint is given only if it works.
            runner.encoder.set_rows(1);
            let helps = attempt(card, runner, 1).is_ok();
            runner.encoder.set_rows(rows);
            Err(if helps { error.with_hint("add `run: {rows: 1}` to the card: one row per call works") } else { error })
        }
        result => result,
    }
}

/// Whether the error has a hint of its own.
fn has_own_hint(error: &Error) -> bool {
    error.hint().is_some_and(|hint| !hint.starts_with("genogloss models check"))
}

fn attempt(card: &Card, runner: &mut WindowRunner, rows: usize) -> Result<WindowReport> {
    let windows = windows(card, &runner.encoder)?;
    // Alone first: the message names the window that does not run.
    let mut alone = Vec::new();
    for window in &windows {
        alone.push(runner.run(&[&window.bases]).map_err(|error| explained(card, runner, window, error))?);
    }
    let (count, worst) = compare_in_company(card, runner, rows, &windows, &alone)?;
    let mut notes = Vec::new();
    if let Some(rows) = runner.fixed {
        notes.push(format!("{rows} rows in every call, by the network's first axis"));
    }
    notes.extend(missing_scores(card, &windows, &alone)?);
    Ok(WindowReport { count, worst, notes, scores: alone.concat() })
}

/// Runs all windows in one call, and the first one twice in a call: how many windows there were, and the largest difference to their scores
/// when they run alone.
fn compare_in_company(
    card: &Card,
    runner: &mut WindowRunner,
    rows: usize,
    windows: &[Window],
    alone: &[Vec<f32>],
) -> Result<(usize, f32)> {
    let others = others(card, runner, rows, windows.len());
    let mut together: Vec<&[u8]> = windows.iter().map(|window| window.bases.as_slice()).collect();
    together.extend(others.iter().map(Vec::as_slice));
    together.push(&windows[0].bases);
    let scores =
        runner.run(&together).map_err(|error| reworded(card, "windows that run alone do not run together", &error))?;
    let twice = runner.run(&[windows[0].bases.as_slice(); 2])?;
    let (mut worst, mut name) = (0.0f32, "");
    let mut compare = |window, difference: f32| {
        if difference > worst || difference.is_nan() {
            (worst, name) = (difference, window);
        }
    };
    let mut rest = scores.as_slice();
    for (window, alone) in windows.iter().zip(alone) {
        let (own, after) = rest.split_at(alone.len().min(rest.len()));
        compare(window.name.as_str(), relative(alone, own));
        rest = after;
    }
    let first = &alone[0];
    compare(windows[0].name.as_str(), relative(first, &scores[scores.len().saturating_sub(first.len())..]));
    twice.chunks(first.len().max(1)).for_each(|twice| compare(windows[0].name.as_str(), relative(first, twice)));
    let tolerance = card.run.tolerance;
    if exceeds(worst, tolerance) {
        let problem = format!(
            "rows depend on each other: a window of {name}, alone and among others, differs by {worst:.1e}; the card's tolerance is {tolerance:.1e}"
        );
        return Err(Error::model(&card.name, problem));
    }
    Ok((together.len(), worst))
}

/// Windows of known bases that fill a call up, where the first of `windows` is also the last of the call.
fn others(card: &Card, runner: &WindowRunner, rows: usize, windows: usize) -> Vec<Vec<u8>> {
    let call = (rows / runner.encoder.rows_per_window()).max(1);
    let count = call.saturating_sub(windows + 1).min(64);
    let others = (0..count).map(|index| known(card.window.span as usize, 100 + index as u64));
    others.filter(|bases| runner.encoder.admit(bases).is_ok()).collect()
}

/// A note for each window with scores that are infinite or not a number; an error if all scores of known bases are.
fn missing_scores(card: &Card, windows: &[Window], scores: &[Vec<f32>]) -> Result<Vec<String>> {
    let mut notes = Vec::new();
    for (index, (window, scores)) in windows.iter().zip(scores).enumerate() {
        let missing = scores.iter().filter(|score| !score.is_finite()).count();
        if missing == scores.len() && index == 0 {
            let problem = "the scores of known bases are all infinite or not a number: nothing would be scored";
            return Err(Error::model(&card.name, problem)
                .with_hint("is `activation` right, and was the network exported in f32?"));
        }
        // N has no likelihood.
        if missing > 0 && !card.kind.is_language() {
            let (all, name) = (scores.len(), &window.name);
            notes.push(format!("{missing} of {all} scores of a window of {name} are infinite or not a number"));
        }
    }
    Ok(notes)
}

/// The error of a window that does not run: which one, and, if it is too long, how long it may be.
fn explained(card: &Card, runner: &mut WindowRunner, window: &Window, error: Error) -> Error {
    let error = reworded(card, &format!("a window of {} does not run", window.name), &error);
    if !card.input.encoding.is_tokens() {
        return error;
    }
    // The longest part from its start that runs. The length in bases may be fixed: only the tokens count here.
    let (mut low, mut high) = (0, window.bases.len());
    while low + 1 < high {
        let middle = (low + high) / 2;
        if runner.run(&[&window.bases[..middle]]).is_ok() { low = middle } else { high = middle }
    }
    match runner.encoder.most_tokens_of(&window.bases[..low]) {
        Ok(tokens) if low > 0 => error.with_hint(format!(
            "a window of {tokens} tokens runs: add `max_tokens: {tokens}` (or the network's own limit) to `input` in the card; longer ones are then skipped, or cut (`too_many_tokens: truncate`)"
        )),
        _ => error,
    }
}

/// An error of this model that names what failed. Its hint is kept if it is its own.
fn reworded(card: &Card, what: &str, error: &Error) -> Error {
    let why = match error {
        Error::Model { message, .. } => message.clone(),
        other => other.to_string(),
    };
    let reworded = Error::model(&card.name, format!("{what}: {why}"));
    match error.hint() {
        Some(hint) if has_own_hint(error) => reworded.with_hint(hint),
        _ => reworded,
    }
}
