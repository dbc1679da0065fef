//! Splice models made of somebody else's weights: fetched, converted and checked by the real command.

use std::{env, fs, path::PathBuf};

use sha2::{Digest, Sha256};

use crate::support::{Folder, genogloss, root};

/// Where models stay between runs of the tests.
fn cache() -> Option<PathBuf> {
    let cache = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))?;
    Some(cache.join("genogloss/test-models"))
}

/// What a model is made by: all files of the export.
fn export_digest() -> String {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join("training/export"))
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let mut digest = Sha256::new();
    files.iter().for_each(|file| digest.update(fs::read(file).expect("a file")));
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The folder of SpliceAI, if it was made before or can be made now.
#[allow(clippy::print_stderr, reason = "a skipped test says why")]
fn made(model: &str) -> Option<String> {
    let folder = cache()?.join(model);
    if folder.join("card.yaml").is_file() {
        return Some(folder.display().to_string());
    }
    eprintln!("SKIPPED: there is no {model} to compare");
    None
}

/// What spliceai 1.3.1 wrote, and what we write: contig, position, REF, ALT and the field. Every `step`th record is compared.
fn equals_spliceai(golden: &str, fasta: &str, genes: &str, step: usize) {
    let Some(model) = made("spliceai") else { return };
    let table = crate::support::read_repository(golden);
    let mut lines = table.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let names = lines.next().expect("a header");
    let records: Vec<Vec<&str>> = lines.step_by(step).collect();
    let folder = Folder::new();
    let mut input = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n".to_string();
    for record in &records {
        input.push_str(&format!("{}\t{}\t.\t{}\t{}\t.\t.\t.\n", record[0], record[1], record[2], record[3]));
    }
    let input = folder.write("in.vcf", input);
    for (column, name) in names.iter().enumerate().skip(4) {
        let (distance, mask) = name.strip_prefix('D').and_then(|name| name.split_once("_M")).expect("D50_M0");
        let out = folder.path("out.vcf");
        let fixed = ["variants", &input, "-f", fasta, "--genes", genes, "-m", &model, "--accept-license"];
        let more = ["--format", "spliceai", "-D", distance, "-o", &out];
        let mask: &[&str] = if mask == "1" { &["--mask"] } else { &[] };
        let run = genogloss(&[&fixed[..], &more, mask].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        let text = folder.read("out.vcf");
        let found = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
            let info = line.split('\t').nth(7).expect("INFO");
            info.split(';').find_map(|field| field.strip_prefix("SpliceAI=")).unwrap_or(".").to_string()
        });
        let mut count = 0;
        for (record, found) in records.iter().zip(found) {
            assert_eq!(found, record[column], "{name} of {record:?}");
            count += 1;
        }
        assert_eq!(count, records.len());
    }
}

// One test: both imports put packages into the same environment.
#[test]
#[allow(clippy::print_stderr, reason = "a skipped test says why")]
fn models_are_fetched_converted_and_say_what_the_original_tools_say() {
    let Some(cache) = cache() else {
        eprintln!("SKIPPED: there is no cache folder to keep models in");
        return;
    };
    let cached = cache.display().to_string();
    for (model, version) in [("cispliceai", "1.2.2"), ("spliceai", "1.3.1")] {
        let (stamp, digest) = (cache.join(format!("{model}.sha256")), export_digest());
        let folder = cache.join(model);
        let made = fs::read_to_string(&stamp).is_ok_and(|stamp| stamp == digest) && folder.is_dir();
        // A new one is checked on all engines, an old one on one: a window takes seconds where the program is built for tests.
        let ort = crate::support::ort_available();
        let run = if made {
            let engine = if ort { "ort" } else { "rten" };
            genogloss(&["models", "check", &folder.display().to_string(), "--engine", engine])
        } else {
            genogloss(&["models", "import", model, "--accept-license", "--models-dir", &cached])
        };
        // A problem of pip or of the environment it makes is the machine's or the network's.
        if run.code != 0
            && let Some(problem) = run.stderr.lines().find(|line| {
                line.starts_with("error: pip ") || line.contains("-m venv") || line.contains("cannot be run")
            })
        {
            eprintln!("SKIPPED: {model} cannot be fetched: {problem}");
            return;
        }
        assert_eq!(run.code, 0, "{}", run.stderr);
        fs::write(&stamp, &digest).expect("written");
        assert!(
            run.stdout.starts_with(&format!("{model} {version}: the card and the checksums are correct\n")),
            "{}",
            run.stdout
        );
        // convnet and rten are part of the program.
        let engines = if made { 1 } else { 2 + usize::from(ort) };
        assert_eq!(run.stdout.matches(": 2 sequences of the self-test, ").count(), engines, "{}", run.stdout);
        assert_eq!(run.stdout.matches(": 3 changes of these sequences, ").count(), engines, "{}", run.stdout);
        assert!(!run.stdout.contains("does not run"), "{}", run.stdout);
    }
    equals_spliceai("tests/data/spliceai/slice.tsv", "tests/data/chr20_slice.fa", "tests/data/slice_genes.txt", 1);
    equals_spliceai_on_real_variants();
}

/// 558 variants of the 1000 Genomes Project, dbSNP and ClinVar; every 12th, or all with GENOGLOSS_ALL=1.
fn equals_spliceai_on_real_variants() {
    let golden = "tests/data/spliceai/real.tsv";
    let genomes =
        ["data/genome/hg19_chr20.b37.fa.gz", "data/genome/hg19_chr22_1_22000000.fa.gz"].map(crate::support::shared);
    let ([Some(one), Some(two)], Some(genes)) =
        (genomes, crate::support::shared("data/annotation/spliceai_grch37.txt.gz"))
    else {
        return;
    };
    if !crate::support::tools_available(&["samtools"]) {
        return;
    }
    let folder = Folder::new();
    let fasta = folder.path("genome.fa");
    crate::support::shell(&format!("gzip -dc {one} {two} > {fasta}; samtools faidx {fasta}"));
    let step = if env::var_os("GENOGLOSS_ALL").is_some() { 1 } else { 12 };
    equals_spliceai(golden, &fasta, &genes, step);
}

#[test]
fn terms_that_are_not_accepted_and_weights_that_are_not_there_are_refused_before_anything_is_made() {
    let folder = Folder::new();
    let models = folder.path("models");
    let nowhere = folder.path("nowhere");
    for (arguments, code, message, hint) in [
        (vec!["spliceai"], 1, "forbids commercial use (CC BY-NC 4.0", "add --accept-license if you may use it"),
        (vec!["openspliceai-80nt"], 2, "give your copy with --from PATH", "they are available at "),
        (vec!["pangolin"], 2, "give your copy with --from PATH", "they are available at "),
        (vec!["cispliceai", "--from", &nowhere], 1, "nowhere: no such file or folder", ""),
        (vec!["openspliceai"], 2, "invalid value 'openspliceai'", "openspliceai-80nt"),
    ] {
        let run = genogloss(&[&["models", "import", "--models-dir", &models], &arguments[..]].concat());
        assert_eq!(run.code, code, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(message) && run.stderr.contains(hint), "{arguments:?}: {}", run.stderr);
    }
    assert!(folder.names().is_empty());
}
