//! Prompts with known answers: each is answered, and the answers are compared with the known ones, set by set.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    evaluation::Evaluation,
    known_prompts::KnownPrompt,
    metrics::Confusion,
    sets::decimals,
    texts::{Texts, Units},
};
use crate::{
    counts::Counts,
    error::Result,
    output::{
        column::{Column, DOUBLE, FieldKind, column, fixed_header},
        manifest::Settings,
    },
    pipeline::{self, Outcome},
    prompts::{Refusal, grammar::Prompt, panel::Panel, tasks::Task},
    read::InputReport,
    session::Finished,
};

/// The table of prompts.
pub(super) const METRICS: &[Column] = &[
    column(
        &["set", "prompts", "answered"],
        "the set, how many prompts it has, and how many were answered; the others count as wrong",
    )
    .of(&[FieldKind::Text, FieldKind::Integer, FieldKind::Integer]),
    column(&["exact"], "fraction of answers that are the known one, letter by letter").of(DOUBLE),
    column(&["macro_f1", "mcc"], "tasks with labels: mean F1 of the classes, and Matthews correlation").of(DOUBLE),
    column(&["mean_error", "pearson"], "tasks with numbers: mean absolute error, and correlation").of(DOUBLE),
    column(
        &["bleu_1", "bleu_2", "bleu_3", "bleu_4"],
        "tasks with words: BLEU of the whole set, by words, residues or bases",
    )
    .of(DOUBLE),
    column(&["rouge_1", "rouge_2", "rouge_l"], "tasks with words: ROUGE F1, mean over the prompts").of(DOUBLE),
    column(&["how"], "ways of answering, and how often each was used"),
];

/// A prompt on its way: what is known, what was parsed of it, and how it is answered.
type Query<'a> = (&'a KnownPrompt, Option<Prompt>, String);

impl pipeline::Located for Query<'_> {
    fn place(&self) -> String {
        format!("prompt \"{}\"", self.0.prompt)
    }
}

/// The answers to the prompts of one set.
struct PromptSet {
    name: String,
    texts: Texts,
    answered: usize,
    /// Known and given answer.
    labels: Vec<(String, String)>,
    /// All tasks so far have a fixed list of labels.
    has_labels: bool,
    /// All tasks so far have numbers for answers.
    is_numeric: bool,
    /// How often each way of answering was used.
    how: BTreeMap<String, usize>,
}

impl PromptSet {
    fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            texts: Texts::default(),
            answered: 0,
            labels: Vec::new(),
            has_labels: true,
            is_numeric: true,
            how: BTreeMap::new(),
        }
    }

    /// Adds the answer to one prompt; `None`: it was not answered.
    fn add(&mut self, known: &KnownPrompt, task: Option<Task>, answer: Option<&str>, how: String) {
        self.texts.add(&known.answer, answer, task.map_or(Units::Words, units_of));
        self.answered += usize::from(answer.is_some());
        self.has_labels &= task.is_none_or(|task| !task.labels().is_empty());
        self.is_numeric &= task.is_none_or(|task| task == Task::GcContent);
        self.labels.push((known.answer.clone(), answer.unwrap_or(".").into()));
        *self.how.entry(how).or_default() += 1;
    }
}

/// Answers all prompts with `threads` sessions, and compares the answers with the known ones.
pub(crate) fn evaluate(
    known: &[KnownPrompt],
    input: InputReport,
    panel: &Arc<Panel>,
    settings: &pipeline::Settings,
    threads: usize,
) -> Result<Evaluation> {
    let count = known.len() as u64;
    let mut counts = Counts { records_in: count, queries: count, ..Counts::default() };
    let mut sets: Vec<PromptSet> = Vec::new();
    let timings = pipeline::run(
        settings,
        (0..threads).map(|_| panel.session()).collect(),
        |feed| known.iter().try_for_each(|known| send(known, panel, feed)),
        |(known, prompt, how): Query<'_>, outcome| {
            counts.query_written(outcome.skipped());
            let answer = match &outcome {
                Outcome::Answered(answers) if !answers.scores(0)[0].is_nan() => Some(answers.text(0)),
                _ => None,
            };
            let number = sets.iter().position(|set| set.name == known.set).unwrap_or_else(|| {
                sets.push(PromptSet::new(&known.set));
                sets.len() - 1
            });
            sets[number].add(known, prompt.map(|prompt| prompt.task), answer, how);
            Ok(())
        },
    )?;
    Ok(Evaluation {
        table: table(&sets),
        columns: METRICS,
        sets: Vec::new(),
        page: None,
        ranks: None,
        finished: Finished { counts, timings, inputs: vec![input], ..Finished::default() },
        settings: Settings::new("evaluate"),
    })
}

