//! Bad regions and BED files.

use std::fs;

use super::{Desk, each, full_desk};
use crate::support::finish;

#[test]
fn a_region_that_is_not_there_is_an_error() {
    let desk = full_desk();
    desk.shell("samtools index r.bam; bgzip -c g.fa > z.fa.gz; gzip -c g.fa > p.fa.gz");
    let clear = || ["out", "out.manifest.json"].iter().for_each(|name| drop(fs::remove_file(desk.at(name))));
    each(["-r chr99", "-r chr99:1-10", "-R unknown.bed"], |options| {
        desk.write("unknown.bed", "chr20\t0\t10\nchr99\t0\t10\n");
        for file in [
            "scan g.fa -m exact:gc",
            "scan z.fa.gz -m exact:gc",
            "scan p.fa.gz -m exact:gc",
            "reads r.bam -m exact:gc",
            "reads r.sam -m exact:gc",
            "scan g.fa -m exact:orf",
        ] {
            let name = file.split(' ').nth(1).expect("a file");
            clear();
            desk.fails(&format!("{file} {options} -o out"), &["chr99", name, "chr20"]);
        }
    });
    clear();
    each(["-r chr20:19,000-30,000", "-r chr20:30000", "-R beyond.bed"], |options| {
        desk.write("beyond.bed", "chr20\t0\t10\nchr20\t19000\t30000\n");
        for file in [
            "scan g.fa -m exact:gc",
            "scan z.fa.gz -m exact:gc",
            "scan p.fa.gz -m exact:gc",
            "reads r.bam -m exact:gc",
            "scan g.fa -m exact:orf",
        ] {
            let name = file.split(' ').nth(1).expect("a file");
            desk.fails(&format!("{file} {options} -o out"), &["chr20", "20000 bases", name]);
        }
    });
}

#[test]
fn a_bed_that_is_none_says_its_line() {
    let desk = Desk::with_genome();
    for line in [
        "chr20\t5",
        "chr20\tfive\t10",
        "chr20\t5\tten",
        "chr20\t-5\t10",
        "chr20\t10\t5",
        "chr20",
        "chr20\t1.5\t7",
        "chr20\t5\t99999999999999999999",
    ] {
        desk.write("r.bed", format!("track name=x\nchr20\t0\t10\n{line}\n"));
        desk.fails("scan g.fa -R r.bed -m exact:gc -o out.bed", &["r.bed", "line 3"]);
    }
    for region in ["chr20:10-5", "chr20:a-b", "chr20:0-10", "", ":1-5"] {
        let run = finish(desk.command().args(["scan", "g.fa", "-m", "exact:gc", "-r", region, "-o", "out.bed"]), b"");
        let code = run.code;
        assert!(code == 1 || code == 2, "-r \"{region}\": exit code {code}: {}", run.stderr);
        run.error(code);
        assert_eq!(desk.names(), ["g.fa", "r.bed"], "-r {region}");
    }
}
