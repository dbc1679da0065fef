//! Tasks with one right answer, computed by their definitions: GC content, the other strand, the protein, the open reading frames.
//!
//! Language models of DNA such as GenomicLLM are trained and evaluated on these tasks. Nothing here is random, learned or
//! rounded, and no engine is needed.
//!
//! [`strings`] works on letters, [`translate`](mod@translate) has NCBI's genetic codes, [`orf`] streams a contig of any length.
//! [`Task`] is one of the tasks, by its name on the command line.

use std::collections::HashSet;

#[cfg(test)]
mod examples;
pub(crate) mod orf;
pub(crate) mod strings;
pub(crate) mod translate;

pub(crate) use orf::{Orf, OrfFinder, OrfOptions, StartRule};
pub(crate) use strings::{complement, gc_fraction, reverse, reverse_complement};
pub(crate) use translate::{GeneticCode, Letters, back_translate, is_open_reading_frame, translate};

/// Name and one-line summary of each task, in the order of [`all`].
const TASKS: [(&str, &str); 7] = [
    ("gc", "fraction of G and C among the known bases, 0 to 1"),
    ("reverse", "the reversed sequence"),
    ("complement", "the complement of each base"),
    ("reverse-complement", "the reverse complement"),
    ("protein", "translation of frame 1, one letter per amino acid; * is a stop, X unknown"),
    ("protein3", "translation of frame 1, three letters per amino acid; Ter is a stop, Xaa unknown"),
    ("orf", "open reading frames of both strands"),
];

/// Settings of `protein` and `protein3`, with the values of each.
const PROTEIN_SETTINGS: &[(&str, &str)] = &[("code", "NCBI's number of a genetic code")];

/// Settings of `orf`, with the values of each.
const ORF_SETTINGS: &[(&str, &str)] = &[
    ("code", "NCBI's number of a genetic code"),
    ("min", "bases, start and stop codon included"),
    ("starts", "atg or code"),
    ("partial", "true or false"),
];

/// Default length of the shortest open reading frame, in bases: 100 codons, the usual cut-off for genes.
const DEFAULT_ORF_MIN_LEN: u64 = 300;

/// A question about a sequence that has one right answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// See [`gc_fraction`].
    GcContent,
    /// See [`reverse`].
    Reverse,
    /// See [`complement`].
    Complement,
    /// See [`reverse_complement`].
    ReverseComplement,
    /// See [`translate`](fn@translate).
    Protein {
        /// The genetic code.
        code: &'static GeneticCode,
        /// The symbols of amino acids.
        letters: Letters,
    },
    /// See [`OrfFinder`].
    OpenReadingFrames(OrfOptions),
}

/// The answer to a [`Task`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    /// A number; its unit is the task's.
    Number(f64),
    /// Bases or amino acids; empty where the sequence is too short to have any.
    Text(String),
    /// The sequence has no answer.
    Missing,
}

/// Name and summary of every task, in the order to list them.
pub(crate) fn all() -> &'static [(&'static str, &'static str)] {
    &TASKS
}

