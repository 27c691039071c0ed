//! What packers themselves change in files that git tracks.

use serde_json::{Map, Value};

use super::versioneer;

/// Begins what a workspace's packer puts versions in for.
const PROTOCOLS: [&str; 5] = ["workspace:", "catalog:", "link:", "portal:", "patch:"];
/// What ends the name of a file that npm installs from.
const ARCHIVES: [&str; 3] = [".tar", ".tar.gz", ".tgz"];

/// Keys of a `package.json` that are there to be read by people; pnpm 12 writes them in another form.
const FOR_PEOPLE: [&str; 10] = [
    "author",
    "bugs",
    "contributors",
    "funding",
    "gitHead",
    "homepage",
    "maintainers",
    "readme",
    "readmeFilename",
    "repository",
];
/// Keys of a `Cargo.toml` whose files maturin puts elsewhere in an sdist.
const MOVED: [&str; 2] = ["license-file", "readme"];

/// Whether what ships at `path` is what a packer makes of the file in the tree.
pub(super) fn is_by_packer(path: &str, original: &[u8], shipped: &[u8]) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name {
        "package.json" => is_packed(name, json(original), json(shipped)),
        "Cargo.toml" | "pyproject.toml" => is_packed(name, toml(original), toml(shipped)),
        "setup.cfg" => settings(original) == settings(shipped),
        "_version.py" => versioneer::is_made(original, shipped),
        _ => false,
    }
}

type Manifest = Option<Map<String, Value>>;

fn json(text: &[u8]) -> Manifest {
    serde_json::from_slice(text).ok()
}

fn toml(text: &[u8]) -> Manifest {
    toml::from_slice(text).ok()
}

/// Clients, build backends and programs that people run before they pack write a manifest anew, leave
/// keys out, put in versions, and lay `publishConfig` over the rest. None adds a script or a dependency.
fn is_packed(name: &str, original: Manifest, shipped: Manifest) -> bool {
    let (Some(original), Some(shipped)) = (original, shipped) else {
        return false;
    };
    let packed = Packed {
        name,
        original: &original,
    };
    let publish = original.get("publishConfig");
    shipped.iter().all(|(key, value)| {
        publish.and_then(|publish| publish.get(key)) == Some(value)
            || FOR_PEOPLE.contains(&&**key)
            || packed.is_less(&[key], original.get(key), value)
            || key == "bin" && is_only_program(original.get(key), value)
    })
}

/// Whether `{"acme":"cli.js"}` stands for `"cli.js"`.
fn is_only_program(original: Option<&Value>, value: &Value) -> bool {
    let programs = value.as_object().filter(|programs| !programs.is_empty());
    programs.is_some_and(|programs| programs.values().all(|program| Some(program) == original))
}

/// A manifest that ships.
struct Packed<'a> {
    /// The name of its file.
    name: &'a str,
    original: &'a Map<String, Value>,
}

impl Packed<'_> {
    /// Whether the value at a path of keys is the original, what is left of it, or a packer's own.
    fn is_less(&self, at: &[&str], original: Option<&Value>, value: &Value) -> bool {
        if self.is_put_in(at, original, value) {
            return true;
        }
        match (original, value) {
            (Some(Value::String(original)), Value::String(value)) => {
                original == value || is_version_of(at.last().unwrap_or(&""), original, value)
            }
            (Some(Value::Object(original)), Value::Object(values)) => values
                .iter()
                .all(|(key, value)| self.is_less(&[at, &[key]].concat(), original.get(key), value)),
            (Some(Value::Array(original)), Value::Array(values)) => {
                values.iter().all(|value| original.contains(value))
            }
            (Some(original), value) => original == value,
            (None, _) => false,
        }
    }

    /// Whether a packer writes such a value there.
    fn is_put_in(&self, at: &[&str], original: Option<&Value>, value: &Value) -> bool {
        match (self.name, at) {
            // Scripts and fields that were renamed, so that nobody runs or reads them.
            ("package.json", [key] | ["scripts", key]) => {
                original.is_none() && key.starts_with('_')
            }
            // Cargo finds a file to read by its name, maturin names what cargo found.
            ("Cargo.toml", ["package", key] | ["workspace", "package", key]) => {
                MOVED.contains(key) && is_path(value)
            }
            // Where an sdist has its crate.
            ("pyproject.toml", ["tool", "maturin", "manifest-path"]) => {
                original.is_none() && is_path(value)
            }
            ("pyproject.toml", ["project", key]) => original.is_none() && self.is_dynamic(key),
            _ => false,
        }
    }

    /// Whether the project itself leaves it to the backend: pdm-backend writes what it found.
    fn is_dynamic(&self, key: &str) -> bool {
        let dynamic = self
            .original
            .get("project")
            .and_then(|it| it.get("dynamic"));
        let keys = dynamic.and_then(Value::as_array);
        keys.is_some_and(|keys| keys.iter().any(|named| named == key))
    }
}

