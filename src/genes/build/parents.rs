//! Which diseases belong to others by their names, and by what sources state of their records.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rusqlite::{Connection, params};

use super::{
    groups::Groups,
    joiner::{DiseaseNames, Joiner, Series},
    series,
};
use crate::genes::word_forms::Forms;

/// The parents that sources list and state and that names have, and the series that no source has.
pub(super) struct Parents {
    /// Diseases, and those that are listed directly above them.
    listed: HashSet<(usize, usize)>,
    /// Record, the broader one, source.
    found: Vec<(usize, usize, i64)>,
    /// By the key of the name: the name and the members.
    series: BTreeMap<String, (String, BTreeSet<usize>)>,
}

impl Parents {
    /// All pairs of a disease, or a record of it, and one above it.
    pub(super) fn pairs(&self) -> Vec<(usize, usize)> {
        let found = self.found.iter().map(|&(low, high, _)| (low, high));
        self.listed.iter().copied().chain(found).collect()
    }
}

/// The symbols of all genes.
fn symbols(db: &Connection) -> rusqlite::Result<HashSet<String>> {
    db.prepare("SELECT symbol FROM gene")?.query_map([], |row| row.get(0))?.collect()
}

impl Joiner {
    /// Finds the parents that references state and those that names have, and the series that no source has.
    pub(super) fn parents(
        &self,
        db: &Connection,
        stated: Vec<(usize, usize, i64)>,
        names: &DiseaseNames,
    ) -> rusqlite::Result<Parents> {
        let mut listed = db.prepare("SELECT disease, parent FROM disease_parent")?;
        let listed = listed.query_map([], |row| {
            let entity = |id: i64| self.entity(id as usize - 1);
            Ok((entity(row.get(0)?), entity(row.get(1)?)))
        })?;
        let listed: HashSet<(usize, usize)> = listed.collect::<rusqlite::Result<_>>()?;
        let mut below = listed.clone();
        below.extend(stated.iter().map(|&(low, high, _)| (self.entity(low), self.entity(high))));
        let mut found = stated;
        let mut unnamed: BTreeMap<String, (String, BTreeSet<usize>)> = BTreeMap::new();
        for (at, record) in self.records.iter().enumerate() {
            let entity = self.entity(at);
            let mut is_of_none = true;
            match self.series_of(at, entity, names, &below) {
                Some(Series::Known(above)) => {
                    is_of_none = false;
                    found.extend(above.into_iter().map(|parent| (at, parent, record.source)));
                }
                Some(Series::First(name)) => {
                    is_of_none = false;
                    let first = &self.names[name];
                    let (_, members) = unnamed
                        .entry(first.forms.key.clone())
                        .or_insert_with(|| (names.all[name].1.clone(), BTreeSet::new()));
                    members.extend([entity, self.entity(first.record)]);
                }
                None => {}
            }
            let above = self.causes_and_effects(entity, &record.name, &below);
            found.extend(above.into_iter().map(|parent| (at, parent, record.source)));
            if is_of_none && let Some(name) = series::series(&record.name) {
                let key = Forms::of(&name).key;
                // Those that have the name, although they are one of the series.
                let having: BTreeSet<usize> =
                    self.by_key.get(&key).into_iter().flatten().map(|&at| self.names[at].record).collect();
                if having.iter().all(|record| self.is_of_omim(*record) && self.numbered.records.contains_key(record)) {
                    let members = &mut unnamed.entry(key).or_insert_with(|| (name, BTreeSet::new())).1;
                    members.insert(entity);
                    members.extend(having.into_iter().map(|record| self.entity(record)));
                }
            }
        }
        let symbols = symbols(db)?;
        let pairs =
            listed.iter().copied().chain(found.iter().map(|&(low, high, _)| (self.entity(low), self.entity(high))));
        let more = Groups::of(self, pairs).parents(names, &below, &symbols);
        found.extend(more);
        Ok(Parents { listed, found, series: unnamed })
    }

