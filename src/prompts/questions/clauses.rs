//! Which part of a line asks, and which only tells something.
//!
//! `I have a boy with Marfan syndrome. Which gene should we look at?`, `Nystagmus: does FRMD7 cause it?`, `In Wilson disease, which gene is
//! defective?` What is told may use any ordinary words; its name counts, its other words do not.

use super::{
    asking::{REQUESTS, asking, is_noun, is_tag, is_wh, places_in, sentences},
    sentence::{Item, Place, Sentence},
    slots, stops,
    vocabulary::Cue,
};

/// Pronouns behind an auxiliary that make it a request: `can you tell me`.
const ADDRESSED: [&str; 10] = ["you", "u", "i", "we", "anyone", "anybody", "someone", "somebody", "anything", "one"];

/// Words before a question that leave it one that begins with its verb: `Hi, does X …`.
const POLITE: [&str; 16] = [
    "please", "pls", "hi", "hello", "hey", "so", "also", "then", "well", "ok", "okay", "now", "just", "thanks", "and",
    "dear",
];

/// What a speaker may deny about herself: that she knows or finds the answer.
const NOT_KNOWN: [&str; 20] = [
    "understood",
    "knew",
    "learned",
    "know",
    "find",
    "remember",
    "recall",
    "figure",
    "understand",
    "sure",
    "certain",
    "locate",
    "recollect",
    "think",
    "believe",
    "mind",
    "familiar",
    "expert",
    "see",
    "heard",
];

/// Words of denial that only say that the speaker does not know the answer (`I don't know which`), or ask for assent (`…, isn't it?`).
pub(super) fn calm(low: &[&str]) -> Vec<bool> {
    let mut calm = vec![false; low.len()];
    let speaks = |word: &str| ["i", "we", "she", "he", "they", "i'm", "we're"].contains(&word);
    for at in 0..low.len() {
        if !stops::is_negated(low[at]) && !["not", "cannot", "never"].contains(&low[at]) {
            continue;
        }
        let subject = low[at] == "never" && at == 0
            || (at.saturating_sub(3)..at).any(|before| speaks(low[before]))
                && !low[..at].iter().any(|word| ["which", "what", "where", "gene", "genes"].contains(word));
        let known = (at + 1..low.len().min(at + 4)).find(|next| NOT_KNOWN.contains(&low[*next]));
        let between = |end: usize| {
            low[at + 1..end]
                .iter()
                .all(|word| word.ends_with("ly") || ["seem", "to", "quite", "a", "an", "even", "yet"].contains(word))
        };
        if let Some(end) = known.filter(|end| subject && between(*end)) {
            calm[at..=end].fill(true);
        }
        let tag = at + 2 == low.len() && ["it", "they", "he", "she", "that", "there"].contains(&low[at + 1]);
        if tag && at > 2 {
            calm[at..].fill(true);
        }
    }
    calm
}

/// Finds what asks, and leaves of the rest only the names.
pub(super) fn read(whole: &mut Sentence<'_>) {
    let spans = sentences(whole);
    let (from, mut to) = asking(whole, &spans);
    let bare = !places_in(whole, from, to).any(is_noun);
    for (first, end) in spans.iter().copied().filter(|span| *span != (from, to)) {
        whole.tagged |= first >= to && is_tag(whole, (first, end));
        tell(whole, first, end, bare);
    }
    // `X is a gene for Y, is that right?`
    if let Some(tag) = (from + 1..to).find(|at| whole.ends_clause(*at) && is_tag(whole, (*at, to))) {
        tell(whole, tag, to, false);
        whole.tagged = true;
        to = tag;
    }
    let topic = topic(whole, from, to);
    if topic > from {
        let bare = !places_in(whole, topic, to).any(is_noun);
        tell(whole, from, topic, bare);
    }
    if from > 0 || topic > from {
        whole.topic = topic;
    }
    point(whole, to);
    open(whole, topic, to);
    slots::judge(whole, topic, to);
    introduce(whole, topic, to);
    if nameless(whole, topic, to) {
        let mut asked = false;
        let last = whole.places.iter().rfind(|place| place.first < to && place.item != Item::Cue(Cue::Filler));
        let last = last.map_or(to, |last| last.end);
        let kin: Vec<bool> = whole.words.iter().map(|word| slots::is_kin(&word.low)).collect();
        for place in whole.places.iter_mut().filter(|place| place.first >= topic && place.end <= to) {
            asked |= is_wh(place) || is_noun(place);
            if asked && place.item == Item::Open && place.end != last && !kin[place.first] {
                place.item = Item::Unknown;
            }
        }
    }
}

/// Leaves aside the ordinary words before everything that asks: `tell a curious teenager what …`.
fn introduce(whole: &mut Sentence<'_>, from: usize, to: usize) {
    for place in whole.places.iter_mut().filter(|place| place.first >= from && place.first < to) {
        match place.item {
            Item::Open => place.item = Item::Cue(Cue::Filler),
            Item::Cue(Cue::Filler) => {}
            _ => return,
        }
    }
}

