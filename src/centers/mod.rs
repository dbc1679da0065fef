//! Centres: for each interval of a BED file, the scores of one window of the model whose core has the middle of the interval in its middle.
//!
//! [`source`] reads the intervals and cuts their windows; [`writer`] writes a line for each, in the order of the BED file.

mod source;
mod writer;

use std::path::{Path, PathBuf};

use self::{source::Intervals, writer::Lines};
use crate::{
    call::Caller,
    error::{Error, Result},
    output::{
        manifest,
        table::{Rules, TSV},
    },
    read::{self, bed, reference::Reference},
    session::{
        About, Layout, OutputWriter, Request,
        load::{Kind, LoadedModel},
        part,
    },
    shards::territory::{Choice, Territory},
    window::Grid,
};

/// What is scored.
pub(crate) struct Settings {
    /// The intervals; `-` is standard input.
    pub bed: PathBuf,
    /// The FASTA file on which they lie.
    pub reference: PathBuf,
}

impl Settings {
    /// The files that are read.
    pub(crate) fn inputs(&self) -> [&Path; 2] {
        [&self.bed, &self.reference]
    }

    /// The shard's part of the intervals, by their number: a BED file need not be sorted.
    fn territory(&self, choice: &Choice) -> Result<Territory> {
        let place = read::place(&self.bed);
        if !self.bed.is_file() {
            return Err(Error::usage(format!("{place}: the number of intervals must be known before the run"))
                .with_hint("give a file instead of standard input or a pipe"));
        }
        let mut count = 0;
        bed::each(read::open_even_empty(&self.bed)?, |_, _| {
            count += 1;
            Ok(())
        })?;
        part::of_records(choice, count, &place, "intervals")
    }
}

/// Scores the windows.
pub(crate) fn run(settings: &Settings, request: Request, model: LoadedModel) -> Result<()> {
    let Kind::Network(card) = &model.kind else {
        return Err(Error::usage("an exact task has no window of its own").with_hint("-m MODEL, or genogloss scan"));
    };
    let grid = Grid::new(&card.window, None, model.form.bin)?;
    let reference = Reference::open(&settings.reference)?;
    let input = read::open_even_empty(&settings.bed)?;
    let territory = request.parts.shard.as_ref().map(|choice| settings.territory(choice)).transpose()?;
    let session = request.begin(About {
        territory: territory.clone(),
        reference: Some(settings.reference.clone()),
        ..About::new(model.report.clone(), model.threads, manifest::Settings::new("centers"))
    })?;
    let form = model.form.clone();
    let caller = Caller::new(&form, None);
    let counts = session.counts(form.columns.iter().map(|column| column.name.as_str()));
    let output = session.create(&Layout::table(read::place(&settings.bed)), (TSV.header)(&form).as_bytes())?;
    let rules = Rules { form: &form, caller: &caller, column: 0 };
    let writer = Lines::new(OutputWriter { output, counts }, rules, grid);
    let source = Intervals { input, reference, grid, encoder: model.pipeline.encoder.clone(), territory };
    session.run(model, source, writer)
}
