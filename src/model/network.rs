//! A card, an engine and the heads together: what answers batches.

use super::{
    Answerer, Answers, Form, Model,
    card::{Card, Dtype, Encoding, Kind, Layout, StrandRule, TrackLayout},
    folder::Folder,
    ort::{self, Device, OrtModel},
    rten::{self, RtenModel},
};
use crate::{
    batch::{Call, Data, Encoded, Rows},
    error::{Error, Result},
    genome::{Strand, interval::commas},
    head::Heads,
    skip::Skip,
};

/// Which engine is to run networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum EngineChoice {
    /// ONNX Runtime where it is found, else rten.
    Auto,
    /// ONNX Runtime.
    Ort,
    /// The built-in engine.
    Rten,
}

/// What really runs: for the log and the manifest.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct EngineReport {
    /// `ONNX Runtime`, `rten` or `exact`.
    pub engine: String,
    /// Its version.
    #[serde(rename = "engine_version")]
    pub version: String,
    /// `cpu`, `cuda:0`.
    pub device: String,
}

/// An input or output of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// Number type; empty where an engine does not say.
    pub kind: String,
    /// Axes; `None` for one that may have any length, or for all where an engine does not say.
    pub shape: Option<Vec<Option<usize>>>,
}

/// Inputs and outputs: those a card needs (input first, mask second, types last), or those a network has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ports {
    /// Inputs.
    pub inputs: Vec<Port>,
    /// Outputs, one a head in the card's order.
    pub outputs: Vec<Port>,
}

impl Ports {
    /// What the card needs.
    pub fn of(card: &Card) -> Self {
        let any_length = !card.window.fixed || card.window.multiple.is_some();
        let (rows, span) = (None, (!any_length).then_some(card.window.span as usize));
        let kind = match card.input.dtype {
            Dtype::F32 => "f32",
            Dtype::I64 => "i64",
            Dtype::I32 => "i32",
            Dtype::U8 => "u8",
        };
        let shape = match (card.input.encoding, card.input.layout) {
            (Encoding::OneHot, Layout::ChannelsFirst) => vec![rows, Some(4), span],
            (Encoding::OneHot, _) => vec![rows, span, Some(4)],
            (Encoding::Base, _) => vec![rows, span],
            _ => vec![rows, None],
        };
        let ids = |name: &String| Port { name: name.clone(), kind: "i64".into(), shape: Some(vec![None, None]) };
        let mut inputs = vec![Port { name: card.input.tensor.clone(), kind: kind.into(), shape: Some(shape) }];
        inputs.extend(card.input.mask.as_ref().map(ids));
        inputs.extend(card.input.types.as_ref().map(|name| Port { kind: "types".into(), ..ids(name) }));
        let bins = card.bins();
        let outputs = card
            .heads
            .iter()
            .map(|head| {
                let labels = Some(head.labels.len());
                let bins = card.window.multiple.is_none().then_some(bins / card.repeat(head));
                let shape = match (card.kind, head.layout) {
                    (Kind::Track, TrackLayout::ChannelsLast) => vec![rows, bins, labels],
                    (Kind::Track, TrackLayout::ChannelsFirst) => vec![rows, labels, bins],
                    _ => vec![rows, labels],
                };
                Port { name: head.output.clone(), kind: "f32".into(), shape: Some(shape) }
            })
            .collect();
        Self { inputs, outputs }
    }

    /// Name of the token-type input, if there is one.
    pub fn types(&self) -> Option<&str> {
        self.inputs.iter().find(|port| port.kind == "types").map(|port| port.name.as_str())
    }

    /// Rows that a call of a network with these inputs must have, where one of them says.
    pub fn rows(&self) -> Option<usize> {
        self.inputs.iter().find_map(|port| *port.shape.as_ref()?.first()?)
    }

