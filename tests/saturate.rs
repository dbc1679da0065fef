//! Scores of variants as tables, and every substitution of a region.

use crate::support::{Folder, genogloss, succeed};

const SLICE: &str = "tests/data/chr20_slice.fa";
const CONTIG: &str = "tests/models/language/contig.fa";
const VARIANTS: &str = "tests/models/language/variants.vcf";

/// Contig, start, end, id, ref, alt, fields and reason of each allele of a VCF.
fn alleles(vcf: &str, fields: &[&str]) -> Vec<Vec<String>> {
    let records = vcf.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect::<Vec<&str>>());
    records
        .flat_map(|record| {
            let value = |field: &str, allele: usize| -> String {
                let entry = record[7].split(';').find_map(|entry| entry.strip_prefix(field)?.strip_prefix('='));
                entry.map_or(".", |entry| entry.split(',').nth(allele).expect("a value")).to_string()
            };
            let alternates: Vec<&str> = record[4].split(',').collect();
            alternates
                .iter()
                .enumerate()
                .map(|(allele, alternate)| {
                    let start: usize = record[1].parse::<usize>().expect("a position") - 1;
                    let (start, end) = (start.to_string(), (start + record[3].len()).to_string());
                    let before = [record[0], &start, &end, record[2], record[3], alternate].map(String::from);
                    let scores = fields.iter().chain([&"GG_SKIP"]).map(|field| value(field, allele));
                    before.into_iter().chain(scores).collect()
                })
                .collect::<Vec<Vec<String>>>()
        })
        .collect()
}

fn rows(table: &str) -> Vec<Vec<String>> {
    table.lines().skip(1).map(|line| line.split('\t').map(String::from).collect()).collect()
}

#[test]
fn a_table_has_a_line_for_each_allele_with_the_fields_of_vcf() {
    for (model, fields) in [
        (
            "tests/models/language/gpn",
            vec!["GG_DELTA_log_likelihood", "GG_REF_log_likelihood", "GG_ALT_log_likelihood"],
        ),
        (
            "tests/models/families/chrombpnet",
            ["profile", "logcounts"]
                .iter()
                .flat_map(|score| {
                    ["DELTA", "REF", "ALT", "AT"].map(|field| format!("GG_{field}_{score}").leak() as &str)
                })
                .collect(),
        ),
    ] {
        let line = ["variants", VARIANTS, "-f", CONTIG, "-m", model, "--quiet"];
        let wanted = alleles(&succeed(&line), &fields);
        let table = succeed(&[&line[..], &["-O", "tsv"]].concat());
        let header = format!("#contig\tstart\tend\tid\tref\talt\t{}\tskip", fields.join("\t"));
        assert_eq!(table.lines().next(), Some(header.as_str()));
        assert_eq!(rows(&table), wanted, "{model}");
        assert!(wanted.iter().any(|row| row.last().is_some_and(|skip| skip == "contig_end")));
    }
}

#[test]
fn tables_of_shards_are_merged() {
    let folder = Folder::new();
    let line = ["variants", VARIANTS, "-f", CONTIG, "-m", "tests/models/language/gpn", "--quiet"];
    let whole = succeed(&[&line[..], &["-O", "tsv"]].concat());
    for ending in ["tsv", "parquet"] {
        let parts: Vec<String> = (1..=2).map(|part| folder.path(&format!("{part}.{ending}"))).collect();
        for (part, number) in parts.iter().zip(["1/2", "2/2"]) {
            succeed(&[&line[..], &["-o", part, "--shard", number]].concat());
        }
        let merged = folder.path(&format!("merged.{ending}"));
        succeed(&["merge", &parts[0], &parts[1], "-o", &merged, "--quiet"]);
        if ending == "tsv" {
            assert_eq!(folder.read("merged.tsv"), whole);
        }
    }
}

