//! The fewest lines that cover some files and that a reviewer can judge: docs/lock.md has the steps.
//!
//! No line reaches into another directory at the top, or covers an ending that no file has there.

use std::collections::{BTreeMap, BTreeSet};

use super::hashed::Style;
use crate::policy::lock::literal;

/// From so many files with one ending on, one line stands for all of them.
const MANY: usize = 5;
/// The same of names without an ending: a key is often called so, and a list of time zones is long.
const MANY_PLAIN: usize = 20;
/// From so many endings on that differ only before the last dot (`es.array.at.js`), one line stands for them.
const MANY_ENDINGS: usize = 10;

/// A file, with what a build makes anew left open.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    directory: Vec<String>,
    /// The name in parts between dots.
    name: Vec<String>,
}

/// Lines that cover all of these paths, in order.
pub(super) fn propose<'p>(paths: impl Iterator<Item = &'p str>, style: &Style) -> Vec<String> {
    let shapes: BTreeSet<Shape> = paths.map(|path| Shape::of(path, style)).collect();
    let mut lines = BTreeSet::new();
    let by_ending = |shape: &Shape| shape.name[1..].to_vec();
    let left = gather(shapes, by_ending, &mut lines, |ending, files| {
        let enough = if ending.is_empty() { MANY_PLAIN } else { MANY };
        let name = [&["*".to_owned()], ending].concat();
        (files >= enough).then(|| name.join("."))
    });
    let by_last = |shape: &Shape| match shape.name.as_slice() {
        [_, middle @ .., last] if middle.iter().all(|part| !part.is_empty()) => {
            vec![middle.len().to_string(), last.clone()]
        }
        _ => Vec::new(),
    };
    let left = gather(left, by_last, &mut lines, |kind, files| match kind {
        [dots, last] if dots != "0" && files >= MANY_ENDINGS => {
            let dots: usize = dots.parse().unwrap_or_default();
            Some(format!("*{}.{last}", ".*".repeat(dots)))
        }
        _ => None,
    });
    lines.extend(left.iter().map(Shape::line));
    lines.into_iter().collect()
}

/// Puts files of one kind below one fixed directory together where `line` has a name for so many of them, and
/// returns the others.
fn gather(
    shapes: BTreeSet<Shape>,
    kind: impl Fn(&Shape) -> Vec<String>,
    lines: &mut BTreeSet<String>,
    line: impl Fn(&[String], usize) -> Option<String>,
) -> BTreeSet<Shape> {
    let mut groups: BTreeMap<(Vec<String>, Vec<String>), Vec<Shape>> = BTreeMap::new();
    let mut left = BTreeSet::new();
    for shape in shapes {
        match shape.fixed() {
            Some(fixed) => groups.entry((fixed, kind(&shape))).or_default().push(shape),
            None => drop(left.insert(shape)),
        }
    }
    for ((_, kind), group) in groups {
        match line(&kind, group.len()) {
            Some(name) => drop(lines.insert(common(&group, &name))),
            None => left.extend(group),
        }
    }
    left
}

/// A line for files of one kind: in their directory, or below the deepest that holds all of them.
fn common(group: &[Shape], name: &str) -> String {
    let directories: BTreeSet<&[String]> = group
        .iter()
        .map(|shape| shape.directory.as_slice())
        .collect();
    let first = group.first().map_or(&[][..], |shape| &shape.directory);
    let shared = |depth: &usize| {
        let begin = &first[..*depth];
        directories
            .iter()
            .all(|directory| directory.starts_with(begin))
    };
    let depth = (0..=first.len()).rev().find(shared).unwrap_or(0);
    let place = first[..depth].join("/");
    match directories.len() {
        1 => format!("{place}/{name}"),
        _ => format!("{place}/**/{name}"),
    }
}

impl Shape {
    fn of(path: &str, style: &Style) -> Self {
        let directory = path.rsplit_once('/').map(|(directory, _)| directory);
        let directory = directory.into_iter().flat_map(|text| text.split('/'));
        Self {
            directory: directory.map(literal).collect(),
            name: style.parts(path),
        }
    }

