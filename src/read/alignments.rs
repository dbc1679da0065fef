//! Reads: SAM, BAM, CRAM and FASTQ, all as alignment records, in input order, in constant memory.
//!
//! noodles reads all four. With the feature `htslib`, CRAM files go through htslib.

use std::{
    fs::File,
    io::{self, BufRead},
    path::{Path, PathBuf},
};

use noodles::{
    bam, bgzf,
    core::Position,
    cram, csi,
    fasta::{self, repository::Adapter},
    fastq,
    sam::{self, alignment::RecordBuf},
};

use super::{Format, Input, InputReport, Share, reference::Reference, regions::Regions};
use crate::{
    error::{Error, Result, describe, guard},
    genome::{Contigs, Interval},
};

/// An open file of reads.
pub struct Alignments {
    /// Its header; empty for FASTQ.
    pub header: sam::Header,
    /// Contigs of the header.
    pub contigs: Contigs,
    /// What it holds.
    pub format: Format,
    /// As the user wrote it.
    pub path: PathBuf,
    reader: Reader,
    report: Box<dyn Fn() -> InputReport + Send>,
    share: Option<Share>,
    cram_end: Box<dyn Fn() -> bool + Send>,
}

enum Reader {
    Sam(sam::io::Reader<Box<dyn BufRead + Send>>),
    Bam(Box<dyn BufRead + Send>),
    Cram(cram::io::Reader<Box<dyn BufRead + Send>>, fasta::Repository),
    Fastq(fastq::io::Reader<Box<dyn BufRead + Send>>),
    #[cfg(feature = "htslib")]
    Htslib(super::htslib::Reader),
}

/// Gives CRAM its reference, contig by contig.
struct Contigwise(Reference);

impl Adapter for Contigwise {
    fn get(&mut self, name: &[u8]) -> Option<io::Result<fasta::Record>> {
        let name = std::str::from_utf8(name).ok()?;
        let (Some(id), Some(contig)) = (self.0.contigs().id(name), self.0.contigs().get(name)) else {
            // `None` would make the CRAM reader panic.
            return Some(Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("contig \"{name}\" is not in {}", self.0.place()),
            )));
        };
        let len = contig.len;
        let mut bases = Vec::with_capacity(len as usize);
        let read =
            self.0.fetch(id, Interval::new(0, len), &mut bases).map_err(|error| io::Error::other(error.to_string()));
        bases.make_ascii_uppercase();
        Some(read.map(|()| {
            fasta::Record::new(fasta::record::Definition::new(name, None), fasta::record::Sequence::from(bases))
        }))
    }
}

impl Alignments {
    /// Opens a file, or standard input for `-`. CRAM needs the FASTA file it was made with.
    pub fn open(path: &Path, reference: Option<&Path>) -> Result<Self> {
        Self::of(super::open(path)?, reference)
    }

    /// Of an input that is open already.
    pub fn of(input: Input, reference: Option<&Path>) -> Result<Self> {
        input.expect(&[Format::Sam, Format::Bam, Format::Cram, Format::Fastq], "reads (SAM, BAM, CRAM or FASTQ)")?;
        let place = input.place();
        let failed = |error: io::Error| Error::input(&place, describe(&error));
        let (format, report, cram_end) = (input.format, Box::new(input.report()), Box::new(input.cram_end()));
        let share = input.share();
        let Input { reader, path, .. } = input;
        let (header, reader) = match format {
            Format::Sam => {
                let limited: Box<dyn BufRead + Send> = Box::new(super::LineLimited::new(reader));
                let mut reader = sam::io::Reader::new(limited);
                (guard(|| reader.read_header()).map_err(failed)?, Reader::Sam(reader))
            }
            #[cfg(feature = "htslib")]
            Format::Cram if share.is_some() => {
                let (header, reader) = super::htslib::Reader::open(&path, reference)?;
                (header, Reader::Htslib(reader))
            }
            Format::Bam => {
                let mut reader = bam::io::Reader::from(reader);
                (guard(|| reader.read_header()).map_err(failed)?, Reader::Bam(reader.into_inner()))
            }
            Format::Cram => {
                let fasta = reference.ok_or_else(|| needs_reference(&path))?;
                let repository = fasta::Repository::new(Contigwise(Reference::open(fasta)?));
                let mut reader = cram::io::reader::Builder::default()
                    .set_reference_sequence_repository(repository.clone())
                    .build_from_reader(reader);
                (guard(|| reader.read_header()).map_err(failed)?, Reader::Cram(reader, repository))
            }
            _ => (
                sam::Header::default(),
                Reader::Fastq(fastq::io::Reader::new(Box::new(super::LineLimited::new(reader)))),
            ),
        };
        let mut contigs = Contigs::default();
        for (name, map) in header.reference_sequences() {
            contigs.push(name.to_string(), map.length().get() as u64);
        }
        Ok(Self { header, contigs, format, path, reader, report, share, cram_end })
    }

