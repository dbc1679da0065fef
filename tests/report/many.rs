//! The page about many runs: outliers, failed samples, links.

use std::{fmt::Write as _, fs};

use serde_json::{Value, json};

use super::{read_page, run};
use crate::support::{Folder, genogloss, tools_available};

/// A folder for each sample, with the output of a scan and its manifest. One sample takes ten times the memory, of one nothing was scored,
/// and one has a name that is HTML.
fn samples(folder: &Folder, count: usize) -> Vec<String> {
    let genome = folder.write("g.fa", format!(">c\n{}\n", "ACGTTGCA".repeat(500)));
    run(&format!("scan {genome} -m exact:gc -o {}", folder.path("a.bed")));
    let good: Value = serde_json::from_str(&folder.read("a.bed.manifest.json")).expect("JSON");
    (0..count)
        .map(|number| {
            let name = if number == 7 { "<script>alert(1)</script>".to_string() } else { format!("sample {number}") };
            // A name with a slash cannot be that of a folder.
            let name = name.replace('/', "|");
            fs::create_dir(folder.path(&name)).expect("a folder");
            let mut manifest = good.clone();
            let output = format!("{name}.bed");
            manifest["output"] = output.clone().into();
            manifest["peak_memory_bytes"] =
                (if number == 3 { 500_000_000 } else { 50_000_000 + 10_000 * number }).into();
            if number == 5 {
                let windows = manifest["counts"]["scored"].clone();
                manifest["counts"]["skipped"] = json!({"unknown_bases": windows});
                manifest["counts"]["scored"] = 0.into();
                manifest["counts"]["scores"] = json!({});
            }
            folder.write(&format!("{name}/{output}"), "c\t0\t1\n");
            folder.write(&format!("{name}/{output}.manifest.json"), manifest.to_string())
        })
        .collect()
}

#[test]
fn many_runs_are_an_overview_with_outliers_and_failed_samples() {
    if !tools_available(&["python3"]) {
        return;
    }
    let folder = Folder::new();
    let manifests = samples(&folder, 40);
    let failed = folder.write(
        "failed.tsv",
        "sample\tstage\treason\texit_code\tlog\nbad <1>\tSCAN\tno bases & no \"names\"\t1\tlogs/bad 1.txt\ngone\tMERGE\tkilled\t137\t.\n",
    );
    fs::create_dir(folder.path("logs")).expect("a folder");
    folder.write("logs/bad 1.txt", "x");
    let page = folder.path("report.html");
    let mut words =
        vec!["report", "--quiet", "-o", &page, "--failed", &failed, "--links", "report={folder}/{stem}.html"];
    words.extend(["--links", "log=logs/{stem}.log"]);
    words.extend(manifests.iter().map(String::as_str));
    genogloss(&words).good();
    let read = read_page(&page);
    let tables = read["tables"].as_array().expect("tables");
    // Failed, reasons, outliers, all runs.
    assert_eq!(tables.len(), 4, "{}", read["text"]);
    assert_eq!(tables[0][1], json!(["bad <1>", "SCAN", "no bases & no \"names\"", "1", "logs/bad 1.txt"]));
    assert_eq!(tables[0][2], json!(["gone", "MERGE", "killed", "137", "–"]));
    assert_eq!(tables[1][1][0], "unknown_bases");
    let outliers: Vec<&str> =
        tables[2].as_array().expect("rows")[1..].iter().filter_map(|row| row[0].as_str()).collect();
    assert_eq!(outliers, ["sample 3.bed report log", "sample 5.bed report log"]);
    let why = [&tables[2][1][1], &tables[2][2][1]].map(|cell| cell.as_str().unwrap_or_default());
    assert!(
        why[0].contains("memory high: 500 MB (median 50.2 MB)") && why[1].contains("nothing was scored"),
        "{why:?}"
    );
    let rows = tables[3].as_array().expect("rows");
    assert_eq!(rows.len(), 41);
    assert_eq!(rows[8][0], "<script>alert(1)<|script>.bed report log");
    let text = read["text"].as_str().unwrap_or_default();
    assert!(text.contains("40 runs, 2 samples failed") && text.contains("2 outliers"), "{text}");
    let links: Vec<&str> = read["links"].as_array().expect("links").iter().filter_map(Value::as_str).collect();
    for link in [
        "logs/bad%201.txt",
        "sample%200/sample%200.html",
        "logs/sample%2039.log",
        "%3Cscript%3Ealert%281%29%3C%7Cscript%3E/%3Cscript%3Ealert%281%29%3C%7Cscript%3E.html",
    ] {
        assert!(links.contains(&link), "{link}: {links:?}");
    }
    assert!(!text.contains("Along the contigs"), "outputs of many runs are not drawn");
}

