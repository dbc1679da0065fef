//! The group that a text names in fewer words than sources do: `urea cycle disorder` for Orphanet's `Disorder of urea cycle metabolism and
//! ammonia detoxification`, `albinism` for `Oculocutaneous or ocular albinism`.

use std::collections::{BTreeMap, BTreeSet};

use super::Base;
use crate::{
    error::Result,
    genes::word_forms::{is_generic, plural, singular, words},
};

/// Letters of a single word that may name a group.
const LEAST_LETTERS: usize = 7;

/// Words of a name that do not make it more special.
const FILLING: [&str; 5] = ["or", "rare", "genetic", "inherited", "other"];

impl Base {
    /// The group of a curated vocabulary that has all words of a text in a name, but for words such as `disorder`: the one that all others
    /// are below, or the one whose name has the fewest further words. Of a single word, only the former.
    pub(super) fn find_group(&self, text: &str) -> Result<Option<i64>> {
        let own: BTreeSet<String> = words(text).into_iter().filter(|word| !is_generic(word)).collect();
        let is_enough = match own.len() {
            0 => false,
            1 => own.iter().all(|word| word.len() >= LEAST_LETTERS),
            _ => own.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_alphanumeric())),
        };
        if !is_enough {
            return Ok(None);
        }
        let mut groups: BTreeMap<i64, usize> = BTreeMap::new();
        for (entity, name) in self.groups_with(&own)? {
            if let Some(further) = further_words(&name, &own) {
                let least = groups.entry(entity).or_insert(further);
                *least = further.min(*least);
            }
        }
        if groups.is_empty() {
            return Ok(None);
        }
        if let Some(above) = self.topmost(&groups.keys().copied().collect())? {
            return Ok(Some(above));
        }
        let least = groups.values().min().copied();
        let mut nearest = groups.iter().filter(|one| Some(*one.1) == least);
        let meant = nearest.next().map(|one| *one.0);
        Ok(meant.filter(|_| own.len() > 1 && nearest.next().is_none()))
    }

    /// The diseases of curated vocabularies that have members and a name with all words.
    fn groups_with(&self, own: &BTreeSet<String>) -> Result<Vec<(i64, String)>> {
        let either = |word: &String| {
            let one = singular(word);
            format!("(\"{word}\" OR \"{one}\" OR \"{}\")", plural(&one))
        };
        let all = own.iter().map(either).collect::<Vec<_>>().join(" AND ");
        let sql = "SELECT d.entity, n.name FROM disease_name n JOIN disease d ON d.id = n.disease
                   WHERE n.id IN (SELECT rowid FROM disease_word WHERE disease_word MATCH ?1) AND (d.accession LIKE 'ORPHA:%' OR d.accession LIKE 'MONDO:%')
                   AND EXISTS (SELECT 1 FROM disease o JOIN disease_parent p ON p.parent = o.id WHERE o.entity = d.entity)
                   ORDER BY d.entity, n.name";
        self.rows(sql, [all], |row| Ok((row.get(0)?, row.get(1)?)))
    }
}

/// How many words a name has beside some; `None` if it is that of a disease which comes with another, as `albinism-deafness syndrome`.
fn further_words(name: &str, own: &BTreeSet<String>) -> Option<usize> {
    let lower = name.to_lowercase();
    let is_joined = |word: &String| lower.contains(&format!("{word}-")) || lower.contains(&format!("-{word}"));
    if own.iter().any(is_joined) || lower.contains(" with ") || lower.contains(" without ") {
        return None;
    }
    let same = |word: &str| own.iter().any(|one| singular(one) == singular(word));
    Some(
        words(name).iter().filter(|word| !same(word) && !is_generic(word) && !FILLING.contains(&word.as_str())).count(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_group_has_few_words_more() {
        let further =
            |name: &str, own: &[&str]| further_words(name, &own.iter().map(|word| word.to_string()).collect());
        let own = ["urea", "cycle"];
        assert_eq!(further("Disorder of urea cycle metabolism and ammonia detoxification", &own), Some(3));
        assert_eq!(further("Oculocutaneous or ocular albinism", &["albinism"]), Some(2));
        assert_eq!(further("Albinism-deafness syndrome", &["albinism"]), None);
        assert_eq!(further("Urea cycle disorder with ataxia", &own), None);
    }
}
