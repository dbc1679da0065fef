//! `genogloss plan`: how a run is cut into shards, and what it will take.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use super::given::{Given, NotFor};
use crate::{
    child,
    error::{Error, Result},
    exact::Task,
    genome::{Contigs, Interval, sequence::known_count},
    model::{card::Kind, registry},
    output::{Sealed, manifest::Manifest, names, temporary::TemporaryFolder},
    read::{self, Format, alignments::Alignments, fasta, reference::Reference, regions::Aliases, variants::Variants},
    shards::territory::{Cuts, Piece, RECORDS, Shard},
};

/// Cut a run into shards of one cost, and say what it will take.
///
/// Reads the input once (runs of N cost nothing and are cut through where possible; reads and variants are counted by
/// place), runs a sample of the work to measure its speed, memory and output, and writes one BED file a shard for
/// --shard.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss plan genome.fa --shards 16 -o plan
  genogloss scan genome.fa --shard plan/shard_0001.bed -o part1.bed.gz
  genogloss plan calls.vcf.gz -f genome.fa --shards 8 -o plan --threads 4
  genogloss plan genome.fa --shards 16 --no-sample

Columns of the table: shard, windows (reads, variants) that cost something, bases it owns, seconds, memory and output (MB) it will
take, measured here; . where nothing was measured.")]
pub struct Options {
    /// What will be run on: FASTA (scan), VCF or BCF (variants), BAM, CRAM, SAM or FASTQ (reads).
    input: PathBuf,
    /// Model, as for the run.
    #[arg(short, long, value_name = "MODEL", default_value = registry::DEFAULT)]
    model: String,
    /// Folder of model folders, searched first.
    #[arg(long, value_name = "DIR")]
    models_dir: Option<PathBuf>,
    /// How many shards. [1, 100000]
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
    /// Contigs' names in a VCF and in the reference, as for the run.
    #[arg(long, value_name = "TSV")]
    contig_aliases: Option<PathBuf>,
    /// Measure nothing.
    #[arg(long)]
    no_sample: bool,
    /// Threads, as for the run. Default: all cores. [1, 1024]
    #[arg(short = 't', long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Further options of the run, for the sample.
    #[arg(last = true, value_name = "OPTIONS")]
    more: Vec<OsString>,
}

/// Bases of a bin in which reads and variants are counted.
const BIN: u64 = 1024;

/// What is cut: the line, what costs on it, and how it is called.
struct Work {
    command: &'static str,
    unit: &'static str,
    contigs: Contigs,
    step: u64,
    /// In multiples of the step; a piece's weight counts `unit`s in units of 1 / `scale`.
    pieces: Vec<Piece>,
    scale: u64,
}

