//! Spellings of one variant have one score.

use super::{CONTIG, Dice, GENES, MODEL, SLICE, Variant, contig, effects, made_up, variants, vcf, written};
use crate::support::{Folder, shared, tools_available};

/// Another way to write a variant: shifted in its repeat, with bases before and after it that do not change.
fn rewritten(bases: &[u8], variant: &Variant, dice: &mut Dice) -> Variant {
    let Variant(pos, reference, alternate) = variant;
    let (mut reference, mut alternate) = (reference.as_bytes(), alternate.as_bytes());
    let mut start = pos - 1;
    while let (Some(a), Some(b)) = (reference.last(), alternate.last())
        && a == b
    {
        (reference, alternate) = (&reference[..reference.len() - 1], &alternate[..alternate.len() - 1]);
    }
    while let (Some(a), Some(b)) = (reference.first(), alternate.first())
        && a == b
    {
        (reference, alternate) = (&reference[1..], &alternate[1..]);
        start += 1;
    }
    let mut moved = [reference, alternate].concat();
    let (is_deletion, is_insertion) = (alternate.is_empty(), reference.is_empty());
    let mut reference = reference.to_vec();
    if is_deletion || is_insertion {
        for _ in 0..dice.roll(20) {
            let next = start + if is_deletion { moved.len() } else { 0 };
            if bases.get(next) != moved.first() {
                break;
            }
            moved.rotate_left(1);
            start += 1;
        }
        reference = if is_deletion { moved.clone() } else { Vec::new() };
    }
    let alternate = if is_deletion {
        Vec::new()
    } else if is_insertion {
        moved
    } else {
        alternate.to_vec()
    };
    let before = dice.roll(6) + usize::from(reference.is_empty() || alternate.is_empty());
    let after = dice.roll(6);
    let end = start + reference.len();
    let (left, right) = (&bases[start - before..start], &bases[end..end + after]);
    let text = |middle: &[u8]| String::from_utf8([left, middle, right].concat()).expect("bases");
    Variant(start - before + 1, text(&reference), text(&alternate))
}

