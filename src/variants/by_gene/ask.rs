//! Finds the genes of every allele, and feeds one change for each of them; haplotypes wait for their neighbours.

use super::{
    alleles::{AlleleInGene, AnswerSource, GeneAlleles},
    change::ChangeMaker,
    rules::Rules,
};
use crate::{
    error::Result,
    genome::{Interval, interval::commas},
    pipeline::Feed,
    read::{reference::Reference, variants::VariantRecord},
    skip::Skip,
    variants::{
        cache::{Cache, KeyMaker},
        contig::ContigBases,
        genes::Genes,
        haplotypes::{self, Carriers, Haplotype, NearbyRecord, Neighbourhood},
        plan::Wanted,
        query::{AlleleQueries, Query},
        settings::InfoFormat,
        spelling::Edit,
    },
};

/// Asks about alleles by gene.
pub(crate) struct GeneAsker {
    genes: Genes,
    rules: Rules,
    found: Vec<usize>,
    /// Contigs whose names and exon borders were checked.
    checked: Vec<usize>,
    maker: ChangeMaker,
    /// Records that wait for their neighbours, if haplotypes are scored.
    neighbours: Neighbourhood<VariantRecord>,
    unphased: u64,
}

impl GeneAsker {
    /// Alleles in these genes; `cache`: answers of earlier runs, and the part that all keys begin with.
    pub(crate) fn new(genes: Genes, rules: Rules, cache: Option<(Cache, KeyMaker)>) -> Self {
        Self {
            genes,
            rules,
            found: Vec::new(),
            checked: Vec::new(),
            maker: ChangeMaker::new(rules, cache),
            neighbours: Neighbourhood::new(rules.distance, rules.max_allele),
            unphased: 0,
        }
    }

    /// Feeds the changes of every ALT of a record. If haplotypes are scored, the record waits for those to its right.
    pub(crate) fn feed(
        &mut self,
        contig: &mut ContigBases<'_>,
        edits: Vec<Result<Edit, Skip>>,
        record: VariantRecord,
        feed: &mut Feed<'_, Query>,
    ) -> Result<()> {
        if !self.rules.haplotypes {
            return self.send(contig, &edits, record, Vec::new(), feed);
        }
        let (written, carriers) = (record.written(), carriers(&record, edits.len()));
        self.unphased += u64::from(carriers.unphased);
        self.add(contig, NearbyRecord { record: Some(record), contig: contig.place(), written, edits, carriers }, feed)
    }

    /// A record that another shard or an earlier run writes: it counts only as a neighbour.
    pub(crate) fn pass(
        &mut self,
        contig: &mut ContigBases<'_>,
        edits: Vec<Result<Edit, Skip>>,
        record: &VariantRecord,
        feed: &mut Feed<'_, Query>,
    ) -> Result<()> {
        let (written, carriers) = (record.written(), carriers(record, edits.len()));
        self.add(contig, NearbyRecord { record: None, contig: contig.place(), written, edits, carriers }, feed)
    }

    /// How many bases away from a record its neighbours may begin or end.
    pub(crate) fn margin(&self) -> u64 {
        self.neighbours.margin()
    }

    /// Whether records are scored together with their neighbours.
    pub(crate) fn has_neighbours(&self) -> bool {
        self.rules.haplotypes
    }

    fn add(
        &mut self,
        contig: &mut ContigBases<'_>,
        neighbour: NearbyRecord<VariantRecord>,
        feed: &mut Feed<'_, Query>,
    ) -> Result<()> {
        let complete = self.neighbours.complete(neighbour.contig.0, neighbour.written.start);
        self.release(contig.reference, complete, feed)?;
        self.neighbours.push(neighbour);
        Ok(())
    }

    /// Feeds the first records that wait, and forgets those that no later record needs.
    fn release(&mut self, reference: &mut Reference, count: usize, feed: &mut Feed<'_, Query>) -> Result<()> {
        for index in 0..count {
            if let Some(record) = self.neighbours.take(index) {
                let haplotypes = self.neighbours.together(index);
                let neighbour = self.neighbours.at(index);
                let ((id, len), edits) = (neighbour.contig, neighbour.edits.clone());
                self.send(&mut ContigBases { reference, id, len }, &edits, record, haplotypes, feed)?;
            }
        }
        self.neighbours.forget();
        Ok(())
    }

    /// All records have been read.
    pub(crate) fn finish(&mut self, reference: &mut Reference, feed: &mut Feed<'_, Query>) -> Result<()> {
        self.release(reference, self.neighbours.len(), feed)?;
        if self.unphased > 0 {
            tracing::warn!(
                "{} records have heterozygous genotypes without phase: the haplotypes do not include these samples",
                commas(self.unphased)
            );
        }
        if self.neighbours.too_many > 0 {
            tracing::warn!(
                "{} alleles lie on more than {} different haplotypes: the first ones were scored",
                commas(self.neighbours.too_many),
                haplotypes::MOST
            );
        }
        if self.neighbours.too_long > 0 {
            tracing::warn!(
                "{} haplotypes were not scored: they change more than {} bases",
                commas(self.neighbours.too_long),
                commas(self.neighbours.limit())
            );
        }
        Ok(())
    }

