//! `genogloss models`: list, show and check.

use std::{path::PathBuf, sync::Arc};

use clap::Subcommand;

use super::say;
use crate::{
    batch::{Change, Changes, Stretch},
    error::{Error, Result},
    generate::{Generator, Request, Strategy},
    genome::Strand,
    model::{
        Answerer,
        card::{Card, Kind, StrandRule},
        change, decoder,
        folder::Folder,
        network::{self, EngineChoice, EngineReport, Ready},
        ort::{self, Device},
        registry, rten,
        trial::{self, Tried, Windows},
    },
    tokenize::{Encoder, text::Text},
};

/// List, show, check and import models.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  genogloss models list\n  genogloss models check path/to/folder")]
pub struct Options {
    /// Folder of model folders, searched first.
    #[arg(long, value_name = "DIR", global = true)]
    models_dir: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// All models that can be found: name, version, licence, what they do.
    #[command(after_help = "Examples:\n  genogloss models list\n  genogloss models list --models-dir models")]
    List,
    // Described in full in its own file.
    Import(super::import::Options),
    /// Everything a model's card says.
    #[command(after_help = "Examples:\n  genogloss models show core-promoter\n  genogloss models show path/to/folder")]
    Show {
        /// Name or folder.
        model: String,
    },
    /// Check a model: its card, its digests, the network's inputs and outputs, windows of known bases and of N, its self-test, and its networks for changes, on each engine.
    #[command(
        after_help = "Examples:\n  genogloss models check core-promoter\n  genogloss models check path/to/folder --engine ort"
    )]
    Check {
        /// Name or folder.
        model: String,
        /// Engine; auto: all that are here, and the one that would run decides.
        #[arg(long, value_enum, default_value = "auto")]
        engine: EngineChoice,
    },
}

pub(super) fn run(options: Options) -> Result<()> {
    let models_dir = options.models_dir.as_ref();
    match options.command {
        Command::List => list(models_dir),
        Command::Import(asked) => super::import::run(&asked, models_dir),
        Command::Show { model } => show(&registry::find(&model, models_dir)?),
        Command::Check { model, engine } => check(&registry::find(&model, models_dir)?, engine),
    }
}

fn list(models_dir: Option<&PathBuf>) -> Result<()> {
    let mut text = String::from("#name\tversion\tlicense\tkind\twhere\tsummary\n");
    for (name, folder) in registry::all(models_dir) {
        let place = match &folder {
            Folder::Disk(path) => path.display().to_string(),
            Folder::BuiltIn(..) => "built in".into(),
        };
        match folder.card() {
            Ok(card) => text.push_str(&format!(
                "{name}\t{}\t{}\t{}\t{place}\t{}\n",
                card.version,
                card.license,
                kind(card.kind),
                card.summary
            )),
            Err(error) => tracing::warn!("{name}: {error}"),
        }
    }
    for (name, summary) in crate::exact::all() {
        text.push_str(&format!(
            "exact:{name}\t{}\tMIT OR Apache-2.0\texact\tbuilt in\t{summary}\n",
            env!("CARGO_PKG_VERSION")
        ));
    }
    say(text.as_bytes())
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Classify => "classify",
        Kind::Regress => "regress",
        Kind::Track => "track",
        Kind::Generate => "generate",
    }
}

