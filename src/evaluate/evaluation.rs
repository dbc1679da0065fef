//! What an evaluation hands to the command: its tables and page, and what the manifest tells of the run.

use std::path::Path;

use super::{
    page::Page,
    sets::{SetMetrics, curve_table},
};
use crate::{
    counts::Counts,
    error::Result,
    model::{Answerer, Form, card::Card},
    output::{Indexed, Output, OutputSettings, Sealed, manifest::Settings},
    pipeline::{self, Timings},
    read::{self, InputReport, fasta::ContigReport},
};

/// A network that is ready to run, one session per thread.
pub(crate) struct Network {
    /// The model's card.
    pub(crate) card: Card,
    /// Names and shape of its scores.
    pub(crate) form: Form,
    /// Encoder, batch size and threads.
    pub(crate) pipeline: pipeline::Settings,
    /// The sessions.
    pub(crate) sessions: Vec<Box<dyn Answerer>>,
}

/// The result of an evaluation.
pub(crate) struct Evaluation {
    /// The table (TSV) with its header line.
    pub(crate) table: String,
    /// Metrics and curves of each judged set.
    pub(crate) sets: Vec<SetMetrics>,
    /// The page, where there is one.
    pub(crate) page: Option<Page>,
    /// What was counted.
    pub(crate) counts: Counts,
    /// Seconds of each stage.
    pub(crate) timings: Timings,
    /// The files that were read.
    pub(crate) inputs: Vec<InputReport>,
    /// The contigs of the reference that were used.
    pub(crate) contigs: Vec<ContigReport>,
    /// The options that the metrics depend on.
    pub(crate) settings: Settings,
}

/// The files of an evaluation.
pub(crate) struct Files<'a> {
    /// The table; `None` or `-`: standard output.
    pub(crate) table: Option<&'a Path>,
    /// The page.
    pub(crate) html: Option<&'a Path>,
    /// Calls at every threshold.
    pub(crate) curve: Option<&'a Path>,
    /// The judged input, for messages.
    pub(crate) input: &'a Path,
}

impl Files<'_> {
    /// Writes table, page and curve under temporary names: all get their own names together.
    pub(crate) fn write(&self, evaluation: &Evaluation) -> Result<Sealed> {
        let mut sealed = self.file(self.table, evaluation.table.as_bytes())?;
        if let (Some(path), Some(page)) = (self.html, &evaluation.page) {
            sealed = sealed.after(self.file(Some(path), page.html()?.as_bytes())?);
        }
        if let Some(path) = self.curve {
            sealed = sealed.after(self.file(Some(path), curve_table(&evaluation.sets).as_bytes())?);
        }
        Ok(sealed)
    }

    fn file(&self, path: Option<&Path>, bytes: &[u8]) -> Result<Sealed> {
        let mut output = Output::create(&OutputSettings {
            path: path.map(Path::to_path_buf),
            indexed: Indexed::No,
            kind: None,
            longest: 0,
            bgzf: false,
            input: read::place(self.input),
            resume: None,
        })?;
        output.write_all(bytes)?;
        output.seal()
    }
}
