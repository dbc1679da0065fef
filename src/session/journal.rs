//! The journal of a run that may be stopped at any moment: how far its output is good, and what the writer held then.
//!
//! A checkpoint first syncs the output, then writes the journal under a temporary name, syncs it, and gives it its name:
//! whatever happens, the journal that is found speaks of bytes that are there.

use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    io::{Read, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::stored::is_plain_name;
use crate::{
    address::{is_address, without_secrets},
    counts::Counts,
    error::{Error, Result, describe},
    output::{
        hidden,
        manifest::{ModelReport, Settings},
        open_hidden, read_hidden,
    },
    read::{
        Version,
        source::{Source, is_file},
    },
};

/// What is done with an earlier run that was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Resume {
    /// The run continues it; one of another model, other options or another input is an error
    IfSame,
    /// The run continues it; one of another model, other options or another input, or one whose journal cannot be read,
    /// is discarded and starts again: for workflow engines
    RestartIfDifferent,
}

/// How far a run has come.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
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

/// What a journal holds.
#[derive(Serialize, Deserialize)]
pub(crate) struct Page {
    /// What makes the run the same run.
    pub run: Map<String, Value>,
    /// How far it had come.
    pub checkpoint: Checkpoint,
}

impl Page {
    /// From the bytes of a journal.
    pub(crate) fn parse(bytes: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(bytes)
    }
}

/// Ending of a journal that is being written.
const NEW: &str = "genogloss-journal-new";

/// One run at a time goes on with an output: a hidden file beside it that is locked while the run lasts.
#[derive(Debug)]
struct Lock {
    path: PathBuf,
    /// None where the file system has no locks.
    file: Option<File>,
}

impl Lock {
    fn take(output: &Path) -> Result<Self> {
        let path = hidden(output, "lock");
        loop {
            let failed = |error: std::io::Error| Error::write(path.display(), &error);
            let file = match open_hidden(&path) {
                Ok(file) => file,
                // There is no such folder, which is said where the output is opened.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self { path, file: None }),
                Err(error) => return Err(failed(error)),
            };
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::Output {
                        place: output.display().to_string(),
                        message: "another run is writing it".into(),
                        hint: Some("wait for it, or stop it; or give this run another output".into()),
                        source: None,
                    });
                }
                Err(TryLockError::Error(error)) => {
                    let why = describe(&error);
                    tracing::warn!(
                        "{}: files cannot be locked here ({why}): do not run a second run with this output",
                        path.display()
                    );
                    return Ok(Self { path, file: None });
                }
            }
            // A run that ended in between has removed the file that was locked: another may lock the next one.
            if same_file(&file, &path) {
                return Ok(Self { path, file: Some(file) });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
        drop(self.file.take());
    }
}

#[cfg(unix)]
fn same_file(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (held, named) = (file.metadata(), fs::symlink_metadata(path));
    held.is_ok_and(|held| named.is_ok_and(|named| (held.dev(), held.ino()) == (named.dev(), named.ino())))
}

#[cfg(not(unix))]
fn same_file(_: &File, path: &Path) -> bool {
    path.exists()
}

/// The journal beside an output.
pub(crate) struct Journal {
    path: PathBuf,
    _locks: Vec<Lock>,
    run: Map<String, Value>,
    every: Duration,
    next: Instant,
}

/// What makes a run the same run: program, model, options, inputs.
pub(crate) fn identity(
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
    for (number, path) in (1..).zip(inputs) {
        run.insert(name(number, path), version(path)?);
    }
    Ok(run)
}

/// The name of an input: without what is secret in an address, which is another one on the next day. The query may be all that tells two
/// addresses apart, so that they are numbered.
fn name(number: usize, path: &Path) -> String {
    format!("input {number} {}", without_secrets(&path.display().to_string()))
}

/// What tells this version of an input from another.
fn version(path: &Path) -> Result<Value> {
    let failed = |error: std::io::Error| Error::read(path, &error);
    let place = || crate::read::place(path);
    let again = |why: &str| {
        Error::usage(format!("--resume needs inputs that can be read again: {} {why}", place()))
            .with_hint("download it first, or run without --resume")
    };
    if is_address(path) {
        let found = if is_file(path) { Source::open(path).map_err(failed)?.version() } else { None };
        return match found {
            None => Err(again("is made anew for each request")),
            // Of one length there are many files.
            Some(Version { etag: None, modified: None, .. }) => {
                Err(again("may have changed, because its server gives neither ETag nor Last-Modified"))
            }
            Some(Version { length, etag, modified }) => {
                Ok(json!({"bytes": length, "etag": etag, "modified": modified}))
            }
        };
    }
    let about = if path == Path::new("-") { None } else { Some(fs::metadata(path).map_err(failed)?) };
    let Some(about) = about.filter(fs::Metadata::is_file) else {
        return Err(Error::usage(format!("--resume needs inputs that can be read again: {} is not a file", place())));
    };
    let modified = about.modified().map_err(failed)?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(json!({"bytes": about.len(), "modified": format!("{modified:?}")}))
}

