//! Bad genes and bad variants: one clear line, or a reason in the record.

use super::{CONTIG, GENES, MODEL, SLICE, Variant, contig, variants, vcf, written};
use crate::support::Folder;

/// Columns of a table of genes in SpliceAI's form.
const COLUMNS: &str = "#NAME\tCHROM\tSTRAND\tTX_START\tTX_END\tEXON_START\tEXON_END";
const BY_GENE: [&str; 6] = ["-f", SLICE, "-m", MODEL, "--genes", GENES];

/// The base of the slice at 52,000, which lies in a gene, and another one.
fn base_and_another() -> [&'static str; 2] {
    match contig(SLICE, CONTIG)[51_999] {
        b'A' => ["A", "C"],
        b'C' => ["C", "A"],
        b'G' => ["G", "A"],
        _ => ["T", "A"],
    }
}

/// A file of one variant at 52,000.
fn one_variant(folder: &Folder, name: &str, reference: &str, alternate: &str) -> String {
    folder.write(name, vcf(CONTIG, &[("v".into(), Variant(52_000, reference.into(), alternate.into()))]))
}

/// A file of one good variant in a gene.
fn good_variant(folder: &Folder) -> String {
    let [base, other] = base_and_another();
    one_variant(folder, "good.vcf", base, other)
}

/// Runs, and checks that the run fails with all these words and writes no record.
#[track_caller]
fn fails(arguments: &[&str], code: i32, words: &[&str]) {
    let run = variants(arguments);
    assert_eq!(run.code, code, "{}", run.stderr);
    let error = run.stderr.lines().find(|line| line.starts_with("error")).unwrap_or_default().to_string();
    for word in words {
        assert!(run.stderr.contains(word), "{word}: {}", run.stderr);
    }
    assert!(!error.is_empty(), "{}", run.stderr);
    // Of what goes to standard output, the header may be on its way.
    assert!(run.stdout.lines().all(|line| line.starts_with('#')), "{}", run.stdout);
}

#[test]
fn options_and_variants_that_do_not_fit_are_said_in_one_line() {
    let folder = Folder::new();
    let [base, other] = base_and_another();
    let good = good_variant(&folder);
    let swapped = one_variant(&folder, "bad.vcf", other, base);
    fails(
        &[&[swapped.as_str()][..], &BY_GENE, &["--ref-mismatch", "fail"]].concat(),
        1,
        &["record 1: REF is", "52,000", SLICE],
    );
    fails(&[&good, "-f", SLICE, "-m", MODEL], 2, &["scores variants by gene", "--genes FILE"]);
    fails(&[&good, "-f", SLICE, "-m", "core-promoter", "--genes", GENES], 2, &["does not score by gene"]);
    fails(&[&good, "-f", SLICE, "-m", "core-promoter", "--mask"], 2, &["--mask needs the genes"]);
    fails(&[&[good.as_str()][..], &BY_GENE, &["-D", "5000"]].concat(), 2, &["5000"]);
    fails(
        &[&[good.as_str()][..], &BY_GENE, &["--haplotypes", "--format", "spliceai"]].concat(),
        2,
        &["cannot hold haplotypes"],
    );
    let theirs = folder.write("theirs.vcf", "##fileformat=VCFv4.2\n##INFO=<ID=SpliceAI,Number=.,Type=String,Description=\"s\">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n");
    fails(
        &[&[theirs.as_str()][..], &BY_GENE, &["--format", "spliceai"]].concat(),
        1,
        &["INFO field SpliceAI already exists", "hint: --fields genogloss", "INFO/SpliceAI"],
    );
}

