//! Genes and diseases ranked by the phenotypes of patients.
//!
//! [`scorer`] has the method: it scores diseases by their `annotations` over the `ontology`, and genes by their diseases. [`cases`] reads
//! what is known of patients: tables, and `phenopacket`s. [`phenotypes`] and [`candidates`] find the terms and genes that a case names,
//! `evidence` says why a disease fits, and [`listing`] writes ranked lists.

mod annotations;
pub(crate) mod candidates;
pub(crate) mod case;
mod case_table;
pub(crate) mod cases;
mod evidence;
mod frequency;
pub(crate) mod listing;
mod ontology;
mod phenopacket;
pub(crate) mod phenotypes;
pub(crate) mod scorer;
