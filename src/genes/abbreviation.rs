//! Abbreviations of names of diseases: which texts are abbreviations, and which names they may stand for by their initials.
//!
//! Sources list an abbreviation for one disease and not for others that have it too: Orphanet's DCM is diffuse cutaneous mastocytosis, and
//! cardiologists mean dilated cardiomyopathy. [`Abbreviation::fits`] finds those others.

/// A text of two to five letters, with a number behind them or not: `DCM`, `nf1`, `MEN 2A`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Abbreviation(String);

/// How an abbreviation fits a name, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    /// It has the initials of all words.
    Full,
    /// Words such as `syndrome` or `congenital` are left out, or the parts of a single word count: neurofibromatosis is NF.
    Loose,
}

/// Words that are left out of initials, or not.
const SMALL: [&str; 15] =
    ["of", "and", "with", "the", "in", "an", "a", "due", "to", "by", "for", "or", "on", "from", "without"];

/// Words before a number, which are left out.
const TYPES: [&str; 3] = ["type", "types", "subtype"];

/// Words at the end of a name that some abbreviations leave out.
const LAST: [&str; 8] =
    ["syndrome", "syndromes", "disease", "diseases", "disorder", "disorders", "deficiency", "complex"];

/// Words at the beginning of a name that some abbreviations leave out.
const FIRST: [&str; 10] = [
    "congenital",
    "familial",
    "hereditary",
    "inherited",
    "isolated",
    "idiopathic",
    "primary",
    "classic",
    "genetic",
    "rare",
];

/// Most words of a name that has an abbreviation.
const MOST_WORDS: usize = 9;

impl Abbreviation {
    /// The abbreviation that a text is, if it is written as one. A word such as `gout` is too: only [`Self::is_listed_as`] tells.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
        let number = text[letters..].strip_prefix([' ', '-']).unwrap_or(&text[letters..]);
        let digits = number.bytes().take_while(u8::is_ascii_digit).count();
        let end = &number[digits..];
        let is_number =
            digits > 0 && digits <= 2 && end.len() <= 1 && end.bytes().all(|byte| byte.is_ascii_alphabetic());
        let fits = (2..=5).contains(&letters) && (is_number || letters == text.len());
        fits.then(|| Self(format!("{}{number}", &text[..letters]).to_uppercase()))
    }

    /// As it is written without a blank, in capitals.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Whether a name that a source lists is this abbreviation, and no word: `DMD` is, `Gout` is not.
    pub(crate) fn is_listed_as(&self, name: &str) -> bool {
        name.chars().skip(1).any(char::is_uppercase) && Self::of(name).as_ref() == Some(self)
    }

    /// How the abbreviation fits a name; `None` if it does not.
    pub(crate) fn fits(&self, name: &str) -> Option<Fit> {
        // `…, susceptibility to` is no part of the disease's name.
        let name = name
            .split(", susceptibility")
            .next()
            .unwrap_or(name)
            .replace("'s", "")
            .replace("’s", "")
            .replace(['\'', '’'], "");
        let turned = name.split_once(", ").filter(|(_, rest)| !rest.contains(", "));
        let turned = turned.and_then(|(first, rest)| self.fits_words(&format!("{rest} {first}")));
        [self.fits_words(&name), turned].into_iter().flatten().min()
    }

    fn fits_words(&self, name: &str) -> Option<Fit> {
        let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        if words.is_empty() || words.len() > MOST_WORDS {
            return None;
        }
        let is_word = |(at, word): &(usize, &&str)| {
            let low = word.to_lowercase();
            let is_number = is_number(word) || (*at > 0 && roman(&low).is_some());
            !SMALL.contains(&&*low) && !TYPES.contains(&&*low) && !is_number
        };
        let alone = words.iter().enumerate().filter(is_word).count() == 1;
        Initials { words: &words, alone }.fit(0, &self.0, Fit::Full)
    }
}

/// A number behind a name: `1`, `2A`.
fn is_number(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}

/// A Roman number as Arabic.
fn roman(word: &str) -> Option<&'static str> {
    const ALL: [(&str, &str); 10] = [
        ("i", "1"),
        ("ii", "2"),
        ("iii", "3"),
        ("iv", "4"),
        ("v", "5"),
        ("vi", "6"),
        ("vii", "7"),
        ("viii", "8"),
        ("ix", "9"),
        ("x", "10"),
    ];
    ALL.iter().find(|(number, _)| *number == word).map(|(_, arabic)| *arabic)
}

/// The words of a name whose initials are compared.
struct Initials<'a> {
    words: &'a [&'a str],
    /// Whether one word is left beside small ones and numbers.
    alone: bool,
}

