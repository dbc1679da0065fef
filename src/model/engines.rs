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
    &super::ort::OnnxRuntime, // Where its library is installed.
    &super::rten::Rten,       // Part of the program.
];

/// The engine that a user asks for: `--engine`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum EngineChoice {
    /// The first of [`ENGINES`] that is found and runs on the device.
    Auto,
    /// This one.
    Named(&'static dyn Engine),
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
                let titles =
                    ENGINES.iter().map(|engine| engine.title()).collect::<Vec<_>>().join(" if it is found, else ");
                PossibleValue::new("auto").help(titles)
            }
            Self::Named(engine) => PossibleValue::new(engine.name()).help(engine.summary()),
        })
    }
}

/// The engine that runs a model, and where.
pub(super) struct Chosen {
    pub(super) engine: &'static dyn Engine,
    /// For the manifest.
    pub(super) report: EngineReport,
}

impl Chosen {
    fn new(engine: &'static dyn Engine, found: Found, device: Device) -> Self {
        let (title, version) = (engine.title().into(), found.version);
        Self { engine, report: EngineReport { engine: title, version, device: device.to_string() } }
    }
}

impl EngineChoice {
    /// The engine itself. Messages call the model `model`.
    pub(super) fn choose(self, model: &str, device: Device) -> Result<Chosen> {
        match self {
            Self::Named(engine) if !engine.runs_on(device) => {
                Err(Error::usage(format!("--engine {} runs on the CPU only", engine.name()))
                    .with_hint("omit --engine or --device"))
            }
            Self::Named(engine) => {
                let found = engine.find(device).map_err(|missing| missing.into_error(model))?;
                Ok(Chosen::new(engine, found, device))
            }
            Self::Auto => first_found(model, device),
        }
    }
}

fn first_found(model: &str, device: Device) -> Result<Chosen> {
    let mut missing = Vec::new();
    for engine in ENGINES.iter().copied().filter(|engine| engine.runs_on(device)) {
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
