//! What is looked up in, or removed from, an alignment record.

use std::io;

use noodles::sam::{
    self,
    alignment::{RecordBuf, record::data::field::Tag},
};

use crate::{
    error::describe,
    genome::{Interval, interval::from_one_based},
};

/// An error of noodles with all its sources, which name the field or the tag.
pub(crate) fn describe_in_full(error: &io::Error) -> String {
    let mut text = describe(error);
    let mut source = error.get_ref().and_then(|inner| std::error::Error::source(inner));
    while let Some(inner) = source {
        let more = inner.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        source = inner.source();
    }
    text
}

/// Removes tags from a read. Other than noodles' `remove`, it keeps the order of the others.
pub(crate) fn remove_tags(record: &mut RecordBuf, tags: &[Tag]) {
    if record.data().keys().any(|tag| tags.contains(&tag)) {
        let data = std::mem::take(record.data_mut());
        *record.data_mut() = data.iter().filter(|(tag, _)| !tags.contains(tag)).map(|(t, v)| (t, v.clone())).collect();
    }
}

/// Checks that the CIGAR of a record has as many bases as its sequence. The error is the problem.
pub(super) fn check_lengths(record: &RecordBuf) -> Result<(), String> {
    let name = || record.name().map(ToString::to_string).unwrap_or_default();
    let operations = record.cigar().as_ref();
    let covered: u64 = operations.iter().filter(|op| op.kind().consumes_read()).map(|op| op.len() as u64).sum();
    let len = record.sequence().len() as u64;
    if !operations.is_empty() && len > 0 && covered != len {
        return Err(format!("read {} has {len} bases, but its CIGAR covers {covered}", name()));
    }
    Ok(())
}

/// The contig and interval that a record is aligned to; `None` for an unmapped record.
pub(crate) fn place_of(header: &sam::Header, record: &RecordBuf) -> Option<(String, Interval)> {
    if record.flags().is_unmapped() { None } else { indexed_place(header, record) }
}

/// The contig and interval by which a record is found in regions: an unmapped read is one base at its mate, as in samtools.
pub(super) fn indexed_place(header: &sam::Header, record: &RecordBuf) -> Option<(String, Interval)> {
    let (name, _) = record.reference_sequence(header)?.ok()?;
    let start = record.alignment_start()?.get() as u64;
    let end =
        if record.flags().is_unmapped() { start } else { record.alignment_end().map_or(start, |end| end.get() as u64) };
    Some((String::from_utf8_lossy(name).into_owned(), Interval::from_one_based(start, end.max(start))))
}

/// The aligned blocks of a read: first base on the read (0-based, in the order of the record), first base on the reference (0-based),
/// number of bases.
#[derive(Debug, Default)]
pub(crate) struct AlignedBlocks(Vec<(u64, u64, u64)>);

impl AlignedBlocks {
    /// By the CIGAR; no block for an unmapped read.
    pub(crate) fn of(record: &RecordBuf) -> Self {
        let Some(start) = record.alignment_start().filter(|_| !record.flags().is_unmapped()) else {
            return Self::default();
        };
        let (mut read, mut reference, mut blocks) = (0, from_one_based(start.get() as u64), Vec::new());
        for op in record.cigar().as_ref() {
            let (kind, len) = (op.kind(), op.len() as u64);
            if kind.consumes_read() && kind.consumes_reference() {
                blocks.push((read, reference, len));
            }
            read += if kind.consumes_read() { len } else { 0 };
            reference += if kind.consumes_reference() { len } else { 0 };
        }
        Self(blocks)
    }

    /// The position on the reference of the first aligned base among the bases of the read in `[start, end)`; `None` where no base is
    /// aligned.
    pub(crate) fn first_in(&self, start: u64, end: u64) -> Option<u64> {
        let next = self.0.partition_point(|&(read, _, len)| read + len <= start);
        let &(read, reference, _) = self.0.get(next)?;
        let first = read.max(start);
        (first < end).then(|| reference + first - read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use noodles::core::Position;
    use noodles::sam::alignment::record::cigar::{Op, op::Kind};

    #[test]
    fn the_first_aligned_base_of_an_interval_is_found() {
        let cigar = [
            (Kind::SoftClip, 2),
            (Kind::Match, 3),
            (Kind::Insertion, 2),
            (Kind::Match, 2),
            (Kind::Deletion, 4),
            (Kind::Match, 2),
            (Kind::SoftClip, 1),
        ];
        let record = RecordBuf::builder()
            .set_flags(sam::alignment::record::Flags::empty())
            .set_alignment_start(Position::try_from(101).expect("not zero"))
            .set_cigar(cigar.into_iter().map(|(kind, len)| Op::new(kind, len)).collect())
            .build();
        let blocks = AlignedBlocks::of(&record);
        let places: Vec<Option<u64>> = (0..12).map(|start| blocks.first_in(start, start + 1)).collect();
        let aligned = |place: u64| Some(place);
        let (none, clipped) = (None, None);
        let expected = [
            clipped,
            clipped,
            aligned(100),
            aligned(101),
            aligned(102),
            none,
            none,
            aligned(103),
            aligned(104),
            aligned(109),
            aligned(110),
            clipped,
        ];
        assert_eq!(places, expected);
        assert_eq!(
            [blocks.first_in(0, 12), blocks.first_in(5, 12), blocks.first_in(5, 7)],
            [Some(100), Some(103), None]
        );
    }
}
