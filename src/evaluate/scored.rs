//! Scored variants with labels: tables (TSV or CSV with a header line) and VCF or BCF; the labels are in the same file, or
//! in another one, found by CHROM, POS, REF and ALT as they are written.
//!
//! A *column* is a table's column or an INFO field. A row is a line of a table, or one alternate allele of a record.

use std::{
    collections::HashMap,
    fmt,
    io::{BufRead, Read},
    path::Path,
    str::FromStr,
};

use crate::{
    error::{Error, Result, describe},
    genome::interval::{commas, to_one_based},
    read::{
        self, Format, InputReport, LineLimited, read_line,
        variants::{VariantRecord, Variants},
    },
};

/// Where a measured effect counts as positive: `<=-0.5`, `>2`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    below: bool,
    including: bool,
    at: f64,
}

impl Cut {
    /// Whether an effect is positive.
    pub fn holds(self, effect: f64) -> bool {
        (self.including && effect == self.at) || if self.below { effect < self.at } else { effect > self.at }
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", if self.below { '<' } else { '>' }, if self.including { "=" } else { "" }, self.at)
    }
}

impl FromStr for Cut {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("{text:?} is none of <=X, <X, >=X and >X with a number X, as in '<=-0.5'");
        let below = match text.as_bytes().first() {
            Some(b'<') => true,
            Some(b'>') => false,
            _ => return Err(bad()),
        };
        let including = text[1..].starts_with('=');
        let at = text[1 + usize::from(including)..].trim().parse().ok().filter(|n: &f64| n.is_finite());
        Ok(Self { below, including, at: at.ok_or_else(bad)? })
    }
}

/// A score that is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// What the output calls it.
    pub name: String,
    /// Columns that it is made of: of several, the value that is largest without its sign.
    pub columns: Vec<String>,
}

impl FromStr for Score {
    type Err = String;

    /// `COLUMN`, or `NAME=COLUMN+COLUMN`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, columns) = match text.split_once('=') {
            Some((name, columns)) => (name, columns.split('+').map(str::to_string).collect()),
            None => (text, vec![text.to_string()]),
        };
        if name.is_empty() || columns.iter().any(String::is_empty) {
            return Err("COLUMN, or NAME=COLUMN+COLUMN".into());
        }
        Ok(Self { name: name.into(), columns })
    }
}

/// What is wanted of the files.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Scores; none: all that are found.
    pub scores: Vec<Score>,
    /// Column with the label; `None`: `label`.
    pub label: Option<String>,
    /// Columns of a table with contig, position, REF and ALT; `None`: by their usual names.
    pub variant: Option<[String; 4]>,
}

/// Labelled rows with their scores.
#[derive(Debug)]
pub struct Scored {
    /// Name, and the value of every labelled row; not-a-number where there is none.
    pub scores: Vec<(String, Vec<f64>)>,
    /// One a row: 0 and 1 for classes, or what was measured.
    pub labels: Vec<f64>,
    /// File of the labels, for messages.
    pub place: String,
    /// Rows of the scores' file that have no label.
    pub unlabelled: u64,
    /// Labelled variants that the scores' file does not have.
    pub absent: u64,
    /// Rows of the scores' file.
    pub rows: u64,
    /// For the manifest.
    pub inputs: Vec<InputReport>,
}

impl Scored {
    /// Whether all labels are 0 or 1.
    pub fn has_classes(&self) -> bool {
        self.labels.iter().all(|label| *label == 0.0 || *label == 1.0)
    }
}

const SHAPE: &str = "scored variants are a TSV or CSV file whose first line names the columns, or VCF or BCF";

/// Words for what is not known.
fn is_missing(text: &str) -> bool {
    matches!(text, "" | "." | "-" | "NA" | "N/A" | "na")
}

/// What one cell says.
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

/// How values of a column are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Values {
    /// A table's column.
    Cell,
    /// INFO, one value an alternate allele, after `skipped` others (Number=R: the reference's).
    Alleles { skipped: usize },
    /// INFO, one value a record.
    One,
    /// INFO, there or not.
    Flag,
    /// INFO, SpliceAI's: entries of an allele and a gene, parts joined by |; the largest of four of them is the score.
    Effects { allele: usize, first: usize },
    /// INFO of a kind that says nothing of single alleles.
    Other,
}

