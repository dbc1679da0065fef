//! The card: what a model folder says of itself. Unknown keys are refused; reading it finds what contradicts
//! itself, and [`crate::model::network`] compares the rest with the network's own inputs and outputs.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{
    error::{Error, Result},
    genome::Strand,
    number::Digits,
};

/// `card.yaml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Short name, as `-m` takes it.
    pub name: String,
    /// Version of the weights, `1.2.3`.
    pub version: String,
    /// One sentence.
    pub summary: String,
    /// Licence of the weights (SPDX).
    pub license: String,
    /// The licence forbids commercial use: `--accept-license` is asked for.
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
    /// What the network answers.
    pub kind: Kind,
    /// Files of the folder.
    pub files: Files,
    /// How bases become the network's input.
    pub input: Input,
    /// How much sequence it reads, and for how much it answers. Not for kind generate.
    #[serde(default)]
    pub window: WindowRule,
    /// What its outputs mean. Not for kind generate.
    #[serde(default)]
    pub heads: Vec<HeadCard>,
    /// How it writes an answer: kind generate.
    #[serde(default)]
    pub generate: Option<GenerateRule>,
    /// Which strands are asked.
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
    /// sha256 of the card itself, as it was read.
    #[serde(skip)]
    pub sha256: String,
}

/// What a network answers for a window.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Probabilities of classes for the window's core.
    Classify,
    /// Numbers for the window's core.
    Regress,
    /// Values for every bin of the window's core.
    Track,
    /// Answers to prompts, token by token.
    Generate,
}

/// File names inside the folder.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// The ONNX network, or several: the scores of an ensemble are the mean of its members'.
    pub model: Names,
    /// `tokenizer.json`, for BPE.
    #[serde(default)]
    pub tokenizer: Option<String>,
    /// One token a line, for k-mers; the line number is the id.
    #[serde(default)]
    pub vocabulary: Option<String>,
    /// sha256 of each file, in hex.
    pub sha256: BTreeMap<String, String>,
}

/// One file name, or a list of them.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(from = "OneOrMany")]
pub struct Names(pub Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl From<OneOrMany> for Names {
    fn from(names: OneOrMany) -> Self {
        match names {
            OneOrMany::One(name) => Self(vec![name]),
            OneOrMany::Many(names) => Self(names),
        }
    }
}

impl Names {
    /// The first name; none in an empty list, which a card is refused for.
    pub fn first(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }
}

/// How bases are written for the network.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// Four numbers a base, A C G T.
    OneHot,
    /// One id a base: A C G T = 0 1 2 3, anything else 4.
    Base,
    /// One id for each k bases.
    Kmer,
    /// Byte-pair encoding, by `tokenizer.json`.
    Bpe,
    /// Sequence and text in one prompt, each by its own rules, by `tokenizer.json`.
    Hybrid,
}

/// Order of the axes of the input.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// (rows, 4, bases).
    ChannelsFirst,
    /// (rows, bases, 4).
    ChannelsLast,
    /// (rows, tokens).
    Tokens,
}

/// Number type of the input.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Dtype {
    /// 32-bit float.
    F32,
    /// 64-bit integer.
    I64,
    /// 32-bit integer.
    I32,
    /// 8-bit unsigned integer.
    U8,
}

/// What becomes of a base that is not A, C, G or T.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Unknown {
    /// One-hot: all four numbers 0.
    Zeros,
    /// One-hot: all four numbers 0.25.
    Uniform,
    /// Its own token id.
    Token,
    /// A window that holds one is skipped.
    Skip,
}

/// What lower case (soft-masked repeats) means.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Case {
    /// The same as upper case.
    #[default]
    Upper,
    /// Unknown, as N.
    Mask,
}

/// The `input` part of a card.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// How bases are written.
    pub encoding: Encoding,
    /// Name of the network's input.
    pub tensor: String,
    /// Order of the axes.
    pub layout: Layout,
    /// Number type.
    pub dtype: Dtype,
    /// Bases that are not A, C, G or T.
    pub unknown: Unknown,
    /// Lower case.
    #[serde(default)]
    pub case: Case,
    /// k, for k-mers. [1, 8]
    #[serde(default)]
    pub k: Option<usize>,
    /// K-mers at every base, or one after the other.
    #[serde(default)]
    pub overlapping: bool,
    /// Token written first in every row (k-mers), such as `[CLS]`.
    #[serde(default)]
    pub prefix: Option<String>,
    /// Token written last in every row (k-mers), such as `[SEP]`.
    #[serde(default)]
    pub suffix: Option<String>,
    /// Id that fills a row up.
    #[serde(default)]
    pub padding_id: i64,
    /// Name of the network's attention-mask input, if it has one.
    #[serde(default)]
    pub mask: Option<String>,
    /// Name of the network's token-type input (all 0), if it has one.
    #[serde(default)]
    pub types: Option<String>,
    /// Most tokens of a row, special ones included, that the network reads (its positions). [1, 1048576]
    #[serde(default)]
    pub max_tokens: Option<usize>,
    /// What becomes of a window of more tokens.
    #[serde(default)]
    pub too_many_tokens: TooManyTokens,
}

