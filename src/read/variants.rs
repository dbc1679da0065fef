//! Variants: VCF as lines that are kept as they came, BCF turned into the same lines.
//!
//! Only the first five columns are looked at, and INFO when something is added: a record with ten thousand samples
//! passes through without being decoded. Where the output is BCF too, a record of BCF does so as well.

use std::{
    collections::{HashMap, HashSet},
    io,
    ops::Range,
    path::Path,
};

use super::{Format, InputReport, Share, read_frame, read_line_and_end};
use crate::{
    error::{Error, Result, describe},
    genome::{Contigs, Interval, interval::from_one_based},
    vcf::bcf::decode::{self as bcf, Dictionary},
};

/// A VCF record: its line, and where its columns are.
#[derive(Clone, Debug)]
pub struct VariantRecord {
    /// The line, without its end; of a record in `frame`, only what is needed to ask about it.
    pub line: Vec<u8>,
    /// The record as BCF has it, where it stays BCF; else empty.
    pub frame: Vec<u8>,
    /// Number of the record, from 1.
    pub number: u64,
    /// 0-based position of REF's first base; 0 for the telomere, too.
    pub position: u64,
    /// POS is 0: the telomere before the contig's first base.
    pub is_telomere: bool,
    contig: Range<usize>,
    reference: Range<usize>,
    alternates: Range<usize>,
    /// Where column INFO is.
    pub info: Range<usize>,
}

/// A position beyond 2^40 is taken as 2^40: no contig is as long, and sums of such positions are safe.
const MAX_POSITION: u64 = 1 << 40;

/// Where the first eight columns of a line are.
fn columns(line: &[u8]) -> Result<[Range<usize>; 8], String> {
    let mut columns: [Range<usize>; 8] = std::array::from_fn(|_| 0..0);
    let (mut start, mut count) = (0, 0);
    for end in memchr::memchr_iter(b'\t', line).chain(std::iter::once(line.len())) {
        columns[count] = start..end;
        count += 1;
        start = end + 1;
        if count == 8 {
            break;
        }
    }
    if count < 8 {
        return Err(format!("a VCF line needs 8 tab-separated columns, this one has {count}"));
    }
    Ok(columns)
}

impl VariantRecord {
    /// Splits a line. The error is what is wrong with it.
    pub fn parse(line: Vec<u8>, number: u64) -> Result<Self, String> {
        let [contig, position, _, reference, alternates, _, _, info] = columns(&line)?;
        let text =
            |range: &Range<usize>| std::str::from_utf8(&line[range.clone()]).map_err(|_| "it is not UTF-8".to_string());
        let one_based: u64 = text(&position)?
            .parse()
            .map_err(|_| format!("POS \"{}\" is not a number", String::from_utf8_lossy(&line[position.clone()])))?;
        text(&contig)?;
        if contig.is_empty() || reference.is_empty() || alternates.is_empty() {
            return Err("CHROM, REF or ALT is empty".into());
        }
        let alleles = &line[alternates.clone()];
        if memchr::memchr(b',', alleles).is_some() && alleles.split(|&b| b == b',').any(<[u8]>::is_empty) {
            let shown = String::from_utf8_lossy(alleles);
            return Err(format!("column 5 (ALT) is \"{shown}\": an allele between commas is empty"));
        }
        Ok(Self {
            number,
            position: from_one_based(one_based).min(MAX_POSITION),
            is_telomere: one_based == 0,
            contig,
            reference,
            alternates,
            info,
            line,
            frame: Vec::new(),
        })
    }

    /// CHROM.
    pub fn contig(&self) -> &str {
        std::str::from_utf8(&self.line[self.contig.clone()]).unwrap_or_default()
    }

    /// REF.
    pub fn reference(&self) -> &[u8] {
        &self.line[self.reference.clone()]
    }

    /// INFO.
    pub fn info(&self) -> &[u8] {
        &self.line[self.info.clone()]
    }

