//! Scores of diseases and genes for the phenotypes of a patient.
//!
//! METHOD: training/rank/METHOD.md, the fixed variant. Q is the set of the patient's terms, T(q) a term with all above it, F(d, t) the
//! frequency of a term in a disease, that of a term above being the largest below it, bg(t) the mean of F over all diseases, and ic(t) the
//! information content in nats. A disease has
//!
//! ```text
//! A = mean over q of ln(max(F(d,q)/bg(q), ½ max over a in T(q) of F(d,a)/bg(a)) + 0.05)
//! s = A + 3 × cosine of the patient and the disease, weighted by ic, − 0.3 ln(number of genes of d)
//! ```
//!
//! and a gene the largest s of its diseases, plus 0.75 ln(Σ exp((s − largest) / 0.5)).

use std::collections::{HashMap, HashSet};

use super::{
    annotations::{Annotations, Disease, RankedGene},
    candidates::Candidate,
    ontology::Ontology,
};
use crate::{
    error::{Error, Result},
    genes::base::Base,
};

const COSINE_WEIGHT: f64 = 3.0;
/// Of the likelihood ratio of a term above the patient's.
const DISCOUNT: f64 = 0.5;
/// Added to the likelihood ratio.
const FLOOR: f64 = 0.05;
const POOL_TEMPERATURE: f64 = 0.5;
const POOL_WEIGHT: f64 = 0.75;
/// By ln of the number of genes of a disease.
const GENES_PENALTY: f64 = 0.3;
/// Likelihood ratios lie between 0.05 and, with 20,000 diseases, 20,000: so many can be multiplied before their logarithm is taken.
const FACTORS: usize = 32;

/// All diseases and genes, and what their scores are computed from. Scores are sums of f64; frequencies by term are kept as f32.
pub(crate) struct Scorer {
    ontology: Ontology,
    annotations: Annotations,
    /// Where the diseases of each term begin in `postings`.
    starts: Vec<u32>,
    /// Diseases and frequencies by term, those of terms below included.
    postings: Vec<(u32, f32)>,
    /// Mean frequency over all diseases, by term.
    background: Vec<f64>,
    /// Information content by term, nats.
    information: Vec<f64>,
    /// Length of the vector of each disease.
    norms: Vec<f64>,
    penalties: Vec<f64>,
    gene_places: HashMap<i64, usize>,
    /// Genes of a disease, by the number that its records share.
    genes_of: HashMap<i64, Vec<usize>>,
}

/// Scores of all diseases for one patient.
pub(crate) struct DiseaseScores {
    /// The score; minus infinity where nothing is annotated without the papers that were left out.
    pub(super) scores: Vec<f64>,
}

/// Frequencies of one disease in place of those of the knowledge base.
struct Changed {
    disease: usize,
    /// By term, those of terms below included.
    frequencies: Vec<(u32, f64)>,
}

impl Scorer {
    /// Reads a knowledge base. `with_references`: papers can be left out.
    pub(crate) fn read(base: &Base, with_references: bool) -> Result<Self> {
        let ontology = Ontology::read(base)?;
        let annotations = Annotations::read(base, &ontology, with_references)?;
        Ok(Self::new(ontology, annotations))
    }

    fn new(ontology: Ontology, annotations: Annotations) -> Self {
        let (terms, total) = (ontology.len(), annotations.diseases.len());
        let mut upward = Upward::new(terms);
        let mut counts = vec![0u32; terms + 1];
        let mut background = vec![0.0; terms];
        let mut profiles: Vec<Vec<(u32, f64)>> = Vec::with_capacity(total);
        for disease in &annotations.diseases {
            let all = upward.of(&ontology, &disease.terms);
            for &(term, frequency) in &all {
                counts[term as usize + 1] += 1;
                background[term as usize] += frequency / total as f64;
            }
            profiles.push(all);
        }
        let information: Vec<f64> =
            counts[1..].iter().map(|&count| (total as f64 / f64::from(count.max(1))).ln()).collect();
        let norms = profiles.iter().map(|profile| norm(profile, &information)).collect();
        let starts: Vec<u32> = counts
            .iter()
            .scan(0, |sum, count| {
                *sum += count;
                Some(*sum)
            })
            .collect();
        let mut next = starts.clone();
        let mut postings = vec![(0, 0f32); starts[terms] as usize];
        for (disease, profile) in (0u32..).zip(profiles) {
            for (term, frequency) in profile {
                let at = &mut next[term as usize];
                postings[*at as usize] = (disease, frequency as f32);
                *at += 1;
            }
        }
        let mut genes = vec![0u32; total];
        for (disease, _) in annotations.genes.iter().flat_map(|gene| &gene.diseases) {
            genes[*disease as usize] += 1;
        }
        let penalties = genes.iter().map(|&count| GENES_PENALTY * f64::from(count.max(1)).ln()).collect();
        let gene_places = annotations.genes.iter().map(|gene| gene.id).zip(0..).collect();
        let mut genes_of: HashMap<i64, Vec<usize>> = HashMap::new();
        for (index, gene) in annotations.genes.iter().enumerate() {
            for (disease, _) in &gene.diseases {
                let known = genes_of.entry(annotations.diseases[*disease as usize].entity).or_default();
                if known.last() != Some(&index) {
                    known.push(index);
                }
            }
        }
        Self {
            ontology,
            annotations,
            starts,
            postings,
            background,
            information,
            norms,
            penalties,
            gene_places,
            genes_of,
        }
    }

