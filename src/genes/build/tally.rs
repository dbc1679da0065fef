//! Counts of the table that is being read.

/// Counts of the table that is being read.
#[derive(Default)]
pub(super) struct Tally {
    /// Number of the source.
    pub(super) source: i64,
    pub(super) rows: u64,
    pub(super) facts: u64,
    /// Rows whose gene is unknown, and the first such gene.
    pub(super) unknown: (u64, String),
    pub(super) release: String,
}

impl Tally {
    /// Counts a row whose gene is unknown.
    pub(super) fn lost(&mut self, gene: Option<&str>) {
        if self.unknown.0 == 0 {
            self.unknown.1 = gene.unwrap_or("(no gene)").into();
        }
        self.unknown.0 += 1;
    }
}
