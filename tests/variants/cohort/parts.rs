//! What `variants --scores` writes for a record is the same in every part of the input: in one run, in shards, in regions, and whatever
//! the headers name.

use super::{COLUMNS, records};
use crate::support::{Folder, genogloss, shell, succeed, tools_available};

const LEN: usize = 60_000;

/// A genome of these contigs, each of `LEN` bases.
fn genome(folder: &Folder, contigs: &[&str]) -> String {
    let text: String = contigs.iter().map(|name| format!(">{name}\n{}\n", "ACGT".repeat(LEN / 4))).collect();
    folder.write("genome.fa", text)
}

/// The base at POS.
fn base(position: usize) -> char {
    ['A', 'C', 'G', 'T'][(position - 1) % 4]
}

/// The header lines of these contigs.
fn lines(contigs: &[&str]) -> String {
    contigs.iter().map(|name| format!("##contig=<ID={name},length={LEN}>\n")).collect()
}

/// A file with these contigs in its header: contig, POS and ALT of each record.
fn file(folder: &Folder, name: &str, contigs: &[&str], rows: &[(&str, usize, &str)]) -> String {
    let rows =
        rows.iter().map(|(contig, at, alternate)| format!("{contig}\t{at}\t.\t{}\t{alternate}\t.\t.\t.\n", base(*at)));
    folder.write(name, format!("##fileformat=VCFv4.2\n{}{COLUMNS}\n{}", lines(contigs), rows.collect::<String>()))
}

/// Scores of all sites of a file.
fn scored(folder: &Folder, sites: &str, fasta: &str, name: &str) -> String {
    let scores = folder.path(name);
    let model = ["-f", fasta, "-m", "exact:gc", "--missing-contigs", "skip", "--quiet"];
    succeed(&[&["variants", sites, "-o", &scores], &model[..]].concat());
    scores
}

/// A sample by shards, merged.
fn sharded(folder: &Folder, arguments: &[&str], count: usize) -> String {
    let parts: Vec<String> = (1..=count).map(|number| folder.path(&format!("part{number}.vcf"))).collect();
    for (number, part) in parts.iter().enumerate() {
        let shard = format!("{}/{count}", number + 1);
        succeed(&[&["variants"], arguments, &["--shard", &shard, "-o", part, "--quiet"]].concat());
    }
    let merged = folder.path("merged.vcf");
    let mut command = vec!["merge"];
    command.extend(parts.iter().map(String::as_str));
    succeed(&[&command[..], &["-o", &merged, "--quiet"]].concat());
    folder.read("merged.vcf")
}

#[test]
fn shards_read_scores_that_have_more_contigs_than_the_sample() {
    let folder = Folder::new();
    let fasta = genome(&folder, &["a", "w", "x", "b", "y"]);
    let all = ["a", "w", "x", "b", "y"];
    let rows: Vec<(&str, usize, &str)> =
        all.iter().flat_map(|name| [(*name, 5, "N"), (*name, 30_000, "N"), (*name, 59_000, "N")]).collect();
    let sites = file(&folder, "sites.vcf", &all, &rows);
    let scores = scored(&folder, &sites, &fasta, "scores.vcf.gz");
    let own: Vec<_> = rows.iter().copied().filter(|(name, ..)| ["a", "b"].contains(name)).collect();
    let sample = file(&folder, "s.vcf", &["a", "b"], &own);
    let whole = succeed(&["variants", &sample, "--scores", &scores, "--quiet"]);
    assert_eq!(whole, succeed(&["variants", &sample, "-f", &fasta, "-m", "exact:gc", "--quiet"]));
    assert_eq!(sharded(&folder, &[&sample, "--scores", &scores], 3), whole);
}

#[test]
fn the_reason_of_an_allele_without_bases_does_not_depend_on_the_part() {
    let folder = Folder::new();
    let fasta = genome(&folder, &["a"]);
    let contigs = ["a", "z"];
    // Contig z is not in the reference, and its only site is at its start.
    let sample = file(
        &folder,
        "s.vcf",
        &contigs,
        &[("a", 3, "N"), ("a", 50_000, "<DEL>"), ("z", 3, "N"), ("z", 40_000, "<DEL>"), ("z", 59_000, "*,<DEL>")],
    );
    let sites = folder.path("sites.vcf.gz");
    succeed(&["sites", &sample, "-o", &sites, "--quiet"]);
    let scores = scored(&folder, &sites, &fasta, "scores.vcf.gz");
    let whole = succeed(&["variants", &sample, "--scores", &scores, "--quiet"]);
    let model = ["-f", &fasta, "-m", "exact:gc", "--missing-contigs", "skip", "--quiet"];
    assert_eq!(whole, succeed(&[&["variants", &sample], &model[..]].concat()));
    assert_eq!(records(&whole).matches("contig_not_in_reference").count(), 4, "{whole}");
    for count in [2, 4, 7] {
        assert_eq!(sharded(&folder, &[&sample, "--scores", &scores], count), whole, "{count}");
    }
    let region = succeed(&["variants", &sample, "--scores", &scores, "-r", "z:30000-59500", "--quiet"]);
    let expected: String = records(&whole).lines().skip(3).map(|line| format!("{line}\n")).collect();
    assert_eq!(records(&region), expected);
}

