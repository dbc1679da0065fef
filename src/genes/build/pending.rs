//! What is held of a table until all of its rows are read.

use std::collections::{BTreeMap, BTreeSet};

/// Phenotypes of genes as phenotype_to_genes.txt has them: a gene has its own and all more general ones.
#[derive(Default)]
pub(super) struct Propagated {
    /// Whether genes_to_phenotype.txt was read, which has the genes' own phenotypes.
    pub(super) is_known: bool,
    /// Terms by gene and disease.
    pub(super) terms: BTreeMap<(usize, Option<i64>), BTreeSet<u32>>,
}

/// gnomAD's values of genes, each of the transcript that stands for the gene.
#[derive(Default)]
pub(super) struct Constraint {
    /// By gene: how well the transcript stands for it, and its values.
    pub(super) genes: BTreeMap<usize, (u8, [Option<f64>; 3])>,
}
