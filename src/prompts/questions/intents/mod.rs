//! What a question asks: from its names and cues to a prompt. Every intent lists the cues that may stand in its questions; a question with
//! any other cue, or with a word that is not understood, is none of it.
//!
//! `view` takes each name for a gene, a disease or a phenotype; `conditions` reads questions about diseases and phenotypes, `genes` those
//! about genes. Here are those about both.

mod conditions;
mod genes;
mod view;

pub(super) use view::Meaning;
use view::View;

use super::{
    names::{GeneName, Name},
    sentence::{Item, Place, Sentence},
    vocabulary::{
        Cue::{self, *},
        NOUNS,
    },
};

/// Whether two things are asked: `What is X and how is it inherited?`, `genes and symptoms of X`.
pub(super) fn asks_twice(sentence: &Sentence<'_>) -> bool {
    if sentence.twice {
        return true;
    }
    let cue = |place: &Place| match place.item {
        Item::Cue(cue) => Some(cue),
        _ => None,
    };
    let asked: Vec<&Place> = sentence.places.iter().filter(|place| place.first >= sentence.topic).collect();
    let asks = |place: &Place| matches!(cue(place), Some(Which | Who | Where | How));
    let mut before: Option<&Place> = None;
    for place in &asked {
        if !asks(place) {
            continue;
        }
        if let Some(before) = before.replace(place) {
            let joined =
                asked.iter().any(|and| and.first > before.first && and.first < place.first && cue(and) == Some(And));
            if joined || sentence.between(before.end, place.first).contains(['?', '!', ';', '.']) {
                return true;
            }
        }
    }
    // Names of a gene are one thing, and so are a sign and a symptom.
    let kind = |cue: Cue| match cue {
        Symbol | Name | Official | Previous | StandsFor => Alias,
        other => other,
    };
    let noun = |place: &&Place| cue(place).filter(|cue| NOUNS.contains(cue)).map(kind);
    let said: Vec<&Place> =
        asked.into_iter().filter(|place| !matches!(cue(place), Some(Filler | Adjective | Genetic))).collect();
    said.windows(3).any(|three| match (noun(&three[0]), cue(three[1]), noun(&three[2])) {
        (Some(one), Some(And), Some(other)) => one != other,
        _ => false,
    })
}

/// The prompt that a question means; `None` if it is not understood.
pub(super) fn prompt(sentence: &Sentence<'_>) -> Option<String> {
    if sentence.places.iter().any(|place| place.item == Item::Unknown) || asks_twice(sentence) {
        return None;
    }
    let choices: Vec<Vec<Meaning>> = sentence.names.iter().map(|name| kinds(sentence, name)).collect();
    let mut combinations: Vec<Vec<Meaning>> = vec![Vec::new()];
    for choice in &choices {
        let longer =
            |before: &Vec<Meaning>| choice.iter().map(|kind| [&before[..], &[*kind]].concat()).collect::<Vec<_>>();
        combinations = combinations.iter().flat_map(longer).take(64).collect();
    }
    combinations.into_iter().find_map(|kinds| View::of(sentence, &kinds).prompt())
}

/// What a name may be taken for, the most plausible first.
pub(super) fn kinds(sentence: &Sentence<'_>, name: &Name<'_>) -> Vec<Meaning> {
    let beside = |cue: Cue| {
        sentence.places.iter().any(|p| p.item == Item::Cue(cue) && (p.end == name.first || p.first == name.end))
    };
    let condition = [(name.kinds.disease, Meaning::Disease), (name.kinds.phenotype, Meaning::Phenotype)]
        .into_iter()
        .filter(|one| one.0);
    let condition: Vec<Meaning> = condition.map(|(_, kind)| kind).collect();
    let spells_symbol = sentence.words.iter().any(|word| ["symbol", "symbols"].contains(&word.low.as_str()));
    match name.kinds.gene {
        None => condition,
        Some(GeneName::Symbol) => [vec![Meaning::Gene], condition].concat(),
        // Only the initials of a disease: it is no name, and the answer is a refusal that names the diseases.
        Some(GeneName::Other) if name.kinds.initials && sentence.has_any(&[Disease, Mutation]) => {
            [vec![Meaning::Gene], condition].concat()
        }
        Some(GeneName::Other) if name.kinds.initials && !beside(Gene) => [condition, vec![Meaning::Gene]].concat(),
        // What a text is exactly is meant before what it is only with a word more: acid sphingomyelinase (deficiency).
        Some(GeneName::Words) if name.kinds.loose => [vec![Meaning::Gene], condition].concat(),
        // `CADASIL gene?` asks for the gene of the disease.
        Some(GeneName::Other | GeneName::Words) if !condition.is_empty() && sentence.asks_only_genes() => {
            [condition, vec![Meaning::Gene]].concat()
        }
        Some(GeneName::Other | GeneName::Words) if sentence.has_any(&[Symbol, Official, Previous]) || spells_symbol => {
            [vec![Meaning::Gene], condition].concat()
        }
        // An abbreviation of a disease is often an alias of its gene.
        Some(GeneName::Other | GeneName::Words) if condition.is_empty() || beside(Gene) => {
            [vec![Meaning::Gene], condition].concat()
        }
        // `insulin` is a protein, and may be what a disease is called.
        Some(GeneName::Words) => [condition, vec![Meaning::Gene]].concat(),
        Some(GeneName::Other) => condition,
    }
}

