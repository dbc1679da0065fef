//! Columns of a table and INFO fields: how their values are written, and the value for one alternate allele.

use crate::read::variants::VariantRecord;

/// How values of a column are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Values {
    /// A table's column.
    Cell,
    /// INFO, one value per alternate allele, after `skipped` others (Number=R: the reference's).
    Alleles { skipped: usize },
    /// INFO, one value per record.
    One,
    /// INFO, present or absent.
    Flag,
    /// INFO, the field of SpliceAI: one entry for each allele and gene, its parts joined by |; the largest of four is the score.
    Effects { allele: usize, first: usize },
    /// INFO of a kind that has no value for single alleles.
    Other,
}

/// A column of a table, or an INFO field.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Name in the header.
    pub(super) name: String,
    /// How its values are written.
    pub(super) values: Values,
    /// It is judged where no score is named by the user.
    pub(super) is_score: bool,
    /// Its values are numbers.
    pub(super) is_number: bool,
}

/// Whether a text stands for a missing value.
pub(super) fn is_missing(text: &str) -> bool {
    matches!(text, "" | "." | "-" | "NA" | "N/A" | "na")
}

/// The value of a key in the angle brackets of a header line; quotes are taken off.
fn header_field<'a>(fields: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = fields;
    loop {
        let (found, after) = rest.split_once('=')?;
        let (value, next) = match after.strip_prefix('"') {
            // A quote within is written \".
            Some(quoted) => {
                let end = quoted.match_indices('"').find(|(at, _)| !quoted[..*at].ends_with('\\'))?.0;
                (&quoted[..end], quoted[end + 1..].trim_start_matches(','))
            }
            None => after.split_once(',').unwrap_or((after, "")),
        };
        if found == name {
            return Some(value);
        }
        rest = next;
    }
}

impl Column {
    /// The INFO field that a header line declares.
    pub(super) fn of_info(line: &str) -> Option<Self> {
        let fields = line.trim_end().strip_prefix("##INFO=<")?.strip_suffix('>')?;
        let (name, number, kind) =
            (header_field(fields, "ID")?, header_field(fields, "Number")?, header_field(fields, "Type")?);
        let is_number = matches!(kind, "Float" | "Integer");
        let parts = header_field(fields, "Description").and_then(|text| {
            let format = text.split_whitespace().find(|word| word.contains("DS_AG|DS_AL|DS_DG|DS_DL"))?;
            let parts: Vec<&str> = format.split('|').collect();
            let place = |name: &str| parts.iter().position(|part| *part == name);
            Some(Values::Effects { allele: place("ALLELE")?, first: place("DS_AG")? })
        });
        let values = match (number, kind) {
            _ if parts.is_some() => parts?,
            (_, "Flag") => Values::Flag,
            ("A", _) => Values::Alleles { skipped: 0 },
            ("R", _) => Values::Alleles { skipped: 1 },
            ("1", _) => Values::One,
            _ => Values::Other,
        };
        let ours = number == "A" && kind == "Float" && (name.contains("_DELTA_") || name.ends_with("_EFFECT_MAX"));
        let is_effects = matches!(values, Values::Effects { .. });
        Some(Self { name: name.into(), values, is_score: ours || is_effects, is_number: is_number || is_effects })
    }

    /// The value of this INFO field for the alternate allele number `index` of `count`, as text; `.` where there is none.
    pub(super) fn value(
        &self,
        record: &VariantRecord,
        alternate: &str,
        index: usize,
        count: usize,
    ) -> Result<String, String> {
        let info = String::from_utf8_lossy(record.info());
        let name = &self.name;
        let found = info.split(';').find_map(|field| match field.split_once('=') {
            Some((key, value)) if key == name => Some(Some(value)),
            None if field == name => Some(None),
            _ => None,
        });
        let missing = || ".".to_string();
        match self.values {
            Values::Flag => Ok(if found.is_some() { "1" } else { "0" }.into()),
            Values::One | Values::Cell => Ok(found.flatten().map_or_else(missing, str::to_string)),
            Values::Alleles { skipped } => {
                let Some(value) = found.flatten().filter(|value| *value != ".") else { return Ok(missing()) };
                let all: Vec<&str> = value.split(',').collect();
                if all.len() != count + skipped {
                    return Err(format!("{name} has {} values for {count} alternate alleles", all.len()));
                }
                Ok(all[index + skipped].to_string())
            }
            Values::Effects { allele, first } => {
                let mut largest: Option<f64> = None;
                for entry in found.flatten().unwrap_or_default().split(',') {
                    let parts: Vec<&str> = entry.split('|').collect();
                    if parts.get(allele) != Some(&alternate) {
                        continue;
                    }
                    for part in parts.iter().skip(first).take(4).filter(|part| !is_missing(part)) {
                        let score = part.parse().map_err(|_| format!("{name} has {part:?} for a score"))?;
                        largest = Some(largest.map_or(score, |l: f64| l.max(score)));
                    }
                }
                Ok(largest.map_or_else(missing, |score| score.to_string()))
            }
            Values::Other => Err(format!("{name} does not have one value for each allele")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn info_fields_are_known_by_their_header() {
        let of = |line: &str| Column::of_info(line).map(|c| (c.name, c.values, c.is_score, c.is_number));
        assert_eq!(
            of("##INFO=<ID=GG_DELTA_a,Number=A,Type=Float,Description=\"x, y=\\\"z\\\"\">\n"),
            Some(("GG_DELTA_a".into(), Values::Alleles { skipped: 0 }, true, true))
        );
        assert_eq!(
            of(
                "##INFO=<ID=SpliceAI,Number=.,Type=String,Description=\"SpliceAIv1.3.1 variant annotation. These include delta \
                scores (DS) and delta positions (DP) for acceptor gain (AG). Format: ALLELE|SYMBOL|DS_AG|DS_AL|DS_DG|DS_DL|DP_AG|DP_AL|DP_DG|DP_DL\">"
            ),
            Some(("SpliceAI".into(), Values::Effects { allele: 0, first: 2 }, true, true))
        );
        assert_eq!(of("##INFO=<ID=AF,Number=A,Type=Float,Description=\"x\">").map(|c| c.2), Some(false));
        assert_eq!(of("##INFO=<ID=CLNSIG,Number=.,Type=String,Description=\"x\">").map(|c| c.1), Some(Values::Other));
        assert_eq!(of("##FORMAT=<ID=GT,Number=1,Type=String,Description=\"x\">"), None);
    }
}
