//! Names that sources use loosely lead to the disease that is meant, and no claim goes to a disease of which it is not.

use super::{OBO, rows};
use crate::support::{Folder, succeed};

/// Symbols of genes, whose numbers are those of their places from 100 on.
const GENES: [&str; 6] = ["AAA1", "BBB2", "CCC3", "DDD4", "EEE5", "FFF6"];

/// A folder with a knowledge base of these tables, and of HGNC's and HPO's.
pub(super) fn base_of(tables: &[(&str, String)]) -> (Folder, String) {
    let folder = Folder::new();
    let header = super::HGNC.lines().next().expect("a header");
    let gene = |(id, symbol): (usize, &&str)| {
        format!(
            "HGNC:{id}\t{symbol}\tgene {symbol}\tprotein-coding gene\tgene with protein product\tApproved\t1q1\t\t\t2024-01-01\t{id}\tENSG00000000{id}\tP00{id}\t6000{id}\n"
        )
    };
    let hgnc: String = (100..).zip(&GENES).map(gene).collect();
    let mut paths = vec![folder.write("hgnc.txt", format!("{header}\n{hgnc}")), folder.write("hp.obo", OBO)];
    paths.extend(tables.iter().map(|(name, text)| folder.write(name, text)));
    let base = folder.path("genes.sqlite");
    let mut arguments = vec!["genes", "build", "-o", &base];
    arguments.extend(paths.iter().map(String::as_str));
    succeed(&arguments);
    (folder, base)
}

fn number(gene: &str) -> usize {
    100 + GENES.iter().position(|one| *one == gene).expect("a gene")
}

/// Orphanet's genes of disorders: code, name, gene.
pub(super) fn orphanet(all: &[(u32, &str, &str)]) -> String {
    let row = |(code, name, gene): &(u32, &str, &str)| {
        let id = number(gene);
        format!("{code}\t{name}\tDisease\t{gene}\tgene\tDisease-causing germline mutation(s) in\t{id}\t6000{id}\n")
    };
    let head = "orphacode\tdisorder\tdisorder_type\tgene_symbol\tgene_name\tassociation_type\thgnc\tomim\n";
    head.to_string() + &all.iter().map(row).collect::<String>()
}

pub(super) fn disgenet(all: &[(&str, &str, &str)]) -> String {
    let row = |(concept, name, gene): &(&str, &str, &str)| {
        format!("{}\t{gene}\tgene\tumls:{concept}\t{name}\t0.3\t3\tBiomarker\tCTD_human\n", number(gene))
    };
    let head =
        "geneId\tgeneSymbol\tgeneName\tdiseaseId\tdiseaseName\tscore\tNumberOfPubmeds\tassociationType\tsource\n";
    head.to_string() + &all.iter().map(row).collect::<String>()
}

pub(super) fn clingen(all: &[(&str, &str, &str)]) -> String {
    let head = super::CLINGEN.lines().take(5).map(|line| format!("{line}\n")).collect::<String>();
    let row = |(disease, mondo, gene): &(&str, &str, &str)| {
        format!(
            "\"{gene}\",\"HGNC:{}\",\"{disease}\",\"{mondo}\",\"AD\",\"Definitive\",\"https://x/{gene}\"\n",
            number(gene)
        )
    };
    head + &all.iter().map(row).collect::<String>()
}

pub(super) fn gene2phenotype(all: &[(&str, &str, &str)]) -> String {
    let row = |(gene, name, mim): &(&str, &str, &str)| {
        format!("{gene},6000{0},{name},{mim},confirmed,monoallelic,loss of function,,,,DD,,{0},No date\n", number(gene))
    };
    let head = "gene symbol,gene mim,disease name,disease mim,DDD category,allelic requirement,mutation consequence,phenotypes,organ specificity list,pmids,panel,prev symbols,hgnc id,gene disease pair entry date\n";
    head.to_string() + &all.iter().map(row).collect::<String>()
}

/// HPO's phenotype.hpoa: identifiers and names.
pub(super) fn hpoa(all: &[(&str, &str)]) -> String {
    let row = |(id, name): &(&str, &str)| format!("{id}\t{name}\t\tHP:0001166\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x\n");
    let head = "#version: 2025-01-16\ndatabase_id\tdisease_name\tqualifier\thpo_id\treference\tevidence\tonset\tfrequency\tsex\tmodifier\taspect\tbiocuration\n";
    head.to_string() + &all.iter().map(row).collect::<String>()
}

