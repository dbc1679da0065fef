//! The tasks of prompts: their names, the parts of a prompt they need, and the form of their answers.

use std::{borrow::Cow, sync::LazyLock};

/// A task of the grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Task {
    /// Share of G and C.
    GcContent,
    /// From last to first.
    Reverse,
    /// Base by base.
    Complement,
    /// The other strand.
    ReverseComplement,
    /// Translation of frame 1.
    Protein,
    /// Bases that a protein may be translated from, in IUPAC's letters.
    BackTranslation,
    /// The RNA that is read like the sequence, with U for T.
    Transcription,
    /// Number of bases.
    Length,
    /// Whether the whole sequence is an open reading frame.
    OpenReadingFrame,
    /// Splice site in the middle of 400 bases.
    SpliceSite,
    /// Promoter: 251 or 300 bases around a transcription start.
    Promoter,
    /// Promoter of GUE's sets: 300 bases.
    ProximalPromoter(Tata),
    /// Core promoter: 70 bases around a transcription start.
    CorePromoter(Tata),
    /// Transcription factor binding site: 101 bases around a peak.
    BindingSite,
    /// Enhancer of GenomicBenchmarks.
    Enhancer,
    /// Which of three regulatory elements.
    Regulatory,
    /// Open chromatin.
    OpenChromatin,
    /// Whether the sequence is written forwards or backwards.
    Direction,
    /// Whether a gene codes for a protein.
    Biotype,
    /// The gene's name in words.
    Description,
    /// A value of the prompt.
    Reading,
    /// Missing residues.
    Blank,
    /// Name, location and function of a gene.
    Information,
    /// Name, identifiers and definition of a disease.
    DiseaseInformation,
    /// The same of a phenotype.
    PhenotypeInformation,
    /// Genes of a disease or phenotype.
    Genes,
    /// Diseases of a gene, or with a phenotype.
    Diseases,
    /// Phenotypes of a gene or disease.
    Phenotypes,
    /// One fact about a gene.
    Retrieval,
    /// Whether a gene is related to a disease or phenotype.
    Relation,
}

/// Which promoters a set holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Tata {
    /// All of them.
    Any,
    /// With a TATA box.
    With,
    /// Without one.
    Without,
}

/// The parts that a prompt must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Bases.
    Bases,
    /// Residues.
    Residues,
    /// Bases or keys with values.
    Anything,
    /// Keys with values.
    Values,
}

/// A task and how it is written.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The task.
    pub task: Task,
    /// Name in prompts; the language model sees this one.
    pub name: &'static str,
    /// Other names that are accepted.
    pub aliases: &'static [&'static str],
    /// The parts that a prompt must have.
    pub needs: Needs,
    /// Description of the answer, for the list of tasks.
    pub answer: &'static str,
}

