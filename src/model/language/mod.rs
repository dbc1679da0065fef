//! Language models: networks whose logits say how probable each token of a sequence is.
//!
//! `plan` decides which rows the network reads and which probabilities are wanted of them; `passes` runs them and adds the logarithms up. A
//! causal model reads a sequence once: the logits at a token are those of the next one. A masked model reads it once for each token that is
//! scored, with that token hidden.
//!
//! METHOD: all sums are in 64 bits, and the ratio of two alleles is made of these: a difference of sums in 32 bits has lost its last digits.

mod passes;
mod plan;

use self::{
    passes::{Passes, Sum},
    plan::{Allele, Planner},
};
use super::{
    answer::{Answerer, Answers},
    card::{Card, Per, Reduce},
    encoded_rows::{EncodedRows, join_strands},
    engine::WindowModel,
};
use crate::{
    batch::{Encoded, Rows, Token},
    error::{Error, Result},
    genome::Strand,
    head::Heads,
    tokenize::Packer,
};

/// What a language model is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// The likelihoods of windows.
    Windows,
    /// The ratio of two alleles: of the rows of an allele, the first `strands` are those of the reference, the others those of the alternate
    /// allele. The answer to a row of the reference is its log-likelihood, that to a row of the alternate allele the logarithm of the ratio.
    Alleles {
        /// Rows of a sequence: one, or one of each strand.
        strands: usize,
    },
}

/// Answers batches with a language model.
pub(super) struct LanguageNetwork {
    /// Their log-likelihoods are averaged.
    members: Vec<Box<dyn WindowModel>>,
    heads: Heads,
    card: Card,
    packer: Packer,
    asked: Asked,
}

impl LanguageNetwork {
    /// From a checked card of a language model.
    pub(super) fn new(card: &Card, members: Vec<Box<dyn WindowModel>>, asked: Asked) -> Self {
        Self { members, heads: Heads::new(card), card: card.clone(), packer: Packer::new(card, 1), asked }
    }

    fn passes(&mut self, slots: usize, strands: usize) -> Passes<'_> {
        Passes::new(&self.card, &self.packer, &mut self.members, slots, strands)
    }

    fn reduce(&self) -> Reduce {
        self.card.language().map_or(Reduce::Sum, |rule| rule.reduce)
    }

    fn windows(&mut self, rows: &Rows, tokens: &[Vec<Token>]) -> Result<Answers> {
        let encoded_rows = EncodedRows::of(&self.card, rows, 1);
        let planner = Planner::of(&self.card);
        let left = self.card.window.left() as usize;
        let per = self.card.language().map_or(Per::Window, |rule| rule.per);
        let mut passes = self.passes(encoded_rows.scores(), encoded_rows.strands());
        for (row, tokens) in tokens.iter().enumerate() {
            let range = encoded_rows.range(row);
            let slot = |token: &Token| match per {
                Per::Window => Some(range.start),
                Per::Base => token.start.checked_sub(left).map(|base| range.start + base).filter(|s| range.contains(s)),
            };
            planner.plan_row(row, tokens, slot, &mut |pass| passes.push(pass))?;
        }
        let sums = passes.finish()?;
        let reduce = self.reduce();
        let scores = sums.iter().map(|sum| sum.value(reduce) as f32).collect();
        Ok(join_strands(&self.heads, scores, &encoded_rows))
    }

    fn alleles(&mut self, rows: &Rows, tokens: &[Vec<Token>], strands: usize) -> Result<Answers> {
        let planner = Planner::of(&self.card);
        let mut passes = self.passes(rows.count(), 1);
        let mut shared = plan::Shared::default();
        for pair in pairs(rows.count(), strands) {
            let [reference, alternate] = pair.map(|row| Allele {
                row,
                bases: rows.row(row),
                tokens: tokens.get(row).map_or(&[], Vec::as_slice),
            });
            planner.plan_pair(reference, alternate, &mut shared, &mut |pass| passes.push(pass))?;
        }
        shared.into_passes().into_iter().try_for_each(|pass| passes.push(pass))?;
        let sums = passes.finish()?;
        let reduce = self.reduce();
        let values: Vec<f64> = sums.iter().map(|sum| sum.value(reduce)).collect();
        let mut scores: Vec<f32> = values.iter().map(|&value| value as f32).collect();
        for [reference, alternate] in pairs(rows.count(), strands) {
            scores[alternate] = (values[alternate] - values[reference]) as f32;
        }
        Ok(Answers { scores, strands: vec![Strand::Forward; rows.count()], ..Answers::default() })
    }
}

/// The rows of the reference and of the alternate allele, pair by pair.
fn pairs(rows: usize, strands: usize) -> impl Iterator<Item = [usize; 2]> {
    (0..rows / (2 * strands)).flat_map(move |allele| {
        let first = allele * 2 * strands;
        (first..first + strands).map(move |row| [row, row + strands])
    })
}

impl Answerer for LanguageNetwork {
    fn answer(&mut self, rows: &Rows, encoded: Option<&Encoded>) -> Result<Answers> {
        let encoded =
            encoded.ok_or_else(|| Error::Internal("a batch reached a network without being encoded".into()))?;
        self.packer.call_rows = encoded.call_rows;
        match self.asked {
            Asked::Windows => self.windows(rows, &encoded.tokens),
            Asked::Alleles { strands } => self.alleles(rows, &encoded.tokens, strands),
        }
    }
}

impl Sum {
    /// The log-likelihood; not a number where no token was scored.
    fn value(&self, reduce: Reduce) -> f64 {
        match (self.count, reduce) {
            (0, _) => f64::NAN,
            (_, Reduce::Sum) => self.total,
            (count, Reduce::Mean) => self.total / f64::from(count),
        }
    }
}
