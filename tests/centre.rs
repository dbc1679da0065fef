//! Windows centred on intervals: the scores are those that the self-tests of the families have of these windows.

use crate::support::{Folder, genogloss, read_repository, succeed};

/// Bases that have nothing to do with the tests.
fn filler(len: usize, seed: usize) -> String {
    (0..len).map(|at| char::from(b"ACGT"[(at * at / 7 + at / 5 + seed) % 4])).collect()
}

/// The header and the lines of a self-test whose sequences are as long as the span.
fn self_test(model: &str, span: usize) -> (Vec<String>, Vec<Vec<String>>) {
    let text = read_repository(&format!("{model}/self_test.tsv"));
    let mut lines = text.lines().map(|line| line.split('\t').map(String::from).collect::<Vec<String>>());
    let header = lines.next().expect("a header");
    (header, lines.filter(|line| line[1].len() == span && !line[1].to_uppercase().contains('N')).collect())
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_else(|_| panic!("{text} is no number"))
}

#[test]
fn a_window_lies_on_the_middle_of_an_interval_or_on_its_summit() {
    for (model, span, core, bin) in [
        ("tests/models/families/deepbind", 40, 20, None),
        ("tests/models/families/deepstarr", 49, 21, None),
        ("tests/models/families/bpnet", 60, 40, Some(1)),
        ("tests/models/families/basenji", 96, 64, Some(8)),
        ("tests/models/language/nucleotide-transformer", 78, 78, None),
    ] {
        let (header, tests) = self_test(model, span);
        assert!(!tests.is_empty(), "{model}");
        let folder = Folder::new();
        let (mut contig, mut bed, mut cores) = (filler(301, 1), String::new(), Vec::new());
        for (index, test) in tests.iter().enumerate() {
            let start = contig.len() + (span - core) / 2;
            let centre = start + core / 2;
            contig += &test[1];
            contig += &filler(57 + index, index);
            match index % 2 {
                0 => bed.push_str(&format!("c\t{}\t{}\tpeak {index}\t{}.5\t+\n", centre - 3, centre + 4, index)),
                _ => bed.push_str(&format!("c\t{}\t{}\t.\t0\t.\t7.5\t-1\t-1\t2\n", centre - 2, centre + 90)),
            }
            cores.push(start);
        }
        contig += &filler(300, 2);
        // In the order of the file, which need not be sorted.
        let bed: String = bed.lines().rev().map(|line| format!("{line}\n")).collect();
        let fasta = folder.write("g.fa", format!(">c\n{contig}\n"));
        let bed = folder.write("peaks.bed", bed);
        let text = succeed(&["scan", &fasta, "-R", &bed, "--centre", "-m", model, "--quiet"]);
        let mut lines = text.lines().map(|line| line.split('\t').collect::<Vec<&str>>());
        let names = lines.next().expect("a header");
        assert_eq!(names[..8].join(" "), "#contig start end strand name interval_start interval_end interval_score");
        assert_eq!(names[9..names.len() - 1], header[2..], "{model}");
        for (index, test) in tests.iter().enumerate().rev() {
            let rows: Vec<Vec<&str>> = lines.by_ref().take(bin.map_or(1, |bin| core / bin)).collect();
            let name = if index % 2 == 0 { format!("peak {index}") } else { ".".into() };
            assert!(rows.iter().all(|row| row[4] == name), "{rows:?}");
            assert_eq!(rows[0][1], cores[index].to_string(), "{model}");
            assert_eq!(rows[0][7], if index % 2 == 0 { format!("{index}.5") } else { "0".into() });
            for (column, wanted) in test[2..].iter().enumerate() {
                let wanted: Vec<&str> = wanted.split(',').collect();
                for (at, row) in rows.iter().enumerate() {
                    // A score of the whole core is written at each of its bins.
                    let wanted = number(wanted[at * wanted.len() / rows.len()]);
                    assert!(
                        (number(row[9 + column]) - wanted).abs() <= 1e-5 * wanted.abs().max(1.0),
                        "{model} {row:?} {wanted}"
                    );
                }
            }
        }
        assert_eq!(lines.count(), 0);
    }
}

#[test]
fn every_interval_comes_out_also_at_the_ends_of_contigs() {
    let folder = Folder::new();
    let fasta = folder.write("g.fa", format!(">a\n{}\n>short\nACGTACGT\n>n\n{}\n", filler(200, 3), "N".repeat(100)));
    let bed = folder.write(
        "p.bed",
        "a\t0\t1\tfirst\nshort\t2\t5\tshort\nn\t40\t60\tunknown\na\t199\t200\tlast\na\t100\t110\tinside\n",
    );
    let line = ["scan", &fasta, "-R", &bed, "--centre", "-m", "tests/models/families/deepbind", "--quiet"];
    let text = succeed(&line);
    let cell = |row: &str, column: usize| row.split('\t').nth(column).expect("a cell").to_string();
    let reasons: Vec<[String; 2]> =
        text.lines().skip(1).map(|row| [cell(row, 4), row.split('\t').next_back().expect("a cell").into()]).collect();
    let wanted = [["first", "."], ["short", "too_short"], ["unknown", "unknown_bases"], ["last", "."], ["inside", "."]];
    assert_eq!(reasons, wanted.map(|pair| pair.map(String::from)));

    let whole = folder.path("whole.tsv");
    succeed(&[&line[..], &["-o", &whole]].concat());
    let parts: Vec<String> = (1..=2).map(|part| folder.path(&format!("{part}.tsv"))).collect();
    for (part, number) in parts.iter().zip(["1/2", "2/2"]) {
        succeed(&[&line[..], &["-o", part, "--shard", number, "--resume"]].concat());
    }
    succeed(&["merge", &parts[0], &parts[1], "-o", &folder.path("merged.tsv"), "--quiet"]);
    assert_eq!(folder.read("merged.tsv"), folder.read("whole.tsv"));
    assert_eq!(folder.read("whole.tsv"), text);
}

#[test]
fn intervals_that_cannot_be_are_said() {
    let folder = Folder::new();
    let fasta = folder.write("g.fa", format!(">a\n{}\n", filler(200, 3)));
    let model = ["-m", "tests/models/families/deepbind", "--quiet"];
    for (bed, say) in [
        ("b\t0\t1\n", "contig \"b\""),
        ("a\t0\t201\n", "line 1: the interval ends after a, which has 200 bases"),
        ("a\t0\t9\tx\t0\t.\t1\t1\t1\t300\n", "line 1: the summit lies after a"),
        ("a\t9\t5\n", "the end (5) is before the start (9)"),
    ] {
        let path = folder.write("p.bed", bed);
        let error = genogloss(&[&["scan", &fasta, "-R", &path, "--centre"], &model[..]].concat()).error(1);
        assert!(error.contains(say), "{error}");
    }
    let bed = folder.write("p.bed", "a\t5\t9\n");
    for (more, say) in [
        (vec!["-O", "bed"], "--centre writes TSV or Parquet, not BED"),
        (vec!["--bigwig", "tracks"], "--centre, which scores one window for each interval"),
        (vec!["--stride", "9"], "--centre, which scores one window for each interval"),
    ] {
        let error = genogloss(&[&["scan", &fasta, "-R", &bed, "--centre"], &model[..], &more].concat()).error(2);
        assert!(error.contains(say), "{error}");
    }
    let error = genogloss(&[&["scan", &fasta, "--centre"], &model[..]].concat());
    assert!(error.code == 2 && error.stderr.contains("--regions-file"), "{}", error.stderr);
}
