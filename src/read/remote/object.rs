//! A file on a server: its length and version, and blocks of its bytes.
//!
//! All that a process opens of one address is one object, so that a file that changes between two requests is found out, and headers
//! and indices that are read twice are fetched once, if they are still kept.

use std::{
    collections::HashMap,
    io::{self, Read},
    path::Path,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
};

use ureq::http::header::{ETAG, LAST_MODIFIED};

use super::{
    super::version::Version,
    http::{self, Failure, Reply, tried},
    kept::{Block, FIRST, LONGEST, Number, kept, number},
    s3,
};
use crate::address::{Scheme, scheme};

/// A file of a server without range requests is kept in memory up to this length, and else read from start to end only.
const WHOLE: u64 = 32 << 20;

/// Where requests go.
enum Target {
    Http(String),
    S3(s3::Key),
}

/// The version that an answer is of.
fn version(reply: &Reply, length: Option<u64>) -> Version {
    let text = |name| reply.header(name).map(str::to_string);
    Version { length, etag: text(ETAG), modified: text(LAST_MODIFIED) }
}

/// What is known of a file.
#[derive(Default)]
struct Known {
    version: Option<Version>,
    /// Whether the server has answered a range request as it should.
    has_ranges: bool,
}

/// A file on a server.
pub(super) struct Object {
    number: Number,
    target: Target,
    headers: Vec<(String, String)>,
    known: Mutex<Known>,
}

impl Drop for Object {
    fn drop(&mut self) {
        kept().forget(self.number);
    }
}

/// How the bytes of a file come.
pub(super) enum Opened {
    /// By blocks; the first of them, where it had to be fetched. It is all of the file where the server has no range requests.
    Blocks(Option<Arc<Block>>),
    /// From start to end only, from a byte on.
    Stream(Box<dyn Read + Send + Sync>),
}

impl Object {
    /// The object of an address.
    pub(super) fn of(path: &Path) -> io::Result<Arc<Self>> {
        static OBJECTS: LazyLock<Mutex<HashMap<String, Arc<Object>>>> = LazyLock::new(Mutex::default);
        let invalid = || io::Error::new(io::ErrorKind::InvalidInput, "the address is not valid (not UTF-8)");
        let address = path.to_str().ok_or_else(invalid)?;
        let mut objects = OBJECTS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(object) = objects.get(address) {
            return Ok(Arc::clone(object));
        }
        let (target, headers) = match scheme(path) {
            Some(Scheme::S3) => (Target::S3(s3::Key::of(address)?), Vec::new()),
            _ => {
                let (url, login) = http::without_login(address.split('#').next().unwrap_or(address));
                (Target::Http(url), login.into_iter().collect())
            }
        };
        let object = Arc::new(Self { number: number(), target, headers, known: Mutex::default() });
        objects.insert(address.into(), Arc::clone(&object));
        Ok(object)
    }

