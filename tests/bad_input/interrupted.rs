//! Runs that are interrupted or killed.

#![allow(clippy::print_stdout, reason = "what was not tried, and which case failed, is said")]

use std::{
    io::Write,
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use super::{Desk, bases, each, fasta, full_desk, variants};
use crate::support::{PATIENCE, Run};

/// Starts a run of a minute or so, and waits until its output has been opened.
fn slow(desk: &Desk) -> std::process::Child {
    let contigs: Vec<(String, String)> = (0..40u64).map(|i| (format!("c{i}"), bases(100_000, i))).collect();
    let contigs: Vec<(&str, &str)> = contigs.iter().map(|(name, bases)| (name.as_str(), bases.as_str())).collect();
    desk.write("slow.fa", fasta(&contigs, 60));
    let child = desk
        .command()
        .args(["scan", "slow.fa", "--engine", "rten", "-t", "1", "-o", "out.bed.gz"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let started = Instant::now();
    while !desk.names().iter().any(|name| name.contains("out.bed")) {
        assert!(started.elapsed() < PATIENCE, "no output was opened");
        sleep(Duration::from_millis(20));
    }
    sleep(Duration::from_millis(500));
    child
}

fn signal(child: &std::process::Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().expect("kill");
    assert!(sent.success());
}

/// Waits for a run that has been asked to stop.
#[track_caller]
fn stopped(mut child: std::process::Child, seconds: u64) -> Run {
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        if started.elapsed() > Duration::from_secs(seconds) {
            child.kill().expect("killed");
            child.wait().expect("waited");
            panic!("still running {seconds} s after it was asked to stop");
        }
        sleep(Duration::from_millis(10));
    };
    let mut stderr = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().expect("a pipe"), &mut stderr).expect("text");
    Run { code: status.code().unwrap_or(-1), stdout: String::new(), stderr }
}

#[test]
fn an_interrupted_run_leaves_nothing() {
    for (name, code) in [("INT", 130), ("TERM", 143), ("USR2", 143)] {
        let desk = Desk::new();
        let child = slow(&desk);
        signal(&child, name);
        let error = stopped(child, 20).error(code);
        assert!(error.contains("interrupted"), "{error}");
        assert_eq!(desk.names(), ["slow.fa"], "SIG{name}");
    }
}

#[test]
fn a_killed_run_leaves_nothing_under_the_output_s_name() {
    let desk = Desk::new();
    let child = slow(&desk);
    signal(&child, "KILL");
    stopped(child, 20);
    let named: Vec<String> = desk.names().into_iter().filter(|name| name.starts_with("out")).collect();
    assert!(named.is_empty(), "{named:?}");
}

#[test]
fn a_run_that_waits_for_its_input_can_be_interrupted() {
    let desk = Desk::with_genome();
    each([("nothing yet", &b""[..]), ("some bases", b">a\nACGTACGTACGT\nACGTAC")], |(what, start)| {
        let mut child = desk
            .command()
            .args(["scan", "-", "-m", "exact:gc", "-o", "out.bed"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(start).expect("written");
        sleep(Duration::from_millis(500));
        println!("{what}");
        signal(&child, "TERM");
        let run = stopped(child, 10);
        drop(stdin);
        assert_eq!(run.code, 143, "{}", run.stderr);
        assert_eq!(desk.names(), ["g.fa"]);
    });
}

#[test]
fn an_old_output_survives_a_failed_run() {
    let desk = full_desk();
    desk.write("out.vcf.gz", "old");
    desk.write("out.vcf.gz.tbi", "old index");
    desk.write("v.vcf", format!("{}chr20\tx\t.\tA\tC\t.\t.\t.\n", variants(50)));
    desk.fails("variants v.vcf -f g.fa -m exact:gc -o out.vcf.gz", &["v.vcf", "line 55"]);
    assert_eq!((desk.read("out.vcf.gz"), desk.read("out.vcf.gz.tbi")), (b"old".to_vec(), b"old index".to_vec()));
}
