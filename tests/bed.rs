//! BED, as GA4GH's specification 1.0 has it, wherever it is read.

mod support;

use genogloss::{
    genome::{Interval, Strand},
    read::bed::Feature,
};
use proptest::prelude::*;
use support::*;

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
    assert!(run.stderr.contains("1 features of no length"), "{}", run.stderr);
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

/// What BED's specification says of a line, written anew: contig, start, end, name, strand.
fn by_the_specification(line: &str) -> Option<(String, u64, u64, Option<String>, char)> {
    let tabs = line.chars().any(|c| c == '\t');
    let mut columns = vec![String::new()];
    for c in line.chars() {
        let last = columns.last_mut()?;
        match c {
            '\t' => columns.push(String::new()),
            ' ' if !tabs && last.is_empty() => {}
            ' ' if !tabs => columns.push(String::new()),
            c => last.push(c),
        }
    }
    if !tabs && columns.last().is_some_and(String::is_empty) {
        columns.pop();
    }
    let name = columns.get(3).filter(|name| !name.is_empty() && *name != ".").cloned();
    let strand = columns.get(5).and_then(|text| text.chars().next()).unwrap_or('.');
    Some((columns.first()?.clone(), columns.get(1)?.parse().ok()?, columns.get(2)?.parse().ok()?, name, strand))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_feature_is_read_as_it_was_written(
        contig in "[A-Za-z0-9_*:.|-]{1,12}",
        start in 0u64..1 << 40,
        len in 0u64..1 << 30,
        name in "[ -~é]{0,12}",
        score in "[0-9]{1,4}|\\.|",
        strand in "[+.-]|",
        more in proptest::collection::vec("[0-9,]{0,8}", 0..7),
        width in 3usize..14,
        blanks in 1usize..4,
        tabs: bool,
    ) {
        let end = start + len;
        let mut columns = vec![contig, start.to_string(), end.to_string(), name, score, strand];
        columns.extend(more);
        columns.truncate(width);
        // Where blanks part columns, none can hold one or be empty.
        let as_tabs = tabs || columns.iter().any(|column| column.is_empty() || column.contains(' '));
        let line = columns.join(&if as_tabs { "\t".to_string() } else { " ".repeat(blanks) });
        let feature = Feature::parse(&line).expect("a good line").expect("a feature");
        prop_assert_eq!(&feature.columns, &columns);
        prop_assert_eq!(feature.interval, Interval::new(start, end));
        let strand = match feature.strand() {
            Ok(strand) => strand.symbol(),
            Err(other) => return Err(TestCaseError::fail(format!("strand {other}"))),
        };
        let name = feature.name().map(str::to_string);
        prop_assert_eq!(by_the_specification(&line), Some((feature.contig().to_string(), start, end, name, strand)));
    }

    #[test]
    fn no_line_is_a_panic(line in "\\PC*", columns in proptest::collection::vec("[0-9a-z+.-]{0,3}", 0..8)) {
        let _ = Feature::parse(&line);
        if let Ok(Some(feature)) = Feature::parse(&columns.join("\t")) {
            prop_assert!(feature.columns.len() >= 3 && feature.interval.start <= feature.interval.end);
            prop_assert!(!matches!(feature.strand(), Ok(Strand::Reverse)) || columns[5] == "-");
        }
    }
}
