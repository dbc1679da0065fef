//! Schema of the card's `heads` and `strand`: what the network's outputs mean.

use serde::Deserialize;

use super::axes::OutputAxes;
use crate::{genome::Strand, number::Digits};

/// What turns logits into scores.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Activation {
    /// Each label by itself, 0 to 1.
    Sigmoid,
    /// All labels of a head together: their sum is 1.
    Softmax,
    /// The network's own value.
    Identity,
    /// ln(1 + e^x), never negative.
    Softplus,
    /// e^x: of networks that answer with logarithms.
    Exp,
}

/// What a softmax makes 1 together.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Over {
    /// All labels of a bin.
    Labels,
    /// All bins of a label.
    Bins,
    /// All bins and labels.
    All,
    /// The classes of a label at a bin.
    Classes,
}

/// One head: an output of the network and its labels.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HeadCard {
    /// Name, as columns carry it.
    pub name: String,
    /// Name of the network's output.
    pub output: String,
    /// From logits to scores.
    pub activation: Activation,
    /// Class names, in the output's order.
    #[serde(default)]
    pub labels: Vec<String>,
    /// A file of the folder with the labels as they are published, one a line: their names are made of them.
    #[serde(default)]
    pub labels_file: Option<String>,
    /// The labels as they are published, where they come from a file.
    #[serde(skip)]
    pub titles: Vec<String>,
    /// Labels that mean "no element here": their scores are written, but never called.
    #[serde(default)]
    pub background: Vec<String>,
    /// Default threshold on the score for calling.
    #[serde(default = "half")]
    pub threshold: f64,
    /// Width of a track's bins, in bases. A head of a track without an axis of bins has one: the core.
    #[serde(default)]
    pub bin: Option<u64>,
    /// The axes of the output. Default: (rows, bins, labels) of a track, else (rows, labels).
    #[serde(default)]
    pub layout: Option<OutputAxes>,
    /// What a softmax makes 1 together. Default: the classes, where the output has such an axis, else the labels.
    #[serde(default)]
    pub over: Option<Over>,
    /// Length of the axis of classes. [1, 4096]
    #[serde(default)]
    pub classes: Option<usize>,
    /// The class whose value is the score, from 0.
    #[serde(default)]
    pub class: Option<usize>,
    /// Bins (or special tokens) at the start and at the end of the output that are not of the core.
    #[serde(default)]
    pub crop: [usize; 2],
    /// Pairs of labels of which one is the other one's on the reverse strand.
    #[serde(default)]
    pub swap: Vec<[String; 2]>,
    /// Precision and recall at some thresholds, on sequence that was held out of training.
    #[serde(default)]
    pub operating_points: Vec<OperatingPoint>,
    /// Strand of each label, where the network scores both strands at once. Empty: the strand that was run.
    #[serde(default)]
    pub strands: Vec<LabelStrand>,
    /// What it is made of, where the card does not list it among its heads.
    #[serde(skip)]
    pub made: Option<Made>,
}

/// A head that a card does not list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    /// The log-likelihood of a language model.
    Likelihood,
    /// The numbers of a vector.
    Vector,
}

impl HeadCard {
    /// A head that is made of another part of the card.
    pub(super) fn made(made: Made, name: &str, output: &str, labels: Vec<String>, bin: Option<u64>) -> Self {
        Self {
            name: name.into(),
            output: output.into(),
            activation: Activation::Identity,
            labels_file: None,
            titles: Vec::new(),
            // The numbers of a vector call nothing.
            background: if made == Made::Vector { labels.clone() } else { Vec::new() },
            labels,
            threshold: 0.0,
            bin,
            layout: None,
            over: None,
            classes: None,
            class: None,
            crop: [0, 0],
            swap: Vec::new(),
            operating_points: Vec::new(),
            strands: Vec::new(),
            made: Some(made),
        }
    }

    /// The axes of the output.
    pub(crate) fn axes(&self, is_track: bool) -> OutputAxes {
        OutputAxes::of(self.layout.as_ref(), is_track)
    }

    /// Length of the axis of classes; 1 where there is none.
    pub(crate) fn classes(&self) -> usize {
        self.classes.unwrap_or(1)
    }

