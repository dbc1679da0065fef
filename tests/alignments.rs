//! Alignments as samtools reads them: CRAM by every reader that this build has, headers, indices, tags.

mod support;

use std::process::Command;

use support::{Folder, Run, genogloss, root, shell, tools_available};

/// The readers of CRAM in this build.
fn readers() -> &'static [&'static str] {
    if genogloss(&["--version", "--verbose"]).stdout.contains("htslib ") {
        &["htslib", "noodles"]
    } else {
        &["noodles"]
    }
}

/// Runs the program with one of the readers.
fn with_reader(reader: &str, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_genogloss"))
        .args(arguments)
        .env("GENOGLOSS_CRAM_READER", reader)
        .current_dir(root())
        .output()
        .expect("the command ends");
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Bases that repeat nowhere.
fn bases(len: usize, mut seed: u64) -> String {
    (0..len)
        .map(|_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b"ACGT"[(seed >> 33) as usize % 4])
        })
        .collect()
}

struct Desk {
    folder: Folder,
    one: String,
}

impl Desk {
    /// A genome of two contigs; `None` without samtools.
    fn new() -> Option<Self> {
        tools_available(&["samtools"]).then(|| {
            let (folder, one, two) = (Folder::new(), bases(3000, 1), bases(2500, 2));
            folder.write("g.fa", format!(">chr1\n{one}\n>chr2\n{two}\n"));
            Self { folder, one }
        })
    }

    fn sh(&self, command: &str) -> String {
        shell(&format!("cd {}; export REF_PATH=/nowhere/%s; {command}", self.folder.path("")))
    }

    /// Reads of every kind: mismatches, indels, clips, a pair, no bases, no qualities, unmapped.
    fn reads(&self) -> String {
        let at = |start: usize, len: usize| self.one[start - 1..start - 1 + len].to_string();
        let quality = "I".repeat(50);
        let mut wrong = at(301, 50);
        wrong.replace_range(10..11, if &wrong[10..11] == "A" { "C" } else { "A" });
        let inserted = format!("{}GG{}", at(401, 20), at(421, 28));
        let deleted = format!("{}{}", at(501, 20), at(526, 30));
        let clipped = format!("TTTTT{}", at(601, 45));
        [
            "@HD\tVN:1.6\tSO:coordinate".into(),
            "@SQ\tSN:chr1\tLN:3000\n@SQ\tSN:chr2\tLN:2500\n@RG\tID:rg1\tSM:s".into(),
            format!("plain\t0\tchr1\t101\t60\t50M\t*\t0\t0\t{}\t{quality}\tRG:Z:rg1\txx:i:5", at(101, 50)),
            format!("noquality\t0\tchr1\t201\t60\t50M\t*\t0\t0\t{}\t*", at(201, 50)),
            format!("mismatch\t16\tchr1\t301\t50\t50M\t*\t0\t0\t{wrong}\t{quality}"),
            format!("insertion\t0\tchr1\t401\t60\t20M2I28M\t*\t0\t0\t{inserted}\t{quality}"),
            format!("deletion\t0\tchr1\t501\t60\t20M5D30M\t*\t0\t0\t{deleted}\t{quality}"),
            format!("clipped\t0\tchr1\t601\t60\t5S45M\t*\t0\t0\t{clipped}\t{quality}"),
            format!("zeros\t0\tchr1\t701\t60\t50M\t*\t0\t0\t{}\t{}", at(701, 50), "!".repeat(50)),
            format!("pair\t99\tchr1\t801\t60\t50M\t=\t901\t150\t{}\t{quality}", at(801, 50)),
            format!("pair\t147\tchr1\t901\t60\t50M\t=\t801\t-150\t{}\t{quality}", at(901, 50)),
            format!("unmapped\t4\t*\t0\t0\t*\t*\t0\t0\t{}\t{quality}", bases(50, 9)),
        ]
        .join("\n")
            + "\n"
    }

    /// A CRAM file of some text; `options` are those of samtools view.
    fn cram(&self, name: &str, sam: &str, options: &str) -> String {
        self.folder.write("in.sam", sam);
        self.sh(&format!("samtools view --no-PG -C -T g.fa {options} -o {name} in.sam 2>/dev/null"));
        self.folder.path(name)
    }

    fn fasta(&self) -> String {
        self.folder.path("g.fa")
    }

    /// The records that the program writes as BAM, without its tags, with tags in order.
    fn records(&self, reader: &str, file: &str, options: &[&str]) -> Vec<String> {
        let out = self.folder.path("out.bam");
        let base = ["reads", file, "-m", "exact:gc", "--quiet", "--format", "bam", "-o", &out];
        let run = with_reader(reader, &[&base, options].concat());
        assert_eq!(run.code, 0, "{reader}: {}", run.stderr);
        sorted_tags(&self.sh("samtools view -x gs -x gl -x gw -x gk out.bam"))
    }

