//! Regions on the command line: what is asked for is decided by the names of the contigs, as samtools does it.

use crate::support::*;

const NAMES: &str = "\
>chr1\nACGTTGCATGCATTGACCAG\n>chr1:1-5\nGGGGGCCCCCGGGGGCCCCC\n>HLA-A*01:01:01:01\nCATCATCATCATCATCATCA\n>x,y\nTTGGTTGGTTGGTTGGTTGG
>a:b\nGCATGCATGCATATATATAT\n>e-1\nGATTACAGATTACAGATTAC\n";

/// Bases that windows of one base answer for; or nothing where the region is refused.
fn ours(file: &str, region: &str, input: &str) -> (Option<String>, String) {
    let run = genogloss_with_input(
        &["scan", file, "-r", region, "-m", "exact:reverse", "--window", "1", "--format", "tsv"],
        input.as_bytes(),
    );
    let bases = run.stdout.lines().skip(1).map(|line| line.split('\t').nth(4).unwrap_or_default()).collect();
    ((run.code == 0).then_some(bases), run.stderr)
}

#[test]
fn regions_are_those_of_samtools() {
    if !tools_available(&["samtools", "bgzip", "gzip"]) {
        return;
    }
    let folder = Folder::new();
    let genome = folder.write("g.fa", NAMES);
    shell(&format!("bgzip -c {genome} > {genome}.bgz; gzip -c {genome} > {genome}.gz"));
    for (region, len) in [
        ("chr1", 20),
        ("{chr1}:1-5", 5),
        ("{chr1:1-5}", 20),
        ("{chr1:1-5}:2-3", 2),
        ("chr1:1-5:2-3", 2),
        ("chr1:5", 16),
        ("chr1:5-", 16),
        ("chr1:-5", 5),
        ("HLA-A*01:01:01:01", 20),
        ("HLA-A*01:01:01:01:3-4", 2),
        ("x,y:2-3", 2),
        ("a:b", 20),
        ("a:b:3-6", 4),
        ("e-1:2-4", 3),
    ] {
        // samtools would make its index beside the file, and a file with an index is another test.
        let theirs = shell(&format!("cp {genome} {genome}.copy.fa; samtools faidx {genome}.copy.fa '{region}'"));
        let theirs: String = theirs.lines().skip(1).collect();
        assert_eq!(theirs.len(), len, "{region}");
        for file in [genome.clone(), format!("{genome}.bgz"), format!("{genome}.gz"), "-".into()] {
            let (bases, said) = ours(&file, region, NAMES);
            assert_eq!(bases.as_deref(), Some(theirs.as_str()), "{region} of {file}: {said}");
        }
    }
}

#[test]
fn several_regions_are_a_list_with_commas() {
    let folder = Folder::new();
    let genome = folder.write("g.fa", NAMES);
    let scan = |regions: &[&str], file: &str| {
        let words = ["scan", file, "-m", "exact:gc", "--window", "2"].into_iter();
        let words: Vec<&str> = words.chain(regions.iter().flat_map(|region| ["-r", region])).collect();
        genogloss_with_input(&words, NAMES.as_bytes())
    };
    for file in [genome.as_str(), "-"] {
        let list = scan(&["chr1:10-15,a:b,e-1:2-4"], file);
        assert_eq!(list.code, 0, "{}", list.stderr);
        assert_eq!(list.stdout, scan(&["chr1:10-15", "a:b", "e-1:2-4"], file).stdout);
        assert!(list.stdout.lines().count() > 8);
    }
}

#[test]
fn a_region_that_is_two_things_or_none_is_refused() {
    let folder = Folder::new();
    let genome = folder.write("g.fa", NAMES);
    for (region, say) in [
        ("chr1:1-5", "\"chr1:1-5\" is the name of a contig, and also a region of contig \"chr1\""),
        ("chr1:0-5", "bases are counted from 1"),
        ("chr1:9-5", "the end is before the start"),
        ("chr1:19-25", "extends past the end of \"chr1\""),
        ("chr1:21", "extends past the end of \"chr1\""),
        ("HLA-A*01:01:01", "contig \"HLA-A*01:01\" is not in"),
        ("chr1:6-x", "contig \"chr1:6-x\" is not in"),
        // A comma separates regions, unless three digits follow it.
        ("chr1:1,0-1,5", "contig \"0-1\" is not in"),
        ("{chr1", "the brace is not closed"),
        ("nope:1-2", "contig \"nope\" is not in"),
    ] {
        for file in [genome.as_str(), "-"] {
            let (bases, said) = ours(file, region, NAMES);
            assert!(bases.is_none() && said.contains(say), "{region} of {file}: {said}");
        }
    }
    let (_, said) = ours(&genome, "chr1:1-5", NAMES);
    assert!(said.contains("hint: write {chr1:1-5} or {chr1}:1-5"), "{said}");
}

#[test]
fn a_name_decides_for_reads_too() {
    let folder = Folder::new();
    let sam = folder.write(
        "r.sam",
        "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:c:1-5\tLN:20\n@SQ\tSN:d\tLN:20\nr1\t0\tc:1-5\t9\t60\t4M\t*\t0\t0\tACGT\t*\nr2\t0\td\t9\t60\t4M\t*\t0\t0\tACGT\t*\n",
    );
    let text = succeed(&["reads", &sam, "-m", "exact:gc", "-r", "c:1-5"]);
    assert!(text.lines().count() == 2 && text.contains("\nr1\t"), "{text}");
    let text = succeed(&["reads", &sam, "-m", "exact:gc", "-r", "{c:1-5}:1-8"]);
    assert_eq!(text.lines().count(), 1, "{text}");
}
