//! zip: a walk over its records that accounts for every byte.

use super::{
    error::{Place, Stop, ZipProblem},
    name::Names,
    reading::Reading,
    stream::Stream,
};

/// Reads the artifact's own zip.
pub(crate) fn artifact(
    _reading: &mut Reading<'_>,
    stream: &mut Stream<'_>,
    _names: &mut Names,
) -> Result<(), Stop> {
    Err(Place::zip_record(stream.offset())
        .zip(ZipProblem::Truncated)
        .into())
}