fn equal_by_spelling(bases: &[u8], name: &str, fasta: &str, genes: &str, originals: &[Variant], seed: u64) {
    let (folder, mut dice) = (Folder::new(), Dice(seed));
    let mut records = Vec::new();
    let mut different = 0;
    for (number, variant) in originals.iter().enumerate() {
        let id = format!("v{number}");
        records.push((id.clone(), variant.clone()));
        for _ in 0..5 {
            let again = rewritten(bases, variant, &mut dice);
            different += usize::from(again != *variant);
            records.push((id.clone(), again));
        }
    }
    assert!(different >= 200, "only {different} rewrites differ from what they were made of");
    let input = folder.write("in.vcf", vcf(name, &records));
    let out = folder.path("out.vcf");
    for (model, fields) in [
        (vec!["-m", MODEL, "--genes", genes], &["GG_EFFECT", "GG_EFFECT_MAX", "GG_SKIP"][..]),
        (vec!["-m", MODEL, "--genes", genes, "--mask", "-D", "77"], &["GG_EFFECT"]),
        (vec!["-m", "core-promoter"], &["GG_DELTA_promoter", "GG_SKIP"]),
    ] {
        let run = variants(&[&[input.as_str(), "-f", fasta, "-o", &out], model.as_slice()].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        for field in fields {
            let found = effects(&folder.read("out.vcf"), field);
            assert_eq!(found.len(), originals.len());
            for (id, values) in found {
                assert!(values.iter().all(|value| *value == values[0]), "{field} of {id}, {model:?}: {values:?}");
            }
        }
        let scored = effects(&folder.read("out.vcf"), fields[0]);
        let scored = scored.values().filter(|values| values[0] != "none").count();
        assert!(scored * 2 > originals.len(), "{scored} of {} are scored by {model:?}", originals.len());
    }
}

#[test]
fn equivalent_spellings_get_the_same_scores() {
    let bases = contig(SLICE, CONTIG);
    let originals = made_up(&bases, 60, &mut Dice(7));
    equal_by_spelling(&bases, CONTIG, SLICE, GENES, &originals, 11);
}

#[test]
fn equivalent_spellings_of_real_variants_get_the_same_scores() {
    let data = "data/variants/hg19_chr20_1M_2M.1kgp3.vcf.gz";
    let (Some(real), Some(genome), Some(genes)) =
        (shared(data), shared("data/genome/hg19_chr20.b37.fa.gz"), shared("data/annotation/spliceai_grch37.txt.gz"))
    else {
        return;
    };
    if !tools_available(&["samtools"]) {
        return;
    }
    let folder = Folder::new();
    let fasta = folder.path("20.fa");
    crate::support::shell(&format!("samtools faidx {genome} 20:1-2100000 | sed '1s/.*/>20/' > {fasta}"));
    let bases = contig(&fasta, "20");
    let text = crate::support::shell(&format!("gzip -dc {real}"));
    let plain = |allele: &str| allele.bytes().all(|base| b"ACGT".contains(&base));
    let all: Vec<Variant> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(|columns| {
            plain(columns[3]) && plain(columns[4]) && (1_246_959..1_620_000).contains(&columns[1].parse().unwrap_or(0))
        })
        .map(|columns| Variant(columns[1].parse().expect("POS"), columns[3].into(), columns[4].into()))
        .collect();
    let (indels, others): (Vec<Variant>, Vec<Variant>) = all.into_iter().partition(|v| v.1.len() != v.2.len());
    let some = |from: Vec<Variant>, count: usize| {
        let step = from.len() / count;
        from.into_iter().step_by(step).take(count).collect::<Vec<_>>()
    };
    let originals = [some(indels, 60), some(others, 20)].concat();
    equal_by_spelling(&bases, "20", &fasta, &genes, &originals, 13);
}

#[test]
fn spliceais_format_takes_variants_as_they_are_written() {
    let (folder, bases) = (Folder::new(), contig(SLICE, CONTIG));
    let base = |at: usize| char::from(bases[at - 1]);
    let other = |at: usize| if base(at) == 'A' { 'C' } else { 'A' };
    let at = 52_000;
    let records = [
        ("snv", Variant(at, base(at).to_string(), other(at).to_string())),
        ("padded", Variant(at - 1, format!("{}{}", base(at - 1), base(at)), format!("{}{}", base(at - 1), other(at)))),
        ("near_end", Variant(120, base(120).to_string(), other(120).to_string())),
    ];
    let records: Vec<_> = records.into_iter().map(|(id, variant)| (id.to_string(), variant)).collect();
    let input = folder.write("in.vcf", vcf(CONTIG, &records));
    let genes = folder.write(
        "genes.txt",
        format!("#NAME\tCHROM\tSTRAND\tTX_START\tTX_END\tEXON_START\tEXON_END\nG\t{CONTIG}\t+\t0\t90000\t0,\t90000,\n"),
    );
    let out = written(&folder, &input, &["--format", "spliceai", "--genes", &genes]).to_string();
    let line = |id: &str| out.lines().find(|line| line.contains(&format!("\t{id}\t"))).expect("a record").to_string();
    assert!(line("snv").contains("SpliceAI=") && !line("snv").contains("GG_SKIP"), "{}", line("snv"));
    assert_eq!(line("snv").matches('|').count(), 9);
    assert!(line("padded").ends_with("|G|.|.|.|.|.|.|.|.;GG_SKIP=not_in_format"), "{}", line("padded"));
    assert!(line("near_end").ends_with("\tGG_SKIP=contig_end"), "{}", line("near_end"));
    // Our own format scores all three.
    let own = written(&folder, &input, &["--genes", &genes]);
    assert_eq!(own.matches("GG_EFFECT=").count(), 3);
}
