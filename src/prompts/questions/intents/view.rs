//! A question with a meaning for each of its names: what is asked for, and what its words say.

use std::collections::BTreeSet;

use crate::prompts::questions::{
    names::Name,
    sentence::{Item, Place, Sentence},
    vocabulary::{
        Cue::{self, *},
        NOUNS,
    },
};

/// What a name is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::prompts::questions) enum Meaning {
    Gene,
    Disease,
    Phenotype,
}

/// A question with a meaning for each of its names.
pub(super) struct View<'a> {
    pub(super) sentence: &'a Sentence<'a>,
    pub(super) genes: Vec<&'a Name<'a>>,
    pub(super) conditions: Vec<(&'a Name<'a>, Meaning)>,
    /// What is asked for: the noun behind `which`, or the first one.
    pub(super) target: Option<Cue>,
    /// The place of the target.
    pub(super) target_at: usize,
    /// All cues that mean something, without those that only go with a name.
    pub(super) cues: BTreeSet<Cue>,
    /// The same with their places.
    pub(super) placed: Vec<(usize, Cue)>,
}

/// Cues that say nothing about what is asked.
const LIGHT: [Cue; 6] = [Filler, Auxiliary, Whether, There, And, By];

/// The nouns among cues, with their places.
fn nouns_of(placed: &[(usize, Cue)]) -> impl Iterator<Item = (usize, Cue)> {
    placed.iter().copied().filter(|(_, cue)| NOUNS.contains(cue) && *cue != Cause && *cue != Person)
}

