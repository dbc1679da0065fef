//! Plain questions: a sentence of a person becomes a prompt of the grammar, or is refused with the nearest prompts.
//!
//! A question has a *focus*, words that say what is asked (`vocabulary`: gene, symptoms, located), and names that the knowledge base has
//! (`names`). All other words are open, and may be any ordinary ones, as long as they do not change what is asked: by what they mean (`stops`:
//! not, treatment, how many) or by where they stand (`slots`: juvenile X, gene panel). A line may consist of several sentences: one asks, and
//! the others tell how it came to be asked (`asking`, `clauses`). `apart` puts this together to a `sentence`, `intents` lists what may be asked.
//! `sequences` reads questions with a sequence in them, `nearest` offers prompts for what is not understood. No model takes part. A wrong answer
//! is worse than a refusal: what is in doubt is refused.

mod apart;
mod asking;
mod clauses;
mod intents;
mod names;
mod nearest;
mod sentence;
mod sequences;
mod slots;
mod stops;
mod typing;
mod vocabulary;
mod words;

use names::{BaseNames, Names};
use sentence::{Item, Sentence};
use sequences::Reading;
use vocabulary::Cue;

use crate::{
    error::Result,
    genes::{
        base::Base,
        claim::Claim,
        records::{Condition, Phenotype},
    },
    prompts::Refusal,
    skip::Skip,
};

/// Longest line that is read as a question, in bytes, without its sequence.
const LONGEST: usize = 2000;

/// The prompt that a line means, or why it means none. `base`: the knowledge base, which knows the names.
pub(crate) fn understand(line: &str, base: Option<&Base>) -> Result<Result<String, Refusal>> {
    let unclear = match sequences::read(line) {
        Reading::Prompt(prompt) => return Ok(Ok(prompt)),
        Reading::Unclear { sequence, words } => Some((sequence, words)),
        Reading::None => None,
    };
    let refused = |detail: String| Ok(Err(Refusal::new(Skip::UnknownQuestion, detail)));
    if line.len() > LONGEST {
        return refused(format!("a question has at most {LONGEST} bytes, besides a sequence"));
    }
    let Some(base) = base else {
        return Ok(Err(match &unclear {
            Some((sequence, words)) => of_sequence(sequence, words),
            None => without_base(line)?,
        }));
    };
    let names = BaseNames::new(base);
    let sentence = apart::take_apart(line, &names)?;
    if let Some(prompt) = intents::prompt(&sentence) {
        return Ok(Ok(of_sign(base, &sentence, prompt)?));
    }
    if let Some((sequence, words)) = unclear.filter(|_| sentence.names.iter().all(|name| name.kinds.weak)) {
        return Ok(Err(of_sequence(&sequence, &words)));
    }
    Ok(Err(why(&sentence, &names)?))
}

/// The question for a gene and a disease, or that for the sign of the same name, if sources state nothing of the disease and that the gene's
/// diseases have the sign: `Does MECP2 cause scoliosis?`
fn of_sign(base: &Base, sentence: &Sentence<'_>, prompt: String) -> Result<String> {
    let is_both = |name: &&names::Name<'_>| name.kinds.disease && name.kinds.phenotype;
    let [one, other] = sentence.names.as_slice() else { return Ok(prompt) };
    let (gene, name) = if is_both(&one) { (other, one) } else { (one, other) };
    let key = format!("disease={},", name.text);
    if !is_both(&name) || !prompt.ends_with("relation =") || !prompt.contains(&key) {
        return Ok(prompt);
    }
    let (Ok((gene, _)), Ok(Condition::Disease(all)), Ok((term, called))) =
        (base.gene(gene.text)?.one(gene.text), base.condition(name.text)?, base.term(name.text)?)
    else {
        return Ok(prompt);
    };
    // Another name of a sign may mean more or less than the disease: `ovarian cancer`, Ovarian neoplasm.
    let text = name.text.to_lowercase();
    if called.to_lowercase() != *text.strip_suffix('s').filter(|one| *one == called.to_lowercase()).unwrap_or(&text) {
        return Ok(prompt);
    }
    let members = base.scope(&all)?.members.into_iter().map(|one| one.entity).collect();
    if base.claim_on(gene.id, &all, &members)?.is_some() {
        return Ok(prompt);
    }
    let shows = |one: &Phenotype| one.term == term && one.claim < Claim::Conflicting;
    let is_stated = base.phenotypes(&gene)?.iter().any(shows);
    Ok(if is_stated { prompt.replace(&key, &format!("phenotype={},", name.text)) } else { prompt })
}

