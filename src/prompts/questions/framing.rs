//! Words around a question that say nothing about what is asked, by category, and words that always change what is asked.
//!
//! METHOD: the categories are those of general lists of English function words (pronouns, modals, adverbs of time and degree), with the
//! words of politeness and of reporting that people put around questions. No word of [`CHANGES`] is in any of them: a test sees to it.

/// Words that may stand anywhere: who asks, how politely, when, how sure, and in how many words.
pub(super) const FRAMES: &[&str] = &[
    // Pronouns and possessives.
    "u, yourself, myself, himself, herself, itself, themselves, ourselves, oneself, your, yours, his, her, hers, him, our, ours, theirs, \
     mine, one's, something, somebody, someone else, thing, things, ones, stuff, everything, another, others, certain, given, own, \
     anybody, everybody, everyone, whoever, whichever, whatever, which ones, which one, what all, who else",
    // Politeness.
    "please, pls, plz, kindly, thanks, thank you, thx, thanks in advance, many thanks, sorry, excuse me, hello, hi, hey, dear, sir, madam, \
     dear all, dear colleagues, dear colleague, dear team, good morning, good afternoon, good evening, good day, greetings, cheers, regards, \
     best regards, kind regards, obliged, much obliged, appreciate, appreciated, much appreciated, grateful, very grateful, glad, happy to know, if possible, \
     if you can, if you could, if you please, for me, for us, for my notes, for my report, for a talk, for a lecture, for a patient, for \
     a student, for my patient, for homework, for my homework, for school, for class, for an exam, for the exam",
    // Time.
    "today, tonight, now, right now, nowadays, these days, at present, at the moment, to date, so far, up to now, until now, always, \
     all the time, ever, already, again, still, yet, meanwhile, as of \
     today, by now, in general",
    // Hedges and emphasis.
    "clinically, maybe, perhaps, possibly, probably, apparently, supposedly, presumably, basically, essentially, usually, typically, generally, \
     normally, really, actually, exactly, precisely, simply, just, quite, very, indeed, anyway, well, kind of thing, by any chance, by \
     chance, at all, after all, in fact, of course, obviously, so-called, so called, aforementioned, \
     above-mentioned, alleged, well-known, well known, correctly, i guess, i suppose, i think, i believe, i assume, in \
     principle, in particular, especially, specifically, concretely, truly, again and again, altogether, overall, somehow, \
     in any way, any way, in some way, roughly speaking",
    // Reporting.
    "according to the literature, according to sources, according to the sources, according to your data, according to your database, according to your sources, according to the data, \
     according to the database, \
     in the literature, in literature, in your database, in the database, in your data, in your sources, in the sources, in databases, on \
     record, on file, as far as you know, as far as is known, as far as we know, to your knowledge, i read that, i heard that, i have \
     heard that, i've heard that, i have read that, i've read that, they say, people say, it is said that, i was told that, we were \
     told that, told that, said to be, thought to be, believed to be, considered to be, considered, recognised, recognized, documented, \
     recorded, published, reportedly, stated, mentioned, catalogued, cataloged, currently known, that you \
     know, you know of, that you know of, we know of, do you have, have you got, you have, is known, are known, known to be, known to, \
     called up, i mean, you mean, do you mean, is meant by, is meant, meant by, do we mean by, do you mean by, i.e, ie, e.g, eg, viz, \
     namely, that is to say, in other words, respectively, resp, see also, re, regarding, concerning, with regard to, with respect \
     to, in regard to, as regards, in terms of, in relation to, relating to, on the subject of, on the topic of, when it comes to, in \
     case of, in the case of, in cases of",
    // Degree of detail.
    "in the body, in our body, in the human body, in a human body, in simple words, in simple terms, in plain english, in plain words, in plain language, in plain terms, in easy words, in a few \
     words, in few words, in a word, in one word, in one sentence, in a sentence, in two sentences, in a nutshell, in short, in brief, \
     briefly, shortly, in detail, in layman's terms, in lay terms, in laymans terms, for a layman, for laymen, for dummies, for a \
     beginner, for beginners, simple, plain, brief, quick, detailed, complete list, full list, whole list, list of, a list, the list, \
     proper answer, basic, basics of, bit, little bit, a little, a bit",
    // Function words: articles, conjunctions, prepositions, modals between a noun and its verb.
    "an, the, this, that, these, those, such as, like these, though, although, while, hence, therefore, thus, too, also, as well, else, \
     about it, of it, upon, onto, towards, toward, among, amongst, across, around, along, amid, concerning it, it's, that's, there's, i'm, \
     i've, i'd, we're, we've, you're, they're, he's, she's, who's",
];

