//! CRAM through htslib (feature `htslib`): every version and every codec, as samtools reads it. 0.8 of noodles' CPU time for 28,000
//! short reads, start-up and answers included. BAM stays with noodles: through this file it took 1.4 times as long.
//!
//! A file that is read from start to end comes through a pipe, so that its bytes are counted and hashed on the way as those of every
//! other input; by region htslib reads the file itself. Records are handed on as noodles' own, so nothing behind this file knows which
//! of the two read them.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    os::fd::AsRawFd,
    path::{Path, PathBuf},
    thread::JoinHandle,
};

use noodles::{
    core::Position,
    cram::crai,
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
        FetchDefinition, IndexedReader, Read as _, Reader as HtslibReader, Record,
        record::{Aux, Cigar},
    },
    htslib::{
        HTS_VERSION, hts_fmt_option_CRAM_OPT_REQUIRED_FIELDS, sam_fields_SAM_FLAG, sam_fields_SAM_POS,
        sam_fields_SAM_QNAME, sam_fields_SAM_RNAME,
    },
};
use tempfile::TempDir;

use super::{
    beside::{warn_if_older, with_ending},
    reference::Reference,
    regions::Regions,
    sam_header::Header,
};
use crate::{
    error::{Error, Result, describe},
    genome::{Contigs, Interval, interval::show_position},
};

/// Regions that are nearer to one another than this are read in one go: a slice holds 10,000 reads, and is decoded as a whole.
const NEAR: u64 = 64 << 10;

/// The version of htslib that is built in.
pub fn version() -> String {
    format!("{}.{}.{}", HTS_VERSION / 100_000, HTS_VERSION / 100 % 1000, HTS_VERSION % 100)
}

/// In a name, htslib takes what follows for the name of an index.
const INDEX_FOLLOWS: &str = "##idx##";

/// A folder of our own for the links that htslib opens in the place of files.
fn folder_of_links() -> Result<TempDir> {
    tempfile::tempdir().map_err(|error| {
        let place = std::env::temp_dir();
        Error::input(
            place.display(),
            format!("no folder can be made here for the links that htslib opens to read CRAM: {}", describe(&error)),
        )
        .with_hint("set TMPDIR to a folder that can be written to")
    })
}

/// A file as htslib can name it: neither an address nor with an index behind it.
struct Named {
    path: PathBuf,
    _folder: Option<TempDir>,
}

