//! The workspace that a project belongs to.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{MANIFEST, Members, running::Running, scripts};
use crate::{
    ecosystem::{Error, Member, PackOptions, members::matching, real},
    model::read_text_file,
};

/// The directories above that are roots of workspaces, nearest first: a member has neither a lock
/// file nor a client of its own.
pub(super) fn workspaces_above(root: &Path) -> Vec<(PathBuf, Value)> {
    let absolute = real(root);
    let above = absolute.ancestors().skip(1).filter_map(|directory| {
        let text = read_text_file(&directory.join(MANIFEST)).ok();
        let manifest = text
            .and_then(|text| scripts::manifest(&text).ok())
            .unwrap_or_default();
        is_root(directory, &manifest).then(|| (directory.to_owned(), manifest))
    });
    above.collect()
}

fn is_root(directory: &Path, manifest: &Value) -> bool {
    manifest.get("workspaces").is_some() || directory.join("pnpm-workspace.yaml").is_file()
}

/// The packages of the workspace that the project in `directory` is the root or a member of, the root
/// first; or the project alone.
pub(super) fn members(
    directory: &Path,
    manifest: &str,
    options: &PackOptions,
) -> Result<Vec<Member>, Error> {
    let manifest = scripts::manifest(manifest).unwrap_or_default();
    let own = is_root(directory, &manifest).then(|| (directory.to_owned(), manifest));
    for (root, manifest) in own.into_iter().chain(workspaces_above(directory)) {
        let members = of_root(&root, &manifest, options)?;
        let is_here = |member: &PathBuf| is_same(member, directory);
        if is_here(&root) || members.iter().any(is_here) {
            let others = members.into_iter().filter(|member| !is_same(member, &root));
            let all = std::iter::once(root.clone()).chain(others);
            return Ok(all.map(Member::new).collect());
        }
    }
    Ok(vec![Member::new(directory.to_owned())])
}

/// The root of the nearest workspace that names the project in `directory` a member by its patterns.
pub(super) fn root_of_member(directory: &Path) -> Result<Option<PathBuf>, Error> {
    for (root, manifest) in workspaces_above(directory) {
        let members = matching(&root, MANIFEST, &patterns(&manifest))?;
        if members.iter().any(|member| is_same(member, directory)) {
            return Ok(Some(root));
        }
    }
    Ok(None)
}

fn is_same(one: &Path, other: &Path) -> bool {
    real(one) == real(other)
}

fn of_root(root: &Path, manifest: &Value, options: &PackOptions) -> Result<Vec<PathBuf>, Error> {
    let running = Running::find(root, manifest, options)?;
    match running.facts.members {
        Members::Patterns => matching(root, MANIFEST, &patterns(manifest)),
        Members::Says(question, read) => {
            let said = running.typed(question);
            let mut command = running.command(question);
            let answer = running.client.ask_all(&mut command, &said)?;
            let directories = read(&answer).ok_or_else(|| Error::AnswerUnusable {
                command: said,
                path: Error::shown(root),
            })?;
            let absolute = root.canonicalize().unwrap_or_default();
            let below = |path: &PathBuf| match path.strip_prefix(&absolute) {
                Ok(below) => root.join(below),
                Err(_) => root.join(path),
            };
            Ok(directories.iter().map(below).collect())
        }
    }
}

/// `workspaces`: patterns, or an object with them.
fn patterns(manifest: &Value) -> Vec<String> {
    let workspaces = manifest.get("workspaces").unwrap_or(&Value::Null);
    let patterns = workspaces.get("packages").unwrap_or(workspaces).as_array();
    let patterns = patterns.into_iter().flatten().filter_map(Value::as_str);
    patterns.map(str::to_owned).collect()
}

/// An array of objects that each have a path.
pub(super) fn in_array(answer: &str) -> Option<Vec<PathBuf>> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    let path = |member: &Value| member.get("path")?.as_str().map(PathBuf::from);
    answer.as_array()?.iter().map(path).collect()
}

/// An object in each line, with a location.
pub(super) fn in_lines(answer: &str) -> Option<Vec<PathBuf>> {
    let location = |line: &str| {
        let member: Value = serde_json::from_str(line).ok()?;
        member.get("location")?.as_str().map(PathBuf::from)
    };
    answer.lines().map(location).collect()
}

/// An object of objects that each have a location.
pub(super) fn in_object(answer: &str) -> Option<Vec<PathBuf>> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    let location = |member: &Value| member.get("location")?.as_str().map(PathBuf::from);
    answer.as_object()?.values().map(location).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn only_what_the_patterns_name_is_a_member() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().canonicalize().unwrap();
        for (directory, manifest) in [
            (".", r#"{"workspaces":["packages/*"]}"#),
            ("packages/a", "{}"),
            ("packages/a/below", "{}"),
            ("other", r#"{"workspaces":["b"]}"#),
            ("other/b", "{}"),
        ] {
            fs::create_dir_all(root.join(directory)).unwrap();
            fs::write(root.join(directory).join(MANIFEST), manifest).unwrap();
        }
        for (directory, expected) in [
            ("packages/a", Some(root.clone())),
            ("other/b", Some(root.join("other"))),
            ("packages/a/below", None),
            ("other", None),
            (".", None),
        ] {
            let found = root_of_member(&root.join(directory)).unwrap();
            assert_eq!(found, expected, "{directory}");
        }
    }

    #[test]
    fn what_clients_say_of_members_is_read() {
        let expected = Some(vec![PathBuf::from("packages/a")]);
        assert_eq!(in_array(r#"[{"name":"a","path":"packages/a"}]"#), expected);
        assert_eq!(
            in_lines("{\"location\":\"packages/a\",\"name\":\"a\"}\n"),
            expected
        );
        assert_eq!(in_object(r#"{"a":{"location":"packages/a"}}"#), expected);
        for read in [in_array, in_object, in_lines] {
            assert_eq!(read("nothing that is known"), None);
        }
        assert_eq!(in_array(r#"[{"name":"a"}]"#), None);
    }
}