    /// Writes parents and series. Returns how many series were made.
    pub(super) fn write_parents(&self, db: &Connection, parents: Parents) -> rusqlite::Result<usize> {
        let mut insert = db.prepare("INSERT INTO disease_parent VALUES (?1, ?2, ?3)")?;
        let Parents { listed, found, series } = parents;
        let mut seen: HashSet<(usize, usize)> =
            listed.into_iter().map(|(low, high)| (self.entity(low), self.entity(high))).collect();
        for (child, parent, source) in found {
            let (low, high) = (self.entity(child), self.entity(parent));
            // What sources list above a disease does not come below it by a name.
            if low != high && !seen.contains(&(high, low)) && seen.insert((low, high)) {
                insert.execute(params![child as i64 + 1, parent as i64 + 1, source])?;
            }
        }
        let mut add = db.prepare("INSERT INTO disease VALUES (?1, NULL, ?2, NULL, 'series', ?1, ?3)")?;
        let mut name = db.prepare("INSERT INTO disease_name (key, name, disease) VALUES (?1, ?2, ?3)")?;
        let made = series.into_iter().filter(|(_, (_, members))| members.len() > 1);
        let mut count = 0;
        for (id, (key, (written, members))) in (self.records.len() as i64 + 1..).zip(made) {
            let source = members.first().map_or(1, |&first| self.records[first].source);
            add.execute(params![id, written, source])?;
            name.execute(params![key, written, id])?;
            for member in members {
                insert.execute(params![member as i64 + 1, id, self.records[member].source])?;
            }
            count += 1;
        }
        Ok(count)
    }

    /// The nearest series that a record's name is of.
    fn series_of(
        &self,
        at: usize,
        entity: usize,
        names: &DiseaseNames,
        below: &HashSet<(usize, usize)>,
    ) -> Option<Series> {
        let own = &self.records[at].name;
        let mut all = series::general_names(own);
        if self.numbered.records.contains_key(&at) && !series::is_numbered(own) {
            let numbered = names.of(at).filter(|name| series::is_numbered(name));
            all.extend(numbered.flat_map(series::general_names));
        }
        if self.is_first_record(at) {
            all.insert(0, own.clone());
        }
        all.iter().find_map(|general| self.series_named(general, entity, below))
    }

    /// The diseases that a disease is of by the cause that its name states, or by the one of two that it may be.
    fn causes_and_effects(&self, entity: usize, name: &str, below: &HashSet<(usize, usize)>) -> Vec<usize> {
        let known = |name: &String| match self.series_named(name, entity, below) {
            Some(Series::Known(above)) => {
                let is_group = |of: &usize| !self.is_of_omim_alone(self.entity(*of));
                let groups: Vec<usize> = above.into_iter().filter(is_group).collect();
                (!groups.is_empty()).then_some(groups)
            }
            _ => None,
        };
        let either = series::of_either(name).and_then(|[one, other]| Some([known(&one)?, known(&other)?].concat()));
        let of_cause = series::of_cause(name).into_iter().filter_map(|names| names.iter().find_map(known));
        either.into_iter().chain(of_cause).flatten().collect()
    }

    /// The series, or the disease, of a general name.
    pub(super) fn series_named(&self, general: &str, entity: usize, below: &HashSet<(usize, usize)>) -> Option<Series> {
        let forms = Forms::of(general);
        // Type 2A is of type 2, where that is a group of its own and no number of OMIM.
        let is_type = series::is_numbered(general);
        let group = self.by_key.get(&forms.key)?;
        let same = group.iter().copied().filter(|&other| forms.is_same(&self.names[other].forms));
        // One record for each disease; those whose own name it is, else the one that has it as a synonym.
        let mut found: [BTreeMap<usize, usize>; 2] = Default::default();
        let mut first = None;
        for at in same {
            let other = &self.names[at];
            let of = self.entity(other.record);
            let is_own = || other.own && self.members[of].iter().all(|&one| !self.is_of_omim(one));
            let is_series = || !series::is_numbered(&self.records[other.record].name) && self.may_be_series(of);
            if of == entity || !(if is_type { is_own() } else { is_series() }) {
                continue;
            }
            if !is_type && self.is_first(of, &forms.key) {
                first = first.or(Some(at));
            } else {
                found[usize::from(!other.own)].entry(of).or_insert(other.record);
            }
        }
        let [mut own, synonyms] = found;
        // Galactosemia of OMIM is the first of those that Orphanet's galactosemia is above.
        let all: Vec<usize> = own.keys().copied().collect();
        own.retain(|&of, _| all.iter().all(|&high| !below.contains(&(of, high))));
        match (own.is_empty(), synonyms.len()) {
            (false, _) => Some(Series::Known(own.into_values().collect())),
            (true, 1) => Some(Series::Known(synonyms.into_values().collect())),
            _ => first.map(Series::First),
        }
    }
}
