//! VCF: the input's lines with INFO fields added, everything else untouched.

use crate::{head::write_score, model::card::Column, read::variants::VariantRecord, report::Skip};

/// Scores of one alternate allele.
pub struct AlleleScores {
    /// Reference and alternate score, by column; `Err`: not scored, and why.
    pub scores: Result<Vec<(f32, f32)>, Skip>,
}

/// Prefix of all INFO fields this program adds.
pub const PREFIX: &str = "GG";

/// INFO name of a column, in letters, digits and `_`: the VCF specification (4.4, section 1.6.1) also allows `.`, but
/// bcftools' expressions do not.
pub fn info_name(what: &str, column: &Column) -> String {
    format!("{PREFIX}_{what}_{}", column.plain_name())
}

/// Header lines of the INFO fields, to go before `#CHROM`.
pub fn header_lines(columns: &[Column], model: &str, version: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for column in columns {
        for (what, text) in [
            ("DELTA", "alternate minus reference score"),
            ("REF", "score of the reference"),
            ("ALT", "score of the alternate allele"),
        ] {
            lines.push(format!(
                "##INFO=<ID={},Number=A,Type=Float,Description=\"{} of {}: {text}\",Source=\"genogloss {model}\",Version=\"{version}\">\n",
                info_name(what, column), column.label, column.name
            ));
        }
    }
    let reasons: Vec<&str> = Skip::all().iter().map(|s| s.word()).collect();
    lines.push(format!(
        "##INFO=<ID={PREFIX}_SKIP,Number=A,Type=String,Description=\"Why the allele was not scored ({}); . where it was\",Source=\"genogloss {model}\",Version=\"{version}\">\n",
        reasons.join(" or ")
    ));
    lines
}

/// Appends the record with its INFO fields, and a line end.
pub fn write_variant(record: &VariantRecord, columns: &[String], alleles: &[AlleleScores], out: &mut Vec<u8>) {
    out.extend_from_slice(&record.line[..record.info.start]);
    let info = &record.line[record.info.clone()];
    if info != b"." && !info.is_empty() {
        out.extend_from_slice(info);
        out.push(b';');
    }
    let any = alleles.iter().any(|allele| allele.scores.is_ok());
    if any {
        for (index, name) in columns.iter().enumerate() {
            // Three names a column: delta, reference, alternate.
            let (column, what) = (index / 3, index % 3);
            out.extend_from_slice(name.as_bytes());
            for (at, allele) in alleles.iter().enumerate() {
                out.push(if at == 0 { b'=' } else { b',' });
                match &allele.scores {
                    Ok(scores) => {
                        let (reference, alternate) = scores[column];
                        write_score([crate::head::delta(reference, alternate), reference, alternate][what], out);
                    }
                    Err(_) => out.push(b'.'),
                }
            }
            out.push(b';');
        }
    }
    if alleles.iter().any(|allele| allele.scores.is_err()) {
        out.extend_from_slice(b"GG_SKIP");
        for (at, allele) in alleles.iter().enumerate() {
            out.push(if at == 0 { b'=' } else { b',' });
            out.extend_from_slice(allele.scores.as_ref().err().map_or(".", |skip| skip.word()).as_bytes());
        }
    } else {
        out.pop();
    }
    out.extend_from_slice(&record.line[record.info.end..]);
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(line: &str, alleles: &[AlleleScores]) -> String {
        let record = VariantRecord::parse(line.into(), 1).expect("a record");
        let names = ["GG_DELTA_p", "GG_REF_p", "GG_ALT_p"].map(String::from);
        let mut out = Vec::new();
        write_variant(&record, &names, alleles, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn info_is_added_and_the_rest_is_untouched() {
        let scored = || AlleleScores { scores: Ok(vec![(0.25, 0.75)]) };
        let skipped = || AlleleScores { scores: Err(Skip::SymbolicAllele) };
        assert_eq!(
            written("1\t9\trs\tA\tC,<DEL>\t29.50\tPASS\tAF=0.1;DB\tGT\t0|1", &[scored(), skipped()]),
            "1\t9\trs\tA\tC,<DEL>\t29.50\tPASS\tAF=0.1;DB;GG_DELTA_p=0.500000,.;GG_REF_p=0.250000,.;GG_ALT_p=0.750000,.;GG_SKIP=.,symbolic_allele\tGT\t0|1\n"
        );
        assert_eq!(
            written("1\t9\t.\tA\tC\t.\t.\t.", &[scored()]),
            "1\t9\t.\tA\tC\t.\t.\tGG_DELTA_p=0.500000;GG_REF_p=0.250000;GG_ALT_p=0.750000\n"
        );
        assert_eq!(
            written("1\t9\t.\tA\t.\t.\t.\t.", &[AlleleScores { scores: Err(Skip::NoAlternate) }]),
            "1\t9\t.\tA\t.\t.\t.\tGG_SKIP=no_alternate\n"
        );
    }
}
