//! Scores of variants equal those computed with the network itself.

use serde_json::Value;

use super::{
    Random, TOLERANCE, compare, fasta, forms, genome, infos, model, python, value, variants, variants_of_slice, vcf,
};
use crate::support::{Folder, root, succeed};

#[test]
#[allow(clippy::print_stderr, reason = "the table of docs/concepts/variant-scoring.md")]
fn every_form_of_model_equals_the_network_itself() {
    let Some(python) = python() else { return };
    let mut random = Random(18);
    let folder = Folder::new();
    let genome = genome(&mut random);
    folder.write("genome.fa", fasta(&genome));
    let variants = variants(&genome, 300, &mut random);
    let text = vcf(&genome, &variants);
    for (form, card) in forms() {
        let (compared, worst) = compare(&folder, &python, form, &card, &text);
        eprintln!("| {form} | {compared} | {worst:.1e} |");
        assert!(compared >= 300, "{form}: {compared}");
    }
}

/// The built-in model of the genome, on real sequence.
#[test]
fn the_default_model_equals_its_network() {
    let Some(python) = python() else { return };
    let folder = Folder::new();
    let slice = crate::support::read_repository("tests/data/chr20_slice.fa");
    let bases: String = slice.lines().skip(1).collect();
    let genome = vec![("chr20_3140001_3240000".to_string(), bases.to_ascii_uppercase())];
    folder.write("genome.fa", &slice);
    let variants = variants_of_slice(&genome);
    let vcf = folder.write("variants.vcf", vcf(&genome, &variants));
    let card: Value =
        serde_saphyr::from_str(&crate::support::read_repository("models/human/card.yaml")).expect("a card");
    let card = folder.write("card.json", card.to_string());
    let written = infos(&succeed(&["variants", &vcf, "-f", &folder.path("genome.fa"), "--quiet"]));
    let (script, model) = (root().join("tests/reference/variants.py"), root().join("models/human"));
    let arguments = [script.display().to_string(), model.display().to_string(), card, folder.path("genome.fa"), vcf];
    let expected = crate::support::tool(&python, &arguments.each_ref().map(String::as_str));
    for line in expected.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let info = &written[fields[0].parse::<usize>().expect("a number")];
        let found = value(info, &format!("GG_DELTA_{}", fields[2].replace(['-', '.'], "_")), 0).expect("a number");
        assert!((found - fields[5].parse::<f64>().expect("a number")).abs() < TOLERANCE, "{line}, {info:?}");
    }
    assert_eq!(expected.lines().count(), variants.len() * 12);
}

#[test]
fn beyond_the_networks_reach_nothing_differs() {
    let mut random = Random(3);
    let folder = Folder::new();
    let genome = genome(&mut random);
    let fasta = folder.write("genome.fa", fasta(&genome));
    let variants = variants(&genome, 200, &mut random);
    let vcf = folder.write("variants.vcf", vcf(&genome, &variants));
    let forms = forms();
    for form in ["one-base bins, deleted bases absent", "ten-base bins", "both bins, rows as long as needed, far"] {
        let card = &forms.iter().find(|(name, _)| *name == form).expect("a form").1;
        let model = model(&folder, card);
        let written = infos(&succeed(&["variants", &vcf, "-f", &fasta, "-m", &model, "--quiet"]));
        let mut seen = 0;
        for ((_, _, reference, alternate), info) in variants.iter().zip(&written) {
            let places = info.iter().filter(|(key, _)| key.starts_with("GG_AT_"));
            for at in places.filter_map(|(_, values)| values[0].parse::<i64>().ok()) {
                seen += 1;
                // 30 bases, a bin, and as far as an indel may be shifted in the repeats of 24 bases.
                let reach = 30 + 10 + 30;
                let long = reference.len().max(alternate.len()) as i64;
                assert!((-reach..=long + reach).contains(&at), "{form}: {reference}>{alternate}: {info:?}");
            }
        }
        assert!(seen > 150, "{form}: {seen}");
    }
}
