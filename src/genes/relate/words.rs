//! Words of diseases' names: which of them are shared by all diseases of a series.

use std::collections::BTreeSet;

use crate::genes::{
    names::fold,
    word_forms::{singular, without_obsolete, without_s},
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
    own.map(|word| without_s(word).to_string()).collect()
}

/// Words of a series that do not tell its members apart.
const FILLING: &[&str] = &[
    "type", "types", "subtype", "form", "group", "variant", "number", "to", "with", "without", "and", "or", "of",
    "the", "in", "due", "by", "a", "an", "familial", "isolated",
];

/// Words that say nothing of which disease is meant, beside those of a series.
const STATES: &[&str] = &[
    "syndrome",
    "disease",
    "disorder",
    "hereditary",
    "hereditaria",
    "heritable",
    "inherited",
    "genetic",
    "monogenic",
    "rare",
    "congenital",
    "primary",
    "spectrum",
];

/// Words for the same, of which vocabularies use one or the other.
const EQUAL: &[(&str, &str)] = &[
    ("non syndromic", "nonsyndromic"),
    ("mental retardation", "intellectual disability"),
    ("intellectual developmental disorder", "intellectual disability"),
    ("deafness", "hearing loss"),
    ("hearing impairment", "hearing loss"),
    ("carcinoma", "cancer"),
    ("right ventricular dysplasia", "right ventricular cardiomyopathy"),
];

/// The name of one disease of a series: the words of the series, and what tells its members apart.
#[derive(Default)]
pub(crate) struct SeriesName {
    /// The words of the series.
    own: BTreeSet<String>,
    /// The first of them in the name.
    first: String,
    /// Numbers and letters of types, in Arabic numerals: `3b`.
    types: Vec<String>,
    /// Modes of inheritance and the like.
    marks: BTreeSet<String>,
    /// It ends with `1`, without a word such as type before.
    is_first: bool,
    /// It is one word and `disease` or the like: `congenital heart disease` is not of heart blocks.
    is_broad: bool,
    /// It says that the disease is inherited.
    is_of_origin: bool,
}

/// Heads of names.
const HEADS: &[&str] = &["syndrome", "disease", "disorder"];

/// Words that say that a disease is inherited.
const ORIGINS: &[&str] = &["hereditary", "hereditaria", "heritable", "inherited", "familial", "genetic", "monogenic"];

/// Words of modes of inheritance.
const INHERITANCE: &[&str] = &["autosomal", "dominant", "recessive", "x", "y", "linked", "digenic"];

