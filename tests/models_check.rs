//! `models check` lets nothing pass that cannot run, and what it says to change in the card helps. The networks are those of
//! tests/reference/make_check.py, whose scores can be worked out by hand.

use std::{fs, time::Instant};

use sha2::{Digest, Sha256};

use crate::support::{Folder, Run, genogloss, ort_available, root, succeed};

/// A folder of a network, by the lines of its card that differ from model to model.
struct Model {
    folder: Folder,
    name: String,
    input: String,
    window: String,
    head: String,
    more: String,
    vocabulary: Option<String>,
    tokenizer: Option<String>,
}

/// One-hot windows of 40 bases, cores of 20.
fn one_hot(network: &str) -> Model {
    let model = Model {
        folder: Folder::new(),
        name: "m".into(),
        input: "encoding: one-hot, tensor: x, layout: channels-first, dtype: f32, unknown: zeros".into(),
        window: "span: 40, core: 20, stride: 20, min_span: 20".into(),
        head: "name: share, output: y, activation: identity, labels: [ac, g]".into(),
        more: String::new(),
        vocabulary: None,
        tokenizer: None,
    };
    fs::copy(root().join(format!("tests/models/check/{network}.onnx")), model.folder.path("model.onnx"))
        .expect("copied");
    model
}

/// Ids by a vocabulary of the four bases, N and words of six bases, whose ids are all 9.
fn ids(network: &str, window: &str) -> Model {
    let mut model = one_hot(network);
    model.input = "encoding: kmer, k: 1, tensor: ids, layout: tokens, dtype: i64, unknown: token".into();
    model.window = window.into();
    model.head = "name: share, output: y, activation: identity, labels: [mean, nothing]".into();
    model.vocabulary = Some("[UNK]\n[SEP]\nA\nC\nG\nT\nN\n".into());
    model
}

impl Model {
    /// Writes the card, and returns the folder.
    fn path(&self) -> String {
        let mut digests = String::new();
        let mut files = "model: model.onnx".to_string();
        let mut add = |key: &str, file: &str, content: &Option<String>| {
            if let Some(content) = content {
                self.folder.write(file, content);
                files.push_str(&format!(", {key}: {file}"));
            }
        };
        add("vocabulary", "vocab.txt", &self.vocabulary);
        add("tokenizer", "tokenizer.json", &self.tokenizer);
        for file in ["model.onnx", "vocab.txt", "tokenizer.json"] {
            if let Ok(content) = fs::read(self.folder.path(file)) {
                let digest: String = Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect();
                digests.push_str(&format!("{file}: {digest}, "));
            }
        }
        let Self { name, input, window, head, more, .. } = self;
        self.folder.write(
            "card.yaml",
            format!(
                "name: {name}\nversion: 1.0.0\nsummary: a test\nlicense: MIT\nkind: regress\nfiles: {{{files}, sha256: {{{digests}}}}}\n\
                 input: {{{input}}}\nwindow: {{{window}}}\nheads: [{{{head}}}]\n{more}\n"
            ),
        );
        self.folder.path("")
    }

    fn check(&self, engine: &str) -> Run {
        genogloss(&["models", "check", &self.path(), "--engine", engine])
    }

    /// Check fails with all these words.
    fn refused(&self, engine: &str, words: &[&str]) {
        let run = self.check(engine);
        assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
        words.iter().for_each(|word| assert!(run.stderr.contains(word), "{word}: {}", run.stderr));
    }

    fn passes(&self, engine: &str) -> String {
        let run = self.check(engine);
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
        run.stdout
    }

    /// Start, scores and skip reason of each window.
    fn scan(&self, fasta: &str, more: &[&str]) -> Vec<(u64, Vec<f64>, String)> {
        let fasta = self.folder.write("in.fa", fasta);
        let model = self.path();
        let text = succeed(&[&["scan", &fasta, "-m", &model, "--format", "tsv", "--quiet"], more].concat());
        text.lines()
            .skip(1)
            .map(|line| {
                let fields: Vec<&str> = line.split('\t').collect();
                let scores = fields[5..7].iter().filter_map(|score| score.parse().ok()).collect();
                (fields[1].parse().expect("a start"), scores, fields[7].into())
            })
            .collect()
    }
}

