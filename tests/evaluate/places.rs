//! Figures of sequences and of known places.

use super::{SLICE, figures, sequences};
use crate::support::{Folder, genogloss, succeed as run};

const CONTIG: &str = "chr20_3140001_3240000";

#[test]
fn figures_can_be_counted_by_hand() {
    let folder = Folder::new();
    let (model, all) = ("tests/models/onehot-softmax", sequences(40, 120));
    let classes = ["acceptor", "donor", "neither"];
    let labels: Vec<usize> = (0..all.len()).map(|i| (i / 3) % 3).collect();
    let mut csv = String::from("label,sequence\n");
    let mut fastq = String::new();
    for (i, (sequence, &label)) in all.iter().zip(&labels).enumerate() {
        csv.push_str(&format!("{},{sequence}\n", classes[label]));
        fastq.push_str(&format!("@{i}\n{sequence}\n+\n{}\n", "I".repeat(40)));
    }
    let (csv, fastq) = (folder.write("a.csv", csv), folder.write("a.fq", fastq));
    // The same scores, by another command.
    let mut table = [[0u32; 3]; 3];
    for (line, &label) in run(&["reads", &fastq, "-m", model, "--quiet"]).lines().skip(1).zip(&labels) {
        let cells: Vec<&str> = line.split('\t').collect();
        let scores: Vec<f32> =
            cells[cells.len() - 4..cells.len() - 1].iter().map(|c| c.parse().expect("a score")).collect();
        let best = (0..3).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).expect("one");
        table[label][best] += 1;
    }
    let output = run(&["evaluate", model, &csv, "--quiet", "--bootstrap", "100"]);
    let found = figures(&output);
    let value = |figure: &str| found[&("all".to_string(), figure.to_string())];
    for (t, truth) in classes.iter().enumerate() {
        for (c, called) in classes.iter().enumerate() {
            assert_eq!(value(&format!("truth:{truth}>called:{called}"))[0], f64::from(table[t][c]));
        }
    }
    let right: u32 = (0..3).map(|i| table[i][i]).sum();
    let [accuracy, low, high] = value("accuracy");
    assert!((accuracy - f64::from(right) / 120.0).abs() < 1e-6);
    assert!(low < accuracy && accuracy < high, "{low} {accuracy} {high}");
    // Numbers as labels need to be told; then nothing else changes.
    let numbered: String = folder.read("a.csv").replace("acceptor", "0").replace("donor", "1").replace("neither", "2");
    let numbered = folder.write("b.csv", numbered);
    let refused = genogloss(&["evaluate", model, &numbered]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.contains("line 2: label \"0\" must be one of acceptor, donor, neither"),
        "{}",
        refused.stderr
    );
    let mapped = run(&[
        "evaluate",
        model,
        &numbered,
        "--labels",
        "0=acceptor,1=donor,2=neither",
        "--bootstrap",
        "100",
        "--quiet",
    ]);
    assert_eq!(mapped, output);
    // Half of the sequences were seen, one of them on the other strand.
    let seen: String = folder.read("a.csv").lines().take(61).map(|l| format!("{l}\n")).collect();
    let seen = folder.write("seen.csv", seen);
    let with = figures(&run(&["evaluate", model, &csv, "--seen", &seen, "--bootstrap", "0", "--quiet"]));
    assert_eq!(with[&("unseen".into(), "sequences".into())][0], 60.0);
    assert!(with[&("all".into(), "accuracy".into())][1].is_nan());
}

#[test]
fn page_and_curve_come_with_the_figures() {
    let folder = Folder::new();
    let csv: String = std::iter::once("sequence\tlabel\n".to_string())
        .chain(sequences(70, 60).iter().enumerate().map(|(i, s)| format!("{s}\t{}\n", i % 2)))
        .collect();
    let tsv = folder.write("a.tsv", csv);
    let (out, html, curve) = (folder.path("out.tsv"), folder.path("page.html"), folder.path("curve.tsv"));
    run(&[
        "evaluate",
        "core-promoter",
        &tsv,
        "--head",
        "promoter",
        "-o",
        &out,
        "--html",
        &html,
        "--curve",
        &curve,
        "--bootstrap",
        "50",
        "--quiet",
    ]);
    assert_eq!(folder.names(), ["a.tsv", "curve.tsv", "out.tsv", "out.tsv.manifest.json", "page.html"]);
    let html = folder.read("page.html");
    assert!(html.contains("Reliability") && html.matches("<svg").count() == 3, "{html}");
    let curve = folder.read("curve.tsv");
    let last: Vec<&str> = curve.lines().last().expect("a line").split('\t').collect();
    assert_eq!((last[3], last[4], last[6]), ("30", "30", "1.000000"));
}

