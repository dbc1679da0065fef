//! Reading the rows of a file: for each row its variant, its scores and its label.

use std::collections::HashMap;

use super::{
    column::{Column, is_missing},
    file::{Body, SHAPE, ScoreFile},
};
use crate::{
    error::{Error, Result, describe},
    genome::interval::to_one_based,
    read::InputReport,
};

/// The value of one cell.
enum Cell {
    Number(f64),
    Missing,
    /// Not-a-number, or infinite.
    NotFinite,
    Text,
}

fn score_of(text: &str) -> Cell {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Cell::Number(number),
        Ok(_) => Cell::NotFinite,
        Err(_) if is_missing(text) => Cell::Missing,
        Err(_) => Cell::Text,
    }
}

/// A label: 0 or 1 by its words, or a number.
fn label_of(text: &str) -> Cell {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "positive" => Cell::Number(1.0),
        "false" | "no" | "negative" => Cell::Number(0.0),
        _ => score_of(text),
    }
}

/// The columns that are read.
pub(super) struct ReadColumns<'a> {
    /// Columns with scores.
    pub(super) scores: &'a [usize],
    /// The scores were not named by the user: a column whose cells are not all numbers is left out, and its values are empty.
    pub(super) any: bool,
    /// Column with the label.
    pub(super) label: Option<usize>,
    /// Columns of a table with contig, position, REF and ALT.
    pub(super) variant: Option<[usize; 4]>,
}

/// The rows of a file.
#[derive(Default)]
pub(super) struct Rows {
    /// Line or record number of each row, for messages.
    pub(super) lines: Vec<u64>,
    /// CHROM, POS, REF and ALT of each row, joined by tabs; empty where a table has no such columns.
    pub(super) keys: Vec<Box<str>>,
    /// One list for each column that was read, not-a-number where a row has no value; empty where the column holds text.
    pub(super) values: Vec<Vec<f64>>,
    /// Labels, where the file has them; not-a-number where a row has none.
    pub(super) labels: Vec<f64>,
}

/// A key as it is shown in messages: `20:100 C>T`.
pub(super) fn show_key(key: &str) -> String {
    let parts: Vec<&str> = key.split('\t').collect();
    match parts.as_slice() {
        [contig, position, reference, alternate] => format!("{contig}:{position} {reference}>{alternate}"),
        _ => key.to_string(),
    }
}

fn key(contig: &str, position: u64, reference: &str, alternate: &str) -> Box<str> {
    format!("{contig}\t{position}\t{}\t{}", reference.to_ascii_uppercase(), alternate.to_ascii_uppercase()).into()
}

/// Collects rows, and remembers which columns turned out not to be scores.
struct RowCollector<'a> {
    place: &'a str,
    /// `line` or `record`.
    unit: &'static str,
    columns: &'a [Column],
    read: &'a ReadColumns<'a>,
    rows: Rows,
    /// Columns with cells that are not numbers.
    dropped: Vec<bool>,
    /// The first cell of each column that is not finite.
    not_finite: Vec<Option<Error>>,
}

impl<'a> RowCollector<'a> {
    fn new(place: &'a str, unit: &'static str, columns: &'a [Column], read: &'a ReadColumns<'a>) -> Self {
        let count = read.scores.len();
        let rows = Rows { values: vec![Vec::new(); count], ..Rows::default() };
        let not_finite = (0..count).map(|_| None).collect();
        Self { place, unit, columns, read, rows, dropped: vec![false; count], not_finite }
    }

    fn at(&self, line: u64) -> String {
        format!("{}, {} {line}", self.place, self.unit)
    }

    /// Adds a row; `cell` gives the text of a column.
    fn add(&mut self, line: u64, key: Option<Box<str>>, cell: &dyn Fn(usize) -> Result<String, String>) -> Result<()> {
        for index in 0..self.read.scores.len() {
            self.add_score(line, index, cell)?;
        }
        if let Some(column) = self.read.label {
            self.add_label(line, column, cell)?;
        }
        self.rows.lines.push(line);
        self.rows.keys.extend(key);
        Ok(())
    }

    fn add_score(&mut self, line: u64, index: usize, cell: &dyn Fn(usize) -> Result<String, String>) -> Result<()> {
        if self.dropped[index] {
            return Ok(());
        }
        let column = self.read.scores[index];
        let name = &self.columns[column].name;
        let text = cell(column).map_err(|why| Error::input(self.at(line), why))?;
        let value = match score_of(&text) {
            Cell::Number(number) => number,
            Cell::Missing => f64::NAN,
            Cell::NotFinite => {
                let error = Error::input(self.at(line), format!("{name} is {text:?}: a score must be a finite number"))
                    .with_hint("leave a cell empty, or write `.` or NA, for a missing score");
                if !self.read.any {
                    return Err(error);
                }
                self.not_finite[index].get_or_insert(error);
                f64::NAN
            }
            Cell::Text if self.read.any => {
                self.dropped[index] = true;
                return Ok(());
            }
            Cell::Text => {
                return Err(Error::input(self.at(line), format!("{name} is {text:?}: that is not a number")));
            }
        };
        self.rows.values[index].push(value);
        Ok(())
    }

