//! BCF (VCF specification 4.4, section 6): the dictionary of a header, and records as lines of VCF.
//!
//! A line is the one that `bcftools view` writes, to the last digit. Of a record that goes into another BCF file only the
//! place and the alleles are read, and the rest is copied: see [`Dictionary::head`].

use std::{collections::HashMap, io};

use crate::genome::Interval;
use crate::read::MAX_LINE;

/// What a header line says of a field's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// None.
    Flag,
    /// Whole numbers.
    Integer,
    /// Numbers.
    Float,
    /// Text; single letters too.
    String,
}

impl Type {
    /// As the header spells it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Flag => "Flag",
            Self::Integer => "Integer",
            Self::Float => "Float",
            Self::String => "String",
        }
    }
}

/// Types of values in a record (section 6.3.3).
pub const NULL: u8 = 0;
/// A signed byte.
pub const INT8: u8 = 1;
/// Two bytes.
pub const INT16: u8 = 2;
/// Four bytes.
pub const INT32: u8 = 3;
/// IEEE 754, four bytes.
pub const FLOAT: u8 = 5;
/// Letters.
pub const CHAR: u8 = 7;

/// A float that is not there (section 6.3.3).
pub const FLOAT_MISSING: u32 = 0x7f80_0001;
/// The end of a vector of floats that is shorter than its place.
pub const FLOAT_END: u32 = 0x7f80_0002;

/// The largest index of a name: more would be a damaged header.
const MAX_INDEX: usize = 1 << 22;

/// Bytes of a record before its ID: two lengths, place, quality, counts.
const FIXED: usize = 32;

const DAMAGED: &str = "the record is damaged: a value reaches beyond it";
const TOO_LONG: &str = "the record is damaged: it is longer than its values";

/// Names that records speak of by number: contigs; and filters, INFO and FORMAT fields, which share their numbers.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    strings: Names,
    contigs: Names,
    filters: HashMap<String, usize>,
    infos: HashMap<String, (usize, Type)>,
    formats: HashMap<String, (usize, Type)>,
    /// Samples of the header.
    pub samples: usize,
}

#[derive(Clone, Debug, Default)]
struct Names {
    names: Vec<Option<String>>,
    indices: HashMap<String, usize>,
}

impl Names {
    fn add(&mut self, name: &str, index: Option<usize>) -> Result<usize, String> {
        if let Some(index) = self.indices.get(name) {
            return Ok(*index);
        }
        let index = index.unwrap_or(self.names.len());
        if index >= MAX_INDEX {
            return Err(format!("IDX={index} of \"{name}\" in the header is too large"));
        }
        if self.names.len() <= index {
            self.names.resize(index + 1, None);
        }
        self.names[index] = Some(name.into());
        self.indices.insert(name.into(), index);
        Ok(index)
    }

    fn get(&self, index: usize) -> Option<&str> {
        self.names.get(index)?.as_deref()
    }
}

/// The kind of a header line that has a place in the dictionary, and what stands between `<` and `>`.
fn entry(line: &str) -> Option<(&str, &str)> {
    let (kind, rest) = line.trim_end().strip_prefix("##")?.split_once("=<")?;
    matches!(kind, "contig" | "FILTER" | "INFO" | "FORMAT").then_some(())?;
    Some((kind, rest.strip_suffix('>')?))
}

/// A field of a header line. A comma within quotes ends none.
fn field<'a>(entry: &'a str, key: &str) -> Option<&'a str> {
    let (mut quoted, mut escaped, mut start) = (false, false, 0);
    let ends = entry.char_indices().filter_map(|(at, letter)| {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => return Some(at),
            _ => {}
        }
        None
    });
    ends.chain([entry.len()]).find_map(|end| {
        let field = &entry[start..end];
        start = end + 1;
        field.strip_prefix(key)?.strip_prefix('=')
    })
}

