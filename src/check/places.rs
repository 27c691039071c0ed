//! Where in its repository an artifact comes from.

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
};

use crate::{
    detect,
    ecosystem::Packed,
    host::git::Repository,
    model::{EntryPath, Format, SourcePlaces, without_credentials},
    policy::Judged,
};

/// Schemes that a repository is cloned by from elsewhere; a path of this machine tells nobody anything.
const SCHEMES: [&str; 4] = ["https", "http", "ssh", "git"];

/// The places of a file that was given: only where it lies itself is known.
pub(super) fn of_given(file: &Path) -> SourcePlaces {
    SourcePlaces {
        whole: current_directory().and_then(|top| below(&top, file)),
        ..SourcePlaces::default()
    }
}

/// The places of what was packed of a project.
pub(super) fn of_packed(
    packed: &Packed,
    repository: Option<&Repository>,
    judged: &Judged,
) -> SourcePlaces {
    let root = &packed.root;
    let top = match repository {
        Some(repository) => Some(repository.top.clone()),
        None => current_directory().filter(|top| below(top, root).is_some()),
    };
    // Outside of both, the project itself is the best there is.
    let Some(top) = top.or_else(|| root.canonicalize().ok()) else {
        return SourcePlaces::default();
    };
    let format = judged.artifact.format;
    let file = |path: &str| below(&top, &root.join(path)).filter(|file| top.join(file).is_file());
    let findings = judged.findings.iter().map(|one| &one.finding.path);
    let gaps = judged.gaps.iter().filter_map(|one| one.gap.path.as_ref());
    let mut files = BTreeMap::new();
    for path in findings.chain(gaps) {
        let entry = path.outermost();
        if !files.contains_key(entry) {
            let mut places = detect::places(&renamed(path, entry), format, "").into_iter();
            files.insert(entry.to_owned(), places.find_map(|place| file(&place)));
        }
    }
    let found = |(entry, file): (String, Option<String>)| Some((entry, file?));
    SourcePlaces {
        whole: manifests(format).iter().find_map(|name| file(name)),
        files: files.into_iter().filter_map(found).collect(),
        repository: repository.and_then(|repository| address(repository.origin.as_deref()?)),
    }
}

fn renamed(path: &EntryPath, outermost: &str) -> EntryPath {
    match path.as_str() == outermost {
        true => path.clone(),
        false => path.renamed(outermost),
    }
}

/// Files that make a directory a project.
fn manifests(format: Option<Format>) -> &'static [&'static str] {
    match format {
        Some(Format::NpmTgz) => &["package.json"],
        Some(Format::Crate) => &["Cargo.toml"],
        Some(Format::Wheel | Format::Sdist) => &["pyproject.toml", "setup.py", "setup.cfg"],
        None => &[],
    }
}

fn current_directory() -> Option<PathBuf> {
    env::current_dir().ok()?.canonicalize().ok()
}

/// Where a file lies below a directory, links followed: what is shown through a link can't be found.
fn below(top: &Path, file: &Path) -> Option<String> {
    let real = file.canonicalize().ok()?;
    let below = real.strip_prefix(top).ok()?.to_str()?;
    Some(below.replace(std::path::MAIN_SEPARATOR, "/"))
}

/// The address of a repository as a URI, without credentials, if others can reach it by that.
fn address(origin: &str) -> Option<String> {
    let origin = match origin.split_once("://") {
        Some(_) => origin.to_owned(),
        // As git and scp write it: `git@host:path`.
        None => {
            let (host, path) = origin.split_once(':')?;
            let is_host = host.len() > 1 && !host.contains(['/', '\\']);
            let path = path.trim_start_matches('/');
            is_host.then(|| format!("ssh://{host}/{path}"))?
        }
    };
    let (scheme, rest) = origin.split_once("://")?;
    let is_of_uri = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:@%+".contains(&byte);
    let usable = SCHEMES.contains(&scheme) && rest.bytes().all(is_of_uri);
    usable.then(|| without_credentials(&origin))
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn only_an_address_that_others_reach_is_told_and_without_credentials() {
        let secret = ["hunter", "22"].concat();
        for (origin, told) in [
            (
                "git@git.acme.example:cli/a.git".to_owned(),
                Some("ssh://git.acme.example/cli/a.git"),
            ),
            (
                format!("https://me:{secret}@git.acme.example/a"),
                Some("https://git.acme.example/a"),
            ),
            (
                "ssh://git@h.example:22/a".to_owned(),
                Some("ssh://h.example:22/a"),
            ),
            ("/srv/git/a.git".to_owned(), None),
            ("../a".to_owned(), None),
            ("C:\\git\\a".to_owned(), None),
            ("file:///srv/a".to_owned(), None),
            ("https://h/a b\n".to_owned(), None),
        ] {
            assert_eq!(address(&origin).as_deref(), told, "{origin}");
        }
    }
}
