//! The index of a FASTA file (`.fai`), read from the file beside it or made in memory, and the index of the blocks of a BGZF file
//! (`.gzi`).

use std::{
    io::{self, Read},
    path::Path,
};

use noodles::{bgzf, fasta};

use super::super::{beside::with_ending, format::Format, open, source};
use crate::{
    error::{Error, Result, describe},
    genome::Contigs,
};

/// Why a file cannot be indexed, and where that was found: the end of a message.
pub(super) struct Irregular(pub(super) String);

/// The hint to make the index anew.
pub(super) fn make_anew(path: &Path) -> String {
    format!("make it again: samtools faidx {}", path.display())
}

/// Reads the index beside a FASTA file.
pub(super) fn read_contigs(path: &Path) -> Result<Vec<fasta::fai::Record>> {
    let beside = with_ending(path, "fai");
    let index = read_index(&beside).map_err(|error| {
        Error::input(beside.display(), format!("the index is damaged: {}", describe(&error))).with_hint(make_anew(path))
    })?;
    Ok(index.as_ref().to_vec())
}

fn read_index(path: &Path) -> io::Result<fasta::fai::Index> {
    fasta::fai::io::Reader::new(source::buffered(path)?).read_index()
}

/// Reads a `.gzi`.
pub(super) fn read_blocks(path: &Path) -> io::Result<bgzf::gzi::Index> {
    bgzf::gzi::io::Reader::new(source::buffered(path)?).read_index()
}

/// Makes the index of a FASTA file by reading it once.
pub(super) fn index_contigs(path: &Path) -> Result<std::result::Result<Vec<fasta::fai::Record>, Irregular>> {
    let input = open::open(path)?;
    input.expect(&[Format::Fasta], "a FASTA file")?;
    let after = |places: &[fasta::fai::Record]| {
        places.last().map(|p| format!(" after contig \"{}\"", p.name())).unwrap_or_default()
    };
    let mut indexer = fasta::io::Indexer::new(input.reader);
    let mut places = Vec::new();
    loop {
        match indexer.index_record() {
            Ok(Some(place)) => places.push(place),
            Ok(None) => return Ok(Ok(places)),
            Err(error) => {
                let mut source = std::error::Error::source(&error);
                while let Some(inner) = source {
                    if let Some(io) = inner.downcast_ref::<io::Error>() {
                        return Err(Error::input(path.display(), format!("{}{}", describe(io), after(&places))));
                    }
                    source = inner.source();
                }
                return Ok(Err(Irregular(format!("{}: {error}", after(&places)))));
            }
        }
    }
}

/// The dictionary of an index.
pub(super) fn dictionary(records: &[fasta::fai::Record], path: &Path) -> Result<Contigs> {
    let mut contigs = Contigs::default();
    for record in records {
        let name = String::from_utf8(record.name().to_vec()).map_err(|_| {
            let shown = String::from_utf8_lossy(record.name()).into_owned();
            Error::input(path.display(), format!("the name of contig \"{shown}\" is not UTF-8"))
        })?;
        if !contigs.push(name.clone(), record.length()) {
            return Err(Error::input(path.display(), format!("contig \"{name}\" occurs twice")));
        }
    }
    if contigs.is_empty() {
        return Err(Error::input(path.display(), "there are no contigs in it"));
    }
    Ok(contigs)
}

/// Refuses an index whose lines do not end in one byte or two: it is damaged, or of another file.
pub(super) fn check_line_widths(records: &[fasta::fai::Record], path: &Path) -> Result<()> {
    let line_end =
        |record: &fasta::fai::Record| record.line_width().get().saturating_sub(record.line_base_count().get());
    if records.iter().all(|record| (1..=2).contains(&line_end(record))) {
        return Ok(());
    }
    let why = "this index is damaged: a line width does not fit its bases";
    Err(Error::input(with_ending(path, "fai").display(), why).with_hint(make_anew(path)))
}

/// The offset in the file of the base at `position` (0-based) of a contig.
pub(super) fn file_offset(place: &fasta::fai::Record, position: u64) -> u64 {
    let bases = place.line_base_count().get();
    place.position() + position / bases * place.line_width().get() + position % bases
}

/// Makes the index of the blocks of a BGZF file by reading it once.
pub(super) fn index_blocks(path: &Path) -> io::Result<bgzf::gzi::Index> {
    let mut reader = bgzf::io::Reader::new(source::buffered(path)?);
    let (mut index, mut sink, mut total, mut last) = (Vec::new(), vec![0u8; 64 << 10], 0u64, 0u64);
    loop {
        let count = reader.read(&mut sink)?;
        if count == 0 {
            return Ok(bgzf::gzi::Index::from(index));
        }
        total += count as u64;
        let place = reader.virtual_position();
        if place.compressed() != last && place.uncompressed() == 0 {
            index.push((place.compressed(), total));
            last = place.compressed();
        }
    }
}

/// The lengths of the contigs in the index beside a FASTA file; `None` without an index that can be read.
pub(crate) fn indexed_lengths(path: &Path) -> Option<Vec<u64>> {
    let index = read_index(&with_ending(path, "fai")).ok()?;
    Some(index.as_ref().iter().map(fasta::fai::Record::length).collect())
}

/// The length of the longest contig in the index beside a FASTA file; 0 without an index that can be read.
pub(crate) fn longest(path: &Path) -> u64 {
    indexed_lengths(path).and_then(|lengths| lengths.into_iter().max()).unwrap_or(0)
}
