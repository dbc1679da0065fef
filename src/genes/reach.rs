//! Which diseases a class reaches beyond the one that it is stated of.
//!
//! METHOD: any class holds for the diseases of its series (`Long QT syndrome 11` of long QT syndrome). A class against also holds for the
//! diseases below, in any vocabulary; of ClinGen and GenCC also for those whose names have all its words (the epilepsies, where epilepsy is
//! disputed), for those that are among it by what their names begin with (`relate::broad`), for the series of which `Brugada syndrome 1`
//! stands, and for a series of which the gene has no other number. It stops where a class as well curated upholds the gene for what is more
//! special: a gene disputed for long QT syndrome may be a definitive cause of Timothy syndrome.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    claim::Claim,
    records::Disease,
    relate::{broad::is_among, words::SeriesName},
    stated::{Curation, Stated},
};
use crate::error::Result;

/// What is known of the diseases of one gene, beside the statements.
#[derive(Default)]
pub(crate) struct Kin {
    /// The diseases below each disease of a class, and below those that have its name but for words such as `congenital`; by their numbers.
    pub below: BTreeMap<i64, BTreeSet<i64>>,
    /// All names of each disease.
    pub names: BTreeMap<i64, Vec<String>>,
}

/// A class, and the name of its disease.
struct Class {
    stated: Stated,
    name: SeriesName,
    loose: SeriesName,
    /// It is of the first of a series, which no listing relates the gene to: the series is meant.
    is_of_series: bool,
}

impl Class {
    fn entity(&self) -> i64 {
        self.stated.relation.entity
    }
}

/// The classes that reach a disease from others.
#[derive(Default)]
pub(super) struct Reaching<'a> {
    /// From the series that it belongs to.
    pub series: Vec<&'a Stated>,
    /// Those against that reach it otherwise.
    pub wider: Vec<&'a Stated>,
    /// Those against one of its series, where the gene has no other.
    pub parts: Vec<&'a Stated>,
}

/// The classes about a gene, and how far each reaches.
pub(super) struct Reach<'a> {
    classes: Vec<Class>,
    kin: &'a Kin,
    /// The names of each disease; empty if no class is against.
    names: BTreeMap<i64, Vec<SeriesName>>,
    /// The diseases that a source lists the gene with as a cause, or related.
    listed: BTreeSet<i64>,
    /// Those of which it is listed as a cause, or as one that raises the risk.
    caused: BTreeSet<i64>,
}

/// The diseases of which a class is stated, if one is against.
pub(crate) fn judged(statements: &[Stated]) -> BTreeSet<i64> {
    if statements.iter().any(Stated::is_against) { classified(statements) } else { BTreeSet::new() }
}

/// The diseases of which a class is stated.
pub(crate) fn classified(statements: &[Stated]) -> BTreeSet<i64> {
    statements.iter().filter(|one| one.is_class()).map(|one| one.relation.entity).collect()
}

impl<'a> Reach<'a> {
    /// Of all statements about a gene. `asked`: further records of diseases.
    pub(super) fn of(statements: &[Stated], kin: &'a Kin, asked: &[Disease]) -> Self {
        Self::with(statements, kin, asked, statements.iter().any(Stated::is_against))
    }

    /// The same for an estimate: classes that say little are read as those against are.
    pub(super) fn of_estimate(statements: &[Stated], kin: &'a Kin, asked: &[Disease]) -> Self {
        Self::with(statements, kin, asked, statements.iter().any(Stated::is_doubt))
    }

    fn with(statements: &[Stated], kin: &'a Kin, asked: &[Disease], has_against: bool) -> Self {
        let is_listing = |one: &Stated| one.curation == Curation::Listing;
        let class = |one: &Stated| {
            let entity = one.relation.entity;
            let is_listed = statements.iter().any(|other| other.relation.entity == entity && is_listing(other));
            Class {
                name: SeriesName::of(&one.relation.disease),
                loose: if has_against { SeriesName::loosely(&one.relation.disease) } else { SeriesName::default() },
                is_of_series: !is_listed,
                stated: one.clone(),
            }
        };
        let classes = statements.iter().filter(|one| one.is_class()).map(class).collect();
        let mut reach = Self { classes, kin, names: BTreeMap::new(), listed: BTreeSet::new(), caused: BTreeSet::new() };
        if has_against {
            let stated = statements.iter().map(|one| (one.relation.entity, one.relation.disease.as_str()));
            let asked = asked.iter().map(|one| (one.entity, one.name.as_str()));
            let known = kin.names.iter().flat_map(|(entity, all)| all.iter().map(|name| (*entity, name.as_str())));
            let all: BTreeSet<(i64, &str)> = stated.chain(asked).chain(known).collect();
            for (entity, name) in all {
                reach.names.entry(entity).or_default().push(SeriesName::loosely(name));
            }
            let up_to = |least: Claim| {
                let all = statements.iter().filter(move |one| one.relation.claim <= least);
                all.map(|one| one.relation.entity).collect()
            };
            reach.listed = up_to(Claim::Associated);
            reach.caused = up_to(Claim::Susceptibility);
        }
        reach
    }

