//! Plain questions: each is understood as the prompt that it means, or is refused; nothing is answered as something else.

#![allow(clippy::print_stderr, reason = "a skipped test says why")]

use super::facts::base;
use crate::support::{genogloss, genogloss_with_input, read_repository};

/// Answers to lines: answer, reason, understood.
fn ask(base: &str, lines: &[&str]) -> Vec<[String; 3]> {
    let run = genogloss_with_input(&["ask", "-b", base, "-i", "-", "--quiet"], lines.join("\n").as_bytes());
    let rows: Vec<[String; 3]> = run
        .stdout
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            assert_eq!(cells.len(), 8, "{line}");
            [2, 5, 7].map(|at| cells[at].to_string())
        })
        .collect();
    assert_eq!(rows.len(), lines.len(), "{}", run.stderr);
    rows
}

#[test]
fn questions_are_understood_as_meant_or_refused() {
    let Some(base) = base() else { return };
    let table = read_repository("tests/data/genes/plain_questions.tsv");
    let known: Vec<(&str, &str)> =
        table.lines().skip(1).map(|line| line.split_once('\t').expect("two columns")).collect();
    assert!(known.len() >= 60, "{}", known.len());
    let lines: Vec<&str> = known.iter().map(|(line, _)| *line).collect();
    for ((line, prompt), [answer, reason, understood]) in known.iter().zip(ask(base, &lines)) {
        assert_eq!(understood, *prompt, "{line}: {reason}");
        if *prompt == "." {
            assert_eq!(answer, ".", "{line}");
            assert!(
                reason.starts_with("unknown_question: ") && reason.contains("the nearest prompts are \""),
                "{reason}"
            );
            assert!(reason.contains("; for example, ask: "), "{reason}");
        }
    }
}

#[test]
fn a_question_has_the_answer_of_its_prompt() {
    let Some(base) = base() else { return };
    let pairs = [
        ("Which genes cause Marfan syndrome?", "disease=Marfan syndrome, genes ="),
        ("Which diseases come with ectopia lentis?", "disease=ectopia lentis, diseases ="),
        ("Is FBN1 related to arachnodactyly?", "gene=FBN1, phenotype=arachnodactyly, relation ="),
        ("What is the Ensembl id of FBN1?", "gene=FBN1, information retrieval: ensembl ="),
        ("How is Marfan syndrome inherited?", "disease=Marfan syndrome, information retrieval: inheritance ="),
        ("translate ATGGCC", "ATGGCC, protein sequence ="),
    ];
    for (question, prompt) in pairs {
        let rows = ask(base, &[question, prompt]);
        if rows[0][2] == prompt {
            assert_eq!(rows[0][..2], rows[1][..2], "{question}");
            assert_ne!(rows[0][0], ".", "{question}: {}", rows[0][1]);
        }
    }
    let rows = ask(base, &["How is Marfan syndrome inherited?", "What is arachnodactyly?", "What is Marfan syndrome?"]);
    assert!(rows[0][0].contains("Autosomal dominant inheritance"), "{rows:?}");
    assert!(rows[1][0].starts_with("Arachnodactyly; HP:0001166; Abnormally long"), "{rows:?}");
    assert!(rows[2][0].starts_with("Marfan syndrome; ") && rows[2][0].contains("OMIM:154700"), "{rows:?}");
}

