//! Variants by gene: spelling, haplotypes, masks, SpliceAI's format, the cache, and what must not change an answer.
//!
//! The model is tests/models/splice: random weights, 200 bases of context.

mod support;

use std::{collections::BTreeMap, fmt::Write as _, fs};

use support::{Folder, Run, genogloss, ort_available, shared, shell, tools_available};

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
    support::shell(&format!("samtools faidx {genome} 20:1-2100000 | sed '1s/.*/>20/' > {fasta}"));
    let bases = contig(&fasta, "20");
    let text = support::shell(&format!("gzip -dc {real}"));
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

#[test]
fn letters_that_are_no_bases_are_unknown_and_never_a_base() {
    // spliceai 1.3.1 reads R as C, Y as T and so on (the byte modulo 5); here they are N.
    let (folder, mut bases) = (Folder::new(), contig(SLICE, CONTIG));
    let input = folder
        .write("in.vcf", vcf(CONTIG, &[("v".into(), Variant(52_000, char::from(bases[51_999]).into(), "N".into()))]));
    let mut answers = Vec::new();
    for letter in [b'R', b'N', b'C'] {
        bases[51_990] = letter;
        let fasta = folder.write("g.fa", format!(">{CONTIG}\n{}\n", String::from_utf8_lossy(&bases)));
        let out = written(&folder, &input, &["-f", &fasta]);
        answers.push(effects(&out, "GG_EFFECT")["v"].clone());
    }
    assert_eq!(answers[0], answers[1]);
    assert_ne!(answers[0], answers[2]);
}

#[test]
fn chr_is_never_trimmed_or_added() {
    let (folder, bases) = (Folder::new(), contig(SLICE, CONTIG));
    let variant = Variant(52_000, char::from(bases[51_999]).into(), "N".into());
    let input = folder.write("in.vcf", vcf("20", &[("v".into(), variant)]));
    let fixed = ["variants", &input, "-f", SLICE, "--genes", GENES, "-m", MODEL];
    let run = genogloss(&fixed);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("\"20\"") && run.stderr.contains(CONTIG), "{}", run.stderr);
    let aliases = folder.write("names.tsv", format!("20\t{CONTIG}\n"));
    let run = genogloss(&[&fixed[..], &["--contig-aliases", &aliases]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("\n20\t52000\tv\t") && run.stdout.contains("|ITPA|+|"), "{}", run.stdout);
}

#[test]
fn threads_batches_shards_and_engines_keep_the_bytes() {
    let (folder, bases) = (Folder::new(), contig(SLICE, CONTIG));
    let originals = made_up(&bases, 150, &mut Dice(3));
    let records: Vec<_> = originals.iter().enumerate().map(|(n, v)| (format!("v{n}"), v.clone())).collect();
    let input = folder.write("in.vcf", vcf(CONTIG, &records));
    let body = |text: &str| text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n");
    let first = written(&folder, &input, &["-t", "1"]);
    assert_eq!(first.matches("GG_EFFECT=").count() + first.matches("GG_SKIP=no_gene").count(), 150);
    assert!(first.matches("GG_EFFECT=").count() > 100);
    for arguments in [["-t", "3", "--batch-rows", "1"], ["-t", "2", "--batch-rows", "7"]] {
        assert_eq!(written(&folder, &input, &arguments), first);
    }
    assert_eq!(in_shards(&folder, &input, 3, &[]), first);
    if ort_available() {
        // The engines differ in the last digits of a probability, which four decimals mostly hide.
        let (ort, rten) = (
            body(&written(&folder, &input, &["--engine", "ort"])),
            body(&written(&folder, &input, &["--engine", "rten"])),
        );
        let different = ort.lines().zip(rten.lines()).filter(|(a, b)| a != b).count();
        assert!(different < 15, "{different} of 150 records differ");
    }
}

