//! Bad FASTA files and indices of FASTA files.

#![allow(clippy::print_stdout, reason = "what was not tried, and which case failed, is said")]

use std::{fs, process::Command};

use super::{CUT_OFF, Desk, VCF_HEAD, bases, fasta, full_desk, noise, sam, variants};
use crate::support::{PROGRAM, finish};

#[test]
fn a_bgzf_fasta_that_was_cut_is_an_error() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(10));
    desk.shell("bgzip -c g.fa > whole.fa.gz");
    desk.cut("whole.fa.gz", "block.fa.gz", |len| len * 2 / 3);
    desk.cut("whole.fa.gz", "end.fa.gz", |len| len - 28);
    desk.cut("whole.fa.gz", "head.fa.gz", |_| 20);
    for name in ["block.fa.gz", "end.fa.gz", "head.fa.gz"] {
        for options in ["-o out.bed", "-o out.bed.gz", "-r chr20:1-100 -o out.bed.gz"] {
            desk.fails_any(&format!("scan {name} -m exact:gc {options}"), &[name], CUT_OFF);
        }
        desk.fails_any(&format!("scan {name} -m exact:orf -o out.bed"), &[name], CUT_OFF);
        desk.fails_any(&format!("variants v.vcf -f {name} -m exact:gc -o out.vcf.gz"), &[name], CUT_OFF);
    }
    // With its index beside it, made before it was cut.
    desk.shell("samtools faidx whole.fa.gz; for n in block end; do cp whole.fa.gz.fai $n.fa.gz.fai; cp whole.fa.gz.gzi $n.fa.gz.gzi; done");
    for name in ["block.fa.gz", "end.fa.gz"] {
        desk.fails_any(&format!("scan {name} -m exact:gc -r chr20:1-100 -o out.bed"), &[name], CUT_OFF);
        desk.fails_any(&format!("variants v.vcf -f {name} -m exact:gc -o out.vcf.gz"), &[name], CUT_OFF);
    }
}

#[test]
fn a_bgzf_fasta_that_was_cut_on_a_block_boundary_is_an_error() {
    let desk = Desk::new();
    desk.write("big.fa", fasta(&[("a", &bases(300_000, 3))], 60));
    desk.shell("bgzip -c big.fa > whole.fa.gz");
    let all = desk.read("whole.fa.gz");
    let first = usize::from(u16::from_le_bytes([all[16], all[17]])) + 1;
    desk.write("cut.fa.gz", &all[..first]);
    desk.fails_any("scan cut.fa.gz -m exact:gc -o out.bed", &["cut.fa.gz"], CUT_OFF);
    let run = desk.run_with_input("scan - -m exact:gc -o out.bed", &all[..first]);
    assert!(run.error(1).contains("standard input"), "{}", run.stderr);
    assert!(!desk.at("out.bed").exists());
}

#[test]
fn a_plain_gzip_that_was_cut_is_an_error() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(2000));
    desk.write("r.sam", sam(2000));
    desk.shell("for f in g.fa v.vcf r.sam; do gzip -c $f > whole.$f.gz; done");
    for (name, line) in [
        ("g.fa", "scan cut.gz -m exact:gc -o out.bed"),
        ("v.vcf", "variants cut.gz -f g.fa -m exact:gc -o out.vcf.gz"),
        ("r.sam", "reads cut.gz -m exact:gc -o out.tsv"),
    ] {
        // In the middle, in the checksum at the end, and in the header.
        for cut in [|len: usize| len * 2 / 3, |len| len - 3, |_| 5] {
            desk.cut(&format!("whole.{name}.gz"), "cut.gz", cut);
            desk.fails_any(line, &["cut.gz"], CUT_OFF);
        }
    }
}

