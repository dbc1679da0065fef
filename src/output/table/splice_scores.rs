//! Splice scores, as minimap2 (`--spsc`, from 2.29) and miniprot (from 0.16) read them and minisplice writes them: contig, offset, strand,
//! `D` (donor) or `A` (acceptor), score.

use super::format::{Holds, Place, Rules, TableFormat, no_header};
use crate::{
    genome::Strand,
    model::{Form, card::Column},
    number::write_integer,
    output::{
        column::{Column as OutputColumn, column},
        index::Indexed,
        kind::OutputKind,
        names::Named,
    },
};

/// Splice scores for spliced alignment.
pub(super) const SPLICE_SCORES: TableFormat = TableFormat {
    name: "splice-scores",
    about: "contig, offset, strand, D or A, score: splice scores for minimap2 --spsc and miniprot --spsc",
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

const COLUMNS: &[OutputColumn] = &[
    column(&["contig"], "name of the contig; the table has no header"),
    column(&["offset"], "bases before the border between exon and intron"),
    column(&["strand"], "+ or -"),
    column(&["site"], "D: donor; A: acceptor"),
    column(&["score"], "2 log2(score of the model / 0.001), rounded, -5 to 13; sites below have no line"),
];

/// METHOD: the fraction of true sites among all GT and AG of a genome, to which minisplice compares a probability (Yang, Huang and Li 2025,
/// arXiv:2506.12986: 0.1 %).
const BACKGROUND: f64 = 0.001;

/// The smallest score that is written, and the largest, which greater ones become: minisplice's own limits.
const SCORES: (i32, i32) = (-5, 13);

/// Whether a column is about donors; `None`: it is not about splice sites.
fn is_donor(column: &Column) -> Option<bool> {
    let about = |word: &str| column.callable && column.label.starts_with(word);
    about("donor").then_some(true).or(about("acceptor").then_some(false))
}

/// A site has a strand and a base of its own.
fn check(form: &Form) -> Result<(), String> {
    let sites: Vec<&Column> = form.columns.iter().filter(|column| is_donor(column).is_some()).collect();
    if form.bin.is_some() && !sites.is_empty() && sites.iter().all(|site| site.strand.is_some() && site.bin == Some(1))
    {
        return Ok(());
    }
    Err("a model that scores splice donors and acceptors of each strand at every base, such as human".into())
}

/// METHOD: twice the binary logarithm of the odds against the background, rounded, as minisplice computes it.
fn score(probability: f32) -> i32 {
    let score = 2.0 * (f64::from(probability) / BACKGROUND).log2();
    (score.round() as i32).min(SCORES.1)
}

/// One line for each kind of site that the base may be.
fn write(place: &Place<'_>, rules: &Rules<'_>, line: &mut Vec<u8>) -> u64 {
    let Rules { form, caller, .. } = rules;
    let Ok(scores) = place.scores else { return 0 };
    let mut lines = 0;
    for (number, column) in form.columns.iter().enumerate() {
        let (Some(donor), Some(strand)) = (is_donor(column), column.strand) else { continue };
        let probability = scores[number];
        let below = caller.calls_only && f64::from(probability) < caller.thresholds[number];
        if below || score(probability) < SCORES.0 {
            continue;
        }
        // The score is that of the exon's base at the border; the offset counts the bases before the border between exon and intron.
        let after = donor == (strand == Strand::Forward);
        line.extend_from_slice(place.contig.as_bytes());
        line.push(b'\t');
        write_integer(if after { place.interval.end } else { place.interval.start }, line);
        line.push(b'\t');
        line.push(strand.symbol() as u8);
        line.extend_from_slice(if donor { b"\tD\t" } else { b"\tA\t" });
        line.extend_from_slice(score(probability).to_string().as_bytes());
        line.push(b'\n');
        lines += 1;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        call::{Caller, Threshold},
        genome::Interval,
        head::Shape,
        number::Digits,
        skip::Skip,
    };

    fn form(bin: u64) -> Form {
        let column = |label: &str, strand| Column {
            partner: 0,
            title: None,
            vector: None,
            name: label.into(),
            head: 0,
            label: label.into(),
            callable: true,
            has_threshold: true,
            threshold: 0.5,
            bin: Some(bin),
            strand: Some(strand),
            digits: Digits::Decimals,
        };
        let columns = vec![
            column("donor_plus", Strand::Forward),
            column("acceptor_plus", Strand::Forward),
            column("donor_minus", Strand::Reverse),
            column("acceptor_minus", Strand::Reverse),
        ];
        Form { shape: Shape { bins: 1, columns: 4 }, columns, bin: Some(bin), text: None, unanswered: Skip::NotANumber }
    }

    fn lines(scores: &[f32], threshold: Option<f64>) -> String {
        let form = form(1);
        let caller = Caller::new(&form, threshold.map(Threshold::Value));
        let rules = Rules { form: &form, caller: &caller, column: 0 };
        let interval = Interval::new(100, 101);
        let place = Place { contig: "2L", interval, strand: Strand::Unknown, scores: Ok(scores), text: None };
        let mut line = Vec::new();
        let count = write(&place, &rules, &mut line);
        let text = String::from_utf8(line).expect("text");
        assert_eq!(count as usize, text.lines().count());
        text
    }

    #[test]
    fn borders_are_offsets_and_probabilities_are_log_odds() {
        // Exon bases before (D+, A-) or after (A+, D-) the border; Python: round(2 * log2(p / 0.001)).
        assert_eq!(
            lines(&[0.5, 0.001, 0.01, 0.000_25], None),
            "2L\t101\t+\tD\t13\n2L\t100\t+\tA\t0\n2L\t100\t-\tD\t7\n2L\t101\t-\tA\t-4\n"
        );
        assert_eq!(lines(&[0.0, 0.000_125, 0.000_177, 0.0], None), "2L\t100\t-\tD\t-5\n");
        assert_eq!(lines(&[0.5, 0.001, 0.01, 0.000_25], Some(0.005)), "2L\t101\t+\tD\t13\n2L\t100\t-\tD\t7\n");
    }

    #[test]
    fn a_site_has_a_base_and_a_strand() {
        assert!(check(&form(1)).is_ok());
        assert!(check(&form(16)).is_err());
        assert!(check(&super::super::tests::form()).is_err());
    }
}
