//! Identifiers of genes, their transcripts and proteins, in the spellings that are in use.

use super::gene_names::NameKind;

/// An identifier of a gene, or of one of its products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum GeneIdentifier {
    /// HGNC's number: `HGNC:3603`.
    Hgnc(i64),
    /// NCBI's number: `NCBIGene:2200`, `GeneID:2200`.
    Ncbi(i64),
    /// Ensembl's identifier, without its version: `ENSG00000166147`.
    Ensembl(String),
    /// An accession of another collection: `NM_000138`, `OMIM:134797`, `UniProt:P35555`, `ENST00000316623`.
    Accession(NameKind, String),
}

impl GeneIdentifier {
    /// The identifier that a text is, by its form alone. Versions are dropped; six digits are a number of OMIM. A UniProt accession is
    /// one only after `UniProt:`, since symbols may have that form.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let Some((space, rest)) = text.split_once(':') else { return of_form(text) };
        let number = || rest.trim().parse().ok();
        match space.trim().to_ascii_uppercase().as_str() {
            "HGNC" => rest.trim().trim_start_matches("HGNC:").parse().ok().map(Self::Hgnc),
            "NCBIGENE" | "GENEID" | "ENTREZ" | "NCBI GENE" | "NCBI_GENE" => number().map(Self::Ncbi),
            "OMIM" | "MIM" => number().map(|number: i64| Self::Accession(NameKind::Omim, number.to_string())),
            // Ensembl's GFF3 has `gene:ENSG…`.
            "ENSEMBL" | "GENE" | "TRANSCRIPT" => {
                of_form(rest).filter(|one| matches!(one, Self::Ensembl(_) | Self::Accession(NameKind::Transcript, _)))
            }
            "REFSEQ" => of_form(rest).filter(|one| matches!(one, Self::Accession(NameKind::RefSeq, _))),
            "UNIPROT" | "UNIPROTKB" => Some(Self::Accession(NameKind::UniProt, uniprot(rest))),
            _ => None,
        }
    }

    /// Whether it is an identifier of a gene, and not of a product or in a collection of diseases.
    pub(super) fn is_of_gene(&self) -> bool {
        !matches!(self, Self::Accession(..))
    }
}

/// UniProt's accession without its isoform: `P35555-2` is `P35555`.
pub(super) fn uniprot(text: &str) -> String {
    let text = text.trim().to_ascii_uppercase();
    text.split_once('-').map_or(text.clone(), |(accession, _)| accession.into())
}

/// An identifier that is known by its letters and the number of its digits.
fn of_form(text: &str) -> Option<GeneIdentifier> {
    let upper = text.trim().to_ascii_uppercase();
    // GENCODE marks the copies on Y.
    let upper = upper.strip_suffix("_PAR_Y").unwrap_or(&upper);
    let (plain, version) = upper.split_once('.').unwrap_or((upper, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(version) {
        return None;
    }
    let numbered = |start: &str| plain.strip_prefix(start).is_some_and(|rest| rest.len() >= 11 && digits(rest));
    if numbered("ENSG") {
        return Some(GeneIdentifier::Ensembl(plain.into()));
    }
    if numbered("ENST") {
        return Some(GeneIdentifier::Accession(NameKind::Transcript, plain.into()));
    }
    if let Some((kind, number)) = plain.split_once('_')
        && matches!(kind, "NM" | "NR" | "NP" | "XM" | "XR" | "XP" | "NG" | "YP")
        && digits(number)
    {
        return Some(GeneIdentifier::Accession(NameKind::RefSeq, plain.into()));
    }
    (upper.len() == 6 && digits(upper)).then(|| GeneIdentifier::Accession(NameKind::Omim, upper.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_known_by_their_form() {
        use GeneIdentifier::{Accession, Ensembl, Hgnc, Ncbi};
        let accession = |kind, text: &str| Some(Accession(kind, text.into()));
        for (text, expected) in [
            ("HGNC:3603", Some(Hgnc(3603))),
            ("HGNC:HGNC:3603", Some(Hgnc(3603))),
            ("hgnc: 3603", Some(Hgnc(3603))),
            ("GeneID:2200", Some(Ncbi(2200))),
            ("ENSG00000166147.12", Some(Ensembl("ENSG00000166147".into()))),
            ("ensg00000182378.13_PAR_Y", Some(Ensembl("ENSG00000182378".into()))),
            ("gene:ENSG00000166147", Some(Ensembl("ENSG00000166147".into()))),
            ("ENST00000316623.10", accession(NameKind::Transcript, "ENST00000316623")),
            ("NM_000138.5", accession(NameKind::RefSeq, "NM_000138")),
            ("RefSeq:nm_000138", accession(NameKind::RefSeq, "NM_000138")),
            ("MIM:134797", accession(NameKind::Omim, "134797")),
            ("134797", accession(NameKind::Omim, "134797")),
            ("UniProtKB:P35555-2", accession(NameKind::UniProt, "P35555")),
            ("2200", None),
            ("g1", None),
            ("P35555", None),
            ("ENSG1", None),
            ("gene:g1", None),
            ("NM_x", None),
            ("134797.5x", None),
        ] {
            assert_eq!(GeneIdentifier::parse(text), expected, "{text}");
        }
    }
}
