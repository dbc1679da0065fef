//! `genogloss scan`: windows along contigs.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    ModelOptions, OutputOptions,
    setup::{self, Ending, Kind, Loaded, Progress, Shared},
};
use crate::{
    error::{Error, Result},
    exact::{Orf, OrfFinder, OrfOptions, Task},
    genome::{Contigs, Interval, Strand, interval::show_position},
    model::{Form, card::WindowRule},
    pipeline::{self, Feed, Outcome, Timings},
    read::{
        self, Format, InputReport,
        fasta::{self, ContigReport, Event},
        reference::Reference,
        regions::Regions,
    },
    report::{Counts, Skip},
    tokenize::Encoder,
    window::Grid,
    write::{
        Indexed, Output, OutputSettings, Sealed, check_targets,
        table::{self, Caller, Merger, Place, TableFormat, Threshold},
    },
};

/// Score windows along the contigs of a FASTA file.
///
/// Windows lie on one grid per contig: every --stride bases one begins. Each is read with the flanks its model needs,
/// and answers for its core; past a contig's end a window is filled with N. With regions, the windows are written whose
/// core overlaps one: the same lines that a whole scan writes there.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss scan genome.fa -o promoters.bed.gz
  genogloss scan genome.fa -r chr20:1,000,000-2,000,000 --threshold 0.9 --merge -o elements.bed
  gunzip -c genome.fa.gz | genogloss scan - -m exact:gc --window 10000 --format bedgraph > gc.bedgraph

Columns: genogloss columns scan")]
pub struct Options {
    /// FASTA file: plain, gzip or BGZF; `-` is standard input.
    fasta: PathBuf,
    #[command(flatten)]
    model: ModelOptions,
    #[command(flatten)]
    output: OutputOptions,
    /// Format of the output.
    #[arg(long, value_enum, default_value = "bed", help_heading = "Output")]
    format: TableFormat,
    /// Write only bins whose best score reaches P, or the model's own threshold without P.
    #[arg(long, value_name = "P", num_args = 0..=1, default_missing_value = "card", help_heading = "Output")]
    threshold: Option<Threshold>,
    /// Join neighbouring bins over the threshold (the model's, if --threshold is not given) into elements, across gaps of
    /// up to GAP bases (0).
    #[arg(long, value_name = "GAP", num_args = 0..=1, default_missing_value = "0", help_heading = "Output")]
    merge: Option<u64>,
    /// Column written as bedGraph, for models with several (`genogloss models show`).
    #[arg(long, value_name = "NAME", help_heading = "Output")]
    column: Option<String>,
    /// Region: contig, contig:start or contig:start-end, counting from 1. May be given several times.
    #[arg(short, long, value_name = "REGION", help_heading = "Input")]
    region: Vec<String>,
    /// Regions in a BED file.
    #[arg(short = 'R', long, value_name = "BED", help_heading = "Input")]
    regions_file: Option<PathBuf>,
    /// Distance between window starts, in bases. Default: the model's. [1, 16777216]
    #[arg(long, value_name = "BASES", value_parser = clap::value_parser!(u64).range(1..=MAX_WINDOW), help_heading = "Input")]
    stride: Option<u64>,
    /// exact:TASK only: bases of a window. Default: 1000 for gc, whole contigs (up to 16,777,216 bases) for the others.
    #[arg(long, value_name = "BASES", value_parser = clap::value_parser!(u64).range(1..=MAX_WINDOW), help_heading = "Input")]
    window: Option<u64>,
}

/// Longest window, and longest contig that is answered whole.
const MAX_WINDOW: u64 = 1 << 24;

/// A window on its way through the pipeline.
struct Tile {
    contig: Arc<str>,
    core: Interval,
}

/// What the reader has to say when it has ended.
#[derive(Default)]
struct Read {
    counts: Counts,
    input: Option<InputReport>,
    contigs: Vec<ContigReport>,
}

