//! Runs that are killed at random instants and gone on with end as if nothing had happened.

#![allow(clippy::print_stderr, reason = "how often a run was killed is of interest")]

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::support::{Folder, genogloss, shell, succeed, tools_available};

const SLICE: &str = "tests/data/chr20_slice.fa";

/// Contigs made of the slice, shifted; some N.
pub(crate) fn genome(folder: &Folder, contigs: usize) -> String {
    let slice = fs::read_to_string(SLICE).expect("the slice");
    let bases: String = slice.lines().filter(|line| !line.starts_with('>')).collect();
    let mut text = String::new();
    for contig in 0..contigs {
        let at = contig * 997;
        text.push_str(&format!(">c{contig}\n{}{}{}\n", &bases[at..], "N".repeat(500 * contig), &bases[..at]));
    }
    folder.write("genome.fa", text)
}

/// Runs a command with --resume, kills it `kills` times at random instants (with the signals in turn), and lets it end. How often
/// it was killed: it may be done before.
fn killed(arguments: &[&str], kills: u32, signals: &[&str], seed: u64) -> u32 {
    killed_within(40.0, arguments, kills, signals, seed)
}

/// The same with the longest time, in milliseconds, until the first kill.
pub(crate) fn killed_within(mut longest: f64, arguments: &[&str], kills: u32, signals: &[&str], seed: u64) -> u32 {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut done = 0;
    for kill in 0..=kills {
        let mut command = Command::new(env!("CARGO_BIN_EXE_genogloss"));
        command
            .args(arguments)
            .args(["--resume", "--checkpoint", "0.005"])
            .stderr(Stdio::piped())
            .stdout(Stdio::null());
        let mut child = command.spawn().expect("the program starts");
        if kill < kills {
            std::thread::sleep(Duration::from_secs_f64(random.f64() * longest / 1000.0));
            let signal = signals[kill as usize % signals.len()];
            let _ = Command::new("kill").args([signal, &child.id().to_string()]).stderr(Stdio::null()).status();
            // Work must get on, whatever the machine is busy with.
            longest *= 1.04;
        }
        let begun = Instant::now();
        let status = child.wait().expect("it ends");
        assert!(begun.elapsed() < Duration::from_secs(120), "it hangs");
        let mut said = String::new();
        let _ = std::io::Read::read_to_string(&mut child.stderr.take().expect("a pipe"), &mut said);
        match status.code() {
            Some(0) => {
                return done;
            }
            // 143: SIGTERM or SIGUSR2. None: killed.
            None | Some(143) => done += 1,
            Some(code) => panic!("exit code {code}: {said}"),
        }
        assert!(kill < kills, "it was not killed, and did not end: {said}");
    }
    done
}

/// What a file holds: text as it is, other files before compression.
fn content(path: &str) -> String {
    if ["gz", "bam", "bcf"].iter().any(|ending| path.ends_with(ending)) {
        shell(&format!("gzip -dc {path} | md5sum"))
    } else {
        fs::read_to_string(path).expect("text")
    }
}

/// Nothing hidden is left over.
pub(crate) fn tidy(folder: &Folder) {
    let hidden: Vec<String> = folder.names().into_iter().filter(|name| name.starts_with('.')).collect();
    assert!(hidden.is_empty(), "{hidden:?}");
}

#[test]
fn fifty_kills_in_a_row_change_nothing() {
    let folder = Folder::new();
    let genome = genome(&folder, 60);
    let (whole, out) = (folder.path("whole.bed"), folder.path("out.bed"));
    let scan = |out: &str| -> Vec<String> {
        let words = format!("scan {genome} -m exact:gc --window 10 --threshold 0.6 --merge 25 -t 1 --quiet -o {out}");
        words.split(' ').map(String::from).collect()
    };
    let texts = |words: &[String]| -> Vec<String> { words.to_vec() };
    let plain = texts(&scan(&whole));
    succeed(&plain.iter().map(String::as_str).collect::<Vec<_>>());
    let cut = texts(&scan(&out));
    let (mut kills, mut runs) = (0, 0);
    while kills < 50 {
        kills += killed(&cut.iter().map(String::as_str).collect::<Vec<_>>(), 50, &["-KILL"], 7 + runs);
        assert!(content(&whole) == content(&out), "the content differs");
        fs::remove_file(&out).expect("removed");
        tidy(&folder);
        runs += 1;
    }
    eprintln!("{kills} kills in {runs} runs");
}

