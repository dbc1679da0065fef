//! The index beside a BGZF output: tabix (.tbi) or CSI.
//!
//! Both are made from the same parts: bins of chunks, and the linear index, which holds for every 16 kb of a contig where the
//! first record lies that reaches into them. A .tbi file holds the linear index itself. In a CSI file every bin has the entry
//! of its first 16 kb (`loffset`), as htslib derives it: a reader that begins there misses no long record of a larger bin.

use std::io;

use noodles::{
    core::Position,
    csi::{
        self,
        binning_index::{
            self, ReferenceSequence as _,
            index::{
                Header, ReferenceSequence,
                header::Builder,
                reference_sequence::{
                    bin::Chunk,
                    index::{BinnedIndex, LinearIndex},
                },
            },
        },
    },
    tabix,
};

use super::Indexed;
use crate::genome::Interval;

/// The longest contig a .tbi index can hold (SAM specification, section 5.2).
pub const TBI_MAX: u64 = 1 << 29;

/// Bases of the smallest bin, as a power of two.
const MIN_SHIFT: u8 = 14;

/// Levels of bins below the largest one: six reach 4 Gb (CSI specification). A .tbi has five.
const DEPTH: u8 = 6;

/// The longest contig that bins of that depth can hold.
const MAX: u64 = 1 << 32;

/// Which index file is written beside a BGZF output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum IndexKind {
    /// tabix (.tbi): contigs up to 512 Mb.
    Tbi,
    /// CSI (.csi): contigs up to 4 Gb.
    Csi,
}

/// How the contigs of an output are known.
enum Contigs {
    /// By name, in the order in which they came.
    Named(Box<Header>, Vec<String>),
    /// By the header's numbers (BCF), in the order in which they came, which need not be the header's; and how many it has.
    Numbered(Vec<usize>, usize),
}

/// An index in the making.
pub struct IndexBuilder {
    indexer: binning_index::Indexer<LinearIndex>,
    contigs: Contigs,
    kind: Option<IndexKind>,
    /// The largest position that a record reaches.
    reach: u64,
}

/// Why a record has no place in an index, and what to do about it.
pub struct Unindexable {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<&'static str>,
}

impl IndexBuilder {
    /// For lines or records. Without a kind it is .tbi if all records lie within its range, else CSI; of BCF it is always CSI.
    /// None for what is not indexed.
    pub fn new(lines: Indexed, kind: Option<IndexKind>) -> Option<Self> {
        let (contigs, kind) = match lines {
            Indexed::No => return None,
            Indexed::Bed => (Contigs::Named(Box::new(Builder::bed().build()), Vec::new()), kind),
            Indexed::Vcf => (Contigs::Named(Box::new(Builder::vcf().build()), Vec::new()), kind),
            Indexed::Bcf(count) => (Contigs::Numbered(Vec::new(), count), Some(IndexKind::Csi)),
        };
        let indexer = binning_index::Indexer::new(MIN_SHIFT, DEPTH)?;
        Some(Self { indexer, contigs, kind, reach: 0 })
    }

    /// Adds a record: its contig, its bytes (of BCF), where it lies, and where it is in the file.
    pub fn add(&mut self, contig: &str, bytes: &[u8], interval: Interval, chunk: Chunk) -> Result<(), Unindexable> {
        let at = match &mut self.contigs {
            Contigs::Named(_, names) => {
                if names.last().is_none_or(|name| name != contig) {
                    names.push(contig.into());
                }
                names.len() - 1
            }
            Contigs::Numbered(numbers, _) => {
                let number = bytes.get(8..).and_then(|bytes| bytes.first_chunk()).map_or(0, |b| u32::from_le_bytes(*b));
                if numbers.last() != Some(&(number as usize)) {
                    numbers.push(number as usize);
                }
                numbers.len() - 1
            }
        };
        let (most, what, hint) = match self.kind {
            Some(IndexKind::Tbi) => (TBI_MAX, "a .tbi index can hold (512 Mb)", Some("use --index csi")),
            _ => (MAX, "an index can hold (4 Gb)", None),
        };
        if interval.start >= most {
            return Err(Unindexable { message: format!("{} is beyond what {what}", interval.show(contig)), hint });
        }
        let end = interval.end.max(interval.one_based_start()).min(most);
        self.reach = self.reach.max(end);
        let failed = |error: &dyn std::fmt::Display| Unindexable { message: format!("index: {error}"), hint: None };
        let position = |number: u64| Position::try_from(number as usize);
        let first = position(interval.one_based_start()).map_err(|error| failed(&error))?;
        let last = position(end).map_err(|error| failed(&error))?;
        self.indexer.add_record(Some((at, first, last, true)), chunk).map_err(|error| failed(&error))
    }

