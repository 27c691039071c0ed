//! Which projects of a commit a push touches: known without writing the commit to a disk, because most
//! pushes touch none.

use std::collections::BTreeMap;

use super::{PushError, changes::Changes, repository::Repository};
use crate::{ecosystem, model::escape};

/// Directories that hold what belongs to others, or what tests and examples are made of. What lies below one
/// of them is not published from there.
const NOT_PUBLISHED: [&str; 15] = [
    "node_modules",
    "vendor",
    "third_party",
    "third-party",
    "test",
    "tests",
    "__tests__",
    "spec",
    "fixtures",
    "__fixtures__",
    "testdata",
    "test-data",
    "example",
    "examples",
    "templates",
];
/// Directories beside a manifest whose files change how projects below are packed.
const OF_CLIENTS: [&str; 2] = [".cargo", ".yarn"];
const CONFIGURATIONS: [&str; 2] = ["packwarden.toml", ".packwarden.toml"];
/// Where it stands, a build decides what ships, and a build may read every file.
const BUILDS: &str = "pre-push-build";
const LINK: &str = "120000";
const MODULE: &str = "160000";

/// A file of a commit.
struct File {
    mode: String,
    object: String,
    path: String,
}

/// What a commit holds.
pub(super) struct Tree(Vec<File>);

/// What a push touches.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// The directories of projects, from the top of the repository.
    pub(super) directories: Vec<String>,
    /// Manifests that no client could read, with the reason.
    pub(super) unreadable: Vec<(String, String)>,
}

/// A directory with a manifest.
#[derive(Default)]
struct Place {
    is_public: bool,
    unreadable: Vec<(String, String)>,
    /// Whether files elsewhere may ship with it.
    reaches_out: bool,
}

impl Tree {
    /// Of a commit.
    pub(super) fn of(repository: &Repository, commit: &str) -> Result<Self, PushError> {
        let list = repository.ask(commit, &["ls-tree", "-r", "-z", "--full-tree", commit])?;
        let items = list
            .split(|byte| *byte == 0)
            .filter(|item| !item.is_empty());
        let read = |item: &[u8]| {
            let item = String::from_utf8_lossy(item);
            let (head, path) = item.split_once('\t')?;
            let mut words = head.split(' ');
            Some(File {
                mode: words.next()?.to_owned(),
                object: words.nth(1)?.to_owned(),
                path: path.to_owned(),
            })
        };
        let files = items.map(|item| {
            read(item).ok_or_else(|| PushError::Object {
                what: commit.to_owned(),
                reason: "git listed files in a form that is not known here".to_owned(),
            })
        });
        Ok(Self(files.collect::<Result<_, _>>()?))
    }

    /// The projects that can be published and that the changes touch.
    pub(super) fn touched(
        &self,
        repository: &Repository,
        changes: &Changes,
    ) -> Result<Touched, PushError> {
        let mut touched = Touched::default();
        if matches!(changes, Changes::Files(files) if files.is_empty()) {
            return Ok(touched);
        }
        for (directory, place) in self.places(repository)? {
            let is_touched = match changes {
                Changes::Everything => true,
                Changes::Files(_) if place.reaches_out => true,
                Changes::Files(files) => files.iter().any(|file| matters(file, &directory)),
            };
            if is_touched && place.is_public {
                touched.directories.push(directory);
            } else if is_touched {
                touched.unreadable.extend(place.unreadable);
            }
        }
        Ok(touched)
    }

    /// The files below a directory.
    pub(super) fn below(&self, directory: &str) -> impl Iterator<Item = &str> {
        let paths = self.0.iter().map(|file| file.path.as_str());
        paths.filter(move |path| lies_in(path, directory))
    }

    /// The submodules below a directory.
    pub(super) fn modules(&self, directory: &str) -> usize {
        let modules = self.0.iter().filter(|file| file.mode == MODULE);
        modules
            .filter(|file| lies_in(&file.path, directory))
            .count()
    }

