//! Names that say what a disease is a special case of: `COG6-congenital disorder of glycosylation`, `Joubert syndrome with renal defect`,
//! `Ciliary dyskinesia, primary, 47, and lissencephaly`, `neonatal-onset developmental and epileptic encephalopathy`.

use std::collections::HashSet;

use super::series::{general_names, split_once};
use crate::genes::word_forms::{is_number, words};

/// Words between the gene and the disease that it causes.
const CAUSED: [&str; 4] = ["-related ", " related ", "-associated ", " associated "];

/// Words that end what a disease is; what follows tells it apart.
const TELLING: [&str; 2] = [" with ", " without "];

/// Words at the end of a name that leave open how far it reaches.
const OPEN: [&str; 3] = [" spectrum disorders", " spectrum disorder", " spectrum"];

/// Words after which the rest of a name is no disease that this one is a kind of.
const NOT_BEFORE: &[&str] = &[
    "of",
    "in",
    "to",
    "by",
    "with",
    "without",
    "or",
    "from",
    "for",
    "due",
    "the",
    "a",
    "an",
    "non",
    "no",
    "pseudo",
    "like",
    "possible",
    "simulating",
];

/// Words that do not make a name more special: Orphanet's `Rare epilepsy` is no kind of epilepsy.
const NOT_TELLING: &[&str] = &[
    "rare",
    "genetic",
    "hereditary",
    "inherited",
    "familial",
    "other",
    "obsolete",
    "primary",
    "congenital",
    "disease",
    "diseases",
    "disorder",
    "disorders",
    "syndrome",
    "syndromes",
    "systemic",
    "metabolic",
    "syndromic",
    "isolated",
    "and",
    "of",
];

/// Letters of a single word that may be a disease.
const LEAST_LETTERS: usize = 8;

/// The diseases that a disease is one of by its name: of each list the first one that is known. Those of a list are from the nearest to
/// the most general.
pub(super) fn heads(name: &str, symbols: &HashSet<String>) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    let caused = without_gene(name, symbols);
    let name = caused.unwrap_or(name);
    let mut nearest: Vec<String> = Vec::new();
    let with_general = |text: &str, list: &mut Vec<String>| {
        if words(text).iter().any(|word| !NOT_TELLING.contains(&word.as_str())) {
            list.push(text.to_string());
            list.extend(general_names(text));
        }
    };
    if caused.is_some() {
        with_general(name, &mut nearest);
    }
    for end in OPEN.into_iter().filter_map(|end| cut_end(name, end)) {
        with_general(end, &mut nearest);
    }
    if let Some((head, _)) = split_once(name, &TELLING) {
        with_general(head, &mut nearest);
    }
    if !nearest.is_empty() {
        all.push(nearest);
    }
    all
}

/// Both diseases of which a disease is one, as its name says: those of `A and B`. Of each, its names from the nearest to the most general.
/// A list of three names none.
pub(super) fn of_both(name: &str) -> Option<[Vec<String>; 2]> {
    let (one, other) = split_once(name, &[" and "])?;
    if split_once(other, &[" and "]).is_some() || split_once(name, &TELLING).is_some() || name.contains(" due to ") {
        return None;
    }
    let names = |text: &str| {
        let mut all = vec![text.to_string()];
        all.extend(general_names(text));
        all
    };
    Some([names(one), names(other)])
}

/// The ends of a name that are names of diseases of which this one is a kind, the longest first: `dilated cardiomyopathy` and
/// `cardiomyopathy` of `familial dilated cardiomyopathy`.
pub(super) fn ends(name: &str) -> Vec<String> {
    if name.contains(',') {
        return Vec::new();
    }
    let all: Vec<&str> = name.split_whitespace().collect();
    let mut found = Vec::new();
    for at in 1..all.len() {
        let (before, rest) = all.split_at(at);
        let is_cut = before.iter().flat_map(|word| words(word)).any(|word| NOT_BEFORE.contains(&word.as_str()));
        let tells = before.iter().flat_map(|word| words(word)).any(|word| !NOT_TELLING.contains(&word.as_str()));
        let is_name = match rest {
            [one] => one.len() >= LEAST_LETTERS && !NOT_TELLING.contains(&one.to_ascii_lowercase().as_str()),
            [_, ..] => true,
            [] => false,
        };
        let first = rest.first().map(|word| word.to_ascii_lowercase()).unwrap_or_default();
        let begins = !is_number(&first) && !NOT_BEFORE.contains(&first.as_str());
        if tells && !is_cut && is_name && begins {
            found.push(rest.join(" "));
        }
    }
    found
}

