//! Words that change what is asked, by the way in which they change it. They are the only words that are listed in order to be refused: a
//! question with one of them, outside of a name, is refused, and every other ordinary word may stand where it cannot change the meaning
//! (`slots`).
//!
//! METHOD: the classes are those by which a question about a gene or disease becomes another question although gene, disease and what is
//! asked for are the same. A word is looked up in its other forms too: `treats`, `treated`, `treating`.

use super::vocabulary::{self, Cue};

/// Denial and exception: the answer would be the opposite, or have to leave something out.
const DENIAL: &str = "not no none never neither nor without except exception exclude excluded excluding exclusion excludes unless instead \
    unlike negative ruled rule absent absence lack besides apart aside hardly barely scarcely shield escape irrelevant independent deny refute disprove \
    reject dispute ignore omit skip minus spare exempt false nothing nobody nowhere cleared acquitted clean wrongly mistakenly falsely incorrectly erroneously non cannot beyond innocent exonerate";

/// Contrast and comparison: what is asked is something else, but a story may go on so.
const TURN: &str = "but however yet rather otherwise versus vs than differ different difference differential differentiate distinguish compare \
    comparison same share shared overlap prefer better worse";

/// Likeness and comparison: something else than what is named is meant.
const LIKENESS: &str = "like alike likeness similar similarity equal equivalent resemble resemblance mimic phenocopy confuse mistake mistaken confusable \
    pseudo atypical";

/// Species and material other than a human being.
const SPECIES: &str = "mouse mice murine rat dog canine cat feline horse equine cow bovine cattle pig porcine sheep goat chicken bird \
    fish zebrafish frog fly drosophila worm nematode yeast plant arabidopsis maize rice bacteria bacterium bacterial virus viral archaea \
    animal mammal primate monkey macaque ape chimp chimpanzee neanderthal species veterinary pet breed organoid xenograft ortholog \
    orthologue orthologous homolog homologue homologous paralog paralogue paralogous";

/// How many, how often, in which order.
const QUANTITY: &str = "many much more most least less lesser fewer few count amount total sum quantity half quarter third \
    majority minority average median statistic statistical percent percentage proportion ratio fraction prevalence prevalent incidence \
    epidemiology frequency frequent infrequent rare rarity uncommon commonly commonness often seldom sometimes occasional occasionally \
    rate probability probable likelihood likely unlikely chance chances odd odds penetrance penetrant carrier rank ranking top best worst \
    first second last latest newest primary principal secondary predominant foremost once twice double triple dozen hundred thousand \
    million billion per ubiquitous widespread quantify degree extent level burden enough big large small huge tiny long short wide tall \
    heavy only sole solely alone mainly mostly primarily partly formerly initially originally someday potentially exclusive exclusively high low higher lower";

/// Treatment, care and what they cost.
const TREATMENT: &str = "treat treatment treatable therapy therapeutic therapist cure curable heal remedy drug druggable medication \
    medicine medicinal pill tablet dose dosage dosing diet dietary nutrition nutritional food eat drink vitamin supplement vaccine \
    vaccination surgery surgical surgeon operate operation transplant transplantation prevent prevention preventable preventive avoid \
    avoidance manage management rehabilitation exercise physiotherapy inhibitor antibiotic steroid chemotherapy radiation trial relieve \
    relief alleviate improve improvement respond response rescue edit editing repair fix target therapeutically monitor surveillance \
    follow-up followup care caring nursing support insurance cost price expensive cheap pay buy afford reimburse hospital doctor \
    physician specialist centre center charity organisation organization foundation guideline protocol recommend recommendation consent";

/// Tests and diagnosis.
const DIAGNOSIS: &str = "test testing screen screening diagnose diagnosis diagnostic diagnosable misdiagnose misdiagnosis biopsy scan \
    imaging mri assay biomarker marker detect detection detectable prenatal preimplantation exome kit laboratory";

