//! Schema of the card's `files`: names and digests of the files in the model's folder.

use std::collections::BTreeMap;

use serde::Deserialize;

/// File names inside the folder.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Files {
    /// The ONNX network, or several: the scores of an ensemble are the mean of its members'.
    pub model: Names,
    /// Files with weights that the networks name (ONNX' external data).
    #[serde(default)]
    pub data: Vec<String>,
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
pub(crate) struct Names(pub Vec<String>);

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
    pub(crate) fn first(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }
}
