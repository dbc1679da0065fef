//! Columns of a scan.

use crate::output::column::{CALL, Column, ColumnTable, SCORES, column};

/// bedGraph.
pub(super) const BEDGRAPH: &[Column] = &[column(
    &["contig", "start", "end", "score"],
    "as in BED, and the score of --column; positions without a score have no line",
)];

/// The TSV of open reading frames.
pub(crate) const FRAMES_TSV: &[Column] = &[column(&["contig", "start", "end", "strand"], "as in BED"), FRAME];

const FRAME: Column = column(
    &["frame", "length", "complete"],
    "reading frame, 1 to 3; bases with both codons; complete, or partial (open at an end of the contig)",
);

/// BED.
const BED: &[Column] = &[
    column(&["contig"], "name of the contig"),
    column(&["start"], "first base of the bin, 0-based"),
    column(&["end"], "one past the last base of the bin"),
    column(
        &["label"],
        "label with the largest margin over its threshold; of exact tasks with answers in words, the answer",
    ),
    column(&["score"], "score of that label × 1000, 0 to 1000"),
    column(&["strand"], "strand of the scores; . for both"),
    column(
        &[SCORES],
        "one column per score, in the order of `genogloss models show`; probabilities and fractions have 6 decimals, other scores 6 significant digits",
    ),
];

/// Elements of `--merge`.
const ELEMENTS: &[Column] = &[
    column(&["contig", "start", "end"], "the element: neighbouring bins over the threshold, 0-based, half-open"),
    column(&["name"], "score that was called"),
    column(&["score"], "highest score × 1000"),
    column(&["strand"], "strand of its bins"),
    column(&["max"], "highest score"),
    column(&["mean"], "mean score of its bins"),
    column(&["bins"], "number of bins"),
    column(&["summit"], "middle of the highest bin, in bases from the start of the element, 0-based"),
];

/// TSV.
pub(super) const TSV: &[Column] = &[
    column(&["contig", "start", "end", "strand"], "as in BED"),
    column(&[CALL], "label with the largest margin, if it reaches its threshold; otherwise ."),
    column(&[SCORES], "one column per score; . where there is none"),
    column(&["skip"], "reason why there are no scores; . where there are"),
];

/// All formats of a scan.
pub(crate) const TABLES: &[ColumnTable] = &[
    ColumnTable { format: "bed", columns: BED },
    ColumnTable { format: "bed --merge", columns: ELEMENTS },
    ColumnTable { format: "bed exact:orf", columns: &[column(&["name", "score", "strand"], "orf, 0, strand"), FRAME] },
    ColumnTable { format: "tsv", columns: TSV },
    ColumnTable { format: "tsv exact:orf", columns: FRAMES_TSV },
    ColumnTable { format: "bedgraph", columns: BEDGRAPH },
    ColumnTable {
        format: "bigwig",
        columns: &[column(
            &["value"],
            "one file per score; probabilities and fractions have 3 decimals, other scores are not rounded; positions without a score are absent",
        )],
    },
];
