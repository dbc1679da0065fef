//! The dictionary of contigs: names, lengths, order. Names match exactly; the error for a missing name shows those of both files.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

use crate::error::{Error, Result};

/// A named reference sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contig {
    /// Name, exactly as its file writes it.
    pub name: String,
    /// Length in bases.
    pub len: u64,
}

/// Contigs in the order of their file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contigs {
    contigs: Vec<Contig>,
    /// By the hash of the name, or by the next free number where another name has that hash: names are not stored twice.
    ids: HashMap<u64, u32>,
    hasher: RandomState,
}

impl Contigs {
    /// Adds a contig; `false` when the name is already there.
    pub(crate) fn push(&mut self, name: impl Into<String>, len: u64) -> bool {
        let mut name = name.into();
        let Err(free) = self.find(&name) else { return false };
        // No file has 4 billion contigs.
        let Ok(id) = u32::try_from(self.contigs.len()) else { return false };
        self.ids.insert(free, id);
        name.shrink_to_fit();
        self.contigs.push(Contig { name, len });
        true
    }

    /// The index of a name, or the key under which it would be added.
    fn find(&self, name: &str) -> Result<usize, u64> {
        let mut key = self.hasher.hash_one(name);
        while let Some(&id) = self.ids.get(&key) {
            if self.contigs[id as usize].name == name {
                return Ok(id as usize);
            }
            key = key.wrapping_add(1);
        }
        Err(key)
    }

    /// The index of a name in the dictionary, 0-based.
    pub(crate) fn id(&self, name: &str) -> Option<usize> {
        self.find(name).ok()
    }

    /// The contig of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Contig> {
        self.id(name).map(|id| &self.contigs[id])
    }

    /// All, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Contig> {
        self.contigs.iter()
    }

    /// The number of contigs.
    pub(crate) fn count(&self) -> usize {
        self.contigs.len()
    }

    /// The length of the longest contig; 0 where there is none, or no length is known.
    pub(crate) fn longest(&self) -> u64 {
        self.contigs.iter().map(|contig| contig.len).max().unwrap_or(0)
    }

    /// Whether there is no contig.
    pub(crate) fn is_empty(&self) -> bool {
        self.contigs.is_empty()
    }

    /// The contig called `name`, or an error that names both files and shows what this one has.
    pub(crate) fn require(&self, name: &str, theirs: &str, ours: &str) -> Result<&Contig> {
        self.get(name).ok_or_else(|| self.missing(name, theirs, ours))
    }

    /// The error for a contig of `theirs` that `ours` does not have.
    pub(crate) fn missing(&self, name: &str, theirs: &str, ours: &str) -> Error {
        if self.is_empty() {
            return Error::input(theirs, format!("contig \"{name}\" is not in {ours}"))
                .with_hint(format!("{ours} has no contigs"));
        }
        let shown: Vec<&str> = self.contigs.iter().take(5).map(|c| c.name.as_str()).collect();
        let more = if self.count() > shown.len() { ", …" } else { "" };
        let other = match name.strip_prefix("chr") {
            Some(bare) => bare.to_string(),
            None => format!("chr{name}"),
        };
        let advice = if self.get(&other).is_some() {
            format!("; it has \"{other}\": rename the contigs of one file, or map the names with --contig-aliases")
        } else {
            String::new()
        };
        Error::input(theirs, format!("contig \"{name}\" is not in {ours}"))
            .with_hint(format!("{ours} names its contigs {}{more}{advice}", shown.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_contig_shows_both_sides_and_never_trims() {
        let mut contigs = Contigs::default();
        contigs.push("chr20", 100);
        let error = contigs.require("20", "calls.vcf", "genome.fa").expect_err("20 is not chr20");
        assert_eq!(error.to_string(), "calls.vcf: contig \"20\" is not in genome.fa");
        assert!(error.hint().is_some_and(|hint| hint.contains("it has \"chr20\"")));
    }

    #[test]
    fn a_name_is_added_once() {
        let mut contigs = Contigs::default();
        assert!(contigs.push("a", 1));
        assert!(!contigs.push("a", 2));
        assert_eq!(contigs.count(), 1);
    }
}
