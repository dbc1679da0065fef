//! Inputs and outputs of networks: those that a card requires, those that a network has, and the differences.
//!
//! Cards and engines meet here: [`WindowPorts`], [`ChangePorts`] and [`CachePorts`] name the inputs and outputs of the three kinds
//! of networks, and an engine compares them with the network it has loaded.

use std::fmt;

use super::card::{Card, ChangeRule, Dtype, GenerateRule, HeadCard, HiddenRule, Holds, Made, Pool};
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
            Dtype::F16 => Self::F16,
            Dtype::F64 => Self::F64,
            Dtype::Bool => Self::Bool,
        }
    }
}

/// Whether `input: dtype` of a card can be this type.
fn is_in_cards(number: NumberType) -> bool {
    !matches!(number, NumberType::Bf16 | NumberType::I8 | NumberType::Other)
}

/// An input or output of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Port {
    /// Its name.
    pub name: String,
    /// Number type; `None` where an engine does not tell it, and where a card takes any: of an input any number, of an output any float.
    pub number: Option<NumberType>,
    /// Axes; `None` for one of any length, or for all where an engine does not tell them.
    pub shape: Option<Vec<Option<usize>>>,
}

impl Port {
    fn new(name: &str, number: NumberType, shape: &[Option<usize>]) -> Self {
        Self { name: name.into(), number: Some(number), shape: Some(shape.into()) }
    }

    /// Token ids, a mask or positions of a decoder: (rows, tokens).
    fn ids(name: &str) -> Self {
        Self::new(name, NumberType::I64, &[None, None])
    }

    /// An input or output whose number type is the network's own.
    fn any(name: &str, shape: &[Option<usize>]) -> Self {
        Self { name: name.into(), number: None, shape: Some(shape.into()) }
    }
}

/// Inputs and outputs: those that a card requires (the sequence first), or those that a network has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
            self.hint.get_or_insert(if is_sequence && is_in_cards(other) {
                format!("write `input: dtype: {other}` in the card, or export the network with {number}")
            } else {
                format!("export the network with this {what} in {number}")
            });
        }
        if wanted.number.is_none() {
            self.check_any(what, found);
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

    /// A type that the card leaves to the network must be a number; of an output, a float.
    fn check_any(&mut self, what: &str, found: &Port) {
        let Some(number) = found.number else { return };
        let is_float = matches!(number, NumberType::F32 | NumberType::F64 | NumberType::F16 | NumberType::Bf16);
        let (good, allowed) = match what {
            "output" => (is_float, "f32, f64, f16 or bf16"),
            _ => (!matches!(number, NumberType::Other | NumberType::Bf16), "f32, f64, f16, i64, i32, i8, u8 or bool"),
        };
        if !good {
            self.problems.push(format!("{what} \"{}\" is {number} in the network; it must be {allowed}", found.name));
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
        Err(error.with_hint(self.hint.unwrap_or_else(|| {
            "`genogloss models new NETWORK.onnx -o DIR` writes a card with the network's own names, axes and types"
                .into()
        })))
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
    /// All inputs and outputs. Inputs are in the order of [`super::inputs`], the sequence first; outputs are the heads, in the card's order.
    pub all: Ports,
}

impl WindowPorts {
    /// The ports that a card requires.
    pub(crate) fn of(card: &Card) -> Self {
        let input = &card.input;
        let any_length = !card.window.fixed || card.window.multiple.is_some();
        let len = (!any_length && !input.encoding.is_tokens()).then_some(card.window.span as usize);
        let sequence = input.layout.lengths(None, len, Some(input.channels()), Some(1));
        let mut inputs = vec![Port::new(&input.tensor, input.dtype.into(), &sequence)];
        inputs.extend(input.mask.iter().chain(&input.types).map(|name| Port::any(name, &sequence)));
        inputs.extend(input.others.iter().map(|other| match other.holds {
            Holds::Positions => Port::any(&other.tensor, &[None, len]),
            Holds::ReverseComplement => Port::new(&other.tensor, input.dtype.into(), &sequence),
            Holds::Constant => {
                let shape: Vec<Option<usize>> =
                    std::iter::once(None).chain(other.shape.iter().map(|&len| Some(len))).collect();
                Port::any(&other.tensor, &shape)
            }
        }));
        let head_port = |head: &HeadCard| {
            match (head.made, &card.embed) {
                (Some(Made::Likelihood), _) => return Port::any(&head.output, &[None, None, None]),
                (Some(Made::Vector), Some(rule)) => {
                    let width = Some(rule.width);
                    let pooled = rule.pool == Pool::None;
                    let shape: &[Option<usize>] = if pooled { &[None, width] } else { &[None, None, width] };
                    return Port::any(&head.output, shape);
                }
                _ => {}
            }
            let bins = card.window.multiple.is_none().then(|| card.bins() / card.repeat(head));
            let bins = bins.map(|bins| bins + head.crop.iter().sum::<usize>());
            Port::any(&head.output, &head.axes(card.is_track()).lengths(bins, head.labels.len(), head.classes()))
        };
        Self { all: Ports { inputs, outputs: card.heads.iter().map(head_port).collect() } }
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
    /// Name of the hidden states, if the card names them.
    pub hidden: Option<String>,
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
        let states = |rule: &HiddenRule| Port::new(&rule.output, NumberType::F32, &[None, None, Some(rule.width)]);
        outputs.extend(rule.hidden.as_ref().map(states));
        Self {
            all: Ports { inputs, outputs },
            ids: card.input.tensor.clone(),
            mask,
            positions: rule.positions.clone(),
            past,
            present,
            logits: rule.output.clone(),
            hidden: rule.hidden.as_ref().map(|rule| rule.output.clone()),
            heads: rule.heads,
            head_width: rule.head_width,
        }
    }
}
