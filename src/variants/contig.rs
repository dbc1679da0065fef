//! The bases of the contig that a record lies on.

use crate::{error::Result, genome::Interval, read::reference::Reference};

/// A contig of the reference.
pub(crate) struct ContigBases<'a> {
    /// The reference.
    pub reference: &'a mut Reference,
    /// Number of the contig in the reference; past the last one if the reference lacks it.
    pub id: usize,
    /// Length in bases; 0 if the reference lacks it.
    pub len: u64,
}

impl ContigBases<'_> {
    /// Number and length of the contig.
    pub(crate) fn place(&self) -> (usize, u64) {
        (self.id, self.len)
    }

    /// Appends the bases of an interval.
    pub(crate) fn fetch(&mut self, interval: Interval, out: &mut Vec<u8>) -> Result<()> {
        self.reference.fetch(self.id, interval, out)
    }

    /// The base at a 0-based position; N past the end.
    pub(crate) fn base(&mut self, position: u64) -> Result<u8> {
        let mut base = Vec::with_capacity(1);
        self.fetch(Interval::new(position, position + 1), &mut base)?;
        Ok(base.first().copied().unwrap_or(b'N'))
    }
}
