//! Writes the answers of a scan: windows, their bins, and what overlapping windows have in common become places of the table and of the
//! tracks.

use std::{iter::Peekable, slice::Iter, sync::Arc};

use serde_json::{Value, json};

use super::{
    overlap::{Overlap, Rule, Stretch},
    table::Table,
    tiles::Tile,
    tracks::Tracks,
};
use crate::{
    counts::Counts,
    error::{Error, Result},
    genome::{Interval, Strand},
    model::Form,
    output::{Sealed, table::Place},
    pipeline::{Outcome, RowAnswers},
    read::regions::Regions,
    session::{self, Sink, Written, journal::Checkpoint},
    shards::territory::{Side, Territory},
    skip::Skip,
    window::Grid,
};

/// The end of a scan.
pub(super) struct Writer<'a> {
    form: &'a Form,
    /// All counts but the table's lines.
    counts: Counts,
    /// The table, unless only tracks are wanted.
    table: Option<Table<'a>>,
    /// Tracks, if they are wanted.
    tracks: Option<Tracks>,
    /// The contig in work.
    contig: Arc<str>,
    /// Windows that overlap and are not complete yet, and their contig.
    overlap: Option<(Overlap, Arc<str>)>,
    grid: Option<Grid>,
    territory: Option<&'a Territory>,
    regions: Option<&'a Regions>,
    gap: Option<u64>,
}

/// Runs of unknown bases in a window's core, as its bins pass.
struct Unknown<'a>(Peekable<Iter<'a, Interval>>);

impl<'a> Unknown<'a> {
    fn of(tile: &'a Tile) -> Self {
        Self(tile.unknown.iter().peekable())
    }

    /// Whether no base of a bin is known. Bins come in order.
    fn hides(&mut self, bin: Interval) -> bool {
        while self.0.next_if(|run| run.end <= bin.start).is_some() {}
        self.0.peek().is_some_and(|run| run.start <= bin.start && bin.end <= run.end)
    }
}

/// The bins of a window's core, the last one cut at its end.
fn bins(core: Interval, width: u64) -> impl Iterator<Item = Interval> {
    (core.start..core.end).step_by(width as usize).map(move |start| Interval::new(start, (start + width).min(core.end)))
}