/// What other readers of BCF would not understand of a header line that has a place in the dictionary: it must be a list of keys and
/// values, KEY=VALUE or KEY="VALUE", with commas between (VCF specification 4.4, section 1.4).
pub fn check_line(line: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end();
    let Some((kind, rest)) = text.strip_prefix("##").and_then(|text| text.split_once("=<")) else { return Ok(()) };
    if !matches!(kind, "contig" | "FILTER" | "INFO" | "FORMAT") {
        return Ok(());
    }
    let bad = |rest: &str| {
        let rest: String = rest.chars().take(30).collect();
        format!("in \"{rest}\" of its {kind} line, which should be KEY=VALUE, with commas between, and > at the end")
    };
    let mut rest = rest;
    loop {
        let key = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_.".contains(c))).unwrap_or(rest.len());
        let value = rest[key..].strip_prefix('=').filter(|_| key > 0).ok_or_else(|| bad(rest))?;
        let end = match value.strip_prefix('"') {
            Some(quoted) => {
                let mut escaped = false;
                let end = quoted.find(|c| {
                    let ends = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    ends
                });
                end.map(|end| end + 2)
            }
            None => value.find([',', '>']),
        };
        let after = &value[end.ok_or_else(|| bad(rest))?..];
        match after.strip_prefix(',') {
            Some(more) => rest = more,
            None if after == ">" => return Ok(()),
            None => return Err(bad(rest)),
        }
    }
}

/// A header line without the index that BCF adds to it.
pub fn without_index(line: &[u8]) -> Vec<u8> {
    const KEY: &[u8] = b",IDX=";
    if let Some(at) = memchr::memmem::rfind(line, KEY)
        && entry(&String::from_utf8_lossy(line)).is_some()
        && let Some(digits) = line[at + KEY.len()..].trim_ascii_end().strip_suffix(b">")
        && digits.iter().all(u8::is_ascii_digit)
    {
        return [&line[..at], b">\n"].concat();
    }
    line.to_vec()
}

impl Dictionary {
    /// Of a header's lines. The error is what is wrong with them.
    pub fn parse<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, String> {
        let mut own = Self::default();
        // Always there, and always the first (section 6.2.1).
        own.filters.insert("PASS".into(), own.strings.add("PASS", Some(0))?);
        for line in lines {
            own.add(line)?;
        }
        Ok(own)
    }

    /// Takes in another line: what has no index gets the one after the largest.
    pub fn add(&mut self, line: &[u8]) -> Result<(), String> {
        let text = String::from_utf8_lossy(line);
        if text.starts_with("#CHROM") {
            self.samples = text.trim_end().split('\t').count().saturating_sub(9);
        }
        let Some((kind, entry)) = entry(&text) else { return Ok(()) };
        let Some(id) = field(entry, "ID") else { return Ok(()) };
        let index = field(entry, "IDX").and_then(|index| index.parse().ok());
        if kind == "contig" {
            self.contigs.add(id, index)?;
            return Ok(());
        }
        let index = self.strings.add(id, index)?;
        let kept = match field(entry, "Type") {
            Some("Flag") => Type::Flag,
            Some("Integer") => Type::Integer,
            Some("Float") => Type::Float,
            _ => Type::String,
        };
        match kind {
            "FILTER" => self.filters.entry(id.into()).or_insert(index),
            "INFO" => &mut self.infos.entry(id.into()).or_insert((index, kept)).0,
            _ => &mut self.formats.entry(id.into()).or_insert((index, kept)).0,
        };
        Ok(())
    }

    /// A header line with its index, where it has a place here.
    pub fn with_index(&self, line: &[u8]) -> Vec<u8> {
        let text = String::from_utf8_lossy(line);
        let index = entry(&text).filter(|(_, entry)| field(entry, "IDX").is_none()).and_then(|(kind, entry)| {
            let names = if kind == "contig" { &self.contigs } else { &self.strings };
            names.indices.get(field(entry, "ID")?)
        });
        match (index, line.trim_ascii_end().strip_suffix(b">")) {
            (Some(index), Some(kept)) => [kept, format!(",IDX={index}>\n").as_bytes()].concat(),
            _ => line.to_vec(),
        }
    }

    /// How many contigs there are, or numbers for them.
    pub fn contig_count(&self) -> usize {
        self.contigs.names.len()
    }

    /// Name of a contig by its number.
    pub fn contig_name(&self, number: usize) -> Option<&str> {
        self.contigs.get(number)
    }

