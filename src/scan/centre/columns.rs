//! Columns of windows that are centred on intervals.

use crate::{
    model::Form,
    output::column::{CALL, Column, INTEGER, INTERVAL, SCORES, column, score_header},
};

/// TSV and Parquet.
pub(crate) const COLUMNS: &[Column] = &[
    column(&["contig", "start", "end", "strand"], "the core of the window (of a track: the bin), as in BED")
        .of(INTERVAL),
    column(&["name"], "name of the interval (column 4); . if it has none"),
    column(&["interval_start", "interval_end"], "the interval, as in BED").of(INTEGER),
    column(&["interval_score"], "score of the interval (column 5), as it is written; . if it has none"),
    column(&[CALL], "label with the largest (score - threshold), if the score reaches the threshold; otherwise ."),
    column(&[SCORES], "one column per score; . if there is none"),
    column(&["skip"], "reason why there are no scores; . if there are scores"),
];

/// The header line.
pub(super) fn header(form: &Form) -> String {
    score_header(COLUMNS, form)
}
