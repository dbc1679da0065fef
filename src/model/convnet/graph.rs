//! Reads a graph as a network of convolutions, or tells why it is none.
//!
//! Nodes are read in order. What a node says of all positions alike (scaling, activation, cropping) is remembered with its output,
//! and becomes part of the convolutions before or after it.

use std::collections::HashMap;

use genogloss_convnet::{Before, Convolution, Network, Read, Step};

use super::onnx::{Constant, Graph, Node, Values};

/// A network as it is in a file.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) network: Network,
    /// What is done with each output at last.
    pub(super) ends: Vec<End>,
    /// Whether the input, and all outputs, have channels last.
    pub(super) channels_last: [bool; 2],
}

/// What is done with an output's channels at every position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Nothing,
    Sigmoid,
    Softmax,
}

/// What is known of a tensor: rows of a value, and what is still to be done with them.
#[derive(Clone, Debug)]
struct Signal {
    read: Read,
    /// Scale and shift of each channel, then a slope below 0.
    affine: Option<(Vec<f32>, Vec<f32>)>,
    slope: f32,
    /// It has a height of 1.
    is_tall: bool,
    /// Its channels are the last axis.
    is_last: bool,
    end: End,
}

impl Signal {
    fn of(value: usize) -> Self {
        let read = Read { value, start: 0, end: 0 };
        Self { read, affine: None, slope: 1.0, is_tall: false, is_last: false, end: End::Nothing }
    }

    fn is_plain(&self) -> bool {
        self.affine.is_none() && self.slope == 1.0 && self.end == End::Nothing
    }

    /// The axis of positions.
    fn axis(&self) -> i64 {
        2 + i64::from(self.is_tall) - i64::from(self.is_last)
    }

    fn rank(&self) -> i64 {
        3 + i64::from(self.is_tall)
    }
}

type Reason = String;

/// Reads a graph; its ports have been compared with the card's.
pub(super) fn read(graph: &Graph, input: &str, outputs: &[String], input_is_last: bool) -> Result<Found, Reason> {
    let mut reader =
        Reader { graph, uses: HashMap::new(), signals: HashMap::new(), channels: vec![4], steps: Vec::new() };
    for name in
        graph.nodes.iter().flat_map(|node| &node.inputs).chain(graph.ports.outputs.iter().map(|port| &port.name))
    {
        *reader.uses.entry(name).or_default() += 1;
    }
    reader.signals.insert(input, Signal { is_last: input_is_last, ..Signal::of(0) });
    for node in &graph.nodes {
        let signal = reader.read(node).map_err(|why| format!("{}: {why}", node.operator))?;
        let name = node.outputs.first().ok_or("a node without an output")?;
        reader.signals.insert(name, signal);
    }
    let found = outputs.iter().map(|name| reader.signals.get(name.as_str()).ok_or(format!("{name} is not computed")));
    let found = found.collect::<Result<Vec<_>, _>>()?;
    let is_last = found.first().is_some_and(|signal| signal.is_last);
    for signal in &found {
        if signal.affine.is_some() || signal.slope != 1.0 || signal.is_tall || signal.is_last != is_last {
            return Err("what is done with an output is more than a sigmoid or softmax".into());
        }
    }
    Ok(Found {
        network: Network {
            channels: 4,
            steps: reader.steps,
            outputs: found.iter().map(|signal| signal.read).collect(),
        },
        ends: found.iter().map(|signal| signal.end).collect(),
        channels_last: [input_is_last, is_last],
    })
}

struct Reader<'a> {
    graph: &'a Graph,
    /// How often each tensor is read.
    uses: HashMap<&'a str, usize>,
    signals: HashMap<&'a str, Signal>,
    /// Channels of each value.
    channels: Vec<usize>,
    steps: Vec<Step>,
}

impl<'a> Reader<'a> {
    fn read(&mut self, node: &'a Node) -> Result<Signal, Reason> {
        match node.operator.as_str() {
            "Conv" => self.convolution(node),
            "BatchNormalization" => self.norm(node),
            "Relu" => self.activation(node, 0.0),
            "LeakyRelu" => self.activation(node, node.float("alpha", 0.01)),
            "Add" => self.add(node),
            "Mul" => {
                let (signal, factors) = self.with_constant(node)?;
                let zeros = vec![0.0; factors.len()];
                scaled(signal, &factors, &zeros)
            }
            "Slice" => self.slice(node),
            "Unsqueeze" | "Squeeze" => self.height(node),
            "Transpose" => self.transpose(node),
            "Sigmoid" => self.end(node, End::Sigmoid),
            "Softmax" => self.end(node, End::Softmax),
            "Identity" => Ok(self.signal(node, 0)?.clone()),
            _ => Err("an operator that networks of convolutions do not have".into()),
        }
    }

