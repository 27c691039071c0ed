//! What the name of a source in a map tells: where it would lie, and who wrote it.

use std::{borrow::Cow, collections::BTreeMap};

use crate::model::{EntryPath, Manifest};

/// Directories that hold other people's packages, or the bundler's helpers.
const VENDOR_SEGMENTS: &[&str] = &["node_modules", ".pnpm", "bower_components", "jspm_packages"];

/// What bundlers and compilers put in themselves, by the start of the cleaned name.
const VENDOR_PREFIXES: &[&str] = &[
    "_virtual/",
    "(webpack)",
    "webpack/runtime/",
    "webpack/bootstrap",
    "webpack/startup",
    "webpack/before-startup",
    "webpack/after-startup",
    "webpack/universalModuleDefinition",
    "webpack/container/",
    "webpack/sharing/",
    "external ",
    "delegated ",
    "ignored|",
    "(ignored)",
    "(disabled)",
    "vite/preload-helper",
    "vite/modulepreload-polyfill",
    "vite/dynamic-import-helper",
    "vite/legacy-polyfills",
    "__vite-",
    "rolldown:",
    "rollupPluginBabelHelpers",
    "_rollupPluginBabelHelpers",
    "commonjsHelpers",
    "[turbopack]",
    "[turbopack-node]",
    "[next]",
    "[externals]",
    "[synthetic:",
    "<define:",
    "<runtime>",
    "node:",
    "bun:",
];

/// A source root and a source that is relative to it.
pub(super) fn join(root: &str, name: Box<str>) -> Box<str> {
    let absolute =
        name.starts_with(['/', '\\', '\0']) || scheme(&name).is_some() || has_drive(&name);
    if root.is_empty() || name.is_empty() || absolute {
        return name;
    }
    let slash = if root.ends_with('/') { "" } else { "/" };
    format!("{root}{slash}{name}").into()
}

/// The scheme of a name that is a URL, in lower case.
pub(super) fn scheme(name: &str) -> Option<String> {
    let (scheme, _) = name.split_once("://")?;
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
    (!scheme.is_empty() && scheme.bytes().all(letter)).then(|| scheme.to_ascii_lowercase())
}

/// Whether the name starts with the letter of a Windows drive.
pub(super) fn has_drive(name: &str) -> bool {
    matches!(name.as_bytes(), [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic())
}

/// The name as a relative path: no scheme, no query, nothing that leads upwards. May be empty.
pub(super) fn clean(name: &str) -> String {
    let name = name.trim_start_matches('\0').replace('\\', "/");
    let path = without_scheme(&name);
    let path = match path.find('?') {
        Some(query) if query > 0 => &path[..query],
        _ => path,
    };
    // webpack joins loaders and the resource with exclamation marks.
    let path = path
        .rsplit('!')
        .find(|part| !part.is_empty())
        .unwrap_or(path);
    segments(path).join("/")
}

/// The segments of a path with `.` and `..` worked off; those that lead above its start are dropped.
fn segments(path: &str) -> Vec<&str> {
    let mut kept = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." | "[project]" => {}
            ".." => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    kept
}

/// What follows the scheme and the authority. The authority of a bundler's own scheme is the name of
/// the package, which may hold a slash: `webpack://@acme/cli/./src/main.ts`.
fn without_scheme(name: &str) -> &str {
    let Some(scheme) = scheme(name) else {
        return name.strip_prefix("file:").unwrap_or(name);
    };
    let rest = &name[scheme.len() + "://".len()..];
    if let Some((_, path)) = rest.split_once("/./") {
        return path;
    }
    let parts = if rest.starts_with('@') { 3 } else { 2 };
    rest.splitn(parts, '/').last().unwrap_or(rest)
}

/// Who wrote a source, as far as its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Author {
    /// The publisher of the package.
    FirstParty,
    /// Somebody else: a dependency, or the bundler.
    Vendor,
}

/// Who wrote the source of this name. A workspace's own packages are first party although bundlers
/// see them under `node_modules`, where the package manager links them.
pub(super) fn author(name: &str, manifest: Option<&Manifest>) -> Author {
    if name.contains('\0') {
        return Author::Vendor;
    }
    let path = clean(name);
    if let Some(package) = package_of(&path) {
        let own = manifest.is_some_and(|manifest| is_own(package, manifest));
        let own = own || is_from_disk(&path, package);
        return if own {
            Author::FirstParty
        } else {
            Author::Vendor
        };
    }
    // webpack 1 wrote `~` for `node_modules`.
    let within = |directories: &[&str]| {
        path.split('/')
            .any(|segment| directories.contains(&segment))
    };
    let vendor = within(VENDOR_SEGMENTS)
        || name.starts_with("webpack:") && within(&["~"])
        || VENDOR_PREFIXES
            .iter()
            .any(|prefix| path.starts_with(prefix));
    if vendor {
        Author::Vendor
    } else {
        Author::FirstParty
    }
}

