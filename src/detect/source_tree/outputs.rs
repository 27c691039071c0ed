//! Which files a build writes: they are not in git, and nobody wonders that they ship.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::named::Named;
use crate::model::{Format, SourceTree};

/// Directories that builds of npm packages write into, by their last name.
const NPM_DIRECTORIES: [&str; 16] = [
    "_esm",
    "_cjs",
    "build",
    "bundle",
    "bundles",
    "cjs",
    "dist",
    "es",
    "esm",
    "lib",
    "out",
    "output",
    "prebuilds",
    "types",
    "typings",
    "umd",
];
/// What compilers and their kin make of a source of the same name.
const COMPILED: [&str; 14] = [
    "js",
    "mjs",
    "cjs",
    "d.ts",
    "d.mts",
    "d.cts",
    "js.map",
    "mjs.map",
    "cjs.map",
    "d.ts.map",
    "d.mts.map",
    "d.cts.map",
    "css",
    "css.map",
];
/// What builds of Python packages write beside the sources, by the end of the name.
const PYTHON_ENDINGS: [&str; 10] = [
    ".so",
    ".pyd",
    ".dll",
    ".dylib",
    ".mo",
    "/_version.py",
    "/version.py",
    "/__version__.py",
    "_pb2.py",
    "_pb2_grpc.py",
];
/// Dotfiles that tools leave in their output on purpose, for whoever serves or keeps it.
const DOTFILES: [&str; 9] = [
    ".buildinfo",
    ".gitattributes",
    ".gitignore",
    ".gitkeep",
    ".nojekyll",
    ".npmignore",
    // It has a rule of its own.
    ".tsbuildinfo",
    ".vite",
    ".well-known",
];

/// Compiles what the configuration names; it has been found valid there. A directory stands for all
/// that is in it.
pub(super) fn configured(globs: &[String]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let glob = glob.trim_start_matches("./").trim_matches('/');
        for glob in [glob.to_owned(), format!("{glob}/**")] {
            let glob = GlobBuilder::new(&glob).literal_separator(true).build();
            glob.into_iter().for_each(|glob| {
                set.add(glob);
            });
        }
    }
    set.build().unwrap_or_default()
}

/// Whether some part of the path begins with a dot.
pub(super) fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.'))
}

/// What is known of the outputs of a project.
pub(super) struct Outputs<'a> {
    pub(super) configured: &'a GlobSet,
    /// What the manifest names.
    pub(super) named: &'a [Named],
    pub(super) tree: &'a dyn SourceTree,
    pub(super) format: Option<Format>,
}

impl Outputs<'_> {
    /// Whether a file that git does not track is there because a build writes it.
    pub(super) fn cover(&self, path: &str) -> bool {
        self.configured.is_match(path)
            || self.named.iter().any(|named| named.is(path))
            || self.is_compiled(path)
            || self.is_of_python(path)
            || self.lies_in_output(path)
    }

    /// Whether a hidden file belongs into an output: tools leave some there, and a manifest may lead into
    /// a hidden directory (`.output/server.mjs`).
    pub(super) fn may_hide(&self, path: &str) -> bool {
        let mut end = 0;
        path.split('/').all(|part| {
            end += part.len();
            let directory = &path[..end];
            end += 1;
            let leads_there =
                || directory != path && self.named.iter().any(|named| named.is_in(directory));
            !part.starts_with('.') || DOTFILES.contains(&part) || leads_there()
        })
    }

    fn is_compiled(&self, path: &str) -> bool {
        let (stem, ending) = split(path);
        let beside = || self.tree.has_stem(stem) || self.tree.has_stem(&format!("src/{stem}"));
        let is_cython = self.is_python() && matches!(ending, "c" | "cpp");
        (COMPILED.contains(&ending) || is_cython) && beside()
    }

    fn is_python(&self) -> bool {
        matches!(self.format, Some(Format::Wheel | Format::Sdist))
    }

    fn is_of_python(&self, path: &str) -> bool {
        self.is_python() && PYTHON_ENDINGS.iter().any(|ending| path.ends_with(ending))
    }

    /// Whether the highest directory above it that holds no sources is one that the manifest leads into,
    /// or is called as such directories are. Where the manifest names one with sources in it, what git
    /// does not know in there is no output.
    fn lies_in_output(&self, path: &str) -> bool {
        let mut above = path.match_indices('/').map(|(at, _)| &path[..at]);
        let Some(directory) = above.find(|directory| self.tree.is_generated(directory)) else {
            return false;
        };
        let name = directory.rsplit('/').next().unwrap_or(directory);
        let is_npm = matches!(self.format, Some(Format::NpmTgz) | None);
        (is_npm && NPM_DIRECTORIES.contains(&name))
            || self.named.iter().any(|named| named.is_in(directory))
    }
}

