//! Files that Genogloss assembles its model gpgpt from, as constants; no code. Part of the program `genogloss`: the version is that of the program.

/// The network without its weights.
pub const GRAPH: &[u8] = include_bytes!("graph.onnx");

/// What training added to the base model's weights.
pub const ADAPTER: &[u8] = include_bytes!("adapter.npz");

/// Prompts and the answers of another implementation.
pub const SELF_TEST: &[u8] = include_bytes!("self_test.tsv");

/// The digest of the network that is assembled.
pub const NETWORK_SHA256: &str = include_str!("network.sha256");