/// Whether the value is a version that a packer put in for a workspace's protocol: of the same dependency,
/// or of the one whose alias it is.
fn is_version_of(key: &str, original: &str, value: &str) -> bool {
    let mut protocols = PROTOCOLS.iter();
    let Some(rest) = protocols.find_map(|protocol| original.strip_prefix(protocol)) else {
        return false;
    };
    // `workspace:@acme/b@^1.0.0`
    let alias = rest.rsplit_once('@').map(|(name, _)| name);
    let alias = alias.filter(|name| !name.is_empty() && original.starts_with("workspace:"));
    match value
        .strip_prefix("npm:")
        .and_then(|value| value.rsplit_once('@'))
    {
        Some((name, range)) => name == alias.unwrap_or(key) && is_range(range),
        None => alias.is_none() && is_range(value),
    }
}

/// Whether it can be nothing but versions: no tag, no place on the web, and no file of that name.
fn is_range(range: &str) -> bool {
    let mut versions = range
        .split([' ', '|'])
        .map(|version| version.trim_start_matches(['^', '~', '<', '>', '=']))
        .filter(|version| !version.is_empty() && *version != "-")
        .peekable();
    versions.peek().is_some() && versions.all(is_version_number)
}

/// `1.2.x` or `1.0.0-rc.1+5`; npm takes what ends as an archive does for a file.
fn is_version_number(version: &str) -> bool {
    let (numbers, rest) = version.split_at(version.find(['-', '+']).unwrap_or(version.len()));
    let in_rest = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
    let name = rest.to_ascii_lowercase();
    numbers.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '*' | 'x' | 'X'))
        && numbers
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'*' | b'x' | b'X'))
        && rest.bytes().all(in_rest)
        && !ARCHIVES.iter().any(|end| name.ends_with(end))
}

/// Whether it leads to a file below.
fn is_path(value: &Value) -> bool {
    value.as_str().is_some_and(|path| {
        !path.contains(['\\', ':']) && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
    })
}