#[test]
fn a_repeated_contig_is_an_error() {
    let desk = Desk::new();
    desk.write("a.fa", ">chr20\nACGT\n>b\nACGT\n>chr20\nTTTT\n");
    desk.write("v.vcf", variants(1));
    desk.fails("scan a.fa -m exact:gc -o out.bed.gz", &["a.fa", "line 5", "\"chr20\"", "twice"]);
    desk.fails("scan a.fa -m exact:gc -r b -o out.bed.gz", &["a.fa", "\"chr20\"", "twice"]);
    desk.fails("variants v.vcf -f a.fa -m exact:gc -o out.vcf", &["a.fa", "\"chr20\"", "twice"]);
}

#[test]
fn a_contig_without_a_name_is_an_error() {
    let desk = Desk::new();
    desk.write("v.vcf", variants(1));
    for text in [">a\nACGT\n>\nACGT\n", ">a\nACGT\n> chr20\nACGT\n", ">a\nACGT\n>\r\nACGT\n"] {
        desk.write("a.fa", text);
        desk.fails("scan a.fa -m exact:gc -o out.bed.gz", &["a.fa", "line 3", "without a name"]);
        desk.fails("scan a.fa -m exact:gc -r a -o out.bed.gz", &["a.fa"]);
        desk.fails("variants v.vcf -f a.fa -m exact:gc -o out.vcf", &["a.fa"]);
    }
}

#[test]
fn a_contig_without_sequence_is_told() {
    let desk = Desk::new();
    for text in
        [">nothing\n>b\nACGTACGT\n", ">b\nACGTACGT\n>nothing\n", ">b\nACGTACGT\n>nothing\n\n", ">b\nACGT\n>nothing"]
    {
        desk.write("a.fa", text);
        let run = desk.run("scan a.fa -m exact:gc --format tsv -o out.tsv");
        if run.code == 0 {
            // Nothing is lost: it comes out with its reason.
            let table = String::from_utf8(desk.read("out.tsv")).expect("text");
            assert!(table.lines().any(|line| line.starts_with("nothing\t")), "{text:?} lost a contig:\n{table}");
        } else {
            let error = run.error(1);
            assert!(error.contains("a.fa") && error.contains("nothing"), "{error}");
            assert_eq!(desk.names(), ["a.fa"]);
        }
    }
}

#[test]
fn text_that_is_not_fasta_is_an_error_with_its_line() {
    let desk = Desk::new();
    desk.write("a.fa", ">a\nACGT\nAC GT\n");
    desk.fails("scan a.fa -m exact:gc -o out.bed", &["a.fa", "a:7"]);
    desk.write("a.fa", ">a\nACGT\nAC\0GT\n");
    desk.fails("scan a.fa -m exact:gc -o out.bed", &["a.fa", "0x00", "a:7"]);
    desk.write("a.txt", "hello\n");
    desk.fails("scan a.txt -m exact:gc -o out.bed", &["a.txt", "FASTA"]);
}

#[test]
fn a_stale_fasta_index_is_an_error() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(3));
    desk.shell("samtools faidx g.fa; mv g.fa.fai good.fai; bgzip -c g.fa > z.fa.gz");
    let good = String::from_utf8(desk.read("good.fai")).expect("text");
    let stale = [
        ("other line lengths", good.replace("\t60\t61", "\t50\t51")),
        ("another place", good.replacen("\t7\t", "\t9\t", 1)),
        ("another name", good.replacen("chr20", "chrX0", 1).replacen("chr21", "chr20", 1)),
        ("longer than the file", good.replace("\t5000\t", "\t50000\t").replace("\t20000\t", "\t200000\t")),
        ("shorter than the file", good.lines().next().expect("a line").to_string() + "\n"),
    ];
    for (what, text) in &stale {
        desk.write("g.fa.fai", text);
        for line in ["variants v.vcf -f g.fa -m exact:gc -o out.vcf.gz", "scan g.fa -m exact:gc -r chr20 -o out.bed.gz"]
        {
            println!("{what}: {line}");
            desk.fails(line, &["g.fa.fai", "g.fa", "hint: ", "samtools faidx"]);
        }
    }
    // The same of a BGZF file, whose length says nothing.
    for (what, text) in &stale[..4] {
        desk.write("z.fa.gz.fai", text);
        println!("{what}, BGZF");
        desk.fails("variants v.vcf -f z.fa.gz -m exact:gc -o out.vcf.gz", &["z.fa.gz.fai", "samtools faidx"]);
    }
}

