//! Reads a part of a BGZF file by the index beside it, and checks that the index belongs to the file.
//!
//! An index that is older than its file is a warning, as in samtools. An index that is damaged or of another file would hide records,
//! so it is refused.

use std::{
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    vec,
};

use noodles::bgzf::{self, VirtualPosition};

use super::{
    beside::with_ending,
    end_marks::require_end_block,
    index::{self, Chunk, Index},
    part::Part,
    source::Source,
    tally::Tally,
};
use crate::{
    address::with_other_ending,
    error::{Error, Result, describe},
};

/// What the records of a file are, as an index has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Records {
    /// BAM; records may have no contig, and are the last then.
    Bam,
    /// BCF.
    Bcf,
    /// Lines of VCF.
    Vcf,
}

impl Records {
    /// The names of an index: the first that is there counts.
    fn names(self, file: &Path) -> Vec<PathBuf> {
        match self {
            Self::Bam => ["csi", "bai"]
                .iter()
                .flat_map(|ending| [with_ending(file, ending), with_other_ending(file, ending)])
                .collect(),
            Self::Bcf => vec![with_ending(file, "csi")],
            Self::Vcf => vec![with_ending(file, "csi"), with_ending(file, "tbi")],
        }
    }

    /// How an index is made.
    pub(super) fn command(self) -> &'static str {
        match self {
            Self::Bam => "samtools index",
            Self::Bcf | Self::Vcf => "bcftools index",
        }
    }

    /// Whether the first bytes of a record show that it has no contig.
    fn is_unplaced(self, record: &[u8]) -> bool {
        self == Self::Bam && record.get(4..8).is_some_and(|id| id == [0xff; 4])
    }

    /// Whether the first bytes of a record fit a contig: its number, and its name in an index of text. Too few bytes fit.
    fn fits(self, record: &[u8], number: usize, name: &str) -> bool {
        let is = |at: usize| {
            let id = record.get(at..).and_then(|bytes| bytes.first_chunk());
            id.is_none_or(|id| u32::from_le_bytes(*id) as usize == number)
        };
        match self {
            // The number of the contig follows the length of the record, or the two lengths.
            Self::Bam => is(4),
            Self::Bcf => is(8),
            Self::Vcf => {
                let columns = name.bytes().chain([b'\t']);
                record.iter().zip(columns).all(|(&found, wanted)| found == wanted)
            }
        }
    }
}

/// Logs that a part of a file without an index is read the slow way, and the command that makes an index.
pub(super) fn say_unindexed(place: &str, command: &str) {
    tracing::info!(
        "{place} has no index: all of it is read for the part that is wanted. With an index only that part is read: {command}"
    );
}

/// A file, the index beside it, and what is in the header.
pub(super) struct IndexedFile<'a> {
    path: &'a Path,
    records: Records,
    index: Index,
    reader: bgzf::io::Reader<BufReader<Counted>>,
    /// Where the header ends.
    begin: VirtualPosition,
    place: String,
}

impl<'a> IndexedFile<'a> {
    /// A BGZF file with an index beside it; `None` without one. `skip_header` reads up to the first record. `contigs`: how many the
    /// header has, where the index numbers them by it. What is read is added to `tally`.
    pub(super) fn open(
        path: &'a Path,
        place: &str,
        records: Records,
        contigs: Option<usize>,
        tally: Tally,
        skip_header: impl FnOnce(&mut dyn BufRead) -> Result<()>,
    ) -> Result<Option<Self>> {
        let hint = format!("index the file again: {} {}", records.command(), path.display());
        let Some(index) = Index::first_of(&records.names(path), path, &hint)? else { return Ok(None) };
        require_end_block(path)?;
        tally.read_by(&index.path);
        let file = Source::open(path).map_err(|error| Error::read(path, &error))?;
        let mut reader = bgzf::io::Reader::new(BufReader::with_capacity(BUFFER, Counted { file, tally }));
        skip_header(&mut reader)?;
        let begin = reader.virtual_position();
        let mut file = Self { path, records, index, reader, begin, place: place.into() };
        file.check(contigs)?;
        Ok(Some(file))
    }

    fn foreign(&self, why: &str) -> Error {
        let (index, file) = (self.index.path.display(), self.path.display());
        Error::input(index, format!("this index does not belong to {file} ({why})"))
            .with_hint(format!("index the file again: {} {file}", self.records.command()))
    }

    /// Refuses an index of another file: its contigs must be those of the header, and its first and last offset must be where the
    /// records with a contig begin and end. The reader is at the first record.
    fn check(&mut self, contigs: Option<usize>) -> Result<()> {
        let count = self.index.contigs.len();
        // An index of samtools has all contigs.
        if let Some(theirs) = contigs
            && (count > theirs || self.records == Records::Bam && count != theirs)
        {
            return Err(self.foreign(&format!("it has {count} contigs, the file {theirs}")));
        }
        let failed = |error: io::Error| Error::input(&self.place, describe(&error));
        let first = first_record(&mut self.reader).map_err(failed)?;
        let is_placed = |record: &[u8]| !self.records.is_unplaced(record);
        let Some(extent) = self.index.extent() else {
            let hides = first.as_deref().is_some_and(is_placed);
            return if hides { Err(self.foreign("it has no records, but the file has")) } else { Ok(()) };
        };
        let length = Source::open(self.path).map_err(|error| Error::read(self.path, &error))?.known_length();
        if length.is_some_and(|length| extent.end.compressed() > length) {
            return Err(self.foreign("it points past the end of the file"));
        }
        let offsets = "its offsets are not those of the file";
        let mut at = |place: VirtualPosition| self.reader.seek(place).and_then(|_| first_record(&mut self.reader));
        let (Ok(begin), Ok(end)) = (at(extent.start), at(extent.end)) else { return Err(self.foreign(offsets)) };
        if begin != first {
            return Err(self.foreign("it does not begin where the records of the file begin"));
        }
        match end {
            Some(next) if is_placed(&next) || self.index.unplaced == Some(0) => {
                Err(self.foreign("the file has records that are not in it"))
            }
            _ => Ok(()),
        }
    }