pub(super) fn run(options: Options) -> Result<()> {
    let inputs: Vec<&Path> = std::iter::once(options.fasta.as_path()).chain(options.regions_file.as_deref()).collect();
    check_targets(&inputs, options.output.output.as_deref(), options.output.manifest.as_deref())?;
    let loaded = setup::load(&options.model)?;
    if let Kind::Exact(Task::OpenReadingFrames(orfs)) = &loaded.kind {
        let orfs = *orfs;
        return open_reading_frames(&options, orfs, loaded);
    }
    let grid = grid(&options, &loaded)?;
    let column = column(&options, &loaded.form)?;
    if options.merge.is_some() && (options.format != TableFormat::Bed || loaded.form.text.is_some()) {
        return Err(Error::usage("--merge writes BED, and needs a model that answers with scores"));
    }
    let threshold = options.threshold.or(options.merge.map(|_| Threshold::Card));
    let caller = Caller::new(&loaded.form, threshold);
    let regions = Regions::read(&options.region, options.regions_file.as_deref(), None)?;
    let source = Source::open(&options.fasta, regions)?;
    let settings = OutputSettings {
        path: options.output.output.clone(),
        indexed: Indexed::Bed,
        kind: options.output.index,
        bgzf: false,
        input: read::place(&options.fasta),
    };
    let output = Output::create(&settings)?;

    let Loaded { form, settings, sessions, report, threads, .. } = loaded;
    let encoder = settings.encoder.clone();
    let mut writer = Writer {
        output,
        form: &form,
        caller: &caller,
        format: options.format,
        column,
        line: Vec::new(),
        counts: Counts::default(),
        merger: None,
        held: Vec::new(),
    };
    writer.merger = options.merge.map(|gap| Merger::new(gap, form.columns.len()));
    if options.format == TableFormat::Tsv {
        writer.output.write_all(table::tsv_header(&form).as_bytes())?;
    }
    let shared: Shared<Read> = Shared::default();
    let mut progress = Progress::new();
    let timings = {
        let shared = Arc::clone(&shared);
        pipeline::run(
            &settings,
            sessions,
            move |feed| {
                let read = source.read(grid, encoder, feed)?;
                setup::leave(&shared, read);
                Ok(())
            },
            |tile: Tile, outcome| {
                progress.at(writer.counts.windows, || show_position(&tile.contig, tile.core.start));
                writer.write(&tile, outcome)
            },
        )?
    };
    let Read { counts: read, input, contigs } = setup::take(&shared);
    let (mut counts, sealed) = writer.seal()?;
    (counts.records_in, counts.filtered, counts.queries, counts.bases) =
        (read.records_in, read.filtered, read.queries, read.bases);
    let ending = Ending {
        report,
        threads,
        counts,
        timings,
        inputs: input.into_iter().collect(),
        reference: Some((&options.fasta, contigs)),
    };
    setup::finish(&options.output, ending, || Ok(sealed))
}

/// The grid of windows; `None`: whole contigs.
fn grid(options: &Options, loaded: &Loaded) -> Result<Option<Grid>> {
    match &loaded.kind {
        Kind::Network(_) if options.window.is_some() => {
            Err(Error::usage("--window is for exact tasks; a network's window is in its card"))
        }
        Kind::Network(card) => Grid::new(&card.window, options.stride, loaded.form.bin).map(Some),
        Kind::Exact(_) => {
            let Some(span) = options.window.or(loaded.form.text.is_none().then_some(1000)) else { return Ok(None) };
            let rule = WindowRule {
                span,
                core: span,
                stride: options.stride.unwrap_or(span),
                min_span: Some(1),
                max_unknown: 1.0,
                fixed: false,
            };
            // A function reads exactly its core, and may be asked every few bases: cores then overlap, as windows do.
            Ok(Some(Grid { core: span, left: 0, ..Grid::new(&rule, None, None)? }))
        }
    }
}

/// The column of a bedGraph.
fn column(options: &Options, form: &Form) -> Result<usize> {
    let names: Vec<&str> = form.columns.iter().map(|c| c.name.as_str()).collect();
    match (&options.column, options.format) {
        (None, TableFormat::Bedgraph) if names.len() != 1 => {
            let hint = if names.is_empty() {
                "this task answers in words: use --format tsv".into()
            } else {
                format!("--column {}", names.join(", or --column "))
            };
            Err(Error::usage("a bedGraph holds one score, and this model has not exactly one").with_hint(hint))
        }
        (None, _) => Ok(0),
        (Some(name), TableFormat::Bedgraph) => names
            .iter()
            .position(|n| n == name)
            .ok_or_else(|| Error::usage(format!("--column {name}: this model has {}", names.join(", ")))),
        (Some(_), _) => Err(Error::usage("--column is for --format bedgraph")),
    }
}