/// What follows the last `node_modules/`.
fn package_of(path: &str) -> Option<&str> {
    let at = path.rfind("node_modules/")?;
    let whole = at == 0 || path.as_bytes()[at - 1] == b'/';
    let rest = &path[at + "node_modules/".len()..];
    (whole && !rest.starts_with('.')).then_some(rest)
}

fn is_own(package: &str, manifest: &Manifest) -> bool {
    let below = |name: &str| {
        package
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('/'))
    };
    manifest.scope().is_some_and(below)
        || manifest.name.as_deref().is_some_and(below)
        || manifest.local.iter().any(|name| below(name))
}

/// Whether pnpm took the package from a directory: `.pnpm/core@file+..+core/node_modules/core/a.ts`.
fn is_from_disk(path: &str, package: &str) -> bool {
    let mut segments = path.split('/').skip_while(|part| *part != ".pnpm");
    let stored = segments
        .nth(1)
        .and_then(|stored| stored.split_once("@file+"));
    stored.is_some_and(|(name, _)| {
        let rest = package.strip_prefix(&*name.replace('+', "/"));
        rest.is_some_and(|rest| rest.starts_with('/'))
    })
}

/// Whether the name of a first-party source leaves no doubt: it lies in `src`, or in a package of the
/// publisher's.
pub(super) fn is_plainly_own(name: &str) -> bool {
    let path = clean(name);
    path.starts_with("src/") || package_of(&path).is_some()
}

/// The package that a vendor's source belongs to, or what its name starts with.
pub(super) fn package(name: &str) -> Option<String> {
    let path = clean(name);
    let mut parts = package_of(&path)?.split('/');
    let first = parts.next()?;
    Some(match parts.next() {
        Some(second) if first.starts_with('@') => format!("{first}/{second}"),
        _ => first.to_owned(),
    })
}

/// Whether the source ships as an entry: found relative to the map, or to the package's root.
pub(super) fn resolves(name: &str, map: &EntryPath, entries: &BTreeMap<EntryPath, u64>) -> bool {
    let map = map.as_str();
    let container = map.rfind("!/").map_or(0, |at| at + "!/".len());
    let (container, inside) = map.split_at(container);
    let is_entry =
        |path: &str| entries.contains_key(&EntryPath::new(&format!("{container}{path}")));
    if scheme(name).is_none() {
        let path = name.split('?').next().unwrap_or(name).replace('\\', "/");
        let directory = inside
            .rsplit_once('/')
            .map_or("", |(directory, _)| directory);
        let relative = relative_to(directory, &path);
        if relative.is_some_and(|path| is_entry(&path) || is_entry(&decoded(&path))) {
            return true;
        }
    }
    let root = inside.split_once('/').map_or("", |(root, _)| root);
    is_entry(&format!("{root}/{}", clean(name)))
}

/// `path` seen from `directory`; `None` if it leads out of the artifact.
fn relative_to(directory: &str, path: &str) -> Option<String> {
    let mut segments: Vec<&str> = directory
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop()?;
            }
            other => segments.push(other),
        }
    }
    Some(segments.join("/"))
}

