//! FASTQ and FASTA as unmapped reads.
//!
//! By hand: noodles, needletail and the releases of seq_io read records of four lines only, and rust-bio takes as many lines of
//! qualities as there were of bases. Sequence and qualities may span lines, and a line of qualities may begin with `@` or `+`, so
//! a record ends where it has as many qualities as bases (Cock et al. 2010).

use std::io::{self, BufRead};

use noodles::sam::alignment::{
    RecordBuf,
    record::{Flags, MappingQuality},
};

use super::lines::{MAX_LINE, read_line};

/// Reads records one after the other.
pub(crate) struct Reads {
    reader: Box<dyn BufRead + Send>,
    /// The format is FASTA: records begin with `>` and have no qualities.
    is_fasta: bool,
    /// The current line, and its number.
    line: Vec<u8>,
    number: u64,
    /// The current line is the first of the next record.
    held: bool,
}

/// The buffer of a line that is longer, in bytes, is freed after its record.
const LONG: usize = 1 << 20;

fn bad(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Whether a letter can be in a sequence of SAM (SAM specification, section 1.4, SEQ), or is a gap (`-`) or an unknown base (`.`) of
/// old files.
fn is_base(letter: u8) -> bool {
    letter.is_ascii_alphabetic() || matches!(letter, b'=' | b'.' | b'-' | b'*')
}

impl Reads {
    /// For FASTQ, or for FASTA.
    pub(crate) fn new(reader: Box<dyn BufRead + Send>, is_fasta: bool) -> Self {
        Self { reader, is_fasta, line: Vec::new(), number: 0, held: false }
    }

    /// Reads the next line; `false` at the end of the file.
    fn advance(&mut self) -> io::Result<bool> {
        if std::mem::take(&mut self.held) {
            return Ok(true);
        }
        let more = read_line(&mut self.reader, &mut self.line)?;
        self.number += u64::from(more);
        Ok(more)
    }

    /// The next record; `None` at the end of the file. Empty lines between records are skipped.
    pub(crate) fn read(&mut self) -> io::Result<Option<RecordBuf>> {
        loop {
            if !self.advance()? {
                return Ok(None);
            }
            if !self.line.iter().all(u8::is_ascii_whitespace) {
                break;
            }
        }
        let first = self.number;
        let (header, name) = self.header()?;
        let (sequence, has_plus) = self.sequence(first)?;
        let mut record = RecordBuf::builder().set_flags(Flags::UNMAPPED);
        // As samtools import does: a read without a mapping quality would pass every filter.
        if let Some(none) = MappingQuality::new(0) {
            record = record.set_mapping_quality(none);
        }
        if !name.is_empty() {
            record = record.set_name(name.clone());
        }
        if !self.is_fasta {
            if !has_plus {
                return Err(bad(format!(
                    "the record of line {first} has no \"+\" and no qualities: the file is truncated"
                )));
            }
            let repeated = &self.line[1..];
            if !repeated.is_empty() && repeated != header && repeated != name {
                return Err(bad(format!("line {}: the name after \"+\" is not that of line {first}", self.number)));
            }
            record = record.set_quality_scores(self.qualities(first, sequence.len())?.into());
        }
        if !self.held && self.line.capacity() > LONG {
            self.line = Vec::new();
        }
        Ok(Some(record.set_sequence(sequence.into()).build()))
    }

    /// The header of a record, which is the current line, without its mark; and the name, which is its first word.
    fn header(&self) -> io::Result<(Vec<u8>, Vec<u8>)> {
        let (mark, format) = if self.is_fasta { (b'>', "FASTA") } else { (b'@', "FASTQ") };
        let Some(header) = self.line.strip_prefix(&[mark]).map(<[u8]>::to_vec) else {
            let why = format!("line {}: a record of {format} begins with \"{}\"", self.number, char::from(mark));
            return Err(bad(why));
        };
        let name: Vec<u8> = header.iter().copied().take_while(|b| !b.is_ascii_whitespace()).collect();
        if !name.iter().all(|b| (b'!'..=b'~').contains(b)) {
            let why = format!("line {}: the read's name holds a byte that is not printable ASCII", self.number);
            return Err(bad(why));
        }
        Ok((header, name))
    }

    /// The bases of the record that begins in line `first`, up to the next record or the line with `+`; whether that line is there.
    fn sequence(&mut self, first: u64) -> io::Result<(Vec<u8>, bool)> {
        let mut sequence = Vec::new();
        while self.advance()? {
            match (self.is_fasta, self.line.first()) {
                (true, Some(b'>')) => {
                    self.held = true;
                    return Ok((sequence, false));
                }
                (false, Some(b'+')) => return Ok((sequence, true)),
                (false, Some(b'@')) => {
                    return Err(bad(format!(
                        "line {}: \"+\" and the qualities of the record of line {first} are missing",
                        self.number
                    )));
                }
                _ => {}
            }
            if let Some(&letter) = self.line.iter().find(|letter| !is_base(**letter)) {
                let shown = if letter.is_ascii_graphic() || letter == b' ' {
                    format!("\"{}\"", char::from(letter))
                } else {
                    format!("byte {letter:#04x}")
                };
                return Err(bad(format!("line {}: {shown} is not a letter of a sequence", self.number)));
            }
            sequence.extend_from_slice(&self.line);
            if sequence.len() > MAX_LINE {
                return Err(bad(format!("line {}: the sequence is longer than 256 MiB", self.number)));
            }
        }
        Ok((sequence, false))
    }

    /// Reads lines, one at least, until there are as many qualities as bases.
    fn qualities(&mut self, first: u64, bases: usize) -> io::Result<Vec<u8>> {
        let mut qualities: Vec<u8> = Vec::with_capacity(bases);
        loop {
            if !self.advance()? {
                if qualities.len() == bases {
                    break;
                }
                let found = qualities.len();
                return Err(bad(format!(
                    "the record of line {first} has {bases} bases and {found} qualities: the file is truncated"
                )));
            }
            if bases == 0 && !self.line.is_empty() {
                // A read without bases may lack the line of its qualities.
                self.held = true;
                break;
            }
            if let Some(quality) = self.line.iter().find(|q| !(b'!'..=b'~').contains(*q)) {
                return Err(bad(format!(
                    "line {}: a quality, byte {quality:#04x}, is not between ! and ~",
                    self.number
                )));
            }
            qualities.extend(self.line.iter().map(|q| q - b'!'));
            if qualities.len() > bases {
                let found = qualities.len();
                return Err(bad(format!(
                    "line {}: the record of line {first} has {bases} bases, and {found} qualities up to here",
                    self.number
                )));
            }
            if qualities.len() == bases {
                break;
            }
        }
        Ok(qualities)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, is_fasta: bool) -> Result<Vec<(String, String, usize)>, String> {
        let mut reads = Reads::new(Box::new(io::Cursor::new(text.as_bytes().to_vec())), is_fasta);
        let mut all = Vec::new();
        while let Some(record) = reads.read().map_err(|error| error.to_string())? {
            let name = record.name().map(ToString::to_string).unwrap_or_default();
            let bases = String::from_utf8_lossy(record.sequence().as_ref()).into_owned();
            all.push((name, bases, record.quality_scores().as_ref().len()));
        }
        Ok(all)
    }

    #[test]
    fn sequence_and_qualities_may_span_lines() {
        let text = "@a first\nACGT\nAC\n+a first\n@III\n+I\n@b\nA\n+\n@\n\n@c\n\n+\n\n@d\n+\n@e\r\nAC\r\nG\r\n+\r\nI\r\nII\r\n\n";
        let expected = [("a", "ACGTAC", 6), ("b", "A", 1), ("c", "", 0), ("d", "", 0), ("e", "ACG", 3)]
            .map(|(n, s, q)| (n.into(), s.into(), q));
        assert_eq!(read(text, false), Ok(expected.to_vec()));
        let text = ">a first\nACGT\nNN\n\n>b\n>c\nA";
        let expected = [("a", "ACGTNN", 0), ("b", "", 0), ("c", "A", 0)].map(|(n, s, q)| (n.into(), s.into(), q));
        assert_eq!(read(text, true), Ok(expected.to_vec()));
    }

    #[test]
    fn errors_name_the_line() {
        for (text, why) in [
            ("x\n", "line 1: a record of FASTQ begins with \"@\""),
            ("@a\nAC\n@b\n", "line 3: \"+\" and the qualities of the record of line 1 are missing"),
            ("@a\nA C\n", "line 2: \" \" is not a letter of a sequence"),
            ("@a\nAC\n+b\nII\n", "line 3: the name after \"+\" is not that of line 1"),
            ("@a\nAC\n+\nI\n", "the record of line 1 has 2 bases and 1 qualities: the file is truncated"),
            ("@a\nAC\n+\nIII\n", "line 4: the record of line 1 has 2 bases, and 3 qualities up to here"),
            ("@a\nAC\n+\nI\n@b\n", "line 5: the record of line 1 has 2 bases, and 3 qualities up to here"),
            ("@a\nAC\n+\nI \n", "line 4: a quality, byte 0x20, is not between ! and ~"),
            ("@a\nAC\n", "the record of line 1 has no \"+\" and no qualities: the file is truncated"),
        ] {
            assert_eq!(read(text, false), Err(why.to_string()), "{text:?}");
        }
    }
}
