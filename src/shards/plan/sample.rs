//! A sample of the work: this program runs a part of it, to measure speed, memory and size of the output.

use std::{path::Path, process::Command, time::Instant};

use serde_json::Value;

use super::{settings::PlanSettings, work::Work};
use crate::{
    child,
    error::{Error, Result},
    output::{manifest::Manifest, temporary::TemporaryFolder},
    shards::territory::{Cuts, Shard},
};

/// What the sample took.
pub(super) struct Measured {
    /// Threads of the run.
    pub(super) threads: u64,
    /// Seconds before the first unit.
    pub(super) start: f64,
    /// Seconds per unit of work.
    pub(super) seconds: f64,
    /// Bytes of output per unit of work.
    pub(super) bytes: f64,
    /// Peak memory of the process, in bytes.
    pub(super) memory: Option<f64>,
}

/// Runs this program on a part from the middle of the work: larger and larger ones, until it takes a second. `total`: units of
/// the whole work.
pub(super) fn measure(settings: &PlanSettings, work: &Work, total: u64) -> Result<Measured> {
    let program = std::env::current_exe().map_err(|error| Error::Internal(format!("this program: {error}")))?;
    let folder = TemporaryFolder::make_in(&std::env::temp_dir(), "genogloss-plan-")?;
    let (bed, output) = (folder.path().join("sample.bed"), folder.path().join("sample"));
    let mut units = 64;
    loop {
        let count = u32::try_from((total / units).clamp(1, 1_000_000)).unwrap_or(1);
        let cuts = Cuts::of(&work.contigs, work.step, &work.pieces, count);
        let shard = Shard { index: count / 2 + 1, count };
        std::fs::write(&bed, cuts.territory(shard.index).to_bed()).map_err(|e| Error::write(bed.display(), &e))?;
        let begun = Instant::now();
        run(&mut command(settings, work, &program, &bed, &output))?;
        let all = begun.elapsed().as_secs_f64();
        let bytes = std::fs::read(Manifest::path(&output)).map_err(|e| Error::read(&output, &e))?;
        let manifest: Value = serde_json::from_slice(&bytes).map_err(|e| Error::Internal(e.to_string()))?;
        let number = |path: &[&str]| path.iter().fold(&manifest, |value, key| &value[*key]).as_f64();
        let wall = number(&["seconds", "wall"]).unwrap_or(0.0);
        let done = number(&["counts", "queries"]).unwrap_or(0.0);
        if (wall < 1.0 && units < total && count > 1) || done == 0.0 && count > 1 {
            units *= 8;
            continue;
        }
        let size = std::fs::metadata(&output).map_or(0, |m| m.len());
        return Ok(Measured {
            threads: manifest["threads"].as_u64().unwrap_or(1),
            start: (all - wall).max(0.0),
            seconds: wall / done.max(1.0),
            bytes: size as f64 / done.max(1.0),
            memory: number(&["peak_memory_bytes"]),
        });
    }
}

/// The command line of the sample.
fn command(settings: &PlanSettings, work: &Work, program: &Path, bed: &Path, output: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg(work.command).arg(&settings.input).arg("--model").arg(&settings.model).arg("--shard").arg(bed);
    command.arg("--output").arg(output).arg("--quiet");
    if let Some(folder) = &settings.models_dir {
        command.arg("--models-dir").arg(folder);
    }
    if let Some(reference) = &settings.reference {
        command.arg("--reference").arg(reference);
    }
    if let Some(aliases) = settings.contig_aliases.as_ref().filter(|_| work.command == "variants") {
        command.arg("--contig-aliases").arg(aliases);
    }
    for (name, value) in [("--stride", settings.stride), ("--window", settings.window)] {
        if let Some(value) = value.filter(|_| work.command != "variants") {
            command.arg(name).arg(value.to_string());
        }
    }
    if let Some(threads) = settings.threads {
        command.arg("--threads").arg(threads.to_string());
    }
    command.args(&settings.more);
    command
}

/// Runs the sample to its end; its error message becomes the error.
fn run(command: &mut Command) -> Result<()> {
    let ended = child::run(command)?.map_err(|error| Error::Internal(format!("the sample: {error}")))?;
    if ended.status.success() {
        return Ok(());
    }
    let message = ended.stderr.trim();
    let message = message.strip_prefix("error: ").unwrap_or(message);
    Err(Error::input("the sample", message.replace('\n', "; "))
        .with_hint("options of the run go after --; --no-sample makes the plan without a sample"))
}
