//! Loading a model for a run: from its folder or built into the program, with its licence checked, on the chosen engine and device.

use std::{path::PathBuf, sync::Arc};

use crate::{
    error::{Error, Result},
    exact::Task,
    head::Shape,
    model::{
        Answerer, Form,
        answer::Chosen,
        card::{Card, StrandRule},
        change,
        device::Device,
        engine::EngineReport,
        engines::EngineChoice,
        exact::{self, Exact},
        folder::Folder,
        language::Asked,
        network::{self, Ready},
        registry,
    },
    output::manifest::ModelReport,
    pipeline,
    tokenize::Encoder,
};

/// Where models are found, and how they run.
#[derive(Clone, Debug)]
pub(crate) struct EngineSettings {
    /// A folder of model folders that is searched first.
    pub models_dir: Option<PathBuf>,
    /// The user may use a model whose licence forbids commercial use.
    pub accept_license: bool,
    /// The engine that runs networks.
    pub engine: EngineChoice,
    /// The device that networks run on.
    pub device: Device,
    /// Threads of the run, all together; `None`: one for each core.
    pub threads: Option<u16>,
    /// Windows gathered before a session runs them.
    pub batch_rows: u32,
}

/// Which model, and how it runs.
#[derive(Clone, Debug)]
pub(crate) struct ModelSettings {
    /// A name, a folder, or `exact:TASK`.
    pub model: String,
    /// How it runs.
    pub engine: EngineSettings,
}

/// What answers: a network by its card, or a function.
pub(crate) enum Kind {
    /// A network.
    Network(Box<Card>),
    /// A function.
    Exact(Task),
}

/// A model, ready to run.
pub(crate) struct LoadedModel {
    /// What it is.
    pub kind: Kind,
    /// The form of its answers.
    pub form: Form,
    /// Settings of the pipeline that suit the model.
    pub pipeline: pipeline::Settings,
    /// One for each session.
    pub sessions: Vec<Box<dyn Answerer>>,
    /// The model in the manifest.
    pub report: ModelReport,
    /// Threads of the run, all together.
    pub threads: usize,
    /// Stretches that changes are made in begin and end at multiples of so many bases, but for the context.
    pub period: u64,
}

impl LoadedModel {
    /// Keeps the scores that names or patterns of `--column` are about, in the model's order; all of them, if there is none. The strand of an
    /// answer is that of all scores.
    pub(crate) fn keep_columns(&mut self, patterns: &[String]) -> Result<()> {
        if patterns.is_empty() {
            return Ok(());
        }
        let columns = self.form.chosen_columns(patterns, &self.report.name)?;
        let sessions = std::mem::take(&mut self.sessions);
        let of = self.form.columns.len();
        self.sessions = sessions.into_iter().map(|session| Chosen::boxed(session, &columns, of)).collect();
        self.form.keep(&columns);
        self.pipeline.shape = self.form.shape;
        Ok(())
    }
}

/// What a model is asked to answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Windows, on the strands that the card names.
    Windows,
    /// Rows as they are given: the caller gives both strands if the card wants them.
    Rows,
    /// Changes of sequences, for scores by gene.
    Changes,
}

/// The first line of the log: version and command line.
pub(crate) fn announce() {
    let command: Vec<String> = std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned()).collect();
    tracing::info!("genogloss {} {}", env!("CARGO_PKG_VERSION"), command.join(" "));
}

/// Threads of the run, all together: as many as were asked for, or one for each core. Work outside of the pipeline is limited to them too.
pub(crate) fn limit_threads(asked: Option<u16>) -> usize {
    let count = asked.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    // A second call finds the pool in place, with the same number.
    let _ = rayon::ThreadPoolBuilder::new()
        .num_threads(count)
        .thread_name(|number| format!("compute-{number}"))
        .build_global();
    count
}

/// Logs the command and loads a model to answer windows.
pub(crate) fn windows(settings: &ModelSettings) -> Result<LoadedModel> {
    load(settings, Purpose::Windows, None)
}

/// Logs the command and loads a model. `strand` replaces the card's rule.
pub(crate) fn load(settings: &ModelSettings, purpose: Purpose, strand: Option<StrandRule>) -> Result<LoadedModel> {
    announce();
    let threads = limit_threads(settings.engine.threads);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| Error::Internal(format!("threads: {error}")))?;
    let pipeline = pipeline::Settings {
        encoder: None,
        batch_rows: settings.engine.batch_rows as usize,
        group: 1,
        shape: Shape { bins: 1, columns: 0 },
        computed: 0,
        pool: Arc::new(pool),
    };
    match settings.model.strip_prefix("exact:") {
        Some(name) => function(&settings.model, name, purpose, pipeline, threads),
        None => network(settings, purpose, strand, pipeline, threads),
    }
}