/// What becomes of a window of more tokens than the network reads.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum TooManyTokens {
    /// It is skipped.
    #[default]
    Skip,
    /// Its first tokens are read, and the special ones at the end.
    Truncate,
}

impl Input {
    /// How many tokens a row is cut to, where rows are cut.
    pub fn cut(&self) -> Option<usize> {
        self.max_tokens.filter(|_| self.too_many_tokens == TooManyTokens::Truncate)
    }

    /// How many tokens a row may have, where longer ones are skipped.
    pub fn most_tokens(&self) -> Option<usize> {
        self.max_tokens.filter(|_| self.too_many_tokens == TooManyTokens::Skip)
    }
}

/// The `window` part of a card; all in bases.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowRule {
    /// Bases the network reads.
    pub span: u64,
    /// Bases in the middle of the span that it answers for.
    pub core: u64,
    /// Distance between window starts.
    pub stride: u64,
    /// Shortest sequence (contig, read) that is scored; what is missing to `span` is padded. Default: `span`.
    #[serde(default)]
    pub min_span: Option<u64>,
    /// Largest share of what the network reads that may be unknown or padding. [0, 1]
    #[serde(default = "half")]
    pub max_unknown: f64,
    /// The network takes rows of exactly `span` bases; if false, shorter sequences are given as they are.
    #[serde(default = "yes")]
    pub fixed: bool,
    /// Tracks: the network also takes rows of other lengths, multiples of this many bases, and answers for all of them but
    /// (`span` - `core`) / 2 bases at each end, which is as far as it reads from a base it answers for. Rows are then as long
    /// as an answer needs.
    #[serde(default)]
    pub multiple: Option<u64>,
}

impl WindowRule {
    /// Bases of the span left of the core.
    pub fn left(&self) -> u64 {
        (self.span - self.core) / 2
    }
}

fn half() -> f64 {
    0.5
}

fn yes() -> bool {
    true
}

/// The `generate` part of a card: a decoder-only network with a key–value cache.
///
/// Its inputs are the token ids (`input: tensor`), the attention mask over all tokens so far (`input: mask`), the positions of
/// the new tokens, if it asks for them, and the cache: a tensor (rows, heads, tokens so far, head_width) for each layer and part.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenerateRule {
    /// Name of the logits: (rows, new tokens, vocabulary), or of the last new token alone: (rows, 1, vocabulary).
    #[serde(default = "logits")]
    pub output: String,
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
    pub fn cache(&self, pattern: &str) -> Vec<String> {
        let name = |layer: usize, part: &str| pattern.replace("{layer}", &layer.to_string()).replace("{part}", part);
        (0..self.layers).flat_map(|layer| [name(layer, "key"), name(layer, "value")]).collect()
    }

    /// Most tokens of an answer: 400 unless the card says otherwise, and never more than the context.
    pub fn max_tokens(&self) -> usize {
        self.max_tokens.unwrap_or(400.min(self.context))
    }

    fn check(&self) -> Result<(), String> {
        let within = |what: &str, number: usize, least: usize, most: usize| match number {
            n if (least..=most).contains(&n) => Ok(()),
            n => Err(format!("generate: {what} is {n}; it must be between {least} and {most}")),
        };
        within("layers", self.layers, 1, 1024)?;
        within("heads", self.heads, 1, 1024)?;
        within("head_width", self.head_width, 1, 4096)?;
        within("context", self.context, 2, 1 << 20)?;
        within("max_tokens", self.max_tokens(), 1, self.context)?;
        for (key, pattern) in [("past", &self.past), ("present", &self.present)] {
            if !pattern.contains("{layer}") || !pattern.contains("{part}") {
                return Err(format!("generate: {key} must hold {{layer}} and {{part}}"));
            }
        }
        if self.stop.is_empty() {
            return Err("generate: stop needs at least one token".into());
        }
        Ok(())
    }
}

/// What turns logits into scores.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// Each label by itself, 0 to 1.
    Sigmoid,
    /// All labels of a head together, sum 1.
    Softmax,
    /// As the network wrote it.
    Identity,
    /// ln(1 + e^x), never negative.
    Softplus,
}

