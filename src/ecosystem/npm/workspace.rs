//! The workspace that a project is a member of.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{MANIFEST, scripts};
use crate::model::read_text_file;

/// The directories above that are roots of workspaces, nearest first: a member has neither a lock
/// file nor a client of its own.
pub(super) fn workspaces_above(root: &Path) -> Vec<(PathBuf, Value)> {
    let absolute = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let above = absolute.ancestors().skip(1).filter_map(|directory| {
        let text = read_text_file(&directory.join(MANIFEST)).ok();
        let manifest = text
            .and_then(|text| scripts::manifest(&text).ok())
            .unwrap_or_default();
        let is_root =
            manifest.get("workspaces").is_some() || directory.join("pnpm-workspace.yaml").is_file();
        is_root.then(|| (directory.to_owned(), manifest))
    });
    above.collect()
}
