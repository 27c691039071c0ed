//! Whether what was found lies among tests, examples or in documentation: by the path of its entry, and by what stands
//! around it in source files.

use std::sync::OnceLock;

use super::docstrings::Docstrings;
use crate::{
    model::{Entry, View},
    rule::is_among_tests,
};

/// Languages whose documentation comments have lines that begin with `*`.
const STARRED: &[&str] = &[
    "c", "cc", "cjs", "cpp", "cs", "cts", "go", "h", "hh", "hpp", "java", "js", "jsx", "kt", "m",
    "mjs", "mm", "mts", "php", "scala", "swift", "ts", "tsx",
];
/// How much of a line is looked at before a finding, in bytes.
const LINE: usize = 512;
/// How what is for tests alone is marked in Rust.
const CONDITION: &[u8] = b"#[cfg(";
/// How much may stand between an attribute and the module that it is for, in bytes.
const BETWEEN: usize = 400;

/// What is known of an entry's places.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    among_tests: OnceLock<bool>,
    /// Where the module of tests begins in a file of Rust.
    tests_from: Option<u64>,
    /// Those of a file of Python, looked for when there is something to tell of it.
    docstrings: OnceLock<Docstrings>,
    /// Whether there is nothing but comments in the file: then it is a template.
    all_comments: bool,
}

impl Surroundings {
    /// Looks at what is about to be searched: a module of tests stands at the end of its file.
    pub(super) fn see(&mut self, entry: &Entry, view: &View<'_>) {
        let is_whole = view.offset == 0 && view.search == (0, view.bytes.len());
        match entry.path.extension() {
            Some("rs") if self.tests_from.is_none() => {
                let at = module_of_tests(view.bytes);
                self.tests_from = at.map(|at| view.offset + at as u64);
            }
            Some("py" | "pyi") if !is_whole => {
                let mut docstrings = self.docstrings.take().unwrap_or_default();
                docstrings.see(view);
                self.docstrings = OnceLock::from(docstrings);
            }
            _ => {}
        }
        // What begins with `#` in C and in Rust is code.
        let extension = entry.path.extension().unwrap_or_default();
        let is_code = extension == "rs" || STARRED.contains(&extension);
        self.all_comments = is_whole && !is_code && is_all_comments(view.bytes);
    }

    /// Where the byte at `position` of the view lies, if such values are made up there.
    pub(super) fn of(
        &self,
        entry: &Entry,
        view: &View<'_>,
        position: usize,
    ) -> Option<&'static str> {
        if self.of_path(entry).is_some() {
            return self.of_path(entry);
        }
        let offset = view.offset + position as u64;
        if self.tests_from.is_some_and(|from| from < offset) {
            return Some("in a module of tests");
        }
        if self.all_comments {
            return Some("in a file of comments alone");
        }
        let before = &view.bytes[position.saturating_sub(LINE)..position];
        let line = memchr::memrchr(b'\n', before).map_or(before, |newline| &before[newline + 1..]);
        let line = line.trim_ascii_start();
        let documents = match entry.path.extension()? {
            "rs" => line.starts_with(b"///") || line.starts_with(b"//!"),
            "py" | "pyi" => {
                let docstrings = self.docstrings.get_or_init(|| Docstrings::of(view));
                docstrings.hold(offset) || line.starts_with(b">>>")
            }
            extension => STARRED.contains(&extension) && line.starts_with(b"*"),
        };
        documents.then_some("in a comment of documentation")
    }

    /// The same of the whole entry.
    pub(super) fn of_path(&self, entry: &Entry) -> Option<&'static str> {
        let among_tests = *self.among_tests.get_or_init(|| is_among_tests(entry));
        among_tests.then_some("in a path of tests, examples or documentation")
    }
}

/// Where `#[cfg(test)] mod tests {` begins: not where only the next item is for tests, or the module is another file.
fn module_of_tests(bytes: &[u8]) -> Option<usize> {
    let finder = memchr::memmem::Finder::new(CONDITION);
    let mut from = 0;
    while let Some(found) = finder.find(&bytes[from..]) {
        let at = from + found;
        let text = &bytes[at..bytes.len().min(at + BETWEEN)];
        let (length, for_tests) = attributes(text);
        if for_tests && opens_module(&text[length..]) {
            return Some(at);
        }
        // A file may hold nothing but attributes: none is looked at twice.
        from = at + length.max(CONDITION.len());
    }
    None
}

/// How long the attributes are that `text` begins with, and whether one of them says that the item is for tests.
fn attributes(text: &[u8]) -> (usize, bool) {
    let (mut length, mut for_tests) = (0, false);
    loop {
        let attribute = text[length..].trim_ascii_start();
        let begin = text.len() - attribute.len();
        let end = memchr::memchr(b']', attribute);
        let Some(end) = end.filter(|_| attribute.starts_with(b"#[")) else {
            return (length, for_tests);
        };
        for_tests |= is_for_tests(&attribute[..end]);
        length = begin + end + 1;
    }
}

/// Whether an attribute is `#[cfg(test)` or `#[cfg(all(test, …)`: `not(test)` and `any(test, …)` are for more.
fn is_for_tests(attribute: &[u8]) -> bool {
    let condition = attribute.iter().filter(|byte| !byte.is_ascii_whitespace());
    let condition: Vec<u8> = condition.copied().collect();
    condition == b"#[cfg(test)" || condition.starts_with(b"#[cfg(all(test,")
}

