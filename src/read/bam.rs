//! Records of BAM, all of them or those of regions.

use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::Path,
};

use noodles::{
    bam, bgzf, csi,
    sam::{self, alignment::RecordBuf},
};

use super::{
    bam_index::BamIndex, end_marks::require_end_block, lines::read_frame, open, regions::Regions, sam_header::Header,
};
use crate::error::{Error, Result, guard};

/// Calls `handle` with the records after the header, or with the error of one.
pub(super) fn read_records(
    reader: &mut dyn BufRead,
    codec: &sam::Header,
    handle: &mut dyn FnMut(io::Result<RecordBuf>) -> Result<()>,
) -> Result<()> {
    loop {
        // A record is its length and as many bytes (SAM specification, section 4.2).
        match read_frame(reader, 1) {
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

/// Calls `handle` with the records of the parts of a file that hold the regions, each once, in the order of the file.
pub(super) fn read_regions(
    path: &Path,
    header: &Header,
    codec: &sam::Header,
    index: &BamIndex,
    regions: &Regions,
    handle: &mut dyn FnMut(io::Result<RecordBuf>) -> Result<()>,
) -> Result<()> {
    require_end_block(path)?;
    let file = File::open(path).map_err(|e| Error::read(path, &e))?;
    let mut reader = bgzf::io::Reader::new(BufReader::new(file));
    Header::skip_bam(&mut reader, &open::place(path))?;
    index.check(&mut reader, path, &header.contigs)?;
    for (id, contig) in header.contigs.iter().enumerate() {
        let chunks = index.chunks(id, contig.len, regions.of(&contig.name))?;
        if !chunks.is_empty() {
            read_records(&mut csi::io::Query::new(&mut reader, chunks), codec, handle)?;
        }
    }
    Ok(())
}
