//! `genogloss models new`: a first card of a network of somebody else, which two or three edits make complete.

use std::fs;

use crate::support::{Folder, Run, genogloss, root, succeed};

/// Makes a folder of a family's network, with lines of its card replaced.
fn made(folder: &Folder, family: &str, edits: &[(&str, &str)]) -> String {
    let network = root().join("tests/models").join(family).join("model.onnx").display().to_string();
    let path = folder.path(family.rsplit('/').next().expect("a name"));
    let said = succeed(&["models", "new", &network, "-o", &path]);
    assert!(said.contains("lines end in a ?") && said.contains(&format!("genogloss models check {path}")), "{said}");
    let card = format!("{path}/card.yaml");
    let mut text = fs::read_to_string(&card).expect("a card");
    for (from, to) in edits {
        assert!(text.contains(from), "{from}: {text}");
        text = text.replace(from, to);
    }
    fs::write(card, text).expect("written");
    path
}

/// Checks a model that must be right.
fn checked(path: &str) -> Run {
    let run = genogloss(&["models", "check", path, "--engine", "rten"]);
    let card = fs::read_to_string(format!("{path}/card.yaml")).expect("a card");
    assert_eq!(run.code, 0, "{path}: {}\n{card}", run.stderr);
    run
}

#[test]
fn the_first_card_of_a_network_runs_as_it_is() {
    let folder = Folder::new();
    for family in [
        "deepbind",
        "deepsea",
        "basset",
        "sei",
        "scbasset",
        "deepac",
        "deepstarr",
        "optimus-5prime",
        "deepvirfinder",
        "xpresso",
        "bpnet",
        "bpnet-lite",
        "chrombpnet",
        "half",
        "five-channels",
        "external",
    ] {
        let path = made(&folder, &format!("families/{family}"), &[]);
        let run = checked(&path);
        assert!(run.stdout.contains("windows, alone and together"), "{family}: {}", run.stdout);
    }
}

#[test]
fn a_few_edits_make_the_card_of_the_family() {
    let folder = Folder::new();
    let with_test = ("# self_test: self_test.tsv", "self_test: self_test.tsv");
    for (family, edits) in [
        (
            "families/deepbind",
            vec![
                ("unknown: zeros", "unknown: uniform"),
                ("name: y ", "name: score "),
                ("core: 40", "core: 20"),
                with_test,
            ],
        ),
        (
            "families/half",
            vec![
                ("activation: identity", "activation: sigmoid"),
                ("name: y ", "name: score "),
                ("[label_1, label_2]", "[a, b]"),
                ("core: 40 ", "min_span: 30\n  padding: centre\n  core: 40 "),
                ("strand: forward", "run: {tolerance: 0.0005}\nstrand: forward"),
                with_test,
            ],
        ),
        (
            "language/gpn",
            vec![
                ("span: 1000 ", "span: 41 "),
                ("core: 1000 ", "core: 41 "),
                ("stride: 1000", "stride: 41"),
                ("mask_id: 0 ", "mask_id: 5 "),
                ("strand: forward", "strand: average"),
                with_test,
            ],
        ),
    ] {
        let path = made(&folder, family, &edits);
        fs::copy(root().join("tests/models").join(family).join("self_test.tsv"), format!("{path}/self_test.tsv"))
            .expect("copied");
        let run = checked(&path);
        assert!(run.stdout.contains("sequences of the self-test, largest difference"), "{family}: {}", run.stdout);
    }
    // Borzoi's network does not say how many bins it has: the check does.
    let said = genogloss(&["models", "check", &made(&folder, "families/borzoi", &[]), "--engine", "rten"]);
    assert_eq!(said.code, 1, "{}", said.stdout);
    let other = Folder::new();
    let edits = [("bin: 1 ", "bin: 8 "), ("core: 96 ", "core: 64 "), ("stride: 96", "stride: 64")];
    succeed(&["models", "check", &made(&other, "families/borzoi", &edits), "--engine", "rten"]);
}

