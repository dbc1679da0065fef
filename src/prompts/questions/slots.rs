//! Where an ordinary word that is not in the vocabulary may stand.
//!
//! Such an *open* word is harmless wherever a sentence has room for circumstances: `My cousin is seeing a geneticist about Marfan syndrome and
//! wonders which gene runs amok`. It is not where it would change what is asked for or of what:
//!
//! - before or behind a name, which it would make a longer one: `juvenile X`, `X carriers`. A verb may stand there: `genes underpinning X`;
//! - before or behind the word for what is asked, which it would narrow or replace: `mitochondrial genes`, `gene panel`. Words that only
//!   weigh may stand there (`culprit gene`), and verbs;
//! - as what is asked for: `which exercises`, `how bad`, `the colour of X`;
//! - as the object of a cause or of a preposition: `causes blue eyes`, `in teenagers`, `by country`. Circumstances of the question itself may
//!   stand there: `in plain words`, `for my thesis`;
//! - behind `and`, once everything has been asked: `… and book a table`.

use super::{
    sentence::{Item, Place, Sentence},
    vocabulary::{Cue, NOUNS},
};

/// What an open word is in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    /// It says nothing about what is asked.
    Free,
    /// It tells of the circumstances of the question: `for my thesis`.
    Circumstance,
    /// It changes what is asked, or may do so.
    Taken,
}

/// Words that weigh what they stand before, and do not narrow it.
const WEIGHING: &str = "culprit guilty responsible offending rogue bad dodgy rotten flawed wrong exact precise actual real right true correct relevant \
    important interesting obvious likely-suspect suspect suspected underlying involved implicated known established reported described relevant \
    whole entire full complete overall general usual telltale tell-tale tell classic textbook cardinal notable noticeable salient striking outstanding \
    distinctive distinguishing recognisable recognizable visible obvious expected different various several diverse multiple sundry same \
    respective corresponding associated related linked connected mentioned said named aforementioned above above-mentioned candidate known offender \
    causative causal causing inherited hereditary heritable nasty horrible awful terrible dreadful mysterious unpronounceable strange odd weird \
    funny particular certain single one-sentence one-line two-line brief quick basic cardinal molecular human official formal proper current modern usual ordinary normal accepted approved cryptic short";

/// Heads that only count or collect what stands behind `of`, or say who told it.
const COLLECTING: &str = "list lists listing set names table overview collection bunch handful couple pair group range array series spectrum summary sort kind type \
    types kinds form forms copy copies version case cases example because out instead hear heard hearing heared aware thought think thinking reminded sure \
    friend friends colleague student mine speak speaking talk talking spoke know knew knowledge suspicion suspicious";

/// Circumstances of a question.
const CIRCUMSTANCES: &str = "word words term terms english language lay layman laymans laymen plain simple easy everyday own brief detail \
    principle fact nutshell sentence sentences line lines moment present literature database databases data records file notes \
    report panel letter essay thesis homework exam talk lecture class course presentation poster clinic ward textbook book article paper practice theory \
    addition advance body bodies cell question beginner beginners beginning dummies student students kid child grandmother purpose purposes \
    interest curiosity work way other people everyday time office project morning afternoon evening week month tomorrow";

/// Who hands a disease on: circumstances where inheritance is asked for.
const KIN: &str = "mother father mothers fathers parent parents child children son sons daughter daughters family families generation generations \
    offspring baby babies relatives grandparents healthy unaffected";

/// Determiners and weak words that may stand between a preposition and its noun.
const DETERMINERS: &str = "a an the this that these those some any all every each both another certain given own such my our your his her their its \
    's one very so quite";

const POSSESSIVES: &str = "my our your his her their a an";

/// Prepositions whose object restricts the answer, and those whose object may be a person or a purpose.
const RESTRICTING: &str = "in of by on at within among amongst via upon into onto during after against through since across along around over under";
const ADDRESSING: &str = "for to from with as about toward towards";

/// Who acts: a verb may follow.
const PERSONS: &str =
    "i we you u they he she one who people someone somebody anyone everybody everyone that which it this these";

/// How sure a name is, and how it came up: `suspected X`, `so-called X`.
const SAID: &str = "suspected called named confirmed mentioned discussed titled so-called presumed possible alleged supposed told read heard said saw letters acronym";

/// Orders, and verbs of looking for something.
const REQUESTS: &str = "give tell show list find name provide send get need want know fetch look search see check explain describe write print display return say mention \
    order sequence request gimme determine identify retrieve seek recall remember understand confirm call calls called means";

