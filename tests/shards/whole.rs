//! Merged shards equal the whole run.

use std::{collections::BTreeMap, fs, path::Path};

use super::{SLICE, genome, run};
use crate::support::{Folder, genogloss, ort_available, shell, succeed, tools_available};

/// Runs a command whole and in `count` shards, puts them together, and compares.
pub(super) fn same(folder: &Folder, command: &str, ending: &str, count: u32) {
    let whole = folder.path(&format!("whole.{ending}"));
    let run = |more: &[&str]| {
        let arguments: Vec<&str> = command.split(' ').chain(more.iter().copied()).chain(["--quiet"]).collect();
        succeed(&arguments);
    };
    if !Path::new(&whole).exists() {
        run(&["-o", &whole]);
    }
    let mut parts = Vec::new();
    for index in 1..=count {
        let part = folder.path(&format!("part{index}.{ending}"));
        run(&["--shard", &format!("{index}/{count}"), "-o", &part]);
        parts.push(part);
    }
    let merged = folder.path(&format!("merged.{ending}"));
    let arguments: Vec<&str> =
        ["merge", "-o", &merged, "--quiet"].into_iter().chain(parts.iter().map(String::as_str)).collect();
    succeed(&arguments);
    let text = |path: &str| {
        if ending.ends_with("gz") || ending == "bam" || ending == "bcf" {
            shell(&format!("gzip -dc {path} | md5sum"))
        } else {
            fs::read_to_string(path).expect("text")
        }
    };
    let (a, b) = (text(&whole), text(&merged));
    let line = a.lines().zip(b.lines()).position(|(a, b)| a != b).unwrap_or(a.lines().count().min(b.lines().count()));
    let at = |text: &str| text.lines().nth(line).unwrap_or("(its end)").to_string();
    assert!(a == b, "{command} in {count} shards: line {line} is {:?}, not {:?}", at(&b), at(&a));
    let counts = |path: &str| -> serde_json::Value {
        let manifest = fs::read(format!("{path}.manifest.json")).expect("a manifest");
        let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
        manifest["counts"].clone()
    };
    let (mut a, mut b) = (counts(&whole), counts(&merged));
    // Bases are read again where windows reach over a cut; where windows are joined, those at a cut are run twice.
    let overlapping: &[&str] =
        if command.contains("--overlap") { &["queries", "written", "windows", "scored", "skipped"] } else { &[] };
    for counts in [&mut a, &mut b] {
        let counts = counts.as_object_mut().expect("counts");
        counts.remove("bases");
        overlapping.iter().for_each(|key| {
            counts.remove(*key);
        });
    }
    assert_eq!(a, b, "{command} in {count} shards");
    for part in parts.iter().chain([&merged]) {
        for ending in ["", ".tbi", ".csi", ".manifest.json"] {
            let _ = fs::remove_file(format!("{part}{ending}"));
        }
    }
}

#[test]
fn scans_in_shards_are_the_whole_scan() {
    for (arguments, ending) in [
        ("-m exact:gc --window 100", "bed"),
        ("-m exact:gc --window 100 --format tsv", "tsv"),
        ("-m exact:gc --window 100 --stride 30 --format tsv", "tsv"),
        ("-m exact:gc --window 100 --stride 30 --overlap mean --format tsv", "tsv"),
        ("-m exact:gc --window 100 --stride 37 --overlap max --format bedgraph", "bedgraph"),
        ("-m exact:gc --window 10 --threshold 0.5 --merge", "bed"),
        ("-m exact:gc --window 10 --threshold 0.6 --merge 25", "bed"),
        ("-m exact:gc --window 10 --threshold 0.3 --merge 300", "bed"),
        ("-m exact:gc --window 50 --threshold 0.55 -r c1:1,234-9,876 -r c3", "bed.gz"),
        ("-m exact:gc --window 100 --stride 30 --threshold 0.5 --merge", "bed"),
        ("-m exact:gc --window 200 --stride 30 --threshold 0.52 --merge 15", "bed"),
        (
            "-m exact:gc --window 100 --stride 30 --overlap mean --format tsv -r c1:1,234-2,345 -r c1:9,001-9,950 -r c3:77-99",
            "tsv",
        ),
        ("-m exact:gc --window 100 --stride 30 --overlap max --threshold 0.5 --merge -r c1:1,234-9,876 -r c3", "bed"),
        ("-m exact:reverse-complement --format tsv", "tsv"),
        ("-m exact:orf", "bed"),
    ] {
        let folder = Folder::new();
        let genome = genome(&folder);
        for count in [1, 2, 3, 7, 16] {
            same(&folder, &format!("scan {genome} {arguments}"), ending, count);
        }
    }
}

