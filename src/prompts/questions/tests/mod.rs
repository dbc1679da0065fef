use super::*;
use names::{GeneName, Kinds};

mod strangers;

/// Names of a small world.
struct World;

const GENES: [&str; 8] = ["FBN1", "CFTR", "BRCA1", "BRCA2", "NF1", "WAS", "SHE", "DMD"];
const OTHER_GENES: [&str; 4] = ["p53", "HD", "CURE", "fibrillin 1"];
const PROTEINS: [&str; 2] = ["acid sphingomyelinase", "insulin"];
const DISEASES: [&str; 10] = [
    "dmd",
    "diseases of muscle",
    "marfan syndrome",
    "cystic fibrosis",
    "nf1",
    "hd",
    "hemophilia a",
    "maturity-onset diabetes of the young",
    "acid sphingomyelinase deficiency",
    "insulin",
];
const PHENOTYPES: [&str; 2] = ["arachnodactyly", "seizures"];

impl Names for World {
    fn kinds(&self, text: &str) -> Result<Kinds> {
        let low = text.to_lowercase();
        let symbol = GENES.iter().any(|gene| gene.eq_ignore_ascii_case(text));
        let other = OTHER_GENES.iter().any(|gene| gene.eq_ignore_ascii_case(text));
        let gene = match () {
            () if symbol => Some(GeneName::Symbol),
            () if PROTEINS.contains(&low.as_str()) => Some(GeneName::Words),
            () => other.then_some(GeneName::Other),
        };
        let exact = DISEASES.contains(&low.as_str());
        // As the knowledge base does it: words that many diseases have do not count.
        let special = |name: &str| {
            let all = name.split(' ').filter(|word| !["disease", "diseases", "of", "deficiency"].contains(word));
            all.collect::<Vec<_>>().join(" ")
        };
        let loose = !exact && DISEASES.iter().any(|name| special(name) == special(&low));
        let (disease, phenotype) = (exact || loose, PHENOTYPES.contains(&low.as_str()));
        Ok(Kinds { gene, disease, phenotype, loose, weak: false, initials: false })
    }

    fn same(&self, one: &str, other: &str) -> Result<bool> {
        Ok(one.eq_ignore_ascii_case(other))
    }

    fn why_unknown(&self, text: &str) -> Result<String> {
        Ok(format!("no disease or phenotype is called {text:?}"))
    }

    fn with_initials(&self, text: &str) -> Result<Vec<String>> {
        Ok(if text == "CFTR" { vec!["Cold fingers, toes and rash".into()] } else { Vec::new() })
    }
}

fn meant(line: &str) -> Option<String> {
    intents::prompt(&apart::take_apart(line, &World).expect("names"))
}

