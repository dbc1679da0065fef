//! Scans: windows along the contigs of a FASTA file.
//!
//! [`tiles`] cuts the windows and feeds them to the pipeline; [`writer`] puts the answers into a table (joined into elements, if wanted) and
//! into tracks; [`overlap`] makes one score of windows that overlap. Open reading frames, which need no windows, have a path of their own:
//! [`orf`].

pub(crate) mod centre;
pub(crate) mod orf;
pub(crate) mod overlap;
mod settings;
mod table;
pub(crate) mod tiles;
mod tracks;
mod writer;

pub(crate) use self::settings::Settings;
use self::{
    orf::open_reading_frames,
    overlap::Rule,
    settings::territory,
    table::Table,
    tiles::{Source, Windows},
    tracks::Tracks,
    writer::Writer,
};
use crate::{
    call::{Caller, Threshold},
    error::{Error, Result},
    exact::Task,
    genome::Contigs,
    output::{parquet, table::Rules},
    read::reference::Genome,
    session::{
        About, Request,
        load::{Kind, LoadedModel},
    },
    shards::merge::TRACKS_MANIFEST,
    window::Grid,
};

/// Scans a FASTA file. `grid` is that of [`Settings::grid`].
pub(crate) fn run(settings: &Settings, request: Request, model: LoadedModel, grid: Option<Grid>) -> Result<()> {
    if let Kind::Exact(Task::OpenReadingFrames(frames)) = &model.kind {
        return open_reading_frames(settings, request, *frames, model.report);
    }
    let form = model.form.clone();
    settings.threshold.map_or(Ok(()), |threshold| threshold.check(&form))?;
    let columns = settings.chosen_columns(&form, grid)?;
    let merge = settings.joined(&form)?;
    if settings.overlap != Rule::Cut && (form.bin.is_some() || form.text.is_some()) {
        return Err(Error::usage(
            "--overlap combines windows with scores: not tracks, whose cores never overlap, and not text",
        ));
    }
    let caller = Caller::new(&form, settings.threshold.or(merge.map(|_| Threshold::Card)));
    let mut genome = Genome::new(&settings.fasta);
    let regions = settings.regions(&mut genome, request.parts.shard.is_some())?;
    let (choice, step) = (request.parts.shard.as_ref(), grid.map_or(1, |grid| grid.stride));
    let territory = territory(choice, &settings.fasta, &mut genome, step, regions.as_ref())?;
    // A bigWig file begins with the lengths of all contigs.
    let mut lengths = Contigs::default();
    if let Some(folder) = &settings.bigwig {
        lengths = genome.contigs()?.clone();
        std::fs::create_dir_all(folder).map_err(|error| Error::write(folder.display(), &error))?;
    }
    // Without a bigWig folder there is a table; with one, if it was asked for.
    let has_table = settings.bigwig.is_none() || request.target.path.is_some();
    let session = request.begin(About {
        territory: territory.clone(),
        unit: "windows",
        reference: Some(settings.fasta.clone()),
        tracks_manifest: settings.bigwig.as_ref().map(|folder| folder.join(TRACKS_MANIFEST)),
        ..About::new(model.report.clone(), model.threads, settings.recorded(merge)?)
    })?;
    let tracks = match &settings.bigwig {
        None => None,
        Some(folder) => Some(Tracks::create(folder, &lengths, &form, &columns, &session)?),
    };
    let source = Source::open(genome, regions.clone(), territory.clone())?;
    if !settings.digest {
        source.skip_digest();
    }
    let source =
        Windows { source, grid, joined: settings.overlap != Rule::Cut, encoder: model.pipeline.encoder.clone() };
    let counts = session.counts(form.columns.iter().map(|column| column.name.as_str()));
    let limits = (territory.as_ref(), regions.as_ref());
    let mut table = None;
    if has_table {
        let mut output = session.create(&settings.layout(), (settings.format.header)(&form).as_bytes())?;
        if settings.format.kind.is_parquet() {
            output = output.into_parquet(parquet::fields(settings.format.columns, &form))?;
        }
        let rules = Rules { form: &form, caller: &caller, column: columns.first().copied().unwrap_or(0) };
        table = Some(Table::new(output, settings.format, rules, merge, grid, limits));
    }
    let mut writer = Writer::new(&form, counts, (table, tracks), grid, settings.overlap, limits, merge);
    writer.restore(session.resumed())?;
    session.run(model, source, writer)
}
