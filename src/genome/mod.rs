//! Places on a genome: contigs, intervals, strands, bases. Positions are 0-based inside the program; [`interval`] converts those of
//! formats and messages that count from 1.

pub mod contig;
pub mod interval;
pub mod sequence;

pub use contig::{Contig, Contigs};
pub use interval::{Interval, Region};

/// A strand of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Strand {
    /// As written in the reference: `+`.
    Forward,
    /// The reverse complement: `-`.
    Reverse,
    /// Both, or unknown: `.`.
    Unknown,
}

impl Strand {
    /// `+`, `-` or `.`.
    pub fn symbol(self) -> char {
        match self {
            Self::Forward => '+',
            Self::Reverse => '-',
            Self::Unknown => '.',
        }
    }
}
