//! BED, as GA4GH's specification 1.0 has it, wherever it is read.

use crate::support::*;

const GENOME: &str = ">c\nACGGTTCAAGCTAGGTACCATTGACCAGTA\n>track1\nACGGTTCAAGCTAGGTACCATTGACCAGTA\n";

/// Answers of `ask --task "reverse sequence"`: name and sequence.
fn reversed(folder: &Folder, bed: &str) -> Vec<(String, String)> {
    let (genome, bed) = (folder.write("g.fa", GENOME), folder.write("i.bed", bed));
    let text = succeed(&["ask", "-i", &bed, "-f", &genome, "--task", "reverse sequence"]);
    let rows = text.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    rows.map(|row| (row[0].into(), row[2].into())).collect()
}

/// What a command says when it refuses a file of regions.
fn refused(folder: &Folder, bed: impl AsRef<[u8]>) -> String {
    let (genome, bed) = (folder.write("g.fa", GENOME), folder.write("i.bed", bed));
    let run = genogloss(&["scan", &genome, "-m", "exact:gc", "-R", &bed]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.stderr);
    run.stderr
}

#[test]
fn names_with_blanks_and_empty_names_keep_the_strand() {
    let folder = Folder::new();
    // Bases 3 to 9 are GTTCAA, their reverse complement is TTGAAC, and that is turned round once more.
    for (name, shown) in [("gene", "gene"), ("my gene", "my gene"), ("", "c:3-9(-)"), (".", "c:3-9(-)")] {
        assert_eq!(reversed(&folder, &format!("c\t3\t9\t{name}\t0\t-\n")), [(shown.into(), "CAAGTT".into())]);
        assert_eq!(reversed(&folder, &format!("c\t3\t9\t{name}\t0\t+\n"))[0].1, "AACTTG");
    }
    assert_eq!(reversed(&folder, "c 3  9 gene 0 -\r\n"), [("gene".into(), "CAAGTT".into())]);
    assert_eq!(reversed(&folder, "c\t3\t9\tg\t0\t-\t3\t9\t0\t1\t6,\t0,\n"), [("g".into(), "CAAGTT".into())]);
}

#[test]
fn a_sixth_column_that_is_no_strand_is_refused_where_the_strand_matters() {
    let folder = Folder::new();
    let (genome, bed) = (folder.write("g.fa", GENOME), folder.write("i.bed", "c\t3\t9\tpeak\t0.5\t1e-5\n"));
    let run = genogloss(&["ask", "-i", &bed, "-f", &genome, "--task", "reverse sequence"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("i.bed, line 1: the sixth column, \"1e-5\", is not a strand"), "{}", run.stderr);
    assert_eq!(succeed(&["scan", &genome, "-m", "exact:gc", "-R", &bed]).lines().count(), 1);
}

#[test]
fn lines_of_browsers_are_left_out_and_contigs_may_be_called_track() {
    let folder = Folder::new();
    let bed = "browser position c:1-9\ntrack name=\"x y\" 1 2\n#c\t1\t2\n\ntrack1\t0\t3\n";
    assert_eq!(reversed(&folder, bed), [("track1:0-3(.)".into(), "GCA".into())]);
}

#[test]
fn a_feature_of_no_length_selects_no_base_and_is_told() {
    let folder = Folder::new();
    let (genome, bed) = (folder.write("g.fa", GENOME), folder.write("i.bed", "c\t5\t5\ntrack1\t0\t4\n"));
    let run = genogloss(&["scan", &genome, "-m", "exact:gc", "-R", &bed, "--window", "10"]);
    assert_eq!((run.code, run.stdout.lines().count()), (0, 1), "{}", run.stderr);
    assert!(run.stderr.contains("1 features of length 0"), "{}", run.stderr);
    let run = genogloss(&["ask", "-i", &bed, "-f", &genome, "--task", "reverse sequence"]);
    assert!(run.code == 1 && run.stderr.contains("i.bed, line 1: the interval has no length"), "{}", run.stderr);
}

#[test]
fn what_is_wrong_is_said_with_file_and_line() {
    let folder = Folder::new();
    for (bed, say) in [
        (&b"c\t0\t5\nc\t9\t5\n"[..], "i.bed, line 2: the end (5) is before the start (9)"),
        (b"c\t-3\t5\n", "i.bed, line 1: a start -3 is negative"),
        (b"c\tx\t5\n", "i.bed, line 1: \"x\" is not a start"),
        (b"c\t0\n", "i.bed, line 1: a BED line needs contig, start and end"),
        (b"c\t0\t5\nc\t20\t31\n", "i.bed, line 2: region c:21-31 extends past the end of \"c\""),
        (b"c\t0\t5\nd\t0\t5\n", "i.bed, line 2: contig \"d\" is not in"),
        (b"\xef\xbb\xbfc\t0\t5\n", "i.bed, line 1: it begins with a byte-order mark"),
        (b"c\t0\t5\nc\t0\t5\tg\xe9ne\n", "i.bed, line 2: it is not UTF-8"),
        (b"c\t0\t5\nc\t0\t5\t\0\n", "i.bed, line 2: it holds a NUL byte"),
        (b"\xff\xfec\0\t\0", "it is text in UTF-16"),
        (b">c\nACGT\n", "not a BED file: it is FASTA"),
    ] {
        let said = refused(&folder, bed);
        assert!(said.contains(say), "{}: {said}", String::from_utf8_lossy(bed));
    }
}
