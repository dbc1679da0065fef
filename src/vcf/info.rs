//! The INFO fields that the program adds: their names, their header lines, and their values.
//!
//! The values are text as in the column INFO. [`with_info`] adds it to a line of VCF, and
//! [`Encoder`](crate::vcf::bcf::encode::Encoder) to a record of BCF; all else of the record is unchanged.

use crate::{
    genome::{Strand, interval::to_one_based},
    model::card::{Column, Comparison},
    number::{Digits, write_integer, write_score},
    skip::{Skip, Skipper},
    vcf::record::VariantRecord,
};

/// A value of an INFO field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    /// A score, or a difference of scores.
    Score(f32, Digits),
    /// A number of bases from POS.
    Offset(i64),
}

/// The scores of one alternate allele.
pub(crate) struct AlleleScores {
    /// A value for each field, or why the allele was not scored.
    pub values: Result<Vec<Value>, Skip>,
}

/// The default prefix of the names of INFO fields.
pub(crate) const PREFIX: &str = "GG";

/// Names of the INFO fields that are added.
#[derive(Clone, Debug)]
pub(crate) struct FieldNames {
    prefix: String,
    /// The field with the reason why an allele was not scored.
    pub skip: String,
    /// The field with the effects of an allele in each gene that it lies in.
    pub effect: String,
    /// The field with the largest of these effects.
    pub effect_max: String,
    /// The field with the effects of an allele together with others of its haplotype.
    pub haplotype: String,
}

impl FieldNames {
    /// Names that begin with `prefix` and `_`.
    pub(crate) fn new(prefix: &str) -> Self {
        let name = |what: &str| format!("{prefix}_{what}");
        Self {
            skip: name("SKIP"),
            effect: name("EFFECT"),
            effect_max: name("EFFECT_MAX"),
            haplotype: name("HAPLOTYPE"),
            prefix: prefix.into(),
        }
    }

    /// The name of a field of a score, such as `DELTA`, in letters, digits and `_`: the VCF specification (4.4, section 1.6.1) also allows `.`,
    /// but bcftools' expressions do not.
    pub(crate) fn score(&self, what: &str, column: &Column) -> String {
        format!("{}_{what}_{}", self.prefix, column.plain_name())
    }
}

/// The name of the field in the format of SpliceAI.
pub(crate) const SPLICEAI: &str = "SpliceAI";

/// The largest gain or loss of a label in a gene.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SiteEffect {
    /// The size of the change; gains and losses are both positive.
    pub value: f32,
    /// The distance from the variant in bases along the forward strand; `None` where no base was compared.
    pub offset: Option<i64>,
    /// The position on the contig, 1-based.
    pub position: Option<u64>,
}

impl SiteEffect {
    /// At a base of an answer that begins at `start` (0-based) of the contig, `left` bases before the variant.
    pub(crate) fn at(value: f32, base: Option<usize>, start: i64, left: u64) -> Self {
        let position = base.and_then(|base| u64::try_from(start + base as i64).ok()).map(to_one_based);
        Self { value, offset: base.map(|base| base as i64 - left as i64), position }
    }
}

/// The effect of an allele in a gene.
#[derive(Clone, Debug)]
pub(crate) struct GeneEffect<'a> {
    /// The name of the gene, without characters that INFO does not allow: see [`percent_encoded`].
    pub name: &'a str,
    /// The strand of the gene.
    pub strand: Strand,
    /// Gain and loss of each label; `None` where the format has no scores for such an allele.
    pub site_effects: Option<Vec<SiteEffect>>,
}

/// A name as a part of an INFO value: characters that separate values are percent-encoded (VCF specification 4.4, section 1.2).
pub(crate) fn percent_encoded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            ';' | '=' | '%' | ',' | '|' | '\t' | '\n' | '\r' | ' ' => out.push_str(&format!("%{:02X}", letter as u32)),
            letter => out.push(letter),
        }
    }
    out
}

/// A structured header line with an ID and quoted values.
pub(crate) fn structured<'a>(key: &str, id: &str, values: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let mut line = format!("##{key}=<ID={id}");
    for (name, value) in values {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"");
        line.push_str(&format!(",{name}=\"{value}\""));
    }
    line + ">\n"
}

