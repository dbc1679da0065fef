//! The words of questions, apart from names, that say what is asked, and the words between them that say nothing. All others are open
//! words: `stops` and `slots` say where they may stand.

use std::{collections::HashMap, sync::LazyLock};

/// What a word or phrase says about the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Cue {
    /// Nothing: an article, a preposition, a pronoun, a polite word.
    Filler,
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
    /// A phrase of these words that asks something else: `named after`.
    Other,
}

use Cue::*;

/// Cues that name what may be asked for.
pub(super) const NOUNS: [Cue; 23] = [
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

/// Words and phrases, separated by commas.
pub(super) const WORDS: &[(Cue, &str)] = &[
    (
        Filler,
        "it possible that, possible that, yes or no, or what, the term, in a sentence or two, in one or two sentences, over the years, at hand, good morning, good afternoon, good evening, good day, question but, in a few words, in few words, in two sentences, who've, in any way, in some way, in the way of, can you get me, could you get me, can you get the, could you get the, first-year student, \
         first year student, and what is it called, and what 's it called, what is it called, what 's it called, and if so what is it, and if so which, \
         and what are they, and what is it, in terms of, several, correct that, right that, true that, a little, a bit, been used for, or not, you tell me, you tell us, think about, thinking about, got, make you, makes you, make me, make one, make us, inside, under, beneath, a, an, the, this, that, these, those, some, all, every, each, both, another, certain, given, own, such, whichever, whatever, i, me, my, \
         mine, myself, we, us, our, ours, you, your, yours, u, yourself, he, him, his, himself, she, her, hers, herself, it, its, itself, they, \
         them, their, theirs, themselves, one, ones, something, somebody, everything, everyone, everybody, whose, 's, i'm, i've, i'd, i'll, \
         we're, we've, we'd, we'll, you're, you've, you'd, they're, they've, he's, she's, it's, that's, there's, let, let's, of, for, in, on, \
         to, with, from, at, as, into, within, via, upon, over, off, onto, out, up, back, toward, towards, among, amongst, around, across, \
         along, during, after, against, since, though, although, while, when, whenever, so, thus, hence, therefore, also, too, then, just, now, \
         here, today, nowadays, still, already, again, ever, even, else, always, maybe, perhaps, please, pls, indeed, quite, very, well, anyway, \
         somehow, soon, far, ago, almost, yes, ok, okay, hi, hello, hey, dear, thanks, thank you, thx, sorry, human, humans, exist, exists, \
         known, specific, particular, entry, entries, as well, at all, so far, up to now, of course, by chance, by any chance, would like, \
         i'd like, we'd like, id like, like to, would like to, on earth, in the world, information retrieval, if possible, if you can, if you could, if you please, if known, if any, no idea, \
         no clue, know nothing, a lot, diagnosed with, diagnosed as, diagnosis of, diagnosis is, test result, test results, test report, \
         lab report, lab reports, thing, things, according to, in general, in short, between, i.e, e.g, thinking of, think of, much obliged, \
         much appreciated, many thanks",
    ),
    (
        Auxiliary,
        "ought to, is, are, was, were, be, been, being, am, do, does, did, can, could, may, might, has, have, had, having, would, should, shall, will, \
         must",
    ),
    (
        Whether,
        "whether, if, wether, am i right in thinking, am i right that, am i right to think, it so that, can you get, can someone get, can somebody get, can a person get, can people get, can one get, could you get, \
         would you expect, would one expect",
    ),
    (Which, "which, what, whats, what're, wich, wat"),
    (Who, "who"),
    (Where, "where, wheres, whereabouts"),
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
            causative genes, gen, gene problem, gene problems, gene symbols for, genetic fault, genetic faults, what should be sequenced, \
            what should i sequence, what should we sequence, what to sequence, disease gene, disease genes, loci, culprit, culprits, culprit gene, culprit genes, gens, \
            molecular cause, molecular basis, genetic defect, genetic defects, genetic aetiology, genetic etiology",
    ),
    (
        Disease,
        "disease list, diseases list, list of diseases, disease, diseases, disorder, disease spectrum, spectrum of diseases, spectrum of disease, spectrum of disorders, disorders, condition, conditions, syndrome, syndromes, illness, illnesses, pathology, \
         pathologies, medical condition, medical conditions, health condition, health conditions, health problems, health problem, sickness, sicknesses, ailment, ailments, malady, maladies, clinical \
         entity, clinical entities",
    ),
    (
        Phenotype,
        "symptom list, symptoms list, list of symptoms, cardinal features, typical findings, clinical findings, difficulties, hpo features, hallmarks, stigmata, problems, phenotype, phenotypes, symptom, symptoms, sign, signs, feature, features, manifestation, manifestations, trait, traits, \
         finding, findings, characteristics, abnormality, abnormalities, clinical picture, clinical presentation, presentation, \
         phenotypic abnormality, phenotypic abnormalities, hpo terms, hpo phenotypes, signs and symptoms, symptoms and signs, phenotypic spectrum, \
         clinical spectrum, phenotype spectrum, spectrum of symptoms, symptomatology, complaints, disease features, clinical signs",
    ),
    (
        Mutation,
        "does not work, doesn't work, not working, not work, stops working, does not function, doesn't function, not function, out of order, mutation, mutations, variant, wrong, gone wrong, goes wrong, go wrong, went wrong, variants, mutated, mutant, defect, defects, defective, faulty, altered, alteration, alterations, \
         changes, change, pathogenic variant, pathogenic variants, pathogenic mutations, mutating, faults, fault, malfunction, \
         dysfunction, broken, faulty copy, defective copy, broken copy, mutated copy, faulty form, defective form, mutated form, faulty version, defective version, damaged, impaired, disrupted, disturbed, problem in, problem with, problems in, \
         problems with, error in, errors in, mistake in, touched, hit, lesion, lesions, mutates",
    ),
    (
        Cause,
        "cause, causes, caused, underpin, underpins, underpinning, underpinned, drive, drives, spark, sparks, spawn, spawns, set off, sets off, \
         govern, governs, determine, determines, owe,  bring on, brings on, brought on, brought about, held responsible, to be held responsible, be held responsible, accounts for, account for, accounting for, gives rise to, giving rise, causing, causal, causative, responsible, lead, leads, leading, led, result, results, resulting, \
         underlie, underlies, underlying, behind, give rise, gives rise, bring about, produce, produces, trigger, triggers, reason, reasons, brings about, producing, \
         at the root of, to thank for, got to thank for, to blame, to blame for, blame, at fault, accountable, lie behind, lies behind, \
         stand behind, stands behind, origin, origins, give, gives, giving, provoke, provokes, provoked, induce, induces, induced, engender, source of, aetiology, etiology, root of, root cause",
    ),
    (
        Verb,
        "usual suspect, usual suspects, considered, suspected, thought of, assigned, allocated, follow, follows, contain, contains, related, relate, relates, at play, come into play, comes into play, traced, be traced, traced back, traced to, traced back to, \
         stem from, stems from, stemming from, showing, exhibiting, displaying, featuring, presenting with, involving, part of, a part of, \
         make up, makes up, characterised by, characterized by, recognise, recognize, recognised by, recognized by, filed, filed under, \
         registered, registered under, pointing to, point to, points to, indicative of, suggestive of, associated, associate, associates, \
         linked, link to, links to, connected, connect, connects, involved, involve, involves, implicated, implicate, contribute, contributes, \
         contributing, correlate, correlated, correlates, tied, play, plays, matter, matters, come with, comes with, go with, goes with, \
         come along with, go along with, goes along with, comes along with, present, presents, show, shows, shown, exhibit, exhibits, display, \
         displays, include, includes, including, characterised, characterized, characterise, characterize, accompanied, accompany, occur, \
         occurs, seen, found, observed, experience, experienced, get, gets, suffer, expect, expected, listed, reported, described, belong, \
         belongs, annotated, important, relevant, arise, arises, appear, appears, comes from, come from, see, carry, carries, harbor, harbors, \
         harbour, harbours, happen, affect, affects, affected, affecting, happens, co-occur, implied, concerned, consider, suspect, look for, \
         look at, tie, ties, to do with, something to do with, anything to do with, have to do with, has to do with, tied to, encountered, \
         encounter, accompanies, accompanying, observe, observes, figure in, figures in, concern, concerns, linking, \
         interplay, pertain, pertains, correspond, corresponds, corresponding, match, matches, linked up, tying, explains, be tested, \
         be sequenced, be screened, i test, we test, you test, one test, to test, have a hand, has a hand, plays a part, play a part, \
         plays a role, play a role",
    ),
    (
        Relation,
        "relation, relations, relationship, relationships, link, links, connection, connections, association, associations, correlation, correlations, tie between, any tie, \
         related or not, evidence",
    ),
    (
        Risk,
        "prone, predisposed, risk, risk of, increase the risk, increases the risk, raise the risk, raises the risk, predispose, predisposes, \
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
        "use of, the use, function, functions, purpose, job, task, tasks, duty, carry out, carries out, perform, performs, fulfil, fulfils, fulfill, fulfills, good for, used for, there for, functional role, biological function, biological role, molecular function",
    ),
    (Role, "role, roles, part"),
    (Work, "work, works"),
    (
        Manifest,
        "make itself felt, makes itself felt, do to you, do to people, do to a person, do to the body, affect the body, affects the body, \
         affect you, happens to you, happen to you, happens to people, happens to somebody, wrong with you, show up as, shows up as, look and feel, \
         i notice that, you notice that, one notices that, you tell that, one tell that, we tell that, i tell that, manifest, manifests, look like, looks like, present itself, show itself, manifest itself",
    ),
    (
        Location,
        "location, locations, located, locate, locus, band, position, positioned, mapped, map, maps, lie, lies, sit, sits, \
         cytoband, cytogenetic band, cytogenetic location, chromosomal location, genomic location, chromosome location, \
         chromosome band, chromosomal band, chromosomal position, gene locus, in the genome, in the human genome, on the genome, \
         genome location, chromosomal locus, chromosomal region, situated, placed, live on, lives on, live in the genome, lives in the genome, reside, resides, be found",
    ),
    (Chromosome, "chromosome, chromosomes, chr"),
    (
        Alias,
        "another word, other words, other symbols used for, other symbols used, else named, alias symbol, alias symbols, alternative gene symbols, alias, aliases, synonym, synonyms, nickname, nicknames, other name, other names, another name, alternative name, \
         alternative names, alternate name, alternate names, different name, different names, other symbols, other symbol, alternative \
         symbols, alternative symbol, also known as, also called, aka, a.k.a, known as, other aliases, else called, else known as, \
         additional names, else is, goes by, go by, alternative gene names, names",
    ),
    (Name, "name, named, called, term"),
    (
        Official,
        "long version, full version, full, in full, long, complete, official, approved, whole, written out, current, correct, standard, proper, hgnc approved",
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
    (Ensembl, "ensg, ensembl, ensembl gene, ensemble, ensemble gene, ensembl no"),
    (Omim, "omim, mim, phenotype mim, phenotype mim number, mendelian catalogue, omim no, mim no, omim nr"),
    (Uniprot, "uniprot, uniprotkb, swissprot, swiss-prot, protein accession"),
    (
        Refseq,
        "nm number, nm_ number, nm numbers, refseq, refseq transcript, refseq transcripts, refseq mrna, refseq mrnas, mane select transcript, mane transcript",
    ),
    (Loeuf, "loeuf, loeuf score, loeuf value"),
    (Pli, "pli, pli score, pli value"),
    (MissenseZ, "missense z, missense_z, missense z-score, missense z score"),
    (Orphanet, "orphanet, orpha, orphacode, orpha code, orphanet no, orpha no"),
    (Mondo, "mondo"),
    (Umls, "umls, cui"),
    (Hpo, "hpo, hp, hp term, hp id, hp number, hp code, hpo term, human phenotype ontology"),
    (
        Identifier,
        "xref, xrefs, cross reference, cross references, cross-references, id, ids, identifier, identifiers, number, numbers, accession, accessions, code, codes, accession number, entry number, nr, id number, \
         database identifiers",
    ),
    (Kind, "kind, type, sort, class, category, kinds, types"),
    (
        Biotype,
        "a real gene, a real one, proper gene, protein gene, ncrna, an rna, rna molecule, just rna, biotype, biotypes, protein coding, protein-coding, coding, noncoding, non-coding, non coding, pseudogene, locus type, \
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
        "mother 's side, father 's side, mum 's side, dad 's side, mom 's side, both parents have to carry, both parents need to carry, \
         both parents carry, both parents be carriers, two bad copies, pass from parent to child, passes from parent to child, passed from parent to child, from parent to child, sex linked, from parents to children, handed down, handed on, passed along, on the x chromosome, sex-linked, inheritance, inherit, hereditary, heritable, dominant, recessive, x-linked, x linked, autosomal, autosomal dominant, \
         autosomal recessive, transmitted, transmission, passed on, passed down, run in families, runs in families, run through families, runs through families, run in the family, runs in the family, mitochondrially, \
         inherited, passed, inheritable, y-linked, semidominant, mode of inheritance, inheritance pattern, inheritance mode, from one parent or both, from one parent or from both, one parent or \
         both, from both parents, from one parent, heredity, heritability pattern, inherited pattern, transmission mode, transmit, transmits, \
         inherits, familial transmission, \
         pattern of inheritance",
    ),
    (Mode, "mode, pattern, way, manner"),
    (
        Other,
        "since when, when exactly, when was, when were, when did, when does, when do, when is, how important, how strongly, how strong, how sure, \
         how certain, how well, how close, how closely, do about, thanks for the, thank you for the, named after, in common, go away, goes away, grow out of, get rid of, at risk, give birth, get over, look after",
    ),
    (
        Information,
        "do doctors mean when they say, everything you have on, everything you know on, everything you know about, everything on, everything about, \
         anything you have on, all you have on, all about, do we understand under, understood by, lowdown, meant by, mean by, defined, defines, denote, denotes, signify, signifies, refer to, refers to, information, more information, further information, more info, more details, more about, info, about, describe, description, descriptions, define, definition, definitions, meaning, mean, means, explain, \
         explanation, details, detail, summary, overview, facts, general information, gene information, disease information, \
         gene summary, short explanation, short summary, short description, good summary, good explanation, background, know about, known about, tell me about, summarize, summarise",
    ),
];

/// The vocabulary as words of phrases, longest phrases first.
static PHRASES: LazyLock<Vec<(Vec<&'static str>, Cue)>> = LazyLock::new(|| {
    let phrases = WORDS.iter().flat_map(|(cue, text)| split(text).map(move |phrase| (phrase, *cue)));
    let mut all: Vec<_> = phrases.map(|(phrase, cue)| (phrase.split(' ').collect::<Vec<_>>(), cue)).collect();
    all.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len()));
    all
});

