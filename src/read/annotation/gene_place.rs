//! A gene of an annotation.

use crate::genome::{Interval, Strand};

/// A gene and its place on the genome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GenePlace {
    /// Contig name.
    pub contig: String,
    /// All bases of the gene.
    pub interval: Interval,
    /// Strand.
    pub strand: Strand,
    /// The identifier in the annotation, with its version.
    pub id: String,
    /// The name in the annotation.
    pub name: Option<String>,
    /// Identifiers of other collections: `HGNC:…`, `GeneID:…`.
    pub others: Vec<String>,
    /// The exons of all transcripts, each once, sorted by their first base.
    pub exons: Vec<Interval>,
}

impl GenePlace {
    /// The intervals between neighbouring exons that do not overlap.
    pub(crate) fn introns(&self) -> impl Iterator<Item = Interval> {
        self.exons
            .windows(2)
            .filter(|pair| pair[0].end < pair[1].start)
            .map(|pair| Interval::new(pair[0].end, pair[1].start))
    }
}
