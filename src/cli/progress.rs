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
        let _ = write!(stderr, "{CLEAR}{}", line(progress.read()));
        let _ = stderr.flush();
        if ended.recv_timeout(STEP) != Err(RecvTimeoutError::Timeout) {
            break;
        }
    }
    let _ = write!(stderr, "{CLEAR}");
    let _ = stderr.flush();
}

/// Until something is read, a client is packing.
fn line((bytes, entries): (u64, u64)) -> String {
    if bytes == 0 {
        return "Packing…".to_owned();
    }
    let megabytes = bytes as f64 / 1e6;
    format!("Reading… {megabytes:.1} MB, {entries} entries")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_follows_the_work() {
        assert_eq!(line((0, 0)), "Packing…");
        assert_eq!(line((12_340_000, 7)), "Reading… 12.3 MB, 7 entries");
    }

    #[test]
    fn the_work_is_done_without_a_terminal_too() {
        assert_eq!(during(true, &Progress::default(), || 5), 5);
    }
}
