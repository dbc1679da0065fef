//! What we write is read by samtools, bcftools, bedtools and tabix; what we promise of an output holds.

use crate::support::{Folder, genogloss, genogloss_with_input, shell, succeed as run, tools_available};

const SLICE: &str = "tests/data/chr20_slice.fa";
const CONTIG: &str = "chr20_3140001_3240000";

#[test]
fn bed_gz_has_an_index_that_tabix_uses_and_bedtools_reads_it() {
    if !tools_available(&["tabix", "bedtools", "bgzip"]) {
        return;
    }
    let folder = Folder::new();
    let (bed, tbi, csi) = (folder.path("a.bed"), folder.path("a.bed.gz"), folder.path("b.bed.gz"));
    run(&["scan", SLICE, "-m", "exact:gc", "--window", "250", "-o", &bed]);
    run(&["scan", SLICE, "-m", "exact:gc", "--window", "250", "-o", &tbi]);
    run(&["scan", SLICE, "-m", "exact:gc", "--window", "250", "--index", "csi", "-o", &csi]);
    assert_eq!(
        folder.names(),
        [
            "a.bed",
            "a.bed.gz",
            "a.bed.gz.manifest.json",
            "a.bed.gz.tbi",
            "a.bed.manifest.json",
            "b.bed.gz",
            "b.bed.gz.csi",
            "b.bed.gz.manifest.json"
        ]
    );
    let plain = folder.read("a.bed");
    assert_eq!(shell(&format!("bgzip -t {tbi}; bgzip -dc {tbi}")), plain);
    let wanted: String = plain
        .lines()
        .filter(|l| {
            let s: u64 = l.split('\t').nth(1).and_then(|s| s.parse().ok()).expect("start");
            s < 52_000 && s + 250 > 50_000
        })
        .map(|l| format!("{l}\n"))
        .collect();
    assert_eq!(wanted.lines().count(), 8);
    for file in [&tbi, &csi] {
        assert_eq!(shell(&format!("tabix {file} {CONTIG}:50001-52000")), wanted);
    }
    let merged = shell(&format!("bedtools merge -i {tbi}"));
    assert_eq!(merged, format!("{CONTIG}\t0\t100000\n"));
    // bedtools counts the same bases that we do.
    let by_bedtools = shell(&format!(
        "bedtools nuc -fi {SLICE} -bed {bed} | tail -n +2 | awk '{{printf \"%.6f\\n\", $(NF-7)}}'; rm -f {SLICE}.fai"
    ));
    let ours: Vec<&str> = plain.lines().filter_map(|l| l.split('\t').nth(6)).collect();
    assert_eq!(by_bedtools.lines().collect::<Vec<_>>(), ours);
}

#[test]
fn elements_are_the_merged_bins_over_the_threshold() {
    if !tools_available(&["bedtools"]) {
        return;
    }
    let folder = Folder::new();
    let region = format!("{CONTIG}:40,001-60,000");
    let (bins, elements) = (folder.path("bins.bed"), folder.path("elements.bed"));
    let fixed = ["scan", SLICE, "-m", "core-promoter", "--engine", "rten", "-r", &region, "--threshold", "0.9"];
    run(&[&fixed[..], &["-o", &bins]].concat());
    run(&[&fixed[..], &["--merge", "100", "-o", &elements]].concat());
    let expected = shell(&format!(
        "awk '$7 >= 0.9' {bins} | bedtools merge -s -d 100 -i - -c 4,7,6 -o distinct,max,distinct | sort -k2,2n -k3,3n -k6,6"
    ));
    let places = |text: &str, score: usize| -> Vec<(String, String, f64)> {
        text.lines()
            .map(|l| l.split('\t').map(String::from).collect::<Vec<_>>())
            .map(|f| (f[1].clone(), f[2].clone(), f[score].parse().expect("a score")))
            .collect()
    };
    // Of the model's three scores the first; each has elements of its own.
    let all = folder.read("elements.bed");
    let mut ours: Vec<String> =
        all.lines().filter(|l| l.split('\t').nth(3) == Some("promoter")).map(String::from).collect();
    assert!(ours.len() > 20);
    let starts: Vec<u64> =
        ours.iter().map(|l| l.split('\t').nth(1).and_then(|s| s.parse().ok()).expect("a start")).collect();
    assert!(starts.is_sorted());
    ours.sort_by_key(|l| {
        let f: Vec<&str> = l.split('\t').collect();
        (f[1].parse::<u64>().expect("start"), f[2].parse::<u64>().expect("end"), f[5].to_string())
    });
    assert_eq!(places(&ours.join("\n"), 6), places(&expected, 4));
}

