//! A prompt that names several genes, or several diseases or phenotypes, is answered for each of them: `BRCA1: …; BRCA2: …`.

use std::collections::BTreeSet;

use super::{
    Fact, Refusal,
    facts::{self, CONDITIONS},
    grammar::{Part, Prompt},
};
use crate::{
    error::Result,
    genes::{base::Base, verdict::Judge},
    skip::Skip,
};

/// Most questions that one prompt may ask: of each gene with each disease.
const MOST: usize = 50;

/// The answer to a prompt about one gene, disease or phenotype, or the answers about each of several, with the least confidence of them.
pub(crate) fn answer(judge: &Judge, prompt: &Prompt) -> Result<Result<Fact, Refusal>> {
    let each = match split(judge.base(), prompt)? {
        Ok(each) if each.is_empty() => return facts::answer(judge, prompt),
        Ok(each) => each,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let (mut answers, mut evidence, mut confidence, mut refused) = (Vec::new(), Vec::new(), None, None);
    for (name, own) in each {
        match facts::answer(judge, &own)? {
            Ok(fact) => {
                confidence = Some(confidence.map_or(fact.confidence, |least: f64| least.min(fact.confidence)));
                answers.push(format!("{name}: {}", fact.answer));
                evidence.push(format!("{name}: {}", fact.evidence));
            }
            // That nothing is listed of one of them is no reason to say nothing of the others.
            Err(refusal) if refusal.skip == Skip::NoFact => {
                answers.push(format!("{name}: none listed"));
                evidence.push(format!("{name}: {}", refusal.detail));
                refused = refused.or(Some(refusal));
            }
            Err(refusal) => return Ok(Err(refusal)),
        }
    }
    Ok(match (confidence, refused) {
        (None, Some(refusal)) => Err(refusal),
        (confidence, _) => Ok(Fact {
            answer: answers.join("; "),
            confidence: confidence.unwrap_or_default(),
            evidence: evidence.join("; "),
        }),
    })
}

/// Refuses a prompt that names what the knowledge base does not have.
pub(crate) fn check_names(base: &Base, prompt: &Prompt) -> Result<Result<(), Refusal>> {
    let each = match split(base, prompt)? {
        Ok(each) if each.is_empty() => return facts::check_names(base, prompt),
        Ok(each) => each,
        Err(refusal) => return Ok(Err(refusal)),
    };
    for (_, own) in each {
        if let Err(refusal) = facts::check_names(base, &own)? {
            return Ok(Err(refusal));
        }
    }
    Ok(Ok(()))
}

/// A prompt for each gene with each disease or phenotype, and what it is about; none if the prompt names no more than one of each.
fn split(base: &Base, prompt: &Prompt) -> Result<Result<Vec<(String, Prompt)>, Refusal>> {
    let genes = distinct(prompt, "gene", |name| {
        let found = base.gene(name)?.one(name);
        Ok(found.map_or_else(|_| name.to_lowercase(), |(gene, _)| gene.id.to_string()))
    })?;
    let mut conditions: Vec<(&str, &str)> = Vec::new();
    for key in CONDITIONS {
        let own = distinct(prompt, key, |name| {
            let label = match key {
                "disease" => base.disease(name)?.map(crate::genes::records::Condition::Disease),
                _ => base.term(name)?.map(|(term, name)| crate::genes::records::Condition::Phenotype(term, name)),
            };
            Ok(label.map_or_else(|_| name.to_lowercase(), |condition| format!("{:?}", condition.label())))
        })?;
        conditions.extend(own.into_iter().map(|name| (key, name)));
    }
    // One disease and one phenotype are not two of a kind: no list.
    let mixed = CONDITIONS.iter().all(|key| conditions.iter().any(|(own, _)| own == key));
    if mixed || (genes.len() < 2 && conditions.len() < 2) {
        return Ok(Ok(Vec::new()));
    }
    if genes.len().max(1) * conditions.len().max(1) > MOST {
        let detail = format!(
            "{} genes and {} diseases or phenotypes are too many for one prompt: {MOST} pairs at most",
            genes.len(),
            conditions.len()
        );
        return Ok(Err(Refusal::new(Skip::BadPrompt, detail)));
    }
    let is_name =
        |key: &str| key.eq_ignore_ascii_case("gene") || CONDITIONS.iter().any(|own| key.eq_ignore_ascii_case(own));
    let rest: Vec<Part> =
        prompt.parts.iter().filter(|part| !matches!(part, Part::Value { key, .. } if is_name(key))).cloned().collect();
    let options = |all: Vec<(&'static str, String)>| -> Vec<Option<(&'static str, String)>> {
        if all.is_empty() { vec![None] } else { all.into_iter().map(Some).collect() }
    };
    let (many_genes, many_conditions) = (genes.len() > 1, conditions.len() > 1);
    let genes = options(genes.into_iter().map(|name| ("gene", name.to_string())).collect());
    let conditions = options(
        conditions
            .into_iter()
            .map(|(key, name)| (if key == "disease" { CONDITIONS[0] } else { CONDITIONS[1] }, name.to_string()))
            .collect(),
    );
    let mut each = Vec::new();
    for gene in &genes {
        for condition in &conditions {
            let named = [gene.as_ref().filter(|_| many_genes), condition.as_ref().filter(|_| many_conditions)];
            let name = named.into_iter().flatten().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", ");
            let values = [gene, condition].into_iter().flatten();
            let mut parts: Vec<Part> =
                values.map(|(key, value)| Part::Value { key: (*key).into(), value: value.clone() }).collect();
            parts.extend(rest.iter().cloned());
            each.push((name, Prompt { parts, task: prompt.task, key: prompt.key.clone() }));
        }
    }
    Ok(Ok(each))
}

/// The values of a key, each thing once. `identity`: what a name names.
fn distinct<'a>(prompt: &'a Prompt, key: &str, identity: impl Fn(&str) -> Result<String>) -> Result<Vec<&'a str>> {
    let (mut seen, mut all) = (BTreeSet::new(), Vec::new());
    for name in prompt.all(key) {
        if seen.insert(identity(name)?) {
            all.push(name);
        }
    }
    Ok(all)
}