    /// What the record covers: by END, else by REF, SVLEN and LEN.
    pub fn interval(&self) -> Interval {
        let columns = (&self.line[self.alternates.clone()], self.info(), &self.line[self.info.end..]);
        let reference = self.reference.len() as u64;
        if self.frame.is_empty() {
            return covered(self.position, reference, columns);
        }
        let own = bcf::interval(&self.frame);
        // Programs that do not know SVLEN and LEN count REF alone.
        let known = if columns.0.contains(&b'<') { covered(own.start, 1, columns).end } else { own.end };
        Interval::new(own.start, own.end.max(known))
    }

    /// POS and REF.
    pub fn written(&self) -> Interval {
        Interval::new(self.position, self.position + self.reference.len() as u64)
    }

    /// Every ALT.
    pub fn alternates(&self) -> impl Iterator<Item = &[u8]> {
        self.line[self.alternates.clone()].split(|&b| b == b',')
    }
}

/// Contig of a line, and what its record covers. `None` if it is no record.
pub fn place_of(line: &[u8]) -> Option<(&str, Interval)> {
    let [contig, position, _, reference, alternates, _, _, info] = columns(line).ok()?;
    let one_based: u64 = std::str::from_utf8(&line[position]).ok()?.parse().ok()?;
    let position = from_one_based(one_based).min(MAX_POSITION);
    let columns = (&line[alternates], &line[info.clone()], &line[info.end..]);
    Some((std::str::from_utf8(&line[contig]).ok()?, covered(position, reference.len() as u64, columns)))
}

/// What a record covers, from its ALT, its INFO, and FORMAT with the samples: from its first base to the farthest of the last base
/// of REF, END (which VCF 4.4 takes back), and what its symbolic alleles cover: `<DEL>`, `<DUP>`, `<INV>` and `<CNV>` SVLEN bases
/// after the first one, `<*>` as many bases as LEN says (VCF 4.5, section 1.6.1.8). htslib 1.24 counts the same.
fn covered(start: u64, reference: u64, (alternates, info, samples): (&[u8], &[u8], &[u8])) -> Interval {
    let mut end = number_of(info, b"END").unwrap_or(0).max(start + reference);
    if memchr::memchr(b'<', alternates).is_some() {
        end = end.max(start + symbolic(alternates, info, samples).min(MAX_POSITION));
    }
    Interval::new(start, end.min(MAX_POSITION).max(start + 1))
}

/// Bases that the symbolic alleles cover, the first one included.
fn symbolic(alternates: &[u8], info: &[u8], samples: &[u8]) -> u64 {
    let lengths: Vec<&[u8]> =
        value_of(info, b"SVLEN").map_or(Vec::new(), |value| value.split(|&b| b == b',').collect());
    let alleles = alternates.split(|&b| b == b',').enumerate().map(|(at, allele)| {
        let kind = allele.strip_prefix(b"<").and_then(|rest| rest.split(|&b| b == b':' || b == b'>').next());
        match kind {
            Some(b"DEL" | b"DUP" | b"INV" | b"CNV") => {
                // Before VCF 4.4 those of deletions are negative.
                let length = lengths.get(at).and_then(|text| std::str::from_utf8(text).ok()?.parse::<i64>().ok());
                length.map_or(0, |length| length.unsigned_abs().saturating_add(1))
            }
            Some(b"*") => block_length(samples),
            _ => 0,
        }
    });
    alleles.max().unwrap_or(0)
}

/// The largest LEN of the samples: bases of a reference block.
fn block_length(columns: &[u8]) -> u64 {
    let mut columns = columns.strip_prefix(b"\t").unwrap_or_default().split(|&b| b == b'\t');
    let Some(at) = columns.next().and_then(|format| format.split(|&b| b == b':').position(|key| key == b"LEN")) else {
        return 0;
    };
    let length =
        |sample: &[u8]| std::str::from_utf8(sample.split(|&b| b == b':').nth(at)?).ok()?.trim_end().parse().ok();
    columns.filter_map(length).max().unwrap_or(0)
}

/// The value of an INFO field.
fn value_of<'a>(info: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let starts = |at: &usize| (*at == 0 || info[at - 1] == b';') && info.get(at + key.len()) == Some(&b'=');
    let at = memchr::memmem::find_iter(info, key).find(starts)?;
    info[at + key.len() + 1..].split(|&b| b == b';').next()
}

