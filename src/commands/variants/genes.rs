//! Variants by gene: on the gene's strand, with N outside of it (or not, as the card says), by models that answer for a change of
//! a stretch.

use super::{
    Asked, Asking, Form, Query,
    effects::{Alleles, Given, InGene, Mask, read_rises},
};
use crate::{
    error::Result,
    genome::{Interval, Strand, interval::commas},
    head::Piece,
    model::card::{Card, Case, OutsideGene},
    output::manifest::ModelReport,
    pipeline::Feed,
    read::{reference::Reference, variants::VariantRecord},
    skip::Skip,
    variants::{
        anchor::Anchored,
        cache::{Cache, KeyMaker},
        genes::{Genes, Sites},
        haplotypes::{self, Carriers, Haplotype, Near, Neighbourhood},
        plan::{Planner, Wanted},
        spelling::Edit,
    },
    vcf::info,
};

/// What the user asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// Bases either side of the variant that are compared.
    pub(super) distance: u64,
    /// Known sites are no gains, unknown ones no losses.
    pub(super) masked: bool,
    /// What is written.
    pub(super) form: Form,
    /// Longest REF or ALT.
    pub(super) max_allele: u64,
    /// Bases the network reads beside what it answers for.
    pub(super) context: u64,
    /// Phased neighbours are scored together, too.
    pub(super) haplotypes: bool,
    /// Lower case says nothing: the card does not take it for unknown.
    pub(super) any_case: bool,
    /// What the network reads outside of the gene.
    pub(super) outside: OutsideGene,
}

impl Rules {
    /// Longest allele that is scored where the card does not say.
    const MAX_ALLELE: u64 = 10_000;

    /// Of a model that answers for changes.
    pub(super) fn new(card: &Card, options: &super::Options) -> Self {
        Self {
            distance: options.distance.or(card.variants.distance).unwrap_or(50),
            masked: options.mask,
            form: options.format,
            max_allele: card.variants.max_allele.unwrap_or(Self::MAX_ALLELE),
            context: card.variants.changes.as_ref().map_or(0, |changes| changes.context),
            haplotypes: options.haplotypes,
            any_case: card.input.case != Case::Mask,
            outside: card.variants.outside,
        }
    }
}

/// What all keys of a cache begin with: the networks, what runs them, and how answers are summed up.
pub(super) fn begin_key(card: &Card, report: &ModelReport, rules: Rules, wanted: &[usize]) -> KeyMaker {
    let mut key = KeyMaker::default();
    // To be counted up when the sums change.
    key.add(b"genogloss variant answers 3");
    for (file, digest) in &card.files.sha256 {
        key.add(file.as_bytes()).add(digest.as_bytes());
    }
    key.add(report.card_sha256.as_deref().unwrap_or_default().as_bytes());
    let engine = &report.engine;
    key.add(engine.engine.as_bytes()).add(engine.version.as_bytes()).add(engine.device.as_bytes());
    key.number(u64::from(rules.form == Form::Spliceai));
    key.number(wanted.len() as u64);
    wanted.iter().for_each(|&column| {
        key.number(column as u64);
    });
    key
}

/// The reader's side.
pub(super) struct Reading {
    genes: Genes,
    planner: Planner,
    rules: Rules,
    found: Vec<usize>,
    /// Contigs whose exon borders were looked at.
    checked: Vec<usize>,
    /// Answers of earlier runs, and what all keys begin with.
    cache: Option<(Cache, KeyMaker)>,
    window: Vec<u8>,
    /// Where haplotypes are asked about: records that wait for their neighbours.
    near: Neighbourhood<VariantRecord>,
    unphased: u64,
}

impl Reading {
    pub(super) fn new(genes: Genes, rules: Rules, cache: Option<(Cache, KeyMaker)>) -> Self {
        Self {
            genes,
            planner: Planner::new(rules.context),
            rules,
            found: Vec::new(),
            checked: Vec::new(),
            cache,
            window: Vec::new(),
            near: Neighbourhood::new(rules.distance, rules.max_allele),
            unphased: 0,
        }
    }

    /// What is to be done with every ALT; the changes go into the batch. Haplotypes wait for what lies right of them.
    pub(super) fn ask(
        &mut self,
        asking: &mut Asking<'_>,
        edits: Vec<Result<Edit, Skip>>,
        record: VariantRecord,
        feed: &mut Feed<'_, Query>,
    ) -> Result<()> {
        if !self.rules.haplotypes {
            return self.send(asking, &edits, record, Vec::new(), feed);
        }
        let (written, carriers) = (record.written(), carriers(&record, edits.len()));
        self.unphased += u64::from(carriers.unphased);
        self.near(asking, Near { record: Some(record), contig: asking.place(), written, edits, carriers }, feed)
    }

