//! What an abbreviation of two to five letters means: the disease that a source lists it for, unless others may well be meant.
//!
//! METHOD: sources list abbreviations for the disease that they describe, and not for better known ones that have them too. The initials of
//! names tell of those (`abbreviation`). Initials alone decide nothing: of 463 listed abbreviations that the initials of a well-known name
//! fit, 70 mean another disease. So they only keep an answer back: if the standing of another disease is at least that of the listed one,
//! the text is refused, and both are named. In a base of all tables this refuses 1 in 9 of the 1,900 abbreviations that are listed for one
//! disease.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{Base, diseases::Found};
use crate::{
    error::Result,
    genes::{
        abbreviation::{Abbreviation, Fit},
        claim::Claim,
        records::Disease,
        word_forms::{Closeness, Forms, is_generic, singular, words},
    },
};

/// Standing from which on a disease is well known.
const WELL_KNOWN: f64 = 3.0;

/// What the standing of a disease is worth less that an abbreviation fits loosely.
const LOOSE: f64 = 1.5;

/// Diseases in a message.
const SHOWN: usize = 5;

/// Something that an abbreviation may mean.
struct Meaning {
    /// The number of the disease; `None` for a phenotype.
    entity: Option<i64>,
    /// Its names in all sources.
    names: Vec<String>,
    /// Name and identifier.
    shown: String,
    standing: f64,
    fit: Fit,
}

impl Meaning {
    /// Whether all words of a name of one that say something are in a name of the other: `Familial vesicoureteral reflux`.
    fn is_worded_like(&self, other: &Self) -> bool {
        let special = |name: &String| -> BTreeSet<String> {
            words(name).iter().filter(|word| !is_generic(word)).map(|word| singular(word).to_string()).collect()
        };
        let other: Vec<_> = other.names.iter().map(special).filter(|words| !words.is_empty()).collect();
        let mut own = self.names.iter().map(special).filter(|words| !words.is_empty());
        own.any(|own| other.iter().any(|other| own.is_subset(other) || other.is_subset(&own)))
    }

    /// The place in a list: the best first.
    fn rank(&self) -> f64 {
        self.standing - if self.fit == Fit::Loose { LOOSE } else { 0.0 }
    }
}

impl Base {
    /// The disease that an abbreviation means.
    pub(super) fn find_abbreviation(&self, short: &Abbreviation, text: &str) -> Result<Found> {
        let diseases = self.listed_diseases(short)?;
        let entities: BTreeSet<i64> = diseases.keys().copied().collect();
        let mut listed = Vec::new();
        let meant = self.topmost(&entities)?;
        for (entity, records) in &diseases {
            if meant.is_none_or(|meant| meant == *entity) {
                listed.push(self.meaning(*entity, records, Fit::Full)?);
            }
        }
        let mut phenotypes = self.listed_phenotypes(short)?;
        if listed.is_empty() {
            listed.append(&mut phenotypes);
        }
        let Some(first) = listed.first() else { return Ok(Found::Nothing) };
        let least = first.standing.max(WELL_KNOWN);
        let family: HashSet<i64> = match first.entity {
            Some(entity) => {
                self.members(entity)?.into_iter().map(|one| one.entity).chain(self.ancestors(entity)?).collect()
            }
            None => HashSet::new(),
        };
        let is_rival = |one: &Meaning| {
            let related = one.entity.is_some_and(|entity| first.entity == Some(entity) || family.contains(&entity));
            one.standing >= least && !related && !listed.iter().any(|listed| one.is_worded_like(listed))
        };
        phenotypes.retain(is_rival);
        let mut rivals: Vec<Meaning> =
            self.by_initials(short)?.into_iter().filter(|one| one.fit == Fit::Full && is_rival(one)).collect();
        rivals.truncate(SHOWN);
        if listed.len() == 1 && phenotypes.is_empty() && rivals.is_empty() {
            let records = first.entity.and_then(|entity| diseases.get(&entity));
            return Ok(records.map_or(Found::Nothing, |records| Found::One(records.clone(), Closeness::Written)));
        }
        let shown = |all: &[Meaning]| all.iter().map(|one| one.shown.as_str()).collect::<Vec<_>>().join(", ");
        listed.append(&mut phenotypes);
        let mut why = format!("{:?} is an abbreviation of {}", text.trim(), shown(&listed));
        if !rivals.is_empty() {
            why += &format!(", and has the initials of {}", shown(&rivals));
        }
        Ok(Found::Unusable(format!("{why}: write the name in full"), Closeness::Written))
    }

