//! bedGraph: contig, start, end and one score.

use super::format::{Holds, Place, Rules, TableFormat, any_model, no_header, write_place};
use crate::{
    number::write_score,
    output::{
        column::{Column, column},
        index::Indexed,
        kind::OutputKind,
        names::Named,
    },
};

/// Contig, start, end and one score.
pub(crate) const BEDGRAPH: TableFormat = TableFormat {
    name: "bedgraph",
    about: "contig, start, end and one score",
    named: Named::Bedgraph,
    columns: COLUMNS,
    kind: OutputKind::ScanBedgraph,
    holds: Holds::OneScore,
    joins: false,
    header: no_header,
    indexed: Indexed::Bed,
    check: any_model,
    write,
};

const COLUMNS: &[Column] = &[column(
    &["contig", "start", "end", "score"],
    "as in BED, and the score of --column; positions without a score have no line",
)];

/// Skipped places and those below the threshold have no line.
fn write(place: &Place<'_>, rules: &Rules<'_>, line: &mut Vec<u8>) -> u64 {
    let Rules { form, caller, column } = rules;
    let Ok(scores) = place.scores else { return 0 };
    let score = scores[*column];
    if caller.calls_only && f64::from(score) < caller.thresholds[*column] {
        return 0;
    }
    write_place(place.contig, place.interval, line);
    line.push(b'\t');
    write_score(score, form.columns[*column].digits, line);
    line.push(b'\n');
    1
}
