//! An engine whose networks return zeros: the time of a run without the network.

use super::{
    device::Device,
    engine::{ChangeModel, Decoder, Engine, Found, NetworkFile, NotFound, Placement, WindowModel},
    ports::{CachePorts, ChangePorts, WindowPorts},
};
use crate::{
    batch::Data,
    error::{Error, Result},
};

/// The engine.
#[derive(Debug)]
pub struct Zeros;

impl Engine for Zeros {
    fn name(&self) -> &'static str {
        "zeros"
    }

    fn title(&self) -> &'static str {
        "zeros"
    }

    fn summary(&self) -> &'static str {
        "No network: all logits are 0"
    }

    fn runs_on(&self, _: Device) -> bool {
        true
    }

    fn find(&self) -> Result<Found, NotFound> {
        Ok(Found { version: env!("CARGO_PKG_VERSION").into(), library: None, passed_over: Vec::new() })
    }

    fn load_windows(&self, _: NetworkFile, ports: &WindowPorts, to: Placement) -> Result<Vec<Box<dyn WindowModel>>> {
        let width = |shape: &Vec<Option<usize>>| shape.iter().skip(1).map(|axis| axis.unwrap_or(1)).product();
        let outputs = &ports.all.outputs;
        let widths: Vec<usize> = outputs.iter().map(|port| port.shape.as_ref().map_or(1, width)).collect();
        Ok((0..to.sessions).map(|_| Box::new(Heads(widths.clone())) as Box<dyn WindowModel>).collect())
    }

    fn load_changes(&self, _: [NetworkFile; 2], _: &ChangePorts, _: Placement) -> Result<Vec<Box<dyn ChangeModel>>> {
        Err(Error::usage("--engine zeros runs models of windows only"))
    }

    fn load_decoder(&self, _: NetworkFile, _: &CachePorts, _: Placement) -> Result<Vec<Box<dyn Decoder>>> {
        Err(Error::usage("--engine zeros runs models of windows only"))
    }
}

/// Values per row of each head.
struct Heads(Vec<usize>);

impl WindowModel for Heads {
    fn run(&mut self, shape: &[usize], _: Data<'_>, _: Option<&[i64]>) -> Result<Vec<Vec<f32>>> {
        Ok(self.0.iter().map(|width| vec![0.0; shape[0] * width]).collect())
    }

    fn rows(&self) -> Option<usize> {
        None
    }
}
