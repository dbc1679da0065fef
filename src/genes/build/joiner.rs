//! The records of diseases, their names, and the diseases that the records are so far.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::Connection;

use super::series;
use crate::genes::word_forms::{Forms, alternatives, is_obsolete};

/// Names of diseases, each once.
#[derive(Default)]
pub(super) struct DiseaseNames {
    pub(super) all: Vec<(i64, String)>,
    seen: HashSet<(i64, String)>,
    /// The places of the names of each disease.
    of: HashMap<i64, Vec<usize>>,
}

impl DiseaseNames {
    /// Adds a name.
    pub(super) fn add(&mut self, disease: i64, name: &str) {
        let name = name.trim();
        if !name.is_empty() && self.seen.insert((disease, name.to_string())) {
            self.of.entry(disease).or_default().push(self.all.len());
            self.all.push((disease, name.to_string()));
        }
    }

    /// Both names of those that are written as one, and the place of the record in the list of records.
    pub(super) fn parts(&self) -> impl Iterator<Item = (usize, &str)> {
        self.all.iter().flat_map(|(disease, name)| {
            alternatives(name).into_iter().flatten().map(|part| (*disease as usize - 1, part))
        })
    }

    /// The names of a record, by its place in the list of records.
    pub(super) fn of(&self, record: usize) -> impl Iterator<Item = &str> {
        self.of.get(&(record as i64 + 1)).into_iter().flatten().map(|&at| self.all[at].1.as_str())
    }
}

/// Records of OMIM that have a number by any of their names.
#[derive(Default)]
pub(super) struct Numbered {
    /// The keys of the series that each is in with other such records.
    pub(super) records: HashMap<usize, HashSet<String>>,
    /// The keys of all series that they may be in.
    pub(super) series: HashSet<String>,
}

fn numbered(records: &[Record], names: &DiseaseNames) -> Numbered {
    let mut numbered: HashMap<usize, HashSet<String>> = HashMap::new();
    for (disease, name) in &names.all {
        let record = *disease as usize - 1;
        if records[record].space.as_deref() == Some("OMIM") && series::is_numbered(name) {
            let keys = series::general_names(name).into_iter().map(|general| Forms::of(&general).key);
            numbered.entry(record).or_default().extend(keys);
        }
    }
    let mut sizes: HashMap<String, usize> = HashMap::new();
    for key in numbered.values().flatten() {
        *sizes.entry(key.clone()).or_default() += 1;
    }
    for keys in numbered.values_mut() {
        keys.retain(|key| sizes[key] > 1);
    }
    Numbered { records: numbered, series: sizes.into_keys().collect() }
}

/// A record of a disease in a source.
pub(super) struct Record {
    /// The vocabulary of its identifier; `None` if it has no identifier.
    pub(super) space: Option<String>,
    /// Whether a source defines it.
    pub(super) is_defined: bool,
    pub(super) name: String,
    pub(super) forms: Forms,
    pub(super) source: i64,
}

/// A name of a record, by its place in the list of records.
pub(super) struct Name {
    pub(super) record: usize,
    pub(super) forms: Forms,
    /// Whether it is the record's own name, not a synonym.
    pub(super) own: bool,
}

/// The series that a name is of.
pub(super) enum Series {
    /// Records of it.
    Known(Vec<usize>),
    /// It has none but the first of the series, the name by its place in the list of names.
    First(usize),
}

/// Vocabularies that gather concepts of others: they have several for a disease.
const GATHERED: &str = "UMLS";

/// The records, their names, and the diseases that they are so far.
pub(super) struct Joiner {
    pub(super) records: Vec<Record>,
    pub(super) names: Vec<Name>,
    pub(super) by_key: BTreeMap<String, Vec<usize>>,
    /// Pairs of records of which one is stated to be broader.
    pub(super) broader: HashMap<usize, HashSet<usize>>,
    /// Keys of the names of phenotypes: they are too general to be an identity where they are synonyms.
    pub(super) phenotypes: HashSet<String>,
    pub(super) numbered: Numbered,
    /// Records of OMIM that have the name of their series alone: Aniridia, beside Aniridia 2.
    firsts: HashSet<usize>,
    /// The record that stands for each, in a chain that ends with itself.
    pub(super) up: Vec<usize>,
    /// The records that each record stands for.
    pub(super) members: Vec<Vec<usize>>,
    pub(super) left_out: usize,
}

