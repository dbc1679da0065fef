//! A part of a CRAM file by the index beside it (.crai): the containers that hold its records, after the check that the index belongs to
//! the file. They are read as a CRAM file of their own: the header, these containers, and the end container.

use std::{
    collections::{BTreeSet, HashMap},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    ops::Range,
    path::Path,
};

use noodles::cram::crai;

use super::{
    super::{end_marks::require_cram_end, part::Part, source::Source, tally::Tally},
    containers::{Headers, Index, contig_of, place_of},
};
use crate::{
    error::{Error, Result, describe},
    genome::{Contigs, Interval},
};

/// A CRAM file that holds the records of a part and some of their neighbours; `None` where the file has no index.
pub(super) fn part(
    path: &Path,
    contigs: &Contigs,
    part: &Part<'_>,
    tally: Tally,
) -> Result<Option<Box<dyn BufRead + Send>>> {
    let Some(index) = Index::beside(path)? else { return Ok(None) };
    require_cram_end(path)?;
    tally.read_by(&index.path);
    let headers = Headers::open(path).map_err(|error| Error::read(path, &error))?;
    let offsets = wanted(path, contigs, part, &index.records)?;
    let mut file = Indexed { headers, path, index };
    let ranges = file.ranges(contigs, &offsets)?;
    let reader = Ranges { file: file.headers.into_file(), ranges: ranges.into_iter(), range: 0..0, tally };
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
        let (start, span) = place_of(record);
        let covered = Interval::new(start, start.saturating_add(span.max(1)));
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

/// A file, and the index beside it.
struct Indexed<'a> {
    headers: Headers,
    path: &'a Path,
    index: Index,
}

impl Indexed<'_> {
    fn foreign(&self, why: &str) -> Error {
        let (index, file) = (self.index.path.display(), self.path.display());
        Error::input(index, format!("this index does not belong to {file} ({why})"))
            .with_hint(Index::make_anew(self.path))
    }

    /// The bytes of the header, of the containers at these offsets, and of the end container. Refuses an index of another file.
    fn ranges(&mut self, contigs: &Contigs, offsets: &BTreeSet<u64>) -> Result<Vec<Range<u64>>> {
        let length = self.headers.length;
        let records = &self.index.records;
        if records.iter().any(|record| record.offset() >= length) {
            return Err(self.foreign("it points past the end of the file"));
        }
        if records.iter().any(|record| record.reference_sequence_id().is_some_and(|id| id >= contigs.count())) {
            return Err(self.foreign("it has contigs that the file does not have"));
        }
        let mut listed: HashMap<u64, Vec<i32>> = HashMap::new();
        for record in records {
            listed.entry(record.offset()).or_default().push(contig_of(record));
        }
        let failed = |error: io::Error| Error::input(self.path.display(), describe(&error));
        // The first container holds the header.
        let begin = self.headers.at(self.headers.first()).map_err(failed)?.end();
        let first = self.headers.at(begin).map_err(failed)?;
        match (first.reads > 0, listed.keys().min()) {
            (false, None) => {}
            (true, None) => return Err(self.foreign("it has no reads, but the file has")),
            (true, Some(offset)) if *offset == begin => {}
            _ => return Err(self.foreign("it does not begin where the reads of the file begin")),
        }
        let mut ranges: Vec<_> = std::iter::once(0..begin).collect();
        // The first and the last one are checked, whether they are wanted or not.
        let checked: BTreeSet<u64> =
            offsets.iter().chain(listed.keys().min()).chain(listed.keys().max()).copied().collect();
        let mut end = begin;
        for &offset in &checked {
            let moved = "a container is not where it has one";
            let Ok(found) = self.headers.at(offset) else { return Err(self.foreign(moved)) };
            // -2: reads of several contigs.
            let is_listed = found.contig == -2 || listed[&offset].iter().all(|&contig| contig == found.contig);
            if found.reads == 0 || !is_listed {
                return Err(self.foreign(moved));
            }
            if offsets.contains(&offset) {
                ranges.push(offset..found.end());
            }
            end = found.end();
        }
        // After the last container there is the end container alone.
        let after = self.headers.at(end).map_err(|_| self.foreign("the file goes on after its last container"))?;
        if after.reads != 0 || after.end() != length {
            return Err(self.foreign("the file has reads that are not in it"));
        }
        ranges.push(end..length);
        Ok(ranges)
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
