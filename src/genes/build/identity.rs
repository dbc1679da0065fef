//! Which records are the same disease, and which diseases belong to others.
//!
//! Records of different sources are joined by what links them, the strongest links first: a reference between records that have the same
//! name, a reference, the same name, a synonym. Two records of one vocabulary (OMIM, ORPHA, MONDO, UMLS) are never joined: a link that
//! would do so, through whatever records, is left out and counted. What a source states to be broader or narrower is no identity but
//! membership; a synonym never overrules that.
//!
//! A disease belongs to those that a source lists above it, to records that are stated to be broader, and to the series that its name is
//! of (`series`). A series of which no source has a record gets one, without an identifier. A disease with a number is no series: where
//! a number of OMIM also has the name of the series it is in (Fanconi anemia, complementation group A), that name is no link either.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rusqlite::{Connection, params};

use super::series;
use crate::genes::word_forms::{Closeness, Forms, words};

/// What a source states of an identifier that it lists with a record, as it is written in the knowledge base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mapping {
    /// The identifier is of the same disease.
    Exact,
    /// The identifier is of a broader one.
    Broader,
    /// The identifier is of a narrower one.
    Narrower,
    /// They are related, or the source has not decided.
    Other,
}

impl Mapping {
    /// The word in the knowledge base.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Broader => "broader",
            Self::Narrower => "narrower",
            Self::Other => "other",
        }
    }
}

/// Names of diseases, each once.
#[derive(Default)]
pub(super) struct DiseaseNames {
    all: Vec<(i64, String)>,
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

    /// The names of a record, by its place in the list of records.
    fn of(&self, record: usize) -> impl Iterator<Item = &str> {
        self.of.get(&(record as i64 + 1)).into_iter().flatten().map(|&at| self.all[at].1.as_str())
    }
}

/// Records of OMIM that have a number by any of their names, and the keys of the series that these are in with other records of OMIM.
fn numbered(records: &[Record], names: &DiseaseNames) -> HashMap<usize, HashSet<String>> {
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
    numbered
}

/// What was joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identities {
    /// Records of diseases.
    pub records: usize,
    /// Diseases that they are.
    pub diseases: usize,
    /// Links that were left out, because two records of one vocabulary would be one disease.
    pub left_out: usize,
    /// Series that got a record.
    pub series: usize,
}

/// What links two records, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Link {
    /// A source states that they are the same, and they have the same name.
    NamedReference,
    /// A source states that they are the same.
    Reference,
    /// They have the same name.
    Name,
    /// One's name is a synonym of the other.
    Synonym,
}

struct Record {
    /// The vocabulary of its identifier; `None` if it has no identifier.
    space: Option<String>,
    name: String,
    forms: Forms,
    source: i64,
}

/// A name of a record, by its place in the list of records.
struct Name {
    record: usize,
    forms: Forms,
    /// Whether it is the record's own name, not a synonym.
    own: bool,
}

/// A single word of so few letters is an abbreviation, which diseases share.
const ABBREVIATION: usize = 4;

struct Joiner {
    records: Vec<Record>,
    names: Vec<Name>,
    by_key: BTreeMap<String, Vec<usize>>,
    /// Pairs of records of which one is stated to be broader.
    broader: HashMap<usize, HashSet<usize>>,
    /// Keys of the names of phenotypes: they are too general to be an identity where they are synonyms.
    phenotypes: HashSet<String>,
    /// Records of OMIM that have a number by any of their names, and the keys of the series that these are in with other records.
    numbered: HashMap<usize, HashSet<String>>,
    /// The record that stands for each, in a chain that ends with itself.
    up: Vec<usize>,
    /// The records that each record stands for.
    members: Vec<Vec<usize>>,
    left_out: usize,
}

/// Writes the names, joins the records and writes parents.
pub(super) fn write(db: &Connection, names: DiseaseNames) -> rusqlite::Result<Identities> {
    let mut joiner = Joiner::load(db, &names)?;
    {
        let mut insert = db.prepare("INSERT INTO disease_name (id, key, name, disease) VALUES (?1, ?2, ?3, ?4)")?;
        for (id, ((disease, name), made)) in (1i64..).zip(names.all.iter().zip(&joiner.names)) {
            insert.execute(params![id, made.forms.key, name, disease])?;
        }
    }
    let references = joiner.references(db)?;
    let mut links = references.links;
    links.extend(joiner.name_links());
    links.sort_unstable();
    for (link, _, a, b) in links {
        joiner.join(link, a, b);
    }
    let mut update = db.prepare("UPDATE disease SET entity = ?2 WHERE id = ?1")?;
    for record in 0..joiner.records.len() {
        let entity = joiner.entity(record);
        if entity != record {
            update.execute(params![record as i64 + 1, entity as i64 + 1])?;
        }
    }
    drop(update);
    let series = joiner.write_parents(db, references.parents, &names)?;
    write_words(db)?;
    let diseases = (0..joiner.records.len()).filter(|&record| joiner.up[record] == record).count();
    Ok(Identities { records: joiner.records.len(), diseases, left_out: joiner.left_out, series })
}

