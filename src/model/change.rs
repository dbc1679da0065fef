//! Answers for changes of a stretch: the stretch is run once, and for each change only what it makes different.
//!
//! What the layers said of a stretch (the *states*) stays in the engine; one member's are held at a time.

use super::{
    Answerer, Answers, ChangeAnswer,
    card::{Card, ChangeRule},
    folder::Folder,
    network::{Choice, EngineChoice, EngineReport, Port, Ports},
    ort::{Device, OrtChange},
    rten::RtenChange,
};
use crate::{
    batch::{Changes, Encoded, Rows, Stretch},
    error::{Error, Result},
    genome::{
        Strand,
        sequence::{BASE_CODE, COMPLEMENT},
    },
    head::Heads,
};

/// Two networks of a member in an engine: one reads a stretch, the other a change of it.
///
/// `stretch` is called first, and its states serve every `change` until `forget`, or the next `stretch`. Both return a vector for each
/// head of the card: label after label, base after base.
pub trait ChangeModel: Send {
    /// Reads a stretch: one-hot, (4, bases).
    fn stretch(&mut self, bases: usize, input: &[f32]) -> Result<Vec<Vec<f32>>>;

    /// Answers for a change of it. `inserted` is one-hot, (4, bases); `edit` is at, removed, left, right.
    fn change(&mut self, bases: usize, inserted: &[f32], edit: [i64; 4]) -> Result<Vec<Vec<f32>>>;

    /// Lets go of the states: of all members, one holds them at a time.
    fn forget(&mut self);
}

/// Inputs and outputs of the two networks of a member.
pub struct ChangePorts {
    /// Of the one that reads a stretch.
    pub stretch: Ports,
    /// Of the one that reads a change.
    pub change: Ports,
    /// How many heads there are: outputs after them are states.
    pub heads: usize,
}

impl ChangePorts {
    fn of(card: &Card, rule: &ChangeRule) -> Self {
        let port = |name: String, kind: &str, shape: &[Option<usize>]| Port {
            name,
            kind: kind.into(),
            shape: Some(shape.to_vec()),
        };
        let bases = [Some(1), Some(4), None];
        let heads: Vec<Port> = card
            .heads
            .iter()
            .map(|head| port(head.output.clone(), "f32", &[Some(1), Some(head.labels.len()), None]))
            .collect();
        // Of a state's shape nothing is known but its number type.
        let states: Vec<Port> = (0..rule.states)
            .map(|index| Port { name: format!("state.{index}"), kind: "f32".into(), shape: None })
            .collect();
        let mut inputs = states.clone();
        inputs.push(port("inserted".into(), "f32", &bases));
        inputs.push(port("edit".into(), "i64", &[Some(4)]));
        Self {
            stretch: Ports {
                inputs: vec![port(card.input.tensor.clone(), "f32", &bases)],
                outputs: heads.iter().cloned().chain(states).collect(),
            },
            change: Ports { inputs, outputs: heads.clone() },
            heads: heads.len(),
        }
    }
}

/// All members of a model that answers for changes.
pub struct ChangeNetwork {
    members: Vec<Box<dyn ChangeModel>>,
    heads: Heads,
    context: usize,
    name: String,
    lower_is_unknown: bool,
}

