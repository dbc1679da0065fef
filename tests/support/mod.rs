//! What the tests share: the program as a command, a temporary folder each, other tools where they are installed.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::print_stderr, reason = "a skipped test says why")]

use std::{
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

/// What a command left behind.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// A temporary folder, gone with the test.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.0.path().join(name), content).expect("written");
        self.path(name)
    }

    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.0.path())
            .expect("the folder")
            .map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

/// The repository's root. Asked for at run time: a build kept in a cache may come from another checkout.
pub fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from)
}

/// Runs the program in the repository's root.
pub fn genogloss(arguments: &[&str]) -> Run {
    run(Command::new(env!("CARGO_BIN_EXE_genogloss")).args(arguments), &[])
}

/// What the program writes to standard output; it must succeed.
pub fn succeed(arguments: &[&str]) -> String {
    let run = genogloss(arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout
}

/// Runs the program with something on its standard input.
pub fn genogloss_with_input(arguments: &[&str], input: &[u8]) -> Run {
    run(Command::new(env!("CARGO_BIN_EXE_genogloss")).args(arguments), input)
}

/// Runs a command of another tool; it must succeed.
pub fn tool(program: &str, arguments: &[&str]) -> String {
    let run = run(Command::new(program).args(arguments), &[]);
    assert_eq!(run.code, 0, "{program} {}: {}", arguments.join(" "), run.stderr);
    run.stdout
}

/// Runs a shell command; it must succeed.
pub fn shell(command: &str) -> String {
    tool("bash", &["-c", &format!("set -euo pipefail; {command}")])
}

fn run(command: &mut Command, input: &[u8]) -> Run {
    let mut child = command
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    // A program that fails early closes its input: that is not the test's failure.
    let feeder = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("the command ends");
    feeder.join().expect("the feeder");
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Whether ONNX Runtime is here; says so when a test is skipped.
pub fn ort_available() -> bool {
    let here = genogloss::model::ort::runtime();
    if let Err(problem) = &here {
        eprintln!("SKIPPED: {problem}");
    }
    here.is_ok()
}

/// Whether all of these tools are installed; says so when a test is skipped.
pub fn tools_available(programs: &[&str]) -> bool {
    for program in programs {
        if Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
            eprintln!("SKIPPED: {program} is not installed");
            return false;
        }
    }
    true
}

/// A file of the shared data beside the checkout, where it is; says so when a test is skipped.
pub fn shared(path: &str) -> Option<String> {
    let file = root().join("../shared").join(path);
    if file.is_file() {
        return Some(file.display().to_string());
    }
    eprintln!("SKIPPED: ../shared/{path} is not here");
    None
}

/// A file of the repository, as text.
pub fn read_repository(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
