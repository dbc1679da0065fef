//! The strongest calls on the page are those that other programs find in the outputs.

use serde_json::Value;

use super::{SLICE, read_page, run, vcf_of_the_slice};
use crate::support::{Folder, genogloss, shell, tools_available};

/// The rows of the table of strongest calls, without its head, and the heading that counts them.
fn strongest(page: &str) -> (Vec<Vec<String>>, String) {
    let read = read_page(page);
    let tables = read["tables"].as_array().expect("tables");
    let text = |cell: &Value| cell.as_str().unwrap_or_default().to_string();
    let table = tables.iter().find(|table| table[0][0] == "place").expect("the table of strongest calls");
    let rows = table.as_array().expect("rows")[1..].iter();
    let rows = rows.map(|row| row.as_array().expect("cells").iter().map(text).collect()).collect();
    let words = read["text"].as_str().unwrap_or_default();
    let heading = words.split("Strongest calls (").nth(1).and_then(|rest| rest.split(')').next()).unwrap_or_default();
    (rows, heading.into())
}

fn report(folder: &Folder, output: &str) -> (Vec<Vec<String>>, String) {
    let page = folder.path("page.html");
    run(&format!("report {output} -o {page}"));
    strongest(&page)
}

/// The first columns of the first hundred lines.
fn hundred(lines: &str) -> Vec<Vec<String>> {
    lines.lines().take(100).map(|line| line.split('\t').map(String::from).collect()).collect()
}

#[test]
fn variants_are_those_of_bcftools() {
    if !tools_available(&["python3", "bcftools"]) {
        return;
    }
    let folder = Folder::new();
    let (vcf, scored) = (vcf_of_the_slice(&folder, 90), folder.path("scored.vcf.gz"));
    run(&format!("variants {vcf} -f {SLICE} -m exact:gc -o {scored}"));
    let (rows, heading) = report(&folder, &scored);
    // One line an allele; the stable sort keeps the order of the file among equals.
    let expected = shell(&format!(
        "bcftools norm -m -any {scored} 2>/dev/null | bcftools query -i 'GG_DELTA_gc!=\".\"' -f '%CHROM\\t%POS\\t%REF\\t%ALT\\t%GG_DELTA_gc\\t%GG_REF_gc\\t%GG_ALT_gc\\n' \
         | awk -F'\\t' '{{d = $5 < 0 ? -$5 : $5; print d \"\\t\" $0}}' | LC_ALL=C sort -s -k1,1gr | cut -f 2-"
    ));
    assert!(heading.contains(&format!("{} alternate alleles", expected.lines().count())), "{heading}");
    let shown: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let (contig, position) = row[0].split_once(':').expect("a place");
            let cells = [contig.into(), position.replace(',', ""), row[2].clone(), row[3].clone()];
            // bcftools shows numbers as 32-bit values: compare what was written as numbers.
            cells.into_iter().chain([5, 6, 7].map(|at| number(&row[at]))).collect()
        })
        .collect();
    let expected: Vec<Vec<String>> = hundred(&expected)
        .into_iter()
        .map(|line| line[..4].iter().cloned().chain(line[4..].iter().map(|value| number(value))).collect())
        .collect();
    assert_eq!(shown, expected);
}

fn number(text: &str) -> String {
    format!("{:.5}", text.parse::<f64>().unwrap_or(f64::NAN))
}

#[test]
fn elements_are_those_that_sort_finds() {
    if !tools_available(&["python3", "bedtools"]) {
        return;
    }
    let folder = Folder::new();
    let elements = folder.path("gc.bed.gz");
    run(&format!("scan {SLICE} -m exact:gc --window 50 --threshold 0.55 --merge -o {elements}"));
    let (rows, heading) = report(&folder, &elements);
    let count = shell(&format!("zcat {elements} | bedtools sort -i - | wc -l"));
    assert!(heading.starts_with(&format!("the 100 strongest of {} elements", count.trim())), "{heading} {count}");
    let expected = shell(&format!(
        "zcat {elements} | LC_ALL=C sort -s -k7,7gr | awk -F'\\t' 'BEGIN {{OFS=\"\\t\"}} {{print $1, $2 + 1, $3, $4, $3 - $2, $6, $7, $8, $9}}'"
    ));
    let shown: Vec<Vec<String>> = rows.iter().map(|row| [split_place(&row[0]), row[1..].to_vec()].concat()).collect();
    assert_eq!(shown, hundred(&expected));
}

