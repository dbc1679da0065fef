//! The grammar of prompts: `SEQ[, key = value]*, task =`, keys before or after the sequence.
//!
//! A part with `=` is a key and its value; one of bases, or of residues in three letters (with `___` for what is missing), is the
//! sequence; anything else continues the value before it, since values may hold commas. The text after the last comma, up to
//! the last `=`, is the task.

use crate::prompts::{
    Refusal,
    tasks::{self, Needs, Task},
};
use crate::skip::Skip;

/// A parsed prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Prompt {
    /// Sequence and values, in the order they were written.
    pub parts: Vec<Part>,
    /// The task.
    pub task: Task,
    /// Reading comprehension: the key whose value is asked for.
    pub key: Option<String>,
}

/// A part of a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Bases, as they were written.
    Bases(String),
    /// Residues in three letters, with `___` for what is missing.
    Residues(String),
    /// A key and its value.
    Value {
        /// Without blanks around it.
        key: String,
        /// Without blanks around it.
        value: String,
    },
}

const RESIDUES: [&str; 22] = [
    "Ala", "Arg", "Asn", "Asp", "Cys", "Gln", "Glu", "Gly", "His", "Ile", "Leu", "Lys", "Met", "Phe", "Pro", "Ser",
    "Thr", "Trp", "Tyr", "Val", "Ter", "Xaa",
];

/// Bases and IUPAC's letters for several of them.
pub(crate) fn is_base(letter: u8) -> bool {
    b"ACGTUNRYSWKMBDHV".contains(&letter.to_ascii_uppercase())
}

pub(crate) fn is_residues(text: &str) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let known = rest.get(..3).is_some_and(|start| RESIDUES.contains(&start));
        rest = match (known, rest.strip_prefix('_')) {
            (true, _) => &rest[3..],
            (false, Some(after)) => after,
            (false, None) => return false,
        };
    }
    !text.is_empty()
}

/// The three-letter names of amino acids in one letter, `MKWV`; `None` if a letter is none.
pub(crate) fn residues_of_letters(letters: &str) -> Option<String> {
    const LETTERS: &[u8; 22] = b"ARNDCQEGHILKMFPSTWYV*X";
    letters.bytes().map(|letter| Some(RESIDUES[LETTERS.iter().position(|one| *one == letter)?])).collect()
}

