//! The result of an evaluation, and how it is written.

use std::path::{Path, PathBuf};

use super::{
    page::Page,
    sets::{CURVE, SetMetrics, curve_table},
};
use crate::{
    error::Result,
    model::{Answerer, Form, card::Card},
    output::{
        Indexed, Output, OutputSettings, Sealed,
        column::Column,
        manifest::{ModelReport, Settings},
        names,
        parquet::fixed_fields,
    },
    pipeline, read,
    session::{About, Finished, Layout, Request},
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
    /// The columns of the table.
    pub(crate) columns: &'static [Column],
    /// Metrics and curves of each judged set.
    pub(crate) sets: Vec<SetMetrics>,
    /// The page, where there is one.
    pub(crate) page: Option<Page>,
    /// The rank of each case, of ranked genes: a table and its columns.
    pub(crate) ranks: Option<(String, &'static [Column])>,
    /// Counts, times and inputs.
    pub(crate) finished: Finished,
    /// The options that the metrics depend on.
    pub(crate) settings: Settings,
}

/// What an evaluation writes beside its table, and whose run it was.
pub(crate) struct Report<'a> {
    /// The model.
    pub(crate) model: ModelReport,
    /// Threads of the run, all together.
    pub(crate) threads: usize,
    /// The judged input.
    pub(crate) input: &'a Path,
    /// The FASTA file on which places lie.
    pub(crate) reference: Option<PathBuf>,
    /// The page.
    pub(crate) html: Option<&'a Path>,
    /// Calls at every threshold.
    pub(crate) curve: Option<&'a Path>,
    /// The rank of each case.
    pub(crate) ranks: Option<&'a Path>,
}

impl Evaluation {
    /// Writes table, page, curve and manifest: all get their names together.
    pub(crate) fn write(self, request: Request, report: Report<'_>) -> Result<()> {
        let Self { table, columns, sets, page, ranks, mut finished, settings } = self;
        finished.counts.rows = table.lines().count() as u64 - 1;
        let place = read::place(report.input);
        let about = About { reference: report.reference, ..About::new(report.model, report.threads, settings) };
        let session = request.begin(about)?;
        let output = session.create(&Layout::table(place.clone(), columns), table.as_bytes())?;
        session.finish(finished, || {
            let mut sealed = output.seal()?;
            if let (Some(path), Some(page)) = (report.html, &page) {
                sealed = sealed.after(file(path, &place, page.html()?.as_bytes(), &[])?);
            }
            if let Some(path) = report.curve {
                sealed = sealed.after(file(path, &place, curve_table(&sets).as_bytes(), CURVE)?);
            }
            if let (Some(path), Some((ranks, columns))) = (report.ranks, &ranks) {
                sealed = sealed.after(file(path, &place, ranks.as_bytes(), columns)?);
            }
            Ok(sealed)
        })
    }
}

/// A file that does not have its name yet. A table has columns, and is Parquet by its name.
fn file(path: &Path, input: &str, bytes: &[u8], columns: &[Column]) -> Result<Sealed> {
    let mut output = Output::create(&OutputSettings {
        path: Some(path.into()),
        indexed: Indexed::No,
        kind: None,
        longest: 0,
        bgzf: false,
        input: input.into(),
        resume: None,
    })?;
    output.write_all(bytes)?;
    if names::is_parquet(Some(path)) && !columns.is_empty() {
        output = output.into_parquet(fixed_fields(columns))?;
    }
    output.seal()
}