    /// Diseases whose names have these initials, with their identifiers, the best known first; those that are little known if there are no
    /// others.
    pub(super) fn suggested(&self, short: &Abbreviation) -> Result<Vec<String>> {
        let all = self.by_initials(short)?;
        let known: Vec<&Meaning> = all.iter().filter(|one| one.standing >= WELL_KNOWN).collect();
        let best = if known.is_empty() { all.iter().collect() } else { known };
        Ok(best.into_iter().take(SHOWN).map(|one| one.shown.clone()).collect())
    }

    /// Well-known diseases whose names have the initials of a text.
    pub(crate) fn known_with_initials(&self, text: &str) -> Result<Vec<String>> {
        let Some(short) = Abbreviation::of(text) else { return Ok(Vec::new()) };
        let known = self.by_initials(&short)?.into_iter().filter(|one| one.standing >= WELL_KNOWN);
        Ok(known.take(SHOWN).map(|one| one.shown).collect())
    }

    /// The diseases that sources list an abbreviation for, by their number: each is what its name in full means.
    fn listed_diseases(&self, short: &Abbreviation) -> Result<BTreeMap<i64, Vec<Disease>>> {
        let named = self.records_named(&Forms::of(short.text()).key)?;
        let listed: Vec<Disease> =
            named.into_iter().filter(|(_, name)| short.is_listed_as(name)).map(|(disease, _)| disease).collect();
        // A record that has no other name tells nothing.
        let (mut in_full, alone): (Vec<_>, Vec<_>) = listed.into_iter().partition(|one| !short.is_listed_as(&one.name));
        if in_full.is_empty() {
            in_full = alone;
        }
        // HPO lists HCM for its term hypertrophic cardiomyopathy, which is a disease too.
        let mut all = BTreeMap::new();
        for (_, name) in self.terms_listed(short)? {
            if let Some(records) = self.called(&name)? {
                all.entry(records[0].entity).or_insert(records);
            }
        }
        for one in in_full {
            let records = match self.called(&one.name)? {
                Some(records) => records,
                None => self.with_first(one.entity, Some(one))?,
            };
            all.entry(records[0].entity).or_insert(records);
        }
        Ok(all)
    }

    /// The disease that a name in full means.
    fn called(&self, name: &str) -> Result<Option<Vec<Disease>>> {
        if Abbreviation::of(name).is_some() {
            return Ok(None);
        }
        Ok(match self.find_disease(name)? {
            Found::One(records, closeness) if closeness <= Closeness::Spelling => Some(records),
            _ => None,
        })
    }

    /// Number and name of the phenotypes that HPO lists an abbreviation for.
    fn terms_listed(&self, short: &Abbreviation) -> Result<Vec<(u32, String)>> {
        let sql = "SELECT n.name, t.id, t.name FROM term_name n JOIN term t ON t.id = n.term
                   WHERE n.key = ?1 AND n.kind <> 'name' AND NOT t.obsolete ORDER BY t.id";
        let all = self.rows(sql, [&Forms::of(short.text()).key], |row| {
            Ok((row.get::<_, String>(0)?, (row.get(1)?, row.get(2)?)))
        })?;
        Ok(all.into_iter().filter(|(name, _)| short.is_listed_as(name)).map(|(_, term)| term).collect())
    }