/// `c:1,001-1,050` as contig, start and end.
fn split_place(place: &str) -> Vec<String> {
    let (contig, interval) = place.rsplit_once(':').expect("a place");
    let plain = interval.replace(',', "");
    let (start, end) = plain.split_once('-').unwrap_or((&plain, &plain));
    vec![contig.into(), start.into(), end.into()]
}

#[test]
fn called_bins_are_joined_as_bedtools_joins_them() {
    if !tools_available(&["python3", "bedtools"]) {
        return;
    }
    let folder = Folder::new();
    for ending in ["bed", "tsv"] {
        let bins = folder.path(&format!("bins.{ending}"));
        run(&format!("scan {SLICE} -m exact:gc --window 50 --threshold 0.6 -o {bins}"));
        let (rows, heading) = report(&folder, &bins);
        // Only lines of calls: of the table those that have one.
        let calls = if ending == "bed" {
            "cut -f 1-3,7".to_string()
        } else {
            "awk -F'\\t' '$5 == \"gc\"' | cut -f 1-3,6".into()
        };
        let joined = shell(&format!(
            "cat {bins} | {calls} | bedtools merge -i - -d 0 -c 4,4 -o max,count | LC_ALL=C sort -s -k4,4gr | awk 'BEGIN {{OFS=\"\\t\"}} {{print $1, $2 + 1, $3, $4, $5}}'"
        ));
        assert!(
            heading.contains(&format!("{} calls", joined.lines().count())) || joined.lines().count() > 100,
            "{heading}"
        );
        let shown: Vec<Vec<String>> =
            rows.iter().map(|row| [split_place(&row[0]), vec![number(&row[4]), row[5].clone()]].concat()).collect();
        let expected: Vec<Vec<String>> = hundred(&joined)
            .into_iter()
            .map(|mut line| {
                line[3] = number(&line[3]);
                line
            })
            .collect();
        assert_eq!(shown, expected, "{ending}");
    }
}

#[test]
fn peaks_of_tracks_are_those_of_their_values() {
    if !tools_available(&["python3", "bedtools"]) {
        return;
    }
    let folder = Folder::new();
    let (tracks, graph) = (folder.path("tracks"), folder.path("gc.bedgraph"));
    run(&format!("scan {SLICE} -m exact:gc --window 50 --bigwig {tracks} -o {}", folder.path("x.bed")));
    run(&format!("scan {SLICE} -m exact:gc --window 50 -O bedgraph --column gc -o {graph}"));
    // The highest of the values that begin in each 1,000 bases; of the bigWig file by pyBigWig, where it is there.
    let highest = "awk 'BEGIN {OFS=\"\\t\"} {s = $1 \" \" int($2 / 1000); if (!(s in m)) n[++k] = s; if (!(s in m) || $4 > m[s]) {m[s] = $4; p[s] = $1 OFS ($2 + 1) OFS $3}} \
        END {for (i = 1; i <= k; i++) print p[n[i]], m[n[i]]}' | LC_ALL=C sort -s -k4,4gr";
    let expected: Vec<Vec<String>> = hundred(&shell(&format!("cat {graph} | {highest}")));
    let (rows, _) = report(&folder, &graph);
    let shown = |rows: &[Vec<String>]| -> Vec<Vec<String>> {
        rows.iter().map(|row| [split_place(&row[0]), vec![row[2].clone()]].concat()).collect()
    };
    assert_eq!(shown(&rows), expected);
    let python = "import importlib.util, sys; sys.exit(importlib.util.find_spec('pyBigWig') is None)";
    if !std::process::Command::new("python3").args(["-c", python]).status().is_ok_and(|status| status.success()) {
        crate::support::skipped("pyBigWig is not installed");
        return;
    }
    let dump = folder.write(
        "dump.py",
        "import sys, pyBigWig\nb = pyBigWig.open(sys.argv[1])\nfor c in b.chroms():\n    for s, e, v in b.intervals(c):\n        while s < e:\n            cut = min(e, s // 1000 * 1000 + 1000)\n            print(c, s, cut, '%.3f' % v, sep='\\t')\n            s = cut\n",
    );
    let expected: Vec<Vec<String>> = hundred(&shell(&format!("python3 {dump} {tracks}/gc.bw | {highest}")));
    let (rows, _) = report(&folder, &tracks);
    let plain = |rows: Vec<Vec<String>>| -> Vec<Vec<String>> {
        rows.into_iter()
            .map(|mut row| {
                row[3] = number(&row[3]);
                row
            })
            .collect()
    };
    assert_eq!(plain(shown(&rows)), plain(expected));
}