impl Activation {
    /// How what comes of it is written.
    pub fn digits(self) -> Digits {
        match self {
            Self::Sigmoid | Self::Softmax => Digits::Decimals,
            Self::Identity | Self::Softplus => Digits::Significant,
        }
    }
}

/// One head: an output of the network and its labels.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadCard {
    /// Name, as columns carry it.
    pub name: String,
    /// Name of the network's output.
    pub output: String,
    /// From logits to scores.
    pub activation: Activation,
    /// Class names, in the output's order.
    pub labels: Vec<String>,
    /// Labels that mean "nothing here": written, but never called.
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
    /// What calling from a threshold on gives, on sequence that was held out of training.
    #[serde(default)]
    pub operating_points: Vec<OperatingPoint>,
    /// Strand each label is about, where the network answers for both strands at once. Empty: the strand that was run.
    #[serde(default)]
    pub strands: Vec<LabelStrand>,
}

/// How good calls are from a threshold on, over all labels of a head.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct OperatingPoint {
    /// A score from here on is a call.
    pub threshold: f64,
    /// Share of calls that are right.
    pub precision: f64,
    /// Share of what there is that is called.
    pub recall: f64,
    /// Wrong calls per million bases; absent where sequences were judged, not a genome.
    #[serde(default)]
    pub false_per_mb: Option<f64>,
}

/// The strand a label is about.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub enum LabelStrand {
    /// The forward strand.
    #[serde(rename = "+")]
    Forward,
    /// The reverse strand.
    #[serde(rename = "-")]
    Reverse,
    /// Both alike.
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
pub enum TrackLayout {
    /// (rows, bins, labels).
    #[default]
    ChannelsLast,
    /// (rows, labels, bins).
    ChannelsFirst,
}

/// Which strands are asked, and how two answers become one.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum StrandRule {
    /// The forward strand only.
    #[default]
    Forward,
    /// The mean of both strands' scores.
    Average,
    /// The strand whose best called score is higher; it is written as the strand.
    Max,
}

/// The `variants` part of a card.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VariantRule {
    /// Longest REF or ALT that is scored, in bases. Default: half the span.
    #[serde(default)]
    pub max_allele: Option<u64>,
    /// Tracks: bases either side of the variant that are compared. Default: all of the core.
    #[serde(default)]
    pub distance: Option<u64>,
    /// The network reads a gene's own strand, and N outside of it: variants are scored by gene (`--genes`).
    #[serde(default)]
    pub genes: bool,
    /// What the network reads outside of the gene, where variants are scored by gene.
    #[serde(default)]
    pub outside: OutsideGene,
    /// Networks that answer for a change of a stretch of sequence without reading all of it again.
    #[serde(default)]
    pub changes: Option<ChangeRule>,
    /// Tracks: what a base that only one allele has counts on the other one's side. Default: `zero` for heads with bins of
    /// one base that are probabilities (sigmoid, softmax), else `absent`.
    #[serde(default)]
    pub deleted: Option<Deleted>,
    /// How two alleles' scores become one number.
    #[serde(default)]
    pub compare: Comparison,
}

/// What a network reads outside of the gene that a variant is scored in.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum OutsideGene {
    /// N, as SpliceAI does.
    #[default]
    N,
    /// The sequence as it is, as Pangolin does.
    Sequence,
}

/// What a base that only one allele has counts on the other one's side of a track.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Deleted {
    /// It is not compared.
    Absent,
    /// 0: there is no site. For bins of one base whose scores are 0 where nothing is.
    Zero,
}

/// How reference and alternate scores become one number.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
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
    /// As options and cards spell it.
    pub fn word(self) -> &'static str {
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
/// The first reads a stretch, answers for all of it but `context` / 2 bases at each end, and puts out what its layers said
/// (`state.0` to `state.N`). The second reads these states, `inserted` (1, 4, bases; at least one base) and `edit` (int64: at,
/// removed, left, right): bases [at, at + removed) of the stretch are taken out and `inserted` is put in; it answers for
/// `left` bases before it, for itself, and for `right` bases after it. Heads, input tensor and layout are those of the card.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeRule {
    /// Networks that read a stretch, a member each.
    pub stretch: Names,
    /// Networks that answer for a change, a member each.
    pub change: Names,
    /// How many states there are. [1, 4096]
    pub states: usize,
    /// Bases a stretch is longer than what is answered of it; even.
    pub context: u64,
}