impl Named {
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

/// A file open in htslib.
pub struct Reader {
    reader: HtslibReader,
    feeder: Option<JoinHandle<io::Result<()>>>,
    path: PathBuf,
    reference: Option<Fasta>,
}

/// A FASTA file as htslib wants it: with its indices beside it, which are made in a folder of our own.
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
    /// Opens a file whose bytes come from `input`.
    pub fn open(mut input: Box<dyn BufRead + Send>, path: &Path, reference: Option<&Path>) -> Result<(Header, Self)> {
        let place = super::place(path);
        let failed = |error: io::Error| Error::input(&place, describe(&error));
        let reference = reference.map(Fasta::open).transpose()?;
        let (from, mut to) = io::pipe().map_err(failed)?;
        let feeder = std::thread::spawn(move || match io::copy(&mut input, &mut to) {
            // htslib has read enough, or failed: it says so itself.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other.map(drop),
        });
        // htslib opens the pipe by its number; our own end is closed, so that the feeder sees when htslib closes its. Reads without names
        // are called after the file: the link has its name.
        let folder = folder_of_links()?;
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("-");
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
                    "htslib cannot read its header: it is damaged, or not as samtools wants it",
                ));
            }
        };
        let header = Header::of_text(reader.header().as_bytes().to_vec(), &place)?;
        // htslib would take this one too, and write an index beside it.
        let reference = reference.or_else(|| {
            let named =
                header.reference.as_deref().filter(|path| path.is_file() && !with_ending(path, "fai").is_file())?;
            Fasta::open(named).ok()
        });
        if let Some(fasta) = &reference {
            reader.set_reference(fasta.link()).map_err(|error| Error::input(fasta.path.display(), error))?;
        }
        Ok((header, Self { reader, feeder: Some(feeder), path: path.into(), reference }))
    }

    /// Hands on every record.
    pub fn read(
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
        let Self { reader, feeder, path, mut reference } = self;
        drop(reader);
        if let Some(Ok(Err(error))) = feeder.map(JoinHandle::join) {
            return Err(Error::input(super::place(&path), describe(&error)));
        }
        if wrong { Err(explain(&path, count, contigs, reference.as_mut())) } else { Ok(()) }
    }

    /// Hands on the records of the regions, by the index beside the file; `false` where there is none.
    pub fn read_regions(
        &mut self,
        contigs: &Contigs,
        regions: &Regions,
        handle: &mut dyn FnMut(io::Result<RecordBuf>) -> Result<()>,
    ) -> Result<bool> {
        let Some(index) = index_of(&self.path, contigs)? else { return Ok(false) };
        let failed = |what: &str| {
            Error::input(self.path.display(), format!("{what} with the index {}", index.display()))
                .with_hint("make the index anew: samtools index")
        };
        let (named, named_index) = (Named::of(&self.path)?, Named::of(&index)?);
        let mut reader = IndexedReader::from_path_and_index(&named.path, &named_index.path)
            .map_err(|_| failed("htslib cannot read it"))?;
        if let Some(fasta) = &self.reference {
            reader.set_reference(fasta.link()).map_err(|error| Error::input(fasta.path.display(), error))?;
        }
        let mut record = Record::new();
        for (id, contig) in contigs.iter().enumerate() {
            let mut groups: Vec<Interval> = Vec::new();
            for &asked in regions.of(&contig.name) {
                let asked = Interval::new(asked.start.min(contig.len), asked.end.min(contig.len));
                match groups.last_mut() {
                    Some(last) if asked.start < last.end + NEAR => last.end = last.end.max(asked.end),
                    _ => groups.push(asked),
                }
            }
            for (at, group) in groups.iter().enumerate() {
                let place = FetchDefinition::Region(id as i32, group.start as i64, group.end as i64);
                reader.fetch(place).map_err(|_| failed(&format!("contig {} cannot be found", contig.name)))?;
                while let Some(read) = reader.read(&mut record) {
                    if read.is_err() {
                        let place = group.show(&contig.name);
                        return Err(failed(&format!("htslib cannot read the records of {place}")));
                    }
                    // A read over two groups is found twice.
                    let start = u64::try_from(record.pos()).unwrap_or(0);
                    if at > 0 && groups[..at].last().is_some_and(|before| start < before.end) {
                        continue;
                    }
                    handle(convert(&record))?;
                }
            }
        }
        Ok(true)
    }
}

/// The index beside a file.
fn index_of(path: &Path, contigs: &Contigs) -> Result<Option<PathBuf>> {
    let Some(index) =
        [with_ending(path, "crai"), path.with_extension("crai")].into_iter().find(|index| index.is_file())
    else {
        return Ok(None);
    };
    warn_if_older(&index, path);
    let hint = "make the index anew: samtools index";
    let records = crai::fs::read(&index).map_err(|error| {
        Error::input(index.display(), format!("the index is damaged: {}", describe(&error))).with_hint(hint)
    })?;
    let length = path.metadata().map_err(|error| Error::read(path, &error))?.len();
    let foreign = |why: &str| {
        Error::input(index.display(), format!("this index does not belong to {} ({why})", path.display()))
            .with_hint(hint)
    };
    if records.iter().any(|record| record.offset() >= length) {
        return Err(foreign("it goes on after the file's end"));
    }
    if records.iter().any(|record| record.reference_sequence_id().is_some_and(|id| id >= contigs.count())) {
        return Err(foreign("it has contigs that the file has not"));
    }
    let first = first_container(path).map_err(|error| Error::input(path.display(), describe(&error)))?;
    let begin = records.iter().map(crai::Record::offset).min();
    match (first, begin) {
        (None, None) => {}
        (Some(_), None) => return Err(foreign("it has no reads, the file has")),
        (Some((place, contig)), Some(begin)) if place == begin => {
            // -2: of several contigs.
            let other = |record: &crai::Record| {
                let own = record.reference_sequence_id().map_or(-1, |id| i32::try_from(id).unwrap_or(i32::MAX));
                record.offset() == begin && own != contig
            };
            if contig != -2 && records.iter().any(other) {
                return Err(foreign("its first reads lie on another contig than the file's"));
            }
        }
        _ => return Err(foreign("it does not begin where the file's reads begin")),
    }
    Ok(Some(index))
}

