//! Schema of the card's `heads` and `strand`: what the network's outputs mean.

use serde::Deserialize;

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
}

impl Activation {
    /// How its scores are written.
    pub(crate) fn digits(self) -> Digits {
        match self {
            Self::Sigmoid | Self::Softmax => Digits::Decimals,
            Self::Identity | Self::Softplus => Digits::Significant,
        }
    }
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
    pub labels: Vec<String>,
    /// Labels that mean "no element here": their scores are written, but never called.
    #[serde(default)]
    pub background: Vec<String>,
    /// Default threshold on the score for calling.
    #[serde(default = "half")]
    pub threshold: f64,
    /// Width of a track's bins, in bases.
    #[serde(default)]
    pub bin: Option<u64>,
    /// Order of a track's axes: (rows, labels, bins) or (rows, bins, labels).
    #[serde(default)]
    pub layout: TrackLayout,
    /// Precision and recall at some thresholds, on sequence that was held out of training.
    #[serde(default)]
    pub operating_points: Vec<OperatingPoint>,
    /// Strand of each label, where the network scores both strands at once. Empty: the strand that was run.
    #[serde(default)]
    pub strands: Vec<LabelStrand>,
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

/// Order of the axes of a track.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TrackLayout {
    /// (rows, bins, labels).
    #[default]
    ChannelsLast,
    /// (rows, labels, bins).
    ChannelsFirst,
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
