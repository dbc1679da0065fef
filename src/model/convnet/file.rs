//! Writes ONNX files, for tests.

/// A message of protobuf: fields of bytes and of numbers.
#[derive(Default)]
pub(super) struct Message(pub(super) Vec<u8>);

impl Message {
    pub(super) fn varint(mut self, mut value: u64) -> Self {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
        self
    }

    pub(super) fn number(self, field: u64, value: i64) -> Self {
        self.varint(field << 3).varint(value as u64)
    }

    pub(super) fn bytes(self, field: u64, value: &[u8]) -> Self {
        let mut message = self.varint(field << 3 | 2).varint(value.len() as u64);
        message.0.extend_from_slice(value);
        message
    }
}

pub(super) fn node(operator: &str, inputs: &[&str], output: &str, attributes: &[(&str, &[i64])]) -> Vec<u8> {
    let mut message = Message::default();
    for input in inputs {
        message = message.bytes(1, input.as_bytes());
    }
    message = message.bytes(2, output.as_bytes()).bytes(4, operator.as_bytes());
    for (name, values) in attributes {
        let attribute = Message::default().bytes(1, name.as_bytes());
        let attribute = match values {
            [value] if !matches!(*name, "dilations" | "pads" | "strides") => attribute.number(3, *value).number(20, 2),
            values => values.iter().fold(attribute, |message, value| message.number(8, *value)).number(20, 7),
        };
        message = message.bytes(5, &attribute.0);
    }
    message.0
}

/// A constant of 0, 0.01, 0.02 …
pub(super) fn floats(name: &str, shape: &[usize]) -> Vec<u8> {
    let count: usize = shape.iter().product();
    constant(name, shape, &(0..count).map(|index| index as f32 * 0.01).collect::<Vec<_>>())
}

pub(super) fn constant(name: &str, shape: &[usize], values: &[f32]) -> Vec<u8> {
    let raw: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let message = shape.iter().fold(Message::default(), |message, &len| message.number(1, len as i64));
    message.number(2, 1).bytes(8, name.as_bytes()).bytes(9, &raw).0
}

pub(super) fn integer(name: &str, value: i64) -> Vec<u8> {
    Message::default().number(1, 1).number(2, 7).number(7, value).bytes(8, name.as_bytes()).0
}

/// A file with this graph, of version 17 of the operators.
pub(super) fn model(graph: &Message) -> Vec<u8> {
    let opset = Message::default().bytes(1, b"").number(2, 17);
    Message::default().number(1, 8).bytes(7, &graph.0).bytes(8, &opset.0).0
}
