//! Reads: SAM, BAM, CRAM, FASTQ and FASTA, all as alignment records, in input order, in constant memory.
//!
//! noodles reads SAM and BAM; CRAM is read by htslib in builds with that feature ([`super::cram::chosen`]).

use std::{
    cell::Cell,
    fs::File,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
};

use noodles::{
    bam, bgzf, csi,
    sam::{
        self,
        alignment::{
            RecordBuf,
            record::{Flags, data::field::Tag},
        },
    },
};

use super::{
    Compression, Format, Input, InputReport, Share, bam_index::BamIndex, cram, regions::Regions, sam_header::Header,
};
use crate::{
    error::{Error, Result, describe, guard},
    genome::{Contigs, Interval},
};

/// An open file of reads.
pub struct Alignments {
    /// Its header; empty for FASTQ.
    pub header: Header,
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
    Sam(Box<dyn BufRead + Send>),
    Bam(Box<dyn BufRead + Send>),
    Cram(Box<cram::Reader>),
    Text(super::fastq::Reads),
    #[cfg(feature = "htslib")]
    Htslib(Box<super::htslib::Reader>),
}

impl Alignments {
    /// Opens a file, or standard input for `-`. CRAM may need the FASTA file it was made with.
    pub fn open(path: &Path, reference: Option<&Path>) -> Result<Self> {
        let headed = &["bam", "sam", "cram"];
        Self::of(super::open_even_empty(path)?.empty_is(Format::Fastq, headed)?, reference)
    }

    /// Of an input that is open already.
    pub fn of(input: Input, reference: Option<&Path>) -> Result<Self> {
        let known = [Format::Sam, Format::Bam, Format::Cram, Format::Fastq, Format::Fasta];
        input.expect(&known, "reads (SAM, BAM, CRAM, FASTQ or FASTA)")?;
        let place = input.place();
        let (format, report, cram_end) = (input.format, input.report(), Box::new(input.cram_end()));
        if format == Format::Cram && input.compression != Compression::None {
            let (said, tool) = match input.compression {
                Compression::Xz => ("xz", "xz -dc"),
                Compression::Bgzf => ("bgzip", "gunzip -c"),
                _ => ("gzip", "gunzip -c"),
            };
            return Err(Error::input(place, format!("it is a CRAM file that was compressed once more ({said})"))
                .with_hint(format!(
                    "CRAM is compressed in itself: {tool} FILE > NEW.cram, or {tool} FILE | genogloss reads -"
                )));
        }
        let share = input.share();
        let Input { mut reader, path, .. } = input;
        let mut library = None;
        let (header, reader) = match format {
            Format::Sam => (Header::read_sam(&mut reader, &place)?, Reader::Sam(reader)),
            Format::Bam => (Header::read_bam(&mut reader, &place)?, Reader::Bam(reader)),
            Format::Cram => {
                let chosen = cram::chosen()?;
                library = Some(cram::reported(chosen));
                match chosen {
                    #[cfg(feature = "htslib")]
                    "htslib" => {
                        let (header, reader) = super::htslib::Reader::open(reader, &path, reference)?;
                        (header, Reader::Htslib(Box::new(reader)))
                    }
                    _ => {
                        let (header, reader) = cram::Reader::open(reader, reference, &place)?;
                        (header, Reader::Cram(Box::new(reader)))
                    }
                }
            }
            _ => (
                Header::default(),
                Reader::Text(super::fastq::Reads::new(
                    Box::new(super::LineLimited::new(reader)),
                    format == Format::Fasta,
                )),
            ),
        };
        let report = Box::new(move || InputReport { reader: library.clone(), ..report() });
        Ok(Self { header, format, path, reader, report, share, cram_end })
    }

    /// Contigs of the header.
    pub fn contigs(&self) -> &Contigs {
        &self.header.contigs
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
        self.header.is_sorted
    }

