//! Schema of the card: its top level, `window`, `generate` and `run`.

use serde::Deserialize;

use super::{
    embed::EmbedRule,
    files::Files,
    heads::{HeadCard, StrandRule},
    input::Input,
    language::LanguageRule,
    variants::VariantRule,
};

/// `card.yaml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Card {
    /// Short name, as `-m` takes it.
    pub name: String,
    /// Version of the weights, `1.2.3`.
    pub version: String,
    /// One sentence.
    pub summary: String,
    /// Licence of the weights (SPDX).
    pub license: String,
    /// The licence forbids commercial use: the user must pass `--accept-license`.
    #[serde(default)]
    pub non_commercial: bool,
    /// What to cite.
    #[serde(default)]
    pub citation: Option<String>,
    /// Data, species, assembly; what was held out.
    #[serde(default)]
    pub trained_on: Vec<String>,
    /// Measured figures and known limits, a line each.
    #[serde(default)]
    pub notes: Vec<String>,
    /// What the network predicts.
    pub kind: Kind,
    /// Files of the folder.
    pub files: Files,
    /// How bases become the network's input.
    pub input: Input,
    /// How much sequence the network reads, and how much of it is scored. Not for kind generate.
    #[serde(default)]
    pub window: WindowRule,
    /// What the outputs mean. Not for kind generate.
    #[serde(default)]
    pub heads: Vec<HeadCard>,
    /// How answers are generated: kind generate.
    #[serde(default)]
    pub generate: Option<GenerateRule>,
    /// What logits over a vocabulary are scored as: kinds likelihood and masked.
    #[serde(default)]
    pub language: Option<LanguageRule>,
    /// Which vector a window or a base has: kind embed.
    #[serde(default)]
    pub embed: Option<EmbedRule>,
    /// Which strands are scored.
    #[serde(default)]
    pub strand: StrandRule,
    /// How reference and alternate allele are compared.
    #[serde(default)]
    pub variants: VariantRule,
    /// How the engine is called.
    #[serde(default)]
    pub run: RunRule,
    /// Sequences with expected scores (TSV).
    #[serde(default)]
    pub self_test: Option<String>,
    /// sha256 of the card's own text.
    #[serde(skip)]
    pub sha256: String,
}

/// What a network predicts.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// Probabilities of classes for the window's core.
    Classify,
    /// Numbers for the window's core.
    Regress,
    /// Values for every bin of the window's core.
    Track,
    /// The likelihood of the sequence: a causal language model, of which each token is predicted from those before it.
    Likelihood,
    /// The same of a masked language model, of which each token is predicted from all others.
    Masked,
    /// A vector of the sequence: the states of a network.
    Embed,
    /// Answers to prompts, token by token.
    Generate,
}

impl Kind {
    /// Its name in cards.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Classify => "classify",
            Self::Regress => "regress",
            Self::Track => "track",
            Self::Likelihood => "likelihood",
            Self::Masked => "masked",
            Self::Embed => "embed",
            Self::Generate => "generate",
        }
    }

    /// Whether the network is given tokens of which each is known to stand for bases.
    pub(crate) fn reads_tokens(self) -> bool {
        self.is_language() || self == Self::Embed
    }

    /// Whether the answer is a likelihood.
    pub(crate) fn is_language(self) -> bool {
        matches!(self, Self::Likelihood | Self::Masked)
    }
}

/// The `window` part of a card; all in bases.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WindowRule {
    /// Bases the network reads.
    pub span: u64,
    /// Bases in the middle of the span that are scored.
    pub core: u64,
    /// Distance between window starts.
    pub stride: u64,
    /// Shortest sequence (contig, read) that is scored; it is padded to `span`. Default: `span`.
    #[serde(default)]
    pub min_span: Option<u64>,
    /// Largest share of a window that may be unknown bases or padding. [0, 1]
    #[serde(default = "half")]
    pub max_unknown: f64,
    /// The network takes rows of exactly `span` bases; if false, shorter sequences are not padded.
    #[serde(skip)]
    pub fixed: bool,
    /// What the card says about it. Default: true, but false where a `tokenizer.json` makes the tokens: N would be read as sequence.
    #[serde(default, rename = "fixed")]
    pub written_fixed: Option<bool>,
    /// How a sequence that is shorter than the span is padded to it.
    #[serde(default)]
    pub padding: Padding,
    /// Tracks: the network also takes rows of other lengths, multiples of this many bases, and scores all of a row but
    /// (`span` - `core`) / 2 bases at each end, which is as far as it reads from a base it scores. Rows are then as long as an
    /// answer needs.
    #[serde(default)]
    pub multiple: Option<u64>,
}

