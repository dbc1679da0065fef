//! The engine convnet: which networks it takes, what it computes, and that nothing else changes a byte of it.

use std::fs;

use sha2::{Digest, Sha256};

use crate::support::{Folder, genogloss, ort_available, root, succeed};

const SLICE: &str = "tests/data/chr20_slice.fa";
const MODEL: &str = "tests/models/splice";

/// Every 37th base of the slice: substitutions, insertions and deletions.
fn variants(folder: &Folder, name: &str, chosen: impl Fn(usize) -> bool) -> String {
    let text = crate::support::read_repository(SLICE);
    let bases: String = text.lines().skip(1).collect();
    let contig = text.lines().next().and_then(|line| line[1..].split_whitespace().next()).expect("a name");
    let mut vcf = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n".to_string();
    for number in (0..1500).filter(|&number| chosen(number)) {
        let at = 30_000 + number * 37 / 3;
        let other = if &bases[at..=at] == "A" { "C" } else { "A" };
        let (reference, alternate) = match number % 5 {
            0 => (&bases[at..at + 1 + number % 40], bases[at..=at].to_string()),
            1 => (&bases[at..=at], format!("{}GTAAGT", &bases[at..=at])),
            _ => (&bases[at..=at], other.to_string()),
        };
        vcf.push_str(&format!("{contig}\t{}\t{number}\t{reference}\t{alternate}\t.\t.\t.\n", at + 1));
    }
    folder.write(name, vcf)
}

/// The scored records of a run, by their ID.
fn scored(folder: &Folder, vcf: &str, more: &[&str]) -> Vec<(String, String)> {
    let out = folder.path("out.vcf");
    let fixed =
        ["variants", vcf, "-f", SLICE, "--genes", "tests/data/slice_genes.gtf", "-m", MODEL, "--quiet", "-o", &out];
    succeed(&[&fixed[..], more].concat());
    let text = folder.read("out.vcf");
    let record = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        (fields[2].to_string(), fields[7].to_string())
    };
    text.lines().filter(|line| !line.starts_with('#')).map(record).collect()
}

#[test]
fn it_passes_the_check_of_models_of_its_kind_and_refuses_others_with_the_reason() {
    let run = genogloss(&["models", "check", MODEL, "--engine", "convnet"]).good();
    assert!(
        run.stdout.contains("changes of these sequences, by the networks for changes and by the windows"),
        "{}",
        run.stdout
    );
    let run = genogloss(&["models", "check", "human", "--engine", "convnet"]);
    let error = run.error(1);
    assert!(error.contains("it is not a network of convolutions that this engine runs: "), "{error}");
    assert!(error.contains("hint: omit --engine"), "{error}");
    let run = genogloss(&["ask", "--engine", "convnet", "gene=PCNA, annotation:description ="]);
    assert!(run.stderr.contains("it answers prompts"), "{}", run.stderr);
    let run = genogloss(&["scan", SLICE, "-m", MODEL, "--engine", "convnet", "--device", "cuda"]);
    assert!(run.error(2).contains("--engine convnet runs on the CPU only"));
}

#[test]
fn auto_takes_it_for_networks_of_its_kind() {
    let scan = |more: &[&str]| {
        let region = "chr20_3140001_3240000:1-2000";
        genogloss(&[&["scan", SLICE, "-r", region, "-m", MODEL], more].concat()).good().stderr
    };
    assert!(scan(&[]).contains(", convnet "));
    assert!(scan(&["--engine", "rten"]).contains(", rten "));
    let check = genogloss(&["models", "check", MODEL]).good().stdout;
    assert!(check.contains("  commands use convnet ") && check.contains("  rten "), "{check}");
    let check = genogloss(&["models", "check", "core-promoter"]).good().stdout;
    assert!(!check.contains("convnet"), "{check}");
    let folder = Folder::new();
    let vcf = variants(&folder, "in.vcf", |number| number % 500 == 0);
    let [auto, named] = [&[][..], &["--engine", "convnet"]].map(|more| scored(&folder, &vcf, more));
    assert_eq!(auto, named);
    let manifest: serde_json::Value = serde_json::from_str(&folder.read("out.vcf.manifest.json")).expect("JSON");
    assert_eq!(manifest["model"]["engine"], "convnet");
}

