//! Strength before alphabet: what sources together claim, how it is ordered and named, and what of it counts.

use super::{HGNC, rows};
use crate::support::{Folder, genogloss, succeed};

/// A folder with a knowledge base of these tables, and of HGNC's and HPO's.
pub(super) fn base_of(tables: &[(&str, &str)]) -> (Folder, String) {
    let genes = ["AAA1", "BBB2", "CCC3", "DDD4", "EEE5", "FFF6"];
    let genes: Vec<_> = (100..).zip(genes).map(|(id, symbol)| (id, symbol, format!("gene {symbol}"))).collect();
    base_of_genes(&genes, tables)
}

/// The same of genes with these numbers, symbols and names.
fn base_of_genes(genes: &[(u32, &str, String)], tables: &[(&str, &str)]) -> (Folder, String) {
    let folder = Folder::new();
    let hgnc: String = genes
        .iter()
        .map(|(id, symbol, name)| {
            format!(
                "HGNC:{id}\t{symbol}\t{name}\tprotein-coding gene\tgene with protein product\tApproved\t1q1\t\t\t2024-01-01\t{id}\tENSG00000000{id}\tP00{id}\t6000{id}\n"
            )
        })
        .collect();
    let header = HGNC.lines().next().expect("a header");
    let mut paths = vec![folder.write("hgnc.txt", format!("{header}\n{hgnc}")), folder.write("hp.obo", super::OBO)];
    paths.extend(tables.iter().map(|(name, text)| folder.write(name, text)));
    let base = folder.path("genes.sqlite");
    let mut arguments = vec!["genes", "build", "-o", &base];
    arguments.extend(paths.iter().map(String::as_str));
    succeed(&arguments);
    (folder, base)
}

pub(super) fn clingen(rows: &[(&str, u32, &str, &str, &str)]) -> String {
    let head = super::CLINGEN.lines().take(5).map(|line| format!("{line}\n")).collect::<String>();
    let row = |(gene, hgnc, disease, mondo, class): &(&str, u32, &str, &str, &str)| {
        format!("\"{gene}\",\"HGNC:{hgnc}\",\"{disease}\",\"{mondo}\",\"AD\",\"{class}\",\"https://x/{gene}\"\n")
    };
    head + &rows.iter().map(row).collect::<String>()
}

fn orphanet(rows: &[(&str, &str, u32, &str)]) -> String {
    let row = |(code, gene, hgnc, kind): &(&str, &str, u32, &str)| {
        format!("{code}\tGlass disease\tDisease\t{gene}\tgene\t{kind}\t{hgnc}\t6000{hgnc}\n")
    };
    let head = "orphacode\tdisorder\tdisorder_type\tgene_symbol\tgene_name\tassociation_type\thgnc\tomim\n";
    head.to_string() + &rows.iter().map(row).collect::<String>()
}

pub(super) fn hpo(rows: &[(u32, &str, &str)]) -> String {
    let row = |(entrez, gene, disease): &(u32, &str, &str)| {
        format!(
            "{entrez}\t{gene}\tHP:0001166\tArachnodactyly\t-\t{disease}\n{entrez}\t{gene}\tHP:0000006\tAutosomal dominant inheritance\t-\t{disease}\n"
        )
    };
    let head = "ncbi_gene_id\tgene_symbol\thpo_id\thpo_name\tfrequency\tdisease_id\n";
    head.to_string() + &rows.iter().map(row).collect::<String>()
}

fn disgenet(rows: &[(u32, &str, &str, &str)]) -> String {
    let row = |(entrez, gene, score, source): &(u32, &str, &str, &str)| {
        format!("{entrez}\t{gene}\tgene\tumls:C0000001\tGlass disease\t{score}\t3\tBiomarker\t{source}\n")
    };
    let head =
        "geneId\tgeneSymbol\tgeneName\tdiseaseId\tdiseaseName\tscore\tNumberOfPubmeds\tassociationType\tsource\n";
    head.to_string() + &rows.iter().map(row).collect::<String>()
}

