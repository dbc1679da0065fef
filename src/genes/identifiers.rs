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

/// The identifier of a disease that a user writes, in the spelling of the knowledge base: also `ORPHA558`, `OMIM 154700`, `#154700`,
/// `MIM#154700`, `C0024796`, `MONDO:7947`; `None` if the text is none.
pub(super) fn written_accession(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_uppercase();
    let digits_of = |id: &str| (!id.is_empty() && id.bytes().all(|b| b.is_ascii_digit())).then(|| id.to_string());
    // A phenotypic entry of OMIM is marked with # (gene: *, both: +, unknown: %).
    let bare = text.trim_start_matches(['#', '*', '+', '%', '^']);
    if bare.len() == 6 && digits_of(bare).is_some() {
        return Some(format!("OMIM:{bare}"));
    }
    if bare.len() == 8 && bare.strip_prefix('C').and_then(digits_of).is_some() {
        return Some(format!("UMLS:{bare}"));
    }
    let spaces = [
        ("ORPHANET", "ORPHA"),
        ("ORPHA", "ORPHA"),
        ("OMIM", "OMIM"),
        ("MIM", "OMIM"),
        ("MONDO", "MONDO"),
        ("UMLS", "UMLS"),
        ("DECIPHER", "DECIPHER"),
    ];
    let (space, id) = spaces.iter().find_map(|(written, space)| Some((*space, text.strip_prefix(written)?)))?;
    let id = id.trim_start_matches([':', '_', ' ', '#', '*', '+', '%', '-']);
    match (space, id.strip_prefix('C').filter(|_| space == "UMLS")) {
        ("UMLS", Some(digits)) => digits_of(digits).map(|digits| format!("UMLS:C{digits}")),
        ("UMLS", None) => None,
        // Seven digits, of which users leave out those in front.
        ("MONDO", _) => digits_of(id).map(|id| format!("MONDO:{id:0>7}")),
        _ => digits_of(id).map(|id| format!("{space}:{id}")),
    }
}

/// The number of an HPO identifier as a user writes it: also `HP_0001250` and lower case; `None` if the text is none.
pub(super) fn written_term(text: &str) -> Option<u32> {
    term_number(&text.trim().to_ascii_uppercase().replacen('_', ":", 1))
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

    #[test]
    fn users_write_accessions_in_many_ways() {
        for (written, meant) in [
            ("ORPHA558", "ORPHA:558"),
            ("Orphanet:558", "ORPHA:558"),
            ("orpha 558", "ORPHA:558"),
            ("MONDO_0007947", "MONDO:0007947"),
            ("mondo:7947", "MONDO:0007947"),
            ("154700", "OMIM:154700"),
            ("#154700", "OMIM:154700"),
            ("MIM #154700", "OMIM:154700"),
            ("OMIM 154700", "OMIM:154700"),
            ("C0024796", "UMLS:C0024796"),
            ("umls:c0024796", "UMLS:C0024796"),
        ] {
            assert_eq!(written_accession(written).as_deref(), Some(meant), "{written}");
        }
        for name in ["Marfan syndrome", "1547", "C1 inhibitor deficiency", "OMIM", "CMT1A", "MONDO:x", "1p36 deletion"]
        {
            assert_eq!(written_accession(name), None, "{name}");
        }
        assert_eq!((written_term("HP_0001166"), written_term("hp:0001166")), (Some(1166), Some(1166)));
    }
}