#[test]
fn tsv_lists_every_window_and_bed_only_the_scored_ones() {
    let folder = Folder::new();
    let fasta = folder.write("n.fa", format!(">short\nACGT\n>gap\n{}{}\n", "N".repeat(200), "ACGTTGCA".repeat(30)));
    let out = folder.path("a.tsv");
    run(&["scan", &fasta, "-m", "core-promoter", "--engine", "rten", "--format", "tsv", "-o", &out]);
    let tsv = folder.read("a.tsv");
    let bed = run(&["scan", &fasta, "-m", "core-promoter", "--engine", "rten"]);
    let skips = |word: &str| tsv.lines().filter(|l| l.ends_with(word)).count();
    assert_eq!((tsv.lines().count() - 1, skips("too_short")), (1 + 13, 1));
    assert_eq!(bed.lines().count(), skips("\t."));
    assert!(skips("unknown_bases") >= 5);
    let manifest: serde_json::Value = serde_json::from_str(&folder.read("a.tsv.manifest.json")).expect("JSON");
    assert_eq!(manifest["counts"]["skipped"]["too_short"], 1);
    assert_eq!(manifest["counts"]["queries"], 14);
}

#[test]
fn bedgraph_leaves_out_what_was_not_scored() {
    let folder = Folder::new();
    let fasta = folder.write("n.fa", format!(">gap\n{}{}\n", "N".repeat(200), "ACGTTGCA".repeat(30)));
    let text = run(&[
        "scan",
        &fasta,
        "--engine",
        "rten",
        "-m",
        "tests/models/track",
        "--format",
        "bedgraph",
        "--column",
        "coverage",
    ]);
    let first = text.lines().next().expect("a line").split('\t').collect::<Vec<_>>();
    assert!(first.len() == 4 && first[1].parse::<u64>().expect("a start") >= 190, "{text}");
    let run = genogloss(&["scan", &fasta, "--engine", "rten", "-m", "tests/models/track", "--format", "bedgraph"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("--column site.neither, or --column"), "{}", run.stderr);
}

#[test]
fn exact_tasks_answer_in_words_and_find_reading_frames() {
    let folder = Folder::new();
    let fasta = folder.write("a.fa", ">one\nATGAAATTTTAG\n>two\nACGTN\n");
    let column = |task: &str| -> Vec<String> {
        run(&["scan", &fasta, "-m", task, "--format", "tsv"])
            .lines()
            .skip(1)
            .filter_map(|l| l.split('\t').nth(4).map(String::from))
            .collect()
    };
    assert_eq!(column("exact:reverse"), ["GATTTTAAAGTA", "NTGCA"]);
    assert_eq!(column("exact:complement"), ["TACTTTAAAATC", "TGCAN"]);
    assert_eq!(column("exact:reverse-complement"), ["CTAAAATTTCAT", "NACGT"]);
    assert_eq!(column("exact:protein"), ["MKF*", "T"]);
    assert_eq!(column("exact:protein3"), ["MetLysPheTer", "Thr"]);
    let orfs = run(&["scan", &fasta, "-m", "exact:orf:min=9"]);
    assert_eq!(orfs, "one\t0\t12\torf\t0\t+\t1\t12\tcomplete\n");
}

#[test]
fn bam_out_is_a_bam_that_samtools_accepts_with_everything_it_had() {
    if !tools_available(&["samtools"]) {
        return;
    }
    let folder = Folder::new();
    let sam = folder.write(
        "a.sam",
        "@HD\tVN:1.6\tSO:unsorted\n@SQ\tSN:c\tLN:1000\n@RG\tID:g\tSM:s\n@PG\tID:bwa\tPN:bwa\nr1\t0\tc\t5\t60\t20M\t*\t0\t0\tACGTACGTACGTACGTACGT\tIIIIIIIIIIIIIIIIIIII\tNM:i:0\tXA:Z:a b\tMM:Z:C+m,1;\tML:B:C,200\tXf:f:0.5\nr2\t4\t*\t0\t0\t*\t*\t0\t0\t*\t*\tRG:Z:g\n",
    );
    let out = folder.path("out.bam");
    run(&["reads", &sam, "-m", "tests/models/base-identity", "--engine", "rten", "--format", "bam", "-o", &out]);
    shell(&format!("samtools quickcheck {out}"));
    let text = shell(&format!("samtools view -h {out}"));
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[..4] == ["@HD\tVN:1.6\tSO:unsorted", "@SQ\tSN:c\tLN:1000", "@RG\tID:g\tSM:s", "@PG\tID:bwa\tPN:bwa"],
        "{text}"
    );
    let program = lines.iter().find(|l| l.starts_with("@PG\tID:genogloss")).expect("our @PG line");
    assert!(
        program.contains("PP:bwa")
            && program.contains(concat!("VN:", env!("CARGO_PKG_VERSION")))
            && program.contains("sha256"),
        "{program}"
    );
    let read = lines.iter().find(|l| l.starts_with("r1\t")).expect("r1");
    for field in ["NM:i:0", "XA:Z:a b", "MM:Z:C+m,1;", "ML:B:C,200", "Xf:f:0.5", "gs:B:f,1.5", "gw:i:0"] {
        assert!(read.split('\t').any(|f| f == field), "{field} in {read}");
    }
    assert!(
        lines
            .iter()
            .any(|l| l.starts_with("r2\t4\t*\t0\t0\t*\t*\t0\t0\t*\t*\tRG:Z:g") && l.contains("gk:Z:no_sequence")),
        "{text}"
    );
    // To standard output, as BAM.
    let through = shell(&format!(
        "{} reads {sam} -m tests/models/base-identity --engine rten --format bam --quiet | samtools view -c -",
        env!("CARGO_BIN_EXE_genogloss")
    ));
    assert_eq!(through.trim(), "2");
}

