//! Windows of contigs, in order: from FASTA, streamed or by place, to the pipeline's feed.

use std::{collections::VecDeque, sync::Arc};

use crate::{
    counts::InputCounts,
    error::{Error, Result},
    genome::{Contigs, Interval, sequence::unknown_runs},
    pipeline::{Feed, Located},
    progress::Total,
    read::{
        self, Format, InputReport,
        fasta::{self, ContigReport, Event},
        reference::{Genome, Reference},
        regions::Regions,
    },
    session::{self, ReadSummary},
    shards::territory::{Side, Territory},
    skip::Skip,
    tokenize::Encoder,
    window::Grid,
};

/// Longest window, and longest contig that is answered whole.
pub(crate) const MAX_WINDOW: u64 = 1 << 24;

/// A window on its way through the pipeline.
pub(crate) struct Tile {
    /// Its contig.
    pub contig: Arc<str>,
    /// What it answers for.
    pub core: Interval,
    /// Runs of unknown bases in the core, for tracks.
    pub unknown: Vec<Interval>,
}

impl Located for Tile {
    fn place(&self) -> String {
        self.core.show(&self.contig)
    }
}

/// What the reader has to say when it has ended.
#[derive(Default)]
pub(crate) struct TilesRead {
    /// What was read.
    pub counts: InputCounts,
    /// The file, where it was read from start to end.
    pub input: Option<InputReport>,
    /// The contigs that were read.
    pub contigs: Vec<ContigReport>,
}

/// Where bases come from: the whole stream, or places of an indexed file.
pub(crate) enum Source {
    /// From start to end.
    Stream {
        /// The file.
        input: read::Input,
        /// What is wanted of it.
        regions: Option<Regions>,
        /// The shard's own part.
        shard: Option<Territory>,
    },
    /// By place, through an index.
    Places {
        /// The file.
        reference: Box<Reference>,
        /// What is wanted of it; without a shard's part, all of it.
        regions: Option<Regions>,
        /// The shard's own part.
        shard: Option<Territory>,
    },
}

impl Source {
    /// Opens a FASTA file; regions and shards are read by place where the file can be read so.
    pub(crate) fn open(mut genome: Genome, regions: Option<Regions>, shard: Option<Territory>) -> Result<Self> {
        let place = read::place(genome.path());
        if (regions.is_some() || shard.is_some())
            && let Some(contigs) = genome.by_place()?
        {
            regions.as_ref().map_or(Ok(()), |regions| regions.check(contigs, &place))?;
            if let Some(reference) = genome.into_reference()? {
                return Ok(Self::Places { reference: Box::new(reference), regions, shard });
            }
            return Err(Error::Internal(format!("{place} was indexed and is not open")));
        }
        let input = read::open_even_empty(genome.path())?;
        input.expect(&[Format::Fasta, Format::Empty], "a FASTA file")?;
        Ok(Self::Stream { input, regions, shard })
    }

    /// Digests are not wanted.
    pub(crate) fn skip_digest(&self) {
        if let Self::Stream { input, .. } = self {
            input.skip_digest();
        }
    }

    /// How many windows there will be, or what of the file has been read; not known of a part of a stream.
    pub(crate) fn total(&self, grid: Option<Grid>, joined: bool) -> Total {
        match self {
            Self::Stream { input, regions: None, shard: None } => {
                // What has been read runs ahead of what has been answered: better by an index, where there is one.
                let lengths = read::reference::indexed_lengths(&input.path);
                match grid.zip(lengths) {
                    Some((grid, lengths)) => Total::Queries(lengths.into_iter().map(|length| grid.count(length)).sum()),
                    None => Total::of(input.share()),
                }
            }
            Self::Stream { .. } => Total::Unknown,
            Self::Places { reference, regions, shard } => {
                let mut tiler = Tiler::new(grid, joined, 0, None);
                let mut windows = 0;
                for contig in reference.contigs().iter() {
                    let intervals = regions.as_ref().map(|regions| regions.of(&contig.name));
                    if tiler.begin(&contig.name, intervals, shard.as_ref(), contig.len, &mut InputCounts::default()) {
                        let last = |last: u64| if grid.is_some() { last } else { 1 };
                        windows += tiler.ranges.iter().map(|&(first, end)| last(end) - first).sum::<u64>();
                    }
                }
                Total::Queries(windows)
            }
        }
    }