    /// What the file's name ends in, and its bytes.
    pub fn finish(self) -> io::Result<(&'static str, Vec<u8>)> {
        let fits = self.reach <= TBI_MAX;
        let kind = self.kind.unwrap_or(if fits { IndexKind::Tbi } else { IndexKind::Csi });
        let came = match &self.contigs {
            Contigs::Named(_, names) => names.len(),
            Contigs::Numbered(numbers, _) => numbers.len(),
        };
        // One more than came: what an index says of a contig without records.
        let built = self.indexer.build(came + 1);
        let found = built.reference_sequences();
        let header = match self.contigs {
            Contigs::Named(mut header, names) => {
                *header.reference_sequence_names_mut() =
                    names.into_iter().map(|name| name.into_bytes().into()).collect();
                header
            }
            Contigs::Numbered(numbers, count) => {
                let mut ordered = vec![binned(&found[came]); count];
                for (number, contig) in numbers.into_iter().zip(found) {
                    ordered[number] = binned(contig);
                }
                return csi_bytes(None, ordered);
            }
        };
        match kind {
            IndexKind::Csi => csi_bytes(Some(*header), found[..came].iter().map(binned).collect()),
            IndexKind::Tbi => {
                let index = tabix::Index::builder()
                    .set_header(*header)
                    .set_reference_sequences(found[..came].iter().map(linear).collect())
                    .set_unplaced_unmapped_record_count(0)
                    .build();
                let mut bytes = Vec::new();
                let mut writer = tabix::io::Writer::new(&mut bytes);
                writer.write_index(&index)?;
                writer.try_finish()?;
                drop(writer);
                Ok(("tbi", bytes))
            }
        }
    }
}

fn csi_bytes(
    header: Option<Header>,
    contigs: Vec<ReferenceSequence<BinnedIndex>>,
) -> io::Result<(&'static str, Vec<u8>)> {
    let mut index = csi::Index::builder()
        .set_min_shift(MIN_SHIFT)
        .set_depth(DEPTH)
        .set_reference_sequences(contigs)
        .set_unplaced_unmapped_record_count(0);
    if let Some(header) = header {
        index = index.set_header(header);
    }
    let mut bytes = Vec::new();
    let mut writer = csi::io::Writer::new(&mut bytes);
    writer.write_index(&index.build())?;
    writer.into_inner().try_finish()?;
    Ok(("csi", bytes))
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

/// A contig as CSI has it.
fn binned(contig: &ReferenceSequence<LinearIndex>) -> ReferenceSequence<BinnedIndex> {
    let offset = |bin: usize| {
        let (level, at) = level_of(bin);
        contig.index().get(at << (3 * (DEPTH - level))).copied().unwrap_or_default()
    };
    let offsets = contig.bins().keys().map(|&bin| (bin, offset(bin))).collect();
    ReferenceSequence::new(contig.bins().clone(), offsets, contig.metadata().cloned())
}

/// A contig as .tbi has it: with one level less, whose largest bin is the first of those of 512 Mb.
fn linear(contig: &ReferenceSequence<LinearIndex>) -> ReferenceSequence<LinearIndex> {
    let renumbered = |(&bin, chunks): (&usize, &_)| {
        let (level, at) = level_of(bin);
        (first_of(level.saturating_sub(1)) + at, Clone::clone(chunks))
    };
    let bins = contig.bins().iter().map(renumbered).collect();
    ReferenceSequence::new(bins, contig.index().clone(), contig.metadata().cloned())
}

#[cfg(test)]
mod tests {
    use noodles::{bgzf::VirtualPosition, csi::BinningIndex};

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
