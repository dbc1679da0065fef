//! `genogloss ask`: prompts in, answers out.

use crate::support::{Folder, genogloss, genogloss_with_input, read_repository, succeed};

const MODEL: [&str; 2] = ["-m", "tests/models/decoder"];

/// Lines of an answer, as cells.
fn cells(text: &str) -> Vec<Vec<String>> {
    text.lines().skip(1).map(|line| line.split('\t').map(String::from).collect()).collect()
}

/// Answers to prompts: a run that answers none fails, after the table was written.
fn asked(arguments: &[&str]) -> Vec<Vec<String>> {
    let run = genogloss(&[&["ask", "--quiet"], arguments].concat());
    let rows = cells(&run.stdout);
    let answered = rows.iter().any(|row| row[2] != ".") || rows.is_empty();
    assert_eq!(run.code, i32::from(!answered), "{}", run.stderr);
    assert_eq!(run.stderr.contains("error: ") && run.stderr.contains("was answered ("), !answered, "{}", run.stderr);
    rows
}

fn answer(prompt: &str) -> String {
    asked(&[prompt])[0][2].clone()
}

fn reason(prompt: &str) -> String {
    asked(&[prompt])[0][5].clone()
}

fn examples() -> String {
    read_repository("src/prompts/examples.tsv")
        .lines()
        .skip(1)
        .map(|l| format!("{}\n", l.split_once('\t').expect("two").1))
        .collect()
}

#[test]
fn tasks_that_are_functions_are_answered_exactly() {
    for (prompt, expected) in [
        ("ACAAG, symbol=LOC107985634, GC content=", "0.400"),
        ("AGCAGCC, reverse sequence =", "CCGACGA"),
        ("AGCAGCC, complementary sequence =", "TCGTCGG"),
        ("AGCAGCC, reverse complementary sequence =", "GGCTGCT"),
        ("acgu, complementary sequence =", "tgca"),
        ("AGCATNt, RNA sequence =", "AGCAUNu"),
        ("AGCATNt, sequence length =", "7"),
        ("CAATACGTC, protein sequence =", "GlnTyrVal"),
        ("MetTrpPhe, nucleotide sequence =", "ATGTGGTTY"),
        ("ATGGCTTAA, Open Reading Frame =", "True"),
        ("ATGTAAGCTTAA, ORF =", "False"),
        ("ATGGCTTA, Open Reading Frame =", "False"),
        ("Dbxref:MIM=300586, GGATC, reading comprehension: Dbxref:MIM=", "300586"),
        (
            "description=solute carrier, family 2, start=5, reading comprehension: description =",
            "solute carrier, family 2",
        ),
    ] {
        assert_eq!(answer(prompt), expected, "{prompt}");
        assert_eq!(asked(&[prompt])[0][3..], ["1.0000", "exact", ".", ".", "."], "{prompt}");
    }
}

/// Tasks that a knowledge base answers.
const ABOUT_GENES: [&str; 8] = [
    "gene information",
    "disease information",
    "phenotype information",
    "genes",
    "diseases",
    "phenotypes",
    "information retrieval",
    "relation",
];

fn about_genes(task: &str) -> bool {
    ABOUT_GENES.iter().any(|name| task.starts_with(name))
}

#[test]
fn every_task_has_an_example_that_is_answered() {
    let listed = succeed(&["ask", "--tasks"]);
    let folder = Folder::new();
    let prompts = folder.write("prompts.txt", examples());
    let answers = asked(&[&["-i", &prompts], &MODEL[..]].concat());
    assert_eq!(answers.len(), listed.lines().count() - 1);
    for (row, line) in answers.iter().zip(listed.lines().skip(1)) {
        let (name, example) = (line.split('\t').next().expect("a name"), line.rsplit('\t').next().expect("an example"));
        assert!(row[1].starts_with(name), "{row:?}");
        assert!(example.contains("=") && example.len() > 20, "{line}");
        // Questions about genes need a knowledge base (tests/ask/facts.rs). Random weights seldom end a description.
        if about_genes(&row[1]) {
            assert!(
                row[2] != "." || row[5].starts_with("no_knowledge_base: ") || row[5].starts_with("unknown_name: "),
                "{row:?}"
            );
        } else if name != "gene description" {
            assert!(row[2] != "." && row[5] == ".", "{row:?}");
        }
    }
}