#[test]
fn known_places_are_counted_by_hand() {
    let folder = Folder::new();
    let (region, model) = ("chr20_3140001_3240000:2001-4000", "tests/models/track");
    let track =
        run(&["scan", SLICE, "-m", model, "-r", region, "--format", "bedgraph", "--column", "site.donor", "--quiet"]);
    let scores: Vec<(u64, f64)> = track
        .lines()
        .map(|l| l.split('\t').collect::<Vec<_>>())
        .map(|c| (c[1].parse().expect("start"), c[3].parse().expect("score")))
        .filter(|(start, _)| (2000..4000).contains(start))
        .collect();
    assert_eq!(scores.len(), 2000);
    let is_site = |start: u64| start % 97 == 5 || start % 211 < 2;
    let sites: String =
        (2000..4000).filter(|&s| is_site(s)).map(|s| format!("{CONTIG}\t{s}\t{}\tsite.donor\n", s + 1)).collect();
    let mut order = scores.clone();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    let count = order.iter().filter(|(s, _)| is_site(*s)).count();
    let (mut hits, mut precision) = (0.0, 0.0);
    for (rank, (start, _)) in order.iter().enumerate() {
        if is_site(*start) {
            hits += 1.0;
            precision += hits / (rank + 1) as f64;
        }
    }
    let sites = folder.write("sites.bed", sites);
    let text = run(&[
        "evaluate",
        model,
        &sites,
        "-f",
        SLICE,
        "-r",
        region,
        "--bootstrap",
        "50",
        "--quiet",
        "--threshold",
        "0.4",
    ]);
    let found = figures(&text);
    let value = |figure: &str| found[&("site.donor".to_string(), figure.to_string())][0];
    assert_eq!((value("bins"), value("bins:known"), value("bases")), (2000.0, count as f64, 2000.0));
    // Scores in the bedGraph are rounded: ties may fall differently.
    assert!(
        (value("auprc") - precision / count as f64).abs() < 1e-3,
        "{} {}",
        value("auprc"),
        precision / count as f64
    );
    let called = scores.iter().filter(|(_, s)| *s >= 0.4);
    let wrong = called.filter(|(s, _)| !is_site(*s)).count();
    assert!((value("false_per_mb") - wrong as f64 / 0.002).abs() < 1e-6);
    // The manifest has the digest of the places.
    let out = folder.path("out.tsv");
    run(&["evaluate", model, &sites, "-f", SLICE, "-r", region, "--bootstrap", "0", "--quiet", "-o", &out]);
    let manifest: serde_json::Value = serde_json::from_str(&folder.read("out.tsv.manifest.json")).expect("JSON");
    assert_eq!(manifest["inputs"][0]["path"], sites);
    assert_eq!(manifest["inputs"][0]["sha256"].as_str().map(str::len), Some(64));
    // Pooled with itself nothing changes but the size.
    let pooled = figures(&run(&[
        "evaluate",
        model,
        &sites,
        "-f",
        SLICE,
        "-r",
        region,
        "--bootstrap",
        "0",
        "--quiet",
        "--pool",
        "both=site.donor+site.donor",
    ]));
    let of = |set: &str, figure: &str| pooled[&(set.to_string(), figure.to_string())][0];
    assert_eq!(of("both", "bins"), 4000.0);
    assert!((of("both", "auprc") - of("site.donor", "auprc")).abs() < 0.02);
    // Without what is known to be a site there is nothing to find.
    let refused = genogloss(&["evaluate", model, &sites, "-f", SLICE, "-r", region, "--ignore", &sites]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("0 overlap the truth set"), "{}", refused.stderr);
}

