//! Rows of HPO's tables that join genes to diseases and phenotypes beside genes_to_phenotype.txt.

use std::collections::BTreeSet;

use rusqlite::params;

use super::{Builder, gene_index::GeneKey, relations::Statement, tally::Tally};
use crate::genes::{
    claim::Claim,
    identifiers::{accession, term_number},
    table::Row,
};

impl Builder {
    /// A row of HPO's phenotype_to_genes.txt.
    pub(super) fn phenotype_gene(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        if self.propagated.is_known {
            return Ok(());
        }
        let symbol = row.get(&["gene_symbol", "entrez-gene-symbol", "gene-name"]);
        let entrez = row.get(&["ncbi_gene_id", "entrez-gene-id", "gene-id"]);
        let Some(gene) = self.genes.find(GeneKey { entrez, symbol, ..GeneKey::default() }) else {
            tally.lost(symbol);
            return Ok(());
        };
        let given = row.get(&["hpo_id", "hpo-id"]);
        let Some(term) = given.and_then(term_number).and_then(|term| self.ontology.known_term(term, || None)) else {
            tally.lost_term(given);
            return Ok(());
        };
        let disease = match row.get(&["disease_id", "disease-id for link"]).and_then(accession) {
            Some(id) => Some(self.disease(Some(&id), &id, tally.source)?),
            None => None,
        };
        self.propagated.terms.entry((gene, disease)).or_default().insert(term);
        Ok(())
    }

    /// Writes the most special phenotypes of phenotype_to_genes.txt: the others follow from the ontology.
    pub(super) fn write_propagated(&mut self, tally: &mut Tally) -> rusqlite::Result<()> {
        if self.propagated.is_known {
            tally
                .notes
                .push("it repeats genes_to_phenotype.txt, with more general phenotypes, and was left out".into());
        }
        let above = self.ontology.terms_above();
        for ((gene, disease), terms) in std::mem::take(&mut self.propagated.terms) {
            let general: BTreeSet<u32> =
                terms.iter().flat_map(|term| above.get(term).into_iter().flatten().copied()).collect();
            for term in terms.difference(&general) {
                self.ontology.gene_terms.insert((gene, *term));
                let sql = "INSERT INTO gene_term VALUES (?1, ?2, ?3, NULL, ?4)";
                self.db.prepare_cached(sql)?.execute(params![gene as i64, term, disease, tally.source])?;
                tally.facts += 1;
            }
            if let Some(disease) = disease {
                let statement = Statement::of(GeneKey::default(), disease, Claim::Associated);
                self.related_to(gene, Statement { relation: Some("associated"), ..statement }, tally)?;
            }
        }
        Ok(())
    }

    /// A row of HPO's genes_to_disease.txt: HPO takes them from OMIM and Orphanet.
    pub(super) fn gene_disease(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let given = row.get(&["disease_id"]);
        let Some(id) = given.and_then(accession) else {
            tally.lost_disease(given);
            return Ok(());
        };
        let disease = self.disease(Some(&id), &id, tally.source)?;
        // NCBIGene:2200
        let entrez = row.get(&["ncbi_gene_id"]).map(|id| id.trim_start_matches("NCBIGene:"));
        let gene = GeneKey { entrez, symbol: row.get(&["gene_symbol"]), ..GeneKey::default() };
        let relation = row.get(&["association_type"]);
        let claim = relation.map_or(Claim::Associated, Claim::of_hpo);
        let origin = match id.split(':').next() {
            Some("OMIM") => Some("OMIM"),
            Some("ORPHA") => Some("Orphanet"),
            _ => None,
        };
        self.related(Statement { relation, origin, ..Statement::of(gene, disease, claim) }, tally)
    }
}
