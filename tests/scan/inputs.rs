//! Files as people have them: empty, of odd lines, compressed in any way, with another file's index, or no files at all.

use proptest::prelude::*;

use crate::support::*;

/// GC of windows, as `contig start end gc`.
fn scores(text: &str) -> Vec<(String, u64, u64, f64)> {
    let rows = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    rows.map(|row| (row[0].into(), row[1].parse().unwrap(), row[2].parse().unwrap(), row[6].parse().unwrap())).collect()
}

/// GC of windows of ten bases, counted here.
fn counted(contigs: &[(String, String)]) -> Vec<(String, u64, u64, f64)> {
    let mut rows = Vec::new();
    for (name, bases) in contigs {
        for (at, window) in bases.as_bytes().chunks(10).enumerate() {
            let gc = window.iter().filter(|base| b"GCgc".contains(base)).count();
            let start = at as u64 * 10;
            let known = window.iter().filter(|base| b"ACGTacgt".contains(base)).count();
            let share = gc as f64 / known as f64;
            rows.push((name.clone(), start, start + window.len() as u64, share));
        }
    }
    rows
}

fn same(ours: &str, right: &[(String, u64, u64, f64)]) -> bool {
    let ours = scores(ours);
    ours.len() == right.len()
        && ours.iter().zip(right).all(|(a, b)| (&a.0, a.1, a.2) == (&b.0, b.1, b.2) && (a.3 - b.3).abs() < 1e-5)
}

const GC: [&str; 4] = ["-m", "exact:gc", "--window", "10"];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 12, max_shrink_iters: 32, ..ProptestConfig::default() })]

    /// Plain, gzip, BGZF, xz and standard input; read through, by place, and in shards.
    #[test]
    fn any_sequence_has_the_same_scores_however_it_is_read(
        contigs in proptest::collection::vec(("[ACGTacgt]{1,400}", 1usize..90), 1..5),
        last_line_ends: bool,
        windows_ends: bool,
        blank_lines: bool,
    ) {
        if !tools_available(&["gzip", "bgzip", "xz"]) {
            return Ok(());
        }
        let end = if windows_ends { "\r\n" } else { "\n" };
        let named: Vec<(String, String)> =
            contigs.iter().enumerate().map(|(i, (bases, _))| (format!("c{i}"), bases.clone())).collect();
        let mut text = String::new();
        for ((name, bases), (_, width)) in named.iter().zip(&contigs) {
            text.push_str(&format!(">{name} of a test{end}"));
            for line in bases.as_bytes().chunks(*width) {
                text.push_str(&format!("{}{end}", String::from_utf8_lossy(line)));
                if blank_lines {
                    text.push_str(end);
                }
            }
        }
        if !last_line_ends {
            text.truncate(text.trim_end().len());
        }
        let right = counted(&named);
        let folder = Folder::new();
        let file = folder.write("g.fa", &text);
        shell(&format!("gzip -c {file} > {file}.gz; bgzip -c {file} > {file}.bgz; xz -c {file} > {file}.xz"));
        let regions: Vec<&str> = named.iter().flat_map(|(name, _)| ["-r", name]).collect();
        for ending in ["", ".gz", ".bgz", ".xz"] {
            let file = format!("{file}{ending}");
            let through = succeed(&[&["scan", &file], &GC[..]].concat());
            prop_assert!(same(&through, &right), "{ending}: {through}");
            let by_place = succeed(&[&["scan", &file], &GC[..], &regions].concat());
            prop_assert_eq!(&by_place, &through, "{} by place", ending);
            let shards: String =
                ["1/2", "2/2"].map(|shard| succeed(&[&["scan", &file, "--shard", shard], &GC[..]].concat())).concat();
            prop_assert_eq!(&shards, &through, "{} in shards", ending);
            let piped = genogloss_with_input(&[&["scan", "-"], &GC[..]].concat(), &std::fs::read(&file).unwrap());
            prop_assert_eq!(&piped.stdout, &through, "{} piped: {}", ending, piped.stderr);
        }
    }
}

