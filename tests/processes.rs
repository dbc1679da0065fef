//! Files, processes and threads: nothing that others have prepared is followed, nothing is left over, nothing goes on alone.

use std::{
    fs,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::support::{Folder, genogloss, succeed};

const SLICE: &str = "tests/data/chr20_slice.fa";

/// A contig of so many bases.
fn contig(folder: &Folder, name: &str, len: usize) -> String {
    let mut random = fastrand::Rng::with_seed(7);
    let bases: String = (0..len).map(|_| ["A", "C", "G", "T"][random.usize(..4)]).collect();
    folder.write(name, format!(">c\n{bases}\n"))
}

/// Waits for something that another process does.
fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}: it does not happen");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_genogloss"))
        .args(arguments)
        .envs(environment.iter().copied())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts")
}

fn signal(name: &str, process: u32) {
    let status = Command::new("kill").args([name, &process.to_string()]).status().expect("kill");
    assert!(status.success(), "{name} {process}");
}

#[test]
fn what_a_killed_run_of_the_same_process_id_left_is_in_nobodys_way() {
    let folder = Folder::new();
    let (genome, output) = (contig(&folder, "c.fa", 5000), folder.path("out.bed"));
    // In a container the process id is always the same one: the names of before with each of a few thousand ids.
    let sh = format!(
        "touch {0}/.out.bed.genogloss-$$.tmp {0}/.out.bed.manifest.json.genogloss-$$.tmp; exec {1} scan {2} -m exact:gc -o {3} --quiet",
        folder.path(""),
        env!("CARGO_BIN_EXE_genogloss"),
        genome,
        output
    );
    let run = Command::new("sh").args(["-c", &sh]).output().expect("a shell");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(folder.read("out.bed").lines().count(), 5);
}

#[cfg(unix)]
#[test]
fn links_in_place_of_hidden_files_are_refused_and_not_followed() {
    for what in ["part", "lock", "journal"] {
        let folder = Folder::new();
        let (genome, output) = (contig(&folder, "c.fa", 5000), folder.path("out.bed"));
        let victim = folder.write("victim", "mine");
        std::os::unix::fs::symlink(&victim, folder.path(&format!(".out.bed.genogloss-{what}"))).expect("a link");
        let run = genogloss(&["scan", &genome, "-m", "exact:gc", "-o", &output, "--resume", "--checkpoint", "0"]);
        assert_eq!(run.code, 1, "{what}: {}", run.stderr);
        assert!(
            run.stderr.contains(&format!(".out.bed.genogloss-{what}: was not written by a run of this user (a link)")),
            "{}",
            run.stderr
        );
        assert_eq!(folder.read("victim"), "mine", "{what}");
    }
}

#[cfg(unix)]
#[test]
fn an_output_that_is_a_link_stays_one() {
    let folder = Folder::new();
    let genome = contig(&folder, "c.fa", 5000);
    let real = folder.write("real.bed", "old");
    std::os::unix::fs::symlink(&real, folder.path("out.bed")).expect("a link");
    succeed(&["scan", &genome, "-m", "exact:gc", "-o", &folder.path("out.bed"), "--quiet"]);
    assert!(fs::symlink_metadata(folder.path("out.bed")).expect("it is there").is_symlink());
    assert_eq!(folder.read("real.bed").lines().count(), 5);
}

#[cfg(unix)]
#[test]
fn links_in_place_of_what_lies_beside_an_output_are_replaced() {
    let folder = Folder::new();
    let genome = contig(&folder, "c.fa", 5000);
    let (output, tracks) = (folder.path("out.bed.gz"), folder.path("tracks"));
    fs::create_dir(&tracks).expect("made");
    let links = ["out.bed.gz.manifest.json", "out.bed.gz.tbi", "tracks/gc.bw"];
    for more in [&[][..], &["--resume"]] {
        for (number, link) in links.into_iter().enumerate() {
            let victim = folder.write(&format!("victim{number}"), "mine");
            let _ = fs::remove_file(folder.path(link));
            std::os::unix::fs::symlink(&victim, folder.path(link)).expect("a link");
        }
        let run = ["scan", &genome, "-m", "exact:gc", "-o", &output, "--bigwig", &tracks, "--quiet"];
        succeed(&[&run[..], more].concat());
        assert!((0..links.len()).all(|number| folder.read(&format!("victim{number}")) == "mine"));
        let about = fs::symlink_metadata(folder.path("tracks/gc.bw")).expect("the track");
        assert!(about.is_file() && about.len() > 100);
    }
}

