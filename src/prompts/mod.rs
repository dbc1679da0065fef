//! Prompts and their answers: GenomicLLM's grammar, each task answered by the best means there is.
//!
//! [`grammar`] reads a prompt, [`tasks`] knows what can be asked and what an answer looks like, [`panel`] decides who answers (a
//! definition, a built-in classifier, the knowledge base of [`facts`], a language model) and answers. GenomicLLM (Liau et al. 2024) put all of it to one language
//! model; here that is one means among others, and `--answer-with lm` forces it, to compare.

pub(crate) mod columns;
pub mod facts;
pub mod grammar;
pub mod panel;
pub mod questions;
pub mod tasks;

use crate::skip::Skip;

/// Why a prompt is not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// As it is counted.
    pub skip: Skip,
    /// What, where, and what to do, in a few words.
    pub detail: String,
}

impl Refusal {
    pub(crate) fn new(skip: Skip, detail: impl Into<String>) -> Self {
        Self { skip, detail: detail.into() }
    }
}