    /// Pushes every wanted window of the grid (whole contigs without one), in order, but the first `skip`. `joined`: overlapping
    /// windows are joined.
    pub(crate) fn read(
        self,
        grid: Option<Grid>,
        joined: bool,
        skip: u64,
        encoder: Option<Arc<Encoder>>,
        feed: &mut Feed<'_, Tile>,
    ) -> Result<TilesRead> {
        let mut tiler = Tiler::new(grid, joined, skip, encoder);
        let mut read = match self {
            Self::Stream { input, regions, shard } => {
                read_stream(input, regions.as_ref(), shard.as_ref(), &mut tiler, feed)?
            }
            Self::Places { reference, regions, shard } => {
                read_places(*reference, regions.as_ref(), shard.as_ref(), &mut tiler, feed)?
            }
        };
        read.counts.queries = tiler.queries;
        Ok(read)
    }
}

/// From start to end.
fn read_stream(
    input: read::Input,
    regions: Option<&Regions>,
    shard: Option<&Territory>,
    tiler: &mut Tiler,
    feed: &mut Feed<'_, Tile>,
) -> Result<TilesRead> {
    let mut read = TilesRead::default();
    let (place, report) = (input.place(), input.report());
    let mut wanted = true;
    fasta::stream(input, |event| {
        match event {
            Event::Contig(name) => {
                // The length is not known yet: a region may end past it, and is checked at the end of the contig.
                let intervals = regions.map(|r| r.of(name).to_vec());
                wanted = tiler.begin(name, intervals.as_deref(), shard, u64::MAX, &mut read.counts);
            }
            Event::Bases(bases) => {
                read.counts.bases += bases.len() as u64;
                if wanted {
                    tiler.push(bases, feed)?;
                }
            }
            Event::End(contig) => {
                if let Some(regions) = regions {
                    regions.check_contig(&contig.name, contig.length, &place)?;
                }
                if wanted {
                    tiler.end(contig.length, feed)?;
                }
                if wanted || shard.is_none() {
                    read.contigs.push(contig);
                }
            }
        }
        Ok(())
    })?;
    if shard.is_none() {
        all_found(regions, &read.contigs, &place)?;
    }
    read.input = Some(report());
    Ok(read)
}

/// By position, only the bases that the wanted windows need.
fn read_places(
    mut reference: Reference,
    regions: Option<&Regions>,
    shard: Option<&Territory>,
    tiler: &mut Tiler,
    feed: &mut Feed<'_, Tile>,
) -> Result<TilesRead> {
    let mut read = TilesRead::default();
    let contigs = reference.contigs().clone();
    let mut bases = Vec::new();
    for (id, contig) in contigs.iter().enumerate() {
        let intervals = regions.map(|regions| regions.of(&contig.name));
        if !tiler.begin(&contig.name, intervals, shard, contig.len, &mut read.counts) {
            continue;
        }
        while let Some(needed) = tiler.needed(contig.len) {
            let end = needed.end.min(needed.start + (64 << 10));
            bases.clear();
            reference.fetch(id, Interval::new(needed.start, end), &mut bases)?;
            read.counts.bases += bases.len() as u64;
            tiler.start_at(needed.start);
            tiler.push(&bases, feed)?;
        }
        tiler.end(contig.len, feed)?;
        read.contigs.push(ContigReport { name: contig.name.clone(), length: contig.len, md5: None });
    }
    Ok(read)
}

/// The windows of a scan, as a source of the pipeline.
pub(crate) struct Windows {
    /// The FASTA file.
    pub source: Source,
    /// The grid; `None`: contigs are answered whole.
    pub grid: Option<Grid>,
    /// Overlapping windows are joined into one score for each position.
    pub joined: bool,
    /// The model's encoder, which refuses windows with too many tokens.
    pub encoder: Option<Arc<Encoder>>,
}

impl session::Source for Windows {
    type Query = Tile;

    fn total(&mut self) -> Total {
        self.source.total(self.grid, self.joined)
    }

    fn read(self, done: u64, feed: &mut Feed<'_, Tile>) -> Result<ReadSummary> {
        let TilesRead { counts, input, contigs } =
            self.source.read(self.grid, self.joined, done, self.encoder, feed)?;
        Ok(ReadSummary { counts, inputs: input.into_iter().collect(), contigs })
    }
}

/// Every contig that was asked for was in the stream.
pub(crate) fn all_found(regions: Option<&Regions>, found: &[ContigReport], place: &str) -> Result<()> {
    let Some(regions) = regions else { return Ok(()) };
    let mut contigs = Contigs::default();
    found.iter().for_each(|contig| {
        contigs.push(contig.name.clone(), contig.length);
    });
    let mut regions = regions.clone();
    regions.decide(&contigs)?;
    regions.names().iter().try_for_each(|name| contigs.require(name, regions.place(), place).map(|_| ()))
}

