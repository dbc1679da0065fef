//! `genogloss reads`: every read a query of one or more windows.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::ValueEnum;
use noodles::sam::{
    self,
    alignment::{RecordBuf, record::Flags, record_buf::data::field::Value},
};

use super::{
    ModelOptions, OutputOptions, RunOptions,
    given::{self, Given, NO_NETWORK, NotFor},
    setup::{self, Beginning, Ending, Kind, Loaded, Shared},
};
use crate::{
    call::Caller,
    counts::Counts,
    error::{Error, Result},
    exact::Task,
    genome::{Interval, Strand, sequence::reverse_complement_into},
    model::Form,
    number::{write_integer, write_score},
    output::{
        Indexed, Output, OutputSettings, Sealed,
        bam::{self, BamWriter, Tags},
        check_targets,
        column::score_header,
        manifest::{Settings, digest},
        names::{self, Named, Writes},
        reads_columns,
    },
    pipeline::{self, Outcome, RowAnswers},
    progress::{Progress, Total},
    read::{
        Format, InputReport,
        alignments::{AlignedBlocks, Alignments, place_of},
        regions::Regions,
    },
    scan::tiles::unknown_runs,
    session::journal::Checkpoint,
    shards::{
        ShardReport,
        order::first_base,
        territory::{RECORDS, Territory, Watch},
    },
    skip::Skip,
    window::Grid,
};

/// Score reads: BAM, CRAM, SAM, FASTQ or FASTA.
///
/// A read longer than the model's window is cut into windows, one every stride, the last one ending with the read. One
/// line a read is written (or one a window), in input order; a read that cannot be scored is written with its reason.
/// Filtered reads are not written, and counted.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss reads reads.bam -m core-promoter --min-mapq 20 -o reads.tsv
  genogloss reads reads.cram -f genome.fa -r chr20:1,000,000-2,000,000 --format bam -o scored.bam

