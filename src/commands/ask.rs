//! `genogloss ask`: prompts and their answers.

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    EngineOptions, OutputOptions, RunOptions,
    evidence::EvidenceOptions,
    given::{self, Given, NotFor},
    say,
};
use crate::{
    error::{Error, Result},
    generate::{Sampling, Strategy},
    genes::base::default_path,
    model::registry,
    output::{
        manifest::{ModelReport, Settings},
        names::{self, Named, Writes},
    },
    pipeline,
    prompts::{
        input::{PromptInput, Source, Template},
        panel::{AnswerWith, Panel, Settings as PanelSettings},
        run::{RunSettings, answer_prompts},
        table, tasks,
        vectors::write_vectors,
    },
    session::{Request, load},
};

/// Answer prompts ("SEQ, key = value, task =") and plain questions.
///
/// Prompts are written in GenomicLLM's grammar, which also holds GP-GPT's questions. A line without = is a plain question: the column
/// understood shows the prompt that it was understood as. Each task is answered by the best available method: a
/// definition, a built-in classifier, the knowledge base of genogloss genes, or the language model. Prompts are arguments, lines of a file
/// (or a table with a column "prompt") or of standard input, or are made from the records of a FASTA or BED file and --task. One line per
/// prompt is written, in the order of the input, with the answer or the reason why there is none.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss ask \"AGCAGCC, reverse complementary sequence =\" \"symbol=LINC01409, annotation:description =\"
  genogloss ask \"disease=Marfan syndrome, genes =\" \"gene=FBN1, phenotype=Arachnodactyly, relation =\"
  genogloss ask \"Which genes cause Marfan syndrome?\" \"translate ATGGCC\"
  genogloss ask -i prompts.txt -o answers.tsv
  genogloss ask -i genes.fa --task \"gene biotype\" -o biotypes.tsv
  genogloss ask -i peaks.bed -f genome.fa --task enhancer --with annotation=cohn
  genogloss ask -i names.txt --vectors names.parquet

Tasks: genogloss ask --tasks; columns: genogloss columns ask")]
pub(super) struct Options {
    /// Prompts.
    prompts: Vec<String>,
    /// File of prompts, FASTA or BED; `-` is standard input.
    #[arg(short, long, value_name = "FILE", conflicts_with = "prompts", help_heading = "Input")]
    input: Option<PathBuf>,
    /// Task for the sequences of a FASTA or BED file, and for lines that are not prompts.
    #[arg(long, value_name = "TASK", help_heading = "Input")]
    task: Option<String>,
    /// Key and value to add to every prompt.
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair, help_heading = "Input")]
    with: Vec<(String, String)>,
    /// FASTA file of the intervals of a BED file; an interval on strand - is reverse-complemented.
    #[arg(short = 'f', long, value_name = "FASTA", requires = "input", help_heading = "Input")]
    reference: Option<PathBuf>,
    /// List all tasks, with one prompt each. The list is a table of prompts that -i accepts.
    #[arg(long)]
    tasks: bool,
    /// Methods that answer.
    #[arg(long, value_enum, default_value = "best", help_heading = "Answers")]
    answer_with: AnswerWith,
    /// Language model: a name or a folder.
    #[arg(short, long, value_name = "MODEL", default_value = registry::LANGUAGE, help_heading = "Answers")]
    model: String,
    /// Knowledge base of genes, for questions about genes, diseases and phenotypes. Default: the file that genogloss genes build writes.
    #[arg(short, long = "knowledge-base", alias = "base", value_name = "FILE", help_heading = "Answers")]
    base: Option<PathBuf>,
    #[command(flatten)]
    evidence: EvidenceOptions,
    /// Read sequences that are longer than a classifier's window in several windows: for yes or no the best window decides, else the mean.
    #[arg(long, help_heading = "Answers")]
    chunk: bool,
    /// Language model: beam search with this many beams. Default: 8 for complete the blank,
    /// else 1. [1, 64]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64), help_heading = "Answers")]
    beams: Option<u16>,
    /// Language model: sample tokens at this temperature. 0: always take the most probable token. [0, 10]
    #[arg(long, value_name = "T", default_value_t = 0.0, value_parser = temperature, conflicts_with = "beams", help_heading = "Answers")]
    temperature: f32,
    /// With --temperature: sample only from this many of the most probable tokens; 0: all.
    #[arg(long, value_name = "K", default_value_t = 0, help_heading = "Answers")]
    top_k: usize,
    /// With --temperature: seed of the random numbers. The same seed gives the same answer to the same prompt.
    #[arg(long, value_name = "SEED", default_value_t = 0, help_heading = "Answers")]
    seed: u64,
    /// Language model: maximum length of an answer, in tokens. Default: the model's. [1, 65536]
    #[arg(long, value_name = "TOKENS", value_parser = clap::value_parser!(u32).range(1..=65536), help_heading = "Answers")]
    max_tokens: Option<u32>,
    /// Instead of answers: the vector of each prompt or name (the mean of the language model's last hidden states), as Parquet.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    vectors: Option<PathBuf>,
    #[command(flatten)]
    engine: EngineOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    run: RunOptions,
}

/// Identifiers of the options that do not apply to vectors.
const VECTORS_REFUSE: &[&str] = &[
    "answer_with",
    "base",
    "min_evidence",
    "source",
    "chunk",
    "beams",
    "temperature",
    "top_k",
    "seed",
    "max_tokens",
    "output",
];

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() && !key.contains(',') && !value.contains('=') => {
            Ok((key.trim().into(), value.trim().into()))
        }
        _ => Err("a key and its value: annotation=cohn".into()),
    }
}

