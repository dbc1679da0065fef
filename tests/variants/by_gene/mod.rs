//! Variants by gene: spelling, haplotypes, masks, SpliceAI's format, the cache, and what must not change an answer.
//!
//! The model is tests/models/splice: random weights, 200 bases of context.

mod cache;
mod haplotypes;
mod refusals;
mod scores;
mod spelling;

use std::{collections::BTreeMap, fmt::Write as _, fs};

use crate::support::{Folder, Run, genogloss};

const SLICE: &str = "tests/data/chr20_slice.fa";

const CONTIG: &str = "chr20_3140001_3240000";

const GENES: &str = "tests/data/slice_genes.gtf";

const MODEL: &str = "tests/models/splice";

/// A small generator of numbers: the same ones every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides
    }

    fn bases(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| b"ACGT"[self.roll(4)]).collect()
    }
}

fn contig(path: &str, name: &str) -> Vec<u8> {
    let text = fs::read_to_string(path).expect("a FASTA");
    let mut lines = text.lines().skip_while(|line| !line.starts_with(&format!(">{name}")));
    lines.next();
    lines.take_while(|line| !line.starts_with('>')).flat_map(str::bytes).map(|b| b.to_ascii_uppercase()).collect()
}

/// POS (1-based), REF, ALT.
#[derive(Clone, Debug, PartialEq)]
struct Variant(usize, String, String);

fn vcf(contig: &str, records: &[(String, Variant)]) -> String {
    let mut text = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n".to_string();
    let mut sorted: Vec<_> = records.iter().collect();
    sorted.sort_by_key(|(_, variant)| variant.0);
    for (id, Variant(pos, reference, alternate)) in sorted {
        writeln!(text, "{contig}\t{pos}\t{id}\t{reference}\t{alternate}\t.\t.\t.").expect("written");
    }
    text
}

/// INFO by ID and POS, the field's values parted by allele; the allele itself, which is as it was written, left out.
fn effects(vcf: &str, field: &str) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in vcf.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let values =
            columns[7].split(';').find_map(|part| part.strip_prefix(field)?.strip_prefix('=')).unwrap_or("none");
        let without: Vec<&str> =
            values.split(',').map(|value| value.split_once('|').map_or(value, |(_, rest)| rest)).collect();
        found.entry(columns[2].to_string()).or_default().push(without.join(","));
    }
    found
}

fn variants(arguments: &[&str]) -> Run {
    genogloss(&[&["variants"], arguments].concat())
}

/// What is written; it must succeed.
fn written(folder: &Folder, input: &str, arguments: &[&str]) -> String {
    let out = folder.path("out.vcf");
    let mut all = vec!["variants", input, "-m", MODEL, "-o", &out];
    for (option, usual) in [("-f", SLICE), ("--genes", GENES)] {
        if !arguments.contains(&option) {
            all.extend([option, usual]);
        }
    }
    let run = genogloss(&[&all, arguments].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    folder.read("out.vcf")
}

/// The same in shards, put together.
fn in_shards(folder: &Folder, input: &str, count: usize, arguments: &[&str]) -> String {
    in_shards_of(folder, input, [SLICE, GENES], count, arguments)
}

fn in_shards_of(folder: &Folder, input: &str, [fasta, genes]: [&str; 2], count: usize, arguments: &[&str]) -> String {
    let mut parts = Vec::new();
    for shard in 1..=count {
        let (part, name) = (folder.path(&format!("part{shard}.vcf")), format!("{shard}/{count}"));
        let fixed = [input, "-f", fasta, "--genes", genes, "-m", MODEL, "--shard", &name, "-o", &part];
        let run = variants(&[&fixed, arguments].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        parts.push(part);
    }
    let merged = folder.path("merged.vcf");
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let run = genogloss(&[&["merge", "-o", &merged][..], &parts].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    folder.read("merged.vcf")
}

/// Variants of all kinds at random places of genes, among them indels in repeats.
fn made_up(bases: &[u8], count: usize, dice: &mut Dice) -> Vec<Variant> {
    let mut all = Vec::new();
    while all.len() < count {
        let start = 31_000 + dice.roll(48_000);
        let reference = &bases[start..start + 1 + dice.roll(8)];
        let text = |bases: &[u8]| String::from_utf8(bases.to_vec()).expect("bases");
        let alternate = match all.len() % 5 {
            0 => dice.bases(1),
            1 => reference[..1].to_vec(),
            2 => [&reference[..1], &dice.bases(1 + all.len() % 7)].concat(),
            // One more copy of what is there: it can be written at many places.
            3 => [reference, &reference[1..]].concat(),
            _ => {
                let len = 2 + dice.roll(6);
                dice.bases(len)
            }
        };
        let reference = if all.len() % 5 == 0 { &reference[..1] } else { reference };
        if alternate != reference {
            all.push(Variant(start + 1, text(reference), text(&alternate)));
        }
    }
    all
}
