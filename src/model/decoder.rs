//! Decoder-only networks with a key–value cache, in either engine.

use super::{
    card::{Card, GenerateRule},
    folder::Folder,
    network::{Choice, EngineChoice, EngineReport, Port, Ports},
    ort::{Device, OrtDecoder},
    rten::RtenDecoder,
};
use crate::error::{Error, Result};

/// A decoder-only network that keeps what it has read.
///
/// `start` begins anew with a number of rows; then each `step` reads the next tokens of every row, as many for all, and answers the
/// logits after the last of them. Rows of different length are filled up on the left, where the mask is 0.
pub trait Decoder: Send {
    /// Forgets everything; the next steps are of `rows` rows.
    fn start(&mut self, rows: usize) -> Result<()>;

    /// Reads tokens. `ids` and `positions` are (rows, new tokens), `mask` is (rows, all tokens since `start`): 1 where a token
    /// is data. Appends to `logits`: (rows, vocabulary).
    fn step(&mut self, ids: &[i64], positions: &[i64], mask: &[i64], logits: &mut Vec<f32>) -> Result<()>;

    /// Row `i` goes on from what row `from[i]` has read.
    fn reorder(&mut self, from: &[usize]) -> Result<()>;
}

/// Names and shapes of a network with a cache.
#[derive(Clone, Debug)]
pub struct CachePorts {
    /// All inputs and outputs.
    pub all: Ports,
    /// Token ids.
    pub ids: String,
    /// Attention mask.
    pub mask: String,
    /// Positions, if it asks for them.
    pub positions: Option<String>,
    /// Inputs of the cache.
    pub past: Vec<String>,
    /// Outputs of the cache, in the same order.
    pub present: Vec<String>,
    /// Logits.
    pub logits: String,
    /// Key–value heads.
    pub heads: usize,
    /// Width of a head.
    pub head_width: usize,
}

impl CachePorts {
    fn of(card: &Card, rule: &GenerateRule) -> Self {
        let (past, present) = (rule.cache(&rule.past), rule.cache(&rule.present));
        let mask = card.input.mask.clone().unwrap_or_default();
        let port = |name: &str, kind: &str, shape: Vec<Option<usize>>| Port {
            name: name.into(),
            kind: kind.into(),
            shape: Some(shape),
        };
        let ids = |name: &str| port(name, "i64", vec![None, None]);
        let cache = |name: &String| port(name, "f32", vec![None, Some(rule.heads), None, Some(rule.head_width)]);
        let mut inputs = vec![ids(&card.input.tensor), ids(&mask)];
        inputs.extend(rule.positions.as_deref().map(ids));
        inputs.extend(past.iter().map(cache));
        let mut outputs = vec![port(&rule.output, "f32", vec![None, None, None])];
        outputs.extend(present.iter().map(cache));
        Self {
            all: Ports { inputs, outputs },
            ids: card.input.tensor.clone(),
            mask,
            positions: rule.positions.clone(),
            past,
            present,
            logits: rule.output.clone(),
            heads: rule.heads,
            head_width: rule.head_width,
        }
    }
}

/// Loads `sessions` copies of a network of kind generate, each for a thread of its own.
pub fn load(
    folder: &Folder,
    card: &Card,
    engine: EngineChoice,
    device: Device,
    sessions: usize,
) -> Result<(Vec<Box<dyn Decoder>>, EngineReport)> {
    let rule = card.generate.as_ref().ok_or_else(|| {
        Error::model(&card.name, "it does not answer prompts: its kind is not generate")
            .with_hint("genogloss models list shows the kinds")
    })?;
    let bytes = folder.verified(card, card.files.model.first())?;
    let ports = CachePorts::of(card, rule);
    let place = folder.file_place(card.files.model.first());
    let choice = Choice::make(&card.name, engine, device)?;
    let decoders: Vec<Box<dyn Decoder>> = if choice.onnx_runtime {
        let load = |_| Ok(Box::new(OrtDecoder::load(&place, &bytes, device, &ports)?) as Box<dyn Decoder>);
        (0..sessions).map(load).collect::<Result<_>>()?
    } else {
        let first = RtenDecoder::load(&place, bytes, &ports)?;
        (0..sessions).map(|_| Box::new(first.another()) as Box<dyn Decoder>).collect()
    };
    Ok((decoders, choice.report))
}

/// Values of a cache tensor (rows, heads, tokens, width) with its rows put in another order.
pub(super) fn reordered(values: &[f32], rows: usize, from: &[usize]) -> Vec<f32> {
    let width = values.len() / rows.max(1);
    from.iter().flat_map(|&row| &values[row * width..(row + 1) * width]).copied().collect()
}

/// The last token of each row, out of logits (rows, tokens, vocabulary): all new tokens, or the last alone.
pub(super) fn last_of(values: &[f32], rows: usize, tokens: usize, logits: &mut Vec<f32>) {
    let vocabulary = values.len() / (rows * tokens).max(1);
    for row in values.chunks_exact((tokens * vocabulary).max(1)) {
        logits.extend_from_slice(&row[(tokens - 1) * vocabulary..]);
    }
}