/// A header with lines added before the last, `#CHROM`. `None` for a header without lines.
pub(crate) fn with_lines(header: &[Vec<u8>], lines: &[String]) -> Option<Vec<u8>> {
    let (last, before) = header.split_last()?;
    Some([before.concat(), lines.concat().into_bytes(), last.clone()].concat())
}

/// The INFO fields of a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScoreField {
    /// The delta score: that of the alternate allele minus that of the reference.
    Delta,
    /// The score of the reference.
    Reference,
    /// The score of the alternate allele.
    Alternate,
    /// The position of the largest difference.
    At,
}

impl ScoreField {
    /// The word in the names of fields.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Delta => "DELTA",
            Self::Reference => "REF",
            Self::Alternate => "ALT",
            Self::At => "AT",
        }
    }

    fn meaning(self, comparison: Comparison, compared: &Compared) -> String {
        let place = compared.place();
        if let Compared::Likelihood { masked, .. } = compared {
            let what = if *masked { "pseudo-log-likelihood" } else { "log-likelihood" };
            return match self {
                Self::Reference => {
                    format!("{what} (natural logarithm) of the reference, of the tokens that are scored")
                }
                Self::Alternate => format!("{what} (natural logarithm) of the alternate allele, of the same bases"),
                _ => format!("log-likelihood ratio (natural logarithm): alternate minus reference {what} {place}"),
            };
        }
        let tracks = matches!(compared, Compared::Bins { .. });
        match (self, comparison) {
            (Self::Delta, Comparison::Max) if tracks => {
                format!("alternate minus reference score at the bin with the largest difference {place}")
            }
            (Self::Reference, Comparison::Max) if tracks => "score of the reference at that bin".into(),
            (Self::Alternate, Comparison::Max) if tracks => "score of the alternate allele at that bin".into(),
            (Self::At, _) => "first base of that bin, in bases from POS (negative: left of POS)".into(),
            (Self::Delta, Comparison::Max) => format!("alternate minus reference score {place}"),
            (Self::Delta, Comparison::Sum) => {
                format!("sum of the alternate scores minus sum of the reference scores {place}")
            }
            (Self::Delta, Comparison::Log2Fold) => {
                format!("log2 of (sum of the alternate scores + 1) / (sum of the reference scores + 1) {place}")
            }
            (Self::Delta, Comparison::L2) => {
                format!("square root of the sum of squared differences of the scores {place}")
            }
            (Self::Delta, Comparison::Js) => {
                format!("Jensen-Shannon distance (0 to 1) of the profiles of the two alleles {place}")
            }
            (Self::Reference, Comparison::Sum | Comparison::Log2Fold) => "sum of the reference scores".into(),
            (Self::Alternate, Comparison::Sum | Comparison::Log2Fold) => "sum of the alternate scores".into(),
            (Self::Reference, _) => "score of the reference".into(),
            (Self::Alternate, _) => "score of the alternate allele".into(),
        }
    }
}

/// The bases whose scores are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    /// The bins of a track within this many bases of the change; `None`: all bins of the core.
    Bins {
        /// In bases.
        distance: Option<u64>,
    },
    /// A whole window of this many bases around the change.
    Window(u64),
    /// The likelihoods of a language model.
    Likelihood {
        /// Bases of a window.
        bases: u64,
        /// The model is a masked one.
        masked: bool,
        /// Bases either side of the change whose tokens are hidden in turn; `None`: all.
        distance: Option<u64>,
    },
}

impl Compared {
    fn place(&self) -> String {
        match self {
            Self::Bins { distance: Some(distance) } => format!("within {distance} bases of the change"),
            Self::Bins { distance: None } => "in the core of the window around the change".into(),
            Self::Likelihood { bases, masked: true, distance } => {
                let near = distance.map_or(String::new(), |distance| format!(" within {distance} bases of the change"));
                format!(
                    "in the window of {bases} bases around the change: of the tokens that differ, hidden together; of alleles of different lengths, of each token{near}, hidden in turn"
                )
            }
            Self::Likelihood { bases, .. } => format!("in the window of {bases} bases around the change"),
            Self::Window(bases) => format!("in the window of {bases} bases around the change"),
        }
    }
}

