//! Makes genes of the lines of an annotation.

use std::collections::HashMap;

use super::{
    feature::{Feature, Kind},
    gene_place::GenePlace,
};
use crate::genome::Interval;

/// The assembly that a text names.
pub(crate) fn assembly_of(text: &str) -> Option<&'static str> {
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

/// The genes and exons of the lines so far. Of an annotation of millions of lines, nothing else is kept.
#[derive(Default)]
pub(super) struct Collector {
    /// The assembly that the comments name.
    pub(super) assembly: Option<&'static str>,
    /// The number of lines that are records.
    pub(super) records: u64,
    /// A number for each contig and identifier: a gene on both X and Y, or on an alternate locus, has two places. Identifiers are those
    /// of genes in GTF, and those of lines in GFF3.
    keys: HashMap<String, u32>,
    /// The lines of genes, in order, with the number of the record.
    genes: Vec<(u64, GenePlace)>,
    /// By key: the index of a gene in `genes`.
    lines: HashMap<u32, usize>,
    /// The span of the lines of a key, for genes without a line of their own; with the number of the first record.
    spans: Vec<(u64, GenePlace)>,
    /// By key: the index of a span in `spans`.
    span_of: HashMap<u32, usize>,
    /// Exons with the key of their parent. They are added to their gene at the end.
    exons: Vec<(u32, Interval)>,
    /// In GFF3: the key of the parent, by the key of a part.
    parent_of: HashMap<u32, u32>,
    /// A buffer.
    key: String,
}

impl Collector {
    /// Whether there are lines of genes so far.
    pub(super) fn has_lines(&self) -> bool {
        !self.genes.is_empty()
    }

    /// The key of a contig and identifier.
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

    pub(super) fn add_comment(&mut self, comment: &[u8]) {
        self.assembly = self.assembly.or_else(|| assembly_of(&String::from_utf8_lossy(comment)));
    }

    /// Whether it is known which gene a feature of GFF3 belongs to, by its `ID`, or that it is a gene.
    pub(super) fn has(&mut self, contig: &str, id: &str) -> bool {
        let key = self.key(contig, id);
        self.lines.contains_key(&key) || self.parent_of.contains_key(&key) || self.span_of.contains_key(&key)
    }

    /// Adds a record; `None` is one that is not needed.
    pub(super) fn add(&mut self, feature: Option<Feature>) {
        self.records += 1;
        let Some(Feature { contig, kind, interval, strand, id, name, others, own, parents }) = feature else { return };
        // Every line of GTF has the identifier of the gene.
        let key = own.as_ref().or(id.as_ref()).map(|id| self.key(&contig, id));
        let mut wholes: Vec<u32> = parents.iter().map(|parent| self.key(&contig, parent)).collect();
        if let (Some(key), Some(&parent)) = (key, wholes.first())
            && kind != Kind::Exon
        {
            self.parent_of.insert(key, parent);
            // Its gene is that of the first parent.
            wholes.truncate(1);
        }
        let place = id.map(|id| GenePlace { contig, interval, strand, id, name, others, exons: Vec::new() });
        match (kind, key) {
            (Kind::Link, _) => return,
            (Kind::Gene, Some(key)) => {
                self.lines.insert(key, self.genes.len());
                self.genes.extend(place.map(|place| (self.records, place)));
                return;
            }
            (Kind::Gene, None) => return,
            (Kind::Exon | Kind::Transcript, key) if wholes.is_empty() => wholes.extend(key),
            (Kind::Exon | Kind::Transcript, _) => {}
        }
        for key in wholes {
            if kind == Kind::Exon {
                self.exons.push((key, interval));
            }
            match self.span_of.get(&key) {
                Some(&at) => {
                    let known = &mut self.spans[at].1.interval;
                    *known = Interval::new(known.start.min(interval.start), known.end.max(interval.end));
                }
                None if !self.lines.contains_key(&key) && !self.parent_of.contains_key(&key) => {
                    if let Some(place) = &place {
                        self.span_of.insert(key, self.spans.len());
                        self.spans.push((self.records, place.clone()));
                    }
                }
                None => {}
            }
        }
    }

    /// The genes with their exons, in the order of the file.
    pub(super) fn finish(mut self) -> Vec<GenePlace> {
        let mut places = std::mem::take(&mut self.genes);
        let of_lines = places.len();
        let mut at_key = std::mem::take(&mut self.lines);
        let mut spans: Vec<(u32, usize)> = self.span_of.iter().map(|(&key, &at)| (key, at)).collect();
        spans.sort_by_key(|(_, at)| *at);
        for (key, at) in spans {
            // A gene with a line of its own, which may come last, has its place from that line alone.
            if at_key.contains_key(&key) || self.parent_of.contains_key(&key) {
                continue;
            }
            let (number, place) = self.spans[at].clone();
            // Transcripts that name one gene are of one gene.
            let gene = self.key(&place.contig, &place.id);
            let at = match at_key.get(&gene) {
                Some(&at) if at >= of_lines => {
                    let known = &mut places[at].1.interval;
                    *known = Interval::new(known.start.min(place.interval.start), known.end.max(place.interval.end));
                    at
                }
                Some(&at) => at,
                None => {
                    places.push((number, place));
                    places.len() - 1
                }
            };
            at_key.insert(key, at);
            at_key.insert(gene, at);
        }
        for (key, interval) in std::mem::take(&mut self.exons) {
            if let Some(&at) = self.gene_of(key, &at_key) {
                places[at].1.exons.push(interval);
            }
        }
        places.sort_by_key(|(number, _)| *number);
        let mut genes: Vec<GenePlace> = places.into_iter().map(|(_, gene)| gene).collect();
        for gene in &mut genes {
            gene.exons.sort_unstable();
            gene.exons.dedup();
            gene.exons.shrink_to_fit();
        }
        genes
    }

    /// The gene that the exons of a feature are of.
    fn gene_of<'a>(&self, mut key: u32, genes: &'a HashMap<u32, usize>) -> Option<&'a usize> {
        // An exon is a part of a transcript, which is a part of a gene. Deeper trees are rare.
        for _ in 0..5 {
            if let Some(at) = genes.get(&key) {
                return Some(at);
            }
            key = *self.parent_of.get(&key)?;
        }
        None
    }
}