/// HPO's genes_to_phenotype.txt: genes and identifiers.
fn hpo(all: &[(&str, &str)]) -> String {
    let row = |(gene, id): &(&str, &str)| format!("{}\t{gene}\tHP:0001166\tArachnodactyly\t-\t{id}\n", number(gene));
    let head = "ncbi_gene_id\tgene_symbol\thpo_id\thpo_name\tfrequency\tdisease_id\n";
    head.to_string() + &all.iter().map(row).collect::<String>()
}

/// The identifier of the disease that a text means, and its genes with their claims, in alphabetical order.
pub(super) fn found(base: &str, text: &str) -> (String, Vec<String>) {
    let lines = rows(base, &["disease", text]);
    let mut genes: Vec<String> = lines.iter().filter(|row| row[3] == "gene").map(|row| row[4].clone()).collect();
    genes.sort_unstable();
    (lines[0][1].clone(), genes)
}

#[test]
fn a_disease_that_lists_alone_know_is_the_described_one_if_names_and_genes_agree() {
    let (_folder, base) = base_of(&[
        ("orphanet.tsv", orphanet(&[(1, "Inherited quux bullosa", "AAA1"), (2, "Hereditary grault", "CCC3")])),
        (
            "disgenet.tsv",
            disgenet(&[
                ("C0000001", "Quux Bullosa Disease", "AAA1"),
                ("C0000001", "Quux Bullosa Disease", "BBB2"),
                // Of its genes, one in three: it is not only the inherited disease.
                ("C0000002", "Grault", "CCC3"),
                ("C0000002", "Grault", "DDD4"),
                ("C0000002", "Grault", "EEE5"),
            ]),
        ),
    ]);
    for text in ["quux bullosa", "Quux Bullosa Disease", "hereditary quux bullosa"] {
        let genes = ["AAA1: supportive", "BBB2: text-mined"].map(str::to_string).to_vec();
        assert_eq!(found(&base, text), ("ORPHA:1".into(), genes), "{text}");
    }
    assert_eq!(found(&base, "Grault").0, "UMLS:C0000002");
    assert_eq!(found(&base, "UMLS:C0000001").0, "UMLS:C0000001", "an identifier is shown as it was asked for");
    // A text that is no name at all: but for words of the origin it is that of a disease.
    assert_eq!(found(&base, "familial quux bullosa").0, "ORPHA:1");
}

#[test]
fn a_part_of_a_name_that_has_two_is_found() {
    let name = "Corge disorder-Plugh spectrum disorder";
    let (_folder, base) = base_of(&[("orphanet.tsv", orphanet(&[(1, name, "AAA1")]))]);
    assert_eq!(found(&base, "Plugh spectrum disorder").0, "ORPHA:1");
}

#[test]
fn a_name_of_a_group_with_the_number_of_one_disease_gives_that_no_genes() {
    let (_folder, base) = base_of(&[
        ("phenotype.hpoa", hpoa(&[("OMIM:100001", "Waldo disorder 40"), ("OMIM:100002", "Fred syndrome")])),
        ("genes_to_phenotype.txt", hpo(&[("AAA1", "OMIM:100001"), ("DDD4", "OMIM:100002")])),
        (
            "g2p.csv",
            gene2phenotype(&[
                ("AAA1", "WALDO DISABILITY", "100001"),
                ("BBB2", "WALDO DISABILITY", "100001"),
                ("CCC3", "WALDO DISABILITY", "100001"),
                ("DDD4", "FRED SYNDROME", "100002"),
            ]),
        ),
    ]);
    assert_eq!(found(&base, "OMIM:100001").1, ["AAA1: definitive"]);
    assert_eq!(
        found(&base, "waldo disability"),
        (".".into(), vec!["BBB2: definitive".into(), "CCC3: definitive".into()])
    );
    assert_eq!(found(&base, "Fred syndrome").1, ["DDD4: definitive"]);
    let sources = rows(&base, &["sources"]);
    assert!(sources.iter().any(|row| row[2] == "g2p.csv" && row[5..7] == ["4", "4"]), "{sources:?}");
}

