//! Names of genes: their kinds, their comparison, and which gene a name means if several have it.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::names::greek;

/// What kind of name of a gene.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NameKind {
    /// The approved symbol; NCBI's symbol of a gene that HGNC does not have.
    Symbol,
    /// A symbol it had before.
    Previous,
    /// Another symbol in use.
    Alias,
    /// The approved name, in words.
    FullName,
    /// Another name in words, of the gene or its product.
    OtherName,
    /// A name in words that it had before.
    PreviousName,
    /// A name in words of its product, in NCBI Gene.
    NcbiName,
    /// NCBI's symbol of a gene that HGNC does not have, where HGNC uses the symbol for another gene.
    NcbiSymbol,
    /// RefSeq's accession of a transcript, without its version.
    RefSeq,
    /// UniProt's accession of a protein.
    UniProt,
    /// OMIM's number of the gene.
    Omim,
    /// Ensembl's identifier of a transcript, without its version.
    Transcript,
}

use NameKind::*;

impl NameKind {
    const ALL: [Self; 12] = [
        Symbol,
        Previous,
        Alias,
        FullName,
        OtherName,
        PreviousName,
        NcbiName,
        NcbiSymbol,
        RefSeq,
        UniProt,
        Omim,
        Transcript,
    ];

    /// The number in the knowledge base.
    pub(crate) fn code(self) -> i64 {
        self as i64
    }

    /// The kind of this number.
    pub(crate) fn of(code: i64) -> Self {
        usize::try_from(code).ok().and_then(|at| Self::ALL.get(at)).copied().unwrap_or(Alias)
    }

    /// In words.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Symbol => "symbol",
            Previous => "previous symbol",
            Alias => "alias",
            FullName => "name",
            OtherName => "other name",
            PreviousName => "previous name",
            NcbiName => "name in NCBI Gene",
            NcbiSymbol => "symbol in NCBI Gene",
            RefSeq => "RefSeq accession",
            UniProt => "UniProt accession",
            Omim => "OMIM number",
            Transcript => "transcript",
        }
    }

    /// Whether it is a symbol.
    pub(crate) fn is_symbol(self) -> bool {
        matches!(self, Symbol | Previous | Alias | NcbiSymbol)
    }

    /// Whether it is a name in words.
    pub(crate) fn is_words(self) -> bool {
        matches!(self, FullName | OtherName | PreviousName | NcbiName)
    }

    /// Whether it is an identifier in a collection.
    pub(crate) fn is_accession(self) -> bool {
        matches!(self, RefSeq | UniProt | Omim | Transcript)
    }

    /// Names of a lower rank come first.
    fn rank(self) -> usize {
        match self {
            Symbol => 0,
            Previous => 1,
            Alias => 2,
            NcbiSymbol => 3,
            FullName => 4,
            _ => 5,
        }
    }

    /// What a name of this kind is found by in the knowledge base. Names that differ in case, punctuation, blanks or Greek letters have
    /// one key; those in words also if they differ in British and American spelling.
    pub(crate) fn key(self, name: &str) -> String {
        if self.is_accession() {
            return name.trim().to_uppercase();
        }
        let key = symbol_key(name);
        if self.is_words() { american(&key) } else { key }
    }

    /// Whether two names of one key are the same but for case, Greek letters and kinds of dashes; in words, also punctuation.
    pub(crate) fn is_exact(self, one: &str, other: &str) -> bool {
        if self.is_words() { words(one) == words(other) } else { fold_gene(one) == fold_gene(other) }
    }
}

/// The keys of a name whose kind is not known: as a symbol, and in words.
pub(crate) fn keys(name: &str) -> [String; 2] {
    let key = symbol_key(name);
    let american = american(&key);
    [key, american]
}

/// A gene's symbol in the form that is compared: upper case, Greek letters as words.
pub(crate) fn fold_gene(name: &str) -> String {
    spell_greek(name.trim()).replace(['\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2212}'], "-").to_uppercase()
}

/// Letters and digits in upper case; `-` stands between two numbers.
fn symbol_key(name: &str) -> String {
    let (mut key, mut gap) = (String::with_capacity(name.len()), false);
    for letter in spell_greek(name).nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_uppercase) {
        if !letter.is_alphanumeric() {
            gap = true;
            continue;
        }
        if gap && letter.is_ascii_digit() && key.ends_with(|last: char| last.is_ascii_digit()) {
            key.push('-');
        }
        key.push(letter);
        gap = false;
    }
    key
}

