//! `genogloss plan`: how a run is cut into shards, and what each will take.

use std::{ffi::OsString, path::PathBuf};

use super::given::{Given, NotFor};
use crate::{
    error::Result,
    model::registry,
    output::names,
    read::Format,
    shards::plan::{cut::plan, settings::PlanSettings, work},
};

/// Divide a run into shards of equal cost, and estimate what each will take.
///
/// Reads the input once (runs of N cost nothing, and cuts are made there where possible; reads and variants are counted by
/// position), runs a sample of the work to measure its speed, memory and output, and writes one BED file per shard for
/// --shard.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss plan genome.fa --shards 16 -o plan
  genogloss scan genome.fa --shard plan/shard_0001.bed -o part1.bed.gz
  genogloss plan calls.vcf.gz -f genome.fa --shards 8 -o plan --threads 4
  genogloss plan genome.fa --shards 16 --no-sample

genogloss columns plan describes the columns of the table.")]
pub(super) struct Options {
    /// Input of the run: FASTA (scan), VCF or BCF (variants), BAM, CRAM, SAM or FASTQ (reads).
    input: PathBuf,
    /// Model, as for the run.
    #[arg(short, long, value_name = "MODEL", default_value = registry::DEFAULT)]
    model: String,
    /// Folder of model folders, searched first.
    #[arg(long, value_name = "DIR")]
    models_dir: Option<PathBuf>,
    /// Number of shards. [1, 100000]
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    shards: u32,
    /// Folder for shard_0001.bed, … and plan.json. Without it, only the table is written.
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Reference, as for the run (variants, CRAM).
    #[arg(short = 'f', long, value_name = "FASTA")]
    reference: Option<PathBuf>,
    /// Distance between window starts, as for the run.
    #[arg(long, value_name = "BASES", value_parser = clap::value_parser!(u64).range(1..=1 << 24))]
    stride: Option<u64>,
    /// Bases of a window of an exact task, as for the run.
    #[arg(long, value_name = "BASES", value_parser = clap::value_parser!(u64).range(1..=1 << 24))]
    window: Option<u64>,
    /// Table that maps contig names, as for the run.
    #[arg(long, value_name = "TSV")]
    contig_aliases: Option<PathBuf>,
    /// Do not run a sample: only divide.
    #[arg(long)]
    no_sample: bool,
    /// Threads, as for the run. Default: all cores. [1, 1024]
    #[arg(short = 't', long, visible_short_alias = '@', value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Further options of the run, passed to the sample.
    #[arg(last = true, value_name = "OPTIONS")]
    more: Vec<OsString>,
}

pub(super) fn run(options: Options, given: &Given) -> Result<()> {
    names::refuse(options.output.as_deref(), "a folder of shards")?;
    let input = work::open(&options.input)?;
    check_given(&options, given, input.format)?;
    let settings = PlanSettings {
        input: options.input,
        model: options.model,
        models_dir: options.models_dir,
        shards: options.shards,
        output: options.output,
        reference: options.reference,
        stride: options.stride,
        window: options.window,
        contig_aliases: options.contig_aliases,
        measure: !options.no_sample,
        threads: options.threads,
        more: options.more,
    };
    super::say(plan(&settings, input)?.as_bytes())
}

/// Refuses options that cannot apply to the input.
fn check_given(options: &Options, given: &Given, format: Format) -> Result<()> {
    let exact = options.model.starts_with("exact:");
    let (fasta, variants) = (format == Format::Fasta, matches!(format, Format::Vcf | Format::Bcf));
    given.check(&[
        NotFor {
            when: !variants && format != Format::Cram,
            options: &["reference"],
            why: "applies to variants and CRAM",
            hint: "remove it",
        },
        NotFor { when: !variants, options: &["contig_aliases"], why: "applies to variants", hint: "" },
        NotFor { when: variants, options: &["stride"], why: "does not apply to variants", hint: "" },
        NotFor {
            when: !(fasta && exact),
            options: &["window"],
            why: "applies to scans by an exact task; the card of a network has its window",
            hint: "",
        },
        NotFor {
            when: !fasta && exact,
            options: &["stride"],
            why: "is for reads that are divided into windows: exact tasks answer for whole reads",
            hint: "",
        },
        NotFor {
            when: options.no_sample,
            options: &["more"],
            why: "are for the sample, which --no-sample does not run",
            hint: "",
        },
    ])
}