/// The words of all names, for the search of names that are like a text.
fn write_words(db: &Connection) -> rusqlite::Result<()> {
    let mut names = db.prepare("SELECT id, name FROM disease_name")?;
    let mut insert = db.prepare("INSERT INTO disease_word (rowid, words) VALUES (?1, ?2)")?;
    let mut rows = names.query([])?;
    while let Some(row) = rows.next()? {
        insert.execute(params![row.get::<_, i64>(0)?, words(&row.get::<_, String>(1)?).join(" ")])?;
    }
    Ok(())
}

/// Links and parents that references state.
struct References {
    links: Vec<(Link, Closeness, usize, usize)>,
    /// Record, the broader one, source.
    parents: Vec<(usize, usize, i64)>,
}

impl Joiner {
    fn load(db: &Connection, names: &DiseaseNames) -> rusqlite::Result<Self> {
        let mut records = Vec::new();
        let mut query = db.prepare("SELECT accession, name, source FROM disease ORDER BY id")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let accession: Option<String> = row.get(0)?;
            let name: String = row.get(1)?;
            let space = accession.as_deref().and_then(|id| id.split(':').next()).map(str::to_string);
            records.push(Record { space, forms: Forms::of(&name), name, source: row.get(2)? });
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
        Ok(Self { records, names: all, by_key, broader, phenotypes, numbered, up, members, left_out: 0 })
    }

    /// Reads what the sources state of the identifiers that they list.
    fn references(&mut self, db: &Connection) -> rusqlite::Result<References> {
        let mut query = db.prepare(
            "SELECT r.disease, o.id, r.mapping, r.source FROM disease_reference r JOIN disease o ON o.accession = r.accession
             WHERE o.id <> r.disease ORDER BY r.disease, o.id",
        )?;
        let place = |id: i64| id as usize - 1;
        let all: Vec<(usize, usize, String, i64)> = query
            .query_map([], |row| Ok((place(row.get(0)?), place(row.get(1)?), row.get(2)?, row.get(3)?)))?
            .collect::<rusqlite::Result<_>>()?;
        // Where a record is broader than some of a vocabulary, what it calls the same may be one of them too: Orphanet's Brugada syndrome
        // is "exactly" OMIM's Brugada syndrome 1 and broader than its Brugada syndrome 2 to 9.
        let space = |record: usize| self.records[record].space.clone();
        let above: HashSet<(usize, Option<String>)> =
            all.iter().filter(|one| one.2 == "narrower").map(|one| (one.0, space(one.1))).collect();
        let mut found = References { links: Vec::new(), parents: Vec::new() };
        for (record, other, mapping, source) in all {
            let closeness = self.records[record].forms.closeness(&self.records[other].forms);
            let same = closeness.filter(|closeness| *closeness <= Closeness::Order);
            let is_above = above.contains(&(record, space(other)));
            let is_of_series = || self.is_of_series(record, other, &self.records[record].forms.key);
            match (mapping.as_str(), same) {
                ("exact", Some(_)) if is_above && is_of_series() => found.parents.push((other, record, source)),
                ("exact", Some(closeness)) => found.links.push((Link::NamedReference, closeness, record, other)),
                ("exact", None) if is_above => {
                    found.parents.push((other, record, source));
                }
                ("exact", None) => found.links.push((Link::Reference, Closeness::Generic, record, other)),
                ("narrower", _) => {
                    self.broader.entry(record).or_default().insert(other);
                    self.broader.entry(other).or_default().insert(record);
                    found.parents.push((other, record, source));
                }
                // That Orphanet's record is a part of another's is no reason to list it, and all it causes, with that one.
                ("broader", _) => {
                    self.broader.entry(record).or_default().insert(other);
                    self.broader.entry(other).or_default().insert(record);
                }
                _ => {}
            }
        }
        Ok(found)
    }

