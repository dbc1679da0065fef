//! Checks that a network's bytes are a whole ONNX model, before an engine parses them.
//!
//! By hand, because rten 0.27 has no such check: it loops forever on a length above 2^63 and on a number of more than ten bytes, and
//! allocates as much memory as a length claims. Here every length is compared with the bytes that follow, in every message that
//! contains messages, and every list of numbers is read to its end.

/// Messages of ONNX (onnx.proto) that contain others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Message {
    Model,
    Graph,
    Node,
    Attribute,
    Function,
    Tensor,
    SparseTensor,
    Value,
    Type,
    TypedElement,
    Shape,
    /// A message without messages in it.
    Leaf,
}

impl Message {
    /// The message in a field of it, if the field is a message.
    pub(super) fn field(self, number: u64) -> Option<Self> {
        Some(match (self, number) {
            (Self::Model, 7) => Self::Graph,
            (Self::Model, 8 | 14) | (Self::Graph, 14 | 16) | (Self::Node, 9) | (Self::Function, 9 | 14) => Self::Leaf,
            (Self::Model, 20) => Self::Leaf,
            (Self::Model, 25) => Self::Function,
            (Self::Graph, 1) | (Self::Function, 7) => Self::Node,
            (Self::Graph, 5) | (Self::Attribute, 5 | 10) | (Self::SparseTensor, 1 | 2) => Self::Tensor,
            (Self::Graph, 11..=13) | (Self::Function, 12) => Self::Value,
            (Self::Graph, 15) | (Self::Attribute, 22 | 23) => Self::SparseTensor,
            (Self::Node, 5) | (Self::Function, 11) => Self::Attribute,
            (Self::Attribute, 6 | 11) => Self::Graph,
            (Self::Attribute, 14 | 15) | (Self::Value, 2) | (Self::TypedElement, 1) => Self::Type,
            (Self::Tensor, 3 | 13 | 16) => Self::Leaf,
            (Self::Type, 1 | 8) => Self::TypedElement,
            (Self::Type, 4 | 5 | 9) => Self::TypedElement,
            (Self::TypedElement, 2) => Self::Shape,
            (Self::Shape, 1) => Self::Leaf,
            _ => return None,
        })
    }
}

/// Whether a field of a message is a list of numbers, one after the other.
fn is_numbers(message: Message, field: u64) -> bool {
    matches!((message, field), (Message::Tensor, 1 | 5 | 7 | 11) | (Message::Attribute, 8) | (Message::SparseTensor, 3))
}

/// Deepest nesting of graphs in graphs (bodies of loops).
const DEEPEST: u32 = 64;

/// Returns the problem of bytes that are not whole messages.
pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    let graph = |mut bytes: &[u8]| {
        while !bytes.is_empty() {
            let field = next_field(&mut bytes)?;
            if field.is_bytes && Message::Model.field(field.number) == Some(Message::Graph) {
                return Ok(());
            }
        }
        Err("it has no graph")
    };
    let checked = walk(bytes, Message::Model, 0).and_then(|()| graph(bytes));
    checked.map_err(|why| format!("it is not an ONNX network, or it is damaged: {why}"))
}

/// A field of a message.
pub(super) struct Field<'a> {
    /// Its number.
    pub number: u64,
    /// Whether its value is bytes: a text, a message or a list.
    pub is_bytes: bool,
    /// The number, if it is one of variable length.
    pub varint: u64,
    /// The bytes of its value.
    pub value: &'a [u8],
    /// All its bytes.
    pub all: &'a [u8],
}

/// Takes the next field of a message.
pub(super) fn next_field<'a>(bytes: &mut &'a [u8]) -> Result<Field<'a>, &'static str> {
    const SHORT: &str = "it ends within a value";
    let before = *bytes;
    let tag = number(bytes).ok_or(SHORT)?;
    let kind = tag & 7;
    let mut varint = 0;
    let length = match kind {
        0 => number(bytes).map(|number| {
            varint = number;
            0
        }),
        1 => Some(8),
        2 => number(bytes),
        5 => Some(4),
        _ => return Err("a field has an unknown type"),
    };
    let length = length.and_then(|length| usize::try_from(length).ok()).ok_or(SHORT)?;
    let (value, rest) = bytes.split_at_checked(length).ok_or(SHORT)?;
    *bytes = rest;
    Ok(Field { number: tag >> 3, is_bytes: kind == 2, varint, value, all: &before[..before.len() - rest.len()] })
}

fn walk(mut bytes: &[u8], message: Message, depth: u32) -> Result<(), &'static str> {
    if depth > DEEPEST {
        return Err("there are too many graphs within graphs");
    }
    while !bytes.is_empty() {
        let field = next_field(&mut bytes)?;
        let mut value = field.value;
        if field.is_bytes && is_numbers(message, field.number) {
            while !value.is_empty() {
                number(&mut value).ok_or("a number in a list does not end")?;
            }
        }
        if field.is_bytes
            && let Some(inner) = message.field(field.number)
        {
            // The element of a sequence and of an optional is a type; the element of a tensor is a number.
            walk(value, inner, depth + 1)?;
        }
    }
    Ok(())
}

/// A number of up to ten bytes, the first in `bytes`, which then begins behind it.
pub(super) fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for place in 0..10 {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f).checked_shl(7 * place)?;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_stay_within_what_is_there() {
        // ir_version 8, a graph with a node whose name is "n".
        let model = [0x08, 8, 0x3a, 5, 0x0a, 3, 0x1a, 1, b'n'];
        assert_eq!(check(&model), Ok(()));
        for end in [1, 3, 6, 8] {
            assert!(check(&model[..end]).is_err(), "{end}");
        }
        // A length of 2^64 - 7 is not minus seven.
        let back = [&[0x12][..], &[0xf9, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], &[0; 40]].concat();
        assert!(check(&back).is_err());
        let mut deep = vec![];
        for _ in 0..200 {
            // A graph of a node of an attribute of a graph.
            for tag in [0x32, 0x2a, 0x0a] {
                deep = [&[tag, deep.len() as u8 | 0x80, (deep.len() >> 7) as u8], &deep[..]].concat();
            }
        }
        let deep = [&[0x3a, deep.len() as u8 | 0x80, (deep.len() >> 7) as u8], &deep[..]].concat();
        assert!(check(&deep).is_err());
    }

    #[test]
    fn networks_are_sound_and_cut_or_endless_ones_are_not() {
        let root = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), std::path::PathBuf::from);
        let network = std::fs::read(root.join("tests/models/check/ids-64.onnx")).expect("a network");
        assert_eq!(check(&network), Ok(()));
        assert!(check(&network[..network.len() - 1]).is_err());
        assert!(check(&[0xff; 300]).is_err());
        // A length that goes back, and a list whose last number does not end: in a tensor of a graph.
        assert!(check(&[0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]).is_err());
        let endless = [&[0x3a, 17, 0x2a, 15, 0x0a, 13][..], &[0xff; 13]].concat();
        assert!(check(&endless).is_err());
    }
}