fn engines() -> Vec<&'static str> {
    if ort_available() { vec!["ort", "rten"] } else { vec!["rten"] }
}

/// 200 bases: A, C, G and T by the place.
fn contig() -> String {
    let bases: String = (0..200).map(|at| char::from(b"ACGT"[at * at / 7 % 4])).collect();
    format!(">c\n{bases}\n")
}

#[test]
fn a_good_network_passes_and_what_runs_it_is_said() {
    for engine in engines() {
        let said = one_hot("good").passes(engine);
        assert!(said.contains("windows, alone and together, largest difference"), "{said}");
        assert!(said.contains("commands use "), "{said}");
    }
}

#[test]
fn rows_are_as_many_as_the_first_axis_of_the_network_says() {
    let good = one_hot("good").scan(&contig(), &[]);
    for (network, rows) in [("one-row", "1"), ("four-rows", "4")] {
        for engine in engines() {
            let mut model = one_hot(network);
            assert!(model.passes(engine).contains(&format!("{rows} rows in every call")), "{network}");
            assert_eq!(model.scan(&contig(), &["--engine", engine]), good, "{network} {engine}");
            for strand in ["average", "max"] {
                model.more = format!("strand: {strand}");
                model.passes(engine);
            }
            model.more = "run: {rows: 7}".into();
            model.refused(engine, &[&format!("{rows} in the network"), "7 in the card", "remove run: rows"]);
        }
    }
}

#[test]
fn where_one_row_a_call_helps_it_is_said_and_does() {
    for (network, say) in [("reshaped", "does not run"), ("scaled", "rows depend on each other")] {
        for engine in engines() {
            let mut model = one_hot(network);
            model.refused(engine, &[say, "run: {rows: 1}"]);
            model.more = "run: {rows: 1}".into();
            model.passes(engine);
            // Whole and by region, and on reads and variants as well.
            let whole = model.scan(&contig(), &["--engine", engine]);
            for window in &whole {
                let region = format!("c:{}-{}", window.0 + 1, window.0 + 20);
                assert_eq!(model.scan(&contig(), &["--engine", engine, "-r", &region]), std::slice::from_ref(window));
            }
            let bases = contig().lines().nth(1).expect("bases").to_string();
            let row = &bases[90..130];
            let reads = model.folder.write("in.fq", format!("@r\n{row}\n+\n{}\n", "I".repeat(40)));
            let folder = model.path();
            let read = succeed(&["reads", &reads, "-m", &folder, "--engine", engine, "--quiet"]);
            let score = |line: &str| -> f64 {
                line.split('\t').find_map(|field| field.contains('.').then(|| field.parse().ok())?).expect("a score")
            };
            let wanted = whole.iter().find(|window| window.0 == 100).expect("a window").1[0];
            assert!((score(read.lines().last().expect("a line")) - wanted).abs() < 1e-5, "{read} {wanted}");
            let vcf = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
            let record = |at: usize| {
                format!(
                    "c\t{at}\t.\t{}\t{}\t.\t.\t.\n",
                    &bases[at - 1..at],
                    if &bases[at - 1..at] == "A" { "C" } else { "A" }
                )
            };
            let fasta = model.folder.write("in.fa", contig());
            let variants = |records: &[usize]| -> Vec<String> {
                let text = vcf.to_string() + &records.iter().map(|&at| record(at)).collect::<String>();
                let input = model.folder.write("in.vcf", text);
                let out = succeed(&["variants", &input, "-f", &fasta, "-m", &folder, "--engine", engine, "--quiet"]);
                out.lines().filter(|line| !line.starts_with('#')).map(String::from).collect()
            };
            let together = variants(&[60, 101, 130]);
            let alone = [60, 101, 130].map(|at| variants(&[at]).remove(0));
            assert_eq!(together, alone);
        }
    }
}

