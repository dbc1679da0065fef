//! Names of diseases and phenotypes in the forms in which they are compared, from strict to loose.
//!
//! Sources write one name in many ways: `Usher syndrome, type IIA`, `Usher syndrome type 2A`; `Hypercholesterolaemia, familial`,
//! `familial hypercholesterolemia`; `β-thalassaemia`, `beta thalassemia`; `Sjögren's disease`, `Sjogren disease`. All forms that may be
//! equal have one [`key`], by which a knowledge base finds them; [`Forms::closeness`] then says how close they are.

use std::{borrow::Cow, collections::BTreeSet};

use unicode_normalization::UnicodeNormalization;

use super::names::{fold, greek};

/// How close two names are, closest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Closeness {
    /// Equal but for upper and lower case.
    Written,
    /// Equal but for punctuation.
    Punctuation,
    /// Equal but for possessives, diacritics, Greek letters, British spelling, Roman numerals.
    Spelling,
    /// Equal but for words such as `type`.
    Type,
    /// Equal but for the order of parts that commas separate, and plurals.
    Order,
    /// Equal but for words such as `syndrome`.
    Generic,
    /// The same words in another order.
    Words,
    /// Equal but for words of the origin and kind, as `hereditary` ([`Forms::loose`]): only a last resort, or with other evidence.
    Loose,
}

/// A name in all its forms.
#[derive(Clone, Debug)]
pub(crate) struct Forms {
    written: String,
    folded: String,
    words: String,
    untyped: String,
    bag: String,
    has_comma: bool,
    /// The form that all names have in common that may be equal.
    pub(crate) key: String,
}

impl Forms {
    /// The forms of a name.
    pub(crate) fn of(name: &str) -> Self {
        let name = without_obsolete(name);
        let all = words(name);
        let spelling = all.join(" ");
        let kept: Vec<&String> = all.iter().filter(|word| !TYPES.contains(&word.as_str()) && *word != "the").collect();
        let untyped = or(kept.iter().map(|word| word.as_str()).collect::<Vec<_>>().join(" "), &spelling);
        let own: Vec<&str> = kept.iter().map(|word| word.as_str()).filter(|word| !FILLING.contains(word)).collect();
        let ordered = or(bag(own.iter().copied()), &spelling);
        let special = own.iter().copied().filter(|word| !GENERIC.contains(&&*singular(word)));
        let key = or(bag(special), &ordered);
        let (written, folded) = (name.trim().to_lowercase(), fold(name));
        Self { written, folded, words: spelling, untyped, bag: ordered, has_comma: name.contains(','), key }
    }

    /// How close two names are; `None` if they are different.
    pub(crate) fn closeness(&self, other: &Self) -> Option<Closeness> {
        Some(match () {
            () if self.key != other.key => return None,
            () if self.written == other.written => Closeness::Written,
            () if self.folded == other.folded => Closeness::Punctuation,
            () if self.words == other.words => Closeness::Spelling,
            () if self.untyped == other.untyped => Closeness::Type,
            // Goldberg-Shprintzen syndrome is not Shprintzen-Goldberg syndrome.
            () if self.bag == other.bag && (self.has_comma || other.has_comma || self.is_plural_of(other)) => {
                Closeness::Order
            }
            () if self.ungeneric() == other.ungeneric() => Closeness::Generic,
            () => Closeness::Words,
        })
    }

    /// Whether the two differ in nothing but plurals.
    fn is_plural_of(&self, other: &Self) -> bool {
        self.untyped.split(' ').map(singular).eq(other.untyped.split(' ').map(singular))
    }