    /// All differences between what the card needs (`self`) and what the network has, in one error.
    pub fn compare(&self, model: &str, found: &Self) -> Result<()> {
        let (mut problems, mut hint) = (Vec::new(), None);
        let mut check = |what: &str, wanted: &[Port], has: &[Port]| {
            for port in wanted {
                let Some(other) = has.iter().find(|other| other.name == port.name) else {
                    let names: Vec<&str> = has.iter().map(|o| o.name.as_str()).collect();
                    problems.push(format!(
                        "the card's {what} \"{}\" is not in the network, which has {}",
                        port.name,
                        names.join(", ")
                    ));
                    continue;
                };
                let kind = if port.kind == "types" { "i64" } else { &port.kind };
                if !other.kind.is_empty() && other.kind != kind {
                    problems
                        .push(format!("{what} \"{}\" is {} in the network, {kind} in the card", port.name, other.kind));
                    hint.get_or_insert(match (what, other.kind.as_str()) {
                        ("input", "i64" | "i32") if port.name == self.inputs[0].name && kind.starts_with('i') => {
                            format!("say `input: dtype: {}` in the card, or export the network with {kind}", other.kind)
                        }
                        _ => format!("export the network with this {what} in {kind}"),
                    });
                }
                if other.shape.as_ref().is_some_and(|shape| shape.first() == Some(&Some(0))) {
                    problems.push(format!("the first axis of {what} \"{}\" is 0 in the network", port.name));
                }
                if let (Some(wanted), Some(has)) = (&port.shape, &other.shape)
                    && (wanted.len() != has.len()
                        || wanted.iter().zip(has).any(|(w, h)| matches!((w, h), (Some(w), Some(h)) if w != h)))
                {
                    problems.push(format!(
                        "{what} \"{}\" has shape {} in the network, {} by the card",
                        port.name,
                        show(has),
                        show(wanted)
                    ));
                }
            }
        };
        check("input", &self.inputs, &found.inputs);
        check("output", &self.outputs, &found.outputs);
        for port in &found.inputs {
            if !self.inputs.iter().any(|wanted| wanted.name == port.name) {
                problems.push(format!("the network's input \"{}\" is not in the card", port.name));
            }
        }
        if problems.is_empty() {
            Ok(())
        } else {
            let error = Error::model(model, format!("card and network differ: {}", problems.join("; ")));
            Err(match hint {
                Some(hint) => error.with_hint(hint),
                None => error,
            })
        }
    }
}

fn show(shape: &[Option<usize>]) -> String {
    let axes: Vec<String> = shape.iter().map(|d| d.map_or("any".into(), |n| n.to_string())).collect();
    format!("({})", axes.join(", "))
}

/// A network that answers batches.
pub struct Network {
    /// Their scores are averaged.
    members: Vec<Box<dyn Model>>,
    heads: Heads,
    rule: StrandRule,
    dtype: Dtype,
    card: Card,
}

/// What an answer of this card looks like.
pub fn form(card: &Card) -> Form {
    let heads = Heads::new(card);
    Form { shape: heads.shape(), columns: card.columns(), bin: card.bin(), text: None, unanswered: Skip::NotANumber }
}

/// Networks that are loaded.
pub struct Ready {
    /// One for each thread.
    pub answerers: Vec<Box<dyn Answerer>>,
    /// Which engine runs them.
    pub report: EngineReport,
    /// Rows that every call must have, where the network says a number.
    pub rows: Option<usize>,
}

