//! Questions about genes.

use super::view::View;
use crate::prompts::questions::{
    sentence::{Item, Place},
    vocabulary::Cue::{self, *},
};

impl View<'_> {
    pub(super) fn of_genes(&self) -> Option<String> {
        let says = |task: &str| Some(format!("{}{task} =", self.gene_keys()));
        let field = |field: &str| says(&format!("information retrieval: {field}"));
        let first = self.genes.iter().map(|gene| gene.at).min()?;
        let yes_no = self.sentence.yes_no;
        let list =
            !self.has(Where) && !self.has(How) && (!self.has(Who) || self.has(Which)) && (!yes_no || self.light(There));
        // `What disease causes FBN1?`
        if self.is_made(first) {
            return None;
        }
        if let Some(asked) = self.asks_what_follows(first, list) {
            return says(asked?);
        }
        if self.has(Who) {
            return None;
        }
        if self.has(Where) || self.target == Some(Location) {
            let fits = self.only(&[Where, Which, Location, Chromosome, Verb, Gene]) && !self.has(How) && !yes_no;
            let placed = (self.strict() || self.has(Location) || self.has(Chromosome))
                && !self.spells(&["cell", "cells", "body", "protein", "cytoplasm", "membrane"]);
            let found = !self.has(Verb) || self.spells(&["found", "find", "finds"]);
            return if fits && found && placed { field("location") } else { None };
        }
        if self.has(How) {
            return if self.inherited_only(&[How, Mutation, Gene]) {
                field("inheritance")
            } else if self.only(&[How, Work, Function, Protein])
                && self.strict()
                && (self.has(Work) || self.has(Function))
            {
                field("summary")
            } else if (self.has(StandsFor) || self.has(Name) && self.has(Official))
                && self.only(&[How, Name, Official, StandsFor, Gene])
            {
                field("name")
            } else {
                None
            };
        }
        if yes_no && self.has(Alias) && self.among(&[Alias]) {
            return field("names");
        }
        // `Does X have older symbols?`
        if yes_no && self.has(Previous) && self.among(&[Previous, Name, Symbol]) {
            return field("previous_symbol");
        }
        if self.has(Biotype) || (self.has(Kind) && !self.has(Inheritance)) {
            let belongs = !self.has(Verb) || self.spells(&["belong", "belongs"]);
            let fits = belongs && self.only(&[Which, Biotype, Kind, Gene, Encode, Or, Verb]);
            return if fits { field("kind") } else { None };
        }
        if self.has(Inheritance) {
            // `Is X on the X chromosome?` asks where it is.
            if self.spells(&["chromosome"]) {
                return if yes_no && self.only(&[Inheritance, Location, Gene, Verb]) {
                    field("chromosome")
                } else {
                    None
                };
            }
            return if self.inherited_only(&[Which, Mode, Kind, Or, Genetic, Mutation]) {
                field("inheritance")
            } else {
                None
            };
        }
        // `Does X have an Ensembl identifier?`
        let has = self.spells(&["have", "has", "there"]) && self.identifier(&[Identifier, Gene]).is_some();
        if yes_no && !has { None } else { self.fact_of_gene(first) }
    }

    /// The task, if the diseases or phenotypes of the gene at a word are asked for: `Some(None)` if so, but in words that ask something else.
    /// `list`: the question asks which.
    fn asks_what_follows(&self, first: usize, list: bool) -> Option<Option<&'static str>> {
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
                Person,
            ]) && (!self.has(Gene) || self.has(Mutation) || self.has(Which))
                && !self.spells(&["normal", "intact", "healthy"]);
            return Some(fits.then_some("diseases"));
        }
        if self.has(Cause)
            && list
            && self.strict()
            && !self.spells(&["body", "cell", "cells"])
            && self.has(Which)
            && self.only(&[Which, Cause, Mutation, Gene])
        {
            // `What does X cause?`, `what do mutations in X lead to?`; not `what causes X?`.
            let active = !self.before(Cause, first) && !self.light(By) && self.target != Some(Gene);
            return Some(active.then_some("diseases"));
        }
        // `What happens when X is mutated?`
        // `What do people get if X is broken?`
        let get = self.has(Person) && self.has(Mutation) && self.has(Which);
        let happens = self.spells(&["happens", "happen"]) && self.has(Mutation) && self.has(Which);
        // `What goes wrong if X is broken?`
        let wrong = self.spells(&["wrong"]) && self.has(Which) && self.spells(&["if", "when", "with"]);
        let presents =
            self.has(How) && self.has(Mutation) && self.spells(&["present", "presents", "manifest", "clinically"]);
        if presents
            && !self.sentence.yes_no
            && self.strict()
            && self.only(&[How, Verb, Mutation, Gene, Person, Manifest])
        {
            return Some(Some("phenotypes"));
        }
        if (happens || wrong || get) && list && self.strict() && self.only(&[Which, Who, Verb, Mutation, Gene, Person])
        {
            return Some(Some("diseases"));
        }
        if self.target == Some(Phenotype) && list {
            let pointed = self.has(Gene) && self.spells(&["this", "that"]);
            let fits = self.cues.iter().all(|cue| {
                matches!(cue, Which | Phenotype | Mutation | Cause | Verb | Person | Adjective | Information | Kind)
                    || pointed && *cue == Gene
            });
            return Some(fits.then_some("phenotypes"));
        }
        None
    }

    /// Whether inheritance is asked for, that of the gene or of its disease (`the X disease`, `X-related disorders`), and nothing but `allowed`.
    fn inherited_only(&self, allowed: &[Cue]) -> bool {
        let own = !self.has(Which)
            || self.genes.iter().any(|gene| {
                let behind = |place: &&Place| place.first >= gene.end && place.item != Item::Cue(Verb);
                let next = self.sentence.places.iter().find(behind);
                next.is_some_and(|next| next.item == Item::Cue(Disease) && next.first <= gene.end + 1)
            });
        let fits = |cue: &Cue| {
            matches!(cue, Inheritance | Verb) || allowed.contains(cue) || own && matches!(cue, Disease | Cause)
        };
        self.has(Inheritance) && self.cues.iter().all(fits)
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
        if self.has(Chromosome) && self.only(&[Which, Chromosome, Location, Gene, Verb, Identifier]) {
            return field("chromosome");
        }
        // `What does X do?`, `what is X for?`
        let for_what =
            self.has(Which) && self.cues.len() == 1 && self.sentence.words.last().is_some_and(|word| word.low == "for");
        let does = self.ends_in_do() || for_what;
        if self.has(Function) || self.has(Role) || does {
            let noun = self.has(Function) || self.has(Role);
            let fits = if noun {
                self.among(&[Function, Role, Protein, Encode, Gene, Adjective])
            } else {
                self.only(&[Which, Protein, Encode, Information, Gene])
            };
            let asks = self.has(Which) || self.has(Function) || self.has(Role);
            return if fits && asks && (!does || self.strict()) { field("summary") } else { None };
        }
        if let Some(space) = self.identifier(&[Which, Identifier, Gene, Protein, Verb, Encode]) {
            if self.target == Some(Gene) && self.has(Which) {
                // `Which gene has the Ensembl identifier ENSG…?`
                return field("symbol");
            }
            let of_conditions = ["orphanet", "mondo", "umls", "hpo"];
            return if of_conditions.contains(&space) { None } else { field(space) };
        }
        if self.has(Previous)
            && (self.has(Name) || self.has(Symbol) || self.has(Alias))
            && self.among(&[Previous, Name, Symbol, Alias, Gene])
        {
            // `Which gene used to be called MLL?` asks for what it is called now.
            let now = self.target == Some(Gene) && self.has(Which) && self.target_at < first && !self.has(Symbol);
            return field(if now { "symbol" } else { "previous_symbol" });
        }
        let official = self.has(Official);
        let means = self.spells(&["mean", "means", "meaning"]);
        if self.has(Symbol) && !self.has(StandsFor) && !means && self.among(&[Symbol, Official, Gene]) {
            return field("symbol");
        }
        // `What else do people call X?`
        if self.has(Which) && self.spells(&["call"]) && self.spells(&["else"]) && self.only(&[Which, Person]) {
            return field("names");
        }
        if self.has(Alias) && self.among(&[Alias, Gene, Name]) {
            let alias = self.spells(&["alias", "aliases"]);
            return if alias { field("alias") } else { field("names") };
        }
        // `What does the abbreviation X mean?`
        let means = means && (self.has(StandsFor) || self.has(Symbol));
        if (self.has(Name) || self.has(StandsFor) || means)
            && (means || !self.has(Information))
            && self.only(&[Which, Name, StandsFor, Official, Gene, Symbol, Information])
        {
            // `Which gene is called p53?`
            if self.target == Some(Gene)
                && self.has(Which)
                && !official
                && !self.has(StandsFor)
                && self.strict()
                && self.target_at < first
            {
                return field("symbol");
            }
            return field(if self.spells(&["else"]) { "names" } else { "name" });
        }
        let asked_before = self.target_at < first || self.has(Encode);
        if self.target == Some(Gene)
            && self.has(Which)
            && asked_before
            && self.strict()
            && self.only(&[Which, Gene, Encode, Protein])
        {
            return field("symbol");
        }
        if self.has(Protein)
            && self.strict()
            && (self.has(Encode) || self.target == Some(Protein))
            && self.only(&[Which, Protein, Encode, Gene])
        {
            return field("uniprot");
        }
        let asks = self.only(&[Which, Information, Gene])
            && (!self.has(Gene) || self.has(Information))
            && self.strict()
            && self.describes()
            && self.asks_something();
        if asks { says("gene information") } else { None }
    }
}
