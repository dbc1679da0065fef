//! Rows of Gene2Phenotype's panels.
//!
//! Many rows give the name of a group and the number of one of its diseases: `INTELLECTUAL DISABILITY`, 616579, for 42 genes. The sign is one
//! name and number for several genes. Of such rows, the number is kept for the genes that another source has with it; the claims on the
//! others are on the disease of the name. So rows with a number wait until all tables are read.

use std::collections::{HashMap, HashSet};

use rusqlite::params;

use super::{Builder, gene_index::GeneKey, identity::Mapping, relations::Statement, tally::Tally};
use crate::genes::{
    claim::Claim,
    identifiers::{accession, term_number},
    table::Row,
    word_forms::key,
};

/// The rows that wait, and those that were read already.
#[derive(Default)]
pub(super) struct Gene2Phenotype {
    /// Identifiers of records read so far: panels share them.
    records: HashSet<String>,
    waiting: Vec<Waiting>,
    /// Statements and phenotypes of rows that wait, each once for a table.
    seen: HashSet<(usize, String, i64, String)>,
}

/// A row with the number of a disease.
struct Waiting {
    gene: usize,
    mim: String,
    mondo: Option<String>,
    name: String,
    claim: Claim,
    relation: Option<String>,
    inheritance: Option<String>,
    reference: Option<String>,
    terms: Vec<u32>,
    source: i64,
}

impl Builder {
    /// A row of a panel of Gene2Phenotype.
    pub(super) fn gene2phenotype(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        tally.of_panels(row.get(&["panel"]));
        // Since 2024, a record of several panels is in the table of each.
        if row.get(&["g2p id"]).is_some_and(|id| !self.gene2phenotype.records.insert(id.into())) {
            return Ok(());
        }
        let Some(name) = row.get(&["disease name"]) else {
            tally.lost_disease(None);
            return Ok(());
        };
        let class = row.get(&["confidence category", "ddd category", "confidence"]);
        let Some(claim) = tally.claim(class) else { return Ok(()) };
        let key = GeneKey { hgnc: row.get(&["hgnc id"]), entrez: None, symbol: row.get(&["gene symbol"]) };
        let Some(gene) = self.genes.find(key) else {
            tally.lost(key.symbol);
            return Ok(());
        };
        let terms = self.terms_of(row.get(&["phenotypes"]).unwrap_or_default(), tally);
        // Panels judge a pair each for themselves.
        let judged = class.zip(row.get(&["panel"])).map(|(class, panel)| format!("{class} (panel {panel})"));
        let text = |column| row.get(column).map(str::to_string);
        let mondo = row.get(&["disease mondo"]).and_then(accession);
        let mut waiting = Waiting {
            gene,
            mim: String::new(),
            mondo,
            name: name.into(),
            claim,
            relation: judged.or(class.map(str::to_string)),
            inheritance: text(&["allelic requirement"]),
            reference: text(&["pmids", "publications"]),
            terms,
            source: tally.source,
        };
        let Some(mim) = row.get(&["disease mim"]).and_then(accession) else {
            let disease = self.disease(waiting.mondo.as_deref(), name, tally.source)?;
            self.disease_name(disease, name);
            return self.write(&waiting, disease, tally);
        };
        waiting.mim = mim;
        // Counted now, for this table.
        let mut seen =
            |words: String| self.gene2phenotype.seen.insert((gene, waiting.mim.clone(), waiting.source, words));
        waiting.terms.retain(|term| seen(format!("HP:{term}")));
        let words = [&waiting.relation, &waiting.inheritance, &waiting.reference];
        let is_new = seen(words.map(|text| text.as_deref().unwrap_or_default()).join("\t"));
        tally.facts += waiting.terms.len() as u64 + u64::from(is_new);
        self.gene2phenotype.waiting.push(waiting);
        Ok(())
    }

    /// The phenotypes in a text (`HP:0001166;HP:0000768`); terms that the ontology does not have are left out.
    fn terms_of(&mut self, text: &str, tally: &mut Tally) -> Vec<u32> {
        let (mut terms, mut lost) = (Vec::new(), None);
        for text in text.split(';').map(str::trim).filter(|text| !text.is_empty()) {
            match term_number(text).and_then(|term| self.ontology.known_term(term, || None)) {
                Some(term) => terms.push(term),
                None => lost = lost.or(Some(text)),
            }
        }
        if lost.is_some() {
            tally.lost_term(lost);
        }
        terms
    }

    /// Notes why phenotypes of a table that gives their identifiers alone are unknown, where there is no ontology.
    pub(super) fn note_nameless(&self, tally: &mut Tally) {
        if tally.unknown_terms.count > 0 && !self.ontology.is_read {
            let why = "it gives phenotypes by identifier, and only the ontology names them: give hp.obo or hp.json too";
            tally.notes.push(why.into());
        }
    }

    /// Writes the statement of a row and its phenotypes, each once for a table.
    fn write(&mut self, row: &Waiting, disease: i64, tally: &mut Tally) -> rusqlite::Result<()> {
        for &term in &row.terms {
            if self.stated_terms.insert((row.gene, disease, term, tally.source)) {
                self.db.prepare_cached("INSERT INTO gene_term VALUES (?1, ?2, ?3, NULL, ?4)")?.execute(params![
                    row.gene as i64,
                    term,
                    disease,
                    tally.source
                ])?;
                tally.facts += 1;
            }
        }
        let statement = Statement {
            relation: row.relation.as_deref(),
            inheritance: row.inheritance.as_deref(),
            reference: row.reference.as_deref(),
            ..Statement::of(GeneKey::default(), disease, row.claim)
        };
        self.related_to(row.gene, statement, tally)
    }

    /// Writes the rows that wait.
    pub(super) fn write_waiting(&mut self) -> rusqlite::Result<()> {
        let waiting = std::mem::take(&mut self.gene2phenotype.waiting);
        let stated: HashSet<(usize, i64)> = self.related.iter().map(|(gene, disease, ..)| (*gene, *disease)).collect();
        let is_stated = |builder: &Self, row: &Waiting| {
            builder.diseases.get(&row.mim).is_some_and(|&disease| stated.contains(&(row.gene, disease)))
        };
        let mut genes: HashMap<(&str, String), HashSet<usize>> = HashMap::new();
        for row in &waiting {
            genes.entry((&row.mim, key(&row.name))).or_default().insert(row.gene);
        }
        // Names that are those of a group: of some of their genes, no other source has the number.
        let mut loose: HashSet<(&str, String)> = HashSet::new();
        for row in &waiting {
            let named = (row.mim.as_str(), key(&row.name));
            if genes[&named].len() > 1 && !is_stated(self, row) {
                loose.insert(named);
            }
        }
        for row in &waiting {
            let is_loose = loose.contains(&(row.mim.as_str(), key(&row.name)));
            let disease = if is_loose && !is_stated(self, row) {
                self.disease(None, &row.name, row.source)?
            } else {
                let disease = self.disease(Some(&row.mim), &row.name, row.source)?;
                if !is_loose {
                    self.disease_name(disease, &row.name);
                }
                if let Some(mondo) = &row.mondo {
                    self.disease_reference(disease, mondo, Mapping::Exact, row.source)?;
                }
                disease
            };
            self.write(row, disease, &mut Tally { source: row.source, ..Tally::default() })?;
        }
        Ok(())
    }
}
