//! Where a rule applies: paths, exceptions and sizes.

use std::{fmt, sync::OnceLock};

use globset::{Glob, GlobBuilder, GlobSet};

use crate::model::{Entry, EntryKind, SIZE_UNITS};

/// The entries that a rule looks at.
#[derive(Debug, Default)]
pub struct Scope {
    pub(super) paths: Globs,
    pub(super) except: Globs,
    pub(super) size: Option<Size>,
}

impl Scope {
    /// Whether the entry's path and size are among those that the rule looks at.
    pub(super) fn covers(&self, entry: &Entry) -> bool {
        let path = lowered(entry);
        (self.paths.is_empty() || self.paths.matches(&path)) && self.admits(entry, &path)
    }

    /// Whether it says which paths.
    pub(super) fn names_paths(&self) -> bool {
        !self.paths.is_empty()
    }

    /// Whether neither an exception nor the size keeps the rule from an entry of which it is known
    /// that its `path`, lowered, is one of the rule's.
    pub(super) fn admits(&self, entry: &Entry, path: &str) -> bool {
        self.size.is_none_or(|size| size.holds(entry)) && !self.except.matches(path)
    }
}

/// The entry's path below the artifact's root, as [`Globs`] look at it: in ASCII lower case,
/// without a slash at the end.
pub(super) fn lowered(entry: &Entry) -> String {
    let path = entry.path.in_package();
    path.strip_suffix('/').unwrap_or(&path).to_ascii_lowercase()
}

/// Where tests, examples and documentation lie, and what they are called.
const AMONG_TESTS: [&str; 7] = [
    "**/{@tests,doc,docs,documentation,example,examples,sample,samples,demo,demos,snippet,snippets,mocks}/**",
    "**/*{-test,_test,-tests,_tests,-test-suite,_test_suite}/**",
    "**/{test_*,*_test,*_tests,*-test,*.test,*.spec,conftest,doctest}.*",
    "**/{test,tests}.*",
    "**/*example*.{der,pem,key,json,p12,pfx}",
    "**/*.{md,markdown,mdx,rst,adoc}",
    "**/{readme,readme.*,pkg-info,*.dist-info/metadata}",
];

/// Whether the entry lies where secrets are made up as a rule.
#[expect(
    clippy::expect_used,
    reason = "the globs stand above, and a test builds them"
)]
pub fn is_among_tests(entry: &Entry) -> bool {
    static GLOBS: OnceLock<Globs> = OnceLock::new();
    let read = || {
        let globs = AMONG_TESTS.map(|glob| Globs::parse(glob).expect("a built-in glob is one"));
        Globs::trusted(globs.into())
    };
    GLOBS.get_or_init(read).matches(&lowered(entry))
}

/// Alternatives that many rules share, by what is written for them in braces: `**/{@tests,docs}/**`.
const SHARED: [(&str, &str); 1] = [(
    "@tests",
    "test,tests,__tests__,testing,testsuite,testdata,test-data,test_data,test-vectors,test_vectors,testvectors,\
     integration-tests,integration_tests,spec,specs,fixture,fixtures,__fixtures__,__mocks__,bench,benches,\
     benchmark,benchmarks",
)];

/// Globs over lower-case paths. `*` stays within a component, `**` does not.
///
/// Both sides are lowered, rather than matched without regard to case, because globset then looks
/// names and extensions up in tables where it would otherwise build a regular expression for each.
#[derive(Default)]
pub(super) struct Globs {
    globs: Vec<Glob>,
    set: OnceLock<GlobSet>,
}

impl Globs {
    /// Globs that are built into a set now; the message says what is wrong with them together.
    pub(super) fn checked(globs: Vec<Glob>) -> Result<Self, String> {
        let set = OnceLock::from(GlobSet::new(&globs).map_err(|error| error.kind().to_string())?);
        Ok(Self { globs, set })
    }

    /// Globs that a test has shown to build into a set.
    pub(super) fn trusted(globs: Vec<Glob>) -> Self {
        Self {
            globs,
            set: OnceLock::new(),
        }
    }

    /// Reads one glob; the message says what is wrong with it.
    pub(super) fn parse(glob: &str) -> Result<Glob, String> {
        let mut glob = glob.trim_start_matches('/').to_ascii_lowercase();
        for (name, alternatives) in SHARED {
            if !glob.contains(name) {
                continue;
            }
            for before in ['{', ','] {
                let written = format!("{before}{name}");
                glob = glob.replace(&written, &format!("{before}{alternatives}"));
            }
        }
        GlobBuilder::new(&glob)
            .literal_separator(true)
            .backslash_escape(true)
            .empty_alternates(true)
            .build()
            .map_err(|error| error.kind().to_string())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Glob> {
        self.globs.iter()
    }

    fn is_empty(&self) -> bool {
        self.globs.is_empty()
    }

    #[expect(
        clippy::expect_used,
        reason = "only built-in globs are not built into a set beforehand, and a test builds them all"
    )]
    fn matches(&self, path: &str) -> bool {
        let built = || GlobSet::new(&self.globs).expect("built-in globs build");
        !self.is_empty() && self.set.get_or_init(built).is_match(path)
    }
}