impl Prompt {
    /// Parses a prompt; refuses one without the sequence or keys that its task needs.
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let bad = |detail: String| Refusal::new(Skip::BadPrompt, detail);
        if text.trim().is_empty() {
            return Err(bad("the prompt is empty".into()));
        }
        let Some((body, after)) = text.rsplit_once('=') else {
            return Err(bad("a prompt ends with \"task =\"".into()));
        };
        if !after.trim().is_empty() {
            let shown: String = after.trim().chars().take(20).collect();
            return Err(bad(format!("\"{shown}\" follows the last =: a prompt ends with \"task =\"")));
        }
        let (rest, name) = body.rsplit_once(',').unwrap_or(("", body));
        let (entry, key) = tasks::find_with_key(name).map_err(|detail| Refusal::new(Skip::UnknownTask, detail))?;
        let mut parts: Vec<Part> = Vec::new();
        for part in rest.split(',').filter(|part| !part.trim().is_empty()) {
            add(&mut parts, part).map_err(bad)?;
        }
        let prompt = Self { parts, task: entry.task, key };
        prompt.complete(entry.needs)?;
        Ok(prompt)
    }

    fn complete(&self, needs: Needs) -> Result<(), Refusal> {
        let name = self.task.entry().name;
        let lacks =
            |what: &str| Err(Refusal::new(Skip::NoSequence, format!("{name} needs {what}, and the prompt has none")));
        match needs {
            Needs::Bases if self.bases().is_none() => lacks("a sequence of bases"),
            Needs::Residues if self.residues().is_none() => lacks("residues (GlnTyrVal)"),
            Needs::Anything if self.parts.is_empty() => lacks("a sequence or key = value"),
            _ if self.task == Task::Blank && self.residues().is_some_and(|r| r.matches("___").count() != 1) => {
                Err(Refusal::new(Skip::BadPrompt, "complete the blank needs one ___ among the residues"))
            }
            _ if self.task == Task::BackTranslation && self.residues().is_some_and(|r| r.contains('_')) => {
                Err(Refusal::new(Skip::BadPrompt, "nucleotide sequence needs all residues: there is a blank"))
            }
            _ if self.task == Task::Protein && self.bases().is_some_and(|bases| bases.len() < 3) => {
                Err(Refusal::new(Skip::TooShort, "a residue needs three bases"))
            }
            _ if self.task == Task::Retrieval && self.key.is_none() => {
                Err(Refusal::new(Skip::BadPrompt, "name a field of the gene: information retrieval: location ="))
            }
            _ if self.task == Task::Reading => match &self.key {
                None => Err(Refusal::new(Skip::BadPrompt, "name a key: reading comprehension: KEY =")),
                Some(key) if self.value(key).is_none() => {
                    let keys: Vec<&str> = self.values().map(|(key, _)| key).collect();
                    let keys = if keys.is_empty() { "no keys".into() } else { keys.join(", ") };
                    Err(Refusal::new(Skip::BadPrompt, format!("there is no {key} in the prompt; it has {keys}")))
                }
                Some(_) => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// Its bases.
    pub(crate) fn bases(&self) -> Option<&str> {
        self.parts.iter().find_map(|part| match part {
            Part::Bases(bases) => Some(bases.as_str()),
            _ => None,
        })
    }

    /// Its residues.
    pub(crate) fn residues(&self) -> Option<&str> {
        self.parts.iter().find_map(|part| match part {
            Part::Residues(residues) => Some(residues.as_str()),
            _ => None,
        })
    }

    /// Keys and values.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parts.iter().filter_map(|part| match part {
            Part::Value { key, value } => Some((key.as_str(), value.as_str())),
            _ => None,
        })
    }

    /// The value of a key, in any case.
    pub(crate) fn value(&self, wanted: &str) -> Option<&str> {
        let exact = self.values().find(|(key, _)| *key == wanted);
        exact.or_else(|| self.values().find(|(key, _)| key.eq_ignore_ascii_case(wanted))).map(|(_, value)| value)
    }

    /// All values of a key, in any case.
    pub(crate) fn all(&self, wanted: &str) -> impl Iterator<Item = &str> {
        self.values().filter(move |(key, _)| key.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
    }

    /// The name of its task, with the key if it has one.
    pub(crate) fn task_name(&self) -> String {
        let name = self.task.entry().name;
        self.key.as_ref().map_or_else(|| name.to_string(), |key| format!("{name}: {key}"))
    }

    /// The shortest spelling, on which the language model is trained: no blanks around `=`, parts joined by
    /// `, `, bases in upper case with T for U, the task by its first name.
    pub(crate) fn canonical(&self) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Bases(bases) => text.push_str(&bases.to_ascii_uppercase().replace('U', "T")),
                Part::Residues(residues) => text.push_str(residues),
                Part::Value { key, value } => {
                    text.push_str(key);
                    text.push('=');
                    text.push_str(value);
                }
            }
            text.push_str(", ");
        }
        text.push_str(&self.task_name());
        text.push('=');
        text
    }
}

