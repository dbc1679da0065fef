//! Which disease a text names, and which diseases belong to it.
//!
//! A disease has a record in each source, and all its records share the number of an *entity* (`build::identity` joins them). Whatever
//! record a text names, the disease is meant. A disease may be a group: its *members* are the diseases below it.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use super::{Base, other_kind::Wanted};
use crate::{
    error::Result,
    genes::{
        abbreviation::Abbreviation,
        identifiers::{written_accession, written_term},
        records::{Disease, Member, NotFound, Scope, or_else},
        word_forms::{Closeness, Forms},
    },
};

/// Columns that [`read_disease`] reads, of `disease` as `d`.
const DISEASE_COLUMNS: &str = "d.id, d.accession, d.name, d.definition, d.entity, d.source";

fn read_disease(row: &rusqlite::Row<'_>) -> rusqlite::Result<Disease> {
    Ok(Disease {
        id: row.get(0)?,
        accession: row.get(1)?,
        name: row.get(2)?,
        definition: row.get(3)?,
        entity: row.get(4)?,
        source: row.get(5)?,
    })
}

/// Vocabularies of which each entry is a disease, as curators see it: not concepts that were gathered from other vocabularies.
const CURATED: [&str; 3] = ["OMIM:", "ORPHA:", "MONDO:"];

/// Whether a name is a text in small letters: `gout` is no abbreviation, because a source writes it so.
fn is_word(name: &str, text: &str) -> bool {
    name.eq_ignore_ascii_case(text) && !name.bytes().skip(1).any(|byte| byte.is_ascii_uppercase())
}

fn is_of_orphanet(one: &Disease) -> bool {
    one.accession.as_deref().is_some_and(|id| id.starts_with("ORPHA:"))
}

fn is_curated(one: &Disease) -> bool {
    one.accession.as_deref().is_some_and(|id| CURATED.iter().any(|space| id.starts_with(space)))
}

/// Diseases in a message at most.
const SHOWN: usize = 8;

/// What a text means among diseases.
pub(super) enum Found {
    /// One disease: its records, the one that the text names first; and how close its name is to the text.
    One(Vec<Disease>, Closeness),
    /// Several diseases, or an identifier that no table has: why, and how close their names are to the text.
    Unusable(String, Closeness),
    /// Nothing.
    Nothing,
}

impl Base {
    /// Which disease a text means: by an identifier in any usual spelling (`OMIM:154700`, `ORPHA558`, `MONDO_0007947`, `154700`,
    /// `C0024796`) or a name. Its records in all sources are given, the one that the text names first.
    ///
    /// Names are compared from strict to loose, and the first level at which a disease has the name decides ([`Closeness`]). Of several
    /// diseases one that all others are below is meant.
    pub(crate) fn disease(&self, text: &str) -> Result<std::result::Result<Vec<Disease>, NotFound>> {
        if let Some(number) = written_term(text.trim()) {
            let why = format!("HP:{number:07} is a phenotype (an identifier of HPO), not a disease");
            return Ok(Err(NotFound::Unusable(why)));
        }
        Ok(match self.find_disease(text)? {
            Found::One(records, _) => Ok(records),
            Found::Unusable(why, _) => Err(NotFound::Unusable(why)),
            Found::Nothing => {
                if let Some(why) = self.other_kind(text, Wanted::Disease)? {
                    return Ok(Err(NotFound::Unusable(why)));
                }
                let near = self.nearest_diseases(text)?;
                Err(NotFound::Unknown(format!("no disease is called {:?}{}", text.trim(), or_else(&near))))
            }
        })
    }

    /// Whether a text in small letters is a disease only as an abbreviation that sources write in capitals: `car`, but not `gout`.
    pub(crate) fn is_only_abbreviation(&self, text: &str) -> Result<bool> {
        let named = self.records_named(&Forms::of(text).key)?;
        Ok(Abbreviation::of(text).is_some() && !named.iter().any(|(_, name)| is_word(name, text)))
    }

