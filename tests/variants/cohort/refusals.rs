//! What `variants --scores` refuses, and what it says.

use super::{COLUMNS, CONTIG, GENES, HEAD, SLICE, TRACK, records, sample, scored};
use crate::support::{Folder, genogloss, succeed};

fn refused(arguments: &[&str], code: i32, say: &str) {
    let error = genogloss(&[&["variants"], arguments].concat()).error(code);
    assert!(error.contains(say), "{say}: {error}");
}

#[test]
fn an_allele_without_a_site_is_an_error_or_a_skip() {
    let folder = Folder::new();
    // The second sample has the first records of the first one, and more.
    let text = sample("b", 2, 60);
    let some: String = text.lines().take(HEAD.lines().count() + 1 + 25).map(|line| format!("{line}\n")).collect();
    let (one, two) = (folder.write("1.vcf", some), folder.write("2.vcf", text));
    let scores = scored(&folder, &[&one], TRACK, "scores.vcf.gz");
    let error = genogloss(&["variants", &two, "--scores", &scores]).error(1);
    assert!(error.contains("has no scores in") && error.contains("2.vcf: record "), "{error}");
    let run = genogloss(&["variants", &two, "--scores", &scores, "--missing-scores", "skip"]).good();
    // Record by record: what is in both is what a run of the model writes, all else has the reason.
    let direct = succeed(&[&["variants", &two, "-f", SLICE, "--quiet"], TRACK].concat());
    let known: std::collections::HashSet<(String, String, String)> = alleles(&folder.read("1.vcf"));
    let (mut same, mut other) = (0, 0);
    for (joined, direct) in records(&run.stdout).lines().zip(records(&direct).lines()) {
        let all = alleles(direct);
        if all.iter().all(|(_, _, alternate)| !is_bases(alternate))
            || all.iter().filter(|allele| is_bases(&allele.2)).all(|allele| known.contains(allele))
        {
            assert_eq!(joined, direct);
            same += 1;
        } else {
            assert!(joined.contains("not_in_scores"), "{joined}");
            other += 1;
        }
    }
    assert!(same > 5 && other > 5, "{same} {other}");
    let count = run.stdout.matches("not_in_scores").count()
        - run
            .stdout
            .lines()
            .filter(|line| line.starts_with('#'))
            .map(|line| line.matches("not_in_scores").count())
            .sum::<usize>();
    assert!(run.stderr.contains(&format!("not_in_scores {count}")), "{}", run.stderr);
}

fn is_bases(alternate: &str) -> bool {
    alternate.bytes().all(|b| b"ACGTN".contains(&b))
}

/// POS, REF and ALT of all alleles.
fn alleles(text: &str) -> std::collections::HashSet<(String, String, String)> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .flat_map(|line| {
            let columns: Vec<String> = line.split('\t').map(String::from).collect();
            let each = columns[4].split(',').map(String::from).collect::<Vec<_>>();
            each.into_iter().map(move |alternate| (columns[1].clone(), columns[3].clone(), alternate))
        })
        .collect()
}

