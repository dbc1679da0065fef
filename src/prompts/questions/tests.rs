use super::*;
use names::{GeneName, Kinds};

/// Names of a small world.
struct World;

const GENES: [&str; 5] = ["FBN1", "CFTR", "BRCA1", "BRCA2", "NF1"];
const OTHER_GENES: [&str; 4] = ["p53", "HD", "CURE", "fibrillin 1"];
const DISEASES: [&str; 6] =
    ["marfan syndrome", "cystic fibrosis", "nf1", "hd", "hemophilia a", "maturity-onset diabetes of the young"];
const PHENOTYPES: [&str; 2] = ["arachnodactyly", "seizures"];

impl Names for World {
    fn kinds(&self, text: &str) -> Result<Kinds> {
        let low = text.to_lowercase();
        let symbol = GENES.iter().any(|gene| gene.eq_ignore_ascii_case(text));
        let other = OTHER_GENES.iter().any(|gene| gene.eq_ignore_ascii_case(text));
        let gene = if symbol { Some(GeneName::Symbol) } else { other.then_some(GeneName::Other) };
        let (disease, phenotype) = (DISEASES.contains(&low.as_str()), PHENOTYPES.contains(&low.as_str()));
        Ok(Kinds { gene, disease, phenotype })
    }

    fn why_unknown(&self, text: &str) -> Result<String> {
        Ok(format!("no disease or phenotype is called {text:?}"))
    }
}

fn meant(line: &str) -> Option<String> {
    intents::prompt(&Sentence::of(line, &World).expect("names"))
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
fn a_name_of_a_gene_and_a_disease_is_what_the_question_is_about() {
    assert_eq!(meant("What does NF1 do?").as_deref(), Some("gene=NF1, information retrieval: summary ="));
    assert_eq!(meant("Which genes cause NF1?").as_deref(), Some("disease=NF1, genes ="));
    // HD is an alias of a gene and the abbreviation of a disease.
    assert_eq!(meant("What is HD?").as_deref(), Some("disease=HD, disease information ="));
    assert_eq!(meant("What does HD do?"), None);
    assert_eq!(meant("What does the HD gene do?").as_deref(), Some("gene=HD, information retrieval: summary ="));
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
        "Which genes cause Marfan syndrome and cystic fibrosis?",
        "Which gene causes Marfan syndrome, FBN1 or BRCA1?",
        "What does Marfan syndrome cause?",
        "What causes FBN1?",
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
    let refused = |line: &str| why(&Sentence::of(line, &World).expect("names"), &World).expect("a reason").detail;
    let treatment = refused("What is the treatment for cystic fibrosis?");
    assert_eq!(
        treatment,
        "\"treatment\" is not understood; the nearest prompts are \"disease=cystic fibrosis, genes =\" and \"disease=cystic \
         fibrosis, phenotypes =\"; for example, ask: Which genes cause cystic fibrosis?"
    );
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
        ("how long is ATGGCC?", Skip::UnknownQuestion),
    ] {
        assert_eq!(understand(line, None).expect("read").expect_err(line).skip, skip, "{line}");
    }
    assert_eq!(understand("translate ATGGCC", None).expect("read").expect("a prompt"), "ATGGCC, protein sequence =");
}
