//! What a wheel puts at the top of `site-packages`, beside everybody else's packages.

use super::{TOP_LEVEL, detection, grouped, in_data};
use crate::{
    detect::{Detection, Facts},
    model::{EntryPath, counted, escape, project_name},
};

/// Names that belong to a project's tree and not to an installation: two packages that bring one
/// overwrite each other (check-wheel-contents W005 has most of them).
const PROJECT: [&str; 33] = [
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
    "env",
    "example",
    "examples",
    "htmlcov",
    "integration_tests",
    "makefile",
    "node_modules",
    "notebooks",
    "noxfile.py",
    "package.json",
    "pyproject.toml",
    "samples",
    "scripts",
    "setup.cfg",
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
/// What files of a project's tree are called, with any extension or none.
const DOCUMENTS: [&str; 3] = ["licence", "license", "readme"];

/// Tells each unexpected name at the top once.
pub(super) fn check(facts: &Facts, out: &mut dyn FnMut(Detection)) {
    let manifest = facts.manifest.as_ref();
    let package = manifest.and_then(|manifest| manifest.name.as_deref());
    let package = project_name(package.unwrap_or_default());
    let found = grouped(&facts.wheel_files, |path| {
        let installed = installed(path)?;
        let top = installed.split('/').next()?;
        let lower = top.to_ascii_lowercase();
        let is_project = top.starts_with('.')
            || PROJECT.contains(&lower.as_str())
            || top == installed && is_document(&lower);
        let module = lower.strip_suffix(".py").unwrap_or(&lower);
        (is_project && project_name(module) != package).then_some(top)
    });
    for (top, (first, count)) in found {
        let message = format!(
            "would be installed as top-level `{}` ({})",
            escape(top),
            counted(count, "file")
        );
        out(detection(TOP_LEVEL, first, None, message, top));
    }
}

/// The path below `site-packages`, if the file goes there.
fn installed(path: &EntryPath) -> Option<&str> {
    match in_data(path) {
        None => Some(path.as_str()),
        Some((_, "purelib" | "platlib", rest)) => Some(rest),
        Some(_) => None,
    }
}

fn is_document(file: &str) -> bool {
    let (stem, extension) = file.split_once('.').unwrap_or((file, ""));
    let is_requirements = stem.starts_with("requirements") && extension == "txt";
    is_requirements || DOCUMENTS.contains(&stem) && extension != "py"
}
