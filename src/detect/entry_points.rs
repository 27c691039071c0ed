//! Sources outside of the directories that a package's entry points lie in.
//!
//! Where all that a manifest leads to is the output of a build, what lies beside it in the language of
//! the source is what the build was made of. A manifest that names such files means them to ship.

use super::{Detection, Detector, Facts, Inspection};
use crate::model::{Context, Ecosystem, Entry, Manifest};

const OUTSIDE: &str = "entry-points:outside";
const TYPESCRIPT: &str = "entry-points:typescript";
pub(super) const KINDS: &[&str] = &[OUTSIDE, TYPESCRIPT];

/// Directories that builds write into.
const OUTPUTS: [&str; 18] = [
    "_cjs", "_esm", "build", "bundle", "bundles", "cjs", "dist", "dist-cjs", "dist-es", "es",
    "esm", "lib", "out", "output", "release", "types", "typings", "umd",
];
/// Languages that are compiled before a package ships. What is written for Node as it is counts not.
const LANGUAGES: [&str; 14] = [
    "astro",
    "civet",
    "coffee",
    "cts",
    "elm",
    "jsx",
    "litcoffee",
    "mts",
    "re",
    "res",
    "svelte",
    "ts",
    "tsx",
    "vue",
];
/// What ships as it is: for users to copy, or to try things with.
const SHOWN: [&str; 14] = [
    "__fixtures__",
    "__mocks__",
    "__tests__",
    "demo",
    "docs",
    "e2e",
    "example",
    "examples",
    "fixtures",
    "node_modules",
    "template",
    "templates",
    "test",
    "tests",
];

/// Nothing is to be looked at but what is known at the end.
struct EntryPoints;

pub(super) fn make(_: &Context) -> Box<dyn Detector> {
    Box::new(EntryPoints)
}

impl Detector for EntryPoints {
    fn inspect(&self, _: &Entry, _: &[u8]) -> Option<Box<dyn Inspection>> {
        None
    }

    fn conclude(&self, facts: &Facts, out: &mut dyn FnMut(Detection)) {
        let is_npm = facts
            .manifest_of
            .as_ref()
            .is_some_and(|(of, _)| *of == Ecosystem::Npm);
        let manifest = facts.manifest.as_ref().filter(|_| is_npm);
        let outputs = manifest.and_then(outputs);
        for path in facts.entries.keys() {
            let inside = path.in_package();
            if path.as_str().contains("!/") || !is_source(&inside) {
                continue;
            }
            let top = inside.split('/').next().unwrap_or_default();
            // Builds write other languages than TypeScript into their outputs as well.
            let fits = is_typescript(&inside) || !OUTPUTS.contains(&top);
            let is_named = |least| manifest.is_some_and(|named| names(named, &inside, least));
            match &outputs {
                Some(outputs) if fits && !outputs.contains(&top) && !is_named(1) => {
                    let lead = outputs.iter().map(|output| format!("{output}/"));
                    let lead = lead.collect::<Vec<_>>().join(", ");
                    let message =
                        format!("is source beside the build: all entry points lead into {lead}");
                    out(Detection::new(
                        OUTSIDE,
                        path,
                        message,
                        format!("not in {lead}"),
                    ));
                }
                // That the output ships as a whole does not mean what it was made of.
                Some(outputs) if fits && outputs.contains(&top) && !is_named(2) => {
                    let message = "is TypeScript source within the build".to_owned();
                    let fact = extension(&inside);
                    out(Detection::new(TYPESCRIPT, path, message, fact));
                }
                _ if is_typescript(&inside) && lies_in_src(&inside) => {
                    let message = "is TypeScript source in a package".to_owned();
                    out(Detection::new(
                        TYPESCRIPT,
                        path,
                        message,
                        extension(&inside),
                    ));
                }
                _ => {}
            }
        }
    }
}

/// The top directories that all entry points lie in, if these are the outputs of a build.
fn outputs(manifest: &Manifest) -> Option<Vec<&str>> {
    let mut outputs = Vec::new();
    for entry in &manifest.entry_points {
        let entry = entry.trim_start_matches("./");
        // What is no code tells nothing, and neither does the manifest itself.
        if entry.ends_with(".json") || entry.ends_with(".css") {
            continue;
        }
        let (top, rest) = entry.split_once('/')?;
        if !OUTPUTS.contains(&top) || is_source(rest) {
            return None;
        }
        if !outputs.contains(&top) {
            outputs.push(top);
        }
    }
    (!outputs.is_empty()).then_some(outputs)
}