fn show(folder: &Folder) -> Result<()> {
    let card = folder.card()?;
    let mut text = format!("{} {}: {}\n", card.name, card.version, card.summary);
    let mut line = |name: &str, value: String| text.push_str(&format!("  {name:<10} {value}\n"));
    line("folder", folder.place());
    line(
        "license",
        card.license.clone() + if card.non_commercial { " (non-commercial: --accept-license)" } else { "" },
    );
    if let Some(citation) = &card.citation {
        line("cite", citation.clone());
    }
    line("kind", kind(card.kind).into());
    line("input", format!("{:?}, unknown bases: {:?}", card.input.encoding, card.input.unknown).to_lowercase());
    let window = &card.window;
    match &card.generate {
        Some(rule) => line(
            "writes",
            format!(
                "answers to prompts (genogloss ask): {} tokens of prompt and answer, {} of an answer",
                rule.context,
                rule.max_tokens()
            ),
        ),
        None => {
            let (span, core, stride, least) = (window.span, window.core, window.stride, card.min_span());
            line("window", format!("span {span} bp, core {core} bp, stride {stride} bp; sequences from {least} bp"));
            line("strand", format!("{:?}", card.strand).to_lowercase());
        }
    }
    for column in card.columns() {
        let background = if column.callable { String::new() } else { ", background".into() };
        line("score", format!("{} (threshold {}{background})", column.name, column.threshold));
    }
    for head in &card.heads {
        for point in &head.operating_points {
            let wrong = point.false_per_mb.map_or(String::new(), |n| format!(", {n} wrong calls per Mb"));
            line(
                "held out",
                format!(
                    "{} from {}: precision {}, recall {}{wrong}",
                    head.name, point.threshold, point.precision, point.recall
                ),
            );
        }
    }
    for trained_on in &card.trained_on {
        line("trained on", trained_on.clone());
    }
    for note in &card.notes {
        line("note", note.clone());
    }
    for (file, sha256) in &card.files.sha256 {
        line("sha256", format!("{sha256} {file}"));
    }
    say(text.as_bytes())
}

/// A sequence of the self-test and the scores it must have.
struct Expected {
    name: String,
    sequence: String,
    scores: Vec<f32>,
}

/// Checks a model on the engine that would run it; without `--engine`, the other one is checked as well, and what it says is no more than said.
fn check(folder: &Folder, engine: EngineChoice) -> Result<()> {
    let mut results = checked(folder, engine)?.into_iter();
    let first = results.next().map_or(Ok(()), |(_, result)| result);
    match (first, results.next()) {
        (Err(error), Some((other, Ok(())))) if error.hint().is_none() => {
            Err(error
                .with_hint(format!("--engine {} runs it", if other == EngineChoice::Ort { "ort" } else { "rten" })))
        }
        (first, _) => first,
    }
}

/// Checks a model on all engines that are here; none may fail.
pub(super) fn check_all(folder: &Folder) -> Result<()> {
    checked(folder, EngineChoice::Auto)?.into_iter().try_for_each(|(_, result)| result)
}

/// What each engine says of a model. The first one is the one that would run it.
fn checked(folder: &Folder, engine: EngineChoice) -> Result<Vec<(EngineChoice, Result<()>)>> {
    let card = folder.card()?;
    let expected = match &card.self_test {
        Some(file) if card.kind == Kind::Generate => Test::Prompts(prompts_test(&card, folder, file)?),
        Some(file) => Test::Sequences(self_test(&card, folder, file)?),
        None if card.kind == Kind::Generate => Test::Prompts(Vec::new()),
        None => Test::Sequences(Vec::new()),
    };
    for file in card.files.sha256.keys().filter(|file| !card.file_names().contains(&file.as_str())) {
        folder.verified(&card, file)?;
    }
    let runtime = ort::runtime();
    let engines = match (engine, &runtime) {
        (EngineChoice::Auto, Ok(_)) => vec![EngineChoice::Ort, EngineChoice::Rten],
        (EngineChoice::Auto, Err(problem)) => {
            tracing::warn!("{problem}: only rten is checked");
            vec![EngineChoice::Rten]
        }
        (one, _) => vec![one],
    };
    let mut text = format!("{} {}: card and digests are good\n", card.name, card.version);
    let (mut results, mut scores) = (Vec::new(), Vec::new());
    for engine in engines {
        let name = if engine == EngineChoice::Ort { "ONNX Runtime" } else { "rten" };
        match check_engine(folder, &card, engine, &expected) {
            Ok(Checked { report, worst, changes, tried }) => {
                let (count, what) = expected.counted();
                let test = if count == 0 {
                    "loads; there is no self-test".into()
                } else {
                    format!(
                        "{count} {what} of the self-test, largest difference {worst:.1e} (tolerance {:.1e})",
                        card.run.tolerance
                    )
                };
                let mut line = |what: &str| text.push_str(&format!("  {} {}: {what}\n", report.engine, report.version));
                line(&test);
                if let Some((count, worst)) = changes {
                    line(&format!(
                        "{count} changes of these sequences, by the networks for changes and by the windows, largest difference {worst:.1e}"
                    ));
                }
                if let Some(tried) = tried {
                    line(&format!(
                        "{} windows, alone and together, largest difference {:.1e}",
                        tried.windows, tried.worst
                    ));
                    tried.notes.iter().for_each(|note| line(note));
                    scores.push(tried.scores);
                }
                results.push((engine, Ok(())));
            }
            Err(error) => {
                text.push_str(&format!("  {name}: does not run: {error}\n"));
                results.push((engine, Err(error)));
            }
        }
    }
    if let [one, other] = scores.as_slice() {
        let differ = trial::difference(one, other);
        if differ.is_nan() || differ > card.run.tolerance {
            text.push_str(&format!("  the engines differ by {differ:.1e}: keep to one of them (--engine)\n"));
        }
    }
    let runs = results.first().map(|(engine, _)| *engine);
    if let (Some(EngineChoice::Ort), Ok(runtime)) = (runs, &runtime) {
        let mut line = |what: String| text.push_str(&format!("  {what}\n"));
        line(format!("commands run it by ONNX Runtime {}, {}", runtime.version, runtime.path.display()));
        runtime.passed_over.iter().for_each(|problem| line(format!("not taken: {problem}")));
    } else if runs == Some(EngineChoice::Rten) {
        text.push_str(&format!("  commands run it by rten {}\n", rten::VERSION));
    }
    say(text.as_bytes())?;
    Ok(results)
}

