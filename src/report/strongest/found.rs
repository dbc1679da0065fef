//! What was found: the rows of the table.

use super::best::Row;

/// The strongest calls, from the strongest on.
pub(in crate::report) struct Strongest {
    /// What they are: "variants".
    pub what: &'static str,
    /// What they are sorted by: "largest change of a score".
    pub by: String,
    /// How many there are in the output; 0 where that is not known.
    pub count: u64,
    /// Columns after the place: name, and whether it is text.
    pub columns: Vec<(String, bool)>,
    /// The strongest.
    pub rows: Vec<Row>,
}
