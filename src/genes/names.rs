//! Comparison of names: those of genes ignore case, those of diseases and phenotypes also ignore punctuation.

/// A gene's name in the form that is compared.
pub(crate) fn fold_gene(name: &str) -> String {
    name.trim().to_uppercase()
}

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

/// The kind of a gene's name, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NameKind {
    /// The approved symbol.
    Symbol,
    /// A symbol it had before.
    Previous,
    /// Another symbol in use.
    Alias,
}

impl NameKind {
    /// The number in the knowledge base.
    pub(crate) fn code(self) -> i64 {
        self as i64
    }

    /// The kind of this number.
    pub(crate) fn of(code: i64) -> Self {
        match code {
            0 => Self::Symbol,
            1 => Self::Previous,
            _ => Self::Alias,
        }
    }

    /// In words.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Symbol => "symbol",
            Self::Previous => "previous symbol",
            Self::Alias => "alias",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case_and_punctuation() {
        assert_eq!(fold("Charcot-Marie-Tooth disease, type 1A"), "charcot marie tooth disease type 1a");
        assert_eq!(fold("Alzheimer's disease"), "alzheimers disease");
        assert_eq!(fold("  (RETINITIS)  Pigmentosa. "), "retinitis pigmentosa");
        assert_eq!(fold_gene(" brca2 "), "BRCA2");
    }
}
