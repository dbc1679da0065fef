//! `genogloss evaluate` on prompts: answers against the known ones.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use super::evaluate::Options;
use crate::{
    counts::Counts,
    error::{Error, Result},
    evaluate::{
        metrics::Confusion,
        texts::{Texts, Units},
    },
    model::{card::Kind, registry},
    output::{Indexed, Output, OutputSettings, manifest::Settings},
    pipeline::{self, Outcome},
    prompts::{
        grammar::Prompt,
        panel::{AnswerWith, Panel, Settings as PanelSettings},
        tasks::Task,
    },
    read::{self, Format, InputReport},
};

use super::{
    ask::prepare,
    setup::{self, Ending},
};

/// Name that stands for all means of `genogloss ask`.
pub(super) const ASK: &str = "ask";

/// Whether this model answers prompts.
pub(super) fn answers(options: &Options) -> bool {
    let card = || registry::find(&options.model, options.engine.models_dir.as_ref()).and_then(|f| f.card()).ok();
    options.model == ASK || card().is_some_and(|card| card.kind == Kind::Generate)
}

/// A prompt with the answer it should have.
struct Known {
    set: String,
    prompt: String,
    answer: String,
}

impl pipeline::Located for (&Known, Option<Prompt>, String) {
    fn place(&self) -> String {
        format!("prompt \"{}\"", self.0.prompt)
    }
}

/// What came of the prompts of a set.
#[derive(Default)]
struct Set {
    texts: Texts,
    answered: usize,
    /// Truth and answer, where the task has a few labels.
    labels: Vec<(String, String)>,
    /// Only tasks with labels so far.
    closed: bool,
    /// Only tasks with numbers so far.
    numeric: bool,
    how: BTreeMap<String, usize>,
}

pub(super) fn run(options: &Options) -> Result<()> {
    let (language, with) = match options.model.as_str() {
        ASK => (options.language.clone(), options.answer_with.unwrap_or(AnswerWith::Best)),
        model => (model.to_string(), AnswerWith::Lm),
    };
    let (known, input) = read_known(&options.labelled)?;
    setup::announce();
    let panel = Arc::new(Panel::new(PanelSettings {
        with,
        language,
        strategy: None,
        max_tokens: None,
        chunk: false,
        models_dir: options.engine.models_dir.clone(),
        accept_license: options.engine.accept_license,
        engine: options.engine.engine,
        device: options.engine.device,
        base: None,
    })?);
    let (report, threads, settings) = prepare(&options.engine, &panel)?;
    let mut counts = Counts { records_in: known.len() as u64, queries: known.len() as u64, ..Counts::default() };
    let mut sets: Vec<(String, Set)> = Vec::new();
    let sessions = (0..threads).map(|_| panel.session()).collect();
    let timings = pipeline::run(
        &settings,
        sessions,
        |feed| {
            known.iter().try_for_each(|known| {
                let routed = match Prompt::parse(&known.prompt) {
                    Ok(prompt) => panel.route(&prompt)?.map(|means| (prompt, means)),
                    Err(refusal) => Err(refusal),
                };
                match routed {
                    Ok((prompt, means)) => feed.query((known, Some(prompt), panel.how(&means)?), |rows| {
                        rows.push(known.prompt.as_bytes());
                        Ok(())
                    }),
                    Err(refusal) => {
                        let parsed = Prompt::parse(&known.prompt).ok();
                        feed.skip((known, parsed, refusal.skip.word().into()), refusal.skip)
                    }
                }
            })
        },
        |(known, prompt, how): (&Known, Option<Prompt>, String), outcome| {
            counts.came_out(outcome.skipped());
            let index = sets.iter().position(|(name, _)| *name == known.set).unwrap_or_else(|| {
                sets.push((known.set.clone(), Set { closed: true, numeric: true, ..Set::default() }));
                sets.len() - 1
            });
            let set = &mut sets[index].1;
            let answer = match &outcome {
                Outcome::Answered(answers) if !answers.scores(0)[0].is_nan() => Some(answers.text(0)),
                _ => None,
            };
            let task = prompt.map(|prompt| prompt.task);
            set.texts.add(&known.answer, answer, task.map_or(Units::Words, units_of));
            set.answered += usize::from(answer.is_some());
            set.closed &= task.is_none_or(|task| !task.labels().is_empty());
            set.numeric &= task.is_none_or(|task| task == Task::GcContent);
            set.labels.push((known.answer.clone(), answer.unwrap_or(".").into()));
            *set.how.entry(how).or_default() += 1;
            Ok(())
        },
    )?;
    counts.rows = sets.len() as u64;
    let ending = Ending {
        report,
        threads,
        counts,
        timings,
        inputs: vec![input],
        reference: None,
        settings: Settings::new("evaluate"),
        tracks: None,
        shard: None,
        also: None,
        before: 0,
    };
    setup::finish(&options.output, ending, || {
        let mut output = Output::create(&OutputSettings {
            path: options.output.output.clone(),
            indexed: Indexed::No,
            kind: None,
            longest: 0,
            bgzf: false,
            input: read::place(&options.labelled),
            resume: None,
        })?;
        output.write_all(table(&sets).as_bytes())?;
        output.seal()
    })
}

