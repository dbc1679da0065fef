//! rten, the engine in pure Rust that is part of the program: the only file that uses the crate `rten`.
//!
//! All sessions share a network's weights, and each computes on one thread. rten has no 64-bit integers: it narrows those of a network
//! when it loads it, and takes its integer inputs in 32 bits.

use std::{borrow::Cow, fmt, sync::Arc};

use rten::{DataType, Dimension, RunOptions, ThreadPool, Value, ValueOrView, ValueType};
use rten_tensor::prelude::*;
use rten_tensor::{Tensor, TensorView};

use super::{
    device::Device,
    engine::{
        ChangeModel, Decoder, Engine, Found, NetworkFile, NotFound, Placement, StretchThenChange, WindowModel,
        append_last, no_hidden, reordered,
    },
    external,
    ports::{CachePorts, ChangePorts, NumberType, Port, Ports, WindowPorts},
    protobuf,
};
use crate::{
    batch::{Data, Input},
    error::{Error, Result, guard},
};

/// Version of the engine, as the lock file pins it.
pub(crate) const VERSION: &str = "0.27.0";

/// The engine rten.
#[derive(Debug)]
pub(crate) struct Rten;

impl Engine for Rten {
    fn name(&self) -> &'static str {
        "rten"
    }

    fn title(&self) -> &'static str {
        "rten"
    }

    fn summary(&self) -> &'static str {
        "The built-in engine"
    }

    fn runs_on(&self, device: Device) -> bool {
        device == Device::Cpu
    }

    fn find(&self, _: Device) -> Result<Found, NotFound> {
        Ok(Found { version: VERSION.into(), library: None, passed_over: Vec::new() })
    }

    fn load_windows(&self, file: NetworkFile, ports: &WindowPorts, to: Placement) -> Result<Vec<Box<dyn WindowModel>>> {
        let (network, found) = open(file, &ports.all)?;
        let rows = found.rows();
        let kind = |port: &Port| found.inputs.iter().find(|own| own.name == port.name).and_then(|own| own.number);
        let inputs: Vec<(String, Option<NumberType>)> =
            ports.all.inputs.iter().map(|port| (port.name.clone(), kind(port))).collect();
        let outputs: Vec<String> = ports.all.outputs.iter().map(|port| port.name.clone()).collect();
        let model = |network| {
            let (inputs, outputs) = (inputs.clone(), outputs.clone());
            Box::new(RtenWindows { network, rows, inputs, outputs }) as Box<dyn WindowModel>
        };
        Ok(network.sessions(to.sessions).map(model).collect())
    }

    fn load_changes(
        &self,
        [stretch, change]: [NetworkFile; 2],
        ports: &ChangePorts,
        to: Placement,
    ) -> Result<Vec<Box<dyn ChangeModel>>> {
        let (stretch, change) = (open(stretch, &ports.stretch)?.0, open(change, &ports.change)?.0);
        let model = |(stretch, change)| {
            Box::new(RtenChange {
                stretch,
                change,
                input: ports.input().into(),
                heads: ports.head_names(),
                state_names: ports.state_names(),
                states: Vec::new(),
            }) as Box<dyn ChangeModel>
        };
        Ok(stretch.sessions(to.sessions).zip(change.sessions(to.sessions)).map(model).collect())
    }

    fn load_decoder(&self, file: NetworkFile, ports: &CachePorts, to: Placement) -> Result<Vec<Box<dyn Decoder>>> {
        let network = open(file, &ports.all)?.0;
        let model = |network| {
            Box::new(RtenDecoder { network, ports: ports.clone(), cache: Vec::new(), rows: 0 }) as Box<dyn Decoder>
        };
        Ok(network.sessions(to.sessions).map(model).collect())
    }
}

/// A network in one session.
struct Network {
    /// Shared by all sessions: weights are large.
    model: Arc<rten::Model>,
    pool: Arc<ThreadPool>,
    name: String,
}

impl Network {
    /// The same network in several sessions.
    fn sessions(&self, count: usize) -> impl Iterator<Item = Self> {
        (0..count).map(|_| Self {
            model: Arc::clone(&self.model),
            pool: Arc::new(ThreadPool::with_num_threads(1)),
            name: self.name.clone(),
        })
    }

    /// One call: the values of some outputs.
    fn run<'a>(
        &self,
        inputs: Vec<(&str, ValueOrView<'a>)>,
        outputs: impl Iterator<Item = &'a String>,
    ) -> Result<Vec<Tensor<f32>>> {
        let node = |port: &str| self.model.node_id(port).map_err(|error| self.failed(&error));
        let inputs = inputs.into_iter().map(|(port, value)| Ok((node(port)?, value))).collect::<Result<Vec<_>>>()?;
        let outputs = outputs.map(|port| node(port)).collect::<Result<Vec<_>>>()?;
        let mut options = RunOptions::default();
        options.thread_pool = Some(Arc::clone(&self.pool));
        let values = guarded(&self.name, || self.model.run(inputs, &outputs, Some(options)))?;
        let floats = |value| match value {
            Value::FloatTensor(tensor) => Ok(tensor),
            _ => Err(self.failed(&"an output is not f32")),
        };
        values.into_iter().map(floats).collect()
    }

