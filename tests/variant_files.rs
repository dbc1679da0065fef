//! Files of variants: what is read and what is refused, what a record covers, and indices that find every record.

#![allow(clippy::print_stderr, reason = "a skipped test says why")]

mod support;

use std::fmt::Write as _;

use support::{Folder, Run, genogloss, shared, shell, succeed, tools_available};

/// Bases by chance, always the same.
fn bases(len: usize, seed: u64) -> String {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..len).map(|_| char::from(b"ACGT"[random.usize(0..4)])).collect()
}

const HEAD: &str = "##fileformat=VCFv4.3
##contig=<ID=c,length=5000>
##contig=<ID=d,length=4000>
##INFO=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">
##INFO=<ID=END,Number=1,Type=Integer,Description=\"End\">
##INFO=<ID=SVLEN,Number=A,Type=Integer,Description=\"Length\">
##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">
##FORMAT=<ID=LEN,Number=1,Type=Integer,Description=\"Length\">
";
const COLUMNS: &str = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";

fn genome() -> (String, String) {
    (bases(5000, 1), bases(4000, 2))
}

/// A folder with a FASTA of two contigs.
fn desk() -> (Folder, String) {
    let folder = Folder::new();
    let (c, d) = genome();
    let fasta = folder.write("g.fa", format!(">c\n{c}\n>d\n{d}\n"));
    (folder, fasta)
}

/// REF of a place of contig c, 1-based.
fn reference(position: usize) -> char {
    char::from(genome().0.as_bytes()[position - 1])
}

fn other(base: char) -> char {
    if base == 'A' { 'C' } else { 'A' }
}

/// A record of an SNV of contig c; what follows ALT and QUAL is `rest`.
fn snv(position: usize, rest: &str) -> String {
    let reference = reference(position);
    format!("c\t{position}\t.\t{reference}\t{}\t.\t{rest}\n", other(reference))
}

fn variants(input: &str, fasta: &str, more: &[&str]) -> Run {
    genogloss(&[&["variants", input, "-f", fasta, "-m", "exact:gc", "-t", "1"], more].concat())
}

/// What GG_SKIP says of every record.
fn skips(text: &str) -> Vec<String> {
    let reason = |line: &str| {
        let info = line.split('\t').nth(7).expect("INFO");
        info.split(';').find_map(|field| field.strip_prefix("GG_SKIP=")).unwrap_or(".").to_string()
    };
    text.lines().filter(|line| !line.starts_with('#')).map(reason).collect()
}

