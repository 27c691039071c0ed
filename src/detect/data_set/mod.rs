//! Data sets, by what their headers say, under any name: arrays, columns, records, tables.

mod arrow;
mod avro;
mod columns;
mod delimited;
mod numpy;
mod orc;
mod parquet;
mod plain;
mod tfrecord;
mod thrift;

use super::{Detector, Inspection};
use crate::model::{Context, Entry, EntryKind};

pub(super) const KINDS: &[&str] = &[
    columns::COLUMNAR,
    columns::PERSONAL,
    delimited::LARGE,
    numpy::KIND,
    tfrecord::EVENTS,
    tfrecord::RECORDS,
];

/// Looks at an entry's first bytes, and goes on where they are those of its format.
type Inspect = fn(&Entry, &[u8]) -> Option<Box<dyn Inspection>>;

/// One line for each format.
const FORMATS: [Inspect; 8] = [
    numpy::inspect,
    parquet::inspect,
    arrow::inspect,
    avro::inspect,
    orc::inspect,
    plain::inspect,
    tfrecord::inspect,
    delimited::inspect,
];

struct DataSets;

pub(super) fn make(_: &Context) -> Box<dyn Detector> {
    Box::new(DataSets)
}

impl Detector for DataSets {
    fn inspect(&self, entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
        if entry.kind != EntryKind::File || entry.opened {
            return None;
        }
        FORMATS.iter().find_map(|inspect| inspect(entry, head))
    }
}

#[cfg(test)]
mod testing {
    use super::DataSets;
    use crate::{detect::testing::inspect_in_steps, model::Entry};

    /// What a file is told by, in one piece as in many: `kind: evidence`.
    pub(super) fn told(path: &str, content: &[u8]) -> Vec<String> {
        let entry = Entry::file(path, content.len() as u64);
        let told = |step| {
            let recorder = inspect_in_steps(&DataSets, &entry, content, step);
            let detections = recorder.detections.into_iter();
            detections
                .map(|one| format!("{}: {}", one.kind, one.evidence.as_str()))
                .collect()
        };
        let whole: Vec<_> = told(usize::MAX);
        assert_eq!(told(5), whole);
        whole
    }

    /// What a file of any name is told by first.
    pub(super) fn evidence(content: &[u8]) -> Option<String> {
        told("package/data.bin", content).into_iter().next()
    }
}
