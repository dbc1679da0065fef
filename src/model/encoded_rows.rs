//! Windows and their encoded rows: one, or two where both strands are scored.

use std::ops::Range;

use super::{
    answer::Answers,
    card::{Card, StrandRule},
};
use crate::{
    batch::{Call, Rows},
    error::Error,
    genome::{Strand, interval::commas},
    head::Heads,
};

/// The answers of windows, from the scores of all encoded rows.
pub(super) fn join_strands(heads: &Heads, mut scores: Vec<f32>, rows: &EncodedRows) -> Answers {
    let mut answers = Answers { ends: rows.ends(heads.shape().bins), ..Answers::default() };
    if rows.strands == 1 {
        answers.strands = vec![Strand::Forward; rows.window_bins.len()];
        answers.scores = scores;
        return answers;
    }
    let mut rest = scores.as_mut_slice();
    for len in rows.window_lens() {
        let (pair, after) = rest.split_at_mut(2 * len);
        let (forward, reverse) = pair.split_at_mut(len);
        answers.strands.push(heads.join(forward, reverse));
        answers.scores.extend_from_slice(forward);
        rest = after;
    }
    answers
}

/// The error of a call with the window where it occurred: rows of ids are run with others of the same length.
pub(super) fn located(card: &Card, error: Error, call: &Call, strands: usize) -> Error {
    let Error::Model { model, message, hint, .. } = error else { return error };
    let is_tokens = card.input.encoding.is_tokens();
    let tokens = if is_tokens { format!("{} tokens: ", commas(call.len as u64)) } else { String::new() };
    let check = match card.input.max_tokens {
        None if is_tokens => {
            "genogloss models check reports how many tokens the network reads; with `max_tokens` in the card, longer windows are skipped"
        }
        _ => "genogloss models check lists what the network accepts",
    };
    let error = Error::model(model, format!("{tokens}{message}"));
    let row = call.rows.first().map_or(0, |row| row / strands);
    error.with_hint(hint.unwrap_or_else(|| check.into())).in_row(row)
}

/// Where the scores of each encoded row are. A window is one encoded row, or two where both strands are scored.
pub(super) struct EncodedRows {
    /// Encoded rows per window.
    strands: usize,
    columns: usize,
    window_bins: Vec<usize>,
    /// Where the scores of each encoded row start, and where the last ones end.
    starts: Vec<usize>,
}

impl EncodedRows {
    pub(super) fn of(card: &Card, rows: &Rows, columns: usize) -> Self {
        let strands = if card.strand == StrandRule::Forward { 1 } else { 2 };
        let window_bins: Vec<usize> = (0..rows.count()).map(|row| card.bins_of(rows.row(row).len())).collect();
        let mut starts = Vec::with_capacity(rows.count() * strands + 1);
        let mut total = 0;
        for bins in window_bins.iter().flat_map(|&bins| std::iter::repeat_n(bins, strands)) {
            starts.push(total);
            total += bins * columns;
        }
        starts.push(total);
        Self { strands, columns, window_bins, starts }
    }

    /// Finest bins of an encoded row.
    pub(super) fn bins(&self, row: usize) -> usize {
        self.window_bins[row / self.strands]
    }

    /// Where the scores of an encoded row are.
    pub(super) fn range(&self, row: usize) -> Range<usize> {
        self.starts[row]..self.starts[row + 1]
    }

    /// Encoded rows of a window.
    pub(super) fn strands(&self) -> usize {
        self.strands
    }

    /// Scores of all encoded rows.
    pub(super) fn scores(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// Scores of each window.
    fn window_lens(&self) -> impl Iterator<Item = usize> {
        self.window_bins.iter().map(|bins| bins * self.columns)
    }

    /// Where each window's scores end; empty where all windows have `usual` bins.
    fn ends(&self, usual: usize) -> Vec<usize> {
        if self.window_bins.iter().all(|&bins| bins == usual) {
            return Vec::new();
        }
        let add = |end: &mut usize, len| {
            *end += len;
            Some(*end)
        };
        self.window_lens().scan(0, add).collect()
    }
}
