//! Which sentence of a line asks.

use super::{
    sentence::{Item, Place, Sentence},
    vocabulary::{Cue, NOUNS},
};

/// Verbs by which something is asked for.
pub(super) const REQUESTS: [&str; 22] = [
    "give",
    "tell",
    "show",
    "list",
    "find",
    "provide",
    "send",
    "need",
    "want",
    "explain",
    "describe",
    "name",
    "write",
    "translate",
    "calculate",
    "compute",
    "determine",
    "add",
    "include",
    "print",
    "compare",
    "know",
];

/// Who or what a story is about.
const SUBJECTS: [&str; 38] = [
    "i", "i'm", "i've", "i'd", "we", "we've", "we're", "my", "our", "he", "she", "they", "his", "her", "their", "the",
    "a", "an", "it", "it's", "this", "that", "these", "those", "some", "someone", "somebody", "people", "there", "you",
    "your", "he's", "she's", "they're", "thanks", "thank", "hello", "hi",
];

/// The sentences of a line, as words from … to.
pub(super) fn sentences(whole: &Sentence<'_>) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    let mut first = 0;
    for at in 1..whole.words.len() {
        let last = &whole.words[at - 1].low;
        let short =
            ["i.e", "e.g", "no", "nr", "dr", "prof", "cf", "vs", "resp", "mr", "mrs", "ms"].contains(&last.as_str());
        let inside = whole.names.iter().any(|name| name.first < at && at < name.end);
        if !short && !inside && whole.between(at, at).contains(['.', '!', ';', '?']) {
            spans.push((first, at));
            first = at;
        }
    }
    spans.push((first, whole.words.len()));
    spans
}

pub(super) fn places_in<'b>(whole: &'b Sentence<'_>, from: usize, to: usize) -> impl Iterator<Item = &'b Place> {
    whole.places.iter().filter(move |place| place.first >= from && place.first < to)
}

pub(super) fn is_wh(place: &Place) -> bool {
    matches!(place.item, Item::Cue(Cue::Which | Cue::Where | Cue::How | Cue::Who | Cue::Whether))
}

/// Whether a place names what may be asked for.
pub(super) fn is_noun(place: &Place) -> bool {
    matches!(place.item, Item::Cue(cue) if NOUNS.contains(&cue) && !matches!(cue, Cue::Person | Cue::Cause | Cue::Name) || matches!(cue, Cue::Omim | Cue::Ensembl | Cue::Entrez))
}

/// Whether a span has a question mark behind it.
pub(super) fn is_marked(whole: &Sentence<'_>, end: usize) -> bool {
    let next = whole.words.get(end).map_or(whole.line.len(), |word| word.start);
    whole.line[whole.words[end - 1].end..next].contains('?')
}

/// The sentence that asks. If several do, the line asks twice.
pub(super) fn asking(whole: &mut Sentence<'_>, spans: &[(usize, usize)]) -> (usize, usize) {
    let all = (0, whole.words.len());
    if spans.len() == 1 {
        return all;
    }
    let says = |whole: &Sentence<'_>, span: (usize, usize)| {
        let own = places_in(whole, span.0, span.1).any(|place| match place.item {
            Item::Cue(cue) => {
                !matches!(cue, Cue::Filler | Cue::Auxiliary | Cue::And | Cue::There | Cue::Person | Cue::Verb)
            }
            Item::Name(_) => true,
            _ => false,
        });
        own && !is_tag(whole, span)
    };
    let low = |at: usize| whole.words[at].low.as_str();
    let requests = |span: (usize, usize)| {
        (span.0..span.1).any(|at| {
            REQUESTS.contains(&low(at))
                && (at == span.0 || ["please", "and", "to", "i", "we", "me", "also", "would"].contains(&low(at - 1)))
        })
    };
    let marked = |span: &(usize, usize)| is_marked(whole, span.1);
    let wh = |span: &(usize, usize)| places_in(whole, span.0, span.1).any(is_wh);
    let noun = |span: &(usize, usize)| places_in(whole, span.0, span.1).any(is_noun);
    let asks = |span: &&(usize, usize)| {
        says(whole, **span) && (marked(span) || (wh(span) || requests(**span)) && (noun(span) || wh(span)))
    };
    let mut found: Vec<(usize, usize)> = spans.iter().filter(asks).copied().collect();
    if found.is_empty() {
        found = spans.iter().filter(|span| noun(span)).copied().collect();
    }
    // `Which gene causes X? I need to know what to sequence.`
    if found.len() > 1 && found.iter().any(|span| is_marked(whole, span.1)) {
        let is_story =
            |span: &(usize, usize)| !is_marked(whole, span.1) && !requests(*span) && SUBJECTS.contains(&low(span.0));
        found.retain(|span| !is_story(span));
    }
    // `Is there a gene for X? If so, which one?`
    if found.len() > 1 {
        let goes_on = |span: &(usize, usize)| {
            places_in(whole, span.0, span.1).all(|place| {
                matches!(place.item, Item::Cue(Cue::Filler | Cue::Which | Cue::Whether | Cue::Auxiliary | Cue::And))
            })
        };
        let first = found[0];
        found.retain(|span| *span == first || !goes_on(span));
    }
    // `Someone asked how X is inherited. What do I say?`
    if found.len() > 1 {
        let is_own = |span: &(usize, usize)| {
            let named = whole.names.iter().any(|name| name.first >= span.0 && name.end <= span.1);
            !named && !noun(span) && (span.0..span.1).any(|at| ["i", "we", "me"].contains(&low(at)))
        };
        if !found.iter().all(is_own) {
            found.retain(|span| !is_own(span));
        }
    }
    match found.as_slice() {
        [] => spans.iter().copied().find(|span| says(whole, *span)).unwrap_or(spans[0]),
        [one] => *one,
        [one, ..] => {
            let one = *one;
            whole.twice = true;
            one
        }
    }
}

/// `Is that right?`, `Correct?`
pub(super) fn is_tag(whole: &Sentence<'_>, span: (usize, usize)) -> bool {
    let low: Vec<&str> = whole.words[span.0..span.1].iter().map(|word| word.low.as_str()).collect();
    let words = [
        "is",
        "am",
        "are",
        "was",
        "do",
        "does",
        "i",
        "that",
        "this",
        "it",
        "she",
        "he",
        "they",
        "you",
        "right",
        "correct",
        "true",
        "so",
        "agree",
        "really",
        "possible",
        "known",
        "established",
        "yes",
        "no",
        "or",
    ];
    low.len() <= 4 && low.iter().all(|word| words.contains(word))
}