#[test]
fn vcf_gz_is_indexed_and_bcftools_sees_every_record_unchanged() {
    if !tools_available(&["bcftools", "tabix"]) {
        return;
    }
    let folder = Folder::new();
    let vcf = folder.write("a.vcf", vcf());
    let out = folder.path("out.vcf.gz");
    run(&["variants", &vcf, "-f", SLICE, "-m", "tests/models/onehot-softmax", "--engine", "rten", "-o", &out]);
    assert!(folder.names().contains(&"out.vcf.gz.tbi".to_string()));
    // bcftools must not complain about the header or any value.
    let complaints = shell(&format!("bcftools view {out} 2>&1 >/dev/null"));
    assert_eq!(complaints, "");
    // Without our fields, the records are the input's.
    let fields = shell(&format!("bcftools view -h {out}"))
        .lines()
        .filter_map(|l| l.strip_prefix("##INFO=<ID=GG_"))
        .filter_map(|l| l.split(',').next())
        .map(|f| format!("INFO/GG_{f}"))
        .collect::<Vec<_>>()
        .join(",");
    let stripped = shell(&format!("bcftools annotate -x {fields} {out} | bcftools view -H"));
    assert_eq!(stripped, shell(&format!("bcftools view -H {vcf}")));
    let at = shell(&format!("tabix {out} {CONTIG}:1000-1000 | cut -f 3"));
    assert_eq!(at.trim(), "v1000");
    let skips = shell(&format!("bcftools query -f '%ID %INFO/GG_SKIP\\n' {out}"));
    let expected = "v5 contig_end\nv1000 .\nv2000 .\nv3000 .\nv5000 .,symbolic_allele,spanning_deletion\nv6000 breakend\nv7000 reference_mismatch\nv8000 no_alternate\nv9000 allele_too_long\nv99995 contig_end\n";
    assert_eq!(skips, expected);
    let delta = shell(&format!(
        "bcftools query -i 'ID=\"v1000\"' -f '%INFO/GG_REF_splice_acceptor %INFO/GG_ALT_splice_acceptor %INFO/GG_DELTA_splice_acceptor\\n' {out}"
    ));
    let numbers: Vec<f64> = delta.split_whitespace().map(|n| n.parse().expect("a number")).collect();
    assert!((numbers[1] - numbers[0] - numbers[2]).abs() < 2e-6 && numbers[2] != 0.0, "{delta}");
}

