//! Schema of the card's `variants`: how reference and alternate allele are compared.

use serde::Deserialize;

use super::files::Names;

/// The `variants` part of a card.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VariantRule {
    /// Longest REF or ALT that is scored, in bases. Default: half the span.
    #[serde(default)]
    pub max_allele: Option<u64>,
    /// Tracks: bases either side of the variant that are compared. Default: all of the core.
    #[serde(default)]
    pub distance: Option<u64>,
    /// The network reads the gene's own strand, and N outside of the gene: variants are scored per gene (`--genes`).
    #[serde(default)]
    pub genes: bool,
    /// What the network reads outside of the gene, where variants are scored per gene.
    #[serde(default)]
    pub outside: OutsideGene,
    /// Networks that score a change of a sequence without reading all of it again.
    #[serde(default)]
    pub changes: Option<ChangeRule>,
    /// Tracks: the score that the other allele has at a base that only one allele has. Default: `zero` for heads with bins of
    /// one base that are probabilities (sigmoid, softmax), else `absent`.
    #[serde(default)]
    pub deleted: Option<Deleted>,
    /// How two alleles' scores become one number.
    #[serde(default)]
    pub compare: Comparison,
    /// What happens to a variant whose rows leave the contig. Default: `pad` for tracks of shorter sequences (`min_span`), else `skip`.
    #[serde(default)]
    pub ends: Option<Ends>,
}

/// What happens to a variant whose rows leave the contig.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Ends {
    /// It is skipped.
    Skip,
    /// Past the end there is N, as in a scan.
    Pad,
}

/// What a network reads outside of the gene that a variant is scored in.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OutsideGene {
    /// N, as SpliceAI does.
    #[default]
    N,
    /// The unchanged sequence, as Pangolin does.
    Sequence,
}

/// The score on a track, for the other allele, of a base that only one allele has.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Deleted {
    /// It is not compared.
    Absent,
    /// 0: there is no site. For bins of one base whose scores are 0 where there is no site.
    Zero,
}

/// How reference and alternate scores become one number.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Comparison {
    /// The largest difference, signed, and where it is (SAX of Basenji; SpliceAI's delta score and position).
    #[default]
    Max,
    /// The difference of the sums over the bins (SAD of Basenji and Enformer).
    Sum,
    /// log2 of (sum of the alternate + 1) / (sum of the reference + 1) (logSAD of Basenji and Borzoi).
    #[value(name = "log2fold")]
    #[serde(rename = "log2fold")]
    Log2Fold,
    /// The square root of the sum of squared differences (D2, or L2, of Borzoi).
    L2,
    /// Jensen-Shannon distance of the two profiles, each divided by its sum: 0 to 1 (ChromBPNet).
    Js,
}

impl Comparison {
    /// Its name in options and cards.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Max => "max",
            Self::Sum => "sum",
            Self::Log2Fold => "log2fold",
            Self::L2 => "l2",
            Self::Js => "js",
        }
    }
}

/// The `changes` part of a card: two networks for each member.
///
/// The first reads a sequence (the *stretch*), scores all of it but `context` / 2 bases at each end, and also returns the states of its
/// layers (`state.0` to `state.N`). The second reads these states, `inserted` (1, 4, bases; at least one base) and `edit` (int64: at,
/// removed, left, right): bases [at, at + removed) of the stretch are replaced by `inserted`; it scores `left` bases before them,
/// the inserted ones, and `right` bases after them. Heads, input tensor and layout are those of the card.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeRule {
    /// Networks that read a stretch, one per member.
    pub stretch: Names,
    /// Networks that score a change, one per member.
    pub change: Names,
    /// How many states there are. [1, 4096]
    pub states: usize,
    /// Bases of a stretch that are not scored, half of them at each end; even.
    pub context: u64,
}