#[test]
fn a_number_of_omim_with_the_name_of_its_series_is_the_first_of_it() {
    let (_folder, base) = base_of(&[
        (
            "phenotype.hpoa",
            hpoa(&[("OMIM:100001", "Xyzzyria"), ("OMIM:100002", "Xyzzyria 2"), ("OMIM:100003", "Thud")]),
        ),
        ("genes_to_phenotype.txt", hpo(&[("AAA1", "OMIM:100001"), ("BBB2", "OMIM:100002"), ("CCC3", "OMIM:100003")])),
    ]);
    assert_eq!(found(&base, "OMIM:100001").1, ["AAA1: associated"]);
    assert_eq!(found(&base, "xyzzyria"), (".".into(), vec!["AAA1: associated".into(), "BBB2: associated".into()]));
    assert_eq!(found(&base, "Thud").0, "OMIM:100003");
}

#[test]
fn what_is_due_to_a_disease_and_what_may_be_either_are_of_them() {
    let (_folder, base) = base_of(&[
        (
            "orphanet.tsv",
            orphanet(&[
                (1, "Thrombosis due to congenital protein Q deficiency", "AAA1"),
                (2, "Severe immunity loss", "BBB2"),
                (3, "Plover dementia", "DDD4"),
                (4, "Frotz sclerosis", "EEE5"),
            ]),
        ),
        (
            "clingen.csv",
            clingen(&[
                ("severe immunity loss due to CCC3 deficiency", "MONDO:0000001", "CCC3"),
                ("plover dementia and/or frotz sclerosis 4", "MONDO:0000002", "FFF6"),
            ]),
        ),
        ("disgenet.tsv", disgenet(&[("C0000001", "Protein Q Deficiency", "AAA1")])),
    ]);
    assert_eq!(found(&base, "protein Q deficiency").1, ["AAA1: supportive"]);
    assert_eq!(found(&base, "severe immunity loss").1, ["BBB2: supportive", "CCC3: definitive"]);
    assert_eq!(found(&base, "Plover dementia").1, ["DDD4: supportive", "FFF6: definitive"]);
    assert_eq!(found(&base, "Frotz sclerosis").1, ["EEE5: supportive", "FFF6: definitive"]);
}

#[test]
fn a_term_that_was_given_up_is_the_disease_of_its_name() {
    let (_folder, base) = base_of(&[
        ("orphanet.tsv", orphanet(&[(1, "Yonk syndrome", "AAA1")])),
        (
            "clingen.csv",
            clingen(&[("Yonk syndrome", "MONDO:0000001", "AAA1"), ("obsolete Yonk syndrome", "MONDO:0000002", "BBB2")]),
        ),
    ]);
    assert_eq!(found(&base, "Yonk syndrome").1, ["AAA1: definitive", "BBB2: definitive"]);
}

#[test]
fn what_is_no_disease_is_said_to_be_none() {
    let genemap = "# Chromosome\tGenomic Position Start\tGenomic Position End\tCyto Location\tComputed Cyto Location\tMIM Number\tGene/Locus And Other Related Symbols\tGene Name\tApproved Gene Symbol\tEntrez Gene ID\tEnsembl Gene ID\tComments\tPhenotypes\tMouse Gene Symbol/ID\n\
chr1\t1\t2\t1q1\t\t6000100\tAAA1\tgene\tAAA1\t100\tENSG00000000100\t\t[Blood group, Quux system], 100009 (3)\t\n";
    let (_folder, base) = base_of(&[("genemap2.txt", genemap.to_string())]);
    let line = rows(&base, &["relate", "AAA1", "OMIM:100009"]).remove(0);
    assert_eq!(line[3..5], ["nondisease", "nondisease"], "{line:?}");
    assert_eq!(found(&base, "OMIM:100009").1, ["AAA1: nondisease"]);
}

#[test]
fn suggestions_begin_with_the_name_that_is_a_few_letters_away() {
    let (_folder, base) = base_of(&[(
        "orphanet.tsv",
        orphanet(&[
            (1454, "COACH syndrom", "AAA1"),
            (886, "Usher syndrome", "BBB2"),
            (231169, "Usher syndrome type 1", "BBB2"),
            (558, "Marfan syndrome", "CCC3"),
        ]),
    )]);
    let run = crate::support::genogloss(&["ask", "-b", &base, "disease=usher syndrom, genes =", "--quiet"]);
    assert!(run.stdout.contains("did you mean Usher syndrome (ORPHA:886)"), "{}", run.stdout);
}
