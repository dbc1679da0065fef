//! Who runs when: the only threads in the program, on one page.
//!
//! ```text
//!   source ──▶ Feed ──▶ [2 batches] ──▶ session 0 ──▶ [2 batches] ──▶ sink
//!  (reader     fills     dealt in       session 1     collected in    (calling
//!   thread)    batches   rotation ──▶   …             same rotation    thread)
//! ```
//!
//! One reader thread runs the *source*: it reads records, cuts windows and pushes queries into the [`Feed`], which
//! encodes whole batches and deals them to the sessions in rotation. One thread a session answers them. The calling
//! thread collects the answers in the same rotation, so input order costs nothing, and hands each query to the *sink*.
//! All channels are bounded, so memory is a product of known numbers: (4 × sessions + 2) batches.
//!
//! A closed channel is not an error: a stage whose neighbour is gone stops quietly, and the stage with the cause
//! returns it. A stage that panics fails the run. The caller finishes its output only after [`run`] has succeeded.

use std::{
    panic::resume_unwind,
    sync::{Arc, atomic::Ordering},
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::{
    batch::{Batch, Changes, Encoded, Query, Rows},
    error::{Error, Result},
    genome::Strand,
    head::Shape,
    interrupt::INTERRUPTED,
    model::{Answerer, Answers, ChangeAnswer},
    skip::Skip,
    tokenize::Encoder,
};

/// Batches waiting at each channel. 1, 2, 4 and 8 take the same time within 1 % with a 0.1-ms window on 2 cores: 2
/// hides the reader entirely, more only adds memory.
const BATCHES_IN_FLIGHT: usize = 2;

/// Queries without rows (skips) that fill a batch: keeps long N runs flowing without ever holding many of them.
const QUERIES_PER_BATCH: usize = 8192;

/// Bytes of records that fill a batch: records with thousands of samples are some 10 to 100 kB each. With 2,504 genotypes a
/// record, peak memory without it is 249 MB, most of it records.
const RECORD_BYTES_PER_BATCH: usize = 4 << 20;

/// Bases that fill a batch before its rows do, so that long windows do not make large batches. With a do-nothing model
/// and windows of 1,000 bases, batches of 64, 256 and 1,024 kb cost 0.52, 0.46 and 0.42 CPU-s for 63 Mb: waking threads
/// is what costs.
const BASES_PER_BATCH: usize = 256 << 10;

/// Scores that fill a batch before its bases do: 4 MB of answers. Of 12 scores for each base of a read of 10 Mb, batches by bases alone are
/// 12 MB each, and peak memory is 280 MB.
const SCORES_PER_BATCH: usize = 1 << 20;

/// Bases of stretches that fill a batch, and changes that do: two or three stretches of a splice model, so that 100
/// variants are shared among the cores evenly. A stretch that is cut in two costs its context once more.
const STRETCH_BASES_PER_BATCH: usize = 32 << 10;
const CHANGES_PER_BATCH: usize = 64;

/// What the stages share.
pub(crate) struct Settings {
    /// Turns rows into the network's input; `None` for answerers that read bases.
    pub encoder: Option<Arc<Encoder>>,
    /// Rows gathered before a session runs them.
    pub batch_rows: usize,
    /// Rows of one call of the engine: batches are cut between calls, where there is a choice.
    pub group: usize,
    /// Layout of a row's scores.
    pub shape: Shape,
    /// Scores that the model computes of a row: more than there are in its answer, where some are chosen.
    pub computed: usize,
    /// Threads for slow tokenizers.
    pub pool: Arc<rayon::ThreadPool>,
}

/// Seconds each stage was busy (not waiting for its neighbours).
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub(crate) struct Timings {
    /// Reading, cutting windows.
    pub read: f64,
    /// Making the network's input.
    pub encode: f64,
    /// Running the model, all sessions together.
    pub model: f64,
    /// Writing.
    pub write: f64,
    /// From start to end, on the clock.
    pub wall: f64,
}

/// A record that messages can name.
pub(crate) trait Located {
    /// Where it is, as a user finds it: `chr1:1-200`, `read r1`.
    fn place(&self) -> String;
}

/// What a source pushes queries into.
pub(crate) struct Feed<'a, R> {
    batch: Batch<R>,
    senders: Vec<Sender<Work<R>>>,
    turn: usize,
    settings: &'a Settings,
    /// Bytes of records in the batch, as far as they were told.
    held: usize,
    waited: Duration,
    encoded: Duration,
}

