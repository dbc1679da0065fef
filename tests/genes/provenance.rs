//! Whose facts are whose: texts, phenotypes, releases of tables, and what speaks against a gene.

use super::{
    HGNC, HPOA, OBO,
    claims::{base_of, clingen},
    made,
    rank::{MONDO, ORPHANET, made_with},
    rows,
};
use crate::support::{Folder, genogloss, succeed};

#[test]
fn a_definition_is_of_the_source_that_wrote_it() {
    let folder = Folder::new();
    let head = HPOA.lines().take(3).map(|line| format!("{line}\n")).collect::<String>();
    let tables = [
        ("hgnc.txt", HGNC.to_string()),
        ("hp.obo", OBO.into()),
        ("phenotype.hpoa", head + "ORPHA:558\tMarfan syndrome\t\tHP:0001166\tPMID:1\tPCS\t\t20/25\t\t\tP\tHPO:x\n"),
        (
            "definitions.tsv",
            "orphacode\tdisorder\tdisorder_type\tsynonyms\tdefinition\n558\tMarfan syndrome\tDisease\tMFS\tA systemic disease.\n"
                .into(),
        ),
    ];
    let paths: Vec<String> = tables.iter().map(|(name, text)| folder.write(name, text)).collect();
    let base = folder.path("genes.sqlite");
    let mut arguments = vec!["genes", "build", "--quiet", "-o", &base];
    arguments.extend(paths.iter().map(String::as_str));
    succeed(&arguments);
    let definition = |more: &[&str]| -> Vec<String> {
        let all = rows(&base, &[&["disease", "ORPHA:558", "--quiet"], more].concat());
        all.into_iter().filter(|row| row[3] == "definition").map(|row| format!("{}: {}", row[5], row[4])).collect()
    };
    assert_eq!(definition(&[]), ["Orphanet: A systemic disease."]);
    assert_eq!(definition(&["--source", "Orphanet"]), ["Orphanet: A systemic disease."]);
    assert!(definition(&["--source", "HPO"]).is_empty());
    let asked = |more: &[&str]| {
        let prompt = "disease=ORPHA:558, information retrieval: definition =";
        genogloss(&[&["ask", "-b", &base, "--quiet", prompt], more].concat())
    };
    let all = asked(&[]);
    assert!(all.stdout.contains("A systemic disease.") && all.stdout.contains("Orphanet"), "{}", all.stdout);
    assert!(!all.stdout.contains("HPO"), "{}", all.stdout);
    let filtered = asked(&["--source", "HPO"]);
    assert!(!filtered.stdout.contains("A systemic disease."), "{}", filtered.stdout);
}

#[test]
fn orphanets_phenotypes_are_those_of_the_genes_of_its_diseases() {
    let (folder, base) = made_with(&[("mondo.obo", MONDO), ("orphanet.tsv", ORPHANET)]);
    let of = |more: &[&str]| -> Vec<String> {
        let all = rows(&base, &[&["phenotypes", "FBN2", "--quiet"], more].concat());
        all.into_iter().map(|row| [&row[2], &row[5], &row[8]].map(String::as_str).join(" ")).collect()
    };
    assert_eq!(of(&[]), ["HP:0001083 ORPHA:77 Orphanet", "HP:0001238 OMIM:100002 HPO"]);
    assert_eq!(of(&["--source", "HPO"]), ["HP:0001238 OMIM:100002 HPO"]);
    let gtf = "1\tx\tgene\t101\t200\t.\t+\t.\tgene_id \"ENSG00000138829\"; gene_name \"FBN2\";\n";
    let (gtf, bed) = (folder.write("genes.gtf", gtf), folder.write("one.bed", "1\t120\t121\n"));
    let text = succeed(&["genes", "-b", &base, "annotate", "--quiet", &bed, "--gtf", &gtf]);
    assert!(text.contains("\tHP:0001083|HP:0001238\t"), "{text}");
}