    /// The lines of a table.
    fn table(&self, reader: &str, file: &str, options: &[&str]) -> Vec<String> {
        let run = with_reader(reader, &[&["reads", file, "-m", "exact:gc", "--quiet"], options].concat());
        assert_eq!(run.code, 0, "{reader}: {}", run.stderr);
        run.stdout.lines().skip(1).map(String::from).collect()
    }

    /// What the program says of a file that it refuses.
    fn refused(&self, reader: &str, file: &str, options: &[&str]) -> String {
        let run = with_reader(reader, &[&["reads", file, "-m", "exact:gc", "--quiet"], options].concat());
        assert!(matches!(run.code, 1 | 2), "{reader}: {} {}", run.code, run.stderr);
        run.stderr
    }
}

fn sorted_tags(text: &str) -> Vec<String> {
    let line = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let (fixed, tags) = fields.split_at(11);
        let mut tags = tags.to_vec();
        tags.sort_unstable();
        [fixed, &tags].concat().join("\t")
    };
    text.lines().map(line).collect()
}

#[test]
fn records_of_cram_are_those_that_samtools_shows() {
    let Some(desk) = Desk::new() else { return };
    for version in ["3.0", "3.1"] {
        let file = desk.cram("a.cram", &desk.reads(), &format!("--output-fmt-option version={version}"));
        let expected = sorted_tags(&desk.sh("samtools view -T g.fa a.cram"));
        assert!(expected[2].contains("MD:Z:10") && expected[3].contains("NM:i:2"), "{expected:?}");
        for reader in readers() {
            assert_eq!(desk.records(reader, &file, &["-f", &desk.fasta()]), expected, "{reader} {version}");
        }
    }
}

#[test]
fn mapping_quality_of_unmapped_reads_is_0_in_cram_too() {
    let Some(desk) = Desk::new() else { return };
    let file = desk.cram("a.cram", &desk.reads(), "");
    desk.sh("samtools view -b -o a.bam in.sam");
    let expected = desk.table("noodles", &desk.folder.path("a.bam"), &["-q", "1"]);
    assert_eq!(expected.len(), 9);
    for reader in readers() {
        assert_eq!(desk.table(reader, &file, &["-f", &desk.fasta(), "-q", "1"]), expected, "{reader}");
    }
}

#[test]
fn no_fasta_file_is_asked_for_where_the_cram_file_holds_the_bases() {
    let Some(desk) = Desk::new() else { return };
    let unmapped = format!("@HD\tVN:1.6\nu\t4\t*\t0\t0\t*\t*\t0\t0\t{}\t*\n", bases(80, 5));
    for (sam, options) in [
        (desk.reads(), "--output-fmt-option no_ref=1"),
        (desk.reads(), "--output-fmt-option embed_ref=1"),
        (unmapped, ""),
    ] {
        let file = desk.cram("a.cram", &sam, options);
        let expected = desk.sh("samtools view a.cram | cut -f 1,10 | sed 's/\\*$//'");
        let expected: Vec<(String, usize)> = expected
            .lines()
            .map(|line| line.split_once('\t').map(|(n, s)| (n.into(), s.len())).expect("two"))
            .collect();
        desk.sh("mv g.fa away; rm -f g.fa.fai");
        for reader in readers() {
            let lines = desk.table(reader, &file, &[]);
            let found = lines.iter().map(|line| {
                let fields: Vec<&str> = line.split('\t').collect();
                (fields[0].to_string(), fields[6].parse().expect("a length"))
            });
            assert_eq!(found.collect::<Vec<(String, usize)>>(), expected, "{reader} {options}");
        }
        desk.sh("mv away g.fa");
    }
}

#[test]
fn where_one_is_needed_it_is_asked_for_and_must_be_the_right_one() {
    let Some(desk) = Desk::new() else { return };
    let file = desk.cram("a.cram", &desk.reads(), "");
    let other = desk.folder.write("other.fa", format!(">chr1\n{}\n>chr2\n{}\n", bases(3000, 7), bases(2500, 8)));
    let lacking = desk.folder.write("lacking.fa", format!(">chr2\n{}\n", bases(2500, 2)));
    for reader in readers() {
        desk.sh("mv g.fa away");
        let said = desk.refused(reader, &file, &[]);
        assert!(
            said.contains("record 1") && said.contains("the bases of contig \"chr1\" are needed"),
            "{reader}: {said}"
        );
        assert!(said.contains("hint: add -f genome.fa"), "{reader}: {said}");
        let said = desk.refused(reader, &file, &["-f", &other]);
        assert!(
            said.contains("record 1") && said.contains("is not the one that the CRAM file was made with"),
            "{reader}: {said}"
        );
        let said = desk.refused(reader, &file, &["-f", &lacking]);
        assert!(said.contains("contig \"chr1\" is not in"), "{reader}: {said}");
        desk.sh("mv away g.fa");
    }
    // htslib finds the one that the header names. Nothing is written beside a FASTA file.
    desk.sh("rm -f g.fa.fai");
    if readers().contains(&"htslib") {
        assert_eq!(desk.table("htslib", &file, &[]).len(), 10);
    }
    assert!(!desk.folder.names().iter().any(|name| name.ends_with(".fai")), "{:?}", desk.folder.names());
}