/// What an engine says of a self-test.
struct Checked {
    report: EngineReport,
    /// Largest difference to the self-test.
    worst: f32,
    /// How many changes were made, and the largest difference between the networks for changes and the windows.
    changes: Option<(usize, f32)>,
    /// What became of windows that every model of windows must run.
    tried: Option<Tried>,
}

fn check_engine(folder: &Folder, card: &Card, engine: EngineChoice, test: &Test) -> Result<Checked> {
    let expected = match test {
        Test::Sequences(expected) => expected,
        Test::Prompts(expected) => return check_answers(folder, card, engine, expected),
    };
    let Ready { answerers: mut sessions, report, rows } = network::load(folder, card, engine, Device::Cpu, 1)?;
    let session = sessions.pop().ok_or_else(|| Error::Internal("no session".into()))?;
    let encoder = Encoder::new(card, folder, card.run.call_rows(rows, None))?;
    let mut windows = Windows::new(session, encoder, rows)?;
    let tried = Some(trial::all(card, &mut windows)?);
    if expected.is_empty() {
        return Ok(Checked { report, worst: 0.0, changes: None, tried });
    }
    let sequences: Vec<&[u8]> = expected.iter().map(|test| test.sequence.as_bytes()).collect();
    let answers = windows.answer(card, &sequences)?;
    let width = network::form(card).shape.len();
    let mut worst = (0.0f32, "");
    for (test, scores) in expected.iter().zip(answers.chunks_exact(width)) {
        for (score, wanted) in scores.iter().zip(&test.scores) {
            let difference = (score - wanted).abs();
            if difference > worst.0 || difference.is_nan() {
                worst = (difference, &test.name);
            }
        }
    }
    if worst.0.is_nan() || worst.0 > card.run.tolerance {
        return Err(Error::model(
            &card.name,
            format!(
                "self-test: sequence {} differs by {:.1e}; the card's tolerance is {:.1e}",
                worst.1, worst.0, card.run.tolerance
            ),
        ));
    }
    check_short_rows(card, &mut windows, (&sequences, &answers))?;
    let changes = match Edits::of(card) {
        Some(edits) => {
            let (mut sessions, _) = change::load(folder, card, engine, Device::Cpu, 1)?;
            let session = sessions.pop().ok_or_else(|| Error::Internal("no session".into()))?;
            Some(edits.check(card, session, &mut windows, (&sequences, &answers))?)
        }
        None => None,
    };
    Ok(Checked { report, worst: worst.0, changes, tried })
}

