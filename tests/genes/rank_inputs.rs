//! What `genogloss genes rank` does with inputs that are not as they should be, and with candidates from two places.

use super::rank::{lines, made, made_with, ranked};
use crate::support::{genogloss, succeed};

#[test]
fn the_term_above_all_phenotypes_and_misspelt_names_are_left_out_and_said() {
    let (_folder, base) = made();
    let plain = succeed(&["genes", "-b", &base, "rank", "--hpo", "HP:0001166", "--quiet"]);
    let run = genogloss(&["genes", "-b", &base, "rank", "--hpo", "HP:0001166,HP:0000118,Arachnodactily"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, plain.as_str()), "{}", run.stderr);
    let root = "left out: every phenotype is one: HP:0000118 (Phenotypic abnormality)";
    assert!(run.stderr.contains(root), "{}", run.stderr);
    assert!(run.stderr.contains("did you mean Arachnodactyly (HP:0001166)?"), "{}", run.stderr);
    let run = genogloss(&["genes", "-b", &base, "rank", "--hpo", "Phenotypic abnormality"]);
    assert!(run.code == 1 && run.stderr.contains("every phenotype is one"), "{}", run.stderr);
    let run = genogloss(&["genes", "-b", &base, "rank", "--hpo", "xyzzy"]);
    assert!(run.code == 1 && !run.stderr.contains("did you mean"), "nothing is near: {}", run.stderr);
}

#[test]
fn cases_with_the_id_of_another_get_a_number() {
    let (folder, base) = made();
    let table =
        "id\tterms\tgene\nx\tHP:0001083\tFBN1\nx (2)\tHP:0001249\tTGFB2\nx\tHP:0001238\tTGFB2\nx\tHP:0001166\tFBN1\n";
    let table = folder.write("cases.tsv", table);
    let run = genogloss(&["genes", "-b", &base, "rank", "--cases", &table, "--top", "1"]);
    let found: Vec<[String; 2]> = lines(&run.stdout).into_iter().map(|row| [row[0].clone(), row[2].clone()]).collect();
    let wanted = [["x", "FBN1"], ["x (2)", "TGFB2"], ["x (3)", "TGFB2"], ["x (4)", "FBN1"]];
    assert_eq!((run.code, found.as_slice()), (0, wanted.map(|row| row.map(String::from)).as_slice()), "{}", run.stderr);
    let said = "2 of the cases have the id of an earlier one, and got a number";
    assert!(run.stderr.contains(said) && run.stderr.contains("line 4: x (3)"), "{}", run.stderr);
    let run = genogloss(&["evaluate", "rank", &table, "-b", &base, "--bootstrap", "0"]);
    assert!(run.code == 0 && run.stdout.contains("as_is\tcases\t4\t"), "{}", run.stderr);
}

#[test]
fn a_phenopacket_of_a_newer_release_is_said() {
    let (folder, base) = made();
    let packet = |release: &str| {
        let text = format!(
            r#"{{"id": "a", "phenotypicFeatures": [{{"type": {{"id": "HP:0001166"}}}}],
            "metaData": {{"resources": [{{"id": "hp", "namespacePrefix": "HP", "version": "{release}"}}]}}}}"#
        );
        genogloss(&["genes", "-b", &base, "rank", "--cases", &folder.write("a.json", text), "--top", "1"])
    };
    let newer = packet("2026-02-16");
    let said = "made with release 2026-02-16 of HPO, and the knowledge base has 2025-01-16";
    assert!(newer.code == 0 && newer.stderr.contains(said), "{}", newer.stderr);
    for release in ["2025-01-16", "2020-08-11", "unknown"] {
        let run = packet(release);
        assert!(
            run.code == 0 && !run.stderr.contains("of HPO, and the knowledge base has"),
            "{release}: {}",
            run.stderr
        );
        assert_eq!(run.stdout, newer.stdout);
    }
}

