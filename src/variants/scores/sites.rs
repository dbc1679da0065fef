//! Finds the sites of a record in a score file. Both files are read once, from start to end, so both must be sorted in one order.

use std::collections::{HashMap, HashSet};

use crate::{
    error::{Error, Result},
    genome::interval::show_position,
    read::{
        InputReport,
        variants::{VariantRecord, Variants},
    },
};

/// The sites of a score file.
pub(super) struct Sites {
    scores: Variants,
    /// Contigs of its header, in order.
    ranks: HashMap<String, usize>,
    /// The site after the group.
    next: Option<VariantRecord>,
    started: bool,
    /// The sites at the place that was asked for last.
    group: Vec<VariantRecord>,
    /// Contig and POS that were asked for last.
    asked: Option<(String, u64)>,
    /// Contigs of sites that were read, the last one left out; where the header names none.
    passed: HashSet<String>,
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
    pub(super) fn new(scores: Variants, theirs: &str) -> Self {
        let ranks = scores.contigs.iter().enumerate().map(|(rank, contig)| (contig.name.clone(), rank)).collect();
        Self {
            scores,
            ranks,
            next: None,
            started: false,
            group: Vec::new(),
            asked: None,
            passed: HashSet::new(),
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
        let new = self.asked.as_ref().is_none_or(|(asked, _)| asked != contig);
        self.check_order(record, new)?;
        if new {
            self.first = None;
            while let Some(next) = &self.next
                && next.contig() != contig
                && self.is_before(next.contig(), contig)
            {
                self.step()?;
            }
            self.first = self.next.clone().filter(|next| next.contig() == contig);
        }
        self.group.clear();
        while let Some(next) = self.next.take_if(|next| next.contig() == contig && next.one_based() <= position) {
            if next.one_based() == position {
                self.group.push(next.clone());
            }
            self.after(&next)?;
        }
        self.asked = Some((contig.into(), position));
        Ok(())
    }

    /// Whether all sites of `one` come before those of `other`, another contig. Without contigs in the header nobody knows: those of a
    /// contig that was not seen yet may follow.
    fn is_before(&self, one: &str, other: &str) -> bool {
        if self.ranks.is_empty() {
            return true;
        }
        match (self.ranks.get(one), self.ranks.get(other)) {
            (Some(one), Some(other)) => one < other,
            _ => false,
        }
    }

    /// The records must come in the order of the sites.
    fn check_order(&self, record: &VariantRecord, new: bool) -> Result<()> {
        let Some((asked, at)) = &self.asked else { return Ok(()) };
        let (contig, shown) = (record.contig(), show_position(record.contig(), record.position));
        let place = format!("{}, record {}", self.theirs, record.number);
        if !new {
            if record.one_based() < *at {
                let problem = format!("is not sorted (at {shown}), so its sites cannot be found in {}", self.place());
                return Err(Error::input(place, problem).with_hint("sort it first: bcftools sort"));
            }
            return Ok(());
        }
        let turned = match (self.ranks.get(asked), self.ranks.get(contig)) {
            (Some(before), Some(now)) => now < before,
            _ => self.passed.contains(contig),
        };
        if turned {
            let problem = format!("contig \"{contig}\" comes after \"{asked}\", and in {} before it", self.place());
            return Err(Error::input(place, problem).with_hint(
                "sort both by one order of contigs: bcftools reheader -f genome.fa.fai FILE | bcftools sort",
            ));
        }
        Ok(())
    }

    /// Reads the next site.
    fn step(&mut self) -> Result<()> {
        match self.next.take() {
            Some(site) => self.after(&site),
            None => {
                self.next = self.scores.next_record()?;
                Ok(())
            }
        }
    }

    /// Reads the site after `site`.
    fn after(&mut self, site: &VariantRecord) -> Result<()> {
        self.next = self.scores.next_record()?;
        let Some(next) = &self.next else { return Ok(()) };
        let bad = |why: String| {
            let place = format!("{}, record {}", self.scores.place(), next.number);
            Err(Error::input(place, why).with_hint("sort it first: bcftools sort"))
        };
        let shown = || show_position(next.contig(), next.position);
        if next.contig() == site.contig() {
            return if next.one_based() < site.one_based() {
                bad(format!("is not sorted (at {})", shown()))
            } else {
                Ok(())
            };
        }
        let turned = if self.ranks.is_empty() {
            self.passed.insert(site.contig().into());
            self.passed.contains(next.contig())
        } else {
            match (self.ranks.get(site.contig()), self.ranks.get(next.contig())) {
                (Some(before), Some(now)) => now < before,
                (_, None) => return bad(format!("contig \"{}\" is not in its header", next.contig())),
                (None, _) => false,
            }
        };
        if turned { bad(format!("its contigs are not in order (at {})", shown())) } else { Ok(()) }
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
