//! Whether a gene is related to a disease or phenotype: what sources state, or else what the evidence makes of it.

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
};
use crate::error::{Error, Result};

/// A source's statement.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Who says so: name and release.
    pub source: String,
    /// In its words.
    pub relation: String,
    /// It says that they are not related.
    pub against: bool,
    /// Condition what, in its words: identifier and name.
    pub about: String,
    /// How sure it is.
    pub probability: f64,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Yes, no, or nothing.
    pub answer: Option<bool>,
    /// That they are related; weighed evidence: among as many related as unrelated pairs.
    pub probability: f64,
    /// What sources state; if any, it decides.
    pub stated: Vec<Statement>,
    /// Else the evidence.
    pub evidence: Vec<Evidence>,
    /// Its measures.
    pub found: Option<Measures>,
}

/// Above, the answer is yes; below one less it, no; between, unknown.
pub const SURE: f64 = 0.8;

#[derive(Deserialize)]
struct Both {
    disease: Weights,
    phenotype: Weights,
}

/// A knowledge base ready to be asked about relations.
pub struct Judge {
    base: Base,
    shared: Arc<Shared>,
}

/// What all threads that ask the same knowledge base share; read when first needed.
struct Shared {
    relations: Mutex<Option<Arc<Relations>>>,
    ontology: Mutex<Option<Arc<Option<Ontology>>>>,
    weights: Both,
}

/// What is there, or is made now.
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

/// How sure a source is that says so.
///
/// METHOD: a convention, not a measurement: the curators' words put on a scale.
fn strength(source: &Source, relation: &str, against: bool) -> f64 {
    let word = relation.to_ascii_lowercase();
    let starts = |all: &[&str]| all.iter().any(|one| word.starts_with(one));
    if against {
        return if starts(&["refuted"]) { 0.02 } else { 0.1 };
    }
    match source.name.as_str() {
        "DisGeNET" => 0.5 + 0.4 * word.trim_start_matches("score ").parse::<f64>().unwrap_or(0.0).clamp(0.0, 1.0),
        _ if starts(&["limited", "possible"]) => 0.7,
        _ if starts(&["moderate", "probable", "child if"]) => 0.9,
        "Orphanet" if !starts(&["disease-causing"]) => 0.85,
        _ => 0.98,
    }
}

impl Judge {
    /// Of an open knowledge base.
    pub fn new(base: Base) -> Result<Self> {
        let weights: Both = serde_json::from_str(include_str!("relate/weights.json"))
            .map_err(|error| Error::Internal(format!("relate/weights.json: {error}")))?;
        let shared = Shared { relations: Mutex::default(), ontology: Mutex::default(), weights };
        Ok(Self { base, shared: Arc::new(shared) })
    }

    /// The same for another thread.
    pub fn again(&self) -> Result<Self> {
        Ok(Self { base: self.base.again()?, shared: Arc::clone(&self.shared) })
    }

    /// The knowledge base.
    pub fn base(&self) -> &Base {
        &self.base
    }

    fn relations(&self) -> Result<Arc<Relations>> {
        once(&self.shared.relations, || Relations::load(&self.base))
    }

    /// A phenotype and all that are special cases of it.
    pub fn closure(&self, term: u32) -> Result<BTreeSet<u32>> {
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

    /// What sources state of the two.
    pub fn stated(&self, gene: &Gene, about: &Condition) -> Result<Vec<Statement>> {
        let statement = |source: i64, relation: String, against, about: String| {
            let source = self.base.source(source);
            let probability = strength(source, &relation, against);
            Statement { source: source.label(), relation, against, about, probability }
        };
        Ok(match about {
            Condition::Disease(all) => {
                let ids = self.base.same_names(all)?;
                let of_gene = self.base.diseases(gene)?;
                // That a gene is not related to one disease of a series says nothing of the others.
                let special =
                    |one: &Relation| !one.against && all.iter().any(|asked| is_special_case(&one.disease, &asked.name));
                let mine = of_gene.into_iter().filter(|one| ids.contains(&one.id) || special(one));
                // A source says the same thing of several papers, of several modes of inheritance.
                let mut seen = BTreeSet::new();
                mine.map(|one| {
                    let relation = one.relation.unwrap_or_else(|| "related".into());
                    let named = one.accession.map_or(one.disease.clone(), |id| format!("{id} {}", one.disease));
                    statement(one.source, relation, one.against, named)
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

    fn target(&self, about: &Condition) -> Result<Option<Target>> {
        let relations = self.relations()?;
        match about {
            Condition::Disease(all) => Ok(relations.disease(all[0].id)),
            Condition::Phenotype(term, _) => {
                let (names, definition, genes) = self.base.phenotype(*term)?;
                Ok(Some(relations.phenotype(&names, &definition, &genes)))
            }
        }
    }

    /// Genes of a disease or phenotype: symbol, source, what it says. What a source says is not related is left out.
    pub fn genes(&self, about: &Condition) -> Result<Vec<(String, i64, String)>> {
        match about {
            Condition::Disease(all) => self.base.genes_of_diseases(&self.base.same_names(all)?),
            Condition::Phenotype(term, _) => self.base.genes_of_terms(&self.closure(*term)?),
        }
    }

    /// The answer to one question.
    pub fn verdict(&self, gene: &Gene, about: &Condition) -> Result<Verdict> {
        let mut all = self.verdicts(&[(gene, about, None)])?;
        all.pop().ok_or_else(|| Error::Internal("no verdict".into()))
    }

    /// The answers, by statements where there are any. With hidden relations evidence alone decides, and they count as unknown.
    pub fn verdicts(&self, asked: &[Question<'_>]) -> Result<Vec<Verdict>> {
        let mut ready = Vec::with_capacity(asked.len());
        for (gene, about, hidden) in asked {
            let stated = if hidden.is_none() { self.stated(gene, about)? } else { Vec::new() };
            let target = if stated.is_empty() { self.target(about)? } else { None };
            ready.push((stated, target));
        }
        // The knowledge base is asked by one thread, evidence is weighed by all.
        let relations = if ready.iter().any(|(_, target)| target.is_some()) { Some(self.relations()?) } else { None };
        let found: Vec<Option<Measures>> = ready
            .par_iter()
            .zip(asked)
            .map(|((_, target), (gene, _, hidden))| {
                relations.as_ref()?.weigh(gene.id, target.as_ref()?, hidden.unwrap_or_default())
            })
            .collect();
        let mut verdicts = Vec::with_capacity(asked.len());
        for (((stated, _), found), (_, about, _)) in ready.into_iter().zip(found).zip(asked) {
            let weights = match about {
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

/// A question: which gene, about what, and which relations (gene, disease) count as unknown.
pub type Question<'a> = (&'a Gene, &'a Condition, Option<&'a [(i64, i64)]>);

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
    pub fn word(&self) -> &'static str {
        match self.answer {
            Some(true) => "yes",
            Some(false) => "no",
            None => "unknown",
        }
    }

    /// All that it rests on, in one line.
    pub fn because(&self) -> String {
        let stated = self.stated.iter().map(|one| format!("{}: {} ({})", one.source, one.relation, one.about));
        let weighed = self.evidence.iter().map(|one| format!("{} {:+.2} ({})", one.kind, one.log_odds, one.detail));
        stated.chain(weighed).collect::<Vec<_>>().join("; ")
    }
}
