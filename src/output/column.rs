//! Descriptions of columns. They stand beside the writers: header lines, `genogloss columns` and the tables of docs/reference/columns.md are
//! made of them.

use crate::model::Form;

/// A column of an output, or several that belong together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Names, in order. A name in parentheses stands for names that depend on the run: `(scores)`.
    pub(crate) names: &'static [&'static str],
    /// Meaning, unit, coordinate base, and how a missing value is written.
    pub(crate) meaning: &'static str,
}

/// The columns of one format of an output.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ColumnTable {
    /// The format, or what else tells the outputs of a command apart.
    pub(crate) format: &'static str,
    /// Its columns, in order.
    pub(crate) columns: &'static [Column],
}

/// Stands for the names of all scores.
pub(crate) const SCORES: &str = "(scores)";

/// The column of the called label, which tables of answers in words do not have.
pub(crate) const CALL: &str = "call";

/// A column.
pub(crate) const fn column(names: &'static [&'static str], meaning: &'static str) -> Column {
    Column { names, meaning }
}

/// The header line without the line feed. `names` gives the names that stand in place of one of the description.
pub(crate) fn header(columns: &[Column], names: impl Fn(&'static str) -> Vec<String>) -> String {
    columns.iter().flat_map(|column| column.names).flat_map(|name| names(name)).collect::<Vec<_>>().join("\t")
}

/// The header line, with its line feed, of a table whose columns are always the same.
pub(crate) fn fixed_header(columns: &[Column]) -> String {
    header(columns, |name| vec![name.into()]) + "\n"
}

/// The same, with `#` before it.
pub(crate) fn commented_header(columns: &[Column]) -> String {
    format!("#{}", fixed_header(columns))
}

/// The names of a column in a table with the scores of a model.
pub(crate) fn names(name: &'static str, form: &Form) -> Vec<String> {
    match (&form.text, name) {
        (Some(text), SCORES) => vec![text.clone()],
        (Some(_), CALL) => Vec::new(),
        (None, SCORES) => form.columns.iter().map(|column| column.name.clone()).collect(),
        (_, name) => vec![name.into()],
    }
}

/// The header line, with `#` and its line feed, of a table with the scores of a model.
pub(crate) fn score_header(columns: &[Column], form: &Form) -> String {
    format!("#{}\n", header(columns, |name| names(name, form)))
}
