//! Whether a gene is related to a disease or phenotype: by the statements of sources, or else by weighed evidence.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use hpo::{Ontology, annotations::AnnotationId};
use rayon::prelude::*;
use serde::Deserialize;

use super::{
    base::{Base, facts::GeneOfTerm},
    claim::Claim,
    claims::GeneClaim,
    records::{Condition, Disease, Gene, Phenotype},
    relate::{
        Relations, Target,
        weights::{Evidence, Measures, Weights},
    },
    stated::Stated,
};
use crate::error::{Error, Result};

/// A source's statement.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    /// Name and release of the source.
    pub source: String,
    /// Kind of relation, in its words.
    pub relation: String,
    /// The disease or phenotype in its words: identifier and name.
    pub about: String,
}

/// What sources state of a gene and a disease or phenotype, and what they come to together.
#[derive(Clone, Debug)]
pub(crate) struct StatedClaim {
    /// The claim of all together.
    pub claim: Claim,
    /// Probability that the two are related, if this is claimed.
    pub probability: f64,
    /// The statements, best curated first.
    pub statements: Vec<Statement>,
    /// The filter of the knowledge base leaves the claim out: it is not answered by it, and not by weighed evidence either.
    pub is_left_out: bool,
}

impl StatedClaim {
    fn left_out(claim: Claim) -> Self {
        Self { claim, probability: 0.5, statements: Vec::new(), is_left_out: true }
    }
}

/// Whether a gene is related to a disease or phenotype.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// They are related.
    Yes,
    /// They are not.
    No,
    /// It cannot be said.
    Unknown,
    /// They are related, but the gene is not an inherited cause of a disease: it is a susceptibility, a modifier, or changed in the tissue, or
    /// what it causes is no disease.
    Otherwise(Claim),
}

/// The verdict.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    /// The answer.
    pub answer: Answer,
    /// Probability that they are related. If evidence is weighed, it holds for equal numbers of related and unrelated pairs, up to [`SURE`].
    pub probability: f64,
    /// What sources state, which decides if there is anything.
    pub stated: Option<StatedClaim>,
    /// The weighed evidence, if there is no statement.
    pub evidence: Vec<Evidence>,
    /// The measures that the evidence is made of.
    pub found: Option<Measures>,
}

/// From this probability on the answer is yes, up to 1 − this it is no, and between them unknown.
pub(crate) const SURE: f64 = 0.8;

/// The probability that weighed evidence comes to.
///
/// METHOD: no estimate is as sure as what a source states, so beyond [`SURE`] it nears the probability of the weakest claim of a cause, and
/// keeps the order of the estimates and their answers: 0.9 of log odds without end.
fn estimate(log_odds: f64) -> f64 {
    let weighed = 1.0 / (1.0 + (-log_odds).exp());
    let top = Claim::Supportive.probability();
    if weighed <= SURE { weighed } else { SURE + (weighed - SURE) * (top - SURE) / (1.0 - SURE) }
}