    /// Refuses a knowledge base in which no gene has a disease with phenotypes: all genes would be without a score.
    pub(crate) fn check_genes(&self, base: &Base) -> Result<()> {
        if self.genes().iter().any(|gene| !gene.diseases.is_empty()) {
            return Ok(());
        }
        let filter = base.filter();
        let hint = if filter.sources.is_empty() && filter.least.is_none() {
            "build it with genes_to_phenotype.txt or genes_to_disease.txt of HPO too: genogloss genes build FILE..."
        } else {
            "what --source and --min-evidence leave has no cause of such a disease: leave them out, or name more sources"
        };
        Err(Error::input(base.place().display(), "no gene of it causes a disease whose phenotypes are known")
            .with_hint(hint))
    }

    /// The phenotypes.
    pub(crate) fn ontology(&self) -> &Ontology {
        &self.ontology
    }

    /// A disease by its index.
    pub(super) fn disease(&self, disease: usize) -> &Disease {
        &self.annotations.diseases[disease]
    }

    /// Genes with statements about diseases.
    pub(super) fn genes(&self) -> &[RankedGene] {
        &self.annotations.genes
    }

    /// How many there are: scores of genes are in their order.
    pub(crate) fn genes_len(&self) -> usize {
        self.genes().len()
    }

    /// The place of a gene among them, by its number in the knowledge base.
    pub(crate) fn gene_index(&self, id: i64) -> Option<usize> {
        self.gene_places.get(&id).copied()
    }

    /// Genes of the knowledge base that a ranking of all genes is about: those that code for proteins.
    pub(crate) fn all_genes(&self) -> usize {
        self.annotations.all_genes.max(self.genes().len())
    }

    /// Symbols of the genes of a disease, by all its records.
    pub(super) fn genes_of(&self, disease: usize) -> Vec<&str> {
        let genes = self.genes_of.get(&self.disease(disease).entity).into_iter().flatten();
        genes.map(|&index| self.genes()[index].symbol.as_str()).collect()
    }

    /// One record of each disease, ascending: one that HPO annotates, if there is one, and of several that with the largest score.
    pub(super) fn one_of_each(&self, scores: &[f64]) -> Vec<usize> {
        let mut best: HashMap<i64, usize> = HashMap::new();
        for (index, disease) in self.annotations.diseases.iter().enumerate() {
            let known = best.entry(disease.entity).or_insert(index);
            let of = |index: usize| (self.disease(index).is_of_hpo, scores[index]);
            let ((is_of_hpo, score), (known_is, known_score)) = (of(index), of(*known));
            if (is_of_hpo && !known_is) || (is_of_hpo == known_is && score > known_score) {
                *known = index;
            }
        }
        let mut all: Vec<usize> = best.into_values().collect();
        all.sort_unstable();
        all
    }

    /// For each disease whether it is one of a candidate; `None` if all genes are candidates.
    pub(super) fn diseases_of(&self, candidates: Option<&[Candidate]>) -> Option<Vec<bool>> {
        let known = candidates?.iter().filter_map(|one| self.gene_index(*one.gene.as_ref().ok()?));
        let entity = |(disease, _): &(u32, Vec<i64>)| self.disease(*disease as usize).entity;
        let entities: HashSet<i64> = known.flat_map(|index| &self.genes()[index].diseases).map(entity).collect();
        Some(self.annotations.diseases.iter().map(|one| entities.contains(&one.entity)).collect())
    }