/// All tasks, in the order to list them.
pub(crate) const TASKS: [Entry; 34] = [
    Entry {
        task: Task::GcContent,
        name: "GC content",
        aliases: &["gc"],
        needs: Needs::Bases,
        answer: "fraction of G and C among the known bases, three decimals",
    },
    Entry {
        task: Task::Reverse,
        name: "reverse sequence",
        aliases: &["reverse"],
        needs: Needs::Bases,
        answer: "the reversed sequence",
    },
    Entry {
        task: Task::Complement,
        name: "complementary sequence",
        aliases: &["complement", "complement sequence"],
        needs: Needs::Bases,
        answer: "the complement of each base",
    },
    Entry {
        task: Task::ReverseComplement,
        name: "reverse complementary sequence",
        aliases: &["reverse complement", "reverse complement sequence"],
        needs: Needs::Bases,
        answer: "the reverse complement",
    },
    Entry {
        task: Task::Protein,
        name: "protein sequence",
        aliases: &["protein", "amino acid sequence", "nt2aa", "translate", "translation"],
        needs: Needs::Bases,
        answer: "translation of frame 1 (standard code), three letters per residue; Ter is a stop, Xaa unknown",
    },
    Entry {
        task: Task::BackTranslation,
        name: "nucleotide sequence",
        aliases: &["aa2nt"],
        needs: Needs::Residues,
        answer: "a nucleotide sequence that encodes the residues, in IUPAC letters",
    },
    Entry {
        task: Task::Transcription,
        name: "RNA sequence",
        aliases: &["rna", "mrna", "mrna sequence", "transcribe", "transcription"],
        needs: Needs::Bases,
        answer: "the RNA that is read like the sequence (the coding strand): U for T",
    },
    Entry {
        task: Task::Length,
        name: "sequence length",
        aliases: &["length"],
        needs: Needs::Bases,
        answer: "number of bases, known or not",
    },
    Entry {
        task: Task::OpenReadingFrame,
        name: "Open Reading Frame",
        aliases: &["orf"],
        needs: Needs::Bases,
        answer: "True if the whole sequence is ATG … stop without a stop between, else False",
    },
    Entry {
        task: Task::SpliceSite,
        name: "splice site",
        aliases: &["splice"],
        needs: Needs::Bases,
        answer: "donor site, acceptor site or non-splice site, of the middle of 400 bases",
    },
    Entry {
        task: Task::Promoter,
        name: "promoter",
        aliases: &[],
        needs: Needs::Bases,
        answer: "True or False, of 251 bases (-200 to +50 of a start)",
    },
    Entry {
        task: Task::ProximalPromoter(Tata::Any),
        name: "proximal promoter",
        aliases: &["proximal all promoter", "prom 300 all"],
        needs: Needs::Bases,
        answer: "True or False, of 300 bases (-249 to +50 of a start)",
    },
    Entry {
        task: Task::ProximalPromoter(Tata::With),
        name: "proximal tata promoter",
        aliases: &["proximal promoter tata", "prom 300 tata"],
        needs: Needs::Bases,
        answer: "the same, with a TATA box",
    },
    Entry {
        task: Task::ProximalPromoter(Tata::Without),
        name: "proximal notata promoter",
        aliases: &["proximal promoter notata", "proximal non tata promoter", "prom 300 notata"],
        needs: Needs::Bases,
        answer: "the same, without a TATA box",
    },
    Entry {
        task: Task::CorePromoter(Tata::Any),
        name: "core promoter",
        aliases: &["core all promoter", "prom core all"],
        needs: Needs::Bases,
        answer: "True or False, of 70 bases (-34 to +35 of a start)",
    },
    Entry {
        task: Task::CorePromoter(Tata::With),
        name: "core tata promoter",
        aliases: &["core promoter tata", "prom core tata"],
        needs: Needs::Bases,
        answer: "the same, with a TATA box",
    },
    Entry {
        task: Task::CorePromoter(Tata::Without),
        name: "core notata promoter",
        aliases: &["core promoter notata", "core non tata promoter", "prom core notata"],
        needs: Needs::Bases,
        answer: "the same, without a TATA box",
    },
    Entry {
        task: Task::BindingSite,
        name: "transcription factor binding site",
        aliases: &["tfbs", "tf binding site", "tf binding"],
        needs: Needs::Bases,
        answer: "True or False, of 101 bases",
    },
    Entry {
        task: Task::Enhancer,
        name: "enhancer",
        aliases: &[],
        needs: Needs::Bases,
        answer: "True or False; annotation = cohn or ensembl selects the collection",
    },
    Entry {
        task: Task::Regulatory,
        name: "regulatory",
        aliases: &["regulatory element"],
        needs: Needs::Bases,
        answer: "enhancer, promoter or ocr",
    },
    Entry {
        task: Task::OpenChromatin,
        name: "ocr",
        aliases: &["open chromatin", "open chromatin region"],
        needs: Needs::Bases,
        answer: "True or False",
    },
    Entry {
        task: Task::Direction,
        name: "sequence direction",
        aliases: &["direction"],
        needs: Needs::Bases,
        answer: "forward or reverse (reversed, not complemented)",
    },
    Entry {
        task: Task::Biotype,
        name: "gene biotype",
        aliases: &["biotype"],
        needs: Needs::Anything,
        answer: "protein coding gene or other",
    },
    Entry {
        task: Task::Description,
        name: "gene description",
        aliases: &["description"],
        needs: Needs::Anything,
        answer: "the full name of the gene",
    },
    Entry {
        task: Task::Reading,
        name: "reading comprehension",
        aliases: &[],
        needs: Needs::Values,
        answer: "the value of the key",
    },
    Entry {
        task: Task::Blank,
        name: "complete the blank",
        aliases: &["fill the blank", "blank"],
        needs: Needs::Residues,
        answer: "the 1 to 3 residues at ___",
    },
    Entry {
        task: Task::Information,
        name: "gene information",
        aliases: &["information"],
        needs: Needs::Values,
        answer: "name, location, kind and summary of gene = …",
    },
    Entry {
        task: Task::DiseaseInformation,
        name: "disease information",
        aliases: &[],
        needs: Needs::Values,
        answer: "name, identifiers and definition of disease = …",
    },
    Entry {
        task: Task::PhenotypeInformation,
        name: "phenotype information",
        aliases: &[],
        needs: Needs::Values,
        answer: "name, identifier and definition of phenotype = …",
    },
    Entry {
        task: Task::Genes,
        name: "genes",
        aliases: &["related genes"],
        needs: Needs::Values,
        answer: "genes of disease = … or phenotype = …, separated by ;",
    },
    Entry {
        task: Task::Diseases,
        name: "diseases",
        aliases: &["related diseases"],
        needs: Needs::Values,
        answer: "diseases of gene = …, or with phenotype = …: identifier and name, separated by ;",
    },
    Entry {
        task: Task::Phenotypes,
        name: "phenotypes",
        aliases: &["related phenotypes"],
        needs: Needs::Values,
        answer: "phenotypes of gene = … or disease = …: identifier and name, separated by ;",
    },
    Entry {
        task: Task::Retrieval,
        name: "information retrieval",
        aliases: &["retrieval"],
        needs: Needs::Values,
        answer: "one field of gene = …: symbol, name, names, hgnc, ncbi_gene, ensembl, omim, uniprot, refseq, identifiers, location, chromosome, kind, alias, previous_symbol, inheritance, loeuf, pli, missense_z, summary; of disease = …: name, synonyms, omim, orphanet, mondo, umls, identifiers, inheritance, definition; of phenotype = …: name, synonyms, hpo, definition",
    },
    Entry {
        task: Task::Relation,
        name: "relation",
        aliases: &["relation determination"],
        needs: Needs::Values,
        answer: "yes, no or unknown: whether gene = … is related to disease = … or phenotype = …",
    },
];

