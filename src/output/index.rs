//! The index beside a BGZF output: tabix (.tbi) or CSI.
//!
//! Both are made from the same parts: bins of chunks, and the linear index, which holds for every 16 kb of a contig where the
//! first record lies that reaches into them. A .tbi file holds the linear index itself. In a CSI file every bin has the entry
//! of its first 16 kb (`loffset`), as htslib derives it: a reader that begins there misses no long record of a larger bin.
//!
//! The files are written by hand, since noodles writes an index from one structure that holds every contig: 750 bytes each, and there may
//! be a million. Here a contig is encoded and compressed when its last record has come, and what comes before it in the file is put
//! there in the end: BGZF blocks can be joined.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    io::{self, Write},
};

use noodles::{
    bgzf,
    core::Position,
    csi::binning_index::{
        Indexer, ReferenceSequence as _,
        index::{
            ReferenceSequence,
            reference_sequence::{bin::Chunk, index::LinearIndex},
        },
    },
};

use crate::genome::Interval;

/// The longest contig a .tbi index can hold (SAM specification, section 5.2).
pub(crate) const TBI_MAX: u64 = 1 << 29;

/// Bases of the smallest bin, as a power of two.
const MIN_SHIFT: u8 = 14;

/// Levels of bins below the largest one: six reach 4 Gb (CSI specification).
const DEPTH: u8 = 6;

/// Levels of a .tbi.
const TBI_DEPTH: u8 = 5;

/// The longest contig that bins of that depth can hold.
const MAX: u64 = 1 << 32;

/// What kind of lines an index is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Indexed {
    /// Not at all.
    No,
    /// contig, 0-based start, end in columns 1 to 3.
    Bed,
    /// VCF.
    Vcf,
    /// BCF, which has its contigs' names in its header alone: how many there are.
    Bcf(usize),
}

/// Which index file is written beside a BGZF output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum IndexKind {
    /// tabix (.tbi): contigs up to 512 Mb.
    Tbi,
    /// CSI (.csi): contigs up to 4 Gb.
    Csi,
}

/// What columns of lines hold, as tabix has it (tabix specification): its kind, and the columns of contig, start and end.
type Columns = [i32; 4];

/// Zero-based, half-open.
const BED: Columns = [0x10000, 1, 2, 3];

const VCF: Columns = [2, 1, 2, 0];

/// Encoded contigs.
enum Encoded {
    /// Of lines, in the order in which they came: compressed, for each kind of index that it may become.
    Lines { columns: Columns, tbi: Option<Blocks>, csi: Option<Blocks> },
    /// Of BCF, by the header's numbers, which need not be the order in which they came: number, and where its bytes end; and how many
    /// contigs the header has.
    Numbered { bytes: Vec<u8>, ends: Vec<(usize, usize)>, count: usize },
}

/// Names of contigs, in the order in which they came, as an index has them: each with a NUL behind it. Of a million, a string each would
/// take as much memory as all else.
#[derive(Default)]
struct Names {
    text: String,
    /// Where each begins. An index has no room for more than 2 GiB of names: `finish` says so.
    starts: Vec<u32>,
    /// By the hash of the name, or, where another name has it, by the next number.
    ids: HashMap<u32, u32>,
    hasher: RandomState,
}

impl Names {
    fn get(&self, id: usize) -> Option<&str> {
        let end = self.starts.get(id + 1).map_or(self.text.len(), |&next| next as usize);
        self.text.get(*self.starts.get(id)? as usize..end.checked_sub(1)?)
    }

    fn last(&self) -> Option<&str> {
        self.get(self.starts.len().checked_sub(1)?)
    }

    fn count(&self) -> usize {
        self.starts.len()
    }

    /// The key of a name, and whether it is there.
    fn find(&self, name: &str) -> (u32, bool) {
        // Half of the hash: entries of eight bytes.
        let mut key = (self.hasher.hash_one(name) >> 32) as u32;
        while let Some(&id) = self.ids.get(&key) {
            if self.get(id as usize) == Some(name) {
                return (key, true);
            }
            key = key.wrapping_add(1);
        }
        (key, false)
    }

    fn has(&self, name: &str) -> bool {
        self.find(name).1
    }