#[test]
fn every_kind_of_output_is_gone_on_with() {
    if !tools_available(&["samtools", "tabix"]) {
        return;
    }
    let folder = Folder::new();
    let genome = genome(&folder, 6);
    let slice = fs::read_to_string(SLICE).expect("the slice");
    let bases: String = slice.lines().filter(|line| !line.starts_with('>')).collect();
    let mut vcf = "##fileformat=VCFv4.2\n##contig=<ID=c0>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n".to_string();
    let mut sam = format!("@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:c0\tLN:{}\n", bases.len());
    for at in (0..bases.len() - 200).step_by(7) {
        vcf.push_str(&format!("c0\t{}\t.\t{}\tG,<DEL>\t.\t.\t.\n", at + 1, &bases[at..at + 2]));
        let read = &bases[at..at + 100];
        sam.push_str(&format!("r{at}\t0\tc0\t{}\t60\t100M\t*\t0\t0\t{read}\t{}\n", at + 1, "I".repeat(100)));
    }
    let (vcf, sam) = (folder.write("v.vcf", vcf), folder.write("r.sam", sam));
    for (number, (command, ending)) in [
        (format!("scan {genome} -m exact:gc --window 20 --format tsv"), "tsv"),
        (format!("scan {genome} -m exact:gc --window 20 --shard 2/3"), "bed.gz"),
        (format!("scan {genome} -m exact:gc --window 100 --stride 30 --overlap mean --format tsv"), "mean.tsv"),
        (format!("variants {vcf} -f {genome} -m exact:gc"), "vcf.gz"),
        (format!("variants {vcf} -f {genome} -m exact:gc"), "vcf"),
        (format!("variants {vcf} -f {genome} -m exact:gc"), "bcf"),
        (format!("reads {sam} -m exact:gc --format bam"), "bam"),
        (format!("reads {sam} -m exact:gc"), "reads.tsv"),
    ]
    .into_iter()
    .enumerate()
    {
        let (whole, out) = (folder.path(&format!("whole.{ending}")), folder.path(&format!("out.{ending}")));
        let arguments = |out: &str| -> Vec<String> {
            format!("{command} -t 1 --quiet -o {out}").split(' ').map(String::from).collect()
        };
        let (plain, cut) = (arguments(&whole), arguments(&out));
        succeed(&plain.iter().map(String::as_str).collect::<Vec<_>>());
        killed(&cut.iter().map(String::as_str).collect::<Vec<_>>(), 8, &["-KILL", "-TERM", "-USR2"], number as u64);
        assert!(content(&whole) == content(&out), "{command}: the content differs");
        let counts = |path: &str| -> serde_json::Value {
            let text = fs::read(format!("{path}.manifest.json")).expect("a manifest");
            let mut counts = serde_json::from_slice::<serde_json::Value>(&text).expect("JSON")["counts"].clone();
            counts.as_object_mut().expect("counts").remove("bases");
            counts
        };
        assert_eq!(counts(&whole), counts(&out), "{command}");
        if ending.ends_with("gz") {
            let one = |path: &str| shell(&format!("tabix {path} c0:50000-52000 | md5sum"));
            assert_eq!(one(&whole), one(&out), "{command}: the index");
        }
        if ending == "bcf" && tools_available(&["bcftools"]) {
            let one = |path: &str| shell(&format!("bcftools view -H -r c0:50000-52000 {path} | md5sum"));
            assert_eq!(one(&whole), one(&out), "{command}: the index");
        }
        tidy(&folder);
    }
}

