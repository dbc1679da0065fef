//! Lines that are complete before their turn: they wait until nothing that is still open begins earlier.

use std::collections::BTreeMap;

use crate::genome::Interval;

/// Where a line stands: number of its contig, interval, bytes; then its number, so that equal lines are all kept.
type Key = (u64, Interval, Vec<u8>, u64);

/// Lines in order of contig, interval and bytes. Contigs come one after the other. To add a line and to take one each cost the
/// logarithm of how many wait.
#[derive(Debug)]
pub(crate) struct Waiting<T> {
    lines: BTreeMap<Key, T>,
    /// The contig of the lines that were added last, and its number.
    contig: (String, u64),
    added: u64,
}

impl<T> Default for Waiting<T> {
    fn default() -> Self {
        Self { lines: BTreeMap::new(), contig: (String::new(), 0), added: 0 }
    }
}

impl<T> Waiting<T> {
    /// Adds a line, and what belongs to it.
    pub(crate) fn add(&mut self, contig: &str, interval: Interval, line: Vec<u8>, what: T) {
        if self.contig.0 != contig {
            self.contig = (contig.into(), self.contig.1 + 1);
        }
        self.added += 1;
        self.lines.insert((self.contig.1, interval, line, self.added), what);
    }

    /// The next line, if it begins before the earliest place that may still get one: on the contig that was added last, if it is
    /// that place's.
    pub(crate) fn next_before(&mut self, earliest: Option<(&str, u64)>) -> Option<(Interval, Vec<u8>, T)> {
        let first = self.lines.first_entry()?;
        let (number, interval, ..) = first.key();
        let open = earliest.is_some_and(|(contig, start)| {
            *number == self.contig.1 && self.contig.0 == contig && interval.start >= start
        });
        if open {
            return None;
        }
        let ((_, interval, line, _), what) = first.remove_entry();
        Some((interval, line, what))
    }

    /// What belongs to the lines that wait, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.lines.values()
    }

    /// None waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same, slowly: all lines are sorted each time.
    #[derive(Default)]
    struct Slow(Vec<(String, Interval, Vec<u8>)>);

    impl Slow {
        fn release(&mut self, current: &str, earliest: Option<u64>) -> Vec<Vec<u8>> {
            let later = |contig: &str| contig == current;
            self.0.sort_by(|a, b| (later(&a.0), a.1, &a.2).cmp(&(later(&b.0), b.1, &b.2)));
            let (kept, out): (Vec<_>, Vec<_>) = std::mem::take(&mut self.0)
                .into_iter()
                .partition(|(contig, i, _)| later(contig) && earliest.is_some_and(|start| i.start >= start));
            self.0 = kept;
            out.into_iter().map(|(_, _, line)| line).collect()
        }
    }

    #[test]
    fn random_lines_come_as_from_sorting_them_each_time() {
        for seed in 0..200 {
            let mut random = fastrand::Rng::with_seed(seed);
            let (mut fast, mut slow) = (Waiting::default(), Slow::default());
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            // Elements of three strengths: most are short, a few stay open for long.
            let mut open: Vec<(u64, u64)> = Vec::new();
            for contig in ["b", "a", "c"] {
                for at in 0..random.u64(1..60) {
                    open.push((at, at + [1, 3, 40][random.usize(..3)]));
                    let (ended, still): (Vec<_>, Vec<_>) = open.drain(..).partition(|(_, end)| *end <= at);
                    open = still;
                    for (start, end) in ended {
                        let (interval, line) = (Interval::new(start, end), vec![random.u8(b'a'..=b'c')]);
                        fast.add(contig, interval, line.clone(), ());
                        slow.0.push((contig.into(), interval, line));
                    }
                    let earliest = open.iter().map(|(start, _)| *start).min();
                    while let Some((_, line, ())) = fast.next_before(earliest.map(|start| (contig, start))) {
                        ours.push(line);
                    }
                    theirs.extend(slow.release(contig, earliest));
                    assert_eq!(ours, theirs, "seed {seed}, {contig}:{at}");
                }
                for (start, end) in open.drain(..) {
                    fast.add(contig, Interval::new(start, end), b"z".to_vec(), ());
                    slow.0.push((contig.into(), Interval::new(start, end), b"z".to_vec()));
                }
            }
            while let Some((_, line, ())) = fast.next_before(None) {
                ours.push(line);
            }
            theirs.extend(slow.release("", None));
            assert_eq!(ours, theirs, "seed {seed}");
            assert!(fast.is_empty());
        }
    }
}
