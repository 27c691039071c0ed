//! bzip2: every stream of a file to its checksum, as `pbzip2` writes one for each block.

use std::io;

use bzip2::{Decompress, Status};

use super::{
    Format,
    source::{Source, Step},
};

/// What a decoder of the largest blocks takes, in bytes.
const MEMORY: u64 = 4 << 20;

#[derive(Default)]
pub(super) struct Bzip2 {
    decoder: Option<Decompress>,
}

impl Format for Bzip2 {
    fn start(&mut self, source: &mut Source<'_>) -> io::Result<bool> {
        if !source.follows(|byte| byte == b'B')? {
            return Ok(false);
        }
        source.reserve(MEMORY)?;
        self.decoder = Some(Decompress::new(false));
        Ok(true)
    }

    fn unpack(&mut self, source: &mut Source<'_>, content: &mut [u8]) -> io::Result<usize> {
        let Some(decoder) = &mut self.decoder else {
            return Ok(0);
        };
        let step = source.push(|packed| {
            let before = (decoder.total_in(), decoder.total_out());
            let status = decoder.decompress(packed, content);
            let status = status.map_err(|error| error.to_string().replace("bzip2: ", ""))?;
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
