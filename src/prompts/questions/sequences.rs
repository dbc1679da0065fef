//! Questions with a sequence in them: `translate ATGGCC`, `what is the GC content of ACGT?`, `is this a promoter: TATA…`.
//!
//! One sequence and one task make a prompt. The other words may be any ordinary ones, but none that denies, counts, takes a part of the
//! sequence or names another property of it, none that takes over the word for the task (`protein weight`), and no second request. Sentences
//! before and behind the one that asks only tell something.

use super::{
    stops,
    vocabulary::{self, Cue},
    words::{Word, words},
};
use crate::prompts::{
    grammar,
    tasks::{self, Needs, Task, Tata},
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

/// Phrases that name a task, longer ones before those that begin alike.
const TASKS: &[(Task, &str)] = &[
    (
        Task::GcContent,
        "gc, gc%, %gc, gc-content, gc-rich, g+c, g/c, g or c, g and c, g plus c, c or g, c and g, c plus g, guanine or cytosine, guanine and cytosine",
    ),
    (
        Task::BackTranslation,
        "back translate, back-translate, backtranslate, back translation, back-translation, reverse translate, reverse-translate, reverse translation",
    ),
    (
        Task::ReverseComplement,
        "reverse complement, reverse-complement, reverse complemented, reverse-complemented, reverse complementary, reverse-complementary, \
         reversed complement, reverse complementing, opposite strand 5 to 3, opposite strand from 5 to 3, opposite strand read 5 to 3, \
         opposite strand of read 5 to 3, other strand 5 to 3, revcomp, rev comp, rev-comp, rc",
    ),
    (Task::Reverse, "reverse, reversed, reversing, backwards, backward, back to front, last to first, end to start"),
    (
        Task::Complement,
        "complement, complementary, complements, complementing, pair with, pairs with, paired with, base-pair with, pair to, pairs to, pair up with",
    ),
    (Task::Biotype, "protein coding gene, protein-coding gene, protein coding, protein-coding"),
    (
        Task::Protein,
        "translate, translated, translates, translating, translation, protein, proteins, peptide, peptides, polypeptide, amino acid, amino acids, \
         amino-acid, amino-acids, aa",
    ),
    (
        Task::Transcription,
        "transcribe, transcribed, transcribes, transcribing, transcription, mrna, messenger rna, to rna, into rna, as rna, in rna, rna of, rna version, rna form, rna copy, rna sequence",
    ),
    (
        Task::Length,
        "how long, length, how many bases, how many nucleotides, how many letters, how many base pairs, how many bp, how many nt, \
         how many residues, how many characters, count the bases, count the letters, count the nucleotides, number of bases, number of nucleotides, number of letters, number of base pairs",
    ),
    (Task::OpenReadingFrame, "open reading frame, open reading frames, orf, orfs"),
    (Task::SpliceSite, "splice site, splicing site, splice donor, splice acceptor"),
    (Task::BindingSite, "transcription factor binding site, transcription factor bind, transcription factor binds"),
    (Task::ProximalPromoter(Tata::Any), "proximal promoter"),
    (Task::CorePromoter(Tata::Any), "core promoter"),
    (Task::Promoter, "promoter"),
    (Task::Enhancer, "enhancer"),
    (Task::OpenChromatin, "open chromatin"),
    (Task::Regulatory, "regulatory element, regulatory region"),
    (
        Task::Direction,
        "forward or reverse, forward or reversed, forwards or backwards, reversed or forward, sequence direction",
    ),
];

/// Words that take a part of the sequence, change it, or ask for another property of it.
const OTHER: &str = "optimal ideal strong stick sticks fast own already frame frames template both half part parts only first last longest shortest next middle-of each every temperature melting melt melts tm weight weigh \
    weighs heavy mass molar molarity charge charged structure fold folds hairpin hairpins dimer dimers codon codons usage skew site-directed mutate mutates mutated mutation \
    mutations mutant replace replaced insert inserted delete deleted substitute substituted mask masked trim trimmed cut cuts digest restriction \
    enzyme enzymes blast align aligned alignment compare match matches similar identity organism species chromosome anneal annealing \
    extinction concentration ph isoelectric hydrophobic domain domains function gene-name variant variants snp probability likely why methylated \
    methylation cpg starting ending position positions index entropy complexity repeat repeats motif motifs trimer kmer kmers";

/// Words behind the word for a task that belong to it.
const BEHIND: &str = "content contents percentage percent fraction ratio share amount level proportion % rich strand strands sequence sequences string order \
    version form chain product letters bases residues code please much count donor acceptor element region long";

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

/// The peptide in one-letter amino acids that a word is, with the names of its residues in three letters: four at least, in capitals.
fn peptide(word: &Word<'_>) -> Option<String> {
    let residues = (word.text.len() >= 4).then(|| grammar::residues_of_letters(word.text))?;
    residues.filter(|_| sequence(word).is_none())
}

/// Reads a line that has a sequence in it.
pub(super) fn read(line: &str) -> Reading {
    let words = words(line);
    let mut whole = String::new();
    let (mut runs, mut inside) = (0, false);
    let mut found: Vec<Option<String>> = words.iter().map(sequence).collect();
    // What is said to be a peptide is one; other words in capitals are names of genes, unless they are longer than those.
    let tasks = phrases(&words.iter().map(|word| word.low.as_str()).collect::<Vec<_>>());
    let says = |task: Task| tasks.iter().any(|(_, said, _)| *said == task);
    if found.iter().all(Option::is_none) && (says(Task::BackTranslation) || says(Task::Protein)) {
        let called = |at: usize| {
            at.checked_sub(1)
                .is_some_and(|before| ["peptide", "sequence", "oligopeptide"].contains(&words[before].low.as_str()))
        };
        let is_one = |at: usize| says(Task::BackTranslation) || called(at) || words[at].text.len() > 6;
        found = (0..words.len()).map(|at| peptide(&words[at]).filter(|_| is_one(at))).collect();
    }
    let is_found = |at: Option<usize>| at.and_then(|at| found.get(at)).is_some_and(Option::is_some);
    let mut is_sequence = vec![false; words.len()];
    for (at, word) in words.iter().enumerate() {
        // A piece of two letters belongs to the pieces beside it.
        let piece = || {
            let beside = is_found(at.checked_sub(1)) || is_found(Some(at + 1));
            let bases = word.text.len() == 2 && word.text.bytes().all(|letter| b"ACGTUN".contains(&letter));
            (bases && beside && word.text != "GC").then(|| word.text.to_string())
        };
        if let Some(bases) = found[at].clone().or_else(piece) {
            runs += usize::from(!inside);
            whole.push_str(&bases);
            is_sequence[at] = true;
        }
        inside = is_sequence[at];
    }
    if runs == 0 {
        return Reading::None;
    }
    let question = Question { line, words: &words, is_sequence: &is_sequence };
    match question.task() {
        Some(task) if runs == 1 && suits(task, &whole) && !(task == Task::Protein && question.may_be_gene(&whole)) => {
            Reading::Prompt(format!("{whole}, {} =", task.entry().name))
        }
        _ => Reading::Unclear { sequence: whole, words: question.said(0, words.len()).join(" ") },
    }
}

/// A line with a sequence.
struct Question<'a> {
    line: &'a str,
    words: &'a [Word<'a>],
    is_sequence: &'a [bool],
}

