//! Phased variants that lie near each other are scored together.

use std::fmt::Write as _;

use super::{
    CONTIG, Dice, GENES, MODEL, SLICE, Variant, contig, effects, in_shards, in_shards_of, variants, vcf, written,
};
use crate::support::{Folder, shell, tools_available};

/// Two variants of ITPA with genotypes of one sample.
fn phased(folder: &Folder, bases: &[u8], genotypes: [&str; 2]) -> String {
    let (one, two) = (52_000, 52_007);
    let record = |pos: usize, genotype: &str| {
        let base = char::from(bases[pos - 1]);
        let other = if base == 'A' { 'C' } else { 'A' };
        format!("{CONTIG}\t{pos}\tv{pos}\t{base}\t{other}\t.\t.\t.\tGT:PS\t{genotype}\n")
    };
    let header = "##fileformat=VCFv4.2\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n##FORMAT=<ID=PS,Number=1,Type=Integer,Description=\"p\">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts\n";
    folder.write("phased.vcf", format!("{header}{}{}", record(one, genotypes[0]), record(two, genotypes[1])))
}

#[test]
fn phased_neighbours_are_scored_like_one_variant() {
    let (folder, bases) = (Folder::new(), contig(SLICE, CONTIG));
    // Both in one record: what the haplotype is.
    let reference = String::from_utf8(bases[51_999..52_007].to_vec()).expect("bases");
    let mut alternate: Vec<char> = reference.chars().collect();
    for at in [0, 7] {
        alternate[at] = if alternate[at] == 'A' { 'C' } else { 'A' };
    }
    let one = Variant(52_000, reference, alternate.into_iter().collect());
    let input = folder.write("one.vcf", vcf(CONTIG, &[("one".into(), one)]));
    let expected = written(&folder, &input, &["-D", "60"]);
    let expected = effects(&expected, "GG_EFFECT")["one"][0].clone();
    // ITPA|+|…, where the haplotype says ITPA|neighbours|+|…
    let numbers = expected.split_once('|').expect("a gene").1.to_string();

    for (genotypes, together) in [
        (["0|1:5", "0|1:5"], true),
        (["0|1:.", "0|1:."], true),
        (["1|1:5", "0|1:9"], true),
        (["1/1:.", "0|1:9"], true),
        (["0|1:5", "1|0:5"], false),
        (["0|1:5", "0|1:9"], false),
        (["0/1:.", "0|1:."], false),
        (["0|0:5", "0|1:5"], false),
    ] {
        let input = phased(&folder, &bases, genotypes);
        let out = written(&folder, &input, &["-D", "60", "--haplotypes"]);
        let found = effects(&out, "GG_HAPLOTYPE");
        for (id, neighbour) in [("v52000", "52007:1>"), ("v52007", "52000:1>")] {
            let value = &found[id][0];
            assert_eq!(value != "none", together, "{genotypes:?}: {value}");
            if together {
                assert!(value.contains(neighbour), "{value}");
            }
        }
        // Around the first one, 60 bases either side of the whole haplotype are compared, as for the variant in one record.
        if together {
            assert!(found["v52000"][0].ends_with(&numbers), "{genotypes:?}: {} and {expected}", found["v52000"][0]);
            assert!(found["v52007"][0].ends_with(&numbers), "{genotypes:?}: {} and {expected}", found["v52007"][0]);
        }
        // Each alone stays what it is.
        assert_eq!(effects(&out, "GG_EFFECT"), effects(&written(&folder, &input, &["-D", "60"]), "GG_EFFECT"));
    }
    let unphased = phased(&folder, &bases, ["0/1:.", "0/1:."]);
    let run = variants(&[&unphased, "-f", SLICE, "--genes", GENES, "-m", MODEL, "--haplotypes"]);
    assert!(run.stderr.contains("2 records have heterozygous genotypes without phase"), "{}", run.stderr);
}