/// How a sequence (a read) that is shorter than the span is padded to it.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Padding {
    /// N on the right.
    #[default]
    Right,
    /// N on the left.
    Left,
    /// N on both sides; if their number is odd, one more on the right.
    Centre,
    /// The sequence again and again.
    Repeat,
}

impl Padding {
    /// Appends a sequence, padded to `len` bases; a longer one is not cut.
    pub(crate) fn fill(self, bases: &[u8], len: usize, row: &mut Vec<u8>) {
        let missing = len.saturating_sub(bases.len());
        let left = match self {
            Self::Left => missing,
            Self::Centre => missing / 2,
            Self::Right | Self::Repeat => 0,
        };
        row.resize(row.len() + left, b'N');
        row.extend_from_slice(bases);
        match self {
            Self::Repeat if !bases.is_empty() => row.extend(bases.iter().cycle().take(missing)),
            _ => row.resize(row.len() + missing - left, b'N'),
        }
    }
}

impl WindowRule {
    /// Bases of the span left of the core.
    pub(crate) fn left(&self) -> u64 {
        (self.span - self.core) / 2
    }
}

fn half() -> f64 {
    0.5
}

/// The `generate` part of a card: a decoder-only network with a key–value cache.
///
/// Its inputs are the token ids (`input: tensor`), the attention mask over all tokens so far (`input: mask`), the positions of
/// the new tokens, if `positions` names that input, and the cache: a tensor (rows, heads, tokens so far, head_width) for each layer
/// and part.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GenerateRule {
    /// Name of the logits: (rows, new tokens, vocabulary), or of the last new token alone: (rows, 1, vocabulary).
    #[serde(default = "logits")]
    pub output: String,
    /// The hidden states after the last layer, if the network has them as an output.
    #[serde(default)]
    pub hidden: Option<HiddenRule>,
    /// Name of the input of positions, if it has one.
    #[serde(default)]
    pub positions: Option<String>,
    /// Names of the cache's inputs: `{layer}` from 0, `{part}` is key or value.
    #[serde(default = "past")]
    pub past: String,
    /// Names of the cache's outputs.
    #[serde(default = "present")]
    pub present: String,
    /// Layers. [1, 1024]
    pub layers: usize,
    /// Key–value heads of a layer. [1, 1024]
    pub heads: usize,
    /// Width of a head. [1, 4096]
    pub head_width: usize,
    /// Most tokens of prompt and answer together. [2, 1048576]
    pub context: usize,
    /// Token before every prompt, if there is one.
    #[serde(default)]
    pub begin: Option<String>,
    /// Tokens that end an answer.
    pub stop: Vec<String>,
    /// Most tokens of an answer.
    #[serde(default)]
    pub max_tokens: Option<usize>,
}

/// An output of hidden states.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HiddenRule {
    /// Its name: (rows, new tokens, width).
    pub output: String,
    /// Numbers of a token. [1, 65536]
    pub width: usize,
}

fn logits() -> String {
    "logits".into()
}

fn past() -> String {
    "past_key_values.{layer}.{part}".into()
}

fn present() -> String {
    "present.{layer}.{part}".into()
}

impl GenerateRule {
    /// Names of the cache's tensors by a pattern: layer by layer, key before value.
    pub(crate) fn cache(&self, pattern: &str) -> Vec<String> {
        let name = |layer: usize, part: &str| pattern.replace("{layer}", &layer.to_string()).replace("{part}", part);
        (0..self.layers).flat_map(|layer| [name(layer, "key"), name(layer, "value")]).collect()
    }

    /// Most tokens of an answer. Default: 400, or the context where that is smaller.
    pub(crate) fn max_tokens(&self) -> usize {
        self.max_tokens.unwrap_or(400.min(self.context))
    }
}

/// The `run` part of a card.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunRule {
    /// Rows in every call of the engine. The last call is padded to as many, so that a score never depends on how many
    /// others are computed with it. Default: the network's first axis, if it is fixed; else 16. [1, 4096]
    #[serde(default)]
    pub rows: Option<usize>,
    /// Largest difference of scores between engines, devices and the self-test.
    #[serde(default = "tolerance")]
    pub tolerance: f32,
}

/// Rows in a call where neither the card nor the network fixes them.
const ROWS: usize = 16;

fn tolerance() -> f32 {
    1e-5
}

impl Default for RunRule {
    fn default() -> Self {
        Self { rows: None, tolerance: tolerance() }
    }
}

impl RunRule {
    /// Rows in every call. `fixed`: the number that the network requires. `device`: the number that suits the device, used unless the
    /// card requires 1.
    pub(crate) fn call_rows(&self, fixed: Option<usize>, device: Option<usize>) -> usize {
        fixed.or(self.rows.filter(|&rows| rows == 1)).or(device).or(self.rows).unwrap_or(ROWS)
    }
}
