//! Headers of SAM, BAM and CRAM.

use super::Desk;
use crate::support::{Folder, genogloss, root};

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
        ("@SQ\tSN:a\tLN:9\n@SQ\tSN:a\tLN:9\n", "header line 2: @SQ SN:a occurs twice"),
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
        assert_eq!(said.contains("samtools refuses it, too"), certain, "{line}: {said}");
        if certain {
            desk.sh("! samtools view -h a.sam >/dev/null 2>&1");
        }
    }
}