    /// Number of a contig.
    pub fn contig(&self, name: &str) -> Option<usize> {
        self.contigs.indices.get(name).copied()
    }

    /// Number of a name of the header that is a filter, an INFO field or a FORMAT field.
    pub fn number(&self, name: &str) -> Option<usize> {
        self.strings.indices.get(name).copied()
    }

    /// The name of a filter or field by its number.
    pub fn name(&self, number: usize) -> Option<&str> {
        self.strings.get(number)
    }

    /// Number of a filter.
    pub fn filter(&self, name: &str) -> Option<usize> {
        self.filters.get(name).copied()
    }

    /// Number and type of an INFO field.
    pub fn info(&self, name: &str) -> Option<(usize, Type)> {
        self.infos.get(name).copied()
    }

    /// Number and type of a FORMAT field.
    pub fn format(&self, name: &str) -> Option<(usize, Type)> {
        self.formats.get(name).copied()
    }

    /// Name of a record's contig.
    pub fn contig_of(&self, frame: &[u8]) -> Result<&str, String> {
        let index = usize::try_from(Bytes(frame.get(8..).ok_or(DAMAGED)?).int32()?).unwrap_or(usize::MAX);
        self.contigs.get(index).ok_or_else(|| format!("contig number {index} is not in the header"))
    }

    fn string(&self, index: Option<i32>) -> Result<&str, String> {
        self.known(index).map(|index| self.strings.get(index).unwrap_or_default())
    }

    /// The number of a name that is in the header.
    #[inline]
    fn known(&self, index: Option<i32>) -> Result<usize, String> {
        // A negative one becomes larger than any.
        let index = index.map_or(usize::MAX, |index| index as usize);
        match self.strings.names.get(index) {
            Some(Some(_)) => Ok(index),
            _ => Err("a filter or field is not in the header".into()),
        }
    }

