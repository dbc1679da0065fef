//! CRAM read by htslib (feature `htslib`): every version and every codec, as samtools reads it. A run over 28,000 short reads takes 0.8
//! of the CPU time that it takes with noodles. BAM is read by noodles: with htslib it took 1.4 times as long.
//!
//! A file that is read from start to end comes through a pipe, so that its bytes are counted and hashed as those of every other
//! input; so do the containers of a part. Records are converted to those of noodles.

use std::{
    io::{self, BufRead},
    os::fd::AsRawFd,
    path::{Path, PathBuf},
    thread::JoinHandle,
};

use noodles::{
    core::Position,
    sam::alignment::{
        RecordBuf,
        record::{
            Flags, MappingQuality,
            cigar::{Op, op::Kind},
            data::field::Tag,
        },
        record_buf::data::field::{Value, value::Array},
    },
};
use rust_htslib::{
    bam::{
        Read as _, Reader as HtslibReader, Record,
        record::{Aux, Cigar},
    },
    htslib::{
        HTS_VERSION, hts_fmt_option_CRAM_OPT_REQUIRED_FIELDS, sam_fields_SAM_FLAG, sam_fields_SAM_POS,
        sam_fields_SAM_QNAME, sam_fields_SAM_RNAME,
    },
};
use tempfile::TempDir;

use super::{
    super::{beside::with_ending, open, reference::Reference, sam_header::Header},
    reference_hints::{ADD, DIFFERENT, OTHER, needed},
};
use crate::{
    address::file_name,
    error::{Error, Result, describe},
    genome::{
        Contigs,
        interval::{show_position, signed_to_one_based},
    },
};

/// The version of htslib that is built in.
pub(super) fn version() -> String {
    format!("{}.{}.{}", HTS_VERSION / 100_000, HTS_VERSION / 100 % 1000, HTS_VERSION % 100)
}

/// htslib takes the rest of a name after this text as the name of an index.
const INDEX_FOLLOWS: &str = "##idx##";

/// A temporary folder for the links that htslib opens instead of files.
fn folder_of_links() -> Result<TempDir> {
    tempfile::tempdir().map_err(|error| {
        let place = std::env::temp_dir();
        Error::input(
            place.display(),
            format!("no folder can be made for the links that htslib needs to read CRAM: {}", describe(&error)),
        )
        .with_hint("set TMPDIR to a folder that can be written to")
    })
}

/// A path that htslib does not take as an address or as a name with an index: the path of the file, or of a link to it.
struct SafePath {
    path: PathBuf,
    _folder: Option<TempDir>,
}

impl SafePath {
    fn of(path: &Path) -> Result<Self> {
        let failed = |error: io::Error| Error::read(path, &error);
        let whole = std::path::absolute(path).map_err(failed)?;
        if !whole.to_string_lossy().contains(INDEX_FOLLOWS) {
            return Ok(Self { path: whole, _folder: None });
        }
        let folder = folder_of_links()?;
        let link = folder.path().join("reads");
        std::os::unix::fs::symlink(&whole, &link).map_err(failed)?;
        Ok(Self { path: link, _folder: Some(folder) })
    }
}

/// A CRAM file that htslib reads.
pub(in crate::read) struct Reader {
    reader: HtslibReader,
    feeder: Option<JoinHandle<io::Result<()>>>,
    path: PathBuf,
    reference: Option<Fasta>,
    /// Its bytes are a part of the file.
    pub(super) is_part: bool,
}

/// A link to a FASTA file with its indices beside it, as htslib needs them, in a temporary folder.
struct Fasta {
    path: PathBuf,
    reference: Reference,
    folder: TempDir,
}

impl Fasta {
    fn open(path: &Path) -> Result<Self> {
        let folder = folder_of_links()?;
        let reference = Reference::open(path)?;
        reference.link_into(folder.path())?;
        Ok(Self { path: path.into(), reference, folder })
    }

    fn link(&self) -> PathBuf {
        self.folder.path().join(Reference::LINK)
    }
}

