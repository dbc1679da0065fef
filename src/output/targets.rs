//! Which files a run may write: none that is an input, and no file twice.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::manifest::Manifest;
use crate::{
    address::is_address,
    error::{Error, Result},
    read::beside::with_ending,
};

/// Refuses an output, index, manifest or other file to be written that is also an input or one another, and a manifest that could not be
/// written. Called before anything is opened.
pub(crate) fn check_targets(
    inputs: &[&Path],
    output: Option<&Path>,
    manifest: Option<&Path>,
    others: &[(&Path, &'static str)],
) -> Result<()> {
    let real = |path: &Path| -> PathBuf {
        fs::canonicalize(path).unwrap_or_else(|_| {
            let folder = path.parent().filter(|p| *p != Path::new("")).unwrap_or(Path::new("."));
            fs::canonicalize(folder).unwrap_or_else(|_| folder.into()).join(path.file_name().unwrap_or_default())
        })
    };
    let written = output.into_iter().chain(manifest).chain(others.iter().map(|(path, _)| *path));
    if let Some(path) = written.into_iter().find(|path| is_address(path)) {
        return Err(Error::usage(format!("{} is an address: outputs are files on this machine", path.display()))
            .with_hint("write a file, and copy it (aws s3 cp, curl -T) when the run has ended"));
    }
    let is_file = |path: &&Path| !path.exists() || path.is_file();
    let output = output.filter(|path| *path != Path::new("-")).filter(is_file);
    let mut taken: Vec<(PathBuf, &str)> =
        inputs.iter().filter(|path| path.is_file()).map(|path| (real(path), "an input")).collect();
    let mut take = |path: &Path, what: &'static str| -> Result<()> {
        let path_now = real(path);
        if let Some((_, other)) = taken.iter().find(|(there, _)| *there == path_now) {
            return Err(Error::usage(format!("{} is both {what} and {other}", path.display())));
        }
        taken.push((path_now, what));
        Ok(())
    };
    if let Some(output) = output {
        take(output, "the output")?;
        for ending in ["tbi", "csi"] {
            take(&with_ending(output, ending), "the output's index")?;
        }
    }
    for (path, what) in others.iter().filter(|(path, _)| is_file(path)) {
        take(path, what)?;
    }
    let default = output.map(Manifest::path);
    if let Some(manifest) = manifest.or(default.as_deref()).filter(is_file) {
        take(manifest, "the manifest")?;
        let folder = manifest.parent().filter(|p| *p != Path::new("")).unwrap_or(Path::new("."));
        if !folder.is_dir() && (output.is_none() || output.and_then(Path::parent) != manifest.parent()) {
            return Err(Error::Output {
                place: manifest.display().to_string(),
                message: format!("the folder {} does not exist", folder.display()),
                hint: Some(format!("mkdir -p {}", folder.display())),
                source: None,
            });
        }
    } else if let Some(manifest) = manifest
        && manifest.is_dir()
    {
        return Err(Error::Output {
            place: manifest.display().to_string(),
            message: "is a folder, not a file".into(),
            hint: None,
            source: None,
        });
    }
    Ok(())
}