impl Joiner {
    pub(super) fn load(db: &Connection, names: &DiseaseNames) -> rusqlite::Result<Self> {
        let mut records = Vec::new();
        let mut query =
            db.prepare("SELECT accession, name, source, definition IS NOT NULL FROM disease ORDER BY id")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let accession: Option<String> = row.get(0)?;
            let name: String = row.get(1)?;
            // An identifier that was given up is not one more disease of its vocabulary.
            let accession = accession.filter(|_| !is_obsolete(&name));
            let space = accession.as_deref().and_then(|id| id.split(':').next()).map(str::to_string);
            let (forms, source, is_defined) = (Forms::of(&name), row.get(2)?, row.get(3)?);
            records.push(Record { space, is_defined, name, forms, source });
        }
        let mut by_key: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut all = Vec::with_capacity(names.all.len());
        for (disease, name) in &names.all {
            let record = *disease as usize - 1;
            let own = records[record].name.trim() == name;
            let forms = if own { records[record].forms.clone() } else { Forms::of(name) };
            by_key.entry(forms.key.clone()).or_default().push(all.len());
            all.push(Name { record, forms, own });
        }
        let mut query = db.prepare("SELECT DISTINCT key FROM term_name WHERE kind = 'name'")?;
        let phenotypes = query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        let count = records.len();
        let (up, members) = ((0..count).collect(), (0..count).map(|record| vec![record]).collect());
        let broader = HashMap::new();
        let numbered = numbered(&records, names);
        let firsts = HashSet::new();
        Ok(Self { records, names: all, by_key, broader, phenotypes, numbered, firsts, up, members, left_out: 0 })
    }

    /// The record that stands for all records of a disease: the first of them.
    pub(super) fn entity(&self, mut record: usize) -> usize {
        while self.up[record] != record {
            record = self.up[record];
        }
        record
    }

    /// Whether a name that two records have in common is that of the series that one of them is in by a number of OMIM.
    pub(super) fn is_of_series(&self, a: usize, b: usize, key: &str) -> bool {
        self.is_in_series(a, key) != self.is_in_series(b, key)
    }

    fn is_in_series(&self, record: usize, key: &str) -> bool {
        self.numbered.records.get(&record).is_some_and(|series| series.contains(key))
            || (self.firsts.contains(&record) && self.records[record].forms.key == key)
    }

    /// Whether a record of OMIM has the name of its series alone.
    pub(super) fn is_first_record(&self, record: usize) -> bool {
        self.firsts.contains(&record)
    }

    /// Whether a name is that of the series that a disease is in by a number of OMIM, and Orphanet has no such disease.
    pub(super) fn has_name_of_series(&self, entity: usize, key: &str) -> bool {
        self.is_of_omim_alone(entity) && self.members[entity].iter().any(|&record| self.is_in_series(record, key))
    }

    /// Notes the records of OMIM that have the name of their series alone. `exact`: pairs of records that are stated to be the same.
    pub(super) fn note_firsts(&mut self, exact: impl Iterator<Item = (usize, usize)>) {
        let is_of = |record: usize, space: &str| self.records[record].space.as_deref() == Some(space);
        let pairs = exact.flat_map(|(a, b)| [(a, b), (b, a)]);
        let of_orphanet: HashSet<usize> =
            pairs.filter(|&(a, b)| is_of(a, "OMIM") && is_of(b, "ORPHA")).map(|(record, _)| record).collect();
        let is_first = |&at: &usize| {
            let forms = &self.records[at].forms;
            let named = || self.by_key.get(&forms.key).into_iter().flatten().map(|&at| &self.names[at]);
            is_of(at, "OMIM")
                && self.numbered.series.contains(&forms.key)
                && !self.numbered.records.contains_key(&at)
                && !of_orphanet.contains(&at)
                && !named().any(|name| name.own && is_of(name.record, "ORPHA") && name.forms.is_same(forms))
        };
        self.firsts = (0..self.records.len()).filter(is_first).collect();
    }

    /// Whether a vocabulary has a disease.
    pub(super) fn has_space(&self, entity: usize, space: &str) -> bool {
        self.members[entity].iter().any(|&record| self.records[record].space.as_deref() == Some(space))
    }

    /// Whether a disease may be a series by its name: a record of OMIM with a number is none.
    pub(super) fn may_be_series(&self, entity: usize) -> bool {
        self.members[entity].iter().all(|record| !self.numbered.records.contains_key(record))
    }

    /// Whether a disease that has the name of a series is the first of it: OMIM has numbers of the series, and Orphanet has no such disease.
    pub(super) fn is_first(&self, entity: usize, key: &str) -> bool {
        self.numbered.series.contains(key) && self.is_of_omim_alone(entity)
    }

    pub(super) fn is_of_omim_alone(&self, entity: usize) -> bool {
        self.has_space(entity, "OMIM") && !self.has_space(entity, "ORPHA")
    }

    /// Whether two diseases have records of one vocabulary, of those that count.
    pub(super) fn share_space(&self, first: usize, second: usize, counts: impl Fn(&str) -> bool) -> bool {
        let spaces = |of: usize| self.members[of].iter().filter_map(|&one| self.records[one].space.as_deref());
        let own: HashSet<&str> = spaces(first).filter(|space| counts(space)).collect();
        spaces(second).any(|space| own.contains(space))
    }

    /// Whether a source states that one of two diseases is broader.
    pub(super) fn is_stated_broader(&self, first: usize, second: usize) -> bool {
        let own: HashSet<usize> = self.members[first].iter().copied().collect();
        let stated = self.members[second].iter().filter_map(|one| self.broader.get(one)).flatten();
        stated.into_iter().any(|one| own.contains(one))
    }

    /// Whether two diseases may be one without a source that states it. UMLS has several concepts of a disease.
    pub(super) fn may_unite(&self, a: usize, b: usize) -> bool {
        a != b && !self.share_space(a, b, |space| space != GATHERED) && !self.is_stated_broader(a, b)
    }

    /// Makes two diseases one.
    pub(super) fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.entity(a), self.entity(b));
        let (first, second) = (a.min(b), a.max(b));
        if first == second {
            return;
        }
        self.up[second] = first;
        let moved = std::mem::take(&mut self.members[second]);
        self.members[first].extend(moved);
    }

    pub(super) fn is_of_omim(&self, record: usize) -> bool {
        self.records[record].space.as_deref() == Some("OMIM")
    }
}
