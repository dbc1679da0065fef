//! A question taken apart: its names, and the cues around them.

use std::collections::BTreeSet;

use super::framing::{changes, denies};
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
    /// It begins with `is`, `does` or the like, or with `whether`, behind its topic.
    pub yes_no: bool,
    /// The word behind the topic or the story before the question: `Marfan syndrome: which genes?`
    pub topic: usize,
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

/// Names, and those that only repeat one.
type Once<'a> = (Vec<Name<'a>>, Vec<Name<'a>>);

/// Names without those that name again what the name before them does: `EEG abnormality (HP:0002353)`.
fn once<'a>(line: &str, words: &[Word<'_>], all: Vec<Name<'a>>, names: &dyn Names) -> Result<Once<'a>> {
    let (mut kept, mut left): (Vec<Name<'a>>, Vec<Name<'a>>) = Default::default();
    for name in all {
        let mut again = None;
        for (number, before) in kept.iter().enumerate() {
            // `NF1 causes neurofibromatosis 1` is about a gene and a disease.
            let both = (before.kinds.gene.is_some() == name.kinds.gene.is_some())
                && (before.kinds.disease || before.kinds.phenotype) == (name.kinds.disease || name.kinds.phenotype);
            let between = &line[words[before.end - 1].end..words[name.first].start];
            let said: Vec<&str> = words[before.end..name.first].iter().map(|word| word.low.as_str()).collect();
            let beside = said.is_empty() || vocabulary::frame(&said) == Some(said.len());
            let apart = between.contains(['.', '?', '!', ';']) || between.contains(": ") || between.contains(" - ");
            if both && (beside || apart) && names.same(before.text, name.text)? {
                again = Some((number, apart && !beside));
                break;
            }
        }
        match again {
            Some((number, apart)) => {
                if apart {
                    kept[number].at = name.first;
                }
                left.push(name);
            }
            None => kept.push(name),
        }
    }
    Ok((kept, left))
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
            let rest: Vec<&str> = low[at..].iter().take(6).map(String::as_str).collect();
            let story = vocabulary::story(&rest).unwrap_or(usize::from(changes(&low[at])));
            let count = cue_of(&low, at).map_or(0, |(count, _)| count).max(story);
            known[at..at + count].fill(true);
        }
        let found = names::find(line, &words, &known, names)?;
        let (names, again) = once(line, &words, found, names)?;
        let named: BTreeSet<usize> = names.iter().chain(&again).flat_map(|name| name.first..name.end).collect();
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
                None if again.iter().any(|name| name.first == at) => {
                    let end = again.iter().find(|name| name.first == at).map_or(at + 1, |name| name.end);
                    (Item::Cue(Cue::Filler), end - at)
                }
                None => {
                    let all = names.iter().chain(&again);
                    let until = all.map(|name| name.first).filter(|first| *first > at).min();
                    let rest = &low[..until.unwrap_or(words.len())];
                    match cue_of(rest, at) {
                        Some((count, cue)) if count > 1 || !changes(&low[at]) => (Item::Cue(cue), count),
                        _ => (Item::Unknown, 1),
                    }
                }
            };
            places.push(Place { item, first: at, end: at + count });
            at += count;
        }
        // `Name diseases with …`: an order.
        if let [Place { item: item @ Item::Cue(Cue::Name), .. }, next, ..] = places.as_mut_slice()
            && matches!(next.item, Item::Cue(Cue::Gene | Cue::Disease | Cue::Phenotype))
            && low[next.first].ends_with('s')
        {
            *item = Item::Cue(Cue::Filler);
        }
        let mut whole = Self { line, words, names, places, yes_no: false, topic: 0 };
        whole.set_topic(&low);
        let light = |place: &&mut Place| {
            place.first >= whole.topic && !matches!(place.item, Item::Cue(Cue::Filler | Cue::Frame | Cue::And))
        };
        let asked = whole.places.clone();
        if let Some(place) = whole.places.iter_mut().find(light)
            && matches!(place.item, Item::Cue(Cue::Auxiliary | Cue::Whether))
        {
            let place_first = place.first;
            // `If X is defective, which disease results?` asks for a list.
            let which = |later: &Place| later.first > place_first && later.item == Item::Cue(Cue::Which);
            whole.yes_no = !(low[place_first] == "if" && asked.iter().any(which));
            // `Should I …?` asks for advice, `will …?` for the future.
            if ["should", "shall", "will", "must"].contains(&low[place.first].as_str()) {
                place.item = Item::Unknown;
            }
        }
        Ok(whole)
    }

    /// Finds the topic or story before the question: clauses with names and with words that ask nothing, before one that asks.
    fn set_topic(&mut self, low: &[String]) {
        let (mut end, mut broken) = (0, false);
        for next in 1..self.words.len() {
            if self.ends_sentence(next) && self.is_told(low, end, next) {
                (end, broken) = (next, false);
            } else if self.ends_clause(next) && !broken {
                if self.is_topic(low, end, next) {
                    end = next;
                } else {
                    broken = true;
                }
            }
        }
        let asks = |place: &Place| match place.item {
            Item::Cue(cue) => !matches!(cue, Cue::Filler | Cue::Frame | Cue::And),
            _ => false,
        };
        if end == 0 || !self.places.iter().any(|place| place.first >= end && asks(place)) {
            return;
        }
        self.topic = end;
        let names = &self.names;
        let beside = |place: &Place| names.iter().any(|name| name.end == place.first || name.first == place.end);
        for place in self.places.iter_mut().filter(|place| place.end <= end) {
            let noun = matches!(place.item, Item::Cue(Cue::Gene | Cue::Disease | Cue::Phenotype | Cue::Mutation));
            if !(matches!(place.item, Item::Name(_)) || noun && beside(place)) {
                place.item = Item::Cue(Cue::Filler);
            }
        }
        let word_of = |all: &[&str]| (end..low.len()).find(|at| all.contains(&low[*at].as_str()));
        let pronoun = word_of(&["it", "this", "they", "them"]).or_else(|| word_of(&["that", "these", "those"]));
        let mut topics = self.names.iter_mut().filter(|name| name.end <= end);
        if let (Some(topic), None, Some(pronoun)) = (topics.next(), topics.next(), pronoun)
            && topic.at < end
        {
            topic.at = pronoun;
        }
    }

    /// Whether a clause ends before a word.
    fn ends_clause(&self, next: usize) -> bool {
        let (last, next) = (&self.words[next - 1], &self.words[next]);
        let short = ["i.e", "e.g", "no", "nr", "dr", "cf", "vs", "resp"].contains(&last.low.as_str());
        let between = &self.line[last.end..next.start];
        let dash = between.contains(['-', '–', '—']) && between.contains(' ');
        !short && (dash || between.contains(['.', ':', ';', '?', '!', ',']))
    }

    /// Whether a sentence that only tells something ends before a word.
    fn ends_sentence(&self, next: usize) -> bool {
        let between = &self.line[self.words[next - 1].end..self.words[next].start];
        self.ends_clause(next) && between.contains(['.', '!', ';']) && !between.contains('?')
    }

    /// Whether a whole sentence only tells something, in whatever words: none asks, denies, or may be a name that is not known.
    fn is_told(&self, low: &[String], first: usize, end: usize) -> bool {
        let places = || self.places.iter().filter(|place| place.first >= first && place.first < end);
        let asks = places().any(|place| matches!(place.item, Item::Cue(Cue::Which | Cue::Who | Cue::Where | Cue::How)));
        // `Is it …`, not `I have …`.
        let inverted =
            places().next().is_some_and(|place| matches!(place.item, Item::Cue(Cue::Auxiliary | Cue::Whether)));
        let whole = self.names.iter().all(|name| name.first >= end || name.end <= end);
        let unknown = places().filter(|place| place.item == Item::Unknown);
        let plain = |at: usize| {
            let text = self.words[at].text;
            let letters = text.bytes().all(|letter| letter.is_ascii_alphabetic() || letter == b'-' || letter == b'\'');
            // A noun before `syndrome`, and what is no plain word, may be a name.
            let before_noun = places().any(|place| {
                place.first == at + 1 && matches!(place.item, Item::Cue(Cue::Disease | Cue::Gene | Cue::Phenotype))
            });
            let small = text.bytes().skip(usize::from(at == first)).all(|letter| !letter.is_ascii_uppercase());
            letters && small && !before_noun
        };
        // An order is no story: `Cure Marfan syndrome.` Words that only introduce the question hold its subject: `I have …`.
        let opened = first == 0 && self.words[0].start > 0;
        let subject = opened
            || low[first..end].iter().any(|word| {
                [
                    "i", "i'm", "i've", "we", "we've", "my", "our", "he", "she", "they", "his", "her", "their", "the",
                    "a", "an",
                ]
                .contains(&word.as_str())
            });
        subject
            && whole
            && !asks
            && !inverted
            && !low[first..end].iter().any(|word| denies(word))
            && unknown.map(|place| place.first).all(plain)
    }

    /// Whether the words of a clause are names and words that ask nothing.
    fn is_topic(&self, low: &[String], first: usize, end: usize) -> bool {
        let inside = |at: usize| self.names.iter().find(|name| name.first <= at && at < name.end);
        let (mut at, mut story, mut nouns, mut named) = (first, false, false, false);
        while at < end {
            if let Some(name) = inside(at) {
                if name.end > end {
                    return false;
                }
                (at, named) = (name.end, true);
                continue;
            }
            let stop =
                self.names.iter().map(|name| name.first).filter(|first| *first > at).min().unwrap_or(end).min(end);
            let rest: Vec<&str> = low[at..stop].iter().map(String::as_str).collect();
            let told = vocabulary::story(&rest).unwrap_or(0);
            let cue = vocabulary::cue(&rest);
            let (count, light) = match cue {
                Some((count, cue)) if count > told => match cue {
                    Cue::Filler | Cue::Frame | Cue::And | Cue::Person => (count, true),
                    Cue::Auxiliary => {
                        story = true;
                        (count, at > first)
                    }
                    Cue::Gene | Cue::Disease | Cue::Phenotype | Cue::Mutation => {
                        let beside = at > first && inside(at - 1).is_some() || inside(at + count).is_some();
                        nouns |= !beside;
                        (count, true)
                    }
                    _ => (count, false),
                },
                _ if told > 0 => {
                    story = true;
                    (told, true)
                }
                _ => (1, false),
            };
            if !light || count == 1 && changes(&low[at]) {
                return false;
            }
            at += count;
        }
        story || named && !nouns
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
            Item::Cue(cue) => matches!(cue, Cue::Gene | Cue::Which | Cue::Filler | Cue::Frame),
            Item::Name(_) => true,
            Item::Unknown => false,
        };
        self.has_any(&[Cue::Gene]) && self.places.iter().all(light)
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
