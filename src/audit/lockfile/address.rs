//! Where npm's clients have a package from: its release in a registry, or somewhere else.

use super::collected::{Collected, shown};
use crate::model::Integrity;

/// What an entry says of the package.
pub(super) struct Entry<'t> {
    pub(super) name: &'t str,
    pub(super) version: Option<&'t str>,
    /// Where the tarball is, if that is said.
    pub(super) address: Option<&'t str>,
    pub(super) expected: Vec<Integrity>,
}

/// How addresses begin that are not those of tarballs, and what they mean.
const ELSEWHERE: [(&[&str], &str); 6] = [
    (
        &[
            "git+",
            "git:",
            "git@",
            "ssh:",
            "github:",
            "gitlab:",
            "bitbucket:",
            "gist:",
        ],
        "is from git, and not from a registry",
    ),
    (
        &["workspace:", "root:"],
        "is a member of the workspace: check it where it lies",
    ),
    (
        &["link:", "portal:", "symlink:"],
        "is linked from a directory of this machine",
    ),
    (
        &["file:"],
        "is a file or directory of this machine, and not from a registry",
    ),
    (
        &["patch:"],
        "is patched by the project; the release beneath the patch is an entry of its own",
    ),
    (
        &["exec:", "runtime:"],
        "is made or fetched by the client itself, and not from a registry of packages",
    ),
];
const OF_THE_WEB: [&str; 2] = ["https://", "http://"];
const STRANGE: &str = "is a tarball at an address that is not that of its release in a registry";

/// Adds an entry as what its address says.
pub(super) fn add(collected: &mut Collected, entry: Entry<'_>) -> Result<(), String> {
    let Some(address) = entry.address else {
        let version = entry.version.ok_or_else(|| {
            let name = shown(entry.name);
            format!("`{name}` has neither a version nor an address")
        })?;
        return collected.release(entry.name, version, entry.expected);
    };
    let said = version_in(address, entry.name);
    let version = entry.version.or(said.as_deref());
    match (said.as_deref(), version) {
        (Some(said), Some(version)) if is_same(said, version) => {
            collected.release(entry.name, version, entry.expected)
        }
        _ => {
            let reason = elsewhere(address).ok_or_else(|| unfamiliar(address))?;
            collected.skip(entry.name, entry.version, reason);
            Ok(())
        }
    }
}

/// What is wrong with a text that is neither a version nor a place.
pub(super) fn unfamiliar(text: &str) -> String {
    let text = shown(text);
    format!("`{text}` is neither a version nor an address that is known here")
}

/// Why what comes from an address is not of a registry, if it is an address at all.
pub(super) fn elsewhere(address: &str) -> Option<&'static str> {
    let begins = |with: &&str| {
        let begin = address.get(..with.len());
        begin.is_some_and(|begin| begin.eq_ignore_ascii_case(with))
    };
    if OF_THE_WEB.iter().any(begins) {
        return Some(STRANGE);
    }
    let mut known = ELSEWHERE.iter();
    known
        .find(|(with, _)| with.iter().any(begins))
        .map(|(_, reason)| *reason)
}

/// The version in the address of a tarball that a registry has of the package: `…/NAME/-/NAME-VERSION.tgz`, or
/// `…/download/NAME/VERSION/…`, as GitHub's has it. Who edits a lock file to have another package fetched for
/// this name does not get past it.
fn version_in(address: &str, name: &str) -> Option<String> {
    let address = address.split(['?', '#']).next()?;
    let rest = OF_THE_WEB
        .iter()
        .find_map(|scheme| address.strip_prefix(scheme))?;
    let path = rest[rest.find('/')?..].replace("%2f", "/");
    let path = path.replace("%2F", "/").replace("%40", "@");
    if let Some((_, behind)) = path.split_once(&format!("/download/{name}/")) {
        return behind.split('/').next().map(str::to_owned);
    }
    let (before, file) = path.rsplit_once("/-/")?;
    if !before.ends_with(&format!("/{name}")) {
        return None;
    }
    let base = name.rsplit('/').next()?;
    let file = file.strip_suffix(".tgz")?;
    let version = file.strip_prefix(name).or_else(|| file.strip_prefix(base));
    version?.strip_prefix('-').map(str::to_owned)
}

/// Registries leave what follows a `+` out of addresses.
fn is_same(said: &str, version: &str) -> bool {
    said == version || version.split('+').next() == Some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_address_of_its_own_release_is_of_a_registry() {
        for (name, address, expected) in [
            ("a", "https://r.example/a/-/a-1.0.0.tgz", Some("1.0.0")),
            (
                "a",
                "https://r.example/npm/a/-/a-1.0.0.tgz?x#y",
                Some("1.0.0"),
            ),
            (
                "@s/a",
                "http://r.example/@s/a/-/a-1.0.0-rc.1.tgz",
                Some("1.0.0-rc.1"),
            ),
            (
                "@s/a",
                "https://r.example/@s%2fa/-/a-1.0.0.tgz",
                Some("1.0.0"),
            ),
            (
                "@s/a",
                "https://r.example/@s/a/-/@s/a-1.0.0.tgz",
                Some("1.0.0"),
            ),
            (
                "@s/a",
                "https://r.example/download/@s/a/1.0.0/0123",
                Some("1.0.0"),
            ),
            ("a", "https://r.example/b/-/b-1.0.0.tgz", None),
            ("a", "https://r.example/a/-/b-1.0.0.tgz", None),
            ("a", "https://r.example/@s/a-/-/a-1.0.0.tgz", None),
            ("a", "https://r.example/x/tar.gz/0123", None),
            ("a", "file:a/-/a-1.0.0.tgz", None),
            ("a", "https://", None),
            ("a", "", None),
        ] {
            assert_eq!(version_in(address, name).as_deref(), expected, "{address}");
        }
        assert!(is_same("1.0.0", "1.0.0+b") && !is_same("1.0.0", "1.0.1"));
    }

    #[test]
    fn what_is_no_place_that_is_known_is_none() {
        for (address, expected) in [
            ("GIT+SSH://git@a.example/b.git", "is from git"),
            ("https://a.example/x.tgz", "is a tarball at an address"),
            ("file:../x", "is a file"),
        ] {
            assert!(elsewhere(address).unwrap().starts_with(expected));
        }
        for other in ["", "--flag", "../../x", "ftp://a.example", "é"] {
            assert_eq!(elsewhere(other), None, "{other}");
        }
    }
}