    fn push(&mut self, name: &str) {
        if let (free, false) = self.find(name)
            && let Ok(id) = u32::try_from(self.starts.len())
        {
            self.ids.insert(free, id);
        }
        self.starts.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        self.text.push_str(name);
        self.text.push('\0');
    }
}

type Blocks = bgzf::io::Writer<Vec<u8>>;

/// An index in the making.
pub(crate) struct IndexBuilder {
    /// Of the contig in work.
    indexer: Indexer<LinearIndex>,
    /// The number of the contig in work, in the header of BCF.
    number: usize,
    names: Names,
    encoded: Encoded,
    kind: Option<IndexKind>,
    /// The largest position that a record reaches.
    reach: u64,
}

/// Why a record has no place in an index, and what to do about it.
pub(crate) struct Unindexable {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<&'static str>,
}

impl IndexBuilder {
    /// For lines or records. Without a kind it is .tbi if all records lie within its range, else CSI; of BCF it is always CSI.
    /// None for what is not indexed.
    pub(crate) fn new(lines: Indexed, kind: Option<IndexKind>) -> Option<Self> {
        let blocks = |may_be: IndexKind| kind.is_none_or(|kind| kind == may_be).then(|| Blocks::new(Vec::new()));
        let of_lines = |columns| Encoded::Lines { columns, tbi: blocks(IndexKind::Tbi), csi: blocks(IndexKind::Csi) };
        let (encoded, kind) = match lines {
            Indexed::No => return None,
            Indexed::Bed => (of_lines(BED), kind),
            Indexed::Vcf => (of_lines(VCF), kind),
            Indexed::Bcf(count) => {
                (Encoded::Numbered { bytes: Vec::new(), ends: Vec::new(), count }, Some(IndexKind::Csi))
            }
        };
        Some(Self { indexer: indexer()?, number: 0, names: Names::default(), encoded, kind, reach: 0 })
    }

    /// Adds a record: its contig, its bytes (of BCF), where it lies, and where it is in the file. Records of a contig come one after the
    /// other.
    pub(crate) fn add(
        &mut self,
        contig: &str,
        bytes: &[u8],
        interval: Interval,
        chunk: Chunk,
    ) -> Result<(), Unindexable> {
        let failed = |error: &dyn std::fmt::Display| Unindexable { message: format!("index: {error}"), hint: None };
        if self.names.last() != Some(contig) {
            self.end_contig().map_err(|error| failed(&error))?;
            self.names.push(contig);
            let number = bytes.get(8..).and_then(|bytes| bytes.first_chunk()).map_or(0, |b| u32::from_le_bytes(*b));
            self.number = number as usize;
        }
        let (most, what, hint) = match self.kind {
            Some(IndexKind::Tbi) => (TBI_MAX, "a .tbi index can hold (512 Mb)", Some("use --index csi")),
            _ => (MAX, "an index can hold (4 Gb)", None),
        };
        if interval.start >= most {
            return Err(Unindexable { message: format!("{} is beyond what {what}", interval.show(contig)), hint });
        }
        let end = interval.end.max(interval.one_based_start()).min(most);
        self.reach = self.reach.max(end);
        let position = |number: u64| Position::try_from(number as usize);
        let first = position(interval.one_based_start()).map_err(|error| failed(&error))?;
        let last = position(end).map_err(|error| failed(&error))?;
        self.indexer.add_record(Some((0, first, last, true)), chunk).map_err(|error| failed(&error))
    }

    /// Whether a contig has come.
    pub(crate) fn has(&self, contig: &str) -> bool {
        self.names.has(contig)
    }

    /// Encodes the contig in work, if there is one.
    fn end_contig(&mut self) -> io::Result<()> {
        if self.names.last().is_none() {
            return Ok(());
        }
        let next = indexer().ok_or(io::ErrorKind::InvalidInput)?;
        let built = std::mem::replace(&mut self.indexer, next).build(1);
        let contig = &built.reference_sequences()[0];
        match &mut self.encoded {
            Encoded::Lines { tbi, csi, .. } => {
                if self.reach > TBI_MAX && csi.is_some() {
                    *tbi = None;
                }
                let mut bytes = Vec::new();
                for (blocks, kind) in [(tbi, IndexKind::Tbi), (csi, IndexKind::Csi)] {
                    if let Some(blocks) = blocks {
                        bytes.clear();
                        encode(contig, kind, &mut bytes)?;
                        blocks.write_all(&bytes)?;
                    }
                }
            }
            Encoded::Numbered { bytes, ends, .. } => {
                encode(contig, IndexKind::Csi, bytes)?;
                ends.push((self.number, bytes.len()));
            }
        }
        Ok(())
    }

