//! The words of questions, apart from names: what each says about what is asked. A word that is not here, and in no name, is not
//! understood, and a question with it is refused: it may well change the meaning.

use std::sync::LazyLock;

use super::framing;

/// What a word or phrase says about the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Cue {
    /// Nothing: an article, a preposition, a pronoun, a polite word.
    Filler,
    /// Nothing either, but a bare name beside it is no question: `my`, `always`, `so-called`.
    Frame,
    /// `is`, `do`, `can`, `has`: a question that begins with it is answered by yes or no.
    Auxiliary,
    /// `whether`, `if`: a question that is answered by yes or no.
    Whether,
    /// `which`, `what`.
    Which,
    /// `who`.
    Who,
    /// `where`.
    Where,
    /// `how`.
    How,
    /// `there`, `any`.
    There,
    /// `and`.
    And,
    /// `or`.
    Or,
    /// `by`, `due to`: what stands behind it is the cause.
    By,
    /// A gene or genes.
    Gene,
    /// A disease or diseases.
    Disease,
    /// Phenotypes, symptoms, signs.
    Phenotype,
    /// A mutation, variant or defect of a gene.
    Mutation,
    /// One causes the other.
    Cause,
    /// One is related to the other, or has it.
    Verb,
    /// `link`, `association`: the relation itself.
    Relation,
    /// `risk`, `predispose`.
    Risk,
    /// `genetic`, `inherited` before a noun.
    Genetic,
    /// `main`, `typical`: of symptoms.
    Adjective,
    /// `patients`, `people`.
    Person,
    /// `function`.
    Function,
    /// `role`.
    Role,
    /// `work`: how a gene works.
    Work,
    /// `manifest`, `look like`: how a disease shows.
    Manifest,
    /// `location`, `located`, `band`.
    Location,
    /// `chromosome`.
    Chromosome,
    /// `alias`, `synonym`, `also known as`, `another name`.
    Alias,
    /// `name`, `called`.
    Name,
    /// `full`, `official`, before `name`.
    Official,
    /// `stand for`, `short for`.
    StandsFor,
    /// `previous`, `former`, before `name` or `symbol`.
    Previous,
    /// `symbol`.
    Symbol,
    /// `HGNC`.
    Hgnc,
    /// `NCBI Gene`, `Entrez`.
    Entrez,
    /// `Ensembl`.
    Ensembl,
    /// `OMIM`.
    Omim,
    /// `UniProt`.
    Uniprot,
    /// `RefSeq`.
    Refseq,
    /// `LOEUF`.
    Loeuf,
    /// `pLI`.
    Pli,
    /// `missense Z`.
    MissenseZ,
    /// `Orphanet`.
    Orphanet,
    /// `MONDO`.
    Mondo,
    /// `UMLS`.
    Umls,
    /// `HPO`.
    Hpo,
    /// `identifier`, `number`, `accession`.
    Identifier,
    /// `kind`, `type`.
    Kind,
    /// `biotype`, `protein-coding`.
    Biotype,
    /// `protein`, `product`.
    Protein,
    /// `encode`, `code for`.
    Encode,
    /// `inheritance`, `inherited`, `dominant`.
    Inheritance,
    /// `mode`, `pattern`: of inheritance.
    Mode,
    /// `information`, `define`, `describe`, `about`.
    Information,
}

use Cue::*;

