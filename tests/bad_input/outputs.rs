//! Outputs that cannot be written.

#![allow(clippy::print_stdout, reason = "what was not tried, and which case failed, is said")]

use std::{fs, os::unix::ffi::OsStrExt, path::PathBuf, process::Command};

use super::{Desk, bases, each, fasta, full_desk, variants};
use crate::support::{PROGRAM, finish};

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id");
    id.stdout.trim_ascii() == b"0"
}

#[test]
fn an_output_that_cannot_be_is_an_error() {
    let desk = full_desk();
    fs::create_dir(desk.at("folder")).expect("a folder");
    for command in [
        "scan g.fa -m exact:gc",
        "variants v.vcf -f g.fa -m exact:gc",
        "reads r.bam -m exact:gc",
        "reads r.bam -m exact:gc --format bam",
        "scan g.fa -m exact:orf",
    ] {
        desk.fails(&format!("{command} -o nowhere/out.gz"), &["nowhere/out.gz", "does not exist", "hint: mkdir -p"]);
        desk.fails(&format!("{command} -o folder"), &["folder", "is a folder"]);
        desk.fails(&format!("{command} -o g.fa/out"), &["g.fa/out"]);
        desk.fails(&format!("{command} -o out.file --manifest nowhere/out.json"), &["nowhere/out.json"]);
        desk.fails(&format!("{command} -o out.file --manifest folder"), &["folder", "is a folder"]);
    }
    assert_eq!(fs::read_dir(desk.at("folder")).expect("the folder").count(), 0);
}

#[test]
fn a_refusal_of_the_manifest_comes_before_the_work() {
    let desk = Desk::with_genome();
    let run = desk.run_with_input("scan - -m exact:gc -o out.bed --manifest nowhere/out.json", b"hello");
    let error = run.error(1);
    assert!(error.contains("nowhere/out.json"), "the manifest's folder was looked at after the input: {error}");
}

#[test]
fn output_manifest_and_input_are_never_one_file() {
    let lines = [
        "scan g.fa -m exact:gc -o g.fa",
        "variants v.vcf -f g.fa -m exact:gc -o v.vcf",
        "variants v.vcf -f g.fa -m exact:gc -o g.fa",
        "variants link.vcf -f g.fa -m exact:gc -o v.vcf",
        "reads r.bam -m exact:gc --format bam -o r.bam",
        "scan h.fa -m exact:gc -o out.bed --manifest h.fa",
        "scan g.fa -m exact:gc -o out.bed --manifest out.bed",
        "scan g.fa -m exact:gc -o out.bed.gz --manifest out.bed.gz.tbi",
    ];
    each(lines, |line| {
        let desk = full_desk();
        desk.shell("cp g.fa h.fa; ln -s v.vcf link.vcf");
        let digest = |desk: &Desk| desk.shell("sha256sum g.fa h.fa v.vcf r.bam; ls");
        let before = digest(&desk);
        let run = desk.run(line);
        assert_eq!(digest(&desk), before, "{line}: exit code {}, {}", run.code, run.stderr);
        assert!(run.code == 1 || run.code == 2, "{line}: {}", run.code);
    });
}

