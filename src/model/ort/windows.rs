//! Networks that score windows, in ONNX Runtime.

use std::borrow::Cow;

use ort::{
    session::{Session, SessionInputValue},
    value::TensorRef,
};

use super::session::{Memory, failed, open, ports_of};
use crate::{
    batch::Data,
    error::Result,
    model::{
        device::Device,
        engine::{NetworkFile, WindowModel},
        ports::WindowPorts,
    },
};

pub(super) struct OrtWindows {
    session: Session,
    rows: Option<usize>,
    name: String,
    ports: WindowPorts,
}

impl OrtWindows {
    pub(super) fn load(file: &NetworkFile, device: Device, ports: &WindowPorts) -> Result<Self> {
        let session = open(file, device, &ports.all, Memory::Kept)?;
        let rows = ports_of(&session).rows();
        Ok(Self { session, rows, name: file.place.clone(), ports: ports.clone() })
    }
}

impl WindowModel for OrtWindows {
    fn rows(&self) -> Option<usize> {
        self.rows
    }

    fn run(&mut self, shape: &[usize], input: Data<'_>, mask: Option<&[i64]>) -> Result<Vec<Vec<f32>>> {
        let failed = failed(&self.name);
        let sequence: SessionInputValue<'_> = match input {
            Data::F32(values) => TensorRef::from_array_view((shape, values)).map_err(&failed)?.into(),
            Data::I64(values) => TensorRef::from_array_view((shape, values)).map_err(&failed)?.into(),
            Data::I32(values) => TensorRef::from_array_view((shape, values)).map_err(&failed)?.into(),
            Data::U8(values) => TensorRef::from_array_view((shape, values)).map_err(&failed)?.into(),
        };
        let mut inputs: Vec<(Cow<'_, str>, SessionInputValue<'_>)> =
            vec![(Cow::Borrowed(self.ports.input.as_str()), sequence)];
        if let (Some(name), Some(mask)) = (&self.ports.mask, mask) {
            let mask = TensorRef::from_array_view((shape, mask)).map_err(&failed)?;
            inputs.push((Cow::Borrowed(name), mask.into()));
        }
        let zeros;
        if let Some(name) = &self.ports.types {
            zeros = vec![0i64; shape.iter().product()];
            let types = TensorRef::from_array_view((shape, zeros.as_slice())).map_err(&failed)?;
            inputs.push((Cow::Borrowed(name), types.into()));
        }
        let outputs = self.session.run(inputs).map_err(&failed)?;
        let values = |name: &str| Ok(outputs[name].try_extract_tensor::<f32>().map_err(&failed)?.1.to_vec());
        self.ports.all.outputs.iter().map(|port| values(&port.name)).collect()
    }
}
