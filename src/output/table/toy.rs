//! Toy: the region of a bin, 1-based and closed, and the score of its best column.

use super::format::{Holds, Place, Rules, TableFormat, no_header};
use crate::{
    model::Form,
    number::{write_integer, write_score},
    output::{
        column::{Column, column},
        index::Indexed,
        kind::OutputKind,
        names::Named,
    },
};

/// Region and best score.
pub(super) const TOY: TableFormat = TableFormat {
    name: "toy",
    about: "region (contig:start-end, 1-based) and the score of the best column",
    named: Named::Tsv,
    columns: COLUMNS,
    kind: OutputKind::ScanLines,
    holds: Holds::Everything,
    joins: false,
    header: no_header,
    indexed: Indexed::No,
    check,
    write,
};

const COLUMNS: &[Column] = &[
    column(&["region"], "contig:start-end, 1-based, closed; the table has no header"),
    column(&["score"], "the label with the largest (score - threshold): its score; bins without one have no line"),
];

/// A line has a score.
fn check(form: &Form) -> Result<(), String> {
    if form.text.is_none() { Ok(()) } else { Err("a model with scores".into()) }
}

/// Skipped places and those below the threshold have no line.
fn write(place: &Place<'_>, rules: &Rules<'_>, line: &mut Vec<u8>) -> u64 {
    let Rules { form, caller, .. } = rules;
    let Some((column, score, called)) = place.scores.ok().and_then(|scores| caller.call(scores)) else { return 0 };
    if caller.calls_only && !called {
        return 0;
    }
    line.extend_from_slice(place.contig.as_bytes());
    line.push(b':');
    write_integer(place.interval.start + 1, line);
    line.push(b'-');
    write_integer(place.interval.end, line);
    line.push(b'\t');
    write_score(score, form.columns[column].digits, line);
    line.push(b'\n');
    1
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{form, place},
        *,
    };
    use crate::{call::Caller, skip::Skip};

    #[test]
    fn a_line_has_the_region_and_the_best_score() {
        let (form, mut line) = (form(), Vec::new());
        let caller = Caller::new(&form, None);
        let rules = Rules { form: &form, caller: &caller, column: 0 };
        assert_eq!(1, write(&place(20, &[0.75, 0.25]), &rules, &mut line));
        assert_eq!(0, write(&Place { scores: Err(Skip::UnknownBases), ..place(30, &[]) }, &rules, &mut line));
        assert_eq!(String::from_utf8_lossy(&line), "a:21-30\t0.750000\n");
    }
}