#[test]
fn classifiers_answer_what_they_answer_elsewhere() {
    // PCNA's second exon ends there: the program's own card speaks of the same network.
    let text = examples();
    let prompt = text.lines().find(|line| line.contains("splice site")).expect("one");
    let row = &asked(&[prompt])[0];
    assert_eq!((row[2].as_str(), row[4].as_str()), ("donor site", "splice-window 1.0.0"));
    let folder = Folder::new();
    let bases = prompt.split(',').next().expect("bases");
    let fasta = folder.write("one.fa", format!(">one\n{bases}\n"));
    let scanned = succeed(&["scan", "--quiet", "-m", "splice-window", &fasta, "--format", "tsv"]);
    let columns: Vec<&str> = scanned.lines().next().expect("a header").split('\t').collect();
    let donor = columns.iter().position(|name| *name == "splice.donor").expect("a column");
    // The window that is the whole sequence answers for its middle base.
    let middle = scanned.lines().find(|line| line.starts_with("one\t199\t")).expect("the middle");
    let score: f64 = middle.split('\t').nth(donor).expect("a cell").parse().expect("a score");
    assert_eq!(row[3], format!("{score:.4}"));
}

#[test]
fn a_language_model_answers_everything_in_the_form_of_the_task() {
    let folder = Folder::new();
    let short: String = examples().lines().filter(|line| line.len() < 150).map(|line| format!("{line}\n")).collect();
    let prompts = folder.write("prompts.txt", short);
    let rows = asked(&[&["-i", &prompts, "--answer-with", "lm"], &MODEL[..]].concat());
    assert!(rows.len() > 10);
    for row in rows {
        let (task, answer) = (row[1].as_str(), row[2].as_str());
        if about_genes(task) {
            continue;
        }
        assert_eq!(row[4], "decoder 1.0.0", "{row:?}");
        let good = match task {
            _ if answer == "." => row[5].starts_with("too_long: "),
            "GC content" => answer.len() == 5 && answer.parse::<f64>().is_ok(),
            "gene biotype" => ["other", "protein coding gene"].contains(&answer),
            "reverse sequence" | "complementary sequence" | "reverse complementary sequence" => {
                answer.bytes().all(|b| b"ACGTN".contains(&b))
            }
            "RNA sequence" => answer.bytes().all(|b| b"ACGUN".contains(&b)),
            "sequence length" => answer.parse::<u64>().is_ok(),
            "protein sequence" | "complete the blank" => answer.len().is_multiple_of(3),
            "reading comprehension: Dbxref:MIM" => answer == "176740",
            "nucleotide sequence" | "gene description" => !answer.is_empty(),
            _ => ["True", "False"].contains(&answer),
        };
        assert!(good, "{row:?}");
    }
}

#[test]
fn what_cannot_be_answered_comes_out_with_its_reason() {
    for (prompt, expected) in [
        ("ACGT, splce site =", "unknown_task: \"splce site\" is not a task; did you mean splice site?"),
        ("splice site =", "no_sequence: splice site needs a sequence of bases"),
        ("ACGT, splice site =", "too_short: splice-window reads 400 bases or more, and the sequence has 4"),
        ("ACGT, GC content = 0.5", "bad_prompt: \"0.5\" follows the last ="),
        ("NNNN, GC content =", "unknown_bases: "),
        ("AC, protein sequence =", "too_short: "),
        ("ACGTACGTACGTACGTACGZACGT, GC content =", "bad_prompt: letter 'Z' (the 20. of the sequence)"),
    ] {
        assert!(reason(prompt).starts_with(expected), "{prompt}: {}", reason(prompt));
    }
    let long = format!("{}, core promoter =", "ACGGT".repeat(20));
    assert!(reason(&long).contains("and the sequence has 30 more; --chunk"), "{}", reason(&long));
    assert_eq!(asked(&["--chunk", &long])[0][5], ".");
    let long = format!("{}, gene description =", "ACGGT".repeat(200));
    let row = &asked(&[&[long.as_str()], &MODEL[..]].concat())[0];
    assert!(row[5].starts_with("too_long: decoder reads at most 192 tokens of prompt and answer together"), "{row:?}");
    let longest = format!("{}, gene description =", "ACGGT".repeat(2_000_000));
    let folder = Folder::new();
    let file = folder.write("long.txt", longest);
    let row = &asked(&[&["-i", &file], &MODEL[..]].concat())[0];
    assert!(row[5].starts_with("too_long: "), "{row:?}");
}