    pub(super) fn find_disease(&self, text: &str) -> Result<Found> {
        let text = text.trim();
        if let Some(id) = written_accession(text) {
            let found = self.records_of_accession(&id)?;
            if !found.is_empty() {
                return Ok(Found::One(found, Closeness::Written));
            }
            let why = || format!("{id} is not in the knowledge base, or a source that names it is missing");
            return Ok(Found::Unusable(why(), Closeness::Written));
        }
        let forms = Forms::of(text);
        let named = self.records_named(&forms.key)?;
        if let Some(short) = Abbreviation::of(text)
            && !named.iter().any(|(_, name)| is_word(name, text))
        {
            match self.find_abbreviation(&short, text)? {
                Found::Nothing => {}
                found => return Ok(found),
            }
        }
        let close = named.into_iter().filter_map(|(disease, name)| {
            let closeness = forms.closeness(&Forms::of(&name))?;
            // A disease of this name comes before those of which it is a synonym.
            Some((closeness, name != disease.name, disease))
        });
        let close: Vec<(Closeness, bool, Disease)> = close.collect();
        let Some(closest) = close.iter().map(|(closeness, ..)| *closeness).min() else {
            return self.find_loosely(text, &forms);
        };
        let is_same = |one: &&(Closeness, bool, Disease)| !one.1 && one.0 <= Closeness::Order;
        let same: BTreeSet<i64> = close.iter().filter(is_same).map(|(_, _, one)| one.entity).collect();
        let at_level = close.into_iter().filter(|(closeness, ..)| *closeness == closest);
        let (own, synonyms): (Vec<_>, Vec<_>) = at_level.partition(|(_, synonym, _)| !synonym);
        let [own, synonyms] =
            [own, synonyms].map(|all| all.into_iter().map(|(_, _, one)| one).collect::<Vec<Disease>>());
        let named = if self.is_meant_by_synonym(&own, &synonyms)? { synonyms } else { own };
        let entities: BTreeSet<i64> = named.iter().map(|one| one.entity).collect();
        let meant = match self.topmost(&entities)? {
            Some(meant) if named.iter().any(is_of_orphanet) => Some(meant),
            Some(meant) => Some(self.of_same_name(meant, &same)?),
            None => self.topmost(&best_known(&named))?,
        };
        let Some(meant) = meant else {
            return Ok(Found::Unusable(format!("{text:?} is ambiguous: {}", self.shown(&entities)?), closest));
        };
        Ok(Found::One(self.named_first(meant, named)?, closest))
    }

    /// The record of the one disease that has a text as its identifier or name, but for spelling and order.
    pub(super) fn disease_of_name(&self, text: &str) -> Result<Option<Disease>> {
        Ok(match self.find_disease(text)? {
            Found::One(records, closeness) if closeness <= Closeness::Order => records.into_iter().next(),
            _ => None,
        })
    }

    /// The disease of which a text is a name but for words of the origin, or a part of a name that has two ([`Forms::loose`]). Of several,
    /// one that all others are below is meant, or none.
    fn find_loosely(&self, text: &str, forms: &Forms) -> Result<Found> {
        let sql = format!(
            "SELECT {DISEASE_COLUMNS}, n.own FROM disease_loose_name n JOIN disease d ON d.id = n.disease WHERE n.key = ?1
             ORDER BY d.id"
        );
        let named = self.rows(&sql, [forms.loose()], |row| Ok((read_disease(row)?, row.get::<_, bool>(6)?)))?;
        let (own, synonyms): (Vec<_>, Vec<_>) = named.into_iter().partition(|(_, own)| *own);
        let mut found = Found::Nothing;
        for named in [own, synonyms] {
            let named: Vec<Disease> = named.into_iter().map(|(one, _)| one).collect();
            let entities: BTreeSet<i64> = named.iter().map(|one| one.entity).collect();
            let meant = match self.topmost(&entities)? {
                Some(meant) => Some(meant),
                None => self.topmost(&best_known(&named))?,
            };
            if let Some(meant) = meant {
                found = Found::One(self.named_first(meant, named)?, Closeness::Loose);
                break;
            }
        }
        // A group whose name has further words is meant before a disease that no curator keeps and that may not be inherited.
        if let Found::One(records, _) = &found
            && (records.iter().any(is_curated)
                || records.iter().any(|one| forms.origins().is_subset(&Forms::of(&one.name).origins())))
        {
            return Ok(found);
        }
        match self.find_group(text)? {
            Some(group) => Ok(Found::One(self.named_first(group, Vec::new())?, Closeness::Loose)),
            None => Ok(found),
        }
    }

    /// The records that have a name with a key, and the name.
    pub(super) fn records_named(&self, key: &str) -> Result<Vec<(Disease, String)>> {
        let sql = format!(
            "SELECT {DISEASE_COLUMNS}, n.name FROM disease_name n JOIN disease d ON d.id = n.disease WHERE n.key = ?1 ORDER BY d.id"
        );
        self.rows(&sql, [key], |row| Ok((read_disease(row)?, row.get(6)?)))
    }