/// A copy of the model whose first network for windows is another one.
fn changed(folder: &Folder, change: impl Fn(&mut Vec<u8>)) -> String {
    let digest = |bytes: &[u8]| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let (mut card, from) = (crate::support::read_repository(&format!("{MODEL}/card.yaml")), root().join(MODEL));
    for entry in fs::read_dir(&from).expect("a folder") {
        let name = entry.expect("a file").file_name().into_string().expect("a name");
        let mut bytes = fs::read(from.join(&name)).expect("a file");
        if name == "window1.onnx" {
            let before = digest(&bytes);
            change(&mut bytes);
            card = card.replace(&before, &digest(&bytes));
        }
        folder.write(&name, bytes);
    }
    folder.write("card.yaml", card);
    folder.path("")
}

/// The first place of these bytes.
fn find(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes.windows(wanted.len()).position(|part| part == wanted).expect("bytes")
}

#[test]
fn where_a_network_is_nearly_of_its_kind_one_line_says_why_it_does_not_run() {
    let folder = Folder::new();
    // Strides across the height of 1 change nothing: the other engines say the same.
    let model = changed(&folder, |bytes| {
        let at = find(bytes, b"strides\x40\x01\x40\x01") + b"strides\x40".len();
        bytes[at] = 2;
    });
    let scan = |model: &str, more: &[&str]| {
        let region = "chr20_3140001_3240000:40001-42500";
        genogloss(&[&["scan", SLICE, "-r", region, "-m", model, "--format", "tsv"], more].concat())
    };
    let run = scan(&model, &[]).good();
    let said: Vec<&str> = run.stderr.lines().filter(|line| line.contains("convnet")).collect();
    assert!(
        matches!(said[..], [one] if one.contains("convnet does not run it: ") && one.contains("(Conv): strides")),
        "{said:?}"
    );
    let engine = if ort_available() { "ort" } else { "rten" };
    assert_eq!(run.stdout, scan(MODEL, &["--engine", engine]).good().stdout);
    let error = scan(&model, &["--engine", "convnet"]).error(1);
    assert!(error.contains("the node that writes t2 (Conv): strides"), "{error}");
}

#[test]
fn weights_that_are_no_numbers_are_refused_with_the_node() {
    let folder = Folder::new();
    let model = changed(&folder, |bytes| {
        // The raw values of the stem's weights: 96 bytes.
        let at = find(bytes, b"\x4a\x60") + 2;
        bytes[at + 8..at + 12].copy_from_slice(&f32::NAN.to_le_bytes());
    });
    let run = genogloss(&["scan", SLICE, "-r", "chr20_3140001_3240000:1-2000", "-m", &model, "--engine", "convnet"]);
    let error = run.error(1);
    assert!(error.contains("the node that writes t2 (Conv): a weight is infinite or not a number"), "{error}");
}

#[test]
fn contigs_shorter_than_the_context_have_the_scores_of_the_other_engines() {
    let folder = Folder::new();
    let bases: String = crate::support::read_repository(SLICE).lines().skip(1).collect();
    let lens = [1usize, 30, 150, 260];
    let mut fasta = String::new();
    let mut genes = String::from("#NAME\tCHROM\tSTRAND\tTX_START\tTX_END\tEXON_START\tEXON_END\n");
    let mut vcf = String::from("##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n");
    for (index, len) in lens.into_iter().enumerate() {
        let own = &bases[40_000..40_000 + len];
        fasta.push_str(&format!(">c{index}\n{own}\n"));
        genes.push_str(&format!("g{index}\tc{index}\t{}\t0\t{len}\t0,\t{len},\n", ["+", "-"][index % 2]));
        for at in [0, len / 2, len - 1] {
            let reference = &own[at..=at];
            let other = if reference == "A" { "C" } else { "A" };
            vcf.push_str(&format!("c{index}\t{}\t.\t{reference}\t{other},{reference}GTAAG\t.\t.\t.\n", at + 1));
        }
    }
    let [fasta, genes, vcf] =
        [("c.fa", fasta), ("genes.txt", genes), ("in.vcf", vcf)].map(|(name, text)| folder.write(name, text));
    let run = |engine: &str| {
        let fixed = ["variants", &vcf, "-f", &fasta, "--genes", &genes, "-m", MODEL, "--quiet", "--engine", engine];
        succeed(&fixed).lines().filter(|line| !line.starts_with('#')).map(String::from).collect::<Vec<_>>()
    };
    let (own, other) = (run("convnet"), run("rten"));
    assert!(own.iter().filter(|line| line.contains("GG_EFFECT=")).count() >= 9, "{own:?}");
    assert_eq!(own.len(), other.len());
    own.iter().zip(&other).for_each(|(own, other)| _ = assert_close(own, own, other));
}

