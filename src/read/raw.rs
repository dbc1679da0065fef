//! Records as the bytes that they are in their file, with their place: to count them and to copy some of them, not to check or change them.

use std::{
    io::{self, BufRead, Read},
    path::Path,
};

use noodles::bgzf::{self, VirtualPosition};

use super::{
    fastq,
    format::{Compression, Format},
    lines::{LineLimited, read_frame, read_line},
    open::{self, Input},
    source,
};
use crate::{
    error::{Error, Result, describe},
    vcf::bcf::dictionary::read_header,
};

/// How records follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// Lines of VCF, after those that begin with `#`.
    Vcf,
    /// Lines of SAM, after those that begin with `@`.
    Sam,
    /// Records of BCF.
    Bcf,
    /// Records of BAM.
    Bam,
    /// Reads without a place.
    Fastq,
    /// The same, in FASTA.
    Fasta,
}

/// The contig of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContigOf<'a> {
    /// By its number in the header.
    Number(usize),
    /// By its name.
    Name(&'a [u8]),
}

impl Framing {
    /// Of a format; `None` for one whose records do not stand by themselves.
    pub(crate) fn of(format: Format) -> Option<Self> {
        Some(match format {
            Format::Vcf => Self::Vcf,
            Format::Bcf => Self::Bcf,
            Format::Sam => Self::Sam,
            Format::Bam => Self::Bam,
            Format::Fastq => Self::Fastq,
            Format::Fasta => Self::Fasta,
            Format::Cram | Format::Empty | Format::Unknown => return None,
        })
    }

    /// Whether records are lines or texts, and not numbers.
    pub(crate) fn is_text(self) -> bool {
        !matches!(self, Self::Bam | Self::Bcf)
    }

    /// Contig and 0-based position of a record; `None` where it has none.
    pub(crate) fn place(self, record: &[u8]) -> Option<(ContigOf<'_>, u64)> {
        let number = |at: usize| Some(i32::from_le_bytes(record.get(at..at + 4)?.try_into().ok()?));
        let column = |from: usize| {
            let mut columns = record.split(|&b| b == b'\t').skip(from);
            let name = columns.next().filter(|name| *name != b"*")?;
            let position: u64 = std::str::from_utf8(columns.next()?).ok()?.parse().ok()?;
            Some((ContigOf::Name(name), position))
        };
        match self {
            Self::Vcf => column(0).map(|(name, position)| (name, position.saturating_sub(1))),
            Self::Sam => {
                let (name, position) = column(2)?;
                Some((name, position.checked_sub(1)?))
            }
            Self::Bcf | Self::Bam => {
                let at = if self == Self::Bcf { 8 } else { 4 };
                let (contig, position) = (usize::try_from(number(at)?).ok()?, number(at + 4)?);
                // The telomere of VCF, position 0, is -1 in BCF.
                let position = if self == Self::Bcf { position.max(0) } else { position };
                Some((ContigOf::Number(contig), u64::try_from(position).ok()?))
            }
            Self::Fastq | Self::Fasta => None,
        }
    }
}

/// Reads records one after the other.
pub(crate) struct RawRecords {
    framing: Framing,
    reader: Raw,
    place: String,
}

enum Raw {
    Bytes(Box<dyn BufRead + Send>),
    Reads(fastq::Reads),
}

impl RawRecords {
    /// Of an open file. Also its header.
    pub(crate) fn of(input: Input, framing: Framing) -> Result<(Self, Vec<u8>)> {
        let place = input.place();
        let mut reader = input.reader;
        let failed = |error: io::Error| Error::input(format!("{place}, header"), describe(&error));
        let header = match framing {
            Framing::Vcf | Framing::Sam => {
                lines_that_begin(&mut reader, if framing == Framing::Vcf { b'#' } else { b'@' }).map_err(failed)?
            }
            Framing::Bcf => {
                let mut kept = Keeping { inner: reader, bytes: Vec::new() };
                read_header(&mut kept).map_err(failed)?;
                reader = kept.inner;
                kept.bytes
            }
            Framing::Bam => bam_header(&mut reader).map_err(failed)?,
            Framing::Fastq | Framing::Fasta => {
                let reads = fastq::Reads::new(Box::new(LineLimited::new(reader)), framing == Framing::Fasta);
                return Ok((Self { framing, reader: Raw::Reads(reads), place }, Vec::new()));
            }
        };
        Ok((Self { framing, reader: Raw::Bytes(reader), place }, header))
    }

    /// The records from a virtual offset on of a file in BGZF.
    pub(crate) fn at(path: &Path, framing: Framing, offset: u64) -> Result<Self> {
        let failed = |error: io::Error| Error::read(path, &error);
        let mut reader = bgzf::io::Reader::new(source::buffered(path).map_err(failed)?);
        reader.seek(VirtualPosition::from(offset)).map_err(failed)?;
        Ok(Self { framing, reader: Raw::Bytes(Box::new(reader)), place: open::place(path) })
    }

