//! Regions of alignments, and indices that are damaged, old or of another file.

use super::{Desk, bases, readers};
use crate::support::genogloss;

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
            assert!(said.contains("hint: index the file again"), "{said}");
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
fn an_index_of_cram_that_is_empty_or_of_another_file_is_refused() {
    let Some(desk) = Desk::new() else { return };
    for reader in readers() {
        let file = desk.cram("a.cram", &desk.reads(), "");
        desk.sh("samtools index a.cram; mv a.cram.crai good");
        let options = ["-f", &desk.fasta(), "-r", "chr1:101-350"];
        let index = |command: &str| desk.sh(&format!("gzip -dc good | {command} | gzip > a.cram.crai"));
        index("cat");
        let expected = desk.sh("samtools view -c -T g.fa a.cram chr1:101-350");
        assert_eq!(desk.table(reader, &file, &options).len().to_string(), expected.trim());
        for (command, why) in [
            ("sed d", "it has no reads, but the file has"),
            ("sed 's/^0/7/'", "it has contigs that the file does not have"),
            ("sed 's/^0/1/'", "a container is not where it has one"),
            ("awk -v OFS='\\t' '{$4 += 1; print}'", "it does not begin where the reads of the file begin"),
            ("awk -v OFS='\\t' '{$4 += 1000000; print}'", "it points past the end of the file"),
            ("head -n 1", "the file has reads that are not in it"),
            ("sed 's/^0/-2/'", "the index is damaged"),
        ] {
            index(command);
            let said = desk.refused(reader, &file, &options);
            assert!(said.contains(why) && said.contains("samtools index"), "{command}: {said}");
        }
        // Of a file without reads, an index is empty.
        let file = desk.cram("none.cram", "@HD\tVN:1.6\n@SQ\tSN:chr1\tLN:3000\n", "");
        desk.sh("samtools index none.cram");
        assert!(desk.table(reader, &file, &options).is_empty());
        // CRAM 2 writes its containers otherwise; several contigs lie in one slice.
        let versions = ["version=3.0", "version=3.1", "multi_seq_per_slice=1", "version=2.1"];
        for options_of_file in &versions[..if *reader == "htslib" { 4 } else { 3 }] {
            let file = desk.cram("b.cram", &desk.reads(), &format!("--output-fmt-option {options_of_file}"));
            desk.sh("samtools index b.cram");
            let found = desk.table(reader, &file, &options).len().to_string();
            assert_eq!(found, expected.trim(), "{reader} {options_of_file}");
        }
    }
}