Columns and tags: genogloss columns reads")]
pub struct Options {
    /// Reads: BAM, CRAM, SAM, FASTQ or FASTA (plain, gzip or BGZF); `-` is standard input.
    reads: PathBuf,
    #[command(flatten)]
    model: ModelOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    run: RunOptions,
    /// Format of the output. Default: what its name ends in (.tsv, .bam), else TSV; a name that says another format is refused.
    #[arg(long, value_enum, help_heading = "Output")]
    format: Option<ReadsFormat>,
    /// BAM: first letter of the tags (g: gs, gl, gw, gk). Those of an earlier run with this prefix are replaced; with another prefix
    /// several models have room in one file. [a letter]
    #[arg(long, value_name = "LETTER", value_parser = letter, help_heading = "Output")]
    tag_prefix: Option<char>,
    /// Write a line for each window (or bin) of a read, not one a read.
    #[arg(long, help_heading = "Output")]
    each_window: bool,
    /// How the windows of a read make its scores: those of the window with the best score, or the mean of all.
    #[arg(long, value_enum, default_value = "max", help_heading = "Output")]
    aggregate: Aggregate,
    /// FASTA file a CRAM file was made with. Not needed where the CRAM file holds its bases itself (unmapped reads, no_ref, embed_ref).
    #[arg(short = 'f', long, value_name = "FASTA", help_heading = "Input")]
    reference: Option<PathBuf>,
    /// Only reads that overlap this region: contig, contig:start, contig:-end or contig:start-end, counting from 1;
    /// {name} and {name}:start-end for names that hold colons, where they could be both.
    #[arg(short, long, value_name = "REGION", help_heading = "Input")]
    region: Vec<String>,
    /// Only reads that overlap a region of a BED file.
    #[arg(short = 'R', long, value_name = "BED", help_heading = "Input")]
    regions_file: Option<PathBuf>,
    /// Leave out reads with a lower mapping quality. [0, 254]
    #[arg(short = 'q', long, value_name = "Q", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=254), help_heading = "Input")]
    min_mapq: u8,
    /// Leave out reads with any of these flags: a number, 0x…, or names as samtools writes them (UNMAP,DUP).
    #[arg(short = 'F', long, value_name = "FLAGS", default_value = "0", value_parser = flags, help_heading = "Input")]
    exclude_flags: Flags,
    /// Leave out reads that lack any of these flags.
    #[arg(long, value_name = "FLAGS", default_value = "0", value_parser = flags, help_heading = "Input")]
    require_flags: Flags,
    /// Which way round bases are read: as the sequencer read them, or as they lie on the reference.
    #[arg(long, value_enum, default_value = "read", help_heading = "Input")]
    orient: Orient,
    /// Distance between windows on a read, in bases. Default: the model's. [1, 16777216]
    #[arg(long, value_name = "BASES", value_parser = clap::value_parser!(u64).range(1..=1 << 24), help_heading = "Input")]
    stride: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ReadsFormat {
    /// One header line, one line a read.
    Tsv,
    /// The reads with aux tags.
    Bam,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Aggregate {
    Max,
    Mean,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Orient {
    Read,
    Reference,
}

/// Names of SAM flags, as `samtools flags` lists them.
const FLAG_NAMES: [(&str, u16); 12] = [
    ("PAIRED", 0x1),
    ("PROPER_PAIR", 0x2),
    ("UNMAP", 0x4),
    ("MUNMAP", 0x8),
    ("REVERSE", 0x10),
    ("MREVERSE", 0x20),
    ("READ1", 0x40),
    ("READ2", 0x80),
    ("SECONDARY", 0x100),
    ("QCFAIL", 0x200),
    ("DUP", 0x400),
    ("SUPPLEMENTARY", 0x800),
];

fn letter(text: &str) -> Result<char, String> {
    match text.as_bytes() {
        [letter] if letter.is_ascii_alphabetic() => Ok(char::from(*letter)),
        _ => Err("one letter, a to z or A to Z".into()),
    }
}

fn flags(text: &str) -> Result<Flags, String> {
    let number = match text.strip_prefix("0x") {
        Some(hex) => u16::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    };
    let bits = match number {
        Some(bits) => bits,
        None => text.split(',').try_fold(0, |bits, name| {
            FLAG_NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, bit)| bits | bit).ok_or_else(
                || {
                    let names: Vec<&str> = FLAG_NAMES.iter().map(|(name, _)| *name).collect();
                    format!("\"{name}\" is not a flag; flags are {}", names.join(", "))
                },
            )
        })?,
    };
    Ok(Flags::from(bits))
}

/// A read on its way through the pipeline.
struct Read {
    /// For a table, without its bases and qualities.
    record: RecordBuf,
    /// Its bases.
    len: u64,
    /// Windows that are run.
    windows: u64,
    /// Bases were turned round, so that they are as the sequencer read them.
    turned: bool,
}

impl pipeline::Located for Piece {
    fn place(&self) -> String {
        format!("read {}", self.read.record.name().map_or_else(|| "*".into(), ToString::to_string))
    }
}

/// Windows of a read that are run together. A read that is longer than a batch comes in several pieces, so that memory does not grow
/// with its windows.
struct Piece {
    read: Arc<Read>,
    first: bool,
    last: bool,
    windows: Vec<Window>,
}

/// A window on a read.
struct Window {
    /// Where it (of a track: its core) begins.
    start: u64,
    /// Runs of unknown bases, for tracks.
    unknown: Vec<Interval>,
    /// Whether it is run, or why not.
    run: Result<(), Skip>,
}

impl Piece {
    /// A whole read, without windows.
    fn whole(read: Read, windows: Vec<Window>) -> Self {
        Self { read: Arc::new(read), first: true, last: true, windows }
    }
}

#[derive(Default)]
struct Ended {
    counts: Counts,
    input: Option<InputReport>,
}

/// What reads are written as.
const NAMED: [Writes<ReadsFormat>; 2] =
    [Writes::text(ReadsFormat::Tsv, Named::Tsv), Writes::plain(ReadsFormat::Bam, Named::Bam)];

impl Options {
    fn format(&self) -> ReadsFormat {
        self.format.unwrap_or(ReadsFormat::Tsv)
    }
}

/// Options that cannot apply to this run.
fn check_given(options: &Options, given: &Given, loaded: &Loaded, format: Format) -> Result<()> {
    let exact = matches!(loaded.kind, Kind::Exact(_));
    let words = loaded.form.text.is_some();
    let unaligned = matches!(format, Format::Fastq | Format::Fasta);
    let name = format!("{format:?}").to_uppercase();
    let no_place = format!("is for aligned reads, and those of {name} have no place on a reference");
    let no_flags = format!("is for SAM, BAM and CRAM: reads of {name} have neither flags nor mapping qualities");
    let bases =
        format!("names the FASTA file a CRAM file was made with, and the reads are {name}, which holds its bases");
    given.check(&[
        NotFor {
            when: format != Format::Cram,
            options: &["reference"],
            why: &bases,
            hint: "leave it away; --require-flags FLAGS asks for flags, as samtools view -f does",
        },
        NotFor { when: unaligned, options: &["region", "regions_file"], why: &no_place, hint: "" },
        NotFor { when: unaligned, options: &["min_mapq", "exclude_flags", "require_flags"], why: &no_flags, hint: "" },
        NotFor {
            when: unaligned,
            options: &["orient"],
            why: &no_place,
            hint: "they are read as they were sequenced: leave it away",
        },
        NotFor { when: exact, options: &["engine", "device"], why: NO_NETWORK, hint: "leave it away" },
        NotFor {
            when: exact,
            options: &["stride", "aggregate"],
            why: "is for reads that are cut into windows, and exact tasks answer for whole reads",
            hint: "",
        },
        NotFor {
            when: words,
            options: &["each_window"],
            why: "is for scores, and this task answers for whole reads, in words",
            hint: "",
        },
        NotFor {
            when: options.each_window,
            options: &["aggregate"],
            why: "makes one score of a read's windows, and --each-window writes them all",
            hint: "give one of them",
        },
        NotFor {
            when: options.format() != ReadsFormat::Bam,
            options: &["tag_prefix"],
            why: "is for reads with tags, --format bam",
            hint: "",
        },
        given::index(false, "is for lines in order of place: scored reads have no index"),
        given::checkpoint(options.run.resume),
    ])
}

pub(super) fn run(mut options: Options, given: &Given) -> Result<()> {
    let option = options.format.map(|format| match format {
        ReadsFormat::Tsv => "--format tsv",
        ReadsFormat::Bam => "--format bam",
    });
    let path = options.output.output.as_deref();
    options.format = Some(names::decide(path, options.format.zip(option), ReadsFormat::Tsv, &NAMED)?);
    let more = [options.reference.as_deref(), options.regions_file.as_deref()];
    let inputs: Vec<&Path> = std::iter::once(options.reads.as_path()).chain(more.into_iter().flatten()).collect();
    check_targets(&inputs, options.output.output.as_deref(), options.output.manifest.as_deref(), &[])?;
    let loaded = setup::load(&options.model)?;
    if matches!(loaded.kind, Kind::Exact(Task::OpenReadingFrames(_))) {
        return Err(Error::usage("exact:orf is for genogloss scan"));
    }
    let grid = match &loaded.kind {
        Kind::Network(card) => Some(Grid::new(&card.window, options.stride, loaded.form.bin)?),
        Kind::Exact(_) => None,
    };
    if options.format() == ReadsFormat::Bam && (loaded.form.text.is_some() || options.each_window) {
        return Err(Error::usage("--format bam needs a model that answers with scores, and writes one record a read"));
    }
    let mut alignments = Alignments::open(&options.reads, options.reference.as_deref())?;
    check_given(&options, given, &loaded, alignments.format)?;
    let regions = Regions::read(&options.region, options.regions_file.as_deref(), Some(alignments.contigs()))?;
    if let Some(regions) = &regions {
        regions.check(alignments.contigs(), &alignments.place())?;
    }
    let territory = territory(&options, &alignments)?;
    let run_settings = settings_of(&options)?;
    let target = options.output.output.as_deref();
    let mut beginning =
        Beginning::find(&options.run, target, None, &loaded.report, &run_settings, territory.as_ref(), &inputs)?;
    let settings = OutputSettings {
        path: options.output.output.clone(),
        indexed: Indexed::No,
        kind: options.output.index,
        longest: 0,
        bgzf: options.format() == ReadsFormat::Bam,
        input: crate::read::place(&options.reads),
        resume: beginning.bytes(),
    };
    let Loaded { form, settings: pipeline_settings, sessions, report, threads, .. } = loaded;
    let model = format!("{} {} sha256 {}", report.name, report.version, report.sha256.as_deref().unwrap_or("-"));
    let header = alignments.header.for_decoding();
    let tags = Tags::new(options.tag_prefix.unwrap_or(bam::DEFAULT_PREFIX));
    let output = match options.format() {
        ReadsFormat::Bam => {
            let command = canonical(&options);
            Sink::Bam(Box::new(BamWriter::create(&settings, &alignments.header, &command, &model, tags)?))
        }
        ReadsFormat::Tsv => {
            let mut output = Output::create(&settings)?;
            if !beginning.begun() {
                output.write_all(header_line(&form).as_bytes())?;
            }
            Sink::Table(Box::new(output))
        }
    };
    let caller = Caller::new(&form, None);
    let mut writer = Writer {
        output,
        form: &form,
        caller: &caller,
        header: &header,
        options: &options,
        tags,
        width: grid.map_or(0, |grid| if grid.bin.is_some() { grid.core } else { grid.span }),
        line: Vec::new(),
        tally: Tally::default(),
        blocks: None,
        boundary: None,
        counts: beginning.from.counts().of_columns(form.columns.iter().map(|column| column.name.as_str())),
    };
    let encoder = pipeline_settings.encoder.clone();
    let shared: Shared<Ended> = Shared::default();
    // Of a part, the share of the file says nothing.
    let whole = territory.is_none() && regions.is_none();
    let share = if whole { alignments.share() } else { None };
    let mut progress = Progress::new(writer.counts.windows, Total::of(share));
    let mut done = beginning.from.queries;
    let (min_mapq, exclude, require, orient) =
        (options.min_mapq, options.exclude_flags, options.require_flags, options.orient);
    let (keeps_bases, each_window) = (options.format() == ReadsFormat::Bam, options.each_window);
    let result = {
        let shared = Arc::clone(&shared);
        let own = territory.clone();
        let regions = regions.as_ref();
        pipeline::run(
            &pipeline_settings,
            sessions,
            move |feed| {
                let mut counts = Counts::default();
                let (mut bases, mut row) = (Vec::new(), Vec::new());
                let (file, header, numbered) =
                    (alignments.place(), alignments.header.for_decoding(), !alignments.is_sorted());
                let (mut watch, mut number) = (Watch::default(), 0u64);
                let report = alignments.read(regions, |record| {
                    if let Some(own) = &own {
                        let mapped = first_base(&header, &record);
                        let place = if numbered { Some((RECORDS, number)) } else { mapped };
                        number += 1;
                        if !watch.own(own, place, &file)? {
                            return Ok(());
                        }
                    }
                    counts.records_in += 1;
                    let flags = record.flags();
                    let quality = record.mapping_quality().map_or(255, u8::from);
                    // A missing mapping quality (255) passes, as in samtools.
                    if quality < min_mapq || flags.intersects(exclude) || !flags.contains(require) {
                        counts.filtered += 1;
                        return Ok(());
                    }
                    counts.queries += 1;
                    counts.bases += record.sequence().len() as u64;
                    if done > 0 {
                        done -= 1;
                        return Ok(());
                    }
                    let turned = orient == Orient::Read && flags.is_reverse_complemented();
                    let mut record = record;
                    if turned {
                        bases.clear();
                        reverse_complement_into(record.sequence().as_ref(), &mut bases);
                    } else if keeps_bases {
                        bases.clear();
                        bases.extend_from_slice(record.sequence().as_ref());
                    } else {
                        bases = std::mem::take(record.sequence_mut()).into();
                    }
                    // `=` is what the reference has there, which is not known here.
                    bases.iter_mut().filter(|base| **base == b'=').for_each(|base| *base = b'N');
                    let len = bases.len() as u64;
                    if keeps_bases {
                        feed.holds(2 * bases.len());
                    } else {
                        *record.sequence_mut() = Vec::new().into();
                        *record.quality_scores_mut() = Vec::new().into();
                    }
                    let read = |record, windows| Read { record, len, windows, turned };
                    if bases.is_empty() {
                        return feed.skip(Piece::whole(read(record, 0), Vec::new()), Skip::NoSequence);
                    }
                    let Some(grid) = grid else {
                        let windows = vec![Window { start: 0, unknown: Vec::new(), run: Ok(()) }];
                        return feed.query(Piece::whole(read(record, 1), windows), |rows| {
                            rows.push(&bases);
                            Ok(())
                        });
                    };
                    if len < grid.min_span {
                        return feed.skip(Piece::whole(read(record, 0), Vec::new()), Skip::TooShort);
                    }
                    // Windows with too many unknown bases or tokens are left out; a read without any other is skipped.
                    let run: Vec<Result<(), Skip>> = grid
                        .on_read(len)
                        .map(|start| {
                            row.clear();
                            grid.fill_from_read(&bases, start, &mut row);
                            grid.admit(&row).and_then(|()| encoder.as_deref().map_or(Ok(()), |e| e.admit(&row)))
                        })
                        .collect();
                    let count = run.iter().filter(|run| run.is_ok()).count() as u64;
                    if count == 0 {
                        let why = run.into_iter().find_map(Result::err).unwrap_or(Skip::UnknownBases);
                        return feed.skip(Piece::whole(read(record, 0), Vec::new()), why);
                    }
                    let read = Arc::new(read(record, count));
                    let most = feed.rows_of(grid.span);
                    let mut push = |read: Arc<Read>, first: bool, last: bool, windows: Vec<Window>| {
                        let starts: Vec<u64> = windows.iter().filter(|w| w.run.is_ok()).map(|w| w.start).collect();
                        feed.query(Piece { read, first, last, windows }, |rows| {
                            for start in starts {
                                rows.push_with(|row| grid.fill_from_read(&bases, start, row));
                            }
                            Ok(())
                        })
                    };
                    let (mut first, mut windows) = (true, Vec::new());
                    for (start, run) in grid.on_read(len).zip(run) {
                        if run.is_err() && !each_window {
                            continue;
                        }
                        if windows.len() == most {
                            push(Arc::clone(&read), first, false, std::mem::take(&mut windows))?;
                            first = false;
                        }
                        let core = &bases[start as usize..(start + grid.core).min(len) as usize];
                        let unknown = if grid.bin.is_some() { unknown_runs(core, start) } else { Vec::new() };
                        windows.push(Window { start, unknown, run });
                    }
                    push(read, first, true, windows)
                })?;
                setup::leave(&shared, Ended { counts, input: Some(report()) });
                Ok(())
            },
            |piece: Piece, outcome| {
                progress.at(writer.counts.written, writer.counts.windows, || {
                    format!("read {}", piece.read.record.name().map(ToString::to_string).unwrap_or_default())
                });
                let ended = piece.last;
                writer.write(piece, outcome)?;
                // A run goes on at the beginning of a read: in the middle of one there is nothing to keep.
                if ended { beginning.at(|| writer.checkpoint()) } else { Ok(()) }
            },
        )
    };
    let timings = beginning.ended(result, || writer.checkpoint())?;
    let Ended { counts: read, input } = setup::take(&shared);
    let (mut counts, sealed) = writer.seal()?;
    (counts.records_in, counts.filtered, counts.queries, counts.bases) =
        (read.records_in, read.filtered, read.queries, read.bases);
    let ending = Ending {
        report,
        threads,
        counts,
        timings,
        inputs: input.into_iter().collect(),
        reference: None,
        settings: run_settings,
        tracks: None,
        shard: territory.as_ref().map(|territory| ShardReport::new(territory, None, Vec::new())),
        also: None,
        before: beginning.from.counts().windows,
    };
    setup::finish(&options.output, ending, || Ok(sealed))?;
    beginning.done();
    Ok(())
}

/// The shard's part of the reads: by position where the header says that they are sorted, else by number.
fn territory(options: &Options, alignments: &Alignments) -> Result<Option<Territory>> {
    let Some(choice) = &options.run.shard else { return Ok(None) };
    if alignments.is_sorted() {
        return setup::chosen(choice, alignments.contigs(), &alignments.place(), "reads").map(Some);
    }
    if !options.reads.is_file() {
        return Err(Error::usage(format!("{}: it must be known how many reads there are", alignments.place()))
            .with_hint("give a file instead of standard input or a pipe, or reads that are sorted"));
    }
    if !options.region.is_empty() || options.regions_file.is_some() {
        return Err(Error::usage("--shard with -r or -R needs sorted reads").with_hint("samtools sort"));
    }
    let mut count = 0;
    let all = Alignments::open(&options.reads, options.reference.as_deref())?;
    let _ = all.read(None, |_| {
        count += 1;
        Ok(())
    })?;
    setup::territory_of_records(choice, count, &alignments.place(), "reads").map(Some)
}

/// All options that answers and lines depend on: shards of one run have the same.
fn settings_of(options: &Options) -> Result<Settings> {
    let mut settings = Settings::new("reads");
    settings.put("options", canonical(options));
    settings.put("format", options.format().to_possible_value().map(|v| v.get_name().to_string()));
    settings.put("tag_prefix", options.tag_prefix.map(String::from));
    settings.put("each_window", options.each_window);
    settings.put("regions_file", options.regions_file.as_deref().map(digest).transpose()?);
    Ok(settings)
}

/// A choice as it is written on the command line.
fn word(choice: &impl ValueEnum) -> String {
    choice.to_possible_value().map(|value| value.get_name().to_string()).unwrap_or_default()
}

/// The part of the command line that answers depend on, for the @PG line.
fn canonical(options: &Options) -> String {
    let mut text = format!(
        "genogloss reads -m {} --aggregate {} --orient {}",
        options.model.model,
        word(&options.aggregate),
        word(&options.orient)
    );
    if let Some(stride) = options.stride {
        text.push_str(&format!(" --stride {stride}"));
    }
    for region in &options.region {
        text.push_str(&format!(" -r {region}"));
    }
    let (exclude, require) = (u16::from(options.exclude_flags), u16::from(options.require_flags));
    text + &format!(" --min-mapq {} --exclude-flags {exclude} --require-flags {require}", options.min_mapq)
}

fn header_line(form: &Form) -> String {
    score_header(reads_columns::TSV, form)
}

enum Sink {
    Table(Box<Output>),
    Bam(Box<BamWriter>),
}

struct Writer<'a> {
    output: Sink,
    form: &'a Form,
    caller: &'a Caller,
    header: &'a sam::Header,
    options: &'a Options,
    tags: Tags,
    /// Bases that a window answers for; 0: the whole read.
    width: u64,
    line: Vec<u8>,
    counts: Counts,
    /// Of the read in work.
    tally: Tally,
    /// Where the read in work is aligned; made when it is first asked for.
    blocks: Option<AlignedBlocks>,
    /// Counts and bytes before the read in work, if some of it is written.
    boundary: Option<(Counts, u64)>,
}

