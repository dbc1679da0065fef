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

/// An answerer whose answers have some of the columns of another one's.
pub(crate) struct Chosen {
    inner: Box<dyn Answerer>,
    /// Places of the columns that are kept.
    columns: Vec<usize>,
    /// Columns that there are.
    of: usize,
}

impl Chosen {
    /// Keeps these of the `of` columns of an answerer.
    pub(crate) fn boxed(inner: Box<dyn Answerer>, columns: &[usize], of: usize) -> Box<dyn Answerer> {
        Box::new(Self { inner, columns: columns.into(), of })
    }
}

impl Answerer for Chosen {
    fn answer(&mut self, rows: &Rows, encoded: Option<&Encoded>) -> Result<Answers> {
        let mut answers = self.inner.answer(rows, encoded)?;
        let places = answers.scores.chunks_exact(self.of.max(1));
        answers.scores = places.flat_map(|place| self.columns.iter().map(|&column| place[column])).collect();
        answers.ends.iter_mut().for_each(|end| *end = *end / self.of.max(1) * self.columns.len());
        Ok(answers)
    }
}

/// Scores around a change: base after base along the forward strand, column after column.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ChangeAnswer {
    /// Of the unchanged sequence: from `left` bases before the change, over the removed ones, to `right` after it.
    pub reference: Vec<f32>,
    /// Of the changed sequence: from `left` bases before the change, over the inserted ones, to `right` after it.
    pub alternate: Vec<f32>,
}

/// Whether a name is what a pattern says, in which `*` stands for anything.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match pattern {
        [] => name.is_empty(),
        [b'*', rest @ ..] => (0..=name.len()).any(|at| matches(rest, &name[at..])),
        [first, rest @ ..] => name.first() == Some(first) && matches(rest, &name[1..]),
    }
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

    /// Columns that a name or a pattern of `--column` is about, in the model's order; all of them, if there is none. Messages call the model
    /// `model`.
    pub(crate) fn chosen_columns(&self, patterns: &[String], model: &str) -> Result<Vec<usize>> {
        let columns = &self.columns;
        if patterns.is_empty() {
            return Ok((0..columns.len()).collect());
        }
        let mut wanted = vec![false; columns.len()];
        for pattern in patterns {
            let mut any = false;
            for (column, wanted) in columns.iter().zip(&mut wanted) {
                // A label may also be given as it is published.
                let title = column.title.as_deref().is_some_and(|title| matches(pattern.as_bytes(), title.as_bytes()));
                let is_meant = title || matches(pattern.as_bytes(), column.name.as_bytes());
                any |= is_meant;
                *wanted |= is_meant;
            }
            if !any {
                return Err(Error::usage(format!("--column {pattern}: {model} has no such score"))
                    .with_hint(format!("it has {}", self.some_names())));
            }
        }
        Ok((0..columns.len()).filter(|&column| wanted[column]).collect())
    }

    /// Keeps these columns.
    pub(crate) fn keep(&mut self, columns: &[usize]) {
        let partner = |&column: &usize| columns.iter().position(|&kept| kept == self.columns[column].partner);
        let kept = |(place, column): (usize, &usize)| {
            // A score whose partner is not kept is never turned: strands are joined before.
            Column { partner: partner(column).unwrap_or(place), ..self.columns[*column].clone() }
        };
        self.columns = columns.iter().enumerate().map(kept).collect();
        self.shape.columns = columns.len();
    }

    /// The names of the first scores, and how many there are.
    pub(crate) fn some_names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().take(8).map(|column| column.name.as_str()).collect();
        let count = self.columns.len();
        let more = if count > names.len() { format!(" … ({count} in all)") } else { String::new() };
        format!("{}{more}", names.join(", "))
    }

    /// Whether each column may be called.
    pub(crate) fn callable(&self) -> Vec<bool> {
        self.columns.iter().map(|c| c.callable).collect()
    }
}