#[test]
fn what_does_not_run_is_refused_by_check() {
    for engine in engines() {
        one_hot("wide").refused(engine, &["4"]);
        one_hot("nan").refused(engine, &["all infinite or not a number"]);
        one_hot("ids").refused(engine, &["\"x\" is not in the network"]);
    }
    if ort_available() {
        for engine in ["auto", "ort"] {
            one_hot("f16-in").refused(engine, &["is f16 in the network, f32 in the card", "`input: dtype: f16`"]);
        }
    }
}

#[test]
fn numbers_are_converted_to_the_types_of_the_network() {
    let good = one_hot("good").scan(&contig(), &[]);
    for engine in engines() {
        let mut half = one_hot("f16-in");
        half.input = half.input.replace("f32", "f16");
        let mut masked = ids("ids-mask32", "span: 40, core: 40, stride: 40");
        masked.input.push_str(", mask: mask");
        masked.passes(engine);
        for model in [one_hot("f64-out"), half] {
            model.passes(engine);
            assert_eq!(model.scan(&contig(), &["--engine", engine]), good, "{engine}");
        }
    }
}

#[test]
fn the_engine_that_runs_decides() {
    let model = one_hot("format-14");
    model.passes("rten");
    if !ort_available() {
        return;
    }
    let run = model.check("auto");
    // A newer ONNX Runtime may know the format.
    if run.code == 0 {
        return;
    }
    assert!(run.stderr.contains("hint: --engine rten runs it"), "{}", run.stderr);
    assert!(run.stdout.contains("ONNX Runtime: failed"), "{}", run.stdout);
    assert!(run.stdout.contains("rten") && run.stdout.contains("windows, alone and together"), "{}", run.stdout);
}

#[test]
fn scores_that_are_no_numbers_are_said() {
    for engine in engines() {
        let mut model = one_hot("nan-at-n");
        let said = model.passes(engine);
        assert!(
            said.contains("2 of 2 scores of a window of 20 known bases and 20 N are infinite or not a number"),
            "{said}"
        );
        model.window.push_str(", max_unknown: 0");
        assert!(!model.passes(engine).contains("not a number"));
    }
}

#[test]
fn a_window_of_too_many_tokens_has_a_place_and_a_reason() {
    // Of these 100 bases, the last 40 are one window with more than 64 tokens: a token for each base.
    let fasta = format!(">c\n{}{}\n", "ACGT".repeat(25), "A".repeat(100));
    let span = "span: 100, core: 100, stride: 100, min_span: 10";
    for engine in engines() {
        let mut model = ids("ids-64", span);
        let input = model.input.clone();
        model.refused(engine, &["a window of known bases does not run", "add `max_tokens: 64`"]);
        let path = model.path();
        let file = model.folder.write("in.fa", &fasta);
        let run = genogloss(&["scan", &file, "-m", &path, "--engine", engine]);
        assert_eq!(run.code, 1);
        assert!(run.stderr.contains("c:1-100: 100 tokens"), "{}", run.stderr);
        assert!(run.stderr.contains("max_tokens"), "{}", run.stderr);
        let reads = model.folder.write("in.fq", format!("@long\n{}\n+\n{}\n", "A".repeat(100), "I".repeat(100)));
        let run = genogloss(&["reads", &reads, "-m", &path, "--engine", engine]);
        assert!(run.code == 1 && run.stderr.contains("read long: 100 tokens"), "{}", run.stderr);
        let vcf = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nc\t150\t.\tA\tC\t.\t.\t.\n";
        let vcf = model.folder.write("in.vcf", vcf);
        let run = genogloss(&["variants", &vcf, "-f", &file, "-m", &path, "--engine", engine]);
        assert!(run.code == 1 && run.stderr.contains("record 1 (c:150): 100 tokens"), "{}", run.stderr);

        // Too long a limit does not pass.
        model.input = format!("{input}, max_tokens: 90");
        model.window = "span: 80, core: 80, stride: 80, fixed: false, min_span: 10".into();
        model.more = "run: {rows: 1}".into();
        model.refused(engine, &["80 tokens", "add `max_tokens: 64`"]);

        // All windows too long: nothing would ever run.
        (model.window, model.more) = (span.into(), String::new());
        model.input = format!("{input}, max_tokens: 64");
        model.refused(engine, &["all windows have more tokens than max_tokens"]);
        assert_eq!(model.scan(&fasta, &["--engine", engine])[0].2, "too_many_tokens");
        let read = succeed(&["reads", &reads, "-m", &path, "--engine", engine, "--quiet"]);
        assert!(read.contains("too_many_tokens"), "{read}");
        let out = succeed(&["variants", &vcf, "-f", &file, "-m", &path, "--engine", engine, "--quiet"]);
        assert!(out.contains("too_many_tokens"), "{out}");

        // Cut, the first 64 tokens are read, the last of them the suffix: 63 of ACGT (ids 2 3 4 5) and id 1.
        model.input = format!("{input}, suffix: '[SEP]', max_tokens: 64, too_many_tokens: truncate");
        model.passes(engine);
        let scores = model.scan(&fasta, &["--engine", engine]);
        let wanted = (15.0 * 14.0 + 9.0 + 1.0) / 64.0;
        assert!((scores[0].1[0] - wanted).abs() < 1e-5, "{scores:?} {wanted}");
        assert!((scores[1].1[0] - (63.0 * 2.0 + 1.0) / 64.0).abs() < 1e-5, "{scores:?}");
        model.input = format!("{input}, suffix: '[SEP]', max_tokens: 1, too_many_tokens: truncate");
        model.refused(engine, &["max_tokens must be over 1"]);
    }
}

