//! Windows that overlap: every stretch between two window borders gets the mean or the largest of the answers that
//! cover it.

use std::collections::VecDeque;

use serde_json::{Value, json};

use crate::{
    genome::{Interval, Strand},
    skip::Skip,
};

/// What becomes of places that several windows answer for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Rule {
    /// The score of a window is for the middle of its core only, one stride wide, so that nothing overlaps.
    Cut,
    /// The mean of all windows.
    Mean,
    /// The maximum of each score.
    Max,
}

impl Rule {
    /// Its name on the command line and in manifests.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cut => "cut",
            Self::Mean => "mean",
            Self::Max => "max",
        }
    }
}

/// A stretch without a window border inside.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stretch {
    /// Where.
    pub interval: Interval,
    /// Scores, or why no window that covers it has any.
    pub scores: Result<Vec<f32>, Skip>,
    /// Strand of all windows that cover it, if it is the same.
    pub strand: Strand,
}

struct Open {
    interval: Interval,
    sums: Vec<f64>,
    count: u32,
    strand: Strand,
    skip: Option<Skip>,
}

/// Collects the windows of one contig after the other.
pub(crate) struct Overlap {
    rule: Rule,
    open: VecDeque<Open>,
}

impl Overlap {
    /// For [`Rule::Mean`] or [`Rule::Max`].
    pub(crate) fn new(rule: Rule) -> Self {
        Self { rule, open: VecDeque::new() }
    }

    /// Adds a window; windows come by their start. What no later window can reach is handed to `done` first.
    pub(crate) fn add(
        &mut self,
        core: Interval,
        answer: Result<(&[f32], Strand), Skip>,
        mut done: impl FnMut(Stretch) -> crate::error::Result<()>,
    ) -> crate::error::Result<()> {
        self.close_before(core.start, &mut done)?;
        self.split(core.start);
        self.split(core.end);
        let reached = self.open.back().map_or(core.start, |last| last.interval.end).max(core.start);
        if reached < core.end {
            let interval = Interval::new(reached, core.end);
            self.open.push_back(Open { interval, sums: Vec::new(), count: 0, strand: Strand::Unknown, skip: None });
        }
        for open in self.open.iter_mut().filter(|open| open.interval.start >= core.start) {
            if open.interval.start >= core.end {
                break;
            }
            match answer {
                Err(skip) => open.skip = Some(skip),
                Ok((scores, strand)) => {
                    open.strand = if open.count == 0 || open.strand == strand { strand } else { Strand::Unknown };
                    if open.count == 0 {
                        open.sums = scores.iter().map(|&s| f64::from(s)).collect();
                    } else {
                        for (sum, &score) in open.sums.iter_mut().zip(scores) {
                            let score = f64::from(score);
                            *sum = if self.rule == Rule::Mean { *sum + score } else { sum.max(score) };
                        }
                    }
                    open.count += 1;
                }
            }
        }
        Ok(())
    }

    /// What is open, to be written down.
    pub(crate) fn save(&self) -> Value {
        let open = |o: &Open| {
            let sums: Vec<u64> = o.sums.iter().map(|sum| sum.to_bits()).collect();
            json!([o.interval.start, o.interval.end, sums, o.count, o.strand.symbol(), o.skip.map(Skip::word)])
        };
        self.open.iter().map(open).collect()
    }

    /// Goes on with what was open: stretches in order, with `columns` sums each. `None`: they are not.
    pub(crate) fn restore(&mut self, saved: &Value, columns: usize) -> Option<()> {
        for o in saved.as_array()? {
            let word = o[5].as_str();
            let (start, end) = (o[0].as_u64()?, o[1].as_u64()?);
            let open = Open {
                interval: Interval::new(start, end),
                sums: o[2].as_array()?.iter().map(|sum| sum.as_u64().map(f64::from_bits)).collect::<Option<_>>()?,
                count: u32::try_from(o[3].as_u64()?).ok()?,
                strand: [Strand::Forward, Strand::Reverse, Strand::Unknown]
                    .into_iter()
                    .find(|strand| o[4].as_str().is_some_and(|s| s.starts_with(strand.symbol())))?,
                skip: match word {
                    Some(word) => Some(Skip::from_word(word)?),
                    None => None,
                },
            };
            let follows = self.open.back().is_none_or(|before| before.interval.end <= start);
            let full = open.sums.len() == if open.count > 0 { columns } else { 0 };
            if start >= end || !follows || !full {
                return None;
            }
            self.open.push_back(open);
        }
        Some(())
    }

