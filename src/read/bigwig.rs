//! bigWig tracks, which merging and reports read. bigtools allocates memory for any size that a file gives, so the sizes are compared
//! with the length of the file first (Kent and others 2010, supplementary tables 5 to 16).

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

use bigtools::{BigWigRead, utils::reopen::ReopenableFile};

use crate::error::{Error, Result, guard};

/// An open track.
pub(crate) type Track = BigWigRead<ReopenableFile>;

/// The largest block of values that is decompressed, in bytes: bigtools and UCSC's programs write some ten thousand.
const MAX_BLOCK: u32 = 64 << 20;

/// Opens a track.
pub(crate) fn open(path: &Path) -> Result<Track> {
    let read = guard(|| {
        check(File::open(path)?)?;
        BigWigRead::open_file(path).map_err(io::Error::other)
    });
    read.map_err(|error| Error::input(path.display(), format!("not a bigWig file: {error}")))
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is damaged: a size in it is larger than the file")
}

/// Reads the sizes of a file.
struct Sizes {
    file: BufReader<File>,
    length: u64,
    /// The number of nodes that may still be read: a damaged tree may be circular.
    nodes: u64,
}

/// Checks that all sizes fit the file.
fn check(file: File) -> io::Result<()> {
    let length = file.metadata()?.len();
    let mut sizes = Sizes { file: BufReader::new(file), length, nodes: length / 4 };
    let header: [u8; 64] = sizes.at(0)?;
    // The other byte order, which this program never writes, is not supported.
    if u32_of(&header, 0) != 0x888f_fc26 {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it does not begin with the magic number"));
    }
    let (contigs, index) = (u64_of(&header, 8), u64_of(&header, 24));
    if u32_of(&header, 52) > MAX_BLOCK {
        return Err(damaged());
    }
    let tree: [u8; 32] = sizes.at(contigs)?;
    let (key, count) = (u64::from(u32_of(&tree, 8)), u64_of(&tree, 16));
    if key == 0 || count.checked_mul(key + 8).is_none_or(|bytes| bytes > length) {
        return Err(damaged());
    }
    sizes.contigs(contigs + 32, key)?;
    sizes.blocks(index)?;
    for zoom in 0..u64::from(u16::from_le_bytes([header[6], header[7]])) {
        let summary: [u8; 24] = sizes.at(64 + 24 * zoom)?;
        sizes.blocks(u64_of(&summary, 16))?;
    }
    Ok(())
}

impl Sizes {
    /// The bytes at an offset.
    fn at<const N: usize>(&mut self, offset: u64) -> io::Result<[u8; N]> {
        if offset.checked_add(N as u64).is_none_or(|end| end > self.length) {
            return Err(damaged());
        }
        self.file.seek(SeekFrom::Start(offset))?;
        let mut bytes = [0; N];
        self.file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// The node at an offset: whether it is a leaf, and its number of items.
    fn node(&mut self, offset: u64) -> io::Result<(bool, u64)> {
        self.nodes = self.nodes.checked_sub(1).ok_or_else(damaged)?;
        let [kind, _, low, high] = self.at(offset)?;
        if kind > 1 {
            return Err(damaged());
        }
        Ok((kind == 1, u16::from_le_bytes([low, high]).into()))
    }

    /// Checks the tree of contig names: all nodes lie in the file.
    fn contigs(&mut self, root: u64, key: u64) -> io::Result<()> {
        let mut open = vec![root];
        while let Some(offset) = open.pop() {
            let (is_leaf, count) = self.node(offset)?;
            if offset + 4 + count * (key + 8) > self.length {
                return Err(damaged());
            }
            for item in 0..if is_leaf { 0 } else { count } {
                open.push(u64::from_le_bytes(self.at(offset + 4 + item * (key + 8) + key)?));
            }
        }
        Ok(())
    }

    /// Checks the tree of an index: all blocks of values lie in the file.
    fn blocks(&mut self, index: u64) -> io::Result<()> {
        let mut open = vec![index.checked_add(48).ok_or_else(damaged)?];
        while let Some(offset) = open.pop() {
            let (is_leaf, count) = self.node(offset)?;
            for item in 0..count {
                if is_leaf {
                    let place: [u8; 16] = self.at(offset + 4 + 32 * item + 16)?;
                    let (start, size) = (u64_of(&place, 0), u64_of(&place, 8));
                    if start.checked_add(size).is_none_or(|end| end > self.length) {
                        return Err(damaged());
                    }
                } else {
                    open.push(u64::from_le_bytes(self.at(offset + 4 + 24 * item + 16)?));
                }
            }
        }
        Ok(())
    }
}

fn u32_of(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte))
}

fn u64_of(bytes: &[u8], at: usize) -> u64 {
    bytes[at..at + 8].iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}
