//! Networks that score changes of a sequence: the stretch is read once, and each change is computed from its states.
//!
//! The *states* (what the layers of the network computed for the stretch) stay in the engine; one member's at a time.

use super::{
    answer::{Answerer, Answers, ChangeAnswer},
    card::{Card, Case},
    device::Device,
    engine::{ChangeModel, Edit, EngineReport, OneHot, Placement},
    engines::{Chosen, EngineChoice},
    folder::Folder,
    ports::ChangePorts,
};
use crate::{
    batch::{Change, Changes, Encoded, Rows, Stretch},
    error::{Error, Result},
    genome::{
        Strand,
        sequence::{BASE_CODE, COMPLEMENT},
    },
    head::Heads,
};

/// Networks that are loaded.
pub(crate) struct ReadyChanges {
    /// One for each thread.
    pub answerers: Vec<Box<dyn Answerer>>,
    /// The engine that runs them.
    pub report: EngineReport,
    /// Stretches must begin and end at multiples of so many bases, but for the context.
    pub period: usize,
}

/// Loads the networks of a card that score changes in `sessions` sessions, each for one thread.
pub(crate) fn load(
    folder: &Folder,
    card: &Card,
    engine: EngineChoice,
    device: Device,
    sessions: usize,
) -> Result<ReadyChanges> {
    engine.first_that_loads(&card.name, device, |chosen| {
        let only_if_faster = chosen.only_if_faster;
        load_with(chosen, folder, card, Placement { device, sessions, threads: 1, only_if_faster })
    })
}

fn load_with(chosen: Chosen, folder: &Folder, card: &Card, to: Placement) -> Result<ReadyChanges> {
    let rule =
        card.variants.changes.as_ref().ok_or_else(|| Error::model(&card.name, "it has no networks for changes"))?;
    let ports = ChangePorts::of(card, rule);
    let mut members: Vec<Vec<Box<dyn ChangeModel>>> = (0..to.sessions).map(|_| Vec::new()).collect();
    // One member after the other, so that the bytes of two files are in memory at a time.
    for (stretch, change) in rule.stretch.0.iter().zip(&rule.change.0) {
        let files = [folder.network(card, stretch, false)?, folder.network(card, change, false)?];
        let models = chosen.engine.load_changes(files, &ports, to)?;
        members.iter_mut().zip(models).for_each(|(members, model)| members.push(model));
    }
    let answerer = |members| {
        Box::new(ChangeNetwork {
            members,
            heads: Heads::new(card),
            context: rule.context as usize,
            name: card.name.clone(),
            lower_is_unknown: card.input.case == Case::Mask,
        }) as Box<dyn Answerer>
    };
    let period = members.iter().flatten().map(|model| model.period()).max().unwrap_or(1);
    Ok(ReadyChanges { answerers: members.into_iter().map(answerer).collect(), report: chosen.report, period })
}

/// Networks that answer changes.
struct ChangeNetwork {
    /// Their scores are averaged.
    members: Vec<Box<dyn ChangeModel>>,
    heads: Heads,
    /// Bases of a stretch that are not scored, half of them at each end.
    context: usize,
    name: String,
    lower_is_unknown: bool,
}

/// Sums of the members' scores of a stretch and of each of its changes, along the strand that is read.
struct Sums {
    reference: Vec<f64>,
    alternates: Vec<Vec<f64>>,
}

impl ChangeNetwork {
    /// Scores a stretch and its changes with every member.
    fn score(&mut self, stretch: &Stretch, changes: &[&Change]) -> Result<Sums> {
        let (bases, strand) = (&stretch.bases, stretch.strand);
        let mut sums = Sums { reference: Vec::new(), alternates: vec![Vec::new(); changes.len()] };
        let mut input = Vec::new();
        self.encode(bases, strand, &mut input);
        let mut inserted = vec![Vec::new(); changes.len()];
        changes.iter().zip(&mut inserted).for_each(|(change, input)| self.encode(&change.inserted, strand, input));
        let edit = |(change, values): (&&Change, _)| {
            let (left, right) = self.seen(change);
            let (at, left, right) = match strand {
                Strand::Reverse => (bases.len() - change.at - change.removed, right, left),
                _ => (change.at, left, right),
            };
            let inserted = OneHot { bases: change.inserted.len(), values };
            Edit { at, removed: change.removed, inserted, left, right }
        };
        let edits: Vec<Edit<'_>> = changes.iter().zip(inserted.iter().map(Vec::as_slice)).map(edit).collect();
        let mut scores = Vec::new();
        for member in 0..self.members.len() {
            let stretch = OneHot { bases: bases.len(), values: &input };
            let (reference, alternates) = self.members[member].score(stretch, &edits)?;
            let scored = self.add(&reference, &mut scores, &mut sums.reference)?;
            if scored + self.context != bases.len() {
                let (len, context) = (bases.len(), self.context);
                let problem = format!("it answers for {scored} of {len} bases; its context is {context}");
                return Err(Error::model(&self.name, problem));
            }
            for ((outputs, edit), sum) in alternates.iter().zip(&edits).zip(&mut sums.alternates) {
                let scored = self.add(outputs, &mut scores, sum)?;
                let wanted = edit.left + edit.inserted.bases + edit.right;
                if scored != wanted {
                    let problem = format!("it answers for {scored} bases around a change, not {wanted}");
                    return Err(Error::model(&self.name, problem));
                }
            }
        }
        Ok(sums)
    }