/// Words and phrases, separated by commas.
const WORDS: &[(Cue, &str)] = &[
    (
        Filler,
        "a, an, the, of, for, in, exist, exists, on, to, with, from, at, as, into, that, this, these, those, it, its, some, all, please, me, my, us, i, \
         we, you, they, them, he, she, also, then, just, so, 's, both, each, known, currently, actually, exactly, really, within, when, \
         via, upon, human, humans, entry, whose, their, every, specific, particular, such, between, under, one",
    ),
    (
        Auxiliary,
        "is, are, was, were, be, been, being, am, do, does, did, can, could, may, might, has, have, had, having, would, should, shall, will, \
         must",
    ),
    (Whether, "whether, if"),
    (Which, "which, what, whats, what're, wich, wat"),
    (Who, "who"),
    (Where, "where, wheres"),
    (How, "how, in what way"),
    (There, "there, any, anything"),
    (And, "and, &, +, as well as, plus, along with, together with"),
    (Or, "or, either"),
    (
        By,
        "by, due to, attributable to, attributed to, ascribed to, ascribable to, owing to, down to, put down to, because of, as a result of, result of, consequence of, consequences of, through",
    ),
    (
        Gene,
        "gene, genes, gene list, genes list, molecular causes, genetics, genetics behind, gene mutation, gene mutations, gene variants, gene variant, gene defect, gene defects, genetic cause, \
            genetic causes, genetic basis, genetic background, genetic origin, causal gene, causal genes, causative gene, \
            causative genes, disease gene, disease genes, loci, culprit, culprits, culprit gene, culprit genes, gens, \
            molecular cause, molecular basis, genetic defect, genetic defects, genetic aetiology, genetic etiology",
    ),
    (
        Disease,
        "disease, diseases, disorder, disease spectrum, spectrum of diseases, spectrum of disease, spectrum of disorders, disorders, condition, conditions, syndrome, syndromes, illness, illnesses, pathology, \
         pathologies, medical condition, medical conditions, health condition, health conditions, health problems, health problem, sickness, sicknesses, ailment, ailments, malady, maladies, clinical \
         entity, clinical entities",
    ),
    (
        Phenotype,
        "phenotype, phenotypes, symptom, symptoms, sign, signs, feature, features, manifestation, manifestations, trait, traits, \
         finding, findings, characteristics, abnormality, abnormalities, clinical picture, clinical presentation, presentation, \
         phenotypic abnormality, phenotypic abnormalities, hpo terms, hpo phenotypes, signs and symptoms, symptoms and signs, phenotypic spectrum, \
         clinical spectrum, phenotype spectrum, spectrum of symptoms, symptomatology, complaints, disease features, clinical signs",
    ),
    (
        Mutation,
        "mutation, mutations, variant, wrong, gone wrong, goes wrong, went wrong, variants, mutated, mutant, defect, defects, defective, faulty, altered, alteration, alterations, \
         changes, change, pathogenic variant, pathogenic variants, pathogenic mutations, mutating, faults, fault, malfunction, \
         dysfunction, broken, faulty copy, defective copy, broken copy, mutated copy, faulty form, defective form, mutated form, faulty version, defective version, damaged, impaired, disrupted, disturbed, problem in, problem with, problems in, \
         problems with, error in, errors in, mistake in, touched, hit, lesion, lesions, mutates",
    ),
    (
        Cause,
        "cause, causes, caused, bring on, brings on, brought on, brought about, held responsible, to be held responsible, be held responsible, accounts for, account for, accounting for, gives rise to, giving rise, causing, causal, causative, responsible, lead, leads, leading, led, result, results, resulting, \
         underlie, underlies, underlying, behind, give rise, gives rise, bring about, produce, produces, trigger, triggers, reason, reasons, brings about, producing, \
         at the root of, to thank for, got to thank for, to blame, to blame for, blame, at fault, accountable, lie behind, lies behind, \
         stand behind, stands behind, origin, origins, give, gives, giving, provoke, provokes, provoked, induce, induces, induced, engender, source of, aetiology, etiology, root of, root cause",
    ),
    (
        Verb,
        "related, relate, relates, at play, come into play, comes into play, would you sequence, would you test, would one test, would one sequence, do you sequence, do we sequence, to sequence, traced, be traced, traced back, traced to, traced back to, stem from, stems from, stemming from, showing, exhibiting, displaying, featuring, presenting with, involving, part of, a part of, make up, makes up, characterised by, characterized by, test for, tested for, sequenced, should be sequenced, to be sequenced, recognise, recognize, recognised by, recognized by, filed, filed under, registered, registered under, pointing to, point to, points to, indicative of, suggestive of, associated, associate, associates, linked, link to, links to, connected, connect, connects, involved, \
         involve, involves, implicated, implicate, contribute, contributes, contributing, correlate, correlated, correlates, tied, play, \
         plays, matter, matters, come with, comes with, go with, goes with, come along with, go along with, goes along with, comes along with, present, presents, show, shows, \
         shown, exhibit, exhibits, display, displays, include, includes, including, characterised, characterized, \
         characterise, characterize, accompanied, accompany, occur, occurs, seen, found, observed, experience, experienced, get, gets, \
         suffer, expect, expected, listed, reported, described, belong, belongs, annotated, important, relevant, arise, arises, \
         appear, appears, comes from, come from, see, carry, carries, harbor, harbors, harbour, harbours, happen, affect, affects, affected, affecting, happens, co-occur, implied, concerned, consider, suspect, think of, thought of, look for, look at, \
         should be tested, should i test, should we test, should one test, to test, to be tested, tie, ties, does one find, do we find, do you \
         find, do i find, one finds, does one see, to do with, something to do with, anything to do with, have to do with, has to do with, \
         tied to, encountered, encounter, accompanies, accompanying, feature in, features in, observe, observes, \
         figure in, figures in, concern, concerns, linking, interplay, pertain, pertains, correspond, corresponds, corresponding, match, matches, linked up",
    ),
    (
        Relation,
        "relation, relations, relationship, relationships, link, links, connection, connections, association, associations, correlation, correlations, tie between, any tie, \
         related or not, evidence",
    ),
    (
        Risk,
        "risk, risk of, increase the risk, increases the risk, raise the risk, raises the risk, predispose, predisposes, \
            predisposing, susceptibility, susceptible, increase, increases, raise, raises",
    ),
    (Genetic, "genetic, genetically, monogenic, mendelian"),
    (
        Adjective,
        "main, typical, clinical, common, usual, characteristic, major, key, possible, physical, medical, phenotypic, hallmark",
    ),
    (Person, "people, patients, patient, person, persons, someone, individuals, individual, anyone"),
    (
        Function,
        "function, functions, purpose, job, functional role, biological function, biological role, molecular function",
    ),
    (Role, "role, roles, part"),
    (Work, "work, works"),
    (Manifest, "manifest, manifests, look like, looks like, present itself, show itself, manifest itself"),
    (
        Location,
        "location, locations, located, locate, locus, band, position, positioned, mapped, map, maps, lie, lies, sit, sits, \
         cytoband, cytogenetic band, cytogenetic location, chromosomal location, genomic location, chromosome location, \
         chromosome band, chromosomal band, chromosomal position, gene locus, in the genome, in the human genome, on the genome, \
         genome location, chromosomal locus, chromosomal region, situated, placed, reside, resides, be found, i find, we find, one find",
    ),
    (Chromosome, "chromosome, chromosomes, chr"),
    (
        Alias,
        "alias, aliases, synonym, synonyms, nickname, nicknames, other name, other names, another name, alternative name, \
         alternative names, alternate name, alternate names, different name, different names, other symbols, other symbol, alternative \
         symbols, alternative symbol, also known as, also called, aka, a.k.a, known as, other aliases, else called, else known as, \
         additional names, else is, goes by, go by, alternative gene names, names",
    ),
    (Name, "name, named, called, term"),
    (
        Official,
        "full, in full, long, complete, official, approved, whole, written out, current, correct, standard, proper, hgnc approved",
    ),
    (
        StandsFor,
        "stand for, stands for, spell out, short for, abbreviation, abbreviated, abbreviation of, acronym, acronym for, spelled out, stands, stand, abbreviates, abbreviate, \
         spelt out, full form, long form, expansion of, abbreviation mean, acronym mean",
    ),
    (Previous, "previous, previously, former, formerly, old, older, earlier, past, used to be, before, historical"),
    (Symbol, "symbol, symbols, gene symbol, gene symbols, hgnc symbol, hgnc symbols"),
    (Hgnc, "hgnc, hgnc no, hgnc nr, hgnc gene"),
    (
        Entrez,
        "entrez, entrez gene, ncbi, ncbi gene, ncbi's gene, gene id, geneid, ncbigene, entrez no, entrez nr, ncbi no",
    ),
    (Ensembl, "ensembl, ensembl gene, ensemble, ensemble gene, ensembl no"),
    (Omim, "omim, mim, omim no, mim no, omim nr"),
    (Uniprot, "uniprot, uniprotkb, swissprot, swiss-prot, protein accession"),
    (
        Refseq,
        "refseq, refseq transcript, refseq transcripts, refseq mrna, refseq mrnas, mane select transcript, mane transcript",
    ),
    (Loeuf, "loeuf, loeuf score, loeuf value"),
    (Pli, "pli, pli score, pli value"),
    (MissenseZ, "missense z, missense_z, missense z-score, missense z score"),
    (Orphanet, "orphanet, orpha, orphacode, orpha code, orphanet no, orpha no"),
    (Mondo, "mondo"),
    (Umls, "umls, cui"),
    (Hpo, "hpo, hp, hpo term, human phenotype ontology"),
    (
        Identifier,
        "id, ids, identifier, identifiers, number, numbers, accession, accessions, code, codes, accession number, entry number, nr, id number, \
         database identifiers",
    ),
    (Kind, "kind, type, sort, class, category, kinds, types"),
    (
        Biotype,
        "biotype, biotypes, protein coding, protein-coding, coding, noncoding, non-coding, non coding, pseudogene, locus type, \
         gene type, gene biotype, code for a protein, codes for a protein, code for protein, encode a protein, encodes a protein, \
         make a protein, makes a protein, coding gene, protein coding gene, protein-coding gene, noncoding rna, non-coding rna, \
         non-coding gene, noncoding gene, rna gene, kind of gene, type of gene, sort of gene, class of gene, gene class, \
         long non-coding rna, lncrna, gene kind",
    ),
    (Protein, "protein, proteins, product, products, gene product, gene products, protein product, polypeptide"),
    (
        Encode,
        "encode, encodes, encoded, encoding, code for, codes for, coding for, coded, make, makes, made, produced, making",
    ),
    (
        Inheritance,
        "inheritance, inherit, hereditary, heritable, dominant, recessive, x-linked, x linked, autosomal, autosomal dominant, \
         autosomal recessive, transmitted, transmission, passed on, passed down, run in families, runs in families, mitochondrially, \
         inherited, passed, inheritable, y-linked, semidominant, mode of inheritance, inheritance pattern, inheritance mode, from one parent or both, from one parent or from both, one parent or \
         both, from both parents, from one parent, heredity, heritability pattern, inherited pattern, transmission mode, transmit, transmits, \
         inherits, familial transmission, \
         pattern of inheritance",
    ),
    (Mode, "mode, pattern, way, manner"),
    (
        Information,
        "defined, defines, denote, denotes, signify, signifies, refer to, refers to, information, more information, further information, more info, more details, more about, info, about, describe, description, descriptions, define, definition, definitions, meaning, mean, means, explain, \
         explanation, details, detail, summary, overview, facts, general information, gene information, disease information, \
         gene summary, background, know about, known about, tell me about, entry for, summarize, summarise",
    ),
];

