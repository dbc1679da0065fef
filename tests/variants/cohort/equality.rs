//! `variants --scores` writes what a run of the model writes, byte for byte.

use super::{COLUMNS, CONTIG, GENES, HEAD, SLICE, TRACK, bytes, records, sample, scored};
use crate::support::{Folder, genogloss, genogloss_with_input, shell, succeed, tools_available};

const ALL: &[(&str, &str)] = &[("x.vcf", "v"), ("x.vcf.gz", "z"), ("x.bcf", "b"), ("y.bcf", "u")];

/// Compares outputs of a sample in these formats.
fn compare(folder: &Folder, file: &str, scores: &str, (model, formats): (&[&str], &[(&str, &str)]), more: &[&str]) {
    for (name, kind) in formats {
        let direct = bytes(folder, name, &[&[file, "-f", SLICE, "-O", *kind], model, more].concat());
        let joined =
            bytes(folder, &format!("joined-{name}"), &[&[file, "--scores", scores, "-O", *kind], more].concat());
        assert!(direct.len() > 200, "{file} {kind}");
        assert!(direct == joined, "{file} {kind} {model:?}: {}", first_difference(&direct, &joined));
    }
}

fn first_difference(direct: &[u8], joined: &[u8]) -> String {
    let (direct, joined) = (String::from_utf8_lossy(direct), String::from_utf8_lossy(joined));
    let pair = direct.lines().zip(joined.lines()).find(|(a, b)| a != b);
    format!("{pair:?}, {} and {} lines", direct.lines().count(), joined.lines().count())
}

#[test]
fn scores_of_sites_are_those_of_a_run_of_the_model() {
    let folder = Folder::new();
    let files: Vec<String> =
        (0..3).map(|seed| folder.write(&format!("{seed}.vcf"), sample(&format!("s{seed}"), seed, 150))).collect();
    // A sample without records, one without genotypes and with lower case, and one that is compressed.
    let empty = folder.write("empty.vcf", format!("{HEAD}{COLUMNS}\n"));
    let bases = super::slice();
    let lower = bases[20_000..20_002].to_lowercase();
    let plain = folder.write(
        "plain.vcf",
        format!(
            "{HEAD}{COLUMNS}\n{CONTIG}\t20001\t.\t{lower}\tg,t\t.\t.\tDP=1\n{CONTIG}\t99998\t.\t{}\tGG\t.\t.\t.\n",
            &bases[99_997..99_998]
        ),
    );
    let mut names: Vec<&str> = files.iter().map(String::as_str).collect();
    names.extend([empty.as_str(), plain.as_str()]);
    let models: [&[&str]; 4] = [
        TRACK,
        &["-m", "core-promoter", "-t", "1", "--column", "promoter*"],
        &["-m", "tests/models/splice", "-t", "1", "--genes", GENES, "--mask"],
        &["-m", "tests/models/splice", "-t", "1", "--genes", GENES, "--fields", "spliceai"],
    ];
    for model in models {
        let scores = scored(&folder, &names, model, "scores.vcf.gz");
        let formats = if model == TRACK { ALL } else { &ALL[..1] };
        for file in &names {
            compare(&folder, file, &scores, (model, formats), &[]);
        }
        compare(&folder, names[0], &scores, (model, &ALL[2..3]), &["-r", &format!("{CONTIG}:500-2500")]);
    }
}

#[test]
fn gzip_bgzip_bcf_and_standard_input_are_the_same() {
    if !tools_available(&["bcftools"]) {
        return;
    }
    let folder = Folder::new();
    let file = folder.write("s.vcf", sample("s", 7, 80));
    let scores = scored(&folder, &[&file], TRACK, "scores.vcf.gz");
    let direct = succeed(&[&["variants", &file, "-f", SLICE, "--quiet"], TRACK].concat());
    let (gzip, xz, bcf) = (folder.path("s.gz"), folder.path("s.xz"), folder.path("s.bcf"));
    shell(&format!("gzip -c {file} > {gzip}; xz -c {file} > {xz}; bcftools view --no-version -O b -o {bcf} {file}"));
    for input in [&gzip, &xz] {
        assert!(succeed(&["variants", input, "--scores", &scores, "--quiet"]) == direct, "{input}");
    }
    let text = folder.read("s.vcf");
    assert_eq!(
        genogloss_with_input(&["variants", "-", "--scores", &scores, "--quiet"], text.as_bytes()).good().stdout,
        direct
    );
    // Scores that bcftools has written: it drops zeros at the end of numbers, as it does in the output.
    let again = folder.path("again.vcf.gz");
    shell(&format!("bcftools view --no-version -O z -o {again} {scores}"));
    let theirs = folder.write("direct.vcf", &direct);
    let joined = succeed(&["variants", &file, "--scores", &again, "--quiet"]);
    assert!(records(&joined) == shell(&format!("bcftools view -H {theirs}")));
    compare(&folder, &bcf, &scores, (TRACK, ALL), &[]);
    // Scores in BCF have no digits: they give BCF.
    let sites = folder.path("sites.vcf.gz");
    let binary = folder.path("scores.bcf");
    succeed(&[&["variants", &sites, "-f", SLICE, "-o", &binary, "--quiet"], TRACK].concat());
    let one = bytes(&folder, "one.bcf", &[&[file.as_str(), "-f", SLICE], TRACK].concat());
    assert!(one == bytes(&folder, "two.bcf", &[&file, "--scores", &binary]));
    let error = genogloss(&["variants", &file, "--scores", &binary]).error(1);
    assert!(error.contains("scores.bcf: BCF holds numbers, not the digits that they were written with"), "{error}");
}