impl SeriesName {
    /// Of a disease's name.
    pub(crate) fn of(name: &str) -> Self {
        let folded = fold(without_obsolete(name));
        let words: Vec<&str> = folded.split(' ').collect();
        let is_first = matches!(words[..], [.., before, "1"] if !SERIES.contains(&before));
        let mut parts = Self { is_first, ..Self::default() };
        for (at, &word) in words.iter().enumerate() {
            let last = at + 1 == words.len();
            let after_type = at > 0 && ["type", "types", "subtype", "group"].contains(&words[at - 1]);
            if FILLING.contains(&word) && !(after_type && word == "a") {
                continue;
            }
            // The X of `X-linked` is no number.
            let is_mode = word == "x" && words.get(at + 1) == Some(&"linked");
            let in_roman =
                || (!is_mode && (after_type || last || SERIES.contains(&word))).then(|| from_roman(word)).flatten();
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

    /// The same without words such as `hereditary` and `syndrome`, and with one word for the same.
    pub(crate) fn loosely(name: &str) -> Self {
        let mut written = format!(" {} ", fold(without_obsolete(name)));
        for (one, other) in EQUAL {
            written = written.replace(&format!(" {one} "), &format!(" {other} "));
        }
        let mut parts = Self::of(written.trim());
        let has = |words: &[&str]| written.split(' ').any(|word| words.contains(&&*singular(word)));
        parts.own.retain(|word| !STATES.contains(&word.as_str()));
        let in_order = || written.split(' ').map(singular).find(|word| parts.own.contains(&**word));
        parts.first = in_order().map_or_else(String::new, |word| word.to_string());
        parts.is_broad = parts.own.len() == 1 && has(HEADS);
        parts.is_of_origin = has(ORIGINS) || has(INHERITANCE) || has(&["susceptibility", "predisposition"]);
        parts
    }

    /// Whether this is the name of one by a number.
    pub(crate) fn is_numbered(&self) -> bool {
        !self.types.is_empty()
    }

    /// Whether both have the same words and numbers.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.is_beside(other) && self.marks == other.marks && self.types == other.types
    }

    /// Whether both are of one series, whatever their numbers.
    pub(crate) fn is_beside(&self, other: &Self) -> bool {
        !self.own.is_empty() && self.own == other.own
    }

    /// Whether `special` has all words of this: `epilepsy` and `progressive myoclonic epilepsy`. A number is one of the same words. A disease
    /// with a number is nonsyndromic, and of the same mode of inheritance, although its name does not say so.
    pub(crate) fn reaches(&self, special: &Self) -> bool {
        let is_inherited = INHERITANCE.iter().any(|mode| special.marks.contains(*mode));
        let is_understood = |mark: &str| {
            special.is_numbered()
                && ((mark == "nonsyndromic" && !special.marks.contains("syndromic"))
                    || (INHERITANCE.contains(&mark) && !is_inherited))
        };
        let has_marks = || self.marks.iter().all(|mark| is_understood(mark) || special.marks.contains(mark));
        let is_part = !self.is_numbered() && !self.is_broad && self.own.is_subset(&special.own);
        !self.own.is_empty() && (is_part || self.is_beside(special)) && has_marks() && self.has_types_of(special)
    }

    /// Whether its words are these, and it has no number.
    pub(super) fn has_only(&self, words: &[&str]) -> bool {
        !self.is_numbered() && self.own.len() == words.len() && words.iter().all(|word| self.own.contains(*word))
    }

    /// Whether it has all these words, one of them first.
    pub(super) fn begins(&self, words: &[&str]) -> bool {
        words.contains(&self.first.as_str()) && words.iter().all(|word| self.own.contains(*word))
    }

    /// Whether the other name says of all modes of inheritance of this one that it has them.
    pub(super) fn has_marks_of(&self, special: &Self) -> bool {
        self.marks.is_subset(&special.marks)
    }

    /// Whether this is of the inherited disease where the other, with words more, may be of one that is not: monogenic diabetes, and diabetes
    /// that needs no insulin.
    pub(crate) fn is_inherited_unlike(&self, special: &Self) -> bool {
        self.is_of_origin && !special.is_of_origin && !special.is_numbered() && !self.is_beside(special)
    }

    /// Whether this is one, by its number, of the series of the name `group`.
    pub(crate) fn is_one_of(&self, group: &Self) -> bool {
        self.is_numbered() && !group.is_numbered() && self.is_beside(group) && group.marks.is_subset(&self.marks)
    }

    /// Whether this is `Brugada syndrome 1`, and the other one of the same series.
    pub(crate) fn is_first_beside(&self, other: &Self) -> bool {
        self.is_first && self.types == ["1"] && self.is_beside(other) && self.marks.is_subset(&other.marks)
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
        !self.own.is_empty()
            && self.own == special.own
            && self.marks.is_subset(&special.marks)
            && self.has_types_of(special)
    }

    fn has_types_of(&self, special: &Self) -> bool {
        // A type is one of another's that has the same number: 3b of 3, and not 30.
        let below = |one: &str, above: &str| {
            one.strip_prefix(above)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_lowercase()))
        };
        self.types.iter().all(|above| special.types.iter().any(|one| below(one, above)))
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
        assert!(is_special_case("Deafness, X-linked 2", "Deafness, X-linked"));
        assert!(!SeriesName::of("X-linked intellectual disability").is_numbered(), "the X is no ten");
        let is_first = |name, group| SeriesName::of(name).is_first_of(&SeriesName::of(group));
        assert!(is_first("Brugada syndrome 1", "Brugada syndrome"));
        assert!(!is_first("Brugada syndrome 5", "Brugada syndrome"));
        assert!(!is_first("Usher syndrome type 1", "Usher syndrome"));
        assert!(!is_first("Brugada syndrome 1", "Brugada syndrome 5"));
    }

    #[test]
    fn a_name_reaches_those_that_have_all_its_words() {
        let reaches = |general, special| SeriesName::loosely(general).reaches(&SeriesName::loosely(special));
        assert!(reaches("long QT syndrome", "Congenital long QT syndrome"));
        assert!(reaches("monogenic diabetes", "Maturity-onset diabetes of the young 7"));
        assert!(reaches("hereditary breast carcinoma", "Hereditary breast and/or ovarian cancer syndrome"));
        assert!(reaches("X-linked intellectual disability", "Mental retardation, X-linked 45"));
        assert!(reaches("hereditary spastic paraplegia 33", "Spastic paraplegia 33, autosomal dominant"));
        assert!(reaches("nonsyndromic genetic hearing loss", "Deafness, autosomal recessive 57"));
        assert!(!reaches("nonsyndromic genetic hearing loss", "Neuropathy with hearing impairment"));
        assert!(!reaches("nonsyndromic genetic hearing loss", "Deafness-goiter syndrome"));
        assert!(!reaches("long QT syndrome", "Catecholaminergic polymorphic ventricular tachycardia"));
        assert!(!reaches("Brugada syndrome 1", "Brugada syndrome 5"));
        assert!(reaches(
            "arrhythmogenic right ventricular cardiomyopathy",
            "Arrhythmogenic right ventricular dysplasia 2"
        ));
        assert!(reaches("autism spectrum disorder", "Autism, susceptibility to, X-linked 6"));
        assert!(!reaches("autism spectrum disorder", "Macrocephaly-autism syndrome"));
        assert!(!reaches("Ataxia 2", "Episodic ataxia 2"), "a number of another series");
        assert!(!reaches("congenital heart disease", "Heart block, progressive"));
        assert!(reaches(
            "autosomal recessive limb-girdle muscular dystrophy",
            "Muscular dystrophy, limb-girdle, type 2W"
        ));
        assert!(!reaches("autosomal recessive spastic paraplegia", "Spastic paraplegia 33, autosomal dominant"));
        let unlike = |one, other| SeriesName::loosely(one).is_inherited_unlike(&SeriesName::loosely(other));
        assert!(unlike("monogenic diabetes", "Diabetes mellitus, noninsulin-dependent"));
        assert!(!unlike("monogenic diabetes", "Maturity-onset diabetes of the young, type VII"));
        assert!(!unlike("hereditary breast carcinoma", "Breast cancer"));
        assert!(!reaches("Genetic disease", "Rare genetic disease"), "nothing of its own");
        let one = SeriesName::loosely("Fanconi renotubular syndrome 2");
        assert!(one.is_one_of(&SeriesName::loosely("Primary Fanconi renotubular syndrome")));
        let first = SeriesName::loosely("Brugada syndrome 1");
        assert!(first.is_first_beside(&SeriesName::loosely("Brugada syndrome 5")));
        assert!(!SeriesName::loosely("Usher syndrome type 1").is_first_beside(&SeriesName::loosely("Usher syndrome")));
    }
}
