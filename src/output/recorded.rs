//! The kind of an output, from the settings in its manifest.

use serde_json::{Map, Value};

use super::{kind::OutputKind, table::FORMATS};

impl OutputKind {
    /// From the settings of a manifest. Manifests of versions before BCF was written have no `output_type`.
    pub(crate) fn of(settings: Option<&Map<String, Value>>) -> Self {
        let setting = |name: &str| settings.and_then(|all| all.get(name)).and_then(Value::as_str);
        let is_bcf = setting("output_type") == Some("bcf");
        match (setting("command").unwrap_or_default(), setting("format")) {
            // Windows on intervals, in the order of these.
            ("scan", Some("tsv"))
                if settings.and_then(|all| all.get("centre")).is_some_and(|centre| *centre == true) =>
            {
                Self::Table
            }
            ("scan", format) => {
                let known = FORMATS.iter().find(|known| Some(known.name) == format);
                known.map_or(Self::ScanTsv, |format| format.kind)
            }
            ("reads", Some("bam")) => Self::ReadsBam,
            ("reads", Some("parquet")) => Self::ReadsParquet,
            ("reads", _) => Self::ReadsTsv,
            ("variants", _) if is_bcf => Self::ScoredBcf,
            ("variants", _) if setting("output_type") == Some("parquet") => Self::ScoredParquet,
            ("variants", _) if matches!(setting("output_type"), Some("tsv" | "bedgraph")) => Self::Table,
            ("variants", _) => Self::ScoredVcf,
            ("genes annotate", _) if is_bcf => Self::AnnotatedBcf,
            ("genes annotate", _) if setting("output_type").is_some() => Self::AnnotatedVcf,
            (_, Some("parquet")) => Self::TableParquet,
            ("genes annotate", _) => Self::AnnotatedIntervals,
            _ => Self::Table,
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
        assert_eq!(of(json!({"command": "genes annotate", "format": "parquet"})), OutputKind::TableParquet);
        assert_eq!(of(json!({"command": "ask"})), OutputKind::Table);
        assert_eq!(of(json!({"command": "ask", "format": "parquet"})), OutputKind::TableParquet);
        assert_eq!(OutputKind::of(None), OutputKind::Table);
    }
}
