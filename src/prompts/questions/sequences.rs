//! Questions with a sequence in them: `translate ATGGCC`, `what is the GC content of ACGT?`, `is this a promoter: TATA…`.

use super::{framing::denies, sentence::opened, vocabulary, words::Word};
use crate::prompts::{
    grammar,
    tasks::{self, Needs, Task},
};

/// What came of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// There is no sequence in it.
    None,
    /// It is this prompt.
    Prompt(String),
    /// A sequence, and words that are no task, or one of several.
    Unclear {
        /// The sequence.
        sequence: String,
        /// What is said of it.
        words: String,
    },
}

/// Words between those that name the task.
const FILLERS: &str = "what whats which is are the a an of for in this that these it its does do has have contain contains with to into 's \
    sequence sequences dna rna strand bases base my on please give me there any following would be can could you i within here nucleotide \
    nucleotides as find get make build write compute calculate determine show tell by if whether how high large low from at string fragment read oligo and then 5' 3' 5 3 \
    5'-3' region";

/// Words of each task: all of `must`, and no others but `may`. The first that fits is it.
const TASKS: &[(&str, &str, Task)] = &[
    ("gc", "much content percentage percent fraction ratio share amount level contents proportion %", Task::GcContent),
    ("gc-content", "", Task::GcContent),
    ("gc-rich", "", Task::GcContent),
    ("gc rich", "", Task::GcContent),
    ("g c", "or and content percentage percent fraction ratio share proportion % plus bases letters", Task::GcContent),
    ("g+c", "content percentage percent fraction ratio share proportion", Task::GcContent),
    ("g/c", "content percentage percent fraction ratio share proportion", Task::GcContent),
    ("rev comp", "", Task::ReverseComplement),
    ("rev-comp", "", Task::ReverseComplement),
    ("rc", "", Task::ReverseComplement),
    ("%gc", "content", Task::GcContent),
    ("gc%", "content", Task::GcContent),
    ("reverse complement", "", Task::ReverseComplement),
    ("reverse complementary", "", Task::ReverseComplement),
    ("reversed complement", "", Task::ReverseComplement),
    ("reverse complemented", "", Task::ReverseComplement),
    ("reverse-complement", "", Task::ReverseComplement),
    ("reverse-complementary", "", Task::ReverseComplement),
    ("revcomp", "", Task::ReverseComplement),
    ("reverse", "order write written", Task::Reverse),
    ("reversed", "order", Task::Reverse),
    ("backwards", "reverse reversed write written spell spelled", Task::Reverse),
    ("complement", "", Task::Complement),
    ("complementary", "", Task::Complement),
    ("translate", "protein amino acid acids peptide proteins residues aa", Task::Protein),
    ("translated", "protein amino acid acids peptide", Task::Protein),
    ("translation", "protein amino acid acids peptide", Task::Protein),
    (
        "protein",
        "encode encodes encoded code codes make makes convert turn transform product translates amino acid acids",
        Task::Protein,
    ),
    ("peptide", "encode encodes encoded code codes make makes convert", Task::Protein),
    ("amino acid", "encode encodes encoded code codes make makes convert protein", Task::Protein),
    ("amino acids", "encode encodes encoded code codes make makes convert protein", Task::Protein),
    ("transcribe", "mrna messenger coding transcript", Task::Transcription),
    ("transcribed", "mrna messenger coding transcript", Task::Transcription),
    ("transcription", "mrna messenger coding", Task::Transcription),
    ("mrna", "convert turn make messenger coding transcribe transcribed", Task::Transcription),
    ("long", "", Task::Length),
    ("length", "", Task::Length),
    ("many", "letters number count", Task::Length),
    ("open reading frame", "orf", Task::OpenReadingFrame),
    ("orf", "", Task::OpenReadingFrame),
    ("splice site", "donor acceptor or middle centre center", Task::SpliceSite),
    ("splicing site", "donor acceptor or", Task::SpliceSite),
    ("proximal promoter", "", Task::ProximalPromoter(tasks::Tata::Any)),
    ("core promoter", "", Task::CorePromoter(tasks::Tata::Any)),
    ("promoter", "", Task::Promoter),
    ("enhancer", "", Task::Enhancer),
    ("open chromatin", "", Task::OpenChromatin),
    ("regulatory element", "kind type", Task::Regulatory),
    ("transcription factor binding site", "", Task::BindingSite),
    ("transcription factor bind", "", Task::BindingSite),
    ("protein coding gene", "", Task::Biotype),
    ("protein-coding gene", "", Task::Biotype),
    ("protein coding", "", Task::Biotype),
    ("protein-coding", "", Task::Biotype),
    ("back translate", "nucleotide", Task::BackTranslation),
    ("reverse translate", "nucleotide", Task::BackTranslation),
    ("back-translate", "nucleotide", Task::BackTranslation),
    ("reverse-translate", "nucleotide", Task::BackTranslation),
    ("back translation", "nucleotide", Task::BackTranslation),
    ("encode", "codons", Task::BackTranslation),
    ("encodes", "codons", Task::BackTranslation),
];

