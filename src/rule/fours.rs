//! Where one of many sequences of four bytes stands, letters in any case: the first look of the search for anchors,
//! whose cost does not depend on how many there are.
//!
//! A packed (Teddy) search takes at most 64 patterns and reads everything once more for each further 64: with 250
//! anchors 0.75 GB/s, measured over 420 MB of packages. Here every position is looked up in one table, thirteen at a
//! time: 1.6 GB/s with 2,700 anchors and words. (Three bytes at every second position are looked up faster, but
//! occur fifteen times as often in what is no anchor, and each such place costs as much as fifty others.)

/// How many bytes a sequence has.
pub(super) const FOUR: usize = 4;
/// How many slots the table has. Of these few are ever read, for text is made of few sequences.
const SLOTS: usize = 1 << 18;
/// How many bytes are read at once.
const READ: usize = 16;
/// How many positions are done with then.
const STEP: usize = READ - FOUR + 1;
/// The tag of a slot that holds several sequences. (One sequence may have it too, which costs a look.)
const ANY: u8 = 0xff;
/// Turns ASCII letters into lower-case ones, and some other bytes into each other.
const FOLD: u8 = 0x20;

/// Sequences of four bytes, each in a bucket.
#[derive(Debug)]
pub(super) struct Fours {
    /// The tag of what a slot holds, or 0: what every look needs.
    table: Box<[u8; SLOTS]>,
    /// In which bucket that is: what is needed where the tag is right.
    buckets: Box<[u32; SLOTS]>,
    count: u32,
}

impl Fours {
    /// No sequences yet.
    pub(super) fn new() -> Self {
        Self {
            table: zeroed(),
            buckets: zeroed(),
            count: 0,
        }
    }

    /// Adds a sequence, as [`folded`], and says in which bucket it is, counted from 0. Others may be in the same one.
    pub(super) fn add(&mut self, four: u32) -> usize {
        let slot = slot(four);
        match self.table[slot] {
            0 => {
                self.table[slot] = tag(four);
                self.buckets[slot] = self.count;
                self.count += 1;
            }
            other if other != tag(four) => self.table[slot] = ANY,
            _ => {}
        }
        self.buckets[slot] as usize
    }

    /// Shows every position from `from` on at which a sequence may stand, with what stands there, as [`folded`], and
    /// its bucket, until `look` says that it is enough.
    pub(super) fn each(
        &self,
        bytes: &[u8],
        from: usize,
        look: &mut impl FnMut(usize, u32, usize) -> bool,
    ) {
        let fold = u128::from_ne_bytes([FOLD; READ]);
        let mut at = from;
        while let Some(read) = bytes.get(at..).and_then(<[u8]>::first_chunk::<READ>) {
            let read = u128::from_le_bytes(*read) | fold;
            let mut found = 0u32;
            for place in 0..STEP {
                let four = (read >> (8 * place)) as u32;
                found |= u32::from(self.table[slot(four)] & 1) << place;
            }
            while found != 0 {
                let place = found.trailing_zeros() as usize;
                found &= found - 1;
                let four = (read >> (8 * place)) as u32;
                if !self.show(at + place, four, look) {
                    return;
                }
            }
            at += STEP;
        }
        while let Some(read) = bytes.get(at..).and_then(<[u8]>::first_chunk::<FOUR>) {
            if !self.show(at, folded(*read), look) {
                return;
            }
            at += 1;
        }
    }

    /// Shows what stands at `at` if it may be one of the sequences; `false` where that is enough.
    fn show(&self, at: usize, four: u32, look: &mut impl FnMut(usize, u32, usize) -> bool) -> bool {
        let slot = slot(four);
        let tag_here = self.table[slot];
        let may_be = tag_here == tag(four) || tag_here == ANY;
        !may_be || look(at, four, self.buckets[slot] as usize)
    }
}

/// Four bytes as one number, letters in lower case.
pub(super) fn folded(four: [u8; FOUR]) -> u32 {
    u32::from_le_bytes(four) | u32::from_ne_bytes([FOLD; FOUR])
}

/// The slot of four bytes, by Fibonacci hashing.
fn slot(four: u32) -> usize {
    (hash(four) >> (u32::BITS - SLOTS.ilog2())) as usize
}

/// What tells most sequences of one slot from each other; never 0.
fn tag(four: u32) -> u8 {
    (hash(four) >> (u32::BITS - SLOTS.ilog2() - 8)) as u8 | 1
}

fn hash(four: u32) -> u32 {
    four.wrapping_mul(0x9e37_79b1)
}

/// A table of zeros that was not on the stack before.
#[expect(
    clippy::unwrap_used,
    reason = "the vector has as many elements as the array"
)]
fn zeroed<T: Clone + Default + std::fmt::Debug>() -> Box<[T; SLOTS]> {
    vec![T::default(); SLOTS].try_into().unwrap()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_position_is_looked_at(
            fours in prop::collection::vec("[aAb_-]{4}", 1..300),
            bytes in "[abAB_-]{0,100}",
            from in 0usize..20,
        ) {
            let four = |text: &[u8]| folded(text.try_into().unwrap());
            let mut index = Fours::new();
            let added: Vec<(u32, usize)> = fours
                .iter()
                .map(|text| four(text.as_bytes()))
                .map(|four| (four, index.add(four)))
                .collect();
            let mut shown = Vec::new();
            index.each(bytes.as_bytes(), from, &mut |at, four, bucket| {
                shown.push((at, four, bucket));
                true
            });
            for at in from..bytes.len().saturating_sub(FOUR - 1) {
                let here = four(&bytes.as_bytes()[at..at + FOUR]);
                for (four, bucket) in &added {
                    if here == *four {
                        prop_assert!(shown.contains(&(at, *four, *bucket)));
                    }
                }
            }
            prop_assert!(shown.is_sorted_by(|one, next| one.0 < next.0));
        }
    }
}