/// The word that the evidence of an estimate begins with.
pub(crate) const ESTIMATE: &str = "estimate: ";

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

    /// What sources state of a gene and a disease or phenotype, or of special cases of it; `None` if none states anything. What the filter of
    /// the knowledge base leaves out comes without statements; what is against a relation is never left out.
    pub(crate) fn stated(&self, gene: &Gene, condition: &Condition) -> Result<Option<StatedClaim>> {
        match condition {
            Condition::Disease(all) => self.stated_of_disease(gene, all),
            Condition::Phenotype(term, _) => self.stated_of_phenotype(gene, *term),
        }
    }

    /// Numbers of the members of diseases.
    fn members(&self, diseases: &[Disease]) -> Result<BTreeSet<i64>> {
        Ok(self.base.scope(diseases)?.members.into_iter().map(|one| one.entity).collect())
    }

    fn stated_of_disease(&self, gene: &Gene, asked: &[Disease]) -> Result<Option<StatedClaim>> {
        let members = self.members(asked)?;
        let Some((about, _)) = self.base.claim_on(gene.id, asked, &members)? else { return Ok(None) };
        let pair = about.pair;
        if !self.base.filter().admits(pair.claim) && !pair.claim.is_against() {
            return Ok(Some(StatedClaim::left_out(pair.claim)));
        }
        // A source repeats a statement for several papers and modes of inheritance.
        let mut seen = BTreeSet::new();
        let statements = pair.statements.iter().map(|Stated { relation: one, .. }| Statement {
            source: self.base.source(one.source).label(),
            relation: one.relation.clone().unwrap_or_else(|| one.claim.word().into()),
            about: one.accession.as_ref().map_or(one.disease.clone(), |id| format!("{id} {}", one.disease)),
        });
        let new = |one: &Statement| seen.insert((one.source.clone(), one.relation.clone(), one.about.clone()));
        let statements = statements.filter(new).collect();
        Ok(Some(StatedClaim { claim: pair.claim, probability: pair.probability(), statements, is_left_out: false }))
    }

    /// What curators state against a gene, or with reserve, in a disease of the series or the group of `asked`: as evidence of this weight.
    fn doubt(&self, gene: &Gene, asked: &[Disease], log_odds: f64) -> Result<Option<Evidence>> {
        Ok(self.base.doubt(gene.id, asked)?.map(|Stated { relation: one, .. }| {
            let id = one.accession.map(|id| format!("{id} ")).unwrap_or_default();
            let label = self.base.source(one.source).label();
            let kind = if one.claim.is_against() { "dispute" } else { "doubt" };
            Evidence { kind, log_odds, detail: format!("{label}: {}, {id}{}", one.claim.word(), one.disease) }
        }))
    }

    fn stated_of_phenotype(&self, gene: &Gene, term: u32) -> Result<Option<StatedClaim>> {
        let all = self.closure(term)?;
        let mut seen = BTreeSet::new();
        // That a gene is not related to a disease says nothing of the disease's phenotypes.
        let own = self.base.phenotypes(gene)?.into_iter().filter(|one| one.claim < Claim::Conflicting);
        let mine: Vec<Phenotype> = own.filter(|one| all.contains(&one.term) && seen.insert(one.term)).collect();
        let Some(claim) = mine.iter().map(|one| one.claim).min() else { return Ok(None) };
        let statements = mine.into_iter().map(|one| Statement {
            source: self.base.source(one.source).label(),
            relation: one.disease.map_or_else(|| "related".into(), |(id, name)| format!("in {id} {name}")),
            about: format!("HP:{:07} {}", one.term, one.name),
        });
        let (probability, statements) = (claim.probability(), statements.collect());
        Ok(Some(StatedClaim { claim, probability, statements, is_left_out: false }))
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

    /// Genes of a disease and its members, strongest claim first.
    pub(crate) fn genes_of_disease(&self, diseases: &[Disease]) -> Result<Vec<GeneClaim>> {
        self.base.genes_claimed(diseases, &self.members(diseases)?)
    }

    /// Genes that have a phenotype or a special case of it, in each source and disease.
    pub(crate) fn genes_of_phenotype(&self, term: u32) -> Result<Vec<GeneOfTerm>> {
        self.base.genes_of_terms(&self.closure(term)?)
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
            let stated = if hidden.is_none() { self.stated(gene, condition)? } else { None };
            let target = if stated.is_none() { self.target(condition)? } else { None };
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
        for (((stated, _), found), Question { gene, condition, hidden }) in ready.into_iter().zip(found).zip(questions)
        {
            let weights = match condition {
                Condition::Disease(_) => &self.shared.weights.disease,
                Condition::Phenotype(..) => &self.shared.weights.phenotype,
            };
            verdicts.push(match (stated, found) {
                (Some(stated), _) => Verdict::of_statements(stated),
                (None, Some(found)) => {
                    let (mut log_odds, mut evidence) =
                        found.evidence(weights, |id| Ok(self.base.gene_of(id)?.symbol))?;
                    if let (None, Condition::Disease(asked)) = (hidden, condition)
                        && log_odds > 0.0
                        && let Some(against) = self.doubt(gene, asked, -log_odds)?
                    {
                        // METHOD: curators who doubt the gene in a disease of the same series or group weigh as much as all that is for it.
                        evidence.push(against);
                        log_odds = 0.0;
                    }
                    Verdict::weighed(estimate(log_odds), evidence, Some(found))
                }
                (None, None) => Verdict::weighed(0.5, Vec::new(), None),
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

impl Answer {
    fn of(probability: f64) -> Self {
        match probability {
            p if p >= SURE => Self::Yes,
            p if p <= 1.0 - SURE => Self::No,
            _ => Self::Unknown,
        }
    }
}

impl Verdict {
    fn of_statements(stated: StatedClaim) -> Self {
        let probability = stated.probability;
        let answer = match stated.claim {
            _ if stated.is_left_out => Answer::Unknown,
            claim @ (Claim::Susceptibility | Claim::Modifier | Claim::Somatic | Claim::Nondisease) => {
                Answer::Otherwise(claim)
            }
            _ => Answer::of(probability),
        };
        Self { answer, probability, stated: Some(stated), evidence: Vec::new(), found: None }
    }

    fn weighed(probability: f64, evidence: Vec<Evidence>, found: Option<Measures>) -> Self {
        Self { answer: Answer::of(probability), probability, stated: None, evidence, found }
    }

    /// `yes`, `no`, `unknown`; `susceptibility`, `modifier`, `somatic` or `nondisease`.
    pub(crate) fn word(&self) -> &'static str {
        match self.answer {
            Answer::Yes => "yes",
            Answer::No => "no",
            Answer::Unknown => "unknown",
            Answer::Otherwise(claim) => claim.word(),
        }
    }

    /// All statements and evidence, in one line.
    pub(crate) fn because(&self) -> String {
        if let Some(StatedClaim { claim, is_left_out: true, .. }) = &self.stated {
            return format!("stated as {}; left out by --min-evidence", claim.word());
        }
        let stated = self.stated.iter().flat_map(|stated| &stated.statements);
        let stated = stated.map(|one| format!("{}: {} ({})", one.source, one.relation, one.about));
        let weighed = self.evidence.iter().map(|one| format!("{} {:+.2} ({})", one.kind, one.log_odds, one.detail));
        let begin = if self.evidence.is_empty() { "" } else { ESTIMATE };
        format!("{begin}{}", stated.chain(weighed).collect::<Vec<_>>().join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_estimate_is_as_sure_as_a_stated_cause() {
        let all: Vec<f64> = [-9.0, 0.0, 1.386, 1.387, 2.0, 3.0, 6.0, 9.0, 30.0].map(estimate).to_vec();
        assert!(all.is_sorted_by(|a, b| a < b), "{all:?}");
        assert_eq!(all[1], 0.5);
        assert!(all.last().is_some_and(|most| *most <= 0.9));
        // 1 / (1 + e^-3) is 0.952574.
        assert!((all[5] - 0.876287).abs() < 1e-6);
        assert_eq!(all.iter().filter(|one| **one >= SURE).count(), 6, "the answers stay");
    }
}