/// What is wrong with a gene, and what is done about it: behind `is`.
const AT_FAULT: &str = "haywire amiss astray awry messed busted ruined knocked scrambled botched rogue culprit sequenced checked ordered screened looked \
    examined analysed analyzed requested pinned worth known";

/// One who has a disease.
const SOMEONE: &str = "child kid baby boy girl man woman infant newborn teenager student friend guy fellow";

/// Who asks and sees: the subject of `do doctors see`.
const OBSERVERS: &str = "geneticist doctors scientist researchers clinician professional expert medic paediatrician pediatrician neurologist \
    parents panel paper textbook database anybody somebody everyone folks";

/// Words in -ly that are no adverbs.
const NO_ADVERBS: &str = "family anomaly assembly supply fly belly jelly bully july italy ally reply butterfly";

/// Past forms of verbs that do not end in -ed.
const PAST: &str = "went gone got gave given made came come became began broke broken ran took taken left lost kept fell felt stood brought thought underlay lay \
    put set hit do does did go goes";

/// Nouns that take over what stands before them: a `gene panel` is no gene.
const TAKING_OVER: &str = "panel panels family families cluster clusters pool drive dosage dose network networks set sets name names kit kits card cards bank banks database \
    databases product products number numbers atlas desert deserts copy copies tests therapies therapy patents editing research studies \
    channel channels complex carriers clinic clinics centre center group groups foundation society association day week month walk ribbon conference \
    community forum trials registry registries scale score criteria guidelines burden awareness charity book books support";

fn has(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|other| other == word)
}

/// Whether a word is a relative: `what should the parents expect?`
pub(super) fn is_kin(word: &str) -> bool {
    has(KIN, word)
}

/// Whether a word may be a verb by its ending, and no noun or adjective: `underpins`.
fn is_verb(word: &str) -> bool {
    let plural = word.ends_with('s') && !["ss", "us", "is", "'s"].iter().any(|end| word.ends_with(end));
    !has(TAKING_OVER, word) && (plural || is_adverb(word) || has(PAST, word))
}

/// Whether a verb of who acts may follow: `they`, `to`.
pub(super) fn is_actor(word: &str) -> bool {
    word == "to" || has("i we you u they he she one", word)
}

fn is_adverb(word: &str) -> bool {
    word.ends_with("ly") && !has(NO_ADVERBS, word)
}

/// Says of every open word in a span of places whether it may stand there: it becomes a word that says nothing, or one that is not understood.
pub(super) fn judge(sentence: &mut Sentence<'_>, from: usize, to: usize) {
    let inside = |place: &Place| place.first >= from && place.end <= to;
    let Some(first) = sentence.places.iter().position(inside) else { return };
    let last = sentence.places.iter().rposition(inside).unwrap_or(first);
    let mut at = first;
    while at <= last {
        let is_open = |at: usize| at <= last && sentence.places[at].item == Item::Open;
        if !is_open(at) {
            at += 1;
            continue;
        }
        let mut end = at + 1;
        while is_open(end) && !sentence.breaks(sentence.places[end].first) {
            end += 1;
        }
        let item = match Run::new(sentence, first, last, at, end).slot() {
            Slot::Free => Item::Open,
            Slot::Circumstance => Item::Cue(Cue::Filler),
            Slot::Taken => Item::Unknown,
        };
        sentence.places[at..end].iter_mut().for_each(|place| place.item = item);
        at = end;
    }
}

/// Whether a word of a story stands before a name as a part of it: `a boy with juvenile X`.
pub(super) fn lengthens(sentence: &Sentence<'_>, at: usize) -> bool {
    let next = sentence.places.get(at + 1).filter(|next| !sentence.breaks(next.first));
    let run = || Run::new(sentence, 0, sentence.places.len() - 1, at, at + 1);
    next.is_some_and(|next| matches!(next.item, Item::Name(_))) && !run().is_verb_before_name(false)
}

/// Whether a word of a story may be a name that is not known: `my aunt has brellmann syndrome`.
pub(super) fn may_be_name(sentence: &Sentence<'_>, at: usize) -> bool {
    let next = sentence.places.get(at + 1).filter(|next| !sentence.breaks(next.first));
    next.is_some_and(|next| next.item == Item::Cue(Cue::Disease))
        && !has(WEIGHING, &sentence.words[sentence.places[at].first].low)
}

/// Open words in a row: the places from `at` to `end` among those of a question, from `first` to `last`.
struct Run<'a> {
    sentence: &'a Sentence<'a>,
    first: usize,
    last: usize,
    at: usize,
    end: usize,
    /// Something before the run asks.
    asked: bool,
}