/// Records of all kinds with two samples: values of every type, missing ones, other ploidies, a deletion with END.
fn samples() -> String {
    let mut lines: Vec<String> = vcf().lines().map(|line| line.replace("\tGT\t0/1", "\tGT:DP\t0|1:7\t1")).collect();
    let last = lines.iter().position(|line| line.starts_with("#CHROM")).expect("a header");
    lines[last].push_str("\ts2");
    let fields = [
        "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">",
        "##FORMAT=<ID=GL,Number=G,Type=Float,Description=\"Likelihoods\">",
        "##FORMAT=<ID=FT,Number=1,Type=String,Description=\"Filter\">",
        "##INFO=<ID=END,Number=1,Type=Integer,Description=\"End\">",
        "##INFO=<ID=DB,Number=0,Type=Flag,Description=\"Known\">",
        "##FILTER=<ID=q10,Description=\"Quality, \\\"low\\\"\">",
    ];
    lines.splice(last..last, fields.map(String::from));
    lines.retain(|line| !line.contains("\tv99995\t"));
    let long = "a_filter_with_a_long_name";
    for record in [
        "20000\tv20000\tN\t<DEL>\t1e-05\tPASS\tEND=30000;AF=1e-05\tGT:FT\t0/1:ok\t.|.:LONG",
        "20100\tx;y\tN\tA,C\t100000.5\tq10\tAF=0.333333,.;DB\tGT:DP:GL\t0/1/2:300:-1.5,-0.1,0\t2:.:.",
        "20200\t.\tN\tA\t.\t.\t.\t.\t.\t.",
    ] {
        lines.push(format!("{CONTIG}\t{}", record.replace("LONG", long)));
    }
    lines.join("\n") + "\n"
}