fn nameless(whole: &Sentence<'_>, from: usize, to: usize) -> bool {
    whole.names.iter().all(|name| name.first < from || name.end > to)
}

/// Leaves of a span that only tells something its names, and the words in it that deny. `bare`: the question names nothing that may be asked
/// for (`What is it?`), so that the span must not either.
fn tell(whole: &mut Sentence<'_>, from: usize, to: usize, bare: bool) {
    let tag = is_tag(whole, (from, to));
    let beside = |place: &Place| whole.names.iter().any(|name| name.end == place.first || name.first == place.end);
    let mut items = Vec::new();
    for (number, place) in whole.places.iter().enumerate() {
        if place.first < from || place.first >= to {
            continue;
        }
        let word = &whole.words[place.first];
        let item = match place.item {
            Item::Name(_) => continue,
            _ if tag => Item::Cue(Cue::Filler),
            Item::Cue(Cue::Gene | Cue::Disease | Cue::Phenotype | Cue::Mutation) if beside(place) => continue,
            Item::Cue(Cue::Mutation) => Item::Cue(Cue::Filler),
            Item::Cue(_) if bare && is_noun(place) => Item::Unknown,
            Item::Cue(_) => Item::Cue(Cue::Filler),
            Item::Open if slots::lengthens(whole, number) || slots::may_be_name(whole, number) => Item::Unknown,
            Item::Open => Item::Cue(Cue::Filler),
            Item::Unknown if stops::denies(&word.low) => Item::Unknown,
            Item::Unknown if is_told(whole, place, from) && !slots::lengthens(whole, number) => Item::Cue(Cue::Filler),
            Item::Unknown => Item::Unknown,
        };
        items.push((number, item));
    }
    for (number, item) in items {
        whole.places[number].item = item;
    }
}

/// Whether a word that would change a question may stand in a story: it is in small letters, or a number.
fn is_told(whole: &Sentence<'_>, place: &Place, from: usize) -> bool {
    let text = whole.words[place.first].text;
    let small = text.chars().skip(usize::from(place.first == from)).all(|letter| !letter.is_uppercase());
    let digits = text.chars().any(|letter| letter.is_ascii_digit());
    small
        && (!digits
            || text.chars().all(|letter| letter.is_ascii_digit())
            || text.contains("-year")
            || text.contains("-month"))
}

/// The word behind the clauses at the beginning of a span that only name the topic, or tell something.
fn topic(whole: &Sentence<'_>, from: usize, to: usize) -> usize {
    let ends = |at: usize| whole.ends_clause(at) || begins_request(whole, at);
    (from + 1..to).rev().find(|at| ends(*at) && is_topic(whole, from, *at, to)).unwrap_or(from)
}

/// Whether a word is the `and` in `I work in a lab and would like to know …`.
fn begins_request(whole: &Sentence<'_>, at: usize) -> bool {
    const WISHES: [&str; 12] =
        ["would", "want", "wants", "need", "needs", "wish", "wonder", "wondering", "i'd", "we'd", "like", "am"];
    let low = |at: usize| whole.words.get(at).map_or("", |word| word.low.as_str());
    let subject = usize::from(["i", "we", "now", "he", "she"].contains(&low(at + 1)));
    low(at) == "and" && WISHES.contains(&low(at + 1 + subject))
}

/// Whether a clause asks nothing and the rest does.
fn is_topic(whole: &Sentence<'_>, from: usize, at: usize, to: usize) -> bool {
    let low = |word: usize| whole.words[word].low.as_str();
    let inside = whole.names.iter().any(|name| name.first < at && at < name.end);
    let asks =
        |place: &Place| matches!(place.item, Item::Cue(Cue::Which | Cue::Where | Cue::How | Cue::Who | Cue::Whether));
    if inside || places_in(whole, from, at).any(|place| asks(place) && low(place.first) != "if") {
        return false;
    }
    let named = whole.names.iter().any(|name| name.first >= from && name.end <= at);
    let beside = |place: &Place| whole.names.iter().any(|name| name.end == place.first || name.first == place.end);
    let nouns = places_in(whole, from, at).any(|place| is_noun(place) && !beside(place));
    let inverted = places_in(whole, from, at).find(|place| !matches!(place.item, Item::Cue(Cue::Filler)));
    let inverted = inverted.is_some_and(|place| place.item == Item::Cue(Cue::Auxiliary) && place.first == from);
    let requests = (from..at).any(|word| REQUESTS.contains(&low(word)));
    let and = matches!(places_in(whole, at, to).next(), Some(place) if place.item == Item::Cue(Cue::And));
    if inverted || nouns && (requests || and) {
        return false;
    }
    let wh = places_in(whole, at, to).take(10).any(is_wh);
    let begins_verb = places_in(whole, at, to).next().is_some_and(|place| place.item == Item::Cue(Cue::Auxiliary));
    let rest_noun = places_in(whole, at, to).any(|place| is_noun(place) || place.item == Item::Cue(Cue::Cause));
    let linked = places_in(whole, at, to).any(|place| place.item == Item::Cue(Cue::Verb));
    let rest_named = whole.names.iter().any(|name| name.first >= at && name.end <= to);
    match () {
        () if wh || begins_verb => named || rest_named || at - from > 1,
        () => !nouns && (rest_noun && (named || rest_named) || linked && named && rest_named),
    }
}