    /// What share of the file has been read; once.
    pub fn share(&mut self) -> Option<Share> {
        self.share.take()
    }

    /// What messages call the file.
    pub fn place(&self) -> String {
        super::place(&self.path)
    }

    /// For the manifest, to be called when reading is over.
    pub fn report(&self) -> InputReport {
        (self.report)()
    }

    /// Records are in order of contig and start, says the header.
    pub fn is_sorted(&self) -> bool {
        use sam::header::record::value::map::header::tag;
        self.header
            .header()
            .and_then(|h| h.other_fields().get(&tag::SORT_ORDER))
            .is_some_and(|order| *order == "coordinate")
    }

    /// Hands on every record that `regions` want (all, without), in order. With an index beside a BAM file only the
    /// blocks that are needed are read.
    pub fn read(
        mut self,
        regions: Option<&Regions>,
        mut each: impl FnMut(RecordBuf) -> Result<()>,
    ) -> Result<Box<dyn Fn() -> InputReport + Send>> {
        let place = self.place();
        let mut count = 0u64;
        if let Some(regions) = regions {
            regions.check(&self.contigs, &place)?;
            if self.format == Format::Bam
                && self.path != Path::new("-")
                && let Some(index) = index_of(&self.path)?
            {
                match &index {
                    BamIndex::Bai(index) => self.read_indexed(index, regions, &mut each)?,
                    BamIndex::Csi(index) => self.read_indexed(index, regions, &mut each)?,
                }
                return Ok(self.report);
            }
        }
        let header = self.header;
        let wanted = |record: &RecordBuf| {
            regions.is_none_or(|regions| {
                filed_under(&header, record).is_some_and(|(name, at)| regions.overlaps(&name, at))
            })
        };
        let mut handle = |record: io::Result<RecordBuf>| -> Result<()> {
            count += 1;
            let record = record.map_err(|error| Error::input(format!("{place}, record {count}"), describe(&error)))?;
            sound(&record).map_err(|why| Error::input(format!("{place}, record {count}"), why))?;
            if wanted(&record) { each(record) } else { Ok(()) }
        };
        match &mut self.reader {
            Reader::Sam(reader) => reader.record_bufs(&header).try_for_each(&mut handle)?,
            Reader::Bam(reader) => loop {
                // A record is its length and as many bytes (SAM specification, section 4.2).
                match super::read_frame(reader, 1) {
                    Ok(None) => break,
                    Ok(Some(frame)) => handle(guard(|| {
                        let mut record = RecordBuf::default();
                        bam::io::Reader::from(&frame[..]).read_record_buf(&header, &mut record)?;
                        Ok(record)
                    }))?,
                    Err(error) => handle(Err(error))?,
                }
            },
            Reader::Cram(reader, repository) => {
                // The repository keeps every contig it was asked for: only the one in use is kept.
                let mut contig = None;
                let mut records = reader.records(&header);
                while let Some(record) = guard(|| records.next().transpose()).transpose() {
                    if let Ok(record) = &record
                        && contig != record.reference_sequence_id()
                    {
                        contig = record.reference_sequence_id();
                        repository.clear();
                    }
                    handle(record)?;
                }
                drop(records);
                // What follows the last record is the end mark: it is read, so that it can be looked at.
                io::copy(reader.get_mut(), &mut io::sink()).map_err(|error| Error::input(&place, describe(&error)))?;
                if !(self.cram_end)() {
                    return Err(Error::input(&place, "the CRAM end container is missing: the file is truncated"));
                }
            }
            Reader::Fastq(reader) => {
                let mut record = fastq::Record::default();
                loop {
                    match reader.read_record(&mut record) {
                        Ok(0) => break,
                        Ok(_) => handle(unmapped(&record))?,
                        Err(error) => handle(Err(error))?,
                    }
                }
            }
            #[cfg(feature = "htslib")]
            Reader::Htslib(reader) => reader.read(&mut handle)?,
        }
        Ok(self.report)
    }

