//! Files of variants: VCF, whose lines are kept as they are, and BCF, whose records become lines or stay BCF.
//!
//! Of a record only the first five columns are parsed, and INFO where fields are added: a record with ten thousand samples passes
//! through without being decoded. Where the output is BCF too, so does a record of BCF.

use std::{
    collections::HashSet,
    io::BufRead,
    path::{Path, PathBuf},
};

use super::{
    Format, Input, InputReport, Share,
    file_index::{IndexedFile, Records, say_unindexed},
    format::Compression,
    part::Part,
    read_frame, read_line_and_end,
    tally::Tally,
};
pub(crate) use crate::vcf::record::VariantRecord;
use crate::{
    error::{Error, Result, describe},
    genome::Contigs,
    vcf::{
        bcf::dictionary::{Dictionary, read_header},
        header,
        samples::{invalid_genotype, surplus_values},
    },
};

/// An open file of variants.
pub(crate) struct Variants {
    /// The lines of the header as they are in the file, each with its line end; `#CHROM` is the last.
    pub header: Vec<Vec<u8>>,
    /// The contigs of the header; the length is 0 where the header has none.
    pub contigs: Contigs,
    reader: Reader,
    path: PathBuf,
    compression: Compression,
    tally: Tally,
    /// Records that have been read.
    count: u64,
    report: Box<dyn Fn() -> InputReport + Send>,
    share: Option<Share>,
    checks: Checks,
}

enum Reader {
    /// VCF, and the number of lines that have been read.
    Text(Box<dyn BufRead + Send>, u64),
    /// BCF, its dictionary, and what becomes of its records.
    Binary(Box<dyn BufRead + Send>, Box<Dictionary>, Form),
}

/// What is kept of a record of BCF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A line of VCF.
    Line,
    /// The bytes of BCF, and the columns that a score needs.
    Frame,
    /// The bytes of BCF, and a line of VCF.
    Both,
}

