//! What a question asks: from its names and cues to a prompt. Every intent lists the cues that may stand in its questions; a question with
//! any other cue, or with a word that is not understood, is none of it.

use std::collections::BTreeSet;

use super::{
    names::{GeneName, Name},
    sentence::{Item, Place, Sentence},
    vocabulary::Cue::{self, *},
};

/// What a name is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Gene,
    Disease,
    Phenotype,
}

/// The prompt that a question means; `None` if it is not understood.
pub(super) fn prompt(sentence: &Sentence<'_>) -> Option<String> {
    if sentence.places.iter().any(|place| place.item == Item::Unknown) {
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

/// A question with a meaning for each of its names.
struct View<'a> {
    sentence: &'a Sentence<'a>,
    genes: Vec<&'a Name<'a>>,
    conditions: Vec<(&'a Name<'a>, Meaning)>,
    /// What is asked for: the noun behind `which`, or the first one.
    target: Option<Cue>,
    /// The place of the target.
    target_at: usize,
    /// All cues that mean something, without those that only go with a name.
    cues: BTreeSet<Cue>,
    /// The same with their places.
    placed: Vec<(usize, Cue)>,
}

/// Cues that name what may be asked for.
const NOUNS: [Cue; 23] = [
    Gene,
    Disease,
    Phenotype,
    Mutation,
    Function,
    Role,
    Location,
    Chromosome,
    Alias,
    Official,
    Previous,
    Symbol,
    Protein,
    Biotype,
    Kind,
    Inheritance,
    Mode,
    Information,
    Identifier,
    Name,
    Relation,
    Cause,
    Person,
];

/// Cues that say nothing about what is asked.
const LIGHT: [Cue; 7] = [Filler, Frame, Auxiliary, Whether, There, And, By];

impl<'a> View<'a> {
    fn of(sentence: &'a Sentence<'a>, kinds: &[Meaning]) -> Self {
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
                        (Item::Cue(Disease), Meaning::Disease) | (Item::Cue(Phenotype | Hpo), Meaning::Phenotype) => {
                            !many
                        }
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
        // `Diseases where a gene is involved`: where is a relative pronoun.
        let relative = |at: usize, place: &Place| {
            let previous = at.checked_sub(1).map(|before| sentence.places[before].item);
            place.item == Item::Cue(Where) && matches!(previous, Some(Item::Cue(Disease | Gene | Phenotype)))
        };
        let placed: Vec<(usize, Cue)> = sentence
            .places
            .iter()
            .enumerate()
            .filter(|(at, place)| !goes_with_name(*at, place) && !adjective(*at, place) && !relative(*at, place))
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
            Kind => placed
                .iter()
                .copied()
                .find(|next| next.0 > found.0)
                .filter(|next| [Disease, Phenotype].contains(&next.1)),
            _ => Some(found),
        });
        let target = behind_which.or_else(|| placed.iter().copied().find(|(_, cue)| is_noun(*cue) && *cue != Cause));
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

    fn has(&self, cue: Cue) -> bool {
        self.cues.contains(&cue)
    }

    /// Whether all cues are among these.
    fn only(&self, allowed: &[Cue]) -> bool {
        self.cues.iter().all(|cue| allowed.contains(cue))
    }

    /// Whether a light cue stands somewhere.
    fn light(&self, cue: Cue) -> bool {
        self.sentence.places.iter().any(|place| place.item == Item::Cue(cue))
    }

    /// Whether a cue stands before a word.
    fn before(&self, cue: Cue, word: usize) -> bool {
        self.placed.iter().any(|(at, one)| *one == cue && *at < word)
    }

    /// Whether one of these words is in the question.
    fn spells(&self, words: &[&str]) -> bool {
        self.sentence.words.iter().any(|word| words.contains(&word.low.as_str()))
    }

    /// Whether `is` and its forms are the only auxiliaries, unless something is explained: `what does X mean?`; not `what does X have?`.
    fn describes(&self) -> bool {
        let other = |place: &Place| {
            let is = place.first < self.sentence.topic
                || ["is", "are", "was", "were", "be", "been"].contains(&self.sentence.words[place.first].low.as_str());
            matches!(place.item, Item::Cue(By)) || (place.item == Item::Cue(Auxiliary) && !is)
        };
        !self.ends_in_do() && (self.has(Information) || !self.sentence.places.iter().any(other))
    }

    fn prompt(&self) -> Option<String> {
        let several = self.genes.len() > 1 || self.conditions.len() > 1;
        let (genes, conditions) = (self.genes.as_slice(), self.conditions.as_slice());
        // `Is it X or Y that causes Z?` asks of each.
        let each = several && self.sentence.yes_no && !genes.is_empty() && !conditions.is_empty();
        if self.has(Or) && !self.has(Inheritance) && !each {
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
                if !(self.has(Or) || several && self.spells(&["both"])) && self.joined(genes.iter().copied()) =>
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
                    && (between.count() > 0 || self.sentence.between(end, next).contains([',', '/', '+', ';']))
        })
    }

    /// Whether a gene is related to a disease or phenotype.
    fn relation(&self, all: &[(&Name<'_>, Meaning)], kind: Meaning) -> Option<String> {
        let condition = all.first()?.0;
        let is_gene = all.iter().any(|(name, _)| name.kinds.gene == Some(GeneName::Symbol));
        if self.has(Where) || self.has(Who) || is_gene {
            return None;
        }
        let noun = if kind == Meaning::Disease { Disease } else { Phenotype };
        let asked = self.sentence.yes_no;
        let first = self.genes.iter().map(|gene| gene.at).min()?;
        let passive = self.light(By);
        let fits = if asked {
            self.only(&[Gene, noun, Mutation, Cause, Verb, Relation, Risk, Genetic, Role, Which, Or, Person])
                && !self.has(Which)
                && !self.cues.is_empty()
                && !self.spells(&["always", "usually", "generally", "typically", "normally"])
                && (!self.has(Cause) || self.target == Some(Gene) || passive != (first < condition.at))
        } else if self.has(How) {
            self.only(&[How, Verb, Relation, Mutation]) && !passive
        } else if self.has(Relation) {
            self.only(&[Which, Relation, Gene, noun, Mutation])
        } else {
            // A statement, or two names side by side.
            self.only(&[Gene, Cause, Verb, Mutation, Risk])
                && first < condition.first
                && !(self.has(Gene) && self.cues.len() < 2)
                && !passive
                && !self.has(Which)
        };
        let keys: Vec<String> = all.iter().map(|(name, kind)| condition_key(name, *kind)).collect();
        fits.then(|| format!("{}{}, relation =", self.gene_keys(), keys.join(", ")))
    }

    /// Whether there is a cue, or a bare name with nothing but articles around it.
    fn asks_something(&self) -> bool {
        !self.cues.is_empty() || !self.light(Frame)
    }

    /// Whether `do` or `does` stands at the end: `what does X do?`
    fn ends_in_do(&self) -> bool {
        self.sentence.words.last().is_some_and(|word| ["do", "does"].contains(&word.low.as_str()))
    }

    fn gene_keys(&self) -> String {
        self.genes.iter().map(|gene| format!("gene={}, ", gene.text)).collect()
    }

    fn of_condition(&self, name: &Name<'_>, kind: Meaning) -> Option<Asked> {
        let says = |task: &str| Some(Asked(task.into()));
        let field = |field: &str| says(&format!("information retrieval: {field}"));
        let list = !self.has(Where) && !self.has(How) && (!self.sentence.yes_no || self.light(There));
        let is_disease = kind == Meaning::Disease;
        let target = self.target;
        if target == Some(Gene) && list {
            let makes = !self.has(Encode) || self.spells(&["make", "makes", "making"]);
            let does = self.ends_in_do();
            let fits = makes
                && !does
                && self.only(&[
                    Which,
                    Who,
                    Gene,
                    Cause,
                    Verb,
                    Mutation,
                    Genetic,
                    Risk,
                    Role,
                    Relation,
                    Person,
                    Encode,
                    Disease,
                    Information,
                    Name,
                    Symbol,
                    Official,
                ]);
            return if fits { says("genes") } else { None };
        }
        // `What causes X?`, `cause of X`, `what is X caused by?`; not `what does X cause?`.
        if self.has(Cause) && list && is_disease && self.only(&[Which, Who, Cause, Genetic]) {
            let caused = self.before(Cause, name.at) || self.light(By);
            return if caused { says("genes") } else { None };
        }
        if target == Some(Phenotype) && is_disease && list {
            let fits = self.only(&[Which, Phenotype, Verb, Cause, Person, Adjective, Information, Kind]);
            return if fits { says("phenotypes") } else { None };
        }
        let presents = self.has(How) && self.spells(&["present", "presents"]) && self.only(&[How, Verb, Person]);
        if is_disease && (presents || self.has(Manifest) && self.only(&[How, Which, Manifest, Person])) {
            return says("phenotypes");
        }
        if target == Some(Disease) && !is_disease && list {
            let fits =
                self.only(&[Which, Disease, Verb, Cause, Person, Genetic, Phenotype, Relation, Information, Kind]);
            return if fits { says("diseases") } else { None };
        }
        if self.has(Where) || self.has(Who) {
            return None;
        }
        if self.has(Inheritance) && is_disease {
            let fits = self.only(&[Which, How, Inheritance, Mode, Kind, Genetic, Or, Disease]);
            return if fits { field("inheritance") } else { None };
        }
        let information = if is_disease { "disease information" } else { "phenotype information" };
        let defines = ["defined", "define", "describe", "described", "explain", "explained"];
        if self.has(How) && self.spells(&defines) && self.only(&[How, Information, Verb]) {
            return says(information);
        }
        if self.sentence.yes_no && self.has(Alias) && self.only(&[Alias]) && !self.spells(&["symbol", "symbols"]) {
            return field("synonyms");
        }
        if self.has(How) || self.sentence.yes_no {
            return None;
        }
        if let Some(space) = self.identifier(&[Which, Identifier, Kind, Verb, Encode]) {
            let spaces: &[&str] = if is_disease {
                &["omim", "orphanet", "mondo", "umls", "identifiers"]
            } else {
                &["hpo", "identifiers"]
            };
            return if spaces.contains(&space) { field(space) } else { None };
        }
        if self.has(Alias) && !self.spells(&["symbol", "symbols"]) && self.only(&[Which, Alias, Disease, Verb]) {
            return field("synonyms");
        }
        let what = if is_disease { Disease } else { Phenotype };
        let asks = self.only(&[Which, Information, Kind, what, Name]);
        let named = [Kind, what, Name].iter().any(|cue| self.has(*cue));
        (asks && self.describes() && self.asks_something() && (!named || self.has(Which)))
            .then(|| says(information))
            .flatten()
    }

    /// The vocabulary of identifiers, or the value of gnomAD, that is asked for, if all other cues are among `allowed`.
    fn identifier(&self, allowed: &[Cue]) -> Option<&'static str> {
        const SPACES: [(Cue, &str); 13] = [
            (Hgnc, "hgnc"),
            (Entrez, "ncbi_gene"),
            (Ensembl, "ensembl"),
            (Omim, "omim"),
            (Uniprot, "uniprot"),
            (Refseq, "refseq"),
            (Loeuf, "loeuf"),
            (Pli, "pli"),
            (MissenseZ, "missense_z"),
            (Orphanet, "orphanet"),
            (Mondo, "mondo"),
            (Umls, "umls"),
            (Hpo, "hpo"),
        ];
        let mut found = SPACES.iter().filter(|(cue, _)| self.has(*cue));
        let space = match (found.next(), found.next()) {
            (None, _) if self.has(Identifier) => "identifiers",
            (Some((_, space)), None) => space,
            _ => return None,
        };
        let all = self.cues.iter().filter(|cue| !SPACES.iter().any(|(space, _)| space == *cue));
        all.into_iter().all(|cue| allowed.contains(cue)).then_some(space)
    }

    fn of_genes(&self) -> Option<String> {
        let says = |task: &str| Some(format!("{}{task} =", self.gene_keys()));
        let field = |field: &str| says(&format!("information retrieval: {field}"));
        let first = self.genes.iter().map(|gene| gene.at).min()?;
        let yes_no = self.sentence.yes_no;
        let list = !self.has(Where) && !self.has(How) && !self.has(Who) && (!yes_no || self.light(There));
        // `What disease causes FBN1?`
        if self.is_made(first) {
            return None;
        }
        if self.target == Some(Disease) && list {
            let fits = self.only(&[
                Which,
                Disease,
                Gene,
                Mutation,
                Cause,
                Verb,
                Genetic,
                Risk,
                Role,
                Relation,
                Information,
                Kind,
            ]) && (!self.has(Gene) || self.has(Mutation) || self.has(Which));
            return if fits { says("diseases") } else { None };
        }
        if self.has(Cause) && list && self.has(Which) && self.only(&[Which, Cause, Mutation, Gene]) {
            // `What does X cause?`, `what do mutations in X lead to?`; not `what causes X?`.
            let active = !self.before(Cause, first) && !self.light(By) && self.target != Some(Gene);
            return if active { says("diseases") } else { None };
        }
        if self.target == Some(Phenotype) && list {
            let fits = self.only(&[Which, Phenotype, Mutation, Cause, Verb, Person, Adjective, Information, Kind]);
            return if fits { says("phenotypes") } else { None };
        }
        if self.has(Who) {
            return None;
        }
        if self.has(Where) || self.target == Some(Location) {
            let fits = self.only(&[Where, Which, Location, Chromosome, Verb, Gene]) && !self.has(How) && !yes_no;
            let found = !self.has(Verb) || self.spells(&["found", "find", "finds"]);
            return if fits && found { field("location") } else { None };
        }
        if self.has(How) {
            return if self.has(Inheritance) && self.only(&[How, Inheritance, Mutation, Gene]) {
                field("inheritance")
            } else if self.only(&[How, Work, Function, Protein]) && (self.has(Work) || self.has(Function)) {
                field("summary")
            } else {
                None
            };
        }
        if yes_no && self.has(Alias) && self.only(&[Alias]) {
            return field("names");
        }
        if self.has(Biotype) || (self.has(Kind) && !self.has(Inheritance)) {
            let fits = self.only(&[Which, Biotype, Kind, Gene, Encode]);
            return if fits { field("kind") } else { None };
        }
        if self.has(Inheritance) {
            let fits = self.only(&[Which, Inheritance, Mode, Kind, Or, Genetic, Mutation]);
            return if fits { field("inheritance") } else { None };
        }
        if yes_no { None } else { self.fact_of_gene(first) }
    }

    /// Whether something else is said to cause the gene at a word.
    fn is_made(&self, gene: usize) -> bool {
        const ACTIVE: [&str; 12] = [
            "cause", "causes", "causing", "lead", "leads", "leading", "produce", "produces", "trigger", "triggers",
            "induce", "induces",
        ];
        let mutated = self.before(Mutation, gene) || self.light(By);
        let active = |place: &&Place| {
            place.item == Item::Cue(Cause) && ACTIVE.contains(&self.sentence.words[place.first].low.as_str())
        };
        let mut places = self.sentence.places.iter().filter(|place| place.first < gene);
        let Some(cause) = places.rfind(active) else { return false };
        // `Diseases which mutations in X cause`, `diseases whose cause is X`.
        let verb = |place: &Place| place.first > cause.end && place.end <= gene && place.item == Item::Cue(Auxiliary);
        !mutated && self.target_at < cause.first && !self.sentence.places.iter().any(verb)
    }

    /// One field of a gene, or all there is to say of it.
    fn fact_of_gene(&self, first: usize) -> Option<String> {
        let says = |task: &str| Some(format!("{}{task} =", self.gene_keys()));
        let field = |field: &str| says(&format!("information retrieval: {field}"));
        let carries = !self.has(Verb) || self.spells(&["carries", "carry", "harbors", "harbours", "found"]);
        if self.has(Chromosome) && carries && self.only(&[Which, Chromosome, Location, Gene, Verb]) {
            return field("chromosome");
        }
        let does = self.ends_in_do();
        if self.has(Function) || self.has(Role) || does {
            let fits = self.only(&[Which, Function, Role, Protein, Encode, Information, Gene])
                || (self.has(Role) && self.only(&[Which, Role, Verb]));
            let asks = self.has(Which) || self.has(Function) || self.has(Role);
            return if fits && asks { field("summary") } else { None };
        }
        if let Some(space) = self.identifier(&[Which, Identifier, Gene, Protein, Verb, Encode]) {
            if self.target == Some(Gene) && self.has(Which) {
                // `Which gene has the Ensembl identifier ENSG…?`
                return field("symbol");
            }
            let of_conditions = ["orphanet", "mondo", "umls", "hpo"];
            return if of_conditions.contains(&space) { None } else { field(space) };
        }
        if self.has(Previous) && self.only(&[Which, Previous, Name, Symbol, Alias, Gene]) {
            // `Which gene used to be called MLL?` asks for what it is called now.
            let now = self.target == Some(Gene) && self.has(Which) && self.target_at < first && !self.has(Symbol);
            return field(if now { "symbol" } else { "previous_symbol" });
        }
        let official = self.has(Official);
        if self.has(Symbol) && !self.has(StandsFor) && self.only(&[Which, Symbol, Official, Gene]) {
            return field("symbol");
        }
        if self.has(Alias) && self.only(&[Which, Alias, Gene, Name]) {
            let alias = self.spells(&["alias", "aliases"]);
            return if alias { field("alias") } else { field("names") };
        }
        if (self.has(Name) || self.has(StandsFor)) && self.only(&[Which, Name, StandsFor, Official, Gene, Symbol]) {
            // `Which gene is called p53?`
            if self.target == Some(Gene)
                && self.has(Which)
                && !official
                && !self.has(StandsFor)
                && self.target_at < first
            {
                return field("symbol");
            }
            return field("name");
        }
        if self.target == Some(Gene) && self.has(Which) && self.only(&[Which, Gene, Encode, Protein]) {
            return field("symbol");
        }
        if self.has(Protein)
            && (self.has(Encode) || self.target == Some(Protein))
            && self.only(&[Which, Protein, Encode, Gene])
        {
            return field("uniprot");
        }
        let asks = self.only(&[Which, Information, Gene])
            && (!self.has(Gene) || self.has(Information))
            && self.describes()
            && self.asks_something();
        if asks { says("gene information") } else { None }
    }
}

/// The task that is asked of a disease or phenotype, with its key.
struct Asked(String);

impl Asked {
    /// The prompt with these keys.
    fn after(&self, keys: &str) -> String {
        format!("{keys}, {} =", self.0)
    }
}

/// The key and value of a disease or phenotype.
pub(super) fn condition_key(name: &Name<'_>, kind: Meaning) -> String {
    let key = if kind == Meaning::Phenotype { "phenotype" } else { "disease" };
    format!("{key}={}", name.text)
}