#[test]
fn a_senseless_index_is_an_error() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(3));
    for text in [
        &b"hello"[..],
        b"chr20\tx\t7\t60\t61\n",
        b"chr20\t20000\t7\t0\t0\n",
        b"chr20\t20000\n",
        b"\0\0\0",
        &noise(500, 4),
    ] {
        desk.write("g.fa.fai", text);
        desk.fails("variants v.vcf -f g.fa -m exact:gc -o out.vcf.gz", &["g.fa.fai"]);
    }
    fs::remove_file(desk.at("g.fa.fai")).expect("removed");
    desk.shell("bgzip -c g.fa > z.fa.gz; samtools faidx z.fa.gz");
    for text in [noise(200, 5), vec![255; 8], vec![], vec![1, 0, 0, 0, 0, 0, 0, 0]] {
        desk.write("z.fa.gz.gzi", text);
        desk.fails("variants v.vcf -f z.fa.gz -m exact:gc -o out.vcf.gz", &["z.fa.gz"]);
    }
    desk.write("r.sam", sam(100));
    desk.shell("samtools view -b -o r.bam r.sam");
    for text in [noise(200, 6), vec![], b"BAI\x01".to_vec(), b"BAI\x01\x02\0\0\0\x01\0\0\0".to_vec()] {
        desk.write("r.bam.bai", text);
        desk.fails("reads r.bam -m exact:gc -r chr20:1-100 -o out.tsv", &["r.bam.bai"]);
    }
}

