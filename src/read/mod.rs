//! Reading: bytes become records. The format and the compression of a file are detected from its content, never from its name:
//! plain text, gzip, BGZF or xz; FASTA, FASTQ, SAM, BAM, CRAM, VCF or BCF. `-` is standard input.
//!
//! [`open`](open()) gives an [`Input`], whose bytes are counted and hashed while they are read; a BGZF stream without its end block
//! is an error. Each format has a file here that turns an [`Input`] into records.

pub(crate) mod alignment_record;
pub(crate) mod alignments;
pub(crate) mod annotation;
mod bam;
pub(crate) mod bed;
pub(crate) mod beside;
pub(crate) mod bigwig;
pub(crate) mod cram;
mod end_marks;
pub(crate) mod fasta;
pub(crate) mod fastq;
mod file_index;
mod format;
pub(crate) mod index;
mod lines;
pub(crate) mod offsets;
mod open;
pub(crate) mod part;
pub(crate) mod raw;
pub(crate) mod reference;
pub(crate) mod regions;
#[cfg(feature = "remote")]
mod remote;
mod sam;
pub(crate) mod sam_header;
mod sample;
pub(crate) mod source;
mod tally;
pub(crate) mod variants;
mod version;

pub(crate) use format::{Compression, Format};
pub(crate) use lines::{LineLimited, MAX_LINE, read_frame, read_line, read_line_and_end};
pub(crate) use open::open_reader;
pub(crate) use open::{Input, open, open_even_empty, open_if_any, place};
pub(crate) use sample::{Sample, sample};
pub(crate) use tally::{InputReport, Share, lossy};
pub(crate) use version::Version;