fn number_of(info: &[u8], key: &[u8]) -> Option<u64> {
    std::str::from_utf8(value_of(info, key)?).ok()?.parse().ok()
}

/// INFO fields that records must not have, since fields of that name are added.
struct Reserved {
    names: HashSet<String>,
    /// What the names begin with: records without it need no closer look.
    beginnings: Vec<memchr::memmem::Finder<'static>>,
    /// Of BCF: their numbers, where the header has these names at all.
    numbers: Vec<usize>,
    hint: String,
}

impl Reserved {
    /// The first of the fields that an INFO column has.
    fn find<'a>(&self, info: &'a [u8]) -> Option<&'a str> {
        let keys = self.beginnings.iter().flat_map(|beginning| beginning.find_iter(info)).filter_map(|at| {
            let key = info[at..].split(|&b| b == b'=' || b == b';').next()?;
            (at == 0 || info[at - 1] == b';').then(|| std::str::from_utf8(key).ok())?
        });
        keys.into_iter().find(|key| self.names.contains(*key))
    }
}

/// Header lines but the last: the first says the version, and all begin with `##`. The error is which line does not, and why.
fn check_lines(header: &[Vec<u8>]) -> Result<(), (usize, &'static str)> {
    let lines = header.split_last().map_or(&[][..], |(_, lines)| lines);
    if !lines.first().is_some_and(|line| line.starts_with(b"##fileformat=VCF")) {
        return Err((1, "it is not ##fileformat=…"));
    }
    match lines.iter().position(|line| !line.starts_with(b"##")) {
        Some(at) => Err((at + 1, "it does not begin with ##")),
        None => Ok(()),
    }
}

/// The first sample that has more values than FORMAT has names, of the columns from FORMAT on: its number from 1, and both counts.
fn too_many(columns: &[u8]) -> Option<(usize, usize, usize)> {
    // Genotypes alone, as large cohorts have them: one search says that there is nothing to count.
    memchr::memchr(b':', columns)?;
    let mut fields = None;
    let (mut sample, mut values) = (0, 1);
    for end in memchr::memchr2_iter(b':', b'\t', columns).map(|at| columns[at]).chain([b'\t']) {
        if end == b':' {
            values += 1;
            continue;
        }
        match fields {
            None => fields = Some(values),
            Some(fields) if values > fields => return Some((sample, values, fields)),
            Some(_) => {}
        }
        (sample, values) = (sample + 1, 1);
    }
    None
}

/// The first sample whose genotype is none, of the columns from FORMAT on: its number from 1, and what stands there.
fn senseless_genotype(columns: &[u8]) -> Option<(usize, &[u8])> {
    let mut columns = columns.split(|&b| b == b'\t');
    let place = columns.next()?.split(|&b| b == b':').position(|name| name == b"GT")?;
    columns.enumerate().find_map(|(at, sample)| {
        let value = if place == 0 {
            &sample[..memchr::memchr(b':', sample).unwrap_or(sample.len())]
        } else {
            // Values at the end may be left out.
            sample.split(|&b| b == b':').nth(place)?
        };
        (!is_genotype(value)).then_some((at + 1, value))
    })
}

/// Numbers of alleles, or `.`, with `/` or `|` between (VCF 4.4, section 1.6.2); since 4.4, one may stand before the first, too.
fn is_genotype(value: &[u8]) -> bool {
    let value = match value {
        [b'/' | b'|', rest @ ..] => rest,
        value => value,
    };
    // Whether what came last may end an allele, and whether a digit may follow it.
    let (mut whole, mut more) = (false, true);
    for &byte in value {
        (whole, more) = match byte {
            b'0'..=b'9' if more => (true, true),
            b'.' if more && !whole => (true, false),
            b'/' | b'|' if whole => (false, true),
            _ => return false,
        };
    }
    whole
}

/// The columns that every VCF has (VCF 4.4, section 1.5).
const COLUMNS: [&str; 8] = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"];