/// Words of bases that are words of English: in small letters they are no sequence.
const ENGLISH: [&str; 14] =
    ["can", "cat", "gut", "tag", "act", "tan", "nut", "cut", "gag", "ant", "tat", "nag", "tactac", "guttat"];

/// The sequence that a word is: without `5'-` and `-3'`.
fn sequence(word: &Word<'_>) -> Option<String> {
    let text = word.text;
    let text = ["5'-", "5’-", "5′-"].into_iter().find_map(|end| text.strip_prefix(end)).unwrap_or(text);
    let text = ["-3'", "-3’", "-3′", "-3"].into_iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text);
    let small = text.bytes().any(|letter| letter.is_ascii_lowercase());
    let sure = text.bytes().filter(|letter| b"ACGTUN".contains(&letter.to_ascii_uppercase())).count();
    let all = text.bytes().all(grammar::is_base);
    let bases = match text.len() {
        0..=2 => false,
        3..=5 if small => sure == text.len() && text.len() > 3 && !ENGLISH.contains(&text),
        _ => {
            all && (sure == text.len() && !ENGLISH.contains(&text)
                || text.len() >= 6 && !small && sure * 10 >= text.len() * 7)
        }
    };
    (bases || (text.len() >= 6 && grammar::is_residues(text))).then(|| text.to_string())
}

/// Reads a line that has a sequence in it.
pub(super) fn read(line: &str) -> Reading {
    let words = opened(line);
    let mut whole = String::new();
    let (mut rest, mut runs, mut inside) = (Vec::new(), 0, false);
    let found: Vec<Option<String>> = words.iter().map(sequence).collect();
    let is_found = |at: Option<usize>| at.and_then(|at| found.get(at)).is_some_and(Option::is_some);
    for (at, word) in words.iter().enumerate() {
        // A piece of two letters belongs to the pieces beside it.
        let piece = || {
            let beside = is_found(at.checked_sub(1)) || is_found(Some(at + 1));
            let bases = word.text.len() == 2 && word.text.bytes().all(|letter| b"ACGTUN".contains(&letter));
            (bases && beside && word.text != "GC").then(|| word.text.to_string())
        };
        match found[at].clone().or_else(piece) {
            Some(bases) => {
                runs += usize::from(!inside);
                whole.push_str(&bases);
                inside = true;
            }
            None => {
                rest.push(word.low.as_str());
                inside = false;
            }
        }
    }
    if runs == 0 {
        return Reading::None;
    }
    let all = rest.join(" ");
    match task_of(&rest).or_else(|| asked_last(line, &words, &found)) {
        Some(task) if runs == 1 && suits(task, &whole) => Reading::Prompt(format!("{whole}, {} =", task.entry().name)),
        _ => Reading::Unclear { sequence: whole, words: all },
    }
}

/// The task that the words beside a sequence name.
fn task_of(words: &[&str]) -> Option<Task> {
    if let Ok((entry, None)) = tasks::find_with_key(&words.join(" ")) {
        return Some(entry.task);
    }
    let fillers: Vec<&str> = FILLERS.split_whitespace().collect();
    let said = without_frames(words);
    let said: Vec<&str> = said.into_iter().filter(|word| !fillers.contains(word)).collect();
    let fits = |must: &str, may: &str| {
        let must: Vec<&str> = must.split(' ').collect();
        let may: Vec<&str> = may.split_whitespace().collect();
        must.iter().all(|word| said.contains(word)) && said.iter().all(|word| must.contains(word) || may.contains(word))
    };
    if let Ok(entry) = tasks::find(&said.join(" ")) {
        return Some(entry.task);
    }
    TASKS.iter().find(|(must, may, _)| fits(must, may)).map(|(_, _, task)| *task)
}

