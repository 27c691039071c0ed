//! Decisions taken from the fuzzer's bytes.

/// Bytes, taken one decision at a time. When there are none left every decision is the first choice,
/// which is always the plain one: short inputs make valid archives.
pub struct Draw<'d> {
    rest: &'d [u8],
}

impl<'d> Draw<'d> {
    pub fn new(bytes: &'d [u8]) -> Self {
        Self { rest: bytes }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        let first = self.rest.split_first();
        let (byte, rest) = first.map_or((0, self.rest), |(byte, rest)| (*byte, rest));
        self.rest = rest;
        byte
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        let number = match end {
            0..=256 => usize::from(self.byte()),
            _ => usize::from(self.byte()) << 8 | usize::from(self.byte()),
        };
        number % end.max(1)
    }

    /// Something that happens once in `times`.
    pub fn rarely(&mut self, times: usize) -> bool {
        self.below(times) + 1 == times
    }

    pub fn pick<T: Copy>(&mut self, table: &[T]) -> T {
        table[self.below(table.len())]
    }

    /// Up to `most` bytes.
    pub fn bytes(&mut self, most: usize) -> &'d [u8] {
        let count = self.below(most + 1).min(self.rest.len());
        let (bytes, rest) = self.rest.split_at(count);
        self.rest = rest;
        bytes
    }
}
