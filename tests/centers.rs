//! `genogloss centers`: one window for each interval.

use crate::support::{Folder, genogloss, succeed};

const GENOME: &str = "tests/data/chr20_slice.fa";

#[test]
fn every_interval_has_a_line_and_the_scores_of_a_scan() {
    let folder = Folder::new();
    let contig = "chr20_3140001_3240000";
    // The core of a window of the scan, an end of the contig, no base.
    let bed = folder.write(
        "i.bed",
        format!("track name=x\n{contig}\t14210\t14245\n{contig}\t0\t10\tname\n{contig}\t14227\t14227\n"),
    );
    let score =
        |more: &[&str]| succeed(&[&["centers", &bed, "-f", GENOME, "-m", "core-promoter", "--quiet"], more].concat());
    let table = score(&[]);
    let scan = succeed(&[
        "scan",
        GENOME,
        "-m",
        "core-promoter",
        "-O",
        "tsv",
        "--quiet",
        "-r",
        "chr20_3140001_3240000:14228-14228",
    ]);
    let (header, line) = scan.trim_end().split_once('\n').expect("two lines");
    let scores = line.split_once("14245").expect("the window").1;
    assert_eq!(
        table,
        format!("{header}\n{line}\n{contig}\t0\t10\t.\t.\t.\t.\t.\tunknown_bases\n{contig}\t14227\t14227{scores}\n")
    );
    let parts: Vec<String> = (1..=2).map(|part| folder.path(&format!("{part}.tsv"))).collect();
    for (part, shard) in parts.iter().zip(["1/2", "2/2"]) {
        score(&["--shard", shard, "-o", part]);
    }
    assert_eq!(succeed(&["merge", &parts[0], &parts[1], "--quiet"]), table);
}

#[test]
fn intervals_must_lie_on_the_reference() {
    let folder = Folder::new();
    let bed = folder.write("i.bed", "chr20_3140001_3240000\t1\t200000\n");
    let run = genogloss(&["centers", &bed, "-f", GENOME, "-m", "core-promoter"]);
    assert!(
        run.code == 1 && run.stderr.contains("line 1: chr20_3140001_3240000:2-200,000 ends past"),
        "{}",
        run.stderr
    );
}