    /// Hands on every record that `regions` want (all, without), in order. With an index beside a BAM or CRAM file only the parts that
    /// are needed are read (CRAM: with htslib).
    pub fn read(
        self,
        regions: Option<&Regions>,
        mut each: impl FnMut(RecordBuf) -> Result<()>,
    ) -> Result<Box<dyn Fn() -> InputReport + Send>> {
        let place = self.place();
        let Self { header, format, path, reader, report, cram_end, .. } = self;
        let codec = header.for_decoding();
        let mut count = 0u64;
        // Of SAM.
        let line = Cell::new(0u64);
        let mut handle = |record: io::Result<RecordBuf>| -> Result<()> {
            count += 1;
            let at = || match line.get() {
                0 => format!("{place}, record {count}"),
                line => format!("{place}, record {count}, line {line}"),
            };
            let record = record.map_err(|error| Error::input(at(), in_full(&error)))?;
            sound(&record).map_err(|why| Error::input(at(), why))?;
            let wanted = regions.is_none_or(|regions| {
                filed_under(&codec, &record).is_some_and(|(name, at)| regions.overlaps(&name, at))
            });
            if wanted { each(record) } else { Ok(()) }
        };
        if let Some(regions) = regions {
            regions.check(&header.contigs, &place)?;
            if format == Format::Bam
                && path != Path::new("-")
                && let Some(index) = BamIndex::beside(&path)?
            {
                read_indexed(&path, &header, &codec, &index, regions, &mut handle)?;
                return Ok(report);
            }
        }
        match reader {
            Reader::Sam(mut reader) => read_sam(&mut reader, &header, &codec, &place, &line, &mut handle)?,
            Reader::Bam(mut reader) => read_bam(&mut reader, &codec, &mut handle)?,
            Reader::Cram(mut reader) => {
                reader.read(&codec, &mut handle)?;
                check_end(&cram_end, &place)?;
            }
            Reader::Text(mut reader) => {
                while let Some(record) = reader.read().transpose() {
                    handle(record)?;
                }
            }
            #[cfg(feature = "htslib")]
            Reader::Htslib(mut reader) => {
                if let Some(regions) = regions
                    && path != Path::new("-")
                    && reader.read_regions(&header.contigs, regions, &mut handle)?
                {
                    return Ok(report);
                }
                reader.read(&header.contigs, &mut handle)?;
                check_end(&cram_end, &place)?;
            }
        }
        Ok(report)
    }
}

fn check_end(ended: &dyn Fn() -> bool, place: &str) -> Result<()> {
    if ended() {
        return Ok(());
    }
    Err(Error::input(place, "the CRAM end container is missing: the file is truncated"))
}

/// What takes records, or what went wrong with one.
type Handle<'a> = dyn FnMut(io::Result<RecordBuf>) -> Result<()> + 'a;

/// Hands on the records of SAM behind its header; `at` is set to the line of each.
fn read_sam(
    reader: &mut dyn BufRead,
    header: &Header,
    codec: &sam::Header,
    place: &str,
    at: &Cell<u64>,
    handle: &mut Handle<'_>,
) -> Result<()> {
    let mut line = Vec::new();
    let mut oddities = Oddities::default();
    at.set(header.lines);
    loop {
        let read = super::read_line(reader, &mut line);
        if let Ok(false) = read {
            oddities.say(place);
            return Ok(());
        }
        at.set(at.get() + 1);
        match read {
            Ok(_) => handle(guard(|| sam_record(&mut line, at.get(), header, codec, &mut oddities)))?,
            Err(error) => return handle(Err(error)),
        }
    }
}

/// What htslib warns of in reads of SAM that it takes as unmapped: the first, and how many more.
#[derive(Default)]
struct Oddities {
    first: Option<String>,
    more: u64,
}

impl Oddities {
    fn add(&mut self, line: u64, what: impl FnOnce() -> String) {
        match self.first {
            None => self.first = Some(format!("line {line}: {}", what())),
            Some(_) => self.more += 1,
        }
    }

    fn say(self, place: &str) {
        if let Some(first) = self.first {
            let more = if self.more > 0 { format!(" ({} more like it)", self.more) } else { String::new() };
            tracing::warn!("{place}, {first}, as samtools has it{more}");
        }
    }
}

/// Where fields of SAM are (SAM specification, section 1.4).
const RNAME: usize = 2;
const RNEXT: usize = 6;
const FIELDS: usize = 11;

