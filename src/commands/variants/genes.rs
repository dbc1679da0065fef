//! Variants by gene: on the gene's strand, with N outside of it, by models that answer for a change of a stretch.

use std::collections::VecDeque;

use super::{Asked, Asking, Form as OutputForm, Query};
use crate::{
    error::Result,
    genome::{
        Interval, Strand,
        interval::{commas, to_one_based},
    },
    head::{Piece, largest_rise, seen_from_reference},
    model::{
        ChangeAnswer,
        card::{Card, Column},
    },
    pipeline::{Feed, RowAnswers},
    read::{reference::Reference, variants::VariantRecord},
    report::{Counts, Skip},
    variant::{
        cache::{Cache, Key, KeyMaker},
        genes::{Genes, Sites},
        haplotypes::{self, Carriers, Neighbour},
        plan::{Planner, Wanted},
        spelling::Edit,
    },
    write::{
        manifest::ModelReport,
        vcf::{self, GeneEffect, Rise},
    },
};

/// What is asked of an allele in a gene.
pub(super) struct InGene {
    /// Its name, as INFO takes it.
    name: String,
    strand: Strand,
    given: Given,
    /// First base that the answer is for, 0-based; before the contig where it begins nearer.
    start: i64,
    /// The change, from there on, and the bases after it.
    pieces: Vec<Piece>,
    right: usize,
    mask: Mask,
    /// What the answer is kept by, where there is a cache.
    key: Option<Key>,
}

/// Where its answer is.
enum Given {
    /// Among those to the record's changes.
    Change(usize),
    /// Known already.
    Known(Vec<Rise>),
    /// The format has none.
    NotInFormat,
}

/// Which bases may count.
enum Mask {
    /// All.
    None,
    /// Gains where there is no site, losses where there is one: acceptors and donors, as places in the answer.
    Sites([Vec<usize>; 2]),
    /// SpliceAI's: the exon border nearest to POS, as its distance from POS.
    Nearest(i64),
}

/// What is asked of a record.
pub(super) struct Alleles {
    /// Every ALT: a gene after the other, or why it is not scored.
    alone: Vec<Result<Vec<InGene>, Skip>>,
    /// An ALT with others of its haplotype, as INFO names them.
    together: Vec<(usize, String, Vec<InGene>)>,
}

/// What the user asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// Bases either side of the variant that are compared.
    pub(super) distance: u64,
    /// Known sites are no gains, unknown ones no losses.
    pub(super) masked: bool,
    /// What is written.
    pub(super) form: OutputForm,
    /// Longest REF or ALT.
    pub(super) max_allele: u64,
    /// Bases the network reads beside what it answers for.
    pub(super) context: u64,
    /// Phased neighbours are scored together, too.
    pub(super) haplotypes: bool,
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
        }
    }
}

/// An edit that takes a neighbouring base with it where something is only inserted or only deleted, so that there is a base on
/// both sides to be compared.
#[derive(Clone)]
struct Anchored {
    position: u64,
    removed: u64,
    inserted: Vec<u8>,
    /// The base that was taken, and its place in `inserted`.
    anchor: Option<(u64, usize)>,
}

impl Anchored {
    fn end(&self) -> u64 {
        self.position + self.removed
    }

    /// Edits in order, none over another. None if there is no base to be taken.
    fn all(edits: &[&Edit], asking: &mut Asking<'_>) -> Result<Option<Vec<Self>>> {
        let mut all: Vec<Self> = Vec::with_capacity(edits.len());
        for edit in edits {
            let mut own =
                Self { position: edit.position, removed: edit.removed, inserted: edit.inserted.clone(), anchor: None };
            if edit.removed > 0 && !edit.inserted.is_empty() {
                all.push(own);
                continue;
            }
            match all.last_mut() {
                // The base before it is changed itself: both are one change.
                Some(before) if before.end() == edit.position => {
                    before.removed += own.removed;
                    before.inserted.append(&mut own.inserted);
                    continue;
                }
                _ => {}
            }
            let (at, place) = match edit.position.checked_sub(1) {
                Some(before) => (before, 0),
                // At the contig's start it is the base after it.
                None if edit.end() < asking.len && edits.len() == 1 => (edit.end(), own.inserted.len()),
                None => return Ok(None),
            };
            own.inserted.insert(place, asking.base(at)?);
            (own.position, own.removed, own.anchor) = (own.position.min(at), own.removed + 1, Some((at, place)));
            all.push(own);
        }
        Ok(Some(all))
    }
}

