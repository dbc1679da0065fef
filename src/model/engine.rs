//! What an engine does: it is found, and it loads networks of three kinds.
//!
//! An engine is one file (or folder) with an [`Engine`]; [`crate::model::engines`] lists them. An engine knows neither cards nor
//! heads: a network's inputs and outputs are its [`crate::model::ports`].

use std::{borrow::Cow, fmt, path::PathBuf, sync::Arc, time::SystemTime};

use super::{
    device::Device,
    ports::{CachePorts, ChangePorts, WindowPorts},
};
use crate::{
    batch::Input,
    error::{Error, Result},
};

/// A library that runs networks.
///
/// `find` may be called often and from any thread; it searches once, for the device of the first call. The three loaders return one model per session, and
/// compare the ports with those of the network before they return.
pub(crate) trait Engine: fmt::Debug + Send + Sync {
    /// Its name in `--engine`.
    fn name(&self) -> &'static str;

    /// Its name in messages and manifests.
    fn title(&self) -> &'static str;

    /// One sentence for `--help`.
    fn summary(&self) -> &'static str;

    /// Whether it can run on a device of this kind at all.
    fn runs_on(&self, device: Device) -> bool;

    /// The library on this machine, for this device.
    fn find(&self, device: Device) -> Result<Found, NotFound>;

    /// Whether it runs networks of a certain kind only. `--engine auto` tries such an engine first, and goes on to the next one where a
    /// network is of another kind, or no faster ([`Placement::only_if_faster`]); the engine logs why.
    fn is_selective(&self) -> bool {
        false
    }

    /// Whether it reads large networks from their files ([`NetworkFile::on_disk`]).
    fn reads_files(&self) -> bool {
        false
    }

    /// Loads a network that scores windows.
    fn load_windows(&self, file: NetworkFile, ports: &WindowPorts, to: Placement) -> Result<Vec<Box<dyn WindowModel>>>;

    /// Loads the two networks of a member that scores changes: of the stretch, and of a change.
    fn load_changes(
        &self,
        files: [NetworkFile; 2],
        ports: &ChangePorts,
        to: Placement,
    ) -> Result<Vec<Box<dyn ChangeModel>>>;

    /// Loads a decoder-only network with a cache.
    fn load_decoder(&self, file: NetworkFile, ports: &CachePorts, to: Placement) -> Result<Vec<Box<dyn Decoder>>>;
}

/// The ONNX file of a network. Its digest has been compared with the card's.
pub(crate) struct NetworkFile {
    /// What messages call it.
    pub place: String,
    /// Its content.
    pub bytes: Cow<'static, [u8]>,
    /// Files with weights that it may name.
    pub data: Vec<DataFile>,
    /// Where it lies, if it is large: an engine that reads files maps it into memory, and needs no copy.
    pub on_disk: Option<OnDisk>,
}

/// A large network on disk, whose digests have been compared with the card's. Weights in other files are not in memory then.
pub(crate) struct OnDisk {
    /// The ONNX file; files with weights lie beside it.
    pub path: PathBuf,
    /// All files, with their length and the time of their last change.
    pub files: Vec<(PathBuf, u64, Option<SystemTime>)>,
}

impl OnDisk {
    /// Refuses files that were changed after their digests were compared.
    pub(super) fn check_unchanged(&self, place: &str) -> Result<()> {
        let changed = |(path, len, modified): &&(PathBuf, u64, Option<SystemTime>)| {
            std::fs::metadata(path).map_or(true, |now| now.len() != *len || now.modified().ok() != *modified)
        };
        match self.files.iter().find(changed) {
            Some((path, ..)) => Err(Error::model(place, format!("{} was changed while it was read", path.display()))),
            None => Ok(()),
        }
    }
}

/// A file with weights beside a network (ONNX' external data). Its digest has been compared with the card's.
pub(crate) struct DataFile {
    /// Its name in the folder.
    pub name: String,
    /// Its content, which all sessions share.
    pub bytes: Arc<[u8]>,
}

/// The hint where an engine lacks an operator.
pub(crate) const NO_OPERATOR: &str =
    "export the network with operators of the ONNX standard; `genogloss models check` tries the other engines, too";

/// Where a network is loaded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placement {
    /// The device.
    pub device: Device,
    /// How many models are loaded.
    pub sessions: usize,
    /// Threads that each of them computes with, in an engine that [reads files](Engine::reads_files); in the others one.
    pub threads: usize,
    /// Whether a selective engine refuses networks of its kind that other engines run about as fast.
    pub only_if_faster: bool,
}

/// A library that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its version, such as `1.31.1`.
    pub version: String,
    /// Its file; `None` where it is part of the program.
    pub library: Option<PathBuf>,
    /// Files that were tried before this one, and why they cannot be used, one line each.
    pub passed_over: Vec<String>,
}

/// Why there is no library that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotFound {
    /// One line: what was searched for and where.
    pub problem: String,
    /// How to get the library.
    pub hint: &'static str,
    /// The user named a file, which cannot be used: a mistake rather than an absence.
    pub was_named: bool,
}

impl NotFound {
    /// As the error of a model that needs the library.
    pub(crate) fn into_error(self, model: &str) -> Error {
        Error::model(model, self.problem).with_hint(self.hint)
    }
}

/// The engine of a run, as the log and the manifest name it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct EngineReport {
    /// `ONNX Runtime`, `rten`, `exact` or `none`.
    pub engine: String,
    /// Its version.
    #[serde(rename = "engine_version")]
    pub version: String,
    /// `cpu`, `cuda:0`.
    pub device: String,
}

