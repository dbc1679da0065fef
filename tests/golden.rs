//! Numbers against the reference: every model folder's self-test, on both engines, and the built-in model against
//! PyTorch's own scores (made by training/core-promoter/export.py and tests/reference/make_models.py).

use crate::support::{Folder, genogloss, ort_available};

/// `models check` compares the scores of both engines with PyTorch's and fails beyond the card's tolerance (1e-5).
fn check(model: &str, engine: &str) {
    let run = genogloss(&["models", "check", model, "--engine", engine]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("sequences of the self-test, largest difference"), "{}", run.stdout);
}

const FIXTURES: [&str; 7] =
    ["onehot-softmax", "base-identity", "passthrough", "kmer-overlapping", "kmer-steps", "bpe", "track"];

#[test]
fn every_encoding_head_and_strand_rule_equals_pytorch_in_rten() {
    check("core-promoter", "rten");
    for model in FIXTURES {
        check(&format!("tests/models/{model}"), "rten");
    }
}

#[test]
fn every_encoding_head_and_strand_rule_equals_pytorch_in_onnx_runtime() {
    if !ort_available() {
        return;
    }
    check("core-promoter", "ort");
    for model in FIXTURES {
        check(&format!("tests/models/{model}"), "ort");
    }
}

#[test]
fn both_engines_agree_on_a_whole_sequence() {
    if !ort_available() {
        return;
    }
    for (model, lines, columns) in [("human", 100_000, 12), ("core-promoter", 2857, 3)] {
        let folder = Folder::new();
        for engine in ["ort", "rten"] {
            let out = folder.path(&format!("{engine}.tsv"));
            let run = genogloss(&[
                "scan",
                "tests/data/chr20_slice.fa",
                "-m",
                model,
                "--engine",
                engine,
                "--format",
                "tsv",
                "-o",
                &out,
            ]);
            assert_eq!(run.code, 0, "{}", run.stderr);
        }
        let (ort, rten) = (folder.read("ort.tsv"), folder.read("rten.tsv"));
        let mut compared = 0;
        for (a, b) in ort.lines().zip(rten.lines()).skip(1) {
            let scores = |line: &str| -> Vec<f64> {
                line.split('\t').skip(5).take(columns).filter_map(|s| s.parse().ok()).collect()
            };
            let (a, b) = (scores(a), scores(b));
            if a.len() == columns {
                compared += 1;
            }
            for (a, b) in a.iter().zip(&b) {
                assert!((a - b).abs() <= 2e-5 + 1e-6, "{model}: {a} {b}");
            }
        }
        assert_eq!(compared, lines, "{model}");
    }
}

#[test]
fn the_manifest_says_which_engine_ran() {
    let folder = Folder::new();
    let out = folder.path("a.bed");
    let run = genogloss(&[
        "scan",
        "tests/data/chr20_slice.fa",
        "-r",
        "chr20_3140001_3240000:1-700",
        "--engine",
        "rten",
        "-o",
        &out,
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let manifest: serde_json::Value = serde_json::from_str(&folder.read("a.bed.manifest.json")).expect("JSON");
    assert_eq!(manifest["model"]["engine"], "rten");
    assert!(run.stderr.contains("rten"), "{}", run.stderr);
    // The version is the one the lock file pins.
    let lock = std::fs::read_to_string("Cargo.lock").expect("the lock file");
    let version = manifest["model"]["engine_version"].as_str().expect("a version");
    assert!(lock.contains(&format!("name = \"rten\"\nversion = \"{version}\"")), "{version}");
}
