//! Merging lines: BED, tables and VCF.

use std::collections::{HashMap, HashSet, VecDeque};

use super::part::Part;
use crate::{
    error::{Error, Result, describe},
    output::{Indexed, Output, OutputSettings, order::Waiting, place_of_line},
    read::{self, Input, read_line_and_end},
    shards::edges::Edge,
};

/// Writes the lines of all parts. Elements that were cut between shards are joined; lines that begin after an open element wait.
pub(super) struct Lines {
    output: Output,
    indexed: Indexed,
    rows: u64,
    header: Option<Vec<u8>>,
    /// Elements that may continue in the next shard.
    open: Vec<Edge>,
    /// Lines that begin after an open element, and completed elements.
    held: Waiting<String>,
}

/// The elements of a shard that were cut.
struct CutElements {
    /// Their lines, as the shard wrote them.
    lines: HashSet<Vec<u8>>,
    /// Places of the contigs in their order.
    contigs: HashMap<String, usize>,
    /// Elements that no line has reached yet, in order.
    upcoming: VecDeque<Edge>,
    gap: u64,
}

impl CutElements {
    fn rank(&self, contig: &str) -> usize {
        self.contigs.get(contig).copied().unwrap_or(usize::MAX)
    }
}

impl Lines {
    /// For lines that are written to `output`.
    pub(super) fn new(output: Output, settings: &OutputSettings) -> Self {
        Self { output, indexed: settings.indexed, rows: 0, header: None, open: Vec::new(), held: Waiting::default() }
    }

    /// Writes the lines of all parts; returns how many there are.
    pub(super) fn all(mut self, parts: &[Part]) -> Result<(u64, Output)> {
        for part in parts {
            self.part(part)?;
        }
        self.close(None)?;
        self.release()?;
        Ok((self.rows, self.output))
    }

    fn part(&mut self, part: &Part) -> Result<()> {
        let gap = part.shard.gap.unwrap_or(0);
        let edges = &part.shard.edges;
        let mut cut = CutElements {
            lines: edges.iter().filter(|e| e.written).map(|e| e.element.line()).collect(),
            contigs: part.shard.territory.iter().enumerate().map(|(at, (contig, ..))| (contig.clone(), at)).collect(),
            upcoming: VecDeque::new(),
            gap,
        };
        let mut upcoming = edges.clone();
        upcoming.sort_by_key(|edge| (cut.rank(&edge.element.contig), edge.element.start));
        cut.upcoming = upcoming.into();
        if let Some((contig, start, _)) = part.shard.territory.first() {
            self.close(Some((contig, *start, gap)))?;
        }
        let count = match read::open_if_any(&part.path)? {
            Some(mut input) => self.lines(part, &mut input, &mut cut)?,
            None => 0,
        };
        for edge in cut.upcoming.drain(..) {
            self.open(edge, gap)?;
        }
        part.complete(count)
    }

    /// Adds an element that was cut: it continues an open one, or opens one.
    fn open(&mut self, edge: Edge, gap: u64) -> Result<()> {
        self.close(Some((&edge.element.contig, edge.element.start, gap)))?;
        match self.open.iter_mut().find(|open| open.element.reaches(&edge.element, gap)) {
            Some(open) => open.join(&edge),
            None => self.open.push(edge),
        }
        Ok(())
    }

    fn lines(&mut self, part: &Part, input: &mut Input, cut: &mut CutElements) -> Result<u64> {
        let failed = |error: std::io::Error| Error::input(part.place(), describe(&error));
        let (mut line, mut count) = (Vec::new(), 0u64);
        let mut header = Vec::new();
        loop {
            let ended = read_line_and_end(&mut input.reader, &mut line).map_err(failed)?;
            if ended == Some(false) {
                return Err(Error::input(part.place(), "its last line has no line feed: it was truncated")
                    .with_hint("run this shard again"));
            }
            let more = ended.is_some();
            if more && count == 0 && line.first() == Some(&b'#') {
                header.extend_from_slice(&line);
                header.push(b'\n');
                continue;
            }
            if count == 0 {
                match &self.header {
                    Some(first) if *first != header => {
                        return Err(Error::input(part.place(), "its header differs from that of the first shard"));
                    }
                    Some(_) => {}
                    None => {
                        self.output.write_all(&header)?;
                        self.header = Some(std::mem::take(&mut header));
                    }
                }
            }
            if !more {
                break;
            }
            count += 1;
            line.push(b'\n');
            if !cut.lines.contains(&line) {
                self.line(part, &line, cut)?;
            }
        }
        Ok(count)
    }

    fn line(&mut self, part: &Part, line: &[u8], cut: &mut CutElements) -> Result<()> {
        let nothing_cut = self.open.is_empty() && self.held.is_empty() && cut.upcoming.is_empty();
        if !self.output.is_indexed() && nothing_cut {
            self.rows += 1;
            return self.output.write_all(line);
        }
        let place = if self.indexed == Indexed::No { None } else { place_of_line(self.indexed, line) };
        let Some((contig, interval)) = place else {
            if self.indexed != Indexed::No {
                return Err(Error::input(
                    part.place(),
                    format!("a line has no position: {}", String::from_utf8_lossy(line).trim_end()),
                ));
            }
            self.rows += 1;
            return self.output.write_all(line);
        };
        if nothing_cut {
            self.rows += 1;
            return self.output.write_record(contig, interval, line);
        }
        let contig = contig.to_string();
        let rank = cut.rank(&contig);
        while let Some(edge) = cut.upcoming.front()
            && (cut.rank(&edge.element.contig), edge.element.start) <= (rank, interval.start)
        {
            if let Some(edge) = cut.upcoming.pop_front() {
                self.open(edge, cut.gap)?;
            }
        }
        self.close(Some((&contig, interval.start, cut.gap)))?;
        self.held.add(&contig, interval, line.to_vec(), contig.clone());
        self.release()
    }

    /// Turns the elements that end before `at` (contig, start and gap; `None`: all) into lines: nothing more can be joined to them.
    fn close(&mut self, at: Option<(&str, u64, u64)>) -> Result<()> {
        let (open, done): (Vec<Edge>, Vec<Edge>) = std::mem::take(&mut self.open).into_iter().partition(|edge| {
            at.is_some_and(|(contig, start, gap)| {
                edge.element.contig == contig && start <= edge.element.end.saturating_add(gap)
            })
        });
        self.open = open;
        for Edge { element, .. } in done.into_iter().filter(|edge| edge.written) {
            self.held.add(&element.contig, element.interval(), element.line(), element.contig.clone());
        }
        if at.is_some() && self.open.is_empty() { self.release() } else { Ok(()) }
    }

    /// Writes the waiting lines in order, up to the first open element.
    fn release(&mut self) -> Result<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        let earliest = self.open.iter().map(|edge| (edge.element.contig.as_str(), edge.element.start));
        let earliest = earliest.min_by_key(|(_, start)| *start);
        while let Some((interval, line, contig)) = self.held.next_before(earliest) {
            self.rows += 1;
            self.output.write_record(&contig, interval, &line)?;
        }
        Ok(())
    }
}