pub(super) fn run(options: &Options, given: &Given) -> Result<()> {
    names::refuse(options.output.as_deref(), "a folder of shards")?;
    let work = work(options, given)?;
    let cuts = Cuts::of(&work.contigs, work.step, &work.pieces, options.shards);
    let total = (0..work.contigs.count()).map(|contig| work.cost(contig, Interval::new(0, u64::MAX))).sum();
    let total = work.units(total);
    if total < u64::from(options.shards) {
        tracing::warn!("{} {} for {} shards: some will be empty", total, work.unit, options.shards);
    }
    let sample = if options.no_sample || total == 0 { None } else { Some(sample(options, &work, total)?) };
    let mut rows = Vec::new();
    let mut sealed = Sealed::default();
    if let Some(folder) = &options.output {
        std::fs::create_dir_all(folder).map_err(|error| Error::write(folder.display(), &error))?;
    }
    for index in 1..=cuts.count() {
        let territory = cuts.territory(index);
        let (mut cost, mut bases) = (0, 0);
        for (contig, interval) in territory.intervals() {
            let id = work.contigs.id(&contig).unwrap_or_default();
            cost += work.cost(id, interval);
            bases += interval.len();
        }
        let units = work.units(cost);
        let name = format!("shard_{index:04}.bed");
        if let Some(folder) = &options.output {
            sealed = sealed.with_first(&folder.join(&name), territory.to_bed().as_bytes())?;
        }
        let share = units as f64;
        rows.push(json!({
            "shard": format!("{index}/{}", cuts.count()),
            "file": name,
            work.unit: units,
            "bases": bases,
            "seconds": sample.as_ref().map(|s| round(s.start + share * s.seconds)),
            "memory_mb": sample.as_ref().and_then(|s| s.memory).map(|b| round(b / 1e6)),
            "output_mb": sample.as_ref().map(|s| round(share * s.bytes / 1e6)),
        }));
    }
    let whole = json!({
        "plan": cuts.name(),
        "input": options.input.to_string_lossy(),
        "model": options.model,
        "command": work.command,
        "step": work.step,
        work.unit: total,
        "threads": sample.as_ref().map(|s| s.threads),
        "shards": rows,
    });
    if let Some(folder) = &options.output {
        let text = serde_json::to_string_pretty(&whole).map_err(|e| Error::Internal(e.to_string()))? + "\n";
        sealed = sealed.with_first(&folder.join("plan.json"), text.as_bytes())?;
    }
    let mut table = format!("#shard\t{}\tbases\tseconds\tmemory_mb\toutput_mb\n", work.unit);
    for row in &rows {
        let cell = |key: &str| match &row[key] {
            Value::Null => ".".into(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let cells = ["shard", work.unit, "bases", "seconds", "memory_mb", "output_mb"].map(cell);
        table.push_str(&(cells.join("\t") + "\n"));
    }
    sealed.commit()?;
    if let Some(s) = &sample {
        tracing::info!(
            "measured on {} threads: {:.1} {} a second; each shard takes {:.1} s to start",
            s.threads,
            1.0 / s.seconds,
            work.unit,
            s.start
        );
    }
    super::say(table.as_bytes())
}

fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

impl Work {
    /// Cost of what begins in an interval of a contig, in units of 1 / `scale`.
    fn cost(&self, contig: usize, interval: Interval) -> u128 {
        let (from, to) = (interval.start.div_ceil(self.step), interval.end.div_ceil(self.step));
        let first = self.pieces.partition_point(|piece| (piece.contig, piece.last) <= (contig, from));
        self.pieces[first..]
            .iter()
            .take_while(|piece| piece.contig == contig && piece.first < to)
            .map(|piece| u128::from(piece.last.min(to) - piece.first.max(from)) * u128::from(piece.weight))
            .sum()
    }

    /// A cost in whole units.
    fn units(&self, cost: u128) -> u64 {
        u64::try_from((cost + u128::from(self.scale) / 2) / u128::from(self.scale)).unwrap_or(u64::MAX)
    }
}

/// Options that cannot apply to what is cut.
fn check_given(options: &Options, given: &Given, format: Format) -> Result<()> {
    let exact = options.model.starts_with("exact:");
    let (fasta, variants) = (format == Format::Fasta, matches!(format, Format::Vcf | Format::Bcf));
    given.check(&[
        NotFor {
            when: !variants && format != Format::Cram,
            options: &["reference"],
            why: "is for variants and CRAM",
            hint: "leave it away",
        },
        NotFor { when: !variants, options: &["contig_aliases"], why: "is for variants", hint: "" },
        NotFor {
            when: variants,
            options: &["stride"],
            why: "is not for variants, whose windows lie around them",
            hint: "",
        },
        NotFor {
            when: !(fasta && exact),
            options: &["window"],
            why: "is for scans by an exact task; a network's window is in its card",
            hint: "",
        },
        NotFor {
            when: !fasta && exact,
            options: &["stride"],
            why: "is for reads that are cut into windows, and exact tasks answer for whole reads",
            hint: "",
        },
        NotFor {
            when: options.no_sample,
            options: &["more"],
            why: "are for the sample, and --no-sample runs none",
            hint: "",
        },
    ])
}

fn work(options: &Options, given: &Given) -> Result<Work> {
    if options.input == Path::new("-")
        || (options.input.exists() && !options.input.is_file() && !options.input.is_dir())
    {
        return Err(Error::usage("a plan needs a file: it is read here, and again by every shard"));
    }
    let mut input = read::open_even_empty(&options.input)?;
    // A file without reads is cut into shards without reads.
    if let Some((names::Named::Fastq, _)) = names::Named::of(&options.input) {
        input = input.empty_is(Format::Fastq, &[])?;
    }
    check_given(options, given, input.format)?;
    match input.format {
        // Nothing is a FASTA file without contigs.
        Format::Fasta | Format::Empty => windows(options, input),
        Format::Vcf | Format::Bcf => {
            drop(input);
            variants(options)
        }
        Format::Bam | Format::Cram | Format::Sam | Format::Fastq => {
            drop(input);
            reads(options)
        }
        Format::Unknown => Err(input.unknown("FASTA, variants or reads")),
    }
}

/// Distance between windows.
fn step(options: &Options) -> Result<u64> {
    if let Some(name) = options.model.strip_prefix("exact:") {
        let task = Task::parse(name).map_err(|why| Error::usage(format!("-m {}: {why}", options.model)))?;
        let window = options.window.or(matches!(task, Task::GcContent).then_some(1000));
        return Ok(window.map_or(1, |window| options.stride.unwrap_or(window)));
    }
    let card = registry::find(&options.model, options.models_dir.as_ref())?.card()?;
    if card.kind == Kind::Generate {
        return Err(Error::model(&card.name, "it answers prompts, not windows")
            .with_hint("genogloss ask --shard i/n needs no plan"));
    }
    if card.kind == Kind::Track && options.stride.is_some_and(|stride| stride < card.window.core) {
        return Err(Error::usage("the stride of a track cannot be less than its core"));
    }
    Ok(options.stride.unwrap_or(card.window.stride))
}

/// Windows with a known base in the step they begin with.
fn windows(options: &Options, input: read::Input) -> Result<Work> {
    let step = step(options)?;
    let (mut contigs, mut pieces) = (Contigs::default(), Vec::<Piece>::new());
    let (mut at, mut repeated) = (0u64, None);
    fasta::stream(input, |event| {
        match event {
            fasta::Event::Contig(_) => at = 0,
            fasta::Event::Bases(mut bases) => {
                while !bases.is_empty() {
                    let window = at / step;
                    let here = (((window + 1) * step - at) as usize).min(bases.len());
                    let (these, rest) = bases.split_at(here);
                    if known_count(these) > 0 {
                        let contig = contigs.count();
                        match pieces.last_mut() {
                            Some(piece) if piece.contig == contig && piece.last == window + 1 => {}
                            Some(piece) if piece.contig == contig && piece.last == window => piece.last += 1,
                            _ => pieces.push(Piece { contig, first: window, last: window + 1, weight: 1 }),
                        }
                    }
                    at += here as u64;
                    bases = rest;
                }
            }
            fasta::Event::End(contig) => {
                if !contigs.push(contig.name.clone(), contig.length) {
                    repeated = Some(contig.name);
                }
            }
        }
        Ok(())
    })?;
    if let Some(name) = repeated {
        return Err(Error::input(options.input.display(), format!("contig \"{name}\" is there twice")));
    }
    Ok(Work { command: "scan", unit: "windows", contigs, step, pieces, scale: 1 })
}

/// Counts by contig and bin: as many as there are bins with something in them, wherever they lie.
#[derive(Default)]
struct Bins {
    counts: BTreeMap<(usize, u64), u64>,
    /// The bin of the last one and its count: neighbours come together.
    last: ((usize, u64), u64),
}

impl Bins {
    fn add(&mut self, contig: usize, position: u64) {
        let at = (contig, position / BIN);
        if self.last.0 != at {
            self.flush();
            self.last = (at, 0);
        }
        self.last.1 += 1;
    }

    fn flush(&mut self) {
        if self.last.1 > 0 {
            *self.counts.entry(self.last.0).or_default() += self.last.1;
        }
    }

    fn pieces(mut self, contigs: &Contigs) -> Vec<Piece> {
        self.flush();
        let mut lengths = contigs.iter().map(|contig| contig.len).enumerate().peekable();
        let mut pieces = Vec::with_capacity(self.counts.len());
        for ((contig, bin), count) in self.counts {
            while lengths.next_if(|(id, _)| *id < contig).is_some() {}
            let length = lengths.peek().map_or(0, |(_, length)| *length);
            let first = bin * BIN;
            let last = (first + BIN).min(length.max(first + 1));
            // So much a base that the bin has its count, in units of 1 / BIN^2.
            pieces.push(Piece { contig, first, last, weight: (count * BIN * BIN / (last - first)).max(1) });
        }
        pieces
    }
}

fn variants(options: &Options) -> Result<Work> {
    let reference = options.reference.as_deref().ok_or_else(|| {
        Error::usage("variants are scored with their reference").with_hint("give it as for the run: -f genome.fa")
    })?;
    let reference = Reference::open(reference)?;
    let variants = Variants::open(&options.input)?;
    let aliases = options.contig_aliases.as_deref().map(Aliases::read).transpose()?.unwrap_or_default();
    let contigs = crate::variants::contigs_to_cut(&variants, &reference, &aliases);
    let mut bins = Bins::default();
    let place = variants.place().to_string();
    let _ = variants.read(|record| {
        let name = aliases.resolve(record.contig());
        let contig = contigs.require(name, &place, "the header")?;
        bins.add(contigs.id(name).unwrap_or_default(), record.position.min(contig.len));
        Ok(())
    })?;
    let pieces = bins.pieces(&contigs);
    Ok(Work { command: "variants", unit: "variants", contigs, step: 1, pieces, scale: BIN * BIN })
}

fn reads(options: &Options) -> Result<Work> {
    let alignments = Alignments::open(&options.input, options.reference.as_deref())?;
    let (sorted, header, mut contigs) =
        (alignments.is_sorted(), alignments.header.for_decoding(), alignments.contigs().clone());
    let (mut bins, mut count) = (Bins::default(), 0);
    let _ = alignments.read(None, |record| {
        count += 1;
        if sorted && let Some((contig, position)) = crate::reads::first_base(&header, &record) {
            let length = contigs.get(contig).map_or(0, |contig| contig.len);
            bins.add(contigs.id(contig).unwrap_or_default(), position.min(length));
        }
        Ok(())
    })?;
    if sorted {
        // Reads without a place belong to the last shard, whatever the cuts are.
        let pieces = bins.pieces(&contigs);
        return Ok(Work { command: "reads", unit: "reads", contigs, step: 1, pieces, scale: BIN * BIN });
    }
    contigs = Contigs::default();
    contigs.push(RECORDS, count);
    let pieces = vec![Piece { contig: 0, first: 0, last: count, weight: 1 }];
    Ok(Work { command: "reads", unit: "reads", contigs, step: 1, pieces, scale: 1 })
}

/// What one unit of work takes.
struct Sample {
    threads: u64,
    /// Seconds before the first unit.
    start: f64,
    seconds: f64,
    bytes: f64,
    /// Of the whole process.
    memory: Option<f64>,
}

/// Runs this program on a part from the middle of the work: larger and larger ones, until it takes a second.
fn sample(options: &Options, work: &Work, total: u64) -> Result<Sample> {
    let program = std::env::current_exe().map_err(|error| Error::Internal(format!("this program: {error}")))?;
    let folder = TemporaryFolder::make_in(&std::env::temp_dir(), "genogloss-plan-")?;
    measure(options, work, total, &program, folder.path())
}

fn measure(options: &Options, work: &Work, total: u64, program: &Path, folder: &Path) -> Result<Sample> {
    let output = folder.join("sample");
    let mut units = 64;
    loop {
        let count = u32::try_from((total / units).clamp(1, 1_000_000)).unwrap_or(1);
        let cuts = Cuts::of(&work.contigs, work.step, &work.pieces, count);
        let shard = Shard { index: count / 2 + 1, count };
        let bed = folder.join("sample.bed");
        std::fs::write(&bed, cuts.territory(shard.index).to_bed()).map_err(|e| Error::write(bed.display(), &e))?;
        let mut command = Command::new(program);
        command.arg(work.command).arg(&options.input).arg("--model").arg(&options.model).arg("--shard").arg(&bed);
        command.arg("--output").arg(&output).arg("--quiet");
        if let Some(folder) = &options.models_dir {
            command.arg("--models-dir").arg(folder);
        }
        if let Some(reference) = &options.reference {
            command.arg("--reference").arg(reference);
        }
        if let Some(aliases) = options.contig_aliases.as_ref().filter(|_| work.command == "variants") {
            command.arg("--contig-aliases").arg(aliases);
        }
        for (name, value) in [("--stride", options.stride), ("--window", options.window)] {
            if let Some(value) = value.filter(|_| work.command != "variants") {
                command.arg(name).arg(value.to_string());
            }
        }
        if let Some(threads) = options.threads {
            command.arg("--threads").arg(threads.to_string());
        }
        command.args(&options.more);
        let begun = std::time::Instant::now();
        let ended = child::run(&mut command)?.map_err(|error| Error::Internal(format!("the sample: {error}")))?;
        let all = begun.elapsed().as_secs_f64();
        if !ended.status.success() {
            let said = ended.said.trim();
            let said = said.strip_prefix("error: ").unwrap_or(said);
            return Err(Error::input("the sample", said.replace('\n', "; "))
                .with_hint("options of the run go behind --; --no-sample makes the plan without measuring"));
        }
        let bytes = std::fs::read(Manifest::path(&output)).map_err(|e| Error::read(&output, &e))?;
        let manifest: Value = serde_json::from_slice(&bytes).map_err(|e| Error::Internal(e.to_string()))?;
        let number = |path: &[&str]| path.iter().fold(&manifest, |value, key| &value[*key]).as_f64();
        let wall = number(&["seconds", "wall"]).unwrap_or(0.0);
        let done = number(&["counts", "queries"]).unwrap_or(0.0);
        if (wall < 1.0 && units < total && count > 1) || done == 0.0 && count > 1 {
            units *= 8;
            continue;
        }
        let size = std::fs::metadata(&output).map_or(0, |m| m.len());
        return Ok(Sample {
            threads: manifest["threads"].as_u64().unwrap_or(1),
            start: (all - wall).max(0.0),
            seconds: wall / done.max(1.0),
            bytes: size as f64 / done.max(1.0),
            memory: number(&["peak_memory_bytes"]),
        });
    }
}
