//! xz (the .xz file format, 1.2): every block of every stream to its check, and the index compared.
//!
//! The framing is ours: the crate's own reader takes any index for right, and its stream decoder keeps
//! a record of each block, of which a small file can have any number.

mod block;
mod check;

use std::io;

use lzma_rust2::{Action, Lzma2Stream, Status};
use sha2::{Digest as _, Sha256};

use self::{block::BlockHeader, check::Check};
use super::{
    Format,
    source::{Source, Step},
};

const MAGIC: &[u8; 6] = b"\xfd7zXZ\0";
const FOOTER_MAGIC: &[u8; 2] = b"YZ";
const PADDING: &str = "its padding is not zero";

#[derive(Default)]
pub(super) struct Xz {
    /// The stream that is open.
    stream: Option<Stream>,
    block: Option<Block>,
}

/// A stream, and what its index has to say.
struct Stream {
    flags: [u8; 2],
    blocks: Records,
}

/// Sizes of blocks, as many as there are.
#[derive(Default)]
struct Records {
    count: u64,
    hash: Sha256,
}

struct Block {
    header: BlockHeader,
    decoder: Lzma2Stream,
    is_end: bool,
    check: Check,
}

impl Format for Xz {
    /// Goes to the content of the next block, through the ends and beginnings of streams.
    fn start(&mut self, source: &mut Source<'_>) -> io::Result<bool> {
        loop {
            let Some(stream) = &mut self.stream else {
                if !stream_follows(source)? {
                    return Ok(false);
                }
                self.stream = Some(Stream::start(source)?);
                continue;
            };
            let [size] = source.array()?;
            if size == 0 {
                stream.finish(source)?;
                self.stream = None;
                continue;
            }
            let header = BlockHeader::read(size, source)?;
            source.reserve(header.memory())?;
            self.block = Some(Block {
                decoder: header.decoder(source)?,
                header,
                is_end: false,
                check: Check::new(stream.flags[1], source)?,
            });
            return Ok(true);
        }
    }

    fn unpack(&mut self, source: &mut Source<'_>, content: &mut [u8]) -> io::Result<usize> {
        let Some(block) = self.block.as_mut().filter(|block| !block.is_end) else {
            return Ok(0);
        };
        let step = source.push(|packed| {
            let result = block.decoder.process(packed, content, Action::Run);
            let result = result.map_err(|error| error.to_string())?;
            Ok(Step {
                taken: result.bytes_consumed,
                given: result.bytes_produced,
                is_end: result.status == Status::StreamEnd,
            })
        })?;
        block.is_end = step.is_end;
        block.check.update(&content[..step.given]);
        Ok(step.given)
    }

    fn finish(&mut self, source: &mut Source<'_>) -> io::Result<()> {
        let (Some(stream), Some(block)) = (&mut self.stream, self.block.take()) else {
            return Ok(());
        };
        let (packed, content) = (block.decoder.total_in(), block.decoder.total_out());
        block.header.compare(packed, content, source)?;
        padding(packed, source)?;
        let check = block.check.finish();
        if source.vec(check.len())? != check {
            return Err(source.corrupt("the check of a block is another"));
        }
        let size = block.header.size + packed + check.len() as u64;
        stream.blocks.add(size, content);
        Ok(())
    }
}

/// Zeros may lie between streams and after the last, four at a time.
fn stream_follows(source: &mut Source<'_>) -> io::Result<bool> {
    while source.follows(|byte| matches!(byte, 0 | 0xfd))? {
        if source.bytes()?.first() != Some(&0) {
            return Ok(true);
        }
        if source.array()? != [0; 4] {
            return Err(source.trailing());
        }
    }
    Ok(false)
}

impl Stream {
    fn start(source: &mut Source<'_>) -> io::Result<Self> {
        if source.array()? != *MAGIC {
            return Err(source.corrupt("no stream begins so"));
        }
        let flags = source.array()?;
        if source.array()? != crc32fast::hash(&flags).to_le_bytes() {
            return Err(source.corrupt("the checksum of a stream's header is another"));
        }
        Ok(Self {
            flags,
            blocks: Records::default(),
        })
    }

    /// Reads index and footer, which must agree with the blocks.
    fn finish(&self, source: &mut Source<'_>) -> io::Result<()> {
        let mut index = Index::new();
        let count = index.number(source)?;
        let mut records = Records::default();
        while records.count < count {
            records.add(index.number(source)?, index.number(source)?);
        }
        if records.count != self.blocks.count || records.digest() != self.blocks.digest() {
            return Err(source.corrupt("the index lists other blocks than there are"));
        }
        while !index.size.is_multiple_of(4) {
            if index.byte(source)? != 0 {
                return Err(source.corrupt(PADDING));
            }
        }
        if source.array()? != index.hash.finalize().to_le_bytes() {
            return Err(source.corrupt("the checksum of an index is another"));
        }
        let checksum = source.array()?;
        let fields = source.array::<6>()?;
        let backward_size = (index.size / 4) as u32;
        let agrees = crc32fast::hash(&fields).to_le_bytes() == checksum
            && fields[..4] == backward_size.to_le_bytes()
            && fields[4..] == self.flags
            && source.array()? == *FOOTER_MAGIC;
        match agrees {
            true => Ok(()),
            false => Err(source.corrupt("the footer of a stream does not agree with it")),
        }
    }
}

impl Records {
    fn add(&mut self, size: u64, content: u64) {
        self.count += 1;
        self.hash.update(size.to_le_bytes());
        self.hash.update(content.to_le_bytes());
    }

    fn digest(&self) -> Vec<u8> {
        self.hash.clone().finalize().to_vec()
    }
}

/// The index, as it is read.
struct Index {
    size: u64,
    hash: crc32fast::Hasher,
}

impl Index {
    /// After its first byte.
    fn new() -> Self {
        let mut hash = crc32fast::Hasher::new();
        hash.update(&[0]);
        Self { size: 1, hash }
    }

    fn byte(&mut self, source: &mut Source<'_>) -> io::Result<u8> {
        let byte = source.array::<1>()?;
        self.hash.update(&byte);
        self.size += 1;
        Ok(byte[0])
    }

    fn number(&mut self, source: &mut Source<'_>) -> io::Result<u64> {
        let mut number = Vec::with_capacity(9);
        while number.last().is_none_or(|byte| *byte >= 0x80) && number.len() < 9 {
            number.push(self.byte(source)?);
        }
        let number = block::number(&mut &number[..]);
        number.ok_or_else(|| source.corrupt("a number in the index is malformed"))
    }
}

fn padding(size: u64, source: &mut Source<'_>) -> io::Result<()> {
    let padding = source.vec(((4 - size % 4) % 4) as usize)?;
    match padding.iter().all(|byte| *byte == 0) {
        true => Ok(()),
        false => Err(source.corrupt(PADDING)),
    }
}
