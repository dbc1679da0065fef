//! What the three scoring commands share: loading a model, running the pipeline, and ending a run with its manifest.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use super::{EngineOptions, OutputOptions, RunOptions};
use crate::{
    counts::Counts,
    error::{Error, Result},
    genome::{Contigs, interval::commas},
    output::{
        Sealed, hidden,
        manifest::{self, Host, Manifest, ModelReport, ReferenceReport},
    },
    pipeline::Timings,
    read::{InputReport, fasta::ContigReport},
    session::journal::{Checkpoint, Journal, identity},
    shards::{
        ShardReport,
        territory::{Choice, RECORDS, Territory},
    },
};

/// The first line of the log: what runs.
pub fn announce() {
    let command: Vec<String> = std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned()).collect();
    tracing::info!("genogloss {} {}", env!("CARGO_PKG_VERSION"), command.join(" "));
}

/// Threads in all: as many as were asked for, or as there are cores.
pub fn threads(options: &EngineOptions) -> usize {
    limit_threads(options.threads)
}

/// The same, where no model runs. What is computed side by side outside of the pipeline keeps to it too.
pub fn limit_threads(asked: Option<u16>) -> usize {
    let count = asked.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    // The second time it is there already, with the same number.
    let _ = rayon::ThreadPoolBuilder::new()
        .num_threads(count)
        .thread_name(|number| format!("compute-{number}"))
        .build_global();
    count
}

/// The part of a run over `count` records that have no order of place; `what` they are.
pub fn territory_of_records(choice: &Choice, count: u64, place: &str, what: &str) -> Result<Territory> {
    let mut contigs = Contigs::default();
    contigs.push(RECORDS, count);
    chosen(choice, &contigs, place, what)
}

/// The part of a run, cut by contigs; says so if there is nothing in it.
pub fn chosen(choice: &Choice, contigs: &Contigs, place: &str, what: &str) -> Result<Territory> {
    let territory = Territory::choose(choice, contigs, place, 1, None)?;
    if territory.is_empty() {
        tracing::warn!("shard {} has nothing to do: there are more shards than {what}", territory.shard);
    }
    Ok(territory)
}

/// Where a reader leaves what it has to say when it has ended.
pub type Shared<T> = Arc<Mutex<T>>;