/// Where bases come from: the whole stream, or places of an indexed file.
enum Source {
    Stream { input: read::Input, regions: Option<Regions> },
    Places { reference: Box<Reference>, regions: Regions },
}

impl Source {
    fn open(path: &Path, regions: Option<Regions>) -> Result<Self> {
        let input = read::open(path)?;
        input.expect(&[Format::Fasta], "a FASTA file")?;
        match regions {
            // gzip and standard input cannot be read by place: they are read through.
            Some(regions) if path.is_file() && input.compression != read::Compression::Gzip => {
                let reference = Reference::open(path)?;
                regions.check(reference.contigs(), &input.place())?;
                Ok(Self::Places { reference: Box::new(reference), regions })
            }
            regions => Ok(Self::Stream { input, regions }),
        }
    }

    fn read(self, grid: Option<Grid>, encoder: Option<Arc<Encoder>>, feed: &mut Feed<'_, Tile>) -> Result<Read> {
        let mut read = Read::default();
        let mut tiler = Tiler {
            grid,
            encoder,
            contig: "".into(),
            ranges: VecDeque::new(),
            next: 0,
            bases: Vec::new(),
            start: 0,
            queries: 0,
        };
        match self {
            Self::Stream { input, regions } => {
                let (place, report) = (input.place(), input.report());
                let mut wanted = true;
                fasta::stream(input, |event| {
                    match event {
                        Event::Contig(name) => {
                            read.counts.records_in += 1;
                            wanted = regions.as_ref().is_none_or(|r| !r.of(name).is_empty());
                            read.counts.filtered += u64::from(!wanted);
                            // The length is not known yet: a region may end past it, and is checked at the contig's end.
                            let intervals = regions.as_ref().map(|r| r.of(name).to_vec());
                            tiler.begin(name, intervals.as_deref(), u64::MAX);
                        }
                        Event::Bases(bases) => {
                            read.counts.bases += bases.len() as u64;
                            if wanted {
                                tiler.push(bases, feed)?;
                            }
                        }
                        Event::End(contig) => {
                            if let Some(regions) = &regions {
                                regions.check_contig(&contig.name, contig.length, &place)?;
                            }
                            if wanted {
                                tiler.end(contig.length, feed)?;
                            }
                            read.contigs.push(contig);
                        }
                    }
                    Ok(())
                })?;
                if let Some(regions) = &regions
                    && let Some(missing) =
                        regions.names().iter().find(|name| !read.contigs.iter().any(|c| c.name == **name))
                {
                    let mut contigs = crate::genome::Contigs::default();
                    read.contigs.iter().for_each(|c| {
                        contigs.push(c.name.clone(), c.length);
                    });
                    return Err(contigs.missing(missing, regions.place(), &place));
                }
                read.input = Some(report());
            }
            Self::Places { mut reference, regions } => {
                let contigs = reference.contigs().clone();
                let mut bases = Vec::new();
                for (id, contig) in contigs.iter().enumerate() {
                    read.counts.records_in += 1;
                    let intervals = regions.of(&contig.name);
                    if intervals.is_empty() {
                        read.counts.filtered += 1;
                        continue;
                    }
                    tiler.begin(&contig.name, Some(intervals), contig.len);
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
            }
        }
        read.counts.queries = tiler.queries;
        Ok(read)
    }
}

/// Every contig that was asked for was in the stream.
fn all_found(regions: Option<&Regions>, found: &[ContigReport], place: &str) -> Result<()> {
    let mut contigs = Contigs::default();
    found.iter().for_each(|contig| {
        contigs.push(contig.name.clone(), contig.length);
    });
    regions.map_or(Ok(()), |regions| {
        regions.names().iter().try_for_each(|name| contigs.require(name, regions.place(), place).map(|_| ()))
    })
}

/// Cuts windows from a contig's bases as they come, in memory of a few spans.
struct Tiler {
    grid: Option<Grid>,
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
    fn begin(&mut self, name: &str, intervals: Option<&[Interval]>, len: u64) {
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
            _ => self.ranges.push_back((0, u64::MAX)),
        }
        self.next = self.ranges.front().map_or(0, |r| r.0);
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
                return Err(Error::input(
                    self.contig.as_ref(),
                    "a contig of more than 16,777,216 bases is not answered whole",
                )
                .with_hint("cut it into windows: --window 10000"));
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
            let tile = Tile { contig: Arc::clone(&self.contig), core: Interval::new(0, len) };
            let bases = std::mem::take(&mut self.bases);
            self.queries += 1;
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
            let tile = Tile { contig: Arc::clone(&self.contig), core };
            self.queries += 1;
            self.next += 1;
            if len.is_some_and(|len| len < grid.min_span) {
                feed.skip(tile, Skip::TooShort)?;
                continue;
            }
            let left = (-from).max(0) as usize;
            let first = (from.max(0) as u64).saturating_sub(self.start) as usize;
            let there = &self.bases
                [first.min(self.bases.len())..(end.saturating_sub(self.start) as usize).min(self.bases.len())];
            let encoder = self.encoder.as_deref();
            feed.query(tile, |rows| {
                rows.push_with(|row| grid.fill(left, there, row));
                let row = rows.row(rows.count() - 1);
                if encoder.is_some_and(|encoder| encoder.refuses(row)) {
                    return Err(Skip::UnknownBases);
                }
                grid.admit(row)
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

/// The writer's side.
struct Writer<'a> {
    output: Output,
    form: &'a Form,
    caller: &'a Caller,
    format: TableFormat,
    column: usize,
    line: Vec<u8>,
    counts: Counts,
    merger: Option<Merger>,
    /// Elements that are complete, but may not be written before one that began earlier is.
    held: Vec<(String, Interval, Vec<u8>)>,
}

impl Writer<'_> {
    fn write(&mut self, tile: &Tile, outcome: Outcome<'_>) -> Result<()> {
        self.counts.written += 1;
        match outcome {
            Outcome::Skipped(reason) => {
                self.counts.skip(reason);
                self.place(&Place {
                    contig: &tile.contig,
                    interval: tile.core,
                    strand: Strand::Unknown,
                    scores: Err(reason),
                    text: None,
                })
            }
            Outcome::Answered(answers) => {
                self.counts.windows += 1;
                self.counts.scored += 1;
                let strand = answers.strand(0);
                if self.form.text.is_some() {
                    let text = Some(answers.text(0));
                    return self.place(&Place {
                        contig: &tile.contig,
                        interval: tile.core,
                        strand,
                        scores: Ok(&[]),
                        text,
                    });
                }
                let (scores, columns) = (answers.scores(0), self.form.columns.len());
                let Some(bin) = self.form.bin else {
                    return self.place(&Place {
                        contig: &tile.contig,
                        interval: tile.core,
                        strand,
                        scores: Ok(scores),
                        text: None,
                    });
                };
                for (index, scores) in scores.chunks_exact(columns).enumerate() {
                    let start = tile.core.start + index as u64 * bin;
                    if start >= tile.core.end {
                        break;
                    }
                    let interval = Interval::new(start, (start + bin).min(tile.core.end));
                    self.place(&Place { contig: &tile.contig, interval, strand, scores: Ok(scores), text: None })?;
                }
                Ok(())
            }
        }
    }

    fn place(&mut self, place: &Place<'_>) -> Result<()> {
        if let Some(merger) = &mut self.merger {
            merger.add(place, self.caller, &mut self.held, self.form);
            return self.release(Some(place.contig));
        }
        self.line.clear();
        let written = match self.format {
            TableFormat::Bed => table::write_bed(place, self.form, self.caller, &mut self.line),
            TableFormat::Tsv => table::write_tsv(place, self.form, self.caller, &mut self.line),
            TableFormat::Bedgraph => {
                let called = !self.caller.calls_only
                    || place.scores.is_ok_and(|s| f64::from(s[self.column]) >= self.caller.thresholds[self.column]);
                called && table::write_bedgraph(place, self.column, &mut self.line)
            }
        };
        if written {
            self.counts.rows += 1;
            self.output.write_record(place.contig, place.interval, &self.line)?;
        }
        Ok(())
    }

    /// Writes held elements in order of their start, as far as no open one begins earlier. `current` is the contig in
    /// work; without one, all are written.
    fn release(&mut self, current: Option<&str>) -> Result<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        let earliest = self.merger.as_ref().and_then(Merger::earliest_open);
        // Elements of an earlier contig come before those of the current one; within one they are sorted by start.
        self.held.sort_by(|a, b| {
            (current == Some(a.0.as_str()), a.1, &a.2).cmp(&(current == Some(b.0.as_str()), b.1, &b.2))
        });
        for (contig, interval, line) in std::mem::take(&mut self.held) {
            if current == Some(contig.as_str()) && earliest.is_some_and(|start| interval.start >= start) {
                self.held.push((contig, interval, line));
            } else {
                self.counts.rows += 1;
                self.output.write_record(&contig, interval, &line)?;
            }
        }
        Ok(())
    }

