//! Which disease or phenotype a text names.

use super::Base;
use crate::{
    error::Result,
    genes::{
        identifiers::{accession, term_number},
        names::fold,
        records::{Condition, Disease, NotFound},
    },
};

impl Base {
    /// A phenotype by identifier or name: its number and its name, or why there is none.
    pub(crate) fn term(&self, text: &str) -> Result<std::result::Result<(u32, String), NotFound>> {
        let text = text.trim();
        let number = match term_number(text) {
            Some(number) => number,
            None => match self.term_by_name(text)? {
                Ok(number) => number,
                Err(why) => return Ok(Err(why)),
            },
        };
        let main: u32 = self
            .first("SELECT term FROM term_alternative WHERE id = ?1", [number], |row| row.get(0))?
            .unwrap_or(number);
        let found: Option<(String, bool, Option<u32>)> =
            self.first("SELECT name, obsolete, replaced_by FROM term WHERE id = ?1", [main], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        let why = match found {
            Some((name, false, _)) => return Ok(Ok((main, name))),
            Some((name, true, Some(next))) => format!("HP:{main:07} ({name}) is obsolete; HP:{next:07} replaces it"),
            Some((name, true, None)) => format!("HP:{main:07} ({name}) is obsolete, without a replacement"),
            None => format!("HP:{number:07} is not in this release of HPO"),
        };
        Ok(Err(NotFound::Unusable(why)))
    }

    /// The number of the one phenotype of this name.
    fn term_by_name(&self, text: &str) -> Result<std::result::Result<u32, NotFound>> {
        let sql = "SELECT DISTINCT term FROM term_name WHERE folded = ?1 ORDER BY term";
        let named: Vec<u32> = self.rows(sql, [fold(text)], |row| row.get(0))?;
        Ok(match named.as_slice() {
            [one] => Ok(*one),
            [] if text.starts_with("HP:") => Err(NotFound::Unusable(format!(
                "{text} is not written as HPO's identifiers are (HP: and seven digits)"
            ))),
            [] => Err(NotFound::Unknown(format!("no phenotype is called {text:?}"))),
            several => {
                let all: Vec<String> = several.iter().map(|term| format!("HP:{term:07}")).collect();
                Err(NotFound::Unusable(format!("{text:?} is ambiguous: {}", all.join(" or "))))
            }
        })
    }

    /// Which disease a text means: by an identifier (`OMIM:154700`, `ORPHA:558`, `MONDO:0007947`) or a name. Several records of one
    /// name are one disease in several sources, unless one source has two of that name.
    pub(crate) fn disease(&self, text: &str) -> Result<std::result::Result<Vec<Disease>, NotFound>> {
        let text = text.trim();
        if let Some(id) = accession(text).filter(|_| text.contains(':')) {
            let sql = "SELECT id, accession, name, definition, source FROM disease WHERE accession = ?1";
            let found = self.rows(sql, [&id], read_disease)?;
            let why = || format!("{id} is not in the knowledge base, or a source that names it is missing");
            return Ok(if found.is_empty() { Err(NotFound::Unusable(why())) } else { Ok(found) });
        }
        let found = self.rows(
            "SELECT DISTINCT d.id, d.accession, d.name, d.definition, d.source FROM disease_name n JOIN disease d ON d.id = n.disease
             WHERE n.folded = ?1 ORDER BY d.accession IS NULL, d.accession, d.id",
            [fold(text)],
            read_disease,
        )?;
        // A disease of this name comes before those of which it is a synonym.
        let own: Vec<Disease> = found.iter().filter(|one| fold(&one.name) == fold(text)).cloned().collect();
        let found = if own.is_empty() { found } else { own };
        let space = |one: &Disease| one.accession.as_deref().and_then(|id| id.split(':').next()).map(str::to_string);
        let spaces: Vec<String> = found.iter().filter_map(space).collect();
        let twice = spaces.iter().enumerate().any(|(at, space)| spaces[..at].contains(space));
        Ok(match found.as_slice() {
            [] => Err(NotFound::Unknown(format!("no disease is called {text:?}"))),
            all if twice => {
                let shown = |one: &Disease| format!("{} ({})", one.accession.as_deref().unwrap_or("."), one.name);
                let all: Vec<String> = all.iter().filter(|one| one.accession.is_some()).map(shown).collect();
                Err(NotFound::Unusable(format!("{text:?} is ambiguous: {}", all.join(", "))))
            }
            _ => Ok(found),
        })
    }

    /// Which disease or phenotype a text means, by identifier or name; a name of both means the disease.
    pub(crate) fn condition(&self, text: &str) -> Result<std::result::Result<Condition, NotFound>> {
        if !text.trim().starts_with("HP:") {
            match self.disease(text)? {
                Ok(all) => return Ok(Ok(Condition::Disease(all))),
                Err(why @ NotFound::Unusable(_)) => return Ok(Err(why)),
                Err(NotFound::Unknown(_)) => {}
            }
        }
        Ok(match self.term(text)? {
            Ok((term, name)) => Ok(Condition::Phenotype(term, name)),
            Err(NotFound::Unknown(_)) => Err(NotFound::Unknown(format!("no disease or phenotype is called {text:?}"))),
            Err(why) => Err(why),
        })
    }
}

fn read_disease(row: &rusqlite::Row<'_>) -> rusqlite::Result<Disease> {
    Ok(Disease {
        id: row.get(0)?,
        accession: row.get(1)?,
        name: row.get(2)?,
        definition: row.get(3)?,
        source: row.get(4)?,
    })
}
