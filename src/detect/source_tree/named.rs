//! What a manifest names: entry points, and what shall ship.

use serde_json::Value;

/// The keys of `package.json` that lead to files, with whatever their values hold.
const NPM_KEYS: [&str; 13] = [
    "bin",
    "browser",
    "esnext",
    "exports",
    "files",
    "jsdelivr",
    "jsnext:main",
    "main",
    "module",
    "react-native",
    "types",
    "typings",
    "unpkg",
];
/// How deep conditions of `exports` are followed.
const DEEPEST: usize = 16;

/// A path that a manifest names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// As far as it has no wildcards.
    pub(super) path: String,
    /// Whether it had none.
    pub(super) whole: bool,
}

/// What a manifest names; nothing if it can't be read, of which others tell.
pub(super) fn in_package_json(text: &[u8]) -> Vec<Named> {
    let mut named = Vec::new();
    if let Ok(Value::Object(manifest)) = serde_json::from_slice(text) {
        for key in NPM_KEYS {
            if let Some(value) = manifest.get(key) {
                texts(value, DEEPEST, &mut |text| named.extend(self::named(text)));
            }
        }
    }
    named
}

/// What a manifest names; nothing if it can't be read, of which others tell.
pub(super) fn in_cargo_toml(text: &[u8]) -> Vec<Named> {
    let text = String::from_utf8_lossy(text);
    let Ok(manifest) = toml::from_str::<toml::Table>(&text) else {
        return Vec::new();
    };
    let include = manifest
        .get("package")
        .and_then(|package| package.get("include"));
    let include = include
        .and_then(toml::Value::as_array)
        .into_iter()
        .flatten();
    let texts = include.filter_map(toml::Value::as_str);
    texts.filter_map(named).collect()
}

fn texts(value: &Value, depth: usize, take: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => take(text),
        Value::Array(values) if depth > 0 => {
            values
                .iter()
                .for_each(|value| texts(value, depth - 1, take));
        }
        Value::Object(values) if depth > 0 => {
            values
                .values()
                .for_each(|value| texts(value, depth - 1, take));
        }
        _ => {}
    }
}

/// A pattern that begins with a wildcard names nothing: `*` and `**/*.json` mean whatever is there.
fn named(pattern: &str) -> Option<Named> {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let parts: Vec<&str> = pattern
        .trim_matches('/')
        .split('/')
        .take_while(|part| !part.contains(['*', '?', '[', '{', '!']))
        .collect();
    let path = parts.join("/");
    let is_plain = !path.is_empty() && parts.iter().all(|part| !matches!(*part, "" | "." | ".."));
    is_plain.then(|| Named {
        whole: path == pattern.trim_matches('/'),
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(named: &[Named]) -> Vec<(&str, bool)> {
        let said = named.iter().map(|named| (&*named.path, named.whole));
        said.collect()
    }

    #[test]
    fn entry_points_and_files_are_named() {
        let named = in_package_json(
            br#"{"main":"./dist/index.js","bin":{"acme":"bin/acme.js"},"name":"src/x",
                "exports":{".":{"import":["./esm/a.mjs"]},"./f/*":"./features/*.js"},
                "files":["lib/**/*.js","*.json","!lib/a","/types/","."]}"#,
        );
        assert_eq!(
            said(&named),
            [
                ("bin/acme.js", true),
                ("esm/a.mjs", true),
                ("features", false),
                ("lib", false),
                ("types", true),
                ("dist/index.js", true),
            ]
        );
        assert!(in_package_json(b"{").is_empty());
        let manifest = b"[package]\ninclude = ['/src', 'gen/*.rs', '**/*.md']\n";
        assert_eq!(
            said(&in_cargo_toml(manifest)),
            [("src", true), ("gen", false)]
        );
        assert!(in_cargo_toml(b"[package").is_empty());
    }
}