    /// A record that is answered for elsewhere: only what lies on its haplotypes counts.
    pub(super) fn pass(
        &mut self,
        asking: &mut Asking<'_>,
        edits: Vec<Result<Edit, Skip>>,
        record: &VariantRecord,
        feed: &mut Feed<'_, Query>,
    ) -> Result<()> {
        let (written, carriers) = (record.written(), carriers(record, edits.len()));
        self.near(asking, Near { record: None, contig: asking.place(), written, edits, carriers }, feed)
    }

    /// Records are asked about together with their neighbours.
    pub(super) fn has_neighbours(&self) -> bool {
        self.rules.haplotypes
    }

    fn near(&mut self, asking: &mut Asking<'_>, near: Near<VariantRecord>, feed: &mut Feed<'_, Query>) -> Result<()> {
        let complete = self.near.complete(near.contig.0, near.written.start);
        self.release(asking.reference, complete, feed)?;
        self.near.push(near);
        Ok(())
    }

    /// Asks about the first records that wait, and forgets them where nobody needs them any more.
    fn release(&mut self, reference: &mut Reference, count: usize, feed: &mut Feed<'_, Query>) -> Result<()> {
        for index in 0..count {
            if let Some(record) = self.near.take(index) {
                let haplotypes = self.near.together(index);
                let near = self.near.at(index);
                let ((contig, len), edits) = (near.contig, near.edits.clone());
                self.send(&mut Asking { reference, contig, len }, &edits, record, haplotypes, feed)?;
            }
        }
        self.near.forget();
        Ok(())
    }

    /// All records have been read.
    pub(super) fn finish(&mut self, reference: &mut Reference, feed: &mut Feed<'_, Query>) -> Result<()> {
        self.release(reference, self.near.len(), feed)?;
        if self.unphased > 0 {
            tracing::warn!(
                "{} records have heterozygous genotypes without phase: those samples were left out of the haplotypes",
                commas(self.unphased)
            );
        }
        if self.near.too_many > 0 {
            tracing::warn!(
                "{} alleles lie on more than {} different haplotypes: the first ones were scored",
                commas(self.near.too_many),
                haplotypes::MOST
            );
        }
        if self.near.too_long > 0 {
            tracing::warn!(
                "{} haplotypes change too much to be scored: more than {} bases",
                commas(self.near.too_long),
                commas(self.near.limit())
            );
        }
        Ok(())
    }

    fn send(
        &mut self,
        asking: &mut Asking<'_>,
        edits: &[Result<Edit, Skip>],
        record: VariantRecord,
        haplotypes: Vec<Haplotype>,
        feed: &mut Feed<'_, Query>,
    ) -> Result<()> {
        // A contig that the reference does not have has no bases.
        if asking.len > 0 && !self.checked.contains(&asking.contig) {
            self.checked.push(asking.contig);
            self.genes.check_name(asking.reference, asking.contig)?;
            self.genes.check_borders(asking.reference, asking.contig)?;
        }
        let mut wanted = Vec::new();
        let mut alone = Vec::with_capacity(edits.len());
        for edit in edits {
            alone.push(match edit {
                Err(skip) => Err(*skip),
                Ok(edit) => self.allele(asking, edit, &mut wanted)?,
            });
        }
        let mut together = Vec::with_capacity(haplotypes.len());
        // What was asked already, of which allele in which gene.
        let mut done: Vec<(usize, usize, Vec<&Edit>)> = Vec::new();
        for Haplotype { allele, edits: all, own } in &haplotypes {
            // A haplotype is told of in the genes of its allele, with those of its neighbours that lie in the gene.
            let Ok(genes) = self.find(asking.contig, &all[*own]) else { continue };
            if alone[*allele].is_err() {
                continue;
            }
            for gene in genes {
                let interval = self.genes.gene(gene).interval;
                let others = all.iter().enumerate().filter(|(at, edit)| at != own && interval.overlaps(place_of(edit)));
                let others: Vec<&Edit> = others.map(|(_, edit)| edit).collect();
                if others.is_empty() || done.contains(&(*allele, gene, others.clone())) {
                    continue;
                }
                let inside = |(at, edit): &(usize, &Edit)| at == own || interval.overlaps(place_of(edit));
                let all: Vec<&Edit> = all.iter().enumerate().filter(inside).map(|(_, edit)| edit).collect();
                if let Some(told) = self.in_genes(asking, &all, &[gene], &mut wanted)? {
                    let names: Vec<String> = others.iter().map(|edit| haplotypes::name(edit)).collect();
                    together.push((*allele, names.join("&"), told));
                }
                done.push((*allele, gene, others));
            }
        }
        let mut alleles = Alleles { alone, together };
        let planner = &mut self.planner;
        feed.changes(|changes| {
            let first = changes.changes.len();
            let mut places = Vec::with_capacity(wanted.len());
            for wanted in wanted {
                places.push(planner.add(asking.reference, changes, first, wanted)?);
            }
            let alone = alleles.alone.iter_mut().flatten().flatten();
            for gene in alone.chain(alleles.together.iter_mut().flat_map(|(_, _, genes)| genes)) {
                if let Given::Change(index) = &mut gene.given {
                    *index = places[*index];
                }
            }
            Ok((Query { record, asked: Asked::Genes(alleles) }, changes.changes.len() - first))
        })
    }