    /// The directory that a line for it must spell out: the one at the top, and the last hidden one. Nothing
    /// for what lies at the top itself or is hidden, which needs a line of its own.
    fn fixed(&self) -> Option<Vec<String>> {
        if self.directory.is_empty() || self.name.first().is_some_and(String::is_empty) {
            return None;
        }
        let hidden = self
            .directory
            .iter()
            .rposition(|name| name.starts_with('.'));
        Some(self.directory[..=hidden.unwrap_or(0)].to_vec())
    }

    fn line(&self) -> String {
        let name = self.name.join(".");
        let all = self.directory.iter().chain([&name]);
        all.map(String::as_str).collect::<Vec<_>>().join("/")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::policy::lock::Pattern;

    fn proposed<'p>(paths: impl Iterator<Item = &'p str> + Clone) -> Vec<String> {
        propose(paths.clone(), &Style::of(paths, &BTreeSet::new()))
    }

    fn lines(paths: &[&str]) -> Vec<String> {
        proposed(paths.iter().copied())
    }

    fn covered(lines: &[String], path: &str) -> bool {
        lines
            .iter()
            .any(|line| Pattern::new(line).unwrap().covers(path))
    }

    #[test]
    fn few_files_are_named_and_many_are_put_together() {
        let few = ["LICENSE", "README.md", "a.js", "dist/a.js", "package.json"];
        assert_eq!(lines(&few), few);
        let many: Vec<String> = (0..9)
            .flat_map(|n| [format!("dist/cjs/a{n}.js"), format!("dist/esm/{n}/b.d.ts")])
            .chain(["dist/esm/x.ts".to_owned(), "dist/.env".to_owned()])
            .collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(
            lines(&many),
            [
                "dist/.env",
                "dist/cjs/*.js",
                "dist/esm/**/*.d.ts",
                "dist/esm/x.ts"
            ]
        );
    }

    #[test]
    fn hashed_names_and_endings_of_one_use() {
        let one = [
            "dist/index-4f3a2b1c.js",
            "dist/index-0a9b8c7d.js",
            "dist/a.css",
        ];
        assert_eq!(lines(&one), ["dist/a.css", "dist/index-*.js"]);
        let methods: Vec<String> = (0..12).map(|n| format!("modules/es.m{n}.js")).collect();
        let methods: Vec<&str> = methods.iter().map(String::as_str).collect();
        assert_eq!(lines(&methods), ["modules/*.*.js"]);
    }

    fn name() -> impl Strategy<Value = String> {
        let stem = r"[.]?[a-c\[\]{}?*\\ -]{1,2}(-[0-9a-f]{8})?";
        (stem, r"([.](js|ts|d|map|json|[0-9a-f]{8})){0,3}")
            .prop_map(|(stem, ending)| format!("{stem}{ending}"))
    }

    fn path() -> impl Strategy<Value = String> {
        (
            prop::collection::vec(r"(dist|lib|[.]vitepress|a[*]b|v1[.]2)", 0..4),
            name(),
        )
            .prop_map(|(mut names, name)| {
                names.push(name);
                names.join("/")
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn all_that_ships_is_covered_and_nothing_of_another_kind(
            paths in prop::collection::btree_set(path(), 1..60),
        ) {
            let lines = proposed(paths.iter().map(String::as_str));
            for path in &paths {
                prop_assert!(covered(&lines, path), "{path} by {lines:?}");
                let (directory, name) = path.rsplit_once('/').map_or(("", &**path), |two| two);
                for foreign in [
                    format!("{path}.zzz"),
                    format!("{path}.map.zzz"),
                    format!("zzz/{path}"),
                    format!("{directory}/.zzz"),
                    format!("{directory}/.zzz.js"),
                    format!("{directory}/.zzz/{name}"),
                    format!("{directory}/zzz.zzz"),
                    format!("zzz{}", path.trim_start_matches('.')),
                ] {
                    prop_assert!(!covered(&lines, &foreign), "{foreign} by {lines:?}");
                }
            }
            // The same files come to the same lines, and each line is needed for something.
            prop_assert_eq!(&lines, &proposed(paths.iter().rev().map(String::as_str)));
            for line in &lines {
                let pattern = Pattern::new(line).unwrap();
                prop_assert!(paths.iter().any(|path| pattern.covers(path)), "{line}");
            }
        }
    }
}