#[test]
fn haplotypes_are_gone_on_with() {
    let folder = Folder::new();
    let slice = fs::read_to_string(SLICE).expect("the slice");
    let bases: String = slice.lines().filter(|line| !line.starts_with('>')).collect();
    let contig = slice.lines().next().and_then(|line| line[1..].split(' ').next()).expect("a name").to_string();
    let mut vcf = format!("##fileformat=VCFv4.2\n##contig=<ID={contig}>\n");
    vcf.push_str("##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n");
    vcf.push_str("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts\n");
    for (number, at) in (49_600..64_000).step_by(23).enumerate() {
        // Every fourth takes bases out, which may lie in a repeat.
        let reference = bases[at..at + if number % 4 == 0 { 3 } else { 1 }].to_uppercase();
        let alternate = match &reference[..1] {
            first if number % 4 == 0 => first,
            "A" => "C",
            _ => "A",
        };
        let genotype = ["0|1", "1|0", "1|1"][number % 3];
        vcf.push_str(&format!("{contig}\t{}\t.\t{reference}\t{alternate}\t.\t.\t.\tGT\t{genotype}\n", at + 1));
    }
    let vcf = folder.write("v.vcf", vcf);
    let (whole, out) = (folder.path("whole.vcf"), folder.path("out.vcf"));
    let fixed = ["variants", &vcf, "-f", SLICE, "--genes", "tests/data/slice_genes.gtf", "-m", "tests/models/splice"];
    let arguments = |out| [&fixed[..], &["--haplotypes", "-D", "30", "-t", "1", "--quiet", "-o", out]].concat();
    let begun = Instant::now();
    succeed(&arguments(&whole));
    let longest = begun.elapsed().as_secs_f64() * 1000.0;
    assert!(content(&whole).matches("GG_HAPLOTYPE=").count() > 500);
    let (mut kills, mut rounds) = (0, 0);
    while kills < 5 && rounds < 20 {
        kills += killed_within(longest * 0.6, &arguments(&out), 8, &["-KILL"], 11 + rounds);
        assert!(content(&whole) == content(&out), "the content differs");
        fs::remove_file(&out).expect("removed");
        rounds += 1;
    }
    assert!(kills >= 5, "it was killed {kills} times");
    tidy(&folder);
}

#[test]
fn mismatches_of_records_that_an_earlier_run_has_written_count() {
    let folder = Folder::new();
    let (genome, count) = (folder.write("g.fa", format!(">c\n{}\n", "ACGT".repeat(50_000))), 30_000);
    let mut vcf = "##fileformat=VCFv4.2\n##contig=<ID=c>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n".to_string();
    // The last records are those that do not match: less than the limit of all, and more than the limit of the second half.
    for record in 0..count {
        let reference = if record + 40 < count { "A" } else { "T" };
        vcf.push_str(&format!("c\t{}\t.\t{reference}\tC\t.\t.\t.\n", 4 * record + 1));
    }
    let (vcf, scores) = (folder.write("v.vcf", vcf), folder.path("scores.vcf"));
    let limit = ["--max-ref-mismatch", "0.0018", "--quiet"];
    succeed(&[&["variants", &vcf, "-f", &genome, "-m", "exact:gc", "-o", &scores], &limit[..]].concat());
    let (whole, out) = (folder.path("whole.vcf"), folder.path("cut.vcf"));
    let run = |out| [&["variants", &vcf, "--scores", &scores, "-o", out], &limit[..]].concat();
    succeed(&run(&whole));
    let mut kills = 0;
    for round in 0..4 {
        kills += killed_within(400.0, &run(&out), 30, &["-TERM"], 5 + round);
        assert!(content(&whole) == content(&out), "the content differs");
        fs::remove_file(&out).expect("removed");
    }
    assert!(kills > 3, "{kills} kills");
}

#[test]
fn tracks_are_gone_on_with() {
    for table in [false, true] {
        tracks(table);
    }
}

