//! What is told of a change, and what is not.

use super::*;
use crate::model::{EntryPath, Sha256};

fn listed(path: &str, size: u64) -> Listed {
    Listed {
        path: EntryPath::new(path),
        size,
        sha256: Some(Sha256::of(format!("{path} {size}").as_bytes())),
        binary: false,
    }
}

fn all(files: &[(&str, u64)]) -> Vec<Listed> {
    let files = files.iter();
    files
        .map(|(path, size)| listed(&format!("package/{path}"), *size))
        .collect()
}

fn said(before: &[(&str, u64)], after: &[(&str, u64)]) -> Vec<String> {
    let found = changes(&all(before), &all(after)).into_iter();
    found
        .map(|one| format!("{} {}: {}", one.kind, one.path, one.message))
        .collect()
}

#[test]
fn growth_is_told_at_the_file_that_has_most_of_it() {
    let before = [("a.js", 400_000), ("b.js", 300_000)];
    for (after, expected) in [
        (
            vec![("a.js", 900_000), ("b.js", 900_000)],
            vec![
                "change:growth package/b.js: the package has grown from 700,000 to 1,800,000 bytes unpacked",
            ],
        ),
        (
            vec![("a.js", 400_000), ("b.js", 300_000), ("c.js", 2_000_000)],
            vec![
                "change:growth package/c.js: the package has grown from 700,000 to 2,700,000 bytes unpacked",
            ],
        ),
        (
            vec![
                ("a.js", 1_500_000),
                ("b.js", 1_400_000),
                ("c.js", 1_200_000),
            ],
            vec![
                "change:growth package/c.js: the package has grown from 700,000 to 4,100,000 bytes unpacked",
                "change:growth package/a.js: has grown from 400,000 to 1,500,000 bytes",
                "change:growth package/b.js: has grown from 300,000 to 1,400,000 bytes",
            ],
        ),
        // A megabyte more, and no more; twice as much, and no more.
        (vec![("a.js", 400_000), ("b.js", 1_300_000)], vec![]),
        (vec![("a.js", 100), ("b.js", 100)], vec![]),
    ] {
        assert_eq!(said(&before, &after), expected);
    }
    assert_eq!(
        said(&[("a.js", 9_000_000)], &[("a.js", 18_000_000)]),
        Vec::<String>::new()
    );
}

#[test]
fn each_first_file_of_a_kind_that_leaks_is_told_and_other_extensions_once() {
    let before = [("a.js", 1), ("old.zip", 1), ("man/tool.1", 1)];
    let after = [
        ("a.js", 1),
        ("a.js.map", 1),
        ("b.js.map", 1),
        ("new.tgz", 1),
        ("x.css", 1),
        ("y.css", 1),
        ("man/tool.2", 1),
        ("types/a.d.ts", 1),
        ("types/a.d.json.ts", 1),
        (".env", 1),
        ("LICENSE", 1),
    ];
    let found = said(&before, &after);
    let map = "the first 2 files with the extension `.map` in this package (source maps)";
    let env =
        "the first file with the extension `.env` in this package (keys and settings with secrets)";
    let two =
        |extension| format!("the first 2 files with the extension `.{extension}` in this package");
    assert_eq!(
        found,
        [
            format!("change:extension package/x.css: {}", two("css")),
            format!("change:extension package/types/a.d.ts: {}", two("d.ts")),
            format!("change:leak-extension package/.env: {env}"),
            format!("change:source-extension package/a.js.map: {map}"),
            format!("change:source-extension package/b.js.map: {map}"),
            "change:extension package/new.tgz: the first file with the extension `.tgz` in this package".to_owned(),
            "change:directory package/types: the first files in this directory of the package".to_owned(),
        ],
        "{found:#?}"
    );
}

#[test]
fn files_are_known_again_by_path_content_and_hashed_name() {
    let wheel = |version: &str| Listed {
        path: EntryPath::rootless(&format!("acme-{version}.dist-info/METADATA")),
        ..listed("x", 1)
    };
    let mut before = all(&[("a.js", 1), ("dist/index-4f3a2b1c.js", 5), ("gone.js", 1)]);
    let mut after = all(&[("a.js", 2), ("dist/index-9d8e7f6a.js", 6), ("new.js", 1)]);
    before.push(wheel("1.0"));
    after.push(wheel("1.1"));
    let moved = listed("package/src/table.js", 9);
    after.push(Listed {
        path: EntryPath::new("package/lib/table.js"),
        ..moved.clone()
    });
    before.push(moved);
    let files = Files::compare(&before, &after);
    let pairs = files.pairs.iter();
    let pairs: Vec<_> = pairs
        .map(|one| (one.after.path.as_str(), one.known_by))
        .collect();
    assert_eq!(
        pairs,
        [
            ("acme-1.1.dist-info/METADATA", KnownBy::Path),
            ("package/a.js", KnownBy::Path),
            ("package/dist/index-9d8e7f6a.js", KnownBy::HashedName),
            ("package/lib/table.js", KnownBy::Content),
        ]
    );
    let path = |one: &&Listed| one.path.as_str().to_owned();
    assert_eq!(
        files.added.iter().map(path).collect::<Vec<_>>(),
        ["package/new.js"]
    );
    assert_eq!(
        files.removed.iter().map(path).collect::<Vec<_>>(),
        ["package/gone.js"]
    );
}

#[test]
fn of_many_hashed_names_the_sizes_tell_which_is_which() {
    let before = all(&[("chunk-4f3a2b1c.js", 10), ("chunk-0a0b0c0d.js", 2_000)]);
    let after = all(&[("chunk-1a2b3c4d.js", 2_100), ("chunk-9d8e7f6a.js", 11)]);
    let files = Files::compare(&before, &after);
    let sizes: Vec<_> = files
        .pairs
        .iter()
        .map(|one| (one.before.size, one.after.size))
        .collect();
    assert_eq!(sizes, [(2_000, 2_100), (10, 11)]);
}

#[test]
fn a_first_directory_is_told_by_its_own_path() {
    let before = [("a.js", 1), ("lib/a.js", 1)];
    let after = [
        ("a.js", 1),
        ("lib/b/a.js", 1),
        ("coverage/a.js", 1),
        ("coverage/b.js", 1),
    ];
    let expected =
        "change:directory package/coverage: the first files in this directory of the package";
    assert_eq!(said(&before, &after), [expected]);
}
