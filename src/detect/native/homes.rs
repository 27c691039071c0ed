//! Paths in native code that lead into a person's home: what panics, assertions and debug information
//! name their source files by.

use std::{collections::BTreeMap, sync::LazyLock};

use aho_corasick::packed::Searcher;

use crate::model::{View, Window, people::person_in};

/// What paths into homes begin with.
static BEGINNINGS: LazyLock<Option<Searcher>> =
    LazyLock::new(|| Searcher::new(["/home/", "/Users/", ":\\Users\\", ":\\\\Users\\\\"]));
/// Bytes before a path that say whether it is one, and the longest path.
const BEFORE: usize = 64;
const LONGEST: usize = 256;
/// People that are told apart.
const PEOPLE: usize = 100;

/// Directories in a home where toolchains keep the packages of others: the login is told all the
/// same, but nothing of the project.
const CACHES: &[&str] = &[
    "/.cargo/",
    "/.rustup/",
    "/.conan/",
    "/.conan2/",
    "/.m2/",
    "/.gradle/",
    "/.nuget/",
    "/.cache/",
    "/.pyenv/",
    "/.nvm/",
    "/.npm/",
    "/.local/share/",
    "/go/pkg/mod/",
    "/miniconda3/",
    "/anaconda3/",
    "/miniforge3/",
    "/mambaforge/",
    "/micromamba/",
    "/vcpkg/",
    "/emsdk/",
];
/// What sources of native code end in.
const SOURCES: &[&str] = &[
    ".rs", ".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".inc", ".m", ".mm", ".go", ".swift",
    ".zig", ".cs", ".pyx", ".f90", ".s", ".S", ".asm", ".cu", ".nim", ".d",
];

/// The paths of one kind into one home.
pub(super) struct Home {
    pub(super) count: u64,
    pub(super) first: String,
    /// Where that lies in the file.
    pub(super) offset: u64,
}

/// All paths that were found, by person.
#[derive(Default)]
pub(super) struct Homes {
    /// Of sources of the project.
    pub(super) own: BTreeMap<String, Home>,
    /// Of what toolchains keep.
    pub(super) caches: BTreeMap<String, Home>,
}

/// A search through content that comes in pieces.
pub(super) struct Search {
    window: Window,
    pub(super) found: Homes,
}

impl Search {
    pub(super) fn new() -> Self {
        Self {
            window: Window::new(BEFORE, LONGEST),
            found: Homes::default(),
        }
    }

    pub(super) fn push(&mut self, piece: &[u8], last: bool) {
        let found = &mut self.found;
        self.window.push(piece, last, &mut |view| found.look(&view));
    }
}

impl Homes {
    /// Takes what begins in `view`.
    fn look(&mut self, view: &View<'_>) {
        let Some(searcher) = &*BEGINNINGS else {
            return;
        };
        let (first, end) = view.search;
        // A beginning that straddles the end is found with what follows it.
        let to = view.bytes.len().min(end + 16);
        for found in searcher.find_iter(&view.bytes[first..to]) {
            let start = first + found.start();
            if start < end {
                self.add(view.bytes, start, view.offset);
            }
        }
    }

    /// Takes over what was found in a text that belongs to the same file.
    pub(super) fn merge(&mut self, other: Homes) {
        for (mine, other) in [(&mut self.own, other.own), (&mut self.caches, other.caches)] {
            for (person, home) in other {
                match mine.get_mut(&person) {
                    Some(known) => known.count += home.count,
                    None => drop(mine.insert(person, home)),
                }
            }
        }
    }

    fn add(&mut self, bytes: &[u8], start: usize, offset: u64) {
        let Some(path) = path_at(bytes, start) else {
            return;
        };
        let Some(person) = person_in(&path.replace("\\\\", "\\")).map(str::to_owned) else {
            return;
        };
        let lower = path.replace('\\', "/").to_ascii_lowercase();
        let is_cache = CACHES.iter().any(|cache| lower.contains(cache));
        let homes = match is_cache {
            true => &mut self.caches,
            false => &mut self.own,
        };
        if let Some(home) = homes.get_mut(&person) {
            home.count += 1;
        } else if homes.len() < PEOPLE {
            let home = Home {
                count: 1,
                first: path,
                offset: offset + start as u64,
            };
            homes.insert(person, home);
        }
    }
}

