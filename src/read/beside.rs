//! Index files beside a file: their names, and whether they are older than the file.

use std::path::Path;

pub(super) use super::source::modified;
pub(crate) use crate::address::with_ending;

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