/// Whether an entry point or `files` names the file, or a directory that it lies in, with so many parts
/// at least.
fn names(manifest: &Manifest, path: &str, least: usize) -> bool {
    let mut named = manifest.entry_points.iter().chain(&manifest.files);
    named.any(|name| {
        let name = name.trim_start_matches("./").trim_start_matches('/');
        let plain = name.split(['*', '{', '[', '?', '!']).next().unwrap_or(name);
        // `src/**/*.ts` names what lies in src, `**/*.ts` and `.` name nothing.
        let plain = plain.trim_end_matches(['/', '.']);
        let is_one = !plain.is_empty() && plain.split('/').count() >= least;
        let rest = path.strip_prefix(plain).filter(|_| is_one);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || rest.starts_with('.'))
    })
}

fn is_source(path: &str) -> bool {
    let declares = [".d.ts", ".d.mts", ".d.cts"]
        .iter()
        .any(|end| path.ends_with(end));
    let shown = path.split('/').any(|part| SHOWN.contains(&part));
    // What configures a tool at the top is no source of the product.
    let configures =
        path.contains(".config.") || path.contains(".test.") || path.contains(".spec.");
    LANGUAGES.contains(&extension(path)) && !declares && !shown && !configures
}

fn is_typescript(path: &str) -> bool {
    ["ts", "tsx", "mts", "cts"].contains(&extension(path))
}

/// Whether it lies in `src/` of the package or of a member.
fn lies_in_src(path: &str) -> bool {
    let mut parts = path.split('/');
    match parts.next() {
        Some("src") => true,
        Some("packages") => parts.nth(1) == Some("src"),
        _ => false,
    }
}

fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EntryPath;

    fn told(entries: &[&str], files: &[&str], shipped: &[&str]) -> Vec<(&'static str, String)> {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        let facts = Facts {
            manifest: Some(Manifest {
                entry_points: texts(entries),
                files: texts(files),
                ..Manifest::default()
            }),
            manifest_of: Some((Ecosystem::Npm, EntryPath::new("package/package.json"))),
            entries: shipped
                .iter()
                .map(|path| (EntryPath::new(&format!("package/{path}")), 1))
                .collect(),
            ..Facts::default()
        };
        let mut told = Vec::new();
        EntryPoints.conclude(&facts, &mut |detection| {
            told.push((detection.kind, detection.path.in_package().into_owned()));
        });
        told
    }

    #[test]
    fn sources_beside_the_build_are_told() {
        let shipped = [
            "dist/a.js",
            "dist/a.ts",
            "src/a.ts",
            "src/b.vue",
            "src/c.d.ts",
            "lib/x.jsx",
            "lib/plan.ts",
            "vite.config.ts",
            "examples/a.ts",
            "core/x.coffee",
        ];
        let outside = [
            (OUTSIDE, "core/x.coffee".to_owned()),
            (TYPESCRIPT, "dist/a.ts".to_owned()),
            (OUTSIDE, "lib/plan.ts".to_owned()),
            (OUTSIDE, "src/a.ts".to_owned()),
            (OUTSIDE, "src/b.vue".to_owned()),
        ];
        assert_eq!(
            told(
                &["./dist/a.js", "package.json", "dist/a.d.ts"],
                &[],
                &shipped
            ),
            outside
        );
        assert_eq!(
            told(&["dist/a.js"], &["dist", "*", "**/*.ts", "."], &shipped),
            outside
        );
        let typescript = [(TYPESCRIPT, "src/a.ts".to_owned())];
        assert_eq!(
            told(
                &["dist/a.js"],
                &["core", "/src/", "dist/a.ts", "lib"],
                &shipped
            ),
            typescript
        );
        assert_eq!(
            told(
                &["dist/a.js", "./src/a.ts"],
                &["core", "src/*.vue"],
                &shipped
            ),
            typescript
        );
    }

    #[test]
    fn nothing_follows_where_entry_points_lie_elsewhere() {
        for entries in [
            &["index.js", "dist/a.js"][..],
            &["src/a.js"],
            &["dist/a.ts"],
            &[],
        ] {
            assert_eq!(
                told(entries, &[], &["core/a.ts", "src/a.vue"]),
                [],
                "{entries:?}"
            );
        }
        assert_eq!(
            told(&[], &[], &["packages/a/src/b.ts", "packages/src.ts"]).len(),
            1
        );
    }
}
