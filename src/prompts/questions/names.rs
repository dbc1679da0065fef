//! The names in a question: which words are names, and of what.

use std::{cell::RefCell, collections::HashMap};

use super::{
    stops, vocabulary,
    words::{Word, slice},
};
use crate::{
    error::Result,
    genes::{
        base::Base,
        records::{Condition, GeneMatch},
        word_forms::Closeness,
    },
};

/// What a text may be the name of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kinds {
    /// A gene, and how well the text names it.
    pub gene: Option<GeneName>,
    /// A disease, or several.
    pub disease: bool,
    /// A phenotype.
    pub phenotype: bool,
    /// The disease is called so only if a word such as `deficiency` is added, or the words are put in another order.
    pub loose: bool,
    /// It may as well be a word of English: in small letters, and called so only with a word more (`face`), or abbreviated so (`car`).
    pub weak: bool,
    /// No source lists it for a disease, but it is another symbol of a gene and has the initials of a well-known disease: `TSC`.
    pub initials: bool,
}

/// How a text names a gene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GeneName {
    /// By its symbol or an identifier.
    Symbol,
    /// By its name, or that of its protein, in words.
    Words,
    /// By another symbol, or by one that several genes have.
    Other,
}

impl Kinds {
    /// Whether the text is a name at all.
    pub(super) fn any(self) -> bool {
        self.gene.is_some() || self.disease || self.phenotype
    }
}

/// What knows names: the knowledge base, or in tests a list.
pub(super) trait Names {
    /// What `text` is the name of.
    fn kinds(&self, text: &str) -> Result<Kinds>;

    /// Whether two texts name the same gene, or the same disease or phenotype.
    fn same(&self, one: &str, other: &str) -> Result<bool>;

    /// Why `text` is no name, and what it is near to.
    fn why_unknown(&self, text: &str) -> Result<String>;

    /// Well-known diseases of which `text` has the initials.
    fn with_initials(&self, text: &str) -> Result<Vec<String>>;
}

/// Kinds of names that are made for one gene: in [`GeneMatch::One`].
const SURE: [&str; 6] = ["symbol", "identifier", "RefSeq", "UniProt", "OMIM", "transcript"];

/// Kinds of names in words.
const WORDS: [&str; 3] = ["name", "other name", "previous name"];

/// The names of a knowledge base; what was looked up is remembered.
pub(super) struct BaseNames<'a> {
    base: &'a Base,
    seen: RefCell<HashMap<String, Kinds>>,
}

impl<'a> BaseNames<'a> {
    pub(super) fn new(base: &'a Base) -> Self {
        Self { base, seen: RefCell::default() }
    }
}

