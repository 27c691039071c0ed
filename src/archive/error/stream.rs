//! What makes a compressed stream inside the artifact unreadable.

use super::Bytes;

/// A stream of bzip2, xz, zstd, brotli or lzma. Offsets count uncompressed bytes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StreamError {
    #[error("The {format} data ends too early, after {offset} bytes of content")]
    Truncated { format: &'static str, offset: u64 },
    #[error(
        "The {format} data is damaged ({reason}) at or before byte {offset} of its content, so what was read is not what was packed"
    )]
    Corrupt {
        format: &'static str,
        offset: u64,
        reason: String,
    },
    #[error(
        "Bytes follow the end of the {format} data, which holds {offset} bytes of content: they would ship without ever being looked at"
    )]
    TrailingBytes { format: &'static str, offset: u64 },
    #[error("The {format} data has {what}, so not all of it can be read")]
    Unsupported {
        format: &'static str,
        what: &'static str,
    },
    #[error(
        "The {format} data needs {needed} of memory to unpack, where all streams that are open at a time get {limit} together: a small file could have all memory taken"
    )]
    Memory {
        format: &'static str,
        needed: Bytes,
        limit: Bytes,
    },
}