    /// Mean frequency of a term over all diseases.
    pub(super) fn background(&self, term: usize) -> f64 {
        self.background[term]
    }

    fn posted(&self, term: usize) -> &[(u32, f32)] {
        &self.postings[self.starts[term] as usize..self.starts[term + 1] as usize]
    }

    /// The scores of all diseases. `terms`: the patient's, each once, at least one. `papers`: references whose rows do not count; their
    /// diseases get new frequencies, and the terms of these a new background; information content stays as it is.
    pub(crate) fn score_diseases(&self, terms: &[usize], papers: &[String]) -> DiseaseScores {
        let (changed, background) = self.without(papers);
        let background = background.as_deref().unwrap_or(&self.background);
        let patient = self.patient(terms);
        let total = self.annotations.diseases.len();
        let mut likelihoods = self.likelihoods(terms, background);
        let mut cosines = vec![0.0; total];
        for &term in &patient {
            let weight = self.information[term].powi(2);
            for &(disease, frequency) in self.posted(term) {
                cosines[disease as usize] += weight * f64::from(frequency);
            }
        }
        let norm_of_patient = patient.iter().map(|&term| self.information[term].powi(2)).sum::<f64>().sqrt();
        let norm_of_patient = if norm_of_patient > 0.0 { norm_of_patient } else { 1.0 };
        for (cosine, norm) in cosines.iter_mut().zip(&self.norms) {
            *cosine /= norm_of_patient * norm.max(1e-9);
        }
        let mut gone = Vec::new();
        for Changed { disease, frequencies } in &changed {
            if frequencies.is_empty() {
                gone.push(*disease);
                continue;
            }
            likelihoods[*disease] = self.changed_likelihood(terms, frequencies, background);
            let product: f64 =
                patient.iter().map(|&term| self.information[term].powi(2) * frequency_of(frequencies, term)).sum();
            let norm = norm(frequencies, &self.information);
            cosines[*disease] = product / norm_of_patient / if norm > 0.0 { norm } else { 1.0 };
        }
        let mut scores: Vec<f64> = (0..total)
            .map(|disease| likelihoods[disease] + COSINE_WEIGHT * cosines[disease] - self.penalties[disease])
            .collect();
        gone.into_iter().for_each(|disease| scores[disease] = f64::NEG_INFINITY);
        DiseaseScores { scores }
    }

