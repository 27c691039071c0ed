//! uv's workspaces.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::{ENTRY, project::PYPROJECT};
use crate::{
    ecosystem::{
        Error, Is, ManifestFile, Member, PackOptions, members::matching, real, toml_table,
    },
    model::read_text_file,
};

/// The packages of the workspace that the project in `directory` is the root or a member of, the root
/// first; or the project alone.
pub(super) fn members(directory: &Path, _: &str, _: &PackOptions) -> Result<Vec<Member>, Error> {
    let own = real(directory);
    for root in own.ancestors() {
        let all = of_root(root)?;
        if all.iter().any(|member| real(member) == own) {
            return Ok(all.into_iter().map(Member::new).collect());
        }
    }
    Ok(vec![Member::new(directory.to_owned())])
}

/// The root of the workspace that the project in `directory` is a member of.
pub(super) fn above(directory: &Path) -> Option<PathBuf> {
    let own = real(directory);
    let is_member = |root: &&Path| {
        let all = of_root(root).unwrap_or_default();
        all.iter().any(|member| real(member) == own)
    };
    own.ancestors().skip(1).find(is_member).map(Path::to_owned)
}

/// The root of a workspace and its members, as far as they are for publishing.
pub(super) fn public(root: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut all = of_root(root)?;
    all.retain(|member| is_public(member));
    Ok(all)
}

fn is_public(directory: &Path) -> bool {
    let read = |file: &ManifestFile| {
        let text = read_text_file(&directory.join(file.name)).ok()?;
        let is = (file.read)(&text).ok()?;
        (!matches!(is, Is::Nothing)).then_some(is)
    };
    matches!(ENTRY.manifests.iter().find_map(read), Some(Is::Project))
}

/// The root of a workspace and its members; nothing if it is none.
fn of_root(root: &Path) -> Result<Vec<PathBuf>, Error> {
    let Some(workspace) = workspace(root) else {
        return Ok(Vec::new());
    };
    let mut all = matching(root, PYPROJECT, &patterns(&workspace))?;
    all.retain(|member| member != root);
    all.insert(0, root.to_owned());
    Ok(all)
}

/// `tool.uv.workspace` of the root of one.
pub(super) fn workspace(root: &Path) -> Option<Table> {
    let text = read_text_file(&root.join(PYPROJECT)).ok()?;
    let table = toml_table(&text).ok()?;
    let workspace = table.get("tool")?.get("uv")?.get("workspace")?;
    workspace.as_table().cloned()
}

/// Its members, without what it excludes.
fn patterns(workspace: &Table) -> Vec<String> {
    let of = |key| {
        let patterns = workspace.get(key).and_then(Value::as_array);
        patterns.into_iter().flatten().filter_map(Value::as_str)
    };
    let excluded = of("exclude").map(|pattern| format!("!{pattern}"));
    of("members").map(str::to_owned).chain(excluded).collect()
}