#[test]
fn contigs_that_the_header_of_the_scores_lacks_have_the_order_of_the_index_or_of_the_variants() {
    if !tools_available(&["bcftools", "bgzip"]) {
        return;
    }
    let folder = Folder::new();
    let contigs = ["b", "c", "a"];
    let fasta = genome(&folder, &contigs);
    // No site lies on c.
    let rows = [("b", 3, "N"), ("b", 9, "N"), ("c", 5, "<DEL>"), ("a", 3, "N"), ("a", 7, "N")];
    let (named, bare) = (file(&folder, "named.vcf", &contigs, &rows), file(&folder, "bare.vcf", &[], &rows));
    let sites = folder.path("sites.vcf");
    succeed(&["sites", &bare, "-o", &sites, "--quiet"]);
    assert!(!folder.read("sites.vcf").contains("##contig"));
    let scores = scored(&folder, &sites, &fasta, "scores.vcf");
    let direct = |sample: &str| succeed(&["variants", sample, "-f", &fasta, "-m", "exact:gc", "--quiet"]);
    // By the header of the variants, which may have contigs before the first site.
    assert_eq!(succeed(&["variants", &named, "--scores", &scores, "--quiet"]), direct(&named));
    let more = file(&folder, "more.vcf", &["q", "b", "c", "a"], &rows);
    assert_eq!(succeed(&["variants", &more, "--scores", &scores, "--quiet"]), direct(&more));
    // Sites on contigs that the variants do not have are none of theirs.
    let fewer = file(&folder, "fewer.vcf", &["c", "a"], &rows[2..]);
    assert_eq!(succeed(&["variants", &fewer, "--scores", &scores, "--quiet"]), direct(&fewer));
    let refused = |sample: &str, say: &[&str]| {
        let error = genogloss(&["variants", sample, "--scores", &scores, "--missing-scores", "skip"]).error(1);
        assert!(say.iter().all(|say| error.contains(say)), "{error}");
    };
    let undeclared = file(&folder, "undeclared.vcf", &["b", "a"], &rows);
    refused(
        &undeclared,
        &[
            "undeclared.vcf, record 3: contig \"c\" is not in the header, so its sites cannot be found in",
            "bcftools reheader",
        ],
    );
    let turned = file(&folder, "turned.vcf", &["a", "b"], &[("a", 3, "N"), ("b", 3, "N")]);
    refused(&turned, &["scores.vcf, record 3: its contigs are not in order of the variants (at a:3)"]);
    refused(
        &bare,
        &["scores.vcf: the order of its contigs is not known", "bare.vcf has ##contig lines", "bcftools index"],
    );
    // By the index, in shards too; the hint does what it says.
    let packed = folder.path("scores.vcf.gz");
    shell(&format!("bgzip -c {scores} > {packed} && bcftools index {packed}"));
    for sample in [&named, &more, &fewer, &undeclared, &bare] {
        assert_eq!(succeed(&["variants", sample, "--scores", &packed, "--quiet"]), direct(sample), "{sample}");
    }
    assert_eq!(sharded(&folder, &[&more, "--scores", &packed], 3), direct(&more));
    let (index, lines) = (folder.path("contigs.fai"), folder.path("lines.vcf"));
    shell(&format!("for name in b c a; do printf '%s\\t{LEN}\\t3\\t{LEN}\\t{}\\n' $name; done > {index}", LEN + 1));
    shell(&format!("bcftools reheader -f {index} {scores} > {lines}"));
    assert_eq!(succeed(&["variants", &bare, "--scores", &lines, "--quiet"]), direct(&bare));
}

#[test]
fn a_site_on_a_contig_that_the_header_lacks_is_an_error() {
    let folder = Folder::new();
    let fasta = genome(&folder, &["a", "b"]);
    let sites = file(&folder, "sites.vcf", &["a", "b"], &[("a", 3, "N"), ("b", 3, "N")]);
    scored(&folder, &sites, &fasta, "scores.vcf");
    let text = folder.read("scores.vcf");
    for (contig, number) in [("a", 1), ("b", 2)] {
        let lacking = folder.write("lacking.vcf", text.replace(&lines(&[contig]), ""));
        let error = genogloss(&["variants", &sites, "--scores", &lacking, "--missing-scores", "skip"]).error(1);
        let say = format!("lacking.vcf, record {number}: contig \"{contig}\" is not in its header");
        assert!(error.contains(&say) && error.contains("bcftools reheader"), "{error}");
    }
}

