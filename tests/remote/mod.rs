//! Inputs on servers. All servers are on this machine.

mod failures;
mod files;
mod htsget;
mod s3;
mod secrets;
mod server;

use std::process::Command;

use crate::support::{Folder, PROGRAM, Run, finish, genogloss, root, succeed};

/// Whether this build reads addresses; says so when a test is skipped.
#[allow(clippy::print_stderr, reason = "a skipped test says why")]
fn reads_addresses() -> bool {
    let features = succeed(&["--version", "--verbose"]);
    let is_built = features.lines().any(|line| line.starts_with("features: ") && line.contains("remote"));
    if !is_built {
        let said = genogloss(&["scan", "http://127.0.0.1:1/a.fa", "-m", "exact:gc"]).error(1);
        assert!(
            said.contains("http://127.0.0.1:1/a.fa: this genogloss was built without the feature remote"),
            "{said}"
        );
        eprintln!("SKIPPED: this build was made without the feature remote");
    }
    is_built
}

/// Runs the program with nothing of AWS and of proxies in its environment but what is given.
fn with(folder: &Folder, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
    let mut command = Command::new(PROGRAM);
    for (name, _) in std::env::vars().filter(|(name, _)| {
        name.starts_with("AWS_") || name.starts_with("HTS_") || name.to_ascii_lowercase().ends_with("_proxy")
    }) {
        command.env_remove(name);
    }
    // No file of the user's is read.
    command.env("HOME", folder.root()).envs(variables.iter().copied());
    finish(command.current_dir(root()).args(arguments), &[])
}

/// Pseudo-random bases.
fn bases(count: usize, seed: u64) -> String {
    let mut state = seed;
    let letters = (0..count).map(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b"ACGT"[(state >> 62) as usize])
    });
    letters.collect()
}

/// FASTA with lines of 60 bases.
fn fasta(contigs: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, bases) in contigs {
        text += &format!(">{name}\n");
        for line in bases.as_bytes().chunks(60) {
            text += &format!("{}\n", String::from_utf8_lossy(line));
        }
    }
    text
}