    /// The words that are left where generic ones are left out, in their order.
    fn ungeneric(&self) -> Vec<Cow<'_, str>> {
        let own = self.untyped.split(' ').filter(|word| !FILLING.contains(word));
        own.map(singular).filter(|word| !GENERIC.contains(&&**word)).collect()
    }

    /// The form that names may have in common that mean the same disease although words differ: without `hereditary` and the like, and with
    /// one word for `deafness` and `hearing loss`. Names of a number (`autosomal dominant nonsyndromic hearing loss 5`) lose more.
    pub(crate) fn loose(&self) -> String {
        let raw: Vec<&str> = self.untyped.split(' ').collect();
        let mut all: Vec<String> = Vec::with_capacity(raw.len() + 1);
        for (at, &word) in raw.iter().enumerate() {
            match word {
                _ if at > 0 && raw[at - 1] == "non" => all.push(format!("non{word}")),
                "non" if at + 1 < raw.len() => {}
                "deafness" => all.extend(["hearing", "loss"].map(str::to_string)),
                // What is in the blood and not broken down is found in the urine.
                _ if word.ends_with("aciduria") => all.push(word.replace("aciduria", "acidemia")),
                _ => all.push(word.into()),
            }
        }
        let has_number = self.has_number();
        let is_left_out = |word: &str| {
            ["or", "with", "involvement"].contains(&word)
                || FILLING.contains(&word)
                || ORIGINS.contains(&word)
                || GENERIC.contains(&&*singular(word))
                || (has_number && KINDS_OF_NUMBERED.contains(&word))
        };
        or(bag(all.iter().map(String::as_str).filter(|word| !is_left_out(word))), &self.key)
    }

    /// Whether it has a number that is not its first word.
    pub(crate) fn has_number(&self) -> bool {
        let is_number = |word: &str| word.bytes().any(|b| b.is_ascii_digit()) && is_number(word);
        self.untyped.split(' ').skip(1).any(is_number)
    }

    /// The words of the origin that the name has, in a fixed order: they tell names apart that are [`Self::loose`]ly the same.
    pub(crate) fn origins(&self) -> BTreeSet<&str> {
        self.words.split(' ').filter(|word| ORIGINS.contains(word)).collect()
    }

    /// Whether it has words of the origin.
    pub(crate) fn has_origin(&self) -> bool {
        !self.origins().is_empty()
    }

    /// Its words, in their order.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.split(' ')
    }

    /// Whether it names the same thing, whatever the source: no words are missing.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.closeness(other).is_some_and(|closeness| closeness <= Closeness::Order)
    }
}

/// A name without the word that MONDO puts before the names of terms that it gives up: `obsolete Birt-Hogg-Dube syndrome`.
pub(crate) fn without_obsolete(name: &str) -> &str {
    name.trim().strip_prefix("obsolete ").unwrap_or(name)
}

/// Whether MONDO has given up the term of this name.
pub(crate) fn is_obsolete(name: &str) -> bool {
    without_obsolete(name) != name
}

/// The form that all names have in common that may be equal, for the index of a knowledge base.
pub(crate) fn key(name: &str) -> String {
    Forms::of(name).key
}

/// `text`, or `other` if it is empty.
fn or(text: String, other: &str) -> String {
    if text.is_empty() { other.into() } else { text }
}

/// Words that stand before a number.
pub(super) const TYPES: &[&str] = &["type", "types", "subtype"];

/// Words after which a letter is a number or one of a series.
pub(super) const BEFORE_NUMBERS: &[&str] =
    &["type", "types", "subtype", "group", "form", "class", "grade", "variant", "stage"];

/// Words whose place in a name does not matter.
const FILLING: &[&str] = &["of", "and", "an"];

/// Words that tell that a disease is inherited, or rare, as nearly all are that have genes.
const ORIGINS: &[&str] = &["hereditary", "hereditaria", "inherited", "familial", "genetic", "rare"];

/// Words that the names of one number differ by.
const KINDS_OF_NUMBERED: &[&str] = &["nonsyndromic", "isolated"];

/// Words that are left out of names in speech: `Marfan` for `Marfan syndrome`.
const GENERIC: &[&str] = &["syndrome", "disease", "disorder", "deficiency"];

/// Whether a word says nothing of which disease is meant.
pub(crate) fn is_generic(word: &str) -> bool {
    word.len() < 3 || GENERIC.contains(&&*singular(word)) || TYPES.contains(&word) || FILLING.contains(&word)
}

/// Words in a fixed order, so that their place does not matter; numbers and single letters keep theirs: `complex III, type 2` is not
/// `complex II, type 3`.
fn bag<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let (numbers, others): (Vec<&str>, Vec<&str>) = words.partition(|word| is_number(word));
    let mut others: Vec<Cow<'_, str>> = others.into_iter().map(singular).collect();
    others.sort_unstable();
    others.dedup();
    others.extend(numbers.into_iter().map(Cow::Borrowed));
    others.join(" ")
}

/// `1`, `2a`, `x12`, `b`: what tells the members of a series apart.
pub(super) fn is_number(word: &str) -> bool {
    let digits = word.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let digits = digits.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let (start, end) = match word.find(digits) {
        Some(at) if !digits.is_empty() => (at, word.len() - at - digits.len()),
        _ => return word.chars().count() == 1,
    };
    start <= 1 && end <= 2 && digits.bytes().all(|b| b.is_ascii_digit())
}

