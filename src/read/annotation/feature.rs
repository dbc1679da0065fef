//! A line of GTF or GFF3.

use std::io;

use noodles::gff;

use crate::{
    error::{Error, describe},
    genome::{Interval, Strand},
};

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Gene,
    Exon,
    /// A transcript, or another line of which the place of a gene without a line of its own is made.
    Transcript,
    /// A line that only connects others with their gene.
    Link,
}

/// What is needed of a line.
pub(super) struct Feature {
    pub(super) contig: String,
    pub(super) kind: Kind,
    pub(super) interval: Interval,
    pub(super) strand: Strand,
    /// The gene: `gene_id` of GTF; in GFF3 the first of what names it. `None` where it is not needed.
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    /// Identifiers of other collections.
    pub(super) others: Vec<String>,
    /// The line's own `ID`, in GFF3.
    pub(super) own: Option<String>,
    /// The `ID`s of the features that the line is a part of, in GFF3.
    pub(super) parents: Vec<String>,
}

/// The interval of a line; one base where the end is before the start.
pub(super) fn interval(start: usize, end: usize) -> Interval {
    Interval::from_one_based(start as u64, end.max(start) as u64)
}

pub(super) fn strand(strand: gff::feature::record::Strand) -> Strand {
    match strand {
        gff::feature::record::Strand::Forward => Strand::Forward,
        gff::feature::record::Strand::Reverse => Strand::Reverse,
        _ => Strand::Unknown,
    }
}

pub(super) fn text(bytes: impl AsRef<[u8]>) -> String {
    String::from_utf8_lossy(bytes.as_ref()).into_owned()
}

/// The error for a file that cannot be read on.
pub(super) fn failed(place: &str, error: &io::Error) -> Error {
    Error::input(place, describe(error))
}

/// The error for a line that is not a feature.
pub(super) fn bad_line(place: &str, number: u64, line: &[u8], error: &io::Error) -> Error {
    let columns = line.split(|&b| b == b'\t').count();
    let problem = if columns < 9 { format!("{columns} columns, where 9 are needed") } else { describe(error) };
    Error::input(format!("{place}, line {number}"), problem)
        .with_hint("GTF and GFF3 have nine columns, separated by tabs")
}
