//! Writes the answers to centred windows.

use super::peaks::Peak;
use crate::{
    call::Caller,
    counts::Counts,
    error::Result,
    genome::{Interval, Strand},
    model::Form,
    number::write_integer,
    output::{
        Output,
        table::{Place, Rules, TSV},
    },
    pipeline::{Outcome, RowAnswers},
    session::{self, Sink, Written, journal::Checkpoint},
    skip::Skip,
};

/// A line for each window, or for each bin of a track.
pub(super) struct Writer<'a> {
    output: Output,
    counts: Counts,
    rules: Rules<'a>,
    /// The line in work, as a scan would write it.
    plain: Vec<u8>,
    line: Vec<u8>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(output: Output, counts: Counts, form: &'a Form, caller: &'a Caller) -> Self {
        Self { output, counts, rules: Rules { form, caller, column: 0 }, plain: Vec::new(), line: Vec::new() }
    }

    /// Writes a line: that of a scan, with what the interval is called after the strand.
    fn place(
        &mut self,
        peak: &Peak,
        interval: Interval,
        (scores, strand): (std::result::Result<&[f32], Skip>, Strand),
    ) -> Result<()> {
        let place = Place { contig: &peak.contig, interval, strand, scores, text: None };
        self.plain.clear();
        if (TSV.write)(&place, &self.rules, &mut self.plain) == 0 {
            return Ok(());
        }
        let tabs = self.plain.iter().enumerate().filter(|(_, byte)| **byte == b'\t').map(|(at, _)| at);
        let split = tabs.take(4).last().unwrap_or(0);
        self.line.clear();
        self.line.extend_from_slice(&self.plain[..=split]);
        self.line.extend_from_slice(peak.name.as_bytes());
        self.line.push(b'\t');
        write_integer(peak.interval.start, &mut self.line);
        self.line.push(b'\t');
        write_integer(peak.interval.end, &mut self.line);
        self.line.push(b'\t');
        self.line.extend_from_slice(peak.score.as_bytes());
        self.line.extend_from_slice(&self.plain[split..]);
        self.counts.rows += 1;
        self.output.write_all(&self.line)
    }

    /// The part of [start, start + len) that lies on the contig.
    fn on_contig(peak: &Peak, start: i64, len: u64) -> Option<Interval> {
        let end = (start + len as i64).clamp(0, peak.len as i64);
        let start = start.clamp(0, peak.len as i64);
        (start < end).then(|| Interval::new(start as u64, end as u64))
    }

    fn bins(&mut self, peak: &Peak, answers: &RowAnswers<'_>, bin: u64) -> Result<Option<Skip>> {
        let (form, strand) = (self.rules.form, answers.strand(0));
        let (mut scored, mut reason) = (false, Skip::UnknownBases);
        for (index, scores) in answers.scores(0).chunks_exact(form.columns.len()).enumerate() {
            let Some(interval) = Self::on_contig(peak, peak.core + (index as u64 * bin) as i64, bin) else { continue };
            let known = peak.known.get(index).copied().unwrap_or(false);
            let scores = if known { form.scores(scores) } else { Err(Skip::UnknownBases) };
            match scores {
                Ok(scores) => {
                    scored = true;
                    self.counts.add_scores(scores.iter().copied());
                }
                Err(why) => reason = why,
            }
            self.place(peak, interval, (scores, strand))?;
        }
        Ok((!scored).then_some(reason))
    }
}

impl session::Writer for Writer<'_> {
    fn counts(&self) -> &Counts {
        &self.counts
    }

    fn checkpoint(&mut self) -> Result<Checkpoint> {
        Checkpoint::of(&self.counts, self.output.checkpoint()?)
    }

    fn seal(self) -> Result<Written> {
        Ok(Written::new(self.counts, self.output.seal()?))
    }
}

impl Sink<Peak> for Writer<'_> {
    fn write(&mut self, peak: Peak, outcome: Outcome<'_>) -> Result<()> {
        let skipped = match outcome {
            Outcome::Answered(answers) if self.rules.form.bin.is_some() => {
                let bin = self.rules.form.bin.unwrap_or(1);
                self.bins(&peak, &answers, bin)?
            }
            outcome => {
                let (scores, strand) = match &outcome {
                    Outcome::Answered(answers) => (self.rules.form.scores(answers.scores(0)), answers.strand(0)),
                    Outcome::Skipped(reason) => (Err(*reason), Strand::Unknown),
                };
                if let Ok(scores) = scores {
                    self.counts.add_scores(scores.iter().copied());
                }
                let interval = Self::on_contig(&peak, peak.core, peak.width).unwrap_or(peak.interval);
                self.place(&peak, interval, (scores, strand))?;
                scores.err()
            }
        };
        self.counts.query_written(skipped);
        Ok(())
    }
}
