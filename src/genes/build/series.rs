//! Names in series: `Usher syndrome, type IIA` is one of `Usher syndrome type 2`, which is one of `Usher syndrome`.

use crate::genes::word_forms::{BEFORE_NUMBERS, TYPES, is_number, words};

/// Words of modes of inheritance. `x` and `y` count before `linked`.
pub(super) const INHERITANCE: &[&str] = &["autosomal", "dominant", "recessive", "digenic", "linked"];

/// Words that tell the members of a series apart, beside numbers and modes of inheritance.
const KINDS: &[&str] = &[
    "familial",
    "isolated",
    "nonsyndromic",
    "early",
    "late",
    "onset",
    "susceptibility",
    "to",
    "somatic",
    "mosaic",
    "complementation",
];

/// Words of ages, which tell the numbered members of a series apart.
const AGES: &[&str] = &["infantile", "juvenile", "adult"];

/// Words before a cause that do not tell what it is.
const STATES: &[&str] = &["a", "an", "the", "congenital", "hereditary", "inherited", "complete", "partial"];

/// The words of a name in its parts, which commas separate.
type Parts = Vec<Vec<String>>;

/// Names that are more general than this one, from the nearest to the most general: those of the series that it may belong to. They are
/// made from words in the form in which names are compared.
///
/// A series has no number: `A, X-linked 1` is one of `A, X-linked` and of `A`, but not of `A 1`. A number loses its letter alone, not the
/// mode of inheritance beside it.
pub(super) fn general_names(name: &str) -> Vec<String> {
    let parts: Parts = name.split(',').map(words).filter(|part| !part.is_empty()).collect();
    let own = text(&parts);
    let unlettered = without_letter(&parts);
    let is_numbered = last_number(&parts).is_some();
    let uninherited = without_inheritance(&parts);
    let unnumbered = without_number(&parts);
    let plain = without_number(&uninherited).or_else(|| (!is_numbered).then(|| uninherited.clone()));
    // A disease of an age may be another: infantile Refsum disease is no Refsum disease.
    let is_kind = |word: &str| KINDS.contains(&word) || (is_numbered && AGES.contains(&word));
    let kinds = plain.as_ref().map(|parts| without(parts, |_, word| is_kind(word)));
    let start = before_number(&parts);
    let is_first_whole = parts.first().is_some_and(|part| !has_number(part));
    let is_kind_of = |part: &Vec<String>| {
        tells_apart(part) && (is_numbered || !part.iter().all(|word| AGES.contains(&word.as_str())))
    };
    let first =
        (is_first_whole && parts.len() > 1 && parts[1..].iter().any(is_kind_of)).then(|| vec![parts[0].clone()]);
    let all = [unlettered, (!is_numbered).then_some(uninherited), unnumbered, plain, kinds, start, first];
    let mut names: Vec<String> = Vec::new();
    for parts in all.into_iter().flatten() {
        let made = text(&parts);
        let is_name = parts.iter().flatten().any(|word| word.len() > 3 && !is_word_of_series(word));
        if is_name && made != own && !names.contains(&made) {
            names.push(made);
        }
    }
    names
}

/// The diseases that a disease is of by the cause in its name: of `A due to B` A, and the ones that are more general than A; and of B.
/// Those of each list are from the nearest to the most general.
pub(super) fn of_cause(name: &str) -> Vec<Vec<String>> {
    let Some((effect, cause)) = split_once(name, &[" due to "]) else { return Vec::new() };
    let cause = cause.split(',').next().unwrap_or(cause);
    let mut causes = vec![cause.to_string()];
    if let Some((first, rest)) = cause.split_once(' ')
        && STATES.contains(&first.to_ascii_lowercase().as_str())
    {
        causes.push(rest.to_string());
    }
    let mut effects = vec![effect.to_string()];
    effects.extend(general_names(effect));
    vec![effects, causes]
}

/// Both diseases of which a disease has one or both, as its name says: A and B of `A and/or B 1`.
pub(super) fn of_either(name: &str) -> Option<[String; 2]> {
    let (one, other) = split_once(name, &[" and/or ", " and or "])?;
    let parts: Parts = other.split(',').map(words).filter(|part| !part.is_empty()).collect();
    let other = without_number(&parts).map_or_else(|| other.to_string(), |parts| text(&parts));
    Some([one.to_string(), other])
}

