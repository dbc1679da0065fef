//! Identifiers of diseases and phenotypes, in one spelling.

/// A disease's identifier in the spelling of the knowledge base: `OMIM:154700`, `ORPHA:558`, `MONDO:0007947`, `UMLS:C0024796`.
pub(super) fn accession(text: &str) -> Option<String> {
    let text = text.trim();
    let (space, id) = text.split_once([':', '_']).map_or(("OMIM", text), |(space, id)| (space, id));
    let space = match space.to_ascii_uppercase().as_str() {
        "MIM" | "OMIM" => "OMIM",
        "ORPHA" | "ORPHANET" => "ORPHA",
        "MONDO" => "MONDO",
        "UMLS" => "UMLS",
        "DECIPHER" => "DECIPHER",
        _ => return None,
    };
    let digits = id.trim_start_matches('C');
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then(|| format!("{space}:{id}"))
}

/// The number of an HPO identifier: 1250 of `HP:0001250`.
pub(super) fn term_number(text: &str) -> Option<u32> {
    let digits = text.trim().strip_prefix("HP:")?;
    (digits.len() == 7).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accessions_are_written_in_one_way() {
        assert_eq!(accession("154700").as_deref(), Some("OMIM:154700"));
        assert_eq!(accession("MONDO_0007947").as_deref(), Some("MONDO:0007947"));
        assert_eq!(accession("umls:C0024796").as_deref(), Some("UMLS:C0024796"));
        assert_eq!(accession("ORPHA:558").as_deref(), Some("ORPHA:558"));
        assert_eq!(accession("No disease mim"), None);
        assert_eq!(term_number("HP:0001250"), Some(1250));
        assert_eq!(term_number("HP:12"), None);
    }
}