/// A record of SAM, with what htslib changes while it reads one (sam_parse1): reads and mates whose place is not whole are unmapped.
fn sam_record(
    line: &mut Vec<u8>,
    number: u64,
    header: &Header,
    codec: &sam::Header,
    oddities: &mut Oddities,
) -> io::Result<RecordBuf> {
    let bad = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
    if line.is_empty() {
        return Err(bad("the line is empty; samtools does not read it either: take it out".into()));
    }
    let tabs: Vec<usize> = memchr::memchr_iter(b'\t', line).take(FIELDS - 1).collect();
    if tabs.len() < FIELDS - 1 {
        return Err(bad(format!("{} of the {FIELDS} fields that a record has (truncated?)", tabs.len() + 1)));
    }
    let mate_is_beside = line[tabs[RNEXT - 1] + 1..tabs[RNEXT]] == *b"=";
    for field in [RNEXT, RNAME] {
        let at = tabs[field - 1] + 1..tabs[field];
        let name = &line[at.clone()];
        if name == b"*" || (field == RNEXT && mate_is_beside) {
            continue;
        }
        let shown = || String::from_utf8_lossy(name).into_owned();
        let known: Vec<u8> = match header.contig_named(name) {
            Some(known) if known.as_bytes() == name => continue,
            Some(known) => known.into(),
            None if field == RNAME && header.contigs.count() == 0 => {
                return Err(bad(format!(
                    "the read lies on contig \"{}\", and the header has no contigs (@SQ)",
                    shown()
                )));
            }
            None => {
                let what = if field == RNAME { "the read" } else { "its mate" };
                oddities.add(number, || {
                    format!("contig \"{}\" is not in the header: {what} is taken as unmapped", shown())
                });
                b"*".into()
            }
        };
        line.splice(at, known);
    }
    capitalize_hex(line);
    let mut record = RecordBuf::default();
    sam::io::Reader::new(&line[..]).read_record_buf(codec, &mut record)?;
    if record.alignment_start().is_none() && record.reference_sequence_id().is_some() {
        oddities.add(number, || "POS is 0: the read is taken as unmapped".into());
        *record.reference_sequence_id_mut() = None;
    }
    if record.reference_sequence_id().is_none() {
        record.flags_mut().insert(Flags::UNMAPPED);
    }
    if record.cigar().as_ref().is_empty() && !record.flags().is_unmapped() {
        oddities.add(number, || "there is no CIGAR: the read is taken as unmapped".into());
        record.flags_mut().insert(Flags::UNMAPPED);
    }
    if mate_is_beside {
        *record.mate_reference_sequence_id_mut() = record.reference_sequence_id();
    }
    if record.mate_alignment_start().is_none() && record.mate_reference_sequence_id().is_some() {
        oddities.add(number, || "PNEXT is 0: its mate is taken as unmapped".into());
        *record.mate_reference_sequence_id_mut() = None;
    }
    Ok(record)
}

/// htslib takes small letters in the hexadecimal numbers of tags of type H; noodles does not.
fn capitalize_hex(line: &mut [u8]) {
    let starts: Vec<usize> = memchr::memmem::find_iter(line, b":H:").collect();
    for start in starts {
        if start >= 3 && line[start - 3] == b'\t' {
            let value = &mut line[start + 3..];
            let end = memchr::memchr(b'\t', value).unwrap_or(value.len());
            value[..end].make_ascii_uppercase();
        }
    }
}

/// The reason with all that lies behind it: which field, which tag.
pub fn in_full(error: &io::Error) -> String {
    let mut text = describe(error);
    let mut source = error.get_ref().and_then(|inner| std::error::Error::source(inner));
    while let Some(inner) = source {
        let more = inner.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        source = inner.source();
    }
    text
}

/// Hands on the records of BAM behind its header.
fn read_bam(reader: &mut dyn BufRead, codec: &sam::Header, handle: &mut Handle<'_>) -> Result<()> {
    loop {
        // A record is its length and as many bytes (SAM specification, section 4.2).
        match super::read_frame(reader, 1) {
            Ok(None) => return Ok(()),
            Ok(Some(frame)) => handle(guard(|| {
                let mut record = RecordBuf::default();
                bam::io::Reader::from(&frame[..]).read_record_buf(codec, &mut record)?;
                Ok(record)
            }))?,
            Err(error) => return handle(Err(error)),
        }
    }
}