/// A disease with a cause (BBB2), a modifier that HPO repeats (AAA1), a susceptibility (CCC3), a gene that ClinGen refutes and Orphanet
/// lists (DDD4), one that is mined from texts (EEE5), and one with limited evidence (FFF6).
fn glass() -> (Folder, String) {
    let cause = "Disease-causing germline mutation(s) in";
    base_of(&[
        (
            "clingen.csv",
            &clingen(&[
                ("BBB2", 101, "Glass disease", "MONDO:0000001", "Definitive"),
                ("DDD4", 103, "Glass disease", "MONDO:0000001", "Refuted"),
                ("FFF6", 105, "Glass disease", "MONDO:0000001", "Limited"),
            ]),
        ),
        (
            "orphanet.tsv",
            &orphanet(&[
                ("7", "AAA1", 100, "Modifying germline mutation in"),
                ("7", "BBB2", 101, cause),
                ("7", "CCC3", 102, "Major susceptibility factor in"),
                ("7", "DDD4", 103, cause),
                ("7", "FFF6", 105, cause),
            ]),
        ),
        ("genes_to_phenotype.txt", &hpo(&[(100, "AAA1", "ORPHA:7"), (103, "DDD4", "ORPHA:7")])),
        ("disgenet.txt", &disgenet(&[(104, "EEE5", "0.25", "BeFree"), (100, "AAA1", "0.3", "ORPHANET")])),
    ])
}

/// Answer, confidence and evidence of a prompt.
pub(super) fn ask(base: &str, more: &[&str], prompt: &str) -> [String; 3] {
    let text = succeed(&[&["ask", "-b", base, "--quiet", prompt], more].concat());
    let cells: Vec<&str> = text.lines().nth(1).expect("a row").split('\t').collect();
    [2, 3, 6].map(|at| cells[at].to_string())
}

#[test]
fn genes_of_a_disease_are_ordered_and_named_by_their_claims() {
    let (_folder, base) = glass();
    let all = "BBB2; FFF6 (limited); CCC3 (susceptibility); AAA1 (modifier); EEE5 (text-mined); DDD4 (refuted)";
    let [answer, confidence, evidence] = ask(&base, &[], "disease=Glass disease, genes =");
    assert_eq!((answer.as_str(), confidence.as_str()), (all, "0.9900"));
    assert!(evidence.starts_with("BBB2 (definitive, "), "{evidence}");
    assert!(evidence.contains("DDD4 (") && evidence.contains("ClinGen 2025-01-09: Refuted"), "{evidence}");
    for (least, expected) in [("definitive", "BBB2"), ("limited", "BBB2; FFF6 (limited)"), ("all", all)] {
        let [answer, ..] = ask(&base, &["--min-evidence", least], "disease=Glass disease, genes =");
        assert_eq!(answer, expected, "{least}");
    }
    let [answer, confidence, _] = ask(&base, &["--source", "orphanet"], "disease=ORPHA:7, genes =");
    assert_eq!(answer, "BBB2; DDD4; FFF6; CCC3 (susceptibility); AAA1 (modifier)", "what Orphanet alone says");
    assert_eq!(confidence, "0.9000");
    let run = genogloss(&["genes", "-b", &base, "diseases", "BBB2", "--source", "Elsewhere"]);
    assert!(run.code == 2 && run.stderr.contains("the knowledge base has no source \"Elsewhere\""), "{}", run.stderr);
}

