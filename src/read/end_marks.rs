//! The blocks that mark the end of BGZF and CRAM files: a file without its mark is truncated.

use std::{
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use super::source::Source;
use crate::error::{Error, Result};

/// The empty block at the end of every BGZF file (SAM specification, section 4.1.2).
pub(crate) const BGZF_EOF: [u8; 28] = [
    0x1f, 0x8b, 0x08, 0x04, 0, 0, 0, 0, 0, 0xff, 0x06, 0, 0x42, 0x43, 0x02, 0, 0x1b, 0, 0x03, 0, 0, 0, 0, 0, 0, 0, 0, 0,
];

/// The last containers of CRAM files of version 3 and 2.1 (CRAM specification 3.1, section 9).
const CRAM_EOF: [&[u8]; 2] = [
    b"\x0f\0\0\0\xff\xff\xff\xff\x0f\xe0EOF\0\0\0\0\x01\0\x05\xbd\xd9O\0\x01\0\x06\x06\x01\0\x01\0\x01\0\xeec\x01K",
    b"\x0b\0\0\0\xff\xff\xff\xff\x0f\xe0EOF\0\0\0\0\x01\0\0\x01\0\x06\x06\x01\0\x01\0\x01\0",
];

/// Length of the longest end mark, in bytes.
pub(super) const LONGEST: usize = 38;

/// The message for a BGZF file without its end block.
pub(super) const NO_BGZF_EOF: &str = "the BGZF end block is missing: the file is truncated";

/// Whether the last bytes of a file ([`LONGEST`] of them) are those of a CRAM file.
pub(super) fn ends_as_cram(tail: &[u8]) -> bool {
    CRAM_EOF.iter().any(|mark| tail.ends_with(mark))
}

/// The message for a CRAM file without its end container.
pub(super) const NO_CRAM_EOF: &str = "the CRAM end container is missing: the file is truncated";

/// Refuses a BGZF file that does not end with the end block.
pub(super) fn require_end_block(path: &Path) -> Result<()> {
    require(path, BGZF_EOF.len(), |tail| tail.ends_with(&BGZF_EOF), NO_BGZF_EOF)
}

/// Refuses a CRAM file that does not end with the end container.
pub(super) fn require_cram_end(path: &Path) -> Result<()> {
    require(path, LONGEST, ends_as_cram, NO_CRAM_EOF)
}

/// Refuses a file whose last bytes, `most` of them, are not as wanted.
fn require(path: &Path, most: usize, is_end: impl Fn(&[u8]) -> bool, why: &str) -> Result<()> {
    let read = || -> io::Result<bool> {
        let mut file = Source::open(path)?;
        let length = file.known_length().unwrap_or(0).min(most as u64);
        file.seek(SeekFrom::End(-(length as i64)))?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail)?;
        Ok(is_end(&tail))
    };
    match read() {
        Ok(true) => Ok(()),
        Ok(false) => Err(Error::input(path.display(), why)),
        Err(error) => Err(Error::read(path, &error)),
    }
}
