//! The kind of an output. Merging and reports depend on it, not on names of commands and formats.

use super::names::Named;

/// The kind of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutputKind {
    /// A scan as BED: bins or elements.
    ScanBed,
    /// A scan as a table with a header line.
    ScanTsv,
    /// The same as Parquet.
    ScanParquet,
    /// One score of a scan as bedGraph.
    ScanBedgraph,
    /// A scan in another format: lines without a header, and without positions for an index.
    ScanLines,
    /// A table of reads.
    ReadsTsv,
    /// The same as Parquet.
    ReadsParquet,
    /// Reads with tags.
    ReadsBam,
    /// Variants with scores, VCF.
    ScoredVcf,
    /// Variants with scores, BCF.
    ScoredBcf,
    /// Variants with scores, as a table in Parquet.
    ScoredParquet,
    /// Variants with genes, VCF.
    AnnotatedVcf,
    /// Variants with genes, BCF.
    AnnotatedBcf,
    /// Intervals with genes: BED with more columns, or a table.
    AnnotatedIntervals,
    /// Any other table.
    Table,
    /// The same as Parquet.
    TableParquet,
}

impl OutputKind {
    /// A scan, in any format.
    pub(crate) fn is_scan(self) -> bool {
        self.has_intervals() || matches!(self, Self::ScanLines | Self::ScanParquet)
    }

    /// A scan whose lines begin with contig, start and end.
    pub(crate) fn has_intervals(self) -> bool {
        matches!(self, Self::ScanBed | Self::ScanTsv | Self::ScanBedgraph)
    }

    /// Reads, in any format.
    pub(crate) fn is_reads(self) -> bool {
        matches!(self, Self::ReadsTsv | Self::ReadsParquet | Self::ReadsBam)
    }

    /// Parquet.
    pub(crate) fn is_parquet(self) -> bool {
        matches!(self, Self::ScanParquet | Self::ReadsParquet | Self::ScoredParquet | Self::TableParquet)
    }

    /// Variants with scores.
    pub(crate) fn is_scored_variants(self) -> bool {
        matches!(self, Self::ScoredVcf | Self::ScoredBcf)
    }

    /// VCF.
    pub(crate) fn is_vcf(self) -> bool {
        matches!(self, Self::ScoredVcf | Self::AnnotatedVcf)
    }

    /// BCF.
    pub(crate) fn is_bcf(self) -> bool {
        matches!(self, Self::ScoredBcf | Self::AnnotatedBcf)
    }

    /// The formats that names of such an output may give.
    pub(crate) fn named(self) -> &'static [Named] {
        match self {
            Self::ScanBed => &[Named::Bed],
            Self::ScanBedgraph => &[Named::Bedgraph],
            Self::ReadsBam => &[Named::Bam],
            Self::ScanParquet | Self::ReadsParquet | Self::ScoredParquet | Self::TableParquet => &[Named::Parquet],
            Self::ScoredVcf | Self::AnnotatedVcf => &[Named::Vcf],
            Self::ScoredBcf | Self::AnnotatedBcf => &[Named::Bcf],
            Self::AnnotatedIntervals => &[Named::Tsv, Named::Bed],
            Self::ScanTsv | Self::ScanLines | Self::ReadsTsv | Self::Table => &[Named::Tsv],
        }
    }
}
