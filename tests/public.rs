//! The three calls of the crate give the scores that the program writes.

use genogloss::{Model, Variant};

use crate::support::{Folder, root, succeed};

/// Sequences of every kind: long, short, lower case, unknown bases at an end and within, empty of known bases.
fn sequences() -> Vec<String> {
    let mut random = fastrand::Rng::with_seed(20);
    let mut bases = |len: usize| -> String { (0..len).map(|_| char::from(b"ACGT"[random.usize(0..4)])).collect() };
    vec![
        bases(400),
        bases(70),
        bases(69),
        bases(150).to_lowercase(),
        "N".repeat(40) + &bases(200),
        bases(120) + &"N".repeat(30) + &bases(120),
        "N".repeat(100),
        bases(71) + "RYKMSW",
    ]
}

/// Start, end, and the scores or the reason, of every window of every read.
type Rows = Vec<(u64, u64, Result<Vec<f64>, String>)>;

fn of_program(folder: &Folder, model: &str, sequences: &[String]) -> Vec<Rows> {
    let reads = sequences.iter().enumerate().map(|(at, bases)| format!(">{at}\n{bases}\n")).collect::<String>();
    let reads = folder.write("reads.fa", reads);
    let text = succeed(&["reads", &reads, "-m", model, "--each-window", "--quiet"]);
    let mut all: Vec<Rows> = sequences.iter().map(|_| Vec::new()).collect();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let (skip, scores) = (cells[cells.len() - 1], &cells[13..cells.len() - 1]);
        let number = |cell: &str| cell.parse().expect("a score");
        let scored = if skip == "." { Ok(scores.iter().map(|cell| number(cell)).collect()) } else { Err(skip.into()) };
        let place = |cell: &str, without: u64| if cell == "." { without } else { cell.parse().expect("a place") };
        let read: usize = cells[0].parse().expect("a number");
        let len = sequences[read].len() as u64;
        all[read].push((place(cells[8], 0), place(cells[9], len), scored));
    }
    all
}

#[test]
fn scores_of_sequences_are_those_of_the_program() {
    let folder = Folder::new();
    for model in ["core-promoter", "human"] {
        let sequences = sequences();
        let mut opened = Model::open(model).expect("a model");
        let scored = opened.score(&sequences).expect("scores");
        let mut compared = 0;
        for (at, (ours, theirs)) in scored.iter().zip(of_program(&folder, model, &sequences)).enumerate() {
            // A read without a window that is run has one line in the table.
            if theirs.len() == 1 && theirs[0].2.is_err() {
                let reason = theirs[0].2.clone();
                assert!(
                    ours.iter().all(|place| place.scores.clone().map(|_| Vec::new()).map_err(String::from) == reason),
                    "{model} {at}"
                );
                continue;
            }
            assert_eq!(ours.len(), theirs.len(), "{model} {at}");
            for (ours, (start, end, scores)) in ours.iter().zip(theirs) {
                assert_eq!((ours.start, ours.end), (start, end), "{model} {at}");
                match (&ours.scores, scores) {
                    (Ok(ours), Ok(theirs)) => {
                        assert_eq!(ours.len(), theirs.len());
                        for (one, other) in ours.iter().zip(theirs) {
                            assert!((f64::from(*one) - other).abs() < 1e-5, "{model} {at}: {one} {other}");
                            compared += 1;
                        }
                    }
                    (ours, theirs) => assert_eq!(ours.clone().err().map(String::from), theirs.err(), "{model} {at}"),
                }
            }
        }
        assert!(compared > 50, "{model}: {compared}");
    }
}

#[test]
fn scores_of_variants_are_those_of_the_program() {
    let folder = Folder::new();
    let slice = root().join("tests/data/chr20_slice.fa");
    let contig = "chr20_3140001_3240000";
    let alleles = [
        (50_000, "C", "A"),
        (50_000, "G", "A"),
        (2, "A", "C"),
        (14_200, "G", "GTATA"),
        (14_220, "CCTCCT", "C"),
        (60_000, "N", "<DEL>"),
    ];
    let variants: Vec<Variant> = alleles.iter().map(|(at, from, to)| Variant::new(contig, *at, from, to)).collect();
    let records: String =
        alleles.iter().map(|(at, from, to)| format!("{contig}\t{at}\t.\t{from}\t{to}\t.\t.\t.\n")).collect();
    let vcf = folder
        .write("v.vcf", format!("##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n{records}"));
    let fasta = slice.to_str().expect("a path");
    let text = succeed(&["variants", &vcf, "-f", fasta, "-m", "core-promoter", "--max-ref-mismatch", "1", "--quiet"]);
    let model = Model::open("core-promoter").expect("a model");
    let scored = model.score_variants(&slice, &variants).expect("scores");
    let records: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!((scored.len(), records.len()), (alleles.len(), alleles.len()));
    for (ours, record) in scored.iter().zip(records) {
        let value = |name: &str| record.split(['\t', ';']).find_map(|field| field.strip_prefix(name));
        match ours {
            Ok(deltas) => {
                let delta: f64 = value("GG_DELTA_promoter=").expect("a delta").parse().expect("a number");
                assert_eq!(deltas[0].delta, delta, "{record}");
            }
            Err(reason) => assert_eq!(Some(reason.as_str()), value("GG_SKIP="), "{record}"),
        }
    }
    assert!(scored.iter().filter(|one| one.is_ok()).count() >= 3);
}
