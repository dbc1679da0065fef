//! Merging files: which format they have, and what their names may be.

use std::path::Path;

use serde_json::Value;

use super::{
    frames::{self, Bam, Bcf},
    lines::Lines,
    merged::Merged,
    part::Part,
};
use crate::{
    error::{Error, Result},
    output::{
        Indexed, Output, OutputSettings,
        kind::OutputKind,
        names::{self, Named, Writes},
        parquet,
    },
    read::variants::Variants,
};

/// Length of the longest contig in the manifests; 0 where they list none.
pub(crate) fn longest(parts: &[Part]) -> u64 {
    parts
        .iter()
        .flat_map(Part::contigs)
        .filter_map(|contig| contig.get("length").and_then(Value::as_u64))
        .max()
        .unwrap_or(0)
}

/// Whether the output of these shards has an index.
pub(crate) fn is_indexed(parts: &[Part], output: Option<&Path>) -> bool {
    let kind = parts[0].kind();
    match kind {
        _ if kind.is_bcf() => output.is_some(),
        _ if kind.is_vcf() || kind.has_intervals() => names::is_compressed(output),
        _ => false,
    }
}

/// Merges files of lines or of records, in order.
pub(crate) fn files(parts: &[Part], settings: &OutputSettings) -> Result<Merged> {
    let kind = parts[0].kind();
    check_name(kind, settings.file())?;
    if kind.is_parquet() {
        let Some(target) = settings.file() else {
            return Err(Error::usage("Parquet is merged into a file").with_hint("-o FILE.parquet"));
        };
        let paths: Vec<&Path> = parts.iter().map(|part| part.path.as_path()).collect();
        let (rows, sealed) = parquet::merge(&paths, target, |part, rows| parts[part].complete(rows))?;
        return Ok(Merged { rows, sealed });
    }
    let settings = OutputSettings {
        indexed: match kind {
            _ if kind.has_intervals() => Indexed::Bed,
            _ if kind.is_bcf() => Indexed::Bcf(Variants::open(&parts[0].path)?.dictionary()?.contig_count()),
            _ if kind.is_vcf() => Indexed::Vcf,
            _ => Indexed::No,
        },
        bgzf: kind == OutputKind::ReadsBam || kind.is_bcf(),
        ..settings.clone()
    };
    let mut output = Output::create(&settings)?;
    let (rows, output) = match kind {
        OutputKind::ReadsBam => (frames::all(Bam, parts, &mut output)?, output),
        _ if kind.is_bcf() => (frames::all(Bcf::default(), parts, &mut output)?, output),
        _ => Lines::new(output, &settings).all(parts)?,
    };
    Ok(Merged { rows, sealed: output.seal()? })
}

/// Refuses a name of another format than that of the shards.
fn check_name(kind: OutputKind, output: Option<&Path>) -> Result<()> {
    let writes = |&named: &Named| match named {
        Named::Bam | Named::Bcf | Named::Parquet => Writes::plain((), named),
        _ => Writes::text((), named),
    };
    let can: Vec<Writes<()>> = kind.named().iter().map(writes).collect();
    names::decide(output, None, (), &can).map_err(|error| match error {
        Error::Usage { message, hint } => {
            let is_variants = kind.is_vcf() || kind.is_bcf();
            let more = if is_variants { "; bcftools view converts between VCF and BCF" } else { "" };
            let message = format!("{message}: the shards are {}", can[0].named.word());
            Error::Usage { message, hint: hint.map(|hint| hint + more) }
        }
        other => other,
    })
}
