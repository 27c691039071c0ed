//! npm's `package.json`.

use std::{collections::BTreeMap, fmt};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use serde_json::{Value, value::RawValue};

use crate::{
    detect::build_tool,
    model::{Access, Manifest},
};

/// Reads a manifest, or says why it is none.
pub(super) fn parse(text: &[u8]) -> Result<Manifest, String> {
    fields(text).map_err(|error| match error.is_data() {
        true => "is not a JSON object".to_owned(),
        false => format!("is not valid JSON: {error}"),
    })
}

/// Reads a manifest as npm does: a byte order mark and broken UTF-8 are let pass, and of equal keys
/// the last one counts.
fn fields(text: &[u8]) -> Result<Manifest, serde_json::Error> {
    let text = String::from_utf8_lossy(text);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut parser = serde_json::Deserializer::from_str(text);
    let manifest = parser.deserialize_map(Fields)?;
    parser.end()?;
    Ok(manifest)
}

/// The manifest's fields. Everything else is passed over without being built, so that a hostile
/// manifest costs no more memory than its own length.
struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Manifest;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Manifest, A::Error> {
        let mut manifest = Manifest::default();
        let mut old_licenses = None;
        let (mut scripts, mut development) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "name" => manifest.name = map.next_value_seed(Said("name"))?.text,
                "version" => manifest.version = map.next_value_seed(Said("version"))?.text,
                "license" => manifest.license = map.next_value_seed(Said("type"))?.text,
                "licenses" => old_licenses = map.next_value_seed(Said("type"))?.text,
                "repository" => {
                    let object: &RawValue = map.next_value()?;
                    manifest.repository = said(object, "url")?;
                    manifest.declared.extend(texts(object));
                }
                key if DECLARED.contains(&key) => {
                    manifest.declared.extend(texts(map.next_value()?));
                }
                "private" => manifest.private = map.next_value_seed(Said(""))?.truthy,
                "files" => {
                    manifest.files = texts(map.next_value()?);
                    manifest.lists_files = true;
                }
                key if ENTRY_POINTS.contains(&key) => {
                    manifest.entry_points.extend(texts(map.next_value()?));
                }
                "publishConfig" => {
                    let object: &RawValue = map.next_value()?;
                    manifest.registry = text_in(object, "registry");
                    manifest.access = text_in(object, "access")
                        .as_deref()
                        .and_then(Access::called);
                }
                "scripts" => {
                    let object: &RawValue = map.next_value()?;
                    let text = |name| Some((name, text_in(object, name)?));
                    manifest.install_scripts =
                        INSTALL_SCRIPTS.into_iter().filter_map(text).collect();
                    scripts = Some(object);
                }
                key if DEPENDENCIES.contains(&key) => {
                    let object: &RawValue = map.next_value()?;
                    manifest.local.extend(local(object));
                    if key == "devDependencies" {
                        development = Some(object);
                    }
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        manifest.license = manifest.license.or(old_licenses);
        manifest.build_tools = build_tools(scripts, development);
        Ok(manifest)
    }
}

/// Keys of other packages.
const DEPENDENCIES: [&str; 4] = [
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
];
/// How a dependency begins that lies on the publisher's disk.
const LOCAL: [&str; 4] = ["file:", "link:", "portal:", "workspace:"];

/// The names of dependencies that lie on the publisher's disk.
fn local(object: &RawValue) -> Vec<String> {
    let object = Some(object.get()).filter(|text| text.len() <= LONGEST_VALUE);
    let packages =
        object.and_then(|text| serde_json::from_str::<BTreeMap<String, Value>>(text).ok());
    let is_local = |from: &Value| {
        let from = from.as_str().unwrap_or_default();
        LOCAL.iter().any(|start| from.starts_with(start))
    };
    let packages = packages.into_iter().flatten();
    packages
        .filter(|(_, from)| is_local(from))
        .map(|(name, _)| name)
        .collect()
}

/// Keys of addresses and people, beside the repository.
const DECLARED: [&str; 6] = [
    "author",
    "bugs",
    "contributors",
    "funding",
    "homepage",
    "maintainers",
];

/// The text of a value read leniently.
fn said<E: serde::de::Error>(value: &RawValue, key: &'static str) -> Result<Option<String>, E> {
    let mut parser = serde_json::Deserializer::from_str(value.get());
    let meaning = Said(key).deserialize(&mut parser).map_err(E::custom)?;
    Ok(meaning.text)
}

