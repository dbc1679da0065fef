//! The end of a run: its counts are checked, its manifest is written, its files get their names, and the log says what was done.

use std::path::Path;

use super::begin::{About, NothingScored, Session, Target};
use crate::{
    counts::Counts,
    error::{Error, Result},
    genome::interval::commas,
    output::{
        Sealed,
        manifest::{self, Host, Manifest, ReferenceReport},
    },
    pipeline::Timings,
    read::{self, InputReport, Sample, fasta::ContigReport},
    shards::{ShardReport, edges::Edge},
};

/// What a run has done.
#[derive(Default)]
pub(crate) struct Finished {
    /// All counts.
    pub counts: Counts,
    /// How long each stage was busy.
    pub timings: Timings,
    /// Files that were read.
    pub inputs: Vec<InputReport>,
    /// Contigs of the reference that were used.
    pub contigs: Vec<ContigReport>,
    /// Tracks that have values, if tracks were wanted.
    pub tracks: Option<Vec<String>>,
    /// Elements that may continue in a neighbouring shard.
    pub edges: Vec<Edge>,
    /// The gap across which calls are joined into elements, in bases.
    pub gap: Option<u64>,
}

impl Session {
    /// Checks that every query was written, completes output and manifest, gives them their names, and logs the closing line. `seal`
    /// completes the output; it is called after the counts were checked.
    pub(crate) fn finish(self, finished: Finished, seal: impl FnOnce() -> Result<Sealed>) -> Result<()> {
        finished.counts.balance()?;
        let Self { target, about, journal, resumed } = self;
        let (counts, timings, unit) = (finished.counts.clone(), finished.timings, (about.unit, about.done));
        // A shard may well hold nothing that can be scored.
        let if_nothing =
            if about.territory.is_none() { about.if_nothing_scored.clone() } else { NothingScored::Silent };
        let sealed = with_manifests(&target, about, finished, seal()?)?;
        sealed.commit()?;
        tracing::debug!(
            "busy: reading {:.1} s, encoding {:.1} s, model {:.1} s (all sessions), writing {:.1} s",
            timings.read,
            timings.encode,
            timings.model,
            timings.write
        );
        close(&counts, unit, timings.wall, resumed.counts().windows);
        if let Some(journal) = journal {
            journal.remove();
        }
        let nothing = counts.scored == 0 && !counts.skipped.is_empty();
        match if_nothing {
            NothingScored::Warn if nothing => tracing::warn!(
                "nothing was scored (skipped: {}): is the input suitable for the model? `genogloss models show` lists what it accepts",
                counts.skips()
            ),
            NothingScored::Fail(place) if nothing => {
                let problem = format!("none of the {} {} was answered ({})", counts.queries, unit.0, counts.skips());
                return Err(
                    Error::input(place, problem).with_hint("the column reason of the table says why, and what to do")
                );
            }
            _ => {}
        }
        Ok(())
    }
}

/// Adds the manifest: beside the output, or where the user wants it; that of a folder of tracks lies in the folder as well.
fn with_manifests(target: &Target, about: About, finished: Finished, mut sealed: Sealed) -> Result<Sealed> {
    let About { model, threads, settings, territory, reference, tracks_manifest, .. } = about;
    let Finished { counts, timings, mut inputs, contigs, tracks, edges, gap } = finished;
    let output = target.path.as_deref().filter(|path| *path != Path::new("-"));
    let beside = target.file().map(Manifest::path);
    let main = target.manifest.clone().or_else(|| tracks_manifest.clone().filter(|_| target.path.is_none())).or(beside);
    let second = tracks_manifest.filter(|tracks| main.as_ref() != Some(tracks));
    if main.is_none() && second.is_none() {
        return Ok(sealed);
    }
    let sample = Sampler { is_shard: territory.is_some() };
    sample.complete(&mut inputs);
    let manifest = Manifest {
        program: "genogloss",
        version: env!("CARGO_PKG_VERSION"),
        command: Manifest::command(),
        finished_unix: Manifest::now(),
        model,
        host: Host::this(),
        threads,
        inputs,
        reference: reference.map(|path| ReferenceReport { sample: sample.of(&path), path, contigs }),
        output: output.map_or_else(|| "-".into(), Path::to_path_buf),
        settings,
        tracks,
        shard: territory.as_ref().map(|territory| ShardReport::new(territory, gap, edges)),
        counts,
        seconds: timings,
        peak_memory_bytes: manifest::peak_memory(),
        cpu_seconds: manifest::cpu_seconds(),
    };
    for target in main.iter().chain(&second) {
        sealed = sealed.with_first_from(target, |out| manifest.write(out))?;
    }
    Ok(sealed)
}

/// Tells the files of a shard from others: `merge` compares what it finds.
struct Sampler {
    is_shard: bool,
}

impl Sampler {
    /// A sample of a file. One that cannot be read any more has none: what was made of it is there.
    fn of(&self, path: &Path) -> Option<Sample> {
        let found = if self.is_shard { read::sample(path) } else { Ok(None) };
        found.unwrap_or_else(|error| {
            tracing::warn!("{}: it cannot be compared with that of other shards: {error}", path.display());
            None
        })
    }

    /// Adds samples of inputs, and checksums of the indices that they were read by.
    fn complete(&self, inputs: &mut [InputReport]) {
        for input in inputs.iter_mut().filter(|_| self.is_shard) {
            input.sample_sha256 = self.of(&input.path).map(|sample| sample.sample_sha256);
            if let Some(index) = &mut input.index {
                index.sha256 = manifest::digest(&index.path).ok();
            }
        }
    }
}

/// The last line of the log: its numbers add up. `unit` is what is scored or skipped, in the plural, and `done` the word for scored.
fn close(counts: &Counts, (unit, done): (&str, &str), wall: f64, windows_before: u64) {
    let here = counts.windows.saturating_sub(windows_before);
    let rate = if wall > 0.0 { here as f64 / wall } else { 0.0 };
    let skipped: u64 = counts.skipped.values().sum();
    let reasons = if skipped > 0 { format!(" ({})", counts.skips()) } else { String::new() };
    tracing::info!(
        "done: {}, {} filtered; {} {done}, {} skipped{reasons}; {} in {wall:.1} s ({} windows/s)",
        counted(counts.records_in, "records"),
        commas(counts.filtered),
        counted(counts.scored, unit),
        commas(skipped),
        counted(counts.windows, "windows"),
        commas(rate as u64)
    );
}

/// A number and its unit, which is given in the plural.
fn counted(number: u64, unit: &str) -> String {
    let unit = if number == 1 { unit.strip_suffix('s').unwrap_or(unit) } else { unit };
    format!("{} {unit}", commas(number))
}
