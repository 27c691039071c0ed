//! Where in the project an entry of an artifact comes from.

use crate::model::{EntryPath, Format};

/// Where the packages of a Python project may lie.
const PYTHON_ROOTS: [&str; 4] = ["", "src/", "python/", "lib/"];
/// What cargo writes itself. The manifest as it is in the project lies beside, with `.orig` at its end.
const BY_CARGO: [&str; 3] = ["Cargo.toml", "Cargo.lock", ".cargo_vcs_info.json"];
/// The suffix of an original beside what a packer made of it (cargo, uv_build).
const ORIGINAL: &str = ".orig";

/// The paths, relative to the project, that the entry may come from; none for what packers make. `packed`
/// is the directory of the project that a client packs instead of the whole, with a slash at its end.
pub fn places(path: &EntryPath, format: Option<Format>, packed: &str) -> Vec<String> {
    let below = match path.is_rootless() {
        true => path.as_str().into(),
        false => path.in_package(),
    };
    let top = below.split('/').next().unwrap_or_default();
    match format {
        // Bundled dependencies come as they were installed.
        Some(Format::NpmTgz) | None if top == "node_modules" => Vec::new(),
        Some(Format::NpmTgz) | None => vec![format!("{packed}{below}")],
        Some(Format::Crate) if BY_CARGO.contains(&&*below) => Vec::new(),
        Some(Format::Crate) => match below.strip_suffix(ORIGINAL) {
            Some("Cargo.toml") => vec!["Cargo.toml".to_owned()],
            _ => vec![below.into_owned()],
        },
        Some(Format::Sdist) if below == "PKG-INFO" || in_egg_info(&below) => Vec::new(),
        Some(Format::Sdist) => match below.strip_suffix(ORIGINAL) {
            Some("pyproject.toml") => vec!["pyproject.toml".to_owned()],
            _ => vec![below.into_owned()],
        },
        Some(Format::Wheel) if top.ends_with(".dist-info") || top.ends_with(".data") => Vec::new(),
        Some(Format::Wheel) => PYTHON_ROOTS
            .iter()
            .map(|root| format!("{root}{below}"))
            .collect(),
    }
}

fn in_egg_info(path: &str) -> bool {
    path.split('/').any(|part| part.ends_with(".egg-info"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_a_place_by_its_format() {
        let none: &[&str] = &[];
        for (path, format, expected) in [
            ("package/a/b.js", Format::NpmTgz, &["a/b.js"][..]),
            ("package/node_modules/a/b.js", Format::NpmTgz, none),
            ("acme-1.0.0/src/lib.rs", Format::Crate, &["src/lib.rs"]),
            ("acme-1.0.0/Cargo.toml.orig", Format::Crate, &["Cargo.toml"]),
            ("acme-1.0.0/Cargo.toml", Format::Crate, none),
            ("acme-1.0.0/a/Cargo.lock", Format::Crate, &["a/Cargo.lock"]),
            ("acme-1.0/setup.py", Format::Sdist, &["setup.py"]),
            ("acme-1.0/PKG-INFO", Format::Sdist, none),
            (
                "acme-1.0/src/acme.egg-info/SOURCES.txt",
                Format::Sdist,
                none,
            ),
        ] {
            assert_eq!(places(&EntryPath::new(path), Some(format), ""), expected);
        }
        let npm = EntryPath::new("package/a.js");
        assert_eq!(places(&npm, Some(Format::NpmTgz), "dist/"), ["dist/a.js"]);
        let wheel = |path| places(&EntryPath::rootless(path), Some(Format::Wheel), "");
        assert_eq!(
            wheel("acme/a.py"),
            [
                "acme/a.py",
                "src/acme/a.py",
                "python/acme/a.py",
                "lib/acme/a.py"
            ]
        );
        assert!(wheel("acme-1.0.dist-info/METADATA").is_empty());
        assert!(wheel("acme-1.0.data/scripts/run").is_empty());
    }
}
