//! Indices of blocks: .bai and .csi of BAM, .tbi and .csi of VCF, .csi of BCF. They tell which chunks of a BGZF file hold the records of
//! an interval.
//!
//! They are read here and not by noodles, which allocates as much memory as a damaged count asks for; memory grows with the bytes that
//! are read.

use std::{
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use noodles::bgzf::{self, VirtualPosition};

use super::{
    beside::{modified, warn_if_older, with_ending},
    source::{self, Source},
};
use crate::{
    error::{Error, Result, describe, guard},
    genome::Interval,
};

/// A part of a BGZF file: from the first record to one past the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Chunk {
    /// Where its first record begins.
    pub start: VirtualPosition,
    /// Where its last record ends.
    pub end: VirtualPosition,
}

/// An index.
#[derive(Debug)]
pub(crate) struct Index {
    /// Where it is.
    pub path: PathBuf,
    /// Its contigs, in its order.
    pub contigs: Vec<IndexedContig>,
    /// Reads without a contig; `None` where the index does not count them.
    pub unplaced: Option<u64>,
    /// A bin of the smallest kind holds 2 to the power of this many bases.
    min_shift: u32,
    /// Levels of bins below the largest one.
    depth: u32,
    is_csi: bool,
}

/// A contig of an index.
#[derive(Debug, Default)]
pub(crate) struct IndexedContig {
    /// Its name; `None` in an index of BAM or BCF, whose contigs are those of the header, in order.
    pub name: Option<String>,
    /// The number of its records; `None` where the index does not count them.
    pub records: Option<u64>,
    bins: Vec<Bin>,
    /// Of .bai and .tbi: for every 16 kb, where the first record that overlaps them begins.
    linear: Vec<VirtualPosition>,
}

#[derive(Debug)]
struct Bin {
    number: u64,
    /// Of .csi: where the first record that overlaps its first bases begins.
    offset: VirtualPosition,
    chunks: Vec<Chunk>,
}

impl IndexedContig {
    /// Whether records lie on it.
    pub(crate) fn has_records(&self) -> bool {
        !self.bins.is_empty()
    }

    /// The chunk that begins with its first record.
    pub(super) fn first_chunk(&self) -> Option<Chunk> {
        self.bins.iter().flat_map(|bin| &bin.chunks).copied().filter(|chunk| chunk.start < chunk.end).min()
    }

    /// From its first record to the end of its last one.
    pub(crate) fn extent(&self) -> Option<Chunk> {
        let chunks = || self.bins.iter().flat_map(|bin| &bin.chunks);
        Some(Chunk { start: chunks().map(|chunk| chunk.start).min()?, end: chunks().map(|chunk| chunk.end).max()? })
    }
}

impl Index {
    /// The first of these indices of a file that is there; `None` without one. `hint` says how to make it again.
    pub(super) fn first_of(names: &[PathBuf], file: &Path, hint: &str) -> Result<Option<Self>> {
        let mut found = None;
        for name in names {
            if source::exists(name)? {
                found = Some(name);
                break;
            }
        }
        let Some(path) = found else { return Ok(None) };
        warn_if_older(path, file);
        let index = guard(|| Self::open(path)).map_err(|error| {
            let why = match error.kind() {
                io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData => "the index is damaged".to_string(),
                _ => format!("the index cannot be read: {}", describe(&error)),
            };
            Error::input(path.display(), why).with_hint(hint)
        })?;
        Ok(Some(index))
    }

    fn open(path: &Path) -> io::Result<Self> {
        let mut file = BufReader::with_capacity(128 << 10, Source::open(path)?);
        let packed = file.fill_buf()?.starts_with(&[0x1f, 0x8b]);
        let read = if packed { Self::parse(bgzf::io::Reader::new(file)) } else { Self::parse(file) };
        Ok(Self { path: path.into(), ..read? })
    }

