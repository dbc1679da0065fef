//! Questions about a disease or phenotype.

use super::view::{Meaning, View};
use crate::prompts::questions::{
    names::Name,
    sentence::Item,
    vocabulary::Cue::{self, *},
};

/// The task that is asked of a disease or phenotype, with its key.
pub(super) struct Asked(pub(super) String);

impl Asked {
    /// The prompt with these keys.
    pub(super) fn after(&self, keys: &str) -> String {
        format!("{keys}, {} =", self.0)
    }
}

impl View<'_> {
    pub(super) fn of_condition(&self, name: &Name<'_>, kind: Meaning) -> Option<Asked> {
        let says = |task: &str| Some(Asked(task.into()));
        let field = |field: &str| says(&format!("information retrieval: {field}"));
        let list = !self.has(Where) && !self.has(How) && (!self.sentence.yes_no || self.light(There));
        let is_disease = kind == Meaning::Disease;
        let target = self.target;
        if let Some(fits) = self.asks_genes(name, kind, list) {
            return if fits { says("genes") } else { None };
        }
        if target == Some(Phenotype) && is_disease && list {
            let fits = self.only(&[Which, Phenotype, Verb, Cause, Person, Adjective, Information, Kind, Hpo]);
            return if fits { says("phenotypes") } else { None };
        }
        if is_disease && self.strict() && self.asks_how_it_shows(name) {
            return says("phenotypes");
        }
        if target == Some(Disease) && !is_disease && list {
            let fits = self.only(&[
                Which,
                Disease,
                Verb,
                Cause,
                Person,
                Phenotype,
                Relation,
                Information,
                Kind,
                Adjective,
                Genetic,
            ]) && !self.spells(&["main", "major", "common"]);
            return if fits { says("diseases") } else { None };
        }
        // `What may X be a sign of?`
        let sign = self.spells(&["sign", "symptom"]) && self.sentence.words.last().is_some_and(|word| word.low == "of");
        if !is_disease && sign && list && self.has(Which) && self.strict() && self.only(&[Which, Phenotype, Person]) {
            return says("diseases");
        }
        if self.has(Where) || self.has(Who) {
            return None;
        }
        if self.has(Inheritance) && is_disease {
            let fits = !(self.sentence.yes_no && self.spells(&["always", "all", "every"]))
                && self.only(&[Which, How, Inheritance, Mode, Kind, Genetic, Or, Disease, Verb, Person]);
            return if fits { field("inheritance") } else { None };
        }
        let information = if is_disease { "disease information" } else { "phenotype information" };
        let defines = ["defined", "described", "explained"];
        if self.has(How) && self.strict() && self.spells(&defines) && self.only(&[How, Information, Verb]) {
            return says(information);
        }
        if self.sentence.yes_no && self.has(Alias) && self.only(&[Alias]) && !self.spells(&["symbol", "symbols"]) {
            return field("synonyms");
        }
        let has = self.spells(&["have", "has", "there"]) && self.identifier(&[Identifier]).is_some();
        if self.has(How) || self.sentence.yes_no && !has {
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
        if self.has(Alias)
            && !self.spells(&["symbol", "symbols"])
            && self.only(&[Which, Alias, Disease, Verb, Information])
        {
            return field("synonyms");
        }
        // `What else is X called?`
        if self.has(Name) && self.spells(&["else"]) && self.only(&[Which, Name, Alias, Person, Verb]) {
            return field("synonyms");
        }
        let what = if is_disease { Disease } else { Phenotype };
        let asks = self.only(&[Which, Information, Kind, what, Name]);
        let named = [Kind, what, Name].iter().any(|cue| self.has(*cue));
        (asks && self.strict() && self.describes() && self.asks_something() && (!named || self.has(Which)))
            .then(|| says(information))
            .flatten()
    }

    /// Whether the genes of a condition are asked for: `false` if so, but in words that ask something else; `None` if not. `list`: the question asks
    /// which.
    fn asks_genes(&self, name: &Name<'_>, kind: Meaning, list: bool) -> Option<bool> {
        // `Is a gene for X known?`
        let whether = self.sentence.yes_no
            && !self.has(How)
            && !self.has(Where)
            && self.spells(&["known", "found", "identified"]);
        let is_disease = kind == Meaning::Disease;
        if self.target == Some(Gene) && (list || whether) {
            // `Who found the gene of X?`
            let is_asked = self.strict() && self.only(&[Who, Gene]);
            if self.has(Who) && !self.has(Which) && !is_asked {
                return Some(false);
            }
            let makes = !self.has(Encode)
                || self.spells(&["make", "makes", "making"])
                || name.kinds.gene.is_none() && !name.kinds.loose;
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
                    Protein,
                    Disease,
                    Information,
                    Name,
                    Symbol,
                    Official,
                    Hpo,
                ]);
            return Some(fits);
        }
        // `What causes X?`, `cause of X`, `what is X caused by?`; not `what does X cause?`.
        if self.has(Cause) && list && is_disease && self.strict() && self.only(&[Which, Who, Cause, Genetic]) {
            return Some(self.before(Cause, name.at) || self.light(By));
        }
        // `What is mutated in X?`, `mutations in what cause X?`
        let broken = self.spells(&["mutated", "broken", "damaged", "defective", "faulty", "altered"]);
        let what = ["mutations", "mutation", "defects", "faults"];
        let in_what = self
            .sentence
            .words
            .windows(3)
            .any(|three| what.contains(&three[0].low.as_str()) && three[1].low == "in" && three[2].low == "what");
        if is_disease
            && list
            && self.strict()
            && (broken || in_what)
            && self.only(&[Which, Mutation, Cause, Verb, Person])
            && self.has(Which)
            && self.has(Mutation)
        {
            return Some(true);
        }
        // `X is due to what?`
        let due = self.sentence.places.iter().any(|place| place.item == Item::Cue(By) && place.first >= name.end);
        (due && list && is_disease && self.strict() && self.has(Which) && self.only(&[Which, Genetic])).then_some(true)
    }

    /// Whether a question without a word for symptoms asks how a disease shows.
    fn asks_how_it_shows(&self, name: &Name<'_>) -> bool {
        // `What is X characterised by?`
        let by = self.spells(&["characterised", "characterized"]) && self.before(Which, name.at);
        // `What does a person with X have?`
        let last = self.sentence.words.last().is_some_and(|word| ["have", "has"].contains(&word.low.as_str()));
        let somebody = ["someone", "somebody", "kid", "child", "boy", "girl", "clinically", "physically"];
        let seen = (last || self.spells(&["see", "seen", "observe", "notice", "suffer", "suffers"]))
            && (self.has(Person) || self.spells(&somebody));
        let how = self.has(How) && self.spells(&["present", "presents", "recognise", "recognize"]);
        // `X shows what?`
        let shows = self.spells(&["show", "shows"]) && self.has(Which) && !self.before(Verb, name.at);
        by && !self.sentence.yes_no && self.only(&[Which, Verb])
            || seen && self.has(Which) && !self.sentence.yes_no && self.only(&[Which, Person, Verb, Adjective])
            || shows && !self.sentence.yes_no && self.only(&[Which, Person, Verb, Adjective])
            || how && self.only(&[How, Verb, Person, Information])
            || self.has(Manifest) && !self.sentence.yes_no && self.only(&[How, Which, Manifest, Person, Adjective])
    }

    /// The vocabulary of identifiers, or the value of gnomAD, that is asked for, if all other cues are among `allowed`.
    pub(super) fn identifier(&self, allowed: &[Cue]) -> Option<&'static str> {
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
}
