//! Files of reads: SAM, BAM, CRAM, FASTQ and FASTA. All give alignment records, in input order, one at a time.
//!
//! noodles reads SAM and BAM; CRAM is read by htslib in builds with that feature: see [`super::cram`].

use std::{
    cell::Cell,
    io::{self, BufRead},
    path::{Path, PathBuf},
};

use noodles::sam::alignment::RecordBuf;

pub(crate) use super::alignment_record::{AlignedBlocks, place_of};
use super::{
    alignment_record::{check_lengths, describe_in_full, indexed_place},
    bam, cram,
    end_marks::NO_CRAM_EOF,
    fastq,
    file_index::{Records, say_unindexed},
    format::{Compression, Format},
    lines::LineLimited,
    open::{self, Input},
    part::Part,
    regions::Regions,
    sam,
    sam_header::Header,
    source,
    tally::{InputReport, Share, Tally},
};
use crate::{
    address::{Scheme, scheme},
    error::{Error, Result},
    genome::{Contigs, Interval},
};

/// An open file of reads.
pub(crate) struct Alignments {
    /// Its header; empty for FASTQ and FASTA.
    pub header: Header,
    /// Its format.
    pub format: Format,
    /// The path, as the user wrote it.
    pub path: PathBuf,
    /// The FASTA file of CRAM.
    reference: Option<PathBuf>,
    /// Whether it is compressed in blocks.
    is_blocked: bool,
    tally: Tally,
    reader: Reader,
    report: Box<dyn Fn() -> InputReport + Send>,
    share: Option<Share>,
    /// Whether the bytes that were read end with the end mark of CRAM.
    has_cram_end: Box<dyn Fn() -> bool + Send>,
}

enum Reader {
    Sam(Box<dyn BufRead + Send>),
    Bam(Box<dyn BufRead + Send>),
    Cram(cram::Reader),
    /// FASTQ or FASTA.
    Text(fastq::Reads),
}

impl Alignments {
    /// Opens a file, or standard input for `-`. `reference` is the FASTA file that a CRAM file was made with.
    pub(crate) fn open(path: &Path, reference: Option<&Path>) -> Result<Self> {
        let headed = &["bam", "sam", "cram"];
        Self::of(open::open_even_empty(path)?.empty_is(Format::Fastq, headed)?, reference)
    }

    /// Of an open input.
    pub(crate) fn of(input: Input, reference: Option<&Path>) -> Result<Self> {
        let formats = [Format::Sam, Format::Bam, Format::Cram, Format::Fastq, Format::Fasta];
        input.expect(&formats, "reads (SAM, BAM, CRAM, FASTQ or FASTA)")?;
        if input.format == Format::Cram {
            refuse_compressed_cram(&input)?;
        }
        let place = input.place();
        let (format, report, has_cram_end) = (input.format, input.report(), Box::new(input.cram_end()));
        let (share, tally, is_blocked) = (input.share(), input.tally(), input.compression == Compression::Bgzf);
        let Input { mut reader, path, .. } = input;
        let mut library = None;
        let (header, reader) = match format {
            Format::Sam => (Header::read_sam(&mut reader, &place)?, Reader::Sam(reader)),
            Format::Bam => (Header::read_bam(&mut reader, &place)?, Reader::Bam(reader)),
            Format::Cram => {
                let (header, reader) = cram::Reader::open(reader, &path, reference)?;
                library = Some(reader.library());
                (header, Reader::Cram(reader))
            }
            _ => {
                let lines = Box::new(LineLimited::new(reader));
                (Header::default(), Reader::Text(fastq::Reads::new(lines, format == Format::Fasta)))
            }
        };
        let report = Box::new(move || InputReport { reader: library.clone(), ..report() });
        let reference = reference.map(Path::to_path_buf);
        Ok(Self { header, format, path, reference, is_blocked, tally, reader, report, share, has_cram_end })
    }

    /// The contigs of the header.
    pub(crate) fn contigs(&self) -> &Contigs {
        &self.header.contigs
    }

    /// Its SHA-256 is not wanted.
    pub(crate) fn skip_digest(&self) {
        self.tally.skip_digest();
    }

    /// A function that returns the share of the file that has been read; `None` from the second call on.
    pub(crate) fn share(&mut self) -> Option<Share> {
        self.share.take()
    }

    /// The name of the file in messages.
    pub(crate) fn place(&self) -> String {
        open::place(&self.path)
    }

    /// Whether the header declares records in order of contig and start.
    pub(crate) fn is_sorted(&self) -> bool {
        self.header.is_sorted
    }

