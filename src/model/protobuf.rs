//! Whether a file is sound as a protocol buffer of ONNX, before rten reads it: rten 0.27 goes round for ever at a number of more than ten
//! bytes, and back in the file where a length is larger than 2^63.

/// Messages of `onnx.proto` that hold others or lists of numbers.
#[derive(Clone, Copy)]
enum Message {
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    Sparse,
    Value,
    Type,
    TensorType,
    Shape,
    /// What holds no other message that is read.
    Plain,
}

/// What the bytes of a field are.
enum Content {
    Message(Message),
    /// Numbers, one after the other.
    Numbers,
    Bytes,
}

impl Message {
    fn content(self, field: u64) -> Content {
        use Message::{Attribute, Graph, Model, Node, Plain, Shape, Sparse, Tensor, TensorType, Type, Value};
        let message = match (self, field) {
            (Model, 7) | (Attribute, 6 | 11) => Graph,
            (Graph, 1) => Node,
            (Node, 5) => Attribute,
            (Graph, 5) | (Attribute, 5 | 10) | (Sparse, 1 | 2) => Tensor,
            (Graph, 15) => Sparse,
            (Graph, 11..=13) => Value,
            (Value, 2) => Type,
            (Type, 1) => TensorType,
            (TensorType, 2) => Shape,
            (Model, 8 | 14) | (Shape, 1) | (Tensor, 13) => Plain,
            (Tensor, 1 | 5 | 7 | 11) | (Attribute, 8) | (Sparse, 3) => return Content::Numbers,
            _ => return Content::Bytes,
        };
        Content::Message(message)
    }
}

/// Graphs within graphs (If, Loop) that are looked into.
const DEPTH: usize = 64;

/// Whether all of it can be read.
pub fn is_sound(bytes: &[u8]) -> bool {
    message(bytes, Message::Model, DEPTH).is_some()
}

fn message(mut bytes: &[u8], kind: Message, depth: usize) -> Option<()> {
    let deeper = depth.checked_sub(1)?;
    while !bytes.is_empty() {
        let tag = number(&mut bytes)?;
        let len = match tag & 7 {
            0 => {
                number(&mut bytes)?;
                continue;
            }
            1 => 8,
            2 => usize::try_from(number(&mut bytes)?).ok()?,
            5 => 4,
            _ => return None,
        };
        let (mut content, rest) = bytes.split_at_checked(len)?;
        bytes = rest;
        match kind.content(tag >> 3) {
            Content::Message(inner) if tag & 7 == 2 => message(content, inner, deeper)?,
            Content::Numbers if tag & 7 == 2 => {
                while !content.is_empty() {
                    number(&mut content)?;
                }
            }
            _ => {}
        }
    }
    Some(())
}

/// A number of at most ten bytes.
fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for (index, &byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f).checked_shl(7 * index as u32)?;
        if byte < 0x80 {
            *bytes = &bytes[index + 1..];
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_sound_and_cut_or_endless_ones_are_not() {
        let root = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), std::path::PathBuf::from);
        let network = std::fs::read(root.join("tests/models/check/ids-64.onnx")).expect("a network");
        assert!(is_sound(&network));
        assert!(!is_sound(&network[..network.len() - 1]));
        assert!(!is_sound(&[0xff; 300]));
        // A length that goes back, and a list whose last number does not end: in a tensor of a graph.
        assert!(!is_sound(&[0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]));
        let endless = [&[0x3a, 17, 0x2a, 15, 0x0a, 13][..], &[0xff; 13]].concat();
        assert!(!is_sound(&endless));
    }
}
