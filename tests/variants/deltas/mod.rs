//! REF, ALT and delta of `variants` against the network itself: tests/reference/variants.py computes them with ONNX Runtime and
//! numpy, by the definition in docs/concepts/variant-scoring.md. And what must never change them.

mod equivalence;
mod networks;
mod scores;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Folder, root, succeed};

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
    crate::support::python_with("numpy, onnxruntime")
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
    let expected = crate::support::tool(python, &[&script, &model, &format!("{model}/card.json"), &genome, &vcf]);
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