/// Words of a story before the question: `My son has just been diagnosed with …`. In a sentence that asks something they change what is
/// asked.
pub(super) const STORY: &[&str] = &[
    // Relatives and patients.
    "son, daughter, child, kid, baby, boy, girl, infant, newborn, toddler, mother, father, mum, mom, dad, parent, parents, brother, sister, \
     sibling, siblings, twin, aunt, uncle, cousin, nephew, niece, grandmother, grandfather, grandson, granddaughter, wife, husband, \
     partner, friend, neighbour, neighbor, colleague, family, relative, relatives, patient, patients, client, clients, student, students, \
     pupil, pupils, boss, doctor, geneticist, paediatrician, pediatrician, neurologist, consultant, nurse, gp, specialist, man, woman, \
     lady, year-old, old",
    // What happened.
    "diagnosed, diagnosed with, been diagnosed with, just been diagnosed with, was diagnosed with, is diagnosed with, diagnosis of, a diagnosis \
     of, diagnosis is, diagnosis, suffers from, suffering from, suffers, suffer from, born with, lives with, living with, live with, got, \
     tested, positive, positive for, tested positive for, test came back, came back, came back with, turned up, came up, showed, shows, \
     received, sent, referred, referred for, admitted, presented, presented with, presents with, turned out, told, was told, were told, \
     been told, mentioned, mentions, reads, wrote, written, read, heard, heard of, heard about, saw, came across, noticed, found out, \
     learned, learnt, learned about, read about, reading about, reading up on, learning about, writing about, talking about, told about, \
     asked about, says, say, said, states, reports, suspects, suspect, thinks, think, believe, believes, worried, \
     worried about, wondering, wonder, studying, study, learning, preparing, writing, working on, teaching, revising, reading, \
     confused, new to",
    // Where it stood.
    "report, test report, lab report, test result, test results, result, results, genetic test, genetic test result, letter, chart, file, \
     record, records, notes, note, article, paper, textbook, book, newspaper, magazine, film, movie, series, programme, documentary, \
     podcast, lecture, class, exam, homework, clinic, ward, hospital, practice, lab, panel, exome, sequencing, genome sequencing, list, \
     form, slide, leaflet, internet, online, news, tv",
];

/// Words that change what is asked wherever they stand outside of a name: a question with one of them is refused.
pub(super) const CHANGES: &str = "not, n't, no, none, never, neither, nor, without, except, excluding, exclude, excludes, but, besides, apart, \
    unless, unlike, instead, rather, only, solely, exclusively, most, least, more, less, fewer, best, worst, highest, lowest, biggest, largest, \
    smallest, longest, shortest, strongest, first, last, latest, newest, oldest, rarest, commonest, top, often, rarely, seldom, sometimes, \
    frequently, frequent, frequency, frequencies, commonly, rare, prevalence, incidence, percent, percentage, many, much, few, count, amount, \
    average, mean age, rate, rates, statistics, probability, likelihood, likely, chance, chances, odds, penetrance, carrier, carriers, \
    treatment, treatments, treat, treats, treated, treating, therapy, therapies, therapeutic, cure, cures, cured, drug, drugs, medication, \
    medications, medicine, medicines, dose, doses, dosage, dosing, diet, vaccine, surgery, operation, transplant, prevent, prevents, \
    prevention, avoid, prognosis, survival, survive, mortality, die, dies, death, deadly, fatal, lethal, expectancy, outcome, lifespan, \
    severity, severe, mild, worse, worsen, onset, age, ages, screening, screen, diagnose, diagnostic, diagnosing, detect, detected, \
    pathogenic, benign, classification, polymorphism, snp, snps, expression, expressed, expresses, tissue, tissues, organ, cell, cells, \
    pathway, pathways, interact, interacts, interaction, interactions, bind, binds, inhibit, inhibits, inhibitor, activate, regulate, \
    regulates, ortholog, orthologs, homolog, homologs, paralog, paralogs, mouse, mice, rat, rats, dog, dogs, cat, cats, animal, animals, \
    zebrafish, fly, yeast, plant, plants, bacteria, species, male, males, female, females, boys, girls, men, women, adult, adults, \
    children, kids, ethnic, population, populations, country, size, length, big, large, small, weight, mass, exon, exons, intron, \
    introns, transcript, transcripts, domain, domains, structure, sequence, primer, primers, history, discovered, discoverer, author, \
    price, cost, difference, differences, differ, differs, different, compare, compared, comparison, versus, vs, similar, \
    shared, share, why, because, better, good, bad, great, next, near, nearest, neighbouring, neighboring, adjacent, new, newly, novel, recent, recently, \
    lately, confirmed, proven, established, definite, definitely, certainly, directly, indirectly, strongly, weakly, same, equal, safe, dangerous, contagious, infectious, prenatal, pregnancy, pregnant";

/// Words that deny, or take something out. In a story before the question they change what is asked.
const DENIES: [&str; 18] = [
    "not",
    "no",
    "none",
    "never",
    "neither",
    "nor",
    "without",
    "except",
    "excluding",
    "excluded",
    "exclude",
    "excludes",
    "unless",
    "but",
    "instead",
    "unlike",
    "negative",
    "ruled",
];

/// Whether a word denies.
pub(super) fn denies(word: &str) -> bool {
    word.ends_with("n't") || DENIES.contains(&word)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(", ").map(str::trim)
}

/// Whether a word changes what is asked.
pub(super) fn changes(word: &str) -> bool {
    word.ends_with("n't") || words(CHANGES).any(|other| other == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_framing_word_changes_what_is_asked() {
        for phrase in FRAMES.iter().flat_map(|text| words(text)) {
            for word in phrase.split(' ') {
                let allowed = ["chance", "few", "many", "good", "best", "much"].contains(&word) && phrase.contains(' ');
                assert!(allowed || !changes(word), "{phrase}: {word}");
            }
        }
        assert!(denies("isn't") && denies("without") && !denies("with"));
        assert!(changes("doesn't") && changes("treatment") && !changes("always"));
    }
}
