//! Parts of file names that a build or a release makes anew: hashes of content, the artifact's own version, and
//! tags of the Python and the machine that a native module is for.

use std::collections::BTreeSet;

use crate::policy::lock::literal;

/// Lengths of what bundlers write for a hash.
const HEX: std::ops::RangeInclusive<usize> = 8..=64;
/// What rollup, Vite and esbuild write: in letters of both cases and digits, or in base32.
const SHORT: usize = 8;

/// Stands for a part of the version until a name is read: no entry has it in its name.
const VERSION: &str = "\0";

/// The habits of some artifacts.
#[derive(Debug, Default)]
pub(super) struct Style {
    /// What stands before short hashes, by the directory at the top: where some certainly are hashes, those
    /// that could be words or dates are hashes as well.
    hashes: BTreeSet<(String, char)>,
    /// Their versions.
    versions: BTreeSet<String>,
}

/// How sure it is that a text is a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Likeness {
    Certain,
    Possible,
    None,
}

impl Style {
    /// What is the habit in these paths.
    pub(super) fn of<'p>(
        paths: impl Iterator<Item = &'p str>,
        versions: &BTreeSet<String>,
    ) -> Self {
        let mut style = Self {
            versions: versions.clone(),
            ..Self::default()
        };
        for path in paths {
            let (top, name) = ends(path);
            for (index, part) in inner_parts(name).enumerate() {
                for (before, tail) in tails(part, index > 0) {
                    if tail.len() == SHORT && likeness(tail, before) == Likeness::Certain {
                        style.hashes.insert((top.to_owned(), before));
                    }
                }
            }
        }
        style
    }

    /// The name in a path, in parts between dots, with `*` for what a build makes anew.
    pub(super) fn parts(&self, path: &str) -> Vec<String> {
        let (top, name) = ends(path);
        let name = self.without_version(name);
        let all: Vec<&str> = name.split('.').collect();
        let last = all.len() - 1;
        let open = |(index, part): (usize, &&str)| match index == last {
            true => written(part),
            false => self.part(top, part, index > 0),
        };
        let parts: Vec<String> = all.iter().enumerate().map(open).collect();
        // What is left of a hidden name, or of one at the top, would cover all that is called alike there.
        match name.starts_with('.') || !path.contains('/') && parts[0] == "*" {
            true => all.iter().map(|part| written(part)).collect(),
            false => parts,
        }
    }

    fn part(&self, top: &str, part: &str, behind_dot: bool) -> String {
        if behind_dot && is_tag(part) {
            return "*".to_owned();
        }
        let is_hash = |(before, tail): &(char, &str)| match likeness(tail, *before) {
            Likeness::Certain => true,
            Likeness::Possible => self.hashes.contains(&(top.to_owned(), *before)),
            Likeness::None => false,
        };
        match tails(part, behind_dot).find(is_hash) {
            Some((_, tail)) if tail.len() == part.len() => "*".to_owned(),
            // What is vendored twice over has a hash behind a hash.
            Some((mark, tail)) => {
                let before = &part[..part.len() - tail.len() - mark.len_utf8()];
                format!("{}{mark}*", self.part(top, before, behind_dot))
            }
            None => written(part),
        }
    }

    /// The name with its parts between dots marked that are of the version.
    fn without_version(&self, name: &str) -> String {
        let is_of_number = |character: char| character.is_ascii_digit() || character == '.';
        for version in self.versions.iter().filter(|version| version.contains('.')) {
            let Some((before, behind)) = name.split_once(version.as_str()) else {
                continue;
            };
            // An ending is never left open.
            let ends =
                behind.contains('.') && !behind.starts_with(|next: char| next.is_ascii_digit());
            if ends && !before.ends_with(is_of_number) {
                let marked = version.split('.').map(|_| VERSION).collect::<Vec<_>>();
                return format!("{before}{}{behind}", marked.join("."));
            }
        }
        name.to_owned()
    }
}

fn written(part: &str) -> String {
    literal(part).replace(VERSION, "*")
}

/// The directory at the top, and the name.
fn ends(path: &str) -> (&str, &str) {
    let top = path.split_once('/').map_or("", |(top, _)| top);
    (top, path.rsplit('/').next().unwrap_or(path))
}

/// The parts between dots that are no extension.
fn inner_parts(name: &str) -> impl Iterator<Item = &str> {
    let inner = name.rsplit_once('.').map(|(inner, _)| inner);
    inner.into_iter().flat_map(|inner| inner.split('.'))
}

/// The whole part, and what follows each mark in it, each with what stands before it: a space, where nothing
/// does.
fn tails(part: &str, behind_dot: bool) -> impl Iterator<Item = (char, &str)> {
    let marked = part
        .char_indices()
        .filter(|(_, mark)| "-_~@".contains(*mark));
    let behind = marked.map(|(at, mark)| (mark, &part[at + mark.len_utf8()..]));
    let before = if behind_dot { '.' } else { ' ' };
    std::iter::once((before, part)).chain(behind)
}