/// The `run` part of a card.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunRule {
    /// Rows in every call of the engine. A last, shorter call is filled up, so that an answer never depends on how
    /// many others were asked for with it. Default: as many as the network's first axis says, if it is fixed; else 16. [1, 4096]
    #[serde(default)]
    pub rows: Option<usize>,
    /// Largest difference between engines, devices and the self-test's figures.
    #[serde(default = "tolerance")]
    pub tolerance: f32,
}

/// Rows in a call where neither card nor network say.
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
    /// Rows in every call. `fixed`: as many as the network must be given. `device`: as many as the device would have, where there is a
    /// choice; a card that says 1 leaves none.
    pub fn call_rows(&self, fixed: Option<usize>, device: Option<usize>) -> usize {
        fixed.or(self.rows.filter(|&rows| rows == 1)).or(device).or(self.rows).unwrap_or(ROWS)
    }
}

/// One number of an answer: a label of a head.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// `head`, or `head.label` where the head has several.
    pub name: String,
    /// Its head's place in the card.
    pub head: usize,
    /// The label.
    pub label: String,
    /// May be called: not background.
    pub callable: bool,
    /// Default threshold.
    pub threshold: f64,
    /// Bases of a bin of its own, a multiple of the finest bin; `None` where an answer is for the whole core.
    pub bin: Option<u64>,
    /// The strand it is about, where that is not the strand that was run.
    pub strand: Option<Strand>,
    /// How its numbers are written.
    pub digits: Digits,
}

impl Column {
    /// The name in letters, digits and `_` alone: for formats that take nothing else.
    pub fn plain_name(&self) -> String {
        self.name.replace(['-', '.'], "_")
    }
}

impl Card {
    /// Reads a card and checks it against itself. `place` is what messages call it.
    pub fn parse(text: &str, place: &str) -> Result<Self> {
        let mut card: Self = serde_saphyr::from_str(text).map_err(|error| {
            let text = error.to_string();
            let line = text.lines().next().unwrap_or("not a card").trim_end();
            Error::input(place, line.strip_prefix("error: ").unwrap_or(line).to_string())
                .with_hint("the keys of a card are described in docs/reference/card.md")
        })?;
        card.check().map_err(|problem| Error::input(place, problem))?;
        card.sha256 = crate::digest::sha256(text.as_bytes());
        Ok(card)
    }

