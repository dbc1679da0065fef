//! The tags MD and NM of reads whose CRAM file does not store them, since they follow from the reference.

use std::io;

use noodles::sam::{
    self,
    alignment::{
        RecordBuf,
        record::{cigar::op::Kind, data::field::Tag},
        record_buf::data::field::Value,
    },
};

use super::super::reference::Reference;
use crate::genome::{Interval, interval::from_one_based};

/// Adds MD and NM to a record that does not have them, as htslib does.
pub(super) fn add_differences(
    header: &sam::Header,
    record: &mut RecordBuf,
    reference: &mut Reference,
) -> io::Result<()> {
    const MD: Tag = Tag::MISMATCHED_POSITIONS;
    const NM: Tag = Tag::EDIT_DISTANCE;
    if record.flags().is_unmapped() || record.sequence().is_empty() || record.cigar().as_ref().is_empty() {
        return Ok(());
    }
    let (has_md, has_nm) = (record.data().get(&MD).is_some(), record.data().get(&NM).is_some());
    if has_md && has_nm {
        return Ok(());
    }
    let (Some(Ok((name, _))), Some(start)) = (record.reference_sequence(header), record.alignment_start()) else {
        return Ok(());
    };
    let name = String::from_utf8_lossy(name).into_owned();
    let Some(id) = reference.contigs().id(&name) else { return Ok(()) };
    let length = reference.contigs().get(&name).map_or(0, |contig| contig.len);
    let span: u64 =
        record.cigar().as_ref().iter().filter(|op| op.kind().consumes_reference()).map(|op| op.len() as u64).sum();
    let start = from_one_based(start.get() as u64);
    let mut bases = Vec::new();
    let interval = Interval::new(start.min(length), (start + span).min(length));
    reference.fetch(id, interval, &mut bases).map_err(|error| io::Error::other(error.to_string()))?;
    bases.make_ascii_uppercase();
    let (md, nm) = md_and_nm(record, &bases);
    if !has_md {
        record.data_mut().insert(MD, Value::String(md.into()));
    }
    if !has_nm {
        record.data_mut().insert(NM, Value::Int32(nm));
    }
    Ok(())
}

/// MD and NM of a read (SAM tags specification, section 1.1), compared with the bases of the reference that it is aligned to.
fn md_and_nm(record: &RecordBuf, reference: &[u8]) -> (String, i32) {
    let sequence: &[u8] = record.sequence().as_ref();
    let (mut md, mut same, mut nm) = (String::new(), 0u32, 0i32);
    let (mut at, mut below) = (0usize, 0usize);
    for op in record.cigar().as_ref() {
        let len = op.len();
        match op.kind() {
            Kind::Match | Kind::SequenceMatch | Kind::SequenceMismatch => {
                for _ in 0..len {
                    let base = sequence.get(at).copied().unwrap_or(b'N').to_ascii_uppercase();
                    match reference.get(below) {
                        Some(&other) if base == other => same += 1,
                        Some(&other) => {
                            md.push_str(&format!("{same}{}", char::from(other)));
                            (same, nm) = (0, nm + 1);
                        }
                        // Past the end of the contig there is nothing to compare with.
                        None => {}
                    }
                    (at, below) = (at + 1, below + 1);
                }
            }
            Kind::Deletion => {
                md.push_str(&format!("{same}^"));
                let end = (below + len).min(reference.len());
                md.push_str(&String::from_utf8_lossy(&reference[below.min(end)..end]));
                (same, nm, below) = (0, nm + len as i32, below + len);
            }
            Kind::Skip => below += len,
            Kind::Insertion => (nm, at) = (nm + len as i32, at + len),
            Kind::SoftClip => at += len,
            Kind::HardClip | Kind::Pad => {}
        }
    }
    md.push_str(&same.to_string());
    (md, nm)
}
