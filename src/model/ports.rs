//! Inputs and outputs of networks: those that a card requires, those that a network has, and the differences.
//!
//! Cards and engines meet here: [`WindowPorts`], [`ChangePorts`] and [`CachePorts`] name the inputs and outputs of the three kinds
//! of networks, and an engine compares them with the network it has loaded.

use std::fmt;

use super::card::{Card, ChangeRule, Dtype, Encoding, GenerateRule, HeadCard, Kind, Layout, TrackLayout};
use crate::error::{Error, Result};

/// Number type of a tensor. The last ones are in no card, but a network may have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of ONNX")]
pub(crate) enum NumberType {
    F32,
    I64,
    I32,
    U8,
    F64,
    F16,
    Bf16,
    I8,
    Bool,
    /// Any other type.
    Other,
}

impl fmt::Display for NumberType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F32 => "f32",
            Self::I64 => "i64",
            Self::I32 => "i32",
            Self::U8 => "u8",
            Self::F64 => "f64",
            Self::F16 => "f16",
            Self::Bf16 => "bf16",
            Self::I8 => "i8",
            Self::Bool => "bool",
            Self::Other => "another type",
        })
    }
}

impl From<Dtype> for NumberType {
    fn from(dtype: Dtype) -> Self {
        match dtype {
            Dtype::F32 => Self::F32,
            Dtype::I64 => Self::I64,
            Dtype::I32 => Self::I32,
            Dtype::U8 => Self::U8,
        }
    }
}

/// An input or output of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Port {
    /// Its name.
    pub name: String,
    /// Number type; `None` where an engine does not tell it.
    pub number: Option<NumberType>,
    /// Axes; `None` for one of any length, or for all where an engine does not tell them.
    pub shape: Option<Vec<Option<usize>>>,
}

impl Port {
    fn new(name: &str, number: NumberType, shape: &[Option<usize>]) -> Self {
        Self { name: name.into(), number: Some(number), shape: Some(shape.into()) }
    }

    /// Token ids, a mask or token types: (rows, tokens).
    fn ids(name: &str) -> Self {
        Self::new(name, NumberType::I64, &[None, None])
    }
}

/// Inputs and outputs: those that a card requires (the sequence first), or those that a network has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ports {
    /// Inputs.
    pub inputs: Vec<Port>,
    /// Outputs; of a card, one per head in the card's order, then the others.
    pub outputs: Vec<Port>,
}

impl Ports {
    /// Rows that every call must have: the first axis of an input, where that is fixed.
    pub(crate) fn rows(&self) -> Option<usize> {
        self.inputs.iter().find_map(|port| *port.shape.as_ref()?.first()?)
    }

    /// All differences between the card's ports (`self`) and the network's, in one error.
    pub(crate) fn compare(&self, model: &str, found: &Self) -> Result<()> {
        let mut differences = Differences::default();
        for port in &self.inputs {
            let is_sequence = port.name == self.inputs[0].name;
            differences.compare("input", port, &found.inputs, is_sequence);
        }
        for port in &self.outputs {
            differences.compare("output", port, &found.outputs, false);
        }
        for port in &found.inputs {
            if !self.inputs.iter().any(|wanted| wanted.name == port.name) {
                differences.problems.push(format!("the network's input \"{}\" is not in the card", port.name));
            }
        }
        differences.into_result(model)
    }
}

/// Differences between the ports of a card and of a network.
#[derive(Default)]
struct Differences {
    problems: Vec<String>,
    /// How to remove the first difference of a number type.
    hint: Option<String>,
}

