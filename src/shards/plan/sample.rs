//! A sample of the work: this program runs it, in two sizes or more, to tell what every run takes from what every unit takes.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use serde_json::Value;

use super::{
    draw::{Drawn, STRETCHES, Size, draw},
    settings::PlanSettings,
    work::{Places, Work},
};
use crate::{
    address::is_address,
    child,
    error::{Error, Result},
    genome::Contigs,
    output::temporary::TemporaryFolder,
    read,
    shards::territory::{Cuts, RECORDS},
};

/// What is spent: processor time and time on the clock, in seconds, and bytes of output.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Spent {
    pub(super) cpu: f64,
    pub(super) wall: f64,
    pub(super) bytes: f64,
}

/// What a run takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Measured {
    /// Threads of the run.
    pub(super) threads: u64,
    /// To start.
    pub(super) start: Spent,
    /// For each unit of work.
    pub(super) unit: Spent,
    /// For each unit that belongs to another shard, where a shard reads the whole file.
    pub(super) passing: Spent,
    /// Peak memory of the process, in bytes.
    pub(super) memory: Option<u64>,
    /// Units of the largest sample.
    pub(super) count: u64,
}

/// A sample is large enough if it took so many seconds of processor time more than the one before.
const ENOUGH: f64 = 1.5;

/// No larger sample is run after one that would have taken so many seconds on an idle machine, or took so many on this one.
const LONG: f64 = 3.0;
const TOO_LONG: f64 = 20.0;

/// Windows, and bytes, of a batch on its way through the pipeline: what a sample that is too small to fill it does not show. The bytes are
/// those of 256 kb of bases, one-hot, with half as much for scores and records.
const BATCH: u64 = 256;
const BATCH_BYTES: u64 = 6 << 20;

/// Seconds that a start waits for the disk.
const START_WAITS: f64 = 0.05;

/// A run of a sample.
struct Run {
    count: u64,
    spent: Spent,
    threads: u64,
    memory: Option<u64>,
}

impl Run {
    fn is_long(&self) -> bool {
        self.spent.cpu / self.threads.max(1) as f64 > LONG || self.spent.wall > TOO_LONG
    }

    /// Peak memory of a run of so many units with the same threads.
    fn memory_of(&self, units: u64) -> Option<u64> {
        let batches = 4 * self.threads + 2;
        let filled = batches * BATCH;
        let missing = units.min(filled).saturating_sub(self.count);
        Some(self.memory? + BATCH_BYTES * batches * missing / filled)
    }
}

/// Runs samples: larger and larger ones.
pub(super) fn measure(settings: &PlanSettings, work: &Work) -> Result<Option<Measured>> {
    let whole_contigs = settings.command == "scan" && settings.window.is_none() && settings.model != "exact:gc";
    if whole_contigs && settings.model.starts_with("exact:") {
        tracing::warn!("{} answers for whole contigs, of which no sample is run: nothing is estimated", settings.model);
        return Ok(None);
    }
    let program = std::env::current_exe().map_err(|error| Error::Internal(format!("this program: {error}")))?;
    let folder = TemporaryFolder::make_in(&std::env::temp_dir(), "genogloss-plan-")?;
    let drawn = draw(settings, work, folder.path())?;
    let sampler = Sampler { settings, work, drawn: &drawn, program, folder: folder.path() };
    let largest = drawn.count(Size { each: usize::MAX, every: 1 });
    if largest == 0 {
        return Ok(None);
    }
    // Quarters of the first size, if that is slow.
    let mut size = Size { each: 1, every: 1 };
    let first = sampler.run(size, false)?;
    let (mut small, mut large) = if first.is_long() || first.count == largest {
        (sampler.run(Size { every: STRETCHES as usize / 6, ..size }, false)?, first)
    } else {
        (Run { count: 0, spent: Spent::default(), threads: 0, memory: None }, first)
    };
    while large.count < largest && (small.count == 0 || large.spent.cpu - small.spent.cpu < ENOUGH) && !large.is_long()
    {
        size.each *= 4;
        small = std::mem::replace(&mut large, sampler.run(size, false)?);
    }
    let passing = if work.through { sampler.run(size, true)?.spent } else { Spent::default() };
    let mut measured = fit(&small, &large, passing, &drawn, work.through);
    if !is_address(&settings.input) {
        // A start takes hardly longer than its processor time: what is more are the other programs of this machine.
        measured.start.wall = measured.start.wall.min(measured.start.cpu + START_WAITS);
    }
    Ok(Some(Measured { memory: large.memory_of(work.total).max(small.memory), ..measured }))
}

/// A line through two runs.
fn fit(small: &Run, large: &Run, passing: Spent, drawn: &Drawn, through: bool) -> Measured {
    let more = large.count.saturating_sub(small.count) as f64;
    let slope = |of: fn(&Spent) -> f64| {
        let slope = if more > 0.0 { (of(&large.spent) - of(&small.spent)) / more } else { 0.0 };
        // Noise must not make work free.
        slope.clamp(0.0, of(&large.spent) / large.count.max(1) as f64)
    };
    let mut unit = Spent { cpu: slope(|s| s.cpu), wall: slope(|s| s.wall), bytes: slope(|s| s.bytes) };
    let rest = |of: fn(&Spent) -> f64, unit: f64| (of(&large.spent) - unit * large.count as f64).max(0.0);
    let start = Spent {
        cpu: rest(|s| s.cpu, unit.cpu),
        wall: rest(|s| s.wall, unit.wall),
        bytes: rest(|s| s.bytes, unit.bytes),
    };
    let each =
        |spent: f64, start: f64| if through { (spent - start).max(0.0) / large.count.max(1) as f64 } else { 0.0 };
    let mut passing = Spent { cpu: each(passing.cpu, start.cpu), wall: each(passing.wall, start.wall), bytes: 0.0 };
    if let Drawn::Records(records) = drawn {
        unit.cpu += records.decoding;
        // Decoding goes on beside the model.
        unit.wall = unit.wall.max(records.decoding);
        if through {
            passing.cpu += records.decoding;
            passing.wall += records.decoding;
        }
    }
    Measured {
        threads: large.threads,
        start,
        unit,
        passing,
        memory: large.memory.max(small.memory),
        count: large.count,
    }
}

