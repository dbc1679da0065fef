//! Prompts with the answers they should have: a table (TSV).

use std::path::Path;

use crate::{
    error::{Error, Result},
    read::{self, Format, InputReport},
};

/// A prompt with the answer it should have.
pub(crate) struct KnownPrompt {
    /// The set it belongs to; `all` where the table has no such column.
    pub(crate) set: String,
    /// The prompt.
    pub(crate) prompt: String,
    /// The known answer.
    pub(crate) answer: String,
}

/// Reads a table with the columns `prompt` and `answer`, and `set` where there are several sets.
pub(crate) fn read(path: &Path) -> Result<(Vec<KnownPrompt>, InputReport)> {
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
        known.push(KnownPrompt { set, prompt: cell(prompt), answer: cell(answer) });
    }
    if known.is_empty() {
        return Err(Error::input(&place, "it contains no prompt").with_hint(SHAPE));
    }
    Ok((known, report()))
}
