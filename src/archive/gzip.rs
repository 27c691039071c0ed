//! gzip (RFC 1952): every member read to its checksum, header texts kept.

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::{GzHeader, bufread::GzDecoder};

use super::{
    container::Decoder,
    error::{ArchiveError, GzipError},
};

/// All header texts of one file together, in bytes.
const TEXTS: usize = 1 << 20;

/// How many members a file may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Members {
    /// One, and nothing after it: `GzDecoder`s stop after the first and others read on.
    One,
    /// Any number, as gunzip reads them.
    Many,
}

/// Uncompressed bytes of a gzip file.
pub(crate) struct Gunzip<R> {
    /// `None` once everything was read.
    decoder: Option<GzDecoder<R>>,
    members: Members,
    offset: u64,
    texts: Texts,
}

/// Header texts, those of several members one per line.
#[derive(Default)]
struct Texts {
    name: Vec<u8>,
    comment: Vec<u8>,
    extra: Vec<u8>,
}

impl Texts {
    fn add(&mut self, header: &GzHeader) {
        for (texts, text) in [
            (&mut self.name, header.filename()),
            (&mut self.comment, header.comment()),
            (&mut self.extra, header.extra()),
        ] {
            let text = text.unwrap_or_default();
            if !texts.is_empty() && !text.is_empty() {
                texts.push(b'\n');
            }
            texts.extend_from_slice(text);
        }
    }

    fn size(&self) -> usize {
        self.name.len() + self.comment.len() + self.extra.len()
    }
}

impl<R: BufRead> Gunzip<R> {
    pub(crate) fn new(packed: R, members: Members) -> Self {
        let mut gunzip = Self {
            decoder: None,
            members,
            offset: 0,
            texts: Texts::default(),
        };
        gunzip.start(packed);
        gunzip
    }

    /// Starts a member. An error in its header is kept by the decoder and comes with the first read.
    fn start(&mut self, packed: R) {
        let decoder = GzDecoder::new(packed);
        if let Some(header) = decoder.header() {
            self.texts.add(header);
        }
        self.decoder = Some(decoder);
    }

    fn next_member(&mut self) -> io::Result<()> {
        let Some(mut packed) = self.decoder.take().map(GzDecoder::into_inner) else {
            return Ok(());
        };
        let following = packed.fill_buf()?;
        if following.is_empty() {
            return Ok(());
        }
        let offset = self.offset;
        if !following.starts_with(&[0x1f]) {
            return Err(refused(GzipError::TrailingBytes { offset }));
        }
        if self.members == Members::One {
            return Err(refused(GzipError::SecondMember { offset }));
        }
        if self.texts.size() > TEXTS {
            return Err(refused(GzipError::HeaderTooLong { limit: TEXTS }));
        }
        self.start(packed);
        Ok(())
    }
}

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while let Some(decoder) = &mut self.decoder {
            match decoder.read(buffer) {
                Ok(0) => self.next_member()?,
                Ok(count) => {
                    self.offset += count as u64;
                    return Ok(count);
                }
                Err(error) => return Err(explain(error, decoder.header(), self.offset)),
            }
        }
        Ok(0)
    }
}

impl<R: BufRead> Decoder for Gunzip<R> {
    fn texts(&mut self) -> Vec<(&'static str, Vec<u8>)> {
        let texts = std::mem::take(&mut self.texts);
        vec![
            ("gzip-name", texts.name),
            ("gzip-comment", texts.comment),
            ("gzip-extra", texts.extra),
        ]
    }
}

/// Makes a sentence of what the decoder says. What failed below it is passed on as it is.
fn explain(error: io::Error, header: Option<&GzHeader>, offset: u64) -> io::Error {
    if error
        .get_ref()
        .is_some_and(|inner| inner.is::<ArchiveError>())
    {
        return error;
    }
    refused(match (error.kind(), header) {
        (ErrorKind::UnexpectedEof, _) => GzipError::Truncated { offset },
        (_, None) => GzipError::Header(error),
        (_, Some(_)) => GzipError::Corrupt {
            offset,
            reason: error,
        },
    })
}

fn refused(error: GzipError) -> io::Error {
    ArchiveError::from(error).into()
}
