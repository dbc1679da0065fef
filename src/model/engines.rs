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

/// Whether [`EngineChoice::Auto`] tries selective engines first.
///
/// Not yet: of 1,500 variants that convnet and ONNX Runtime scored by SpliceAI, one differs in the position of a loss of 0.00 (spliceai
/// 1.3.1 says what convnet says). Users ask for convnet by name until more of them are compared.
pub(super) const AUTO_IS_SELECTIVE: bool = false;

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
                let titles = ENGINES.iter().filter(|engine| !engine.is_selective()).map(|engine| engine.title());
                let titles = titles.collect::<Vec<_>>().join(" if it is found, else ");
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
    /// Loads networks with the first engine that can: of [`Self::Auto`], a selective engine is passed over where the networks are not
    /// of its kind. Messages call the model `model`.
    pub(super) fn first_that_loads<T>(
        self,
        model: &str,
        device: Device,
        load: impl Fn(Chosen) -> Result<T>,
    ) -> Result<T> {
        if AUTO_IS_SELECTIVE && matches!(self, Self::Auto) {
            for engine in ENGINES.iter().copied().filter(|engine| engine.is_selective() && engine.runs_on(device)) {
                let Ok(found) = engine.find(device) else { continue };
                match load(Chosen::new(engine, found, device)) {
                    Ok(loaded) => return Ok(loaded),
                    Err(error) => tracing::debug!("{} is not used: {error}", engine.title()),
                }
            }
        }
        load(self.choose(model, device)?)
    }

    /// The engine that runs networks of all kinds. Messages call the model `model`.
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