/// Whether `text` begins with a module whose body is in the file.
fn opens_module(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let module = text
        .trim_start()
        .trim_start_matches("pub(crate) ")
        .trim_start_matches("pub ");
    let body = module.strip_prefix("mod ").and_then(|name| {
        let behind = name.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        behind.trim_start().strip_prefix('{')
    });
    body.is_some_and(|body| !closes_at_once(body))
}

/// Whether a module ends on the line on which its body begins, or has none: what follows it is no part of it.
fn closes_at_once(body: &str) -> bool {
    let line = body.lines().next().unwrap_or_default();
    let mut depth = 1;
    for character in line.chars() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return true;
        }
    }
    body.trim_start().starts_with('}')
}

/// Whether every line that is not empty begins with `#`, and there is one.
fn is_all_comments(bytes: &[u8]) -> bool {
    let is_comment = |line: &[u8]| line.starts_with(b"#");
    let mut lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    // In most files the first byte tells.
    is_comment(bytes.trim_ascii_start()) && lines.all(|line| line.is_empty() || is_comment(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(path: &str, text: &str) -> Option<&'static str> {
        let bytes = text.replace('|', "");
        let view = View {
            bytes: bytes.as_bytes(),
            search: (0, bytes.len()),
            offset: 0,
            lines: 0,
        };
        let entry = Entry::file(path, 1);
        let mut surroundings = Surroundings::default();
        surroundings.see(&entry, &view);
        surroundings.of(&entry, &view, text.find('|').unwrap())
    }

    #[test]
    fn paths_of_tests_and_documentation_are_known() {
        for path in [
            "p/test/a.js",
            "p/docs/a.txt",
            "p/a/README.md",
            "p/src/tests.rs",
            "p/a_test.go",
            "p/lib/a.spec.ts",
            "p/demos/a",
            "p/data/test.jwks",
            "p/sign-test-suite/get/context.json",
            "p/unit_tests/a",
        ] {
            assert!(place(path, "|").is_some(), "{path}");
        }
        for path in [
            "p/src/a.js",
            "p/latest/a.js",
            "p/contest.py",
            "p/.env",
            "p/contests/a",
            "p/.env.test",
        ] {
            assert_eq!(place(path, "|"), None, "{path}");
        }
    }

    #[test]
    fn a_module_of_tests_is_known_by_its_attribute() {
        for before in [
            "#[cfg(test)]\nmod tests {\n",
            "fn a() {}\n#[cfg(all(test, feature = \"std\"))]\n#[rustfmt::skip]\npub(crate) mod test\n{",
            "#[cfg(test)] use a;\n#[cfg(test)] mod tests {",
            "#[cfg(unix)]\n#[cfg(test)]\nmod tests {",
            "#[cfg(test)] mod x {}\n#[cfg( all (test, unix))]\nmod tests { fn a() {",
        ] {
            assert_eq!(
                place("p/a.rs", &format!("{before}|")),
                Some("in a module of tests"),
                "{before}"
            );
            assert_eq!(place("p/a.js", &format!("{before}|")), None);
        }
        for before in [
            "|#[cfg(test)]\nmod tests {\n",
            "#[cfg(test)]\nmod tests;\n|",
            "#[cfg(test)] mod x {}\n|",
            "#[cfg(test)] mod x { fn a() {} }\n|",
            "#[cfg(test)]\nmod x {\n}\nfn a() {\n|",
            "#[cfg(test)]\nfn a() {\n|",
            "#[cfg(not(test))]\nmod a {\n|",
            "#[cfg(any(test, unix))]\nmod a {\n|",
        ] {
            assert_eq!(place("p/a.rs", before), None, "{before}");
        }
    }

    #[test]
    fn comments_of_documentation_are_known_by_their_lines() {
        for (path, text) in [
            ("p/a.rs", "fn a() {}\n    /// let key = \"|"),
            ("p/a.rs", "//! |"),
            ("p/a.js", "/**\n   *   key: '|"),
            ("p/a.py", "'''\n>>> login('|"),
            ("p/a.py", "def a():\n    \"\"\"\n    key: |\n"),
        ] {
            assert_eq!(
                place(path, text),
                Some("in a comment of documentation"),
                "{text}"
            );
        }
        for (path, text) in [
            ("p/a.rs", "// |"),
            ("p/a.js", "// |"),
            ("p/.env", "* |"),
            ("p/a.js", "* a\nb |"),
            ("p/a.txt", "def a():\n    \"\"\"\n    key: |\n"),
        ] {
            assert_eq!(place(path, text), None, "{text}");
        }
    }

    #[test]
    fn a_file_of_comments_alone_is_a_template() {
        let template = "# provider:\n\n  #key: |\n#end";
        assert_eq!(
            place("p/conf/providers", template),
            Some("in a file of comments alone")
        );
        for text in ["# a\nb: 1\n# key: |", "|", "\n|\n"] {
            assert_eq!(place("p/conf/providers", text), None, "{text}");
        }
        assert_eq!(place("p/keys.h", "#define KEY \"|\""), None);
    }
}
