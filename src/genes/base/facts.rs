//! What the sources state of genes, diseases and phenotypes.

use std::collections::BTreeSet;

use super::{Base, GENE_COLUMNS, read_gene};
use crate::{
    error::Result,
    genes::{
        claim::Claim,
        gene_names::NameKind,
        records::{Disease, Gene, Phenotype, Relation},
    },
};

impl Base {
    /// A gene by its number in this file.
    pub(crate) fn gene_of(&self, id: i64) -> Result<Gene> {
        let sql = format!("SELECT {GENE_COLUMNS} FROM gene WHERE id = ?1");
        let gene = self.first(&sql, [id], read_gene)?;
        gene.ok_or_else(|| self.broken()(rusqlite::Error::QueryReturnedNoRows))
    }

    /// All names of a gene except its symbol and the approved name: name, kind of name, source. Accessions are no names.
    pub(crate) fn names(&self, gene: &Gene) -> Result<Vec<(String, &'static str, i64)>> {
        let sql = "SELECT name, kind, source FROM gene_name WHERE gene = ?1 ORDER BY kind, name";
        let all = self.rows(sql, [gene.id], |row| Ok((row.get(0)?, NameKind::of(row.get(1)?), row.get(2)?)))?;
        let is_named = |kind: NameKind| !kind.is_accession() && !matches!(kind, NameKind::Symbol | NameKind::FullName);
        let named = all.into_iter().filter(|(_, kind, _)| is_named(*kind));
        Ok(named.map(|(name, kind, source)| (name, kind.word(), source)).collect())
    }