#[test]
fn a_cache_gives_the_same_bytes_without_running_the_model() {
    let (folder, bases) = (Folder::new(), contig(SLICE, CONTIG));
    let originals = made_up(&bases, 80, &mut Dice(5));
    let records: Vec<_> = originals.iter().enumerate().map(|(n, v)| (format!("v{n}"), v.clone())).collect();
    let input = folder.write("in.vcf", vcf(CONTIG, &records));
    let cache = folder.path("cache");
    let plain = written(&folder, &input, &[]);
    let manifest = |folder: &Folder| -> serde_json::Value {
        serde_json::from_str(&folder.read("out.vcf.manifest.json")).expect("JSON")
    };
    assert!(manifest(&folder)["counts"].get("cache").is_none());
    assert_eq!(written(&folder, &input, &["--cache", &cache]), plain);
    let cold = manifest(&folder)["counts"]["cache"].clone();
    assert_eq!(cold["hits"], 0);
    assert_eq!(written(&folder, &input, &["--cache", &cache]), plain);
    let (warm, windows) =
        (manifest(&folder)["counts"]["cache"].clone(), manifest(&folder)["counts"]["windows"].clone());
    assert_eq!((&warm["hits"], &warm["misses"], windows.as_u64()), (&cold["misses"], &0.into(), Some(0)));
    // Other questions have other answers.
    for other in [&["-D", "60"][..], &["--mask"], &["--format", "spliceai"]] {
        let without = written(&folder, &input, other);
        assert_eq!(written(&folder, &input, &[other, &["--cache", &cache]].concat()), without, "{other:?}");
        assert_eq!(written(&folder, &input, &[other, &["--cache", &cache]].concat()), without, "{other:?}");
        assert_eq!(manifest(&folder)["counts"]["cache"]["misses"], 0, "{other:?}");
    }
    // Several processes at once, on a cache that is empty.
    let fresh = folder.path("fresh");
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..3)
            .map(|number| {
                let (out, input, fresh) = (folder.path(&format!("p{number}.vcf")), &input, &fresh);
                scope.spawn(move || {
                    let fixed =
                        [input.as_str(), "-f", SLICE, "--genes", GENES, "-m", MODEL, "--cache", fresh, "-o", &out];
                    variants(&fixed)
                })
            })
            .collect();
        for run in runs {
            let run = run.join().expect("a run");
            assert_eq!(run.code, 0, "{}", run.stderr);
        }
    });
    for number in 0..3 {
        assert_eq!(folder.read(&format!("p{number}.vcf")), plain);
    }
}

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
fn the_telomere_is_no_base() {
    let folder = Folder::new();
    let genes = folder
        .write("g.txt", "#NAME\tCHROM\tSTRAND\tTX_START\tTX_END\tEXON_START\tEXON_END\nG\tc\t+\t0\t2000\t0,\t2000,\n");
    let fasta = folder.write("c.fa", format!(">c\n{}\n", "ACGTTGCA".repeat(250)));
    let input = folder.write("in.vcf", "##fileformat=VCFv4.2\n##contig=<ID=c>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nc\t0\t.\tA\tC\t.\t.\t.\nc\t1\t.\tA\tC\t.\t.\t.\n");
    for arguments in [vec!["-m", MODEL, "--genes", &genes], vec!["-m", "exact:gc"]] {
        let run = variants(&[&[input.as_str(), "-f", &fasta][..], &arguments].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        let lines: Vec<&str> = run.stdout.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(lines[0], "c\t0\t.\tA\tC\t.\t.\tGG_SKIP=contig_end");
        assert!(lines[1].starts_with("c\t1\t"));
    }
}

#[test]
fn a_cache_tells_case_apart_where_the_card_does() {
    let (folder, bases) = (Folder::new(), contig(SLICE, CONTIG));
    let model = folder.path("masked");
    shell(&format!(
        "cp -r {MODEL} {model}; cd {model}; sed -i 's/unknown: zeros/unknown: zeros, case: mask/; /self_test/d' card.yaml"
    ));
    let mut soft = bases.clone();
    soft[51_950..51_980].make_ascii_lowercase();
    soft[51_999] = soft[51_999].to_ascii_lowercase();
    let text = |bases: Vec<u8>| format!(">{CONTIG}\n{}\n", String::from_utf8(bases).expect("bases"));
    let inserted = Variant(52_000, char::from(bases[51_999]).into(), format!("{}GATTACA", char::from(bases[51_999])));
    let input = folder.write("in.vcf", vcf(CONTIG, &[("v".into(), inserted)]));
    let (upper, lower) = (folder.write("up.fa", text(bases.clone())), folder.write("low.fa", text(soft)));
    let score = |model: &str, fasta: &str, cached: bool| {
        let cache = folder.path("cache");
        let more = if cached { vec!["--cache", &cache] } else { vec![] };
        let run = variants(&[&[input.as_str(), "-f", fasta, "--genes", GENES, "-m", model][..], &more].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        effects(&run.stdout, "GG_EFFECT")
    };
    let plain = [score(&model, &upper, false), score(&model, &lower, false)];
    assert_ne!(plain[0], plain[1]);
    assert_eq!([score(&model, &upper, true), score(&model, &lower, true)], plain);
    // Where the card does not, letters of both cases are the same.
    assert_eq!(score(MODEL, &upper, true), score(MODEL, &lower, false));
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

#[test]
fn masks_leave_known_sites_out() {
    let (folder, bases) = (Folder::new(), contig(SLICE, CONTIG));
    // First and last bases of ITPA's exons that have an intron beside them (forward strand).
    let text = support::read_repository(GENES);
    let exons: Vec<(usize, usize)> = text
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(|columns| columns.len() > 8 && columns[2] == "exon" && columns[8].contains("\"ITPA\""))
        .map(|columns| (columns[3].parse().expect("a start"), columns[4].parse().expect("an end")))
        .collect();
    let (first, last) = (49_514, 64_516);
    let acceptors: Vec<usize> = exons.iter().map(|exon| exon.0).filter(|&start| start > first).collect();
    let donors: Vec<usize> = exons.iter().map(|exon| exon.1).filter(|&end| end < last).collect();
    let records: Vec<_> = acceptors
        .iter()
        .chain(&donors)
        .map(|&pos| {
            let base = char::from(bases[pos - 1]);
            (format!("v{pos}"), Variant(pos, base.into(), if base == 'A' { "C".into() } else { "A".into() }))
        })
        .collect();
    let input = folder.write("in.vcf", vcf(CONTIG, &records));
    let (plain, masked) = (written(&folder, &input, &[]), written(&folder, &input, &["--mask"]));
    assert_ne!(effects(&plain, "GG_EFFECT"), effects(&masked, "GG_EFFECT"));
    let mut losses = 0;
    for value in effects(&masked, "GG_EFFECT").into_values().flatten().filter(|value| value.starts_with("ITPA|")) {
        let parts: Vec<&str> = value.split('|').collect();
        let at = |index: usize| parts[index].parse::<usize>().ok();
        let [gain_a, loss_a, gain_d, loss_d] = [at(6), at(7), at(8), at(9)];
        assert!(
            gain_a.is_none_or(|pos| !acceptors.contains(&pos)) && gain_d.is_none_or(|pos| !donors.contains(&pos)),
            "{value}"
        );
        assert!(
            loss_a.is_none_or(|pos| acceptors.contains(&pos)) && loss_d.is_none_or(|pos| donors.contains(&pos)),
            "{value}"
        );
        losses += usize::from(loss_a.is_some()) + usize::from(loss_d.is_some());
    }
    assert!(losses > 10);

    // A label that is neither acceptor nor donor is about sites of both kinds.
    let used = folder.path("used");
    shell(&format!(
        "cp -r {MODEL} {used}; cd {used}; sed -i 's/acceptor/used/' card.yaml; rm self_test.tsv; sed -i /self_test/d card.yaml"
    ));
    let out = folder.path("used.vcf");
    let run = variants(&[&input, "-f", SLICE, "--genes", GENES, "-m", &used, "--mask", "-o", &out]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mut at_donors = 0;
    for value in effects(&folder.read("used.vcf"), "GG_EFFECT").into_values().flatten() {
        let Some(value) = value.strip_prefix("ITPA|") else { continue };
        let parts: Vec<&str> = value.split('|').collect();
        let at = |index: usize| parts[index].parse::<usize>().ok();
        let site = |pos: usize| acceptors.contains(&pos) || donors.contains(&pos);
        assert!(at(5).is_none_or(|pos| !site(pos)) && at(6).is_none_or(site), "{value}");
        at_donors += usize::from(at(6).is_some_and(|pos| donors.contains(&pos)));
    }
    assert!(at_donors > 0);
}

#[test]
fn positions_are_on_the_contig() {
    let (folder, bases) = (Folder::new(), contig(SLICE, CONTIG));
    let genes = folder.write(
        "genes.txt",
        format!(
            "#NAME\tCHROM\tSTRAND\tTX_START\tTX_END\tEXON_START\tEXON_END\nALL\t{CONTIG}\t+\t0\t100000\t0,\t100000,\n"
        ),
    );
    let mut records = Vec::new();
    for pos in (3..=60).chain(99_940..=99_997) {
        let base = char::from(bases[pos - 1]);
        let other = ["A", "ATTG"][pos % 2];
        records.push((
            format!("v{pos}"),
            Variant(pos, base.into(), if base == 'A' { format!("C{other}") } else { other.into() }),
        ));
    }
    let input = folder.write("in.vcf", vcf(CONTIG, &records));
    let out = written(&folder, &input, &["--genes", &genes]);
    let (mut left, mut right) = (0, 0);
    for value in effects(&out, "GG_EFFECT").into_values().flatten() {
        for pos in value.split('|').skip(6) {
            let pos: usize = pos.parse().expect("a position");
            assert!((1..=100_000).contains(&pos), "{value}");
            left += usize::from(pos < 100);
            right += usize::from(pos > 99_900);
        }
    }
    assert!(left > 100 && right > 100, "{left} {right}");
}

#[test]
fn scores_of_two_models_have_room_in_one_file() {
    let (folder, bases) = (Folder::new(), contig(SLICE, CONTIG));
    let base = char::from(bases[51_999]).to_string();
    let record = Variant(52_000, base.clone(), if base == "A" { "C".into() } else { "A".into() });
    let text = vcf(CONTIG, &[("v".into(), record)]);
    let input =
        folder.write("in.vcf", text.replace("#CHROM", &format!("##contig=<ID={CONTIG},length=100000>\n#CHROM")));
    let first = folder.write("first.vcf", written(&folder, &input, &["-D", "70"]));
    let again = [&first, "-f", SLICE, "--genes", GENES, "-m", MODEL];
    let run = variants(&again);
    assert!(run.code == 1 && run.stderr.contains("GG_EFFECT is there already"), "{}", run.stderr);
    assert!(run.stderr.contains("hint: --prefix"), "{}", run.stderr);
    let run = variants(&[&again[..], &["--prefix", "two"]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let second = folder.write("second.vcf", run.stdout);
    let run = variants(&[&second, "-f", SLICE, "-m", "exact:gc", "--prefix", "GC"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let line = run.stdout.lines().last().expect("a record");
    for field in ["\tGG_EFFECT=", ";GG_EFFECT_MAX=", ";two_EFFECT=", ";two_EFFECT_MAX=", ";GC_DELTA_gc="] {
        assert!(line.contains(field), "{field}: {line}");
    }
    // What each was asked stands in the header.
    let asked: Vec<&str> = run.stdout.lines().filter(|line| line.starts_with("##genogloss_variants=")).collect();
    assert_eq!(asked.len(), 3);
    let digest = shell(&format!("sha256sum {GENES} | cut -d ' ' -f 1"));
    assert!(asked[0].contains(&format!("genes_sha256=\"{}\"", digest.trim())), "{}", asked[0]);
    for (line, parts) in asked.iter().zip([
        vec![
            "<ID=GG,",
            "model=\"splice\"",
            "reference=\"chr20_slice.fa\"",
            "distance=\"70\"",
            "genes=\"slice_genes.gtf\"",
        ],
        vec!["<ID=two,", "distance=\"50\"", "mask=\"false\"", "format=\"genogloss\""],
        vec!["<ID=GC,", "model=\"exact:gc\"", "ref_mismatch=\"skip\""],
    ]) {
        assert!(parts.iter().all(|part| line.contains(part)), "{line}");
    }
    if tools_available(&["bcftools"]) {
        let all = folder.write("all.vcf", &run.stdout);
        assert_eq!(shell(&format!("bcftools view {all} 2>&1 >/dev/null")), "");
        let values = shell(&format!("bcftools query -f '%GG_EFFECT_MAX %two_EFFECT_MAX %GC_DELTA_gc' {all}"));
        assert!(values.split(' ').all(|value| value.parse::<f64>().is_ok()), "{values}");
    }
    let run = variants(&[&input, "-f", SLICE, "-m", "exact:gc", "--prefix", "1.x"]);
    assert!(run.code == 2 && run.stderr.contains("letters, digits and _"), "{}", run.stderr);
}

#[test]
fn bad_input_is_said_in_one_line() {
    let (folder, bases) = (Folder::new(), contig(SLICE, CONTIG));
    let base = char::from(bases[51_999]).to_string();
    let wrong = if base == "A" { "C" } else { "A" };
    let good = folder.write("good.vcf", vcf(CONTIG, &[("v".into(), Variant(52_000, base.clone(), wrong.into()))]));
    let swapped = folder.write("bad.vcf", vcf(CONTIG, &[("v".into(), Variant(52_000, wrong.into(), base.clone()))]));
    let fails = |arguments: &[&str], code: i32, say: &[&str]| {
        let run = variants(arguments);
        assert_eq!(run.code, code, "{}", run.stderr);
        let error = run.stderr.lines().find(|line| line.starts_with("error")).unwrap_or_default().to_string();
        for part in say {
            assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
        }
        assert!(!error.is_empty(), "{}", run.stderr);
        // Of what goes to standard output, the header may be on its way.
        assert!(run.stdout.lines().all(|line| line.starts_with('#')), "{}", run.stdout);
    };
    let by_gene = ["-f", SLICE, "-m", MODEL, "--genes", GENES];
    fails(
        &[&[swapped.as_str()][..], &by_gene, &["--ref-mismatch", "fail"]].concat(),
        1,
        &["record 1: REF is", "52,000", SLICE],
    );
    fails(&[&good, "-f", SLICE, "-m", MODEL], 2, &["scores variants by gene", "--genes FILE"]);
    fails(&[&good, "-f", SLICE, "-m", "core-promoter", "--genes", GENES], 2, &["does not score by gene"]);
    fails(&[&good, "-f", SLICE, "-m", "core-promoter", "--mask"], 2, &["--mask needs the genes"]);
    fails(&[&[good.as_str()][..], &by_gene, &["-D", "5000"]].concat(), 2, &["5000"]);
    fails(
        &[&[good.as_str()][..], &by_gene, &["--haplotypes", "--format", "spliceai"]].concat(),
        2,
        &["no place for haplotypes"],
    );
    // Genes of another assembly: everything lies 1,000 bases further.
    let shifted: String = support::read_repository(GENES)
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
    fails(&[&good, "-f", SLICE, "-m", MODEL, "--genes", &shifted], 1, &["exon borders", "another assembly"]);
    let elsewhere = folder.write("else.gtf", support::read_repository(GENES).replace(CONTIG, "20"));
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
    let columns = "#NAME\tCHROM\tSTRAND\tTX_START\tTX_END\tEXON_START\tEXON_END";
    let genes = folder.write("chr.txt", format!("{columns}\nA\tchrX\t+\t0\t8\t0,\t8,\nB\ty\t+\t0\t4\t0,\t4,\n"));
    fails(
        &[&on_x, "-f", &named, "-m", MODEL, "--genes", &genes],
        1,
        &["has no genes on contig \"X\"", "but on \"chrX\"", "--contig-aliases"],
    );
    let names = folder.write("names.tsv", "chrX\tX\n");
    let run = variants(&[&on_x, "-f", &named, "-m", MODEL, "--genes", &genes, "--contig-aliases", &names]);
    assert!(run.code == 0 && run.stdout.contains("GG_EFFECT=T|A|+|"), "{}{}", run.stdout, run.stderr);
    let short = folder.write("short.gtf", format!("{CONTIG}\tx\tgene\t5\n"));
    fails(
        &[&good, "-f", SLICE, "-m", MODEL, "--genes", &short],
        1,
        &["short.gtf, line 1: 4 columns, where 9 are needed"],
    );
    let theirs = folder.write("theirs.vcf", "##fileformat=VCFv4.2\n##INFO=<ID=SpliceAI,Number=.,Type=String,Description=\"s\">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n");
    fails(
        &[&[theirs.as_str()][..], &by_gene, &["--format", "spliceai"]].concat(),
        1,
        &["INFO field SpliceAI is there already", "hint: --format genogloss", "INFO/SpliceAI"],
    );
    let table = folder.write(
        "table.txt",
        format!("#NAME\tCHROM\tSTRAND\tTX_START\tTX_END\tEXON_START\tEXON_END\nA\t{CONTIG}\t+\t5\n"),
    );
    fails(
        &[&good, "-f", SLICE, "-m", MODEL, "--genes", &table],
        1,
        &["table.txt, line 2: 4 columns, where 7 are needed"],
    );
    let turned = folder.write("turned.txt", format!("{columns}\nA\t{CONTIG}\t+\t60000\t40000\t40000,\t60000,\n"));
    let say = ["turned.txt, line 2: a gene or exon begins at 60000 and ends at 40000"];
    fails(&[&good, "-f", SLICE, "-m", MODEL, "--genes", &turned], 1, &say);
    // What cannot be read on its strand, or has no neighbours, is said.
    let unknown = support::read_repository(GENES).replace("\t+\t", "\t.\t").replace("\t-\t", "\t.\t");
    let unknown = folder.write("unknown.gtf", unknown);
    let run = variants(&[&good, "-f", SLICE, "-m", MODEL, "--genes", &unknown]);
    assert!(run.code == 0 && run.stderr.contains("genes have no strand"), "{}", run.stderr);
    assert!(run.stdout.ends_with("GG_SKIP=no_gene\n"), "{}", run.stdout);
    let run = variants(&[&[good.as_str()][..], &by_gene, &["--haplotypes"]].concat());
    assert!(run.code == 0 && run.stderr.contains("has no genotypes"), "{}", run.stderr);
    // Skips: the record comes out, with the reason.
    let long = "A".repeat(10_001);
    for (reference, alternate, reason) in [
        (wrong, base.as_str(), "reference_mismatch"),
        (&base, "<DEL>", "symbolic_allele"),
        (&base, "*", "spanning_deletion"),
        (&base, "N[chr1:5[", "breakend"),
        (&base, &format!("{base}{long}"), "allele_too_long"),
        (&base, "R", "not_bases"),
    ] {
        let input =
            folder.write("skip.vcf", vcf(CONTIG, &[("v".into(), Variant(52_000, reference.into(), alternate.into()))]));
        let out = written(&folder, &input, &[]);
        assert!(out.ends_with(&format!("GG_SKIP={reason}\n")), "{reason}: {}", &out[out.len().saturating_sub(200)..]);
    }
    let outside = folder.write(
        "out_of_genes.vcf",
        vcf(CONTIG, &[("v".into(), Variant(500, char::from(bases[499]).into(), "N".into()))]),
    );
    assert!(written(&folder, &outside, &[]).ends_with("GG_SKIP=no_gene\n"));
}

#[test]
fn gtf_gff3_and_spliceais_table_give_the_same_scores() {
    let (folder, bases) = (Folder::new(), contig(SLICE, CONTIG));
    let originals = made_up(&bases, 40, &mut Dice(21));
    let records: Vec<_> = originals.iter().enumerate().map(|(n, v)| (format!("v{n}"), v.clone())).collect();
    let input = folder.write("in.vcf", vcf(CONTIG, &records));
    let mut gff = "##gff-version 3\n".to_string();
    for line in support::read_repository(GENES).lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let name = columns[8].split('"').nth(1).expect("a name");
        let place = columns[..8].join("\t");
        if columns[2] == "gene" {
            writeln!(gff, "{place}\tID=gene:{name};Name={name}").expect("written");
            writeln!(gff, "{}\tID=t:{name};Parent=gene:{name}", place.replace("\tgene\t", "\tmRNA\t"))
                .expect("written");
        } else {
            writeln!(gff, "{place}\tParent=t:{name}").expect("written");
        }
    }
    // Without its first line it is known by its attributes; sequences may follow.
    let bare = folder.write("bare.gff3", format!("# genes\n{}\n", gff.replace("##gff-version 3\n", "")));
    let gff = folder.write("genes.gff3", format!("{gff}\n##FASTA\n>x\nACGT\n"));
    let blank = folder.write("blank.gtf", format!("\n{}\n\n", support::read_repository(GENES)));
    let body =
        |text: String| text.lines().filter(|line| !line.starts_with("##genogloss")).collect::<Vec<_>>().join("\n");
    let expected = body(written(&folder, &input, &["--mask"]));
    for genes in [gff.as_str(), &bare, &blank, "tests/data/slice_genes.txt"] {
        let out = folder.path("other.vcf");
        let run = variants(&[&input, "-f", SLICE, "--genes", genes, "-m", MODEL, "--mask", "-o", &out]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(body(folder.read("other.vcf")), expected, "{genes}");
    }
}