#[test]
fn bad_input_is_one_clear_line_and_no_figure() {
    let folder = Folder::new();
    let good: Vec<String> = sequences(70, 4);
    let file = |name: &str, text: String| folder.write(name, text);
    let headless = file("headless.csv", format!("{},1\n{},0\n", good[0], good[1]));
    let column = file("column.csv", format!("dna,label\n{},1\n", good[0]));
    let label = file("label.csv", format!("sequence,label\n{},1\n{},maybe\n", good[0], good[1]));
    let long = file("long.csv", format!("sequence,label\n{},1\n{}A,0\n", good[0], good[1]));
    let short = file("short.csv", format!("sequence,label\n{},1\n{},0\n", good[0], &good[1][..69]));
    let one = file("one.csv", format!("sequence,label\n{},1\n{},1\n", good[0], good[1]));
    let letters = file("letters.csv", format!("sequence,label\n{},1\n{}E,0\n", good[0], &good[1][..69]));
    let fasta = file("a.fa", format!(">a label=1\n{}\n>b\n{}\n", good[0], good[1]));
    let nothing = file("none.csv", "sequence,label\n".into());
    let bed = file("a.bed", format!("{CONTIG}\t5\t6\tpromoters\n"));
    for (arguments, message, code) in [
        (vec![label.as_str(), "--head", "none"], "--head none: core-promoter has promoter, promoter_notata", 2),
        (vec![&label, "--no-head"], "core-promoter has several heads: promoter, promoter_notata, promoter_tata", 2),
        (vec![&headless], "line 1 holds a sequence, not the names of the columns", 1),
        (vec![&column], "there is no column \"sequence\": line 1 names dna, label", 1),
        (vec![&label], "line 3: label \"maybe\" must be one of other, promoter", 1),
        (vec![&long], "line 3: the sequence has 71 bases; core-promoter accepts 70", 1),
        (vec![&short], "line 3: the sequence has 69 bases; core-promoter accepts 70", 1),
        (vec![&one], "all 2 sequences are of one class (promoter)", 1),
        (vec![&letters], "line 3: 'E' in the sequence is not a letter of a nucleotide", 1),
        (vec![&fasta], "line 3: no label=… in the description of \"b\"", 1),
        (vec![&nothing], "it contains no labelled sequence", 1),
        (vec![SLICE], "no label=… in the description", 1),
        (vec!["/nonexistent.csv"], "/nonexistent.csv", 1),
        (vec![&bed, "-f", SLICE], "core-promoter has no score \"promoters\"; it has promoter", 1),
        (vec![&label, "--labels", "maybe=enhancer"], "the model has no class \"enhancer\"", 2),
        (vec![&label, "-R", &bed], "-R (--regions-file) applies to a truth set of a genome", 2),
        (vec![&bed, "-f", SLICE, "--seen", &label], "--seen applies to labelled sequences", 2),
    ] {
        let out = folder.path("out.tsv");
        let mut all = vec!["evaluate", "core-promoter"];
        all.extend(arguments.iter().filter(|a| **a != "--no-head"));
        if !["--head", "--no-head", "-f"].iter().any(|option| arguments.contains(option)) {
            all.extend(["--head", "promoter"]);
        }
        all.extend(["-o", &out]);
        let run = genogloss(&all);
        assert_eq!(run.code, code, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(message), "{arguments:?}: {}", run.stderr);
        assert!(run.stdout.is_empty() && !folder.names().iter().any(|n| n.starts_with("out.tsv")));
    }
    // What is read is never written over, and nothing is written twice.
    let before = folder.read("label.csv");
    for (options, message) in [
        (["--curve", &label, "--quiet", "--quiet"], "is both the curve and an input"),
        (["--html", &label, "--quiet", "--quiet"], "is both the page and an input"),
        (["--html", "same.out", "-o", "same.out"], "is both the page and the output"),
    ] {
        let options: Vec<&str> = options.into_iter().filter(|o| *o != "--quiet").collect();
        let run =
            genogloss(&[&["evaluate", "core-promoter", label.as_str(), "--head", "promoter"], &options[..]].concat());
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains(message), "{}", run.stderr);
    }
    assert_eq!(folder.read("label.csv"), before);
    // Places to be left out must lie on the genome too: a wrong name would leave out nothing.
    let sites = folder.write("sites.bed", format!("{CONTIG}\t500\t510\tsite.donor\n"));
    let elsewhere = folder.write("elsewhere.bed", "chr21\t5\t9\n");
    let run = genogloss(&["evaluate", "tests/models/track", &sites, "-f", SLICE, "--ignore", &elsewhere]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("contig \"chr21\" is not in"), "{}", run.stderr);
    let nan = genogloss(&["evaluate", "core-promoter", &label, "--threshold", "nan"]);
    assert_eq!(nan.code, 2, "{}", nan.stderr);
    let track = genogloss(&["evaluate", "tests/models/track", &one]);
    assert_eq!(track.code, 2);
    assert!(track.stderr.contains("scores positions of a genome, not single sequences"), "{}", track.stderr);
    let exact = genogloss(&["evaluate", "exact:gc", &one]);
    assert_eq!(exact.code, 2);
}
