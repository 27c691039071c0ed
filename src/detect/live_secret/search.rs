//! One search for all secrets in all forms, fast enough for hundreds of them: of every nine bytes of a
//! content, or of more where no secret is short, four are looked at.
//!
//! The last twelve bytes of each form hold, wherever they lie, four that begin at a multiple of nine.
//! Which four bytes those may be is in a table of one bit each; only where the bit is set, anything is
//! compared.

use std::ops::Range;

use zeroize::Zeroizing;

use super::forms::written;
use crate::{detect::machine::Form, model::View};

/// How much of a form the table is made of, at least: no secret is shorter in any.
const SHORTEST_PART: usize = 12;
/// And at most: from more of it the table would become too full.
const LONGEST_PART: usize = 20;
/// How much is looked at.
const GRAM: usize = 4;
/// Bits of the table's size, which the fastest memory has room for.
const BITS: u32 = 18;

/// What is searched for.
pub(super) struct Search {
    needles: Vec<Needle>,
    table: Zeroizing<Vec<u64>>,
    /// Four bytes, a needle, and where in its part they begin, in order.
    grams: Zeroizing<Vec<u64>>,
    /// How much of each needle's end the table is made of.
    part: usize,
    longest: usize,
}

/// One secret in one form.
struct Needle {
    secret: usize,
    form: Form,
    bytes: Zeroizing<Vec<u8>>,
}

/// A needle in a content.
pub(super) struct Found {
    pub(super) secret: usize,
    pub(super) form: Form,
    pub(super) place: Range<usize>,
}

impl Search {
    /// A search for these values in all forms; `None` if there are none.
    pub(super) fn of<'v>(values: impl Iterator<Item = &'v str>) -> Option<Self> {
        let mut needles = Vec::new();
        for (secret, value) in values.enumerate() {
            for (form, bytes) in written(value) {
                needles.push(Needle {
                    secret,
                    form,
                    bytes,
                });
            }
        }
        Self::new(needles)
    }

    /// A search for every part of these values that is as long as the shortest secret.
    pub(super) fn of_parts<'v>(values: impl Iterator<Item = &'v str>) -> Option<Self> {
        let mut needles = Vec::new();
        for (secret, value) in values.enumerate() {
            for bytes in value.as_bytes().windows(SHORTEST_PART) {
                // So it is written in paths.
                let slashes = bytes
                    .iter()
                    .map(|byte| if *byte == b'\\' { b'/' } else { *byte });
                for bytes in [bytes.to_vec(), slashes.collect()] {
                    needles.push(Needle {
                        secret,
                        form: Form::Plain,
                        bytes: Zeroizing::new(bytes),
                    });
                }
            }
        }
        Self::new(needles)
    }

    fn new(mut needles: Vec<Needle>) -> Option<Self> {
        // Made by hand, a value may be too short to be found in this way.
        needles.retain(|needle| needle.bytes.len() >= SHORTEST_PART);
        // Of forms that are written alike the plainest is told.
        needles.sort_by(|a, b| (&*a.bytes, a.form).cmp(&(&*b.bytes, b.form)));
        needles.dedup_by(|b, a| a.bytes == b.bytes);
        let lengths = || needles.iter().map(|needle| needle.bytes.len());
        let (longest, part) = (lengths().max()?, lengths().min()?.min(LONGEST_PART));
        let mut grams = Zeroizing::new(Vec::with_capacity(needles.len() * part));
        let mut table = Zeroizing::new(vec![0; 1 << (BITS - 6)]);
        for (index, needle) in needles.iter().enumerate() {
            let end = &needle.bytes[needle.bytes.len() - part..];
            for (offset, bytes) in end.windows(GRAM).enumerate() {
                let gram = gram(bytes)?;
                let bit = bit_of(gram);
                table[bit >> 6] |= 1 << (bit & 63);
                grams.push(u64::from(gram) << 32 | (index as u64) << 8 | offset as u64);
            }
        }
        grams.sort_unstable();
        Some(Self {
            needles,
            table,
            grams,
            part,
            longest,
        })
    }

    /// Bytes looked at before the last part of a form.
    pub(super) fn before(&self) -> usize {
        self.longest - self.part
    }

    /// Bytes looked at from there on.
    pub(super) fn after(&self) -> usize {
        self.part
    }

    /// Tells every needle whose last part begins in the view.
    pub(super) fn each(&self, view: &View<'_>, found: &mut dyn FnMut(Found)) {
        let (first, end) = view.search;
        let step = self.part - GRAM + 1;
        let last = (end + self.part).min(view.bytes.len());
        let looked_at = view.bytes.get(first..last).unwrap_or_default();
        for (index, bytes) in looked_at.chunks(step).enumerate() {
            let Some(gram) = gram(bytes) else {
                break;
            };
            let bit = bit_of(gram);
            if self
                .table
                .get(bit >> 6)
                .is_some_and(|word| word >> (bit & 63) & 1 == 1)
            {
                self.compare(view, gram, first + index * step, found);
            }
        }
    }

    fn compare(&self, view: &View<'_>, gram: u32, at: usize, found: &mut dyn FnMut(Found)) {
        let from = self
            .grams
            .partition_point(|known| (known >> 32) < u64::from(gram));
        let same = self.grams[from..]
            .iter()
            .take_while(|known| *known >> 32 == u64::from(gram));
        for known in same {
            let needle = &self.needles[(known >> 8) as usize & 0xff_ffff];
            let length = needle.bytes.len();
            let Some(part) = at.checked_sub((known & 0xff) as usize) else {
                continue;
            };
            let Some(start) = (part + self.part).checked_sub(length) else {
                continue;
            };
            let place = start..start + length;
            let within = (view.search.0..view.search.1).contains(&part);
            if within && view.bytes.get(place.clone()) == Some(&*needle.bytes) {
                found(Found {
                    secret: needle.secret,
                    form: needle.form,
                    place,
                });
            }
        }
    }

    /// Everything in a short content.
    pub(super) fn in_short(&self, content: &[u8]) -> Vec<Found> {
        let mut all = Vec::new();
        self.each(&View::whole(content), &mut |found| all.push(found));
        all
    }
}

fn gram(bytes: &[u8]) -> Option<u32> {
    bytes
        .first_chunk()
        .map(|four: &[u8; GRAM]| u32::from_le_bytes(*four))
}

fn bit_of(gram: u32) -> usize {
    (gram.wrapping_mul(0x9e37_79b1) >> (32 - BITS)) as usize
}