/// Phrases that introduce a question and say nothing about it.
const OPENERS: &str = "let me have, let us have, we would be obliged if you, i would be obliged if you, i would be grateful if you, we would be grateful if you, it would be nice if you, it would be kind of you to, could list, could tell me, could tell us, could give me, could give us, listed, gave me, told me, could anyone say, can anyone say, can you say, could you say, can anybody tell me, could anybody tell me, does anybody know, am i right that, am i right in thinking that, is it the case that, is it so that, information retrieval, retrieval, who knows, is anything known about, anything known about, hi there, hello there, hey there, please, pls, kindly, hi, hello, hey, dear, ok, okay, so, well, now, thanks, thank you, excuse me, question, quick \
    question, can you, could you, would you, will you, can i, could i, may i, can you please, could you please, would you please, tell me, \
    tell us, show me, show us, show, list, give me, give us, give, find, find me, find out, get, get me, display, print, return, look up, \
    lookup, search, search for, search me, let me know, help me, help me find, help me understand, explain to me, i want, i would like, \
    i'd like, i need, i wish, id like, we want, we need, we would like, i want to, i would like to, i'd like to, i need to, to know, \
    good morning, good afternoon, good evening, good day, i would be grateful for, would be grateful for, i would be \
    grateful if you could, i would be very grateful for, i'd be grateful for, grateful for, i would appreciate, i'd appreciate, i search, i \
    seek, seek, seeking, searching, searching for, i am searching, i am searching for, i'm searching for, we search, we look for, i look \
    for, i ask for, say me, inform me, explain me, to find, to find out, to learn, to see, to understand, to get, to list, to have, know, learn, i am looking for, i'm looking for, \
    im looking for, looking for, i am interested in, i'm interested in, interested in, i am curious, i'm curious, curious, i wonder, \
    i was wondering, i am wondering, i'm wondering, wondering, do you know, do we know, does anyone know, is it known, what about, \
    tell me about, provide, provide me, provide me with, name the, name all, name some, enumerate, compute, calculate, determine, work \
    out, write, mind telling me, would you mind telling me, have a look at, check, check if, check whether, i ask, can anyone tell me, \
    could anyone tell me, can someone tell me, output, report, retrieve, fetch, identify, say, genogloss, is it true that, is it true, is it correct that, is it right that, it is true that, me, us, i have a question, \
    just, quickly, maybe, perhaps, any idea, do you have any idea, remind me, would like to know, want to know, like to know, \
    what do you know about, what can you tell me about, what is known about, what do we know about, can i ask, may i ask, i'd love to know";

