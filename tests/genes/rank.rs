//! `genogloss genes rank` and `genogloss evaluate rank`: scores computed by the reference in training/rank/reference.py on the same tables.

use super::OBO;
use crate::support::{Folder, genogloss, succeed};

const HGNC: &str = "hgnc_id\tsymbol\tname\tlocus_group\tlocus_type\tstatus\tlocation\talias_symbol\tprev_symbol\tdate_modified\tentrez_id\tensembl_gene_id\tuniprot_ids\tomim_id
HGNC:3603\tFBN1\tfibrillin 1\tprotein-coding gene\tgene with protein product\tApproved\t15q21.1\t\t\t2023-01-20\t2200\tENSG00000166147\t\t
HGNC:3604\tFBN2\tfibrillin 2\tprotein-coding gene\tgene with protein product\tApproved\t5q23.3\t\t\t2022-11-02\t2201\tENSG00000138829\t\t
HGNC:11768\tTGFB2\ttransforming growth factor beta 2\tprotein-coding gene\tgene with protein product\tApproved\t1q41\t\t\t2024-03-04\t7042\tENSG00000092969\t\t
HGNC:11769\tTGFB3\ttransforming growth factor beta 3\tprotein-coding gene\tgene with protein product\tApproved\t14q24.3\t\t\t2024-03-04\t7043\tENSG00000119699\t\t
HGNC:1\tLONE\tlone gene\tprotein-coding gene\tgene with protein product\tApproved\t1p1\t\t\t2024-03-04\t1\tENSG00000000001\t\t
";

/// Terms beside those of [`OBO`].
const MORE_TERMS: &str = "
[Term]
id: HP:0012828
name: Severe
is_a: HP:0000001 ! All

[Term]
id: HP:0001238
name: Slender finger
is_a: HP:0000118 ! Phenotypic abnormality

[Term]
id: HP:0001249
name: Intellectual disability
is_a: HP:0000118 ! Phenotypic abnormality

[Term]
id: HP:0010864
name: Intellectual disability, severe
is_a: HP:0001249 ! Intellectual disability

[Term]
id: HP:0009998
name: obsolete Odd fingers
is_obsolete: true
";

/// The ontology, in which arachnodactyly is below slender fingers.
fn ontology() -> String {
    let arachnodactyly = "EXACT []\nis_a: HP:0000118 ! Phenotypic abnormality";
    assert!(OBO.contains(arachnodactyly));
    OBO.replacen(arachnodactyly, "EXACT []\nis_a: HP:0001238 ! Slender finger", 1) + MORE_TERMS
}

const HPOA: &str = "#description: \"made up\"
#version: 2025-01-16
database_id\tdisease_name\tqualifier\thpo_id\treference\tevidence\tonset\tfrequency\tsex\tmodifier\taspect\tbiocuration
OMIM:100001\tAlpha syndrome\t\tHP:0001166\tPMID:1\tPCS\t\t3/4\t\t\tP\tx
OMIM:100001\tAlpha syndrome\t\tHP:0001083\tPMID:1\tPCS\t\t\t\t\tP\tx
OMIM:100001\tAlpha syndrome\t\tHP:0000005\tPMID:1\tPCS\t\t\t\t\tI\tx
OMIM:100002\tBeta syndrome\t\tHP:0001238\tOMIM:100002\tTAS\t\tHP:0040282\t\t\tP\tx
OMIM:100003\tGamma syndrome\t\tHP:0010864\tPMID:2\tPCS\t\t100%\t\t\tP\tx
OMIM:100003\tGamma syndrome\tNOT\tHP:0001083\tPMID:2\tPCS\t\t\t\t\tP\tx
OMIM:100004\tDelta syndrome\t\tHP:0001083\tPMID:9\tPCS\t\t1/1\t\t\tP\tx
";

