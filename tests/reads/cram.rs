//! CRAM by every reader that this build has.

use std::process::Command;

use super::{Desk, bases, readers, sorted_tags, with_reader};
use crate::support::{root, tools_available};

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
            assert!(run.stderr.contains("compressed again"), "{reader}: {}", run.stderr);
            assert!(run.stderr.contains(&format!("{tool} FILE | genogloss reads -")), "{reader}: {}", run.stderr);
        }
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
    assert!(said.contains("links that htslib needs") && said.contains("TMPDIR"), "{said}");
}
