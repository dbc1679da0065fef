//! What must not change the scores of a variant: strand, spelling, neighbours, batches, threads.

use std::collections::BTreeMap;

use super::{Random, TOLERANCE, Variant, deltas, fasta, forms, genome, infos, model, variants, vcf};
use crate::support::{Folder, succeed};

fn reverse_complement(bases: &str) -> String {
    let complement = |base| match base {
        'A' => 'T',
        'C' => 'G',
        'G' => 'C',
        'T' => 'A',
        other => other,
    };
    bases.chars().rev().map(complement).collect()
}

fn assert_same(one: &BTreeMap<String, Vec<String>>, other: &BTreeMap<String, Vec<String>>, what: &str) {
    for (key, values) in one.iter().filter(|(key, _)| key.starts_with("GG_DELTA_") || *key == "GG_SKIP") {
        match (values[0].parse::<f64>(), other.get(key).map(|values| values[0].parse::<f64>())) {
            (Ok(one), Some(Ok(other))) => assert!((one - other).abs() < TOLERANCE, "{what}: {key} {one} {other}"),
            _ => assert_eq!(Some(values), other.get(key), "{what}: {key}"),
        }
    }
}

#[test]
fn the_reverse_complement_of_a_problem_has_the_same_answer() {
    let mut random = Random(7);
    let folder = Folder::new();
    let genome = genome(&mut random);
    let variants = variants(&genome, 300, &mut random);
    let turned: Vec<(String, String)> =
        genome.iter().map(|(name, bases)| (name.clone(), reverse_complement(bases))).collect();
    let length = |contig: &str| genome.iter().find(|(name, _)| name == contig).expect("a contig").1.len();
    let turned_variants: Vec<Variant> = variants
        .iter()
        .map(|(contig, at, reference, alternate)| {
            let at = length(contig) - at - reference.len();
            (contig.clone(), at, reverse_complement(reference), reverse_complement(alternate))
        })
        .collect();
    for (form, card) in forms() {
        if card["strand"] == "forward" {
            continue;
        }
        let model = model(&folder, &card);
        let (one, other) =
            (deltas(&folder, &genome, &variants, &model), deltas(&folder, &turned, &turned_variants, &model));
        let mut compared = 0;
        for ((variant, one), other) in variants.iter().zip(&one).zip(&other) {
            // A row of a track may leave the contig by one base more on one side than on the other.
            let ends = [one, other].iter().any(|info| info.contains_key("GG_SKIP"));
            if ends && card["kind"] == "track" && card["window"]["min_span"].is_null() {
                continue;
            }
            compared += 1;
            assert_same(one, other, &format!("{form}, {variant:?}"));
        }
        assert!(compared > 30, "{form}: {compared}");
    }
}

#[test]
fn equivalent_spellings_and_split_records_have_the_same_answer() {
    let mut random = Random(5);
    let folder = Folder::new();
    let genome = genome(&mut random);
    let fasta_path = folder.write("genome.fa", fasta(&genome));
    let variants = variants(&genome, 150, &mut random);
    // The same changes, with bases that do not change on both sides.
    let longer: Vec<Variant> = variants
        .iter()
        .map(|(contig, at, reference, alternate)| {
            let bases = &genome.iter().find(|(name, _)| name == contig).expect("a contig").1;
            let (before, after) = (random.below(9).min(*at), random.below(9).min(bases.len() - at - reference.len()));
            let (left, right) = (&bases[at - before..*at], &bases[at + reference.len()..at + reference.len() + after]);
            let whole = |allele: &str| format!("{left}{allele}{right}");
            (contig.clone(), at - before, whole(reference), whole(alternate))
        })
        .collect();
    for (form, card) in forms() {
        let model = model(&folder, &card);
        let (one, other) = (deltas(&folder, &genome, &variants, &model), deltas(&folder, &genome, &longer, &model));
        for ((variant, one), other) in variants.iter().zip(&one).zip(&other) {
            assert_same(one, other, &format!("{form}, {variant:?}"));
        }
        // Three ALTs of a record, and each in a record of its own.
        let together = ("one".to_string(), 300, genome[0].1[300..302].to_string(), "T,GGTACC,AC".to_string());
        let apart: Vec<Variant> = together
            .3
            .split(',')
            .map(|alternate| (together.0.clone(), 300, together.2.clone(), alternate.into()))
            .collect();
        let split = deltas(&folder, &genome, &apart, &model);
        let vcf = folder.write("together.vcf", vcf(&genome, [&together]));
        let whole = &infos(&succeed(&["variants", &vcf, "-f", &fasta_path, "-m", &model, "--quiet"]))[0];
        for (allele, split) in split.iter().enumerate() {
            for (key, values) in split.iter().filter(|(key, _)| key.starts_with("GG_") && *key != "GG_SKIP") {
                assert_eq!(values[0], whole[key][allele], "{form}: {key} of {allele}");
            }
        }
    }
}

#[test]
fn answers_do_not_depend_on_neighbours_batches_or_threads() {
    let mut random = Random(11);
    let folder = Folder::new();
    let genome = genome(&mut random);
    let fasta = folder.write("genome.fa", fasta(&genome));
    let variants = variants(&genome, 300, &mut random);
    let all = folder.write("all.vcf", vcf(&genome, &variants));
    let few = folder.write("few.vcf", vcf(&genome, variants.iter().step_by(7)));
    let forms = forms();
    let card = &forms.iter().find(|(name, _)| *name == "both bins, rows as long as needed").expect("a form").1;
    let model = model(&folder, card);
    let run = |file: &str, more: &[&str]| {
        let arguments = [&["variants", file, "-f", &fasta, "-m", &model, "--quiet"], more].concat();
        let text = succeed(&arguments);
        text.lines().filter(|line| !line.starts_with('#')).map(String::from).collect::<Vec<_>>()
    };
    let lines = run(&all, &["-t", "1"]);
    for more in [&["-t", "2"][..], &["--batch-rows", "1"], &["--batch-rows", "5", "-t", "2"]] {
        assert_eq!(run(&all, more), lines, "{more:?}");
    }
    assert_eq!(run(&few, &[]), lines.into_iter().step_by(7).collect::<Vec<_>>());
}