#[test]
fn prompts_are_read_from_lines_tables_fasta_and_bed() {
    let folder = Folder::new();
    let expected = vec!["0.250".to_string(), "1.000".into()];
    let answers = |rows: Vec<Vec<String>>| rows.into_iter().map(|row| row[2].clone()).collect::<Vec<_>>();
    let lines = "\u{feff}AAAC, GC content =\r\n\n# a remark\nGGCC, GC content=\n";
    let rows = cells(&genogloss_with_input(&["ask", "--quiet"], lines.as_bytes()).stdout);
    assert_eq!((rows[0][0].as_str(), rows[1][0].as_str()), ("1", "4"));
    assert_eq!(answers(rows), expected);
    let table =
        folder.write("table.tsv", "id\tsource\tprompt\nfirst\tx\tAAAC, GC content =\nsecond\ty\tGGCC, GC content =\n");
    let rows = asked(&["-i", &table]);
    assert_eq!((rows[0][0].as_str(), rows[1][0].as_str()), ("first", "second"));
    assert_eq!(answers(rows), expected);
    let fasta = folder.write("two.fa", ">one\nAA\nAC\n>two text\nGGCC\n");
    let rows = asked(&["-i", &fasta, "--task", "GC content", "--with", "symbol=X"]);
    assert_eq!((rows[0][0].as_str(), rows[1][0].as_str()), ("one", "two"));
    assert_eq!(answers(rows), expected);
    let bed = folder.write("two.bed", "one\t2\t4\tend\t0\t-\none\t0\t4\n");
    let rows = asked(&["-i", &bed, "-f", &fasta, "--task", "complementary sequence"]);
    assert_eq!((rows[0][0].as_str(), rows[1][0].as_str()), ("end", "one:0-4(.)"));
    assert_eq!(answers(rows), ["CA", "TTTG"]);
    let bases = folder.write("bases.txt", "AAAC\nGGCC\n");
    assert_eq!(answers(asked(&["-i", &bases, "--task", "gc"])), expected);
}

#[test]
fn files_that_are_no_prompts_are_refused_with_their_place() {
    let folder = Folder::new();
    let fasta = folder.write("a.fa", ">a\nACGT\n");
    for (content, message) in [
        (&b"A\0C, GC content =\nAAAC, GC content =\n"[..], "line 1: holds a NUL byte"),
        (b"AAAC, GC content =\rGGCC, GC content =\n", "line 1: contains a carriage return within a line"),
        (b"A\xe9C, GC content =\nAAAC, GC content =\n", "line 1: is not UTF-8 text"),
        (b"id\ttext\na\tAAAC, GC content =\n", "a table needs a column \"prompt\""),
    ] {
        let file = folder.write("bad.txt", content);
        let output = folder.path("out.tsv");
        let run = genogloss(&["ask", "-i", &file, "-o", &output]);
        assert_eq!(run.code, 1, "{}", run.stderr);
        let error = run.stderr.lines().find(|line| line.starts_with("error: ")).expect("an error");
        assert!(error.contains(message), "{error}");
        assert!(!std::path::Path::new(&output).exists());
    }
    // A refusal leaves nothing behind, on standard output either.
    for file in [folder.path(""), folder.path("nosuch")] {
        let run = genogloss(&["ask", "-i", &file]);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{file}: {}", run.stderr);
    }
    let run = genogloss(&["ask", "-i", &fasta]);
    assert!(run.code == 2 && run.stderr.contains("--task"), "{}", run.stderr);
    let run = genogloss(&["ask", "-i", &fasta, "--task", "protien sequence"]);
    assert!(run.code == 2 && run.stderr.contains("did you mean protein sequence?"), "{}", run.stderr);
    let run = genogloss(&["ask", "AAAC, GC content =", "-m", "core-promoter"]);
    assert!(run.code == 1 && run.stderr.contains("does not answer prompts"), "{}", run.stderr);
    let run = genogloss(&["scan", "-m", "tests/models/decoder", &fasta]);
    assert!(run.code == 1 && run.stderr.contains("hint: genogloss ask"), "{}", run.stderr);
}