    /// Bases before and after a change that its network scores: farther away, no score depends on it.
    fn seen(&self, change: &Change) -> (usize, usize) {
        let half = self.context / 2;
        (change.left.min(half), change.right.min(half))
    }

    /// Scores around a change. `reference` and `alternate` are the networks' scores of the stretch and of the change.
    fn around(&self, change: &Change, reference: &[f32], alternate: &[f32]) -> ChangeAnswer {
        let (columns, half) = (self.heads.shape().columns, self.context / 2);
        let from = (change.at - change.left - half) * columns;
        let to = (change.at + change.removed + change.right - half) * columns;
        let before = from..from + change.left.saturating_sub(half) * columns;
        let after = to - change.right.saturating_sub(half) * columns..to;
        ChangeAnswer {
            reference: reference[from..to].to_vec(),
            alternate: [&reference[before], alternate, &reference[after]].concat(),
        }
    }

    /// One-hot, (4, bases), of the strand that is read.
    fn encode(&self, bases: &[u8], strand: Strand, out: &mut Vec<f32>) {
        let len = bases.len();
        out.clear();
        out.resize(4 * len, 0.0);
        for (at, &base) in bases.iter().enumerate() {
            let (at, base) = match strand {
                Strand::Reverse => (len - 1 - at, COMPLEMENT[base as usize]),
                _ => (at, base),
            };
            let code = BASE_CODE[base as usize] as usize;
            if code < 4 && !(self.lower_is_unknown && base.is_ascii_lowercase()) {
                out[code * len + at] = 1.0;
            }
        }
    }

    /// Adds one member's scores to `sum`; returns how many bases are scored.
    fn add(&self, outputs: &[Vec<f32>], scores: &mut Vec<f32>, sum: &mut Vec<f64>) -> Result<usize> {
        let labels = self.heads.labels();
        let bases = outputs.first().map_or(0, |head| head.len() / labels[0].max(1));
        for (head, labels) in outputs.iter().zip(&labels) {
            if head.len() != labels * bases {
                return Err(Error::model(&self.name, "its heads answer for different numbers of bases"));
            }
        }
        let logits: Vec<&[f32]> = outputs.iter().map(Vec::as_slice).collect();
        scores.clear();
        self.heads.answer_bins(&logits, bases, scores);
        if sum.is_empty() {
            sum.extend(scores.iter().map(|&score| f64::from(score)));
        } else if sum.len() == scores.len() {
            sum.iter_mut().zip(scores).for_each(|(sum, score)| *sum += f64::from(*score));
        } else {
            return Err(Error::model(&self.name, "its members answer for different numbers of bases"));
        }
        Ok(bases)
    }

    /// Mean of the members, along the forward strand.
    fn mean(&self, sum: &[f64], strand: Strand) -> Vec<f32> {
        let members = self.members.len() as f64;
        let mean = |sum: &f64| (sum / members) as f32;
        match strand {
            Strand::Reverse => {
                sum.chunks_exact(self.heads.shape().columns).rev().flat_map(|base| base.iter().map(mean)).collect()
            }
            _ => sum.iter().map(mean).collect(),
        }
    }
}

impl Answerer for ChangeNetwork {
    fn answer(&mut self, _: &Rows, _: Option<&Encoded>) -> Result<Answers> {
        Err(Error::Internal("windows reached a model that reads changes".into()))
    }

    fn answer_changes(&mut self, batch: &Changes) -> Result<Answers> {
        let mut answers = vec![ChangeAnswer::default(); batch.changes.len()];
        for (index, stretch) in batch.stretches.iter().enumerate() {
            let own: Vec<usize> = (0..batch.changes.len()).filter(|&c| batch.changes[c].stretch == index).collect();
            let changes: Vec<&Change> = own.iter().map(|&index| &batch.changes[index]).collect();
            let sums = self.score(stretch, &changes)?;
            let reference = self.mean(&sums.reference, stretch.strand);
            for ((&index, change), sum) in own.iter().zip(changes).zip(&sums.alternates) {
                answers[index] = self.around(change, &reference, &self.mean(sum, stretch.strand));
            }
        }
        Ok(Answers { changes: answers, ..Answers::default() })
    }
}
