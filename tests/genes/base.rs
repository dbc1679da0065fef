//! The knowledge base: made of small tables, and asked.

#![allow(clippy::print_stderr, reason = "a skipped test says why")]

use super::{HGNC, made, rows};
use crate::support::{genogloss, shell, succeed, tools_available};

#[test]
fn a_gene_is_found_by_each_of_its_names_and_every_fact_has_its_source() {
    let (_folder, base) = made();
    for name in
        ["FBN1", "fbn1", "MFS1", "mass", "HGNC:3603", "NCBIGene:2200", "ENSG00000166147.12", "p35555", "Fibrillin 1"]
    {
        let rows = rows(&base, &["show", name]);
        assert!(rows.iter().all(|row| row[1] == "FBN1"), "{name}: {rows:?}");
        assert!(rows.iter().any(|row| row[2..5] == ["hgnc", "HGNC:3603", "HGNC 2024-03-04"]), "{rows:?}");
    }
    let previous = rows(&base, &["show", "MFS1"]);
    assert!(previous.iter().any(|row| row[2] == "found_by" && row[3] == "previous symbol"), "{previous:?}");
    let sources = rows(&base, &["sources"]);
    let hpo = sources.iter().find(|row| row[2] == "phenotype.hpoa").expect("a source");
    assert_eq!((hpo[0].as_str(), hpo[3].as_str()), ("HPO", "2025-01-16"));
    let clingen = sources.iter().find(|row| row[0] == "ClinGen").expect("a source");
    assert_eq!((clingen[3].as_str(), clingen[4].as_str(), clingen[6].as_str()), ("2025-01-09", "CC0 1.0", "2"));
}

#[test]
fn a_name_of_several_genes_is_never_guessed() {
    let (_folder, base) = made();
    let run = genogloss(&["genes", "-b", &base, "show", "DA9"]);
    assert!(run.code == 1 && run.stderr.contains("DA9 is ambiguous: FBN2 (alias), TGFB2 (alias)"), "{}", run.stderr);
    let run = genogloss(&["genes", "-b", &base, "show", "marfan"]);
    assert!(
        run.code == 1 && run.stderr.contains("MARFAN (HGNC:6876) was withdrawn; its successor is FBN1"),
        "{}",
        run.stderr
    );
    let run = genogloss(&["genes", "-b", &base, "show", "NOGENE"]);
    assert!(run.stderr.contains("NOGENE (HGNC:6877) was withdrawn\n"), "{}", run.stderr);
    let run = genogloss(&["genes", "-b", &base, "show", "FBN3", "FBN2"]);
    assert!(
        run.code == 1 && run.stderr.contains("no gene is called FBN3; did you mean FBN1 or FBN2?"),
        "{}",
        run.stderr
    );
    assert!(run.stdout.contains("fibrillin 2"), "the others are answered: {}", run.stdout);
}

#[test]
fn a_gene_without_lines_is_said_and_what_the_filter_leaves_out_is_not_denied() {
    let (_folder, base) = made();
    let list = |arguments: &[&str]| genogloss(&[&["genes", "-b", &base], arguments].concat());
    assert!(list(&["diseases", "FBN1", "FBN2"]).stderr.is_empty());
    let run = list(&["diseases", "FBN1", "FBN2", "--source", "ClinGen", "--min-evidence", "strong"]);
    assert!(run.code == 0 && run.stdout.contains("FBN1\tFBN1\tMONDO:0007947"), "{}", run.stdout);
    let said = "1 of 2 genes have no line: of what --source with --min-evidence leaves, no source lists diseases of them (the first: FBN2)";
    assert!(run.stderr.contains(said), "{}", run.stderr);
    let ask = |more: &[&str]| {
        succeed(
            &[&["ask", "--quiet", "-b", &base, "gene=FBN2, diseases =", "disease=Marfan syndrome, genes ="], more]
                .concat(),
        )
    };
    let text = ask(&["--source", "ClinGen"]);
    assert!(text.contains("no_fact: of what --source leaves, no source lists a disease of FBN2"), "{text}");
    assert!(ask(&["--min-evidence", "strong"]).contains("\tFBN1"), "what is left is answered");
}