/// Loads `sessions` copies of the networks that answer for changes, each for a thread of its own.
pub fn load(
    folder: &Folder,
    card: &Card,
    engine: EngineChoice,
    device: Device,
    sessions: usize,
) -> Result<(Vec<Box<dyn Answerer>>, EngineReport)> {
    let rule = card
        .variants
        .changes
        .as_ref()
        .ok_or_else(|| Error::model(&card.name, "it has no networks that answer for changes"))?;
    let ports = ChangePorts::of(card, rule);
    let Choice { onnx_runtime, report } = Choice::make(&card.name, engine, device)?;
    // A member after the other, so that the bytes of two files at a time are held. rten's weights are shared by all threads.
    let mut members: Vec<Vec<Box<dyn ChangeModel>>> = (0..sessions).map(|_| Vec::new()).collect();
    for files in rule.stretch.0.iter().zip(&rule.change.0) {
        let files = <[&String; 2]>::from(files);
        let places = files.map(|file| folder.file_place(file));
        let bytes = [folder.verified(card, files[0])?, folder.verified(card, files[1])?];
        let copies: Vec<Box<dyn ChangeModel>> = if onnx_runtime {
            let load = |_| {
                Ok(Box::new(OrtChange::load(&places, [&bytes[0], &bytes[1]], device, &ports)?) as Box<dyn ChangeModel>)
            };
            (0..sessions).map(load).collect::<Result<_>>()?
        } else {
            let first = RtenChange::load(&places, bytes, &ports)?;
            (0..sessions).map(|_| Box::new(first.another()) as Box<dyn ChangeModel>).collect()
        };
        members.iter_mut().zip(copies).for_each(|(members, copy)| members.push(copy));
    }
    let answerer = |members| -> Box<dyn Answerer> {
        Box::new(ChangeNetwork {
            members,
            heads: Heads::new(card),
            context: rule.context as usize,
            name: card.name.clone(),
            lower_is_unknown: card.input.case == super::card::Case::Mask,
        })
    };
    Ok((members.into_iter().map(answerer).collect(), report))
}

impl ChangeNetwork {
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

    /// Adds one member's scores to `sum`; returns how many bases they are for.
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
    fn finish(&self, sum: &[f64], members: usize, strand: Strand) -> Vec<f32> {
        let mean = |sum: &f64| (sum / members as f64) as f32;
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

    fn answer_changes(&mut self, asked: &Changes) -> Result<Answers> {
        let mut answers = vec![ChangeAnswer::default(); asked.changes.len()];
        let (columns, half) = (self.heads.shape().columns, self.context / 2);
        let (mut input, mut scores) = (Vec::new(), Vec::new());
        // Members are run, the rest is read.
        let Self { members, .. } = self;
        let mut members = std::mem::take(members);
        let mut run = || -> Result<()> {
            for (index, Stretch { bases, strand }) in asked.stretches.iter().enumerate() {
                let len = bases.len();
                let own: Vec<usize> = (0..asked.changes.len()).filter(|&c| asked.changes[c].stretch == index).collect();
                let mut reference = Vec::new();
                let mut sums = vec![Vec::new(); own.len()];
                for member in &mut members {
                    self.encode(bases, *strand, &mut input);
                    let outputs = member.stretch(len, &input)?;
                    let answered = self.add(&outputs, &mut scores, &mut reference)?;
                    if answered + self.context != len {
                        let problem =
                            format!("it answers for {answered} of {len} bases; its context is {}", self.context);
                        return Err(Error::model(&self.name, problem));
                    }
                    for (&change, sum) in own.iter().zip(&mut sums) {
                        let change = &asked.changes[change];
                        // Farther away the change is not seen.
                        let (left, right) = (change.left.min(half), change.right.min(half));
                        let edit = match strand {
                            Strand::Reverse => [len - change.at - change.removed, change.removed, right, left],
                            _ => [change.at, change.removed, left, right],
                        };
                        self.encode(&change.inserted, *strand, &mut input);
                        let outputs = member.change(change.inserted.len(), &input, edit.map(|n| n as i64))?;
                        let answered = self.add(&outputs, &mut scores, sum)?;
                        let wanted = left + change.inserted.len() + right;
                        if answered != wanted {
                            let problem = format!("it answers for {answered} bases around a change, not {wanted}");
                            return Err(Error::model(&self.name, problem));
                        }
                    }
                    member.forget();
                }
                let reference = self.finish(&reference, members.len(), *strand);
                for (&index, sum) in own.iter().zip(sums) {
                    let change = &asked.changes[index];
                    let from = (change.at - change.left - half) * columns;
                    let to = (change.at + change.removed + change.right - half) * columns;
                    let before = from..from + change.left.saturating_sub(half) * columns;
                    let after = to - change.right.saturating_sub(half) * columns..to;
                    let changed = self.finish(&sum, members.len(), *strand);
                    answers[index] = ChangeAnswer {
                        reference: reference[from..to].to_vec(),
                        alternate: [&reference[before], &changed, &reference[after]].concat(),
                    };
                }
            }
            Ok(())
        };
        let result = run();
        self.members = members;
        result.map(|()| Answers { changes: answers, ..Answers::default() })
    }
}
