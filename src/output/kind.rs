//! The kind of an output, as the settings in its manifest give it. Merging and reports depend on this enum, not on names of
//! commands and formats.

use serde_json::{Map, Value};

use super::names::Named;

/// The kind of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutputKind {
    /// A scan as BED: bins or elements.
    ScanBed,
    /// A scan as a table with a header line.
    ScanTsv,
    /// One score of a scan as bedGraph.
    ScanBedgraph,
    /// A table of reads.
    ReadsTsv,
    /// Reads with tags.
    ReadsBam,
    /// Variants with scores, VCF.
    ScoredVcf,
    /// Variants with scores, BCF.
    ScoredBcf,
    /// Variants with genes, VCF.
    AnnotatedVcf,
    /// Variants with genes, BCF.
    AnnotatedBcf,
    /// Intervals with genes: BED with more columns, or a table.
    AnnotatedIntervals,
    /// Any other table.
    Table,
}

impl OutputKind {
    /// From the settings of a manifest. Manifests of versions before BCF was written have no `output_type`.
    pub(crate) fn of(settings: Option<&Map<String, Value>>) -> Self {
        let setting = |name: &str| settings.and_then(|all| all.get(name)).and_then(Value::as_str);
        let is_bcf = setting("output_type") == Some("bcf");
        match (setting("command").unwrap_or_default(), setting("format")) {
            ("scan", Some("bed")) => Self::ScanBed,
            ("scan", Some("bedgraph")) => Self::ScanBedgraph,
            ("scan", _) => Self::ScanTsv,
            ("reads", Some("bam")) => Self::ReadsBam,
            ("reads", _) => Self::ReadsTsv,
            ("variants", _) if is_bcf => Self::ScoredBcf,
            ("variants", _) => Self::ScoredVcf,
            ("genes annotate", _) if is_bcf => Self::AnnotatedBcf,
            ("genes annotate", _) if setting("output_type").is_some() => Self::AnnotatedVcf,
            ("genes annotate", _) => Self::AnnotatedIntervals,
            _ => Self::Table,
        }
    }

    /// A scan, in any format.
    pub(crate) fn is_scan(self) -> bool {
        matches!(self, Self::ScanBed | Self::ScanTsv | Self::ScanBedgraph)
    }

    /// Reads, in any format.
    pub(crate) fn is_reads(self) -> bool {
        matches!(self, Self::ReadsTsv | Self::ReadsBam)
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
            Self::ScoredVcf | Self::AnnotatedVcf => &[Named::Vcf],
            Self::ScoredBcf | Self::AnnotatedBcf => &[Named::Bcf],
            Self::AnnotatedIntervals => &[Named::Tsv, Named::Bed],
            Self::ScanTsv | Self::ReadsTsv | Self::Table => &[Named::Tsv],
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_give_the_kind() {
        let of = |settings: Value| OutputKind::of(settings.as_object());
        assert_eq!(of(json!({"command": "scan", "format": "bedgraph"})), OutputKind::ScanBedgraph);
        assert_eq!(of(json!({"command": "reads", "format": "tsv"})), OutputKind::ReadsTsv);
        assert_eq!(of(json!({"command": "variants", "output_type": "bcf"})), OutputKind::ScoredBcf);
        assert_eq!(of(json!({"command": "variants", "format": "spliceai"})), OutputKind::ScoredVcf);
        assert_eq!(of(json!({"command": "genes annotate", "output_type": "vcf"})), OutputKind::AnnotatedVcf);
        assert_eq!(of(json!({"command": "genes annotate"})), OutputKind::AnnotatedIntervals);
        assert_eq!(of(json!({"command": "ask"})), OutputKind::Table);
        assert_eq!(OutputKind::of(None), OutputKind::Table);
    }
}
