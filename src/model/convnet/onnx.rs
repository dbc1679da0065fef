//! The parts of an ONNX file that describe a network of convolutions: nodes, their attributes, constants, inputs and outputs.
//!
//! [`super::super::protobuf`] has checked that all messages are whole. What is not read here cannot be in such a network.

use std::collections::HashMap;

use crate::model::{
    ports::{NumberType, Port, Ports},
    protobuf::number,
};

/// A graph.
#[derive(Debug, Default)]
pub(super) struct Graph {
    /// The version of ONNX' own operators.
    pub(super) opset: i64,
    pub(super) nodes: Vec<Node>,
    pub(super) constants: HashMap<String, Constant>,
    pub(super) ports: Ports,
}

/// An operator with its inputs and outputs.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    name: String,
    pub(super) operator: String,
    pub(super) inputs: Vec<String>,
    pub(super) outputs: Vec<String>,
    attributes: HashMap<String, Attribute>,
}

/// An attribute of a node.
#[derive(Clone, Debug, Default)]
struct Attribute {
    float: f32,
    integer: i64,
    integers: Vec<i64>,
    text: Vec<u8>,
    tensor: Option<Constant>,
}

/// A tensor whose values are in the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Constant {
    pub(super) shape: Vec<usize>,
    pub(super) values: Values,
}

/// Values of a constant.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Values {
    Floats(Vec<f32>),
    Integers(Vec<i64>),
    /// Of a type that these networks do not have, or in another file.
    #[default]
    Other,
}

impl Node {
    /// What messages call it.
    pub(super) fn label(&self) -> String {
        let Self { name, operator, outputs, .. } = self;
        match (name.as_str(), outputs.first()) {
            ("", Some(output)) => format!("the node that writes {output} ({operator})"),
            ("", None) => format!("a node ({operator})"),
            (name, _) => format!("node {name} ({operator})"),
        }
    }

    /// An integer attribute.
    pub(super) fn integer(&self, name: &str, default: i64) -> i64 {
        self.attributes.get(name).map_or(default, |attribute| attribute.integer)
    }

    /// A float attribute.
    pub(super) fn float(&self, name: &str, default: f32) -> f32 {
        self.attributes.get(name).map_or(default, |attribute| attribute.float)
    }

    /// A list of integers, if it is there.
    pub(super) fn integers(&self, name: &str) -> Option<&[i64]> {
        self.attributes.get(name).map(|attribute| attribute.integers.as_slice())
    }

    /// A text, empty if it is not there.
    pub(super) fn text(&self, name: &str) -> &[u8] {
        self.attributes.get(name).map_or(&[], |attribute| attribute.text.as_slice())
    }

    /// The constant of a node `Constant`.
    fn constant(&self) -> Option<Constant> {
        self.attributes.get("value")?.tensor.clone()
    }
}

/// A field of a message.
enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    Fixed(u64),
}

impl<'a> Field<'a> {
    fn bytes(self) -> &'a [u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            _ => &[],
        }
    }

    fn text(self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }

    fn number(self) -> i64 {
        match self {
            Self::Number(number) | Self::Fixed(number) => number as i64,
            Self::Bytes(_) => 0,
        }
    }

    /// Appends one number, or a packed list of them.
    fn append(self, numbers: &mut Vec<i64>) {
        match self {
            Self::Bytes(mut bytes) => {
                while let Some(number) = number(&mut bytes) {
                    numbers.push(number as i64);
                }
            }
            other => numbers.push(other.number()),
        }
    }
}

/// The fields of a message, in order; it ends where they are damaged.
fn fields(mut bytes: &[u8]) -> impl Iterator<Item = (u64, Field<'_>)> {
    std::iter::from_fn(move || {
        let tag = number(&mut bytes)?;
        let mut take = |count: usize| {
            let (value, rest) = bytes.split_at_checked(count)?;
            bytes = rest;
            Some(value)
        };
        let little = |bytes: &[u8]| bytes.iter().rev().fold(0u64, |value, &byte| value << 8 | u64::from(byte));
        let field = match tag & 7 {
            0 => Field::Number(number(&mut bytes)?),
            1 => Field::Fixed(little(take(8)?)),
            5 => Field::Fixed(little(take(4)?)),
            2 => {
                let count = usize::try_from(number(&mut bytes)?).ok()?;
                let (value, rest) = bytes.split_at_checked(count)?;
                bytes = rest;
                Field::Bytes(value)
            }
            _ => return None,
        };
        Some((tag >> 3, field))
    })
}

impl Graph {
    /// Reads a model. Numbers of fields are those of onnx.proto.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut graph = Self::default();
        let mut declared = Vec::new();
        for (_, set) in fields(bytes).filter(|(number, _)| *number == 8) {
            let (mut is_own, mut version) = (true, 0);
            for (number, field) in fields(set.bytes()) {
                match number {
                    1 => is_own = matches!(field.bytes(), b"" | b"ai.onnx"),
                    2 => version = field.number(),
                    _ => {}
                }
            }
            graph.opset = if is_own { version } else { graph.opset };
        }
        for (_, model) in fields(bytes).filter(|(number, _)| *number == 7) {
            for (number, field) in fields(model.bytes()) {
                match number {
                    1 => graph.nodes.push(node(field.bytes())),
                    5 => {
                        let (name, constant) = tensor(field.bytes());
                        graph.constants.insert(name, constant);
                    }
                    11 => declared.push(port(field.bytes())),
                    12 => graph.ports.outputs.push(port(field.bytes())),
                    _ => {}
                }
            }
        }
        // Old files list constants among the inputs.
        graph.ports.inputs = declared.into_iter().filter(|port| !graph.constants.contains_key(&port.name)).collect();
        let (constants, nodes) =
            std::mem::take(&mut graph.nodes).into_iter().partition(|node| node.operator == "Constant");
        graph.nodes = nodes;
        for node in Vec::<Node>::into_iter(constants) {
            let constant = node.constant().unwrap_or_default();
            graph.constants.extend(node.outputs.first().map(|name| (name.clone(), constant)));
        }
        graph
    }
}

