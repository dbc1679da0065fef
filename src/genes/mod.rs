//! What is known about genes: a file of facts, each with its source.
//!
//! [`build`] reads the tables of HGNC, NCBI, HPO, Orphanet and others ([`sources`] knows their columns) and writes one SQLite file.
//! [`base`] opens it and answers: which gene is meant by a name ([`names`]), what it does, its diseases, its phenotypes; and which
//! genes fit a set of phenotypes ([`rank`]); [`annotate`] brings it to places of a genome, and [`relate`] weighs how well a gene fits a
//! disease that nobody has related it to; [`verdict`] answers whether they are related.

pub mod annotate;
pub mod base;
pub mod build;
pub(crate) mod columns;
pub mod names;
pub mod rank;
pub mod relate;
pub mod sources;
pub mod verdict;

/// The file's own number: a file of another one is refused.
pub const FORMAT: i64 = 1;

/// Marks the file as ours (SQLite's application id): `GGKB`.
pub const APPLICATION: i64 = 0x4747_4b42;
