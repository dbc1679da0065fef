//! Commands: one file each. The only place that knows the command line.

mod ask;
mod columns;
mod evaluate;
mod evidence;
mod genes;
mod given;
mod import;
mod man;
mod merge;
mod models;
mod options;
mod plan;
mod reads;
mod report;
mod scan;
mod sites;
mod variants;

use std::io::Write;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use self::given::Given;
use self::options::{
    DigestOptions, EngineOptions, ModelOptions, OutputOptions, RegionOptions, RunOptions, VariantsOutput,
};

use crate::address::without_secrets;
use crate::error::{Error, Result};

/// Runs DNA models over whole genomes.
///
/// Reads FASTA, BAM/CRAM/FASTQ and VCF/BCF (plain, gzip, BGZF or xz; the format is detected from the content; `-` is
/// standard input). Writes BED, TSV, bedGraph, bigWig, VCF, BCF and BAM. Names ending in .gz are written as BGZF, with
/// an index.
#[derive(Debug, Parser)]
#[command(
    name = "genogloss",
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  genogloss scan genome.fa -o elements.bed
  genogloss variants calls.vcf.gz -f genome.fa -o scored.vcf.gz
  genogloss reads reads.bam -m exact:gc -o gc.tsv

Environment: ORT_DYLIB_PATH (ONNX Runtime's library), GENOGLOSS_MODELS (folders of models, separated by :),
GENOGLOSS_CRAM_READER (htslib or noodles, if a build has both), GENOGLOSS_REMOTE_TIMEOUT (seconds that the server of an https, s3 or
htsget address may be silent; default 30), and AWS_…, HTTPS_PROXY and SSL_CERT_FILE for such addresses. genogloss --version --verbose
names the CRAM reader.

Exit codes: 0 success (also if the reader of a pipe closed it), 1 failure, 2 wrong usage, 130 interrupted (Ctrl-C), 143 terminated,
101 a bug in genogloss."
)]
pub(crate) struct Cli {
    /// Log only warnings and errors.
    #[arg(long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Also log how the run is set up and where the time is spent; -vv: everything.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    #[command(subcommand)]
    command: Command,
    #[arg(skip)]
    given: Given,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Score windows along the contigs of a FASTA file.
    Scan(scan::Options),
    /// Score reads: BAM, CRAM, SAM, FASTQ or FASTA.
    Reads(reads::Options),
    /// Score the reference and alternate alleles of every variant of a VCF or BCF file.
    Variants(variants::Options),
    // Described in full in its own file.
    Sites(sites::Options),
    // The same.
    Ask(Box<ask::Options>),
    // The same.
    Genes(genes::Options),
    /// Evaluate a model, or scores of variants, against known labels.
    Evaluate(Box<evaluate::Options>),
    // Described in full in its own file: a line here would replace that.
    Plan(plan::Options),
    /// Merge the shards of a run.
    Merge(merge::Options),
    /// Write an HTML report of runs.
    Report(report::Options),
    /// List, show and check models.
    Models(models::Options),
    /// Describe the columns and tags that a command writes.
    Columns(columns::Options),
    /// Print the completion script of a shell.
    #[command(
        after_help = "Examples:\n  genogloss completions bash > ~/.local/share/bash-completion/completions/genogloss\n  genogloss completions zsh > ~/.zfunc/_genogloss"
    )]
    Completions {
        /// Shell.
        shell: clap_complete::Shell,
    },
    // The same.
    Man(man::Options),
}

/// Says what is wrong with the command line, or prints the help, and ends the program.
fn end(error: &clap::Error) -> ! {
    let text = error.to_string();
    let shown = without_secrets(&text);
    if shown == text {
        error.exit();
    }
    let _ = std::io::stderr().write_all(shown.as_bytes());
    std::process::exit(2)
}

impl Cli {
    /// Reads the command line; where it is wrong, or asks for help, says so and ends the program.
    pub(crate) fn read() -> Self {
        let mut command = Self::command();
        command.build();
        let matches = command.clone().try_get_matches().unwrap_or_else(|error| end(&error));
        let given = Given::of(&matches, &command);
        match Self::from_arg_matches(&matches) {
            Ok(cli) => Self { given, ..cli },
            Err(error) => end(&error.format(&mut command)),
        }
    }

    /// Runs the command.
    pub(crate) fn run(self) -> Result<()> {
        let given = &self.given;
        match self.command {
            Command::Scan(options) => scan::run(options, given),
            Command::Reads(options) => reads::run(options, given),
            Command::Variants(options) => variants::run(options, given),
            Command::Sites(options) => sites::run(options, given),
            Command::Ask(options) => ask::run(*options, given),
            Command::Genes(options) => genes::run(options, given),
            Command::Evaluate(options) => evaluate::run(*options, given),
            Command::Plan(options) => plan::run(options, given),
            Command::Merge(options) => merge::run(&options, given),
            Command::Report(options) => report::run(&options),
            Command::Models(options) => models::run(options),
            Command::Columns(options) => columns::run(&options),
            Command::Completions { shell } => {
                let mut script = Vec::new();
                clap_complete::generate(shell, &mut Self::command(), "genogloss", &mut script);
                say(&script)
            }
            Command::Man(options) => man::run(&options, Self::command()),
        }
    }
}

/// The text of `--version --verbose`: version, commit, features, CRAM reader and engines. `None` for any other arguments.
pub(crate) fn build_details(words: &[std::ffi::OsString]) -> Option<String> {
    let [a, b] = words else { return None };
    let asked = |first: &std::ffi::OsString, second: &std::ffi::OsString| {
        (first == "--version" || first == "-V") && second == "--verbose"
    };
    (asked(a, b) || asked(b, a)).then(|| {
        let built = [("htslib", cfg!(feature = "htslib")), ("remote", cfg!(feature = "remote"))];
        let features: Vec<&str> = built.iter().filter(|(_, is_built)| *is_built).map(|(name, _)| *name).collect();
        format!(
            "genogloss {}\ncommit: {}\nfeatures: {}\nCRAM is read by {}\npages show calls with: {}\n{}",
            env!("CARGO_PKG_VERSION"),
            option_env!("GENOGLOSS_COMMIT").unwrap_or("unknown"),
            if features.is_empty() { "none".into() } else { features.join(", ") },
            crate::read::cram::described(),
            crate::report::view::built_in(),
            crate::model::describe::engines()
        )
    })
}

/// Writes to standard output.
fn say(bytes: &[u8]) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(|error| Error::write("standard output", &error))
}
