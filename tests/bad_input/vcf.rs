//! Bad VCF and BCF files.

use std::{fs, process::Command};

use super::{CUT_OFF, Desk, VCF_HEAD, bases, fasta, variant, variants};
use crate::support::{PROGRAM, finish};

#[test]
fn a_bgzf_vcf_that_was_cut_is_an_error() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(2000));
    desk.shell("bgzip -c v.vcf > whole.vcf.gz; bcftools view -Ob -o whole.bcf v.vcf");
    for whole in ["whole.vcf.gz", "whole.bcf"] {
        desk.cut(whole, "block.gz", |len| len * 2 / 3);
        desk.cut(whole, "end.gz", |len| len - 28);
        for name in ["block.gz", "end.gz"] {
            desk.fails_any(&format!("variants {name} -f g.fa -m exact:gc -o out.vcf"), &[name], CUT_OFF);
            desk.fails_any(&format!("variants {name} -f g.fa -m exact:gc -o out.vcf.gz"), &[name], CUT_OFF);
            desk.fails_any(&format!("variants {name} -f g.fa -m exact:gc -o out.bcf"), &[name], CUT_OFF);
        }
    }
}

#[test]
fn what_bcf_cannot_hold_is_said_and_passes_through_as_vcf() {
    let desk = Desk::with_genome();
    let head = VCF_HEAD.replace(
        "#CHROM",
        "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"d\">\n##INFO=<ID=AF,Number=A,Type=Float,Description=\"a\">\n#CHROM",
    );
    for (column, words) in [
        ("XX=7", ["v.vcf, record 2", "INFO field XX is not in the header", "-O z"]),
        ("DP=many", ["v.vcf, record 2", "INFO field DP is \"many\"", "-O z"]),
        ("AF=1e", ["v.vcf, record 2", "INFO field AF is \"1e\"", "-O z"]),
        ("DP=5;;=;AF", ["v.vcf, record 2", "INFO field ", "-O z"]),
    ] {
        let bad = variant(2005).replace("PASS\t.", &format!("PASS\t{column}"));
        desk.write("v.vcf", format!("{head}{}{bad}", variant(2000)));
        desk.fails("variants v.vcf -f g.fa -m exact:gc -o out.bcf", &words);
        let run = desk.run("variants v.vcf -f g.fa -m exact:gc").good();
        assert!(run.stdout.contains(&format!("\tPASS\t{column};GG_DELTA_gc=")), "{}", run.stdout);
    }
    desk.write("v.vcf", format!("{head}{}", variant(2000).replace("PASS", "odd")));
    desk.fails("variants v.vcf -f g.fa -m exact:gc -O b -o out", &["record 1", "filter odd is not in the header"]);
    let undeclared = format!("{head}{}", variant(2000)).replace("##contig=<ID=chr20,length=20000>\n", "");
    desk.write("v.vcf", undeclared);
    desk.fails("variants v.vcf -f g.fa -m exact:gc -o out.bcf", &["record 1", "contig chr20 is not in the header"]);
}

#[test]
fn a_contig_of_another_naming_is_an_error_that_shows_both_and_aliases_fix_it() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(5).replace("chr20", "20"));
    for output in ["out.vcf", "out.vcf.gz"] {
        desk.fails(
            &format!("variants v.vcf -f g.fa -m exact:gc -o {output}"),
            &["v.vcf", "\"20\"", "g.fa", "chr20", "chr21", "hint:", "--contig-aliases"],
        );
    }
    desk.write("names.tsv", "# theirs\tours\n20\tchr20\n");
    desk.run("variants v.vcf -f g.fa -m exact:gc --contig-aliases names.tsv -o out.vcf").good();
    let text = String::from_utf8(desk.read("out.vcf")).expect("text");
    let records: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(records.len(), 5);
    assert!(records.iter().all(|line| line.starts_with("20\t") && line.contains("GG_DELTA_gc=")), "{text}");
    for (table, words) in [
        ("20 chr20\n", &["names.tsv", "line 1", "tab"][..]),
        ("20\tchr20\n20\tchr21\n", &["names.tsv", "line 2", "twice"]),
        ("20\tchr99\n", &["v.vcf", "chr99", "g.fa"]),
    ] {
        desk.write("names.tsv", table);
        fs::remove_file(desk.at("out.vcf")).ok();
        desk.fails("variants v.vcf -f g.fa -m exact:gc --contig-aliases names.tsv -o out2.vcf", words);
    }
}