#[test]
fn diseases_and_phenotypes_say_who_says_so() {
    let (_folder, base) = made();
    let diseases = rows(&base, &["diseases", "FBN1"]);
    let of = |source: &str| diseases.iter().find(|row| row[8].starts_with(source)).expect(source).clone();
    assert_eq!(of("ClinGen")[2..7], ["MONDO:0007947", "Marfan syndrome", "definitive", "Definitive", "AD"]);
    assert_eq!(
        of("Gene2Phenotype")[2..8],
        ["OMIM:154700", "Marfan syndrome", "definitive", "confirmed (panel DD)", "monoallelic", "1;2"]
    );
    let of_tgfb2 = rows(&base, &["diseases", "TGFB2"]);
    assert!(of_tgfb2.iter().any(|row| row[4..6] == ["refuted", "Refuted"]), "{of_tgfb2:?}");
    let of_fbn2 = rows(&base, &["diseases", "FBN2"]);
    assert_eq!(
        of_fbn2.iter().map(|row| [&row[2], &row[3], &row[4], &row[5]].map(String::as_str)).collect::<Vec<_>>(),
        [
            [".", "Contractural arachnodactyly, congenital", "supportive", "."],
            [".", "Macular degeneration, early-onset", "supportive", "."],
            ["OMIM:121050", "OMIM:121050", "associated", "associated"]
        ]
    );
    let phenotypes = rows(&base, &["phenotypes", "FBN1"]);
    assert_eq!(phenotypes.len(), 3);
    assert_eq!(phenotypes[1][2..7], ["HP:0001166", "Arachnodactyly", "20/25", "OMIM:154700", "Marfan syndrome"]);
    assert!(phenotypes.iter().all(|row| row[7] == "definitive"), "as the disease: {phenotypes:?}");
    assert_eq!(rows(&base, &["phenotypes", "FBN1", "--min-evidence", "definitive"]), phenotypes);
    assert_eq!(phenotypes[2][2..6], ["HP:0001166", "Arachnodactyly", ".", "OMIM:154700"]);
    assert!(phenotypes[2][8].starts_with("Gene2Phenotype"), "{phenotypes:?}");
}

#[test]
fn a_table_in_a_file_has_a_manifest_and_never_takes_the_place_of_an_input() {
    let (folder, base) = made();
    let names = folder.write("names.txt", "FBN1\n\n# a comment\nFBN3\n");
    let pairs = folder.write("pairs.tsv", "gene\tdisease\nFBN1\tMarfan syndrome\nTGFB2\tMarfan syndrome\n");
    let terms = ["rank", "--hpo", "HP:0001166"];
    let commands: [(&[&str], &str, u64, u64); 5] = [
        (&["show", "-i", &names], &names, 2, 1),
        (&["diseases", "-i", &names], &names, 2, 1),
        (&["phenotypes", "-i", &names], &names, 2, 1),
        (&terms, "", 1, 1),
        (&["relate", "-i", &pairs], &pairs, 2, 2),
    ];
    for (arguments, input, records, answered) in commands {
        let on_screen = genogloss(&[&["genes", "-b", &base], arguments].concat());
        let out = folder.path(&format!("{}.tsv", arguments[0]));
        let run = genogloss(&[&["genes", "-b", &base], arguments, &["-o", &out]].concat());
        assert_eq!((run.code, run.stdout.as_str()), (on_screen.code, ""), "{}", run.stderr);
        assert_eq!(std::fs::read_to_string(&out).expect("a table"), on_screen.stdout);
        let manifest = std::fs::read_to_string(format!("{out}.manifest.json")).expect("a manifest");
        let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
        assert_eq!(manifest["settings"]["command"], format!("genes {}", arguments[0]));
        let counts = &manifest["counts"];
        assert_eq!((counts["records_in"].as_u64(), counts["scored"].as_u64()), (Some(records), Some(answered)));
        assert_eq!(counts["rows"].as_u64(), Some(on_screen.stdout.lines().count() as u64 - 1));
        assert_eq!(manifest["model"]["sha256"].as_str().map(str::len), Some(64));
        assert_eq!(manifest["inputs"].as_array().map(Vec::len), Some(usize::from(!input.is_empty())));
        for place in [&base, input].into_iter().filter(|place| !place.is_empty()) {
            let before = std::fs::read(place).expect("a file");
            let run = genogloss(&[&["genes", "-b", &base], arguments, &["-o", place]].concat());
            assert!(run.code == 2 && run.stderr.contains("is both the output and an input"), "{}", run.stderr);
            assert!(std::fs::read(place).expect("a file") == before, "{place} was written");
        }
    }
}

