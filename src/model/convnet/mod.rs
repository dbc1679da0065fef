//! The engine for networks of dilated one-dimensional convolutions: SpliceAI's family.
//!
//! `onnx` reads the file, `graph` the network, and the crate `genogloss-convnet` runs it, by fast Fourier transforms where these need
//! fewer products. Any other network is refused with the reason. All sessions share a network's filters. Changes need the network of the
//! stretch alone; that of the change is compared with the card, and not run.

#[cfg(test)]
mod file;
mod graph;
#[cfg(test)]
mod graph_tests;
mod onnx;
#[cfg(test)]
mod random_tests;

use std::sync::Arc;

use genogloss_convnet::{Change, Prepared, Runner};

use self::graph::{End, Found as Graph};
use super::{
    device::Device,
    engine::{
        ChangeModel, Decoder, Edit, Engine, Found, HeadValues, NetworkFile, NotFound, OneHot, Placement, WindowModel,
    },
    ports::{CachePorts, ChangePorts, Ports, WindowPorts},
    protobuf,
};
use crate::{
    batch::{Data, Input},
    error::{Error, Result},
};

/// The engine for convolutions.
#[derive(Debug)]
pub(crate) struct Convnet;

impl Engine for Convnet {
    fn name(&self) -> &'static str {
        "convnet"
    }

    fn title(&self) -> &'static str {
        "convnet"
    }

    fn summary(&self) -> &'static str {
        "The built-in engine for networks of convolutions"
    }

    fn runs_on(&self, device: Device) -> bool {
        device == Device::Cpu
    }

    fn find(&self, _: Device) -> Result<Found, NotFound> {
        Ok(Found { version: env!("CARGO_PKG_VERSION").into(), library: None, passed_over: Vec::new() })
    }

    fn is_selective(&self) -> bool {
        true
    }

    fn load_windows(&self, file: NetworkFile, ports: &WindowPorts, to: Placement) -> Result<Vec<Box<dyn WindowModel>>> {
        let [sequence] = ports.all.inputs.as_slice() else {
            return Err(other_kind(&file.place, "it reads more than a sequence"));
        };
        let Some([_, channels, last]) = sequence.shape.as_deref() else {
            return Err(other_kind(&file.place, "its input does not have channels and positions"));
        };
        let is_last = *last == Some(4) && *channels != Some(4);
        let heads: Vec<String> = ports.all.outputs.iter().map(|port| port.name.clone()).collect();
        let reading = Reading { ports: &ports.all, input: &sequence.name, heads: &heads, is_last };
        let (network, rows) = open(&file, reading, to)?;
        let model = |_| Box::new(Windows { network: network.clone(), rows }) as Box<dyn WindowModel>;
        Ok((0..to.sessions).map(model).collect())
    }

    fn load_changes(
        &self,
        [stretch, change]: [NetworkFile; 2],
        ports: &ChangePorts,
        to: Placement,
    ) -> Result<Vec<Box<dyn ChangeModel>>> {
        protobuf::check(&change.bytes).map_err(|why| failed(&change.place, &why))?;
        ports.change.compare(&change.place, &onnx::Graph::read(&change.bytes).ports)?;
        let heads = ports.head_names();
        let reading = Reading { ports: &ports.stretch, input: ports.input(), heads: &heads, is_last: false };
        let (network, _) = open(&stretch, reading, to)?;
        let model = |_| Box::new(Changes(network.clone())) as Box<dyn ChangeModel>;
        Ok((0..to.sessions).map(model).collect())
    }

    fn load_decoder(&self, file: NetworkFile, _: &CachePorts, _: Placement) -> Result<Vec<Box<dyn Decoder>>> {
        Err(other_kind(&file.place, "it answers prompts"))
    }
}

fn failed(name: &str, problem: &str) -> Error {
    Error::model(name, format!("convnet: {problem}"))
}

/// The error of a network that this engine does not run.
fn other_kind(name: &str, reason: &str) -> Error {
    failed(name, &format!("it is not a network of convolutions that this engine runs: {reason}"))
        .with_hint("omit --engine: ONNX Runtime and rten run networks of all kinds")
}

/// A network and what is done around it.
#[derive(Clone)]
struct Network {
    runner: Runner,
    ends: Vec<End>,
    channels_last: [bool; 2],
    name: String,
}

/// How a network is read.
#[derive(Clone, Copy)]
struct Reading<'a> {
    ports: &'a Ports,
    /// Its input.
    input: &'a str,
    /// Its outputs that are heads.
    heads: &'a [String],
    /// The channels of its input are the last axis.
    is_last: bool,
}

/// The least gain by transforms for which `--engine auto` takes a network, and the answers that it is computed for.
///
/// Direct sums take about as long as ONNX Runtime. Measured: docs/about/benchmarks.md, the table of the splice models.
const LEAST_GAIN: (f64, usize) = (1.5, 1000);