#[test]
fn vcf_bgzf_and_bcf_hold_the_same() {
    if !tools_available(&["bcftools", "bgzip", "tabix"]) {
        return;
    }
    let folder = Folder::new();
    let (text, binary) = (folder.write("in.vcf", samples()), folder.path("in.bcf"));
    shell(&format!("bcftools view --no-version -Ob -o {binary} {text}"));
    // INFO as bcftools writes it: floats in six digits.
    let view = |file: &str| shell(&format!("bcftools view --no-version {file}"));
    let common = ["-f", SLICE, "-m", "tests/models/onehot-softmax", "--engine", "rten", "--quiet"];
    let plain = folder.path("plain.vcf");
    run(&[&["variants", &text, "-o", &plain][..], &common].concat());
    let expected = view(&plain);
    assert!(expected.contains("GG_DELTA_") && expected.contains("GG_SKIP=.,symbolic_allele"), "{expected}");
    for input in [&text, &binary] {
        for (name, letter) in [("a.vcf", None), ("a.vcf.gz", None), ("a.bcf", None), ("b", Some("z")), ("c", Some("b"))]
        {
            let out = folder.path(name);
            let letter = letter.map_or(vec![], |letter| vec!["-O", letter]);
            run(&[&["variants", input, "-o", &out][..], &letter, &common].concat());
            assert!(view(&out) == expected, "{input} to {name}");
            let complaints = shell(&format!("bcftools view {out} 2>&1 >/dev/null"));
            assert_eq!(complaints, "", "{input} to {name}");
            if letter.is_empty() && name == "a.vcf" {
                continue;
            }
            let ending = if name.ends_with("bcf") || name == "c" { "csi" } else { "tbi" };
            assert!(folder.names().contains(&format!("{name}.{ending}")), "{:?}", folder.names());
            let count = samples().lines().filter(|line| !line.starts_with('#')).count();
            // Of files with other names bcftools 1.16 finds the index for -s alone.
            if letter.is_empty() {
                assert_eq!(shell(&format!("bcftools index -n {out}")).trim(), count.to_string());
            }
            assert_eq!(shell(&format!("bcftools index -s {out}")), format!("{CONTIG}\t100000\t{count}\n"));
            let ids = |region: &str| shell(&format!("tabix {out} {CONTIG}:{region} | cut -f 3"));
            let viewed = shell(&format!("bcftools query -f '%ID ' -r {CONTIG}:1000-2000 {out}"));
            assert_eq!(viewed, "v1000 v2000 ");
            // A deletion reaches as far as its END.
            assert_eq!((ids("1000-2000"), ids("29000-29999")), ("v1000\nv2000\n".into(), "v20000\n".into()));
            shell(&format!("rm {out} {out}.{ending} {out}.manifest.json"));
        }
        for letter in ["v", "z", "b"] {
            let arguments = [&["variants", input, "-O", letter][..], &common].concat().join(" ");
            let piped =
                shell(&format!("{} {arguments} | bcftools view --no-version -", env!("CARGO_BIN_EXE_genogloss")));
            assert!(piped == expected, "{input} -O {letter}");
        }
    }
    let piped = genogloss(&[&["variants", &text, "-O", "v"][..], &common].concat());
    assert!(piped.stdout.starts_with("##fileformat=VCFv4.2\n"));
}

#[test]
fn a_bcf_keeps_what_it_had_to_the_last_bit() {
    if !tools_available(&["bcftools", "bgzip"]) {
        return;
    }
    let folder = Folder::new();
    let (text, input, out) = (folder.write("in.vcf", samples()), folder.path("in.bcf"), folder.path("out.bcf"));
    // Numbers of names with gaps, and not in order.
    shell(&format!("bcftools annotate --no-version -x INFO/AF -Ob -o {input} {text}"));
    let common = ["-f", SLICE, "-m", "exact:gc", "--quiet"];
    run(&[&["variants", &input, "-o", &out][..], &common].concat());
    let fields = "INFO/GG_DELTA_gc,INFO/GG_REF_gc,INFO/GG_ALT_gc,INFO/GG_SKIP";
    let stripped =
        |file: &str| shell(&format!("bcftools annotate --no-version -x {fields} {file} | grep -v '^##genogloss'"));
    assert_eq!(stripped(&out), shell(&format!("bcftools view --no-version {input}")));
    let header = |file: &str| shell(&format!("bgzip -dc {file} | head -c 5000 | grep -a IDX="));
    let (before, after) = (header(&input), header(&out));
    let indices = |text: &str| -> Vec<String> {
        text.lines().filter_map(|line| line.rsplit_once("IDX=").map(|(_, index)| index.into())).collect()
    };
    assert!(before.lines().all(|line| after.lines().any(|other| line == other)), "{before}\n{after}");
    let (before, after) = (indices(&before), indices(&after));
    assert_eq!(after.len(), before.len() + 4);
    // Text that was BCF has no numbers in its header.
    let plain = run(&[&["variants", &input][..], &common].concat());
    assert!(!plain.contains("IDX="), "{plain}");
    // Nor does bcftools see a difference in its records.
    let records = |text: &str| -> String { text.lines().filter(|line| !line.starts_with('#')).collect() };
    let cut = shell(&format!("bcftools annotate --no-version -x {fields} {out}"));
    assert_eq!(records(&cut), records(&shell(&format!("bcftools view {input}"))));
}

