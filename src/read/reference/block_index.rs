//! The index of the blocks of a BGZF file (`.gzi`), checked where it is used.

use std::io::{self, Read, Seek, SeekFrom};

use super::super::source::Source;

/// The `.gzi` beside a BGZF file. An index of another file, or of this file before it was changed, would give other bases, so each
/// block is checked before it is read.
pub(super) struct BlockIndex {
    file: Source,
    len: u64,
    /// Where each block begins in the file and in the decompressed bytes, and whether that has been checked.
    places: Vec<(u64, u64, bool)>,
}

impl BlockIndex {
    pub(super) fn new(file: Source, len: u64, index: &[(u64, u64)]) -> Self {
        let places = std::iter::once(&(0, 0)).chain(index).map(|&(at, first)| (at, first, false)).collect();
        Self { file, len, places }
    }

    /// The lengths of the block that begins at a place, compressed and decompressed; `None` where no block begins.
    fn block(&mut self, at: u64) -> io::Result<Option<(u64, u64)>> {
        let (mut head, mut size) = ([0u8; 18], [0u8; 4]);
        if at + head.len() as u64 > self.len {
            return Ok(None);
        }
        self.file.seek(SeekFrom::Start(at))?;
        self.file.read_exact(&mut head)?;
        let len = u64::from(u16::from_le_bytes([head[16], head[17]])) + 1;
        // SAM specification, section 4.1.
        if head[..4] != [0x1f, 0x8b, 8, 4] || head[12..14] != *b"BC" || len < 26 || at + len > self.len {
            return Ok(None);
        }
        self.file.seek(SeekFrom::Start(at + len - 4))?;
        self.file.read_exact(&mut size)?;
        Ok(Some((len, u64::from(u32::from_le_bytes(size)))))
    }

    /// Whether the blocks that hold these decompressed bytes lie where the index has them.
    pub(super) fn fits(&mut self, start: u64, end: u64) -> io::Result<bool> {
        let first = self.places.partition_point(|&(_, first, _)| first <= start).saturating_sub(1);
        for place in first..self.places.len() {
            let (at, begins, seen) = self.places[place];
            if begins >= end {
                break;
            }
            if seen {
                continue;
            }
            let Some((len, held)) = self.block(at)? else { return Ok(false) };
            match self.places.get(place + 1) {
                Some(&(next, first, _)) if (next, first) == (at + len, begins + held) => {}
                Some(_) => return Ok(false),
                // Only empty blocks may follow the last.
                None => {
                    let mut next = at + len;
                    while next < self.len {
                        let Some((len, 0)) = self.block(next)? else { return Ok(false) };
                        next += len;
                    }
                }
            }
            self.places[place].2 = true;
        }
        Ok(true)
    }
}
