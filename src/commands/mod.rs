//! Commands: one file each. The only place that knows the command line.

mod ask;
mod columns;
mod evaluate;
mod gene_places;
mod gene_relations;
mod genes;
mod given;
mod import;
mod lookup;
mod man;
mod merge;
mod models;
mod plan;
mod reads;
mod report;
mod scan;
mod setup;
mod variants;

use std::{io::Write, path::PathBuf};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use self::given::Given;

use crate::{
    error::{Error, Result},
    output::{names, variants::VariantFormat},
};

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
    /// Say only what went wrong.
    #[arg(long, global = true)]
    pub quiet: bool,
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

/// What `--version --verbose` says of this build; `None` where that is not what was asked for.
pub fn build_details(words: &[std::ffi::OsString]) -> Option<String> {
    let [a, b] = words else { return None };
    let asked = |first: &std::ffi::OsString, second: &std::ffi::OsString| {
        (first == "--version" || first == "-V") && second == "--verbose"
    };
    (asked(a, b) || asked(b, a)).then(|| {
        format!("genogloss {}\nCRAM is read by {}\n", env!("CARGO_PKG_VERSION"), crate::read::cram::described())
    })
}

/// Writes to standard output.
fn say(bytes: &[u8]) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(|error| Error::write("standard output", &error))
}

/// Which model, and where it runs.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Model")]
pub struct ModelOptions {
    /// Model: a name (`genogloss models list`), a folder, or exact:TASK (gc, reverse, complement, reverse-complement,
    /// protein, protein3, orf).
    #[arg(short, long, value_name = "MODEL", default_value = crate::model::registry::DEFAULT)]
    pub model: String,
    /// Where it is found and run.
    #[command(flatten)]
    pub engine: EngineOptions,
}

/// Where models are found and run.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Model")]
pub struct EngineOptions {
    /// Folder of model folders, searched first.
    #[arg(long, value_name = "DIR")]
    pub models_dir: Option<PathBuf>,
    /// I may use this model under its licence (asked for where the licence forbids commercial use).
    #[arg(long)]
    pub accept_license: bool,
    /// Engine that runs networks.
    #[arg(long, value_enum, default_value = "auto")]
    pub engine: crate::model::network::EngineChoice,
    /// Device: cpu or cuda:N. A device that is not there is an error.
    #[arg(long, value_name = "DEVICE", default_value = "cpu", value_parser = device)]
    pub device: crate::model::ort::Device,
    /// Threads in all: one model session each on the CPU. Default: all cores. [1, 1024]
    #[arg(short = 't', long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Windows gathered before a session runs them (fewer, where they are long). On the CPU they run in the card's
    /// groups (run: rows), so this changes no score. [1, 65536]
    #[arg(long, value_name = "ROWS", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=65536))]
    pub batch_rows: u32,
}

/// Where the output goes.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub struct OutputOptions {
    /// Output file; .gz or .bgz: BGZF with an index. Default, and for `-`: standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Index beside a BGZF output. Default: csi where a contig is longer than 512 Mb, else tbi.
    #[arg(long, value_enum)]
    pub index: Option<crate::output::IndexKind>,
    /// Manifest (JSON). Default: OUTPUT.manifest.json; none for standard output.
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
}

/// How variants are written.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub struct VariantsOutput {
    /// Format of variants that are written: v VCF, z VCF in BGZF, b BCF, whose index is always CSI. Default: what the output's
    /// name ends in (.vcf, .vcf.gz, .vcf.bgz, .bcf), else VCF; a name that says another format is refused.
    #[arg(short = 'O', long, value_name = "TYPE")]
    pub output_type: Option<VariantFormat>,
}

impl VariantsOutput {
    /// What was asked for, or what the name says.
    fn of(&self, output: &OutputOptions) -> Result<VariantFormat> {
        let path = output.output.as_deref();
        let option = self.output_type.map(|format| format!("-O {}", format.letter()));
        let given = self.output_type.zip(option.as_deref());
        names::decide(path, given, VariantFormat::of_name(path), &VariantFormat::NAMED)
    }

    /// Rules of the index of an output of this format.
    fn index_rules(format: VariantFormat, output: &OutputOptions) -> [given::NotFor<'static>; 2] {
        let is_file = output.output.as_deref().is_some_and(|path| path != std::path::Path::new("-"));
        [
            given::index(
                is_file && format.is_bgzf(),
                "is for VCF in BGZF (-O z, or a name in .vcf.gz) and BCF, in a file",
            ),
            given::NotFor {
                when: format == VariantFormat::Bcf && output.index == Some(crate::output::IndexKind::Tbi),
                options: &["index"],
                why: "tbi is for VCF: the index of BCF is CSI",
                hint: "leave --index away",
            },
        ]
    }
}

impl OutputOptions {
    /// Whether the output is a file in BGZF, by its name.
    fn is_bgzf(&self) -> bool {
        is_bgzf(self.output.as_deref())
    }

    /// Refuses a name that says another format than TSV, and an index, which such a table has none.
    fn check_table(&self, given: &Given) -> Result<()> {
        names::decide(self.output.as_deref(), None, (), &[names::Writes::text((), names::Named::Tsv)])?;
        given.check(&[given::index(false, "is for lines with places on contigs: this table has none")])
    }
}

/// Whether an output is a file in BGZF, by its name.
fn is_bgzf(output: Option<&std::path::Path>) -> bool {
    names::is_compressed(output)
}

/// Parts of a run, and going on with one.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Shards and resuming")]
pub struct RunOptions {
    /// Run one part only: I/N, the I-th of N parts of one size, or a BED file of `genogloss plan`. Put together again with
    /// `genogloss merge`.
    #[arg(long, value_name = "I/N")]
    pub shard: Option<crate::shards::territory::Choice>,
    /// Keep what is done if the run is stopped, however it is, and go on from there the next time.
    #[arg(long)]
    pub resume: bool,
    /// With --resume: seconds between the points from which a run goes on. [0, 3600]
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0, value_parser = seconds)]
    pub checkpoint: f64,
}

fn seconds(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|s| (0.0..=3600.0).contains(s)).ok_or_else(|| "seconds, from 0 to 3600".into())
}

fn device(text: &str) -> Result<crate::model::ort::Device, String> {
    use crate::model::ort::Device;
    match text.split_once(':') {
        None if text == "cpu" => Ok(Device::Cpu),
        None if text == "cuda" => Ok(Device::Cuda(0)),
        Some(("cuda", number)) => {
            number.parse().ok().filter(|n| *n >= 0).map(Device::Cuda).ok_or("cuda:N with N from 0".into())
        }
        _ => Err("cpu, cuda or cuda:N".into()),
    }
}