fn temperature(text: &str) -> Result<f32, String> {
    text.parse().ok().filter(|t| (0.0..=10.0).contains(t)).ok_or_else(|| "a number from 0 to 10".into())
}

/// The prompts that the options name.
fn source(options: &Options) -> Result<Source> {
    if !options.prompts.is_empty() {
        return Ok(Source::Arguments(options.prompts.clone()));
    }
    match &options.input {
        Some(path) => Ok(Source::File(path.clone(), options.reference.clone())),
        None if std::io::stdin().is_terminal() => Err(Error::usage("no prompt was given")
            .with_hint("genogloss ask \"AGCAGCC, GC content =\", or -i FILE; --tasks lists the tasks")),
        None => Ok(Source::File("-".into(), None)),
    }
}

pub(super) fn run(options: Options, given: &Given) -> Result<()> {
    let others: Vec<&str> = given.ids().filter(|id| !["tasks", "quiet", "verbose"].contains(id)).collect();
    given.check(&[
        NotFor {
            when: options.tasks,
            options: &others,
            why: "has no effect with --tasks, which only lists the tasks",
            hint: "",
        },
        NotFor {
            when: options.temperature == 0.0,
            options: &["top_k", "seed"],
            why: "is for tokens that are sampled",
            hint: "--temperature T, above 0",
        },
        NotFor {
            when: options.vectors.is_some(),
            options: VECTORS_REFUSE,
            why: "is for answers, and --vectors writes none",
            hint: "remove it",
        },
        given::checkpoint(options.run.resume.is_some()),
    ])?;
    options.output.check_table(given)?;
    if let Some(path) = &options.vectors {
        names::decide(Some(path), None, (), &[Writes::plain((), Named::Parquet)])?;
        names::needs_file(true, Some(path))?;
        if !names::is_parquet(Some(path)) {
            return Err(Error::usage("--vectors writes Parquet").with_hint("--vectors FILE.parquet"));
        }
    }
    if options.tasks {
        return say(table::list_of_tasks().as_bytes());
    }
    if let Some(task) = &options.task {
        tasks::find_with_key(task).map_err(Error::usage)?;
    }
    let source = source(&options)?;
    let inputs: Vec<&Path> = [options.input.as_deref(), options.reference.as_deref()].into_iter().flatten().collect();
    let mut target = options.output.target();
    target.path = options.vectors.clone().or(target.path);
    let request = Request::new(&inputs, target, options.run.parts())?;
    // A file that cannot be read is refused before anything is written.
    source.check()?;
    let template = Template { task: options.task.clone(), values: options.with.clone() };
    let settings = RunSettings {
        threads: options.engine.threads,
        batch_rows: options.engine.batch_rows as usize,
        reference: options.reference.clone(),
        options: manifest_settings(&options),
    };
    let prompts = PromptInput { source, template };
    if options.vectors.is_some() {
        return write_vectors(request, prompts, &options.model, &options.engine.settings(), settings);
    }
    load::announce();
    let panel = Arc::new(Panel::new(panel_settings(&options))?);
    answer_prompts(request, prompts, panel, settings)
}

fn panel_settings(options: &Options) -> PanelSettings {
    let base = options.base.clone().or_else(|| default_path().ok().filter(|path| path.is_file()));
    let strategy = match options.beams {
        None if options.temperature > 0.0 => {
            let (temperature, top_k, seed) = (options.temperature, options.top_k, options.seed);
            Some(Strategy::Sample(Sampling { temperature, top_k, seed }))
        }
        None => None,
        Some(1) => Some(Strategy::Greedy),
        Some(beams) => Some(Strategy::Beam(usize::from(beams))),
    };
    PanelSettings {
        with: options.answer_with,
        language: options.model.clone(),
        strategy,
        max_tokens: options.max_tokens.map(|tokens| tokens as usize),
        chunk: options.chunk,
        models_dir: options.engine.models_dir.clone(),
        accept_license: options.engine.accept_license,
        engine: options.engine.engine,
        device: options.engine.device,
        base,
        evidence: options.evidence.filter(),
    }
}

/// What a run of a panel needs: its name in the manifest, threads, and the pipeline's settings.
pub(super) fn prepare(engine: &EngineOptions, panel: &Panel) -> Result<(ModelReport, usize, pipeline::Settings)> {
    let threads = load::limit_threads(engine.threads);
    Ok((panel.report()?, threads, panel.pipeline_settings(engine.batch_rows as usize)))
}

/// The options that the answers, or the vectors, depend on.
fn manifest_settings(options: &Options) -> Settings {
    let mut settings = Settings::new("ask");
    if options.vectors.is_some() {
        settings.put("vectors", "mean");
    }
    settings.put("answer_with", format!("{:?}", options.answer_with).to_lowercase());
    settings.put("model", &options.model);
    settings.put("task", &options.task);
    settings.put("with", &options.with);
    settings.put("prompts", &options.prompts);
    settings.put("chunk", options.chunk);
    settings.put("beams", options.beams);
    settings.put("temperature", options.temperature);
    settings.put("top_k", options.top_k);
    settings.put("seed", options.seed);
    settings.put("max_tokens", options.max_tokens);
    options.evidence.filter().note(&mut settings);
    settings
}
