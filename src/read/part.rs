//! A part of a file: regions, and what a shard owns.

use super::regions::Regions;
use crate::{error::Result, genome::Interval};

/// What a shard owns of a contig.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owned {
    /// The place of the contig in the order of the shards, which the records must follow; `None`: any.
    pub order: Option<usize>,
    /// The first bases of records that it owns; the end may lie past that of the contig. `None`: no base.
    pub starts: Option<Interval>,
}

/// Returns what a shard owns of a contig, by its name in the file. An error for a contig whose records belong to no shard.
pub(crate) type Own<'a> = Box<dyn Fn(&str) -> Result<Owned> + Send + 'a>;

/// The records that are wanted: those that begin where a shard owns them, and overlap a region.
#[derive(Default)]
pub(crate) struct Part<'a> {
    /// What a shard owns; `None`: everything.
    pub own: Option<Own<'a>>,
    /// The shard owns the records without a position, too.
    pub owns_unplaced: bool,
    /// `None`: everywhere.
    pub regions: Option<&'a Regions>,
    /// So many bases on either side are wanted as well.
    pub margin: u64,
    /// The first record of each contig is wanted as well, if the shard owns a base of the contig.
    pub with_first: bool,
}

impl Part<'_> {
    /// Whether it is all of the file.
    pub(crate) fn is_whole(&self) -> bool {
        self.own.is_none() && self.regions.is_none()
    }

    /// Whether records without a position are wanted. A region holds none.
    pub(crate) fn has_unplaced(&self) -> bool {
        self.own.is_some() && self.owns_unplaced && self.regions.is_none()
    }

    /// What is wanted of a contig: lists of intervals, sorted and apart. A record that is wanted overlaps one of each list. Returns the
    /// place of the contig in the order of the shards, too, if records must follow it.
    pub(crate) fn of(&self, contig: &str) -> Result<(Option<usize>, Vec<Vec<Interval>>)> {
        let (mut order, mut lists) = (None, Vec::new());
        if let Some(own) = &self.own {
            let owned = own(contig)?;
            order = owned.order;
            lists.push(owned.starts.map(|starts| self.widened(&[starts])).unwrap_or_default());
        }
        if let Some(regions) = self.regions {
            lists.push(self.widened(regions.of(contig)));
        }
        Ok((order, lists))
    }

    fn widened(&self, intervals: &[Interval]) -> Vec<Interval> {
        let mut wide: Vec<Interval> = Vec::with_capacity(intervals.len());
        for interval in intervals {
            let (start, end) = (interval.start.saturating_sub(self.margin), interval.end.saturating_add(self.margin));
            match wide.last_mut() {
                Some(last) if start <= last.end => last.end = last.end.max(end),
                _ => wide.push(Interval::new(start, end)),
            }
        }
        wide
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_margin_joins_intervals() {
        let place = |start: u64, end: u64| ("c".to_string(), Interval::new(start, end));
        let regions = Regions::new([place(5, 10), place(20, 30), place(90, 100)], "a.bed".into());
        let own = |_: &str| Ok(Owned { order: Some(3), starts: Some(Interval::new(15, u64::MAX)) });
        let part = Part { own: Some(Box::new(own)), regions: Some(&regions), margin: 8, ..Part::default() };
        let (order, lists) = part.of("c").expect("intervals");
        assert_eq!(order, Some(3));
        assert_eq!(lists[0], [Interval::new(7, u64::MAX)]);
        assert_eq!(lists[1], [Interval::new(0, 38), Interval::new(82, 108)]);
    }
}
