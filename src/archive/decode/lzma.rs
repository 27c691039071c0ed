//! lzma, as `xz` calls the older format without a checksum, and lzip, which frames the same.

use std::io::{self, ErrorKind};

use lzma_rust2::{Action, LzipStream, LzmaStream, Status, StreamResult};

use super::{
    Format,
    source::{Source, Step},
};

/// All of a file: the decoder goes through several members of lzip by itself.
pub(super) struct Lzma {
    decoder: Decoder,
    is_end: bool,
}

enum Decoder {
    Alone(Box<LzmaStream>),
    Lzip(Box<LzipStream>),
}

impl Lzma {
    /// The decoder may take no memory until it has said how much.
    pub(super) fn alone() -> Self {
        let decoder = Decoder::Alone(Box::new(LzmaStream::new_mem_limit(0, None)));
        let is_end = false;
        Self { decoder, is_end }
    }

    pub(super) fn lzip() -> Self {
        let decoder = Decoder::Lzip(Box::new(LzipStream::new_mem_limit(true, 0)));
        let is_end = false;
        Self { decoder, is_end }
    }
}

impl Format for Lzma {
    fn start(&mut self, source: &mut Source<'_>) -> io::Result<bool> {
        if !self.decoder.unused().is_empty() {
            return Err(source.trailing());
        }
        if !source.follows(|_| false)? {
            return Ok(false);
        }
        let header = source.vec(self.decoder.header_size())?;
        match self.decoder.process(&header, &mut []) {
            Err(error) if error.kind() != ErrorKind::OutOfMemory => {
                return Err(source.corrupt(error.to_string()));
            }
            _ => {}
        }
        source.reserve(u64::from(self.decoder.memory()) << 10)?;
        self.decoder.grant();
        Ok(true)
    }

    fn unpack(&mut self, source: &mut Source<'_>, content: &mut [u8]) -> io::Result<usize> {
        if self.is_end {
            return Ok(0);
        }
        let step = source.push(|packed| match self.decoder.process(packed, content) {
            Ok(result) => Ok(Step {
                taken: result.bytes_consumed,
                given: result.bytes_produced,
                is_end: result.status == Status::StreamEnd,
            }),
            Err(error) if packed.is_empty() && error.kind() == ErrorKind::UnexpectedEof => {
                Ok(Step::NONE)
            }
            Err(error) => Err(error.to_string()),
        })?;
        self.is_end = step.is_end;
        Ok(step.given)
    }
}

impl Decoder {
    /// How long the header is that says how much memory is needed.
    fn header_size(&self) -> usize {
        match self {
            Decoder::Alone(_) => 13,
            Decoder::Lzip(_) => 6,
        }
    }

    fn process(&mut self, packed: &[u8], content: &mut [u8]) -> io::Result<StreamResult> {
        let action = match packed {
            [] => Action::Finish,
            _ => Action::Run,
        };
        match self {
            Decoder::Alone(stream) => stream.process(packed, content, action),
            Decoder::Lzip(stream) => stream.process(packed, content, action),
        }
    }

    /// What it took although it lies behind the end.
    fn unused(&self) -> &[u8] {
        match self {
            Decoder::Alone(stream) => stream.unused_input(),
            Decoder::Lzip(stream) => stream.unused_input(),
        }
    }

    /// The memory that it needs, in KiB.
    fn memory(&self) -> u32 {
        let memory = match self {
            Decoder::Alone(stream) => stream.memory_usage(),
            Decoder::Lzip(stream) => stream.memory_usage(),
        };
        memory.unwrap_or(0)
    }

    /// Has it go on with the memory that it needs.
    fn grant(&mut self) {
        let memory = self.memory();
        match self {
            Decoder::Alone(stream) => stream.set_mem_limit(memory),
            Decoder::Lzip(stream) => stream.set_mem_limit(memory),
        }
    }
}