#[test]
fn elements_of_a_track_are_joined_over_cuts() {
    if !ort_available() {
        return;
    }
    let folder = Folder::new();
    for arguments in ["", "-r chr20_3140001_3240000:15,500-70,000 --threshold 0.05 --merge 40"] {
        for count in [2, 5, 9] {
            same(&folder, format!("scan {SLICE} {arguments}").trim_end(), "bed", count);
        }
        let _ = fs::remove_file(folder.path("whole.bed"));
    }
}

#[test]
fn tracks_in_shards_hold_the_same_values() {
    let folder = Folder::new();
    let genome = genome(&folder);
    let command = |more: &str| format!("scan {genome} -m exact:gc --window 50 --quiet {more}");
    let run = |more: &str| succeed(&command(more).split(' ').collect::<Vec<_>>());
    run(&format!("--bigwig {}", folder.path("whole")));
    let mut merge = vec!["merge".to_string(), "-o".into(), folder.path("merged"), "--quiet".into()];
    for index in 1..=5 {
        let part = folder.path(&format!("tracks{index}"));
        run(&format!("--bigwig {part} --shard {index}/5"));
        merge.push(part);
    }
    succeed(&merge.iter().map(String::as_str).collect::<Vec<_>>());
    let values = |folder: String| -> BTreeMap<(String, u32), u32> {
        let mut reader = bigtools::BigWigRead::open_file(format!("{folder}/gc.bw")).expect("a bigWig");
        let contigs: Vec<(String, u32)> = reader.chroms().iter().map(|c| (c.name.clone(), c.length)).collect();
        let mut values = BTreeMap::new();
        for (name, length) in contigs {
            for value in reader.get_interval(&name, 0, length).expect("values") {
                let value = value.expect("a value");
                for base in value.start..value.end {
                    values.insert((name.clone(), base), value.value.to_bits());
                }
            }
        }
        values
    };
    let whole = values(folder.path("whole"));
    assert!(whole.len() > 50_000);
    let merged = values(folder.path("merged"));
    assert_eq!(whole.len(), merged.len());
    let different = whole.iter().zip(&merged).find(|(a, b)| a != b);
    assert!(different.is_none(), "{different:?}");
}

#[test]
fn a_region_of_overlapping_windows_has_the_lines_of_the_whole_scan() {
    let folder = Folder::new();
    let genome = genome(&folder);
    for rule in ["mean", "max"] {
        let scan = |region: &str| {
            run(&format!("scan {genome} -m exact:gc --window 100 --stride 30 --overlap {rule} --format tsv{region}"))
        };
        let whole: Vec<String> = scan("")
            .lines()
            .filter(|line| {
                let cells: Vec<&str> = line.split('\t').collect();
                let place = |cell: &str| cell.parse::<u64>().unwrap_or(0);
                line.starts_with('#') || cells[0] == "c1" && place(cells[2]) > 1233 && place(cells[1]) < 2345
            })
            .map(String::from)
            .collect();
        assert!(whole.len() > 70);
        assert_eq!(scan(" -r c1:1,234-2,345").lines().collect::<Vec<_>>(), whole);
    }
}

#[test]
fn tracks_without_values_are_put_together_and_old_ones_are_not() {
    let folder = Folder::new();
    let (a, n) = ("ACGGT".repeat(2000), "N".repeat(10_000));
    let genome = folder.write("g.fa", format!(">a\n{a}\n>b\n{n}\n"));
    let part = |index: u32| folder.path(&format!("tracks{index}"));
    for index in [1, 2] {
        // Of an earlier run: the second shard has values.
        run(&format!("scan {genome} -m exact:gc --window 50 --bigwig {} -r a", part(index)));
        run(&format!("scan {genome} -m exact:gc --window 50 --bigwig {} --shard {index}/2", part(index)));
    }
    assert!(!Path::new(&part(2)).join("gc.bw").exists(), "the earlier run's track passes for the shard's");
    let merged = folder.path("merged");
    run(&format!("merge {} {} -o {merged}", part(1), part(2)));
    let mut reader = bigtools::BigWigRead::open_file(format!("{merged}/gc.bw")).expect("a bigWig");
    assert_eq!(reader.chroms().len(), 1);
    assert_eq!(reader.get_interval("a", 0, 10_000).expect("values").count(), 1, "one value all along");
    fs::remove_file(Path::new(&part(1)).join("gc.bw")).expect("removed");
    let refused = genogloss(&["merge", &part(1), &part(2), "-o", &folder.path("again")]);
    assert!(refused.code == 1 && refused.stderr.contains("gc.bw is missing"), "{}", refused.stderr);
}

