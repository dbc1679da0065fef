//! GP-GPT's three tasks, answered from the knowledge base: questions (gene to information, disease or phenotype to genes, gene to diseases
//! and phenotypes), information retrieval, relations. Every answer comes with its evidence.

use std::collections::BTreeMap;

use crate::prompts::{Fact, Refusal, grammar::Prompt, lookups, tasks::Task};
use crate::{
    error::Result,
    genes::{
        base::Base,
        records::{Condition, Disease, Gene},
        verdict::Judge,
    },
    skip::Skip,
};

/// The gene, disease or phenotype that a prompt names.
enum Subject {
    Gene(Box<Gene>),
    Condition(Condition),
    Pair(Box<Gene>, Condition),
}

fn unknown_name(detail: impl Into<String>) -> Refusal {
    Refusal::new(Skip::UnknownName, detail)
}

/// What a prompt names, or why that is not enough for its task.
fn subject(base: &Base, prompt: &Prompt) -> Result<Result<Subject, Refusal>> {
    let gene = match ["gene", "symbol", "protein"].iter().find_map(|key| prompt.value(key)) {
        Some(name) => match base.gene(name)?.one(name) {
            Ok((gene, _)) => Some(gene),
            Err(why) => return Ok(Err(unknown_name(why))),
        },
        None => None,
    };
    let condition = match (prompt.value("disease"), prompt.value("phenotype")) {
        (Some(text), _) => Some(base.disease(text)?.map(Condition::Disease)),
        (None, Some(text)) => Some(base.term(text)?.map(|(term, name)| Condition::Phenotype(term, name))),
        (None, None) => None,
    };
    let condition = match condition.transpose() {
        Ok(condition) => condition,
        Err(why) => return Ok(Err(unknown_name(why.to_string()))),
    };
    let lacks = |what: &str| {
        let name = prompt.task.entry().name;
        Err(Refusal::new(Skip::BadPrompt, format!("{name} needs {what}, and the prompt has none")))
    };
    Ok(match (prompt.task, gene, condition) {
        (Task::Relation, Some(gene), Some(condition)) => Ok(Subject::Pair(gene, condition)),
        (Task::Relation, None, _) => lacks("gene = …"),
        (Task::Relation, ..) | (Task::Genes, _, None) => lacks("disease = … or phenotype = …"),
        (Task::Genes, _, Some(condition))
        | (Task::Phenotypes | Task::Diseases | Task::Retrieval, None, Some(condition))
        | (Task::DiseaseInformation | Task::PhenotypeInformation | Task::Information, None, Some(condition)) => {
            Ok(Subject::Condition(condition))
        }
        (Task::DiseaseInformation, ..) => lacks("disease = …"),
        (Task::PhenotypeInformation, ..) => lacks("phenotype = …"),
        (_, Some(gene), _) => Ok(Subject::Gene(gene)),
        _ => lacks("gene = …"),
    })
}

/// The prompt of the language model for a relation: names letter by letter, as in GP-GPT, and in words beside them. U+2063 stands between
/// letters: the tokenizer splits a text there and drops it (`training/gpgpt/prompts.py` writes the same).
pub(crate) fn in_letters(base: &Base, prompt: &Prompt) -> Result<Option<String>> {
    let Ok(Subject::Pair(gene, condition)) = subject(base, prompt)? else { return Ok(None) };
    let letters = |name: &str| format!(" {name}").chars().map(String::from).collect::<Vec<_>>().join("\u{2063}");
    let what = if matches!(condition, Condition::Disease(_)) { "Disease" } else { "Phenotype" };
    let (_, name) = condition.label();
    let (symbol, words) = (&gene.symbol, &gene.name);
    Ok(Some(format!("user\n{what}:{} ({name})\nGene:{} ({words})\nRelated:", letters(&name), letters(symbol))))
}

/// Refuses a prompt that names what the knowledge base does not have.
pub(crate) fn check_names(base: &Base, prompt: &Prompt) -> Result<Result<(), Refusal>> {
    Ok(subject(base, prompt)?.map(|_| ()))
}