    /// Whether those of which a text is a synonym are meant, not those of which it is the name: if there are no others, or if none of the
    /// others is in a curated vocabulary and these are one disease that is.
    fn is_meant_by_synonym(&self, own: &[Disease], synonyms: &[Disease]) -> Result<bool> {
        if own.is_empty() || synonyms.is_empty() {
            return Ok(own.is_empty());
        }
        for one in own {
            if is_curated(one) || self.records_of(one.entity)?.iter().any(is_curated) {
                return Ok(false);
            }
        }
        Ok(synonyms.iter().all(|one| is_curated(one) && one.entity == synonyms[0].entity))
    }

    /// The disease above one whose own name differs in spelling alone, or the one itself: Alzheimer's disease for Alzheimer disease, which
    /// is the first of that series. Orphanet's names are of no first.
    fn of_same_name(&self, entity: i64, same: &BTreeSet<i64>) -> Result<i64> {
        if same.iter().all(|one| *one == entity) {
            return Ok(entity);
        }
        let above = self.ancestors(entity)?.into_iter().rfind(|one| same.contains(one));
        Ok(above.unwrap_or(entity))
    }

    /// The one of several diseases that all others are below; `None` if there is none.
    pub(super) fn topmost(&self, entities: &BTreeSet<i64>) -> Result<Option<i64>> {
        if entities.len() == 1 {
            return Ok(entities.first().copied());
        }
        let mut above: Option<BTreeSet<i64>> = None;
        for &entity in entities {
            let mut own: BTreeSet<i64> = self.ancestors(entity)?.into_iter().collect();
            own.insert(entity);
            above = Some(match above {
                Some(above) => above.intersection(&own).copied().collect(),
                None => own,
            });
        }
        Ok(entities.iter().copied().find(|one| above.as_ref().is_some_and(|above| above.contains(one))))
    }

    /// The records of an identifier's disease.
    fn records_of_accession(&self, id: &str) -> Result<Vec<Disease>> {
        let sql = format!("SELECT {DISEASE_COLUMNS} FROM disease d WHERE d.accession = ?1 ORDER BY d.id");
        let own = self.rows(&sql, [id], read_disease)?;
        if let Some(first) = own.into_iter().next() {
            return self.with_first(first.entity, Some(first));
        }
        // An identifier that no table describes, but one gives as that of its own record.
        let sql = format!(
            "SELECT {DISEASE_COLUMNS} FROM disease_reference r JOIN disease d ON d.id = r.disease
             WHERE r.accession = ?1 AND r.mapping = 'exact' ORDER BY d.id"
        );
        let same = self.rows(&sql, [id], read_disease)?;
        let entities: BTreeSet<i64> = same.iter().map(|one| one.entity).collect();
        match (entities.len(), same.into_iter().next()) {
            (1, Some(first)) => self.with_first(first.entity, Some(first)),
            _ => Ok(Vec::new()),
        }
    }

    /// All records of an entity, `first` before the others, and those with an identifier before those without.
    pub(super) fn with_first(&self, entity: i64, first: Option<Disease>) -> Result<Vec<Disease>> {
        let mut all = self.records_of(entity)?;
        all.sort_by_key(|one| (first.as_ref().is_none_or(|first| first.id != one.id), one.accession.is_none()));
        Ok(all)
    }

    /// All records of an entity, one of `named` first. If that is of no curated vocabulary, although another is, the other is first.
    fn named_first(&self, entity: i64, named: Vec<Disease>) -> Result<Vec<Disease>> {
        let mut named: Vec<Disease> = named.into_iter().filter(|one| one.entity == entity).collect();
        named.sort_by_key(|one| !is_curated(one));
        let mut all = self.with_first(entity, named.into_iter().next())?;
        if all.first().is_some_and(|first| !is_curated(first)) {
            all.sort_by_key(|one| !is_curated(one));
        }
        Ok(all)
    }

    /// All records of an entity, by identifier.
    pub(crate) fn records_of(&self, entity: i64) -> Result<Vec<Disease>> {
        let sql = format!(
            "SELECT {DISEASE_COLUMNS} FROM disease d WHERE d.entity = ?1 ORDER BY d.accession IS NULL, d.accession, d.id"
        );
        self.rows(&sql, [entity], read_disease)
    }

    /// The diseases below one, nearest first: subtypes, members of the group and so on, of all sources. Each comes once.
    pub(crate) fn members(&self, entity: i64) -> Result<Vec<Member>> {
        let sql = "SELECT DISTINCT low.entity FROM disease high JOIN disease_parent h ON h.parent = high.id
                   JOIN disease low ON low.id = h.disease WHERE high.entity = ?1 ORDER BY low.entity";
        let sql_records = "SELECT id FROM disease WHERE entity = ?1 ORDER BY id";
        let mut all = Vec::new();
        for (entity, depth) in self.climb(sql, entity)? {
            all.push(Member { entity, depth, records: self.rows(sql_records, [entity], |row| row.get(0))? });
        }
        Ok(all)
    }

