//! Variants as a table: a line for each alternate allele, with the INFO fields that are added to VCF; or one value for each base.

use super::{column::FieldKind, parquet::Field};
use crate::{
    genome::Interval,
    number::{Digits, write_score},
    output::{
        column::{Column, column},
        table::write_place,
    },
    vcf::record::VariantRecord,
};

/// The columns.
pub(crate) const COLUMNS: &[Column] = &[
    column(&["contig", "start", "end"], "the bases of REF, as in BED; one line for each alternate allele"),
    column(&["id", "ref", "alt"], "as in VCF"),
    column(&["(fields)"], "the INFO fields of the scores, with their names in VCF; . if there is none"),
    column(&["skip"], "reason why the allele was not scored; . if it was scored"),
];

/// The value of a base.
pub(crate) const TRACK: &[Column] = &[column(
    &["contig", "start", "end", "value"],
    "with --saturate: a base, as in BED, and the mean delta of its substitutions",
)];

/// What is written of a record.
pub(crate) enum AlleleTable {
    /// A line for each alternate allele, with these fields, and the field of reasons.
    Lines(Vec<Field>, String),
    /// The mean of a field over the alternate alleles of a base.
    Track(String),
}

/// The values of a field of INFO text, one for each allele.
fn values<'a>(added: &'a [u8], name: &str) -> Vec<&'a [u8]> {
    let of = |field: &'a [u8]| field.strip_prefix(name.as_bytes())?.strip_prefix(b"=");
    added.split(|&byte| byte == b';').find_map(of).map_or(Vec::new(), |all| all.split(|&byte| byte == b',').collect())
}

impl AlleleTable {
    /// The header line.
    pub(crate) fn header(&self) -> String {
        match self {
            Self::Lines(..) => {
                let names: Vec<String> = self.fields().into_iter().map(|field| field.name).collect();
                format!("#{}\n", names.join("\t"))
            }
            Self::Track(_) => String::new(),
        }
    }

    /// The columns as Parquet has them.
    pub(crate) fn fields(&self) -> Vec<Field> {
        let Self::Lines(scores, _) = self else { return Vec::new() };
        let own = |name: &str, kind| Field { name: name.into(), kind };
        let mut fields = vec![own("contig", FieldKind::Text)];
        fields.extend(["start", "end"].map(|name| own(name, FieldKind::Integer)));
        fields.extend(["id", "ref", "alt"].map(|name| own(name, FieldKind::Text)));
        fields.extend(scores.iter().cloned());
        fields.push(own("skip", FieldKind::Text));
        fields
    }

    /// Appends the lines of a record, and says how many; `added` are its INFO fields.
    pub(crate) fn write(&self, record: &VariantRecord, added: &[u8], out: &mut Vec<u8>) -> u64 {
        match self {
            Self::Lines(fields, skip) => write_lines(record, added, (fields, skip), out),
            Self::Track(field) => write_mean(record, &values(added, field), out),
        }
    }
}

fn write_lines(record: &VariantRecord, added: &[u8], (fields, skip): (&[Field], &str), out: &mut Vec<u8>) -> u64 {
    let scores: Vec<Vec<&[u8]>> = fields.iter().map(|field| values(added, &field.name)).collect();
    let reasons = values(added, skip);
    for (index, alternate) in record.alternates().enumerate() {
        write_place(record.contig(), record.written(), out);
        let mut cell = |text: &[u8]| {
            out.push(b'\t');
            out.extend_from_slice(text);
        };
        cell(record.line.split(|&byte| byte == b'\t').nth(2).unwrap_or(b"."));
        cell(record.reference());
        cell(alternate);
        scores.iter().chain([&reasons]).for_each(|values| cell(values.get(index).copied().unwrap_or(b".")));
        out.push(b'\n');
    }
    record.alternates().count() as u64
}

/// METHOD: the mean of the differences of all substitutions of a base: how much the base matters, negative where it raises the score.
fn write_mean(record: &VariantRecord, values: &[&[u8]], out: &mut Vec<u8>) -> u64 {
    let numbers: Vec<f64> = values.iter().filter_map(|text| std::str::from_utf8(text).ok()?.parse().ok()).collect();
    if numbers.is_empty() {
        return 0;
    }
    write_place(record.contig(), Interval::new(record.position, record.position + 1), out);
    out.push(b'\t');
    write_score((numbers.iter().sum::<f64>() / numbers.len() as f64) as f32, Digits::Significant, out);
    out.push(b'\n');
    1
}
