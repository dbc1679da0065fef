//! ONNX Runtime, loaded at run time: the only folder that uses the crate `ort`.
//!
//! `library` finds and loads the library, `cuda` what a GPU needs beside it, `session` makes a session of a network, and `windows`,
//! `changes` and `decoder` run the three kinds of networks. Each session computes on one thread, but for that of a large network, which has all of them. A device that is not there is an error.

mod changes;
mod cuda;
mod decoder;
mod library;
mod session;
mod windows;

pub(crate) use self::library::runtime;

use self::{changes::OrtChange, decoder::OrtDecoder, windows::OrtWindows};
use super::{
    device::Device,
    engine::{ChangeModel, Decoder, Engine, Found, NetworkFile, NotFound, Placement, WindowModel},
    ports::{CachePorts, ChangePorts, WindowPorts},
};
use crate::error::Result;

/// The engine ONNX Runtime.
#[derive(Debug)]
pub(crate) struct OnnxRuntime;

impl Engine for OnnxRuntime {
    fn name(&self) -> &'static str {
        "ort"
    }

    fn title(&self) -> &'static str {
        "ONNX Runtime"
    }

    fn summary(&self) -> &'static str {
        "ONNX Runtime"
    }

    fn runs_on(&self, _: Device) -> bool {
        true
    }

    fn find(&self, device: Device) -> Result<Found, NotFound> {
        let runtime = runtime(device).map_err(|problem| library::not_found(problem, device))?;
        Ok(Found {
            version: runtime.version.clone(),
            library: Some(runtime.path.clone()),
            passed_over: runtime.passed_over.clone(),
        })
    }

    fn reads_files(&self) -> bool {
        true
    }

    fn load_windows(&self, file: NetworkFile, ports: &WindowPorts, to: Placement) -> Result<Vec<Box<dyn WindowModel>>> {
        let load = |_| Ok(Box::new(OrtWindows::load(&file, to, ports)?) as Box<dyn WindowModel>);
        let loaded = (0..to.sessions).map(load).collect();
        file.on_disk.as_ref().map_or(Ok(()), |on_disk| on_disk.check_unchanged(&file.place))?;
        loaded
    }

    fn load_changes(
        &self,
        files: [NetworkFile; 2],
        ports: &ChangePorts,
        to: Placement,
    ) -> Result<Vec<Box<dyn ChangeModel>>> {
        let load = |_| Ok(Box::new(OrtChange::load(&files, to, ports)?) as Box<dyn ChangeModel>);
        (0..to.sessions).map(load).collect()
    }

    fn load_decoder(&self, file: NetworkFile, ports: &CachePorts, to: Placement) -> Result<Vec<Box<dyn Decoder>>> {
        let load = |_| Ok(Box::new(OrtDecoder::load(&file, to, ports)?) as Box<dyn Decoder>);
        (0..to.sessions).map(load).collect()
    }
}
