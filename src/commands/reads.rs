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
    setup::{self, Beginning, Ending, Kind, Loaded, Shared},
};
use crate::{
    error::{Error, Result},
    exact::Task,
    genome::{Interval, Strand, sequence::reverse_complement_into},
    head::{write_integer, write_score},
    model::Form,
    pipeline::{self, Outcome, RowAnswers},
    progress::{Progress, Total},
    read::{
        Format, InputReport,
        alignments::{Alignments, place_of, reference_position},
        regions::Regions,
    },
    report::{Counts, Skip},
    run::{
        ShardReport,
        journal::Checkpoint,
        shard::{RECORDS, Territory, Watch},
    },
    window::Grid,
    write::{
        Indexed, Output, OutputSettings, Sealed,
        bam::{self, BamWriter, Tags},
        check_targets,
        manifest::{Settings, digest},
        table::Caller,
    },
};

/// Score reads: BAM, CRAM, SAM or FASTQ.
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
    /// Reads: BAM, CRAM, SAM or FASTQ (plain, gzip or BGZF); `-` is standard input.
    reads: PathBuf,
    #[command(flatten)]
    model: ModelOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    run: RunOptions,
    /// Format of the output.
    #[arg(long, value_enum, default_value = "tsv", help_heading = "Output")]
    format: ReadsFormat,
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
    /// Only reads that overlap this region: contig, contig:start or contig:start-end, counting from 1.
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
    record: RecordBuf,
    /// Window starts (of a track: starts of cores) on the read, in the order of its rows.
    starts: Vec<u64>,
    /// Bases were turned round, so that they are as the sequencer read them.
    turned: bool,
}

#[derive(Default)]
struct Ended {
    counts: Counts,
    input: Option<InputReport>,
}

