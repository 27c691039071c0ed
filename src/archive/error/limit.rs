//! What the reader does at most, and how to have it do more.

use std::{fmt, time::Duration};

/// A limit of the reader.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum LimitError {
    #[error(
        "The artifact unpacks to more than {0} (limit `decompressed`); reading stopped there, as it may be a decompression bomb"
    )]
    Decompressed(Bytes),
    #[error(
        "The artifact unpacks to more than {0} times its packed size (limit `ratio`); reading stopped there, as it may be a decompression bomb"
    )]
    Ratio(u64),
    #[error(
        "The artifact holds more than {0} entries and directories (limit `entries`); reading stopped there"
    )]
    Entries(u64),
    #[error(
        "A container lies {0} containers deep or more, which is as deep as is looked (limit `depth`); it was not opened"
    )]
    Depth(u8),
    #[error("Reading the artifact took more than {0:?} (limit `time`); it stopped there")]
    Time(Duration),
    #[error("The names of more than {0} entries are refused; reading stopped there")]
    Unfit(u64),
    #[error("The names in the artifact take more than {0} together; reading stopped there")]
    Names(Bytes),
}

impl LimitError {
    pub(super) fn help(&self) -> String {
        let raise = match self {
            LimitError::Decompressed(limit) => {
                format!(
                    "decompressed={}",
                    Bytes(limit.0.saturating_mul(2)).compact()
                )
            }
            LimitError::Ratio(limit) => format!("ratio={}", limit.saturating_mul(2)),
            LimitError::Entries(limit) => format!("entries={}", limit.saturating_mul(2)),
            LimitError::Depth(limit) => format!("depth={}", limit.saturating_add(1)),
            LimitError::Time(limit) => {
                format!("time={}s", limit.as_secs().max(1).saturating_mul(2))
            }
            LimitError::Unfit(_) => {
                return "Rename the entries or leave them out, and pack again.".into();
            }
            LimitError::Names(_) => {
                return "This limit is fixed. Pack fewer files, or give them shorter names.".into();
            }
        };
        format!("If the artifact is meant to be so, raise the limit: --limit {raise}")
    }
}

/// A number of bytes, shown in the largest binary unit that divides it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bytes(pub(crate) u64);

impl Bytes {
    fn parts(self) -> (u64, &'static str) {
        const UNITS: [(u32, &str); 4] = [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")];
        UNITS
            .into_iter()
            .find(|(shift, _)| self.0 >> shift > 0 && self.0.trailing_zeros() >= *shift)
            .map_or((self.0, "B"), |(shift, unit)| (self.0 >> shift, unit))
    }

    fn compact(self) -> String {
        let (count, unit) = self.parts();
        format!("{count}{unit}")
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = self.parts();
        write!(formatter, "{count} {unit}")
    }
}