/// A prompt for each task. Sequence: PCNA and places near it, GRCh37 chromosome 20, which no model here was trained on (Debian package
/// vt-examples 0.57721, MIT).
const EXAMPLES: &str = include_str!("examples.tsv");

impl Entry {
    /// A prompt of this task.
    pub(crate) fn example(&self) -> &'static str {
        let lines = EXAMPLES.lines().filter_map(|line| line.split_once('\t'));
        lines.into_iter().find(|(name, _)| *name == self.name).map_or("", |(_, prompt)| prompt)
    }
}

/// A name in the form that is compared: lower case, single blanks, no `_` or `-`, no `annotation:`.
fn plain(name: &str) -> String {
    let name = name.trim().to_lowercase();
    let name = name.strip_prefix("annotation:").unwrap_or(&name).replace(['_', '-'], " ");
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The task of this name, and the key it asks for: `reading comprehension: KEY`, `information retrieval: KEY`.
pub(crate) fn find_with_key(name: &str) -> Result<(&'static Entry, Option<String>), String> {
    let bare = name.trim();
    let bare = bare.get(..11).filter(|start| start.eq_ignore_ascii_case("annotation:")).map_or(bare, |_| &bare[11..]);
    match bare.split_once(':') {
        Some((head, key))
            if ["reading comprehension", "information retrieval", "retrieval"].contains(&plain(head).as_str()) =>
        {
            Ok((find(head)?, Some(key.trim().to_string())))
        }
        _ => Ok((find(name)?, None)),
    }
}

/// Longer names are not compared with those of the tasks: most likely they are sequences.
const LONGEST_NAME: usize = 60;

/// Every name of every task: in the form that is compared, as written, and its task.
static NAMES: LazyLock<Vec<(String, &'static str, &'static Entry)>> = LazyLock::new(|| {
    let names =
        |entry: &'static Entry| std::iter::once(&entry.name).chain(entry.aliases).map(move |name| (name, entry));
    TASKS.iter().flat_map(names).map(|(name, entry)| (plain(name), *name, entry)).collect()
});

/// The task of this name.
pub(crate) fn find(name: &str) -> Result<&'static Entry, String> {
    let wanted = plain(name);
    if let Some((_, _, entry)) = NAMES.iter().find(|(plain, ..)| *plain == wanted) {
        return Ok(entry);
    }
    let shown: String = name.trim().chars().take(LONGEST_NAME).collect();
    if wanted.len() > LONGEST_NAME {
        return Err(format!("\"{shown} …\" is not a task: a prompt ends with \"task =\"; --tasks lists them"));
    }
    let alike = NAMES.iter().map(|(plain, name, _)| (strsim::normalized_damerau_levenshtein(plain, &wanted), name));
    match alike.max_by(|(a, _), (b, _)| a.total_cmp(b)) {
        Some((alike, nearest)) if alike > 0.3 => {
            Err(format!("\"{shown}\" is not a task; did you mean {nearest}? --tasks lists them"))
        }
        _ => Err(format!("\"{shown}\" is not a task; --tasks lists them")),
    }
}

