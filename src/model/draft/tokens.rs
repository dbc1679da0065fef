//! Files with tokens beside a network: `tokenizer.json`, or `vocab.txt` with a token in each line.

use std::{collections::HashMap, fmt::Write};

use super::words::quoted;

/// The names that these files have.
pub(super) const FILES: [&str; 2] = ["tokenizer.json", "vocab.txt"];

/// The tokens of a network.
pub(super) struct Tokens {
    /// Name of the file.
    pub file: &'static str,
    /// Its ids.
    ids: HashMap<String, u64>,
}

impl Tokens {
    /// The tokens of one of [`FILES`].
    pub(super) fn read(file: &'static str, bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| format!("{file} is not UTF-8 text"))?;
        let ids = if file == FILES[0] {
            of_tokenizer(text).map_err(|error| format!("{file}: {error}"))?
        } else {
            text.lines().zip(0..).map(|(token, id)| (token.trim_end().to_string(), id)).collect()
        };
        Ok(Self { file, ids })
    }

    fn is_tokenizer(&self) -> bool {
        self.file == FILES[0]
    }

    /// Its key in `files` of a card.
    pub(super) fn key(&self) -> &'static str {
        if self.is_tokenizer() { "tokenizer" } else { "vocabulary" }
    }

    /// The first of these tokens that there is, and its id.
    fn any(&self, names: [&'static str; 2]) -> Option<(&'static str, u64)> {
        names.into_iter().find_map(|name| Some((name, *self.ids.get(name)?)))
    }

    /// The id of the token that hides another one.
    pub(super) fn mask(&self) -> Option<u64> {
        Some(self.any(["[MASK]", "<mask>"])?.1)
    }

    /// Length of the longest token of bases.
    fn k(&self) -> usize {
        let bases = self.ids.keys().filter(|token| token.bytes().all(|letter| b"ACGT".contains(&letter)));
        bases.map(String::len).max().unwrap_or(0).clamp(1, 8)
    }

    /// The prefix and the suffix that a vocabulary has tokens for.
    fn ends(&self) -> [(&'static str, Option<&'static str>); 2] {
        let name = |names| self.any(names).map(|(name, _)| name);
        [("prefix", name(["[CLS]", "<cls>"])), ("suffix", name(["[SEP]", "<sep>"]))]
    }

    fn is_overlapping(&self) -> bool {
        self.k() > 1 && !["A", "C", "G", "T"].iter().all(|base| self.ids.contains_key(*base))
    }

    /// Bases of a row of so many tokens; of a tokenizer, as many.
    pub(super) fn bases(&self, tokens: usize) -> usize {
        if self.is_tokenizer() {
            return tokens;
        }
        let own = tokens.saturating_sub(self.ends().iter().filter(|(_, name)| name.is_some()).count()).max(1);
        if self.is_overlapping() { own + self.k() - 1 } else { own * self.k() }
    }

    /// The lines of `input` that say how bases become ids.
    pub(super) fn encoding(&self, out: &mut String) {
        if self.is_tokenizer() {
            let _ = writeln!(out, "  encoding: bpe   # by {}", self.file);
            return;
        }
        let k = self.k();
        let _ = writeln!(out, "  encoding: kmer   # by {}\n  k: {k}", self.file);
        if k > 1 {
            let _ = writeln!(out, "  overlapping: {}   # ? true: a k-mer at every base", self.is_overlapping());
        }
        for (key, name) in self.ends() {
            if let Some(name) = name {
                let _ = writeln!(out, "  {key}: {}   # ? in every row; remove it if there is none", quoted(name));
            }
        }
    }

    /// The line of `input` with the id that pads a row.
    pub(super) fn padding(&self, out: &mut String) {
        if let Some((_, id)) = self.any(["[PAD]", "<pad>"]) {
            let _ = writeln!(out, "  padding_id: {id}");
        }
    }
}

/// The ids of a `tokenizer.json`: those of its model, and of the tokens that were added.
fn of_tokenizer(text: &str) -> Result<HashMap<String, u64>, String> {
    let all: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut ids = HashMap::new();
    if let Some(vocabulary) = all["model"]["vocab"].as_object() {
        ids.extend(vocabulary.iter().filter_map(|(token, id)| Some((token.clone(), id.as_u64()?))));
    }
    for added in all["added_tokens"].as_array().into_iter().flatten() {
        if let (Some(token), Some(id)) = (added["content"].as_str(), added["id"].as_u64()) {
            ids.insert(token.into(), id);
        }
    }
    if ids.is_empty() { Err("it has no tokens".into()) } else { Ok(ids) }
}
