//! CRAM through noodles: in builds without the feature `htslib`, and where [`READER`] asks for it.
//!
//! What noodles leaves as the file has it is put right here, so that both readers give the same records: see docs/upstream.md.

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
            record::{MappingQuality, cigar::op::Kind, data::field::Tag},
            record_buf::data::field::Value,
        },
    },
};

use super::{alignments::remove_tags, reference::Reference, sam_header::Header};
use crate::{
    error::{Error, Result, describe, guard},
    genome::Interval,
};

/// The environment variable that chooses between the readers of CRAM where a build has both: `htslib` or `noodles`.
pub const READER: &str = "GENOGLOSS_CRAM_READER";

/// Bases of contigs that are kept in memory, unless a single contig is longer.
const KEPT: u64 = 256 << 20;

/// What this reader cannot do.
const LIMITS: &str = "this reader of CRAM (noodles) does not read CRAM 2, reads that go on past a contig's end, unmapped reads \
    without bases, or slices that are damaged; a build with htslib does: make, or cargo install --features htslib";

/// How the message begins where there is no FASTA file.
pub(super) const NEEDED: &str = "the bases of contig";

/// What noodles says where a slice was made with other bases.
const CHECKSUM: &str = "checksum mismatch";

/// What to do where it is the wrong one.
pub(super) const OTHER: &str =
    "give the FASTA file that the CRAM file was made with (-f); samtools view -H shows its contigs (UR, M5)";

/// What to do then.
pub(super) const ADD: &str = "add -f genome.fa, the FASTA file that the CRAM file was made with";

/// The reader that [`READER`] and the build choose.
pub fn chosen() -> Result<&'static str> {
    let built = if cfg!(feature = "htslib") { "htslib" } else { "noodles" };
    match std::env::var(READER).ok().as_deref() {
        None | Some("") => Ok(built),
        Some("noodles") => Ok("noodles"),
        Some("htslib") if cfg!(feature = "htslib") => Ok("htslib"),
        Some(other) => Err(Error::usage(format!("{READER}={other}: this build has {built}, and noodles"))),
    }
}

/// What reads CRAM in this build, for people.
pub fn described() -> String {
    if cfg!(feature = "htslib") {
        format!("htslib {} (CRAM 2.1, 3.0, 3.1)", version())
    } else {
        "noodles (CRAM 3.0 and 3.1; not CRAM 2, not reads past a contig's end: those need --features htslib)".into()
    }
}

/// What read a CRAM file, for the manifest.
pub fn reported(reader: &str) -> String {
    if reader == "htslib" { format!("htslib {}", version()) } else { reader.into() }
}

#[cfg(feature = "htslib")]
fn version() -> String {
    super::htslib::version()
}

#[cfg(not(feature = "htslib"))]
fn version() -> String {
    String::new()
}

/// Gives CRAM its reference, contig by contig, and counts what it gave.
struct Contigwise {
    reference: Option<Reference>,
    bases: Arc<AtomicU64>,
    contigs: Arc<AtomicU64>,
}