#[test]
fn a_line_that_cannot_be_read_is_refused_alone() {
    let folder = Folder::new();
    let lines = b"AAAC, GC content =\nGG\0C, GC content =\n\xff\xfe\nb\tGGCC, GC content =\nA\rC, GC content =\nGGCC, GC content =\n";
    let table = b"id\tprompt\nfirst\tAAAC, GC content =\nAAAC, GC content =\nthird\tGGCC, GC content =\n";
    for (content, expected) in [
        (
            &lines[..],
            &[
                ("1", "0.250"),
                ("2", "bad_prompt: line 2 holds a NUL byte"),
                ("3", "bad_prompt: line 3 is not UTF-8 text"),
                ("4", "bad_prompt: line 4 holds a tab; a table begins with a line that names its columns"),
                ("5", "bad_prompt: line 5 contains a carriage return within a line"),
                ("6", "1.000"),
            ][..],
        ),
        (
            &table[..],
            &[("first", "0.250"), ("3", "bad_prompt: line 3 has 1 columns, the first line 2"), ("third", "1.000")],
        ),
    ] {
        let file = folder.write("lines.txt", content);
        let rows = asked(&["-i", &file]);
        let found: Vec<(&str, &str)> =
            rows.iter().map(|row| (row[0].as_str(), if row[2] == "." { &row[5] } else { &row[2] }.as_str())).collect();
        assert_eq!(found, expected);
    }
}

/// Many prompts of all kinds, some of them bad.
fn many() -> String {
    let mut text = String::new();
    for n in 0..60 {
        let bases = "ACGGTTACAGC".repeat(n % 9 + 1);
        text.push_str(&format!("{bases}, symbol=GENE{n}, gene biotype =\n{bases}, GC content =\n"));
        text.push_str(&format!("{}, core promoter =\n{bases}, no such task =\n", &"TATAAAGGCGC".repeat(7)[..70]));
    }
    text
}

#[test]
fn threads_batches_shards_and_resuming_change_nothing() {
    let folder = Folder::new();
    let prompts = folder.write("prompts.txt", many());
    let whole = folder.path("whole.tsv");
    let ask = |more: &[&str]| {
        succeed(&[&["ask", "--quiet", "-i", &prompts, "--max-tokens", "24"], &MODEL[..], more].concat())
    };
    ask(&["-o", &whole, "--threads", "1"]);
    let expected = folder.read("whole.tsv");
    assert_eq!(expected.lines().count(), 241);
    for (threads, rows) in [("2", "256"), ("3", "7"), ("1", "1")] {
        assert_eq!(ask(&["--threads", threads, "--batch-rows", rows]), expected, "{threads} threads, {rows} rows");
    }
    let parts: Vec<String> = (1..=3).map(|i| folder.path(&format!("part{i}.tsv"))).collect();
    for (index, part) in parts.iter().enumerate() {
        ask(&["--shard", &format!("{}/3", index + 1), "-o", part]);
    }
    let merged = folder.path("merged.tsv");
    succeed(&["merge", "--quiet", &parts[0], &parts[1], &parts[2], "-o", &merged]);
    assert_eq!(folder.read("merged.tsv"), expected);
    let resumed = folder.path("resumed.tsv");
    ask(&["-o", &resumed, "--resume", "--checkpoint", "0"]);
    assert_eq!(folder.read("resumed.tsv"), expected);
    let manifest = folder.read("whole.tsv.manifest.json");
    assert!(manifest.contains("\"unknown_task\": 60") && manifest.contains("\"scored\": 180"), "{manifest}");
}

#[test]
fn chance_is_the_same_for_the_same_seed() {
    let prompts = ["TyrThr___GluMet, complete the blank =", "Tyr___ThrGlu, complete the blank ="];
    let sample = |seed: &str| asked(&[&prompts[..], &MODEL[..], &["--temperature", "1.5", "--seed", seed]].concat());
    assert_eq!(sample("1"), sample("1"));
    assert_ne!(sample("1"), sample("2"));
    let beams = asked(&[&prompts[..], &MODEL[..], &["--beams", "4"]].concat());
    let greedy = asked(&[&prompts[..], &MODEL[..]].concat());
    assert_eq!((beams.len(), greedy.len()), (2, 2));
}

