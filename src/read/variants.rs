//! Variants: VCF as lines that are kept as they came, BCF turned into the same lines.
//!
//! Only the first five columns are looked at, and INFO when something is added: a record with ten thousand samples
//! passes through without being decoded. Where the output is BCF too, a record of BCF does so as well.

use std::{io, ops::Range, path::Path};

use super::{
    Format, InputReport, Share,
    bcf::{self, Dictionary},
    read_frame, read_line,
};
use crate::{
    error::{Error, Result, describe},
    genome::{Contigs, Interval, interval::from_one_based},
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

impl VariantRecord {
    /// Splits a line. The error is what is wrong with it.
    pub fn parse(line: Vec<u8>, number: u64) -> Result<Self, String> {
        let mut columns: [Range<usize>; 8] = std::array::from_fn(|_| 0..0);
        let (mut start, mut count) = (0, 0);
        for end in memchr::memchr_iter(b'\t', &line).chain(std::iter::once(line.len())) {
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
        let [contig, position, _, reference, alternates, _, _, info] = columns;
        let text =
            |range: &Range<usize>| std::str::from_utf8(&line[range.clone()]).map_err(|_| "it is not UTF-8".to_string());
        let one_based: u64 = text(&position)?
            .parse()
            .map_err(|_| format!("POS \"{}\" is not a number", String::from_utf8_lossy(&line[position.clone()])))?;
        text(&contig)?;
        if contig.is_empty() || reference.is_empty() || alternates.is_empty() {
            return Err("CHROM, REF or ALT is empty".into());
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

    /// What the record covers: as far as INFO says END is, else REF.
    pub fn interval(&self) -> Interval {
        if self.frame.is_empty() {
            return covered(self.position, self.reference.len() as u64, end_of(self.info()));
        }
        bcf::interval(&self.frame)
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

/// From the first base to the last of REF, or to `end` if that is not before it all.
pub fn covered(start: u64, reference: u64, end: Option<u64>) -> Interval {
    Interval::new(start, end.filter(|end| *end > start).map_or(start + reference, |end| end.min(MAX_POSITION)))
}

/// END of an INFO column, 1-based.
pub fn end_of(info: &[u8]) -> Option<u64> {
    let at = memchr::memmem::find_iter(info, b"END=").find(|&at| at == 0 || info[at - 1] == b';')?;
    let value = info[at + 4..].split(|&b| b == b';').next()?;
    std::str::from_utf8(value).ok()?.parse().ok()
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
                let more = read_line(&mut reader, &mut line).map_err(failed)?;
                if !more || !line.starts_with(b"#") {
                    return Err(Error::input(
                        &place,
                        format!("line {}: the header has no #CHROM line", lines.len() + 1),
                    ));
                }
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
        Ok(Self { header, contigs, place, reader, report, share, line_number })
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
        let place = self.place.clone();
        let mut number = 0u64;
        match &mut self.reader {
            Reader::Text(reader) => {
                let mut line = Vec::new();
                loop {
                    let more = read_line(reader, &mut line)
                        .map_err(|e| Error::input(format!("{place}, record {}", number + 1), describe(&e)))?;
                    if !more {
                        break;
                    }
                    self.line_number += 1;
                    if line.is_empty() {
                        continue;
                    }
                    number += 1;
                    let record = VariantRecord::parse(std::mem::take(&mut line), number)
                        .map_err(|why| Error::input(format!("{place}, line {}", self.line_number), why))?;
                    each(record)?;
                }
            }
            Reader::Binary(reader, dictionary, kept) => loop {
                number += 1;
                let at = || format!("{place}, record {number}");
                // A record is two lengths and as many bytes (VCF specification 4.4, section 6.3.1).
                let frame = read_frame(reader, 2).map_err(|error| Error::input(at(), describe(&error)))?;
                let Some(frame) = frame else { break };
                let mut line = Vec::with_capacity(if *kept == Kept::Frame { 64 } else { 2 * frame.len() });
                let decoded = match kept {
                    Kept::Frame => dictionary.head(&frame, &mut line),
                    Kept::Line | Kept::Both => dictionary.line(&frame, &mut line),
                };
                let record = decoded.and_then(|()| VariantRecord::parse(line, number));
                let mut record = record.map_err(|why| Error::input(at(), why))?;
                if *kept != Kept::Line {
                    record.frame = frame;
                }
                each(record)?;
            },
        }
        Ok(self.report)
    }
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
    fn short_or_senseless_lines_are_refused() {
        for (line, say) in [
            ("20\t100\trs1\tA", "8 tab-separated columns, this one has 4"),
            ("20\tx\t.\tA\tC\t.\t.\t.", "POS \"x\" is not a number"),
        ] {
            assert!(VariantRecord::parse(line.into(), 1).expect_err(line).contains(say));
        }
    }
}
