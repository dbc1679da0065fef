//! The groups that diseases belong to by what their names say beside a number: see [`super::heads`].
//!
//! Names that no source has in this form are compared loosely ([`Forms::loose`]), with those of groups alone: what sources list two
//! diseases below, or a series of five. METHOD: a group is never made a member of what is below it, and words that say no more than
//! `rare` or `hereditary` make no kind of a disease, because Orphanet's rare ones hold whatever comes with them.
//!
//! A series of which nine of ten numbers are below a disease belongs to it: OMIM's `Deafness, autosomal recessive` to what Orphanet calls
//! by another name.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{
    heads,
    joiner::{DiseaseNames, Joiner, Series},
    series::{self, INHERITANCE},
};
use crate::genes::{
    abbreviation::Abbreviation,
    word_forms::{Forms, singular, words},
};

/// Members of a group, at least.
const GROUP: usize = 2;

/// Members of a series whose name counts as that of a group, at least.
const SERIES: usize = 5;

/// Numbers of a series that tell where it belongs, at least.
const NUMBERS: usize = 10;

/// Diseases, and those directly above and below each, before names of groups are looked at.
pub(super) struct Groups<'a> {
    joiner: &'a Joiner,
    above: HashMap<usize, BTreeSet<usize>>,
    below: HashMap<usize, BTreeSet<usize>>,
    /// Names of groups by their loose form, by their places in the list of names.
    loose: HashMap<String, Vec<usize>>,
    /// The words of names of groups.
    words: HashSet<String>,
}

impl<'a> Groups<'a> {
    /// `pairs`: diseases, and those above them.
    pub(super) fn of(joiner: &'a Joiner, pairs: impl Iterator<Item = (usize, usize)>) -> Self {
        let (mut above, mut below): (HashMap<usize, BTreeSet<usize>>, HashMap<usize, BTreeSet<usize>>) =
            Default::default();
        for (low, high) in pairs.filter(|(low, high)| low != high) {
            above.entry(low).or_default().insert(high);
            below.entry(high).or_default().insert(low);
        }
        let (mut loose, mut words): (HashMap<String, Vec<usize>>, HashSet<String>) = Default::default();
        for (at, name) in joiner.names.iter().enumerate() {
            let entity = joiner.entity(name.record);
            let count = below.get(&entity).map_or(0, BTreeSet::len);
            if count >= GROUP {
                words.extend(name.forms.words().map(|word| singular(word).to_string()));
            }
            let least =
                if ["ORPHA", "MONDO"].iter().any(|space| joiner.has_space(entity, space)) { GROUP } else { SERIES };
            if count >= least {
                loose.entry(name.forms.loose()).or_default().push(at);
            }
        }
        Self { joiner, above, below, loose, words }
    }

    /// Further parents that names have: record, the broader one, source.
    pub(super) fn parents(
        &self,
        names: &DiseaseNames,
        below: &HashSet<(usize, usize)>,
        symbols: &HashSet<String>,
    ) -> Vec<(usize, usize, i64)> {
        let mut found = Vec::new();
        for (at, record) in self.joiner.records.iter().enumerate() {
            let entity = self.joiner.entity(at);
            let mut all: BTreeSet<usize> = BTreeSet::new();
            all.extend(self.loose_series(entity, &record.name));
            let known = |name: &String| self.known(name, entity, below);
            let first = |names: &Vec<String>| names.iter().find_map(known);
            for names in heads::heads(&record.name, symbols) {
                all.extend(first(&names).into_iter().flatten());
            }
            if let Some([one, other]) = heads::of_both(&record.name)
                && let (Some(one), Some(other)) = (first(&one), first(&other))
            {
                all.extend(one.into_iter().chain(other));
            }
            all.extend(self.group_at_end(&record.name, entity, below).into_iter().flatten());
            if record.space.as_deref() == Some("ORPHA") {
                all.extend(self.numbered_series(at, names, below));
            }
            let is_rare = |of: usize| self.joiner.records[of].name.starts_with("Rare ");
            all.retain(|&of| {
                let of_entity = self.joiner.entity(of);
                // A number of OMIM is one disease, and no group.
                let is_number = self.joiner.is_of_omim_alone(of_entity);
                !is_rare(of) && !is_number && !self.is_above(entity, of_entity)
            });
            found.extend(all.into_iter().map(|parent| (at, parent, record.source)));
        }
        found.extend(self.of_series());
        found
    }

    /// The series that a record is in by a synonym with a number: MODY5 is Orphanet's HNF1B-related kidney disease. METHOD: only a series
    /// that has its members by other names; `Phenylketonuria type 2` and `Marfan syndrome type 2` are old names of other diseases.
    fn numbered_series(&self, at: usize, names: &DiseaseNames, below: &HashSet<(usize, usize)>) -> Vec<usize> {
        let entity = self.joiner.entity(at);
        let numbered = names.of(at).filter(|name| series::is_numbered(name));
        let known = |name: &str| series::general_names(name).iter().find_map(|name| self.named(name, entity, below));
        let is_series = |of: &usize| {
            let members = self.below.get(&self.joiner.entity(*of)).into_iter().flatten();
            members.filter(|one| !self.joiner.may_be_series(**one)).count() >= SERIES
        };
        numbered.filter_map(known).flatten().filter(is_series).collect()
    }

