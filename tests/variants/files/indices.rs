//! Indices find every record.

use std::fmt::Write as _;

use super::{COLUMNS, HEAD, bases, desk, other, reference, snv, variants};
use crate::support::{Folder, shell, succeed, tools_available};

#[test]
fn the_kind_of_index_follows_from_the_longest_contig() {
    let (folder, fasta) = desk();
    let text = |length: u64| {
        let head = HEAD.replace("ID=d,length=4000", &format!("ID=d,length={length}"));
        format!("{head}{COLUMNS}\n{}", snv(2000, "PASS\tDP=3"))
    };
    let written = |length: u64, more: &[&str]| {
        let (vcf, out) = (folder.write("v.vcf", text(length)), folder.path("out.vcf.gz"));
        for ending in ["", ".tbi", ".csi"] {
            std::fs::remove_file(format!("{out}{ending}")).ok();
        }
        let run = variants(&vcf, &fasta, &[more, &["-o", &out]].concat());
        let names = folder.names();
        let there = |ending: &str| names.contains(&format!("out.vcf.gz.{ending}"));
        (run, there("tbi"), there("csi"))
    };
    let (run, tbi, csi) = written(4000, &[]);
    assert_eq!((run.code, tbi, csi), (0, true, false), "{}", run.stderr);
    let (run, tbi, csi) = written(536_870_912, &[]);
    assert_eq!((run.code, tbi, csi), (0, true, false), "{}", run.stderr);
    let (run, tbi, csi) = written(536_870_913, &[]);
    assert_eq!((run.code, tbi, csi), (0, false, true), "{}", run.stderr);
    let (run, tbi, csi) = written(600_000_000, &["--index", "tbi"]);
    assert_eq!((run.code, tbi, csi), (2, false, false), "{}", run.stderr);
    assert!(
        run.stderr.contains("--index tbi holds contigs up to 512 Mb, and one has 600,000,000 bases"),
        "{}",
        run.stderr
    );
    let (run, tbi, csi) = written(4000, &["--index", "csi"]);
    assert_eq!((run.code, tbi, csi), (0, false, true), "{}", run.stderr);
}

