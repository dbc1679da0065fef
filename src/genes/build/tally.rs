//! Counts of the table that is being read.

use std::collections::BTreeSet;

use crate::{genes::claim::Claim, genome::interval::commas};

/// How many rows name something unknown, and the first such thing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unknown {
    /// Rows.
    pub count: u64,
    /// The first such name.
    pub first: String,
}

impl Unknown {
    fn add(&mut self, name: &str) {
        if self.count == 0 {
            self.first = name.into();
        }
        self.count += 1;
    }
}

/// Counts of the table that is being read.
#[derive(Default)]
pub(super) struct Tally {
    /// Number of the source.
    pub(super) source: i64,
    pub(super) rows: u64,
    pub(super) facts: u64,
    /// Genes that no table of genes has.
    pub(super) unknown_genes: Unknown,
    /// Phenotypes that the ontology does not have.
    pub(super) unknown_terms: Unknown,
    /// Diseases without an identifier of a known vocabulary, in tables that give no other name of them.
    pub(super) unknown_diseases: Unknown,
    /// Classes that are none of the source's, in tables that judge how well a relation is shown.
    pub(super) unknown_classes: Unknown,
    pub(super) release: String,
    /// Names of panels that all rows read so far have in common; `None` before the first.
    pub(super) panels: Option<BTreeSet<String>>,
    /// What the user should know of this table beside its counts.
    pub(super) notes: Vec<String>,
}

impl Tally {
    /// Counts a row whose gene is unknown.
    pub(super) fn lost(&mut self, gene: Option<&str>) {
        self.unknown_genes.add(gene.unwrap_or("(no gene)"));
    }

    /// Counts a row whose phenotype is unknown.
    pub(super) fn lost_term(&mut self, term: Option<&str>) {
        self.unknown_terms.add(term.unwrap_or("(no phenotype)"));
    }

    /// Counts a row whose disease is unknown.
    pub(super) fn lost_disease(&mut self, disease: Option<&str>) {
        self.unknown_diseases.add(disease.unwrap_or("(no disease)"));
    }

    /// The claim of a row's class. A class that is missing or unknown is counted: what it claims is not known, so the row is left out.
    pub(super) fn claim(&mut self, class: Option<&str>) -> Option<Claim> {
        let claim = class.and_then(Claim::of_class);
        if claim.is_none() {
            self.unknown_classes.add(class.unwrap_or("(no class)"));
        }
        claim
    }

    /// What the user should know of the rows whose class is unknown.
    pub(super) fn note_classes(&mut self) {
        let Unknown { count, first } = &self.unknown_classes;
        if *count > 0 {
            self.notes
                .push(format!("{} rows have an unknown class, and were left out (the first: {first})", commas(*count)));
        }
    }

    /// Notes the latest date of a table that has one in each row.
    pub(super) fn dated(&mut self, date: Option<&str>) {
        if let Some(date) = date.filter(|date| *date > self.release.as_str()) {
            self.release = date.into();
        }
    }

    /// Notes the panels of a row, separated by `;`.
    pub(super) fn of_panels(&mut self, panels: Option<&str>) {
        let names: BTreeSet<String> = panels
            .into_iter()
            .flat_map(|all| all.split(';'))
            .map(|name| name.trim().to_string())
            .filter(|name| !name.is_empty())
            .collect();
        match &mut self.panels {
            Some(common) => common.retain(|name| names.contains(name)),
            None => self.panels = Some(names),
        }
    }
}
