//! A line as words, each with its place: a name of several words is a slice of the line, with everything between them.

use super::vocabulary;

/// A word of a line, without the punctuation around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word<'a> {
    /// As it was written.
    pub text: &'a str,
    /// In lower case, with `'` for other apostrophes.
    pub low: String,
    /// Byte of the line at which it starts.
    pub start: usize,
    /// Byte of the line at which it ends.
    pub end: usize,
}

/// What stands between words besides blanks.
const BETWEEN: [char; 7] = [',', ';', '/', '(', ')', '"', '\u{a0}'];

/// What may stand around a word and is no part of it.
const AROUND: [char; 20] =
    ['?', '!', '.', ':', '\'', '"', '“', '”', '‘', '’', '«', '»', '[', ']', '{', '}', '<', '>', '¿', '…'];

/// What is no word where it stands alone.
const DASHES: [char; 7] = ['-', '–', '—', '−', '*', '•', '>'];

/// The words of a line. `'s` is a word of its own.
pub(super) fn words(line: &str) -> Vec<Word<'_>> {
    let mut all = Vec::new();
    let mut start = None;
    let is_between = |letter: char| letter.is_whitespace() || BETWEEN.contains(&letter);
    for (at, letter) in line.char_indices().chain([(line.len(), ' ')]) {
        match (start, is_between(letter)) {
            (None, false) => start = Some(at),
            (Some(from), true) => {
                add(&mut all, line, from, at);
                start = None;
            }
            _ => {}
        }
    }
    all
}

fn add<'a>(all: &mut Vec<Word<'a>>, line: &'a str, from: usize, to: usize) {
    let cut = line[from..to].trim_start_matches(AROUND);
    let start = to - cut.len();
    let text = cut.trim_end_matches(AROUND);
    // `gene(s)` is one word, and a dash is none.
    let plural =
        ["s", "es"].contains(&text) && line[..start].ends_with('(') && line[start + text.len()..].starts_with(')');
    if plural && line[..start - 1].ends_with(char::is_alphabetic) || text.chars().all(|letter| DASHES.contains(&letter))
    {
        return;
    }
    let mut push = |start: usize, text: &'a str| {
        if !text.is_empty() {
            let low = text.to_lowercase().replace(['’', '‘'], "'");
            let low = vocabulary::in_full(&low).map_or(low, String::from);
            all.push(Word { text, low, start, end: start + text.len() });
        }
    };
    // `FBN1-related` is two words, `X-linked` is one.
    let ends = ["'s", "’s", "-related", "-associated", "-linked"];
    let owner =
        ends.into_iter().find_map(|end| Some((text.strip_suffix(end)?, end))).filter(|(owner, _)| owner.len() > 1);
    match owner {
        Some((owner, end)) => {
            push(start, owner);
            let end = end.trim_start_matches('-');
            push(start + text.len() - end.len(), &text[text.len() - end.len()..]);
        }
        None => push(start, text),
    }
}

/// The slice of a line from one word to another, with a closing parenthesis if it opens one.
pub(super) fn slice<'a>(line: &'a str, first: &Word<'a>, last: &Word<'a>) -> &'a str {
    let text = &line[first.start..last.end];
    let opens = text.matches('(').count() > text.matches(')').count();
    if opens && line[last.end..].starts_with(')') { &line[first.start..=last.end] } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn low(line: &str) -> Vec<String> {
        words(line).into_iter().map(|word| word.low).collect()
    }

    #[test]
    fn words_lose_the_punctuation_around_them_and_keep_what_is_inside() {
        assert_eq!(low("What's  the function of \"TP53\"?"), ["what", "'s", "the", "function", "of", "tp53"]);
        assert_eq!(low("Huntington’s disease, OMIM:143100."), ["huntington", "'s", "disease", "omim:143100"]);
        assert_eq!(low("BRCA1/BRCA2 (x)"), ["brca1", "brca2", "x"]);
        assert_eq!(low(" ? "), Vec::<String>::new());
        assert_eq!(low("SDHB - gene(s) for X?"), ["sdhb", "gene", "for", "x"]);
    }

    #[test]
    fn a_slice_is_what_was_written() {
        for line in ["2,4-dienoyl-CoA reductase 2?", "Huntington’s disease", "Deafness (congenital)"] {
            let all = words(line);
            let text = slice(line, &all[0], &all[all.len() - 1]);
            assert_eq!(text, line.trim_end_matches('?'));
        }
    }
}
