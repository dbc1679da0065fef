//! The ontology of phenotypes: read from `hp.obo`, and built for the library `hpo`.
//!
//! `hp.obo` is read line by line here: the library's own reader keeps neither definitions, synonyms nor alternative identifiers, and
//! takes only an uncompressed file by its path.

use std::collections::{BTreeMap, HashMap, HashSet};

use hpo::{
    HpoError,
    annotations::{GeneId, OmimDiseaseId, OrphaDiseaseId},
    builder::Builder,
};

use super::{gene_index::GeneIndex, tally::Tally};
use crate::{
    error::{Error, Result},
    genes::identifiers::term_number,
};

/// The terms that the library needs: the root of all terms, and that of phenotypes.
const ROOTS: [(u32, &str); 2] = [(1, "All"), (118, "Phenotypic abnormality")];

/// A term of the ontology.
#[derive(Default)]
pub(super) struct Term {
    pub(super) id: u32,
    pub(super) name: String,
    pub(super) definition: Option<String>,
    pub(super) synonyms: Vec<String>,
    pub(super) alternatives: Vec<u32>,
    pub(super) parents: Vec<u32>,
    pub(super) obsolete: bool,
    /// The term to use in its place; without `replaced_by`, the first that the ontology names to be considered.
    pub(super) replaced_by: Option<u32>,
    /// Whether `replaced_by` is a replacement, not only one to be considered.
    is_replaced: bool,
}

/// The terms read so far, and the genes and diseases that have them.
#[derive(Default)]
pub(super) struct OntologyTerms {
    pub(super) terms: Vec<Term>,
    /// The term that the lines read last belong to.
    open: Term,
    /// The main number of each number in use, alternative ones included.
    pub(super) main_terms: HashMap<u32, u32>,
    /// Whether an ontology was read.
    pub(super) is_read: bool,
    /// Genes and their terms.
    pub(super) gene_terms: HashSet<(usize, u32)>,
    /// Identifiers of diseases, and their terms.
    pub(super) disease_terms: HashSet<(String, u32)>,
    /// Names of diseases by identifier.
    pub(super) disease_labels: HashMap<String, String>,
}

impl OntologyTerms {
    /// One line of an OBO file (OBO flat file format 1.4).
    pub(super) fn line(&mut self, line: &str, tally: &mut Tally) {
        if line.starts_with('[') {
            self.close(tally);
            if line != "[Term]" {
                self.open.obsolete = true;
            }
            return;
        }
        let Some((key, value)) = line.split_once(": ") else { return };
        let term = &mut self.open;
        match key {
            "data-version" => tally.release = value.rsplit("releases/").next().unwrap_or(value).into(),
            "id" => term.id = term_number(value).unwrap_or_default(),
            "name" => term.name = value.into(),
            "def" => term.definition = quoted(value),
            "synonym" => term.synonyms.extend(quoted(value)),
            "alt_id" => term.alternatives.extend(term_number(value)),
            "is_a" => term.parents.extend(value.split_whitespace().next().and_then(term_number)),
            "is_obsolete" => term.obsolete = value == "true",
            "replaced_by" if !term.is_replaced => {
                let number = term_number(value);
                term.is_replaced = number.is_some();
                term.replaced_by = number.or(term.replaced_by);
            }
            "consider" => term.replaced_by = term.replaced_by.or(term_number(value)),
            _ => {}
        }
    }

    /// Adds the term whose lines have ended.
    pub(super) fn close(&mut self, tally: &mut Tally) {
        let term = std::mem::take(&mut self.open);
        if term.id > 0 {
            self.main_terms.extend(term.alternatives.iter().map(|&id| (id, term.id)));
            self.main_terms.insert(term.id, term.id);
            self.terms.push(term);
            tally.facts += 1;
        }
    }

    /// Why the terms that were read are not all: one lies below a term that is not among them.
    pub(super) fn lacks(&self) -> Option<String> {
        let known: HashSet<u32> = self.terms.iter().map(|term| term.id).collect();
        let current = self.terms.iter().filter(|term| !term.obsolete);
        let mut links = current.flat_map(|term| term.parents.iter().map(move |parent| (term, *parent)));
        let (term, parent) = links.find(|(_, parent)| !known.contains(parent))?;
        Some(format!(
            "HP:{:07} ({}) lies below HP:{parent:07} (is_a), and the file has no such term",
            term.id, term.name
        ))
    }