impl Adapter for Contigwise {
    fn get(&mut self, name: &[u8]) -> Option<io::Result<fasta::Record>> {
        let name = String::from_utf8_lossy(name).into_owned();
        // `None` would make the CRAM reader panic.
        let missing = |why: String| Some(Err(io::Error::new(io::ErrorKind::InvalidInput, why)));
        let Some(reference) = &mut self.reference else {
            return missing(format!("{NEEDED} \"{name}\" are needed: CRAM holds differences to a reference"));
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

/// A CRAM file open in noodles.
pub struct Reader {
    reader: cram::io::Reader<Box<dyn BufRead + Send>>,
    repository: fasta::Repository,
    bases: Arc<AtomicU64>,
    contigs: Arc<AtomicU64>,
    /// For MD and NM.
    reference: Option<Reference>,
}

impl Reader {
    /// Reads the header.
    pub fn open(mut reader: Box<dyn BufRead + Send>, reference: Option<&Path>, place: &str) -> Result<(Header, Self)> {
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
        let open = || reference.map(Reference::open).transpose();
        let adapter = Contigwise { reference: open()?, bases: Arc::clone(&bases), contigs: Arc::clone(&contigs) };
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
        Ok((header, Self { reader, repository, bases, contigs, reference: open()? }))
    }

    /// Hands on every record, and then what follows the last.
    pub fn read(
        &mut self,
        header: &sam::Header,
        handle: &mut dyn FnMut(io::Result<RecordBuf>) -> Result<()>,
    ) -> Result<()> {
        let mut container = cram::io::reader::Container::default();
        loop {
            // The repository keeps every contig it was asked for.
            if self.bases.load(Ordering::Relaxed) > KEPT && self.contigs.load(Ordering::Relaxed) > 1 {
                self.repository.clear();
                self.bases.store(0, Ordering::Relaxed);
                self.contigs.store(0, Ordering::Relaxed);
            }
            let records = guard(|| {
                if self.reader.read_container(&mut container)? == 0 {
                    return Ok(None);
                }
                let compression = container.compression_header()?;
                let mut records = Vec::new();
                for slice in container.slices() {
                    let slice = slice?;
                    let (core, external) = slice.decode_blocks()?;
                    let repository = self.repository.clone();
                    for record in slice.records(repository, header, &compression, &core, &external)? {
                        records.push(restored(header, &record)?);
                    }
                }
                Ok(Some(records))
            });
            let records = match records {
                Ok(Some(records)) => records,
                Ok(None) => break,
                Err(error) => {
                    let why = error.get_ref().map(ToString::to_string).unwrap_or_default();
                    let ours = error.kind() == io::ErrorKind::InvalidInput;
                    let error = match why.contains(CHECKSUM) {
                        true => io::Error::new(
                            error.kind(),
                            "its reference is not the one that the CRAM file was made with (its MD5 differs)",
                        ),
                        false => error,
                    };
                    return handle(Err(error)).map_err(|error| {
                        if ours && why.starts_with(NEEDED) {
                            Error::usage(error.to_string()).with_hint(ADD)
                        } else if ours || why.contains(CHECKSUM) {
                            error.with_hint(OTHER)
                        } else {
                            error.with_hint(LIMITS)
                        }
                    });
                }
            };
            for mut record in records {
                match &mut self.reference {
                    Some(reference) => handle(differences(header, &mut record, reference).map(|()| record))?,
                    None => handle(Ok(record))?,
                }
            }
        }
        // What follows the last record is the end mark: it is read, so that it can be looked at.
        handle_rest(self.reader.get_mut())
    }
}

fn handle_rest(reader: &mut dyn Read) -> Result<()> {
    io::copy(reader, &mut io::sink()).map_err(|error| Error::input("CRAM", describe(&error)))?;
    Ok(())
}

/// A record as htslib has it: CRAM keeps no mapping quality of unmapped reads, and noodles makes missing qualities 0 and shows a tag
/// of htslib's own.
fn restored(header: &sam::Header, record: &cram::Record<'_>) -> io::Result<RecordBuf> {
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

/// The record's flags say that its qualities are not kept together, and no feature has one. noodles shows neither but in its debug output.
fn has_no_qualities(record: &cram::Record<'_>) -> bool {
    let shown = format!("{record:?}");
    !["QUALITY_SCORES_ARE_STORED_AS_ARRAY", "ReadBase {", "QualityScore {", "Scores {"]
        .iter()
        .any(|kept| shown.contains(kept))
}

/// Puts in MD and NM where the file does not have them, as htslib does: CRAM leaves out what the reference tells.
fn differences(header: &sam::Header, record: &mut RecordBuf, reference: &mut Reference) -> io::Result<()> {
    const MD: Tag = Tag::MISMATCHED_POSITIONS;
    const NM: Tag = Tag::EDIT_DISTANCE;
    if record.flags().is_unmapped() || record.sequence().is_empty() || record.cigar().as_ref().is_empty() {
        return Ok(());
    }
    let (has_md, has_nm) = (record.data().get(&MD).is_some(), record.data().get(&NM).is_some());
    if has_md && has_nm {
        return Ok(());
    }
    let (Some(Ok((name, _))), Some(start)) = (record.reference_sequence(header), record.alignment_start()) else {
        return Ok(());
    };
    let name = String::from_utf8_lossy(name).into_owned();
    let Some(id) = reference.contigs().id(&name) else { return Ok(()) };
    let length = reference.contigs().get(&name).map_or(0, |contig| contig.len);
    let span: u64 =
        record.cigar().as_ref().iter().filter(|op| op.kind().consumes_reference()).map(|op| op.len() as u64).sum();
    let start = start.get() as u64 - 1;
    let mut bases = Vec::new();
    let interval = Interval::new(start.min(length), (start + span).min(length));
    reference.fetch(id, interval, &mut bases).map_err(|error| io::Error::other(error.to_string()))?;
    bases.make_ascii_uppercase();
    let (md, nm) = md_and_nm(record, &bases);
    if !has_md {
        record.data_mut().insert(MD, Value::String(md.into()));
    }
    if !has_nm {
        record.data_mut().insert(NM, Value::Int32(nm));
    }
    Ok(())
}

/// MD and NM of a read (SAM tags specification, section 1.1) against the bases below it.
fn md_and_nm(record: &RecordBuf, reference: &[u8]) -> (String, i32) {
    let sequence: &[u8] = record.sequence().as_ref();
    let (mut md, mut same, mut nm) = (String::new(), 0u32, 0i32);
    let (mut at, mut below) = (0usize, 0usize);
    for op in record.cigar().as_ref() {
        let len = op.len();
        match op.kind() {
            Kind::Match | Kind::SequenceMatch | Kind::SequenceMismatch => {
                for _ in 0..len {
                    let base = sequence.get(at).copied().unwrap_or(b'N').to_ascii_uppercase();
                    match reference.get(below) {
                        Some(&other) if base == other => same += 1,
                        Some(&other) => {
                            md.push_str(&format!("{same}{}", char::from(other)));
                            (same, nm) = (0, nm + 1);
                        }
                        // Past the contig's end there is nothing to differ from.
                        None => {}
                    }
                    (at, below) = (at + 1, below + 1);
                }
            }
            Kind::Deletion => {
                md.push_str(&format!("{same}^"));
                let end = (below + len).min(reference.len());
                md.push_str(&String::from_utf8_lossy(&reference[below.min(end)..end]));
                (same, nm, below) = (0, nm + len as i32, below + len);
            }
            Kind::Skip => below += len,
            Kind::Insertion => (nm, at) = (nm + len as i32, at + len),
            Kind::SoftClip => at += len,
            Kind::HardClip | Kind::Pad => {}
        }
    }
    md.push_str(&same.to_string());
    (md, nm)
}
