//! The genes of the tables read so far, found by their identifiers and names.

use std::collections::{BTreeMap, HashMap};

use crate::genes::names::{NameKind, fold_gene};

/// A gene, before it is written.
#[derive(Default)]
pub(super) struct Gene {
    pub(super) symbol: String,
    pub(super) name: String,
    pub(super) hgnc: Option<i64>,
    pub(super) entrez: Option<i64>,
    pub(super) ensembl: Option<String>,
    pub(super) omim: Option<i64>,
    pub(super) uniprot: Option<String>,
    pub(super) refseq: Option<String>,
    pub(super) location: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) summary: Option<(String, i64)>,
    pub(super) source: i64,
}

/// The genes of all tables read so far, and how they are found.
#[derive(Default)]
pub(super) struct GeneIndex {
    pub(super) all: Vec<Gene>,
    pub(super) by_hgnc: HashMap<i64, usize>,
    pub(super) by_entrez: HashMap<i64, usize>,
    /// By folded name: kind of name, gene, the name as written, source.
    pub(super) names: BTreeMap<String, Vec<(NameKind, usize, String, i64)>>,
}

impl GeneIndex {
    /// Adds a name of a gene.
    pub(super) fn name(&mut self, gene: usize, kind: NameKind, name: &str, source: i64) {
        let name = name.trim();
        let all = self.names.entry(fold_gene(name)).or_default();
        if !name.is_empty() && !all.iter().any(|(_, other, ..)| *other == gene) {
            all.push((kind, gene, name.into(), source));
        }
    }

    /// The gene that a row names: by its identifiers, else by a name that only one gene has.
    pub(super) fn find(&self, key: GeneKey<'_>) -> Option<usize> {
        let number = |text: &str| text.trim_start_matches("HGNC:").trim().parse::<i64>().ok();
        if let Some(gene) = key.hgnc.and_then(number).and_then(|id| self.by_hgnc.get(&id)) {
            return Some(*gene);
        }
        if let Some(gene) = key.entrez.and_then(number).and_then(|id| self.by_entrez.get(&id)) {
            return Some(*gene);
        }
        let named = self.names.get(&fold_gene(key.symbol?))?;
        let best = named.iter().map(|(kind, ..)| *kind).min()?;
        let mut genes = named.iter().filter(|(kind, ..)| *kind == best || best != NameKind::Symbol);
        let first = genes.next()?;
        genes.next().is_none().then_some(first.1)
    }
}

/// What a row of a table gives to find its gene by.
#[derive(Clone, Copy, Default)]
pub(super) struct GeneKey<'a> {
    /// HGNC's identifier.
    pub(super) hgnc: Option<&'a str>,
    /// NCBI's number.
    pub(super) entrez: Option<&'a str>,
    /// Symbol, previous symbol or alias.
    pub(super) symbol: Option<&'a str>,
}
