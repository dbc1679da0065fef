//! Runs the rows that a language model reads, as many in a call as the engine takes, and adds up the logarithms of the probabilities.

use std::collections::BTreeMap;

use crate::{
    batch::Input,
    error::{Error, Result},
    model::{
        card::Card,
        encoded_rows::located,
        engine::WindowModel,
        inputs::{self, CallInput},
    },
    tokenize::Packer,
};

/// A row of ids that the network reads, and what is wanted of its logits.
#[derive(Debug)]
pub(super) struct Pass {
    /// Number of the encoded row in the batch, for messages.
    pub row: usize,
    /// Its ids.
    pub ids: Vec<i64>,
    /// The probabilities that are wanted, in the order of their places.
    pub wanted: Vec<Wanted>,
}

/// The probability of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// The token whose logits are read.
    pub place: usize,
    /// Id of the token whose probability is wanted.
    pub id: i64,
    /// Where its logarithm is added.
    pub slot: usize,
}

/// Logarithms of probabilities.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    /// Their sum, natural logarithms.
    pub total: f64,
    /// How many there are.
    pub count: u32,
}

/// Passes on their way through the network.
///
/// All passes of a slot have the same padded length and come in a row: so they are added in the same order, whatever else is in the batch.
pub(super) struct Passes<'a> {
    card: &'a Card,
    packer: &'a Packer,
    members: &'a mut [Box<dyn WindowModel>],
    sums: Vec<Sum>,
    /// Passes that wait for others of their padded length.
    open: BTreeMap<usize, Vec<Pass>>,
    /// Encoded rows of a window, for messages.
    strands: usize,
}

impl<'a> Passes<'a> {
    pub(super) fn new(
        card: &'a Card,
        packer: &'a Packer,
        members: &'a mut [Box<dyn WindowModel>],
        slots: usize,
        strands: usize,
    ) -> Self {
        Self { card, packer, members, sums: vec![Sum::default(); slots], open: BTreeMap::new(), strands }
    }

    /// Adds a pass. It is run as soon as there are enough of its length.
    pub(super) fn push(&mut self, pass: Pass) -> Result<()> {
        let len = self.packer.padded(pass.ids.len());
        let group = self.open.entry(len).or_default();
        group.push(pass);
        if group.len() == self.packer.call_rows {
            let group = std::mem::take(group);
            self.run(&group)?;
        }
        Ok(())
    }

    /// Runs what waits, and returns the sums.
    pub(super) fn finish(mut self) -> Result<Vec<Sum>> {
        for group in std::mem::take(&mut self.open).into_values().filter(|group| !group.is_empty()) {
            self.run(&group)?;
        }
        Ok(self.sums)
    }

    /// Runs a call.
    fn run(&mut self, group: &[Pass]) -> Result<()> {
        let lens: Vec<usize> = group.iter().map(|pass| pass.ids.len()).collect();
        let mut encoded = self.packer.pack(&lens, |index| &group[index].ids);
        let mut call = encoded.calls.pop().ok_or_else(|| Error::Internal("a call without rows".into()))?;
        let inputs = inputs::of_call(self.card, &encoded, &call);
        let inputs: Vec<Input<'_>> = inputs.iter().map(CallInput::as_input).collect();
        call.rows = group.iter().map(|pass| pass.row).collect();
        for member in self.members.iter_mut() {
            let logits = member.run(&inputs).map_err(|error| located(self.card, error, &call, self.strands))?;
            let logits = logits.first().map_or(&[][..], Vec::as_slice);
            let width = self.packer.call_rows * call.len;
            if logits.is_empty() || !logits.len().is_multiple_of(width) {
                return Err(self.wrong(format!("its logits are {} values for {width} tokens", logits.len())));
            }
            let vocabulary = logits.len() / width;
            for (row, pass) in group.iter().enumerate() {
                let before = self.packer.before(pass.ids.len(), call.len);
                let mut normal = None;
                for wanted in &pass.wanted {
                    let at = (row * call.len + before + wanted.place) * vocabulary;
                    let logits = &logits[at..at + vocabulary];
                    let Some(&logit) = usize::try_from(wanted.id).ok().and_then(|id| logits.get(id)) else {
                        let id = wanted.id;
                        return Err(self.wrong(format!("a token has the id {id}, and there are {vocabulary} logits")));
                    };
                    let (place, total) = normal.unwrap_or((usize::MAX, 0.0));
                    let total = if place == wanted.place { total } else { log_sum(logits) };
                    normal = Some((wanted.place, total));
                    let sum = &mut self.sums[wanted.slot];
                    sum.total += f64::from(logit) - total;
                    sum.count += 1;
                }
            }
        }
        Ok(())
    }

    fn wrong(&self, problem: String) -> Error {
        Error::model(&self.card.name, problem)
            .with_hint("the output of a language model has the axes (rows, tokens, vocabulary), a logit for each id")
    }
}

/// The logarithm of the sum of e^x; the maximum is subtracted first.
fn log_sum(logits: &[f32]) -> f64 {
    let max = f64::from(logits.iter().fold(f32::NEG_INFINITY, |max, &v| if v > max || v.is_nan() { v } else { max }));
    max + logits.iter().map(|&v| (f64::from(v) - max).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_of_a_sum_does_not_overflow() {
        assert!((log_sum(&[1000.0, 1000.0]) - (1000.0 + 2f64.ln())).abs() < 1e-12);
        assert!((log_sum(&[-1000.0, f32::NEG_INFINITY]) + 1000.0).abs() < 1e-12);
        assert!(log_sum(&[f32::NAN, 1.0]).is_nan());
    }
}