/// Words that ask whether all people with the one have the other, and at all times.
const OF_ALL: [&str; 9] = ["always", "usually", "generally", "typically", "normally", "all", "every", "each", "both"];

impl<'a> View<'a> {
    fn prompt(&self) -> Option<String> {
        let several = self.genes.len() > 1 || self.conditions.len() > 1;
        let (genes, conditions) = (self.genes.as_slice(), self.conditions.as_slice());
        // `Is it X or Y that causes Z?` asks of each.
        let each = several && self.sentence.yes_no && !genes.is_empty() && !conditions.is_empty();
        if self.has(Or) && !self.has(Inheritance) && !self.has(Biotype) && !each {
            return None;
        }
        match (genes, conditions) {
            ([_, ..], [(first, kind), rest @ ..]) if rest.iter().all(|(_, own)| own == kind) => {
                let all = [&[(*first, *kind)], rest].concat();
                (self.joined(genes.iter().copied()) && self.joined(all.iter().map(|(name, _)| *name)))
                    .then(|| self.relation(&all, *kind))?
            }
            ([], [(condition, kind)]) => {
                self.of_condition(condition, *kind).map(|asked| asked.after(&condition_key(condition, *kind)))
            }
            // Of several, what each has: diseases with several phenotypes are those with all of them.
            ([], [(first, kind), rest @ ..]) if rest.iter().all(|(_, own)| own == kind) => {
                let all = || conditions.iter().map(|(name, _)| *name);
                if !self.joined(all()) || self.spells(&["both"]) {
                    return None;
                }
                let asked = self.of_condition(first, *kind)?;
                let keys: Vec<String> = all().map(|name| condition_key(name, *kind)).collect();
                let each = !matches!(asked.0.as_str(), "diseases") && (*kind == Meaning::Disease || asked.0 != "genes");
                each.then(|| asked.after(&keys.join(", ")))
            }
            ([_, ..], [])
                if !(self.has(Or) && !self.has(Inheritance) && !self.has(Biotype)
                    || several && self.spells(&["both"]))
                    && self.joined(genes.iter().copied()) =>
            {
                self.of_genes()
            }
            _ => None,
        }
    }

    /// Whether nothing but `and`, `or`, commas and what goes with a name stands between names.
    fn joined(&self, names: impl Iterator<Item = &'a Name<'a>>) -> bool {
        let all: Vec<&Name<'_>> = names.collect();
        all.windows(2).all(|pair| {
            let (end, next) = (pair[0].end, pair[1].first);
            let between = self.sentence.places.iter().filter(|place| place.first >= end && place.end <= next);
            let joins = |place: &Place| matches!(place.item, Item::Cue(And | Or | Filler | Gene | Disease | Phenotype));
            let asked_again = self.has(Or) && self.sentence.yes_no;
            asked_again
                || between.clone().all(joins)
                    && (between.clone().any(|place| matches!(place.item, Item::Cue(And | Or)))
                        || self.sentence.between(end, next).contains([',', '/', '+', ';']))
        })
    }