    /// Whether a class is against.
    pub(super) fn has_against(&self) -> bool {
        self.classes.iter().any(|one| one.stated.is_against())
    }

    /// The classes of other diseases that reach one. `own`: the statements about it. `asked`: its records, if it was asked about.
    pub(super) fn on<'b>(&self, entity: i64, own: &[Stated], asked: impl Iterator<Item = &'b Disease>) -> Reaching<'_> {
        let mut found = Reaching::default();
        if self.classes.iter().all(|one| one.entity() == entity) {
            return found;
        }
        let stated = own.iter().map(|one| one.relation.disease.as_str());
        let names: BTreeSet<&str> = stated.chain(asked.map(|one| one.name.as_str())).collect();
        let names: Vec<SeriesName> = names.into_iter().map(SeriesName::of).collect();
        for class in self.classes.iter().filter(|one| one.entity() != entity) {
            if names.iter().any(|special| class.name.covers(special)) {
                found.series.push(&class.stated);
            } else if class.stated.is_against() {
                if self.is_below(entity, class) || names.iter().any(|group| class.name.is_first_of(group)) {
                    if !self.is_shielded(entity, class) {
                        found.wider.push(&class.stated);
                    }
                } else if self.is_only_part(entity, class) {
                    found.parts.push(&class.stated);
                }
            }
        }
        found
    }

    /// Whether a disease is below that of a class, by what sources state or by its names.
    fn is_below(&self, entity: i64, class: &Class) -> bool {
        let is_curated = class.stated.curation <= Curation::GenCc;
        let is_named = |name: &SeriesName| {
            let may_be = || self.caused.contains(&entity) || !class.loose.is_inherited_unlike(name);
            let is_named = class.loose.reaches(name) || is_among(name, &class.loose);
            is_named && may_be() || (class.is_of_series && class.loose.is_first_beside(name))
        };
        self.kin.below.get(&class.entity()).is_some_and(|all| all.contains(&entity))
            || (is_curated && self.names_of(entity).any(is_named))
    }

    /// Whether a class that is as well curated upholds the gene for the disease, or for one above it that is not above that of `against`.
    fn is_shielded(&self, entity: i64, against: &Class) -> bool {
        let mut upheld = self.classes.iter().filter(|one| {
            one.stated.relation.claim <= Claim::Moderate && one.stated.curation <= against.stated.curation
        });
        upheld.any(|one| {
            let is_above = one.entity() == against.entity() || self.is_below(against.entity(), one);
            !is_above && (one.entity() == entity || self.is_below(entity, one))
        })
    }

    /// Whether the class is of one of a series, by its number, of which no other is listed.
    fn is_only_part(&self, entity: i64, class: &Class) -> bool {
        let mut groups = self.names_of(entity).filter(|group| class.loose.is_one_of(group));
        class.stated.curation <= Curation::GenCc
            && groups.any(|group| {
                let is_other =
                    |name: &SeriesName| name.is_numbered() && group.reaches(name) && !class.loose.reaches(name);
                let others = self.listed.iter().filter(|one| **one != entity && **one != class.entity());
                !others.into_iter().any(|&one| self.names_of(one).any(is_other))
            })
    }

    fn names_of(&self, entity: i64) -> impl Iterator<Item = &SeriesName> {
        self.names.get(&entity).into_iter().flatten()
    }

    /// The classes that do not let an estimate of a disease be yes, those against first: against or limited, of a disease of the same series
    /// or above it, or of one for which `is_group_of` holds.
    pub(super) fn doubting(
        &self,
        entity: i64,
        mut is_group_of: impl FnMut(i64) -> Result<bool>,
    ) -> Result<Option<&Stated>> {
        let mut doubts: Vec<&Class> = self.classes.iter().filter(|one| one.stated.is_doubt()).collect();
        doubts.sort_by_key(|one| (!one.stated.is_against(), one.stated.curation));
        for class in doubts {
            if self.names_of(entity).any(|name| class.loose.is_beside(name))
                || self.is_below(entity, class)
                || is_group_of(class.entity())?
            {
                return Ok(Some(&class.stated));
            }
        }
        Ok(None)
    }
}