/// Cuts windows from a contig's bases as they come, in memory of a few spans.
struct Tiler {
    grid: Option<Grid>,
    /// Overlapping windows are joined.
    joined: bool,
    /// So many of the next windows an earlier run has answered.
    skip: u64,
    encoder: Option<Arc<Encoder>>,
    contig: Arc<str>,
    /// First and one-past-last index of the windows that are wanted.
    ranges: VecDeque<(u64, u64)>,
    next: u64,
    bases: Vec<u8>,
    /// Position of the first of `bases` on the contig.
    start: u64,
    queries: u64,
}

impl Tiler {
    fn new(grid: Option<Grid>, joined: bool, skip: u64, encoder: Option<Arc<Encoder>>) -> Self {
        Self {
            grid,
            joined,
            skip,
            encoder,
            contig: "".into(),
            ranges: VecDeque::new(),
            next: 0,
            bases: Vec::new(),
            start: 0,
            queries: 0,
        }
    }

    /// Begins a contig and counts it; `false`: nothing of it is wanted. In a shard a contig is counted where it begins.
    fn begin(
        &mut self,
        name: &str,
        intervals: Option<&[Interval]>,
        shard: Option<&Territory>,
        len: u64,
        counts: &mut InputCounts,
    ) -> bool {
        let begins_here = shard.is_none_or(|shard| shard.side(Some((name, 0))) == Some(Side::Inside));
        let asked = intervals.is_none_or(|intervals| !intervals.is_empty());
        counts.records_in += u64::from(begins_here);
        counts.filtered += u64::from(begins_here && !asked);
        self.contig = name.into();
        self.bases.clear();
        self.start = 0;
        self.ranges.clear();
        match (&self.grid, intervals) {
            (Some(grid), Some(intervals)) => {
                for &interval in intervals {
                    let (mut first, last) = grid.overlapping(interval, len);
                    if let Some(&(_, before)) = self.ranges.back() {
                        first = first.max(before);
                    }
                    if first < last {
                        self.ranges.push_back((first, last));
                    }
                }
            }
            (Some(grid), None) if len < u64::MAX => self.ranges.push_back((0, grid.count(len))),
            _ => self.ranges.push_back((0, u64::MAX)),
        }
        if let Some(shard) = shard {
            let own = match (&self.grid, shard.of(name)) {
                (_, None) => None,
                // A contig that is answered whole belongs to the shard in which it begins.
                (None, Some(_)) => begins_here.then_some((0, u64::MAX)),
                // Where windows overlap and are joined, those of neighbours that reach into this shard are run as well.
                (Some(grid), Some(own)) if grid.core > grid.stride && self.joined => Some(grid.overlapping(own, len)),
                (Some(grid), Some(own)) => Some((own.start.div_ceil(grid.stride), own.end.div_ceil(grid.stride))),
            };
            let (first, last) = own.unwrap_or((0, 0));
            self.ranges =
                self.ranges.iter().map(|&(a, b)| (a.max(first), b.min(last))).filter(|&(a, b)| a < b).collect();
        }
        // What an earlier run has answered is not even read, where the windows can be counted.
        while self.grid.is_some() && len < u64::MAX && self.skip > 0 {
            let Some((first, last)) = self.ranges.front_mut() else { break };
            let gone = self.skip.min(*last - *first);
            (*first, self.skip, self.queries) = (*first + gone, self.skip - gone, self.queries + gone);
            if *first == *last {
                self.ranges.pop_front();
            }
        }
        self.next = self.ranges.front().map_or(0, |r| r.0);
        asked && !self.ranges.is_empty()
    }

    /// The bases that the wanted windows still need, of a contig of known length.
    fn needed(&self, len: u64) -> Option<Interval> {
        let seen = self.start + self.bases.len() as u64;
        let Some(grid) = &self.grid else { return (seen < len).then_some(Interval::new(seen, len)) };
        let &(_, last) = self.ranges.front()?;
        if last == 0 {
            return None;
        }
        let from = (grid.span_start(self.next).max(0) as u64).max(if self.bases.is_empty() { 0 } else { seen });
        let end = (grid.span_start(last - 1) + grid.span as i64).max(0) as u64;
        (from < end.min(len)).then_some(Interval::new(from, end.min(len)))
    }

