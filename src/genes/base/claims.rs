//! What the sources together claim of genes and diseases.

use std::collections::{BTreeSet, HashMap};

use rusqlite::Row;

use super::Base;
use crate::{
    error::{Error, Result},
    genes::{
        claim::Claim,
        claims::{Below, DiseaseClaim, GeneClaim, Stated, claim_on, contested, diseases_of, sort_genes},
        evidence::EvidenceFilter,
        records::{Disease, Relation},
    },
};

/// The columns that [`read_relation`] reads, in its order.
const RELATION_COLUMNS: &str =
    "d.accession, d.name, r.relation, r.claim, r.inheritance, r.reference, r.origin, r.source, d.id, d.entity";

fn read_relation(row: &Row<'_>) -> rusqlite::Result<Relation> {
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
        entity: row.get(9)?,
    })
}

impl Base {
    /// The same knowledge base, of which only this evidence counts. A source that it does not have is refused.
    pub(crate) fn filtered(mut self, filter: EvidenceFilter) -> Result<Self> {
        let wanted = |name: &str| filter.sources.iter().any(|one| one.eq_ignore_ascii_case(name));
        for one in &filter.sources {
            if !self.sources.iter().any(|source| source.name.eq_ignore_ascii_case(one)) {
                let mut all: Vec<&str> = self.sources.iter().map(|source| source.name.as_str()).collect();
                all.sort_unstable();
                all.dedup();
                return Err(Error::usage(format!("the knowledge base has no source {one:?}"))
                    .with_hint(format!("it has {}", all.join(", "))));
            }
        }
        self.counted = self.sources.iter().map(|one| filter.sources.is_empty() || wanted(&one.name)).collect();
        self.filter = filter;
        Ok(self)
    }

    /// Which evidence counts.
    pub(crate) fn filter(&self) -> &EvidenceFilter {
        &self.filter
    }

    /// Whether the facts of a source count.
    pub(crate) fn counts(&self, source: i64) -> bool {
        usize::try_from(source - 1).ok().and_then(|at| self.counted.get(at)).copied().unwrap_or(true)
    }

    /// A relation with its source's name, if the source counts.
    fn stated(&self, relation: Relation) -> Option<Stated> {
        self.counts(relation.source).then(|| {
            let source = &self.source(relation.source).name;
            Stated::of(relation, source)
        })
    }

    /// All diseases that sources name of a gene, and what they claim together, strongest first. Also those against, whatever the filter's
    /// least claim is.
    pub(crate) fn all_claims_of(&self, gene: i64) -> Result<Vec<DiseaseClaim>> {
        self.claims_with(gene, &[])
    }

    /// The same, and those of `asked` that no source names of the gene, if curators are against a disease above or the series.
    fn claims_with(&self, gene: i64, asked: &[Disease]) -> Result<Vec<DiseaseClaim>> {
        let sql = format!(
            "SELECT {RELATION_COLUMNS} FROM gene_disease r JOIN disease d ON d.id = r.disease WHERE r.gene = ?1
             ORDER BY r.source, d.accession, d.name, r.rowid"
        );
        let all = self.rows(&sql, [gene], read_relation)?;
        let all: Vec<Stated> = all.into_iter().filter_map(|one| self.stated(one)).collect();
        let mut below = Below::new();
        for entity in contested(&all) {
            below.insert(entity, self.below(entity)?);
        }
        Ok(diseases_of(all, &below, asked))
    }

