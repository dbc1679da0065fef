//! `genogloss scan`: windows along contigs.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    ModelOptions, OutputOptions, RunOptions,
    given::{self, Given, NO_NETWORK, NOT_BGZF, NotFor},
    setup::{self, Beginning, Ending, Kind, Loaded, Shared},
};
use crate::{
    counts::Counts,
    error::{Error, Result},
    exact::{Orf, OrfFinder, OrfOptions, Task},
    genome::{Contigs, Interval, Strand, interval::show_position},
    model::{Form, card::WindowRule},
    output::{
        Indexed, Output, OutputSettings, Sealed,
        bigwig::BigWig,
        check_targets,
        manifest::{Settings, digest},
        names::{self, Named, Writes},
        order::Waiting,
        table::{self, Caller, Element, Merger, Place, TableFormat, Threshold},
    },
    pipeline::{self, Outcome, RowAnswers, Timings},
    progress::Progress,
    read::{
        self, Format,
        fasta::{self, Event},
        reference::Genome,
        regions::Regions,
    },
    scan::{
        overlap::{Overlap, Rule, Stretch},
        tiles::{MAX_WINDOW, Source, Tile, TilesRead, all_found},
    },
    session::{journal::Checkpoint, stored::is_plain_name},
    shards::{
        ShardReport,
        edges::Edge,
        merge::TRACKS_MANIFEST,
        territory::{Side, Territory},
    },
    skip::Skip,
    window::Grid,
};

/// Score windows along the contigs of a FASTA file.
///
/// Windows lie on one grid per contig: every --stride bases one begins. Each is read with the flanks its model needs,
/// and answers for its core; past a contig's end a window is filled with N. With regions, the windows are written whose
/// core overlaps one: the same lines that a whole scan writes there.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss scan genome.fa -o elements.bed.gz
  genogloss scan genome.fa -m core-promoter -r chr20:1,000,000-2,000,000 --threshold 0.9 --merge -o promoters.bed
  genogloss scan genome.fa --bigwig tracks
  gunzip -c genome.fa.gz | genogloss scan - -m exact:gc --window 10000 --format bedgraph > gc.bedgraph