/// Where a card says that rows may be shorter (`window: multiple`): whether a part of a window has the scores that it has within the
/// window. `windows` said `answers` of the sequences.
fn check_short_rows(card: &Card, windows: &mut Windows, (sequences, answers): (&[&[u8]], &[f32])) -> Result<()> {
    let (Some(multiple), Some(bin)) = (card.window.multiple, card.bin()) else { return Ok(()) };
    // Which strand a row is answered on depends on all of it.
    if card.strand == StrandRule::Max {
        return Ok(());
    }
    let [span, core, left, multiple, bin] =
        [card.window.span, card.window.core, card.window.left(), multiple, bin].map(|n| n as usize);
    let form = network::form(card);
    let (width, columns) = (form.shape.len(), form.columns.len());
    let first = core / 3 / multiple * multiple;
    let short = (core / 8).div_ceil(multiple) * multiple;
    for (sequence, answers) in sequences.iter().zip(answers.chunks_exact(width)) {
        let mut bases = sequence.to_vec();
        bases.resize(span, b'N');
        let said = windows.run(&[&bases[first..first + short + 2 * left]])?;
        let wanted = &answers[first / bin * columns..][..short / bin * columns];
        let worst = said
            .iter()
            .zip(wanted)
            .map(|(one, other)| (one - other).abs())
            .fold(0.0f32, |most, one| if one > most || one.is_nan() { one } else { most });
        if worst.is_nan() || worst > card.run.tolerance {
            return Err(Error::model(
                &card.name,
                format!(
                    "window: multiple: {} bases of a window alone differ by {worst:.1e} from the whole window; the card's tolerance is {:.1e}",
                    short + 2 * left,
                    card.run.tolerance
                ),
            )
            .with_hint("the network reads further than (span - core) / 2 bases, or its strides are no divisors of multiple"));
        }
    }
    Ok(())
}

/// Where changes can be made in a window so that the networks for changes and those for windows read the same bases.
struct Edits {
    /// Bases of a window before the first one that may be answered for, and after the last one.
    margins: (usize, usize),
    /// Bases before and after a change that are compared.
    reach: usize,
}

impl Edits {
    /// Bases that a deletion takes out. It keeps the base before them, as VCF does.
    const DELETED: usize = 5;
    /// What an insertion puts in.
    const INSERTED: &[u8] = b"GTA";

    /// None where a model has no networks for changes, or a window has no room.
    fn of(card: &Card) -> Option<Self> {
        let rule =
            card.variants.changes.as_ref().filter(|_| card.strand == StrandRule::Forward && card.window.fixed)?;
        let [span, core, half] = [card.window.span, card.window.core, rule.context / 2].map(|n| n as usize);
        let before = (span - core) / 2;
        let margins = (before.max(half), (span - core - before).max(half));
        let room = span.checked_sub(margins.0 + margins.1 + 1 + Self::DELETED)?;
        Some(Self { margins, reach: (room / 2).min(50) })
    }

