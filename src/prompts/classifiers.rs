//! Which built-in classifier answers a task, and what its scores mean.

use crate::{
    prompts::{
        grammar::Prompt,
        tasks::{Task, Tata},
    },
    window::Grid,
};

/// A classifier that answers a task: a model, which of its scores, and what they mean.
pub(super) struct Classifier {
    task: Task,
    /// Of several classifiers of a task, the first whose prompts include this one is taken.
    prompts: Prompts,
    pub(super) model: &'static str,
    /// Score columns of the model, and the answer that each stands for.
    pub(super) columns: &'static [(&'static str, &'static str)],
    /// The answer if no column's score reaches one half; `None`: the columns' scores add up to 1.
    otherwise: Option<&'static str>,
    /// On both strands, if the card says so; or as it is written.
    pub(super) strands: bool,
    /// How a sequence is read that is longer than the model's window.
    pub(super) longer: Longer,
}

/// How a sequence is read that is longer than the model's window.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Longer {
    /// It is refused, unless windows of it are asked for.
    Windows,
    /// It is refused: the question is about the middle.
    Refuse,
    /// Its beginning is read.
    Beginning,
}

/// The prompts that a classifier is for.
enum Prompts {
    All,
    /// Sequences below this length.
    ShorterThan(usize),
    /// Sequences of this length.
    Length(usize),
    /// `annotation = …` has this value.
    Annotation(&'static str),
}

impl Prompts {
    fn include(&self, prompt: &Prompt) -> bool {
        let len = || prompt.bases().map(str::len);
        match self {
            Self::All => true,
            Self::ShorterThan(limit) => len().is_some_and(|len| len < *limit),
            Self::Length(wanted) => len() == Some(*wanted),
            Self::Annotation(name) => {
                prompt.value("annotation").is_some_and(|value| value.to_ascii_lowercase() == *name)
            }
        }
    }
}

/// Length of GUE's promoters, in bases. Those of GenomicBenchmarks' collection have 251: a shorter sequence is one of them.
const GUE_PROMOTER: usize = 300;

/// Length of the enhancers of GenomicBenchmarks' cohn collection, in bases; those of its Ensembl collection have any length.
const COHN_ENHANCER: usize = 500;

/// Yes or no, from one window or the best of several.
const YES_OR_NO: Classifier = Classifier {
    task: Task::Promoter,
    prompts: Prompts::All,
    model: "",
    columns: &[],
    otherwise: Some("False"),
    strands: false,
    longer: Longer::Windows,
};

const PROXIMAL: Classifier = Classifier { model: "proximal-promoter", columns: &[("promoter", "True")], ..YES_OR_NO };
const CORE: Classifier = Classifier { model: "core-promoter", ..YES_OR_NO };
const REGULATORY: Classifier = Classifier { model: "regulatory", strands: true, ..YES_OR_NO };
const ENHANCER: Classifier = Classifier { task: Task::Enhancer, ..REGULATORY };
const GENE: Classifier = Classifier { model: "gene", longer: Longer::Beginning, ..YES_OR_NO };

/// METHOD: a classifier answers where it is better than the language model on the dev prompts of the task. There are none for enhancer,
/// regulatory, ocr and promoter, which follow the others (docs/models/genomicllm.md). The columns are those of the models' cards; which of
/// them answers a question of the grammar is a choice of this program, so it is kept here and not in the cards.
static CLASSIFIERS: &[Classifier] = &[
    Classifier {
        task: Task::SpliceSite,
        model: "splice-window",
        columns: &[
            ("splice.acceptor", "acceptor site"),
            ("splice.donor", "donor site"),
            ("splice.neither", "non-splice site"),
        ],
        otherwise: None,
        longer: Longer::Refuse,
        ..YES_OR_NO
    },
    Classifier { task: Task::ProximalPromoter(Tata::Any), ..PROXIMAL },
    Classifier { task: Task::ProximalPromoter(Tata::Without), ..PROXIMAL },
    Classifier { task: Task::ProximalPromoter(Tata::With), columns: &[("promoter_tata", "True")], ..PROXIMAL },
    Classifier {
        task: Task::Promoter,
        prompts: Prompts::ShorterThan(GUE_PROMOTER),
        model: "promoter-nontata",
        columns: &[("promoter", "True")],
        ..YES_OR_NO
    },
    Classifier { task: Task::Promoter, ..PROXIMAL },
    Classifier { task: Task::CorePromoter(Tata::Any), columns: &[("promoter", "True")], ..CORE },
    Classifier { task: Task::CorePromoter(Tata::Without), columns: &[("promoter_notata", "True")], ..CORE },
    Classifier { task: Task::CorePromoter(Tata::With), columns: &[("promoter_tata", "True")], ..CORE },
    Classifier {
        task: Task::BindingSite,
        model: "tf-human",
        columns: &[
            ("human_0", "True"),
            ("human_1", "True"),
            ("human_2", "True"),
            ("human_3", "True"),
            ("human_4", "True"),
        ],
        strands: true,
        ..YES_OR_NO
    },
    Classifier { prompts: Prompts::Annotation("ensembl"), columns: &[("enhancer_ensembl", "True")], ..ENHANCER },
    Classifier { prompts: Prompts::Annotation("cohn"), columns: &[("enhancer_cohn", "True")], ..ENHANCER },
    Classifier { prompts: Prompts::Length(COHN_ENHANCER), columns: &[("enhancer_cohn", "True")], ..ENHANCER },
    Classifier { columns: &[("enhancer_ensembl", "True")], ..ENHANCER },
    Classifier {
        task: Task::Regulatory,
        columns: &[
            ("element.promoter", "promoter"),
            ("element.enhancer", "enhancer"),
            ("element.open_chromatin", "ocr"),
        ],
        otherwise: None,
        ..REGULATORY
    },
    Classifier { task: Task::OpenChromatin, columns: &[("open_chromatin", "True")], ..REGULATORY },
    Classifier { task: Task::Direction, columns: &[("direction", "reverse")], otherwise: Some("forward"), ..GENE },
    Classifier {
        task: Task::Biotype,
        columns: &[("biotype", "protein coding gene")],
        otherwise: Some("other"),
        ..GENE
    },
];

/// The classifier that answers a prompt.
pub(super) fn classifier(prompt: &Prompt) -> Option<&'static Classifier> {
    CLASSIFIERS.iter().find(|one| one.task == prompt.task && one.prompts.include(prompt))
}