    /// CHROM, POS, ID, REF and ALT of a record, as VCF has them; what follows them in the record.
    fn place<'a>(&self, frame: &'a [u8], out: &mut Vec<u8>) -> Result<Bytes<'a>, String> {
        let shared = Bytes(frame).int32()? as u32 as usize;
        let fixed = Bytes(frame.get(..FIXED).ok_or(DAMAGED)?);
        let mut rest = Bytes(frame.get(FIXED..8 + shared).ok_or(DAMAGED)?);
        out.extend_from_slice(self.contig_of(frame)?.as_bytes());
        out.push(b'\t');
        // Stored from 0; -1 is what VCF calls 0 (a telomere).
        write_signed(i64::from(fixed.at(12)) + 1, out);
        out.push(b'\t');
        let id = rest.letters()?;
        out.extend_from_slice(if id.is_empty() { b"." } else { id });
        let alleles = fixed.at(24) as u32 >> 16;
        for allele in 0..alleles {
            out.push(if allele < 2 { b'\t' } else { b',' });
            let letters = rest.letters()?;
            out.extend_from_slice(letters);
        }
        if alleles < 2 {
            out.extend_from_slice(if alleles == 0 { b"\t.\t." } else { b"\t." });
        }
        Ok(rest)
    }

    /// The columns up to ALT, with QUAL and FILTER left empty, and of INFO what says how far a symbolic allele reaches: what is
    /// needed to ask about a record. The rest is gone through, but not decoded: names must be in the header, and values must
    /// fill the record exactly. Also the first of the INFO fields `watched` (by number) that the record has.
    pub fn head(&self, frame: &[u8], watched: &[usize], out: &mut Vec<u8>) -> Result<Option<usize>, String> {
        let mut rest = self.place(frame, out)?;
        let symbolic = out.contains(&b'<');
        out.extend_from_slice(b"\t.\t.\t");
        let begin = out.len();
        let (kind, count) = rest.descriptor()?;
        for _ in 0..count {
            self.known(rest.integer(kind)?)?;
        }
        let mut found = None;
        for _ in 0..Bytes(frame).at(24) as u32 & 0xffff {
            let key = self.known(rest.key()?)?;
            let (kind, count) = rest.descriptor()?;
            let bytes = rest.take(size(kind, count)?)?;
            if watched.contains(&key) {
                found = found.or(Some(key));
            }
            if symbolic && let Some(name @ ("END" | "SVLEN")) = self.strings.get(key) {
                if out.len() > begin {
                    out.push(b';');
                }
                out.extend_from_slice(name.as_bytes());
                out.push(b'=');
                write_values(kind, count, bytes, out);
            }
        }
        if out.len() == begin {
            out.push(b'.');
        }
        rest.ended()?;
        let (fields, samples) = self.sample_counts(frame)?;
        let mut rest = samples_block(frame)?;
        for _ in 0..fields {
            let key = self.known(rest.key()?)?;
            let (kind, count) = rest.descriptor()?;
            let each = size(kind, count)?;
            let bytes = rest.take(each.checked_mul(samples).ok_or(DAMAGED)?)?;
            // How far <*> reaches (VCF 4.5).
            if symbolic && self.strings.get(key) == Some("LEN") {
                out.extend_from_slice(b"\tLEN");
                for values in bytes.chunks_exact(each.max(1)) {
                    out.push(b'\t');
                    write_values(kind, count, values, out);
                }
            }
        }
        rest.ended().map(|()| found)
    }

    /// How many FORMAT fields and samples a record has: as many samples as the header.
    fn sample_counts(&self, frame: &[u8]) -> Result<(usize, usize), String> {
        let counts = Bytes(frame).at(28) as u32;
        let (fields, samples) = ((counts >> 24) as usize, (counts & 0xff_ffff) as usize);
        if samples != self.samples {
            return Err(format!("the record has {samples} samples, and the header {}", self.samples));
        }
        Ok((fields, samples))
    }

    /// The record as a line of VCF, without its end.
    pub fn line(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
        let mut rest = self.place(frame, out)?;
        let fixed = Bytes(frame);
        out.push(b'\t');
        write_float(fixed.at(20) as u32, out);
        out.push(b'\t');
        let (kind, count) = rest.descriptor()?;
        if count == 0 {
            out.push(b'.');
        }
        for at in 0..count {
            if at > 0 {
                out.push(b';');
            }
            out.extend_from_slice(self.string(rest.integer(kind)?)?.as_bytes());
        }
        out.push(b'\t');
        let fields = fixed.at(24) as u32 & 0xffff;
        if fields == 0 {
            out.push(b'.');
        }
        for at in 0..fields {
            if at > 0 {
                out.push(b';');
            }
            let key = rest.typed_integer()?;
            out.extend_from_slice(self.string(key)?.as_bytes());
            let (kind, count) = rest.descriptor()?;
            if count > 0 {
                out.push(b'=');
                write_values(kind, count, rest.take(size(kind, count)?)?, out);
            }
        }
        rest.ended()?;
        let (fields, samples) = self.sample_counts(frame)?;
        self.samples_of(frame, fields, samples, out)
    }

    fn samples_of(&self, frame: &[u8], fields: usize, samples: usize, out: &mut Vec<u8>) -> Result<(), String> {
        let mut rest = samples_block(frame)?;
        if samples == 0 || fields == 0 {
            if samples > 0 {
                // FORMAT too.
                out.extend_from_slice(&b"\t.".repeat(samples + 1));
            }
            return rest.ended();
        }
        // Genotypes or not, type, values a sample, bytes a sample, bytes.
        let mut columns = Vec::with_capacity(fields);
        for at in 0..fields {
            let name = self.string(rest.typed_integer()?)?;
            out.push(if at == 0 { b'\t' } else { b':' });
            out.extend_from_slice(name.as_bytes());
            let (kind, count) = rest.descriptor()?;
            let each = size(kind, count)?;
            let bytes = rest.take(each.checked_mul(samples).ok_or(DAMAGED)?)?;
            columns.push((name == "GT", kind, count, each, bytes));
        }
        rest.ended()?;
        for sample in 0..samples {
            for (at, (genotype, kind, count, each, bytes)) in columns.iter().enumerate() {
                out.push(if at == 0 { b'\t' } else { b':' });
                let values = &bytes[sample * each..(sample + 1) * each];
                if *genotype {
                    write_genotype(*kind, values, out).ok_or("a genotype (GT) that is none: a negative allele")?;
                } else if *kind == CHAR && memchr::memchr(b':', values).is_some() {
                    return Err("a value of a sample holds a colon, which parts values in VCF".into());
                } else {
                    write_values(*kind, *count, values, out);
                }
            }
        }
        Ok(())
    }
}