struct Work<R> {
    batch: Batch<R>,
    encoded: Option<Encoded>,
}

struct Done<R> {
    queries: Vec<Query<R>>,
    answers: Answers,
}

impl<R> Feed<'_, R> {
    /// Adds a record that is not scored.
    pub(crate) fn skip(&mut self, record: R, reason: Skip) -> Result<()> {
        self.batch.queries.push(Query { record, rows: Err(reason) });
        self.full()
    }

    /// Adds a record and the windows that `fill` pushes. If `fill` finds a reason to skip, its windows are taken back.
    pub(crate) fn query(&mut self, record: R, fill: impl FnOnce(&mut Rows) -> Result<(), Skip>) -> Result<()> {
        let before = self.batch.rows.count();
        let rows = match fill(&mut self.batch.rows) {
            Ok(()) => Ok(self.batch.rows.count() - before),
            Err(reason) => {
                self.batch.rows.truncate(before);
                Err(reason)
            }
        };
        self.batch.queries.push(Query { record, rows });
        self.full()
    }

    /// Adds the record that `fill` makes while it pushes rows.
    pub(crate) fn query_of(&mut self, fill: impl FnOnce(&mut Rows) -> R) -> Result<()> {
        let before = self.batch.rows.count();
        let record = fill(&mut self.batch.rows);
        self.batch.queries.push(Query { record, rows: Ok(self.batch.rows.count() - before) });
        self.full()
    }

    /// Adds a record and the changes that `fill` pushes: it says which record, and how many.
    pub(crate) fn changes(&mut self, fill: impl FnOnce(&mut Changes) -> Result<(R, usize)>) -> Result<()> {
        let (record, count) = fill(&mut self.batch.changes)?;
        self.batch.queries.push(Query { record, rows: Ok(count) });
        self.full()
    }

    /// To be told before a record is added that is large in itself.
    pub(crate) fn holds(&mut self, bytes: usize) {
        self.held += bytes;
    }

    /// How many windows of so many bases make a batch: a record with more is handed on in pieces.
    pub(crate) fn rows_of(&self, span: u64) -> usize {
        let by_bases = usize::try_from(BASES_PER_BATCH as u64 / span.max(1)).unwrap_or(usize::MAX);
        let most = by_bases.min(SCORES_PER_BATCH / self.settings.computed.max(1)).max(1);
        self.settings.batch_rows.min(most).next_multiple_of(self.settings.group)
    }

    fn full(&mut self) -> Result<()> {
        let (rows, settings) = (&self.batch.rows, self.settings);
        let scores = rows.count() * settings.computed;
        let heavy = (rows.bases() >= BASES_PER_BATCH || scores >= SCORES_PER_BATCH)
            && rows.count().is_multiple_of(settings.group);
        let changes = &self.batch.changes;
        let changed = changes.changes.len() >= CHANGES_PER_BATCH || changes.bases() >= STRETCH_BASES_PER_BATCH;
        let large = self.held >= RECORD_BYTES_PER_BATCH;
        if heavy
            || changed
            || large
            || rows.count() >= settings.batch_rows
            || self.batch.queries.len() >= QUERIES_PER_BATCH
        {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn flush(&mut self) -> Result<()> {
        if INTERRUPTED.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        if self.batch.queries.is_empty() {
            return Ok(());
        }
        let batch = std::mem::take(&mut self.batch);
        self.held = 0;
        let started = Instant::now();
        let encoded = match &self.settings.encoder {
            Some(encoder) => Some(encoder.encode(&batch.rows, &self.settings.pool)?),
            None => None,
        };
        let ready = Instant::now();
        self.encoded += ready - started;
        let sent = self.senders[self.turn].send(Work { batch, encoded });
        self.waited += ready.elapsed();
        self.turn = (self.turn + 1) % self.senders.len();
        // The session is gone: it, or the writer behind it, has the cause.
        sent.map_err(|_| Error::Closed)
    }
}

/// What came of a query.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome<'a> {
    /// Not scored, and why.
    Skipped(Skip),
    /// The answers to its rows.
    Answered(RowAnswers<'a>),
}

impl Outcome<'_> {
    /// Why it was not scored, if it was not.
    pub(crate) fn skipped(&self) -> Option<Skip> {
        match self {
            Self::Skipped(reason) => Some(*reason),
            Self::Answered(_) => None,
        }
    }
}