    /// Jumps to a position, if there is nothing in between that is held.
    fn start_at(&mut self, position: u64) {
        if self.start + self.bases.len() as u64 != position {
            self.bases.clear();
            self.start = position;
        }
    }

    fn push(&mut self, bases: &[u8], feed: &mut Feed<'_, Tile>) -> Result<()> {
        let Some(grid) = self.grid else {
            if (self.bases.len() + bases.len()) as u64 > MAX_WINDOW {
                return Err(Error::input(self.contig.as_ref(), "a contig of more than 16,777,216 bases needs windows")
                    .with_hint("for example --window 10000"));
            }
            self.bases.extend_from_slice(bases);
            return Ok(());
        };
        let seen = self.start + self.bases.len() as u64;
        // Bases before the next wanted window's span are not kept.
        let from = match self.ranges.front() {
            None => return self.skip_to(seen + bases.len() as u64),
            Some(_) => grid.span_start(self.next).max(0) as u64,
        };
        if self.bases.is_empty() && from > seen {
            let gone = ((from - seen) as usize).min(bases.len());
            self.start = seen + gone as u64;
            self.bases.extend_from_slice(&bases[gone..]);
        } else {
            self.bases.extend_from_slice(bases);
        }
        self.emit(None, feed)
    }

    fn skip_to(&mut self, position: u64) -> Result<()> {
        self.bases.clear();
        self.start = position;
        Ok(())
    }

    fn end(&mut self, len: u64, feed: &mut Feed<'_, Tile>) -> Result<()> {
        if self.grid.is_none() {
            let tile = Tile { contig: Arc::clone(&self.contig), core: Interval::new(0, len), unknown: Vec::new() };
            let bases = std::mem::take(&mut self.bases);
            self.queries += 1;
            if self.skip > 0 {
                self.skip -= 1;
                return Ok(());
            }
            return feed.query(tile, |rows| {
                rows.push(&bases);
                Ok(())
            });
        }
        self.emit(Some(len), feed)
    }

    /// Hands on every window whose span is there. `len`: the contig has ended.
    fn emit(&mut self, len: Option<u64>, feed: &mut Feed<'_, Tile>) -> Result<()> {
        let Some(grid) = self.grid else { return Ok(()) };
        while let Some(&(_, last)) = self.ranges.front() {
            if self.next >= last {
                self.ranges.pop_front();
                self.next = self.ranges.front().map_or(self.next, |r| r.0.max(self.next));
                continue;
            }
            let seen = self.start + self.bases.len() as u64;
            let from = grid.span_start(self.next);
            let end = (from + grid.span as i64).max(0) as u64;
            if len.is_none() && (end > seen || seen < grid.min_span) {
                break;
            }
            let Some(core) = grid.core(self.next, len.unwrap_or(u64::MAX)) else { break };
            let mut tile = Tile { contig: Arc::clone(&self.contig), core, unknown: Vec::new() };
            self.queries += 1;
            self.next += 1;
            if self.skip > 0 {
                self.skip -= 1;
                continue;
            }
            if len.is_some_and(|len| len < grid.min_span) {
                feed.skip(tile, Skip::TooShort)?;
                continue;
            }
            let left = (-from).max(0) as usize;
            let first = (from.max(0) as u64).saturating_sub(self.start) as usize;
            let there = &self.bases
                [first.min(self.bases.len())..(end.saturating_sub(self.start) as usize).min(self.bases.len())];
            if grid.bin.is_some() {
                // The core begins `grid.left` bases into the span, of which `left` are padding.
                let at = (grid.left as usize - left.min(grid.left as usize)).min(there.len());
                let end = (at + core.len() as usize).min(there.len());
                tile.unknown = unknown_runs(&there[at..end], core.start);
            }
            let encoder = self.encoder.as_deref();
            feed.query(tile, |rows| {
                rows.push_with(|row| grid.fill(left, there, row));
                let row = rows.row(rows.count() - 1);
                grid.admit(row)?;
                encoder.map_or(Ok(()), |encoder| encoder.admit(row))
            })?;
        }
        // What no window needs any more is dropped, in large pieces: moving the rest costs its length.
        let keep = match self.ranges.front() {
            Some(_) => (grid.span_start(self.next).max(0) as u64).saturating_sub(self.start) as usize,
            None => self.bases.len(),
        }
        .min(self.bases.len());
        if keep >= self.bases.len() / 2 {
            self.bases.drain(..keep);
            self.start += keep as u64;
        }
        Ok(())
    }
}
