//! An allele whose rows are in a batch.

use std::ops::Range;

use crate::variants::{
    cache::Key,
    compare::{Compared, Placement},
};

/// Numbers of the rows of a batch on both strands.
#[derive(Clone, Copy)]
pub(crate) struct Strands {
    /// The row on the forward strand.
    pub forward: usize,
    /// The row on the reverse strand, if it is run.
    pub reverse: Option<usize>,
}

/// How one alternate allele is compared with the reference.
pub(crate) struct Allele {
    /// Where its answer comes from.
    pub source: AnswerSource,
    /// Distance from POS to the first base of the core, in bases.
    pub core_from_position: i64,
    /// The key of the answer, if there is a cache that lacks it.
    pub key: Option<Key>,
}

/// Where the answer of an allele comes from.
pub(crate) enum AnswerSource {
    /// From rows of the batch.
    Rows(Rows),
    /// From the cache: one comparison for each score that is written.
    Cached(Vec<Compared>),
}

/// The rows of an allele, and what of them is compared.
pub(crate) struct Rows {
    /// The reference rows.
    pub reference: Strands,
    /// The alternate row that begins where the reference row begins, and the one that ends where it ends.
    pub left: Strands,
    /// See `left`.
    pub right: Strands,
    /// Where the change lies in the core.
    pub placement: Placement,
    /// Bases of the core that are compared.
    pub within: Range<i64>,
}

impl Allele {
    /// Rows that it needs, counting those that it shares with others.
    pub(crate) fn rows(&self) -> u64 {
        match &self.source {
            AnswerSource::Rows(rows) => rows.count(),
            AnswerSource::Cached(_) => 0,
        }
    }
}

impl Rows {
    fn count(&self) -> u64 {
        let strands = |rows: &Strands| 1 + u64::from(rows.reverse.is_some());
        let twice = self.left.forward != self.right.forward;
        strands(&self.reference) + strands(&self.left) + if twice { strands(&self.right) } else { 0 }
    }
}
