//! One thing that occurs in an entry: how often, and where first.

use crate::model::Location;

#[derive(Debug)]
pub(in crate::detect) struct Occurrences {
    count: u64,
    pub(in crate::detect) first: Location,
}

impl Occurrences {
    pub(in crate::detect) fn at(first: Location) -> Self {
        Self { count: 1, first }
    }

    pub(in crate::detect) fn another(&mut self) {
        self.count += 1;
    }

    /// `what`, and that it appears.
    pub(in crate::detect) fn sentence(&self, what: &str) -> String {
        let place = match (self.first.line, self.first.offset) {
            (Some(line), _) => format!("at line {line}"),
            (None, offset) => format!("at offset {}", offset.unwrap_or_default()),
        };
        match self.count {
            1 => format!("{what} appears {place}"),
            2 => format!("{what} appears twice, first {place}"),
            count => format!("{what} appears {count} times, first {place}"),
        }
    }
}