#[test]
fn what_is_no_text_is_no_table_of_pairs() {
    let (folder, base) = made();
    let refused = |content: &[u8], why: &str| {
        let (input, out) = (folder.write("input", content), folder.path("out.tsv"));
        let run = genogloss(&["genes", "-b", &base, "relate", "-i", &input, "-o", &out]);
        assert!(run.code == 1 && run.stderr.contains(why), "{}", run.stderr);
        assert!(!std::path::Path::new(&out).exists());
    };
    refused(b"gene\tdisease\n\nFBN1\tMarfan \xff\n", "input, line 3: it is not UTF-8 text");
    refused(b"\x7fELF\x02\x01\x01\0\xff\xfe\n", "input, line 1: it is not UTF-8 text");
    refused(b">FBN1\nACGT\n", "not a table of pairs: it is FASTA");
    refused(b"symbol\tdisease\nFBN1\tMarfan syndrome\n", "it needs the columns gene, and disease or phenotype");
    refused(b"gene\tdisease\n\nFBN1\n", "input, line 3: 1 fields, where the header has 2");
}

#[test]
fn a_row_whose_fields_are_all_empty_is_written_with_the_reason() {
    let (folder, base) = made();
    let pairs = folder.write("pairs.tsv", "gene\tdisease\n\t\n\nFBN1\tMarfan syndrome\nFBN1\t.\n");
    let run = genogloss(&["genes", "-b", &base, "relate", "-i", &pairs]);
    let lines: Vec<&str> = run.stdout.lines().skip(1).collect();
    assert!(run.code == 0 && lines.len() == 3, "{}\n{}", run.stdout, run.stderr);
    assert!(lines[0].contains("it names no gene: the field is empty"), "{}", run.stdout);
    assert!(lines[1].starts_with("FBN1\tOMIM:154700\t"), "{}", run.stdout);
    assert!(lines[2].contains("it names no disease or phenotype: the field is empty"), "{}", run.stdout);
    let cases = folder.write("cases.tsv", "id\tterms\n\t\na\tHP:0001166\n\n");
    let run = genogloss(&["genes", "-b", &base, "rank", "--cases", &cases, "--top", "1"]);
    assert!(run.code == 1 && run.stderr.contains("1 of 2 cases could not be ranked"), "{}", run.stderr);
    assert!(run.stdout.contains("all fields of the row are empty"), "{}", run.stdout);
}

