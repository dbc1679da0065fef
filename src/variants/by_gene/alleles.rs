//! Alleles in the genes that they lie in.

use std::ops::Range;

use crate::{genome::Strand, head::Piece, skip::Skip, variants::cache::Key, vcf::info::SiteEffect};

/// An allele in a gene.
pub(crate) struct AlleleInGene {
    /// Name of the gene, with the characters that INFO allows.
    pub name: String,
    /// Strand of the gene.
    pub strand: Strand,
    /// Where the answer comes from.
    pub source: AnswerSource,
    /// First base that the answer is for, 0-based; negative near the start of the contig.
    pub start: i64,
    /// Which bases of the answer are on the contig.
    pub on_contig: Range<usize>,
    /// The change, from `start` on.
    pub pieces: Vec<Piece>,
    /// Bases after the change.
    pub right: usize,
    /// Which bases count.
    pub mask: Mask,
    /// The key of the answer, if there is a cache.
    pub key: Option<Key>,
}

/// Where its answer comes from.
pub(crate) enum AnswerSource {
    /// From the model: the number of the change among those of the record.
    Change(usize),
    /// From the cache.
    Cached(Vec<SiteEffect>),
    /// The output format has no scores for it.
    NotInFormat,
}

/// Which bases count.
pub(crate) enum Mask {
    /// All.
    None,
    /// Gains where there is no site, losses where there is one: acceptors and donors, as places in the answer.
    Sites([Vec<usize>; 2]),
    /// SpliceAI's: the exon border nearest to POS, as its distance from POS.
    Nearest(i64),
}

/// The alleles of a record.
pub(crate) struct GeneAlleles {
    /// Every ALT: a gene after the other, or why it is not scored.
    pub alone: Vec<Result<Vec<AlleleInGene>, Skip>>,
    /// An ALT with others of its haplotype, as INFO names them.
    pub together: Vec<(usize, String, Vec<AlleleInGene>)>,
}