/// The disease of a name that begins with the symbol of the gene that causes it.
fn without_gene<'a>(name: &'a str, symbols: &HashSet<String>) -> Option<&'a str> {
    let is_symbol = |text: &str| text.len() > 2 && symbols.contains(text);
    if let Some((gene, rest)) = CAUSED.iter().find_map(|between| name.split_once(between)) {
        return is_symbol(gene).then_some(rest);
    }
    // Symbols may hold hyphens themselves.
    name.match_indices('-')
        .map(|(at, _)| (&name[..at], &name[at + 1..]))
        .find(|(gene, _)| is_symbol(gene))
        .map(|it| it.1)
}

/// The text without some words at its end, whatever their case.
fn cut_end<'a>(name: &'a str, end: &str) -> Option<&'a str> {
    let at = name.len().checked_sub(end.len())?;
    let is_end = name.get(at..)?.eq_ignore_ascii_case(end);
    is_end.then(|| name[..at].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads_of(name: &str) -> Vec<Vec<String>> {
        let symbols = ["COG6", "DHDDS", "UROD", "PNPLA6", "DSP", "HNF1B"].map(str::to_string).into();
        heads(name, &symbols)
    }

    #[test]
    fn a_disease_is_one_of_what_its_name_begins_with_or_of_what_its_gene_causes() {
        for (name, first) in [
            ("COG6-congenital disorder of glycosylation", "congenital disorder of glycosylation"),
            ("DHDDS-CDG", "CDG"),
            ("UROD-related inherited porphyria", "inherited porphyria"),
            ("Joubert syndrome with renal defect", "Joubert syndrome"),
            ("Homocystinuria without methylmalonic aciduria", "Homocystinuria"),
            ("lissencephaly spectrum disorders", "lissencephaly"),
        ] {
            assert_eq!(heads_of(name)[0][0], first, "{name}");
        }
        let both = heads_of("PNPLA6-related spastic paraplegia with or without ataxia");
        assert!(both[0].contains(&"spastic paraplegia".to_string()), "{both:?}");
        for name in ["Marfan syndrome", "X-linked ichthyosis", "T-B+ immunodeficiency", "cell-related disease"] {
            assert!(heads_of(name).is_empty(), "{name}");
        }
    }

    #[test]
    fn a_disease_of_two_names_is_one_of_both() {
        let [one, other] = of_both("Ciliary dyskinesia, primary, 47, and lissencephaly").expect("two names");
        assert!(one.contains(&"ciliary dyskinesia, primary".to_string()), "{one:?}");
        assert_eq!(other[0], "lissencephaly");
        for name in ["Marfan syndrome", "A and B and C", "Ataxia and deafness due to a deletion", "A and/or B"] {
            assert!(of_both(name).is_none(), "{name}");
        }
    }

    #[test]
    fn a_disease_is_a_kind_of_what_its_name_ends_in() {
        assert_eq!(
            ends("adult neuronal ceroid lipofuscinosis"),
            ["neuronal ceroid lipofuscinosis", "ceroid lipofuscinosis", "lipofuscinosis"]
        );
        let combined = ends("combined malonic and methylmalonic acidemia");
        assert!(combined.contains(&"methylmalonic acidemia".to_string()), "{combined:?}");
        for name in
            ["Rare epilepsy", "Susceptibility to pulmonary hypertension", "Myopathy", "Deafness, autosomal dominant 5"]
        {
            assert!(!ends(name).iter().any(|end| end.len() > 12), "{name}: {:?}", ends(name));
        }
    }
}
