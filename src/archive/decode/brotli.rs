//! brotli (RFC 7932): one stream, which has no magic and no checksum.

use std::io;

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};

use super::{
    Format,
    source::{Source, Step},
};

/// The largest window of the format, and half of it while it grows.
const MEMORY: u64 = 24 << 20;
/// A metadata block can only be seen between two steps, so each is so short that none is passed over.
const STEP: usize = 1;

type State = BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>;

#[derive(Default)]
pub(super) struct Brotli {
    decoder: Option<Box<State>>,
}

impl Format for Brotli {
    fn start(&mut self, source: &mut Source<'_>) -> io::Result<bool> {
        if !source.follows(|_| false)? {
            return Ok(false);
        }
        source.reserve(MEMORY)?;
        // Strict: no windows beyond those of the RFC, of up to 1 GiB.
        let alloc = StandardAlloc::default;
        self.decoder = Some(Box::new(State::new_strict(alloc(), alloc(), alloc())));
        Ok(true)
    }

    fn unpack(&mut self, source: &mut Source<'_>, content: &mut [u8]) -> io::Result<usize> {
        let Some(decoder) = &mut self.decoder else {
            return Ok(0);
        };
        let mut hides = false;
        let step = source.push(|packed| {
            let mut taken = 0;
            loop {
                let end = packed.len().min(taken + STEP);
                let step = step(decoder, &packed[taken..end], content)?;
                taken += step.taken;
                // Empty ones are how encoders flush.
                hides |= decoder.is_metadata != 0 && decoder.meta_block_remaining_len > 0;
                let goes_on = step.given == 0 && !step.is_end && !hides && taken < packed.len();
                if !goes_on {
                    return Ok(Step { taken, ..step });
                }
            }
        })?;
        if hides {
            return Err(source.unsupported("a block of metadata, which belongs to no content"));
        }
        if step.is_end {
            self.decoder = None;
        }
        Ok(step.given)
    }
}

fn step(decoder: &mut State, packed: &[u8], content: &mut [u8]) -> Result<Step, String> {
    let (mut taken, mut given) = (0, 0);
    let result = BrotliDecompressStream(
        &mut packed.len(),
        &mut taken,
        packed,
        &mut content.len(),
        &mut given,
        content,
        &mut 0,
        decoder,
    );
    match result {
        BrotliResult::ResultFailure => Err(format!("{:?}", decoder.error_code)),
        result => Ok(Step {
            taken,
            given,
            is_end: matches!(result, BrotliResult::ResultSuccess),
        }),
    }
}