#[test]
fn values_may_hold_anything_a_line_can() {
    for (prompt, expected) in [
        ("symbol=IFNG, description=interferon, gamma, reading comprehension: description=", "interferon, gamma"),
        ("note=tRNA, Val, reading comprehension: note=", "tRNA, Val"),
        ("description=interferon, gamma, ACGGT, GC content=", "0.600"),
        ("a=x<y>z, c=foo|bar, Reading_comprehension: a=", "x<y>z"),
    ] {
        assert_eq!(answer(prompt), expected, "{prompt}");
    }
    let odd = r"a=x<y>(z)[1]{2}|*+?.^$#&-~\/%@, b=5, reading comprehension: a=";
    let row = &asked(&[&["--answer-with", "lm", odd], &MODEL[..]].concat())[0];
    assert!(row[2] == "5" || row[2].starts_with("x<y>") || row[5].starts_with("too_long"), "{row:?}");
}

#[test]
fn an_answer_that_is_cut_off_is_no_answer() {
    let rows = asked(
        &[&["--answer-with", "lm", "--max-tokens", "2", "ACGT, GC content =", "ACGT, ORF ="], &MODEL[..]].concat(),
    );
    assert_eq!(rows[0][2..4], [".", "."]);
    assert!(rows[0][5].starts_with("too_long: the answer was truncated"), "{rows:?}");
    let long = format!("{}, reverse sequence =", "ACG".repeat(30));
    let row = &asked(&[&["--answer-with", "lm", "--max-tokens", "8", &long], &MODEL[..]].concat())[0];
    assert!(row[5].starts_with("too_long: an answer of decoder needs 30 tokens, and 8 are allowed"), "{row:?}");
}

#[test]
fn what_is_added_is_added_to_every_prompt() {
    let bases = "ACGGT".repeat(60);
    let prompt = format!("{bases}, enhancer =");
    let cohn = format!("{bases}, annotation = cohn, enhancer =");
    let with = |arguments: &[&str]| asked(arguments)[0][3].clone();
    assert_eq!(with(&["--with", "annotation=cohn", &prompt]), with(&[&cohn]));
    assert_ne!(with(&[&prompt]), with(&[&cohn]));
    assert_eq!(answer("ACGT, GC content ="), asked(&["ACGT", "--task", "annotation:GC_content"])[0][2]);
    let run = genogloss(&["ask", "--with", "a,b=c", "ACGT, GC content ="]);
    assert_eq!(run.code, 2, "{}", run.stderr);
}

#[test]
fn a_gene_with_a_name_is_answered_by_its_bases_where_no_model_writes() {
    let bases = "ACGGTCAT".repeat(125);
    let row = &asked(&[&format!("symbol=PCNA, {bases}, gene biotype ="), "-m", "tests/models/decoder"])[0];
    assert_eq!(row[4], "gene 1.0.0", "{row:?}");
}

#[test]
fn models_that_write_are_planned_and_checked_as_such() {
    let folder = Folder::new();
    let fasta = folder.write("a.fa", ">a\nACGTACGT\n");
    let run = genogloss(&["plan", &fasta, "--shards", "2", "-m", "tests/models/decoder"]);
    assert!(run.code == 1 && run.stderr.contains("it answers prompts"), "{}", run.stderr);
    for name in ["model.onnx", "tokenizer.json"] {
        std::fs::copy(crate::support::root().join("tests/models/decoder").join(name), folder.path(name))
            .expect("copied");
    }
    let card = read_repository("tests/models/decoder/card.yaml").replace("self_test: self_test.tsv\n", "");
    let digest = card.lines().find(|line| line.trim().starts_with("self_test.tsv:")).expect("a digest").to_string();
    let card = card.replace(&format!("{digest}\n"), "");
    folder.write("card.yaml", card);
    assert!(succeed(&["models", "check", &folder.path("")]).contains("the network loads; there is no self-test"));
}

#[test]
fn shards_of_other_references_are_not_put_together() {
    let folder = Folder::new();
    let bed = folder.write("x.bed", "a\t0\t4\na\t4\t8\n");
    let parts: Vec<String> = ["ACGTACGT", "TTTTCCCC"]
        .iter()
        .enumerate()
        .map(|(index, bases)| {
            let fasta = folder.write(&format!("{index}.fa"), format!(">a\n{bases}\n"));
            let part = folder.path(&format!("{index}.tsv"));
            let shard = format!("{}/2", index + 1);
            succeed(&["ask", "--quiet", "-i", &bed, "-f", &fasta, "--task", "gc", "--shard", &shard, "-o", &part]);
            part
        })
        .collect();
    let run = genogloss(&["merge", &parts[0], &parts[1], "-o", &folder.path("all.tsv")]);
    assert!(run.code == 1 && run.stderr.contains("is a shard of another reference than"), "{}", run.stderr);
}