/// The task that the last sentence names: `I ordered ACGT for the other strand. What is its reverse complement?`
fn asked_last(line: &str, words: &[Word<'_>], found: &[Option<String>]) -> Option<Task> {
    let begins = |at: usize| at > 0 && line[words[at - 1].end..words[at].start].contains(['.', '!', ';', '?']);
    let last = (0..words.len()).rfind(|at| begins(*at))?;
    let before = &words[..last];
    let told = before.iter().all(|word| !denies(&word.low)) && !line[..words[last].start].contains('?');
    let rest: Vec<&str> =
        (last..words.len()).filter(|at| found[*at].is_none()).map(|at| words[at].low.as_str()).collect();
    if told { task_of(&rest) } else { None }
}

/// Words without those that say nothing; `G or C` and the words of tasks are left.
fn without_frames<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let (mut left, mut at) = (Vec::new(), 0);
    while at < words.len() {
        let count = vocabulary::frame(&words[at..]).unwrap_or(0);
        if count == 0 {
            left.push(words[at]);
        }
        at += count.max(1);
    }
    left
}

/// Whether a task reads such a sequence.
fn suits(task: Task, sequence: &str) -> bool {
    let residues = grammar::is_residues(sequence) && sequence.len() >= 6;
    match task.entry().needs {
        Needs::Bases => !residues,
        Needs::Residues => residues,
        Needs::Anything => task == Task::Biotype,
        Needs::Values => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_and_a_sequence_in_any_words_are_a_prompt() {
        for (line, prompt) in [
            ("translate ATGGCC", "ATGGCC, protein sequence ="),
            ("Translate ATGGCC to protein", "ATGGCC, protein sequence ="),
            ("ATGGCC translate", "ATGGCC, protein sequence ="),
            ("what is the GC content of ACGT", "ACGT, GC content ="),
            ("What percentage of GCGCATATGC is G or C?", "GCGCATATGC, GC content ="),
            ("rev comp pls: cttgaagcctagtgca", "cttgaagcctagtgca, reverse complementary sequence ="),
            ("any ORF in CC ATG GCT TGA CC ?", "CCATGGCTTGACC, Open Reading Frame ="),
            ("make the complementary strand to ATGGCC", "ATGGCC, complementary sequence ="),
            ("gc content of acgt?", "acgt, GC content ="),
            ("ACGT GC content", "ACGT, GC content ="),
            ("GC% of ACGT", "ACGT, GC content ="),
            ("ACGT, GC content", "ACGT, GC content ="),
            ("What is the reverse complement of ATGGCC?", "ATGGCC, reverse complementary sequence ="),
            ("Could you give me the complement of 5'-ATGGCC-3', please?", "ATGGCC, complementary sequence ="),
            ("reverse ATG GCC TTA", "ATGGCCTTA, reverse sequence ="),
            ("Is this a promoter? TATAAAAGGC", "TATAAAAGGC, promoter ="),
            ("does ATGGCCTAA have an open reading frame", "ATGGCCTAA, Open Reading Frame ="),
            ("which amino acids does ATGGCC code for?", "ATGGCC, protein sequence ="),
            ("back-translate GlnTyrVal", "GlnTyrVal, nucleotide sequence ="),
            ("how long is ATGGCC?", "ATGGCC, sequence length ="),
            ("How many bases has ATGGCC?", "ATGGCC, sequence length ="),
            ("transcribe ATGGCC into mRNA", "ATGGCC, RNA sequence ="),
            ("How GC-rich is ATGGCC?", "ATGGCC, GC content ="),
            (
                "My neighbour gave me ATGGCC for the opposite strand. What is its reverse complement?",
                "ATGGCC, reverse complementary sequence =",
            ),
        ] {
            assert_eq!(read(line), Reading::Prompt(prompt.into()), "{line}");
        }
    }

    #[test]
    fn what_is_no_task_is_not_answered_as_one() {
        for line in [
            "translate ATGGCC in frame 2",
            "GC content and reverse complement of ACGT",
            "GC content of ACGT and GGGCC",
            "transcribe the template strand ATGGCC",
            "What is the GC content of ATGGCC? And its length?",
            "I do not want ATGGCC. Translate it.",
            "not the complement of ATGGCC",
            "ATGGCC",
            "back translate ATGGCC",
        ] {
            assert!(matches!(read(line), Reading::Unclear { .. }), "{line}: {:?}", read(line));
        }
        assert_eq!(read("can a cat act?"), Reading::None);
        assert_eq!(read("translate BRCA1"), Reading::None);
    }
}
