//! Passes the commit of the source code to the program, for `genogloss --version --verbose`.
//!
//! A package made by `cargo package` holds it in a file; in a checkout git tells it. Where neither is there, the version has no commit.

use std::{fs, io::Write, path::Path, process::Command};

fn main() -> std::io::Result<()> {
    let mut cargo = std::io::stdout();
    writeln!(cargo, "cargo::rerun-if-changed=build.rs")?;
    let found = packaged().or_else(|| checked_out(&mut cargo));
    if let Some(commit) = found.as_deref().and_then(|commit| commit.get(..12)) {
        writeln!(cargo, "cargo::rustc-env=GENOGLOSS_COMMIT={commit}")?;
    }
    Ok(())
}

/// `{"git": {"sha1": "…"}, …}`.
fn packaged() -> Option<String> {
    let text = fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let (_, rest) = text.split_once("\"sha1\": \"")?;
    Some(rest.split_once('"')?.0.into())
}

fn checked_out(cargo: &mut impl Write) -> Option<String> {
    // A folder, or a file in a worktree. Without it, git would tell the commit of a repository around this folder.
    if !Path::new(".git").exists() {
        return None;
    }
    // This file changes with every commit and checkout.
    writeln!(cargo, "cargo::rerun-if-changed={}", git(&["rev-parse", "--git-path", "logs/HEAD"])?).ok()?;
    git(&["rev-parse", "HEAD"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().into())
}