#[test]
fn what_is_refuted_is_never_listed_without_the_word() {
    let (_folder, base) = glass();
    let diseases = rows(&base, &["diseases", "DDD4"]);
    assert_eq!(diseases.len(), 3, "{diseases:?}");
    assert!(diseases.iter().all(|row| row[4] == "refuted"), "also where HPO and Orphanet list it: {diseases:?}");
    let [answer, ..] = ask(&base, &[], "gene=DDD4, diseases =");
    assert!(answer.split("; ").all(|one| one.ends_with("(refuted)")), "{answer}");
    let phenotypes = rows(&base, &["phenotypes", "DDD4"]);
    assert_eq!(phenotypes.iter().map(|row| row[7].as_str()).collect::<Vec<_>>(), ["refuted"]);
    let [answer, confidence, _] = ask(&base, &[], "gene=DDD4, disease=Glass disease, relation =");
    assert_eq!((answer.as_str(), confidence.as_str()), ("no", "0.0200"));
    let related = rows(&base, &["relate", "DDD4", "Glass disease"]);
    assert_eq!(related[0][3..7], ["no", "refuted", "0.0200", "stated"]);
    // A filter does not take away what speaks against a relation.
    let related = rows(&base, &["relate", "DDD4", "Glass disease", "--min-evidence", "definitive"]);
    assert_eq!(related[0][3..5], ["no", "refuted"]);
    let related = rows(&base, &["relate", "FFF6", "Glass disease", "--min-evidence", "definitive"]);
    assert_eq!(related[0][3..7], ["unknown", "limited", ".", "filtered"], "evidence does not outbid what is left out");
    assert_eq!(related[0][7], "stated as limited; left out by --min-evidence");
}

#[test]
fn a_source_that_repeats_another_counts_once_and_adds_no_strength() {
    let (_folder, base) = glass();
    let related = rows(&base, &["relate", "AAA1", "Glass disease"]);
    assert_eq!(related[0][3..7], ["modifier", "modifier", "0.8500", "stated"], "HPO repeats Orphanet: {related:?}");
    let related = rows(&base, &["relate", "EEE5", "Glass disease"]);
    assert_eq!(related[0][3..7], ["unknown", "text-mined", "0.6000", "stated"]);
    // Where the source itself is not here, its repetition speaks for it.
    let related = rows(&base, &["relate", "AAA1", "ORPHA:7", "--source", "HPO"]);
    assert_eq!(related[0][3..5], ["yes", "associated"]);
}

#[test]
fn a_class_of_a_series_holds_for_its_members_and_no_further() {
    let hpoa = super::HPOA.lines().take(3).map(|line| format!("{line}\n")).collect::<String>()
        + "OMIM:11\tLong glass syndrome 11\t\tHP:0001166\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x\n"
        + "OMIM:13\tLong glass syndrome 13\t\tHP:0001166\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x\n"
        + "OMIM:12\tShort glass syndrome 1\t\tHP:0001166\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x\n";
    let (_folder, base) = base_of(&[
        ("clingen.csv", &clingen(&[("AAA1", 100, "long glass syndrome", "MONDO:0000002", "Disputed")])),
        ("phenotype.hpoa", &hpoa),
        (
            "genes_to_phenotype.txt",
            &hpo(&[(100, "AAA1", "OMIM:11"), (100, "AAA1", "OMIM:12"), (101, "BBB2", "OMIM:11")]),
        ),
    ]);
    let diseases = rows(&base, &["diseases", "AAA1"]);
    let claims: Vec<(&str, &str)> = diseases.iter().map(|row| (row[2].as_str(), row[4].as_str())).collect();
    assert_eq!(claims, [("OMIM:12", "associated"), ("OMIM:11", "disputed"), ("MONDO:0000002", "disputed")]);
    let related = rows(&base, &["relate", "AAA1", "Long glass syndrome 13"]);
    assert_eq!(related[0][3..7], ["no", "disputed", "0.1000", "stated"], "no source names the two");
    let [answer, _, evidence] = ask(&base, &[], "disease=long glass syndrome, genes =");
    assert_eq!(answer, "BBB2 (associated); AAA1 (disputed)");
    assert!(evidence.contains("BBB2 (in OMIM:11 Long glass syndrome 11, "), "a member is named: {evidence}");
}