#[test]
fn options_that_are_given_must_be_those_of_the_scores() {
    let folder = Folder::new();
    let file = folder.write("s.vcf", sample("s", 1, 20));
    let scores = scored(&folder, &[&file], TRACK, "scores.vcf.gz");
    let with = |more: &[&'static str]| -> Vec<&str> { [&[file.as_str(), "--scores", &scores][..], more].concat() };
    let agreed = [
        "-f",
        SLICE,
        "-m",
        "tests/models/track",
        "--prefix",
        "GG",
        "--compare",
        "max",
        "--ref-mismatch",
        "skip",
        "--fields",
        "genogloss",
        "-t",
        "2",
    ];
    genogloss(&[&["variants"], with(&agreed).as_slice()].concat()).good();
    for (more, say) in [
        (&["-m", "core-promoter"][..], "-m is core-promoter 1.0.0 (sha256 "),
        (&["-m", "human"], "but the scores were made with track 1.0.0 (sha256 a62a9b7ff5ff)"),
        (&["-m", "exact:gc"], "-m is exact:gc "),
        (&["-f", "tests/data/site_snvs.vcf"], "-f is site_snvs.vcf, but the scores were made with chr20_slice.fa"),
        (&["--prefix", "SP"], "--prefix is SP, but the scores were made with GG"),
        (&["--compare", "sum"], "--compare is sum, but the scores were made with max"),
        (&["--column", "site*"], "--column is site*, but the scores were made without it"),
        (&["-D", "60"], "--distance is 60, but the scores were made without it"),
        (&["--mask"], "--mask is true, but the scores were made without it"),
        (&["--fields", "spliceai"], "--fields is spliceai, but the scores were made with genogloss"),
        (&["--ref-mismatch", "fail"], "--ref-mismatch is fail, but the scores were made with skip"),
        (&["--genes", GENES], "slice_genes.gtf is not the file that the scores were made with"),
    ] {
        refused(&with(more), 1, say);
    }
    for (more, say) in [
        (&["--engine", "rten"][..], "--engine applies to runs of a model"),
        (&["--cache", "x"], "--cache applies to runs of a model"),
        (&["--haplotypes"], "--haplotypes applies to runs of a model"),
    ] {
        refused(&with(more), 2, say);
    }
    refused(&[&file, "-f", SLICE, "--missing-scores", "skip"], 2, "--missing-scores applies to --scores");
    assert!(genogloss(&["variants", &file]).stderr.contains("--reference <FASTA>"));
    refused(&[&file, "--scores", &file], 1, "s.vcf: it holds no scores: its header has no ##genogloss_variants line");
    let haplotypes = folder.path("haplotypes.vcf");
    succeed(&[
        "variants",
        &file,
        "-f",
        SLICE,
        "--genes",
        GENES,
        "-m",
        "tests/models/splice",
        "--haplotypes",
        "-o",
        &haplotypes,
    ]);
    refused(&[&file, "--scores", &haplotypes], 1, "its scores are of haplotypes");
    // Fields that are there already.
    let done = folder.path("done.vcf");
    succeed(&["variants", &file, "--scores", &scores, "-o", &done]);
    refused(&[&done, "--scores", &scores], 1, "already exists");
    refused(&[&file, "--scores", &scores, "-o", &scores], 2, "is both the output and an input");
}

#[test]
fn files_in_another_order_are_refused() {
    let folder = Folder::new();
    let fasta = folder.write("g.fa", ">a\nACGTACGTACGTACGTACGT\n>b\nACGTACGTACGTACGTACGT\n");
    let head = |contigs: &[&str]| {
        let lines: String = contigs.iter().map(|name| format!("##contig=<ID={name},length=20>\n")).collect();
        format!("##fileformat=VCFv4.2\n{lines}{COLUMNS}\n")
    };
    let file = |name: &str, contigs: &[&str], rows: &[(&str, u32)]| {
        let base = |position: u32| ["A", "C", "G", "T"][(position as usize - 1) % 4];
        let rows = rows.iter().map(|(contig, at)| format!("{contig}\t{at}\t.\t{}\tN\t.\t.\t.\n", base(*at)));
        folder.write(name, head(contigs) + &rows.collect::<String>())
    };
    let all = [("a", 3), ("a", 7), ("b", 2)];
    let sites = file("sites.vcf", &["a", "b"], &all);
    let scores = folder.path("scores.vcf");
    succeed(&["variants", &sites, "-f", &fasta, "-m", "exact:gc", "-o", &scores, "--quiet"]);
    // A contig without sites in between, and a contig that the score file does not know.
    let other = file("other.vcf", &["x", "a", "b"], &[("a", 7), ("b", 2)]);
    genogloss(&["variants", &other, "--scores", &scores]).good();
    let unknown = file("unknown.vcf", &["x", "a", "b"], &[("x", 1), ("a", 3)]);
    refused(&[&unknown, "--scores", &scores], 1, "unknown.vcf: record 1 (x:1): A > N has no scores in");
    let run = genogloss(&["variants", &unknown, "--scores", &scores, "--missing-scores", "skip"]).good();
    assert_eq!(run.stdout.matches("GG_SKIP=not_in_scores").count(), 1, "{}", run.stdout);
    let turned = file("turned.vcf", &["b", "a"], &[("b", 2), ("a", 3)]);
    refused(&[&turned, "--scores", &scores], 1, "turned.vcf, record 2: contig \"a\" comes after \"b\", and in");
    let unsorted = file("unsorted.vcf", &["a"], &[("a", 7), ("a", 3)]);
    refused(&[&unsorted, "--scores", &scores], 1, "unsorted.vcf, record 2: is not sorted (at a:3)");
    // The score file, too.
    let text = folder.read("scores.vcf");
    let (before, rows) = text.split_at(text.find("\na\t").expect("records") + 1);
    let rows: Vec<&str> = rows.lines().collect();
    let mixed = folder.write("mixed.vcf", format!("{before}{}\n{}\n{}\n", rows[1], rows[0], rows[2]));
    refused(&[&other, "--scores", &mixed], 1, "mixed.vcf, record 2: is not sorted (at a:3)");
    let mixed = folder.write("mixed.vcf", format!("{before}{}\n{}\n{}\n", rows[2], rows[0], rows[1]));
    let last = file("last.vcf", &["b"], &[("b", 2)]);
    refused(&[&last, "--scores", &mixed], 1, "mixed.vcf, record 2: its contigs are not in order (at a:3)");
    // Without contigs in the header, those of the records count.
    let bare: String =
        text.lines().filter(|line| !line.starts_with("##contig")).map(|line| format!("{line}\n")).collect();
    let bare = folder.write("bare.vcf", bare);
    let one = succeed(&["variants", &sites, "--scores", &bare, "--quiet"]);
    assert_eq!(one, succeed(&["variants", &sites, "--scores", &scores, "--quiet"]));
    let cut = folder.write("cut.vcf", &text[..text.len() - 5]);
    refused(&[&other, "--scores", &cut], 1, "cut.vcf, line ");
}

#[test]
fn reasons_that_need_no_model_are_those_of_a_run() {
    let folder = Folder::new();
    let fasta = folder.write("g.fa", ">a\nACGTACGTACGTACGTACGT\n");
    let head = format!(
        "##fileformat=VCFv4.2\n##contig=<ID=a,length=20>\n##contig=<ID=b,length=20>\n##ALT=<ID=DEL,Description=\"d\">\n{COLUMNS}\n"
    );
    // Contig b is not in the reference: all its alleles have that reason, in whatever way they are written.
    let file = folder.write(
        "s.vcf",
        format!("{head}a\t3\t.\tG\t<DEL>,N,G\t.\t.\t.\nb\t1\t.\tA\t<DEL>\t.\t.\t.\nb\t3\t.\tG\tC,*\t.\t.\t.\n"),
    );
    let (sites, scores) = (folder.path("sites.vcf"), folder.path("scores.vcf"));
    succeed(&["sites", &file, "-o", &sites]);
    let model = ["-f", &fasta, "-m", "exact:gc", "--missing-contigs", "skip", "--quiet"];
    succeed(&[&["variants", &sites, "-o", &scores], &model[..]].concat());
    let direct = succeed(&[&["variants", &file], &model[..]].concat());
    assert_eq!(succeed(&["variants", &file, "--scores", &scores, "--quiet"]), direct);
    let with_reference = ["variants", &file, "--scores", &scores, "-f", &fasta, "--quiet"];
    assert_eq!(succeed(&[&with_reference[..], &["--missing-contigs", "skip"]].concat()), direct);
    // With the reference such a record is refused as in a run of the model; also where no contig of the header is in it.
    let error = |arguments: &[&str]| {
        let run = genogloss(arguments);
        assert_eq!(run.code, 1, "{}", run.stderr);
        run.stderr.lines().filter(|line| line.starts_with("error: ") || line.starts_with("hint: ")).collect::<String>()
    };
    let own = ["variants", &file, "-f", &fasta, "-m", "exact:gc", "--quiet"];
    assert!(error(&own).contains("record 2"), "{}", error(&own));
    assert_eq!(error(&with_reference), error(&own));
    let other = folder.write(
        "o.vcf",
        format!("##fileformat=VCFv4.2\n##contig=<ID=b,length=20>\n{COLUMNS}\nb\t3\t.\tG\tC\t.\t.\t.\n"),
    );
    let refused = error(&["variants", &other, "--scores", &scores, "-f", &fasta, "--quiet"]);
    assert_eq!(refused, error(&["variants", &other, "-f", &fasta, "-m", "exact:gc", "--quiet"]));
    assert!(refused.contains("none of the contigs in its header is in"), "{refused}");
    let run = genogloss(&["variants", &file, "--scores", &scores, "--missing-contigs", "skip"]);
    assert!(run.code == 2 && run.stderr.contains("--missing-contigs compares with a FASTA"), "{}", run.stderr);
}

#[test]
fn a_sample_of_another_assembly_is_refused_by_its_mismatches() {
    let folder = Folder::new();
    let bases = super::slice();
    let mut text = format!("{HEAD}{COLUMNS}\n");
    for at in (100..18_000).step_by(600) {
        let other = if bases.as_bytes()[at] == b'A' { 'C' } else { 'A' };
        text += &format!("{CONTIG}\t{}\t.\t{other}\tT\t.\t.\t.\n", at + 1);
    }
    let (bad, good) = (folder.write("bad.vcf", text), folder.write("good.vcf", sample("s", 1, 400)));
    let scores = scored(&folder, &[&bad, &good], TRACK, "scores.vcf.gz");
    genogloss(&["variants", &good, "--scores", &scores]).good();
    refused(&[&bad, "--scores", &scores], 1, "bad.vcf: the REF of 30 of 30 records differs from chr20_slice.fa");
    genogloss(&["variants", &bad, "--scores", &scores, "--max-ref-mismatch", "1"]).good();
}