/// Checks the line that names the columns; how many there are. The error is what is wrong with it.
fn check_names(line: &[u8]) -> Result<usize, String> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let names: Vec<&[u8]> = line.split(|&b| b == b'\t').collect();
    if names.len() < COLUMNS.len() && line.contains(&b' ') {
        return Err("the names of the columns are not parted by tabs".into());
    }
    let shown = |name: &[u8]| format!("\"{}\"", String::from_utf8_lossy(name));
    for (at, wanted) in COLUMNS.iter().chain(&["FORMAT"]).enumerate() {
        match names.get(at) {
            Some(name) if *name == wanted.as_bytes() => {}
            Some(name) => {
                return Err(format!("column {} is called {}, and should be \"{wanted}\"", at + 1, shown(name)));
            }
            None if at < COLUMNS.len() => return Err(format!("column {} ({wanted}) is missing", at + 1)),
            None => {}
        }
    }
    let samples = names.get(COLUMNS.len() + 1..).unwrap_or_default();
    if names.len() == COLUMNS.len() + 1 {
        return Err("there is a column FORMAT, and no sample".into());
    }
    let mut seen = HashMap::with_capacity(samples.len());
    for (at, name) in samples.iter().enumerate() {
        let column = at + COLUMNS.len() + 2;
        if name.is_empty() {
            return Err(format!("column {column} has no name"));
        }
        if let Some(before) = seen.insert(name, column) {
            return Err(format!("sample {} is there twice: columns {before} and {column}", shown(name)));
        }
    }
    Ok(names.len())
}

/// An open file of variants.
pub struct Variants {
    /// Header lines as they came, each with its line end; `#CHROM` is the last.
    pub header: Vec<Vec<u8>>,
    /// Contigs of the header; the length is 0 where it says none.
    pub contigs: Contigs,
    place: String,
    reader: Reader,
    report: Box<dyn Fn() -> InputReport + Send>,
    share: Option<Share>,
    line_number: u64,
    /// How many columns a line has.
    width: usize,
    reserved: Option<Reserved>,
}

/// What a record of BCF becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kept {
    /// A line.
    Line,
    /// Its bytes, and the columns that are looked at.
    Frame,
    /// Its bytes, and a line.
    Both,
}

enum Reader {
    Text(Box<dyn io::BufRead + Send>),
    /// And whether records stay as they are.
    Binary(Box<dyn io::BufRead + Send>, Box<Dictionary>, Kept),
}

impl Variants {
    /// Opens a file, or standard input for `-`.
    pub fn open(path: &Path) -> Result<Self> {
        Self::of(super::open(path)?)
    }

    /// Of an input that is open already.
    pub fn of(input: super::Input) -> Result<Self> {
        input.expect(&[Format::Vcf, Format::Bcf], "variants (VCF or BCF)")?;
        let (place, format, report, share) = (input.place(), input.format, Box::new(input.report()), input.share());
        let failed = |error: io::Error| Error::input(&place, describe(&error));
        let mut reader = input.reader;
        let (header, reader, line_number) = if format == Format::Bcf {
            let (_, lines) = bcf::read_header(&mut reader).map_err(failed)?;
            let dictionary = Dictionary::parse(lines.iter().map(Vec::as_slice));
            let dictionary = dictionary.map_err(|why| Error::input(&place, why))?;
            let lines = lines.iter().map(|line| bcf::without_index(line)).collect();
            (lines, Reader::Binary(reader, Box::new(dictionary), Kept::Line), 0)
        } else {
            let (mut lines, mut line) = (Vec::new(), Vec::new());
            loop {
                let ended = read_line_and_end(&mut reader, &mut line).map_err(failed)?;
                if ended.is_none() || !line.starts_with(b"#") {
                    return Err(Error::input(
                        &place,
                        format!("line {}: the header has no #CHROM line", lines.len() + 1),
                    ));
                }
                if ended == Some(false) {
                    return Err(unfinished(&place, lines.len() as u64 + 1));
                }
                no_nul(&line).map_err(|why| Error::input(format!("{place}, line {}", lines.len() + 1), why))?;
                let last = line.starts_with(b"#CHROM");
                line.push(b'\n');
                lines.push(line.clone());
                if last {
                    break;
                }
            }
            let count = lines.len() as u64;
            (lines, Reader::Text(reader), count)
        };
        check_lines(&header).map_err(|(line, why)| {
            Error::input(format!("{place}, line {line} of the header"), why)
                .with_hint("take it out, or mend it (bcftools reheader): other programs cannot read it")
        })?;
        let width = check_names(header.last().map_or(&[], Vec::as_slice)).map_err(|why| {
            let at = if line_number > 0 { format!("line {line_number}") } else { "the #CHROM line of the header".into() };
            Error::input(format!("{place}, {at}"), why).with_hint(
                "it names the columns, with tabs between: #CHROM POS ID REF ALT QUAL FILTER INFO, and FORMAT and each sample where there are genotypes",
            )
        })?;
        let mut contigs = Contigs::default();
        for line in &header {
            if let Some(fields) = String::from_utf8_lossy(line).strip_prefix("##contig=<") {
                let field = |key: &str| {
                    fields
                        .trim_end()
                        .trim_end_matches('>')
                        .split(',')
                        .find_map(|f| f.strip_prefix(key))
                        .map(|v| v.trim_matches('"'))
                };
                if let Some(name) = field("ID=") {
                    contigs.push(name, field("length=").and_then(|len| len.parse().ok()).unwrap_or(0));
                }
            }
        }
        let reserved = None;
        Ok(Self { header, contigs, place, reader, report, share, line_number, width, reserved })
    }

