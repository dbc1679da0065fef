//! The RO-Crate of runs.

use std::{fs, process::Command};

use serde_json::{Value, json};

use super::{SLICE, json as read_json, run};
use crate::support::{Folder, genogloss, skipped};

/// The entity of an `@id`.
fn entity<'a>(metadata: &'a Value, id: &str) -> &'a Value {
    let all = metadata["@graph"].as_array().expect("a graph");
    all.iter().find(|entity| entity["@id"] == id).unwrap_or_else(|| panic!("no entity {id}: {metadata:#}"))
}

/// Checks a crate with the validator of the RO-Crate community (PyPI: roc-validator), where it is installed.
fn validate(folder: &str, profile: &str) {
    if Command::new("rocrate-validator").arg("--version").output().is_err() {
        skipped("roc-validator is not installed");
        return;
    }
    let ended = Command::new("rocrate-validator")
        .args(["-y", "validate", "--no-paging", "-l", "required", "-p", profile, folder])
        .output()
        .expect("it starts");
    assert!(ended.status.success(), "{profile}: {}", String::from_utf8_lossy(&ended.stdout));
}

#[test]
fn runs_are_actions_with_their_files() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path("crate/out put")).expect("folders");
    let (bed, page) = (folder.path("crate/out put/gc.bed"), folder.path("crate/report.html"));
    // The program is started without a shell: a path may hold a blank.
    genogloss(&["scan", SLICE, "-m", "exact:gc", "--window", "50", "-o", &bed, "--quiet"]).good();
    let workflow = folder.write("crate/main.nf", "workflow {}\n");
    let failed = folder.write("failed.tsv", "s9\tSCAN\tno bases\t1\tx.log\n");
    let place = folder.path("crate");
    genogloss(&[
        "report",
        &bed,
        "-o",
        &page,
        "--failed",
        &failed,
        "--ro-crate",
        &place,
        "--workflow",
        &workflow,
        "--license",
        "https://creativecommons.org/licenses/by/4.0/",
        "--quiet",
    ])
    .good();
    let metadata = read_json(&format!("{place}/ro-crate-metadata.json"));
    let manifest = read_json(&format!("{bed}.manifest.json"));
    let root = entity(&metadata, "./");
    assert_eq!(root["license"], json!({"@id": "https://creativecommons.org/licenses/by/4.0/"}));
    assert_eq!(root["mainEntity"], json!({"@id": "main.nf"}));
    let action = entity(&metadata, "#run-1");
    let command: Vec<&str> = manifest["command"].as_array().expect("words").iter().filter_map(Value::as_str).collect();
    assert_eq!(action["description"], command.join(" "));
    assert_eq!(action["result"][0], json!({"@id": "out%20put/gc.bed"}));
    // The same instant by another program.
    let seconds = manifest["finished_unix"].as_u64().expect("a time");
    let date = Command::new("date").args(["-u", "-d", &format!("@{seconds}"), "+%Y-%m-%dT%H:%M:%SZ"]).output();
    if let Some(date) = date.ok().filter(|date| date.status.success()) {
        assert_eq!(action["endTime"], String::from_utf8_lossy(&date.stdout).trim());
    }
    let output = entity(&metadata, "out%20put/gc.bed");
    let size = fs::metadata(&bed).expect("the output").len();
    assert_eq!((&output["@type"], &output["contentSize"]), (&json!("File"), &json!(size.to_string())));
    assert_eq!(entity(&metadata, "report.html")["@type"], "File");
    let input =
        metadata["@graph"].as_array().expect("a graph").iter().find(|entity| entity["name"] == "chr20_slice.fa");
    assert_eq!(input.expect("the input")["sha256"], manifest["inputs"][0]["sha256"]);
    let failed = entity(&metadata, "#failed-1");
    assert_eq!(failed["error"], "no bases (exit code 1)");
    assert_eq!(entity(&metadata, "#workflow-run")["instrument"], json!({"@id": "main.nf"}));
    for profile in ["ro-crate-1.1", "process-run-crate", "workflow-run-crate"] {
        validate(&place, profile);
    }
}

#[test]
fn crates_that_cannot_be_written_are_refused() {
    let folder = Folder::new();
    let bed = folder.path("gc.bed");
    run(&format!("scan {SLICE} -m exact:gc --window 50 -o {bed}"));
    fs::create_dir(folder.path("crate")).expect("a folder");
    let (outside, odd) = (folder.write("main.nf", "workflow {}\n"), folder.write("crate/main.txt", "x"));
    let place = folder.path("crate");
    for (more, code, say) in [
        (vec!["--ro-crate", &place, "--workflow", &outside], 1, "must lie in the folder of the crate"),
        (vec!["--ro-crate", &place, "--workflow", &odd], 1, "language of this workflow"),
        (vec!["--ro-crate", "/nonexistent"], 1, "/nonexistent"),
        (vec!["--workflow", &outside], 2, "--ro-crate"),
    ] {
        let page = folder.path("page.html");
        let ended = genogloss(&[vec!["report", &bed, "-o", &page], more.clone()].concat());
        assert!(ended.code == code && ended.stderr.contains(say), "{more:?}: {} {}", ended.code, ended.stderr);
        assert!(!std::path::Path::new(&page).exists(), "{more:?}: no page without its crate");
    }
}

#[test]
fn a_crate_of_failures_alone_is_published_now() {
    let folder = Folder::new();
    let (failed, workflow) =
        (folder.write("failed.tsv", "s9\tSCAN\tno bases\t1\tx.log\n"), folder.write("main.nf", "x"));
    let (page, place) = (folder.path("page.html"), folder.path("ro-crate-metadata.json"));
    let now = || std::time::SystemTime::now();
    let begun = now();
    genogloss(&["report", "--failed", &failed, "-o", &page, "--ro-crate", &place, "--workflow", &workflow, "--quiet"])
        .good();
    let metadata = read_json(&place);
    let published = entity(&metadata, "./")["datePublished"].as_str().expect("a date").to_string();
    let published = Command::new("date").args(["-u", "-d", &published, "+%s"]).output().expect("date runs");
    let published: u64 = String::from_utf8_lossy(&published.stdout).trim().parse().expect("seconds");
    let seconds =
        |time: std::time::SystemTime| time.duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    assert!((seconds(begun)..=seconds(now())).contains(&published), "{published}");
    let whole = entity(&metadata, "#workflow-run");
    assert!(whole.get("startTime").is_none() && whole.get("endTime").is_none(), "{whole}");
}

#[test]
fn a_run_without_a_time_has_none() {
    let folder = Folder::new();
    let bed = folder.path("gc.bed");
    run(&format!("scan {SLICE} -m exact:gc --window 50 -o {bed}"));
    let manifest = format!("{bed}.manifest.json");
    let mut about = read_json(&manifest);
    about.as_object_mut().expect("a manifest").remove("finished_unix");
    fs::write(&manifest, about.to_string()).expect("written");
    let place = folder.path("ro-crate-metadata.json");
    genogloss(&["report", &bed, "-o", &folder.path("page.html"), "--ro-crate", &place, "--quiet"]).good();
    let metadata = read_json(&place);
    let action = entity(&metadata, "#run-1");
    assert!(action.get("startTime").is_none() && action.get("endTime").is_none(), "{action}");
    assert!(!metadata.to_string().contains("1970-"), "{metadata:#}");
}
