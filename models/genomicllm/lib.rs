//! Files of the model genomicllm of Genogloss, as constants; no code. Part of the program `genogloss`: the version is that of the program.

/// The card.
pub const CARD: &[u8] = include_bytes!("card.yaml");

/// The network.
pub const MODEL: &[u8] = include_bytes!("model.onnx");

/// Prompts and the answers of another implementation.
pub const SELF_TEST: &[u8] = include_bytes!("self_test.tsv");

/// The tokenizer.
pub const TOKENIZER: &[u8] = include_bytes!("tokenizer.json");