    /// Reads an index, decompressed (tabix and CSI specifications; for BAM, SAM specification, section 5.2).
    pub(crate) fn parse(mut reader: impl Read) -> io::Result<Self> {
        let mut magic = [0; 4];
        reader.read_exact(&mut magic)?;
        let (is_csi, min_shift, depth, names, count);
        match &magic {
            b"TBI\x01" | b"BAI\x01" => {
                count = number(&mut reader)?;
                (is_csi, min_shift, depth) = (false, 14, 5);
                names = if magic == *b"TBI\x01" { text_header(&mut reader)? } else { Vec::new() };
            }
            b"CSI\x01" => {
                min_shift = number(&mut reader)? as u32;
                depth = number(&mut reader)? as u32;
                // 14 bits and 3 per level reach 2 Tb; no contig is as long.
                if depth > 9 || min_shift > 32 {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                let length = number(&mut reader)?;
                is_csi = true;
                let mut header = Vec::new();
                (&mut reader).take(length.min(MAX_NAMES)).read_to_end(&mut header)?;
                // The header of an index of text takes 28 bytes and those of the names: both lengths must agree.
                let fits = |named: &[u8; 4]| u64::from(u32::from_le_bytes(*named)) + 28 == length;
                if length > 0 && !header.get(24..).and_then(|rest| rest.first_chunk()).is_some_and(fits) {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                names = if length == 0 { Vec::new() } else { text_header(&mut &header[..])? };
                count = number(&mut reader)?;
            }
            _ => return Err(io::ErrorKind::InvalidData.into()),
        }
        // The bin with number `bins` + 1 holds counts (SAM specification, section 5.2).
        let bins = first_bin(depth + 1);
        let (mut contigs, mut names) = (Vec::new(), names.into_iter());
        for _ in 0..count {
            let mut contig = IndexedContig { name: names.next(), ..IndexedContig::default() };
            for _ in 0..number(&mut reader)? {
                let bin = number(&mut reader)?;
                let offset = VirtualPosition::from(if is_csi { long(&mut reader)? } else { 0 });
                let mut chunks = Vec::new();
                for _ in 0..number(&mut reader)? {
                    let (start, end) = (long(&mut reader)?.into(), long(&mut reader)?.into());
                    chunks.push(Chunk { start, end });
                }
                match &chunks[..] {
                    [_, counts] if bin == bins + 1 => {
                        contig.records = Some(u64::from(counts.start).saturating_add(u64::from(counts.end)));
                    }
                    _ if bin < bins => contig.bins.push(Bin { number: bin, offset, chunks }),
                    _ => {}
                }
            }
            if !is_csi {
                for _ in 0..number(&mut reader)? {
                    contig.linear.push(long(&mut reader)?.into());
                }
            }
            contig.bins.sort_unstable_by_key(|bin| bin.number);
            contigs.push(contig);
        }
        let unplaced = long(&mut reader).ok();
        Ok(Self { path: PathBuf::new(), contigs, unplaced, min_shift, depth, is_csi })
    }

    /// From the first record to the end of the last one that has a contig; `None` without such records.
    pub(crate) fn extent(&self) -> Option<Chunk> {
        let extents = || self.contigs.iter().filter_map(IndexedContig::extent);
        Some(Chunk { start: extents().map(|c| c.start).min()?, end: extents().map(|c| c.end).max()? })
    }

    /// The chunks that hold all records that overlap one of the intervals of a contig, which are sorted and apart; in the order of the
    /// file, apart from one another. Records that begin before the first base of a contig (POS 0 of VCF) count as beginning there.
    pub(crate) fn chunks(&self, contig: usize, intervals: &[Interval]) -> Vec<Chunk> {
        let Some(contig) = self.contigs.get(contig) else { return Vec::new() };
        // No record of an interval begins before this.
        let least: Vec<VirtualPosition> = intervals.iter().map(|interval| self.least(contig, interval.start)).collect();
        // htslib puts what begins at base -1 into the bin before the first of the smallest.
        let first = (self.depth > 0 && intervals.first().is_some_and(|first| first.start == 0))
            .then(|| first_bin(self.depth) - 1);
        let mut chunks = Vec::new();
        for bin in &contig.bins {
            let bases = self.bases(bin.number);
            let at = intervals.partition_point(|interval| interval.end <= bases.start);
            let least = match intervals.get(at).filter(|interval| interval.overlaps(bases)) {
                Some(_) => least[at],
                None if first == Some(bin.number) => VirtualPosition::default(),
                None => continue,
            };
            chunks.extend(bin.chunks.iter().copied().filter(|chunk| chunk.start < chunk.end && chunk.end > least));
        }
        merge(&mut chunks);
        chunks
    }

    /// What the index shows of a contig: a position, and an offset before which all records end that begin before the position, or fewer.
    /// In no order.
    pub(super) fn points(&self, contig: &IndexedContig) -> Vec<(u64, VirtualPosition)> {
        let mut points = Vec::new();
        for bin in &contig.bins {
            let bases = self.bases(bin.number);
            points.push((bases.start, bin.offset));
            points.extend(bin.chunks.iter().map(|chunk| (bases.end, chunk.end)));
        }
        points.extend(contig.linear.iter().zip(0u64..).map(|(&offset, window)| (window << self.min_shift, offset)));
        points
    }

    /// The bases that a bin is for.
    fn bases(&self, bin: u64) -> Interval {
        let level = (0..=self.depth).rev().find(|&level| first_bin(level) <= bin).unwrap_or(0);
        let shift = self.min_shift + 3 * (self.depth - level);
        let start = (bin - first_bin(level)) << shift;
        Interval::new(start, start + (1 << shift))
    }

    /// No record that overlaps the base `start`, or one after it, begins before this offset. As htslib finds it (`hts_itr_query`).
    fn least(&self, contig: &IndexedContig, start: u64) -> VirtualPosition {
        if !self.is_csi {
            let window = usize::try_from(start >> self.min_shift).unwrap_or(usize::MAX);
            return contig.linear.get(window).or(contig.linear.last()).copied().unwrap_or_default();
        }
        let mut bin = first_bin(self.depth) + (start >> self.min_shift);
        loop {
            if let Ok(found) = contig.bins.binary_search_by_key(&bin, |other| other.number) {
                return contig.bins[found].offset;
            }
            if bin == 0 {
                return VirtualPosition::default();
            }
            let parent = (bin - 1) >> 3;
            bin = if bin > (parent << 3) + 1 { bin - 1 } else { parent };
        }
    }
}

/// Sorts chunks, and makes one of those that meet.
pub(crate) fn merge(chunks: &mut Vec<Chunk>) {
    chunks.sort_unstable();
    let mut merged: Vec<Chunk> = Vec::with_capacity(chunks.len());
    for chunk in chunks.drain(..) {
        match merged.last_mut() {
            Some(last) if chunk.start <= last.end => last.end = last.end.max(chunk.end),
            _ => merged.push(chunk),
        }
    }
    *chunks = merged;
}

/// What two lists of chunks share. Both are in order and apart.
pub(crate) fn shared(a: &[Chunk], b: &[Chunk]) -> Vec<Chunk> {
    let (mut i, mut j, mut shared) = (0, 0, Vec::new());
    while let (Some(one), Some(other)) = (a.get(i), b.get(j)) {
        let both = Chunk { start: one.start.max(other.start), end: one.end.min(other.end) };
        if both.start < both.end {
            shared.push(both);
        }
        if one.end < other.end { i += 1 } else { j += 1 }
    }
    shared
}

/// Number of the first bin of a level (SAM specification, section 5.3).
fn first_bin(level: u32) -> u64 {
    ((1u64 << (3 * level)) - 1) / 7
}

/// The name of the index beside a VCF or BCF file (.tbi or .csi), and its contigs, before a record is read. `None` without an index, or
/// where it is older than the file or damaged.
pub(crate) fn current(file: &Path) -> Option<Index> {
    let written = modified(file)?;
    ["csi", "tbi"].iter().find_map(|ending| {
        let path = with_ending(file, ending);
        if modified(&path)? < written {
            return None;
        }
        guard(|| Index::open(&path)).ok()
    })
}

/// The longest list of contig names that is read, in bytes.
const MAX_NAMES: u64 = 64 << 20;

/// The names in the header of an index of text.
fn text_header(reader: &mut impl Read) -> io::Result<Vec<String>> {
    skip(reader, 24)?;
    let length = number(reader)?;
    let mut names = Vec::new();
    reader.take(length.min(MAX_NAMES)).read_to_end(&mut names)?;
    Ok(names.split(|&b| b == 0).map(|name| String::from_utf8_lossy(name).into_owned()).collect())
}

fn number(reader: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 4];
    reader.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes).into())
}