/// TGFB3's disease has no annotation; two genes have Beta syndrome.
const GENES_TO_PHENOTYPE: &str = "ncbi_gene_id\tgene_symbol\thpo_id\thpo_name\tfrequency\tdisease_id
2200\tFBN1\tHP:0001166\tArachnodactyly\t3/4\tOMIM:100001
2200\tFBN1\tHP:0001083\tEctopia lentis\t1/1\tOMIM:100004
2201\tFBN2\tHP:0001238\tSlender finger\t-\tOMIM:100002
7042\tTGFB2\tHP:0010864\tIntellectual disability, severe\t-\tOMIM:100003
7042\tTGFB2\tHP:0001238\tSlender finger\t-\tOMIM:100002
7043\tTGFB3\tHP:0001083\tEctopia lentis\t-\tOMIM:100005
";

pub(super) fn made() -> (Folder, String) {
    made_with(&[])
}

/// The same knowledge base, with further tables.
pub(super) fn made_with(more: &[(&str, &str)]) -> (Folder, String) {
    let folder = Folder::new();
    let ontology = ontology();
    let tables = [
        ("hgnc.txt", HGNC),
        ("hp.obo", ontology.as_str()),
        ("phenotype.hpoa", HPOA),
        ("genes_to_phenotype.txt", GENES_TO_PHENOTYPE),
    ];
    let paths: Vec<String> = tables.iter().chain(more).map(|(name, text)| folder.write(name, text)).collect();
    let base = folder.path("genes.sqlite");
    let mut arguments = vec!["genes", "build", "--quiet", "-o", &base];
    arguments.extend(paths.iter().map(String::as_str));
    succeed(&arguments);
    (folder, base)
}

pub(super) fn lines(text: &str) -> Vec<Vec<String>> {
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_string).collect()).collect()
}

pub(super) fn ranked(base: &str, arguments: &[&str]) -> Vec<Vec<String>> {
    lines(&succeed(&[&["genes", "-b", base, "rank", "--quiet"], arguments].concat()))
}

fn near(text: &str, wanted: f64) {
    let found: f64 = text.parse().expect("a number");
    assert!((found - wanted).abs() < 1.5e-5, "{found} is not {wanted}");
}

#[test]
fn genes_have_the_scores_of_the_reference() {
    let (_folder, base) = made();
    let rows = ranked(&base, &["--hpo", "Arachnodactyly,Ectopia lentis"]);
    for (row, (rank, gene, score, disease)) in rows.iter().zip([
        ("1", "FBN1", 3.93567, "OMIM:100001"),
        ("2", "TGFB2", 0.65866, "OMIM:100002"),
        ("3", "FBN2", 0.53707, "OMIM:100002"),
    ]) {
        assert_eq!((row[0].as_str(), row[1].as_str(), row[4].as_str()), (rank, gene, disease));
        near(&row[3], score);
    }
    // 3.5 of 5 patients; no frequency is stated of the second.
    assert_eq!(
        rows[0][5..],
        ["Alpha syndrome", "HP:0001166=HP:0001166:0.70;HP:0001083=HP:0001083:0.50?", ".", "HPO 2025-01-16; HPO", "."]
    );
    assert_eq!(rows[1][6], "HP:0001166~HP:0001238:0.55:HP:0001238;HP:0001083=.");
    // A gene whose disease has no phenotypes is listed last.
    assert_eq!(rows[3][..4], [".", "TGFB3", "HGNC:11769", "."]);
    assert_eq!((rows[3][9].as_str(), rows.len()), ("no phenotypes of its diseases are known", 4));
    assert_eq!(ranked(&base, &["--hpo", "HP_0001166", "--hpo", "hp:0001083", "--top", "1"]), rows[..1]);
}

#[test]
fn diseases_are_ranked_too() {
    let (_folder, base) = made();
    let rows = ranked(&base, &["--hpo", "HP:0001083", "--what", "diseases", "--top", "0"]);
    let found: Vec<&str> = rows.iter().map(|row| row[1].as_str()).collect();
    assert_eq!(found, ["OMIM:100004", "OMIM:100001", "OMIM:100003", "OMIM:100002"]);
    for (row, score) in rows.iter().zip([3.89609, 1.41365, -0.33159, -1.08998]) {
        near(&row[3], score);
    }
    assert_eq!((rows[3][4].as_str(), rows[0][4].as_str()), ("FBN2; TGFB2", "FBN1"));
    // The patient has what Gamma syndrome is stated not to come with.
    assert_eq!(rows[2][6], "HP:0001083=present,not in the disease");
}