impl<'a> View<'a> {
    pub(super) fn of(sentence: &'a Sentence<'a>, kinds: &[Meaning]) -> Self {
        let names = || sentence.names.iter().zip(kinds.iter().copied());
        let genes: Vec<_> = names().filter(|(_, kind)| *kind == Meaning::Gene).map(|(name, _)| name).collect();
        let conditions: Vec<_> = names().filter(|(_, kind)| *kind != Meaning::Gene).collect();
        let goes_with_name = |at: usize, place: &Place| {
            let text = sentence.words[place.end - 1].low.as_str();
            let previous = at.checked_sub(1).map(|before| sentence.places[before]);
            let after_which = previous.is_some_and(|p| matches!(p.item, Item::Cue(Which)));
            names().any(|(name, kind)| {
                let beside = place.end == name.first || place.first == name.end;
                let many = text.ends_with('s');
                beside
                    && !after_which
                    && match (place.item, kind) {
                        (Item::Cue(Gene), Meaning::Gene) => !many || genes.len() > 1,
                        (Item::Cue(Protein), Meaning::Gene) => {
                            !many && place.first == name.end || place.end == name.first
                        }
                        (Item::Cue(Disease), Meaning::Disease) | (Item::Cue(Phenotype), Meaning::Phenotype) => !many,
                        // `HPO scoliosis`, not `scoliosis HPO term`.
                        (Item::Cue(Hpo), Meaning::Phenotype) => place.end - place.first == 1,
                        _ => false,
                    }
            })
        };
        let adjective = |at: usize, place: &Place| {
            let next = sentence.places.get(at + 1).map(|next| next.item);
            let noun = matches!(next, Some(Item::Cue(Gene | Disease | Cause | Mutation)));
            let inherited =
                ["inherited", "hereditary", "heritable"].contains(&sentence.words[place.first].low.as_str());
            (place.item == Item::Cue(Genetic) || (place.item == Item::Cue(Inheritance) && inherited)) && noun
        };
        // `Diseases where a gene is involved`, `people who have X`: where and who are relative pronouns.
        let relative = |at: usize, place: &Place| {
            let previous = at.checked_sub(1).map(|before| sentence.places[before].item);
            place.item == Item::Cue(Where) && matches!(previous, Some(Item::Cue(Disease | Gene | Phenotype)))
                || place.item == Item::Cue(Who) && previous == Some(Item::Cue(Person))
        };
        // `Genes in which mutations cause X`: so is which.
        let relative_which = |at: usize, place: &Place| {
            let light = |place: &&Place| !matches!(place.item, Item::Cue(Filler));
            let before = sentence.places[..at].iter().rfind(light).map(|place| place.item);
            let after = sentence.places[at + 1..].iter().find(light).map(|place| place.item);
            place.item == Item::Cue(Which) && (before, after) == (Some(Item::Cue(Gene)), Some(Item::Cue(Mutation)))
        };
        let placed: Vec<(usize, Cue)> = sentence
            .places
            .iter()
            .enumerate()
            .filter(|(at, place)| {
                !goes_with_name(*at, place)
                    && !adjective(*at, place)
                    && !relative(*at, place)
                    && !relative_which(*at, place)
            })
            .filter_map(|(_, place)| match place.item {
                Item::Cue(cue) if !LIGHT.contains(&cue) => Some((place.first, cue)),
                _ => None,
            })
            .collect();
        let is_noun = |cue: Cue| NOUNS.contains(&cue);
        let behind_which = placed.iter().position(|(_, cue)| *cue == Which).and_then(|which| {
            let next = placed.get(which + 1).copied()?;
            // Nothing but light words may stand between.
            let between = |place: &Place| place.first > placed[which].0 && place.first < next.0;
            let near = !sentence.places.iter().any(|place| between(place) && matches!(place.item, Item::Name(_)));
            (near && is_noun(next.1)).then_some(next)
        });
        // `What kind of disease …`
        let behind_which = behind_which.and_then(|found| match found.1 {
            // `What is the underlying gene defect …`
            // `What do we know about diseases …`
            Information => nouns_of(&placed).find(|noun| noun.1 != Information).or(Some(found)),
            Cause | Mutation => placed
                .iter()
                .copied()
                .find(|next| next.0 > found.0)
                .filter(|next| [Gene, Mutation].contains(&next.1))
                .or(Some(found)),
            Kind => placed
                .iter()
                .copied()
                .find(|next| next.0 > found.0)
                .filter(|next| [Disease, Phenotype].contains(&next.1)),
            _ => Some(found),
        });
        // `Describe the symptoms of X`, `CFTR mutation syndromes`: the second noun is asked for.
        let beside_gene = |at: usize| genes.iter().any(|gene: &&Name<'_>| gene.end == at);
        let weak = |(at, cue): &(usize, Cue)| *cue == Information || (*cue == Mutation && beside_gene(*at));
        let nouns = || placed.iter().copied().filter(|(_, cue)| is_noun(*cue) && *cue != Cause);
        let target = behind_which.or_else(|| nouns().find(|noun| !weak(noun))).or_else(|| nouns().next());
        Self {
            sentence,
            genes,
            conditions,
            target: target.map(|(_, cue)| cue),
            target_at: target.map_or(0, |(at, _)| at),
            cues: placed.iter().map(|(_, cue)| *cue).collect(),
            placed,
        }
    }

    /// Whether all words are understood: where no word names what is asked, any other one may.
    pub(super) fn strict(&self) -> bool {
        !self.sentence.places.iter().any(|place| place.item == Item::Open)
    }

    pub(super) fn has(&self, cue: Cue) -> bool {
        self.cues.contains(&cue)
    }

    /// Whether all cues are among these.
    pub(super) fn only(&self, allowed: &[Cue]) -> bool {
        self.cues.iter().all(|cue| allowed.contains(cue))
    }

    /// Whether all cues are among these, and those that may stand beside any word for what is asked.
    pub(super) fn among(&self, allowed: &[Cue]) -> bool {
        self.cues.iter().all(|cue| allowed.contains(cue) || matches!(cue, Which | Verb | Person | Information))
    }

    /// Whether a light cue stands somewhere.
    pub(super) fn light(&self, cue: Cue) -> bool {
        self.sentence.places.iter().any(|place| place.item == Item::Cue(cue))
    }

    /// Whether a cue stands before a word.
    pub(super) fn before(&self, cue: Cue, word: usize) -> bool {
        self.placed.iter().any(|(at, one)| *one == cue && *at < word)
    }

    /// Whether one of these words is in the question.
    pub(super) fn spells(&self, words: &[&str]) -> bool {
        self.sentence.words.iter().any(|word| words.contains(&word.low.as_str()))
    }

    /// Whether `is` and its forms are the only auxiliaries, unless something is explained: `what does X mean?`; not `what does X have?`.
    pub(super) fn describes(&self) -> bool {
        let other = |place: &Place| {
            let is = place.first < self.sentence.topic
                || ["is", "are", "was", "were", "be", "been"].contains(&self.sentence.words[place.first].low.as_str());
            matches!(place.item, Item::Cue(By)) || (place.item == Item::Cue(Auxiliary) && !is)
        };
        // `What is X for?`
        let open = self
            .sentence
            .words
            .last()
            .is_some_and(|word| ["for", "of", "from", "with", "in", "to", "by"].contains(&word.low.as_str()));
        !open && !self.ends_in_do() && (self.has(Information) || !self.sentence.places.iter().any(other))
    }
    /// Whether there is a cue, or a bare name with nothing but articles around it.
    pub(super) fn asks_something(&self) -> bool {
        let polite = ["a", "an", "the", "please", "pls", "hi", "hello", "thanks", "'s", "thank you"];
        let bare = |place: &Place| match place.item {
            Item::Cue(Filler) => polite.contains(&self.sentence.words[place.first].low.as_str()),
            _ => true,
        };
        !self.cues.is_empty() || self.sentence.places.iter().all(bare)
    }

    /// Whether `do` or `does` stands at the end: `what does X do?`
    pub(super) fn ends_in_do(&self) -> bool {
        let says = |place: &&Place| !matches!(place.item, Item::Cue(Filler));
        let low = |place: &Place| self.sentence.words[place.first].low.as_str();
        let is_do = |place: &Place| ["do", "does"].contains(&low(place));
        let last = self.sentence.places.iter().rfind(says);
        // `In a healthy person X does what?`
        let before_what = self.sentence.places.windows(2).any(|two| {
            is_do(&two[0]) && low(&two[1]) == "what" && two[1].end == self.sentence.words.len() && two[0].first > 0
        });
        last.is_some_and(is_do) || before_what
    }

    pub(super) fn gene_keys(&self) -> String {
        self.genes.iter().map(|gene| format!("gene={}, ", gene.text)).collect()
    }
}
