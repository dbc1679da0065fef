//! Passes two things to the program: the commit of the source code, for `genogloss --version --verbose`, and igv.js, for the pages of
//! `genogloss report`.
//!
//! A package made by `cargo package` holds it in a file; in a checkout git tells it. Where neither is there, the version has no commit.

use std::{
    env, fs,
    io::{Error, Write},
    path::Path,
    process::Command,
};

fn main() -> std::io::Result<()> {
    let mut cargo = std::io::stdout();
    writeln!(cargo, "cargo::rerun-if-changed=build.rs")?;
    let found = packaged().or_else(|| checked_out(&mut cargo));
    if let Some(commit) = found.as_deref().and_then(|commit| commit.get(..12)) {
        writeln!(cargo, "cargo::rustc-env=GENOGLOSS_COMMIT={commit}")?;
    }
    igv(&mut cargo)
}

/// The file that `packaging/igv.sh` made, which GENOGLOSS_IGV names, or an empty one: then pages have no view of the calls.
fn igv(cargo: &mut impl Write) -> std::io::Result<()> {
    writeln!(cargo, "cargo::rerun-if-env-changed=GENOGLOSS_IGV")?;
    let bytes = match env::var_os("GENOGLOSS_IGV").filter(|path| !path.is_empty()) {
        None => Vec::new(),
        Some(path) => {
            let wrong = |why: &str| Error::other(format!("GENOGLOSS_IGV={}: {why}", path.display()));
            writeln!(cargo, "cargo::rerun-if-changed={}", path.display())?;
            let bytes = fs::read(&path).map_err(|error| wrong(&error.to_string()))?;
            if !bytes.starts_with(&[0x1f, 0x8b]) || bytes.len() > 2_000_000 {
                return Err(wrong("not a file made by packaging/igv.sh"));
            }
            bytes
        }
    };
    let folder = env::var_os("OUT_DIR").ok_or_else(|| Error::other("cargo gives no OUT_DIR"))?;
    fs::write(Path::new(&folder).join("igv.js.gz"), bytes)
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