#[derive(Clone, Debug)]
struct Column {
    name: String,
    values: Values,
    /// Taken where no score is asked for by name.
    is_score: bool,
    /// INFO: a number.
    is_number: bool,
}

enum Body {
    Table { reader: csv::Reader<Box<dyn BufRead + Send>>, lines_before: u64 },
    Variants { variants: Box<Variants>, is_text: bool },
}

/// A file whose columns are known.
struct File {
    place: String,
    columns: Vec<Column>,
    body: Body,
    report: Box<dyn Fn() -> InputReport>,
}

/// What was read of a file, row by row.
struct Rows {
    /// Where each row is, for messages.
    lines: Vec<u64>,
    /// CHROM, POS, REF, ALT, joined by tabs; empty where the table has no such columns.
    keys: Vec<Box<str>>,
    /// Of each column that was asked for; not-a-number where there is none.
    values: Vec<Vec<f64>>,
    labels: Vec<f64>,
}

/// `20:100 C>T` for a key.
fn show_key(key: &str) -> String {
    let parts: Vec<&str> = key.split('\t').collect();
    match parts.as_slice() {
        [contig, position, reference, alternate] => format!("{contig}:{position} {reference}>{alternate}"),
        _ => key.to_string(),
    }
}

fn key(contig: &str, position: u64, reference: &str, alternate: &str) -> Box<str> {
    format!("{contig}\t{position}\t{}\t{}", reference.to_ascii_uppercase(), alternate.to_ascii_uppercase()).into()
}

/// The value of a key in the angle brackets of a header line; quotes are taken off.
fn header_field<'a>(fields: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = fields;
    loop {
        let (found, after) = rest.split_once('=')?;
        let (value, next) = match after.strip_prefix('"') {
            // A quote within is written \".
            Some(quoted) => {
                let end = quoted.match_indices('"').find(|(at, _)| !quoted[..*at].ends_with('\\'))?.0;
                (&quoted[..end], quoted[end + 1..].trim_start_matches(','))
            }
            None => after.split_once(',').unwrap_or((after, "")),
        };
        if found == name {
            return Some(value);
        }
        rest = next;
    }
}

/// What a header line says of an INFO field.
fn info_column(line: &str) -> Option<Column> {
    let fields = line.trim_end().strip_prefix("##INFO=<")?.strip_suffix('>')?;
    let (name, number, kind) =
        (header_field(fields, "ID")?, header_field(fields, "Number")?, header_field(fields, "Type")?);
    let is_number = matches!(kind, "Float" | "Integer");
    let parts = header_field(fields, "Description").and_then(|text| {
        let format = text.split_whitespace().find(|word| word.contains("DS_AG|DS_AL|DS_DG|DS_DL"))?;
        let parts: Vec<&str> = format.split('|').collect();
        let place = |name: &str| parts.iter().position(|part| *part == name);
        Some(Values::Effects { allele: place("ALLELE")?, first: place("DS_AG")? })
    });
    let values = match (number, kind) {
        _ if parts.is_some() => parts?,
        (_, "Flag") => Values::Flag,
        ("A", _) => Values::Alleles { skipped: 0 },
        ("R", _) => Values::Alleles { skipped: 1 },
        ("1", _) => Values::One,
        _ => Values::Other,
    };
    let ours = number == "A" && kind == "Float" && (name.contains("_DELTA_") || name.ends_with("_EFFECT_MAX"));
    let is_effects = matches!(values, Values::Effects { .. });
    Some(Column { name: name.into(), values, is_score: ours || is_effects, is_number: is_number || is_effects })
}

