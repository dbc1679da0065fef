//! The change that an allele, or a haplotype, makes in a gene.

use std::ops::Range;

use super::{
    alleles::{AlleleInGene, AnswerSource, Mask},
    key,
    rules::Rules,
};
use crate::{
    error::Result,
    genome::Interval,
    head::Piece,
    model::card::OutsideGene,
    read::annotation::GenePlace,
    variants::{
        anchor::Anchored,
        cache::{Cache, KeyMaker},
        contig::ContigBases,
        genes::{Genes, Sites},
        plan::{Planner, Wanted},
        settings::InfoFormat,
        spelling::Edit,
    },
    vcf::info,
};

/// Makes changes, and looks them up in the cache.
pub(crate) struct ChangeMaker {
    rules: Rules,
    planner: Planner,
    /// Answers of earlier runs, and the part that all keys begin with.
    cache: Option<(Cache, KeyMaker)>,
    window: Vec<u8>,
}

/// The edits of one haplotype as one change of the contig.
struct HaplotypeChange {
    edits: Vec<Anchored>,
    /// First base that is compared, 0-based; negative near the start of the contig.
    start: i64,
    /// First base that is replaced, 0-based.
    position: u64,
    /// Bases that are replaced.
    removed: u64,
    /// Bases that are compared after the change.
    right: u64,
    /// Which of the compared bases are on the contig.
    on_contig: Range<usize>,
    pieces: Vec<Piece>,
    /// The bases of the contig that are replaced.
    replaced: Vec<u8>,
    /// SpliceAI's format has no scores for it.
    not_in_format: bool,
}

impl ChangeMaker {
    /// Changes by these rules.
    pub(crate) fn new(rules: Rules, cache: Option<(Cache, KeyMaker)>) -> Self {
        Self { rules, planner: Planner::new(rules.context, rules.period), cache, window: Vec::new() }
    }

    /// Puts changes into batches.
    pub(crate) fn planner(&mut self) -> &mut Planner {
        &mut self.planner
    }

    fn as_spliceai(&self) -> bool {
        self.rules.info == InfoFormat::Spliceai
    }

    /// Edits of one haplotype, in order, in each of these genes; the changes that must be run are added to `wanted`. `None` if the contig has
    /// no base beside them that could be compared.
    pub(crate) fn in_genes(
        &mut self,
        contig: &mut ContigBases<'_>,
        edits: &[&Edit],
        (genes, chosen): (&Genes, &[usize]),
        wanted: &mut Vec<Wanted>,
    ) -> Result<Option<Vec<AlleleInGene>>> {
        let Some(change) = self.change(contig, edits)? else { return Ok(None) };
        let mut all = Vec::with_capacity(chosen.len());
        for &index in chosen {
            let gene = genes.gene(index);
            let mut in_gene = AlleleInGene {
                name: info::percent_encoded(gene.name.as_deref().unwrap_or(&gene.id)),
                strand: gene.strand,
                source: AnswerSource::NotInFormat,
                start: change.start,
                on_contig: change.on_contig.clone(),
                pieces: change.pieces.clone(),
                right: change.right as usize,
                mask: self.mask(gene, &change),
                key: None,
            };
            if !change.not_in_format {
                let kept = match self.rules.outside {
                    OutsideGene::N => gene.interval,
                    OutsideGene::Sequence => Interval::new(0, contig.len),
                };
                let one = Wanted {
                    contig: contig.id,
                    len: contig.len,
                    strand: gene.strand,
                    kept,
                    position: change.position,
                    removed: change.removed,
                    inserted: self.inserted(&change, kept),
                    left: self.rules.distance,
                    right: change.right,
                };
                in_gene.source = self.source(contig, &mut in_gene, one, wanted)?;
            }
            all.push(in_gene);
        }
        Ok(Some(all))
    }

