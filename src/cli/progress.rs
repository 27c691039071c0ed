//! One line that says how far a check has come.

use std::{
    env,
    io::{self, IsTerminal, Write},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use anstream::AutoStream;

use crate::model::Progress;

/// What takes no longer than this shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often the line is renewed.
const STEP: Duration = Duration::from_millis(100);
/// Back to the first column, and the line emptied.
const CLEAR: &str = "\r\u{1b}[2K";

/// Runs `work` and shows how far it has come, if `wanted` and somebody is there to see it.
pub(super) fn during<T>(wanted: bool, progress: &Progress, work: impl FnOnce() -> T) -> T {
    if !wanted || !io::stderr().is_terminal() || env::var_os("CI").is_some() {
        return work();
    }
    thread::scope(|scope| {
        // Dropped when the work ends, by a panic too: that is what the line waits for.
        let (_working, ended) = mpsc::channel::<()>();
        scope.spawn(move || show(progress, &ended));
        work()
    })
}

fn show(progress: &Progress, ended: &mpsc::Receiver<()>) {
    if ended.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    let mut stderr = AutoStream::always(io::stderr());
    loop {
        // A line of progress that can't be written is no loss.
        let _ = write!(stderr, "{CLEAR}{}", line(progress));
        let _ = stderr.flush();
        if ended.recv_timeout(STEP) != Err(RecvTimeoutError::Timeout) {
            break;
        }
    }
    let _ = write!(stderr, "{CLEAR}");
    let _ = stderr.flush();
}

/// Until something is read, a client is packing, unless artifacts are fetched.
fn line(progress: &Progress) -> String {
    let (bytes, entries) = progress.read();
    let read = format!("{:.1} MB, {entries} entries", bytes as f64 / 1e6);
    match (progress.artifacts(), bytes) {
        ((0, 0), 0) => "Packing…".to_owned(),
        ((0, 0), _) => format!("Reading… {read}"),
        ((done, all), _) => format!("{} {done} of {all} checked, {read}", bar(done, all)),
    }
}

/// Columns of the bar.
const COLUMNS: u64 = 20;

fn bar(done: u64, all: u64) -> String {
    let full = done.saturating_mul(COLUMNS) / all.max(1);
    let cell = |column| if column < full { '━' } else { '┄' };
    (0..COLUMNS).map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_follows_the_work() {
        let progress = Progress::default();
        assert_eq!(line(&progress), "Packing…");
        progress.add_packed(12_340_000);
        progress.add_entry();
        assert_eq!(line(&progress), "Reading… 12.3 MB, 1 entries");
        progress.add_artifacts(4);
        progress.add_done();
        let bar = format!("{}{}", "━".repeat(5), "┄".repeat(15));
        assert_eq!(
            line(&progress),
            format!("{bar} 1 of 4 checked, 12.3 MB, 1 entries")
        );
    }

    #[test]
    fn the_work_is_done_without_a_terminal_too() {
        assert_eq!(during(true, &Progress::default(), || 5), 5);
    }
}