    /// The groups that the name of a disease ends in the name of.
    ///
    /// What a vocabulary lists beside a disease is no kind of it, as Orphanet's syndromic albinism beside albinism.
    fn group_at_end(&self, name: &str, entity: usize, below: &HashSet<(usize, usize)>) -> Option<Vec<usize>> {
        if !words(name).last().is_some_and(|word| self.words.contains(&*singular(word))) {
            return None;
        }
        let above = |of: usize| self.above.get(&of).into_iter().flatten().copied().collect::<BTreeSet<usize>>();
        let own = above(entity);
        let is_group = |of: &usize| {
            let of = self.joiner.entity(*of);
            self.size(of) >= GROUP && above(of).is_disjoint(&own)
        };
        heads::ends(name).into_iter().find_map(|end| {
            let groups: Vec<usize> = self.named(&end, entity, below)?.into_iter().filter(is_group).collect();
            (!groups.is_empty()).then_some(groups)
        })
    }

    fn size(&self, entity: usize) -> usize {
        self.below.get(&entity).map_or(0, BTreeSet::len)
    }

    /// The diseases above one, itself included.
    fn up(&self, entity: usize) -> BTreeSet<usize> {
        let (mut all, mut next) = (BTreeSet::from([entity]), vec![entity]);
        while let Some(one) = next.pop() {
            next.extend(self.above.get(&one).into_iter().flatten().filter(|high| all.insert(**high)));
        }
        all
    }

    fn is_above(&self, high: usize, low: usize) -> bool {
        self.up(low).contains(&high)
    }

    /// Records of the diseases that have a name.
    fn named(&self, name: &str, entity: usize, below: &HashSet<(usize, usize)>) -> Option<Vec<usize>> {
        match self.joiner.series_named(name, entity, below) {
            Some(Series::Known(all)) => Some(all),
            _ => None,
        }
    }

    /// The same, or else that of the one group that has it loosely.
    fn known(&self, name: &String, entity: usize, below: &HashSet<(usize, usize)>) -> Option<Vec<usize>> {
        if Abbreviation::of(name).is_some() {
            // DCM is more than one disease. CDG is one group, as others of it are called so: PMM2-CDG.
            let ends = |low: &usize| self.joiner.records[*low].name.ends_with(&format!("-{name}"));
            let has = |of: &usize| self.below.get(&self.joiner.entity(*of)).is_some_and(|all| all.iter().any(ends));
            return self.named(name, entity, below).filter(|all| all.iter().all(has));
        }
        self.named(name, entity, below).or_else(|| Some(vec![self.named_loosely(name, entity, true)?]))
    }

    /// A record of the one group that has a name loosely. Unless `is_inherited`, it must not say more of the origin than the name.
    fn named_loosely(&self, name: &str, entity: usize, is_inherited: bool) -> Option<usize> {
        let forms = Forms::of(name);
        let mut found: BTreeMap<usize, usize> = BTreeMap::new();
        for &at in self.loose.get(&forms.loose()).into_iter().flatten() {
            let group = &self.joiner.names[at];
            let of = self.joiner.entity(group.record);
            if of != entity && (is_inherited || group.forms.origins().is_subset(&forms.origins())) {
                found.insert(of, group.record);
            }
        }
        (found.len() == 1).then(|| found.into_values().next()).flatten()
    }

    /// The group that loosely has the name, or a more general one, of a disease that lists alone know.
    fn loose_series(&self, entity: usize, name: &str) -> Option<usize> {
        if ["OMIM", "ORPHA", "UMLS"].iter().any(|space| self.joiner.has_space(entity, space)) {
            return None;
        }
        let lower = name.to_ascii_lowercase();
        let is_inherited = lower.split(|c: char| !c.is_alphanumeric()).any(|word| INHERITANCE.contains(&word))
            || Forms::of(name).has_origin();
        let mut all = vec![name.to_string()];
        all.extend(series::general_names(name));
        let has_words = |name: &&String| name.split_whitespace().count() > 1;
        all.iter().filter(has_words).find_map(|name| self.named_loosely(name, entity, is_inherited && *name != all[0]))
    }

    /// The series of which nine of ten numbers are below a disease, the smallest that there is.
    fn of_series(&self) -> Vec<(usize, usize, i64)> {
        let mut found = Vec::new();
        for (&group, members) in &self.below {
            let is_listed = ["OMIM", "ORPHA"].iter().any(|space| self.joiner.has_space(group, space));
            let members: Vec<usize> = members.iter().copied().filter(|one| !self.joiner.may_be_series(*one)).collect();
            if is_listed || members.len() < NUMBERS {
                continue;
            }
            let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
            let own = self.up(group);
            for &member in &members {
                for high in self.up(member) {
                    if high != member && !own.contains(&high) {
                        *counts.entry(high).or_default() += 1;
                    }
                }
            }
            let most =
                |(high, count): &(usize, usize)| *count * 10 >= members.len() * 9 && !self.is_above(group, *high);
            // The nearest are above nothing else that holds them.
            let holding: Vec<usize> = counts.into_iter().filter(most).map(|(high, _)| high).collect();
            let is_nearest =
                |high: &&usize| !holding.iter().any(|other| other != *high && self.is_above(**high, *other));
            let source = self.joiner.records[group].source;
            found.extend(holding.iter().filter(is_nearest).map(|&high| (group, high, source)));
        }
        found.sort_unstable();
        found
    }
}