#[test]
fn reads_are_those_of_the_table_and_of_samtools() {
    if !tools_available(&["python3", "samtools"]) {
        return;
    }
    let folder = Folder::new();
    let slice = std::fs::read_to_string(SLICE).expect("the slice");
    let bases: String = slice.lines().filter(|line| !line.starts_with('>')).collect();
    let mut sam = String::from("@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:20\tLN:100000\n");
    for (number, at) in (0..60_000).step_by(300).enumerate() {
        let read = &bases[at..at + 100];
        let flags = if number % 2 == 0 { 0 } else { 16 };
        sam.push_str(&format!("r{number}\t{flags}\t20\t{}\t60\t100M\t*\t0\t0\t{read}\t*\n", at + 1));
    }
    let sam = folder.write("reads.sam", sam);
    let (table, bam) = (folder.path("gc.tsv"), folder.path("gc.bam"));
    run(&format!("reads {sam} -m exact:gc -o {table}"));
    run(&format!("reads {sam} -m exact:gc -o {bam}"));
    let by_table = shell(&format!(
        "awk -F'\\t' 'NR > 1 && $13 != \".\" {{print $14 \"\\t\" $1}}' {table} | LC_ALL=C sort -s -k1,1gr | cut -f 2"
    ));
    let names = |rows: &[Vec<String>]| rows.iter().map(|row| row[1].clone()).collect::<Vec<_>>();
    let (rows, heading) = report(&folder, &table);
    assert_eq!(names(&rows), by_table.lines().take(100).map(String::from).collect::<Vec<_>>());
    assert!(heading.contains(&format!("{} called reads", by_table.lines().count())), "{heading}");
    let by_bam = shell(&format!(
        "samtools view -d gl {bam} | sed -E 's/^([^\\t]*).*gs:B:f,([0-9.e-]+).*/\\2\\t\\1/' | LC_ALL=C sort -s -k1,1gr | cut -f 2"
    ));
    let (rows, _) = report(&folder, &bam);
    assert_eq!(names(&rows), by_bam.lines().take(100).map(String::from).collect::<Vec<_>>());
    assert!(rows[0][0].starts_with("20:"), "an aligned read has a place: {:?}", rows[0]);
}

/// Also in builds without igv.js, and on pages that do not show them.
#[test]
fn the_fasta_file_of_a_page_must_fit() {
    let folder = Folder::new();
    let (bed, page) = (folder.path("gc.bed"), folder.path("page.html"));
    run(&format!("scan {SLICE} -m exact:gc --window 50 -o {bed}"));
    let (text, other) = (folder.write("a.txt", "hello\n"), folder.write("other.fa", ">other\nACGT\n"));
    for (fasta, say) in [
        ("nowhere.fa", "nowhere.fa: no such file or folder"),
        (text.as_str(), "a.txt: not a FASTA file"),
        (other.as_str(), "is not in it"),
    ] {
        let said = genogloss(&["report", &bed, "-f", fasta, "-o", &page]).error(1);
        assert!(said.contains(say), "{said}");
    }
    let said = genogloss(&["report", &bed, &bed, "-f", "nowhere.fa", "-o", &page]).error(1);
    assert!(said.contains("nowhere.fa: no such file or folder"), "{said}");
    genogloss(&["report", &bed, "-f", SLICE, "-o", &page, "--quiet"]).good();
}