    fn change(&self, contig: &mut ContigBases<'_>, edits: &[&Edit]) -> Result<Option<HaplotypeChange>> {
        let (distance, len) = (self.rules.distance, contig.len);
        let anchored = if self.as_spliceai() {
            Some(edits.iter().map(|edit| Anchored::plain(edit)).collect())
        } else {
            Anchored::all(edits, len, |at| contig.base(at))?
        };
        let Some(edits) = anchored else { return Ok(None) };
        let (Some(first), Some(last)) = (edits.first(), edits.last()) else { return Ok(None) };
        let (position, end) = (first.position, last.end());
        let removed = end - position;
        let not_in_format = self.as_spliceai() && removed > 1 && first.inserted.len() > 1;
        let right = if self.as_spliceai() { (distance + 1).saturating_sub(removed) } else { distance };
        let start = position as i64 - distance as i64;
        let mut pieces = Vec::with_capacity(edits.len());
        let mut at = start;
        for edit in &edits {
            pieces.push(Piece {
                before: (edit.position as i64 - at) as usize,
                removed: edit.removed as usize,
                inserted: edit.inserted.len(),
            });
            at = edit.end() as i64;
        }
        let mut replaced = Vec::new();
        contig.fetch(Interval::new(position, end), &mut replaced)?;
        let on_contig = (-start).max(0) as usize..(len as i64 - start).max(0) as usize;
        Ok(Some(HaplotypeChange { edits, start, position, removed, right, on_contig, pieces, replaced, not_in_format }))
    }

    /// Which bases count as gains and losses in a gene.
    fn mask(&self, gene: &GenePlace, change: &HaplotypeChange) -> Mask {
        if !self.rules.masked {
            return Mask::None;
        }
        if self.as_spliceai() {
            // Borders are the first and last bases of exons; of two that are equally near, the first.
            let mut borders: Vec<u64> =
                gene.exons.iter().flat_map(|exon| [exon.start, exon.end.saturating_sub(1)]).collect();
            borders.sort_unstable();
            let distances = borders.into_iter().map(|border| border as i64 - change.position as i64);
            return Mask::Nearest(distances.min_by_key(|distance| distance.abs()).unwrap_or(i64::MAX));
        }
        let Sites { acceptors, donors } = Sites::of(gene);
        let len = self.rules.distance as i64 + (change.removed + change.right) as i64;
        Mask::Sites([acceptors, donors].map(|sites| {
            let places = sites.into_iter().map(|site| site as i64 - change.start);
            places.filter(|place| (0..len).contains(place)).map(|place| place as usize).collect()
        }))
    }

    /// The bases that replace those of the contig. Unchanged bases among them that are not `kept` are N.
    fn inserted(&self, change: &HaplotypeChange, kept: Interval) -> Vec<u8> {
        let read = |at: u64, base: u8| if kept.contains(at) { base } else { b'N' };
        let mut inserted = Vec::new();
        let mut at = change.position;
        for edit in &change.edits {
            inserted.extend((at..edit.position).map(|at| read(at, change.replaced[(at - change.position) as usize])));
            let from = inserted.len();
            inserted.extend_from_slice(&edit.inserted);
            if let Some((at, place)) = edit.anchor {
                inserted[from + place] = read(at, edit.inserted[place]);
            }
            at = edit.end();
        }
        if self.rules.any_case {
            inserted.make_ascii_uppercase();
        }
        inserted
    }

    /// An answer of the cache, or the number of the change that must be run.
    fn source(
        &mut self,
        contig: &mut ContigBases<'_>,
        gene: &mut AlleleInGene,
        one: Wanted,
        wanted: &mut Vec<Wanted>,
    ) -> Result<AnswerSource> {
        if let Some((cache, run)) = &self.cache {
            self.planner.read(contig.reference, &one, &mut self.window)?;
            if self.rules.any_case {
                self.window.make_ascii_uppercase();
            }
            let key = key::of_change(run, &self.window, &one, gene);
            if let Some(bytes) = cache.get(&key)?
                && let Some(site_effects) = key::read_site_effects(&bytes, gene.start, one.left)
            {
                return Ok(AnswerSource::Cached(site_effects));
            }
            gene.key = Some(key);
        }
        wanted.push(one);
        Ok(AnswerSource::Change(wanted.len() - 1))
    }
}
