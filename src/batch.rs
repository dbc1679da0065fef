//! Windows become batches: whole queries, their bases, and the network's input made from them.
//!
//! A query never spans two batches. An engine is always called with the same number of rows (the card's
//! `run: rows`), and a row is padded only as its own length asks, so an answer does not depend on its neighbours.

use crate::{
    genome::Strand,
    model::card::{Carrier, Side},
    skip::Skip,
};

/// Bases of windows, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    bases: Vec<u8>,
    ends: Vec<usize>,
}

impl Rows {
    /// Adds a window.
    pub(crate) fn push(&mut self, bases: &[u8]) {
        self.bases.extend_from_slice(bases);
        self.ends.push(self.bases.len());
    }

    /// Adds a window made in place.
    pub(crate) fn push_with(&mut self, fill: impl FnOnce(&mut Vec<u8>)) {
        fill(&mut self.bases);
        self.ends.push(self.bases.len());
    }

    /// The bases of window `index`.
    pub(crate) fn row(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bases[start..self.ends[index]]
    }

    /// How many windows.
    pub(crate) fn count(&self) -> usize {
        self.ends.len()
    }

    /// Takes back all windows from `count` on.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.ends.truncate(count);
        self.bases.truncate(self.ends.last().copied().unwrap_or(0));
    }

    /// Bases in all windows.
    pub(crate) fn bases(&self) -> usize {
        self.bases.len()
    }
}

/// A stretch of sequence that changes are made in.
#[derive(Debug)]
pub(crate) struct Stretch {
    /// Its bases, on the forward strand.
    pub bases: Vec<u8>,
    /// The strand that is read.
    pub strand: Strand,
}

/// Bases [at, at + removed) of a stretch are taken out, and `inserted` is put in. Asked for are the scores of both, from
/// `left` bases before the change to `right` bases after it. All on the forward strand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// Which stretch.
    pub stretch: usize,
    /// First base that is changed.
    pub at: usize,
    /// Bases taken out.
    pub removed: usize,
    /// Bases put in; at least one.
    pub inserted: Vec<u8>,
    /// Bases before the change that are answered for.
    pub left: usize,
    /// Bases after the change that are answered for.
    pub right: usize,
}

/// Stretches and their changes, for models that answer for a change without reading a whole window again.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Every stretch has a change at least.
    pub stretches: Vec<Stretch>,
    /// In the order of the queries.
    pub changes: Vec<Change>,
}

impl Changes {
    /// Bases in all stretches.
    pub(crate) fn bases(&self) -> usize {
        self.stretches.iter().map(|stretch| stretch.bases.len()).sum()
    }
}

/// A record, and how many of the batch's rows, or changes, are its own.
#[derive(Debug)]
pub(crate) struct Query<R> {
    /// The record.
    pub record: R,
    /// How many are its own, or why there are none.
    pub rows: Result<usize, Skip>,
}

/// Queries run together.
#[derive(Debug)]
pub(crate) struct Batch<R> {
    /// In input order.
    pub queries: Vec<Query<R>>,
    /// Their windows, in the same order.
    pub rows: Rows,
    /// Their changes, in the same order; a batch has windows or changes.
    pub changes: Changes,
}

impl<R> Default for Batch<R> {
    fn default() -> Self {
        Self { queries: Vec::new(), rows: Rows::default(), changes: Changes::default() }
    }
}

/// One input of one call of an engine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'a> {
    /// Lengths of its axes.
    pub shape: &'a [usize],
    /// Its values, row after row.
    pub data: Data<'a>,
}

