//! JSON whose members keep their order and their lines.

use std::{borrow::Cow, collections::HashSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::collected::{Wrong, shown};

/// A value of the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Json<'t> {
    file: &'t str,
    raw: &'t str,
}

/// The members of an object.
pub(super) type Members<'t> = Vec<(String, Json<'t>)>;

impl<'t> Json<'t> {
    pub(super) fn of(file: &'t str) -> Result<Self, Wrong> {
        let whole = Self { file, raw: file };
        whole.read::<&RawValue>().map(|raw| Self {
            file,
            raw: raw.get(),
        })
    }

    /// Of a key that is there twice nobody knows which one the client takes.
    pub(super) fn members(self) -> Result<Members<'t>, Wrong> {
        let Ordered(members) = self.read()?;
        let of_one = |(key, raw): (String, &'t RawValue)| (key, self.inside(raw));
        Ok(members.into_iter().map(of_one).collect())
    }

    pub(super) fn elements(self) -> Result<Vec<Self>, Wrong> {
        let elements: Vec<&'t RawValue> = self.read()?;
        Ok(elements.into_iter().map(|raw| self.inside(raw)).collect())
    }

    pub(super) fn text(self) -> Option<Cow<'t, str>> {
        serde_json::from_str::<String>(self.raw)
            .ok()
            .map(Cow::Owned)
    }

    pub(super) fn read<T: Deserialize<'t>>(self) -> Result<T, Wrong> {
        serde_json::from_str(self.raw).map_err(|error| {
            // Within the value its lines are counted anew.
            let line = self.line() + error.line().max(1) - 1;
            Wrong::at(
                line,
                format!("it is not read: {}", shown(&error.to_string())),
            )
        })
    }

    pub(super) fn wrong(self, why: impl Into<String>) -> Wrong {
        Wrong::at(self.line(), why)
    }

    fn inside(self, raw: &'t RawValue) -> Self {
        Self {
            file: self.file,
            raw: raw.get(),
        }
    }

    fn line(self) -> usize {
        let offset = self.raw.as_ptr().addr() - self.file.as_ptr().addr();
        let before = self.file.as_bytes().iter().take(offset);
        before.filter(|byte| **byte == b'\n').count() + 1
    }
}

/// The member with this key.
pub(super) fn get<'t>(members: &[(String, Json<'t>)], key: &str) -> Option<Json<'t>> {
    let mut members = members.iter();
    members.find(|(one, _)| one == key).map(|(_, value)| *value)
}

struct Ordered<'t>(Vec<(String, &'t RawValue)>);

impl<'t> Deserialize<'t> for Ordered<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfObject;
        impl<'t> Visitor<'t> for OfObject {
            type Value = Ordered<'t>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Ordered<'t>, A::Error> {
                let (mut members, mut keys) = (Vec::new(), HashSet::new());
                while let Some((key, value)) = map.next_entry::<String, &'t RawValue>()? {
                    if !keys.insert(key.clone()) {
                        return Err(A::Error::custom(format!("the key `{key}` is there twice")));
                    }
                    members.push((key, value));
                }
                Ok(Ordered(members))
            }
        }
        deserializer.deserialize_map(OfObject)
    }
}

/// The text with spaces for the commas behind which nothing follows, and for comments: then it is JSON, with
/// everything at its place.
pub(super) fn without_trailing_commas(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let (mut at, mut comma) = (0, None);
    while let Some(&byte) = bytes.get(at) {
        let end = match byte {
            b'"' => end_of_string(&bytes, at),
            b'/' if bytes[at..].starts_with(b"//") => end_of(&bytes, at, b"\n"),
            b'/' if bytes[at..].starts_with(b"/*") => end_of(&bytes, at + 2, b"*/") + 2,
            _ => at + 1,
        };
        let end = end.min(bytes.len());
        match byte {
            b'/' if end > at + 1 => {
                for byte in &mut bytes[at..end] {
                    if *byte != b'\n' {
                        *byte = b' ';
                    }
                }
            }
            b',' => comma = Some(at),
            b']' | b'}' => {
                if let Some(comma) = comma.take() {
                    bytes[comma] = b' ';
                }
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => comma = None,
        }
        at = end;
    }
    // Only whole characters were replaced, and comments as a whole.
    String::from_utf8_lossy(&bytes).into_owned()
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

fn end_of(bytes: &[u8], start: usize, what: &[u8]) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    let found = rest.windows(what.len()).position(|window| window == what);
    start + found.unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_and_their_lines() {
        let text = "{\n \"b\": {\n  \"x\": 1,\n  \"é\": [\n   2]},\n \"a\": \"\\u0041\"}";
        let members = Json::of(text).unwrap().members().unwrap();
        assert_eq!(members[0].0, "b");
        assert_eq!(get(&members, "a").unwrap().text().unwrap(), "A");
        let inner = get(&members, "b").unwrap().members().unwrap();
        let list = get(&inner, "é").unwrap().elements().unwrap();
        assert_eq!(list[0].wrong("x"), Wrong::at(5, "x"));
        assert_eq!(get(&inner, "y").map(|_| ()), None);
        assert!(list[0].members().is_err() && list[0].text().is_none());
    }

    #[test]
    fn a_key_twice_is_wrong() {
        let wrong = Json::of("{\n\"a\": 1,\n\"a\": 2}").unwrap().members();
        let wrong = wrong.unwrap_err();
        assert_eq!(wrong.line, Some(3));
        assert!(
            wrong.why.contains("the key `a` is there twice"),
            "{}",
            wrong.why
        );
        assert_eq!(Json::of("{\n\n]").unwrap_err().line, Some(3));
    }

    #[test]
    fn trailing_commas_and_comments_become_spaces() {
        for (text, expected) in [
            ("[1, 2,\n]", "[1, 2 \n]"),
            ("{\"a,]\": \"\\\",}\", }", "{\"a,]\": \"\\\",}\"  }"),
            ("[1, // é,\n]", "[1        \n]"),
            ("[1, /* , */ 2]", "[1,         2]"),
            ("[1,,]", "[1, ]"),
            ("/*", "  "),
            ("\"", "\""),
            ("\"\\", "\"\\"),
        ] {
            assert_eq!(without_trailing_commas(text), expected, "{text}");
        }
    }
}
