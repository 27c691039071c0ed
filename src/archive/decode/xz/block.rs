//! The header of an xz block: its sizes, its filters, and how much memory they need.

use std::io;

use lzma_rust2::{FilterConfig, FilterType, Lzma2Stream};

use crate::archive::decode::source::Source;

/// What the decoder takes beside the dictionary, in bytes.
const OVERHEAD: u64 = 64 << 10;

pub(super) struct BlockHeader {
    /// Its own size, in bytes.
    pub(super) size: u64,
    packed: Option<u64>,
    content: Option<u64>,
    filter: Option<FilterConfig>,
    dictionary: u32,
}

impl BlockHeader {
    /// Reads what follows the header's first byte.
    pub(super) fn read(first: u8, source: &mut Source<'_>) -> io::Result<Self> {
        let size = (usize::from(first) + 1) * 4;
        let mut bytes = vec![first];
        bytes.extend(source.vec(size - 5)?);
        if source.array()? != crc32fast::hash(&bytes).to_le_bytes() {
            return Err(source.corrupt("the checksum of a block's header is another"));
        }
        let malformed = "the header of a block is malformed";
        let (flags, mut rest) = (bytes[1], &bytes[2..]);
        if flags & 0x3c != 0 {
            return Err(source.unsupported("a block with reserved flags"));
        }
        let mut sizes = [None; 2];
        for (size, flag) in sizes.iter_mut().zip([0x40, 0x80]) {
            if flags & flag != 0 {
                let number = number(&mut rest).ok_or_else(|| source.corrupt(malformed))?;
                *size = Some(number);
            }
        }
        let mut filters = Vec::new();
        for _ in 0..=flags & 3 {
            let filter = filter(&mut rest).ok_or_else(|| source.corrupt(malformed))?;
            filters.push(filter);
        }
        if rest.iter().any(|byte| *byte != 0) {
            return Err(source.corrupt(malformed));
        }
        let last = filters.pop();
        let dictionary = last.filter(|(id, _)| *id == LZMA2).and_then(dictionary);
        let dictionary = dictionary.ok_or_else(|| source.corrupt(malformed))?;
        let filter = match filters[..] {
            [] => None,
            [filter] => {
                let filter = config(filter);
                Some(filter.ok_or_else(|| source.unsupported("an unknown filter"))?)
            }
            _ => return Err(source.unsupported("several filters in a row")),
        };
        Ok(Self {
            size: size as u64,
            packed: sizes[0],
            content: sizes[1],
            filter,
            dictionary,
        })
    }

    /// What the decoder needs, in bytes.
    pub(super) fn memory(&self) -> u64 {
        u64::from(self.dictionary) + OVERHEAD
    }

    pub(super) fn decoder(&self, source: &Source<'_>) -> io::Result<Lzma2Stream> {
        let mut decoder = Lzma2Stream::new(self.dictionary);
        let set = decoder.set_filters(self.filter.as_slice());
        set.map_err(|error| source.corrupt(error.to_string()))?;
        Ok(decoder)
    }

    /// The sizes that it may name are those that the block has.
    pub(super) fn compare(&self, packed: u64, content: u64, source: &Source<'_>) -> io::Result<()> {
        let is = |named: Option<u64>, size| named.is_none_or(|named| named == size);
        match is(self.packed, packed) && is(self.content, content) {
            true => Ok(()),
            false => Err(source.corrupt("a block has another size than its header says")),
        }
    }
}

const LZMA2: u64 = 0x21;
const DELTA: u64 = 3;

/// A filter's number and properties.
type Filter<'b> = (u64, &'b [u8]);

fn filter<'b>(bytes: &mut &'b [u8]) -> Option<Filter<'b>> {
    let id = number(bytes)?;
    let size = usize::try_from(number(bytes)?).ok()?;
    let properties = bytes.get(..size)?;
    *bytes = &bytes[size..];
    Some((id, properties))
}

/// What comes before LZMA2: a delta, or the addresses in a processor's code.
fn config((id, properties): Filter<'_>) -> Option<FilterConfig> {
    let property = match (id, properties) {
        (LZMA2, _) => return None,
        (DELTA, [distance]) => u32::from(*distance) + 1,
        (_, []) => 0,
        (_, properties) => u32::from_le_bytes(properties.try_into().ok()?),
    };
    let filter_type = FilterType::try_from(id).ok()?;
    Some(FilterConfig {
        filter_type,
        property,
    })
}

/// The size of the dictionary, in bytes, from the one byte that says it.
fn dictionary((_, properties): Filter<'_>) -> Option<u32> {
    match *properties {
        [40] => Some(u32::MAX),
        [bits] if bits < 40 => Some((2 | u32::from(bits & 1)) << (bits / 2 + 11)),
        _ => None,
    }
}

/// A number of seven bits a byte, in at most nine, without needless zeros.
pub(super) fn number(bytes: &mut &[u8]) -> Option<u64> {
    let end = bytes.iter().take(9).position(|byte| *byte < 0x80)?;
    let (digits, rest) = bytes.split_at(end + 1);
    if end > 0 && digits[end] == 0 {
        return None;
    }
    *bytes = rest;
    let digits = digits.iter().rev();
    Some(digits.fold(0, |number, byte| number << 7 | u64::from(byte & 0x7f)))
}