    /// The records of a part, as a stream that begins with the first of them: all that are wanted, in the order of the file, and some
    /// of their neighbours. `name`: the contigs that the index numbers.
    pub(super) fn part(self, part: &Part<'_>, name: impl Fn(usize) -> Option<String>) -> Result<PartReader> {
        let (mut pieces, mut last) = (Vec::new(), None);
        let mut contigs: Vec<_> = self.index.contigs.iter().enumerate().collect();
        contigs.sort_by_key(|(_, contig)| contig.extent().map(|extent| extent.start));
        for (number, contig) in contigs {
            if !contig.has_records() {
                continue;
            }
            let Some(name) = contig.name.clone().or_else(|| name(number)) else {
                return Err(self.foreign("it has contigs that the file does not have"));
            };
            let (order, lists) = part.of(&name)?;
            if order.is_some() && order <= last {
                let why =
                    format!("is not in the order of its header (contig {name}), so it cannot be divided into shards");
                return Err(Error::input(&self.place, why).with_hint("sort it first: samtools sort, bcftools sort"));
            }
            last = order.or(last);
            let chunks = lists.iter().map(|intervals| self.index.chunks(number, intervals));
            let mut chunks = chunks.reduce(|a, b| index::shared(&a, &b)).unwrap_or_default();
            if part.with_first && lists.iter().all(|intervals| !intervals.is_empty()) {
                chunks.extend(contig.first_chunk());
                index::merge(&mut chunks);
            }
            pieces.extend(chunks.into_iter().map(|chunk| Piece { chunk, contig: Some((number, name.clone())) }));
        }
        if part.has_unplaced() && self.records == Records::Bam && self.index.unplaced != Some(0) {
            // Without a record that has a contig, all follow the header.
            let start = self.index.extent().map_or(self.begin, |extent| extent.end);
            pieces.push(Piece { chunk: Chunk { start, end: VirtualPosition::MAX }, contig: None });
        }
        Ok(PartReader {
            reader: self.reader,
            records: self.records,
            pieces: pieces.into_iter(),
            end: None,
            index: self.index.path,
        })
    }
}

/// Bytes that are read at once: a part of a file is often a few blocks of 64 KiB.
const BUFFER: usize = 64 << 10;

/// A file whose bytes are counted.
struct Counted {
    file: Source,
    tally: Tally,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.tally.add_part(count as u64);
        Ok(count)
    }
}

impl Seek for Counted {
    fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
        self.file.seek(place)
    }
}

/// The first bytes of the next record, which hold its place and its name.
fn first_record(reader: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(64).read_to_end(&mut bytes)?;
    Ok((!bytes.is_empty()).then_some(bytes))
}

/// A chunk, and the number and the name of the contig of its first record; `None`: it has no contig.
struct Piece {
    chunk: Chunk,
    contig: Option<(usize, String)>,
}

/// A stream of the records of some chunks.
pub(super) struct PartReader {
    reader: bgzf::io::Reader<BufReader<Counted>>,
    records: Records,
    pieces: vec::IntoIter<Piece>,
    /// The end of the chunk in work.
    end: Option<VirtualPosition>,
    index: PathBuf,
}

impl PartReader {
    /// Moves to the first record of a chunk, and checks that a record of its contig begins there.
    fn begin(&mut self, piece: &Piece) -> io::Result<()> {
        let (index, command) = (self.index.display().to_string(), self.records.command());
        let other = |why: String| {
            let why = format!(
                "{why}: the index {index} is of another file, or the file is damaged ({command} makes it again)"
            );
            io::Error::new(io::ErrorKind::InvalidData, why)
        };
        let start = piece.chunk.start;
        let moved = self.reader.seek(start).and_then(|_| self.reader.fill_buf());
        let record = moved
            .map_err(|error| other(format!("offset {} cannot be read ({})", start.compressed(), describe(&error))))?;
        let fits = match &piece.contig {
            Some((number, name)) => self.records.fits(record, *number, name),
            None => record.len() < 8 || self.records.is_unplaced(record),
        };
        if fits { Ok(()) } else { Err(other("a record is not where the index has it".into())) }
    }
}

impl Read for PartReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for PartReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let end = loop {
            match self.end {
                Some(end) if self.reader.virtual_position() < end => {
                    // Goes past empty blocks, which may be the last ones of a chunk.
                    self.reader.fill_buf()?;
                    if self.reader.virtual_position() < end {
                        break end;
                    }
                    self.end = None;
                }
                _ => {
                    let Some(piece) = self.pieces.next() else { return Ok(&[]) };
                    self.begin(&piece)?;
                    self.end = Some(piece.chunk.end);
                }
            }
        };
        let place = self.reader.virtual_position();
        let bytes = self.reader.fill_buf()?;
        // The chunk may end within the block.
        let here = if place.compressed() == end.compressed() {
            usize::from(end.uncompressed().saturating_sub(place.uncompressed()))
        } else {
            bytes.len()
        };
        Ok(&bytes[..here.min(bytes.len())])
    }

    fn consume(&mut self, count: usize) {
        self.reader.consume(count);
    }
}
