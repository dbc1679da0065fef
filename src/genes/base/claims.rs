//! What the sources together claim of genes and diseases.

use std::collections::{BTreeMap, BTreeSet, HashMap, btree_map::Entry};

use rusqlite::Row;

use super::Base;
use crate::{
    error::{Error, Result},
    genes::{
        claim::Claim,
        claims::{DiseaseClaim, GeneClaim, claim_on, diseases_of, sort_genes},
        evidence::EvidenceFilter,
        reach::{Kin, Reach, classified, judged},
        records::{Disease, Relation},
        relate::words::SeriesName,
        stated::Stated,
        word_forms::{Closeness, Forms},
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
        let all = self.statements_of(gene)?;
        let kin = self.kin(&all, asked, &mut BTreeMap::new())?;
        Ok(diseases_of(all, &kin, asked))
    }

    /// All statements about a gene and diseases.
    fn statements_of(&self, gene: i64) -> Result<Vec<Stated>> {
        let sql = format!(
            "SELECT {RELATION_COLUMNS} FROM gene_disease r JOIN disease d ON d.id = r.disease WHERE r.gene = ?1
             ORDER BY r.source, d.accession, d.name, r.rowid"
        );
        let all = self.rows(&sql, [gene], read_relation)?;
        Ok(all.into_iter().filter_map(|one| self.stated(one)).collect())
    }

    /// What is known of the diseases of a gene, if curators are against one. `below`: diseases for which [`Self::below`] was asked before.
    fn kin(&self, statements: &[Stated], asked: &[Disease], below: &mut BTreeMap<i64, BTreeSet<i64>>) -> Result<Kin> {
        self.kin_of(judged(statements), statements, asked, below)
    }

    /// The same, with the diseases below those of `judged`.
    fn kin_of(
        &self,
        judged: BTreeSet<i64>,
        statements: &[Stated],
        asked: &[Disease],
        below: &mut BTreeMap<i64, BTreeSet<i64>>,
    ) -> Result<Kin> {
        let mut kin = Kin::default();
        if judged.is_empty() {
            return Ok(kin);
        }
        for entity in judged {
            let all = match below.entry(entity) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(self.below(entity)?),
            };
            kin.below.insert(entity, all.clone());
        }
        let sql = "SELECT n.name FROM disease d JOIN disease_name n ON n.disease = d.id WHERE d.entity = ?1";
        let stated = statements.iter().map(|one| one.relation.entity);
        for entity in stated.chain(asked.iter().map(|one| one.entity)).collect::<BTreeSet<i64>>() {
            kin.names.insert(entity, self.rows(sql, [entity], |row| row.get(0))?);
        }
        Ok(kin)
    }

    /// A class by which curators doubt a gene for a disease of the series or the group of `asked`, which no source relates to the gene: it is
    /// against it, or limited.
    ///
    /// METHOD: a disease is of the group of another, too, if at least half of its genes, and two or more, are genes of that one. An estimate
    /// rests on those genes, and curators who doubt this gene knew them.
    pub(crate) fn doubt(&self, gene: i64, asked: &[Disease]) -> Result<Option<Stated>> {
        let all = self.statements_of(gene)?;
        if !all.iter().any(Stated::is_doubt) {
            return Ok(None);
        }
        let kin = self.kin_of(classified(&all), &all, asked, &mut BTreeMap::new())?;
        let reach = Reach::of_estimate(&all, &kin, asked);
        for one in asked.iter().map(|one| one.entity).collect::<BTreeSet<i64>>() {
            let own = self.genes_below(one, gene)?;
            let is_group = |other: i64| {
                let shared = self.genes_below(other, gene)?.intersection(&own).count();
                Ok(own.len() > 1 && 2 * shared >= own.len())
            };
            if let Some(doubt) = reach.doubting(one, is_group)? {
                return Ok(Some(doubt.clone()));
            }
        }
        Ok(None)
    }

    /// The genes that sources relate to a disease or to those below it, but one.
    fn genes_below(&self, entity: i64, but: i64) -> Result<BTreeSet<i64>> {
        let sql = "SELECT DISTINCT r.gene FROM disease d JOIN gene_disease r ON r.disease = d.id WHERE d.entity = ?1 AND r.claim < ?2";
        let mut genes = BTreeSet::new();
        let below = self.members(entity)?.into_iter().map(|one| one.entity);
        for one in below.chain([entity]) {
            genes.extend(self.rows(sql, [one, Claim::Conflicting.code()], |row| row.get::<_, i64>(0))?);
        }
        genes.remove(&but);
        Ok(genes)
    }

    /// The numbers of a disease and of all below it, and below those that are called the same but for words such as `congenital`.
    fn below(&self, entity: i64) -> Result<BTreeSet<i64>> {
        let sql = "WITH RECURSIVE low (entity) AS (SELECT ?1 UNION
                     SELECT d.entity FROM low JOIN disease high ON high.entity = low.entity
                     JOIN disease_parent p ON p.parent = high.id JOIN disease d ON d.id = p.disease)
                   SELECT entity FROM low";
        let mut all = BTreeSet::new();
        for one in self.called_alike(entity)? {
            all.extend(self.rows(sql, [one], |row| row.get::<_, i64>(0))?);
        }
        Ok(all)
    }

    /// The numbers of a disease and of those that are called the same but for words such as `congenital`. Orphanet's rare ones are not: it
    /// lists in `Rare epilepsy` whatever comes with epilepsy.
    fn called_alike(&self, entity: i64) -> Result<BTreeSet<i64>> {
        let mut alike = BTreeSet::from([entity]);
        let sql = "SELECT DISTINCT d.entity, d.name FROM disease_loose_name l JOIN disease d ON d.id = l.disease
                   WHERE l.key = ?1 AND l.own";
        let is_rare = |name: &str| name.to_ascii_lowercase().split(' ').any(|word| word == "rare");
        for own in self.records_of(entity)? {
            let (name, forms) = (SeriesName::loosely(&own.name), Forms::of(&own.name));
            // Goldberg-Shprintzen syndrome is not Shprintzen-Goldberg syndrome.
            let is_alike = |other: &str| {
                !is_rare(other)
                    && name.is_same(&SeriesName::loosely(other))
                    && forms.closeness(&Forms::of(other)) != Some(Closeness::Words)
            };
            for written in [own.name.clone(), format!("congenital {}", own.name)] {
                let found: Vec<(i64, String)> =
                    self.rows(sql, [Forms::of(&written).loose()], |row| Ok((row.get(0)?, row.get(1)?)))?;
                alike.extend(found.into_iter().filter(|(_, other)| is_alike(other)).map(|(entity, _)| entity));
            }
        }
        Ok(alike)
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

    /// The claim of a gene and each disease that sources name, by the number of the disease as an entity.
    pub(super) fn entity_claims(&self, gene: i64) -> Result<HashMap<i64, Claim>> {
        Ok(self.all_claims_of(gene)?.into_iter().map(|one| (one.entity, one.pair.claim)).collect())
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
        // Those of whom curators dispute something need more of the knowledge base.
        let mut later: Vec<(i64, Vec<Stated>)> = Vec::new();
        let add = |gene: i64, diseases: Vec<DiseaseClaim>, pairs: &mut HashMap<(i64, i64), Claim>| {
            for disease in diseases {
                for one in disease.pair.own_statements(disease.entity) {
                    pairs.insert((gene, one.relation.id), disease.pair.claim);
                }
            }
        };
        let mut close = |(gene, all): (i64, Vec<Stated>), pairs: &mut HashMap<(i64, i64), Claim>| {
            if judged(&all).is_empty() {
                add(gene, diseases_of(all, &Kin::default(), &[]), pairs);
            } else {
                later.push((gene, all));
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
        let mut below = BTreeMap::new();
        for (gene, all) in later {
            let kin = self.kin(&all, &[], &mut below)?;
            add(gene, diseases_of(all, &kin, &[]), &mut pairs);
        }
        pairs.retain(|_, claim| self.filter.admits(*claim));
        Ok(pairs)
    }
}
