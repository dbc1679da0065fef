//! What the knowledge base states of one gene, disease or phenotype: information, and single fields.

use super::{Fact, Refusal, grammar::Prompt, tasks::Task};
use crate::{
    error::Result,
    genes::{
        base::Base,
        records::{Condition, Disease, Gene, GeneMatch},
    },
    skip::Skip,
};

/// Fields of a gene.
const GENE_FIELDS: [&str; 20] = [
    "symbol",
    "name",
    "names",
    "hgnc",
    "ncbi_gene",
    "ensembl",
    "omim",
    "uniprot",
    "refseq",
    "identifiers",
    "location",
    "chromosome",
    "kind",
    "alias",
    "previous_symbol",
    "inheritance",
    "loeuf",
    "pli",
    "missense_z",
    "summary",
];

/// Fields of a disease.
const DISEASE_FIELDS: [&str; 9] =
    ["name", "synonyms", "omim", "orphanet", "mondo", "umls", "identifiers", "inheritance", "definition"];

/// Fields of a phenotype.
const PHENOTYPE_FIELDS: [&str; 4] = ["name", "synonyms", "hpo", "definition"];

/// A field's name as people write it, in the form that is compared.
fn field(key: &str) -> String {
    let key = key.trim().to_lowercase().replace([' ', '-'], "_");
    match key.as_str() {
        "ncbigene" | "entrez" | "geneid" => "ncbi_gene",
        "aliases" => "alias",
        "synonym" => "synonyms",
        "previous_symbols" => "previous_symbol",
        "function" => "summary",
        "biotype" => "kind",
        "identifier" => "identifiers",
        "orpha" => "orphanet",
        "chromosome_band" => "location",
        other => return other.into(),
    }
    .into()
}

fn no_such(key: &str, fields: &[&str]) -> Refusal {
    Refusal::new(Skip::BadPrompt, format!("{key} must be one of {}", fields.join(", ")))
}

/// Values and their sources: each value once, in the order of the sources.
#[derive(Default)]
struct Values(Vec<(String, Vec<String>)>);

impl Values {
    fn add(&mut self, value: impl Into<String>, source: String) {
        let value = value.into();
        let at = self.0.iter().position(|(known, _)| known.eq_ignore_ascii_case(&value));
        match at {
            Some(at) if self.0[at].1.contains(&source) => {}
            Some(at) => self.0[at].1.push(source),
            None if value.is_empty() => {}
            None => self.0.push((value, vec![source])),
        }
    }

    /// The values, with evidence that is the same for all of them written once.
    fn fact(self, none: impl FnOnce() -> String) -> Result<Fact, Refusal> {
        let Some((_, first)) = self.0.first() else { return Err(Refusal::new(Skip::NoFact, none())) };
        let evidence = if self.0.iter().all(|(_, sources)| sources == first) {
            first.join(", ")
        } else {
            let each = self.0.iter().map(|(value, sources)| format!("{value} ({})", sources.join(", ")));
            each.collect::<Vec<_>>().join("; ")
        };
        let answer = self.0.into_iter().map(|(value, _)| value).collect::<Vec<_>>().join("; ");
        Ok(Fact { answer, confidence: 1.0, evidence })
    }
}

/// Name, location, kind and summary of a gene.
pub(super) fn gene_information(base: &Base, gene: &Gene) -> Fact {
    let summary = gene.summary.as_ref();
    let parts =
        [Some(gene.name.clone()), gene.location.clone(), gene.kind.clone(), summary.map(|(text, _)| text.clone())];
    let sources = [Some(gene.source), summary.map(|(_, source)| *source)];
    let mut labels: Vec<String> = sources.into_iter().flatten().map(|id| base.source(id).label()).collect();
    labels.dedup();
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    Fact { answer: parts.join("; "), confidence: 1.0, evidence: labels.join("; ") }
}

/// The chromosome of a cytogenetic band: `7` of `7q31.2`, `mitochondria` of itself.
fn chromosome(location: &str) -> &str {
    let end = location.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(location.len());
    match location.as_bytes().first() {
        Some(b'X' | b'Y') => &location[..1],
        _ if end > 0 => &location[..end],
        _ => location,
    }
}

