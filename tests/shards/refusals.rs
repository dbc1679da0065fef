//! Shards that do not fit together, or that point outside of the output, are refused.

use std::{fs, path::Path};

use super::{SLICE, genome, run};
use crate::support::{Folder, genogloss, shell, succeed, tool, tools_available};

#[test]
fn shards_that_do_not_fit_are_refused() {
    let folder = Folder::new();
    let genome = genome(&folder);
    let shard = |name: &str, which: &str, more: &[&str]| -> String {
        let path = folder.path(name);
        let arguments: Vec<&str> = ["scan", &genome, "-m", "exact:gc", "--quiet", "--shard", which, "-o", &path]
            .into_iter()
            .chain(more.iter().copied())
            .collect();
        succeed(&arguments);
        path
    };
    let parts: Vec<String> = (1..=12).map(|i| shard(&format!("p{i}.bed"), &format!("{i}/12"), &[])).collect();
    let other = shard("other.bed", "2/12", &["--window", "500"]);
    let fewer = shard("fewer.bed", "2/3", &[]);
    let merge = |files: &[&str], say: &str| {
        let out = folder.path("out.bed");
        let arguments: Vec<&str> = ["merge", "-o", &out].into_iter().chain(files.iter().copied()).collect();
        let run = genogloss(&arguments);
        assert_ne!(run.code, 0, "{files:?}");
        assert!(run.stderr.contains(say), "{say}: {}", run.stderr);
        assert!(!Path::new(&out).exists());
    };
    let all: Vec<&str> = parts.iter().map(String::as_str).collect();
    merge(&all[..11], "shard 12 of 12 missing");
    merge(&[&all[..], &all[2..3]].concat(), "shard 3/12 occurs twice");
    merge(&[&all[..1], &all[9..], &all[1..9]].concat(), "must be given in order");
    merge(&[&all[..1], &[other.as_str()], &all[2..]].concat(), "settings.window is 500");
    merge(&[&all[..1], &[fewer.as_str()], &all[2..]].concat(), "one of 3 shards");
    merge(&[SLICE], "manifest.json");
    let text = fs::read_to_string(&parts[3]).expect("a shard");
    fs::write(&parts[3], &text[..text.rfind("\nc").expect("lines") + 1]).expect("cut");
    merge(&all, "it was truncated or changed");
    fs::write(&parts[3], text).expect("restored");
    let run = genogloss(&["merge", "-o", &folder.path("good.bed"), all[0], all[1]]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    for (which, say) in [
        ("0/4", "no shard 0 of 4"),
        ("5/4", "no shard 5 of 4"),
        ("x", "a shard is i/n"),
        (SLICE, "this is not a shard"),
    ] {
        let run = genogloss(&["scan", &genome, "-m", "exact:gc", "--shard", which]);
        assert!(run.code != 0 && run.stderr.contains(say), "{which}: {}", run.stderr);
    }
    let run = genogloss(&["scan", "-", "-m", "exact:gc", "--shard", "1/2"]);
    assert!(run.stderr.contains("lengths of the contigs must be known"), "{}", run.stderr);
    let compressed = folder.path("genome.fa.gz");
    shell(&format!("gzip -c {genome} > {compressed}"));
    for region in ["cx", "c1:1-40,000"] {
        let run = genogloss(&["scan", &compressed, "-m", "exact:gc", "--shard", "1/2", "-r", region]);
        assert!(run.code == 1 && run.stderr.contains("region"), "{region}: {}", run.stderr);
    }
    let run =
        genogloss(&["scan", &genome, "-m", "exact:gc", "--shard", "90/100", "--window", "10000", "--format", "tsv"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("is empty") && run.stdout.starts_with('#'), "{}", run.stderr);
}

#[test]
fn an_unsorted_file_cannot_be_cut() {
    let folder = Folder::new();
    let genome = genome(&folder);
    let vcf = folder.path("v.vcf");
    let header = "##fileformat=VCFv4.2\n##contig=<ID=c1,length=31000>\n##contig=<ID=c3,length=20500>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
    fs::write(&vcf, format!("{header}c3\t9\t.\tA\tC\t.\t.\t.\nc1\t9\t.\tA\tC\t.\t.\t.\n")).expect("written");
    let run = genogloss(&["variants", &vcf, "-f", &genome, "-m", "exact:gc", "--shard", "1/2"]);
    assert!(run.code == 1 && run.stderr.contains("is not sorted"), "{}", run.stderr);
}

/// Changes a shard's manifest.
fn change(manifest: &str, change: impl FnOnce(&mut serde_json::Value)) {
    let mut value = serde_json::from_slice(&fs::read(manifest).expect("a manifest")).expect("JSON");
    change(&mut value);
    fs::write(manifest, value.to_string()).expect("written");
}

#[test]
fn nothing_is_written_outside_of_the_output_whatever_a_manifest_says() {
    for evil in ["../evil.bw", "ABSOLUTE", "../../evil.bw", "sub/../../evil.bw", ".hidden.bw", "..", ""] {
        let folder = Folder::new();
        let genome = genome(&folder);
        let parts: Vec<String> = (1..=2).map(|index| folder.path(&format!("in{index}/tracks"))).collect();
        for (index, part) in parts.iter().enumerate() {
            fs::create_dir(Path::new(part).parent().expect("a folder")).expect("made");
            run(&format!("scan {genome} -m exact:gc --window 500 --bigwig {part} --shard {}/2", index + 1));
            let evil = if evil == "ABSOLUTE" { folder.path("evil.bw") } else { evil.to_string() };
            let _ = fs::copy(format!("{part}/gc.bw"), Path::new(part).join(&evil));
            change(&format!("{part}/genogloss.manifest.json"), |value| value["tracks"] = serde_json::json!([evil]));
        }
        fs::create_dir_all(folder.path("out/deep")).expect("made");
        let before = folder.names();
        let ended = genogloss(&["merge", &parts[0], &parts[1], "-o", &folder.path("out/deep/merged")]);
        assert_eq!(ended.code, 1, "{evil}: {}", ended.stderr);
        assert!(ended.stderr.contains("which is not the name of a file in its folder"), "{evil}: {}", ended.stderr);
        assert_eq!(folder.names(), before, "{evil}");
        assert!(
            !Path::new(&folder.path("out/deep/evil.bw")).exists() && !Path::new(&folder.path("out/evil.bw")).exists()
        );
    }
}

#[test]
fn a_shard_whose_last_line_was_cut_is_refused() {
    let folder = Folder::new();
    let genome = genome(&folder);
    let parts: Vec<String> = (1..=2).map(|index| folder.path(&format!("part{index}.bed"))).collect();
    for (index, part) in parts.iter().enumerate() {
        run(&format!("scan {genome} -m exact:gc --window 500 -o {part} --shard {}/2", index + 1));
    }
    let text = folder.read("part1.bed");
    for cut in [1, 5] {
        folder.write("part1.bed", &text[..text.len() - cut]);
        let ended = genogloss(&["merge", &parts[0], &parts[1], "-o", &folder.path("all.bed")]);
        assert_eq!(ended.code, 1, "{}", ended.stderr);
        assert!(
            ended.stderr.contains("part1.bed: its last line has no line feed: it was truncated"),
            "{}",
            ended.stderr
        );
    }
    // A manifest that would be waited for.
    if cfg!(unix) {
        folder.write("part1.bed", &text);
        let manifest = folder.path("part1.bed.manifest.json");
        shell(&format!("rm {manifest} && mkfifo {manifest}"));
        let ended = genogloss(&["merge", &parts[0], &parts[1], "-o", &folder.path("all.bed")]);
        assert!(ended.code == 1 && ended.stderr.contains("is not a regular file"), "{}", ended.stderr);
    }
}

#[cfg(unix)]
#[test]
fn tracks_that_are_links_are_neither_read_nor_written_through() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    let genome = genome(&folder);
    let parts: Vec<String> = (1..=2).map(|index| folder.path(&format!("tracks{index}"))).collect();
    for (index, part) in parts.iter().enumerate() {
        run(&format!("scan {genome} -m exact:gc --window 500 --bigwig {part} --shard {}/2", index + 1));
    }
    let (victim, merged) = (folder.write("victim", "mine"), folder.path("merged"));
    fs::create_dir(&merged).expect("made");
    symlink(&victim, format!("{merged}/gc.bw")).expect("a link");
    let ended = genogloss(&["merge", &parts[0], &parts[1], "-o", &merged]);
    assert!(ended.code == 1 && ended.stderr.contains("gc.bw: is a link"), "{}", ended.stderr);
    assert_eq!(folder.read("victim"), "mine");
    fs::rename(format!("{}/gc.bw", parts[0]), folder.path("elsewhere.bw")).expect("moved");
    symlink(folder.path("elsewhere.bw"), format!("{}/gc.bw", parts[0])).expect("a link");
    let ended = genogloss(&["merge", &parts[0], &parts[1], "-o", &folder.path("merged2")]);
    assert!(ended.code == 1 && ended.stderr.contains("gc.bw is a link"), "{}", ended.stderr);
}

#[test]
fn shards_of_impossible_numbers_are_refused() {
    let folder = Folder::new();
    let genome = genome(&folder);
    let parts: Vec<String> = (1..=2).map(|index| folder.path(&format!("part{index}.bed"))).collect();
    let make = || {
        for (index, part) in parts.iter().enumerate() {
            run(&format!(
                "scan {genome} -m tests/models/track --engine rten --merge --threshold 0.0001 -o {part} --shard {}/2",
                index + 1
            ));
        }
    };
    make();
    let manifest = format!("{}.manifest.json", parts[0]);
    let good = fs::read(&manifest).expect("a manifest");
    let edges = serde_json::from_slice::<serde_json::Value>(&good).expect("JSON")["shard"]["edges"].clone();
    assert!(!edges.as_array().expect("a list").is_empty(), "an element lies at the cut");
    let cases: Vec<(&[&str], serde_json::Value)> = vec![
        (&["shard", "index"], serde_json::json!(0)),
        (&["shard", "index"], serde_json::json!(3)),
        (&["shard", "index"], serde_json::json!(-1)),
        (&["shard", "count"], serde_json::json!(4_000_000_000u32)),
        (&["shard", "count"], serde_json::json!("2")),
        (&["shard", "gap"], serde_json::json!(u64::MAX)),
        (&["shard", "territory"], serde_json::json!([["c", 5, 1]])),
        (&["shard", "territory"], serde_json::json!([["c", 0, u64::MAX]])),
        (&["shard", "territory"], serde_json::json!([["c"]])),
        (&["shard", "edges", "0", "element", "start"], serde_json::json!(u64::MAX)),
        (&["shard", "edges", "0", "element", "end"], serde_json::json!(0)),
        (&["shard", "edges", "0", "element", "width"], serde_json::json!(0)),
        (&["shard", "edges", "0", "element", "bases"], serde_json::json!(0)),
        (&["shard", "edges", "0", "element", "summit"], serde_json::json!(u64::MAX)),
        (&["shard", "edges", "0", "element", "sum"], serde_json::json!(i128::MAX.to_string())),
        (&["shard", "edges", "0", "element", "sum"], serde_json::json!("a")),
        (&["shard", "edges", "0", "element", "strand"], serde_json::json!("x")),
        (&["shard", "edges", "0", "element", "max"], serde_json::json!(-1)),
        (&["counts", "rows"], serde_json::json!(u64::MAX)),
        (&["counts", "windows"], serde_json::json!(-5)),
    ];
    for (path, value) in cases {
        fs::write(&manifest, &good).expect("written");
        change(&manifest, |all| {
            let slot = path.iter().fold(all, |all, key| match key.parse::<usize>() {
                Ok(at) => &mut all[at],
                Err(_) => &mut all[*key],
            });
            *slot = value.clone();
        });
        let ended = genogloss(&["merge", &parts[0], &parts[1], "-o", &folder.path("merged.bed")]);
        assert_eq!(ended.code, 1, "{path:?} {value}: {}", ended.stderr);
        assert!(ended.stderr.contains("part1.bed.manifest.json: not "), "{path:?} {value}: {}", ended.stderr);
        assert!(!Path::new(&folder.path("merged.bed")).exists());
    }
}

/// Merges shard 1 of one file and shard 2 of another, which must be refused, and both shards of one file, which must not.
fn only_of_one_file(folder: &Folder, files: [&str; 2], command: &str, say: &str) {
    let ending = if command.starts_with("variants") { "vcf" } else { "tsv" };
    let sizes = files.map(|file| fs::metadata(file).expect("a file").len());
    assert_eq!(sizes[0], sizes[1], "{files:?}");
    let parts: Vec<[String; 2]> = files
        .iter()
        .enumerate()
        .map(|(at, file)| {
            [1, 2].map(|index| {
                let part = folder.path(&format!("part{index}_of_{at}.{ending}"));
                run(&format!("{} --shard {index}/2 -o {part}", command.replace("INPUT", file)));
                part
            })
        })
        .collect();
    let merge = |first: &str, second: &str| {
        genogloss(&["merge", first, second, "-o", &folder.path(&format!("all.{ending}")), "--quiet"])
    };
    merge(&parts[0][0], &parts[0][1]).good();
    for (first, second) in [(0, 1), (1, 0)] {
        let said = merge(&parts[first][0], &parts[second][1]).error(1);
        assert!(said.contains("is a shard of another ") && said.contains(say), "{say}: {said}");
    }
}

#[test]
fn shards_by_index_of_two_files_of_one_size_are_refused() {
    if !tools_available(&["samtools", "bcftools", "bgzip"]) {
        return;
    }
    let folder = Folder::new();
    // Two genomes, which differ in the bases of c1 and c3 alone.
    let genome = genome(&folder);
    let other = folder.write("other.fa", {
        let text = fs::read_to_string(&genome).expect("the genome");
        text.lines()
            .map(|line| if line.starts_with('>') { line.to_string() } else { line.replace('G', "C") } + "\n")
            .collect::<String>()
    });
    shell(&format!("samtools faidx {genome}; samtools faidx {other}"));
    let scan = "scan INPUT -m exact:gc --window 500 -O tsv --no-digest";
    only_of_one_file(&folder, [&genome, &other], scan, "another reference than");
    // Reads and variants that differ in one letter of each record, not compressed: their indices are the same, too.
    for (letter, name) in [("A", "a"), ("C", "c")] {
        let header = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:c1\tLN:31000\n@SQ\tSN:c3\tLN:20500\n";
        let vcf_header = "##fileformat=VCFv4.2\n##contig=<ID=c1,length=31000>\n##contig=<ID=c3,length=20500>\n\
            #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
        let (mut sam, mut vcf) = (header.to_string(), vcf_header.to_string());
        for contig in ["c1", "c3"] {
            for start in (100..20_000).step_by(50) {
                sam += &format!("r\t0\t{contig}\t{start}\t60\t40M\t*\t0\t0\t{}\t*\n", letter.repeat(40));
                vcf += &format!("{contig}\t{start}\t.\tG\t{letter}\t.\t.\t.\n");
            }
        }
        let (sam, vcf) = (folder.write("r.sam", sam), folder.write("v.vcf", vcf));
        shell(&format!(
            "cd {}; samtools view --no-PG -u -o {name}.bam {sam}; samtools index {name}.bam; \
             bcftools view --no-version -Ob -l 0 -o {name}.bcf {vcf}; bcftools index {name}.bcf",
            folder.root().display()
        ));
    }
    let both = |ending: &str| ["a", "c"].map(|name| folder.path(&format!("{name}.{ending}")));
    let ([a, c], [a_index, c_index]) = (both("bam"), both("bam.bai"));
    assert_eq!(fs::read(a_index).expect("an index"), fs::read(c_index).expect("an index"));
    only_of_one_file(&folder, [&a, &c], "reads INPUT -m exact:gc", "another input than");
    let [a, c] = both("bcf");
    let command = format!("variants INPUT -f {genome} -m exact:gc --max-ref-mismatch 1");
    only_of_one_file(&folder, [&a, &c], &command, "another input than");
    // A file that was indexed in another way in between may be another file.
    let [first, second] = ["1", "2"].map(|index| folder.path(&format!("again{index}.tsv")));
    let of = |shard: &str, output: &str| {
        run(&format!("reads {} -m exact:gc --shard {shard}/2 -o {output}", folder.path("a.bam")))
    };
    of("1", &first);
    let manifest: serde_json::Value = serde_json::from_str(&folder.read("again1.tsv.manifest.json")).expect("JSON");
    let index = &manifest["inputs"][0]["index"];
    assert_eq!(index["path"], folder.path("a.bam.bai"));
    let sum = shell(&format!("sha256sum < {}", folder.path("a.bam.bai")));
    assert_eq!(index["sha256"].as_str(), sum.split(' ').next());
    // The same by another program.
    let sample = tool(
        "python3",
        &[
            "-c",
            "import hashlib, os, sys\n\
             size = os.path.getsize(sys.argv[1]); whole = size <= 8 << 16\n\
             starts = [0] if whole else [(size - 65536) * k // 7 for k in range(8)]\n\
             data = open(sys.argv[1], 'rb').read()\n\
             parts = [data[s:s + (size if whole else 65536)] for s in starts]\n\
             print(hashlib.sha256(size.to_bytes(8, 'little') + b''.join(parts)).hexdigest())",
            &folder.path("a.bam"),
        ],
    );
    assert_eq!(manifest["inputs"][0]["sample_sha256"], sample.trim());
    change(&format!("{first}.manifest.json"), |all| all["inputs"][0]["index"]["sha256"] = "0".repeat(64).into());
    of("2", &second);
    let said = genogloss(&["merge", &first, &second, "-o", &folder.path("all.tsv")]).error(1);
    assert!(said.contains("sha256 of its .bai") && said.contains("the same indices of them"), "{said}");
}
