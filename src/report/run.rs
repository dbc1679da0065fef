//! A run, as its manifest describes it.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};

use crate::{
    address::{is_address, missing},
    error::{Error, Result},
    histogram::Histogram,
    output::{kind::OutputKind, manifest::Manifest},
    session::stored,
    shards::merge::TRACKS_MANIFEST,
};

/// A run, or the shards of one that were merged.
pub(crate) struct Run {
    /// The name of its output; with that of its folder where several runs have it.
    pub name: String,
    /// The name of its output alone.
    pub file_name: String,
    /// The name of the folder with its manifest; of a folder of tracks, that around it.
    pub folder: String,
    /// Its manifest.
    pub manifest: Map<String, Value>,
    /// Its output, beside the manifest or where the manifest places it.
    pub output: Option<PathBuf>,
}

impl Run {
    /// Reads a manifest; of an output or a folder of tracks, the manifest beside or in it.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let place = manifest_of(path)?;
        let manifest = stored::manifest(&place)?;
        let written = manifest.get("output").and_then(Value::as_str).filter(|output| *output != "-");
        let (name, candidates) = if place.file_name().is_some_and(|name| name == TRACKS_MANIFEST) {
            let folder = fs::canonicalize(&place).ok().and_then(|path| path.parent().map(Path::to_path_buf));
            let folder = folder.unwrap_or_default();
            (file_name(&folder), vec![folder])
        } else {
            let manifest_name = file_name(&place);
            let own_name = manifest_name.trim_end_matches(".json").trim_end_matches(".manifest");
            let output = written.unwrap_or(own_name);
            let name = file_name(Path::new(output));
            let beside = place.with_file_name(own_name);
            let same_folder = place.with_file_name(&name);
            (name, vec![beside, same_folder, PathBuf::from(output)])
        };
        let output = candidates.into_iter().find(|path| *path != place && path.exists());
        let folder = folder_name(&place, &name);
        Ok(Self { file_name: name.clone(), name, folder, manifest, output })
    }

    /// The kind of its output.
    pub(super) fn kind(&self) -> OutputKind {
        OutputKind::of(self.get(&["settings"]).as_object())
    }

    /// Whether it was merged from shards.
    pub(super) fn is_merged(&self) -> bool {
        self.get(&["shards"]).is_array()
    }

    /// The values of a list inside the manifest.
    pub(super) fn list(&self, path: &[&str]) -> impl Iterator<Item = &Value> {
        self.get(path).as_array().into_iter().flatten()
    }

    /// A value inside the manifest.
    pub(crate) fn get(&self, path: &[&str]) -> &Value {
        let Some((first, rest)) = path.split_first() else { return &Value::Null };
        rest.iter().fold(self.manifest.get(*first).unwrap_or(&Value::Null), |value, key| &value[*key])
    }

    /// A text inside the manifest.
    pub(crate) fn text(&self, path: &[&str]) -> String {
        self.get(path).as_str().unwrap_or_default().into()
    }

    /// A count.
    pub(crate) fn count(&self, name: &str) -> u64 {
        self.get(&["counts", name]).as_u64().unwrap_or(0)
    }

    /// Seconds of a stage.
    pub(crate) fn seconds(&self, stage: &str) -> f64 {
        self.get(&["seconds", stage]).as_f64().unwrap_or(0.0)
    }

    /// Reasons for which something was not scored, most frequent first.
    pub(crate) fn skipped(&self) -> Vec<(String, u64)> {
        let mut all: Vec<(String, u64)> = self
            .get(&["counts", "skipped"])
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(reason, count)| Some((reason.clone(), count.as_u64()?)))
            .collect();
        all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        all
    }

    /// How scores are spread, by column.
    pub(crate) fn scores(&self) -> Vec<(String, Histogram)> {
        let scores = self.get(&["counts", "scores"]).as_object().into_iter().flatten();
        scores.filter_map(|(name, saved)| Some((name.clone(), Histogram::restored(saved).ok()?))).collect()
    }

    /// How many were not scored.
    pub(super) fn skips(&self) -> u64 {
        self.skipped().iter().map(|(_, count)| count).sum()
    }

    /// Names and lengths of the contigs it used.
    pub(super) fn contigs(&self) -> Vec<(String, u64)> {
        let contigs = self.get(&["reference", "contigs"]).as_array().into_iter().flatten();
        contigs.filter_map(|contig| Some((contig["name"].as_str()?.into(), contig["length"].as_u64()?))).collect()
    }
}

/// Where the manifest of a manifest, an output or a folder of tracks is.
fn manifest_of(path: &Path) -> Result<PathBuf> {
    if is_address(path) {
        return Err(Error::input(path.display(), missing(path)));
    }
    if path.extension().is_some_and(|ending| ending == "json") {
        return Ok(path.into());
    }
    let place = if path.is_dir() { path.join(TRACKS_MANIFEST) } else { Manifest::path(path) };
    if !place.exists() {
        let gone = io::Error::from(io::ErrorKind::NotFound);
        return Err(Error::read(&place, &gone).with_hint("give the manifests of runs: OUTPUT.manifest.json"));
    }
    Ok(place)
}

/// The name of the folder around an output, by the place of its manifest.
fn folder_name(manifest: &Path, output: &str) -> String {
    let absolute = fs::canonicalize(manifest).unwrap_or_default();
    let mut folders = absolute.ancestors().skip(1);
    let inner = folders.next().map(file_name).unwrap_or_default();
    // Tracks: the manifest is in the output.
    if inner == output { folders.next().map(file_name).unwrap_or_default() } else { inner }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Makes the names of all runs different: runs of one name get that of their folder too, then a number.
pub(crate) fn make_distinct(runs: &mut [Run], paths: &[PathBuf]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for run in runs.iter() {
        *seen.entry(run.name.clone()).or_default() += 1;
    }
    let mut numbers: HashMap<String, usize> = HashMap::new();
    for (run, path) in runs.iter_mut().zip(paths).filter(|(run, _)| seen.get(&run.name).is_some_and(|n| *n > 1)) {
        let folder = path.parent().and_then(Path::file_name).map(|folder| folder.to_string_lossy().into_owned());
        let name = folder.map_or_else(|| run.name.clone(), |folder| format!("{folder}/{}", run.name));
        let number = numbers.entry(name.clone()).or_default();
        *number += 1;
        run.name = if *number > 1 { format!("{name} ({number})") } else { name };
    }
}