/// The texts before and after the first of some words, without the commas between.
pub(super) fn split_once<'a>(name: &'a str, between: &[&str]) -> Option<(&'a str, &'a str)> {
    let lower = name.to_ascii_lowercase();
    let (at, len) = between.iter().filter_map(|words| Some((lower.find(words)?, words.len()))).min()?;
    Some((name[..at].trim_end_matches([',', ' ']), name[at + len..].trim()))
}

/// The name of the series that a name ends in a number of, as it is written: `Spinal muscular atrophy` of
/// `Spinal muscular atrophy, type III`; `None` if it does not end so.
pub(super) fn series(name: &str) -> Option<String> {
    let parts: Parts = name.split(',').map(words).filter(|part| !part.is_empty()).collect();
    let plain = without_number(&without_inheritance(&parts))?;
    // Only the first part of the name is left, and it is written as it was.
    let [own] = plain.as_slice() else { return None };
    let first = name.split(',').next()?.trim();
    let mut written: Vec<&str> = first.split_whitespace().collect();
    while words(&written.join(" ")).len() > own.len() {
        written.pop();
    }
    let written = written.join(" ");
    (words(&written) == *own && own.len() > 1).then_some(written)
}

fn text(parts: &Parts) -> String {
    parts.iter().map(|part| part.join(" ")).collect::<Vec<_>>().join(", ")
}

/// Whether a name is that of one of a series: it has a number (`Spinocerebellar ataxia 13`), or a letter at the end of a part
/// (`Fanconi anemia, complementation group A`).
pub(super) fn is_numbered(name: &str) -> bool {
    let parts = name.split([',', '(', ')']).map(words).enumerate();
    parts
        .into_iter()
        .any(|(at, part)| has_number(&part) || (at > 0 && matches!(part.as_slice(), [word] if is_number(word))))
}

/// Whether a part of a name has a number that is not its first word, or ends in a letter, or in one after a word such as `type`.
fn has_number(part: &[String]) -> bool {
    (1..part.len()).any(|at| {
        let (word, is_last) = (&part[at], at + 1 == part.len());
        let has_digit = word.bytes().any(|b| b.is_ascii_digit());
        is_number(word) && (has_digit || is_last || BEFORE_NUMBERS.contains(&part[at - 1].as_str()))
    })
}

fn is_word_of_series(word: &str) -> bool {
    INHERITANCE.contains(&word)
        || AGES.contains(&word)
        || KINDS.contains(&word)
        || TYPES.contains(&word)
        || is_number(word)
}

/// Whether the words are those that tell the members of a series apart.
fn tells_apart(part: &[String]) -> bool {
    part.iter().any(|word| is_word_of_series(word) || BEFORE_NUMBERS.contains(&word.as_str()))
}

/// The parts without the words that `is_out` chooses by what follows them.
fn without(parts: &Parts, is_out: impl Fn(Option<&str>, &str) -> bool) -> Parts {
    let part = |part: &Vec<String>| -> Vec<String> {
        let kept = part.iter().enumerate().filter(|(at, word)| !is_out(part.get(at + 1).map(String::as_str), word));
        kept.map(|(_, word)| word.clone()).collect()
    };
    parts.iter().map(part).filter(|part| !part.is_empty()).collect()
}

fn without_inheritance(parts: &Parts) -> Parts {
    without(parts, |next, word| INHERITANCE.contains(&word) || (matches!(word, "x" | "y") && next == Some("linked")))
}

/// The place of the last number.
fn last_number(parts: &Parts) -> Option<(usize, usize)> {
    parts.iter().enumerate().rev().find_map(|(part, all)| {
        let linked = |at: usize| all.get(at + 1).is_some_and(|next| next == "linked");
        let at = (0..all.len()).rev().find(|&at| is_number(&all[at]) && !linked(at))?;
        Some((part, at))
    })
}

/// `type 2` of `type 2a`; `None` if no number has a letter.
fn without_letter(parts: &Parts) -> Option<Parts> {
    let (part, at) = last_number(parts)?;
    let word = &parts[part][at];
    let digits = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
    (digits.len() < word.len() && digits.ends_with(|c: char| c.is_ascii_digit())).then(|| {
        let mut parts = parts.clone();
        parts[part][at] = digits.to_string();
        parts
    })
}

/// The name without its last number and the words before it that belong to it.
fn without_number(parts: &Parts) -> Option<Parts> {
    let (part, mut at) = last_number(parts)?;
    let mut parts = parts.clone();
    parts[part].remove(at);
    let before = |word: &str| BEFORE_NUMBERS.contains(&word) || word == "complementation" || word == "nuclear";
    while at > 0 && before(&parts[part][at - 1]) {
        at -= 1;
        parts[part].remove(at);
    }
    parts.retain(|part| !part.is_empty());
    Some(parts)
}

