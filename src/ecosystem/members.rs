//! The directories of a workspace that its patterns name.

use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use ignore::WalkBuilder;

use super::Error;

/// What lies in these belongs to others.
const OTHERS: [&str; 2] = ["node_modules", ".git"];

/// The directories below `root` that hold a file `manifest` and that the patterns name, in order. Of the
/// patterns that fit a directory the last counts; one that begins with `!` leaves it out. A name that
/// begins with a dot must be written out.
///
/// # Errors
///
/// When a pattern is none (the text says why), or when a directory can't be read.
pub(super) fn matching(
    root: &Path,
    manifest: &str,
    patterns: &[String],
) -> Result<Vec<PathBuf>, Error> {
    let unusable = |pattern: &str, reason: String| Error::UnusableManifest {
        path: Error::shown(&root.join(manifest)),
        reason: format!("`{pattern}` is no pattern of workspaces: {reason}"),
    };
    let mut globs = Vec::new();
    let mut found = Vec::new();
    for pattern in patterns {
        // Beside the root: there only what is written out.
        if pattern.starts_with("../") {
            let directory = root.join(pattern);
            if directory.join(manifest).is_file() {
                found.push(directory);
            }
            continue;
        }
        let (taken, glob) = match pattern.strip_prefix('!') {
            Some(glob) => (false, glob),
            None => (true, pattern.as_str()),
        };
        let glob = glob.trim_start_matches("./").trim_matches('/');
        let built = GlobBuilder::new(glob).literal_separator(true).build();
        let built = built.map_err(|error| unusable(pattern, error.kind().to_string()))?;
        globs.push((taken, glob, built.compile_matcher()));
    }
    let depth = globs.iter().map(|(_, glob, _)| match glob.contains("**") {
        true => usize::MAX,
        false => glob.split('/').count(),
    });
    let mut walk = WalkBuilder::new(root);
    walk.standard_filters(false)
        .follow_links(true)
        .max_depth(Some(depth.max().unwrap_or(0)))
        .filter_entry(|entry| !OTHERS.iter().any(|name| entry.file_name() == *name))
        .sort_by_file_name(Ord::cmp);
    for entry in walk.build() {
        let entry = match entry {
            Ok(entry) => entry,
            // A link that leads nowhere, or round.
            Err(error)
                if error
                    .io_error()
                    .is_none_or(|error| error.kind() == std::io::ErrorKind::NotFound) =>
            {
                continue;
            }
            Err(error) => {
                let source = error
                    .into_io_error()
                    .unwrap_or_else(|| std::io::Error::other("?"));
                return Err(Error::unreadable(root, source));
            }
        };
        let Ok(below) = entry.path().strip_prefix(root) else {
            continue;
        };
        let fitting = |(_, glob, matcher): &&(bool, &str, globset::GlobMatcher)| {
            matcher.is_match(below)
                && (!is_hidden(below) || glob.contains("/.") || glob.starts_with('.'))
        };
        let last = globs.iter().rev().find(fitting);
        if last.is_some_and(|(taken, ..)| *taken) && entry.path().join(manifest).is_file() {
            found.push(entry.into_path());
        }
    }
    Ok(found)
}

fn is_hidden(path: &Path) -> bool {
    path.components()
        .any(|component| component.as_os_str().as_encoded_bytes().starts_with(b"."))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_last_pattern_that_fits_a_directory_counts() {
        let root = tempfile::tempdir().unwrap();
        for directory in [
            "packages/a",
            "packages/b",
            "packages/.c",
            "packages/node_modules/d",
            "tools/deep/e",
            "other",
        ] {
            fs::create_dir_all(root.path().join(directory)).unwrap();
            fs::write(root.path().join(directory).join("package.json"), "{}").unwrap();
        }
        fs::create_dir(root.path().join("packages/empty")).unwrap();
        let of = |patterns: &[&str]| {
            let patterns: Vec<_> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
            let found = matching(root.path(), "package.json", &patterns).unwrap();
            let below = found
                .iter()
                .map(|path| path.strip_prefix(root.path()).unwrap());
            below
                .map(|path| path.display().to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(of(&["packages/*"]), ["packages/a", "packages/b"]);
        assert_eq!(of(&["./packages/*/", "!packages/b"]), ["packages/a"]);
        assert_eq!(of(&["!packages/b", "packages/b"]), ["packages/b"]);
        assert_eq!(
            of(&["packages/.c", "tools/**"]),
            ["packages/.c", "tools/deep/e"]
        );
        assert_eq!(
            of(&["{tools,packages}/**", "!**/b"]),
            ["packages/a", "tools/deep/e"]
        );
        assert_eq!(of(&[]), [""; 0]);
        let pattern = ["../other".to_owned()];
        let beside = matching(&root.path().join("tools"), "package.json", &pattern).unwrap();
        assert_eq!(beside, [root.path().join("tools/../other")]);
        let wrong = matching(root.path(), "package.json", &["a[".to_owned()]);
        let said = wrong.unwrap_err().to_string();
        assert!(said.contains("`a[` is no pattern of workspaces"), "{said}");
    }
}
