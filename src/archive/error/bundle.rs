//! What makes the files inside a program's bundle unreadable or ambiguous.

use super::Bytes;

/// What is wrong with an asar or a PyInstaller archive.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BundleProblem {
    #[error("its list of files can't be read ({0}), so what else it holds is not known")]
    List(String),
    #[error("its list of files takes {size}, more than the {limit} that are read of one")]
    LongList { size: Bytes, limit: Bytes },
    #[error(
        "it has the same bytes as another file, so that one of them would be read as the other"
    )]
    Overlap,
    #[error("bytes before it belong to no file: they would ship without ever being opened")]
    Unaccounted,
    #[error("the archive ends in the middle of it")]
    Truncated,
}
