//! Which scores are written, and what is scored.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Random, TOLERANCE, card, deltas, fasta, forms, head, infos, model, python, variants_of_slice, vcf};
use crate::support::{Folder, genogloss, root, succeed};

#[test]
fn what_is_no_number_is_a_reason() {
    let folder = Folder::new();
    let genome = vec![("one".to_string(), Random(2).bases(900))];
    let fasta = folder.write("genome.fa", fasta(&genome));
    let reference = genome[0].1[450..451].to_string();
    let alternate = if reference == "A" { "C" } else { "A" };
    let vcf = folder.write("one.vcf", vcf(&genome, [&("one".into(), 450, reference, alternate.into())]));
    // log2 of a negative sum.
    let heads = json!([head("counts", "identity", &["counts"], 1)]);
    let window = json!({"span": 360, "core": 300, "stride": 300});
    let model = model(&folder, &card("track", window, heads, "forward", json!({"compare": "js"})));
    let run = genogloss(&["variants", &vcf, "-f", &fasta, "-m", &model]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.lines().last().is_some_and(|line| line.ends_with("\tGG_SKIP=not_a_number")), "{}", run.stdout);
    assert!(run.stderr.contains("skipped: not_a_number 1"), "{}", run.stderr);
}

#[test]
fn scores_are_chosen_by_name() {
    let folder = Folder::new();
    let genome = vec![("one".to_string(), Random(2).bases(900))];
    let fasta = folder.write("genome.fa", fasta(&genome));
    let vcf = folder.write("one.vcf", vcf(&genome, [&("one".into(), 450, genome[0].1[450..452].into(), "T".into())]));
    let forms = forms();
    let model = model(&folder, &forms.iter().find(|(name, _)| *name == "both bins").expect("a form").1);
    let fields = |more: &[&str]| -> Vec<String> {
        let text = succeed(&[&["variants", &vcf, "-f", &fasta, "-m", &model, "--quiet"], more].concat());
        infos(&text)[0].keys().filter(|key| key.starts_with("GG_DELTA")).cloned().collect()
    };
    assert_eq!(fields(&["--column", "wide.*"]), ["GG_DELTA_wide_minus", "GG_DELTA_wide_plus"]);
    assert_eq!(fields(&["--column", "fine.donor,wide.plus"]), ["GG_DELTA_fine_donor", "GG_DELTA_wide_plus"]);
    assert_eq!(fields(&[]).len(), 4);
    let run = genogloss(&["variants", &vcf, "-f", &fasta, "-m", &model, "--column", "promoter"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("--column promoter: deltas has no such score"), "{}", run.stderr);
    assert!(run.stderr.contains("it has fine.donor, fine.acceptor, wide.plus, wide.minus"), "{}", run.stderr);
}

/// The splice model of the tests, whose card says what it reads outside of a gene.
#[test]
fn outside_of_a_gene_is_read_what_the_card_says() {
    let Some(python) = python() else { return };
    let folder = Folder::new();
    let slice = crate::support::read_repository("tests/data/chr20_slice.fa");
    let bases: String = slice.lines().skip(1).collect::<String>().to_ascii_uppercase();
    let genome = vec![("chr20_3140001_3240000".to_string(), bases)];
    // At both ends of genes of both strands, and inside.
    let mut variants = Vec::new();
    for at in [3_265, 3_330, 14_188, 31_000, 35_500, 45_329, 49_515, 49_530, 51_000, 64_514, 68_064, 79_834] {
        let reference = &genome[0].1[at..at + 3];
        let other = if reference.starts_with('A') { "C" } else { "A" };
        let mut add = |reference: &str, alternate: String| {
            variants.push((genome[0].0.clone(), at, reference.to_string(), alternate));
        };
        add(&reference[..1], other.into());
        let inserted = if reference[1..].starts_with('G') { "TC" } else { "GT" };
        add(&reference[..1], format!("{}{inserted}", &reference[..1]));
        if !genome[0].1[at + 3..].starts_with(&reference[1..2]) && reference[..1] != reference[2..] {
            add(reference, reference[..1].into());
        }
    }
    let vcf = folder.write("variants.vcf", vcf(&genome, &variants));
    let card: Value =
        serde_saphyr::from_str(&crate::support::read_repository("tests/models/splice/card.yaml")).expect("a card");
    let mut answers = Vec::new();
    for outside in ["n", "sequence"] {
        let mut card = card.clone();
        card["variants"]["outside"] = outside.into();
        let model = folder.path(outside);
        std::fs::create_dir_all(&model).expect("a folder");
        for file in std::fs::read_dir(root().join("tests/models/splice")).expect("a folder") {
            let file = file.expect("a file");
            std::fs::copy(file.path(), format!("{model}/{}", file.file_name().display())).expect("copied");
        }
        std::fs::write(format!("{model}/card.yaml"), card.to_string()).expect("written");
        let card = folder.write("card.json", card.to_string());
        let (fasta, genes) = ("tests/data/chr20_slice.fa", "tests/data/slice_genes.gtf");
        let written = infos(&succeed(&["variants", &vcf, "-f", fasta, "--genes", genes, "-m", &model, "--quiet"]));
        let script = root().join("tests/reference/effects.py").display().to_string();
        let expected = crate::support::tool(&python, &[&script, &model, &card, fasta, genes, &vcf]);
        for line in expected.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let info = &written[fields[0].parse::<usize>().expect("a number")];
            let effect: Vec<&str> = info["GG_EFFECT"][0].split('|').skip(3).collect();
            let first = if fields[1] == "acceptor" { 0 } else { 2 };
            for side in 0..2 {
                let number = |text: &str| text.parse::<f64>().expect("a number");
                let (found, expected) = (number(effect[first + side]), number(fields[2 + side]));
                assert!((found - expected).abs() < 1e-4, "{outside}: {line}, {effect:?}");
                // Nearly equal ones may change places.
                if expected > 1e-3 {
                    assert_eq!(effect[4 + first + side], fields[4 + side], "{outside}: {line}, {effect:?}");
                }
            }
        }
        assert!(expected.lines().count() > 50, "{expected}");
        answers.push(expected);
    }
    assert_ne!(answers[0], answers[1]);
}

