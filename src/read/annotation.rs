//! Genes of an annotation: GTF, GFF3, or the table that SpliceAI reads.

use std::{collections::HashMap, io, path::Path};

use noodles::{gff, gtf};

use super::{Format, Input, InputReport, LineLimited, open_even_empty, read_line};
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
    of(open_even_empty(path)?)
}

/// Reads an annotation that is open already.
pub fn of(mut input: Input) -> Result<Annotation> {
    input.expect(&[Format::Unknown, Format::Sam, Format::Empty], "genes (GTF, GFF3 or SpliceAI's table)")?;
    let (place, report) = (input.place(), input.report());
    let failed = |error: io::Error| Error::input(&place, describe(&error));
    let start = input.reader.fill_buf().map_err(failed)?;
    if start.starts_with(super::BYTE_ORDER_MARK) {
        return Err(input.unknown("genes (GTF, GFF3 or SpliceAI's table)"));
    }
    if start.starts_with(b"#NAME\t") {
        let genes = table(&mut input.reader, &place)?;
        if genes.is_empty() {
            without_genes(&place);
        }
        return Ok(Annotation { genes, assembly: None, report: report(), place });
    }
    let first = start.split(|&b| b == b'\n').find(|line| !line.is_empty() && line[0] != b'#').unwrap_or_default();
    let is_gff = start.starts_with(b"##gff-version")
        || first.split(|&b| b == b'\t').nth(8).is_some_and(|nine| !nine.contains(&b'"') && nine.contains(&b'='));
    let mut comments = Vec::new();
    let mut genes = Collector::default();
    let (mut number, mut records) = (0u64, 0u64);
    let bad = |error: io::Error, number: u64, line: &[u8]| {
        let columns = line.split(|&b| b == b'\t').count();
        let problem = if columns < 9 { format!("{columns} columns, where 9 are needed") } else { describe(&error) };
        Error::input(format!("{place}, line {number}"), problem)
            .with_hint("GTF or GFF3 has nine columns, parted by tabs")
    };
    if is_gff {
        let mut reader = gff::io::Reader::new(LineLimited::new(input.reader));
        let mut line = gff::Line::default();
        while reader.read_line(&mut line).map_err(failed)? > 0 {
            number += 1;
            let bytes: &[u8] = line.as_ref();
            if bytes.starts_with(b"##FASTA") || bytes.starts_with(b">") {
                // Sequences are the rest of it.
                io::copy(reader.get_mut(), &mut io::sink()).map_err(failed)?;
                break;
            }
            match line.as_record() {
                Some(record) => {
                    records += 1;
                    let feature = record.and_then(|record| of_gff(&record));
                    let feature = feature.map_err(|error| bad(error, number, line.as_ref()))?;
                    genes.extend(feature);
                }
                None => comments.push(String::from_utf8_lossy(line.as_ref()).into_owned()),
            }
        }
    } else {
        let mut reader = gtf::io::Reader::new(LineLimited::new(input.reader));
        let mut line = gtf::Line::default();
        while reader.read_line(&mut line).map_err(failed)? > 0 {
            number += 1;
            let bytes: &[u8] = line.as_ref();
            if bytes.trim_ascii().is_empty() {
                continue;
            }
            match line.as_record() {
                Some(record) => {
                    records += 1;
                    let feature = record.and_then(|record| of_gtf(&record, genes.has_lines()));
                    genes.extend(feature.map_err(|error| bad(error, number, line.as_ref()))?);
                }
                None => comments.extend(line.as_comment().map(|text| String::from_utf8_lossy(text).into_owned())),
            }
        }
    }
    let (genes, has_records) = (genes.finish(), records > 0);
    if genes.is_empty() && !has_records {
        without_genes(&place);
    } else if genes.is_empty() {
        return Err(Error::input(place, "it holds no genes")
            .with_hint("a GTF needs gene_id on its lines; a GFF3 lines of type gene"));
    }
    let assembly = comments.iter().find_map(|line| assembly_of(line)).map(str::to_string);
    Ok(Annotation { genes, assembly, report: report(), place })
}

/// An annotation without a line is a good one, of which the user should know.
fn without_genes(place: &str) {
    tracing::warn!("{place} holds no lines of genes: nothing lies in a gene");
}

fn text(bytes: impl AsRef<[u8]>) -> String {
    String::from_utf8_lossy(bytes.as_ref()).into_owned()
}

