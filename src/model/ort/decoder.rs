//! Decoder-only networks with a key–value cache, in ONNX Runtime. The cache stays on the device: the outputs of a step are bound as
//! the inputs of the next one.

use ort::{
    memory::{AllocationDevice, Allocator, AllocatorType, MemoryInfo, MemoryType},
    session::IoBinding,
    session::Session,
    value::{DynValue, Tensor},
};

use super::session::{Memory, failed, no_output, open};
use crate::{
    error::{Error, Result},
    model::{
        device::Device,
        engine::{Decoder, NetworkFile, Placement, append_last, no_hidden, reordered},
        ports::CachePorts,
    },
};

pub(super) struct OrtDecoder {
    session: Session,
    name: String,
    ports: CachePorts,
    cache: Vec<DynValue>,
    rows: usize,
    cache_memory: MemoryInfo<'static>,
    logits_memory: MemoryInfo<'static>,
}

impl OrtDecoder {
    pub(super) fn load(file: &NetworkFile, to: Placement, ports: &CachePorts) -> Result<Self> {
        let session = open(file, to, &ports.all, Memory::Kept)?;
        let memory = |device: Device| {
            let (device, number) = match device {
                Device::Cpu => (AllocationDevice::CPU, 0),
                Device::Cuda(number) => (AllocationDevice::CUDA, number),
            };
            MemoryInfo::new(device, number, AllocatorType::Device, MemoryType::Default).map_err(failed(&file.place))
        };
        let (cache_memory, logits_memory) = (memory(to.device)?, memory(Device::Cpu)?);
        let name = file.place.clone();
        Ok(Self { session, name, ports: ports.clone(), cache: Vec::new(), rows: 0, cache_memory, logits_memory })
    }

    /// A call with all inputs, the cache among them.
    fn bound(&self, ids: &[i64], positions: &[i64], mask: &[i64]) -> Result<IoBinding> {
        let failed = failed(&self.name);
        let (new, all) = (ids.len() / self.rows, mask.len() / self.rows);
        let mut binding = self.session.create_binding().map_err(&failed)?;
        let tensor =
            |values: &[i64], tokens: usize| Tensor::from_array(([self.rows, tokens], values.to_vec())).map_err(&failed);
        binding.bind_input(&self.ports.ids, &tensor(ids, new)?).map_err(&failed)?;
        binding.bind_input(&self.ports.mask, &tensor(mask, all)?).map_err(&failed)?;
        if let Some(name) = &self.ports.positions {
            binding.bind_input(name, &tensor(positions, new)?).map_err(&failed)?;
        }
        for (name, value) in self.ports.past.iter().zip(&self.cache) {
            binding.bind_input(name, value).map_err(&failed)?;
        }
        Ok(binding)
    }

    fn tensor(&self, tokens: usize, values: Vec<f32>) -> Result<DynValue> {
        let shape = [self.rows, self.ports.heads, tokens, self.ports.head_width];
        // ONNX Runtime takes a tensor without values only from its own memory.
        let tensor = if values.is_empty() {
            Tensor::<f32>::new(&Allocator::default(), shape)
        } else {
            Tensor::from_array((shape, values))
        };
        Ok(tensor.map_err(failed(&self.name))?.into_dyn())
    }
}

impl Decoder for OrtDecoder {
    fn start(&mut self, rows: usize) -> Result<()> {
        self.rows = rows;
        self.cache = (0..self.ports.past.len()).map(|_| self.tensor(0, Vec::new())).collect::<Result<_>>()?;
        Ok(())
    }

    fn step(&mut self, ids: &[i64], positions: &[i64], mask: &[i64], logits: &mut Vec<f32>) -> Result<()> {
        let failed = failed(&self.name);
        let new = ids.len() / self.rows;
        let mut binding = self.bound(ids, positions, mask)?;
        binding.bind_output_to_device(&self.ports.logits, &self.logits_memory).map_err(&failed)?;
        for name in &self.ports.present {
            binding.bind_output_to_device(name, &self.cache_memory).map_err(&failed)?;
        }
        let mut outputs = self.session.run_binding(&binding).map_err(&failed)?;
        let (shape, values) = outputs[self.ports.logits.as_str()].try_extract_tensor::<f32>().map_err(&failed)?;
        append_last(values, self.rows, shape.get(1).map_or(new, |&tokens| tokens as usize), logits);
        let mut cache = Vec::with_capacity(self.cache.len());
        for present in &self.ports.present {
            cache.push(outputs.remove(present).ok_or_else(|| no_output(&self.name, present))?);
        }
        drop(outputs);
        self.cache = cache;
        Ok(())
    }

    fn hidden(&mut self, ids: &[i64], positions: &[i64], mask: &[i64], states: &mut Vec<f32>) -> Result<()> {
        let failed = failed(&self.name);
        let output = self.ports.hidden.as_deref().ok_or_else(|| no_hidden(&self.name))?;
        let mut binding = self.bound(ids, positions, mask)?;
        binding.bind_output_to_device(output, &self.logits_memory).map_err(&failed)?;
        let outputs = self.session.run_binding(&binding).map_err(&failed)?;
        let (_, values) = outputs[output].try_extract_tensor::<f32>().map_err(&failed)?;
        states.extend_from_slice(values);
        Ok(())
    }

    fn reorder(&mut self, from: &[usize]) -> Result<()> {
        if from.iter().enumerate().all(|(row, &source)| row == source) {
            return Ok(());
        }
        if !self.cache_memory.is_cpu_accessible() {
            return Err(
                Error::model(&self.name, "beam search runs on the CPU only").with_hint("omit --beams or --device")
            );
        }
        let mut cache = Vec::with_capacity(self.cache.len());
        for value in &self.cache {
            let (shape, values) = value.try_extract_tensor::<f32>().map_err(failed(&self.name))?;
            cache.push(self.tensor(shape[2] as usize, reordered(values, self.rows, from))?);
        }
        self.cache = cache;
        Ok(())
    }
}