/// The answers to one query's rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowAnswers<'a> {
    answers: &'a Answers,
    first: usize,
    count: usize,
    shape: Shape,
}

impl<'a> RowAnswers<'a> {
    /// The answer to a change.
    pub(crate) fn change(&self, change: usize) -> &'a ChangeAnswer {
        &self.answers.changes[self.first + change]
    }

    /// How many rows, or changes, the query had.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Scores of a row: bin after bin, column after column.
    pub(crate) fn scores(&self, row: usize) -> &'a [f32] {
        self.scores_in_batch(self.first + row)
    }

    /// Scores of a row by its number in the batch, for queries that share rows.
    pub(crate) fn scores_in_batch(&self, row: usize) -> &'a [f32] {
        let ends = &self.answers.ends;
        if ends.is_empty() {
            let at = row * self.shape.len();
            return &self.answers.scores[at..at + self.shape.len()];
        }
        let start = row.checked_sub(1).map_or(0, |before| ends[before]);
        &self.answers.scores[start..ends[row]]
    }

    /// Strand of a row.
    pub(crate) fn strand(&self, row: usize) -> Strand {
        self.answers.strands.get(self.first + row).copied().unwrap_or(Strand::Unknown)
    }

    /// What a row's answer rests on.
    pub(crate) fn evidence(&self, row: usize) -> &'a str {
        self.answers.evidence.get(self.first + row).map_or("", String::as_str)
    }

    /// A row's answer in words.
    pub(crate) fn text(&self, row: usize) -> &'a str {
        self.answers.texts.get(self.first + row).map_or("", String::as_str)
    }
}

/// Runs the three stages until the source ends. The sink sees every query once, in input order.
pub(crate) fn run<R: Send + Located>(
    settings: &Settings,
    sessions: Vec<Box<dyn Answerer>>,
    source: impl FnOnce(&mut Feed<'_, R>) -> Result<()> + Send,
    mut sink: impl FnMut(R, Outcome<'_>) -> Result<()>,
) -> Result<Timings> {
    let started = Instant::now();
    let (to_sessions, from_feed): (Vec<_>, Vec<_>) = sessions.iter().map(|_| bounded(BATCHES_IN_FLIGHT)).unzip();
    let (to_writer, from_sessions): (Vec<_>, Vec<_>) = sessions.iter().map(|_| bounded(BATCHES_IN_FLIGHT)).unzip();
    thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let begun = Instant::now();
            let mut feed = Feed {
                batch: Batch::default(),
                senders: to_sessions,
                turn: 0,
                settings,
                held: 0,
                waited: Duration::ZERO,
                encoded: Duration::ZERO,
            };
            let result = source(&mut feed).and_then(|()| feed.flush());
            let busy = begun.elapsed().saturating_sub(feed.waited + feed.encoded);
            (result, busy, feed.encoded)
        });
        let workers: Vec<_> = sessions
            .into_iter()
            .zip(from_feed.into_iter().zip(to_writer))
            .map(|(session, (receiver, sender))| scope.spawn(move || serve(session, &receiver, &sender)))
            .collect();

        let mut busy = Duration::ZERO;
        let written = collect(from_sessions, settings.shape, &mut sink, &mut busy);

        let mut outcome = written;
        let mut timings = Timings { write: busy.as_secs_f64(), ..Timings::default() };
        for worker in workers {
            let (result, busy) = worker.join().unwrap_or_else(|panic| resume_unwind(panic));
            timings.model += busy.as_secs_f64();
            outcome = outcome.and(result);
        }
        let (result, read, encode) = reader.join().unwrap_or_else(|panic| resume_unwind(panic));
        (timings.read, timings.encode) = (read.as_secs_f64(), encode.as_secs_f64());
        timings.wall = started.elapsed().as_secs_f64();
        match (outcome, result) {
            (Err(cause), _) => Err(cause),
            (Ok(()), Err(Error::Closed)) => Err(Error::Internal("a stage stopped without a reason".into())),
            (Ok(()), result) => result.map(|()| timings),
        }
    })
}

