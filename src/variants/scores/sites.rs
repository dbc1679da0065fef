//! Finds the sites of a record in a score file. Both files are read once, from start to end, so both must be sorted in one order.

use std::{collections::HashMap, path::Path};

use crate::{
    error::{Error, Result},
    genome::interval::show_position,
    read::{
        InputReport, index,
        variants::{VariantRecord, Variants},
    },
    vcf::header::REORDER,
};

/// The order of the contigs in a score file.
pub(super) struct ContigOrder {
    ranks: HashMap<String, usize>,
    /// It is that of the header of the variants: the sites may lie on other contigs, too.
    is_theirs: bool,
}

/// How a score file gets an order of contigs.
const ADD_CONTIGS: &str = "index the score file (bcftools index FILE), or add the ##contig lines to it: bcftools reheader -f genome.fa.fai FILE";

impl ContigOrder {
    /// Of the header of the score file `path`, else of the index beside it, else of the header of the variants.
    pub(super) fn of(scores: &Variants, path: &Path, variants: &Variants) -> Result<Self> {
        let of = |names: Vec<String>| names.into_iter().zip(0..).collect();
        let of_header = |file: &Variants| of(file.contigs.iter().map(|contig| contig.name.clone()).collect());
        if !scores.contigs.is_empty() {
            return Ok(Self { ranks: of_header(scores), is_theirs: false });
        }
        let indexed = index::current(path).map(|index| index.contigs.into_iter().map(|contig| contig.name));
        if let Some(names) = indexed.and_then(Iterator::collect) {
            return Ok(Self { ranks: of(names), is_theirs: false });
        }
        if variants.contigs.is_empty() {
            let why = format!(
                "the order of its contigs is not known: neither its header nor that of {} has ##contig lines",
                variants.place()
            );
            return Err(Error::input(scores.place(), why).with_hint(ADD_CONTIGS));
        }
        Ok(Self { ranks: of_header(variants), is_theirs: true })
    }

    fn rank(&self, contig: &str) -> Option<usize> {
        self.ranks.get(contig).copied()
    }
}

/// The sites of a score file.
pub(super) struct Sites {
    scores: Variants,
    order: ContigOrder,
    /// The site after the group.
    next: Option<VariantRecord>,
    started: bool,
    /// The rank of the last contig of sites that has one.
    reached: Option<usize>,
    /// The sites at the place that was asked for last.
    group: Vec<VariantRecord>,
    /// Contig and POS that were asked for last.
    asked: Option<(String, u64)>,
    /// The last contig that was asked for and has a rank.
    last: Option<(String, usize)>,
    /// The first site of the contig that was asked for last.
    first: Option<VariantRecord>,
    /// The name of the variants in messages.
    theirs: String,
}

/// The sites at a place.
pub(super) struct SitesHere<'a> {
    /// The sites.
    pub sites: &'a [VariantRecord],
    /// The first site of the contig, if it has any.
    pub first_of_contig: Option<&'a VariantRecord>,
}

impl Sites {
    /// `theirs`: what messages call the variants.
    pub(super) fn new(scores: Variants, order: ContigOrder, theirs: &str) -> Self {
        Self {
            scores,
            order,
            next: None,
            started: false,
            reached: None,
            group: Vec::new(),
            asked: None,
            last: None,
            first: None,
            theirs: theirs.into(),
        }
    }

    /// What messages call the score file.
    pub(super) fn place(&self) -> &str {
        self.scores.place()
    }