/// A window, or a bin of one, on a read.
#[derive(Clone, Copy)]
struct Place {
    start: u64,
    end: u64,
    /// Of the window, that its scores are about.
    strand: Strand,
}

/// What is known of a read's answer so far: as much of a long one as of a short one.
#[derive(Default)]
struct Tally {
    /// The best place, its scores, and its margin over the threshold.
    best: Option<(Place, Vec<f32>, Option<f64>)>,
    /// Of all places, by column.
    sums: Vec<f64>,
    /// Places with scores.
    count: u64,
    /// Why the first place without scores has none.
    skip: Option<Skip>,
}

impl Tally {
    fn add(&mut self, place: Place, scores: &[f32], caller: &Caller) {
        self.sums.resize(scores.len(), 0.0);
        self.sums.iter_mut().zip(scores).for_each(|(sum, &score)| *sum += f64::from(score));
        self.count += 1;
        let margin = caller.call(scores).map(|(column, score, _)| f64::from(score) - caller.thresholds[column]);
        if self.best.as_ref().is_none_or(|(_, _, before)| margin > *before) {
            self.best = Some((place, scores.to_vec(), margin));
        }
    }

    /// All places of a read to one answer: the first of the best, or the mean at the best's place.
    fn answer(&mut self, aggregate: Aggregate) -> Option<(Place, Vec<f32>)> {
        let (place, best, _) = self.best.take()?;
        let scores = match aggregate {
            Aggregate::Max => best,
            Aggregate::Mean => self.sums.iter().map(|sum| (sum / self.count as f64) as f32).collect(),
        };
        Some((place, scores))
    }
}