#[test]
fn a_run_writes_nothing_into_the_users_folders() {
    if !crate::support::ort_available() {
        return;
    }
    let (folder, home) = (Folder::new(), Folder::new());
    let genome = contig(&folder, "c.fa", 5000);
    for engine in ["ort", "rten"] {
        let mut run = Command::new(env!("CARGO_BIN_EXE_genogloss"));
        run.args(["scan", &genome, "-m", "core-promoter", "-t", "1", "--engine", engine, "--quiet", "-o"]);
        let run = run.arg(folder.path("o.bed")).env("HOME", home.path("")).env("TMPDIR", home.path(""));
        let ended = run.env_remove("XDG_CACHE_HOME").output().expect("the program starts");
        assert!(ended.status.success(), "{engine}: {}", String::from_utf8_lossy(&ended.stderr));
        assert!(home.names().is_empty(), "{engine}: {:?}", home.names());
    }
}

#[cfg(unix)]
#[test]
fn outputs_have_the_rights_that_the_user_gives_new_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let (genome, output) = (contig(&folder, "c.fa", 5000), folder.path("out.bed"));
    succeed(&["scan", &genome, "-m", "exact:gc", "-o", &output, "--quiet"]);
    let rights = |name: &str| fs::metadata(folder.path(name)).expect("the file").permissions().mode() & 0o777;
    assert_eq!(rights("out.bed"), rights("c.fa"));
}

#[test]
fn a_plan_makes_its_folder_anew_and_removes_it() {
    let (folder, shared) = (Folder::new(), Folder::new());
    let genome = contig(&folder, "c.fa", 50_000);
    let mut plan = Command::new(env!("CARGO_BIN_EXE_genogloss"));
    plan.args(["plan", &genome, "-m", "exact:gc", "-n", "2", "-t", "1", "--quiet"]).env("TMPDIR", shared.path(""));
    let run = plan.output().expect("the program starts");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(shared.names().is_empty(), "{:?}", shared.names());
}

#[test]
fn a_plan_takes_memory_by_what_is_there_and_not_by_positions() {
    let folder = Folder::new();
    let far = 1u64 << 40;
    let reads = folder.write(
        "far.sam",
        "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:c\tLN:2147483647\nr\t0\tc\t2147480000\t9\t4M\t*\t0\t0\tACGT\t*\nx\t4\t*\t0\t0\t*\t*\t0\t0\tA\t*\n",
    );
    let table = succeed(&["plan", &reads, "-m", "exact:gc", "-n", "2", "--no-sample", "--quiet"]);
    assert_eq!(table.lines().count(), 3, "{table}");
    let variants = folder.write(
        "far.vcf",
        format!("##fileformat=VCFv4.2\n##contig=<ID=c,length={far}>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nc\t{}\t.\tA\tC\t.\t.\t.\n", far - 9),
    );
    let genome = contig(&folder, "c.fa", 500);
    // 8 GB of bins, were they made.
    let arguments = ["plan", &variants, "-f", &genome, "-n", "2", "--no-sample", "--quiet"];
    let shell = format!("ulimit -v 4000000; exec {} {}", env!("CARGO_BIN_EXE_genogloss"), arguments.join(" "));
    let run = Command::new("sh").args(["-c", &shell]).output().expect("a shell");
    assert!(run.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&run.stderr));
}

/// A program that takes the place of Python, says its own id, and would go on for a long time with a child of its own.
#[cfg(unix)]
fn slow_python(folder: &Folder) -> String {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.write(
        "python",
        format!("#!/bin/sh\nsleep 300 &\necho $$ $! > {0}.new; mv {0}.new {0}\nwait\n", folder.path("ids")),
    );
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("set");
    path
}

#[cfg(unix)]
#[test]
fn what_an_import_has_begun_ends_with_it_however_it_ends() {
    for how in ["-TERM", "-INT", "-KILL"] {
        let folder = Folder::new();
        let python = slow_python(&folder);
        let models = folder.path("models");
        let from = folder.write("weights", "x");
        let arguments =
            ["models", "--models-dir", &models, "import", "cispliceai", "--python", &python, "--from", &from];
        let mut import = start(&arguments, &[]);
        let ids = wait_for("the child's ids", || fs::read_to_string(folder.path("ids")).ok());
        signal(how, import.id());
        let status = import.wait().expect("it ends");
        assert!(!status.success());
        for id in ids.split_whitespace() {
            let gone =
                || Command::new("kill").args(["-0", id]).stderr(Stdio::null()).status().is_ok_and(|s| !s.success());
            // One that nobody has waited for yet is dead all the same.
            let dead = || fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| stat.contains(") Z "));
            wait_for(&format!("{how}: the end of process {id}"), || (gone() || dead()).then_some(()));
        }
        if how != "-KILL" {
            let left = fs::read_dir(&models).expect("the folder").count();
            assert_eq!(left, 0, "{how}: it leaves nothing");
        }
    }
}