    /// Ends the ontology: obsolete terms lead to those that replace them.
    pub(super) fn complete(&mut self) {
        self.is_read = true;
        let replaced = self.terms.iter().filter(|term| term.obsolete && term.is_replaced);
        let pairs: Vec<(u32, u32)> = replaced.filter_map(|term| Some((term.id, term.replaced_by?))).collect();
        for (id, into) in pairs {
            if let Some(&main) = self.main_terms.get(&into) {
                self.main_terms.insert(id, main);
            }
        }
    }

    /// The main number of a term, of an obsolete one that of its replacement; `None` if the ontology does not have it. Without an
    /// ontology, a term that a table names is added.
    pub(super) fn known_term<'a>(&mut self, number: u32, name: impl FnOnce() -> Option<&'a str>) -> Option<u32> {
        if let Some(&main) = self.main_terms.get(&number) {
            return Some(main);
        }
        let name = if self.is_read { None } else { name() }?;
        self.main_terms.insert(number, number);
        self.terms.push(Term { id: number, name: name.into(), ..Term::default() });
        Some(number)
    }

    /// The term in use that has a synonym, or `… inheritance` as its name: `Autosomal dominant`.
    pub(super) fn term_of_mode(&self, mode: &str) -> Option<u32> {
        let named = |term: &&Term| {
            let name = term.name.strip_suffix(" inheritance").unwrap_or(&term.name);
            !term.obsolete && (name.eq_ignore_ascii_case(mode) || term.name.eq_ignore_ascii_case(mode))
        };
        self.terms.iter().find(named).map(|term| term.id)
    }

    /// All terms above each term.
    pub(super) fn terms_above(&self) -> HashMap<u32, HashSet<u32>> {
        let parents: HashMap<u32, &[u32]> = self.terms.iter().map(|term| (term.id, term.parents.as_slice())).collect();
        let above = |term: &Term| {
            let (mut above, mut next) = (HashSet::new(), term.parents.clone());
            while let Some(one) = next.pop() {
                if above.insert(one) {
                    next.extend(parents.get(&one).copied().unwrap_or_default());
                }
            }
            above
        };
        self.terms.iter().map(|term| (term.id, above(term))).collect()
    }

    /// The ontology with its genes and diseases in the format of the library; `None` if no term has a parent. `place`: its file.
    pub(super) fn encoded(&self, genes: &GeneIndex, place: &str) -> Result<Option<Vec<u8>>> {
        if self.terms.iter().all(|term| term.parents.is_empty()) {
            return Ok(None);
        }
        let current: Vec<&Term> = self.terms.iter().filter(|term| !term.obsolete).collect();
        for (root, name) in ROOTS {
            if !current.iter().any(|term| term.id == root) {
                return Err(Error::input(place, format!("it has no term HP:{root:07} ({name}), above all others"))
                    .with_hint("the file may be cut off, or a part of HPO: hp.obo or hp.json holds all of it"));
            }
        }
        check_depth(&current).map_err(|why| Error::input(place, why))?;
        let bytes = self.build(&current, genes);
        bytes.map(Some).map_err(|error| Error::input(place, format!("the ontology is inconsistent: {error}")))
    }

    fn build(&self, current: &[&Term], genes: &GeneIndex) -> std::result::Result<Vec<u8>, HpoError> {
        let known: HashSet<u32> = current.iter().map(|term| term.id).collect();
        let mut builder = Builder::new();
        for term in current {
            builder.new_term(&term.name, term.id);
        }
        let mut builder = builder.terms_complete();
        for term in current {
            for parent in term.parents.iter().filter(|parent| known.contains(parent)) {
                builder.add_parent(*parent, term.id)?;
            }
        }
        let mut builder = builder.connect_all_terms();
        let mut gene_terms: Vec<_> = self.gene_terms.iter().filter(|(_, term)| known.contains(term)).collect();
        gene_terms.sort_unstable();
        for &(gene, term) in gene_terms {
            builder.annotate_gene(GeneId::from(gene as u32), &genes.all[gene].symbol, term.into())?;
        }
        let mut disease_terms: Vec<_> = self.disease_terms.iter().filter(|(_, term)| known.contains(term)).collect();
        disease_terms.sort_unstable();
        for (id, term) in disease_terms {
            let name = self.disease_labels.get(id).map_or("", String::as_str);
            let number = |space: &str| id.strip_prefix(space).and_then(|id| id.parse::<u32>().ok());
            if let Some(number) = number("OMIM:") {
                builder.annotate_omim_disease(OmimDiseaseId::from(number), name, (*term).into())?;
            } else if let Some(number) = number("ORPHA:") {
                builder.annotate_orpha_disease(OrphaDiseaseId::from(number), name, (*term).into())?;
            }
        }
        Ok(builder.calculate_information_content()?.build_with_defaults()?.as_bytes())
    }
}

