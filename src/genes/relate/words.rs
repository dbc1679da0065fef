//! Words of diseases' names: which of them are shared by all diseases of a series.

use std::collections::BTreeSet;

use crate::genes::names::fold;

/// Words that only tell the diseases of a series apart.
const SERIES: &[&str] = &[
    "type",
    "types",
    "subtype",
    "form",
    "group",
    "variant",
    "number",
    "complementation",
    "isolated",
    "familial",
    "syndromic",
    "nonsyndromic",
    "non",
    "autosomal",
    "dominant",
    "recessive",
    "x",
    "y",
    "linked",
    "digenic",
    "somatic",
    "mosaic",
    "early",
    "late",
    "onset",
    "susceptibility",
    "to",
    "with",
    "without",
    "and",
    "or",
    "of",
    "the",
    "in",
    "due",
    "by",
    "a",
    "an",
    "i",
    "ii",
    "iii",
    "iv",
    "v",
    "vi",
    "vii",
    "viii",
    "ix",
    "xi",
    "xii",
    "xiii",
    "xiv",
    "xv",
];

/// A word without the ending of a plural.
pub(super) fn singular(word: &str) -> &str {
    let plural = word.len() > 4 && word.ends_with('s') && !["ss", "is", "us"].iter().any(|end| word.ends_with(end));
    if plural { &word[..word.len() - 1] } else { word }
}

/// `1`, `2a`, `x12`: what tells the members of a series apart.
fn is_number(word: &str) -> bool {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let digits = rest.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let digits_only = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    word.len() - rest.len() <= 1 && digits_only && rest.len() - digits.len() <= 2
}

/// The words of a disease's name without numbers, types and modes of inheritance.
pub(super) fn own_words(name: &str) -> BTreeSet<String> {
    let folded = fold(name);
    let own = folded.split(' ').filter(|word| word.len() > 1 && !SERIES.contains(word) && !is_number(word));
    own.map(|word| singular(word).to_string()).collect()
}

/// Words of a series that do not tell its members apart.
const FILLING: &[&str] =
    &["to", "with", "without", "and", "or", "of", "the", "in", "due", "by", "a", "an", "familial", "isolated"];

/// Whether one disease is a special case of another, by their names: `Long QT syndrome 5` of `Long QT syndrome`, not of `Long QT syndrome 1`.
pub(crate) fn is_special_case(special: &str, general: &str) -> bool {
    let own = own_words(general);
    let folded = fold(general);
    let plain = |word: &str| FILLING.contains(&word) || (word.len() > 1 && !SERIES.contains(&word) && !is_number(word));
    !own.is_empty() && folded.split(' ').all(plain) && own_words(special) == own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_series_are_one_but_for_their_numbers() {
        let words = |name| own_words(name).into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(words("Deafness, autosomal dominant 2A"), "deafness");
        assert_eq!(words("Charcot-Marie-Tooth disease, type 1A"), "charcot disease marie tooth");
        assert_eq!(words("Leukodystrophies"), "leukodystrophie");
        assert!(is_special_case("Long QT syndrome 5", "Long QT syndrome"));
        assert!(is_special_case("Deafness, autosomal dominant 2A", "deafness"));
        assert!(!is_special_case("Long QT syndrome 5", "Long QT syndrome 1"));
        assert!(!is_special_case("Deafness, autosomal dominant 2A", "Deafness, autosomal recessive"));
        assert!(!is_special_case("Short QT syndrome 1", "Long QT syndrome"));
        assert!(!is_special_case("Type 2", "Type"), "nothing of its own");
    }
}
