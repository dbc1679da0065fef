//! MONDO: its ontology (`mondo.obo`) and its mappings (`mondo.sssom.tsv`).

use super::{Builder, identity::Mapping, ontology::quoted, tally::Tally};
use crate::genes::{identifiers::accession, table::Row};

/// The stanza of an OBO file that is being read.
#[derive(Default)]
pub(super) struct Stanza {
    /// Whether it is a term, not a relation.
    is_term: bool,
    id: Option<String>,
    name: String,
    definition: Option<String>,
    synonyms: Vec<String>,
    references: Vec<(String, Mapping)>,
    parents: Vec<String>,
    /// Identifiers of terms that were merged into this one.
    alternatives: Vec<String>,
    obsolete: bool,
    replaced_by: Option<String>,
}

/// The identifier at the start of a value: `MONDO:0007947 {source="…"} ! Marfan syndrome`.
fn first_id(value: &str) -> Option<String> {
    value.split_whitespace().next().and_then(accession)
}

/// What MONDO states of a reference, by the sources in braces after it.
fn mapping_of(value: &str) -> Mapping {
    match () {
        () if value.contains("\"MONDO:equivalentTo\"") => Mapping::Exact,
        () if value.contains("\"MONDO:mondoIsNarrowerThanSource\"") => Mapping::Broader,
        () if value.contains("\"MONDO:mondoIsBroaderThanSource\"") => Mapping::Narrower,
        () => Mapping::Other,
    }
}

impl Builder {
    /// One line of `mondo.obo` (OBO flat file format 1.4).
    pub(super) fn mondo_line(&mut self, line: &str, tally: &mut Tally) -> rusqlite::Result<()> {
        if line.starts_with('[') {
            self.mondo_term(tally)?;
            self.mondo.is_term = line == "[Term]";
            return Ok(());
        }
        let Some((key, value)) = line.split_once(": ") else { return Ok(()) };
        let term = &mut self.mondo;
        match key {
            "data-version" => tally.release = value.rsplit("releases/").next().unwrap_or(value).into(),
            "id" => term.id = accession(value).filter(|id| id.starts_with("MONDO:")),
            "name" => term.name = value.into(),
            "def" => term.definition = quoted(value),
            // Those that are broader, narrower or related name other diseases.
            "synonym" if value.contains("\" EXACT") => term.synonyms.extend(quoted(value)),
            "xref" => term.references.extend(first_id(value).map(|id| (id, mapping_of(value)))),
            "is_a" => term.parents.extend(first_id(value)),
            "alt_id" => term.alternatives.extend(first_id(value)),
            "is_obsolete" => term.obsolete = value == "true",
            "replaced_by" => term.replaced_by = first_id(value),
            _ => {}
        }
        Ok(())
    }

    /// Adds the term whose lines have ended.
    pub(super) fn mondo_term(&mut self, tally: &mut Tally) -> rusqlite::Result<()> {
        let term = std::mem::take(&mut self.mondo);
        let (true, Some(id)) = (term.is_term, term.id) else { return Ok(()) };
        let source = tally.source;
        if term.obsolete {
            // Its identifier leads to the term that replaces it; without one it is not a disease any more.
            if let Some(next) = term.replaced_by {
                let disease = self.disease(Some(&next), &next, source)?;
                self.disease_reference(disease, &id, Mapping::Exact, source)?;
            }
            return Ok(());
        }
        let disease = self.disease(Some(&id), &term.name, source)?;
        self.disease_name(disease, &term.name);
        for synonym in &term.synonyms {
            self.disease_name(disease, synonym);
        }
        if let Some(definition) = &term.definition {
            self.definition(disease, definition, source)?;
        }
        for (reference, mapping) in &term.references {
            self.disease_reference(disease, reference, *mapping, source)?;
        }
        for old in &term.alternatives {
            self.disease_reference(disease, old, Mapping::Exact, source)?;
        }
        for parent in &term.parents {
            let parent = self.disease(Some(parent), parent, source)?;
            self.disease_parent(disease, parent, source)?;
        }
        tally.facts += 1;
        Ok(())
    }

    /// A row of mappings in SSSOM, the Simple Standard for Sharing Ontology Mappings (doi:10.1093/database/baac035).
    pub(super) fn sssom(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let of = |column: &str| row.get(&[column]).and_then(accession);
        // Mappings to vocabularies that no table here has are nothing to keep.
        let (Some(subject), Some(object)) = (of("subject_id"), of("object_id")) else { return Ok(()) };
        let mapping = match row.get(&["predicate_id"]).unwrap_or_default() {
            "skos:exactMatch" | "owl:equivalentClass" | "MONDO:equivalentTo" => Mapping::Exact,
            "skos:broadMatch" => Mapping::Broader,
            "skos:narrowMatch" => Mapping::Narrower,
            _ => Mapping::Other,
        };
        let name = row.get(&["subject_label"]).unwrap_or(&subject);
        let disease = self.disease(Some(&subject), name, tally.source)?;
        self.disease_reference(disease, &object, mapping, tally.source)?;
        tally.facts += 1;
        Ok(())
    }
}
