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

use super::{Detector, Inspection, unreadable};
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

/// What is called so is of one of the formats.
const NAMES: [&str; 6] = ["orc", "parquet", "arrow", "avro", "tfrecord", "tfrecords"];
/// One line for each format.
const FORMATS: [Inspect; 9] = [
    numpy::inspect,
    parquet::inspect,
    arrow::inspect,
    avro::inspect,
    orc::inspect,
    plain::inspect,
    tfrecord::inspect,
    delimited::inspect,
    |entry, head| unreadable::inspect(entry, head, &NAMES),
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
mod tests {
    use super::testing::told;

    #[test]
    fn what_is_called_a_data_set_and_is_not_readable_is_told_of() {
        let said = ["model-weights:unreadable: a damaged or unknown header"];
        assert_eq!(told("package/a.orc", &[0xff; 40]), said);
        assert_eq!(told("package/a.tfrecord", &[0xff; 40]), said);
        assert_eq!(told("package/a.tfrecord", b""), [""; 0]);
        assert_eq!(told("package/a.bin", &[0xff; 40]), [""; 0]);
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
