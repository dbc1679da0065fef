//! The facts about a gene as columns of a table and as a value of an INFO field.

use crate::genes::claim::Claim;

/// A disease of a gene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DiseaseFact {
    /// Its identifiers, that of the strongest statement first; may be empty.
    pub identifiers: Vec<String>,
    /// Its name.
    pub name: String,
    /// What is claimed.
    pub claim: Claim,
    /// Who claims it.
    pub sources: Vec<String>,
}

/// The facts about a gene, ready to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct GeneFacts {
    /// Approved symbol, or the annotation's name if the knowledge base does not have the gene.
    pub symbol: String,
    /// `HGNC:…`, or empty.
    pub hgnc: String,
    /// Its diseases, strongest claim first; also those that a source disputes or refutes.
    pub diseases: Vec<DiseaseFact>,
    /// Modes of inheritance, in the sources' words.
    pub inheritance: Vec<String>,
    /// Numbers of HPO terms.
    pub phenotypes: Vec<u32>,
    /// Sources of its relations to diseases, and the kind of relation: `ClinGen:Definitive`.
    pub evidence: Vec<String>,
}

/// Fields of [`GeneFacts`], in order.
pub(crate) const FIELDS: [&str; 8] =
    ["genes", "hgnc", "diseases", "inheritance", "phenotypes", "evidence", "claims", "against"];

/// What separates the identifiers of one disease.
const SAME: &str = "+";

impl GeneFacts {
    fn claimed(&self, against: bool) -> impl Iterator<Item = &DiseaseFact> {
        self.diseases.iter().filter(move |one| one.claim.is_against() == against)
    }

    /// The columns of a table: items are separated by `|`.
    pub(crate) fn columns(&self) -> [String; 8] {
        let plain = |text: &str| text.replace(['\t', '\n', '\r'], " ").replace(['|', ';'], ",");
        let disease = |one: &DiseaseFact| plain(format!("{} {}", one.identifiers.join(SAME), one.name).trim());
        let list = |all: &[String]| all.iter().map(|one| plain(one)).collect::<Vec<_>>().join("|");
        let against =
            |one: &DiseaseFact| format!("{} ({}: {})", disease(one), plain(&one.sources.join(SAME)), one.claim.word());
        [
            plain(&self.symbol),
            self.hgnc.clone(),
            joined(self.claimed(false).map(disease), "|"),
            list(&self.inheritance),
            self.terms("|"),
            list(&self.evidence),
            joined(self.claimed(false).map(|one| one.claim.word().into()), "|"),
            joined(self.claimed(true).map(against), "|"),
        ]
    }

    /// One value of an INFO field: fields are separated by `|`, items by `&`; diseases are given by their identifiers, and those without by
    /// their names.
    pub(crate) fn info(&self) -> String {
        let list = |all: &[String]| all.iter().map(|one| encoded(one, ":+")).collect::<Vec<_>>().join("&");
        let disease = |one: &DiseaseFact| {
            if one.identifiers.is_empty() { encoded(&one.name, "/") } else { one.identifiers.join(SAME) }
        };
        let word = |one: &DiseaseFact| encoded(one.claim.word(), "");
        let against = |one: &DiseaseFact| {
            let sources: Vec<String> = one.sources.iter().map(|source| encoded(source, "")).collect();
            format!("{}:{}:{}", disease(one), sources.join(SAME), word(one))
        };
        [
            encoded(&self.symbol, ":/"),
            self.hgnc.clone(),
            joined(self.claimed(false).map(disease), "&"),
            list(&self.inheritance),
            self.terms("&"),
            list(&self.evidence),
            joined(self.claimed(false).map(word), "&"),
            joined(self.claimed(true).map(against), "&"),
        ]
        .join("|")
    }

    fn terms(&self, between: &str) -> String {
        joined(self.phenotypes.iter().map(|term| format!("HP:{term:07}")), between)
    }
}

fn joined(all: impl Iterator<Item = String>, between: &str) -> String {
    all.collect::<Vec<_>>().join(between)
}

/// A text in a value of INFO: blanks become `_`, and what would end the text is percent-encoded (VCF 4.4, section 1.2), except for `kept`.
fn encoded(text: &str, kept: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            ' ' => out.push('_'),
            letter if kept.contains(letter) => out.push(letter),
            '/' => out.push('_'),
            ';' | '=' | '%' | ',' | '|' | '&' | ':' | '+' | '\t' | '\n' | '\r' => {
                out.push_str(&format!("%{:02X}", letter as u32));
            }
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_info_holds_nothing_that_would_end_it() {
        let disease = |identifiers: &[&str], name: &str, claim, sources: &[&str]| DiseaseFact {
            identifiers: identifiers.iter().map(|id| (*id).into()).collect(),
            name: name.into(),
            claim,
            sources: sources.iter().map(|source| (*source).into()).collect(),
        };
        let facts = GeneFacts {
            symbol: "A;B".into(),
            hgnc: "HGNC:5".into(),
            diseases: vec![
                disease(&["OMIM:1", "ORPHA:2"], "x, y; z", Claim::Definitive, &["ClinGen"]),
                disease(&[], "no identifier; type A/B, 100% (x|y)", Claim::TextMined, &["CGD"]),
                disease(&["MONDO:7"], "w", Claim::NoKnownRelation, &["ClinGen", "GenCC"]),
                disease(&[], "v: v", Claim::Refuted, &["ClinGen"]),
            ],
            inheritance: vec!["AD/AR".into()],
            phenotypes: vec![7, 1250],
            evidence: vec!["ClinGen:No Known".into()],
        };
        assert_eq!(
            facts.info(),
            "A%3BB|HGNC:5|OMIM:1+ORPHA:2&no_identifier%3B_type_A/B%2C_100%25_(x%7Cy)|AD_AR|HP:0000007&HP:0001250|ClinGen:No_Known|definitive&text-mined|MONDO:7:ClinGen+GenCC:no_known_relation&v%3A_v:ClinGen:refuted"
        );
        let columns = facts.columns();
        assert_eq!(columns[2], "OMIM:1+ORPHA:2 x, y, z|no identifier, type A/B, 100% (x,y)");
        assert_eq!(columns[6], "definitive|text-mined");
        assert_eq!(columns[7], "MONDO:7 w (ClinGen+GenCC: no known relation)|v: v (ClinGen: refuted)");
    }
}
