//! The containers of a CRAM file, by their headers and by the index beside it: where each begins, and how many reads of which place it
//! holds. Nothing is decoded: noodles decodes whole containers, which needs the reference.

use std::{
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use noodles::cram::crai;

use super::super::{
    beside::warn_if_older,
    source::{self, Source},
};
use crate::{
    address::{with_ending, with_other_ending},
    error::{Error, Result, describe, guard},
};

/// Bytes of the file definition (CRAM specification 3.1, section 6): magic, version and the name of the file.
const DEFINITION: usize = 26;

/// A container with reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Container {
    /// Where it begins.
    pub offset: u64,
    /// Its bytes.
    pub length: u64,
    /// Number of its contig; -1: reads without a place, -2: of several contigs.
    pub contig: i32,
    /// 0-based position of its first base, and bases that it covers.
    pub start: u64,
    pub span: u64,
    /// Number of reads.
    pub reads: u64,
}

impl Container {
    /// One past its last byte.
    pub(super) fn end(&self) -> u64 {
        self.offset + self.length
    }
}

/// The headers of the containers of a file.
pub(super) struct Headers {
    reader: BufReader<Source>,
    /// Of the file.
    pub(super) length: u64,
    /// Bytes of a checksum after the header of a container: since CRAM 3.
    checksum: u64,
}

impl Headers {
    /// Opens a file, and reads its definition.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let source = Source::open(path)?;
        let length = source.known_length().ok_or_else(|| io::Error::other("its length is not known"))?;
        // Headers are short, and far from one another.
        let mut reader = BufReader::with_capacity(512, source);
        let mut definition = [0; DEFINITION];
        reader.read_exact(&mut definition)?;
        Ok(Self { reader, length, checksum: if definition[4] >= 3 { 4 } else { 0 } })
    }

    /// Where the first container begins, which holds the header of the file.
    pub(super) fn first(&self) -> u64 {
        DEFINITION as u64
    }

    /// The container at an offset (CRAM specification 3.1, section 7). One that does not end within the file is an error.
    pub(super) fn at(&mut self, offset: u64) -> io::Result<Container> {
        let reader = &mut self.reader;
        reader.seek(SeekFrom::Start(offset))?;
        let mut length = [0; 4];
        reader.read_exact(&mut length)?;
        let mut next = |most| integer(reader, most);
        let (contig, start, span, reads) = (next(ITF8)?, next(ITF8)?, next(ITF8)?, next(ITF8)?);
        let (_counter, _bases, _blocks, landmarks) = (next(LTF8)?, next(LTF8)?, next(ITF8)?, next(ITF8)?);
        for _ in 0..landmarks {
            next(ITF8)?;
        }
        let (Ok(length), Ok(reads)) = (u64::try_from(i32::from_le_bytes(length)), u64::try_from(reads)) else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("the container at byte {offset} has a negative length or number of reads: the file is damaged"),
            ));
        };
        let end = reader.stream_position()? + self.checksum + length;
        if end > self.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Container {
            offset,
            length: end - offset,
            contig,
            start: u64::try_from(i64::from(start) - 1).unwrap_or(0),
            span: u64::try_from(span).unwrap_or(0),
            reads,
        })
    }

    /// The open file.
    pub(super) fn into_file(self) -> Source {
        self.reader.into_inner()
    }
}

/// The containers of a file.
pub(crate) struct Containers {
    /// Bytes before the first one: what every CRAM file begins with.
    pub head: u64,
    /// Those with reads, in order.
    pub all: Vec<Container>,
    /// Where the end mark begins, and its bytes.
    pub end: Option<(u64, u64)>,
}

/// Finds the containers of a file, by seeking from header to header.
pub(crate) fn containers(path: &Path) -> Result<Containers> {
    walk(path).map_err(|error| Error::input(path.display(), describe(&error)))
}

fn walk(path: &Path) -> io::Result<Containers> {
    let mut headers = Headers::open(path)?;
    let head = headers.at(headers.first())?.end();
    let mut found = Containers { head, all: Vec::new(), end: None };
    let mut offset = head;
    while offset < headers.length {
        let container = headers.at(offset)?;
        offset = container.end();
        if container.reads > 0 {
            found.all.push(container);
        } else {
            found.end = Some((container.offset, container.length));
        }
    }
    Ok(found)
}

/// The index beside a file (.crai).
pub(super) struct Index {
    /// Its path.
    pub(super) path: PathBuf,
    /// Its entries: a slice of a container, or the reads of one contig in it.
    pub(super) records: Vec<crai::Record>,
}

impl Index {
    /// How it is made again, for a hint.
    pub(super) fn make_anew(file: &Path) -> String {
        format!("index the file again: samtools index {}", file.display())
    }

