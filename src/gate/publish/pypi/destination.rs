//! Where a command uploads to, as far as it says so itself.

use std::borrow::Cow;

use super::{place::variable, typed::Typed};
use crate::model::Destination;

/// Where it uploads to, if flags or variables say so.
pub(super) fn destination(typed: &Typed<'_>) -> Option<Destination> {
    let told = |names: &&[&'static str]| {
        let flag = typed.value(names).map(Cow::from);
        let first = names.first()?;
        let value = flag.or_else(|| Some(variable(first)?.into_os_string().into()))?;
        Some((*first, value.to_string_lossy().into_owned()))
    };
    let (name, value) = typed.tool.goes_to.iter().find_map(told)?;
    Some(match value.contains("://") {
        true => Destination::at(&value, name),
        false => Destination {
            registry: Some(value),
            ..Destination::unknown(name)
        },
    })
}
