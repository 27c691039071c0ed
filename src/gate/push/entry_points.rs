//! What the manifest of an npm package leads to and the checkout does not have, because a build makes it.

use std::path::Path;

use serde_json::Value;

use crate::model::{escape, read_text_file};

/// The fields that name files, or hold those that do.
/// <https://docs.npmjs.com/cli/v11/configuring-npm/package-json>, <https://nodejs.org/api/packages.html>
const FIELDS: [&str; 8] = [
    "main", "module", "browser", "exports", "imports", "bin", "types", "typings",
];
/// What may be left out of a name.
const ENDINGS: [&str; 5] = ["", ".js", ".json", ".node", "/index.js"];
const BUNDLED: [&str; 2] = ["bundleDependencies", "bundledDependencies"];

/// What is not there of the project in a directory, for people: nothing where all is.
pub(super) fn missing(directory: &Path) -> Vec<String> {
    let text = read_text_file(&directory.join("package.json")).unwrap_or_default();
    let manifest: Value =
        serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default();
    let mut named = Vec::new();
    for field in FIELDS {
        collect(
            &manifest[field],
            field == "bin" || field == "main",
            field,
            &mut named,
        );
    }
    let mut missing: Vec<String> = Vec::new();
    for (path, field) in named {
        let said = format!("{} ({field})", escape(path));
        if !is_there(directory, path) && !missing.contains(&said) {
            missing.push(said);
        }
    }
    let bundles = |field: &&str| !matches!(manifest[*field], Value::Null | Value::Bool(false));
    if BUNDLED.iter().any(bundles) && !directory.join("node_modules").is_dir() {
        missing.push("the bundled dependencies".to_owned());
    }
    missing
}

/// The files that a field names. Where a bare word may name a package, it must begin with `./`.
fn collect<'m>(
    value: &'m Value,
    is_bare: bool,
    field: &'static str,
    named: &mut Vec<(&'m str, &'static str)>,
) {
    match value {
        Value::String(path) if is_bare || path.starts_with("./") || is_type(field) => {
            named.push((path, field));
        }
        Value::Array(all) => all
            .iter()
            .for_each(|value| collect(value, is_bare, field, named)),
        Value::Object(all) => all
            .values()
            .for_each(|value| collect(value, is_bare, field, named)),
        _ => {}
    }
}

fn is_type(field: &str) -> bool {
    matches!(field, "module" | "types" | "typings")
}

fn is_there(directory: &Path, path: &str) -> bool {
    let path = path.trim_start_matches("./");
    // Of a pattern, the directory that it looks into.
    if let Some((before, _)) = path.split_once('*') {
        let (place, _) = before.rsplit_once('/').unwrap_or(("", before));
        return directory.join(place).is_dir();
    }
    let is_file = |ending: &&str| directory.join(format!("{path}{ending}")).is_file();
    ENDINGS.iter().any(is_file)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_a_build_makes_is_missing() {
        let place = tempfile::tempdir().unwrap();
        let of = |manifest: &str| {
            fs::write(place.path().join("package.json"), manifest).unwrap();
            missing(place.path()).join(", ")
        };
        fs::create_dir(place.path().join("lib")).unwrap();
        fs::write(place.path().join("lib/index.js"), "").unwrap();
        assert_eq!(of("{}"), "");
        assert_eq!(
            of(r#"{"main":"lib","bin":{"a":"lib/index"},"exports":{"./*":"./lib/*.js"}}"#),
            ""
        );
        assert_eq!(
            of(
                r##"{"main":"dist/a.js","module":"dist/a.js","exports":{".":[{"import":"./dist/a.js"}, "./dist/*"]},"imports":{"#x":"left-pad"},"bin":"cli.js"}"##
            ),
            "dist/a.js (main), dist/a.js (module), ./dist/a.js (exports), ./dist/* (exports), cli.js (bin)"
        );
        assert_eq!(
            of(r#"{"bundleDependencies":["a"]}"#),
            "the bundled dependencies"
        );
        assert_eq!(of("broken"), "");
    }
}
