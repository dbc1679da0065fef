//! Elements at the edges of a shard: parts of elements that a whole run would have joined across the cut.

use serde::{Deserialize, Serialize};

use crate::shards::territory::Territory;
use crate::{output::elements::Element, read::regions::Regions};

/// An element that may continue in a neighbouring shard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Edge {
    /// The part in this shard.
    pub element: Element,
    /// It overlaps a region of the run, so its line was written.
    pub written: bool,
    /// Start of the next region after it: what is joined to it may reach that region.
    pub next_region: Option<u64>,
}

impl Edge {
    /// The element, if it lies at an edge of the territory. Calls up to `gap` bases apart are joined; windows of the shard before
    /// may reach `reach` bases into this one.
    pub(crate) fn at(
        element: &Element,
        territory: &Territory,
        gap: u64,
        reach: u64,
        regions: Option<&Regions>,
    ) -> Option<Self> {
        let own = territory.of(&element.contig)?;
        let whole = territory.length(&element.contig)?;
        let left = own.start > 0 && element.start <= own.start.saturating_add(gap).saturating_add(reach);
        let right = own.end < whole && element.end.saturating_add(gap) >= own.end;
        (left || right).then(|| Self {
            element: element.clone(),
            written: regions.is_none_or(|r| r.overlaps(&element.contig, element.interval())),
            next_region: regions
                .and_then(|r| r.of(&element.contig).iter().map(|i| i.start).find(|&start| start >= element.end)),
        })
    }

    /// Adds the part that follows.
    pub(crate) fn join(&mut self, next: &Self) {
        self.written |= next.written || self.next_region.is_some_and(|start| start < next.element.start);
        self.element.join(&next.element);
        self.next_region = next.next_region;
    }
}
