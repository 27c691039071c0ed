//! Edits a `package.json` as a text: indentation, order, line ends and everything else stay as they are.

use std::ops::Range;

use serde_json::{Map, Value};

/// A member of an object: where its key and its value are written.
struct Member {
    key: Range<usize>,
    value: Range<usize>,
}

/// The value of a text below an object of the file, if it is there.
pub(in crate::init) fn text_in(json: &Value, object: &str, key: &str) -> Option<String> {
    json.get(object)?.get(key)?.as_str().map(str::to_owned)
}

/// Reads it, or says why no client could.
pub(in crate::init) fn read(text: &str) -> Result<Value, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))
}

/// The file with `key` of `object` (both are made where they are missing) set to `value`.
///
/// # Errors
///
/// The end of a sentence that says why it can't be edited.
pub(in crate::init) fn set(
    text: &str,
    object: &str,
    key: &str,
    value: &str,
) -> Result<String, String> {
    let before = read(text)?;
    let edited = edited(text, object, key, value)
        .ok_or_else(|| format!("its `{object}` is not written in a way that can be added to"))?;
    let mut wanted = before;
    let inner = wanted
        .as_object_mut()
        .ok_or("it is not a JSON object")?
        .entry(object)
        .or_insert_with(|| Value::Object(Map::new()));
    let inner = inner.as_object_mut();
    let inner = inner.ok_or_else(|| format!("its `{object}` is not an object"))?;
    inner.insert(key.to_owned(), value.into());
    // Equal keys, of which the last one counts, and whatever else was not thought of.
    match read(&edited) == Ok(wanted) {
        true => Ok(edited),
        false => Err(format!("its `{object}` is written in more than one place")),
    }
}

fn edited(text: &str, object: &str, key: &str, value: &str) -> Option<String> {
    let quoted = |text: &str| Value::from(text).to_string();
    let (key, value) = (quoted(key), quoted(value));
    let root = members(text, text.find('{')?)?;
    let find = |members: &[Member], name: &str| {
        members
            .iter()
            .position(|member| text[member.key.clone()] == *name)
    };
    let Some(at) = find(&root, &quoted(object)) else {
        let last = root.last()?;
        let (space, colon) = style(text, &root);
        let (deeper, end) = match space.contains('\n') {
            true => (format!("{space}{}", unit(space)), space),
            false => (space.to_owned(), space),
        };
        let inner = format!(
            "{}{colon}{{{deeper}{key}{colon}{value}{end}}}",
            quoted(object)
        );
        return Some(insert(text, last.value.end, &format!(",{space}{inner}")));
    };
    let outer = &root[at];
    let inner = members(text, outer.value.start)?;
    if let Some(at) = find(&inner, &key) {
        let mut text = text.to_owned();
        text.replace_range(inner[at].value.clone(), &value);
        return Some(text);
    }
    let Some(last) = inner.last() else {
        let (space, colon) = style(text, &root);
        let new = match space.contains('\n') {
            true => format!("{{{space}{}{key}{colon}{value}{space}}}", unit(space)),
            false => format!("{{{space}{key}{colon}{value}{space}}}"),
        };
        let mut text = text.to_owned();
        text.replace_range(outer.value.clone(), &new);
        return Some(text);
    };
    let (space, colon) = style(text, &inner);
    Some(insert(
        text,
        last.value.end,
        &format!(",{space}{key}{colon}{value}"),
    ))
}

fn insert(text: &str, at: usize, what: &str) -> String {
    format!("{}{what}{}", &text[..at], &text[at..])
}

/// What is written before the last key, and between it and its value.
fn style<'t>(text: &'t str, members: &[Member]) -> (&'t str, &'t str) {
    let Some(last) = members.last() else {
        return ("", ":");
    };
    let before = text[..last.key.start]
        .trim_end_matches([' ', '\t', '\r', '\n'])
        .len();
    (
        &text[before..last.key.start],
        &text[last.key.end..last.value.start],
    )
}

/// One step of indentation, of what is written before a key of the outermost object.
fn unit(space: &str) -> &str {
    space.rsplit('\n').next().unwrap_or_default()
}

/// The members of the object that begins at `at` in a valid document.
fn members(text: &str, at: usize) -> Option<Vec<Member>> {
    let bytes = text.as_bytes();
    let skip = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        at
    };
    let mut members = Vec::new();
    let mut at = skip((bytes.get(at) == Some(&b'{')).then_some(at + 1)?);
    while bytes.get(at)? != &b'}' {
        let key = at..end_of_value(bytes, at)?;
        at = skip(key.end);
        at = skip((bytes.get(at) == Some(&b':')).then_some(at + 1)?);
        let value = at..end_of_value(bytes, at)?;
        at = skip(value.end);
        if bytes.get(at) == Some(&b',') {
            at = skip(at + 1);
        }
        members.push(Member { key, value });
    }
    Some(members)
}

/// Where the value ends that begins at `start`.
fn end_of_value(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut at, mut depth, mut in_string) = (start, 0_u32, false);
    loop {
        match (*bytes.get(at)?, in_string) {
            (b'\\', true) => at += 1,
            (b'"', _) => {
                in_string = !in_string;
                if !in_string && depth == 0 {
                    return Some(at + 1);
                }
            }
            (_, true) => {}
            (b'{' | b'[', false) => depth += 1,
            (b'}' | b']', false) if depth == 0 => return Some(at),
            (b'}' | b']', false) => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            (byte, false) if depth == 0 && (byte == b',' || byte.is_ascii_whitespace()) => {
                return Some(at);
            }
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_added_changes() {
        for (before, after) in [
            (
                "{\n  \"name\": \"a\",\n  \"scripts\": {\n    \"test\": \"x\"\n  }\n}\n",
                "{\n  \"name\": \"a\",\n  \"scripts\": {\n    \"test\": \"x\",\n    \"k\": \"v\"\n  }\n}\n",
            ),
            (
                "{\r\n\t\"name\" : \"a\"\r\n}",
                "{\r\n\t\"name\" : \"a\",\r\n\t\"scripts\" : {\r\n\t\t\"k\" : \"v\"\r\n\t}\r\n}",
            ),
            (
                "\u{feff}{\"scripts\":{\"k\":\"old\",\"z\":[1,{\"k\":2}]},\"n\":1}",
                "\u{feff}{\"scripts\":{\"k\":\"v\",\"z\":[1,{\"k\":2}]},\"n\":1}",
            ),
            (
                "{\n    \"scripts\": {},\n    \"name\": \"a\"\n}\n",
                "{\n    \"scripts\": {\n        \"k\": \"v\"\n    },\n    \"name\": \"a\"\n}\n",
            ),
            ("{\"n\":1}", "{\"n\":1,\"scripts\":{\"k\":\"v\"}}"),
            (
                "{ \"n\": 1, \"scripts\": {\"a\": \"}\\\"\"} }",
                "{ \"n\": 1, \"scripts\": {\"a\": \"}\\\"\",\"k\": \"v\"} }",
            ),
        ] {
            assert_eq!(set(before, "scripts", "k", "v").unwrap(), after);
        }
    }

    #[test]
    fn what_can_not_be_edited_is_left_alone() {
        for (text, reason) in [
            ("{ // no\n}", "it is not JSON"),
            ("{\"scripts\": 1}", "its `scripts` is not"),
            (
                "{\"scripts\": {}, \"scripts\": {}}",
                "in more than one place",
            ),
            ("[]", "not"),
            ("{}", "not written in a way"),
        ] {
            let told = set(text, "scripts", "k", "v").unwrap_err();
            assert!(told.contains(reason), "{text}: {told}");
        }
    }
}