    /// Links between records that have a name in common: a record's own name, and a name of one record of another vocabulary.
    fn name_links(&self) -> Vec<(Link, Closeness, usize, usize)> {
        let mut links = Vec::new();
        for group in self.by_key.values().filter(|group| group.len() > 1) {
            for &at in group.iter().filter(|&&at| self.names[at].own) {
                let name = &self.names[at];
                let space = self.records[name.record].space.as_deref();
                // By vocabulary: records with this name, those whose own name it is first.
                let mut others: BTreeMap<Option<&str>, Vec<(bool, Closeness, usize)>> = BTreeMap::new();
                for &other in group.iter().filter(|&&other| self.names[other].record != name.record) {
                    let other = &self.names[other];
                    let closeness = name.forms.closeness(&other.forms).filter(|one| *one <= Closeness::Order);
                    let Some(closeness) = closeness else { continue };
                    if other.own || self.is_identity(name, other) {
                        let space = self.records[other.record].space.as_deref();
                        others.entry(space).or_default().push((!other.own, closeness, other.record));
                    }
                }
                // A name that its own vocabulary has twice tells nothing.
                if space.is_some() && others.get(&space).is_some_and(|all| all.iter().any(|one| !one.0)) {
                    continue;
                }
                for (of, mut all) in others {
                    all.retain(|one| !self.is_of_series(name.record, one.2, &name.forms.key));
                    if all.is_empty() {
                        continue;
                    }
                    if of.is_some() && of == space {
                        continue;
                    }
                    all.sort_unstable();
                    if of.is_some() {
                        let best = all[0].0;
                        all.retain(|one| one.0 == best);
                        if all.iter().any(|one| one.2 != all[0].2) {
                            continue;
                        }
                        all.truncate(1);
                    }
                    for (synonym, closeness, record) in all {
                        let link = if synonym { Link::Synonym } else { Link::Name };
                        links.push((link, closeness, name.record, record));
                    }
                }
            }
        }
        links
    }

    /// Whether a name that two records have in common is that of the series that one of them is in by a number of OMIM.
    fn is_of_series(&self, a: usize, b: usize, key: &str) -> bool {
        let is_in = |record: &usize| self.numbered.get(record).is_some_and(|series| series.contains(key));
        is_in(&a) != is_in(&b)
    }

    /// Whether a disease may be a series by its name: a record of OMIM with a number is none.
    fn may_be_series(&self, entity: usize) -> bool {
        self.members[entity].iter().all(|record| !self.numbered.contains_key(record))
    }

    /// Whether a record's own name that is a synonym of another may be an identity: abbreviations, names of phenotypes and the name of the
    /// series that the other belongs to are not.
    fn is_identity(&self, name: &Name, synonym: &Name) -> bool {
        let written = &self.records[name.record].name;
        let is_series = || {
            let general = series::general_names(&self.records[synonym.record].name);
            general.iter().any(|one| Forms::of(one).is_same(&name.forms))
        };
        let is_abbreviation = written.len() <= ABBREVIATION && !written.trim().contains(' ');
        !is_abbreviation && !self.phenotypes.contains(&name.forms.key) && !is_series()
    }

    /// The record that stands for all records of a disease: the first of them.
    fn entity(&self, mut record: usize) -> usize {
        while self.up[record] != record {
            record = self.up[record];
        }
        record
    }

    /// Joins the diseases of two records, unless that would join two records of one vocabulary, or a synonym would overrule a statement.
    fn join(&mut self, link: Link, a: usize, b: usize) {
        let (a, b) = (self.entity(a), self.entity(b));
        if a == b {
            return;
        }
        let (first, second) = (a.min(b), a.max(b));
        let spaces: HashSet<&str> =
            self.members[first].iter().filter_map(|&one| self.records[one].space.as_deref()).collect();
        let twice = |one: &usize| self.records[*one].space.as_deref().is_some_and(|space| spaces.contains(space));
        if self.members[second].iter().any(twice) {
            self.left_out += 1;
            return;
        }
        let is_broader = || {
            let own: HashSet<usize> = self.members[first].iter().copied().collect();
            let stated = self.members[second].iter().filter_map(|one| self.broader.get(one)).flatten();
            stated.into_iter().any(|one| own.contains(one))
        };
        if link == Link::Synonym && is_broader() {
            self.left_out += 1;
            return;
        }
        self.up[second] = first;
        let moved = std::mem::take(&mut self.members[second]);
        self.members[first].extend(moved);
    }

