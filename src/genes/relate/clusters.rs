//! Clusters of diseases that are one except for a number or a type.

use std::collections::{BTreeSet, HashMap};

use super::words::own_words;
use crate::genes::names::fold;

/// Chromosomes, as flags: those that a disease's mode of inheritance names, or the one that a gene is on.
pub(super) const X: u8 = 1;
pub(super) const AUTOSOME: u8 = 2;
pub(super) const MITOCHONDRION: u8 = 4;

/// At most this many names and definitions of a cluster are read.
const NAMES: usize = 60;
const DEFINITIONS: usize = 5;

/// Names and definition of a disease.
pub(super) struct DiseaseText {
    pub(super) names: Vec<String>,
    pub(super) definition: Option<String>,
}

/// Diseases that are one except for a number or a type.
pub(super) struct Cluster {
    /// The words of each name.
    pub(super) names: Vec<BTreeSet<String>>,
    /// The words of all names.
    pub(super) words: BTreeSet<String>,
    /// Chromosomes that its modes of inheritance name.
    pub(super) inherited: u8,
    /// Its first name.
    pub(super) label: String,
}

impl Cluster {
    /// The cluster of `members` and the text of its names, definitions and phenotypes. `terms`: numbers of its phenotypes.
    pub(super) fn of(
        members: &[i64],
        diseases: &HashMap<i64, DiseaseText>,
        terms: &BTreeSet<u32>,
        term_names: &HashMap<u32, String>,
    ) -> (Self, String) {
        let texts = || members.iter().filter_map(|disease| diseases.get(disease));
        let mut names: Vec<&str> = Vec::new();
        for name in texts().flat_map(|one| &one.names) {
            if names.len() < NAMES && !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        let mut text = names.join(" ");
        let definitions = texts().filter_map(|one| one.definition.as_deref()).take(DEFINITIONS);
        for more in definitions.chain(terms.iter().filter_map(|term| term_names.get(term).map(String::as_str))) {
            text.push(' ');
            text.push_str(more);
        }
        let own: Vec<BTreeSet<String>> =
            names.iter().map(|name| own_words(name)).filter(|words| !words.is_empty()).collect();
        let cluster = Self {
            words: own.iter().flatten().cloned().collect(),
            names: own,
            inherited: inherited(&names, terms),
            label: names.first().copied().unwrap_or_default().to_string(),
        };
        (cluster, text)
    }
}

/// The chromosomes that a disease's names and phenotypes (modes of inheritance in HPO) name.
fn inherited(names: &[&str], terms: &BTreeSet<u32>) -> u8 {
    let mut found = 0;
    for term in terms {
        found |= match term {
            1417 | 1419 | 1423 => X,
            6 | 7 => AUTOSOME,
            1427 => MITOCHONDRION,
            _ => 0,
        };
    }
    for name in names {
        let name = fold(name);
        found |= if name.contains("x linked") { X } else { 0 } | if name.contains("autosomal") { AUTOSOME } else { 0 };
    }
    found
}

/// Groups diseases that share the words of a name: the cluster of each disease, and the diseases of each cluster.
pub(super) fn clusters(diseases: &HashMap<i64, DiseaseText>) -> (HashMap<i64, u32>, Vec<Vec<i64>>) {
    let mut ids: Vec<i64> = diseases.keys().copied().collect();
    ids.sort_unstable();
    let mut first: HashMap<BTreeSet<String>, usize> = HashMap::new();
    let mut parent: Vec<usize> = (0..ids.len()).collect();
    fn find(parent: &mut [usize], mut at: usize) -> usize {
        while parent[at] != at {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        at
    }
    for (at, id) in ids.iter().enumerate() {
        for name in &diseases[id].names {
            let key = own_words(name);
            if key.is_empty() {
                continue;
            }
            let other = *first.entry(key).or_insert(at);
            let (a, b) = (find(&mut parent, at), find(&mut parent, other));
            parent[a.max(b)] = a.min(b);
        }
    }
    let (mut of, mut members, mut numbers) = (HashMap::new(), Vec::<Vec<i64>>::new(), HashMap::new());
    for (at, id) in ids.iter().enumerate() {
        let root = find(&mut parent, at);
        let number = *numbers.entry(root).or_insert_with(|| {
            members.push(Vec::new());
            members.len() as u32 - 1
        });
        members[number as usize].push(*id);
        of.insert(*id, number);
    }
    (of, members)
}