impl Reader {
    /// Reads the header of a file whose bytes come from `input`.
    pub(super) fn open(
        mut input: Box<dyn BufRead + Send>,
        path: &Path,
        reference: Option<&Path>,
    ) -> Result<(Header, Self)> {
        let place = open::place(path);
        let failed = |error: io::Error| Error::input(&place, describe(&error));
        let reference = reference.map(Fasta::open).transpose()?;
        let (from, mut to) = io::pipe().map_err(failed)?;
        let feeder = std::thread::spawn(move || match io::copy(&mut input, &mut to) {
            // htslib has read enough, or has failed, which its own calls return.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other.map(drop),
        });
        // htslib opens the pipe by its number. This end is closed, so that the feeder notices when htslib closes its end. htslib names
        // reads without a name after the file, so the link has its name.
        let folder = folder_of_links()?;
        let name = file_name(path);
        let link = folder.path().join(name.replace(INDEX_FOLLOWS, "_idx_"));
        std::os::unix::fs::symlink(format!("/dev/fd/{}", from.as_raw_fd()), &link).map_err(failed)?;
        let opened = HtslibReader::from_path(&link);
        drop(from);
        let mut reader = match opened {
            Ok(reader) => reader,
            Err(_) => {
                if let Ok(Err(error)) = feeder.join() {
                    return Err(failed(error));
                }
                return Err(Error::input(
                    &place,
                    "htslib cannot read its header: it is damaged, or not valid for samtools",
                ));
            }
        };
        let header = Header::of_text(reader.header().as_bytes().to_vec(), &place)?;
        // htslib would use this file too, but would write an index beside it.
        let reference = reference.or_else(|| {
            let named =
                header.reference.as_deref().filter(|path| path.is_file() && !with_ending(path, "fai").is_file())?;
            Fasta::open(named).ok()
        });
        if let Some(fasta) = &reference {
            reader.set_reference(fasta.link()).map_err(|error| Error::input(fasta.path.display(), error))?;
        }
        Ok((header, Self { reader, feeder: Some(feeder), path: path.into(), reference, is_part: false }))
    }

    /// Calls `handle` with every record.
    pub(super) fn read(
        mut self,
        contigs: &Contigs,
        handle: &mut dyn FnMut(io::Result<RecordBuf>) -> Result<()>,
    ) -> Result<()> {
        let mut record = Record::new();
        let mut count = 0u64;
        let mut wrong = false;
        while let Some(read) = self.reader.read(&mut record) {
            count += 1;
            if read.is_err() {
                wrong = true;
                break;
            }
            handle(convert(&record))?;
        }
        let Self { reader, feeder, path, mut reference, is_part } = self;
        drop(reader);
        if let Some(Ok(Err(error))) = feeder.map(JoinHandle::join) {
            return Err(Error::input(open::place(&path), describe(&error)));
        }
        if wrong { Err(explain((&path, is_part), count, contigs, reference.as_mut())) } else { Ok(()) }
    }
}

/// Why a record could not be read. If htslib can read it without its bases, which need the reference, the reference is the reason.
fn explain((path, is_part): (&Path, bool), count: u64, contigs: &Contigs, reference: Option<&mut Fasta>) -> Error {
    if is_part {
        let place = format!("{}, record {count} of the part that is read by its index", open::place(path));
        let why = "htslib cannot read it: the file is damaged, or its reference is missing or another one (-f)";
        return Error::input(place, why);
    }
    let place = format!("{}, record {count}", open::place(path));
    let unknown =
        || Error::input(&place, "htslib cannot read it: the file is damaged, or its reference is missing (-f)");
    let Some((name, contig, at)) = without_bases(path, count) else {
        return if path == Path::new("-") {
            unknown()
        } else {
            Error::input(&place, "htslib cannot read it: the file is damaged or truncated")
        };
    };
    let Some(known) = usize::try_from(contig).ok().and_then(|id| contigs.iter().nth(id)) else { return unknown() };
    let place = format!("{place} (read {name} at {})", show_position(&known.name, u64::try_from(at).unwrap_or(0)));
    let Some(fasta) = reference else {
        return Error::usage(format!("{place}: {}", needed(&known.name))).with_hint(ADD);
    };
    let file = fasta.path.display().to_string();
    match fasta.reference.contigs().get(&known.name) {
        None => Error::input(place, format!("contig \"{}\" is not in {file}", known.name)),
        Some(_) => Error::input(place, format!("contig \"{}\" of {file} {DIFFERENT}", known.name)),
    }
    .with_hint(OTHER)
}

