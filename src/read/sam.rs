//! Records of SAM, read as htslib reads them.

use std::{
    cell::Cell,
    io::{self, BufRead},
};

use noodles::sam::{
    self,
    alignment::{RecordBuf, record::Flags},
};

use super::{lines::read_line, sam_header::Header};
use crate::error::{Result, guard};

/// Calls `handle` with the records after the header, or with the error of one. `at` is set to the number of its line.
pub(super) fn read_records(
    reader: &mut dyn BufRead,
    header: &Header,
    codec: &sam::Header,
    place: &str,
    at: &Cell<u64>,
    handle: &mut dyn FnMut(io::Result<RecordBuf>) -> Result<()>,
) -> Result<()> {
    let mut line = Vec::new();
    let mut warnings = Warnings::default();
    at.set(header.lines);
    loop {
        let read = read_line(reader, &mut line);
        if let Ok(false) = read {
            warnings.log(place);
            return Ok(());
        }
        at.set(at.get() + 1);
        match read {
            Ok(_) => handle(guard(|| sam_record(&mut line, at.get(), header, codec, &mut warnings)))?,
            Err(error) => return handle(Err(error)),
        }
    }
}

/// Reads that htslib takes as unmapped, with a warning: the first, and the number of the others.
#[derive(Default)]
struct Warnings {
    first: Option<String>,
    more: u64,
}

impl Warnings {
    fn add(&mut self, line: u64, what: impl FnOnce() -> String) {
        match self.first {
            None => self.first = Some(format!("line {line}: {}", what())),
            Some(_) => self.more += 1,
        }
    }

    /// Logs them as one warning.
    fn log(self, place: &str) {
        if let Some(first) = self.first {
            let more = if self.more > 0 { format!(" ({} more like it)", self.more) } else { String::new() };
            tracing::warn!("{place}, {first}, as in samtools{more}");
        }
    }
}

/// Indices of fields, and the number of those that every record has (SAM specification, section 1.4).
const RNAME: usize = 2;
const RNEXT: usize = 6;
const FIELDS: usize = 11;

fn bad(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// A record of a line. As in htslib (sam_parse1), reads and mates whose place is not complete are unmapped.
fn sam_record(
    line: &mut Vec<u8>,
    number: u64,
    header: &Header,
    codec: &sam::Header,
    warnings: &mut Warnings,
) -> io::Result<RecordBuf> {
    if line.is_empty() {
        return Err(bad("the line is empty; samtools refuses it, too: remove it".into()));
    }
    let tabs: Vec<usize> = memchr::memchr_iter(b'\t', line).take(FIELDS - 1).collect();
    if tabs.len() < FIELDS - 1 {
        return Err(bad(format!("the record has {} of {FIELDS} fields (truncated?)", tabs.len() + 1)));
    }
    let mate_is_on_same_contig = line[tabs[RNEXT - 1] + 1..tabs[RNEXT]] == *b"=";
    // RNEXT comes first: a replacement moves what follows it.
    for field in [RNEXT, RNAME] {
        let at = tabs[field - 1] + 1..tabs[field];
        let name = &line[at.clone()];
        if name == b"*" || (field == RNEXT && mate_is_on_same_contig) {
            continue;
        }
        if let Some(known) = known_contig(name, field, number, header, warnings)? {
            line.splice(at, known);
        }
    }
    capitalize_hex(line);
    let mut record = RecordBuf::default();
    sam::io::Reader::new(&line[..]).read_record_buf(codec, &mut record)?;
    unmap_incomplete(&mut record, mate_is_on_same_contig, number, warnings);
    Ok(record)
}

/// What a contig's name in RNAME or RNEXT is replaced with: its name in the header, or `*` for an unknown contig. `None` for a name that
/// is in the header.
fn known_contig(
    name: &[u8],
    field: usize,
    number: u64,
    header: &Header,
    warnings: &mut Warnings,
) -> io::Result<Option<Vec<u8>>> {
    let shown = || String::from_utf8_lossy(name).into_owned();
    match header.contig_named(name) {
        Some(known) if known.as_bytes() == name => Ok(None),
        Some(known) => Ok(Some(known.into())),
        None if field == RNAME && header.contigs.is_empty() => {
            Err(bad(format!("the read lies on contig \"{}\", and the header has no contigs (@SQ)", shown())))
        }
        None => {
            let what = if field == RNAME { "the read" } else { "its mate" };
            warnings.add(number, || format!("contig \"{}\" is not in the header: {what} is read as unmapped", shown()));
            Ok(Some(b"*".into()))
        }
    }
}

/// Makes a read without contig, position or CIGAR unmapped, and a mate without position.
fn unmap_incomplete(record: &mut RecordBuf, mate_is_on_same_contig: bool, number: u64, warnings: &mut Warnings) {
    if record.alignment_start().is_none() && record.reference_sequence_id().is_some() {
        warnings.add(number, || "POS is 0: the read is read as unmapped".into());
        *record.reference_sequence_id_mut() = None;
    }
    if record.reference_sequence_id().is_none() {
        record.flags_mut().insert(Flags::UNMAPPED);
    }
    if record.cigar().as_ref().is_empty() && !record.flags().is_unmapped() {
        warnings.add(number, || "there is no CIGAR: the read is read as unmapped".into());
        record.flags_mut().insert(Flags::UNMAPPED);
    }
    if mate_is_on_same_contig {
        *record.mate_reference_sequence_id_mut() = record.reference_sequence_id();
    }
    if record.mate_alignment_start().is_none() && record.mate_reference_sequence_id().is_some() {
        warnings.add(number, || "PNEXT is 0: its mate is read as unmapped".into());
        *record.mate_reference_sequence_id_mut() = None;
    }
}

/// Makes the hexadecimal numbers of tags of type H upper case: htslib reads both cases, noodles only this one.
fn capitalize_hex(line: &mut [u8]) {
    let starts: Vec<usize> = memchr::memmem::find_iter(line, b":H:").collect();
    for start in starts {
        if start >= 3 && line[start - 3] == b'\t' {
            let value = &mut line[start + 3..];
            let end = memchr::memchr(b'\t', value).unwrap_or(value.len());
            value[..end].make_ascii_uppercase();
        }
    }
}