    /// Genes that an allele lies in.
    fn find(&mut self, contig: usize, edit: &Edit) -> Result<Vec<usize>, Skip> {
        let place = match self.rules.form {
            Form::Spliceai => Interval::new(edit.position, edit.position + 1),
            Form::Genogloss => place_of(edit),
        };
        self.genes.overlapping(contig, place, &mut self.found);
        if self.found.is_empty() { Err(Skip::NoGene) } else { Ok(self.found.clone()) }
    }

    /// One ALT in all genes it lies in; what is to be run for it goes to `wanted`.
    fn allele(
        &mut self,
        asking: &mut Asking<'_>,
        edit: &Edit,
        wanted: &mut Vec<Wanted>,
    ) -> Result<Result<Vec<InGene>, Skip>> {
        let Rules { distance, form, max_allele, context, .. } = self.rules;
        let (removed, inserted) = (edit.removed, edit.inserted.len() as u64);
        let genes = match self.find(asking.contig, edit) {
            Err(skip) => return Ok(Err(skip)),
            Ok(genes) => genes,
        };
        if form == Form::Spliceai {
            // The rules of spliceai 1.3.1: a whole window on the contig, and REF within the distance.
            let reach = context / 2 + distance;
            if edit.position < reach || edit.position + reach + 1 > asking.len {
                return Ok(Err(Skip::ContigEnd));
            }
            if removed > 2 * distance || inserted > max_allele {
                return Ok(Err(Skip::AlleleTooLong));
            }
        } else if removed.max(inserted) > max_allele {
            return Ok(Err(Skip::AlleleTooLong));
        }
        Ok(self.in_genes(asking, &[edit], &genes, wanted)?.ok_or(Skip::ContigEnd))
    }

