//! Protocol buffers, walked through as they come: whoever reads says of each field whether to go into
//! it, to keep it or to pass it over, so that a model of any size takes no memory.
//! <https://protobuf.dev/programming-guides/encoding/>

use super::bytes::Bytes;

/// Longer values are passed over rather than kept, in bytes.
const KEPT: u64 = 4 << 10;
/// The longest tag and number together, in bytes.
const HEADER: usize = 20;

/// What to do with a field that has a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// It is a message: its fields come next.
    Enter,
    /// Its content is wanted, if it is short.
    Keep,
    /// Nobody wants it.
    Skip,
}

/// Who reads. A path is the numbers of the fields on the way from the top.
pub(super) trait Handler {
    /// A field that has a length begins.
    fn begin(&mut self, path: &[u64]) -> Flow;
    /// A number.
    fn number(&mut self, path: &[u64], number: u64);
    /// The content of a field that is kept.
    fn bytes(&mut self, path: &[u64], bytes: &[u8]);
}

/// A walk through one message.
#[derive(Debug, Default)]
pub(super) struct Walk {
    offset: u64,
    path: Vec<u64>,
    /// Where the messages end that were gone into.
    ends: Vec<u64>,
    header: Vec<u8>,
    /// How much of a field is left, and whether it is kept.
    left: Option<(u64, bool)>,
    kept: Vec<u8>,
    lost: bool,
}

/// A field's beginning.
enum Field {
    Number(u64, u64),
    Fixed(u64),
    Length(u64, u64),
}

impl Walk {
    /// Whether every field was well-formed and lay within its message.
    #[cfg(test)]
    fn is_sound(&self) -> bool {
        !self.lost
    }

    /// Takes the next bytes.
    pub(super) fn push(&mut self, mut piece: &[u8], handler: &mut dyn Handler) {
        while !piece.is_empty() && !self.lost {
            let taken = match self.left {
                Some((left, keeps)) => {
                    let taken = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                    if keeps {
                        self.kept.extend_from_slice(&piece[..taken]);
                    }
                    self.left = Some((left - taken as u64, keeps));
                    taken
                }
                None => {
                    self.header.push(piece[0]);
                    1
                }
            };
            self.offset += taken as u64;
            piece = &piece[taken..];
            if self.left.is_none() {
                self.try_field(handler);
            }
            self.end(handler);
        }
    }

    fn try_field(&mut self, handler: &mut dyn Handler) {
        match field(&self.header) {
            Some(Ok(field)) => {
                self.header.clear();
                self.field(field, handler);
            }
            Some(Err(())) => self.lost = true,
            None => self.lost = self.header.len() >= HEADER,
        }
    }

    fn field(&mut self, field: Field, handler: &mut dyn Handler) {
        match field {
            Field::Number(name, number) => {
                self.path.push(name);
                handler.number(&self.path, number);
                self.path.pop();
            }
            Field::Fixed(width) => self.left = Some((width, false)),
            Field::Length(name, length) => {
                self.path.push(name);
                let flow = handler.begin(&self.path);
                let end = self.offset.checked_add(length);
                if flow == Flow::Enter
                    && let Some(end) = end
                {
                    self.ends.push(end);
                } else {
                    let keeps = flow == Flow::Keep && length <= KEPT;
                    self.left = Some((length, keeps));
                }
                let outer = self.ends.iter().rev().nth(usize::from(flow == Flow::Enter));
                let fits = |end: u64| outer.is_none_or(|outer| end <= *outer);
                self.lost = !end.is_some_and(fits);
            }
        }
    }

    /// Closes what ends here.
    fn end(&mut self, handler: &mut dyn Handler) {
        if let Some((0, keeps)) = self.left {
            self.left = None;
            if keeps {
                handler.bytes(&self.path, &self.kept);
                self.kept.clear();
            }
            // Numbers of fixed width have put nothing there.
            self.path.truncate(self.ends.len());
        }
        while self.left.is_none() && self.ends.last().is_some_and(|end| *end <= self.offset) {
            let end = self.ends.pop();
            self.lost |= end < Some(self.offset) || !self.header.is_empty();
            self.path.truncate(self.ends.len());
        }
    }
}