#[test]
fn a_question_is_understood_in_many_words() {
    for (line, prompt) in [
        ("What genes cause cystic fibrosis?", "disease=cystic fibrosis, genes ="),
        ("which gene is responsible for Marfan syndrome", "disease=Marfan syndrome, genes ="),
        ("Cystic fibrosis genes", "disease=Cystic fibrosis, genes ="),
        ("waht genes cuase cystic fibrosis", "disease=cystic fibrosis, genes ="),
        ("Could you please tell me the genetic cause of Marfan syndrome?", "disease=Marfan syndrome, genes ="),
        ("What causes Marfan syndrome?", "disease=Marfan syndrome, genes ="),
        (
            "mutations in which gene cause maturity-onset diabetes of the young?",
            "disease=maturity-onset diabetes of the young, genes =",
        ),
        ("Which genes are linked to arachnodactyly?", "phenotype=arachnodactyly, genes ="),
        ("Which diseases come with arachnodactyly?", "phenotype=arachnodactyly, diseases ="),
        ("which disease is caused by mutations in CFTR", "gene=CFTR, diseases ="),
        ("CFTR gene diseases", "gene=CFTR, diseases ="),
        ("What diseases do BRCA1 and BRCA2 cause?", "gene=BRCA1, gene=BRCA2, diseases ="),
        ("What are the symptoms of Marfan syndrome?", "disease=Marfan syndrome, phenotypes ="),
        ("Which phenotypes does FBN1 have?", "gene=FBN1, phenotypes ="),
        ("does FBN1 cause Marfan syndrome?", "gene=FBN1, disease=Marfan syndrome, relation ="),
        ("Is Marfan syndrome caused by FBN1?", "gene=FBN1, disease=Marfan syndrome, relation ="),
        ("Is there a link between FBN1 and arachnodactyly?", "gene=FBN1, phenotype=arachnodactyly, relation ="),
        ("Where is the CFTR gene located?", "gene=CFTR, information retrieval: location ="),
        ("What does BRCA1 do?", "gene=BRCA1, information retrieval: summary ="),
        ("FBN1's function", "gene=FBN1, information retrieval: summary ="),
        ("What is the Ensembl id of BRCA1", "gene=BRCA1, information retrieval: ensembl ="),
        ("What is the LOEUF of FBN1?", "gene=FBN1, information retrieval: loeuf ="),
        ("What is the pLI of BRCA1?", "gene=BRCA1, information retrieval: pli ="),
        ("RefSeq transcript of CFTR", "gene=CFTR, information retrieval: refseq ="),
        ("Which diseases does FBN1 cause?", "gene=FBN1, diseases ="),
        ("Which diseases result from mutations in FBN1?", "gene=FBN1, diseases ="),
        ("what is another name for p53", "gene=p53, information retrieval: names ="),
        ("Which gene encodes fibrillin 1?", "gene=fibrillin 1, information retrieval: symbol ="),
        ("how is hemophilia A inherited?", "disease=hemophilia A, information retrieval: inheritance ="),
        ("Is Marfan syndrome dominant or recessive?", "disease=Marfan syndrome, information retrieval: inheritance ="),
        ("what is Marfan syndrome?", "disease=Marfan syndrome, disease information ="),
        ("Arachnodactyly", "phenotype=Arachnodactyly, phenotype information ="),
        ("cftr", "gene=cftr, gene information ="),
        ("Is it true that FBN1 is associated with Marfan syndrome?", "gene=FBN1, disease=Marfan syndrome, relation ="),
        ("Which gene is mutated in people with cystic fibrosis?", "disease=cystic fibrosis, genes ="),
        ("Does p53 have other names?", "gene=p53, information retrieval: names ="),
        ("diseases where CFTR is involved", "gene=CFTR, diseases ="),
    ] {
        assert_eq!(meant(line).as_deref(), Some(prompt), "{line}");
    }
}

#[test]
fn words_that_say_nothing_change_nothing() {
    let genes = Some("disease=Marfan syndrome, genes =");
    for line in [
        "Marfan syndrome: gene(s)?",
        "Marfan syndrome - which genes?",
        "hi, can u tell me what gene causes Marfan syndrome",
        "My son has just been diagnosed with Marfan syndrome. Which gene is it?",
        "The letter says Marfan syndrome, which genes can that be from?",
        "Which genes should I consider for the so-called Marfan syndrome?",
        "I would be grateful for the genes implicated in Marfan syndrome.",
        "Which gene have I got to thank for my Marfan syndrome?",
        "I am reading about Marfan syndrome. Which genes cause Marfan syndrome?",
        "We saw a tall boy with long fingers in the outpatient department and discussed Marfan syndrome. Which genes cause it?",
        "A faulty copy of which gene causes Marfan syndrome?",
        "Hello, I have a patient with suspected Marfan syndrome. Which genes do I have to test?",
        "Our midwife mentioned Marfan syndrome screening. What gene does that concern?",
    ] {
        assert_eq!(meant(line).as_deref(), genes, "{line}");
    }
    for (line, prompt) in [
        ("How is Marfan syndrome defined?", "disease=Marfan syndrome, disease information ="),
        ("what is Marfan syndrome, in simple words please", "disease=Marfan syndrome, disease information ="),
        ("Marfan syndrome: does FBN1 cause it?", "gene=FBN1, disease=Marfan syndrome, relation ="),
        ("FBN1 - gene for what disease?", "gene=FBN1, diseases ="),
        ("Which diseases are FBN1-related?", "gene=FBN1, diseases ="),
        ("Genes of cystic fibrosis and Marfan syndrome", "disease=cystic fibrosis, disease=Marfan syndrome, genes ="),
        ("Is FBN1 or CFTR linked to seizures?", "gene=FBN1, gene=CFTR, phenotype=seizures, relation ="),
        ("HD gene?", "disease=HD, genes ="),
        ("What other symbols does HD have?", "gene=HD, information retrieval: names ="),
    ] {
        assert_eq!(meant(line).as_deref(), Some(prompt), "{line}");
    }
}

