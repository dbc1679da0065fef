//! The page about runs, and the table for MultiQC.

mod browser;
mod many;
mod rocrate;
mod strongest;

use std::fs;

use serde_json::{Value, json};

use crate::support::{Folder, genogloss, succeed, tool};

const SLICE: &str = "tests/data/chr20_slice.fa";

fn run(command: &str) -> String {
    succeed(&command.split(' ').chain(["--quiet"]).collect::<Vec<_>>())
}

fn json(path: &str) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON")
}

/// What is in a page, after checking that its tags are in order and that it loads nothing.
fn read_page(page: &str) -> Value {
    let read: Value = serde_json::from_str(&tool("python3", &["tests/report/page.py", page])).expect("JSON");
    assert_eq!((&read["faults"], &read["loads"]), (&json!([]), &json!([])), "{page}");
    read
}

/// A VCF file with SNVs, and deletions that are not scored, along the slice.
fn vcf_of_the_slice(folder: &Folder, thousands: usize) -> String {
    let slice = fs::read_to_string(SLICE).expect("the slice");
    let bases: String = slice.lines().filter(|line| !line.starts_with('>')).collect();
    let contig = slice.lines().next().and_then(|line| line[1..].split(' ').next()).expect("a name").to_string();
    let mut vcf = format!(
        "##fileformat=VCFv4.2\n##contig=<ID={contig},length={}>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n",
        bases.len()
    );
    for at in (3000..thousands * 1000).step_by(1000) {
        let reference = bases[at..at + 1].to_uppercase();
        let alternate = if reference == "A" { "C" } else { "A" };
        vcf.push_str(&format!("{contig}\t{}\t.\t{reference}\t{alternate},<DEL>\t.\t.\t.\n", at + 1));
    }
    folder.write("calls.vcf", vcf)
}

/// A scan in shards put together, its tracks, and variants.
fn runs(folder: &Folder) -> [String; 4] {
    let path = |name: &str| folder.path(name);
    for index in 1..=3 {
        let part = path(&format!("part{index}.bed"));
        run(&format!("scan {SLICE} -m exact:gc --window 50 --threshold 0.6 --merge --shard {index}/3 -o {part}"));
    }
    let merged = path("gc <rich>.bed");
    let parts: Vec<String> = (1..=3).map(|index| path(&format!("part{index}.bed"))).collect();
    let words: Vec<&str> =
        ["merge", "--quiet", "-o", &merged].into_iter().chain(parts.iter().map(String::as_str)).collect();
    succeed(&words);
    let tracks = path("tracks");
    run(&format!("scan {SLICE} -m exact:gc --window 50 --bigwig {tracks}"));
    let (vcf, scored) = (vcf_of_the_slice(folder, 90), path("scored.vcf"));
    run(&format!("variants {vcf} -f {SLICE} -m exact:gc -o {scored}"));
    let by_gene = path("by_gene.vcf");
    run(&format!(
        "variants {vcf} -f {SLICE} -m tests/models/splice --genes tests/data/slice_genes.gtf --prefix X -o {by_gene}"
    ));
    [merged, tracks, scored, by_gene]
}