/// Hands on the records of the parts of a BAM file in which the regions lie, each once, in the file's order.
fn read_indexed(
    path: &Path,
    header: &Header,
    codec: &sam::Header,
    index: &BamIndex,
    regions: &Regions,
    handle: &mut Handle<'_>,
) -> Result<()> {
    super::require_end_block(path)?;
    let file = File::open(path).map_err(|e| Error::read(path, &e))?;
    let mut reader = bgzf::io::Reader::new(BufReader::new(file));
    Header::skip_bam(&mut reader, &super::place(path))?;
    index.check(&mut reader, path, &header.contigs)?;
    for (id, contig) in header.contigs.iter().enumerate() {
        let chunks = index.chunks(id, contig.len, regions.of(&contig.name))?;
        if !chunks.is_empty() {
            read_bam(&mut csi::io::Query::new(&mut reader, chunks), codec, handle)?;
        }
    }
    Ok(())
}

/// Takes tags off a read and leaves the others in their order, which noodles' `remove` does not.
pub fn remove_tags(record: &mut RecordBuf, tags: &[Tag]) {
    if record.data().keys().any(|tag| tags.contains(&tag)) {
        let data = std::mem::take(record.data_mut());
        *record.data_mut() = data.iter().filter(|(tag, _)| !tags.contains(tag)).map(|(t, v)| (t, v.clone())).collect();
    }
}

/// What a record says of itself must fit together.
fn sound(record: &RecordBuf) -> Result<(), String> {
    let name = || record.name().map(ToString::to_string).unwrap_or_default();
    let operations = record.cigar().as_ref();
    let covered: u64 = operations.iter().filter(|op| op.kind().consumes_read()).map(|op| op.len() as u64).sum();
    let len = record.sequence().len() as u64;
    if !operations.is_empty() && len > 0 && covered != len {
        return Err(format!("read {} has {len} bases, but its CIGAR covers {covered}", name()));
    }
    Ok(())
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

/// Stretches of a read whose bases are aligned, base by base: first base on the read (0-based, in the order of the record), first
/// base on the reference (0-based), bases.
#[derive(Debug, Default)]
pub struct AlignedBlocks(Vec<(u64, u64, u64)>);

impl AlignedBlocks {
    /// By the CIGAR; none of a read without a place.
    pub fn of(record: &RecordBuf) -> Self {
        let Some(start) = record.alignment_start().filter(|_| !record.flags().is_unmapped()) else {
            return Self::default();
        };
        let (mut read, mut reference, mut blocks) = (0, start.get() as u64 - 1, Vec::new());
        for op in record.cigar().as_ref() {
            let (kind, len) = (op.kind(), op.len() as u64);
            if kind.consumes_read() && kind.consumes_reference() {
                blocks.push((read, reference, len));
            }
            read += if kind.consumes_read() { len } else { 0 };
            reference += if kind.consumes_reference() { len } else { 0 };
        }
        Self(blocks)
    }

    /// Place on the reference of the first aligned base among the read's bases from `start` to before `end`; `None` where none
    /// of them is aligned.
    pub fn first_in(&self, start: u64, end: u64) -> Option<u64> {
        let next = self.0.partition_point(|&(read, _, len)| read + len <= start);
        let &(read, reference, _) = self.0.get(next)?;
        let first = read.max(start);
        (first < end).then(|| reference + first - read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use noodles::core::Position;
    use noodles::sam::alignment::record::cigar::{Op, op::Kind};

    #[test]
    fn windows_begin_at_their_first_aligned_base() {
        let cigar = [
            (Kind::SoftClip, 2),
            (Kind::Match, 3),
            (Kind::Insertion, 2),
            (Kind::Match, 2),
            (Kind::Deletion, 4),
            (Kind::Match, 2),
            (Kind::SoftClip, 1),
        ];
        let record = RecordBuf::builder()
            .set_flags(sam::alignment::record::Flags::empty())
            .set_alignment_start(Position::try_from(101).expect("not zero"))
            .set_cigar(cigar.into_iter().map(|(kind, len)| Op::new(kind, len)).collect())
            .build();
        let blocks = AlignedBlocks::of(&record);
        let places: Vec<Option<u64>> = (0..12).map(|start| blocks.first_in(start, start + 1)).collect();
        let aligned = |place: u64| Some(place);
        let (none, clipped) = (None, None);
        let expected = [
            clipped,
            clipped,
            aligned(100),
            aligned(101),
            aligned(102),
            none,
            none,
            aligned(103),
            aligned(104),
            aligned(109),
            aligned(110),
            clipped,
        ];
        assert_eq!(places, expected);
        assert_eq!(
            [blocks.first_in(0, 12), blocks.first_in(5, 12), blocks.first_in(5, 7)],
            [Some(100), Some(103), None]
        );
    }
}