impl Task {
    /// Reads a name of [`all`], and after a colon settings as `key=value`, with commas between them.
    ///
    /// `protein` and `protein3` take `code`; `orf` takes `code`, `min`, `starts` and `partial`. Defaults:
    /// code 1, at least 300 bases, ATG only, no partial frames. A wrong name, key or value is an error that lists
    /// the right ones. `orf` with a code that has no stops (27, 28, 31) is an error unless `partial=true`: it would
    /// never find anything.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (name, settings) = match text.split_once(':') {
            Some((name, settings)) => (name, Some(settings)),
            None => (text, None),
        };
        let settings = |known| Settings::parse(name, settings, known);
        match name {
            "gc" => settings(&[]).map(|_| Self::GcContent),
            "reverse" => settings(&[]).map(|_| Self::Reverse),
            "complement" => settings(&[]).map(|_| Self::Complement),
            "reverse-complement" => settings(&[]).map(|_| Self::ReverseComplement),
            "protein" => Ok(Self::Protein { code: settings(PROTEIN_SETTINGS)?.code()?, letters: Letters::One }),
            "protein3" => Ok(Self::Protein { code: settings(PROTEIN_SETTINGS)?.code()?, letters: Letters::Three }),
            "orf" => settings(ORF_SETTINGS)?.orf_options().map(Self::OpenReadingFrames),
            _ => {
                let names: Vec<&str> = all().iter().map(|(name, _)| *name).collect();
                Err(format!("there is no task \"{name}\"; write one of {}", names.join(", ")))
            }
        }
    }

    /// The name that [`parse`](Self::parse) reads, without settings.
    pub(crate) fn name(&self) -> &'static str {
        TASKS[self.index()].0
    }

    /// A description of the answer, in one line.
    #[cfg(test)]
    pub(crate) fn summary(&self) -> &'static str {
        TASKS[self.index()].1
    }

    /// The answer for a whole sequence held in memory.
    ///
    /// [`Answer::Missing`] for the GC content of a sequence without known bases, and always for
    /// [`OpenReadingFrames`](Self::OpenReadingFrames): those are intervals, any number of them, and come from
    /// [`OrfFinder`]. Bytes that are not ASCII, which no sequence has, become `U+FFFD`.
    pub(crate) fn answer(&self, bases: &[u8]) -> Answer {
        let text = |bases: Vec<u8>| Answer::Text(String::from_utf8_lossy(&bases).into_owned());
        match self {
            Self::GcContent => gc_fraction(bases).map_or(Answer::Missing, Answer::Number),
            Self::Reverse => text(reverse(bases)),
            Self::Complement => text(complement(bases)),
            Self::ReverseComplement => text(reverse_complement(bases)),
            Self::Protein { code, letters } => Answer::Text(translate(bases, code, *letters)),
            Self::OpenReadingFrames(_) => Answer::Missing,
        }
    }

    /// Place in [`TASKS`].
    fn index(&self) -> usize {
        match self {
            Self::GcContent => 0,
            Self::Reverse => 1,
            Self::Complement => 2,
            Self::ReverseComplement => 3,
            Self::Protein { letters: Letters::One, .. } => 4,
            Self::Protein { letters: Letters::Three, .. } => 5,
            Self::OpenReadingFrames(_) => 6,
        }
    }
}

/// The settings after a task's name. Each key is known and occurs once.
struct Settings<'a> {
    values: Vec<(&'a str, &'a str)>,
}

impl<'a> Settings<'a> {
    fn parse(name: &str, text: Option<&'a str>, known: &[(&str, &str)]) -> Result<Self, String> {
        let takes = || {
            let keys: Vec<String> = known.iter().map(|(key, what)| format!("{key}= ({what})")).collect();
            if keys.is_empty() { "takes no settings".into() } else { format!("takes {}", keys.join(", ")) }
        };
        let mut seen = HashSet::new();
        let mut values = Vec::new();
        for setting in text.into_iter().flat_map(|text| text.split(',')) {
            let (key, value) =
                setting.split_once('=').ok_or_else(|| format!("\"{setting}\" is not key=value; {name} {}", takes()))?;
            if !known.iter().any(|(known, _)| *known == key) {
                return Err(format!("{name} has no setting \"{key}\"; it {}", takes()));
            }
            if !seen.insert(key) {
                return Err(format!("{name} has the setting \"{key}\" twice"));
            }
            values.push((key, value));
        }
        Ok(Self { values })
    }

