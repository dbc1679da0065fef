//! A line for each interval: those of a scan's TSV.

use super::source::{Centre, central_bin};
use crate::{
    counts::Counts,
    error::Result,
    genome::Strand,
    output::table::{Place, Rules, TSV},
    pipeline::Outcome,
    session::{OutputWriter, Sink, Writer, Written, journal::Checkpoint},
    window::Grid,
};

/// The end of a run over intervals.
pub(super) struct Lines<'a> {
    inner: OutputWriter,
    rules: Rules<'a>,
    /// Which bin of a window is written.
    bin: usize,
    line: Vec<u8>,
}

impl<'a> Lines<'a> {
    /// Lines of `inner`.
    pub(super) fn new(inner: OutputWriter, rules: Rules<'a>, grid: Grid) -> Self {
        let bin = grid.bin.map_or(0, |bin| central_bin(grid, bin)) as usize;
        Self { inner, rules, bin, line: Vec::new() }
    }
}

impl Writer for Lines<'_> {
    fn counts(&self) -> &Counts {
        self.inner.counts()
    }

    fn checkpoint(&mut self) -> Result<Checkpoint> {
        self.inner.checkpoint()
    }

    fn seal(self) -> Result<Written> {
        self.inner.seal()
    }
}

impl Sink<Centre> for Lines<'_> {
    fn write(&mut self, Centre { contig, interval }: Centre, outcome: Outcome<'_>) -> Result<()> {
        let (columns, bin) = (self.rules.form.columns.len(), self.bin);
        let (scores, strand) = match outcome {
            Outcome::Skipped(skip) => (Err(skip), Strand::Unknown),
            Outcome::Answered(answers) => {
                let scores = &answers.scores(0)[bin * columns..(bin + 1) * columns];
                (self.rules.form.scores(scores), answers.strand(0))
            }
        };
        let OutputWriter { output, counts } = &mut self.inner;
        counts.query_written(scores.err());
        counts.add_scores(scores.into_iter().flatten().copied());
        self.line.clear();
        let place = Place { contig: &contig, interval, strand, scores, text: None };
        counts.rows += (TSV.write)(&place, &self.rules, &mut self.line);
        output.write_all(&self.line)
    }
}