#[test]
fn a_limit_that_leaves_no_room_for_a_base_is_refused() {
    let folder = Folder::new();
    for file in ["model.onnx", "tokenizer.json"] {
        std::fs::copy(root().join("tests/models/bpe").join(file), folder.path(file)).expect("copied");
    }
    let card = crate::support::read_repository("tests/models/bpe/card.yaml").replace("self_test: self_test.tsv\n", "");
    let fasta = folder.write("c.fa", format!(">c\n{}\n", "ACGTTGCA".repeat(20)));
    for (most, code) in [(2, 1), (3, 0)] {
        let limit = format!("padding_id: 0, max_tokens: {most}, too_many_tokens: truncate");
        folder.write("card.yaml", card.replace("padding_id: 0", &limit));
        let run = genogloss(&["scan", &fasta, "-m", &folder.path(""), "--quiet"]);
        assert_eq!(run.code, code, "{most}: {}", run.stderr);
        assert!(code == 0 || run.stderr.contains("max_tokens must be over 2"), "{}", run.stderr);
    }
}

#[test]
fn windows_differ_in_tokens_and_only_long_ones_are_skipped() {
    // Words of six bases are one token; where there is an N, bases are tokens of their own.
    let mut model = ids("ids-64", "span: 120, core: 120, stride: 120, min_span: 10, max_unknown: 0.9");
    let words =
        (0..4096).map(|number| (0..6).map(|at| char::from(b"ACGT"[number >> (2 * at) & 3])).collect::<String>());
    model.vocabulary = Some("[UNK]\nA\nC\nG\nT\nN\n".to_string() + &words.collect::<Vec<_>>().join("\n"));
    model.input = model.input.replace("k: 1", "k: 6");
    let fasta = format!(">c\n{}{}{}\n", "A".repeat(120), "ANNNNNANNNNN".repeat(10), "A".repeat(120));
    for engine in engines() {
        let input = model.input.clone();
        model.refused(engine, &["60 known bases and 60 N does not run: 70 tokens", "add `max_tokens: 64`"]);
        model.input = format!("{input}, max_tokens: 64");
        model.passes(engine);
        let reasons: Vec<String> =
            model.scan(&fasta, &["--engine", engine]).into_iter().map(|window| window.2).collect();
        assert_eq!(reasons, [".", "too_many_tokens", "."]);
        // Windows of a read have the same reasons, each its own.
        let read = model.folder.write("r.fa", format!("{}{}\n", fasta.trim_end(), "N".repeat(120)));
        let each = ["reads", &read, "-m", &model.path(), "--engine", engine, "--quiet", "--each-window"];
        let lines = succeed(&each);
        let reasons: Vec<&str> = lines.lines().skip(1).filter_map(|line| line.rsplit('\t').next()).collect();
        assert_eq!(reasons, [".", "too_many_tokens", ".", "unknown_bases"]);
        model.input = input;
    }
}

