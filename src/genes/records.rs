//! Genes, diseases, phenotypes and their relations, as a knowledge base holds them.

use super::{claim::Claim, schema::NO_RELEASE};

/// A gene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gene {
    /// Its number in this file.
    pub id: i64,
    /// Approved symbol.
    pub symbol: String,
    /// Name.
    pub name: String,
    /// HGNC's number.
    pub hgnc: Option<i64>,
    /// NCBI's number.
    pub entrez: Option<i64>,
    /// Ensembl's identifier.
    pub ensembl: Option<String>,
    /// OMIM's number.
    pub omim: Option<i64>,
    /// UniProt accessions, separated by `|`.
    pub uniprot: Option<String>,
    /// RefSeq accessions, separated by `|`.
    pub refseq: Option<String>,
    /// Cytogenetic band.
    pub location: Option<String>,
    /// Locus type.
    pub kind: Option<String>,
    /// Summary and its source.
    pub summary: Option<(String, i64)>,
    /// Source of everything except the summary.
    pub source: i64,
}

/// A table that facts come from.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// Who publishes the table: `HGNC`, `Orphanet`.
    pub name: String,
    /// What the table holds.
    pub what: String,
    /// Name of its file.
    pub file: String,
    /// Its release.
    pub release: String,
    /// Its licence.
    pub licence: String,
    /// Rows read, facts kept, and rows whose gene, phenotype or disease is unknown.
    pub counts: [i64; 5],
}

impl Source {
    /// Name and release, if the release is known.
    pub(crate) fn label(&self) -> String {
        if self.release == NO_RELEASE { self.name.clone() } else { format!("{} {}", self.name, self.release) }
    }
}

/// A gene's relation to a disease in one source.
#[derive(Clone, Debug)]
pub(crate) struct Relation {
    /// The disease's number in this file.
    pub id: i64,
    /// The number of the one disease that it and its other records are.
    pub entity: i64,
    /// Identifier, where the source gives one.
    pub accession: Option<String>,
    /// The disease's name.
    pub disease: String,
    /// Kind of relation, in the source's words.
    pub relation: Option<String>,
    /// What the source claims.
    pub claim: Claim,
    /// Mode of inheritance, in the source's words.
    pub inheritance: Option<String>,
    /// Papers or web pages that the source cites.
    pub reference: Option<String>,
    /// Whose claim it is, if the source repeats another's.
    pub origin: Option<String>,
    /// Source.
    pub source: i64,
}

/// A disease in one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Disease {
    /// Its number in this file.
    pub id: i64,
    /// Identifier, where the source gives one.
    pub accession: Option<String>,
    /// Name.
    pub name: String,
    /// Definition.
    pub definition: Option<String>,
    /// Number of the disease: all its records have the same.
    pub entity: i64,
    /// Source.
    pub source: i64,
}

/// A disease below another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// Number of the disease.
    pub entity: i64,
    /// Steps from the group: 1 for those that a source lists in it directly.
    pub depth: u32,
    /// Its records in all sources.
    pub records: Vec<i64>,
}

/// The records in which facts about a disease are looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scope {
    /// The disease's own records in all sources.
    pub own: Vec<i64>,
    /// The diseases below it, nearest first; empty if it is no group.
    pub members: Vec<Member>,
}

/// A gene's phenotype in one source.
#[derive(Clone, Debug)]
pub(crate) struct Phenotype {
    /// Number of the term.
    pub term: u32,
    /// Its name.
    pub name: String,
    /// Share of patients who have it.
    pub frequency: Option<String>,
    /// The disease in which it occurs: identifier and name.
    pub disease: Option<(String, String)>,
    /// What is claimed: of a gene's phenotype what is claimed of the gene and that disease, and at most that a source lists it.
    pub claim: Claim,
    /// It is an abnormality, and not a mode of inheritance, a course or a modifier.
    pub is_abnormality: bool,
    /// Source.
    pub source: i64,
}

/// The most genes that a message about an ambiguous name lists.
const MOST_CANDIDATES: usize = 12;

/// The genes that a name may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GeneMatch {
    /// One gene, and the kind of name: symbol, alias, identifier.
    One(Box<Gene>, String),
    /// Several genes: the symbol of each, and the kind of name.
    Several(Vec<(String, &'static str)>),
    /// No gene, and why.
    None(String),
}

impl GeneMatch {
    /// The one gene and the kind of name, or why `name` does not mean one gene.
    pub(crate) fn one(self, name: &str) -> std::result::Result<(Box<Gene>, String), String> {
        match self {
            Self::One(gene, how) => Ok((gene, how)),
            Self::Several(all) => {
                let more = all.len().saturating_sub(MOST_CANDIDATES);
                let shown = all.iter().take(MOST_CANDIDATES).map(|(symbol, how)| format!("{symbol} ({how})"));
                let shown = shown.collect::<Vec<_>>().join(", ");
                let more = if more > 0 { format!(" and {more} more genes") } else { String::new() };
                Err(format!("{name} is ambiguous: {shown}{more}"))
            }
            Self::None(why) => Err(why),
        }
    }
}

/// Why a text does not mean a disease or phenotype.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotFound {
    /// Nothing has this name; it may be the name of something else.
    Unknown(String),
    /// A name of several, or an identifier that is unknown, malformed or obsolete.
    Unusable(String),
}

impl std::fmt::Display for NotFound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Self::Unknown(why) | Self::Unusable(why)) = self;
        f.write_str(why)
    }
}

/// The end of a message that names what may have been meant.
pub(crate) fn or_else(near: &[String]) -> String {
    match near {
        [] => String::new(),
        [one] => format!("; did you mean {one}?"),
        [first @ .., last] => format!("; did you mean {} or {last}?", first.join(", ")),
    }
}

/// A disease or a phenotype that a gene may be related to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// A disease: its record in each source.
    Disease(Vec<Disease>),
    /// A phenotype: number and name of its HPO term.
    Phenotype(u32, String),
}

impl Condition {
    /// Whether both are one disease, or one phenotype.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Disease(one), Self::Disease(other)) => {
                one.iter().any(|a| other.iter().any(|b| a.entity == b.entity))
            }
            (Self::Phenotype(one, _), Self::Phenotype(other, _)) => one == other,
            _ => false,
        }
    }

    /// Identifier (`.` if there is none) and name.
    pub(crate) fn label(&self) -> (String, String) {
        match self {
            Self::Disease(all) => {
                let named = all.iter().find(|one| one.accession.is_some()).unwrap_or(&all[0]);
                (named.accession.clone().unwrap_or_else(|| ".".into()), named.name.clone())
            }
            Self::Phenotype(term, name) => (format!("HP:{term:07}"), name.clone()),
        }
    }
}
