//! Comparison of names of diseases and phenotypes, which ignores case and punctuation.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case_and_punctuation() {
        assert_eq!(fold("Charcot-Marie-Tooth disease, type 1A"), "charcot marie tooth disease type 1a");
        assert_eq!(fold("Alzheimer's disease"), "alzheimers disease");
        assert_eq!(fold("  (RETINITIS)  Pigmentosa. "), "retinitis pigmentosa");
    }
}