    fn seal(mut self) -> Result<(Counts, Sealed)> {
        if let Some(merger) = &mut self.merger {
            merger.close_before(None, &mut self.held, self.form);
            self.release(None)?;
        }
        Ok((self.counts, self.output.seal()?))
    }
}

/// `-m exact:orf`: open reading frames of whole contigs, in one pass and constant memory.
fn open_reading_frames(options: &Options, task: OrfOptions, loaded: Loaded) -> Result<()> {
    if options.format == TableFormat::Bedgraph
        || options.merge.is_some()
        || options.threshold.is_some()
        || options.stride.is_some()
        || options.window.is_some()
    {
        return Err(Error::usage("exact:orf writes BED or TSV, of whole contigs: no windows, thresholds or merging"));
    }
    let regions = Regions::read(&options.region, options.regions_file.as_deref(), None)?;
    let input = read::open(&options.fasta)?;
    input.expect(&[Format::Fasta], "a FASTA file")?;
    let (place, report) = (input.place(), input.report());
    let settings = OutputSettings {
        path: options.output.output.clone(),
        indexed: Indexed::Bed,
        kind: options.output.index,
        bgzf: false,
        input: read::place(&options.fasta),
    };
    let mut output = Output::create(&settings)?;
    if options.format == TableFormat::Tsv {
        output.write_all(b"#contig\tstart\tend\tstrand\tframe\tlength\tcomplete\n")?;
    }
    let started = std::time::Instant::now();
    let (mut counts, mut contigs, mut found) = (Counts::default(), Vec::new(), Vec::<Orf>::new());
    let (mut finder, mut name) = (OrfFinder::new(task), String::new());
    fasta::stream(input, |event| {
        if pipeline::INTERRUPTED.load(std::sync::atomic::Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        let mut end = None;
        match event {
            Event::Contig(contig) => {
                counts.records_in += 1;
                name = contig.into();
            }
            Event::Bases(bases) => {
                counts.bases += bases.len() as u64;
                finder.push(bases, &mut |orf| found.push(orf));
            }
            Event::End(contig) => {
                finder.finish(&mut |orf| found.push(orf));
                end = Some(contig);
            }
        }
        for orf in found.drain(..) {
            if regions.as_ref().is_some_and(|r| !r.overlaps(&name, orf.interval)) {
                counts.filtered += 1;
                continue;
            }
            counts.queries += 1;
            let (start, stop, strand) = (orf.interval.start, orf.interval.end, orf.strand.symbol());
            let (len, complete) = (orf.interval.len(), if orf.complete { "complete" } else { "partial" });
            let line = match options.format {
                TableFormat::Tsv => format!("{name}\t{start}\t{stop}\t{strand}\t{}\t{len}\t{complete}\n", orf.frame),
                _ => format!("{name}\t{start}\t{stop}\torf\t0\t{strand}\t{}\t{len}\t{complete}\n", orf.frame),
            };
            output.write_record(&name, orf.interval, line.as_bytes())?;
            counts.written += 1;
            counts.rows += 1;
        }
        if let Some(contig) = end {
            if let Some(regions) = &regions {
                regions.check_contig(&contig.name, contig.length, &place)?;
            }
            contigs.push(contig);
        }
        Ok(())
    })?;
    all_found(regions.as_ref(), &contigs, &place)?;
    let timings = Timings { wall: started.elapsed().as_secs_f64(), ..Timings::default() };
    counts.scored = counts.written;
    let ending = Ending {
        report: loaded.report,
        threads: 1,
        counts,
        timings,
        inputs: vec![report()],
        reference: Some((&options.fasta, contigs)),
    };
    setup::finish(&options.output, ending, || output.seal())
}
