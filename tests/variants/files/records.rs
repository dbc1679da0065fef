//! Records of VCF: what is read, refused, and written unchanged.

use super::{COLUMNS, HEAD, desk, genome, mismatching, other, reference, skips, snv, variants};
use crate::support::{Folder, shared, shell, tools_available};

#[test]
fn a_record_has_the_columns_that_are_named() {
    let (folder, fasta) = desk();
    let good = snv(2000, "PASS\tDP=3\tGT\t0/1\t0/0");
    for (rest, count) in [("PASS\tDP=3\tGT\t0/1", 10), ("PASS\tDP=3", 8), ("PASS\tDP=3\tGT\t0/1\t0/0\t1/1", 12)] {
        let vcf = folder.write("v.vcf", format!("{HEAD}{COLUMNS}\tFORMAT\ta\tb\n{good}{}", snv(2010, rest)));
        for letter in ["v", "b"] {
            let run = variants(&vcf, &fasta, &["-O", letter]);
            let say = format!("v.vcf, line 11: {count} columns, but the #CHROM line names 11\nhint: ");
            assert!(run.code == 1 && run.stderr.contains(&say), "{}", run.stderr);
        }
    }
}

#[test]
fn line_ends_of_windows_are_read() {
    let (folder, fasta) = desk();
    let text = format!("{HEAD}{COLUMNS}\tFORMAT\ta\n{}", snv(2000, "PASS\tDP=3\tGT\t0/1"));
    let (unix, windows) = (folder.write("u.vcf", &text), folder.write("w.vcf", text.replace('\n', "\r\n")));
    let records = |file: &str| -> Vec<String> {
        let run = variants(file, &fasta, &[]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        run.stdout.lines().filter(|line| line.starts_with("c\t")).map(String::from).collect()
    };
    assert_eq!(records(&unix), records(&windows));
}

#[test]
fn a_vcf_that_was_cut_anywhere_is_an_error() {
    let (folder, fasta) = desk();
    let text = format!("{HEAD}{COLUMNS}\n{}{}", snv(2000, "PASS\tDP=3"), snv(2010, "PASS\tDP=31"));
    let mut files = vec![("plain", text.clone().into_bytes())];
    if tools_available(&["gzip", "bgzip"]) {
        let plain = folder.write("a.vcf", &text);
        for tool in ["gzip", "bgzip"] {
            shell(&format!("{tool} -c {plain} > {plain}.{tool}"));
            files.push((tool, std::fs::read(format!("{plain}.{tool}")).expect("the file")));
        }
    }
    for (kind, whole) in files {
        assert_eq!(variants(&folder.write("v.vcf", &whole), &fasta, &[]).code, 0, "{kind}");
        let near_the_end = whole.len() - 60;
        for end in (1..whole.len()).filter(|end| *end > near_the_end || end % 5 == 0) {
            // A text that ends with a line has nothing that could tell.
            let tells_nothing =
                kind == "plain" && whole[end - 1] == b'\n' && end > text.find(COLUMNS).expect("the line");
            let run = variants(&folder.write("v.vcf", &whole[..end]), &fasta, &[]);
            assert!(tells_nothing || (run.code == 1 && run.stderr.contains("error: ")), "{kind} {end}: {}", run.stderr);
        }
    }
    let unfinished = variants(&folder.write("v.vcf", text.trim_end()), &fasta, &[]);
    assert!(
        unfinished.stderr.contains("v.vcf, line 11: the file ends within this line, which has no line end\nhint: "),
        "{}",
        unfinished.stderr
    );
}

#[test]
fn our_own_fields_in_a_record_are_refused_whether_the_header_has_them_or_not() {
    let (folder, fasta) = desk();
    let good = snv(2000, "PASS\tDP=3");
    for (info, field) in
        [("DP=3;GG_SKIP=old", "GG_SKIP"), ("GG_DELTA_gc=0.5", "GG_DELTA_gc"), ("GG_REF_gc;DP=3", "GG_REF_gc")]
    {
        let vcf = folder.write("v.vcf", format!("{HEAD}{COLUMNS}\n{good}{}", snv(2010, &format!("PASS\t{info}"))));
        let run = variants(&vcf, &fasta, &[]);
        assert_eq!(run.code, 1, "{}", run.stderr);
        let say = format!("v.vcf, record 2: INFO field {field} already exists\nhint: --prefix NAME writes");
        assert!(run.stderr.contains(&say) && run.stderr.contains("bcftools annotate -x INFO/"), "{}", run.stderr);
        assert_eq!(variants(&vcf, &fasta, &["--prefix", "NEW"]).code, 0);
    }
    // Names that only look like it.
    let near = snv(2010, "PASS\tXGG_SKIP=1;AGG_SKIP;GG_SKIPS=2;DP=GG_SKIP=3");
    let run = variants(&folder.write("v.vcf", format!("{HEAD}{COLUMNS}\n{good}{near}")), &fasta, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn alleles_that_are_no_bases_have_their_own_reasons() {
    let (folder, _) = desk();
    // Ambiguous bases of the FASTA: REF is the first of them in the alphabet, or the letter itself.
    let (mut c, _) = genome();
    c.replace_range(2000..2004, "RKyN");
    let fasta = folder.write("i.fa", format!(">c\n{c}\n"));
    let base = reference(1500);
    let alternate = other(base);
    let lines = [
        format!("c\t1500\t.\t{base}\t{alternate},<NON_REF>,<*>,*,<DEL>,{alternate}U,U"),
        format!("c\t1510\t.\t{}\t<*>", reference(1510)),
        "c\t2001\t.\tA\tC".into(),
        "c\t2001\t.\tr\tC".into(),
        "c\t2001\t.\tG\tC".into(),
        "c\t2002\t.\tG\tC".into(),
        "c\t2002\t.\tGC\tA".into(),
        "c\t2002\t.\tT\tC".into(),
        "c\t2003\t.\tU\tC".into(),
        "c\t2004\t.\tN\tC".into(),
        "c\t0\t.\tN\tC".into(),
        "c\t5001\t.\tN\tC".into(),
        "c\t5002\t.\tA\tC".into(),
    ];
    let body: String = lines.iter().map(|line| format!("{line}\t.\t.\t.\n")).collect();
    let head = HEAD.replace("##contig=<ID=d,length=4000>\n", "");
    let vcf = folder.write("v.vcf", format!("{head}{COLUMNS}\n{body}"));
    let run = variants(&vcf, &fasta, &["--max-ref-mismatch", "1"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let expected = [
        ".,unspecified_allele,unspecified_allele,spanning_deletion,symbolic_allele,not_bases,not_bases",
        "unspecified_allele",
        ".",
        ".",
        "reference_mismatch",
        ".",
        ".",
        "reference_mismatch",
        "not_bases",
        ".",
        "contig_end",
        "contig_end",
        "reference_mismatch",
    ];
    assert_eq!(skips(&run.stdout), expected);
    // What the specification asks for is no mismatch.
    let right: String = [0, 1, 2, 3, 5, 6, 9, 10, 11].map(|at| format!("{}\t.\t.\t.\n", lines[at])).concat();
    let vcf = folder.write("right.vcf", format!("{head}{COLUMNS}\n{right}"));
    let run = variants(&vcf, &fasta, &["--ref-mismatch", "fail", "--quiet"]);
    assert!(run.code == 0 && run.stderr.is_empty(), "{}", run.stderr);
}

#[test]
fn every_record_of_the_shared_files_comes_out_with_its_columns_unchanged() {
    if !tools_available(&["bcftools", "bgzip", "gzip"]) {
        return;
    }
    for name in [
        "hg19_chr20.common_snps.vcf.gz",
        "hg19_chr20_1M_2M.1kgp3.vcf.gz",
        "hg19_chr22.clinvar_donor_acceptor.vcf",
        "hg38_chr1.gnomad_exomes.vcf.gz",
        "hg38_chr1.gnomad_genomes.vcf.gz",
    ] {
        let Some(input) = shared(&format!("data/variants/{name}")) else { return };
        let folder = Folder::new();
        let all = shell(&format!("gzip -dcf {input}"));
        let lines: Vec<&str> = all.lines().filter(|line| !line.starts_with('#')).collect();
        // Where records lie: their scores are not what is looked at.
        let mut contigs: Vec<&str> = lines.iter().filter_map(|line| line.split('\t').next()).collect();
        contigs.dedup();
        let fasta = folder.write("g.fa", contigs.iter().map(|contig| format!(">{contig}\nN\n")).collect::<String>());
        let common = ["--max-ref-mismatch", "1", "--quiet"];
        let plain = folder.path("out.vcf");
        let run = variants(&input, &fasta, &[&common[..], &["-o", &plain]].concat());
        assert_eq!(run.code, 0, "{name}: {}", run.stderr);
        let written = folder.read("out.vcf");
        let ours: Vec<&str> = written.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(ours.len(), lines.len(), "{name}");
        for (line, ours) in lines.iter().zip(&ours) {
            let (theirs, mut ours): (Vec<&str>, Vec<&str>) = (line.split('\t').collect(), ours.split('\t').collect());
            let info = ours[7].rsplit_once("GG_SKIP=").map_or(ours[7], |(before, _)| before.trim_end_matches(';'));
            ours[7] = if info.is_empty() { "." } else { info };
            assert_eq!(theirs, ours, "{name}");
        }
        // To BCF, of VCF and of BCF: what bcftools shows of it.
        let binary = folder.path("in.bcf");
        shell(&format!("bcftools view --no-version -Ob -o {binary} {input} 2> /dev/null"));
        let view = |file: &str| shell(&format!("bcftools view -H {file} 2> /dev/null"));
        let expected = view(&binary);
        for from in [&input, &binary] {
            // Through a pipe: one of them is not sorted, so it cannot have an index.
            let out = folder.path("out.bcf");
            let arguments = [&["variants", from, "-f", &fasta, "-m", "exact:gc", "-O", "b"][..], &common].concat();
            shell(&format!("{} {} > {out} 2> /dev/null", env!("CARGO_BIN_EXE_genogloss"), arguments.join(" ")));
            let bare = folder.path("bare.bcf");
            shell(&format!("bcftools annotate --no-version -x INFO/GG_SKIP -Ob -o {bare} {out} 2> /dev/null"));
            assert!(view(&bare) == expected, "{name} from {from}");
        }
    }
}

#[test]
fn what_a_failed_run_has_written_to_a_pipe_has_no_end_block() {
    let (folder, fasta) = desk();
    let mut text = mismatching(300, 301);
    text.pop();
    let vcf = folder.write("v.vcf", text);
    for format in ["z", "b"] {
        let out = folder.path("out");
        let command = format!(
            "{} variants {vcf} -f {fasta} -m exact:gc --quiet -O {format} > {out}",
            env!("CARGO_BIN_EXE_genogloss")
        );
        let status = std::process::Command::new("sh").args(["-c", &command]).status().expect("a shell");
        assert_eq!(status.code(), Some(1));
        let bytes = std::fs::read(&out).expect("a file");
        // The end block of BGZF (SAM specification, section 4.1.2).
        let end =
            [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 0x42, 0x43, 2, 0, 0x1b, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert!(!bytes.ends_with(&end), "-O {format}: {} bytes", bytes.len());
    }
}