#[test]
fn one_page_says_what_ran_what_was_skipped_and_where_calls_lie() {
    let folder = Folder::new();
    let runs = runs(&folder);
    let (page, table) = (folder.path("report.html"), folder.path("genogloss_mqc.json"));
    let words: Vec<&str> = ["report", "-o", &page, "--multiqc", &table, "--title", "A & B"]
        .into_iter()
        .chain(runs.iter().map(String::as_str))
        .collect();
    succeed(&words);
    let html = fs::read_to_string(&page).expect("the page");
    assert!(html.contains("<h1>A &amp; B</h1>") && html.contains("gc &lt;rich&gt;.bed") && !html.contains("<rich>"));
    for foreign in ["http:", "https:", " src=", "<link", "url("] {
        assert!(!html.contains(foreign), "the page is to load nothing: {foreign}");
    }
    assert_eq!(html.matches("<h3>Strongest calls").count(), 4);
    // A merged run shows the command that scores the same in one run.
    assert!(html.contains(&format!("genogloss scan {SLICE} -m exact:gc --window 50 --threshold 0.6 --merge -o")));
    assert_eq!(html.matches("<h3>Along the contigs").count(), 4, "elements, tracks and variants lie somewhere");
    assert!(html.contains("any gain or loss"));
    assert_eq!(html.matches("<h3>Scores").count(), 2);
    assert!(html.contains("<h3>Changes of the score") && html.contains("symbolic_allele"));
    assert!(html.contains("3 shards, ") && html.contains("<title>2/3 on "), "shards on the clock");
    let table = json(&table);
    let manifest = json(&format!("{}.manifest.json", runs[2]));
    let row = &table["data"]["scored.vcf"];
    assert_eq!((&row["scored"], &row["skipped"]), (&Value::from(87), &Value::from(87)));
    assert_eq!(row["records"], manifest["counts"]["records_in"]);
    assert_eq!(row["scored_share"], Value::from(50.0));
    assert!(table["data"].as_object().is_some_and(|data| data.len() == 4), "{table}");
}

#[test]
fn scores_of_shards_are_spread_as_those_of_one_run() {
    let folder = Folder::new();
    let [merged, tracks, ..] = runs(&folder);
    let scores = |path: String| json(&path)["counts"]["scores"]["gc"].clone();
    let whole = scores(format!("{tracks}/genogloss.manifest.json"));
    assert_eq!(scores(format!("{merged}.manifest.json")), whole);
    let all: u64 = whole.as_object().expect("bins").values().filter_map(Value::as_u64).sum();
    assert_eq!(all, 2000, "100,000 bases in windows of 50");
}

#[test]
fn shards_that_are_not_put_together_are_shown_by_their_plan() {
    let folder = Folder::new();
    let _ = runs(&folder);
    let html = run(&format!("report {} {}", folder.path("part1.bed"), folder.path("part3.bed")));
    assert!(html.contains("This is shard 3 of 3, not a whole run.") && html.contains("2 shards, "));
}

#[test]
fn what_is_no_run_is_refused() {
    let folder = Folder::new();
    let _ = runs(&folder);
    let other = folder.write("other.json", "{\"a\": 1}");
    let broken = folder.write("broken.json", "{");
    let bare = folder.write("bare.bed", "a\t0\t1\n");
    let manifest = folder.path("part1.bed.manifest.json");
    let page = folder.path("page.html");
    for (words, code, say) in [
        (vec!["report"], 2, "required"),
        (vec!["report", &other], 1, "not a manifest of genogloss"),
        (vec!["report", &broken], 1, "not a manifest"),
        (vec!["report", &bare], 1, "OUTPUT.manifest.json"),
        (vec!["report", &manifest, "-o", &manifest], 2, "an input"),
        (vec!["report", &manifest, "-o", &page, "--multiqc", &page], 2, "the output"),
        (vec!["report", &manifest, "-o", "/nonexistent/page.html"], 1, "does not exist"),
    ] {
        let ended = genogloss(&words);
        assert!(ended.code == code && ended.stderr.contains(say), "{words:?}: {} {}", ended.code, ended.stderr);
    }
    assert!(!std::path::Path::new(&page).exists());
    fs::remove_file(folder.path("part1.bed")).expect("removed");
    let html = run(&format!("report {manifest}"));
    assert!(html.contains("The output is not beside its manifest") && !html.contains("Along the contigs"));
}

/// A manifest of a run, and its text with one value exchanged.
fn changed(manifest: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut value: Value = serde_json::from_str(manifest).expect("JSON");
    change(&mut value);
    value.to_string()
}