    fn read_indexed<I: csi::BinningIndex>(
        &self,
        index: &I,
        regions: &Regions,
        each: &mut dyn FnMut(RecordBuf) -> Result<()>,
    ) -> Result<()> {
        let place = self.place();
        let failed = |error: io::Error| Error::input(&place, describe(&error));
        super::require_end_block(&self.path)?;
        let file = File::open(&self.path).map_err(|e| Error::read(&self.path, &e))?;
        let mut reader = bam::io::Reader::from(bgzf::io::Reader::new(file));
        reader.read_header().map_err(failed)?;
        for contig in self.contigs.iter() {
            let mut done: Vec<Interval> = Vec::new();
            for &asked in regions.of(&contig.name) {
                let interval = Interval::new(asked.start, asked.end.min(contig.len));
                let (Ok(start), Ok(end)) = (
                    Position::try_from(interval.one_based_start() as usize),
                    Position::try_from(interval.end as usize),
                ) else {
                    continue;
                };
                let region = noodles::core::Region::new(contig.name.as_str(), start..=end);
                let found = guard(|| reader.query(&self.header, index, &region)).map_err(failed)?;
                for record in found.records() {
                    let record =
                        RecordBuf::try_from_alignment_record(&self.header, &record.map_err(failed)?).map_err(failed)?;
                    // A read over two regions is found twice.
                    let seen =
                        filed_under(&self.header, &record).is_some_and(|(_, at)| done.iter().any(|d| d.overlaps(at)));
                    if !seen {
                        each(record)?;
                    }
                }
                done.push(interval);
            }
        }
        Ok(())
    }
}

enum BamIndex {
    Bai(bam::bai::Index),
    Csi(csi::Index),
}

/// The index beside a BAM file, if there is one.
fn index_of(path: &Path) -> Result<Option<BamIndex>> {
    for ending in ["bai", "csi"] {
        for beside in [super::reference::with_ending(path, ending), path.with_extension(ending)] {
            if beside.is_file() {
                let failed = |error: io::Error| Error::read(&beside, &error);
                super::index::check(&beside).map_err(failed)?;
                return Ok(Some(if ending == "bai" {
                    BamIndex::Bai(bam::bai::fs::read(&beside).map_err(failed)?)
                } else {
                    BamIndex::Csi(csi::fs::read(&beside).map_err(failed)?)
                }));
            }
        }
    }
    Ok(None)
}

/// What a record says of itself must fit together.
fn sound(record: &RecordBuf) -> Result<(), String> {
    let name = || record.name().map(ToString::to_string).unwrap_or_default();
    let operations = record.cigar().as_ref();
    if operations.iter().any(|op| op.is_empty()) {
        return Err(format!("read {} has a CIGAR operation of length 0", name()));
    }
    let covered: u64 = operations.iter().filter(|op| op.kind().consumes_read()).map(|op| op.len() as u64).sum();
    let len = record.sequence().len() as u64;
    if !operations.is_empty() && len > 0 && covered != len {
        return Err(format!("read {} has {len} bases, but its CIGAR covers {covered}", name()));
    }
    Ok(())
}

