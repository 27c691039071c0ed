//! The waivers of a configuration, without a check.

use std::path::Path;

use jiff::Zoned;

use super::{Error, Request, settings};
use crate::policy::Lived;

/// The waivers that are written for `directory`, those that end first at the top. Whether one is of use, only a
/// check can tell.
///
/// # Errors
///
/// When a file of the policy has a mistake.
pub fn waivers(request: &Request, directory: &Path) -> Result<Vec<Lived>, Vec<Error>> {
    let settings = settings(request, directory)?;
    let today = Zoned::now().date();
    let all = settings.waivers().iter();
    let mut all: Vec<Lived> = all.map(|waiver| Lived::on(waiver, today)).collect();
    all.sort_by_key(|lived| (lived.waiver.expires.is_none(), lived.waiver.expires));
    Ok(all)
}