#[test]
fn an_unknown_base_is_the_vocabularys_n_where_a_token_is_a_base() {
    // HyenaDNA's character tokenizer has N, and its [UNK] is for what is no base at all.
    let mut model = ids("ids", "span: 10, core: 10, stride: 10, max_unknown: 1");
    assert_eq!(
        model.scan(">c\nNNNNNNNNNN\nAAAAANNNNN\nryAAAAAAAA\n", &[]).iter().map(|w| w.1[0]).collect::<Vec<_>>(),
        [6.0, 4.0, 2.8]
    );
    model.vocabulary = Some("[UNK]\n[SEP]\nA\nC\nG\nT\n".into());
    assert_eq!(model.scan(">c\nNNNNNNNNNN\n", &[])[0].1, [0.0, 0.0]);
}

#[test]
fn hostile_folders_are_one_clear_line() {
    let check = |model: &Model, words: &[&str]| {
        let begun = Instant::now();
        for engine in engines() {
            model.refused(engine, words);
            let run = model.check(engine);
            assert!(
                !run.stderr.contains("panicked")
                    && run.stderr.lines().filter(|l| l.starts_with("error: ")).count() == 1,
                "{}",
                run.stderr
            );
        }
        assert!(begun.elapsed().as_secs() < 60, "{words:?}");
    };
    let vocabulary = |text: &str, words: &[&str]| {
        let mut model = ids("ids", "span: 10, core: 10, stride: 10");
        model.vocabulary = Some(text.into());
        check(&model, words);
    };
    vocabulary("[UNK]\nA\nC\nG\nT\nA\n", &["vocab.txt", "line 6: token A already exists, in line 2"]);
    vocabulary("[UNK]\nA\n\nC\nG\nT\n", &["vocab.txt", "line 3 is blank"]);
    vocabulary("", &["vocab.txt", "no token for unknown"]);
    for text in ["not JSON", "{}", "[1]", "{\"model\": {\"type\": \"BPE\"}}"] {
        let mut model = ids("ids", "span: 10, core: 10, stride: 10");
        model.input = "encoding: bpe, tensor: ids, layout: tokens, dtype: i64, unknown: token".into();
        (model.vocabulary, model.tokenizer) = (None, Some(text.into()));
        check(&model, &["tokenizer.json", "it is not a tokenizer"]);
    }
    for (more, words) in [
        ("run: {rows: 1099511627776}", "rows must be between"),
        ("run: {rows: -1}", "card.yaml"),
        ("variants: {max_allele: -1}", "card.yaml"),
        ("colour: red", "colour"),
    ] {
        let mut model = one_hot("good");
        model.more = more.into();
        check(&model, &[words]);
    }
    for window in [
        "span: 1099511627776, core: 20, stride: 20",
        "span: -40, core: 20, stride: 20",
        "span: 40, core: 20, stride: 0",
        "span: 40, core: 20, stride: 9223372036854775807",
        "span: 40, core: 20, stride: 20, min_span: 1099511627776",
        "span: forty, core: 20, stride: 20",
    ] {
        let mut model = one_hot("good");
        model.window = window.into();
        check(&model, &["card.yaml"]);
    }
    // A stride of which there is one on any contig.
    let mut model = one_hot("good");
    model.window = "span: 40, core: 20, stride: 1099511627776".into();
    model.more = format!("variants: {{max_allele: {0}, distance: {0}}}", u64::MAX);
    assert_eq!(model.scan(&contig(), &[]).len(), 1);
    let labels: Vec<String> = (0..3).map(|label| format!("l{label}")).collect();
    let mut model = one_hot("good");
    model.head = format!("name: share, output: y, activation: identity, labels: [{}]", labels.join(", "));
    check(&model, &["shape"]);
    // Aliases of aliases: ten billion strings.
    let mut laughs = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n".to_string();
    for level in 1..10 {
        laughs.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", ")));
    }
    let mut model = one_hot("good");
    model.more = format!("{laughs}notes: *a9");
    check(&model, &["card.yaml"]);
}

