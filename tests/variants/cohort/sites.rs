//! `genogloss sites`.

use super::{COLUMNS, CONTIG, HEAD, records, sample};
use crate::support::{Folder, genogloss, shell, succeed, tools_available};

/// A file without samples and with these records: contig, POS, REF, ALT.
fn file(folder: &Folder, name: &str, head: &str, rows: &[(&str, u32, &str, &str)]) -> String {
    let rows: String = rows
        .iter()
        .map(|(contig, position, reference, alternate)| {
            format!("{contig}\t{position}\tid\t{reference}\t{alternate}\t9\tq10\tDP=3\n")
        })
        .collect();
    folder.write(name, format!("##fileformat=VCFv4.2\n{head}{COLUMNS}\n{rows}"))
}

const AB: &str = "##contig=<ID=a,length=100>\n##contig=<ID=b,length=90>\n";

#[test]
fn every_site_of_any_file_is_there_once_and_in_order() {
    let folder = Folder::new();
    let one = file(
        &folder,
        "1.vcf",
        AB,
        &[("a", 5, "A", "T,C"), ("a", 5, "A", "C"), ("a", 9, "AC", "A,<DEL>,*"), ("b", 1, "G", ".")],
    );
    let two = file(
        &folder,
        "2.vcf",
        "##contig=<ID=b>\n##contig=<ID=c>\n",
        &[("b", 2, "G", "<NON_REF>"), ("b", 7, "T", "TA"), ("c", 0, "N", "A")],
    );
    let three =
        file(&folder, "3.vcf", AB, &[("a", 4, "C", "G"), ("a", 5, "AG", "A"), ("a", 5, "A", "C"), ("a", 9, "AC", "A")]);
    let run = genogloss(&["sites", &one, &two, &three]).good();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        run.stdout,
        format!(
            "##fileformat=VCFv4.3
##contig=<ID=a,length=100>
##contig=<ID=b,length=90>
##contig=<ID=c>
##genogloss_sites=<ID=sites,Version=\"{version}\",files=\"3\">
{COLUMNS}
a\t4\t.\tC\tG\t.\t.\t.
a\t5\t.\tA\tC\t.\t.\t.
a\t5\t.\tA\tT\t.\t.\t.
a\t5\t.\tAG\tA\t.\t.\t.
a\t9\t.\tAC\tA\t.\t.\t.
b\t7\t.\tT\tTA\t.\t.\t.
c\t0\t.\tN\tA\t.\t.\t.
"
        )
    );
    let done = "done: 11 records, 0 filtered; 7 sites written, 4 skipped (no_alternate 1, spanning_deletion 1, symbolic_allele 1, unspecified_allele 1);";
    assert!(run.stderr.contains(done), "{}", run.stderr);
    // Sites of sites are the same, so files may be merged in groups; a list of files is the same as their names.
    let (left, right) = (folder.path("left.vcf.gz"), folder.path("right.bcf"));
    succeed(&["sites", &one, &two, "-o", &left]);
    let list = folder.write("list.txt", format!("{three}\r\n\n"));
    succeed(&["sites", "-l", &list, "-o", &right]);
    assert_eq!(records(&succeed(&["sites", &left, &right])), records(&run.stdout));
}

