//! Networks that score windows: a card, its networks in an engine, and the heads.

use std::ops::Range;

use super::{
    answer::{Answerer, Answers, Form},
    card::{Card, Kind},
    device::Device,
    embed::EmbedNetwork,
    encoded_rows::{EncodedRows, join_strands, located},
    engine::{EngineReport, Placement, WindowModel},
    engines::{Chosen, EngineChoice},
    folder::Folder,
    inputs::{self, CallInput},
    language::{Asked, LanguageNetwork},
    ports::WindowPorts,
};
use crate::{
    batch::{Call, Encoded, Input, Rows},
    error::{Error, Result},
    head::Heads,
    skip::Skip,
};

/// The layout of this card's answers.
pub(crate) fn form(card: &Card) -> Form {
    let heads = Heads::new(card);
    // What has no likelihood is unknown, as N is.
    let unanswered = if card.kind.is_language() { Skip::UnknownBases } else { Skip::NotANumber };
    Form { shape: heads.shape(), columns: card.columns(), bin: card.bin(), text: None, unanswered }
}

/// Networks that are loaded.
pub(crate) struct Ready {
    /// One for each thread, or one for all of them.
    pub answerers: Vec<Box<dyn Answerer>>,
    /// The engine that runs them.
    pub report: EngineReport,
    /// Rows that every call must have, where the network fixes them.
    pub rows: Option<usize>,
}

/// Loads the networks of a card for `threads` threads: in as many sessions, or, if they are large, in one.
pub(crate) fn load(
    folder: &Folder,
    card: &Card,
    engine: EngineChoice,
    device: Device,
    threads: usize,
) -> Result<Ready> {
    load_to_answer(folder, card, engine, device, (threads, Asked::Windows))
}

/// The same, with what a language model is asked.
pub(crate) fn load_to_answer(
    folder: &Folder,
    card: &Card,
    engine: EngineChoice,
    device: Device,
    (threads, asked): (usize, Asked),
) -> Result<Ready> {
    if card.kind == Kind::Generate {
        return Err(Error::model(&card.name, "it answers prompts, not windows").with_hint("genogloss ask"));
    }
    engine.first_that_loads(&card.name, device, |chosen| {
        let only_if_faster = chosen.only_if_faster;
        let to = Placement { device, sessions: threads, threads: 1, only_if_faster };
        load_with(chosen, folder, card, (to, asked))
    })
}

fn load_with(chosen: Chosen, folder: &Folder, card: &Card, (to, asked): (Placement, Asked)) -> Result<Ready> {
    let ports = WindowPorts::of(card);
    let to = shared(to, &chosen, folder, card);
    let mut members: Vec<Vec<Box<dyn WindowModel>>> = (0..to.sessions).map(|_| Vec::new()).collect();
    let mut rows = None;
    // One member after the other, so that the bytes of one file are in memory at a time.
    for name in &card.files.model.0 {
        // Networks that a selective engine is faster for are small; large ones are not read to find that out.
        if to.only_if_faster && folder.large_bytes(card, name).is_some() {
            return Err(Error::model(&card.name, "it is large"));
        }
        let file = folder.network(card, name, chosen.engine.reads_files())?;
        let place = file.place.clone();
        let models = chosen.engine.load_windows(file, &ports, to)?;
        let own = models.first().and_then(|model| model.rows());
        check_rows(card, &place, rows, own)?;
        rows = rows.or(own);
        members.iter_mut().zip(models).for_each(|(members, model)| members.push(model));
    }
    let answerer = |members| -> Box<dyn Answerer> {
        match &card.embed {
            Some(rule) => Box::new(EmbedNetwork::new(card, rule, members)),
            None if card.kind.is_language() => Box::new(LanguageNetwork::new(card, members, asked)),
            None => Box::new(Network::new(card, members)),
        }
    };
    Ok(Ready { answerers: members.into_iter().map(answerer).collect(), report: chosen.report, rows })
}

/// Bytes of a network and its weights from which on all threads share one session, and its weights are in memory once. Of a network of
/// 312 MB, two sessions with a thread each take 1,030 MB, and one with two threads 720 MB (benches/large_network.py).
const SHARED: u64 = 64 << 20;

/// One session with all threads, for a card with a network that is large. An engine that does not read files shares weights by itself.
fn shared(to: Placement, chosen: &Chosen, folder: &Folder, card: &Card) -> Placement {
    let is_large = |name: &String| folder.large_bytes(card, name).is_some_and(|bytes| bytes >= SHARED);
    if chosen.engine.reads_files() && card.files.model.0.iter().any(is_large) {
        Placement { sessions: 1, threads: to.sessions * to.threads, ..to }
    } else {
        to
    }
}