#[test]
fn scores_need_not_be_of_sites_alone() {
    let folder = Folder::new();
    // Records of several ALTs, in any order, and one with an ALT twice.
    let file = folder.write("s.vcf", sample("s", 3, 80));
    for model in [TRACK, &["-m", "tests/models/splice", "-t", "1", "--genes", GENES]] {
        let direct = succeed(&[&["variants", &file, "-f", SLICE, "--quiet"], model].concat());
        let scores = folder.write("scores.vcf", &direct);
        assert!(succeed(&["variants", &file, "--scores", &scores, "--quiet"]) == direct);
    }
}

#[test]
fn scores_of_several_models_are_taken_together() {
    let folder = Folder::new();
    let file = folder.write("s.vcf", sample("s", 4, 60));
    let first = scored(&folder, &[&file], &["-m", "exact:gc", "-t", "1", "--prefix", "GC"], "first.vcf.gz");
    let both = folder.path("both.vcf.gz");
    succeed(&[&["variants", &first, "-f", SLICE, "-o", &both, "--quiet"], TRACK].concat());
    let one = folder.path("one.vcf");
    succeed(&["variants", &file, "-f", SLICE, "-m", "exact:gc", "--prefix", "GC", "-o", &one, "--quiet"]);
    let direct = succeed(&[&["variants", &one, "-f", SLICE, "--quiet"], TRACK].concat());
    assert!(succeed(&["variants", &file, "--scores", &both, "--quiet"]) == direct);
}

#[test]
fn shards_and_a_resumed_run_give_the_same() {
    let folder = Folder::new();
    let file = folder.write("s.vcf", sample("s", 5, 100));
    let scores = scored(&folder, &[&file], TRACK, "scores.vcf.gz");
    let direct = succeed(&[&["variants", &file, "-f", SLICE, "--quiet"], TRACK].concat());
    let parts: Vec<String> = (1..=3).map(|number| folder.path(&format!("p{number}.vcf"))).collect();
    for (number, part) in parts.iter().enumerate() {
        let shard = format!("{}/3", number + 1);
        succeed(&["variants", &file, "--scores", &scores, "--shard", &shard, "-o", part, "--quiet"]);
    }
    let merged = folder.path("merged.vcf");
    succeed(&["merge", &parts[0], &parts[1], &parts[2], "-o", &merged, "--quiet"]);
    assert!(folder.read("merged.vcf") == direct);
    let out = folder.path("resumed.vcf");
    succeed(&["variants", &file, "--scores", &scores, "--resume", "-o", &out, "--quiet"]);
    assert!(folder.read("resumed.vcf") == direct);
}

#[test]
fn the_manifest_says_where_the_scores_are_from() {
    let folder = Folder::new();
    let file = folder.write("s.vcf", sample("s", 6, 40));
    let scores = scored(&folder, &[&file], TRACK, "scores.vcf.gz");
    let manifest = |name: &str| -> serde_json::Value {
        serde_json::from_str(&folder.read(&format!("{name}.manifest.json"))).expect("JSON")
    };
    bytes(&folder, "direct.vcf", &[&[file.as_str(), "-f", SLICE], TRACK].concat());
    bytes(&folder, "joined.vcf", &[&file, "--scores", &scores]);
    let (direct, joined) = (manifest("direct.vcf"), manifest("joined.vcf"));
    for key in ["name", "version", "sha256", "license"] {
        assert_eq!(direct["model"][key], joined["model"][key], "{key}");
    }
    for key in ["records_in", "filtered", "queries", "written", "scored", "skipped", "rows"] {
        assert_eq!(direct["counts"][key], joined["counts"][key], "{key}");
    }
    assert_eq!(joined["counts"]["windows"], 0);
    assert_eq!(joined["settings"]["scores"], "scores.vcf.gz");
    assert_eq!(joined["settings"]["reference"], "chr20_slice.fa");
    // Numbers as text have six decimals: their bins are those of the scores, but for zero.
    let names = |manifest: &serde_json::Value| -> Vec<String> {
        manifest["counts"]["scores"].as_object().expect("histograms").keys().cloned().collect()
    };
    assert_eq!(names(&direct), names(&joined));
    assert_eq!(joined["inputs"].as_array().map(Vec::len), Some(2));
    assert!(joined["inputs"][1]["sha256"].is_string(), "{joined}");
    assert_eq!(records(&folder.read("direct.vcf")), records(&folder.read("joined.vcf")));
}
