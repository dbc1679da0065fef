//! Schema of the card's `language`: what the logits of a language model are scored as.

use serde::Deserialize;

/// The `language` part of a card: a network with logits over a vocabulary for every token.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LanguageRule {
    /// Name of the logits: (rows, tokens, vocabulary).
    #[serde(default = "logits")]
    pub output: String,
    /// What a score is of.
    #[serde(default)]
    pub per: Per,
    /// What the score of a window is made of those of its tokens.
    #[serde(default)]
    pub reduce: Reduce,
    /// Id of the token that hides another one: kind masked.
    #[serde(default)]
    pub mask_id: Option<i64>,
    /// At most so many tokens of a row are scored: where it is only to be seen whether the network runs.
    #[serde(skip)]
    pub most_scored: Option<usize>,
}

fn logits() -> String {
    "logits".into()
}

/// What a score of a language model is of.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Per {
    /// All tokens of a window.
    #[default]
    Window,
    /// Each base of the core, where each is a token.
    Base,
}

/// What the score of a window is made of those of its tokens.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Reduce {
    /// Their sum: the logarithm of the probability of the sequence.
    #[default]
    Sum,
    /// Their mean.
    Mean,
}
