//! A panic is a mistake of ours: it is said in one sentence, and becomes exit code 70.

use std::{
    io::{self, Write},
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

/// What a panic is called, for people and for machines.
pub(super) const SENTENCE: &str = "packwarden has failed: this is a mistake in packwarden itself";
/// The way out.
pub(super) fn help() -> String {
    let mut help =
        "please report it, with the command line and, if you can share it, the artifact".to_owned();
    let repository = env!("CARGO_PKG_REPOSITORY");
    if !repository.is_empty() {
        help.push_str(&format!(": {repository}/issues"));
    }
    help
}

/// Has the first panic say one sentence, wherever it happens. The panic's own message is left out:
/// it may quote the text that was being read, and with it a secret.
pub(super) fn install() {
    static FIRST: Once = Once::new();
    panic::set_hook(Box::new(|info| {
        FIRST.call_once(|| {
            let place = info.location().map(|at| format!(" ({at})"));
            let place = place.unwrap_or_default();
            // Where standard error is closed there is nobody left to tell; the exit code still does.
            let _ = writeln!(io::stderr(), "{SENTENCE}{place}\n  {}", help());
        });
    }));
}

/// What `work` returns, or `None` if it panics. What it was working on is not used afterwards.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    panic::catch_unwind(AssertUnwindSafe(work)).ok()
}
