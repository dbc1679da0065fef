//! Answers to batches, whatever computes them: a network, or a function.

use super::card::Column;
use crate::{
    batch::{Changes, Encoded, Rows},
    error::{Error, Result},
    genome::Strand,
    head::Shape,
    skip::Skip,
};

/// Something that answers batches of windows: a network, or a function.
///
/// One answerer belongs to one thread. `answer` is called once per batch, in input order.
pub(crate) trait Answerer: Send {
    /// Answers all rows. `encoded` is what [`crate::tokenize::Encoder`] made of them, if the answerer has one.
    fn answer(&mut self, rows: &Rows, encoded: Option<&Encoded>) -> Result<Answers>;

    /// Answers all changes. It is called only where [`crate::model::change::load`] made the answerer.
    fn answer_changes(&mut self, _: &Changes) -> Result<Answers> {
        Err(Error::Internal("changes reached a model that reads windows".into()))
    }
}

/// The answers to the rows of a batch.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    /// Scores: row after row, bin after bin, column after column.
    pub scores: Vec<f32>,
    /// Where each row's scores end, where rows have different lengths; else empty: all have the model's shape.
    pub ends: Vec<usize>,
    /// The strand of each row's answer.
    pub strands: Vec<Strand>,
    /// Answers in words, one per row, where the model answers in words; else empty.
    pub texts: Vec<String>,
    /// The evidence of each answer, one per row, where the model gives it; else empty.
    pub evidence: Vec<String>,
    /// Answers to changes, one per change.
    pub changes: Vec<ChangeAnswer>,
}

/// Scores around a change: base after base along the forward strand, column after column.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ChangeAnswer {
    /// Of the unchanged sequence: from `left` bases before the change, over the removed ones, to `right` after it.
    pub reference: Vec<f32>,
    /// Of the changed sequence: from `left` bases before the change, over the inserted ones, to `right` after it.
    pub alternate: Vec<f32>,
}

/// The layout of an answer: scores in columns, or words.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    /// Layout of a row's scores.
    pub shape: Shape,
    /// The columns of the scores.
    pub columns: Vec<Column>,
    /// Width of a bin in bases; `None` where one answer is for the whole core.
    pub bin: Option<u64>,
    /// Name of the column of words, where answers are words and there are no scores.
    pub text: Option<String>,
    /// The reason for a missing answer: no finite number, or no letter.
    pub unanswered: Skip,
}

impl Form {
    /// The scores of one place. A place with a score that is infinite or not a number has none.
    pub(crate) fn scores<'a>(&self, scores: &'a [f32]) -> std::result::Result<&'a [f32], Skip> {
        if scores.iter().all(|score| score.is_finite()) { Ok(scores) } else { Err(self.unanswered) }
    }

    /// The answer in words, if there is one.
    pub(crate) fn words<'a>(&self, text: &'a str) -> std::result::Result<&'a str, Skip> {
        if text.is_empty() { Err(self.unanswered) } else { Ok(text) }
    }

    /// Whether each column may be called.
    pub(crate) fn callable(&self) -> Vec<bool> {
        self.columns.iter().map(|c| c.callable).collect()
    }
}
