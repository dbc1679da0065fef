//! A file of scores or labels whose columns are known: a table (TSV or CSV with a header line), VCF or BCF.

use std::{
    io::{self, BufRead, Cursor, Read},
    path::Path,
};

use super::column::{Column, Values};
use crate::{
    error::{Error, Result, describe},
    read::{self, Format, Input, InputReport, LineLimited, read_line, variants::Variants},
};

/// Hint of messages about files that are none of these.
pub(super) const SHAPE: &str =
    "scored variants are a TSV or CSV file whose first line names the columns, or VCF or BCF";

/// The rows of a file.
pub(super) enum Body {
    /// A table; lines are counted from the file's first, and `lines_before` of them precede the header line.
    Table {
        /// Reads the rows.
        reader: csv::Reader<Box<dyn BufRead + Send>>,
        /// Lines before the header line.
        lines_before: u64,
    },
    /// VCF or BCF.
    Variants {
        /// Reads the records.
        variants: Box<Variants>,
        /// VCF: records are lines.
        is_text: bool,
    },
}

/// A file whose columns are known.
pub(super) struct ScoreFile {
    /// Its name in messages.
    pub(super) place: String,
    /// Columns of a table, or INFO fields.
    pub(super) columns: Vec<Column>,
    /// The rows.
    pub(super) body: Body,
    /// For the manifest, once it was read.
    pub(super) report: Box<dyn Fn() -> InputReport>,
}

impl ScoreFile {
    /// Opens a file, and reads its header.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let input = read::open(path)?;
        input
            .expect(&[Format::Vcf, Format::Bcf, Format::Unknown, Format::Sam], "a table or a file of variants")
            .map_err(|error| error.with_hint(SHAPE))?;
        match input.format {
            Format::Vcf | Format::Bcf => Self::of_variants(input),
            // A table of many columns has a first line like SAM's; its names tell them apart.
            _ => Self::of_table(input),
        }
    }

    fn of_variants(input: Input) -> Result<Self> {
        let (place, report) = (input.place(), Box::new(input.report()));
        let is_text = input.format == Format::Vcf;
        let variants = Box::new(Variants::of(input)?);
        let columns =
            variants.header.iter().filter_map(|line| Column::of_info(&String::from_utf8_lossy(line))).collect();
        Ok(Self { place, columns, body: Body::Variants { variants, is_text }, report })
    }

    fn of_table(input: Input) -> Result<Self> {
        let (place, report) = (input.place(), Box::new(input.report()));
        let mut reader = input.reader;
        let (mut line, mut lines_before) = (Vec::new(), 0);
        let failed = |error: io::Error| Error::input(&place, describe(&error));
        loop {
            let more = read_line(&mut reader, &mut line).map_err(failed)?;
            if !more {
                return Err(Error::input(&place, "it has no header line").with_hint(SHAPE));
            }
            lines_before += 1;
            if !line.starts_with(b"##") && !line.is_empty() {
                break;
            }
        }
        let delimiter = if line.contains(&b'\t') { b'\t' } else { b',' };
        // The names first, with the same rules of quoting as all other lines.
        let names = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .from_reader(line.as_slice())
            .records()
            .next()
            .transpose()
            .map_err(|error| Error::input(&place, error.to_string()).with_hint(SHAPE))?
            .unwrap_or_default();
        let columns = names
            .iter()
            .enumerate()
            .map(|(index, name)| {
                let name = name.trim_start_matches('\u{feff}');
                let name = if index == 0 { name.trim_start_matches('#') } else { name };
                let name = name.trim();
                let is_score = !name.eq_ignore_ascii_case("id");
                Column { name: name.into(), values: Values::Cell, is_score, is_number: true }
            })
            .collect();
        line.push(b'\n');
        // The header line is read again, so that every line must have as many cells.
        let all: Box<dyn BufRead + Send> = Box::new(LineLimited::new(Cursor::new(line).chain(reader)));
        let reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(all);
        Ok(Self { place, columns, body: Body::Table { reader, lines_before: lines_before - 1 }, report })
    }

    /// Whether it is a table, not VCF or BCF.
    pub(super) fn is_table(&self) -> bool {
        matches!(self.body, Body::Table { .. })
    }

    /// The word for its columns in messages.
    pub(super) fn what(&self) -> &'static str {
        if self.is_table() { "column" } else { "INFO field" }
    }

    /// Its columns or INFO fields, for messages.
    pub(super) fn names(&self) -> String {
        let all: Vec<&str> = self.columns.iter().map(|c| c.name.as_str()).collect();
        match self.is_table() {
            true => format!("it has the columns {}", all.join(", ")),
            false if all.is_empty() => "its header has no INFO field".into(),
            false => format!("its header has {}", all.join(", ")),
        }
    }

    /// The number of a column; `None` where there is none of this name.
    pub(super) fn find(&self, name: &str) -> Result<Option<usize>> {
        let mut found = (0..self.columns.len()).filter(|&index| self.columns[index].name == name);
        let first = found.next();
        match found.next() {
            Some(_) => Err(Error::input(&self.place, format!("two {}s are called {name:?}", self.what()))),
            None => Ok(first),
        }
    }

    /// The columns of a table with contig, position, REF and ALT; `None` where it has none.
    pub(super) fn variant_columns(&self, wanted: Option<&[String; 4]>) -> Result<Option<[usize; 4]>> {
        if let Some(names) = wanted {
            let mut places = [0; 4];
            for (place, name) in places.iter_mut().zip(names) {
                let name = name.trim_start_matches('#');
                *place = self.find(name)?.ok_or_else(|| {
                    Error::input(&self.place, format!("there is no column {name:?}: {}", self.names()))
                })?;
            }
            return Ok(Some(places));
        }
        let usual: [&[&str]; 4] = [
            &["chrom", "chr", "contig", "chromosome"],
            &["pos", "position"],
            &["ref", "reference"],
            &["alt", "alternate"],
        ];
        // Of two columns with a usual name, the one whose name comes first in the list.
        let place = |names: &[&str]| {
            names.iter().find_map(|name| self.columns.iter().position(|c| c.name.eq_ignore_ascii_case(name)))
        };
        let found: Option<Vec<usize>> = usual.iter().map(|names| place(names)).collect();
        Ok(found.and_then(|found| found.try_into().ok()))
    }
}
