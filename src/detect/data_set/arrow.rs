//! Arrow's files and streams (and Feather, version 2): a schema, then batches of rows, each with its
//! length before it.
//! <https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc>

use super::columns::Table;
use crate::{
    detect::{Inspection, Out, bytes::Bytes, flatbuffer},
    model::{Entry, EntryPath},
};

const FILE: &[u8] = b"ARROW1\0\0";
/// What stands before each message; a length follows.
const CONTINUES: [u8; 4] = [0xff; 4];
const MARK: usize = 8;
/// A longer description of a schema or batch is passed over, in bytes.
const KEPT: usize = 1 << 20;

const SCHEMA: u8 = 1;
const BATCH: u8 = 3;

pub(super) fn inspect(entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
    let skip = if head.starts_with(FILE) {
        FILE.len()
    } else {
        0
    };
    let mut messages = Messages::new(skip);
    messages.take(head);
    // A stream has no magic, and is known by its schema.
    (skip > 0 || !messages.table.columns.is_empty()).then(|| {
        Box::new(Reading {
            path: entry.path.clone(),
            messages: Messages::new(skip),
        }) as Box<dyn Inspection>
    })
}

struct Reading {
    path: EntryPath,
    messages: Messages,
}

impl Inspection for Reading {
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        self.messages.take(piece);
        if last {
            self.messages.table.tell(&self.path, out);
        }
    }
}

/// Messages that come one behind the other.
struct Messages {
    table: Table,
    /// So much is passed over first.
    skip: u64,
    /// How long the description is that is being gathered; without one, a mark is.
    description: Option<usize>,
    gathered: Vec<u8>,
    ended: bool,
}

impl Messages {
    fn new(skip: usize) -> Self {
        Self {
            table: Table::new("Arrow"),
            skip: skip as u64,
            description: None,
            gathered: Vec::new(),
            ended: false,
        }
    }

    fn take(&mut self, mut piece: &[u8]) {
        while !piece.is_empty() && !self.ended {
            if self.skip > 0 {
                let skipped = piece
                    .len()
                    .min(usize::try_from(self.skip).unwrap_or(usize::MAX));
                self.skip -= skipped as u64;
                piece = &piece[skipped..];
                continue;
            }
            let wanted = self.description.unwrap_or(MARK);
            let (taken, rest) = piece.split_at(piece.len().min(wanted - self.gathered.len()));
            self.gathered.extend_from_slice(taken);
            piece = rest;
            if self.gathered.len() == wanted {
                let gathered = std::mem::take(&mut self.gathered);
                let goes_on = match self.description.take() {
                    None => self.mark(&gathered),
                    Some(_) => self.message(&gathered),
                };
                self.ended = goes_on.is_none();
            }
        }
    }

    /// Before each message; a length of nothing ends them.
    fn mark(&mut self, mark: &[u8]) -> Option<()> {
        let mut bytes = Bytes::new(mark.strip_prefix(&CONTINUES)?);
        let length = usize::try_from(bytes.little(4)?).ok()?;
        self.description = Some(length);
        (1..=KEPT).contains(&length).then_some(())
    }

    /// What describes a message; its body follows.
    fn message(&mut self, description: &[u8]) -> Option<()> {
        let message = flatbuffer::Table::new(description, 0)?;
        let header = message.table(2)?;
        match message.scalar(1)? {
            [SCHEMA] => {
                for column in header.tables(1) {
                    self.table.column(column.text(0).unwrap_or_default());
                }
            }
            [BATCH] => {
                let rows = header.scalar(0).map_or(0, i64::from_le_bytes);
                let rows = u64::try_from(rows).ok()?;
                self.table.rows = Some(self.table.rows.unwrap_or(0).saturating_add(rows));
            }
            _ => {}
        }
        let body = message.scalar(3).map_or(0, i64::from_le_bytes);
        self.skip = u64::try_from(body).ok()?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::{
        data_set::testing::evidence,
        flatbuffer::testing::{Field, buffer},
    };

    fn message(kind: u8, header: Vec<Field>, body: u8) -> Vec<u8> {
        let body_length = i64::from(body).to_le_bytes().to_vec();
        let fields = [
            Field::Scalar(vec![4, 0]),
            Field::Scalar(vec![kind]),
            Field::Table(header),
            Field::Scalar(body_length),
        ];
        let description = buffer(b"", &fields);
        let length = (description.len() as u32).to_le_bytes();
        [
            &CONTINUES[..],
            &length,
            &description,
            &vec![9; usize::from(body)],
        ]
        .concat()
    }

    fn stream() -> Vec<u8> {
        let columns = vec![vec![Field::Text("id")], vec![Field::Text("text")]];
        let batch =
            |rows: i64| message(BATCH, vec![Field::Scalar(rows.to_le_bytes().to_vec())], 40);
        [
            message(SCHEMA, vec![Field::None, Field::Tables(columns)], 0),
            batch(1000),
            batch(24),
            [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0].to_vec(),
        ]
        .concat()
    }

    #[test]
    fn rows_of_all_batches_are_counted() {
        let expected = Some("data-set:columnar: 1,024 rows, 2 columns: id, text");
        assert_eq!(evidence(&stream()).as_deref(), expected);
        let file = [FILE, &stream(), b"a footer", b"ARROW1"].concat();
        assert_eq!(evidence(&file).as_deref(), expected);
    }

    #[test]
    fn hostile_messages_end_it() {
        let file = [FILE, &stream()].concat();
        for at in 8..file.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut content = file.clone();
                content[at] = value;
                assert!(evidence(&content).is_some(), "{at}");
            }
            assert!(evidence(&file[..at]).is_some(), "{at}");
        }
        assert_eq!(evidence(&[0xff; 100]), None);
        assert_eq!(evidence(b"ARROW1 is the magic"), None);
    }
}