#[test]
fn equally_well_curated_sources_that_contradict_each_other_are_said_to() {
    let g2p = |class: &str, mode: &str, panel: &str| {
        super::G2P.lines().next().expect("a header").to_string()
            + &format!(
                "\nAAA1,600100,\"GLASS DISEASE\",7,{class},{mode},\"loss of function\",,Eye,1;2,{panel},,100,\"No date\"\n"
            )
    };
    for (mode, claim) in [("monoallelic", "conflicting"), ("biallelic", "definitive")] {
        let tables = [("a.csv", g2p("confirmed", "monoallelic", "DD")), ("b.csv", g2p("disputed", mode, "Eye"))];
        let (_folder, base) = base_of(&tables.each_ref().map(|(name, text)| (*name, text.as_str())));
        let diseases = rows(&base, &["diseases", "AAA1"]);
        assert_eq!(
            diseases.iter().map(|row| [row[4].as_str(), row[5].as_str()]).collect::<Vec<_>>(),
            [[claim, "confirmed (panel DD)"], [claim, "disputed (panel Eye)"]],
            "panels contradict each other on one mode of inheritance, and not on two"
        );
        let related = rows(&base, &["relate", "AAA1", "Glass disease"]);
        assert_eq!(related[0][3], if claim == "conflicting" { "unknown" } else { "yes" });
    }
}

#[test]
fn a_column_says_whether_its_names_are_diseases_or_phenotypes() {
    let hpoa = super::HPOA.lines().take(3).map(|line| format!("{line}\n")).collect::<String>()
        + "OMIM:11\tArachnodactyly\t\tHP:0001166\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x\n";
    let (folder, base) =
        base_of(&[("phenotype.hpoa", &hpoa), ("genes_to_phenotype.txt", &hpo(&[(100, "AAA1", "OMIM:11")]))]);
    let about = |table: &str| {
        let input = folder.write("pairs.tsv", table);
        rows(&base, &["relate", "-i", &input]).into_iter().map(|row| row[1].clone()).collect::<Vec<_>>()
    };
    assert_eq!(about("gene\tphenotype\nAAA1\tArachnodactyly\n"), ["HP:0001166"]);
    assert_eq!(about("gene\tdisease\nAAA1\tArachnodactyly\n"), ["OMIM:11"]);
    assert_eq!(about("gene\tabout\nAAA1\tHP:0001166\nAAA1\tOMIM:11\n"), ["HP:0001166", "OMIM:11"]);
    assert_eq!(
        about("gene\tdisease\tphenotype\nAAA1\t.\tArachnodactyly\nAAA1\tArachnodactyly\t\n"),
        ["HP:0001166", "OMIM:11"]
    );
    let input = folder.write("pairs.tsv", "gene\tdisease\tphenotype\nAAA1\tArachnodactyly\tArachnodactyly\n");
    let run = genogloss(&["genes", "-b", &base, "relate", "-i", &input]);
    assert!(run.code == 1 && run.stderr.contains("line 2: it names both"), "{}", run.stderr);
}

#[test]
fn a_prompt_about_two_genes_is_answered_for_each_and_modes_of_inheritance_are_no_phenotypes() {
    let (_folder, base) = glass();
    let run =
        genogloss(&["ask", "-b", &base, "gene=AAA1, gene=BBB2, diseases =", "gene=AAA1, symbol=aaa1, diseases ="]);
    let lines: Vec<&str> = run.stdout.lines().collect();
    let answer = lines[1].split('\t').nth(2).unwrap_or_default();
    let each: Vec<&str> =
        answer.split("; ").filter(|part| part.starts_with("AAA1: ") || part.starts_with("BBB2: ")).collect();
    assert!(each.len() == 2 && each[0].starts_with("AAA1: ") && each[0].contains("Glass disease"), "{}", lines[1]);
    assert!(lines[2].contains("ORPHA:7 Glass disease (modifier)"), "the same gene twice: {}", lines[2]);
    let [answer, ..] = ask(&base, &[], "gene=AAA1, phenotypes =");
    assert_eq!(answer, "HP:0001166 Arachnodactyly (modifier)");
    assert_eq!(rows(&base, &["phenotypes", "AAA1"]).len(), 1);
}