    /// Writes the parents that references state and those that names have, and the series that no source has. Returns how many series
    /// were made.
    fn write_parents(
        &self,
        db: &Connection,
        stated: Vec<(usize, usize, i64)>,
        names: &DiseaseNames,
    ) -> rusqlite::Result<usize> {
        let mut insert = db.prepare("INSERT INTO disease_parent VALUES (?1, ?2, ?3)")?;
        let mut listed = db.prepare("SELECT disease, parent FROM disease_parent")?;
        let listed = listed.query_map([], |row| {
            let entity = |id: i64| self.entity(id as usize - 1);
            Ok((entity(row.get(0)?), entity(row.get(1)?)))
        })?;
        let mut seen: HashSet<(usize, usize)> = listed.collect::<rusqlite::Result<_>>()?;
        let mut below = seen.clone();
        below.extend(stated.iter().map(|&(low, high, _)| (self.entity(low), self.entity(high))));
        let mut parents = stated;
        // Series without a record: their names and members, by key.
        let mut unnamed: BTreeMap<String, (String, BTreeSet<usize>)> = BTreeMap::new();
        for (at, record) in self.records.iter().enumerate() {
            let entity = self.entity(at);
            let above = self.generals(at, entity, names, &below);
            parents.extend(above.iter().map(|&parent| (at, parent, record.source)));
            if above.is_empty()
                && let Some(name) = series::series(&record.name)
            {
                let key = Forms::of(&name).key;
                // Those that have the name, although they are one of the series.
                let having: BTreeSet<usize> =
                    self.by_key.get(&key).into_iter().flatten().map(|&at| self.names[at].record).collect();
                if having.iter().all(|&record| self.is_of_omim(record) && self.numbered.contains_key(&record)) {
                    let members = &mut unnamed.entry(key).or_insert_with(|| (name, BTreeSet::new())).1;
                    members.insert(entity);
                    members.extend(having.into_iter().map(|record| self.entity(record)));
                }
            }
        }
        for (child, parent, source) in parents {
            let (low, high) = (self.entity(child), self.entity(parent));
            if low != high && seen.insert((low, high)) {
                insert.execute(params![child as i64 + 1, parent as i64 + 1, source])?;
            }
        }
        let mut add = db.prepare("INSERT INTO disease VALUES (?1, NULL, ?2, NULL, 'series', ?1, ?3)")?;
        let mut name = db.prepare("INSERT INTO disease_name (key, name, disease) VALUES (?1, ?2, ?3)")?;
        let made = unnamed.into_iter().filter(|(_, (_, members))| members.len() > 1);
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

    fn is_of_omim(&self, record: usize) -> bool {
        self.records[record].space.as_deref() == Some("OMIM")
    }

    /// The records of the nearest series that a record's name is of.
    fn generals(&self, at: usize, entity: usize, names: &DiseaseNames, below: &HashSet<(usize, usize)>) -> Vec<usize> {
        let own = &self.records[at].name;
        let mut all = series::general_names(own);
        if self.numbered.contains_key(&at) && !series::is_numbered(own) {
            let numbered = names.of(at).filter(|name| series::is_numbered(name));
            all.extend(numbered.flat_map(series::general_names));
        }
        for general in all {
            let forms = Forms::of(&general);
            // Type 2A is of type 2, where that is a group of its own and no number of OMIM.
            let is_type = series::is_numbered(&general);
            let Some(group) = self.by_key.get(&forms.key) else { continue };
            let same = group.iter().map(|&other| &self.names[other]).filter(|other| forms.is_same(&other.forms));
            // One record for each disease; those whose own name it is, else the one that has it as a synonym.
            let mut found: [BTreeMap<usize, usize>; 2] = Default::default();
            for other in same {
                let of = self.entity(other.record);
                let is_own = || other.own && self.members[of].iter().all(|&one| !self.is_of_omim(one));
                let is_series = || !series::is_numbered(&self.records[other.record].name) && self.may_be_series(of);
                if of != entity && if is_type { is_own() } else { is_series() } {
                    found[usize::from(!other.own)].entry(of).or_insert(other.record);
                }
            }
            let [mut own, synonyms] = found;
            // Galactosemia of OMIM is the first of those that Orphanet's galactosemia is above.
            let all: Vec<usize> = own.keys().copied().collect();
            own.retain(|&of, _| all.iter().all(|&high| !below.contains(&(of, high))));
            if !own.is_empty() {
                return own.into_values().collect();
            }
            if synonyms.len() == 1 {
                return synonyms.into_values().collect();
            }
        }
        Vec::new()
    }
}