    /// Reads it; `None` where the file has none.
    pub(super) fn beside(file: &Path) -> Result<Option<Self>> {
        for path in [with_ending(file, "crai"), with_other_ending(file, "crai")] {
            if source::exists(&path)? {
                warn_if_older(&path, file);
                let read = || crai::io::Reader::new(source::buffered(&path)?).read_index();
                let records = guard(read).map_err(|error| {
                    Error::input(path.display(), format!("the index is damaged: {}", describe(&error)))
                        .with_hint(Self::make_anew(file))
                })?;
                return Ok(Some(Self { path, records }));
            }
        }
        Ok(None)
    }
}

/// A part of a container: the offset of the container; contig (-1: none), 0-based start and span of the part; its bytes.
pub(crate) type Slice = (u64, i32, u64, u64, u64);

/// The parts of all containers, from the index beside the file.
pub(crate) fn slices(path: &Path) -> Result<Option<Vec<Slice>>> {
    let slice = |record: &crai::Record| {
        let (start, span) = place_of(record);
        (record.offset(), contig_of(record), start, span, record.slice_length())
    };
    Ok(Index::beside(path)?.map(|index| index.records.iter().map(slice).collect()))
}

/// Number of the contig of an entry of the index; -1: none.
pub(super) fn contig_of(record: &crai::Record) -> i32 {
    record.reference_sequence_id().map_or(-1, |id| i32::try_from(id).unwrap_or(i32::MAX))
}

/// 0-based position of the first base of an entry of the index, and bases that it covers.
pub(super) fn place_of(record: &crai::Record) -> (u64, u64) {
    (record.alignment_start().map_or(0, |start| start.get() as u64 - 1), record.alignment_span() as u64)
}

/// The most bytes that follow the first byte of an integer in ITF8 and in LTF8.
const ITF8: usize = 4;
const LTF8: usize = 8;

/// An integer (CRAM specification, section 2.3): as many bytes follow the first as it has leading ones. The value of a long integer
/// in LTF8 is not right, and not needed here.
fn integer(reader: &mut impl Read, most: usize) -> io::Result<i32> {
    let mut first = [0];
    reader.read_exact(&mut first)?;
    let more = (first[0].leading_ones() as usize).min(most);
    let mut bytes = [0; LTF8];
    reader.read_exact(&mut bytes[..more])?;
    let (start, all) = (u32::from(first[0]), bytes.map(u32::from));
    Ok(match more {
        0..=3 => all[..more].iter().fold(start & (0xff >> (more + 1)), |value, byte| value << 8 | byte),
        _ => start << 28 | all[0] << 20 | all[1] << 12 | all[2] << 4 | all[3] & 0xf,
    } as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of version 3 or 2: a definition, the container of the header, one of `reads` reads of `length` bytes, and the end mark.
    fn written(version: u8, length: i32, reads: &[u8]) -> Vec<u8> {
        let mut bytes = [&b"CRAM"[..], &[version, 0], &[0; 20]].concat();
        let checksum: &[u8] = if version >= 3 { &[0; 4] } else { &[] };
        let mut add = |length: i32, place: &[u8], body: usize| {
            // Counter 0, bases 300 (two bytes of LTF8), one block, one landmark.
            bytes.extend([&length.to_le_bytes()[..], place, &[0, 0x81, 0x2c, 1, 1, 0], checksum].concat());
            bytes.extend(vec![7; body]);
        };
        add(3, &[0, 0, 0, 0], 3);
        // Contig 1, position 200 (two bytes of ITF8), span 5.
        add(length, &[&[1, 0x80, 200, 5], reads].concat(), 9);
        // No contig (-1, five bytes).
        add(2, &[0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0], 2);
        bytes
    }

    fn walked(bytes: &[u8]) -> io::Result<Containers> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.cram");
        std::fs::write(&path, bytes).expect("written");
        walk(&path)
    }

    #[test]
    fn containers_are_found_by_their_headers() {
        for (version, checksum) in [(3, 4), (2, 0)] {
            let bytes = written(version, 9, &[2]);
            let found = walked(&bytes).expect("containers");
            let (head, length) = (26 + 14 + checksum + 3, 15 + checksum + 9);
            let container = Container { offset: head, length, contig: 1, start: 199, span: 5, reads: 2 };
            assert_eq!((found.head, found.all), (head, vec![container]));
            assert_eq!(found.end, Some((head + length, bytes.len() as u64 - head - length)));
        }
    }

    #[test]
    fn damaged_headers_are_errors() {
        let said = |bytes: &[u8]| walked(bytes).map(|_| ()).expect_err("damaged").to_string();
        let at = "the container at byte 47 has a negative length or number of reads: the file is damaged";
        assert_eq!(said(&written(3, -9, &[2])), at);
        assert_eq!(said(&written(3, 9, &[0xff, 0xff, 0xff, 0xff, 0x0f])), at);
        let whole = written(3, 9, &[2]);
        for length in 0..whole.len() {
            // A file may end after any container.
            assert!([47, 75].contains(&length) || walked(&whole[..length]).is_err(), "{length}");
        }
    }
}