#[test]
fn candidates_are_those_of_a_list_that_have_a_variant() {
    let (folder, base) = made();
    let gtf = "1\tx\tgene\t101\t200\t.\t+\t.\tgene_id \"ENSG00000138829\"; gene_name \"FBN2\";
1\tx\tgene\t301\t400\t.\t+\t.\tgene_id \"ENSG00000166147\"; gene_name \"FBN1\";\n";
    let vcf = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO
1\t150\t.\tA\tC\t.\tPASS\t.\n1\t350\t.\tA\tC\t.\tPASS\t.\n";
    let (gtf, vcf) = (folder.write("genes.gtf", gtf), folder.write("calls.vcf", vcf));
    let at = ["genes", "-b", &base, "rank", "--hpo", "HP:0001083", "--variants", &vcf, "--gtf", &gtf];
    let both = genogloss(&[&at[..], &["--genes", "TGFB2,2200,NOGENE"]].concat());
    let found: Vec<String> = lines(&both.stdout).into_iter().map(|row| row[1].clone()).collect();
    assert_eq!((both.code, found), (0, vec!["FBN1".to_string(), "NOGENE".into()]), "{}", both.stderr);
    assert!(both.stderr.contains("1 of 2 genes of --genes have a variant that counts"), "{}", both.stderr);
    let none = genogloss(&[&at[..], &["--genes", "TGFB2"]].concat());
    assert!(none.code != 0 && none.stderr.contains("none of the 1 genes of --genes has a variant"), "{}", none.stderr);
    assert!(none.stdout.is_empty());
}

#[test]
fn judged_are_the_sources_and_claims_that_are_wanted() {
    let panel = super::G2P.lines().next().expect("a header").to_string()
        + "\nFBN2,612570,\"BETA SYNDROME\",100002,probable,monoallelic,,HP:0001238,,1,DD,,3604,\"No date\"\n";
    let (folder, base) = made_with(&[("DDG2P.csv", panel.as_str())]);
    let cases = folder.write("cases.tsv", "id\tterms\tgene\na\tHP:0001238\tTGFB2\n");
    let judged =
        |more: &[&str]| genogloss(&[&["evaluate", "rank", &cases, "-b", &base, "--bootstrap", "0"], more].concat());
    let all = judged(&[]);
    assert!(all.code == 0 && all.stdout.contains("as_is\tnever_listed\t0\t"), "{}{}", all.stdout, all.stderr);
    // TGFB2 is of the disease by HPO alone, which gives no class.
    for more in [["--source", "Gene2Phenotype"], ["--min-evidence", "strong"]] {
        let less = judged(&more);
        assert!(less.code == 0 && less.stdout.contains("as_is\tnever_listed\t1\t"), "{}{}", less.stdout, less.stderr);
    }
    assert!(judged(&["--source", "HPO"]).stdout.contains("as_is\tmrr\t1.0000\t"));
    let wrong = judged(&["--source", "Nobody"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("no source \"Nobody\""), "{}", wrong.stderr);
    let of_another = ["evaluate", "core-promoter", &cases, "--source", "HPO"];
    let run = genogloss(&of_another);
    assert!(run.code == 2 && run.stderr.contains("--source"), "{}", run.stderr);
    let strong = ranked(&base, &["--hpo", "HP:0001238", "--min-evidence", "strong"]);
    assert!(strong.iter().all(|row| row[1] != "TGFB2"), "the list itself: {strong:?}");
}

#[test]
fn what_would_be_read_otherwise_than_it_was_meant_is_refused() {
    let (folder, base) = made();
    let packet = |excluded: &str| {
        let text = format!(
            r#"{{"id": "a", "phenotypicFeatures": [{{"type": {{"id": "HP:0001166"}}}},
            {{"type": {{"id": "HP:0001083"}}, "excluded": {excluded}}}]}}"#
        );
        genogloss(&["genes", "-b", &base, "rank", "--cases", &folder.write("a.json", text)])
    };
    for excluded in ["true", "false", "null"] {
        assert_eq!(packet(excluded).code, 0, "{excluded}: {}", packet(excluded).stderr);
    }
    assert_ne!(packet("true").stdout, packet("false").stdout);
    for excluded in ["\"true\"", "1"] {
        let run = packet(excluded);
        let said = format!("excluded of HP:0001083 is {excluded}: it must be true or false");
        assert!(run.code == 1 && run.stderr.contains(&said), "{excluded}: {}", run.stderr);
    }
    let twice = folder.write("twice.tsv", "id\tterms\tterms\nx\tHP:0001166\tHP:0001083\n");
    let run = genogloss(&["genes", "-b", &base, "rank", "--cases", &twice]);
    assert!(run.code == 1 && run.stderr.contains("line 1: it has two columns terms"), "{}", run.stderr);
}