impl Names for BaseNames<'_> {
    fn kinds(&self, text: &str) -> Result<Kinds> {
        if let Some(known) = self.seen.borrow().get(text) {
            return Ok(*known);
        }
        let found = self.base.known_gene(text)?;
        let gene = match &found {
            Some(GeneMatch::One(_, how)) if SURE.iter().any(|kind| how.starts_with(kind)) => Some(GeneName::Symbol),
            Some(GeneMatch::One(_, how)) if WORDS.iter().any(|kind| how.starts_with(kind)) => Some(GeneName::Words),
            Some(GeneMatch::One(..) | GeneMatch::Several(_)) => Some(GeneName::Other),
            Some(GeneMatch::None(_)) | None => None,
        };
        let phenotype = self.base.knows_phenotype(text)?;
        // METHOD: a text is the name that is closer to it, but a hyphen or a diacritic makes no name farther; and one that only UMLS has
        // for a disease, and HPO for a phenotype, is the phenotype.
        let disease = self
            .base
            .knows_disease(text)?
            .filter(|(close, own)| phenotype.is_none_or(|other| *close <= other.max(Closeness::Spelling) && *own));
        let loose = phenotype.is_none() && disease.is_some_and(|(close, _)| close >= Closeness::Generic);
        // `factor VIII` is the end of a gene's name, and its disease has one word more.
        let gene = match gene {
            None if loose && text.contains(' ') && matches!(self.base.gene(text)?, GeneMatch::One(..)) => {
                Some(GeneName::Words)
            }
            _ => gene,
        };
        let is_alias = matches!(&found, Some(GeneMatch::One(_, how)) if how.starts_with("alias") || how.starts_with("previous symbol"));
        let initials = is_alias
            && disease.is_none()
            && phenotype.is_none()
            && !text.bytes().all(|byte| byte.is_ascii_lowercase())
            && !self.with_initials(text)?.is_empty();
        // METHOD: names of proteins in one word end so; other names of genes in one word are words of English too (kid, toddler).
        let protein = ["in", "ase", "gen", "or"].iter().any(|end| text.ends_with(end));
        let weak = text.bytes().all(|byte| byte.is_ascii_lowercase())
            && phenotype.is_none()
            && match gene {
                Some(GeneName::Words) => disease.is_none() && !protein,
                Some(_) => false,
                None => disease.is_some() && (loose || self.base.is_only_abbreviation(text)?),
            };
        let kinds = Kinds {
            gene,
            disease: disease.is_some() || initials,
            phenotype: phenotype.is_some(),
            loose,
            weak,
            initials,
        };
        self.seen.borrow_mut().insert(text.into(), kinds);
        Ok(kinds)
    }

    fn same(&self, one: &str, other: &str) -> Result<bool> {
        let things = |text: &str| {
            Ok(match self.base.condition(text)?.ok() {
                Some(Condition::Disease(all)) => all.iter().map(|disease| (disease.entity, 0)).collect(),
                Some(Condition::Phenotype(term, _)) => vec![(-1, term)],
                None => Vec::new(),
            })
        };
        let conditions: (Vec<_>, Vec<_>) = (things(one)?, things(other)?);
        if conditions.0.iter().any(|thing| conditions.1.contains(thing)) {
            return Ok(true);
        }
        let gene = |text: &str| Ok(self.base.gene(text)?.one(text).ok().map(|(gene, _)| gene.id));
        let genes: (Option<_>, Option<_>) = (gene(one)?, gene(other)?);
        Ok(genes.0.is_some() && genes.0 == genes.1)
    }

    fn why_unknown(&self, text: &str) -> Result<String> {
        if is_term(text) && self.base.ontology_label().is_none() {
            return Ok(format!(
                "{text} is not known: the knowledge base has no ontology of phenotypes (genogloss genes build with HPO's hp.obo or hp.json)"
            ));
        }
        let condition = self.base.condition(text)?;
        // An abbreviation is more often that of a disease than a symbol with a wrong letter.
        if let GeneMatch::None(why) = self.base.gene(text)?
            && !text.contains(' ')
            && why.contains(';')
            && self.with_initials(text)?.is_empty()
        {
            return Ok(why);
        }
        Ok(condition.err().map_or_else(String::new, |why| why.to_string()))
    }

    fn with_initials(&self, text: &str) -> Result<Vec<String>> {
        self.base.known_with_initials(text)
    }
}

/// Whether a word is written as an identifier of HPO.
pub(super) fn is_term(text: &str) -> bool {
    text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("HP:"))
}

/// A name in a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name<'a> {
    /// As it was written.
    pub text: &'a str,
    /// What it is the name of.
    pub kinds: Kinds,
    /// Its first word.
    pub first: usize,
    /// The word behind its last one.
    pub end: usize,
    /// The word at whose place it is meant: `it` in `X: does Y cause it?`, else its first.
    pub at: usize,
}

/// Most words of a name.
const LONGEST: usize = 14;

/// A way to read the words from a place to the end: words that are understood neither as a name nor as a word of the vocabulary, names,
/// what joins names (`and`, a comma) inside of them, and words outside of names. The least is best.
type Cost = (usize, usize, usize, usize);

