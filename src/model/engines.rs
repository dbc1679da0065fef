//! The engines that there are, and which of them runs a model.

use std::sync::LazyLock;

use clap::{ValueEnum, builder::PossibleValue};

use super::{
    device::Device,
    engine::{Engine, EngineReport, Found, NotFound},
};
use crate::error::{Error, Result};

/// All engines, in the order in which `--engine auto` prefers them. A new engine is a file and a line here.
pub(crate) static ENGINES: &[&dyn Engine] = &[
    &super::convnet::Convnet, // Networks of convolutions.
    &super::ort::OnnxRuntime, // Where its library is installed.
    &super::rten::Rten,       // Part of the program.
];

/// The engine that a user asks for: `--engine`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum EngineChoice {
    /// The first of [`ENGINES`] that is found, runs on the device, and takes the networks.
    Auto,
    /// This one.
    Named(&'static dyn Engine),
    /// This one, where it is faster than the engines after it: what [`Self::Auto`] asks of selective engines.
    IfFaster(&'static dyn Engine),
}

impl ValueEnum for EngineChoice {
    fn value_variants<'a>() -> &'a [Self] {
        static CHOICES: LazyLock<Vec<EngineChoice>> = LazyLock::new(|| {
            std::iter::once(EngineChoice::Auto).chain(ENGINES.iter().copied().map(EngineChoice::Named)).collect()
        });
        &CHOICES
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Auto => {
                let title = |selective: bool| {
                    let own = ENGINES.iter().filter(move |engine| engine.is_selective() == selective);
                    own.map(|engine| engine.title()).collect::<Vec<_>>()
                };
                let (selective, others) = (title(true).join(" or "), title(false).join(" if it is found, else "));
                PossibleValue::new("auto").help(format!("{selective} for networks that it runs faster; {others}"))
            }
            Self::Named(engine) | Self::IfFaster(engine) => PossibleValue::new(engine.name()).help(engine.summary()),
        })
    }
}

/// The engine that runs a model, and where.
pub(super) struct Chosen {
    pub(super) engine: &'static dyn Engine,
    /// For [`super::engine::Placement`].
    pub(super) only_if_faster: bool,
    /// For the manifest.
    pub(super) report: EngineReport,
}

impl Chosen {
    fn new(engine: &'static dyn Engine, found: Found, device: Device) -> Self {
        let (title, version) = (engine.title().into(), found.version);
        let report = EngineReport { engine: title, version, device: device.to_string() };
        Self { engine, only_if_faster: false, report }
    }

    fn if_faster(self) -> Self {
        Self { only_if_faster: true, ..self }
    }
}

impl EngineChoice {
    /// Loads networks with the first engine that can: of [`Self::Auto`], a selective engine is passed over where the networks are not
    /// of its kind, or no faster. Messages call the model `model`.
    pub(super) fn first_that_loads<T>(
        self,
        model: &str,
        device: Device,
        load: impl Fn(Chosen) -> Result<T>,
    ) -> Result<T> {
        if matches!(self, Self::Auto) {
            for engine in ENGINES.iter().copied().filter(|engine| engine.is_selective() && engine.runs_on(device)) {
                // What is wrong with a folder is said by the engine after it.
                if let Ok(loaded) = Self::IfFaster(engine).choose(model, device).and_then(&load) {
                    return Ok(loaded);
                }
            }
        }
        load(self.choose(model, device)?)
    }

    /// The engine that runs networks of all kinds. Messages call the model `model`.
    pub(super) fn choose(self, model: &str, device: Device) -> Result<Chosen> {
        match self {
            Self::Named(engine) | Self::IfFaster(engine) if !engine.runs_on(device) => {
                Err(Error::usage(format!("--engine {} runs on the CPU only", engine.name()))
                    .with_hint("omit --engine or --device"))
            }
            Self::Named(engine) => {
                let found = engine.find(device).map_err(|missing| missing.into_error(model))?;
                Ok(Chosen::new(engine, found, device))
            }
            Self::IfFaster(engine) => Ok(Self::Named(engine).choose(model, device)?.if_faster()),
            Self::Auto => first_found(model, device),
        }
    }
}

fn first_found(model: &str, device: Device) -> Result<Chosen> {
    let mut missing = Vec::new();
    let all_kinds = |engine: &&dyn Engine| !engine.is_selective() && engine.runs_on(device);
    for engine in ENGINES.iter().copied().filter(all_kinds) {
        match engine.find(device) {
            Ok(found) => {
                missing.iter().for_each(|missing| log_replaced(missing, engine));
                return Ok(Chosen::new(engine, found, device));
            }
            Err(problem) => missing.push(problem),
        }
    }
    let first = missing.into_iter().next().ok_or_else(|| Error::usage(format!("no engine runs on {device}")))?;
    Err(first.into_error(model))
}

/// A library that the user named and that does not load is a mistake; an absent one is not.
fn log_replaced(missing: &NotFound, engine: &dyn Engine) {
    let (problem, title) = (&missing.problem, engine.title());
    if missing.was_named {
        tracing::warn!("{problem}; {title} runs instead");
    } else {
        tracing::info!("{problem}; {title} runs instead");
    }
}

/// Which engine would run a model, and where. Messages call the model `model`.
pub(crate) fn report(model: &str, choice: EngineChoice, device: Device) -> Result<EngineReport> {
    Ok(choice.choose(model, device)?.report)
}