Columns: genogloss columns scan")]
pub struct Options {
    /// FASTA file: plain, gzip or BGZF; `-` is standard input.
    fasta: PathBuf,
    #[command(flatten)]
    model: ModelOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    run: RunOptions,
    /// Format of the output. Default: what its name ends in (.bed, .tsv, .bedgraph), else BED; a name that says another format is
    /// refused.
    #[arg(long, value_enum, help_heading = "Output")]
    format: Option<TableFormat>,
    /// Write only bins whose best score reaches P, or the model's own threshold without P. BED of a track holds elements
    /// (--merge) unless this is given.
    #[arg(long, value_name = "P", num_args = 0..=1, default_missing_value = "card", help_heading = "Output")]
    threshold: Option<Threshold>,
    /// Join neighbouring bins over the threshold (the model's, if --threshold is not given) into elements, across gaps of
    /// up to GAP bases (0).
    #[arg(long, value_name = "GAP", num_args = 0..=1, default_missing_value = "0", help_heading = "Output")]
    merge: Option<u64>,
    /// Write a bigWig file for every score into this folder: DIR/SCORE.bw. Without -o, nothing else is written.
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    bigwig: Option<PathBuf>,
    /// Score written as bedGraph or bigWig (`genogloss models show`); for bigWig it may be given several times.
    #[arg(long, value_name = "NAME", help_heading = "Output")]
    column: Vec<String>,
    /// Where windows overlap (a --stride below the model's core): cut them to one stride each, or give every place the
    /// mean or the largest of the scores of all windows that cover it.
    #[arg(long, value_enum, default_value = "cut", help_heading = "Output")]
    overlap: Rule,
    /// Region: contig, contig:start, contig:-end or contig:start-end, counting from 1;
    /// {name} and {name}:start-end for names that hold colons, where they could be both. May be given several times.
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

/// What a scan writes to its output.
const NAMED: [Writes<TableFormat>; 3] = [
    Writes::text(TableFormat::Bed, Named::Bed),
    Writes::text(TableFormat::Tsv, Named::Tsv),
    Writes::text(TableFormat::Bedgraph, Named::Bedgraph),
];

/// The format of the table: what was asked for, or what its name says.
fn format(options: &Options) -> Result<TableFormat> {
    let path = options.output.output.as_deref();
    let option = options.format.map(|format| format!("--format {}", value_name(format)));
    if options.bigwig.is_none() && path.and_then(Named::of).is_some_and(|(named, _)| named == Named::BigWig) {
        let error = Error::usage(format!(
            "{} is a name of bigWig, and -o writes a table",
            read::place(path.unwrap_or(Path::new("-")))
        ));
        return Err(error.with_hint("--bigwig DIR writes a bigWig file for every score into a folder"));
    }
    names::refuse(options.bigwig.as_deref(), "a folder of tracks, DIR/SCORE.bw")?;
    // Open reading frames have no scores for a bedGraph.
    let can = if options.model.model.starts_with("exact:orf") { &NAMED[..2] } else { &NAMED };
    names::decide(path, options.format.zip(option.as_deref()), TableFormat::Bed, can)
}

/// Options that cannot apply to this run.
fn check_given(options: &Options, given: &Given, loaded: &Loaded, grid: Option<Grid>) -> Result<()> {
    let exact = matches!(loaded.kind, Kind::Exact(_));
    let orf = matches!(loaded.kind, Kind::Exact(Task::OpenReadingFrames(_)));
    let tracks_alone = options.bigwig.is_some() && options.output.output.is_none();
    let words = loaded.form.text.is_some();
    given.check(&[
        NotFor {
            when: orf,
            options: &["stride", "window", "overlap", "threshold", "merge", "bigwig", "column", "resume", "checkpoint"],
            why: "is not for exact:orf, which finds open reading frames of whole contigs in one pass",
            hint: "",
        },
        NotFor { when: exact, options: &["engine", "device"], why: NO_NETWORK, hint: "leave it away" },
        NotFor {
            when: !orf && grid.is_none(),
            options: &["stride"],
            why: "is for windows, and this task answers for whole contigs",
            hint: "--window BASES",
        },
        NotFor {
            when: words,
            options: &["threshold", "column"],
            why: "is for scores, and this task answers in words",
            hint: "",
        },
        NotFor {
            when: tracks_alone,
            options: &["format", "threshold", "merge", "index"],
            why: "is for the table, and --bigwig alone writes none",
            hint: "-o FILE writes a table too",
        },
        given::index(options.output.is_bgzf(), NOT_BGZF),
        given::checkpoint(options.run.resume),
    ])
}

pub(super) fn run(mut options: Options, given: &Given) -> Result<()> {
    let format = format(&options)?;
    options.format = Some(format);
    let inputs: Vec<&Path> = std::iter::once(options.fasta.as_path()).chain(options.regions_file.as_deref()).collect();
    check_targets(&inputs, options.output.output.as_deref(), options.output.manifest.as_deref(), &[])?;
    let loaded = setup::load(&options.model)?;
    if let Kind::Exact(Task::OpenReadingFrames(orfs)) = &loaded.kind {
        let orfs = *orfs;
        check_given(&options, given, &loaded, None)?;
        return open_reading_frames(&options, format, orfs, loaded);
    }
    let grid = grid(&options, &loaded)?;
    check_given(&options, given, &loaded, grid)?;
    let columns = columns(&options, &loaded.form, grid)?;
    if options.merge.is_some() && (format != TableFormat::Bed || loaded.form.text.is_some()) {
        return Err(Error::usage("--merge writes BED, and needs a model that answers with scores"));
    }
    // A line for every base of a track is nobody's wish: its BED holds elements, unless something else is asked for.
    let elements = loaded.form.bin.is_some() && format == TableFormat::Bed && options.threshold.is_none();
    let merge = options.merge.or(elements.then_some(0));
    if options.overlap != Rule::Cut && (loaded.form.bin.is_some() || loaded.form.text.is_some()) {
        return Err(Error::usage(
            "--overlap joins windows with one answer of scores each: not tracks, whose cores never overlap, and not words",
        ));
    }
    let threshold = options.threshold.or(merge.map(|_| Threshold::Card));
    let caller = Caller::new(&loaded.form, threshold);
    let mut genome = Genome::new(&options.fasta);
    let regions = regions(&options, &mut genome)?;
    let territory = territory(&options, &mut genome, grid.map_or(1, |grid| grid.stride), regions.as_ref())?;
    // The manifest lies beside the table, and among the tracks, and so does the journal.
    let tracks_manifest = options.bigwig.as_ref().map(|folder| folder.join(TRACKS_MANIFEST));
    let run_settings = settings_of(&options, merge)?;
    // A bigWig file begins with the lengths of all contigs.
    let mut lengths = Contigs::default();
    if let Some(folder) = &options.bigwig {
        lengths = genome.contigs()?.clone();
        std::fs::create_dir_all(folder).map_err(|error| Error::write(folder.display(), &error))?;
    }
    let mut beginning = Beginning::find(
        &options.run,
        options.output.output.as_deref(),
        tracks_manifest.as_deref(),
        &loaded.report,
        &run_settings,
        territory.as_ref(),
        &inputs,
    )?;
    let tracks = match &options.bigwig {
        None => Vec::new(),
        Some(folder) => tracks(folder, &lengths, &loaded.form, &columns, &beginning)?,
    };
    let source = Source::open(genome, regions.clone(), territory.clone())?;
    let settings = OutputSettings {
        path: options.output.output.clone(),
        indexed: Indexed::Bed,
        kind: options.output.index,
        longest: read::reference::longest(&options.fasta),
        bgzf: false,
        input: read::place(&options.fasta),
        resume: beginning.bytes(),
    };
    // Tracks alone: no table, unless one was asked for.
    let wanted = options.bigwig.is_none() || options.output.output.is_some();
    let output = wanted.then(|| Output::create(&settings)).transpose()?;

    let Loaded { form, settings, sessions, report, threads, .. } = loaded;
    let encoder = settings.encoder.clone();
    let mut writer = Writer {
        output,
        contig: "".into(),
        tracks,
        form: &form,
        caller: &caller,
        format,
        column: columns.first().copied().unwrap_or(0),
        line: Vec::new(),
        counts: beginning.from.counts().of_columns(form.columns.iter().map(|column| column.name.as_str())),
        merger: merge.map(|gap| Merger::new(gap, form.columns.len())),
        complete: Vec::new(),
        held: Waiting::default(),
        gap: merge.unwrap_or(0),
        grid,
        territory: territory.as_ref(),
        edges: Vec::new(),
        overlap: (options.overlap != Rule::Cut).then(|| (Overlap::new(options.overlap), "".into())),
        regions: regions.as_ref(),
    };
    writer.restore(&beginning.from)?;
    if let (TableFormat::Tsv, Some(output), false) = (format, &mut writer.output, beginning.begun()) {
        output.write_all(table::tsv_header(&form).as_bytes())?;
    }
    let joined = options.overlap != Rule::Cut;
    let shared: Shared<TilesRead> = Shared::default();
    let mut progress = Progress::new(writer.counts.windows, source.total(grid, joined));
    let done = beginning.from.queries;
    let result = {
        let shared = Arc::clone(&shared);
        pipeline::run(
            &settings,
            sessions,
            move |feed| {
                let read = source.read(grid, joined, done, encoder, feed)?;
                setup::leave(&shared, read);
                Ok(())
            },
            |tile: Tile, outcome| {
                progress
                    .at(writer.counts.written, writer.counts.windows, || show_position(&tile.contig, tile.core.start));
                writer.write(&tile, outcome)?;
                beginning.at(|| writer.checkpoint())
            },
        )
    };
    let timings = beginning.ended(result, || writer.checkpoint())?;
    let TilesRead { counts: read, input, contigs } = setup::take(&shared);
    let Done { mut counts, sealed, edges, tracks } = writer.seal()?;
    (counts.records_in, counts.filtered, counts.queries, counts.bases) =
        (read.records_in, read.filtered, read.queries, read.bases);
    let ending = Ending {
        report,
        threads,
        counts,
        timings,
        inputs: input.into_iter().collect(),
        reference: Some((&options.fasta, contigs)),
        settings: run_settings,
        tracks: options.bigwig.is_some().then_some(tracks),
        shard: territory.as_ref().map(|territory| ShardReport::new(territory, merge, edges)),
        also: tracks_manifest.clone().filter(|_| options.output.output.is_some() || options.output.manifest.is_some()),
        before: beginning.from.counts().windows,
    };
    let manifest = options.output.manifest.clone();
    let manifest = manifest.or(tracks_manifest.filter(|_| options.output.output.is_none()));
    let output = OutputOptions { manifest, ..options.output };
    setup::finish(&output, ending, || Ok(sealed))?;
    beginning.done();
    Ok(())
}

/// What is wanted of the FASTA file. Its contigs decide what a region with a colon is, where they can be known beforehand.
fn regions(options: &Options, genome: &mut Genome) -> Result<Option<Regions>> {
    let contigs = match (options.region.is_empty(), options.run.shard.is_some() || options.bigwig.is_some()) {
        (true, _) => None,
        (false, true) => Some(genome.contigs()?),
        (false, false) => genome.by_place()?,
    };
    Regions::read(&options.region, options.regions_file.as_deref(), contigs)
}

/// The shard's part of the FASTA file.
fn territory(
    options: &Options,
    genome: &mut Genome,
    step: u64,
    regions: Option<&Regions>,
) -> Result<Option<Territory>> {
    let Some(choice) = &options.run.shard else { return Ok(None) };
    let contigs = genome.contigs()?;
    regions.map_or(Ok(()), |regions| regions.check(contigs, &read::place(&options.fasta)))?;
    let territory = Territory::choose(choice, contigs, &read::place(&options.fasta), step, regions)?;
    if territory.is_empty() {
        tracing::warn!("shard {} has nothing to do: there are fewer windows than shards", territory.shard);
    }
    Ok(Some(territory))
}

/// All options that answers and lines depend on: shards of one run have the same.
fn settings_of(options: &Options, merge: Option<u64>) -> Result<Settings> {
    let mut settings = Settings::new("scan");
    settings.put("format", options.format.map(value_name));
    settings.put(
        "threshold",
        options.threshold.map(|threshold| match threshold {
            Threshold::Card => "card".to_string(),
            Threshold::Value(value) => value.to_string(),
        }),
    );
    settings.put("merge", merge);
    settings.put("bigwig", options.bigwig.is_some());
    settings.put("columns", &options.column);
    settings.put("overlap", value_name(options.overlap));
    settings.put("regions", &options.region);
    settings.put("regions_file", options.regions_file.as_deref().map(digest).transpose()?);
    settings.put("stride", options.stride);
    settings.put("window", options.window);
    Ok(settings)
}

/// The name of an option's value on the command line.
fn value_name(value: impl clap::ValueEnum) -> String {
    value.to_possible_value().map(|v| v.get_name().to_string()).unwrap_or_default()
}

/// One bigWig file for each of the columns.
fn tracks(
    folder: &Path,
    contigs: &Contigs,
    form: &Form,
    columns: &[usize],
    beginning: &Beginning,
) -> Result<Vec<(usize, BigWig)>> {
    columns
        .iter()
        .map(|&column| {
            let name = format!("{}.bw", form.columns[column].name);
            if !is_plain_name(&name) {
                return Err(Error::usage(format!("--bigwig: {name:?} is no name of a file, and so is called a score"))
                    .with_hint("rename the label in the model's card, or write another format"));
            }
            let before = beginning.from.tracks.get(&name).copied().unwrap_or(0);
            let resume = beginning.journal.as_ref().map(|_| before);
            Ok((column, BigWig::create(&folder.join(name), contigs, form.columns[column].digits, resume)?))
        })
        .collect()
}

/// The grid of windows; `None`: whole contigs.
fn grid(options: &Options, loaded: &Loaded) -> Result<Option<Grid>> {
    match &loaded.kind {
        Kind::Network(_) if options.window.is_some() => {
            Err(Error::usage("--window is for exact tasks; a network's window is in its card"))
        }
        Kind::Network(card) => {
            let grid = Grid::new(&card.window, options.stride, loaded.form.bin)?;
            Ok(Some(if options.overlap == Rule::Cut { grid } else { grid.overlapping_cores(card.window.core) }))
        }
        Kind::Exact(_) => {
            let Some(span) = options.window.or(loaded.form.text.is_none().then_some(1000)) else { return Ok(None) };
            let rule = WindowRule {
                span,
                core: span,
                stride: options.stride.unwrap_or(span),
                min_span: Some(1),
                max_unknown: 1.0,
                fixed: false,
                multiple: None,
            };
            // A function reads exactly its core, and may be asked every few bases: cores then overlap, as windows do.
            Ok(Some(Grid { core: span, left: 0, ..Grid::new(&rule, None, None)? }))
        }
    }
}

/// The columns of bedGraph and bigWig.
fn columns(options: &Options, form: &Form, grid: Option<Grid>) -> Result<Vec<usize>> {
    let names: Vec<&str> = form.columns.iter().map(|c| c.name.as_str()).collect();
    let bedgraph = options.format == Some(TableFormat::Bedgraph);
    if !bedgraph && options.bigwig.is_none() {
        return match options.column.first() {
            None => Ok(Vec::new()),
            Some(_) => Err(Error::usage("--column is for --format bedgraph and --bigwig")),
        };
    }
    if options.bigwig.is_some() && form.text.is_some() {
        return Err(Error::usage("this task answers in words, and a bigWig file holds scores"));
    }
    if options.bigwig.is_some() && grid.is_some_and(|grid| grid.core > grid.stride) && options.overlap == Rule::Cut {
        return Err(
            Error::usage("windows overlap, and a bigWig file holds one score a place").with_hint("--overlap mean")
        );
    }
    let mut chosen = Vec::new();
    for name in &options.column {
        let column = names
            .iter()
            .position(|n| n == name)
            .ok_or_else(|| Error::usage(format!("--column {name}: this model has {}", names.join(", "))))?;
        if !chosen.contains(&column) {
            chosen.push(column);
        }
    }
    if chosen.is_empty() && (!bedgraph || names.len() == 1) {
        chosen = (0..names.len()).filter(|&c| form.columns[c].callable).collect();
    }
    if bedgraph && chosen.len() != 1 {
        let hint = if names.is_empty() {
            "this task answers in words: use --format tsv".into()
        } else {
            format!("--column {}", names.join(", or --column "))
        };
        return Err(Error::usage("a bedGraph holds one score, and this model has not exactly one").with_hint(hint));
    }
    Ok(chosen)
}

/// What the writer leaves.
struct Done {
    counts: Counts,
    sealed: Sealed,
    edges: Vec<Edge>,
    /// The bigWig files that have values.
    tracks: Vec<String>,
}

/// The writer's side.
struct Writer<'a> {
    /// The table, unless only tracks are wanted.
    output: Option<Output>,
    /// The contig in work.
    contig: Arc<str>,
    /// bigWig files, by column.
    tracks: Vec<(usize, BigWig)>,
    form: &'a Form,
    caller: &'a Caller,
    format: TableFormat,
    column: usize,
    line: Vec<u8>,
    counts: Counts,
    merger: Option<Merger>,
    /// Elements that have just become complete.
    complete: Vec<Element>,
    /// Complete elements and their lines, which may not be written before one that began earlier is.
    held: Waiting<Element>,
    /// Calls up to so many bases apart are joined.
    gap: u64,
    grid: Option<Grid>,
    territory: Option<&'a Territory>,
    /// Elements that may go on in a neighbouring shard.
    edges: Vec<Edge>,
    /// Where cores overlap: what is not complete yet, and its contig.
    overlap: Option<(Overlap, Arc<str>)>,
    regions: Option<&'a Regions>,
}