/// One field of a gene.
pub(super) fn gene_field(base: &Base, gene: &Gene, key: &str) -> Result<Result<Fact, Refusal>> {
    let wanted = field(key);
    let label = |id: i64| base.source(id).label();
    let own = label(gene.source);
    let mut values = Values::default();
    let identifiers = [
        ("hgnc", gene.hgnc.map(|id| format!("HGNC:{id}"))),
        ("ncbi_gene", gene.entrez.map(|id| id.to_string())),
        ("ensembl", gene.ensembl.clone()),
        ("omim", gene.omim.map(|id| format!("OMIM:{id}"))),
        ("uniprot", gene.uniprot.as_ref().map(|all| all.replace('|', "; "))),
        ("refseq", gene.refseq.as_ref().map(|all| all.replace('|', "; "))),
    ];
    match wanted.as_str() {
        "symbol" => values.add(&gene.symbol, own),
        "name" => values.add(&gene.name, own),
        "location" => values.add(gene.location.clone().unwrap_or_default(), own),
        "chromosome" => values.add(chromosome(gene.location.as_deref().unwrap_or_default()), own),
        "kind" => values.add(gene.kind.clone().unwrap_or_default(), own),
        "summary" => {
            if let Some((summary, source)) = &gene.summary {
                values.add(summary, label(*source));
            }
        }
        "names" | "alias" | "previous_symbol" => {
            let kind = wanted.replace('_', " ");
            if wanted == "names" {
                values.add(&gene.symbol, own.clone());
                values.add(&gene.name, own);
            }
            for (name, what, source) in base.names(gene)? {
                if wanted == "names" || what == kind {
                    values.add(name, label(source));
                }
            }
        }
        "loeuf" | "pli" | "missense_z" => {
            for (_, value, source) in base.values(gene)?.into_iter().filter(|(name, ..)| *name == wanted) {
                values.add(value.to_string(), label(source));
            }
        }
        "inheritance" => {
            for (mode, disease, source) in base.inheritance_of_gene(gene)? {
                values.add(mode, format!("{}: {disease}", label(source)));
            }
        }
        "identifiers" => {
            for (what, id) in identifiers {
                // A bare number says nothing.
                let id = id.unwrap_or_default();
                values.add(
                    if what == "ncbi_gene" && !id.is_empty() { format!("NCBIGene:{id}") } else { id },
                    own.clone(),
                );
            }
        }
        _ => match identifiers.into_iter().find(|(what, _)| *what == wanted) {
            Some((_, id)) => values.add(id.unwrap_or_default(), own),
            None => return Ok(Err(no_such(key, &GENE_FIELDS))),
        },
    }
    Ok(values.fact(|| format!("{} lists {wanted} of {}", base.filter().no_source(), gene.symbol)))
}

