//! What an artifact's own manifest says of it.

use super::Access;

/// What the policy and the detectors need of a manifest, whatever the ecosystem.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The package's name.
    pub name: Option<String>,
    /// The package's version.
    pub version: Option<String>,
    /// The licence expression or text, as written.
    pub license: Option<String>,
    /// Where the manifest says that the source is.
    pub repository: Option<String>,
    /// Whether the manifest forbids publishing.
    pub private: bool,
    /// Whether the manifest says which files ship: `files` for npm, `include` or `exclude` for crates.
    pub lists_files: bool,
    /// What npm's `files` says, as written.
    pub files: Vec<String>,
    /// The files that npm's manifest leads to: `main`, `exports`, `bin` and their like, as written.
    pub entry_points: Vec<String>,
    /// The address or the name of the only registry that the manifest names to publish to.
    pub registry: Option<String>,
    /// Who the manifest wants to be able to read the package.
    pub access: Option<Access>,
    /// What it says in public of addresses and people: home page, repository, bugs, authors, funding.
    pub declared: Vec<String>,
    /// What npm runs on install: the names and texts of scripts, in the order in which they run.
    pub install_scripts: Vec<(&'static str, String)>,
    /// Dependencies that npm's manifest takes from the publisher's own disk: `workspace:`, `file:`.
    pub local: Vec<String>,
    /// The build tools that the manifest names: npm's `devDependencies` and `scripts` ship with it.
    pub build_tools: Vec<&'static str>,
}

impl Manifest {
    /// Whether a publish takes both to the same place for the same readers, as far as they have a say.
    pub fn goes_where(&self, other: &Self) -> bool {
        let asked = |manifest: &Self| (manifest.registry.clone(), manifest.access);
        self.name == other.name && asked(self) == asked(other)
    }

    /// The scope of a scoped npm name: `@acme` for `@acme/cli`.
    pub fn scope(&self) -> Option<&str> {
        let name = self.name.as_deref()?;
        name.starts_with('@')
            .then(|| name.split_once('/').map(|(scope, _)| scope))?
    }
}