#[test]
fn every_place_of_a_planned_vcf_is_somebodys() {
    let folder = Folder::new();
    let genome = folder.write("g.fa", format!(">a\n{}\n>b\n{}\n", "ACGGT".repeat(200), "TTGCA".repeat(200)));
    let aliases = folder.write("aliases.tsv", "1\ta\n2\tb\n");
    // Contigs that only the FASTA names, by other names; the telomere lies one past the last base (VCF 4.3, 1.6.1).
    let records: String = [("1", 5), ("1", 400), ("1", 1000), ("1", 1001), ("2", 1), ("2", 990)]
        .iter()
        .map(|(contig, position)| format!("{contig}\t{position}\t.\tN\t<DEL>\t.\t.\t.\n"))
        .collect();
    let header = "##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
    let vcf = folder.write("v.vcf", format!("{header}{records}"));
    let common = format!("-f {genome} --contig-aliases {aliases} -m exact:gc");
    let (whole, plan) = (run(&format!("variants {vcf} {common}")), folder.path("plan"));
    for count in [2, 3, 5] {
        let table = run(&format!("plan {vcf} {common} -n {count} -o {plan} --no-sample"));
        let planned: u64 = table.lines().skip(1).filter_map(|line| line.split('\t').nth(1)?.parse::<u64>().ok()).sum();
        assert!((5..=7).contains(&planned), "{table}");
        let parts: Vec<String> = (1..=count)
            .map(|index| {
                let part = folder.path(&format!("{index}.vcf"));
                run(&format!("variants {vcf} {common} --shard {plan}/shard_{index:04}.bed -o {part}"));
                part
            })
            .collect();
        assert_eq!(run(&format!("merge {}", parts.join(" "))), whole, "{count} shards");
    }
}