/// The answer, or why there is none.
pub(crate) fn answer(judge: &Judge, prompt: &Prompt) -> Result<Result<Fact, Refusal>> {
    let base = judge.base();
    let subject = match subject(base, prompt)? {
        Ok(subject) => subject,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let key = prompt.key.as_deref().unwrap_or_default();
    match (prompt.task, subject) {
        (_, Subject::Pair(gene, condition)) => Ok(Ok(relation(judge, &gene, &condition)?)),
        (Task::Retrieval, Subject::Gene(gene)) => lookups::gene_field(base, &gene, key),
        (Task::Retrieval, Subject::Condition(condition)) => lookups::condition_field(base, &condition, key),
        (Task::DiseaseInformation | Task::PhenotypeInformation | Task::Information, Subject::Condition(condition)) => {
            Ok(Ok(lookups::condition_information(base, &condition)?))
        }
        (Task::Diseases, Subject::Gene(gene)) => diseases_of_gene(base, &gene),
        (Task::Phenotypes, Subject::Gene(gene)) => phenotypes_of_gene(base, &gene),
        (_, Subject::Gene(gene)) => Ok(Ok(lookups::gene_information(base, &gene))),
        (Task::Phenotypes, Subject::Condition(Condition::Disease(all))) => phenotypes_of_disease(base, all),
        (Task::Diseases, Subject::Condition(condition)) => diseases_with(judge, &condition),
        (_, Subject::Condition(condition)) => genes_of(judge, &condition),
    }
}

/// Whether a gene is related to a disease or phenotype.
fn relation(judge: &Judge, gene: &Gene, condition: &Condition) -> Result<Fact> {
    let verdict = judge.verdict(gene, condition)?;
    let confidence = match verdict.answer {
        Some(false) => 1.0 - verdict.probability,
        _ => verdict.probability,
    };
    let evidence = verdict.because();
    let evidence = if evidence.is_empty() { "the knowledge base has no facts about the two".into() } else { evidence };
    Ok(Fact { answer: verdict.word().into(), confidence, evidence })
}

fn diseases_of_gene(base: &Base, gene: &Gene) -> Result<Result<Fact, Refusal>> {
    let mut items = Items::default();
    for one in base.diseases(gene)?.into_iter().filter(|one| !one.claim.is_against()) {
        let label = base.source(one.source).label();
        let source = one.relation.map_or(label.clone(), |relation| format!("{label}: {relation}"));
        items.add(named(one.accession.as_deref(), &one.disease), source);
    }
    Ok(items.fact(|| format!("no source lists a disease of {}", gene.symbol)))
}

fn phenotypes_of_gene(base: &Base, gene: &Gene) -> Result<Result<Fact, Refusal>> {
    let mut items = Items::default();
    for one in base.phenotypes(gene)? {
        let label = base.source(one.source).label();
        let source = one.disease.map_or(label.clone(), |(id, _)| format!("{label}: {id}"));
        items.add(format!("HP:{:07} {}", one.term, one.name), source);
    }
    Ok(items.fact(|| format!("no source lists a phenotype of {}", gene.symbol)))
}

fn phenotypes_of_disease(base: &Base, all: Vec<Disease>) -> Result<Result<Fact, Refusal>> {
    let mut items = Items::default();
    for one in base.disease_phenotypes(&all)? {
        let label = base.source(one.source).label();
        let source = one.frequency.map_or(label.clone(), |frequency| format!("{label}: {frequency}"));
        items.add(format!("HP:{:07} {}", one.term, one.name), source);
    }
    Ok(items.fact(|| format!("no source lists a phenotype of {}", condition_name(&Condition::Disease(all)))))
}

/// The diseases in which a phenotype, or a special case of it, occurs.
fn diseases_with(judge: &Judge, condition: &Condition) -> Result<Result<Fact, Refusal>> {
    let base = judge.base();
    let Condition::Phenotype(term, _) = condition else {
        return Ok(Err(Refusal::new(Skip::BadPrompt, "diseases needs gene = … or phenotype = …")));
    };
    let mut items = Items::default();
    for (accession, name, source) in base.diseases_of_terms(&judge.closure(*term)?)? {
        items.add(named(accession.as_deref(), &name), base.source(source).label());
    }
    Ok(items.fact(|| format!("no source lists a disease with {}", condition_name(condition))))
}

fn genes_of(judge: &Judge, condition: &Condition) -> Result<Result<Fact, Refusal>> {
    let base = judge.base();
    let mut items = Items::default();
    for (symbol, source, relation) in judge.genes(condition)? {
        items.add(symbol, format!("{}: {relation}", base.source(source).label()));
    }
    Ok(items.fact(|| format!("no source lists a gene of {}", condition_name(condition))))
}

fn named(accession: Option<&str>, name: &str) -> String {
    accession.map_or_else(|| name.to_string(), |id| format!("{id} {name}"))
}

fn condition_name(condition: &Condition) -> String {
    let (id, name) = condition.label();
    if id == "." { name } else { format!("{id} {name}") }
}

/// What sources name, each item once and in alphabetical order, with its sources.
#[derive(Default)]
struct Items(BTreeMap<String, Vec<String>>);

impl Items {
    fn add(&mut self, item: String, source: String) {
        let sources = self.0.entry(item).or_default();
        if !sources.contains(&source) {
            sources.push(source);
        }
    }

    fn fact(self, none: impl FnOnce() -> String) -> Result<Fact, Refusal> {
        if self.0.is_empty() {
            return Err(Refusal::new(Skip::NoFact, none()));
        }
        // Evidence that is the same for all items is written once.
        let mut whole: Vec<&Vec<String>> = self.0.values().collect();
        whole.dedup();
        let evidence = match whole.as_slice() {
            [one] => one.join(", "),
            _ => self.0.iter().map(|(item, all)| format!("{item} ({})", all.join(", "))).collect::<Vec<_>>().join("; "),
        };
        let answer = self.0.into_keys().collect::<Vec<_>>().join("; ");
        Ok(Fact { answer, confidence: 1.0, evidence })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_model_is_asked_as_its_training_asked_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let hgnc = "hgnc_id\tsymbol\tname\tlocus_group\tlocus_type\tstatus\tlocation\talias_symbol\tprev_symbol\tdate_modified\tentrez_id\tensembl_gene_id\tuniprot_ids\tomim_id
HGNC:6186\tIVD\tisovaleryl-CoA dehydrogenase\tprotein-coding gene\tgene with protein product\tApproved\t15q15.1\tACAD2\t\t2023-01-20\t3712\tENSG00000128928\tP26440\t607036
";
        let hpoa = "#version: 2025-01-16
database_id\tdisease_name\tqualifier\thpo_id\treference\tevidence\tonset\tfrequency\tsex\tmodifier\taspect\tbiocuration
OMIM:243500\tIsovaleric acidemia\t\tHP:0000001\tOMIM:243500\tIEA\t\t\t\t\tP\tHPO:iea
";
        let obo = "format-version: 1.2\ndata-version: hp/releases/2025-01-16\n\n[Term]\nid: HP:0000001\nname: All\n";
        let path = folder.path().join("genes.sqlite");
        let tables = [("hgnc.txt", hgnc), ("phenotype.hpoa", hpoa), ("hp.obo", obo)].map(|(name, text)| {
            let table = folder.path().join(name);
            std::fs::write(&table, text).expect("written");
            table
        });
        crate::genes::build::build(&tables, &[], &path).expect("a knowledge base");
        let base = Base::open(&path).expect("a knowledge base");
        let prompt = Prompt::parse("gene=IVD, disease=OMIM:243500, relation =").expect("a prompt");
        let written = in_letters(&base, &prompt).expect("read").expect("a relation");
        let root = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), std::path::PathBuf::from);
        let self_test = std::fs::read_to_string(root.join("models/gpgpt/self_test.tsv")).expect("the self-test");
        let first = self_test.lines().nth(1).and_then(|line| line.split('\t').next()).expect("a prompt");
        assert_eq!(written, first.replace("\\n", "\n"));
    }
}