pub(super) fn run(options: Options) -> Result<()> {
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
    if options.format == ReadsFormat::Bam && (loaded.form.text.is_some() || options.each_window) {
        return Err(Error::usage("--format bam needs a model that answers with scores, and writes one record a read"));
    }
    if options.format != ReadsFormat::Bam && options.tag_prefix.is_some() {
        return Err(Error::usage("--tag-prefix is for --format bam"));
    }
    let mut alignments = Alignments::open(&options.reads, options.reference.as_deref())?;
    if alignments.format == Format::Fastq && !(options.region.is_empty() && options.regions_file.is_none()) {
        return Err(Error::usage("FASTQ reads have no place on a reference: -r and -R cannot be used"));
    }
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
        bgzf: options.format == ReadsFormat::Bam,
        input: crate::read::place(&options.reads),
        resume: beginning.bytes(),
    };
    let Loaded { form, settings: pipeline_settings, sessions, report, threads, .. } = loaded;
    let model = format!("{} {} sha256 {}", report.name, report.version, report.sha256.as_deref().unwrap_or("-"));
    let header = alignments.header.for_decoding();
    let tags = Tags::new(options.tag_prefix.unwrap_or(bam::DEFAULT_PREFIX));
    let output = match options.format {
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
        span: grid.map_or(0, |g| g.span),
        line: Vec::new(),
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
    let result = {
        let shared = Arc::clone(&shared);
        let own = territory.clone();
        let regions = regions.as_ref();
        pipeline::run(
            &pipeline_settings,
            sessions,
            move |feed| {
                let mut counts = Counts::default();
                let mut turned_bases = Vec::new();
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
                    let bases: &[u8] = record.sequence().as_ref();
                    let turned = orient == Orient::Read && flags.is_reverse_complemented();
                    turned_bases.clear();
                    if turned {
                        reverse_complement_into(bases, &mut turned_bases);
                    } else {
                        turned_bases.extend_from_slice(bases);
                    }
                    let bases = &turned_bases;
                    if bases.is_empty() {
                        return feed.skip(Read { record, starts: Vec::new(), turned }, Skip::NoSequence);
                    }
                    let Some(grid) = grid else {
                        return feed.query(Read { record, starts: vec![0], turned }, |rows| {
                            rows.push(bases);
                            Ok(())
                        });
                    };
                    let len = bases.len() as u64;
                    if len < grid.min_span {
                        return feed.skip(Read { record, starts: Vec::new(), turned }, Skip::TooShort);
                    }
                    // Windows with too many unknown bases are left out; a read without any other is skipped.
                    let mut window = Vec::new();
                    let fill = |start: u64, window: &mut Vec<u8>| grid.fill_from_read(bases, start, window);
                    let mut starts = grid.on_read(len);
                    starts.retain(|&start| {
                        window.clear();
                        fill(start, &mut window);
                        grid.admit(&window).is_ok() && !encoder.as_deref().is_some_and(|e| e.refuses(&window))
                    });
                    if starts.is_empty() {
                        return feed.skip(Read { record, starts, turned }, Skip::UnknownBases);
                    }
                    let windows = starts.clone();
                    feed.query(Read { record, starts, turned }, |rows| {
                        for start in windows {
                            rows.push_with(|row| fill(start, row));
                        }
                        Ok(())
                    })
                })?;
                setup::leave(&shared, Ended { counts, input: Some(report()) });
                Ok(())
            },
            |read: Read, outcome| {
                progress.at(writer.counts.written, writer.counts.windows, || {
                    format!("read {}", read.record.name().map(ToString::to_string).unwrap_or_default())
                });
                writer.write(read, outcome)?;
                beginning.at(|| writer.checkpoint())
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

/// Contig and first base of a read that has a place.
pub(super) fn first_base<'a>(header: &'a sam::Header, record: &RecordBuf) -> Option<(&'a str, u64)> {
    let (name, _) = header.reference_sequences().get_index(record.reference_sequence_id()?)?;
    Some((std::str::from_utf8(name).ok()?, record.alignment_start()?.get() as u64 - 1))
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
    settings.put("format", options.format.to_possible_value().map(|v| v.get_name().to_string()));
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
    let scores = match &form.text {
        Some(name) => name.clone(),
        None => {
            std::iter::once("call").chain(form.columns.iter().map(|c| c.name.as_str())).collect::<Vec<_>>().join("\t")
        }
    };
    format!(
        "#read\tflags\tcontig\tstart\tend\tmapq\tlength\twindows\twindow_start\twindow_end\twindow_contig_start\tstrand\t{scores}\tskip\n"
    )
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
    span: u64,
    line: Vec<u8>,
    counts: Counts,
}

/// One answer on a read: where, on which strand of the window, and its scores.
struct Hit {
    start: u64,
    end: u64,
    strand: Strand,
    scores: Vec<f32>,
}

impl Writer<'_> {
    fn checkpoint(&mut self) -> Result<Checkpoint> {
        let bytes = match &mut self.output {
            Sink::Table(output) => output.checkpoint()?,
            Sink::Bam(writer) => writer.checkpoint()?,
        };
        Checkpoint::of(&self.counts, bytes)
    }

    fn write(&mut self, read: Read, outcome: Outcome<'_>) -> Result<()> {
        self.counts.written += 1;
        match outcome {
            Outcome::Skipped(reason) => {
                self.counts.skip(reason);
                self.put(read, None, 0, "", Some(reason))
            }
            Outcome::Answered(answers) => {
                self.counts.windows += answers.count() as u64;
                self.counts.scored += 1;
                if self.form.text.is_some() {
                    let text = answers.text(0).to_string();
                    return self.put(read, None, 1, &text, None);
                }
                let hits = self.hits(&read, &answers);
                let windows = answers.count();
                if self.options.each_window {
                    for hit in hits {
                        self.counts.add_scores(hit.scores.iter().copied());
                        self.table_line(&read, Some(&hit), windows, "", None)?;
                    }
                    return Ok(());
                }
                let best = self.aggregate(hits);
                if let Some(hit) = &best {
                    self.counts.add_scores(hit.scores.iter().copied());
                }
                self.put(read, best, windows, "", None)
            }
        }
    }

    /// Every bin of every window.
    fn hits(&self, read: &Read, answers: &RowAnswers<'_>) -> Vec<Hit> {
        let columns = self.form.columns.len();
        let len = read.record.sequence().len() as u64;
        let mut hits = Vec::new();
        for (row, &start) in read.starts.iter().enumerate() {
            let scores = answers.scores(row);
            let strand = answers.strand(row);
            for (index, scores) in scores.chunks_exact(columns).enumerate() {
                let (first, end) = match self.form.bin {
                    None => (start, if self.span == 0 { len } else { (start + self.span).min(len) }),
                    Some(bin) => (start + index as u64 * bin, (start + (index as u64 + 1) * bin).min(len)),
                };
                if first < end {
                    hits.push(Hit { start: first, end, strand, scores: scores.to_vec() });
                }
            }
        }
        hits
    }

    /// All windows of a read to one answer: the first of the best, or the mean at the best's place.
    fn aggregate(&self, hits: Vec<Hit>) -> Option<Hit> {
        let margin = |hit: &Hit| {
            self.caller.call(&hit.scores).map(|(column, score, _)| f64::from(score) - self.caller.thresholds[column])
        };
        let mean: Vec<f32> = (0..self.form.columns.len())
            .map(|column| {
                (hits.iter().map(|hit| f64::from(hit.scores[column])).sum::<f64>() / hits.len().max(1) as f64) as f32
            })
            .collect();
        let mut best: Option<(Hit, Option<f64>)> = None;
        for hit in hits {
            let here = margin(&hit);
            if best.as_ref().is_none_or(|(_, before)| here > *before) {
                best = Some((hit, here));
            }
        }
        best.map(|(mut hit, _)| {
            if self.options.aggregate == Aggregate::Mean {
                hit.scores = mean;
            }
            hit
        })
    }

    fn put(&mut self, mut read: Read, hit: Option<Hit>, windows: usize, text: &str, skip: Option<Skip>) -> Result<()> {
        let Sink::Bam(writer) = &mut self.output else {
            return self.table_line(&read, hit.as_ref(), windows, text, skip);
        };
        writer.clear(&mut read.record)?;
        let (tags, data) = (self.tags, read.record.data_mut());
        if let Some(hit) = &hit {
            data.insert(tags.scores(), bam::numbers(&hit.scores));
            data.insert(tags.window(), Value::Int32(i32::try_from(hit.start).unwrap_or(i32::MAX)));
            if let Some((column, _, true)) = self.caller.call(&hit.scores) {
                data.insert(tags.label(), Value::String(self.form.columns[column].label.as_str().into()));
            }
        }
        if let Some(reason) = skip {
            data.insert(tags.skip(), Value::String(reason.word().into()));
        }
        self.counts.rows += 1;
        writer.write(&read.record)
    }

    fn table_line(
        &mut self,
        read: &Read,
        hit: Option<&Hit>,
        windows: usize,
        text: &str,
        skip: Option<Skip>,
    ) -> Result<()> {
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
        let len = record.sequence().len() as u64;
        write_integer(len, line);
        line.push(b'\t');
        write_integer(windows as u64, line);
        line.push(b'\t');
        match hit {
            Some(hit) => {
                write_integer(hit.start, line);
                line.push(b'\t');
                write_integer(hit.end, line);
                line.push(b'\t');
                // The window's leftmost base on the reference: its last base where the read was turned round.
                let offset = if read.turned { len - hit.end } else { hit.start };
                let mapped = if record.flags().is_unmapped() { None } else { reference_position(record, offset) };
                match mapped {
                    Some(position) => write_integer(position, line),
                    None => line.push(b'.'),
                }
                line.push(b'\t');
                line.push(hit.strand.symbol() as u8);
            }
            None => line.extend_from_slice(b".\t.\t.\t."),
        }
        line.push(b'\t');
        if self.form.text.is_some() {
            line.extend_from_slice(if text.is_empty() { b"." } else { text.as_bytes() });
        } else {
            let call = hit.and_then(|hit| self.caller.call(&hit.scores)).filter(|&(_, _, called)| called);
            line.extend_from_slice(
                call.map_or(".", |(column, _, _)| self.form.columns[column].label.as_str()).as_bytes(),
            );
            for column in 0..self.form.columns.len() {
                line.push(b'\t');
                match hit {
                    Some(hit) => write_score(hit.scores[column], line),
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
