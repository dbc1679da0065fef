//! The diseases with their phenotypes, and the genes with their diseases, that a knowledge base states.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    frequency::{Frequency, Stated},
    ontology::Ontology,
};
use crate::{
    error::{Error, Result},
    genes::{base::Base, claim::Claim},
};

/// The frequency of the phenotypes that a source gives with a gene, as Gene2Phenotype does, without a frequency. METHOD: not fitted.
const STATED_WITH_GENE: f64 = 0.3;

/// The publisher whose annotations come first.
const HPO: &str = "HPO";

/// A row of annotations.
#[derive(Clone, Copy)]
struct Annotation {
    disease: u32,
    term: u32,
    stated: Stated,
    /// Number of the reference; 0 where references were not asked for.
    reference: u32,
    source: i64,
    is_of_hpo: bool,
}

/// A disease with phenotypes, as one record has them: a disease may have several records.
pub(super) struct Disease {
    /// The number that all records of the disease share.
    pub(super) entity: i64,
    /// Identifier; `None` if its source gives none.
    pub(super) accession: Option<String>,
    /// Name.
    pub(super) name: String,
    /// The source of its phenotypes.
    pub(super) source: i64,
    /// Whether HPO annotates it.
    pub(super) is_of_hpo: bool,
    /// Its phenotypes by index, ascending, and their frequencies; none is 0.
    pub(super) terms: Vec<(u32, f64)>,
    /// Those of them whose frequency no source states, ascending.
    pub(super) assumed: Vec<u32>,
    /// Phenotypes that it is stated not to have.
    pub(super) absent: Vec<u32>,
    /// What the order of equals is by.
    key: String,
}

/// A gene that can be ranked, or listed with the reason why not.
#[derive(Clone, Debug, Default)]
pub(crate) struct RankedGene {
    /// Its number in the knowledge base.
    pub(super) id: i64,
    /// Symbol.
    pub(super) symbol: String,
    /// HGNC's number.
    pub(super) hgnc: Option<i64>,
    /// A statement of a cause or risk is known of it.
    pub(super) has_disease: bool,
    /// Its diseases with phenotypes, by index, ascending, and the sources that state the relation.
    pub(super) diseases: Vec<(u32, Vec<i64>)>,
}

/// What is annotated.
pub(super) struct Annotations {
    /// Diseases with phenotypes, by the order of their identifiers.
    pub(super) diseases: Vec<Disease>,
    /// Genes with statements about diseases.
    pub(super) genes: Vec<RankedGene>,
    /// Rows of the annotations by disease; only where references were asked for.
    rows: Vec<Annotation>,
    /// Numbers of the references.
    references: HashMap<String, u32>,
    /// Diseases by the numbers of the references that their rows cite.
    citing: HashMap<u32, Vec<u32>>,
    /// The protein-coding genes of the knowledge base; all genes if no kind is stated.
    pub(super) all_genes: usize,
}

/// Whether a statement makes a gene one that is ranked by the disease. METHOD: germline causes and major risks; statements without a
/// class only from HPO, whose own pairs are so.
fn counts(claim: Claim, publisher: &str) -> bool {
    match claim {
        Claim::Definitive | Claim::Strong | Claim::Moderate | Claim::Supportive | Claim::Susceptibility => true,
        Claim::Associated => publisher == HPO,
        _ => false,
    }
}

impl Annotations {
    /// Reads a knowledge base. `with_references`: also what each paper states, for [`Self::without`].
    pub(super) fn read(base: &Base, ontology: &Ontology, with_references: bool) -> Result<Self> {
        let mut reader = Reader {
            base,
            ontology,
            diseases: Vec::new(),
            slots: HashMap::new(),
            slots_of: HashMap::new(),
            rows: Vec::new(),
        };
        let references = reader.annotations(with_references)?;
        reader.merge();
        reader.known_diseases()?;
        // What curators dispute or refute for a gene does not count, whoever lists it.
        let together = if base.filter().least.is_some() { base.all_pairs()? } else { base.contested_pairs()? };
        let mut pairs = reader.pairs(&together)?;
        reader.stated_with_genes(&mut pairs, &together)?;
        reader.finish(pairs, references, with_references)
    }

