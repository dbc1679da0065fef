//! The index beside a BAM file (.bai or .csi), and whether it belongs to the file.
//!
//! An index that is older than its file is a warning, as in samtools. An index that is damaged or of another file would hide reads, so
//! it is refused.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

use noodles::{
    bam, bgzf,
    bgzf::VirtualPosition,
    core::Position,
    csi::{
        self, BinningIndex,
        binning_index::{
            Index,
            index::reference_sequence::{self, bin::Chunk},
            merge_chunks,
        },
    },
};

use super::beside::{warn_if_older, with_ending};
use crate::{
    error::{Error, Result, describe, guard},
    genome::{Contigs, Interval},
};

/// The hint for an index that cannot be used.
const MAKE_ANEW: &str = "index the file again: samtools index";

/// An index.
pub(super) struct BamIndex {
    path: PathBuf,
    kind: Kind,
}

enum Kind {
    Bai(bam::bai::Index),
    Csi(csi::Index),
}

impl BamIndex {
    /// The index beside a file, `None` without one; `.csi` comes before `.bai`, as in samtools.
    pub(super) fn beside(path: &Path) -> Result<Option<Self>> {
        for ending in ["csi", "bai"] {
            for beside in [with_ending(path, ending), path.with_extension(ending)] {
                if beside.is_file() {
                    warn_if_older(&beside, path);
                    let failed = |error: io::Error| {
                        Error::input(beside.display(), format!("the index is damaged: {}", describe(&error)))
                            .with_hint(MAKE_ANEW)
                    };
                    super::index::check(&beside).map_err(failed)?;
                    let kind = if ending == "bai" {
                        Kind::Bai(guard(|| bam::bai::fs::read(&beside)).map_err(failed)?)
                    } else {
                        Kind::Csi(guard(|| csi::fs::read(&beside)).map_err(failed)?)
                    };
                    return Ok(Some(Self { path: beside, kind }));
                }
            }
        }
        Ok(None)
    }

    /// The parts of the file that hold the records that overlap the intervals, in the order of the file.
    pub(super) fn chunks(&self, contig: usize, length: u64, intervals: &[Interval]) -> Result<Vec<Chunk>> {
        let mut chunks = Vec::new();
        for interval in intervals {
            let (Ok(start), Ok(end)) = (
                Position::try_from(interval.one_based_start() as usize),
                Position::try_from(interval.end.min(length) as usize),
            ) else {
                continue;
            };
            if start > end {
                continue;
            }
            let found = guard(|| match &self.kind {
                Kind::Bai(index) => index.query(contig, (start..=end).into()),
                Kind::Csi(index) => index.query(contig, (start..=end).into()),
            });
            chunks.extend(
                found.map_err(|error| Error::input(self.path.display(), describe(&error)).with_hint(MAKE_ANEW))?,
            );
        }
        chunks.sort_by_key(|chunk| chunk.start());
        Ok(if chunks.is_empty() { chunks } else { merge_chunks(&chunks) })
    }

    /// Refuses an index of another file: it must have as many contigs as the file, and its first and last offset must be where the
    /// mapped reads begin and end. `reader` is at the first record.
    pub(super) fn check(
        &self,
        reader: &mut bgzf::io::Reader<BufReader<File>>,
        file: &Path,
        contigs: &Contigs,
    ) -> Result<()> {
        let foreign = |why: &str| {
            Error::input(self.path.display(), format!("this index does not belong to {} ({why})", file.display()))
                .with_hint(MAKE_ANEW)
        };
        let (count, offsets) = match &self.kind {
            Kind::Bai(index) => (index.reference_sequences().len(), offsets(index)),
            Kind::Csi(index) => (index.reference_sequences().len(), offsets(index)),
        };
        // An index of samtools has all contigs.
        if count != contigs.count() {
            return Err(foreign(&format!("it has {count} contigs, the file {}", contigs.count())));
        }
        let first = first_record(reader).map_err(|error| Error::input(file.display(), describe(&error)))?;
        let placed = first.as_deref().is_some_and(is_placed);
        let Some((begin, end)) = offsets else {
            return if placed { Err(foreign("it has no reads, but the file has")) } else { Ok(()) };
        };
        let moved = |_: io::Error| foreign("its offsets are not those of the file");
        let length = file.metadata().map_err(|error| Error::read(file, &error))?.len();
        if end.compressed() > length {
            return Err(foreign("it points past the end of the file"));
        }
        reader.seek(begin).map_err(moved)?;
        if first_record(reader).map_err(moved)? != first {
            return Err(foreign("it does not begin where the reads of the file begin"));
        }
        reader.seek(end).map_err(moved)?;
        match first_record(reader).map_err(moved)? {
            Some(next) if is_placed(&next) => Err(foreign("the file has reads that are not in it")),
            _ => Ok(()),
        }
    }
}

/// The first and the last offset of an index.
fn offsets<I>(index: &Index<I>) -> Option<(VirtualPosition, VirtualPosition)>
where
    I: reference_sequence::Index,
{
    let chunks =
        || index.reference_sequences().iter().flat_map(|contig| contig.bins().values()).flat_map(|bin| bin.chunks());
    let begin = chunks().map(|chunk| chunk.start()).min()?;
    Some((begin, chunks().map(|chunk| chunk.end()).max()?))
}

/// The first bytes of the next record, which hold its place and its name.
fn first_record(reader: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(64).read_to_end(&mut bytes)?;
    Ok((!bytes.is_empty()).then_some(bytes))
}

/// Whether the number of its contig, which follows the length (SAM specification, section 4.2), is not −1.
fn is_placed(record: &[u8]) -> bool {
    record.get(4..8).is_some_and(|id| id != [0xff; 4])
}
