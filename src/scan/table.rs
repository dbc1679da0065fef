//! The table of a scan: a line for each place, or for each element of joined calls, in the order of their starts.

use serde_json::Value;

use crate::{
    error::Result,
    output::{
        Output, Sealed,
        elements::{Element, Merger},
        order::Waiting,
        table::{Place, Rules, TableFormat},
    },
    read::regions::Regions,
    shards::{edges::Edge, territory::Territory},
    window::Grid,
};

/// The table in work.
pub(super) struct Table<'a> {
    output: Output,
    format: TableFormat,
    rules: Rules<'a>,
    line: Vec<u8>,
    /// Lines written by this run.
    pub rows: u64,
    joined: Option<Joined>,
    /// Bases by which a window that begins in one shard reaches into the next.
    reach: u64,
    territory: Option<&'a Territory>,
    regions: Option<&'a Regions>,
    /// Elements that may continue in a neighbouring shard.
    pub edges: Vec<Edge>,
}

/// Calls that are joined into elements.
struct Joined {
    /// Calls up to so many bases apart are joined.
    gap: u64,
    merger: Merger,
    /// Elements that have just become complete.
    complete: Vec<Element>,
    /// Complete elements and their lines that wait for one that began earlier.
    held: Waiting<Element>,
}

impl<'a> Table<'a> {
    /// A table in a format; `output` has its header. `gap`: calls up to so many bases apart are joined into elements.
    pub(super) fn new(
        output: Output,
        format: TableFormat,
        rules: Rules<'a>,
        gap: Option<u64>,
        grid: Option<Grid>,
        (territory, regions): (Option<&'a Territory>, Option<&'a Regions>),
    ) -> Self {
        let columns = rules.form.columns.len();
        let joined = gap.map(|gap| Joined {
            gap,
            merger: Merger::new(gap, columns),
            complete: Vec::new(),
            held: Waiting::default(),
        });
        Self {
            output,
            format,
            rules,
            line: Vec::new(),
            rows: 0,
            joined,
            reach: grid.map_or(0, |grid| grid.core.saturating_sub(grid.stride)),
            territory,
            regions,
            edges: Vec::new(),
        }
    }

    /// Whether calls are joined.
    pub(super) fn joins(&self) -> bool {
        self.joined.is_some()
    }

    /// The output, as messages name it.
    pub(super) fn name(&self) -> &str {
        self.output.place()
    }

    /// Adds a place.
    pub(super) fn add(&mut self, place: &Place<'_>) -> Result<()> {
        if let Some(joined) = &mut self.joined {
            joined.merger.add(place, self.rules.caller, &mut joined.complete, self.rules.form);
            return self.release(Some(place.contig));
        }
        self.line.clear();
        let lines = (self.format.write)(place, &self.rules, &mut self.line);
        if lines > 0 {
            self.rows += lines;
            self.output.write_record(place.contig, place.interval, &self.line)?;
        }
        Ok(())
    }

    /// Writes elements in order of their start, as far as no open one begins earlier. `current` is the contig in work; without one,
    /// all are written.
    fn release(&mut self, current: Option<&str>) -> Result<()> {
        let Some(joined) = &mut self.joined else { return Ok(()) };
        for element in joined.complete.drain(..) {
            joined.held.add(&element.contig.clone(), element.interval(), element.line(), element);
        }
        if joined.held.is_empty() {
            return Ok(());
        }
        let earliest = current.zip(joined.merger.earliest_open());
        // Bins of a track are joined first; then the elements are chosen that overlap a region.
        let regions = self.regions.filter(|_| self.rules.form.bin.is_some());
        while let Some((interval, line, element)) = joined.held.next_before(earliest) {
            let edge = self.territory.and_then(|own| Edge::at(&element, own, joined.gap, self.reach, regions));
            self.edges.extend(edge);
            if regions.is_none_or(|regions| regions.overlaps(&element.contig, interval)) {
                self.rows += 1;
                self.output.write_record(&element.contig, interval, &line)?;
            }
        }
        Ok(())
    }

    /// Syncs the output. Its bytes, before compression.
    pub(super) fn checkpoint(&mut self) -> Result<u64> {
        self.output.checkpoint()
    }

    /// What the table holds back, for a checkpoint: open elements, complete ones that wait, and edges.
    pub(super) fn save(&self) -> serde_json::Result<[Value; 3]> {
        let held: Option<Vec<&Element>> = self.joined.as_ref().map(|joined| joined.held.iter().collect());
        Ok([
            serde_json::to_value(self.joined.as_ref().map(|joined| joined.merger.save()))?,
            serde_json::to_value(held.unwrap_or_default())?,
            serde_json::to_value(&self.edges)?,
        ])
    }

    /// Takes up what [`Self::save`] saved. The error says what is wrong with it.
    pub(super) fn restore(&mut self, [open, held, edges]: [Value; 3]) -> Result<(), String> {
        let bad = |error: serde_json::Error| error.to_string();
        if let Some(joined) = &mut self.joined {
            let open: Option<Vec<(usize, Element)>> = serde_json::from_value(open).map_err(bad)?;
            joined.merger.restore(open.unwrap_or_default())?;
            for element in serde_json::from_value::<Vec<Element>>(held).map_err(bad)? {
                element.check()?;
                joined.held.add(&element.contig.clone(), element.interval(), element.line(), element);
            }
        }
        self.edges = serde_json::from_value(edges).map_err(bad)?;
        self.edges.iter().try_for_each(|edge| edge.element.check())
    }

    /// Writes what is held back, and completes the output.
    pub(super) fn seal(mut self) -> Result<(Sealed, Vec<Edge>, u64)> {
        if let Some(joined) = &mut self.joined {
            joined.merger.close_before(None, &mut joined.complete);
            self.release(None)?;
        }
        Ok((self.output.seal()?, self.edges, self.rows))
    }
}
