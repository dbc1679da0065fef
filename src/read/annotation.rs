//! Genes of an annotation: GTF or GFF3.

use std::{collections::HashMap, io, path::Path};

use noodles::{gff, gtf};

use super::{InputReport, open};
use crate::{
    error::{Error, Result, describe},
    genome::{Interval, Strand, interval::from_one_based},
};

/// A gene and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenePlace {
    /// Contig.
    pub contig: String,
    /// From its first base to one past its last.
    pub interval: Interval,
    /// Strand.
    pub strand: Strand,
    /// The annotation's own identifier, with its version.
    pub id: String,
    /// Its name in the annotation.
    pub name: Option<String>,
    /// Identifiers of other collections: `HGNC:…`, `GeneID:…`.
    pub others: Vec<String>,
}

/// All genes of an annotation, and what its comments say.
pub struct Annotation {
    /// In the order of the file.
    pub genes: Vec<GenePlace>,
    /// The assembly its comments name.
    pub assembly: Option<String>,
    /// For the manifest.
    pub report: InputReport,
    /// What messages call it.
    pub place: String,
}

/// The assembly a text speaks of.
pub fn assembly_of(text: &str) -> Option<&'static str> {
    let text = text.to_ascii_lowercase();
    let all = [
        ("grch38", "GRCh38"),
        ("hg38", "GRCh38"),
        ("grch37", "GRCh37"),
        ("hg19", "GRCh37"),
        ("hs37d5", "GRCh37"),
        ("b37", "GRCh37"),
        ("t2t-chm13", "T2T-CHM13"),
    ];
    all.iter().find(|(name, _)| text.contains(name)).map(|(_, assembly)| *assembly)
}

/// What is looked at of a line.
struct Feature {
    contig: String,
    kind: String,
    start: u64,
    end: u64,
    strand: Strand,
    /// `gene_id` of GTF; `gene_id`, else `ID`, of GFF3.
    id: Option<String>,
    name: Option<String>,
    others: Vec<String>,
}

/// Reads an annotation. Genes are its lines of genes; where a GTF has none, what its other lines of one `gene_id` span together.
pub fn read(path: &Path) -> Result<Annotation> {
    let mut input = open(path)?;
    let (place, report) = (input.place(), input.report());
    let start = input.reader.fill_buf().map_err(|error| Error::read(path, &error))?;
    let first = start.split(|&b| b == b'\n').find(|line| !line.is_empty() && line[0] != b'#').unwrap_or_default();
    let is_gff = start.starts_with(b"##gff-version")
        || first.split(|&b| b == b'\t').nth(8).is_some_and(|nine| !nine.contains(&b'"') && nine.contains(&b'='));
    let mut comments = Vec::new();
    let mut features = Vec::new();
    let mut number = 0u64;
    let mut take = |feature: io::Result<Option<Feature>>, number: u64| -> Result<()> {
        let bad = |error: io::Error| {
            Error::input(format!("{place}, line {number}"), describe(&error))
                .with_hint("GTF or GFF3 has nine columns, parted by tabs")
        };
        features.extend(feature.map_err(bad)?);
        Ok(())
    };
    let failed = |error: io::Error| Error::input(path.display(), describe(&error));
    if is_gff {
        let mut reader = gff::io::Reader::new(input.reader);
        let mut line = gff::Line::default();
        while reader.read_line(&mut line).map_err(failed)? > 0 {
            number += 1;
            match line.as_record() {
                Some(record) => take(record.and_then(|record| of_gff(&record)), number)?,
                None => comments.push(String::from_utf8_lossy(line.as_ref()).into_owned()),
            }
        }
    } else {
        let mut reader = gtf::io::Reader::new(input.reader);
        let mut line = gtf::Line::default();
        while reader.read_line(&mut line).map_err(failed)? > 0 {
            number += 1;
            match line.as_record() {
                Some(record) => take(record.and_then(|record| of_gtf(&record)), number)?,
                None => comments.extend(line.as_comment().map(|text| String::from_utf8_lossy(text).into_owned())),
            }
        }
    }
    let genes = genes(features);
    if genes.is_empty() {
        return Err(Error::input(place, "it holds no genes")
            .with_hint("a GTF needs gene_id on its lines; a GFF3 lines of type gene"));
    }
    let assembly = comments.iter().find_map(|line| assembly_of(line)).map(str::to_string);
    Ok(Annotation { genes, assembly, report: report(), place })
}

