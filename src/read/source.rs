//! Where the bytes of an input come from: a file, or, in builds with the feature `remote`, a server. Every reader of inputs opens them
//! here, never with `File::open`.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::Path,
    time::SystemTime,
};

#[cfg(feature = "remote")]
use super::remote::{Remote, Ticket};
use super::version::Version;
use crate::{
    address::{Scheme, scheme},
    error::{Error, Result},
    genome::Interval,
};

/// An open input, which is read from start to end or by position.
#[derive(Debug)]
pub(crate) enum Source {
    /// A file, or a device or pipe that has a path.
    Local(File),
    /// A file on a server.
    #[cfg(feature = "remote")]
    Remote(Remote),
    /// What a server of htsget gives, from start to end.
    #[cfg(feature = "remote")]
    Ticket(Ticket),
}

impl Source {
    /// Opens an input at its start.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        match scheme(path) {
            None => {}
            #[cfg(feature = "remote")]
            Some(Scheme::Http | Scheme::S3) => return Remote::open(path).map(Self::Remote),
            #[cfg(feature = "remote")]
            Some(Scheme::Htsget) => return Ticket::open(path, None).map(Self::Ticket),
            #[cfg(not(feature = "remote"))]
            Some(Scheme::Http | Scheme::S3 | Scheme::Htsget) => {
                return Err(io::Error::other(
                    "this genogloss was built without the feature remote, which reads https, s3 and htsget; download the file",
                ));
            }
            Some(Scheme::Other) => {
                return Err(io::Error::other(
                    "of addresses, those of https, http, s3 and htsget are read; download the file",
                ));
            }
        }
        let file = File::open(path)?;
        // Reading a folder fails later, with a message that does not say so.
        if file.metadata().is_ok_and(|about| about.is_dir()) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Ok(Self::Local(file))
    }

    /// Opens the part of an htsget address that holds the records of a region.
    #[cfg_attr(not(feature = "remote"), expect(unused_variables, reason = "no address is read"))]
    pub(super) fn open_region(path: &Path, contig: &str, interval: Interval) -> io::Result<Self> {
        #[cfg(feature = "remote")]
        return Ticket::open(path, Some((contig, interval))).map(Self::Ticket);
        #[cfg(not(feature = "remote"))]
        Self::open(path)
    }

    /// The length in bytes; `None` of a pipe or a device, and where a server does not give it.
    pub(crate) fn known_length(&self) -> Option<u64> {
        match self {
            Self::Local(file) => file.metadata().ok().filter(|about| about.is_file()).map(|about| about.len()),
            #[cfg(feature = "remote")]
            Self::Remote(remote) => remote.length(),
            #[cfg(feature = "remote")]
            Self::Ticket(_) => None,
        }
    }

    /// What tells this version of a file on a server from another.
    pub(crate) fn version(&self) -> Option<Version> {
        match self {
            Self::Local(_) => None,
            #[cfg(feature = "remote")]
            Self::Remote(remote) => Some(remote.version()),
            #[cfg(feature = "remote")]
            Self::Ticket(_) => None,
        }
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Local(file) => file.read(buffer),
            #[cfg(feature = "remote")]
            Self::Remote(remote) => remote.read(buffer),
            #[cfg(feature = "remote")]
            Self::Ticket(ticket) => ticket.read(buffer),
        }
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::Local(file) => file.seek(to),
            #[cfg(feature = "remote")]
            Self::Remote(remote) => remote.seek(to),
            #[cfg(feature = "remote")]
            Self::Ticket(_) => Err(io::Error::other("htsget does not allow random access")),
        }
    }
}

/// Opens an input, with a buffer.
pub(crate) fn buffered(path: &Path) -> io::Result<BufReader<Source>> {
    Source::open(path).map(BufReader::new)
}

/// Whether there is a file at this path: for the files beside an input, which need not be there. A server that does not tell, or cannot
/// be reached, is an error.
pub(crate) fn exists(path: &Path) -> Result<bool> {
    match scheme(path) {
        None => Ok(path.is_file()),
        // A ticket stands for a file without others beside it.
        Some(Scheme::Htsget | Scheme::Other) => Ok(false),
        Some(Scheme::Http | Scheme::S3) => match Source::open(path) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            // S3 refuses what is not there to those who may not list the bucket.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                tracing::info!("{}: {error}: taken as missing", path.display());
                Ok(false)
            }
            Err(error) => Err(Error::read(path, &error)),
        },
    }
}

/// Whether an input can be opened more than once and read by position: not so standard input, pipes, devices and missing files.
pub(crate) fn is_file(path: &Path) -> bool {
    match scheme(path) {
        None => path.is_file(),
        Some(scheme) => matches!(scheme, Scheme::Http | Scheme::S3),
    }
}

/// When a file was written last. `None` of a file on a server, where dates say little: a copy is as new as its copying.
pub(crate) fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|about| about.modified()).ok()
}