#[cfg(unix)]
#[test]
fn two_imports_do_not_change_the_environment_at_once() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    // It lacks what is asked for, and each "venv" says when it begins and ends.
    let log = folder.path("log");
    let script =
        format!("#!/bin/sh\ncase \"$*\" in *venv*) echo begin >> {log}; sleep 0.3; echo end >> {log};; esac\nexit 1\n");
    let python = folder.write("python", script);
    fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).expect("set");
    let from = folder.write("weights", "x");
    let (cache, models) = (folder.path("cache"), folder.path("models"));
    let arguments = ["models", "--models-dir", &models, "import", "cispliceai", "--python", &python, "--from", &from];
    let mut runs: Vec<Child> = (0..3).map(|_| start(&arguments, &[("XDG_CACHE_HOME", &cache)])).collect();
    for run in &mut runs {
        assert_eq!(run.wait().expect("it ends").code(), Some(1));
    }
    assert_eq!(folder.read("log"), "begin\nend\n".repeat(3));
}

/// Names of a process's threads, as far as they are there.
#[cfg(target_os = "linux")]
fn threads(process: u32) -> Vec<String> {
    let all = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    all.filter_map(|task| fs::read_to_string(task.path().join("comm")).ok()).map(|name| name.trim().into()).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_computed_side_by_side_keeps_to_the_threads_asked_for() {
    let folder = Folder::new();
    // Scores of 20,000 variants: the bootstrap takes long enough to be looked at, and is then ended.
    let mut random = fastrand::Rng::with_seed(3);
    let mut table = String::from("id\tlabel\ta\tb\n");
    for row in 0..20_000 {
        table += &format!("{row}\t{}\t{:.4}\t{:.4}\n", row % 2, random.f64(), random.f64());
    }
    let table = folder.write("scores.tsv", table);
    for count in [1usize, 3] {
        let asked = count.to_string();
        let arguments =
            ["evaluate", "variants", &table, "--bootstrap", "100000", "-t", &asked, "-o", &folder.path("e.tsv")];
        let mut run = start(&arguments, &[]);
        let seen = wait_for("threads that compute", || {
            let names = threads(run.id());
            let computing = names.iter().filter(|name| name.starts_with("compute-")).count();
            assert!(run.try_wait().expect("its state").is_none(), "it ended: {names:?}");
            (computing >= count).then_some(names)
        });
        let _ = run.kill();
        let _ = run.wait();
        let computing = seen.iter().filter(|name| name.starts_with("compute-")).count();
        assert_eq!(computing, count, "{seen:?}");
        // The main thread, and the one that waits for signals.
        assert!(seen.len() <= count + 2, "{seen:?}");
    }
}

#[test]
fn a_reader_that_has_enough_ends_a_run_quietly() {
    let folder = Folder::new();
    let genome = contig(&folder, "c.fa", 2_000_000);
    let program = env!("CARGO_BIN_EXE_genogloss");
    for command in ["scan {} -m exact:gc --window 10 --quiet", "models list", "columns --help"] {
        let command = command.replace("{}", &genome);
        let shell = format!("{{ {program} {command}; echo \"code $?\" >&2; }} | head -n 1 > {}", folder.path("first"));
        let run = Command::new("sh").args(["-c", &shell]).output().expect("a shell");
        assert_eq!(String::from_utf8_lossy(&run.stderr), "code 0\n", "{command}");
        assert_eq!(folder.read("first").lines().count(), 1);
    }
}

#[test]
fn a_scan_of_the_slice_says_the_same_with_any_number_of_threads() {
    let one = succeed(&["scan", SLICE, "-m", "exact:gc", "-t", "1", "--quiet"]);
    let four = succeed(&["scan", SLICE, "-m", "exact:gc", "-t", "4", "--quiet"]);
    assert_eq!(one, four);
}
