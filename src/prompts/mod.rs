//! Prompts and their answers: GenomicLLM's grammar, each task answered by the best available means.
//!
//! [`input`] reads prompts, [`grammar`] parses one, [`questions`] turns a plain sentence into one, [`tasks`] lists what can be asked and what an
//! answer looks like. The [`panel`] decides who
//! answers: a definition, a built-in classifier, the knowledge base ([`facts`]) or a language model. The reader hands
//! prompts to sessions, which answer them in batches, and `table` writes the answers; `run` connects them.
//! GenomicLLM (Liau et al. 2024) puts all of them to one language model; here that is one means among others, and `--answer-with lm`
//! forces it, to compare.

mod classifiers;
pub(crate) mod columns;
mod definitions;
pub(crate) mod facts;
pub(crate) mod grammar;
pub(crate) mod input;
mod lookups;
pub(crate) mod panel;
pub(crate) mod questions;
mod reader;
pub(crate) mod run;
mod session;
mod several;
pub(crate) mod table;
pub(crate) mod tasks;
pub(crate) mod vectors;

use crate::skip::Skip;

/// Why a prompt is not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The reason that is counted.
    pub skip: Skip,
    /// What is wrong, where, and what to do.
    pub detail: String,
}

impl Refusal {
    pub(crate) fn new(skip: Skip, detail: impl Into<String>) -> Self {
        Self { skip, detail: detail.into() }
    }

    /// The same, in which what it quotes of the prompt is no longer than [`QUOTED`] letters.
    fn without_long_names(mut self, prompt: &str) -> Self {
        if self.detail.len() <= QUOTED {
            return self;
        }
        let is_long = |part: &&str| part.chars().nth(QUOTED).is_some();
        let mut parts: Vec<&str> = prompt.split([',', '=']).chain([prompt]).map(str::trim).filter(is_long).collect();
        parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
        for part in parts {
            let escaped = format!("{part:?}");
            for written in [part, &escaped[1..escaped.len() - 1]] {
                if self.detail.contains(written) {
                    self.detail = self.detail.replace(written, &shortened(written));
                }
            }
        }
        // Whatever else was taken from it is in quotation marks, or one word. Prompts that are offered are longer than names.
        let mut quoted = self.detail.split('"').map(str::to_string).collect::<Vec<_>>();
        for part in quoted.iter_mut().skip(1).step_by(2).filter(|part| part.chars().nth(2 * QUOTED).is_some()) {
            *part = shortened(part);
        }
        let joined = quoted.join("\"");
        let word = |word: &str| if word.chars().nth(2 * QUOTED).is_some() { shortened(word) } else { word.into() };
        self.detail = joined.split(' ').map(word).collect::<Vec<String>>().join(" ");
        self
    }
}

/// Letters of a name in a reason at most.
const QUOTED: usize = 80;

/// The beginning of a text that is longer than a reason may quote.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some(_) => text.chars().take(QUOTED - 1).chain(['…']).collect(),
        None => text.into(),
    }
}

/// An answer of the knowledge base.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fact {
    /// In words.
    pub answer: String,
    /// How sure it is: of a relation the probability that there is one, of a list that of its first item; 1 of what a gene is called.
    pub confidence: f64,
    /// The sources or the weighed evidence.
    pub evidence: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_quotes_the_beginning_of_a_long_name() {
        let name = "disease ".repeat(25_000);
        let reason =
            |detail: String, prompt: &str| Refusal::new(Skip::UnknownName, detail).without_long_names(prompt).detail;
        let prompt = format!("disease={}, genes =", name.trim());
        let short = reason(format!("no disease is called {:?}; did you mean Gout?", name.trim()), &prompt);
        assert!(short.len() < 150 && short.ends_with("…\"; did you mean Gout?"), "{short}");
        let word = "A".repeat(200_000);
        let short = reason(format!("no gene is called {word}; it has a word"), &format!("gene={word}, diseases ="));
        assert_eq!(short, format!("no gene is called {}…; it has a word", "A".repeat(79)));
        let short = reason(format!("what {:?} is, is not known", name.trim()), "a question");
        assert!(short.len() < 120 && short.ends_with("\" is, is not known"), "{short}");
        let plain = "it is told in more than eighty letters, and none of them is from the prompt: so it stays as it is";
        assert_eq!(reason(plain.into(), &prompt), plain);
    }
}
