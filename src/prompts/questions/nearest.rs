//! The two prompts that are nearest to a question that is not understood, and a question that is.

use super::{
    intents::{Meaning, condition_key, kinds},
    sentence::{Item, Sentence},
    vocabulary::Cue,
};

/// A prompt, its question, and the cues that lead to it.
struct Offer {
    prompt: String,
    question: String,
    cues: &'static [Cue],
}

fn offer(prompt: String, question: String, cues: &'static [Cue]) -> Offer {
    Offer { prompt, question, cues }
}

/// What can be asked about the first name, or about a gene and a disease.
fn offers(sentence: &Sentence<'_>) -> Vec<Offer> {
    let meant = |wanted: &[Meaning]| {
        let found = sentence.names.iter().filter_map(|name| Some((name, *kinds(sentence, name).first()?)));
        found.into_iter().find(|(_, kind)| wanted.contains(kind))
    };
    let gene = meant(&[Meaning::Gene]).map(|(name, _)| name.text);
    let condition = meant(&[Meaning::Disease, Meaning::Phenotype]);
    let mut all = Vec::new();
    let plain = |prompt: &str| prompt.to_string();
    if let (Some(gene), Some((name, kind))) = (gene, condition) {
        let (key, name) = (condition_key(name, kind), name.text);
        all.push(offer(
            format!("gene={gene}, {key}, relation ="),
            format!("Is {gene} related to {name}?"),
            &[Cue::Relation, Cue::Verb],
        ));
    }
    if let Some((name, kind)) = condition {
        let key = condition_key(name, kind);
        let text = name.text;
        all.push(offer(
            format!("{key}, genes ="),
            format!("Which genes cause {text}?"),
            &[Cue::Gene, Cue::Cause, Cue::Mutation],
        ));
        if kind == Meaning::Disease {
            all.push(offer(
                format!("{key}, phenotypes ="),
                format!("What are the symptoms of {text}?"),
                &[Cue::Phenotype, Cue::Manifest],
            ));
            let inheritance = format!("{key}, information retrieval: inheritance =");
            all.push(offer(inheritance, format!("How is {text} inherited?"), &[Cue::Inheritance, Cue::Genetic]));
            all.push(offer(format!("{key}, disease information ="), format!("What is {text}?"), &[Cue::Information]));
        } else {
            let question = format!("Which diseases come with {text}?");
            all.push(offer(format!("{key}, diseases ="), question, &[Cue::Disease]));
            all.push(offer(format!("{key}, phenotype information ="), format!("What is {text}?"), &[Cue::Information]));
        }
    }
    if let Some(gene) = gene {
        let ask = |task: &str| format!("gene={gene}, {task} =");
        all.push(offer(ask("gene information"), format!("What is {gene}?"), &[Cue::Information]));
        all.push(offer(
            ask("diseases"),
            format!("Which diseases does {gene} cause?"),
            &[Cue::Disease, Cue::Cause, Cue::Mutation],
        ));
        all.push(offer(ask("phenotypes"), format!("What are the symptoms of {gene} mutations?"), &[Cue::Phenotype]));
        let function = ask("information retrieval: summary");
        all.push(offer(
            function,
            format!("What does {gene} do?"),
            &[Cue::Function, Cue::Role, Cue::Work, Cue::Protein],
        ));
        let location = ask("information retrieval: location");
        all.push(offer(location, format!("Where is {gene} located?"), &[Cue::Where, Cue::Location, Cue::Chromosome]));
        let names = ask("information retrieval: names");
        all.push(offer(names, format!("What are other names of {gene}?"), &[Cue::Alias, Cue::Name, Cue::Symbol]));
    }
    if all.is_empty() {
        let genes = plain("disease=NAME, genes =");
        all.push(offer(genes, plain("Which genes cause Marfan syndrome?"), &[Cue::Gene, Cue::Cause]));
        all.push(offer(
            plain("gene=SYMBOL, gene information ="),
            plain("What does CFTR do?"),
            &[Cue::Function, Cue::Information],
        ));
        let phenotypes = plain("disease=NAME, phenotypes =");
        all.push(offer(phenotypes, plain("What are the symptoms of Marfan syndrome?"), &[Cue::Phenotype]));
        all.push(offer(plain("gene=SYMBOL, diseases ="), plain("Which diseases does CFTR cause?"), &[Cue::Disease]));
        let location = plain("gene=SYMBOL, information retrieval: location =");
        all.push(offer(location, plain("Where is CFTR located?"), &[Cue::Where, Cue::Location, Cue::Chromosome]));
    }
    all
}

/// The two nearest prompts of a question, and a question that is understood.
pub(super) fn nearest(sentence: &Sentence<'_>) -> String {
    let has = |cue: &Cue| sentence.places.iter().any(|place| place.item == Item::Cue(*cue));
    let mut all = offers(sentence);
    all.sort_by_key(|offer| std::cmp::Reverse(offer.cues.iter().filter(|cue| has(cue)).count()));
    shown(&all[0].prompt, &all[1].prompt, &all[0].question)
}

/// The same for a sequence: by the words beside it.
pub(super) fn nearest_of_sequence(sequence: &str, words: &str) -> String {
    let short: String = sequence.chars().take(20).collect();
    let short = if short.len() < sequence.len() { format!("{short}…") } else { short };
    let mut tasks = [
        "GC content",
        "reverse complementary sequence",
        "protein sequence",
        "complementary sequence",
        "Open Reading Frame",
    ];
    let likeness = |task: &str| (strsim::sorensen_dice(&task.to_lowercase(), words) * 1000.0) as i64;
    tasks.sort_by_key(|task| std::cmp::Reverse(likeness(task)));
    let prompt = |task: &str| format!("{short}, {task} =");
    let question = format!("what is the {} of {short}?", tasks[0]);
    shown(&prompt(tasks[0]), &prompt(tasks[1]), &question)
}

fn shown(first: &str, second: &str, question: &str) -> String {
    format!("the nearest prompts are \"{first}\" and \"{second}\"; for example, ask: {question}")
}