    /// All terms of the patient and those above them, ascending.
    fn patient(&self, terms: &[usize]) -> Vec<usize> {
        let mut all: Vec<usize> =
            terms.iter().flat_map(|&term| self.ontology.ancestors(term)).map(|&term| term as usize).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The mean log likelihood ratio of every disease.
    fn likelihoods(&self, terms: &[usize], background: &[f64]) -> Vec<f64> {
        let total = self.annotations.diseases.len();
        let (mut sums, mut products, mut ratios) = (vec![0.0; total], vec![1.0; total], vec![0.0f64; total]);
        for (number, &term) in terms.iter().enumerate() {
            ratios.fill(0.0);
            for &above in self.ontology.ancestors(term) {
                let above = above as usize;
                let weight = if above == term { 1.0 } else { DISCOUNT } / background[above];
                for &(disease, frequency) in self.posted(above) {
                    let ratio = &mut ratios[disease as usize];
                    *ratio = ratio.max(weight * f64::from(frequency));
                }
            }
            for (product, ratio) in products.iter_mut().zip(&ratios) {
                *product *= ratio + FLOOR;
            }
            if (number + 1) % FACTORS == 0 || number + 1 == terms.len() {
                for (sum, product) in sums.iter_mut().zip(&mut products) {
                    *sum += product.ln();
                    *product = 1.0;
                }
            }
        }
        sums.iter_mut().for_each(|sum| *sum /= terms.len().max(1) as f64);
        sums
    }

    /// The diseases that cite papers, without them, and the background without them.
    fn without(&self, papers: &[String]) -> (Vec<Changed>, Option<Vec<f64>>) {
        let found = self.annotations.without(papers);
        if found.is_empty() {
            return (Vec::new(), None);
        }
        let mut upward = Upward::new(self.ontology.len());
        let mut background = self.background.clone();
        let total = self.annotations.diseases.len() as f64;
        let mut all = Vec::new();
        for (disease, direct) in found {
            let frequencies = upward.of(&self.ontology, &direct);
            for (term, frequency) in upward.of(&self.ontology, &self.disease(disease).terms) {
                let mean = &mut background[term as usize];
                *mean = (*mean - (frequency - frequency_of(&frequencies, term as usize)) / total).max(0.0);
            }
            all.push(Changed { disease, frequencies });
        }
        background.iter_mut().for_each(|mean| *mean = mean.max(1e-12));
        (all, Some(background))
    }

    fn changed_likelihood(&self, terms: &[usize], frequencies: &[(u32, f64)], background: &[f64]) -> f64 {
        let ln = |&term: &usize| {
            let ratio = |&above: &u32| {
                let weight = if above as usize == term { 1.0 } else { DISCOUNT };
                weight * frequency_of(frequencies, above as usize) / background[above as usize]
            };
            (self.ontology.ancestors(term).iter().map(ratio).fold(0.0, f64::max) + FLOOR).ln()
        };
        terms.iter().map(ln).sum::<f64>() / terms.len().max(1) as f64
    }

    /// The scores of all genes; minus infinity for those without a disease that has a score.
    pub(crate) fn score_genes(&self, diseases: &DiseaseScores) -> Vec<f64> {
        let score = |gene: &RankedGene| {
            let Some(best) = self.best_disease(gene, diseases) else { return f64::NEG_INFINITY };
            let best = diseases.scores[best];
            if gene.diseases.len() == 1 || best == f64::NEG_INFINITY {
                return best;
            }
            let share = |disease: u32| ((diseases.scores[disease as usize] - best) / POOL_TEMPERATURE).exp();
            best + POOL_WEIGHT * gene.diseases.iter().map(|(disease, _)| share(*disease)).sum::<f64>().ln()
        };
        self.genes().iter().map(score).collect()
    }

    /// The disease of a gene that has the largest score; of equals the first.
    pub(super) fn best_disease(&self, gene: &RankedGene, diseases: &DiseaseScores) -> Option<usize> {
        let all = gene.diseases.iter().map(|(disease, _)| *disease as usize);
        all.reduce(|best, other| if diseases.scores[other] > diseases.scores[best] { other } else { best })
    }

    /// How the likelihood ratio of a term above the patient's counts.
    pub(super) fn weight(&self, term: usize, above: usize) -> f64 {
        if above == term { 1.0 } else { DISCOUNT }
    }
}

/// The length of a disease's vector.
fn norm(frequencies: &[(u32, f64)], information: &[f64]) -> f64 {
    frequencies.iter().map(|(term, frequency)| (information[*term as usize] * frequency).powi(2)).sum::<f64>().sqrt()
}

/// The frequency of a term, of frequencies in the order of terms.
fn frequency_of(frequencies: &[(u32, f64)], term: usize) -> f64 {
    frequencies.binary_search_by_key(&(term as u32), |(term, _)| *term).map_or(0.0, |at| frequencies[at].1)
}

/// Hands frequencies on to the terms above.
struct Upward {
    largest: Vec<f64>,
    touched: Vec<u32>,
}

impl Upward {
    fn new(terms: usize) -> Self {
        Self { largest: vec![0.0; terms], touched: Vec::new() }
    }

    /// The frequencies of terms and of all above them, ascending; that of a term above is the largest below it.
    fn of(&mut self, ontology: &Ontology, direct: &[(u32, f64)]) -> Vec<(u32, f64)> {
        for &(term, frequency) in direct {
            for &above in ontology.ancestors(term as usize) {
                let largest = &mut self.largest[above as usize];
                if *largest == 0.0 {
                    self.touched.push(above);
                }
                *largest = largest.max(frequency);
            }
        }
        self.touched.sort_unstable();
        self.touched.drain(..).map(|term| (term, std::mem::take(&mut self.largest[term as usize]))).collect()
    }
}

/// The rank of one score, 1 for the highest; equals have the mean of their ranks. `others`: all scores, itself among them.
pub(crate) fn mean_rank(others: impl Iterator<Item = f64>, score: f64) -> f64 {
    let (mut higher, mut equal) = (0.0, 0.0);
    for other in others {
        higher += f64::from(u8::from(other > score));
        equal += f64::from(u8::from(other == score));
    }
    higher + (equal + 1.0) / 2.0
}
