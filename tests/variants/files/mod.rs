//! Files of variants: what is read and what is refused, what a record covers, and indices that find every record.

mod bcf;
mod header;
mod indices;
mod mismatches;
mod records;
mod regions;

use std::fmt::Write as _;

use crate::support::{Folder, Run, genogloss, succeed};

/// Bases by chance, always the same.
fn bases(len: usize, seed: u64) -> String {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..len).map(|_| char::from(b"ACGT"[random.usize(0..4)])).collect()
}

const HEAD: &str = "##fileformat=VCFv4.3
##contig=<ID=c,length=5000>
##contig=<ID=d,length=4000>
##INFO=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">
##INFO=<ID=END,Number=1,Type=Integer,Description=\"End\">
##INFO=<ID=SVLEN,Number=A,Type=Integer,Description=\"Length\">
##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">
##FORMAT=<ID=LEN,Number=1,Type=Integer,Description=\"Length\">
";

const COLUMNS: &str = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";

fn genome() -> (String, String) {
    (bases(5000, 1), bases(4000, 2))
}

/// A folder with a FASTA of two contigs.
fn desk() -> (Folder, String) {
    let folder = Folder::new();
    let (c, d) = genome();
    let fasta = folder.write("g.fa", format!(">c\n{c}\n>d\n{d}\n"));
    (folder, fasta)
}

/// REF of a place of contig c, 1-based.
fn reference(position: usize) -> char {
    char::from(genome().0.as_bytes()[position - 1])
}

fn other(base: char) -> char {
    if base == 'A' { 'C' } else { 'A' }
}

/// A record of an SNV of contig c; what follows ALT and QUAL is `rest`.
fn snv(position: usize, rest: &str) -> String {
    let reference = reference(position);
    format!("c\t{position}\t.\t{reference}\t{}\t.\t{rest}\n", other(reference))
}

fn variants(input: &str, fasta: &str, more: &[&str]) -> Run {
    genogloss(&[&["variants", input, "-f", fasta, "-m", "exact:gc", "-t", "1"], more].concat())
}

/// What GG_SKIP says of every record.
fn skips(text: &str) -> Vec<String> {
    let reason = |line: &str| {
        let info = line.split('\t').nth(7).expect("INFO");
        info.split(';').find_map(|field| field.strip_prefix("GG_SKIP=")).unwrap_or(".").to_string()
    };
    text.lines().filter(|line| !line.starts_with('#')).map(reason).collect()
}

/// Bytes of a BCF of two samples and one record that genogloss has written, unpacked: header, record.
fn bcf(folder: &Folder, fasta: &str, more: &str) -> (Vec<u8>, Vec<u8>) {
    let head = HEAD.to_string() + more;
    let vcf =
        folder.write("v.vcf", format!("{head}{COLUMNS}\tFORMAT\ta\tb\n{}", snv(2000, "PASS\tDP=3\tGT\t0/1\t0/0")));
    let out = folder.path("made.bcf");
    succeed(&["variants", &vcf, "-f", fasta, "-m", "exact:gc", "--quiet", "--prefix", "OLD", "-o", &out]);
    let mut bytes = Vec::new();
    let file = std::fs::File::open(&out).expect("the file");
    std::io::Read::read_to_end(&mut noodles::bgzf::io::Reader::new(file), &mut bytes).expect("BGZF");
    let header = 9 + u32::from_le_bytes([bytes[5], bytes[6], bytes[7], bytes[8]]) as usize;
    let record = bytes.split_off(header);
    (bytes, record)
}

/// Records of which every `nth` has another REF than the FASTA.
fn mismatching(count: usize, nth: usize) -> String {
    let mut text = format!("{HEAD}{COLUMNS}\n");
    for at in 1..=count {
        let reference = reference(600 + at * 10);
        let reference = if at % nth == 0 { other(reference) } else { reference };
        let alternate = if reference == 'G' { 'T' } else { 'G' };
        writeln!(text, "c\t{}\t.\t{reference}\t{alternate}\t.\t.\t.", 600 + at * 10).expect("memory");
    }
    text
}
