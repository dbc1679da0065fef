//! How well a gene fits a disease or phenotype that no source relates it to: the rest of the evidence, weighed.
//!
//! METHOD: four kinds of evidence, none of which is a statement about the pair itself.
//!
//! - *text*: the gene's name and RefSeq's summary, compared with the disease's names, definition and phenotypes;
//! - *diseases*: how alike the disease is to others of the same gene;
//! - *likeness*: how alike the gene is to genes with this disease or with diseases like it, compared with what is expected by chance;
//! - *chromosome*: whether the disease's inheritance agrees with the gene's chromosome.
//!
//! Likeness of texts is the cosine of their words, each weighed by how rare it is (tf–idf). Every measure adds log odds by a piecewise
//! linear curve, fitted by logistic regression on related and unrelated pairs that are equally well known (`training/gpgpt/weigh.py`, which
//! writes `weights.json`). So a probability holds for equal numbers of related and unrelated pairs, and evidence is additive.

pub(super) mod broad;
mod clusters;
mod relations;
mod texts;
mod weigh;
pub(crate) mod weights;
pub(super) mod words;

pub(crate) use self::relations::{Relations, Target};