/// Sorted variants of all kinds in repeats, with genotypes of two samples, on a contig of their own: VCF, FASTA, gene table.
fn in_repeats(folder: &Folder, seed: u64) -> [String; 3] {
    let mut dice = Dice(seed);
    let mut bases = Vec::new();
    while bases.len() < 3000 {
        let len = 1 + dice.roll(3);
        let unit = dice.bases(len);
        bases.extend(unit.repeat(2 + dice.roll(24)));
        let len = dice.roll(16);
        bases.extend(dice.bases(len));
    }
    let text = |bases: &[u8]| String::from_utf8(bases.to_vec()).expect("bases");
    let (len, mut pos) = (bases.len(), 300);
    let mut vcf = format!("##fileformat=VCFv4.2\n##contig=<ID=c,length={len}>\n");
    vcf.push_str("##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n##FORMAT=<ID=PS,Number=1,Type=Integer,Description=\"p\">\n");
    vcf.push_str("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\n");
    while pos < len - 300 {
        pos += [0, 1, 1, 2, 3, 5, 8, 20][dice.roll(8)];
        let first = text(&bases[pos..pos + 1]);
        let more = 1 + dice.roll(9);
        let (reference, mut alternate) = match dice.roll(20) {
            0..8 => (first.clone(), if first == "A" { "C".into() } else { "A".into() }),
            8..14 => (text(&bases[pos..=pos + more]), first.clone()),
            14..19 => (first.clone(), text(&bases[pos..=pos + more])),
            _ => (text(&bases[pos..pos + 2 + dice.roll(58)]), first.clone()),
        };
        if dice.roll(7) == 0 {
            alternate.push_str(&format!(",{first}G{}", &reference[1..]));
        }
        let kinds = ["0|1", "1|0", "1|1", "0|0", "0/1", ".|1", "1"];
        let samples = [(); 2].map(|()| format!("{}:{}", kinds[dice.roll(7)], ["1", "2", "."][dice.roll(3)]));
        writeln!(vcf, "c\t{}\t.\t{reference}\t{alternate}\t.\t.\t.\tGT:PS\t{}", pos + 1, samples.join("\t"))
            .expect("written");
    }
    [
        folder.write("repeats.vcf", vcf),
        folder.write("repeats.fa", format!(">c\n{}\n", text(&bases))),
        folder.write(
            "repeats.txt",
            format!("#NAME\tCHROM\tSTRAND\tTX_START\tTX_END\tEXON_START\tEXON_END\nG\tc\t+\t0\t{len}\t0,\t{len},\nH\tc\t-\t700\t900\t700,\t900,\n"),
        ),
    ]
}

#[test]
fn neighbours_are_the_same_in_every_shard() {
    for seed in 0..12 {
        let folder = Folder::new();
        let [input, fasta, genes] = in_repeats(&folder, seed);
        let distance = ["3", "50"][seed as usize % 2];
        let more = ["--haplotypes", "-D", distance];
        let whole = written(&folder, &input, &[&more[..], &["-f", &fasta, "--genes", &genes]].concat());
        assert!(whole.matches("GG_HAPLOTYPE=").count() > 20);
        let count = 2 + seed as usize % 5;
        assert_eq!(in_shards_of(&folder, &input, [&fasta, &genes], count, &more), whole, "seed {seed}");
        // By an index, the neighbours beyond a cut are read as well.
        if seed < 4 && tools_available(&["bgzip", "tabix"]) {
            let indexed = format!("{input}.gz");
            shell(&format!("bgzip -c {input} > {indexed}; tabix -p vcf {indexed}"));
            assert_eq!(in_shards_of(&folder, &indexed, [&fasta, &genes], count, &more), whole, "seed {seed}");
        }
    }
}