#[test]
fn runs_lead_to_their_outputs_where_no_links_are_given() {
    if !tools_available(&["python3"]) {
        return;
    }
    let folder = Folder::new();
    let manifests = samples(&folder, 21);
    fs::create_dir(folder.path("pages")).expect("a folder");
    fs::remove_file(folder.path("sample 2/sample 2.bed")).expect("removed");
    let page = folder.path("pages/report.html");
    let mut words = vec!["report", "--quiet", "-o", &page];
    words.extend(manifests.iter().map(String::as_str));
    genogloss(&words).good();
    let read = read_page(&page);
    let links: Vec<&str> = read["links"].as_array().expect("links").iter().filter_map(Value::as_str).collect();
    assert!(links.contains(&"../sample%201/sample%201.bed"), "{links:?}");
    assert!(!links.iter().any(|link| link.contains("sample%202/")), "an output that is not there: {links:?}");
    for link in links {
        let path = link.replace("%20", " ").replace("%3C", "<").replace("%3E", ">").replace("%28", "(");
        let path = path.replace("%29", ")").replace("%7C", "|");
        assert!(folder.root().join("pages").join(&path).exists(), "{link}");
    }
}

#[test]
fn all_samples_may_have_failed_and_none_may() {
    let folder = Folder::new();
    let none = folder.write("none.tsv", "sample\tstage\treason\texit_code\tlog\n");
    let all = folder.write("all.tsv", "s1\tSCAN\tbad\t1\t\n");
    assert!(run(&format!("report --failed {all}")).contains("No run, 1 sample failed"));
    assert!(run(&format!("report --failed {none}")).contains("No run, no sample failed"));
    let wrong = folder.write("wrong.tsv", "s1\tSCAN\tbad\t1\tx\ty\n");
    for (arguments, code, say) in [
        (format!("report --failed {wrong}"), 1, "line 1: 6 columns, where at most 5 are expected"),
        (format!("report --failed {}", folder.path("absent.tsv")), 1, "absent.tsv"),
        (format!("report --failed {none} --links x={{sample}}"), 2, "{sample} is no placeholder"),
        (format!("report --failed {none} --links javascript:alert(1)"), 2, "javascript: are not made"),
    ] {
        let ended = genogloss(&arguments.split(' ').collect::<Vec<_>>());
        assert!(ended.error(code).contains(say), "{arguments}: {}", ended.stderr);
    }
}

#[test]
fn a_thousand_runs_are_a_page_of_less_than_two_megabytes() {
    let folder = Folder::new();
    let manifests = samples(&folder, 1000);
    let page = folder.path("report.html");
    let mut failed = String::new();
    (0..30).for_each(|number| {
        let _ = writeln!(failed, "bad{number}\tSCAN\tno bases in the file\t1\tlogs/bad{number}.txt");
    });
    let failed = folder.write("failed.tsv", failed);
    let mut words = vec!["report", "--quiet", "-o", &page, "--failed", &failed];
    words.extend(manifests.iter().map(String::as_str));
    genogloss(&words).good();
    let size = fs::metadata(&page).expect("the page").len();
    assert!(size < 2_000_000, "{size} bytes");
}
