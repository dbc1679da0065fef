//! Rows of the tables of diseases and phenotypes: HPO's and Orphanet's.

use rusqlite::params;

use super::{Builder, gene_index::GeneKey, identity::Mapping, relations::Statement, tally::Tally};
use crate::genes::{
    claim::Claim,
    identifiers::{accession, term_number},
    names::{fold, listed},
    table::Row,
};

impl Builder {
    /// The number of a disease, which is added if it is new. Diseases are told apart by `accession`, or by source and name if there is
    /// none. A table that knows no name gives the accession as the name; the first name that another table gives takes its place.
    pub(super) fn disease(&mut self, accession: Option<&str>, name: &str, source: i64) -> rusqlite::Result<i64> {
        let key = accession.map_or_else(|| format!("{source} {}", fold(name)), str::to_string);
        let is_named = accession != Some(name);
        if let Some(&id) = self.diseases.get(&key) {
            if is_named && self.nameless.remove(&id) {
                self.db.prepare_cached("UPDATE disease SET name = ?2 WHERE id = ?1")?.execute(params![id, name])?;
                self.disease_name(id, name);
                self.ontology.disease_labels.insert(key, name.into());
            }
            return Ok(id);
        }
        let id = self.diseases.len() as i64 + 1;
        self.db
            .prepare_cached("INSERT INTO disease VALUES (?1, ?2, ?3, NULL, NULL, ?1, ?4)")?
            .execute(params![id, accession, name, source])?;
        match is_named {
            true => self.disease_name(id, name),
            false => {
                self.nameless.insert(id);
            }
        }
        self.diseases.insert(key.clone(), id);
        self.ontology.disease_labels.insert(key, name.into());
        Ok(id)
    }

    /// Adds a name of a disease.
    pub(super) fn disease_name(&mut self, disease: i64, name: &str) {
        self.disease_names.add(disease, name);
    }

    /// Adds an identifier that a source lists with a disease.
    pub(super) fn disease_reference(
        &mut self,
        disease: i64,
        accession: &str,
        mapping: Mapping,
        source: i64,
    ) -> rusqlite::Result<()> {
        if self.disease_references.insert((disease, accession.into(), mapping.word())) {
            self.db.prepare_cached("INSERT INTO disease_reference VALUES (?1, ?2, ?3, ?4)")?.execute(params![
                disease,
                accession,
                mapping.word(),
                source
            ])?;
        }
        Ok(())
    }

    /// Adds a disease that a source lists directly above another.
    pub(super) fn disease_parent(&mut self, disease: i64, parent: i64, source: i64) -> rusqlite::Result<()> {
        if disease != parent && self.disease_parents.insert((disease, parent)) {
            self.db
                .prepare_cached("INSERT INTO disease_parent VALUES (?1, ?2, ?3)")?
                .execute(params![disease, parent, source])?;
        }
        Ok(())
    }

    /// A row of HPO's phenotype.hpoa.
    pub(super) fn disease_phenotype(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let given = row.get(&["database_id", "databaseid"]);
        let Some(id) = given.and_then(accession) else {
            tally.lost_disease(given);
            return Ok(());
        };
        // Names are written as `Marfan syndrome; MFS`.
        let names = row.get(&["disease_name", "diseasename"]).unwrap_or_default();
        let mut parts = listed(names, &[';']).into_iter();
        let first = parts.next().unwrap_or_default();
        let disease = self.disease(Some(&id), first, tally.source)?;
        // Rows of one disease follow one another; they may spell its name in several ways.
        if (self.last_names.0, self.last_names.1.as_str()) != (disease, names) {
            self.disease_name(disease, first);
            for part in parts {
                self.disease_name(disease, part);
            }
            self.last_names = (disease, names.into());
        }
        self.disease_term(disease, &id, row, tally)
    }

    /// A phenotype of a disease, or that the disease does not have it.
    fn disease_term(&mut self, disease: i64, accession: &str, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let given = row.get(&["hpo_id"]);
        let known = given.and_then(term_number);
        let Some(term) = known.and_then(|term| self.ontology.known_term(term, || row.get(&["hpo_term"]))) else {
            tally.lost_term(given);
            return Ok(());
        };
        let absent = row.get(&["qualifier"]) == Some("NOT")
            || row.get(&["frequency"]).is_some_and(|f| f.starts_with("Excluded"));
        self.db
            .prepare_cached("INSERT INTO disease_term VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")?
            .execute(params![
                disease,
                term,
                absent,
                row.get(&["frequency"]),
                row.get(&["onset"]),
                row.get(&["reference"]),
                row.get(&["sex"]),
                row.get(&["modifier"]),
                row.get(&["aspect"]),
                row.get(&["evidence"]),
                tally.source
            ])?;
        if !absent {
            self.ontology.disease_terms.insert((accession.into(), term));
        }
        tally.facts += 1;
        Ok(())
    }

