//! Comparing a model's answers with what is known: labelled sequences (one answer each) and labelled places of a genome.

pub mod labelled;
pub mod metrics;
pub mod page;
pub mod places;
pub mod scored;
pub mod texts;
