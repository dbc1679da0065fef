//! Where the records of a file lie, from its index (.bai, .csi, .tbi): how many bytes begin before a position, and how many records there
//! are. The file itself is not read.

use std::path::{Path, PathBuf};

use super::{index::Index, source::Source};
use crate::{
    address::{with_ending, with_other_ending},
    error::{Error, Result},
};

/// Offsets are multiplied by this, so that places within one block differ.
pub(crate) const FINE: u64 = 256;

/// Bytes of a block of BGZF whose length the index does not show.
const USUAL_BLOCK: u64 = 20 << 10;

/// Bytes of an uncompressed block, the most that there are.
const BLOCK: u64 = 1 << 16;

/// An index.
pub(crate) struct Offsets {
    /// Its file.
    pub path: PathBuf,
    /// The contigs, in its order.
    pub contigs: Vec<ContigOffsets>,
    /// Records without a position, where the index says so.
    pub unplaced: Option<u64>,
    /// Where blocks begin, as far as the index shows it; sorted.
    blocks: Vec<u64>,
    /// Bytes of the file.
    pub length: u64,
}

/// A contig of an index.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct ContigOffsets {
    /// Its name; `None` in the index of BAM and BCF, whose contigs are those of the header.
    pub name: Option<String>,
    /// Position and virtual offset, both growing: of the records on the contig, those before the offset begin before the position.
    pub points: Vec<(u64, u64)>,
    /// Number of records, where the index says so.
    pub records: Option<u64>,
}

impl Offsets {
    /// Of the index beside a file: the first of the endings that there is. `None` without one.
    pub(crate) fn beside(file: &Path, endings: &[&str]) -> Result<Option<Self>> {
        let names: Vec<PathBuf> =
            endings.iter().flat_map(|ending| [with_ending(file, ending), with_other_ending(file, ending)]).collect();
        let Some(index) = Index::first_of(&names, file, &format!("index {} again", file.display()))? else {
            return Ok(None);
        };
        let length = Source::open(file).map_err(|error| Error::read(file, &error))?.known_length().unwrap_or(0);
        let contigs: Vec<ContigOffsets> = index
            .contigs
            .iter()
            .map(|contig| {
                let points = contig.extent().filter(|extent| extent.start < extent.end).map(|extent| {
                    let points = index.points(contig).into_iter().map(|(at, offset)| (at, u64::from(offset)));
                    rising(points.collect(), extent.start.into(), extent.end.into())
                });
                ContigOffsets { name: contig.name.clone(), points: points.unwrap_or_default(), records: contig.records }
            })
            .collect();
        let mut blocks: Vec<u64> =
            contigs.iter().flat_map(|contig| &contig.points).map(|(_, offset)| offset >> 16).collect();
        blocks.sort_unstable();
        blocks.dedup();
        Ok(Some(Self { path: index.path, contigs, unplaced: index.unplaced, blocks, length }))
    }

    /// Bytes of the file before a virtual offset, in units of 1 / [`FINE`].
    pub(crate) fn bytes(&self, offset: u64) -> u64 {
        let (start, within) = (offset >> 16, offset & 0xffff);
        let next = self.blocks.partition_point(|&block| block <= start);
        let end = self.blocks.get(next).copied().unwrap_or(self.length).max(start);
        let block = if end - start <= BLOCK { end - start } else { USUAL_BLOCK };
        start * FINE + within * block * FINE / BLOCK
    }

    /// The last offset at which a record begins on a contig, given by its number, and no later than a position; as far as the index shows.
    pub(crate) fn before(&self, number: usize, position: u64) -> Option<u64> {
        let points = &self.contigs.get(number)?.points;
        let at = points.partition_point(|point| point.0 <= position);
        Some(points.get(at.checked_sub(1)?)?.1)
    }

    /// Where the records that have a position end.
    pub(crate) fn end(&self) -> Option<u64> {
        self.contigs.iter().filter_map(|contig| contig.points.last()).map(|(_, offset)| *offset).max()
    }
}

/// The points in order. Each says that so many bytes at least begin before its position: of records that reach over several bins an index
/// shows less than there is.
fn rising(mut points: Vec<(u64, u64)>, first: u64, last: u64) -> Vec<(u64, u64)> {
    points.push((0, first));
    points.sort_unstable();
    let (mut rising, mut most) = (Vec::<(u64, u64)>::new(), first);
    for (position, offset) in points {
        most = most.max(offset.min(last));
        // Where nothing begins, the first and the last position are kept.
        let is_flat = matches!(rising[..], [.., (_, before), (_, last)] if before == most && last == most);
        match rising.last_mut() {
            Some(last) if last.0 == position => last.1 = most,
            Some(last) if is_flat => last.0 = position,
            _ => rising.push((position, most)),
        }
    }
    if let Some(&(position, offset)) = rising.last()
        && offset < last
    {
        rising.push((position + 1, last));
    }
    rising
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_rise_and_keep_gaps() {
        let points = vec![(16, 50), (32, 0), (48, 0), (64, 0), (80, 90)];
        assert_eq!(rising(points, 10, 100), [(0, 10), (16, 50), (64, 50), (80, 90), (81, 100)]);
    }
}