    fn signal(&self, node: &Node, index: usize) -> Result<&Signal, Reason> {
        let name = node.inputs.get(index).ok_or("an input is missing")?;
        self.signals
            .get(name.as_str())
            .ok_or_else(|| format!("it reads {name}, which is not a track along the sequence"))
    }

    fn constant(&self, node: &Node, index: usize) -> Result<&'a Constant, Reason> {
        let name = node.inputs.get(index).ok_or("an input is missing")?;
        self.graph.constants.get(name).ok_or_else(|| format!("it reads {name}, which is not a constant"))
    }

    fn floats(&self, node: &Node, index: usize) -> Result<(&'a [usize], &'a [f32]), Reason> {
        let constant = self.constant(node, index)?;
        match &constant.values {
            Values::Floats(values) => Ok((&constant.shape, values)),
            _ => Err("a constant is not f32, or it is in another file".into()),
        }
    }

    fn integers(&self, node: &Node, index: usize) -> Result<&'a [i64], Reason> {
        match &self.constant(node, index)?.values {
            Values::Integers(values) => Ok(values),
            _ => Err("a constant is not an integer".into()),
        }
    }

    fn convolution(&mut self, node: &Node) -> Result<Signal, Reason> {
        let signal = self.signal(node, 0)?.clone();
        let (shape, weights) = self.floats(node, 1)?;
        let (outputs, inputs, width) = match (shape, signal.is_tall) {
            (&[outputs, inputs, width], false) | (&[outputs, inputs, 1, width], true) => (outputs, inputs, width),
            _ => return Err("filters of more than one dimension".into()),
        };
        if signal.is_last || signal.end != End::Nothing {
            return Err("it reads channels that are last, or probabilities".into());
        }
        if !matches!(node.text("auto_pad"), b"" | b"NOTSET" | b"VALID")
            || node.integers("pads").is_some_and(|p| p.iter().any(|p| *p != 0))
        {
            return Err("padding".into());
        }
        if node.integers("strides").is_some_and(|strides| strides.iter().any(|stride| *stride != 1)) {
            return Err("strides".into());
        }
        let dilation = node.integers("dilations").and_then(|all| all.last()).copied().unwrap_or(1);
        let groups = usize::try_from(node.integer("group", 1)).unwrap_or(0);
        let channels = self.channels[signal.read.value];
        if groups == 0 || Some(channels) != inputs.checked_mul(groups) {
            return Err(format!("filters for {inputs} channels in {groups} groups read {channels}"));
        }
        let bias = match node.inputs.get(2).filter(|name| !name.is_empty()) {
            Some(_) => self.floats(node, 2)?.1.to_vec(),
            None => vec![0.0; outputs],
        };
        let before = (signal.affine.is_some() || signal.slope != 1.0).then(|| {
            let (scale, shift) = signal.affine.unwrap_or_else(|| (vec![1.0; channels], vec![0.0; channels]));
            Before { scale, shift, slope: signal.slope }
        });
        let convolution = Convolution {
            inputs: channels,
            outputs,
            groups,
            width,
            dilation: usize::try_from(dilation).unwrap_or(0),
            weights: weights.to_vec(),
            bias,
            before,
            slope: 1.0,
        };
        self.steps.push(Step { source: signal.read, convolution, added: None });
        self.channels.push(outputs);
        Ok(Signal { is_tall: signal.is_tall, ..Signal::of(self.steps.len()) })
    }

    /// The step that made a tensor, if nothing else reads it.
    fn own_step(&self, node: &Node, index: usize) -> Option<usize> {
        let name = node.inputs.get(index)?;
        let signal = self.signals.get(name.as_str())?;
        let Read { value, start, end } = signal.read;
        let alone = self.uses.get(name.as_str()) == Some(&1) && signal.is_plain() && (start, end) == (0, 0);
        value.checked_sub(1).filter(|_| alone)
    }

    fn norm(&mut self, node: &Node) -> Result<Signal, Reason> {
        let signal = self.signal(node, 0)?.clone();
        if node.integer("training_mode", 0) != 0 {
            return Err("it is in training mode".into());
        }
        let [gamma, beta, mean, variance] = [1, 2, 3, 4].map(|index| self.floats(node, index).map(|found| found.1));
        let (gamma, beta, mean, variance) = (gamma?, beta?, mean?, variance?);
        let channels = self.channels[signal.read.value];
        if [gamma, beta, mean, variance].iter().any(|list| list.len() != channels) {
            return Err("it has another number of channels".into());
        }
        let epsilon = f64::from(node.float("epsilon", 1e-5));
        let scale: Vec<f64> =
            gamma.iter().zip(variance).map(|(g, v)| f64::from(*g) / (f64::from(*v) + epsilon).sqrt()).collect();
        let shift = beta.iter().zip(mean).zip(&scale).map(|((b, m), s)| (f64::from(*b) - f64::from(*m) * s) as f32);
        let shift: Vec<f32> = shift.collect();
        scaled(signal, &scale.iter().map(|s| *s as f32).collect::<Vec<_>>(), &shift)
    }

    fn activation(&mut self, node: &Node, slope: f32) -> Result<Signal, Reason> {
        if !(0.0..=1.0).contains(&slope) {
            return Err("a slope that is not between 0 and 1".into());
        }
        let signal = self.signal(node, 0)?.clone();
        if signal.slope != 1.0 || signal.end != End::Nothing {
            return Err("two activations, one after the other".into());
        }
        if let Some(step) = self.own_step(node, 0).filter(|&step| self.steps[step].added.is_none()) {
            self.steps[step].convolution.slope = slope;
            return Ok(signal);
        }
        Ok(Signal { slope, ..signal })
    }

    fn add(&mut self, node: &Node) -> Result<Signal, Reason> {
        if node.inputs.iter().any(|name| self.graph.constants.contains_key(name)) {
            let (signal, terms) = self.with_constant(node)?;
            return scaled(signal, &vec![1.0; terms.len()], &terms);
        }
        let signals = [self.signal(node, 0)?.clone(), self.signal(node, 1)?.clone()];
        if !signals.iter().all(Signal::is_plain) || signals[0].axis() != signals[1].axis() || signals[0].is_last {
            return Err("what is added was activated, scaled or turned before".into());
        }
        let free = |index: usize| self.own_step(node, index).filter(|&step| self.steps[step].added.is_none());
        // The later step adds what is computed before it.
        let later = usize::from(signals[1].read.value > signals[0].read.value);
        let step = free(later).ok_or("neither of what is added is a convolution of its own")?;
        self.steps[step].added = Some(signals[1 - later].read);
        Ok(signals[later].clone())
    }

    /// The signal and the constant of each channel that a node combines.
    fn with_constant(&self, node: &Node) -> Result<(Signal, Vec<f32>), Reason> {
        let index = usize::from(self.signals.contains_key(node.inputs.get(1).map_or("", String::as_str)));
        let (signal, (shape, values)) = (self.signal(node, index)?.clone(), self.floats(node, 1 - index)?);
        let channels = self.channels[signal.read.value];
        if values.len() == 1 {
            return Ok((signal, vec![values[0]; channels]));
        }
        // Channels are followed by as many axes of 1 as the signal has after its own.
        let axes = (signal.rank() - 2) as usize;
        let fits = shape.len() > axes && shape[shape.len() - 1 - axes] == channels && values.len() == channels;
        if !fits || signal.is_last {
            return Err("a constant that is not one number a channel".into());
        }
        Ok((signal, values.to_vec()))
    }

    fn slice(&self, node: &Node) -> Result<Signal, Reason> {
        let mut signal = self.signal(node, 0)?.clone();
        let (starts, ends) = (self.integers(node, 1)?, self.integers(node, 2)?);
        let given = |index: usize| node.inputs.get(index).is_some_and(|name| !name.is_empty());
        let axis = if given(3) { self.integers(node, 3)? } else { &[0] };
        let steps = if given(4) { self.integers(node, 4)? } else { &[1] };
        let is_positions = |axis: i64| axis == signal.axis() || axis + signal.rank() == signal.axis();
        let ([start], [end], [axis], [1]) = (starts, ends, axis, steps) else {
            return Err("more than one axis, or a step".into());
        };
        if !is_positions(*axis) || *start < 0 || (*end >= 0 && *end < i64::from(i32::MAX)) || *start > 1 << 24 {
            return Err("something else than positions is left out, or a place that depends on the length".into());
        }
        let end = if *end < 0 { end.unsigned_abs() as usize } else { 0 };
        signal.read.start += *start as usize;
        signal.read.end += end.min(1 << 24);
        Ok(signal)
    }

    fn height(&self, node: &Node) -> Result<Signal, Reason> {
        let signal = self.signal(node, 0)?.clone();
        let axes = match node.integers("axes") {
            Some(axes) => axes,
            None => self.integers(node, 1)?,
        };
        let is_tall = node.operator == "Unsqueeze";
        if signal.is_tall == is_tall || signal.is_last || !matches!(axes, [2 | -2]) {
            return Err("an axis other than a height of 1".into());
        }
        Ok(Signal { is_tall, ..signal })
    }

    fn transpose(&self, node: &Node) -> Result<Signal, Reason> {
        let signal = self.signal(node, 0)?.clone();
        if signal.is_tall || node.integers("perm") != Some(&[0, 2, 1]) {
            return Err("it does more than to exchange channels and positions".into());
        }
        Ok(Signal { is_last: !signal.is_last, ..signal })
    }

    fn end(&self, node: &Node, end: End) -> Result<Signal, Reason> {
        let signal = self.signal(node, 0)?.clone();
        let axis = node.integer("axis", -1);
        let channels = if signal.is_last { signal.rank() - 1 } else { 1 };
        if !signal.is_plain() || (end == End::Softmax && axis != channels && axis + signal.rank() != channels) {
            return Err("it is not the last of what is done with an output's channels".into());
        }
        Ok(Signal { end, ..signal })
    }
}