/// A network that scores windows.
///
/// `run` is called from one thread, once per call; the shapes are the card's and the same for all rows of a call.
pub(crate) trait WindowModel: Send {
    /// One call. `inputs` are in the order of the ports that the model was loaded with, the sequence first; the engine converts their
    /// numbers to the types of the network. Returns the values of each head of the card: all rows, row after row.
    fn run(&mut self, inputs: &[Input<'_>]) -> Result<Vec<Vec<f32>>>;

    /// Rows that every call must have, where the first axis of an input is fixed.
    fn rows(&self) -> Option<usize>;
}

/// One-hot input: (4, bases).
#[derive(Clone, Copy, Debug)]
pub(crate) struct OneHot<'a> {
    /// How many bases.
    pub bases: usize,
    /// Channel after channel.
    pub values: &'a [f32],
}

/// A change of a stretch, along the strand that is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edit<'a> {
    /// First base that is replaced.
    pub at: usize,
    /// Bases removed.
    pub removed: usize,
    /// What is put in; at least one base.
    pub inserted: OneHot<'a>,
    /// Bases before the change that are scored.
    pub left: usize,
    /// Bases after it that are scored.
    pub right: usize,
}

/// A vector for each head of the card: label after label, base after base.
pub(crate) type HeadValues = Vec<Vec<f32>>;

/// The networks of a member that score changes of a stretch.
///
/// `score` is called from one thread, once per stretch.
pub(crate) trait ChangeModel: Send {
    /// Scores a stretch, and each of its changes.
    fn score(&mut self, stretch: OneHot<'_>, changes: &[Edit<'_>]) -> Result<(HeadValues, Vec<HeadValues>)>;

    /// Stretches must begin and end at multiples of so many bases (but for the context), so that what is computed of a base does not depend
    /// on the stretch: the last digits of such an engine are those of a place.
    fn period(&self) -> usize {
        1
    }
}

/// Two networks of a member: one reads a stretch, the other a change of it.
///
/// `stretch` is called first, and its states serve every `change` until `forget`, or the next `stretch`. Both return a vector for
/// each head of the card: label after label, base after base.
pub(super) trait StretchThenChange: Send {
    /// Reads a stretch: one-hot, (4, bases).
    fn stretch(&mut self, bases: usize, input: &[f32]) -> Result<Vec<Vec<f32>>>;

    /// Scores a change of it. `inserted` is one-hot, (4, bases); `edit` is at, removed, left, right.
    fn change(&mut self, bases: usize, inserted: &[f32], edit: [i64; 4]) -> Result<Vec<Vec<f32>>>;

    /// Frees the states: of all members, one holds its states at a time.
    fn forget(&mut self);
}

impl<T: StretchThenChange> ChangeModel for T {
    fn score(&mut self, stretch: OneHot<'_>, changes: &[Edit<'_>]) -> Result<(HeadValues, Vec<HeadValues>)> {
        let reference = self.stretch(stretch.bases, stretch.values)?;
        let mut score = |edit: &Edit<'_>| {
            let places = [edit.at, edit.removed, edit.left, edit.right].map(|n| n as i64);
            self.change(edit.inserted.bases, edit.inserted.values, places)
        };
        let alternates = changes.iter().map(&mut score).collect::<Result<_>>()?;
        self.forget();
        Ok((reference, alternates))
    }
}

/// A decoder-only network that keeps the tokens it has read in a key–value cache.
///
/// `start` begins with a number of rows; then each `step` reads the next tokens of every row, as many for all, and returns the
/// logits after the last of them. Shorter rows are padded on the left, where the mask is 0.
pub(crate) trait Decoder: Send {
    /// Empties the cache; the next steps have `rows` rows.
    fn start(&mut self, rows: usize) -> Result<()>;

    /// Reads tokens. `ids` and `positions` are (rows, new tokens), `mask` is (rows, all tokens since `start`): 1 where a token
    /// is data. Appends to `logits`: (rows, vocabulary).
    fn step(&mut self, ids: &[i64], positions: &[i64], mask: &[i64], logits: &mut Vec<f32>) -> Result<()>;

    /// The hidden states of the first tokens of every row, after `start`: appends (rows, tokens, width) to `states`. The other arguments are
    /// those of [`Self::step`]. What was read is not kept: `start` comes before the next call.
    fn hidden(&mut self, ids: &[i64], positions: &[i64], mask: &[i64], states: &mut Vec<f32>) -> Result<()>;

    /// Row `i` continues with the cache of row `from[i]`.
    fn reorder(&mut self, from: &[usize]) -> Result<()>;
}

/// The values of a cache tensor (rows, heads, tokens, width) with its rows in another order, for [`Decoder::reorder`].
pub(super) fn reordered(values: &[f32], rows: usize, from: &[usize]) -> Vec<f32> {
    let width = values.len() / rows.max(1);
    from.iter().flat_map(|&row| &values[row * width..(row + 1) * width]).copied().collect()
}

/// The error of a card without hidden states, for [`Decoder::hidden`].
pub(crate) fn no_hidden(model: &str) -> Error {
    Error::model(model, "its card names no hidden states").with_hint(
        "export the network with them as an output (rows, tokens, width), and name it in the card: generate: hidden",
    )
}

/// Appends the last token of each row of logits (rows, tokens, vocabulary), for [`Decoder::step`].
pub(super) fn append_last(values: &[f32], rows: usize, tokens: usize, logits: &mut Vec<f32>) {
    let vocabulary = values.len() / (rows * tokens).max(1);
    for row in values.chunks_exact((tokens * vocabulary).max(1)) {
        logits.extend_from_slice(&row[(tokens - 1) * vocabulary..]);
    }
}