/// Adds a part, given with the blanks around it.
fn add(parts: &mut Vec<Part>, written: &str) -> Result<(), String> {
    let part = written.trim();
    if let Some((key, value)) = part.split_once('=') {
        let key = key.trim();
        if key.is_empty() {
            let shown: String = part.chars().take(20).collect();
            return Err(format!("\"{shown}\": there is no key before ="));
        }
        parts.push(Part::Value { key: key.into(), value: value.trim().into() });
        return Ok(());
    }
    let here = |part: &Part| matches!(part, Part::Bases(_) | Part::Residues(_));
    // After a value, a short word whose letters happen to be bases (interferon, gamma) continues the value.
    let behind_value = matches!(parts.last(), Some(Part::Value { .. }));
    let sure = part.bytes().filter(|base| b"ACGTUN".contains(&base.to_ascii_uppercase())).count();
    let plausible = (sure == part.len() && sure >= 4)
        || (part.len() >= 20 && sure * 10 >= part.len() * 8)
        || (part.len() >= 6 && is_residues(part));
    let sequence = if behind_value && !plausible {
        None
    } else if is_residues(part) {
        // TyrThr is not a sequence of bases, though all its letters may stand for bases.
        Some(Part::Residues(part.into()))
    } else if part.bytes().all(is_base) {
        Some(Part::Bases(part.into()))
    } else {
        None
    };
    if let Some(sequence) = sequence {
        if parts.iter().any(here) {
            return Err("there are two sequences; a prompt has one".into());
        }
        parts.push(sequence);
        return Ok(());
    }
    // A sequence with a few wrong letters is a mistake; words continue a value.
    let strange = part.char_indices().find(|(_, letter)| !letter.is_ascii() || !is_base(*letter as u8));
    let bases = part.bytes().filter(|&letter| is_base(letter)).count();
    if let Some((at, letter)) = strange
        && part.len() >= 20
        && bases * 10 >= part.len() * 8
        && !part.contains(' ')
    {
        return Err(format!("letter {letter:?} (the {}. of the sequence) is not a base", at + 1));
    }
    if let Some(Part::Value { value, .. }) = parts.last_mut() {
        // 2,4-dienoyl-CoA reductase has no blank behind its comma.
        value.push_str(if written.starts_with(char::is_whitespace) { ", " } else { "," });
        value.push_str(part);
        return Ok(());
    }
    let shown: String = part.chars().take(30).collect();
    Err(format!("\"{shown}\" is neither a sequence nor key = value"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        Prompt::parse(text).unwrap_or_else(|refusal| panic!("{text}: {refusal:?}")).canonical()
    }

    fn refused(text: &str) -> (Skip, String) {
        let refusal = Prompt::parse(text).expect_err(text);
        (refusal.skip, refusal.detail)
    }

    #[test]
    fn every_way_of_the_paper_is_read() {
        for (text, expected) in [
            ("TTTTCTTT, splice site =", "TTTTCTTT, splice site="),
            ("end=42573810, GGTCTAGG, sequence direction=", "end=42573810, GGTCTAGG, sequence direction="),
            (
                "end=5974732, symbol=MIR7158, annotation:Name=MIR7158, GGCTC, annotation:gene biotype=",
                "end=5974732, symbol=MIR7158, annotation:Name=MIR7158, GGCTC, gene biotype=",
            ),
            (
                "Dbxref:MIM=300586, GGATC, reading comprehension: Dbxref:MIM=",
                "Dbxref:MIM=300586, GGATC, reading comprehension: Dbxref:MIM=",
            ),
            (
                "ggtgtgg, chromosome = chromosome13, strand = -, annotation = nontata, promoter =",
                "GGTGTGG, chromosome=chromosome13, strand=-, annotation=nontata, promoter=",
            ),
            ("TyrThrGlu___GluMet, complete the blank =", "TyrThrGlu___GluMet, complete the blank="),
            ("acguACGU , GC  content=", "ACGTACGT, GC content="),
            (
                "description=solute carrier, family 2, ACGT, GC content =",
                "description=solute carrier, family 2, ACGT, GC content=",
            ),
            (
                "symbol=IFNG, description=interferon, gamma, ACGTT, GC content=",
                "symbol=IFNG, description=interferon, gamma, ACGTT, GC content=",
            ),
            (
                "description=DNA polymerase, C, tRNA, Val, description=",
                "description=DNA polymerase, C, tRNA, Val, gene description=",
            ),
            (
                "gene=2,4-dienoyl-CoA reductase 2, gene information =",
                "gene=2,4-dienoyl-CoA reductase 2, gene information=",
            ),
            ("ATGGCC, translate =", "ATGGCC, protein sequence="),
            ("a=1, Reading_comprehension: a=", "a=1, reading comprehension: a="),
            ("symbol=A, annotation:description=", "symbol=A, gene description="),
        ] {
            assert_eq!(canonical(text), expected);
        }
    }

    #[test]
    fn what_is_not_a_prompt_is_refused_with_what_to_do() {
        for (text, skip, part) in [
            ("ACGT", Skip::BadPrompt, "ends with"),
            ("ACGT, GC content = 0.5", Skip::BadPrompt, "\"0.5\" follows the last ="),
            ("ACGT, splce site =", Skip::UnknownTask, "did you mean splice site?"),
            ("splice site =", Skip::NoSequence, "needs a sequence of bases"),
            ("ACGTACGTACGTACGTACG!TAC, GC content =", Skip::BadPrompt, "letter '!' (the 20. of the sequence)"),
            ("ACGT, ACGT, GC content =", Skip::BadPrompt, "two sequences"),
            ("hello, ACGT, GC content =", Skip::BadPrompt, "\"hello\" is neither"),
            ("a=1, reading comprehension: b=", Skip::BadPrompt, "there is no b in the prompt; it has a"),
            ("a=1, reading comprehension=", Skip::BadPrompt, "name a key"),
            ("TyrThr, complete the blank =", Skip::BadPrompt, "one ___"),
            ("=1, ACGT, GC content =", Skip::BadPrompt, "no key before ="),
            ("", Skip::BadPrompt, "the prompt is empty"),
        ] {
            let (found, detail) = refused(text);
            assert_eq!(found, skip, "{text}: {detail}");
            assert!(detail.contains(part), "{text}: {detail}");
        }
    }
}