/// Words that close a question and say nothing about it.
const CLOSERS: &str = "right, correct, true, is that right, is that correct, is that true, am i right, isn't it, doesn't it, don't they, aren't they, please, pls, thanks, thank you, for me, thank you very much, thanks a lot, exactly, actually, then, many thanks, thanks in advance, thank you in advance, thx, plz, cheers, best \
    regards, kind regards, regards, if possible, i would be grateful, much appreciated";

/// Words near words of questions that are no typing errors of them: they have a meaning of their own.
const NO_ERRORS: &str = "cases, case, course, courses, pause, clause, muted, gone, genie, genre, rule, rules, sole, pole, roll, lines, line, liked, \
    like, likes, likely, there, three, bond, hand, bend, land, focus, sings, sight, sighs, side, sides, tape, tile, mind, bind, find, fund, \
    round, same, game, came, fame, tame, nape, lumber, member, members, junction, fraction, fractions, vocation, rotation, equation, \
    notation, mutual, inhibited, inhibits, exhibited, heat, heart, hear, leader, loading, bed, vary, dental, mental, metal, former, format, \
    formal, famine, families, father, rather, other, mother, feather, weather, severe, where, were, here, these, rarely, rates, rate, date, \
    produce, product, reduce, reduces, reduced, protect, protects, protected, protecting, protections, deficit, infect, infects, effect, \
    effects, effective, expect, aspect, shot, shoe, slow, know, snow, when, than, them, then, thin, whom, whole, hole, home, some, come, \
    card, care, cure, cures, cured, curing, disease-free, deceased, decreases, decrease, decreased, increased, invariant, invariants, linking, \
    counted, county, encore, decode, finger, singer, single, simple, sample, samples, types, typed, typing, kin, king, kid, codon, codons, \
    cod, coat, god, good, mod, more, most, model, models, moderate, made, male, males, females, female, mouse, mice, man, men, woman, \
    women, child, children, baby, babies, adult, adults, age, ages, old, onset, test, tests, tested, testing, treat, treats, treated, treatment, \
    treatments, therapy, therapies, drug, drugs, diet, dose, die, dies, death, deadly, fatal, survive, survival, life, live, lives, long, short, \
    frequency, frequent, prevalence, incidence, prognosis, diagnosis, diagnose, diagnosed, prevent, prevents, many, much, few, often, never, no, \
    not, none, nor, without, except, but, only, besides, unlike, similar, difference, differences, different, between, compare, compared, \
    versus, vs, best, worst, first, last, discovered, discover, sequence, length, size, exon, exons, intron, introns, transcript, \
    transcripts, expression, expressed, express, tissue, tissues, cell, cells, pathway, pathways, interact, interacts, interaction, \
    interactions, bind, binds, partner, partners, homolog, ortholog, orthologs, species, animal, animals, dog, dogs, cat, cats, zebrafish, fly, \
    pathogenicity, penetrance, carrier, carriers, couple, parents, son, daughter, sons, daughters, brother, sister, cost, price, cheap, doctor, \
    hospital, book, paper, papers, author, authors, year, years, day, days, today, why, because, should, must, ought, will, shall";

