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
    let edited = edited(text, table, key, default, add).unwrap_or_default();
    match ::toml::from_str(&edited) == Ok(wanted) {
        true => Ok(edited),
        false => Err(format!(
            "its `{table}` is not written in a way that can be added to"
        )),
    }
}

fn edited(text: &str, table: &str, key: &str, default: &[&str], add: &[&str]) -> Option<String> {
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let quoted = |texts: &[&str]| {
        let texts: Vec<_> = texts
            .iter()
            .map(|text| Value::from(*text).to_string())
            .collect();
        texts.join(", ")
    };
    let document = DeTable::parse(text).ok()?;
    let there = document.get_ref().get(table);
    let array = there.and_then(|there| there.get_ref().get(key));
    if let Some(DeValue::Array(items)) = array.map(|array| array.get_ref()) {
        let range = array?.span();
        let Some(last) = items.last() else {
            let inside = format!("[{}]", quoted(add));
            return Some(format!(
                "{}{inside}{}",
                &text[..range.start],
                &text[range.end..]
            ));
        };
        let end = last.span().end;
        // An item in a line of its own is followed by one.
        let line = text[..last.span().start].rsplit('\n').next()?;
        let own_line = line.trim().is_empty() && text[range].contains('\n');
        let space = if own_line {
            format!("{line_end}{line}")
        } else {
            " ".to_owned()
        };
        return Some(format!(
            "{},{space}{}{}",
            &text[..end],
            quoted(add),
            &text[end..]
        ));
    }
    let all = [default, add].concat();
    let line = format!("{key} = [{}]{line_end}", quoted(&all));
    let header = format!("[{table}]");
    let mut at = 0;
    for written in text.split_inclusive('\n') {
        at += written.len();
        let code = written.split('#').next().unwrap_or_default();
        if code.trim() == header {
            let open = if written.ends_with('\n') {
                ""
            } else {
                line_end
            };
            return Some(format!("{}{open}{line}{}", &text[..at], &text[at..]));
        }
    }
    let gap = match (text.is_empty(), text.ends_with('\n')) {
        (true, _) => "",
        (_, true) => line_end,
        _ => &format!("{line_end}{line_end}"),
    };
    Some(format!("{text}{gap}{header}{line_end}{line}"))
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
                "[registry] # r\r\nlist = [\"d\", \"n\"]\r\nb = 1\r\n",
            ),
            (
                "[registry]\nlist = [\"x\"] # why\n",
                "[registry]\nlist = [\"x\", \"n\"] # why\n",
            ),
            ("[registry]\nlist = []\n", "[registry]\nlist = [\"n\"]\n"),
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