#[test]
fn networks_that_are_none_are_refused() {
    let network = fs::read(root().join("tests/models/check/good.onnx")).expect("a network");
    let folder = one_hot("good");
    for len in (0..network.len() - 1).step_by(23) {
        folder.folder.write("model.onnx", &network[..len]);
        let run = folder.check("auto");
        assert!(run.code == 1 && !run.stderr.contains("panicked"), "{len} bytes: {} {}", run.code, run.stderr);
    }
    for content in [&b"not a network"[..], &[0xff; 300], b"{}"] {
        folder.folder.write("model.onnx", content);
        for engine in engines() {
            folder.refused(engine, &["model.onnx"]);
        }
    }
    for content in [&b""[..], b"\x08\x08"] {
        folder.folder.write("model.onnx", content);
        for engine in engines() {
            folder.refused(engine, &["model.onnx: it is not an ONNX network, or it is damaged: it has no graph"]);
        }
    }
}

#[test]
fn an_operator_that_no_engine_has_is_named_with_a_hint() {
    let mut network = fs::read(root().join("tests/models/check/good.onnx")).expect("a network");
    let at = network.windows(6).position(|bytes| bytes == b"MatMul").expect("the operator");
    network[at..at + 6].copy_from_slice(b"MatMol");
    let model = one_hot("good");
    model.folder.write("model.onnx", network);
    model.refused("rten", &["MatMol", "hint: "]);
    if ort_available() {
        model.refused("ort", &["MatMol", "hint: export the network with operators of the ONNX standard"]);
        model.refused("auto", &["MatMol", "hint: export the network with operators of the ONNX standard"]);
    }
}

#[test]
fn lines_of_a_card_that_nobody_has_decided_are_counted() {
    let mut model = one_hot("good");
    assert!(!model.passes("rten").contains("decide"));
    model.more = "strand: forward   # ? forward, average or max\ntrained_on: [a]   # no question\n".into();
    assert!(model.passes("rten").contains("  1 lines of the card are marked with \"# ?\""));
}

#[cfg(unix)]
#[test]
fn files_of_other_kinds_are_not_opened() {
    let model = one_hot("good");
    let path = model.path();
    let network = model.folder.path("model.onnx");
    fs::remove_file(&network).expect("removed");
    crate::support::shell(&format!("mkfifo '{network}'"));
    let run = genogloss(&["models", "check", &path]);
    assert!(run.code == 1 && run.stderr.contains("model.onnx is not a file"), "{}", run.stderr);
    fs::remove_file(&network).expect("removed");
    std::os::unix::fs::symlink(root().join("tests/models/check/good.onnx"), &network).expect("a link");
    let run = genogloss(&["models", "check", &path]);
    assert!(run.code == 1 && run.stderr.contains("link to a file outside of the folder"), "{}", run.stderr);
}

#[test]
fn a_vocabulary_that_is_not_the_cards_is_not_parsed() {
    let model = ids("ids", "span: 10, core: 10, stride: 10");
    let path = model.path();
    // Damaged in a way that would be found when it is parsed, too: the digest is what is said.
    model.folder.write("vocab.txt", "A\nA\n");
    for command in [vec!["models", "check", &path], vec!["scan", "tests/data/chr20_slice.fa", "-m", &path]] {
        let run = genogloss(&command);
        assert!(
            run.code == 1 && run.stderr.contains("vocab.txt has another checksum than in the card"),
            "{}",
            run.stderr
        );
    }
}