/// The tokens are in a file beside the network: `tokenizer.json` or `vocab.txt`.
#[test]
fn tokens_beside_the_network_are_taken() {
    let folder = Folder::new();
    for (family, edits, lines) in [
        (
            "families/dnabert-2",
            vec![("span: 1000 ", "span: 60 "), ("core: 1000 ", "core: 40 "), ("stride: 1000", "stride: 40")],
            vec!["  tokenizer: tokenizer.json\n", "  encoding: bpe ", "  fixed: false ", "  mask: attention_mask\n"],
        ),
        (
            "families/dnabert",
            vec![("span: 1000 ", "span: 40 "), ("core: 1000 ", "core: 20 "), ("stride: 1000", "stride: 20")],
            vec![
                "  vocabulary: vocab.txt\n",
                "  encoding: kmer ",
                "  k: 3\n",
                "  overlapping: true ",
                "prefix: \"[CLS]\" ",
            ],
        ),
        (
            "language/nucleotide-transformer",
            vec![],
            vec![
                "kind: masked ",
                "  k: 6\n",
                "  overlapping: false ",
                "prefix: \"<cls>\" ",
                "mask_id: 2 ",
                "padding_id: 1\n",
            ],
        ),
        (
            "families/segmentnt",
            vec![
                ("span: 1000 ", "span: 48 "),
                ("core: 960 ", "core: 48 "),
                ("stride: 960", "stride: 48"),
                ("unknown: token ", "unknown: skip "),
                ("bin: 20 ", "bin: 1 "),
            ],
            vec!["kind: track ", "layout: [rows, bins, labels, classes]\n", "    classes: 2\n"],
        ),
        (
            "language/hyenadna",
            vec![],
            vec!["  vocabulary: vocab.txt\n", "  encoding: kmer ", "  k: 1\n", "language:\n"],
        ),
    ] {
        let path = made(&folder, family, &[]);
        let card = fs::read_to_string(format!("{path}/card.yaml")).expect("a card");
        lines.iter().for_each(|line| assert!(card.contains(line), "{line}: {card}"));
        assert!(!card.contains("encoding: base"), "{card}");
        let edited = edits
            .iter()
            .fold(card, |card, (from, to)| card.replace(from, to))
            .replace("min_span: 100 ", "min_span: 20 ");
        fs::write(format!("{path}/card.yaml"), edited).expect("written");
        checked(&path);
    }
    // A network that reads channels needs no tokens.
    let near = Folder::new();
    let network = near.path("model.onnx");
    fs::copy(root().join("tests/models/families/deepbind/model.onnx"), &network).expect("copied");
    near.write("vocab.txt", "A\nC\n");
    succeed(&["models", "new", &network, "-o", &near.path("made")]);
    assert!(!fs::read_to_string(near.path("made/card.yaml")).expect("a card").contains("vocab"));
    assert!(!fs::exists(near.path("made/vocab.txt")).expect("known"));
    // What is no tokenizer is an error before anything is made.
    let ids = near.path("ids.onnx");
    fs::copy(root().join("tests/models/families/dnabert-2/model.onnx"), &ids).expect("copied");
    near.write("tokenizer.json", "{}");
    let error = genogloss(&["models", "new", &ids, "-o", &near.path("other")]).error(1);
    assert!(error.contains("tokenizer.json: it has no tokens"), "{error}");
    assert!(!fs::exists(near.path("other")).expect("known"));
}

#[test]
fn what_is_no_network_of_dna_is_said_and_leaves_nothing() {
    let folder = Folder::new();
    let text = folder.write("text.onnx", "not a network");
    let there = folder.path("there");
    fs::create_dir(&there).expect("made");
    let network = root().join("tests/models/families/deepbind/model.onnx").display().to_string();
    let before = folder.names();
    for (line, code, say) in [
        (vec![text.as_str(), "-o", &folder.path("new")], 1, "it is not an ONNX network"),
        (vec![network.as_str(), "-o", &there], 2, "there exists"),
        (vec!["absent.onnx", "-o", &folder.path("new")], 1, "absent.onnx"),
        (vec![network.as_str(), "-o", &folder.path("no/such/folder")], 1, "no/such"),
    ] {
        let error = genogloss(&[&["models", "new"], &line[..]].concat()).error(code);
        assert!(error.contains(say), "{line:?}: {error}");
        assert_eq!(folder.names(), before);
    }
}
