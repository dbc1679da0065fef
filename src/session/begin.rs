//! The beginning of a run: what is asked for, and the session that comes of it.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use super::journal::{Checkpoint, Journal, Resume, identity};
use crate::{
    counts::Counts,
    error::{Error, Result},
    genome::interval::commas,
    output::{
        IndexKind, Indexed, Output, OutputSettings, check_targets,
        column::Column,
        hidden,
        manifest::{ModelReport, Settings},
        names,
        parquet::{Field, fixed_fields},
    },
    shards::territory::{Choice, Territory},
};

/// Where the output of a run goes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Target {
    /// The output; `None` and `-`: standard output.
    pub path: Option<PathBuf>,
    /// Kind of its index; `None`: by the length of the longest contig.
    pub index: Option<IndexKind>,
    /// The manifest; `None`: beside the output, if that is a file.
    pub manifest: Option<PathBuf>,
}

impl Target {
    /// The output as a file that can be written: not standard output, not a device.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.path.as_deref().filter(|path| *path != Path::new("-") && (!path.exists() || path.is_file()))
    }
}

/// Which part of a run is done, and whether it continues an earlier one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    /// The shard, if the run is divided.
    pub shard: Option<Choice>,
    /// Checkpoints are written, and an earlier run is continued; `None`: neither.
    pub resume: Option<Resume>,
    /// Seconds between checkpoints.
    pub checkpoint: f64,
}

/// What a run reads and writes, before anything is opened.
#[derive(Debug)]
pub(crate) struct Request {
    inputs: Vec<PathBuf>,
    /// Where the output goes.
    pub target: Target,
    /// Which part is done.
    pub parts: Parts,
}

/// What a session is about: its manifest, its journal and its closing line say so.
pub(crate) struct About {
    /// The model.
    pub model: ModelReport,
    /// Threads of the run, all together.
    pub threads: usize,
    /// Options that the output depends on: shards of one run, and runs that continue one another, have the same.
    pub settings: Settings,
    /// The part of the input that this run is for.
    pub territory: Option<Territory>,
    /// A FASTA file that is read by position.
    pub reference: Option<PathBuf>,
    /// The manifest of a folder of tracks, if tracks are written: beside the table, or without one.
    pub tracks_manifest: Option<PathBuf>,
    /// What is done if no record could be scored.
    pub if_nothing_scored: NothingScored,
    /// What is scored or skipped, in the plural, for the last line of the log.
    pub unit: &'static str,
    /// What is done with them, for the same line: scored.
    pub done: &'static str,
}

/// What is done at the end of a run that has scored nothing, though its input has records. A shard is silent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NothingScored {
    /// Nothing: the output says why.
    Silent,
    /// A warning is logged.
    Warn,
    /// The run fails, after its output was written. The place of the input is named.
    Fail(String),
}

impl About {
    /// A run of a model with these options, over its whole input.
    pub(crate) fn new(model: ModelReport, threads: usize, settings: Settings) -> Self {
        Self {
            model,
            threads,
            settings,
            territory: None,
            reference: None,
            tracks_manifest: None,
            if_nothing_scored: NothingScored::Warn,
            unit: "records",
            done: "scored",
        }
    }
}

impl Request {
    /// Refuses an output or a manifest that is one of the inputs.
    pub(crate) fn new(inputs: &[&Path], target: Target, parts: Parts) -> Result<Self> {
        Self::with_others(inputs, target, parts, &[])
    }

