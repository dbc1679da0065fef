//! The run itself: from a source through the model to a writer, or straight to the writer.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use super::{begin::Session, finish::Finished, journal::Checkpoint, load::LoadedModel};
use crate::{
    counts::{Counts, InputCounts},
    error::{Error, Result},
    interrupt::INTERRUPTED,
    model::Answerer,
    output::{Output, Sealed},
    pipeline::{self, Feed, Located, Outcome, Timings},
    progress::{Progress, Total},
    read::{InputReport, fasta::ContigReport},
    shards::edges::Edge,
};

/// Reads records and feeds their queries to the pipeline; it does so on a thread of its own.
pub(crate) trait Source: Send {
    /// A record on its way through the pipeline.
    type Query: Located + Send;

    /// How much there is to do, for the progress line. Called once, before [`Self::read`].
    fn total(&mut self) -> Total {
        Total::Unknown
    }

    /// Reads to the end. Called once. The first `done` queries were written by an earlier run: they are read and counted (records, queries
    /// and bases), and not fed again. Must stop with the error that the feed returns.
    fn read(self, done: u64, feed: &mut Feed<'_, Self::Query>) -> Result<ReadSummary>;
}

/// What a source has read when it ends.
#[derive(Debug, Default)]
pub(crate) struct ReadSummary {
    /// Records and bases.
    pub counts: InputCounts,
    /// The files that were read from start to end, and those beside them.
    pub inputs: Vec<InputReport>,
    /// Contigs of the FASTA file that were read.
    pub contigs: Vec<ContigReport>,
}

/// The end of a run's data: it writes the output and counts what it writes.
pub(crate) trait Writer {
    /// The counts so far.
    fn counts(&self) -> &Counts;

    /// Syncs the output. The checkpoint says how far it is complete and what is held back.
    fn checkpoint(&mut self) -> Result<Checkpoint>;

    /// Completes the output, which gets its name afterwards. Called once, and only after success.
    fn seal(self) -> Result<Written>;
}

/// A writer of answers.
pub(crate) trait Sink<Query>: Writer {
    /// Called once for each query, in the order of the input.
    fn write(&mut self, query: Query, outcome: Outcome<'_>) -> Result<()>;

    /// Whether a run can be resumed here: not between two parts of one record.
    fn at_boundary(&self) -> bool {
        true
    }
}

/// What a writer leaves.
#[derive(Default)]
pub(crate) struct Written {
    /// All counts but those of the input.
    pub counts: Counts,
    /// The files, complete, under their temporary names.
    pub sealed: Sealed,
    /// The tracks that have values, by file name, if tracks were wanted.
    pub tracks: Option<Vec<String>>,
    /// Elements that may continue in a neighbouring shard.
    pub edges: Vec<Edge>,
    /// The gap across which calls are joined into elements, in bases; `None`: they are not joined.
    pub gap: Option<u64>,
}

impl Written {
    /// One output.
    pub(crate) fn new(counts: Counts, sealed: Sealed) -> Self {
        Self { counts, sealed, ..Self::default() }
    }
}

/// A writer that holds nothing back: an output and the counts of its lines.
pub(crate) struct OutputWriter {
    /// The output.
    pub output: Output,
    /// The counts so far.
    pub counts: Counts,
}

impl Writer for OutputWriter {
    fn counts(&self) -> &Counts {
        &self.counts
    }

    fn checkpoint(&mut self) -> Result<Checkpoint> {
        Checkpoint::of(&self.counts, self.output.checkpoint()?)
    }

    fn seal(self) -> Result<Written> {
        Ok(Written::new(self.counts, self.output.seal()?))
    }
}

impl Session {
    /// Runs the source's queries through the model and writes the answers in the same order; then finishes the run.
    pub(crate) fn run<S, W>(self, model: LoadedModel, source: S, writer: W) -> Result<()>
    where
        S: Source,
        W: Sink<S::Query>,
    {
        self.run_sessions(&model.pipeline, model.sessions, source, writer)
    }

    /// The same with sessions that are not of one model.
    pub(crate) fn run_sessions<S, W>(
        mut self,
        pipeline: &pipeline::Settings,
        sessions: Vec<Box<dyn Answerer>>,
        mut source: S,
        mut writer: W,
    ) -> Result<()>
    where
        S: Source,
        W: Sink<S::Query>,
    {
        let mut progress = Progress::new(writer.counts().windows, source.total());
        let (done, mut summary) = (self.resumed.queries, ReadSummary::default());
        let result = pipeline::run(
            pipeline,
            sessions,
            |feed| {
                summary = source.read(done, feed)?;
                Ok(())
            },
            |query, outcome| {
                let counts = writer.counts();
                progress.at(counts.written, counts.windows, || query.place());
                writer.write(query, outcome)?;
                if writer.at_boundary() { self.checkpoint(|| writer.checkpoint()) } else { Ok(()) }
            },
        );
        let timings = self.ended(result, || writer.checkpoint())?;
        self.finish_writer(writer, timings, summary)
    }

    /// Reads and writes on the calling thread, without a model: `read` calls [`Passing::is_new`] for every record, and
    /// [`Passing::wrote`] for every record that it has written.
    pub(crate) fn run_without_model<W: Writer>(
        mut self,
        writer: W,
        total: Total,
        read: impl FnOnce(&mut Passing<'_, W>) -> Result<ReadSummary>,
    ) -> Result<()> {
        let started = Instant::now();
        let progress = Progress::new(writer.counts().windows, total);
        let done = self.resumed.queries;
        let mut passing = Passing { session: &mut self, writer, progress, done };
        let result = read(&mut passing);
        let Passing { mut writer, .. } = passing;
        let summary = self.ended(result, || writer.checkpoint())?;
        self.finish_writer(writer, wall(started.elapsed()), summary)
    }

    fn finish_writer(self, writer: impl Writer, timings: Timings, summary: ReadSummary) -> Result<()> {
        let Written { mut counts, sealed, tracks, edges, gap } = writer.seal()?;
        counts.set_input(&summary.counts);
        let ReadSummary { inputs, contigs, .. } = summary;
        self.finish(Finished { counts, timings, inputs, contigs, tracks, edges, gap }, || Ok(sealed))
    }
}

/// Timings of what has one stage.
pub(crate) fn wall(elapsed: Duration) -> Timings {
    Timings { wall: elapsed.as_secs_f64(), ..Timings::default() }
}

/// Records that pass from a reader to a writer on one thread.
pub(crate) struct Passing<'a, W> {
    session: &'a mut Session,
    /// The writer.
    pub writer: W,
    progress: Progress,
    /// Records that an earlier run has written and that are still to come.
    done: u64,
}

impl<W: Writer> Passing<'_, W> {
    /// Whether the next record is still to be written: an earlier run may have done so. Ends a run that was interrupted.
    pub(crate) fn is_new(&mut self) -> Result<bool> {
        self.not_interrupted()?;
        let new = self.done == 0;
        self.done = self.done.saturating_sub(1);
        Ok(new)
    }

    /// Ends a run that was interrupted.
    pub(crate) fn not_interrupted(&self) -> Result<()> {
        if INTERRUPTED.load(Ordering::Relaxed) { Err(Error::Interrupted) } else { Ok(()) }
    }

    /// A record was written: for the progress line and the checkpoints.
    pub(crate) fn wrote(&mut self, place: impl FnOnce() -> String) -> Result<()> {
        let counts = self.writer.counts();
        self.progress.at(counts.written, counts.windows, place);
        let Self { session, writer, .. } = self;
        session.checkpoint(|| writer.checkpoint())
    }
}