    /// The numbers that BCF has for the header's names: those it came with, if it is BCF.
    pub fn dictionary(&self) -> Result<Dictionary> {
        match &self.reader {
            Reader::Binary(_, dictionary, _) => Ok((**dictionary).clone()),
            Reader::Text(_) => {
                Dictionary::parse(self.header.iter().map(Vec::as_slice)).map_err(|why| Error::input(&self.place, why))
            }
        }
    }

    /// Records of BCF are to stay BCF: see [`VariantRecord::frame`]. Their lines end after INFO, unless `samples` are asked for.
    pub fn keep_binary(&mut self, samples: bool) {
        if let Reader::Binary(_, _, kept) = &mut self.reader {
            *kept = if samples { Kept::Both } else { Kept::Frame };
        }
    }

    /// Fields of these names are to be added to INFO: that the input has one of them is an error, here if its header says so,
    /// else when the record comes. `hint`: what to do then.
    pub fn reserve(&mut self, names: &[&str], hint: String) -> Result<()> {
        let names: HashSet<String> = names.iter().map(|name| (*name).into()).collect();
        let declared = |line: &Vec<u8>| {
            let text = String::from_utf8_lossy(line);
            let id = text.strip_prefix("##INFO=<ID=")?.split([',', '>']).next()?.to_string();
            names.contains(&id).then_some(id)
        };
        if let Some(id) = self.header.iter().find_map(declared) {
            return Err(Error::input(&self.place, format!("INFO field {id} is there already")).with_hint(hint));
        }
        let beginning = |name: &String| name[..name.find('_').map_or(name.len(), |at| at + 1)].to_string();
        let beginnings: HashSet<String> = names.iter().map(beginning).collect();
        let numbers = match &self.reader {
            Reader::Binary(_, dictionary, _) => names.iter().filter_map(|name| dictionary.number(name)).collect(),
            Reader::Text(_) => Vec::new(),
        };
        let finder = |text: &String| memchr::memmem::Finder::new(text.as_bytes()).into_owned();
        self.reserved = Some(Reserved { beginnings: beginnings.iter().map(finder).collect(), names, numbers, hint });
        Ok(())
    }

    /// How many samples it has.
    pub fn sample_count(&self) -> usize {
        let columns = self.header.last().map_or(0, |line| line.split(|&b| b == b'\t').count());
        columns.saturating_sub(9)
    }

    /// What messages call the file.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What share of the file has been read; once.
    pub fn share(&mut self) -> Option<Share> {
        self.share.take()
    }

