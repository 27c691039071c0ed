//! What the matching threads may spend on one artifact, whatever lies in it: they see to the limits
//! that the reader can't, because it is only waiting for them.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Instant,
};

use crate::model::{Gap, GapKind, Limits};

/// Time and findings.
#[derive(Debug)]
pub(super) struct Bounds<'l> {
    limits: &'l Limits,
    started: Instant,
    late: AtomicBool,
    findings: AtomicU64,
}

impl<'l> Bounds<'l> {
    pub(super) fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            started: Instant::now(),
            late: AtomicBool::new(false),
            findings: AtomicU64::new(0),
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

    /// Whether one more finding may be kept. Each takes memory, as an entry does, and there may be
    /// hundreds in each entry.
    pub(super) fn another(&self) -> bool {
        self.findings.fetch_add(1, Ordering::Relaxed) < self.limits.entries
    }

    /// What was left out.
    pub(super) fn gaps(&self) -> impl Iterator<Item = Gap> {
        let (time, most) = (self.limits.time, self.limits.entries);
        let late = self.late.load(Ordering::Relaxed).then(|| {
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
        late.into_iter().chain(many)
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