#[test]
fn an_index_or_file_that_claims_to_be_huge_takes_no_memory() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(3));
    desk.write("r.sam", sam(100));
    desk.shell("bgzip -c g.fa > z.fa.gz; samtools faidx z.fa.gz; samtools view -b -o r.bam r.sam");
    let mut failures = Vec::new();
    let mut limited = |what: &str, line: &str, file: &str| {
        let text = format!("ulimit -v 1500000; exec {PROGRAM} {line}");
        let run =
            finish(Command::new("bash").args(["-c", &text]).current_dir(desk.path()).env("RUST_BACKTRACE", "0"), b"");
        if run.code != 1 || !run.stderr.lines().any(|l| l.starts_with("error:") && l.contains(file)) {
            failures.push(format!("{what}: exit code {}, {}", run.code, run.stderr.lines().nth(1).unwrap_or_default()));
        }
    };
    desk.write("z.fa.gz.fai", "chr20\t20000\t7\t60\t1000000000000\n");
    limited("line width of 1 Tb in .fai of BGZF", "variants v.vcf -f z.fa.gz -m exact:gc -t 1 -o out.vcf", "z.fa.gz");
    desk.write("r.bam.bai", [&b"BAI\x01\xff\xff\xff\x7f"[..], &[0; 100]].concat());
    limited("contig count in .bai", "reads r.bam -m exact:gc -t 1 -r chr20:1-100 -o out.tsv", "r.bam.bai");
    let header = b"BAM\x01\0\0\0\0\x01\0\0\0\x05\0\0\0abcd\0\0\x01\0\0";
    desk.write("raw", [&header[..], b"\xff\xff\xff\x7f", &[0; 100]].concat());
    desk.shell("bgzip -c raw > bomb.bam");
    limited("record length in BAM", "reads bomb.bam -m exact:gc -t 1 -o out.tsv", "bomb.bam");
    desk.write("raw", b"BCF\x02\x02\xff\xff\xff\xff0000");
    desk.shell("bgzip -c raw > bomb.bcf");
    limited("header length in BCF", "variants bomb.bcf -f g.fa -m exact:gc -t 1 -o out.vcf", "bomb.bcf");
    desk.shell("(printf '@a\\n'; head -c 2000000000 /dev/zero) | gzip -1 > line.fq.gz");
    limited("line of 2 GB in FASTQ", "reads line.fq.gz -m exact:gc -t 1 -o out.tsv", "line.fq.gz");
    desk.shell("(printf '@HD\\tVN:1.6\\n@CO\\t'; head -c 2000000000 /dev/zero) | gzip -1 > line.sam.gz");
    limited("line of 2 GB in SAM", "reads line.sam.gz -m exact:gc -t 1 -o out.tsv", "line.sam.gz");
    desk.shell("(printf '##fileformat=VCFv4.2\\n##'; head -c 2000000000 /dev/zero) | gzip -1 > line.vcf.gz");
    limited("line of 2 GB in VCF", "variants line.vcf.gz -f g.fa -m exact:gc -t 1 -o out.vcf", "line.vcf.gz");
    limited("line of 2 GB in BED", "scan g.fa -R line.vcf.gz -m exact:gc -t 1 -o out.bed", "line.vcf.gz");
    desk.shell("(printf '>'; head -c 2000000000 /dev/zero) | gzip -1 > line.fa.gz");
    limited("header of 2 GB in FASTA", "scan line.fa.gz -m exact:gc -t 1 -o out.bed", "line.fa.gz");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn protein_is_not_taken_for_dna() {
    let desk = Desk::new();
    desk.write("p.fa", ">P04637\nMEEPQSDPSVEPPLSQETFSDLWKLLPENNVLSPLPSQAMDDLMLSPDDIEQWFTEDPGP\n");
    desk.write("v.vcf", format!("{VCF_HEAD}P04637\t3\t.\tE\tA\t.\t.\t.\n"));
    desk.fails("scan p.fa -m exact:gc -o out.bed", &["p.fa", "P04637:2", "nucleotide", "protein"]);
    desk.fails("scan p.fa -m exact:orf -o out.bed", &["p.fa", "nucleotide", "protein"]);
    desk.fails("scan p.fa -m exact:gc -r P04637 -o out.bed.gz", &["p.fa", "nucleotide", "protein"]);
}

#[test]
fn lower_case_is_upper_case_and_iupac_letters_are_unknown() {
    let desk = Desk::new();
    let upper = bases(3000, 9);
    let mut mixed = upper.clone().into_bytes();
    mixed.iter_mut().enumerate().for_each(|(i, base)| {
        if i / 100 % 2 == 0 {
            base.make_ascii_lowercase();
        }
    });
    let with = |letters: &[u8]| {
        let mut bases = upper.clone().into_bytes();
        bases
            .iter_mut()
            .enumerate()
            .filter(|(i, _)| i % 13 == 5)
            .for_each(|(i, base)| *base = letters[i % letters.len()]);
        String::from_utf8(bases).expect("ASCII")
    };
    let scan = |bases: &str, options: &str| {
        desk.write("a.fa", fasta(&[("a", bases)], 60));
        desk.run(&format!("scan a.fa {options} --format tsv")).good().stdout
    };
    for options in ["-m exact:gc --window 100", "-m core-promoter --engine rten"] {
        let expected = scan(&upper, options);
        assert!(expected.lines().count() > 20);
        assert_eq!(scan(&String::from_utf8(mixed.clone()).expect("ASCII"), options), expected, "lower case, {options}");
        // S and W say G-or-C and A-or-T, which is all that GC content asks; no other letter is known.
        let letters = if options.contains("gc") { &b"RYKMBDHVrykn"[..] } else { b"RYSWKMBDHVrywsn" };
        assert_eq!(scan(&with(letters), options), scan(&with(b"N"), options), "IUPAC, {options}");
    }
}

