//! The engine convnet: which networks it takes, what it computes, and that nothing else changes a byte of it.

use crate::support::{Folder, genogloss, succeed};

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
fn it_runs_only_where_it_is_asked_for() {
    let scan = |more: &[&str]| {
        let region = "chr20_3140001_3240000:1-2000";
        genogloss(&[&["scan", SLICE, "-r", region, "-m", MODEL], more].concat()).good().stderr
    };
    assert!(!scan(&[]).contains(", convnet "));
    assert!(scan(&["--engine", "convnet"]).contains(", convnet "));
    assert!(!genogloss(&["models", "check", MODEL]).good().stdout.contains("convnet"));
}

#[test]
fn its_scores_are_those_of_the_other_engines_but_for_the_last_digits() {
    let folder = Folder::new();
    let vcf = variants(&folder, "in.vcf", |number| number % 7 == 0);
    let [own, other] = ["convnet", "rten"].map(|engine| scored(&folder, &vcf, &["--engine", engine]));
    assert_eq!(own.len(), other.len());
    let mut compared = 0;
    for ((id, own), (_, other)) in own.iter().zip(&other) {
        let numbers = |info: &str| -> Vec<f64> {
            info.split([';', '|', ',', '='])
                .filter(|part| part.contains('.'))
                .filter_map(|part| part.parse().ok())
                .collect()
        };
        let (own, other) = (numbers(own), numbers(other));
        assert_eq!(own.len(), other.len(), "{id}");
        own.iter().zip(&other).for_each(|(a, b)| assert!((a - b).abs() < 1.5e-4, "{id}: {a} and {b}"));
        compared += own.len();
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
