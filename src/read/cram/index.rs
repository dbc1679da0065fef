//! A part of a CRAM file by the index beside it (.crai): the containers that hold its records, after the check that the index belongs to
//! the file. They are read as a CRAM file of their own: the header, these containers, and the end container.

use std::{
    collections::{BTreeSet, HashMap},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    ops::Range,
    path::{Path, PathBuf},
};

use noodles::cram::crai;

use super::super::{
    beside::{warn_if_older, with_ending},
    end_marks::require_cram_end,
    part::Part,
    source::{self, Source},
    tally::Tally,
};
use crate::{
    address::with_other_ending,
    error::{Error, Result, describe, guard},
    genome::{Contigs, Interval},
};

/// Bytes of the file definition (CRAM specification 3.1, section 6).
const DEFINITION: u64 = 26;

/// How the index is made.
const MAKE: &str = "samtools index";

/// A CRAM file that holds the records of a part and some of their neighbours; `None` where the file has no index.
pub(super) fn part(
    path: &Path,
    contigs: &Contigs,
    part: &Part<'_>,
    tally: Tally,
) -> Result<Option<Box<dyn BufRead + Send>>> {
    let names = [with_ending(path, "crai"), with_other_ending(path, "crai")];
    let mut found = None;
    for name in names {
        if source::exists(&name)? {
            found = Some(name);
            break;
        }
    }
    let Some(index) = found else { return Ok(None) };
    warn_if_older(&index, path);
    let records = guard(|| crai::io::Reader::new(Source::open(&index)?).read_index()).map_err(|error| {
        Error::input(index.display(), format!("the index is damaged: {}", describe(&error)))
            .with_hint(format!("index the file again: {MAKE} {}", path.display()))
    })?;
    require_cram_end(path)?;
    let failed = |error: io::Error| Error::read(path, &error);
    let file = Source::open(path).map_err(failed)?;
    let length = file.known_length().unwrap_or(0);
    let mut reader = BufReader::with_capacity(512, file);
    let mut definition = [0; DEFINITION as usize];
    reader.read_exact(&mut definition).map_err(failed)?;
    // Since CRAM 3 a checksum ends the header of a container.
    let checksum = if definition[4] >= 3 { 4 } else { 0 };
    let mut file = Containers { reader, path, index, length, checksum };
    let offsets = wanted(path, contigs, part, &records)?;
    let ranges = file.ranges(&records, contigs, &offsets)?;
    let reader = Ranges { file: file.reader.into_inner(), ranges: ranges.into_iter(), range: 0..0, tally };
    Ok(Some(Box::new(BufReader::with_capacity(128 << 10, reader))))
}

/// The offsets of the containers that hold the records of a part.
fn wanted(path: &Path, contigs: &Contigs, part: &Part<'_>, records: &[crai::Record]) -> Result<BTreeSet<u64>> {
    let wants = contigs.iter().map(|contig| part.of(&contig.name)).collect::<Result<Vec<_>>>()?;
    let (mut offsets, mut last) = (BTreeSet::new(), None);
    let mut sorted: Vec<&crai::Record> = records.iter().collect();
    sorted.sort_by_key(|record| record.offset());
    // Whether each list of intervals has a record in the container in work.
    let mut found: (u64, Vec<bool>) = (0, Vec::new());
    for record in sorted {
        if found.0 != record.offset() {
            found = (record.offset(), Vec::new());
        }
        let Some(contig) = record.reference_sequence_id() else {
            if part.has_unplaced() {
                offsets.insert(record.offset());
            }
            continue;
        };
        let Some((order, lists)) = wants.get(contig) else { continue };
        if order.is_some() && *order < last {
            let why = "is not in the order of its header, so it cannot be divided into shards";
            return Err(Error::input(path.display(), why).with_hint("sort it first: samtools sort"));
        }
        last = *order;
        let start = record.alignment_start().map_or(0, |start| usize::from(start) as u64 - 1);
        let covered = Interval::new(start, start + (record.alignment_span() as u64).max(1));
        found.1.resize(lists.len(), false);
        for (found, list) in found.1.iter_mut().zip(lists) {
            let at = list.partition_point(|interval| interval.end <= covered.start);
            *found |= list.get(at).is_some_and(|interval| interval.overlaps(covered));
        }
        if found.1.iter().all(|&found| found) {
            offsets.insert(record.offset());
        }
    }
    Ok(offsets)
}

/// The containers of a file.
struct Containers<'a> {
    reader: BufReader<Source>,
    path: &'a Path,
    index: PathBuf,
    /// Of the file.
    length: u64,
    /// Bytes of a checksum after the header of a container.
    checksum: u64,
}

/// The header of a container.
struct Container {
    /// One past its last byte.
    end: u64,
    /// The number of its contig; -1: none, -2: several.
    contig: i32,
    /// How many reads it has.
    reads: i32,
}