/// Orphanet's records of Beta syndrome and of the disease of TGFB3, by Mondo.
pub(super) const MONDO: &str = "format-version: 1.2
data-version: releases/2025-01-07
ontology: mondo

[Term]
id: MONDO:0000003
name: Beta syndrome
xref: OMIM:100002 {source=\"MONDO:equivalentTo\"}
xref: Orphanet:77 {source=\"MONDO:equivalentTo\"}

[Term]
id: MONDO:0000004
name: Epsilon syndrome
xref: OMIM:100005 {source=\"MONDO:equivalentTo\"}
xref: Orphanet:78 {source=\"MONDO:equivalentTo\"}
";

pub(super) const ORPHANET: &str = "orphacode\tdisorder\thpo_id\thpo_term\tfrequency
77\tBeta syndrome\tHP:0001083\tEctopia lentis\tObligate (100%)
78\tEpsilon syndrome\tHP:0010864\tIntellectual disability, severe\tObligate (100%)
";

#[test]
fn a_disease_has_one_line_with_the_genes_of_all_its_records() {
    let panel = super::G2P.lines().next().expect("a header").to_string()
        + "\nFBN1,134797,\"ALPHA SYNDROME\",100001,confirmed,monoallelic,,HP:0010864,,1,DD,,3603,\"No date\"\n";
    let (_folder, base) = made_with(&[("mondo.obo", MONDO), ("orphanet.tsv", ORPHANET), ("DDG2P.csv", panel.as_str())]);
    let rows = ranked(&base, &["--hpo", "HP:0001083", "--what", "diseases", "--top", "0"]);
    let mut found: Vec<[&str; 3]> = rows.iter().map(|row| [row[1].as_str(), &row[4], &row[5]]).collect();
    found.sort_unstable();
    // HPO's frequencies alone where HPO annotates the disease: not Orphanet's of Beta, nor those of Gene2Phenotype of Alpha.
    assert_eq!(
        found,
        [
            ["OMIM:100001", "FBN1", "HP:0001083=HP:0001083:0.50?"],
            ["OMIM:100002", "FBN2; TGFB2", "HP:0001083=."],
            ["OMIM:100003", "TGFB2", "HP:0001083=."],
            ["OMIM:100004", "FBN1", "HP:0001083=HP:0001083:0.75"],
            ["ORPHA:78", "TGFB3", "HP:0001083=."],
        ]
    );
    let rows = ranked(&base, &["--hpo", "HP:0010864"]);
    let third = rows.iter().find(|row| row[1] == "TGFB3").expect("TGFB3 by Orphanet's phenotypes");
    assert_eq!(third[4..7], ["ORPHA:78", "Epsilon syndrome", "HP:0010864=HP:0010864:1.00"]);
}

#[test]
fn excluded_phenotypes_are_conflicts_and_change_no_score() {
    let (_folder, base) = made();
    let with = ranked(&base, &["--hpo", "HP:0001166", "--exclude", "HP:0001083", "--top", "1"]);
    let without = ranked(&base, &["--hpo", "HP:0001166", "--top", "1"]);
    assert_eq!(with[0][7], "HP:0001083=absent,HP:0001083:0.50?");
    assert_eq!((with[0][3].as_str(), without[0][7].as_str()), (without[0][3].as_str(), "."));
}

#[test]
fn names_with_commas_and_terms_that_do_not_count_are_told_apart() {
    let (_folder, base) = made();
    // HPO's own name holds a comma; `Severe` alone is another term.
    let named = ranked(&base, &["--hpo", "Intellectual disability, severe", "--top", "1"]);
    assert_eq!(named, ranked(&base, &["--hpo", "HP:0010864", "--top", "1"]));
    assert_eq!(named[0][6], "HP:0010864=HP:0010864:1.00");
    let plain = succeed(&["genes", "-b", &base, "rank", "--hpo", "HP:0001166", "--quiet"]);
    let terms = "HP:0001166,HP:0000005,HP:0099999,MP:0000001,Severe,HP:0009998,no such phenotype";
    let run = genogloss(&["genes", "-b", &base, "rank", "--hpo", terms]);
    assert_eq!((run.code, run.stdout.as_str()), (0, plain.as_str()));
    for part in [
        "left out: no phenotypic abnormality: 2 terms, 2 uses (HP:0000005 (Mode of inheritance); HP:0012828 (Severe))",
        "HP:0099999 is not in this release of HPO (2025-01-16)",
        "MP:0000001 is not an identifier of HPO",
        "left out: obsolete, without a successor: HP:0009998 (obsolete Odd fingers)",
        "no such phenotype",
    ] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
    let run = genogloss(&["genes", "-b", &base, "rank", "--hpo", "HP:0009999"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, plain.as_str()));
    assert!(run.stderr.contains("replaced: HP:0009999 by HP:0001166 (Arachnodactyly)"), "{}", run.stderr);
    let run = genogloss(&["genes", "-b", &base, "rank", "--hpo", "HP:0000005"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("no phenotype is left: HP:0000005 (Mode of inheritance)"), "{}", run.stderr);
}

#[test]
fn no_candidate_is_lost() {
    let (folder, base) = made();
    let rows = ranked(&base, &["--hpo", "HP:0001083", "--genes", "LONE,TGFB3,FBN2,NOGENE,FBN1", "--top", "1"]);
    let found: Vec<[&str; 3]> = rows.iter().map(|row| [row[0].as_str(), &row[1], &row[9]]).collect();
    assert_eq!(found[0], ["1", "FBN1", "."]);
    assert_eq!(found[1], ["2", "FBN2", "."]);
    assert_eq!(found[2], [".", "LONE", "no disease of it is known"]);
    assert!(found[3][1] == "NOGENE" && found[3][2].contains("no gene is called NOGENE"), "{found:?}");
    assert_eq!(found[4], [".", "TGFB3", "no phenotypes of its diseases are known"]);
    let file = folder.write("candidates.txt", "FBN2\n# a remark\n2200\n");
    assert_eq!(ranked(&base, &["--hpo", "HP:0001083", "--genes", &file]), rows[..2]);
    let gtf = "1\tx\tgene\t101\t200\t.\t+\t.\tgene_id \"ENSG00000138829\"; gene_name \"FBN2\";
1\tx\tgene\t301\t400\t.\t+\t.\tgene_id \"ENSG00000166147\"; gene_name \"FBN1\";\n";
    let vcf = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO
1\t150\t.\tA\tC\t.\tPASS\t.\n1\t350\t.\tA\tC\t.\tlow\t.\n1\t351\t.\tA\t.\t.\tPASS\t.\n";
    let (gtf, vcf) = (folder.write("genes.gtf", gtf), folder.write("calls.vcf", vcf));
    let at = ["--hpo", "HP:0001083", "--variants", &vcf, "--gtf", &gtf];
    assert_eq!(ranked(&base, &at), rows[..2]);
    // A gene of records that no sample carries is no candidate.
    let carried = "##fileformat=VCFv4.2\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb
1\t150\t.\tA\tC\t.\tPASS\t.\tGT\t0/0\t./.\n1\t350\t.\tA\tC\t.\tPASS\t.\tGT\t0/0\t0|1\n";
    let carried = folder.write("genotypes.vcf", carried);
    let run = genogloss(&["genes", "-b", &base, "rank", "--hpo", "HP:0001083", "--variants", &carried, "--gtf", &gtf]);
    assert_eq!(lines(&run.stdout).iter().map(|row| row[1].as_str()).collect::<Vec<_>>(), ["FBN1"], "{}", run.stderr);
    assert!(run.stderr.contains("no sample carries an alternate allele of 1"), "{}", run.stderr);
    let passed = ranked(&base, &[&at[..], &["--pass"]].concat());
    assert_eq!((passed.len(), passed[0][1].as_str()), (1, "FBN2"));
    let run = genogloss(&["genes", "-b", &base, "rank", "--hpo", "HP:0001083", "--pass"]);
    assert!(run.code == 2 && run.stderr.contains("--variants"), "{}", run.stderr);
}

const PACKET: &str = r#"{"id": "PMID_9_x", "phenotypicFeatures": [{"type": {"id": "HP:0001166"}},
  {"type": {"id": "HP:0001249"}, "excluded": true}, {"type": {"id": "HP:0001083"}}],
  "interpretations": [{"diagnosis": {"genomicInterpretations": [{"interpretationStatus": "CAUSATIVE",
    "variantInterpretation": {"variationDescriptor": {"geneContext": {"valueId": "HGNC:3603", "symbol": "FBN1"}}}}]}}],
  "metaData": {"externalReferences": [{"id": "PMID:9"}]}}"#;

#[test]
fn many_cases_are_ranked_in_their_order() {
    let (folder, base) = made();
    let table = "id\tterms\texcluded\tcandidates\nb\tHP:0001083;HP:0001166\t\t\na\tEctopia lentis\t\tFBN2,TGFB2\n";
    let (table, packet) = (folder.write("cases.tsv", table), folder.write("case.json", PACKET));
    let rows = ranked(&base, &["--cases", &table, &packet, "--top", "1", "-t", "2"]);
    let found: Vec<[&str; 3]> = rows.iter().map(|row| [row[0].as_str(), &row[1], &row[2]]).collect();
    assert_eq!(found, [["b", "1", "FBN1"], ["a", "1", "TGFB2"], ["a", "2", "FBN2"], ["PMID_9_x", "1", "FBN1"]]);
    near(&rows[0][4], 3.93567);
    near(&rows[3][4], 3.93567);
    // One bad case does not keep the others back.
    let bad = folder.write("bad.tsv", "id\tterms\nx\tHP:0000005\ny\tHP:0001083\n");
    let run = genogloss(&["genes", "-b", &base, "rank", "--cases", &bad, "--top", "1", "--quiet"]);
    assert!(run.code == 1 && run.stderr.contains("1 of 2 cases could not be ranked"), "{}", run.stderr);
    assert!(run.stdout.contains("x\t.\t.") && run.stdout.contains("y\t1\tFBN1"), "{}", run.stdout);
    for (text, why) in [
        (r#"{"id": "a", "subject": {"id": "s"}}"#, "the phenopacket has no phenotypes"),
        (r#"{"id": "a"}"#, "it is no phenopacket"),
        ("id: a\nsubject:\n  id: s\n", "it looks like YAML, and of phenopackets, only JSON is read"),
        (
            r#"{"id": "a", "phenotypicFeatures": [{"type": {"id": "MP:0000001"}}]}"#,
            "MP:0000001 is not an identifier of HPO",
        ),
        ("{", "it is not JSON"),
        ("id\tgene\nx\tFBN1\n", "it has no column terms"),
    ] {
        let file = folder.write("wrong", text);
        let run = genogloss(&["genes", "-b", &base, "rank", "--cases", &file]);
        assert!(run.code == 1 && run.stderr.contains(why) && run.stdout.is_empty(), "{why}: {}", run.stderr);
    }
}

#[test]
fn phenopackets_that_cannot_be_ranked_keep_the_others_not_back() {
    let (folder, base) = made();
    let empty = r#"{"id": "empty", "subject": {"id": "s"}}"#;
    let list = folder.write("list.json", format!(r#"[{PACKET}, {empty}, {{"id": "odd"}}, 7]"#));
    let run = genogloss(&["genes", "-b", &base, "rank", "--cases", &list, "--top", "1", "--quiet"]);
    assert!(run.code == 1 && run.stderr.contains("3 of 4 cases could not be ranked"), "{}", run.stderr);
    let found = lines(&run.stdout);
    assert_eq!(found.len(), 4, "{}", run.stdout);
    assert_eq!(found[0][..3], ["PMID_9_x", "1", "FBN1"]);
    for (row, id, why) in
        [(1, "empty", "has no phenotypes"), (2, "odd", "no phenopacket"), (3, "phenopacket 4", "no phenopacket")]
    {
        let row = &found[row];
        assert!(row[0].ends_with(id) && row[1] == "." && row[row.len() - 1].contains(why), "{row:?}");
    }
    // The same of two files.
    let (one, two) = (folder.write("one.json", PACKET), folder.write("two.json", empty));
    let run = genogloss(&["genes", "-b", &base, "rank", "--cases", &two, &one, "--top", "1", "--quiet"]);
    assert!(run.code == 1 && run.stderr.contains("1 of 2 cases could not be ranked"), "{}", run.stderr);
    assert_eq!(lines(&run.stdout).len(), 2, "{}", run.stdout);
    // Judged is the one with a causal gene; the others are counted, and named.
    let run = genogloss(&["evaluate", "rank", &list, "-b", &base, "--bootstrap", "0"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("as_is\tcases\t1\t") && run.stdout.contains("no_causal_gene\t3\t"), "{}", run.stdout);
    assert!(run.stderr.contains("phenopacket 4: it is no phenopacket"), "{}", run.stderr);
}

#[test]
fn causal_genes_are_found_at_their_ranks() {
    let (folder, base) = made();
    let table = "id\tterms\tgene\tcandidates\tpaper
plain\tHP:0001166,HP:0001083\tFBN1\t\t
lens\tHP:0001083\tTGFB2\t\t9
never\tHP:0001083\tTGFB3\t\t
inherited\tHP:0000005\tFBN2\t\t
unknown\tHP:0001083\t\t\t
drawn\tHP:0001083\tFBN2\tTGFB2,TGFB3\tPMID:9
";
    let (cases, ranks) = (folder.write("cases.tsv", table), folder.path("ranks.tsv"));
    let arguments =
        ["evaluate", "rank", &cases, "-b", &base, "--without-paper", "--ranks", &ranks, "--bootstrap", "50"];
    let rows = lines(&succeed(&arguments));
    let value = |set: &str, metric: &str| {
        let row = rows.iter().find(|row| row[..2] == [set, metric]);
        row.unwrap_or_else(|| panic!("{set} {metric}: {rows:?}"))[2].clone()
    };
    for (metric, wanted) in [
        ("cases", "5"),
        ("genes", "4"),
        ("no_phenotype", "1"),
        ("never_listed", "2"),
        ("no_causal_gene", "1"),
        ("added_candidates", "1"),
    ] {
        assert_eq!(value("as_is", metric), wanted, "{metric}");
    }
    assert_eq!(value("without_paper", "own_paper"), "2");
    // Of 5 genes 3 have a score: one without has rank 4.5; without phenotypes all have rank 3.
    let found = lines(&std::fs::read_to_string(&ranks).expect("ranks"));
    let found: Vec<String> = found.iter().map(|row| row.join(" ")).collect();
    assert_eq!(
        found,
        [
            "plain FBN1 1 1 yes",
            "lens TGFB2 2 2 yes",
            "never TGFB3 4.5 4.5 no",
            "inherited FBN2 3 3 no",
            "drawn FBN2 2 2 yes"
        ]
    );
    assert_eq!((value("as_is", "recall_at_1").as_str(), value("as_is", "recall_at_3").as_str()), ("0.2000", "0.8000"));
    let mrr: f64 = value("as_is", "mrr").parse().expect("a number");
    assert!((mrr - (1.0 + 0.5 + 1.0 / 4.5 + 1.0 / 3.0 + 0.5) / 5.0).abs() < 1e-4, "{mrr}");
    let odd = folder.write("odd.tsv", "id\tterms\tgene\na\tHP:0001083\tFBN1\nb\tHP:0001083\tNOGENE\n");
    let run = genogloss(&["evaluate", "rank", &odd, "-b", &base, "--bootstrap", "0"]);
    assert!(run.code == 0 && run.stderr.contains("causal gene NOGENE: no gene is called NOGENE"), "{}", run.stderr);
    let run = genogloss(&["evaluate", "rank", &cases, "-b", &base, "--html", "x.html"]);
    assert!(run.code == 2 && run.stderr.contains("does not apply to ranked genes"), "{}", run.stderr);
    let run = genogloss(&["evaluate", "core-promoter", &cases, "--without-paper"]);
    assert!(run.code == 2 && run.stderr.contains("applies to ranked genes"), "{}", run.stderr);
}

#[test]
fn a_disease_that_curators_refute_for_a_gene_gives_it_no_score() {
    let head = super::CLINGEN.lines().take(5).map(|line| format!("{line}\n")).collect::<String>();
    for (class, best) in [("Definitive", "OMIM:100001"), ("Refuted", "OMIM:100004"), ("Disputed", "OMIM:100004")] {
        let row =
            format!("\"FBN1\",\"HGNC:3603\",\"Alpha syndrome\",\"MONDO:0000001\",\"AD\",\"{class}\",\"https://x\"\n");
        let (_folder, base) = made_with(&[("clingen.csv", &format!("{head}{row}"))]);
        let rows = ranked(&base, &["--hpo", "Arachnodactyly,Ectopia lentis"]);
        let of_gene = rows.iter().find(|row| row[1] == "FBN1").expect("FBN1");
        assert_eq!(of_gene[4], best, "HPO states FBN1 and Alpha syndrome, ClinGen: {class}");
    }
}

#[test]
fn what_leaves_nothing_to_rank_is_refused_with_its_cause() {
    let (folder, base) = made();
    let refused = |arguments: &[&str], why: &[&str]| {
        let run = genogloss(&[&["genes", "-b", &base, "rank", "--hpo", "HP:0001166"], arguments].concat());
        assert!(run.code == 1 && run.stdout.is_empty(), "{arguments:?}: {}", run.stderr);
        why.iter().for_each(|why| assert!(run.stderr.contains(why), "{why}: {}", run.stderr));
    };
    refused(&["--source", "HGNC"], &["(--source HGNC)", "none gives phenotypes of diseases", "leave out --source"]);
    refused(
        &["--min-evidence", "definitive"],
        &["no gene of it causes a disease whose phenotypes are known", "--min-evidence"],
    );
    refused(&["--genes", "nofile.txt"], &["nofile.txt", "there is no such file of candidate genes"]);
    refused(&["--genes", "no/such"], &["there is no such file of candidate genes"]);
    assert_eq!(ranked(&base, &["--hpo", "HP:0001166", "--genes", "FBN1,TGFB2"]).len(), 2);
    // Without pairs of genes and diseases, diseases can be ranked, and genes cannot.
    let pairless = folder.path("pairless.sqlite");
    let [hgnc, obo, hpoa] = ["hgnc.txt", "hp.obo", "phenotype.hpoa"].map(|name| folder.path(name));
    succeed(&["genes", "build", "--quiet", "-o", &pairless, &hgnc, &obo, &hpoa]);
    assert!(!ranked(&pairless, &["--hpo", "HP:0001166", "--what", "diseases"]).is_empty());
    let run = genogloss(&["genes", "-b", &pairless, "rank", "--hpo", "HP:0001166"]);
    assert!(run.code == 1 && run.stderr.contains("build it with genes_to_phenotype.txt"), "{}", run.stderr);
    let cases = folder.write("cases.tsv", "id\tterms\tgene\na\tHP:0001166\tFBN1\n");
    let run = genogloss(&["evaluate", "rank", &cases, "-b", &pairless]);
    assert!(run.code == 1 && run.stderr.contains("build it with genes_to_phenotype.txt"), "{}", run.stderr);
}
