//! Genes of an annotation: GTF, GFF3, or the table that SpliceAI reads.

use std::{collections::HashMap, io, path::Path};

use noodles::{gff, gtf};

use super::{InputReport, open, read_line};
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
    /// Exons of all its transcripts, each once, by their first base.
    pub exons: Vec<Interval>,
}

impl GenePlace {
    /// What lies between neighbouring exons that do not overlap.
    pub fn introns(&self) -> impl Iterator<Item = Interval> {
        self.exons
            .windows(2)
            .filter(|pair| pair[0].end < pair[1].start)
            .map(|pair| Interval::new(pair[0].end, pair[1].start))
    }
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
    /// GFF3: `ID`, and what it belongs to.
    own: Option<String>,
    parents: Vec<String>,
}

/// Reads an annotation. Genes are its lines of genes; where a GTF has none, what its other lines of one `gene_id` span together.
/// Of SpliceAI's table (`#NAME CHROM STRAND TX_START TX_END EXON_START EXON_END`), a line is a gene.
pub fn read(path: &Path) -> Result<Annotation> {
    let mut input = open(path)?;
    let (place, report) = (input.place(), input.report());
    let start = input.reader.fill_buf().map_err(|error| Error::read(path, &error))?;
    if start.starts_with(b"#NAME\t") {
        let genes = table(&mut input.reader, &place)?;
        if genes.is_empty() {
            return Err(Error::input(place, "it holds no genes"));
        }
        return Ok(Annotation { genes, assembly: None, report: report(), place });
    }
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
        own: None,
        parents: Vec::new(),
    }))
}

fn of_gff(record: &gff::Record<'_>) -> io::Result<Option<Feature>> {
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
    // Lines of transcripts and exons are needed for what they belong to.
    if !is_gene && parents.is_empty() {
        return Ok(None);
    }
    let strand = match record.strand()? {
        gff::feature::record::Strand::Forward => Strand::Forward,
        gff::feature::record::Strand::Reverse => Strand::Reverse,
        _ => Strand::Unknown,
    };
    if !is_gene {
        return Ok(Some(Feature {
            contig: text(record.reference_sequence_name().as_ref()),
            kind,
            start: record.start()?.get() as u64,
            end: record.end()?.get() as u64,
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
        contig: text(record.reference_sequence_name().as_ref()),
        kind: "gene".into(),
        start: record.start()?.get() as u64,
        end: record.end()?.get() as u64,
        strand,
        id: first("gene_id")?.or(first("ID")?),
        name: first("gene_name")?.or(first("gene")?).or(first("Name")?),
        others,
        own,
        parents: Vec::new(),
    }))
}

fn genes(features: Vec<Feature>) -> Vec<GenePlace> {
    let has_lines = features.iter().any(|feature| feature.kind == "gene");
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    let mut genes: Vec<GenePlace> = Vec::new();
    // GFF3: what belongs to what, by the contig (a gene on X and Y has one identifier); and exons, which find their gene at
    // the end, when all of it is known.
    let mut belongs: HashMap<(String, String), String> = HashMap::new();
    let mut gene_lines: HashMap<(String, String), usize> = HashMap::new();
    let mut exons: Vec<(String, Vec<String>, Option<String>, Interval)> = Vec::new();
    for feature in features {
        if feature.kind == "exon" {
            let interval = Interval::new(from_one_based(feature.start), feature.end.max(feature.start));
            exons.push((feature.contig.clone(), feature.parents.clone(), feature.id.clone(), interval));
        } else if let (Some(own), Some(parent)) = (&feature.own, feature.parents.first()) {
            belongs.insert((feature.contig.clone(), own.clone()), parent.clone());
        }
        if let Some(own) = feature.own.as_ref().filter(|_| feature.kind == "gene") {
            gene_lines.insert((feature.contig.clone(), own.clone()), genes.len());
        }
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
                    exons: Vec::new(),
                });
            }
        }
    }
    for (contig, parents, id, interval) in exons {
        let mut add = |at: usize| genes[at].exons.push(interval);
        if let Some(&at) = id.and_then(|id| places.get(&(contig.clone(), id))) {
            add(at);
        }
        for parent in parents {
            let mut key = (contig.clone(), parent);
            // An exon belongs to a transcript, a transcript to a gene; deeper trees are not known.
            for _ in 0..4 {
                if let Some(&at) = gene_lines.get(&key) {
                    add(at);
                    break;
                }
                let Some(parent) = belongs.get(&key) else { break };
                key.1.clone_from(parent);
            }
        }
    }
    for gene in &mut genes {
        gene.exons.sort_unstable();
        gene.exons.dedup();
    }
    genes
}

/// SpliceAI's table: 0-based starts, ends one past the last base; lists of exons end with a comma.
fn table(reader: &mut dyn io::BufRead, place: &str) -> Result<Vec<GenePlace>> {
    let (mut genes, mut line, mut number) = (Vec::new(), Vec::new(), 0u64);
    while read_line(reader, &mut line).map_err(|error| Error::input(place, describe(&error)))? {
        number += 1;
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let bad = |why: String| {
            Error::input(format!("{place}, line {number}"), why)
                .with_hint("columns: NAME CHROM STRAND TX_START TX_END EXON_START EXON_END, parted by tabs")
        };
        let text = std::str::from_utf8(&line).map_err(|_| bad("it is not UTF-8".into()))?;
        let columns: Vec<&str> = text.trim_end().split('\t').collect();
        let [name, contig, strand, start, end, starts, ends] = columns.as_slice() else {
            return Err(bad(format!("{} columns, where 7 are needed", columns.len())));
        };
        let parse = |text: &str| text.parse::<u64>().map_err(|_| bad(format!("\"{text}\" is not a position")));
        let list = |text: &str| text.split(',').filter(|one| !one.is_empty()).map(parse).collect::<Result<Vec<_>>>();
        let (starts, ends) = (list(starts)?, list(ends)?);
        if starts.len() != ends.len() {
            return Err(bad(format!("{} starts and {} ends of exons", starts.len(), ends.len())));
        }
        let mut exons: Vec<Interval> =
            starts.into_iter().zip(ends).map(|(start, end)| Interval::new(start, end)).collect();
        exons.sort_unstable();
        let strand = match *strand {
            "+" => Strand::Forward,
            "-" => Strand::Reverse,
            other => return Err(bad(format!("strand \"{other}\" is neither + nor -"))),
        };
        genes.push(GenePlace {
            contig: (*contig).into(),
            interval: Interval::new(parse(start)?, parse(end)?),
            strand,
            id: (*name).into(),
            name: Some((*name).into()),
            others: Vec::new(),
            exons,
        });
    }
    Ok(genes)
}
