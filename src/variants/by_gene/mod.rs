//! Variants by gene: on the strand of the gene, with N outside of it (or not, as the card says), by models that answer for a change of a
//! sequence.
//!
//! [`ask`] finds the genes of every allele and feeds one change for each gene; [`change`] makes the change; [`answer`] finds the bases that
//! gain or lose most and writes them. Answers may be kept in a cache, by [`key`].

pub(crate) mod alleles;
pub(crate) mod answer;
pub(crate) mod ask;
pub(crate) mod change;
pub(crate) mod key;
pub(crate) mod rules;
