//! Ways in which people who had not read the grammar asked, and sentences one or two words away from them that ask something else.

use super::meant;

#[test]
fn people_ask_in_other_words() {
    for (line, prompt) in [
        ("Is FBN1 on the X chromosome?", "gene=FBN1, information retrieval: chromosome ="),
        ("What is CFTR for?", "gene=CFTR, information retrieval: summary ="),
        ("is CFTR dominant or recessive", "gene=CFTR, information retrieval: inheritance ="),
        ("How is CFTR related disease inherited?", "gene=CFTR, information retrieval: inheritance ="),
        ("How are FBN1-related conditions passed on?", "gene=FBN1, information retrieval: inheritance ="),
        ("How do people with FBN1 mutations present?", "gene=FBN1, phenotypes ="),
        ("Is the disease from CFTR recessive or dominant?", "gene=CFTR, information retrieval: inheritance ="),
        ("how is the disease caused by CFTR inherited", "gene=CFTR, information retrieval: inheritance ="),
        ("what else is Marfan syndrome called", "disease=Marfan syndrome, information retrieval: synonyms ="),
        ("other symbols used for CFTR", "gene=CFTR, information retrieval: names ="),
        ("I would like everything you have on CFTR, thank you", "gene=CFTR, gene information ="),
        ("Sorry for the silly question, but which band is CFTR on?", "gene=CFTR, information retrieval: location ="),
        (
            "how does cystic fibrosis pass from parent to child",
            "disease=cystic fibrosis, information retrieval: inheritance =",
        ),
        ("any evidence tying FBN1 to Marfan syndrome", "gene=FBN1, disease=Marfan syndrome, relation ="),
        ("Explain to me in a few words what Marfan syndrome is", "disease=Marfan syndrome, disease information ="),
        ("the report says FBN1, what features go with this gene", "gene=FBN1, phenotypes ="),
        ("who is the culprit gene in Marfan syndrome", "disease=Marfan syndrome, genes ="),
        ("I need the disease list for CFTR", "gene=CFTR, diseases ="),
        ("is cystic fibrosis sex linked", "disease=cystic fibrosis, information retrieval: inheritance ="),
        ("Marfan syndrome - does FBN1 come into it?", "gene=FBN1, disease=Marfan syndrome, relation ="),
        ("FBN1 is a Marfan syndrome gene, yes or no?", "gene=FBN1, disease=Marfan syndrome, relation ="),
        (
            "I read that Marfan syndrome comes from FBN1, is this right?",
            "gene=FBN1, disease=Marfan syndrome, relation =",
        ),
        ("Has anyone linked arachnodactyly to FBN1?", "gene=FBN1, phenotype=arachnodactyly, relation ="),
        ("what has FBN1 got to do with arachnodactyly", "gene=FBN1, phenotype=arachnodactyly, relation ="),
        ("Is arachnodactyly among the things FBN1 can cause?", "gene=FBN1, phenotype=arachnodactyly, relation ="),
        ("The gene that goes wrong in Marfan syndrome, what's it called?", "disease=Marfan syndrome, genes ="),
        ("what must be mutated to have Marfan syndrome", "disease=Marfan syndrome, genes ="),
        ("for Marfan syndrome, is a gene known", "disease=Marfan syndrome, genes ="),
        ("What should be sequenced if we suspect Marfan syndrome?", "disease=Marfan syndrome, genes ="),
        ("What does Marfan syndrome do to you", "disease=Marfan syndrome, phenotypes ="),
        ("how would Marfan syndrome make itself felt", "disease=Marfan syndrome, phenotypes ="),
        ("What could arachnodactyly be a sign of?", "phenotype=arachnodactyly, diseases ="),
        ("arachnodactyly is a symptom of which diseases", "phenotype=arachnodactyly, diseases ="),
        ("arachnodactyly HP number", "phenotype=arachnodactyly, information retrieval: hpo ="),
        (
            "cystic fibrosis: does one need two bad copies?",
            "disease=cystic fibrosis, information retrieval: inheritance =",
        ),
        ("What else has CFTR been called over the years?", "gene=CFTR, information retrieval: names ="),
    ] {
        assert_eq!(meant(line).as_deref(), Some(prompt), "{line}");
    }
}

#[test]
fn a_word_or_two_away_is_another_question() {
    for line in [
        "Is FBN1 Marfan syndrome?",
        "Does everyone with FBN1 get Marfan syndrome?",
        "will I get Marfan syndrome if I have FBN1?",
        "If I have FBN1 will I get Marfan syndrome?",
        "Will someone with FBN1 have Marfan syndrome?",
        "Is Marfan syndrome a symptom of FBN1?",
        "Do all people with FBN1 mutations get Marfan syndrome?",
        "Marfan syndrome despite normal FBN1, is this possible",
        "Would you say FBN1 is the main Marfan syndrome gene?",
        "Does Marfan syndrome cause FBN1 mutations?",
        "since when is FBN1 known to cause Marfan syndrome",
        "How strongly is FBN1 associated with Marfan syndrome?",
        "the genetic cause of Marfan syndrome was found when exactly",
        "Who's the scientist behind the Marfan syndrome gene?",
        "who found the gene for Marfan syndrome",
        "Where in the cell is FBN1 located?",
        "Conditions in which FBN1 is normal",
        "I tattooed FBN1 on my arm in Marfan syndrome week",
        "what type of mutation is common in FBN1",
        "Which FBN1 variants cause Marfan syndrome?",
        "Which autosomal dominant diseases does FBN1 cause?",
        "arachnodactyly, what can I do about it?",
        "Thanks for the list of Marfan syndrome genes!",
    ] {
        let prompt = meant(line);
        assert!(prompt.is_none(), "{line}: {prompt:?}");
    }
}
