//! Models: cards, folders, and the two engines that run networks.
//!
//! [`ort`] is the only file that knows ONNX Runtime, [`rten`] the only one that knows rten. [`network`] puts a card,
//! an engine and the heads together into something that answers batches.

pub mod card;
pub mod change;
pub mod decoder;
pub mod exact;
pub mod folder;
pub mod network;
pub mod ort;
pub mod protobuf;
pub mod registry;
pub mod rten;
pub mod trial;

use crate::{
    batch::{Changes, Data, Encoded, Rows},
    error::{Error, Result},
    genome::Strand,
    head::Shape,
    skip::Skip,
};

/// A network in an engine.
///
/// `run` is called from one thread, as often as there are batches; the shape is the card's and the same for all rows
/// of a call. It returns, for every output that was asked for at load, the values of all rows, row after row.
pub trait Model: Send {
    /// One call. `input` has `shape`, `mask` (if the card names one) has the shape of the token ids.
    fn run(&mut self, shape: &[usize], input: Data<'_>, mask: Option<&[i64]>) -> Result<Vec<Vec<f32>>>;

    /// Rows that every call must have, where the first axis of an input says a number.
    fn rows(&self) -> Option<usize>;
}

/// Something that answers batches of windows: a network, or a function.
///
/// One answerer belongs to one thread. `answer` is called once a batch, in input order.
pub trait Answerer: Send {
    /// Answers all rows. `encoded` is what [`crate::tokenize::Encoder`] made of them, if the answerer has one.
    fn answer(&mut self, rows: &Rows, encoded: Option<&Encoded>) -> Result<Answers>;

    /// Answers all changes; only what was loaded to do so is asked.
    fn answer_changes(&mut self, _: &Changes) -> Result<Answers> {
        Err(Error::Internal("changes reached a model that reads windows".into()))
    }
}

/// The answers to the rows of a batch.
#[derive(Debug, Default)]
pub struct Answers {
    /// Scores: row after row, bin after bin, column after column.
    pub scores: Vec<f32>,
    /// Where each row's scores end, where rows are not of one length; else empty, and all have the model's shape.
    pub ends: Vec<usize>,
    /// The strand each row's answer is about.
    pub strands: Vec<Strand>,
    /// Answers in words, where that is what was asked for: one a row.
    pub texts: Vec<String>,
    /// What each answer rests on, where that can be said: one a row.
    pub evidence: Vec<String>,
    /// Answers to changes: one a change.
    pub changes: Vec<ChangeAnswer>,
}

/// Scores around a change: base after base along the forward strand, column after column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChangeAnswer {
    /// Of the stretch as it is: from `left` before the change, over what is taken out, to `right` after it.
    pub reference: Vec<f32>,
    /// Of the changed one: from `left` before the change, over what is put in, to `right` after it.
    pub alternate: Vec<f32>,
}

/// What an answer looks like: numbers in columns, or words.
#[derive(Clone, Debug)]
pub struct Form {
    /// Layout of a row's scores.
    pub shape: Shape,
    /// What each score is.
    pub columns: Vec<card::Column>,
    /// Width of a bin in bases; `None` where an answer is for the whole core.
    pub bin: Option<u64>,
    /// Answers are words, in one column of this name, and there are no scores.
    pub text: Option<String>,
    /// Why there is no answer where the model gives none: no finite number, or no letter.
    pub unanswered: Skip,
}

impl Form {
    /// The scores of one place, if it has any: no place counts as scored with a number that is none.
    pub fn scores<'a>(&self, scores: &'a [f32]) -> std::result::Result<&'a [f32], Skip> {
        if scores.iter().all(|score| score.is_finite()) { Ok(scores) } else { Err(self.unanswered) }
    }

    /// The answer in words, if there is any.
    pub fn words<'a>(&self, text: &'a str) -> std::result::Result<&'a str, Skip> {
        if text.is_empty() { Err(self.unanswered) } else { Ok(text) }
    }

    /// May be called, by column.
    pub fn callable(&self) -> Vec<bool> {
        self.columns.iter().map(|c| c.callable).collect()
    }
}
