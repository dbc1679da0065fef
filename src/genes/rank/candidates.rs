//! The genes that are ranked, where not all are.

use std::{collections::HashMap, path::Path};

use super::case_table::{gene_name, list};
use crate::{
    error::{Error, Result},
    genes::{base::Base, records::Gene, text_lines::TextLines},
    read::InputReport,
};

/// A candidate gene.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// Its symbol; the name as it was given if no gene has it.
    pub(super) symbol: String,
    /// HGNC's number.
    pub(super) hgnc: Option<i64>,
    /// Its number in the knowledge base, or why no gene is meant.
    pub(crate) gene: std::result::Result<i64, String>,
}

impl Candidate {
    /// Its symbol, or the name as it was given.
    pub(crate) fn symbol(&self) -> &str {
        &self.symbol
    }
}

/// Finds genes by their names, each name once.
pub(crate) struct Candidates<'a> {
    base: &'a Base,
    known: HashMap<String, Candidate>,
}

impl<'a> Candidates<'a> {
    /// Of a knowledge base.
    pub(crate) fn new(base: &'a Base) -> Self {
        Self { base, known: HashMap::new() }
    }

    /// The gene of a name.
    pub(crate) fn one(&mut self, name: &str) -> Result<Candidate> {
        if let Some(known) = self.known.get(name) {
            return Ok(known.clone());
        }
        let candidate = match self.base.gene(name)?.one(name) {
            Ok((gene, _)) => {
                let Gene { id, symbol, hgnc, .. } = *gene;
                Candidate { symbol, hgnc, gene: Ok(id) }
            }
            Err(why) => Candidate { symbol: name.into(), hgnc: None, gene: Err(why) },
        };
        self.known.insert(name.into(), candidate.clone());
        Ok(candidate)
    }

    /// The genes of names, each once; names that mean none are kept, with the reason.
    pub(crate) fn all(&mut self, names: &[String]) -> Result<Vec<Candidate>> {
        let mut all: Vec<Candidate> = Vec::with_capacity(names.len());
        for name in names {
            let one = self.one(name)?;
            let is_known = |other: &Candidate| match (&one.gene, &other.gene) {
                (Ok(id), Ok(other)) => id == other,
                (Err(_), Err(_)) => one.symbol == other.symbol,
                _ => false,
            };
            if !all.iter().any(is_known) {
                all.push(one);
            }
        }
        Ok(all)
    }
}

/// Names of candidate genes: of a file, one per line, or a list with commas.
pub(crate) fn names(text: &str) -> Result<(Vec<String>, Option<InputReport>)> {
    let path = Path::new(text);
    let looks_like_a_path =
        text.contains('/') || [".txt", ".tsv"].iter().any(|end| text.to_ascii_lowercase().ends_with(end));
    if text != "-" && !path.is_file() && !text.contains(',') && looks_like_a_path {
        return Err(Error::input(text, "there is no such file of candidate genes")
            .with_hint("give a file with one gene per line, or names: FBN1,FBN2"));
    }
    if text != "-" && !path.is_file() {
        let names: Vec<String> = list(text).iter().map(|name| gene_name(name)).collect();
        return match names.is_empty() {
            true => Err(Error::usage("there is no candidate gene").with_hint("give a file, or names: FBN1,FBN2")),
            false => Ok((names, None)),
        };
    }
    let mut lines = TextLines::open(path, "a list of genes")?;
    let mut names = Vec::new();
    while let Some(line) = lines.next()? {
        let name = line.split('\t').next().unwrap_or(line).trim();
        if !name.is_empty() && !name.starts_with('#') {
            names.push(gene_name(name));
        }
    }
    if names.is_empty() {
        return Err(Error::input(lines.file(), "it names no gene").with_hint("give one gene per line"));
    }
    Ok((names, Some(lines.report())))
}