    /// Takes the labels of a file: one a line, as they are published. The name of each is made of its letters and digits; a name that
    /// exists gets a number.
    pub(super) fn name_labels(&mut self, text: &str) -> Result<(), String> {
        if !self.labels.is_empty() {
            return Err(format!("head {}: it has labels and labels_file", self.name));
        }
        let mut seen = std::collections::HashMap::new();
        for (line, title) in text.trim_end().lines().enumerate() {
            let title = title.trim();
            if title.is_empty() || title.chars().any(char::is_control) {
                return Err(format!("line {} is blank, or has a tab or another control character", line + 1));
            }
            let word = word_of(title);
            // Names differ without regard to case and to `-`, too, as files and VCF need it.
            let key = |name: &str| name.to_ascii_lowercase().replace('-', "_");
            let times = *seen.entry(key(&word)).and_modify(|times| *times += 1).or_insert(1usize);
            let mut name = if times == 1 { word.clone() } else { format!("{word}_{times}") };
            // A number may make a name that another label has: `a_2`, `a`, `a`.
            while times > 1 && seen.contains_key(&key(&name)) {
                name.push_str("_2");
            }
            seen.entry(key(&name)).or_insert(1);
            self.labels.push(name);
            self.titles.push(title.into());
        }
        Ok(())
    }

    /// Whether the output is (rows, bins, labels) or (rows, labels, bins), and each place has its own activation.
    pub(super) fn is_plain(&self) -> bool {
        let axes = self.axes(true);
        axes.has_bins()
            && axes.has_labels()
            && axes.lengths(None, 0, 0).len() == 3
            && self.crop == [0, 0]
            && self.over() == Over::Labels
    }

    /// What a softmax makes 1 together.
    pub(crate) fn over(&self) -> Over {
        self.over.unwrap_or(if self.classes.is_some() { Over::Classes } else { Over::Labels })
    }

    /// Whether a score is a probability of its label at its bin, 0 to 1.
    pub(crate) fn is_probability(&self) -> bool {
        match self.activation {
            Activation::Sigmoid => true,
            Activation::Softmax => matches!(self.over(), Over::Labels | Over::Classes),
            Activation::Identity | Activation::Softplus | Activation::Exp => false,
        }
    }

    /// How its scores are written. A profile that sums to 1 over many bins has small numbers.
    pub(crate) fn digits(&self) -> Digits {
        match (self.made.is_some(), self.is_probability()) {
            (true, _) => Digits::All,
            (false, true) => Digits::Decimals,
            (false, false) => Digits::Significant,
        }
    }

    /// The label that label number `place` is on the reverse strand.
    pub(crate) fn partner(&self, place: usize) -> usize {
        let pair = self.swap.iter().find(|pair| pair.contains(&self.labels[place]));
        let other = pair.map(|[one, other]| if *one == self.labels[place] { other } else { one });
        other.and_then(|other| self.labels.iter().position(|label| label == other)).unwrap_or(place)
    }
}

/// A word of a published label: letters, digits, `_` and `-`, with a letter first.
fn word_of(title: &str) -> String {
    let good = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let mut word: String = title.chars().map(good).collect();
    while word.contains("__") {
        word = word.replace("__", "_");
    }
    let word = word.trim_matches('_');
    match word.starts_with(|c: char| c.is_ascii_alphabetic()) {
        true => word.into(),
        false => format!("t_{word}"),
    }
}

/// Precision and recall at a threshold, over all labels of a head.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperatingPoint {
    /// Smallest score that is a call.
    pub threshold: f64,
    /// Share of calls that are right.
    pub precision: f64,
    /// Share of the true elements that are called.
    pub recall: f64,
    /// Wrong calls per million bases; absent where the evaluation was on sequences, not on a genome.
    #[serde(default)]
    pub false_per_mb: Option<f64>,
}

/// The strand of a label.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(crate) enum LabelStrand {
    /// The forward strand.
    #[serde(rename = "+")]
    Forward,
    /// The reverse strand.
    #[serde(rename = "-")]
    Reverse,
    /// Both strands.
    #[serde(rename = ".")]
    Both,
}

impl From<LabelStrand> for Strand {
    fn from(strand: LabelStrand) -> Self {
        match strand {
            LabelStrand::Forward => Self::Forward,
            LabelStrand::Reverse => Self::Reverse,
            LabelStrand::Both => Self::Unknown,
        }
    }
}

/// Which strands are scored, and how two scores become one.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum StrandRule {
    /// The forward strand only.
    #[default]
    Forward,
    /// The mean of both strands' scores.
    Average,
    /// The strand with the higher best score among the labels that may be called; the output names that strand.
    Max,
}

fn half() -> f64 {
    0.5
}