    /// The same, those that are no disease.
    fn listed_phenotypes(&self, short: &Abbreviation) -> Result<Vec<Meaning>> {
        let mut all = Vec::new();
        for (term, name) in self.terms_listed(short)? {
            if self.called(&name)?.is_none() {
                let sql = "SELECT count(DISTINCT gene) FROM gene_term WHERE term = ?1";
                let genes: i64 = self.first(sql, [term], |row| row.get(0))?.unwrap_or_default();
                let shown = format!("the phenotype {name} (HP:{term:07})");
                let standing = standing(1, genes as usize);
                all.push(Meaning { entity: None, names: vec![name], shown, standing, fit: Fit::Full });
            }
        }
        Ok(all)
    }

    /// The diseases whose names have the initials of an abbreviation, the best known first. Classes of Orphanet (`Rare bone disease`) are
    /// none.
    fn by_initials(&self, short: &Abbreviation) -> Result<Vec<Meaning>> {
        let mut fitting: BTreeMap<i64, (Fit, String)> = BTreeMap::new();
        self.each("SELECT entity, name FROM disease WHERE kind IS NOT 'Category'", |row| {
            let name = row.get_ref(1)?.as_str()?;
            if let Some(fit) = short.fits(name) {
                let best = fitting.entry(row.get(0)?).or_insert_with(|| (fit, name.to_string()));
                if fit < best.0 {
                    *best = (fit, name.to_string());
                }
            }
            Ok(())
        })?;
        let mut all: BTreeMap<i64, Meaning> = BTreeMap::new();
        for (entity, (fit, name)) in fitting {
            let records = match self.called(&name)? {
                Some(records) => records,
                None => self.records_of(entity)?,
            };
            let Some(entity) = records.first().map(|one| one.entity) else { continue };
            match all.get_mut(&entity) {
                Some(known) => known.fit = known.fit.min(fit),
                None => {
                    all.insert(entity, self.meaning(entity, &records, fit)?);
                }
            }
        }
        let mut all: Vec<Meaning> = all.into_values().collect();
        all.sort_by(|one, other| other.rank().total_cmp(&one.rank()).then_with(|| one.shown.cmp(&other.shown)));
        Ok(all)
    }

    /// A disease as a meaning.
    fn meaning(&self, entity: i64, records: &[Disease], fit: Fit) -> Result<Meaning> {
        let named = records.iter().find(|one| one.accession.is_some()).or(records.first());
        let shown = named.map_or_else(String::new, |one| match &one.accession {
            Some(id) => format!("{} ({id})", one.name),
            None => one.name.clone(),
        });
        let names = records.iter().map(|one| one.name.clone()).collect();
        Ok(Meaning { entity: Some(entity), names, shown, standing: self.standing_of(entity)?, fit })
    }

    /// How well known a disease is, with its members.
    fn standing_of(&self, entity: i64) -> Result<f64> {
        let mut records =
            self.rows("SELECT id FROM disease WHERE entity = ?1", [entity], |row| row.get::<_, i64>(0))?;
        records.extend(self.members(entity)?.into_iter().flat_map(|one| one.records));
        let sql = "SELECT source FROM disease WHERE id = ?1 UNION SELECT source FROM gene_disease WHERE disease = ?1
                   UNION SELECT source FROM disease_term WHERE disease = ?1";
        let sources: Vec<i64> = self.rows_of_each(sql, records.iter().copied(), |row| row.get(0))?;
        let publishers: BTreeSet<&str> = sources.iter().map(|id| self.source(*id).name.as_str()).collect();
        let sql = format!("SELECT gene FROM gene_disease WHERE disease = ?1 AND claim < {}", Claim::Conflicting.code());
        let genes: HashSet<i64> = self.rows_of_each(&sql, records, |row| row.get(0))?.into_iter().collect();
        Ok(standing(publishers.len(), genes.len()))
    }
}

/// How well known a disease is: the number of publishers that have it, and the logarithm (base 2) of that of its genes.
fn standing(publishers: usize, genes: usize) -> f64 {
    publishers as f64 + (1.0 + genes as f64).log2()
}
