//! CRAM through htslib (feature `htslib`): 0.8 of noodles' CPU time for 28,000 short reads, start-up and answers
//! included, and all of its codecs. BAM stays with noodles: through this file it took 1.4 times as long.
//!
//! Records are handed on as noodles' own, so nothing behind this file knows which of the two read them.

use std::{io, path::Path};

use noodles::{
    core::Position,
    sam::{
        self,
        alignment::{
            RecordBuf,
            record::{
                Flags, MappingQuality,
                cigar::{Op, op::Kind},
                data::field::Tag,
            },
            record_buf::data::field::{Value, value::Array},
        },
    },
};
use rust_htslib::bam::{
    Read as _, Reader as HtslibReader, Record,
    record::{Aux, Cigar},
};

use crate::error::{Error, Result};

/// A file open in htslib.
pub struct Reader {
    reader: HtslibReader,
}

impl Reader {
    /// Opens a file; CRAM needs its reference.
    pub fn open(path: &Path, reference: Option<&Path>) -> Result<(sam::Header, Self)> {
        let failed = |error: rust_htslib::errors::Error| Error::input(path.display(), error);
        let mut reader = HtslibReader::from_path(path).map_err(failed)?;
        let fasta = reference.ok_or_else(|| super::alignments::needs_reference(path))?;
        reader.set_reference(fasta).map_err(failed)?;
        let text = reader.header().as_bytes().to_vec();
        let header =
            sam::io::Reader::new(&text[..]).read_header().map_err(|error| Error::input(path.display(), error))?;
        Ok((header, Self { reader }))
    }

    /// Hands on every record.
    pub fn read(&mut self, handle: &mut dyn FnMut(io::Result<RecordBuf>) -> Result<()>) -> Result<()> {
        let mut record = Record::new();
        while let Some(read) = self.reader.read(&mut record) {
            handle(read.map_err(io::Error::other).and_then(|()| convert(&record)))?;
        }
        Ok(())
    }
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