fn of_sequence(sequence: &str, words: &str) -> Refusal {
    let what =
        if words.is_empty() { "a sequence alone asks nothing".into() } else { format!("\"{words}\" is not a task") };
    Refusal::new(Skip::UnknownQuestion, format!("{what}; {}", nearest::nearest_of_sequence(sequence, words)))
}

/// Knows no name.
struct NoNames;

impl Names for NoNames {
    fn kinds(&self, _: &str) -> Result<names::Kinds> {
        Ok(names::Kinds::default())
    }

    fn same(&self, _: &str, _: &str) -> Result<bool> {
        Ok(false)
    }

    fn why_unknown(&self, _: &str) -> Result<String> {
        Ok(String::new())
    }

    fn with_initials(&self, _: &str) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}

/// Why a line is not understood where there is no knowledge base.
fn without_base(line: &str) -> Result<Refusal> {
    let sentence = apart::take_apart(line, &NoNames)?;
    let about_genes = sentence.places.iter().any(|place| match place.item {
        Item::Cue(cue) => cue >= Cue::Gene,
        _ => false,
    });
    // A few words alone may be a name.
    if about_genes || sentence.words.len() <= 4 {
        let detail = "questions about genes, diseases and phenotypes need a knowledge base: genogloss genes build makes one, \
                      --knowledge-base FILE names it";
        return Ok(Refusal::new(Skip::NoKnowledgeBase, detail));
    }
    Ok(Refusal::new(Skip::UnknownQuestion, format!("it is not understood; {}", nearest::nearest(&sentence))))
}

/// Why a question is not understood, and what is near to it.
fn why(sentence: &Sentence<'_>, names: &dyn Names) -> Result<Refusal> {
    let nearest = nearest::nearest(sentence);
    let unknown = sentence.unknown();
    let quoted = |all: &[&str]| all.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
    if unknown.is_empty() {
        let mut what = match sentence.names.len() {
            _ if intents::asks_twice(sentence) => "it asks two things: ask them one after the other".to_string(),
            0 => "no gene, disease, phenotype or sequence is named".to_string(),
            1 => "what is asked is not clear, or no source of this kind states it".into(),
            _ => {
                let all: Vec<&str> = sentence.names.iter().map(|name| name.text).collect();
                format!("what is asked of {} together is not clear", quoted(&all))
            }
        };
        // A gene is called as a disease is abbreviated: which genes cause NF1?
        for name in sentence.names.iter().filter(|name| name.kinds.gene.is_some() && !name.kinds.disease) {
            let diseases = names.with_initials(name.text)?;
            if !diseases.is_empty() {
                let all = diseases.join(", ");
                what += &format!("; {} is taken for the gene, diseases with these initials are {all}", name.text);
            }
        }
        return Ok(Refusal::new(Skip::UnknownQuestion, format!("{what}; {nearest}")));
    }
    if let Some(term) = unknown.iter().find(|word| names::is_term(word)) {
        let why = names.why_unknown(term)?;
        if !why.is_empty() {
            return Ok(Refusal::new(Skip::UnknownQuestion, format!("{why}; {nearest}")));
        }
    }
    // With no name at all, what is left is most likely a name that is misspelt.
    if sentence.names.is_empty()
        && let Some(run) = sentence.unknown_run()
    {
        let why = names.why_unknown(run)?;
        if !why.is_empty() {
            return Ok(Refusal::new(Skip::UnknownQuestion, format!("{why}; {nearest}")));
        }
    }
    Ok(Refusal::new(Skip::UnknownQuestion, format!("{} is not understood; {nearest}", quoted(&unknown))))
}

#[cfg(test)]
mod tests;
