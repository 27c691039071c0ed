//! Whether names and versions, written here and there, mean one release to their registry.

use super::{Ecosystem, version::canonical};

/// A project's name as PyPI compares names
/// (<https://packaging.python.org/en/latest/specifications/name-normalization/>).
pub fn project_name(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            '-' | '_' | '.' if folded.ends_with('-') => {}
            '-' | '_' | '.' => folded.push('-'),
            other => folded.push(other.to_ascii_lowercase()),
        }
    }
    folded
}

/// Whether two directories or files called `NAME-VERSION` are of one release. Only PyPI takes
/// different spellings for one.
pub fn same_release(ecosystem: Ecosystem, one: &str, other: &str) -> bool {
    if ecosystem != Ecosystem::Pypi {
        return one == other;
    }
    let (Some(one), Some(other)) = (one.rsplit_once('-'), other.rsplit_once('-')) else {
        return false;
    };
    let versions = readings(other.1);
    project_name(one.0) == project_name(other.0)
        && readings(one.1)
            .iter()
            .any(|version| versions.contains(version))
}

/// Whether what is called `NAME-VERSION` is of the release that a manifest names.
pub fn is_release(ecosystem: Ecosystem, called: &str, name: &str, version: &str) -> bool {
    if ecosystem != Ecosystem::Pypi {
        return called == format!("{name}-{version}");
    }
    called.rsplit_once('-').is_some_and(|called| {
        project_name(called.0) == project_name(name)
            && readings(called.1).contains(&spelling(version))
    })
}

/// The `NAME-VERSION` that the name of a wheel or an sdist begins with.
pub fn release_in_name(file_name: &str) -> Option<&str> {
    if let Some(wheel) = file_name.strip_suffix(".whl") {
        let (at, _) = wheel.match_indices('-').nth(1)?;
        return Some(&wheel[..at]);
    }
    let sdist = [".tar.gz", ".zip"]
        .iter()
        .find_map(|suffix| file_name.strip_suffix(suffix));
    sdist.filter(|sdist| sdist.contains('-'))
}

/// What is no version is equal only to itself.
fn spelling(version: &str) -> String {
    canonical(version).unwrap_or_else(|| version.to_owned())
}

/// The versions that one in a file name may stand for: `_` is also written for `-` and for `+`.
fn readings(version: &str) -> Vec<String> {
    let dashed = version.replace('_', "-");
    let local = version.match_indices('_').map(|(at, _)| {
        let (public, local) = (&dashed[..at], &dashed[at + 1..]);
        format!("{public}+{local}")
    });
    let mut readings: Vec<_> = local.filter_map(|version| canonical(&version)).collect();
    readings.push(spelling(version));
    readings.push(spelling(&dashed));
    readings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_folded() {
        for name in ["acme-cli", "Acme_CLI", "acme.cli", "acme-_.cli"] {
            assert_eq!(project_name(name), "acme-cli");
        }
        assert_ne!(project_name("acmecli"), "acme-cli");
    }

    #[test]
    fn file_names_tell_releases() {
        for (name, expected) in [
            ("acme_cli-1.0-py3-none-any.whl", Some("acme_cli-1.0")),
            ("acme-1.0-1-cp311-cp311-linux_x86_64.whl", Some("acme-1.0")),
            ("acme-cli-1.0.tar.gz", Some("acme-cli-1.0")),
            ("acme-1.0.zip", Some("acme-1.0")),
            ("acme.tar.gz", None),
            ("acme-1.0.whl", None),
            ("acme-1.0.txt", None),
        ] {
            assert_eq!(release_in_name(name), expected, "{name}");
        }
    }

    #[test]
    fn directories_are_of_the_release_that_the_manifest_names() {
        for (called, name, version, expected) in [
            ("acme-1.0", "Acme", "1.0.0", true),
            ("acme_cli-1.0a1", "acme.cli", "1.0-alpha.1", true),
            ("acme-1.0.0b1", "acme", "1.0.0-beta.1", true),
            ("acme-1.0_cu121", "acme", "1.0+cu121", true),
            ("acme-1.0a1_cu_121", "acme", "1.0a1+cu.121", true),
            ("acme-1.0_1", "acme", "1.0-1", true),
            ("acme-1.0_alpha", "acme", "1.0a0", true),
            ("acme-2004.x", "acme", "2004.x", true),
            ("acme-1.0.1", "acme", "1.0+1", false),
            ("acme-1.0", "acme", "1.0-1", false),
            ("acme-1.0.1", "acme", "1.0-1", false),
            ("acme-1.0", "acme", "1!0", false),
            ("acme-1.0", "acme-1", "0", false),
            ("acme-1.0", "acme", "1.0_1", false),
            ("acme", "acme", "", false),
        ] {
            let got = is_release(Ecosystem::Pypi, called, name, version);
            assert_eq!(got, expected, "{called} {name} {version}");
        }
        assert!(is_release(
            Ecosystem::Crates,
            "ac-me-1.0.0",
            "ac-me",
            "1.0.0"
        ));
        for (name, version) in [("ac_me", "1.0.0"), ("ac-me", "1.0")] {
            assert!(!is_release(Ecosystem::Crates, "ac-me-1.0.0", name, version));
        }
    }
}