/// Course: when it begins, how it ends, how bad it is.
const COURSE: &str = "prognosis prognostic survive survival survivor mortality die death dead deadly fatal fatality lethal lethality \
    expectancy outcome lifespan life lifetime live lived living severe severity mild moderate progress progression progressive course \
    complication stage staging recover recovery worsen aggravate exacerbate relapse remission remit onset age aged early late later begin \
    beginning start young adolescent adolescence childhood juvenile infantile neonatal congenital acquired sporadic somatic germline \
    transient chronic acute subclinical classic classical partial delay accelerate outgrow painful dangerous danger harmful harmless \
    serious contagious infectious infect infection catch wasting threaten threatening scarring";

/// Time, history and persons.
const HISTORY: &str = "discover discoverer discovery invent inventor history author year century decade founder patent nobel pioneer \
    eponym etymology pronounce pronunciation spelling recent recently new newly novel future ancient evolution evolve evolutionary \
    conserved conservation famous celebrity";

/// Sex, age and origin of people: the answer would be that of a group.
const GROUPS: &str = "male female men women adult elderly senior ethnic ethnicity race population country ancestry european african asian \
    jewish ashkenazi caucasian consanguineous pregnancy pregnant foetus fetus fetal foetal sperm egg embryo embryonic boys girls";

/// A decision or advice.
const DECISION: &str = "advice advise advisable safe safety abort abortion terminate termination marry marriage worth worthwhile \
    allowed legal ethical decide decision choose choice";

/// Other things than those that the knowledge base tells of a gene or disease.
const ASPECTS: &str = "why because mechanism mechanistic pathogenesis pathophysiology pathway cascade interact interaction interactor \
    interactome bind binding partner ligand substrate regulate regulation regulator regulatory activate activation activator inhibit \
    inhibition block suppress suppressor silence silencing knockout knockdown knockin overexpress overexpression express expression \
    expressed upregulated downregulated upregulation downregulation methylate methylation imprint epigenetic epigenetics tissue organ \
    domain motif exon exonic intron intronic promoter enhancer switch dormant silent amplify transcript isoform splice splicing structure structural fold size length \
    weight mass primer antibody plasmid vector construct clone cloning crispr model phosphorylation phosphorylate ubiquitination \
    glycosylation pathogenic pathogenicity benign deleterious classification classify polymorphism polymorphic snp hotspot haplotype \
    deletion insertion duplication truncation nonsense frameshift subtype subclass subgroup modifier modify protective protect protection \
    picture image photo video diagram website webpage url review guideline stereotype metabolite concentration stock company activity \
    half-life charge solubility solution synthesis biosynthesis toxicity toxic agonist antagonist next adjacent nearest closest neighbour \
    neighbor neighbouring neighboring nearby flanking upstream downstream";

const EVERYWHERE: [&str; 3] = [DENIAL, LIKENESS, SPECIES];
const IN_A_QUESTION: [&str; 8] = [TURN, QUANTITY, TREATMENT, DIAGNOSIS, COURSE, HISTORY, GROUPS, DECISION];

/// Words in -est that are no superlatives.
const NO_SUPERLATIVES: &str = "test interest request suggest manifest rest guest west east contest protest honest modest invest digest forest \
    chest nest latest arrest quest harvest attest infest est suggest wrest";

fn has(class: &str, word: &str) -> bool {
    class.split_whitespace().any(|other| other == word)
}

/// A word and what it may be a form of: `studies`, `treated`, `stopping`, `rarely`.
fn forms(word: &str) -> Vec<String> {
    let mut all = vec![word.to_string()];
    let mut add = |stem: &str, least: usize| {
        if stem.len() >= least {
            all.push(stem.to_string());
            all.push(format!("{stem}e"));
            let twice = stem.as_bytes()[stem.len() - 1] == stem.as_bytes()[stem.len() - 2];
            if stem.is_ascii() && twice {
                all.push(stem[..stem.len() - 1].to_string());
            }
        }
    };
    for (end, least) in [("s", 3), ("es", 4), ("ed", 4), ("d", 4), ("ing", 4), ("ly", 4), ("er", 4), ("ers", 4)] {
        if let Some(stem) = word.strip_suffix(end) {
            add(stem, least);
        }
    }
    for end in ["ies", "ied"] {
        if let Some(stem) = word.strip_suffix(end) {
            all.push(format!("{stem}y"));
        }
    }
    all
}