/// Loads `sessions` copies of a network, each for a thread of its own.
pub fn load(folder: &Folder, card: &Card, engine: EngineChoice, device: Device, sessions: usize) -> Result<Ready> {
    if card.kind == Kind::Generate {
        return Err(Error::model(&card.name, "it answers prompts, not windows").with_hint("genogloss ask"));
    }
    let ports = Ports::of(card);
    let Choice { onnx_runtime, report } = Choice::make(&card.name, engine, device)?;
    // A member after the other, so that the bytes of one file at a time are held. rten's weights are shared by all threads.
    let mut members: Vec<Vec<Box<dyn Model>>> = (0..sessions).map(|_| Vec::new()).collect();
    let mut rows = None;
    let beside = |error: Error| match &error {
        Error::Model { message, .. } if message.to_lowercase().contains("external data") => error
            .with_hint("weights beside the network are not read: export it in one file (PyTorch: external_data=False)"),
        _ => error,
    };
    for file in &card.files.model.0 {
        let (place, bytes) = (folder.file_place(file), folder.verified(card, file)?);
        let copies: Vec<Box<dyn Model>> = if onnx_runtime {
            let load = |_| Ok(Box::new(OrtModel::load(&place, &bytes, device, &ports)?) as Box<dyn Model>);
            (0..sessions).map(load).collect::<Result<_>>().map_err(beside)?
        } else {
            let first = RtenModel::load(&place, bytes, &ports).map_err(beside)?;
            (0..sessions).map(|_| Box::new(first.another()) as Box<dyn Model>).collect()
        };
        let own = copies.first().and_then(|copy| copy.rows());
        if let (Some(wanted), Some(own)) = (rows.or(card.run.rows), own)
            && wanted != own
        {
            let problem =
                format!("rows in a call: {own} by the network (the first axis of its input), {wanted} by the card");
            let hint = match card.run.rows {
                Some(_) => "leave run: rows out of the card: it is taken from the network",
                None => {
                    "all networks of an ensemble must read the same number of rows; best export them with a dynamic first axis"
                }
            };
            return Err(Error::model(place, problem).with_hint(hint));
        }
        rows = rows.or(own);
        members.iter_mut().zip(copies).for_each(|(members, copy)| members.push(copy));
    }
    let answerer = |members| -> Box<dyn Answerer> {
        Box::new(Network {
            members,
            heads: Heads::new(card),
            rule: card.strand,
            dtype: card.input.dtype,
            card: card.clone(),
        })
    };
    Ok(Ready { answerers: members.into_iter().map(answerer).collect(), report, rows })
}

/// Which engine would run a model, and where.
pub fn engine(model: &str, engine: EngineChoice, device: Device) -> Result<EngineReport> {
    Ok(Choice::make(model, engine, device)?.report)
}

/// Which engine runs.
pub(in crate::model) struct Choice {
    /// ONNX Runtime, not rten.
    pub onnx_runtime: bool,
    /// For the manifest.
    pub report: EngineReport,
}

impl Choice {
    /// What was asked for, or the best there is. `model` is what messages call the model.
    pub fn make(model: &str, engine: EngineChoice, device: Device) -> Result<Self> {
        let onnx_runtime = Self::onnx_runtime(model, engine, device)?;
        let report = match ort::runtime() {
            Ok(runtime) if onnx_runtime => EngineReport {
                engine: "ONNX Runtime".into(),
                version: runtime.version.clone(),
                device: device.to_string(),
            },
            _ => EngineReport { engine: "rten".into(), version: rten::VERSION.into(), device: device.to_string() },
        };
        Ok(Self { onnx_runtime, report })
    }

    fn onnx_runtime(model: &str, engine: EngineChoice, device: Device) -> Result<bool> {
        let use_ort = match (engine, device) {
            (EngineChoice::Rten, Device::Cuda(_)) => {
                return Err(
                    Error::usage("--engine rten runs on the CPU only").with_hint("leave --engine away, or --device")
                );
            }
            (EngineChoice::Rten, Device::Cpu) => false,
            (EngineChoice::Ort, _) | (_, Device::Cuda(_)) => {
                ort::runtime().map_err(|problem| ort::missing(model, &problem))?;
                true
            }
            (EngineChoice::Auto, Device::Cpu) => match ort::runtime() {
                Ok(_) => true,
                // A library that was named and does not load is a mistake; one that is not there is no surprise.
                Err(problem) if std::env::var_os("ORT_DYLIB_PATH").is_some_and(|path| !path.is_empty()) => {
                    tracing::warn!("{problem}; the built-in engine runs instead");
                    false
                }
                Err(problem) => {
                    tracing::info!("{problem}; the built-in engine runs instead");
                    false
                }
            },
        };
        Ok(use_ort)
    }
}

impl Card {
    /// The error of a call, and which window it was about: rows of ids are run with others of the same length.
    fn located(&self, error: Error, call: &Call, strands: usize) -> Error {
        let Error::Model { model, message, hint, .. } = error else { return error };
        let ids = !matches!(self.input.encoding, Encoding::OneHot | Encoding::Base);
        let tokens = if ids { format!("{} tokens: ", commas(call.shape[1] as u64)) } else { String::new() };
        let check = match self.input.max_tokens {
            None if ids => {
                "genogloss models check says how many tokens the network reads; with `max_tokens` in the card, longer windows are skipped"
            }
            _ => "genogloss models check says what the network takes",
        };
        let error = Error::model(model, format!("{tokens}{message}"));
        let row = call.rows.first().map_or(0, |row| row / strands);
        error.with_hint(hint.unwrap_or_else(|| check.into())).in_row(row)
    }
}