/// The header lines of the INFO fields of scores.
pub(crate) fn header_lines<'a>(
    fields: &FieldNames,
    columns: impl Iterator<Item = &'a Column>,
    kinds: &[ScoreField],
    (comparison, compared): (Comparison, Compared),
    (model, version): (&str, &str),
) -> Vec<String> {
    let mut lines = Vec::new();
    for column in columns {
        for kind in kinds {
            lines.push(format!(
                "##INFO=<ID={},Number=A,Type={},Description=\"{}: {}\",Source=\"genogloss {model}\",Version=\"{version}\">\n",
                fields.score(kind.word(), column),
                if *kind == ScoreField::At { "Integer" } else { "Float" },
                described(column),
                kind.meaning(comparison, &compared),
            ));
        }
    }
    lines.push(skip_line(fields, model, version));
    lines
}

/// What a description calls a score: its label as it is published, if there is one, else its name.
fn described(column: &Column) -> String {
    match &column.title {
        Some(title) => title.replace('\\', "\\\\").replace('"', "\\\""),
        None => column.name.clone(),
    }
}

fn skip_line(fields: &FieldNames, model: &str, version: &str) -> String {
    let reasons: Vec<&str> = Skip::of(Skipper::Variants).map(Skip::word).collect();
    format!(
        "##INFO=<ID={},Number=A,Type=String,Description=\"Reason why the allele was not scored ({}); . if it was scored\",Source=\"genogloss {model}\",Version=\"{version}\">\n",
        fields.skip,
        reasons.join(" or ")
    )
}

/// The header lines of the INFO fields of effects in genes, for these labels.
pub(crate) fn effect_lines(
    names: &FieldNames,
    labels: &[&str],
    (distance, haplotypes): (u64, bool),
    (model, version): (&str, &str),
) -> Vec<String> {
    let FieldNames { effect, effect_max, haplotype, .. } = names;
    let fields: Vec<String> = ["", "_at"]
        .iter()
        .flat_map(|end| {
            labels.iter().flat_map(move |label| [format!("{label}_gain{end}"), format!("{label}_loss{end}")])
        })
        .collect();
    let source = format!("Source=\"genogloss {model}\",Version=\"{version}\"");
    let mut lines = vec![
        format!(
            "##INFO=<ID={effect},Number=.,Type=String,Description=\"Largest gain and loss (0 to 1) of each site within {distance} bases of the change, by gene, and their positions (1-based, on the contig). Format: ALLELE|gene|strand|{}\",{source}>\n",
            fields.join("|")
        ),
        format!(
            "##INFO=<ID={effect_max},Number=A,Type=Float,Description=\"Largest gain or loss of the allele in any gene, 0 to 1\",{source}>\n"
        ),
        skip_line(names, model, version),
    ];
    if haplotypes {
        lines.push(format!(
            "##INFO=<ID={haplotype},Number=.,Type=String,Description=\"The same as {effect}, for the allele together with its neighbours on a phased haplotype. Format: ALLELE|gene|neighbours (first base, 1-based:removed bases>inserted bases, joined by &)|strand|{}\",{source}>\n",
            fields.join("|")
        ));
    }
    lines
}

/// The header lines of SpliceAI's format.
pub(crate) fn spliceai_lines(fields: &FieldNames, model: &str, version: &str) -> Vec<String> {
    vec![
        format!(
            "##INFO=<ID={SPLICEAI},Number=.,Type=String,Description=\"{model} {version}, in the format of SpliceAI 1.3.1. Delta scores (DS) and delta positions (DP) of acceptor gain (AG), acceptor loss (AL), donor gain (DG) and donor loss (DL). Format: ALLELE|SYMBOL|DS_AG|DS_AL|DS_DG|DS_DL|DP_AG|DP_AL|DP_DG|DP_DL\">\n"
        ),
        skip_line(fields, model, version),
    ]
}

/// Appends an INFO field with a value for each allele and gene; `rest` appends the value after the gene's name. Returns whether
/// there was any.
fn write_each<'a>(
    field: &str,
    record: &VariantRecord,
    alleles: &'a [Result<Vec<GeneEffect<'a>>, Skip>],
    out: &mut Vec<u8>,
    mut rest: impl FnMut(&GeneEffect<'a>, &mut Vec<u8>),
) -> bool {
    let mut any = false;
    for (alternate, effects) in record.alternates().zip(alleles) {
        for effect in effects.iter().flatten() {
            if any {
                out.push(b',');
            } else {
                out.extend_from_slice(field.as_bytes());
                out.push(b'=');
            }
            any = true;
            out.extend_from_slice(alternate);
            out.push(b'|');
            out.extend_from_slice(effect.name.as_bytes());
            out.push(b'|');
            rest(effect, out);
        }
    }
    if any {
        out.push(b';');
    }
    any
}

