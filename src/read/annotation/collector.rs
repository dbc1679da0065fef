//! Makes genes of the lines of an annotation.

use std::collections::HashMap;

use super::{feature::Feature, gene_place::GenePlace};
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
    /// The span of the lines of a key, for genes of GTF without a line of their own; with the number of the first record.
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

    /// Adds a record; `None` is one that is not needed.
    pub(super) fn add(&mut self, feature: Option<Feature>) {
        self.records += 1;
        let Some(Feature { contig, kind, interval, strand, id, name, others, own, parents }) = feature else { return };
        // Every line of GTF has the identifier of the gene.
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
            self.parent_of.insert(key, parent);
        }
        let (Some(id), Some(key)) = (id, key) else { return };
        let place = GenePlace { contig, interval, strand, id, name, others, exons: Vec::new() };
        if kind == "gene" {
            self.lines.insert(key, self.genes.len());
            self.genes.push((self.records, place));
        } else if !self.lines.contains_key(&key) {
            match self.span_of.get(&key) {
                Some(&at) => {
                    let known = &mut self.spans[at].1.interval;
                    *known = Interval::new(known.start.min(interval.start), known.end.max(interval.end));
                }
                None => {
                    self.span_of.insert(key, self.spans.len());
                    self.spans.push((self.records, place));
                }
            }
        }
    }

    /// The genes with their exons, in the order of the file.
    pub(super) fn finish(self) -> Vec<GenePlace> {
        let Self { genes, lines, spans, span_of, exons, parent_of, .. } = self;
        let of = |numbered: Vec<(u64, GenePlace)>, keys: &HashMap<u32, usize>| -> Vec<(Vec<u32>, u64, GenePlace)> {
            let mut keyed: Vec<_> = numbered.into_iter().map(|(number, gene)| (Vec::new(), number, gene)).collect();
            keys.iter().for_each(|(&key, &at)| keyed[at].0.push(key));
            keyed
        };
        let mut all = of(genes, &lines);
        // A gene with a line of its own, which may come last, has its place from that line alone.
        all.extend(
            of(spans, &span_of).into_iter().filter(|(keys, ..)| keys.iter().all(|key| !lines.contains_key(key))),
        );
        all.sort_by_key(|(_, number, _)| *number);
        let mut lines = HashMap::new();
        let mut genes = Vec::with_capacity(all.len());
        for (keys, _, gene) in all {
            lines.extend(keys.into_iter().map(|key| (key, genes.len())));
            genes.push(gene);
        }
        for (mut key, interval) in exons {
            // An exon is a part of a transcript, which is a part of a gene. Deeper trees are rare.
            for _ in 0..5 {
                if let Some(&at) = lines.get(&key) {
                    genes[at].exons.push(interval);
                    break;
                }
                let Some(parent) = parent_of.get(&key) else { break };
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
