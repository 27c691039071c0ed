//! Compressed streams inside the artifact: every byte of them accounted for, checksums verified, in
//! bounded memory.
//!
//! gzip has a file of its own, as it frames artifacts too. A format is one file that implements
//! [`Format`], one function here, and one line in the table of containers.

mod brotli;
mod bzip2;
mod lzma;
mod source;
mod xz;
mod zlib;
mod zstd;

use std::io::{self, BufRead, Read};

use self::source::Source;
use super::{budget::Budget, container::Decoder};

/// Packed bytes to content.
pub(crate) type Decompress =
    for<'p> fn(&'p mut dyn BufRead, &'p Budget<'p>) -> Box<dyn Decoder + 'p>;

/// A compressed format: streams, one after the other, until the packed bytes end.
trait Format {
    /// Reads up to the content of the next stream (or frame, or block); `false` where the packed
    /// bytes rightly end.
    fn start(&mut self, source: &mut Source<'_>) -> io::Result<bool>;
    /// Hands out content of the stream, which ends with 0 bytes.
    fn unpack(&mut self, source: &mut Source<'_>, content: &mut [u8]) -> io::Result<usize>;
    /// Reads what follows the content, and compares the content with it.
    fn finish(&mut self, _source: &mut Source<'_>) -> io::Result<()> {
        Ok(())
    }
    /// As [`Decoder::texts`].
    fn texts(&mut self) -> Vec<(&'static str, Vec<u8>)> {
        Vec::new()
    }
}

/// The content of all streams of a file.
struct Streams<'p, F> {
    source: Source<'p>,
    format: F,
    is_open: bool,
    is_done: bool,
}

impl<F: Format> Read for Streams<'_, F> {
    fn read(&mut self, content: &mut [u8]) -> io::Result<usize> {
        while !self.is_done && !content.is_empty() {
            if !self.is_open {
                self.is_open = self.format.start(&mut self.source)?;
                self.is_done = !self.is_open;
                continue;
            }
            let count = self.format.unpack(&mut self.source, content)?;
            if count > 0 {
                self.source.add_content(count);
                return Ok(count);
            }
            self.format.finish(&mut self.source)?;
            self.is_open = false;
        }
        Ok(0)
    }
}

impl<F: Format> Decoder for Streams<'_, F> {
    fn texts(&mut self) -> Vec<(&'static str, Vec<u8>)> {
        self.format.texts()
    }
}

fn streams<'p>(
    name: &'static str,
    packed: &'p mut dyn BufRead,
    budget: &'p Budget<'p>,
    format: impl Format + 'p,
) -> Box<dyn Decoder + 'p> {
    Box::new(Streams {
        source: Source::new(name, packed, budget),
        format,
        is_open: false,
        is_done: false,
    })
}

pub(crate) fn bzip2<'p>(
    packed: &'p mut dyn BufRead,
    budget: &'p Budget<'p>,
) -> Box<dyn Decoder + 'p> {
    streams("bzip2", packed, budget, bzip2::Bzip2::default())
}

pub(crate) fn xz<'p>(packed: &'p mut dyn BufRead, budget: &'p Budget<'p>) -> Box<dyn Decoder + 'p> {
    streams("xz", packed, budget, xz::Xz::default())
}

pub(crate) fn zstd<'p>(
    packed: &'p mut dyn BufRead,
    budget: &'p Budget<'p>,
) -> Box<dyn Decoder + 'p> {
    streams("zstd", packed, budget, zstd::Zstd::default())
}

pub(crate) fn brotli<'p>(
    packed: &'p mut dyn BufRead,
    budget: &'p Budget<'p>,
) -> Box<dyn Decoder + 'p> {
    streams("brotli", packed, budget, brotli::Brotli::default())
}

pub(crate) fn lzma<'p>(
    packed: &'p mut dyn BufRead,
    budget: &'p Budget<'p>,
) -> Box<dyn Decoder + 'p> {
    streams("lzma", packed, budget, lzma::Lzma::alone())
}

pub(crate) fn lzip<'p>(
    packed: &'p mut dyn BufRead,
    budget: &'p Budget<'p>,
) -> Box<dyn Decoder + 'p> {
    streams("lzip", packed, budget, lzma::Lzma::lzip())
}

pub(crate) fn zlib<'p>(
    packed: &'p mut dyn BufRead,
    budget: &'p Budget<'p>,
) -> Box<dyn Decoder + 'p> {
    zlib_streams(packed, budget, false)
}

/// zlib streams one behind the other.
pub(crate) fn zlibs<'p>(
    packed: &'p mut dyn BufRead,
    budget: &'p Budget<'p>,
) -> Box<dyn Decoder + 'p> {
    zlib_streams(packed, budget, true)
}

fn zlib_streams<'p>(
    packed: &'p mut dyn BufRead,
    budget: &'p Budget<'p>,
    many: bool,
) -> Box<dyn Decoder + 'p> {
    let decoder = None;
    streams("zlib", packed, budget, zlib::Zlib { many, decoder })
}