/// Lets a pronoun of the question stand for the only name before it.
fn point(whole: &mut Sentence<'_>, to: usize) {
    let end = whole.topic;
    let word_of = |all: &[&str]| (end..to).find(|at| all.contains(&whole.words[*at].low.as_str()));
    let pronoun = word_of(&["it", "this", "they", "them"]).or_else(|| word_of(&["that", "these", "those"]));
    let mut topics = whole.names.iter_mut().filter(|name| name.end <= end);
    if let (Some(topic), None, Some(pronoun)) = (topics.next(), topics.next(), pronoun)
        && topic.at < end
    {
        topic.at = pronoun;
    }
}

/// Finds whether a question is answered by yes or no, and leaves aside what only introduces it: `can you show me`, `we see`.
fn open(whole: &mut Sentence<'_>, from: usize, to: usize) {
    let which = |whole: &Sentence<'_>, after: usize| {
        places_in(whole, after, to).any(|place| matches!(place.item, Item::Cue(Cue::Which | Cue::Where | Cue::How)))
    };
    let numbers: Vec<usize> =
        (0..whole.places.len()).filter(|at| whole.places[*at].first >= from && whole.places[*at].first < to).collect();
    let mut leading = true;
    for number in numbers {
        let place = whole.places[number];
        let word = whole.words[place.first].low.clone();
        match place.item {
            Item::Cue(Cue::Filler | Cue::And) => leading &= POLITE.contains(&word.as_str()),
            // `Name the genes …` is an order.
            Item::Cue(Cue::Name)
                if word == "name"
                    && next_word(whole, place) != "and"
                    && (number == 0 || whole.ends_clause(place.first) || is_ordered(whole, place.first)) =>
            {
                whole.places[number].item = Item::Cue(Cue::Filler);
                leading = false;
            }
            // `Who can tell me …`
            Item::Cue(Cue::Who)
                if leading && ["can", "could", "would", "will"].contains(&next_word(whole, place).as_str()) =>
            {
                whole.places[number].item = Item::Cue(Cue::Filler);
                leading = false;
            }
            Item::Cue(Cue::Cause) if word == "give" => {
                whole.places[number].item = Item::Cue(Cue::Filler);
                leading = false;
            }
            Item::Cue(Cue::Auxiliary) => {
                // `Has anyone linked X to Y?` is no request.
                let next = next_word(whole, place);
                let seen = ["has", "have"].contains(&word.as_str())
                    && ["anyone", "anybody", "someone", "somebody"].contains(&next.as_str());
                // `Will I get X?` asks for somebody's future, `will someone tell me which …` does not.
                let future = ["will", "shall"].contains(&word.as_str())
                    && !["you", "u"].contains(&next.as_str())
                    && !which(whole, place.end);
                if leading && (seen || future || !ADDRESSED.contains(&next.as_str())) {
                    // `Should I …?` asks for advice, `will …?` for the future.
                    if ["should", "shall", "will", "must"].contains(&word.as_str()) {
                        whole.places[number].item = Item::Unknown;
                    }
                    whole.yes_no = !which(whole, place.end);
                    return;
                }
                if leading && ["should", "must", "shall"].contains(&word.as_str()) {
                    whole.places[number].item = Item::Unknown;
                    return;
                }
                whole.places[number].item = Item::Cue(Cue::Filler);
                leading = false;
            }
            // `I would be obliged if you …`
            Item::Cue(Cue::Whether) if word == "if" && ADDRESSED.contains(&next_word(whole, place).as_str()) => {
                whole.places[number].item = Item::Cue(Cue::Filler);
                leading = false;
            }
            Item::Cue(Cue::Whether) => {
                // `If X is defective, which disease results?` asks for a list.
                whole.yes_no = !(word == "if" && which(whole, place.end));
                return;
            }
            Item::Cue(Cue::Verb | Cue::Person | Cue::Adjective | Cue::There) => {
                whole.places[number].item = Item::Cue(Cue::Filler);
                leading = false;
            }
            Item::Cue(_) | Item::Name(_) => return,
            Item::Open | Item::Unknown => leading = false,
        }
    }
}

/// Whether a verb behind a word is what somebody is to do: `who can name …`.
fn is_ordered(whole: &Sentence<'_>, at: usize) -> bool {
    let before = at.checked_sub(1).map_or("", |before| whole.words[before].low.as_str());
    ["can", "could", "you", "please", "to", "anyone", "someone"].contains(&before)
}

fn next_word(whole: &Sentence<'_>, place: Place) -> String {
    whole.words.get(place.end).map_or_else(String::new, |word| word.low.clone())
}