fn vcf() -> String {
    let text = std::fs::read_to_string(SLICE).expect("the slice");
    let bases: String = text.lines().skip(1).collect::<String>().to_uppercase();
    let at = |position: usize, len: usize| &bases[position - 1..position - 1 + len];
    let other = |position: usize| if at(position, 1) == "A" { "C" } else { "A" };
    let mut vcf = format!(
        "##fileformat=VCFv4.2\n##FILTER=<ID=PASS,Description=\"All filters passed\">\n##contig=<ID={CONTIG},length=100000>\n##INFO=<ID=AF,Number=A,Type=Float,Description=\"Frequency\">\n##ALT=<ID=DEL,Description=\"Deletion\">\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts1\n"
    );
    let rows = [
        (5, at(5, 1).to_string(), other(5).to_string()),
        (1000, at(1000, 1).into(), other(1000).into()),
        (2000, at(2000, 1).into(), format!("{}GATTACA", at(2000, 1))),
        (3000, at(3000, 5).into(), at(3000, 1).into()),
        (5000, at(5000, 1).into(), format!("{},<DEL>,*", other(5000))),
        (6000, at(6000, 1).into(), format!("{}]{CONTIG}:7000]", at(6000, 1))),
        (7000, other(7000).into(), at(7000, 1).into()),
        (8000, at(8000, 1).into(), ".".into()),
        (9000, at(9000, 30).into(), at(9000, 1).into()),
        (99_995, at(99_995, 1).into(), other(99_995).into()),
    ];
    for (position, reference, alternate) in rows {
        vcf += &format!("{CONTIG}\t{position}\tv{position}\t{reference}\t{alternate}\t29.5\tPASS\t.\tGT\t0/1\n");
    }
    vcf
}

#[test]
fn ten_thousand_samples_pass_through_untouched() {
    let folder = Folder::new();
    let samples: String = (0..10_000).map(|i| format!("\ts{i}")).collect();
    let genotypes: String = (0..10_000).map(|i| format!("\t{}|{}:{}", i % 2, i % 3, i)).collect();
    let fasta = folder.write("a.fa", format!(">c\n{}\n", "ACGTTGCA".repeat(20)));
    let vcf = folder.write("a.vcf", format!("##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT{samples}\nc\t81\t.\tA\tC\t.\t.\t.\tGT:DP{genotypes}\n"));
    let out = run(&["variants", &vcf, "-f", &fasta, "-m", "tests/models/base-identity", "--engine", "rten"]);
    assert!(out.lines().last().expect("a record").ends_with(&genotypes));
}

#[test]
fn nothing_is_written_over_before_the_run_has_succeeded() {
    let folder = Folder::new();
    let out = folder.write("a.bed", "precious\n");
    let bad = folder.write("bad.fa", format!(">a\n{}\n>p\nMKVLE\n", "ACGT".repeat(50_000)));
    let run = genogloss(&["scan", &bad, "-m", "exact:gc", "-o", &out]);
    assert_eq!(run.code, 1);
    assert_eq!(
        (folder.read("a.bed"), folder.names()),
        ("precious\n".to_string(), vec!["a.bed".to_string(), "bad.fa".to_string()])
    );
}

