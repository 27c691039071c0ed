//! Builds that the configuration asks for before a push is checked.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{Error, shown};
use crate::{
    check::{PackOptions, Request, policy_files},
    ecosystem,
    model::escape,
    policy::{self, ConfigFile},
};

/// The commands that hold for some projects, each once, by the directory of the configuration that says so:
/// there it is run.
pub(super) struct Builds(BTreeMap<PathBuf, String>);

impl Builds {
    /// Of the projects in these directories of a checkout.
    pub(super) fn of<'d>(
        directories: impl Iterator<Item = &'d Path>,
        request: &Request,
        checkout: &Path,
    ) -> Result<Self, Error> {
        let mut builds = BTreeMap::new();
        for directory in directories {
            let files = policy_files(request, directory)?;
            let Some(place) = policy::find(&request.config, directory, &*files)? else {
                continue;
            };
            let config = ConfigFile::read(&place, &*files)?;
            if let Some(command) = config.pre_push_build() {
                let place = place.parent().unwrap_or(checkout);
                // One that was named on the command line lies elsewhere.
                let place = match place.starts_with(checkout) {
                    true => place,
                    false => checkout,
                };
                builds.insert(place.to_owned(), command.to_owned());
            }
        }
        Ok(Self(builds))
    }

    /// Whether one holds for a directory.
    pub(super) fn hold_for(&self, directory: &Path) -> bool {
        self.0.keys().any(|place| directory.starts_with(place))
    }

    /// Runs all of them, in places that are named as they are from the current directory.
    pub(super) fn run(
        &self,
        current: &Path,
        options: &PackOptions,
        say: &dyn Fn(&str),
    ) -> Result<(), Error> {
        for (place, command) in &self.0 {
            say(&format!("building first: {}", escape(command)));
            let place = place.strip_prefix(current).unwrap_or(place);
            ecosystem::run_shell(command, &shown(place), options)?;
        }
        Ok(())
    }
}