impl<'a> Question<'a> {
    /// Whether what looks like a codon or two may be a gene's symbol: `which protein does GAA encode?`, not `which amino acid …`.
    fn may_be_gene(&self, sequence: &str) -> bool {
        const OF_BASES: [&str; 12] =
            ["amino", "codon", "aa", "sequence", "dna", "rna", "mrna", "bases", "peptide", "oligo", "read", "reading"];
        let says = |word: &str| OF_BASES.contains(&word) || word.starts_with("translat") || word.starts_with("amino");
        sequence.len() <= 5 && !self.said(0, self.words.len()).into_iter().any(says)
    }

    /// The words besides the sequence.
    fn said(&self, from: usize, to: usize) -> Vec<&'a str> {
        (from..to).filter(|at| !self.is_sequence[*at]).map(|at| self.words[at].low.as_str()).collect()
    }

    /// The task that the line names.
    fn task(&self) -> Option<Task> {
        if let Ok((entry, None)) = tasks::find_with_key(&self.said(0, self.words.len()).join(" ")) {
            return Some(entry.task);
        }
        let mut asked: Option<(Task, usize, usize)> = None;
        for (from, to) in self.sentences() {
            let tasks = self.tasks(from, to);
            match (tasks.as_slice(), asked) {
                ([], _) => {}
                ([task], None) => asked = Some((*task, from, to)),
                // A story may use the word too: `I am ordering a reverse primer. Could you reverse-complement it?`
                ([task], Some((before, ..))) if *task == before || !self.asks(before, from) => {
                    asked = Some((*task, from, to))
                }
                _ => return None,
            }
        }
        let (task, from, to) = asked?;
        // What RNA is transcribed from is the template strand, and RNA that reads like the sequence may be meant as well.
        let template =
            self.said(from, to).windows(2).any(|two| matches!(two, ["transcribed" | "transcription", "from"]));
        if task == Task::Transcription && template {
            return None;
        }
        // `How do I translate it in Python?`, `how long does it take?`
        let advises = self.said(from, to).windows(3).any(|three| {
            matches!(
                three,
                ["how", "do", "i" | "we" | "you"] | ["how", "can" | "should", "i" | "we"] | [_, "it", "take" | "takes"]
            )
        });
        if advises {
            return None;
        }
        let told = self
            .sentences()
            .into_iter()
            .filter(|span| *span != (from, to))
            .all(|(first, end)| self.is_told(first, end));
        (told && self.is_plain(from, to)).then_some(task)
    }

    /// Whether what stands before a word may be a question for a task.
    fn asks(&self, _: Task, before: usize) -> bool {
        let text = &self.line[..self.words[before].start];
        text.contains('?')
            || !self.words[..before]
                .iter()
                .take(6)
                .any(|word| ["i", "i'm", "i've", "we", "my", "our", "the", "this"].contains(&word.low.as_str()))
    }

    fn sentences(&self) -> Vec<(usize, usize)> {
        let mut spans = Vec::new();
        let mut first = 0;
        for at in 1..self.words.len() {
            if self.line[self.words[at - 1].end..self.words[at].start].contains(['.', '!', ';', '?']) {
                spans.push((first, at));
                first = at;
            }
        }
        spans.push((first, self.words.len()));
        // Nothing but the sequence: it belongs to the sentence before.
        spans.retain(|(first, end)| (*first..*end).any(|at| !self.is_sequence[at]));
        spans
    }

    /// The tasks whose phrases stand in a sentence.
    fn tasks(&self, from: usize, to: usize) -> Vec<Task> {
        let said = self.said(from, to);
        let mut all = Vec::new();
        for (_, task, _) in phrases(&said) {
            if !all.contains(&task) {
                all.push(task);
            }
        }
        // The complement that is reversed is one thing, and mRNA may be what is translated.
        if all.contains(&Task::Reverse) && all.contains(&Task::Complement) && all.len() == 2 && !said.contains(&"or") {
            all = vec![Task::ReverseComplement];
        }
        // `Which DNA encodes the peptide MKWV?`
        let of_peptide = (from..to).any(|at| self.is_sequence[at] && peptide(&self.words[at]).is_some());
        let to_bases = ["dna", "cdna", "rna", "mrna", "nucleotide", "nucleotides", "codons", "bases"];
        if of_peptide
            && matches!(all.as_slice(), [Task::Protein, ..])
            && said.iter().any(|word| to_bases.contains(word))
        {
            all = vec![Task::BackTranslation];
        }
        let translates = said.iter().any(|word| word.starts_with("translat"));
        if all.contains(&Task::Protein) && translates && all.len() == 2 {
            // `Transcribe it, then translate it` is two tasks.
            let also = said.iter().any(|word| word.starts_with("transcrib"));
            all.retain(|task| also || !matches!(task, Task::Transcription));
        }
        all
    }

    /// Whether a sentence beside the question tells something: it neither denies nor asks.
    fn is_told(&self, from: usize, to: usize) -> bool {
        let said = self.said(from, to);
        let next = self.words.get(to).map_or(self.line.len(), |word| word.start);
        !said.iter().any(|word| stops::denies_outright(word)) && !self.line[self.words[to - 1].end..next].contains('?')
    }

    /// Whether no word of the sentence that asks changes what is asked.
    fn is_plain(&self, from: usize, to: usize) -> bool {
        let said = self.said(from, to);
        let tasks = phrases(&said);
        let in_task = |at: usize| tasks.iter().any(|(first, _, count)| (*first..first + count).contains(&at));
        let texts: Vec<&str> = (from..to).filter(|at| !self.is_sequence[*at]).map(|at| self.words[at].text).collect();
        let shouts = !self.line.chars().any(char::is_lowercase);
        let changes = |at: usize| {
            let word = said[at];
            let digits = word.chars().any(|letter| letter.is_ascii_digit())
                && !["5", "3", "5'", "3'", "5'-3'", "5'-", "-3'"].contains(&word);
            let capital = !shouts
                && texts[at].chars().skip(1).any(char::is_uppercase)
                && !["dna", "rna", "cdna", "gc", "pcr", "bp", "orf", "utr"].contains(&word);
            let counted = stops::counts(word) && !has(BEHIND, word);
            digits || capital || counted || has(OTHER, word) || stops::denies_outright(word)
        };
        let of_genes = |at: usize| {
            matches!(
                vocabulary::cue(&said[at..]),
                Some((
                    _,
                    Cue::Disease
                        | Cue::Phenotype
                        | Cue::Inheritance
                        | Cue::Chromosome
                        | Cue::Alias
                        | Cue::Omim
                        | Cue::Ensembl
                        | Cue::Orphanet
                        | Cue::Entrez
                        | Cue::Or
                ))
            )
        };
        let is_small = |at: usize| {
            vocabulary::cue(&said[at..]).is_some_and(|(_, cue)| {
                matches!(
                    cue,
                    Cue::Filler | Cue::Auxiliary | Cue::And | Cue::There | Cue::Which | Cue::Encode | Cue::How
                )
            })
        };
        let taken_over = |(first, _, count): &(usize, Task, usize)| {
            let next = first + count;
            next < said.len() && !in_task(next) && !is_small(next) && !has(BEHIND, said[next]) && !is_verb(said[next])
        };
        let asking = (0..said.len())
            .filter(|at| {
                matches!(vocabulary::cue(&said[*at..]), Some((_, Cue::Which | Cue::Where | Cue::How | Cue::Who)))
            })
            .count();
        let last_task = tasks.iter().map(|(first, _, count)| first + count).min().unwrap_or(0);
        let second = (last_task..said.len().saturating_sub(1))
            .any(|at| said[at] == "and" && !in_task(at) && !is_small(at + 1) && !in_task(at + 1));
        (0..said.len()).all(|at| in_task(at) || !changes(at) && !of_genes(at))
            && !tasks.iter().any(taken_over)
            && asking <= 1
            && !second
    }
}

