//! rten, the engine in pure Rust that is always there: the only file that knows it.

use std::{borrow::Cow, sync::Arc};

use rten::{DataType, Dimension, RunOptions, ThreadPool, Value, ValueOrView, ValueType};
use rten_tensor::prelude::*;
use rten_tensor::{Tensor, TensorView};

use super::{
    Model,
    change::{ChangeModel, ChangePorts},
    decoder::{CachePorts, Decoder, last_of, reordered},
    network::{Port, Ports},
    protobuf,
};
use crate::{
    batch::Data,
    error::{Error, Result, guard},
};

/// Version of the engine, as the lock file pins it.
pub const VERSION: &str = "0.27.0";

/// A network in rten.
pub struct RtenModel {
    /// The same for all threads: weights are large.
    model: Arc<rten::Model>,
    rows: Option<usize>,
    pool: Arc<ThreadPool>,
    name: String,
    ports: Ports,
}

impl RtenModel {
    /// Loads a network, to run on one thread.
    pub fn load(name: &str, bytes: Cow<'static, [u8]>, ports: &Ports) -> Result<Self> {
        let (model, rows) = open(name, bytes, ports)?;
        Ok(Self { model: Arc::new(model), rows, pool: one_thread(), name: name.into(), ports: ports.clone() })
    }

    /// The same network, to run on another thread.
    pub fn another(&self) -> Self {
        let (model, name, ports) = (Arc::clone(&self.model), self.name.clone(), self.ports.clone());
        Self { model, rows: self.rows, pool: one_thread(), name, ports }
    }
}

fn one_thread() -> Arc<ThreadPool> {
    Arc::new(ThreadPool::with_num_threads(1))
}

/// Runs code of rten, which may panic on networks that are not sound.
fn guarded<T, E: std::fmt::Display>(name: &str, work: impl FnOnce() -> Result<T, E>) -> Result<T> {
    let say = |problem: &str| Error::model(name, format!("rten: {problem}"));
    match guard(|| Ok(work().map_err(|error| error.to_string()))) {
        Ok(result) => result.map_err(|error| say(error.lines().next().unwrap_or("failed"))),
        Err(_) => Err(say("it cannot run this network: it is damaged, or of a kind that is not supported")),
    }
}

/// A network whose inputs and outputs are those of the card, and how many rows it must be given.
fn open(name: &str, bytes: Cow<'static, [u8]>, ports: &Ports) -> Result<(rten::Model, Option<usize>)> {
    protobuf::check(&bytes).map_err(|why| Error::model(name, format!("rten: {why}")))?;
    let model = guarded(name, || match bytes {
        Cow::Borrowed(bytes) => rten::Model::load_static_slice(bytes),
        Cow::Owned(bytes) => rten::Model::load(bytes),
    })?;
    let describe = |ids: &[rten::NodeId]| -> Vec<Port> {
        ids.iter()
            .filter_map(|&id| model.node_info(id))
            .map(|node| Port {
                name: node.name().unwrap_or_default().into(),
                kind: node.dtype().map_or("", kind).into(),
                shape: node.shape().map(|shape| {
                    shape
                        .into_iter()
                        .map(|d| match d {
                            Dimension::Fixed(n) => Some(n),
                            Dimension::Symbolic(_) => None,
                        })
                        .collect()
                }),
            })
            .collect()
    };
    let found = Ports { inputs: describe(model.input_ids()), outputs: describe(model.output_ids()) };
    // rten has no 64-bit integers: it narrows them when it loads a network, and wants its input so.
    let narrow = |ports: &[Port]| -> Vec<Port> {
        let narrow = |port: &Port| match port.kind.as_str() {
            "i64" | "types" => Port { kind: "i32".into(), ..port.clone() },
            _ => port.clone(),
        };
        ports.iter().map(narrow).collect()
    };
    let wanted = Ports { inputs: narrow(&ports.inputs), outputs: narrow(&ports.outputs) };
    wanted.compare(name, &found)?;
    Ok((model, found.rows()))
}

/// What cards call a number type.
fn kind(kind: ValueType) -> &'static str {
    match kind {
        ValueType::Tensor(DataType::Float) => "f32",
        ValueType::Tensor(DataType::Int32) => "i32",
        ValueType::Tensor(DataType::UInt8) => "u8",
        _ => "another type",
    }
}