#[test]
fn a_class_that_is_not_known_is_left_out_and_said() {
    let curated = clingen(&[
        ("AAA1", 100, "Glass disease", "MONDO:0000001", "No Reported Evidence"),
        ("BBB2", 101, "Glass disease", "MONDO:0000001", "Contradictory (disputed)"),
        ("CCC3", 102, "Glass disease", "MONDO:0000001", "Brilliant"),
        ("CCC3", 102, "Glass disease", "MONDO:0000001", ""),
    ]);
    let (folder, base) = base_of(&[("clingen.csv", &curated)]);
    let [hgnc, table, again] = ["hgnc.txt", "clingen.csv", "again.sqlite"].map(|name| folder.path(name));
    let said = genogloss(&["genes", "build", &hgnc, &table, "-o", &again]).stderr;
    assert!(said.contains("2 rows have an unknown class, and were left out (the first: Brilliant)"), "{said}");
    let judged = |gene: &str| rows(&base, &["relate", gene, "Glass disease"])[0][3..5].join(", ");
    assert_eq!(judged("AAA1"), "no, no known relation");
    assert_eq!(judged("BBB2"), "no, disputed");
    assert!(rows(&base, &["diseases", "CCC3"]).is_empty());
}

#[test]
fn a_dispute_reaches_the_same_disease_of_another_vocabulary_and_stops_at_others() {
    let hpoa = super::HPOA.lines().take(3).map(|line| format!("{line}\n")).collect::<String>()
        + "OMIM:22\tGlass syndrome 2\t\tHP:0001166\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x\n"
        + "OMIM:23\tGlass syndrome 3\t\tHP:0001166\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x\n"
        + "OMIM:31\tLong glass disease, dominant\t\tHP:0001166\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x\n";
    let orphanet = orphanet(&[("7", "AAA1", 100, "Disease-causing germline mutation(s) in")])
        .replace("Glass disease", "Congenital long glass syndrome");
    let (_folder, base) = base_of(&[
        (
            "clingen.csv",
            &clingen(&[
                ("AAA1", 100, "long glass syndrome", "MONDO:0000002", "Disputed"),
                ("AAA1", 100, "polymorphic glass tachycardia", "MONDO:0000004", "Definitive"),
                ("BBB2", 101, "Glass syndrome 1", "MONDO:0000003", "Disputed"),
                ("CCC3", 102, "Glass syndrome 1", "MONDO:0000003", "Disputed"),
            ]),
        ),
        (
            "g2p.csv",
            &(super::G2P.lines().next().expect("a header").to_string()
                + "\nCCC3,600102,\"GLASS SYNDROME 3\",23,confirmed,monoallelic,\"loss of function\",,Eye,1;2,DD,,102,\"No date\"\n"),
        ),
        ("orphanet.tsv", &orphanet),
        ("phenotype.hpoa", &hpoa),
        (
            "genes_to_phenotype.txt",
            &hpo(&[
                (101, "BBB2", "OMIM:22"),
                (102, "CCC3", "OMIM:22"),
                (102, "CCC3", "OMIM:23"),
                (103, "DDD4", "OMIM:22"),
            ]),
        ),
    ]);
    let judged = |gene: &str, about: &str| {
        let row = &rows(&base, &["relate", gene, about])[0];
        [row[3].clone(), row[4].clone(), row[7].clone()]
    };
    let [answer, claim, because] = judged("AAA1", "ORPHA:7");
    assert_eq!([answer.as_str(), &claim], ["no", "disputed"], "{because}");
    assert!(because.contains("Orphanet") && because.contains("ClinGen"), "all claims are shown: {because}");
    assert_eq!(judged("AAA1", "polymorphic glass tachycardia")[0], "yes");
    let [answer, claim, because] = judged("BBB2", "OMIM:22");
    assert_eq!([answer.as_str(), &claim], ["no", "disputed"], "{because}");
    assert_eq!(judged("CCC3", "OMIM:22")[1], "disputed");
    let [answer, claim, because] = judged("CCC3", "OMIM:23");
    assert_eq!([answer.as_str(), &claim], ["yes", "definitive"], "{because}");
    assert!(because.contains("Disputed (MONDO:0000003 Glass syndrome 1)"), "the dispute is named: {because}");
    assert_eq!(judged("DDD4", "OMIM:22")[0], "yes");
    let [answer, ..] = ask(&base, &[], "disease=OMIM:22, genes =");
    assert_eq!(answer, "DDD4 (associated); BBB2 (disputed); CCC3 (disputed)");
}