    /// Hands on every record, in order.
    pub fn read(
        mut self,
        mut each: impl FnMut(VariantRecord) -> Result<()>,
    ) -> Result<Box<dyn Fn() -> InputReport + Send>> {
        let (place, reserved) = (self.place.clone(), self.reserved.take());
        let taken = |number: u64, name: &str| {
            let hint = reserved.as_ref().map_or("", |reserved| &reserved.hint);
            Error::input(format!("{place}, record {number}"), format!("INFO field {name} is there already"))
                .with_hint(hint)
        };
        let mut number = 0u64;
        match &mut self.reader {
            Reader::Text(reader) => {
                let mut line = Vec::new();
                loop {
                    let ended = read_line_and_end(reader, &mut line)
                        .map_err(|e| Error::input(format!("{place}, record {}", number + 1), describe(&e)))?;
                    let Some(ended) = ended else { break };
                    self.line_number += 1;
                    if !ended {
                        return Err(unfinished(&place, self.line_number));
                    }
                    if line.is_empty() {
                        continue;
                    }
                    number += 1;
                    let at = || format!("{place}, line {}", self.line_number);
                    no_nul(&line).map_err(|why| Error::input(at(), why))?;
                    let count = 1 + memchr::memchr_iter(b'\t', &line).count();
                    let record = VariantRecord::parse(std::mem::take(&mut line), number)
                        .map_err(|why| Error::input(at(), why))?;
                    if count != self.width {
                        let message = format!("{count} columns, and the #CHROM line names {}", self.width);
                        let hint = if count < self.width {
                            "the line is cut off, or columns are missing"
                        } else {
                            "columns are parted by one tab, and no value holds one"
                        };
                        return Err(Error::input(at(), message).with_hint(hint));
                    }
                    if let Some((sample, values, fields)) = record.line.get(record.info.end + 1..).and_then(too_many) {
                        let message = format!("sample {sample} has {values} values, and FORMAT names {fields} fields");
                        return Err(Error::input(at(), message)
                            .with_hint("values of a sample are parted by : as FORMAT's names are"));
                    }
                    if let Some((sample, value)) = record.line.get(record.info.end + 1..).and_then(senseless_genotype) {
                        let shown = String::from_utf8_lossy(value);
                        let message =
                            format!("column {} (sample {sample}): GT is \"{shown}\", which is no genotype", sample + 9);
                        return Err(Error::input(at(), message)
                            .with_hint("genotypes are numbers of alleles or dots, parted by / or |: 0/1, 1|2, ./."));
                    }
                    if let Some(name) = reserved.as_ref().and_then(|reserved| reserved.find(record.info())) {
                        return Err(taken(number, name));
                    }
                    each(record)?;
                }
            }
            Reader::Binary(reader, dictionary, kept) => {
                let watched = reserved.as_ref().map_or(&[][..], |reserved| &reserved.numbers);
                loop {
                    number += 1;
                    let at = || format!("{place}, record {number}");
                    // A record is two lengths and as many bytes (VCF specification 4.4, section 6.3.1).
                    let frame = read_frame(reader, 2).map_err(|error| Error::input(at(), describe(&error)))?;
                    let Some(frame) = frame else { break };
                    let mut line = Vec::with_capacity(if *kept == Kept::Frame { 64 } else { 2 * frame.len() });
                    let decoded = match kept {
                        Kept::Frame => dictionary.head(&frame, watched, &mut line),
                        Kept::Line | Kept::Both => dictionary.line(&frame, &mut line).map(|()| None),
                    };
                    let found = decoded.map_err(|why| Error::input(at(), why))?;
                    // Names and texts of BCF may hold what parts VCF.
                    if *kept != Kept::Frame
                        && (memchr::memchr_iter(b'\t', &line).count() + 1 != self.width
                            || memchr::memchr2(b'\n', 0, &line).is_some())
                    {
                        let why = "a name or a text of it holds a tab, a line end or a NUL byte: it cannot be VCF";
                        return Err(Error::input(at(), why));
                    }
                    let mut record = VariantRecord::parse(line, number).map_err(|why| Error::input(at(), why))?;
                    if let Some(reserved) = &reserved {
                        let name = match found {
                            Some(key) => dictionary.name(key),
                            None => reserved.find(record.info()),
                        };
                        if let Some(name) = name {
                            return Err(taken(number, name));
                        }
                    }
                    if *kept != Kept::Line {
                        record.frame = frame;
                    }
                    each(record)?;
                }
            }
        }
        Ok(self.report)
    }
}