#[test]
fn a_name_that_is_not_utf_8_is_no_panic() {
    let desk = Desk::with_genome();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.fa");
    fs::copy(desk.at("g.fa"), desk.at(name)).expect("copied");
    let run = finish(desk.command().args(["scan", "-m", "exact:gc", "-o", "out.bed"]).arg(name), b"");
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let output = std::ffi::OsStr::from_bytes(b"out\xe9.bed");
    let run = finish(desk.command().args(["scan", "g.fa", "-m", "exact:gc", "-o"]).arg(output), b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(desk.at(output).exists());
}

#[test]
fn a_full_device_is_an_error() {
    let desk = full_desk();
    for command in [
        "scan g.fa -m exact:gc --window 10",
        "variants v.vcf -f g.fa -m exact:gc",
        "reads r.bam -m exact:gc",
        "reads r.bam -m exact:gc --format bam",
    ] {
        desk.fails(&format!("{command} -o /dev/full"), &["/dev/full", "no space left"]);
        let text = format!("{PROGRAM} {command} > /dev/full");
        let run = finish(Command::new("bash").args(["-c", &text]).current_dir(desk.path()), b"");
        assert!(run.error(1).contains("standard output: no space left"), "{}", run.stderr);
    }
}

/// A file system of its own, gone with the test.
struct Mount(PathBuf);

impl Mount {
    fn tmpfs(at: PathBuf, options: &str) -> Option<Self> {
        if !is_root() {
            println!("not tried: only root can mount");
            return None;
        }
        fs::create_dir_all(&at).expect("a folder");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(&at).output().expect("mount");
        if !mounted.status.success() {
            println!("not tried: mount says {}", String::from_utf8_lossy(&mounted.stderr));
            return None;
        }
        Some(Self(at))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_is_an_error_and_leaves_nothing() {
    let desk = full_desk();
    desk.write("long.vcf", variants(3000));
    let Some(small) = Mount::tmpfs(desk.at("small"), "size=64k") else { return };
    for command in ["scan g.fa -m exact:gc --window 2", "variants long.vcf -f g.fa -m exact:gc"] {
        for output in ["small/out.txt", "small/out.gz"] {
            if output.ends_with("gz") {
                // What is compressed fits: another file takes the room.
                fs::write(small.0.join("other"), vec![1u8; 56 << 10]).expect("written");
            }
            let run = desk.run(&format!("{command} -o {output}"));
            let error = run.error(1);
            assert!(error.contains(output) && error.contains("no space left"), "{error}");
            fs::remove_file(small.0.join("other")).ok();
            assert_eq!(fs::read_dir(&small.0).expect("the folder").count(), 0, "left behind by {command} -o {output}");
        }
    }
    // bigWig is written by a library, on threads of its own.
    desk.write("big.fa", fasta(&[("a", &bases(400_000, 51))], 60));
    let run = desk.run("scan big.fa -m exact:gc --window 4 --bigwig small/tracks");
    let error = run.error(1);
    assert!(error.contains("small/tracks/gc.bw") && error.contains("no space left"), "{error}");
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    assert_eq!(fs::read_dir(small.0.join("tracks")).expect("the folder").count(), 0);
}

#[test]
fn a_read_only_folder_is_an_error() {
    let desk = Desk::with_genome();
    fs::create_dir(desk.at("locked")).expect("a folder");
    let _mount = if is_root() {
        // Root may write anywhere but on a file system that is read-only.
        let Some(mount) = Mount::tmpfs(desk.at("locked"), "size=64k,ro") else { return };
        Some(mount)
    } else {
        desk.shell("chmod 555 locked");
        None
    };
    for output in ["locked/out.bed", "locked/out.bed.gz"] {
        let error = desk.fails(&format!("scan g.fa -m exact:gc -o {output}"), &[output]);
        assert!(error.contains("read-only") || error.contains("permission denied"), "{error}");
    }
    desk.fails("scan g.fa -m exact:gc -o out.bed --manifest locked/m.json", &["locked/m.json"]);
}

#[test]
fn a_reader_that_hangs_up_is_no_failure() {
    let desk = Desk::with_genome();
    desk.write("big.fa", fasta(&[("a", &bases(400_000, 50))], 60));
    desk.write("v.vcf", variants(3000));
    for command in [
        "scan big.fa -m exact:gc --window 4",
        "variants v.vcf -f g.fa -m exact:gc",
        "scan big.fa -m exact:orf --format tsv",
        "models list",
        "columns scan",
    ] {
        let text = format!("{PROGRAM} {command} | head -1; echo ${{PIPESTATUS[0]}}");
        let run = finish(Command::new("bash").args(["-c", &text]).current_dir(desk.path()), b"");
        let out = run.stdout;
        assert_eq!((out.lines().count(), out.lines().last()), (2, Some("0")), "{command}: {out} {}", run.stderr);
        assert!(!run.stderr.contains("error:") && !run.stderr.contains("panicked"), "{}", run.stderr);
    }
}
