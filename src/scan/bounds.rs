//! What the matching threads may spend on one artifact, whatever lies in it: they see to the limits
//! that the reader can't, because it is only waiting for them.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};

use crate::model::{EntryPath, Gap, GapKind, Limits};

/// Bytes that anchors may lead to for each second that is allowed: a slow machine tries so many, while
/// real artifacts come to some megabytes in all. It is counted, not timed, so that an artifact
/// reaches it on every machine or on none.
const TRIED_A_SECOND: u64 = 16 << 20;

/// Time, findings, and what anchors lead to.
#[derive(Debug)]
pub(super) struct Bounds<'l> {
    limits: &'l Limits,
    started: Instant,
    late: AtomicBool,
    findings: AtomicU64,
    tried: AtomicU64,
    flooded: OnceLock<EntryPath>,
}

impl<'l> Bounds<'l> {
    pub(super) fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            started: Instant::now(),
            late: AtomicBool::new(false),
            findings: AtomicU64::new(0),
            tried: AtomicU64::new(0),
            flooded: OnceLock::new(),
        }
    }

    /// Whether the time is up. What is not searched from then on is said by a gap.
    pub(super) fn late(&self) -> bool {
        let late = self.started.elapsed() > self.limits.time;
        if late {
            self.late.store(true, Ordering::Relaxed);
        }
        late
    }

    /// Whether something was left out for that.
    pub(super) fn stopped(&self) -> bool {
        self.late.load(Ordering::Relaxed)
    }

    /// Whether one more finding may be kept. Each takes memory, as an entry does, and there may be
    /// hundreds in each entry.
    pub(super) fn another(&self) -> bool {
        self.findings.fetch_add(1, Ordering::Relaxed) < self.limits.entries
    }

    /// Whether findings are still kept.
    pub(super) fn full(&self) -> bool {
        self.findings.load(Ordering::Relaxed) > self.limits.entries
    }

    /// Whether an anchor in the entry at `path` may lead to `bytes` more being looked at.
    pub(super) fn try_out(&self, bytes: usize, path: &EntryPath) -> bool {
        let cost = bytes as u64;
        let within = self.tried.fetch_add(cost, Ordering::Relaxed) + cost <= self.most_tried();
        if !within {
            self.flooded.get_or_init(|| path.clone());
        }
        within
    }

    /// Whether text is no longer searched, for all the anchors in it.
    pub(super) fn flooded(&self) -> bool {
        self.flooded.get().is_some()
    }

    /// How much anchors have led to, in bytes.
    #[cfg(test)]
    pub(super) fn tried(&self) -> u64 {
        self.tried.load(Ordering::Relaxed)
    }

    fn most_tried(&self) -> u64 {
        let milliseconds = u64::try_from(self.limits.time.as_millis()).unwrap_or(u64::MAX);
        milliseconds.saturating_mul(TRIED_A_SECOND) / 1000
    }

    /// What was left out.
    pub(super) fn gaps(&self) -> impl Iterator<Item = Gap> {
        let (time, most) = (self.limits.time, self.limits.entries);
        let late = self.stopped().then(|| {
            limit(
                format!("Searching the artifact took more than {time:?} (limit `time`); it stopped there."),
                format!("time={}s", time.as_secs().max(1).saturating_mul(2)),
            )
        });
        let many = (self.findings.load(Ordering::Relaxed) > most).then(|| {
            limit(
                format!("The artifact meets rules more than {most} times (limit `entries`); the others are not listed."),
                format!("entries={}", most.saturating_mul(2)),
            )
        });
        let flooded = self.flooded.get().map(|path| Gap {
            path: Some(path.clone()),
            ..limit(
                format!(
                    "It is so full of what secrets begin with, or of encoded text, that more than {} MiB had to be tried (limit `time`, {} MiB a second); \
                     no text was searched from there on.",
                    self.most_tried() >> 20,
                    TRIED_A_SECOND >> 20,
                ),
                format!("time={}s", time.as_secs().max(1).saturating_mul(2)),
            )
        });
        late.into_iter().chain(many).chain(flooded)
    }
}

fn limit(reason: String, raised: String) -> Gap {
    Gap {
        kind: GapKind::Limit,
        path: None,
        reason,
        help: Some(format!(
            "If the artifact is meant to be so, raise the limit: --limit {raised}"
        )),
        sha256: None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_left_out_is_a_gap() {
        let limits = Limits {
            entries: 2,
            time: Duration::ZERO,
            ..Limits::default()
        };
        let bounds = Bounds::new(&limits);
        assert_eq!(bounds.gaps().count(), 0);
        assert!(bounds.another() && bounds.another());
        assert_eq!(bounds.gaps().count(), 0);
        assert!(!bounds.another());
        while !bounds.late() {}
        let reasons: Vec<String> = bounds.gaps().map(|gap| gap.reason).collect();
        assert!(reasons[0].contains("(limit `time`)"), "{reasons:?}");
        assert!(reasons[1].contains("(limit `entries`)"), "{reasons:?}");
    }
}
