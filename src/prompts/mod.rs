//! Prompts and their answers: GenomicLLM's grammar, each task answered by the best available means.
//!
//! [`input`] reads prompts, [`grammar`] parses one, [`questions`] turns a plain sentence into one, [`tasks`] lists what can be asked and what an
//! answer looks like. The [`panel`] decides who
//! answers: a definition, a built-in classifier, the knowledge base ([`facts`]) or a language model. The reader hands
//! prompts to sessions, which answer them in batches, and `table` writes the answers; `run` connects them.
//! GenomicLLM (Liau et al. 2024) puts all of them to one language model; here that is one means among others, and `--answer-with lm`
//! forces it, to compare.

mod classifiers;
pub(crate) mod columns;
mod definitions;
pub(crate) mod facts;
pub(crate) mod grammar;
pub(crate) mod input;
mod lookups;
pub(crate) mod panel;
pub(crate) mod questions;
mod reader;
pub(crate) mod run;
mod session;
mod several;
pub(crate) mod table;
pub(crate) mod tasks;
pub(crate) mod vectors;

use crate::skip::Skip;

/// Why a prompt is not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The reason that is counted.
    pub skip: Skip,
    /// What is wrong, where, and what to do.
    pub detail: String,
}

impl Refusal {
    pub(crate) fn new(skip: Skip, detail: impl Into<String>) -> Self {
        Self { skip, detail: detail.into() }
    }
}

/// An answer of the knowledge base.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fact {
    /// In words.
    pub answer: String,
    /// How sure it is: of a relation the probability that there is one, of a list that of its first item; 1 of what a gene is called.
    pub confidence: f64,
    /// The sources or the weighed evidence.
    pub evidence: String,
}