/// Tracks alone, or with a table.
fn tracks(table: bool) {
    let folder = Folder::new();
    let genome = genome(&folder, 8);
    let scan = |to: &str| -> Vec<String> {
        let table = if table { format!(" -o {to}.bed") } else { String::new() };
        let words = format!("scan {genome} -m exact:gc --window 10 -t 1 --quiet --bigwig {to}{table}");
        words.split(' ').map(String::from).collect()
    };
    let (whole, out) = (folder.path("whole"), folder.path("out"));
    succeed(&scan(&whole).iter().map(String::as_str).collect::<Vec<_>>());
    let kills = killed(&scan(&out).iter().map(String::as_str).collect::<Vec<_>>(), 10, &["-KILL"], 3);
    assert!(kills > 0, "it was never killed");
    if table {
        assert!(fs::read(format!("{whole}.bed")).expect("a table") == fs::read(format!("{out}.bed")).expect("a table"));
    }
    let bytes = |folder: &str| fs::read(format!("{folder}/gc.bw")).expect("a track");
    assert!(bytes(&whole) == bytes(&out), "a checkpoint leaves traces in the file");
    let values = |folder: &str| -> BTreeMap<(String, u32), u32> {
        let mut reader = bigtools::BigWigRead::open_file(format!("{folder}/gc.bw")).expect("a bigWig");
        let contigs: Vec<(String, u32)> = reader.chroms().iter().map(|c| (c.name.clone(), c.length)).collect();
        let mut values = BTreeMap::new();
        for (name, length) in contigs {
            for value in reader.get_interval(&name, 0, length).expect("values") {
                let value = value.expect("a value");
                (value.start..value.end).for_each(|base| {
                    values.insert((name.clone(), base), value.value.to_bits());
                });
            }
        }
        values
    };
    let (whole, out) = (values(&whole), values(&out));
    assert_eq!(whole.len(), out.len());
    assert!(whole == out, "{:?}", whole.iter().zip(&out).find(|(a, b)| a != b));
}

#[test]
fn another_run_is_not_gone_on_with() {
    let folder = Folder::new();
    let genome = genome(&folder, 8);
    let out = folder.path("out.tsv");
    let run = |more: &[&str], kill: bool| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_genogloss"));
        command.args(["scan", &genome, "-m", "exact:gc", "--window", "10", "--format", "tsv", "-o", &out]).args(more);
        command.stderr(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.spawn().expect("the program starts");
        let journal = folder.path(".out.tsv.genogloss-journal");
        if kill {
            let begun = Instant::now();
            while !Path::new(&journal).exists() && begun.elapsed() < Duration::from_secs(60) {
                std::thread::sleep(Duration::from_millis(1));
            }
            child.kill().expect("killed");
        }
        let output = child.wait_with_output().expect("it ends");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    run(&["--resume", "--checkpoint", "0"], true);
    assert!(!Path::new(&out).exists());
    let (code, said) = run(&["--resume", "--stride", "20"], false);
    assert!(
        code == Some(1) && said.contains("settings.stride was null, and is now 20") && said.contains("rm "),
        "{said}"
    );
    let text = fs::read_to_string(&genome).expect("the genome");
    fs::write(&genome, text.replacen('A', "C", 1)).expect("changed");
    let (code, said) = run(&["--resume"], false);
    assert!(
        code == Some(1) && said.contains("is the journal of another run: input") && said.contains("modified"),
        "{said}"
    );
    let (code, said) = run(&[], false);
    assert!(code == Some(0) && said.contains("--resume would continue it"), "{said}");
    for (arguments, say) in [
        (vec!["scan", genome.as_str(), "-m", "exact:gc", "--resume"], "--resume needs an output file"),
        (vec!["scan", "-", "-m", "exact:gc", "--resume", "-o", out.as_str()], "can be read again"),
    ] {
        let run = genogloss(&arguments);
        assert!(run.code == 2 && run.stderr.contains(say), "{}", run.stderr);
    }
}

/// What a workflow engine asks for: it has decided itself that the run is to be made, and cannot delete hidden files.
#[test]
fn another_run_is_discarded_if_the_policy_says_so() {
    let folder = Folder::new();
    let genome = genome(&folder, 8);
    let (out, tracks) = (folder.path("out.tsv"), folder.path("tracks"));
    let scan = ["scan", &genome, "--window", "10", "--format", "tsv", "-o", &out, "--bigwig", &tracks, "-t", "1"];
    let journal = folder.path(".out.tsv.genogloss-journal");
    // Killed after a checkpoint, of which something is left.
    let kill = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_genogloss"));
        command.args(scan).args(["-m", "exact:gc", "--resume=restart-if-different", "--checkpoint", "0", "--quiet"]);
        let mut child = command.spawn().expect("the program starts");
        let begun = Instant::now();
        while !Path::new(&journal).exists() && begun.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().expect("killed");
        child.wait().expect("it ends");
        assert!(Path::new(&journal).exists() && !Path::new(&out).exists());
    };
    // Runs with the policy, and as a new run; the outputs are the same.
    let same = |more: &[&str], says: &[&str]| {
        let resumed = genogloss(&[&scan[..], more, &["--resume=restart-if-different"]].concat());
        assert_eq!(resumed.code, 0, "{}", resumed.stderr);
        let lines: Vec<&str> = resumed.stderr.lines().filter(|line| line.contains("starting again")).collect();
        assert_eq!(lines.len(), usize::from(!says.is_empty()), "{}", resumed.stderr);
        for part in says {
            assert!(lines[0].contains(part) && lines[0].contains("INFO"), "{}", resumed.stderr);
        }
        let (new, new_tracks) = (folder.path("new.tsv"), folder.path("new_tracks"));
        let mut whole = scan;
        (whole[7], whole[9]) = (&new, &new_tracks);
        succeed(&[&whole[..], more, &["--quiet"]].concat());
        assert!(fs::read(&new).expect("lines") == fs::read(&out).expect("lines"), "{more:?}");
        let names = |folder: &str| -> Vec<_> {
            let mut names: Vec<_> = fs::read_dir(folder).expect("a folder").flatten().map(|f| f.file_name()).collect();
            names.sort();
            names
        };
        assert_eq!(names(&tracks), names(&new_tracks), "{more:?}");
        for name in names(&tracks).into_iter().filter(|name| name.to_string_lossy().ends_with(".bw")) {
            let track = |folder: &str| fs::read(Path::new(folder).join(&name)).expect("a track");
            assert!(track(&tracks) == track(&new_tracks), "{more:?}: {name:?}");
        }
        tidy(&folder);
        for gone in [&out, &new] {
            fs::remove_file(gone).expect("removed");
        }
        for gone in [&tracks, &new_tracks] {
            fs::remove_dir_all(gone).expect("removed");
        }
    };
    kill();
    same(&["-m", "exact:gc"], &[]);
    kill();
    same(&["-m", "exact:gc", "--stride", "20"], &[&journal, "settings.stride was null, and is now 20"]);
    kill();
    same(&["-m", "exact:gc", "--shard", "1/2"], &["is the journal of another run: shard was null"]);
    kill();
    let text = fs::read_to_string(&genome).expect("the genome");
    fs::write(&genome, text.replacen('A', "C", 1)).expect("changed");
    same(&["-m", "exact:gc"], &["is the journal of another run: input", "genome.fa.modified was"]);
    for unreadable in ["", "{\"run\": 1", "\u{e9}", "{\"run\": {}, \"checkpoint\": {}}"] {
        kill();
        fs::write(&journal, unreadable).expect("written");
        same(&["-m", "exact:gc"], &[&journal, "is not the journal of a run: "]);
    }
    let unknown = genogloss(&[&scan[..], &["-m", "exact:gc", "--resume=maybe"]].concat());
    assert!(unknown.code == 2 && unknown.stderr.contains("if-same, restart-if-different"), "{}", unknown.stderr);
}

