//! `genogloss reads`: scores of reads.

use std::path::PathBuf;

use noodles::sam::alignment::record::Flags;

use super::{
    DigestOptions, ModelOptions, OutputOptions, RegionOptions, RunOptions,
    given::{self, Given, NO_NETWORK, NotFor},
};
use crate::{
    error::Result,
    output::names::{self, Named, Writes},
    read::Format,
    reads::{self, Aggregate, Filters, Orient, ReadsFormat, Settings, flags},
    session::{
        Request,
        load::{self, Kind, LoadedModel},
    },
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
  genogloss reads reads.cram -f genome.fa -r chr20:1,000,000-2,000,000 -O bam -o scored.bam

Columns and tags: genogloss columns reads")]
pub(super) struct Options {
    /// Reads: BAM, CRAM, SAM, FASTQ or FASTA (plain, gzip or BGZF); `-` is standard input.
    reads: PathBuf,
    #[command(flatten)]
    model: ModelOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    digest: DigestOptions,
    #[command(flatten)]
    run: RunOptions,
    /// Format of the output. Default: by the name (.tsv, .bam, .parquet), else TSV. A name of another format is refused.
    #[arg(
        short = 'O',
        long = "output-type",
        alias = "format",
        value_enum,
        value_name = "TYPE",
        help_heading = "Output"
    )]
    format: Option<ReadsFormat>,
    /// BAM: first letter of the tags (g: gs, gl, gw, gk). Tags of an earlier run with this prefix are replaced; another
    /// prefix keeps the scores of several models in one file. [a letter]
    #[arg(long, value_name = "LETTER", value_parser = letter, help_heading = "Output")]
    tag_prefix: Option<char>,
    /// Write one line per window (of a track: bin) instead of one line per read.
    #[arg(long, help_heading = "Output")]
    each_window: bool,
    /// Scores of a read: those of its best window, or the mean over all windows.
    #[arg(long, value_enum, default_value = "max", help_heading = "Output")]
    aggregate: Aggregate,
    /// Scores to write, by name or published label (`genogloss models show`); * matches any text. May be given several
    /// times. Calls, and the best window of a read, are those of these scores. Default: all.
    #[arg(long, value_name = "NAME", help_heading = "Output")]
    column: Vec<String>,
    /// FASTA file that a CRAM file was made with. Not needed if the CRAM file holds its bases (unmapped reads, no_ref,
    /// embed_ref). The option -f of samtools view is --require-flags here.
    #[arg(short = 'f', long, value_name = "FASTA", help_heading = "Input")]
    reference: Option<PathBuf>,
    #[command(flatten)]
    regions: RegionOptions,
    /// Exclude reads with a lower mapping quality. [0, 254]
    #[arg(short = 'q', long, value_name = "Q", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=254), help_heading = "Input")]
    min_mapq: u8,
    /// Exclude reads with any of these flags: a number, 0x…, or samtools' names (UNMAP,DUP).
    #[arg(short = 'F', long, value_name = "FLAGS", default_value = "0", value_parser = flags::parse, help_heading = "Input")]
    exclude_flags: Flags,
    /// Exclude reads without all of these flags.
    #[arg(long, value_name = "FLAGS", default_value = "0", value_parser = flags::parse, help_heading = "Input")]
    require_flags: Flags,
    /// Orientation in which bases are scored: as sequenced, or as on the reference.
    #[arg(long, value_enum, default_value = "read", help_heading = "Input")]
    orient: Orient,
    /// Distance between the windows of a read, in bases. Default: the model's. [1, 16777216]
    #[arg(long, value_name = "BASES", value_parser = clap::value_parser!(u64).range(1..=1 << 24), help_heading = "Input")]
    stride: Option<u64>,
}

fn letter(text: &str) -> Result<char, String> {
    match text.as_bytes() {
        [letter] if letter.is_ascii_alphabetic() => Ok(char::from(*letter)),
        _ => Err("one letter, a to z or A to Z".into()),
    }
}

