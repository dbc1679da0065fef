//! TSV: a header, and a line for every window; skipped ones have their reason.

use super::format::{Holds, Place, Rules, TableFormat, any_model, strand_of, write_place};
use crate::{
    model::Form,
    number::write_score,
    output::{
        column::{CALL, Column, INTERVAL, SCORES, column, score_header},
        index::Indexed,
        kind::OutputKind,
        names::Named,
    },
    skip::Skip,
};

/// A header, and a line for every window.
pub(crate) const TSV: TableFormat = TableFormat {
    name: "tsv",
    about: "One header line, all windows; skipped windows have their reason",
    named: Named::Tsv,
    columns: COLUMNS,
    kind: OutputKind::ScanTsv,
    holds: Holds::Everything,
    joins: false,
    header,
    indexed: Indexed::Bed,
    check: any_model,
    write,
};

/// The same columns as Parquet.
pub(crate) const PARQUET: TableFormat = TableFormat {
    name: "parquet",
    about: "The columns of TSV with their types, compressed with zstd",
    named: Named::Parquet,
    columns: TYPED,
    kind: OutputKind::ScanParquet,
    indexed: Indexed::No,
    ..TSV
};

/// Parquet.
const TYPED: &[Column] = &[
    column(&["contig", "start", "end", "strand"], "as in TSV: text, 64-bit integers, text").of(INTERVAL),
    column(&[CALL], "as in TSV; missing if no score reaches its threshold"),
    column(
        &[SCORES],
        "one column of 32-bit floats per score, with the digits of TSV; the numbers of a vector are one list; missing if there is none",
    ),
    column(&["skip"], "as in TSV; missing if there are scores"),
];

/// TSV.
const COLUMNS: &[Column] = &[
    column(&["contig", "start", "end", "strand"], "as in BED"),
    column(&[CALL], "label with the largest (score - threshold), if the score reaches the threshold; otherwise ."),
    column(&[SCORES], "one column per score; . if there is none"),
    column(&["skip"], "reason why there are no scores; . if there are scores"),
];

fn header(form: &Form) -> String {
    score_header(COLUMNS, form)
}

/// Every window has a line; one without scores has the reason.
fn write(place: &Place<'_>, rules: &Rules<'_>, line: &mut Vec<u8>) -> u64 {
    let Rules { form, caller, .. } = rules;
    let call = place.scores.ok().and_then(|scores| caller.call(scores));
    if caller.calls_only && !call.is_some_and(|(_, _, called)| called) {
        return 0;
    }
    write_place(place.contig, place.interval, line);
    line.push(b'\t');
    let column = call.filter(|&(_, _, called)| called).map(|(column, ..)| column);
    line.push(strand_of(place, column, form).symbol() as u8);
    line.push(b'\t');
    if let Some(text) = place.text {
        line.extend_from_slice(text.as_bytes());
    } else if form.text.is_some() {
        line.push(b'.');
    } else {
        line.extend_from_slice(
            call.filter(|&(_, _, called)| called)
                .map_or(".", |(column, _, _)| form.columns[column].label.as_str())
                .as_bytes(),
        );
        for column in 0..form.columns.len() {
            line.push(b'\t');
            match place.scores {
                Ok(scores) => write_score(scores[column], form.columns[column].digits, line),
                Err(_) => line.push(b'.'),
            }
        }
    }
    line.push(b'\t');
    line.extend_from_slice(place.scores.err().map_or(".", Skip::word).as_bytes());
    line.push(b'\n');
    1
}