    /// What contradicts itself, in words.
    fn check(&self) -> Result<(), String> {
        let window = &self.window;
        let input = &self.input;
        if self.files.model.0.is_empty() {
            return Err("files: model names no network".into());
        }
        if self.files.model.0.len() > 64 {
            return Err("files: model names more than 64 networks".into());
        }
        let word = |what: &str, text: &str| {
            let good = text.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
            let start = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
            if good && start {
                Ok(())
            } else {
                Err(format!("{what} \"{text}\" must be a word of letters, digits, _ and -, starting with a letter"))
            }
        };
        word("name", &self.name)?;
        let one_line = [("version", &self.version), ("license", &self.license), ("summary", &self.summary)];
        let more = self.citation.iter().map(|text| ("citation", text));
        let more = more.chain(self.trained_on.iter().map(|text| ("trained_on", text)));
        let more = more.chain(self.notes.iter().map(|text| ("notes", text)));
        if let Some((key, _)) = one_line.into_iter().chain(more).find(|(_, text)| text.chars().any(char::is_control)) {
            return Err(format!("{key} holds a line end or another control character"));
        }
        if self.run.rows.is_some_and(|rows| !(1..=4096).contains(&rows)) {
            return Err("run: rows must be between 1 and 4,096".into());
        }
        if !(self.run.tolerance.is_finite() && self.run.tolerance >= 0.0) {
            return Err("run: tolerance must be a number of at least 0".into());
        }
        self.check_files()?;
        match (&self.generate, self.kind) {
            (Some(generate), Kind::Generate) => {
                if window.span != 0 || !self.heads.is_empty() {
                    return Err("kind generate has neither window nor heads".into());
                }
                if !matches!(input.encoding, Encoding::Hybrid | Encoding::Bpe) || self.files.tokenizer.is_none() {
                    return Err("kind generate needs encoding hybrid or bpe, and a tokenizer (files: tokenizer)".into());
                }
                if input.mask.is_none() || input.dtype != Dtype::I64 || input.layout != Layout::Tokens {
                    return Err(
                        "kind generate needs an attention mask (input: mask), layout tokens and dtype i64".into()
                    );
                }
                if self.files.model.0.len() != 1 {
                    return Err("kind generate has one network".into());
                }
                if input.max_tokens.is_some() {
                    return Err("input: max_tokens belongs to windows; what a prompt and its answer may have is generate: context".into());
                }
                self.check_padding()?;
                return generate.check();
            }
            (None, Kind::Generate) => return Err("kind generate needs the part `generate`".into()),
            (Some(_), _) => return Err("generate: belongs to kind generate".into()),
            (None, _) => {}
        }
        // Both are written between quotes into VCF headers.
        if [&self.version, &self.license].into_iter().any(|text| text.contains(['"', '\\'])) {
            return Err("version and license may not hold quotes or backslashes".into());
        }
        if window.span == 0 || window.core == 0 || window.stride == 0 {
            return Err("window: span, core and stride must be at least 1".into());
        }
        if window.stride > 1 << 40 {
            return Err("window: stride may not exceed 1,099,511,627,776 bases".into());
        }
        if window.span > 16_777_216 {
            return Err("window: span may not exceed 16,777,216 bases".into());
        }
        if window.core > window.span {
            return Err(format!("window: core ({}) is longer than span ({})", window.core, window.span));
        }
        if window.min_span.is_some_and(|min| min > window.span) {
            return Err(format!("window: min_span is longer than span ({})", window.span));
        }
        if !(0.0..=1.0).contains(&window.max_unknown) {
            return Err("window: max_unknown must be between 0 and 1".into());
        }
        match (input.encoding, input.layout) {
            (Encoding::OneHot, Layout::Tokens) => {
                return Err("input: one-hot needs layout channels-first or channels-last".into());
            }
            (Encoding::OneHot, _) => {}
            (_, Layout::Tokens) => {}
            _ => return Err("input: this encoding needs layout tokens".into()),
        }
        match (input.encoding, input.dtype) {
            (Encoding::OneHot, Dtype::F32 | Dtype::U8) | (Encoding::Base, _) => {}
            (Encoding::Kmer | Encoding::Bpe | Encoding::Hybrid, Dtype::I64 | Dtype::I32) => {}
            _ => return Err("input: this encoding cannot be written in this dtype".into()),
        }
        match (input.encoding, input.unknown) {
            (_, Unknown::Skip) | (Encoding::OneHot, Unknown::Zeros) => {}
            (Encoding::OneHot, Unknown::Uniform) if input.dtype == Dtype::F32 => {}
            (Encoding::Base | Encoding::Kmer | Encoding::Bpe | Encoding::Hybrid, Unknown::Token) => {}
            _ => {
                return Err(
                    "input: unknown must be zeros, uniform (f32) or skip for one-hot, token or skip for tokens".into(),
                );
            }
        }
        match (input.encoding, input.k) {
            (Encoding::Kmer, Some(1..=8)) => {}
            (Encoding::Kmer, _) => return Err("input: k-mers need k between 1 and 8".into()),
            (_, Some(_)) => return Err("input: k belongs to k-mers".into()),
            _ => {}
        }
        self.check_padding()?;
        match (input.max_tokens, input.encoding) {
            (None, _) if input.too_many_tokens == TooManyTokens::Skip => {}
            (None, _) => return Err("input: too_many_tokens needs max_tokens".into()),
            (Some(1..=1_048_576), Encoding::Kmer | Encoding::Bpe | Encoding::Hybrid) => {}
            (Some(_), Encoding::OneHot | Encoding::Base) => {
                return Err("input: max_tokens belongs to kmer, bpe and hybrid: of other rows the bases are counted (window: span)".into());
            }
            (Some(_), _) => return Err("input: max_tokens must be between 1 and 1,048,576".into()),
        }
        if input.encoding == Encoding::OneHot && (input.mask.is_some() || input.types.is_some()) {
            return Err("input: mask and types belong to tokens, not to one-hot".into());
        }
        if (input.prefix.is_some() || input.suffix.is_some()) && self.files.vocabulary.is_none() {
            return Err("input: prefix and suffix need a vocabulary (files: vocabulary)".into());
        }
        if self.kind == Kind::Track
            && self.strand != StrandRule::Forward
            && !(window.span - window.core).is_multiple_of(2)
        {
            return Err(
                "window: a track asked on both strands needs its core in the very middle: span - core must be even"
                    .into(),
            );
        }
        let by_file = matches!(input.encoding, Encoding::Bpe | Encoding::Hybrid);
        if by_file && self.files.tokenizer.is_none() {
            return Err("files: bpe and hybrid need a tokenizer".into());
        }
        if !window.fixed && input.mask.is_none() && !by_file && self.run.rows != Some(1) {
            return Err("window: fixed: false needs an attention mask (input: mask), or run: rows: 1".into());
        }
        if self.heads.is_empty() {
            return Err("heads: at least one is needed".into());
        }
        self.check_changes()?;
        self.check_multiple()?;
        self.check_deleted()?;
        let finest = self.bin();
        let mut names = std::collections::BTreeSet::new();
        for head in &self.heads {
            word("head", &head.name)?;
            if !names.insert(&head.name) {
                return Err(format!("heads: \"{}\" is there twice", head.name));
            }
            let mut labels = std::collections::BTreeSet::new();
            for label in &head.labels {
                word("label", label)?;
                if !labels.insert(label) {
                    return Err(format!("head {}: label \"{label}\" is there twice", head.name));
                }
            }
            if head.labels.is_empty() {
                return Err(format!("head {}: no labels", head.name));
            }
            if head.activation == Activation::Softmax && head.labels.len() < 2 {
                return Err(format!("head {}: softmax over one label is always 1", head.name));
            }
            if let Some(stray) = head.background.iter().find(|label| !head.labels.contains(label)) {
                return Err(format!("head {}: background \"{stray}\" is not one of its labels", head.name));
            }
            match (self.kind, head.bin) {
                (Kind::Track, Some(bin)) if bin > 0 && window.core.is_multiple_of(bin) => {}
                (Kind::Track, _) => {
                    return Err(format!(
                        "head {}: a track needs a bin that divides the core ({})",
                        head.name, window.core
                    ));
                }
                (_, Some(_)) => return Err(format!("head {}: bin belongs to kind track", head.name)),
                (_, None) => {}
            }
            if let (Some(bin), Some(finest)) = (head.bin, finest)
                && !bin.is_multiple_of(finest)
            {
                return Err(format!("head {}: its bin ({bin}) is no multiple of the finest ({finest})", head.name));
            }
            if !head.strands.is_empty() {
                if head.strands.len() != head.labels.len() {
                    return Err(format!(
                        "head {}: {} strands for {} labels",
                        head.name,
                        head.strands.len(),
                        head.labels.len()
                    ));
                }
                if self.strand != StrandRule::Forward {
                    return Err(format!("head {}: strands of labels need `strand: forward`", head.name));
                }
            }
        }
        let mut plain = std::collections::BTreeSet::new();
        if let Some(twice) = self.columns().iter().map(Column::plain_name).find(|name| !plain.insert(name.clone())) {
            return Err(format!("heads: two scores would be called {twice} in VCF"));
        }
        Ok(())
    }

