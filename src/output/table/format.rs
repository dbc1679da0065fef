//! What a text format of a scan is, and what its lines are made of.

use crate::{
    call::Caller,
    genome::{Interval, Strand},
    model::Form,
    number::write_integer,
    output::{column::Column, index::Indexed, kind::OutputKind, names::Named},
    skip::Skip,
};

/// A text format of places with scores.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TableFormat {
    /// Its name on the command line and in manifests.
    pub name: &'static str,
    /// Its description in `--help`.
    pub about: &'static str,
    /// What the names of its files end in.
    pub named: Named,
    /// Its columns.
    pub columns: &'static [Column],
    /// How shards of it are merged and what a report reads of it.
    pub kind: OutputKind,
    /// The answers that it can hold.
    pub holds: Holds,
    /// Neighbouring calls can be joined into elements, one line each.
    pub joins: bool,
    /// The text before the first line.
    pub header: fn(&Form) -> String,
    /// What its lines are, for an index.
    pub indexed: Indexed,
    /// Refuses models whose answers it cannot hold; the error says what it needs.
    pub check: fn(&Form) -> Result<(), String>,
    /// Appends the lines of a place: how many. There are none for places that are not scored or below the threshold, unless the format has lines
    /// for them.
    pub write: fn(&Place<'_>, &Rules<'_>, &mut Vec<u8>) -> u64,
}

impl PartialEq for TableFormat {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// Answers that a format can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// All scores, words, and intervals without scores.
    Everything,
    /// One score for each place.
    OneScore,
}

/// What the lines of a run have in common.
pub(crate) struct Rules<'a> {
    /// The model's columns.
    pub form: &'a Form,
    /// Which scores are calls.
    pub caller: &'a Caller,
    /// The column of formats that hold one score.
    pub column: usize,
}

/// Any model.
pub(super) fn any_model(_: &Form) -> Result<(), String> {
    Ok(())
}

/// No header.
pub(super) fn no_header(_: &Form) -> String {
    String::new()
}

/// A place with its scores, or why it has none.
pub(crate) struct Place<'a> {
    /// Contig name.
    pub contig: &'a str,
    /// The bin.
    pub interval: Interval,
    /// Strand the scores are about.
    pub strand: Strand,
    /// Scores, or the reason there are none.
    pub scores: Result<&'a [f32], Skip>,
    /// An answer in words.
    pub text: Option<&'a str>,
}

/// Appends the part that all formats begin with.
pub(crate) fn write_place(contig: &str, interval: Interval, line: &mut Vec<u8>) {
    line.extend_from_slice(contig.as_bytes());
    line.push(b'\t');
    write_integer(interval.start, line);
    line.push(b'\t');
    write_integer(interval.end, line);
}

/// The strand of a line: that of the called column, or the one that was run.
pub(crate) fn strand_of(place: &Place<'_>, called: Option<usize>, form: &Form) -> Strand {
    called.and_then(|column| form.columns[column].strand).unwrap_or(place.strand)
}