#[test]
fn questions_of_many_voices_are_understood() {
    let genes = Some("disease=Marfan syndrome, genes =");
    for line in [
        "What gene is to be held responsible for Marfan syndrome?",
        "Marfan syndrome is due to what?",
        "genetics of Marfan syndrome",
        "Which genes should be sequenced for Marfan syndrome?",
        "Kindly let me have the genes in which mutations underlie Marfan syndrome.",
        "Marfan syndrome gene list",
        "We would be obliged if you listed the genes for Marfan syndrome.",
        "To which gene can Marfan syndrome be traced?",
        "Faults in what genes bring on Marfan syndrome?",
        "What gene is wrong in Marfan syndrome",
        "information retrieval: genes of Marfan syndrome",
    ] {
        assert_eq!(meant(line).as_deref(), genes, "{line}");
    }
    for (line, prompt) in [
        ("What happens when CFTR is mutated?", "gene=CFTR, diseases ="),
        ("If CFTR is defective, which disease results?", "gene=CFTR, diseases ="),
        ("Disorders attributable to CFTR?", "gene=CFTR, diseases ="),
        ("CFTR mutation syndromes", "gene=CFTR, diseases ="),
        ("Patients with CFTR mutations have which disease?", "gene=CFTR, diseases ="),
        ("Which diseases stem from mutations in CFTR?", "gene=CFTR, diseases ="),
        ("diseases showing arachnodactyly", "phenotype=arachnodactyly, diseases ="),
        ("Describe the clinical features of Marfan syndrome.", "disease=Marfan syndrome, phenotypes ="),
        ("What is Marfan syndrome characterised by?", "disease=Marfan syndrome, phenotypes ="),
        ("Is Marfan syndrome due to FBN1?", "gene=FBN1, disease=Marfan syndrome, relation ="),
        ("Marfan syndrome: FBN1 involved?", "gene=FBN1, disease=Marfan syndrome, relation ="),
        ("FBN1 causes Marfan syndrome, right?", "gene=FBN1, disease=Marfan syndrome, relation ="),
        ("Would a mutation of FBN1 explain Marfan syndrome?", "gene=FBN1, disease=Marfan syndrome, relation ="),
        ("On what chromosome do we find CFTR?", "gene=CFTR, information retrieval: chromosome ="),
        ("information retrieval: omim of Marfan syndrome", "disease=Marfan syndrome, information retrieval: omim ="),
    ] {
        assert_eq!(meant(line).as_deref(), Some(prompt), "{line}");
    }
}