    /// rten has no 64-bit integers, and 32-bit floats no whole numbers beyond 2^24.
    fn check_padding(&self) -> Result<(), String> {
        let most = match self.input.dtype {
            Dtype::U8 => i64::from(u8::MAX),
            Dtype::F32 => 1 << 24,
            Dtype::I32 | Dtype::I64 => i64::from(i32::MAX),
        };
        match self.input.padding_id {
            id if (0..=most).contains(&id) => Ok(()),
            id => Err(format!("input: padding_id is {id}; of this dtype it must be between 0 and {most}")),
        }
    }

    fn check_multiple(&self) -> Result<(), String> {
        let Some(multiple) = self.window.multiple else { return Ok(()) };
        let window = &self.window;
        if self.kind != Kind::Track || !matches!(self.input.encoding, Encoding::OneHot | Encoding::Base) {
            return Err("window: multiple belongs to tracks with one-hot or base input".into());
        }
        if multiple == 0 || !window.fixed || !(window.span - window.core).is_multiple_of(2) {
            return Err("window: multiple must be at least 1, with fixed: true and an even span - core".into());
        }
        if !window.span.is_multiple_of(multiple) {
            return Err(format!("window: span ({}) is not a whole number of multiples ({multiple})", window.span));
        }
        let wide = self.heads.iter().find(|head| {
            head.bin.is_some_and(|bin| bin > 0 && !(multiple.is_multiple_of(bin) && window.core.is_multiple_of(bin)))
        });
        match wide {
            Some(head) => Err(format!("head {}: its bin does not divide window: multiple ({multiple})", head.name)),
            None => Ok(()),
        }
    }

    fn check_deleted(&self) -> Result<(), String> {
        let Some(deleted) = self.variants.deleted else { return Ok(()) };
        if self.kind != Kind::Track {
            return Err("variants: deleted belongs to tracks: a whole window has no base of its own".into());
        }
        if deleted == Deleted::Zero {
            let fine = || self.heads.iter().filter(|head| head.bin == Some(1));
            if let Some(head) = fine().find(|head| head.activation == Activation::Identity) {
                return Err(format!(
                    "variants: deleted: zero does not suit head {}: 0 of activation identity does not mean that nothing is there",
                    head.name
                ));
            }
            if fine().next().is_none() {
                return Err(
                    "variants: deleted: zero needs a head with bins of one base: wider bins hold other bases too"
                        .into(),
                );
            }
        }
        Ok(())
    }

