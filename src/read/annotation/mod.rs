//! Genes of an annotation: GTF, GFF3, or the table that SpliceAI reads.

mod collector;
mod feature;
mod gene_place;
mod gff;
mod gtf;
mod spliceai_table;

use std::path::Path;

use self::collector::Collector;
pub(crate) use self::{collector::assembly_of, gene_place::GenePlace};
use super::{
    format::{BYTE_ORDER_MARK, Format},
    lines::LineLimited,
    open::{self, Input},
    tally::InputReport,
};
use crate::error::{Error, Result};

/// What messages call the formats.
const FORMATS: &str = "genes (GTF, GFF3 or SpliceAI's table)";

/// All genes of an annotation.
pub(crate) struct Annotation {
    /// The genes in the order of the file.
    pub genes: Vec<GenePlace>,
    /// The assembly that the comments of the file name.
    pub assembly: Option<String>,
    /// The file's entry in the manifest.
    pub report: InputReport,
    /// The name of the file in messages.
    pub place: String,
}

/// Reads an annotation. Genes are the lines of genes. A gene without such a line has the span of its transcripts and exons: in GTF of all
/// lines with its `gene_id`; in GFF3 of those whose `Parent` it is or that name it. In SpliceAI's table
/// (`#NAME CHROM STRAND TX_START TX_END EXON_START EXON_END`) each line is a gene.
pub(crate) fn read(path: &Path) -> Result<Annotation> {
    of(open::open_even_empty(path)?)
}

/// Reads an annotation from an open input.
pub(crate) fn of(mut input: Input) -> Result<Annotation> {
    input.expect(&[Format::Unknown, Format::Sam, Format::Empty], FORMATS)?;
    let (place, report) = (input.place(), input.report());
    let start = input.reader.fill_buf().map_err(|error| feature::failed(&place, &error))?;
    if start.starts_with(BYTE_ORDER_MARK) {
        return Err(input.unknown(FORMATS));
    }
    let (genes, assembly, has_lines) = if start.starts_with(b"#NAME\t") {
        (spliceai_table::read(&mut input.reader, &place)?, None, false)
    } else {
        let mut collector = Collector::default();
        if is_gff(start) {
            gff::read(LineLimited::new(input.reader), &place, &mut collector)?;
        } else {
            gtf::read(LineLimited::new(input.reader), &place, &mut collector)?;
        }
        let (assembly, has_lines) = (collector.assembly, collector.records > 0);
        (collector.finish(), assembly, has_lines)
    };
    if genes.is_empty() && has_lines {
        return Err(Error::input(place, "it holds no genes")
            .with_hint("a GTF needs gene_id on its lines; a GFF3 lines of genes, transcripts or exons"));
    }
    if genes.is_empty() {
        // Such a file is valid, but perhaps not the one that was meant.
        tracing::warn!("{place} has no genes");
    }
    Ok(Annotation { genes, assembly: assembly.map(str::to_string), report: report(), place })
}

/// Whether a file that begins with these bytes is GFF3: by its first line, or by the attributes of its first record, which have an
/// equals sign and no quotes.
fn is_gff(start: &[u8]) -> bool {
    let first = start.split(|&b| b == b'\n').find(|line| !line.is_empty() && line[0] != b'#').unwrap_or_default();
    start.starts_with(b"##gff-version")
        || first.split(|&b| b == b'\t').nth(8).is_some_and(|nine| !nine.contains(&b'"') && nine.contains(&b'='))
}