/// A record that waits for those right of it, or is kept for those.
struct Waiting {
    /// None once it was asked about, and of records that others answer for.
    record: Option<VariantRecord>,
    contig: usize,
    len: u64,
    position: u64,
    edits: Vec<Result<Edit, Skip>>,
    carriers: Carriers,
}

/// What all keys of a cache begin with: the networks, what runs them, and how answers are summed up.
pub(super) fn begin_key(card: &Card, report: &ModelReport, rules: Rules) -> KeyMaker {
    let mut key = KeyMaker::default();
    // To be counted up when the sums change.
    key.add(b"genogloss variant answers 1");
    for (file, digest) in &card.files.sha256 {
        key.add(file.as_bytes()).add(digest.as_bytes());
    }
    key.add(report.card_sha256.as_deref().unwrap_or_default().as_bytes());
    let engine = &report.engine;
    key.add(engine.engine.as_bytes()).add(engine.version.as_bytes()).add(engine.device.as_bytes());
    key.number(u64::from(rules.form == OutputForm::Spliceai));
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
    /// Records of the neighbourhood, in input order.
    near: VecDeque<Waiting>,
    unphased: u64,
    too_many: u64,
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
            near: VecDeque::new(),
            unphased: 0,
            too_many: 0,
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
        self.near(asking, edits, &record, true, feed)?;
        if let Some(last) = self.near.back_mut() {
            last.record = Some(record);
        }
        Ok(())
    }

    /// A record that is answered for elsewhere: only what lies on its haplotypes counts.
    pub(super) fn pass(
        &mut self,
        asking: &mut Asking<'_>,
        edits: Vec<Result<Edit, Skip>>,
        record: &VariantRecord,
        feed: &mut Feed<'_, Query>,
    ) -> Result<()> {
        self.near(asking, edits, record, false, feed)
    }

    /// Records are asked about together with their neighbours.
    pub(super) fn has_neighbours(&self) -> bool {
        self.rules.haplotypes
    }

    /// How far apart neighbours may lie.
    fn reach(&self) -> u64 {
        self.rules.distance
    }

    fn near(
        &mut self,
        asking: &mut Asking<'_>,
        edits: Vec<Result<Edit, Skip>>,
        record: &VariantRecord,
        own: bool,
        feed: &mut Feed<'_, Query>,
    ) -> Result<()> {
        let columns = record.line.get(record.info.end + 1..).unwrap_or_default();
        let carriers = Carriers::of(columns, edits.len());
        self.unphased += u64::from(own && carriers.unphased);
        let (contig, len) = (asking.contig, asking.len);
        let waiting = Waiting { record: None, contig, len, position: record.position, edits, carriers };
        // The first base it changes: records lie in order of POS, and changes begin near to it.
        let from = record.position.saturating_sub(self.reach());
        let ready = self.near.iter().take_while(|near| near.contig != contig || near.last() < from).count();
        self.release(asking.reference, ready, feed)?;
        self.near.push_back(waiting);
        Ok(())
    }

    /// Asks about the first records that wait, and forgets them where nobody needs them any more.
    fn release(&mut self, reference: &mut Reference, count: usize, feed: &mut Feed<'_, Query>) -> Result<()> {
        for index in 0..count.min(self.near.len()) {
            if let Some(record) = self.near[index].record.take() {
                self.send_near(reference, index, record, feed)?;
            }
        }
        // Those that no record that waits, or is still to come, has for a neighbour.
        while let Some(first) = self.near.front().filter(|first| first.record.is_none()) {
            let newest = self.near.len() - 1;
            let needed = self.near.iter().enumerate().skip(1).any(|(at, other)| {
                (other.record.is_some() || at == newest)
                    && other.contig == first.contig
                    && other.first() <= first.last() + self.reach()
            });
            if needed || newest == 0 {
                break;
            }
            self.near.pop_front();
        }
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
        if self.too_many > 0 {
            tracing::warn!(
                "{} alleles lie on more than {} different haplotypes: the first ones were scored",
                commas(self.too_many),
                haplotypes::MOST
            );
        }
        Ok(())
    }

    /// A record and its haplotypes.
    fn send_near(
        &mut self,
        reference: &mut Reference,
        index: usize,
        record: VariantRecord,
        feed: &mut Feed<'_, Query>,
    ) -> Result<()> {
        let own = &self.near[index];
        let (contig, len, edits) = (own.contig, own.len, own.edits.clone());
        let mut asked: Vec<(usize, String, Vec<Edit>)> = Vec::new();
        for (allele, edit) in edits.iter().enumerate() {
            let Ok(edit) = edit else { continue };
            let mut neighbours = Vec::new();
            for other in self.near.iter().enumerate().filter(|(at, other)| *at != index && other.contig == contig) {
                for (other_edit, carriers) in other.1.edits.iter().zip(&other.1.carriers.by_allele) {
                    if let Ok(other_edit) = other_edit
                        && other_edit.end() + self.reach() >= edit.position
                        && other_edit.position <= edit.end() + self.reach()
                        && !carriers.is_empty()
                    {
                        neighbours.push(Neighbour { edit: other_edit, carriers });
                    }
                }
            }
            neighbours.sort_by_key(|neighbour| (neighbour.edit.position, neighbour.edit.removed));
            let mut sets = haplotypes::together(edit, &own.carriers.by_allele[allele], &neighbours);
            if sets.len() > haplotypes::MOST {
                self.too_many += 1;
                sets.truncate(haplotypes::MOST);
            }
            for set in sets {
                let others: Vec<&Edit> = set.iter().map(|&at| neighbours[at].edit).collect();
                let name = |edit: &&Edit| {
                    let inserted =
                        if edit.inserted.is_empty() { "-".into() } else { String::from_utf8_lossy(&edit.inserted) };
                    format!("{}:{}>{inserted}", to_one_based(edit.position), edit.removed)
                };
                let names: Vec<String> = others.iter().map(name).collect();
                let mut all: Vec<Edit> = others.into_iter().chain([edit]).cloned().collect();
                all.sort_by_key(|edit| (edit.position, edit.removed));
                asked.push((allele, names.join("&"), all));
            }
        }
        let mut asking = Asking { reference, contig, len };
        self.send(&mut asking, &edits, record, asked, feed)
    }

    fn send(
        &mut self,
        asking: &mut Asking<'_>,
        edits: &[Result<Edit, Skip>],
        record: VariantRecord,
        haplotypes: Vec<(usize, String, Vec<Edit>)>,
        feed: &mut Feed<'_, Query>,
    ) -> Result<()> {
        if !self.checked.contains(&asking.contig) {
            self.checked.push(asking.contig);
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
        for (allele, names, all) in haplotypes {
            // A haplotype is told of in the genes of its allele.
            if let Ok(Ok(own)) = edits[allele].as_ref().map(|edit| self.find(asking.contig, edit)) {
                let all: Vec<&Edit> = all.iter().collect();
                if let Some(genes) = self.in_genes(asking, &all, &own, &mut wanted)? {
                    together.push((allele, names, genes));
                }
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
        // An insertion lies between two bases: the one before it stands for its place.
        let place = match (self.rules.form, edit.removed) {
            (OutputForm::Spliceai, _) => Interval::new(edit.position, edit.position + 1),
            (_, 0) => Interval::new(edit.position.saturating_sub(1), edit.position.max(1)),
            _ => Interval::new(edit.position, edit.end()),
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
        if form == OutputForm::Spliceai {
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
        let Rules { distance, masked, form, .. } = self.rules;
        let as_spliceai = form == OutputForm::Spliceai;
        let anchored = if as_spliceai {
            let written = |edit: &&Edit| Anchored {
                position: edit.position,
                removed: edit.removed,
                inserted: edit.inserted.clone(),
                anchor: None,
            };
            edits.iter().map(written).collect()
        } else {
            match Anchored::all(edits, asking)? {
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
            let name = vcf::plain(gene.name.as_deref().unwrap_or(&gene.id));
            let mut in_gene = InGene {
                name,
                strand: gene.strand,
                given: Given::NotInFormat,
                start,
                pieces: pieces.clone(),
                right: right as usize,
                mask,
                key: None,
            };
            if !not_in_format {
                // What is put in: of bases that are not changed, those outside of the gene are not read.
                let kept =
                    |at: u64, base: u8| if gene.interval.contains(at) { base.to_ascii_uppercase() } else { b'N' };
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
                let one = Wanted {
                    contig: asking.contig,
                    len: asking.len,
                    strand: gene.strand,
                    kept: gene.interval,
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
            key.add(&self.window).number(u64::from(one.strand == Strand::Reverse));
            key.number(one.removed).add(&one.inserted).number(one.left).number(one.right);
            for piece in &gene.pieces {
                key.number(piece.before as u64).number(piece.removed as u64).number(piece.inserted as u64);
            }
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

impl Waiting {
    /// First base that one of its alleles changes; its own where none is known.
    fn first(&self) -> u64 {
        self.edits.iter().flatten().map(|edit| edit.position).min().unwrap_or(self.position)
    }

    /// One past the last base.
    fn last(&self) -> u64 {
        self.edits.iter().flatten().map(Edit::end).max().unwrap_or(self.position)
    }
}

/// Rises as a cache keeps them: value and place in the answer.
fn write_rises(rises: &[Rise], left: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(8 * rises.len());
    for rise in rises {
        bytes.extend_from_slice(&rise.value.to_le_bytes());
        let place = rise.offset.map_or(u32::MAX, |offset| (offset + left as i64) as u32);
        bytes.extend_from_slice(&place.to_le_bytes());
    }
    bytes
}

/// And back.
fn read_rises(bytes: &[u8], start: i64, left: u64) -> Option<Vec<Rise>> {
    if !bytes.len().is_multiple_of(8) {
        return None;
    }
    let rise = |part: &[u8]| {
        let four = |part: &[u8]| part.try_into().ok();
        let place = u32::from_le_bytes(four(&part[4..])?);
        Some(Rise::at(
            f32::from_le_bytes(four(&part[..4])?),
            (place != u32::MAX).then_some(place as usize),
            start,
            left,
        ))
    };
    bytes.chunks_exact(8).map(rise).collect()
}

/// The writer's side.
pub(super) struct Writing {
    rules: Rules,
    /// Scores at each base, and which of them are acceptor, donor and other sites to be told.
    width: usize,
    told: Vec<(usize, Column)>,
    seen: Vec<f32>,
    /// Where answers are kept.
    cache: Option<Cache>,
}

impl Writing {
    pub(super) fn new(columns: &[Column], rules: Rules, cache: Option<Cache>) -> Self {
        let told = columns.iter().cloned().enumerate().filter(|(_, column)| column.callable).collect();
        Self { rules, width: columns.len(), told, seen: Vec::new(), cache }
    }

    /// Names of the scores that are counted.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.told.iter().map(|(_, column)| column.name.as_str())
    }

    /// INFO fields that are added.
    pub(super) fn fields(&self) -> Vec<&'static str> {
        match self.rules.form {
            OutputForm::Spliceai => vec![vcf::SPLICEAI, vcf::SKIP],
            OutputForm::Genogloss if self.rules.haplotypes => {
                vec![vcf::EFFECT, vcf::EFFECT_MAX, vcf::HAPLOTYPE, vcf::SKIP]
            }
            OutputForm::Genogloss => vec![vcf::EFFECT, vcf::EFFECT_MAX, vcf::SKIP],
        }
    }

    /// Their header lines.
    pub(super) fn header_lines(&self, model: &str, version: &str) -> Vec<String> {
        match self.rules.form {
            OutputForm::Spliceai => vcf::spliceai_lines(model, version),
            OutputForm::Genogloss => {
                let labels: Vec<&str> = self.told.iter().map(|(_, column)| column.label.as_str()).collect();
                vcf::effect_lines(&labels, self.rules.haplotypes, model, version)
            }
        }
    }

    /// The INFO fields of the record's scores.
    pub(super) fn write(
        &mut self,
        record: &VariantRecord,
        alleles: &Alleles,
        answers: &RowAnswers<'_>,
        counts: &mut Counts,
        line: &mut Vec<u8>,
    ) {
        let mut effects = Vec::with_capacity(alleles.alone.len());
        for allele in &alleles.alone {
            effects.push(match allele {
                Err(reason) => {
                    counts.skip(*reason);
                    Err(*reason)
                }
                Ok(genes) => {
                    let effects = self.effects(genes, answers, counts);
                    if effects.iter().all(|effect| effect.rises.is_none()) {
                        counts.skip(Skip::NotInFormat);
                    } else {
                        counts.scored += 1;
                    }
                    for rises in effects.iter().filter_map(|effect| effect.rises.as_ref()) {
                        let larger = |pair: &[Rise]| {
                            if pair[0].value >= pair[1].value { pair[0].value } else { -pair[1].value }
                        };
                        counts.add_scores(rises.chunks_exact(2).map(larger));
                    }
                    Ok(effects)
                }
            });
        }
        let mut together = Vec::with_capacity(alleles.together.len());
        for (allele, names, genes) in &alleles.together {
            together.push((*allele, names.as_str(), self.effects(genes, answers, counts)));
        }
        match self.rules.form {
            OutputForm::Spliceai => vcf::write_spliceai(record, &effects, line),
            OutputForm::Genogloss => vcf::write_effects(record, &effects, &together, line),
        }
    }

    fn effects<'a>(
        &mut self,
        genes: &'a [InGene],
        answers: &RowAnswers<'_>,
        counts: &mut Counts,
    ) -> Vec<GeneEffect<'a>> {
        let mut effects = Vec::with_capacity(genes.len());
        for gene in genes {
            let rises = match &gene.given {
                Given::NotInFormat => None,
                Given::Known(rises) => {
                    counts.cached(true);
                    Some(rises.clone())
                }
                Given::Change(change) => {
                    let rises = self.rises(gene, answers.change(*change));
                    if let (Some(key), Some(cache)) = (gene.key, &mut self.cache) {
                        counts.cached(false);
                        cache.put(key, write_rises(&rises, self.rules.distance));
                    }
                    Some(rises)
                }
            };
            effects.push(GeneEffect { name: &gene.name, strand: gene.strand, rises });
        }
        effects
    }

    /// Gain and loss of every label that is told of.
    fn rises(&mut self, gene: &InGene, answer: &ChangeAnswer) -> Vec<Rise> {
        let mut rises = Vec::with_capacity(2 * self.told.len());
        let distance = self.rules.distance;
        let as_spliceai = self.rules.form == OutputForm::Spliceai;
        for (column, about) in &self.told {
            let reference = |base: usize| answer.reference[base * self.width + column];
            let alternate = |base: usize| answer.alternate[base * self.width + column];
            seen_from_reference(alternate, &gene.pieces, gene.right, &mut self.seen);
            if let (true, [Piece { before, removed, inserted }]) = (as_spliceai, gene.pieces.as_slice()) {
                // METHOD: spliceai 1.3.1 compares 2D + 1 bases. Of a deletion longer than D bases it has fewer of the alternate,
                // from the left, and puts the zeros after them.
                let covered = 2 * before + 1;
                let deleted = removed.saturating_sub(*inserted);
                self.seen.resize(covered, 0.0);
                if deleted > *before {
                    let known = covered.saturating_sub(deleted);
                    self.seen[..known].iter_mut().enumerate().for_each(|(base, seen)| *seen = alternate(base));
                    self.seen[known..].fill(0.0);
                }
            }
            let seen = |base: usize| self.seen[base];
            let sites = match (&gene.mask, about.label.as_str()) {
                (Mask::Sites([acceptors, _]), "acceptor") => Some(acceptors),
                (Mask::Sites([_, donors]), "donor") => Some(donors),
                _ => None,
            };
            let is_site = |base: usize| sites.is_some_and(|sites| sites.contains(&base));
            let on_contig = |base: usize| gene.start + base as i64 >= 0;
            let gain = largest_rise(reference, seen, self.seen.len(), |base| on_contig(base) && !is_site(base));
            let lost = |base: usize| on_contig(base) && (sites.is_none() || is_site(base));
            let loss = largest_rise(seen, reference, self.seen.len(), lost);
            for (gains, rise) in [(true, gain), (false, loss)] {
                let (base, mut value) = match rise {
                    Some((base, value)) => (Some(base), value),
                    None => (None, 0.0),
                };
                let offset = base.map(|base| base as i64 - distance as i64);
                if let Mask::Nearest(border) = gene.mask
                    && gains == (offset == Some(border))
                {
                    // What spliceai 1.3.1 multiplies with 0 keeps its sign.
                    value *= 0.0;
                }
                rises.push(Rise::at(value, base, gene.start, distance));
            }
        }
        rises
    }

    /// Writes what the cache still keeps back.
    pub(super) fn finish(&mut self) {
        if let Some(cache) = &mut self.cache {
            cache.finish();
        }
    }
}