#[test]
fn haplotypes_hold_what_can_be_scored_in_the_gene() {
    let (folder, bases) = (Folder::new(), contig(SLICE, CONTIG));
    let header = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts\n";
    let record = |pos: usize, len: usize| {
        let reference = String::from_utf8(bases[pos - 1..pos - 1 + len].to_vec()).expect("bases");
        let other = if reference.starts_with('A') { "C" } else { "A" };
        format!("{CONTIG}\t{pos}\tv{pos}\t{reference}\t{other}\t.\t.\t.\tGT\t0|1\n")
    };
    let scored = |records: &[(usize, usize)]| {
        let text: String = records.iter().map(|&(pos, len)| record(pos, len)).collect();
        let input = folder.write("in.vcf", format!("{header}{text}"));
        written(&folder, &input, &["--haplotypes"])
    };
    // ITPA begins at 49,514: what lies before it is not read.
    assert!(!scored(&[(49_505, 1), (49_525, 1)]).contains("GG_HAPLOTYPE="));
    // Too long to be scored, alone or with others.
    let long = scored(&[(52_000, 1), (52_010, 10_500), (62_515, 1)]);
    assert!(long.contains("GG_SKIP=allele_too_long") && !long.contains("GG_HAPLOTYPE="), "{long}");
    // One insertion, told twice.
    let base = char::from(bases[51_999]);
    let inserted = format!("{CONTIG}\t52000\t.\t{base}\t{base}TTG\t.\t.\t.\tGT\t0|1\n");
    let input = folder.write("in.vcf", format!("{header}{inserted}{inserted}{}", record(52_020, 1)));
    let out = written(&folder, &input, &["--haplotypes"]);
    assert_eq!(out.matches("GG_HAPLOTYPE=").count(), 3);
    assert!(out.lines().all(|line| line.starts_with('#') || !line.contains('&')), "{out}");
    // Out of order, neighbours cannot be found.
    for places in [&[52_000, 53_000, 52_010][..], &[53_000, 52_000]] {
        let text: String = places.iter().map(|&pos| record(pos, 1)).collect();
        let input = folder.write("in.vcf", format!("{header}{text}"));
        let run = variants(&[
            &input,
            "-f",
            SLICE,
            "--genes",
            GENES,
            "-m",
            MODEL,
            "--haplotypes",
            "-o",
            &folder.path("no.vcf"),
        ]);
        assert!(
            run.code == 1 && run.stderr.contains("is not sorted") && run.stderr.contains("bcftools sort"),
            "{}",
            run.stderr
        );
        assert!(!folder.names().contains(&"no.vcf".to_string()));
    }
}

#[test]
fn haplotypes_do_not_end_at_the_border_of_a_shard() {
    let (folder, bases) = (Folder::new(), contig(SLICE, CONTIG));
    let mut text = "##fileformat=VCFv4.2\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n".to_string();
    writeln!(text, "##contig=<ID={CONTIG},length=100000>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb")
        .expect("written");
    let mut dice = Dice(9);
    for pos in (31_000..80_000).step_by(37) {
        let base = char::from(bases[pos - 1]);
        let other = if base == 'A' { 'C' } else { 'A' };
        let phase = ["0|1", "1|0", "1|1", "0|0"];
        let (a, b) = (phase[dice.roll(4)], phase[dice.roll(4)]);
        writeln!(text, "{CONTIG}\t{pos}\t.\t{base}\t{other}\t.\t.\t.\tGT\t{a}\t{b}").expect("written");
    }
    let input = folder.write("in.vcf", text);
    let whole = written(&folder, &input, &["--haplotypes"]);
    assert!(whole.matches("GG_HAPLOTYPE=").count() > 300);
    assert_eq!(in_shards(&folder, &input, 4, &["--haplotypes"]), whole);
    // From BCF to BCF: the samples are looked at, and go through as they are.
    if !tools_available(&["bcftools"]) {
        return;
    }
    let (binary, out) = (folder.path("in.bcf"), folder.path("out.bcf"));
    shell(&format!("bcftools view --no-version -Ob -o {binary} {input}"));
    let arguments = [&binary, "-f", SLICE, "--genes", GENES, "-m", MODEL, "--haplotypes", "-o", &out];
    let run = variants(&arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let body = |file: &str| shell(&format!("bcftools view --no-version -H {file}"));
    let text = folder.write("whole.vcf", &whole);
    assert!(body(&out) == body(&text));
}
