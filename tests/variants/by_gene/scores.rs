//! Which bases are read, which positions and sites are scored, and what must not change the output.

use std::fmt::Write as _;

use super::{CONTIG, Dice, GENES, MODEL, SLICE, Variant, contig, effects, in_shards, made_up, variants, vcf, written};
use crate::support::{Folder, genogloss, ort_available, shell, tools_available};

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
fn masks_leave_known_sites_out() {
    let (folder, bases) = (Folder::new(), contig(SLICE, CONTIG));
    // First and last bases of ITPA's exons that have an intron beside them (forward strand).
    let text = crate::support::read_repository(GENES);
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
    assert!(run.code == 1 && run.stderr.contains("GG_EFFECT already exists"), "{}", run.stderr);
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
fn gtf_gff3_and_spliceais_table_give_the_same_scores() {
    let (folder, bases) = (Folder::new(), contig(SLICE, CONTIG));
    let originals = made_up(&bases, 40, &mut Dice(21));
    let records: Vec<_> = originals.iter().enumerate().map(|(n, v)| (format!("v{n}"), v.clone())).collect();
    let input = folder.write("in.vcf", vcf(CONTIG, &records));
    let mut gff = "##gff-version 3\n".to_string();
    for line in crate::support::read_repository(GENES).lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let name = columns[8].split('"').nth(1).expect("a name");
        let place = columns[..8].join("\t");
        if columns[2] == "gene" {
            writeln!(gff, "{place}\tID=gene:{name};Name={name}").expect("written");
            let transcript = place.replace("\tgene\t", "\tmRNA\t");
            writeln!(gff, "{transcript}\tID=t:{name};Parent=gene:{name};gene_name={name}").expect("written");
        } else {
            writeln!(gff, "{place}\tParent=t:{name}").expect("written");
        }
    }
    // Without its first line it is known by its attributes; sequences may follow.
    let bare = folder.write("bare.gff3", format!("# genes\n{}\n", gff.replace("##gff-version 3\n", "")));
    // Genes without a line of their own are where their transcripts are.
    let parts: Vec<&str> = gff.lines().filter(|line| !line.contains("\tgene\t")).collect();
    let parts = folder.write("parts.gff3", parts.join("\n"));
    let gff = folder.write("genes.gff3", format!("{gff}\n##FASTA\n>x\nACGT\n"));
    let blank = folder.write("blank.gtf", format!("\n{}\n\n", crate::support::read_repository(GENES)));
    let body =
        |text: String| text.lines().filter(|line| !line.starts_with("##genogloss")).collect::<Vec<_>>().join("\n");
    let expected = body(written(&folder, &input, &["--mask"]));
    for genes in [gff.as_str(), &bare, &parts, &blank, "tests/data/slice_genes.txt"] {
        let out = folder.path("other.vcf");
        let run = variants(&[&input, "-f", SLICE, "--genes", genes, "-m", MODEL, "--mask", "-o", &out]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(body(folder.read("other.vcf")), expected, "{genes}");
    }
}
