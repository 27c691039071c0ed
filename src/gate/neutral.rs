//! Where an artifact may lie while it is uploaded: npm and pnpm 10 write its path into the public description
//! of the package (`_resolved`).

use std::{
    env,
    path::{Path, PathBuf},
};

use super::Error;
use crate::{
    ecosystem::PrivateDirectory,
    host,
    model::{SelfKind, escape},
};

/// A private directory whose path tells neither a home nor a login nor a host's name.
pub(super) fn directory() -> Result<PrivateDirectory, Error> {
    let values = host::self_values(&[]);
    // Whoever it is called after; `/root` and `/tmp` are everybody's.
    let home = env::home_dir().filter(|home| home.components().count() > 2);
    let tells = |place: &Path| {
        let is_below = |home: &PathBuf| place.starts_with(home);
        let kinds = [SelfKind::Home, SelfKind::Login, SelfKind::HostName];
        let mut values = values.iter().filter(|value| kinds.contains(&value.kind));
        home.as_ref().is_some_and(is_below)
            || values.any(|value| place.to_string_lossy().contains(&value.value))
    };
    let places = places();
    match places.iter().find(|place| !tells(place)) {
        Some(place) => Ok(PrivateDirectory::create_in(place)?),
        None => {
            let shown = places.iter().map(|place| escape(&place.to_string_lossy()));
            Err(Error::NoNeutralPlace {
                places: shown.collect::<Vec<_>>().join(", "),
            })
        }
    }
}

/// The one that is set, and those that all users share.
fn places() -> Vec<PathBuf> {
    let shared: Vec<PathBuf> = match cfg!(windows) {
        true => env::var_os("PUBLIC")
            .map(PathBuf::from)
            .into_iter()
            .collect(),
        false => vec!["/tmp".into(), "/var/tmp".into()],
    };
    let mut places = vec![env::temp_dir()];
    places.extend(shared.into_iter().filter(|place| place.is_dir()));
    places
}