#[test]
fn genes_of_another_assembly_are_said_in_one_line() {
    let folder = Folder::new();
    let good = good_variant(&folder);
    // Everything lies 1,000 bases further.
    let shifted: String = crate::support::read_repository(GENES)
        .lines()
        .map(|line| {
            let mut columns: Vec<String> = line.split('\t').map(String::from).collect();
            for column in columns.get_mut(3..5).into_iter().flatten() {
                *column = (column.parse::<usize>().expect("a position") + 1000).to_string();
            }
            columns.join("\t") + "\n"
        })
        .collect();
    let shifted = folder.write("shifted.gtf", shifted);
    fails(&[&good, "-f", SLICE, "-m", MODEL, "--genes", &shifted], 1, &["introns on", "another assembly"]);
    let elsewhere = folder.write("else.gtf", crate::support::read_repository(GENES).replace(CONTIG, "20"));
    fails(
        &[&good, "-f", SLICE, "-m", MODEL, "--genes", &elsewhere],
        1,
        &["none of its genes lies on a contig", "--contig-aliases"],
    );
    // A contig that both have by another name.
    let named = folder.write("x.fa", ">X\nACGTACGT\n>y\nACGT\n");
    let on_x = folder.write(
        "x.vcf",
        "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nX\t2\t.\tC\tT\t.\t.\t.\n",
    );
    let genes = folder.write("chr.txt", format!("{COLUMNS}\nA\tchrX\t+\t0\t8\t0,\t8,\nB\ty\t+\t0\t4\t0,\t4,\n"));
    fails(
        &[&on_x, "-f", &named, "-m", MODEL, "--genes", &genes],
        1,
        &["has no genes on contig \"X\"", "but on \"chrX\"", "--contig-aliases"],
    );
    let names = folder.write("names.tsv", "chrX\tX\n");
    let run = variants(&[&on_x, "-f", &named, "-m", MODEL, "--genes", &genes, "--contig-aliases", &names]);
    assert!(run.code == 0 && run.stdout.contains("GG_EFFECT=T|A|+|"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn bad_files_of_genes_are_said_in_one_line() {
    let folder = Folder::new();
    let good = good_variant(&folder);
    let short = folder.write("short.gtf", format!("{CONTIG}\tx\tgene\t5\n"));
    fails(
        &[&good, "-f", SLICE, "-m", MODEL, "--genes", &short],
        1,
        &["short.gtf, line 1: 4 columns, where 9 are needed"],
    );
    let table = folder.write("table.txt", format!("{COLUMNS}\nA\t{CONTIG}\t+\t5\n"));
    fails(
        &[&good, "-f", SLICE, "-m", MODEL, "--genes", &table],
        1,
        &["table.txt, line 2: 4 columns, where 7 are needed"],
    );
    let turned = folder.write("turned.txt", format!("{COLUMNS}\nA\t{CONTIG}\t+\t60000\t40000\t40000,\t60000,\n"));
    let say = ["turned.txt, line 2: a gene or exon begins at 60000 and ends at 40000"];
    fails(&[&good, "-f", SLICE, "-m", MODEL, "--genes", &turned], 1, &say);
}

#[test]
fn genes_without_strand_and_records_without_genotypes_are_said() {
    let folder = Folder::new();
    let good = good_variant(&folder);
    let unknown = crate::support::read_repository(GENES).replace("\t+\t", "\t.\t").replace("\t-\t", "\t.\t");
    let unknown = folder.write("unknown.gtf", unknown);
    let run = variants(&[&good, "-f", SLICE, "-m", MODEL, "--genes", &unknown]);
    assert!(run.code == 0 && run.stderr.contains("genes have no strand"), "{}", run.stderr);
    assert!(run.stdout.ends_with("GG_SKIP=no_gene\n"), "{}", run.stdout);
    let run = variants(&[&[good.as_str()][..], &BY_GENE, &["--haplotypes"]].concat());
    assert!(run.code == 0 && run.stderr.contains("has no genotypes"), "{}", run.stderr);
}

#[test]
fn a_variant_that_cannot_be_scored_comes_out_with_its_reason() {
    let (folder, bases) = (Folder::new(), contig(SLICE, CONTIG));
    let [base, other] = base_and_another();
    let long = "A".repeat(10_001);
    for (reference, alternate, reason) in [
        (other, base, "reference_mismatch"),
        (base, "<DEL>", "symbolic_allele"),
        (base, "*", "spanning_deletion"),
        (base, "N[chr1:5[", "breakend"),
        (base, &format!("{base}{long}"), "allele_too_long"),
        (base, "R", "not_bases"),
    ] {
        let input = one_variant(&folder, "skip.vcf", reference, alternate);
        let out = written(&folder, &input, &[]);
        assert!(out.ends_with(&format!("GG_SKIP={reason}\n")), "{reason}: {}", &out[out.len().saturating_sub(200)..]);
    }
    let outside = folder.write(
        "out_of_genes.vcf",
        vcf(CONTIG, &[("v".into(), Variant(500, char::from(bases[499]).into(), "N".into()))]),
    );
    assert!(written(&folder, &outside, &[]).ends_with("GG_SKIP=no_gene\n"));
}