/// The text in quotation marks that a value begins with, without its escapes (OBO flat file format 1.4, section 3.1).
pub(super) fn quoted(value: &str) -> Option<String> {
    let mut text = String::new();
    let mut letters = value.strip_prefix('"')?.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => return Some(text),
            '\\' => match letters.next()? {
                'n' | 't' | 'W' => text.push(' '),
                other => text.push(other),
            },
            other => text.push(other),
        }
    }
    None
}

/// Refuses terms that are below themselves, or too deep: the library climbs from each term to the top by recursion.
fn check_depth(terms: &[&Term]) -> std::result::Result<(), String> {
    /// HPO has 16 levels.
    const DEEPEST: u32 = 1000;
    let mut above: BTreeMap<u32, HashSet<u32>> = terms.iter().map(|term| (term.id, HashSet::new())).collect();
    let mut below: HashMap<u32, HashSet<u32>> = HashMap::new();
    for term in terms {
        for &parent in &term.parents {
            if !above.contains_key(&parent) {
                continue;
            }
            above.entry(term.id).or_default().insert(parent);
            below.entry(parent).or_default().insert(term.id);
        }
    }
    let mut next: Vec<u32> = above.iter().filter(|(_, above)| above.is_empty()).map(|(term, _)| *term).collect();
    let mut level = 0;
    while !next.is_empty() {
        level += 1;
        if level > DEEPEST {
            return Err(format!("HP:{:07} lies {DEEPEST} terms below the first", next[0]));
        }
        let mut lower = Vec::new();
        for term in next {
            above.remove(&term);
            for child in below.get(&term).into_iter().flatten() {
                if let Some(parents) = above.get_mut(child) {
                    parents.remove(&term);
                    if parents.is_empty() {
                        lower.push(*child);
                    }
                }
            }
        }
        next = lower;
    }
    match above.keys().next() {
        Some(term) => Err(format!("HP:{term:07} lies below itself (is_a), or below a term that does")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_end_at_the_quotation_mark_that_is_not_escaped() {
        let text = r#""Long (\"spider\" like) fingers\, a\\b" [x:"y"]"#;
        assert_eq!(quoted(text).as_deref(), Some("Long (\"spider\" like) fingers, a\\b"));
        assert_eq!((quoted("none"), quoted("\"no end")), (None, None));
    }

    #[test]
    fn replaced_terms_lead_on_and_unknown_ones_nowhere() {
        let (mut ontology, mut tally) = (OntologyTerms::default(), Tally::default());
        assert_eq!(ontology.known_term(7, || Some("without an ontology")), Some(7));
        for line in [
            "[Term]",
            "id: HP:0000001",
            "alt_id: HP:0000003",
            "[Term]",
            "id: HP:0000002",
            "is_obsolete: true",
            "consider: HP:0000009",
            "replaced_by: HP:0000003",
            "[Term]",
            "id: HP:0000004",
            "is_obsolete: true",
            "consider: HP:0000001",
        ] {
            ontology.line(line, &mut tally);
        }
        ontology.close(&mut tally);
        ontology.complete();
        let mut main = |number| ontology.known_term(number, || Some("a name"));
        assert_eq!([main(1), main(2), main(3), main(4), main(5)], [Some(1), Some(1), Some(1), Some(4), None]);
    }
}