#[test]
fn a_line_of_ten_megabases_works() {
    let desk = Desk::new();
    let long = bases(10_000_000, 10);
    desk.write("a.fa", format!(">chr20\n{long}\n"));
    desk.write("w.fa", fasta(&[("chr20", &long)], 60));
    let base = |i: usize| char::from(long.as_bytes()[i - 1]);
    desk.write(
        "v.vcf",
        format!(
            "{VCF_HEAD}chr20\t9000000\t.\t{}\t<X>\t.\t.\t.\nchr20\t9000001\t.\t{}\tN\t.\t.\t.\n",
            base(9_000_000),
            base(9_000_001)
        ),
    );
    for options in ["", "-r chr20:9,000,001-9,010,000"] {
        let run = desk.run(&format!("scan a.fa -m exact:gc {options}")).good().stdout;
        assert!(!run.is_empty() && run == desk.run(&format!("scan w.fa -m exact:gc {options}")).good().stdout);
    }
    let of = |name: &str| desk.run(&format!("variants v.vcf -f {name} -m exact:gc")).good().stdout.replace(name, "");
    assert_eq!(of("a.fa"), of("w.fa"));
}

#[test]
fn windows_line_ends_change_nothing() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(5));
    desk.write("r.bed", "chr20\t100\t3000\nchr21\t0\t5000\n");
    desk.write("r.sam", sam(10));
    desk.write("r.fq", "@q1 x\nACGTACGT\n+\nIIIIIIII\n@q2\nGGCC\n+\nIIII\n");
    desk.shell("mkdir dos; for f in g.fa v.vcf r.bed r.sam r.fq; do sed 's/$/\\r/' $f > dos/$f; done");
    for line in [
        "scan @g.fa -m exact:gc --format tsv",
        "scan @g.fa -m exact:gc -R @r.bed",
        "scan @g.fa -m exact:gc -r chr20:1000-4000",
        "variants @v.vcf -f @g.fa -m exact:gc",
        "reads @r.sam -m exact:gc",
        "reads @r.fq -m exact:gc",
    ] {
        let [unix, dos] = ["", "dos/"].map(|folder| desk.run(&line.replace('@', folder)).good().stdout);
        assert!(unix.lines().count() > 1);
        assert_eq!(unix, dos, "{line}");
    }
    // A table of aliases from a spreadsheet.
    desk.write("names.tsv", "20\tchr20\r\n");
    desk.write("n.vcf", variants(5).replace("chr20", "20"));
    let run = desk.run("variants n.vcf -f g.fa -m exact:gc --contig-aliases names.tsv").good();
    assert!(run.stdout.contains("GG_DELTA_gc="));
}

#[test]
fn a_contig_shorter_than_the_window_comes_out_as_too_short() {
    let desk = Desk::new();
    desk.write("a.fa", fasta(&[("short", &bases(50, 11)), ("long", &bases(500, 12)), ("end", "ACGT")], 60));
    let run = desk.run("scan a.fa -m core-promoter --engine rten --format tsv").good();
    for name in ["short", "end"] {
        let text = run.stdout.as_str();
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with(&format!("{name}\t"))).collect();
        assert!(!lines.is_empty() && lines.iter().all(|line| line.ends_with("\ttoo_short")), "{name}: {lines:?}");
    }
    assert!(run.stderr.contains("too_short") && !run.stderr.contains("nothing was scored"), "{}", run.stderr);
    desk.write("b.fa", fasta(&[("short", &bases(50, 11))], 60));
    let run = desk.run("scan b.fa -m core-promoter --engine rten").good();
    assert!(run.stderr.contains("nothing was scored (skipped: too_short 2)"), "{}", run.stderr);
}

#[test]
fn a_plain_gzip_reference_is_refused_with_advice() {
    let desk = full_desk();
    desk.shell("gzip -c g.fa > g.fa.gz");
    desk.fails("variants v.vcf -f g.fa.gz -m exact:gc -o out.vcf", &["g.fa.gz", "gzip", "bgzip"]);
}
