//! REF, ALT and delta of `variants` against the network itself: tests/reference/variants.py computes them with ONNX Runtime and
//! numpy, by the definition in docs/concepts/variant-scoring.md. And what must never change them.

mod support;

use std::{
    collections::BTreeMap,
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use support::{Folder, genogloss, root, succeed};

/// Numbers in a row that look random and are the same everywhere (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        (self.next() % most as u64) as usize
    }

    fn bases(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b"ACGT"[self.below(4)])).collect()
    }
}

/// A variant: contig, 0-based position, REF, ALT.
type Variant = (String, usize, String, String);

/// Contigs with repeats, runs of N, and one that is shorter than any row.
fn genome(random: &mut Random) -> Vec<(String, String)> {
    let mut one = random.bases(700);
    for repeat in ["A", "AC", "CAG", "T", "GATA"] {
        one += &repeat.repeat(24 / repeat.len());
        one += &random.bases(500);
    }
    one += &"N".repeat(40);
    one += &random.bases(1000);
    one.truncate(one.len() / 10 * 10);
    vec![("one".into(), one), ("two".into(), random.bases(620)), ("three".into(), random.bases(90))]
}

/// `count` variants of all kinds, near ends and in repeats too, in order.
fn variants(genome: &[(String, String)], count: usize, random: &mut Random) -> Vec<Variant> {
    let mut all: Vec<(usize, Variant)> = Vec::new();
    while all.len() < count {
        let which = [0, 0, 0, 0, 0, 1, 1, 2][random.below(8)];
        let (name, bases) = &genome[which];
        let removed = [1, 1, 1, 2, 3, 4, 8, 13, 30][random.below(9)];
        let near_end = random.below(12);
        let start = match near_end {
            0 => random.below(30),
            1 => bases.len() - removed - random.below(30),
            _ => random.below(bases.len() - removed),
        };
        let reference = &bases[start..start + removed];
        let kind = random.below(6);
        let alternate = match kind {
            // The same length.
            0 | 1 => random.bases(removed),
            // A deletion, and an insertion, each with the base before it.
            2 => reference[..1].to_string(),
            3 => {
                let count = 1 + random.below(12);
                reference.to_string() + &random.bases(count)
            }
            // One copy more of what is there.
            4 => reference.to_string() + reference,
            _ => {
                let count = 1 + random.below(9);
                random.bases(count)
            }
        };
        if alternate != reference && !reference.contains('N') {
            all.push((which, (name.clone(), start, reference.into(), alternate)));
        }
    }
    all.sort_by_key(|(which, variant)| (*which, variant.1));
    all.into_iter().map(|(_, variant)| variant).collect()
}

fn fasta(genome: &[(String, String)]) -> String {
    genome.iter().map(|(name, bases)| format!(">{name}\n{bases}\n")).collect()
}

/// A VCF of records: each its position and alleles.
fn vcf<'a>(genome: &[(String, String)], records: impl IntoIterator<Item = &'a Variant>) -> String {
    let mut text = String::from("##fileformat=VCFv4.3\n");
    for (name, bases) in genome {
        text += &format!("##contig=<ID={name},length={}>\n", bases.len());
    }
    text += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
    for (contig, position, reference, alternate) in records {
        text += &format!("{contig}\t{}\t.\t{reference}\t{alternate}\t.\t.\t.\n", position + 1);
    }
    text
}

/// A card for the network of tests/models/deltas.
fn card(kind: &str, window: Value, heads: Value, strand: &str, variants: Value) -> Value {
    json!({
        "name": "deltas", "version": "1.0.0", "summary": "random weights, for tests", "license": "MIT", "kind": kind,
        "files": {"model": "model.onnx", "sha256": {"model.onnx": "6d93097a97396810fe1e4b20f2f8c03f0e42f9706d78b6a39a59dc7518eecae9"}},
        "input": {"encoding": "one-hot", "tensor": "sequence", "layout": "channels-first", "dtype": "f32", "unknown": "zeros"},
        "window": window, "heads": heads, "strand": strand, "variants": variants, "run": {"rows": 4, "tolerance": 2e-5}
    })
}

fn head(name: &str, activation: &str, labels: &[&str], bin: usize) -> Value {
    let mut head = json!({"name": name, "output": name, "activation": activation, "labels": labels});
    if bin > 0 {
        head["bin"] = bin.into();
        head["layout"] = "channels-first".into();
    }
    head
}