#[test]
fn two_questions_in_one_are_refused() {
    for line in [
        "What is Marfan syndrome and how is it inherited?",
        "What does CFTR do and where is it located?",
        "What is CFTR? Where is it?",
        "Which gene causes Marfan syndrome and what are its symptoms?",
        "genes and symptoms of Marfan syndrome",
        "What genes and mutations cause Marfan syndrome?",
        "name and location of CFTR",
    ] {
        let sentence = apart::take_apart(line, &World).expect("names");
        assert_eq!(intents::prompt(&sentence), None, "{line}");
        let refused = why(&sentence, &World).expect("a reason").detail;
        assert!(refused.starts_with("it asks two things"), "{line}: {refused}");
        assert!(refused.contains("the nearest prompts are"), "{line}: {refused}");
    }
    assert!(meant("What are the signs and symptoms of Marfan syndrome?").is_some());
    let refused =
        why(&apart::take_apart("Which genes cause CFTR?", &World).expect("names"), &World).expect("a reason").detail;
    assert!(refused.contains("CFTR is taken for the gene, diseases with these initials are Cold fingers"), "{refused}");
    for line in ["CFTR is the gene for what?", "Is CFTR not related to cystic fibrosis?"] {
        assert_eq!(meant(line), None, "{line}");
    }
}

#[test]
fn ordinary_words_may_stand_where_they_change_nothing() {
    let genes = Some("disease=Marfan syndrome, genes =");
    for line in [
        "Which gene goes haywire in Marfan syndrome?",
        "which genes underpin Marfan syndrome",
        "I don't know which gene is to blame for Marfan syndrome, do you?",
        "Mutating which gene would give a person Marfan syndrome?",
        "To what gene do we owe Marfan syndrome?",
        "For a poster in the waiting room I want the guilty gene of Marfan syndrome.",
        "A neighbour's boy suffers from Marfan syndrome. Could you say which gene is to blame?",
        "Which gene, when it does not work, leads to Marfan syndrome?",
        "Who can name the gene for Marfan syndrome?",
        "I work in a newborn screening lab and would like to know which genes are relevant for Marfan syndrome.",
        "Is there a single gene that causes Marfan syndrome? If so, which one?",
        "Please, which gene do they test when they suspect Marfan syndrome?",
        "The gene behind the disease called Marfan syndrome?",
    ] {
        assert_eq!(meant(line).as_deref(), genes, "{line}");
    }
    for (line, prompt) in [
        ("Tell a curious teenager what CFTR does.", "gene=CFTR, information retrieval: summary ="),
        (
            "I'm annotating a table and want the Ensembl identifier of BRCA1.",
            "gene=BRCA1, information retrieval: ensembl =",
        ),
        ("Are there any reports connecting FBN1 with seizures?", "gene=FBN1, phenotype=seizures, relation ="),
        ("Is FBN1 protein coding or not?", "gene=FBN1, information retrieval: kind ="),
        ("What does a child with Marfan syndrome look like?", "disease=Marfan syndrome, phenotypes ="),
        ("I keep hearing that NF1 has a hand in seizures, is that true?", "gene=NF1, phenotype=seizures, relation ="),
        (
            "How does Marfan syndrome run through families?",
            "disease=Marfan syndrome, information retrieval: inheritance =",
        ),
    ] {
        assert_eq!(meant(line).as_deref(), Some(prompt), "{line}");
    }
}

#[test]
fn ordinary_words_refuse_where_they_change_what_is_asked() {
    for line in [
        "Which genes cause juvenile Marfan syndrome?",
        "I have a boy with juvenile Marfan syndrome. Which gene is it?",
        "Which mitochondrial genes cause Marfan syndrome?",
        "Which gene panel covers Marfan syndrome?",
        "Which exercises suit people with Marfan syndrome?",
        "Which genes cause rashes in Marfan syndrome?",
        "I have Marfan syndrome. Which gene causes freckles?",
        "Which genes cause Marfan syndrome in teenagers?",
        "The colour of which gene is Marfan syndrome?",
        "Give me a picture of the gene for Marfan syndrome",
        "Which gene causes Marfan syndrome and book me a table",
        "Which genes are unrelated to Marfan syndrome?",
        "The form asks for the Orphanet number of Marfan syndrome, what is it?",
        "My doctor wants the gene for Marfan syndrome. What is it?",
        "What does the CFTR channel do?",
        "What is Marfan syndrome named after?",
        "How bad is Marfan syndrome?",
        "Which genes soften Marfan syndrome?",
        "Which genes does Marfan syndrome switch off?",
        "Which symptoms of Marfan syndrome does aspirin ease?",
        "Information on clinics for Marfan syndrome",
        "Does FBN1 matter in twins with Marfan syndrome?",
        "What is FBN1 responsible for in the body?",
    ] {
        assert_eq!(meant(line), None, "{line}");
    }
}

