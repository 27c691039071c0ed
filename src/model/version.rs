//! PyPI's versions, which have many spellings for one
//! (<https://packaging.python.org/en/latest/specifications/version-specifiers/>).

use std::{cmp::Ordering, fmt};

const PRE: &[(&str, &str)] = &[
    ("alpha", "a"),
    ("a", "a"),
    ("beta", "b"),
    ("b", "b"),
    ("preview", "rc"),
    ("pre", "rc"),
    ("rc", "rc"),
    ("c", "rc"),
];
const POST: &[(&str, &str)] = &[("post", "post"), ("rev", "post"), ("r", "post")];
const DEV: &[(&str, &str)] = &[("dev", "dev")];
const SEPARATORS: [char; 3] = ['-', '_', '.'];

/// The one spelling that all spellings of a version have in common; `None` if it is no version.
pub(super) fn canonical(version: &str) -> Option<String> {
    Version::parse(&folded(version)).map(|version| version.to_string())
}

/// Which of two versions is the newer one; `None` if one of them is no version.
pub fn compare_versions(one: &str, other: &str) -> Option<Ordering> {
    let (one, other) = (folded(one), folded(other));
    let (one, other) = (Version::parse(&one)?, Version::parse(&other)?);
    let order = one.key().cmp(&other.key());
    Some(order)
}

/// Whether a version comes before the one that it is to become; `None` if it is no version.
pub fn is_pre_release(version: &str) -> Option<bool> {
    let version = folded(version);
    let version = Version::parse(&version)?;
    Some(version.pre.is_some() || version.dev.is_some())
}

fn folded(version: &str) -> String {
    version.trim().to_ascii_lowercase()
}

/// A version in its parts.
struct Version<'v> {
    epoch: Number<'v>,
    /// Without zeros at its end.
    release: Vec<Number<'v>>,
    pre: Option<(&'static str, Number<'v>)>,
    post: Option<Number<'v>>,
    dev: Option<Number<'v>>,
    local: Option<Vec<Part<'v>>>,
}

/// Digits, without zeros in front: a number of any length.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Number<'v>(&'v str);

/// A part of what is behind the `+`. Numbers are newer than texts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part<'v> {
    Text(&'v str),
    Number(Number<'v>),
}

/// What is missing is older or newer than everything that may be there.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Rank<T> {
    Oldest,
    Given(T),
    Newest,
}

impl<'v> Version<'v> {
    fn parse(lower: &'v str) -> Option<Self> {
        let (public, local) = match lower.split_once('+') {
            Some((public, local)) => (public, Some(local_parts(local)?)),
            None => (lower, None),
        };
        let mut rest = Rest(public.strip_prefix('v').unwrap_or(public));
        let mut release = vec![rest.number()?];
        let mut epoch = Number("0");
        if let Some(behind) = rest.0.strip_prefix('!') {
            rest = Rest(behind);
            epoch = std::mem::replace(&mut release[0], rest.number()?);
        }
        while let Some(number) = rest.attempt(|rest| rest.strip(".").and_then(|()| rest.number())) {
            release.push(number);
        }
        while release.len() > 1 && release.last() == Some(&Number("0")) {
            release.pop();
        }
        let pre = rest.labelled(PRE);
        let post = rest
            .attempt(|rest| rest.strip("-").and_then(|()| rest.number()))
            .or_else(|| rest.labelled(POST).map(|(_, number)| number));
        let dev = rest.labelled(DEV).map(|(_, number)| number);
        rest.0.is_empty().then_some(Self {
            epoch,
            release,
            pre,
            post,
            dev,
            local,
        })
    }

    /// What versions are ordered by: `1.0.dev1`, `1.0a1`, `1.0`, `1.0+local`, `1.0.post1`.
    fn key(&self) -> impl Ord {
        let pre = match self.pre {
            Some(pre) => Rank::Given(pre),
            None if self.post.is_none() && self.dev.is_some() => Rank::Oldest,
            None => Rank::Newest,
        };
        let post = self.post.map_or(Rank::Oldest, Rank::Given);
        let dev = self.dev.map_or(Rank::Newest, Rank::Given);
        (
            self.epoch,
            self.release.clone(),
            pre,
            post,
            dev,
            self.local.clone(),
        )
    }
}

impl fmt::Display for Version<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let release: Vec<_> = self.release.iter().map(|number| number.0).collect();
        write!(formatter, "{}!{}", self.epoch.0, release.join("."))?;
        if let Some((label, number)) = self.pre {
            write!(formatter, "{label}{}", number.0)?;
        }
        if let Some(number) = self.post {
            write!(formatter, ".post{}", number.0)?;
        }
        if let Some(number) = self.dev {
            write!(formatter, ".dev{}", number.0)?;
        }
        if let Some(parts) = &self.local {
            let parts: Vec<_> = parts.iter().map(Part::text).collect();
            write!(formatter, "+{}", parts.join("."))?;
        }
        Ok(())
    }
}

impl Ord for Number<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.0.len(), self.0).cmp(&(other.0.len(), other.0))
    }
}

