//! Text formats of a scan: a line for each place that has scores. A format is one file here and one line in [`FORMATS`].

pub(super) mod bed;
mod bedgraph;
pub(crate) mod columns;
pub(super) mod format;
mod splice_scores;
mod tsv;

use clap::builder::PossibleValue;

pub(crate) use self::{
    bed::BED,
    bedgraph::BEDGRAPH,
    format::{Holds, Place, Rules, TableFormat, write_place},
    tsv::{PARQUET, TSV},
};
use super::names::Writes;

/// All formats, in the order in which `--help` lists them. Of formats whose files have the same extension, a file name selects the first.
pub(crate) const FORMATS: &[TableFormat] = &[BED, TSV, BEDGRAPH, splice_scores::SPLICE_SCORES, PARQUET];

impl TableFormat {
    /// The formats that can hold such answers, for [`super::names::decide`].
    pub(crate) fn that_hold(holds: Holds) -> Vec<Writes<Self>> {
        let fits = |format: &&Self| holds == Holds::OneScore || format.holds == Holds::Everything;
        FORMATS.iter().filter(fits).map(TableFormat::writes).collect()
    }
}

impl TableFormat {
    fn writes(&self) -> Writes<Self> {
        // Parquet is compressed inside.
        if self.kind.is_parquet() { Writes::plain(*self, self.named) } else { Writes::text(*self, self.named) }
    }
}

impl clap::ValueEnum for TableFormat {
    fn value_variants<'a>() -> &'a [Self] {
        FORMATS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name).help(self.about))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{
        call::Caller,
        genome::{Interval, Strand},
        head::Shape,
        model::{Form, card::Column},
        number::Digits,
        skip::Skip,
    };

    pub(crate) fn form() -> Form {
        let column = |name: &str, callable| Column {
            partner: 0,
            title: None,
            vector: None,
            name: name.into(),
            head: 0,
            label: name.into(),
            callable,
            has_threshold: true,
            threshold: 0.5,
            bin: None,
            strand: None,
            digits: Digits::Decimals,
        };
        Form {
            shape: Shape { bins: 1, columns: 2 },
            columns: vec![column("site", true), column("none", false)],
            bin: None,
            text: None,
            unanswered: Skip::NotANumber,
        }
    }

    pub(crate) fn place(start: u64, scores: &[f32]) -> Place<'_> {
        Place {
            contig: "a",
            interval: Interval::new(start, start + 10),
            strand: Strand::Forward,
            scores: Ok(scores),
            text: None,
        }
    }

    #[test]
    fn shards_of_a_format_are_merged_with_the_index_of_a_whole_run() {
        for format in FORMATS {
            let has_index = format.indexed == crate::output::Indexed::Bed;
            assert_eq!(format.kind.has_intervals(), has_index, "{}", format.name);
        }
    }

    #[test]
    fn bed_and_tsv_lines() {
        let (form, mut line) = (form(), Vec::new());
        let caller = Caller::new(&form, None);
        let rules = Rules { form: &form, caller: &caller, column: 0 };
        assert_eq!(1, (BED.write)(&place(20, &[0.75, 0.25]), &rules, &mut line));
        assert_eq!(1, (TSV.write)(&place(20, &[0.75, 0.25]), &rules, &mut line));
        let skipped = Place { scores: Err(Skip::UnknownBases), ..place(30, &[]) };
        assert_eq!(0, (BED.write)(&skipped, &rules, &mut line));
        assert_eq!(1, (TSV.write)(&skipped, &rules, &mut line));
        assert_eq!(
            String::from_utf8_lossy(&line),
            "a\t20\t30\tsite\t750\t+\t0.750000\t0.250000\n\
             a\t20\t30\t+\tsite\t0.750000\t0.250000\t.\n\
             a\t30\t40\t+\t.\t.\t.\tunknown_bases\n"
        );
    }
}