impl Variants {
    /// Opens a file, or standard input for `-`.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        Self::of(super::open(path)?)
    }

    /// Of an open input. Its header is read and checked.
    pub(crate) fn of(input: Input) -> Result<Self> {
        input.expect(&[Format::Vcf, Format::Bcf], "variants (VCF or BCF)")?;
        let (place, report, share) = (input.place(), Box::new(input.report()), input.share());
        let (path, compression, tally) = (input.path.clone(), input.compression, input.tally());
        let (lines, reader) = if input.format == Format::Bcf {
            read_binary_header(input.reader, &place)?
        } else {
            read_text_header(input.reader, &place)?
        };
        header::check_lines(&lines).map_err(|(line, why)| {
            Error::input(format!("{place}, line {line} of the header"), why)
                .with_hint("remove it, or correct it (bcftools reheader): other programs cannot read it")
        })?;
        let names = lines.last().map_or(&[][..], Vec::as_slice);
        let width = header::check_column_names(names).map_err(|why| {
            let at = match &reader {
                Reader::Text(_, count) => format!("line {count}"),
                Reader::Binary(..) => "the #CHROM line of the header".into(),
            };
            Error::input(format!("{place}, {at}"), why).with_hint(
                "this line names the columns, separated by tabs: #CHROM POS ID REF ALT QUAL FILTER INFO, then FORMAT and each sample where there are genotypes",
            )
        })?;
        let contigs = header::contigs(&lines);
        let checks = Checks { place, width, reserved: None };
        Ok(Self { header: lines, contigs, reader, path, compression, tally, count: 0, report, share, checks })
    }

    /// Reads only the records of a part, and some beside them, if there is an index beside the file. Call it before the first record.
    pub(crate) fn restrict(&mut self, part: &Part<'_>) -> Result<()> {
        if part.is_whole() || !super::source::is_file(&self.path) {
            return Ok(());
        }
        let (records, contigs) = match &self.reader {
            Reader::Binary(_, dictionary, _) => (Records::Bcf, Some(dictionary.contig_count())),
            Reader::Text(..) => (Records::Vcf, None),
        };
        if self.compression != Compression::Bgzf {
            say_unindexed(&self.checks.place, "bcftools view -Oz --write-index -o NEW.vcf.gz FILE");
            return Ok(());
        }
        let place = &self.checks.place;
        let opened =
            IndexedFile::open(&self.path, place, records, contigs, self.tally.clone(), |reader| match records {
                Records::Vcf => skip_text_header(reader, place),
                _ => read_header(reader).map(drop).map_err(|error| Error::input(place, describe(&error))),
            })?;
        let Some(file) = opened else {
            say_unindexed(place, records.command());
            return Ok(());
        };
        match &mut self.reader {
            Reader::Text(reader, lines) => {
                (*reader, *lines) = (Box::new(file.part(part, |_| None)?), 0);
            }
            Reader::Binary(reader, dictionary, _) => {
                *reader = Box::new(file.part(part, |number| dictionary.contig_name(number).map(String::from))?);
            }
        }
        // Records and lines are counted from the first one of the part.
        self.checks.place.push_str(" (the part that is read by its index)");
        self.share = None;
        Ok(())
    }

    /// The numbers that BCF has for the names of the header; of BCF, those of the file.
    pub(crate) fn dictionary(&self) -> Result<Dictionary> {
        match &self.reader {
            Reader::Binary(_, dictionary, _) => Ok((**dictionary).clone()),
            Reader::Text(..) => {
                Dictionary::parse(self.header.iter().map(Vec::as_slice)).map_err(|why| Error::input(self.place(), why))
            }
        }
    }

    /// Keeps records of BCF as BCF: see [`VariantRecord::frame`]. Their lines end after INFO, unless `samples` is true.
    pub(crate) fn keep_binary(&mut self, samples: bool) {
        if let Reader::Binary(_, _, form) = &mut self.reader {
            *form = if samples { Form::Both } else { Form::Frame };
        }
    }

    /// Reserves names of INFO fields that will be added: an input that has one of them is an error, here if its header declares it,
    /// else when the record is read. `hint` is the hint of that error.
    pub(crate) fn reserve(&mut self, names: &[&str], hint: String) -> Result<()> {
        let names: HashSet<String> = names.iter().map(|name| (*name).into()).collect();
        if let Some(id) = header::declared_info(&self.header, &names) {
            let why = format!("INFO field {id} already exists");
            return Err(Error::input(self.place(), why).with_hint(hint));
        }
        let numbers = match &self.reader {
            Reader::Binary(_, dictionary, _) => names.iter().filter_map(|name| dictionary.number(name)).collect(),
            Reader::Text(..) => Vec::new(),
        };
        self.checks.reserved = Some(Reserved::new(names, numbers, hint));
        Ok(())
    }

    /// Whether it is BCF.
    pub(crate) fn is_binary(&self) -> bool {
        matches!(self.reader, Reader::Binary(..))
    }

    /// The number of samples.
    pub(crate) fn sample_count(&self) -> usize {
        self.header.last().map_or(0, |names| header::sample_count(names))
    }

    /// The name of the file in messages.
    pub(crate) fn place(&self) -> &str {
        &self.checks.place
    }

    /// Its SHA-256 is not wanted.
    pub(crate) fn skip_digest(&self) {
        self.tally.skip_digest();
    }

    /// A function that returns the share of the file that has been read; `None` from the second call on.
    pub(crate) fn share(&mut self) -> Option<Share> {
        self.share.take()
    }

    /// The next record; `None` after the last one. Not to be called again after an error.
    pub(crate) fn next_record(&mut self) -> Result<Option<VariantRecord>> {
        let (checks, number) = (&self.checks, self.count + 1);
        let unreadable =
            |error: &std::io::Error| Error::input(format!("{}, record {number}", checks.place), describe(error));
        let record = match &mut self.reader {
            Reader::Text(reader, line_number) => loop {
                let mut line = Vec::new();
                let ended = read_line_and_end(reader, &mut line).map_err(|error| unreadable(&error))?;
                let Some(ended) = ended else { return Ok(None) };
                *line_number += 1;
                if !ended {
                    return Err(unfinished(&checks.place, *line_number));
                }
                if !line.is_empty() {
                    break checks.record_of_line(line, number, *line_number)?;
                }
            },
            Reader::Binary(reader, dictionary, form) => {
                // A record is two lengths and as many bytes (VCF specification 4.4, section 6.3.1).
                let frame = read_frame(reader, 2).map_err(|error| unreadable(&error))?;
                let Some(frame) = frame else { return Ok(None) };
                checks.record_of_frame(frame, number, dictionary, *form)?
            }
        };
        self.count = number;
        Ok(Some(record))
    }

    /// The file's entry in the manifest: complete after the last record.
    pub(crate) fn report(&self) -> InputReport {
        (self.report)()
    }

    /// Calls `each` with every record, in order. Returns a function that gives the file's entry in the manifest.
    pub(crate) fn read(
        mut self,
        mut each: impl FnMut(VariantRecord) -> Result<()>,
    ) -> Result<Box<dyn Fn() -> InputReport + Send>> {
        while let Some(record) = self.next_record()? {
            each(record)?;
        }
        Ok(self.report)
    }
}