    /// What the file's name ends in, and its bytes.
    pub(crate) fn finish(mut self) -> io::Result<(&'static str, Vec<u8>)> {
        self.end_contig()?;
        let mut head = Vec::new();
        let (columns, tbi, csi) = match self.encoded {
            Encoded::Lines { columns, tbi, csi } => (columns, tbi, csi),
            Encoded::Numbered { bytes, mut ends, count } => {
                let mut start = 0;
                let mut parts: Vec<(usize, &[u8])> = Vec::new();
                for (number, end) in &mut ends {
                    parts.push((*number, &bytes[std::mem::replace(&mut start, *end)..*end]));
                }
                parts.sort_unstable_by_key(|(number, _)| *number);
                csi_head(&mut head, &[], count)?;
                let mut blocks = Blocks::new(Vec::new());
                let mut next = 0;
                for (number, part) in parts {
                    // No bins.
                    (next..number).try_for_each(|_| blocks.write_all(&[0; 4]))?;
                    blocks.write_all(part)?;
                    next = number + 1;
                }
                (next..count).try_for_each(|_| blocks.write_all(&[0; 4]))?;
                return joined("csi", &head, blocks);
            }
        };
        let count = i32::try_from(self.names.count()).map_err(io::Error::other)?;
        let names = i32::try_from(self.names.text.len()).map_err(io::Error::other)?;
        let mut text = Vec::new();
        // Lines that begin with # are none, and none is left out at the beginning.
        for number in columns.into_iter().chain([i32::from(b'#'), 0, names]) {
            text.extend_from_slice(&number.to_le_bytes());
        }
        text.extend_from_slice(self.names.text.as_bytes());
        match (tbi, csi) {
            (Some(blocks), _) if self.reach <= TBI_MAX || self.kind == Some(IndexKind::Tbi) => {
                head.extend_from_slice(b"TBI\x01");
                head.extend_from_slice(&count.to_le_bytes());
                head.extend_from_slice(&text);
                joined("tbi", &head, blocks)
            }
            (_, Some(blocks)) => {
                csi_head(&mut head, &text, self.names.count())?;
                joined("csi", &head, blocks)
            }
            (_, None) => Err(io::Error::other("there is no index of that kind")),
        }
    }
}

fn indexer() -> Option<Indexer<LinearIndex>> {
    Indexer::new(MIN_SHIFT, DEPTH)
}

/// What a CSI file begins with (CSI specification): how bins are made, what lines hold (of BCF nothing), how many contigs there are.
fn csi_head(head: &mut Vec<u8>, lines: &[u8], count: usize) -> io::Result<()> {
    let (length, count) = (i32::try_from(lines.len()), i32::try_from(count));
    let (length, count) = (length.map_err(io::Error::other)?, count.map_err(io::Error::other)?);
    head.extend_from_slice(b"CSI\x01");
    for number in [i32::from(MIN_SHIFT), i32::from(DEPTH), length] {
        head.extend_from_slice(&number.to_le_bytes());
    }
    head.extend_from_slice(lines);
    head.extend_from_slice(&count.to_le_bytes());
    Ok(())
}

/// An index file: what it begins with, its contigs, and how many records have no place: none.
fn joined(ending: &'static str, head: &[u8], mut contigs: Blocks) -> io::Result<(&'static str, Vec<u8>)> {
    contigs.write_all(&0u64.to_le_bytes())?;
    let contigs = contigs.finish()?;
    let mut blocks = Blocks::new(Vec::with_capacity(contigs.len() + head.len() / 2));
    blocks.write_all(head)?;
    // Ends the block, and not the file.
    blocks.flush()?;
    let mut bytes = blocks.get_ref().clone();
    bytes.extend_from_slice(&contigs);
    Ok((ending, bytes))
}