#[test]
fn cram_of_every_version_and_codec_is_read_or_named() {
    let Some(desk) = Desk::new() else { return };
    let past_end = format!(
        "@HD\tVN:1.6\n@SQ\tSN:chr1\tLN:3000\na\t0\tchr1\t2951\t60\t100M\t*\t0\t0\t{}{}\t*\n",
        &desk.one[2950..],
        bases(50, 4)
    );
    let without_bases = "@HD\tVN:1.6\n@SQ\tSN:chr1\tLN:3000\na\t0\tchr1\t101\t60\t50M\t*\t0\t0\t*\t*\nb\t4\t*\t0\t0\t*\t*\t0\t0\t*\t*\n".to_string();
    let unsorted = desk.reads().replace("SO:coordinate", "SO:unsorted").replace(
        "unmapped\t4",
        &format!("two\t0\tchr2\t101\t60\t50M\t*\t0\t0\t{}\t*\nunmapped\t4", &bases(2500, 2)[100..150]),
    );
    for (sam, options, refused) in [
        (desk.reads(), "--output-fmt-option version=2.1", Some("CRAM 2.1")),
        (past_end, "", Some("a contig's end")),
        (without_bases, "", Some("unmapped reads without bases")),
        (unsorted, "--output-fmt-option multi_seq_per_slice=1", None),
        (desk.reads(), "--output-fmt-option use_lzma=1,use_bzip2=1,level=9", None),
        (desk.reads(), "--output-fmt-option version=3.1,archive=1,level=9,use_arith=1,use_fqz=1,use_tok=1", None),
    ] {
        let file = desk.cram("a.cram", &sam, options);
        let expected = sorted_tags(&desk.sh("samtools view -T g.fa a.cram"));
        for reader in readers() {
            match refused {
                Some(what) if *reader == "noodles" => {
                    let said = desk.refused(reader, &file, &["-f", &desk.fasta()]);
                    assert!(said.contains(what) && said.contains("htslib"), "{said}");
                }
                _ => assert_eq!(desk.records(reader, &file, &["-f", &desk.fasta()]), expected, "{reader} {options}"),
            }
        }
    }
}

#[test]
fn cram_comes_through_standard_input_and_is_hashed() {
    let Some(desk) = Desk::new() else { return };
    let file = desk.cram("a.cram", &desk.reads(), "");
    let sum = desk.sh("sha256sum a.cram | cut -d ' ' -f 1");
    for reader in readers() {
        let (fasta, program) = (desk.fasta(), env!("CARGO_BIN_EXE_genogloss"));
        let read = |input: &str| {
            desk.sh(&format!(
                "GENOGLOSS_CRAM_READER={reader} {program} reads {input} -f {fasta} -m exact:gc --quiet -o out.tsv; cat out.tsv"
            ))
        };
        let expected = read(&file);
        assert_eq!(read(&format!("- < {file}")), expected, "{reader}");
        let manifest = desk.folder.read("out.tsv.manifest.json");
        assert!(manifest.contains(sum.trim()), "{manifest}");
        assert!(manifest.contains(&format!("\"reader\": \"{reader}")), "{manifest}");
    }
}

#[test]
fn a_bgzf_reference_needs_no_index_beside_it() {
    if !tools_available(&["bgzip"]) {
        return;
    }
    let Some(desk) = Desk::new() else { return };
    let file = desk.cram("a.cram", &desk.reads(), "");
    let expected = desk.table(readers()[0], &file, &["-f", &desk.fasta()]);
    desk.sh("bgzip -c g.fa > z.fa.gz; mv g.fa away; rm -f g.fa.fai");
    for reader in readers() {
        assert_eq!(desk.table(reader, &file, &["-f", &desk.folder.path("z.fa.gz")]), expected, "{reader}");
    }
}

/// 400 reads on two contigs, and what samtools finds in regions.
fn sorted(desk: &Desk) -> String {
    let two = bases(2500, 2);
    let mut sam = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:3000\n@SQ\tSN:chr2\tLN:2500\n".to_string();
    for (name, contig) in [("chr1", &desk.one), ("chr2", &two)] {
        for at in 0..200 {
            let start = at * 12;
            sam += &format!(
                "{name}r{at}\t0\t{name}\t{}\t60\t40M\t*\t0\t0\t{}\t*\n",
                start + 1,
                &contig[start..start + 40]
            );
        }
    }
    sam
}

