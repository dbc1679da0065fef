//! Sessions of networks: options, devices, inputs and outputs, and error messages in one line.

use std::fmt;

use ort::{
    session::{
        Session,
        builder::{GraphOptimizationLevel, SessionBuilder},
    },
    value::{TensorElementType, ValueType},
};

use super::library::{self, Runtime, runtime};
use crate::{
    error::{Error, Result},
    model::{
        device::Device,
        engine::{NO_OPERATOR, NetworkFile, Placement},
        ports::{NumberType, Port, Ports},
    },
};

/// How a session uses memory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Memory {
    /// The session keeps all memory that it has allocated, and a plan of it for each shape: faster for many calls of few shapes.
    Kept,
    /// Memory is freed after each call. Stretches are large and of every length, and each session would keep the largest: ten sessions
    /// of SpliceAI take 740 MB if it is kept and 200 MB if not, at the same speed.
    Freed,
}

/// A session of a network whose inputs and outputs are `ports`.
pub(super) fn open(file: &NetworkFile, to: Placement, ports: &Ports, memory: Memory) -> Result<Session> {
    let (name, device) = (&file.place, to.device);
    let runtime = runtime(device).map_err(|problem| library::not_found(problem, device).into_error(name))?;
    let commit = |mut builder: SessionBuilder| {
        // It maps the weights into memory.
        if let Some(on_disk) = &file.on_disk {
            return builder.commit_from_file(&on_disk.path).map_err(text);
        }
        for data in &file.data {
            builder = builder
                .with_external_initializer_file_in_memory(&data.name, std::sync::Arc::clone(&data.bytes))
                .map_err(text)?;
        }
        builder.commit_from_memory(&file.bytes).map_err(text)
    };
    let session = configured(runtime, to, memory, file.on_disk.is_some()).and_then(commit).map_err(|text| {
        let error = Error::model(name, short(&text));
        match device {
            Device::Cpu if lacks_operator(&text) => error.with_hint(NO_OPERATOR),
            Device::Cpu => error,
            Device::Cuda(_) => error.with_hint(format!(
                "this needs an NVIDIA GPU, its driver, and all of pip install 'onnxruntime-gpu[cuda,cudnn]' (if onnxruntime was installed after it, uninstall both first: they have the same files); found {}",
                runtime.path.display()
            )),
        }
    })?;
    ports.compare(name, &ports_of(&session))?;
    Ok(session)
}

fn configured(runtime: &Runtime, to: Placement, memory: Memory, is_large: bool) -> Result<SessionBuilder, String> {
    let mut builder = Session::builder(&runtime.environment)
        .map_err(text)?
        .with_optimization_level(GraphOptimizationLevel::All)
        .map_err(text)?
        .with_intra_threads(to.threads)
        .map_err(text)?
        .with_inter_threads(1)
        .map_err(text)?
        .with_intra_op_spinning(false)
        .map_err(text)?
        // Errors are returned as well; a run that is interrupted would print those of its last calls.
        .with_log_level(ort::logging::LogLevel::Fatal)
        .map_err(text)?;
    if let Device::Cuda(number) = to.device {
        let cuda = ort::ep::CUDA::default().with_device_id(number).with_tf32(false).build().error_on_failure();
        builder = builder
            .with_execution_providers([cuda])
            .map_err(|e| format!("device {} cannot be used: {e}", to.device))?;
    }
    if memory == Memory::Freed {
        let cpu = ort::ep::CPU::default().with_arena_allocator(false).build();
        builder = builder.with_execution_providers([cpu]).map_err(text)?;
        builder = builder.with_memory_pattern(false).map_err(text)?;
    }
    if is_large {
        // A plan is kept beside the memory of the first call: of a network of 312 MB, 831 MB instead of 684, at the same speed.
        builder = builder.with_memory_pattern(false).map_err(text)?;
    }
    Ok(builder)
}

/// Whether ONNX Runtime says that it does not know an operator, or has no code for its types.
fn lacks_operator(error: &str) -> bool {
    ["is not a registered function/op", "No Op registered for", "Could not find an implementation for"]
        .iter()
        .any(|what| error.contains(what))
}

fn text(error: impl fmt::Display) -> String {
    error.to_string()
}

/// The error of a call of this network.
pub(super) fn failed(name: &str) -> impl Fn(ort::Error) -> Error + '_ {
    move |error| Error::model(name, format!("ONNX Runtime: {}", short(&error.to_string())))
}

/// The error of an output that ONNX Runtime did not return.
pub(super) fn no_output(name: &str, output: &str) -> Error {
    Error::model(name, format!("its output {output} is missing"))
}

/// Inputs and outputs of a network.
pub(super) fn ports_of(session: &Session) -> Ports {
    Ports {
        inputs: session.inputs().iter().map(|o| port(o.name(), o.dtype())).collect(),
        outputs: session.outputs().iter().map(|o| port(o.name(), o.dtype())).collect(),
    }
}

fn port(name: &str, dtype: &ValueType) -> Port {
    let shape = dtype.tensor_shape().map(|shape| shape.iter().map(|&d| usize::try_from(d).ok()).collect());
    let number = match dtype.tensor_type() {
        Some(TensorElementType::Float32) => NumberType::F32,
        Some(TensorElementType::Int64) => NumberType::I64,
        Some(TensorElementType::Int32) => NumberType::I32,
        Some(TensorElementType::Uint8) => NumberType::U8,
        Some(TensorElementType::Float64) => NumberType::F64,
        Some(TensorElementType::Float16) => NumberType::F16,
        Some(TensorElementType::Bfloat16) => NumberType::Bf16,
        Some(TensorElementType::Int8) => NumberType::I8,
        Some(TensorElementType::Bool) => NumberType::Bool,
        _ => NumberType::Other,
    };
    Port { name: name.into(), number: Some(number), shape }
}

/// ONNX Runtime's messages begin with its own file names and line numbers: the first line without them.
fn short(error: &str) -> String {
    let line = error.lines().next().unwrap_or("unknown error").trim();
    let line = line.rsplit_once("] ").map_or(line, |(_, rest)| if rest.is_empty() { line } else { rest });
    let (operator, line) = line.split_once(" Status Message: ").map_or(("", line), |(before, rest)| (before, rest));
    let line =
        format!("{operator}{}{}", if operator.is_empty() { "" } else { ": " }, without_source(line).unwrap_or(line));
    line.chars().take(400).collect()
}

/// `/…/model.cc:256 onnxruntime::Model::Model(…) Problem` without the place and the function.
fn without_source(line: &str) -> Option<&str> {
    let (place, rest) = line.split_once(' ')?;
    let (file, number) = place.rsplit_once(':')?;
    if !(file.ends_with(".cc") || file.ends_with(".h")) || number.parse::<u32>().is_err() {
        return None;
    }
    let mut depth = 0;
    for (at, letter) in rest.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return Some(rest[at + 1..].trim_start()).filter(|rest| !rest.is_empty());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_lose_the_place_in_the_source() {
        let long = "/src/core/graph/model.cc:256 onnxruntime::Model::Model(onnx::ModelProto&&, const f(int)&) Unsupported model IR version: 14";
        assert_eq!(short(long), "Unsupported model IR version: 14");
        assert_eq!(short("Got invalid dimensions for input: x (2)"), "Got invalid dimensions for input: x (2)");
    }
}