    fn add_label(&mut self, line: u64, column: usize, cell: &dyn Fn(usize) -> Result<String, String>) -> Result<()> {
        let text = cell(column).map_err(|why| Error::input(self.at(line), why))?;
        self.rows.labels.push(match label_of(&text) {
            Cell::Number(number) => number,
            Cell::Missing => f64::NAN,
            Cell::NotFinite | Cell::Text => {
                let name = &self.columns[column].name;
                let error = Error::input(self.at(line), format!("label {name} is {text:?}: that is not a number"));
                return Err(error.with_hint(
                    "labels are 0 and 1, false and true, or a measured effect; . or NA where there is none",
                ));
            }
        });
        Ok(())
    }

    /// All rows. Refuses values that are not finite in columns that are scores, and variants that occur twice.
    fn finish(mut self) -> Result<Rows> {
        for (error, dropped) in self.not_finite.iter_mut().zip(&self.dropped) {
            match error.take() {
                Some(error) if !dropped => return Err(error),
                _ => {}
            }
        }
        for (values, dropped) in self.rows.values.iter_mut().zip(&self.dropped) {
            if *dropped {
                *values = Vec::new();
            }
        }
        if self.rows.lines.is_empty() {
            return Err(Error::input(self.place, "it has no rows").with_hint(SHAPE));
        }
        let mut seen: HashMap<&str, u64> = HashMap::with_capacity(self.rows.keys.len());
        for (key, &line) in self.rows.keys.iter().zip(&self.rows.lines) {
            if let Some(first) = seen.insert(key, line) {
                let message = format!("{} occurs twice, first in {} {first}", show_key(key), self.unit);
                return Err(Error::input(self.at(line), message).with_hint("keep one row per variant"));
            }
        }
        Ok(self.rows)
    }
}

impl ScoreFile {
    /// Reads all rows.
    pub(super) fn rows(self, read: &ReadColumns<'_>) -> Result<(Rows, InputReport)> {
        let Self { place, columns, body, report } = self;
        let unit = if matches!(body, Body::Variants { is_text: false, .. }) { "record" } else { "line" };
        let mut rows = RowCollector::new(&place, unit, &columns, read);
        match body {
            Body::Table { mut reader, lines_before } => {
                for record in reader.records() {
                    let record = record.map_err(|error| Error::input(&place, csv_problem(&error, lines_before)))?;
                    let line = record.position().map_or(0, csv::Position::line) + lines_before;
                    let cell = |index: usize| record[index].trim();
                    let key = match read.variant {
                        None => None,
                        Some([contig, position, reference, alternate]) => {
                            let number = cell(position).parse().map_err(|_| {
                                let name = &columns[position].name;
                                let text = cell(position);
                                Error::input(rows.at(line), format!("{name} is {text:?}: that is not a position"))
                            })?;
                            Some(key(cell(contig), number, cell(reference), cell(alternate)))
                        }
                    };
                    rows.add(line, key, &|column| Ok(cell(column).to_string()))?;
                }
            }
            Body::Variants { variants, is_text } => {
                let before = if is_text { variants.header.len() as u64 } else { 0 };
                // The report that reading returns is the same as `report`.
                drop(variants.read(|record| {
                    let line = record.number + before;
                    let reference = String::from_utf8_lossy(record.reference()).into_owned();
                    let position = if record.is_telomere { 0 } else { to_one_based(record.position) };
                    let alternates: Vec<String> =
                        record.alternates().map(|alt| String::from_utf8_lossy(alt).into_owned()).collect();
                    for (index, alternate) in alternates.iter().enumerate().filter(|(_, alt)| *alt != ".") {
                        let key = key(record.contig(), position, &reference, alternate);
                        let cell = |column: usize| columns[column].value(&record, alternate, index, alternates.len());
                        rows.add(line, Some(key), &cell)?;
                    }
                    Ok(())
                })?);
            }
        }
        Ok((rows.finish()?, report()))
    }
}

/// What is wrong with a line of a table; lines are counted from the file's first.
fn csv_problem(error: &csv::Error, lines_before: u64) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let line = pos.as_ref().map_or(0, csv::Position::line) + lines_before;
            format!("line {line}: {len} cells where the first line names {expected_len} columns")
        }
        csv::ErrorKind::Io(error) => describe(error),
        csv::ErrorKind::Utf8 { pos, .. } => {
            format!("line {}: it is not UTF-8", pos.as_ref().map_or(0, csv::Position::line) + lines_before)
        }
        _ => error.to_string(),
    }
}
