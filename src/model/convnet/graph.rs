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
    /// What messages call the node of each step.
    pub(super) labels: Vec<String>,
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

/// The operators of such networks.
const OPERATORS: [&str; 13] = [
    "Add",
    "BatchNormalization",
    "Conv",
    "Identity",
    "LeakyRelu",
    "Mul",
    "Relu",
    "Sigmoid",
    "Slice",
    "Softmax",
    "Squeeze",
    "Transpose",
    "Unsqueeze",
];

/// Whether a graph has the operators of such networks and no others.
pub(super) fn is_near(operators: &[String]) -> bool {
    let is_known = |operator: &str| OPERATORS.contains(&operator) || operator == "Constant";
    operators.iter().any(|operator| operator == "Conv") && operators.iter().all(|operator| is_known(operator))
}

/// Reads a graph; its ports have been compared with the card's.
pub(super) fn read(graph: &Graph, input: &str, outputs: &[String], input_is_last: bool) -> Result<Found, Reason> {
    let mut reader = Reader {
        graph,
        uses: HashMap::new(),
        signals: HashMap::new(),
        channels: vec![4],
        steps: vec![],
        labels: vec![],
    };
    for name in
        graph.nodes.iter().flat_map(|node| &node.inputs).chain(graph.ports.outputs.iter().map(|port| &port.name))
    {
        *reader.uses.entry(name).or_default() += 1;
    }
    reader.signals.insert(input, Signal { is_last: input_is_last, ..Signal::of(0) });
    for node in &graph.nodes {
        let signal = reader.read(node).map_err(|why| format!("{}: {why}", node.label()))?;
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
        labels: reader.labels,
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
    /// What messages call the node of each step.
    labels: Vec<String>,
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
        if node.integers("kernel_shape").is_some_and(|shape| shape.last() != Some(&(width as i64))) {
            return Err("its filters have another width than it says".into());
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
        self.labels.push(node.label());
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
        let is_plain = |step: &usize| self.steps[*step].added.is_none() && self.steps[*step].convolution.slope == 1.0;
        if let Some(step) = self.own_step(node, 0).filter(is_plain) {
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
        let channels = if signal.is_last { signal.rank() - 1 } else { 1 };
        // Before version 13, a softmax is over all axes from its own on.
        let is_old = self.graph.opset < 13;
        if end == End::Softmax && is_old && !signal.is_last {
            return Err("before version 13 of the operators, it is over positions too".into());
        }
        let axis = node.integer("axis", if is_old { 1 } else { -1 });
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