#[test]
fn a_story_asks_nothing_and_advice_is_not_given() {
    for line in [
        "My son has Marfan syndrome",
        "My son has Marfan syndrome. What should I do?",
        "Should I worry about Marfan syndrome?",
        "Should FBN1 be linked to Marfan syndrome?",
        "Marfan syndrome: does it not come from FBN1?",
        "Does FBN1 always cause Marfan syndrome?",
        "Which diseases have seizures and arachnodactyly?",
        "Which genes cause both cystic fibrosis and Marfan syndrome?",
        "Is FBN1 Marfan syndrome?",
        "How do you get Marfan syndrome?",
        "Which genes of my son cause Marfan syndrome?",
        "Which gene is next to FBN1?",
        "I do not have Marfan syndrome. Which genes cause it?",
        "My aunt has Brellmann syndrome and arachnodactyly. Which genes cause it?",
        "My aunt has brellmann syndrome and arachnodactyly. Which genes cause it?",
        "Cure Marfan syndrome. Which genes cause it?",
    ] {
        assert_eq!(meant(line), None, "{line}");
    }
}

#[test]
fn a_name_of_a_gene_and_a_disease_is_what_the_question_is_about() {
    assert_eq!(meant("What does NF1 do?").as_deref(), Some("gene=NF1, information retrieval: summary ="));
    assert_eq!(meant("Which genes cause NF1?").as_deref(), Some("disease=NF1, genes ="));
    // HD is an alias of a gene and the abbreviation of a disease.
    assert_eq!(meant("What is HD?").as_deref(), Some("disease=HD, disease information ="));
    assert_eq!(meant("What does HD do?"), None);
    assert_eq!(meant("What does the HD gene do?").as_deref(), Some("gene=HD, information retrieval: summary ="));
}

#[test]
fn an_exact_name_is_meant_before_one_with_a_word_more() {
    for (line, prompt) in [
        ("What is acid sphingomyelinase?", "gene=acid sphingomyelinase, gene information ="),
        ("Acid sphingomyelinase", "gene=Acid sphingomyelinase, gene information ="),
        ("acid sphingomyelinase gene", "gene=acid sphingomyelinase, gene information ="),
        (
            "What is acid sphingomyelinase deficiency?",
            "disease=acid sphingomyelinase deficiency, disease information =",
        ),
        // The disease has exactly this name.
        ("What is insulin?", "disease=insulin, disease information ="),
    ] {
        assert_eq!(meant(line).as_deref(), Some(prompt), "{line}");
    }
}

#[test]
fn words_that_ask_are_no_part_of_a_loose_name() {
    for (line, prompt) in [
        ("diseases of DMD", "gene=DMD, diseases ="),
        ("List diseases of NF1", "gene=NF1, diseases ="),
        ("What are the diseases of DMD?", "gene=DMD, diseases ="),
        ("What is DMD disease?", "disease=DMD disease, disease information ="),
        ("What are diseases of muscle?", "disease=diseases of muscle, disease information ="),
    ] {
        assert_eq!(meant(line).as_deref(), Some(prompt), "{line}");
    }
}