    /// The diseases that cite one of these papers, each with its phenotypes by the rows that cite none of them.
    pub(super) fn without(&self, papers: &[String]) -> Vec<(usize, Vec<(u32, f64)>)> {
        let out: HashSet<u32> = papers.iter().filter_map(|paper| self.references.get(paper).copied()).collect();
        let mut citing: Vec<u32> = out.iter().filter_map(|paper| self.citing.get(paper)).flatten().copied().collect();
        citing.sort_unstable();
        citing.dedup();
        let left = |disease: u32| {
            let first = self.rows.partition_point(|row| row.disease < disease);
            let rows = self.rows[first..].iter().take_while(|row| row.disease == disease);
            let left: Vec<Annotation> = rows.filter(|row| !out.contains(&row.reference)).copied().collect();
            (disease as usize, frequencies(&left))
        };
        citing.into_iter().map(left).collect()
    }
}

/// The phenotypes of one disease, of rows sorted by term, and what is stated of each.
fn stated(rows: &[Annotation]) -> impl Iterator<Item = (u32, Frequency)> {
    rows.chunk_by(|a, b| a.term == b.term).map(|rows| {
        let mut frequency = Frequency::default();
        rows.iter().for_each(|row| frequency.add(row.stated));
        (rows[0].term, frequency)
    })
}

/// The phenotypes that a disease has, and their frequencies.
fn frequencies(rows: &[Annotation]) -> Vec<(u32, f64)> {
    stated(rows).map(|(term, frequency)| (term, frequency.value())).filter(|(_, value)| *value > 0.0).collect()
}

/// Statements about a gene, by its number in the knowledge base.
#[derive(Default)]
struct Statements {
    has_disease: bool,
    /// Places of records of diseases, and the sources.
    diseases: BTreeMap<usize, Vec<i64>>,
    /// All diseases, with and without phenotypes.
    entities: HashSet<i64>,
}

type Pairs = HashMap<i64, Statements>;

/// What all sources claim together of a gene and a record of a disease: those that the filter of the knowledge base admits; if it has no
/// least claim, those of genes for which a disease is disputed or refuted.
type Together = HashMap<(i64, i64), Claim>;

struct Reader<'a> {
    base: &'a Base,
    ontology: &'a Ontology,
    diseases: Vec<Disease>,
    /// Places in `diseases` by the number in the knowledge base.
    slots: HashMap<i64, usize>,
    /// Places in `diseases` by the number of the disease, of which several may be records.
    slots_of: HashMap<i64, Vec<usize>>,
    rows: Vec<Annotation>,
}