impl Differences {
    /// Compares a port of the card with the network's port of the same name. `what`: input or output.
    fn compare(&mut self, what: &str, wanted: &Port, ports: &[Port], is_sequence: bool) {
        let name = &wanted.name;
        let Some(found) = ports.iter().find(|port| port.name == *name) else {
            let names: Vec<&str> = ports.iter().map(|port| port.name.as_str()).collect();
            let names = names.join(", ");
            self.problems.push(format!("the card's {what} \"{name}\" is not in the network, which has {names}"));
            return;
        };
        if let (Some(number), Some(other)) = (wanted.number, found.number)
            && number != other
        {
            self.problems.push(format!("{what} \"{name}\" is {other} in the network, {number} in the card"));
            let is_integer = |number| matches!(number, NumberType::I64 | NumberType::I32);
            self.hint.get_or_insert(if is_sequence && is_integer(number) && is_integer(other) {
                format!("write `input: dtype: {other}` in the card, or export the network with {number}")
            } else {
                format!("export the network with this {what} in {number}")
            });
        }
        self.check_rows(what, found);
        if let (Some(axes), Some(other)) = (&wanted.shape, &found.shape)
            && !agree(axes, other)
        {
            let (axes, other) = (shown(axes), shown(other));
            self.problems
                .push(format!("{what} \"{name}\" has the shape {other} in the network, but {axes} in the card"));
        }
    }

    fn check_rows(&mut self, what: &str, found: &Port) {
        if found.shape.as_ref().is_some_and(|shape| shape.first() == Some(&Some(0))) {
            self.problems.push(format!("the first axis of {what} \"{}\" is 0 in the network", found.name));
        }
    }

    fn into_result(self, model: &str) -> Result<()> {
        if self.problems.is_empty() {
            return Ok(());
        }
        let error = Error::model(model, format!("card and network differ: {}", self.problems.join("; ")));
        Err(match self.hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        })
    }
}

/// Whether two shapes have as many axes, and the same lengths where both are fixed.
fn agree(one: &[Option<usize>], other: &[Option<usize>]) -> bool {
    let differ = |(one, other): (&Option<usize>, &Option<usize>)| matches!((one, other), (Some(a), Some(b)) if a != b);
    one.len() == other.len() && !one.iter().zip(other).any(differ)
}

fn shown(shape: &[Option<usize>]) -> String {
    let axes: Vec<String> = shape.iter().map(|d| d.map_or("any".into(), |n| n.to_string())).collect();
    format!("({})", axes.join(", "))
}

/// Ports of a network that scores windows.
#[derive(Clone, Debug)]
pub(crate) struct WindowPorts {
    /// All inputs and outputs. Outputs are the heads, in the card's order.
    pub all: Ports,
    /// Name of the input of the sequence.
    pub input: String,
    /// Name of the attention mask, if there is one.
    pub mask: Option<String>,
    /// Name of the input of token types (all 0), if there is one.
    pub types: Option<String>,
}

impl WindowPorts {
    /// The ports that a card requires.
    pub(crate) fn of(card: &Card) -> Self {
        let input = &card.input;
        let any_length = !card.window.fixed || card.window.multiple.is_some();
        let span = (!any_length).then_some(card.window.span as usize);
        let shape = match (input.encoding, input.layout) {
            (Encoding::OneHot, Layout::ChannelsFirst) => vec![None, Some(4), span],
            (Encoding::OneHot, _) => vec![None, span, Some(4)],
            (Encoding::Base, _) => vec![None, span],
            _ => vec![None, None],
        };
        let mut inputs = vec![Port::new(&input.tensor, input.dtype.into(), &shape)];
        inputs.extend(input.mask.as_deref().map(Port::ids));
        inputs.extend(input.types.as_deref().map(Port::ids));
        let bins = card.bins();
        let head_port = |head: &HeadCard| {
            let labels = Some(head.labels.len());
            let bins = card.window.multiple.is_none().then_some(bins / card.repeat(head));
            let shape = match (card.kind, head.layout) {
                (Kind::Track, TrackLayout::ChannelsLast) => vec![None, bins, labels],
                (Kind::Track, TrackLayout::ChannelsFirst) => vec![None, labels, bins],
                _ => vec![None, labels],
            };
            Port::new(&head.output, NumberType::F32, &shape)
        };
        let outputs = card.heads.iter().map(head_port).collect();
        Self {
            all: Ports { inputs, outputs },
            input: input.tensor.clone(),
            mask: input.mask.clone(),
            types: input.types.clone(),
        }
    }
}

