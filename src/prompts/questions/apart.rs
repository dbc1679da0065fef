//! From a line to a question that is taken apart: names, words of the vocabulary, ordinary words, and which part of the line asks.

use std::collections::BTreeSet;

use super::{
    clauses,
    names::{self, Name, Names},
    sentence::{Item, Place, Sentence},
    slots, stops, typing,
    vocabulary::{self, Cue},
    words::{Word, words},
};
use crate::error::Result;

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
            let beside = vocabulary::says_nothing(&said);
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

/// Which words are in the vocabulary.
fn known(words: &[Word<'_>]) -> Vec<bool> {
    let low: Vec<&str> = words.iter().map(|word| word.low.as_str()).collect();
    let mut known = vec![false; low.len()];
    for at in 0..low.len() {
        let count = vocabulary::cue(&low[at..]).filter(|(count, _)| *count > 1 || !stops::changes(low[at]));
        known[at..at + count.map_or(0, |(count, _)| count)].fill(true);
    }
    known
}

/// Takes a line apart.
pub(super) fn take_apart<'a>(line: &'a str, names: &dyn Names) -> Result<Sentence<'a>> {
    let mut words = words(line);
    let known = known(&words);
    let found = names::find(line, &words, &known, names)?;
    let (names, again) = once(line, &words, found, names)?;
    let named: BTreeSet<usize> = names.iter().chain(&again).flat_map(|name| name.first..name.end).collect();
    // Typing errors are looked for only where nothing else is left.
    for at in (0..words.len()).filter(|at| !known[*at] && !named.contains(at)) {
        if let Some(right) = typing::corrected(&words[at].low) {
            words[at].low = right.into();
        }
    }
    let mut whole =
        Sentence { line, words, names, places: Vec::new(), yes_no: false, topic: 0, tagged: false, twice: false };
    whole.places = places(&whole, &again);
    clauses::read(&mut whole);
    Ok(whole)
}

/// What stands at each word. `again`: names that only repeat one.
fn places(whole: &Sentence<'_>, again: &[Name<'_>]) -> Vec<Place> {
    let low: Vec<&str> = whole.words.iter().map(|word| word.low.as_str()).collect();
    let calm = clauses::calm(&low);
    let mut places = Vec::new();
    let mut at = 0;
    while at < low.len() {
        let until = whole.names.iter().chain(again).map(|name| name.first).filter(|first| *first > at).min();
        let (item, count) = match whole.names.iter().position(|name| name.first == at) {
            Some(number) => (Item::Name(number), whole.names[number].end - at),
            None => match again.iter().find(|name| name.first == at) {
                Some(name) => (Item::Cue(Cue::Filler), name.end - at),
                None if calm[at] => (Item::Cue(Cue::Filler), 1),
                None => match vocabulary::cue(&low[at..until.unwrap_or(low.len())]) {
                    Some((count, cue)) if count > 1 || !stops::changes(low[at]) => (Item::Cue(cue), count),
                    // `Which gene do they test?` looks for a gene, `the gene test` is another thing.
                    _ if stops::examines(low[at]) && at > 0 && slots::is_actor(low[at - 1]) => (Item::Open, 1),
                    _ if whole.is_ordinary(at) => (Item::Open, 1),
                    _ => (Item::Unknown, 1),
                },
            },
        };
        places.push(Place { item, first: at, end: at + count });
        at += count;
    }
    // `Gene or genes` is one thing.
    for at in 0..places.len() {
        let says = |place: &&Place| place.item != Item::Cue(Cue::Filler);
        let one = places[..at].iter().rfind(says).map(|place| place.item);
        let other = places[at + 1..].iter().find(says).map(|place| place.item);
        let same = one == other && matches!(one, Some(Item::Cue(cue)) if cue != Cue::Inheritance);
        if places[at].item == Item::Cue(Cue::Or) && same {
            places[at].item = Item::Cue(Cue::Filler);
        }
    }
    // `Diseases in which X is seen`: which asks nothing.
    for at in 2..places.len() {
        let noun = matches!(places[at - 2].item, Item::Cue(Cue::Gene | Cue::Disease | Cue::Phenotype));
        let preposition = ["in", "for", "of", "with", "from", "by", "to"].contains(&low[places[at - 1].first]);
        // `A symptom of which diseases`: there it does.
        let asks = places.get(at + 1).is_some_and(|next| matches!(next.item, Item::Cue(Cue::Disease | Cue::Gene)));
        if noun && preposition && !asks && places[at].item == Item::Cue(Cue::Which) && low[places[at].first] == "which"
        {
            places[at].item = Item::Cue(Cue::Filler);
        }
    }
    // `The names of the diseases …`.
    for at in 0..places.len() {
        let noun = places[at + 1..].iter().find(|place| place.item != Item::Cue(Cue::Filler));
        let many = |place: &Place| {
            matches!(place.item, Item::Cue(Cue::Gene | Cue::Disease | Cue::Phenotype))
                && low[place.first].ends_with('s')
        };
        let names = matches!(places[at].item, Item::Cue(Cue::Name | Cue::Alias))
            && ["name", "names"].contains(&low[places[at].first]);
        if names && noun.is_some_and(many) {
            places[at].item = Item::Cue(Cue::Filler);
        }
    }
    // `The gene called X`.
    for at in 1..places.len() {
        let called = matches!(places[at - 1].item, Item::Cue(Cue::Name | Cue::Alias))
            && ["called", "named", "as"].contains(&low[places[at - 1].end - 1]);
        if called && matches!(places[at].item, Item::Name(_)) {
            places[at - 1].item = Item::Cue(Cue::Filler);
        }
    }
    // `Name diseases with …`: an order.
    for at in 1..places.len() {
        let next = places[at];
        if places[at - 1].item == Item::Cue(Cue::Name)
            && matches!(next.item, Item::Cue(Cue::Gene | Cue::Disease | Cue::Phenotype))
            && low[next.first].ends_with('s')
        {
            places[at - 1].item = Item::Cue(Cue::Filler);
        }
    }
    places
}