    /// The diseases above one, nearest first.
    pub(crate) fn ancestors(&self, entity: i64) -> Result<Vec<i64>> {
        let sql = "SELECT DISTINCT high.entity FROM disease low JOIN disease_parent h ON h.disease = low.id
                   JOIN disease high ON high.id = h.parent WHERE low.entity = ?1 ORDER BY high.entity";
        Ok(self.climb(sql, entity)?.into_iter().map(|(entity, _)| entity).collect())
    }

    /// What is reached from an entity by `sql` again and again, with the number of steps. Each is reached once, so circles end.
    fn climb(&self, sql: &str, from: i64) -> Result<Vec<(i64, u32)>> {
        let (mut seen, mut queue, mut all) = (HashSet::from([from]), VecDeque::from([(from, 0)]), Vec::new());
        while let Some((entity, depth)) = queue.pop_front() {
            for next in self.rows(sql, [entity], |row| row.get::<_, i64>(0))? {
                if seen.insert(next) {
                    all.push((next, depth + 1));
                    queue.push_back((next, depth + 1));
                }
            }
        }
        Ok(all)
    }

    /// The names of a disease in all sources, and the source of each: the records' own names first.
    pub(crate) fn names_of_disease(&self, records: &[Disease]) -> Result<Vec<(String, i64)>> {
        let sql = "SELECT n.name, d.source FROM disease_name n JOIN disease d ON d.id = n.disease WHERE d.id = ?1
                   ORDER BY n.name <> d.name, n.name";
        let own = records.iter().map(|one| (one.name.clone(), one.source));
        let all = self.rows_of_each(sql, records.iter().map(|one| one.id), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(own.chain(all).collect())
    }

    /// The diseases directly above one, and the source that lists each.
    pub(crate) fn parents(&self, records: &[Disease]) -> Result<BTreeMap<i64, i64>> {
        let sql = "SELECT DISTINCT high.entity, h.source FROM disease_parent h JOIN disease high ON high.id = h.parent
                   WHERE h.disease = ?1 ORDER BY high.entity, h.source DESC";
        let all = self.rows_of_each(sql, records.iter().map(|one| one.id), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(all.into_iter().filter(|(entity, _)| records.iter().all(|one| one.entity != *entity)).collect())
    }

    /// The records that facts about diseases are looked up in: those of the diseases themselves, and those of their members.
    pub(crate) fn scope(&self, diseases: &[Disease]) -> Result<Scope> {
        let entities: BTreeSet<i64> = diseases.iter().map(|one| one.entity).collect();
        let (mut own, mut members) = (Vec::new(), BTreeMap::new());
        for &entity in &entities {
            own.extend(self.records_of(entity)?.iter().map(|one| one.id));
            for member in self.members(entity)? {
                if !entities.contains(&member.entity) {
                    members.entry(member.entity).or_insert(member);
                }
            }
        }
        let mut members: Vec<Member> = members.into_values().collect();
        members.sort_by_key(|one| (one.depth, one.entity));
        Ok(Scope { own, members })
    }

    /// Diseases in a message.
    fn shown(&self, entities: &BTreeSet<i64>) -> Result<String> {
        let mut all = Vec::new();
        for &entity in entities.iter().take(SHOWN) {
            let first = self.records_of(entity)?.into_iter().next();
            all.extend(first.map(|one| match one.accession {
                Some(id) => format!("{id} ({})", one.name),
                None => one.name,
            }));
        }
        let more = entities.len().saturating_sub(SHOWN);
        Ok(if more > 0 { format!("{}, and {more} more", all.join(", ")) } else { all.join(", ") })
    }
}

/// The diseases of these records. Where one of them has the name in more curated vocabularies than any other, it alone: the others are
/// leftovers, as a concept of UMLS beside the disease, or an entry of OMIM that was moved.
fn best_known(named: &[Disease]) -> BTreeSet<i64> {
    let mut spaces: BTreeMap<i64, HashSet<&str>> = BTreeMap::new();
    for one in named {
        let id = one.accession.as_deref().unwrap_or_default();
        spaces.entry(one.entity).or_default().extend(CURATED.iter().find(|space| id.starts_with(*space)));
    }
    let most = spaces.values().map(HashSet::len).max().unwrap_or_default();
    let best: BTreeSet<i64> = spaces.iter().filter(|(_, own)| own.len() == most).map(|(entity, _)| *entity).collect();
    if best.len() == 1 || most == 0 {
        return best;
    }
    // Of several, those of curated vocabularies: one may be the group of the others.
    spaces.into_iter().filter(|(_, own)| !own.is_empty()).map(|(entity, _)| entity).collect()
}