/// Reads magic number, length and text of a header; the bytes as they are, and the text's lines.
pub fn read_header(reader: &mut dyn io::BufRead) -> io::Result<(Vec<u8>, Vec<Vec<u8>>)> {
    use io::Read as _;
    let invalid = |why: &str| io::Error::new(io::ErrorKind::InvalidData, why.to_string());
    let mut bytes = vec![0u8; 9];
    reader.read_exact(&mut bytes)?;
    let length = u64::from(u32::from_le_bytes([bytes[5], bytes[6], bytes[7], bytes[8]]));
    if length > MAX_LINE as u64 {
        return Err(invalid("the header is longer than 256 MiB: it is damaged"));
    }
    // Memory is taken as bytes come.
    if (reader.take(length).read_to_end(&mut bytes)? as u64) < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let text = &bytes[9..];
    let text = &text[..memchr::memchr(0, text).unwrap_or(text.len())];
    let mut lines: Vec<Vec<u8>> = text.split_inclusive(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
    match lines.last_mut().filter(|last| last.starts_with(b"#CHROM")) {
        None => return Err(invalid("the header has no #CHROM line")),
        Some(last) if last.last() != Some(&b'\n') => last.push(b'\n'),
        Some(_) => {}
    }
    Ok((bytes, lines))
}

/// The block of the samples.
fn samples_block(frame: &[u8]) -> Result<Bytes<'_>, String> {
    let shared = Bytes(frame).int32()? as u32 as usize;
    Ok(Bytes(frame.get(8 + shared..).ok_or(DAMAGED)?))
}

/// What a record covers, by its own count (section 6.3.1).
pub fn interval(frame: &[u8]) -> Interval {
    let fixed = Bytes(frame);
    let start = u64::try_from(fixed.at(12)).unwrap_or(0);
    Interval::new(start, start + u64::try_from(fixed.at(16)).unwrap_or(1).max(1))
}

/// What is left of a record.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    #[inline]
    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(DAMAGED)?;
        self.0 = rest;
        Ok(taken)
    }

    fn int32(&self) -> Result<i32, String> {
        let bytes = self.0.first_chunk().ok_or(DAMAGED)?;
        Ok(i32::from_le_bytes(*bytes))
    }

    /// Values must fill their block.
    fn ended(&self) -> Result<(), String> {
        if self.0.is_empty() { Ok(()) } else { Err(TOO_LONG.into()) }
    }

    /// A number of the part of a fixed length, which is known to be there.
    fn at(&self, at: usize) -> i32 {
        self.0.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| i32::from_le_bytes(*bytes))
    }

    /// Type and number of the values that follow (section 6.3.3).
    #[inline]
    fn descriptor(&mut self) -> Result<(u8, usize), String> {
        let byte = self.take(1)?[0];
        let count = match byte >> 4 {
            15 => self.typed_integer()?.and_then(|count| usize::try_from(count).ok()).ok_or(DAMAGED)?,
            count => count.into(),
        };
        Ok((byte & 15, count))
    }

    fn integer(&mut self, kind: u8) -> Result<Option<i32>, String> {
        let bytes = self.take(size(kind, 1)?)?;
        Ok(integers(kind, bytes).next().and_then(Value::known))
    }

    fn typed_integer(&mut self) -> Result<Option<i32>, String> {
        let byte = self.take(1)?[0];
        if byte >> 4 != 1 {
            return Err(DAMAGED.into());
        }
        self.integer(byte & 15)
    }

    /// The number of a name, which nearly always has one byte.
    #[inline]
    fn key(&mut self) -> Result<Option<i32>, String> {
        if let [0x11, number @ 0..0x80, rest @ ..] = self.0 {
            self.0 = rest;
            return Ok(Some(i32::from(*number)));
        }
        self.typed_integer()
    }

    fn letters(&mut self) -> Result<&'a [u8], String> {
        let (kind, count) = self.descriptor()?;
        let bytes = self.take(size(kind, count)?)?;
        match (kind, count) {
            (CHAR, _) => Ok(&bytes[..memchr::memchr(0, bytes).unwrap_or(bytes.len())]),
            (_, 0) => Ok(&[]),
            _ => Err("the record is damaged: numbers where letters should be".into()),
        }
    }
}