/// Where the first container with reads begins, and the number of its contig (CRAM specification 3.1, sections 6 and 7).
fn first_container(path: &Path) -> io::Result<Option<(u64, i32)>> {
    let mut reader = BufReader::new(File::open(path)?);
    let mut definition = [0; 26];
    reader.read_exact(&mut definition)?;
    let has_checksum = definition[4] >= 3;
    // The first one holds the header.
    let mut length = [0; 4];
    reader.read_exact(&mut length)?;
    for most in [ITF8, ITF8, ITF8, ITF8, LTF8, LTF8, ITF8] {
        integer(&mut reader, most)?;
    }
    for _ in 0..integer(&mut reader, ITF8)? {
        integer(&mut reader, ITF8)?;
    }
    let rest = i64::from(i32::from_le_bytes(length)) + if has_checksum { 4 } else { 0 };
    let place = reader.seek(SeekFrom::Current(rest))?;
    if reader.fill_buf()?.is_empty() {
        return Ok(None);
    }
    reader.read_exact(&mut length)?;
    let mut next = || integer(&mut reader, ITF8);
    let (contig, _start, _span, records) = (next()?, next()?, next()?, next()?);
    // The end mark has none.
    Ok((records > 0).then_some((place, contig)))
}

/// Bytes that follow the first of an ITF8 and of an LTF8 integer, at most.
const ITF8: usize = 4;
const LTF8: usize = 8;

/// An integer (CRAM specification, section 2.3): as many bytes follow the first as it begins with ones. Of long ones in LTF8 the value
/// does not matter here.
fn integer(reader: &mut impl Read, most: usize) -> io::Result<i32> {
    let mut first = [0];
    reader.read_exact(&mut first)?;
    let more = (first[0].leading_ones() as usize).min(most);
    let mut bytes = [0; LTF8];
    reader.read_exact(&mut bytes[..more])?;
    let (start, all) = (u32::from(first[0]), bytes.map(u32::from));
    Ok(match more {
        0..=3 => all[..more].iter().fold(start & (0xff >> (more + 1)), |value, byte| value << 8 | byte),
        _ => start << 28 | all[0] << 20 | all[1] << 12 | all[2] << 4 | all[3] & 0xf,
    } as i32)
}

/// Why a record could not be read. Without bases, which need the reference, htslib may read it: then the reference is the reason.
fn explain(path: &Path, count: u64, contigs: &Contigs, reference: Option<&mut Fasta>) -> Error {
    let place = format!("{}, record {count}", super::place(path));
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
        return Error::usage(format!(
            "{place}: {} \"{}\" are needed: CRAM holds differences to a reference",
            super::cram::NEEDED,
            known.name
        ))
        .with_hint(super::cram::ADD);
    };
    let file = fasta.path.display().to_string();
    match fasta.reference.contigs().get(&known.name) {
        None => Error::input(place, format!("contig \"{}\" is not in {file}", known.name)),
        Some(_) => Error::input(
            place,
            format!(
                "contig \"{}\" of {file} is not the one that the CRAM file was made with (its MD5 differs)",
                known.name
            ),
        ),
    }
    .with_hint(super::cram::OTHER)
}

/// Name, contig and start of a record that can be read without its bases.
fn without_bases(path: &Path, count: u64) -> Option<(String, i32, i64)> {
    if path == Path::new("-") {
        return None;
    }
    let named = Named::of(path).ok()?;
    let mut reader = HtslibReader::from_path(&named.path).ok()?;
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

fn convert(record: &Record) -> io::Result<RecordBuf> {
    let position = |p: i64| usize::try_from(p + 1).ok().and_then(|p| Position::try_from(p).ok());
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
