//! What is packed, and how.

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};

use crate::ecosystem;

/// What every command takes that packs projects as the user says.
#[derive(Debug, Args)]
pub(in crate::cli) struct PackArguments {
    /// Check every package of the workspace that can be published
    #[arg(long, conflicts_with = "packages")]
    pub(in crate::cli) workspace: bool,

    /// Check this package of the workspace; may be repeated
    #[arg(short, long = "package", value_name = "NAME")]
    pub(in crate::cli) packages: Vec<String>,

    /// The registry that a crate goes to, as in `cargo publish --registry NAME`
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) registry: Option<String>,

    /// Pack with this client
    ///
    /// Without it, the client that package.json names (packageManager), or whose lock file is there,
    /// packs an npm package; the one that pyproject.toml or a lock file shows builds a Python project.
    #[arg(long, value_name = "NAME", value_parser = client())]
    pub(in crate::cli) client: Option<&'static str>,

    /// Pack without running the project's own scripts
    #[arg(long)]
    pub(in crate::cli) ignore_scripts: bool,

    /// Build a Python project even if something lies in dist/
    ///
    /// What lies there is still what is checked; where a fresh build would differ, that is a finding.
    #[arg(long)]
    pub(in crate::cli) build: bool,
}

fn client() -> impl TypedValueParser<Value = &'static str> {
    let known = |name: &String| ecosystem::clients().find(|client| client == name);
    PossibleValuesParser::new(ecosystem::clients())
        .try_map(move |name| known(&name).ok_or("there is no such client"))
}