#[test]
fn regions_of_bam_and_cram_are_those_of_samtools_with_and_without_an_index() {
    let Some(desk) = Desk::new() else { return };
    let file = desk.cram("a.cram", &sorted(&desk), "--output-fmt-option seqs_per_slice=50");
    desk.sh("samtools view -b -o a.bam in.sam");
    let regions: [&[&str]; 3] = [&["chr1:500-600"], &["chr1:100-110", "chr1:130-140", "chr2"], &["chr2:2,000-2,100"]];
    for indexed in [false, true] {
        if indexed {
            desk.sh("samtools index a.bam; samtools index a.cram");
        }
        for asked in regions {
            let mut options = vec!["-f", "g.fa"];
            let fasta = desk.fasta();
            options[1] = &fasta;
            options.extend(asked.iter().flat_map(|region| ["-r", region]));
            desk.sh("samtools index -o own.bai a.bam");
            let expected =
                desk.sh(&format!("samtools view -M -X a.bam own.bai {} | cut -f 1", asked.join(" ").replace(',', "")));
            let names = |lines: Vec<String>| -> Vec<String> {
                lines.iter().filter_map(|line| line.split('\t').next()).map(String::from).collect()
            };
            let bam = desk.folder.path("a.bam");
            assert_eq!(names(desk.table("noodles", &bam, &options[2..])), expected.lines().collect::<Vec<_>>());
            for reader in readers() {
                let found = names(desk.table(reader, &file, &options));
                assert_eq!(found, expected.lines().collect::<Vec<_>>(), "{reader} {indexed} {asked:?}");
            }
        }
    }
}

#[test]
fn an_index_that_is_damaged_or_of_another_file_is_refused_and_an_old_one_a_warning() {
    let Some(desk) = Desk::new() else { return };
    let sam = sorted(&desk);
    let fewer: String = sam.lines().filter(|line| !line.starts_with("chr2r")).map(|line| format!("{line}\n")).collect();
    let third = sam.replace("@SQ\tSN:chr2", "@SQ\tSN:chr3\tLN:10\n@SQ\tSN:chr2");
    for (name, text) in [("a", &sam), ("fewer", &fewer), ("third", &third)] {
        desk.folder.write("in.sam", text);
        desk.sh(&format!(
            "samtools view --no-PG -b -o {name}.bam in.sam; samtools index {name}.bam; samtools index -c {name}.bam"
        ));
    }
    let file = desk.folder.path("a.bam");
    for ending in ["bai", "csi"] {
        desk.sh("mkdir -p kept; rm -f kept/*; mv *.bai *.csi kept/");
        let put = |from: &str| desk.sh(&format!("cp kept/{from}.bam.{ending} a.bam.{ending}; touch a.bam.{ending}"));
        put("a");
        assert_eq!(desk.table("noodles", &file, &["-r", "chr2"]).len(), 200);
        for (from, why) in [("fewer", "does not belong to"), ("third", "it has 3 contigs, the file 2")] {
            put(from);
            let said = desk.refused("noodles", &file, &["-r", "chr2"]);
            assert!(said.contains(&format!("a.bam.{ending}: this index")) && said.contains(why), "{said}");
            assert!(said.contains("hint: make the index anew"), "{said}");
        }
        put("a");
        desk.sh(&format!("head -c 60 kept/a.bam.{ending} > a.bam.{ending}"));
        let said = desk.refused("noodles", &file, &["-r", "chr2"]);
        assert!(said.contains(&format!("a.bam.{ending}: the index is damaged")), "{said}");
        put("a");
        desk.sh(&format!("touch -d '2020-01-01' a.bam.{ending}"));
        let run = genogloss(&["reads", &file, "-m", "exact:gc", "--quiet", "-r", "chr2"]);
        assert!(run.code == 0 && run.stderr.contains(&format!("a.bam.{ending} is older than")), "{}", run.stderr);
        desk.sh(&format!("rm a.bam.{ending}; mv kept/* ."));
    }
}

#[test]
fn headers_that_samtools_reads_are_read_and_kept_with_a_warning() {
    let Some(desk) = Desk::new() else { return };
    let read = format!("a\t0\tchr1\t101\t60\t50M\t*\t0\t0\t{}\t*\n", &desk.one[100..150]);
    for (lines, warning) in [
        ("@RG\tID:a\tSM:", Some("line 3: @RG SM is empty")),
        ("@PG\tID:a\tVN:", Some("line 3: @PG VN is empty")),
        ("@RG\tID:a\tDS:x\tDS:y", Some("line 3: @RG has DS twice")),
        ("@PG\tID:x\tPP:missing", Some("PP:missing is not in the header")),
        ("@PG\tID:x\tPP:y\n@PG\tID:y\tPP:x", None),
        ("@PG\tID:bwa\tCL:bwa mem /data/Müller/X.fa\tDS:é\n@CO\tÄ", None),
    ] {
        let header = format!("@HD\tVN:1.6\n@SQ\tSN:chr1\tLN:3000\tDS:é\n{lines}\n");
        let sam = desk.folder.write("h.sam", format!("{header}{read}"));
        desk.sh("samtools view --no-PG -b -o h.bam h.sam 2>/dev/null");
        let out = desk.folder.path("o.bam");
        for input in [sam.clone(), desk.folder.path("h.bam")] {
            let run = genogloss(&["reads", &input, "-m", "exact:gc", "--quiet", "--format", "bam", "-o", &out]);
            assert_eq!(run.code, 0, "{}", run.stderr);
            match warning {
                Some(warning) => assert!(run.stderr.contains(warning), "{}", run.stderr),
                None => assert_eq!(run.stderr, ""),
            }
            let kept = desk.sh("samtools view --no-PG -h o.bam 2>/dev/null | grep '^@'");
            let (before, added) = kept.split_at(kept.find("@PG\tID:genogloss").expect("our line"));
            assert_eq!(before, header);
            assert_eq!(added.lines().count(), 1);
            assert_eq!(desk.sh("samtools quickcheck -v o.bam && samtools view -c o.bam"), "1\n");
        }
    }
}