fn function(
    model: &str,
    name: &str,
    purpose: Purpose,
    mut pipeline: pipeline::Settings,
    threads: usize,
) -> Result<LoadedModel> {
    if purpose == Purpose::Changes {
        return Err(Error::usage(format!("-m {model} does not score by gene")).with_hint("omit --genes"));
    }
    let task = Task::parse(name).map_err(|problem| Error::usage(format!("-m {model}: {problem}")))?;
    let form = exact::form(&task);
    (pipeline.shape, pipeline.computed) = (form.shape, form.shape.len());
    let sessions = (0..threads)
        .map(|_| Task::parse(name).map(|task| Box::new(Exact(task)) as Box<dyn Answerer>))
        .collect::<Result<Vec<_>, _>>()
        .map_err(Error::usage)?;
    let version = env!("CARGO_PKG_VERSION");
    let report = ModelReport {
        name: model.into(),
        version: version.into(),
        sha256: None,
        card_sha256: None,
        license: "MIT OR Apache-2.0".into(),
        engine: EngineReport { engine: "exact".into(), version: version.into(), device: "cpu".into() },
    };
    Ok(LoadedModel { kind: Kind::Exact(task), form, pipeline, sessions, report, threads, period: 1 })
}

fn network(
    settings: &ModelSettings,
    purpose: Purpose,
    strand: Option<StrandRule>,
    mut pipeline: pipeline::Settings,
    threads: usize,
) -> Result<LoadedModel> {
    let options = &settings.engine;
    let folder = registry::find(&settings.model, options.models_dir.as_ref())?;
    let mut card = folder.card()?;
    card.strand = strand.unwrap_or(card.strand);
    if card.non_commercial && !options.accept_license {
        return Err(Error::model(&card.name, format!("its licence, {}, forbids commercial use", card.license))
            .with_hint("add --accept-license if you may use it"));
    }
    if purpose == Purpose::Rows {
        card = card.of_alleles();
    }
    // The card that the networks run by.
    let mut run = card.clone();
    if purpose == Purpose::Rows {
        run.strand = StrandRule::Forward;
    }
    let Opened { sessions, engine, rows, period } = open(&folder, &card, &run, purpose, options, threads)?;
    let encoder = Encoder::new(&run, &folder, rows)?;
    // Whole groups of rows: a batch that ends within a group would run padding.
    pipeline.group = (rows / encoder.rows_per_window()).max(1);
    pipeline.batch_rows = pipeline.batch_rows.div_ceil(pipeline.group) * pipeline.group;
    tracing::info!(
        "model {} {} ({}), {} {} on {}",
        card.name,
        card.version,
        card.license,
        engine.engine,
        engine.version,
        engine.device
    );
    tracing::debug!(
        "sessions: {}; windows of a batch: {}; windows of a call: {}",
        sessions.len(),
        pipeline.batch_rows,
        pipeline.group
    );
    let form = network::form(&card);
    (pipeline.shape, pipeline.computed) = (form.shape, form.shape.len());
    pipeline.encoder = Some(Arc::new(encoder));
    let report = ModelReport {
        name: card.name.clone(),
        version: card.version.clone(),
        sha256: card.networks_digest(),
        card_sha256: Some(card.sha256.clone()),
        license: card.license.clone(),
        engine,
    };
    Ok(LoadedModel { kind: Kind::Network(Box::new(card)), form, pipeline, sessions, report, threads, period })
}

/// Networks that are loaded.
struct Opened {
    sessions: Vec<Box<dyn Answerer>>,
    engine: EngineReport,
    /// Rows of one call.
    rows: usize,
    /// See [`LoadedModel`].
    period: u64,
}

/// Opens one session for each thread (one for a GPU), and says how many rows one call of the engine runs.
fn open(
    folder: &Folder,
    card: &Card,
    run: &Card,
    purpose: Purpose,
    options: &EngineSettings,
    threads: usize,
) -> Result<Opened> {
    let (count, batch) = match options.device {
        Device::Cpu => (threads, None),
        // A GPU is fed by one session, with whole batches.
        Device::Cuda(_) => (1, Some(options.batch_rows as usize)),
    };
    let (sessions, engine, fixed, period) = if purpose == Purpose::Changes {
        if card.variants.changes.is_none() {
            return Err(Error::usage(format!("{} does not score by gene", card.name))
                .with_hint("omit --genes, or use a model that does: genogloss models import spliceai"));
        }
        let ready = change::load(folder, run, options.engine, options.device, count)?;
        (ready.answerers, ready.report, None, ready.period as u64)
    } else {
        let strands = if card.strand == StrandRule::Forward { 1 } else { 2 };
        let asked = if purpose == Purpose::Rows { Asked::Alleles { strands } } else { Asked::Windows };
        let Ready { answerers, report, rows } =
            network::load_to_answer(folder, run, options.engine, options.device, (count, asked))?;
        (answerers, report, rows, 1)
    };
    let rows = card.run.call_rows(fixed, batch);
    Ok(Opened { sessions, engine, rows, period })
}