impl Writer<'_> {
    /// Why a window counts as skipped though it was run: what it answers is no number (of a track: in one of its bins), or no base
    /// that it answers for is known.
    fn unanswered(&self, tile: &Tile, answers: &RowAnswers<'_>) -> Option<Skip> {
        if self.form.text.is_some() {
            return self.form.words(answers.text(0)).err();
        }
        let Some(bin) = self.form.bin else { return self.form.scores(answers.scores(0)).err() };
        if tile.unknown.is_empty() && self.form.scores(answers.scores(0)).is_ok() {
            return None;
        }
        let (mut known, mut unknown) = (0, tile.unknown.iter().peekable());
        let bins = (tile.core.start..tile.core.end).step_by(bin as usize);
        for (start, scores) in bins.zip(answers.scores(0).chunks_exact(self.form.columns.len())) {
            let end = (start + bin).min(tile.core.end);
            while unknown.next_if(|run| run.end <= start).is_some() {}
            if unknown.peek().is_some_and(|run| run.start <= start && end <= run.end) {
                continue;
            }
            known += 1;
            if let Err(reason) = self.form.scores(scores) {
                return Some(reason);
            }
        }
        (known == 0).then_some(Skip::UnknownBases)
    }

    fn write(&mut self, tile: &Tile, outcome: Outcome<'_>) -> Result<()> {
        let skipped = match &outcome {
            Outcome::Skipped(reason) => Some(*reason),
            Outcome::Answered(answers) => self.unanswered(tile, answers),
        };
        self.counts.came_out(skipped);
        self.counts.windows += u64::from(skipped.is_some() && matches!(outcome, Outcome::Answered(_)));
        if self.contig != tile.contig {
            // What is left of the contig before belongs to its tracks.
            if let Some((mut overlap, contig)) = self.overlap.take() {
                overlap.finish(|stretch| self.stretch(&contig, &stretch))?;
                self.overlap = Some((overlap, Arc::clone(&tile.contig)));
            }
            self.contig = Arc::clone(&tile.contig);
            self.tracks.iter_mut().try_for_each(|(_, track)| track.begin(&tile.contig))?;
        }
        if let Some((mut overlap, contig)) = self.overlap.take() {
            let answer = match &outcome {
                Outcome::Skipped(reason) => Err(*reason),
                Outcome::Answered(answers) => {
                    self.form.scores(answers.scores(0)).map(|scores| (scores, answers.strand(0)))
                }
            };
            overlap.add(tile.core, answer, |stretch| self.stretch(&contig, &stretch))?;
            self.overlap = Some((overlap, contig));
            return Ok(());
        }
        match outcome {
            Outcome::Skipped(reason) => self.place(&Place {
                contig: &tile.contig,
                interval: tile.core,
                strand: Strand::Unknown,
                scores: Err(reason),
                text: None,
            }),
            Outcome::Answered(answers) => {
                let strand = answers.strand(0);
                if self.form.text.is_some() {
                    let words = self.form.words(answers.text(0));
                    return self.place(&Place {
                        contig: &tile.contig,
                        interval: tile.core,
                        strand,
                        scores: words.map(|_| [].as_slice()),
                        text: words.ok(),
                    });
                }
                let (scores, columns) = (answers.scores(0), self.form.columns.len());
                let Some(bin) = self.form.bin else {
                    return self.place(&Place {
                        contig: &tile.contig,
                        interval: tile.core,
                        strand,
                        scores: self.form.scores(scores),
                        text: None,
                    });
                };
                // Inside a region nothing need be looked up.
                let wanted = self.regions.filter(|regions| !regions.contain(&tile.contig, tile.core));
                self.count(tile, scores, bin, wanted);
                // Where all bases are known and all scores are numbers, a track with wide bins is written by its own bins.
                let whole = tile.unknown.is_empty() && skipped.is_none();
                if whole {
                    for (column, track) in &mut self.tracks {
                        let width = self.form.columns[*column].bin.unwrap_or(bin);
                        let rows = scores.chunks_exact(columns).step_by((width / bin) as usize);
                        for (start, row) in (tile.core.start..tile.core.end).step_by(width as usize).zip(rows) {
                            let interval = Interval::new(start, (start + width).min(tile.core.end));
                            if wanted.is_none_or(|regions| regions.overlaps(&tile.contig, interval)) {
                                track.push(interval, row[*column])?;
                            }
                        }
                    }
                }
                if whole && self.output.is_none() {
                    return Ok(());
                }
                let mut unknown = tile.unknown.iter().peekable();
                for (index, scores) in scores.chunks_exact(columns).enumerate() {
                    let start = tile.core.start + index as u64 * bin;
                    if start >= tile.core.end {
                        break;
                    }
                    let interval = Interval::new(start, (start + bin).min(tile.core.end));
                    while unknown.next_if(|run| run.end <= start).is_some() {}
                    let hidden = unknown.peek().is_some_and(|run| run.start <= start && interval.end <= run.end);
                    let scores = if hidden { Err(Skip::UnknownBases) } else { self.form.scores(scores) };
                    // Of a track, bins that overlap a region are written; elements are joined first, and then chosen.
                    let written = wanted.is_none_or(|regions| regions.overlaps(&tile.contig, interval));
                    let place = Place { contig: &tile.contig, interval, strand, scores, text: None };
                    if written && !whole {
                        self.place(&place)?;
                    } else if written || self.merger.is_some() {
                        self.table(&place)?;
                    }
                }
                Ok(())
            }
        }
    }

    /// Counts the scores of a track's tile, each column by its own bins.
    fn count(&mut self, tile: &Tile, scores: &[f32], bin: u64, wanted: Option<&Regions>) {
        let columns = self.form.columns.len();
        for (column, (_, histogram)) in self.counts.scores.iter_mut().enumerate() {
            let width = self.form.columns[column].bin.unwrap_or(bin);
            let mut unknown = tile.unknown.iter().peekable();
            let rows = scores.chunks_exact(columns).step_by((width / bin) as usize);
            for (start, row) in (tile.core.start..tile.core.end).step_by(width as usize).zip(rows) {
                let interval = Interval::new(start, (start + width).min(tile.core.end));
                while unknown.next_if(|run| run.end <= start).is_some() {}
                let hidden = unknown.peek().is_some_and(|run| run.start <= start && interval.end <= run.end);
                let answered = !hidden && self.form.scores(row).is_ok();
                if answered && wanted.is_none_or(|regions| regions.overlaps(&tile.contig, interval)) {
                    histogram.add(row[column]);
                }
            }
        }
    }

    /// A stretch of overlapping windows. Of windows outside the regions, or of other shards, which were not run, the borders
    /// count all the same, so that the lines are those of the whole scan.
    fn stretch(&mut self, contig: &str, stretch: &Stretch) -> Result<()> {
        let scores = match &stretch.scores {
            Ok(scores) => Ok(scores.as_slice()),
            Err(skip) => Err(*skip),
        };
        let Interval { mut start, end } = stretch.interval;
        while start < end {
            let border = self.grid.map_or(end, |grid| grid.border_after(start).min(end));
            let interval = Interval::new(start, border);
            start = border;
            let own = self.territory.is_none_or(|own| own.side(Some((contig, interval.start))) == Some(Side::Inside));
            if own && self.regions.is_none_or(|regions| regions.overlaps(contig, interval)) {
                self.place(&Place { contig, interval, strand: stretch.strand, scores, text: None })?;
            }
        }
        Ok(())
    }

    /// A place of tracks and table.
    fn place(&mut self, place: &Place<'_>) -> Result<()> {
        if let Ok(scores) = place.scores {
            // Tracks are counted by tiles.
            if self.form.bin.is_none() {
                self.counts.add_scores(scores.iter().copied());
            }
            for (column, track) in &mut self.tracks {
                track.push(place.interval, scores[*column])?;
            }
        }
        self.table(place)
    }

    fn table(&mut self, place: &Place<'_>) -> Result<()> {
        if self.output.is_none() {
            return Ok(());
        }
        if let Some(merger) = &mut self.merger {
            merger.add(place, self.caller, &mut self.complete, self.form);
            return self.release(Some(place.contig));
        }
        self.line.clear();
        let written = match self.format {
            TableFormat::Bed => table::write_bed(place, self.form, self.caller, &mut self.line),
            TableFormat::Tsv => table::write_tsv(place, self.form, self.caller, &mut self.line),
            TableFormat::Bedgraph => {
                let called = !self.caller.calls_only
                    || place.scores.is_ok_and(|s| f64::from(s[self.column]) >= self.caller.thresholds[self.column]);
                called && table::write_bedgraph(place, self.column, self.form, &mut self.line)
            }
        };
        if written {
            let line = std::mem::take(&mut self.line);
            self.record(place.contig, place.interval, &line)?;
            self.line = line;
        }
        Ok(())
    }

    /// Writes held elements in order of their start, as far as no open one begins earlier. `current` is the contig in
    /// work; without one, all are written.
    fn release(&mut self, current: Option<&str>) -> Result<()> {
        for element in self.complete.drain(..) {
            let (interval, line) = (element.interval(), element.line());
            self.held.add(&element.contig.clone(), interval, line, element);
        }
        if self.held.is_empty() {
            return Ok(());
        }
        let earliest = current.zip(self.merger.as_ref().and_then(Merger::earliest_open));
        // Of a track, elements are joined first, and then those are chosen that meet a region.
        let regions = self.regions.filter(|_| self.form.bin.is_some());
        while let Some((interval, line, element)) = self.held.next_before(earliest) {
            if let Some(edge) = self.territory.and_then(|own| Edge::at(&element, own, self.gap, self.reach(), regions))
            {
                self.edges.push(edge);
            }
            if regions.is_none_or(|regions| regions.overlaps(&element.contig, interval)) {
                self.record(&element.contig, interval, &line)?;
            }
        }
        Ok(())
    }

    /// Bases by which the windows of one shard, which begin on its stretch, reach into the next.
    fn reach(&self) -> u64 {
        self.grid.map_or(0, |grid| grid.core.saturating_sub(grid.stride))
    }

    fn record(&mut self, contig: &str, interval: Interval, line: &[u8]) -> Result<()> {
        self.counts.rows += 1;
        match &mut self.output {
            Some(output) => output.write_record(contig, interval, line),
            None => Ok(()),
        }
    }

    /// Syncs the outputs, and says how far they are good and what is held back.
    fn checkpoint(&mut self) -> Result<Checkpoint> {
        let bytes = self.output.as_mut().map_or(Ok(0), Output::checkpoint)?;
        let mut tracks = std::collections::BTreeMap::new();
        for (_, track) in &mut self.tracks {
            tracks.extend(track.checkpoint()?);
        }
        let json = |value: serde_json::Result<serde_json::Value>| {
            value.map_err(|error| Error::Internal(format!("checkpoint: {error}")))
        };
        let held: Vec<&Element> = self.held.iter().collect();
        let state = serde_json::json!({
            "contig": self.contig.as_ref(),
            "open": json(serde_json::to_value(self.merger.as_ref().map(Merger::save)))?,
            "held": json(serde_json::to_value(held))?,
            "edges": json(serde_json::to_value(&self.edges))?,
            "overlap": self.overlap.as_ref().map(|(overlap, contig)| (contig.as_ref(), overlap.save())),
        });
        let counts = json(serde_json::to_value(&self.counts))?;
        Ok(Checkpoint { queries: self.counts.written, bytes, tracks, counts, state })
    }

    /// Goes on from a checkpoint.
    fn restore(&mut self, from: &Checkpoint) -> Result<()> {
        if from.queries == 0 {
            return Ok(());
        }
        let saved = |key: &str| from.state.get(key).cloned().unwrap_or_default();
        let of = self.output.as_ref().map_or("the tracks", Output::place).to_string();
        let wrong = |why: String| {
            Error::input(format!("the journal of {of}"), why).with_hint("it was changed; remove it to begin again")
        };
        let bad = |error: serde_json::Error| wrong(error.to_string());
        self.contig = saved("contig").as_str().unwrap_or_default().into();
        for (_, track) in &mut self.tracks {
            track.begin(&self.contig)?;
        }
        if let Some(merger) = &mut self.merger {
            let open: Option<Vec<(usize, Element)>> = serde_json::from_value(saved("open")).map_err(bad)?;
            merger.restore(open.unwrap_or_default()).map_err(wrong)?;
        }
        for element in serde_json::from_value::<Vec<Element>>(saved("held")).map_err(bad)? {
            element.check().map_err(wrong)?;
            self.held.add(&element.contig.clone(), element.interval(), element.line(), element);
        }
        self.edges = serde_json::from_value(saved("edges")).map_err(bad)?;
        self.edges.iter().try_for_each(|edge| edge.element.check()).map_err(wrong)?;
        if let Some((overlap, contig)) = &mut self.overlap {
            let state = saved("overlap");
            *contig = state[0].as_str().unwrap_or_default().into();
            overlap
                .restore(&state[1], self.form.columns.len())
                .ok_or_else(|| wrong("windows that overlap are damaged".into()))?;
        }
        Ok(())
    }

    fn seal(mut self) -> Result<Done> {
        if let Some((mut overlap, contig)) = self.overlap.take() {
            overlap.finish(|stretch| self.stretch(&contig, &stretch))?;
        }
        if let Some(merger) = &mut self.merger {
            merger.close_before(None, &mut self.complete);
            self.release(None)?;
        }
        let mut sealed = self.output.map_or_else(|| Ok(Sealed::default()), Output::seal)?;
        let mut tracks = Vec::new();
        for (_, track) in self.tracks {
            let name = track.name();
            let (written, files) = track.seal()?;
            if written {
                tracks.push(name);
            }
            sealed = sealed.after(files);
        }
        Ok(Done { counts: self.counts, sealed, edges: self.edges, tracks })
    }
}