#[test]
fn saturation_is_every_substitution_of_a_region() {
    let folder = Folder::new();
    let (contig, from, to) = ("chr20_3140001_3240000", 14_190usize, 14_210usize);
    let bases: String = crate::support::read_repository(SLICE).lines().skip(1).collect::<String>().to_ascii_uppercase();
    let mut vcf = String::from("##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n");
    for position in from..=to {
        let base = &bases[position - 1..position];
        let others: Vec<&str> = ["A", "C", "G", "T"].into_iter().filter(|other| *other != base).collect();
        vcf.push_str(&format!("{contig}\t{position}\t.\t{base}\t{}\t.\t.\t.\n", others.join(",")));
    }
    let vcf = folder.write("all.vcf", vcf);
    let region = format!("{contig}:{from}-{to}");
    let model = ["-f", SLICE, "-m", "core-promoter", "--column", "promoter", "--quiet"];
    let wanted = succeed(&[&["variants", &vcf, "-O", "tsv"], &model[..]].concat());
    let found = succeed(&[&["variants", "--saturate", &region, "-O", "tsv"], &model[..]].concat());
    assert_eq!(found, wanted);
    assert_eq!(rows(&found).len(), 3 * (to - from + 1));
    // As VCF it has a header that other programs can read.
    let text = succeed(&[&["variants", "--saturate", &region], &model[..]].concat());
    assert!(text.contains(&format!("##contig=<ID={contig},length=")), "{text}");
    assert_eq!(alleles(&text, &["GG_DELTA_promoter"]).len(), 63);

    let track = succeed(&[&["variants", "--saturate", &region, "-O", "bedgraph"], &model[..]].concat());
    let values: Vec<Vec<&str>> = track.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(values.len(), to - from + 1);
    for (index, value) in values.iter().enumerate() {
        let start = from - 1 + index;
        assert_eq!(value[..3], [contig, &start.to_string(), &(start + 1).to_string()]);
        let deltas: Vec<f64> =
            rows(&wanted)[3 * index..3 * index + 3].iter().map(|row| row[6].parse().expect("a delta")).collect();
        let mean = deltas.iter().sum::<f64>() / 3.0;
        assert!(
            (value[3].parse::<f64>().expect("a value") - mean).abs() <= 1e-5 * mean.abs().max(1e-3),
            "{value:?} {mean}"
        );
    }
}

#[test]
fn unknown_bases_are_not_substituted_and_masked_ones_are() {
    let text = succeed(&[
        "variants",
        "--saturate",
        "c:181-262",
        "-f",
        CONTIG,
        "-m",
        "tests/models/language/gpn",
        "-O",
        "tsv",
        "--quiet",
    ]);
    // 181 to 210 are in lower case, 241 to 260 are N.
    assert_eq!(rows(&text).len(), 3 * (82 - 20));
    assert!(rows(&text).iter().all(|row| "ACGT".contains(&row[4])));
}

#[test]
fn what_does_not_fit_a_saturation_or_a_table_is_wrong_usage() {
    let folder = Folder::new();
    let cache = folder.path("x.parquet");
    for (line, say) in [
        (vec!["--saturate", "c:1-9", VARIANTS], "cannot be used with"),
        (vec![], "the following required arguments were not provided"),
        (vec![VARIANTS, "-O", "bedgraph"], "it is for --saturate"),
        (vec![VARIANTS, "-O", "parquet"], "Parquet is written to a file"),
        (vec![VARIANTS, "-O", "tsv", "-o", &cache], "is a name of Parquet"),
        (vec!["--saturate", "c:1-9", "--shard", "1/2"], "--saturate makes them of the FASTA"),
        (vec!["--saturate", "c:1-9", "-r", "c:3"], "--saturate makes them of the FASTA"),
    ] {
        let error = genogloss(&[&["variants", "-f", CONTIG, "-m", "tests/models/language/gpn"], &line[..]].concat());
        assert_eq!(error.code, 2, "{line:?}: {}", error.stderr);
        assert!(error.stderr.contains(say), "{line:?}: {}", error.stderr);
    }
    let error = genogloss(&["variants", "--saturate", "d:1-9", "-f", CONTIG, "-m", "tests/models/language/gpn"]);
    assert!(error.error(1).contains("\"d\""), "{}", error.stderr);
    let error = genogloss(&[
        "variants",
        "--saturate",
        "c:60-70",
        "-f",
        CONTIG,
        "-m",
        "tests/models/families/chrombpnet",
        "-O",
        "bedgraph",
    ]);
    assert!(error.error(2).contains("a bedGraph contains one score"), "{}", error.stderr);
    let error = genogloss(&["genes", "annotate", VARIANTS, "--gtf", "x.gtf", "-b", "x.sqlite", "-O", "tsv"]);
    assert_ne!(error.code, 0);
}