impl<'a> Writer<'a> {
    /// A writer of a table, of tracks, or of both. `gap`: calls are joined into elements.
    pub(super) fn new(
        form: &'a Form,
        counts: Counts,
        (mut table, tracks): (Option<Table<'a>>, Option<Tracks>),
        grid: Option<Grid>,
        rule: Rule,
        (territory, regions): (Option<&'a Territory>, Option<&'a Regions>),
        gap: Option<u64>,
    ) -> Self {
        if let Some(table) = &mut table {
            table.rows = counts.rows;
        }
        let overlap = (rule != Rule::Cut).then(|| (Overlap::new(rule), "".into()));
        Self { form, counts, table, tracks, contig: "".into(), overlap, grid, territory, regions, gap }
    }

    /// Why a window counts as skipped though it was run: an answer is not a number (of a track: in one of its bins), or no base that it
    /// answers for is known.
    fn unanswered(&self, tile: &Tile, answers: &RowAnswers<'_>) -> Option<Skip> {
        if self.form.text.is_some() {
            return self.form.words(answers.text(0)).err();
        }
        let Some(bin) = self.form.bin else { return self.form.scores(answers.scores(0)).err() };
        if tile.unknown.is_empty() && self.form.scores(answers.scores(0)).is_ok() {
            return None;
        }
        let (mut known, mut unknown) = (0, Unknown::of(tile));
        for (interval, scores) in bins(tile.core, bin).zip(answers.scores(0).chunks_exact(self.form.columns.len())) {
            if unknown.hides(interval) {
                continue;
            }
            known += 1;
            if let Err(reason) = self.form.scores(scores) {
                return Some(reason);
            }
        }
        (known == 0).then_some(Skip::UnknownBases)
    }

    /// Begins another contig: the rest of the one before belongs to its tracks.
    fn begin(&mut self, contig: &Arc<str>) -> Result<()> {
        if let Some((mut overlap, before)) = self.overlap.take() {
            overlap.finish(|stretch| self.stretch(&before, &stretch))?;
            self.overlap = Some((overlap, Arc::clone(contig)));
        }
        self.contig = Arc::clone(contig);
        self.tracks.as_mut().map_or(Ok(()), |tracks| tracks.begin(contig))
    }

    /// A window that was run and answers without bins: words, or one score for each column.
    fn window(&mut self, tile: &Tile, answers: &RowAnswers<'_>) -> Result<()> {
        let words = self.form.text.is_some().then(|| self.form.words(answers.text(0)));
        let (scores, text) = match words {
            Some(words) => (words.map(|_| [].as_slice()), words.ok()),
            None => (self.form.scores(answers.scores(0)), None),
        };
        let strand = answers.strand(0);
        self.place(&Place { contig: &tile.contig, interval: tile.core, strand, scores, text })
    }

    /// The bins of a track's window.
    fn bins(&mut self, tile: &Tile, answers: &RowAnswers<'_>, bin: u64, skipped: Option<Skip>) -> Result<()> {
        let (scores, strand) = (answers.scores(0), answers.strand(0));
        // Inside a region every bin is wanted.
        let wanted = self.regions.filter(|regions| !regions.contain(&tile.contig, tile.core));
        self.count(tile, scores, bin, wanted);
        // If all bases are known and all scores are numbers, wide bins of a track are written as they are.
        let whole = tile.unknown.is_empty() && skipped.is_none();
        if let (true, Some(tracks)) = (whole, &mut self.tracks) {
            tracks.push_bins(&tile.contig, tile.core, scores, bin, self.form, wanted)?;
        }
        if whole && self.table.is_none() {
            return Ok(());
        }
        let joins = self.table.as_ref().is_some_and(Table::joins);
        let mut unknown = Unknown::of(tile);
        for (interval, scores) in bins(tile.core, bin).zip(scores.chunks_exact(self.form.columns.len())) {
            let scores = if unknown.hides(interval) { Err(Skip::UnknownBases) } else { self.form.scores(scores) };
            // Bins that overlap a region are written; those that are joined are chosen afterwards.
            let written = wanted.is_none_or(|regions| regions.overlaps(&tile.contig, interval));
            let place = Place { contig: &tile.contig, interval, strand, scores, text: None };
            if written && !whole {
                self.place(&place)?;
            } else if written || joins {
                self.table(&place)?;
            }
        }
        Ok(())
    }

    /// Counts the scores of a track's window, each column by its own bins.
    fn count(&mut self, tile: &Tile, scores: &[f32], bin: u64, wanted: Option<&Regions>) {
        let columns = self.form.columns.len();
        for (column, (_, histogram)) in self.counts.scores.iter_mut().enumerate() {
            let width = self.form.columns[column].bin.unwrap_or(bin);
            let mut unknown = Unknown::of(tile);
            let rows = scores.chunks_exact(columns).step_by((width / bin) as usize);
            for (interval, row) in bins(tile.core, width).zip(rows) {
                let answered = !unknown.hides(interval) && self.form.scores(row).is_ok();
                if answered && wanted.is_none_or(|regions| regions.overlaps(&tile.contig, interval)) {
                    histogram.add(row[column]);
                }
            }
        }
    }

    /// What overlapping windows answer between two of their borders. It is cut at the borders of windows outside the regions and of
    /// other shards as well, which were not run, so that the lines are those of the whole scan.
    fn stretch(&mut self, contig: &str, stretch: &Stretch) -> Result<()> {
        let scores = match &stretch.scores {
            Ok(scores) => Ok(scores.as_slice()),
            Err(skip) => Err(*skip),
        };
        let Interval { mut start, end } = stretch.interval;
        while start < end {
            let border = self.grid.map_or(end, |grid| grid.border_after(start).min(end));
            let interval = Interval::new(start, border);
            start = border;
            let own = self.territory.is_none_or(|own| own.side(Some((contig, interval.start))) == Some(Side::Inside));
            if own && self.regions.is_none_or(|regions| regions.overlaps(contig, interval)) {
                self.place(&Place { contig, interval, strand: stretch.strand, scores, text: None })?;
            }
        }
        Ok(())
    }

    /// A place of the tracks and of the table.
    fn place(&mut self, place: &Place<'_>) -> Result<()> {
        if let Ok(scores) = place.scores {
            // The scores of tracks are counted window by window.
            if self.form.bin.is_none() {
                self.counts.add_scores(scores.iter().copied());
            }
            if let Some(tracks) = &mut self.tracks {
                tracks.push(place.interval, scores)?;
            }
        }
        self.table(place)
    }

    fn table(&mut self, place: &Place<'_>) -> Result<()> {
        self.table.as_mut().map_or(Ok(()), |table| table.add(place))
    }

    fn state(&self) -> serde_json::Result<Value> {
        let [open, held, edges] = match &self.table {
            Some(table) => table.save()?,
            None => [Value::Null, json!([]), json!([])],
        };
        Ok(json!({
            "contig": self.contig.as_ref(),
            "open": open,
            "held": held,
            "edges": edges,
            "overlap": self.overlap.as_ref().map(|(overlap, contig)| (contig.as_ref(), overlap.save())),
        }))
    }

    /// Resumes at a checkpoint.
    pub(super) fn restore(&mut self, from: &Checkpoint) -> Result<()> {
        if from.queries == 0 {
            return Ok(());
        }
        let of = self.table.as_ref().map_or("the tracks", Table::name).to_string();
        self.restore_state(&from.state).map_err(|why| {
            Error::input(format!("the journal of {of}"), why).with_hint("it was changed; remove it to start again")
        })?;
        self.tracks.as_mut().map_or(Ok(()), |tracks| tracks.begin(&self.contig))
    }

    fn restore_state(&mut self, state: &Value) -> Result<(), String> {
        let saved = |key: &str| state.get(key).cloned().unwrap_or_default();
        self.contig = saved("contig").as_str().unwrap_or_default().into();
        if let Some(table) = &mut self.table {
            table.restore([saved("open"), saved("held"), saved("edges")])?;
        }
        if let Some((overlap, contig)) = &mut self.overlap {
            let state = saved("overlap");
            *contig = state[0].as_str().unwrap_or_default().into();
            overlap
                .restore(&state[1], self.form.columns.len())
                .ok_or_else(|| "windows that overlap are damaged".to_string())?;
        }
        Ok(())
    }
}

impl session::Writer for Writer<'_> {
    fn counts(&self) -> &Counts {
        &self.counts
    }