/// British spelling as American.
fn american(key: &str) -> String {
    key.replace("AE", "E").replace("OE", "E").replace("OUR", "OR").replace("SULPH", "SULF")
}

/// The words of a name, in lower case.
pub(crate) fn words(name: &str) -> Vec<String> {
    let name = spell_greek(name).to_lowercase();
    name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_string).collect()
}

/// Greek letters as words: `TNF-α` is `TNF-alpha`.
fn spell_greek(name: &str) -> String {
    if name.is_ascii() {
        return name.into();
    }
    let mut out = String::with_capacity(name.len() + 8);
    for letter in name.chars() {
        match greek(letter) {
            Some(word) => out.push_str(word),
            None => out.push(letter),
        }
    }
    out
}

/// Which gene is meant by a name that several may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meant<G> {
    /// One gene, and the kind of name.
    One(G, NameKind),
    /// Several.
    Several,
    /// None has the name.
    Nothing,
}

/// Which of the genes that have a name it means. A symbol comes before a previous symbol, a previous symbol before an alias, an alias
/// before a symbol that only NCBI uses, all of these before names in words, and the approved name before the others. Where two genes
/// have the name as the same of these, it means neither.
pub(crate) fn meant<G: Copy + PartialEq>(named: &[(G, NameKind)]) -> Meant<G> {
    let Some(best) = named.iter().map(|(_, kind)| kind.rank()).min() else { return Meant::Nothing };
    let mut first = named.iter().filter(|(_, kind)| kind.rank() == best);
    let Some(&(gene, kind)) = first.next() else { return Meant::Nothing };
    if first.all(|(other, _)| *other == gene) { Meant::One(gene, kind) } else { Meant::Several }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back_to_kinds() {
        for (code, kind) in (0..).zip(NameKind::ALL) {
            assert_eq!((kind.code(), NameKind::of(code)), (code, kind));
        }
    }

    #[test]
    fn names_written_in_other_ways_have_one_key() {
        for (kind, names) in [
            (Alias, &["TNF-alpha", "TNF-α", "tnf alpha", "TNFα", "TNF‑Α"][..]),
            (Symbol, &["NKX2-5", "nkx2.5", "NKX2 5"]),
            (FullName, &["fibrillin 1", "Fibrillin-1", "fibrillin1"]),
            (NcbiName, &["haemoglobin subunit β", "hemoglobin subunit beta"]),
            (OtherName, &["tumour protein p53", "tumor protein p53"]),
            (UniProt, &["p35555", "P35555"]),
        ] {
            let keys: Vec<String> = names.iter().map(|name| kind.key(name)).collect();
            assert!(keys.windows(2).all(|pair| pair[0] == pair[1]), "{keys:?}");
        }
        assert_ne!(Symbol.key("NKX2-5"), Symbol.key("NKX25"));
        assert!(Alias.is_exact("TNF-α", "tnf–ALPHA") && !Alias.is_exact("TNF-alpha", "TNFalpha"));
        assert!(FullName.is_exact("fibrillin-1", "Fibrillin 1") && !FullName.is_exact("fibrillin1", "Fibrillin 1"));
    }

    #[test]
    fn a_previous_symbol_of_one_gene_comes_before_aliases_and_a_name_of_two_means_none() {
        assert_eq!(meant(&[(1, Alias), (2, Previous), (3, Alias)]), Meant::One(2, Previous));
        assert_eq!(meant(&[(1, Previous), (2, Symbol)]), Meant::One(2, Symbol));
        assert_eq!(meant(&[(1, Previous), (2, Previous)]), Meant::Several);
        assert_eq!(meant(&[(1, NcbiSymbol), (2, Alias)]), Meant::One(2, Alias));
        assert_eq!(meant(&[(1, OtherName), (2, NcbiName)]), Meant::Several);
        assert_eq!(meant(&[(1, OtherName), (1, NcbiName)]), Meant::One(1, OtherName));
        assert_eq!(meant::<u8>(&[]), Meant::Nothing);
    }
}