/// Sends a prompt to what answers it, or past it with the reason why nothing does.
fn send<'a>(known: &'a KnownPrompt, panel: &Panel, feed: &mut pipeline::Feed<'_, Query<'a>>) -> Result<()> {
    let skip = |feed: &mut pipeline::Feed<'_, Query<'a>>, prompt, refusal: Refusal| {
        feed.skip((known, prompt, refusal.skip.word().into()), refusal.skip)
    };
    let read = panel.read(&known.prompt)?;
    let text = read.understood.as_deref().unwrap_or(&known.prompt);
    let prompt = match read.parsed {
        Ok(prompt) => prompt,
        Err(refusal) => return skip(feed, None, refusal),
    };
    match panel.route(&prompt)? {
        Ok(means) => feed.query((known, Some(prompt), panel.how(&means)?), |rows| {
            rows.push(text.as_bytes());
            Ok(())
        }),
        Err(refusal) => skip(feed, Some(prompt), refusal),
    }
}

/// One line per set; `.` for metrics that its answers do not have.
fn table(sets: &[PromptSet]) -> String {
    let mut text = fixed_header(METRICS);
    for set in sets {
        let texts = &set.texts;
        let mut cells =
            vec![set.name.clone(), texts.count().to_string(), set.answered.to_string(), decimals(4, texts.exact())];
        if set.has_labels {
            let (confusion, classes) = confusion(&set.labels);
            let f1 = (0..classes).map(|class| confusion.f1(class)).sum::<f64>() / classes.max(1) as f64;
            cells.extend([decimals(4, f1), decimals(4, confusion.mcc())]);
            cells.extend(std::iter::repeat_n(".".to_string(), 9));
        } else if let Some((error, correlation)) = texts.numbers().filter(|_| set.is_numeric) {
            cells.extend([".".into(), ".".into(), decimals(4, error), decimals(4, correlation)]);
            cells.extend(std::iter::repeat_n(".".to_string(), 7));
        } else {
            cells.extend(std::iter::repeat_n(".".to_string(), 4));
            cells.extend((1..=4).map(|n| decimals(4, texts.bleu(n))));
            cells.extend(texts.rouge().map(|value| decimals(4, value)));
        }
        let how: Vec<String> = set.how.iter().map(|(how, count)| format!("{how} ({count})")).collect();
        cells.push(how.join(", "));
        text.push_str(&cells.join("\t"));
        text.push('\n');
    }
    text
}

/// The units by which answers of a task are compared.
fn units_of(task: Task) -> Units {
    match task {
        Task::Reverse | Task::Complement | Task::ReverseComplement | Task::BackTranslation | Task::Transcription => {
            Units::Letters
        }
        Task::Protein | Task::Blank => Units::Residues,
        _ => Units::Words,
    }
}

/// The confusion matrix and the number of classes. The classes are the known answers; no answer, and any other answer, count
/// as one more class.
fn confusion(labels: &[(String, String)]) -> (Confusion, usize) {
    let classes: std::collections::BTreeSet<&str> = labels.iter().map(|(truth, _)| truth.as_str()).collect();
    let index = |label: &str| classes.iter().position(|class| *class == label).unwrap_or(classes.len()) as u8;
    let truth: Vec<u8> = labels.iter().map(|(truth, _)| index(truth)).collect();
    let called: Vec<u8> = labels.iter().map(|(_, answer)| index(answer)).collect();
    let count = classes.len() + usize::from(called.iter().any(|&call| usize::from(call) == classes.len()));
    (Confusion::new(count, &truth, &called, None), classes.len())
}