impl Containers<'_> {
    fn foreign(&self, why: &str) -> Error {
        let (index, file) = (self.index.display(), self.path.display());
        Error::input(index, format!("this index does not belong to {file} ({why})"))
            .with_hint(format!("index the file again: {MAKE} {file}"))
    }

    /// The bytes of the header, of the containers at these offsets, and of the end container. Refuses an index of another file.
    fn ranges(
        &mut self,
        records: &[crai::Record],
        contigs: &Contigs,
        offsets: &BTreeSet<u64>,
    ) -> Result<Vec<Range<u64>>> {
        if records.iter().any(|record| record.offset() >= self.length) {
            return Err(self.foreign("it points past the end of the file"));
        }
        if records.iter().any(|record| record.reference_sequence_id().is_some_and(|id| id >= contigs.count())) {
            return Err(self.foreign("it has contigs that the file does not have"));
        }
        let failed = |error: io::Error| Error::input(self.path.display(), describe(&error));
        // The first container holds the header.
        let first = self.at(DEFINITION).and_then(|header| Ok((header.end, self.at(header.end)?)));
        let (begin, first) = first.map_err(failed)?;
        match (first.reads > 0, records.iter().map(crai::Record::offset).min()) {
            (false, None) => {}
            (true, None) => return Err(self.foreign("it has no reads, but the file has")),
            (true, Some(offset)) if offset == begin => {}
            _ => return Err(self.foreign("it does not begin where the reads of the file begin")),
        }
        let mut ranges: Vec<_> = std::iter::once(0..begin).collect();
        let mut listed: HashMap<u64, Vec<i32>> = HashMap::new();
        for record in records {
            let contig = record.reference_sequence_id().map_or(-1, |id| i32::try_from(id).unwrap_or(i32::MAX));
            listed.entry(record.offset()).or_default().push(contig);
        }
        // The first and the last one are checked, whether they are wanted or not.
        let checked: BTreeSet<u64> =
            offsets.iter().chain(listed.keys().min()).chain(listed.keys().max()).copied().collect();
        let mut end = begin;
        for &offset in &checked {
            let moved = "a container is not where it has one";
            let Ok(found) = self.at(offset) else { return Err(self.foreign(moved)) };
            // -2: reads of several contigs.
            let is_listed = found.contig == -2 || listed[&offset].iter().all(|&contig| contig == found.contig);
            if found.reads <= 0 || found.end > self.length || !is_listed {
                return Err(self.foreign(moved));
            }
            if offsets.contains(&offset) {
                ranges.push(offset..found.end);
            }
            end = found.end;
        }
        // After the last container there is the end container alone.
        let after = self.at(end).map_err(|_| self.foreign("the file goes on after its last container"))?;
        if after.reads != 0 || after.end != self.length {
            return Err(self.foreign("the file has reads that are not in it"));
        }
        ranges.push(end..self.length);
        Ok(ranges)
    }

    /// The header of the container at an offset (CRAM specification 3.1, section 7). By hand, because noodles decodes whole containers,
    /// which needs the reference.
    fn at(&mut self, offset: u64) -> io::Result<Container> {
        let reader = &mut self.reader;
        reader.seek(SeekFrom::Start(offset))?;
        let mut length = [0; 4];
        reader.read_exact(&mut length)?;
        let mut next = |most| integer(reader, most);
        let (contig, _start, _span, reads) = (next(ITF8)?, next(ITF8)?, next(ITF8)?, next(ITF8)?);
        let (_counter, _bases, _blocks, landmarks) = (next(LTF8)?, next(LTF8)?, next(ITF8)?, next(ITF8)?);
        for _ in 0..landmarks {
            next(ITF8)?;
        }
        let length = u64::try_from(i32::from_le_bytes(length)).map_err(|_| io::ErrorKind::InvalidData)?;
        Ok(Container { end: reader.stream_position()? + self.checksum + length, contig, reads })
    }
}

/// Some ranges of a file, one after the other.
struct Ranges {
    file: Source,
    ranges: std::vec::IntoIter<Range<u64>>,
    range: Range<u64>,
    tally: Tally,
}

impl Read for Ranges {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.range.is_empty() {
            let Some(next) = self.ranges.next() else { return Ok(0) };
            self.file.seek(SeekFrom::Start(next.start))?;
            self.range = next;
        }
        let most = usize::try_from(self.range.end - self.range.start).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.file.read(&mut buffer[..most])?;
        if count == 0 && most > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.range.start += count as u64;
        self.tally.add_part(count as u64);
        Ok(count)
    }
}

/// The most bytes that follow the first byte of an integer in ITF8 and in LTF8.
pub(super) const ITF8: usize = 4;
pub(super) const LTF8: usize = 8;

/// An integer (CRAM specification, section 2.3): as many bytes follow the first as it has leading ones. The value of a long integer
/// in LTF8 is not right, and not needed here.
pub(super) fn integer(reader: &mut impl Read, most: usize) -> io::Result<i32> {
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
