//! Words of diseases' names: which of them are shared by all diseases of a series.

use std::collections::BTreeSet;

use crate::genes::{
    names::fold,
    word_forms::{singular, without_obsolete},
};

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
const FILLING: &[&str] = &[
    "type", "types", "subtype", "form", "group", "variant", "number", "to", "with", "without", "and", "or", "of",
    "the", "in", "due", "by", "a", "an", "familial", "isolated",
];

/// The name of one disease of a series: the words of the series, and what tells its members apart.
pub(crate) struct SeriesName {
    /// The words of the series.
    own: BTreeSet<String>,
    /// Numbers and letters of types, in Arabic numerals: `3b`.
    types: Vec<String>,
    /// Modes of inheritance and the like.
    marks: BTreeSet<String>,
    /// It ends with `1`, without a word such as type before.
    is_first: bool,
}

impl SeriesName {
    /// Of a disease's name.
    pub(crate) fn of(name: &str) -> Self {
        let folded = fold(without_obsolete(name));
        let words: Vec<&str> = folded.split(' ').collect();
        let mut parts = Self { own: BTreeSet::new(), types: Vec::new(), marks: BTreeSet::new(), is_first: false };
        parts.is_first = matches!(words[..], [.., before, "1"] if !SERIES.contains(&before));
        for (at, &word) in words.iter().enumerate() {
            let last = at + 1 == words.len();
            let after_type = at > 0 && ["type", "types", "subtype", "group"].contains(&words[at - 1]);
            if FILLING.contains(&word) && !(after_type && word == "a") {
                continue;
            }
            let in_roman = || (after_type || last || SERIES.contains(&word)).then(|| from_roman(word)).flatten();
            if is_number(word) {
                parts.types.push(word.into());
            } else if let Some(arabic) = in_roman() {
                parts.types.push(arabic);
            } else if word.len() == 1 && (after_type || last) {
                parts.types.push(word.into());
            } else if SERIES.contains(&word) {
                parts.marks.insert(word.into());
            } else if word.len() > 1 {
                parts.own.insert(singular(word).to_string());
            }
        }
        parts
    }

    /// Whether this is `Brugada syndrome 1` where the group is `Brugada syndrome`: vocabularies without a record of the group write so. `Usher
    /// syndrome type 1` is not meant for `Usher syndrome`.
    pub(crate) fn is_first_of(&self, group: &Self) -> bool {
        self.is_first
            && self.types == ["1"]
            && group.types.is_empty()
            && !self.own.is_empty()
            && self.own == group.own
            && self.marks == group.marks
    }

    /// Whether a disease of the name `special` is this one or a special case of it: `Long QT syndrome 5` of `Long QT syndrome`, `Usher
    /// syndrome, type IIIB` of `Usher syndrome type 3`; not `Long QT syndrome 5` of `Long QT syndrome 1`.
    pub(crate) fn covers(&self, special: &Self) -> bool {
        // A type is one of another's that has the same number: 3b of 3, and not 30.
        let below = |one: &str, above: &str| {
            one.strip_prefix(above)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_lowercase()))
        };
        !self.own.is_empty()
            && self.own == special.own
            && self.marks.is_subset(&special.marks)
            && self.types.iter().all(|above| special.types.iter().any(|one| below(one, above)))
    }
}

/// `ij` as `1j`, `iv` as `4`: a Roman numeral below 40, with at most one letter behind it.
fn from_roman(word: &str) -> Option<String> {
    let value = |numeral: &str| {
        let tens = numeral.bytes().take_while(|&letter| letter == b'x').count();
        let ones = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"];
        let one = ones.iter().position(|&one| one == &numeral[tens..])?;
        (tens <= 3 && tens + one > 0).then_some(10 * tens + one)
    };
    if let Some(whole) = value(word) {
        return Some(whole.to_string());
    }
    let (at, letter) = word.char_indices().next_back().filter(|(_, letter)| letter.is_ascii_lowercase())?;
    Some(format!("{}{letter}", value(&word[..at])?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_special_case(special: &str, general: &str) -> bool {
        SeriesName::of(general).covers(&SeriesName::of(special))
    }

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
        assert!(is_special_case("Usher syndrome, type IIIB", "Usher syndrome type 3"));
        assert!(is_special_case("Usher syndrome, type IJ", "Usher syndrome type 1"));
        assert!(!is_special_case("Usher syndrome, type IJ", "Usher syndrome type 2"));
        assert!(!is_special_case("Usher syndrome type 1", "Usher syndrome, type IJ"));
        assert!(!is_special_case("Long QT syndrome 15", "Long QT syndrome 1"));
        assert!(is_special_case("Long QT syndrome 11", "familial long QT syndrome"));
        assert!(is_special_case("Ehlers-Danlos syndrome, type IV", "Ehlers-Danlos syndrome type 4"));
        assert!(is_special_case("Deafness, autosomal dominant 2A", "Deafness, autosomal dominant"));
        assert!(!is_special_case("Type 2", "Type"), "nothing of its own");
        let is_first = |name, group| SeriesName::of(name).is_first_of(&SeriesName::of(group));
        assert!(is_first("Brugada syndrome 1", "Brugada syndrome"));
        assert!(!is_first("Brugada syndrome 5", "Brugada syndrome"));
        assert!(!is_first("Usher syndrome type 1", "Usher syndrome"));
        assert!(!is_first("Brugada syndrome 1", "Brugada syndrome 5"));
    }
}