impl PartialOrd for Number<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<'v> Part<'v> {
    fn text(&self) -> &'v str {
        match self {
            Part::Text(text) => text,
            Part::Number(number) => number.0,
        }
    }
}

/// Behind the `+`: letters and digits, in parts.
fn local_parts(local: &str) -> Option<Vec<Part<'_>>> {
    let parts = local.split(SEPARATORS).map(|part| {
        let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
        let is_fit = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_fit.then(|| match is_number {
            true => Part::Number(Number(without_zeros(part))),
            false => Part::Text(part),
        })
    });
    parts.collect()
}

fn without_zeros(digits: &str) -> &str {
    match digits.trim_start_matches('0') {
        "" => "0",
        number => number,
    }
}

/// What of a version is not read yet.
#[derive(Clone, Copy)]
struct Rest<'v>(&'v str);

impl<'v> Rest<'v> {
    /// Takes what `read` takes, or nothing if that is none.
    fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = *self;
        read(self).or_else(|| {
            *self = before;
            None
        })
    }

    fn strip(&mut self, text: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    fn separator(&mut self) {
        self.0 = self.0.strip_prefix(SEPARATORS).unwrap_or(self.0);
    }

    fn number(&mut self) -> Option<Number<'v>> {
        let behind = self.0.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = &self.0[..self.0.len() - behind.len()];
        self.0 = behind;
        (!digits.is_empty()).then(|| Number(without_zeros(digits)))
    }

    /// A part like `-alpha.1`; without a number it is 0.
    fn labelled(&mut self, labels: &[(&str, &'static str)]) -> Option<(&'static str, Number<'v>)> {
        let label = self.attempt(|rest| {
            rest.separator();
            let label = labels.iter().find(|(label, _)| rest.0.starts_with(label))?;
            rest.strip(label.0).map(|()| label.1)
        })?;
        let number = self.attempt(|rest| {
            rest.separator();
            rest.number()
        });
        Some((label, number.unwrap_or(Number("0"))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_are_one() {
        for (spellings, expected) in [
            (&["1", "1.0", "v1.0.0", " 01.00\n", "0!1"][..], "0!1"),
            (&["0", "0.0", "00"], "0!0"),
            (&["1.0a1", "1.0-alpha.1", "1.0.0_ALPHA1", "1a01"], "0!1a1"),
            (&["1.0b", "1.0.beta0", "1b-0"], "0!1b0"),
            (&["1.0rc2", "1.0c2", "1.0-pre2", "1.preview2"], "0!1rc2"),
            (&["1.0-1", "1.0.post1", "1.0r1", "1.0-rev-1"], "0!1.post1"),
            (&["1.0.dev", "1.0-DEV0", "1dev"], "0!1.dev0"),
            (&["1.0a1.post2.dev3", "1.0a1-2dev3"], "0!1a1.post2.dev3"),
            (&["1.0+cu-121", "1.0+CU.0121", "1+cu_121"], "0!1+cu.121"),
            (&["2!1.0", "2!1"], "2!1"),
        ] {
            for spelling in spellings {
                assert_eq!(canonical(spelling).as_deref(), Some(expected), "{spelling}");
            }
        }
    }

    #[test]
    fn what_is_no_version_is_none() {
        for text in [
            "",
            "v",
            "a",
            "1.",
            "1..0",
            "1.0+",
            "1.0+a..b",
            "1.0+a+b",
            "1!",
            "1!2!3",
            "1.0-",
            "1.0x",
            "1.0_1",
            "1.0.dev1a",
            "1.0 a",
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }

    #[test]
    fn pre_releases_are_told_apart() {
        for version in ["1.0a1", "1.0.dev1", "1.0rc1.post1", "1.0.post1.dev2"] {
            assert_eq!(is_pre_release(version), Some(true), "{version}");
        }
        for version in ["1.0", "1.0.post1", "1.0+dev", "2!1"] {
            assert_eq!(is_pre_release(version), Some(false), "{version}");
        }
        assert_eq!(is_pre_release("one"), None);
    }

    #[test]
    fn versions_have_an_order() {
        let in_order = [
            "1.0.dev1",
            "1.0a1.dev2",
            "1.0a1",
            "1.0a1.post1",
            "1.0a2",
            "1.0a10",
            "1.0b1",
            "1.0rc1",
            "1.0",
            "1.0+a",
            "1.0+a.b",
            "1.0+5",
            "1.0+10",
            "1.0.post1.dev1",
            "1.0.post1",
            "1.0.1",
            "1.2",
            "1.10",
            "2",
            "100000000000000000000",
            "1!0.1",
        ];
        for (at, one) in in_order.iter().enumerate() {
            for (other_at, other) in in_order.iter().enumerate() {
                let expected = Some(at.cmp(&other_at));
                assert_eq!(compare_versions(one, other), expected, "{one} {other}");
            }
        }
        assert_eq!(compare_versions("1.0", "V1"), Some(Ordering::Equal));
        assert_eq!(compare_versions("1.0", "one"), None);
    }
}
