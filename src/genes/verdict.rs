//! Whether a gene is related to a disease or phenotype: by the statements of sources, or else by weighed evidence.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use hpo::{Ontology, annotations::AnnotationId};
use rayon::prelude::*;
use serde::Deserialize;

use super::{
    base::Base,
    records::{Condition, Gene, Relation, Source},
    relate::{
        Relations, Target, is_special_case,
        weights::{Evidence, Measures, Weights},
    },
    sources::{DISGENET, ORPHANET},
};
use crate::error::{Error, Result};

/// A source's statement.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    /// Name and release of the source.
    pub source: String,
    /// Kind of relation, in its words.
    pub relation: String,
    /// It states that they are not related.
    pub against: bool,
    /// The disease or phenotype in its words: identifier and name.
    pub about: String,
    /// Probability that the statement is true.
    pub probability: f64,
}

/// The answer.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    /// Yes or no; `None`: unknown.
    pub answer: Option<bool>,
    /// Probability that they are related. If evidence is weighed, it holds for equal numbers of related and unrelated pairs.
    pub probability: f64,
    /// Statements of sources, which decide if there are any.
    pub stated: Vec<Statement>,
    /// The weighed evidence, if there is no statement.
    pub evidence: Vec<Evidence>,
    /// The measures that the evidence is made of.
    pub found: Option<Measures>,
}

/// From this probability on the answer is yes, up to 1 − this it is no, and between them unknown.
pub(crate) const SURE: f64 = 0.8;

/// Weights of evidence for diseases and for phenotypes.
#[derive(Deserialize)]
struct AllWeights {
    disease: Weights,
    phenotype: Weights,
}

/// Answers whether genes are related to diseases or phenotypes.
pub(crate) struct Judge {
    base: Base,
    shared: Arc<Shared>,
}

/// What all threads share; read when it is first needed.
struct Shared {
    relations: Mutex<Option<Arc<Relations>>>,
    ontology: Mutex<Option<Arc<Option<Ontology>>>>,
    weights: AllWeights,
}

/// The value, which is made if it is not there yet.
fn once<T>(place: &Mutex<Option<Arc<T>>>, make: impl FnOnce() -> Result<T>) -> Result<Arc<T>> {
    let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = &*place {
        return Ok(Arc::clone(known));
    }
    Ok(Arc::clone(place.insert(Arc::new(make()?))))
}

fn odds(probability: f64) -> f64 {
    (probability / (1.0 - probability)).ln()
}

/// Probability that a statement is true.
///
/// METHOD: a convention, not a measurement: the curators' words on a scale.
fn probability_of(source: &Source, relation: &str, against: bool) -> f64 {
    let word = relation.to_ascii_lowercase();
    let starts = |all: &[&str]| all.iter().any(|one| word.starts_with(one));
    if against {
        return if starts(&["refuted"]) { 0.02 } else { 0.1 };
    }
    match source.name.as_str() {
        name if name == DISGENET.name => {
            0.5 + 0.4 * word.trim_start_matches("score ").parse::<f64>().unwrap_or(0.0).clamp(0.0, 1.0)
        }
        _ if starts(&["limited", "possible"]) => 0.7,
        _ if starts(&["moderate", "probable", "child if"]) => 0.9,
        name if name == ORPHANET.name && !starts(&["disease-causing"]) => 0.85,
        _ => 0.98,
    }
}

impl Judge {
    /// Uses an open knowledge base.
    pub(crate) fn new(base: Base) -> Result<Self> {
        let weights: AllWeights = serde_json::from_str(include_str!("relate/weights.json"))
            .map_err(|error| Error::Internal(format!("relate/weights.json: {error}")))?;
        let shared = Shared { relations: Mutex::default(), ontology: Mutex::default(), weights };
        Ok(Self { base, shared: Arc::new(shared) })
    }

    /// A judge for another thread, with its own connection.
    pub(crate) fn again(&self) -> Result<Self> {
        Ok(Self { base: self.base.again()?, shared: Arc::clone(&self.shared) })
    }

    /// The knowledge base.
    pub(crate) fn base(&self) -> &Base {
        &self.base
    }

    fn relations(&self) -> Result<Arc<Relations>> {
        once(&self.shared.relations, || Relations::load(&self.base))
    }

    /// A phenotype and all its special cases.
    pub(crate) fn closure(&self, term: u32) -> Result<BTreeSet<u32>> {
        let ontology = once(&self.shared.ontology, || {
            let bytes = self.base.ontology()?.map(|bytes| Ontology::from_bytes(&bytes)).transpose();
            bytes.map_err(|error| Error::Internal(format!("the ontology of the knowledge base: {error}")))
        })?;
        let mut all = BTreeSet::from([term]);
        let mut new = vec![term];
        while let Some(next) = new.pop() {
            let Some(term) = ontology.as_ref().as_ref().and_then(|ontology| ontology.hpo(next)) else { continue };
            for child in term.children() {
                if all.insert(child.id().as_u32()) {
                    new.push(child.id().as_u32());
                }
            }
        }
        Ok(all)
    }

