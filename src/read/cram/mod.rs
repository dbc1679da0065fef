//! CRAM, read by noodles or, in builds with the feature `htslib`, by htslib. Both give the same records.

pub(crate) mod containers;
mod differences;
#[cfg(feature = "htslib")]
mod htslib_reader;
mod index;
mod noodles_reader;
mod reference_hints;

use std::{
    io::{self, BufRead},
    path::Path,
};

use ::noodles::sam::{self, alignment::RecordBuf};

use super::{part::Part, sam_header::Header, tally::Tally};
use crate::{
    address::is_address,
    error::{Error, Result},
    genome::Contigs,
};

/// The environment variable that chooses between the readers of CRAM where a build has both: `htslib` or `noodles`.
pub(crate) const READER: &str = "GENOGLOSS_CRAM_READER";

/// What reads CRAM in this build, for people.
pub(crate) fn described() -> String {
    #[cfg(feature = "htslib")]
    return format!("htslib {} (CRAM 2.1, 3.0, 3.1)", htslib_reader::version());
    #[cfg(not(feature = "htslib"))]
    "noodles (CRAM 3.0 and 3.1; not CRAM 2, not reads past a contig's end: those need --features htslib)".into()
}

/// A library that reads CRAM.
enum Library {
    Noodles,
    #[cfg(feature = "htslib")]
    Htslib,
}

impl Library {
    /// The library that [`READER`] and the build choose. Addresses are read by noodles: htslib opens files itself.
    #[cfg_attr(not(feature = "htslib"), expect(unused_variables, reason = "there is no choice"))]
    fn chosen(are_addresses: bool) -> Result<Self> {
        #[cfg(feature = "htslib")]
        let (built, default) = ("htslib", if are_addresses { Self::Noodles } else { Self::Htslib });
        #[cfg(not(feature = "htslib"))]
        let (built, default) = ("noodles", Self::Noodles);
        match std::env::var(READER).ok().as_deref() {
            None | Some("") => Ok(default),
            Some("noodles") => Ok(Self::Noodles),
            #[cfg(feature = "htslib")]
            Some("htslib") if are_addresses => Err(Error::usage(format!(
                "{READER}=htslib: addresses of CRAM files and their FASTA files are read by noodles"
            ))),
            #[cfg(feature = "htslib")]
            Some("htslib") => Ok(Self::Htslib),
            Some(other) => Err(Error::usage(format!("{READER}={other}: this build has {built} and noodles"))),
        }
    }
}

/// An open CRAM file.
pub(super) enum Reader {
    Noodles(Box<noodles_reader::Reader>),
    #[cfg(feature = "htslib")]
    Htslib(Box<htslib_reader::Reader>),
}

impl Reader {
    /// Reads the header of a file whose bytes come from `input`. `reference` is the FASTA file that it was made with.
    pub(super) fn open(
        input: Box<dyn BufRead + Send>,
        path: &Path,
        reference: Option<&Path>,
    ) -> Result<(Header, Self)> {
        match Library::chosen(is_address(path) || reference.is_some_and(is_address))? {
            Library::Noodles => {
                let (header, reader) = noodles_reader::Reader::open(input, path, reference)?;
                Ok((header, Self::Noodles(Box::new(reader))))
            }
            #[cfg(feature = "htslib")]
            Library::Htslib => {
                let (header, reader) = htslib_reader::Reader::open(input, path, reference)?;
                Ok((header, Self::Htslib(Box::new(reader))))
            }
        }
    }

    /// Opens those containers of a file that hold the records of a part, by the index beside it; `None` where it has none. The file must
    /// have been opened before.
    pub(super) fn open_part(
        path: &Path,
        reference: Option<&Path>,
        contigs: &Contigs,
        part: &Part<'_>,
        tally: Tally,
    ) -> Result<Option<Self>> {
        let Some(input) = index::part(path, contigs, part, tally)? else { return Ok(None) };
        let (_, mut reader) = Self::open(input, path, reference)?;
        #[cfg(feature = "htslib")]
        if let Self::Htslib(reader) = &mut reader {
            reader.is_part = true;
        }
        #[cfg(not(feature = "htslib"))]
        let _ = &mut reader;
        Ok(Some(reader))
    }

    /// The library that reads it, for the manifest.
    pub(super) fn library(&self) -> String {
        match self {
            Self::Noodles(_) => "noodles".into(),
            #[cfg(feature = "htslib")]
            Self::Htslib(_) => format!("htslib {}", htslib_reader::version()),
        }
    }

    /// Calls `handle` with every record, and reads to the end of the file.
    #[cfg_attr(not(feature = "htslib"), expect(unused_variables, reason = "htslib needs the contigs"))]
    pub(super) fn read(
        self,
        header: &Header,
        codec: &sam::Header,
        handle: &mut dyn FnMut(io::Result<RecordBuf>) -> Result<()>,
    ) -> Result<()> {
        match self {
            Self::Noodles(mut reader) => reader.read(codec, handle),
            #[cfg(feature = "htslib")]
            Self::Htslib(reader) => reader.read(&header.contigs, handle),
        }
    }
}
