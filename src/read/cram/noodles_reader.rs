//! CRAM read by noodles.
//!
//! Records that noodles reads otherwise than htslib are corrected here: see docs/about/upstream.md.

use std::{
    io::{self, BufRead, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use noodles::{
    cram,
    fasta::{self, repository::Adapter},
    sam::{
        self,
        alignment::{
            RecordBuf,
            record::{MappingQuality, data::field::Tag},
        },
    },
};

use super::{
    super::{alignment_record::remove_tags, open, reference::Reference, sam_header::Header},
    differences::add_differences,
    reference_hints::{ADD, DIFFERENT, NEEDED, OTHER, needed},
};
use crate::{
    error::{Error, Result, describe, guard},
    genome::Interval,
};

/// The number of bases of contigs that are kept in memory, unless a single contig is longer.
const KEPT: u64 = 256 << 20;

/// The hint with what noodles cannot read.
const LIMITS: &str = "this reader of CRAM (noodles) does not read CRAM 2, reads that extend past a contig's end, unmapped reads \
    without bases, or slices that are damaged; a build with htslib does: make, or cargo install --features htslib";

/// A part of the message of noodles for a slice that was made with other bases.
const CHECKSUM: &str = "checksum mismatch";

/// Gives noodles the contigs of the reference, and counts contigs and bases.
struct Contigwise {
    reference: Option<Reference>,
    bases: Arc<AtomicU64>,
    contigs: Arc<AtomicU64>,
}

impl Adapter for Contigwise {
    fn get(&mut self, name: &[u8]) -> Option<io::Result<fasta::Record>> {
        let name = String::from_utf8_lossy(name).into_owned();
        // noodles panics at `None`.
        let missing = |why: String| Some(Err(io::Error::new(io::ErrorKind::InvalidInput, why)));
        let Some(reference) = &mut self.reference else {
            return missing(needed(&name));
        };
        let (Some(id), Some(contig)) = (reference.contigs().id(&name), reference.contigs().get(&name)) else {
            return missing(format!("contig \"{name}\" is not in {}", reference.place()));
        };
        let len = contig.len;
        let mut bases = Vec::with_capacity(len as usize);
        let read =
            reference.fetch(id, Interval::new(0, len), &mut bases).map_err(|error| io::Error::other(error.to_string()));
        bases.make_ascii_uppercase();
        self.bases.fetch_add(len, Ordering::Relaxed);
        self.contigs.fetch_add(1, Ordering::Relaxed);
        Some(read.map(|()| {
            fasta::Record::new(fasta::record::Definition::new(name, None), fasta::record::Sequence::from(bases))
        }))
    }
}

/// A CRAM file that noodles reads.
pub(in crate::read) struct Reader {
    reader: cram::io::Reader<Box<dyn BufRead + Send>>,
    repository: fasta::Repository,
    bases: Arc<AtomicU64>,
    contigs: Arc<AtomicU64>,
    /// For MD and NM.
    reference: Option<Reference>,
}

impl Reader {
    /// Reads the header.
    pub(super) fn open(
        mut reader: Box<dyn BufRead + Send>,
        path: &Path,
        reference: Option<&Path>,
    ) -> Result<(Header, Self)> {
        let place = &open::place(path);
        let failed = |error: io::Error| Error::input(place, describe(&error));
        let head = reader.fill_buf().map_err(failed)?;
        // "CRAM", then the major and the minor version (CRAM specification 3.1, section 6).
        if let [_, _, _, _, major, minor, ..] = head
            && *major != 3
        {
            return Err(Error::input(place, format!("it is CRAM {major}.{minor}, which noodles does not read"))
                .with_hint(LIMITS));
        }
        let (bases, contigs) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
        let open_reference = || reference.map(Reference::open).transpose();
        let adapter =
            Contigwise { reference: open_reference()?, bases: Arc::clone(&bases), contigs: Arc::clone(&contigs) };
        let repository = fasta::Repository::new(adapter);
        let mut reader = cram::io::reader::Builder::default()
            .set_reference_sequence_repository(repository.clone())
            .build_from_reader(reader);
        let text = guard(|| {
            let mut header = reader.header_reader();
            header.read_magic_number()?;
            header.read_format_version()?;
            header.read_file_id()?;
            let mut container = header.container_reader()?;
            let mut text = Vec::new();
            {
                let mut lines = container.raw_sam_header_reader()?;
                lines.read_to_end(&mut text)?;
                lines.discard_to_end()?;
            }
            container.discard_to_end()?;
            Ok(text)
        })
        .map_err(|error| Error::input(format!("{place}, header"), describe(&error)))?;
        let header = Header::of_text(text, place)?;
        Ok((header, Self { reader, repository, bases, contigs, reference: open_reference()? }))
    }

    /// Calls `handle` with every record, and then reads to the end of the file.
    pub(super) fn read(
        &mut self,
        header: &sam::Header,
        handle: &mut dyn FnMut(io::Result<RecordBuf>) -> Result<()>,
    ) -> Result<()> {
        let mut container = cram::io::reader::Container::default();
        loop {
            self.forget_contigs();
            let records = match guard(|| self.read_container(&mut container, header)) {
                Ok(Some(records)) => records,
                Ok(None) => break,
                Err(error) => return explained(error, handle),
            };
            for mut record in records {
                match &mut self.reference {
                    Some(reference) => handle(add_differences(header, &mut record, reference).map(|()| record))?,
                    None => handle(Ok(record))?,
                }
            }
        }
        // The end mark follows the last record. It is read so that it can be checked.
        io::copy(self.reader.get_mut(), &mut io::sink()).map_err(|error| Error::input("CRAM", describe(&error)))?;
        Ok(())
    }

    /// Frees the contigs that the repository keeps, once they are many.
    fn forget_contigs(&self) {
        if self.bases.load(Ordering::Relaxed) > KEPT && self.contigs.load(Ordering::Relaxed) > 1 {
            self.repository.clear();
            self.bases.store(0, Ordering::Relaxed);
            self.contigs.store(0, Ordering::Relaxed);
        }
    }

    /// The records of the next container; `None` at the end of the file.
    fn read_container(
        &mut self,
        container: &mut cram::io::reader::Container,
        header: &sam::Header,
    ) -> io::Result<Option<Vec<RecordBuf>>> {
        if self.reader.read_container(container)? == 0 {
            return Ok(None);
        }
        let compression = container.compression_header()?;
        let mut records = Vec::new();
        for slice in container.slices() {
            let slice = slice?;
            let (core, external) = slice.decode_blocks()?;
            let repository = self.repository.clone();
            for record in slice.records(repository, header, &compression, &core, &external)? {
                records.push(corrected(header, &record)?);
            }
        }
        Ok(Some(records))
    }
}

/// Passes an error of noodles to `handle`, which adds the place, and adds a hint.
fn explained(error: io::Error, handle: &mut dyn FnMut(io::Result<RecordBuf>) -> Result<()>) -> Result<()> {
    let why = error.get_ref().map(ToString::to_string).unwrap_or_default();
    let is_own = error.kind() == io::ErrorKind::InvalidInput;
    let is_other_reference = why.contains(CHECKSUM);
    let error = match is_other_reference {
        true => io::Error::new(error.kind(), format!("its reference {DIFFERENT}")),
        false => error,
    };
    handle(Err(error)).map_err(|error| {
        if is_own && why.starts_with(NEEDED) {
            Error::usage(error.to_string()).with_hint(ADD)
        } else if is_own || is_other_reference {
            error.with_hint(OTHER)
        } else {
            error.with_hint(LIMITS)
        }
    })
}

/// A record as htslib reads it: CRAM does not store the mapping quality of unmapped reads, noodles reads missing qualities as 0, and
/// it keeps a private tag of htslib.
fn corrected(header: &sam::Header, record: &cram::Record<'_>) -> io::Result<RecordBuf> {
    let mut buffer = RecordBuf::try_from_alignment_record(header, record)?;
    if buffer.flags().is_unmapped() {
        *buffer.mapping_quality_mut() = MappingQuality::new(0);
    }
    if buffer.sequence().is_empty() {
        *buffer.quality_scores_mut() = Vec::new().into();
    }
    let qualities = buffer.quality_scores().as_ref();
    if !qualities.is_empty()
        && (qualities.iter().all(|&q| q == 255) || (qualities.iter().all(|&q| q == 0) && has_no_qualities(record)))
    {
        *buffer.quality_scores_mut() = Vec::new().into();
    }
    remove_tags(&mut buffer, &[Tag::new(b'c', b'F')]);
    Ok(buffer)
}

/// Whether the record has no qualities: by its flags they are not stored as an array, and no feature has one. noodles shows both only
/// in its debug output.
fn has_no_qualities(record: &cram::Record<'_>) -> bool {
    let shown = format!("{record:?}");
    !["QUALITY_SCORES_ARE_STORED_AS_ARRAY", "ReadBase {", "QualityScore {", "Scores {"]
        .iter()
        .any(|kept| shown.contains(kept))
}
