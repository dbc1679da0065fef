//! Reading: bytes become records. The format and the compression of a file are detected from its content, never from its name:
//! plain text, gzip, BGZF or xz; FASTA, FASTQ, SAM, BAM, CRAM, VCF or BCF. `-` is standard input.
//!
//! [`open`](open()) gives an [`Input`], whose bytes are counted and hashed while they are read; a BGZF stream without its end block
//! is an error. Each format has a file here that turns an [`Input`] into records.

pub mod alignment_record;
pub mod alignments;
pub mod annotation;
mod bam;
mod bam_index;
pub mod bed;
pub mod beside;
pub mod bigwig;
pub mod cram;
mod end_marks;
pub mod fasta;
pub mod fastq;
mod format;
pub mod index;
mod lines;
mod open;
pub mod reference;
pub mod regions;
mod sam;
pub mod sam_header;
mod tally;
pub mod variants;

pub use end_marks::BGZF_EOF;
pub use format::{Compression, Format};
pub use lines::{LineLimited, MAX_LINE, read_frame, read_line, read_line_and_end, text_of};
pub use open::{Input, open, open_even_empty, open_if_any, open_reader, place};
pub use tally::{InputReport, Share, lossy};
