//! The index beside a CRAM file (.crai), and whether it belongs to the file.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use noodles::cram::crai;

use super::super::beside::{warn_if_older, with_ending};
use crate::{
    error::{Error, Result, describe},
    genome::Contigs,
};

/// The index beside a file; `None` where there is none. An index of another file is an error.
pub(super) fn beside(path: &Path, contigs: &Contigs) -> Result<Option<PathBuf>> {
    let Some(index) =
        [with_ending(path, "crai"), path.with_extension("crai")].into_iter().find(|index| index.is_file())
    else {
        return Ok(None);
    };
    warn_if_older(&index, path);
    let hint = "index the file again: samtools index";
    let records = crai::fs::read(&index).map_err(|error| {
        Error::input(index.display(), format!("the index is damaged: {}", describe(&error))).with_hint(hint)
    })?;
    let length = path.metadata().map_err(|error| Error::read(path, &error))?.len();
    let foreign = |why: &str| {
        Error::input(index.display(), format!("this index does not belong to {} ({why})", path.display()))
            .with_hint(hint)
    };
    if records.iter().any(|record| record.offset() >= length) {
        return Err(foreign("it points past the end of the file"));
    }
    if records.iter().any(|record| record.reference_sequence_id().is_some_and(|id| id >= contigs.count())) {
        return Err(foreign("it has contigs that the file does not have"));
    }
    let first = first_container(path).map_err(|error| Error::input(path.display(), describe(&error)))?;
    let begin = records.iter().map(crai::Record::offset).min();
    match (first, begin) {
        (None, None) => {}
        (Some(_), None) => return Err(foreign("it has no reads, but the file has")),
        (Some((place, contig)), Some(begin)) if place == begin => {
            // -2: reads of several contigs.
            let other = |record: &crai::Record| {
                let own = record.reference_sequence_id().map_or(-1, |id| i32::try_from(id).unwrap_or(i32::MAX));
                record.offset() == begin && own != contig
            };
            if contig != -2 && records.iter().any(other) {
                return Err(foreign("its first reads lie on another contig than those of the file"));
            }
        }
        _ => return Err(foreign("it does not begin where the reads of the file begin")),
    }
    Ok(Some(index))
}

/// The offset of the first container with reads, and the number of its contig (CRAM specification 3.1, sections 6 and 7). By hand,
/// because noodles decodes whole containers, which needs the reference.
fn first_container(path: &Path) -> io::Result<Option<(u64, i32)>> {
    let mut reader = BufReader::new(File::open(path)?);
    let mut definition = [0; 26];
    reader.read_exact(&mut definition)?;
    let has_checksum = definition[4] >= 3;
    // The first container holds the header.
    let mut length = [0; 4];
    reader.read_exact(&mut length)?;
    for most in [ITF8, ITF8, ITF8, ITF8, LTF8, LTF8, ITF8] {
        integer(&mut reader, most)?;
    }
    for _ in 0..integer(&mut reader, ITF8)? {
        integer(&mut reader, ITF8)?;
    }
    let rest = i64::from(i32::from_le_bytes(length)) + if has_checksum { 4 } else { 0 };
    let place = reader.seek(SeekFrom::Current(rest))?;
    if reader.fill_buf()?.is_empty() {
        return Ok(None);
    }
    reader.read_exact(&mut length)?;
    let mut next = || integer(&mut reader, ITF8);
    let (contig, _start, _span, records) = (next()?, next()?, next()?, next()?);
    // The end mark has no reads.
    Ok((records > 0).then_some((place, contig)))
}

/// The most bytes that follow the first byte of an integer in ITF8 and in LTF8.
const ITF8: usize = 4;
const LTF8: usize = 8;

/// An integer (CRAM specification, section 2.3): as many bytes follow the first as it has leading ones. The value of a long integer
/// in LTF8 is not right, and not needed here.
fn integer(reader: &mut impl Read, most: usize) -> io::Result<i32> {
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
