//! FASTA by position: any interval of any contig, through an index.
//!
//! Plain and BGZF files allow it; gzip does not. An index beside the file (`.fai`, `.gzi`) is used and checked against the file;
//! without one, the file is read once to make it in memory. noodles makes the index, and [`super::fasta`] reads files from start to
//! end.

mod block_index;
mod by_position;
mod dictionary;
mod genome;
mod index;

pub(crate) use by_position::Reference;
pub(crate) use genome::Genome;
pub(crate) use index::{indexed_lengths, longest};
