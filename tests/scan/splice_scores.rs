//! Splice scores for aligners: computed here from the TSV of the same scan, and merged from shards.

use crate::support::*;

const SLICE: &str = "tests/data/chr20_slice.fa";
const REGION: &str = "chr20_3140001_3240000:35001-37000";

/// What a base's probabilities are as splice scores: twice the binary logarithm of the odds against 0.001, from -5 to 13; the border lies after
/// the last base of an exon on the left, and before the first base of one on the right.
fn expected(tsv: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rows = tsv.lines();
    let header: Vec<&str> = rows.next().expect("a header").trim_start_matches('#').split('\t').collect();
    let sites = [
        ("donor_plus", '+', 'D'),
        ("acceptor_plus", '+', 'A'),
        ("donor_minus", '-', 'D'),
        ("acceptor_minus", '-', 'A'),
    ];
    for row in rows {
        let cells: Vec<&str> = row.split('\t').collect();
        let (start, end): (u64, u64) = (cells[1].parse().expect("a start"), cells[2].parse().expect("an end"));
        for (name, strand, letter) in sites {
            let column = header.iter().position(|column| *column == format!("splice.{name}")).expect("a column");
            let probability: f64 = cells[column].parse().expect("a score");
            let score = (2.0 * (probability / 0.001).log2()).round();
            if score >= -5.0 {
                let offset = if (letter == 'D') == (strand == '+') { end } else { start };
                lines.push(format!("{}\t{offset}\t{strand}\t{letter}\t{}", cells[0], score.min(13.0)));
            }
        }
    }
    lines
}

#[test]
fn splice_scores_are_log_odds_at_the_borders_of_exons() {
    let folder = Folder::new();
    let slice = root().join(SLICE);
    let slice = slice.to_str().expect("a path");
    let scan = |more: &[&str]| succeed(&[&["scan", slice, "-r", REGION, "--quiet"], more].concat());
    let ours = scan(&["-O", "splice-scores"]);
    let expected = expected(&scan(&["-O", "tsv"]));
    assert!(expected.len() > 20);
    // Six decimals of the TSV may round a score at a border to the other side.
    let differ = ours.lines().zip(&expected).filter(|(ours, theirs)| ours != theirs).count();
    assert_eq!((ours.lines().count(), differ), (expected.len(), 0));
    let parts: Vec<String> = ["1/2", "2/2"]
        .map(|shard| {
            let part = folder.path(&format!("{}.tsv", &shard[..1]));
            scan(&["-O", "splice-scores", "--shard", shard, "-o", &part]);
            part
        })
        .into();
    let merged = folder.path("merged.tsv.gz");
    succeed(&["merge", &parts[0], &parts[1], "-o", &merged, "--quiet"]);
    assert_eq!(shell(&format!("gzip -dc {merged}")), ours);
    let refused = genogloss(&["scan", slice, "-O", "splice-scores", "--index", "csi", "-o", &folder.path("i.tsv.gz")]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
}
