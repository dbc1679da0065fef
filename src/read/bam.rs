//! Records of BAM, all of them or those of a part.

use std::{
    io::{self, BufRead},
    path::Path,
};

use noodles::{
    bam,
    sam::{self, alignment::RecordBuf},
};

use super::{
    file_index::{IndexedFile, Records},
    lines::read_frame,
    open,
    part::Part,
    sam_header::Header,
    tally::Tally,
};
use crate::{
    error::{Result, guard},
    genome::Interval,
};

/// Calls `handle` with the records after the header, or with the error of one.
pub(super) fn read_records(
    reader: &mut dyn BufRead,
    codec: &sam::Header,
    handle: &mut dyn FnMut(io::Result<RecordBuf>) -> Result<()>,
) -> Result<()> {
    loop {
        // A record is its length and as many bytes (SAM specification, section 4.2).
        match read_frame(reader, 1) {
            Ok(None) => return Ok(()),
            Ok(Some(frame)) => handle(decoded(&frame, codec))?,
            Err(error) => return handle(Err(error)),
        }
    }
}

fn decoded(frame: &[u8], codec: &sam::Header) -> io::Result<RecordBuf> {
    guard(|| {
        let mut record = RecordBuf::default();
        bam::io::Reader::from(frame).read_record_buf(codec, &mut record)?;
        Ok(record)
    })
}

/// Calls `handle` with the records of a part of a file, each once, in the order of the file, and with some beside it; `false` where the
/// file has no index.
pub(super) fn read_part(
    path: &Path,
    header: &Header,
    codec: &sam::Header,
    part: &Part<'_>,
    tally: Tally,
    handle: &mut dyn FnMut(io::Result<RecordBuf>) -> Result<()>,
) -> Result<bool> {
    let place = open::place(path);
    let skip = |reader: &mut dyn BufRead| Header::skip_bam(reader, &place);
    let opened = IndexedFile::open(path, &place, Records::Bam, Some(header.contigs.count()), tally, skip)?;
    let Some(file) = opened else { return Ok(false) };
    let names: Vec<&str> = header.contigs.iter().map(|contig| contig.name.as_str()).collect();
    let mut reader = file.part(part, |number| names.get(number).map(|name| name.to_string()))?;
    let owned = owned_starts(part, &names)?;
    loop {
        match read_frame(&mut reader, 1) {
            Ok(None) => return Ok(true),
            Ok(Some(frame)) if owned.as_ref().is_some_and(|owned| !owned.contain(&frame)) => {}
            Ok(Some(frame)) => handle(decoded(&frame, codec))?,
            Err(error) => handle(Err(error))?,
        }
    }
}

/// The first bases that a shard owns, by the number of the contig. Records that others own need not be decoded.
struct OwnedStarts {
    starts: Vec<Option<Interval>>,
    unplaced: bool,
}

fn owned_starts(part: &Part<'_>, names: &[&str]) -> Result<Option<OwnedStarts>> {
    let Some(own) = &part.own else { return Ok(None) };
    let starts = names.iter().map(|name| own(name).map(|owned| owned.starts)).collect::<Result<_>>()?;
    Ok(Some(OwnedStarts { starts, unplaced: part.has_unplaced() }))
}

impl OwnedStarts {
    /// Whether a record begins there. The numbers of its contig and of its first base follow its length (SAM specification, section
    /// 4.2); both are -1 where there is none.
    fn contain(&self, frame: &[u8]) -> bool {
        let number = |at: usize| {
            let bytes = frame.get(at..).and_then(|bytes| bytes.first_chunk());
            bytes.and_then(|bytes| usize::try_from(i32::from_le_bytes(*bytes)).ok())
        };
        match (number(4), number(8)) {
            (Some(contig), Some(start)) => {
                let owned = self.starts.get(contig).copied();
                // What is damaged is found where it is decoded.
                owned.is_none_or(|owned| owned.is_some_and(|owned| owned.contains(start as u64)))
            }
            // A contig without a position is refused where the order is checked.
            (Some(_), None) => true,
            (None, _) => self.unplaced,
        }
    }
}
