//! Detections of one kind: the first ones, and how many there are.

use super::detection;
use crate::{
    detect::Detection,
    model::{EntryPath, counted},
};

/// Those that are told one by one: a wheel without a good list has as many as files.
const MOST: usize = 10;

pub(super) struct Told {
    kind: &'static str,
    /// What is counted.
    noun: &'static str,
    detections: Vec<Detection>,
    count: usize,
}

impl Told {
    pub(super) fn new(kind: &'static str, noun: &'static str) -> Self {
        Self {
            kind,
            noun,
            detections: Vec::new(),
            count: 0,
        }
    }

    pub(super) fn push(
        &mut self,
        path: &EntryPath,
        line: Option<u64>,
        message: impl FnOnce() -> String,
        evidence: &str,
    ) {
        self.count += 1;
        if self.detections.len() < MOST {
            self.detections
                .push(detection(self.kind, path, line, message(), evidence));
        }
    }

    pub(super) fn finish(mut self, out: &mut dyn FnMut(Detection)) {
        if let (Some(first), true) = (self.detections.first_mut(), self.count > MOST) {
            first.message += &format!("; it is the first of {}", counted(self.count, self.noun));
        }
        self.detections.into_iter().for_each(out);
    }
}
