//! `genogloss scan`.

mod bed;
mod dense;
mod inputs;
mod regions;
mod splice_scores;