/// Names of all models in the table, each once.
pub(super) fn models() -> Vec<&'static str> {
    let mut names = Vec::new();
    for one in CLASSIFIERS {
        if !names.contains(&one.model) {
            names.push(one.model);
        }
    }
    names
}

impl Classifier {
    /// Where the windows of a sequence of `len` bases start.
    pub(super) fn starts(&self, grid: &Grid, len: u64) -> Vec<u64> {
        if self.longer == Longer::Beginning { vec![0] } else { grid.on_read(len).collect() }
    }

    /// The answer and its probability. `windows`: for each window, the answer that each column stands for and its score.
    pub(super) fn judge(&self, windows: &[Vec<(&'static str, f64)>]) -> (&'static str, f64) {
        let mut names: Vec<&'static str> = Vec::new();
        for (_, answer) in self.columns {
            if !names.contains(answer) {
                names.push(answer);
            }
        }
        let scores = |name: &'static str| windows.iter().map(move |window| score_of(window, name));
        match self.otherwise {
            // A site anywhere in the sequence counts: the best window decides.
            Some(otherwise) => {
                let score = names.first().map_or(0.0, |name| scores(name).fold(0.0, f64::max));
                let name = names.first().copied().unwrap_or(otherwise);
                if score >= 0.5 { (name, score) } else { (otherwise, 1.0 - score) }
            }
            // The sequence as a whole is classified: the mean over the windows decides.
            None => {
                let mean = |name: &'static str| scores(name).sum::<f64>() / windows.len().max(1) as f64;
                names
                    .iter()
                    .map(|&name| (name, mean(name)))
                    .fold(("", f64::NEG_INFINITY), |best, other| if other.1 > best.1 { other } else { best })
            }
        }
    }
}

/// The score of an answer in one window.
///
/// METHOD: if several columns stand for an answer (the prompt does not name the transcription factor), its odds are the mean of theirs:
/// each is equally likely to be the one. GUE tf dev, five sets together: MCC 0.562; with the mean of the probabilities 0.543.
fn score_of(window: &[(&str, f64)], name: &str) -> f64 {
    let scores: Vec<f64> = window.iter().filter(|(answer, _)| *answer == name).map(|(_, score)| *score).collect();
    match scores.as_slice() {
        [score] => *score,
        scores => {
            let odds = scores.iter().map(|p| p / (1.0 - p).max(1e-9)).sum::<f64>() / scores.len().max(1) as f64;
            odds / (1.0 + odds)
        }
    }
}