#[test]
fn an_estimate_is_no_yes_where_curators_dispute_the_series() {
    let hpoa = super::HPOA.lines().take(3).map(|line| format!("{line}\n")).collect::<String>()
        + "OMIM:22\tGlass bone fragility 2\t\tHP:0001166\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x\n"
        + "OMIM:23\tGlass bone fragility 3\t\tHP:0001166\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x\n";
    let tables = |class: &str| clingen(&[("AAA1", 100, "Glass bone fragility 2", "MONDO:0000002", class)]);
    let estimate = |class: &str| {
        let (_folder, base) = base_of(&[
            ("clingen.csv", &tables(class)),
            ("phenotype.hpoa", &hpoa),
            ("genes_to_phenotype.txt", &hpo(&[(100, "AAA1", "OMIM:22"), (101, "BBB2", "OMIM:23")])),
        ]);
        rows(&base, &["relate", "AAA1", "OMIM:23"])[0].clone()
    };
    let without = estimate("Moderate");
    assert!(without[6] == "weighed" && without[7].starts_with("estimate: text "), "{without:?}");
    assert!(!without[7].contains("dispute") && !without[7].contains("doubt"), "{without:?}");
    let p: f64 = without[5].parse().expect("a number");
    for (class, kind) in [("Disputed", "dispute"), ("Limited", "doubt")] {
        let with = estimate(class);
        assert!(with[6] == "weighed" && with[3] != "yes", "{with:?}");
        assert_eq!(p > 0.5, with[7].contains(&format!("; {kind} -")), "{with:?}");
    }
}

/// Genes with a word in common among many others; two diseases that share two genes, and one of three genes that shares one with
/// them.
fn likenesses(class: &str) -> (Folder, String) {
    let letters = |at: u32| format!("{}{}", char::from(b'a' + (at % 26) as u8), char::from(b'a' + (at / 26) as u8));
    let dyneins =
        (100..106).map(|id| (id, format!("AAA{}", id - 99), format!("axonemal dynein heavy chain {}", id - 99)));
    let others = (200..240).map(|id| (id, format!("ZZZ{}", id - 199), format!("odd{0} factor{0}", letters(id - 200))));
    let genes: Vec<(u32, String, String)> = dyneins.chain(others).collect();
    let genes: Vec<(u32, &str, String)> =
        genes.iter().map(|(id, one, name)| (*id, one.as_str(), name.clone())).collect();
    let (mirror, slow, lone) = ("OMIM:21", "OMIM:22", "OMIM:23");
    let mut lists = vec![
        (101, mirror),
        (102, mirror),
        (101, slow),
        (102, slow),
        (103, slow),
        (101, lone),
        (104, lone),
        (105, lone),
    ];
    let names = ["Mirror bronchus malady", "Slow cilia malady", "Lone lung malady"];
    let mut diseases: Vec<(String, String)> =
        (21..).zip(names).map(|(id, name)| (format!("OMIM:{id}"), name.into())).collect();
    diseases.extend((200..240).map(|id| (format!("OMIM:{id}"), format!("Strange{0} trouble{0}", letters(id - 200)))));
    let ids: Vec<String> = (200..240).map(|id| format!("OMIM:{id}")).collect();
    lists.extend((200..240).zip(ids.iter().map(String::as_str)));
    let symbol = |id: u32| genes.iter().find(|gene| gene.0 == id).expect("a gene").1;
    let lists: Vec<(u32, &str, &str)> = lists.into_iter().map(|(id, about)| (id, symbol(id), about)).collect();
    let head = super::HPOA.lines().take(3).map(|line| format!("{line}\n")).collect::<String>();
    let row = |(id, name): &(String, String)| format!("{id}\t{name}\t\tHP:0001166\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x\n");
    base_of_genes(
        &genes,
        &[
            ("clingen.csv", &clingen(&[("AAA1", 100, "Slow cilia malady", "MONDO:0000022", class)])),
            ("phenotype.hpoa", &(head + &diseases.iter().map(row).collect::<String>())),
            ("genes_to_phenotype.txt", &hpo(&lists)),
        ],
    )
}

