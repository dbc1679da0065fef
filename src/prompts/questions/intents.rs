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
    match name.kinds.gene {
        None => condition,
        Some(GeneName::Symbol) => [vec![Meaning::Gene], condition].concat(),
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
const LIGHT: [Cue; 6] = [Filler, Auxiliary, Whether, There, And, By];

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
            let is =
                ["is", "are", "was", "were", "be", "been"].contains(&self.sentence.words[place.first].low.as_str());
            matches!(place.item, Item::Cue(By)) || (place.item == Item::Cue(Auxiliary) && !is)
        };
        let last = self.sentence.words.last().is_some_and(|word| ["do", "does"].contains(&word.low.as_str()));
        !last && (self.has(Information) || !self.sentence.places.iter().any(other))
    }

    fn prompt(&self) -> Option<String> {
        if self.has(Or) && !self.has(Inheritance) {
            return None;
        }
        // Several names are joined by nothing but `and` and commas.
        match (self.genes.as_slice(), self.conditions.as_slice()) {
            ([_, ..], [(condition, kind)]) => self.relation(condition, *kind),
            ([], [(condition, kind)]) => self.of_condition(condition, *kind),
            ([_, ..], []) if !self.has(Or) => self.of_genes(),
            _ => None,
        }
    }

    /// Whether a gene is related to a disease or phenotype.
    fn relation(&self, condition: &Name<'_>, kind: Meaning) -> Option<String> {
        if self.has(Where) || self.has(Who) || (condition.kinds.gene == Some(GeneName::Symbol)) {
            return None;
        }
        let noun = if kind == Meaning::Disease { Disease } else { Phenotype };
        let asked = self.sentence.yes_no;
        let first = self.genes.iter().map(|gene| gene.first).min()?;
        let passive = self.light(By);
        let fits = if asked {
            self.only(&[Gene, noun, Mutation, Cause, Verb, Relation, Risk, Genetic, Role, Which])
                && (!self.has(Which))
                && (!self.has(Cause) || self.target == Some(Gene) || passive != (first < condition.first))
        } else if self.has(How) {
            self.only(&[How, Verb, Relation, Mutation]) && !passive
        } else if self.has(Relation) {
            self.only(&[Which, Relation, Gene, noun, Mutation])
        } else {
            // A statement, or two names side by side.
            self.only(&[Cause, Verb, Mutation, Risk]) && first < condition.first && !passive && !self.has(Which)
        };
        fits.then(|| format!("{}{}, relation =", self.gene_keys(), condition_key(condition, kind)))
    }

    fn gene_keys(&self) -> String {
        self.genes.iter().map(|gene| format!("gene={}, ", gene.text)).collect()
    }

    fn of_condition(&self, name: &Name<'_>, kind: Meaning) -> Option<String> {
        let key = condition_key(name, kind);
        let says = |task: &str| Some(format!("{key}, {task} ="));
        let field = |field: &str| says(&format!("information retrieval: {field}"));
        let list = !self.has(Where) && !self.has(How) && (!self.sentence.yes_no || self.light(There));
        let is_disease = kind == Meaning::Disease;
        let target = self.target;
        if target == Some(Gene) && list {
            let fits = self.only(&[Which, Who, Gene, Cause, Verb, Mutation, Genetic, Risk, Role, Relation, Person]);
            return if fits { says("genes") } else { None };
        }
        // `What causes X?`, `cause of X`, `what is X caused by?`; not `what does X cause?`.
        if self.has(Cause) && list && is_disease && self.only(&[Which, Who, Cause, Genetic]) {
            let caused = self.before(Cause, name.first) || self.light(By);
            return if caused { says("genes") } else { None };
        }
        if target == Some(Phenotype) && is_disease && list {
            let fits = self.only(&[Which, Phenotype, Verb, Cause, Person, Adjective]);
            return if fits { says("phenotypes") } else { None };
        }
        let presents = self.has(How) && self.spells(&["present", "presents"]) && self.only(&[How, Verb, Person]);
        if is_disease && (presents || self.has(Manifest) && self.only(&[How, Which, Manifest, Person])) {
            return says("phenotypes");
        }
        if target == Some(Disease) && !is_disease && list {
            let fits = self.only(&[Which, Disease, Verb, Cause, Person, Genetic, Phenotype, Relation]);
            return if fits { says("diseases") } else { None };
        }
        if self.has(Where) || self.has(Who) {
            return None;
        }
        if self.has(Inheritance) && is_disease {
            let fits = self.only(&[Which, How, Inheritance, Mode, Kind, Genetic, Or, Disease]);
            return if fits { field("inheritance") } else { None };
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
        if self.has(Alias) && self.only(&[Which, Alias, Disease]) {
            return field("synonyms");
        }
        let information = if is_disease { "disease information" } else { "phenotype information" };
        let what = if is_disease { Disease } else { Phenotype };
        let asks = self.only(&[Which, Information, Kind, what, Name]);
        let named = [Kind, what, Name].iter().any(|cue| self.has(*cue));
        (asks && self.describes() && (!named || self.has(Which))).then(|| says(information)).flatten()
    }

    /// The vocabulary of identifiers that is asked for, if all other cues are among `allowed`.
    fn identifier(&self, allowed: &[Cue]) -> Option<&'static str> {
        const SPACES: [(Cue, &str); 10] = [
            (Hgnc, "hgnc"),
            (Entrez, "ncbi_gene"),
            (Ensembl, "ensembl"),
            (Omim, "omim"),
            (Uniprot, "uniprot"),
            (Refseq, "refseq"),
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
        let first = self.genes.iter().map(|gene| gene.first).min()?;
        let yes_no = self.sentence.yes_no;
        let list = !self.has(Where) && !self.has(How) && !self.has(Who) && (!yes_no || self.light(There));
        if self.target == Some(Disease) && list {
            let fits = self.only(&[Which, Disease, Gene, Mutation, Cause, Verb, Genetic, Risk, Role, Relation])
                && (!self.has(Gene) || self.has(Mutation) || self.has(Which));
            return if fits { says("diseases") } else { None };
        }
        if self.has(Cause) && list && self.has(Which) && self.only(&[Which, Cause, Mutation, Gene]) {
            // `What does X cause?`, `what do mutations in X lead to?`; not `what causes X?`.
            let active = !self.before(Cause, first) && !self.light(By) && self.target != Some(Gene);
            return if active { says("diseases") } else { None };
        }
        if self.target == Some(Phenotype) && list {
            let fits = self.only(&[Which, Phenotype, Mutation, Cause, Verb, Person, Adjective]);
            return if fits { says("phenotypes") } else { None };
        }
        if self.has(Who) {
            return None;
        }
        if self.has(Where) || self.target == Some(Location) {
            let fits = self.only(&[Where, Which, Location, Chromosome, Verb, Gene]) && !self.has(How) && !yes_no;
            let found = !self.has(Verb) || self.spells(&["found"]);
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

    /// One field of a gene, or all there is to say of it.
    fn fact_of_gene(&self, first: usize) -> Option<String> {
        let says = |task: &str| Some(format!("{}{task} =", self.gene_keys()));
        let field = |field: &str| says(&format!("information retrieval: {field}"));
        let carries = !self.has(Verb) || self.spells(&["carries", "carry", "harbors", "harbours", "found"]);
        if self.has(Chromosome) && carries && self.only(&[Which, Chromosome, Location, Gene, Verb]) {
            return field("chromosome");
        }
        let does = self.sentence.words.last().is_some_and(|word| ["do", "does"].contains(&word.low.as_str()));
        if self.has(Function) || self.has(Role) || does {
            let fits = self.only(&[Which, Function, Role, Protein, Encode, Information])
                || (self.has(Role) && self.only(&[Which, Role, Verb]));
            let asks = self.has(Which) || self.has(Function) || self.has(Role);
            return if fits && asks { field("summary") } else { None };
        }
        if let Some(space) = self.identifier(&[Which, Identifier, Gene, Protein, Verb, Encode]) {
            if self.target == Some(Gene) && self.has(Which) {
                // `Which gene has the Ensembl identifier ENSG…?`
                return field("symbol");
            }
            let spaces = ["hgnc", "ncbi_gene", "ensembl", "omim", "uniprot", "refseq", "identifiers"];
            return if spaces.contains(&space) { field(space) } else { None };
        }
        if self.has(Previous) && self.only(&[Which, Previous, Name, Symbol, Alias, Gene]) {
            return field("previous_symbol");
        }
        let official = self.has(Official);
        if self.has(Symbol) && self.only(&[Which, Symbol, Official, Gene]) {
            return field("symbol");
        }
        if self.has(Alias) && self.only(&[Which, Alias, Gene, Name]) {
            let alias = self.spells(&["alias", "aliases"]);
            return if alias { field("alias") } else { field("names") };
        }
        if (self.has(Name) || self.has(StandsFor)) && self.only(&[Which, Name, StandsFor, Official, Gene]) {
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
        let asks =
            self.only(&[Which, Information, Gene]) && (!self.has(Gene) || self.has(Information)) && self.describes();
        if asks { says("gene information") } else { None }
    }
}

/// The key and value of a disease or phenotype.
pub(super) fn condition_key(name: &Name<'_>, kind: Meaning) -> String {
    let key = if kind == Meaning::Phenotype { "phenotype" } else { "disease" };
    format!("{key}={}", name.text)
}