fn long(reader: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    reader.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

fn skip(reader: &mut impl Read, count: u64) -> io::Result<()> {
    if io::copy(&mut reader.take(count), &mut io::sink())? < count {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use noodles::csi::binning_index::index::reference_sequence::bin::Chunk as NoodlesChunk;

    use super::*;
    use crate::output::{
        Indexed,
        index::{IndexBuilder, IndexKind},
    };

    fn built(lines: Indexed, kind: IndexKind) -> Vec<u8> {
        let mut builder = IndexBuilder::new(lines, Some(kind)).expect("an index");
        let frame = [[0u8; 8].as_slice(), &[2, 0, 0, 0]].concat();
        for start in [5, 900_000] {
            let chunk = NoodlesChunk::new(VirtualPosition::from(start), VirtualPosition::from(start + 1));
            assert!(builder.add("chr2", &frame, Interval::new(start, start + 1), chunk).is_ok());
        }
        let (_, bytes) = builder.finish().expect("bytes");
        let mut plain = Vec::new();
        bgzf::io::Reader::new(&bytes[..]).read_to_end(&mut plain).expect("BGZF");
        plain
    }

    fn contigs(index: &Index) -> Vec<(Option<&str>, bool)> {
        index.contigs.iter().map(|contig| (contig.name.as_deref(), contig.has_records())).collect()
    }

    #[test]
    fn contigs_with_records_are_read_from_both_kinds() {
        for kind in [IndexKind::Tbi, IndexKind::Csi] {
            let plain = built(Indexed::Vcf, kind);
            let index = Index::parse(&plain[..]).expect("an index");
            assert_eq!(contigs(&index), [(Some("chr2"), true)]);
            for end in 0..plain.len() - 8 {
                assert!(Index::parse(&plain[..end]).is_err(), "{end}");
            }
            let found = |start: u64, end: u64| {
                let chunks = index.chunks(0, &[Interval::new(start, end)]);
                chunks.iter().map(|chunk| u64::from(chunk.start)).collect::<Vec<_>>()
            };
            assert_eq!((found(0, 10), found(899_000, 901_000)), (vec![5], vec![900_000]));
            assert_eq!((found(0, u64::MAX), found(200_000, 300_000)), (vec![5, 900_000], vec![]));
        }
        let plain = built(Indexed::Bcf(4), IndexKind::Csi);
        let index = Index::parse(&plain[..]).expect("an index");
        assert_eq!(contigs(&index), [(None, false), (None, false), (None, true), (None, false)]);
    }

    #[test]
    fn chunks_are_merged_and_intersected() {
        let list = |parts: &[(u64, u64)]| -> Vec<Chunk> {
            parts.iter().map(|&(start, end)| Chunk { start: start.into(), end: end.into() }).collect()
        };
        let mut chunks = list(&[(7, 9), (1, 4), (3, 5), (5, 6)]);
        merge(&mut chunks);
        assert_eq!(chunks, list(&[(1, 6), (7, 9)]));
        assert_eq!(shared(&chunks, &list(&[(0, 2), (4, 8), (8, 20)])), list(&[(1, 2), (4, 6), (7, 8), (8, 9)]));
    }
}
