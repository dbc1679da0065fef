//! A table of facts from a knowledge base, with its manifest if it is written to a file.

use std::{path::Path, sync::atomic::Ordering, time::Instant};

use super::{base::Base, schema::FORMAT};
use crate::{
    counts::Counts,
    error::{Error, Result},
    interrupt::INTERRUPTED,
    model::engine::EngineReport,
    output::{
        Output, OutputSettings,
        column::{Column, commented_header},
        manifest::{ModelReport, Settings, digest},
    },
    read::{self, InputReport},
    session::{About, Finished, Layout, NothingScored, Parts, Request, Session, Target, load::announce, wall},
    skip::Skip,
};

/// The knowledge base as the model of a manifest.
pub(crate) fn report(base: &Path) -> Result<ModelReport> {
    Ok(ModelReport {
        name: "genes".into(),
        version: FORMAT.to_string(),
        sha256: Some(digest(base)?),
        card_sha256: None,
        license: "of each source: genogloss genes sources".into(),
        engine: EngineReport {
            engine: "knowledge base".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            device: "cpu".into(),
        },
    })
}

/// What a run with a knowledge base is about. If nothing is found, the lines say why: no warning is logged.
pub(super) fn about(base: &Path, threads: usize, settings: Settings) -> Result<About> {
    Ok(About { if_nothing_scored: NothingScored::Silent, ..About::new(report(base)?, threads, settings) })
}

/// What a table is made of and where it goes.
pub(crate) struct LookupRequest<'a> {
    /// The knowledge base.
    pub(crate) base: &'a Base,
    /// The input, if the names come from a file.
    pub(crate) input: Option<&'a Path>,
    /// Where the table goes.
    pub(crate) target: Target,
}

/// A table that is being written.
pub(super) struct Lookup {
    output: Output,
    counts: Counts,
    /// A file has a manifest; a table on the screen stands alone.
    session: Option<Session>,
    started: Instant,
}

impl Lookup {
    /// Begins a table of these columns with its header. An output that is an input, or the knowledge base, is refused.
    pub(super) fn begin(
        request: LookupRequest<'_>,
        threads: usize,
        settings: Settings,
        columns: &[Column],
    ) -> Result<Self> {
        let LookupRequest { base, input, target } = request;
        let inputs: Vec<&Path> = input.into_iter().collect();
        Self::begin_many(base, &inputs, target, threads, settings, columns)
    }

    /// The same, of several inputs, or none.
    pub(super) fn begin_many(
        base: &Base,
        inputs: &[&Path],
        target: Target,
        threads: usize,
        mut settings: Settings,
        columns: &[Column],
    ) -> Result<Self> {
        base.filter().note(&mut settings);
        let header = commented_header(columns);
        let input = inputs.first().map_or("the command line".into(), |path| read::place(path));
        let layout = Layout::table(input, columns);
        let inputs: Vec<&Path> = inputs.iter().copied().chain([base.place()]).collect();
        let is_file = target.manifest.is_some() || target.path.as_deref().is_some_and(|path| path != Path::new("-"));
        let request = Request::new(&inputs, target, Parts::default())?;
        let started = Instant::now();
        let (output, session) = if is_file {
            announce();
            let session = request.begin(about(base.place(), threads, settings)?)?;
            (session.create(&layout, header.as_bytes())?, Some(session))
        } else {
            let Target { path, index: kind, .. } = request.target;
            let Layout { indexed, longest, input, .. } = layout;
            let settings = OutputSettings { path, indexed, kind, longest, bgzf: false, input, resume: None };
            let mut output = Output::create(&settings)?;
            output.write_all(header.as_bytes())?;
            (output, None)
        };
        Ok(Self { output, counts: Counts::default(), session, started })
    }

    /// Writes a line, given with its end.
    pub(super) fn line(&mut self, line: &str) -> Result<()> {
        if INTERRUPTED.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        self.counts.rows += 1;
        self.output.write_all(line.as_bytes())
    }

    /// Counts a name that was looked up, or the reason why there is no answer.
    pub(super) fn answered(&mut self, skipped: Option<Skip>) {
        self.counts.records_in += 1;
        self.counts.queries += 1;
        self.counts.query_written(skipped);
    }

    /// Completes the table; a file gets its name and its manifest.
    pub(super) fn finish(self, input: Option<InputReport>) -> Result<()> {
        self.finish_all(input.into_iter().collect())
    }

    /// The same, of several inputs.
    pub(super) fn finish_all(self, inputs: Vec<InputReport>) -> Result<()> {
        let Self { output, counts, session, started } = self;
        let Some(session) = session else { return output.finish() };
        let timings = wall(started.elapsed());
        session.finish(Finished { counts, timings, inputs, ..Finished::default() }, || output.seal())
    }
}

/// A field of a table: tabs and line ends become blanks; an empty text becomes `.`.
pub(super) fn cell(text: &str) -> String {
    if text.is_empty() { ".".into() } else { text.replace(['\t', '\n', '\r'], " ") }
}

/// The same for a text that may be missing.
pub(super) fn optional_cell(text: Option<&str>) -> String {
    cell(text.unwrap_or_default())
}