impl Reader<'_> {
    /// Reads the annotations of diseases. Returns the numbers of the references.
    fn annotations(&mut self, with_references: bool) -> Result<HashMap<String, u32>> {
        let mut references = HashMap::new();
        let of_hpo: Vec<bool> = self.base.sources().iter().map(|source| source.name == HPO).collect();
        let (base, ontology) = (self.base, self.ontology);
        // P: phenotypes; the others are inheritance, onset, course and modifiers.
        let sql = "SELECT t.disease, t.term, t.absent, t.frequency, t.reference, t.source, d.entity FROM disease_term t
                   JOIN disease d ON d.id = t.disease WHERE t.aspect IS NULL OR t.aspect = 'P' ORDER BY t.rowid";
        base.each(sql, |row| {
            let Some(term) = ontology.get(row.get(1)?) else { return Ok(()) };
            let (id, source): (i64, i64) = (row.get(0)?, row.get(5)?);
            if !base.counts(source) {
                return Ok(());
            }
            let entity: i64 = row.get(6)?;
            let slot = *self.slots.entry(id).or_insert_with(|| {
                self.diseases.push(Disease::new(entity, source));
                self.slots_of.entry(entity).or_default().push(self.diseases.len() - 1);
                self.diseases.len() - 1
            });
            if row.get(2)? {
                self.diseases[slot].absent.push(term as u32);
                return Ok(());
            }
            let reference = match row.get_ref(4)?.as_str_or_null()? {
                Some(text) if with_references => {
                    let next = references.len() as u32 + 1;
                    match references.get(text) {
                        Some(&known) => known,
                        None => *references.entry(text.to_string()).or_insert(next),
                    }
                }
                _ => 0,
            };
            self.rows.push(Annotation {
                disease: slot as u32,
                term: term as u32,
                stated: Stated::parse(row.get_ref(3)?.as_str_or_null()?),
                reference,
                source,
                is_of_hpo: usize::try_from(source - 1).is_ok_and(|at| of_hpo.get(at) == Some(&true)),
            });
            Ok(())
        })?;
        Ok(references)
    }

    /// Makes one frequency of all rows of a disease and term. Other sources count only for diseases that HPO does not annotate.
    fn merge(&mut self) {
        self.rows.sort_by_key(|row| (row.disease, !row.is_of_hpo, row.term));
        let mut used = Vec::with_capacity(self.rows.len());
        for rows in self.rows.chunk_by(|a, b| a.disease == b.disease) {
            let (of_hpo, others) = rows.split_at(rows.partition_point(|row| row.is_of_hpo));
            let (mut rows, mut terms) = (of_hpo, frequencies(of_hpo));
            if terms.is_empty() {
                (rows, terms) = (others, frequencies(others));
            }
            if let Some(row) = rows.first() {
                let disease = &mut self.diseases[row.disease as usize];
                (disease.terms, disease.source, disease.is_of_hpo) = (terms, row.source, row.is_of_hpo);
                disease.assumed = stated(rows).filter(|(_, one)| one.is_assumed()).map(|(term, _)| term).collect();
                used.extend(rows);
            }
        }
        self.rows = used;
    }

    /// Names and identifiers of the diseases.
    fn known_diseases(&mut self) -> Result<()> {
        let sql = "SELECT id, accession, name FROM disease WHERE id IN (SELECT disease FROM disease_term)";
        let (diseases, slots) = (&mut self.diseases, &self.slots);
        self.base.each(sql, |row| {
            if let Some(&slot) = slots.get(&row.get(0)?) {
                let disease = &mut diseases[slot];
                (disease.accession, disease.name) = (row.get(1)?, row.get(2)?);
                disease.key = disease.accession.clone().unwrap_or_else(|| disease.name.clone());
            }
            Ok(())
        })
    }

    /// The statements about genes and diseases. A gene of a disease is one of all its records, whichever of them the statement names.
    fn pairs(&self, together: &Together) -> Result<Pairs> {
        let mut pairs = Pairs::new();
        let all = self.base.filter().least.is_none();
        let sql = "SELECT r.gene, r.disease, r.claim, r.source, d.entity FROM gene_disease r JOIN disease d ON d.id = r.disease
                   ORDER BY r.source, r.rowid";
        let publishers: Vec<&str> = self.base.sources().iter().map(|source| source.name.as_str()).collect();
        self.base.each(sql, |row| {
            let (gene, disease, claim, source): (i64, i64, i64, i64) =
                (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            let entity: i64 = row.get(4)?;
            let statements: &mut Statements = pairs.entry(gene).or_default();
            let publisher = usize::try_from(source - 1).ok().and_then(|at| publishers.get(at)).copied();
            let admitted = together.get(&(gene, disease)).map_or(all, |claim| !claim.is_against());
            if !admitted || !self.base.counts(source) || !counts(Claim::of(claim), publisher.unwrap_or_default()) {
                return Ok(());
            }
            statements.has_disease = true;
            statements.entities.insert(entity);
            for &slot in self.slots_of.get(&entity).into_iter().flatten() {
                let sources = statements.diseases.entry(slot).or_default();
                if !sources.contains(&source) {
                    sources.push(source);
                }
            }
            Ok(())
        })?;
        self.add_equal_records(&mut pairs)?;
        Ok(pairs)
    }

    /// A disease with one gene hands it on to the record of OMIM that its source states to be the same disease, if that has no gene.
    fn add_equal_records(&self, pairs: &mut Pairs) -> Result<()> {
        let mut genes_of: HashMap<i64, Vec<i64>> = HashMap::new();
        for (gene, statements) in pairs.iter() {
            statements.entities.iter().for_each(|entity| genes_of.entry(*entity).or_default().push(*gene));
        }
        let by_accession: HashMap<&str, usize> = self
            .diseases
            .iter()
            .enumerate()
            .filter_map(|(slot, record)| Some((record.accession.as_deref()?, slot)))
            .collect();
        let mut added = Vec::new();
        let sql = "SELECT d.entity, r.accession, r.source FROM disease_reference r JOIN disease d ON d.id = r.disease
                   WHERE r.mapping = 'exact' ORDER BY r.rowid";
        self.base.each(sql, |row| {
            let (entity, source): (i64, i64) = (row.get(0)?, row.get(2)?);
            if let Some([gene]) = genes_of.get(&entity).map(Vec::as_slice)
                && let Some(&slot) = by_accession.get(row.get_ref(1)?.as_str()?)
                && !genes_of.contains_key(&self.diseases[slot].entity)
            {
                added.push((*gene, slot, source));
            }
            Ok(())
        })?;
        for (gene, slot, source) in added {
            pairs.entry(gene).or_default().diseases.entry(slot).or_insert_with(|| vec![source]);
        }
        Ok(())
    }

    /// Sources that give phenotypes with a gene and a disease: each gene and disease is one more disease, of that gene alone.
    fn stated_with_genes(&mut self, pairs: &mut Pairs, together: &Together) -> Result<()> {
        let others: Vec<String> = (1..)
            .zip(self.base.sources())
            .filter(|(_, source)| source.name != HPO)
            .map(|(id, _): (i64, _)| id.to_string())
            .collect();
        let sql = format!(
            "SELECT t.gene, t.term, t.source, d.accession, d.name, g.entrez, d.id, d.entity FROM gene_term t JOIN disease d ON d.id = t.disease
             JOIN gene g ON g.id = t.gene WHERE t.source IN ({})",
            others.join(", ")
        );
        let mut own: BTreeMap<String, (i64, Disease)> = BTreeMap::new();
        let (base, ontology) = (self.base, self.ontology);
        base.each(&sql, |row| {
            let Some(term) = ontology.get(row.get(1)?) else { return Ok(()) };
            let (gene, source): (i64, i64) = (row.get(0)?, row.get(2)?);
            let against = together.get(&(gene, row.get(6)?)).is_some_and(|claim| claim.is_against());
            if against || !base.counts(source) {
                return Ok(());
            }
            let entity: i64 = row.get(7)?;
            let (accession, name): (Option<String>, String) = (row.get(3)?, row.get(4)?);
            let key = format!(
                "{}:{}:{}",
                base.source(source).name,
                row.get::<_, Option<i64>>(5)?.unwrap_or_default(),
                accession.clone().unwrap_or_else(|| name.trim().to_lowercase())
            );
            let (_, record) = own.entry(key.clone()).or_insert_with(|| {
                let mut record = Disease::new(entity, source);
                (record.accession, record.name, record.key) = (accession, name, key);
                (gene, record)
            });
            if !record.terms.iter().any(|(known, _)| *known == term as u32) {
                record.terms.push((term as u32, STATED_WITH_GENE));
            }
            Ok(())
        })?;
        for (gene, mut record) in own.into_values() {
            record.terms.sort_by_key(|(term, _)| *term);
            record.assumed = record.terms.iter().map(|(term, _)| *term).collect();
            let statements = pairs.entry(gene).or_default();
            statements.has_disease = true;
            statements.diseases.insert(self.diseases.len(), vec![record.source]);
            self.diseases.push(record);
        }
        Ok(())
    }

    /// Leaves out diseases without phenotypes, and orders those that are left by their identifiers.
    fn finish(self, pairs: Pairs, references: HashMap<String, u32>, with_rows: bool) -> Result<Annotations> {
        let Self { base, diseases, mut rows, .. } = self;
        let mut order: Vec<usize> = (0..diseases.len()).filter(|&slot| !diseases[slot].terms.is_empty()).collect();
        if order.is_empty() {
            let sources = &base.filter().sources;
            if !sources.is_empty() {
                let problem = format!(
                    "of the sources that count (--source {}), none gives phenotypes of diseases",
                    sources.join(",")
                );
                return Err(Error::input(base.place().display(), problem)
                    .with_hint("name HPO or another source of phenotypes too, or leave out --source"));
            }
            return Err(Error::input(base.place().display(), "no disease of it has phenotypes")
                .with_hint("build it with phenotype.hpoa of HPO: genogloss genes build FILE..."));
        }
        order.sort_by(|&a, &b| diseases[a].key.cmp(&diseases[b].key));
        let mut places = vec![None; diseases.len()];
        order.iter().zip(0u32..).for_each(|(&slot, place)| places[slot] = Some(place));
        let mut genes = Vec::new();
        let mut all_genes = [0, 0];
        base.each("SELECT id, symbol, hgnc, kind FROM gene ORDER BY symbol", |row| {
            let id = row.get(0)?;
            all_genes[0] += 1;
            all_genes[1] +=
                usize::from(matches!(row.get_ref(3)?.as_str_or_null()?, Some(kind) if is_protein_coding(kind)));
            if let Some(statements) = pairs.get(&id) {
                let mut diseases: Vec<(u32, Vec<i64>)> = statements
                    .diseases
                    .iter()
                    .filter_map(|(slot, sources)| Some((places[*slot]?, sources.clone())))
                    .collect();
                diseases.sort_by_key(|(disease, _)| *disease);
                let has_disease = statements.has_disease;
                genes.push(RankedGene { id, symbol: row.get(1)?, hgnc: row.get(2)?, has_disease, diseases });
            }
            Ok(())
        })?;
        if with_rows {
            rows.retain_mut(|row| places[row.disease as usize].map(|place| row.disease = place).is_some());
            rows.sort_by_key(|row| (row.disease, row.term));
        } else {
            rows = Vec::new();
        }
        let mut citing: HashMap<u32, Vec<u32>> = HashMap::new();
        for row in &rows {
            let diseases = citing.entry(row.reference).or_default();
            if diseases.last() != Some(&row.disease) {
                diseases.push(row.disease);
            }
        }
        let mut diseases: Vec<(Option<u32>, Disease)> =
            diseases.into_iter().zip(&places).map(|(record, place)| (*place, record)).collect();
        diseases.sort_by_key(|(place, _)| *place);
        let diseases = diseases.into_iter().filter(|(place, _)| place.is_some()).map(|(_, disease)| disease).collect();
        let all_genes = if all_genes[1] > 0 { all_genes[1] } else { all_genes[0] };
        Ok(Annotations { diseases, genes, rows, references, citing, all_genes })
    }
}

/// The kinds of HGNC and NCBI.
fn is_protein_coding(kind: &str) -> bool {
    matches!(kind, "gene with protein product" | "protein-coding" | "protein-coding gene" | "protein coding")
}

impl Disease {
    fn new(entity: i64, source: i64) -> Self {
        Self {
            entity,
            accession: None,
            name: String::new(),
            source,
            is_of_hpo: false,
            terms: Vec::new(),
            assumed: Vec::new(),
            absent: Vec::new(),
            key: String::new(),
        }
    }
}
