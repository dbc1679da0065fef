//! Scores of reads: BAM, CRAM, SAM, FASTQ or FASTA.
//!
//! [`source`] cuts every read into windows; [`tally`] makes one answer of the windows of a read; [`writer`] writes it as a line of
//! [`table`] or as tags of the record.

pub(crate) mod columns;
pub(crate) mod flags;
mod read;
mod settings;
mod source;
mod table;
mod tally;
mod writer;

pub(crate) use self::settings::{Aggregate, Filters, Orient, ReadsFormat, Settings};
use self::{source::Reads, table::Lines, writer::Writer};
use crate::{
    call::Caller,
    error::Result,
    read::{alignments::Alignments, regions::Regions},
    session::{About, Request, load::LoadedModel},
    window::Grid,
};

/// Scores the reads. `grid` is that of [`Settings::grid`].
pub(crate) fn run(
    settings: &Settings,
    request: Request,
    model: LoadedModel,
    grid: Option<Grid>,
    alignments: Alignments,
) -> Result<()> {
    let regions = Regions::read(&settings.region, settings.regions_file.as_deref(), Some(alignments.contigs()))?;
    if let Some(regions) = &regions {
        regions.check(alignments.contigs(), &alignments.place())?;
    }
    let territory = settings.territory(request.parts.shard.as_ref(), &alignments)?;
    let recorded = settings.recorded()?;
    let session = request.begin(About {
        territory: territory.clone(),
        unit: "reads",
        ..About::new(model.report.clone(), model.threads, recorded)
    })?;
    let (form, header) = (model.form.clone(), alignments.header.for_decoding());
    let caller = Caller::new(&form, None);
    let writer = Writer::create(settings, &session, &alignments, Lines::new(&form, &caller, &header), grid)?;
    let source = Reads::new(settings, alignments, grid, model.pipeline.encoder.clone(), territory, regions.as_ref());
    session.run(model, source, writer)
}
