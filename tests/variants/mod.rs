//! `genogloss variants`.

mod by_gene;
mod cohort;
mod deltas;
mod files;
