//! What the built-in models take, for plans without a sample; and which of them are cheaper.

use std::ffi::OsString;

use super::{
    sample::{Measured, Spent},
    settings::PlanSettings,
    work::Work,
};
use crate::genome::interval::commas;

/// Where the constants were measured, by benches/plan.py: beside other work, so that they are rather too large than too small.
pub(super) const MACHINE: &str = "one busy core (AMD EPYC); a sample is better";

/// Processor time of a model, in milliseconds: for a window of a scan, and for an allele.
struct Constants {
    model: &'static str,
    scan: f64,
    variant: f64,
}

const fn constants(model: &'static str, scan: f64, variant: f64) -> Constants {
    Constants { model, scan, variant }
}

/// The built-in models. Reads have no constants: how many windows they have depends on their lengths.
const KNOWN: &[Constants] = &[
    constants("human", 24.2, 12.5),
    constants("splice-window", 0.653, 1.1),
    constants("core-promoter", 0.962, 4.4),
    constants("proximal-promoter", 1.1, 1.9),
    constants("promoter-nontata", 1.8, 6.8),
    constants("tf-human", 1.9, 2.5),
    constants("tf-mouse", 1.6, 3.9),
    constants("regulatory", 3.3, 4.6),
    constants("gene", 0.958, 2.8),
    constants("reading-frame", 1.0, 2.2),
];

/// Seconds to start a run.
const START: f64 = 0.1;

fn milliseconds(known: &Constants, command: &str) -> Option<f64> {
    match command {
        "scan" => Some(known.scan),
        "variants" => Some(known.variant),
        _ => None,
    }
}

/// Options without which the constants do not hold: those that change how many windows are run, or what is run.
const CHANGING: &[&str] = &["--stride", "--window", "--overlap", "--genes", "--device", "--engine"];

/// What a run takes by the constants; `None` for a model, or an option, that they are not for.
pub(super) fn of(settings: &PlanSettings, work: &Work) -> Option<Measured> {
    let changes = |word: &OsString| CHANGING.iter().any(|option| word.to_string_lossy().starts_with(option));
    if settings.options.iter().any(changes) {
        return None;
    }
    let known = KNOWN.iter().find(|known| known.model == settings.model)?;
    let cpu = milliseconds(known, work.command)? / 1000.0;
    let threads = settings
        .threads
        .map_or_else(|| std::thread::available_parallelism().map_or(1, |count| count.get() as u64), u64::from);
    let unit = Spent { cpu, wall: cpu / threads as f64, bytes: 0.0 };
    let start = Spent { cpu: START, wall: START, bytes: 0.0 };
    Some(Measured { threads, start, unit, ..Measured::default() })
}

/// What a run of so many seconds of processor time costs, and the models that take less.
pub(super) fn advice(settings: &PlanSettings, work: &Work, cpu: f64) -> String {
    let hours = |seconds: f64| commas((seconds / 3600.0).round() as u64);
    let mut text =
        format!("{} CPU-hours are needed for {} {} with {}", hours(cpu), commas(work.total), work.unit, settings.model);
    // An allele is an allele for every model; windows of a scan are not.
    let own = KNOWN.iter().find(|known| known.model == settings.model).map(|known| known.variant);
    let cheaper: Vec<String> = KNOWN
        .iter()
        .filter_map(|known| {
            let share = known.variant / own?;
            (work.command == "variants" && share < 0.5).then(|| format!("{} {}", known.model, hours(cpu * share)))
        })
        .collect();
    if !cheaper.is_empty() {
        text += &format!("; models that answer less take less, in CPU-hours: {}", cheaper.join(", "));
    }
    if work.command == "variants" {
        text += "; -R BED scores only the variants of regions, for example of genes";
    }
    text
}
