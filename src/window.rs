//! Windows: what the model reads (`span`) and what it answers for (`core`).
//!
//! Windows lie on one grid per contig: the core of window *i* begins at *i* × stride. A region selects the windows
//! whose core overlaps it, so what a region yields is a part of what the whole contig yields, and shards add up.

use crate::{
    error::{Error, Result},
    genome::{Interval, sequence::known_count},
    model::card::{Padding, WindowRule},
    skip::Skip,
};

/// The grid of windows of one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Grid {
    /// Bases the model reads.
    pub span: u64,
    /// Bases it answers for; more than `stride` only where overlapping answers are wanted.
    pub core: u64,
    /// Distance between window starts.
    pub stride: u64,
    /// Bases of the span left of the core.
    pub left: u64,
    /// Shortest contig or read that is scored.
    pub min_span: u64,
    /// Largest share of what the model reads that may be unknown or padding.
    pub max_unknown: f64,
    /// What is missing to the span is filled with N; if false, shorter windows are given as they are.
    pub fill: bool,
    /// Where a read that is shorter than the span is filled.
    pub padding: Padding,
    /// Bases of a track's finest bin: bins without a known base are not scored.
    pub bin: Option<u64>,
    /// Rows of a track may also be shorter: their cores are multiples of this.
    pub multiple: Option<u64>,
}

impl Grid {
    /// From the card, with the user's stride in place of the card's.
    ///
    /// A stride below the core makes the core that much smaller, in the middle of the same span.
    pub(crate) fn new(rule: &WindowRule, stride: Option<u64>, bin: Option<u64>) -> Result<Self> {
        let stride = stride.unwrap_or(rule.stride);
        let core = rule.core.min(stride);
        if let Some(bin) = bin
            && core != rule.core
        {
            return Err(Error::usage(format!(
                "--stride {stride} is less than the core of this model ({} bases)",
                rule.core
            ))
            .with_hint(format!(
                "this model writes a track, one value every {bin} bases; its stride may be {} or more",
                rule.core
            )));
        }
        Ok(Self {
            span: rule.span,
            core,
            stride,
            left: (rule.span - core) / 2,
            min_span: rule.min_span.unwrap_or(rule.span),
            max_unknown: rule.max_unknown,
            fill: rule.fixed,
            padding: rule.padding,
            bin,
            multiple: rule.multiple,
        })
    }

    /// The same windows, each answering for its whole core of `core` bases, though cores then overlap.
    pub(crate) fn overlapping_cores(self, core: u64) -> Self {
        Self { core, left: (self.span - core) / 2, ..self }
    }

    /// Core of window `index` on a contig of `len` bases: cut at the contig's end; `None` past it.
    pub(crate) fn core(&self, index: u64, len: u64) -> Option<Interval> {
        let start = index.checked_mul(self.stride)?;
        (start < len).then(|| Interval::new(start, (start + self.core).min(len)))
    }

    /// The first border of a core, of any window, after a position.
    pub(crate) fn border_after(&self, position: u64) -> u64 {
        let start = (position / self.stride + 1) * self.stride;
        let end = match position.checked_sub(self.core) {
            None => self.core,
            Some(past) => self.core + (past / self.stride + 1) * self.stride,
        };
        start.min(end)
    }

    /// Where the span of window `index` begins; below 0 where it leaves the contig on the left.
    pub(crate) fn span_start(&self, index: u64) -> i64 {
        (index * self.stride) as i64 - self.left as i64
    }

    /// Windows of a contig of `len` bases.
    pub(crate) fn count(&self, len: u64) -> u64 {
        len.div_ceil(self.stride)
    }

    /// First and one-past-last index of the windows whose core overlaps `interval`.
    pub(crate) fn overlapping(&self, interval: Interval, len: u64) -> (u64, u64) {
        let end = interval.end.min(len);
        if interval.start >= end {
            return (0, 0);
        }
        // The first window whose core ends after the interval's start; cores longer than the stride overlap.
        let first = interval.start.checked_sub(self.core).map_or(0, |before| before / self.stride + 1);
        (first, end.div_ceil(self.stride).max(first))
    }

    /// Appends a window to `row`: its bases, with N for those that lie left of the contig and, if the model takes
    /// only whole spans, for what is then missing on the right.
    pub(crate) fn fill(&self, left: usize, bases: &[u8], row: &mut Vec<u8>) {
        if !self.fill {
            row.extend_from_slice(bases);
            return;
        }
        let end = row.len() + self.span as usize;
        row.resize(row.len() + left, b'N');
        row.extend_from_slice(bases);
        row.resize(end, b'N');
    }

    /// Appends a sequence that is not a part of a longer one, padded as the model wants it.
    pub(crate) fn fill_alone(&self, bases: &[u8], row: &mut Vec<u8>) {
        self.padding.fill(bases, if self.fill { self.span as usize } else { 0 }, row);
    }

    /// Whether what the model would read may be scored: padding counts as unknown.
    pub(crate) fn admit(&self, row: &[u8]) -> Result<(), Skip> {
        let unknown = row.len() - known_count(row);
        if unknown as f64 > (self.max_unknown * row.len() as f64).floor() { Err(Skip::UnknownBases) } else { Ok(()) }
    }

