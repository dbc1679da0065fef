//! GP-GPT's three tasks, answered from the knowledge base: questions (gene to information, disease or phenotype to genes, gene to diseases
//! and phenotypes), information retrieval, relations. Every answer lists what it rests on.

use std::collections::BTreeMap;

use crate::prompts::{Refusal, grammar::Prompt, tasks::Task};
use crate::{
    error::Result,
    genes::{
        base::{Base, Gene},
        verdict::{About, Judge},
    },
    skip::Skip,
};

/// An answer of the knowledge base.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// In words.
    pub answer: String,
    /// 1 where sources state it; a relation: the probability of the answer.
    pub confidence: f64,
    /// What it rests on.
    pub evidence: String,
}

/// What a prompt is about.
enum Asked {
    Gene(Box<Gene>),
    About(About),
    Both(Box<Gene>, About),
}

/// Keys of information retrieval.
pub const KEYS: [&str; 12] = [
    "symbol",
    "name",
    "hgnc",
    "ncbi_gene",
    "ensembl",
    "omim",
    "uniprot",
    "location",
    "kind",
    "alias",
    "previous_symbol",
    "summary",
];

fn refused(detail: impl Into<String>) -> Refusal {
    Refusal::new(Skip::UnknownName, detail)
}

/// A gene's name in a prompt: the gene, or why it is none.
fn gene(base: &Base, name: &str) -> Result<Result<Box<Gene>, Refusal>> {
    Ok(base.gene(name)?.one(name).map(|(gene, _)| gene).map_err(refused))
}

fn asked(base: &Base, prompt: &Prompt) -> Result<Result<Asked, Refusal>> {
    let of_gene = match ["gene", "symbol", "protein"].iter().find_map(|key| prompt.value(key)) {
        Some(name) => match gene(base, name)? {
            Ok(gene) => Some(gene),
            Err(refusal) => return Ok(Err(refusal)),
        },
        None => None,
    };
    let about = match (prompt.value("disease"), prompt.value("phenotype")) {
        (Some(text), _) => Some(base.disease(text)?.map(About::Disease)),
        (None, Some(text)) => Some(base.term(text)?.map(|(term, name)| About::Phenotype(term, name))),
        (None, None) => None,
    };
    let about = match about {
        Some(Ok(about)) => Some(about),
        Some(Err(why)) => return Ok(Err(refused(why.to_string()))),
        None => None,
    };
    let lacks = |what: &str| {
        let name = prompt.task.entry().name;
        Err(Refusal::new(Skip::BadPrompt, format!("{name} needs {what}, and the prompt has none")))
    };
    Ok(match (prompt.task, of_gene, about) {
        (Task::Relation, Some(gene), Some(about)) => Ok(Asked::Both(gene, about)),
        (Task::Relation, None, _) => lacks("gene = …"),
        (Task::Relation, ..) | (Task::Genes, _, None) => lacks("disease = … or phenotype = …"),
        (Task::Genes, _, Some(about)) | (Task::Phenotypes | Task::Diseases, None, Some(about)) => {
            Ok(Asked::About(about))
        }
        (_, Some(gene), _) => Ok(Asked::Gene(gene)),
        _ => lacks("gene = …"),
    })
}

/// What the language model is asked about a relation: names letter by letter, as in GP-GPT, and in words beside them. U+2063 stands between
/// letters; its tokenizer parts a text there and drops it (`training/gpgpt/prompts.py` writes the same).
pub fn in_letters(base: &Base, prompt: &Prompt) -> Result<Option<String>> {
    let Ok(Asked::Both(gene, about)) = asked(base, prompt)? else { return Ok(None) };
    let letters = |name: &str| format!(" {name}").chars().map(String::from).collect::<Vec<_>>().join("\u{2063}");
    let what = if matches!(about, About::Disease(_)) { "Disease" } else { "Phenotype" };
    let (_, name) = about.label();
    let (symbol, words) = (&gene.symbol, &gene.name);
    Ok(Some(format!("user\n{what}:{} ({name})\nGene:{} ({words})\nRelated:", letters(&name), letters(symbol))))
}

/// Whether all that a prompt names is known.
pub fn names(base: &Base, prompt: &Prompt) -> Result<Result<(), Refusal>> {
    Ok(asked(base, prompt)?.map(|_| ()))
}