/// A field's tag and number; `None` if they go on, an error if they are no such.
fn field(header: &[u8]) -> Option<Result<Field, ()>> {
    let mut bytes = Bytes::new(header);
    let tag = bytes.varint()?;
    let name = tag >> 3;
    if name == 0 || name > 0x1fff_ffff {
        return Some(Err(()));
    }
    Some(Ok(match tag & 7 {
        0 => Field::Number(name, bytes.varint()?),
        1 => Field::Fixed(8),
        2 => Field::Length(name, bytes.varint()?),
        5 => Field::Fixed(4),
        _ => return Some(Err(())),
    }))
}

#[cfg(test)]
pub(super) mod testing {
    /// A field with a length.
    pub(crate) fn bytes(name: u64, content: &[u8]) -> Vec<u8> {
        let mut field = varint(name << 3 | 2);
        field.extend(varint(content.len() as u64));
        field.extend_from_slice(content);
        field
    }

    /// A field with a number.
    pub(crate) fn number(name: u64, number: u64) -> Vec<u8> {
        [varint(name << 3), varint(number)].concat()
    }

    fn varint(mut number: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        while number >= 0x80 {
            bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        bytes.push(number as u8);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::{
        testing::{bytes, number},
        *,
    };

    #[derive(Default, PartialEq, Debug)]
    struct Told(Vec<String>);

    impl Handler for Told {
        fn begin(&mut self, path: &[u64]) -> Flow {
            self.0.push(format!("begin {path:?}"));
            match path.last() {
                Some(7) => Flow::Enter,
                Some(2) => Flow::Keep,
                _ => Flow::Skip,
            }
        }

        fn number(&mut self, path: &[u64], number: u64) {
            self.0.push(format!("{path:?} = {number}"));
        }

        fn bytes(&mut self, path: &[u64], bytes: &[u8]) {
            self.0
                .push(format!("{path:?} = {:?}", String::from_utf8_lossy(bytes)));
        }
    }

    fn walk(content: &[u8]) -> (Vec<String>, bool) {
        let told = |step| {
            let (mut walk, mut told) = (Walk::default(), Told::default());
            content
                .chunks(step)
                .for_each(|piece| walk.push(piece, &mut told));
            (told.0, walk.is_sound())
        };
        assert_eq!(told(1), told(content.len().max(1)));
        told(3)
    }

    #[test]
    fn fields_come_with_their_paths() {
        let inner = [
            number(1, 300),
            bytes(2, b"b"),
            bytes(7, b""),
            bytes(3, b"xyz"),
        ]
        .concat();
        let fixed = [&[0x09][..], &[0; 8], &[0x0d], &[0; 4]].concat();
        let content = [bytes(2, b"a"), bytes(7, &inner), fixed, number(9, 5)].concat();
        let (told, sound) = walk(&content);
        assert!(sound);
        assert_eq!(
            told,
            [
                "begin [2]",
                "[2] = \"a\"",
                "begin [7]",
                "[7, 1] = 300",
                "begin [7, 2]",
                "[7, 2] = \"b\"",
                "begin [7, 7]",
                "begin [7, 3]",
                "[9] = 5",
            ]
        );
    }

    #[test]
    fn what_lies_about_its_length_is_lost() {
        let too_long = [0x3a, 4, 0x12, 9, 0, 0];
        let huge = [
            0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x08, 1,
        ];
        let cut = [0x3a, 1, 0x08, 1];
        for content in [&too_long[..], &huge, &cut, &[0x07, 1], &[0, 0], &[0xff; 30]] {
            assert!(!walk(content).1, "{content:?}");
        }
        let long = bytes(2, &vec![b'a'; KEPT as usize + 1]);
        assert_eq!(walk(&long).0, ["begin [2]"]);
    }
}
