//! What the sources say of a disease or phenotype itself: identifiers, other names, inheritance.

use std::collections::{BTreeSet, HashSet};

use super::{Base, diseases::Found};
use crate::{
    error::Result,
    genes::{
        records::{Disease, Gene},
        word_forms::{Closeness, Forms},
    },
};

/// HPO's terms for modes of inheritance, and for what can be observed of a patient: the ancestors of each.
const MODE_OF_INHERITANCE: u32 = 5;
const PHENOTYPIC_ABNORMALITY: u32 = 118;

impl Base {
    /// Whether a text names a disease (or several), how close its name is, and whether a vocabulary other than UMLS has the disease or
    /// diseases of its group.
    /// Unlike [`Self::disease`], it does not look for what is near.
    pub(crate) fn knows_disease(&self, text: &str) -> Result<Option<(Closeness, bool)>> {
        Ok(match self.find_disease(text)? {
            // In a sentence, `hereditary` may be what is asked, and no part of the name.
            Found::One(_, Closeness::Loose) if Forms::of(text).has_origin() => None,
            Found::One(records, closeness) => {
                let own = |one: &Disease| one.accession.as_deref().is_some_and(|id| !id.starts_with("UMLS:"));
                let mut is_own = records.iter().any(own);
                for entity in records.iter().map(|one| one.entity).collect::<BTreeSet<i64>>() {
                    is_own = is_own || !self.members(entity)?.is_empty();
                }
                Some((closeness, is_own))
            }
            Found::Unusable(_, closeness) => Some((closeness, true)),
            Found::Nothing => None,
        })
    }

    /// The same for phenotypic abnormalities.
    pub(crate) fn knows_phenotype(&self, text: &str) -> Result<Option<Closeness>> {
        let Ok(found) = self.find_term(text)? else { return Ok(None) };
        Ok(self.is_abnormality(found.number)?.then_some(found.closeness))
    }

    /// The label of the ontology of phenotypes.
    pub(crate) fn ontology_label(&self) -> Option<String> {
        self.sources()
            .iter()
            .find(|source| source.name == "HPO" && source.what.contains("hp."))
            .map(|source| source.label())
    }

    /// Whether a term is a phenotypic abnormality: not a mode of inheritance, an onset, a frequency or another modifier.
    fn is_abnormality(&self, term: u32) -> Result<bool> {
        let sql =
            "WITH RECURSIVE above (id) AS (SELECT ?1 UNION SELECT parent FROM term_parent JOIN above ON term = id)
                   SELECT 1 FROM above WHERE id = ?2";
        Ok(self.first(sql, [term, PHENOTYPIC_ABNORMALITY], |_| Ok(()))?.is_some())
    }

    /// Modes of inheritance of diseases: the mode in the source's words, and the source.
    pub(crate) fn inheritance(&self, diseases: &[Disease]) -> Result<Vec<(String, i64)>> {
        let same = self.same_diseases(diseases)?;
        let terms = format!(
            "WITH RECURSIVE mode (id) AS (VALUES ({MODE_OF_INHERITANCE}) UNION SELECT term FROM term_parent JOIN mode ON parent = id)
             SELECT DISTINCT t.name, p.source FROM disease_term p JOIN term t ON t.id = p.term
             WHERE p.disease = ?1 AND NOT p.absent AND p.term IN (SELECT id FROM mode) ORDER BY p.source, t.name"
        );
        let mut all = self.rows_of_each(&terms, same.iter().copied(), |row| Ok((row.get(0)?, row.get(1)?)))?;
        let stated =
            "SELECT DISTINCT inheritance, source FROM gene_disease WHERE disease = ?1 AND inheritance IS NOT NULL
                      ORDER BY source, inheritance";
        all.extend(self.rows_of_each(stated, same, |row| Ok((row.get(0)?, row.get(1)?)))?);
        Ok(all)
    }