/// `-m exact:orf`: open reading frames of whole contigs, in one pass and constant memory.
fn open_reading_frames(options: &Options, format: TableFormat, task: OrfOptions, loaded: Loaded) -> Result<()> {
    if format == TableFormat::Bedgraph {
        return Err(Error::usage("exact:orf writes BED or TSV: open reading frames have no scores"));
    }
    let mut genome = Genome::new(&options.fasta);
    let regions = regions(options, &mut genome)?;
    let territory = territory(options, &mut genome, 1, regions.as_ref())?;
    let input = read::open_even_empty(&options.fasta)?;
    input.expect(&[Format::Fasta, Format::Empty], "a FASTA file")?;
    let (place, report) = (input.place(), input.report());
    let settings = OutputSettings {
        path: options.output.output.clone(),
        indexed: Indexed::Bed,
        kind: options.output.index,
        longest: read::reference::longest(&options.fasta),
        bgzf: false,
        input: read::place(&options.fasta),
        resume: None,
    };
    let mut output = Output::create(&settings)?;
    if format == TableFormat::Tsv {
        output.write_all(b"#contig\tstart\tend\tstrand\tframe\tlength\tcomplete\n")?;
    }
    let started = std::time::Instant::now();
    let (mut counts, mut contigs, mut found) = (Counts::default(), Vec::new(), Vec::<Orf>::new());
    let (mut finder, mut name) = (OrfFinder::new(task), String::new());
    fasta::stream(input, |event| {
        if crate::interrupt::INTERRUPTED.load(std::sync::atomic::Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        let mut end = None;
        match event {
            Event::Contig(contig) => {
                let first = territory.as_ref().is_none_or(|own| own.side(Some((contig, 0))) == Some(Side::Inside));
                counts.records_in += u64::from(first);
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
            let place = Some((name.as_str(), orf.interval.start));
            if territory.as_ref().is_some_and(|own| own.side(place) != Some(Side::Inside)) {
                continue;
            }
            if regions.as_ref().is_some_and(|r| !r.overlaps(&name, orf.interval)) {
                counts.filtered += 1;
                continue;
            }
            counts.queries += 1;
            let (start, stop, strand) = (orf.interval.start, orf.interval.end, orf.strand.symbol());
            let (len, complete) = (orf.interval.len(), if orf.complete { "complete" } else { "partial" });
            let line = match format {
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
        settings: settings_of(options, None)?,
        tracks: None,
        shard: territory.as_ref().map(|territory| ShardReport::new(territory, None, Vec::new())),
        also: None,
        before: 0,
    };
    setup::finish(&options.output, ending, || output.seal())
}