impl Model for RtenModel {
    fn rows(&self) -> Option<usize> {
        self.rows
    }

    fn run(&mut self, shape: &[usize], input: Data<'_>, mask: Option<&[i64]>) -> Result<Vec<Vec<f32>>> {
        let name = &self.name;
        let say = |error: &dyn std::fmt::Display| {
            Error::model(name, format!("rten: {}", error.to_string().lines().next().unwrap_or("failed")))
        };
        let narrow = |values: &[i64]| -> Tensor<i32> {
            Tensor::from_data(shape, values.iter().map(|&v| v as i32).collect::<Vec<_>>())
        };
        let node = |port: &str| self.model.node_id(port).map_err(|error| say(&error));
        let value: ValueOrView<'_> = match input {
            Data::F32(values) => TensorView::from_data(shape, values).into(),
            // rten has no 64-bit integers: it narrows them when it loads a network, and wants its input so.
            Data::I64(values) => narrow(values).into(),
            Data::I32(values) => TensorView::from_data(shape, values).into(),
            Data::U8(values) => TensorView::from_data(shape, values).into(),
        };
        let mut inputs = vec![(node(&self.ports.inputs[0].name)?, value)];
        if let Some(mask) = mask {
            inputs.push((node(&self.ports.inputs[1].name)?, narrow(mask).into()));
        }
        if let Some(types) = self.ports.types() {
            inputs.push((node(types)?, narrow(&vec![0; shape.iter().product()]).into()));
        }
        let outputs = self.ports.outputs.iter().map(|port| node(&port.name)).collect::<Result<Vec<_>>>()?;
        let mut options = RunOptions::default();
        options.thread_pool = Some(Arc::clone(&self.pool));
        let values = guarded(name, || self.model.run(inputs, &outputs, Some(options)))?;
        values
            .into_iter()
            .map(|value| match value {
                Value::FloatTensor(tensor) => Ok(tensor.to_vec()),
                _ => Err(say(&"an output is not f32")),
            })
            .collect()
    }
}

/// The two networks of a member in rten.
pub struct RtenChange {
    networks: Arc<[rten::Model; 2]>,
    pool: Arc<ThreadPool>,
    names: [String; 2],
    input: String,
    heads: Vec<String>,
    state_names: Vec<String>,
    states: Vec<Tensor<f32>>,
}

