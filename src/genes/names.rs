//! What names of genes, diseases and phenotypes have in common: comparison without case and punctuation, and Greek letters.

/// A disease's or phenotype's name in the form that is compared: letters and digits in lower case, anything between them one blank; `'s` and
/// `'` are dropped.
pub(crate) fn fold(name: &str) -> String {
    let name = name.replace("'s ", "s ").replace("’s ", "s ").replace(['\'', '’'], "");
    let mut out = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        if letter.is_alphanumeric() {
            out.push(letter);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The names of a field that `separators` stand between. One inside of brackets is a part of a name: `AML with t(8;21)(q22;q22)`. Brackets
/// that are not closed have no inside.
pub(crate) fn listed<'a>(field: &'a str, separators: &[char]) -> Vec<&'a str> {
    let (mut open, mut inside) = (Vec::new(), Vec::new());
    for (at, letter) in field.char_indices() {
        match letter {
            '(' | '[' | '{' => open.push((at, letter)),
            ')' | ']' | '}' => {
                let begins = |letter| matches!((letter, &field[at..=at]), ('(', ")") | ('[', "]") | ('{', "}"));
                if let Some(&(begin, letter)) = open.last()
                    && begins(letter)
                {
                    open.pop();
                    inside.push(begin..at);
                }
            }
            _ => {}
        }
    }
    let mut at = 0;
    let mut parts: Vec<&str> = Vec::new();
    for (end, _) in field.match_indices(separators).filter(|(at, _)| !inside.iter().any(|one| one.contains(at))) {
        parts.push(&field[at..end]);
        at = end + 1;
    }
    parts.push(&field[at..]);
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// A Greek letter, small or capital, as a word; the micro sign, a letter of its own, is mu.
pub(super) fn greek(letter: char) -> Option<&'static str> {
    const LETTERS: [&str; 25] = [
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu",
        "xi", "omicron", "pi", "rho", "sigma", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
    ];
    let small = if letter == 'µ' { 'μ' } else { letter.to_lowercase().next().unwrap_or(letter) };
    LETTERS.get((small as usize).checked_sub('α' as usize)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_not_split_inside_of_brackets() {
        let split = |field| listed(field, &[';']);
        assert_eq!(split("Marfan syndrome; MFS"), ["Marfan syndrome", "MFS"]);
        assert_eq!(split("AML with t(8;21)(q22;q22) translocation;"), ["AML with t(8;21)(q22;q22) translocation"]);
        assert_eq!(split("A (B; C"), ["A (B", "C"]);
        assert_eq!(split("a) b; [c; (d; e)]; f"), ["a) b", "[c; (d; e)]", "f"]);
    }

    #[test]
    fn names_are_compared_without_case_and_punctuation() {
        assert_eq!(fold("Charcot-Marie-Tooth disease, type 1A"), "charcot marie tooth disease type 1a");
        assert_eq!(fold("Alzheimer's disease"), "alzheimers disease");
        let greek: Vec<_> = "αΑςΩµa".chars().map(greek).collect();
        assert_eq!(greek, [Some("alpha"), Some("alpha"), Some("sigma"), Some("omega"), Some("mu"), None]);
        assert_eq!(fold("  (RETINITIS)  Pigmentosa. "), "retinitis pigmentosa");
    }
}