    /// The same, and one of `others`: files that are written beside the output, each with what messages call it.
    pub(crate) fn with_others(
        inputs: &[&Path],
        target: Target,
        parts: Parts,
        others: &[(&Path, &'static str)],
    ) -> Result<Self> {
        check_targets(inputs, target.path.as_deref(), target.manifest.as_deref(), others)?;
        Ok(Self { inputs: inputs.iter().map(|path| path.to_path_buf()).collect(), target, parts })
    }

    /// Begins the run, or finds where an earlier one stopped.
    pub(crate) fn begin(self, mut about: About) -> Result<Session> {
        let Self { inputs, target, parts } = self;
        if names::is_parquet(target.path.as_deref()) {
            about.settings.put_parquet();
        }
        let tracks = about.tracks_manifest.as_deref();
        let file = match &target.path {
            Some(_) => target.file(),
            None => tracks.filter(|path| !path.exists() || path.is_file()),
        };
        let (mut journal, mut resumed) = (None, Checkpoint::default());
        if let Some(policy) = parts.resume {
            let Some(file) = file else {
                return Err(Error::usage("--resume needs an output file").with_hint("-o FILE"));
            };
            let shard = about.territory.as_ref().map(|own| format!("{} of {}", own.shard, own.plan));
            let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
            let run = identity(&about.model, &about.settings, shard.as_deref(), &inputs)?;
            let (opened, found) = Journal::open(file, tracks, run, Duration::from_secs_f64(parts.checkpoint), policy)?;
            if let Some(found) = found {
                let (queries, windows) = (commas(found.queries), commas(found.counts().windows));
                tracing::info!("resuming an earlier run after {queries} records or windows ({windows} windows run)");
                resumed = found;
            }
            journal = Some(opened);
        } else if file.is_some_and(|file| hidden(file, "journal").exists()) {
            tracing::warn!("an earlier run was stopped before it was complete: --resume would continue it");
        }
        Ok(Session { target, about, journal, resumed })
    }
}

/// The layout of an output.
pub(crate) struct Layout {
    /// What its lines are, for an index.
    pub indexed: Indexed,
    /// Compressed as BGZF; `None`: if its name ends in .gz or .bgz.
    pub bgzf: Option<bool>,
    /// Length of the longest contig, in bases; 0: not known.
    pub longest: u64,
    /// The input, as messages name it.
    pub input: String,
    /// Columns of a table that is Parquet if its name ends in .parquet.
    pub fields: Vec<Field>,
}

impl Layout {
    /// A table of these columns, without positions.
    pub(crate) fn table(input: String, columns: &[Column]) -> Self {
        Self { indexed: Indexed::No, bgzf: None, longest: 0, input, fields: fixed_fields(columns) }
    }
}

/// A run that has begun.
pub(crate) struct Session {
    pub(super) target: Target,
    pub(super) about: About,
    pub(super) journal: Option<Journal>,
    pub(super) resumed: Checkpoint,
}

impl Session {
    /// How far an earlier run came; all zero for a new run.
    pub(crate) fn resumed(&self) -> &Checkpoint {
        &self.resumed
    }

    /// The counts that the run begins with, with a histogram for each of its scores.
    pub(crate) fn counts<'a>(&self, columns: impl Iterator<Item = &'a str>) -> Counts {
        self.resumed.counts().of_columns(columns)
    }

    /// Whether an earlier run has written the header.
    pub(crate) fn has_header(&self) -> bool {
        self.resumed.bytes > 0
    }

    /// Bytes of a track that an earlier run has written; `None`: the run keeps no journal.
    pub(crate) fn track_bytes(&self, name: &str) -> Option<u64> {
        self.journal.as_ref().map(|_| self.resumed.tracks.get(name).copied().unwrap_or(0))
    }

    /// The model of the run.
    pub(crate) fn model(&self) -> &ModelReport {
        &self.about.model
    }

    /// The part of the input that this run is for.
    pub(crate) fn territory(&self) -> Option<&Territory> {
        self.about.territory.as_ref()
    }

    /// What [`Output::create`] needs to know.
    pub(crate) fn output_settings(&self, layout: &Layout) -> OutputSettings {
        OutputSettings {
            path: self.target.path.clone(),
            indexed: layout.indexed,
            kind: self.target.index,
            longest: layout.longest,
            bgzf: layout.bgzf.unwrap_or(false),
            input: layout.input.clone(),
            resume: self.journal.as_ref().map(|_| self.resumed.bytes),
        }
    }

    /// Creates the output under a temporary name, and writes its header unless an earlier run has done so.
    pub(crate) fn create(&self, layout: &Layout, header: &[u8]) -> Result<Output> {
        let settings = self.output_settings(layout);
        let mut output = Output::create_as(&settings, layout.bgzf.unwrap_or(settings.is_bgzf()))?;
        if !self.has_header() {
            output.write_all(header)?;
        }
        match names::is_parquet(settings.file()) && !layout.fields.is_empty() {
            true => output.into_parquet(layout.fields.clone()),
            false => Ok(output),
        }
    }

    /// Writes a checkpoint, if one is due.
    pub(super) fn checkpoint(&mut self, checkpoint: impl FnOnce() -> Result<Checkpoint>) -> Result<()> {
        match &mut self.journal {
            Some(journal) if journal.due() => journal.write(checkpoint()?),
            _ => Ok(()),
        }
    }

    /// Passes the result on; a run that was interrupted writes a last checkpoint before.
    pub(super) fn ended<T>(&mut self, result: Result<T>, checkpoint: impl FnOnce() -> Result<Checkpoint>) -> Result<T> {
        let Some(journal) = &mut self.journal else { return result };
        match &result {
            Err(Error::Interrupted) => {
                journal.write(checkpoint()?)?;
                tracing::warn!("the part that is complete is kept: --resume continues it");
            }
            Err(Error::Closed | Error::Usage { .. }) | Ok(_) => {}
            Err(_) => tracing::warn!("the part up to the last checkpoint is kept: --resume continues it"),
        }
        result
    }
}