/// CRAM holds differences to a reference.
pub(super) fn needs_reference(path: &Path) -> Error {
    Error::usage(format!("{} is CRAM: it needs the FASTA file it was made with", super::place(path)))
        .with_hint("add -f genome.fa")
}

/// Contig and interval a record is aligned to; `None` where it is not.
pub fn place_of(header: &sam::Header, record: &RecordBuf) -> Option<(String, Interval)> {
    if record.flags().is_unmapped() { None } else { filed_under(header, record) }
}

/// Where a record is filed: an unmapped read lies at its mate, one base long, as samtools has it.
fn filed_under(header: &sam::Header, record: &RecordBuf) -> Option<(String, Interval)> {
    let (name, _) = record.reference_sequence(header)?.ok()?;
    let start = record.alignment_start()?.get() as u64;
    let end =
        if record.flags().is_unmapped() { start } else { record.alignment_end().map_or(start, |end| end.get() as u64) };
    Some((String::from_utf8_lossy(name).into_owned(), Interval::from_one_based(start, end.max(start))))
}

/// A FASTQ record as an unmapped read.
fn unmapped(record: &fastq::Record) -> io::Result<RecordBuf> {
    let bad = |why: &str| io::Error::new(io::ErrorKind::InvalidData, why.to_string());
    if record.quality_scores().len() != record.sequence().len() {
        return Err(bad("sequence and qualities differ in length"));
    }
    let qualities = record
        .quality_scores()
        .iter()
        .map(|&q| q.checked_sub(b'!').filter(|&q| q <= 93).ok_or_else(|| bad("a quality is not between ! and ~")));
    let qualities = qualities.collect::<io::Result<Vec<u8>>>()?;
    Ok(RecordBuf::builder()
        .set_name(record.name())
        .set_flags(sam::alignment::record::Flags::UNMAPPED)
        .set_sequence(record.sequence().to_vec().into())
        .set_quality_scores(qualities.into())
        .build())
}

/// Where base `offset` (0-based, in the order of the record) of a read lies on the reference, 0-based: the last
/// aligned base at or before it.
pub fn reference_position(record: &RecordBuf, offset: u64) -> Option<u64> {
    let mut reference = record.alignment_start()?.get() as u64 - 1;
    let (mut read, mut last) = (0u64, None);
    for op in record.cigar().as_ref() {
        let kind = op.kind();
        let len = op.len() as u64;
        let (uses_read, uses_reference) = (kind.consumes_read(), kind.consumes_reference());
        if uses_read && uses_reference && len > 0 {
            let at = offset.checked_sub(read)?;
            last = Some(reference + at.min(len - 1));
        }
        if uses_read {
            if offset < read + len {
                return last.or(Some(reference));
            }
            read += len;
        }
        if uses_reference {
            reference += len;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use noodles::sam::alignment::record::cigar::{Op, op::Kind};

    #[test]
    fn read_offsets_map_through_the_cigar() {
        let cigar = [
            (Kind::SoftClip, 2),
            (Kind::Match, 3),
            (Kind::Insertion, 2),
            (Kind::Match, 2),
            (Kind::Deletion, 4),
            (Kind::Match, 2),
        ];
        let record = RecordBuf::builder()
            .set_alignment_start(Position::try_from(101).expect("not zero"))
            .set_cigar(cigar.into_iter().map(|(kind, len)| Op::new(kind, len)).collect())
            .build();
        let places: Vec<Option<u64>> = (0..11).map(|offset| reference_position(&record, offset)).collect();
        let expected = [100, 100, 100, 101, 102, 102, 102, 103, 104, 109, 110].map(Some);
        assert_eq!(places, expected);
    }
}