    /// The numbers of a disease and of all below it.
    fn below(&self, entity: i64) -> Result<BTreeSet<i64>> {
        let sql = "WITH RECURSIVE low (entity) AS (SELECT ?1 UNION
                     SELECT d.entity FROM low JOIN disease high ON high.entity = low.entity
                     JOIN disease_parent p ON p.parent = high.id JOIN disease d ON d.id = p.disease)
                   SELECT entity FROM low";
        Ok(self.rows(sql, [entity], |row| row.get(0))?.into_iter().collect())
    }

    /// What a gene claims on diseases (`own`) and their members, whatever the filter's least claim is; and whether it is a member's claim.
    pub(crate) fn claim_on(
        &self,
        gene: i64,
        own: &[Disease],
        members: &BTreeSet<i64>,
    ) -> Result<Option<(DiseaseClaim, bool)>> {
        let entities: BTreeSet<i64> = own.iter().map(|one| one.entity).collect();
        Ok(claim_on(self.claims_with(gene, own)?, &entities, members))
    }

    /// The diseases of a gene whose claim counts, strongest first.
    pub(crate) fn claims_of(&self, gene: i64) -> Result<Vec<DiseaseClaim>> {
        let mut all = self.all_claims_of(gene)?;
        all.retain(|one| self.filter.admits(one.pair.claim));
        Ok(all)
    }

    /// The claim of a gene and each record of a disease that sources name.
    pub(super) fn record_claims(&self, gene: i64) -> Result<HashMap<i64, Claim>> {
        let mut claims = HashMap::new();
        for disease in self.all_claims_of(gene)? {
            for one in disease.pair.own_statements(disease.entity) {
                claims.insert(one.relation.id, disease.pair.claim);
            }
        }
        Ok(claims)
    }

    /// The genes of diseases (`own`) or of their members (by their numbers as entities), whose claim counts, strongest first.
    pub(crate) fn genes_claimed(&self, own: &[Disease], members: &BTreeSet<i64>) -> Result<Vec<GeneClaim>> {
        let sql = "SELECT DISTINCT r.gene FROM disease d JOIN gene_disease r ON r.disease = d.id WHERE d.entity = ?1";
        let entities: BTreeSet<i64> = own.iter().map(|one| one.entity).chain(members.iter().copied()).collect();
        let genes: BTreeSet<i64> = self.rows_of_each(sql, entities, |row| row.get(0))?.into_iter().collect();
        let mut all = Vec::new();
        for gene in genes {
            if let Some((about, is_member)) = self.claim_on(gene, own, members)?
                && self.filter.admits(about.pair.claim)
            {
                all.push(GeneClaim { symbol: self.gene_of(gene)?.symbol, about, is_member });
            }
        }
        sort_genes(&mut all);
        Ok(all)
    }

    /// The claim of every gene and record of a disease that sources name together, by gene and number of the record.
    pub(crate) fn all_pairs(&self) -> Result<HashMap<(i64, i64), Claim>> {
        self.pairs_from("")
    }

    /// The same of those genes alone for which a source disputes or refutes a disease.
    pub(crate) fn contested_pairs(&self) -> Result<HashMap<(i64, i64), Claim>> {
        self.pairs_from(&format!(
            "WHERE r.gene IN (SELECT gene FROM gene_disease WHERE claim >= {})",
            Claim::Disputed.code()
        ))
    }

    /// `of`: the condition that the statements, as `r`, fulfil.
    fn pairs_from(&self, of: &str) -> Result<HashMap<(i64, i64), Claim>> {
        let mut pairs = HashMap::new();
        let mut open: (i64, Vec<Stated>) = (-1, Vec::new());
        let sql = "SELECT DISTINCT d.entity FROM gene_disease r JOIN disease d ON d.id = r.disease WHERE r.claim >= ?1";
        let mut below = Below::new();
        for entity in self.rows(sql, [Claim::Disputed.code()], |row| row.get(0))? {
            below.insert(entity, self.below(entity)?);
        }
        let close = |(gene, all): (i64, Vec<Stated>), pairs: &mut HashMap<(i64, i64), Claim>| {
            for disease in diseases_of(all, &below, &[]) {
                for one in disease.pair.own_statements(disease.entity) {
                    pairs.insert((gene, one.relation.id), disease.pair.claim);
                }
            }
        };
        let sql = format!(
            "SELECT {RELATION_COLUMNS}, r.gene FROM gene_disease r JOIN disease d ON d.id = r.disease {of}
             ORDER BY r.gene, r.rowid"
        );
        self.each(&sql, |row| {
            let gene: i64 = row.get(10)?;
            if gene != open.0 {
                close(std::mem::replace(&mut open, (gene, Vec::new())), &mut pairs);
            }
            open.1.extend(self.stated(read_relation(row)?));
            Ok(())
        })?;
        close(open, &mut pairs);
        pairs.retain(|_, claim| self.filter.admits(*claim));
        Ok(pairs)
    }
}