fn has(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|other| other == word)
}

fn is_verb(word: &str) -> bool {
    word.ends_with("ed") || ["looks", "made", "comes", "come"].contains(&word)
}

/// The phrases of tasks in some words: first word, task, number of words.
fn phrases(said: &[&str]) -> Vec<(usize, Task, usize)> {
    let mut all = Vec::new();
    let mut at = 0;
    while at < said.len() {
        let here = TASKS.iter().flat_map(|(task, text)| text.split(", ").map(|phrase| (*task, phrase.trim())));
        let fits = here.filter_map(|(task, phrase)| {
            let phrase: Vec<&str> = phrase.split(' ').collect();
            said[at..].starts_with(&phrase).then_some((task, phrase.len()))
        });
        match fits.max_by_key(|(_, count)| *count) {
            Some((task, count)) => {
                all.push((at, task, count));
                at += count;
            }
            None => at += 1,
        }
    }
    all
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
            ("back-translate MKWV", "MetLysTrpVal, nucleotide sequence ="),
            ("Which DNA could encode the peptide MKWVTF?", "MetLysTrpValThrPhe, nucleotide sequence ="),
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
            "What mRNA would be transcribed from TACGGATTCACT?",
            "GC skew of ACGTAC",
            "protein weight of ATGGCC",
            "complement of ATGGCC but only the first half",
            "Translate ATGGCC and tell me the gene of cystic fibrosis",
            "reverse complement ATGGCC and book a table",
            "What is the GC content of ATGGCC? And its length?",
            "I do not want ATGGCC. Translate it.",
            "not the complement of ATGGCC",
            "ATGGCC",
            "back translate ATGGCC",
            "which protein does GAA encode?",
            "how long is the peptide MKWVTF",
            "how long does it take to synthesise ATGGCC",
            "how do I translate ATGGCC in Biopython",
            "transcribe ATGGCC, then translate it",
        ] {
            assert!(matches!(read(line), Reading::Unclear { .. }), "{line}: {:?}", read(line));
        }
        assert_eq!(read("can a cat act?"), Reading::None);
        assert_eq!(read("translate BRCA1"), Reading::None);
        assert_eq!(read("Which gene encodes the protein CFTR?"), Reading::None);
    }
}