    /// Modes of inheritance of the diseases of a gene: mode, identifier (else the name) of the disease, source.
    pub(crate) fn inheritance_of_gene(&self, gene: &Gene) -> Result<Vec<(String, String, i64)>> {
        let sql = "SELECT DISTINCT r.inheritance, coalesce(d.accession, d.name), r.source FROM gene_disease r JOIN disease d ON d.id = r.disease
                   WHERE r.gene = ?1 AND r.inheritance IS NOT NULL ORDER BY r.inheritance, r.source, 2";
        self.rows(sql, [gene.id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
    }

    /// Identifiers of a disease, and the source of each: those of its records; then, of vocabularies in which it has no record, those that a
    /// source states to be of the same disease.
    pub(crate) fn identifiers(&self, records: &[Disease]) -> Result<Vec<(String, i64)>> {
        let space = |id: &str| id.split(':').next().unwrap_or_default().to_string();
        let mut all: Vec<(String, i64)> =
            records.iter().filter_map(|one| Some((one.accession.clone()?, one.source))).collect();
        // Other identifiers of a vocabulary that has a record are outdated.
        let own: HashSet<String> = all.iter().map(|(id, _)| space(id)).collect();
        let stated = "SELECT accession, mapping, source FROM disease_reference r WHERE disease = ?1
                      AND NOT EXISTS (SELECT 1 FROM disease d WHERE d.accession = r.accession) ORDER BY accession, source";
        for record in records {
            let stated: Vec<(String, String, i64)> =
                self.rows(stated, [record.id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            // What is broader than some of a vocabulary may be called the same as one of them, as Orphanet's Brugada syndrome.
            let above: HashSet<String> =
                stated.iter().filter(|(_, mapping, _)| mapping == "narrower").map(|(id, ..)| space(id)).collect();
            for (id, mapping, source) in stated {
                let is_other = own.contains(&space(&id)) || above.contains(&space(&id));
                if mapping == "exact" && !is_other && self.counts(source) && !all.contains(&(id.clone(), source)) {
                    all.push((id, source));
                }
            }
        }
        Ok(all)
    }

    /// Identifiers of a vocabulary (`OMIM`) that sources state to be of narrower or broader diseases: identifier, `narrower` or `broader`,
    /// source; narrower ones first. What a record calls the same beside several narrower ones is one of these.
    pub(crate) fn near_identifiers(
        &self,
        records: &[Disease],
        space: &str,
    ) -> Result<Vec<(String, &'static str, i64)>> {
        let sql = "SELECT accession, mapping, source FROM disease_reference
                   WHERE disease = ?1 AND mapping IN ('narrower', 'exact', 'broader') ORDER BY mapping = 'broader', accession, source";
        let stated: Vec<(String, String, i64)> = self
            .rows_of_each(sql, records.iter().map(|one| one.id), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let of_space = |(id, _, source): &(String, String, i64)| {
            id.strip_prefix(space).is_some_and(|rest| rest.starts_with(':')) && self.counts(*source)
        };
        let word = |mapping: &str| if mapping == "broader" { "broader" } else { "narrower" };
        Ok(stated.into_iter().filter(of_space).map(|(id, mapping, source)| (id, word(&mapping), source)).collect())
    }

    /// The definition of a record, if its source counts.
    pub(crate) fn definition<'a>(&self, record: &'a Disease) -> Option<&'a String> {
        record.definition.as_ref().filter(|_| self.counts(record.source))
    }

    /// All names of diseases, and the source of each record.
    pub(crate) fn disease_names(&self, diseases: &[Disease]) -> Result<Vec<(String, i64)>> {
        let sql = "SELECT DISTINCT n.name, d.source FROM disease_name n JOIN disease d ON d.id = n.disease WHERE d.id = ?1 ORDER BY n.name";
        self.rows_of_each(sql, self.same_diseases(diseases)?, |row| Ok((row.get(0)?, row.get(1)?)))
    }
}