/// Where there are lines of genes, only those and exons are looked at.
fn of_gtf(record: &gtf::Record<'_>, has_lines: bool) -> io::Result<Option<Feature>> {
    if has_lines && !matches!(record.ty().as_ref() as &[u8], b"gene" | b"exon") {
        return Ok(None);
    }
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
        name: get("gene_name")?.into_iter().chain(get("gene")?).find(|name| !name.is_empty()),
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
    // Lines of transcripts and exons are needed for what they belong to; to coding sequences and untranslated regions nothing
    // belongs.
    if !is_gene && (parents.is_empty() || kind == "CDS" || kind.ends_with("UTR") || kind.ends_with("_codon")) {
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
        name: first("gene_name")?.into_iter().chain(first("gene")?).chain(first("Name")?).find(|name| !name.is_empty()),
        others,
        own,
        parents: Vec::new(),
    }))
}

/// Genes and exons as their lines come in: of an annotation of millions of lines, nothing else is kept.
#[derive(Default)]
struct Collector {
    /// A number for each contig and identifier: a gene on both X and Y, or on an alternate locus, is two places. Identifiers
    /// are genes' in GTF, and lines' own in GFF3.
    keys: HashMap<String, u32>,
    /// Lines of genes, in order.
    genes: Vec<GenePlace>,
    /// Of a gene's key: its place among them.
    lines: HashMap<u32, usize>,
    /// What all lines of a key span, for a GTF without lines of genes.
    spans: Vec<GenePlace>,
    span_of: HashMap<u32, usize>,
    /// Exons by the key of what they belong to: they find their gene at the end, when all of it is known.
    exons: Vec<(u32, Interval)>,
    /// GFF3: what belongs to what.
    belongs: HashMap<u32, u32>,
    key: String,
}

impl Collector {
    /// The annotation has lines of genes.
    fn has_lines(&self) -> bool {
        !self.genes.is_empty()
    }

    fn key(&mut self, contig: &str, id: &str) -> u32 {
        self.key.clear();
        self.key.push_str(contig);
        self.key.push('\t');
        self.key.push_str(id);
        if let Some(&key) = self.keys.get(&self.key) {
            return key;
        }
        let key = self.keys.len() as u32;
        self.keys.insert(self.key.clone(), key);
        key
    }

    /// A line.
    fn extend(&mut self, feature: Option<Feature>) {
        let Some(feature) = feature else { return };
        let Feature { contig, kind, start, end, strand, id, name, others, own, parents } = feature;
        let interval = Interval::new(from_one_based(start), end.max(start));
        // GTF has the gene's identifier on every line.
        let key = own.as_ref().or(id.as_ref()).map(|id| self.key(&contig, id));
        if kind == "exon" {
            if own.is_none()
                && let Some(key) = key
            {
                self.exons.push((key, interval));
            }
            for parent in &parents {
                let parent = self.key(&contig, parent);
                self.exons.push((parent, interval));
            }
        } else if let (Some(key), Some(parent)) = (key, parents.first()) {
            let parent = self.key(&contig, parent);
            self.belongs.insert(key, parent);
        }
        let (Some(id), Some(key)) = (id, key) else { return };
        let place = GenePlace { contig, interval, strand, id, name, others, exons: Vec::new() };
        if kind == "gene" {
            self.lines.insert(key, self.genes.len());
            self.genes.push(place);
            self.spans.clear();
        } else if !self.has_lines() {
            match self.span_of.get(&key) {
                Some(&at) => {
                    let known = &mut self.spans[at].interval;
                    *known = Interval::new(known.start.min(interval.start), known.end.max(interval.end));
                }
                None => {
                    self.span_of.insert(key, self.spans.len());
                    self.spans.push(place);
                }
            }
        }
    }

    fn finish(self) -> Vec<GenePlace> {
        let Self { mut genes, mut lines, spans, span_of, exons, belongs, .. } = self;
        if genes.is_empty() {
            (genes, lines) = (spans, span_of);
        }
        for (mut key, interval) in exons {
            // An exon belongs to a transcript, a transcript to a gene; deeper trees are not known.
            for _ in 0..5 {
                if let Some(&at) = lines.get(&key) {
                    genes[at].exons.push(interval);
                    break;
                }
                let Some(parent) = belongs.get(&key) else { break };
                key = *parent;
            }
        }
        for gene in &mut genes {
            gene.exons.sort_unstable();
            gene.exons.dedup();
            gene.exons.shrink_to_fit();
        }
        genes
    }
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
        let (start, end) = (parse(start)?, parse(end)?);
        if let Some((start, end)) = starts.iter().zip(&ends).chain([(&start, &end)]).find(|(start, end)| start >= end) {
            return Err(bad(format!("a gene or exon begins at {start} and ends at {end}")));
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
            interval: Interval::new(start, end),
            strand,
            id: (*name).into(),
            name: Some((*name).into()),
            others: Vec::new(),
            exons,
        });
    }
    Ok(genes)
}