/// The network itself differs: by its digest, whatever its name.
#[test]
fn a_finished_part_of_another_model_is_discarded_if_the_policy_says_so() {
    let folder = Folder::new();
    let genome = genome(&folder, 3);
    let out = folder.path("out.bed");
    let models = ["tests/models/base-identity", "exact:gc"];
    let run = |model: &str, more: &[&str]| genogloss(&[&["scan", &genome, "-m", model, "-o", &out][..], more].concat());
    let mut child = Command::new(env!("CARGO_BIN_EXE_genogloss"))
        .args(["scan", &genome, "-m", models[0], "-o", &out, "--resume", "--checkpoint", "0", "--quiet"])
        .spawn()
        .expect("the program starts");
    let journal = folder.path(".out.bed.genogloss-journal");
    let begun = Instant::now();
    while !Path::new(&journal).exists() && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().expect("killed");
    child.wait().expect("it ends");
    let refused = run(models[1], &["--resume"]);
    assert!(refused.code == 1 && refused.stderr.contains("--resume=restart-if-different"), "{}", refused.stderr);
    let again = run(models[1], &["--resume=restart-if-different"]);
    let line = again.stderr.lines().find(|line| line.contains("starting again")).unwrap_or_default();
    assert!(again.code == 0 && line.contains("is the journal of another run: model."), "{}", again.stderr);
    assert_eq!(folder.read("out.bed"), succeed(&["scan", &genome, "-m", models[1], "--quiet"]));
    tidy(&folder);
}

