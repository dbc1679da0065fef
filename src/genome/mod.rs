//! Places on a genome: contigs, intervals, strands, bases. The only `+ 1` and `- 1` of the program are here.

pub mod contig;
pub mod interval;
pub mod sequence;

pub use contig::{Contig, Contigs};
pub use interval::{Interval, Region};

/// Which strand of the reference an answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Strand {
    /// As written in the reference: `+`.
    Forward,
    /// The reverse complement: `-`.
    Reverse,
    /// Both, or not known: `.`.
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
