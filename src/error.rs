//! Errors: what, where, why, and what to do about it.
//!
//! One enum, sorted by what the user must do. Every message is one line, lower case, without a full stop; a
//! hint, where there is one, follows on a line of its own. A *skip* (a record that cannot be scored) is not an
//! error: see [`crate::skip::Skip`].

use std::{
    fmt,
    io::{self, Write},
    path::Path,
};

use crate::address::without_secrets;

/// The result of anything that can end a run.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Words of an input stand in messages as they are, but for what would end the line or steer the terminal, and for the secret parts of
/// addresses.
struct OneLine<'a>(&'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = without_secrets(self.0);
        let mut rest = &*text;
        while let Some(at) = rest.find(char::is_control) {
            let (before, after) = rest.split_at(at);
            let control = after.chars().next().unwrap_or_default();
            write!(f, "{before}{}", control.escape_default())?;
            rest = &after[control.len_utf8()..];
        }
        f.write_str(rest)
    }
}

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line asks for something that cannot be: exit code 2.
    #[error("{}", OneLine(message))]
    Usage {
        /// What is wrong.
        message: String,
        /// What to type instead.
        hint: Option<String>,
    },
    /// An input file cannot be read or believed.
    #[error("{}: {}", OneLine(place), OneLine(message))]
    Input {
        /// File, and line, record or region where known.
        place: String,
        /// What is wrong.
        message: String,
        /// What to do.
        hint: Option<String>,
        /// The error of the system, if there was one.
        source: Option<io::Error>,
    },
    /// A model folder, or the engine that runs it, does not work.
    #[error("model {}: {}", OneLine(model), OneLine(message))]
    Model {
        /// Name or folder.
        model: String,
        /// What is wrong.
        message: String,
        /// What to do.
        hint: Option<String>,
        /// The first row of the call that failed, by its place in the batch.
        row: Option<usize>,
    },
    /// An output cannot be written.
    #[error("{}: {}", OneLine(place), OneLine(message))]
    Output {
        /// File.
        place: String,
        /// What is wrong.
        message: String,
        /// What to do.
        hint: Option<String>,
        /// The error of the system, if there was one.
        source: Option<io::Error>,
    },
    /// The program found itself wrong: counts that do not add up, a stage that panicked.
    #[error("internal error: {0}; this is a bug, please report it with the command line")]
    Internal(String),
    /// Whoever read our standard output has gone: not a failure, exit code 0.
    #[error("standard output was closed")]
    Closed,
    /// Ctrl-C or SIGTERM: the output is not finished, exit code 130 or 143.
    #[error("interrupted; the output was not written")]
    Interrupted,
}

impl Error {
    /// A wrong command line.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), hint: None }
    }

    /// A bad input at `place` (file, and where in it).
    pub fn input(place: impl fmt::Display, message: impl fmt::Display) -> Self {
        Self::Input { place: place.to_string(), message: message.to_string(), hint: None, source: None }
    }

    /// An input that could not be read: the file and the system's reason.
    pub fn read(path: &Path, error: &io::Error) -> Self {
        let (place, message) = (path.display().to_string(), describe(error));
        Self::Input { place, message, hint: None, source: Some(copied(error)) }
    }

    /// A model that does not work.
    pub fn model(model: impl fmt::Display, message: impl fmt::Display) -> Self {
        Self::Model { model: model.to_string(), message: message.to_string(), hint: None, row: None }
    }

    /// A call of a model failed: which row of the batch was the first in it.
    pub fn in_row(mut self, first: usize) -> Self {
        if let Self::Model { row, .. } = &mut self {
            *row = Some(first);
        }
        self
    }

    /// Names the record whose row it was, where there is one: `place` knows it.
    pub fn located(mut self, place: impl FnOnce(usize) -> Option<String>) -> Self {
        if let Self::Model { message, row, .. } = &mut self
            && let Some(place) = row.take().and_then(place)
        {
            *message = format!("{place}: {message}");
        }
        self
    }

    /// An output that could not be written: the file and the system's reason. A closed pipe is [`Error::Closed`].
    pub fn write(place: impl fmt::Display, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => {
                let (place, message) = (place.to_string(), describe(error));
                Self::Output { place, message, hint: None, source: Some(copied(error)) }
            }
        }
    }

    /// Adds what to do about it.
    pub fn with_hint(mut self, text: impl Into<String>) -> Self {
        match &mut self {
            Self::Usage { hint, .. }
            | Self::Input { hint, .. }
            | Self::Model { hint, .. }
            | Self::Output { hint, .. } => {
                *hint = Some(text.into());
            }
            Self::Internal(_) | Self::Closed | Self::Interrupted => {}
        }
        self
    }

    /// What to do about it, where we know.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Usage { hint, .. }
            | Self::Input { hint, .. }
            | Self::Model { hint, .. }
            | Self::Output { hint, .. } => hint.as_deref(),
            Self::Internal(_) | Self::Closed | Self::Interrupted => None,
        }
    }

    /// The exit code: 0 for a closed pipe, 2 for wrong usage, 130 for Ctrl-C, 143 for SIGTERM (and SIGUSR2, which schedulers send
    /// as a warning), 1 for everything else.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Closed => 0,
            Self::Usage { .. } => 2,
            Self::Interrupted => {
                let signal = crate::interrupt::SIGNAL.load(std::sync::atomic::Ordering::Relaxed);
                if matches!(signal, 0 | 2) { 130 } else { 143 }
            }
            _ => 1,
        }
    }
}