impl File {
    fn open(path: &Path) -> Result<Self> {
        let input = read::open(path)?;
        input
            .expect(&[Format::Vcf, Format::Bcf, Format::Unknown, Format::Sam], "a table or a file of variants")
            .map_err(|error| error.with_hint(SHAPE))?;
        let (place, report) = (input.place(), Box::new(input.report()));
        if matches!(input.format, Format::Vcf | Format::Bcf) {
            let is_text = input.format == Format::Vcf;
            let variants = Box::new(Variants::of(input)?);
            let columns =
                variants.header.iter().filter_map(|line| info_column(&String::from_utf8_lossy(line))).collect();
            return Ok(Self { place, columns, body: Body::Variants { variants, is_text }, report });
        }
        // A table of many columns has a first line like SAM's; it is told by its names.
        let mut reader = input.reader;
        let (mut line, mut lines_before) = (Vec::new(), 0);
        let failed = |error: std::io::Error| Error::input(&place, describe(&error));
        loop {
            let more = read_line(&mut reader, &mut line).map_err(failed)?;
            if !more {
                return Err(Error::input(&place, "it has no line that names columns").with_hint(SHAPE));
            }
            lines_before += 1;
            if !line.starts_with(b"##") && !line.is_empty() {
                break;
            }
        }
        let delimiter = if line.contains(&b'\t') { b'\t' } else { b',' };
        // Names first, with the same rules of quoting as all other lines.
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
        // The names once more, so that every line must have as many cells.
        let all: Box<dyn BufRead + Send> = Box::new(LineLimited::new(std::io::Cursor::new(line).chain(reader)));
        let reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(all);
        Ok(Self { place, columns, body: Body::Table { reader, lines_before: lines_before - 1 }, report })
    }

    fn is_table(&self) -> bool {
        matches!(self.body, Body::Table { .. })
    }

