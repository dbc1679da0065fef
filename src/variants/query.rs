//! A record on its way through the pipeline.

use super::{by_gene::alleles::GeneAlleles, by_window::allele::Allele};
use crate::{genome::interval::show_position, pipeline::Located, read::variants::VariantRecord, skip::Skip};

/// A record, and what the model is asked about its alleles.
pub(crate) struct Query {
    /// The record.
    pub record: VariantRecord,
    /// Its alleles.
    pub alleles: AlleleQueries,
}

/// Every ALT: what the model is asked, or why it is not scored.
pub(crate) enum AlleleQueries {
    /// Two windows for each.
    Windows(Vec<Result<Allele, Skip>>),
    /// A change for each gene.
    Genes(GeneAlleles),
}

impl Located for Query {
    fn place(&self) -> String {
        let VariantRecord { number, position, .. } = self.record;
        format!("record {number} ({})", show_position(self.record.contig(), position))
    }
}