    fn get(&self, key: &str) -> Option<&'a str> {
        self.values.iter().find(|(set, _)| *set == key).map(|(_, value)| *value)
    }

    fn code(&self) -> Result<&'static GeneticCode, String> {
        let Some(value) = self.get("code") else { return Ok(GeneticCode::STANDARD) };
        value.parse().ok().and_then(GeneticCode::from_id).ok_or_else(|| {
            let ids: Vec<String> = GeneticCode::all().map(|code| code.id().to_string()).collect();
            format!("NCBI has no genetic code \"{value}\"; write one of {}", ids.join(", "))
        })
    }

    fn orf_options(&self) -> Result<OrfOptions, String> {
        let code = self.code()?;
        let min_len = match self.get("min") {
            None => DEFAULT_ORF_MIN_LEN,
            Some(value) => value.parse().map_err(|_| format!("min= takes a number of bases, not \"{value}\""))?,
        };
        let starts = match self.get("starts") {
            None | Some("atg") => StartRule::AtgOnly,
            Some("code") => StartRule::CodeStarts,
            Some(value) => return Err(format!("starts= takes atg or code, not \"{value}\"")),
        };
        let partial = match self.get("partial") {
            None | Some("false") => false,
            Some("true") => true,
            Some(value) => return Err(format!("partial= takes true or false, not \"{value}\"")),
        };
        if !code.has_stop() && !partial {
            return Err(format!(
                "every stop of genetic code {} depends on its context, so no open reading frame would be complete; \
                 add partial=true or choose another code",
                code.id()
            ));
        }
        Ok(OrfOptions { code, min_len, starts, partial })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(text: &str) -> Task {
        Task::parse(text).expect("a task")
    }

    fn message(text: &str) -> String {
        Task::parse(text).expect_err("not a task")
    }

    #[test]
    fn every_listed_name_is_a_task_of_that_name_and_summary() {
        for (name, summary) in all() {
            let task = task(name);
            assert_eq!((task.name(), task.summary()), (*name, *summary));
        }
    }

    #[test]
    fn settings_left_out_are_standard_code_300_bases_atg_and_complete() {
        let options =
            OrfOptions { code: GeneticCode::STANDARD, min_len: 300, starts: StartRule::AtgOnly, partial: false };
        assert_eq!(task("orf"), Task::OpenReadingFrames(options));
        assert_eq!(task("protein"), Task::Protein { code: GeneticCode::STANDARD, letters: Letters::One });
    }

    #[test]
    fn settings_are_read_in_any_order() {
        let Task::OpenReadingFrames(options) = task("orf:partial=true,starts=code,min=90,code=11") else {
            panic!("not orf")
        };
        assert_eq!((options.code.id(), options.min_len), (11, 90));
        assert_eq!((options.starts, options.partial), (StartRule::CodeStarts, true));
        let Task::Protein { code, letters } = task("protein3:code=2") else { panic!("not protein") };
        assert_eq!((code.id(), letters), (2, Letters::Three));
    }

    #[test]
    fn wrong_name_lists_the_names() {
        assert_eq!(
            message("GC"),
            "there is no task \"GC\"; write one of gc, reverse, complement, reverse-complement, protein, protein3, orf"
        );
    }

    #[test]
    fn wrong_setting_lists_the_settings() {
        assert_eq!(
            message("protein:table=2"),
            "protein has no setting \"table\"; it takes code= (NCBI's number of a genetic code)"
        );
        assert_eq!(message("gc:code=2"), "gc has no setting \"code\"; it takes no settings");
        assert!(message("orf:min").starts_with("\"min\" is not key=value; orf takes code= ("));
        assert_eq!(message("orf:min=1,min=2"), "orf has the setting \"min\" twice");
    }

    #[test]
    fn wrong_value_says_what_is_taken() {
        assert!(message("protein:code=7").starts_with("NCBI has no genetic code \"7\"; write one of 1, 2, 3, 4, 5"));
        assert!(message("protein:code=").starts_with("NCBI has no genetic code \"\""));
        assert_eq!(message("orf:min=-1"), "min= takes a number of bases, not \"-1\"");
        assert_eq!(message("orf:starts=ATG"), "starts= takes atg or code, not \"ATG\"");
        assert_eq!(message("orf:partial=yes"), "partial= takes true or false, not \"yes\"");
    }

    #[test]
    fn open_reading_frames_that_could_never_be_complete_are_refused() {
        assert!(message("orf:code=28").contains("code 28 depends on its context"));
        assert_eq!(task("orf:code=28,partial=true").name(), "orf");
    }

    #[test]
    fn answers_are_numbers_texts_or_missing() {
        assert_eq!(task("gc").answer(b"GCAT"), Answer::Number(0.5));
        assert_eq!(task("gc").answer(b"NNN"), Answer::Missing);
        assert_eq!(task("reverse").answer(b"ATGC"), Answer::Text("CGTA".into()));
        assert_eq!(task("complement").answer(b"ATGC"), Answer::Text("TACG".into()));
        assert_eq!(task("reverse-complement").answer(b"ATGC"), Answer::Text("GCAT".into()));
        assert_eq!(task("protein").answer(b"ATGTGA"), Answer::Text("M*".into()));
        assert_eq!(task("protein3:code=2").answer(b"ATGTGA"), Answer::Text("MetTrp".into()));
        assert_eq!(task("protein").answer(b"AT"), Answer::Text(String::new()));
        assert_eq!(task("orf").answer(b"ATGTGA"), Answer::Missing);
    }
}
