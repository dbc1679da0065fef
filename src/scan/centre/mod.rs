//! Windows centred on intervals: one for each line of a BED file, on its middle or its summit.
//!
//! [`peaks`] reads the intervals and cuts the windows; [`writer`] writes a line for each window, or for each bin of a track, with what the
//! interval is called.

pub(crate) mod columns;
mod peaks;
mod writer;

use self::{
    peaks::{Peaks, read_peaks},
    writer::Writer,
};
use super::Settings;
use crate::{
    call::Caller,
    error::{Error, Result},
    output::parquet,
    read::{self, reference::Reference},
    session::{About, Layout, Request, load::LoadedModel, part},
    window::Grid,
};

/// Scores a window for each interval of the BED file of the settings.
pub(crate) fn run(settings: &Settings, request: Request, model: LoadedModel, grid: Grid) -> Result<()> {
    let form = model.form.clone();
    if form.text.is_some() {
        return Err(Error::usage("--centre needs a model with scores"));
    }
    settings.threshold.map_or(Ok(()), |threshold| threshold.check(&form))?;
    let Some(bed) = &settings.regions_file else {
        return Err(Error::usage("--centre needs intervals").with_hint("-R peaks.bed"));
    };
    let caller = Caller::new(&form, settings.threshold);
    let reference = Reference::open(&settings.fasta)?;
    let (peaks, report) = read_peaks(bed, reference.contigs(), &reference.place(), grid.core)?;
    let place = read::place(bed);
    let territory = match &request.parts.shard {
        Some(choice) => Some(part::of_records(choice, peaks.len() as u64, &place, "intervals")?),
        None => None,
    };
    let mut recorded = settings.recorded(None)?;
    recorded.put("centre", true);
    let session = request.begin(About {
        territory: territory.clone(),
        unit: "intervals",
        reference: Some(settings.fasta.clone()),
        ..About::new(model.report.clone(), model.threads, recorded)
    })?;
    let mut output = session.create(&Layout::table(place, &[]), columns::header(&form).as_bytes())?;
    if settings.format.kind.is_parquet() {
        output = output.into_parquet(parquet::fields(columns::COLUMNS, &form))?;
    }
    let counts = session.counts(form.columns.iter().map(|column| column.name.as_str()));
    let source = Peaks { peaks, report, reference, grid, encoder: model.pipeline.encoder.clone(), territory };
    session.run(model, source, Writer::new(output, counts, &form, &caller))
}
