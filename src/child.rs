//! Programs that a command runs: they end with it, however it ends.

use std::{
    io::{self, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::Ordering,
    thread,
    time::Duration,
};

use crate::{error::Error, interrupt::INTERRUPTED};

/// How often it is looked at whether a program has ended, or this one is to end.
const EVERY: Duration = Duration::from_millis(20);

/// Bytes kept of what a program says: the last ones.
const SAID: usize = 64 << 10;

/// What became of a program.
pub(super) struct Ended {
    /// Its exit status.
    pub(super) status: ExitStatus,
    /// The end of what it said on standard error.
    pub(super) said: String,
}

/// Runs a program without input and output, and waits for it. With Ctrl-C and SIGTERM it is ended, with all programs that it has
/// begun; it is ended too when this process is killed. The outer error is that of a program that was ended for such a reason.
pub(super) fn run(command: &mut Command) -> Result<io::Result<Ended>, Error> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    own_group(command);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Ok(Err(error)),
    };
    let guard = Guard::new(&child);
    let stderr = child.stderr.take();
    let listener = thread::spawn(move || stderr.map(last_of).unwrap_or_default());
    let status = loop {
        match child.try_wait() {
            Ok(None) if INTERRUPTED.load(Ordering::Relaxed) => {
                guard.end_all();
                let _ = child.kill();
                let _ = child.wait();
                return Err(Error::Interrupted);
            }
            Ok(None) => thread::sleep(EVERY),
            Ok(Some(status)) => break status,
            Err(error) => return Ok(Err(error)),
        }
    };
    guard.dismiss();
    let said = String::from_utf8_lossy(&listener.join().unwrap_or_default()).into_owned();
    Ok(Ok(Ended { status, said }))
}

fn last_of(mut pipe: impl Read) -> Vec<u8> {
    let (mut all, mut block) = (Vec::new(), [0; 8192]);
    while let Ok(count @ 1..) = pipe.read(&mut block) {
        all.extend_from_slice(&block[..count]);
        if all.len() > 2 * SAID {
            all.drain(..all.len() - SAID);
        }
    }
    all
}

/// Signals of the terminal reach this program alone, which passes them on to the whole group.
#[cfg(unix)]
fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
fn own_group(_: &mut Command) {}

/// A shell that waits at a pipe whose other end only this process holds: when that is closed, also because this process was
/// killed, it ends the group of the program. (A process cannot do so itself when it gets SIGKILL, and asking the kernel for it is
/// Linux's alone and not safe code.)
struct Guard(Option<Child>);

impl Guard {
    #[cfg(unix)]
    fn new(child: &Child) -> Self {
        let mut shell = Command::new("/bin/sh");
        // Two ways to name a group: shells differ. In a group of its own no signal of the terminal ends the shell.
        let script = "read line; kill -s KILL -- \"-$1\" || kill -KILL \"-$1\"";
        shell.args(["-c", script, "genogloss", &child.id().to_string()]);
        own_group(&mut shell);
        Self(shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok())
    }

    #[cfg(not(unix))]
    fn new(_: &Child) -> Self {
        Self(None)
    }

    /// Ends the group, before its leader is waited for: until then its number is nobody else's.
    fn end_all(mut self) {
        if let Some(mut shell) = self.0.take() {
            drop(shell.stdin.take());
            let _ = shell.wait();
        }
    }

    /// The program has ended: its number may be another's soon.
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
