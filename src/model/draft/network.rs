//! Inputs and outputs of an ONNX network, read from its bytes, without an engine.

use std::collections::BTreeSet;

use crate::model::protobuf::next_field;

/// An input or output: its name, its number type as cards write it, and its axes.
pub(super) struct Tensor {
    pub name: String,
    /// `None`: a type that cards do not have.
    pub dtype: Option<&'static str>,
    pub axes: Vec<Axis>,
}

/// An axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    /// Of this length.
    Fixed(usize),
    /// Of any length, by its name.
    Any(String),
}

impl Axis {
    pub(super) fn len(&self) -> Option<usize> {
        if let Self::Fixed(len) = self { Some(*len) } else { None }
    }
}

impl Tensor {
    /// The axes as text: `(rows, 4, 600)`.
    pub(super) fn shape(&self) -> String {
        let axis = |axis: &Axis| match axis {
            Axis::Fixed(len) => len.to_string(),
            // A name may hold anything, and stands in a comment.
            Axis::Any(name) => name.chars().filter(|c| !c.is_control()).collect(),
        };
        format!("({})", self.axes.iter().map(axis).collect::<Vec<_>>().join(", "))
    }
}

/// Inputs and outputs of a whole ONNX model. Weights that are also listed as inputs are none.
pub(super) fn tensors(mut model: &[u8]) -> Result<(Vec<Tensor>, Vec<Tensor>), &'static str> {
    let (mut inputs, mut outputs, mut weights) = (Vec::new(), Vec::new(), BTreeSet::new());
    while !model.is_empty() {
        let field = next_field(&mut model)?;
        if field.number != 7 || !field.is_bytes {
            continue;
        }
        let mut graph = field.value;
        while !graph.is_empty() {
            let field = next_field(&mut graph)?;
            match field.number {
                5 => {
                    weights.insert(text(field.value, 8)?);
                }
                11 => inputs.push(tensor(field.value)?),
                12 => outputs.push(tensor(field.value)?),
                _ => {}
            }
        }
    }
    inputs.retain(|input| !weights.contains(&input.name));
    Ok((inputs, outputs))
}

/// The text of a field.
fn text(mut bytes: &[u8], number: u64) -> Result<String, &'static str> {
    let mut found = String::new();
    while !bytes.is_empty() {
        let field = next_field(&mut bytes)?;
        if field.number == number && field.is_bytes {
            found = String::from_utf8_lossy(field.value).into_owned();
        }
    }
    Ok(found)
}

/// A message in a message, by its field's number.
fn inner(mut bytes: &[u8], number: u64) -> Result<&[u8], &'static str> {
    let mut found = &[][..];
    while !bytes.is_empty() {
        let field = next_field(&mut bytes)?;
        if field.number == number && field.is_bytes {
            found = field.value;
        }
    }
    Ok(found)
}

/// A `ValueInfoProto`: name, and the element type and shape of its tensor type.
fn tensor(value: &[u8]) -> Result<Tensor, &'static str> {
    let mut about = inner(inner(value, 2)?, 1)?;
    let (mut dtype, mut axes) = (None, Vec::new());
    while !about.is_empty() {
        let field = next_field(&mut about)?;
        match field.number {
            // TensorProto.DataType.
            1 => {
                dtype = match field.varint {
                    1 => Some("f32"),
                    2 => Some("u8"),
                    6 => Some("i32"),
                    7 => Some("i64"),
                    9 => Some("bool"),
                    10 => Some("f16"),
                    11 => Some("f64"),
                    _ => None,
                }
            }
            2 => {
                let mut shape = field.value;
                while !shape.is_empty() {
                    let dimension = next_field(&mut shape)?;
                    if dimension.number == 1 {
                        axes.push(axis(dimension.value, axes.len())?);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(Tensor { name: text(value, 1)?, dtype, axes })
}

fn axis(mut dimension: &[u8], place: usize) -> Result<Axis, &'static str> {
    let mut axis = Axis::Any(if place == 0 { "rows".into() } else { "any".into() });
    while !dimension.is_empty() {
        let field = next_field(&mut dimension)?;
        match field.number {
            1 if !field.is_bytes => axis = Axis::Fixed(usize::try_from(field.varint).unwrap_or(usize::MAX)),
            2 if field.is_bytes => axis = Axis::Any(String::from_utf8_lossy(field.value).into_owned()),
            _ => {}
        }
    }
    Ok(axis)
}
