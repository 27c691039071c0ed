//! Content recognised by bytes at a fixed place, whatever the file is called.

use std::fmt::Write as _;

use super::{error::Problem, file::Fields, hex};

/// How far into a file bytes are looked for.
pub(super) const HEAD: usize = 64 << 10;

/// Bytes at an offset; `None` is any byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Magic {
    offset: usize,
    bytes: Vec<Option<u8>>,
}

impl Magic {
    /// Reads `{ offset = 0, bytes = "47475546" }`.
    pub(super) fn read(mut fields: Fields<'_>) -> Option<Self> {
        let offset = fields.integer("offset", 0, (0, HEAD));
        let text = fields.required("bytes");
        let bytes = text.as_ref().and_then(|text| {
            let bytes = hex::pattern(text.get_ref());
            let problem = match &bytes {
                None => Problem::BadHex((*text.get_ref()).to_owned()),
                Some(bytes) if bytes.iter().all(Option::is_none) => Problem::MagicOfNothing,
                Some(bytes) if offset.is_some_and(|offset| offset + bytes.len() > HEAD) => {
                    Problem::MagicTooFar
                }
                Some(_) => return bytes,
            };
            fields.mistake(text.span(), problem);
            None
        });
        fields.finish();
        Some(Self {
            offset: offset?,
            bytes: bytes?,
        })
    }

    /// Whether a file that begins with `head` has these bytes.
    pub(super) fn matches(&self, head: &[u8]) -> bool {
        let end = self.offset + self.bytes.len();
        head.get(self.offset..end).is_some_and(|found| {
            let mut pairs = found.iter().zip(&self.bytes);
            pairs.all(|(byte, wanted)| wanted.is_none_or(|wanted| wanted == *byte))
        })
    }

    /// What a finding shows.
    pub(super) fn evidence(&self) -> String {
        let mut text = String::from("bytes ");
        for byte in &self.bytes {
            let _ = match byte {
                Some(byte) => write!(text, "{byte:02x}"),
                None => write!(text, "??"),
            };
        }
        let _ = write!(text, " at offset {}", self.offset);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_looked_for_at_their_offset() {
        let magic = Magic {
            offset: 2,
            bytes: vec![Some(1), None, Some(3)],
        };
        assert!(magic.matches(&[9, 9, 1, 2, 3]));
        assert!(!magic.matches(&[1, 2, 3, 9, 9]));
        assert!(!magic.matches(&[9, 9, 1, 2]));
        assert_eq!(magic.evidence(), "bytes 01??03 at offset 2");
    }
}