#[test]
fn sites_are_those_of_bcftools() {
    if !tools_available(&["bcftools"]) {
        return;
    }
    let folder = Folder::new();
    let mut files = Vec::new();
    for number in 0..6_u64 {
        let vcf = folder.write(&format!("{number}.vcf"), sample(&format!("s{number}"), number, 120));
        let packed = match number % 3 {
            0 => vcf.clone(),
            1 => format!("{vcf}.gz"),
            _ => folder.path(&format!("{number}.bcf")),
        };
        if packed != vcf {
            let letter = if number % 3 == 1 { "z" } else { "b" };
            shell(&format!("bcftools view -O {letter} -o {packed} {vcf}"));
        }
        files.push(packed);
    }
    let out = folder.path("sites.vcf.gz");
    let names: Vec<&str> = files.iter().map(String::as_str).collect();
    succeed(&[&["sites"], names.as_slice(), &["-o", &out]].concat());
    let columns = "'%CHROM\\t%POS\\t%REF\\t%ALT\\n'";
    let theirs = shell(&format!(
        "for file in {}; do bcftools view -i 'ALT!=\".\"' $file | bcftools norm -m - | bcftools query -f {columns}; done | awk '$4 ~ /^[ACGTN]+$/' | LC_ALL=C sort -k2,2n -k3,3 -k4,4 -u",
        files.join(" ")
    ));
    assert_eq!(shell(&format!("bcftools query -f {columns} {out}")), theirs);
    assert!(theirs.lines().count() > 600, "{}", theirs.lines().count());
    // The index finds them: other readers open the output.
    let some = shell(&format!("bcftools view -H -r {CONTIG}:1000-2000 {out}"));
    let expected = theirs.lines().filter(|line| {
        let position: u32 = line.split('\t').nth(1).expect("POS").parse().expect("a number");
        (1000..=2000).contains(&position)
    });
    assert_eq!(some.lines().count(), expected.count());
}

#[test]
fn files_that_cannot_be_merged_are_named() {
    let folder = Folder::new();
    let good = file(&folder, "good.vcf", AB, &[("a", 5, "A", "T"), ("b", 5, "A", "T")]);
    let also = file(&folder, "also.vcf", AB, &[("a", 5, "A", "T")]);
    let none = file(&folder, "none.vcf", AB, &[]);
    let turned = "##contig=<ID=b,length=90>\n##contig=<ID=a,length=100>\n";
    let cases = [
        (file(&folder, "turned.vcf", turned, &[]), "turned.vcf: its header has contig \"b\" before \"a\", and that of"),
        (
            file(&folder, "longer.vcf", "##contig=<ID=a,length=101>\n", &[]),
            "longer.vcf: contig \"a\" has 101 bases in its header, and 100 in that of",
        ),
        (
            file(&folder, "unsorted.vcf", AB, &[("a", 5, "A", "T"), ("a", 4, "A", "T")]),
            "unsorted.vcf: record 2 (a:4) is not sorted",
        ),
        (
            file(&folder, "contigs.vcf", AB, &[("b", 5, "A", "T"), ("a", 9, "A", "T")]),
            "contigs.vcf: record 2: contig \"a\" comes after \"b\": contigs are not in the order of the headers",
        ),
        (
            folder.write("cut.vcf", format!("##fileformat=VCFv4.2\n{COLUMNS}\na\t5\tx\tA\tC\t9\tPASS")),
            "cut.vcf, line 3",
        ),
        (folder.write("text.vcf", "hello\n"), "text.vcf: not variants"),
        (folder.path("missing.vcf"), "missing.vcf: no such file or folder"),
    ];
    for (bad, say) in &cases {
        let out = folder.path("none.vcf.gz");
        let error = genogloss(&["sites", &good, &also, bad, &none, "-o", &out]).error(1);
        assert!(error.contains(say), "{say}: {error}");
        assert!(!std::path::Path::new(&out).exists());
    }
    let (out, table) = (folder.path("some.vcf"), folder.path("failed.tsv"));
    let bad: Vec<&str> = cases.iter().map(|(file, _)| file.as_str()).collect();
    let run = genogloss(&[&["sites", &good], bad.as_slice(), &[&also, "-o", &out, "--failed", &table]].concat()).good();
    assert!(run.stderr.contains("WARN 7 of 9 files could not be read:"), "{}", run.stderr);
    let failed = folder.read("failed.tsv");
    let mut rows: Vec<&str> = failed.lines().collect();
    assert_eq!(rows.remove(0), "#file\tproblem");
    rows.sort_unstable();
    let mut expected: Vec<(&str, &str)> = cases.iter().map(|(file, say)| (file.as_str(), *say)).collect();
    expected.sort_unstable();
    assert_eq!(rows.len(), expected.len());
    for (row, (file, say)) in rows.iter().zip(expected) {
        assert!(row.starts_with(&format!("{file}\t")) && row.contains(say), "{row}");
    }
    assert!(records(&folder.read("some.vcf")).contains("b\t5\t.\tA\tT"));
    // What follows the ? of an address is not written: it may be a key.
    let secret = "gs://bucket/a.vcf.gz?X-Goog-Signature=verysecret";
    let run = genogloss(&["sites", &good, secret, "-o", &out, "--failed", &table]).good();
    let failed = folder.read("failed.tsv");
    assert!(failed.contains("\ngs://bucket/a.vcf.gz?…\tgs://bucket/a.vcf.gz?…: "), "{failed}");
    assert!(!failed.contains("verysecret") && !run.stderr.contains("verysecret"), "{failed}{}", run.stderr);
    // The table is there where none failed, too.
    succeed(&["sites", &good, &also, "-o", &out, "--failed", &table]);
    assert_eq!(folder.read("failed.tsv"), "#file\tproblem\n");
    let error = genogloss(&["sites", bad[0], bad[5], bad[6], "-o", &out, "--failed", &table]);
    assert_eq!(error.code, 0, "{}", error.stderr);
    let error = genogloss(&["sites", bad[5], bad[6], "-o", &out, "--failed", &table]).error(1);
    assert!(error.contains("none of the 2 files could be read; the first: "), "{error}");
    let error = genogloss(&["sites", &good, "-o", &good]).error(2);
    assert!(error.contains("is both the output and an input"), "{error}");
    let error = genogloss(&["sites", &good, "-o", &out, "--failed", &good]).error(2);
    assert!(error.contains("is both the table of failed inputs and an input"), "{error}");
}