/// Appends the record with INFO fields added, and a line end.
pub(crate) fn with_info(record: &VariantRecord, added: &[u8], out: &mut Vec<u8>) {
    let info = record.info();
    out.extend_from_slice(&record.line[..record.info.start]);
    if added.is_empty() || (info != b"." && !info.is_empty()) {
        out.extend_from_slice(info);
        if !added.is_empty() {
            out.push(b';');
        }
    }
    out.extend_from_slice(added);
    out.extend_from_slice(&record.line[record.info.end..]);
    out.push(b'\n');
}

/// Appends the field with the reasons why alleles were not scored, if there is a reason; else removes the last `;`.
fn write_reasons(fields: &FieldNames, reasons: &[Option<Skip>], out: &mut Vec<u8>) {
    if reasons.iter().any(Option::is_some) {
        out.extend_from_slice(fields.skip.as_bytes());
        for (at, reason) in reasons.iter().enumerate() {
            out.push(if at == 0 { b'=' } else { b',' });
            out.extend_from_slice(reason.map_or(".", Skip::word).as_bytes());
        }
    } else {
        out.pop();
    }
}

/// Appends the INFO fields of the effects of a record's alleles in genes.
///
/// `together`: the index of an allele, its neighbours on the haplotype, and the effects of all together.
pub(crate) fn write_effects(
    fields: &FieldNames,
    record: &VariantRecord,
    alleles: &[Result<Vec<GeneEffect<'_>>, Skip>],
    together: &[(usize, &str, Vec<GeneEffect<'_>>)],
    out: &mut Vec<u8>,
) {
    let any = write_each(&fields.effect, record, alleles, out, write_site_effects);
    if any {
        out.extend_from_slice(fields.effect_max.as_bytes());
        for (at, effects) in alleles.iter().enumerate() {
            out.push(if at == 0 { b'=' } else { b',' });
            let site_effects = effects.iter().flatten().flat_map(|effect| effect.site_effects.iter().flatten());
            match site_effects.map(|site_effect| site_effect.value).reduce(f32::max) {
                Some(most) => out.extend_from_slice(format!("{:.4}", most.max(0.0)).as_bytes()),
                None => out.push(b'.'),
            }
        }
        out.push(b';');
    }
    let mut first = true;
    for (allele, names, effects) in together {
        for effect in effects {
            if std::mem::take(&mut first) {
                out.extend_from_slice(fields.haplotype.as_bytes());
                out.push(b'=');
            } else {
                out.push(b',');
            }
            out.extend_from_slice(record.alternates().nth(*allele).unwrap_or_default());
            for part in [effect.name, names] {
                out.push(b'|');
                out.extend_from_slice(part.as_bytes());
            }
            out.push(b'|');
            write_site_effects(effect, out);
        }
    }
    if !first {
        out.push(b';');
    }
    let reasons: Vec<Option<Skip>> = alleles.iter().map(|effects| effects.as_ref().err().copied()).collect();
    write_reasons(fields, &reasons, out);
}

/// Appends strand, values and positions.
fn write_site_effects(effect: &GeneEffect<'_>, out: &mut Vec<u8>) {
    out.push(effect.strand.symbol() as u8);
    let site_effects = effect.site_effects.iter().flatten();
    for site_effect in site_effects.clone() {
        out.push(b'|');
        out.extend_from_slice(format!("{:.4}", site_effect.value.max(0.0)).as_bytes());
    }
    for site_effect in site_effects {
        out.push(b'|');
        match site_effect.position {
            Some(position) => write_integer(position, out),
            None => out.push(b'.'),
        }
    }
}

/// Appends the INFO field as spliceai 1.3.1 writes it, and the field with the reasons, which spliceai does not have.
pub(crate) fn write_spliceai(
    fields: &FieldNames,
    record: &VariantRecord,
    alleles: &[Result<Vec<GeneEffect<'_>>, Skip>],
    out: &mut Vec<u8>,
) {
    write_each(SPLICEAI, record, alleles, out, |effect, out| match &effect.site_effects {
        None => out.extend_from_slice(b".|.|.|.|.|.|.|."),
        Some(site_effects) => {
            for (at, site_effect) in site_effects.iter().enumerate() {
                let end = if at == 0 { "" } else { "|" };
                out.extend_from_slice(format!("{end}{:.2}", site_effect.value).as_bytes());
            }
            for site_effect in site_effects {
                out.extend_from_slice(format!("|{}", site_effect.offset.unwrap_or_default()).as_bytes());
            }
        }
    });
    let reasons: Vec<Option<Skip>> = alleles
        .iter()
        .map(|effects| match effects {
            Err(reason) => Some(*reason),
            Ok(effects) => effects.iter().any(|effect| effect.site_effects.is_none()).then_some(Skip::NotInFormat),
        })
        .collect();
    write_reasons(fields, &reasons, out);
}

/// Appends the INFO fields of the scores of a record's alleles; `names` has one name for each value.
pub(crate) fn write_variant(fields: &FieldNames, names: &[String], alleles: &[AlleleScores], out: &mut Vec<u8>) {
    let any = alleles.iter().any(|allele| allele.values.is_ok());
    if any {
        for (index, name) in names.iter().enumerate() {
            out.extend_from_slice(name.as_bytes());
            for (at, allele) in alleles.iter().enumerate() {
                out.push(if at == 0 { b'=' } else { b',' });
                match allele.values.as_ref().map(|values| values[index]) {
                    Ok(Value::Score(score, digits)) => write_score(score, digits, out),
                    Ok(Value::Offset(offset)) => out.extend_from_slice(offset.to_string().as_bytes()),
                    Err(_) => out.push(b'.'),
                }
            }
            out.push(b';');
        }
    }
    let reasons: Vec<Option<Skip>> = alleles.iter().map(|allele| allele.values.as_ref().err().copied()).collect();
    write_reasons(fields, &reasons, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(line: &str, alleles: &[AlleleScores]) -> String {
        let record = VariantRecord::parse(line.into(), 1).expect("a record");
        let names = ["GG_DELTA_p", "GG_REF_p", "GG_ALT_p"].map(String::from);
        let (mut added, mut out) = (Vec::new(), Vec::new());
        write_variant(&FieldNames::new(PREFIX), &names, alleles, &mut added);
        with_info(&record, &added, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn header_lines_quote_what_they_hold() {
        let line = structured("genogloss_model", "m", [("Licence", "a \"b\" \\ c".into())]);
        assert_eq!(line, "##genogloss_model=<ID=m,Licence=\"a \\\"b\\\" \\\\ c\">\n");
    }

    #[test]
    fn info_is_added_and_the_rest_is_untouched() {
        let scored = || AlleleScores {
            values: Ok([0.5, 0.25, 0.75].map(|score| Value::Score(score, Digits::Decimals)).to_vec()),
        };
        let skipped = || AlleleScores { values: Err(Skip::SymbolicAllele) };
        assert_eq!(
            written("1\t9\trs\tA\tC,<DEL>\t29.50\tPASS\tAF=0.1;DB\tGT\t0|1", &[scored(), skipped()]),
            "1\t9\trs\tA\tC,<DEL>\t29.50\tPASS\tAF=0.1;DB;GG_DELTA_p=0.500000,.;GG_REF_p=0.250000,.;GG_ALT_p=0.750000,.;GG_SKIP=.,symbolic_allele\tGT\t0|1\n"
        );
        assert_eq!(
            written("1\t9\t.\tA\tC\t.\t.\t.", &[scored()]),
            "1\t9\t.\tA\tC\t.\t.\tGG_DELTA_p=0.500000;GG_REF_p=0.250000;GG_ALT_p=0.750000\n"
        );
        assert_eq!(
            written("1\t9\t.\tA\t.\t.\t.\t.", &[AlleleScores { values: Err(Skip::NoAlternate) }]),
            "1\t9\t.\tA\t.\t.\t.\tGG_SKIP=no_alternate\n"
        );
    }
}