#[test]
fn the_line_of_columns_must_be_exactly_right() {
    let (folder, fasta) = desk();
    let record = snv(2000, "PASS\tDP=3");
    let sampled = snv(2000, "PASS\tDP=3\tGT\t0/1\t0/0");
    let eight = COLUMNS.to_string();
    for (columns, record, say) in [
        (eight.replace('\t', " "), &record, "the names of the columns are not separated by tabs"),
        (eight.replace("POS", " POS"), &record, "column 2 is called \" POS\", and should be \"POS\""),
        (eight.replace("REF\tALT", "ALT\tREF"), &record, "column 4 is called \"ALT\", and should be \"REF\""),
        (eight.replace("\tINFO", "\tFORMAT\ts"), &record, "column 8 is called \"FORMAT\", and should be \"INFO\""),
        (eight.replace("\tINFO", ""), &record, "column 8 (INFO) is missing"),
        (format!("{eight}\t"), &record, "column 9 is called \"\", and should be \"FORMAT\""),
        (format!("{eight}\tFORMAT"), &record, "there is a column FORMAT, but no sample"),
        (format!("{eight}\tFORMAT\ta\t"), &sampled, "column 11 has no name"),
        (format!("{eight}\tFORMAT\ta\ta"), &sampled, "sample \"a\" is there twice: columns 10 and 11"),
    ] {
        let vcf = folder.write("v.vcf", format!("{HEAD}{columns}\n{record}"));
        for letter in ["v", "b"] {
            let run = variants(&vcf, &fasta, &["-O", letter]);
            assert!(run.code == 1 && run.stdout.is_empty(), "{say}: {}", run.code);
            assert!(run.stderr.contains(&format!("v.vcf, line 9: {say}\nhint: ")), "{say}: {}", run.stderr);
        }
    }
    let vcf = folder.write("v.vcf", format!("{HEAD}{eight}\tFORMAT\ta\tb\n{sampled}"));
    assert_eq!(variants(&vcf, &fasta, &[]).code, 0);
}

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
        let say = format!("v.vcf, record 2: INFO field {field} is there already\nhint: --prefix gives");
        assert!(run.stderr.contains(&say) && run.stderr.contains("bcftools annotate -x INFO/"), "{}", run.stderr);
        assert_eq!(variants(&vcf, &fasta, &["--prefix", "NEW"]).code, 0);
    }
    // Names that only look like it.
    let near = snv(2010, "PASS\tXGG_SKIP=1;AGG_SKIP;GG_SKIPS=2;DP=GG_SKIP=3");
    let run = variants(&folder.write("v.vcf", format!("{HEAD}{COLUMNS}\n{good}{near}")), &fasta, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

/// Bytes of a BCF of two samples and one record that genogloss has written, unpacked: header, record.
fn bcf(folder: &Folder, fasta: &str, more: &str) -> (Vec<u8>, Vec<u8>) {
    let head = HEAD.to_string() + more;
    let vcf =
        folder.write("v.vcf", format!("{head}{COLUMNS}\tFORMAT\ta\tb\n{}", snv(2000, "PASS\tDP=3\tGT\t0/1\t0/0")));
    let out = folder.path("made.bcf");
    succeed(&["variants", &vcf, "-f", fasta, "-m", "exact:gc", "--quiet", "--prefix", "OLD", "-o", &out]);
    let mut bytes = Vec::new();
    let file = std::fs::File::open(&out).expect("the file");
    std::io::Read::read_to_end(&mut noodles::bgzf::io::Reader::new(file), &mut bytes).expect("BGZF");
    let header = 9 + u32::from_le_bytes([bytes[5], bytes[6], bytes[7], bytes[8]]) as usize;
    let record = bytes.split_off(header);
    (bytes, record)
}

#[test]
fn a_record_of_bcf_is_gone_through_before_it_is_copied() {
    let (folder, fasta) = desk();
    let (header, record) = bcf(&folder, &fasta, "");
    let length = |at: usize| u32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]]) as usize;
    let samples = 8 + length(0);
    assert_eq!(samples + length(4), record.len());
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut record = record.clone();
        change(&mut record);
        [header.clone(), record].concat()
    };
    let longer = |record: &mut Vec<u8>, at: usize, block: usize| {
        record.insert(block, 0);
        record[at] += 1;
    };
    type Change<'a> = Box<dyn Fn(&mut Vec<u8>) + 'a>;
    let cases: [(&str, Change, &str); 7] = [
        ("nothing", Box::new(|_| {}), ""),
        ("the number of a FORMAT field", Box::new(|r| r[samples + 1] = 99), "a filter or field is not in the header"),
        ("three samples", Box::new(|r| r[28] = 3), "the record has 3 samples, and the header 2"),
        ("no samples", Box::new(|r| r[28] = 0), "the record has 0 samples, and the header 2"),
        ("a longer first block", Box::new(|r| longer(r, 0, samples)), "it is longer than its values"),
        ("a longer second block", Box::new(|r| longer(r, 4, r.len())), "it is longer than its values"),
        ("one INFO field more", Box::new(|r| r[24] += 1), "the record is damaged"),
    ];
    for (what, change, say) in cases {
        let file = folder.write("changed.bcf", changed(&*change));
        for letter in ["b", "v"] {
            let run = variants(&file, &fasta, &["-O", letter]);
            if say.is_empty() {
                assert_eq!(run.code, 0, "{}", run.stderr);
            } else {
                let good = run.code == 1 && run.stderr.contains("changed.bcf, record 1: ") && run.stderr.contains(say);
                assert!(good, "{what}, to {letter}: {} {}", run.code, run.stderr);
            }
        }
    }
}