/// Bytes of values.
#[inline]
fn size(kind: u8, count: usize) -> Result<usize, String> {
    let each = match kind {
        NULL => 0,
        INT8 | CHAR => 1,
        INT16 => 2,
        INT32 | FLOAT => 4,
        other => return Err(format!("a value of type {other}, which BCF does not have")),
    };
    count.checked_mul(each).ok_or_else(|| DAMAGED.into())
}

/// A number, or what stands in for one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Value {
    Known(i32),
    Missing,
    /// The vector has ended before its place has.
    End,
}

impl Value {
    fn known(self) -> Option<i32> {
        match self {
            Self::Known(number) => Some(number),
            Self::Missing | Self::End => None,
        }
    }

    /// The two lowest numbers of each width have another meaning.
    fn of(number: i32, lowest: i32) -> Self {
        match number {
            _ if number == lowest => Self::Missing,
            _ if number == lowest + 1 => Self::End,
            _ => Self::Known(number),
        }
    }
}

fn integers(kind: u8, bytes: &[u8]) -> impl Iterator<Item = Value> {
    let width = match kind {
        INT8 => 1,
        INT16 => 2,
        _ => 4,
    };
    bytes.chunks_exact(width).map(|number| match *number {
        [a] => Value::of(i32::from(a as i8), i32::from(i8::MIN)),
        [a, b] => Value::of(i32::from(i16::from_le_bytes([a, b])), i32::from(i16::MIN)),
        [a, b, c, d] => Value::of(i32::from_le_bytes([a, b, c, d]), i32::MIN),
        _ => Value::Missing,
    })
}

/// Values parted by commas, up to where they end.
fn write_values(kind: u8, count: usize, bytes: &[u8], out: &mut Vec<u8>) {
    if count == 0 || kind == NULL {
        out.push(b'.');
        return;
    }
    match kind {
        CHAR => {
            let letters = &bytes[..memchr::memchr(0, bytes).unwrap_or(bytes.len())];
            // 7 is a missing letter.
            out.extend(letters.iter().map(|&letter| if letter == 7 { b'.' } else { letter }));
        }
        FLOAT => {
            for (at, number) in bytes.chunks_exact(4).enumerate() {
                let bits = number.first_chunk().map_or(FLOAT_END, |bytes| u32::from_le_bytes(*bytes));
                if bits == FLOAT_END {
                    break;
                }
                if at > 0 {
                    out.push(b',');
                }
                write_float(bits, out);
            }
        }
        _ => {
            for (at, number) in integers(kind, bytes).take_while(|number| *number != Value::End).enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                match number.known() {
                    Some(number) => write_signed(number.into(), out),
                    None => out.push(b'.'),
                }
            }
        }
    }
}

/// Alleles (section 6.3.3): twice the number plus one, and one more where it is phased with the allele before. `None`: no number of an allele.
fn write_genotype(kind: u8, bytes: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut any = false;
    for allele in integers(kind, bytes).take_while(|allele| *allele != Value::End) {
        let coded = allele.known().unwrap_or(0);
        if any {
            out.push(if coded & 1 == 1 { b'|' } else { b'/' });
        }
        any = true;
        match coded >> 1 {
            0 => out.push(b'.'),
            allele if allele < 0 => return None,
            allele => write_signed(i64::from(allele) - 1, out),
        }
    }
    if !any {
        out.push(b'.');
    }
    Some(())
}

fn write_signed(number: i64, out: &mut Vec<u8>) {
    if number < 0 {
        out.push(b'-');
    }
    crate::number::write_integer(number.unsigned_abs(), out);
}