    fn check_changes(&self) -> Result<(), String> {
        let Some(changes) = &self.variants.changes else {
            return if self.variants.genes {
                Err("variants: genes needs changes: the networks that answer for a change".into())
            } else {
                Ok(())
            };
        };
        let members = self.files.model.0.len();
        if changes.stretch.0.len() != members || changes.change.0.len() != members {
            return Err(format!(
                "variants: changes has {} and {} networks for {members} members",
                changes.stretch.0.len(),
                changes.change.0.len()
            ));
        }
        if self.kind != Kind::Track || self.heads.iter().any(|head| head.bin != Some(1)) {
            return Err("variants: changes belongs to tracks with bins of one base".into());
        }
        if self.input.encoding != Encoding::OneHot
            || self.input.dtype != Dtype::F32
            || self.input.layout != Layout::ChannelsFirst
            || self.input.unknown != Unknown::Zeros
        {
            return Err(
                "variants: changes needs one-hot input, channels first, f32, with zeros for unknown bases".into()
            );
        }
        if !(1..=4096).contains(&changes.states) {
            return Err(format!("variants: changes has {} states; it must be between 1 and 4,096", changes.states));
        }
        if !changes.context.is_multiple_of(2) || changes.context > 1 << 20 {
            return Err(format!(
                "variants: the context of changes is {}; it must be even, and at most 1,048,576",
                changes.context
            ));
        }
        Ok(())
    }

    fn check_files(&self) -> Result<(), String> {
        for file in self.file_names() {
            if file.is_empty() || file.contains(['/', '\\']) || file == ".." || file.starts_with('.') {
                return Err(format!("files: \"{file}\" is not the name of a file in the folder"));
            }
            if Some(file) != self.self_test.as_deref() && !self.files.sha256.contains_key(file) {
                return Err(format!("files: sha256 of {file} is missing"));
            }
        }
        Ok(())
    }

    /// Names of all files the card speaks of.
    pub fn file_names(&self) -> Vec<&str> {
        let files = &self.files;
        let optional = [files.tokenizer.as_deref(), files.vocabulary.as_deref(), self.self_test.as_deref()];
        let changes = self.variants.changes.iter().flat_map(|changes| [&changes.stretch, &changes.change]);
        let networks =
            std::iter::once(&files.model).chain(changes).flat_map(|names| names.0.iter().map(String::as_str));
        networks.chain(optional.into_iter().flatten()).collect()
    }

    /// sha256 of the network; of an ensemble, of its members' digests, a line each.
    pub fn networks_digest(&self) -> Option<String> {
        let digest = |file: &String| self.files.sha256.get(file).cloned();
        match self.files.model.0.as_slice() {
            [one] => digest(one),
            members => {
                let lines =
                    members.iter().map(|file| digest(file).map(|digest| digest + "\n")).collect::<Option<String>>()?;
                Some(crate::digest::sha256(lines.as_bytes()))
            }
        }
    }

    /// The numbers of an answer, in the order they are written.
    pub fn columns(&self) -> Vec<Column> {
        let mut columns = Vec::new();
        for (index, head) in self.heads.iter().enumerate() {
            for (place, label) in head.labels.iter().enumerate() {
                let name = if head.labels.len() == 1 { head.name.clone() } else { format!("{}.{label}", head.name) };
                columns.push(Column {
                    name,
                    head: index,
                    label: label.clone(),
                    callable: !head.background.contains(label),
                    threshold: head.threshold,
                    bin: head.bin,
                    strand: head.strands.get(place).map(|&strand| strand.into()),
                    digits: head.activation.digits(),
                });
            }
        }
        columns
    }

    /// The finest bin of its heads, in bases; `None` where an answer is for the whole core.
    pub fn bin(&self) -> Option<u64> {
        self.heads.iter().filter_map(|head| head.bin).filter(|&bin| bin > 0).min()
    }

    /// Finest bins of a core; 1 where the answer is for the whole core.
    pub fn bins(&self) -> usize {
        self.bin().map_or(1, |bin| (self.window.core / bin) as usize)
    }

    /// How many of the finest bins one bin of a head covers.
    pub fn repeat(&self, head: &HeadCard) -> usize {
        match (head.bin, self.bin()) {
            (Some(bin), Some(finest)) => (bin / finest) as usize,
            _ => 1,
        }
    }