/// The tools that scripts call, and that are there for development.
fn build_tools(scripts: Option<&RawValue>, development: Option<&RawValue>) -> Vec<&'static str> {
    let packages = development
        .and_then(|object| serde_json::from_str::<BTreeMap<String, IgnoredAny>>(object.get()).ok());
    let mut words: Vec<&str> = packages.iter().flatten().map(|(name, _)| &**name).collect();
    words.extend(scripts.into_iter().flat_map(|object| {
        let ends = |character: char| character.is_whitespace() || "\"&|;\\".contains(character);
        object.get().split(ends)
    }));
    build_tool::named(&words)
}

/// The keys that lead to what is loaded.
const ENTRY_POINTS: [&str; 15] = [
    "bin",
    "browser",
    "esnext",
    "exports",
    "jsdelivr",
    "jsnext:main",
    "main",
    "module",
    "react-native",
    "source",
    "style",
    "svelte",
    "types",
    "typings",
    "unpkg",
];
/// Longer values are not looked into, in bytes: parsed they take many times as much memory.
const LONGEST_VALUE: usize = 1 << 20;

/// Every text in a value.
fn texts(value: &RawValue) -> Vec<String> {
    fn collect(value: Value, texts: &mut Vec<String>) {
        match value {
            Value::String(text) => texts.push(text),
            Value::Array(values) => values.into_iter().for_each(|value| collect(value, texts)),
            Value::Object(values) => values
                .into_iter()
                .for_each(|(_, value)| collect(value, texts)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    if value.get().len() <= LONGEST_VALUE
        && let Ok(value) = serde_json::from_str(value.get())
    {
        collect(value, &mut found);
    }
    found
}

/// In the order in which they run.
const INSTALL_SCRIPTS: [&str; 3] = ["preinstall", "install", "postinstall"];

/// The text under a key of an object; of anything else none.
fn text_in(object: &RawValue, key: &'static str) -> Option<String> {
    let is_object = object.get().starts_with('{');
    let mut parser = serde_json::Deserializer::from_str(object.get());
    let said = is_object.then(|| Said(key).deserialize(&mut parser).ok())?;
    said?.text
}

/// A value read leniently: a text, an object that holds the text under this key, or a list of
/// either.
#[derive(Clone, Copy)]
struct Said(&'static str);

/// What a value says.
#[derive(Default)]
struct Meaning {
    text: Option<String>,
    /// Whether JavaScript takes it for true, which is how npm reads `private`.
    truthy: bool,
}

impl Meaning {
    fn truth(truthy: bool) -> Self {
        Self { text: None, truthy }
    }
}

impl<'de> DeserializeSeed<'de> for Said {
    type Value = Meaning;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Meaning, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Said {
    type Value = Meaning;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Meaning, E> {
        Ok(Meaning {
            text: (!text.trim().is_empty()).then(|| text.trim().to_owned()),
            truthy: !text.is_empty(),
        })
    }

    fn visit_bool<E>(self, value: bool) -> Result<Meaning, E> {
        Ok(Meaning::truth(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Meaning, E> {
        Ok(Meaning::truth(value != 0))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Meaning, E> {
        Ok(Meaning::truth(value != 0))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Meaning, E> {
        Ok(Meaning::truth(value != 0.0))
    }

    fn visit_unit<E>(self) -> Result<Meaning, E> {
        Ok(Meaning::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Meaning, A::Error> {
        let mut meaning = Meaning::truth(true);
        while let Some(key) = map.next_key::<String>()? {
            if key == self.0 {
                meaning.text = map.next_value_seed(self)?.text;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(meaning)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Meaning, A::Error> {
        let mut meaning = Meaning::truth(true);
        while let Some(element) = list.next_element_seed(self)? {
            meaning.text = match (meaning.text, element.text) {
                (Some(before), Some(text)) => Some(format!("{before} OR {text}")),
                (before, text) => before.or(text),
            };
        }
        Ok(meaning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(text: &str) -> Manifest {
        parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_usual_manifest_is_read() {
        let manifest = manifest(
            r#"{"name":"@acme/cli","version":"1.2.3","license":"MIT","files":["dist"],
                "repository":{"type":"git","url":"git+https://example.com/a.git"}}"#,
        );
        assert_eq!(manifest.scope(), Some("@acme"));
        assert_eq!(manifest.version.as_deref(), Some("1.2.3"));
        assert_eq!(manifest.license.as_deref(), Some("MIT"));
        assert_eq!(
            manifest.repository.as_deref(),
            Some("git+https://example.com/a.git")
        );
        assert!(!manifest.private);
    }

    #[test]
    fn old_and_odd_forms_are_read_as_npm_reads_them() {
        let license = |text: &str| manifest(text).license;
        assert_eq!(
            license(r#"{"license":{"type":"ISC","url":"x"}}"#).as_deref(),
            Some("ISC")
        );
        assert_eq!(
            license(r#"{"licenses":[{"type":"MIT"},{"type":"GPL-2.0"}]}"#).as_deref(),
            Some("MIT OR GPL-2.0")
        );
        assert_eq!(license(r#"{"license":7}"#), None);
        assert_eq!(license(r#"{"license":"  "}"#), None);
        assert_eq!(
            manifest(r#"{"repository":"acme/cli"}"#)
                .repository
                .as_deref(),
            Some("acme/cli")
        );
        assert_eq!(
            manifest("\u{feff}{\"name\":\"a\",\"name\":\"b\"}")
                .name
                .as_deref(),
            Some("b")
        );
        for (private, expected) in [
            ("true", true),
            ("\"false\"", true),
            ("0", false),
            ("null", false),
        ] {
            let text = format!(r#"{{"private":{private}}}"#);
            assert_eq!(manifest(&text).private, expected, "{text}");
        }
    }

    #[test]
    fn what_it_says_of_publishing_and_installing_is_read() {
        let read = manifest(
            r#"{"files":[],"publishConfig":{"registry":"https://a.example","access":"restricted"},
                "scripts":{"postinstall":"node b.js","test":"x","preinstall":"a","install":7}}"#,
        );
        assert!(read.lists_files && read.files.is_empty());
        assert_eq!(read.registry.as_deref(), Some("https://a.example"));
        assert_eq!(read.access, Some(Access::Restricted));
        let scripts = [("preinstall", "a"), ("postinstall", "node b.js")];
        assert_eq!(
            read.install_scripts,
            scripts.map(|(name, text)| (name, text.to_owned()))
        );
        let odd = manifest(r#"{"publishConfig":"registry","scripts":["install"]}"#);
        assert_eq!(odd, Manifest::default());
    }

    #[test]
    fn entry_points_are_read_from_every_condition() {
        let read = manifest(
            r#"{"main":"./a.js","exports":{".":{"import":["./b.mjs"],"default":null}},"bin":{"acme":"c.js"},"files":["dist",7]}"#,
        );
        assert_eq!(read.entry_points, ["./a.js", "./b.mjs", "c.js"]);
        assert_eq!(read.files, ["dist"]);
    }

    #[test]
    fn build_tools_are_read_from_scripts_and_development_dependencies() {
        let tools = |text: &str| manifest(text).build_tools;
        assert_eq!(
            tools(
                r#"{"scripts":{"build":"rm -rf dist&&tsup \"src/a.ts\""},"devDependencies":{"vite":"^8","left":"1"}}"#
            ),
            ["tsup", "Vite"]
        );
        assert_eq!(
            tools(r#"{"scripts":7,"devDependencies":["vite"],"dependencies":{"vite":"1"}}"#),
            [""; 0]
        );
    }

    #[test]
    fn what_is_no_manifest_says_why() {
        for (text, reason) in [
            (
                "",
                "is not valid JSON: EOF while parsing a value at line 1 column 0",
            ),
            (
                "{\"a\": }",
                "is not valid JSON: expected value at line 1 column 7",
            ),
            (
                "{} x",
                "is not valid JSON: trailing characters at line 1 column 4",
            ),
            ("[1]", "is not a JSON object"),
            ("\"name\"", "is not a JSON object"),
        ] {
            assert_eq!(parse(text.as_bytes()), Err(reason.to_owned()), "{text}");
        }
    }

    #[test]
    fn dependencies_on_the_publishers_disk_are_known() {
        let text = r#"{"dependencies":{"core":"workspace:*","left":"1","a":{}},
            "devDependencies":{"kit":"file:../kit","right":"file"},"peerDependencies":[]}"#;
        assert_eq!(manifest(text).local, ["core", "kit"]);
    }
}
