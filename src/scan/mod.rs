//! Windows along contigs.

pub mod overlap;
pub mod tiles;
