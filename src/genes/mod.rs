//! Facts about genes: a knowledge base, each fact with its source.
//!
//! [`build`] reads the tables of HGNC, NCBI, HPO, Orphanet and others ([`sources`] describes them, [`table`] reads them) and writes one
//! SQLite file ([`schema`]). [`base`] opens it and finds [`records`]: genes by their [`gene_names`] and
//! `gene_identifiers`, diseases and phenotypes by their [`names`] and `identifiers`. [`rank`] ranks genes and diseases by the phenotypes of
//! a patient; [`annotate`] adds facts to places of a genome; [`verdict`] answers
//! whether a gene is related to a disease or phenotype, and [`relate`] weighs the evidence where no source states it.
//! `listings`, `pairs` and [`annotate`] write tables (`lookup`) and variants.

pub(crate) mod abbreviation;
pub(crate) mod annotate;
pub(crate) mod base;
pub(crate) mod build;
pub(crate) mod claim;
pub(crate) mod claims;
pub(crate) mod columns;
pub(crate) mod disease_listing;
pub(crate) mod evidence;
mod gene_identifiers;
pub(crate) mod gene_names;
mod identifiers;
pub(crate) mod listings;
pub(crate) mod lookup;
pub(crate) mod names;
pub(crate) mod pairs;
pub(crate) mod rank;
mod reach;
pub(crate) mod records;
pub(crate) mod relate;
pub(crate) mod schema;
pub(crate) mod sources;
mod stated;
pub(crate) mod table;
mod text_lines;
pub(crate) mod verdict;
pub(crate) mod word_forms;
