//! The program around a command: log, signals, errors on the screen, exit code.

use std::{
    io::Write,
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use signal_hook::{
    consts::{SIGINT, SIGTERM, SIGUSR2},
    iterator::Signals,
};

use crate::{
    address::without_secrets,
    commands::{Cli, build_details},
    error::{Error, explain_panics},
    interrupt::{INTERRUPTED, SIGNAL},
    output::remove_unfinished,
    progress::Console,
};

/// ONNX Runtime 1.31 of PyPI writes a device number and what it has done into the user's cache folder, follows a name in the temporary one,
/// and asks for a server, before it can be told not to through its interface: only this variable keeps it from all of it.
#[allow(unsafe_code, reason = "a variable of the environment can be set in no other way")]
fn keep_quiet() {
    // SAFETY: nothing else runs yet: this is the first line of `main`.
    unsafe { std::env::set_var("ORT_DISABLE_TELEMETRY", "1") };
}

/// Runs the command of this process's arguments, as `main` does. It sets a variable of the environment and the panic hook, handles
/// signals and writes to standard error: call it once, first, in a program of its own.
pub fn main() -> ExitCode {
    keep_quiet();
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    if let Some(details) = build_details(&words) {
        // Whoever hangs up has read enough.
        let _ = std::io::stdout().write_all(details.as_bytes());
        return ExitCode::SUCCESS;
    }
    let cli = Cli::read();
    let level = match (cli.quiet, cli.verbose) {
        (true, _) => tracing::Level::WARN,
        (_, 0) => tracing::Level::INFO,
        (_, 1) => tracing::Level::DEBUG,
        _ => tracing::Level::TRACE,
    };
    tracing_subscriber::fmt()
        .with_writer(|| Console)
        .with_max_level(level)
        .with_target(false)
        .without_time()
        .with_ansi(false)
        // Standard error that cannot be written must not end a run.
        .log_internal_errors(false)
        .init();
    explain_panics();
    match Signals::new([SIGINT, SIGTERM, SIGUSR2]) {
        Ok(signals) => drop(std::thread::spawn(move || watch(signals))),
        Err(error) => tracing::warn!("signals are not handled: {error}"),
    }
    match cli.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where a signal's patience ended at the same time, it is said once.
            let said = matches!(error, Error::Interrupted) && SAID.swap(true, Ordering::Relaxed);
            if !matches!(error, Error::Closed) && !said {
                let mut stderr = std::io::stderr().lock();
                // Standard error is the last resort: if it is gone there is nobody to tell.
                let _ = writeln!(stderr, "error: {error}");
                if let Some(hint) = error.hint() {
                    let _ = writeln!(stderr, "hint: {}", without_secrets(hint));
                }
            }
            ExitCode::from(error.exit_code())
        }
    }
}

/// How long a run may take to end in order after a signal; one that waits for its input never would.
const GRACE: Duration = Duration::from_secs(2);

/// The first signal ends the run in order. After a while, or at the second one, what was begun is removed and the
/// program ends.
fn watch(mut signals: Signals) {
    let mut seen = signals.forever();
    let Some(signal) = seen.next() else { return };
    SIGNAL.store(signal, Ordering::Relaxed);
    INTERRUPTED.store(true, Ordering::Relaxed);
    std::thread::spawn(|| {
        std::thread::sleep(GRACE);
        abandon();
    });
    if seen.next().is_some() {
        abandon();
    }
}

/// That the run was interrupted is said.
static SAID: AtomicBool = AtomicBool::new(false);

fn abandon() -> ! {
    remove_unfinished();
    if !SAID.swap(true, Ordering::Relaxed) {
        let _ = writeln!(std::io::stderr(), "error: {}", Error::Interrupted);
    }
    std::process::exit(i32::from(Error::Interrupted.exit_code()))
}
