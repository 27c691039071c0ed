//! What makes zip framing unreadable or ambiguous.

/// The zip framing. Most of these were shown to hide a file from one reader that another installs.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum ZipProblem {
    #[error("the archive is cut off in the middle of it, so a part is missing")]
    Truncated,
}