impl Writer<'_> {
    fn checkpoint(&mut self) -> Result<Checkpoint> {
        let bytes = match &mut self.output {
            Sink::Table(output) => output.checkpoint()?,
            Sink::Bam(writer) => writer.checkpoint()?,
        };
        // A run goes on at the beginning of a read.
        match &self.boundary {
            Some((counts, bytes)) => Checkpoint::of(counts, *bytes),
            None => Checkpoint::of(&self.counts, bytes),
        }
    }

    fn write(&mut self, piece: Piece, outcome: Outcome<'_>) -> Result<()> {
        let Piece { read, first, last, windows } = piece;
        if first && !last {
            let bytes = match &self.output {
                Sink::Table(output) => output.bytes(),
                Sink::Bam(writer) => writer.bytes(),
            };
            self.boundary = Some((self.counts.clone(), bytes));
        }
        let mut text = String::new();
        match outcome {
            Outcome::Skipped(reason) => self.tally.skip = Some(reason),
            Outcome::Answered(answers) if self.form.text.is_some() => {
                self.counts.windows += answers.count() as u64;
                match self.form.words(answers.text(0)) {
                    Ok(words) => text = words.to_string(),
                    Err(reason) => self.tally.skip = Some(reason),
                }
            }
            Outcome::Answered(answers) => {
                self.counts.windows += answers.count() as u64;
                self.places(&read, &windows, &answers)?;
            }
        }
        if !last {
            return Ok(());
        }
        self.counts.written += 1;
        let mut tally = std::mem::take(&mut self.tally);
        // A read without any place that has scores has a reason: the one place where it is counted as scored.
        let skip = match tally.count {
            0 if text.is_empty() => Some(tally.skip.unwrap_or(self.form.unanswered)),
            _ => None,
        };
        match skip {
            Some(reason) => self.counts.skip(reason),
            None => self.counts.scored += 1,
        }
        if !self.options.each_window || windows.is_empty() || self.form.text.is_some() {
            let answer = tally.answer(self.options.aggregate);
            if let Some((_, scores)) = &answer {
                self.counts.add_scores(scores.iter().copied());
            }
            self.put(read, answer, &text, skip)?;
        }
        (self.boundary, self.blocks) = (None, None);
        Ok(())
    }

    /// Every bin of every window: written, or added up.
    fn places(&mut self, read: &Read, windows: &[Window], answers: &RowAnswers<'_>) -> Result<()> {
        let form = self.form;
        let mut row = 0;
        for window in windows {
            let start = window.start;
            if let Err(reason) = window.run {
                let place = Place { start, end: self.end_of(start, read.len), strand: Strand::Unknown };
                self.place(read, place, Err(reason))?;
                continue;
            }
            let (scores, strand) = (answers.scores(row), answers.strand(row));
            row += 1;
            let Some(bin) = form.bin else {
                let place = Place { start, end: self.end_of(start, read.len), strand };
                self.place(read, place, form.scores(scores))?;
                continue;
            };
            let mut unknown = window.unknown.iter().peekable();
            for (index, scores) in scores.chunks_exact(form.columns.len()).enumerate() {
                let first = start + index as u64 * bin;
                let end = (first + bin).min(read.len);
                if first >= end {
                    break;
                }
                while unknown.next_if(|run| run.end <= first).is_some() {}
                let hidden = unknown.peek().is_some_and(|run| run.start <= first && end <= run.end);
                let scores = if hidden { Err(Skip::UnknownBases) } else { form.scores(scores) };
                self.place(read, Place { start: first, end, strand }, scores)?;
            }
        }
        Ok(())
    }

    /// Where a window (of a track: its core) ends that begins at `start`.
    fn end_of(&self, start: u64, len: u64) -> u64 {
        if self.width == 0 { len } else { (start + self.width).min(len) }
    }

    fn place(&mut self, read: &Read, place: Place, scores: Result<&[f32], Skip>) -> Result<()> {
        if !self.options.each_window {
            match scores {
                Ok(scores) => self.tally.add(place, scores, self.caller),
                Err(reason) => self.tally.skip = self.tally.skip.or(Some(reason)),
            }
            return Ok(());
        }
        match scores {
            Ok(scores) => {
                self.tally.count += 1;
                self.counts.add_scores(scores.iter().copied());
            }
            Err(reason) => self.tally.skip = self.tally.skip.or(Some(reason)),
        }
        self.table_line(read, Some(place), scores.ok(), "", scores.err())
    }

    fn put(
        &mut self,
        read: Arc<Read>,
        answer: Option<(Place, Vec<f32>)>,
        text: &str,
        skip: Option<Skip>,
    ) -> Result<()> {
        let Sink::Bam(writer) = &mut self.output else {
            let (place, scores) = answer.as_ref().map(|(place, scores)| (*place, scores.as_slice())).unzip();
            return self.table_line(&read, place, scores, text, skip);
        };
        // The pieces before have been dropped: nothing is copied.
        let mut record = Arc::try_unwrap(read).map_or_else(|read| read.record.clone(), |read| read.record);
        writer.clear(&mut record)?;
        let (tags, data) = (self.tags, record.data_mut());
        if let Some((place, scores)) = &answer {
            data.insert(tags.scores(), bam::numbers(scores));
            data.insert(tags.window(), Value::Int32(i32::try_from(place.start).unwrap_or(i32::MAX)));
            if let Some((column, _, true)) = self.caller.call(scores) {
                data.insert(tags.label(), Value::String(self.form.columns[column].label.as_str().into()));
            }
        }
        if let Some(reason) = skip {
            data.insert(tags.skip(), Value::String(reason.word().into()));
        }
        self.counts.rows += 1;
        writer.write(&record)
    }

    fn table_line(
        &mut self,
        read: &Read,
        place: Option<Place>,
        scores: Option<&[f32]>,
        text: &str,
        skip: Option<Skip>,
    ) -> Result<()> {
        let mapped = place.and_then(|place| {
            // As the record has its bases: from the other end where the read was turned round.
            let (start, end) = match read.turned {
                true => (read.len - place.end, read.len - place.start),
                false => (place.start, place.end),
            };
            self.blocks.get_or_insert_with(|| AlignedBlocks::of(&read.record)).first_in(start, end)
        });
        let (record, line) = (&read.record, &mut self.line);
        line.clear();
        match record.name() {
            Some(name) => line.extend_from_slice(name),
            None => line.push(b'*'),
        }
        line.push(b'\t');
        write_integer(u64::from(u16::from(record.flags())), line);
        line.push(b'\t');
        match place_of(self.header, record) {
            Some((contig, Interval { start, end })) => {
                line.extend_from_slice(contig.as_bytes());
                line.push(b'\t');
                write_integer(start, line);
                line.push(b'\t');
                write_integer(end, line);
            }
            None => line.extend_from_slice(b".\t.\t."),
        }
        line.push(b'\t');
        // CRAM keeps no mapping quality of unmapped reads: it is written for mapped ones only, whatever the format.
        match record.mapping_quality().filter(|_| !record.flags().is_unmapped()) {
            Some(quality) => write_integer(u64::from(u8::from(quality)), line),
            None => line.push(b'.'),
        }
        line.push(b'\t');
        write_integer(read.len, line);
        line.push(b'\t');
        write_integer(read.windows, line);
        line.push(b'\t');
        match place {
            Some(place) => {
                write_integer(place.start, line);
                line.push(b'\t');
                write_integer(place.end, line);
                line.push(b'\t');
                match mapped {
                    Some(position) => write_integer(position, line),
                    None => line.push(b'.'),
                }
                line.push(b'\t');
                line.push(place.strand.symbol() as u8);
            }
            None => line.extend_from_slice(b".\t.\t.\t."),
        }
        line.push(b'\t');
        if self.form.text.is_some() {
            line.extend_from_slice(if text.is_empty() { b"." } else { text.as_bytes() });
        } else {
            let call = scores.and_then(|scores| self.caller.call(scores)).filter(|&(_, _, called)| called);
            line.extend_from_slice(
                call.map_or(".", |(column, _, _)| self.form.columns[column].label.as_str()).as_bytes(),
            );
            for (index, column) in self.form.columns.iter().enumerate() {
                line.push(b'\t');
                match scores {
                    Some(scores) => write_score(scores[index], column.digits, line),
                    None => line.push(b'.'),
                }
            }
        }
        line.push(b'\t');
        line.extend_from_slice(skip.map_or(".", Skip::word).as_bytes());
        line.push(b'\n');
        self.counts.rows += 1;
        match &mut self.output {
            Sink::Table(output) => output.write_all(&self.line),
            Sink::Bam(_) => Err(Error::Internal("a table line for BAM".into())),
        }
    }

    fn seal(self) -> Result<(Counts, Sealed)> {
        let sealed = match self.output {
            Sink::Table(output) => output.seal()?,
            Sink::Bam(writer) => writer.seal()?,
        };
        Ok((self.counts, sealed))
    }
}
