//! Descriptions of columns. They stand beside the writers: header lines, `genogloss columns` and the tables of docs/reference/columns.md are
//! made of them.

use crate::model::Form;

/// The type of a column in Parquet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldKind {
    /// Text: BYTE_ARRAY, UTF-8.
    Text,
    /// A whole number of 64 bits.
    Integer,
    /// A number of 32 bits: a score of a model.
    Number,
    /// A number of 64 bits: any other.
    Double,
    /// A list of so many numbers of 32 bits: so many columns of the text.
    Numbers(usize),
}

impl FieldKind {
    /// Columns of the text that it takes.
    pub(crate) fn width(self) -> usize {
        match self {
            Self::Numbers(width) => width,
            _ => 1,
        }
    }
}

/// A column of an output, or several that belong together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Names, in order. A name in parentheses stands for names that depend on the run: `(scores)`.
    pub(crate) names: &'static [&'static str],
    /// Meaning, unit, coordinate base, and how a missing value is written.
    pub(crate) meaning: &'static str,
    /// Types in Parquet, one for each name; those after the last have the first one.
    kinds: &'static [FieldKind],
}

impl Column {
    /// The same with types other than text.
    pub(crate) const fn of(self, kinds: &'static [FieldKind]) -> Self {
        Self { kinds, ..self }
    }

    /// Its names and their types, in order.
    pub(crate) fn typed(&self) -> impl Iterator<Item = (&'static str, FieldKind)> {
        let kind = |index: usize| self.kinds.get(index).or(self.kinds.first()).copied().unwrap_or(FieldKind::Text);
        self.names.iter().enumerate().map(move |(index, &name)| (name, kind(index)))
    }
}

/// The columns of one format of an output.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ColumnTable {
    /// The format, or what else tells the outputs of a command apart.
    pub(crate) format: &'static str,
    /// Its columns, in order.
    pub(crate) columns: &'static [Column],
}

/// Types of a column of whole numbers.
pub(crate) const INTEGER: &[FieldKind] = &[FieldKind::Integer];

/// Types of a column of numbers that are no scores of a model.
pub(crate) const DOUBLE: &[FieldKind] = &[FieldKind::Double];

/// Types of the columns contig, start and end; texts may follow.
pub(crate) const INTERVAL: &[FieldKind] = &[FieldKind::Text, FieldKind::Integer, FieldKind::Integer];

/// Stands for the names of all scores.
pub(crate) const SCORES: &str = "(scores)";

/// The column of the called label, which tables of answers in words do not have.
pub(crate) const CALL: &str = "call";

/// A column of text.
pub(crate) const fn column(names: &'static [&'static str], meaning: &'static str) -> Column {
    Column { names, meaning, kinds: &[FieldKind::Text] }
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