#[test]
fn a_reference_that_disagrees_is_written_with_its_reason() {
    let desk = Desk::with_genome();
    let good = variant(2000);
    let bad = variant(2005)
        .replace("\tA\tC\t", "\tG\tT\t")
        .replace("\tC\tA\t", "\tG\tT\t")
        .replace("\tT\tA\t", "\tG\tC\t")
        .replace("\tG\tA\t", "\tT\tC\t");
    // Past the contig's end, and at positions no contig has.
    let beyond = "chr20\t19999\t.\tACGTACGT\tA\t.\t.\t.\nchr20\t30000\t.\tA\tC\t.\t.\t.\nchr20\t18446744073709551615\t.\tAC\tA\t.\t.\t.\n";
    desk.write("v.vcf", format!("{VCF_HEAD}{good}{bad}{beyond}"));
    let run = desk.run("variants v.vcf -f g.fa -m exact:gc -o out.vcf");
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    run.good();
    let text = String::from_utf8(desk.read("out.vcf")).expect("text");
    let records: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(records.len(), 5, "{text}");
    assert!(!records[0].contains("GG_SKIP"));
    assert!(records[1..].iter().all(|line| line.ends_with("GG_SKIP=reference_mismatch")), "{records:?}");
}

#[test]
fn an_allele_of_a_hundred_thousand_bases_is_written_with_its_reason() {
    let desk = Desk::new();
    let genome = bases(120_000, 13);
    desk.write("g.fa", fasta(&[("chr20", &genome)], 60));
    let (long, first) = (&genome[1000..101_000], &genome[1000..1001]);
    let record = format!("chr20\t1001\t.\t{long}\t{first}\t.\t.\t.");
    let insertion = format!("chr20\t1001\t.\t{first}\t{first}{}\t.\t.\t.", bases(100_000, 14));
    desk.write("v.vcf", format!("{VCF_HEAD}{record}\n{insertion}\n"));
    desk.run("variants v.vcf -f g.fa -m exact:gc -o out.vcf.gz").good();
    let text = desk.shell("bgzip -dc out.vcf.gz");
    let records: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let expected = [record, insertion].map(|line| line.trim_end_matches('.').to_string() + "GG_SKIP=allele_too_long");
    assert!(records == expected, "records differ");
}

#[test]
fn an_unsorted_vcf_cannot_be_indexed_and_says_which_file() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", format!("{VCF_HEAD}{}{}", variant(5000), variant(3000)));
    let words = ["sorted", "chr20:3,000", "chr20:5,000", "hint:", "bcftools sort"];
    desk.fails("variants v.vcf -f g.fa -m exact:gc -o out.vcf.gz", &words);
    let again = variant(6000).replace("chr20", "chr21");
    desk.write("c.vcf", format!("{VCF_HEAD}{}{}{}", variant(5000), again.replace("6000", "2000"), variant(5010)));
    desk.fails("variants c.vcf -f g.fa -m exact:gc -o out.vcf.gz --index csi", &["sorted"]);
    assert_eq!(desk.run("variants v.vcf -f g.fa -m exact:gc -o out.vcf").good().code, 0);
    desk.fails("variants v.vcf -f g.fa -m exact:gc -o out2.vcf.gz", &["v.vcf"]);
}

#[test]
fn a_vcf_that_is_none_says_its_line() {
    let desk = Desk::with_genome();
    for (text, words) in [
        (format!("##fileformat=VCFv4.2\n{}", variant(2000)), ["v.vcf", "line 2", "#CHROM"]),
        ("##fileformat=VCFv4.2\n##x=1\n".into(), ["v.vcf", "line 3", "#CHROM"]),
        (format!("{VCF_HEAD}{}chr20\t2005\t.\tA\n", variant(2000)), ["v.vcf", "line 6", "8 tab-separated columns"]),
        (format!("{VCF_HEAD}chr20 2005 . A C . . .\n"), ["v.vcf", "line 5", "8 tab-separated columns"]),
        (format!("{VCF_HEAD}chr20\tten\t.\tA\tC\t.\t.\t.\n"), ["v.vcf", "line 5", "POS \"ten\""]),
        (format!("{VCF_HEAD}chr20\t-5\t.\tA\tC\t.\t.\t.\n"), ["v.vcf", "line 5", "POS \"-5\""]),
        (format!("{VCF_HEAD}chr20\t99999999999999999999\t.\tA\tC\t.\t.\t.\n"), ["v.vcf", "line 5", "POS"]),
        (format!("{VCF_HEAD}chr20\t5\t.\t\tC\t.\t.\t.\n"), ["v.vcf", "line 5", "REF"]),
        (format!("{VCF_HEAD}\t5\t.\tA\tC\t.\t.\t.\n"), ["v.vcf", "line 5", "CHROM"]),
    ] {
        desk.write("v.vcf", text);
        desk.fails("variants v.vcf -f g.fa -m exact:gc -o out.vcf", &words);
        desk.fails("variants v.vcf -f g.fa -m exact:gc -o out.vcf.gz", &words);
    }
}

