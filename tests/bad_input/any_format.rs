//! Empty files, noise, folders and files of another format, in each place where a file is read.

#![allow(clippy::print_stdout, reason = "what was not tried, and which case failed, is said")]

use std::fs;

use super::{VCF_HEAD, full_desk, noise};

/// Each place where a file is read: the command, with `@` for the file.
const PLACES: &[&str] = &[
    "scan @ -m exact:gc -o out.bed.gz",
    "scan @ -m exact:orf -o out.bed.gz",
    "scan @ -m exact:gc -r chr20 -o out.bed",
    "scan g.fa -m exact:gc -R @ -o out.bed",
    "reads @ -m exact:gc -o out.tsv",
    "reads @ -m exact:gc --format bam -o out.bam",
    "reads r.bam -m exact:gc -R @ -o out.tsv",
    "reads r.cram -m exact:gc -f @ -o out.tsv",
    "variants @ -f g.fa -m exact:gc -o out.vcf.gz",
    "variants v.vcf -f @ -m exact:gc -o out.vcf",
    "variants v.vcf -f g.fa -m exact:gc --contig-aliases @ -o out.vcf",
];

#[test]
fn an_empty_file_is_an_error_where_a_format_has_a_header() {
    let desk = full_desk();
    desk.write("nothing", "");
    desk.shell("gzip -c nothing > nothing.gz; bgzip -c nothing > nothing.bgz");
    // FASTA to scan, BED, aliases and reads may be empty: they have no header (tests/inputs.rs, tests/reads.rs).
    let headless = ["scan @ -m", "-R @", "--contig-aliases @", "reads @"];
    for place in PLACES.iter().filter(|place| !headless.iter().any(|one| place.contains(one))) {
        for name in ["nothing", "nothing.gz", "nothing.bgz", "/dev/null"] {
            desk.fails(&place.replace('@', name), &[name]);
        }
    }
    desk.fails("scan nothing -m exact:gc -r chr20 -o out.bed", &["nothing", "no contigs"]);
}

#[test]
fn noise_is_an_error_wherever_it_is_read() {
    let desk = full_desk();
    for seed in 20..26 {
        desk.write("noise", noise(3000, seed));
        desk.shell("bgzip -c noise > noise.bgz; gzip -c noise > noise.gz");
        for place in PLACES {
            for name in ["noise", "noise.bgz", "noise.gz"] {
                desk.fails(&place.replace('@', name), &[name]);
            }
        }
    }
}

#[test]
fn noise_after_a_good_beginning_is_an_error() {
    let desk = full_desk();
    let head = |name: &str, len: usize| desk.read(name)[..len].to_vec();
    let cases = [
        ("scan", b">chr20\nACGT\n".to_vec()),
        ("reads", b"BAM\x01".to_vec()),
        ("reads", b"CRAM\x03\x00".to_vec()),
        ("reads", head("r.cram", 60)),
        ("reads", b"@HD\tVN:1.6\n".to_vec()),
        ("reads", b"@read\n".to_vec()),
        ("reads", head("r.bam", 200)),
        ("variants", VCF_HEAD.as_bytes().to_vec()),
        ("variants", b"##fileformat=VCFv4.2\n".to_vec()),
        ("variants", b"BCF\x02\x02".to_vec()),
    ];
    for (command, start) in cases {
        for seed in 30..34 {
            desk.write("x", [start.clone(), noise(2000, seed)].concat());
            let options = match command {
                "variants" => "-f g.fa",
                _ if start.starts_with(b"CRAM") => "-f g.fa",
                _ => "",
            };
            println!("{command}: {:?}", String::from_utf8_lossy(&start[..start.len().min(20)]));
            desk.fails(&format!("{command} x {options} -m exact:gc -o out"), &["x"]);
        }
    }
}

#[test]
fn nul_bytes_are_an_error_with_their_place() {
    let desk = full_desk();
    desk.write("zero", vec![0u8; 100_000]);
    for place in PLACES {
        desk.fails(&place.replace('@', "zero"), &["zero"]);
    }
    desk.write("a.vcf", format!("{VCF_HEAD}chr20\t5\0\t.\tA\tC\t.\t.\t.\n"));
    desk.fails("variants a.vcf -f g.fa -m exact:gc -o out.vcf", &["a.vcf", "line 5", "NUL byte"]);
    desk.write("a.bed", "chr20\t1\0\t5\n");
    desk.fails("scan g.fa -R a.bed -m exact:gc -o out.bed", &["a.bed", "line 1"]);
    desk.write("a.fq", b"@q\nAC\0T\n+\nIIII\n");
    let run = desk.run("reads a.fq -m exact:gc");
    assert!(!run.stderr.contains("panicked") && run.code <= 1, "{}", run.stderr);
    desk.write("a.sam", "q\t0\tchr20\t1\t60\t4M\t*\t0\t0\tAC\0T\tIIII\n");
    let run = desk.run("reads a.sam -m exact:gc");
    assert!(!run.stderr.contains("panicked") && run.code <= 1, "{}", run.stderr);
}

#[test]
fn a_folder_or_a_missing_file_is_an_error_wherever_it_is_read() {
    let desk = full_desk();
    fs::create_dir(desk.at("folder")).expect("a folder");
    for place in PLACES {
        desk.fails(&place.replace('@', "folder"), &["folder", "is a folder"]);
        desk.fails(&place.replace('@', "missing"), &["missing", "no such file"]);
    }
}

#[test]
fn one_format_is_not_taken_for_another() {
    let desk = full_desk();
    for (line, words) in [
        ("scan v.vcf -m exact:gc -o out", ["v.vcf", "VCF"]),
        ("scan r.bam -m exact:gc -o out", ["r.bam", "BAM"]),
        ("reads v.vcf -m exact:gc -o out", ["v.vcf", "VCF"]),
        ("variants g.fa -f g.fa -m exact:gc -o out", ["g.fa", "FASTA"]),
        ("variants r.bam -f g.fa -m exact:gc -o out", ["r.bam", "BAM"]),
        ("variants v.vcf -f v.vcf -m exact:gc -o out", ["v.vcf", "FASTA"]),
        ("variants v.vcf -f r.bam -m exact:gc -o out", ["r.bam", "FASTA"]),
    ] {
        desk.fails(line, &words);
    }
}
