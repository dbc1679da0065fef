//! The phenotypes of patients, as users write them: identifiers and names of HPO, in lists.
//!
//! What cannot be used is left out and noted, never guessed: terms that are not in the release of the knowledge base, terms that are no
//! phenotypic abnormality (inheritance, onset, modifiers), the term above all of them, obsolete terms without a successor, names that nothing or several have.

use std::collections::{BTreeMap, HashMap};

use super::{
    case::Case,
    ontology::{Meaning, Ontology},
};
use crate::{
    error::Result,
    genes::{
        base::Base,
        records::{NotFound, or_else},
        word_forms::Closeness,
    },
};

/// HPO's names hold two commas at most; synonyms a few more.
const MOST_PARTS: usize = 6;

/// Why a term is left out, or not taken as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Remark {
    Unknown,
    NoPhenotype,
    TooGeneral,
    Obsolete,
    Replaced,
}

impl Remark {
    /// In words, for several terms.
    fn words(self) -> &'static str {
        match self {
            Self::Unknown => "left out: unknown",
            Self::NoPhenotype => "left out: no phenotypic abnormality",
            Self::TooGeneral => "left out: every phenotype is one",
            Self::Obsolete => "left out: obsolete, without a successor",
            Self::Replaced => "replaced",
        }
    }
}

/// What one text means.
#[derive(Clone, Debug)]
struct Answer {
    term: Option<usize>,
    remark: Option<(Remark, String)>,
}

/// Reads terms, and keeps account of those that are left out.
pub(crate) struct Phenotypes<'a> {
    base: &'a Base,
    ontology: &'a Ontology,
    known: HashMap<String, Answer>,
    /// Remarks by kind and text, and how often each was made.
    remarks: BTreeMap<(Remark, String), u64>,
    /// Releases of HPO after that of the knowledge base, and how many cases were made with each.
    newer: BTreeMap<String, u64>,
    /// Names that suggestions were looked for.
    suggested: usize,
}

/// Unknown names that get suggestions: each takes a look at all names of HPO.
const SUGGESTIONS: usize = 20;

/// The term above all phenotypes.
const PHENOTYPIC_ABNORMALITY: u32 = 118;

/// The number of an identifier in any usual spelling: `HP:0001166`, `hp_0001166`.
fn number(text: &str) -> Option<u32> {
    let (space, digits) = text.split_once([':', '_'])?;
    let is_number = digits.len() == 7 && digits.bytes().all(|byte| byte.is_ascii_digit());
    (space.eq_ignore_ascii_case("HP") && is_number).then(|| digits.parse().ok()).flatten()
}

/// Whether it is written as an identifier is: `MP:0001`.
fn is_identifier(text: &str) -> bool {
    text.split_once([':', '_']).is_some_and(|(space, id)| {
        !space.is_empty()
            && space.bytes().all(|byte| byte.is_ascii_alphabetic())
            && !id.is_empty()
            && id.bytes().all(|byte| byte.is_ascii_digit())
    })
}

impl<'a> Phenotypes<'a> {
    /// Of a knowledge base and its terms.
    pub(crate) fn new(base: &'a Base, ontology: &'a Ontology) -> Self {
        Self { base, ontology, known: HashMap::new(), remarks: BTreeMap::new(), newer: BTreeMap::new(), suggested: 0 }
    }

    /// Notes the release of HPO that a case was made with, if it is after that of the knowledge base.
    pub(crate) fn note_release(&mut self, case: &Case) {
        let Some(theirs) = &case.hpo else { return };
        let own = self.release();
        if own.starts_with(|letter: char| letter.is_ascii_digit()) && *theirs > own {
            *self.newer.entry(theirs.clone()).or_default() += 1;
        }
    }