#[test]
fn old_scores_are_not_mixed_with_new_ones() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(3));
    desk.run("variants v.vcf -f g.fa -m exact:gc -o once.vcf").good();
    desk.fails(
        "variants once.vcf -f g.fa -m exact:gc -o twice.vcf",
        &["once.vcf", "GG_DELTA_gc", "hint:", "bcftools annotate -x"],
    );
}

#[test]
fn a_header_in_latin_1_comes_out_as_it_came() {
    let desk = Desk::with_genome();
    let text =
        [b"##fileformat=VCFv4.2\n##laboratory=Universit\xe9\n".to_vec(), VCF_HEAD[21..].into(), variant(2000).into()]
            .concat();
    desk.write("v.vcf", text);
    let run = desk.run("variants v.vcf -f g.fa -m exact:gc -o out.vcf");
    if run.code == 0 {
        let (line, written) = (&b"##laboratory=Universit\xe9\n"[..], desk.read("out.vcf"));
        assert!(written.windows(line.len()).any(|part| part == line), "the header was changed");
    } else {
        assert!(run.error(1).contains("v.vcf"));
    }
}

#[test]
fn a_bcf_with_an_id_that_is_not_text_is_no_panic() {
    let desk = Desk::with_genome();
    desk.write("v.vcf", variants(3).replace("rs2005", "QQQQQQ"));
    desk.shell("bcftools view -Ou v.vcf | sed 's/QQQQQQ/\\xff\\xfe\\xff\\xfe\\xff\\xfe/' | bgzip -c > v.bcf");
    let run = desk.run("variants v.bcf -f g.fa -m exact:gc -o out.vcf");
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    if run.code != 0 {
        assert!(run.error(1).contains("v.bcf"));
    }
}

#[test]
fn a_bcf_damaged_in_any_byte_is_no_panic() {
    let desk = Desk::with_genome();
    desk.write(
        "v.vcf",
        variants(2)
            .replace("INFO\n", "INFO\tFORMAT\tS1\n")
            .replace("\tPASS\t.\n", "\tPASS\t.\tGT\t0/1\n")
            .replace("#CHROM", "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"x\">\n#CHROM"),
    );
    desk.shell("bcftools view -Ou v.vcf > raw");
    let raw = desk.read("raw");
    let header = 9 + u32::from_le_bytes(raw[5..9].try_into().expect("4 bytes")) as usize;
    let mut panics = Vec::new();
    for at in header..raw.len() {
        for byte in [0u8, 0x7f, 0x80, 0xff, raw[at] ^ 1, raw[at] ^ 0x10] {
            let mut bad = raw.clone();
            bad[at] = byte;
            desk.write("bad.bcf", bad);
            // As text, and copied.
            let to = if byte & 1 == 0 { "v" } else { "b" };
            let text = format!("ulimit -v 3000000; exec {PROGRAM} variants bad.bcf -f g.fa -m exact:gc -t 1 -O {to}");
            let run = finish(
                Command::new("bash").args(["-c", &text]).current_dir(desk.path()).env("RUST_BACKTRACE", "0"),
                b"",
            );
            if run.code > 1 || run.stderr.contains("panicked") {
                let line = run.stderr.lines().find(|line| line.contains("panicked") || line.contains("memory"));
                panics
                    .push(line.map_or(run.stderr.clone(), |l| l.split("panicked at ").last().unwrap_or(l).to_string()));
            }
        }
    }
    panics.sort();
    let count = panics.len();
    panics.dedup();
    assert!(count == 0, "{count} of {} damaged files:\n{}", 6 * (raw.len() - header), panics.join("\n"));
}
