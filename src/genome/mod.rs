//! Places on a genome: contigs, intervals, strands, bases. Positions are 0-based inside the program; [`interval`] converts those of
//! formats and messages that count from 1.

pub(crate) mod contig;
pub(crate) mod interval;
pub(crate) mod sequence;

pub(crate) use contig::{Contig, Contigs};
pub(crate) use interval::{Interval, Region};

/// A strand of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Strand {
    /// As written in the reference: `+`.
    Forward,
    /// The reverse complement: `-`.
    Reverse,
    /// Both, or unknown: `.`.
    Unknown,
}

impl Strand {
    /// `+`, `-` or `.`.
    pub(crate) fn symbol(self) -> char {
        match self {
            Self::Forward => '+',
            Self::Reverse => '-',
            Self::Unknown => '.',
        }
    }
}
