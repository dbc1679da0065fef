//! `genogloss ask --vectors`: the mean of the language model's last hidden states, equal to that of Python.

use crate::{
    parquet::{python, read},
    support::{Folder, genogloss, ort_available, read_repository, succeed},
};

/// Prompt, tokens and vector, by `tests/reference/make_vectors.py`.
fn reference() -> Vec<(String, String, Vec<f64>)> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let vector = cells[2].split(',').map(|value| value.parse().expect("a number")).collect();
        (cells[0].into(), cells[1].into(), vector)
    };
    read_repository("tests/reference/vectors.tsv").lines().skip(1).map(row).collect()
}

#[test]
fn vectors_are_those_of_onnx_runtime_and_its_tokenizer_in_python() {
    let Some(python) = python() else { return };
    let (folder, wanted) = (Folder::new(), reference());
    let lines: String = wanted.iter().map(|(prompt, ..)| format!("{prompt}\n")).collect();
    let (prompts, out) = (folder.write("prompts.txt", lines), folder.path("vectors.parquet"));
    for engine in if ort_available() { vec!["ort", "rten"] } else { vec!["rten"] } {
        succeed(&["ask", "-i", &prompts, "--vectors", &out, "--engine", engine, "--quiet"]);
        let (types, _, rows) = read(&python, &out);
        let list = "vector:list<element: float not null>";
        assert_eq!(types, format!("id:string\tprompt:string\ttokens:int64\t{list}\tskip:string"));
        assert_eq!(rows.len(), wanted.len());
        for (row, (prompt, tokens, vector)) in rows.iter().zip(&wanted) {
            assert_eq!((&row[1], &row[2], row[4].as_str()), (prompt, tokens, "."));
            let found: Vec<f64> = row[3].split(',').map(|value| value.parse().expect("a number")).collect();
            let differ = found.iter().zip(vector).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max);
            assert!(found.len() == 256 && differ < 1e-4, "{engine}, {prompt}: {differ}");
        }
    }
    let manifest = folder.read("vectors.parquet.manifest.json");
    assert!(manifest.contains("\"vectors\": \"mean\"") && manifest.contains("\"name\": \"genomicllm\""), "{manifest}");
}

#[test]
fn vectors_depend_on_neither_threads_nor_neighbours_nor_shards() {
    let Some(python) = python() else { return };
    let folder = Folder::new();
    let names: String = (0..50).map(|i| format!("{} {}\n", "name ".repeat(1 + i % 9), i)).collect();
    let input = folder.write("names.txt", names + &"ACGT".repeat(2000) + "\n");
    let whole = folder.path("whole.parquet");
    succeed(&["ask", "-i", &input, "--vectors", &whole, "-t", "1", "--quiet"]);
    let whole = read(&python, &whole);
    let last = &whole.2[50];
    assert_eq!((whole.2.len(), last[3].as_str(), last[4].as_str()), (51, ".", "too_long"));
    let other = folder.path("other.parquet");
    succeed(&["ask", "-i", &input, "--vectors", &other, "-t", "3", "--batch-rows", "7", "--quiet"]);
    assert_eq!(whole, read(&python, &other));
    let parts = [folder.path("1.parquet"), folder.path("2.parquet")];
    for (part, shard) in parts.iter().zip(["1/2", "2/2"]) {
        succeed(&["ask", "-i", &input, "--vectors", part, "--shard", shard, "--resume", "--quiet"]);
    }
    let merged = folder.path("merged.parquet");
    succeed(&["merge", &parts[0], &parts[1], "-o", &merged, "--quiet"]);
    assert_eq!(whole.2, read(&python, &merged).2);
}

#[test]
fn what_cannot_have_vectors_is_refused() {
    let folder = Folder::new();
    let out = folder.path("v.parquet");
    for (arguments, say) in [
        (vec!["FBN1", "--vectors", &out, "-m", "tests/models/decoder"], "names no hidden states"),
        (vec!["FBN1", "--vectors", &out, "-m", "core-promoter"], "its kind is not generate"),
    ] {
        let error = genogloss(&[&["ask"], &arguments[..]].concat()).error(1);
        assert!(error.contains(say), "{error}");
    }
    let tsv = folder.path("v.tsv");
    for (arguments, say) in [
        (vec!["FBN1", "--vectors", &tsv], "TSV"),
        (vec!["FBN1", "--vectors", "-"], "Parquet is written to a file"),
        (vec!["FBN1", "--vectors", "v"], "--vectors writes Parquet"),
        (vec!["FBN1", "--vectors", &out, "-o", &tsv], "--vectors writes none"),
        (vec!["FBN1", "--vectors", &out, "--beams", "2"], "--vectors writes none"),
    ] {
        let error = genogloss(&[&["ask"], &arguments[..]].concat()).error(2);
        assert!(error.contains(say), "{error}");
    }
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}