#[test]
fn evaluation_of_prompts_counts_what_was_answered() {
    let folder = Folder::new();
    let table = folder.write(
        "known.tsv",
        "set\tprompt\tanswer\n\
         gc\tAAAC, GC content =\t0.250\n\
         gc\tGGCC, GC content =\t0.900\n\
         orf\tATGGCTTAA, ORF =\tTrue\n\
         orf\tATGTAAGCTTAA, ORF =\tFalse\n\
         orf\tATGGCTTAC, ORF =\tTrue\n\
         protein\tCAATACGTC, protein sequence =\tGlnTyrVal\n\
         protein\tsplice, protein sequence =\tGln\n",
    );
    let text = succeed(&["evaluate", "--quiet", "ask", &table]);
    let rows = cells(&text);
    assert_eq!(rows[0][..8], ["gc", "2", "2", "0.5000", ".", ".", "0.0500", "1.0000"]);
    assert_eq!(rows[1][..6], ["orf", "3", "3", "0.6667", "0.6667", "0.5000"]);
    let one_bad: String =
        (0..99).map(|n| format!("ATGGCT{}TAA, ORF =\tTrue\nATG, ORF =\tFalse\n", "GCC".repeat(n))).collect();
    let table = folder.write("one_bad.tsv", format!("#prompt\tanswer\n{one_bad}ATG, ORFF =\tFalse\n"));
    let row = &cells(&succeed(&["evaluate", "--quiet", "ask", &table]))[0];
    assert_eq!(row[1..6], ["199", "198", "0.9950", "0.9975", "0.9901"]);
    assert_eq!(rows[2][..4], ["protein", "2", "1", "0.5000"]);
    assert!(rows[2][15].contains("exact (1)") && rows[2][15].contains("bad_prompt (1)"), "{:?}", rows[2]);
    let lm = succeed(&["evaluate", "--quiet", "tests/models/decoder", &table]);
    assert!(cells(&lm).iter().all(|row| !row[15].contains("exact")), "{lm}");
    let run = genogloss(&["evaluate", "ask", &table, "--html", &folder.path("x.html")]);
    assert!(run.code == 2 && run.stderr.contains("--html does not apply to prompts"), "{}", run.stderr);
    let bad = folder.write("bad.tsv", "prompt\ttruth\na\tb\n");
    let run = genogloss(&["evaluate", "ask", &bad]);
    assert!(run.code == 1 && run.stderr.contains("there is no column \"answer\""), "{}", run.stderr);
}

#[test]
fn golden_prompts_have_the_answers_of_the_reference() {
    let golden = read_repository("tests/data/prompts.tsv");
    let folder = Folder::new();
    let prompts = folder.write("prompts.tsv", &golden);
    let rows = asked(&["-i", &prompts]);
    let expected = cells(&golden);
    assert_eq!(rows.len(), expected.len());
    assert!(rows.len() == 200);
    for (row, known) in rows.iter().zip(&expected) {
        assert_eq!((&row[0], &row[2], &row[4]), (&known[0], &known[2], &known[4]), "{}", known[1]);
        if known[3] != "." {
            let (found, wanted): (f64, f64) = (row[3].parse().expect("a number"), known[3].parse().expect("a number"));
            assert!((found - wanted).abs() < 2e-4, "{}: {found}, not {wanted}", known[1]);
        }
    }
}

#[test]
fn a_row_without_a_prompt_is_answered_with_the_reason() {
    let folder = Folder::new();
    let table = folder.write("p.tsv", "id\tprompt\na\tACGT, GC content =\n\t\n\nc\t\n");
    let rows = asked(&["-i", &table]);
    assert_eq!(rows.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["a", "3", "c"]);
    assert!(rows[1][5].contains("the prompt is empty") && rows[2][5].contains("the prompt is empty"), "{rows:?}");
    let commas = folder.write("p.csv", "id,prompt\na,\"ACGT, GC content =\"\n");
    let run = genogloss(&["ask", "-i", &commas]);
    assert!(run.code == 1 && run.stderr.contains("tables of prompts are separated by tabs"), "{}", run.stderr);
}
