//! Index files beside a file: their names, and whether they are older than the file.

use std::{
    path::{Path, PathBuf},
    time::SystemTime,
};

/// The path with an ending added: `genome.fa` and `fai` give `genome.fa.fai`.
pub(crate) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// When a file was written last.
pub(super) fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|about| about.modified()).ok()
}

/// Whether both files exist, and the index was written before the file.
pub(super) fn is_older(index: &Path, file: &Path) -> bool {
    modified(index).zip(modified(file)).is_some_and(|(index, file)| index < file)
}

/// Warns of an index that is older than its file.
pub(super) fn warn_if_older(index: &Path, file: &Path) {
    if is_older(index, file) {
        tracing::warn!(
            "{} is older than {}: if that file has changed, index it again",
            index.display(),
            file.display()
        );
    }
}