/// One session: answers batches until there are none, or nobody wants them.
fn serve<R: Located>(
    mut session: Box<dyn Answerer>,
    receiver: &Receiver<Work<R>>,
    sender: &Sender<Done<R>>,
) -> (Result<()>, Duration) {
    let mut busy = Duration::ZERO;
    while let Ok(Work { batch, encoded }) = receiver.recv() {
        let begun = Instant::now();
        let answers = if !batch.changes.changes.is_empty() {
            session.answer_changes(&batch.changes)
        } else if batch.rows.count() == 0 {
            Ok(Answers::default())
        } else {
            session.answer(&batch.rows, encoded.as_ref())
        };
        busy += begun.elapsed();
        match answers {
            Ok(answers) => {
                if sender.send(Done { queries: batch.queries, answers }).is_err() {
                    break;
                }
            }
            Err(error) => return (Err(error.located(|row| place_of(&batch.queries, row))), busy),
        }
    }
    (Ok(()), busy)
}

/// Where the record is whose rows the `row`th of a batch is one of.
fn place_of<R: Located>(queries: &[Query<R>], row: usize) -> Option<String> {
    let mut after = 0;
    let own = queries.iter().find(|query| {
        after += *query.rows.as_ref().unwrap_or(&0);
        row < after
    });
    own.map(|query| query.record.place())
}