#[test]
fn a_name_in_the_wrong_column_is_told_apart() {
    let (folder, base) = made();
    let relate = |table: &str| {
        let pairs = folder.write("pairs.tsv", table);
        genogloss(&["genes", "-b", &base, "relate", "-i", &pairs])
    };
    let run = relate("gene\tdisease\nFBN1\tHP:0001166\n");
    assert!(run.code == 1 && run.stdout.contains("HP:0001166 is a phenotype"), "{}", run.stdout);
    // An identifier and a name of two diseases: the identifier counts, and that is said.
    let both = "gene\tdisease_id\tdisease\nFBN1\tOMIM:154700\tContractural arachnodactyly, congenital\n";
    let run = relate(both);
    assert!(run.code == 0 && run.stdout.contains("FBN1\tOMIM:154700\t"), "{}\n{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("the identifier was followed"), "{}", run.stderr);
    for same in ["Marfan syndrome", "MFS", "no name of it"] {
        let run = relate(&both.replace("Contractural arachnodactyly, congenital", same));
        assert!(run.code == 0 && !run.stderr.contains("the identifier was followed"), "{same}: {}", run.stderr);
    }
    // Without an ontology no phenotype is of another release.
    let bare = folder.path("bare.sqlite");
    succeed(&["genes", "build", "--quiet", "-o", &bare, &folder.path("hgnc.txt")]);
    let run = genogloss(&["genes", "-b", &bare, "relate", "FBN1", "HP:0001166"]);
    assert!(run.code == 1 && run.stderr.contains("the knowledge base has no ontology"), "{}", run.stderr);
    let run = genogloss(&["genes", "-b", &base, "relate", "FBN1", "HP:7777777"]);
    assert!(run.code == 1 && run.stderr.contains("is not in this release of HPO"), "{}", run.stderr);
}

#[test]
fn bad_tables_and_bases_are_refused_in_one_line() {
    let (folder, base) = made();
    let refused = |arguments: &[&str], why: &str| {
        let run = genogloss(arguments);
        assert!(run.code != 0 && run.stderr.contains(why), "{arguments:?}: {}", run.stderr);
    };
    let out = folder.path("new.sqlite");
    let changed = folder.write("changed.txt", HGNC.replace("alias_symbol", "other_symbol"));
    refused(
        &["genes", "build", &changed, "-o", &out],
        "it looks like HGNC's complete set, and has no column \"alias_symbol\"",
    );
    let strange = folder.write("strange.txt", "a\tb\n1\t2\n");
    refused(&["genes", "build", &strange, "-o", &out], "it is not a table that genogloss reads");
    let short = folder.write("short.txt", format!("{HGNC}HGNC:5\tA1BG\n"));
    refused(&["genes", "build", &short, "-o", &out], "short.txt, line 6: 2 fields, where the header has 14");
    refused(
        &["genes", "build", &folder.path("hgnc.txt"), &changed.replace("changed", "hgnc"), "-o", &out],
        "give each table once",
    );
    refused(&["genes", "build", &folder.path("hp.obo"), "-o", &out], "there is no table of genes");
    assert!(!std::path::Path::new(&out).exists());
    refused(&["genes", "-b", &folder.path("none.sqlite"), "show", "FBN1"], "no such file");
    refused(&["genes", "-b", &folder.path("hgnc.txt"), "show", "FBN1"], "it is not a knowledge base");
    let mut bytes = std::fs::read(&base).expect("a file");
    bytes[63] = 77;
    std::fs::write(&out, bytes).expect("written");
    refused(
        &["genes", "-b", &out, "show", "FBN1"],
        "the knowledge base has version 77, and this version of genogloss reads version 3",
    );
}

#[test]
fn the_same_tables_give_the_same_facts() {
    let (first, one) = made();
    let (second, two) = made();
    let db = rusqlite::Connection::open(&one).expect("opened");
    db.execute("ATTACH ?1 AS other", [&two]).expect("attached");
    let names: Vec<String> = db
        .prepare("SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'ontology'
                  AND name NOT LIKE 'disease_word%'")
        .and_then(|mut all| all.query_map([], |row| row.get(0))?.collect())
        .expect("names");
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        let count = |sql: String| db.query_row(&sql, [], |row| row.get::<_, i64>(0)).expect("a count");
        let sql = |a: &str, b: &str| {
            format!("SELECT count(*) FROM (SELECT rowid, * FROM {a}.{name} EXCEPT SELECT rowid, * FROM {b}.{name})")
        };
        // A table of words has no rows of its own.
        let sql = |a: &str, b: &str| {
            if ["about", "disease_vocabulary"].contains(&name.as_str()) {
                sql(a, b).replace("rowid, ", "")
            } else {
                sql(a, b)
            }
        };
        assert_eq!((count(sql("main", "other")), count(sql("other", "main"))), (0, 0), "{name}");
    }
    let ranked = |base: &str| rows(base, &["rank", "--hpo", "HP:0001166,HP:0001083"]);
    assert_eq!(ranked(&one), ranked(&two));
    drop((first, second));
}

#[test]
fn a_line_without_end_takes_no_memory_without_end() {
    if !tools_available(&["gzip"]) {
        return;
    }
    let (folder, base) = made();
    let bed = folder.write("i.bed", "c\t20\t30\n");
    let (endless, table) = (folder.path("endless.gtf.gz"), folder.path("table.csv.gz"));
    shell(&format!(
        "head -c 300M /dev/zero | tr '\\0' 'A' | gzip -1 > {endless}; (echo sequence,label; gzip -dc {endless}) | gzip -1 > {table}"
    ));
    let run = genogloss(&["genes", "-b", &base, "annotate", &bed, "--gtf", &endless]);
    assert!(run.code == 1 && run.stderr.contains("a line is longer than 256 MiB"), "{}", run.stderr);
    let run = genogloss(&["evaluate", "core-promoter", &table, "--head", "promoter"]);
    assert!(run.code == 1 && run.stderr.contains("a line is longer than 256 MiB"), "{}", run.stderr);
}
