//! `genogloss scan`: windows along contigs.

use std::path::{Path, PathBuf};

use super::{
    DigestOptions, ModelOptions, OutputOptions, RegionOptions, RunOptions,
    given::{self, Given, NO_NETWORK, NOT_BGZF, NotFor},
};
use crate::{
    call::Threshold,
    error::{Error, Result},
    exact::Task,
    output::{
        Indexed,
        names::{self, Named},
        table::{BED, Holds, TSV, TableFormat},
    },
    read,
    scan::{self, Settings, overlap::Rule, tiles::MAX_WINDOW},
    session::{
        Request,
        load::{self, Kind, LoadedModel},
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
  genogloss scan genome.fa -o elements.bed.gz
  genogloss scan genome.fa -r chr20:1,000,000-2,000,000 --threshold 0.3 --merge -o likely.bed
  genogloss scan genome.fa --bigwig tracks
  gunzip -c genome.fa.gz | genogloss scan - -m exact:gc --window 10000 -O bedgraph > gc.bedgraph
  genogloss scan genome.fa -R peaks.narrowPeak --centre -m ./bpnet -o peaks.parquet

Columns: genogloss columns scan")]
pub(super) struct Options {
    /// FASTA file: plain, gzip or BGZF; `-` is standard input.
    fasta: PathBuf,
    #[command(flatten)]
    model: ModelOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    digest: DigestOptions,
    #[command(flatten)]
    run: RunOptions,
    /// Format of the output. Default: by the name (.bed, .tsv, .bedgraph, .parquet), else BED. A name of another format is
    /// refused.
    #[arg(
        short = 'O',
        long = "output-type",
        alias = "format",
        value_enum,
        value_name = "TYPE",
        help_heading = "Output"
    )]
    format: Option<TableFormat>,
    /// Write only windows (of a track: bins) with a score of at least P; without P: the model's own threshold.
    /// Probabilities are between 0 and 1. Without this option, BED of a track holds merged intervals (--merge).
    #[arg(long, value_name = "P", num_args = 0..=1, allow_negative_numbers = true, default_missing_value = "card", help_heading = "Output")]
    threshold: Option<Threshold>,
    /// Merge neighbouring bins that reach the threshold into intervals, also across gaps of up to GAP bases (default: 0).
    /// Without --threshold, the model's own threshold is used.
    #[arg(long, value_name = "GAP", num_args = 0..=1, default_missing_value = "0", help_heading = "Output", value_parser = gap)]
    merge: Option<u64>,
    /// Write a bigWig file for every score into this folder: DIR/SCORE.bw. Without -o, nothing else is written.
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    bigwig: Option<PathBuf>,
    /// Scores to write, by name or published label (`genogloss models show`); * matches any text. May be given several
    /// times. Calls are made among these scores. Default: all (bigWig: all that can be called).
    #[arg(long, value_name = "NAME", help_heading = "Output")]
    column: Vec<String>,
    /// How overlapping windows (a --stride below the model's core) are combined: each is cut to one stride, or every
    /// position gets the mean or the maximum of the scores of all windows that cover it.
    #[arg(long, value_enum, default_value = "cut", help_heading = "Output")]
    overlap: Rule,
    #[command(flatten)]
    regions: RegionOptions,
    /// One window for each interval of -R, with its core centred on the middle of the interval, or on the summit of a
    /// line of narrowPeak: TSV or Parquet, in the order of the BED file, with the names and scores of the intervals.
    #[arg(long, requires = "regions_file", help_heading = "Input")]
    centre: bool,
    /// Distance between window starts, in bases. Default: the model's. [1, 16777216]
    #[arg(long, value_name = "BASES", value_parser = clap::value_parser!(u64).range(1..=MAX_WINDOW), help_heading = "Input")]
    stride: Option<u64>,
    /// exact:TASK only: bases of a window. Default: 1000 for gc, whole contigs (up to 16,777,216 bases) for the others.
    #[arg(long, value_name = "BASES", value_parser = clap::value_parser!(u64).range(1..=MAX_WINDOW), help_heading = "Input")]
    window: Option<u64>,
}

fn gap(text: &str) -> std::result::Result<u64, String> {
    text.parse().map_err(|_| "a number of bases; write the FASTA file before --merge, or --merge=0".into())
}

