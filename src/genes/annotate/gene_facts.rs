//! The facts about a gene as columns of a table and as a value of an INFO field.

/// The facts about a gene, ready to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct GeneFacts {
    /// Approved symbol, or the annotation's name if the knowledge base does not have the gene.
    pub symbol: String,
    /// `HGNC:…`, or empty.
    pub hgnc: String,
    /// Identifier (may be empty) and name of each disease.
    pub diseases: Vec<(String, String)>,
    /// Modes of inheritance, in the sources' words.
    pub inheritance: Vec<String>,
    /// Numbers of HPO terms.
    pub phenotypes: Vec<u32>,
    /// Sources of its relations to diseases, and the kind of relation: `ClinGen:Definitive`.
    pub evidence: Vec<String>,
}

/// Fields of [`GeneFacts`], in order.
pub(crate) const FIELDS: [&str; 6] = ["genes", "hgnc", "diseases", "inheritance", "phenotypes", "evidence"];

impl GeneFacts {
    /// The columns of a table: items are separated by `|`.
    pub(crate) fn columns(&self) -> [String; 6] {
        let plain = |text: &str| text.replace(['\t', '\n', '\r'], " ").replace(['|', ';'], ",");
        let diseases: Vec<String> = self
            .diseases
            .iter()
            .map(|(id, name)| plain(&if id.is_empty() { name.clone() } else { format!("{id} {name}") }))
            .collect();
        let list = |all: &[String]| all.iter().map(|one| plain(one)).collect::<Vec<_>>().join("|");
        [
            plain(&self.symbol),
            self.hgnc.clone(),
            diseases.join("|"),
            list(&self.inheritance),
            self.terms("|"),
            list(&self.evidence),
        ]
    }

    /// One value of an INFO field: fields are separated by `|`, items by `&`; diseases are given by their identifiers.
    pub(crate) fn info(&self) -> String {
        // VCF 4.4, section 1.2: characters that would end the field are percent-encoded.
        let plain = |text: &str| {
            let mut out = String::new();
            for letter in text.chars() {
                match letter {
                    ' ' | '|' | '&' | '/' => out.push('_'),
                    ':' if text.starts_with("HGNC") => out.push(':'),
                    ';' | '=' | '%' | ',' | '\t' | '\n' | '\r' => out.push_str(&format!("%{:02X}", letter as u32)),
                    letter => out.push(letter),
                }
            }
            out
        };
        let list = |all: &[String]| all.iter().map(|one| plain(one)).collect::<Vec<_>>().join("&");
        let diseases: Vec<&str> = self.diseases.iter().map(|(id, _)| id.as_str()).filter(|id| !id.is_empty()).collect();
        [
            plain(&self.symbol),
            plain(&self.hgnc),
            diseases.join("&"),
            list(&self.inheritance),
            self.terms("&"),
            list(&self.evidence),
        ]
        .join("|")
    }

    fn terms(&self, between: &str) -> String {
        self.phenotypes.iter().map(|term| format!("HP:{term:07}")).collect::<Vec<_>>().join(between)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_info_holds_nothing_that_would_end_it() {
        let facts = GeneFacts {
            symbol: "A;B".into(),
            hgnc: "HGNC:5".into(),
            diseases: vec![("OMIM:1".into(), "x, y; z".into()), (String::new(), "no identifier".into())],
            inheritance: vec!["AD/AR".into()],
            phenotypes: vec![7, 1250],
            evidence: vec!["ClinGen:No Known".into()],
        };
        assert_eq!(facts.info(), "A%3BB|HGNC:5|OMIM:1|AD_AR|HP:0000007&HP:0001250|ClinGen:No_Known");
        assert_eq!(facts.columns()[2], "OMIM:1 x, y, z|no identifier");
    }
}