/// A network and the rows that it requires. Where `--engine auto` asks, the log says why a network of nearly the kind is refused.
fn open(file: &NetworkFile, reading: Reading<'_>, to: Placement) -> Result<(Network, Option<usize>)> {
    let name = &file.place;
    protobuf::check(&file.bytes).map_err(|why| failed(name, &why))?;
    // Large networks of other kinds are not read further.
    if to.only_if_faster && !graph::is_near(&onnx::operators(&file.bytes)) {
        return Err(other_kind(name, "it has other operators"));
    }
    let graph = onnx::Graph::read(&file.bytes);
    let prepared = prepare(&graph, reading).map_err(|why| {
        if to.only_if_faster {
            tracing::info!("{name}: convnet does not run it: {why}");
        }
        other_kind(name, &why)
    })?;
    reading.ports.compare(name, &graph.ports)?;
    let (prepared, ends, channels_last) = prepared;
    let (least, answers) = LEAST_GAIN;
    let gain = prepared.gain(answers);
    tracing::debug!("{name}: transforms take 1/{gain:.1} of the work of direct sums");
    if to.only_if_faster && gain < least {
        return Err(failed(name, "it is no faster than the other engines"));
    }
    let network = Network { runner: Runner::new(Arc::new(prepared)), ends, channels_last, name: name.clone() };
    Ok((network, graph.ports.rows()))
}

/// The network of a graph, what is done with its outputs at last, and whether its input and its outputs have channels last.
fn prepare(graph: &onnx::Graph, reading: Reading<'_>) -> Result<(Prepared, Vec<End>, [bool; 2]), String> {
    let Graph { network, ends, channels_last, labels } =
        graph::read(graph, reading.input, reading.heads, reading.is_last)?;
    let prepared = Prepared::new(&network).map_err(|problem| match problem.step.and_then(|step| labels.get(step)) {
        Some(label) => format!("{label}: {}", problem.reason),
        None => problem.reason,
    })?;
    Ok((prepared, ends, channels_last))
}

impl Network {
    /// What is done with the outputs at last.
    fn finish(&self, outputs: &mut [Vec<f32>]) {
        for ((values, end), labels) in outputs.iter_mut().zip(&self.ends).zip(self.runner.network().labels()) {
            match end {
                End::Nothing => {}
                End::Sigmoid => values.iter_mut().for_each(|x| *x = (1.0 / (1.0 + (-f64::from(*x)).exp())) as f32),
                End::Softmax => softmax(values, labels),
            }
        }
    }

    fn failed(&self, problem: &str) -> Error {
        failed(&self.name, problem)
    }
}

/// Over the labels at each position.
fn softmax(values: &mut [f32], labels: usize) {
    let len = values.len() / labels.max(1);
    for at in 0..len {
        let own = || (0..labels).map(|label| label * len + at);
        let most = own().map(|place| values[place]).fold(f32::NEG_INFINITY, f32::max);
        let sum: f64 = own().map(|place| f64::from(values[place] - most).exp()).sum();
        own().for_each(|place| values[place] = (f64::from(values[place] - most).exp() / sum) as f32);
    }
}

/// (first, second) as (second, first).
fn transposed(values: &[f32], first: usize, second: usize) -> Vec<f32> {
    (0..second).flat_map(|at| (0..first).map(move |index| values[index * second + at])).collect()
}

/// A network that scores windows.
struct Windows {
    network: Network,
    rows: Option<usize>,
}

impl WindowModel for Windows {
    fn rows(&self) -> Option<usize> {
        self.rows
    }

    fn run(&mut self, inputs: &[Input<'_>]) -> Result<Vec<Vec<f32>>> {
        let Network { runner, channels_last, .. } = &self.network;
        let [Input { data: Data::F32(values), shape: &[rows, first, second] }] = *inputs else {
            return Err(self.network.failed("its input is not one-hot"));
        };
        let [bases, channels] = if channels_last[0] { [first, second] } else { [second, first] };
        let labels = runner.network().labels();
        let mut heads = vec![Vec::new(); labels.len()];
        for row in values.chunks_exact((bases * channels).max(1)).take(rows) {
            let turned = channels_last[0].then(|| transposed(row, bases, channels));
            let mut outputs =
                runner.run(bases, turned.as_deref().unwrap_or(row)).map_err(|why| self.network.failed(&why))?;
            self.network.finish(&mut outputs);
            for ((head, output), labels) in heads.iter_mut().zip(outputs).zip(&labels) {
                match channels_last[1] {
                    true => head.extend(transposed(&output, *labels, output.len() / labels)),
                    false => head.extend(output),
                }
            }
        }
        Ok(heads)
    }
}

/// A network that scores changes.
struct Changes(Network);

/// Bases between places where stretches begin and end, for a network with this context. Less of it is more work at the borders of
/// segments, more of it more answers that nobody asked for: 500, 1,000 and 2,000 measured for SpliceAI.
fn period(context: usize) -> usize {
    (context / 1000 * 100).clamp(100, 1000)
}

impl ChangeModel for Changes {
    fn score(&mut self, stretch: OneHot<'_>, changes: &[Edit<'_>]) -> Result<(HeadValues, Vec<HeadValues>)> {
        let changes = changes.iter().map(|&Edit { at, removed, left, right, inserted }| Change {
            at,
            removed,
            inserted: inserted.values,
            left,
            right,
        });
        let changes: Vec<Change<'_>> = changes.collect();
        let runner = &self.0.runner;
        let found = runner.run_changes(stretch.bases, stretch.values, self.period(), &changes);
        let (mut reference, mut alternates) = found.map_err(|why| self.0.failed(&why))?;
        self.0.finish(&mut reference);
        alternates.iter_mut().for_each(|outputs| self.0.finish(outputs));
        Ok((reference, alternates))
    }

    fn period(&self) -> usize {
        period(self.0.runner.network().context())
    }
}