/// A word of a plural as that of one: `anomalies` is `anomaly`, `syndromes` is `syndrome`.
pub(crate) fn singular(word: &str) -> Cow<'_, str> {
    match word.strip_suffix("ies") {
        Some(stem) if stem.len() > 2 => Cow::Owned(format!("{stem}y")),
        _ => Cow::Borrowed(without_s(word)),
    }
}

/// A word without the `s` of a plural: the words of texts, for which the weights of evidence were fitted.
pub(crate) fn without_s(word: &str) -> &str {
    let plural = word.len() > 4 && word.ends_with('s') && !["ss", "is", "us"].iter().any(|end| word.ends_with(end));
    if plural { &word[..word.len() - 1] } else { word }
}

/// The plural of a word: `anomalies` of `anomaly`.
pub(crate) fn plural(word: &str) -> String {
    match word.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{word}s"),
    }
}

/// The words of a name: lower case, without diacritics and possessives, American spelling, Arabic numbers.
pub(crate) fn words(name: &str) -> Vec<String> {
    let plain = letters(name);
    let raw: Vec<&str> = plain.split_whitespace().collect();
    let mut all: Vec<String> = Vec::with_capacity(raw.len());
    for (at, &word) in raw.iter().enumerate() {
        let after_type = at > 0 && BEFORE_NUMBERS.contains(&raw[at - 1]);
        let is_last = at > 0 && at + 1 == raw.len();
        all.push(match roman(word) {
            Some((number, suffix)) if after_type || is_last || (suffix.is_empty() && word != "x") => {
                format!("{number}{suffix}")
            }
            _ => american(word),
        });
    }
    all
}

/// The two names that a source writes as one: `A disorder-B disorder`, `A disease/B`. The first ends in a word such as `syndrome`, and
/// the second begins in upper case.
pub(crate) fn alternatives(name: &str) -> Option<[&str; 2]> {
    let ends =
        |part: &str| part.rsplit_once(' ').is_some_and(|(_, word)| GENERIC.contains(&word.to_lowercase().as_str()));
    let begins = |part: &str| part.contains(' ') && part.starts_with(char::is_uppercase) && !part.starts_with("Like");
    let is_spoken = name.chars().any(char::is_lowercase);
    let mut at = name.match_indices(['-', '/']).map(|(at, _)| [&name[..at], &name[at + 1..]]);
    at.find(|[one, other]| is_spoken && ends(one) && begins(other))
}

/// A name in lower case, its letters without diacritics, Greek ones as words, anything else as blanks.
fn letters(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 8);
    let lower = name.to_lowercase();
    let mut rest = lower.nfkd().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '\'' | '’' | '`' | '´' | '‘' => {
                // Huntington's is Huntington; 5' and D'Acosta lose the mark alone.
                if rest.peek() == Some(&'s') {
                    rest.next();
                    if rest.peek().is_some_and(|next| next.is_alphanumeric()) {
                        out.push('s');
                    }
                }
            }
            '+' => out.push_str(" plus "),
            'ß' => out.push_str("ss"),
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'đ' => out.push('d'),
            'æ' | 'œ' => out.push('e'),
            _ if unicode_normalization::char::is_combining_mark(letter) => {}
            _ if letter.is_ascii_alphanumeric() => out.push(letter),
            _ => match greek(letter) {
                Some(word) => {
                    out.push(' ');
                    out.push_str(word);
                    out.push(' ');
                }
                None if letter.is_alphanumeric() => out.push(letter),
                None => out.push(' '),
            },
        }
    }
    out
}

/// British spelling as American: haemophilia, oedema, tumour, sulphate.
fn american(word: &str) -> String {
    let mut word = word.replace("ae", "e").replace("oe", "e").replace("sulph", "sulf");
    for (british, american) in [("our", "or"), ("ours", "ors")] {
        if word.len() > british.len() + 1 && word.ends_with(british) {
            word.truncate(word.len() - british.len());
            word.push_str(american);
        }
    }
    word
}