#[test]
fn manifests_that_no_run_wrote_get_a_clear_line_each() {
    let folder = Folder::new();
    let genome = folder.write("g.fa", format!(">c\n{}\n", "ACGTTGCA".repeat(500)));
    run(&format!("scan {genome} -m exact:gc -o {}", folder.path("a.bed")));
    let good = folder.read("a.bed.manifest.json");
    let set = |path: &'static [&'static str], to: Value| {
        changed(&good, |value| *path.iter().fold(value, |value, key| &mut value[*key]) = to)
    };
    let mut cases = vec![
        (set(&["inputs"], json!([{"path": "x", "sha256": "0123456789aé"}])), "inputs has the sha256"),
        (set(&["inputs"], json!(3)), "inputs is 3, not a list"),
        (set(&["counts"], json!([])), "counts: they are not an object"),
        (set(&["counts", "rows"], json!(-1)), "counts: rows is -1, not a count"),
        (set(&["counts", "rows"], json!(1e30)), "counts: rows is"),
        (set(&["counts", "rows"], json!(u64::MAX)), "counts: rows is"),
        (set(&["counts", "windows"], json!("7")), "counts: windows is \"7\", not a count"),
        (set(&["counts", "skipped"], json!({"é": u64::MAX})), "counts.skipped.é is"),
        (set(&["counts", "scores"], json!({"gc": {"2147483647": 1}})), "a histogram has no bin"),
        (set(&["counts", "scores"], json!({"gc": {"3": -1}})), "bin 3 has -1"),
        (set(&["counts", "scores"], json!({"gc": [1]})), "a histogram is not an object"),
        (set(&["seconds", "wall"], json!(-1e308)), "seconds.wall is"),
        (set(&["seconds"], json!("é".repeat(100))), "seconds is"),
        (set(&["finished_unix"], json!(1e300)), "finished_unix is"),
        (set(&["peak_memory_bytes"], json!("much")), "peak_memory_bytes is"),
        (set(&["tracks"], json!(["../evil.bw"])), "tracks holds \"../evil.bw\""),
        (set(&["tracks"], json!(["/tmp/evil.bw"])), "tracks holds \"/tmp/evil.bw\""),
        (set(&["tracks"], json!([7])), "tracks holds something that is not text"),
        (set(&["reference", "contigs"], json!([{"name": "c", "length": u64::MAX}])), "reference.contigs holds"),
        (set(&["reference", "contigs"], json!([{"name": 1, "length": 1}])), "reference.contigs holds"),
        (set(&["shards"], json!([{"seconds": {"wall": "x"}}, {}])), "shards: seconds.wall is"),
        (
            "{\"program\": \"genogloss\", \"counts\": ".to_string() + &"[".repeat(100_000),
            "not a manifest: recursion limit",
        ),
        ("\u{0}\u{1}".into(), "not a manifest: "),
        ("[1, 2]".into(), "not a manifest: "),
        (good[..good.len() / 2].into(), "not a manifest: "),
    ];
    // The one that was a panic: a digest that is no digest.
    cases.push((changed(&good, |value| value["inputs"][0]["sha256"] = "ÄÖÜäöüß".into()), "inputs has the sha256"));
    for (text, say) in cases {
        let path = folder.write("bad.manifest.json", &text);
        let ended = genogloss(&["report", &path]);
        let lines: Vec<&str> = ended.stderr.lines().collect();
        let shown = &text[..text.char_indices().nth(200).map_or(text.len(), |(at, _)| at)];
        assert_eq!(ended.code, 1, "{shown}: {}", ended.stderr);
        assert!(
            lines[0].starts_with("error: ") && lines[0].contains("bad.manifest.json: ") && lines[0].contains(say),
            "{shown}: {}",
            ended.stderr
        );
        assert!(lines.len() <= 2, "{}", ended.stderr);
    }
    // Reasons of another version are shown.
    let path = folder.write("other.manifest.json", set(&["counts", "skipped"], json!({"reason_of_next_year": 7})));
    assert!(run(&format!("report {path}")).contains("reason_of_next_year"));
}