    /// Whether a gene is related to a disease or phenotype.
    fn relation(&self, all: &[(&Name<'_>, Meaning)], kind: Meaning) -> Option<String> {
        let condition = all.first()?.0;
        let is_gene = all.iter().any(|(name, _)| name.kinds.gene == Some(GeneName::Symbol));
        // `Does everyone with X get Y?`, `if I have X, will I get Y?`
        if self.has(Where) || self.has(Who) || is_gene || self.asks_with(&["will", "everyone", "everybody"]) {
            return None;
        }
        let noun = if kind == Meaning::Disease { Disease } else { Phenotype };
        let asked = self.sentence.yes_no;
        let first = self.genes.iter().map(|gene| gene.at).min()?;
        let passive = self.light(By);
        // `Would a mutation of X explain Y?`
        let explains = self.spells(&["explain", "explains"]) && !passive;
        let fits = if asked {
            self.only(&[
                Gene,
                noun,
                Mutation,
                Cause,
                Verb,
                Relation,
                Risk,
                Genetic,
                Role,
                Which,
                Or,
                Person,
                Information,
            ]) && (!self.has(Information) || (explains && first < condition.at))
                && !self.has(Which)
                && (!self.cues.is_empty() || (passive && condition.at < first))
                && !self.spells(&OF_ALL)
                && (!self.has(Cause) || self.target == Some(Gene) || passive != (first < condition.at))
        } else if self.has(How) {
            self.only(&[How, Verb, Relation, Mutation]) && !passive
        } else if self.has(Which) && self.spells(&["do"]) && self.only(&[Which, Verb]) {
            // `What has X got to do with Y?`
            self.spells(&["with"])
        } else if self.has(Relation) {
            self.only(&[Which, Relation, Gene, noun, Mutation])
        } else {
            // A statement, or two names side by side.
            self.only(&[Gene, Cause, Verb, Mutation, Risk])
                && (self.strict() || !self.cues.is_empty())
                && (first < condition.first || (condition.end <= self.sentence.topic && !self.cues.is_empty()))
                && !(self.has(Gene) && self.cues.len() < 2 && !self.spells(&["is", "are"]))
                && !passive
                && !self.has(Which)
        };
        let keys: Vec<String> = all.iter().map(|(name, kind)| condition_key(name, *kind)).collect();
        (fits || self.asks_only_relation(first, condition.at, noun))
            .then(|| format!("{}{}, relation =", self.gene_keys(), keys.join(", ")))
    }

    /// Whether one of these words stands in what is asked, behind the topic.
    fn asks_with(&self, words: &[&str]) -> bool {
        self.sentence.words[self.sentence.topic..].iter().any(|word| words.contains(&word.low.as_str()))
    }

    /// Whether a question for yes or no names one gene by its symbol, one disease or phenotype, and nothing else that may be asked for: any
    /// words then ask whether they are related, but not those that narrow the answer or turn cause and effect round.
    fn asks_only_relation(&self, gene: usize, condition: usize, noun: Cue) -> bool {
        const NARROWING: [&str; 13] = [
            "despite",
            "normal",
            "main",
            "earlier",
            "necessarily",
            "strongly",
            "stop",
            "stops",
            "when",
            "directly",
            "indirectly",
            "instead",
            "same",
        ];
        let one = self.genes.len() == 1
            && self.conditions.len() == 1
            && self.genes[0].kinds.gene == Some(GeneName::Symbol)
            && !self.genes[0].text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_punctuation());
        let known = self.spells(&["any"]) && (self.has(Role) || self.has(Relation));
        let asks = self.sentence.yes_no || self.sentence.tagged || known;
        // `Does Marfan syndrome cause FBN1 mutations?`
        let turned = !self.light(By)
            && self
                .placed
                .iter()
                .any(|(at, cue)| *cue == Cause && (condition.min(gene)..condition.max(gene)).contains(at))
            && condition < gene;
        let says_nothing = self.cues.is_empty() && self.strict();
        one && asks
            && self.only(&[Gene, noun, Mutation, Cause, Verb, Relation, Risk, Genetic, Role, Person])
            && !(turned || says_nothing || self.spells(&OF_ALL) || self.spells(&NARROWING))
    }
}

/// The key and value of a disease or phenotype.
pub(super) fn condition_key(name: &Name<'_>, kind: Meaning) -> String {
    let key = if kind == Meaning::Phenotype { "phenotype" } else { "disease" };
    format!("{key}={}", name.text)
}