#[test]
fn headers_that_end_the_run_name_line_type_and_tag() {
    let folder = Folder::new();
    for (header, said) in [
        ("@HD\tVN:1.6\n@SQ\tSN:chr1\n", "header line 2: @SQ has no LN"),
        ("@SQ\tSN:a\tLN:9\n@SQ\tSN:a\tLN:9\n", "header line 2: @SQ SN:a is there twice"),
        ("@RG\tSM:x\n", "header line 1: @RG has no ID"),
        ("@CO\n@SQ\tSN:a\tLN:9\n@CO text\n", "header line 3: @CO: a tab must follow"),
        ("@SQ\tSN:a\tLN:9\n@XY\tID:x\n", "header line 2: @XY is not a record type"),
    ] {
        let file = folder.write("h.sam", format!("{header}r\t4\t*\t0\t0\t*\t*\t0\t0\tACGT\t*\n"));
        let run = genogloss(&["reads", &file, "-m", "exact:gc"]);
        assert!(run.code == 1 && run.stderr.contains(said), "{}", run.stderr);
    }
}

#[test]
fn tags_of_an_earlier_run_are_replaced_and_those_of_others_refused() {
    let Some(desk) = Desk::new() else { return };
    let text = "@HD\tVN:1.6\nr\t4\t*\t0\t0\t*\t*\t0\t0\tGGCC\t*\tab:i:1\nshort\t4\t*\t0\t0\t*\t*\t0\t0\tG\t*\n";
    let sam = desk.folder.write("r.sam", text);
    let score = |input: &str, output: &str, options: &[&str]| {
        let base = ["reads", input, "--quiet", "--format", "bam", "-o", output];
        let run = genogloss(&[&base, options].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
    };
    let (one, two, three) = (desk.folder.path("1.bam"), desk.folder.path("2.bam"), desk.folder.path("3.bam"));
    score(&sam, &one, &["-m", "exact:gc"]);
    assert_eq!(
        desk.sh("samtools view 1.bam | cut -f 12-"),
        "ab:i:1\tgs:B:f,1\tgw:i:0\tgl:Z:gc\ngs:B:f,1\tgw:i:0\tgl:Z:gc\n"
    );
    // Too short for the other model: no score, no label and no place are left of the first.
    score(&one, &two, &["-m", "core-promoter"]);
    assert_eq!(desk.sh("samtools view 2.bam | cut -f 12-"), "ab:i:1\tgk:Z:too_short\ngk:Z:too_short\n");
    score(&two, &three, &["-m", "exact:gc", "--tag-prefix", "H"]);
    let first = desk.sh("samtools view 3.bam | cut -f 12- | head -n 1");
    assert_eq!(first, "ab:i:1\tgk:Z:too_short\tHs:B:f,1\tHw:i:0\tHl:Z:gc\n");
    let programs =
        desk.sh("samtools view -H --no-PG 3.bam | grep -o 'ID:[^\t]*\\|PP:[^\t]*\\|--tag-prefix .' | paste -s -d ' '");
    assert_eq!(
        programs.trim(),
        "ID:genogloss --tag-prefix g ID:genogloss.1 PP:genogloss --tag-prefix g ID:genogloss.2 PP:genogloss.1 --tag-prefix H"
    );
    let foreign = desk.folder.write("f.sam", text.replace("ab:i:1", "gs:i:1"));
    let run = genogloss(&["reads", &foreign, "-m", "exact:gc", "--format", "bam", "-o", &one]);
    assert!(run.code == 1 && run.stderr.contains("read r has the tag gs already"), "{}", run.stderr);
    assert!(run.stderr.contains("hint: choose other tags (--tag-prefix x"), "{}", run.stderr);
    // A table has no tags: nothing is lost.
    assert_eq!(genogloss(&["reads", &foreign, "-m", "exact:gc"]).code, 0);
    let run = genogloss(&["reads", &sam, "-m", "exact:gc", "--tag-prefix", "H"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
}

#[test]
fn the_command_in_the_header_keeps_its_capital_letters() {
    let Some(desk) = Desk::new() else { return };
    let sam = desk.folder.write("r.sam", "@HD\tVN:1.6\nr\t4\t*\t0\t0\t*\t*\t0\t0\tGGCC\t*\n");
    let out = desk.folder.path("o.bam");
    desk.sh(&format!("mkdir Models; cp -r {}/models/core-promoter Models/CP", root().display()));
    let model = desk.folder.path("Models/CP");
    let run = genogloss(&["reads", &sam, "-m", &model, "--quiet", "--format", "bam", "-o", &out]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let header = desk.sh("samtools view -H o.bam");
    assert!(header.contains("Models/CP --aggregate max --orient read"), "{header}");
}

#[test]
fn what_samtools_takes_in_records_is_taken() {
    let Some(desk) = Desk::new() else { return };
    let bases = &desk.one[100..110];
    let sam = format!(
        "@HD\tVN:1.6\n@SQ\tSN:chr1\tLN:3000\na\t0\tchr1\t101\t60\t10M0I\t*\t0\t0\t{bases}\t*\thh:H:dead00\nb\t0\tchr1\t101\t60\t0M\t*\t0\t0\t*\t*\n"
    );
    let file = desk.folder.write("r.sam", sam);
    assert_eq!(desk.records("noodles", &file, &[]).len(), 2);
}

#[test]
fn a_bad_tag_is_named() {
    let folder = Folder::new();
    let file = folder.write("r.sam", "@HD\tVN:1.6\nr\t4\t*\t0\t0\t*\t*\t0\t0\tGGCC\t*\tZ0:i:x\n");
    let run = genogloss(&["reads", &file, "-m", "exact:gc"]);
    assert!(run.code == 1 && run.stderr.contains("record 1") && run.stderr.contains("Z0"), "{}", run.stderr);
}

/// Fields of a record that samtools may change while it reads SAM, with the name.
fn places(text: &str) -> Vec<String> {
    text.lines().map(|line| line.split('\t').take(9).collect::<Vec<_>>().join("\t")).collect()
}

#[test]
fn reads_of_sam_are_mapped_where_samtools_says_so() {
    let Some(desk) = Desk::new() else { return };
    let (bases, rest) = ("ACGTACGTAC", "0\tACGTACGTAC\t*\txx:i:1");
    let file = desk.folder.write(
        "um.sam",
        [
            "@SQ\tSN:c\tLN:100\tAN:chrC,other".into(),
            format!("star\t0\t*\t0\t0\t*\t*\t0\t{rest}"),
            format!("nocigar\t0\tc\t10\t60\t*\t*\t0\t{rest}"),
            format!("pos0\t0\tc\t0\t60\t10M\t=\t0\t{rest}"),
            format!("mapped\t0\tc\t5\t60\t10M\t*\t0\t{rest}"),
            format!("unknown\t16\tnone\t5\t60\t10M\t=\t9\t{rest}"),
            format!("mate\t1\tc\t5\t60\t10M\tnone\t9\t{rest}"),
            format!("mate0\t1\tc\t5\t60\t10M\tc\t0\t{rest}"),
            format!("starmate\t5\t*\t0\t0\t*\t=\t0\t{rest}"),
            format!("alias\t1\tchrC\t5\t60\t10M\tother\t9\t{rest}"),
            "nobases\t1\tc\t5\t60\t10M\t=\t9\t0\t*\t*".into(),
        ]
        .join("\n")
            + "\n",
    );
    for (flags, count) in [(None, 10), (Some("UNMAP"), 5)] {
        let options: Vec<&str> = flags.map_or(vec![], |flags| vec!["-F", flags]);
        let expected = desk.sh(&format!("samtools view {} um.sam 2>/dev/null", options.join(" ")));
        assert_eq!(expected.lines().count(), count);
        assert_eq!(places(&desk.records("noodles", &file, &options).join("\n")), places(&expected));
    }
    // One warning names the first, and how many more there are.
    let run = with_reader("noodles", &["reads", &file, "-m", "exact:gc"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("line 3: there is no CIGAR: the read is taken as unmapped"), "{}", run.stderr);
    assert_eq!(run.stderr.matches("taken as unmapped").count(), 1, "{}", run.stderr);
    // Without any contig samtools stops, too.
    let file = desk.folder.write("no.sam", format!("@HD\tVN:1.6\na\t0\tc\t5\t60\t10M\t*\t0\t0\t{bases}\t*\n"));
    desk.sh("! samtools view no.sam 2>/dev/null");
    let said = desk.refused("noodles", &file, &[]);
    assert!(said.contains("record 1, line 2: ") && said.contains("the header has no contigs"), "{said}");
}

#[test]
fn lines_of_sam_that_are_no_records_are_named_by_number() {
    let Some(desk) = Desk::new() else { return };
    let text = "@SQ\tSN:c\tLN:100\nr\t0\tc\t10\t60\t10M\t*\t0\t0\tACGTACGTAC\t*\n";
    for (more, what) in [
        ("\n\n", "record 2, line 3: the line is empty"),
        ("\r\n", "record 2, line 3: the line is empty"),
        ("r\t0\tc\t10\n", "record 2, line 3: 4 of the 11 fields"),
        ("r\t0\tc\t10\t60\t9M\t*\t0\t0\tACGTACGTAC\t*\n", "record 2, line 3: read r has 10 bases"),
        ("r\tx\tc\t10\t60\t10M\t*\t0\t0\tACGTACGTAC\t*\n", "record 2, line 3: "),
    ] {
        let file = desk.folder.write("a.sam", format!("{text}{more}"));
        desk.sh("! samtools view a.sam >/dev/null 2>&1");
        let said = desk.refused("noodles", &file, &[]);
        assert!(said.contains(what), "{said}");
    }
}

#[test]
fn reads_without_alignments_have_the_mapping_quality_that_samtools_import_gives() {
    let Some(desk) = Desk::new() else { return };
    for (name, text, option) in
        [("a.fq", "@r1\nACGT\n+\nIIII\n@r2\nACGTA\n+\nIIIII\n", "-0"), ("a.fa", ">r1\nACGT\n>r2\nACGTA\n", "-0")]
    {
        let file = desk.folder.write(name, text);
        let expected = sorted_tags(&desk.sh(&format!("samtools import {option} {name} 2>/dev/null | samtools view")));
        assert_eq!(desk.records("noodles", &file, &[]), expected);
        assert_eq!(desk.sh("samtools view -c -q 30 out.bam").trim(), "0");
        assert!(desk.table("noodles", &file, &[]).iter().all(|line| line.split('\t').nth(5) == Some(".")));
    }
}

#[test]
fn tags_of_an_earlier_run_are_taken_off_and_the_others_keep_their_order() {
    let Some(desk) = Desk::new() else { return };
    let tags = "aa:i:1\tbb:Z:x\tcc:i:3\tdd:A:c\tee:i:5";
    let text = [
        "@HD\tVN:1.6",
        "@PG\tID:genogloss\tPN:genogloss\tCL:genogloss reads --tag-prefix g",
        "r\t4\t*\t0\t0\t*\t*\t0\t0\tACGT\tIIII\tgs:i:1\taa:i:1\tbb:Z:x\tgw:i:3\tcc:i:3\tdd:A:c\tee:i:5\n",
    ]
    .join("\n");
    let file = desk.folder.write("a.sam", text);
    desk.records("noodles", &file, &[]);
    let shown = desk.sh("samtools view out.bam");
    let after: Vec<&str> = shown.trim_end().splitn(12, '\t').collect();
    assert!(after[11].starts_with(&format!("{tags}\tgs:B:f,")), "{shown}");
}

#[test]
fn a_cram_file_that_was_compressed_again_is_refused_at_the_start() {
    let Some(desk) = Desk::new() else { return };
    desk.cram("a.cram", &desk.reads(), "");
    desk.sh("gzip -k a.cram; bgzip -c a.cram > b.gz; xz -k a.cram");
    for reader in readers() {
        for (name, tool) in [("a.cram.gz", "gunzip -c"), ("b.gz", "gunzip -c"), ("a.cram.xz", "xz -dc")] {
            let run = with_reader(
                reader,
                &["reads", &desk.folder.path(name), "-m", "exact:gc", "--quiet", "-f", &desk.fasta()],
            );
            assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{reader}: {}", run.stderr);
            assert!(run.stderr.contains("compressed once more"), "{reader}: {}", run.stderr);
            assert!(run.stderr.contains(&format!("{tool} FILE | genogloss reads -")), "{reader}: {}", run.stderr);
        }
    }
}

#[test]
fn what_bam_has_no_room_for_is_named_with_its_limit() {
    let Some(desk) = Desk::new() else { return };
    let long = "n".repeat(255);
    for (name, quality, what) in [
        ("r", "III~", None),
        (&long[1..], "IIII", None),
        (&long, "IIII", Some("its name has 255 letters, and BAM takes up to 254")),
        ("a@b", "IIII", Some("its name holds @")),
    ] {
        let file = desk.folder.write("a.fq", format!("@{name}\nACGT\n+\n{quality}\n"));
        match what {
            None => assert_eq!(desk.records("noodles", &file, &[]).len(), 1),
            Some(what) => {
                let said = desk.refused("noodles", &file, &["--format", "bam", "-o", &desk.folder.path("o.bam")]);
                assert!(said.contains(what), "{said}");
            }
        }
    }
    // BAM holds qualities that SAM has no letter for.
    desk.folder.write("a.sam", "@HD\tVN:1.6\nr\t4\t*\t0\t0\t*\t*\t0\t0\tACGT\tIIII\n");
    desk.sh("samtools view --no-PG -u a.sam | gzip -dc > raw; head -c -1 raw > a.raw; printf '\\144' >> a.raw; bgzip -c a.raw > a.bam");
    let said =
        desk.refused("noodles", &desk.folder.path("a.bam"), &["--format", "bam", "-o", &desk.folder.path("o.bam")]);
    assert!(said.contains("the quality of base 4 is 100, and BAM takes up to 93"), "{said}");
}

#[test]
fn samtools_is_called_a_witness_only_where_it_is_one() {
    let Some(desk) = Desk::new() else { return };
    for (line, certain) in [
        ("@SQ\tSN:c\tLN:x", false),
        ("@SQ\tSN:c\tLN:-5", false),
        ("@SQ\tSN:c\tLN:99999999999999", false),
        ("@SQ\tSN:\tLN:5", false),
        ("@SQ\tSN:c", true),
        ("@RG\tSM:x", true),
        ("@SQ\tSN:c\tLN:5\n@SQ\tSN:c\tLN:5", true),
    ] {
        let file = desk.folder.write("a.sam", format!("@HD\tVN:1.6\n{line}\n"));
        let said = desk.refused("noodles", &file, &[]);
        assert_eq!(said.contains("samtools does not read it either"), certain, "{line}: {said}");
        if certain {
            desk.sh("! samtools view -h a.sam >/dev/null 2>&1");
        }
    }
}

#[test]
#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
fn an_index_of_cram_that_is_empty_or_of_another_file_is_refused() {
    let Some(desk) = Desk::new() else { return };
    if !readers().contains(&"htslib") {
        eprintln!("SKIPPED: this build reads CRAM without its index");
        return;
    }
    let file = desk.cram("a.cram", &desk.reads(), "");
    desk.sh("samtools index a.cram; mv a.cram.crai good");
    let options = ["-f", &desk.fasta(), "-r", "chr1:101-350"];
    let index = |command: &str| desk.sh(&format!("gzip -dc good | {command} | gzip > a.cram.crai"));
    index("cat");
    let expected = desk.sh("samtools view -c -T g.fa a.cram chr1:101-350");
    assert_eq!(desk.table("htslib", &file, &options).len().to_string(), expected.trim());
    for (command, why) in [
        ("sed d", "it has no reads, the file has"),
        ("sed 's/^0/7/'", "it has contigs that the file has not"),
        ("sed 's/^0/1/'", "its first reads lie on another contig"),
        ("awk -v OFS='\\t' '{$4 += 1; print}'", "it does not begin where the reads of the file begin"),
        ("awk -v OFS='\\t' '{$4 += 1000000; print}'", "it points past the end of the file"),
        ("sed 's/^0/-2/'", "the index is damaged"),
    ] {
        index(command);
        let said = desk.refused("htslib", &file, &options);
        assert!(said.contains(why) && said.contains("samtools index"), "{command}: {said}");
    }
    // Of a file without reads, an index is empty.
    let file = desk.cram("none.cram", "@HD\tVN:1.6\n@SQ\tSN:chr1\tLN:3000\n", "");
    desk.sh("samtools index none.cram");
    assert!(desk.table("htslib", &file, &options).is_empty());
    // CRAM 2 writes its containers otherwise; several contigs lie in one slice.
    for options_of_file in ["version=2.1", "version=3.0", "version=3.1", "multi_seq_per_slice=1"] {
        let file = desk.cram("b.cram", &desk.reads(), &format!("--output-fmt-option {options_of_file}"));
        desk.sh("samtools index b.cram");
        assert_eq!(desk.table("htslib", &file, &options).len().to_string(), expected.trim(), "{options_of_file}");
    }
}

#[test]
#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
fn names_of_cram_files_are_no_syntax_and_a_missing_folder_is_named() {
    let Some(desk) = Desk::new() else { return };
    if !readers().contains(&"htslib") {
        eprintln!("SKIPPED: this build has no htslib");
        return;
    }
    desk.cram("a.cram", &desk.reads(), "");
    desk.sh("samtools index a.cram; cp a.cram 'a##idx##b.cram'; cp a.cram.crai 'a##idx##b.cram.crai'");
    let (plain, odd) = (desk.folder.path("a.cram"), desk.folder.path("a##idx##b.cram"));
    for more in [vec![], vec!["-r", "chr1:101-350"]] {
        let fasta = desk.fasta();
        let options = [vec!["-f", &fasta], more].concat();
        assert_eq!(desk.table("htslib", &odd, &options), desk.table("htslib", &plain, &options));
    }
    let output = Command::new(env!("CARGO_BIN_EXE_genogloss"))
        .args(["reads", &plain, "-m", "exact:gc", "--quiet", "-f", &desk.fasta()])
        .env("TMPDIR", "/nonexistent")
        .current_dir(root())
        .output()
        .expect("the command ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("links that htslib opens") && said.contains("TMPDIR"), "{said}");
}
