//! The result of a merge.

use crate::output::Sealed;

/// A merged output, whose files do not have their names yet.
pub(crate) struct Merged {
    /// Lines or records.
    pub rows: u64,
    /// The files.
    pub sealed: Sealed,
}