    /// Whether a base that only one allele has counts 0 on the other one's side, by column.
    ///
    /// METHOD: a site that is deleted is lost, as in SpliceAI (Jaganathan et al. 2019). Where 0 does not mean that nothing is
    /// there (logits, wide bins, the score of there being nothing), bases that only one allele has are not compared.
    pub fn missing_is_zero(&self) -> Vec<bool> {
        let columns = self.columns();
        let zero = |column: &Column| {
            let head = &self.heads[column.head];
            let probability = matches!(head.activation, Activation::Sigmoid | Activation::Softmax);
            column.callable
                && head.bin == Some(1)
                && match self.variants.deleted {
                    Some(Deleted::Absent) => false,
                    Some(Deleted::Zero) => head.activation != Activation::Identity,
                    None => probability,
                }
        };
        columns.iter().map(zero).collect()
    }

    /// Bins of the finest kind that a row of so many bases is answered for.
    pub fn bins_of(&self, bases: usize) -> usize {
        match (self.window.multiple, self.bin()) {
            (Some(_), Some(bin)) => bases.saturating_sub(2 * self.window.left() as usize) / bin as usize,
            _ => self.bins(),
        }
    }

    /// Shortest sequence that is scored, in bases.
    pub fn min_span(&self) -> u64 {
        self.window.min_span.unwrap_or(self.window.span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "
name: tiny
version: 1.0.0
summary: a test
license: MIT
kind: classify
files: {model: model.onnx, sha256: {model.onnx: ab}}
input: {encoding: one-hot, tensor: x, layout: channels-first, dtype: f32, unknown: zeros}
window: {span: 8, core: 4, stride: 4}
heads: [{name: promoter, output: y, activation: sigmoid, labels: [promoter]}]
";

    #[test]
    fn a_good_card_is_read() {
        let card = Card::parse(GOOD, "card.yaml").expect("a good card");
        assert_eq!((card.columns()[0].name.as_str(), card.bins(), card.run.call_rows(None, None)), ("promoter", 1, 16));
    }

    #[test]
    fn a_rule_for_deleted_bases_must_suit_the_heads() {
        let track = |head: &str| {
            let heads =
                format!("heads: [{{name: site, output: y, labels: [site], {head}}}]\nvariants: {{deleted: zero}}\n");
            let card = GOOD.replace("kind: classify", "kind: track");
            Card::parse(&(card[..card.find("heads:").expect("heads")].to_string() + &heads), "card.yaml")
        };
        let zero = track("activation: softplus, bin: 1").expect("nothing is 0").missing_is_zero();
        assert_eq!(zero, [true]);
        for (head, say) in [
            ("activation: identity, bin: 1", "does not suit head site"),
            ("activation: sigmoid, bin: 2", "needs a head with bins of one base"),
        ] {
            let error = track(head).expect_err(head).to_string();
            assert!(error.contains(say), "{error}");
        }
    }

    #[test]
    fn cards_that_contradict_themselves_are_refused() {
        for (from, to, say) in [
            ("span: 8", "span: 3", "core (4) is longer than span (3)"),
            ("unknown: zeros", "unknown: token", "unknown must be"),
            ("model: model.onnx,", "model: ../model.onnx,", "is not the name of a file"),
            ("{model.onnx: ab}", "{}", "sha256 of model.onnx is missing"),
            ("kind: classify", "kind: track", "a track needs a bin"),
            ("kind: classify", "kind: classify\ncolour: red", "colour"),
            ("activation: sigmoid", "activation: softmax", "always 1"),
            ("stride: 4}", "stride: 4, multiple: 4}", "multiple belongs to tracks"),
            ("heads:", "variants: {deleted: zero}\nheads:", "deleted belongs to tracks"),
            ("unknown: zeros", "unknown: zeros, padding_id: -1", "padding_id is -1"),
            ("dtype: f32", "dtype: u8, padding_id: 256", "between 0 and 255"),
            ("unknown: zeros", "unknown: zeros, max_tokens: 4", "max_tokens belongs to kmer"),
            ("unknown: zeros", "unknown: zeros, too_many_tokens: truncate", "needs max_tokens"),
            ("heads:", "run: {rows: 0}\nheads:", "rows must be between"),
            ("heads:", "run: {tolerance: .nan}\nheads:", "tolerance must be a number"),
            ("heads:", "variants: {compare: median}\nheads:", "unknown variant `median`"),
        ] {
            let error = Card::parse(&GOOD.replace(from, to), "card.yaml").expect_err(to).to_string();
            assert!(error.contains(say), "{error}");
        }
    }
}
