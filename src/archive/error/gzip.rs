//! What makes gzip framing unreadable or ambiguous.

use std::io;

/// The gzip framing. Offsets count uncompressed bytes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GzipError {
    #[error("The gzip header is damaged, of an unknown method, or has reserved flags set ({0})")]
    Header(io::Error),
    #[error("The gzip header's texts are longer than {limit} bytes together")]
    HeaderTooLong { limit: usize },
    #[error("The gzip data ends too early, after {offset} bytes of content")]
    Truncated { offset: u64 },
    #[error(
        "The gzip data is damaged ({reason}) at or before byte {offset} of its content, so what was read is not what was packed"
    )]
    Corrupt { offset: u64, reason: io::Error },
    #[error(
        "A second gzip member follows the first, which ends at byte {offset} of the content: some installers read it and others don't, so a file can hide there"
    )]
    SecondMember { offset: u64 },
    #[error(
        "Bytes follow the end of the gzip data, which holds {offset} bytes of content: they would ship without ever being looked at"
    )]
    TrailingBytes { offset: u64 },
}
