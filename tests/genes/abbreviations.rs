//! Abbreviations: what a source lists is answered where it is plainly meant, and refused where better known diseases have the initials.

use super::{HGNC, OBO};
use crate::support::{Folder, genogloss};

const MONDO: &str = "format-version: 1.2
data-version: releases/2025-01-07
ontology: mondo

[Term]
id: MONDO:0000001
name: diffuse cutaneous mastocytosis
synonym: \"DCM\" EXACT ABBREVIATION []

[Term]
id: MONDO:0000002
name: dilated cardiomyopathy

[Term]
id: MONDO:0000003
name: Marfan syndrome
synonym: \"MFS\" EXACT ABBREVIATION []

[Term]
id: MONDO:0000004
name: Miller Fisher syndrome

[Term]
id: MONDO:0000005
name: tuberous sclerosis complex

[Term]
id: MONDO:0000006
name: multiple endocrine neoplasia type 2A
synonym: \"MEN2A\" EXACT ABBREVIATION []

[Term]
id: MONDO:0000007
name: neurofibromatosis type 1

[Term]
id: MONDO:0000008
name: gouty state
synonym: \"Gout\" EXACT []

[Term]
id: MONDO:0000009
name: fibrillin two syndrome
synonym: \"FBN2\" EXACT ABBREVIATION []

[Term]
id: MONDO:0000010
name: long finger syndrome
synonym: \"LFS\" EXACT ABBREVIATION []

[Term]
id: MONDO:0000011
name: large foot syndrome
synonym: \"LFS\" EXACT ABBREVIATION []
";

/// Diseases that several sources have are well known.
const HPOA: &str = "#version: 2025-01-16
database_id\tdisease_name\tqualifier\thpo_id\treference\tevidence\tonset\tfrequency\tsex\tmodifier\taspect\tbiocuration
OMIM:100001\tDilated cardiomyopathy\t\tHP:0001166\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x
OMIM:100002\tMarfan syndrome\t\tHP:0001166\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x
OMIM:100003\tTuberous sclerosis complex\t\tHP:0001166\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x
OMIM:100004\tNeurofibromatosis type 1\t\tHP:0001166\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x
";

const CGD: &str = "#GENE\tHGNC ID\tENTREZ GENE ID\tCONDITION\tINHERITANCE\tAGE GROUP\tALLELIC CONDITIONS\tMANIFESTATION CATEGORIES\tINTERVENTION CATEGORIES\tCOMMENTS\tINTERVENTION/RATIONALE\tREFERENCES
FBN1\t3603\t2200\tMarfan syndrome; Dilated cardiomyopathy; Tuberous sclerosis complex; Neurofibromatosis type 1\tAD\tN/A\t\tMusculoskeletal\tN/A\t\t\t1
FBN2\t3604\t2201\tMultiple endocrine neoplasia type 2A; Fibrillin two syndrome; Gouty state; Diffuse cutaneous mastocytosis\tAD\tN/A\t\tMusculoskeletal\tN/A\t\t\t1
";

fn made() -> (Folder, String) {
    let folder = Folder::new();
    let base = folder.path("genes.sqlite");
    let mut arguments = vec!["genes".to_string(), "build".into(), "-o".into(), base.clone()];
    let hgnc = HGNC.replace("DA9\t\t2024", "TSC\tNF1\t2024");
    for (name, text) in
        [("hgnc.txt", &*hgnc), ("hp.obo", OBO), ("mondo.obo", MONDO), ("phenotype.hpoa", HPOA), ("cgd.txt", CGD)]
    {
        arguments.push(folder.write(name, text));
    }
    let run = genogloss(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(run.code, 0, "{}", run.stderr);
    (folder, base)
}

/// Answer, reason, evidence and prompt of a line.
fn ask(base: &str, line: &str) -> [String; 4] {
    let run = genogloss(&["ask", "--quiet", "-b", base, line]);
    let row = run.stdout.lines().nth(1).unwrap_or_else(|| panic!("{}", run.stderr)).to_string();
    let cells: Vec<&str> = row.split('\t').collect();
    [2, 5, 6, 7].map(|at| cells[at].to_string())
}

#[test]
fn an_abbreviation_that_means_one_disease_is_answered_with_its_name() {
    let (_folder, base) = made();
    for (text, gene, name) in [
        ("MFS", "FBN1", "MFS is Marfan syndrome ("),
        ("mfs", "FBN1", "mfs is Marfan syndrome ("),
        ("MEN 2A", "FBN2", "MEN 2A is "),
        ("FBN2", "FBN2", "FBN2 is "),
    ] {
        let [answer, reason, evidence, _] = ask(&base, &format!("disease={text}, genes ="));
        assert!(answer.starts_with(gene), "{text}: {answer} {reason}");
        assert!(evidence.starts_with(name), "{text}: {evidence}");
    }
    // A word that a source writes in small letters is no abbreviation.
    assert!(ask(&base, "disease=gout, genes =")[0].starts_with("FBN2"));
    let [_, _, evidence, _] = ask(&base, "gene=FBN1, disease=MFS, relation =");
    assert!(evidence.starts_with("MFS is Marfan syndrome ("), "{evidence}");
}

#[test]
fn an_abbreviation_that_may_mean_several_diseases_is_refused_with_them() {
    let (_folder, base) = made();
    let [answer, reason, ..] = ask(&base, "disease=DCM, genes =");
    assert_eq!(answer, ".");
    assert!(
        reason
            .starts_with("unknown_name: \"DCM\" is an abbreviation of diffuse cutaneous mastocytosis (MONDO:0000001)"),
        "{reason}"
    );
    assert!(
        reason.contains(", and has the initials of dilated cardiomyopathy (MONDO:0000002): write the name in full"),
        "{reason}"
    );
    let [_, reason, ..] = ask(&base, "Which genes cause LFS?");
    assert!(
        reason.contains(
            "is an abbreviation of long finger syndrome (MONDO:0000010), large foot syndrome (MONDO:0000011)"
        ),
        "{reason}"
    );
    // What no source lists is not guessed, not even as another symbol of a gene.
    for line in ["disease=TSC, genes =", "Which genes cause TSC?", "What is TSC?"] {
        let [answer, reason, ..] = ask(&base, line);
        assert_eq!(answer, ".", "{line}");
        assert!(reason.contains("did you mean tuberous sclerosis complex (MONDO:0000005)?"), "{line}: {reason}");
    }
    let [_, reason, ..] = ask(&base, "disease=NF1, genes =");
    assert!(reason.contains("did you mean neurofibromatosis type 1 (MONDO:0000007)?"), "{reason}");
    let run = genogloss(&["genes", "-b", &base, "relate", "FBN1", "DCM"]);
    assert!(run.code == 1 && run.stderr.contains("dilated cardiomyopathy (MONDO:0000002)"), "{}", run.stderr);
}

#[test]
fn a_symbol_is_a_gene_where_a_gene_is_asked_for() {
    let (_folder, base) = made();
    for (line, prompt) in [
        ("diseases of FBN2", "gene=FBN2, diseases ="),
        ("Which genes cause FBN2?", "disease=FBN2, genes ="),
        ("What does the TSC gene do?", "gene=TSC, information retrieval: summary ="),
        ("Which diseases does TSC cause?", "gene=TSC, diseases ="),
    ] {
        let [_, reason, _, understood] = ask(&base, line);
        assert_eq!(understood, prompt, "{line}: {reason}");
    }
}
