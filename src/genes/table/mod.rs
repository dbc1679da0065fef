//! A table of facts: opened, recognized by its columns, and read row by row.
//!
//! Files of other formats are recognized by their first bytes, and made into rows: `orphadata` for Orphanet's XML (`xml`), `archive` for
//! its packets, `obo` for ontologies, `json` for JSON.

mod archive;
mod json;
mod obo;
mod orphadata;
mod xml;

use std::{
    io::{BufRead, Cursor, Read},
    path::Path,
};

use crate::{
    error::{Error, Result, describe},
    genes::sources::{ALL, TableDescription, TableKind},
    read,
};

/// Lines in which the header is looked for: tables begin with comments.
const LEAD: usize = 64;

/// An open table, at its first row.
pub(crate) struct Table {
    /// What it holds.
    pub kind: TableKind,
    /// The same in words: of several layouts, this one.
    pub what: &'static str,
    /// Lines before the header.
    pub lead: Vec<String>,
    place: String,
    columns: Vec<String>,
    rows: Rows,
    report: Box<dyn Fn() -> read::InputReport>,
}

type Rows = Box<dyn Iterator<Item = Result<csv::StringRecord>>>;

/// A file of another format, as rows.
struct Opened {
    /// What it holds.
    kind: TableKind,
    /// Lines that give the release, as tables have them before their header.
    lead: Vec<String>,
    /// Names of the columns.
    columns: Vec<String>,
    rows: Rows,
}

/// A column's name as it is compared.
fn folded(name: &str) -> String {
    name.trim().trim_matches('"').trim_start_matches('#').trim().to_lowercase()
}

/// A line that names the columns of a table.
struct Header {
    description: &'static TableDescription,
    delimiter: u8,
    columns: Vec<String>,
}

impl Header {
    /// The header that a line is; `None` if it names the columns of no table.
    fn of(text: &str, place: &str) -> Result<Option<Self>> {
        for delimiter in [b'\t', b','] {
            let columns: Vec<String> = split(text, delimiter).iter().map(|cell| folded(cell)).collect();
            let has = |wanted: &str| wanted.split(';').any(|one| columns.iter().any(|column| column == one));
            let is_known =
                |one: &&TableDescription| !one.known_by.is_empty() && one.known_by.iter().all(|one| has(one));
            let Some(description) = ALL.iter().find(is_known) else { continue };
            if let Some(missing) = description.needs.iter().find(|one| !has(one)) {
                let missing = first_name(missing);
                let problem = format!("it looks like {}, and has no column {missing:?}", description.what);
                let hint = format!("its columns may have changed: expected are {}", expected(description));
                return Err(Error::input(place, problem).with_hint(hint));
            }
            return Ok(Some(Self { description, delimiter, columns }));
        }
        Ok(None)
    }

    /// The table that the lines of a file come closest to: at least half of the columns that it is known by. The refusal says which
    /// columns are missing.
    fn nearest(lines: &[String], place: &str) -> Option<Error> {
        let close =
            lines.iter().flat_map(|line| [b'\t', b','].map(|delimiter| split(line, delimiter))).filter_map(|cells| {
                let columns: Vec<String> = cells.iter().map(|cell| folded(cell)).collect();
                let has = |wanted: &&&str| wanted.split(';').any(|one| columns.iter().any(|column| column == one));
                let scored = |description: &'static TableDescription| {
                    let known = description.known_by.iter().filter(has).count();
                    let all = known + description.needs.iter().filter(has).count();
                    let missing: Vec<&str> =
                        description.known_by.iter().filter(|one| !has(one)).map(|one| first_name(one)).collect();
                    (2 * known >= description.known_by.len() && all >= 2).then_some((all, description, missing))
                };
                ALL.iter().filter_map(scored).max_by_key(|(all, ..)| *all)
            });
        let (_, description, missing) = close.max_by_key(|(all, ..)| *all)?;
        let missing: Vec<String> = missing.iter().map(|one| format!("{one:?}")).collect();
        let columns = if missing.len() == 1 { "column" } else { "columns" };
        let problem = format!("it comes closest to {}, and has no {columns} {}", description.what, missing.join(", "));
        let hint = format!("its columns may have changed: expected are {}", expected(description));
        Some(Error::input(place, problem).with_hint(hint))
    }

    /// The rows after the header, which is line `line` of the file.
    fn rows(&self, reader: Box<dyn BufRead + Send>, place: String, line: u64) -> Rows {
        let reader = csv::ReaderBuilder::new()
            .delimiter(self.delimiter)
            .quoting(self.description.quoted)
            .has_headers(false)
            .flexible(true)
            .from_reader(read::LineLimited::new(reader));
        let width = self.columns.len();
        Box::new(reader.into_records().filter_map(move |row| {
            let row = match row {
                Ok(row) => row,
                Err(error) => return Some(Err(Error::input(&place, error))),
            };
            if row.len() >= width.saturating_sub(1) {
                return Some(Ok(row));
            }
            // ClinGen has rows of plus signs under its header, OMIM comments at its end.
            if row.iter().all(|cell| cell.starts_with("++")) || row.get(0).is_some_and(|cell| cell.starts_with('#')) {
                return None;
            }
            let line = row.position().map_or(0, csv::Position::line) + line;
            let problem = format!("{} fields, where the header has {width}", row.len());
            Some(Err(Error::input(format!("{place}, line {line}"), problem)))
        }))
    }
}

