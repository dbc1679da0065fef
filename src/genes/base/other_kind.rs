//! Why a text names nothing of the kind that was asked for: it is the name of something else, or an identifier of a vocabulary that the
//! knowledge base does not have.

use super::Base;
use crate::{error::Result, genes::records::GeneMatch};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Gene,
    Disease,
    Phenotype,
    /// A disease or a phenotype.
    Condition,
}

impl Wanted {
    fn word(self) -> &'static str {
        match self {
            Self::Gene => "gene",
            Self::Disease => "disease",
            Self::Phenotype => "phenotype",
            Self::Condition => "disease or phenotype",
        }
    }
}

/// Kinds of names that are those of a gene, whatever else has them: in [`GeneMatch::One`].
const GENE_NAMES: [&str; 3] = ["symbol", "identifier", "previous symbol"];

/// Vocabularies of genes and phenotypes, beside those that the diseases of the knowledge base have.
const OTHERS: [&str; 8] = ["HP", "HGNC", "ENSEMBL", "NCBIGENE", "GENEID", "ENTREZ", "REFSEQ", "UNIPROT"];

/// Spellings of vocabularies of diseases.
const SPELLINGS: [(&str, &str); 2] = [("MIM", "OMIM"), ("ORPHANET", "ORPHA")];

impl Base {
    /// What a text is that is no name of what is wanted: `FBN1 is a gene, not a disease`, or of which vocabulary; `None` if it is neither.
    pub(super) fn other_kind(&self, text: &str, wanted: Wanted) -> Result<Option<String>> {
        let text = text.trim();
        let other = |what: &str, which: String| format!("{text} is a {what} ({which}), not a {}", wanted.word());
        if wanted != Wanted::Gene
            && let Some(GeneMatch::One(gene, how)) = self.known_gene(text)?
            && GENE_NAMES.iter().any(|kind| how.starts_with(kind))
            // `NF1` may be meant for a disease with these initials, which is suggested then.
            && self.known_with_initials(text)?.is_empty()
        {
            let number = gene.hgnc.filter(|_| gene.symbol.eq_ignore_ascii_case(text));
            return Ok(Some(other("gene", number.map_or(gene.symbol, |number| format!("HGNC:{number}")))));
        }
        if matches!(wanted, Wanted::Gene | Wanted::Disease)
            && let Ok(term) = self.find_term(text)?
        {
            return Ok(Some(other("phenotype", format!("HP:{:07} {}", term.number, term.name))));
        }
        if matches!(wanted, Wanted::Gene | Wanted::Phenotype)
            && let Some(first) = self.disease_of_name(text)?
        {
            let id = first.accession.map(|id| format!("{id} ")).unwrap_or_default();
            return Ok(Some(other("disease", format!("{id}{}", first.name))));
        }
        self.unknown_vocabulary(text)
    }

    /// That a text is an identifier of a vocabulary which the knowledge base does not have: `DOID:14323`, `GARD_6975`.
    fn unknown_vocabulary(&self, text: &str) -> Result<Option<String>> {
        let Some(space) = vocabulary(text) else { return Ok(None) };
        let space = SPELLINGS.iter().find(|one| one.0 == space).map_or(space, |one| one.1.into());
        let known: Vec<String> = self.rows(
            "SELECT DISTINCT substr(accession, 1, instr(accession, ':') - 1) FROM disease
             WHERE accession IS NOT NULL ORDER BY 1",
            [],
            |row| row.get(0),
        )?;
        if known.contains(&space) || OTHERS.contains(&space.as_str()) {
            return Ok(None);
        }
        let known = if known.is_empty() { "none".into() } else { known.join(", ") };
        Ok(Some(format!(
            "{text} is an identifier of {space}, which the knowledge base does not have; of diseases it has {known}"
        )))
    }
}

/// The vocabulary of an identifier, in capitals: letters, `:` and a number, or `_` and a number.
fn vocabulary(text: &str) -> Option<String> {
    let (space, id) = text.split_once(':').or_else(|| text.split_once('_'))?;
    let id = id.trim();
    let is_number = if text.contains(':') {
        id.bytes().any(|byte| byte.is_ascii_digit()) && !id.contains(char::is_whitespace)
    } else {
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_space = space.len() > 1
        && space.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && space.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    (is_number && is_space).then(|| space.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_have_a_vocabulary() {
        for (text, space) in [
            ("DOID:14323", Some("DOID")),
            ("icd10:Q87.4", Some("ICD10")),
            ("GARD_6975", Some("GARD")),
            ("SNOMED: 1", Some("SNOMED")),
            ("Marfan syndrome: type 1", None),
            ("46,XY:1", None),
            ("Marfan:syndrome", None),
            ("Marfan_syndrome", None),
        ] {
            assert_eq!(vocabulary(text).as_deref(), space, "{text}");
        }
    }
}