impl Answerer for Network {
    fn answer(&mut self, rows: &Rows, encoded: Option<&Encoded>) -> Result<Answers> {
        let encoded =
            encoded.ok_or_else(|| Error::Internal("a batch reached a network without being encoded".into()))?;
        let columns = self.heads.shape().columns;
        let strands = if self.rule == StrandRule::Forward { 1 } else { 2 };
        // Of each encoded row: its bins, and where its scores begin.
        let bins: Vec<usize> = (0..rows.count()).map(|row| self.card.bins_of(rows.row(row).len())).collect();
        let mut starts = Vec::with_capacity(rows.count() * strands + 1);
        let mut total = 0;
        for bins in bins.iter().flat_map(|&bins| std::iter::repeat_n(bins, strands)) {
            starts.push(total);
            total += bins * columns;
        }
        starts.push(total);
        let mut by_row = vec![0.0f32; total];
        // The sums of an ensemble.
        let members = self.members.len();
        let mut sums = vec![0.0f64; if members > 1 { total } else { 0 }];
        let mut scores = Vec::new();
        for call in &encoded.calls {
            let size: usize = call.shape.iter().product();
            let range = call.start..call.start + size;
            let data = match self.dtype {
                Dtype::F32 => Data::F32(&encoded.f32s[range.clone()]),
                Dtype::I64 => Data::I64(&encoded.i64s[range.clone()]),
                Dtype::I32 => Data::I32(&encoded.i32s[range.clone()]),
                Dtype::U8 => Data::U8(&encoded.u8s[range.clone()]),
            };
            let mask = (!encoded.masks.is_empty()).then(|| &encoded.masks[range]);
            for member in &mut self.members {
                let outputs =
                    member.run(&call.shape, data, mask).map_err(|error| self.card.located(error, call, strands))?;
                for values in &outputs {
                    if values.len() % encoded.call_rows != 0 || values.is_empty() {
                        let problem = format!("an output has {} values for {} rows", values.len(), encoded.call_rows);
                        return Err(self.card.located(Error::model(&self.card.name, problem), call, strands));
                    }
                }
                for (place, &row) in call.rows.iter().enumerate() {
                    let logits: Vec<&[f32]> = outputs
                        .iter()
                        .map(|values| {
                            let width = values.len() / encoded.call_rows;
                            &values[place * width..(place + 1) * width]
                        })
                        .collect();
                    let bins = bins[row / strands];
                    self.heads.check(&logits, bins).map_err(|problem| Error::model(&self.card.name, problem))?;
                    scores.clear();
                    self.heads.answer_bins(&logits, bins, &mut scores);
                    let range = starts[row]..starts[row + 1];
                    if members > 1 {
                        sums[range].iter_mut().zip(&scores).for_each(|(sum, &score)| *sum += f64::from(score));
                    } else {
                        by_row[range].copy_from_slice(&scores);
                    }
                }
            }
        }
        by_row.iter_mut().zip(sums).for_each(|(mean, sum)| *mean = (sum / members as f64) as f32);
        let shape = self.heads.shape();
        let lens = bins.iter().map(|bins| bins * columns);
        let ends = if bins.iter().all(|&bins| bins == shape.bins) {
            Vec::new()
        } else {
            lens.clone()
                .scan(0, |end, len| {
                    Some({
                        *end += len;
                        *end
                    })
                })
                .collect()
        };
        let mut answers = Answers { ends, ..Answers::default() };
        if strands == 1 {
            (answers.scores, answers.strands) = (by_row, vec![Strand::Forward; rows.count()]);
            return Ok(answers);
        }
        let mut rest = by_row.as_mut_slice();
        for len in lens {
            let (pair, after) = rest.split_at_mut(2 * len);
            let (forward, reverse) = pair.split_at_mut(len);
            answers.strands.push(self.heads.join(forward, reverse));
            answers.scores.extend_from_slice(forward);
            rest = after;
        }
        Ok(answers)
    }
}
