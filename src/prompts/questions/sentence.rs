//! A question taken apart: its names, and the cues around them.

use std::collections::BTreeSet;

use super::{
    names::{self, Name, Names},
    vocabulary::{self, Cue},
    words::{Word, words},
};
use crate::error::Result;

/// A part of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// The name of this number.
    Name(usize),
    /// A cue.
    Cue(Cue),
    /// A word that is not understood.
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
    /// Its words, without those that only introduce it.
    pub words: Vec<Word<'a>>,
    /// Its names.
    pub names: Vec<Name<'a>>,
    /// Names and cues, in order.
    pub places: Vec<Place>,
    /// It begins with `is`, `does` or the like, or with `whether`.
    pub yes_no: bool,
}

/// The words of a line without those that only introduce or close the question.
pub(super) fn opened(line: &str) -> Vec<Word<'_>> {
    let mut all = words(line);
    loop {
        let low: Vec<&str> = all.iter().map(|word| word.low.as_str()).collect();
        let count = vocabulary::opener(&low);
        let closing = if count == 0 { vocabulary::closer(&low) } else { 0 };
        if count == all.len() || closing == all.len() || count + closing == 0 {
            return all;
        }
        all.drain(..count);
        all.truncate(all.len() - closing);
    }
}

impl<'a> Sentence<'a> {
    /// Takes a line apart.
    pub(super) fn of(line: &'a str, names: &dyn Names) -> Result<Self> {
        let words = opened(line);
        let mut low: Vec<String> = words.iter().map(|word| word.low.clone()).collect();
        let cue_of = |low: &[String], at: usize| {
            let rest: Vec<&str> = low[at..].iter().take(6).map(String::as_str).collect();
            vocabulary::cue(&rest)
        };
        let mut known = vec![false; words.len()];
        for at in 0..words.len() {
            if let Some((count, _)) = cue_of(&low, at) {
                known[at..at + count].fill(true);
            }
        }
        let names = names::find(line, &words, &known, names)?;
        let named: BTreeSet<usize> = names.iter().flat_map(|name| name.first..name.end).collect();
        // Typing errors are looked for only where nothing else is left.
        for at in (0..words.len()).filter(|at| !known[*at] && !named.contains(at)) {
            if let Some(right) = vocabulary::corrected(&low[at]) {
                low[at] = right.into();
            }
        }
        let mut places = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let (item, count) = match names.iter().position(|name| name.first == at) {
                Some(number) => (Item::Name(number), names[number].end - at),
                None => {
                    let until = names.iter().map(|name| name.first).filter(|first| *first > at).min();
                    let rest = &low[..until.unwrap_or(words.len())];
                    cue_of(rest, at).map_or((Item::Unknown, 1), |(count, cue)| (Item::Cue(cue), count))
                }
            };
            places.push(Place { item, first: at, end: at + count });
            at += count;
        }
        let cue_at = |at: usize| places.get(at).map(|place| place.item);
        let yes_no = matches!(cue_at(0), Some(Item::Cue(Cue::Auxiliary | Cue::Whether)));
        Ok(Self { line, words, names, places, yes_no })
    }

    /// The words that are not understood, as they were written.
    pub(super) fn unknown(&self) -> Vec<&'a str> {
        let places = self.places.iter().filter(|place| place.item == Item::Unknown);
        places.map(|place| self.words[place.first].text).collect()
    }

    /// The longest run of words that are not understood, with the words of the vocabulary between them.
    pub(super) fn unknown_run(&self) -> Option<&'a str> {
        let mut at = self.places.iter().filter(|place| place.item == Item::Unknown).map(|place| place.first);
        let first = at.next()?;
        let last = at.next_back().unwrap_or(first);
        let inside = self.names.iter().any(|name| name.first > first && name.first < last);
        // A disease's last word is in the vocabulary: `marfen syndrome`.
        let next = self.places.iter().find(|place| place.first == last + 1);
        let more = next.is_some_and(|place| place.item == Item::Cue(Cue::Disease));
        let last = if more && !inside { last + 1 } else { last };
        (!inside).then(|| super::words::slice(self.line, &self.words[first], &self.words[last]))
    }
}
