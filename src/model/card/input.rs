//! Schema of the card's `input`: how bases become the network's input.

use serde::Deserialize;

use super::axes::InputAxes;

/// How bases are encoded for the network.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Encoding {
    /// A number for each letter of `order`, at every base.
    OneHot,
    /// One id a base: its place in `order`.
    Base,
    /// One id a base: the ASCII code of its letter in upper case.
    Bytes,
    /// One id for each k bases.
    Kmer,
    /// Byte-pair encoding, by `tokenizer.json`.
    Bpe,
    /// Sequence and text in one prompt, each by its own rules, by `tokenizer.json`.
    Hybrid,
}

impl Encoding {
    /// Rows are token ids, of which there are not as many as bases.
    pub(crate) fn is_tokens(self) -> bool {
        matches!(self, Self::Kmer | Self::Bpe | Self::Hybrid)
    }

    /// Token ids come from a `tokenizer.json`.
    pub(crate) fn has_tokenizer(self) -> bool {
        matches!(self, Self::Bpe | Self::Hybrid)
    }
}

/// Number type of the input.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Dtype {
    /// 32-bit float.
    F32,
    /// 64-bit integer.
    I64,
    /// 32-bit integer.
    I32,
    /// 8-bit unsigned integer.
    U8,
    /// 16-bit float.
    F16,
    /// 64-bit float.
    F64,
    /// True or false.
    Bool,
}

/// The number type in which an input is made: an engine converts it to the type of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "as in Dtype")]
pub(crate) enum Carrier {
    F32,
    I64,
    I32,
    U8,
}

impl Dtype {
    /// The type in which rows of this encoding are made.
    pub(crate) fn carrier(self, encoding: Encoding) -> Carrier {
        match self {
            Self::U8 | Self::Bool => Carrier::U8,
            // Ones and zeros.
            Self::I64 | Self::I32 if encoding == Encoding::OneHot => Carrier::U8,
            Self::F16 | Self::F64 if encoding.is_tokens() => Carrier::I64,
            Self::F32 | Self::F16 | Self::F64 => Carrier::F32,
            Self::I64 => Carrier::I64,
            Self::I32 => Carrier::I32,
        }
    }
}

/// How a base that is not A, C, G or T is encoded.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Unknown {
    /// One-hot: all four numbers 0.
    Zeros,
    /// One-hot: all four numbers 0.25.
    Uniform,
    /// Its own token id; one-hot: the channel of N in `order`.
    Token,
    /// A window that holds one is skipped.
    Skip,
    /// It is read as this base.
    #[serde(rename = "A")]
    A,
    /// It is read as this base.
    #[serde(rename = "C")]
    C,
    /// It is read as this base.
    #[serde(rename = "G")]
    G,
    /// It is read as this base.
    #[serde(rename = "T")]
    T,
}

impl Unknown {
    /// The base that an unknown one is read as.
    pub(crate) fn base(self) -> Option<u8> {
        match self {
            Self::A => Some(b'A'),
            Self::C => Some(b'C'),
            Self::G => Some(b'G'),
            Self::T => Some(b'T'),
            _ => None,
        }
    }
}

/// What lower case (soft-masked repeats) means.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Case {
    /// The same as upper case.
    #[default]
    Upper,
    /// Unknown, as N.
    Mask,
}

/// The `input` part of a card.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// How bases are encoded.
    pub encoding: Encoding,
    /// Name of the network's input.
    pub tensor: String,
    /// The axes of the input, in their order.
    pub layout: InputAxes,
    /// Number type.
    pub dtype: Dtype,
    /// Bases that are not A, C, G or T.
    pub unknown: Unknown,
    /// Order of the bases: channels of one-hot input, ids of `base`. A fifth letter, N, stands for unknown ones. Default: ACGT.
    #[serde(default)]
    pub order: Option<String>,
    /// The sequence is read from its end, without complements (3' to 5').
    #[serde(default)]
    pub reversed: bool,
    /// Lower case.
    #[serde(default)]
    pub case: Case,
    /// k, for k-mers. [1, 8]
    #[serde(default)]
    pub k: Option<usize>,
    /// K-mers at every base; if false, one after the other.
    #[serde(default)]
    pub overlapping: bool,
    /// First token of every row (k-mers), such as `[CLS]`.
    #[serde(default)]
    pub prefix: Option<String>,
    /// Last token of every row (k-mers), such as `[SEP]`.
    #[serde(default)]
    pub suffix: Option<String>,
    /// Id that pads a row.
    #[serde(default)]
    pub padding_id: i64,
    /// Where a row of ids is padded.
    #[serde(default)]
    pub padding_side: Side,
    /// Name of the network's attention-mask input, if it has one.
    #[serde(default)]
    pub mask: Option<String>,
    /// Name of the network's token-type input (all 0), if it has one.
    #[serde(default)]
    pub types: Option<String>,
    /// Most tokens of a row, special ones included, that the network reads (its positions). [1, 1048576]
    #[serde(default)]
    pub max_tokens: Option<usize>,
    /// What happens to a window of more tokens.
    #[serde(default)]
    pub too_many_tokens: TooManyTokens,
    /// Further inputs of the network.
    #[serde(default)]
    pub others: Vec<OtherInput>,
}

/// An input of the network beside the sequence, its mask and its token types. Its number type is the network's own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OtherInput {
    /// Its name.
    pub tensor: String,
    /// What it holds.
    pub holds: Holds,
    /// The first position.
    #[serde(default)]
    pub from: i64,
    /// The number of a constant.
    #[serde(default)]
    pub value: f64,
    /// Lengths of the axes of a constant, after the rows.
    #[serde(default)]
    pub shape: Vec<usize>,
}

/// What a further input of the network holds.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Holds {
    /// The place of each base or token in its row: (rows, bases).
    Positions,
    /// One number everywhere.
    Constant,
    /// The reverse complement of the sequence, encoded in the same way.
    ReverseComplement,
}

/// The left or the right end of a row.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Side {
    /// The end.
    #[default]
    Right,
    /// The start.
    Left,
}

/// What happens to a window of more tokens than the network reads.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TooManyTokens {
    /// It is skipped.
    #[default]
    Skip,
    /// The network reads its first tokens, and the special ones at the end.
    Truncate,
}

impl Input {
    /// The bases in the order of the network: channels, or ids.
    pub(crate) fn order(&self) -> &str {
        self.order.as_deref().unwrap_or("ACGT")
    }

    /// Channels of a base.
    pub(crate) fn channels(&self) -> usize {
        self.order().len()
    }

    /// Whether the network reads the reverse complement as another input.
    pub(crate) fn has_reverse(&self) -> bool {
        self.others.iter().any(|other| other.holds == Holds::ReverseComplement)
    }

    /// How many tokens a row is truncated to; `None` where rows are not truncated.
    pub(crate) fn cut(&self) -> Option<usize> {
        self.max_tokens.filter(|_| self.too_many_tokens == TooManyTokens::Truncate)
    }

    /// How many tokens a row may have; `None` where rows are truncated or have no limit.
    pub(crate) fn most_tokens(&self) -> Option<usize> {
        self.max_tokens.filter(|_| self.too_many_tokens == TooManyTokens::Skip)
    }
}