/// A member's number of rows in a call must be that of the members before it (`rows`) or of the card.
fn check_rows(card: &Card, place: &str, rows: Option<usize>, own: Option<usize>) -> Result<()> {
    let (Some(wanted), Some(own)) = (rows.or(card.run.rows), own) else { return Ok(()) };
    if wanted == own {
        return Ok(());
    }
    let problem = format!("rows per call: {own} in the network (the first axis of its input), {wanted} in the card");
    let hint = match card.run.rows {
        Some(_) => "remove run: rows from the card: the value of the network is used",
        None => {
            "all networks of an ensemble must read the same number of rows; best export them with a dynamic first axis"
        }
    };
    Err(Error::model(place, problem).with_hint(hint))
}

/// Networks that answer batches of windows.
struct Network {
    /// Their scores are averaged.
    members: Vec<Box<dyn WindowModel>>,
    heads: Heads,
    card: Card,
}

impl Network {
    fn new(card: &Card, members: Vec<Box<dyn WindowModel>>) -> Self {
        Self { members, heads: Heads::new(card), card: card.clone() }
    }

    /// Runs one call on every member and adds the scores of its rows to `totals`.
    fn score_call(&mut self, encoded: &Encoded, call: &Call, rows: &EncodedRows, totals: &mut Totals) -> Result<()> {
        let inputs = inputs::of_call(&self.card, encoded, call);
        let inputs: Vec<Input<'_>> = inputs.iter().map(CallInput::as_input).collect();
        let mut scores = Vec::new();
        for member in &mut self.members {
            let located = |error| located(&self.card, error, call, rows.strands());
            let outputs = member.run(&inputs).map_err(located)?;
            check_outputs(&self.card, &outputs, encoded.call_rows).map_err(located)?;
            for (place, &row) in call.rows.iter().enumerate() {
                let of_row = |values: &'_ Vec<f32>| {
                    let width = values.len() / encoded.call_rows;
                    place * width..(place + 1) * width
                };
                let logits: Vec<&[f32]> = outputs.iter().map(|values| &values[of_row(values)]).collect();
                let bins = rows.bins(row);
                self.heads.check(&logits, bins).map_err(|problem| Error::model(&self.card.name, problem))?;
                scores.clear();
                self.heads.answer_bins(&logits, bins, &mut scores);
                totals.add(rows.range(row), &scores);
            }
        }
        Ok(())
    }
}

impl Answerer for Network {
    fn answer(&mut self, rows: &Rows, encoded: Option<&Encoded>) -> Result<Answers> {
        let encoded =
            encoded.ok_or_else(|| Error::Internal("a batch reached a network without being encoded".into()))?;
        let rows = EncodedRows::of(&self.card, rows, self.heads.shape().columns);
        let mut totals = Totals::new(self.members.len(), rows.scores());
        for call in &encoded.calls {
            self.score_call(encoded, call, &rows, &mut totals)?;
        }
        Ok(join_strands(&self.heads, totals.mean(), &rows))
    }
}

/// Each output must have as many values for every row.
fn check_outputs(card: &Card, outputs: &[Vec<f32>], call_rows: usize) -> Result<()> {
    match outputs.iter().find(|values| values.is_empty() || values.len() % call_rows != 0) {
        Some(values) => {
            let problem = format!("an output has {} values for {call_rows} rows", values.len());
            Err(Error::model(&card.name, problem))
        }
        None => Ok(()),
    }
}

/// Sums of the members' scores: in 64 bits, so that the mean of an ensemble is exact to 32.
enum Totals {
    One(Vec<f32>),
    Ensemble { members: usize, sums: Vec<f64> },
}

impl Totals {
    fn new(members: usize, scores: usize) -> Self {
        match members {
            0 | 1 => Self::One(vec![0.0; scores]),
            members => Self::Ensemble { members, sums: vec![0.0; scores] },
        }
    }

    fn add(&mut self, range: Range<usize>, scores: &[f32]) {
        match self {
            Self::One(all) => all[range].copy_from_slice(scores),
            Self::Ensemble { sums, .. } => {
                sums[range].iter_mut().zip(scores).for_each(|(sum, &score)| *sum += f64::from(score));
            }
        }
    }

    fn mean(self) -> Vec<f32> {
        match self {
            Self::One(scores) => scores,
            Self::Ensemble { members, sums } => sums.iter().map(|sum| (sum / members as f64) as f32).collect(),
        }
    }
}