fn read_known(path: &Path) -> Result<(Vec<Known>, InputReport)> {
    let input = read::open(path)?;
    let (place, report) = (input.place(), input.report());
    const SHAPE: &str = "a table (TSV) whose first line names the columns prompt and answer, and may name set";
    input.expect(&[Format::Unknown], "a table of prompts and answers").map_err(|error| error.with_hint(SHAPE))?;
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).from_reader(read::LineLimited::new(input.reader));
    let bad = |error: csv::Error| Error::input(&place, error).with_hint(SHAPE);
    let names: Vec<String> = reader
        .headers()
        .map_err(bad)?
        .iter()
        .map(|name| name.trim_start_matches('\u{feff}').trim().trim_start_matches('#').to_lowercase())
        .collect();
    let column = |wanted: &str| names.iter().position(|name| name == wanted);
    let needed = |wanted: &str| {
        column(wanted).ok_or_else(|| Error::input(&place, format!("there is no column \"{wanted}\"")).with_hint(SHAPE))
    };
    let (prompt, answer, set) = (needed("prompt")?, needed("answer")?, column("set"));
    let mut known = Vec::new();
    for record in reader.records() {
        let record = record.map_err(bad)?;
        let cell = |at: usize| record.get(at).unwrap_or_default().trim().to_string();
        let set = set.map_or_else(|| "all".into(), cell);
        known.push(Known { set, prompt: cell(prompt), answer: cell(answer) });
    }
    if known.is_empty() {
        return Err(Error::input(&place, "there is no prompt in it").with_hint(SHAPE));
    }
    Ok((known, report()))
}

/// One line a set; `.` for figures that do not belong to its answers.
fn table(sets: &[(String, Set)]) -> String {
    let mut text = String::from(
        "set\tprompts\tanswered\texact\tmacro_f1\tmcc\tmean_error\tpearson\tbleu_1\tbleu_2\tbleu_3\tbleu_4\trouge_1\trouge_2\trouge_l\thow\n",
    );
    for (name, set) in sets {
        let texts = &set.texts;
        let mut cells = vec![name.clone(), texts.len().to_string(), set.answered.to_string(), number(texts.exact())];
        if set.closed {
            let (confusion, classes) = confusion(&set.labels);
            let f1 = (0..classes).map(|class| confusion.f1(class)).sum::<f64>() / classes.max(1) as f64;
            cells.extend([number(f1), number(confusion.mcc())]);
            cells.extend(std::iter::repeat_n(".".to_string(), 9));
        } else if let Some((error, correlation)) = texts.numbers().filter(|_| set.numeric) {
            cells.extend([".".into(), ".".into(), number(error), number(correlation)]);
            cells.extend(std::iter::repeat_n(".".to_string(), 7));
        } else {
            cells.extend(std::iter::repeat_n(".".to_string(), 4));
            cells.extend((1..=4).map(|n| number(texts.bleu(n))));
            cells.extend(texts.rouge().map(number));
        }
        let how: Vec<String> = set.how.iter().map(|(how, count)| format!("{how} ({count})")).collect();
        cells.push(how.join(", "));
        text.push_str(&cells.join("\t"));
        text.push('\n');
    }
    text
}

/// What answers of a task are made of.
fn units_of(task: Task) -> Units {
    match task {
        Task::Reverse | Task::Complement | Task::ReverseComplement | Task::BackTranslation => Units::Letters,
        Task::Protein | Task::Blank => Units::Residues,
        _ => Units::Words,
    }
}

/// Classes are the truths, and how many there are; a prompt that was not answered, or with something else, was called none of them.
fn confusion(labels: &[(String, String)]) -> (Confusion, usize) {
    let classes: std::collections::BTreeSet<&str> = labels.iter().map(|(truth, _)| truth.as_str()).collect();
    let index = |label: &str| classes.iter().position(|class| *class == label).unwrap_or(classes.len()) as u8;
    let truth: Vec<u8> = labels.iter().map(|(truth, _)| index(truth)).collect();
    let called: Vec<u8> = labels.iter().map(|(_, answer)| index(answer)).collect();
    let count = classes.len() + usize::from(called.iter().any(|&call| usize::from(call) == classes.len()));
    (Confusion::new(count, &truth, &called, None), classes.len())
}

fn number(value: f64) -> String {
    if value.is_finite() { format!("{value:.4}") } else { ".".into() }
}