/// The name, contig and start of a record, read without its bases.
fn without_bases(path: &Path, count: u64) -> Option<(String, i32, i64)> {
    if path == Path::new("-") {
        return None;
    }
    let safe = SafePath::of(path).ok()?;
    let mut reader = HtslibReader::from_path(&safe.path).ok()?;
    let fields = sam_fields_SAM_QNAME | sam_fields_SAM_FLAG | sam_fields_SAM_RNAME | sam_fields_SAM_POS;
    reader.set_cram_options(hts_fmt_option_CRAM_OPT_REQUIRED_FIELDS, fields).ok()?;
    let mut record = Record::new();
    for _ in 0..count {
        reader.read(&mut record)?.ok()?;
    }
    Some((String::from_utf8_lossy(record.qname()).into_owned(), record.tid(), record.pos()))
}

fn bad(what: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_string())
}

/// A record of htslib as one of noodles.
fn convert(record: &Record) -> io::Result<RecordBuf> {
    let position = |p: i64| usize::try_from(signed_to_one_based(p)).ok().and_then(|p| Position::try_from(p).ok());
    let id = |tid: i32| usize::try_from(tid).ok();
    let mut buffer = RecordBuf::default();
    *buffer.name_mut() = (record.qname() != b"*").then(|| record.qname().into());
    *buffer.flags_mut() = Flags::from(record.flags());
    *buffer.reference_sequence_id_mut() = id(record.tid());
    *buffer.alignment_start_mut() = position(record.pos());
    *buffer.mapping_quality_mut() = MappingQuality::new(record.mapq());
    *buffer.cigar_mut() = record.cigar().iter().map(operation).collect();
    *buffer.mate_reference_sequence_id_mut() = id(record.mtid());
    *buffer.mate_alignment_start_mut() = position(record.mpos());
    *buffer.template_length_mut() = i32::try_from(record.insert_size()).map_err(bad)?;
    *buffer.sequence_mut() = record.seq().as_bytes().into();
    if record.qual().first() != Some(&255) {
        *buffer.quality_scores_mut() = record.qual().to_vec().into();
    }
    for field in record.aux_iter() {
        let (tag, value) = field.map_err(bad)?;
        let tag = <[u8; 2]>::try_from(tag).map_err(bad)?;
        buffer.data_mut().insert(Tag::from(tag), aux(value)?);
    }
    Ok(buffer)
}

fn operation(cigar: &Cigar) -> Op {
    let (kind, len) = match *cigar {
        Cigar::Match(n) => (Kind::Match, n),
        Cigar::Ins(n) => (Kind::Insertion, n),
        Cigar::Del(n) => (Kind::Deletion, n),
        Cigar::RefSkip(n) => (Kind::Skip, n),
        Cigar::SoftClip(n) => (Kind::SoftClip, n),
        Cigar::HardClip(n) => (Kind::HardClip, n),
        Cigar::Pad(n) => (Kind::Pad, n),
        Cigar::Equal(n) => (Kind::SequenceMatch, n),
        Cigar::Diff(n) => (Kind::SequenceMismatch, n),
    };
    Op::new(kind, len as usize)
}

fn aux(value: Aux<'_>) -> io::Result<Value> {
    Ok(match value {
        Aux::Char(c) => Value::Character(c),
        Aux::I8(n) => Value::Int8(n),
        Aux::U8(n) => Value::UInt8(n),
        Aux::I16(n) => Value::Int16(n),
        Aux::U16(n) => Value::UInt16(n),
        Aux::I32(n) => Value::Int32(n),
        Aux::U32(n) => Value::UInt32(n),
        Aux::Float(n) => Value::Float(n),
        Aux::Double(_) => return Err(bad("an aux field of type d, which SAM does not have")),
        Aux::String(text) => Value::String(text.into()),
        Aux::HexByteArray(text) => Value::Hex(text.into()),
        Aux::ArrayI8(array) => Value::Array(Array::Int8(array.iter().collect())),
        Aux::ArrayU8(array) => Value::Array(Array::UInt8(array.iter().collect())),
        Aux::ArrayI16(array) => Value::Array(Array::Int16(array.iter().collect())),
        Aux::ArrayU16(array) => Value::Array(Array::UInt16(array.iter().collect())),
        Aux::ArrayI32(array) => Value::Array(Array::Int32(array.iter().collect())),
        Aux::ArrayU32(array) => Value::Array(Array::UInt32(array.iter().collect())),
        Aux::ArrayFloat(array) => Value::Array(Array::Float(array.iter().collect())),
    })
}
