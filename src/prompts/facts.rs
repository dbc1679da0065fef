//! GP-GPT's three tasks, answered from the knowledge base: questions (gene to information, disease or phenotype to genes, gene to diseases
//! and phenotypes), information retrieval, relations. Every answer comes with its evidence.

use std::collections::BTreeMap;

use crate::prompts::{Fact, Refusal, grammar::Prompt, lookups, tasks::Task};
use crate::{
    error::Result,
    genes::{
        abbreviation::Abbreviation,
        base::Base,
        claim::Claim,
        claims::{GeneClaim, PairClaim},
        records::{Condition, Disease, Gene, NotFound},
        verdict::{ESTIMATE, Judge},
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

/// The gene of a prompt: the same one under all of its keys.
fn gene_of(base: &Base, prompt: &Prompt) -> Result<Result<Option<Box<Gene>>, Refusal>> {
    let mut found: Option<(Box<Gene>, &str)> = None;
    for name in ["gene", "symbol", "protein"].iter().flat_map(|key| prompt.all(key)) {
        let gene = match base.gene(name)?.one(name) {
            Ok((gene, _)) => gene,
            Err(why) => return Ok(Err(unknown_name(why))),
        };
        match &found {
            Some((known, first)) if known.id != gene.id => return Ok(Err(several("gene", first, name))),
            _ => found = Some((gene, name)),
        }
    }
    Ok(Ok(found.map(|(gene, _)| gene)))
}

/// Keys of diseases and phenotypes.
pub(super) const CONDITIONS: [&str; 2] = ["disease", "phenotype"];

/// What a value of one of these keys names.
fn named_condition(base: &Base, key: &str, text: &str) -> Result<Result<Condition, NotFound>> {
    Ok(match key {
        "disease" => base.disease(text)?.map(Condition::Disease),
        _ => base.term(text)?.map(|(term, name)| Condition::Phenotype(term, name)),
    })
}

/// The disease or phenotype of a prompt.
fn condition_of(base: &Base, prompt: &Prompt) -> Result<Result<Option<Condition>, Refusal>> {
    let mut found: Option<(Condition, &str)> = None;
    for key in CONDITIONS {
        for text in prompt.all(key) {
            let condition = match named_condition(base, key, text)? {
                Ok(condition) => condition,
                Err(why) => return Ok(Err(unknown_name(why.to_string()))),
            };
            match &found {
                Some((known, first)) if *known != condition => {
                    return Ok(Err(several("disease or phenotype", first, text)));
                }
                _ => found = Some((condition, text)),
            }
        }
    }
    Ok(Ok(found.map(|(condition, _)| condition)))
}

fn several(what: &str, one: &str, other: &str) -> Refusal {
    let detail = format!("a prompt is about one {what}, and this one names {one} and {other}: ask about each of them");
    Refusal::new(Skip::BadPrompt, detail)
}

/// What a prompt names, or why that is not enough for its task.
fn subject(base: &Base, prompt: &Prompt) -> Result<Result<Subject, Refusal>> {
    let gene = match gene_of(base, prompt)? {
        Ok(gene) => gene,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let condition = match condition_of(base, prompt)? {
        Ok(condition) => condition,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let name = prompt.task.entry().name;
    let lacks =
        |what: &str| Err(Refusal::new(Skip::BadPrompt, format!("{name} needs {what}, and the prompt has none")));
    let both = || {
        let detail = format!("{name} is asked of a gene, or of a disease or phenotype: the prompt has both");
        Err(Refusal::new(Skip::BadPrompt, detail))
    };
    Ok(match (prompt.task, gene, condition) {
        (Task::Relation, Some(gene), Some(condition)) => Ok(Subject::Pair(gene, condition)),
        (Task::Relation, None, _) => lacks("gene = …"),
        (Task::Genes | Task::Phenotypes | Task::Diseases, Some(_), Some(_)) => both(),
        (Task::Relation | Task::Genes, _, None) => lacks("disease = … or phenotype = …"),
        (Task::Genes | Task::Phenotypes | Task::Diseases | Task::Retrieval, None, Some(condition))
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

/// What the abbreviations of a prompt are read as: `MFS is Marfan syndrome (ORPHA:558)`.
fn in_full(base: &Base, prompt: &Prompt) -> Result<Vec<String>> {
    let mut all = Vec::new();
    for (key, text) in CONDITIONS.iter().flat_map(|key| prompt.all(key).map(move |text| (*key, text))) {
        if Abbreviation::of(text).is_none() {
            continue;
        }
        if let Ok(condition) = named_condition(base, key, text)? {
            let (id, name) = condition.label();
            if !name.eq_ignore_ascii_case(text) {
                all.push(if id == "." { format!("{text} is {name}") } else { format!("{text} is {name} ({id})") });
            }
        }
    }
    Ok(all)
}

/// The answer, or why there is none.
pub(crate) fn answer(judge: &Judge, prompt: &Prompt) -> Result<Result<Fact, Refusal>> {
    Ok(match answer_as_read(judge, prompt)? {
        Ok(fact) => {
            let mut evidence = in_full(judge.base(), prompt)?;
            // An estimate says so before anything else.
            let (begin, rest) = match fact.evidence.strip_prefix(ESTIMATE) {
                Some(rest) => (ESTIMATE, rest.to_string()),
                None => ("", fact.evidence),
            };
            evidence.push(rest);
            Ok(Fact { evidence: format!("{begin}{}", evidence.join("; ")), ..fact })
        }
        Err(refusal) => Err(refusal),
    })
}

fn answer_as_read(judge: &Judge, prompt: &Prompt) -> Result<Result<Fact, Refusal>> {
    let base = judge.base();
    let subject = match subject(base, prompt)? {
        Ok(subject) => subject,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let key = prompt.key.as_deref().unwrap_or_default();
    match (prompt.task, subject) {
        (_, Subject::Pair(gene, condition)) => relation(judge, &gene, &condition),
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

/// Whether a gene is related to a disease or phenotype; the confidence is the probability that it is, also of a no.
fn relation(judge: &Judge, gene: &Gene, condition: &Condition) -> Result<Result<Fact, Refusal>> {
    let verdict = judge.verdict(gene, condition)?;
    let evidence = verdict.because();
    // No number stands for what the user did not want to count.
    if verdict.stated.as_ref().is_some_and(|stated| stated.is_left_out) {
        return Ok(Err(Refusal::new(Skip::NoFact, evidence)));
    }
    let evidence = if evidence.is_empty() { "the knowledge base has no facts about the two".into() } else { evidence };
    Ok(Ok(Fact { answer: verdict.word().into(), confidence: verdict.probability, evidence }))
}

/// Diseases of a gene, strongest claim first.
fn diseases_of_gene(base: &Base, gene: &Gene) -> Result<Result<Fact, Refusal>> {
    let mut items = Items::default();
    for one in base.claims_of(gene.id)? {
        items.claimed(base, &named(one.accession.as_deref(), &one.disease), &one.pair, None);
    }
    Ok(items.fact(|| format!("{} lists a disease of {}", base.filter().no_source(), gene.symbol)))
}

/// Phenotypes of a gene, those in strongly claimed diseases first.
fn phenotypes_of_gene(base: &Base, gene: &Gene) -> Result<Result<Fact, Refusal>> {
    let mut items = Items::default();
    for one in base.phenotypes(gene)?.into_iter().filter(|one| one.is_abnormality) {
        let label = base.source(one.source).label();
        let source = one.disease.map_or(label.clone(), |(id, _)| format!("{label}: {id}"));
        items.listed(format!("HP:{:07} {}", one.term, one.name), one.claim, source);
    }
    Ok(items.fact(|| format!("{} lists a phenotype of {}", base.filter().no_source(), gene.symbol)))
}

fn phenotypes_of_disease(base: &Base, all: Vec<Disease>) -> Result<Result<Fact, Refusal>> {
    let mut items = Items::default();
    for one in base.disease_phenotypes(&all)?.into_iter().filter(|one| one.is_abnormality) {
        let label = base.source(one.source).label();
        let source = one.frequency.map_or(label.clone(), |frequency| format!("{label}: {frequency}"));
        items.listed(format!("HP:{:07} {}", one.term, one.name), one.claim, source);
    }
    Ok(items.fact(|| {
        format!("{} lists a phenotype of {}", base.filter().no_source(), condition_name(&Condition::Disease(all)))
    }))
}

/// The diseases in which a phenotype, or a special case of it, occurs.
fn diseases_with(judge: &Judge, condition: &Condition) -> Result<Result<Fact, Refusal>> {
    let base = judge.base();
    let Condition::Phenotype(term, _) = condition else {
        return Ok(Err(Refusal::new(Skip::BadPrompt, "diseases needs gene = … or phenotype = …")));
    };
    let mut items = Items::default();
    for (accession, name, source) in base.diseases_of_terms(&judge.closure(*term)?)? {
        items.listed(named(accession.as_deref(), &name), Claim::Supportive, base.source(source).label());
    }
    Ok(items.fact(|| format!("{} lists a disease with {}", base.filter().no_source(), condition_name(condition))))
}

/// Genes of a disease or phenotype, strongest claim first.
fn genes_of(judge: &Judge, condition: &Condition) -> Result<Result<Fact, Refusal>> {
    let base = judge.base();
    let mut items = Items::default();
    match condition {
        Condition::Disease(all) => {
            for GeneClaim { symbol, about, is_member, .. } in judge.genes_of_disease(all)? {
                let member = is_member.then(|| named(about.accession.as_deref(), &about.disease));
                items.claimed(base, &symbol, &about.pair, member);
            }
        }
        Condition::Phenotype(term, _) => {
            for one in judge.genes_of_phenotype(*term)? {
                items.listed(one.symbol, one.claim, format!("{}: {}", base.source(one.source).label(), one.about));
            }
        }
    }
    Ok(items.fact(|| format!("{} lists a gene of {}", base.filter().no_source(), condition_name(condition))))
}

fn named(accession: Option<&str>, name: &str) -> String {
    accession.map_or_else(|| name.to_string(), |id| format!("{id} {name}"))
}

fn condition_name(condition: &Condition) -> String {
    let (id, name) = condition.label();
    if id == "." { name } else { format!("{id} {name}") }
}

/// What sources name, each item once, with its sources: strongest claim first.
#[derive(Default)]
struct Items {
    /// Items that have their place already.
    placed: Vec<Item>,
    /// Items without a place, in alphabetical order: what is claimed, and the sources.
    listed: BTreeMap<String, (Claim, Vec<String>)>,
}

struct Item {
    name: String,
    /// The word of its claim, unless it goes without saying.
    label: Option<String>,
    probability: f64,
    sources: Vec<String>,
}

/// The word of a claim, unless it goes without saying, and who is against it: `definitive; refuted by ClinGen`.
fn label_of(pair: &PairClaim) -> Option<String> {
    match pair.contradicted() {
        Some((against, who)) => Some(format!("{}; {} by {who}", pair.claim.word(), against.word())),
        None => pair.claim.label().map(str::to_string),
    }
}

impl Items {
    /// Adds an item that all sources together claim, after those added before.
    fn claimed(&mut self, base: &Base, name: &str, pair: &PairClaim, member: Option<String>) {
        let mut sources: Vec<String> = member.into_iter().map(|member| format!("in {member}")).collect();
        if pair.claim.label().is_none() {
            sources.push(pair.claim.word().into());
        }
        for one in &pair.statements {
            let label = base.source(one.relation.source).label();
            let source =
                one.relation.relation.as_ref().map_or(label.clone(), |relation| format!("{label}: {relation}"));
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        self.placed.push(Item { name: name.into(), label: label_of(pair), probability: pair.probability(), sources });
    }

    /// Adds an item that one source lists.
    fn listed(&mut self, name: String, claim: Claim, source: String) {
        let (strongest, sources) = self.listed.entry(name).or_insert((claim, Vec::new()));
        *strongest = claim.min(*strongest);
        if !sources.contains(&source) {
            sources.push(source);
        }
    }

    /// The items as an answer; its confidence is that of the first.
    fn fact(mut self, none: impl FnOnce() -> String) -> Result<Fact, Refusal> {
        let mut listed: Vec<(String, (Claim, Vec<String>))> = self.listed.into_iter().collect();
        listed.sort_by_key(|(_, (claim, _))| *claim);
        for (name, (claim, sources)) in listed {
            // That something is listed and no more is what a list of phenotypes says anyway.
            let label = claim.label().filter(|_| claim != Claim::Associated).map(str::to_string);
            self.placed.push(Item { name, label, probability: claim.probability(), sources });
        }
        let Some(first) = self.placed.first() else { return Err(Refusal::new(Skip::NoFact, none())) };
        let confidence = first.probability;
        // Evidence that is the same for all items is written once.
        let mut whole: Vec<&Vec<String>> = self.placed.iter().map(|item| &item.sources).collect();
        whole.dedup();
        let evidence = match whole.as_slice() {
            [one] => one.join(", "),
            _ => {
                let each = |item: &Item| format!("{} ({})", item.name, item.sources.join(", "));
                self.placed.iter().map(each).collect::<Vec<_>>().join("; ")
            }
        };
        let text = |Item { name, label, .. }| match label {
            Some(label) => format!("{name} ({label})"),
            None => name,
        };
        let answer = self.placed.into_iter().map(text).collect::<Vec<_>>().join("; ");
        Ok(Fact { answer, confidence, evidence })
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
