//! Commands: one file each. The only place that knows the command line.

mod ask;
mod columns;
mod evaluate;
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
mod variants;

use std::io::Write;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use self::given::Given;
use self::options::{EngineOptions, ModelOptions, OutputOptions, RunOptions, VariantsOutput};

use crate::error::{Error, Result};

/// Runs DNA models over whole genomes.
///
/// FASTA, BAM/CRAM/FASTQ and VCF/BCF in (plain, gzip or BGZF, known by their content; `-` is standard input); BED, TSV,
/// bedGraph, bigWig, VCF and BAM out. Files ending in .gz are written as BGZF, with an index.
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
GENOGLOSS_CRAM_READER (htslib or noodles, where a build has both). genogloss --version --verbose says what reads CRAM.

Exit codes: 0 done (also when the reader of a pipe has enough), 1 failed, 2 wrong usage, 130 interrupted (Ctrl-C), 143 terminated, 101 a
fault of the program itself."
)]
pub struct Cli {
    /// Log errors and warnings only.
    #[arg(long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Log also how the run is set up and where its time goes.
    #[arg(short, long, global = true)]
    pub verbose: bool,
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
    /// Score reference and alternate allele of every variant of a VCF or BCF file.
    Variants(variants::Options),
    // Described in full in its own file.
    Ask(Box<ask::Options>),
    // The same.
    Genes(genes::Options),
    /// Compare a model's answers, or scores of variants, with what is known.
    Evaluate(Box<evaluate::Options>),
    // Described in full in its own file: a line here would replace that.
    Plan(plan::Options),
    /// Put the shards of a run together.
    Merge(merge::Options),
    /// Write a page about runs.
    Report(report::Options),
    /// List, show and check models.
    Models(models::Options),
    /// Describe the columns and tags that a command writes.
    Columns(columns::Options),
    /// Print a shell's completion script.
    #[command(
        after_help = "Examples:\n  genogloss completions bash > ~/.local/share/bash-completion/completions/genogloss\n  genogloss completions zsh > ~/.zfunc/_genogloss"
    )]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    // The same.
    Man(man::Options),
}

impl Cli {
    /// Reads the command line; where it is wrong, or asks for help, says so and ends the program.
    pub fn read() -> Self {
        let mut command = Self::command();
        command.build();
        let matches = command.clone().get_matches();
        let given = Given::of(&matches, &command);
        match Self::from_arg_matches(&matches) {
            Ok(cli) => Self { given, ..cli },
            Err(error) => error.format(&mut command).exit(),
        }
    }

    /// Runs the command.
    pub fn run(self) -> Result<()> {
        let given = &self.given;
        match self.command {
            Command::Scan(options) => scan::run(options, given),
            Command::Reads(options) => reads::run(options, given),
            Command::Variants(options) => variants::run(options, given),
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
pub fn build_details(words: &[std::ffi::OsString]) -> Option<String> {
    let [a, b] = words else { return None };
    let asked = |first: &std::ffi::OsString, second: &std::ffi::OsString| {
        (first == "--version" || first == "-V") && second == "--verbose"
    };
    (asked(a, b) || asked(b, a)).then(|| {
        format!(
            "genogloss {}\ncommit: {}\nfeatures: {}\nCRAM is read by {}\n{}",
            env!("CARGO_PKG_VERSION"),
            option_env!("GENOGLOSS_COMMIT").unwrap_or("unknown"),
            if cfg!(feature = "htslib") { "htslib" } else { "none" },
            crate::read::cram::described(),
            crate::model::describe::engines()
        )
    })
}

/// Writes to standard output.
fn say(bytes: &[u8]) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(|error| Error::write("standard output", &error))
}