#[test]
fn an_estimate_is_no_yes_where_curators_doubt_the_gene_in_a_disease_of_the_same_genes() {
    let judged = |class: &str, about: &str| {
        let (_folder, base) = likenesses(class);
        rows(&base, &["relate", "AAA1", about])[0].clone()
    };
    let without = judged("Moderate", "OMIM:21");
    assert_eq!(without[3], "yes", "the genes are alike: {without:?}");
    let p: f64 = without[5].parse().expect("a number");
    assert!(p < 0.9 && without[7].starts_with("estimate: "), "below what is stated: {without:?}");
    for (class, kind) in [("Disputed", "; dispute -"), ("Refuted", "; dispute -"), ("Limited", "; doubt -")] {
        let with = judged(class, "OMIM:21");
        assert_eq!([&with[3], &with[5]], ["unknown", "0.5000"], "{class}: {with:?}");
        assert!(with[7].contains(kind) && with[7].contains("MONDO:0000022 Slow cilia malady"), "{with:?}");
    }
    // One gene of three is not half of them.
    let lone = judged("Disputed", "OMIM:23");
    let p: f64 = lone[5].parse().expect("a number");
    assert!(p > 0.5 && !lone[7].contains("dispute"), "{lone:?}");
}

#[test]
fn names_that_differ_in_number_and_articles_are_one_disease() {
    let orphanet = orphanet(&[("93545", "AAA1", 100, "Disease-causing germline mutation(s) in")])
        .replace("Glass disease", "Renal or urinary tract malformation");
    let definitions = "orphacode\tdisorder\tdisorder_type\tsynonyms\tdefinition\n\
        93545\tRenal or urinary tract malformation\tCategory\tCAKUT|Congenital anomalies of the kidney and urinary tract\t\n\
        585918\tB-lymphoblastic leukemia/lymphoma with t(v;11q23.3)\tDisease\tB lymphoblastic leukemia lymphoma with t(v;11q23); MLL rearranged\t\n";
    let name = "congenital anomaly of kidney and urinary tract";
    let (_folder, base) = base_of(&[
        ("clingen.csv", &clingen(&[("AAA1", 100, name, "MONDO:0019719", "Disputed")])),
        ("orphanet.tsv", &orphanet),
        ("definitions.tsv", definitions),
    ]);
    for about in [name, "Congenital anomalies of kidney and urinary tract", "CAKUT", "ORPHA:93545", "MONDO:0019719"] {
        let row = &rows(&base, &["relate", "AAA1", about])[0];
        assert_eq!([&row[3], &row[4]], ["no", "disputed"], "{about}: {row:?}");
    }
    // A part of a name in brackets is no name.
    let run = genogloss(&["ask", "-b", &base, "disease=11q23), disease information =", "--quiet"]);
    assert!(run.stdout.contains("unknown_name"), "{}", run.stdout);
    let [answer, ..] = ask(
        &base,
        &[],
        "disease=B lymphoblastic leukemia lymphoma with t(v;11q23); MLL rearranged, disease information =",
    );
    assert!(answer.contains("ORPHA:585918"), "{answer}");
}

/// HPO lists a sign for a gene; a disease of the same name is curated for another one.
#[test]
fn a_question_for_a_sign_that_is_also_a_disease_is_answered_by_what_is_stated() {
    let sign = hpo(&[(100, "AAA1", "OMIM:1")]);
    let disease = clingen(&[("BBB2", 101, "Arachnodactyly", "MONDO:0000007", "Definitive")]);
    let (_folder, base) = base_of(&[("genes_to_phenotype.txt", &sign), ("clingen.csv", &disease)]);
    for (gene, understood) in [
        ("AAA1", "gene=AAA1, phenotype=arachnodactyly, relation ="),
        ("BBB2", "gene=BBB2, disease=arachnodactyly, relation ="),
    ] {
        let text = succeed(&["ask", "-b", &base, &format!("Does {gene} cause arachnodactyly?"), "--quiet"]);
        let cells: Vec<&str> = text.lines().nth(1).expect("an answer").split('\t').collect();
        assert_eq!((cells[2], cells[7]), ("yes", understood), "{text}");
    }
}
