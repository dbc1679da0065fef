//! Records of SAM and BAM, as samtools reads them.

use super::{Desk, sorted_tags, with_reader};

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
    assert!(run.stderr.contains("line 3: there is no CIGAR: the read is read as unmapped"), "{}", run.stderr);
    assert_eq!(run.stderr.matches("read as unmapped").count(), 1, "{}", run.stderr);
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
        ("r\t0\tc\t10\n", "record 2, line 3: the record has 4 of 11 fields"),
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