/// A signal with its channels scaled and shifted.
fn scaled(signal: Signal, scale: &[f32], shift: &[f32]) -> Result<Signal, Reason> {
    if signal.slope != 1.0 || signal.end != End::Nothing {
        return Err("channels are scaled after an activation".into());
    }
    let affine = match &signal.affine {
        None => (scale.to_vec(), shift.to_vec()),
        Some((a, b)) => {
            let scaled = |a: &f32, s: &f32| (f64::from(*a) * f64::from(*s)) as f32;
            let scales = a.iter().zip(scale).map(|(a, s)| scaled(a, s)).collect();
            let shifts = b.iter().zip(scale).zip(shift);
            (scales, shifts.map(|((b, s), t)| (f64::from(*b) * f64::from(*s) + f64::from(*t)) as f32).collect())
        }
    };
    Ok(Signal { affine: Some(affine), ..signal })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message of protobuf: fields of bytes and of numbers.
    #[derive(Default)]
    struct Message(Vec<u8>);

    impl Message {
        fn varint(mut self, mut value: u64) -> Self {
            while value >= 0x80 {
                self.0.push(value as u8 | 0x80);
                value >>= 7;
            }
            self.0.push(value as u8);
            self
        }

        fn number(self, field: u64, value: i64) -> Self {
            self.varint(field << 3).varint(value as u64)
        }

        fn bytes(self, field: u64, value: &[u8]) -> Self {
            let mut message = self.varint(field << 3 | 2).varint(value.len() as u64);
            message.0.extend_from_slice(value);
            message
        }
    }

    fn node(operator: &str, inputs: &[&str], output: &str, attributes: &[(&str, &[i64])]) -> Vec<u8> {
        let mut message = Message::default();
        for input in inputs {
            message = message.bytes(1, input.as_bytes());
        }
        message = message.bytes(2, output.as_bytes()).bytes(4, operator.as_bytes());
        for (name, values) in attributes {
            let attribute = Message::default().bytes(1, name.as_bytes());
            let attribute = match values {
                [value] if !matches!(*name, "dilations" | "pads" | "strides") => attribute.number(3, *value),
                values => values.iter().fold(attribute, |message, value| message.number(8, *value)),
            };
            message = message.bytes(5, &attribute.0);
        }
        message.0
    }

    fn floats(name: &str, shape: &[usize]) -> Vec<u8> {
        let count: usize = shape.iter().product();
        let raw: Vec<u8> = (0..count).flat_map(|index| (index as f32 * 0.01).to_le_bytes()).collect();
        let message = shape.iter().fold(Message::default(), |message, &len| message.number(1, len as i64));
        message.number(2, 1).bytes(8, name.as_bytes()).bytes(9, &raw).0
    }

    fn integer(name: &str, value: i64) -> Vec<u8> {
        Message::default().number(1, 1).number(2, 7).number(7, value).bytes(8, name.as_bytes()).0
    }

    /// The network of these nodes, with constants `w` (4 to 4 channels, width 3), `c` (one number a channel), 1, -1 and 5.
    fn network(nodes: &[Vec<u8>]) -> Result<Found, Reason> {
        let value = |name: &str| Message::default().bytes(1, name.as_bytes()).0;
        let mut graph = nodes.iter().fold(Message::default(), |message, node| message.bytes(1, node));
        let constants = [floats("w", &[4, 4, 3]), floats("c", &[4]), floats("cc", &[1, 4, 1])];
        for constant in
            constants.iter().chain(&[integer("one", 1), integer("minus", -1), integer("five", 5), integer("two", 2)])
        {
            graph = graph.bytes(5, constant);
        }
        let graph = graph.bytes(11, &value("x")).bytes(12, &value("y"));
        read(&Graph::read(&Message::default().bytes(7, &graph.0).0), "x", &["y".into()], false)
    }

    const CONV: [&str; 2] = ["x", "w"];

    #[test]
    fn what_is_around_convolutions_becomes_part_of_them() {
        let found = network(&[
            node("Conv", &CONV, "a", &[("dilations", &[2])]),
            node("BatchNormalization", &["a", "c", "c", "c", "c"], "n", &[]),
            node("Relu", &["n"], "r", &[]),
            node("Conv", &["r", "w", "c"], "b", &[("dilations", &[2])]),
            node("Slice", &["a", "two", "minus", "two"], "s", &[]),
            node("Slice", &["s", "zero", "minus", "two"], "unused", &[]),
            node("Relu", &["b"], "k", &[]),
            node("Conv", &["k", "w", "c"], "m", &[]),
            node("Add", &["m", "cc"], "z", &[]),
        ]);
        // `zero` is no constant.
        assert!(found.expect_err("refused").contains("zero"));
        let found = network(&[
            node("Conv", &CONV, "a", &[("dilations", &[2])]),
            node("BatchNormalization", &["a", "c", "c", "c", "c"], "n", &[]),
            node("Relu", &["n"], "r", &[]),
            node("Conv", &["r", "w", "c"], "b", &[]),
            node("Slice", &["a", "one", "minus", "two"], "s", &[]),
            node("Add", &["s", "b"], "t", &[]),
            node("Conv", &["t", "w"], "u", &[]),
            node("Relu", &["u"], "v", &[]),
            node("Softmax", &["v"], "y", &[("axis", &[1])]),
        ])
        .expect("a network");
        assert_eq!((found.ends, found.network.steps.len()), (vec![End::Softmax], 3));
        let [one, two, three] = found.network.steps.as_slice() else { panic!("three steps") };
        assert_eq!((one.convolution.dilation, &one.convolution.before, one.convolution.slope), (2, &None, 1.0));
        let before = two.convolution.before.as_ref().expect("a norm");
        // 0.02 / sqrt(0.02 + 0.00001), and 0.02 - 0.02 of it.
        assert!((before.scale[2] - 0.141_386).abs() < 1e-6 && (before.shift[2] - 0.017_172).abs() < 1e-6, "{before:?}");
        assert_eq!(two.added, Some(Read { value: 1, start: 1, end: 1 }));
        assert_eq!((before.slope, three.convolution.slope), (0.0, 0.0));
        assert!(genogloss_convnet::Prepared::new(&found.network).is_ok());
    }

    #[test]
    fn graphs_that_are_nearly_of_the_kind_are_refused_with_the_reason() {
        let conv = |attributes: &[(&str, &[i64])]| network(&[node("Conv", &CONV, "y", attributes)]);
        assert!(conv(&[]).is_ok());
        let reason = |found: Result<Found, Reason>| found.expect_err("refused");
        assert_eq!(reason(conv(&[("pads", &[1, 1])])), "Conv: padding");
        assert_eq!(reason(conv(&[("strides", &[2])])), "Conv: strides");
        assert!(reason(conv(&[("group", &[3])])).contains("filters for 4 channels in 3 groups read 4"));
        let after = |operator: &str, inputs: &[&str], attributes: &[(&str, &[i64])]| {
            reason(network(&[node("Conv", &CONV, "a", &[]), node(operator, inputs, "y", attributes)]))
        };
        assert!(
            after("MaxPool", &["a"], &[]).contains("MaxPool: an operator that networks of convolutions do not have")
        );
        assert!(after("Conv", &["a", "v"], &[]).contains("v, which is not a constant"));
        assert!(after("Conv", &["a", "one"], &[]).contains("not f32"));
        assert!(after("Slice", &["a", "five", "two", "two"], &[]).contains("depends on the length"));
        assert!(after("Slice", &["a", "one", "minus", "one"], &[]).contains("something else than positions"));
        assert!(after("Add", &["a", "a"], &[]).contains("neither of what is added is a convolution of its own"));
        assert!(after("Softmax", &["a"], &[("axis", &[2])]).contains("not the last"));
        assert!(after("Relu", &["b"], &[]).contains("b, which is not a track"));
        assert!(reason(network(&[])).contains("y is not computed"));
        let twice = [
            node("Conv", &CONV, "a", &[]),
            node("Softmax", &["a"], "b", &[("axis", &[1])]),
            node("Relu", &["b"], "y", &[]),
        ];
        assert!(reason(network(&twice)).contains("two activations"));
    }
}
