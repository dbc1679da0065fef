//! The journal of a run that may be stopped at any moment: how far its output is good, and what the writer held then.
//!
//! A checkpoint first syncs the output, then writes the journal under a temporary name, syncs it, and gives it its name:
//! whatever happens, the journal that is found speaks of bytes that are there.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, Instant, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    error::{Error, Result},
    report::Counts,
    write::{hidden, manifest::ModelReport, manifest::Settings},
};

/// How far a run has come.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Queries that are written.
    pub queries: u64,
    /// Good bytes of the output, before compression.
    pub bytes: u64,
    /// Good bytes of each track's values, by the track's name.
    pub tracks: BTreeMap<String, u64>,
    /// What was counted.
    pub counts: Value,
    /// What the writer holds back.
    pub state: Value,
}

#[derive(Serialize, Deserialize)]
struct Page {
    run: Map<String, Value>,
    checkpoint: Checkpoint,
}

/// Ending of a journal that is being written.
const NEW: &str = "genogloss-journal-new";

/// The journal beside an output.
pub struct Journal {
    path: PathBuf,
    run: Map<String, Value>,
    every: Duration,
    next: Instant,
}

/// What makes a run the same run: program, model, options, inputs.
pub fn identity(
    model: &ModelReport,
    settings: &Settings,
    shard: Option<&str>,
    inputs: &[&Path],
) -> Result<Map<String, Value>> {
    let mut run = Map::new();
    run.insert("version".into(), env!("CARGO_PKG_VERSION").into());
    let json = |value: serde_json::Result<Value>| value.map_err(|error| Error::Internal(format!("journal: {error}")));
    run.insert("model".into(), json(serde_json::to_value(model))?);
    run.insert("settings".into(), json(serde_json::to_value(settings))?);
    run.insert("shard".into(), shard.into());
    for path in inputs {
        let failed = |error: std::io::Error| Error::read(path, &error);
        let about = if *path == Path::new("-") { None } else { Some(fs::metadata(path).map_err(failed)?) };
        let Some(about) = about.filter(fs::Metadata::is_file) else {
            let place = crate::read::place(path);
            return Err(Error::usage(format!("--resume needs inputs that can be read again: {place} is no file")));
        };
        let modified = about.modified().map_err(failed)?.duration_since(UNIX_EPOCH).unwrap_or_default();
        let name = format!("input {}", path.display());
        run.insert(name, json!({"bytes": about.len(), "modified": format!("{modified:?}")}));
    }
    Ok(run)
}

impl Journal {
    /// Opens the journal of an output, and finds where an earlier run of the same kind stopped.
    pub fn open(output: &Path, run: Map<String, Value>, every: Duration) -> Result<(Self, Option<Checkpoint>)> {
        let path = hidden(output, "journal");
        let mut found = None;
        if path.exists() {
            let bytes = fs::read(&path).map_err(|error| Error::read(&path, &error))?;
            let again = || format!("rm {}", path.display());
            let page: Page = serde_json::from_slice(&bytes).map_err(|error| {
                Error::input(path.display(), format!("no journal of a run: {error}")).with_hint(again())
            })?;
            if let Some(difference) = difference("", &Value::Object(page.run), &Value::Object(run.clone())) {
                return Err(Error::input(path.display(), format!("is of another run: {difference}"))
                    .with_hint(format!("to begin again: {}", again())));
            }
            let there = |path: PathBuf, bytes: u64| bytes == 0 || path.exists();
            let folder = output.parent().unwrap_or(Path::new("."));
            let whole = there(hidden(output, "part"), page.checkpoint.bytes)
                && page
                    .checkpoint
                    .tracks
                    .iter()
                    .all(|(track, bytes)| there(hidden(&folder.join(track), "values"), *bytes));
            if whole {
                found = Some(page.checkpoint);
            } else {
                // Killed after its output had its name, or somebody has tidied up.
                tracing::warn!("{}: what it speaks of is gone; beginning again", path.display());
            }
        }
        Ok((Self { path, run, every, next: Instant::now() + every }, found))
    }

    /// It is time for a checkpoint.
    pub fn due(&self) -> bool {
        Instant::now() >= self.next
    }

    /// Writes a checkpoint down; what it speaks of is synced already.
    pub fn write(&mut self, checkpoint: Checkpoint) -> Result<()> {
        let failed = |error: std::io::Error| Error::write(self.path.display(), &error);
        let page = Page { run: self.run.clone(), checkpoint };
        let text = serde_json::to_vec(&page).map_err(|error| Error::Internal(format!("journal: {error}")))?;
        let temporary = self.path.with_extension(NEW);
        let mut file = File::create(&temporary).map_err(failed)?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(failed)?;
        fs::rename(&temporary, &self.path).map_err(failed)?;
        crate::write::sync_folder(&self.path);
        self.next = Instant::now() + self.every;
        Ok(())
    }

    /// The run is finished.
    pub fn remove(self) {
        let _ = fs::remove_file(self.path.with_extension(NEW));
        let _ = fs::remove_file(&self.path);
    }
}

/// The first value in which two runs differ.
fn difference(name: &str, then: &Value, now: &Value) -> Option<String> {
    match (then, now) {
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            keys.map(|key| {
                let inner = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                difference(&inner, a.get(key).unwrap_or(&Value::Null), b.get(key).unwrap_or(&Value::Null))
            })
            .find_map(|d| d)
        }
        (a, b) if a == b => None,
        (a, b) => Some(format!("{name} was {a}, and is {b} now")),
    }
}

impl Checkpoint {
    /// Of a writer that holds nothing back.
    pub fn of(counts: &Counts, bytes: u64) -> Result<Self> {
        let saved = serde_json::to_value(counts).map_err(|error| Error::Internal(format!("checkpoint: {error}")))?;
        Ok(Self { queries: counts.written, bytes, counts: saved, ..Self::default() })
    }

    /// What was counted until then.
    pub fn counts(&self) -> Counts {
        Counts::restored(&self.counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_is_found_again_and_another_run_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let output = folder.path().join("a.bed");
        let run =
            |window: u64| json!({"settings": {"window": window, "format": "bed"}}).as_object().cloned().expect("a map");
        let (mut journal, none) = Journal::open(&output, run(5), Duration::ZERO).expect("opened");
        assert!(none.is_none() && journal.due());
        journal.write(Checkpoint { queries: 7, bytes: 99, ..Checkpoint::default() }).expect("written");
        let (_, gone) = Journal::open(&output, run(5), Duration::ZERO).expect("opened");
        assert!(gone.is_none(), "there is no output that it could speak of");
        std::fs::write(hidden(&output, "part"), [b'x'; 99]).expect("written");
        let (journal, found) = Journal::open(&output, run(5), Duration::from_secs(60)).expect("opened");
        assert_eq!(found.map(|c| (c.queries, c.bytes)), Some((7, 99)));
        assert!(!journal.due());
        let error = Journal::open(&output, run(6), Duration::ZERO).map(|_| ()).expect_err("another run").to_string();
        assert!(error.ends_with("is of another run: settings.window was 5, and is 6 now"), "{error}");
        journal.remove();
        assert!(Journal::open(&output, run(6), Duration::ZERO).expect("opened").1.is_none());
    }
}
