//! Keys of a JSON file, found without building the whole document in memory, and of a TOML file.

mod toml;

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

/// Larger files are not looked at: a manifest or a lock file stays below it.
pub(super) const LARGEST: u64 = 8 << 20;
/// The ends of names of TOML files; cargo and uv keep what they rewrite under the last one.
const TOML: [&str; 2] = [".toml", ".toml.orig"];

/// A path of keys: `dependencies.*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeyPath(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Any,
    Key(String),
}

impl KeyPath {
    /// Reads names joined by dots; `*` is any key or index.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let steps = text.split('.').map(|name| match name {
            "" => None,
            "*" => Some(Step::Any),
            name => Some(Step::Key(name.to_owned())),
        });
        steps.collect::<Option<_>>().map(Self)
    }
}

/// A file that should hold JSON or TOML and does not.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// It is not UTF-8.
    #[error("it is not UTF-8")]
    Encoding(#[from] std::str::Utf8Error),
    /// It is not JSON.
    #[error("it is not JSON")]
    Json(#[from] serde_json::Error),
    /// It is not TOML.
    #[error("it is not TOML")]
    Toml(#[from] ::toml::de::Error),
}

/// A value found at a path of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The keys on the way to it, joined by dots.
    pub(super) key: String,
    /// A string's content, or the JSON text of anything else.
    pub(super) value: String,
    /// Where its JSON text begins in the document, in bytes.
    pub(super) offset: usize,
}

/// Hands everything in the document that lies at one of `paths` to `found`, in the document's order.
/// It is TOML if it is called so, and JSON otherwise.
pub(super) fn find(
    file: &str,
    document: &str,
    paths: &[KeyPath],
    found: &mut dyn FnMut(Found),
) -> Result<(), KeysError> {
    let steps: Vec<&[Step]> = paths.iter().map(|path| path.0.as_slice()).collect();
    match TOML.iter().any(|end| file.ends_with(end)) {
        true => toml::find(document, &steps, found),
        false => Ok(in_json(document, &steps, found)?),
    }
}

/// A path of n steps makes its part of the document be read n + 1 times, and nothing is kept.
fn in_json(
    document: &str,
    steps: &[&[Step]],
    found: &mut dyn FnMut(Found),
) -> Result<(), serde_json::Error> {
    let root: &RawValue = serde_json::from_str(document)?;
    value(root, "", steps, &mut |raw, key| {
        let text = raw.get();
        found(Found {
            key: key.to_owned(),
            value: match text.starts_with('"') {
                true => serde_json::from_str::<Text>(text)?.0,
                false => text.to_owned(),
            },
            offset: text.as_ptr().addr() - document.as_ptr().addr(),
        });
        Ok(())
    })
}

type Report<'a> = dyn FnMut(&RawValue, &str) -> serde_json::Result<()> + 'a;

/// Looks at the value at `key`, from which `steps` are still to go.
fn value(
    raw: &RawValue,
    key: &str,
    steps: &[&[Step]],
    report: &mut Report<'_>,
) -> serde_json::Result<()> {
    if steps.iter().any(|steps| steps.is_empty()) {
        report(raw, key)?;
    }
    let text = raw.get();
    if !text.starts_with(['{', '[']) || steps.iter().all(|steps| steps.is_empty()) {
        return Ok(());
    }
    let each = |name: &str, raw: &RawValue| {
        let steps = after(steps, name);
        if steps.is_empty() {
            return Ok(());
        }
        let key = match key {
            "" => name.to_owned(),
            parent => format!("{parent}.{name}"),
        };
        value(raw, &key, &steps, report)
    };
    serde_json::Deserializer::from_str(text).deserialize_any(Children(each))
}

/// What is left of the steps after the member `name`.
fn after<'a>(steps: &[&'a [Step]], name: &str) -> Vec<&'a [Step]> {
    let steps = steps.iter().filter_map(|steps| match steps {
        [Step::Any, rest @ ..] => Some(rest),
        [Step::Key(key), rest @ ..] if key == name => Some(rest),
        _ => None,
    });
    steps.collect()
}

/// Goes over the members of an object or the elements of a list.
struct Children<Each>(Each);

impl<'de, Each> Visitor<'de> for Children<Each>
where
    Each: FnMut(&str, &RawValue) -> serde_json::Result<()>,
{
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object or a list")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((name, raw)) = map.next_entry::<Text, &RawValue>()? {
            (self.0)(&name.0, raw).map_err(A::Error::custom)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        let mut index = 0usize;
        while let Some(raw) = list.next_element::<&RawValue>()? {
            (self.0)(&index.to_string(), raw).map_err(A::Error::custom)?;
            index += 1;
        }
        Ok(())
    }
}

/// A string or key, in which half a surrogate pair is replaced: JavaScript takes such strings, and
/// one of them must not keep us from reading all others.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(TextVisitor)
    }
}

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = Text;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Text, E> {
        Ok(Text(String::from_utf8_lossy(bytes).into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(document: &str, paths: &[&str]) -> Vec<(String, String, usize)> {
        let paths: Vec<_> = paths
            .iter()
            .map(|path| KeyPath::parse(path).unwrap())
            .collect();
        let mut all = Vec::new();
        find("a.json", document, &paths, &mut |found| {
            all.push((found.key, found.value, found.offset));
        })
        .unwrap();
        all
    }

    #[test]
    fn paths_of_keys_lead_to_values() {
        let document = r#"{"a": {"x": "1\n", "y": [2, {"z": null}]}, "b": "no", "a": {"x": 3}}"#;
        let found = |key: &str, value: &str, offset| (key.to_owned(), value.to_owned(), offset);
        assert_eq!(
            all(document, &["a.x", "a.*"]),
            [
                found("a.x", "1\n", 12),
                found("a.y", r#"[2, {"z": null}]"#, 24),
                found("a.x", "3", 65),
            ]
        );
        assert_eq!(all(document, &["*.y.*.z"]), [found("a.y.1.z", "null", 34)]);
        assert_eq!(all(document, &["b.x", "c"]), []);
    }

    #[test]
    fn half_a_surrogate_pair_hides_nothing() {
        let document = r#"{"\ud800": 1, "a": {"\udc00": "\ud800x", "b": "y"}}"#;
        let found = all(document, &["a.*"]);
        let values: Vec<&str> = found.iter().map(|(_, value, _)| value.as_str()).collect();
        assert_eq!(values.len(), 2);
        assert!(values[0].ends_with('x'), "{values:?}");
        assert_eq!(values[1], "y");
    }

    #[test]
    fn what_is_no_json_is_an_error() {
        for document in ["", "{", r#"{"a": }"#, r#"{"a": 1} 2"#, r#"{"a": 1"#] {
            assert!(
                find("a.json", document, &[], &mut |_| ()).is_err(),
                "{document}"
            );
        }
    }

    #[test]
    fn key_paths_have_no_empty_step() {
        for wrong in ["", ".", "a.", ".a", "a..b"] {
            assert_eq!(KeyPath::parse(wrong), None, "{wrong}");
        }
    }
}
