//! Diseases belong to the groups that their names say, and groups are found in fewer words than sources use.

use super::{
    loose_names::{base_of, clingen, found, gene2phenotype, hpoa, orphanet},
    rows,
};
use crate::support::{genogloss, succeed};

#[test]
fn a_disease_belongs_to_the_groups_that_its_name_says() {
    let numbered = [
        ("OMIM:256730", "Ceroid lipofuscinosis, neuronal, 1"),
        ("OMIM:204500", "Ceroid lipofuscinosis, neuronal, 2"),
        ("OMIM:204200", "Ceroid lipofuscinosis, neuronal, 3"),
    ];
    let (_folder, base) = base_of(&[
        ("hpoa.txt", hpoa(&numbered)),
        (
            "orphanet.tsv",
            orphanet(&[
                (475, "Joubert syndrome", "AAA1"),
                (220497, "Joubert syndrome with renal defect", "BBB2"),
                (244, "Primary ciliary dyskinesia", "CCC3"),
                (48471, "Lissencephaly", "DDD4"),
                (216, "Neuronal ceroid lipofuscinosis", "AAA1"),
                (773, "Refsum disease", "AAA1"),
                (772, "Infantile Refsum disease", "BBB2"),
                (79373, "Ectodermal dysplasia", "AAA1"),
            ]),
        ),
        (
            "clingen.csv",
            clingen(&[
                ("ciliary dyskinesia, primary, 47, and lissencephaly", "MONDO:0030346", "EEE5"),
                ("FFF6-related lissencephaly", "MONDO:0000002", "FFF6"),
                ("adult neuronal ceroid lipofuscinosis", "MONDO:0019260", "FFF6"),
                ("lissencephaly spectrum disorders", "MONDO:0018838", "AAA1"),
                ("immunodeficiency without ectodermal dysplasia", "MONDO:0000003", "CCC3"),
            ]),
        ),
    ]);
    let genes = |disease: &str| {
        let named = |one: &String| one.split(':').next().unwrap_or_default().to_string();
        found(&base, disease).1.iter().map(named).collect::<Vec<_>>()
    };
    assert_eq!(genes("Joubert syndrome"), ["AAA1", "BBB2"]);
    assert_eq!(genes("Primary ciliary dyskinesia"), ["CCC3", "EEE5"]);
    assert_eq!(genes("Lissencephaly"), ["AAA1", "DDD4", "EEE5", "FFF6"]);
    assert_eq!(genes("Neuronal ceroid lipofuscinosis"), ["AAA1", "FFF6"]);
    assert_eq!(genes("Refsum disease"), ["AAA1"], "it is no group");
    assert_eq!(genes("Ectodermal dysplasia"), ["AAA1"], "what follows `without` is what a disease is not");
}

#[test]
fn a_group_is_found_in_fewer_words() {
    let term = |id: u32, name: &str, above: u32| {
        let above = if above > 0 { format!("is_a: MONDO:{above:07} ! above\n") } else { String::new() };
        format!("[Term]\nid: MONDO:{id:07}\nname: {name}\n{above}\n")
    };
    let terms = [
        term(1, "disease", 0),
        term(2, "disorder of urea cycle metabolism and ammonia detoxification", 1),
        term(3, "argininosuccinic aciduria", 2),
        term(4, "oculocutaneous or ocular albinism", 1),
        term(5, "ocular albinism", 4),
        term(6, "X-linked recessive ocular albinism", 5),
        term(7, "oculocutaneous albinism", 4),
        term(8, "oculocutaneous albinism type 4", 7),
        term(9, "albinism-deafness syndrome", 1),
        term(10, "small fiber neuropathy", 1),
        term(11, "neuropathy of small fibers", 10),
        term(12, "motor neuropathy", 1),
        term(13, "distal motor neuropathy", 12),
    ];
    let mondo = format!("format-version: 1.2\nontology: mondo\n\n{}", terms.concat());
    let genes = clingen(&[
        ("argininosuccinic aciduria", "MONDO:0000003", "AAA1"),
        ("X-linked recessive ocular albinism", "MONDO:0000006", "BBB2"),
        ("oculocutaneous albinism type 4", "MONDO:0000008", "CCC3"),
    ]);
    let (_folder, base) = base_of(&[("mondo.obo", mondo), ("clingen.csv", genes)]);
    let of = |text: &str| found(&base, text);
    assert_eq!(of("urea cycle disorders"), ("MONDO:0000002".into(), vec!["AAA1: definitive".into()]));
    let (id, genes) = of("albinism");
    assert_eq!((id.as_str(), genes.len()), ("MONDO:0000004", 2), "what all others are below");
    let run = genogloss(&["genes", "-b", &base, "disease", "neuropathy"]);
    assert_eq!(run.code, 1, "one word of two groups");
    assert!(run.stderr.contains("did you mean"), "{}", run.stderr);
}

#[test]
fn a_list_says_who_is_against_a_gene() {
    let refuted = clingen(&[("Usher syndrome type 1", "MONDO:0010168", "AAA1")]).replace("Definitive", "Refuted");
    let (_folder, base) = base_of(&[
        ("hpoa.txt", hpoa(&[("OMIM:276900", "Usher syndrome, type I"), ("OMIM:614869", "Usher syndrome, type IJ")])),
        ("orphanet.tsv", orphanet(&[(886, "Usher syndrome", "BBB2")])),
        ("clingen.csv", refuted),
        ("g2p.csv", gene2phenotype(&[("AAA1", "USHER SYNDROME TYPE IJ", "614869")])),
    ]);
    assert_eq!(found(&base, "Usher syndrome").1, ["AAA1: definitive; refuted by ClinGen", "BBB2: supportive"]);
    let answer = succeed(&["ask", "-b", &base, "disease=Usher syndrome, genes ="]);
    assert!(answer.contains("AAA1 (definitive; refuted by ClinGen); BBB2"), "{answer}");
    let related = rows(&base, &["relate", "AAA1", "Usher syndrome"]);
    assert!(related[0][3] == "yes" && related[0][7].contains("Refuted (MONDO:0010168"), "{related:?}");
}