/// The number and the letter after it of a Roman numeral up to 29: (2, "a") of `iia`.
fn roman(word: &str) -> Option<(u32, &str)> {
    let end = word.find(|c| !matches!(c, 'i' | 'v' | 'x')).unwrap_or(word.len());
    let (numeral, suffix) = word.split_at(end);
    if numeral.is_empty() || !(suffix.is_empty() || matches!(suffix.as_bytes(), [b'a'..=b'h'])) {
        return None;
    }
    let tens = numeral.bytes().take_while(|b| *b == b'x').count();
    let ones = match &numeral[tens..] {
        "" => 0,
        "i" => 1,
        "ii" => 2,
        "iii" => 3,
        "iv" => 4,
        "v" => 5,
        "vi" => 6,
        "vii" => 7,
        "viii" => 8,
        "ix" => 9,
        _ => return None,
    };
    (tens <= 2).then_some((10 * tens as u32 + ones, suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(a: &str, b: &str, closeness: Option<Closeness>) {
        assert_eq!(Forms::of(a).closeness(&Forms::of(b)), closeness, "{a} and {b}");
        assert_eq!(Forms::of(b).closeness(&Forms::of(a)), closeness, "{b} and {a}");
    }

    #[test]
    fn names_are_compared_from_strict_to_loose() {
        use Closeness::*;
        close("Marfan syndrome", "MARFAN SYNDROME", Some(Written));
        close("Tay-Sachs disease", "Tay Sachs disease", Some(Punctuation));
        close("Huntington's disease", "Huntington disease", Some(Spelling));
        close("Sjögren’s syndrome", "Sjogren syndrome", Some(Spelling));
        close("haemophilia A", "Hemophilia A", Some(Spelling));
        close("β-thalassaemia", "Beta-thalassemia", Some(Spelling));
        close("Angio-oedema, tumours", "angio-edema tumors", Some(Spelling));
        close("Usher syndrome, type IIA", "Usher syndrome type 2A", Some(Spelling));
        close("Neurofibromatosis type I", "Neurofibromatosis 1", Some(Type));
        close("Breast cancer, familial", "Familial breast cancer", Some(Order));
        close("Hypercholesterolaemia, familial", "familial hypercholesterolemia", Some(Order));
        close("Usher Syndromes", "Usher syndrome", Some(Order));
        close(
            "congenital anomaly of kidney and urinary tract",
            "Congenital anomalies of the kidney and urinary tract",
            Some(Order),
        );
        close("muscular dystrophies", "Muscular dystrophy", Some(Order));
        close("marfan", "Marfan syndrome", Some(Generic));
        close("Cushing disease", "Cushing syndrome", Some(Generic));
        close("Goldberg-Shprintzen syndrome", "Shprintzen-Goldberg syndrome", Some(Words));
    }

    #[test]
    fn names_are_loosely_the_same_without_words_of_the_origin() {
        let same = |a: &str, b: &str| assert_eq!(Forms::of(a).loose(), Forms::of(b).loose(), "{a} and {b}");
        same("epidermolysis bullosa", "Inherited epidermolysis bullosa");
        same("Hereditary Breast and Ovarian Cancer", "Hereditary breast and/or ovarian cancer syndrome");
        same("nonsyndromic hearing loss", "Non-syndromic genetic deafness");
        same("autosomal recessive nonsyndromic hearing loss 102", "Deafness, autosomal recessive 102");
        same("obsolete Birt-Hogg-Dube syndrome", "Birt-Hogg-Dube syndrome");
        for (a, b) in [
            ("nonsyndromic hearing loss", "hearing loss"),
            ("Deafness, autosomal recessive 1", "Deafness, autosomal recessive 2"),
            ("Primary hyperparathyroidism", "Hyperparathyroidism"),
        ] {
            assert_ne!(Forms::of(a).loose(), Forms::of(b).loose(), "{a} and {b}");
        }
        assert_eq!(
            alternatives("Peroxisome biogenesis disorder-Zellweger spectrum disorder"),
            Some(["Peroxisome biogenesis disorder", "Zellweger spectrum disorder"])
        );
        for one in ["Huntington disease-Like 1", "Cleft lip/palate", "Malformation syndrome-cleft palate syndrome"] {
            assert_eq!(alternatives(one), None, "{one}");
        }
    }

    #[test]
    fn what_differs_stays_different() {
        close("Hemophilia A", "Hemophilia", None);
        close("Hemophilia A", "Hemophilia B", None);
        close("Usher syndrome type 1", "Usher syndrome type 2", None);
        close("Complex III deficiency, type 2", "Complex II deficiency, type 3", None);
        close("Retinoschisis, X-linked", "Retinoschisis 10", None);
        close("T-B+ immunodeficiency", "T-B- immunodeficiency", None);
        close("Epilepsy with aphasia", "Epilepsy without aphasia", None);
    }

    #[test]
    fn a_name_without_words_of_its_own_still_has_a_key() {
        assert_eq!(key("syndrome"), "syndrome");
        assert_eq!(key("Type of"), "type of");
        assert_eq!(key(""), "");
        assert_eq!(
            words("Spastic paraplegia 4 (SPG4), X-linked, type X"),
            ["spastic", "paraplegia", "4", "spg4", "x", "linked", "type", "10"]
        );
    }
}