/// One model of each form.
fn forms() -> Vec<(&'static str, Value)> {
    let whole = || json!([head("whole", "softmax", &["a", "b", "c"], 0)]);
    let fine = || head("fine", "sigmoid", &["donor", "acceptor"], 1);
    let wide = || head("wide", "sigmoid", &["plus", "minus"], 10);
    let counts = |activation: &str| head("counts", activation, &["counts"], 1);
    let of = |span: u64| json!({"span": span, "core": span / 2, "stride": span / 2, "max_unknown": 1.0});
    let track = || json!({"span": 360, "core": 300, "stride": 300, "max_unknown": 1.0});
    let long = || json!({"span": 660, "core": 600, "stride": 600, "max_unknown": 1.0, "min_span": 80, "multiple": 10});
    let near = || json!({"distance": 50});
    let softmax = || {
        let mut head = head("fine", "softmax", &["none", "site"], 1);
        head["background"] = json!(["none"]);
        json!([head])
    };
    vec![
        ("windows, forward", card("classify", of(100), whole(), "forward", json!({}))),
        ("windows, average", card("classify", of(101), whole(), "average", json!({}))),
        ("windows, max", card("classify", of(101), whole(), "max", json!({}))),
        (
            "windows, any number",
            card(
                "regress",
                of(120),
                json!([head("whole", "identity", &["a", "b", "c"], 0)]),
                "max",
                json!({"compare": "sum"}),
            ),
        ),
        ("one-base bins", card("track", track(), json!([fine()]), "forward", near())),
        ("one-base bins, average", card("track", track(), json!([fine()]), "average", near())),
        ("one-base bins, max", card("track", track(), json!([fine()]), "max", near())),
        ("one-base bins, a background", card("track", track(), softmax(), "max", near())),
        (
            "one-base bins, deleted bases absent",
            card("track", track(), json!([fine()]), "forward", json!({"deleted": "absent"})),
        ),
        ("ten-base bins", card("track", track(), json!([wide()]), "forward", json!({}))),
        ("ten-base bins, max", card("track", long(), json!([wide()]), "max", near())),
        ("both bins", card("track", track(), json!([fine(), wide()]), "forward", near())),
        (
            "both bins, rows as long as needed",
            card("track", long(), json!([fine(), wide(), counts("softplus")]), "average", near()),
        ),
        (
            "both bins, rows as long as needed, far",
            card("track", long(), json!([wide(), fine()]), "forward", json!({"distance": 200})),
        ),
        ("logits", card("track", track(), json!([counts("identity")]), "forward", near())),
        (
            "counts, deleted bases are 0",
            card("track", track(), json!([counts("softplus")]), "max", json!({"distance": 20, "deleted": "zero"})),
        ),
        (
            "sum",
            card(
                "track",
                long(),
                json!([counts("softplus"), wide()]),
                "forward",
                json!({"distance": 60, "compare": "sum"}),
            ),
        ),
        (
            "log2fold",
            card(
                "track",
                long(),
                json!([counts("softplus"), wide()]),
                "average",
                json!({"distance": 60, "compare": "log2fold"}),
            ),
        ),
        (
            "l2",
            card(
                "track",
                long(),
                json!([counts("identity"), wide()]),
                "forward",
                json!({"distance": 60, "compare": "l2"}),
            ),
        ),
        (
            "js",
            card(
                "track",
                track(),
                json!([fine(), counts("softplus")]),
                "max",
                json!({"distance": 60, "compare": "js"}),
            ),
        ),
    ]
}

/// A folder with the network and a card.
fn model(folder: &Folder, card: &Value) -> String {
    let path = folder.path("model");
    std::fs::create_dir_all(&path).expect("a folder");
    std::fs::copy(root().join("tests/models/deltas/model.onnx"), format!("{path}/model.onnx")).expect("copied");
    std::fs::write(format!("{path}/card.yaml"), card.to_string()).expect("written");
    std::fs::write(format!("{path}/card.json"), card.to_string()).expect("written");
    path
}

/// INFO of every record, by key: a value an ALT.
fn infos(text: &str) -> Vec<BTreeMap<String, Vec<String>>> {
    let field = |field: &str| {
        let (key, value) = field.split_once('=').unwrap_or((field, ""));
        (key.to_string(), value.split(',').map(String::from).collect())
    };
    let records = text.lines().filter(|line| !line.starts_with('#'));
    records.map(|line| line.split('\t').nth(7).expect("INFO").split(';').map(field).collect()).collect()
}

/// A number of a field, or the reason why there is none.
fn value(info: &BTreeMap<String, Vec<String>>, key: &str, allele: usize) -> Result<f64, String> {
    match info.get(key).map(|values| values[allele].parse()) {
        Some(Ok(number)) => Ok(number),
        _ => Err(info.get("GG_SKIP").map_or_else(|| panic!("{key} of {info:?}"), |reasons| reasons[allele].clone())),
    }
}

/// Python with onnxruntime and numpy; says so when a test is skipped.
#[allow(clippy::print_stderr, reason = "a skipped test says why")]
fn python() -> Option<String> {
    let environment = std::env::var("VIRTUAL_ENV").map(|path| format!("{path}/bin/python"));
    let found = environment.into_iter().chain(["python3".into()]).find(|python| {
        let modules = Command::new(python).args(["-c", "import numpy, onnxruntime"]).stderr(Stdio::null()).status();
        modules.is_ok_and(|status| status.success())
    });
    if found.is_none() {
        eprintln!("SKIPPED: there is no Python with numpy and onnxruntime (make venv makes one)");
    }
    found
}

/// Largest difference that is none: the program writes six decimals, or six significant digits.
const TOLERANCE: f64 = 2e-5;