/// The path that begins at `start`, if it is one into a home.
fn path_at(bytes: &[u8], start: usize) -> Option<String> {
    let is_windows = bytes[start] == b':';
    let before = &bytes[start.saturating_sub(BEFORE)..start];
    let start = match is_windows {
        true => start
            .checked_sub(1)
            .filter(|at| bytes[*at].is_ascii_alphabetic())?,
        false => start,
    };
    let rest = &bytes[start..bytes.len().min(start + LONGEST)];
    let ends = |byte: &u8| {
        byte.is_ascii_control()
            || b"\"'`<>|;,()[]{}*?$%=&".contains(byte)
            || (*byte == b' ' && !is_windows)
    };
    let end = rest.iter().position(ends).unwrap_or(rest.len());
    let path = String::from_utf8_lossy(&rest[..end]);
    let path = up_to_source(&path).unwrap_or(&path);
    let segments = path
        .split(['/', '\\'])
        .filter(|segment| !segment.is_empty());
    // The home, the login, and something in it.
    if segments.count() < 3 + usize::from(is_windows) || path.contains("/../") {
        return None;
    }
    // Where a linker has put the symbols is a rule of its own.
    if is_windows && path.ends_with(".pdb") {
        return None;
    }
    let is_option = [&b"-I"[..], b"-L"]
        .iter()
        .any(|option| before.ends_with(option));
    let stands_alone = is_option
        || !before
            .last()
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || b"._-)}]%~*".contains(byte));
    // Texts lie side by side in native code, so that anything may stand before a path; but then it may
    // be the end of another one, or of an address.
    let is_source = || up_to_source(path).is_some() && !is_address(before);
    (is_windows || stands_alone || is_source()).then(|| path.to_owned())
}

/// A path up to the first file of source code in it: another text may follow at once, as it does in
/// Rust.
fn up_to_source(path: &str) -> Option<&str> {
    let ends = SOURCES.iter().filter_map(|suffix| {
        let goes_on = |next: char| match *suffix {
            ".rs" => "./\\".contains(next),
            _ => next.is_ascii_alphanumeric() || "_-./\\".contains(next),
        };
        let mut ends = path.match_indices(suffix).map(|(at, _)| at + suffix.len());
        ends.find(|end| !path[*end..].starts_with(goes_on))
    });
    ends.min().map(|end| &path[..end])
}

/// Whether what goes before belongs to the address of a page.
fn is_address(before: &[u8]) -> bool {
    let word = before
        .rsplit(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control() || *byte == b'"');
    let word = word.take(1).next().unwrap_or_default();
    let address = memchr::memmem::find(word, b"://").is_some()
        && memchr::memmem::find(word, b"file://").is_none();
    address || memchr::memmem::find(word, b"www.").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(content: &[u8]) -> (Vec<String>, Vec<String>) {
        let of = |step: usize| {
            let mut search = Search::new();
            let mut pieces = content.chunks(step).peekable();
            while let Some(piece) = pieces.next() {
                search.push(piece, pieces.peek().is_none());
            }
            let told = |homes: &BTreeMap<String, Home>| {
                let told = homes
                    .values()
                    .map(|home| format!("{} {}", home.count, home.first));
                told.collect::<Vec<_>>()
            };
            (told(&search.found.own), told(&search.found.caches))
        };
        let whole = of(content.len());
        for step in [1, 7, 300] {
            assert_eq!(of(step), whole);
        }
        whole
    }

    #[test]
    fn paths_into_homes_are_found() {
        for (content, path) in [
            (&b"\0/home/ann/work/a.c\0"[..], "/home/ann/work/a.c"),
            (
                b"called unwrap/home/ann/src/lib.rsassertion",
                "/home/ann/src/lib.rs",
            ),
            (b"a.rs/home/ann/src/lib.rs", "/home/ann/src/lib.rs"),
            (
                b"\0C:\\Users\\Ann Lee\\a.cpp\0",
                "C:\\Users\\Ann Lee\\a.cpp",
            ),
            (
                b"\"C:\\\\Users\\\\ann\\\\a.cpp\"",
                "C:\\\\Users\\\\ann\\\\a.cpp",
            ),
            (b"file:///Users/ann/x/y", "/Users/ann/x/y"),
            (b"-I/Users/ann/include -O2", "/Users/ann/include"),
        ] {
            let (own, _) = found(content);
            assert_eq!(own, [format!("1 {path}")], "{}", content.escape_ascii());
        }
        let (own, caches) =
            found(b"\0/home/ann/a.c\0/home/ann/b.c\0/home/ann/.cargo/registry/c.rs\0");
        assert_eq!(own, ["2 /home/ann/a.c"]);
        assert_eq!(caches, ["1 /home/ann/.cargo/registry/c.rs"]);
    }

    #[test]
    fn what_leads_into_nobodys_home_is_passed_over() {
        for content in [
            &b"\0/home/runner/work/a.c\0"[..],
            b"https://acme.example/home/products/list.c",
            b"pages/home/products/list",
            b"\0/home/ann\0",
            b"\0/home/%s/.config\0",
            b"\0/Users/you/x\0",
            b"RSDS0123456789abcdef\x01\0\0\0C:\\Users\\ann\\a.pdb\0",
            b"/home/",
            b"x:\\Users\\",
        ] {
            let none = (vec![], vec![]);
            assert_eq!(found(content), none, "{}", content.escape_ascii());
        }
    }
}