#[test]
fn standard_output_is_data_and_nothing_else() {
    let run = genogloss_with_input(&["scan", "-", "-m", "exact:gc", "--window", "4"], b">a\nACGTAAAA\n");
    assert_eq!(run.stdout, "a\t0\t4\tgc\t500\t+\t0.500000\na\t4\t8\tgc\t0\t+\t0.000000\n");
    assert!(
        run.stderr.contains(concat!("genogloss ", env!("CARGO_PKG_VERSION"), " scan"))
            && run.stderr.contains("done: 1 record, 0 filtered"),
        "{}",
        run.stderr
    );
    let quiet = genogloss_with_input(&["scan", "-", "-m", "exact:gc", "--quiet"], b">a\nACGTAAAA\n");
    assert_eq!(quiet.stderr, "");
}

#[test]
fn help_has_examples_everywhere_and_version_is_one_clean_line() {
    for command in [
        &["scan"][..],
        &["reads"],
        &["variants"],
        &["models"],
        &["models", "list"],
        &["models", "show"],
        &["models", "check"],
        &["columns"],
        &["completions"],
        &["man"],
        &[],
    ] {
        let help = genogloss(&[command, &["--help"]].concat());
        assert_eq!(help.code, 0);
        assert!(help.stdout.contains("Examples:\n  genogloss"), "{command:?}: {}", help.stdout);
    }
    assert_eq!(genogloss(&["--version"]).stdout, format!("genogloss {}\n", env!("CARGO_PKG_VERSION")));
    assert!(genogloss(&["completions", "bash"]).stdout.contains("genogloss"));
    for command in ["scan", "reads", "variants"] {
        assert!(genogloss(&["columns", command]).stdout.lines().all(|l| l.split('\t').count() == 3), "{command}");
    }
}

/// The values of a bigWig file, joined where neighbours are equal.
fn bigwig(path: &str) -> Vec<(u64, u64, f32)> {
    let mut file = bigtools::BigWigRead::open_file(path).expect("a bigWig file");
    assert_eq!(file.chroms().iter().map(|c| (c.name.as_str(), c.length)).collect::<Vec<_>>(), [(CONTIG, 100_000)]);
    file.get_interval(CONTIG, 0, 100_000)
        .expect("the contig")
        .map(|v| v.expect("a value"))
        .map(|v| (u64::from(v.start), u64::from(v.end), v.value))
        .collect()
}

#[test]
fn bigwig_holds_what_the_bedgraph_holds() {
    let folder = Folder::new();
    let tracks = folder.path("tracks");
    run(&["scan", SLICE, "-m", "tests/models/track", "--bigwig", &tracks, "--quiet"]);
    let mut names: Vec<_> =
        std::fs::read_dir(&tracks).expect("the folder").map(|e| e.expect("one").file_name()).collect();
    names.sort();
    assert_eq!(names, ["coverage.bw", "genogloss.manifest.json", "site.acceptor.bw", "site.donor.bw"]);
    for column in ["coverage", "site.donor"] {
        let text =
            run(&["scan", SLICE, "-m", "tests/models/track", "--format", "bedgraph", "--column", column, "--quiet"]);
        let mut joined: Vec<(u64, u64, f32)> = Vec::new();
        for line in text.lines() {
            let cells: Vec<&str> = line.split('\t').collect();
            let (start, end): (u64, u64) = (cells[1].parse().expect("start"), cells[2].parse().expect("end"));
            let score: f64 = cells[3].parse().expect("score");
            let score = ((score * 1000.0).round() / 1000.0) as f32;
            match joined.last_mut() {
                Some(last) if last.1 == start && last.2 == score => last.1 = end,
                _ => joined.push((start, end, score)),
            }
        }
        let found = bigwig(&format!("{tracks}/{column}.bw"));
        // A score written with six decimals may round to the other side.
        let same = found.iter().filter(|v| joined.binary_search_by(|w| w.0.cmp(&v.0)).is_ok()).count();
        assert!(same as f64 > 0.99 * found.len() as f64, "{same} of {}", found.len());
        let covered = |all: &[(u64, u64, f32)]| all.iter().map(|(s, e, _)| e - s).sum::<u64>();
        assert_eq!(covered(&found), covered(&joined));
    }
    // With -o the table is written too, in one pass; unscored positions are in neither.
    let bed = folder.path("a.bed");
    run(&["scan", SLICE, "--bigwig", &tracks, "-m", "core-promoter", "-o", &bed, "--quiet"]);
    let last = folder.read("a.bed").lines().filter_map(|l| l.split('\t').nth(2)?.parse().ok()).max();
    assert_eq!(bigwig(&format!("{tracks}/promoter.bw")).last().map(|v| v.1), last);
}