fn likeness(text: &str, before: char) -> Likeness {
    let bytes = text.as_bytes();
    let all = |is: fn(&u8) -> bool| bytes.iter().all(is);
    let any = |is: fn(&u8) -> bool| bytes.iter().any(is);
    let (digit, lower, upper) = (
        any(u8::is_ascii_digit),
        any(u8::is_ascii_lowercase),
        any(u8::is_ascii_uppercase),
    );
    // Only digits are a date or a number, only letters a word.
    let one_case = digit && lower != upper;
    if HEX.contains(&text.len()) && all(u8::is_ascii_hexdigit) && one_case {
        return Likeness::Certain;
    }
    let is_short = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
    if text.len() != SHORT || " _".contains(before) || !bytes.iter().all(is_short) {
        return Likeness::None;
    }
    let base32 = all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7'));
    let could_be = upper || all(u8::is_ascii_hexdigit);
    match (digit && upper && (lower || base32), could_be) {
        (true, _) => Likeness::Certain,
        (false, true) => Likeness::Possible,
        (false, false) => Likeness::None,
    }
}

/// `cpython-311-x86_64-linux-gnu` (PEP 3149), `cp311-win_amd64`, `pypy39-pp73-darwin`.
fn is_tag(part: &str) -> bool {
    ["cpython-", "cp", "pypy", "pp"].iter().any(|begin| {
        let rest = part.strip_prefix(begin);
        rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(path: &str) -> String {
        Style::default().parts(path).join(".")
    }

    #[test]
    fn what_a_build_makes_anew_is_left_open() {
        for (path, expected) in [
            ("dist/index-4f3a2b1c.js", "index-*.js"),
            ("dist/chunk.9a8b7c6d.mjs", "chunk.*.mjs"),
            ("main.abc123def456.css", "main.*.css"),
            ("d/main.abc123def456.js.map", "main.*.js.map"),
            ("d/chunk-HYQ3NNTJ.js", "chunk-*.js"),
            ("d/index-B_9x-Kp1.js", "index-*.js"),
            ("d/4f3a2b1c.js", "*.js"),
            ("acme.libs/libgomp-a34b3233.so.1.0.0", "libgomp-*.so.1.0.0"),
            ("acme.libs/libq-96973f99-934c22de.so.0", "libq-*-*.so.0"),
            ("a/_core.cpython-311-x86_64-linux-gnu.so", "_core.*.so"),
            ("a/_core.cp311-win_amd64.pyd", "_core.*.pyd"),
            ("a/__pycache__/x.cpython-312.pyc", "x.*.pyc"),
        ] {
            assert_eq!(named(path), expected, "{path}");
        }
    }

    #[test]
    fn names_that_people_give_stay() {
        for name in [
            "index.js",
            "jquery-3.7.1.min.js",
            "report-20260101.json",
            "DataTable.js",
            "x-DataGrid.js",
            "decade-facade.js",
            "a_Module42.py",
            "Module42.js",
            "README-TEMPLATE.md",
            "id_rsa",
            "LICENSE-4f3a2b1c",
            "acme.abi3.so",
            "libfoo.so.1",
            "cpu.js",
            "a.cpp.o",
        ] {
            assert_eq!(named(&format!("dist/{name}")), name);
        }
    }

    #[test]
    fn what_could_be_a_word_is_a_hash_among_hashes() {
        let paths = [
            "dist/a-B9xKp1Qr.js",
            "dist/b-DiwrgTda.js",
            "dist/c-12345678.js",
            "lib/b-DiwrgTda.js",
            "lib/c-12345678.js",
        ];
        let style = Style::of(paths.into_iter(), &BTreeSet::new());
        let named = paths.map(|path| style.parts(path).join("."));
        let expected = [
            "a-*.js",
            "b-*.js",
            "c-*.js",
            "b-DiwrgTda.js",
            "c-12345678.js",
        ];
        assert_eq!(named, expected);
    }

    #[test]
    fn what_is_left_of_a_hidden_name_or_of_one_at_the_top_would_cover_too_much() {
        let style = Style::of(std::iter::empty(), &BTreeSet::new());
        for (path, expected) in [
            ("dist/.4f3a2b1c.json", ".4f3a2b1c.json"),
            ("4f3a2b1c.js", "4f3a2b1c.js"),
            ("dist/4f3a2b1c.js", "*.js"),
        ] {
            assert_eq!(style.parts(path).join("."), expected);
        }
    }

    #[test]
    fn a_name_outlives_the_version_in_it() {
        let versions = BTreeSet::from(["1.2.0".to_owned(), "7".to_owned()]);
        let style = Style::of(std::iter::empty(), &versions);
        for (name, expected) in [
            ("acme-1.2.0.cdx.json", "acme-*.*.*.cdx.json"),
            ("libacme.so.1.2.0", "libacme.so.1.2.0"),
            ("1.2.0-notes.md", "*.*.*-notes.md"),
            ("acme-1.2.01.json", "acme-1.2.01.json"),
            ("acme-11.2.0.json", "acme-11.2.0.json"),
            ("acme-7.json", "acme-7.json"),
        ] {
            assert_eq!(style.parts(name).join("."), expected);
        }
    }
}
