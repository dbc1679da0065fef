//! What the sources state of genes, diseases and phenotypes.

use std::collections::{BTreeSet, HashMap, HashSet, hash_map::Entry};

use super::{Base, GENE_COLUMNS, read_gene};
use crate::{
    error::Result,
    genes::{
        claim::Claim,
        gene_names::NameKind,
        records::{Disease, Gene, Phenotype},
    },
};

/// A gene that has a phenotype, in one source and disease.
pub(crate) struct GeneOfTerm {
    /// Symbol of the gene.
    pub symbol: String,
    /// The source.
    pub source: i64,
    /// The phenotype, and the disease in which the gene has it.
    pub about: String,
    /// What is claimed of the phenotype.
    pub claim: Claim,
}

/// What is claimed of a gene's phenotype: what is claimed of the gene and the disease in which it has it.
fn phenotype_claim(claims: &HashMap<i64, Claim>, disease: Option<i64>) -> Claim {
    disease.and_then(|entity| claims.get(&entity)).copied().unwrap_or(Claim::Associated)
}

/// A phenotype, and the identifier of the disease in which the gene has it.
fn of_disease(one: &Phenotype) -> (u32, Option<String>) {
    (one.term, one.disease.as_ref().map(|(id, _)| id.clone()))
}

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

    /// A gene's phenotypes, one row per source and disease; those of strongly claimed diseases first.
    pub(crate) fn phenotypes(&self, gene: &Gene) -> Result<Vec<Phenotype>> {
        let claims = self.entity_claims(gene.id)?;
        let sql = "SELECT t.id, t.name, p.frequency, d.accession, d.name, p.source, d.entity FROM gene_term p JOIN term t ON t.id = p.term
                   LEFT JOIN disease d ON d.id = p.disease WHERE p.gene = ?1 ORDER BY t.id, d.accession, p.rowid";
        let aside = self.aside()?;
        let mut all = self.rows(sql, [gene.id], |row| {
            let (term, disease): (u32, Option<String>) = (row.get(0)?, row.get(3)?);
            Ok(Phenotype {
                term,
                name: row.get(1)?,
                frequency: row.get(2)?,
                disease: disease.zip(row.get(4)?),
                claim: phenotype_claim(&claims, row.get(6)?),
                is_abnormality: !aside.contains(&term),
                source: row.get(5)?,
            })
        })?;
        let known: HashSet<(u32, Option<String>)> = all.iter().map(of_disease).collect();
        let further = self.phenotypes_of_diseases_of(gene, &claims)?;
        all.extend(further.into_iter().filter(|one| !known.contains(&of_disease(one))));
        all.retain(|one| self.counts(one.source) && self.filter().admits(one.claim));
        all.sort_by_key(|one| (one.claim, one.term));
        Ok(all)
    }

    /// Phenotypes that other sources than HPO state of the diseases that a gene causes or is listed with, as `genes rank` uses them.
    /// Phenotypes of HPO come with the gene in its own table.
    fn phenotypes_of_diseases_of(&self, gene: &Gene, claims: &HashMap<i64, Claim>) -> Result<Vec<Phenotype>> {
        let sql = "SELECT t.id, t.name, p.frequency, d.accession, d.name, p.source, d.entity
                   FROM (SELECT DISTINCT o.entity FROM gene_disease r JOIN disease o ON o.id = r.disease WHERE r.gene = ?1) own
                   JOIN disease d ON d.entity = own.entity JOIN disease_term p ON p.disease = d.id JOIN term t ON t.id = p.term
                   WHERE NOT p.absent AND p.source NOT IN (SELECT id FROM source WHERE name = 'HPO')
                   ORDER BY t.id, d.accession, p.rowid";
        let aside = self.aside()?;
        let mut all = self.rows(sql, [gene.id], |row| {
            let (term, disease): (u32, Option<String>) = (row.get(0)?, row.get(3)?);
            Ok(Phenotype {
                term,
                name: row.get(1)?,
                frequency: row.get(2)?,
                disease: disease.zip(row.get(4)?),
                claim: phenotype_claim(claims, row.get(6)?),
                is_abnormality: !aside.contains(&term),
                source: row.get(5)?,
            })
        })?;
        all.retain(|one| {
            one.claim <= Claim::Supportive || matches!(one.claim, Claim::Susceptibility | Claim::Associated)
        });
        Ok(all)
    }

    /// Genes with phenotypes: gene, symbol, source, the phenotype with its disease, and what is claimed of gene and disease.
    pub(crate) fn genes_of_terms(&self, terms: &BTreeSet<u32>) -> Result<Vec<GeneOfTerm>> {
        let sql =
            "SELECT g.id, g.symbol, p.source, p.term, d.accession, d.entity FROM gene_term p JOIN gene g ON g.id = p.gene
                   LEFT JOIN disease d ON d.id = p.disease WHERE p.term = ?1";
        let mut claims: HashMap<i64, HashMap<i64, Claim>> = HashMap::new();
        let mut all = Vec::new();
        let rows = self.rows_of_each(sql, terms.iter().map(|term| i64::from(*term)), |row| {
            let gene: (i64, String) = (row.get(0)?, row.get(1)?);
            Ok((gene, row.get::<_, i64>(2)?, row.get::<_, u32>(3)?, row.get::<_, Option<String>>(4)?, row.get(5)?))
        })?;
        for ((gene, symbol), source, term, disease, entity) in rows {
            if !self.counts(source) {
                continue;
            }
            if let Entry::Vacant(new) = claims.entry(gene) {
                new.insert(self.entity_claims(gene)?);
            }
            let claim = phenotype_claim(&claims[&gene], entity);
            if self.filter().admits(claim) {
                let term = format!("HP:{term:07}");
                let about = disease.map_or(term.clone(), |id| format!("{term} in {id}"));
                all.push(GeneOfTerm { symbol, source, about, claim });
            }
        }
        Ok(all)
    }

    /// Terms that are not abnormalities but modes of inheritance, courses or modifiers: all that are below another branch of the ontology.
    fn aside(&self) -> Result<&HashSet<u32>> {
        if let Some(known) = self.aside.get() {
            return Ok(known);
        }
        // HP:0000001 is the root, HP:0000118 Phenotypic abnormality.
        let sql = "WITH RECURSIVE below(term) AS (SELECT term FROM term_parent WHERE parent = 1 AND term <> 118
                   UNION SELECT p.term FROM term_parent p JOIN below ON p.parent = below.term) SELECT term FROM below";
        let all = self.rows(sql, [], |row| row.get(0))?.into_iter().collect();
        Ok(self.aside.get_or_init(|| all))
    }

    /// Phenotypes of diseases.
    pub(crate) fn disease_phenotypes(&self, diseases: &[Disease]) -> Result<Vec<Phenotype>> {
        let sql = "SELECT t.id, t.name, p.frequency, p.source FROM disease_term p JOIN term t ON t.id = p.term
                   WHERE p.disease = ?1 AND NOT p.absent ORDER BY t.id, p.source";
        let aside = self.aside()?;
        let mut all = self.rows_of_each(sql, self.same_diseases(diseases)?, |row| {
            let term = row.get(0)?;
            Ok(Phenotype {
                term,
                name: row.get(1)?,
                frequency: row.get(2)?,
                disease: None,
                claim: Claim::Supportive,
                is_abnormality: !aside.contains(&term),
                source: row.get(3)?,
            })
        })?;
        all.retain(|one| self.counts(one.source));
        Ok(all)
    }

    /// Diseases with phenotypes: identifier, name, source.
    pub(crate) fn diseases_of_terms(&self, terms: &BTreeSet<u32>) -> Result<Vec<(Option<String>, String, i64)>> {
        let sql = "SELECT DISTINCT d.accession, d.name, p.source FROM disease_term p JOIN disease d ON d.id = p.disease
                   WHERE p.term = ?1 AND NOT p.absent";
        let terms = terms.iter().map(|term| i64::from(*term));
        let mut all = self.rows_of_each(sql, terms, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        all.retain(|(.., source)| self.counts(*source));
        Ok(all)
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
