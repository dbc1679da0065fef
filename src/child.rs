//! Programs that a command runs. They end with it, also when it is killed.

use std::{
    io::{self, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::Ordering,
    thread,
    time::Duration,
};

use crate::{error::Error, interrupt::INTERRUPTED};

/// Time between two checks whether the program has ended, or this one is interrupted.
const POLL: Duration = Duration::from_millis(20);

/// Bytes that are kept of the end of standard error.
const KEPT: usize = 64 << 10;

/// A program that has ended.
pub(super) struct Exited {
    /// Exit status.
    pub(super) status: ExitStatus,
    /// The end of its standard error.
    pub(super) stderr: String,
}

/// Runs a program without standard input and output, and waits for it. Ctrl-C, SIGTERM and the death of this process end it and
/// all programs that it has started. The outer error is the interruption; the inner one, that the program could not be run.
pub(super) fn run(command: &mut Command) -> Result<io::Result<Exited>, Error> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    own_group(command);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Ok(Err(error)),
    };
    let guard = Guard::new(&child);
    let pipe = child.stderr.take();
    let listener = thread::spawn(move || pipe.map(last_of).unwrap_or_default());
    let status = loop {
        match child.try_wait() {
            Ok(None) if INTERRUPTED.load(Ordering::Relaxed) => {
                guard.end_all();
                let _ = child.kill();
                let _ = child.wait();
                return Err(Error::Interrupted);
            }
            Ok(None) => thread::sleep(POLL),
            Ok(Some(status)) => break status,
            Err(error) => return Ok(Err(error)),
        }
    };
    guard.dismiss();
    let stderr = String::from_utf8_lossy(&listener.join().unwrap_or_default()).into_owned();
    Ok(Ok(Exited { status, stderr }))
}

fn last_of(mut pipe: impl Read) -> Vec<u8> {
    let (mut all, mut block) = (Vec::new(), [0; 8192]);
    while let Ok(count @ 1..) = pipe.read(&mut block) {
        all.extend_from_slice(&block[..count]);
        if all.len() > 2 * KEPT {
            all.drain(..all.len() - KEPT);
        }
    }
    all
}

/// Puts the program into a process group of its own: signals of the terminal reach this program only, which ends the group.
#[cfg(unix)]
fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
fn own_group(_: &mut Command) {}

/// A shell that reads from a pipe whose other end only this process holds: when that end is closed, also because this process
/// was killed, it ends the group of the program. (A process that gets SIGKILL cannot do so itself, and asking the kernel to do it
/// works on Linux only and needs unsafe code.)
struct Guard(Option<Child>);

impl Guard {
    #[cfg(unix)]
    fn new(child: &Child) -> Self {
        let mut shell = Command::new("/bin/sh");
        // Shells differ in how they name a group, so both ways are tried. In a group of its own, the shell gets no signal of the terminal.
        let script = "read line; kill -s KILL -- \"-$1\" || kill -KILL \"-$1\"";
        shell.args(["-c", script, "genogloss", &child.id().to_string()]);
        own_group(&mut shell);
        Self(shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok())
    }

    #[cfg(not(unix))]
    fn new(_: &Child) -> Self {
        Self(None)
    }

    /// Ends the group before its leader is waited for: until then no other process can have its number.
    fn end_all(mut self) {
        if let Some(mut shell) = self.0.take() {
            drop(shell.stdin.take());
            let _ = shell.wait();
        }
    }

    /// Stops the shell: the program has ended, and another process may get its number.
    fn dismiss(mut self) {
        if let Some(mut shell) = self.0.take() {
            let _ = shell.kill();
            let _ = shell.wait();
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(mut shell) = self.0.take() {
            let _ = shell.kill();
            let _ = shell.wait();
        }
    }
}
