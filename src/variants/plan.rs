//! Which stretches are run for the changes of a batch: neighbouring variants share one.

use crate::{
    batch::{Change, Changes, Stretch},
    error::Result,
    genome::{Interval, Strand},
    read::reference::Reference,
};

/// What a change needs of its genome.
pub(crate) struct Wanted {
    /// Contig in the FASTA.
    pub contig: usize,
    /// Its length.
    pub len: u64,
    /// Strand that is read.
    pub strand: Strand,
    /// What is read as it is; everything else is N.
    pub kept: Interval,
    /// First base that is changed, 0-based.
    pub position: u64,
    /// Bases taken out.
    pub removed: u64,
    /// Bases put in; at least one.
    pub inserted: Vec<u8>,
    /// Bases before the change that are answered for.
    pub left: u64,
    /// Bases after it that are answered for.
    pub right: u64,
}

/// A stretch of the batch in work.
struct Open {
    contig: usize,
    len: u64,
    strand: Strand,
    kept: Interval,
    /// On the contig; it may begin before it and end after it.
    start: i64,
    end: i64,
}

/// Plans the stretches of a batch after the other.
pub(crate) struct Planner {
    half: i64,
    /// What is answered by a stretch begins and ends at multiples of it.
    period: i64,
    open: Vec<Open>,
}

/// Bases a stretch may be made longer rather than a second one begun, as a share of the context. A stretch costs what its
/// last layers leave out, which for SpliceAI's is two thirds of its context (4.5 of 7.0 GMAC for 10,101 bases).
const LONGER: (i64, i64) = (5, 8);

/// Longest stretch of several changes, as a share of the context: 25,000 bases of a network that reads 10,000, whose
/// states then take 90 MB.
const LONGEST: (i64, i64) = (5, 2);

/// The same for an engine whose stretches have a period: it keeps all layers of one that has many changes, 65 MB of SpliceAI's.
const LONGEST_OF_PERIODS: (i64, i64) = (3, 2);

/// What is short enough for any network, whatever its context: a call of an engine costs as much.
const SHORT: i64 = 1000;

impl Planner {
    /// For a network whose stretches are `context` bases longer than what is answered, and whose answers begin and end at multiples of
    /// `period`: a change then has the same answer whichever other changes share its stretch.
    pub(crate) fn new(context: u64, period: u64) -> Self {
        Self { half: context as i64 / 2, period: period.max(1) as i64, open: Vec::new() }
    }

    /// The bases of the stretch that a change needs.
    fn needed(&self, wanted: &Wanted) -> (i64, i64) {
        let first = (wanted.position as i64 - wanted.left as i64).div_euclid(self.period) * self.period;
        let last = (wanted.position + wanted.removed + wanted.right) as i64;
        let last = (last + self.period - 1).div_euclid(self.period) * self.period;
        (first - self.half, last + self.half)
    }

    /// Adds a change to the batch, unless it is among those from `first` on already: its place after `first`.
    pub(crate) fn add(
        &mut self,
        reference: &mut Reference,
        changes: &mut Changes,
        first: usize,
        wanted: Wanted,
    ) -> Result<usize> {
        if changes.stretches.is_empty() {
            self.open.clear();
        }
        let (start, end) = self.needed(&wanted);
        let stretch = match self.find(start, end, &wanted) {
            Some(stretch) => {
                let open = &mut self.open[stretch];
                if end > open.end {
                    let bases = &mut changes.stretches[stretch].bases;
                    fetch(reference, open, open.end, end, bases)?;
                    open.end = end;
                }
                stretch
            }
            None => {
                let Wanted { contig, len, strand, kept, .. } = wanted;
                let open = Open { contig, len, strand, kept, start, end };
                let mut bases = Vec::with_capacity((end - start) as usize);
                fetch(reference, &open, start, end, &mut bases)?;
                self.open.push(open);
                changes.stretches.push(Stretch { bases, strand });
                self.open.len() - 1
            }
        };
        let change = Change {
            stretch,
            at: (wanted.position as i64 - self.open[stretch].start) as usize,
            removed: wanted.removed as usize,
            inserted: wanted.inserted,
            left: wanted.left as usize,
            right: wanted.right as usize,
        };
        if let Some(same) = changes.changes[first..].iter().position(|other| *other == change) {
            return Ok(same);
        }
        changes.changes.push(change);
        Ok(changes.changes.len() - 1 - first)
    }

    /// The bases that an answer rests on: in place of what `window` holds.
    pub(crate) fn read(&self, reference: &mut Reference, wanted: &Wanted, window: &mut Vec<u8>) -> Result<()> {
        let start = wanted.position as i64 - wanted.left as i64 - self.half;
        let end = (wanted.position + wanted.removed + wanted.right) as i64 + self.half;
        let Wanted { contig, len, strand, kept, .. } = *wanted;
        window.clear();
        fetch(reference, &Open { contig, len, strand, kept, start, end }, start, end, window)
    }

    /// A stretch that says the same of these bases, and holds them or may be made longer to do so.
    fn find(&self, start: i64, end: i64, wanted: &Wanted) -> Option<usize> {
        let context = self.half * 2;
        let longer = (context * LONGER.0 / LONGER.1).max(SHORT);
        let share = if self.period > 1 { LONGEST_OF_PERIODS } else { LONGEST };
        let longest = (context * share.0 / share.1).max(context + SHORT);
        let seen = |kept: Interval| {
            let (from, to) = ((kept.start as i64).max(start), (kept.end as i64).min(end));
            (from < to).then_some((from, to))
        };
        self.open.iter().position(|open| {
            open.contig == wanted.contig
                && open.strand == wanted.strand
                && open.start <= start
                && seen(open.kept) == seen(wanted.kept)
                && (end <= open.end || (end - open.end <= longer && end - open.start <= longest))
        })
    }
}

/// Appends the bases of `[start, end)`: N where the contig or what is kept does not reach.
fn fetch(reference: &mut Reference, open: &Open, start: i64, end: i64, out: &mut Vec<u8>) -> Result<()> {
    let from = start.max(open.kept.start as i64).max(0).min(end);
    let to = end.min(open.kept.end as i64).min(open.len as i64).max(from);
    let whole = out.len() + (end - start) as usize;
    out.resize(out.len() + (from - start) as usize, b'N');
    if from < to {
        reference.fetch(open.contig, Interval::new(from as u64, to as u64), out)?;
    }
    out.resize(whole, b'N');
    Ok(())
}