    /// The directories with manifests.
    fn places(&self, repository: &Repository) -> Result<BTreeMap<String, Place>, PushError> {
        let is_read = |file: &&File| {
            let (directory, name) = split(&file.path);
            let is_configuration = CONFIGURATIONS.contains(&name);
            let is_known = is_configuration || ecosystem::is_manifest(name);
            // The directory itself may be called so: `packages/test`.
            let (above, _) = split(directory);
            let mut above = above.split('/');
            is_known && !above.any(|part| NOT_PUBLISHED.contains(&part)) && file.mode != MODULE
        };
        let files: Vec<&File> = self.0.iter().filter(is_read).collect();
        let texts = texts(repository, &files)?;
        let mut places: BTreeMap<String, Place> = BTreeMap::new();
        let mut built = Vec::new();
        for (file, text) in files.iter().zip(texts) {
            let (directory, name) = split(&file.path);
            if CONFIGURATIONS.contains(&name) {
                built.extend(text.contains(BUILDS).then_some(directory));
                continue;
            }
            let place = places.entry(directory.to_owned()).or_default();
            place.reaches_out |= reaches_out(&text) || file.mode == LINK;
            match ecosystem::can_be_published(name, &text) {
                Ok(is_public) => place.is_public |= is_public,
                // What a link leads to is known in the checkout.
                Err(_) if file.mode == LINK => place.is_public = true,
                Err(reason) => place.unreadable.push((escape(&file.path), escape(&reason))),
            }
        }
        let links = self.0.iter().filter(|file| file.mode == LINK);
        let links: Vec<_> = links.map(|file| file.path.as_str()).collect();
        for (directory, place) in &mut places {
            place.reaches_out |= links.iter().any(|link| lies_in(link, directory))
                || built
                    .iter()
                    .any(|built| lies_in(directory, built) || directory == built);
        }
        Ok(places)
    }
}

/// Whether a manifest names files that lie anywhere: above it, or where the workspace has what cargo ships of it.
fn reaches_out(manifest: &str) -> bool {
    let bare = manifest.replace([' ', '\t', '"'], "");
    let inherits = |key: &str| {
        bare.contains(&format!("{key}.workspace=")) || bare.contains(&format!("{key}={{workspace="))
    };
    manifest.contains("../") || ["readme", "license-file"].into_iter().any(inherits)
}

/// Whether a change of a file may change what the project in a directory ships: one in it, or one directly in
/// a directory above it, where ignore files, workspaces, lock files, licences and settings lie.
fn matters(file: &str, directory: &str) -> bool {
    let (mut place, _) = split(file);
    let (above, last) = split(place);
    if OF_CLIENTS.contains(&last) {
        place = above;
    }
    lies_in(file, directory) || place == directory || lies_in(directory, place)
}

/// Whether a path lies below a directory; all do below the top.
fn lies_in(path: &str, directory: &str) -> bool {
    let rest = path.strip_prefix(directory);
    directory.is_empty() || rest.is_some_and(|rest| rest.starts_with('/'))
}

/// A path's directory and name.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// The contents of files.
fn texts(repository: &Repository, files: &[&File]) -> Result<Vec<String>, PushError> {
    let list: String = files
        .iter()
        .map(|file| format!("{}\n", file.object))
        .collect();
    let answer = repository.ask_about("a manifest", &["cat-file", "--batch"], list.into_bytes())?;
    let mut rest = answer.as_slice();
    let mut texts = Vec::new();
    for file in files {
        let missing = || PushError::Object {
            what: escape(&file.path),
            reason: "git has no content of it".to_owned(),
        };
        let (text, after) = next(rest).ok_or_else(missing)?;
        texts.push(String::from_utf8_lossy(text).into_owned());
        rest = after;
    }
    Ok(texts)
}

/// Reads `OBJECT blob SIZE`, the content, and a line break.
fn next(batch: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = batch.iter().position(|byte| *byte == b'\n')?;
    let head = str::from_utf8(&batch[..end]).ok()?;
    let (_, size) = head.split_once(" blob ")?;
    let from = end + 1;
    let to = from + size.parse::<usize>().ok()?;
    Some((batch.get(from..to)?, batch.get(to + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_above_a_project_matter_and_those_beside_it_do_not() {
        for (file, directory, expected) in [
            ("a/b/src/x", "a/b", true),
            ("a/b/package.json", "a/b", true),
            (".gitignore", "a/b", true),
            ("a/LICENSE", "a/b", true),
            (".cargo/config.toml", "a/b", true),
            ("a/c/x", "a/b", false),
            ("a/bc/x", "a/b", false),
            ("docs/x", "a/b", false),
            (".github/workflows/x", "a/b", false),
            ("anything/at/all", "", true),
        ] {
            assert_eq!(matters(file, directory), expected, "{file}");
        }
    }

    #[test]
    fn contents_are_told_apart() {
        let batch = b"aa blob 3\nx\ny\nbb blob 0\n\n";
        let (text, rest) = next(batch).unwrap();
        assert_eq!(text, b"x\ny");
        assert_eq!(next(rest).unwrap(), (&b""[..], &b""[..]));
        for broken in [&b"aa missing\n"[..], b"aa blob 9\nx\n", b""] {
            assert!(next(broken).is_none());
        }
    }
}
