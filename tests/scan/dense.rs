//! The built-in dense model: one pass over long windows gives what window by window gives, and finds what is known.

use std::path::Path;

use crate::support::{Folder, succeed as run};

const SLICE: &str = "tests/data/chr20_slice.fa";
const CONTIG: &str = "chr20_3140001_3240000";

/// Splice sites of the canonical transcripts of DDRGK1, ITPA, SLC4A11 and RP5-1187M17.10, 0-based on the slice: last bases of
/// exons (donors) and first bases (acceptors), as transcribed. GENCODE 19; the slice begins at chr20:3,140,001.
const SITES: [(&str, &[u64]); 4] = [
    ("splice.donor_plus", &[50_262, 53_871, 54_028, 54_703, 55_957, 59_277, 62_562]),
    ("splice.acceptor_plus", &[53_814, 53_964, 54_630, 55_926, 59_162, 62_486, 64_011]),
    (
        "splice.donor_minus",
        &[
            6_142, 7_350, 31_835, 32_410, 35_475, 35_876, 40_646, 40_987, 43_858, 45_182, 68_904, 69_157, 69_483,
            69_740, 69_991, 70_169, 70_832, 71_160, 71_377, 71_578, 71_794, 71_975, 74_159, 74_566, 74_728, 75_213,
            75_387, 78_189,
        ],
    ),
    (
        "splice.acceptor_minus",
        &[
            5_797, 7_005, 31_464, 31_883, 32_466, 35_513, 35_998, 40_747, 41_099, 44_061, 68_501, 69_073, 69_352,
            69_656, 69_908, 70_097, 70_421, 70_905, 71_292, 71_490, 71_703, 71_887, 72_193, 74_282, 74_647, 74_959,
            75_262, 75_539,
        ],
    ),
];

/// The dense model with windows of `core` bases: the same network, another card.
fn with_core(folder: &Folder, core: u64) -> String {
    let (from, to) = (Path::new("models/human"), Path::new(&folder.path("small")).to_path_buf());
    std::fs::create_dir(&to).expect("a folder");
    std::fs::copy(from.join("model.onnx"), to.join("model.onnx")).expect("copied");
    let card = std::fs::read_to_string(from.join("card.yaml")).expect("the card");
    let card: String = card
        .lines()
        .filter(|line| !line.starts_with("self_test:"))
        .map(|line| {
            if line.starts_with("window:") {
                format!(
                    "window: {{span: {}, core: {core}, stride: {core}, min_span: 100, max_unknown: 0.95}}\n",
                    core + 900
                )
            } else {
                format!("{line}\n")
            }
        })
        .collect();
    std::fs::write(to.join("card.yaml"), card).expect("written");
    to.display().to_string()
}

fn track(model: &str, region: &str, column: &str) -> Vec<(u64, f64)> {
    let text = run(&[
        "scan", SLICE, "-m", model, "-r", region, "--format", "bedgraph", "--column", column, "--quiet", "--engine",
        "rten",
    ]);
    text.lines()
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            (cells[1].parse().expect("a start"), cells[3].parse().expect("a score"))
        })
        .collect()
}

#[test]
fn the_dense_score_of_a_position_is_its_windowed_score() {
    let folder = Folder::new();
    let small = with_core(&folder, 50);
    // At the contig's end, over a border of the dense model's windows, and in the middle of one.
    for region in ["1-600", "15,801-16,200", "40,001-40,300", "99,701-100,000"] {
        let region = format!("{CONTIG}:{region}");
        for column in ["splice.donor_plus", "splice.acceptor_minus", "coding.plus", "promoter"] {
            let windowed = track(&small, &region, column);
            let dense = track("human", &region, column);
            assert!(windowed.len() >= 300);
            let mut highest = 0.0f64;
            for (at, score) in windowed {
                let place = dense.binary_search_by_key(&at, |d| d.0).expect("the same places");
                assert!((dense[place].1 - score).abs() <= 2e-6, "{column} at {at}: {} and {score}", dense[place].1);
                highest = highest.max(score);
            }
            assert!(highest > 0.0, "{column} in {region}");
        }
    }
}

