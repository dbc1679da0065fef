//! How far a run is, on standard error: a bar on a terminal, a line every ten seconds in a log.

use std::{
    io::{self, IsTerminal, Write},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{address::without_secrets, genome::interval::commas, read::Share};

/// The bar, while there is one: lines of the log are written above it.
static BAR: Mutex<Option<ProgressBar>> = Mutex::new(None);

fn bar() -> MutexGuard<'static, Option<ProgressBar>> {
    BAR.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Standard error for the log.
pub(crate) struct Console;

impl Write for Console {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The log comes line by line.
        let text = String::from_utf8_lossy(bytes);
        let shown = without_secrets(&text);
        let write = || io::stderr().write_all(shown.as_bytes());
        match &*bar() {
            Some(bar) => bar.suspend(write),
            None => write(),
        }?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// How much there is to do.
pub(crate) enum Total {
    /// Nobody knows.
    Unknown,
    /// So many queries.
    Queries(u64),
    /// What of the input has been read, from 0 to 1.
    Input(Share),
}

impl Total {
    /// What of an input has been read, where that is known.
    pub(crate) fn of(share: Option<Share>) -> Self {
        share.map_or(Self::Unknown, Self::Input)
    }
}

/// Length of the scale of the bar.
const SCALE: f64 = 1000.0;

/// Where a run is, how fast it goes, and when it will be done.
pub(crate) struct Progress {
    /// Windows of an earlier run.
    before: u64,
    total: Total,
    /// When the first record was written, and the share that was done then: what was skipped took no time.
    first: Option<(Instant, f64)>,
    started: Instant,
    next: Duration,
    every: Duration,
    shown: Option<ProgressBar>,
    calls: u32,
}

impl Progress {
    /// Starts the clock. `before`: windows that an earlier run has scored.
    pub(crate) fn new(before: u64, total: Total) -> Self {
        // Lines of the log are shown, and somebody is watching.
        let watched = tracing::enabled!(tracing::Level::INFO) && io::stderr().is_terminal();
        let shown = watched.then(|| {
            let known = !matches!(total, Total::Unknown);
            let template = if known { "{bar:30.cyan/dim} {percent:>3} % | {msg}" } else { "{spinner} {msg}" };
            let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            let shown = ProgressBar::with_draw_target(Some(SCALE as u64), ProgressDrawTarget::stderr());
            shown.set_style(style.progress_chars("━━╌"));
            shown
        });
        bar().clone_from(&shown);
        let every = if watched { Duration::from_millis(200) } else { Duration::from_secs(10) };
        Self { before, total, first: None, started: Instant::now(), next: every, every, shown, calls: 0 }
    }

    fn share(&self, written: u64) -> Option<f64> {
        let share = match &self.total {
            Total::Unknown => return None,
            Total::Queries(all) => written as f64 / (*all).max(1) as f64,
            Total::Input(share) => share(),
        };
        // It is not done before it says so.
        Some(share.clamp(0.0, 0.99))
    }

    /// Called for every record, with those that are written and their windows; looks at the clock every 8 of them.
    pub(crate) fn at(&mut self, written: u64, windows: u64, place: impl FnOnce() -> String) {
        if self.first.is_none() {
            self.first = Some((Instant::now(), self.share(written).unwrap_or(0.0)));
        }
        self.calls = self.calls.wrapping_add(1);
        if !self.calls.is_multiple_of(8) {
            return;
        }
        let elapsed = self.started.elapsed();
        if elapsed < self.next {
            return;
        }
        self.next = elapsed + self.every;
        let rate = windows.saturating_sub(self.before) as f64 / elapsed.as_secs_f64();
        let share = self.share(written);
        let left = share.zip(self.first).and_then(|(share, (since, from))| left(since.elapsed(), from, share));
        let left = left.map_or(String::new(), |left| format!(" | {} left", short(left)));
        let rest = format!("{} windows | {} windows/s{left}", commas(windows), commas(rate as u64));
        match &self.shown {
            Some(bar) => {
                bar.set_position((share.unwrap_or(0.0) * SCALE) as u64);
                bar.set_message(format!("{} | {rest}", place()));
                bar.tick();
            }
            None => {
                let percent = share.map_or(String::new(), |share| format!("{:.0} % | ", share * 100.0));
                tracing::info!("{} | {percent}{rest}", place());
            }
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(shown) = bar().take() {
            shown.finish_and_clear();
        }
    }
}

/// What is still to come, when `elapsed` has brought us from one share to another.
fn left(elapsed: Duration, from: f64, share: f64) -> Option<Duration> {
    let done = share - from;
    // Less than a hundredth says nothing yet.
    (done >= 0.01).then(|| elapsed.mul_f64((1.0 - share) / done))
}

/// `45 s`, `3 min 20 s`, `2 h 5 min`.
pub(crate) fn short(time: Duration) -> String {
    let seconds = time.as_secs_f64().round() as u64;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_skipped_took_no_time() {
        // Half was done by an earlier run; a tenth took 10 s, so the other four take 40.
        assert_eq!(left(Duration::from_secs(10), 0.5, 0.6).map(short), Some("40 s".into()));
        assert_eq!(left(Duration::from_secs(10), 0.5, 0.505), None);
    }

    #[test]
    fn times_are_short() {
        let shown = [59.4, 59.6, 200.0, 7500.0].map(|s| short(Duration::from_secs_f64(s)));
        assert_eq!(shown, ["59 s", "1 min 0 s", "3 min 20 s", "2 h 5 min"]);
    }
}