    /// Numbers that sources give of a gene (gnomAD's `loeuf`, `pli`, `missense_z`): name, value, source.
    pub(crate) fn values(&self, gene: &Gene) -> Result<Vec<(String, f64, i64)>> {
        let sql = "SELECT name, value, source FROM gene_value WHERE gene = ?1 ORDER BY source, rowid";
        self.rows(sql, [gene.id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
    }

    /// A gene's diseases, one row per source and statement.
    pub(crate) fn diseases(&self, gene: &Gene) -> Result<Vec<Relation>> {
        let sql = "SELECT d.accession, d.name, r.relation, r.claim, r.inheritance, r.reference, r.origin, r.source, d.id FROM gene_disease r
                   JOIN disease d ON d.id = r.disease WHERE r.gene = ?1 ORDER BY r.source, d.accession, d.name, r.rowid";
        self.rows(sql, [gene.id], |row| {
            Ok(Relation {
                accession: row.get(0)?,
                disease: row.get(1)?,
                relation: row.get(2)?,
                claim: Claim::of(row.get(3)?),
                inheritance: row.get(4)?,
                reference: row.get(5)?,
                origin: row.get(6)?,
                source: row.get(7)?,
                id: row.get(8)?,
            })
        })
    }

    /// A gene's phenotypes, one row per source and disease.
    pub(crate) fn phenotypes(&self, gene: &Gene) -> Result<Vec<Phenotype>> {
        let sql = "SELECT t.id, t.name, p.frequency, d.accession, d.name, p.source FROM gene_term p JOIN term t ON t.id = p.term
                   LEFT JOIN disease d ON d.id = p.disease WHERE p.gene = ?1 ORDER BY t.id, d.accession, p.rowid";
        self.rows(sql, [gene.id], |row| {
            let disease: Option<String> = row.get(3)?;
            Ok(Phenotype {
                term: row.get(0)?,
                name: row.get(1)?,
                frequency: row.get(2)?,
                disease: disease.zip(row.get(4)?),
                source: row.get(5)?,
            })
        })
    }

    /// Genes of diseases: symbol, source, relation in the source's words.
    pub(in crate::genes) fn genes_of_diseases(&self, diseases: &[i64]) -> Result<Vec<(String, i64, String)>> {
        let sql = format!(
            "SELECT g.symbol, r.source, r.relation FROM gene_disease r JOIN gene g ON g.id = r.gene
             WHERE r.disease = ?1 AND r.claim < {} ORDER BY g.symbol, r.source",
            Claim::Conflicting.code()
        );
        self.rows_of_each(&sql, diseases.iter().copied(), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get::<_, Option<String>>(2)?.unwrap_or_else(|| "related".into())))
        })
    }

    /// Genes with phenotypes: symbol, source, and the phenotype with its disease.
    pub(in crate::genes) fn genes_of_terms(&self, terms: &BTreeSet<u32>) -> Result<Vec<(String, i64, String)>> {
        let sql = "SELECT g.symbol, p.source, p.term, d.accession FROM gene_term p JOIN gene g ON g.id = p.gene
                   LEFT JOIN disease d ON d.id = p.disease WHERE p.term = ?1";
        self.rows_of_each(sql, terms.iter().map(|term| i64::from(*term)), |row| {
            let disease: Option<String> = row.get(3)?;
            let term = format!("HP:{:07}", row.get::<_, u32>(2)?);
            Ok((row.get(0)?, row.get(1)?, disease.map_or(term.clone(), |id| format!("{term} in {id}"))))
        })
    }

    /// Phenotypes of diseases.
    pub(crate) fn disease_phenotypes(&self, diseases: &[Disease]) -> Result<Vec<Phenotype>> {
        let sql = "SELECT t.id, t.name, p.frequency, p.source FROM disease_term p JOIN term t ON t.id = p.term
                   WHERE p.disease = ?1 AND NOT p.absent ORDER BY t.id, p.source";
        self.rows_of_each(sql, self.same_diseases(diseases)?, |row| {
            let (term, name, frequency, source) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            Ok(Phenotype { term, name, frequency, disease: None, source })
        })
    }

    /// Diseases with phenotypes: identifier, name, source.
    pub(crate) fn diseases_of_terms(&self, terms: &BTreeSet<u32>) -> Result<Vec<(Option<String>, String, i64)>> {
        let sql = "SELECT DISTINCT d.accession, d.name, p.source FROM disease_term p JOIN disease d ON d.id = p.disease
                   WHERE p.term = ?1 AND NOT p.absent";
        let terms = terms.iter().map(|term| i64::from(*term));
        self.rows_of_each(sql, terms, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
    }

    /// The diseases in which a phenotype occurs.
    pub(crate) fn diseases_with(&self, term: u32) -> Result<Vec<i64>> {
        let sql = "SELECT DISTINCT disease FROM disease_term WHERE term = ?1 AND NOT absent ORDER BY disease";
        self.rows(sql, [term], |row| row.get(0))
    }

    /// All records of the same diseases, in all sources.
    pub(in crate::genes) fn same_diseases(&self, diseases: &[Disease]) -> Result<Vec<i64>> {
        let entities: BTreeSet<i64> = diseases.iter().map(|one| one.entity).collect();
        let sql = "SELECT id FROM disease WHERE entity = ?1 ORDER BY id";
        self.rows_of_each(sql, entities, |row| row.get(0))
    }

    /// A phenotype's names (its own first) and definition, and the genes that have it.
    pub(crate) fn phenotype(&self, term: u32) -> Result<(Vec<String>, String, Vec<i64>)> {
        let named: Option<(String, Option<String>)> =
            self.first("SELECT name, definition FROM term WHERE id = ?1", [term], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let (name, definition) = named.ok_or_else(|| self.broken()(rusqlite::Error::QueryReturnedNoRows))?;
        let mut names = vec![name];
        let sql = "SELECT name FROM term_name WHERE term = ?1 AND kind = 'synonym' ORDER BY name";
        names.extend(self.rows(sql, [term], |row| row.get::<_, String>(0))?);
        let genes =
            self.rows("SELECT DISTINCT gene FROM gene_term WHERE term = ?1 ORDER BY gene", [term], |row| row.get(0))?;
        Ok((names, definition.unwrap_or_default(), genes))
    }
}