    /// Makes an SNV, an insertion and a deletion where the sequences have their highest scores, each in one of them or more, and compares
    /// what both kinds of networks say of the sequence and of the changed one: how many changes, and the largest difference. `windows` said
    /// `answers` of the sequences.
    fn check(
        &self,
        card: &Card,
        mut session: Box<dyn Answerer>,
        windows: &mut Windows,
        (sequences, answers): (&[&[u8]], &[f32]),
    ) -> Result<(usize, f32)> {
        let form = network::form(card);
        let (width, columns, callable) = (form.shape.len(), form.columns.len(), form.callable());
        let (span, before) = (card.window.span as usize, ((card.window.span - card.window.core) / 2) as usize);
        let mut worst = 0.0f32;
        let mut count = 0;
        for (place, (sequence, answers)) in sequences.iter().zip(answers.chunks_exact(width)).enumerate() {
            let mut bases = sequence.to_vec();
            bases.resize(span, b'N');
            let last = span - self.margins.1 - 1 - Self::DELETED - self.reach;
            // Where little is said, wrong networks differ little: the highest score there is.
            let best = |at: &usize| {
                let scores = &answers[(at - before) * columns..][..columns];
                let called = scores.iter().zip(&callable).filter(|(_, called)| **called).map(|(score, _)| *score);
                called.fold(f32::NEG_INFINITY, f32::max)
            };
            let places = self.margins.0 + self.reach..=last;
            let at = places.max_by(|one, other| best(one).total_cmp(&best(other))).unwrap_or(last);
            let here = bases[at];
            let other = if here.eq_ignore_ascii_case(&b'A') { b'C' } else { b'A' };
            let edits = [(1, vec![other]), (1, [&[here], Self::INSERTED].concat()), (1 + Self::DELETED, vec![here])];
            let mut asked = Changes::default();
            let mut changed = Vec::new();
            // A window takes a second or two: no kind of change is made in a second sequence while there is another kind.
            let dealt = edits.into_iter().enumerate().filter(|(kind, _)| kind % sequences.len() == place % 3);
            for (_, (removed, inserted)) in dealt {
                let mut row = [&bases[..at], &inserted, &bases[at + removed..]].concat();
                row.truncate(span);
                changed.push(row);
                let (left, right) = (self.reach, self.reach);
                asked.changes.push(Change { stretch: 0, at, removed, inserted, left, right });
            }
            asked.stretches.push(Stretch { bases, strand: Strand::Forward });
            let said = session.answer_changes(&asked)?.changes;
            let rows: Vec<&[u8]> = changed.iter().map(Vec::as_slice).collect();
            let wanted = windows.answer(card, &rows)?;
            let from = (at - self.reach - before) * columns;
            for (said, wanted) in said.iter().zip(wanted.chunks_exact(width)) {
                count += 1;
                let pairs = said.reference.iter().zip(&answers[from..]);
                for (one, other) in pairs.chain(said.alternate.iter().zip(&wanted[from..])) {
                    let difference = (one - other).abs();
                    if difference > worst || difference.is_nan() {
                        worst = difference;
                    }
                }
            }
        }
        if worst.is_nan() || worst > card.run.tolerance {
            let problem = format!(
                "its networks for changes and for windows differ by {worst:.1e}; the card's tolerance is {:.1e}",
                card.run.tolerance
            );
            return Err(Error::model(&card.name, problem));
        }
        Ok((count, worst))
    }
}

/// What a self-test asks.
enum Test {
    Sequences(Vec<Expected>),
    Prompts(Vec<Answered>),
}

impl Test {
    fn counted(&self) -> (usize, &'static str) {
        match self {
            Self::Sequences(tests) => (tests.len(), "sequences"),
            Self::Prompts(tests) => (tests.len(), "prompts"),
        }
    }
}

/// A prompt of the self-test, and the answer that is the most probable token by token.
struct Answered {
    prompt: String,
    answer: String,
    log_probability: f64,
}

/// Reads the self-test of a model that writes: prompt and answer (`\\t`, `\\n`, `\\r`, `\\\\` for what a table cannot hold), logarithm of its probability.
fn prompts_test(card: &Card, folder: &Folder, file: &str) -> Result<Vec<Answered>> {
    let text = folder.self_test(card, file)?;
    let place = format!("{}/{file}", folder.place());
    let mut lines = text.lines();
    if lines.next() != Some("prompt\tanswer\tlog_probability") {
        return Err(Error::input(&place, "its columns must be prompt, answer, log_probability"));
    }
    lines
        .map(|line| {
            let bad = || Error::input(&place, format!("\"{line}\" is no prompt, answer and number"));
            let fields: Vec<&str> = line.split('\t').collect();
            let [prompt, answer, number] = fields.as_slice() else { return Err(bad()) };
            Ok(Answered {
                prompt: unescaped(prompt),
                answer: unescaped(answer),
                log_probability: number.parse().map_err(|_| bad())?,
            })
        })
        .collect()
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        out.push(match (letter, letter == '\\') {
            (_, true) => match letters.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some(other) => other,
                None => '\\',
            },
            (letter, false) => letter,
        });
    }
    out
}

