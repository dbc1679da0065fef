//! Parquet: the columns of TSV with their types, and vectors as lists. It is read back by pyarrow and DuckDB, where they are installed.

use crate::support::{Folder, copy_of_model, genogloss, ort_available, python_with, root, succeed, tool};

const SLICE: &str = "tests/data/chr20_slice.fa";
const EMBED: [&str; 6] = ["mean", "bases", "last", "first", "network", "base"];

/// A Python with pyarrow and DuckDB.
pub(crate) fn python() -> Option<String> {
    python_with("numpy, pyarrow, duckdb")
}

/// Names and types, row groups and compression, and the rows of a file.
pub(crate) fn read(python: &str, path: &str) -> (String, String, Vec<Vec<String>>) {
    let script = root().join("tests/reference/read_parquet.py").display().to_string();
    let text = tool(python, &[&script, path]);
    let mut lines = text.lines();
    let mut next = || lines.next().expect("a line").to_string();
    let (types, groups) = (next(), next());
    (types, groups, lines.map(|line| line.split('\t').map(String::from).collect()).collect())
}

/// Whether two cells are the same text or the same number of 32 bits.
fn same(one: &str, other: &str) -> bool {
    one == other || matches!((one.parse::<f32>(), other.parse::<f32>()), (Ok(one), Ok(other)) if one == other)
}

/// Rows are those of a table; the last `vector` columns of scores of the table are one list.
fn assert_rows(rows: &[Vec<String>], table: &str, vector: usize) {
    let lines: Vec<Vec<&str>> = table.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows.len(), lines.len());
    for (row, line) in rows.iter().zip(&lines) {
        let (scores, last) = line.split_at(line.len() - 1);
        let (before, numbers) = scores.split_at(scores.len() - vector);
        let mut wanted: Vec<String> = before.iter().map(|cell| (*cell).to_string()).collect();
        if vector > 0 {
            let list = if numbers[0] == "." { ".".into() } else { numbers.join(",") };
            wanted.push(list);
        }
        wanted.push(last[0].into());
        assert_eq!(row.len(), wanted.len());
        for (cell, wanted) in row.iter().zip(&wanted) {
            let (cells, wanted): (Vec<&str>, Vec<&str>) = (cell.split(',').collect(), wanted.split(',').collect());
            assert_eq!(cells.len(), wanted.len(), "{row:?}");
            assert!(cells.iter().zip(&wanted).all(|(one, other)| same(one, other)), "{cells:?} {wanted:?}");
        }
    }
}

#[test]
fn vectors_are_those_of_the_network_s_own_code() {
    for name in EMBED {
        for engine in if ort_available() { vec!["ort", "rten"] } else { vec!["rten"] } {
            let run = genogloss(&["models", "check", &format!("tests/models/embed/{name}"), "--engine", engine]).good();
            assert!(run.stdout.contains("sequences of the self-test, largest difference"), "{name}: {}", run.stdout);
        }
    }
    let shown = succeed(&["models", "show", "tests/models/embed/last"]);
    assert!(shown.contains("vector     embedding: 5 numbers of a window, last"), "{shown}");
}

#[test]
fn a_scan_and_reads_are_the_columns_of_tsv_with_types() {
    let Some(python) = python() else { return };
    let folder = Folder::new();
    let reads: String = (0..40usize).map(|at| format!(">r{at}\n{}\n", "ACGGTTCA".repeat(3 + at % 20))).collect();
    let reads = folder.write("reads.fa", reads);
    for (name, line) in [
        ("scan", vec!["scan", SLICE, "-m", "core-promoter"]),
        ("track", vec!["scan", SLICE, "-m", "tests/models/track", "-r", "chr20_3140001_3240000:1-60000"]),
        ("gc", vec!["scan", SLICE, "-m", "exact:gc", "--window", "50"]),
        ("words", vec!["scan", SLICE, "-m", "exact:reverse", "--window", "5000"]),
        ("chosen", vec!["scan", SLICE, "-m", "core-promoter", "--column", "*tata", "--threshold", "0.9"]),
        ("reads", vec!["reads", &reads, "-m", "core-promoter"]),
        ("windows", vec!["reads", &reads, "-m", "core-promoter", "--each-window"]),
    ] {
        let path = folder.path(&format!("{name}.parquet"));
        succeed(&[&line[..], &["-o", &path, "--quiet"]].concat());
        let (types, groups, rows) = read(&python, &path);
        assert!(groups.ends_with("\tZSTD") && !groups.starts_with('0'), "{groups}");
        let table = succeed(&[&line[..], &["-O", "tsv", "--quiet"]].concat());
        assert_rows(&rows, &table, 0);
        let names: Vec<&str> = types.split('\t').map(|field| field.split(':').next().expect("a name")).collect();
        let header = table.lines().next().expect("a header").trim_start_matches('#');
        assert_eq!(names.join("\t"), header, "{name}");
        assert!(types.contains("start:int64\tend:int64"), "{types}");
        assert!(name != "scan" || types.contains("promoter:float\t") && types.ends_with("skip:string"), "{types}");
        let manifest = folder.read(&format!("{name}.parquet.manifest.json"));
        assert!(manifest.contains("\"format\": \"parquet\""), "{manifest}");
    }
    assert!(!folder.names().iter().any(|name| name.contains("genogloss-")), "{:?}", folder.names());
}

