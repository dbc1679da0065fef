//! Schema of the card's `embed`: which vector a window or a base has.

use serde::Deserialize;

use super::language::Per;

/// The `embed` part of a card: a network whose output are vectors.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmbedRule {
    /// Name of the output: (rows, tokens, width), or (rows, width) where the network has pooled it.
    #[serde(default = "last_hidden_state")]
    pub output: String,
    /// Numbers of a vector. [1, 65536]
    pub width: usize,
    /// Which vector a window has.
    #[serde(default)]
    pub pool: Pool,
    /// What a vector is of.
    #[serde(default)]
    pub per: Per,
}

fn last_hidden_state() -> String {
    "last_hidden_state".into()
}

/// Which vector a window has.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Pool {
    /// The mean of all tokens that are no padding, with the special ones.
    #[default]
    Mean,
    /// The mean of the tokens that stand for bases.
    Bases,
    /// That of the first token: `[CLS]`.
    First,
    /// That of the last token.
    Last,
    /// The network's own: its output is (rows, width).
    None,
}
