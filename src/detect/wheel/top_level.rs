//! What a wheel puts at the top of `site-packages`, beside everybody else's packages.

use std::collections::BTreeMap;

use super::{TOP_LEVEL, detection};
use crate::{
    detect::{Detection, Facts},
    model::{EntryPath, counted},
};

/// Names that belong to a project's tree and not to an installation: two packages that bring one
/// overwrite each other (check-wheel-contents W005 has most of them).
const PROJECT: [&str; 26] = [
    "benchmark",
    "benchmarks",
    "bin",
    "build",
    "ci",
    "conftest.py",
    "data",
    "dist",
    "doc",
    "docs",
    "example",
    "examples",
    "integration_tests",
    "node_modules",
    "notebooks",
    "samples",
    "scripts",
    "setup.py",
    "src",
    "tasks.py",
    "test",
    "test.py",
    "tests",
    "tools",
    "tox.ini",
    "venv",
];

/// Tells each unexpected name at the top once.
pub(super) fn check(facts: &Facts, out: &mut dyn FnMut(Detection)) {
    let package = facts
        .manifest
        .as_ref()
        .and_then(|manifest| manifest.name.clone());
    let package = package
        .unwrap_or_default()
        .to_ascii_lowercase()
        .replace(['-', '.'], "_");
    let mut found: BTreeMap<&str, (&EntryPath, usize)> = BTreeMap::new();
    for path in &facts.wheel_files {
        let top = path.as_str().split('/').next().unwrap_or_default();
        let lower = top.to_ascii_lowercase();
        let is_own = lower.strip_suffix(".py").unwrap_or(&lower) == package;
        let is_hidden = top.starts_with('.');
        if !is_own && (is_hidden || PROJECT.contains(&lower.as_str())) {
            let (first, count) = found.entry(top).or_insert((path, 0));
            *first = (*first).min(path);
            *count += 1;
        }
    }
    for (top, (first, count)) in found {
        let files = counted(count, "file");
        let message = format!(
            "would be installed as top-level `{}` ({files})",
            crate::model::escape(top)
        );
        out(detection(TOP_LEVEL, first, None, message, top));
    }
}