/// What reads are written as.
const NAMED: [Writes<ReadsFormat>; 3] = [
    Writes::text(ReadsFormat::Tsv, Named::Tsv),
    Writes::plain(ReadsFormat::Bam, Named::Bam),
    Writes::plain(ReadsFormat::Parquet, Named::Parquet),
];

/// Options that cannot apply to this run.
fn check_given(
    options: &Options,
    given: &Given,
    model: &LoadedModel,
    output: ReadsFormat,
    format: Format,
) -> Result<()> {
    let exact = matches!(model.kind, Kind::Exact(_));
    let words = model.form.text.is_some();
    let unaligned = matches!(format, Format::Fastq | Format::Fasta);
    let name = format!("{format:?}").to_uppercase();
    let no_place = format!("needs aligned reads, and reads of {name} have no position");
    let no_flags = format!("applies to SAM, BAM and CRAM: reads of {name} have neither flags nor mapping qualities");
    let bases = format!("is the FASTA file of a CRAM file, and the reads are {name}");
    given.check(&[
        NotFor {
            when: format != Format::Cram,
            options: &["reference"],
            why: &bases,
            hint: "omit it; --require-flags FLAGS selects reads by flags, as samtools view -f does",
        },
        NotFor { when: unaligned, options: &["region", "regions_file"], why: &no_place, hint: "" },
        NotFor { when: unaligned, options: &["min_mapq", "exclude_flags", "require_flags"], why: &no_flags, hint: "" },
        NotFor {
            when: unaligned,
            options: &["orient"],
            why: &no_place,
            hint: "they are read as they were sequenced: omit it",
        },
        NotFor { when: exact, options: &["engine", "device"], why: NO_NETWORK, hint: "omit it" },
        NotFor {
            when: exact,
            options: &["stride", "aggregate"],
            why: "applies to reads that are cut into windows, and exact tasks answer for whole reads",
            hint: "",
        },
        NotFor {
            when: words,
            options: &["each_window", "column"],
            why: "applies to scores, and this task answers for whole reads, as text",
            hint: "",
        },
        NotFor {
            when: options.each_window,
            options: &["aggregate"],
            why: "combines the windows of a read, and --each-window writes all of them",
            hint: "give only one of them",
        },
        NotFor {
            when: output != ReadsFormat::Bam,
            options: &["tag_prefix"],
            why: "is for reads with tags, -O bam",
            hint: "",
        },
        given::index(false, "does not apply to reads: they have no index"),
        given::checkpoint(options.run.resume.is_some()),
    ])
}

pub(super) fn run(options: Options, given: &Given) -> Result<()> {
    let option = options.format.map(|format| format!("-O {}", format.name()));
    let path = options.output.output.as_deref();
    let format = names::decide(path, options.format.zip(option.as_deref()), ReadsFormat::Tsv, &NAMED)?;
    names::needs_file(format == ReadsFormat::Parquet, path)?;
    let settings = Settings {
        reads: options.reads.clone(),
        model: options.model.model.clone(),
        reference: options.reference.clone(),
        format,
        tag_prefix: options.tag_prefix,
        each_window: options.each_window,
        aggregate: options.aggregate,
        columns: options.column.clone(),
        orient: options.orient,
        filters: Filters { min_mapq: options.min_mapq, exclude: options.exclude_flags, require: options.require_flags },
        region: options.regions.region.clone(),
        regions_file: options.regions.regions_file.clone(),
        stride: options.stride,
        digest: !options.digest.no_digest,
    };
    let request = Request::new(&settings.inputs(), options.output.target(), options.run.parts())?;
    let mut model = load::windows(&options.model.settings())?;
    model.keep_columns(&settings.columns)?;
    let grid = settings.grid(&model)?;
    let alignments = settings.open()?;
    check_given(&options, given, &model, format, alignments.format)?;
    reads::run(&settings, request, model, grid, alignments)
}
