//! Networks that score windows, in ONNX Runtime.

use std::borrow::Cow;

use half::{bf16, f16};
use ort::{
    session::{Session, SessionInputValue},
    value::{DynValue, PrimitiveTensorElementType, Tensor, TensorElementType, TensorRef},
};

use super::session::{Memory, failed, no_output, open, ports_of};
use crate::{
    batch::{Data, Input},
    error::Result,
    model::{
        engine::{NetworkFile, Placement, WindowModel},
        ports::{NumberType, Port, WindowPorts},
    },
};

pub(super) struct OrtWindows {
    session: Session,
    rows: Option<usize>,
    name: String,
    /// Names of the inputs, and their number types in the network.
    inputs: Vec<(String, NumberType)>,
    outputs: Vec<String>,
}

impl OrtWindows {
    pub(super) fn load(file: &NetworkFile, to: Placement, ports: &WindowPorts) -> Result<Self> {
        let session = open(file, to, &ports.all, Memory::Kept)?;
        let found = ports_of(&session);
        let input = |port: &Port| {
            let own = found.inputs.iter().find(|own| own.name == port.name).and_then(|own| own.number);
            (port.name.clone(), own.or(port.number).unwrap_or(NumberType::Other))
        };
        Ok(Self {
            rows: found.rows(),
            name: file.place.clone(),
            inputs: ports.all.inputs.iter().map(input).collect(),
            outputs: ports.all.outputs.iter().map(|port| port.name.clone()).collect(),
            session,
        })
    }
}

/// An input in the number type of the network.
fn value<'a>(input: Input<'a>, number: NumberType) -> ort::Result<SessionInputValue<'a>> {
    let Input { shape, data } = input;
    match (data, number) {
        (Data::F32(values), NumberType::F32) => Ok(TensorRef::from_array_view((shape, values))?.into()),
        (Data::I64(values), NumberType::I64) => Ok(TensorRef::from_array_view((shape, values))?.into()),
        (Data::I32(values), NumberType::I32) => Ok(TensorRef::from_array_view((shape, values))?.into()),
        (Data::U8(values), NumberType::U8) => Ok(TensorRef::from_array_view((shape, values))?.into()),
        (data, NumberType::F32) => owned(shape, data.converted(|value| value as f32)),
        (data, NumberType::F64) => owned(shape, data.converted(|value| value)),
        (data, NumberType::F16) => owned(shape, data.converted(f16::from_f64)),
        (data, NumberType::Bf16) => owned(shape, data.converted(bf16::from_f64)),
        (data, NumberType::I32) => owned(shape, data.converted(|value| value as i32)),
        (data, NumberType::U8) => owned(shape, data.converted(|value| value as u8)),
        (data, NumberType::I8) => owned(shape, data.converted(|value| value as i8)),
        (data, NumberType::Bool) => owned(shape, data.converted(|value| value != 0.0)),
        (data, NumberType::I64 | NumberType::Other) => owned(shape, data.converted(|value| value as i64)),
    }
}

fn owned<T: PrimitiveTensorElementType + Clone + std::fmt::Debug + 'static>(
    shape: &[usize],
    values: Vec<T>,
) -> ort::Result<SessionInputValue<'static>> {
    Ok(Tensor::from_array((shape, values))?.into())
}

/// The values of an output, of any type of float, in 32 bits.
fn floats(output: &DynValue) -> ort::Result<Vec<f32>> {
    match output.dtype().tensor_type() {
        Some(TensorElementType::Float64) => {
            Ok(output.try_extract_tensor::<f64>()?.1.iter().map(|&value| value as f32).collect())
        }
        Some(TensorElementType::Float16) => {
            Ok(output.try_extract_tensor::<f16>()?.1.iter().map(|value| value.to_f32()).collect())
        }
        Some(TensorElementType::Bfloat16) => {
            Ok(output.try_extract_tensor::<bf16>()?.1.iter().map(|value| value.to_f32()).collect())
        }
        _ => Ok(output.try_extract_tensor::<f32>()?.1.to_vec()),
    }
}

impl WindowModel for OrtWindows {
    fn rows(&self) -> Option<usize> {
        self.rows
    }

    fn run(&mut self, inputs: &[Input<'_>]) -> Result<Vec<Vec<f32>>> {
        let failed = failed(&self.name);
        let named = self.inputs.iter().zip(inputs);
        let inputs = named
            .map(|((name, number), input)| Ok((Cow::Borrowed(name.as_str()), value(*input, *number).map_err(&failed)?)))
            .collect::<Result<Vec<_>>>()?;
        let outputs = self.session.run(inputs).map_err(&failed)?;
        let values = |name: &String| {
            let output = outputs.get(name).ok_or_else(|| no_output(&self.name, name))?;
            floats(output).map_err(&failed)
        };
        self.outputs.iter().map(values).collect()
    }
}
