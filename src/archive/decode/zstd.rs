//! zstd (RFC 8878): all frames of a file, skippable ones kept as texts, checksums verified.

use std::io::{self, Read};

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::{Format, source::Source};

const MAGIC: u32 = 0xfd2f_b528;
/// The first of sixteen magics of frames that hold anything but content.
const SKIPPABLE: u32 = 0x184d_2a50;
/// The content of all skippable frames of a file together, in bytes.
const TEXTS: usize = 1 << 20;
/// A block's size, packed and unpacked, at most.
const BLOCK: usize = 128 << 10;

#[derive(Default)]
pub(super) struct Zstd {
    decoder: FrameDecoder,
    has_checksum: bool,
    /// What the frame's header says that it unpacks to.
    size: Option<u64>,
    given: u64,
    texts: Vec<u8>,
}

impl Format for Zstd {
    fn start(&mut self, source: &mut Source<'_>) -> io::Result<bool> {
        while source.follows(|byte| matches!(byte, 0x28 | 0x50..=0x5f))? {
            let magic = u32::from_le_bytes(source.array()?);
            if magic == MAGIC {
                self.frame(source)?;
                return Ok(true);
            }
            if magic & !0xf != SKIPPABLE {
                return Err(source.corrupt("no frame begins so"));
            }
            let size = u32::from_le_bytes(source.array()?) as usize;
            if self.texts.len() + size > TEXTS {
                return Err(source.unsupported("more than 1 MiB in skippable frames"));
            }
            self.texts.extend(source.vec(size)?);
        }
        Ok(false)
    }

    fn unpack(&mut self, source: &mut Source<'_>, content: &mut [u8]) -> io::Result<usize> {
        while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
            self.block(source)?;
        }
        let count = self.decoder.read(content)?;
        self.given += count as u64;
        if self.size.is_some_and(|size| self.given > size) {
            return Err(source.corrupt("more content than the frame's header says"));
        }
        Ok(count)
    }

    fn finish(&mut self, source: &mut Source<'_>) -> io::Result<()> {
        if self.size.is_some_and(|size| self.given < size) {
            return Err(source.corrupt("less content than the frame's header says"));
        }
        let computed = self.decoder.get_calculated_checksum();
        if self.has_checksum && self.decoder.get_checksum_from_data() != computed {
            return Err(source.corrupt("its checksum is another"));
        }
        Ok(())
    }

    fn texts(&mut self) -> Vec<(&'static str, Vec<u8>)> {
        vec![("zstd-skippable", std::mem::take(&mut self.texts))]
    }
}

impl Zstd {
    /// Reads a frame's header, and takes the memory that it asks for.
    fn frame(&mut self, source: &mut Source<'_>) -> io::Result<()> {
        let [descriptor] = source.array()?;
        let is_single = descriptor & 0x20 != 0;
        let window_size = usize::from(!is_single);
        let dictionary_size = [0, 1, 2, 4][usize::from(descriptor & 3)];
        let content_size = [usize::from(is_single), 2, 4, 8][usize::from(descriptor >> 6)];
        let rest = source.vec(window_size + dictionary_size + content_size)?;
        let (window, sizes) = rest.split_at(window_size);
        let (dictionary, size) = sizes.split_at(dictionary_size);

        if descriptor & 8 != 0 {
            return Err(source.unsupported("a reserved bit in a frame's header"));
        }
        if number(dictionary) != 0 {
            return Err(source.unsupported("a dictionary that is not in the file"));
        }
        self.size = (!size.is_empty()).then(|| number(size) + 256 * u64::from(size.len() == 2));
        self.given = 0;
        self.has_checksum = descriptor & 4 != 0;
        let window = window.first().map(|byte| {
            let base = 1u64 << (10 + (byte >> 3));
            base + base / 8 * u64::from(byte & 7)
        });
        // No more of a window is ever filled than there is content. It is a ring of a power of two,
        // which is copied as it grows.
        let all = self.size.unwrap_or(u64::MAX);
        let ring = window.unwrap_or(all).min(all).max(BLOCK as u64);
        let ring = ring.checked_next_power_of_two().unwrap_or(u64::MAX);
        source.reserve(ring.saturating_add(ring / 2))?;
        let head = [&MAGIC.to_le_bytes()[..], &[descriptor], &rest].concat();
        self.decoder.set_max_window_size(u64::MAX);
        let started = self.decoder.reset(&head[..]);
        started.map_err(|error| source.corrupt(error.to_string()))
    }

    /// Decodes a block, and the checksum behind the last.
    fn block(&mut self, source: &mut Source<'_>) -> io::Result<()> {
        let header = source.array::<3>()?;
        let fields = u32::from_le_bytes([header[0], header[1], header[2], 0]);
        let is_last = fields & 1 != 0;
        let is_repeated = fields >> 1 & 3 == 1;
        let size = match (fields >> 3) as usize {
            _ if is_repeated => 1,
            size if size <= BLOCK => size,
            _ => return Err(source.corrupt("a block is larger than 128 KiB")),
        };
        let checksum = 4 * usize::from(is_last && self.has_checksum);
        let mut block = header.to_vec();
        block.extend(source.vec(size + checksum)?);
        let strategy = BlockDecodingStrategy::UptoBlocks(1);
        match self.decoder.decode_blocks(&block[..], strategy) {
            Ok(_) => Ok(()),
            Err(error) => Err(source.corrupt(error.to_string())),
        }
    }
}

/// Little-endian, of any length up to 8 bytes.
fn number(bytes: &[u8]) -> u64 {
    let number = bytes.iter().rev();
    number.fold(0, |number, byte| number << 8 | u64::from(*byte))
}
