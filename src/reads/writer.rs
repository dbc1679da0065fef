//! Writes the answers of reads: as a table, or as tags of the records.

use std::sync::Arc;

use noodles::sam::alignment::record_buf::data::field::Value;

use super::{
    columns,
    read::{Piece, Read, Window},
    settings::{ReadsFormat, Settings},
    table::{self, Line, Lines},
    tally::{ReadPlace, Tally},
};
use crate::{
    call::Caller,
    counts::Counts,
    error::{Error, Result},
    genome::{Interval, Strand},
    model::Form,
    output::{
        Output,
        bam::{self, BamWriter, Tags},
        parquet,
    },
    pipeline::{Outcome, RowAnswers},
    read::alignments::Alignments,
    session::{self, Layout, Session, Sink, Written, journal::Checkpoint},
    skip::Skip,
    window::Grid,
};

/// The output: a table, or BAM.
enum Target {
    Table(Box<Output>),
    Bam(Box<BamWriter>),
}

/// The end of a run over reads.
pub(super) struct Writer<'a> {
    target: Target,
    settings: &'a Settings,
    lines: Lines<'a>,
    tags: Tags,
    /// Bases that a window answers for; 0: the whole read.
    width: u64,
    line: Vec<u8>,
    counts: Counts,
    /// The answer of the read in work.
    tally: Tally,
    /// Counts and bytes before the read in work, if some of it is written.
    boundary: Option<(Counts, u64)>,
    /// The last piece that was written ended its read.
    at_boundary: bool,
}

impl<'a> Writer<'a> {
    /// Creates the output, with the header of the table or of the BAM file.
    pub(super) fn create(
        settings: &'a Settings,
        session: &Session,
        alignments: &Alignments,
        lines: Lines<'a>,
        grid: Option<Grid>,
    ) -> Result<Self> {
        let is_bam = settings.format == ReadsFormat::Bam;
        let layout = Layout { bgzf: is_bam.then_some(true), ..Layout::table(alignments.place(), &[]) };
        let tags = Tags::new(settings.tag_prefix.unwrap_or(bam::DEFAULT_PREFIX));
        let target = if is_bam {
            let report = session.model();
            let sha256 = report.sha256.as_deref().unwrap_or("-");
            let model = format!("{} {} sha256 {sha256}", report.name, report.version);
            let output = session.output_settings(&layout);
            let command = settings.command_line();
            Target::Bam(Box::new(BamWriter::create(&output, &alignments.header, &command, &model, tags)?))
        } else {
            let output = session.create(&layout, table::header(lines.form).as_bytes())?;
            Target::Table(Box::new(match settings.format {
                ReadsFormat::Parquet => output.into_parquet(parquet::fields(columns::TSV, lines.form))?,
                _ => output,
            }))
        };
        let counts = session.counts(lines.form.columns.iter().map(|column| column.name.as_str()));
        let width = grid.map_or(0, |grid| if grid.bin.is_some() { grid.core } else { grid.span });
        let (tally, line) = (Tally::default(), Vec::new());
        Ok(Self { target, settings, lines, tags, width, line, counts, tally, boundary: None, at_boundary: true })
    }

