//! What must never change an answer: threads, batches, compression, where a file came from, how it was asked.

use crate::support::{Folder, genogloss, genogloss_with_input, ort_available, shared, shell, tools_available};

const SLICE: &str = "tests/data/chr20_slice.fa";
const CONTIG: &str = "chr20_3140001_3240000";

fn scan(folder: &Folder, name: &str, arguments: &[&str]) -> String {
    let out = folder.path(name);
    let run = genogloss(&[&["scan"], arguments, &["-o", &out]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    folder.read(name)
}

#[test]
fn threads_and_batches_change_no_byte() {
    let folder = Folder::new();
    for engine in ["ort", "rten"] {
        if engine == "ort" && !ort_available() {
            continue;
        }
        for model in ["core-promoter", "tests/models/bpe", "tests/models/kmer-overlapping", "tests/models/track"] {
            let region = format!("{CONTIG}:40,001-48,000");
            let fixed = ["-m", model, "--engine", engine, "-r", &region, "--format", "tsv"];
            let first = scan(&folder, "a.tsv", &[&[SLICE], &fixed[..], &["-t", "1"]].concat());
            assert!(first.lines().count() > 100);
            for (threads, rows) in [("1", "1"), ("2", "1"), ("2", "7"), ("3", "256"), ("2", "64")] {
                let other =
                    scan(&folder, "b.tsv", &[&[SLICE], &fixed[..], &["-t", threads, "--batch-rows", rows]].concat());
                assert_eq!(first, other, "{model} on {engine} with {threads} threads and batches of {rows}");
            }
        }
    }
}

#[test]
fn plain_gzip_bgzf_and_standard_input_give_the_same_bytes() {
    if !tools_available(&["bgzip", "gzip"]) {
        return;
    }
    let folder = Folder::new();
    let (gz, bgz) = (folder.path("a.data"), folder.path("b.data"));
    shell(&format!("gzip -c {SLICE} > {gz}; bgzip -c {SLICE} > {bgz}"));
    let expected = scan(&folder, "plain.bed", &[SLICE, "-m", "exact:gc", "--window", "100"]);
    assert_eq!(expected.lines().count(), 1000);
    for input in [&gz, &bgz] {
        assert_eq!(scan(&folder, "other.bed", &[input, "-m", "exact:gc", "--window", "100"]), expected);
    }
    let run = genogloss_with_input(
        &["scan", "-", "-m", "exact:gc", "--window", "100"],
        &std::fs::read(SLICE).expect("the slice"),
    );
    assert_eq!((run.code, run.stdout), (0, expected));
}

#[test]
fn a_region_gives_the_lines_of_the_whole_scan_that_it_overlaps() {
    if !tools_available(&["bgzip", "gzip"]) {
        return;
    }
    let folder = Folder::new();
    let (gz, bgz) = (folder.path("a.fa.gz"), folder.path("b.fa.gz"));
    shell(&format!("gzip -c {SLICE} > {gz}; bgzip -c {SLICE} > {bgz}"));
    let bed = folder.write("regions.bed", format!("{CONTIG}\t99990\t100000\n{CONTIG}\t0\t1\n{CONTIG}\t5000\t5700\n{CONTIG}\t5600\t5800\n{CONTIG}\t7000\t7000\n"));
    for model in ["tests/models/track", "tests/models/base-identity", "tests/models/onehot-softmax"] {
        let whole = scan(&folder, "whole.tsv", &[SLICE, "-m", model, "--format", "tsv", "--engine", "rten"]);
        let core = if model.ends_with("track") {
            1
        } else if model.ends_with("identity") {
            8
        } else {
            20
        };
        // Windows are chosen by their core, a track's bins one by one.
        let wanted = |line: &&str| {
            let start: u64 = line.split('\t').nth(1).and_then(|s| s.parse().ok()).expect("a start");
            let (from, to) = (start / core * core, start / core * core + core);
            [(99_990, 100_000), (0, 1), (5000, 5800)].iter().any(|&(a, b)| from < b && a < to)
        };
        let expected: Vec<&str> = whole.lines().skip(1).filter(wanted).collect();
        assert!(expected.len() > 40);
        for input in [SLICE, &gz, &bgz] {
            let part =
                scan(&folder, "part.tsv", &[input, "-m", model, "--format", "tsv", "--engine", "rten", "-R", &bed]);
            assert_eq!(part.lines().skip(1).collect::<Vec<_>>(), expected, "{model} of {input}");
        }
    }
}

#[test]
fn a_fake_model_gives_scores_that_can_be_worked_out_by_hand() {
    // base-identity: span 16, core 8; its score is the mean of the ids (A C G T = 0 1 2 3, anything else 4).
    let folder = Folder::new();
    let fasta = folder.write("a.fa", ">c\nAAAACCCCGGGGTTTTRR\n");
    let tsv =
        scan(&folder, "a.tsv", &[&fasta, "-m", "tests/models/base-identity", "--format", "tsv", "--engine", "rten"]);
    let mean = |bases: &str| {
        let ids: u32 = bases
            .bytes()
            .map(|b| match b {
                b'A' => 0,
                b'C' => 1,
                b'G' => 2,
                b'T' => 3,
                _ => 4,
            })
            .sum();
        format!("{}", f64::from(ids) / 16.0)
    };
    let scores: Vec<&str> = tsv.lines().skip(1).filter_map(|line| line.split('\t').nth(5)).collect();
    assert_eq!(scores, [mean("NNNNAAAACCCCGGGG"), mean("CCCCGGGGTTTTRRNN"), mean("TTTTRRNNNNNNNNNN")]);
}

#[test]
fn cores_partition_the_contig_and_lower_case_is_upper_case() {
    let folder = Folder::new();
    let text = std::fs::read_to_string(SLICE).expect("the slice");
    let (header, bases) = text.split_once('\n').expect("a header");
    let lower = folder.write("lower.fa", format!("{header}\n{}", bases.to_lowercase()));
    let upper = scan(&folder, "upper.bed", &[SLICE, "-m", "tests/models/base-identity", "--engine", "rten"]);
    assert_eq!(scan(&folder, "lower.bed", &[&lower, "-m", "tests/models/base-identity", "--engine", "rten"]), upper);
    let mut at = 0;
    for line in upper.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        assert_eq!(fields[1].parse::<u64>().expect("a start"), at);
        at = fields[2].parse().expect("an end");
    }
    assert_eq!(at, 100_000);
}

#[test]
fn sam_bam_and_cram_give_the_same_lines_and_fastq_the_same_scores() {
    if !tools_available(&["samtools"]) {
        return;
    }
    let folder = Folder::new();
    let sam = folder.write("a.sam", sam());
    let (bam, cram, fastq) = (folder.path("a.bam"), folder.path("a.cram"), folder.path("a.fq"));
    shell(&format!(
        "samtools view -b -o {bam} {sam}; samtools index {bam}; samtools view -C -T {SLICE} -o {cram} {sam} 2>/dev/null; samtools fastq -n {sam} > {fastq} 2>/dev/null"
    ));
    let lines = |input: &str, more: &[&str]| {
        let out = folder.path("out.tsv");
        let run = genogloss(
            &[&["reads", input, "-m", "tests/models/base-identity", "--engine", "rten", "-o", &out], more].concat(),
        );
        assert_eq!(run.code, 0, "{}", run.stderr);
        folder.read("out.tsv")
    };
    let expected = lines(&sam, &[]);
    assert_eq!(expected.lines().count(), 1 + 6);
    assert_eq!(lines(&bam, &[]), expected);
    assert_eq!(lines(&cram, &["-f", SLICE]), expected);
    let scores = |text: &str| -> Vec<(String, String)> {
        let fields = |line: &str| line.split('\t').map(String::from).collect::<Vec<_>>();
        let mut rows: Vec<_> = text
            .lines()
            .skip(1)
            .map(fields)
            .filter(|f| f.last().is_some_and(|skip| skip == "."))
            .map(|f| (f[0].clone(), f[13].clone()))
            .collect();
        rows.sort();
        rows
    };
    assert_eq!(scores(&lines(&fastq, &[])), scores(&expected));
    // Regions through an index and without one.
    let region = format!("{CONTIG}:150-190");
    let part = lines(&sam, &["-r", &region]);
    assert!(part.lines().count() > 1 && part.lines().count() < expected.lines().count());
    assert_eq!(lines(&bam, &["-r", &region]), part);
    // Filters count as samtools does.
    let kept = lines(&bam, &["-F", "0x104", "-q", "30"]);
    let by_samtools = shell(&format!("samtools view -c -F 0x104 -q 30 {bam}"));
    assert_eq!(kept.lines().count() - 1, by_samtools.trim().parse::<usize>().expect("a count"));
}

/// Six reads on the slice: forward, reverse with clips, a deletion, a secondary one without bases, a short and an unmapped one.
fn sam() -> String {
    let text = std::fs::read_to_string(SLICE).expect("the slice");
    let bases: String = text.lines().skip(1).collect();
    let part = |start: usize, len: usize| &bases[start - 1..start - 1 + len];
    let line = |fields: &[&str]| fields.join("\t") + "\n";
    let quality = |n: usize| "I".repeat(n);
    let mut sam = format!("@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:{CONTIG}\tLN:100000\n");
    sam += &line(&["r1", "0", CONTIG, "101", "60", "40M", "*", "0", "0", part(101, 40), &quality(40), "NM:i:0"]);
    sam += &line(&[
        "r2",
        "16",
        CONTIG,
        "150",
        "20",
        "4S30M",
        "*",
        "0",
        "0",
        &format!("ACGT{}", part(150, 30)),
        &quality(34),
    ]);
    sam += &line(&[
        "r3",
        "0",
        CONTIG,
        "180",
        "60",
        "10M5D10M",
        "*",
        "0",
        "0",
        &format!("{}{}", part(180, 10), part(195, 10)),
        &quality(20),
    ]);
    sam += &line(&["r4", "256", CONTIG, "181", "60", "20M", "*", "0", "0", "*", "*"]);
    sam += &line(&["r5", "0", CONTIG, "300", "60", "3M", "*", "0", "0", part(300, 3), &quality(3)]);
    sam += &line(&["r6", "4", "*", "0", "0", "*", "*", "0", "0", "ACGTACGTACGTACGTACGT", &quality(20)]);
    sam
}

#[test]
fn real_reads_agree_between_bam_and_cram() {
    let (Some(bam), Some(cram), Some(fasta)) = (
        shared("data/alignments/htsnexus_test_NA12878.bam"),
        shared("data/alignments/htsnexus_test_NA12878.cram"),
        shared("data/genome/hg19_chr20.b37.fa.gz"),
    ) else {
        return;
    };
    let folder = Folder::new();
    let lines = |input: &str, more: &[&str]| {
        let out = folder.path("out.tsv");
        let run = genogloss(&[&["reads", input, "-m", "exact:gc", "-r", "20", "-o", &out], more].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        let text = folder.read("out.tsv");
        let counts: serde_json::Value = serde_json::from_str(&folder.read("out.tsv.manifest.json")).expect("JSON");
        assert_eq!(counts["counts"]["queries"], counts["counts"]["written"]);
        text
    };
    let from_bam = lines(&bam, &[]);
    assert_eq!(from_bam.lines().count(), 14_546);
    let same = lines(&cram, &["-f", &fasta]);
    // CRAM gives equal reads in equal order; only flags of mates may be spelled anew, so the bases' answers are compared.
    let answers = |text: &str| {
        text.lines()
            .map(|l| l.split('\t').map(String::from).collect::<Vec<_>>())
            .map(|f| (f[0].clone(), f[3].clone(), f[13].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(answers(&same), answers(&from_bam));
}

#[test]
fn vcf_gzip_bgzf_bcf_and_standard_input_give_the_same_records() {
    if !tools_available(&["bcftools", "bgzip", "gzip"]) {
        return;
    }
    let folder = Folder::new();
    let vcf = folder.write("a.vcf", vcf());
    let (gz, bgz, bcf) = (folder.path("a1"), folder.path("a2"), folder.path("a3"));
    shell(&format!("gzip -c {vcf} > {gz}; bgzip -c {vcf} > {bgz}; bcftools view -Ob -o {bcf} {vcf}"));
    let score = |input: &str, more: &[&str]| {
        let out = folder.path("out.vcf");
        let run = genogloss(
            &[
                &["variants", input, "-f", SLICE, "-m", "tests/models/onehot-softmax", "--engine", "rten", "-o", &out],
                more,
            ]
            .concat(),
        );
        assert_eq!(run.code, 0, "{}", run.stderr);
        folder.read("out.vcf")
    };
    let expected = score(&vcf, &[]);
    for input in [&gz, &bgz] {
        assert_eq!(score(input, &[]), expected);
    }
    for (threads, rows) in [("1", "1"), ("2", "7"), ("3", "256")] {
        assert_eq!(score(&vcf, &["-t", threads, "--batch-rows", rows]), expected);
    }
    let records = |text: &str| text.lines().filter(|l| !l.starts_with('#')).map(String::from).collect::<Vec<_>>();
    assert_eq!(records(&score(&bcf, &[])), records(&expected));
    let run = genogloss_with_input(
        &["variants", "-", "-f", SLICE, "-m", "tests/models/onehot-softmax", "--engine", "rten"],
        &std::fs::read(&vcf).expect("the VCF"),
    );
    assert_eq!((run.code, run.stdout), (0, expected));
}

/// Variants of every kind on the slice.
pub(crate) fn vcf() -> String {
    let text = std::fs::read_to_string(SLICE).expect("the slice");
    let bases: String = text.lines().skip(1).collect();
    let at = |position: usize, len: usize| bases[position - 1..position - 1 + len].to_uppercase();
    let other = |base: &str| if base == "A" { "C" } else { "A" };
    let mut vcf = format!(
        "##fileformat=VCFv4.2\n##FILTER=<ID=PASS,Description=\"All filters passed\">\n##contig=<ID={CONTIG},length=100000>\n##INFO=<ID=AF,Number=A,Type=Float,Description=\"Frequency\">\n##INFO=<ID=END,Number=1,Type=Integer,Description=\"End\">\n##ALT=<ID=DEL,Description=\"Deletion\">\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts1\ts2\n"
    );
    let mut add = |position: usize, reference: String, alternate: String, info: &str| {
        vcf +=
            &format!("{CONTIG}\t{position}\tv{position}\t{reference}\t{alternate}\t29.5\tPASS\t{info}\tGT\t0/1\t1|1\n");
    };
    let snv = at(1000, 1);
    add(5, at(5, 1), other(&at(5, 1)).into(), ".");
    add(1000, snv.clone(), other(&snv).into(), "AF=0.25");
    add(2000, at(2000, 1), format!("{}GATTACA", at(2000, 1)), ".");
    add(3000, at(3000, 5), at(3000, 1), ".");
    add(4000, at(4000, 3), "ACT".to_string().replace(&at(4000, 3), "TCA"), ".");
    add(5000, at(5000, 1), format!("{},<DEL>,*", other(&at(5000, 1))), "AF=0.1,0.2,0.3;END=5100");
    add(6000, at(6000, 1), format!("{}]{CONTIG}:7000]", at(6000, 1)), ".");
    add(7000, other(&at(7000, 1)).into(), at(7000, 1), ".");
    add(8000, at(8000, 1), ".".into(), ".");
    add(9000, at(9000, 30), at(9000, 1), ".");
    add(99_995, at(99_995, 1), other(&at(99_995, 1)).into(), ".");
    vcf
}

#[test]
fn the_alternate_window_is_the_reference_with_the_allele_put_in() {
    // With base-identity (the mean of 16 ids) a substitution changes the mean by the difference of two ids.
    let folder = Folder::new();
    let fasta = folder.write("a.fa", ">c\nAAAAAAAAAAAAAAAACAAAAAAAAAAAAAAAAAAAAAAAGTTT\n");
    let vcf = folder.write("a.vcf", "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nc\t17\t.\tC\tT,CGG,A\t.\t.\t.\nc\t17\t.\tCA\tC,CA,TT\t.\t.\t.\n");
    let run = genogloss(&["variants", &vcf, "-f", &fasta, "-m", "tests/models/base-identity", "--engine", "rten"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let lines: Vec<&str> = run.stdout.lines().filter(|l| !l.starts_with('#')).collect();
    // T for C: +2/16. GG inserted: +4/16. A for C: -1/16.
    assert!(lines[0].contains("GG_DELTA_mean=0.125,0.25,-0.0625;GG_REF_mean=0.0625,0.0625,0.0625;"), "{}", lines[0]);
    // One A deleted, the next one comes in: 0. CA is REF itself: no alternate. CA to TT: +2/16 + 3/16.
    assert!(lines[1].contains("GG_DELTA_mean=0,.,0.3125;"), "{}", lines[1]);
    assert!(lines[1].contains("GG_SKIP=.,no_alternate,."), "{}", lines[1]);
}
