//! What a variant does to a sequence: how it is spelled, which genes it lies in, what has to be run for it.

pub mod anchor;
pub mod cache;
pub(crate) mod columns;
pub mod compare;
pub mod genes;
pub mod haplotypes;
pub mod plan;
pub mod spelling;
