//! The check at the end of an xz block: none, CRC-32, CRC-64 or SHA-256.

use std::io;

use sha2::{Digest as _, Sha256};

use crate::archive::decode::source::Source;

pub(super) enum Check {
    None,
    Crc32(crc32fast::Hasher),
    Crc64(u64),
    Sha256(Sha256),
}

impl Check {
    /// By its number in the stream's flags.
    pub(super) fn new(number: u8, source: &Source<'_>) -> io::Result<Self> {
        Ok(match number {
            0 => Check::None,
            1 => Check::Crc32(crc32fast::Hasher::new()),
            4 => Check::Crc64(!0),
            10 => Check::Sha256(Sha256::new()),
            _ => return Err(source.unsupported("a check of an unknown kind")),
        })
    }

    pub(super) fn update(&mut self, content: &[u8]) {
        match self {
            Check::None => {}
            Check::Crc32(hash) => hash.update(content),
            Check::Crc64(crc) => {
                for byte in content {
                    *crc = CRC64[usize::from(*crc as u8 ^ byte)] ^ (*crc >> 8);
                }
            }
            Check::Sha256(hash) => hash.update(content),
        }
    }

    pub(super) fn finish(self) -> Vec<u8> {
        match self {
            Check::None => Vec::new(),
            Check::Crc32(hash) => hash.finalize().to_le_bytes().to_vec(),
            Check::Crc64(crc) => (!crc).to_le_bytes().to_vec(),
            Check::Sha256(hash) => hash.finalize().to_vec(),
        }
    }
}

/// ECMA-182, reflected.
const POLYNOMIAL: u64 = 0xc96c_5795_d787_0f42;

static CRC64: [u64; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u64;
        let mut bit = 0;
        while bit < 8 {
            crc = (crc >> 1) ^ (POLYNOMIAL * (crc & 1));
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::Check;

    /// The check value of CRC-64/XZ.
    #[test]
    fn crc64_is_that_of_xz() {
        let mut check = Check::Crc64(!0);
        check.update(b"123456789");
        assert_eq!(check.finish(), 0x995d_c9bb_df19_39fa_u64.to_le_bytes());
    }
}
