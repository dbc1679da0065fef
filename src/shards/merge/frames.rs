//! Merging BAM and BCF: one header, then the records of all parts, byte by byte.

use std::io::BufRead;

use super::part::Part;
use crate::{
    error::{Error, Result, describe},
    output::Output,
    read::{self, Format, read_frame, sam_header::Header},
    vcf::bcf::dictionary::{Dictionary, read_header},
};

/// A format whose records have their length before them.
pub(super) trait FrameFormat {
    /// The format that the parts must have, and its name.
    const FORMAT: (Format, &'static str);

    /// How many lengths, of four bytes each, a record begins with.
    const LENGTHS: usize;

    /// Reads the header of a part, once for each part and in their order.
    fn header(&mut self, reader: &mut dyn BufRead, part: &Part) -> Result<Vec<u8>>;

    /// Writes one record.
    fn write(&self, frame: &[u8], output: &mut Output, part: &Part) -> Result<()>;
}

/// BAM.
pub(super) struct Bam;

impl FrameFormat for Bam {
    const FORMAT: (Format, &'static str) = (Format::Bam, "BAM");
    const LENGTHS: usize = 1;

    fn header(&mut self, reader: &mut dyn BufRead, part: &Part) -> Result<Vec<u8>> {
        Header::copy_bam(reader, &part.place())
    }

    fn write(&self, frame: &[u8], output: &mut Output, _: &Part) -> Result<()> {
        output.write_all(frame)
    }
}

/// BCF; the names in its header give the index the contigs of records.
#[derive(Default)]
pub(super) struct Bcf(Dictionary);

impl FrameFormat for Bcf {
    const FORMAT: (Format, &'static str) = (Format::Bcf, "BCF");
    const LENGTHS: usize = 2;

    fn header(&mut self, reader: &mut dyn BufRead, part: &Part) -> Result<Vec<u8>> {
        let (header, lines) = read_header(reader).map_err(|error| Error::input(part.place(), describe(&error)))?;
        self.0 = Dictionary::parse(lines.iter().map(Vec::as_slice)).map_err(|why| Error::input(part.place(), why))?;
        Ok(header)
    }

    fn write(&self, frame: &[u8], output: &mut Output, part: &Part) -> Result<()> {
        output.write_frame(&self.0, frame)?.map_err(|why| Error::input(part.place(), why))
    }
}

/// Writes the header and the records of all parts; returns how many records there are.
pub(super) fn all<F: FrameFormat>(mut format: F, parts: &[Part], output: &mut Output) -> Result<u64> {
    let (mut first, mut total) = (None, 0);
    for part in parts {
        let mut input = read::open(&part.path)?;
        input.expect(&[F::FORMAT.0], F::FORMAT.1)?;
        let header = format.header(&mut input.reader, part)?;
        match &first {
            None => {
                output.write_all(&header)?;
                first = Some(header);
            }
            Some(first) if *first != header => {
                let message = format!("its header differs from that of {}", parts[0].place());
                return Err(Error::input(part.place(), message));
            }
            Some(_) => {}
        }
        let failed = |error: std::io::Error| Error::input(part.place(), describe(&error));
        let mut count = 0;
        while let Some(frame) = read_frame(&mut input.reader, F::LENGTHS).map_err(failed)? {
            format.write(&frame, output, part)?;
            count += 1;
        }
        part.complete(count)?;
        total += count;
    }
    Ok(total)
}