/// Texts end at a NUL byte in BCF, and in most programs that read VCF.
fn no_nul(line: &[u8]) -> Result<(), &'static str> {
    match memchr::memchr(0, line) {
        Some(_) => Err("it holds a NUL byte: the file is damaged, or no text"),
        None => Ok(()),
    }
}

/// The error for a file that ends within a line.
fn unfinished(place: &str, line: u64) -> Error {
    Error::input(format!("{place}, line {line}"), "the file ends within this line, which has no line end").with_hint(
        "it is cut off, or not yet written to its end; if nothing is missing, end its last line: echo >> FILE (of a compressed file, unpack it first)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_and_the_line_is_kept() {
        let line = b"20\t100\trs1\tACG\tA,<DEL>\t29.50\tPASS\tAF=0.1\tGT\t0/1".to_vec();
        let record = VariantRecord::parse(line.clone(), 1).expect("a record");
        assert_eq!((record.contig(), record.position, record.reference()), ("20", 99, &b"ACG"[..]));
        assert_eq!(record.alternates().collect::<Vec<_>>(), [&b"A"[..], b"<DEL>"]);
        assert_eq!((&line[record.info.clone()], &record.line), (&b"AF=0.1"[..], &line));
    }

    #[test]
    fn a_record_reaches_as_far_as_end() {
        for (info, end) in [
            ("END=500;DP=1", 500),
            ("DP=1;END=500", 500),
            ("XEND=500", 101),
            ("END=.", 101),
            ("END=3", 101),
            (".", 101),
        ] {
            let line = format!("20\t100\t.\tAC\t<DEL>\t.\t.\t{info}");
            let record = VariantRecord::parse(line.into_bytes(), 1).expect("a record");
            assert_eq!(record.interval(), Interval::new(99, end), "{info}");
        }
    }

    #[test]
    fn a_sample_has_no_more_values_than_format_has_names() {
        assert_eq!(too_many(b"GT:GQ\t0/1:3\t0/1"), None);
        assert_eq!(too_many(b"GT:GQ\t0/1:3\t0/1:3:4"), Some((2, 3, 2)));
        assert_eq!(too_many(b"GT"), None);
    }

    #[test]
    fn genotypes_are_numbers_of_alleles() {
        for good in ["0/1", "0|1", ".", "./.", "1", "0/1/2", "|0/1", "/1", "10|.", "0/."] {
            assert!(is_genotype(good.as_bytes()), "{good}");
        }
        for bad in ["", "x/y", "0/", "/", "0//1", "1.", ".1", "0/-1", "||0", "0 1"] {
            assert!(!is_genotype(bad.as_bytes()), "{bad}");
        }
        assert_eq!(senseless_genotype(b"GT:GQ\t0/1:3\tx/y:3"), Some((2, &b"x/y"[..])));
        assert_eq!(senseless_genotype(b"GQ:GT\t3:0/1\t3:a\t3"), Some((2, &b"a"[..])));
        assert_eq!(senseless_genotype(b"GQ\tx"), None);
        assert_eq!(senseless_genotype(b""), None);
    }

    #[test]
    fn header_lines_begin_as_they_should() {
        let lines = |text: &str| -> Vec<Vec<u8>> { text.split_inclusive('\n').map(|line| line.into()).collect() };
        assert_eq!(check_lines(&lines("##fileformat=VCFv4.2\n##x\n#CHROM\n")), Ok(()));
        assert_eq!(check_lines(&lines("##fileformat=VCFv4.2\n#x\n#CHROM\n")), Err((2, "it does not begin with ##")));
        assert_eq!(check_lines(&lines("#CHROM\n")), Err((1, "it is not ##fileformat=…")));
    }

    #[test]
    fn short_or_senseless_lines_are_refused() {
        for (line, say) in [
            ("20\t100\trs1\tA", "8 tab-separated columns, this one has 4"),
            ("20\tx\t.\tA\tC\t.\t.\t.", "POS \"x\" is not a number"),
            ("20\t1\t.\tA\tC,,G\t.\t.\t.", "column 5 (ALT) is \"C,,G\""),
            ("20\t1\t.\tA\tC,\t.\t.\t.", "column 5 (ALT) is \"C,\""),
        ] {
            assert!(VariantRecord::parse(line.into(), 1).expect_err(line).contains(say));
        }
    }
}
