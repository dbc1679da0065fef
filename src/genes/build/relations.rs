//! Rows of the tables of genes and their diseases: ClinGen, the Clinical Genomic Database, DisGeNET.

use rusqlite::params;

use super::{Builder, gene_index::GeneKey, tally::Tally};
use crate::genes::{claim::Claim, identifiers::accession, names::listed, table::Row};

/// What a source states of a gene and a disease.
pub(super) struct Statement<'a> {
    /// How the row names the gene.
    pub(super) gene: GeneKey<'a>,
    /// Number of the disease.
    pub(super) disease: i64,
    /// Kind of relation, in the source's words.
    pub(super) relation: Option<&'a str>,
    /// What the source claims.
    pub(super) claim: Claim,
    /// Mode of inheritance, in the source's words.
    pub(super) inheritance: Option<&'a str>,
    /// Papers or web pages that the source cites.
    pub(super) reference: Option<&'a str>,
    /// Whose claim it is, if the source repeats another's.
    pub(super) origin: Option<&'a str>,
}

impl<'a> Statement<'a> {
    /// A claim about a gene and a disease, and no more.
    pub(super) fn of(gene: GeneKey<'a>, disease: i64, claim: Claim) -> Self {
        Self { gene, disease, relation: None, claim, inheritance: None, reference: None, origin: None }
    }
}

impl Builder {
    /// A row of ClinGen's gene-disease validity.
    pub(super) fn clingen(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let name = row.get(&["disease label", "disease_label"]);
        let Some(name) = name.filter(|name| !name.starts_with("++")) else { return Ok(()) };
        let relation = row.get(&["classification"]);
        let Some(claim) = tally.claim(relation) else { return Ok(()) };
        let id = row.get(&["disease id (mondo)", "mondo_disease_id"]).and_then(accession);
        let disease = self.disease(id.as_deref(), name, tally.source)?;
        let hgnc = row.get(&["gene id (hgnc)", "hgnc_id"]);
        let gene = GeneKey { hgnc, entrez: None, symbol: row.get(&["gene symbol", "gene_name"]) };
        let (inheritance, reference) = (row.get(&["moi"]), row.get(&["online report"]));
        self.related(Statement { relation, inheritance, reference, ..Statement::of(gene, disease, claim) }, tally)
    }

    /// A row of the Clinical Genomic Database.
    pub(super) fn cgd(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let (hgnc, entrez) = (row.get(&["hgnc id"]), row.get(&["entrez gene id"]));
        let gene = GeneKey { hgnc, entrez, symbol: row.get(&["gene"]) };
        let (inheritance, reference) = (row.get(&["inheritance"]), row.get(&["references"]));
        for condition in row.get(&["condition"]).into_iter().flat_map(|all| listed(all, &[';'])) {
            let disease = self.disease(None, condition, tally.source)?;
            let cause = Statement::of(gene, disease, Claim::Supportive.of_listing(condition));
            self.related(Statement { inheritance, reference, ..cause }, tally)?;
        }
        Ok(())
    }

    /// A row of DisGeNET's curated associations.
    pub(super) fn disgenet(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let Some(name) = row.get(&["diseasename"]) else { return Ok(()) };
        let id = row
            .get(&["diseaseid"])
            .and_then(|id| if id.contains(':') { accession(id) } else { accession(&format!("UMLS:{id}")) });
        let disease = self.disease(id.as_deref(), name, tally.source)?;
        let score =
            row.get(&["score"]).and_then(|score| score.parse::<f64>().ok()).map(|score| format!("score {score:.3}"));
        let papers = row.get(&["numberofpubmeds", "nofpmids"]).map(|count| format!("{count} papers"));
        let gene = GeneKey { hgnc: None, entrez: row.get(&["geneid"]), symbol: row.get(&["genesymbol"]) };
        let (relation, reference) = (score.as_deref(), papers.as_deref());
        let origin = row.get(&["source"]).and_then(disgenets_origin);
        self.related(Statement { relation, reference, origin, ..Statement::of(gene, disease, Claim::TextMined) }, tally)
    }

    /// Adds a statement, once; a row whose gene is unknown is counted.
    pub(super) fn related(&mut self, statement: Statement<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let key = statement.gene;
        let Some(gene) = self.genes.find(key) else {
            tally.lost(key.symbol);
            return Ok(());
        };
        self.related_to(gene, statement, tally)
    }

    /// Adds a statement of a gene that is already found, once.
    pub(super) fn related_to(
        &mut self,
        gene: usize,
        statement: Statement<'_>,
        tally: &mut Tally,
    ) -> rusqlite::Result<()> {
        let Statement { disease, relation, claim, inheritance, reference, origin, .. } = statement;
        // Tables that were joined with transcripts repeat a statement for each.
        let words = [relation, inheritance, reference, origin].map(Option::unwrap_or_default).join("\t");
        if !self.related.insert((gene, disease, tally.source, words)) {
            return Ok(());
        }
        self.db.prepare_cached("INSERT INTO gene_disease VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?.execute(
            params![gene as i64, disease, relation, claim.code(), inheritance, reference, origin, tally.source],
        )?;
        tally.facts += 1;
        Ok(())
    }
}

/// Whose claim a row of DisGeNET repeats, if it names nobody else as its source: HPO's diseases of genes are OMIM's.
fn disgenets_origin(sources: &str) -> Option<&'static str> {
    let mut origins = sources.split([',', ';', '|']).map(|one| match one.trim().to_ascii_uppercase().as_str() {
        "ORPHANET" => Some("Orphanet"),
        "HPO" => Some("OMIM"),
        "CLINGEN" => Some("ClinGen"),
        _ => None,
    });
    let first = origins.next()??;
    origins.all(|one| one == Some(first)).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_disgenet_is_anothers_only_if_it_names_no_other_source() {
        assert_eq!(disgenets_origin("ORPHANET"), Some("Orphanet"));
        assert_eq!(disgenets_origin("HPO"), Some("OMIM"));
        assert_eq!(disgenets_origin("CTD_human, ORPHANET"), None);
        assert_eq!(disgenets_origin("BeFree, CLINVAR, CTD_human"), None);
    }
}