/// The format of the table: what was asked for, or what its name says.
fn format(options: &Options) -> Result<TableFormat> {
    let path = options.output.output.as_deref();
    let option = options.format.map(|format| format!("-O {}", format.name));
    if options.bigwig.is_none() && path.and_then(Named::of).is_some_and(|(named, _)| named == Named::BigWig) {
        let error = Error::usage(format!(
            "{} is a name of bigWig, but -o writes a table",
            read::place(path.unwrap_or(Path::new("-")))
        ));
        return Err(error.with_hint("--bigwig DIR writes a bigWig file for every score into a folder"));
    }
    names::refuse(options.bigwig.as_deref(), "a folder of tracks, DIR/SCORE.bw")?;
    // Open reading frames have no scores.
    let frames = options.model.model.starts_with("exact:orf");
    let can = TableFormat::that_hold(if frames { Holds::Everything } else { Holds::OneScore });
    let default = if options.centre { TSV } else { BED };
    let format = names::decide(path, options.format.zip(option.as_deref()), default, &can)?;
    if options.centre && format != TSV && !format.kind.is_parquet() {
        return Err(
            Error::usage(format!("--centre writes TSV or Parquet, not {}", format.named.word())).with_hint("-O tsv")
        );
    }
    // With --bigwig and without -o there is no table.
    names::needs_file(format.kind.is_parquet() && options.bigwig.is_none(), path)?;
    Ok(format)
}

/// Refuses options that cannot apply to this run.
fn check_given(
    options: &Options,
    given: &Given,
    model: &LoadedModel,
    format: TableFormat,
    has_windows: bool,
) -> Result<()> {
    let exact = matches!(model.kind, Kind::Exact(_));
    let orf = matches!(model.kind, Kind::Exact(Task::OpenReadingFrames(_)));
    let tracks_alone = options.bigwig.is_some() && options.output.output.is_none();
    let words = model.form.text.is_some();
    given.check(&[
        NotFor {
            when: orf,
            options: &["stride", "window", "overlap", "threshold", "merge", "bigwig", "column", "resume", "checkpoint"],
            why: "does not apply to exact:orf, which finds open reading frames of whole contigs in one pass",
            hint: "",
        },
        NotFor { when: exact, options: &["engine", "device"], why: NO_NETWORK, hint: "omit it" },
        NotFor {
            when: !orf && !has_windows,
            options: &["stride"],
            why: "applies to windows, and this task answers for whole contigs",
            hint: "--window BASES",
        },
        NotFor {
            when: words,
            options: &["threshold", "column"],
            why: "applies to scores, and this task answers as text",
            hint: "",
        },
        NotFor {
            when: options.centre,
            options: &["region", "merge", "bigwig", "stride", "overlap", "window", "index"],
            why: "does not apply to --centre, which scores one window for each interval",
            hint: "omit one of them",
        },
        NotFor {
            when: tracks_alone,
            options: &["format", "threshold", "merge", "index"],
            why: "applies to the table, and --bigwig without -o writes none",
            hint: "-o FILE writes a table too",
        },
        given::index(options.output.is_bgzf(), NOT_BGZF),
        given::index(
            format.indexed != Indexed::No,
            "needs lines with positions in their first columns: this format has none",
        ),
        given::checkpoint(options.run.resume.is_some()),
    ])
}

pub(super) fn run(options: Options, given: &Given) -> Result<()> {
    let format = format(&options)?;
    let settings = Settings {
        fasta: options.fasta.clone(),
        format,
        threshold: options.threshold,
        merge: options.merge,
        bigwig: options.bigwig.clone(),
        columns: options.column.clone(),
        overlap: options.overlap,
        region: options.regions.region.clone(),
        regions_file: options.regions.regions_file.clone(),
        stride: options.stride,
        window: options.window,
        digest: !options.digest.no_digest,
    };
    let request = Request::new(&settings.inputs(), options.output.target(), options.run.parts())?;
    let mut model = load::windows(&options.model.settings())?;
    model.keep_columns(&options.column)?;
    let grid = settings.grid(&model)?;
    check_given(&options, given, &model, format, grid.is_some())?;
    match (options.centre, grid) {
        (true, Some(grid)) => scan::centre::run(&settings, request, model, grid),
        (true, None) => Err(Error::usage("--centre needs a model with windows")),
        (false, grid) => scan::run(&settings, request, model, grid),
    }
}