/// The vocabulary as words of phrases, longest phrases first.
static PHRASES: LazyLock<Vec<(Vec<&'static str>, Cue)>> = LazyLock::new(|| {
    let phrases = WORDS.iter().flat_map(|(cue, text)| split(text).map(move |phrase| (phrase, *cue)));
    let frames = framing::FRAMES.iter().flat_map(|text| split(text).map(|phrase| (phrase, Frame)));
    let mut all: Vec<_> =
        phrases.chain(frames).map(|(phrase, cue)| (phrase.split(' ').collect::<Vec<_>>(), cue)).collect();
    all.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len()));
    all
});

fn split(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split(", ").map(str::trim)
}

fn longest(phrases: &'static str, fits: impl Fn(&[&str]) -> bool) -> usize {
    let counts = split(phrases).map(|phrase| phrase.split(' ').collect::<Vec<_>>()).filter(|phrase| fits(phrase));
    counts.map(|phrase| phrase.len()).max().unwrap_or(0)
}

/// How many words at the beginning of `words` introduce a question.
pub(super) fn opener(words: &[&str]) -> usize {
    longest(OPENERS, |phrase| words.starts_with(phrase))
}

/// How many words at the end close a question.
pub(super) fn closer(words: &[&str]) -> usize {
    longest(CLOSERS, |phrase| words.ends_with(phrase))
}