    /// The object of an address with headers for its requests.
    pub(super) fn with_headers(url: &str, headers: Vec<(String, String)>) -> Arc<Self> {
        Arc::new(Self { number: number(), target: Target::Http(url.into()), headers, known: Mutex::default() })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The version, once something has been read.
    pub(super) fn version(&self) -> Option<Version> {
        self.known().version.clone()
    }

    /// The length, where it is known.
    pub(super) fn length(&self) -> Option<u64> {
        self.known().version.as_ref().and_then(|version| version.length)
    }

    /// One request.
    fn get(&self, range: Option<(u64, u64)>) -> Result<Reply, Failure> {
        match &self.target {
            Target::Http(url) => http::get(url, &self.headers, range),
            Target::S3(key) => key.get(range),
        }
    }

    /// Compares the version of an answer with that of those before it.
    fn check(&self, found: Version) -> Result<(), Failure> {
        let mut known = self.known();
        match &known.version {
            Some(before) => match before.difference(&found) {
                Some(difference) => Err(changed(&difference)),
                None => Ok(()),
            },
            None => {
                known.version = Some(found);
                Ok(())
            }
        }
    }

    /// Opens the file at a byte: finds its length and version, if that has not been done.
    pub(super) fn open(&self, at: u64, limit: Option<u64>) -> io::Result<Opened> {
        let has_ranges = {
            let known = self.known();
            known.has_ranges && known.version.as_ref().is_some_and(|version| version.length.is_some())
        };
        let block = kept().find(self.number, at);
        if has_ranges || block.is_some() {
            return Ok(Opened::Blocks(block));
        }
        let last = limit.map_or(u64::MAX, |end| end.saturating_sub(1)).min(at + FIRST - 1);
        tried(|| {
            let mut reply = self.get(Some((at, last)))?;
            match (reply.status.as_u16(), reply.content_range()) {
                (206, Some((Some((first, last)), Some(length)))) if first == at => {
                    self.check(version(&reply, Some(length)))?;
                    let block = self.take(&mut reply, at, last)?;
                    self.known().has_ranges = true;
                    Ok(Opened::Blocks(Some(block)))
                }
                (416, Some((_, Some(length)))) => {
                    self.check(version(&reply, Some(length)))?;
                    self.known().has_ranges = true;
                    Ok(Opened::Blocks(None))
                }
                (206, Some((_, None))) => self.open_stream(self.get(None)?, at),
                (200, _) => self.open_stream(reply, at),
                _ => Err(nonsense(&reply)),
            }
        })
    }

    /// An answer with the whole file: a server without range requests.
    fn open_stream(&self, mut reply: Reply, at: u64) -> Result<Opened, Failure> {
        if reply.status.as_u16() != 200 {
            return Err(nonsense(&reply));
        }
        let length = reply.content_length();
        self.check(version(&reply, length))?;
        let is_long = length.is_some_and(|length| length > WHOLE);
        let (bytes, failure) = http::read_body(&mut reply.body, if is_long { 0 } else { WHOLE + 1 });
        if let Some(failure) = failure {
            return Err(failure);
        }
        if !is_long && bytes.len() as u64 <= WHOLE {
            if length.is_some_and(|length| length != bytes.len() as u64) {
                return Err(Failure::transient("the server closed the connection too early"));
            }
            if let Some(version) = &mut self.known().version {
                version.length = Some(bytes.len() as u64);
            }
            return Ok(Opened::Blocks(Some(self.keep(Block::new(0, bytes)))));
        }
        let mut all = io::Cursor::new(bytes).chain(reply.body);
        io::copy(&mut (&mut all).take(at), &mut io::sink()).map_err(http::body_error)?;
        Ok(Opened::Stream(Box::new(all)))
    }

    /// Reads the bytes of an answer, which are those from `first` to `last`, and keeps them. An answer that ends early is kept up to
    /// there.
    fn take(&self, reply: &mut Reply, first: u64, last: u64) -> Result<Arc<Block>, Failure> {
        let count = (last + 1).saturating_sub(first);
        if count > LONGEST {
            return Err(nonsense(reply));
        }
        let (bytes, failure) = http::read_body(&mut reply.body, count);
        if bytes.is_empty() && count > 0 {
            return Err(failure.unwrap_or_else(|| Failure::transient("the server sent nothing")));
        }
        Ok(self.keep(Block::new(first, bytes)))
    }

    fn keep(&self, block: Arc<Block>) -> Arc<Block> {
        kept().keep(self.number, Arc::clone(&block));
        block
    }

    /// A block that contains a byte of the file. If it must be fetched, it begins there and has up to `count` bytes.
    pub(super) fn block(&self, at: u64, count: u64) -> io::Result<Arc<Block>> {
        let found = kept().find(self.number, at);
        if let Some(block) = found {
            return Ok(block);
        }
        tried(|| {
            let mut reply = self.get(Some((at, at + count - 1)))?;
            match (reply.status.as_u16(), reply.content_range()) {
                (206, Some((Some((first, last)), length))) if first == at => {
                    self.check(version(&reply, length))?;
                    self.take(&mut reply, at, last)
                }
                (416, Some((_, length))) => {
                    self.check(version(&reply, length))?;
                    Err(nonsense(&reply))
                }
                (200, _) => {
                    self.check(version(&reply, reply.content_length()))?;
                    Err(nonsense(&reply))
                }
                _ => Err(nonsense(&reply)),
            }
        })
    }
}

/// The failure for a file that is not the one that was opened.
fn changed(difference: &str) -> Failure {
    Failure::fatal(
        io::ErrorKind::InvalidData,
        format!("the file was changed on the server while it was read: {difference}"),
    )
}

/// The failure for an answer that is not one to a range request.
fn nonsense(reply: &Reply) -> Failure {
    let status = reply.status.as_u16();
    Failure::fatal(
        io::ErrorKind::InvalidData,
        format!("the server does not answer range requests as it should (status {status}); download the file first"),
    )
}