#[test]
fn xz_is_read_through_for_shards_regions_and_tracks() {
    if !tools_available(&["xz"]) {
        return;
    }
    let folder = Folder::new();
    let file = folder.write("g.fa", format!(">a\n{}\n>b\n{}\n", "ACGTACCC".repeat(20), "GGTA".repeat(20)));
    shell(&format!("xz -k {file}"));
    let (xz, tracks) = (format!("{file}.xz"), folder.path("tracks"));
    for more in [&["--shard", "2/2"][..], &["-r", "a:11-30"], &["--bigwig", &tracks, "-o", "-"]] {
        let plain = succeed(&[&["scan", &file], &GC[..], more].concat());
        assert!(!plain.is_empty());
        assert_eq!(succeed(&[&["scan", &xz], &GC[..], more].concat()), plain, "{more:?}");
    }
    let vcf = folder.write("v.vcf", "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n");
    let run = genogloss(&["variants", &vcf, "-f", &xz, "-m", "exact:gc"]);
    assert!(
        run.code == 1 && run.stderr.contains("xz does not allow random access\nhint: compress it with bgzip"),
        "{}",
        run.stderr
    );
}

#[test]
fn lines_of_any_length_give_the_same_regions() {
    let folder = Folder::new();
    let whole = "ACGTTGCATGCATTGACCAGGATTACAGATTACACCGGTT";
    let right = counted(&[("a".into(), whole[10..30].into())]);
    for text in [
        format!(">a\n{}\n{}\n{}\n", &whole[..5], &whole[5..25], &whole[25..]),
        format!(">a\n{}\n\n{}\n", &whole[..20], &whole[20..]),
        format!("\n>a\n{whole}\n"),
        format!(">a\n{whole}\n\n\n"),
    ] {
        let file = folder.write("g.fa", &text);
        let rows = succeed(&[&["scan", &file, "-r", "a:11-30"], &GC[..]].concat());
        let gc = |rows: &[(String, u64, u64, f64)]| rows.iter().map(|row| row.3).collect::<Vec<_>>();
        assert_eq!(gc(&scores(&rows)), gc(&right), "{text}");
        let run = genogloss(&[&["scan", &file, "-r", "a:11-30"], &GC[..]].concat());
        assert!(run.stderr.contains("is read from start to end, because it cannot be indexed"), "{}", run.stderr);
    }
}

#[test]
fn what_a_fasta_file_is_not_is_said_plainly() {
    let folder = Folder::new();
    for (text, say) in [
        (&b"\xef\xbb\xbf>a\nACGT\n"[..], "not a FASTA file: it begins with a byte-order mark"),
        (b"\xff\xfe>\0a\0\n\0", "it is text in UTF-16"),
        (b"hello\n", "not a FASTA file: it begins with \"hello\""),
        (b"BZh91AY&SY", "it is compressed with bzip2; gzip, BGZF and xz are read"),
        (b"\x28\xb5\x2f\xfd\x04\x00", "it is compressed with zstd"),
        (b">a\rACGT\r", "line 1: a carriage return within the line"),
        (b">g\xe9n\nACGT\n", "UTF-8"),
        (b">a\nAC\0T\n", "byte 0x00 at a:3"),
        (b">a\nACGT\n>a\nACGT\n", "contig \"a\" occurs twice"),
    ] {
        let file = folder.write("g.fa", text);
        for more in [&[][..], &["-r", "a"], &["--shard", "2/2"]] {
            let run = genogloss(&[&["scan", &file], &GC[..], more].concat());
            assert!(run.code == 1 && run.stderr.contains(say), "{more:?}: {}", run.stderr);
            assert!(run.stderr.contains("g.fa"), "{}", run.stderr);
        }
    }
}