impl Journal {
    /// Opens the journal of an output, and finds where an earlier run of the same kind stopped. `tracks`: a file in
    /// the folder of its tracks. `policy`: what is done with the journal of another run.
    pub(crate) fn open(
        output: &Path,
        tracks: Option<&Path>,
        run: Map<String, Value>,
        every: Duration,
        policy: Resume,
    ) -> Result<(Self, Option<Checkpoint>)> {
        let path = hidden(output, "journal");
        let mut locks = vec![Lock::take(output)?];
        if let Some(tracks) = tracks.filter(|tracks| *tracks != output) {
            locks.push(Lock::take(tracks)?);
        }
        let mut found = None;
        if path.exists() {
            let mut bytes = Vec::new();
            let read = read_hidden(&path).and_then(|mut file| file.read_to_end(&mut bytes));
            read.map_err(|error| Error::read(&path, &error))?;
            let folder = tracks.unwrap_or(output).parent().unwrap_or(Path::new("."));
            let page = match (page_of(&bytes, &run), policy) {
                (Ok(page), _) => page,
                (Err(other), Resume::IfSame) => {
                    return Err(Error::input(path.display(), other.why).with_hint(format!(
                        "to start again: rm {}; --resume=restart-if-different does so by itself",
                        path.display()
                    )));
                }
                (Err(other), Resume::RestartIfDifferent) => {
                    tracing::info!("{} {}: starting again", path.display(), other.why);
                    remove_journal(&path)?;
                    for track in &other.tracks {
                        let _ = fs::remove_file(hidden(&folder.join(track), "values"));
                    }
                    return Ok((Self { path, _locks: locks, run, every, next: Instant::now() + every }, None));
                }
            };
            let length = |path: PathBuf| fs::metadata(path).map_or(0, |about| about.len());
            let Checkpoint { bytes, tracks, .. } = &page.checkpoint;
            // Of a compressed output the length says only that it is there.
            let whole = (*bytes == 0 || length(hidden(output, "part")) > 0)
                && tracks.iter().all(|(track, bytes)| length(hidden(&folder.join(track), "values")) >= *bytes);
            if whole {
                found = Some(page.checkpoint);
            } else {
                // Killed after its output had its name, or somebody has tidied up. What is written from here on is not
                // what it speaks of, so it goes first.
                tracing::warn!("{}: its files are missing; starting again", path.display());
                remove_journal(&path)?;
            }
        }
        Ok((Self { path, _locks: locks, run, every, next: Instant::now() + every }, found))
    }

    /// It is time for a checkpoint.
    pub(crate) fn due(&self) -> bool {
        Instant::now() >= self.next
    }

    /// Writes a checkpoint down; what it speaks of is synced already.
    pub(crate) fn write(&mut self, checkpoint: Checkpoint) -> Result<()> {
        let failed = |error: std::io::Error| Error::write(self.path.display(), &error);
        let page = Page { run: self.run.clone(), checkpoint };
        let text = serde_json::to_vec(&page).map_err(|error| Error::Internal(format!("journal: {error}")))?;
        let temporary = self.path.with_extension(NEW);
        let mut file = open_hidden(&temporary).map_err(failed)?;
        file.set_len(0).map_err(failed)?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(failed)?;
        fs::rename(&temporary, &self.path).map_err(failed)?;
        crate::output::sync_folder(&self.path);
        self.next = Instant::now() + self.every;
        Ok(())
    }

    /// The run is finished.
    pub(crate) fn remove(self) {
        let _ = fs::remove_file(self.path.with_extension(NEW));
        let _ = fs::remove_file(&self.path);
    }
}

/// A journal that this run cannot continue.
struct OfAnotherRun {
    /// The rest of a sentence that begins with its path.
    why: String,
    /// The tracks that it speaks of, if it could be read.
    tracks: Vec<String>,
}

/// Reads a journal; refuses one that is not of this run.
fn page_of(bytes: &[u8], run: &Map<String, Value>) -> std::result::Result<Page, OfAnotherRun> {
    let none = |why: String| OfAnotherRun { why: format!("is not the journal of a run: {why}"), tracks: Vec::new() };
    let page = Page::parse(bytes).map_err(|error| none(error.to_string()))?;
    page.checkpoint.check().map_err(none)?;
    match difference("", &Value::Object(page.run.clone()), &Value::Object(run.clone())) {
        None => Ok(page),
        Some(difference) => Err(OfAnotherRun {
            why: format!("is the journal of another run: {difference}"),
            tracks: page.checkpoint.tracks.into_keys().collect(),
        }),
    }
}