    fn failed(&self, error: &dyn fmt::Display) -> Error {
        failed(&self.name, &error.to_string())
    }
}

fn failed(name: &str, problem: &str) -> Error {
    let problem = problem.lines().next().unwrap_or("failed");
    let error = Error::model(name, format!("rten: {problem}"));
    // Operators that rten lacks, or was built without, such as DFT.
    match problem.contains("not enabled") || problem.contains("not supported") || problem.contains("unsupported") {
        true => error.with_hint("ONNX Runtime may run this network: pip install onnxruntime, or --engine ort"),
        false => error,
    }
}

/// Runs code of rten, which may panic on damaged networks.
fn guarded<T, E: fmt::Display>(name: &str, work: impl FnOnce() -> Result<T, E>) -> Result<T> {
    match guard(|| Ok(work().map_err(|error| error.to_string()))) {
        Ok(result) => result.map_err(|error| failed(name, &error)),
        Err(_) => Err(failed(name, "it cannot run this network: it is damaged, or not supported")),
    }
}

/// A network whose inputs and outputs are `ports`, and the number of rows that it requires.
fn open(file: NetworkFile, ports: &Ports) -> Result<(Network, Ports)> {
    let name = file.place.clone();
    protobuf::check(&file.bytes).map_err(|why| failed(&name, &why))?;
    let bytes = external::inlined(file)?;
    let model = guarded(&name, || match bytes {
        Cow::Borrowed(bytes) => rten::Model::load_static_slice(bytes),
        Cow::Owned(bytes) => rten::Model::load(bytes),
    })?;
    let found = ports_of(&model);
    Ports { inputs: narrowed(&ports.inputs), outputs: narrowed(&ports.outputs) }.compare(&name, &found)?;
    let network = Network { model: Arc::new(model), pool: Arc::new(ThreadPool::with_num_threads(1)), name };
    Ok((network, found))
}

fn ports_of(model: &rten::Model) -> Ports {
    let axis = |axis| match axis {
        Dimension::Fixed(n) => Some(n),
        Dimension::Symbolic(_) => None,
    };
    let ports = |ids: &[rten::NodeId]| -> Vec<Port> {
        let nodes = ids.iter().filter_map(|&id| model.node_info(id));
        nodes
            .map(|node| Port {
                name: node.name().unwrap_or_default().into(),
                number: node.dtype().map(number),
                shape: node.shape().map(|shape| shape.into_iter().map(axis).collect()),
            })
            .collect()
    };
    Ports { inputs: ports(model.input_ids()), outputs: ports(model.output_ids()) }
}

/// The ports of a card, as rten has them.
fn narrowed(ports: &[Port]) -> Vec<Port> {
    let narrowed = |port: &Port| match port.number {
        Some(NumberType::I64 | NumberType::Bool) => Port { number: Some(NumberType::I32), ..port.clone() },
        Some(NumberType::F64 | NumberType::F16) => Port { number: Some(NumberType::F32), ..port.clone() },
        _ => port.clone(),
    };
    ports.iter().map(narrowed).collect()
}

fn narrow(shape: &[usize], values: &[i64]) -> Tensor<i32> {
    Tensor::from_data(shape, values.iter().map(|&value| value as i32).collect::<Vec<_>>())
}

fn number(kind: ValueType) -> NumberType {
    match kind {
        ValueType::Tensor(DataType::Float) => NumberType::F32,
        ValueType::Tensor(DataType::Int32) => NumberType::I32,
        ValueType::Tensor(DataType::UInt8) => NumberType::U8,
        ValueType::Tensor(DataType::Int8) => NumberType::I8,
        _ => NumberType::Other,
    }
}

/// A network that scores windows.
struct RtenWindows {
    network: Network,
    rows: Option<usize>,
    /// Names of the inputs, and their number types, where they are known.
    inputs: Vec<(String, Option<NumberType>)>,
    outputs: Vec<String>,
}

