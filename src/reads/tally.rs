//! The answer of a read, made of the answers of its windows.

use super::settings::Aggregate;
use crate::{call::Caller, genome::Strand, skip::Skip};

/// A window, or a bin of one, on a read: 0-based, half-open.
#[derive(Clone, Copy)]
pub(super) struct ReadPlace {
    /// First base.
    pub start: u64,
    /// One past the last base.
    pub end: u64,
    /// The strand that the scores are about, relative to the bases as the model read them.
    pub strand: Strand,
}

/// What is known of a read's answer so far; it takes as much memory for a long read as for a short one.
#[derive(Default)]
pub(super) struct Tally {
    /// The best place, its scores, and the score's margin over its threshold.
    best: Option<(ReadPlace, Vec<f32>, Option<f64>)>,
    /// Sums over all places, by column.
    sums: Vec<f64>,
    /// Places with scores.
    pub count: u64,
    /// Why the first place without scores has none.
    pub skip: Option<Skip>,
}

impl Tally {
    /// Adds the scores of a place.
    pub(super) fn add(&mut self, place: ReadPlace, scores: &[f32], caller: &Caller) {
        self.sums.resize(scores.len(), 0.0);
        self.sums.iter_mut().zip(scores).for_each(|(sum, &score)| *sum += f64::from(score));
        self.count += 1;
        let margin = caller.call(scores).map(|(column, score, _)| f64::from(score) - caller.thresholds[column]);
        if self.best.as_ref().is_none_or(|(_, _, before)| margin > *before) {
            self.best = Some((place, scores.to_vec(), margin));
        }
    }

    /// Adds a place without scores: the first reason is kept.
    pub(super) fn add_skip(&mut self, reason: Skip) {
        self.skip = self.skip.or(Some(reason));
    }

    /// One answer for all places of a read: the first of the best, or the mean at the place of the best.
    pub(super) fn answer(&mut self, aggregate: Aggregate) -> Option<(ReadPlace, Vec<f32>)> {
        let (place, best, _) = self.best.take()?;
        let scores = match aggregate {
            Aggregate::Max => best,
            Aggregate::Mean => self.sums.iter().map(|sum| (sum / self.count as f64) as f32).collect(),
        };
        Some((place, scores))
    }
}