    /// What its columns are called in messages.
    fn what(&self) -> &'static str {
        if self.is_table() { "column" } else { "INFO field" }
    }

    /// `line 1 names a, b`, or which INFO fields its header has.
    fn names(&self) -> String {
        let all: Vec<&str> = self.columns.iter().map(|c| c.name.as_str()).collect();
        match self.is_table() {
            true => format!("it has the columns {}", all.join(", ")),
            false if all.is_empty() => "its header has no INFO field".into(),
            false => format!("its header has {}", all.join(", ")),
        }
    }

    fn find(&self, name: &str) -> Result<Option<usize>> {
        let mut found = self.columns.iter().enumerate().filter(|(_, c)| c.name == name).map(|(index, _)| index);
        let first = found.next();
        match found.next() {
            Some(_) => Err(Error::input(&self.place, format!("two {}s are called {name:?}", self.what()))),
            None => Ok(first),
        }
    }

    /// Where contig, position, REF and ALT are in a table.
    fn variant_columns(&self, wanted: Option<&[String; 4]>) -> Result<Option<[usize; 4]>> {
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

    /// Reads all rows. `scores` and `label` are columns; where `any`, a column whose cells are not all numbers is left out:
    /// its values are empty.
    fn read(
        self,
        scores: &[usize],
        any: bool,
        label: Option<usize>,
        variant: Option<[usize; 4]>,
    ) -> Result<(Rows, InputReport)> {
        let Self { place, columns, body, report } = self;
        let mut rows =
            Rows { lines: Vec::new(), keys: Vec::new(), values: vec![Vec::new(); scores.len()], labels: Vec::new() };
        let has_keys = variant.is_some() || matches!(body, Body::Variants { .. });
        let is_text = !matches!(body, Body::Variants { is_text: false, .. });
        let at = |line: u64| format!("{place}, {} {line}", if is_text { "line" } else { "record" });
        // Columns that turned out to be no score; first cells that are not finite.
        let mut dropped = vec![false; scores.len()];
        let mut not_finite: Vec<Option<Error>> = scores.iter().map(|_| None).collect();
        let mut add =
            |line: u64, key: Option<Box<str>>, cells: &dyn Fn(usize) -> Result<String, String>| -> Result<()> {
                for (index, &column) in scores.iter().enumerate() {
                    if dropped[index] {
                        continue;
                    }
                    let name = &columns[column].name;
                    let text = cells(column).map_err(|why| Error::input(at(line), why))?;
                    let value = match score_of(&text) {
                        Cell::Number(number) => number,
                        Cell::Missing => f64::NAN,
                        Cell::NotFinite => {
                            let error =
                                Error::input(at(line), format!("{name} is {text:?}: a score must be a finite number"))
                                    .with_hint("leave a cell empty, or write `.` or NA, where there is no score");
                            if !any {
                                return Err(error);
                            }
                            not_finite[index].get_or_insert(error);
                            f64::NAN
                        }
                        Cell::Text if any => {
                            dropped[index] = true;
                            continue;
                        }
                        Cell::Text => {
                            return Err(Error::input(at(line), format!("{name} is {text:?}: that is no number")));
                        }
                    };
                    rows.values[index].push(value);
                }
                if let Some(column) = label {
                    let text = cells(column).map_err(|why| Error::input(at(line), why))?;
                    rows.labels.push(match label_of(&text) {
                        Cell::Number(number) => number,
                        Cell::Missing => f64::NAN,
                        Cell::NotFinite | Cell::Text => {
                            let name = &columns[column].name;
                            return Err(Error::input(at(line), format!("label {name} is {text:?}: that is no number"))
                            .with_hint(
                                "labels are 0 and 1, false and true, or a measured effect; . or NA where there is none",
                            ));
                        }
                    });
                }
                rows.lines.push(line);
                rows.keys.extend(key);
                Ok(())
            };
        match body {
            Body::Table { mut reader, lines_before } => {
                for record in reader.records() {
                    let record = record.map_err(|error| Error::input(&place, csv_problem(&error, lines_before)))?;
                    let line = record.position().map_or(0, csv::Position::line) + lines_before;
                    let cell = |index: usize| record[index].trim();
                    let key = match variant {
                        None => None,
                        Some([contig, position, reference, alternate]) => {
                            let number = cell(position).parse().map_err(|_| {
                                let name = &columns[position].name;
                                Error::input(at(line), format!("{name} is {:?}: that is no position", cell(position)))
                            })?;
                            Some(key(cell(contig), number, cell(reference), cell(alternate)))
                        }
                    };
                    add(line, key, &|column| Ok(cell(column).to_string()))?;
                }
            }
            Body::Variants { variants, is_text } => {
                let before = if is_text { variants.header.len() as u64 } else { 0 };
                // What it reports at its end, `report` knows too.
                drop(variants.read(|record| {
                    let line = record.number + before;
                    let reference = String::from_utf8_lossy(record.reference()).into_owned();
                    let position = if record.is_telomere { 0 } else { to_one_based(record.position) };
                    let alternates: Vec<String> =
                        record.alternates().map(|alt| String::from_utf8_lossy(alt).into_owned()).collect();
                    for (index, alternate) in alternates.iter().enumerate().filter(|(_, alt)| *alt != ".") {
                        let key = key(record.contig(), position, &reference, alternate);
                        add(line, Some(key), &|column| {
                            let column = &columns[column];
                            info_value(&record, column, alternate, index, alternates.len())
                        })?;
                    }
                    Ok(())
                })?);
            }
        }
        for (index, error) in not_finite.iter_mut().enumerate() {
            match error.take() {
                Some(error) if !dropped[index] => return Err(error),
                _ => {}
            }
        }
        for (values, dropped) in rows.values.iter_mut().zip(&dropped) {
            if *dropped {
                *values = Vec::new();
            }
        }
        if rows.lines.is_empty() {
            return Err(Error::input(&place, "there is no row in it").with_hint(SHAPE));
        }
        if has_keys {
            let mut seen: HashMap<&str, u64> = HashMap::with_capacity(rows.keys.len());
            for (key, &line) in rows.keys.iter().zip(&rows.lines) {
                if let Some(first) = seen.insert(key, line) {
                    let what = if is_text { "line" } else { "record" };
                    return Err(Error::input(
                        at(line),
                        format!("{} is there twice, first in {what} {first}", show_key(key)),
                    )
                    .with_hint("keep one row a variant"));
                }
            }
        }
        Ok((rows, report()))
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

/// The value of an INFO field for one allele, as text; `.` where there is none.
fn info_value(
    record: &VariantRecord,
    column: &Column,
    alternate: &str,
    index: usize,
    count: usize,
) -> Result<String, String> {
    let info = String::from_utf8_lossy(record.info());
    let name = &column.name;
    let found = info.split(';').find_map(|field| match field.split_once('=') {
        Some((key, value)) if key == name => Some(Some(value)),
        None if field == name => Some(None),
        _ => None,
    });
    let missing = || ".".to_string();
    match column.values {
        Values::Flag => Ok(if found.is_some() { "1" } else { "0" }.into()),
        Values::One | Values::Cell => Ok(found.flatten().map_or_else(missing, str::to_string)),
        Values::Alleles { skipped } => {
            let Some(value) = found.flatten().filter(|value| *value != ".") else { return Ok(missing()) };
            let all: Vec<&str> = value.split(',').collect();
            if all.len() != count + skipped {
                return Err(format!("{name} has {} values for {count} alternate alleles", all.len()));
            }
            Ok(all[index + skipped].to_string())
        }
        Values::Effects { allele, first } => {
            let mut largest: Option<f64> = None;
            for entry in found.flatten().unwrap_or_default().split(',') {
                let parts: Vec<&str> = entry.split('|').collect();
                if parts.get(allele) != Some(&alternate) {
                    continue;
                }
                for part in parts.iter().skip(first).take(4).filter(|part| !is_missing(part)) {
                    let score = part.parse().map_err(|_| format!("{name} has {part:?} for a score"))?;
                    largest = Some(largest.map_or(score, |l: f64| l.max(score)));
                }
            }
            Ok(largest.map_or_else(missing, |score| score.to_string()))
        }
        Values::Other => Err(format!("{name} does not have one value for each allele")),
    }
}

/// In which file a column is, and which of those that are read of it.
#[derive(Clone, Copy)]
enum Source {
    Scores(usize),
    Labels(usize),
}

/// Reads scores, and the labels from the same file or from `labels`.
pub fn read(path: &Path, labels: Option<&Path>, wanted: &Wanted) -> Result<Scored> {
    let file = File::open(path)?;
    let other = labels.map(File::open).transpose()?;
    let label_name = wanted.label.as_deref().unwrap_or("label");
    let label_file = other.as_ref().unwrap_or(&file);
    let label = label_file.find(label_name)?.ok_or_else(|| {
        let message = format!("there is no {} {label_name:?} for the label: {}", label_file.what(), label_file.names());
        Error::input(&label_file.place, message).with_hint(if other.is_some() || label_file.is_table() {
            "--label-column NAME says which it is"
        } else {
            "--label-column NAME says which it is; --labels-from TABLE, that labels are in another file"
        })
    })?;
    if label_file.columns[label].values == Values::Other {
        return Err(Error::input(&label_file.place, format!("{label_name} does not have one value for each allele")));
    }
    let variant = if file.is_table() { file.variant_columns(wanted.variant.as_ref())? } else { None };
    let other_variant = match &other {
        Some(other) if other.is_table() => other.variant_columns(wanted.variant.as_ref())?,
        _ => None,
    };
    if let Some(other) = &other {
        for (file, columns) in [(&file, &variant), (other, &other_variant)] {
            if file.is_table() && columns.is_none() {
                return Err(Error::input(
                    &file.place,
                    format!("it needs columns CHROM, POS, REF and ALT: {}", file.names()),
                )
                .with_hint("--variant-columns CHROM,POS,REF,ALT says what they are called here"));
            }
        }
    }

    // Which columns are read, and what each score is made of.
    let any = wanted.scores.is_empty();
    let (mut own, mut others, mut made) =
        (Vec::<usize>::new(), Vec::<usize>::new(), Vec::<(String, Vec<Source>)>::new());
    if any {
        let keys: Vec<usize> = variant.iter().flatten().copied().collect();
        for (index, column) in file.columns.iter().enumerate() {
            let is_label = other.is_none() && index == label;
            if column.is_score && !is_label && !keys.contains(&index) {
                made.push((column.name.clone(), vec![Source::Scores(own.len())]));
                own.push(index);
            }
        }
    }
    for score in &wanted.scores {
        let mut sources = Vec::new();
        for name in &score.columns {
            let place_of = |list: &mut Vec<usize>, index: usize| {
                list.iter().position(|&i| i == index).unwrap_or_else(|| {
                    list.push(index);
                    list.len() - 1
                })
            };
            let (within, column) = if let Some(index) = file.find(name)? {
                sources.push(Source::Scores(place_of(&mut own, index)));
                (&file, index)
            } else if let Some((other, index)) = match &other {
                Some(other) => other.find(name)?.map(|index| (other, index)),
                None => None,
            } {
                sources.push(Source::Labels(place_of(&mut others, index)));
                (other, index)
            } else {
                let mut message = format!("there is no {} {name:?} for a score: {}", file.what(), file.names());
                if let Some(other) = &other {
                    message.push_str(&format!("; and {}: {}", other.place, other.names()));
                }
                return Err(Error::input(&file.place, message).with_hint("--score NAME names what is there"));
            };
            let Column { values, is_number, .. } = within.columns[column];
            if values == Values::Other || !is_number {
                return Err(Error::input(&within.place, format!("{name} does not have one number for each allele")));
            }
        }
        made.push((score.name.clone(), sources));
    }
    if made.is_empty() {
        let numbers: Vec<&str> = file
            .columns
            .iter()
            .filter(|c| c.is_number && c.values != Values::Other && c.values != Values::Cell)
            .map(|c| c.name.as_str())
            .collect();
        let has = if numbers.is_empty() { String::new() } else { format!(": its numbers are {}", numbers.join(", ")) };
        return Err(Error::input(&file.place, format!("no score of a known name is in it{has}"))
            .with_hint("--score NAME says which column or INFO field is a score"));
    }
    for (index, (name, _)) in made.iter().enumerate() {
        if made[..index].iter().any(|(other, _)| other == name) {
            return Err(
                Error::usage(format!("two scores are called {name}")).with_hint("--score NAME=COLUMN names one")
            );
        }
    }

    let place = file.place.clone();
    let (rows, report) = file.read(&own, any, other.is_none().then_some(label), variant)?;
    let Some(other) = other else {
        let joined =
            Joined { scores: (0..rows.lines.len()).map(Some).collect(), labels: &rows, place, inputs: vec![report] };
        return finish(joined, &rows, made);
    };
    let other_place = other.place.clone();
    let (label_rows, other_report) = other.read(&others, false, Some(label), other_variant)?;
    let found: HashMap<&str, usize> = rows.keys.iter().enumerate().map(|(i, key)| (&**key, i)).collect();
    let scores: Vec<Option<usize>> = label_rows.keys.iter().map(|key| found.get(&**key).copied()).collect();
    if scores.iter().all(Option::is_none) {
        return Err(nothing_common(&place, &rows, &other_place, &label_rows));
    }
    let joined = Joined { scores, labels: &label_rows, place: other_place, inputs: vec![report, other_report] };
    finish(joined, &rows, made)
}

/// Which rows of the two files belong together.
struct Joined<'a> {
    /// For each row of the labels, the row of its scores.
    scores: Vec<Option<usize>>,
    labels: &'a Rows,
    /// File of the labels.
    place: String,
    inputs: Vec<InputReport>,
}

fn finish(joined: Joined<'_>, rows: &Rows, made: Vec<(String, Vec<Source>)>) -> Result<Scored> {
    let Joined { scores, labels, place, inputs } = joined;
    let all = &labels.labels;
    let kept: Vec<usize> = (0..all.len()).filter(|&i| !all[i].is_nan()).collect();
    if kept.is_empty() {
        return Err(Error::input(&place, format!("none of its {} rows has a label", commas(all.len() as u64))));
    }
    let with_label = kept.iter().filter(|&&i| scores[i].is_some()).count();
    let mut found = Vec::new();
    for (name, sources) in made {
        // A column that was taken by chance and holds words.
        if sources.iter().any(|source| matches!(source, Source::Scores(i) if rows.values[*i].is_empty())) {
            continue;
        }
        let value = |&row: &usize| {
            sources
                .iter()
                .map(|source| match *source {
                    Source::Scores(index) => scores[row].map_or(f64::NAN, |row| rows.values[index][row]),
                    Source::Labels(index) => labels.values[index][row],
                })
                .filter(|value| !value.is_nan())
                .fold(f64::NAN, |most, value| if value.abs() <= most.abs() { most } else { value })
        };
        found.push((name, kept.iter().map(value).collect()));
    }
    if found.is_empty() {
        return Err(Error::input(&place, "no column beside the label holds numbers")
            .with_hint("--score NAME says which column is a score"));
    }
    Ok(Scored {
        scores: found,
        labels: kept.iter().map(|&i| all[i]).collect(),
        place,
        unlabelled: (rows.lines.len() - with_label) as u64,
        absent: (kept.len() - with_label) as u64,
        rows: rows.lines.len() as u64,
        inputs,
    })
}

/// Two files that have no variant in common: by the names of their contigs, or by places and alleles.
fn nothing_common(place: &str, rows: &Rows, other_place: &str, other: &Rows) -> Error {
    let contigs = |rows: &Rows| {
        let mut names: Vec<String> = Vec::new();
        for key in &rows.keys {
            let name = key.split('\t').next().unwrap_or_default();
            if names.len() == 3 {
                break;
            }
            if !names.iter().any(|known| known == name) {
                names.push(name.into());
            }
        }
        names
    };
    let (first, second) = (contigs(rows), contigs(other));
    let shared = rows.keys.iter().any(|key| {
        let contig = key.split('\t').next().unwrap_or_default();
        second.iter().any(|name| name == contig)
    });
    let first_of = |rows: &Rows| rows.keys.first().map(|key| show_key(key)).unwrap_or_default();
    let error = Error::input(
        other_place,
        format!(
            "no variant of it is in {place}: its first is {}, there the first is {}",
            first_of(other),
            first_of(rows)
        ),
    );
    error.with_hint(if shared {
        "POS, REF and ALT must be written alike in both files (POS counts from 1; bcftools norm writes indels in one way)"
            .to_string()
    } else {
        format!(
            "contigs are called {} … there and {} … here: rename those of one file to match the other",
            first.join(", "),
            second.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_are_read_and_hold() {
        let cut: Cut = "<=-0.5".parse().expect("a cut");
        assert!(cut.holds(-0.5) && cut.holds(-3.0) && !cut.holds(-0.4));
        assert_eq!(cut.to_string(), "<=-0.5");
        let cut: Cut = "> 2".parse().expect("a cut");
        assert!(cut.holds(2.5) && !cut.holds(2.0));
        for bad in ["0.5", "=1", "<", ">=x", "<nan", ">inf", ""] {
            assert!(bad.parse::<Cut>().is_err(), "{bad}");
        }
    }

    #[test]
    fn scores_have_a_name_and_columns() {
        let score: Score = "human=A+B".parse().expect("a score");
        assert_eq!((score.name.as_str(), score.columns), ("human", vec!["A".to_string(), "B".into()]));
        assert_eq!("A".parse::<Score>().expect("a score").columns, ["A"]);
        assert!("=A".parse::<Score>().is_err() && "a=A+".parse::<Score>().is_err());
    }

    #[test]
    fn info_fields_are_known_by_their_header() {
        let of = |line: &str| info_column(line).map(|c| (c.name, c.values, c.is_score, c.is_number));
        assert_eq!(
            of("##INFO=<ID=GG_DELTA_a,Number=A,Type=Float,Description=\"x, y=\\\"z\\\"\">\n"),
            Some(("GG_DELTA_a".into(), Values::Alleles { skipped: 0 }, true, true))
        );
        assert_eq!(
            of(
                "##INFO=<ID=SpliceAI,Number=.,Type=String,Description=\"SpliceAIv1.3.1 variant annotation. These include delta \
                scores (DS) and delta positions (DP) for acceptor gain (AG). Format: ALLELE|SYMBOL|DS_AG|DS_AL|DS_DG|DS_DL|DP_AG|DP_AL|DP_DG|DP_DL\">"
            ),
            Some(("SpliceAI".into(), Values::Effects { allele: 0, first: 2 }, true, true))
        );
        assert_eq!(of("##INFO=<ID=AF,Number=A,Type=Float,Description=\"x\">").map(|c| c.2), Some(false));
        assert_eq!(of("##INFO=<ID=CLNSIG,Number=.,Type=String,Description=\"x\">").map(|c| c.1), Some(Values::Other));
        assert_eq!(of("##FORMAT=<ID=GT,Number=1,Type=String,Description=\"x\">"), None);
    }
}