    /// Window starts on a read of `len` bases (which may be shorter than the span): one a stride, the last one
    /// moved left to end with the read, so that every base is seen and no window is padded for nothing. For a track, where
    /// cores start: one after the other, so that every base is answered for.
    pub(crate) fn on_read(&self, len: u64) -> impl Iterator<Item = u64> + use<> {
        let (before, step, last) = match self.bin {
            Some(_) => (len, self.core, None),
            None if len <= self.span => (0, 1, Some(0)),
            None => (len - self.span, self.stride.max(1), Some(len - self.span)),
        };
        (0..before).step_by(step as usize).chain(last)
    }

    /// Appends the window of a read that [`Self::on_read`] has at `start`. For a track, N is before the read and after it; a row
    /// is as long as the rest of the read needs, if the model takes such.
    pub(crate) fn fill_from_read(&self, bases: &[u8], start: u64, row: &mut Vec<u8>) {
        let len = bases.len() as u64;
        if self.bin.is_none() {
            return self.fill_alone(&bases[start as usize..(start + self.span).min(len) as usize], row);
        }
        let core = match self.multiple {
            Some(multiple) => self.core.min((len - start).div_ceil(multiple) * multiple),
            None => self.core,
        };
        let end = row.len() + (self.span - self.core + core) as usize;
        row.resize(row.len() + self.left.saturating_sub(start) as usize, b'N');
        let right = self.span - self.core - self.left;
        row.extend_from_slice(
            &bases[start.saturating_sub(self.left) as usize..(start + core + right).min(len) as usize],
        );
        row.resize(end, b'N');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(span: u64, core: u64, stride: u64) -> Grid {
        let rule =
            WindowRule { span, core, stride, min_span: None, max_unknown: 0.5, fixed: true, ..WindowRule::default() };
        Grid::new(&rule, None, None).expect("a grid")
    }

    #[test]
    fn borders_are_those_of_all_cores() {
        for (core, stride) in [(100, 30), (10, 10), (7, 50), (90, 30), (5, 1)] {
            let grid = Grid { stride, ..grid(core, core, core) };
            let borders: std::collections::BTreeSet<u64> =
                (0..400).flat_map(|index| [index * stride, index * stride + core]).collect();
            for position in 0..400 {
                let next = borders.iter().find(|&&border| border > position).copied();
                assert_eq!(Some(grid.border_after(position)), next, "{core} every {stride}, after {position}");
            }
        }
    }

    #[test]
    fn cores_partition_every_contig() {
        for (span, core, len) in [(8, 4, 1), (8, 4, 4), (70, 35, 1000), (7, 7, 50), (9, 2, 33)] {
            let grid = grid(span, core, core);
            let mut at = 0;
            for index in 0..grid.count(len) {
                let core = grid.core(index, len).expect("inside");
                assert_eq!(core.start, at);
                at = core.end;
            }
            assert_eq!((at, grid.core(grid.count(len), len)), (len, None));
        }
    }

    #[test]
    fn region_selects_the_windows_whose_core_it_overlaps() {
        for (core, stride) in [(4, 3), (4, 4), (4, 7), (8, 3), (7, 2)] {
            let grid = Grid { core, stride, left: (8 - core) / 2, ..grid(8, 4, 4) };
            for start in 0..30 {
                for end in start + 1..31 {
                    let asked = Interval::new(start, end);
                    let (first, last) = grid.overlapping(asked, 30);
                    for index in 0..grid.count(30) {
                        let overlaps = grid.core(index, 30).is_some_and(|core| core.overlaps(asked));
                        assert_eq!(
                            overlaps,
                            (first..last).contains(&index),
                            "{asked:?} core {core} stride {stride} window {index}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn smaller_stride_makes_a_smaller_core_in_the_middle() {
        let rule = WindowRule {
            span: 70,
            core: 70,
            stride: 70,
            min_span: None,
            max_unknown: 0.5,
            fixed: true,
            ..WindowRule::default()
        };
        let grid = Grid::new(&rule, Some(10), None).expect("a grid");
        assert_eq!((grid.core, grid.left, grid.span_start(0)), (10, 30, -30));
    }

    #[test]
    fn cores_of_a_track_cover_a_read() {
        let rule = WindowRule {
            span: 8,
            core: 4,
            stride: 4,
            min_span: None,
            max_unknown: 0.5,
            fixed: true,
            ..WindowRule::default()
        };
        let row = |rule: &WindowRule, start| {
            let grid = Grid::new(rule, None, Some(2)).expect("a grid");
            assert_eq!(grid.on_read(9).collect::<Vec<_>>(), [0, 4, 8]);
            let mut row = Vec::new();
            grid.fill_from_read(b"ACGTACGTA", start, &mut row);
            String::from_utf8(row).expect("bases")
        };
        assert_eq!([row(&rule, 0), row(&rule, 4), row(&rule, 8)], ["NNACGTAC", "GTACGTAN", "GTANNNNN"]);
        let short = WindowRule { multiple: Some(2), ..rule };
        assert_eq!([row(&short, 0), row(&short, 4), row(&short, 8)], ["NNACGTAC", "GTACGTAN", "GTANNN"]);
    }

    #[test]
    fn read_windows_reach_both_ends() {
        let grid = grid(10, 5, 5);
        assert_eq!(grid.on_read(7).collect::<Vec<_>>(), [0]);
        assert_eq!(grid.on_read(10).collect::<Vec<_>>(), [0]);
        assert_eq!(grid.on_read(12).collect::<Vec<_>>(), [0, 2]);
        assert_eq!(grid.on_read(20).collect::<Vec<_>>(), [0, 5, 10]);
    }
}