    /// The next record, with the end of its last line; `None` at the end of the file.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let failed = |error: io::Error| Error::input(&self.place, describe(&error));
        let reader = match &mut self.reader {
            Raw::Bytes(reader) => reader,
            Raw::Reads(reads) => {
                let Some(read) = reads.read().map_err(failed)? else { return Ok(None) };
                let mark = if self.framing == Framing::Fasta { b'>' } else { b'@' };
                let mut text = vec![mark];
                text.extend_from_slice(read.name().map_or(&b""[..], |name| name));
                text.push(b'\n');
                text.extend_from_slice(read.sequence().as_ref());
                text.push(b'\n');
                if self.framing == Framing::Fastq {
                    text.extend_from_slice(b"+\n");
                    text.extend(read.quality_scores().as_ref().iter().map(|quality| quality.saturating_add(b'!')));
                    text.push(b'\n');
                }
                return Ok(Some(text));
            }
        };
        match self.framing {
            Framing::Bam => read_frame(reader, 1).map_err(failed),
            Framing::Bcf => read_frame(reader, 2).map_err(failed),
            _ => {
                let mut line = Vec::new();
                loop {
                    if !read_line(reader, &mut line).map_err(failed)? {
                        return Ok(None);
                    }
                    if !line.is_empty() {
                        line.push(b'\n');
                        return Ok(Some(line));
                    }
                }
            }
        }
    }
}

/// Whether places in a file are found by virtual offsets.
pub(crate) fn has_offsets(input: &Input) -> bool {
    input.compression == Compression::Bgzf && matches!(input.format, Format::Vcf | Format::Bcf | Format::Bam)
}

/// A reader that keeps what was read.
struct Keeping<R> {
    inner: R,
    bytes: Vec<u8>,
}

impl<R: BufRead> Read for Keeping<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.bytes.extend_from_slice(&buffer[..count]);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Keeping<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        if let Ok(buffer) = self.inner.fill_buf() {
            self.bytes.extend_from_slice(&buffer[..count.min(buffer.len())]);
        }
        self.inner.consume(count);
    }
}

fn lines_that_begin(reader: &mut dyn BufRead, with: u8) -> io::Result<Vec<u8>> {
    let (mut header, mut line) = (Vec::new(), Vec::new());
    while reader.fill_buf()?.first() == Some(&with) {
        read_line(reader, &mut line)?;
        header.extend_from_slice(&line);
        header.push(b'\n');
    }
    Ok(header)
}

/// SAM specification, section 4.2. Memory grows with the bytes that are read.
fn bam_header(reader: &mut dyn BufRead) -> io::Result<Vec<u8>> {
    let mut header = Vec::new();
    let mut take = |reader: &mut dyn BufRead, count: u64| -> io::Result<u64> {
        let before = header.len();
        if (reader.take(count).read_to_end(&mut header)? as u64) < count {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let last: Option<[u8; 4]> = header[before..].last_chunk().copied();
        Ok(u64::from(last.map_or(0, u32::from_le_bytes)))
    };
    let text = take(reader, 8)?;
    take(reader, text)?;
    for _ in 0..take(reader, 4)? {
        let name = take(reader, 4)?;
        take(reader, name)?;
        take(reader, 4)?;
    }
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_records() {
        let vcf = b"chr1\t5\t.\tA\tC\n";
        assert_eq!(Framing::Vcf.place(vcf), Some((ContigOf::Name(b"chr1"), 4)));
        assert_eq!(Framing::Vcf.place(b"c\t0\t.\tN\t<DEL>\n"), Some((ContigOf::Name(b"c"), 0)));
        assert_eq!(Framing::Sam.place(b"r\t0\tc\t7\t9\n"), Some((ContigOf::Name(b"c"), 6)));
        assert_eq!(Framing::Sam.place(b"r\t4\t*\t0\t0\n"), None);
        assert_eq!(Framing::Sam.place(b"r\t4\tc\t0\t0\n"), None);
        let bam = [9i32, 2, 1000].map(i32::to_le_bytes).concat();
        assert_eq!(Framing::Bam.place(&bam), Some((ContigOf::Number(2), 1000)));
        let unplaced = [9i32, -1, -1].map(i32::to_le_bytes).concat();
        assert_eq!(Framing::Bam.place(&unplaced), None);
        let bcf = [9i32, 9, 0, -1].map(i32::to_le_bytes).concat();
        assert_eq!(Framing::Bcf.place(&bcf), Some((ContigOf::Number(0), 0)));
        assert_eq!(Framing::Fastq.place(b"@r\nA\n+\nI\n"), None);
    }

    #[test]
    fn a_header_of_bam_ends_before_the_first_record() {
        let text = b"@SQ\tSN:c\tLN:9\n";
        let header =
            [&b"BAM\x01"[..], &[14, 0, 0, 0], text, &[1, 0, 0, 0], &[2, 0, 0, 0], b"c\0", &[9, 0, 0, 0]].concat();
        let all = [&header[..], &[4, 0, 0, 0, 1, 2, 3, 4]].concat();
        let mut reader = &all[..];
        assert_eq!(bam_header(&mut reader).expect("a header"), header);
        assert_eq!(reader.len(), 8);
        assert!(bam_header(&mut &header[..10]).is_err());
    }
}