#[test]
fn contigs_that_no_header_names_are_merged_too() {
    let folder = Folder::new();
    let one = file(&folder, "1.vcf", "", &[("x", 5, "A", "T"), ("y", 1, "A", "T")]);
    let two = file(&folder, "2.vcf", "", &[("y", 2, "A", "T")]);
    assert_eq!(records(&succeed(&["sites", &one, &two])).lines().count(), 3);
    let error = genogloss(&["sites", &two, &one]).error(1);
    assert!(
        error.contains("1.vcf: record 2: contig \"y\" comes after \"x\"") && error.contains("bcftools reheader"),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn as_many_files_as_the_limit_allows_are_open_at_once() {
    let folder = Folder::new();
    let text = format!("{HEAD}{COLUMNS}\n{CONTIG}\t5\t.\tA\tC\t.\t.\t.\n");
    let list: String = (0..200).map(|number| folder.write(&format!("{number}.vcf"), &text) + "\n").collect();
    let list = folder.write("list.txt", list);
    let program = crate::support::PROGRAM;
    // The limit is raised to what the system allows.
    let out = shell(&format!("ulimit -Sn 64; {program} sites -l {list}"));
    assert_eq!(records(&out).lines().count(), 1);
    let said = shell(&format!("ulimit -n 100; {program} sites -l {list} 2>&1 || echo code $?"));
    assert!(said.contains("error: 200 files are too many to be open at once: the limit is 100"), "{said}");
    assert!(said.contains("in two steps") && said.contains("code 2"), "{said}");
}

#[test]
fn without_contig_lines_the_order_is_that_of_the_indices() {
    if !tools_available(&["bgzip", "tabix"]) {
        return;
    }
    let folder = Folder::new();
    let (x, y) = (
        file(&folder, "x.vcf", "", &[("b", 1, "A", "C")]),
        file(&folder, "y.vcf", "", &[("a", 1, "G", "T"), ("b", 2, "C", "G")]),
    );
    // Of files without an index only what was read before is known.
    let run = genogloss(&["sites", &x, &y]);
    assert!(run.code == 1 && run.stderr.contains("bcftools index tells their order"), "{}", run.stderr);
    shell(&format!("bgzip {x}; bgzip {y}; tabix -p vcf {x}.gz; tabix -p vcf {y}.gz"));
    let (x, y) = (format!("{x}.gz"), format!("{y}.gz"));
    let expected = "a\t1\t.\tG\tT\t.\t.\t.\nb\t1\t.\tA\tC\t.\t.\t.\nb\t2\t.\tC\tG\t.\t.\t.\n";
    for files in [[&x, &y], [&y, &x]] {
        assert_eq!(records(&succeed(&["sites", files[0], files[1], "--quiet"])), expected);
    }
}
