//! BED: BED6, then one column for each score.

use super::format::{Holds, Place, Rules, TableFormat, any_model, no_header, strand_of, write_place};
use crate::{
    number::{write_integer, write_score},
    output::{
        column::{Column, SCORES, column},
        index::Indexed,
        kind::OutputKind,
        names::Named,
    },
};

/// BED6, then one column for each score; joined calls are elements.
pub(crate) const BED: TableFormat = TableFormat {
    name: "bed",
    about: "BED6, then one column for each score",
    named: Named::Bed,
    columns: COLUMNS,
    kind: OutputKind::ScanBed,
    holds: Holds::Everything,
    joins: true,
    header: no_header,
    indexed: Indexed::Bed,
    check: any_model,
    write,
};

/// BED.
const COLUMNS: &[Column] = &[
    column(&["contig"], "name of the contig"),
    column(&["start"], "first base of the bin, 0-based"),
    column(&["end"], "one past the last base of the bin"),
    column(&["label"], "label with the largest (score - threshold); of exact tasks with answers in words, the answer"),
    column(&["score"], "score of that label × 1000, 0 to 1000"),
    column(&["strand"], "strand of the scores; . for both"),
    column(
        &[SCORES],
        "one column per score, in the order of `genogloss models show`; probabilities and fractions have 6 decimals, other scores 6 significant digits",
    ),
];

/// BED scores run from 0 to 1000.
pub(crate) fn bed_score(score: f32) -> u64 {
    if score.is_nan() { 0 } else { (f64::from(score).clamp(0.0, 1.0) * 1000.0).round() as u64 }
}

/// Skipped places and those below the threshold have no line.
fn write(place: &Place<'_>, rules: &Rules<'_>, line: &mut Vec<u8>) -> u64 {
    let Rules { form, caller, .. } = rules;
    let Ok(scores) = place.scores else { return 0 };
    if let Some(text) = place.text {
        write_place(place.contig, place.interval, line);
        line.push(b'\t');
        line.extend_from_slice(text.as_bytes());
        line.extend_from_slice(b"\t0\t");
        line.push(place.strand.symbol() as u8);
        line.push(b'\n');
        return 1;
    }
    let call = caller.call(scores);
    if caller.calls_only && !call.is_some_and(|(_, _, called)| called) {
        return 0;
    }
    write_place(place.contig, place.interval, line);
    line.push(b'\t');
    line.extend_from_slice(call.map_or(".", |(column, _, _)| form.columns[column].label.as_str()).as_bytes());
    line.push(b'\t');
    write_integer(bed_score(call.map_or(f32::NAN, |(_, score, _)| score)), line);
    line.push(b'\t');
    line.push(strand_of(place, call.map(|(column, ..)| column), form).symbol() as u8);
    for (&score, column) in scores.iter().zip(&form.columns) {
        line.push(b'\t');
        write_score(score, column.digits, line);
    }
    line.push(b'\n');
    1
}
