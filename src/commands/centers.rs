//! `genogloss centers`: one window for each interval.

use std::path::PathBuf;

use super::{
    ModelOptions, OutputOptions, RunOptions,
    given::{self, Given},
};
use crate::{
    centers::{self, Settings},
    error::Result,
    session::{Request, load},
};

/// Score one window of the model for each interval of a BED file.
///
/// The middle of the window is that of the interval, start + (end - start) / 2, whatever its length; past a contig's
/// end a window is filled with N. Of a track, the bin with the middle is written. One line an interval is written, in
/// the order of the BED file; one that cannot be scored is written with its reason.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss centers peaks.bed -f genome.fa -m core-promoter -o peaks.tsv
  genogloss centers sites.bed.gz -f genome.fa.gz -t 4 --shard 1/8 -o sites.1.tsv.gz

Columns: genogloss columns centers")]
pub(super) struct Options {
    /// BED file: plain, gzip, BGZF or xz, in any order; `-` is standard input.
    bed: PathBuf,
    #[command(flatten)]
    model: ModelOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    run: RunOptions,
    /// FASTA file on which the intervals lie, plain or BGZF.
    #[arg(short = 'f', long, value_name = "FASTA", help_heading = "Input")]
    reference: PathBuf,
}

pub(super) fn run(options: Options, given: &Given) -> Result<()> {
    options.output.check_table(given)?;
    given.check(&[given::checkpoint(options.run.resume)])?;
    let settings = Settings { bed: options.bed, reference: options.reference };
    let request = Request::new(&settings.inputs(), options.output.target(), options.run.parts())?;
    let model = load::windows(&options.model.settings())?;
    centers::run(&settings, request, model)
}