fn read_binary_header(mut reader: Box<dyn BufRead + Send>, place: &str) -> Result<(Vec<Vec<u8>>, Reader)> {
    let (_, lines) = read_header(&mut reader).map_err(|error| Error::input(place, describe(&error)))?;
    let dictionary = Dictionary::parse(lines.iter().map(Vec::as_slice)).map_err(|why| Error::input(place, why))?;
    let lines = lines.iter().map(|line| header::without_index(line)).collect();
    Ok((lines, Reader::Binary(reader, Box::new(dictionary), Form::Line)))
}

/// Reads up to the first line that is not of the header.
fn skip_text_header(reader: &mut dyn BufRead, place: &str) -> Result<()> {
    let (failed, mut line) = (|error| Error::input(place, describe(&error)), Vec::new());
    while reader.fill_buf().map_err(failed)?.first() == Some(&b'#') {
        read_line_and_end(reader, &mut line).map_err(failed)?;
    }
    Ok(())
}

fn read_text_header(mut reader: Box<dyn BufRead + Send>, place: &str) -> Result<(Vec<Vec<u8>>, Reader)> {
    let (mut lines, mut line) = (Vec::new(), Vec::new());
    loop {
        let number = lines.len() as u64 + 1;
        let ended = read_line_and_end(&mut reader, &mut line).map_err(|error| Error::input(place, describe(&error)))?;
        if ended.is_none() || !line.starts_with(b"#") {
            return Err(Error::input(place, format!("line {number}: the header has no #CHROM line")));
        }
        if ended == Some(false) {
            return Err(unfinished(place, number));
        }
        no_nul(&line).map_err(|why| Error::input(format!("{place}, line {number}"), why))?;
        let last = line.starts_with(b"#CHROM");
        line.push(b'\n');
        lines.push(line.clone());
        if last {
            return Ok((lines, Reader::Text(reader, number)));
        }
    }
}

/// What every record of a file is checked against.
struct Checks {
    /// The name of the file in messages.
    place: String,
    /// The number of columns of a line.
    width: usize,
    reserved: Option<Reserved>,
}

impl Checks {
    /// The record of a line of VCF.
    fn record_of_line(&self, line: Vec<u8>, number: u64, line_number: u64) -> Result<VariantRecord> {
        let bad = |why: &str| Error::input(format!("{}, line {line_number}", self.place), why);
        no_nul(&line).map_err(bad)?;
        let columns = 1 + memchr::memchr_iter(b'\t', &line).count();
        let record = VariantRecord::parse(line, number).map_err(|why| bad(&why))?;
        if columns != self.width {
            let hint = if columns < self.width {
                "the line is truncated, or columns are missing"
            } else {
                "columns are separated by one tab, and no value may hold a tab"
            };
            return Err(bad(&format!("{columns} columns, but the #CHROM line names {}", self.width)).with_hint(hint));
        }
        if let Some(columns) = record.line.get(record.info.end + 1..) {
            check_samples(columns).map_err(|(why, hint)| bad(&why).with_hint(hint))?;
        }
        if let Some(name) = self.reserved.as_ref().and_then(|reserved| reserved.find(record.info())) {
            return Err(self.taken(number, name));
        }
        Ok(record)
    }