/// The same error: those of the system are numbers, which can be copied.
fn copied(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(number) => io::Error::from_raw_os_error(number),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

thread_local! {
    static GUARDED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Runs code of a library that may panic on damaged input, and turns the panic into what is said of the input.
pub(crate) fn guard<T>(work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let before = GUARDED.replace(true);
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    GUARDED.set(before);
    outcome.unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::InvalidData, "it is damaged, or not supported")))
}

/// Name of threads that run a library whose panics come back as errors.
pub(crate) const GUARDED_THREAD: &str = "guarded";

/// Says of a panic what to report; those inside [`guard`], and of threads called [`GUARDED_THREAD`], come back as errors and are kept
/// off the screen. Called once, by `main`.
pub(crate) fn explain_panics() {
    std::panic::set_hook(Box::new(|panic| {
        if !GUARDED.get() && std::thread::current().name() != Some(GUARDED_THREAD) {
            let why = panic.payload_as_str().unwrap_or("no reason was given");
            let place = panic.location().map_or_else(String::new, ToString::to_string);
            let mut stderr = io::stderr().lock();
            // Standard error is the last resort: if it is gone there is nobody to tell.
            let _ = stderr.write_all(panic_message(why, &place).as_bytes());
        }
    }));
}

fn panic_message(why: &str, place: &str) -> String {
    let why = why.replace('\n', " ");
    format!(
        "error: a bug in genogloss {}, not in your input: {why} ({place})\nhint: please report this line \
         with the command, and if possible a small input that shows the bug; the output was not written\n",
        env!("CARGO_PKG_VERSION")
    )
}

/// The system's reason in our manner: lower case, no "(os error N)", no nested wording.
pub(crate) fn describe(error: &io::Error) -> String {
    let text = match error.kind() {
        // Words of a server say more than the kind of the error.
        _ if error.get_ref().is_some() && error.kind() != io::ErrorKind::UnexpectedEof => error.to_string(),
        io::ErrorKind::NotFound => "no such file or folder".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        io::ErrorKind::StorageFull => "no space left on device".into(),
        io::ErrorKind::IsADirectory => "is a folder, not a file".into(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".into(),
        io::ErrorKind::UnexpectedEof => match error.get_ref() {
            Some(inner) => format!("the file ends too early ({inner})"),
            None => "the file ends too early (truncated?)".into(),
        },
        _ => error.to_string(),
    };
    match text.find(" (os error") {
        Some(end) => text[..end].to_lowercase(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_system_is_the_source() {
        let missing = std::fs::read("/nonexistent/file").expect_err("nothing there");
        for error in [Error::read(Path::new("a.fa"), &missing), Error::write("a.bed", &missing)] {
            let source = std::error::Error::source(&error).expect("a source");
            let source = source.downcast_ref::<io::Error>().expect("of the system");
            assert_eq!(source.kind(), io::ErrorKind::NotFound);
        }
        assert!(std::error::Error::source(&Error::usage("x")).is_none());
    }

    #[test]
    fn closed_pipe_is_success_and_usage_is_two() {
        let pipe = io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(Error::write("standard output", &pipe).exit_code(), 0);
        assert_eq!(Error::usage("no").exit_code(), 2);
        assert_eq!(Error::input("a.fa", "no").exit_code(), 1);
    }

    #[test]
    fn a_panic_says_whose_fault_it_is() {
        let message = panic_message("index out of bounds:\nthe len is 3", "src/a.rs:7:1");
        let lines: Vec<&str> = message.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("error: a bug in genogloss "), "{message}");
        assert!(
            lines[0].ends_with("index out of bounds: the len is 3 (src/a.rs:7:1)") && lines[1].starts_with("hint: ")
        );
    }

    #[test]
    fn messages_are_one_line_whatever_is_in_the_input() {
        let error = Error::input("a\n.fa", "contig \"\u{1b}[31m\t\r\u{85}é\"");
        assert_eq!(error.to_string(), "a\\n.fa: contig \"\\u{1b}[31m\\t\\r\\u{85}é\"");
    }

    #[test]
    fn system_errors_lose_their_numbers() {
        assert_eq!(describe(&io::Error::from_raw_os_error(28)), "no space left on device");
        assert_eq!(describe(&io::Error::from_raw_os_error(5)), "input/output error");
    }
}
