//! Typing errors in the words that ask: `waht`, `symtoms`.

use super::{
    stops,
    vocabulary::{
        Cue::{self, *},
        WORDS, cue, split,
    },
};

/// Words of English that are one letter from a word of the vocabulary, and no typing errors of it. METHOD: those among the 20,000 words that are
/// most frequent in English texts.
const NO_ERRORS: &str = "case cases changed leaving damage damages standards carried completed possibly charges officials funding positions concert \
    concerts experiences sing sings sins purposes producer producers patterns whereas describes compete lessons masters reporter \
    precious complaint complains trains casual appeals detective transit patent patents genre genres generic genus witch wheat \
    loading approve approves matched relaxed encounters clause clauses liking implies touches thorough suspects trails observer \
    observers blamed blames leaning lining lending lads backgrounds explanations slowing leaking persona alas meanings manifesto \
    currents presentations transmitter leasing licking changer evidenced topical nicknamed moaning trough marches genie indices \
    casing transmissions summaries";

/// The word of the vocabulary that `word` is a typing error of: two letters exchanged, one missing, one too many, or (from six letters) one
/// wrong, but not the first. Of short words, only those count that say what is asked.
pub(super) fn corrected(word: &str) -> Option<&'static str> {
    let count = word.chars().count();
    if count < 4
        || !word.chars().all(char::is_alphabetic)
        || stops::changes(word)
        || NO_ERRORS.split_whitespace().any(|other| other == word)
    {
        return None;
    }
    let asks = |cue: Cue| {
        matches!(
            cue,
            Which | Where | Gene | Disease | Phenotype | Cause | Function | Protein | Symbol | Alias | Chromosome
        )
    };
    let single = WORDS
        .iter()
        .filter(|(cue, _)| *cue != Filler)
        .flat_map(|(cue, text)| split(text).filter(|word| !word.contains(' ') && (word.len() >= 7 || asks(*cue))));
    let near = |known: &&'static str| {
        let other = known.chars().count();
        let first = known.chars().next() == word.chars().next();
        let exchanged = other == count && sorted(known) == sorted(word);
        other >= 4
            && strsim::osa_distance(known, word) == 1
            && (exchanged || first)
            && (exchanged || other != count || count >= 6)
    };
    let mut all: Vec<&'static str> = single.filter(near).collect();
    all.dedup();
    // `causs` may be cause or causes: any will do if all say the same.
    let first = *all.first()?;
    all.iter().all(|other| cue(&[other]) == cue(&[first])).then_some(first)
}

fn sorted(word: &str) -> Vec<char> {
    let mut letters: Vec<char> = word.chars().collect();
    letters.sort_unstable();
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_mean_something_else_are_not_corrected() {
        for (word, known) in [
            ("waht", Some("what")),
            ("whcih", Some("which")),
            ("genees", Some("genes")),
            ("cuase", Some("cause")),
            ("symtoms", Some("symptoms")),
            ("assosiated", Some("associated")),
            ("fucntion", Some("function")),
            ("cases", None),
            ("inhibited", None),
            ("mice", None),
            ("cure", None),
            ("rate", None),
        ] {
            assert_eq!(corrected(word), known, "{word}");
        }
    }
}