    /// A row of HPO's genes_to_phenotype.txt.
    pub(super) fn gene_phenotype(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        self.propagated.is_known = true;
        let symbol = row.get(&["gene_symbol", "entrez-gene-symbol"]);
        let key = GeneKey { hgnc: None, entrez: row.get(&["ncbi_gene_id", "entrez-gene-id"]), symbol };
        let Some(gene) = self.genes.find(key) else {
            tally.lost(symbol);
            return Ok(());
        };
        // Until 2022, the header named the two columns of the phenotype in the wrong order.
        let columns = [row.get(&["hpo_id", "hpo-term-id"]), row.get(&["hpo_name", "hpo-term-name"])];
        let number = |text: &Option<&str>| text.and_then(term_number);
        let name = columns.iter().find(|column| number(column).is_none()).copied().flatten();
        let term = columns.iter().find_map(number);
        let Some(term) = term.and_then(|term| self.ontology.known_term(term, || name.or(Some("")))) else {
            tally.lost_term(columns[0]);
            return Ok(());
        };
        let frequency = row.get(&["frequency", "frequency-raw"]).or(row.get(&["frequency-hpo"]));
        let id = row.get(&["disease_id", "disease-id for link"]).and_then(accession);
        let disease = match &id {
            Some(id) => Some(self.disease(Some(id), id, tally.source)?),
            None => None,
        };
        self.ontology.gene_terms.insert((gene, term));
        self.db.prepare_cached("INSERT INTO gene_term VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
            gene as i64,
            term,
            disease,
            frequency,
            tally.source
        ])?;
        tally.facts += 1;
        // A phenotype of a gene in a disease: the gene is related to the disease.
        match disease {
            Some(disease) => {
                // HPO takes the genes of diseases from OMIM and Orphanet.
                let origin = id.as_deref().and_then(|id| match id.split(':').next()? {
                    "OMIM" => Some("OMIM"),
                    "ORPHA" => Some("Orphanet"),
                    _ => None,
                });
                let named = id.as_ref().and_then(|id| self.ontology.disease_labels.get(id));
                let claim = Claim::Associated.of_listing(named.map_or("", String::as_str));
                self.related(
                    Statement { relation: Some("associated"), origin, ..Statement::of(key, disease, claim) },
                    tally,
                )
            }
            None => Ok(()),
        }
    }

    /// A row of Orphanet's disorders.
    pub(super) fn orphanet_disorder(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let (Some(code), Some(name)) = (row.get(&["orphacode"]), row.get(&["disorder"])) else { return Ok(()) };
        let disease = self.disease(Some(&format!("ORPHA:{code}")), name, tally.source)?;
        self.disease_name(disease, name);
        // A name may hold a `;`: `B lymphoblastic leukemia lymphoma with t(v;11q23); MLL rearranged`.
        for synonym in row.get(&["synonyms"]).into_iter().flat_map(|all| all.split('|')) {
            self.disease_name(disease, synonym);
        }
        if let Some(definition) = row.get(&["definition"]) {
            self.definition(disease, definition, tally.source)?;
        }
        tally.facts += 1;
        Ok(())
    }

    /// A row of Orphanet's genes of disorders.
    pub(super) fn orphanet_gene(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let (Some(code), Some(name)) = (row.get(&["orphacode"]), row.get(&["disorder"])) else { return Ok(()) };
        let disease = self.disease(Some(&format!("ORPHA:{code}")), name, tally.source)?;
        let key = GeneKey { hgnc: row.get(&["hgnc"]), entrez: None, symbol: row.get(&["gene_symbol"]) };
        let relation = row.get(&["association_type"]);
        // The tables of text have no column of the assessment.
        let status = row.get(&["status"]).unwrap_or("Assessed");
        let claim = relation.map_or(Claim::Associated, |kind| Claim::of_orphanet_assessed(kind, status));
        self.related(Statement { relation, ..Statement::of(key, disease, claim) }, tally)
    }

    /// A row of Orphanet's phenotypes of disorders.
    pub(super) fn orphanet_phenotype(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let (Some(code), Some(name)) = (row.get(&["orphacode"]), row.get(&["disorder"])) else {
            tally.lost_disease(row.get(&["orphacode", "disorder"]));
            return Ok(());
        };
        let id = format!("ORPHA:{code}");
        let disease = self.disease(Some(&id), name, tally.source)?;
        self.disease_term(disease, &id, row, tally)
    }
}