#[test]
fn two_runs_cannot_write_one_output() {
    let folder = Folder::new();
    let genome = genome(&folder, 8);
    let (out, tracks) = (folder.path("out.bed"), folder.path("tracks"));
    let common = ["scan", &genome, "-m", "exact:gc", "--window", "5", "-t", "1", "--resume", "--bigwig", &tracks];
    let mut first = Command::new(env!("CARGO_BIN_EXE_genogloss"))
        .args(common)
        .args(["-o", &out, "--quiet"])
        .spawn()
        .expect("the program starts");
    // It is made once both locks are held.
    let part = folder.path(".out.bed.genogloss-part");
    let begun = Instant::now();
    while !Path::new(&part).exists() && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(1));
    }
    let _ = Command::new("kill").args(["-STOP", &first.id().to_string()]).status();
    assert!(first.try_wait().expect("its state").is_none(), "it ended before a second run could be begun");
    for output in [out.clone(), folder.path("other.bed")] {
        let arguments: Vec<&str> = common.into_iter().chain(["-o", output.as_str()]).collect();
        let second = genogloss(&arguments);
        assert!(second.code == 1 && second.stderr.contains("another run is writing it"), "{}", second.stderr);
    }
    let _ = Command::new("kill").args(["-CONT", &first.id().to_string()]).status();
    assert!(first.wait().expect("it ends").success());
    assert_eq!(fs::read_to_string(&out).expect("the table").lines().count(), succeed(&common[..6]).lines().count());
    tidy(&folder);
}

#[test]
fn journals_that_no_run_wrote_get_a_clear_line_each() {
    let folder = Folder::new();
    let (genome, output) = (genome(&folder, 2), folder.path("out.bed"));
    let arguments = ["scan", &genome, "-m", "exact:gc", "--window", "50", "-o", &output, "--resume"];
    // One that was killed, with all that it has written.
    let journal = folder.path(".out.bed.genogloss-journal");
    let mut child = Command::new(env!("CARGO_BIN_EXE_genogloss"))
        .args(arguments)
        .args(["--checkpoint", "0", "--quiet"])
        .spawn()
        .expect("the program starts");
    let begun = Instant::now();
    while !Path::new(&journal).exists() && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(1));
    }
    let _ = child.kill();
    let _ = child.wait();
    if !Path::new(&journal).exists() {
        eprintln!("skipped: the run was done before it could be killed");
        return;
    }
    let good = fs::read_to_string(&journal).expect("a journal");
    let changed = |path: &[&str], to: serde_json::Value| {
        let mut all: serde_json::Value = serde_json::from_str(&good).expect("JSON");
        *path.iter().fold(&mut all, |all, key| &mut all[*key]) = to;
        all.to_string()
    };
    let cases = [
        "".into(),
        "é".into(),
        "[".repeat(100_000),
        good[..good.len() / 2].to_string(),
        changed(&["checkpoint", "counts"], serde_json::json!([])),
        changed(&["checkpoint", "counts", "written"], serde_json::json!(-1)),
        changed(&["checkpoint", "counts", "scores"], serde_json::json!({"gc": {"-2147483648": 1}})),
        changed(&["checkpoint", "counts", "skipped"], serde_json::json!({"no_reason": 1})),
        changed(&["checkpoint", "queries"], serde_json::json!("many")),
        changed(&["checkpoint", "bytes"], serde_json::json!(-4)),
        changed(&["checkpoint", "tracks"], serde_json::json!({"../../evil.bw": 0})),
    ];
    for text in cases {
        fs::write(&journal, &text).expect("written");
        let ended = genogloss(&arguments);
        let shown = &text[..text.len().min(80)];
        assert_eq!(ended.code, 1, "{shown}: {}", ended.stderr);
        assert!(
            ended.stderr.contains("not the journal of a run: ") && ended.stderr.contains("hint: "),
            "{shown}: {}",
            ended.stderr
        );
        assert!(!Path::new(&output).exists());
    }
    fs::write(&journal, &good).expect("written");
    succeed(&arguments);
    let whole = folder.path("whole.bed");
    succeed(&["scan", &genome, "-m", "exact:gc", "--window", "50", "-o", &whole, "--quiet"]);
    assert!(fs::read(&whole).expect("lines") == fs::read(&output).expect("lines"));
}
