//! The training pipeline, from public data to a checked model folder, in its smallest configuration.

use std::{path::PathBuf, process::Command};

/// A Python with what training needs: `GENOGLOSS_TRAINING_PYTHON`, or the environment that training/prepare.sh makes.
fn python() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))?;
    let python = std::env::var_os("GENOGLOSS_TRAINING_PYTHON")
        .map(PathBuf::from)
        .unwrap_or_else(|| cache.join("genogloss/training/venv/bin/python"));
    let works = Command::new(&python).args(["-c", "import torch, onnx, onnxruntime"]).output();
    works.is_ok_and(|output| output.status.success()).then_some(python)
}

#[test]
#[allow(clippy::print_stderr, reason = "a skipped test says why")]
fn training_runs_from_data_to_a_checked_folder() {
    let data = PathBuf::from("../shared/data");
    if !data.join("gue/GUE/tf").is_dir() {
        eprintln!("SKIPPED: the public data sets are not at ../shared/data");
        return;
    }
    let Some(python) = python() else {
        eprintln!("SKIPPED: no Python with torch, onnx and onnxruntime (training/prepare.sh makes one)");
        return;
    };
    let data = data.canonicalize().expect("a folder").display().to_string();
    let python = python.display().to_string();
    let output =
        crate::support::shell(&format!("training/smoke.sh {python} {data} {} 2>&1", env!("CARGO_BIN_EXE_genogloss")));
    assert!(output.ends_with("smoke: done\n"), "{output}");
    for model in ["core-promoter", "tf-human", "tf-mouse", "genomicllm"] {
        assert!(output.contains(&format!("{model} 1.0.0: the card and the checksums are correct")), "{output}");
    }
}
