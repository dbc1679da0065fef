//! The containers of a CRAM file: where each begins, and how many reads of which place it holds. Nothing is decoded.

use std::{
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

use noodles::cram::crai;

use super::{
    super::source::{self, Source},
    index::{ITF8, LTF8, integer},
};
use crate::{
    address::{with_ending, with_other_ending},
    error::{Error, Result, describe},
};

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

/// The containers of a file.
pub(crate) struct Containers {
    /// Bytes before the first one: what every CRAM file begins with.
    pub head: u64,
    /// Those with reads, in order.
    pub all: Vec<Container>,
    /// Where the end mark begins, and its bytes.
    pub end: Option<(u64, u64)>,
}

/// Finds the containers of a file, by seeking from header to header (CRAM specification 3.1, sections 6 and 7).
pub(crate) fn containers(path: &Path) -> Result<Containers> {
    walk(path).map_err(|error| Error::input(path.display(), describe(&error)))
}

fn walk(path: &Path) -> io::Result<Containers> {
    let source = Source::open(path)?;
    let length = source.known_length().ok_or_else(|| io::Error::other("its length is not known"))?;
    // Headers are short, and far from one another.
    let mut reader = BufReader::with_capacity(256, source);
    let mut definition = [0; 26];
    reader.read_exact(&mut definition)?;
    let has_checksum = definition[4] >= 3;
    let mut found = Containers { head: 0, all: Vec::new(), end: None };
    let mut offset = 26;
    while offset < length {
        let mut bytes = [0; 4];
        reader.read_exact(&mut bytes)?;
        let mut next = || integer(&mut reader, ITF8);
        let (contig, start, span, reads) = (next()?, next()?, next()?, next()?);
        for most in [LTF8, LTF8, ITF8] {
            integer(&mut reader, most)?;
        }
        for _ in 0..integer(&mut reader, ITF8)? {
            integer(&mut reader, ITF8)?;
        }
        let rest = u64::from(u32::from_le_bytes(bytes)) + if has_checksum { 4 } else { 0 };
        let end = reader.stream_position()? + rest;
        if end > length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if found.head == 0 {
            found.head = end;
        } else if reads > 0 {
            found.all.push(Container {
                offset,
                length: end - offset,
                contig,
                start: u64::from(start.max(1).unsigned_abs()) - 1,
                span: u64::from(span.max(0).unsigned_abs()),
                reads: u64::from(reads.unsigned_abs()),
            });
        } else {
            found.end = Some((offset, end - offset));
        }
        reader.seek(SeekFrom::Start(end))?;
        offset = end;
    }
    Ok(found)
}

/// A part of a container: the offset of the container; contig (-1: none), 0-based start and span of the part; its bytes.
pub(crate) type Slice = (u64, i32, u64, u64, u64);

/// The parts of all containers, from the index beside the file.
pub(crate) fn slices(path: &Path) -> Result<Option<Vec<Slice>>> {
    let mut index = with_ending(path, "crai");
    if !source::exists(&index)? {
        index = with_other_ending(path, "crai");
        if !source::exists(&index)? {
            return Ok(None);
        }
    }
    let records =
        source::buffered(&index).and_then(|file| crai::io::Reader::new(file).read_index()).map_err(|error| {
            Error::input(index.display(), format!("the index is damaged: {}", describe(&error)))
                .with_hint("index the file again: samtools index")
        })?;
    let slice = |record: &crai::Record| {
        let contig = record.reference_sequence_id().map_or(-1, |id| i32::try_from(id).unwrap_or(-1));
        let start = record.alignment_start().map_or(0, |start| start.get() as u64 - 1);
        (record.offset(), contig, start, record.alignment_span() as u64, record.slice_length())
    };
    Ok(Some(records.iter().map(slice).collect()))
}
