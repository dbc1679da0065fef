//! Which phenotype a text names, or which disease or phenotype.

use std::collections::BTreeSet;

use super::{Base, diseases::Found, other_kind::Wanted};
use crate::{
    error::Result,
    genes::{
        abbreviation::Abbreviation,
        identifiers::written_term,
        records::{Condition, NotFound, or_else},
        word_forms::{Closeness, Forms},
    },
};

/// A phenotype that a text names.
pub(crate) struct FoundTerm {
    /// Number of the term.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// The obsolete term that the text names, which this one replaces: identifier and name.
    pub replaces: Option<String>,
    /// How close the term's name is to the text.
    pub closeness: Closeness,
}

impl Base {
    /// A phenotype by identifier or name: its number and its name, or why there is none. An obsolete one is replaced by its successor, with
    /// a warning.
    pub(crate) fn term(&self, text: &str) -> Result<std::result::Result<(u32, String), NotFound>> {
        let found = match self.find_term(text)? {
            Ok(found) => found,
            Err(NotFound::Unknown(why)) => {
                let other = self.other_kind(text, Wanted::Phenotype)?;
                return Ok(Err(other.map_or(NotFound::Unknown(why), NotFound::Unusable)));
            }
            Err(why) => return Ok(Err(why)),
        };
        if let Some(old) = &found.replaces {
            tracing::warn!("{old} is obsolete; HP:{:07} ({}) replaces it", found.number, found.name);
        }
        Ok(Ok((found.number, found.name)))
    }

    /// A phenotype by identifier or name, or why there is none.
    pub(crate) fn find_term(&self, text: &str) -> Result<std::result::Result<FoundTerm, NotFound>> {
        let text = text.trim();
        let (number, closeness) = match written_term(text) {
            Some(number) => (number, Closeness::Written),
            None => match self.term_by_name(text)? {
                Ok(found) => found,
                Err(why) => return Ok(Err(why)),
            },
        };
        let main: u32 = self
            .first("SELECT term FROM term_alternative WHERE id = ?1", [number], |row| row.get(0))?
            .unwrap_or(number);
        let named = |number: u32| {
            self.first("SELECT name, obsolete, replaced_by FROM term WHERE id = ?1", [number], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?, row.get::<_, Option<u32>>(2)?))
            })
        };
        let why = match named(main)? {
            Some((name, false, _)) => return Ok(Ok(FoundTerm { number: main, name, replaces: None, closeness })),
            Some((old, true, next)) => {
                let replaces = format!("HP:{main:07} ({old})");
                match next.map(|next| Ok((next, named(next)?))).transpose()? {
                    Some((next, Some((name, false, _)))) => {
                        return Ok(Ok(FoundTerm { number: next, name, replaces: Some(replaces), closeness }));
                    }
                    _ => format!("{replaces} is obsolete, without a replacement"),
                }
            }
            None if !self.has_ontology()? => {
                format!("HP:{number:07}: the knowledge base has no ontology (build it with hp.obo or hp.json of HPO)")
            }
            None => format!("HP:{number:07} is not in this release of HPO"),
        };
        Ok(Err(NotFound::Unusable(why)))
    }

    /// Whether it was built with an ontology of phenotypes: other tables give terms, but none above another.
    fn has_ontology(&self) -> Result<bool> {
        Ok(self.first("SELECT 1 FROM term_parent LIMIT 1", [], |_| Ok(()))?.is_some())
    }

    /// The number of the one phenotype of this name.
    fn term_by_name(&self, text: &str) -> Result<std::result::Result<(u32, Closeness), NotFound>> {
        let forms = Forms::of(text);
        let sql = "SELECT term, name, kind FROM term_name WHERE key = ?1 ORDER BY term";
        let named: Vec<(u32, String, String)> =
            self.rows(sql, [&forms.key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let close = named.into_iter().filter_map(|(term, name, kind)| {
            let closeness = forms.closeness(&Forms::of(&name)).filter(|one| *one < Closeness::Generic)?;
            // A phenotype of this name comes before those of which it is a synonym.
            Some(((closeness, kind != "name"), term))
        });
        let close: Vec<((Closeness, bool), u32)> = close.collect();
        let best = close.iter().map(|(closeness, _)| *closeness).min();
        let terms: BTreeSet<u32> = close.iter().filter(|one| Some(one.0) == best).map(|(_, term)| *term).collect();
        Ok(match (terms.len(), terms.first(), best) {
            (1, Some(term), Some((closeness, _))) => Ok((*term, closeness)),
            (0, ..) if text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("HP:")) => Err(NotFound::Unusable(
                format!("{text} is not written as HPO's identifiers are (HP: and seven digits)"),
            )),
            (0, ..) => Err(NotFound::Unknown(format!("no phenotype is called {text:?}"))),
            _ => {
                let all: Vec<String> = terms.iter().map(|term| format!("HP:{term:07}")).collect();
                Err(NotFound::Unusable(format!("{text:?} is ambiguous: {}", all.join(" or "))))
            }
        })
    }

    /// Which disease or phenotype a text means, by identifier or name; a name of both means the disease, unless the phenotype's name is
    /// closer.
    pub(crate) fn condition(&self, text: &str) -> Result<std::result::Result<Condition, NotFound>> {
        let phenotype = |found: FoundTerm| Condition::Phenotype(found.number, found.name);
        if written_term(text.trim()).is_some() || text.trim().starts_with("HP:") {
            return Ok(self.term(text)?.map(|(term, name)| Condition::Phenotype(term, name)));
        }
        let term = self.find_term(text)?;
        Ok(match (self.find_disease(text)?, term) {
            (Found::One(_, closeness), Ok(term)) if term.closeness < closeness => Ok(phenotype(term)),
            (Found::One(records, _), _) => Ok(Condition::Disease(records)),
            // An abbreviation of several things means none of them, though HPO lists it for one.
            (Found::Unusable(why, _), Ok(_)) if Abbreviation::of(text).is_some() => Err(NotFound::Unusable(why)),
            // An exact name of a phenotype is meant before what several diseases may be called.
            (_, Ok(term)) => Ok(phenotype(term)),
            (Found::Unusable(why, _), _) => Err(NotFound::Unusable(why)),
            (Found::Nothing, Err(NotFound::Unknown(_))) => {
                if let Some(why) = self.other_kind(text, Wanted::Condition)? {
                    return Ok(Err(NotFound::Unusable(why)));
                }
                let near = self.nearest_diseases(text)?;
                let why = format!("no disease or phenotype is called {:?}{}", text.trim(), or_else(&near));
                Err(NotFound::Unknown(why))
            }
            (Found::Nothing, Err(why)) => Err(why),
        })
    }
}
