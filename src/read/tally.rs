//! What is counted while an input is read: its bytes, their SHA-256, and its last bytes, which hold the end mark.

use std::{
    io::{self, BufRead, Read},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{
    end_marks::{self, BGZF_EOF},
    format::{Compression, Format},
};
use crate::{address::without_secrets, digest::hex};

/// An input, as the manifest lists it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct InputReport {
    /// The path, as the user wrote it.
    #[serde(serialize_with = "lossy")]
    pub path: PathBuf,
    /// Its format.
    pub format: Format,
    /// Its compression.
    pub compression: Compression,
    /// Bytes read from it, before decompression.
    pub bytes: u64,
    /// Length of the file in bytes; `None` for standard input and pipes.
    pub size: Option<u64>,
    /// SHA-256 of the file; `None` where it was not read from start to end, or digests are not wanted.
    pub sha256: Option<String>,
    /// The entity tag of a file on a server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Of a shard: SHA-256 of a sample of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_sha256: Option<String>,
    /// The index that a part of it was read by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<IndexReport>,
    /// The library that read it, for a format that more than one can read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reader: Option<String>,
}

/// An index that a part of an input was read by.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct IndexReport {
    /// Its path.
    #[serde(serialize_with = "lossy")]
    pub path: PathBuf,
    /// Of a shard: SHA-256 of the index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// Serializes a path as text; bytes that are not UTF-8 are replaced, and so are the secret parts of an address.
pub(crate) fn lossy<S: serde::Serializer>(path: &Path, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(&without_secrets(&path.to_string_lossy()))
}

/// Counts of an input that is being read.
struct Counts {
    /// `None`: it is not wanted.
    hash: Option<Sha256>,
    bytes: u64,
    tail: Vec<u8>,
    ended: bool,
    /// Only parts of it are read, by an index.
    in_parts: bool,
    /// The index.
    index: Option<PathBuf>,
}

/// What has been read from an input so far. Clones share the counts: the reader adds to them, and the manifest takes them.
#[derive(Clone)]
pub(super) struct Tally(Arc<Mutex<Counts>>);

impl Tally {
    /// Of an input from which nothing has been read.
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Counts {
            hash: Some(Sha256::new()),
            bytes: 0,
            tail: Vec::new(),
            ended: false,
            in_parts: false,
            index: None,
        })))
    }

    /// Bytes read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.lock().bytes
    }

    /// Bytes read so far, and the SHA-256 of the input if they are all of it.
    pub(super) fn bytes_and_sha256(&self) -> (u64, Option<String>) {
        let counts = self.lock();
        let whole = counts.ended && !counts.in_parts;
        let hash = counts.hash.as_ref().filter(|_| whole);
        (counts.bytes, hash.map(|hash| hex(&hash.clone().finalize())))
    }

    /// Does not hash what is read from here on, nor what was read.
    pub(super) fn skip_digest(&self) {
        self.lock().hash = None;
    }

    /// Whether what is read is hashed.
    pub(super) fn has_digest(&self) -> bool {
        self.lock().hash.is_some()
    }

    /// Adds bytes of a part that was read by an index.
    pub(super) fn add_part(&self, count: u64) {
        let mut counts = self.lock();
        counts.bytes += count;
        counts.in_parts = true;
    }

    /// Notes the index that a part is read by.
    pub(super) fn read_by(&self, index: &Path) {
        self.lock().index = Some(index.into());
    }

    /// The index that a part was read by.
    pub(super) fn index(&self) -> Option<IndexReport> {
        self.lock().index.clone().map(|path| IndexReport { path, sha256: None })
    }

    /// Whether the bytes read so far end with the end mark of CRAM.
    pub(super) fn ends_as_cram(&self) -> bool {
        end_marks::ends_as_cram(&self.lock().tail)
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        // A poisoned lock means a panic, which fails the run anyway.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts and hashes the bytes that are read through it.
pub(super) struct Counting<R> {
    pub(super) inner: R,
    pub(super) tally: Tally,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let mut counts = self.tally.lock();
        if count == 0 {
            counts.ended = counts.ended || !buffer.is_empty();
        } else {
            if let Some(hash) = &mut counts.hash {
                hash.update(&buffer[..count]);
            }
            counts.bytes += count as u64;
            let keep = count.min(end_marks::LONGEST);
            counts.tail.extend_from_slice(&buffer[count - keep..count]);
            let extra = counts.tail.len().saturating_sub(end_marks::LONGEST);
            counts.tail.drain(..extra);
        }
        Ok(count)
    }
}

/// A decompressed BGZF stream that ends with an error if the end block is missing.
pub(super) struct EndChecked<R> {
    pub(super) inner: R,
    pub(super) tally: Tally,
}

impl<R: BufRead> EndChecked<R> {
    fn check(&self) -> io::Result<()> {
        if self.tally.lock().tail.ends_with(&BGZF_EOF) {
            Ok(())
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidData, end_marks::NO_BGZF_EOF))
        }
    }
}

impl<R: BufRead> Read for EndChecked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if count == 0 && !buffer.is_empty() {
            self.check()?;
        }
        Ok(count)
    }
}

impl<R: BufRead> BufRead for EndChecked<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.inner.fill_buf()?.is_empty() {
            self.check()?;
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.inner.consume(count);
    }
}

/// Returns the share of a file that has been read, from 0 to 1.
pub(crate) type Share = Box<dyn Fn() -> f64 + Send>;