#[test]
fn bigwig_needs_lengths_and_one_score_a_place() {
    let folder = Folder::new();
    let tracks = folder.path("tracks");
    let bases = std::fs::read(SLICE).expect("the slice");
    let piped = genogloss_with_input(&["scan", "-", "--bigwig", &tracks], &bases);
    assert_eq!(piped.code, 2);
    assert!(
        piped.stderr.contains("the lengths of the contigs must be known before the bases are read"),
        "{}",
        piped.stderr
    );
    let overlapping =
        genogloss(&["scan", SLICE, "-m", "exact:gc", "--window", "100", "--stride", "10", "--bigwig", &tracks]);
    assert_eq!(overlapping.code, 2);
    assert!(overlapping.stderr.contains("--overlap mean"), "{}", overlapping.stderr);
    let words = genogloss(&["scan", SLICE, "-m", "exact:reverse", "--bigwig", &tracks]);
    assert_eq!(words.code, 2);
    let file = folder.write("file", "");
    let blocked = genogloss(&["scan", SLICE, "--bigwig", &file]);
    assert_eq!(blocked.code, 1);
    assert!(!std::path::Path::new(&tracks).exists());
}

#[test]
fn overlapping_windows_are_joined() {
    let gc = ["scan", SLICE, "-m", "exact:gc", "--window", "100", "--quiet"];
    let with = |more: &[&str]| run(&[&gc[..], more].concat());
    // Where nothing overlaps nothing changes.
    assert_eq!(with(&[]), with(&["--overlap", "mean"]));
    // Each stretch of 50 bases lies in two windows of 100.
    let windows: Vec<f64> = with(&["--stride", "50"])
        .lines()
        .map(|l| l.split('\t').nth(6).and_then(|s| s.parse().ok()).expect("a score"))
        .collect();
    for (rule, join) in [("mean", (|a, b| (a + b) / 2.0) as fn(f64, f64) -> f64), ("max", f64::max)] {
        let text = with(&["--stride", "50", "--overlap", rule]);
        let found: Vec<f64> =
            text.lines().map(|l| l.split('\t').nth(6).and_then(|s| s.parse().ok()).expect("a score")).collect();
        assert_eq!(found.len(), windows.len());
        for (index, pair) in windows.windows(2).enumerate().take(1998) {
            assert!((found[index + 1] - join(pair[0], pair[1])).abs() < 2e-6, "{rule} {index}");
        }
    }
    // A track's cores never overlap, and words have no mean.
    for model in ["human", "exact:reverse"] {
        let run = genogloss(&["scan", SLICE, "-m", model, "--overlap", "mean"]);
        assert_eq!(run.code, 2, "{model}: {}", run.stderr);
        assert!(run.stderr.contains("not tracks"), "{model}: {}", run.stderr);
    }
    // A region gives the lines that the whole scan gives there.
    let region = format!("{CONTIG}:10,026-10,275");
    let whole = with(&["--stride", "50", "--overlap", "mean"]);
    let wanted: String = whole
        .lines()
        .filter(|l| {
            let cells: Vec<u64> = l.split('\t').skip(1).take(2).map(|c| c.parse().expect("a number")).collect();
            cells[0] < 10_275 && cells[1] > 10_025
        })
        .map(|l| format!("{l}\n"))
        .collect();
    assert_eq!(with(&["--stride", "50", "--overlap", "mean", "-r", &region]), wanted);
}
