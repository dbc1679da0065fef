//! A shard's output with its manifest.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};

use crate::{
    address::missing,
    error::{Error, Result},
    output::{kind::OutputKind, manifest::Manifest},
    session::stored,
    shards::ShardReport,
};

/// The manifest's name in a folder of tracks.
pub(crate) const TRACKS_MANIFEST: &str = "genogloss.manifest.json";

/// A shard's output with its manifest.
pub(crate) struct Part {
    /// The file, or the folder of tracks.
    pub path: PathBuf,
    /// The manifest, without its entry about the shard.
    pub manifest: Map<String, Value>,
    /// The entry about the shard.
    pub shard: ShardReport,
}

impl Part {
    /// Reads the manifest beside a file, or in a folder.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Err(Error::input(path.display(), missing(path)));
        }
        let beside = if path.is_dir() { path.join(TRACKS_MANIFEST) } else { Manifest::path(path) };
        if !beside.exists() {
            let gone = io::Error::from(io::ErrorKind::NotFound);
            return Err(
                Error::read(&beside, &gone).with_hint("every shard needs the manifest that was written with it")
            );
        }
        let mut manifest = stored::manifest(&beside)?;
        let shard = manifest
            .remove("shard")
            .ok_or_else(|| Error::input(path.display(), "is not a shard: it was written without --shard"))?;
        let shard = stored::shard(&shard.to_string())
            .map_err(|why| Error::input(beside.display(), format!("not the manifest of a shard: {why}")))?;
        Ok(Self { path: path.into(), manifest, shard })
    }

    pub(super) fn place(&self) -> String {
        self.path.display().to_string()
    }

    /// How many lines or records it has, by its manifest.
    pub(super) fn rows(&self) -> u64 {
        self.manifest.get("counts").and_then(|c| c.get("rows")).and_then(Value::as_u64).unwrap_or(0)
    }

    /// The bigWig files in its manifest; all must exist.
    pub(super) fn tracks(&self) -> Result<Vec<String>> {
        let listed = self.manifest.get("tracks").and_then(Value::as_array);
        let listed = listed.ok_or_else(|| Error::input(self.place(), "its manifest lists no tracks"))?;
        let names: Vec<String> = listed.iter().filter_map(|name| Some(name.as_str()?.to_string())).collect();
        let linked = |name: &&String| fs::symlink_metadata(self.path.join(name)).is_ok_and(|about| about.is_symlink());
        if let Some(name) = names.iter().find(linked) {
            return Err(Error::input(
                self.place(),
                format!("{name} is a link; the tracks of a shard must be regular files"),
            ));
        }
        match names.iter().find(|name| !self.path.join(name).is_file()) {
            Some(name) => Err(Error::input(self.place(), format!("{name} is missing, which its manifest lists"))
                .with_hint("run this shard again")),
            None => Ok(names),
        }
    }

    /// The kind of the output.
    pub(super) fn kind(&self) -> OutputKind {
        OutputKind::of(self.manifest.get("settings").and_then(Value::as_object))
    }

    /// The contigs of its reference, as its manifest lists them.
    pub(super) fn contigs(&self) -> &[Value] {
        let contigs = self.manifest.get("reference").and_then(|r| r.get("contigs")).and_then(Value::as_array);
        contigs.map_or(&[], Vec::as_slice)
    }

    /// Its inputs, as its manifest lists them.
    pub(super) fn inputs(&self) -> &[Value] {
        self.manifest.get("inputs").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// Refuses a part that has more or fewer lines or records than its manifest counts.
    pub(super) fn complete(&self, found: u64) -> Result<()> {
        if found == self.rows() {
            return Ok(());
        }
        Err(Error::input(
            self.place(),
            format!(
                "has {found} lines or records, and its manifest counts {}: it was truncated or changed",
                self.rows()
            ),
        )
        .with_hint("run this shard again"))
    }
}