    /// The sites at the place of a record.
    pub(super) fn at(&mut self, record: &VariantRecord) -> Result<SitesHere<'_>> {
        let (contig, position) = (record.contig(), record.one_based());
        let same = self.asked.as_ref().is_some_and(|(asked, at)| asked == contig && *at == position);
        if !same {
            self.advance(record)?;
        }
        Ok(SitesHere { sites: &self.group, first_of_contig: self.first.as_ref() })
    }

    fn advance(&mut self, record: &VariantRecord) -> Result<()> {
        let (contig, position) = (record.contig(), record.one_based());
        if !self.started {
            self.started = true;
            self.step()?;
        }
        if self.asked.as_ref().is_none_or(|(asked, _)| asked != contig) {
            self.begin_contig(record)?;
        } else if self.asked.as_ref().is_some_and(|(_, at)| position < *at) {
            let shown = show_position(contig, record.position);
            let problem = format!("is not sorted (at {shown}), so its sites cannot be found in {}", self.place());
            return Err(Error::input(self.place_of(record), problem).with_hint("sort it first: bcftools sort"));
        }
        self.group.clear();
        while let Some(next) = self.next.take_if(|next| next.contig() == contig && next.one_based() <= position) {
            if next.one_based() == position {
                self.group.push(next.clone());
            }
            self.after(Some(&next))?;
        }
        self.asked = Some((contig.into(), position));
        Ok(())
    }

    fn place_of(&self, record: &VariantRecord) -> String {
        format!("{}, record {}", self.theirs, record.number)
    }

    /// Goes to the first site of a record's contig. The records must come in the order of the sites.
    fn begin_contig(&mut self, record: &VariantRecord) -> Result<()> {
        self.first = None;
        let contig = record.contig();
        let Some(rank) = self.order.rank(contig) else {
            if !self.order.is_theirs {
                // No site lies on it.
                return Ok(());
            }
            let why = format!(
                "contig \"{contig}\" is not in the header, so its sites cannot be found in {}, which has no ##contig lines",
                self.place()
            );
            return Err(Error::input(self.place_of(record), why).with_hint(ADD_CONTIGS));
        };
        if let Some((last, _)) = self.last.as_ref().filter(|(_, last)| rank < *last) {
            let theirs = if self.order.is_theirs { "its header" } else { self.place() };
            let problem = format!("contig \"{contig}\" comes after \"{last}\", and in {theirs} before it");
            return Err(Error::input(self.place_of(record), problem)
                .with_hint(format!("sort both by one order of contigs: {REORDER}")));
        }
        self.last = Some((contig.into(), rank));
        // Sites of a contig without a rank are those of no record.
        while let Some(next) = &self.next
            && self.order.rank(next.contig()).is_none_or(|next| next < rank)
        {
            self.step()?;
        }
        self.first = self.next.clone().filter(|next| next.contig() == contig);
        Ok(())
    }

    /// Reads the next site.
    fn step(&mut self) -> Result<()> {
        let site = self.next.take();
        self.after(site.as_ref())
    }

    /// Reads the site after `site`, or the first one.
    fn after(&mut self, site: Option<&VariantRecord>) -> Result<()> {
        self.next = self.scores.next_record()?;
        let Some(next) = &self.next else { return Ok(()) };
        let bad = |why: String| Error::input(format!("{}, record {}", self.scores.place(), next.number), why);
        let shown = || show_position(next.contig(), next.position);
        if let Some(site) = site.filter(|site| site.contig() == next.contig()) {
            if next.one_based() < site.one_based() {
                return Err(bad(format!("is not sorted (at {})", shown())).with_hint("sort it first: bcftools sort"));
            }
            return Ok(());
        }
        let rank = self.order.rank(next.contig());
        if rank.is_none() && !self.order.is_theirs {
            return Err(bad(format!("contig \"{}\" is not in its header", next.contig()))
                .with_hint("add its ##contig line: bcftools reheader -f genome.fa.fai FILE"));
        }
        if rank.is_some() && rank < self.reached {
            let theirs = if self.order.is_theirs { " of the variants" } else { "" };
            return Err(bad(format!("its contigs are not in order{theirs} (at {})", shown()))
                .with_hint(format!("sort both by one order of contigs: {REORDER}")));
        }
        self.reached = rank.or(self.reached);
        Ok(())
    }

    /// The file's entry in the manifest. `whole`: the rest is read, too, so that its end and its digest are known.
    pub(super) fn finish(mut self, whole: bool) -> Result<InputReport> {
        if whole {
            if !self.started {
                self.step()?;
            }
            while self.next.is_some() {
                self.step()?;
            }
        }
        Ok(self.scores.report())
    }
}