#[test]
fn known_splice_sites_of_genes_that_were_not_trained_on_are_found() {
    // Chromosome 20 up to 20 Mb was held out of training.
    let elements = run(&["scan", SLICE, "--quiet", "--engine", "rten"]);
    let (mut known, mut called, mut right) = (0, 0, 0);
    for (label, sites) in SITES {
        let strand = if label.ends_with("plus") { "+" } else { "-" };
        let places: Vec<u64> = elements
            .lines()
            .map(|line| line.split('\t').collect::<Vec<_>>())
            .filter(|cells| cells[3] == label)
            .inspect(|cells| assert_eq!(cells[5], strand))
            .map(|cells| cells[1].parse().expect("a start"))
            .collect();
        known += sites.len();
        called += places.len();
        right += places.iter().filter(|at| sites.contains(at)).count();
    }
    // 70 sites among 200,000 bases of both strands; other transcripts have further ones.
    assert_eq!(known, 70);
    assert!(right * 5 >= known * 2, "{right} of {known} known sites are called");
    assert!(right * 5 >= called * 3, "{right} of {called} calls are known sites");
}

#[test]
fn the_default_model_is_the_one_inside_the_program() {
    // Another folder of that name, where the program is run.
    let folder = Folder::new();
    std::fs::create_dir(folder.path("human")).expect("a folder");
    std::fs::write(folder.path("human/card.yaml"), "none").expect("written");
    let slice = std::fs::canonicalize(SLICE).expect("the slice");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_genogloss"))
        .args(["scan", &slice.display().to_string(), "-r", &format!("{CONTIG}:1-100"), "--engine", "rten"])
        .current_dir(folder.path(""))
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("model human 1.0.0"), "{said}");
}

#[test]
fn short_contigs_and_reads_are_scored_too() {
    // The card takes sequences from 100 bases on, though its windows are 16,900 long.
    let folder = Folder::new();
    let text = std::fs::read_to_string(SLICE).expect("the slice");
    let bases: String = text.lines().skip(1).collect();
    let (gene, tiny) = (&bases[35_300..35_600], &bases[..99]);
    let fasta = folder.write("a.fa", format!(">gene\n{gene}\n>tiny\n{tiny}\n"));
    let tsv = run(&["scan", &fasta, "--format", "tsv", "--quiet", "--engine", "rten"]);
    assert_eq!(tsv.lines().filter(|l| l.starts_with("gene") && l.ends_with("\t.")).count(), 300);
    assert_eq!(tsv.lines().filter(|l| l.ends_with("too_short")).count(), 1);
    let quality = "I".repeat(300);
    let fastq = folder.write("a.fq", format!("@r\n{gene}\n+\n{quality}\n"));
    let reads = run(&["reads", &fastq, "--quiet", "--engine", "rten"]);
    assert!(reads.lines().nth(1).is_some_and(|l| l.ends_with("\t.")), "{reads}");
}

#[test]
fn a_read_is_answered_by_a_track_as_a_contig_of_its_bases_is() {
    let slice = crate::support::read_repository("tests/data/chr20_slice.fa");
    let slice: String = slice.lines().skip(1).collect();
    for (model, lens) in [("human", [137, 450, 1203]), ("tests/models/track", [20, 33, 101])] {
        let folder = Folder::new();
        let (mut fasta, mut fastq) = (String::new(), String::new());
        for (number, len) in lens.into_iter().enumerate() {
            let bases = &slice[35_400 + number..35_400 + number + len];
            fasta += &format!(">read{number}\n{bases}\n");
            fastq += &format!("@read{number}\n{bases}\n+\n{}\n", "I".repeat(len));
        }
        let (fasta, fastq) = (folder.write("a.fa", fasta), folder.write("a.fq", fastq));
        let scan = run(&["scan", &fasta, "-m", model, "--format", "tsv", "--quiet"]);
        let reads = run(&["reads", &fastq, "-m", model, "--each-window", "--quiet"]);
        let columns = |text: &str, columns: &[usize], scores: usize| -> Vec<String> {
            let line = |line: &str| {
                let cells: Vec<&str> = line.split('\t').collect();
                let place: Vec<&str> = columns.iter().map(|&column| cells[column]).collect();
                [place, cells[scores..].to_vec()].concat().join(" ")
            };
            text.lines().skip(1).map(line).collect()
        };
        let first = |text: &str, name: &str| {
            text.lines().next().and_then(|line| line.split('\t').position(|cell| cell == name)).expect("a column")
        };
        let (scan_first, reads_first) = (first(&scan, "call") + 1, first(&reads, "call") + 1);
        let (from, to) = (first(&reads, "window_start"), first(&reads, "window_end"));
        // Scores, and the reason of what has none.
        let scanned = columns(&scan, &[0, 1, 2], scan_first);
        assert_eq!(columns(&reads, &[0, from, to], reads_first).join("\n"), scanned.join("\n"), "{model}");
        assert!(scanned.len() > lens.iter().sum::<usize>() / 2, "{model}: {}", scanned.len());
    }
}
