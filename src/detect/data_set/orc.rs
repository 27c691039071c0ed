//! ORC: its schema and the number of its rows stand at the end, often compressed.
//! <https://orc.apache.org/specification/ORCv1/>

use super::columns::Table;
use crate::{
    detect::{
        Inspection,
        bytes::Bytes,
        content,
        protobuf::{Flow, Handler, Walk},
    },
    model::Entry,
};

const MAGIC: &[u8] = b"ORC";
const READ: usize = 1 << 20;
/// The header of a compressed piece, in bytes; its lowest bit says that it is not compressed at all.
const CHUNK: u64 = 3;

pub(super) fn inspect(entry: &Entry, head: &[u8]) -> Option<Box<dyn Inspection>> {
    let path = entry.path.clone();
    head.starts_with(MAGIC).then(|| {
        content::end(READ, move |bytes, out| {
            if let Some(postscript) = Postscript::read(bytes) {
                let mut footer = Footer(Table::new("ORC"));
                let content = postscript.footer(bytes).unwrap_or_default();
                Walk::default().push(content, &mut footer);
                footer.0.tell(&path, out);
            }
        })
    })
}

/// What the last bytes say: how long the footer before them is.
#[derive(Default)]
struct Postscript {
    footer: u64,
    compression: u64,
    own: usize,
    is_orc: bool,
}

impl Postscript {
    /// `None` where these are not the last bytes of such a file, so that a text may begin like one.
    fn read(bytes: &[u8]) -> Option<Self> {
        let (length, rest) = bytes.split_last()?;
        let own = usize::from(*length);
        let mut postscript = Self {
            own,
            ..Self::default()
        };
        let content = rest.get(rest.len().checked_sub(own)?..)?;
        Walk::default().push(content, &mut postscript);
        postscript.is_orc.then_some(postscript)
    }

    fn footer<'a>(&self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let end = bytes.len().checked_sub(self.own + 1)?;
        let start = end.checked_sub(usize::try_from(self.footer).ok()?)?;
        let footer = bytes.get(start..end)?;
        if self.compression == 0 {
            return Some(footer);
        }
        let mut bytes = Bytes::new(footer);
        let chunk = bytes.little(CHUNK)?;
        (chunk & 1 == 1).then_some(bytes.rest)
    }
}

impl Handler for Postscript {
    fn begin(&mut self, path: &[u64]) -> Flow {
        match path {
            [8000] => Flow::Keep,
            _ => Flow::Skip,
        }
    }

    fn number(&mut self, path: &[u64], number: u64) {
        match path {
            [1] => self.footer = number,
            [2] => self.compression = number,
            _ => {}
        }
    }

    fn bytes(&mut self, _: &[u64], bytes: &[u8]) {
        self.is_orc = bytes == MAGIC;
    }
}

struct Footer(Table);

impl Handler for Footer {
    fn begin(&mut self, path: &[u64]) -> Flow {
        match path {
            [4] => Flow::Enter,
            [4, 3] => Flow::Keep,
            _ => Flow::Skip,
        }
    }

    fn number(&mut self, path: &[u64], number: u64) {
        if path == [6] {
            self.0.rows = Some(number);
        }
    }

    fn bytes(&mut self, _: &[u64], name: &[u8]) {
        self.0.column(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::{
        data_set::testing::evidence,
        protobuf::testing::{bytes, number},
    };

    fn file(compression: u64, before: &[u8]) -> Vec<u8> {
        let types = bytes(4, &[bytes(3, b"id"), bytes(3, b"text")].concat());
        let footer = [before, &types, &number(6, 300)].concat();
        let postscript = [
            number(1, footer.len() as u64),
            number(2, compression),
            bytes(8000, MAGIC),
        ]
        .concat();
        let own = [postscript.len() as u8];
        [MAGIC, &[7; 50], &footer, &postscript, &own].concat()
    }

    #[test]
    fn footers_are_read_where_they_are_not_compressed() {
        let expected = Some("data-set:columnar: 300 rows, 2 columns: id, text");
        assert_eq!(evidence(&file(0, b"")).as_deref(), expected);
        assert_eq!(evidence(&file(1, b"\x29\0\0")).as_deref(), expected);
        assert_eq!(
            evidence(&file(1, b"\x28\0\0")).as_deref(),
            Some("data-set:columnar: ORC")
        );
    }

    #[test]
    fn texts_and_hostile_footers_pass() {
        assert_eq!(evidence(b"ORC is a format"), None);
        let good = file(0, b"");
        for at in 3..good.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut content = good.clone();
                content[at] = value;
                evidence(&content);
            }
            evidence(&good[..at]);
        }
    }
}