    fn send(
        &mut self,
        contig: &mut ContigBases<'_>,
        edits: &[Result<Edit, Skip>],
        record: VariantRecord,
        haplotypes: Vec<Haplotype>,
        feed: &mut Feed<'_, Query>,
    ) -> Result<()> {
        // A contig that the reference lacks has no bases.
        if contig.len > 0 && !self.checked.contains(&contig.id) {
            self.checked.push(contig.id);
            self.genes.check_name(contig.reference, contig.id)?;
            self.genes.check_borders(contig.reference, contig.id)?;
        }
        let mut wanted = Vec::new();
        let mut alone = Vec::with_capacity(edits.len());
        for edit in edits {
            alone.push(match edit {
                Err(skip) => Err(*skip),
                Ok(edit) => self.allele(contig, edit, &mut wanted)?,
            });
        }
        let together = self.haplotypes(contig, &haplotypes, &alone, &mut wanted)?;
        let mut alleles = GeneAlleles { alone, together };
        let planner = self.maker.planner();
        feed.changes(|changes| {
            let first = changes.changes.len();
            let mut places = Vec::with_capacity(wanted.len());
            for wanted in wanted {
                places.push(planner.add(contig.reference, changes, first, wanted)?);
            }
            let alone = alleles.alone.iter_mut().flatten().flatten();
            for gene in alone.chain(alleles.together.iter_mut().flat_map(|(_, _, genes)| genes)) {
                if let AnswerSource::Change(index) = &mut gene.source {
                    *index = places[*index];
                }
            }
            Ok((Query { record, alleles: AlleleQueries::Genes(alleles) }, changes.changes.len() - first))
        })
    }

    /// Alleles together with their neighbours, in the genes of the allele, with those neighbours that lie in the gene.
    fn haplotypes(
        &mut self,
        contig: &mut ContigBases<'_>,
        haplotypes: &[Haplotype],
        alone: &[Result<Vec<AlleleInGene>, Skip>],
        wanted: &mut Vec<Wanted>,
    ) -> Result<Vec<(usize, String, Vec<AlleleInGene>)>> {
        let mut together = Vec::with_capacity(haplotypes.len());
        // Neighbours that were added before, by allele and gene.
        let mut added: Vec<(usize, usize, Vec<&Edit>)> = Vec::new();
        for Haplotype { allele, edits: all, own } in haplotypes {
            let Ok(genes) = self.find(contig.id, &all[*own]) else { continue };
            if alone[*allele].is_err() {
                continue;
            }
            for gene in genes {
                let interval = self.genes.gene(gene).interval;
                let others = all.iter().enumerate().filter(|(at, edit)| at != own && interval.overlaps(place_of(edit)));
                let others: Vec<&Edit> = others.map(|(_, edit)| edit).collect();
                if others.is_empty() || added.contains(&(*allele, gene, others.clone())) {
                    continue;
                }
                let inside = |(at, edit): &(usize, &Edit)| at == own || interval.overlaps(place_of(edit));
                let all: Vec<&Edit> = all.iter().enumerate().filter(inside).map(|(_, edit)| edit).collect();
                if let Some(in_gene) = self.maker.in_genes(contig, &all, (&self.genes, &[gene]), wanted)? {
                    let names: Vec<String> = others.iter().map(|edit| haplotypes::name(edit)).collect();
                    together.push((*allele, names.join("&"), in_gene));
                }
                added.push((*allele, gene, others));
            }
        }
        Ok(together)
    }

    /// Genes that an allele lies in.
    fn find(&mut self, contig: usize, edit: &Edit) -> Result<Vec<usize>, Skip> {
        let place = match self.rules.info {
            InfoFormat::Spliceai => Interval::new(edit.position, edit.position + 1),
            InfoFormat::Genogloss => place_of(edit),
        };
        self.genes.overlapping(contig, place, &mut self.found);
        if self.found.is_empty() { Err(Skip::NoGene) } else { Ok(self.found.clone()) }
    }

    /// One ALT in all genes that it lies in; the changes that must be run are added to `wanted`.
    fn allele(
        &mut self,
        contig: &mut ContigBases<'_>,
        edit: &Edit,
        wanted: &mut Vec<Wanted>,
    ) -> Result<Result<Vec<AlleleInGene>, Skip>> {
        let Rules { distance, info, max_allele, context, .. } = self.rules;
        let (removed, inserted) = (edit.removed, edit.inserted.len() as u64);
        let genes = match self.find(contig.id, edit) {
            Err(skip) => return Ok(Err(skip)),
            Ok(genes) => genes,
        };
        if info == InfoFormat::Spliceai {
            // The rules of spliceai 1.3.1: a whole window on the contig, and REF within the distance.
            let reach = context / 2 + distance;
            if edit.position < reach || edit.position + reach + 1 > contig.len {
                return Ok(Err(Skip::ContigEnd));
            }
            if removed > 2 * distance || inserted > max_allele {
                return Ok(Err(Skip::AlleleTooLong));
            }
        } else if removed.max(inserted) > max_allele {
            return Ok(Err(Skip::AlleleTooLong));
        }
        Ok(self.maker.in_genes(contig, &[edit], (&self.genes, &genes), wanted)?.ok_or(Skip::ContigEnd))
    }
}

/// The bases that decide in which genes an edit lies. An insertion lies between two bases: the one before it decides.
fn place_of(edit: &Edit) -> Interval {
    match edit.removed {
        0 => Interval::new(edit.position.saturating_sub(1), edit.position.max(1)),
        _ => Interval::new(edit.position, edit.end()),
    }
}

/// Which samples carry the alleles of a record: from the columns after INFO.
fn carriers(record: &VariantRecord, alternates: usize) -> Carriers {
    Carriers::of(record.line.get(record.info.end + 1..).unwrap_or_default(), alternates)
}