impl RtenChange {
    /// Loads both, to run on one thread.
    pub fn load(names: &[String; 2], bytes: [Cow<'static, [u8]>; 2], ports: &ChangePorts) -> Result<Self> {
        let name = |port: &Port| port.name.clone();
        let [stretch, change] = bytes;
        Ok(Self {
            networks: Arc::new([
                open(&names[0], stretch, &ports.stretch)?.0,
                open(&names[1], change, &ports.change)?.0,
            ]),
            pool: one_thread(),
            names: names.clone(),
            input: ports.stretch.inputs[0].name.clone(),
            heads: ports.change.outputs.iter().map(name).collect(),
            state_names: ports.stretch.outputs[ports.heads..].iter().map(name).collect(),
            states: Vec::new(),
        })
    }

    /// The same networks, to run on another thread.
    pub fn another(&self) -> Self {
        Self {
            networks: Arc::clone(&self.networks),
            pool: one_thread(),
            names: self.names.clone(),
            input: self.input.clone(),
            heads: self.heads.clone(),
            state_names: self.state_names.clone(),
            states: Vec::new(),
        }
    }

    /// Runs one of the two: the tensors of some of its outputs.
    fn run(
        &self,
        which: usize,
        inputs: Vec<(&str, ValueOrView<'_>)>,
        outputs: &mut dyn Iterator<Item = &String>,
    ) -> Result<Vec<Tensor<f32>>> {
        let name = &self.names[which];
        let model = &self.networks[which];
        let say = |error: &dyn std::fmt::Display| {
            Error::model(name, format!("rten: {}", error.to_string().lines().next().unwrap_or("failed")))
        };
        let node = |port: &str| model.node_id(port).map_err(|error| say(&error));
        let inputs = inputs.into_iter().map(|(port, value)| Ok((node(port)?, value))).collect::<Result<Vec<_>>>()?;
        let outputs = outputs.map(|port| node(port)).collect::<Result<Vec<_>>>()?;
        let mut options = RunOptions::default();
        options.thread_pool = Some(Arc::clone(&self.pool));
        let values = guarded(name, || model.run(inputs, &outputs, Some(options)))?;
        values
            .into_iter()
            .map(|value| match value {
                Value::FloatTensor(tensor) => Ok(tensor),
                _ => Err(say(&"an output is not f32")),
            })
            .collect()
    }
}

impl ChangeModel for RtenChange {
    fn stretch(&mut self, bases: usize, input: &[f32]) -> Result<Vec<Vec<f32>>> {
        self.states.clear();
        let view = TensorView::from_data(&[1, 4, bases][..], input);
        let wanted = &mut self.heads.iter().chain(&self.state_names);
        let mut values = self.run(0, vec![(self.input.as_str(), view.into())], wanted)?;
        self.states = values.split_off(self.heads.len());
        Ok(values.iter().map(|tensor| tensor.to_vec()).collect())
    }

    fn change(&mut self, bases: usize, inserted: &[f32], edit: [i64; 4]) -> Result<Vec<Vec<f32>>> {
        let mut inputs: Vec<(&str, ValueOrView<'_>)> = self
            .state_names
            .iter()
            .zip(&self.states)
            .map(|(name, state)| (name.as_str(), state.view().into()))
            .collect();
        inputs.push(("inserted", TensorView::from_data(&[1, 4, bases][..], inserted).into()));
        // rten has no 64-bit integers.
        let edit = edit.map(|number| number as i32);
        inputs.push(("edit", TensorView::from_data(&[4][..], &edit[..]).into()));
        let values = self.run(1, inputs, &mut self.heads.iter())?;
        Ok(values.iter().map(|tensor| tensor.to_vec()).collect())
    }

    fn forget(&mut self) {
        self.states.clear();
    }
}

/// A network with a key–value cache in rten.
pub struct RtenDecoder {
    model: Arc<rten::Model>,
    pool: Arc<ThreadPool>,
    name: String,
    ports: CachePorts,
    cache: Vec<Tensor<f32>>,
    rows: usize,
}

impl RtenDecoder {
    /// Loads a network, to run on one thread.
    pub fn load(name: &str, bytes: Cow<'static, [u8]>, ports: &CachePorts) -> Result<Self> {
        let model = Arc::new(open(name, bytes, &ports.all)?.0);
        Ok(Self { model, pool: one_thread(), name: name.into(), ports: ports.clone(), cache: Vec::new(), rows: 0 })
    }

    /// The same network, to run on another thread.
    pub fn another(&self) -> Self {
        let (model, name, ports) = (Arc::clone(&self.model), self.name.clone(), self.ports.clone());
        Self { model, pool: one_thread(), name, ports, cache: Vec::new(), rows: 0 }
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
        let name = &self.name;
        let say = |error: &dyn std::fmt::Display| {
            Error::model(name, format!("rten: {}", error.to_string().lines().next().unwrap_or("failed")))
        };
        let node = |port: &str| self.model.node_id(port).map_err(|error| say(&error));
        let rows = self.rows;
        let narrow = |values: &[i64]| -> ValueOrView<'static> {
            Tensor::from_data(&[rows, values.len() / rows], values.iter().map(|&v| v as i32).collect::<Vec<_>>()).into()
        };
        let mut inputs = vec![(node(&self.ports.ids)?, narrow(ids)), (node(&self.ports.mask)?, narrow(mask))];
        if let Some(port) = &self.ports.positions {
            inputs.push((node(port)?, narrow(positions)));
        }
        for (port, value) in self.ports.past.iter().zip(std::mem::take(&mut self.cache)) {
            inputs.push((node(port)?, value.into()));
        }
        let outputs = std::iter::once(&self.ports.logits)
            .chain(&self.ports.present)
            .map(|port| node(port))
            .collect::<Result<Vec<_>>>()?;
        let mut options = RunOptions::default();
        options.thread_pool = Some(Arc::clone(&self.pool));
        let values = guarded(name, || self.model.run(inputs, &outputs, Some(options)))?;
        let mut tensors = values.into_iter().map(|value| match value {
            Value::FloatTensor(tensor) => Ok(tensor),
            _ => Err(say(&"an output is not f32")),
        });
        let first = tensors.next().ok_or_else(|| say(&"no output"))??;
        last_of(&first.to_vec(), rows, first.shape().get(1).copied().unwrap_or(1), logits);
        self.cache = tensors.collect::<Result<_>>()?;
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