#[test]
fn variants_and_reads_in_shards_are_the_whole() {
    if !tools_available(&["samtools"]) {
        return;
    }
    let folder = Folder::new();
    let genome = genome(&folder);
    let bases = fs::read_to_string(&genome).expect("the genome");
    let contigs: Vec<(String, String)> = bases
        .split('>')
        .skip(1)
        .map(|contig| {
            let (name, sequence) = contig.split_once('\n').expect("a name");
            (name.into(), sequence.replace('\n', ""))
        })
        .collect();
    let mut vcf = "##fileformat=VCFv4.2\n".to_string();
    for (name, sequence) in &contigs {
        vcf.push_str(&format!("##contig=<ID={name},length={}>\n", sequence.len()));
    }
    vcf.push_str("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n");
    let mut sam = "@HD\tVN:1.6\tSO:coordinate\n".to_string();
    for (name, sequence) in &contigs {
        sam.push_str(&format!("@SQ\tSN:{name}\tLN:{}\n", sequence.len()));
    }
    let mut fastq = String::new();
    let mut number = 0;
    for (name, sequence) in &contigs[..3] {
        for at in (0..sequence.len().saturating_sub(300)).step_by(83) {
            let reference = &sequence[at..at + 1];
            for alternate in ["A", "C", "<DEL>"].iter().filter(|a| **a != reference) {
                vcf.push_str(&format!("{name}\t{}\t.\t{reference}\t{alternate}\t.\t.\t.\n", at + 1));
            }
            number += 1;
            let (read, quality) = (&sequence[at..at + 120], "I".repeat(120));
            sam.push_str(&format!("r{number}\t0\t{name}\t{}\t60\t120M\t*\t0\t0\t{read}\t{quality}\n", at + 1));
            fastq.push_str(&format!("@r{number}\n{read}\n+\n{quality}\n"));
        }
    }
    for unplaced in 0..5 {
        sam.push_str(&format!("u{unplaced}\t4\t*\t0\t0\t*\t*\t0\t0\tACGTACGTNN\tIIIIIIIIII\n"));
    }
    for (name, text) in [("v.vcf", &vcf), ("r.sam", &sam), ("r.fq", &fastq)] {
        fs::write(folder.path(name), text).expect("written");
    }
    let (vcf, sam, bam, fastq) =
        (folder.path("v.vcf"), folder.path("r.sam"), folder.path("r.bam"), folder.path("r.fq"));
    shell(&format!("samtools view -b {sam} -o {bam} && samtools index {bam}"));
    for count in [1, 2, 5, 11] {
        same(&folder, &format!("variants {vcf} -f {genome} -m exact:gc"), "vcf", count);
        same(&folder, &format!("variants {vcf} -f {genome} -m exact:gc"), "vcf.gz", count);
        same(&folder, &format!("variants {vcf} -f {genome} -m exact:gc"), "bcf", count);
        same(&folder, &format!("reads {bam} -m exact:gc"), "tsv", count);
        same(&folder, &format!("reads {bam} -m exact:gc --format bam"), "bam", count);
        same(&folder, &format!("reads {bam} -m exact:gc -r c1:500-20,000 -q 10 --each-window"), "regions.tsv", count);
        same(&folder, &format!("reads {fastq} -m exact:gc"), "fq.tsv", count);
    }
    let (part, out) = (folder.path("only.bcf"), folder.path("all.vcf.gz"));
    succeed(&["variants", &vcf, "-f", &genome, "-m", "exact:gc", "--quiet", "--shard", "1/1", "-o", &part]);
    let refused = genogloss(&["merge", &part, "-o", &out]);
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("the shards are BCF") && refused.stderr.contains("BCF (.bcf); bcftools view"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_plan_is_even_and_its_shards_are_the_whole() {
    let folder = Folder::new();
    // Half of the first contig is unknown: an even cut by length would leave the first shards nothing to do.
    let slice = fs::read_to_string(SLICE).expect("the slice");
    let bases: String = slice.lines().filter(|line| !line.starts_with('>')).collect();
    let genome = folder
        .write("g.fa", format!(">a\n{}{}\n>b\n{}\n", "N".repeat(40_000), &bases[..40_000], &bases[40_000..70_000]));
    let plan = folder.path("plan");
    let table = succeed(&[
        "plan",
        &genome,
        "-m",
        "exact:gc",
        "--window",
        "100",
        "-n",
        "5",
        "-o",
        &plan,
        "--quiet",
        "--",
        "--threads",
        "1",
    ]);
    let rows: Vec<Vec<&str>> = table.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows.len(), 5);
    let windows: Vec<i64> = rows.iter().map(|row| row[1].parse().expect("windows")).collect();
    assert_eq!(windows.iter().sum::<i64>(), 700);
    assert!(windows.iter().all(|n| (n - 140).abs() <= 7), "{windows:?}");
    assert!(
        rows.iter().all(|row| row[3..5].iter().all(|s| s.parse::<f64>().is_ok())
            && row[5].parse::<u64>().is_ok_and(|b| b > 1 << 20)),
        "{table}"
    );
    let scan = |more: &[&str]| {
        let arguments: Vec<&str> =
            ["scan", &genome, "-m", "exact:gc", "--window", "100", "--threshold", "0.5", "--merge", "--quiet"]
                .into_iter()
                .chain(more.iter().copied())
                .collect();
        succeed(&arguments)
    };
    let whole = scan(&[]);
    let mut merge = vec!["merge".to_string(), "--quiet".into()];
    for index in 1..=5 {
        let part = folder.path(&format!("{index}.bed"));
        scan(&["--shard", &folder.path(&format!("plan/shard_000{index}.bed")), "-o", &part]);
        merge.push(part);
    }
    assert_eq!(whole, succeed(&merge.iter().map(String::as_str).collect::<Vec<_>>()));
    let run = genogloss(&[
        "scan",
        SLICE,
        "-m",
        "exact:gc",
        "--window",
        "100",
        "--shard",
        &folder.path("plan/shard_0002.bed"),
    ]);
    assert!(run.code == 1 && run.stderr.contains("made for another genome"), "{}", run.stderr);
    let run = genogloss(&[
        "scan",
        &genome,
        "-m",
        "exact:gc",
        "--window",
        "70",
        "--shard",
        &folder.path("plan/shard_0002.bed"),
    ]);
    assert!(run.code == 1 && run.stderr.contains("a stride of 100 bases"), "{}", run.stderr);
    let second = folder.path("plan/shard_0002.bed");
    let text = fs::read_to_string(&second).expect("a shard");
    fs::write(&second, text.replacen("000\n", "100\n", 1)).expect("changed");
    let run = genogloss(&["scan", &genome, "-m", "exact:gc", "--window", "100", "--shard", &second]);
    assert!(run.code == 1 && run.stderr.contains("lines of this shard were changed, or are missing"), "{}", run.stderr);
    let run = genogloss(&["plan", &genome, "-m", "exact:gc", "-n", "3", "--", "--nonsense"]);
    assert!(run.code == 2 && run.stderr.contains("--nonsense"), "{}", run.stderr);
}

#[test]
fn reads_of_any_header_are_put_together() {
    let folder = Folder::new();
    let record = |name: u32| format!("r{name}\t4\t*\t0\t0\t*\t*\t0\t0\tACGTACGT\t*\n");
    // What samtools reads, though the specification does not have it: letters of another alphabet, empty and repeated fields.
    let header = "@HD\tVN:1.6\n@SQ\tSN:c\tLN:9\tDS:x\tDS:y\n@RG\tID:a\tSM:\n@PG\tID:p\tPN:p\tVN:\tCL:p café\n@CO\tλ\n";
    let reads = folder.write("r.sam", header.to_string() + &(0..7).map(record).collect::<String>());
    same(&folder, &format!("reads {reads} -m exact:gc"), "bam", 3);
}