#[test]
fn an_ambiguous_base_of_the_fasta_is_read_as_ref_has_it() {
    let folder = Folder::new();
    let bases = Random(2).bases(900);
    let with = |base: char| vec![("one".to_string(), format!("{}{base}{}", &bases[..450], &bases[451..]))];
    let variant = ("one".to_string(), 450, "A".to_string(), "C".to_string());
    for (form, card) in forms().into_iter().step_by(4) {
        let model = model(&folder, &card);
        let known = deltas(&folder, &with('A'), std::slice::from_ref(&variant), &model);
        let ambiguous = deltas(&folder, &with('R'), std::slice::from_ref(&variant), &model);
        assert_eq!(known, ambiguous, "{form}");
        assert!(known[0].keys().any(|key| key.starts_with("GG_DELTA")), "{form}");
    }
}

#[test]
fn the_reference_score_of_the_default_model_is_the_one_that_a_scan_gives() {
    let folder = Folder::new();
    let slice = "tests/data/chr20_slice.fa";
    let bases: String = crate::support::read_repository(slice).lines().skip(1).collect();
    let genome = vec![("chr20_3140001_3240000".to_string(), bases.to_ascii_uppercase())];
    let variants = variants_of_slice(&genome);
    let vcf = folder.write("variants.vcf", vcf(&genome, &variants));
    let written = infos(&succeed(&["variants", &vcf, "-f", slice, "--quiet"]));
    let scan = succeed(&["scan", slice, "--format", "tsv", "--quiet"]);
    let mut lines = scan.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let names = lines.next().expect("a header");
    let bins: BTreeMap<i64, Vec<&str>> = lines.map(|line| (line[1].parse().expect("a number"), line)).collect();
    let mut compared = 0;
    for ((_, position, ..), info) in variants.iter().zip(&written) {
        for (key, values) in info.iter().filter(|(key, _)| key.starts_with("GG_REF_")) {
            let name = key.trim_start_matches("GG_REF_");
            let column = names.iter().position(|other| other.replace('.', "_") == name).expect("a column");
            let at = *position as i64 + info[&format!("GG_AT_{name}")][0].parse::<i64>().expect("a number");
            let number = |text: &str| text.parse::<f64>().expect("a number");
            // What is inserted has no score of the reference.
            if number(&values[0]) != 0.0 {
                compared += 1;
                assert!((number(&values[0]) - number(bins[&at][column])).abs() < TOLERANCE, "{key} of {info:?}");
            }
        }
    }
    assert!(compared > 300, "{compared}");
}