/// Compares what the program writes with what the reference script says; how many alleles and scores were compared, and the
/// largest difference of a delta.
fn compare(folder: &Folder, python: &str, form: &str, card: &Value, text: &str) -> (usize, f64) {
    let model = model(folder, card);
    let (genome, vcf) = (folder.path("genome.fa"), folder.write("variants.vcf", text));
    let written = infos(&succeed(&["variants", &vcf, "-f", &genome, "-m", &model, "--quiet"]));
    let script = root().join("tests/reference/variants.py").display().to_string();
    let expected = support::tool(python, &[&script, &model, &format!("{model}/card.json"), &genome, &vcf]);
    let (mut compared, mut worst) = (0, 0.0f64);
    for line in expected.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let (record, allele): (usize, usize) =
            (fields[0].parse().expect("a number"), fields[1].parse().expect("a number"));
        let info = &written[record];
        compared += 1;
        if fields[2] == "." {
            assert_eq!(info["GG_SKIP"][allele], fields[3], "{form}: {info:?}");
            continue;
        }
        let name = fields[2].replace(['-', '.'], "_");
        let number = |what: &str| value(info, &format!("GG_{what}_{name}"), allele);
        let near = |what: &str, expected: &str| {
            let (found, expected) = (number(what).expect("a number"), expected.parse::<f64>().expect("a number"));
            (found - expected).abs() < TOLERANCE.max(expected.abs() * 1e-5)
        };
        let delta = fields[5].parse::<f64>().expect("a number");
        worst = worst.max((number("DELTA").expect("a number") - delta).abs());
        assert!(near("DELTA", fields[5]), "{form}: record {record}, {line}, {info:?}");
        // Where nothing differs, all places are alike.
        if number("DELTA").expect("a number").abs() > TOLERANCE {
            for (what, expected) in [("REF", fields[3]), ("ALT", fields[4]), ("AT", fields[6])] {
                assert!(expected == "." || near(what, expected), "{form}: record {record}, {what} of {line}, {info:?}");
            }
        }
    }
    (compared, worst)
}

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
    let slice = support::read_repository("tests/data/chr20_slice.fa");
    let bases: String = slice.lines().skip(1).collect();
    let genome = vec![("chr20_3140001_3240000".to_string(), bases.to_ascii_uppercase())];
    folder.write("genome.fa", &slice);
    let variants = variants_of_slice(&genome);
    let vcf = folder.write("variants.vcf", vcf(&genome, &variants));
    let card: Value = serde_saphyr::from_str(&support::read_repository("models/human/card.yaml")).expect("a card");
    let card = folder.write("card.json", card.to_string());
    let written = infos(&succeed(&["variants", &vcf, "-f", &folder.path("genome.fa"), "--quiet"]));
    let (script, model) = (root().join("tests/reference/variants.py"), root().join("models/human"));
    let arguments = [script.display().to_string(), model.display().to_string(), card, folder.path("genome.fa"), vcf];
    let expected = support::tool(&python, &arguments.each_ref().map(String::as_str));
    for line in expected.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let info = &written[fields[0].parse::<usize>().expect("a number")];
        let found = value(info, &format!("GG_DELTA_{}", fields[2].replace(['-', '.'], "_")), 0).expect("a number");
        assert!((found - fields[5].parse::<f64>().expect("a number")).abs() < TOLERANCE, "{line}, {info:?}");
    }
    assert_eq!(expected.lines().count(), variants.len() * 12);
}

/// In promoters, exons and between them; at an end of the contig.
fn variants_of_slice(genome: &[(String, String)]) -> Vec<Variant> {
    let (name, bases) = &genome[0];
    let mut all = Vec::new();
    for at in [40, 14_219, 14_299, 14_364, 31_499, 35_489, 35_997, 40_646, 44_061, 99_900] {
        let reference = &bases[at..at + 1];
        let other = if reference == "A" { "C" } else { "A" };
        all.push((name.clone(), at, reference.to_string(), other.to_string()));
        all.push((name.clone(), at, reference.to_string(), format!("{reference}GTA")));
        all.push((name.clone(), at, bases[at..at + 6].to_string(), reference.to_string()));
    }
    all
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

/// Deltas of every record's first ALT, by field.
fn deltas(
    folder: &Folder,
    genome: &[(String, String)],
    variants: &[Variant],
    model: &str,
) -> Vec<BTreeMap<String, Vec<String>>> {
    let fasta = folder.write("genome.fa", fasta(genome));
    let vcf = folder.write("variants.vcf", vcf(genome, variants));
    infos(&succeed(&["variants", &vcf, "-f", &fasta, "-m", model, "--quiet"]))
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
    let slice = support::read_repository("tests/data/chr20_slice.fa");
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
        serde_saphyr::from_str(&support::read_repository("tests/models/splice/card.yaml")).expect("a card");
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
        let expected = support::tool(&python, &[&script, &model, &card, fasta, genes, &vcf]);
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
    let bases: String = support::read_repository(slice).lines().skip(1).collect();
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
