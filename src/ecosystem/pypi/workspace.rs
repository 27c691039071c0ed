//! uv's workspaces.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::project::PYPROJECT;
use crate::{
    ecosystem::{Error, Member, PackOptions, members::matching, toml_table},
    model::read_text_file,
};

/// The packages of the workspace that the project in `directory` is the root or a member of, the root
/// first; or the project alone.
pub(super) fn members(directory: &Path, _: &str, _: &PackOptions) -> Result<Vec<Member>, Error> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let own = real(directory);
    for root in own.ancestors() {
        let Some(workspace) = workspace(root) else {
            continue;
        };
        let mut all = matching(root, PYPROJECT, &patterns(&workspace))?;
        all.retain(|member| member != root);
        all.insert(0, root.to_owned());
        if all.iter().any(|member| real(member) == own) {
            return Ok(all.into_iter().map(member).collect());
        }
    }
    Ok(vec![member(directory.to_owned())])
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

fn member(directory: PathBuf) -> Member {
    Member {
        directory,
        private: None,
    }
}