/// The operator of each node of a model, without its constants.
pub(super) fn operators(bytes: &[u8]) -> Vec<String> {
    let graph = fields(bytes).filter(|(number, _)| *number == 7).flat_map(|(_, graph)| fields(graph.bytes()));
    let nodes = graph.filter(|(number, _)| *number == 1);
    let operator = |bytes| fields(bytes).find(|(number, _)| *number == 4).map(|(_, operator)| operator.text());
    nodes.filter_map(|(_, node)| operator(node.bytes())).collect()
}

fn node(bytes: &[u8]) -> Node {
    let mut node = Node::default();
    for (number, field) in fields(bytes) {
        match number {
            1 => node.inputs.push(field.text()),
            2 => node.outputs.push(field.text()),
            3 => node.name = field.text(),
            4 => node.operator = field.text(),
            5 => {
                let (name, attribute) = attribute(field.bytes());
                node.attributes.insert(name, attribute);
            }
            // An operator of another domain is none of ONNX's own.
            7 if !matches!(field, Field::Bytes(b"" | b"ai.onnx")) => node.operator.push_str(" of another domain"),
            _ => {}
        }
    }
    node
}

fn attribute(bytes: &[u8]) -> (String, Attribute) {
    let (mut name, mut attribute) = (String::new(), Attribute::default());
    for (number, field) in fields(bytes) {
        match number {
            1 => name = field.text(),
            2 => attribute.float = f32::from_bits(field.number() as u32),
            3 => attribute.integer = field.number(),
            4 => attribute.text = field.bytes().to_vec(),
            5 => attribute.tensor = Some(tensor(field.bytes()).1),
            8 => field.append(&mut attribute.integers),
            _ => {}
        }
    }
    (name, attribute)
}

fn tensor(bytes: &[u8]) -> (String, Constant) {
    let (mut name, mut shape, mut kind, mut elsewhere) = (String::new(), Vec::new(), 0, false);
    let (mut raw, mut floats, mut integers): (&[u8], Vec<f32>, Vec<i64>) = (&[], Vec::new(), Vec::new());
    for (number, field) in fields(bytes) {
        match number {
            1 => field.append(&mut shape),
            2 => kind = field.number(),
            4 => match field {
                Field::Bytes(bytes) => floats.extend(bytes.as_chunks().0.iter().map(|x| f32::from_le_bytes(*x))),
                other => floats.push(f32::from_bits(other.number() as u32)),
            },
            7 => field.append(&mut integers),
            8 => name = field.text(),
            9 => raw = field.bytes(),
            13 => elsewhere = true,
            14 => elsewhere |= field.number() != 0,
            _ => {}
        }
    }
    let shape: Vec<usize> = shape.into_iter().map(|n| usize::try_from(n).unwrap_or(usize::MAX)).collect();
    floats.extend(raw.as_chunks().0.iter().filter(|_| kind == 1).map(|x| f32::from_le_bytes(*x)));
    integers.extend(raw.as_chunks().0.iter().filter(|_| kind == 7).map(|x| i64::from_le_bytes(*x)));
    let count = shape.iter().try_fold(1usize, |count, &n| count.checked_mul(n));
    let values = match kind {
        1 if !elsewhere && count == Some(floats.len()) => Values::Floats(floats),
        7 if !elsewhere && count == Some(integers.len()) => Values::Integers(integers),
        _ => Values::Other,
    };
    (name, Constant { shape, values })
}

fn port(bytes: &[u8]) -> Port {
    let mut port = Port { name: String::new(), number: None, shape: None };
    for (number, field) in fields(bytes) {
        match number {
            1 => port.name = field.text(),
            2 => {
                for (_, tensor) in fields(field.bytes()).filter(|(number, _)| *number == 1) {
                    let mut shape = Vec::new();
                    let mut has_shape = false;
                    for (number, field) in fields(tensor.bytes()) {
                        match number {
                            1 => port.number = Some(number_type(field.number())),
                            2 => {
                                has_shape = true;
                                let axes = fields(field.bytes()).filter(|(number, _)| *number == 1);
                                shape.extend(axes.map(|(_, axis)| axis_len(axis.bytes())));
                            }
                            _ => {}
                        }
                    }
                    port.shape = has_shape.then_some(shape);
                }
            }
            _ => {}
        }
    }
    port
}

fn axis_len(bytes: &[u8]) -> Option<usize> {
    fields(bytes).find(|(number, _)| *number == 1).and_then(|(_, len)| usize::try_from(len.number()).ok())
}

fn number_type(kind: i64) -> NumberType {
    match kind {
        1 => NumberType::F32,
        2 => NumberType::U8,
        3 => NumberType::I8,
        6 => NumberType::I32,
        7 => NumberType::I64,
        9 => NumberType::Bool,
        10 => NumberType::F16,
        11 => NumberType::F64,
        16 => NumberType::Bf16,
        _ => NumberType::Other,
    }
}