impl Table {
    /// Opens a table and recognizes it.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        Self::of(read::open(path)?)
    }

    /// Recognizes an input that is already open.
    pub(crate) fn of(input: read::Input) -> Result<Self> {
        let report = Box::new(input.report());
        let place = input.place();
        let (start, mut reader) = peek(input.reader).map_err(|error| Error::input(&place, describe(&error)))?;
        type Open = fn(Box<dyn BufRead + Send>, &str) -> Result<Opened>;
        let other: Option<Open> = match start.trim_ascii_start().first() {
            _ if archive::is_archive(&start) => Some(archive::open_archive),
            _ if obo::is_obo(&start) => Some(obo::open),
            Some(b'<') => Some(orphadata::open),
            Some(b'{') if archive::is_packet(&start) => Some(archive::open_packet),
            Some(b'{') => Some(json::open),
            _ => None,
        };
        if let Some(open) = other {
            let Opened { kind, lead, columns, rows } = open(reader, &place)?;
            let what = kind.description().what;
            return Ok(Self { kind, what, lead, place, columns, rows, report });
        }
        let (mut lead, mut line) = (Vec::new(), Vec::new());
        while lead.len() < LEAD {
            line.clear();
            let more = read::read_line(&mut reader, &mut line);
            if !more.map_err(|error| Error::input(&place, describe(&error)))? {
                break;
            }
            let text = String::from_utf8_lossy(&line)
                .trim_end_matches(['\n', '\r'])
                .trim_start_matches('\u{feff}')
                .to_string();
            if let Some(header) = Header::of(&text, &place)? {
                let rows = header.rows(reader, place.clone(), lead.len() as u64 + 1);
                let Header { description, columns, .. } = header;
                let TableDescription { kind, what, .. } = *description;
                return Ok(Self { kind, what, lead, place, columns, rows, report });
            }
            lead.push(text);
        }
        if let Some(error) = Header::nearest(&lead, &place) {
            return Err(error);
        }
        let known: Vec<&str> = ALL.iter().map(|one| one.what).collect();
        Err(Error::input(place, "it is not a table that genogloss reads")
            .with_hint(format!("known tables: {}", known.join("; "))))
    }

    /// Its name in messages.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// Calls `work` with every row, and reports the file when all of it is read.
    pub(crate) fn each(self, mut work: impl FnMut(Row<'_>) -> Result<()>) -> Result<read::InputReport> {
        let Self { columns, mut rows, report, place, .. } = self;
        for (number, record) in (1..).zip(&mut rows) {
            work(Row { columns: &columns, record: &record?, place: &place, number })?;
        }
        Ok(report())
    }
}

/// Bytes that a format is recognized by: a block of a tar archive.
const START: u64 = 512;

/// Reads the first bytes, without a byte order mark. Returns them, and a reader of all bytes.
fn peek(mut reader: Box<dyn BufRead + Send>) -> std::io::Result<(Vec<u8>, Box<dyn BufRead + Send>)> {
    let mut start = Vec::new();
    reader.by_ref().take(START).read_to_end(&mut start)?;
    if start.starts_with(b"\xef\xbb\xbf") {
        start.drain(..3);
    }
    Ok((start.clone(), Box::new(Cursor::new(start).chain(reader))))
}

/// The first name of a column that may have several.
fn first_name(column: &str) -> &str {
    column.split(';').next().unwrap_or(column)
}

/// The columns that a table must have.
fn expected(description: &TableDescription) -> String {
    let names: Vec<&str> = description.known_by.iter().chain(description.needs).map(|one| first_name(one)).collect();
    names.join(", ")
}

/// The cells of a line that may be a header. HPO wrote `#Format: entrez-gene-id<tab>…` until 2022.
fn split(line: &str, delimiter: u8) -> Vec<String> {
    if let Some(format) = line.strip_prefix("#Format:") {
        return format
            .replace("<tab>", "\t")
            .split(char::from(delimiter))
            .map(|cell| cell.trim().to_string())
            .collect();
    }
    if !line.contains(['"', '\r']) {
        return line.split(char::from(delimiter)).map(str::to_string).collect();
    }
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(line.as_bytes());
    let mut record = csv::StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(true) => record.iter().map(str::to_string).collect(),
        _ => Vec::new(),
    }
}

/// One row of a table.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    columns: &'a [String],
    record: &'a csv::StringRecord,
    place: &'a str,
    number: u64,
}

impl<'a> Row<'a> {
    /// A field by any of its column's names; `None` if it is empty or stands for a missing value.
    pub(crate) fn get(&self, names: &[&str]) -> Option<&'a str> {
        let at = names.iter().find_map(|name| self.columns.iter().position(|column| column == name))?;
        let value = self.record.get(at)?.trim();
        (!matches!(value, "" | "-" | "N/A" | "NA" | "No disease mim" | "No gene mim")).then_some(value)
    }

    /// The line, in a file that is read line by line.
    pub(crate) fn line(&self) -> &'a str {
        self.record.get(0).unwrap_or_default()
    }

    /// Its place in messages.
    pub(crate) fn place(&self) -> String {
        format!("{}, row {}", self.place, self.number)
    }
}