#[test]
fn an_index_with_a_wrong_length_or_without_contigs_is_refused() {
    let folder = Folder::new();
    let file =
        folder.write("g.fa", format!(">a of some length\n{}>b\n{}", "ACGTACGTAC\n".repeat(400), "GGCCA\n".repeat(300)));
    let index = |a: usize, b: usize| format!("a\t{a}\t18\t10\t11\nb\t{b}\t4421\t5\t6\n");
    let scan = |region: &str| genogloss(&["scan", &file, "-r", region, "-m", "exact:gc", "--window", "100"]);
    folder.write("g.fa.fai", index(4000, 1500));
    let (a, b) = (scan("a"), scan("b"));
    assert_eq!((a.code, a.stdout.lines().count(), b.stdout.lines().count()), (0, 40, 15), "{}{}", a.stderr, b.stderr);
    // Too short by whole lines, and by a part of one.
    for (index, region) in
        [(index(3000, 1500), "a"), (index(3995, 1500), "a"), (index(4000, 1000), "b"), (index(4000, 1497), "b")]
    {
        folder.write("g.fa.fai", index);
        let run = scan(region);
        let said = format!("contig \"{region}\" does not end where the index has it");
        assert!(run.code == 1 && run.stdout.is_empty() && run.stderr.contains(&said), "{}", run.stderr);
        assert!(run.stderr.contains("g.fa.fai: this index does not belong to"), "{}", run.stderr);
    }
    folder.write("g.fa.fai", "");
    let run = scan("a");
    assert!(
        run.code == 1 && run.stderr.contains("g.fa.fai: it is empty") && run.stderr.contains("samtools faidx"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_block_index_of_another_file_is_refused() {
    if !tools_available(&["samtools", "bgzip"]) {
        return;
    }
    let folder = Folder::new();
    let text = |unit: &str| format!(">q\n{}", format!("{}\n", unit.repeat(15)).repeat(4000));
    let (file, other) = (folder.write("g.fa", text("ACGT")), folder.write("h.fa", text("GGCATTAG")));
    shell(&format!("bgzip {file}; bgzip {other}; samtools faidx {file}.gz; samtools faidx {other}.gz"));
    let scan = || genogloss(&["scan", &format!("{file}.gz"), "-r", "q:200001-200010", "-m", "exact:gc"]);
    let good = scan();
    assert_eq!((good.code, good.stdout.lines().count()), (0, 1), "{}", good.stderr);
    shell(&format!("cp {other}.gz.gzi {file}.gz.gzi"));
    let run = scan();
    assert!(run.code == 1 && run.stderr.contains("g.fa.gz.gzi: this index does not belong to"), "{}", run.stderr);
    assert!(run.stderr.contains("hint: make it again: bgzip -r"), "{}", run.stderr);
    // No entries at all: right of a file of one block alone.
    folder.write("g.fa.gz.gzi", [0u8; 8]);
    assert!(scan().stderr.contains("g.fa.gz.gzi: this index does not belong to"));
    folder.write("g.fa.gz.gzi", [9u8]);
    let run = scan();
    assert!(run.code == 1 && run.stderr.contains("g.fa.gz.gzi: the file ends too early"), "{}", run.stderr);
}

#[test]
fn an_index_that_is_older_than_its_file_is_told() {
    let folder = Folder::new();
    let file = folder.write("g.fa", ">a\nACGTACGTAC\n");
    folder.write("g.fa.fai", "a\t10\t3\t10\t11\n");
    shell(&format!("touch -d '2 hours ago' {file}.fai"));
    let run = genogloss(&["scan", &file, "-r", "a", "-m", "exact:gc"]);
    assert!(run.code == 0 && run.stderr.contains("g.fa.fai is older than"), "{}", run.stderr);
}

#[test]
fn a_genome_is_indexed_once_and_that_is_told() {
    let folder = Folder::new();
    let file = folder.write("g.fa", ">a\nACGTACGTAC\n>b\nACGT\n");
    let tracks = folder.path("tracks");
    let run = genogloss(&["scan", &file, "-r", "a", "--shard", "1/2", "--bigwig", &tracks, "-m", "exact:gc"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(run.stderr.matches("has no index: reading it once").count(), 1, "{}", run.stderr);
}

#[test]
fn empty_inputs_of_formats_without_a_header_give_empty_outputs() {
    if !tools_available(&["gzip", "bgzip", "xz"]) {
        return;
    }
    let folder = Folder::new();
    let nothing = folder.write("nothing", "");
    shell(&format!(
        "gzip -c {nothing} > {nothing}.gz; bgzip -c {nothing} > {nothing}.bgz; xz -c {nothing} > {nothing}.xz"
    ));
    let genome = folder.write("g.fa", ">a\nACGTACGTAC\n");
    let comments = folder.write("c.bed", "#nothing\ntrack name=x\n");
    for input in [nothing.clone(), format!("{nothing}.gz"), format!("{nothing}.bgz"), format!("{nothing}.xz")] {
        assert_eq!(succeed(&["scan", &input, "-m", "exact:gc"]), "");
        assert_eq!(succeed(&["scan", &input, "-m", "exact:gc", "--shard", "2/2"]), "");
        assert_eq!(succeed(&["scan", &input, "-m", "exact:orf"]), "");
        assert_eq!(succeed(&["scan", &input, "-m", "exact:gc", "--format", "tsv"]).lines().count(), 1);
        assert_eq!(succeed(&["ask", "-i", &input]).lines().count(), 1);
        assert_eq!(succeed(&["plan", &input, "-n", "2", "-m", "exact:gc"]).lines().count(), 3);
        // No region asks for nothing, and not for everything.
        for regions in [&input, &comments] {
            assert_eq!(succeed(&["scan", &genome, "-m", "exact:gc", "-R", regions]), "");
            assert_eq!(succeed(&["scan", &genome, "-m", "exact:orf", "-R", regions]), "");
            let asked = ["ask", "-i", regions, "-f", &genome, "--task", "reverse sequence"];
            assert_eq!(succeed(&asked).lines().count(), 1);
        }
    }
    let sam = folder.write("r.sam", "@SQ\tSN:a\tLN:10\nr1\t0\ta\t1\t60\t4M\t*\t0\t0\tACGT\t*\n");
    assert_eq!(succeed(&["reads", &sam, "-m", "exact:gc", "-R", &nothing]).lines().count(), 1);
    let run = genogloss(&["scan", &nothing, "-m", "exact:gc", "-r", "a"]);
    assert!(run.code == 1 && run.stderr.contains("nothing has no contigs"), "{}", run.stderr);
}

#[test]
fn variants_without_a_header_are_refused_and_without_records_are_not() {
    if !tools_available(&["bcftools"]) {
        return;
    }
    let folder = Folder::new();
    let genome = folder.write("g.fa", ">a\nACGTACGTAC\n");
    let vcf = folder.write(
        "v.vcf",
        "##fileformat=VCFv4.2\n##contig=<ID=a,length=10>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n",
    );
    shell(&format!("bcftools view -Ob -o {0}.bcf {0}", vcf));
    for (input, output) in [(vcf.clone(), "o.vcf.gz"), (format!("{vcf}.bcf"), "o.bcf")] {
        let output = folder.path(output);
        succeed(&["variants", &input, "-f", &genome, "-m", "exact:gc", "-o", &output]);
        assert_eq!(shell(&format!("bcftools view -H {output}; bcftools index -n {output}")).trim(), "0");
    }
    let nothing = folder.write("e.vcf", "");
    let run = genogloss(&["variants", &nothing, "-f", &genome, "-m", "exact:gc"]);
    assert!(run.code == 1 && run.stderr.contains("e.vcf: the file is empty"), "{}", run.stderr);
}

#[test]
fn shards_of_nothing_are_merged() {
    let folder = Folder::new();
    let nothing = folder.write("e.fa", "");
    let parts = [folder.path("1.bed.gz"), folder.path("2.bed.gz")];
    for (part, shard) in parts.iter().zip(["1/2", "2/2"]) {
        succeed(&["scan", &nothing, "-m", "exact:gc", "--shard", shard, "-o", part]);
    }
    let whole = folder.path("all.bed.gz");
    succeed(&["merge", &parts[0], &parts[1], "-o", &whole]);
    if tools_available(&["tabix"]) {
        assert_eq!(shell(&format!("gzip -dc {whole}; tabix -l {whole}")), "");
    }
}

#[test]
fn pipes_are_read_where_they_can_be_and_refused_where_not() {
    let folder = Folder::new();
    let genome = folder.write("g.fa", ">a\nACGTACGTAC\n");
    let vcf = folder.write("v.vcf", "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n");
    let run = |arguments: &str| {
        let program = env!("CARGO_BIN_EXE_genogloss");
        shell(&format!("timeout 60 {program} {arguments} 2>&1 || echo \"exit code $?\""))
    };
    for arguments in [
        format!("scan <(cat {genome}) -m exact:gc"),
        format!("scan <(cat {genome}) -m exact:gc -r a"),
        format!("scan {genome} -m exact:gc -R <(printf 'a\\t0\\t9\\n')"),
    ] {
        let said = run(&arguments);
        assert!(said.contains("\na\t0\t10\t") && !said.contains("exit code"), "{arguments}: {said}");
    }
    for (arguments, say) in [
        (
            format!("scan <(cat {genome}) -m exact:gc --shard 1/2"),
            "the lengths of the contigs must be known before the bases are read",
        ),
        (format!("variants {vcf} -f <(cat {genome}) -m exact:gc"), "a pipe or device does not allow random access"),
        (format!("plan <(cat {genome}) -n 2 -m exact:gc"), "a plan needs a file"),
    ] {
        let said = run(&arguments);
        assert!(said.contains(say) && said.contains("exit code"), "{arguments}: {said}");
    }
}

#[test]
fn alleles_and_genotypes_that_are_none_are_refused_with_line_and_column() {
    let folder = Folder::new();
    let genome = folder.write("g.fa", ">a\nACGTACGTAC\n");
    let header = "##fileformat=VCFv4.2\n##contig=<ID=a>\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts1\ts2\n";
    for (alternates, genotype, say) in [
        ("A,,G", "0/1", "v.vcf, line 5: column 5 (ALT) is \"A,,G\": an allele between commas is empty"),
        ("A,", "0/1", "column 5 (ALT) is \"A,\""),
        ("A", "x/y", "v.vcf, line 5: column 11 (sample 2): GT is \"x/y\", which is not a genotype"),
        ("A", "0/", "GT is \"0/\""),
    ] {
        let vcf = folder.write("v.vcf", format!("{header}a\t2\t.\tC\t{alternates}\t.\t.\t.\tGT\t0|1\t{genotype}\n"));
        let run = genogloss(&["variants", &vcf, "-f", &genome, "-m", "exact:gc"]);
        assert!(run.code == 1 && run.stderr.contains(say), "{}", run.stderr);
    }
    let vcf = folder.write("v.vcf", format!("{header}a\t2\t.\tC\tA\t.\t.\t.\tGT\t./.\t|1\n"));
    succeed(&["variants", &vcf, "-f", &genome, "-m", "exact:gc"]);
}

#[test]
fn a_byte_order_mark_is_said_or_taken_off() {
    let folder = Folder::new();
    let mark = "\u{feff}";
    let genome = folder.write("g.fa", ">a\nACGTACGTAC\n");
    let vcf = folder.write("v.vcf", "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n");
    let aliases = folder.write("a.tsv", format!("{mark}chra\ta\n"));
    let run = genogloss(&["variants", &vcf, "-f", &genome, "-m", "exact:gc", "--contig-aliases", &aliases]);
    assert!(run.code == 1 && run.stderr.contains("a.tsv, line 1: it begins with a byte-order mark"), "{}", run.stderr);
    let marked = folder.write("m.fa", format!("{mark}>a\nACGTACGTAC\n"));
    let run = genogloss(&["variants", &vcf, "-f", &marked, "-m", "exact:gc"]);
    let say = "m.fa: not a FASTA file: it begins with a byte-order mark (EF BB BF)\nhint: remove it: tail -c +4";
    assert!(run.code == 1 && run.stderr.contains(say), "{}", run.stderr);
    // Tables and prompts come from editors and spreadsheets, which write marks.
    let prompts = folder.write("p.txt", format!("{mark}ACGT, GC content =\n"));
    let plain = folder.write("q.txt", "ACGT, GC content =\n");
    assert_eq!(succeed(&["ask", "-i", &prompts]), succeed(&["ask", "-i", &plain]));
    let table = folder.write("l.csv", format!("{mark}sequence,label\nACGT,0\n"));
    let run = genogloss(&["evaluate", "core-promoter", &table, "--head", "promoter"]);
    assert!(!run.stderr.contains("there is no column"), "{}", run.stderr);
}