/// The names among the words of a line: as few words as possible are left that are neither part of a name nor in the vocabulary, and
/// names are as long as possible. `known`: by word, whether it is in the vocabulary. A single word of the vocabulary is a name only where it
/// is a gene's symbol in capitals in a line that is not: `WAS`.
/// Names that may as well be words of English are found only if there is no other.
pub(super) fn find<'a>(line: &'a str, words: &[Word<'a>], known: &[bool], names: &dyn Names) -> Result<Vec<Name<'a>>> {
    let sure = find_of(line, words, known, names, false)?;
    if sure.is_empty() { find_of(line, words, known, names, true) } else { Ok(sure) }
}

fn find_of<'a>(
    line: &'a str,
    words: &[Word<'a>],
    known: &[bool],
    names: &dyn Names,
    weak: bool,
) -> Result<Vec<Name<'a>>> {
    let shouts = words.len() > 1 && !line.chars().any(char::is_lowercase);
    let capital = |word: &Word<'_>| {
        !shouts && word.text.len() > 1 && !word.text.chars().any(char::is_lowercase) && word.text.is_ascii()
    };
    // `HP number` is one phrase, and HP no gene in it.
    let low: Vec<&str> = words.iter().map(|word| word.low.as_str()).collect();
    let in_phrase = |at: usize| vocabulary::cue(&low[at..]).is_some_and(|(count, _)| count > 1);
    let count = words.len();
    let mut best: Vec<(Cost, Option<Name<'a>>)> = vec![((0, 0, 0, 0), None); count + 1];
    for first in (0..count).rev() {
        let (lost, named, joins, outside) = best[first + 1].0;
        let is_symbol = known[first]
            && !in_phrase(first)
            && capital(&words[first])
            && names.kinds(words[first].text)?.gene == Some(GeneName::Symbol);
        let mut chosen = ((lost + usize::from(!known[first] || is_symbol), named, joins, outside + 1), None);
        for last in first..count.min(first + LONGEST) {
            let all = &words[first..=last];
            let ordinary = known[first..=last].iter().all(|known| *known);
            if ordinary && !(first == last && is_symbol) {
                continue;
            }
            // The last letter of `hemophilia A` and `type I` is no article and no pronoun.
            let end = &all[last - first];
            if is_filler(&all[0]) && !capital(&all[0]) || first < last && end.low.len() > 1 && is_filler(end) {
                continue;
            }
            let text = slice(line, &words[first], &words[last]);
            let kinds = readable(names.kinds(text)?, text, shouts, ordinary);
            let unknown = (first..=last).filter(|at| !known[*at]);
            let changed = unknown.clone().all(|at| stops::changes(&words[at].low)) && unknown.count() > 0;
            let alone = first == last && !capital(&all[0]);
            // `Alport syndrome autosomal dominant, recessive or X-linked?` asks for the inheritance of Alport syndrome.
            let mode =
                |word: &Word<'_>| matches!(vocabulary::cue(&[&word.low]), Some((_, vocabulary::Cue::Inheritance)));
            let asks_mode = words[..first].iter().chain(&words[last + 1..]).any(mode);
            if first < last && asks_mode && (mode(end) || mode(&all[0])) {
                continue;
            }
            // The knowledge base finds groups of diseases by a part of their names: `haemophilia A and F8` is no part of one.
            if kinds.loose && kinds.gene.is_none() && (is_filler(end) || all.iter().any(is_and)) {
                continue;
            }
            let everybody = first == last && is_everybodys(&words[first].low);
            if (kinds.weak || everybody) && !weak && !shouts || changed && (alone || kinds.loose) {
                continue;
            }
            // In `diseases of DMD` the first words say what is asked, unless a disease is called just so.
            let starts_with_number = all.len() > 1 && all[0].low.bytes().all(|byte| byte.is_ascii_digit());
            if kinds.loose
                && kinds.gene.is_none()
                && (starts_with_noun(all) || starts_with_number || is_identifier(&all[0]))
            {
                continue;
            }
            let (lost, named, joins, outside) = best[last + 1].0;
            let inside = text.matches(", ").count() + all.iter().filter(|word| is_and(word)).count();
            let cost = (lost, named + 1, joins + inside, outside);
            if kinds.any() && cost < chosen.0 {
                chosen = (cost, Some(Name { text, kinds, first, end: last + 1, at: first }));
            }
        }
        best[first] = chosen;
    }
    let mut found = Vec::new();
    let mut at = 0;
    while at < count {
        match best[at].1.take() {
            Some(name) => {
                at = name.end;
                found.push(name);
            }
            None => at += 1,
        }
    }
    Ok(found)
}