impl Task {
    /// Whether it is about genes, diseases and phenotypes by name: GP-GPT's tasks.
    pub(crate) fn of_genes(self) -> bool {
        matches!(
            self,
            Self::Information
                | Self::DiseaseInformation
                | Self::PhenotypeInformation
                | Self::Genes
                | Self::Diseases
                | Self::Phenotypes
                | Self::Retrieval
                | Self::Relation
        )
    }

    /// Its entry in [`TASKS`].
    pub(crate) fn entry(self) -> &'static Entry {
        TASKS.iter().find(|entry| entry.task == self).unwrap_or(&TASKS[0])
    }

    /// The answers, if there are only a few.
    pub(crate) fn labels(self) -> &'static [&'static str] {
        match self {
            Self::SpliceSite => &["acceptor site", "donor site", "non-splice site"],
            Self::Regulatory => &["promoter", "enhancer", "ocr"],
            Self::Direction => &["forward", "reverse"],
            Self::Biotype => &["other", "protein coding gene"],
            Self::OpenReadingFrame
            | Self::Promoter
            | Self::ProximalPromoter(_)
            | Self::CorePromoter(_)
            | Self::BindingSite
            | Self::Enhancer
            | Self::OpenChromatin => &["False", "True"],
            _ => &[],
        }
    }

    /// The form of an answer, as a regular expression; `None` if it depends on the prompt.
    pub(crate) fn form(self) -> Option<Cow<'static, str>> {
        const RESIDUE: &str =
            "(?:Ala|Arg|Asn|Asp|Cys|Gln|Glu|Gly|His|Ile|Leu|Lys|Met|Phe|Pro|Ser|Thr|Trp|Tyr|Val|Ter|Xaa)";
        Some(match self {
            Self::GcContent => r"0\.[0-9]{3}|1\.000".into(),
            Self::Reverse | Self::Complement | Self::ReverseComplement => "[ACGTN]+".into(),
            Self::Transcription => "[ACGUN]+".into(),
            Self::Length => "[1-9][0-9]*".into(),
            Self::BackTranslation => "[ACGTRYSWKMBDHVN]+".into(),
            Self::Protein => format!("{RESIDUE}+").into(),
            Self::Blank => format!("{RESIDUE}{{1,3}}").into(),
            Self::Description => "[!-~](?:[ -~]*[!-~])?".into(),
            Self::Reading => return None,
            // METHOD: facts are answered by the knowledge base alone, not by a language model.
            Self::Relation => " yes| no".into(),
            task if task.of_genes() => "[!-~](?:[ -~]*[!-~])?".into(),
            _ => self.labels().join("|").into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_has_an_example_of_its_own() {
        for entry in &TASKS {
            let prompt = crate::prompts::grammar::Prompt::parse(entry.example()).expect(entry.name);
            assert_eq!(prompt.task, entry.task);
        }
    }

    #[test]
    fn tasks_are_found_by_any_name_and_no_name_is_two_tasks() {
        let mut seen = std::collections::BTreeMap::new();
        for entry in &TASKS {
            for name in std::iter::once(&entry.name).chain(entry.aliases) {
                assert_eq!(seen.insert(plain(name), entry.task), None, "{name}");
                assert_eq!(find(&format!(" annotation:{}", name.to_uppercase())).expect("known").task, entry.task);
            }
        }
        assert!(find("splce site").expect_err("unknown").contains("did you mean splice site?"));
        assert!(!find("xyzzy").expect_err("unknown").contains("meant"));
    }
}
