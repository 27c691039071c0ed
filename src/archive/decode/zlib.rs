//! zlib: deflate with a checksum of its content (RFC 1950), one stream or several.

use std::io;

use flate2::{Decompress, FlushDecompress, Status};

use super::{
    Format,
    source::{Source, Step},
};

/// What a decoder takes, in bytes.
const MEMORY: u64 = 64 << 10;

pub(super) struct Zlib {
    /// Whether a stream may follow another.
    pub(super) many: bool,
    pub(super) decoder: Option<Decompress>,
}

impl Format for Zlib {
    fn start(&mut self, source: &mut Source<'_>) -> io::Result<bool> {
        let many = self.many;
        if !source.follows(|_| many)? {
            return Ok(false);
        }
        source.reserve(MEMORY)?;
        self.decoder = Some(Decompress::new(true));
        Ok(true)
    }

    fn unpack(&mut self, source: &mut Source<'_>, content: &mut [u8]) -> io::Result<usize> {
        let Some(decoder) = &mut self.decoder else {
            return Ok(0);
        };
        let step = source.push(|packed| {
            let before = (decoder.total_in(), decoder.total_out());
            let status = decoder.decompress(packed, content, FlushDecompress::None);
            let status = status.map_err(|error| error.to_string())?;
            Ok(Step {
                taken: (decoder.total_in() - before.0) as usize,
                given: (decoder.total_out() - before.1) as usize,
                is_end: status == Status::StreamEnd,
            })
        })?;
        if step.is_end {
            self.decoder = None;
        }
        Ok(step.given)
    }
}