fn text(bytes: impl AsRef<[u8]>) -> String {
    String::from_utf8_lossy(bytes.as_ref()).into_owned()
}

fn of_gtf(record: &gtf::Record<'_>) -> io::Result<Option<Feature>> {
    let attributes = record.attributes()?;
    let get = |key: &str| -> io::Result<Vec<String>> {
        let value = attributes.get(key.as_bytes()).transpose()?;
        Ok(value.map(|value| value.iter().map(|one| text(one.as_ref() as &[u8])).collect()).unwrap_or_default())
    };
    let strand = match record.strand()? {
        gff::feature::record::Strand::Forward => Strand::Forward,
        gff::feature::record::Strand::Reverse => Strand::Reverse,
        _ => Strand::Unknown,
    };
    let mut others = Vec::new();
    for key in ["hgnc_id", "db_xref", "dbxref"] {
        others.extend(get(key)?);
    }
    Ok(Some(Feature {
        contig: text(record.reference_sequence_name()),
        kind: text(record.ty()),
        start: record.start()?.get() as u64,
        end: record.end()?.get() as u64,
        strand,
        id: get("gene_id")?.into_iter().next(),
        name: get("gene_name")?.into_iter().next().or(get("gene")?.into_iter().next()),
        others,
    }))
}

fn of_gff(record: &gff::Record<'_>) -> io::Result<Option<Feature>> {
    let kind = text(record.ty().as_ref());
    // Lines of transcripts, exons and others say nothing that genes do not.
    if !(kind == "gene" || kind.ends_with("_gene") || kind == "pseudogene") {
        return Ok(None);
    }
    let attributes = record.attributes();
    let get = |key: &str| -> io::Result<Vec<String>> {
        use gff::record::attributes::field::Value;
        Ok(match attributes.get(key.as_bytes()).transpose()? {
            Some(Value::String(one)) => vec![text(one.as_ref() as &[u8])],
            Some(Value::Array(all)) => all.iter().map(|one| text(one.as_ref() as &[u8])).collect(),
            None => Vec::new(),
        })
    };
    let strand = match record.strand()? {
        gff::feature::record::Strand::Forward => Strand::Forward,
        gff::feature::record::Strand::Reverse => Strand::Reverse,
        _ => Strand::Unknown,
    };
    let mut others = get("hgnc_id")?;
    others.extend(get("Dbxref")?);
    let first = |key: &str| Ok::<_, io::Error>(get(key)?.into_iter().next());
    Ok(Some(Feature {
        contig: text(record.reference_sequence_name().as_ref()),
        kind: "gene".into(),
        start: record.start()?.get() as u64,
        end: record.end()?.get() as u64,
        strand,
        id: first("gene_id")?.or(first("ID")?),
        name: first("gene_name")?.or(first("gene")?).or(first("Name")?),
        others,
    }))
}

fn genes(features: Vec<Feature>) -> Vec<GenePlace> {
    let has_lines = features.iter().any(|feature| feature.kind == "gene");
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    let mut genes: Vec<GenePlace> = Vec::new();
    for feature in features {
        let Some(id) = feature.id.filter(|_| !has_lines || feature.kind == "gene") else { continue };
        let interval = Interval::new(from_one_based(feature.start), feature.end.max(feature.start));
        // The same gene on both X and Y, or on an alternate locus, is two places.
        match places.get(&(feature.contig.clone(), id.clone())) {
            Some(&at) if !has_lines => {
                let known = &mut genes[at].interval;
                *known = Interval::new(known.start.min(interval.start), known.end.max(interval.end));
            }
            _ => {
                places.insert((feature.contig.clone(), id.clone()), genes.len());
                genes.push(GenePlace {
                    contig: feature.contig,
                    interval,
                    strand: feature.strand,
                    id,
                    name: feature.name,
                    others: feature.others,
                });
            }
        }
    }
    genes
}