#[test]
fn a_symbol_that_is_a_word_is_a_gene_in_capitals() {
    for (line, prompt) in [
        ("What does WAS do?", "gene=WAS, information retrieval: summary ="),
        ("Which diseases does the gene SHE cause?", "gene=SHE, diseases ="),
        ("Where was WAS mapped?", "gene=WAS, information retrieval: location ="),
        ("WAS", "gene=WAS, gene information ="),
        ("Which gene was it that causes Marfan syndrome?", "disease=Marfan syndrome, genes ="),
        ("WHICH GENE WAS IT THAT CAUSES MARFAN SYNDROME?", "disease=MARFAN SYNDROME, genes ="),
    ] {
        assert_eq!(meant(line).as_deref(), Some(prompt), "{line}");
    }
    let sentence = apart::take_apart("Which gene WAS linked to Marfan syndrome?", &World).expect("names");
    assert_eq!(intents::prompt(&sentence), None);
    let refused = why(&sentence, &World).expect("a reason").detail;
    assert!(refused.contains("\"gene=WAS, disease=Marfan syndrome, relation =\""), "{refused}");
}

#[test]
fn what_means_something_else_is_refused() {
    for line in [
        "What is the treatment for cystic fibrosis?",
        "Is there a cure for cystic fibrosis?",
        "Which genes do not cause cystic fibrosis?",
        "Which genes cause cystic fibrosis in mice?",
        "How many people have Marfan syndrome?",
        "How common is cystic fibrosis?",
        "How does FBN1 cause Marfan syndrome?",
        "Does Marfan syndrome cause FBN1?",
        "Is BRCA1 related to BRCA2?",
        "Is NF1 related to BRCA1?",
        "Which gene causes Marfan syndrome, FBN1 or BRCA1?",
        "What does Marfan syndrome cause?",
        "What causes FBN1?",
        "What disease causes FBN1?",
        "Which diseases lead to the FBN1 gene?",
        "What is the pLI of Marfan syndrome?",
        "Which mutations cause cystic fibrosis?",
        "What are the genes and symptoms of Marfan syndrome?",
        "Is arachnodactyly a symptom of Marfan syndrome?",
        "Where is CFTR expressed?",
        "How is BRCA1 inhibited?",
        "cases of cystic fibrosis",
        "What is the most common cause of cystic fibrosis?",
        "Is FBN1 a gene?",
        "gene",
        "",
        "?",
    ] {
        assert_eq!(meant(line), None, "{line}");
    }
}

#[test]
fn a_refusal_names_the_word_and_the_nearest_prompts() {
    let refused = |line: &str| why(&apart::take_apart(line, &World).expect("names"), &World).expect("a reason").detail;
    let treatment = refused("What is the treatment for cystic fibrosis?");
    assert_eq!(
        treatment,
        "\"treatment\" is not understood; the nearest prompts are \"disease=cystic fibrosis, genes =\" and \"disease=cystic \
         fibrosis, phenotypes =\"; for example, ask: Which genes cause cystic fibrosis?"
    );
    let term = refused("Does FBN1 come with HP:0001166?");
    assert!(term.starts_with("no disease or phenotype is called \"HP:0001166\"; "), "{term}");
    let misspelt = refused("What are the symptoms of marfen syndrome?");
    assert!(misspelt.starts_with("no disease or phenotype is called \"marfen syndrome\"; "), "{misspelt}");
    assert!(misspelt.contains("\"disease=NAME, phenotypes =\""), "{misspelt}");
}

#[test]
fn without_a_knowledge_base_questions_about_genes_say_so_and_sequences_are_answered() {
    for (line, skip) in [
        ("What genes cause cystic fibrosis?", Skip::NoKnowledgeBase),
        ("CFTR", Skip::NoKnowledgeBase),
        ("What on earth will the weather be tomorrow", Skip::UnknownQuestion),
        ("ATGGCC", Skip::UnknownQuestion),
        ("how heavy is ATGGCC?", Skip::UnknownQuestion),
    ] {
        assert_eq!(understand(line, None).expect("read").expect_err(line).skip, skip, "{line}");
    }
    assert_eq!(understand("translate ATGGCC", None).expect("read").expect("a prompt"), "ATGGCC, protein sequence =");
}