    fn checkpoint(&mut self) -> Result<Checkpoint> {
        let mut bytes = 0;
        if let Some(table) = &mut self.table {
            (bytes, self.counts.rows) = (table.checkpoint()?, table.rows);
        }
        let tracks = self.tracks.as_mut().map(Tracks::checkpoint).transpose()?.unwrap_or_default();
        let state = self.state().map_err(|error| Error::Internal(format!("checkpoint: {error}")))?;
        Ok(Checkpoint { tracks, state, ..Checkpoint::of(&self.counts, bytes)? })
    }

    fn seal(mut self) -> Result<Written> {
        if let Some((mut overlap, contig)) = self.overlap.take() {
            overlap.finish(|stretch| self.stretch(&contig, &stretch))?;
        }
        let mut counts = self.counts;
        let (mut sealed, mut edges) = (Sealed::default(), Vec::new());
        if let Some(table) = self.table {
            (sealed, edges, counts.rows) = table.seal()?;
        }
        let mut tracks = None;
        if let Some(files) = self.tracks {
            let (names, files) = files.seal(sealed)?;
            (tracks, sealed) = (Some(names), files);
        }
        Ok(Written { counts, sealed, tracks, edges, gap: self.gap })
    }
}

impl Sink<Tile> for Writer<'_> {
    fn write(&mut self, tile: Tile, outcome: Outcome<'_>) -> Result<()> {
        let skipped = match &outcome {
            Outcome::Skipped(reason) => Some(*reason),
            Outcome::Answered(answers) => self.unanswered(&tile, answers),
        };
        self.counts.query_written(skipped);
        self.counts.windows += u64::from(skipped.is_some() && matches!(outcome, Outcome::Answered(_)));
        if self.contig != tile.contig {
            self.begin(&tile.contig)?;
        }
        if let Some((mut overlap, contig)) = self.overlap.take() {
            let answer = match &outcome {
                Outcome::Skipped(reason) => Err(*reason),
                Outcome::Answered(answers) => {
                    self.form.scores(answers.scores(0)).map(|scores| (scores, answers.strand(0)))
                }
            };
            overlap.add(tile.core, answer, |stretch| self.stretch(&contig, &stretch))?;
            self.overlap = Some((overlap, contig));
            return Ok(());
        }
        match (outcome, self.form.bin) {
            (Outcome::Skipped(reason), _) => self.place(&Place {
                contig: &tile.contig,
                interval: tile.core,
                strand: Strand::Unknown,
                scores: Err(reason),
                text: None,
            }),
            (Outcome::Answered(answers), Some(bin)) if self.form.text.is_none() => {
                self.bins(&tile, &answers, bin, skipped)
            }
            (Outcome::Answered(answers), _) => self.window(&tile, &answers),
        }
    }
}