#[test]
fn our_own_fields_are_found_in_bcf_too() {
    let (folder, fasta) = desk();
    // The name has a number, as a FORMAT field; the record has it in INFO.
    let more = "##FORMAT=<ID=GG_SKIP,Number=1,Type=String,Description=\"Another\">\n";
    let (header, mut record) = bcf(&folder, &fasta, more);
    let text = String::from_utf8_lossy(&header).into_owned();
    let number = |id: &str| -> u8 {
        let line = text.lines().find(|line| line.contains(&format!("ID={id},"))).expect("the field");
        line.rsplit_once("IDX=").and_then(|(_, rest)| rest.trim_end_matches('>').parse().ok()).expect("a number")
    };
    let key = [0x11, number("DP"), 0x11, 3];
    let at = record.windows(4).position(|bytes| bytes == key).expect("DP");
    record[at + 1] = number("GG_SKIP");
    let file = folder.write("changed.bcf", [header, record].concat());
    for letter in ["b", "v"] {
        let run = variants(&file, &fasta, &["-O", letter]);
        let say = "changed.bcf, record 1: INFO field GG_SKIP is there already";
        assert!(run.code == 1 && run.stderr.contains(say), "{letter}: {}", run.stderr);
    }
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

/// Records of which every `nth` has another REF than the FASTA.
fn mismatching(count: usize, nth: usize) -> String {
    let mut text = format!("{HEAD}{COLUMNS}\n");
    for at in 1..=count {
        let reference = reference(600 + at * 10);
        let reference = if at % nth == 0 { other(reference) } else { reference };
        let alternate = if reference == 'G' { 'T' } else { 'G' };
        writeln!(text, "c\t{}\t.\t{reference}\t{alternate}\t.\t.\t.", 600 + at * 10).expect("memory");
    }
    text
}

#[test]
fn a_share_of_mismatches_that_is_no_accident_ends_the_run() {
    let (folder, fasta) = desk();
    let run = |count, nth, more: &[&str]| variants(&folder.write("v.vcf", mismatching(count, nth)), &fasta, more);
    let many = run(300, 5, &[]);
    assert_eq!(many.code, 1);
    let say = "v.vcf: the REF of 29 of 145 records is not what";
    assert!(many.stderr.contains(say) && many.stderr.contains("is it of another assembly?"), "{}", many.stderr);
    assert!(many.stderr.contains("--max-ref-mismatch 1 goes on"), "{}", many.stderr);
    for (count, nth, more, code) in [
        (300, 5, &["--max-ref-mismatch", "0.2"][..], 0),
        (300, 5, &["--max-ref-mismatch", "1"], 0),
        (300, 10, &[], 0),
        (300, 10, &["--max-ref-mismatch", "0.05"], 1),
        (50, 3, &[], 1),
        (50, 6, &[], 0),
        (9, 1, &[], 0),
    ] {
        let run = run(count, nth, more);
        assert_eq!(run.code, code, "{count} {nth}: {}", run.stderr);
        // What is borne is said once, with its share.
        assert_eq!(run.stderr.matches("is not what").count(), 1, "{}", run.stderr);
        if code == 0 {
            let found = skips(&run.stdout).iter().filter(|skip| *skip == "reference_mismatch").count();
            let share = format!("REF of {found} of {count} records is not what");
            assert!(found == count / nth && run.stderr.contains(&share), "{}", run.stderr);
        }
    }
    assert!(!run(50, 51, &[]).stderr.contains("is not what"));
    assert_eq!(run(50, 51, &["--max-ref-mismatch", "1.5"]).code, 2);
    // A shard judges its own records.
    let vcf = folder.write("v.vcf", mismatching(300, 5));
    for shard in ["1/2", "2/2"] {
        let run = variants(&vcf, &fasta, &["--shard", shard]);
        let none = skips(&run.stdout).is_empty() && run.code == 0;
        assert!(run.code == 1 || none, "{shard}: {}", run.stderr);
    }
}

#[test]
fn a_run_that_goes_on_counts_what_was_done_before() {
    let (folder, fasta) = desk();
    // The first two thirds match; the limit is passed among the others.
    let mut text = mismatching(360, 361);
    text.push_str(&mismatching(400, 1).lines().skip(9 + 360).map(|line| format!("{line}\n")).collect::<String>());
    let vcf = folder.write("v.vcf", text);
    let (out, whole) = (folder.path("out.vcf"), folder.path("whole.vcf"));
    let going_on = ["-o", &out, "--resume", "--checkpoint", "0"];
    let first = variants(&vcf, &fasta, &[&going_on[..], &["--max-ref-mismatch", "0.05"]].concat());
    let again = variants(&vcf, &fasta, &[&going_on[..], &["--max-ref-mismatch", "0.05"]].concat());
    for run in [first, again] {
        let say = "the REF of 38 of 398 records is not what";
        assert!(run.code == 1 && run.stderr.contains(say), "{}", run.stderr);
    }
    let run = variants(&vcf, &fasta, &[&going_on[..], &["--max-ref-mismatch", "1"]].concat());
    assert!(run.code == 0 && run.stderr.contains("the REF of 40 of 400 records is not what"), "{}", run.stderr);
    assert_eq!(variants(&vcf, &fasta, &["-o", &whole, "--max-ref-mismatch", "1"]).code, 0);
    assert_eq!(folder.read("out.vcf"), folder.read("whole.vcf"));
}

#[test]
fn contigs_are_compared_before_the_first_record() {
    let (folder, fasta) = desk();
    let body = snv(2000, "PASS\tDP=3");
    let text = HEAD.replace("length=5000", "length=5001").replace("length=4000", "length=400");
    let run = variants(&folder.write("v.vcf", format!("{text}{COLUMNS}\n{body}")), &fasta, &[]);
    let say = "contigs have other lengths in the header of";
    assert!(run.code == 0 && run.stderr.contains(say), "{}", run.stderr);
    assert!(run.stderr.contains("c (5,001 and 5,000 bases), d (400 and 4,000 bases)"), "{}", run.stderr);
    let none = HEAD.replace("ID=c,", "ID=chrX,").replace("ID=d,", "ID=chrd,");
    let run = variants(&folder.write("v.vcf", format!("{none}{COLUMNS}\n{body}")), &fasta, &[]);
    assert!(run.code == 1 && run.stdout.is_empty());
    assert!(run.stderr.contains("v.vcf: none of the contigs in its header is in"), "{}", run.stderr);
    assert!(run.stderr.contains(": chrX, chrd\nhint: "), "{}", run.stderr);
}

#[test]
fn records_on_a_contig_that_the_reference_lacks_end_the_run_or_come_out_with_that_reason() {
    let (folder, fasta) = desk();
    let head = HEAD.replace("##INFO=<ID=DP", "##contig=<ID=decoy,length=900>\n##INFO=<ID=DP");
    let body = snv(2000, "PASS\tDP=3");
    let plain = folder.write("v.vcf", format!("{head}{COLUMNS}\n{body}decoy\t5\t.\tA\tC,<DEL>\t.\t.\t.\n"));
    let run = variants(&plain, &fasta, &[]);
    assert!(run.code == 1 && run.stderr.contains("v.vcf, record 2: contig \"decoy\" is not in"), "{}", run.stderr);
    assert!(run.stderr.contains("WARN a contig of the header of") && run.stderr.contains(": decoy;"), "{}", run.stderr);
    assert!(run.stderr.contains("--missing-contigs skip writes such records without scores"), "{}", run.stderr);
    let skip = ["--missing-contigs", "skip", "--quiet"];
    let skipped = variants(&plain, &fasta, &skip);
    assert_eq!(skipped.code, 0, "{}", skipped.stderr);
    assert_eq!(skips(&skipped.stdout), [".", "contig_not_in_reference,contig_not_in_reference"]);
    // Shards are the same together.
    let parts: Vec<String> = (1..=2)
        .map(|part| {
            let out = folder.path(&format!("part{part}.vcf"));
            let shard = format!("{part}/2");
            let run = variants(&plain, &fasta, &[&skip[..], &["--shard", &shard, "-o", &out]].concat());
            assert_eq!(run.code, 0, "{}", run.stderr);
            out
        })
        .collect();
    assert_eq!(succeed(&["merge", "--quiet", &parts[0], &parts[1]]), skipped.stdout);
    if !tools_available(&["bcftools", "bgzip", "tabix"]) {
        return;
    }
    // An index tells beforehand, and so does one that knows of no record there.
    let (packed, binary) = (folder.path("v.vcf.gz"), folder.path("v.bcf"));
    shell(&format!("bgzip -c {plain} > {packed}; bcftools view -Ob -o {binary} {plain} 2> /dev/null"));
    for (index, file) in [("tabix -f", &packed), ("rm -f *.tbi; tabix -f -C", &packed), ("bcftools index -f", &binary)]
    {
        shell(&format!("cd {}; {index} {file}", folder.path("")));
        let run = variants(file, &fasta, &[]);
        assert!(run.code == 1 && run.stdout.is_empty(), "{index}");
        let say = "contig \"decoy\" is not in";
        assert!(run.stderr.contains(say) && run.stderr.contains("says that records lie on it"), "{}", run.stderr);
        assert_eq!(variants(file, &fasta, &skip).code, 0);
    }
    let fine = folder.write("fine.vcf", format!("{head}{COLUMNS}\n{body}"));
    shell(&format!("bgzip {fine}; tabix {fine}.gz"));
    let run = variants(&format!("{fine}.gz"), &fasta, &["--quiet"]);
    assert!(run.code == 0 && run.stderr.is_empty(), "{}", run.stderr);
}

#[test]
fn the_kind_of_index_follows_from_the_longest_contig() {
    let (folder, fasta) = desk();
    let text = |length: u64| {
        let head = HEAD.replace("ID=d,length=4000", &format!("ID=d,length={length}"));
        format!("{head}{COLUMNS}\n{}", snv(2000, "PASS\tDP=3"))
    };
    let written = |length: u64, more: &[&str]| {
        let (vcf, out) = (folder.write("v.vcf", text(length)), folder.path("out.vcf.gz"));
        for ending in ["", ".tbi", ".csi"] {
            std::fs::remove_file(format!("{out}{ending}")).ok();
        }
        let run = variants(&vcf, &fasta, &[more, &["-o", &out]].concat());
        let names = folder.names();
        let there = |ending: &str| names.contains(&format!("out.vcf.gz.{ending}"));
        (run, there("tbi"), there("csi"))
    };
    let (run, tbi, csi) = written(4000, &[]);
    assert_eq!((run.code, tbi, csi), (0, true, false), "{}", run.stderr);
    let (run, tbi, csi) = written(536_870_912, &[]);
    assert_eq!((run.code, tbi, csi), (0, true, false), "{}", run.stderr);
    let (run, tbi, csi) = written(536_870_913, &[]);
    assert_eq!((run.code, tbi, csi), (0, false, true), "{}", run.stderr);
    let (run, tbi, csi) = written(600_000_000, &["--index", "tbi"]);
    assert_eq!((run.code, tbi, csi), (2, false, false), "{}", run.stderr);
    assert!(
        run.stderr.contains("--index tbi holds contigs up to 512 Mb, and one has 600,000,000 bases"),
        "{}",
        run.stderr
    );
    let (run, tbi, csi) = written(4000, &["--index", "csi"]);
    assert_eq!((run.code, tbi, csi), (0, false, true), "{}", run.stderr);
}

#[test]
fn a_record_covers_what_its_longest_allele_covers() {
    if !tools_available(&["bcftools"]) {
        return;
    }
    let (folder, fasta) = desk();
    let base = reference(1000);
    // ALT, INFO, last base.
    let cases = [
        ("<DEL>", "SVLEN=900", 1900),
        ("<DEL>", "SVLEN=-900", 1900),
        ("<DEL:ME:ALU>", "DP=1;SVLEN=900;DB", 1900),
        ("<DUP>", "SVLEN=900", 1900),
        ("<DUP:TANDEM>", "SVLEN=900", 1900),
        ("<INV>", "SVLEN=900", 1900),
        ("<CNV>", "SVLEN=900", 1900),
        ("<CNV:TR>", "SVLEN=900", 1900),
        ("<INS>", "SVLEN=900", 1000),
        ("<BND>", "SVLEN=900", 1000),
        ("<INS>,<DEL>", "SVLEN=900,50", 1050),
        ("A,<DEL>,<DUP>", "SVLEN=.,50,70", 1070),
        ("<DEL>", "SVLEN=.", 1000),
        ("<DEL>", "XSVLEN=900", 1000),
        ("<DEL>", "END=1500;SVLEN=900", 1900),
        ("<DEL>", "END=1500;SVLEN=90", 1500),
        ("<INS>,<DEL>", "SVLEN=900", 1000),
        ("<DEL>", "END=900;SVLEN=900", 1900),
        ("<NON_REF>", "END=1500", 1500),
        ("<DEL>", "DP=1", 1000),
    ];
    let mut lines: Vec<(String, u64)> = Vec::new();
    for (at, (alternate, info, end)) in cases.into_iter().enumerate() {
        let alternate = alternate.replace('A', &other(base).to_string()).replace("<DEL:ME:CLU>", "<DEL:ME:ALU>");
        lines.push((format!("c\t1000\tr{at}\t{base}\t{alternate}\t.\t.\t{info}\tGT:LEN\t0/1:.\t0/0:."), end));
    }
    lines.push((format!("c\t1000\tblock\t{base}\t<*>\t.\t.\t.\tGT:LEN\t0/0:400\t0/0:700"), 1699));
    let declared = "##INFO=<ID=DB,Number=0,Type=Flag,Description=\"d\">\n##INFO=<ID=XSVLEN,Number=A,Type=Integer,Description=\"x\">\n";
    let body: String = lines.iter().map(|(line, _)| format!("{line}\n")).collect();
    let vcf = folder.write("v.vcf", format!("{HEAD}{declared}{COLUMNS}\tFORMAT\ta\tb\n{body}"));
    let (first, second) = (folder.path("a.bcf"), folder.path("b.bcf"));
    // Older versions of htslib (1.16) do not know SVLEN: in their BCF such a record covers REF.
    shell(&format!("bcftools view -Ob -o {} {vcf} 2> /dev/null", folder.path("by.bcf")));
    for (input, out) in [(&vcf, &first), (&folder.path("by.bcf"), &second)] {
        let run = variants(input, &fasta, &["--prefix", "X", "-o", out]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        for place in [1000, 1050, 1051, 1070, 1071, 1500, 1501, 1699, 1700, 1900, 1901] {
            let found = shell(&format!("bcftools query -r c:{place}-{place} -f '%ID ' {out} 2> /dev/null"));
            let expected: String = lines
                .iter()
                .filter(|(_, end)| *end >= place)
                .map(|(line, _)| format!("{} ", line.split('\t').nth(2).expect("ID")))
                .collect();
            assert_eq!(found, expected, "{place} of {out}");
        }
    }
}

/// Short and long records of two contigs, sorted, with text that fills many blocks: the VCF; contig, start, end and ID of each.
fn mixed(lengths: [u64; 2]) -> (String, Vec<(usize, u64, u64, String)>) {
    let mut random = fastrand::Rng::with_seed(18);
    let mut records: Vec<(usize, u64, u64, String)> = (0..3000)
        .map(|at| {
            let contig = usize::from(at % 3 == 0);
            let start = random.u64(1000..lengths[contig] - 1000);
            let length = match random.u8(0..20) {
                0 => random.u64(1..lengths[contig] - start),
                1..4 => random.u64(1..20_000).min(lengths[contig] - start - 1),
                _ => 1,
            };
            (contig, start, start + length.max(1), format!("r{at}"))
        })
        .collect();
    records.sort();
    let mut text = String::from("##fileformat=VCFv4.2\n");
    for (name, length) in ["c", "d"].iter().zip(lengths) {
        writeln!(text, "##contig=<ID={name},length={length}>").expect("memory");
    }
    text.push_str("##INFO=<ID=END,Number=1,Type=Integer,Description=\"End\">\n##INFO=<ID=T,Number=1,Type=String,Description=\"Text\">\n");
    writeln!(text, "{COLUMNS}").expect("memory");
    for (contig, start, end, id) in &records {
        let noise: String = (0..200).map(|_| random.alphanumeric()).collect();
        let (name, alternate) = (["c", "d"][*contig], if end - start > 1 { "<DEL>" } else { "T" });
        let end = if end - start > 1 { format!("END={end};") } else { String::new() };
        writeln!(text, "{name}\t{}\t{id}\tN\t{alternate}\t.\t.\t{end}T={noise}", start + 1).expect("memory");
    }
    (text, records)
}

#[test]
fn any_region_finds_what_a_plain_filter_and_htslib_s_own_index_find() {
    if !tools_available(&["bcftools", "tabix", "bgzip"]) {
        return;
    }
    let folder = Folder::new();
    let lengths = [900_000, 300_000];
    let fasta = folder.write("g.fa", format!(">c\n{}\n>d\n{}\n", bases(lengths[0], 5), bases(lengths[1], 6)));
    let (text, records) = mixed(lengths.map(|length| length as u64));
    let vcf = folder.write("v.vcf", text);
    let mut random = fastrand::Rng::with_seed(19);
    let regions: Vec<(usize, u64, u64)> = (0..300)
        .map(|_| {
            let contig = random.usize(0..2);
            let start = random.u64(0..lengths[contig] as u64 - 3000);
            (contig, start, start + random.u64(1..3000))
        })
        .collect();
    let asked: String =
        regions.iter().map(|(contig, start, end)| format!(" {}:{}-{end}", ["c", "d"][*contig], start + 1)).collect();
    // tabix answers one region after the other.
    let found = |file: &str, column: u8| shell(&format!("tabix {file}{asked} | cut -f {column}"));
    let expected: String = regions
        .iter()
        .flat_map(|(contig, start, end)| {
            let overlaps = move |r: &&(usize, u64, u64, String)| r.0 == *contig && r.1 < *end && r.2 > *start;
            records.iter().filter(overlaps).map(|record| format!("{}\n", record.3))
        })
        .collect();
    assert!(expected.lines().count() > 3000);
    for (name, more, by_htslib) in [
        ("a.bcf", &[][..], "bcftools index -f"),
        ("a.vcf.gz", &["--index", "csi"], "tabix -f -C"),
        ("b.vcf.gz", &["--index", "tbi"], "tabix -f"),
    ] {
        let out = folder.path(name);
        let run = variants(&vcf, &fasta, &[more, &["--max-ref-mismatch", "1", "-o", &out]].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(found(&out, 3) == expected, "{name}");
        shell(&format!("{by_htslib} {out} 2> /dev/null"));
        assert!(found(&out, 3) == expected, "{name}, index of htslib");
    }
    // Windows of a scan lie across the borders of bins.
    for (name, more, by_htslib) in [
        ("a.tsv.gz", &["--format", "tsv", "--index", "csi"][..], "tabix -f -C -s 1 -b 2 -e 3 -0 -S 1"),
        ("a.bed.gz", &["--index", "csi"], "tabix -f -C -p bed"),
        ("b.bed.gz", &[], "tabix -f -p bed"),
    ] {
        let out = folder.path(name);
        succeed(&[&["scan", &fasta, "-m", "exact:gc", "--window", "990", "--quiet", "-o", &out], more].concat());
        let windows: Vec<(usize, u64, u64)> = (0..2)
            .flat_map(|contig| {
                let length = lengths[contig] as u64;
                (0..length.div_ceil(990)).map(move |at| (contig, at * 990, ((at + 1) * 990).min(length)))
            })
            .collect();
        let expected: String = regions
            .iter()
            .flat_map(|(contig, start, end)| {
                let overlaps = move |w: &&(usize, u64, u64)| w.0 == *contig && w.1 < *end && w.2 > *start;
                windows.iter().filter(overlaps).map(|window| format!("{}\n", window.1))
            })
            .collect();
        assert!(found(&out, 2) == expected, "{name}");
        shell(&format!("{by_htslib} {out}"));
        assert!(found(&out, 2) == expected, "{name}, index of htslib");
    }
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
fn a_share_of_mismatches_does_not_depend_on_which_come_first() {
    let (folder, fasta) = desk();
    // 25 of 300, which is below one in ten; 11 of them among the first 100.
    let (good, bad) = (mismatching(300, 301), mismatching(300, 1));
    let mismatches = |at: usize| if at < 100 { at.is_multiple_of(9) && at < 97 } else { at.is_multiple_of(14) };
    let head = good.lines().take_while(|line| line.starts_with('#')).count();
    let lines = good.lines().zip(bad.lines()).enumerate();
    let text: String = lines
        .map(|(at, (good, bad))| format!("{}\n", if at >= head && mismatches(at - head) { bad } else { good }))
        .collect();
    let run = variants(&folder.write("v.vcf", text), &fasta, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("the REF of 25 of 300 records is not what"), "{}", run.stderr);
}

#[test]
fn headers_and_samples_that_no_reader_understands_are_refused() {
    let (folder, fasta) = desk();
    let record = snv(2000, "PASS\tDP=3");
    let with = |line: &str| HEAD.replace("##contig=<ID=d", &format!("{line}\n##contig=<ID=d")) + COLUMNS;
    let run = |text: String, more: &[&str]| variants(&folder.write("v.vcf", text), &fasta, more);
    let comment = run(format!("{}\n{record}", with("#comment")), &[]);
    assert_eq!(comment.code, 1);
    assert!(comment.stderr.contains("v.vcf, line 3 of the header: it does not begin with ##"), "{}", comment.stderr);
    for line in ["##contig=<ID=e,lengthv3000>", "##INFO=<ID=X,Number=1,Type=Integer,Desc ription=\"d\">"] {
        let text = format!("{}\n{record}", with(line));
        assert_eq!(run(text.clone(), &[]).code, 0, "{line}");
        let binary = run(text, &["-O", "b"]);
        assert_eq!(binary.code, 1, "{line}");
        assert!(binary.stderr.contains("v.vcf, line 3 of the header: in "), "{}", binary.stderr);
        assert!(binary.stderr.contains("should be KEY=VALUE"), "{}", binary.stderr);
    }
    let sampled = snv(2000, "PASS\tDP=3\tGT\t0/1\t0/1:3");
    let samples = run(format!("{HEAD}{COLUMNS}\tFORMAT\ta\tb\n{sampled}"), &[]);
    assert_eq!(samples.code, 1);
    let say = "v.vcf, line 10: sample 2 has 2 values, but FORMAT names 1 fields";
    assert!(samples.stderr.contains(say), "{}", samples.stderr);
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