/// Names are URLs: `a%20b.ts` is the file `a b.ts`.
fn decoded(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        let digit = |at: usize| tail.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_paths() {
        for (name, path) in [
            ("../../src/main.ts", "src/main.ts"),
            ("./src/a/../b.ts", "src/b.ts"),
            ("webpack://cli/./src/main.ts", "src/main.ts"),
            ("webpack://@acme/cli/./src/main.ts", "src/main.ts"),
            ("webpack://@acme/cli/webpack/bootstrap", "webpack/bootstrap"),
            ("webpack:///./src/App.vue?1a2b", "src/App.vue"),
            ("webpack:///src/App.vue?vue&type=script", "src/App.vue"),
            (
                "webpack:///./node_modules/vue-loader/lib!./src/x.vue",
                "src/x.vue",
            ),
            (
                "webpack://cli/webpack/runtime/global",
                "webpack/runtime/global",
            ),
            ("webpack://cli/external \"fs\"", "external \"fs\""),
            ("turbopack:///[project]/src/main.ts", "src/main.ts"),
            ("turbopack://[project]/src/main.ts", "src/main.ts"),
            ("file:///C:/work/x.ts", "C:/work/x.ts"),
            ("https://example.com/x/y.ts", "x/y.ts"),
            ("\0vite/preload-helper.js", "vite/preload-helper.js"),
            ("..\\src\\x.ts", "src/x.ts"),
            ("?", "?"),
            ("", ""),
            ("é/ü.ts", "é/ü.ts"),
        ] {
            assert_eq!(clean(name), path, "{name}");
        }
    }

    #[test]
    fn authors_are_told_by_path_and_scope() {
        let manifest = Manifest {
            name: Some("@acme/cli".into()),
            local: vec!["acme-core".into()],
            ..Manifest::default()
        };
        for name in [
            "../src/main.ts",
            "../node_modules/@acme/lib/src/a.ts",
            "node_modules/.pnpm/@acme+lib@1.0.0/node_modules/@acme/lib/a.ts",
            "../node_modules/acme-core/src/plan.ts",
            "node_modules/.pnpm/core@file+..+core/node_modules/core/a.ts",
            "src/_virtual/engine.ts",
            "webpack://cli/./src/webpack/runtime/x.ts",
            "src/my_node_modules/x.ts",
            "vite/config.ts",
            "~/main.ts",
            "<stdin>",
            "",
        ] {
            assert_eq!(author(name, Some(&manifest)), Author::FirstParty, "{name}");
        }
        for name in [
            "../node_modules/lodash/index.js",
            "node_modules/@acme-evil/lib/a.ts",
            "../node_modules/@acme/lib/node_modules/x/a.js",
            "node_modules/.pnpm/x@1/a.js",
            "webpack:///./~/lodash/a.js",
            "webpack://cli/webpack/bootstrap",
            "webpack://@acme/cli/webpack/runtime/make namespace object",
            "webpack://cli/external commonjs \"fs\"",
            "webpack:///(webpack)/buildin/module.js",
            "\0vite/preload-helper.js",
            "../../vite/preload-helper",
            "\0rolldown/runtime.js",
            "../_virtual/_commonjsHelpers.js",
            "node_modules/acme-core-x/a.ts",
            "node_modules/.pnpm/core@file+..+core/node_modules/x/a.ts",
            "<define:process.env>",
            "~x/node_modules/y/z.js",
        ] {
            assert_eq!(author(name, Some(&manifest)), Author::Vendor, "{name}");
        }
        let own = "../node_modules/@acme/lib/src/a.ts";
        assert_eq!(author(own, None), Author::Vendor);
        assert_eq!(package(own).as_deref(), Some("@acme/lib"));
        assert_eq!(package("node_modules/a/b.js").as_deref(), Some("a"));
        assert_eq!(package("src/b.js"), None);
    }

    #[test]
    fn sources_are_found_among_the_entries() {
        let entries: BTreeMap<_, _> = [
            "package/src/a b.ts",
            "package/dist/x.js",
            "package/in.tgz!/package/src/a.ts",
        ]
        .map(|path| (EntryPath::new(path), 1))
        .into();
        let from = |map: &str, name: &str| resolves(name, &EntryPath::new(map), &entries);
        assert!(from("package/dist/x.js.map", "../src/a b.ts"));
        assert!(from("package/dist/x.js.map", "../src/a%20b.ts?x"));
        assert!(from("package/dist/x.js.map", "x.js"));
        assert!(from("package/dist/x.js.map", "webpack://x/./src/a b.ts"));
        assert!(from("package/in.tgz!/package/dist/x.map", "../src/a.ts"));
        assert!(!from("package/in.tgz!/package/dist/x.map", "../dist/x.js"));
        assert!(!from("package/dist/x.js.map", "../../src/main.ts"));
        assert!(!from(
            "package/dist/x.js.map",
            "../../../package/src/a b.ts%"
        ));
    }

    #[test]
    fn a_root_goes_in_front_of_relative_names() {
        for (root, name, joined) in [
            ("", "a.ts", "a.ts"),
            ("/home/me", "a.ts", "/home/me/a.ts"),
            ("../src/", "a.ts", "../src/a.ts"),
            ("src", "/a.ts", "/a.ts"),
            ("src", "webpack://x/a.ts", "webpack://x/a.ts"),
            ("src", "C:\\a.ts", "C:\\a.ts"),
        ] {
            assert_eq!(&*join(root, name.into()), joined);
        }
    }
}