impl Initials<'_> {
    /// How the words from `at` on fit the letters that are left; `worst`: how those before did.
    fn fit(&self, at: usize, letters: &str, worst: Fit) -> Option<Fit> {
        let Some(word) = self.words.get(at) else { return letters.is_empty().then_some(worst) };
        let low = word.to_lowercase();
        let last = at + 1 == self.words.len();
        let skip = |worst: Fit| self.fit(at + 1, letters, worst);
        let takes = |text: &str| {
            letters.get(..text.len()).filter(|start| start.eq_ignore_ascii_case(text))?;
            self.fit(at + 1, &letters[text.len()..], worst)
        };
        if TYPES.contains(&&*low) && !last {
            return skip(worst);
        }
        let after_type = at > 0 && TYPES.contains(&&*self.words[at - 1].to_lowercase());
        if let Some(number) = roman(&low).filter(|_| at > 0 && (last || after_type)) {
            return takes(number);
        }
        if is_number(word) || (at > 0 && low.len() == 1 && low != "a") {
            return takes(word);
        }
        if SMALL.contains(&&*low) {
            return [skip(worst), takes(&low[..1])].into_iter().flatten().min();
        }
        // QT of `long QT syndrome` is an abbreviation itself.
        if (2..=5).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return takes(word);
        }
        let left_out = (LAST.contains(&&*low) && at > 0)
            || (FIRST.contains(&&*low)
                && self.words[..at].iter().all(|word| FIRST.contains(&&*word.to_lowercase()))
                && self.words.len() - at > 2);
        let without = if left_out { skip(Fit::Loose) } else { None };
        [without, self.parts(at, &low, letters, worst)].into_iter().flatten().min()
    }

    /// The same, with the first letter of a word and any of those that begin a part of it. METHOD: parts of medical words are joined by an
    /// `o` (cardi-o-myopathy, neur-o-fibr-o-matosis), so a letter behind one may begin a part, if it leaves four letters or more.
    fn parts(&self, at: usize, low: &str, letters: &str, worst: Fit) -> Option<Fit> {
        let first = low.chars().next()?;
        let rest = letters.strip_prefix(first.to_ascii_uppercase())?;
        let mut best = self.fit(at + 1, rest, worst);
        let worst = if self.alone { Fit::Loose } else { worst };
        let bytes = low.as_bytes();
        let begins = (3..bytes.len()).filter(|&part| bytes[part - 1] == b'o' && bytes.len() - part >= 4);
        // The letters that are left must begin parts in this order.
        let begins: Vec<u8> = begins.map(|part| bytes[part].to_ascii_uppercase()).collect();
        for count in 1..=rest.len().min(begins.len()) {
            let mut parts = begins.iter();
            if !rest.bytes().take(count).all(|letter| parts.any(|begin| *begin == letter)) {
                break;
            }
            best = [best, self.fit(at + 1, &rest[count..], worst)].into_iter().flatten().min();
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviations_are_short_and_may_have_a_number() {
        let text = |text: &str| Abbreviation::of(text).map(|one| one.0);
        for (written, expected) in [
            ("DCM", Some("DCM")),
            ("nf1", Some("NF1")),
            ("MEN 2A", Some("MEN2A")),
            ("SCA-3", Some("SCA3")),
            ("gout", Some("GOUT")),
            ("Marfan", None),
            ("T1D", None),
            ("HP:0001166", None),
            ("cystic fibrosis", None),
            ("AB 123", None),
            ("\u{e9}t", None),
            ("", None),
        ] {
            assert_eq!(text(written).as_deref(), expected, "{written}");
        }
        let is_listed = |text: &str, name: &str| Abbreviation::of(text).expect(text).is_listed_as(name);
        assert!(is_listed("dmd", "DMD") && is_listed("MEN 2A", "MEN2A"));
        assert!(!is_listed("gout", "Gout") && !is_listed("DMD", "DMD1"));
    }

    #[test]
    fn an_abbreviation_fits_the_initials_of_a_name() {
        use Fit::*;
        for (short, name, fit) in [
            ("ALS", "Amyotrophic lateral sclerosis", Some(Full)),
            ("DCM", "Dilated cardiomyopathy", Some(Full)),
            ("DCM", "Cardiomyopathy, dilated", Some(Full)),
            ("DCM", "Diffuse cutaneous mastocytosis", Some(Full)),
            ("FH", "Familial hypercholesterolemia", Some(Full)),
            ("VHL", "Von Hippel-Lindau disease", Some(Loose)),
            ("LQTS", "Congenital long QT syndrome", Some(Loose)),
            ("LQTS", "Long QT syndrome", Some(Full)),
            ("HBOC", "Hereditary breast and ovarian cancer syndrome", Some(Loose)),
            ("NF1", "Neurofibromatosis, type 1", Some(Loose)),
            ("NF1", "Neurofibromatosis type I", Some(Loose)),
            ("NF1", "Neurofibromatosis type 2", None),
            ("NF1", "Neurofibromatosis", None),
            ("MEN2A", "Multiple endocrine neoplasia type 2A", Some(Full)),
            ("MLD", "Metachromatic leukodystrophy", Some(Full)),
            ("HD", "Huntington's disease", Some(Full)),
            ("PKU", "Phenylketonuria", None),
            ("MFS", "Marfan syndrome", None),
            ("MS", "Marfan syndrome", Some(Full)),
            ("LCA", "Leber congenital amaurosis 6", None),
        ] {
            assert_eq!(Abbreviation::of(short).expect(short).fits(name), fit, "{short} {name}");
        }
    }
}
