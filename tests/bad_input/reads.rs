//! Bad BAM, CRAM, SAM and FASTQ files.

#![allow(clippy::print_stdout, reason = "what was not tried, and which case failed, is said")]

use std::fs;

use super::{CUT_OFF, Desk, bases, each, fasta, sam};

#[test]
fn a_bam_that_was_cut_is_an_error() {
    let desk = Desk::with_genome();
    desk.write("r.sam", sam(2000));
    desk.shell("samtools view -b -o whole.bam r.sam; samtools index whole.bam");
    desk.cut("whole.bam", "block.bam", |len| len * 2 / 3);
    desk.cut("whole.bam", "end.bam", |len| len - 28);
    desk.cut("whole.bam", "head.bam", |_| 60);
    for name in ["block.bam", "end.bam", "head.bam"] {
        for format in ["tsv", "bam"] {
            let line = format!("reads {name} -m exact:gc --format {format} -o out.file");
            desk.fails_any(&line, &[name], CUT_OFF);
        }
    }
    desk.shell("for n in block end; do cp whole.bam.bai $n.bam.bai; done");
    for name in ["block.bam", "end.bam"] {
        desk.fails_any(&format!("reads {name} -m exact:gc -r chr20:1-500 -o out.tsv"), &[name], CUT_OFF);
    }
}

#[test]
fn a_cram_that_was_cut_is_an_error() {
    let desk = Desk::with_genome();
    desk.write("r.sam", sam(2000));
    desk.shell("samtools view -C -T g.fa --output-fmt-option seqs_per_slice=300 -o whole.cram r.sam");
    let len = desk.read("whole.cram").len();
    each([3, 20, 100, len / 2, len * 3 / 4, len - 100, len - 38, len - 10], |at| {
        println!("cut after {at} of {len} bytes");
        desk.cut("whole.cram", "cut.cram", |_| at);
        fs::remove_file(desk.at("out.tsv")).ok();
        fs::remove_file(desk.at("out.tsv.manifest.json")).ok();
        desk.fails("reads cut.cram -f g.fa -m exact:gc -o out.tsv", &["cut.cram"]);
    });
}

#[test]
fn a_cram_without_its_reference_is_wrong_usage_and_with_another_one_an_error() {
    let desk = Desk::with_genome();
    desk.write("r.sam", sam(100));
    desk.write("other.fa", fasta(&[("chr20", &bases(20_000, 7)), ("chr21", &bases(5_000, 8))], 60));
    desk.write("names.fa", fasta(&[("20", &bases(20_000, 1))], 60));
    // The file's header names g.fa (@SQ UR), and it is not there any more.
    desk.shell("samtools view -C -T g.fa -o r.cram r.sam; rm g.fa.fai; mv g.fa moved.fa");
    let before = desk.state();
    let error = desk.run("reads r.cram -m exact:gc -o out.tsv").error(2);
    assert!(error.contains("r.cram") && error.contains("-f"), "{error}");
    assert_eq!(desk.state(), before);
    each(["other.fa", "names.fa"], |reference| {
        desk.fails(&format!("reads r.cram -f {reference} -m exact:gc -o out.tsv"), &["r.cram"]);
    });
}

#[test]
fn a_fastq_that_is_none_says_its_record() {
    let desk = Desk::new();
    for text in [
        "@q2\nACGT\n+\nIII\n",
        "@q2\nACG\n+\nIIII\n",
        "@q2\nACGT\n",
        "@q2\nACGT\n+\n",
        "@q2\nACGT\nIIII\n",
        "q2\nACGT\n+\nIIII\n",
        "@q2\nACGT\n+\nII I\n",
    ] {
        desk.write("r.fq", format!("@q1\nACGT\n+\nIIII\n{text}"));
        desk.fails("reads r.fq -m exact:gc -o out.tsv", &["r.fq", "record 2"]);
    }
}

#[test]
fn a_sam_that_is_none_says_its_record() {
    let desk = Desk::with_genome();
    let good = sam(1);
    let lines = [
        "r2\t0\tchr20\t1\t60\t4Q\t*\t0\t0\tACGT\tIIII",
        "r2\t0\tchr20\t1\t60\tM\t*\t0\t0\tACGT\tIIII",
        "r2\t0\tchr20\t1\t60\t99999999999999M\t*\t0\t0\tACGT\tIIII",
        "r2\t0\tchr20\tx\t60\t4M\t*\t0\t0\tACGT\tIIII",
        "r2\t0\tchr20\t1\t60\t4M\t*\t0\t0\tACGT\tIII",
        "r2\t99999\tchr20\t1\t60\t4M\t*\t0\t0\tACGT\tIIII",
        "r2\t0\tchr20\t1\t60\t4M\t*\t0\t0\tACGT\tIIII\tNM:i:x",
        "r2\t0\tchr20\t1",
        // As samtools says it: "CIGAR and query sequence are of different length".
        "r2\t0\tchr20\t1\t60\t9M\t*\t0\t0\tACGT\tIIII",
    ];
    each(lines.iter().flat_map(|line| ["tsv", "bam"].map(|format| (line, format))), |(line, format)| {
        println!("{format}: {line}");
        desk.write("r.sam", format!("{good}{line}\n"));
        for left in ["out", "out.manifest.json"] {
            fs::remove_file(desk.at(left)).ok();
        }
        desk.fails(&format!("reads r.sam -m exact:gc --format {format} -o out"), &["r.sam", "record 2"]);
    });
}
