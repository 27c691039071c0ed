//! A map inside of another file that is being read: how it is written, and what came of it until now.

use sha2::Digest as _;

use super::{
    data_url::{Decoder, Encoding},
    literal::Literal,
    reader::MapReader,
};
use crate::detect::Out;

/// A map that is being read.
pub(super) struct Body {
    pub(super) text: Text,
    pub(super) reader: MapReader,
    pub(super) hasher: sha2::Sha256,
    /// Its media type says that it is JSON.
    pub(super) claims_json: bool,
    /// The line in which it is referred to.
    pub(super) line: u64,
    /// Where the search goes on if it comes to nothing.
    pub(super) start: u64,
    /// Bytes that are decoded next.
    pub(super) at_once: usize,
}

/// How a map is written.
pub(super) enum Text {
    /// As the body of a `data:` URL.
    Url(Decoder, Encoding),
    /// As it is.
    Literal(Literal),
}

impl Text {
    pub(super) fn decode(&mut self, body: &[u8], to: &mut Vec<u8>) -> usize {
        match self {
            Self::Url(decoder, _) => decoder.decode(body, to),
            Self::Literal(literal) => literal.decode(body, to),
        }
    }

    pub(super) fn ended(&self) -> bool {
        match self {
            Self::Url(decoder, _) => decoder.ended(),
            Self::Literal(literal) => literal.ended(),
        }
    }

    /// The input ends here.
    pub(super) fn end(&mut self, to: &mut Vec<u8>) {
        if let Self::Url(decoder, _) = self {
            decoder.end(to);
        }
    }

    /// Whether it is a blob, which nothing but the map is in.
    pub(super) fn is_blob(&self) -> bool {
        matches!(self, Self::Url(_, Encoding::Base64))
    }
}

impl Body {
    pub(super) fn decoded(&mut self, bytes: &[u8], out: &mut dyn Out) {
        let taken = self.reader.push(bytes, out);
        // What follows plain JSON is the text around it; a blob is hashed whole.
        let hashed = match self.text.is_blob() {
            true => bytes.len(),
            false => taken,
        };
        self.hasher.update(&bytes[..hashed]);
    }

    pub(super) fn over(&self) -> bool {
        let complete = !self.text.is_blob() && self.reader.done();
        self.text.ended() || self.reader.failed() || complete
    }
}