/// The answer, or why there is none.
pub fn answer(judge: &Judge, prompt: &Prompt) -> Result<Result<Fact, Refusal>> {
    let base = judge.base();
    let asked = match asked(base, prompt)? {
        Ok(asked) => asked,
        Err(refusal) => return Ok(Err(refusal)),
    };
    Ok(match (prompt.task, asked) {
        (_, Asked::Both(gene, about)) => {
            let verdict = judge.verdict(&gene, &about)?;
            let confidence = match verdict.answer {
                Some(false) => 1.0 - verdict.probability,
                _ => verdict.probability,
            };
            let evidence = verdict.because();
            let evidence = if evidence.is_empty() { "nothing is known of the two".into() } else { evidence };
            Ok(Fact { answer: verdict.word().into(), confidence, evidence })
        }
        (Task::Retrieval, Asked::Gene(gene)) => {
            return retrieved(base, &gene, prompt.key.as_deref().unwrap_or_default());
        }
        (Task::Diseases, Asked::Gene(gene)) => {
            let mut items = Items::default();
            for one in base.diseases(&gene)?.into_iter().filter(|one| !one.against) {
                let label = base.source(one.source).label();
                let said = one.relation.map_or(label.clone(), |relation| format!("{label}: {relation}"));
                items.add(named(one.accession.as_deref(), &one.disease), said);
            }
            items.fact(|| format!("no source names a disease of {}", gene.symbol))
        }
        (Task::Phenotypes, Asked::Gene(gene)) => {
            let mut items = Items::default();
            for one in base.phenotypes(&gene)? {
                let label = base.source(one.source).label();
                let said = one.disease.map_or(label.clone(), |(id, _)| format!("{label}: {id}"));
                items.add(format!("HP:{:07} {}", one.term, one.name), said);
            }
            items.fact(|| format!("no source names a phenotype of {}", gene.symbol))
        }
        (_, Asked::Gene(gene)) => {
            let parts = [
                Some(gene.name.clone()),
                gene.location.clone(),
                gene.kind.clone(),
                gene.summary.as_ref().map(|s| s.0.clone()),
            ];
            let sources = [Some(gene.source), gene.summary.as_ref().map(|s| s.1)];
            let mut labels: Vec<String> = sources.into_iter().flatten().map(|id| base.source(id).label()).collect();
            labels.dedup();
            let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
            Ok(Fact { answer: parts.join("; "), confidence: 1.0, evidence: labels.join("; ") })
        }
        (Task::Phenotypes, Asked::About(About::Disease(all))) => {
            let mut items = Items::default();
            for one in base.disease_phenotypes(&all)? {
                let label = base.source(one.source).label();
                let said = one.frequency.map_or(label.clone(), |frequency| format!("{label}: {frequency}"));
                items.add(format!("HP:{:07} {}", one.term, one.name), said);
            }
            items.fact(|| format!("no source names a phenotype of {}", about_name(&About::Disease(all.clone()))))
        }
        (Task::Diseases, Asked::About(about)) => {
            let About::Phenotype(term, _) = &about else {
                return Ok(Err(Refusal::new(Skip::BadPrompt, "diseases needs gene = … or phenotype = …")));
            };
            let mut items = Items::default();
            for (accession, name, source) in base.diseases_of_terms(&judge.closure(*term)?)? {
                items.add(named(accession.as_deref(), &name), base.source(source).label());
            }
            items.fact(|| format!("no source names a disease with {}", about_name(&about)))
        }
        (_, Asked::About(about)) => {
            let mut items = Items::default();
            for (symbol, source, said) in judge.genes(&about)? {
                items.add(symbol, format!("{}: {said}", base.source(source).label()));
            }
            items.fact(|| format!("no source names a gene of {}", about_name(&about)))
        }
    })
}

fn named(accession: Option<&str>, name: &str) -> String {
    accession.map_or_else(|| name.to_string(), |id| format!("{id} {name}"))
}

fn about_name(about: &About) -> String {
    let (id, name) = about.label();
    if id == "." { name } else { format!("{id} {name}") }
}

/// Things that sources name, and which; each once, by name.
#[derive(Default)]
struct Items(BTreeMap<String, Vec<String>>);

impl Items {
    fn add(&mut self, item: String, source: String) {
        let sources = self.0.entry(item).or_default();
        if !sources.contains(&source) {
            sources.push(source);
        }
    }

    fn fact(self, none: impl Fn() -> String) -> Result<Fact, Refusal> {
        if self.0.is_empty() {
            return Err(Refusal::new(Skip::NoFact, none()));
        }
        // Where all rest on the same, it is said once.
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

fn retrieved(base: &Base, gene: &Gene, key: &str) -> Result<Result<Fact, Refusal>> {
    let wanted = key.trim().to_ascii_lowercase().replace([' ', '-'], "_");
    let mut source = gene.source;
    let names = |kind: &str| -> Result<Option<(String, i64)>> {
        let all: Vec<(String, i64)> = base
            .names(gene)?
            .into_iter()
            .filter(|(_, what, _)| *what == kind)
            .map(|(name, _, id)| (name, id))
            .collect();
        let own: Vec<String> = all.iter().map(|(name, _)| name.clone()).collect();
        Ok(all.first().map(|(_, id)| (own.join("; "), *id)))
    };
    let mut of = |found: Option<(String, i64)>| {
        found.map(|(value, id)| {
            source = id;
            value
        })
    };
    let value = match wanted.as_str() {
        "symbol" => Some(gene.symbol.clone()),
        "name" => Some(gene.name.clone()),
        "hgnc" => gene.hgnc.map(|id| format!("HGNC:{id}")),
        "ncbi_gene" | "ncbigene" | "entrez" => gene.entrez.map(|id| id.to_string()),
        "ensembl" => gene.ensembl.clone(),
        "omim" => gene.omim.map(|id| format!("OMIM:{id}")),
        "uniprot" => gene.uniprot.as_ref().map(|all| all.replace('|', "; ")),
        "location" => gene.location.clone(),
        "kind" => gene.kind.clone(),
        "alias" | "aliases" => of(names("alias")?),
        "previous_symbol" | "previous_symbols" => of(names("previous symbol")?),
        "summary" => of(gene.summary.clone()),
        _ => {
            let detail = format!("{key} is none of {}", KEYS.join(", "));
            return Ok(Err(Refusal::new(Skip::BadPrompt, detail)));
        }
    };
    Ok(match value.filter(|value| !value.is_empty()) {
        Some(answer) => Ok(Fact { answer, confidence: 1.0, evidence: base.source(source).label() }),
        None => Err(Refusal::new(Skip::NoFact, format!("no source names {wanted} of {}", gene.symbol))),
    })
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