/// Removes a journal before anything is written that it does not speak of.
fn remove_journal(path: &Path) -> Result<()> {
    fs::remove_file(path).map_err(|error| Error::write(path.display(), &error))?;
    crate::output::sync_folder(path);
    Ok(())
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
        (a, b) => Some(format!("{name} was {a}, and is now {b}")),
    }
}

impl Checkpoint {
    /// Refuses what no run has written down.
    fn check(&self) -> std::result::Result<(), String> {
        if self.counts.is_null() && self.queries == 0 {
            return Ok(());
        }
        Counts::restored(&self.counts).map_err(|why| format!("counts: {why}"))?;
        match self.tracks.keys().find(|name| !is_plain_name(name)) {
            Some(name) => Err(format!("{name:?} is not the name of a track")),
            None => Ok(()),
        }
    }

    /// Of a writer that holds nothing back.
    pub(crate) fn of(counts: &Counts, bytes: u64) -> Result<Self> {
        let saved = serde_json::to_value(counts).map_err(|error| Error::Internal(format!("checkpoint: {error}")))?;
        Ok(Self { queries: counts.written, bytes, counts: saved, ..Self::default() })
    }

    /// What was counted until then; [`Journal::open`] has checked it.
    pub(crate) fn counts(&self) -> Counts {
        Counts::restored(&self.counts).unwrap_or_default()
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
        let open = |window: u64| Journal::open(&output, None, run(window), Duration::ZERO, Resume::IfSame);
        let checkpoint = || Checkpoint { queries: 7, bytes: 99, counts: json!({}), ..Checkpoint::default() };
        let (mut journal, none) = open(5).expect("opened");
        assert!(none.is_none() && journal.due());
        journal.write(checkpoint()).expect("written");
        let error = open(5).map(|_| ()).expect_err("a second run").to_string();
        assert!(error.ends_with("a.bed: another run is writing it"), "{error}");
        drop(journal);
        let (journal, gone) = open(5).expect("opened");
        assert!(gone.is_none(), "there is no output that it could speak of");
        assert!(!hidden(&output, "journal").exists(), "it would speak of what is written now");
        drop(journal);
        std::fs::write(hidden(&output, "part"), [b'x'; 99]).expect("written");
        open(5).expect("opened").0.write(checkpoint()).expect("written");
        let (journal, found) = open(5).expect("opened");
        assert_eq!(found.map(|c| (c.queries, c.bytes)), Some((7, 99)));
        drop(journal);
        let error = open(6).map(|_| ()).expect_err("another run").to_string();
        assert!(error.ends_with("is the journal of another run: settings.window was 5, and is now 6"), "{error}");
        open(5).expect("opened").0.remove();
        assert!(open(6).expect("opened").1.is_none());
        let left: Vec<_> = std::fs::read_dir(folder.path()).expect("the folder").flatten().collect();
        assert_eq!(left.len(), 1, "the output alone: {left:?}");
    }

    #[test]
    fn inputs_that_differ_in_their_queries_have_two_names() {
        let name = |number: usize, path: &str| name(number, Path::new(path));
        assert_eq!(name(1, "https://h/get?file=a&key=secret"), "input 1 https://h/get?…");
        assert_ne!(name(1, "https://h/get?file=a"), name(2, "https://h/get?file=b"));
        assert_eq!(name(1, "https://h/a.bam?signature=1"), name(1, "https://h/a.bam?signature=2"));
    }

    #[test]
    fn values_of_tracks_are_looked_for_in_their_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let (output, tracks) = (folder.path().join("a.bed"), folder.path().join("tracks"));
        std::fs::create_dir(&tracks).expect("a folder");
        let manifest = tracks.join("m.json");
        let open =
            || Journal::open(&output, Some(&manifest), Map::new(), Duration::ZERO, Resume::IfSame).expect("opened");
        let checkpoint =
            Checkpoint { queries: 7, tracks: [("t.bw".into(), 24)].into(), counts: json!({}), ..Checkpoint::default() };
        std::fs::write(hidden(&tracks.join("t.bw"), "values"), [0; 24]).expect("written");
        open().0.write(checkpoint.clone()).expect("written");
        assert_eq!(open().1.map(|c| c.queries), Some(7));
        std::fs::write(hidden(&tracks.join("t.bw"), "values"), [0; 23]).expect("cut short");
        assert!(open().1.is_none());
    }
}
