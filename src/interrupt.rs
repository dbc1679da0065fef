//! Whether the run was interrupted: set by the thread that waits for signals, looked at by whatever takes long.

use std::sync::atomic::{AtomicBool, AtomicI32};

/// Set by Ctrl-C, SIGTERM and SIGUSR2.
pub(crate) static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Which signal it was.
pub(crate) static SIGNAL: AtomicI32 = AtomicI32::new(0);