    /// Edits of one haplotype, in order, in each of these genes. None if there is nothing beside them to be compared.
    fn in_genes(
        &mut self,
        asking: &mut Asking<'_>,
        edits: &[&Edit],
        genes: &[usize],
        wanted: &mut Vec<Wanted>,
    ) -> Result<Option<Vec<InGene>>> {
        let Rules { distance, masked, form, any_case, outside, .. } = self.rules;
        let as_spliceai = form == Form::Spliceai;
        let anchored = if as_spliceai {
            edits.iter().map(|edit| Anchored::plain(edit)).collect()
        } else {
            match Anchored::all(edits, asking.len, |at| asking.base(at))? {
                Some(anchored) => anchored,
                None => return Ok(None),
            }
        };
        let (Some(first), Some(last)) = (anchored.first(), anchored.last()) else { return Ok(None) };
        let (position, end) = (first.position, last.end());
        let removed = end - position;
        let not_in_format = as_spliceai && removed > 1 && first.inserted.len() > 1;
        let right = if as_spliceai { (distance + 1).saturating_sub(removed) } else { distance };
        let start = position as i64 - distance as i64;
        let on_contig = (-start).max(0) as usize..(asking.len as i64 - start).max(0) as usize;
        let mut pieces = Vec::with_capacity(anchored.len());
        let mut at = start;
        for edit in &anchored {
            pieces.push(Piece {
                before: (edit.position as i64 - at) as usize,
                removed: edit.removed as usize,
                inserted: edit.inserted.len(),
            });
            at = edit.end() as i64;
        }
        let mut between = Vec::new();
        asking.reference.fetch(asking.contig, Interval::new(position, end), &mut between)?;
        let mut all = Vec::with_capacity(genes.len());
        for &index in genes {
            let gene = self.genes.gene(index);
            let read = match outside {
                OutsideGene::N => gene.interval,
                OutsideGene::Sequence => Interval::new(0, asking.len),
            };
            let mask = if !masked {
                Mask::None
            } else if as_spliceai {
                // Borders are first and last bases of exons; of two as near, the first.
                let mut borders: Vec<u64> =
                    gene.exons.iter().flat_map(|exon| [exon.start, exon.end.saturating_sub(1)]).collect();
                borders.sort_unstable();
                let distances = borders.into_iter().map(|border| border as i64 - position as i64);
                Mask::Nearest(distances.min_by_key(|distance| distance.abs()).unwrap_or(i64::MAX))
            } else {
                let Sites { acceptors, donors } = Sites::of(gene);
                let len = distance as i64 + (removed + right) as i64;
                Mask::Sites([acceptors, donors].map(|sites| {
                    let places = sites.into_iter().map(|site| site as i64 - start);
                    places.filter(|place| (0..len).contains(place)).map(|place| place as usize).collect()
                }))
            };
            let name = info::plain(gene.name.as_deref().unwrap_or(&gene.id));
            let mut in_gene = InGene {
                name,
                strand: gene.strand,
                given: Given::NotInFormat,
                start,
                on_contig: on_contig.clone(),
                pieces: pieces.clone(),
                right: right as usize,
                mask,
                key: None,
            };
            if !not_in_format {
                // What is put in: of bases that are not changed, those outside of the gene are not read.
                let kept = |at: u64, base: u8| if read.contains(at) { base } else { b'N' };
                let mut inserted = Vec::new();
                let mut at = position;
                for edit in &anchored {
                    inserted.extend((at..edit.position).map(|at| kept(at, between[(at - position) as usize])));
                    let from = inserted.len();
                    inserted.extend_from_slice(&edit.inserted);
                    if let Some((at, place)) = edit.anchor {
                        inserted[from + place] = kept(at, edit.inserted[place]);
                    }
                    at = edit.end();
                }
                if any_case {
                    inserted.make_ascii_uppercase();
                }
                let one = Wanted {
                    contig: asking.contig,
                    len: asking.len,
                    strand: gene.strand,
                    kept: read,
                    position,
                    removed,
                    inserted,
                    left: distance,
                    right,
                };
                in_gene.given = self.given(asking, &mut in_gene, one, wanted)?;
            }
            all.push(in_gene);
        }
        Ok(Some(all))
    }

    /// An answer that is in the cache, or the place of the change that is to be run.
    fn given(
        &mut self,
        asking: &mut Asking<'_>,
        gene: &mut InGene,
        one: Wanted,
        wanted: &mut Vec<Wanted>,
    ) -> Result<Given> {
        if let Some((cache, begun)) = &self.cache {
            let mut key = begun.clone();
            self.planner.read(asking.reference, &one, &mut self.window)?;
            if self.rules.any_case {
                self.window.make_ascii_uppercase();
            }
            key.add(&self.window).number(u64::from(one.strand == Strand::Reverse));
            key.number(one.removed).add(&one.inserted).number(one.left).number(one.right);
            for piece in &gene.pieces {
                key.number(piece.before as u64).number(piece.removed as u64).number(piece.inserted as u64);
            }
            key.number(gene.on_contig.start as u64).number(gene.on_contig.end as u64);
            match &gene.mask {
                Mask::None => key.number(0),
                Mask::Nearest(border) => key.number(1).number(*border as u64),
                Mask::Sites(sites) => {
                    for sites in sites {
                        key.number(sites.len() as u64);
                        sites.iter().for_each(|&site| {
                            key.number(site as u64);
                        });
                    }
                    key.number(2)
                }
            };
            let key = key.finish();
            if let Some(bytes) = cache.get(&key)?
                && let Some(rises) = read_rises(&bytes, gene.start, one.left)
            {
                return Ok(Given::Known(rises));
            }
            gene.key = Some(key);
        }
        wanted.push(one);
        Ok(Given::Change(wanted.len() - 1))
    }
}

/// Bases by which an edit lies in a gene. An insertion lies between two bases: the one before it stands for its place.
fn place_of(edit: &Edit) -> Interval {
    match edit.removed {
        0 => Interval::new(edit.position.saturating_sub(1), edit.position.max(1)),
        _ => Interval::new(edit.position, edit.end()),
    }
}

/// Who carries the alleles of a record: by the columns after INFO.
fn carriers(record: &VariantRecord, alternates: usize) -> Carriers {
    Carriers::of(record.line.get(record.info.end + 1..).unwrap_or_default(), alternates)
}
