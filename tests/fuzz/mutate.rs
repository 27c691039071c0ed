//! Mutations of seeds: the same ones in every run.

/// Numbers that formats give a meaning.
const BYTES: &[u8] = &[
    0, 1, 0x1f, b' ', b'/', b'0', b'7', b'"', b'\n', 0x7f, 0x80, 0xff,
];

/// Makes inputs out of seeds.
pub(crate) struct Mutator {
    state: u64,
}

impl Mutator {
    /// One that depends on `name` alone.
    pub(crate) fn new(name: &str) -> Self {
        let state = name.bytes().fold(0xcbf2_9ce4_8422_2325, |state, byte| {
            (state ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
        Self { state }
    }

    /// A number below `end` (splitmix64).
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end.max(1) as u64) as usize
    }

    /// So many bytes, any.
    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.below(256) as u8).collect()
    }

    /// One of `seeds`, changed in up to four places.
    pub(crate) fn mutation(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut input = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.below(4) {
            self.change(&mut input, seeds);
        }
        input
    }

    fn change(&mut self, input: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let at = self.below(input.len());
        let end = (at + 1 + self.below(32)).min(input.len());
        match self.below(8) {
            _ if input.is_empty() => *input = self.bytes(16),
            0 => input[at] = self.below(256) as u8,
            1 => input[at] = BYTES[self.below(BYTES.len())],
            2 => input[at] ^= 1 << self.below(8),
            3 => drop(input.drain(at..end)),
            4 => {
                let count = 1 + self.below(8);
                let bytes = self.bytes(count);
                input.splice(at..at, bytes);
            }
            5 => {
                let copy = input[at..end].to_vec();
                let to = self.below(input.len());
                input.splice(to..to, copy);
            }
            6 => input.truncate(at),
            _ => {
                let other = &seeds[self.below(seeds.len())];
                input.truncate(at);
                input.extend(other.iter().skip(at));
            }
        }
    }
}