/// The phrases of a text.
pub(super) fn split(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split(", ").map(str::trim)
}

/// The longest phrase at the beginning of `words`: how many words it has, and its cue.
pub(super) fn cue(words: &[&str]) -> Option<(usize, Cue)> {
    let found = PHRASES.iter().find(|(phrase, _)| words.starts_with(phrase)).map(|(phrase, cue)| (phrase.len(), *cue));
    found.or_else(|| Some((1, inflected(words.first()?)?)))
}

/// The cue of a verb or noun in another form than those that are listed: `connecting`, `associating`, `syndromes`.
fn inflected(word: &str) -> Option<Cue> {
    let bends = |cue: &Cue| {
        matches!(cue, Verb | Cause | Relation | Risk | Gene | Disease | Phenotype | Location | Symbol | Alias | Encode)
    };
    let listed = |stem: &str| SINGLE.get(stem).copied().filter(bends);
    let stems = |end: &str| word.strip_suffix(end).filter(|stem| stem.len() >= 4);
    if let Some((_, last)) = word.rsplit_once('-') {
        // `Disease-causing`.
        let all = word.split('-').all(|part| SINGLE.contains_key(part) || inflected(part).is_some());
        return all.then(|| SINGLE.get(last).copied().or_else(|| inflected(last))).flatten();
    }
    let verb = |stem: &str| listed(stem).or_else(|| listed(&format!("{stem}e")));
    ["ing", "ed"].iter().filter_map(|end| stems(end)).find_map(verb).or_else(|| stems("s").and_then(listed))
}

/// The single words of the vocabulary.
static SINGLE: LazyLock<HashMap<&'static str, Cue>> = LazyLock::new(|| {
    PHRASES.iter().filter(|(phrase, _)| phrase.len() == 1).map(|(phrase, cue)| (phrase[0], *cue)).collect()
});

/// Whether all words say nothing.
pub(super) fn says_nothing(words: &[&str]) -> bool {
    let mut at = 0;
    while at < words.len() {
        match cue(&words[at..]) {
            Some((count, Filler)) => at += count,
            _ => return false,
        }
    }
    true
}

/// How people write words in haste.
const SHORT: [(&str, &str); 15] = [
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
    ("w", "with"),
    ("assoc", "associated"),
    ("becuase", "because"),
    ("teh", "the"),
    ("cos", "because"),
];

/// A word as it is written when there is time.
pub(super) fn in_full(word: &str) -> Option<&'static str> {
    SHORT.iter().find(|(short, _)| *short == word).map(|(_, full)| *full)
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
}
