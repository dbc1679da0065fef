//! The genes of the tables read so far, found by their identifiers and names.

use std::collections::{BTreeMap, HashMap, hash_map::Entry};

use crate::genes::gene_names::{Meant, NameKind, fold_gene, meant};

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
    /// Identifiers of its products and in other collections.
    pub(super) accessions: Vec<(NameKind, String)>,
    /// Names in words.
    pub(super) names: Vec<NameInWords>,
    pub(super) source: i64,
}

/// A name in words of a gene or its product.
pub(super) struct NameInWords {
    pub(super) kind: NameKind,
    pub(super) key: String,
    pub(super) name: String,
    pub(super) source: i64,
}

impl Gene {
    /// Adds a name in words, unless the gene has it.
    pub(super) fn name_in_words(&mut self, kind: NameKind, name: &str, source: i64) {
        let (name, key) = (name.trim(), kind.key(name));
        if !key.is_empty() && self.names.iter().all(|known| known.key != key) {
            self.names.push(NameInWords { kind, key, name: name.into(), source });
        }
    }

    /// Adds accessions, separated by `|` or commas.
    pub(super) fn accession(&mut self, kind: NameKind, all: Option<&str>) {
        for accession in all.into_iter().flat_map(|all| all.split(['|', ','])).map(str::trim) {
            // Versions change with every correction.
            let plain =
                if kind == NameKind::UniProt { accession } else { accession.split('.').next().unwrap_or_default() };
            let one = (kind, plain.to_string());
            if !plain.is_empty() && !self.accessions.contains(&one) {
                self.accessions.push(one);
            }
        }
    }
}

/// The genes of all tables read so far, and how they are found.
#[derive(Default)]
pub(super) struct GeneIndex {
    pub(super) all: Vec<Gene>,
    pub(super) by_hgnc: HashMap<i64, usize>,
    pub(super) by_entrez: HashMap<i64, usize>,
    /// By OMIM's and Ensembl's identifiers; made when first asked for.
    others: Option<OtherIdentifiers>,
    /// By folded name: kind of name, gene, the name as written, source.
    pub(super) names: BTreeMap<String, Vec<(NameKind, usize, String, i64)>>,
}

/// Genes by identifiers that only some tables give; those that several genes have are left out.
#[derive(Default)]
struct OtherIdentifiers {
    omim: HashMap<i64, Option<usize>>,
    ensembl: HashMap<String, Option<usize>>,
}

impl OtherIdentifiers {
    fn of(genes: &[Gene]) -> Self {
        fn add<K: std::hash::Hash + Eq>(map: &mut HashMap<K, Option<usize>>, key: K, gene: usize) {
            match map.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(Some(gene));
                }
                Entry::Occupied(mut entry) => {
                    entry.insert(None);
                }
            }
        }
        let mut made = Self::default();
        for (number, gene) in genes.iter().enumerate() {
            if let Some(id) = gene.omim {
                add(&mut made.omim, id, number);
            }
            if let Some(id) = &gene.ensembl {
                add(&mut made.ensembl, id.clone(), number);
            }
        }
        made
    }
}

impl GeneIndex {
    /// The gene of an OMIM number, if only one has it.
    pub(super) fn by_omim(&mut self, id: &str) -> Option<usize> {
        let id: i64 = id.parse().ok()?;
        let others = self.others.get_or_insert_with(|| OtherIdentifiers::of(&self.all));
        others.omim.get(&id).copied().flatten()
    }

    /// The gene of an Ensembl identifier, with or without its version, if only one has it.
    pub(super) fn by_ensembl(&mut self, id: &str) -> Option<usize> {
        let id = id.split('.').next()?;
        let others = self.others.get_or_insert_with(|| OtherIdentifiers::of(&self.all));
        others.ensembl.get(id).copied().flatten()
    }

    /// Gives a gene its OMIM number, if it has none. Returns whether the gene has this number now.
    pub(super) fn give_omim(&mut self, gene: usize, id: &str) -> bool {
        let Ok(id) = id.parse::<i64>() else { return false };
        let known = &mut self.all[gene].omim;
        if known.is_none() {
            *known = Some(id);
            if let Some(others) = &mut self.others {
                others.omim.entry(id).or_insert(Some(gene));
            }
        }
        self.all[gene].omim == Some(id)
    }

    /// Adds a name of a gene.
    pub(super) fn name(&mut self, gene: usize, kind: NameKind, name: &str, source: i64) {
        let name = name.trim();
        let all = self.names.entry(fold_gene(name)).or_default();
        if !name.is_empty() && !all.iter().any(|(_, other, ..)| *other == gene) {
            all.push((kind, gene, name.into(), source));
        }
    }

    /// Whether a table before this source has the name.
    pub(super) fn is_named_before(&self, name: &str, source: i64) -> bool {
        let all = self.names.get(&fold_gene(name));
        all.is_some_and(|all| all.iter().any(|(.., other)| *other != source))
    }

    /// The gene that a row names: by its identifiers, else by the symbol (see [`meant`]).
    pub(super) fn find(&self, key: GeneKey<'_>) -> Option<usize> {
        let number = |text: &str| text.trim_start_matches("HGNC:").trim().parse::<i64>().ok();
        if let Some(gene) = key.hgnc.and_then(number).and_then(|id| self.by_hgnc.get(&id)) {
            return Some(*gene);
        }
        if let Some(gene) = key.entrez.and_then(number).and_then(|id| self.by_entrez.get(&id)) {
            return Some(*gene);
        }
        let named = self.names.get(&fold_gene(key.symbol?))?;
        let pairs: Vec<(usize, NameKind)> = named.iter().map(|(kind, gene, ..)| (*gene, *kind)).collect();
        match meant(&pairs) {
            Meant::One(gene, _) => Some(gene),
            Meant::Several | Meant::Nothing => None,
        }
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
