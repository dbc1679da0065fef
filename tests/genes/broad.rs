//! Disputes of broad diseases, and of diseases by other words, reach what sources list under other names.

use super::{
    claims::{ask, base_of, clingen},
    rows,
};

/// CGD lists each gene with a disease.
fn cgd(all: &[(&str, u32, &str)]) -> String {
    let row = |(gene, hgnc, disease): &(&str, u32, &str)| {
        format!("{gene}\t{hgnc}\t{hgnc}\t{disease}\tAD\tN/A\t\tMusculoskeletal\tN/A\t\t\t7493032\n")
    };
    let head = super::CGD.lines().next().expect("a header");
    format!("{head}\n{}", all.iter().map(row).collect::<String>())
}

#[test]
fn a_dispute_of_a_broad_disease_reaches_those_that_are_among_it() {
    let class = |gene, hgnc, disease, number| (gene, hgnc, disease, number, "Disputed");
    let (_folder, base) = base_of(&[
        (
            "clingen.csv",
            &clingen(&[
                class("AAA1", 100, "X-linked complex neurodevelopmental disorder", "MONDO:0100148"),
                class("BBB2", 101, "cardiogenetic disease", "MONDO:0100547"),
                class("CCC3", 102, "arrhythmogenic right ventricular cardiomyopathy", "MONDO:0016587"),
                class("DDD4", 103, "autism spectrum disorder", "MONDO:0005258"),
                class("EEE5", 104, "complex neurodevelopmental disorder", "MONDO:0100038"),
                ("EEE5", 104, "intellectual disability 7", "MONDO:0000007", "Definitive"),
            ]),
        ),
        (
            "cgd.txt",
            &cgd(&[
                ("AAA1", 100, "Mental retardation, X-linked 88"),
                ("BBB2", 101, "Brugada syndrome 4"),
                ("CCC3", 102, "Arrhythmogenic right ventricular dysplasia 2"),
                ("DDD4", 103, "Autism, susceptibility to, X-linked 6"),
                ("EEE5", 104, "Intellectual disability 7"),
                ("FFF6", 105, "Brugada syndrome 4"),
            ]),
        ),
    ]);
    for (gene, about, answer, claim) in [
        ("AAA1", "Mental retardation, X-linked 88", "no", "disputed"),
        ("AAA1", "X-linked complex neurodevelopmental disorder", "no", "disputed"),
        ("BBB2", "Brugada syndrome 4", "no", "disputed"),
        ("CCC3", "Arrhythmogenic right ventricular dysplasia 2", "no", "disputed"),
        ("DDD4", "Autism, susceptibility to, X-linked 6", "no", "disputed"),
        // What is upheld is a yes, and nobody disputes the other gene.
        ("EEE5", "Intellectual disability 7", "yes", "definitive"),
        ("FFF6", "Brugada syndrome 4", "yes", "supportive"),
    ] {
        let row = &rows(&base, &["relate", gene, about])[0];
        assert_eq!((row[3].as_str(), row[4].as_str(), row[6].as_str()), (answer, claim, "stated"), "{row:?}");
        assert_eq!(row[7].contains("Disputed"), claim == "disputed", "{row:?}");
    }
    let [answer, ..] = ask(&base, &[], "disease=Brugada syndrome 4, genes =");
    assert_eq!(answer, "FFF6; BBB2 (disputed)");
}