/// The longest phrase at the beginning of `words`: how many words it has, and its cue.
pub(super) fn cue(words: &[&str]) -> Option<(usize, Cue)> {
    PHRASES.iter().find(|(phrase, _)| words.starts_with(phrase)).map(|(phrase, cue)| (phrase.len(), *cue))
}

/// Words of a story before the question.
static STORY: LazyLock<Vec<Vec<&'static str>>> = LazyLock::new(|| {
    let mut all: Vec<Vec<_>> =
        framing::STORY.iter().flat_map(|text| split(text)).map(|phrase| phrase.split(' ').collect()).collect();
    all.sort_by_key(|phrase| std::cmp::Reverse(phrase.len()));
    all
});

/// How many words at the beginning of `words` belong to a story before the question.
pub(super) fn story(words: &[&str]) -> Option<usize> {
    STORY.iter().find(|phrase| words.starts_with(phrase)).map(Vec::len)
}

/// How many words at the beginning of `words` say nothing.
pub(super) fn frame(words: &[&str]) -> Option<usize> {
    cue(words).filter(|(_, cue)| matches!(cue, Frame | Filler)).map(|(count, _)| count)
}

/// How people write words in haste.
const SHORT: [(&str, &str); 10] = [
    ("r", "are"),
    ("u", "you"),
    ("ur", "your"),
    ("pls", "please"),
    ("plz", "please"),
    ("thx", "thanks"),
    ("abt", "about"),
    ("w/", "with"),
    ("becoz", "because"),
    ("doesnt", "doesn't"),
];

/// A word as it is written when there is time.
pub(super) fn in_full(word: &str) -> Option<&'static str> {
    SHORT.iter().find(|(short, _)| *short == word).map(|(_, full)| *full)
}

/// The word of the vocabulary that `word` is a typing error of: two letters exchanged, one missing, one too many, or (from six letters) one
/// wrong, but not the first.
pub(super) fn corrected(word: &str) -> Option<&'static str> {
    let count = word.chars().count();
    if count < 4
        || !word.chars().all(char::is_alphabetic)
        || framing::changes(word)
        || split(NO_ERRORS).any(|other| other == word)
    {
        return None;
    }
    let single = WORDS.iter().flat_map(|(_, text)| split(text)).filter(|phrase| !phrase.contains(' '));
    let near = |known: &&'static str| {
        let other = known.chars().count();
        let first = known.chars().next() == word.chars().next();
        let exchanged = other == count && sorted(known) == sorted(word);
        other >= 4
            && strsim::osa_distance(known, word) == 1
            && (exchanged || first)
            && (exchanged || other != count || count >= 6)
    };
    let mut all: Vec<&'static str> = single.filter(near).collect();
    all.dedup();
    // `causs` may be cause or causes: any will do if all say the same.
    let first = *all.first()?;
    all.iter().all(|other| cue(&[other]) == cue(&[first])).then_some(first)
}

fn sorted(word: &str) -> Vec<char> {
    let mut letters: Vec<char> = word.chars().collect();
    letters.sort_unstable();
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_phrase_has_two_meanings_by_accident() {
        let mut seen = std::collections::BTreeMap::new();
        for (cue, text) in WORDS {
            for phrase in split(text) {
                let before = seen.insert(phrase, *cue);
                assert_eq!(before, None, "{phrase}: {cue:?} too");
            }
        }
    }

    #[test]
    fn words_that_mean_something_else_are_not_corrected() {
        for (word, known) in [
            ("waht", Some("what")),
            ("whcih", Some("which")),
            ("genees", Some("genes")),
            ("cuase", Some("cause")),
            ("symtoms", Some("symptoms")),
            ("assosiated", Some("associated")),
            ("fucntion", Some("function")),
            ("cases", None),
            ("inhibited", None),
            ("mice", None),
            ("cure", None),
            ("rate", None),
        ] {
            assert_eq!(corrected(word), known, "{word}");
        }
    }
}
