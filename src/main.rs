//! The program: arguments, log, exit code. Everything else is in the library.

use std::{io::Write, process::ExitCode, sync::Arc};

use clap::Parser;
use genogloss::{commands::Cli, error::Error, pipeline::INTERRUPTED};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let level = if cli.quiet { tracing::Level::WARN } else { tracing::Level::INFO };
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(level)
        .with_target(false)
        .without_time()
        .with_ansi(false)
        .init();
    // The first signal ends the run in order, the second one at once.
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        let registered = signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&INTERRUPTED))
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&INTERRUPTED)));
        if let Err(error) = registered {
            tracing::warn!("signals are not handled: {error}");
        }
    }
    match cli.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !matches!(error, Error::Closed) {
                let mut stderr = std::io::stderr().lock();
                // Standard error is the last resort: if it is gone there is nobody to tell.
                let _ = writeln!(stderr, "error: {error}");
                if let Some(hint) = error.hint() {
                    let _ = writeln!(stderr, "hint: {hint}");
                }
            }
            ExitCode::from(error.exit_code())
        }
    }
}
