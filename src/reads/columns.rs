//! Columns and tags of reads.

use crate::output::column::{CALL, Column, ColumnTable, INTEGER, INTERVAL, SCORES, column};

/// The table.
pub(crate) const TSV: &[Column] = &[
    column(&["read"], "name of the read"),
    column(&["flags"], "SAM flags, decimal").of(INTEGER),
    column(&["contig", "start", "end"], "alignment of the read, 0-based, half-open; . if unmapped").of(INTERVAL),
    column(&["mapq"], "mapping quality; . if missing").of(INTEGER),
    column(&["length"], "bases of the read, without hard-clipped ones").of(INTEGER),
    column(&["windows"], "number of scored windows").of(INTEGER),
    column(
        &["window_start", "window_end"],
        "the best window (with --each-window: this one) on the read, 0-based, half-open, in the orientation of --orient",
    )
    .of(INTEGER),
    column(
        &["window_contig_start"],
        "leftmost reference base to which a base of that window is aligned, 0-based; . if there is none",
    )
    .of(INTEGER),
    column(&["strand"], "strand of the window that the scores are for; . for both"),
    column(&[CALL], "label with the largest (score - threshold), if the score reaches the threshold; otherwise ."),
    column(&[SCORES], "one column per score, with the digits of a scan; . if there is none"),
    column(&["skip"], "reason why the read (with --each-window: the window) was not scored; . if it was scored"),
];

/// Tags of BAM, with the default prefix.
const BAM: &[Column] = &[
    column(
        &["(tags)"],
        "with --tag-prefix X: Xs, Xl, Xw, Xk; tags of an earlier run with this prefix are replaced, those of another program are refused",
    ),
    column(&["gs:B:f"], "scores, in the order of `genogloss models show`"),
    column(&["gl:Z"], "called label"),
    column(&["gw:i"], "start of the best window on the read, 0-based, as window_start"),
    column(&["gk:Z"], "reason why the read was not scored"),
];

/// All formats of reads.
pub(crate) const TABLES: &[ColumnTable] = &[
    ColumnTable { format: "tsv", columns: TSV },
    ColumnTable { format: "bam", columns: BAM },
    ColumnTable { format: "parquet", columns: TYPED },
];

/// Parquet.
const TYPED: &[Column] = &[column(
    &["(all)"],
    "the columns of tsv: text, 64-bit integers, 32-bit floats with the digits of tsv; the numbers of a vector are one list; missing where tsv has .",
)];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::card::Card, output::table};

    #[test]
    fn a_score_cannot_have_the_name_of_another_column() {
        let names = TSV.iter().chain(table::TSV.columns).flat_map(|column| column.names);
        for name in names.filter(|name| **name != SCORES) {
            let card = format!(
                "name: t\nversion: 1.0.0\nsummary: s\nlicense: MIT\nkind: classify\nfiles: {{model: m, sha256: {{m: ab}}}}\n\
                 input: {{encoding: one-hot, tensor: x, layout: channels-first, dtype: f32, unknown: zeros}}\n\
                 window: {{span: 3, core: 3, stride: 3}}\nheads: [{{name: {name}, output: p, activation: sigmoid, labels: [p]}}]\n"
            );
            let error = Card::parse(&card, "card.yaml").expect_err(name).to_string();
            assert!(error.contains("another column"), "{error}");
        }
    }
}
