//! A cohort: the sites of many samples, scored once, and the scores of each sample taken from them.

mod cache;
mod equality;
mod parts;
mod refusals;
mod sites;

use std::fmt::Write as _;

use crate::support::{Folder, genogloss, succeed};

const SLICE: &str = "tests/data/chr20_slice.fa";

const CONTIG: &str = "chr20_3140001_3240000";

const GENES: &str = "tests/data/slice_genes.gtf";

/// A network with an answer for every base, so that positions are written, too.
const TRACK: &[&str] = &["-m", "tests/models/track", "-t", "1"];

const HEAD: &str = "##fileformat=VCFv4.3
##contig=<ID=chr20_3140001_3240000,length=100000>
##INFO=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">
##ALT=<ID=DEL,Description=\"Deletion\">
##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">
";

const COLUMNS: &str = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";

/// The bases of the slice.
fn slice() -> String {
    crate::support::read_repository(SLICE)
        .lines()
        .filter(|line| !line.starts_with('>'))
        .collect::<String>()
        .to_uppercase()
}

/// A sample of `count` records with one to three ALTs, all kinds among them, in order. Two samples of other seeds have sites in common.
fn sample(name: &str, seed: u64, count: usize) -> String {
    let bases = slice();
    // Places are the same for all samples; each sample has some of them, and other alleles.
    let (mut places, mut own) = (fastrand::Rng::with_seed(1), fastrand::Rng::with_seed(seed));
    let mut text = format!("{HEAD}{COLUMNS}\tFORMAT\t{name}\n");
    let mut at = 4;
    let mut written = 0;
    while written < count {
        at += places.usize(1..60);
        let removed = places.usize(1..4);
        let reference = &bases[at..at + removed];
        let words = ["<DEL>", "*", "<NON_REF>", "N[chr20_3140001_3240000:5[", "AR"];
        let mut alleles = vec!["A", "C", "G", "T", "AC", "GATTACA", "ACGTACGT"];
        alleles.retain(|allele| *allele != reference);
        own.shuffle(&mut alleles);
        if own.usize(0..3) == 0 {
            continue;
        }
        let mut alternates: Vec<&str> = alleles[..own.usize(1..4)].to_vec();
        if own.usize(0..12) == 0 {
            alternates.insert(own.usize(0..=alternates.len()), own.choice(words).expect("a word"));
        }
        if own.usize(0..20) == 0 {
            alternates = vec![if own.bool() { "." } else { own.choice(words).expect("a word") }];
        }
        // Some records do not match the reference, and some are there twice.
        let shown = if own.usize(0..25) == 0 { if reference == "T" { "G" } else { "T" } } else { reference };
        alternates.retain(|allele| *allele != shown);
        if alternates.is_empty() {
            continue;
        }
        for _ in 0..(if own.usize(0..15) == 0 { 2 } else { 1 }) {
            let dp = own.u8(1..60);
            writeln!(
                text,
                "{CONTIG}\t{}\tr{at}\t{shown}\t{}\t{dp}\tPASS\tDP={dp}\tGT\t0/1",
                at + 1,
                alternates.join(",")
            )
            .expect("memory");
        }
        written += 1;
    }
    text
}

/// Scores the sites of files: the path of the score file.
fn scored(folder: &Folder, files: &[&str], model: &[&str], name: &str) -> String {
    let (sites, scores) = (folder.path("sites.vcf.gz"), folder.path(name));
    succeed(&[&["sites"], files, &["-o", &sites, "--quiet"]].concat());
    succeed(&[&["variants", &sites, "-f", SLICE, "-o", &scores, "--quiet"], model].concat());
    scores
}

/// The bytes of an output of `variants`, which must succeed.
fn bytes(folder: &Folder, name: &str, arguments: &[&str]) -> Vec<u8> {
    let out = folder.path(name);
    genogloss(&[&["variants"], arguments, &["-o", &out, "--quiet"]].concat()).good();
    std::fs::read(out).expect("the output")
}

/// The records of a VCF.
fn records(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect()
}