fn check_answers(folder: &Folder, card: &Card, engine: EngineChoice, expected: &[Answered]) -> Result<Checked> {
    let (mut decoders, report) = decoder::load(folder, card, engine, Device::Cpu, 1)?;
    let none = || Error::Internal("no session".into());
    let rule = card.generate.as_ref().ok_or_else(none)?;
    let text = Arc::new(Text::new(card, rule, folder)?);
    let decoder = decoders.pop().ok_or_else(none)?;
    let mut generator =
        Generator::new(decoder, Arc::clone(&text), card.run.call_rows(None, None), rule.context, card.input.padding_id);
    let requests = expected
        .iter()
        .map(|test| Ok(Request { ids: text.encode(&test.prompt)?, form: None, max_tokens: rule.max_tokens() }))
        .collect::<Result<Vec<_>>>()?;
    let mut worst = 0.0f64;
    for (test, said) in expected.iter().zip(generator.answer(&requests, Strategy::Greedy)?) {
        let answer = text.decode(said.ids.iter().copied());
        if answer != test.answer {
            let problem = format!("self-test: to \"{}\" it answers \"{answer}\", not \"{}\"", test.prompt, test.answer);
            return Err(Error::model(&card.name, problem));
        }
        worst = worst.max((said.log_probability - test.log_probability).abs() / (said.ids.len() + 1) as f64);
    }
    if worst <= f64::from(card.run.tolerance) {
        return Ok(Checked { report, worst: worst as f32, changes: None, tried: None });
    }
    let problem = format!(
        "self-test: the logarithm of a token's probability differs by {worst:.1e}; the card's tolerance is {:.1e}",
        card.run.tolerance
    );
    Err(Error::model(&card.name, problem))
}

/// Reads the self-test: name, sequence, and a column for each score; a track's cells hold its bins, joined by commas.
fn self_test(card: &Card, folder: &Folder, file: &str) -> Result<Vec<Expected>> {
    let text = folder.self_test(card, file)?;
    let place = format!("{}/{file}", folder.place());
    let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').from_reader(text.as_bytes());
    let bad = |why: String| Error::input(&place, why);
    let names: Vec<String> = reader.headers().map_err(|e| bad(e.to_string()))?.iter().map(String::from).collect();
    let columns = card.columns();
    let wanted: Vec<&str> = ["name", "sequence"].into_iter().chain(columns.iter().map(|c| c.name.as_str())).collect();
    if names != wanted {
        return Err(bad(format!("its columns are {}, by the card they are {}", names.join(", "), wanted.join(", "))));
    }
    let mut tests = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| bad(e.to_string()))?;
        let sequence = record[1].to_string();
        let len = sequence.len() as u64;
        if len < card.min_span() || len > card.window.span {
            return Err(bad(format!(
                "sequence {} has {len} bases; the card takes {} to {}",
                &record[0],
                card.min_span(),
                card.window.span
            )));
        }
        let mut scores = vec![f32::NAN; columns.len() * card.bins()];
        for (column, cell) in record.iter().skip(2).enumerate() {
            let values: Vec<&str> = cell.split(',').collect();
            let (bins, repeat) = (card.bins(), card.repeat(&card.heads[columns[column].head]));
            if values.len() != bins / repeat {
                return Err(bad(format!(
                    "sequence {}: {} values of {}, the card says {}",
                    &record[0],
                    values.len(),
                    columns[column].name,
                    bins / repeat
                )));
            }
            for (bin, value) in values.iter().enumerate() {
                let value: f32 =
                    value.parse().map_err(|_| bad(format!("sequence {}: \"{value}\" is not a number", &record[0])))?;
                for copy in 0..repeat {
                    scores[(bin * repeat + copy) * columns.len() + column] = value;
                }
            }
        }
        tests.push(Expected { name: record[0].into(), sequence, scores });
    }
    Ok(tests)
}