/// Takes what a reader left.
pub fn take<T: Default>(shared: &Shared<T>) -> T {
    std::mem::take(&mut *shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
}

/// Leaves something for later.
pub fn leave<T>(shared: &Shared<T>, value: T) {
    *shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = value;
}

/// Where a run begins: anew, or where an earlier one stopped.
pub struct Beginning {
    /// Where checkpoints are written, if the run can be gone on with.
    pub journal: Option<Journal>,
    /// How far an earlier run has come.
    pub from: Checkpoint,
}

impl Beginning {
    /// For a run that writes `target`, and tracks into the folder of the file `tracks`: where there is no target, the journal
    /// lies there.
    pub fn find(
        options: &RunOptions,
        target: Option<&Path>,
        tracks: Option<&Path>,
        report: &ModelReport,
        settings: &manifest::Settings,
        territory: Option<&Territory>,
        inputs: &[&Path],
    ) -> Result<Self> {
        let file = target.or(tracks).filter(|path| *path != Path::new("-") && (!path.exists() || path.is_file()));
        if !options.resume {
            if file.is_some_and(|file| hidden(file, "journal").exists()) {
                tracing::warn!("an earlier run was stopped before it was done: --resume would go on with it");
            }
            return Ok(Self { journal: None, from: Checkpoint::default() });
        }
        let Some(file) = file else {
            return Err(Error::usage("--resume needs an output file").with_hint("-o FILE"));
        };
        let shard = territory.map(|own| format!("{} of {}", own.shard, own.plan));
        let run = identity(report, settings, shard.as_deref(), inputs)?;
        let (journal, from) = Journal::open(file, tracks, run, Duration::from_secs_f64(options.checkpoint))?;
        if let Some(from) = &from {
            let (done, windows) = (commas(from.queries), commas(from.counts().windows));
            tracing::info!("going on after {done} windows or records ({windows} scored) of an earlier run");
        }
        Ok(Self { journal: Some(journal), from: from.unwrap_or_default() })
    }

    /// For [`crate::output::OutputSettings::resume`].
    pub fn bytes(&self) -> Option<u64> {
        self.journal.as_ref().map(|_| self.from.bytes)
    }

    /// An earlier run has written the header.
    pub fn begun(&self) -> bool {
        self.from.bytes > 0
    }

    /// Writes a checkpoint, if it is time for one.
    pub fn at(&mut self, checkpoint: impl FnOnce() -> Result<Checkpoint>) -> Result<()> {
        match &mut self.journal {
            Some(journal) if journal.due() => journal.write(checkpoint()?),
            _ => Ok(()),
        }
    }

    /// A run that was interrupted writes a last checkpoint.
    pub fn ended<T>(&mut self, result: Result<T>, checkpoint: impl FnOnce() -> Result<Checkpoint>) -> Result<T> {
        let Some(journal) = &mut self.journal else { return result };
        match &result {
            Err(Error::Interrupted) => {
                journal.write(checkpoint()?)?;
                tracing::warn!("what is done is kept: --resume goes on with it");
            }
            Err(Error::Closed | Error::Usage { .. }) | Ok(_) => {}
            Err(_) => tracing::warn!("what was done until the last checkpoint is kept: --resume goes on with it"),
        }
        result
    }

    /// The run is finished, and nothing is to be gone on with.
    pub fn done(self) {
        if let Some(journal) = self.journal {
            journal.remove();
        }
    }
}

/// What a command has to say at the end.
pub struct Ending<'a> {
    /// The model.
    pub report: ModelReport,
    /// In all.
    pub threads: usize,
    /// What was counted.
    pub counts: Counts,
    /// Of the pipeline.
    pub timings: Timings,
    /// What was read.
    pub inputs: Vec<InputReport>,
    /// The FASTA used by place, and its contigs.
    pub reference: Option<(&'a Path, Vec<ContigReport>)>,
    /// Options that answers and lines depend on.
    pub settings: manifest::Settings,
    /// The bigWig files that were written, where they were asked for.
    pub tracks: Option<Vec<String>>,
    /// Which part of a run this was.
    pub shard: Option<ShardReport>,
    /// A second place for the manifest, where there are two outputs.
    pub also: Option<PathBuf>,
    /// Windows that an earlier run has scored.
    pub before: u64,
}

/// Checks the counts, completes output and manifest, gives them their names, and says the closing line.
pub fn finish(options: &OutputOptions, ending: Ending<'_>, seal: impl FnOnce() -> Result<Sealed>) -> Result<()> {
    let Ending { report, threads, counts, timings, inputs, reference, settings, tracks, shard, also, before } = ending;
    counts.balance()?;
    let is_shard = shard.is_some();
    let is_lookup = report.name == super::lookup::NAME;
    let output = options.output.as_deref().filter(|path| *path != Path::new("-"));
    let target =
        options.manifest.clone().or_else(|| output.filter(|path| !path.exists() || path.is_file()).map(Manifest::path));
    let mut sealed = seal()?;
    if target.is_some() || also.is_some() {
        let manifest = Manifest {
            program: "genogloss",
            version: env!("CARGO_PKG_VERSION"),
            command: std::env::args_os().map(|a| a.to_string_lossy().into_owned()).collect(),
            finished_unix: Manifest::now(),
            model: report,
            host: Host::this(),
            threads,
            inputs,
            reference: reference.map(|(path, contigs)| ReferenceReport { path: path.into(), contigs }),
            output: output.map_or_else(|| "-".into(), Path::to_path_buf),
            settings,
            tracks,
            shard,
            counts: counts.clone(),
            seconds: timings,
            peak_memory_bytes: manifest::peak_memory(),
        };
        for target in target.iter().chain(&also) {
            sealed = sealed.with_first_from(target, |out| manifest.write(out))?;
        }
    }
    sealed.commit()?;
    let here = counts.windows.saturating_sub(before);
    let rate = if timings.wall > 0.0 { here as f64 / timings.wall } else { 0.0 };
    tracing::info!(
        "done: {} records, {} filtered, {} windows, {} scored, skipped: {}; {:.1} s, {} windows/s",
        commas(counts.records_in),
        commas(counts.filtered),
        commas(counts.windows),
        commas(counts.scored),
        counts.skips(),
        timings.wall,
        commas(rate as u64)
    );
    // A shard may well lie where nothing is known, and a lookup says of each name why it found nothing.
    if counts.scored == 0 && !counts.skipped.is_empty() && !is_shard && !is_lookup {
        tracing::warn!(
            "nothing was scored (skipped: {}): does the input suit the model? `genogloss models show` says what it takes",
            counts.skips()
        );
    }
    Ok(())
}
