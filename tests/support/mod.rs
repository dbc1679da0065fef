//! What the tests share: the program as a command, a temporary folder for each test, other tools where they are installed.

#![allow(clippy::print_stderr, reason = "a skipped test says why")]

use std::{
    io::{Read, Write},
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    thread::{self, sleep},
    time::{Duration, Instant},
};

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_genogloss");
/// A run that takes longer hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(600);

/// What a command left behind. A command that a signal ended has code 128 + signal, as in a shell; one that hung has -1.
#[derive(Debug)]
pub(crate) struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// The error and its hint, after checking that the command failed with this code, one error line and no panic.
    #[track_caller]
    pub(crate) fn error(&self, code: i32) -> String {
        assert!(!self.stderr.contains("panicked"), "a panic: {}", self.stderr);
        assert_eq!(self.code, code, "exit code; standard error was {}", self.stderr);
        let errors: Vec<&str> = self.stderr.lines().filter(|line| line.starts_with("error:")).collect();
        assert_eq!(errors.len(), 1, "one error line: {}", self.stderr);
        assert!(!errors[0].contains(": error: "), "an error in an error: {}", errors[0]);
        assert!(!errors[0].contains("internal error"), "{}", errors[0]);
        let hints: String = self
            .stderr
            .lines()
            .filter(|line| line.starts_with("hint:"))
            .fold(String::new(), |all, hint| all + "\n" + hint);
        format!("{}{hints}", errors[0])
    }

    /// Itself, after checking that the command succeeded.
    #[track_caller]
    pub(crate) fn good(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.stderr);
        self
    }
}

/// A temporary folder, gone with the test.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    /// The folder itself.
    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.0.path().join(name), content).expect("written");
        self.path(name)
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.0.path())
            .expect("the folder")
            .map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

/// A copy of a model folder of the repository, with another card.
pub(crate) fn copy_of_model(model: &str, change: impl FnOnce(String) -> String) -> Folder {
    let folder = Folder::new();
    for entry in std::fs::read_dir(root().join(model)).expect("a model") {
        let entry = entry.expect("an entry");
        folder.write(&entry.file_name().to_string_lossy(), std::fs::read(entry.path()).expect("a file"));
    }
    folder.write("card.yaml", change(folder.read("card.yaml")));
    folder
}

/// The repository's root. Asked for at run time: a build kept in a cache may come from another checkout.
pub(crate) fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from)
}

/// Runs the program in the repository's root.
pub(crate) fn genogloss(arguments: &[&str]) -> Run {
    run(Command::new(PROGRAM).args(arguments), &[])
}

/// What the program writes to standard output; it must succeed.
pub(crate) fn succeed(arguments: &[&str]) -> String {
    let run = genogloss(arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout
}

/// Runs the program with something on its standard input.
pub(crate) fn genogloss_with_input(arguments: &[&str], input: &[u8]) -> Run {
    run(Command::new(PROGRAM).args(arguments), input)
}

/// Runs a command of another tool; it must succeed.
pub(crate) fn tool(program: &str, arguments: &[&str]) -> String {
    let run = run(Command::new(program).args(arguments), &[]);
    assert_eq!(run.code, 0, "{program} {}: {}", arguments.join(" "), run.stderr);
    run.stdout
}

/// Runs a shell command; it must succeed.
pub(crate) fn shell(command: &str) -> String {
    tool("bash", &["-c", &format!("set -euo pipefail; {command}")])
}

/// Runs a command in the repository's root.
fn run(command: &mut Command, input: &[u8]) -> Run {
    finish(command.current_dir(root()), input)
}

/// Runs a command with something on its standard input, and waits for its end.
pub(crate) fn finish(command: &mut Command, input: &[u8]) -> Run {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let (mut stdin, input) = (child.stdin.take().expect("a pipe"), input.to_vec());
    // A program that fails early closes its input: that is not the test's failure.
    let feeder = thread::spawn(move || drop(stdin.write_all(&input)));
    let collect = |mut pipe: Box<dyn Read + Send>| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            pipe.read_to_end(&mut bytes).expect("a pipe is read");
            String::from_utf8_lossy(&bytes).into_owned()
        })
    };
    let stdout = collect(Box::new(child.stdout.take().expect("a pipe")));
    let stderr = collect(Box::new(child.stderr.take().expect("a pipe")));
    let begun = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
        }
        if begun.elapsed() > PATIENCE {
            child.kill().expect("killed");
            child.wait().expect("waited");
            break -1;
        }
        // Most runs last some tens of milliseconds.
        sleep((begun.elapsed() / 16).clamp(Duration::from_micros(500), Duration::from_millis(20)));
    };
    feeder.join().expect("the feeder");
    Run { code, stdout: stdout.join().expect("standard output"), stderr: stderr.join().expect("standard error") }
}

/// Whether ONNX Runtime is here; says so when a test is skipped.
pub(crate) fn ort_available() -> bool {
    static PROBLEM: OnceLock<Option<String>> = OnceLock::new();
    let problem = PROBLEM.get_or_init(|| {
        let run = genogloss(&["models", "check", "tests/models/passthrough", "--engine", "ort"]);
        // A runtime that is here but does not run the model is a failure, not a reason to skip tests.
        assert!(run.code == 0 || run.stderr.contains("hint: pip install onnxruntime"), "{}", run.stderr);
        (run.code != 0)
            .then(|| run.stderr.lines().find(|line| line.starts_with("error:")).unwrap_or_default().to_string())
    });
    if let Some(problem) = problem {
        eprintln!("SKIPPED: {problem}");
    }
    problem.is_none()
}

/// Says why a test, or a part of it, is skipped.
pub(crate) fn skipped(why: &str) {
    eprintln!("SKIPPED: {why}");
}

/// Whether all of these tools are installed; says so when a test is skipped.
pub(crate) fn tools_available(programs: &[&str]) -> bool {
    for program in programs {
        if Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
            eprintln!("SKIPPED: {program} is not installed");
            return false;
        }
    }
    true
}

/// A file of the shared data beside the checkout, where it is; says so when a test is skipped.
pub(crate) fn shared(path: &str) -> Option<String> {
    let file = root().join("../shared").join(path);
    if file.is_file() {
        return Some(file.display().to_string());
    }
    eprintln!("SKIPPED: ../shared/{path} is not here");
    None
}

/// A file of the repository, as text.
pub(crate) fn read_repository(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A Python that has these modules; a test without one says that it is skipped.
pub(crate) fn python_with(modules: &str) -> Option<String> {
    let environment = std::env::var("VIRTUAL_ENV").map(|path| format!("{path}/bin/python"));
    let found = environment.into_iter().chain(["python3".into()]).find(|python| {
        let imported = Command::new(python).args(["-c", &format!("import {modules}")]).stderr(Stdio::null()).status();
        imported.is_ok_and(|status| status.success())
    });
    if found.is_none() {
        eprintln!(
            "SKIPPED: there is no Python with {modules} (make venv parquet makes one with numpy, onnxruntime, pyarrow and duckdb)"
        );
    }
    found
}