/// Appends a contig as a file has it: its bins with their chunks and, of .tbi, the linear index.
fn encode(contig: &ReferenceSequence<LinearIndex>, kind: IndexKind, bytes: &mut Vec<u8>) -> io::Result<()> {
    let csi = kind == IndexKind::Csi;
    let number = |bytes: &mut Vec<u8>, number: usize| -> io::Result<()> {
        bytes.extend_from_slice(&u32::try_from(number).map_err(io::Error::other)?.to_le_bytes());
        Ok(())
    };
    let wide = |bytes: &mut Vec<u8>, number: u64| bytes.extend_from_slice(&number.to_le_bytes());
    number(bytes, contig.bins().len() + usize::from(contig.metadata().is_some()))?;
    for (&bin, chunks) in contig.bins() {
        let (level, at) = level_of(bin);
        // A .tbi has one level less: its largest bin is the first of those of 512 Mb.
        number(bytes, if csi { bin } else { first_of(level.saturating_sub(1)) + at })?;
        if csi {
            let first = contig.index().get(at << (3 * (DEPTH - level))).copied().unwrap_or_default();
            wide(bytes, first.into());
        }
        number(bytes, chunks.chunks().len())?;
        for chunk in chunks.chunks() {
            wide(bytes, chunk.start().into());
            wide(bytes, chunk.end().into());
        }
    }
    if let Some(counts) = contig.metadata() {
        // One after the last bin but one (SAM specification, section 5.2).
        number(bytes, first_of(if csi { DEPTH } else { TBI_DEPTH } + 1) + 1)?;
        if csi {
            wide(bytes, 0);
        }
        number(bytes, 2)?;
        wide(bytes, counts.start_position().into());
        wide(bytes, counts.end_position().into());
        wide(bytes, counts.mapped_record_count());
        wide(bytes, counts.unmapped_record_count());
    }
    if !csi {
        number(bytes, contig.index().len())?;
        contig.index().iter().for_each(|&first| wide(bytes, first.into()));
    }
    Ok(())
}

/// Number of the first bin of a level: bins are numbered from the largest one down (SAM specification, section 5.3).
fn first_of(level: u8) -> usize {
    ((1 << (3 * level)) - 1) / 7
}

/// Level of a bin, and its place in it.
fn level_of(bin: usize) -> (u8, usize) {
    let level = (0..=DEPTH).rev().find(|level| first_of(*level) <= bin).unwrap_or(0);
    (level, bin - first_of(level))
}

#[cfg(test)]
mod tests {
    use noodles::{
        bgzf::VirtualPosition,
        csi::{self, BinningIndex},
        tabix,
    };

    use super::*;

    /// Short and long records of two contigs, sorted: contig, start, end.
    fn records() -> Vec<(usize, u64, u64)> {
        let mut random = fastrand::Rng::with_seed(7);
        let mut records: Vec<(usize, u64, u64)> = (0..4000)
            .map(|_| {
                let length = match random.u8(0..20) {
                    0 => random.u64(1..40_000_000),
                    1..4 => random.u64(1..300_000),
                    _ => random.u64(1..50),
                };
                let start = random.u64(0..60_000_000);
                (random.usize(0..2), start, start + length)
            })
            .collect();
        records.sort_unstable();
        records
    }

    /// Records of 3,000 bytes, in blocks of 64 kb.
    fn chunk(at: usize) -> Chunk {
        let place =
            |at: usize| VirtualPosition::try_from((at as u64 / 20 * 30_000, (at % 20 * 3000) as u16)).expect("a place");
        Chunk::new(place(at), place(at + 1))
    }

    fn built(lines: Indexed, kind: Option<IndexKind>) -> (&'static str, Vec<u8>) {
        let mut builder = IndexBuilder::new(lines, kind).expect("an index");
        for (at, &(contig, start, end)) in records().iter().enumerate() {
            let frame = [vec![0; 8], (contig as u32).to_le_bytes().to_vec()].concat();
            let added = builder.add(["a", "b"][contig], &frame, Interval::new(start, end), chunk(at));
            assert!(added.is_ok());
        }
        builder.finish().expect("bytes")
    }