    fn form(&self) -> &'a Form {
        self.lines.form
    }

    fn caller(&self) -> &'a Caller {
        self.lines.caller
    }

    /// Every bin of every window: written, or added up.
    fn add_windows(&mut self, read: &Read, windows: &[Window], answers: &RowAnswers<'_>) -> Result<()> {
        let form = self.form();
        let mut row = 0;
        for window in windows {
            let whole = |strand| ReadPlace { start: window.start, end: self.end_of(window.start, read.len), strand };
            if let Err(reason) = window.run {
                self.add_place(read, whole(Strand::Unknown), Err(reason))?;
                continue;
            }
            let (scores, strand) = (answers.scores(row), answers.strand(row));
            row += 1;
            match form.bin {
                None => self.add_place(read, whole(strand), form.scores(scores))?,
                Some(bin) => self.add_bins(read, window, (scores, strand), bin)?,
            }
        }
        Ok(())
    }

    /// The bins of a track's window.
    fn add_bins(&mut self, read: &Read, window: &Window, (scores, strand): (&[f32], Strand), bin: u64) -> Result<()> {
        let form = self.form();
        let mut unknown = window.unknown.iter().peekable();
        for (index, scores) in scores.chunks_exact(form.columns.len()).enumerate() {
            let start = window.start + index as u64 * bin;
            let end = (start + bin).min(read.len);
            if start >= end {
                break;
            }
            while unknown.next_if(|run| run.end <= start).is_some() {}
            let hidden = unknown.peek().is_some_and(|run: &&Interval| run.start <= start && end <= run.end);
            let scores = if hidden { Err(Skip::UnknownBases) } else { form.scores(scores) };
            self.add_place(read, ReadPlace { start, end, strand }, scores)?;
        }
        Ok(())
    }

    /// Where a window (for a track: its core) ends that begins at `start`.
    fn end_of(&self, start: u64, len: u64) -> u64 {
        if self.width == 0 { len } else { (start + self.width).min(len) }
    }

    /// A place is written by itself, or added to the read's answer.
    fn add_place(&mut self, read: &Read, place: ReadPlace, scores: Result<&[f32], Skip>) -> Result<()> {
        if !self.settings.each_window {
            match scores {
                Ok(scores) => self.tally.add(place, scores, self.caller()),
                Err(reason) => self.tally.add_skip(reason),
            }
            return Ok(());
        }
        match scores {
            Ok(scores) => {
                self.tally.count += 1;
                self.counts.add_scores(scores.iter().copied());
            }
            Err(reason) => self.tally.add_skip(reason),
        }
        self.write_line(read, &Line { place: Some(place), scores: scores.ok(), text: "", skip: scores.err() })
    }

    /// Writes the one answer of a read.
    fn write_read(
        &mut self,
        read: Arc<Read>,
        answer: Option<(ReadPlace, Vec<f32>)>,
        text: &str,
        skip: Option<Skip>,
    ) -> Result<()> {
        let (form, caller, tags) = (self.form(), self.caller(), self.tags);
        let Target::Bam(writer) = &mut self.target else {
            let (place, scores) = answer.as_ref().map(|(place, scores)| (*place, scores.as_slice())).unzip();
            return self.write_line(&read, &Line { place, scores, text, skip });
        };
        // The pieces before were dropped: nothing is copied.
        let mut record = Arc::try_unwrap(read).map_or_else(|read| read.record.clone(), |read| read.record);
        writer.clear(&mut record)?;
        let data = record.data_mut();
        if let Some((place, scores)) = &answer {
            data.insert(tags.scores(), bam::numbers(scores));
            data.insert(tags.window(), Value::Int32(i32::try_from(place.start).unwrap_or(i32::MAX)));
            if let Some((column, _, true)) = caller.call(scores) {
                data.insert(tags.label(), Value::String(form.columns[column].label.as_str().into()));
            }
        }
        if let Some(reason) = skip {
            data.insert(tags.skip(), Value::String(reason.word().into()));
        }
        self.counts.rows += 1;
        writer.write(&record)
    }

    fn write_line(&mut self, read: &Read, content: &Line<'_>) -> Result<()> {
        self.lines.write(read, content, &mut self.line);
        self.counts.rows += 1;
        match &mut self.target {
            Target::Table(output) => output.write_all(&self.line),
            Target::Bam(_) => Err(Error::Internal("a table line for BAM".into())),
        }
    }

    /// Bytes written so far, before compression.
    fn bytes(&self) -> u64 {
        match &self.target {
            Target::Table(output) => output.bytes(),
            Target::Bam(writer) => writer.bytes(),
        }
    }
}

impl session::Writer for Writer<'_> {
    fn counts(&self) -> &Counts {
        &self.counts
    }

    fn checkpoint(&mut self) -> Result<Checkpoint> {
        let bytes = match &mut self.target {
            Target::Table(output) => output.checkpoint()?,
            Target::Bam(writer) => writer.checkpoint()?,
        };
        // A run is resumed at the beginning of a read.
        match &self.boundary {
            Some((counts, bytes)) => Checkpoint::of(counts, *bytes),
            None => Checkpoint::of(&self.counts, bytes),
        }
    }

    fn seal(self) -> Result<Written> {
        let sealed = match self.target {
            Target::Table(output) => output.seal()?,
            Target::Bam(writer) => writer.seal()?,
        };
        Ok(Written::new(self.counts, sealed))
    }
}

impl Sink<Piece> for Writer<'_> {
    fn write(&mut self, piece: Piece, outcome: Outcome<'_>) -> Result<()> {
        let Piece { read, first, last, windows } = piece;
        if first && !last {
            self.boundary = Some((self.counts.clone(), self.bytes()));
        }
        self.at_boundary = last;
        let mut text = String::new();
        match outcome {
            Outcome::Skipped(reason) => self.tally.skip = Some(reason),
            Outcome::Answered(answers) if self.form().text.is_some() => {
                self.counts.windows += answers.count() as u64;
                match self.form().words(answers.text(0)) {
                    Ok(words) => text = words.to_string(),
                    Err(reason) => self.tally.skip = Some(reason),
                }
            }
            Outcome::Answered(answers) => {
                self.counts.windows += answers.count() as u64;
                self.add_windows(&read, &windows, &answers)?;
            }
        }
        if !last {
            return Ok(());
        }
        let mut tally = std::mem::take(&mut self.tally);
        // A read of which no place has scores has a reason.
        let skip = match tally.count {
            0 if text.is_empty() => Some(tally.skip.unwrap_or(self.form().unanswered)),
            _ => None,
        };
        self.counts.written += 1;
        match skip {
            Some(reason) => self.counts.skip(reason),
            None => self.counts.scored += 1,
        }
        if !self.settings.each_window || windows.is_empty() || self.form().text.is_some() {
            let answer = tally.answer(self.settings.aggregate);
            if let Some((_, scores)) = &answer {
                self.counts.add_scores(scores.iter().copied());
            }
            self.write_read(read, answer, &text, skip)?;
        }
        self.boundary = None;
        self.lines.next_read();
        Ok(())
    }

    fn at_boundary(&self) -> bool {
        self.at_boundary
    }
}
