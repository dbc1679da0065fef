//! A read on its way through the pipeline.

use std::sync::Arc;

use noodles::sam::alignment::RecordBuf;

use crate::{genome::Interval, pipeline::Located, skip::Skip};

/// A read on its way through the pipeline.
pub(super) struct Read {
    /// The record; for a table, without its bases and qualities.
    pub record: RecordBuf,
    /// Its bases.
    pub len: u64,
    /// Windows that are run.
    pub windows: u64,
    /// Its bases were reverse-complemented, so that they are as the sequencer read them.
    pub reversed: bool,
}

/// Windows of a read that are run together. A read that is longer than a batch comes in several pieces, so that memory does not grow
/// with its windows.
pub(super) struct Piece {
    /// The read.
    pub read: Arc<Read>,
    /// The first piece of the read.
    pub first: bool,
    /// The last piece of the read.
    pub last: bool,
    /// The windows of the piece.
    pub windows: Vec<Window>,
}

/// A window on a read.
pub(super) struct Window {
    /// The 0-based start of the window (for a track, of its core) on the read.
    pub start: u64,
    /// Runs of unknown bases, for tracks.
    pub unknown: Vec<Interval>,
    /// Whether it is run, or why not.
    pub run: Result<(), Skip>,
}

impl Piece {
    /// A whole read.
    pub(super) fn whole(read: Read, windows: Vec<Window>) -> Self {
        Self { read: Arc::new(read), first: true, last: true, windows }
    }
}

impl Located for Piece {
    fn place(&self) -> String {
        format!("read {}", self.read.record.name().map_or_else(|| "*".into(), ToString::to_string))
    }
}