/// The writer's side: takes batches from the sessions in rotation. It stops at the first session that has no more.
fn collect<R>(
    receivers: Vec<Receiver<Done<R>>>,
    shape: Shape,
    sink: &mut impl FnMut(R, Outcome<'_>) -> Result<()>,
    busy: &mut Duration,
) -> Result<()> {
    for receiver in receivers.iter().cycle() {
        let Ok(Done { queries, answers }) = receiver.recv() else { break };
        let begun = Instant::now();
        let mut first = 0;
        for Query { record, rows } in queries {
            match rows {
                Err(reason) => sink(record, Outcome::Skipped(reason))?,
                Ok(count) => {
                    sink(record, Outcome::Answered(RowAnswers { answers: &answers, first, count, shape }))?;
                    first += count;
                }
            }
        }
        *busy += begun.elapsed();
        if INTERRUPTED.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Located for usize {
        fn place(&self) -> String {
            format!("record {self}")
        }
    }

    /// The score of a window is the sum of its bytes.
    struct Sum;

    impl Answerer for Sum {
        fn answer(&mut self, rows: &Rows, _: Option<&Encoded>) -> Result<Answers> {
            let sum = |row: &[u8]| row.iter().map(|&b| f32::from(b)).sum();
            let scores = (0..rows.count()).map(|i| sum(rows.row(i))).collect();
            Ok(Answers { scores, strands: vec![Strand::Forward; rows.count()], ..Answers::default() })
        }
    }

    struct Broken(usize);

    impl Answerer for Broken {
        fn answer(&mut self, rows: &Rows, encoded: Option<&Encoded>) -> Result<Answers> {
            self.0 = self.0.checked_sub(1).ok_or_else(|| Error::model("broken", "the cause"))?;
            Sum.answer(rows, encoded)
        }
    }

    struct Panics;

    impl Answerer for Panics {
        fn answer(&mut self, _: &Rows, _: Option<&Encoded>) -> Result<Answers> {
            panic!("a stage panicked on purpose")
        }
    }

    fn settings(batch_rows: usize) -> Settings {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
        Settings {
            encoder: None,
            batch_rows,
            group: 1,
            shape: Shape { bins: 1, columns: 1 },
            computed: 1,
            pool: Arc::new(pool),
        }
    }

    fn numbers(feed: &mut Feed<'_, usize>, count: usize) -> Result<()> {
        for number in 0..count {
            if number % 7 == 3 {
                feed.skip(number, Skip::TooShort)?;
            } else {
                feed.query(number, |rows| {
                    (0..number % 3 + 1).for_each(|_| rows.push(&[number as u8]));
                    Ok(())
                })?;
            }
        }
        Ok(())
    }

    fn answers(sessions: usize, batch_rows: usize) -> Vec<(usize, Vec<f32>)> {
        let mut seen = Vec::new();
        let models = (0..sessions).map(|_| Box::new(Sum) as Box<dyn Answerer>).collect();
        let sink = |record, outcome: Outcome<'_>| {
            seen.push((
                record,
                match outcome {
                    Outcome::Skipped(_) => vec![-1.0],
                    Outcome::Answered(rows) => (0..rows.count()).map(|i| rows.scores(i)[0]).collect(),
                },
            ));
            Ok(())
        };
        run(&settings(batch_rows), models, |feed: &mut Feed<'_, usize>| numbers(feed, 500), sink).expect("a run");
        seen
    }

    #[test]
    fn sessions_and_batches_change_neither_order_nor_answers() {
        let expected = answers(1, 1);
        assert_eq!((expected.len(), expected[5].clone()), (500, (5, vec![5.0; 3])));
        for sessions in [1, 2, 5, 40] {
            for batch_rows in [1, 2, 7, 10_000] {
                assert_eq!(answers(sessions, batch_rows), expected, "{sessions} sessions, batches of {batch_rows}");
            }
        }
    }

    #[test]
    fn the_stage_with_the_cause_is_the_one_that_is_reported() {
        for round in 0..50 {
            let models = || vec![Box::new(Sum) as Box<dyn Answerer>, Box::new(Broken(round % 4)) as _];
            let error = run(&settings(3), models(), |feed| numbers(feed, 500), |_, _| Ok(())).expect_err("model");
            assert_eq!(error.to_string(), "model broken: the cause");
            let models = || (0..3).map(|_| Box::new(Sum) as Box<dyn Answerer>).collect();
            let full = |record, _: Outcome<'_>| {
                if record == 9 * round % 400 { Err(Error::input("out", "disk full")) } else { Ok(()) }
            };
            let error = run(&settings(3), models(), |feed| numbers(feed, 500), full).expect_err("sink");
            assert_eq!(error.to_string(), "out: disk full");
            let short = |feed: &mut Feed<'_, usize>| numbers(feed, round).and(Err(Error::input("in", "truncated")));
            let error = run(&settings(3), models(), short, |_, _| Ok(())).expect_err("source");
            assert_eq!(error.to_string(), "in: truncated");
        }
    }

    #[test]
    fn the_record_is_named_whose_row_fails() {
        struct Fails;
        impl Answerer for Fails {
            fn answer(&mut self, _: &Rows, _: Option<&Encoded>) -> Result<Answers> {
                Err(Error::model("m", "too long").in_row(2))
            }
        }
        // Record 0 has one row, 1 has two, 2 has three.
        let error =
            run(&settings(9), vec![Box::new(Fails) as _], |feed| numbers(feed, 5), |_, _| Ok(())).expect_err("model");
        assert_eq!(error.to_string(), "model m: record 1: too long");
    }

    #[test]
    #[should_panic(expected = "on purpose")]
    fn a_panic_is_never_a_short_success() {
        let _ = run(&settings(3), vec![Box::new(Panics)], |feed| numbers(feed, 500), |_, _| Ok(()));
    }
}
