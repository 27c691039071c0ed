//! What a project says of itself, in whichever file.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::{ecosystem::toml_table, model::read_text_file};

pub(super) const PYPROJECT: &str = "pyproject.toml";
pub(super) const SETUP_CFG: &str = "setup.cfg";

/// A project's own words. What is not there, or can't be read, says nothing: the client that builds the
/// project tells of it.
pub(super) struct Said {
    pyproject: Table,
    setup_cfg: String,
    /// Its directory, and those above it that may hold its lock file.
    places: Vec<PathBuf>,
}

impl Said {
    /// Of the project in `root`, which lies in the tree `top`. Both are absolute.
    pub(super) fn of(root: &Path, top: &Path) -> Self {
        let text = |name| read_text_file(&root.join(name)).unwrap_or_default();
        let within = root.ancestors().take_while(|place| place.starts_with(top));
        Self {
            pyproject: toml_table(&text(PYPROJECT)).unwrap_or_default(),
            setup_cfg: text(SETUP_CFG),
            places: within.map(Path::to_owned).collect(),
        }
    }

    /// `tool.NAME` of pyproject.toml.
    pub(super) fn tool(&self, name: &str) -> Option<&Value> {
        self.pyproject.get("tool")?.get(name)
    }

    /// Whether one of its places has this file.
    pub(super) fn has_file(&self, name: &str) -> bool {
        self.places.iter().any(|place| place.join(name).is_file())
    }

    /// Whether its build backend is of this module.
    pub(super) fn is_built_by(&self, module: &str) -> bool {
        let system = self.pyproject.get("build-system");
        let backend = system.and_then(|system| system.get("build-backend")?.as_str());
        backend.is_some_and(|backend| backend.split(['.', ':']).next() == Some(module))
    }

    /// Its name, if that is written down.
    pub(super) fn name(&self) -> Option<String> {
        name(&self.pyproject).or_else(|| self.name_in_setup_cfg())
    }

    /// `name` in `[metadata]`.
    fn name_in_setup_cfg(&self) -> Option<String> {
        let lines = self.setup_cfg.lines();
        let metadata = lines.skip_while(|line| line.trim() != "[metadata]").skip(1);
        let mut fields = metadata
            .take_while(|line| !line.starts_with('['))
            .filter_map(|line| line.split_once(['=', ':']));
        let (_, name) = fields.find(|(key, _)| key.trim() == "name")?;
        Some(name.trim().to_owned()).filter(|name| !name.is_empty())
    }
}

/// The name in a pyproject.toml.
pub(super) fn name(pyproject: &Table) -> Option<String> {
    let poetry = || pyproject.get("tool")?.get("poetry")?.get("name");
    let project = pyproject.get("project");
    let name = project.and_then(|project| project.get("name"));
    name.or_else(poetry)?.as_str().map(str::to_owned)
}