impl<'a> Run<'a> {
    fn new(sentence: &'a Sentence<'a>, first: usize, last: usize, at: usize, end: usize) -> Self {
        let asks = |place: &Place| match place.item {
            Item::Cue(cue) => is_asked(cue) || matches!(cue, Cue::Which | Cue::Where | Cue::How | Cue::Cause),
            _ => false,
        };
        let asked = sentence.yes_no || sentence.places[first..at].iter().any(asks);
        Self { sentence, first, last, at, end, asked }
    }

    fn low(&self, at: usize) -> &str {
        &self.sentence.words[self.sentence.places[at].first].low
    }

    fn all(&self, list: &str) -> bool {
        let is_in = |word: &str| has(list, word) || word.strip_suffix('s').is_some_and(|one| has(list, one));
        (self.at..self.end).all(|at| is_in(self.low(at)) || is_adverb(self.low(at)))
    }

    /// The place directly before another, if no punctuation stands between.
    fn before(&self, at: usize) -> Option<Place> {
        let before = at.checked_sub(1).filter(|before| *before >= self.first)?;
        (!self.sentence.breaks(self.sentence.places[at].first)).then(|| self.sentence.places[before])
    }

    /// The place directly behind the run.
    fn right(&self) -> Option<Place> {
        let next = self.sentence.places.get(self.end).filter(|_| self.end <= self.last)?;
        (!self.sentence.breaks(next.first)).then_some(*next)
    }

    /// The last word of a place.
    fn word_of(&self, place: Place) -> &str {
        &self.sentence.words[place.end - 1].low
    }

    fn slot(&self) -> Slot {
        if self.takes_right() {
            return Slot::Taken;
        }
        if self.all("") {
            return Slot::Circumstance;
        }
        if self.takes_left() || self.is_second_request() {
            return Slot::Taken;
        }
        // `What does a child with X look like?`
        let with = self.right().is_some_and(|right| ["with", "who"].contains(&self.word_of(right)));
        if with && self.end - self.at == 1 && has(SOMEONE, self.low(self.at)) {
            return Slot::Circumstance;
        }
        let named = self.right().is_some_and(|right| matches!(right.item, Item::Name(_)));
        if named && self.end - self.at == 1 && has(SAID, self.low(self.at)) {
            return Slot::Circumstance;
        }
        self.governed()
    }

    /// Whether the last word of the run changes what stands behind it.
    fn takes_right(&self) -> bool {
        let Some(right) = self.right() else { return false };
        let last = self.low(self.end - 1);
        match right.item {
            Item::Name(_) => !self.is_verb_before_name(self.asked),
            Item::Cue(cue) if is_asked(cue) && cue != Cue::Mutation => {
                !(self.all(WEIGHING) || has(REQUESTS, last) || self.is_infinitive(self.at))
            }
            _ => self.word_of(right) == "of" && !has(COLLECTING, last) && !is_adverb(last),
        }
    }

    /// Whether the word before a name is a verb: in a story, `a report mentioning X`, `doctors fear X`; in what is asked, only one that says
    /// nothing of what the gene does to the disease: `to confirm X`, `which chromosome houses X`.
    fn is_verb_before_name(&self, asked: bool) -> bool {
        let last = self.low(self.end - 1);
        if has(SAID, last) || has(REQUESTS, last) || has(COLLECTING, last) {
            return true;
        }
        if asked && !self.sentence.has_any(&[Cue::Chromosome, Cue::Location]) {
            return false;
        }
        let verb = last.ends_with('s') && !["ous", "ss", "us", "is"].iter().any(|end| last.ends_with(end));
        let subject = self.before(self.at).is_some_and(|left| match left.item {
            Item::Open => true,
            Item::Cue(Cue::Gene | Cue::Mutation | Cue::Disease | Cue::Phenotype | Cue::Person) => {
                self.word_of(left).ends_with('s')
            }
            _ => has(PERSONS, self.word_of(left)) || self.is_infinitive(self.at),
        });
        verb || last.ends_with("ing") || subject && (last.ends_with("ed") || self.end - self.at == 1)
    }

    /// Whether a `to` before a place belongs to no verb before it: `to confirm X`, not `related to juvenile X`.
    fn is_infinitive(&self, at: usize) -> bool {
        let to = self.before(at).filter(|to| self.word_of(*to) == "to" && to.end - to.first == 1);
        let links = |place: Place| match place.item {
            Item::Cue(cue) => matches!(
                cue,
                Cue::Cause | Cue::Verb | Cue::Relation | Cue::Risk | Cue::Manifest | Cue::By | Cue::Location
            ),
            _ => false,
        };
        to.is_some() && !self.before(at - 1).is_some_and(links)
    }