/// Values of an input, in the number type in which they were made: an engine converts them to the type of the network.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Data<'a> {
    /// 32-bit floats.
    F32(&'a [f32]),
    /// 64-bit integers.
    I64(&'a [i64]),
    /// 32-bit integers.
    I32(&'a [i32]),
    /// Bytes.
    U8(&'a [u8]),
}

impl Data<'_> {
    /// The values in another number type. 64-bit floats hold every id and every 32-bit float.
    pub(crate) fn converted<T>(self, to: impl Fn(f64) -> T) -> Vec<T> {
        match self {
            Self::F32(values) => values.iter().map(|&value| to(f64::from(value))).collect(),
            Self::I64(values) => values.iter().map(|&value| to(value as f64)).collect(),
            Self::I32(values) => values.iter().map(|&value| to(f64::from(value))).collect(),
            Self::U8(values) => values.iter().map(|&value| to(f64::from(value))).collect(),
        }
    }
}

/// The network's input, for all rows of a batch, in calls of one shape each.
#[derive(Debug, Default)]
pub(crate) struct Encoded {
    /// Rows in every call (the last ones of a call may be filling).
    pub call_rows: usize,
    /// The calls, in order.
    pub calls: Vec<Call>,
    /// What the calls' ranges point into, by type.
    pub f32s: Vec<f32>,
    /// 64-bit integers.
    pub i64s: Vec<i64>,
    /// 32-bit integers.
    pub i32s: Vec<i32>,
    /// Bytes.
    pub u8s: Vec<u8>,
    /// Attention masks, where the network asks for them.
    pub masks: Vec<i64>,
    /// Tokens of every encoded row, where the network makes its own calls: language models and vectors.
    pub tokens: Vec<Vec<Token>>,
    /// The reverse complement of every row, in the same calls, where the network asks for it.
    pub reverse: Option<Box<Encoded>>,
}

impl Encoded {
    /// Values so far of one type.
    pub(crate) fn len(&self, carrier: Carrier) -> usize {
        match carrier {
            Carrier::F32 => self.f32s.len(),
            Carrier::I64 => self.i64s.len(),
            Carrier::I32 => self.i32s.len(),
            Carrier::U8 => self.u8s.len(),
        }
    }

    /// Adds a row's mask: 1 where a token is data. A filling row attends to one token: a row that attends to
    /// nothing is not-a-number.
    pub(crate) fn add_mask(&mut self, tokens: usize, len: usize, padding: Side) {
        let seen = tokens.max(1).min(len);
        let (data, filling) = (std::iter::repeat_n(1, seen), std::iter::repeat_n(0, len - seen));
        match padding {
            Side::Right => self.masks.extend(data.chain(filling)),
            Side::Left => self.masks.extend(filling.chain(data)),
        }
    }
}

/// A token of a row, and the bases that it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// Its id.
    pub id: i64,
    /// Its first base in the row, 0-based.
    pub start: usize,
    /// How many bases it stands for; 0 for a special token.
    pub len: usize,
    /// All of its bases are A, C, G or T.
    pub known: bool,
}

impl Token {
    /// One past its last base in the row.
    pub(crate) fn end(&self) -> usize {
        self.start + self.len
    }

    /// It stands for known bases.
    pub(crate) fn is_known(&self) -> bool {
        self.known && self.len > 0
    }
}

/// One call of the engine.
#[derive(Debug)]
pub(crate) struct Call {
    /// Input shape, rows first.
    pub shape: Vec<usize>,
    /// Bases or tokens of each row, with the padding.
    pub len: usize,
    /// Where its values begin.
    pub start: usize,
    /// Where its masks begin.
    pub mask_start: usize,
    /// Which encoded rows it holds, in its order; less than `call_rows` of them in a last call.
    pub rows: Vec<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_were_pushed() {
        let mut rows = Rows::default();
        rows.push(b"ACG");
        rows.push(b"");
        rows.push_with(|bases| bases.extend_from_slice(b"TT"));
        assert_eq!((rows.row(0), rows.row(1), rows.row(2)), (&b"ACG"[..], &b""[..], &b"TT"[..]));
        rows.truncate(1);
        assert_eq!((rows.count(), rows.bases()), (1, 3));
    }
}