/// Ports of the two networks of a member that scores changes.
pub(crate) struct ChangePorts {
    /// Of the one that reads a stretch.
    pub stretch: Ports,
    /// Of the one that reads a change.
    pub change: Ports,
    /// How many heads there are: outputs after them are states.
    pub heads: usize,
}

impl ChangePorts {
    /// Name of the input of inserted bases.
    pub(crate) const INSERTED: &str = "inserted";
    /// Name of the input of the change's place: at, removed, left, right.
    pub(crate) const EDIT: &str = "edit";

    /// The ports that a card requires.
    pub(crate) fn of(card: &Card, rule: &ChangeRule) -> Self {
        let bases = [Some(1), Some(4), None];
        let head =
            |head: &HeadCard| Port::new(&head.output, NumberType::F32, &[Some(1), Some(head.labels.len()), None]);
        let heads: Vec<Port> = card.heads.iter().map(head).collect();
        // The card does not describe the shape of a state.
        let state = |index| Port { name: format!("state.{index}"), number: Some(NumberType::F32), shape: None };
        let states: Vec<Port> = (0..rule.states).map(state).collect();
        let mut inputs = states.clone();
        inputs.push(Port::new(Self::INSERTED, NumberType::F32, &bases));
        inputs.push(Port::new(Self::EDIT, NumberType::I64, &[Some(4)]));
        Self {
            stretch: Ports {
                inputs: vec![Port::new(&card.input.tensor, NumberType::F32, &bases)],
                outputs: heads.iter().cloned().chain(states).collect(),
            },
            change: Ports { inputs, outputs: heads.clone() },
            heads: heads.len(),
        }
    }

    /// Name of the input of the sequence.
    pub(crate) fn input(&self) -> &str {
        &self.stretch.inputs[0].name
    }

    /// Names of the heads.
    pub(crate) fn head_names(&self) -> Vec<String> {
        self.change.outputs.iter().map(|port| port.name.clone()).collect()
    }

    /// Names of the states.
    pub(crate) fn state_names(&self) -> Vec<String> {
        self.stretch.outputs[self.heads..].iter().map(|port| port.name.clone()).collect()
    }
}

/// Ports of a decoder-only network with a key–value cache.
#[derive(Clone, Debug)]
pub(crate) struct CachePorts {
    /// All inputs and outputs.
    pub all: Ports,
    /// Name of the input of token ids.
    pub ids: String,
    /// Name of the attention mask.
    pub mask: String,
    /// Name of the input of positions, if there is one.
    pub positions: Option<String>,
    /// Names of the inputs of the cache.
    pub past: Vec<String>,
    /// Names of the outputs of the cache, in the same order.
    pub present: Vec<String>,
    /// Name of the logits.
    pub logits: String,
    /// Key–value heads.
    pub heads: usize,
    /// Width of a head.
    pub head_width: usize,
}

impl CachePorts {
    /// The ports that a card requires.
    pub(crate) fn of(card: &Card, rule: &GenerateRule) -> Self {
        let (past, present) = (rule.cache(&rule.past), rule.cache(&rule.present));
        let mask = card.input.mask.clone().unwrap_or_default();
        let cache =
            |name: &String| Port::new(name, NumberType::F32, &[None, Some(rule.heads), None, Some(rule.head_width)]);
        let mut inputs = vec![Port::ids(&card.input.tensor), Port::ids(&mask)];
        inputs.extend(rule.positions.as_deref().map(Port::ids));
        inputs.extend(past.iter().map(cache));
        let mut outputs = vec![Port::new(&rule.output, NumberType::F32, &[None, None, None])];
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
