//! `genogloss variants`.

mod by_gene;
mod deltas;
mod files;
