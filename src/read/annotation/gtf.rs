//! Features of GTF.

use std::io::{self, BufRead};

use noodles::gtf;

use super::{
    collector::Collector,
    feature::{Feature, Kind, bad_line, failed, interval, strand, text},
};
use crate::error::Result;

/// Adds the lines of a file to `genes`.
pub(super) fn read(reader: impl BufRead, place: &str, genes: &mut Collector) -> Result<()> {
    let mut reader = gtf::io::Reader::new(reader);
    let (mut line, mut number) = (gtf::Line::default(), 0);
    while reader.read_line(&mut line).map_err(|error| failed(place, &error))? > 0 {
        number += 1;
        let bytes: &[u8] = line.as_ref();
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        match line.as_record() {
            Some(record) => {
                let feature = record.and_then(|record| feature(&record, genes.has_lines()));
                genes.add(feature.map_err(|error| bad_line(place, number, line.as_ref(), &error))?);
            }
            None => line.as_comment().into_iter().for_each(|comment| genes.add_comment(comment)),
        }
    }
    Ok(())
}

/// The feature of a record; `None` for one that is not needed: where there are lines of genes, all others but transcripts and exons, which a
/// gene without a line of its own may have.
fn feature(record: &gtf::Record<'_>, has_lines: bool) -> io::Result<Option<Feature>> {
    if has_lines && !matches!(record.ty().as_ref() as &[u8], b"gene" | b"transcript" | b"exon") {
        return Ok(None);
    }
    let attributes = record.attributes()?;
    let get = |key: &str| -> io::Result<Vec<String>> {
        let value = attributes.get(key.as_bytes()).transpose()?;
        Ok(value.map(|value| value.iter().map(|one| text(one.as_ref() as &[u8])).collect()).unwrap_or_default())
    };
    let mut others = Vec::new();
    for key in ["hgnc_id", "db_xref", "dbxref"] {
        others.extend(get(key)?);
    }
    Ok(Some(Feature {
        contig: text(record.reference_sequence_name()),
        kind: match record.ty().as_ref() as &[u8] {
            b"gene" => Kind::Gene,
            b"exon" => Kind::Exon,
            _ => Kind::Transcript,
        },
        interval: interval(record.start()?.get(), record.end()?.get()),
        strand: strand(record.strand()?),
        id: get("gene_id")?.into_iter().next(),
        name: get("gene_name")?.into_iter().chain(get("gene")?).find(|name| !name.is_empty()),
        others,
        own: None,
        parents: Vec::new(),
    }))
}