#[test]
fn contigs_come_in_one_order_after_the_hint() {
    if !tools_available(&["bcftools", "samtools"]) {
        return;
    }
    let folder = Folder::new();
    let fasta = genome(&folder, &["a", "b"]);
    let sites = file(&folder, "sites.vcf", &["a", "b"], &[("a", 3, "N"), ("b", 3, "N")]);
    let scores = scored(&folder, &sites, &fasta, "scores.vcf.gz");
    let turned = file(&folder, "turned.vcf", &["b", "a"], &[("b", 3, "N"), ("a", 3, "N")]);
    let errors = [
        genogloss(&["variants", &turned, "--scores", &scores]).error(1),
        genogloss(&["sites", &sites, &turned]).error(1),
    ];
    for error in errors {
        let (_, command) = error.split_once("order of contigs: ").expect("a hint with a command");
        let (whole, out) = (folder.root().display(), folder.path("NEW.vcf.gz"));
        shell(&format!("cd {whole}; samtools faidx genome.fa; {}", command.replace(" FILE", " turned.vcf")));
        let both = succeed(&["sites", &sites, &out, "--quiet"]);
        assert_eq!(records(&both).lines().count(), 2);
        succeed(&["variants", &out, "--scores", &scores, "--quiet"]);
        std::fs::remove_file(out).expect("removed");
    }
}

/// Records that say nothing about the assembly: REF with letters that are no bases, and the ends of the contig.
#[test]
fn only_records_whose_ref_was_compared_count_for_mismatches() {
    let folder = Folder::new();
    let fasta = genome(&folder, &["a"]);
    let end = LEN + 1;
    let mut text = format!("##fileformat=VCFv4.2\n{}{COLUMNS}\n", lines(&["a"]));
    for _ in 0..45 {
        text += "a\t0\t.\tN\tA\t.\t.\t.\n";
    }
    for at in 0..45 {
        text += &format!("a\t{}\t.\tR\tA\t.\t.\t.\n", 101 + 4 * at);
    }
    for at in 0..12 {
        text += &format!("a\t{}\t.\tC\tG\t.\t.\t.\n", 1001 + 4 * at);
    }
    for _ in 0..45 {
        text += &format!("a\t{end}\t.\tN\tA\t.\t.\t.\n");
    }
    let sample = folder.write("s.vcf", &text);
    let all = ["-m", "exact:gc", "--max-ref-mismatch", "1", "--quiet"];
    let scores = folder.path("scores.vcf");
    succeed(&[&["variants", &sample, "-f", &fasta, "-o", &scores], &all[..]].concat());
    let direct = genogloss(&["variants", &sample, "-f", &fasta, "-m", "exact:gc"]).error(1);
    let joined = genogloss(&["variants", &sample, "--scores", &scores]).error(1);
    for error in [direct, joined] {
        assert!(error.contains("the REF of 12 of 12 records differs from "), "{error}");
    }
}

/// By genes, a record is not compared where the reference has an ambiguous base.
#[test]
fn records_on_ambiguous_bases_count_for_no_matches_by_genes() {
    let folder = Folder::new();
    let mut bases = super::slice().into_bytes();
    let mut text = format!("{}{COLUMNS}\n", super::HEAD);
    let places: Vec<usize> = (33_000..).step_by(10).filter(|&at| bases[at] == b'A').take(142).collect();
    for (number, at) in places.into_iter().enumerate() {
        let reference = if number < 130 { "A" } else { "T" };
        if number < 130 {
            bases[at] = b'R';
        }
        text += &format!("{}\t{}\t.\t{reference}\tC\t.\t.\t.\n", super::CONTIG, at + 1);
    }
    let fasta = folder.write("g.fa", format!(">{}\n{}\n", super::CONTIG, String::from_utf8_lossy(&bases)));
    let (sample, scores) = (folder.write("s.vcf", text), folder.path("scores.vcf"));
    let model = ["-f", &fasta, "--genes", super::GENES, "-m", "tests/models/splice", "-t", "1"];
    succeed(&[&["variants", &sample, "-o", &scores, "--max-ref-mismatch", "1", "--quiet"], &model[..]].concat());
    assert_eq!(records(&folder.read("scores.vcf")).matches("unknown_bases").count(), 130);
    let direct = genogloss(&[&["variants", &sample], &model[..]].concat()).error(1);
    let joined = genogloss(&["variants", &sample, "--scores", &scores]).error(1);
    for error in [direct, joined] {
        assert!(error.contains("the REF of 12 of 12 records differs from "), "{error}");
    }
}
