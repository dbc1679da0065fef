//! A run of `genogloss ask`: all prompts of the input are answered.

use std::{path::PathBuf, sync::Arc};

use super::{columns::ANSWERS, input::PromptInput, panel::Panel, reader::PromptReader, table::header};
use crate::{
    error::Result,
    output::manifest::{ModelReport, Settings},
    session::{About, Layout, NothingScored, OutputWriter, Request, Session, load::limit_threads, part},
};

/// How a run of prompts is done.
pub(crate) struct RunSettings {
    /// Threads of the run, all together; `None`: one for each core.
    pub(crate) threads: Option<u16>,
    /// Prompts that are gathered before a session answers them.
    pub(crate) batch_rows: usize,
    /// The FASTA file of the intervals of a BED file.
    pub(crate) reference: Option<PathBuf>,
    /// Options that the answers depend on.
    pub(crate) options: Settings,
}

/// Answers all prompts, and writes the table of answers.
pub(crate) fn answer_prompts(
    request: Request,
    prompts: PromptInput,
    panel: Arc<Panel>,
    settings: RunSettings,
) -> Result<()> {
    let threads = limit_threads(settings.threads);
    let batch_rows = settings.batch_rows;
    let session = begin(request, &prompts, panel.report()?, threads, settings)?;
    let output = session.create(&Layout::table(prompts.source.place(), ANSWERS), header().as_bytes())?;
    let counts = session.counts(std::iter::once("confidence"));
    let reader = PromptReader { prompts, panel: Arc::clone(&panel), territory: session.territory().cloned() };
    let sessions = (0..threads).map(|_| panel.session()).collect();
    let pipeline = panel.pipeline_settings(batch_rows);
    session.run_sessions(&pipeline, sessions, reader, OutputWriter { output, counts })
}

/// Begins a run over the prompts, or over those of its shard.
pub(super) fn begin(
    request: Request,
    prompts: &PromptInput,
    report: ModelReport,
    threads: usize,
    settings: RunSettings,
) -> Result<Session> {
    let mut about = About::new(report, threads, settings.options);
    about.reference = settings.reference;
    about.unit = "prompts";
    let place = prompts.source.place();
    about.territory = match &request.parts.shard {
        Some(choice) => Some(part::of_records(choice, prompts.count()?, &place, "prompts")?),
        None => None,
    };
    about.if_nothing_scored = NothingScored::Fail(place);
    request.begin(about)
}