/// Name, identifiers and definition of a disease or phenotype.
pub(super) fn condition_information(base: &Base, condition: &Condition) -> Result<Fact> {
    let (id, name) = condition.label();
    let mut parts = vec![name];
    let mut labels = Vec::new();
    match condition {
        Condition::Disease(all) => {
            labels.extend(all.iter().map(|one| base.source(one.source).label()));
            let mut ids = Vec::new();
            for (id, source) in base.identifiers(all)? {
                labels.push(base.source(source).label());
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
            parts.push(ids.join(", "));
            match all.iter().find_map(|one| base.definition(one)) {
                Some(definition) => parts.push(definition.clone()),
                None => {
                    if let Some((text, source)) = definition_above(base, all)? {
                        parts.push(text);
                        labels.push(base.source(source).label());
                    }
                }
            }
        }
        Condition::Phenotype(term, _) => {
            let (_, definition, _) = base.phenotype(*term)?;
            parts.extend([id, definition]);
            labels.extend(base.ontology_label());
        }
    }
    let mut seen = Vec::new();
    labels.retain(|label| {
        !seen.contains(label) && {
            seen.push(label.clone());
            true
        }
    });
    parts.retain(|part| !part.is_empty());
    Ok(Fact { answer: parts.join("; "), confidence: 1.0, evidence: labels.join("; ") })
}

/// The definition of the nearest group that has one, with its name, and its source: what a form of a disease is.
fn definition_above(base: &Base, all: &[Disease]) -> Result<Option<(String, i64)>> {
    let Some(first) = all.first() else { return Ok(None) };
    for group in base.ancestors(first.entity)? {
        for one in base.records_of(group)? {
            if let Some(definition) = base.definition(&one) {
                let id = one.accession.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
                return Ok(Some((format!("a form of {}{id}: {definition}", one.name), one.source)));
            }
        }
    }
    Ok(None)
}

/// One field of a disease or phenotype.
pub(super) fn condition_field(base: &Base, condition: &Condition, key: &str) -> Result<Result<Fact, Refusal>> {
    let wanted = field(key);
    let values = match condition {
        Condition::Disease(all) => disease_values(base, all, &wanted)?,
        Condition::Phenotype(term, name) => phenotype_values(base, *term, name, &wanted)?,
    };
    let fields = if matches!(condition, Condition::Disease(_)) { &DISEASE_FIELDS[..] } else { &PHENOTYPE_FIELDS };
    let Some(values) = values else { return Ok(Err(no_such(key, fields))) };
    let (_, name) = condition.label();
    Ok(values.fact(|| format!("{} lists {wanted} of {name}", base.filter().no_source())))
}

fn disease_values(base: &Base, all: &[Disease], wanted: &str) -> Result<Option<Values>> {
    let label = |id: i64| base.source(id).label();
    let mut values = Values::default();
    match wanted {
        "inheritance" => {
            for (mode, source) in base.inheritance(all)? {
                values.add(mode, label(source));
            }
        }
        "synonyms" => {
            for (name, source) in base.disease_names(all)? {
                values.add(name, label(source));
            }
        }
        "name" | "definition" => {
            for one in all {
                let value = if wanted == "name" { Some(&one.name) } else { base.definition(one) };
                values.add(value.cloned().unwrap_or_default(), label(one.source));
            }
        }
        "identifiers" => {
            for (id, source) in base.identifiers(all)? {
                values.add(id, label(source));
            }
        }
        "omim" | "orphanet" | "mondo" | "umls" => {
            let space = if wanted == "orphanet" { "ORPHA" } else { &wanted.to_ascii_uppercase() };
            let own = base.identifiers(all)?.into_iter();
            for (id, source) in own.filter(|(id, _)| id.split(':').next() == Some(space)) {
                values.add(id, label(source));
            }
            if values.0.is_empty() {
                for (id, relation, source) in base.near_identifiers(all, space)? {
                    values.add(format!("{id} ({relation})"), label(source));
                }
            }
        }
        _ => return Ok(None),
    }
    Ok(Some(values))
}

fn phenotype_values(base: &Base, term: u32, name: &str, wanted: &str) -> Result<Option<Values>> {
    let (names, definition, _) = base.phenotype(term)?;
    let label = base.ontology_label().unwrap_or_default();
    let mut values = Values::default();
    match wanted {
        "name" => values.add(name, label),
        "hpo" | "identifiers" => values.add(format!("HP:{term:07}"), label),
        "definition" => values.add(definition, label),
        "synonyms" => names.into_iter().for_each(|one| values.add(one, label.clone())),
        _ => return Ok(None),
    }
    Ok(Some(values))
}

/// Keys that name a gene in GenomicLLM's prompts, the surest first, and what makes an identifier of their value.
const GENE_KEYS: [(&str, &str); 10] = [
    ("Dbxref:HGNC", "HGNC:"),
    ("Dbxref:GeneID", "NCBIGene:"),
    ("GeneID", "NCBIGene:"),
    ("Dbxref:Ensembl", ""),
    ("gene", ""),
    ("symbol", ""),
    ("protein", ""),
    ("annotation:Name", ""),
    ("Name", ""),
    ("annotation:gene", ""),
];

/// The description or biotype of the gene that a prompt names, if the knowledge base knows it; `None`: it does not, or no gene is named.
pub(super) fn described(base: &Base, prompt: &Prompt) -> Result<Option<Result<Fact, Refusal>>> {
    for (key, space) in GENE_KEYS {
        let Some(value) = prompt.value(key).filter(|value| !value.is_empty()) else { continue };
        let name = if value.starts_with(space) { value.to_string() } else { format!("{space}{value}") };
        let (gene, asked) = match base.gene(&name)? {
            GeneMatch::One(gene, _) => (gene, key),
            several @ GeneMatch::Several(_) => {
                let why = several.one(value).err().unwrap_or_default();
                return Ok(Some(Err(Refusal::new(Skip::UnknownName, why))));
            }
            // Keys of GP-GPT ask for what sources state, and for nothing else.
            GeneMatch::None(why) if ["gene", "protein"].contains(&key) => {
                return Ok(Some(Err(Refusal::new(Skip::UnknownName, why))));
            }
            GeneMatch::None(_) => continue,
        };
        let label = base.source(gene.source).label();
        let fact = |answer: &str, evidence: String| Fact { answer: answer.into(), confidence: 1.0, evidence };
        tracing::debug!("{} is known by {asked}", gene.symbol);
        return Ok(match (prompt.task, &gene.kind) {
            (Task::Description, _) if !gene.name.is_empty() => Some(Ok(fact(&gene.name, label))),
            (Task::Biotype, Some(kind)) if !kind.is_empty() => {
                let coding = ["gene with protein product", "protein-coding"].contains(&kind.as_str());
                let answer = if coding { "protein coding gene" } else { "other" };
                Some(Ok(fact(answer, format!("{label}: {kind}"))))
            }
            _ => None,
        });
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chromosome_is_the_first_part_of_a_band() {
        for (location, expected) in [
            ("7q31.2", "7"),
            ("Xp22.33 and Yp11.2", "X"),
            ("mitochondria", "mitochondria"),
            ("11cen", "11"),
            ("Yq11", "Y"),
        ] {
            assert_eq!(chromosome(location), expected);
        }
    }

    #[test]
    fn a_value_of_two_sources_is_written_once() {
        let mut values = Values::default();
        values.add("AD", "ClinGen".into());
        values.add("AR", "CGD".into());
        values.add("AD", "CGD".into());
        let fact = values.fact(String::new).expect("a fact");
        assert_eq!((fact.answer.as_str(), fact.evidence.as_str()), ("AD; AR", "AD (ClinGen, CGD); AR (CGD)"));
        assert_eq!(Values::default().fact(|| "none".into()).expect_err("nothing").detail, "none");
    }
}