/// What stands before the number of the first part: `Holoprosencephaly` of `Holoprosencephaly 12 with or without agenesis`.
fn before_number(parts: &Parts) -> Option<Parts> {
    let first = parts.first()?;
    let at = first.iter().position(|word| is_number(word)).filter(|&at| at > 0)?;
    let mut start = first[..at].to_vec();
    while start.last().is_some_and(|word| BEFORE_NUMBERS.contains(&word.as_str())) {
        start.pop();
    }
    (!start.is_empty()).then(|| vec![start])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_the_series_they_belong_to() {
        assert_eq!(general_names("Usher syndrome, type IIA"), ["usher syndrome, type 2", "usher syndrome"]);
        assert_eq!(general_names("Long QT syndrome 5"), ["long qt syndrome"]);
        assert_eq!(
            general_names("Deafness, autosomal recessive 1A"),
            ["deafness, autosomal recessive 1", "deafness, autosomal recessive", "deafness"]
        );
        assert_eq!(
            general_names("Spastic paraplegia 11, autosomal recessive"),
            ["spastic paraplegia, autosomal recessive", "spastic paraplegia"]
        );
        assert_eq!(
            general_names("Lissencephaly, X-linked, 1"),
            ["lissencephaly, x linked", "lissencephaly"],
            "it is none of lissencephaly 1"
        );
        for other in ["Infantile Refsum disease", "Refsum disease, infantile"] {
            assert_eq!(general_names(other), Vec::<String>::new(), "{other} is another disease");
        }
        assert_eq!(
            general_names("Holoprosencephaly 12 with or without pancreatic agenesis").last().map(String::as_str),
            Some("holoprosencephaly")
        );
        assert_eq!(general_names("Breast cancer, susceptibility to"), ["breast cancer"]);
        assert_eq!(
            general_names("Spinal muscular atrophy, late-onset, Finkel type").last().map(String::as_str),
            Some("spinal muscular atrophy")
        );
        assert_eq!(general_names("Fanconi anemia, complementation group D1"), ["fanconi anemia"]);
        assert_eq!(general_names("Marfan syndrome"), Vec::<String>::new());
        assert_eq!(general_names("Type 2"), Vec::<String>::new());
    }

    #[test]
    fn a_disease_belongs_to_its_cause_and_to_what_it_causes() {
        let name = "Thrombophilia, hereditary, due to congenital protein C deficiency, autosomal dominant";
        assert_eq!(
            of_cause(name),
            [vec!["Thrombophilia, hereditary"], vec!["congenital protein C deficiency", "protein C deficiency"]]
        );
        assert_eq!(of_cause("Marfan syndrome"), Vec::<Vec<String>>::new());
        let name = "Frontotemporal dementia and/or amyotrophic lateral sclerosis 4";
        assert_eq!(
            of_either(name),
            Some(["Frontotemporal dementia".to_string(), "amyotrophic lateral sclerosis".to_string()])
        );
        assert_eq!(of_either("Brachydactyly and short stature"), None);
    }

    #[test]
    fn a_name_with_a_number_is_one_of_a_series() {
        for name in [
            "Spinocerebellar ataxia 13",
            "Fanconi anemia, complementation group A",
            "Hypogonadism 22 with or without anosmia",
            "Peroxisome biogenesis disorder 1A (Zellweger)",
            "Ceroid lipofuscinosis, neuronal, 4B",
        ] {
            // A part that is a number alone belongs to the part before it.
            assert!(is_numbered(name), "{name}");
        }
        for name in ["Marfan syndrome", "Protein C deficiency", "17-alpha-hydroxylase deficiency", "Ataxia, X-linked"] {
            assert!(!is_numbered(name), "{name}");
        }
    }

    #[test]
    fn a_series_is_named_as_it_is_written() {
        assert_eq!(series("Spinal muscular atrophy, type III").as_deref(), Some("Spinal muscular atrophy"));
        assert_eq!(series("Charcot-Marie-Tooth disease, axonal, type 2A").as_deref(), None);
        assert_eq!(series("Long QT syndrome 5").as_deref(), Some("Long QT syndrome"));
        assert_eq!(series("Retinitis pigmentosa 3, X-linked").as_deref(), Some("Retinitis pigmentosa"));
        assert_eq!(series("Marfan syndrome"), None);
        assert_eq!(series("Cataract 1"), None, "one word says too little");
    }
}