    /// The statements of sources about a gene and a disease or phenotype.
    pub(crate) fn stated(&self, gene: &Gene, condition: &Condition) -> Result<Vec<Statement>> {
        let statement = |source: i64, relation: String, against, about: String| {
            let source = self.base.source(source);
            let probability = probability_of(source, &relation, against);
            Statement { source: source.label(), relation, against, about, probability }
        };
        Ok(match condition {
            Condition::Disease(all) => {
                let ids = self.base.same_diseases(all)?;
                let of_gene = self.base.diseases(gene)?;
                // That a gene is not related to one disease of a series does not hold for the others.
                let special = |one: &Relation| {
                    !one.claim.is_against() && all.iter().any(|asked| is_special_case(&one.disease, &asked.name))
                };
                let mine = of_gene.into_iter().filter(|one| ids.contains(&one.id) || special(one));
                // A source repeats a statement for several papers and modes of inheritance.
                let mut seen = BTreeSet::new();
                mine.map(|one| {
                    let relation = one.relation.unwrap_or_else(|| "related".into());
                    let named = one.accession.map_or(one.disease.clone(), |id| format!("{id} {}", one.disease));
                    statement(one.source, relation, one.claim.is_against(), named)
                })
                .filter(|one| seen.insert((one.source.clone(), one.relation.clone(), one.about.clone())))
                .collect()
            }
            Condition::Phenotype(term, _) => {
                let all = self.closure(*term)?;
                let mut seen = BTreeSet::new();
                let own = self.base.phenotypes(gene)?;
                let mine = own.into_iter().filter(|one| all.contains(&one.term) && seen.insert(one.term));
                mine.map(|one| {
                    let relation = match &one.disease {
                        Some((id, name)) => format!("in {id} {name}"),
                        None => "related".into(),
                    };
                    statement(one.source, relation, false, format!("HP:{:07} {}", one.term, one.name))
                })
                .collect()
            }
        })
    }

    fn target(&self, condition: &Condition) -> Result<Option<Target>> {
        let relations = self.relations()?;
        match condition {
            Condition::Disease(all) => Ok(relations.disease(all[0].id)),
            Condition::Phenotype(term, _) => {
                let (names, definition, genes) = self.base.phenotype(*term)?;
                Ok(Some(relations.phenotype(&names, &definition, &genes)))
            }
        }
    }

    /// Genes of a disease or phenotype: symbol, source, relation. Genes that a source states are not related are left out.
    pub(crate) fn genes(&self, condition: &Condition) -> Result<Vec<(String, i64, String)>> {
        match condition {
            Condition::Disease(all) => self.base.genes_of_diseases(&self.base.same_diseases(all)?),
            Condition::Phenotype(term, _) => self.base.genes_of_terms(&self.closure(*term)?),
        }
    }

    /// The answer to one question.
    pub(crate) fn verdict(&self, gene: &Gene, condition: &Condition) -> Result<Verdict> {
        let mut all = self.verdicts(&[Question { gene, condition, hidden: None }])?;
        all.pop().ok_or_else(|| Error::Internal("no verdict".into()))
    }

    /// The answers, by statements if there are any. With hidden relations evidence alone decides, and the hidden ones count as unknown.
    pub(crate) fn verdicts(&self, questions: &[Question<'_>]) -> Result<Vec<Verdict>> {
        let mut ready = Vec::with_capacity(questions.len());
        for Question { gene, condition, hidden } in questions {
            let stated = if hidden.is_none() { self.stated(gene, condition)? } else { Vec::new() };
            let target = if stated.is_empty() { self.target(condition)? } else { None };
            ready.push((stated, target));
        }
        // One thread reads the knowledge base; all threads weigh evidence.
        let relations = if ready.iter().any(|(_, target)| target.is_some()) { Some(self.relations()?) } else { None };
        let found: Vec<Option<Measures>> = ready
            .par_iter()
            .zip(questions)
            .map(|((_, target), Question { gene, hidden, .. })| {
                relations.as_ref()?.weigh(gene.id, target.as_ref()?, hidden.unwrap_or_default())
            })
            .collect();
        let mut verdicts = Vec::with_capacity(questions.len());
        for (((stated, _), found), Question { condition, .. }) in ready.into_iter().zip(found).zip(questions) {
            let weights = match condition {
                Condition::Disease(_) => &self.shared.weights.disease,
                Condition::Phenotype(..) => &self.shared.weights.phenotype,
            };
            verdicts.push(match found {
                Some(found) => {
                    let (log_odds, evidence) = found.evidence(weights, |id| Ok(self.base.gene_of(id)?.symbol))?;
                    Verdict::new(log_odds, stated, evidence, Some(found))
                }
                None => Verdict::new(log_odds_of(&stated), stated, Vec::new(), None),
            });
        }
        Ok(verdicts)
    }
}

/// A question to a [`Judge`].
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    /// The gene.
    pub gene: &'a Gene,
    /// The disease or phenotype.
    pub condition: &'a Condition,
    /// Relations (gene, disease) that count as unknown; `None`: all are known.
    pub hidden: Option<&'a [(i64, i64)]>,
}

fn log_odds_of(stated: &[Statement]) -> f64 {
    let of = |against: bool| stated.iter().filter(move |one| one.against == against).map(|one| odds(one.probability));
    of(false).reduce(f64::max).unwrap_or(0.0) + of(true).reduce(f64::min).unwrap_or(0.0)
}

impl Verdict {
    fn new(log_odds: f64, stated: Vec<Statement>, evidence: Vec<Evidence>, found: Option<Measures>) -> Self {
        let probability = 1.0 / (1.0 + (-log_odds).exp());
        let answer = match probability {
            p if p >= SURE => Some(true),
            p if p <= 1.0 - SURE => Some(false),
            _ => None,
        };
        Self { answer, probability, stated, evidence, found }
    }

    /// `yes`, `no` or `unknown`.
    pub(crate) fn word(&self) -> &'static str {
        match self.answer {
            Some(true) => "yes",
            Some(false) => "no",
            None => "unknown",
        }
    }

    /// All statements and evidence, in one line.
    pub(crate) fn because(&self) -> String {
        let stated = self.stated.iter().map(|one| format!("{}: {} ({})", one.source, one.relation, one.about));
        let weighed = self.evidence.iter().map(|one| format!("{} {:+.2} ({})", one.kind, one.log_odds, one.detail));
        stated.chain(weighed).collect::<Vec<_>>().join("; ")
    }
}