#[test]
fn a_vector_is_a_list() {
    let Some(python) = python() else { return };
    let folder = Folder::new();
    for name in EMBED {
        let line = ["scan", "tests/models/language/contig.fa", "-m", &format!("tests/models/embed/{name}")];
        let path = folder.path(&format!("{name}.parquet"));
        succeed(&[&line[..], &["-o", &path, "--quiet"]].concat());
        let (types, _, rows) = read(&python, &path);
        assert!(types.contains("\tembedding:list<element: float not null>\tskip"), "{types}");
        let table = succeed(&[&line[..], &["-O", "tsv", "--quiet"]].concat());
        assert_rows(&rows, &table, 5);
        assert!(rows.len() >= 8 && rows.iter().any(|row| row[5].split(',').count() == 5), "{rows:?}");
    }
}

#[test]
fn shards_and_runs_that_were_stopped_have_the_rows_of_one_run() {
    let Some(python) = python() else { return };
    let folder = Folder::new();
    let line = ["scan", SLICE, "-m", "tests/models/track", "--quiet"];
    let whole = folder.path("whole.parquet");
    succeed(&[&line[..], &["-o", &whole]].concat());
    let parts: Vec<String> = (1..=3).map(|part| folder.path(&format!("part{part}.parquet"))).collect();
    for (number, part) in parts.iter().enumerate() {
        succeed(&[&line[..], &["-o", part, "--shard", &format!("{}/3", number + 1), "--resume"]].concat());
    }
    let merged = folder.path("merged.parquet");
    let shards: Vec<&str> = parts.iter().map(String::as_str).collect();
    succeed(&[&["merge", "-o", &merged, "--quiet"], &shards[..]].concat());
    let (one, other) = (read(&python, &whole), read(&python, &merged));
    assert_eq!((one.0, one.2), (other.0, other.2));
    assert!(!folder.names().iter().any(|name| name.contains("genogloss-")), "{:?}", folder.names());

    let error = genogloss(&["merge", shards[0], shards[1], shards[2], "-o", &folder.path("x.tsv")]).error(2);
    assert!(error.contains("the shards are Parquet"), "{error}");
    let error = genogloss(&[&["merge"], &shards[..]].concat()).error(2);
    assert!(error.contains("Parquet is merged into a file"), "{error}");
    let bytes = std::fs::read(shards[1]).expect("a shard");
    std::fs::write(shards[1], &bytes[..bytes.len() - 9]).expect("written");
    let error = genogloss(&["merge", shards[0], shards[1], shards[2], "-o", &folder.path("x.parquet")]).error(1);
    assert!(error.contains("part2.parquet: is not a complete Parquet file"), "{error}");
}

#[test]
fn parquet_is_a_file_and_vectors_are_no_scores_of_variants() {
    let run = genogloss(&["scan", SLICE, "-m", "exact:gc", "-O", "parquet"]);
    assert!(run.error(2).contains("Parquet is written to a file") && run.stdout.is_empty());
    let run = genogloss(&["reads", SLICE, "-m", "exact:gc", "-O", "parquet", "-o", "-"]);
    assert!(run.error(2).contains("hint: -o FILE.parquet") && run.stdout.is_empty());
    let (fasta, vcf) = ("tests/models/language/contig.fa", "tests/models/language/variants.vcf");
    let error = genogloss(&["variants", vcf, "-f", fasta, "-m", "tests/models/embed/mean"]).error(2);
    assert!(error.contains("mean answers with vectors, and variants need scores"), "{error}");
}

#[test]
fn cards_of_vectors_that_cannot_be_are_refused() {
    for (name, from, to, say) in [
        ("mean", "embed: {width: 5}\n", "", "kind embed needs the part `embed`"),
        ("mean", "kind: embed", "kind: regress", "embed: belongs to kind embed"),
        ("mean", "{width: 5}", "{width: 0}", "width is 0"),
        (
            "mean",
            "{width: 5}",
            "{width: 6}",
            "has the shape (any, any, 5) in the network, but (any, any, 6) in the card",
        ),
        ("mean", "{width: 5}", "{width: 5, per: base}", "per: base needs a token for each base"),
        ("mean", "{width: 5}", "{width: 5, pool: none}", "has the shape (any, any, 5) in the network"),
        ("mean", "strand: average", "strand: max", "max does not suit vectors"),
        ("base", "{width: 5, per: base}", "{width: 5, per: base, pool: last}", "pool belongs to per: window"),
        ("last", "pool: last", "pool: middle", "unknown variant `middle`"),
    ] {
        let folder = copy_of_model(&format!("tests/models/embed/{name}"), |card| {
            assert!(card.contains(from), "{card}");
            card.replace(from, to).replace("self_test: self_test.tsv\n", "")
        });
        let engine = if ort_available() { "ort" } else { "rten" };
        let run = genogloss(&["models", "check", &folder.path(""), "--engine", engine]);
        assert!(!say.contains("shape") || ort_available() || run.code == 1);
        if !say.contains("shape") || ort_available() {
            assert!(run.error(1).contains(say), "{to}: {}", run.stderr);
        }
    }
}