    /// Calls `each` with every record of a part, in order; records beside what a shard owns may come too. With an index beside a BAM or
    /// CRAM file only what is needed is read. Returns a function that gives the file's entry in the manifest.
    pub(crate) fn read(
        self,
        part: &Part<'_>,
        mut each: impl FnMut(RecordBuf) -> Result<()>,
    ) -> Result<Box<dyn Fn() -> InputReport + Send>> {
        let (name, indexed) = (self.place(), Cell::new(false));
        let Self { header, format, path, reference, is_blocked, tally, reader, report, has_cram_end, .. } = self;
        let codec = header.for_decoding();
        let mut count = 0u64;
        // The number of the line, in SAM.
        let line = Cell::new(0u64);
        let mut handle = |record: io::Result<RecordBuf>| -> Result<()> {
            count += 1;
            let at = || match line.get() {
                0 if indexed.get() => format!("{name}, record {count} of the part that is read by its index"),
                0 => format!("{name}, record {count}"),
                line => format!("{name}, record {count}, line {line}"),
            };
            let record = record.map_err(|error| Error::input(at(), describe_in_full(&error)))?;
            check_lengths(&record).map_err(|why| Error::input(at(), why))?;
            let is_wanted = part.regions.is_none_or(|regions| {
                indexed_place(&codec, &record).is_some_and(|(name, interval)| regions.overlaps(&name, interval))
            });
            if is_wanted { each(record) } else { Ok(()) }
        };
        if let Some(regions) = part.regions {
            regions.check(&header.contigs, &name)?;
        }
        if let Some(regions) = part.regions
            && scheme(&path) == Some(Scheme::Htsget)
        {
            read_from_tickets(&path, reference.as_deref(), &header, regions, &mut handle)?;
            return Ok(report);
        }
        if !part.is_whole() && source::is_file(&path) {
            indexed.set(true);
            match format {
                Format::Bam if is_blocked => {
                    if bam::read_part(&path, &header, &codec, part, tally, &mut handle)? {
                        return Ok(report);
                    }
                    say_unindexed(&name, Records::Bam.command());
                }
                Format::Cram => {
                    match cram::Reader::open_part(&path, reference.as_deref(), &header.contigs, part, tally)? {
                        Some(part) => {
                            part.read(&header, &codec, &mut handle)?;
                            return Ok(report);
                        }
                        None => say_unindexed(&name, Records::Bam.command()),
                    }
                }
                Format::Fastq | Format::Fasta => {}
                _ => say_unindexed(&name, "samtools sort -o FILE.bam --write-index"),
            }
            indexed.set(false);
        }
        match reader {
            Reader::Sam(mut reader) => sam::read_records(&mut reader, &header, &codec, &name, &line, &mut handle)?,
            Reader::Bam(mut reader) => bam::read_records(&mut reader, &codec, &mut handle)?,
            Reader::Cram(reader) => {
                reader.read(&header, &codec, &mut handle)?;
                if !has_cram_end() {
                    return Err(Error::input(name, NO_CRAM_EOF));
                }
            }
            Reader::Text(mut reader) => {
                while let Some(record) = reader.read().transpose() {
                    handle(record)?;
                }
            }
        }
        Ok(report)
    }
}

/// Calls `handle` with the records of the regions, each once, from a ticket of htsget for each region. A server may give more records
/// than those that overlap it.
fn read_from_tickets(
    path: &Path,
    reference: Option<&Path>,
    header: &Header,
    regions: &Regions,
    handle: &mut dyn FnMut(io::Result<RecordBuf>) -> Result<()>,
) -> Result<()> {
    for contig in header.contigs.iter() {
        let mut before = 0;
        for region in regions.of(&contig.name) {
            let region = Interval::new(region.start, region.end.min(contig.len.max(region.start)));
            let input = open::open_region(path, &contig.name, region)?;
            let part = Alignments::of(input, reference)?;
            if !part.contigs().iter().eq(header.contigs.iter()) {
                return Err(Error::input(
                    part.place(),
                    "the server gives other contigs for a region than for the file",
                ));
            }
            let codec = part.header.for_decoding();
            let _ = part.read(&Part::default(), |record| {
                let place = indexed_place(&codec, &record);
                // What overlaps an earlier region, too, has been read.
                let is_wanted = place.is_some_and(|(name, own)| {
                    name == contig.name && own.overlaps(region) && (before == 0 || own.start >= before)
                });
                if is_wanted { handle(Ok(record)) } else { Ok(()) }
            })?;
            before = region.end;
        }
    }
    Ok(())
}

/// Refuses a CRAM file that was compressed again: htslib and noodles need the bytes of the file.
fn refuse_compressed_cram(input: &Input) -> Result<()> {
    let (compressor, decompress) = match input.compression {
        Compression::None => return Ok(()),
        Compression::Xz => ("xz", "xz -dc"),
        Compression::Bgzf => ("bgzip", "gunzip -c"),
        Compression::Gzip => ("gzip", "gunzip -c"),
    };
    Err(Error::input(input.place(), format!("it is a CRAM file that was compressed again ({compressor})")).with_hint(
        format!("CRAM is already compressed: {decompress} FILE > NEW.cram, or {decompress} FILE | genogloss reads -"),
    ))
}