    /// The terms of texts, each once, in their order. A text is one term, or several separated by `,`, `;` or `|`; of a name with commas the
    /// longest counts: `Intellectual disability, severe` is one term.
    pub(crate) fn read<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) -> Result<Vec<usize>> {
        let mut terms = Vec::new();
        for text in texts {
            for list in text.split([';', '|', '\n']) {
                let parts: Vec<&str> = list.split(',').collect();
                let mut at = 0;
                while at < parts.len() {
                    let (answer, count) = self.longest(&parts[at..])?;
                    at += count;
                    let Some(answer) = answer else { continue };
                    if let Some(remark) = &answer.remark {
                        *self.remarks.entry(remark.clone()).or_default() += 1;
                    }
                    terms.extend(answer.term.filter(|term| !terms.contains(term)));
                }
            }
        }
        Ok(terms)
    }

    /// The meaning of the longest run of parts that has one, else of the first; and the number of parts.
    fn longest(&mut self, parts: &[&str]) -> Result<(Option<Answer>, usize)> {
        let first = parts[0].trim();
        if first.is_empty() {
            return Ok((None, 1));
        }
        if !is_identifier(first) {
            for count in (2..=parts.len().min(MOST_PARTS)).rev() {
                // Looser forms change the order of parts: two terms could be read as one.
                if let Ok(found) = self.base.find_term(&parts[..count].join(","))?
                    && found.closeness <= Closeness::Spelling
                {
                    return Ok((Some(self.meaning(found.number)), count));
                }
            }
        }
        if let Some(answer) = self.known.get(first) {
            return Ok((Some(answer.clone()), 1));
        }
        let unknown = |why: String| Answer { term: None, remark: Some((Remark::Unknown, why)) };
        let answer = match number(first) {
            Some(number) => self.meaning(number),
            None if is_identifier(first) => unknown(format!("{first} is not an identifier of HPO")),
            None => match self.base.find_term(first)? {
                Ok(found) => self.meaning(found.number),
                Err(NotFound::Unknown(why)) if self.suggested < SUGGESTIONS => {
                    self.suggested += 1;
                    unknown(why + &or_else(&self.base.nearest_terms(first)?))
                }
                Err(why) => unknown(why.to_string()),
            },
        };
        self.known.insert(first.into(), answer.clone());
        Ok((Some(answer), 1))
    }

    fn meaning(&self, number: u32) -> Answer {
        let id = format!("HP:{number:07}");
        let left_out = |remark, why| Answer { term: None, remark: Some((remark, why)) };
        match self.ontology.meaning(number) {
            Meaning::Abnormality(term) if number == PHENOTYPIC_ABNORMALITY => {
                left_out(Remark::TooGeneral, format!("{id} ({})", self.ontology.name(term)))
            }
            Meaning::Abnormality(term) => Answer { term: Some(term), remark: None },
            Meaning::Moved(term) => Answer {
                term: Some(term),
                remark: Some((
                    Remark::Replaced,
                    format!("{id} by {} ({})", self.ontology.id(term), self.ontology.name(term)),
                )),
            },
            Meaning::Other(name) => left_out(Remark::NoPhenotype, format!("{id} ({name})")),
            Meaning::Obsolete(name) => left_out(Remark::Obsolete, format!("{id} ({name})")),
            Meaning::Unknown => {
                left_out(Remark::Unknown, format!("{id} is not in this release of HPO ({})", self.release()))
            }
        }
    }

    /// The release of the ontology.
    fn release(&self) -> String {
        let of_hpo = |file: &&crate::genes::records::Source| file.name == "HPO";
        self.base.sources().iter().find(of_hpo).map_or_else(String::new, |source| source.release.clone())
    }

    /// Why no term is left of texts that hold some.
    pub(crate) fn why_none(&mut self, texts: &[String]) -> Result<String> {
        let before = std::mem::take(&mut self.remarks);
        self.read(texts.iter().map(String::as_str))?;
        let all: Vec<String> = std::mem::replace(&mut self.remarks, before)
            .into_keys()
            .map(|(remark, text)| format!("{text}: {}", remark.words()))
            .collect();
        Ok(if all.is_empty() {
            "no phenotype is given".into()
        } else {
            format!("no phenotype is left: {}", all.join("; "))
        })
    }

    /// Logs which terms were left out or replaced: a line for each kind.
    pub(crate) fn warn(&self) {
        /// Terms that a line names.
        const NAMED: usize = 5;
        for (theirs, cases) in &self.newer {
            tracing::warn!(
                "{cases} of the cases were made with release {theirs} of HPO, and the knowledge base has {}: it does not know terms and diseases that came later",
                self.release()
            );
        }
        for kind in [Remark::Unknown, Remark::NoPhenotype, Remark::TooGeneral, Remark::Obsolete, Remark::Replaced] {
            let of_kind: Vec<(&str, u64)> = self
                .remarks
                .iter()
                .filter(|((k, _), _)| *k == kind)
                .map(|((_, text), uses)| (text.as_str(), *uses))
                .collect();
            let uses: u64 = of_kind.iter().map(|(_, uses)| uses).sum();
            let named: Vec<&str> = of_kind.iter().take(NAMED).map(|(text, _)| *text).collect();
            let more = if of_kind.len() > NAMED { "; …" } else { "" };
            match uses {
                0 => {}
                1 => tracing::warn!("phenotype {}: {}", kind.words(), named[0]),
                _ => tracing::warn!(
                    "phenotypes {}: {} terms, {uses} uses ({}{more})",
                    kind.words(),
                    of_kind.len(),
                    named.join("; ")
                ),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_have_several_spellings() {
        for text in ["HP:0001166", "hp:0001166", "HP_0001166", "Hp_0001166"] {
            assert_eq!(number(text), Some(1166), "{text}");
        }
        for text in ["HP:1166", "MP:0001166", "0001166", "HP:00011667"] {
            assert_eq!(number(text), None, "{text}");
        }
        assert!(is_identifier("MP:0001166") && is_identifier("SNOMEDCT:22") && !is_identifier("Type_A"));
    }
}