#[test]
fn a_record_covers_what_its_longest_allele_covers() {
    if !tools_available(&["bcftools"]) {
        return;
    }
    let (folder, fasta) = desk();
    let base = reference(1000);
    // ALT, INFO, last base.
    let cases = [
        ("<DEL>", "SVLEN=900", 1900),
        ("<DEL>", "SVLEN=-900", 1900),
        ("<DEL:ME:ALU>", "DP=1;SVLEN=900;DB", 1900),
        ("<DUP>", "SVLEN=900", 1900),
        ("<DUP:TANDEM>", "SVLEN=900", 1900),
        ("<INV>", "SVLEN=900", 1900),
        ("<CNV>", "SVLEN=900", 1900),
        ("<CNV:TR>", "SVLEN=900", 1900),
        ("<INS>", "SVLEN=900", 1000),
        ("<BND>", "SVLEN=900", 1000),
        ("<INS>,<DEL>", "SVLEN=900,50", 1050),
        ("A,<DEL>,<DUP>", "SVLEN=.,50,70", 1070),
        ("<DEL>", "SVLEN=.", 1000),
        ("<DEL>", "XSVLEN=900", 1000),
        ("<DEL>", "END=1500;SVLEN=900", 1900),
        ("<DEL>", "END=1500;SVLEN=90", 1500),
        ("<INS>,<DEL>", "SVLEN=900", 1000),
        ("<DEL>", "END=900;SVLEN=900", 1900),
        ("<NON_REF>", "END=1500", 1500),
        ("<DEL>", "DP=1", 1000),
    ];
    let mut lines: Vec<(String, u64)> = Vec::new();
    for (at, (alternate, info, end)) in cases.into_iter().enumerate() {
        let alternate = alternate.replace('A', &other(base).to_string()).replace("<DEL:ME:CLU>", "<DEL:ME:ALU>");
        lines.push((format!("c\t1000\tr{at}\t{base}\t{alternate}\t.\t.\t{info}\tGT:LEN\t0/1:.\t0/0:."), end));
    }
    lines.push((format!("c\t1000\tblock\t{base}\t<*>\t.\t.\t.\tGT:LEN\t0/0:400\t0/0:700"), 1699));
    let declared = "##INFO=<ID=DB,Number=0,Type=Flag,Description=\"d\">\n##INFO=<ID=XSVLEN,Number=A,Type=Integer,Description=\"x\">\n";
    let body: String = lines.iter().map(|(line, _)| format!("{line}\n")).collect();
    let vcf = folder.write("v.vcf", format!("{HEAD}{declared}{COLUMNS}\tFORMAT\ta\tb\n{body}"));
    let (first, second) = (folder.path("a.bcf"), folder.path("b.bcf"));
    // Older versions of htslib (1.16) do not know SVLEN: in their BCF such a record covers REF.
    shell(&format!("bcftools view -Ob -o {} {vcf} 2> /dev/null", folder.path("by.bcf")));
    for (input, out) in [(&vcf, &first), (&folder.path("by.bcf"), &second)] {
        let run = variants(input, &fasta, &["--prefix", "X", "-o", out]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        for place in [1000, 1050, 1051, 1070, 1071, 1500, 1501, 1699, 1700, 1900, 1901] {
            let found = shell(&format!("bcftools query -r c:{place}-{place} -f '%ID ' {out} 2> /dev/null"));
            let expected: String = lines
                .iter()
                .filter(|(_, end)| *end >= place)
                .map(|(line, _)| format!("{} ", line.split('\t').nth(2).expect("ID")))
                .collect();
            assert_eq!(found, expected, "{place} of {out}");
        }
    }
}

/// Short and long records of two contigs, sorted, with text that fills many blocks: the VCF; contig, start, end and ID of each.
fn mixed(lengths: [u64; 2]) -> (String, Vec<(usize, u64, u64, String)>) {
    let mut random = fastrand::Rng::with_seed(18);
    let mut records: Vec<(usize, u64, u64, String)> = (0..3000)
        .map(|at| {
            let contig = usize::from(at % 3 == 0);
            let start = random.u64(1000..lengths[contig] - 1000);
            let length = match random.u8(0..20) {
                0 => random.u64(1..lengths[contig] - start),
                1..4 => random.u64(1..20_000).min(lengths[contig] - start - 1),
                _ => 1,
            };
            (contig, start, start + length.max(1), format!("r{at}"))
        })
        .collect();
    records.sort();
    let mut text = String::from("##fileformat=VCFv4.2\n");
    for (name, length) in ["c", "d"].iter().zip(lengths) {
        writeln!(text, "##contig=<ID={name},length={length}>").expect("memory");
    }
    text.push_str("##INFO=<ID=END,Number=1,Type=Integer,Description=\"End\">\n##INFO=<ID=T,Number=1,Type=String,Description=\"Text\">\n");
    writeln!(text, "{COLUMNS}").expect("memory");
    for (contig, start, end, id) in &records {
        let noise: String = (0..200).map(|_| random.alphanumeric()).collect();
        let (name, alternate) = (["c", "d"][*contig], if end - start > 1 { "<DEL>" } else { "T" });
        let end = if end - start > 1 { format!("END={end};") } else { String::new() };
        writeln!(text, "{name}\t{}\t{id}\tN\t{alternate}\t.\t.\t{end}T={noise}", start + 1).expect("memory");
    }
    (text, records)
}

#[test]
fn any_region_finds_what_a_plain_filter_and_htslib_s_own_index_find() {
    if !tools_available(&["bcftools", "tabix", "bgzip"]) {
        return;
    }
    let folder = Folder::new();
    let lengths = [900_000, 300_000];
    let fasta = folder.write("g.fa", format!(">c\n{}\n>d\n{}\n", bases(lengths[0], 5), bases(lengths[1], 6)));
    let (text, records) = mixed(lengths.map(|length| length as u64));
    let vcf = folder.write("v.vcf", text);
    let mut random = fastrand::Rng::with_seed(19);
    let regions: Vec<(usize, u64, u64)> = (0..300)
        .map(|_| {
            let contig = random.usize(0..2);
            let start = random.u64(0..lengths[contig] as u64 - 3000);
            (contig, start, start + random.u64(1..3000))
        })
        .collect();
    let asked: String =
        regions.iter().map(|(contig, start, end)| format!(" {}:{}-{end}", ["c", "d"][*contig], start + 1)).collect();
    // tabix answers one region after the other.
    let found = |file: &str, column: u8| shell(&format!("tabix {file}{asked} | cut -f {column}"));
    let expected: String = regions
        .iter()
        .flat_map(|(contig, start, end)| {
            let overlaps = move |r: &&(usize, u64, u64, String)| r.0 == *contig && r.1 < *end && r.2 > *start;
            records.iter().filter(overlaps).map(|record| format!("{}\n", record.3))
        })
        .collect();
    assert!(expected.lines().count() > 3000);
    for (name, more, by_htslib) in [
        ("a.bcf", &[][..], "bcftools index -f"),
        ("a.vcf.gz", &["--index", "csi"], "tabix -f -C"),
        ("b.vcf.gz", &["--index", "tbi"], "tabix -f"),
    ] {
        let out = folder.path(name);
        let run = variants(&vcf, &fasta, &[more, &["--max-ref-mismatch", "1", "-o", &out]].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(found(&out, 3) == expected, "{name}");
        shell(&format!("{by_htslib} {out} 2> /dev/null"));
        assert!(found(&out, 3) == expected, "{name}, index of htslib");
    }
    // Windows of a scan lie across the borders of bins.
    for (name, more, by_htslib) in [
        ("a.tsv.gz", &["--format", "tsv", "--index", "csi"][..], "tabix -f -C -s 1 -b 2 -e 3 -0 -S 1"),
        ("a.bed.gz", &["--index", "csi"], "tabix -f -C -p bed"),
        ("b.bed.gz", &[], "tabix -f -p bed"),
    ] {
        let out = folder.path(name);
        succeed(&[&["scan", &fasta, "-m", "exact:gc", "--window", "990", "--quiet", "-o", &out], more].concat());
        let windows: Vec<(usize, u64, u64)> = (0..2)
            .flat_map(|contig| {
                let length = lengths[contig] as u64;
                (0..length.div_ceil(990)).map(move |at| (contig, at * 990, ((at + 1) * 990).min(length)))
            })
            .collect();
        let expected: String = regions
            .iter()
            .flat_map(|(contig, start, end)| {
                let overlaps = move |w: &&(usize, u64, u64)| w.0 == *contig && w.1 < *end && w.2 > *start;
                windows.iter().filter(overlaps).map(|window| format!("{}\n", window.1))
            })
            .collect();
        assert!(found(&out, 2) == expected, "{name}");
        shell(&format!("{by_htslib} {out}"));
        assert!(found(&out, 2) == expected, "{name}, index of htslib");
    }
}
