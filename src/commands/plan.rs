//! `genogloss plan`: how a run is cut into shards, and what each will take.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use clap::{ArgMatches, Command, CommandFactory, parser::ValueSource};

use super::{
    Cli,
    given::{Given, NotFor},
};
use crate::{
    error::{Error, Result},
    model::registry,
    output::names,
    read::Format,
    shards::plan::{
        cut::{MOST, plan},
        option,
        settings::{PlanSettings, ShardCount},
        work,
    },
};

/// Divide a run into shards of equal cost, and estimate what each will take.
///
/// Finds where the records lie by the index of the input (without one, and for FASTA, the input is read once; runs of N cost
/// nothing), runs a sample from all over the work to measure its speed, memory and output, and writes one BED file per shard
/// for --shard, and plan.json.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss plan genome.fa --shards 16 -o plan
  genogloss scan genome.fa --shard plan/shard_0001.bed -o part1.bed.gz
  genogloss plan calls.vcf.gz -f genome.fa --max-seconds 3600 -o plan --threads 4 -- -o scored.vcf.gz
  genogloss plan genome.fa --shards 16 --no-sample -- --stride 50

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
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST)), required_unless_present = "max_seconds", conflicts_with = "max_seconds")]
    shards: Option<u32>,
    /// As many shards as are needed so that none is estimated to take longer than this, in seconds on the clock.
    #[arg(long, value_name = "SECONDS", value_parser = positive)]
    max_seconds: Option<f64>,
    /// Fail if a shard is estimated to need more memory than this: bytes, or a number with K, M or G (powers of 1024).
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    max_memory: Option<u64>,
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
    /// Do not run a sample: times are estimated by constants, for built-in models, and memory and output are not estimated.
    #[arg(long)]
    no_sample: bool,
    /// Threads, as for the run. Default: all cores. [1, 1024]
    #[arg(short = 't', long, visible_short_alias = '@', value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Any options of the run: the plan sees what the run sees. The name after -o decides format and compression of the
    /// output whose size is estimated; nothing is written there. Default: BGZF (.bed.gz, .tsv.gz), or the format of the
    /// variants.
    #[arg(last = true, value_name = "OPTIONS")]
    more: Vec<OsString>,
}

fn positive(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|seconds| *seconds > 0.0 && *seconds < 1e9).ok_or_else(|| "seconds, more than 0".into())
}

fn bytes(text: &str) -> Result<u64, String> {
    let text = text.trim_end_matches(['B', 'b']).trim_end_matches('i');
    let shift = match text.chars().last() {
        Some('K' | 'k') => 10,
        Some('M' | 'm') => 20,
        Some('G' | 'g') => 30,
        _ => 0,
    };
    let number = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic()).trim();
    let count = number.parse::<f64>().ok().filter(|count| *count > 0.0 && *count < 1e12);
    count.map(|count| (count * f64::from(1u32 << shift)) as u64).ok_or_else(|| "bytes, for example 500M or 4G".into())
}

pub(super) fn run(options: Options, given: &Given) -> Result<()> {
    names::refuse(options.output.as_deref(), "a folder of shards")?;
    let input = work::open(&options.input)?;
    let command = work::command_of(&input)?;
    let mut cli = Cli::command();
    cli.build();
    check_given(&options, given, input.format)?;
    let seen = Seen::parse(&cli, command, &options, given)?;
    let shards = match (options.shards, options.max_seconds) {
        (_, Some(most)) => ShardCount::Seconds(most),
        (count, None) => ShardCount::Fixed(count.unwrap_or(1)),
    };
    let bigwig = seen.path("bigwig").is_some();
    let named = seen.output_name(command, input.format, bigwig);
    let settings = PlanSettings {
        command,
        shards,
        max_memory: options.max_memory,
        output: options.output,
        measure: !options.no_sample,
        model: seen.get::<String>("model").unwrap_or_else(|| registry::DEFAULT.into()),
        models_dir: seen.path("models_dir"),
        reference: seen.path("reference"),
        stride: seen.get("stride"),
        window: seen.get("window"),
        contig_aliases: seen.path("contig_aliases"),
        region: seen.all("region"),
        regions_file: seen.path("regions_file"),
        threads: seen.get("threads"),
        named,
        bigwig,
        options: seen.words(command),
        input: options.input,
    };
    super::say(plan(&settings, input)?.as_bytes())
}

/// The options of the run, as its own command sees them.
struct Seen<'a> {
    command: &'a Command,
    matches: ArgMatches,
}

