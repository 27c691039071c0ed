//! Originals beside what was made of them to be hard to read: sources of native code beside the
//! binaries, the readable twin of a minified or compiled script.

use std::collections::HashSet;

use super::{Detection, Detector, Facts, Inspection};
use crate::model::{Context, Entry, EntryPath, Format};

const NATIVE: &str = "readable:native";
const COMPILED: &str = "readable:compiled";
const TWIN: &str = "readable:twin";
pub(super) const KINDS: &[&str] = &[NATIVE, COMPILED, TWIN];

/// Sources of native code. Headers and `.pxd` are interfaces, and ship for others to build against.
const NATIVE_SOURCES: [&str; 17] = [
    "asm", "c", "cc", "cpp", "cu", "cxx", "f", "f90", "go", "m", "mm", "nim", "pyx", "rs", "s",
    "swift", "zig",
];
/// What is loaded or run of native code, by the end of the name.
const NATIVE_BINARIES: [&str; 7] = [".so", ".pyd", ".node", ".dylib", ".dll", ".exe", ".wasm"];
/// Files with which an installer builds native code again: then its sources must ship.
const RECIPES: [&str; 3] = ["binding.gyp", "CMakeLists.txt", "build.zig"];
/// Sources of what runs on a Java machine.
const JAVA_SOURCES: [&str; 4] = ["groovy", "java", "kt", "scala"];
/// A script that only loads compiled code is shorter, in bytes.
const LOADER: u64 = 2048;

/// Nothing is to be looked at but what is known at the end.
struct Readable;

pub(super) fn make(_: &Context) -> Box<dyn Detector> {
    Box::new(Readable)
}

impl Detector for Readable {
    fn inspect(&self, _: &Entry, _: &[u8]) -> Option<Box<dyn Inspection>> {
        None
    }

    fn conclude(&self, facts: &Facts, out: &mut dyn FnMut(Detection)) {
        let native = native_binary(facts);
        let paths: HashSet<&str> = facts.entries.keys().map(EntryPath::as_str).collect();
        for (path, size) in &facts.entries {
            let Some((stem, extension)) = path.as_str().rsplit_once('.') else {
                continue;
            };
            let beside = |extension: &str| paths.contains(&*format!("{stem}.{extension}"));
            let found = match (extension, native) {
                (source, Some(binary)) if is_native_source(path, source) => Some((
                    NATIVE,
                    format!("is source of native code in a package with binaries such as {binary}"),
                )),
                (source, _) if JAVA_SOURCES.contains(&source) && beside("class") => Some((
                    COMPILED,
                    "lies beside the class that was compiled of it".to_owned(),
                )),
                ("js" | "cjs", _) if *size > LOADER && beside("jsc") => Some((
                    COMPILED,
                    "lies beside the bytecode that was compiled of it".to_owned(),
                )),
                ("js" | "mjs" | "cjs", _) if beside(&format!("min.{extension}")) => Some((
                    TWIN,
                    "is the readable form of the minified script beside it".to_owned(),
                )),
                _ => None,
            };
            if let Some((kind, message)) = found {
                out(Detection::new(kind, path, message, extension));
            }
        }
    }
}

/// The name of one binary, if the package has any and is not one that is built where it is installed.
fn native_binary(facts: &Facts) -> Option<&str> {
    if matches!(facts.format, Some(Format::Sdist | Format::Crate)) {
        return None;
    }
    let own = || {
        facts
            .entries
            .keys()
            .filter(|path| !path.as_str().contains("!/"))
    };
    let is_wheel = facts.format == Some(Format::Wheel);
    if !is_wheel && own().any(|path| RECIPES.contains(&path.file_name())) {
        return None;
    }
    let is_binary = |path: &&EntryPath| {
        // `libledger.so.1.2` is one as well.
        let name = path.file_name();
        let name = name.trim_end_matches(|last: char| last == '.' || last.is_ascii_digit());
        NATIVE_BINARIES.iter().any(|end| name.ends_with(end))
    };
    own().find(is_binary).map(EntryPath::file_name)
}

fn is_native_source(path: &EntryPath, extension: &str) -> bool {
    // What stands in `include/` is there for others to build against, Cython's headers with code too.
    let interface = path
        .as_str()
        .split('/')
        .any(|part| matches!(part, "include" | "includes" | "test" | "tests" | "examples"));
    NATIVE_SOURCES.contains(&&*extension.to_ascii_lowercase()) && !interface
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(format: Format, entries: &[(&str, u64)]) -> Vec<(&'static str, String)> {
        let path = |path: &str| EntryPath::new(&format!("package/{path}"));
        let facts = Facts {
            format: Some(format),
            entries: entries
                .iter()
                .map(|(name, size)| (path(name), *size))
                .collect(),
            ..Facts::default()
        };
        let mut told = Vec::new();
        Readable.conclude(&facts, &mut |detection| {
            told.push((detection.kind, detection.path.in_package().into_owned()));
        });
        told
    }

    #[test]
    fn sources_of_native_code_are_told_beside_binaries() {
        let files = [
            ("a/fast.pyx", 1),
            ("a/fast.c", 1),
            ("a/fast.pxd", 1),
            ("a/include/x.c", 1),
            ("a/fast.abi3.so", 1),
            ("a/b.py", 1),
        ];
        let native = [
            (NATIVE, "a/fast.c".to_owned()),
            (NATIVE, "a/fast.pyx".to_owned()),
        ];
        assert_eq!(told(Format::Wheel, &files), native);
        assert_eq!(told(Format::Sdist, &files), []);
        assert_eq!(told(Format::Wheel, &files[..4]), []);
        let addon = [
            ("prebuilds/linux-x64/a.node", 1),
            ("src/a.cc", 1),
            ("binding.gyp", 1),
        ];
        assert_eq!(told(Format::NpmTgz, &addon[..2]).len(), 1);
        for binary in ["a.dylib", "a.dll", "bin/a.exe", "a.wasm", "liba.so.1.2"] {
            let files = [(binary, 1), ("src/a.cc", 1)];
            assert_eq!(told(Format::NpmTgz, &files).len(), 1, "{binary}");
        }
        assert_eq!(told(Format::NpmTgz, &addon), []);
    }

    #[test]
    fn twins_are_told() {
        let npm = |entries: &[(&str, u64)]| told(Format::NpmTgz, entries);
        let one = |kind, path: &str| vec![(kind, path.to_owned())];
        assert_eq!(
            npm(&[("a.min.js", 1), ("a.js", 9), ("b.js", 1)]),
            one(TWIN, "a.js")
        );
        assert_eq!(npm(&[("a.jsc", 1), ("a.js", 9000)]), one(COMPILED, "a.js"));
        assert_eq!(npm(&[("a.jsc", 1), ("a.js", 60)]), []);
        let jar = [
            ("x.jar!/com/A.class", 1),
            ("x.jar!/com/A.java", 1),
            ("x.jar!/com/B.java", 1),
        ];
        assert_eq!(npm(&jar), one(COMPILED, "x.jar!/com/A.java"));
    }
}