fn is_in(classes: &[&str], word: &str) -> bool {
    let all = forms(word);
    classes.iter().any(|class| all.iter().any(|form| has(class, form)))
}

/// Whether a word is an auxiliary with `not`, with or without its apostrophe.
pub(super) fn is_negated(word: &str) -> bool {
    const AUXILIARIES: &str = "do does did ca could is are was were wo would should have has had must ai need";
    let stem = word.strip_suffix("n't").or_else(|| word.strip_suffix("nt"));
    word.ends_with("n't")
        || stem.is_some_and(|stem| has(AUXILIARIES, stem) && stem != "wa" && stem != "ca")
        || word == "cant"
}

/// Whether a word is the opposite of a word of the vocabulary: `unrelated`.
fn is_opposite(word: &str) -> bool {
    let stem = ["un", "non-", "non", "dis", "in"].iter().find_map(|start| word.strip_prefix(start));
    let says =
        |word: &str| matches!(vocabulary::cue(&[word]), Some((_, cue)) if cue != Cue::Filler && cue != Cue::Auxiliary);
    word.len() > 6 && stem.is_some_and(says) && !says(word)
}

/// Whether a word changes the meaning wherever it stands, also in what is told before the question.
pub(super) fn denies(word: &str) -> bool {
    // `Non-coding` says what is asked.
    if word.contains('-') && vocabulary::cue(&[word]).is_some() {
        return false;
    }
    is_negated(word)
        || is_opposite(word)
        || is_in(&EVERYWHERE, word)
        || word.contains('-') && word.split('-').any(|part| is_in(&EVERYWHERE, part))
        || ["-free", "-like", "less"]
            .iter()
            .any(|end| word.len() > end.len() + 3 && word.ends_with(end) && word != "unless" && word != "nevertheless")
}

/// Whether a word denies, or takes something out.
pub(super) fn denies_outright(word: &str) -> bool {
    is_negated(word) || is_opposite(word) || is_in(&[DENIAL], word)
}

/// Whether a word counts or compares by number.
pub(super) fn counts(word: &str) -> bool {
    is_in(&[QUANTITY], word)
}

/// Whether a word may be a verb of looking for a gene.
pub(super) fn examines(word: &str) -> bool {
    ["test", "screen", "check", "sequence", "order"].contains(&word)
}

/// Whether a word changes what is asked.
pub(super) fn changes(word: &str) -> bool {
    let superlative = word.len() > 4 && word.ends_with("est") && !has(NO_SUPERLATIVES, word);
    if word.contains('-') && vocabulary::cue(&[word]).is_some() {
        return false;
    }
    let one = |word: &str| is_in(&IN_A_QUESTION, word) || is_in(&[ASPECTS], word);
    denies(word) || superlative || one(word) || word.contains('-') && word.split('-').any(one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_changes_the_meaning_in_all_its_forms() {
        for word in [
            "not",
            "isn't",
            "isnt",
            "cant",
            "without",
            "treats",
            "treated",
            "treating",
            "therapies",
            "rarest",
            "rarely",
            "screening",
            "mice",
            "late-onset",
            "unlike",
            "marfan-like",
            "dosing",
            "stopped-living",
            "excluded",
            "regulates",
            "carriers",
            "oldest",
        ] {
            assert!(changes(word), "{word}");
        }
        for word in [
            "want",
            "rest",
            "interest",
            "supervisor",
            "designing",
            "midwife",
            "exam",
            "usually",
            "notes",
            "others",
            "wasn",
            "event",
        ] {
            assert!(!changes(word), "{word}");
        }
        assert!(denies("excluded") && denies("mice") && !denies("treated") && !denies("but"));
    }
}