    #[test]
    fn no_bin_begins_after_a_record_that_overlaps_it() {
        for lines in [Indexed::Vcf, Indexed::Bcf(2)] {
            let (ending, bytes) = built(lines, Some(IndexKind::Csi));
            assert_eq!(ending, "csi");
            let index = csi::io::Reader::new(&bytes[..]).read_index().expect("an index");
            for (contig, found) in index.reference_sequences().iter().enumerate() {
                assert!(found.bins().len() > 300);
                for bin in found.bins().keys() {
                    let (level, at) = level_of(*bin);
                    let width = 1 << (14 + 3 * (DEPTH - level));
                    let (from, to) = (at as u64 * width, (at as u64 + 1) * width);
                    let overlaps = |(_, record): &(usize, &(usize, u64, u64))| {
                        record.0 == contig && record.1 < to && record.2 > from
                    };
                    let first = records().iter().enumerate().find(overlaps).map(|(at, _)| chunk(at).start());
                    assert_eq!(found.index().get(bin).copied(), first, "bin {bin} of contig {contig}");
                }
            }
        }
    }

    #[test]
    fn every_record_of_a_region_lies_in_its_chunks() {
        let records = records();
        let (_, csi) = built(Indexed::Vcf, Some(IndexKind::Csi));
        let (ending, tbi) = built(Indexed::Vcf, None);
        assert_eq!(ending, "tbi");
        let indices: [Box<dyn BinningIndex>; 2] = [
            Box::new(csi::io::Reader::new(&csi[..]).read_index().expect("an index")),
            Box::new(tabix::io::Reader::new(&tbi[..]).read_index().expect("an index")),
        ];
        let mut random = fastrand::Rng::with_seed(8);
        for _ in 0..300 {
            let (contig, start) = (random.usize(0..2), random.u64(0..61_000_000));
            let end = start + random.u64(1..100_000);
            let position = |number: u64| Position::try_from(number as usize).expect("a position");
            for index in &indices {
                let chunks = index.query(contig, (position(start + 1)..=position(end)).into()).expect("chunks");
                for (at, record) in records.iter().enumerate() {
                    if record.0 == contig && record.1 < end && record.2 > start {
                        let place = chunk(at).start();
                        assert!(chunks.iter().any(|c| c.start() <= place && place < c.end()), "{contig}:{start}-{end}");
                    }
                }
            }
        }
    }

    #[test]
    fn names_are_found_and_keep_their_order() {
        let mut names = Names::default();
        assert!(names.last().is_none() && !names.has(""));
        for name in ["chr1", "chr10", "", "é:1-5"] {
            assert!(!names.has(name), "{name}");
            names.push(name);
            assert!(names.has(name) && names.last() == Some(name), "{name}");
        }
        assert!(names.has("chr1") && !names.has("chr") && !names.has("chr1\0chr10"));
        assert_eq!((names.count(), names.get(1), names.get(4)), (4, Some("chr10"), None));
    }

    #[test]
    fn the_kind_follows_from_how_far_records_reach() {
        let of = |kind, interval| {
            let mut builder = IndexBuilder::new(Indexed::Bed, kind).expect("an index");
            builder.add("a", b"", interval, chunk(0)).map_err(|why| why.message)?;
            builder.finish().map(|(ending, _)| ending).map_err(|error| error.to_string())
        };
        assert_eq!(of(None, Interval::new(TBI_MAX - 1, TBI_MAX)).as_deref(), Ok("tbi"));
        assert_eq!(of(None, Interval::new(TBI_MAX - 1, TBI_MAX + 1)).as_deref(), Ok("csi"));
        assert_eq!(of(Some(IndexKind::Tbi), Interval::new(5, TBI_MAX + 1)).as_deref(), Ok("tbi"));
        assert_eq!(of(Some(IndexKind::Csi), Interval::new(5, 1 << 40)).as_deref(), Ok("csi"));
        let beyond = of(Some(IndexKind::Tbi), Interval::new(TBI_MAX, TBI_MAX + 1)).expect_err("beyond");
        assert_eq!(beyond, "a:536,870,913-536,870,913 is beyond what a .tbi index can hold (512 Mb)");
    }
}
