//! The stretches that the view has bases and calls of.

use std::collections::BTreeMap;

use crate::{genome::Interval, report::strongest::Strongest};

/// Bases on each side of a call.
const AROUND: u64 = 1000;

/// The longest stretch of one call; of a longer one its middle is shown.
const LONGEST: u64 = 20_000;

/// Bases of all stretches: what is beyond is not shown.
const MOST: u64 = 500_000;

/// Stretches by contig, in order, that do not overlap.
#[derive(Default)]
pub(super) struct Windows(BTreeMap<String, Vec<Interval>>);

impl Windows {
    /// Around the strongest calls, from the strongest on.
    pub(super) fn around(strongest: &Strongest) -> Self {
        let mut windows = Self::default();
        let mut bases = 0;
        for (contig, interval) in strongest.rows.iter().filter_map(|row| row.place.as_ref()) {
            if !can_be_shown(contig) {
                continue;
            }
            let middle = interval.start.midpoint(interval.end);
            let half = (interval.len() / 2).min(LONGEST / 2) + AROUND;
            let window = Interval::new(middle.saturating_sub(half), middle + half);
            bases += window.len();
            if bases > MOST {
                break;
            }
            windows.0.entry(contig.clone()).or_default().push(window);
        }
        windows.merge();
        windows
    }

    fn merge(&mut self) {
        for all in self.0.values_mut() {
            all.sort_unstable_by_key(|window| (window.start, window.end));
            let mut merged: Vec<Interval> = Vec::with_capacity(all.len());
            for window in all.drain(..) {
                match merged.last_mut() {
                    Some(last) if window.start <= last.end => {
                        *last = Interval::new(last.start, last.end.max(window.end))
                    }
                    _ => merged.push(window),
                }
            }
            *all = merged;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Contigs and their stretches, which the caller may cut.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&String, &mut Vec<Interval>)> {
        self.0.iter_mut()
    }

    /// Contigs and their stretches.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &[Interval])> {
        self.0.iter().map(|(contig, all)| (contig.as_str(), all.as_slice()))
    }

    /// The contigs, in the order of their numbers.
    pub(super) fn names(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    /// The number of a contig, if a stretch of it overlaps an interval.
    pub(super) fn number(&self, contig: &str, interval: Interval) -> Option<usize> {
        let all = self.0.get(contig)?;
        let next = all.partition_point(|window| window.end <= interval.start);
        let reached = all.get(next)?.start < interval.end.max(interval.start + 1);
        reached.then(|| self.0.keys().position(|name| name == contig)).flatten()
    }

    /// Whether the middle of an interval lies in a stretch.
    pub(super) fn holds(&self, contig: &str, interval: Interval) -> bool {
        let middle = interval.start.midpoint(interval.end);
        self.number(contig, Interval::new(middle, middle + 1)).is_some()
    }
}

/// Names that igv.js takes apart differently: it reads `a:b` as a place, and `all` as the whole genome.
fn can_be_shown(contig: &str) -> bool {
    contig.is_ascii() && !contig.contains(':') && !contig.eq_ignore_ascii_case("all")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_found_in_the_stretches() {
        let all = |contig: &str, all: &[(u64, u64)]| {
            (contig.to_string(), all.iter().map(|&(a, b)| Interval::new(a, b)).collect())
        };
        let mut windows = Windows([all("a", &[(50, 60), (10, 20), (15, 30)]), all("b", &[(0, 5)])].into());
        windows.merge();
        assert_eq!(windows.0["a"], [Interval::new(10, 30), Interval::new(50, 60)]);
        let number = |contig, start, end| windows.number(contig, Interval::new(start, end));
        assert_eq!(
            [number("a", 29, 31), number("a", 30, 50), number("a", 30, 51), number("b", 4, 9)],
            [Some(0), None, Some(0), Some(1)]
        );
        assert_eq!((number("b", 5, 9), number("c", 1, 2), number("b", 4, 4)), (None, None, Some(1)));
        assert!(!can_be_shown("HLA-A*01:01") && !can_be_shown("All") && can_be_shown("chr1"));
    }
}
