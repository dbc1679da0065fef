//! The contigs on which records lie, from the index beside a VCF or BCF file (.tbi or .csi), before a record is read.
//!
//! An index that is missing, older than its file or damaged is ignored, so no result depends on it.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use noodles::bgzf;

use super::beside::{modified, with_ending};

/// A contig of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IndexedContig {
    /// Its name; `None` in an index of BCF, whose contigs are those of the header, in order.
    pub name: Option<String>,
    /// Whether records lie on it.
    pub has_records: bool,
}

/// The name of the index beside a file, and its contigs. `None` without an index, or where it is older than the file or damaged.
pub(crate) fn beside(file: &Path) -> Option<(String, Vec<IndexedContig>)> {
    let written = modified(file)?;
    ["csi", "tbi"].iter().find_map(|ending| {
        let path = with_ending(file, ending);
        if modified(&path)? < written {
            return None;
        }
        let reader = bgzf::io::Reader::new(BufReader::new(File::open(&path).ok()?));
        Some((path.display().to_string(), contigs(reader).ok()?))
    })
}

/// Checks that the index of a BAM file is not damaged: noodles would allocate as much memory as a damaged count asks for.
pub(crate) fn check(path: &Path) -> io::Result<()> {
    let mut file = BufReader::new(File::open(path)?);
    let packed = file.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    let read = if packed { contigs(bgzf::io::Reader::new(file)) } else { contigs(file) };
    read.map(drop).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData => {
            io::Error::new(io::ErrorKind::InvalidData, "the index is damaged")
        }
        _ => error,
    })
}

/// The longest list of contig names that is read, in bytes.
const MAX_NAMES: u64 = 64 << 20;

/// Reads an index (tabix and CSI specifications; for BAM, SAM specification, section 5.2). Memory grows with the bytes that are
/// read: a damaged count allocates nothing.
pub(crate) fn contigs(mut reader: impl Read) -> io::Result<Vec<IndexedContig>> {
    let mut magic = [0; 4];
    reader.read_exact(&mut magic)?;
    let (csi, depth, names, count);
    match &magic {
        b"TBI\x01" | b"BAI\x01" => {
            count = number(&mut reader)?;
            csi = false;
            depth = 5;
            names = if magic == *b"TBI\x01" { text_header(&mut reader)? } else { Vec::new() };
        }
        b"CSI\x01" => {
            skip(&mut reader, 4)?;
            depth = number(&mut reader)?;
            // 14 bits and 3 per level reach 2 Tb. Other readers allocate memory for every possible bin.
            if depth > 9 {
                return Err(io::ErrorKind::InvalidData.into());
            }
            let length = number(&mut reader)?;
            csi = true;
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
    let bins = ((1u64 << (3 * (depth + 1))) - 1) / 7;
    let mut contigs = Vec::new();
    for at in 0..count {
        let mut has_records = false;
        for _ in 0..number(&mut reader)? {
            has_records |= number(&mut reader)? < bins;
            skip(&mut reader, if csi { 8 } else { 0 })?;
            let chunks = number(&mut reader)?;
            skip(&mut reader, 16 * chunks)?;
        }
        if !csi {
            let windows = number(&mut reader)?;
            skip(&mut reader, 8 * windows)?;
        }
        contigs.push(IndexedContig { name: names.get(at as usize).cloned(), has_records });
    }
    Ok(contigs)
}

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

fn skip(reader: &mut impl Read, count: u64) -> io::Result<()> {
    if io::copy(&mut reader.take(count), &mut io::sink())? < count {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use noodles::{bgzf::VirtualPosition, csi::binning_index::index::reference_sequence::bin::Chunk};

    use super::*;
    use crate::{
        genome::Interval,
        output::{
            Indexed,
            index::{IndexBuilder, IndexKind},
        },
    };

    fn built(lines: Indexed, kind: IndexKind) -> Vec<u8> {
        let mut builder = IndexBuilder::new(lines, Some(kind)).expect("an index");
        let frame = [[0u8; 8].as_slice(), &[2, 0, 0, 0]].concat();
        for start in [5, 900_000] {
            let chunk = Chunk::new(VirtualPosition::from(start), VirtualPosition::from(start + 1));
            assert!(builder.add("chr2", &frame, Interval::new(start, start + 1), chunk).is_ok());
        }
        let (_, bytes) = builder.finish().expect("bytes");
        let mut plain = Vec::new();
        bgzf::io::Reader::new(&bytes[..]).read_to_end(&mut plain).expect("BGZF");
        plain
    }

    #[test]
    fn contigs_with_records_are_read_from_both_kinds() {
        let named = |name: Option<&str>, has_records| IndexedContig { name: name.map(String::from), has_records };
        for kind in [IndexKind::Tbi, IndexKind::Csi] {
            let plain = built(Indexed::Vcf, kind);
            assert_eq!(contigs(&plain[..]).expect("contigs"), [named(Some("chr2"), true)]);
            for end in 0..plain.len() - 8 {
                assert!(contigs(&plain[..end]).is_err(), "{end}");
            }
        }
        let plain = built(Indexed::Bcf(4), IndexKind::Csi);
        let expected = [false, false, true, false].map(|has_records| named(None, has_records));
        assert_eq!(contigs(&plain[..]).expect("contigs"), expected);
    }
}