/// A float as htslib writes it.
fn write_float(bits: u32, out: &mut Vec<u8>) {
    if bits == FLOAT_MISSING {
        out.push(b'.');
    } else {
        crate::number::write_significant(f32::from_bits(bits), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_lines_are_keys_and_values() {
        for line in [
            "##contig=<ID=c,length=3000>\n",
            "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"a, \\\"b\\\" > c\",Source=\"x\">\n",
            "##ALT=<ID=DEL,whatever>\n",
            "##source=x\n",
            "#CHROM\tPOS\n",
        ] {
            assert_eq!(check_line(line.as_bytes()), Ok(()), "{line}");
        }
        for line in [
            "##contig=<ID=c,lengthv3000>\n",
            "##contig=<ID=c,length=3000\n",
            "##INFO=<ID=DP,Desc ription=\"d\">\n",
            "##INFO=<ID=DP,Description=\"d>\n",
            "##FORMAT=<ID=DP>x\n",
        ] {
            assert!(check_line(line.as_bytes()).is_err(), "{line}");
        }
    }

    #[test]
    fn floats_have_six_digits_as_in_htslib() {
        for (number, text) in [
            (29.5, "29.5"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (0.1, "0.1"),
            (0.000_123_456_7, "0.000123457"),
            (0.999_999_9, "1"),
            (1.0, "1"),
            (100.0, "100"),
            (1234.567, "1234.57"),
            (100_000.5, "100001"),
            (999_999.0, "999999"),
            (1e6, "1e+06"),
            (123_456_789.0, "1.23457e+08"),
            (-0.25, "-0.25"),
            (0.0, "0"),
            (f32::MAX, "3.40282e+38"),
            (f32::INFINITY, "inf"),
        ] {
            let mut out = Vec::new();
            write_float(f32::to_bits(number), &mut out);
            assert_eq!(String::from_utf8_lossy(&out), text);
        }
        let mut out = Vec::new();
        write_float(FLOAT_MISSING, &mut out);
        assert_eq!(out, b".");
    }

    #[test]
    fn indices_are_those_of_the_header_or_follow_one_another() {
        let lines = [
            "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"a, \\\"b\\\", IDX=9\",IDX=7>\n",
            "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n",
            "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"d\">\n",
            "##contig=<ID=20,length=5>\n",
            "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\n",
        ];
        let mut own = Dictionary::parse(lines.iter().map(|line| line.as_bytes())).expect("a header");
        assert_eq!((own.filter("PASS"), own.info("DP"), own.samples), (Some(0), Some((7, Type::Integer)), 2));
        assert_eq!((own.format("GT"), own.format("DP")), (Some((8, Type::String)), Some((7, Type::Integer))));
        own.add(b"##INFO=<ID=NEW,Number=0,Type=Flag,Description=\"n\">\n").expect("a line");
        assert_eq!((own.info("NEW"), own.contig("20")), (Some((9, Type::Flag)), Some(0)));
        assert_eq!(own.with_index(lines[3].as_bytes()), b"##contig=<ID=20,length=5,IDX=0>\n");
        assert_eq!(own.with_index(lines[0].as_bytes()), lines[0].as_bytes());
        assert_eq!(without_index(b"##contig=<ID=20,length=5,IDX=0>\n"), b"##contig=<ID=20,length=5>\n");
        assert!(own.add(b"##contig=<ID=x,IDX=999999999>\n").is_err());
    }

    #[test]
    fn a_record_cut_anywhere_is_no_panic() {
        let own = Dictionary::parse([&b"##contig=<ID=c>\n"[..], b"##INFO=<ID=D,Type=Float>\n"]).expect("a header");
        let mut shared = Vec::new();
        for number in [0, 8, 1, f32::to_bits(29.5) as i32, 2 << 16 | 1, 0] {
            shared.extend_from_slice(&i32::to_le_bytes(number));
        }
        shared.extend_from_slice(&[0x07, 0x17, b'A', 0x17, b'C', 0x11, 0, 0x11, 1, 0x15]);
        shared.extend_from_slice(&1.5f32.to_le_bytes());
        let mut frame = (shared.len() as u32).to_le_bytes().to_vec();
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(&shared);
        let mut line = Vec::new();
        own.line(&frame, &mut line).expect("a record");
        assert_eq!(String::from_utf8_lossy(&line), "c\t9\t.\tA\tC\t29.5\tPASS\tD=1.5");
        for end in 0..frame.len() {
            assert!(own.line(&frame[..end], &mut Vec::new()).is_err(), "{end}");
        }
    }
}
