//! Reads a file on a server by position: 64 KiB after a seek, and blocks that double while it reads on, so that a region of a large
//! file costs little, and a whole file few requests.

use std::{
    fmt,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
    sync::Arc,
};

use super::{
    super::version::Version,
    http,
    kept::{Block, Counted, FIRST, longest},
    object::{Object, Opened},
};

/// An open file on a server.
pub(crate) struct Remote {
    object: Arc<Object>,
    bytes: Bytes,
    at: u64,
    /// The end of the part that may be read.
    end: u64,
    _counted: Counted,
}

enum Bytes {
    /// Nothing has been asked for.
    Unopened,
    /// The last block, and the length of the next one, if it follows it.
    Blocks(Option<Arc<Block>>, u64),
    /// From a server that sends whole files only, and the place that it has come to.
    Stream(Box<dyn Read + Send + Sync>, u64),
}

impl Remote {
    /// Opens a file.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut remote = Self::of(Object::of(path)?, 0, u64::MAX);
        remote.begin()?;
        Ok(remote)
    }

    /// A part of the file of an address, from `start` on to before `end`, whose requests have these headers. Opened when it is read.
    pub(super) fn part(url: &str, headers: Vec<(String, String)>, start: u64, end: u64) -> Self {
        Self::of(Object::with_headers(url, headers), start, end)
    }

    fn of(object: Arc<Object>, at: u64, end: u64) -> Self {
        Self { object, bytes: Bytes::Unopened, at, end, _counted: Counted::new() }
    }

    fn begin(&mut self) -> io::Result<()> {
        if matches!(self.bytes, Bytes::Unopened) {
            self.bytes = match self.object.open(self.at, (self.end != u64::MAX).then_some(self.end))? {
                Opened::Blocks(first) => Bytes::Blocks(first, FIRST),
                Opened::Stream(reader) => Bytes::Stream(reader, self.at),
            };
        }
        Ok(())
    }

    /// An error if the end of the part has not been reached.
    pub(super) fn check_end(&self) -> io::Result<()> {
        let end = if self.end == u64::MAX { self.object.length().unwrap_or(self.at) } else { self.end };
        if self.at == end {
            return Ok(());
        }
        Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            format!("a part of it ends at byte {}, and should end at byte {end}", self.at),
        ))
    }

    /// The length in bytes, where the server gives it.
    pub(crate) fn length(&self) -> Option<u64> {
        self.object.length()
    }

    /// What tells this version of the file from another.
    pub(crate) fn version(&self) -> Version {
        self.object.version().unwrap_or_default()
    }
}

impl Read for Remote {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.begin()?;
        let end = self.object.length().unwrap_or(u64::MAX).min(self.end);
        let wanted = (end.saturating_sub(self.at)).min(buffer.len() as u64) as usize;
        if wanted == 0 {
            return Ok(0);
        }
        let count = match &mut self.bytes {
            Bytes::Unopened => 0,
            Bytes::Blocks(last, next) => {
                let block = match last.take().filter(|block| block.contains(self.at) || block.end() == self.at) {
                    Some(block) if block.contains(self.at) => block,
                    follows => {
                        *next = if follows.is_some() { (*next * 2).min(longest()).max(FIRST) } else { FIRST };
                        self.object.block(self.at, (*next).min(end - self.at))?
                    }
                };
                let block = &**last.insert(block);
                let from = (self.at - block.start) as usize;
                let count = wanted.min(block.bytes.len() - from);
                buffer[..count].copy_from_slice(&block.bytes[from..from + count]);
                count
            }
            Bytes::Stream(reader, place) => {
                if *place > self.at {
                    return Err(io::Error::other(
                        "the server does not answer range requests, which random access needs; download the file first",
                    ));
                }
                let ahead = self.at - *place;
                let skipped = io::copy(&mut reader.by_ref().take(ahead), &mut io::sink()).map_err(http::body_error)?;
                *place += skipped;
                let count = reader.read(&mut buffer[..wanted]).map_err(http::body_error)?;
                // Nothing was wanted past the end.
                if (count == 0 || skipped < ahead) && end != u64::MAX {
                    return Err(io::Error::other(format!(
                        "the server closed the connection after {place} of {end} bytes, and does not answer range requests"
                    )));
                }
                *place += count as u64;
                count
            }
        };
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Remote {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let unknown = || io::Error::other("the server does not give the length of the file");
        let (base, offset) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::Current(offset) => (self.at, offset),
            SeekFrom::End(offset) => (self.length().ok_or_else(unknown)?, offset),
        };
        let before = || io::Error::new(io::ErrorKind::InvalidInput, "a seek to before the start of the file");
        self.at = base.checked_add_signed(offset).ok_or_else(before)?;
        Ok(self.at)
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address may hold a key.
        f.debug_struct("Remote").field("at", &self.at).finish_non_exhaustive()
    }
}