/// Whether a word is an abbreviation that everybody knows, or the name of a day: `PCR`, `FISH`, `Monday`.
pub(super) fn is_everybodys(word: &str) -> bool {
    const ALL: &str = "dna rna pcr fish ngs wes wgs vus qpcr rt-pcr mum mom phd msc bsc ba md gp dr prof mr mrs ms faq ok pdf monday tuesday wednesday thursday friday \
        saturday sunday january february march april may june july august september october november december english christmas easter google \
        wikipedia internet mendelian latin greek";
    ALL.split_whitespace().any(|other| other == word)
}

fn is_and(word: &Word<'_>) -> bool {
    matches!(vocabulary::cue(&[&word.low]), Some((_, vocabulary::Cue::And)))
}

/// Whether a word asks for an identifier: `mondo id Canavan disease`.
fn is_identifier(word: &Word<'_>) -> bool {
    matches!(vocabulary::cue(&[&word.low]), Some((_, vocabulary::Cue::Identifier)))
}

/// Whether words begin as `diseases of` does.
fn starts_with_noun(all: &[Word<'_>]) -> bool {
    use vocabulary::Cue::{Disease, Gene, Mutation, Phenotype};
    let low: Vec<&str> = all.iter().map(|word| word.low.as_str()).collect();
    let noun = vocabulary::cue(&low).filter(|(_, cue)| matches!(cue, Disease | Gene | Mutation | Phenotype));
    noun.is_some_and(|(count, _)| all.get(count).is_some_and(is_filler))
}

fn is_filler(word: &Word<'_>) -> bool {
    matches!(
        vocabulary::cue(&[&word.low]),
        Some((_, vocabulary::Cue::Filler | vocabulary::Cue::And | vocabulary::Cue::Auxiliary | vocabulary::Cue::By))
    )
}

/// Symbols of genes that are words of English: in small letters they are no genes. METHOD: HGNC's symbols (2024-10) among the 25,000 words
/// that are most frequent in English texts, without those that are frequent there only as abbreviations.
const ENGLISH: &str = "was she set bad son rest star met sell impact ran app camp cast cat max tank chat pc clock kit bid poll symbol mall palm \
    pole arc hr th caps ski ace mice cope pigs jun prep trio fry gem sync tub comp gal strap coil mag kin gale numb timeless musk ache itch pip \
    tat sag eras plat pry hells mica cask pomp ilk oat hunk";

/// What a text may mean in a sentence. METHOD: a single word in small letters without a digit is a gene only by its symbol: aliases of genes
/// are words of English too.
fn readable(kinds: Kinds, text: &str, shouts: bool, ordinary: bool) -> Kinds {
    let plain = !shouts && text.bytes().all(|byte| byte.is_ascii_lowercase());
    let english = plain && ENGLISH.split(' ').any(|word| word == text);
    let gene = kinds
        .gene
        .filter(|gene| !english && (*gene == GeneName::Symbol || !ordinary && (*gene == GeneName::Words || !plain)));
    Kinds { gene, ..kinds }
}
