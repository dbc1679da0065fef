//! Features of GFF3.

use std::io::{self, BufRead};

use noodles::gff;

use super::{
    collector::Collector,
    feature::{Feature, Kind, bad_line, failed, interval, strand, text},
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
                let feature = record.and_then(|record| feature(&record, genes));
                genes.add(feature.map_err(|error| bad_line(place, number, line.as_ref(), &error))?);
            }
            None => genes.add_comment(bytes),
        }
    }
    Ok(())
}

/// The feature of a record; `None` for one that is not needed.
fn feature(record: &gff::Record<'_>, genes: &mut Collector) -> io::Result<Option<Feature>> {
    // Transcripts and exons connect exons with their gene. Coding sequences and untranslated regions have no parts.
    let Some(kind) = kind_of(record.ty().as_ref()) else { return Ok(None) };
    let attributes = record.attributes();
    let get = |key: &str| -> io::Result<Vec<String>> {
        use gff::record::attributes::field::Value;
        Ok(match attributes.get(key.as_bytes()).transpose()? {
            Some(Value::String(one)) => vec![text(one.as_ref() as &[u8])],
            Some(Value::Array(all)) => all.iter().map(|one| text(one.as_ref() as &[u8])).collect(),
            None => Vec::new(),
        })
    };
    let first = |keys: &[&str]| -> io::Result<Option<String>> {
        for key in keys {
            if let Some(one) = get(key)?.into_iter().find(|one| !one.is_empty()) {
                return Ok(Some(one));
            }
        }
        Ok(None)
    };
    // Nothing is a part of an exon.
    let own = if kind == Kind::Exon { None } else { first(&["ID"])? };
    let mut parents = if kind == Kind::Gene { Vec::new() } else { get("Parent")? };
    if parents.is_empty() && kind == Kind::Transcript {
        // miRBase: a mature microRNA of its precursor.
        parents = get("Derives_from")?;
    }
    if parents.is_empty() && kind == Kind::Link {
        return Ok(None);
    }
    let contig = text(record.reference_sequence_name().as_ref());
    let (mut id, mut name, mut others) = (None, None, Vec::new());
    let is_wanted = match kind {
        Kind::Gene => true,
        Kind::Link => false,
        // A gene without a line of its own is known by its parts alone.
        Kind::Transcript | Kind::Exon => parents.is_empty() || parents.iter().any(|one| !genes.has(&contig, one)),
    };
    if is_wanted {
        others = get("hgnc_id")?;
        others.extend(get("Dbxref")?);
        let named: &[&str] = if kind == Kind::Gene || (kind == Kind::Transcript && parents.is_empty()) {
            &["gene_name", "gene", "Name"]
        } else {
            // Its Name is that of the transcript or exon.
            &["gene_name", "gene"]
        };
        name = first(named)?;
        id = match kind {
            Kind::Gene => first(&["gene_id", "ID"])?,
            Kind::Transcript if !parents.is_empty() => first(&["gene_id", "geneID"])?.or(parents.first().cloned()),
            _ => {
                let numbered = others.iter().find(|one| one.starts_with("GeneID:")).cloned();
                let given = first(&["gene_id", "geneID"])?.or(numbered).or(first(&["gene"])?);
                given.or(parents.first().or(own.as_ref()).cloned())
            }
        };
        // Ensembl's `gene:ENSG…`.
        id = id.map(|id| id.strip_prefix("gene:").map_or(id.clone(), str::to_string));
    }
    Ok(Some(Feature {
        contig,
        kind,
        interval: interval(record.start()?.get(), record.end()?.get()),
        strand: strand(record.strand()?),
        id,
        name,
        others,
        own,
        parents,
    }))
}

/// What a line of this type (third column) is; `None` for one that is not needed.
fn kind_of(kind: &[u8]) -> Option<Kind> {
    let ends = |end: &[u8]| kind.len() >= end.len() && kind[kind.len() - end.len()..].eq_ignore_ascii_case(end);
    Some(match kind {
        b"exon" => Kind::Exon,
        b"CDS" => return None,
        b"gene" | b"pseudogene" => Kind::Gene,
        b"NMD_transcript_variant" => Kind::Transcript,
        _ if kind.ends_with(b"_gene") => Kind::Gene,
        _ if kind.ends_with(b"UTR") || kind.ends_with(b"_codon") => return None,
        _ if ends(b"rna") || ends(b"transcript") || ends(b"gene_segment") => Kind::Transcript,
        _ => Kind::Link,
    })
}
