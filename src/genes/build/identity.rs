//! Which records are the same disease, and which diseases belong to others.
//!
//! Records of different sources are joined by what links them, the strongest links first: a reference between records that have the same
//! name, a reference, the same name, a synonym. Two records of one vocabulary (OMIM, ORPHA, MONDO, UMLS) are never joined: a link that
//! would do so, through whatever records, is left out and counted. What a source states to be broader or narrower is no identity but
//! membership; a synonym never overrules that.
//!
//! Diseases that lists alone know are then joined to those that a vocabulary describes, by looser names and genes (`listed`).
//!
//! A disease belongs to those that a source lists above it, to records that are stated to be broader, and to the series and the causes that
//! its name is of (`series`). A series of which no source has a record gets one, without an identifier. A disease with a number is no
//! series: where a number of OMIM also has the name of the series it is in (Fanconi anemia, complementation group A), that name is no link
//! either. Nor is a number of OMIM that has the name of its series alone (Aniridia, beside Aniridia 2): it is the first of the series.

use std::collections::{BTreeMap, HashSet};

use rusqlite::{Connection, params};

use super::{
    joiner::{DiseaseNames, Joiner, Name},
    listed, series,
};
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

/// What was joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identities {
    /// Records of diseases.
    pub records: usize,
    /// Diseases that they are.
    pub diseases: usize,
    /// Links that were left out, because two records of one vocabulary would be one disease.
    pub left_out: usize,
    /// Diseases that lists alone know, and that are one of a vocabulary by their names and genes.
    pub listed: usize,
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

/// A single word of so few letters is an abbreviation, which diseases share.
const ABBREVIATION: usize = 4;

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
    let parents = joiner.parents(db, references.parents, &names)?;
    let listed = listed::join(db, &mut joiner, &names, &parents.pairs())?;
    let mut update = db.prepare("UPDATE disease SET entity = ?2 WHERE id = ?1")?;
    for record in 0..joiner.records.len() {
        let entity = joiner.entity(record);
        if entity != record {
            update.execute(params![record as i64 + 1, entity as i64 + 1])?;
        }
    }
    drop(update);
    let series = joiner.write_parents(db, parents)?;
    joiner.write_loose_names(db, &names)?;
    write_words(db)?;
    let diseases = (0..joiner.records.len()).filter(|&record| joiner.up[record] == record).count();
    Ok(Identities { records: joiner.records.len(), diseases, left_out: joiner.left_out, listed, series })
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
        self.note_firsts(all.iter().filter(|one| one.2 == "exact").map(|one| (one.0, one.1)));
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

    /// Joins the diseases of two records, unless that would join two records of one vocabulary, or a synonym would overrule a statement.
    fn join(&mut self, link: Link, a: usize, b: usize) {
        let (a, b) = (self.entity(a), self.entity(b));
        if a == b {
            return;
        }
        let (first, second) = (a.min(b), a.max(b));
        if self.share_space(first, second, |_| true) || (link == Link::Synonym && self.is_stated_broader(first, second))
        {
            self.left_out += 1;
            return;
        }
        self.unite(first, second);
    }

    /// Writes the forms of names by which a text is looked up that is no name: see [`Forms::loose`].
    fn write_loose_names(&self, db: &Connection, names: &DiseaseNames) -> rusqlite::Result<()> {
        let mut insert = db.prepare("INSERT INTO disease_loose_name VALUES (?1, ?2, ?3)")?;
        let mut seen: HashSet<(String, usize)> = HashSet::new();
        let whole = self.names.iter().map(|name| (name.record, name.forms.loose(), name.own));
        let parts = names.parts().map(|(record, part)| (record, Forms::of(part).loose(), false));
        for (record, loose, own) in whole.chain(parts) {
            if seen.insert((loose.clone(), record)) {
                insert.execute(params![loose, record as i64 + 1, own])?;
            }
        }
        Ok(())
    }
}
