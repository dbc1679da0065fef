//! `genogloss sites`: the sites of many files of variants, each once.

use std::path::{Path, PathBuf};

use super::{DigestOptions, OutputOptions, VariantsOutput, given::Given};
use crate::{
    error::{Error, Result},
    session::{Parts, Request},
    sites,
};

/// Write the sites of many VCF or BCF files, each once: score them, and give the scores to every sample.
///
/// A site is a contig, a position, REF and one ALT. The output has one record for each site of any input, in order of
/// contig, position, REF and ALT, without samples. All inputs are read at once and must be sorted, with their contigs in
/// one order. Alleles without bases (`<DEL>`, `*`, `<NON_REF>`, breakends, `.`) are no sites: they are counted by
/// reason, and `variants --scores` gives them the same reason.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss sites a.vcf.gz b.vcf.gz c.bcf -o sites.vcf.gz
  genogloss sites --file-list samples.txt --failed failed.tsv -o sites.vcf.gz

Then:
  genogloss variants sites.vcf.gz -f genome.fa -o scores.vcf.gz
  genogloss variants a.vcf.gz --scores scores.vcf.gz -o a.scored.vcf.gz")]
pub(super) struct Options {
    /// Variants: VCF or BCF files (plain, gzip or BGZF), with or without samples; `-` is standard input.
    #[arg(required_unless_present = "file_list")]
    files: Vec<PathBuf>,
    /// File with the path of an input on each line.
    #[arg(short = 'l', long, value_name = "FILE", help_heading = "Input")]
    file_list: Option<PathBuf>,
    /// Continue without inputs that cannot be read, and write a table of them: path, problem. The sites that were read
    /// before a problem was found stay in the output. Without this option the first such input ends the run.
    #[arg(long, value_name = "TSV", help_heading = "Output")]
    failed: Option<PathBuf>,
    #[command(flatten)]
    digest: DigestOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    format_out: VariantsOutput,
}

/// The paths in a file, one on each line.
fn listed(path: &Path) -> Result<Vec<PathBuf>> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::read(path, &error))?;
    let paths: Vec<PathBuf> =
        text.lines().map(str::trim_end).filter(|line| !line.is_empty()).map(PathBuf::from).collect();
    if paths.is_empty() { Err(Error::input(path.display(), "it names no file")) } else { Ok(paths) }
}

pub(super) fn run(options: Options, given: &Given) -> Result<()> {
    let format = options.format_out.of(&options.output)?;
    given.check(&VariantsOutput::index_rules(format, &options.output))?;
    let mut files = options.files;
    if let Some(list) = &options.file_list {
        files.extend(listed(list)?);
    }
    let inputs: Vec<&Path> = files.iter().map(PathBuf::as_path).chain(options.file_list.as_deref()).collect();
    let others = options.failed.as_deref().map(|path| (path, "the table of failed inputs"));
    let request = Request::with_others(&inputs, options.output.target(), Parts::default(), others.as_slice())?;
    sites::run(sites::Settings { files, failed: options.failed, digest: !options.digest.no_digest, format }, request)
}