impl<'a> Seen<'a> {
    /// The options of the plan that are also those of the run, and those after `--`.
    fn parse(cli: &'a Command, command: &str, options: &Options, given: &Given) -> Result<Self> {
        let mut words: Vec<OsString> = vec!["genogloss".into(), command.into()];
        let is_given = |id: &str| given.ids().any(|given| given == id);
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.clone().into_os_string());
        let number = |number: Option<u64>| number.map(|number| number.to_string().into());
        let own: [(&str, Option<OsString>); 7] = [
            ("model", is_given("model").then(|| options.model.clone().into())),
            ("models-dir", path(&options.models_dir)),
            ("reference", path(&options.reference)),
            ("stride", number(options.stride)),
            ("window", number(options.window)),
            ("contig-aliases", path(&options.contig_aliases)),
            ("threads", number(options.threads.map(u64::from))),
        ];
        words.extend(own.into_iter().filter_map(|(name, value)| Some(option(name, &value?))));
        words.extend(options.more.iter().cloned());
        words.extend(["--".into(), options.input.clone().into_os_string()]);
        let Some(command) = cli.find_subcommand(command) else {
            return Err(Error::Internal(format!("there is no command {command}")));
        };
        let parsed = cli.clone().try_get_matches_from(words).map_err(|error| {
            let text = error.render().to_string();
            let line = text.lines().next().unwrap_or_default();
            let line = line.strip_prefix("error: ").unwrap_or(line);
            Error::usage(format!("genogloss {}: {line}", command.get_name()))
                .with_hint(format!("options after -- are those of the run: genogloss {} --help", command.get_name()))
        })?;
        match parsed.subcommand() {
            Some((_, matches)) => Ok(Self { command, matches: matches.clone() }),
            None => Err(Error::Internal("a run without a command".into())),
        }
    }

    fn get<T: Clone + Send + Sync + 'static>(&self, id: &str) -> Option<T> {
        self.matches.try_get_one(id).ok().flatten().cloned()
    }

    fn path(&self, id: &str) -> Option<PathBuf> {
        self.get(id)
    }

    fn all(&self, id: &str) -> Vec<String> {
        self.matches.try_get_many(id).ok().flatten().map(|all| all.cloned().collect()).unwrap_or_default()
    }

    fn is_given(&self, id: &str) -> bool {
        self.matches.try_contains_id(id).is_ok() && self.matches.value_source(id) == Some(ValueSource::CommandLine)
    }

    /// A name for the output, with the ending that decides its format; `None`: only tracks are written.
    fn output_name(&self, command: &str, format: Format, bigwig: bool) -> Option<String> {
        if let Some(path) = self.path("output").filter(|path| path != Path::new("-")) {
            return path.file_name().map(|name| name.to_string_lossy().into_owned());
        }
        if bigwig {
            return None;
        }
        let asked = ["format", "output_type"].iter().find(|id| self.is_given(id));
        let asked = asked.and_then(|id| self.matches.get_raw(id)?.next()).map(OsStr::to_string_lossy);
        Some(
            match (command, asked.as_deref()) {
                ("variants", Some("v")) => "vcf",
                ("variants", Some("b")) => "bcf",
                ("variants", None) if format == Format::Bcf => "bcf",
                ("variants", _) => "vcf.gz",
                ("reads", Some("bam")) => "bam",
                ("scan", Some("tsv")) | ("reads", _) => "tsv.gz",
                ("scan", Some("bedgraph")) => "bedgraph.gz",
                _ => "bed.gz",
            }
            .into(),
        )
    }

    /// The options as words, without those that say where the output goes, or which part is run. A sample of a scan takes regions of
    /// its own.
    fn words(&self, command: &str) -> Vec<OsString> {
        let mut not = vec!["output", "index", "manifest", "shard", "resume", "checkpoint", "cache", "bigwig", "quiet"];
        if command == "scan" {
            not.extend(["region", "regions_file"]);
        }
        let mut words = Vec::new();
        for argument in self.command.get_arguments() {
            let id = argument.get_id().as_str();
            let Some(long) = argument.get_long() else { continue };
            if not.contains(&id) || id == "verbose" || !self.is_given(id) {
                continue;
            }
            if argument.get_action().takes_values() {
                words.extend(self.matches.get_raw(id).into_iter().flatten().map(|value| option(long, value)));
            } else {
                words.push(format!("--{long}").into());
            }
        }
        words
    }
}

/// Refuses options that cannot apply to the input.
fn check_given(options: &Options, given: &Given, format: Format) -> Result<()> {
    // A model after -- is the run's own affair, and so are its options.
    let known = given.ids().any(|id| id == "model") || options.more.is_empty();
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
            when: known && !(fasta && exact),
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
    ])
}
