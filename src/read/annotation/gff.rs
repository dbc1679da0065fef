//! Features of GFF3.

use std::io::{self, BufRead};

use noodles::gff;

use super::{
    collector::Collector,
    feature::{Feature, bad_line, failed, interval, strand, text},
};
use crate::error::Result;

/// Adds the lines of a file to `genes`.
pub(super) fn read(reader: impl BufRead, place: &str, genes: &mut Collector) -> Result<()> {
    let mut reader = gff::io::Reader::new(reader);
    let (mut line, mut number) = (gff::Line::default(), 0);
    while reader.read_line(&mut line).map_err(|error| failed(place, &error))? > 0 {
        number += 1;
        let bytes: &[u8] = line.as_ref();
        if bytes.starts_with(b"##FASTA") || bytes.starts_with(b">") {
            // The rest of the file is sequences. It is read so that the whole file is hashed.
            io::copy(reader.get_mut(), &mut io::sink()).map_err(|error| failed(place, &error))?;
            break;
        }
        match line.as_record() {
            Some(record) => {
                let feature = record.and_then(|record| feature(&record));
                genes.add(feature.map_err(|error| bad_line(place, number, line.as_ref(), &error))?);
            }
            None => genes.add_comment(bytes),
        }
    }
    Ok(())
}

/// The feature of a record; `None` for one that is not needed.
fn feature(record: &gff::Record<'_>) -> io::Result<Option<Feature>> {
    let kind = text(record.ty().as_ref());
    let is_gene = kind == "gene" || kind.ends_with("_gene") || kind == "pseudogene";
    let attributes = record.attributes();
    let get = |key: &str| -> io::Result<Vec<String>> {
        use gff::record::attributes::field::Value;
        Ok(match attributes.get(key.as_bytes()).transpose()? {
            Some(Value::String(one)) => vec![text(one.as_ref() as &[u8])],
            Some(Value::Array(all)) => all.iter().map(|one| text(one.as_ref() as &[u8])).collect(),
            None => Vec::new(),
        })
    };
    let (own, parents) = (get("ID")?.into_iter().next(), get("Parent")?);
    // Transcripts and exons connect exons with their gene. Coding sequences and untranslated regions have no parts.
    if !is_gene && (parents.is_empty() || kind == "CDS" || kind.ends_with("UTR") || kind.ends_with("_codon")) {
        return Ok(None);
    }
    let contig = text(record.reference_sequence_name().as_ref());
    let interval = interval(record.start()?.get(), record.end()?.get());
    let strand = strand(record.strand()?);
    if !is_gene {
        return Ok(Some(Feature {
            contig,
            kind,
            interval,
            strand,
            id: None,
            name: None,
            others: Vec::new(),
            own,
            parents,
        }));
    }
    let mut others = get("hgnc_id")?;
    others.extend(get("Dbxref")?);
    let first = |key: &str| Ok::<_, io::Error>(get(key)?.into_iter().next());
    Ok(Some(Feature {
        contig,
        kind: "gene".into(),
        interval,
        strand,
        id: first("gene_id")?.or(first("ID")?),
        name: first("gene_name")?.into_iter().chain(first("gene")?).chain(first("Name")?).find(|name| !name.is_empty()),
        others,
        own,
        parents: Vec::new(),
    }))
}