impl Named {
    /// Whether it names this very file, perhaps without its extension.
    fn is(&self, path: &str) -> bool {
        let (_, extension) = split(&self.path);
        self.whole
            && match path.strip_prefix(&*self.path) {
                Some("") => true,
                Some(rest) if extension.is_empty() => {
                    rest.starts_with('.') && !rest[1..].contains(['.', '/'])
                }
                _ => false,
            }
    }

    /// Whether it is this directory, or lies in it.
    fn is_in(&self, directory: &str) -> bool {
        let rest = self.path.strip_prefix(directory);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// The path up to the first dot of its name, and what follows that.
fn split(path: &str) -> (&str, &str) {
    let name = path.rfind('/').map_or(0, |at| at + 1);
    match path[name..].find('.') {
        Some(dot) => (&path[..name + dot], &path[name + dot + 1..]),
        None => (path, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        detect::source_tree::named,
        model::{BlobId, ObjectFormat, Standing},
    };

    /// A project with sources in `src`, `lib` and `config`.
    #[derive(Debug)]
    struct Sources;

    impl SourceTree for Sources {
        fn format(&self) -> ObjectFormat {
            ObjectFormat::Sha1
        }
        fn is_committed_at(&self, _: &str, _: BlobId) -> bool {
            false
        }

        fn has_history(&self) -> bool {
            true
        }

        fn is_committed(&self, _: BlobId) -> bool {
            false
        }
        fn were_committed(&self, _: &[BlobId]) -> bool {
            false
        }
        fn standing(&self, _: &str) -> Standing {
            Standing::Absent
        }
        fn is_generated(&self, directory: &str) -> bool {
            !matches!(directory, "" | "src" | "lib" | "config")
        }
        fn has_stem(&self, stem: &str) -> bool {
            stem == "lib/a"
        }
        fn read(&self, _: &str) -> Option<Vec<u8>> {
            None
        }
    }

    #[test]
    fn a_hidden_file_is_one_that_nobody_leads_to() {
        let manifest = r#"{"main":".output/server.mjs","files":[".env"]}"#;
        let outputs = Outputs {
            configured: &GlobSet::empty(),
            named: &named::in_package_json(manifest.as_bytes()),
            tree: &Sources,
            format: Some(Format::NpmTgz),
        };
        for (path, may) in [
            (".output/chunks/a.mjs", true),
            (".output/.env", false),
            (".env", false),
            (".turbo/build.log", false),
            ("dist/.vite/manifest.json", true),
            ("dist/.env", false),
            ("dist/.vite/.secret", false),
            (".output/public/.nojekyll", true),
            (".output/.well-known/a/b.txt", true),
        ] {
            assert_eq!(outputs.may_hide(path), may, "{path}");
        }
    }

    fn covered(manifest: &str, configured: &[&str], format: Format, path: &str) -> bool {
        let globs: Vec<_> = configured.iter().map(|glob| (*glob).to_owned()).collect();
        let outputs = Outputs {
            configured: &self::configured(&globs),
            named: &named::in_package_json(manifest.as_bytes()),
            tree: &Sources,
            format: Some(format),
        };
        outputs.cover(path)
    }

    #[test]
    fn an_output_is_where_the_manifest_leads_and_no_source_lies() {
        let manifest = r#"{"main":"./build-x/cjs/index","types":"./index.d.ts",
            "files":["assets","lib","config/one.json","*.json"],"bin":"src/gen/cli.js"}"#;
        let npm = |path| covered(manifest, &[], Format::NpmTgz, path);
        for output in [
            "build-x/chunks/a.js",
            "index.d.ts",
            "assets/logo.svg",
            "config/one.json",
            "src/gen/table.json",
            "lib/a.js",
            "lib/a.d.ts.map",
            "dist/anything",
            "src/dist/anything",
        ] {
            assert!(npm(output), "{output}");
        }
        for other in [
            "secrets.json",
            "lib/b.js",
            "lib/a.local.json",
            "config/two.json",
            "config/one.json.local",
            "tmp/dump.sql",
            "src/tmp/dump.sql",
        ] {
            assert!(!npm(other), "{other}");
        }
    }

    #[test]
    fn the_configuration_may_say_so() {
        let configured = ["./gen/", "lib/*.js"];
        for (path, output) in [
            ("gen/a/b.json", true),
            ("gen", true),
            ("lib/b.js", true),
            ("lib/b/c.js", false),
            ("lib/b.json", false),
        ] {
            let covered = covered("{}", &configured, Format::Crate, path);
            assert_eq!(covered, output, "{path}");
        }
    }

    #[test]
    fn builds_of_python_packages_write_beside_the_sources() {
        for (path, output) in [
            ("src/acme/_speed.cpython-311-x86_64-linux-gnu.so", true),
            ("src/acme/_version.py", true),
            ("src/acme/api_pb2.py", true),
            ("src/acme/local.py", false),
            ("dist/a.py", false),
        ] {
            assert_eq!(covered("{}", &[], Format::Wheel, path), output, "{path}");
        }
        assert!(!covered("{}", &[], Format::Crate, "src/a.so"));
    }
}
