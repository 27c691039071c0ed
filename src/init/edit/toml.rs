//! Adds to an array of a TOML file as a text: comments, order and line ends stay as they are.

use ::toml::{Table, Value, de::DeTable, de::DeValue};

/// The file with the texts `add` at the end of the array `key` of `table`; both are made where they are
/// missing, and the array then begins with `default`.
///
/// # Errors
///
/// The end of a sentence that says why it can't be edited.
pub(in crate::init) fn add(
    text: &str,
    table: &str,
    key: &str,
    default: &[&str],
    add: &[&str],
) -> Result<String, String> {
    let not_toml = |error: ::toml::de::Error| format!("it is not TOML: {}", error.message());
    let mut wanted: Table = ::toml::from_str(text).map_err(not_toml)?;
    let inner = wanted
        .entry(table)
        .or_insert_with(|| Value::Table(Table::new()));
    let inner = inner
        .as_table_mut()
        .ok_or_else(|| format!("its `{table}` is not a table"))?;
    let starting = || Value::Array(default.iter().map(|text| Value::from(*text)).collect());
    let array = inner.entry(key).or_insert_with(starting).as_array_mut();
    let array = array.ok_or_else(|| format!("its `{table}.{key}` is not a list"))?;
    array.extend(add.iter().map(|text| Value::from(*text)));
    let edits = match in_array(text, table, key, add) {
        Some(edit) => vec![edit],
        None => in_table(text, table, key, &[default, add].concat()),
    };
    // Lines that look like a table's may be within a text of several lines.
    let means_it = |edit: &String| ::toml::from_str(edit).as_ref() == Ok(&wanted);
    let edit = edits.into_iter().find(means_it);
    edit.ok_or_else(|| format!("its `{table}` is not written in a way that can be added to"))
}

/// The file with these at the end of an array that is there.
fn in_array(text: &str, table: &str, key: &str, add: &[&str]) -> Option<String> {
    let document = DeTable::parse(text).ok()?;
    let array = document.get_ref().get(table)?.get_ref().get(key)?;
    let range = array.span();
    let DeValue::Array(items) = array.get_ref() else {
        return None;
    };
    let Some(last) = items.last() else {
        let inside = format!("[{}]", quoted(add));
        return Some(replaced(text, range.start, range.end, &inside));
    };
    // An item in a line of its own is followed by one.
    let line = text[..last.span().start].rsplit('\n').next()?;
    let own_line = line.trim().is_empty() && text[range].contains('\n');
    let space = match own_line {
        true => format!("{}{line}", line_end(text)),
        false => " ".to_owned(),
    };
    let end = last.span().end;
    Some(replaced(
        text,
        end,
        end,
        &format!(",{space}{}", quoted(add)),
    ))
}

/// The file with an array at the end of a table, or at its beginning, or in a table of its own.
fn in_table(text: &str, table: &str, key: &str, items: &[&str]) -> Vec<String> {
    let line_end = line_end(text);
    let line = format!("{key} = [{}]{line_end}", quoted(items));
    let header = format!("[{table}]");
    let (mut at, mut places) = (0, None);
    for written in text.split_inclusive('\n') {
        at += written.len();
        let code = written.split('#').next().unwrap_or_default().trim();
        match places {
            None if code == header => places = Some((at, at)),
            Some((begin, _)) if !code.is_empty() && !code.starts_with('[') => {
                places = Some((begin, at));
            }
            Some(_) if code.starts_with('[') => break,
            _ => {}
        }
    }
    let open = |before: &str| match before.is_empty() || before.ends_with('\n') {
        true => "",
        false => line_end,
    };
    if let Some((begin, end)) = places {
        let edit = |at: usize| replaced(text, at, at, &format!("{}{line}", open(&text[..at])));
        return vec![edit(end), edit(begin)];
    }
    let gap = if text.is_empty() { "" } else { line_end };
    vec![format!("{text}{}{gap}{header}{line_end}{line}", open(text))]
}

fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

fn replaced(text: &str, start: usize, end: usize, with: &str) -> String {
    format!("{}{with}{}", &text[..start], &text[end..])
}

/// Texts as they are written in an array.
fn quoted(texts: &[&str]) -> String {
    let texts: Vec<_> = texts
        .iter()
        .map(|text| Value::from(*text).to_string())
        .collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_added_changes() {
        for (before, after) in [
            ("", "[registry]\nlist = [\"d\", \"n\"]\n"),
            (
                "[a]\nb = 1",
                "[a]\nb = 1\n\n[registry]\nlist = [\"d\", \"n\"]\n",
            ),
            (
                "[registry] # r\r\nb = 1\r\n",
                "[registry] # r\r\nb = 1\r\nlist = [\"d\", \"n\"]\r\n",
            ),
            (
                "[registry]\nlist = [\"x\"] # why\n",
                "[registry]\nlist = [\"x\", \"n\"] # why\n",
            ),
            ("[registry]\nlist = []\n", "[registry]\nlist = [\"n\"]\n"),
            (
                "[registry]\na = 1\n\n# c\n[c]\n",
                "[registry]\na = 1\nlist = [\"d\", \"n\"]\n\n# c\n[c]\n",
            ),
            ("registry.list = ['x']\n", "registry.list = ['x', \"n\"]\n"),
            (
                "[registry]\nlist = [\n    \"x\", # why\n]\n",
                "[registry]\nlist = [\n    \"x\",\n    \"n\", # why\n]\n",
            ),
        ] {
            assert_eq!(
                add(before, "registry", "list", &["d"], &["n"]).unwrap(),
                after
            );
        }
    }

    #[test]
    fn what_can_not_be_edited_is_left_alone() {
        for text in [
            "registry = { a = 1 }",
            "registry.a = 1",
            "registry = 1",
            "[registry]\nlist = \"x\"",
            "[registry",
            "a = '''\n[registry]\n'''\nregistry.b = 1",
        ] {
            assert!(
                add(text, "registry", "list", &["d"], &["n"]).is_err(),
                "{text}"
            );
        }
    }
}