#[test]
fn two_releases_of_one_source_are_said() {
    let folder = Folder::new();
    let generated = |date: &str| format!("# Copyright\n# Generated: {date}\n");
    let titles = generated("2025-01-14")
        + "# Prefix\tMIM Number\tPreferred Title; symbol\tAlternative Title(s); symbol(s)\tIncluded Title(s); symbols\n";
    let morbid = generated("2024-03-01")
        + "# Phenotype\tGene Symbols\tMIM Number\tCyto Location\nMarfan syndrome, 154700 (3)\tFBN1\t134797\t15q21.1\n";
    let files = [("hgnc.txt", HGNC.to_string()), ("mimTitles.txt", titles), ("morbidmap.txt", morbid)];
    let paths: Vec<String> = files.iter().map(|(name, text)| folder.write(name, text)).collect();
    let base = folder.path("genes.sqlite");
    let build = |more: &[&str]| {
        let mut arguments = vec!["genes", "build", "-o", &base];
        arguments.extend(paths.iter().map(String::as_str));
        genogloss(&[&arguments[..], more].concat())
    };
    let run = build(&[]);
    let said = "of OMIM, and morbidmap.txt is of release 2024-03-01: give both of one release";
    assert!(run.code == 0 && run.stderr.contains(said) && run.stderr.contains("2025-01-14"), "{}", run.stderr);
    let run = build(&["--release", "OMIM=2025-01-14"]);
    assert!(run.code == 0 && !run.stderr.contains("give both of one release"), "{}", run.stderr);
}

#[test]
fn a_table_is_called_by_its_own_layout() {
    let folder = Folder::new();
    let v4 = "gene\tgene_id\ttranscript\tcanonical\tmane_select\tlof.pLI\tlof.oe_ci.upper\tmis.z_score
FBN1\tENSG00000166147\tENST00000316623\ttrue\ttrue\t1\t0.1\t5.0\n";
    let (hgnc, v4) = (folder.write("hgnc.txt", HGNC), folder.write("gnomad.tsv", v4));
    let base = folder.path("genes.sqlite");
    let run = genogloss(&["genes", "build", "-o", &base, &hgnc, &v4]);
    assert!(run.stderr.contains("gnomAD's constraint (version 4)"), "{}", run.stderr);
    let sources = succeed(&["genes", "-b", &base, "sources"]);
    assert!(sources.contains("version 4") && !sources.contains("2.1.1"), "{sources}");
}

#[test]
fn what_speaks_against_a_gene_is_annotated_whatever_the_least_evidence() {
    let (folder, base) = base_of(&[(
        "clingen.csv",
        &clingen(&[
            ("AAA1", 100, "Glass disease", "MONDO:0000001", "Limited"),
            ("AAA1", 100, "Stone disease", "MONDO:0000002", "Refuted"),
        ]),
    )]);
    let gtf = "1\tx\tgene\t101\t200\t.\t+\t.\tgene_id \"ENSG00000000100\"; gene_name \"AAA1\";\n";
    let (gtf, bed) = (folder.write("genes.gtf", gtf), folder.write("one.bed", "1\t120\t121\n"));
    let annotated =
        |more: &[&str]| succeed(&[&["genes", "-b", &base, "annotate", "--quiet", &bed, "--gtf", &gtf], more].concat());
    let against = "MONDO:0000002 Stone disease (ClinGen: refuted)";
    let all = annotated(&[]);
    assert!(all.contains(against) && all.contains("Glass disease"), "{all}");
    let strong = annotated(&["--min-evidence", "strong"]);
    assert!(strong.contains(against) && !strong.contains("Glass disease"), "{strong}");
}

#[test]
fn intervals_of_contigs_that_no_gene_is_on_are_refused() {
    let (folder, base) = made();
    let gtf = "15\tx\tgene\t101\t200\t.\t+\t.\tgene_id \"ENSG00000166147\"; gene_name \"FBN1\";\n";
    let gtf = folder.write("genes.gtf", gtf);
    let annotate = |bed: &str, more: &[&str]| {
        let bed = folder.write("places.bed", bed);
        genogloss(&[&["genes", "-b", &base, "annotate", &bed, "--gtf", &gtf], more].concat())
    };
    let run = annotate("NC_000015.10\t120\t121\nNC_000016.10\t5\t6\n", &["-o", &folder.path("out.tsv")]);
    assert!(run.code == 1 && run.stderr.contains("no contig of the input has genes in"), "{}", run.stderr);
    assert!(run.stderr.contains("\"NC_000015.10\"") && run.stderr.contains("--contig-aliases"), "{}", run.stderr);
    assert!(!std::path::Path::new(&folder.path("out.tsv")).exists());
    let aliases = folder.write("aliases.txt", "NC_000015.10\t15\n");
    let run = annotate("NC_000015.10\t120\t121\nNC_000016.10\t5\t6\n", &["--contig-aliases", &aliases]);
    assert!(run.code == 0 && run.stdout.contains("FBN1"), "{}", run.stderr);
    assert_eq!(annotate("15\t5000\t5001\n", &[]).code, 0, "no gene at the place");
    assert_eq!(annotate("", &[]).code, 0, "no interval");
}