/// An input in the number type of the network. 64-bit integers, floats and truth values are narrower in rten.
fn value(input: Input<'_>, wanted: Option<NumberType>) -> ValueOrView<'_> {
    let Input { shape, data } = input;
    match (data, wanted) {
        (Data::F32(values), None | Some(NumberType::F32)) => TensorView::from_data(shape, values).into(),
        (Data::I32(values), None | Some(NumberType::I32)) => TensorView::from_data(shape, values).into(),
        (Data::U8(values), None | Some(NumberType::U8)) => TensorView::from_data(shape, values).into(),
        (data, Some(NumberType::F32 | NumberType::F64 | NumberType::F16 | NumberType::Bf16)) => {
            Tensor::from_data(shape, data.converted(|value| value as f32)).into()
        }
        (data, Some(NumberType::U8)) => Tensor::from_data(shape, data.converted(|value| value as u8)).into(),
        (data, Some(NumberType::I8)) => Tensor::from_data(shape, data.converted(|value| value as i8)).into(),
        (data, _) => Tensor::from_data(shape, data.converted(|value| value as i32)).into(),
    }
}

impl WindowModel for RtenWindows {
    fn rows(&self) -> Option<usize> {
        self.rows
    }

    fn run(&mut self, inputs: &[Input<'_>]) -> Result<Vec<Vec<f32>>> {
        let named = self.inputs.iter().zip(inputs);
        let inputs = named.map(|((name, number), input)| (name.as_str(), value(*input, *number))).collect();
        let values = self.network.run(inputs, self.outputs.iter())?;
        Ok(values.iter().map(|tensor| tensor.to_vec()).collect())
    }
}

/// The two networks of a member that score changes.
struct RtenChange {
    stretch: Network,
    change: Network,
    input: String,
    heads: Vec<String>,
    state_names: Vec<String>,
    states: Vec<Tensor<f32>>,
}

impl StretchThenChange for RtenChange {
    fn stretch(&mut self, bases: usize, input: &[f32]) -> Result<Vec<Vec<f32>>> {
        self.states.clear();
        let view = TensorView::from_data(&[1, 4, bases][..], input);
        let outputs = self.heads.iter().chain(&self.state_names);
        let mut values = self.stretch.run(vec![(self.input.as_str(), view.into())], outputs)?;
        self.states = values.split_off(self.heads.len());
        Ok(values.iter().map(|tensor| tensor.to_vec()).collect())
    }

    fn change(&mut self, bases: usize, inserted: &[f32], edit: [i64; 4]) -> Result<Vec<Vec<f32>>> {
        let states = self.state_names.iter().zip(&self.states);
        let mut inputs: Vec<(&str, ValueOrView<'_>)> =
            states.map(|(name, state)| (name.as_str(), state.view().into())).collect();
        inputs.push((ChangePorts::INSERTED, TensorView::from_data(&[1, 4, bases][..], inserted).into()));
        inputs.push((ChangePorts::EDIT, narrow(&[4], &edit).into()));
        let values = self.change.run(inputs, self.heads.iter())?;
        Ok(values.iter().map(|tensor| tensor.to_vec()).collect())
    }

    fn forget(&mut self) {
        self.states.clear();
    }
}

/// A decoder-only network with a key–value cache.
struct RtenDecoder {
    network: Network,
    ports: CachePorts,
    cache: Vec<Tensor<f32>>,
    rows: usize,
}

impl RtenDecoder {
    /// All inputs of a call.
    fn inputs<'a>(
        &'a self,
        ids: &'a [i64],
        positions: &'a [i64],
        mask: &'a [i64],
        cache: Vec<Tensor<f32>>,
    ) -> Vec<(&'a str, ValueOrView<'a>)> {
        let rows = self.rows;
        let tensor = |values: &[i64]| -> ValueOrView<'_> { narrow(&[rows, values.len() / rows], values).into() };
        let mut inputs = vec![(self.ports.ids.as_str(), tensor(ids)), (self.ports.mask.as_str(), tensor(mask))];
        if let Some(name) = &self.ports.positions {
            inputs.push((name, tensor(positions)));
        }
        for (name, value) in self.ports.past.iter().zip(cache) {
            inputs.push((name, value.into()));
        }
        inputs
    }

    fn tensor(&self, tokens: usize, values: Vec<f32>) -> Tensor<f32> {
        Tensor::from_data(&[self.rows, self.ports.heads, tokens, self.ports.head_width], values)
    }
}

impl Decoder for RtenDecoder {
    fn start(&mut self, rows: usize) -> Result<()> {
        self.rows = rows;
        self.cache = (0..self.ports.past.len()).map(|_| self.tensor(0, Vec::new())).collect();
        Ok(())
    }

    fn step(&mut self, ids: &[i64], positions: &[i64], mask: &[i64], logits: &mut Vec<f32>) -> Result<()> {
        let rows = self.rows;
        let cache = std::mem::take(&mut self.cache);
        let inputs = self.inputs(ids, positions, mask, cache);
        let outputs = std::iter::once(&self.ports.logits).chain(&self.ports.present);
        let mut values = self.network.run(inputs, outputs)?.into_iter();
        let first = values.next().ok_or_else(|| self.network.failed(&"no output"))?;
        append_last(&first.to_vec(), rows, first.shape().get(1).copied().unwrap_or(1), logits);
        self.cache = values.collect();
        Ok(())
    }

    fn hidden(&mut self, ids: &[i64], positions: &[i64], mask: &[i64], states: &mut Vec<f32>) -> Result<()> {
        let output = self.ports.hidden.clone().ok_or_else(|| no_hidden(&self.network.name))?;
        let cache = std::mem::take(&mut self.cache);
        let values = self.network.run(self.inputs(ids, positions, mask, cache), std::iter::once(&output))?;
        states.extend(values.first().ok_or_else(|| self.network.failed(&"no output"))?.to_vec());
        Ok(())
    }

    fn reorder(&mut self, from: &[usize]) -> Result<()> {
        let rows = self.rows;
        self.cache = std::mem::take(&mut self.cache)
            .into_iter()
            .map(|value| {
                let tokens = value.shape()[2];
                self.tensor(tokens, reordered(&value.to_vec(), rows, from))
            })
            .collect();
        Ok(())
    }
}