#[test]
fn several_genes_or_diseases_are_answered_each_with_the_least_confidence() {
    let Some(base) = base() else { return };
    let lines = [
        "gene=FBN1, gene=CFTR, diseases =",
        "gene=FBN1, diseases =",
        "gene=CFTR, diseases =",
        "Are FBN1 and CFTR related to Marfan syndrome?",
        "genes of Marfan syndrome and cystic fibrosis",
        "gene=FBN1, gene=fibrillin 1, information retrieval: symbol =",
        "gene=FBN1, gene=FBN99, diseases =",
    ];
    let run = genogloss_with_input(&["ask", "-b", base, "-i", "-", "--quiet"], lines.join("\n").as_bytes());
    let rows: Vec<Vec<&str>> = run.stdout.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows[0][2], format!("FBN1: {}; CFTR: {}", rows[1][2], rows[2][2]));
    let confidence = |row: usize| rows[row][3].parse::<f64>().expect("a number");
    assert_eq!(confidence(0), confidence(1).min(confidence(2)));
    assert!(rows[3][2].starts_with("FBN1: yes; CFTR: "), "{rows:?}");
    assert_eq!(rows[3][7], "gene=FBN1, gene=CFTR, disease=Marfan syndrome, relation =");
    assert!(rows[4][2].starts_with("Marfan syndrome: FBN1") && rows[4][2].contains("; cystic fibrosis: CFTR"));
    // The same gene twice is one.
    assert_eq!(rows[5][2], "FBN1");
    assert!(rows[6][5].starts_with("unknown_name: no gene is called FBN99"), "{rows:?}");
}

#[test]
fn without_a_knowledge_base_the_reason_says_so() {
    let nowhere = tempfile::tempdir().expect("a folder");
    let data = nowhere.path().to_str().expect("UTF-8");
    let run = |lines: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_genogloss"))
            .args(["ask", "--quiet"])
            .args(lines)
            .env("XDG_DATA_HOME", data)
            .env("HOME", data)
            .output()
            .expect("run");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, out, err) = run(&["gene=FBN1, diseases =", "What genes cause cystic fibrosis?", "FBN1"]);
    assert_eq!(code, Some(1), "{err}");
    assert_eq!(out.lines().filter(|line| line.contains("\tno_knowledge_base: ")).count(), 3, "{out}");
    assert!(out.contains("genogloss genes build") && !out.contains("no_fact"), "{out}");
    assert!(err.contains("none of the 3 prompts was answered (no_knowledge_base 3)"), "{err}");
    let (code, out, _) = run(&["gene=FBN1, diseases =", "translate ATGGCC"]);
    assert_eq!(code, Some(0));
    assert!(out.lines().nth(2).expect("two").contains("\tMetAla\t"), "{out}");
}

#[test]
fn a_run_that_answers_nothing_fails_after_its_table_was_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out.tsv");
    let out_text = out.to_str().expect("UTF-8");
    let run = genogloss(&["ask", "how heavy is ATGGCC?", "ACGT, splce site =", "-o", out_text]);
    assert_eq!(run.code, 1);
    assert!(
        run.stderr.contains("none of the 2 prompts was answered (unknown_question 1, unknown_task 1)"),
        "{}",
        run.stderr
    );
    let table = std::fs::read_to_string(&out).expect("the table");
    assert_eq!(table.lines().count(), 3);
    assert!(table.contains("unknown_question: \"how heavy is\" is not a task; the nearest prompts are"), "{table}");
    // Nothing asked is nothing wrong.
    assert_eq!(genogloss_with_input(&["ask", "--quiet"], b"").code, 0);
}

#[test]
fn facts_of_a_gene_come_from_the_knowledge_base_and_guesses_say_so() {
    let Some(base) = base() else { return };
    let lines =
        ["symbol=FBN1, annotation:description =", "symbol=FBN1, gene biotype =", "gene=FBN9, gene description ="];
    let run = genogloss_with_input(
        &["ask", "-b", base, "-i", "-", "--quiet", "-m", "tests/models/decoder", "--max-tokens", "24"],
        [&lines[..], &["symbol=FBN9, gene biotype ="]].concat().join("\n").as_bytes(),
    );
    let rows: Vec<Vec<&str>> = run.stdout.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    assert_eq!((rows[0][2], rows[0][4], rows[0][6]), ("fibrillin 1", "knowledge base", "HGNC 2024-07"), "{rows:?}");
    assert_eq!((rows[1][2], rows[1][4]), ("protein coding gene", "knowledge base"), "{rows:?}");
    assert_eq!(rows[1][6], "HGNC 2024-07: gene with protein product");
    assert!(rows[2][5].starts_with("unknown_name: no gene is called FBN9"), "{rows:?}");
    assert_eq!((rows[3][4], rows[3][6]), ("decoder 1.0.0", "language model: a guess, no source"), "{rows:?}");
}