impl fmt::Debug for Globs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_list()
            .entries(self.iter().map(Glob::glob))
            .finish()
    }
}

/// A condition on an entry's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    order: SizeOrder,
    bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SizeOrder {
    Less,
    AtMost,
    AtLeast,
    More,
}

/// Comparisons, the longer ones first, so that `>=` is not read as `>`.
const ORDERS: [(&str, SizeOrder); 4] = [
    ("<=", SizeOrder::AtMost),
    (">=", SizeOrder::AtLeast),
    ("<", SizeOrder::Less),
    (">", SizeOrder::More),
];

impl Size {
    /// Reads `>10 MB` or `<=4 KiB`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (order, rest) = ORDERS
            .iter()
            .find_map(|(sign, order)| Some((*order, text.trim().strip_prefix(sign)?)))?;
        let digits = rest.trim_end_matches(|character: char| character.is_ascii_alphabetic());
        let unit = &rest[digits.len()..];
        let (_, factor) = SIZE_UNITS.iter().find(|(name, _)| *name == unit)?;
        let digits = digits.trim();
        if !digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
        {
            return None;
        }
        let bytes = (digits.parse::<f64>().ok()? * *factor as f64) as u64;
        Some(Self { order, bytes })
    }

    /// Derived text, whose size is not known beforehand, is always looked at.
    fn holds(self, entry: &Entry) -> bool {
        let order = entry.size.cmp(&self.bytes);
        entry.kind == EntryKind::Derived
            || match self.order {
                SizeOrder::Less => order.is_lt(),
                SizeOrder::AtMost => order.is_le(),
                SizeOrder::AtLeast => order.is_ge(),
                SizeOrder::More => order.is_gt(),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn globs(globs: &[&str]) -> Globs {
        Globs::checked(
            globs
                .iter()
                .map(|glob| Globs::parse(glob).unwrap())
                .collect(),
        )
        .unwrap()
    }

    #[test]
    fn paths_are_those_below_the_root_in_any_case() {
        let scope = Scope {
            paths: globs(&["**/.env", "**/*.Map", "/top.{txt,}", "src/**", "a{,b}c"]),
            except: globs(&["**/docs/**"]),
            size: None,
        };
        let covers = |path| scope.covers(&Entry::file(path, 1));
        for path in [
            "p/.env",
            "p/a/b/.ENV",
            "p/x.MAP",
            "p/src/a/b",
            "p/a.tgz!/b/.env",
            "p/top.",
            "p/ac",
        ] {
            assert!(covers(path), "{path}");
        }
        for path in [
            "p/.env.sample",
            "p/docs/.env",
            "p/a/DOCS/b/.env",
            "p/a/src/b",
            "p/a.mapx",
        ] {
            assert!(!covers(path), "{path}");
        }
    }

    #[test]
    fn shared_alternatives_are_named() {
        let globs = globs(&["**/{@tests}/*.pem", "**/{docs,@tests,x}/*.key", "@tests/a"]);
        for path in [
            "a/testdata/b.pem",
            "benches/b.pem",
            "docs/a.key",
            "spec/a.key",
            "x/a.key",
            "@tests/a",
        ] {
            assert!(globs.matches(path), "{path}");
        }
        for path in ["src/b.pem", "latest/b.pem", "docs/a.pem", "tests/a"] {
            assert!(!globs.matches(path), "{path}");
        }
    }

    #[test]
    fn sizes_compare() {
        let holds = |size, bytes| Size::parse(size).unwrap().holds(&Entry::file("p/a", bytes));
        assert!(holds(">10 MB", 10_000_001));
        assert!(!holds(">10 MB", 10_000_000));
        assert!(holds("<=4KiB", 4096));
        assert!(holds(">= 1.5 kB", 1500));
        assert!(!holds("<1 GiB", 1 << 30));
        for wrong in [
            "10 MB", ">", "> MB", ">1 mb", ">-1 B", ">1e9 B", ">1.2.3 B", ">inf B",
        ] {
            assert_eq!(Size::parse(wrong), None, "{wrong}");
        }
    }
}