    /// Hands on everything: the contig has ended.
    pub(crate) fn finish(
        &mut self,
        mut done: impl FnMut(Stretch) -> crate::error::Result<()>,
    ) -> crate::error::Result<()> {
        self.close_before(u64::MAX, &mut done)
    }

    fn close_before(
        &mut self,
        start: u64,
        done: &mut impl FnMut(Stretch) -> crate::error::Result<()>,
    ) -> crate::error::Result<()> {
        while self.open.front().is_some_and(|open| open.interval.end <= start) {
            let Some(open) = self.open.pop_front() else { break };
            let scores = if open.count > 0 {
                let by = if self.rule == Rule::Mean { f64::from(open.count) } else { 1.0 };
                Ok(open.sums.iter().map(|sum| (sum / by) as f32).collect())
            } else {
                Err(open.skip.unwrap_or(Skip::UnknownBases))
            };
            done(Stretch { interval: open.interval, scores, strand: open.strand })?;
        }
        Ok(())
    }

    /// Makes a border at `position`, if it lies inside a stretch.
    fn split(&mut self, position: u64) {
        let Some(at) = self.open.iter().position(|o| o.interval.start < position && position < o.interval.end) else {
            return;
        };
        let left = &mut self.open[at];
        let right = Open {
            interval: Interval::new(position, left.interval.end),
            sums: left.sums.clone(),
            count: left.count,
            strand: left.strand,
            skip: left.skip,
        };
        left.interval.end = position;
        self.open.insert(at + 1, right);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(rule: Rule, windows: &[(u64, u64, Result<f32, Skip>)]) -> Vec<(u64, u64, Result<Vec<f32>, Skip>)> {
        let (mut overlap, mut out) = (Overlap::new(rule), Vec::new());
        let mut keep = |s: Stretch| {
            out.push((s.interval.start, s.interval.end, s.scores));
            Ok(())
        };
        for &(start, end, score) in windows {
            let scores = score.map(|s| [s]);
            let answer = scores.as_ref().map(|s| (s.as_slice(), Strand::Forward)).map_err(|&skip| skip);
            overlap.add(Interval::new(start, end), answer, &mut keep).expect("added");
        }
        overlap.finish(&mut keep).expect("finished");
        out
    }

    #[test]
    fn every_base_gets_the_mean_or_the_largest_of_its_windows() {
        let windows = [(0, 4, Ok(0.2)), (2, 6, Ok(0.4)), (4, 8, Ok(0.9)), (10, 14, Ok(0.5))];
        let wanted = |values: [f32; 5]| -> Vec<(u64, u64, Result<Vec<f32>, Skip>)> {
            [(0, 2), (2, 4), (4, 6), (6, 8), (10, 14)]
                .iter()
                .zip(values)
                .map(|(&(s, e), v)| (s, e, Ok(vec![v])))
                .collect()
        };
        assert_eq!(run(Rule::Mean, &windows), wanted([0.2, 0.3, 0.65, 0.9, 0.5]));
        assert_eq!(run(Rule::Max, &windows), wanted([0.2, 0.4, 0.9, 0.9, 0.5]));
    }

    #[test]
    fn a_skipped_window_leaves_what_others_answer() {
        let windows = [(0, 4, Err(Skip::UnknownBases)), (2, 6, Ok(0.4))];
        assert_eq!(
            run(Rule::Mean, &windows),
            [(0, 2, Err(Skip::UnknownBases)), (2, 4, Ok(vec![0.4])), (4, 6, Ok(vec![0.4]))]
        );
    }
}
