//! A question taken apart: its names, and what the words around them say.

use super::{
    names::{self, Name},
    stops,
    vocabulary::Cue,
    words::{Word, slice},
};

/// A part of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// The name of this number.
    Name(usize),
    /// A cue.
    Cue(Cue),
    /// An ordinary word that changes nothing where it stands.
    Open,
    /// A word that changes what is asked, or may do so.
    Unknown,
}

/// An item and the words that it consists of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// What stands there.
    pub item: Item,
    /// Its first word.
    pub first: usize,
    /// The word behind its last one.
    pub end: usize,
}

/// A question taken apart.
#[derive(Debug)]
pub(super) struct Sentence<'a> {
    /// The line.
    pub line: &'a str,
    /// Its words.
    pub words: Vec<Word<'a>>,
    /// Its names.
    pub names: Vec<Name<'a>>,
    /// Names, cues and other words, in order.
    pub places: Vec<Place>,
    /// It begins with `is`, `does` or the like, or with `whether`, behind its topic.
    pub yes_no: bool,
    /// The word behind the topic or the story before the question: `Marfan syndrome: which genes?`
    pub topic: usize,
    /// It says something and asks whether that is so: `is that right?`
    pub tagged: bool,
    /// More than one sentence asks.
    pub twice: bool,
}

impl<'a> Sentence<'a> {
    /// Whether a word is an ordinary one: in small letters (but for the first of a sentence), without digits, or what everybody abbreviates.
    pub(super) fn is_ordinary(&self, at: usize) -> bool {
        let word = &self.words[at];
        let letters = word.text.chars().all(|letter| letter.is_alphabetic() || matches!(letter, '-' | '\'' | '’'));
        let calm = self.words.iter().any(|word| word.text.chars().all(|letter| !letter.is_uppercase()));
        let first = at == 0 || self.breaks(at);
        let small = !word.text.chars().skip(usize::from(first)).any(char::is_uppercase);
        let title = at
            .checked_sub(1)
            .is_some_and(|before| ["dr", "prof", "mr", "mrs", "ms"].contains(&self.words[before].low.as_str()));
        let everybody = names::is_everybodys(&word.low);
        letters && (everybody || title || (small || !calm) && !stops::changes(&word.low))
    }

    /// Whether punctuation stands before a word.
    pub(super) fn breaks(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        let between = self.between(before + 1, at);
        between.contains(['.', ':', ';', '?', '!', ',', '(', ')', '"', '“', '”'])
            || between.contains(['-', '–', '—']) && between.contains(' ')
    }

    /// Whether one of these cues is in the question.
    pub(super) fn has_any(&self, cues: &[Cue]) -> bool {
        self.places.iter().any(|place| matches!(place.item, Item::Cue(cue) if cues.contains(&cue)))
    }

    /// Whether nothing but a gene or genes is asked for: `X gene?`, `what is the X gene?`
    pub(super) fn asks_only_genes(&self) -> bool {
        let does = |at: usize| ["do", "does", "did", "have", "has"].contains(&self.words[at].low.as_str());
        let light = |place: &Place| match place.item {
            Item::Cue(Cue::Auxiliary) => !does(place.first),
            Item::Cue(cue) => matches!(cue, Cue::Gene | Cue::Which | Cue::Filler),
            Item::Name(_) => true,
            Item::Open | Item::Unknown => false,
        };
        self.has_any(&[Cue::Gene]) && self.places.iter().all(light)
    }

    /// Whether a clause ends before a word.
    pub(super) fn ends_clause(&self, next: usize) -> bool {
        let last = self.words[next - 1].low.as_str();
        let short = ["i.e", "e.g", "no", "nr", "dr", "cf", "vs", "resp"].contains(&last);
        let between = self.between(next, next);
        let dash = between.contains(['-', '–', '—']) && between.contains(' ');
        !short && (dash || between.contains(['.', ':', ';', '?', '!', ',']))
    }

    /// What is written between the word before `end` and the word `next`.
    pub(super) fn between(&self, end: usize, next: usize) -> &'a str {
        &self.line[self.words[end - 1].end..self.words[next].start]
    }

    /// The words that are not understood, as they were written.
    pub(super) fn unknown(&self) -> Vec<&'a str> {
        let places = self.places.iter().filter(|place| place.item == Item::Unknown);
        places.map(|place| self.words[place.first].text).collect()
    }

    /// The words that are most likely a name that is not known: in a row, one of them no ordinary word, or a word such as `syndrome` behind them.
    pub(super) fn unknown_run(&self) -> Option<&'a str> {
        let is_left = |place: &Place| matches!(place.item, Item::Unknown | Item::Open);
        let mut runs: Vec<(bool, &[Place])> = Vec::new();
        let mut at = 0;
        while at < self.places.len() {
            let mut end = at;
            while end < self.places.len()
                && is_left(&self.places[end])
                && (end == at || !self.breaks(self.places[end].first))
            {
                end += 1;
            }
            if end == at {
                at += 1;
                continue;
            }
            let run = &self.places[at..end];
            // A disease's last word is in the vocabulary: `marfen syndrome`.
            let noun = self
                .places
                .get(end)
                .is_some_and(|next| next.item == Item::Cue(Cue::Disease) && !self.breaks(next.first));
            let special =
                run.iter().any(|place| !self.is_ordinary(place.first) && !stops::changes(&self.words[place.first].low));
            runs.push((noun || special, if noun { &self.places[at..=end] } else { run }));
            at = end;
        }
        let run = runs.iter().rfind(|(sure, _)| *sure).or(runs.last())?.1;
        Some(slice(self.line, &self.words[run[0].first], &self.words[run[run.len() - 1].end - 1]))
    }
}