/// Numbers with decimals are the same but for the last digit; returns how many.
fn assert_close(id: &str, own: &str, other: &str) -> usize {
    let numbers = |info: &str| -> Vec<f64> {
        info.split([';', '|', ',', '='])
            .filter(|part| part.contains('.'))
            .filter_map(|part| part.parse().ok())
            .collect()
    };
    let (own, other) = (numbers(own), numbers(other));
    assert_eq!(own.len(), other.len(), "{id}");
    own.iter().zip(&other).for_each(|(a, b)| assert!((a - b).abs() < 1.5e-4, "{id}: {a} and {b}"));
    own.len()
}

#[test]
fn its_scores_are_those_of_the_other_engines_but_for_the_last_digits() {
    let folder = Folder::new();
    let vcf = variants(&folder, "in.vcf", |number| number % 7 == 0);
    let [own, other] = ["convnet", "rten"].map(|engine| scored(&folder, &vcf, &["--engine", engine]));
    assert_eq!(own.len(), other.len());
    let mut compared = 0;
    for ((id, own), (_, other)) in own.iter().zip(&other) {
        compared += assert_close(id, own, other);
    }
    assert!(compared > 500, "{compared}");
}

#[test]
fn neither_threads_nor_batches_nor_other_variants_change_a_byte() {
    let folder = Folder::new();
    let all = variants(&folder, "all.vcf", |_| true);
    let whole = scored(&folder, &all, &["--engine", "convnet", "-t", "1"]);
    assert!(whole.iter().filter(|(_, info)| info.contains("GG_EFFECT=")).count() > 1000);
    for more in
        [&["-t", "3", "--batch-rows", "5"][..], &["-t", "2", "--batch-rows", "1"], &["-t", "1", "--batch-rows", "1000"]]
    {
        assert!(scored(&folder, &all, &[&["--engine", "convnet"], more].concat()) == whole, "{more:?}");
    }
    for (name, step) in [("some.vcf", 3), ("few.vcf", 101)] {
        let some = variants(&folder, name, |number| number % step == 1);
        let wanted: Vec<_> =
            whole.iter().filter(|(id, _)| id.parse::<usize>().is_ok_and(|id| id % step == 1)).cloned().collect();
        assert_eq!(scored(&folder, &some, &["--engine", "convnet", "-t", "1"]), wanted);
    }
    let shards: Vec<_> = (1..4)
        .flat_map(|shard| scored(&folder, &all, &["--engine", "convnet", "--shard", &format!("{shard}/3")]))
        .collect();
    assert!(shards == whole);
}

#[test]
fn windows_of_a_region_are_those_of_the_whole() {
    let scan = |more: &[&str]| {
        succeed(&[&["scan", SLICE, "-m", MODEL, "--engine", "convnet", "--format", "tsv", "--quiet"], more].concat())
    };
    let whole = scan(&["-t", "1"]);
    assert_eq!(scan(&["-t", "3", "--batch-rows", "7"]), whole);
    let part = scan(&["-r", "chr20_3140001_3240000:40001-42500"]);
    assert!(part.lines().skip(1).count() > 2000);
    assert!(part.lines().all(|line| whole.contains(line)));
}