/// Runs this program on samples.
struct Sampler<'a> {
    settings: &'a PlanSettings,
    work: &'a Work,
    drawn: &'a Drawn,
    program: PathBuf,
    folder: &'a Path,
}

impl Sampler<'_> {
    /// Runs a sample. `passing`: as a shard that owns next to nothing of it.
    fn run(&self, size: Size, passing: bool) -> Result<Run> {
        let sample = self.folder.join(self.drawn.name(self.work));
        self.drawn.write(self.work, size, &sample)?;
        let mut command = Command::new(&self.program);
        command.arg(self.settings.command);
        match self.work.places {
            Places::Windows => command.arg(&self.settings.input).arg("--regions-file").arg(&sample),
            _ => command.arg(&sample),
        };
        // Reads of CRAM are decoded already.
        let decoded = matches!(self.work.places, Places::Containers(_));
        let is_for_sample = |word: &&OsString| !(decoded && word.to_string_lossy().starts_with("--reference="));
        command.args(self.settings.options.iter().filter(is_for_sample)).arg("--quiet");
        let manifest = self.folder.join("manifest.json");
        command.arg("--manifest").arg(&manifest);
        let mut outputs = Vec::new();
        if let Some(name) = &self.settings.named {
            outputs.push(self.folder.join(format!("out.{name}")));
            command.arg("--output").arg(&outputs[0]);
        }
        if self.settings.bigwig {
            outputs.push(self.folder.join("tracks"));
            command.arg("--bigwig").arg(self.folder.join("tracks"));
        }
        let count = self.drawn.count(size);
        if passing {
            let bed = self.folder.join("passing.bed");
            std::fs::write(&bed, self.one_base(count)).map_err(|error| Error::write(bed.display(), &error))?;
            command.arg("--shard").arg(bed);
        }
        let begun = Instant::now();
        self.end(&mut command, &sample)?;
        let wall = begun.elapsed().as_secs_f64();
        let bytes = std::fs::read(&manifest).map_err(|error| Error::read(&manifest, &error))?;
        let manifest: Value = serde_json::from_slice(&bytes).map_err(|error| Error::Internal(error.to_string()))?;
        let bytes: u64 = outputs.iter().map(|path| size_of(path)).sum();
        let spent = Spent {
            // Where the system does not say it: as if all threads were busy.
            cpu: manifest["cpu_seconds"].as_f64().unwrap_or(wall * manifest["threads"].as_f64().unwrap_or(1.0)),
            wall,
            bytes: bytes as f64,
        };
        for path in outputs {
            let _ = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
        }
        // Windows that overlap one another are more than those that were drawn.
        let run = manifest["counts"]["queries"].as_u64().filter(|_| matches!(self.drawn, Drawn::Windows(_)));
        Ok(Run {
            count: run.unwrap_or(count),
            spent,
            threads: manifest["threads"].as_u64().unwrap_or(1),
            memory: manifest["peak_memory_bytes"].as_u64(),
        })
    }

    /// Runs a sample to its end. Its error becomes the error, of the input that it was drawn from.
    fn end(&self, command: &mut Command, sample: &Path) -> Result<()> {
        let ended = child::run(command)?.map_err(|error| Error::Internal(format!("the sample: {error}")))?;
        if ended.status.success() {
            return Ok(());
        }
        let input = read::place(&self.settings.input);
        let text = ended.stderr.replace(&sample.display().to_string(), &input);
        // Warnings may stand before it.
        let start = text.lines().position(|line| line.starts_with("error: ")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().skip(start).map(str::trim).collect();
        let message = lines.join("; ");
        let message = message.strip_prefix("error: ").unwrap_or(&message);
        let message = message.strip_prefix(&format!("{input}: ")).unwrap_or(message);
        Err(Error::input(format!("a sample of {input}"), message)
            .with_hint("options of the run go after --; --no-sample makes the plan without a sample"))
    }

    /// A shard that owns the last base of the contigs, or the last record.
    fn one_base(&self, count: u64) -> String {
        let mut contigs = self.work.contigs.clone();
        if contigs.get(RECORDS).is_some() {
            contigs = Contigs::default();
            contigs.push(RECORDS, count);
        }
        let last = contigs.count().saturating_sub(1);
        let length = contigs.iter().last().map_or(0, |contig| contig.len);
        Cuts::at(&contigs, 1, vec![(last, length.saturating_sub(1)), (last, length)]).territory(2).to_bed()
    }
}

/// Bytes of a file, or of the files in a folder but the manifest.
fn size_of(path: &Path) -> u64 {
    let Ok(files) = std::fs::read_dir(path) else { return path.metadata().map_or(0, |about| about.len()) };
    let files = files.flatten().filter(|file| file.path().extension().is_some_and(|ending| ending != "json"));
    files.filter_map(|file| Some(file.metadata().ok()?.len())).sum()
}

/// An option with its value, as one word.
pub(crate) fn option(name: &str, value: &std::ffi::OsStr) -> OsString {
    let mut word = OsString::from(format!("--{name}="));
    word.push(value);
    word
}