    /// The record of the bytes of BCF.
    fn record_of_frame(
        &self,
        frame: Vec<u8>,
        number: u64,
        dictionary: &Dictionary,
        form: Form,
    ) -> Result<VariantRecord> {
        let bad = |why: &str| Error::input(format!("{}, record {number}", self.place), why);
        let mut line = Vec::with_capacity(if form == Form::Frame { 64 } else { 2 * frame.len() });
        let decoded = match form {
            Form::Frame => {
                let watched = self.reserved.as_ref().map_or(&[][..], |reserved| &reserved.numbers);
                dictionary.head(&frame, watched, &mut line)
            }
            Form::Line | Form::Both => dictionary.line(&frame, &mut line).map(|()| None),
        };
        let found = decoded.map_err(|why| bad(&why))?;
        // Names and texts of BCF may hold the separators of VCF.
        if form != Form::Frame
            && (memchr::memchr_iter(b'\t', &line).count() + 1 != self.width
                || memchr::memchr2(b'\n', 0, &line).is_some())
        {
            return Err(bad(
                "a name or a text in it contains a tab, a line end or a NUL byte: it cannot be written as VCF",
            ));
        }
        let mut record = VariantRecord::parse(line, number).map_err(|why| bad(&why))?;
        if let Some(reserved) = &self.reserved {
            let name = match found {
                Some(number) => dictionary.name(number),
                None => reserved.find(record.info()),
            };
            if let Some(name) = name {
                return Err(self.taken(number, name));
            }
        }
        if form != Form::Line {
            record.frame = frame;
        }
        Ok(record)
    }

    /// The error for a record that has a reserved INFO field.
    fn taken(&self, number: u64, name: &str) -> Error {
        let hint = self.reserved.as_ref().map_or("", |reserved| &reserved.hint);
        Error::input(format!("{}, record {number}", self.place), format!("INFO field {name} already exists"))
            .with_hint(hint)
    }
}

/// Checks the columns from FORMAT on. The error is the problem and a hint.
fn check_samples(columns: &[u8]) -> Result<(), (String, &'static str)> {
    if let Some((sample, values, fields)) = surplus_values(columns) {
        return Err((
            format!("sample {sample} has {values} values, but FORMAT names {fields} fields"),
            "values of a sample are separated by colons, as the names in FORMAT are",
        ));
    }
    if let Some((sample, value)) = invalid_genotype(columns) {
        let (column, shown) = (sample + 9, String::from_utf8_lossy(value));
        return Err((
            format!("column {column} (sample {sample}): GT is \"{shown}\", which is not a genotype"),
            "genotypes are numbers of alleles or dots, separated by / or |: 0/1, 1|2, ./.",
        ));
    }
    Ok(())
}

/// Names of INFO fields that records must not have, since fields of these names are added.
struct Reserved {
    names: HashSet<String>,
    /// The parts of the names up to the first `_`: only records that hold one of them are searched for the names.
    prefixes: Vec<memchr::memmem::Finder<'static>>,
    /// In BCF, the numbers of the names that are in the header.
    numbers: Vec<usize>,
    /// The hint of the error.
    hint: String,
}

impl Reserved {
    fn new(names: HashSet<String>, numbers: Vec<usize>, hint: String) -> Self {
        let prefix = |name: &String| name[..name.find('_').map_or(name.len(), |at| at + 1)].to_string();
        let prefixes: HashSet<String> = names.iter().map(prefix).collect();
        let finder = |text: &String| memchr::memmem::Finder::new(text.as_bytes()).into_owned();
        Self { prefixes: prefixes.iter().map(finder).collect(), names, numbers, hint }
    }

    /// The first of the names that an INFO column has.
    fn find<'a>(&self, info: &'a [u8]) -> Option<&'a str> {
        let keys = self.prefixes.iter().flat_map(|prefix| prefix.find_iter(info)).filter_map(|at| {
            let key = info[at..].split(|&b| b == b'=' || b == b';').next()?;
            (at == 0 || info[at - 1] == b';').then(|| std::str::from_utf8(key).ok())?
        });
        keys.into_iter().find(|key| self.names.contains(*key))
    }
}

/// Refuses a line with a NUL byte, which ends a text in BCF and in most programs that read VCF.
fn no_nul(line: &[u8]) -> Result<(), &'static str> {
    match memchr::memchr(0, line) {
        Some(_) => Err("it holds a NUL byte: the file is damaged, or not text"),
        None => Ok(()),
    }
}

/// The error for a file that ends within a line.
fn unfinished(place: &str, line: u64) -> Error {
    Error::input(format!("{place}, line {line}"), "the file ends within this line, which has no line end").with_hint(
        "the file is truncated, or still being written; if it is complete, add the line end: echo >> FILE (decompress it first if it is compressed)",
    )
}
