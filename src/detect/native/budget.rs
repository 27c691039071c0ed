//! What the debug information of one file may cost: an archive has as many images as anybody likes.

/// Bytes that are unpacked: those of one image with all its sections at their longest.
const UNPACKED: u64 = 64 << 20;
/// Units that are looked into; the others are counted.
const UNITS: u64 = 10_000;
/// Bytes of declarations that are walked through.
const DECLARATIONS: usize = 32 << 20;

/// What is left.
pub(super) struct Budget {
    unpackable: u64,
    units: u64,
    declarations: usize,
    is_spent: bool,
}

impl Budget {
    /// That of one file.
    pub(super) fn new() -> Self {
        Self {
            unpackable: UNPACKED,
            units: UNITS,
            declarations: DECLARATIONS,
            is_spent: false,
        }
    }

    /// How many bytes may be unpacked.
    pub(super) fn unpackable(&self) -> u64 {
        self.unpackable
    }

    /// So many bytes were unpacked, and `cut` says that the budget ended there.
    pub(super) fn unpacked(&mut self, bytes: u64, cut: bool) {
        self.unpackable = self.unpackable.saturating_sub(bytes);
        self.is_spent |= cut;
    }

    /// Whether something was not unpacked for want of it.
    pub(super) fn is_spent(&self) -> bool {
        self.is_spent
    }

    /// Whether one more unit may be looked into.
    pub(super) fn unit(&mut self) -> bool {
        let left = self.units > 0 && self.declarations > 0;
        self.units = self.units.saturating_sub(1);
        left
    }

    /// So many bytes of declarations were walked through.
    pub(super) fn walked(&mut self, bytes: usize) {
        self.declarations = self.declarations.saturating_sub(bytes);
    }
}
