//! The names of diseases that are nearest to a text that is none: they share its rarest words, or words that differ by a letter or two.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Base;
use crate::{
    error::Result,
    genes::{
        abbreviation::Abbreviation,
        word_forms::{is_generic, singular, words},
    },
};

/// Names in a message.
const SHOWN: usize = 3;

/// Names that a word may have to be looked up: more do not tell diseases apart.
const COMMON: i64 = 4000;

/// Letters of which one may differ.
const LETTERS_PER_SLIP: usize = 5;

/// Share of the words, weighed by how rare they are, that must be common to both names.
const LEAST: f64 = 0.25;

/// Share of the letters of a phenotype's name that must be as in the text.
const LEAST_OF_TERMS: f64 = 0.7;

/// A name that is near to a text.
struct Near {
    score: f64,
    /// Whether its record is in no vocabulary that curators keep.
    uncurated: bool,
    /// The name as it is shown.
    shown: String,
}

impl Near {
    /// The nearest first; of equals a curated one, then the shortest.
    fn order(&self, other: &Self) -> std::cmp::Ordering {
        let rest = |near: &Self| (near.uncurated, near.shown.len(), near.shown.clone());
        other.score.total_cmp(&self.score).then_with(|| rest(self).cmp(&rest(other)))
    }
}

impl Base {
    /// A few names of diseases that are nearest to a text, with their identifiers: of an abbreviation in capitals those with its initials.
    pub(crate) fn nearest_diseases(&self, text: &str) -> Result<Vec<String>> {
        if let Some(short) = Abbreviation::of(text)
            && text.bytes().any(|byte| byte.is_ascii_uppercase())
        {
            let suggested = self.suggested(&short)?;
            if !suggested.is_empty() {
                return Ok(suggested);
            }
        }
        let mut counts: HashMap<String, i64> = HashMap::new();
        self.each("SELECT term, doc FROM disease_vocabulary", |row| {
            counts.insert(row.get(0)?, row.get(1)?);
            Ok(())
        })?;
        let total: f64 = counts.values().map(|count| *count as f64).sum::<f64>().max(1.0);
        let weight = |word: &str| counts.get(word).map_or(1.0, |count| (total / *count as f64).ln().max(0.1));
        // Each word of the text, and the words of names that it may stand for.
        let mut asked: Vec<(String, Vec<&str>)> = Vec::new();
        for word in words(text) {
            let known = counts.get_key_value(word.as_str()).map(|(known, _)| known.as_str());
            let alike = match known {
                Some(known) => vec![known],
                None => alike(&word, counts.keys().map(String::as_str)),
            };
            asked.push((word, alike));
        }
        let written = words(text).join(" ");
        let mut rows: HashSet<i64> = HashSet::new();
        let sql = "SELECT rowid FROM disease_word WHERE disease_word MATCH ?1";
        for word in asked.iter().flat_map(|(_, alike)| alike).filter(|word| !is_generic(word)) {
            if counts.get(*word).is_some_and(|count| *count <= COMMON) {
                rows.extend(self.rows(sql, [format!("\"{word}\"")], |row| row.get::<_, i64>(0))?);
            }
        }
        let sql = "SELECT n.name, d.accession, d.entity FROM disease_name n JOIN disease d ON d.id = n.disease WHERE n.id = ?1";
        // The best name of each disease.
        let mut best: BTreeMap<i64, Near> = BTreeMap::new();
        for (name, id, entity) in self.rows_of_each(sql, rows, |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?, row.get::<_, i64>(2)?))
        })? {
            let own: HashSet<String> = words(&name).into_iter().collect();
            let mut shared = 0.0;
            let mut says_something = false;
            let mut all: f64 = own.iter().map(|word| weight(word)).sum();
            for (word, alike) in &asked {
                match alike.iter().find(|one| own.contains(**one)) {
                    // A slip of the pen counts less than the word itself.
                    Some(one) => {
                        shared += weight(one) * if *one == word { 1.0 } else { 0.8 };
                        says_something |= !is_generic(one);
                    }
                    None => all += weight(word),
                }
            }
            let score = shared / all.max(f64::MIN_POSITIVE);
            if says_something && score >= LEAST {
                // METHOD: a name that is a few letters away as a whole is nearer than one that has a rare misspelling in common.
                let own = words(&name).join(" ");
                // Names of other lengths differ by many letters, and long ones take long to compare.
                let is_near = 2 * own.len().min(written.len()) > own.len().max(written.len());
                let alike = if is_near { strsim::normalized_damerau_levenshtein(&written, &own) } else { 0.0 };
                let score = score.max(alike);
                // Of records with the same name, the one of a curated vocabulary is shown.
                let uncurated = id.as_deref().is_none_or(|id| id.starts_with("UMLS:"));
                let shown = id.map_or(name.clone(), |id| format!("{name} ({id})"));
                let near = Near { score, uncurated, shown };
                if best.get(&entity).is_none_or(|other| near.order(other).is_lt()) {
                    best.insert(entity, near);
                }
            }
        }
        let mut best: Vec<Near> = best.into_values().collect();
        best.sort_by(Near::order);
        Ok(best.into_iter().take(SHOWN).map(|near| near.shown).collect())
    }
}

impl Base {
    /// A few phenotypes whose names or synonyms are a few letters from a text: name and identifier, nearest first.
    pub(crate) fn nearest_terms(&self, text: &str) -> Result<Vec<String>> {
        let written = words(text).join(" ");
        let mut best: BTreeMap<u32, f64> = BTreeMap::new();
        self.each("SELECT name, term FROM term_name", |row| {
            let name = words(&row.get::<_, String>(0)?).join(" ");
            if 2 * name.len().min(written.len()) > name.len().max(written.len()) {
                let alike = strsim::normalized_damerau_levenshtein(&written, &name);
                let known = best.entry(row.get(1)?).or_default();
                *known = known.max(alike);
            }
            Ok(())
        })?;
        let mut near: Vec<(f64, u32)> = best.into_iter().map(|(term, alike)| (alike, term)).collect();
        near.retain(|(alike, _)| *alike >= LEAST_OF_TERMS);
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let sql = "SELECT name FROM term WHERE id = ?1";
        let mut shown = Vec::new();
        for (_, term) in near.into_iter().take(SHOWN) {
            let name: Option<String> = self.first(sql, [term], |row| row.get(0))?;
            shown.extend(name.map(|name| format!("{name} (HP:{term:07})")));
        }
        Ok(shown)
    }
}

/// The words that differ from one by few letters, nearest first.
fn alike<'a>(word: &str, all: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let most = word.len() / LETTERS_PER_SLIP + 1;
    if word.len() < 4 {
        return Vec::new();
    }
    let mut found: Vec<(usize, &str)> = all
        .filter(|other| other.len().abs_diff(word.len()) <= most)
        .filter_map(|other| {
            let distance = if singular(word) == singular(other) { 0 } else { strsim::damerau_levenshtein(word, other) };
            (distance <= most).then_some((distance, other))
        })
        .collect();
    found.sort_unstable();
    found.into_iter().take(4).map(|(_, other)| other).collect()
}
