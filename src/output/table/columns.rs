//! Columns of what a scan writes besides the formats of places.

use crate::output::column::{Column, ColumnTable, FieldKind, INTERVAL, column};

/// The TSV of open reading frames.
pub(crate) const FRAMES_TSV: &[Column] =
    &[column(&["contig", "start", "end", "strand"], "as in BED").of(INTERVAL), FRAME];

const FRAME: Column = column(
    &["frame", "length", "complete"],
    "reading frame, 1 to 3; bases with both codons; complete, or partial (open at an end of the contig)",
)
.of(&[FieldKind::Integer, FieldKind::Integer, FieldKind::Text]);

/// Elements of `--merge`.
const ELEMENTS: &[Column] = &[
    column(
        &["contig", "start", "end"],
        "the interval: neighbouring bins over the threshold, merged; 0-based, half-open",
    ),
    column(&["name"], "score that was called"),
    column(&["score"], "highest score × 1000"),
    column(&["strand"], "strand of its bins"),
    column(&["max"], "highest score"),
    column(&["mean"], "mean score of its bins"),
    column(&["bins"], "number of bins"),
    column(&["summit"], "middle of the highest bin, in bases from the start of the interval, 0-based"),
];

/// What a scan writes besides the formats of places.
pub(crate) const TABLES: &[ColumnTable] = &[
    ColumnTable { format: "bed --merge", columns: ELEMENTS },
    ColumnTable { format: "bed exact:orf", columns: &[column(&["name", "score", "strand"], "orf, 0, strand"), FRAME] },
    ColumnTable { format: "tsv exact:orf", columns: FRAMES_TSV },
    ColumnTable {
        format: "bigwig",
        columns: &[column(
            &["value"],
            "one file per score; probabilities and fractions have 3 decimals, other scores are not rounded; positions without a score are absent",
        )],
    },
];
