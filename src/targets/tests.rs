//! Inputs that once went wrong, again: `tests/regressions/TARGET/` holds them, small, each for the fuzz target of that name.

use std::{
    fs, panic,
    path::PathBuf,
    time::{Duration, Instant},
};

/// The repository's root. Asked for at run time: a build kept in a cache may come from another checkout.
fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from)
}

fn read_repository(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn inputs_that_went_wrong_are_read_or_refused() {
    let home = root().join("tests/regressions");
    let (mut count, mut failed) = (0, Vec::new());
    for folder in fs::read_dir(&home).expect("the folder").map(|entry| entry.expect("an entry").path()) {
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let (_, run) = super::find(&name);
        for file in fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            let bytes = fs::read(&file).expect("bytes");
            assert!(bytes.len() <= 2048, "{}: regression inputs are small", file.display());
            let begun = Instant::now();
            if panic::catch_unwind(|| run(&bytes)).is_err() {
                failed.push(format!("{}: panic", file.display()));
            } else if begun.elapsed() > Duration::from_secs(10) {
                failed.push(format!("{}: {:?}", file.display(), begun.elapsed()));
            }
            count += 1;
        }
    }
    assert!(count > 0 && failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn every_target_has_its_program() {
    let programs = read_repository("fuzz/Cargo.toml");
    for (name, run) in super::ALL {
        assert!(programs.contains(&format!("name = \"{name}\"\n")), "{name}: fuzz/Cargo.toml does not have it");
        let text = read_repository(&format!("fuzz/fuzz_targets/{name}.rs"));
        assert!(text.contains(&format!("target!({name});")), "{name}");
        // Nothing, and nearly nothing.
        for bytes in [&b""[..], b"\0", b"\n", b"====\n====\n"] {
            run(bytes);
        }
    }
}
