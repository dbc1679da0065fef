//! A patient, or another case: its phenotypes, and what else is known of it.

/// A case as it is written in a file or on the command line.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Case {
    /// Its identifier.
    pub(crate) id: String,
    /// Where it is written, for messages.
    pub(crate) place: String,
    /// Phenotypes: identifiers or names; an item may be a list.
    pub(crate) terms: Vec<String>,
    /// Phenotypes that were looked for and are absent.
    pub(crate) excluded: Vec<String>,
    /// Candidate genes, by any name; empty: all genes.
    pub(crate) candidates: Vec<String>,
    /// The causal genes, where they are known.
    pub(crate) genes: Vec<String>,
    /// Papers about it: `PMID:7493032`.
    pub(crate) papers: Vec<String>,
    /// The release of HPO that it was made with, where it says so: a date.
    pub(crate) hpo: Option<String>,
    /// Why it cannot be ranked, where that is seen before its phenotypes are looked up.
    pub(crate) problem: Option<String>,
}

impl Case {
    /// Whether it lists phenotypes, usable or not.
    pub(crate) fn has_terms(&self) -> bool {
        self.terms.iter().any(|text| !text.trim().is_empty())
    }
}
