//! The self-test of a model folder: sequences with their scores, or prompts with their answers (TSV).

use crate::{
    error::{Error, Result},
    model::{
        card::{Card, Column, Kind},
        folder::Folder,
    },
};

/// What a self-test holds.
pub(super) enum SelfTest {
    Sequences(Vec<SequenceTest>),
    Prompts(Vec<PromptTest>),
}

/// A sequence and the scores it must have: bin after bin, column after column.
pub(super) struct SequenceTest {
    pub(super) name: String,
    pub(super) sequence: String,
    pub(super) scores: Vec<f32>,
}

/// Sequences of the self-test, and their scores as the engine computed them.
pub(super) struct Scored<'a> {
    pub(super) sequences: Vec<&'a [u8]>,
    pub(super) scores: Vec<f32>,
}

/// A prompt, and the answer whose tokens are each the most probable one.
pub(super) struct PromptTest {
    pub(super) prompt: String,
    pub(super) answer: String,
    pub(super) log_probability: f64,
}

impl SelfTest {
    /// The self-test that the card names; an empty one if it names none.
    pub(super) fn read(card: &Card, folder: &Folder) -> Result<Self> {
        let Some(file) = &card.self_test else {
            return Ok(match card.kind {
                Kind::Generate => Self::Prompts(Vec::new()),
                _ => Self::Sequences(Vec::new()),
            });
        };
        let text = folder.self_test(card, file)?;
        let place = format!("{}/{file}", folder.place());
        match card.kind {
            Kind::Generate => prompts(&text, &place).map(Self::Prompts),
            _ => sequences(card, &text, &place).map(Self::Sequences),
        }
    }

    /// How many tests there are, and of what.
    pub(super) fn count(&self) -> (usize, &'static str) {
        match self {
            Self::Sequences(tests) => (tests.len(), "sequences"),
            Self::Prompts(tests) => (tests.len(), "prompts"),
        }
    }
}

/// Name, sequence, and a column for each score; a track's cells hold its bins, separated by commas.
fn sequences(card: &Card, text: &str, place: &str) -> Result<Vec<SequenceTest>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').from_reader(text.as_bytes());
    let bad = |why: String| Error::input(place, why);
    let names: Vec<String> = reader.headers().map_err(|e| bad(e.to_string()))?.iter().map(String::from).collect();
    let columns = card.columns();
    let wanted: Vec<&str> = ["name", "sequence"].into_iter().chain(columns.iter().map(|c| c.name.as_str())).collect();
    if names != wanted {
        return Err(bad(format!("its columns are {}, expected {}", names.join(", "), wanted.join(", "))));
    }
    let test = |record: csv::Result<csv::StringRecord>| {
        let record = record.map_err(|e| bad(e.to_string()))?;
        sequence_test(card, &columns, &record).map_err(|problem| bad(format!("sequence {}{problem}", &record[0])))
    };
    reader.records().map(test).collect()
}

/// One line. A problem follows the sequence's name.
fn sequence_test(card: &Card, columns: &[Column], record: &csv::StringRecord) -> Result<SequenceTest, String> {
    let (name, sequence) = (record[0].to_string(), record[1].to_string());
    let (len, least, most) = (sequence.len() as u64, card.min_span(), card.window.span);
    if len < least || len > most {
        return Err(format!(" has {len} bases; the card accepts {least} to {most}"));
    }
    let mut scores = vec![f32::NAN; columns.len() * card.bins()];
    for (index, (column, cell)) in columns.iter().zip(record.iter().skip(2)).enumerate() {
        let values: Vec<&str> = cell.split(',').collect();
        let repeat = card.repeat(&card.heads[column.head]);
        let bins = card.bins() / repeat;
        if values.len() != bins {
            return Err(format!(": {} values of {}, expected {bins}", values.len(), column.name));
        }
        for (bin, value) in values.iter().enumerate() {
            let value: f32 = value.parse().map_err(|_| format!(": \"{value}\" is not a number"))?;
            for copy in 0..repeat {
                scores[(bin * repeat + copy) * columns.len() + index] = value;
            }
        }
    }
    Ok(SequenceTest { name, sequence, scores })
}

/// Prompt, answer (`\\t`, `\\n`, `\\r` and `\\\\` escaped), logarithm of its probability.
fn prompts(text: &str, place: &str) -> Result<Vec<PromptTest>> {
    let mut lines = text.lines();
    if lines.next() != Some("prompt\tanswer\tlog_probability") {
        return Err(Error::input(place, "its columns must be prompt, answer, log_probability"));
    }
    let test = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [prompt, answer, number] = fields.as_slice() else { return None };
        let log_probability = number.parse().ok()?;
        Some(PromptTest { prompt: unescaped(prompt), answer: unescaped(answer), log_probability })
    };
    lines
        .map(|line| {
            test(line).ok_or_else(|| Error::input(place, format!("\"{line}\" is not a prompt, an answer and a number")))
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