    /// Whether the first word of the run changes the name, or the word for what is asked, before it.
    fn takes_left(&self) -> bool {
        let Some(left) = self.before(self.at) else { return false };
        let first = self.low(self.at);
        match left.item {
            // `Patients with X tend to …`
            Item::Name(_) if self.right().is_some_and(|right| self.word_of(right) == "to") => false,
            Item::Name(_) => !(is_verb(first) || !self.asked && first.ends_with("ed")),
            Item::Cue(cue) if is_asked(cue) => {
                let many = self.word_of(left).ends_with('s') && !has(TAKING_OVER, first);
                !(is_verb(first) || first.ends_with("ed") || first.ends_with("ing") || many)
            }
            _ => false,
        }
    }

    /// Whether the run begins a second request: `… and book a table`.
    fn is_second_request(&self) -> bool {
        self.asked && self.before(self.at).is_some_and(|left| left.item == Item::Cue(Cue::And))
    }

    /// What the words before the run make of it.
    fn governed(&self) -> Slot {
        let is_weak = |place: Place| {
            let word = &self.sentence.words[place.first].low;
            has(DETERMINERS, word) && place.end - place.first == 1 || is_adverb(word)
        };
        let mut at = self.at;
        while self.before(at).is_some_and(is_weak) {
            at -= 1;
        }
        let determined = at < self.at;
        let Some(governor) = self.before(at) else { return Slot::Free };
        let word = self.word_of(governor);
        let inherited = self.sentence.has_any(&[Cue::Inheritance]) && self.all(KIN);
        // `Information on clinics` is no circumstance, `information in plain words` is one.
        let owned = word != "in"
            && self.before(at - 1).is_some_and(|place| matches!(place.item, Item::Cue(cue) if is_asked(cue)));
        let circumstance = self.all(CIRCUMSTANCES) && !owned || inherited;
        let free = |is_free: bool| if is_free { Slot::Free } else { Slot::Taken };
        match governor.item {
            Item::Cue(Cue::Filler | Cue::By) if circumstance => Slot::Circumstance,
            Item::Cue(Cue::Filler) if !has(RESTRICTING, word) && !has(ADDRESSING, word) => Slot::Free,
            // What is told before the question restricts nothing.
            Item::Cue(Cue::Filler) if !self.asked => Slot::Free,
            Item::Cue(Cue::Filler) if has(RESTRICTING, word) => Slot::Taken,
            Item::Cue(Cue::Filler) if word == "to" && !determined => free(self.is_infinitive(at)),
            Item::Cue(Cue::Filler) => {
                let attached = self.before(at - 1).is_some_and(|place| match place.item {
                    Item::Cue(cue) => is_asked(cue) || matches!(cue, Cue::Verb | Cue::Cause | Cue::Risk),
                    _ => false,
                });
                let addressed = self.before(self.at).is_some_and(|left| has(POSSESSIVES, self.word_of(left)));
                if addressed && !attached { Slot::Circumstance } else { Slot::Taken }
            }
            Item::Cue(Cue::Which | Cue::How | Cue::Who) => free(determined),
            Item::Cue(Cue::Cause | Cue::By | Cue::Manifest | Cue::Risk) => Slot::Taken,
            Item::Cue(Cue::Verb) => {
                let participle = ["ed", "en", "wn", "nd"].iter().any(|end| word.ends_with(end));
                free(participle && !determined || !self.asked)
            }
            Item::Cue(Cue::Auxiliary) if self.asked => {
                let be = ["is", "are", "was", "were", "be", "been", "being"].contains(&word);
                let does = ["do", "does", "did"].contains(&word);
                let person = self.before(at - 1).is_some_and(|place| has(PERSONS, self.word_of(place)));
                let fits = person && be && !self.sentence.yes_no
                    || self.all(REQUESTS)
                    || self.all(WEIGHING)
                    || self.all(AT_FAULT)
                    || self.all(OBSERVERS)
                    || inherited;
                free(fits || !be && !does && !determined)
            }
            // The object of a verb that says something else: `makes me call an ambulance`.
            Item::Open => free(!(self.asked && determined)),
            _ => Slot::Free,
        }
    }
}

/// Whether a cue names what may be asked for.
fn is_asked(cue: Cue) -> bool {
    NOUNS.contains(&cue) && !matches!(cue, Cue::Person | Cue::Cause)
        || matches!(
            cue,
            Cue::Omim
                | Cue::Ensembl
                | Cue::Hgnc
                | Cue::Entrez
                | Cue::Uniprot
                | Cue::Orphanet
                | Cue::Mondo
                | Cue::Umls
                | Cue::Hpo
                | Cue::Refseq
        )
}