/// The settings in a `setup.cfg`: setuptools writes the file anew, without comments and with a section of
/// its own.
fn settings(text: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(text);
    let mut section = "";
    let mut settings = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with('[') {
            section = line;
            continue;
        }
        let setting = match line.split_once(['=', ':']) {
            Some((key, value)) => format!("{}={}", key.trim(), value.trim()),
            None => line.to_owned(),
        };
        let of_setuptools = section == "[egg_info]" && setting.starts_with("tag_");
        if !of_setuptools {
            settings.push(format!("{section}{setting}"));
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"{"name":"a","main":"src/a.ts","bin":"a.js","repository":"a/a","scripts":{"test":"x","postinstall":"husky"},
        "dependencies":{"b":"workspace:*","c":"^1.0.0"},"devDependencies":{"d":"1"},
        "publishConfig":{"main":"dist/a.js"}}"#;

    fn manifest(shipped: &str) -> bool {
        is_by_packer("package.json", MANIFEST.as_bytes(), shipped.as_bytes())
    }

    #[test]
    fn a_packer_leaves_out_and_puts_versions_in() {
        assert!(manifest(
            r#"{"main":"dist/a.js","name":"a","bin":{"a":"a.js"},"repository":{"url":"a/a"},"scripts":{"_postinstall":"husky"},
                "dependencies":{"b":"1.2.3","c":"^1.0.0"}}"#
        ));
        for other in [
            r#"{"name":"a","scripts":{"postinstall":"node x.js"}}"#,
            r#"{"name":"a","scripts":{"install":"husky"}}"#,
            r#"{"name":"a","dependencies":{"c":"^2.0.0"}}"#,
            r#"{"name":"a","main":"x.js"}"#,
            r#"{"name":"a","bin":"x.js"}"#,
            r#"{"name":"a","bin":{"a":"a.js","b":"x.js"}}"#,
            "{",
        ] {
            assert!(!manifest(other), "{other}");
        }
    }

    #[test]
    fn a_protocol_becomes_a_version_of_the_same_dependency() {
        let by_packer = |key: &str, original: &str, shipped: &str| {
            let manifest = |value: &str| format!(r#"{{"dependencies":{{"{key}":"{value}"}}}}"#);
            let (original, shipped) = (manifest(original), manifest(shipped));
            is_by_packer("package.json", original.as_bytes(), shipped.as_bytes())
        };
        for (key, original, shipped) in [
            ("b", "workspace:*", "1.2.3"),
            ("b", "workspace:^", "^1.2.3-rc.1+build-5"),
            ("b", "workspace:^1.0.0", "npm:b@^1.0.0"),
            ("@a/b", "catalog:", ">=1.0.0 <2 || 3.x - 4"),
            ("@a/b", "link:../b", "npm:@a/b@*"),
            ("c", "workspace:b@*", "npm:b@1.0.0"),
            ("c", "workspace:@a/b@*", "npm:@a/b@~1.0.0"),
            ("c", "workspace:*", "workspace:*"),
        ] {
            assert!(by_packer(key, original, shipped), "{shipped}");
        }
        for (key, original, shipped) in [
            ("b", "workspace:*", "npm:evil@1.0.0"),
            ("b", "workspace:*", "npm:b@evil/x"),
            ("b", "workspace:*", "npm:b@npm:evil@1"),
            ("b", "workspace:*", "npm:b"),
            ("b", "catalog:", "https://example.com/1.tgz"),
            ("b", "catalog:", "1.0.0/x"),
            ("b", "catalog:", "1.0.0-x.tgz"),
            ("b", "catalog:", "latest"),
            ("b", "catalog:", "x1evil"),
            ("b", "patch:b@1", "||"),
            ("b", "patch:b@1", ""),
            ("c", "workspace:b@*", "1.0.0"),
            ("c", "workspace:b@*", "npm:c@1.0.0"),
            ("c", "1.0.0", "1.0.1"),
        ] {
            assert!(!by_packer(key, original, shipped), "{shipped}");
        }
    }

    #[test]
    fn a_backend_writes_a_manifest_anew() {
        let original = b"# why\n[package]\nname = 'a'\nreadme = '../README.md'\n[workspace]\nmembers = ['a', 'b']\n";
        let by_packer =
            |shipped: &str| is_by_packer("rust/Cargo.toml", original, shipped.as_bytes());
        assert!(by_packer(
            "package = { name = 'a', readme = 'README.md' }\n[workspace]\nmembers = ['a']\n"
        ));
        assert!(by_packer("[package]\nlicense-file = 'LICENSE'\n"));
        assert!(!by_packer("[package]\nreadme = '/etc/passwd'\n"));
        assert!(!by_packer("[package]\nlicense-file = '../x'\n"));
        assert!(!by_packer("[package]\nlicense-file = true\n"));
        assert!(!by_packer("[workspace]\nreadme = 'README.md'\n"));
        assert!(!by_packer("[package]\nname = 'a'\nbuild = 'x.rs'\n"));
        assert!(!by_packer("[workspace]\nmembers = ['c']\n"));
        // A dependency may have such a name.
        assert!(!by_packer("[dependencies._c]\npackage = 'c'\n"));
        assert!(!by_packer("[workspace.dependencies]\n_c = '1'\n"));
        assert!(!by_packer("[package"));
    }

    fn pyproject(original: &str, shipped: &str) -> bool {
        is_by_packer("pyproject.toml", original.as_bytes(), shipped.as_bytes())
    }

    #[test]
    fn maturin_says_where_the_crate_lies() {
        let original = "[tool.maturin]\nbindings = 'cffi'\n";
        let added = |line: &str| pyproject(original, &format!("{original}{line}\n"));
        assert!(added("manifest-path = 'py/Cargo.toml'"));
        assert!(!added("manifest-path = '../Cargo.toml'"));
        assert!(!added("python-source = 'python'"));
        let has_one = "[tool.maturin]\nmanifest-path = 'a/Cargo.toml'\n";
        assert!(!pyproject(has_one, &has_one.replace("a/", "b/")));
    }

    #[test]
    fn a_backend_writes_what_was_dynamic() {
        let original = "[project]\nname = 'a'\ndynamic = ['version']\n";
        let shipped = "[project]\nname = 'a'\ndynamic = []\nversion = '1.0.0'\n";
        assert!(pyproject(original, shipped));
        assert!(!pyproject("[project]\nname = 'a'\ndynamic = []\n", shipped));
        assert!(!pyproject(
            original,
            &format!("{shipped}dependencies = ['b']\n")
        ));
        assert!(!pyproject(original, &shipped.replace("[]", "['scripts']")));
        assert!(!pyproject(original, "[tool]\nversion = '1.0.0'\n"));
    }

    #[test]
    fn setuptools_writes_the_settings_anew() {
        let original = "[metadata]\nname = acme\n# why\nclassifiers =\n    A :: B\n";
        let written = "[metadata]\nname=acme\nclassifiers = \n\tA :: B\n\n[egg_info]\ntag_build = \ntag_date = 0\n\n";
        let by_packer =
            |shipped: &str| is_by_packer("setup.cfg", original.as_bytes(), shipped.as_bytes());
        assert!(by_packer(written));
        assert!(!by_packer(&written.replace("acme", "other")));
        assert!(!by_packer(&format!(
            "{written}[options]\nsetup_requires = x\n"
        )));
        assert!(is_by_packer(
            "setup.cfg",
            b"",
            b"[egg_info]\ntag_build = \n"
        ));
    }
}
