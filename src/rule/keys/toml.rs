//! Keys of a TOML file.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Found, KeysError, Step, after};

/// Larger files are not looked at: the parser takes many times as much memory.
const LARGEST: usize = 1 << 20;

/// Hands everything in the TOML document from which no step is to go to `found`.
pub(super) fn find(
    document: &str,
    steps: &[&[Step]],
    found: &mut dyn FnMut(Found),
) -> Result<(), KeysError> {
    if document.len() > LARGEST {
        return Ok(());
    }
    let table = DeTable::parse(document)?;
    let mut all = Vec::new();
    in_table(table.get_ref(), "", steps, &mut |key, value| {
        let span = value.span();
        all.push(Found {
            key: key.to_owned(),
            value: match value.get_ref() {
                DeValue::String(text) => text.to_string(),
                _ => document.get(span.clone()).unwrap_or_default().to_owned(),
            },
            offset: span.start,
        });
    });
    // A table may be written in several places.
    all.sort_by_key(|found| found.offset);
    all.into_iter().for_each(found);
    Ok(())
}

type Report<'a> = dyn FnMut(&str, &Spanned<DeValue<'_>>) + 'a;

fn in_table(table: &DeTable<'_>, key: &str, steps: &[&[Step]], report: &mut Report<'_>) {
    for (name, value) in table {
        member(name.get_ref(), value, key, steps, report);
    }
}

/// Looks at the value called `name` in what lies at `key`.
fn member(
    name: &str,
    value: &Spanned<DeValue<'_>>,
    key: &str,
    steps: &[&[Step]],
    report: &mut Report<'_>,
) {
    let steps = after(steps, name);
    if steps.is_empty() {
        return;
    }
    let key = match key {
        "" => name.to_owned(),
        parent => format!("{parent}.{name}"),
    };
    if steps.iter().any(|steps| steps.is_empty()) {
        report(&key, value);
    }
    match value.get_ref() {
        DeValue::Table(table) => in_table(table, &key, &steps, report),
        DeValue::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                member(&index.to_string(), value, &key, &steps, report);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::keys::{self, KeyPath};

    fn all(document: &str, paths: &[&str]) -> Vec<(String, String, usize)> {
        let paths = paths.iter().map(|path| KeyPath::parse(path).unwrap());
        let mut all = Vec::new();
        keys::find(
            "Cargo.toml.orig",
            document,
            &paths.collect::<Vec<_>>(),
            &mut |found| {
                all.push((found.key, found.value, found.offset));
            },
        )
        .unwrap();
        all
    }

    #[test]
    fn values_are_found_in_the_order_of_the_document() {
        let document = "b.x = 'one'\n[a]\ny = [false, { x = \"\\u0032\" }]\n[[c]]\nx = 3\n";
        let found = |key: &str, value: &str, offset| (key.to_owned(), value.to_owned(), offset);
        assert_eq!(
            all(document, &["a.y.*.x", "*.x", "c.*.x", "a.y.0"]),
            [
                found("b.x", "one", 6),
                found("a.y.0", "false", 21),
                found("a.y.1.x", "2", 34),
                found("c.0.x", "3", 56),
            ]
        );
        assert_eq!(all(document, &["b.x.z", "d"]), []);
    }

    #[test]
    fn what_is_no_toml_is_an_error() {
        assert!(keys::find("a.toml", "[a", &[], &mut |_| ()).is_err());
    }
}
