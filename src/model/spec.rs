//! How a published package is named: `npm:NAME@VERSION`, `pypi:NAME==VERSION`, `crates:NAME@VERSION`, or a
//! package URL (<https://github.com/package-url/purl-spec>).

use std::{fmt, str::FromStr};

use super::{Ecosystem, Integrity, did_you_mean, escape};

/// A package that was published, and which of its versions is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spec {
    /// Whose registry has it.
    pub ecosystem: Ecosystem,
    /// Its name.
    pub name: String,
    /// Which version.
    pub wanted: Wanted,
    /// The only hashes that its files may have, as a lock file says; any, if there are none.
    pub expected: Vec<Integrity>,
}

/// Which version of a package is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wanted {
    /// The one that an installation without a version would take.
    Latest,
    /// This one.
    Exact(String),
    /// The newest that the registry has for this tag or range; only npm has these.
    Matching(String),
}

/// How specs of each ecosystem begin, what stands before the version, and the type of their package URLs.
const FORMS: [(Ecosystem, &str, &str, &str); 3] = [
    (Ecosystem::Npm, "npm", "@", "npm"),
    (Ecosystem::Pypi, "pypi", "==", "pypi"),
    (Ecosystem::Crates, "crates", "@", "cargo"),
];

/// npm's limit; the other registries have lower ones.
const LONGEST_NAME: usize = 214;
const LONGEST_VERSION: usize = 256;
const PURL: &str = "pkg:";

impl Spec {
    /// One version of a package.
    pub fn exact(ecosystem: Ecosystem, name: &str, version: &str) -> Self {
        Self {
            ecosystem,
            name: name.to_owned(),
            wanted: Wanted::Exact(version.to_owned()),
            expected: Vec::new(),
        }
    }

    /// The latest version of a package.
    ///
    /// # Errors
    ///
    /// When it can't be the name of one.
    pub fn latest(ecosystem: Ecosystem, name: &str) -> Result<Self, String> {
        Self::new(ecosystem, name, None)
    }

    /// The one version that a lock file names, with the hashes that it promises, or what is wrong with its
    /// name or version: a lock file is written by machines, and edited by attackers.
    ///
    /// # Errors
    ///
    /// When the name can't be a package's, or the version is not exactly one.
    pub fn locked(
        ecosystem: Ecosystem,
        name: &str,
        version: &str,
        expected: Vec<Integrity>,
    ) -> Result<Self, String> {
        let spec = Self::new(ecosystem, name, Some(version))?;
        match spec.wanted {
            Wanted::Exact(_) => Ok(Self { expected, ..spec }),
            Wanted::Latest | Wanted::Matching(_) => {
                Err(format!("`{}` is not exactly one version", escape(version)))
            }
        }
    }

    /// Whether a text is meant as a spec, and not as a path.
    pub fn is_meant(text: &str) -> bool {
        let begins = |&(_, prefix, ..): &(_, &str, _, _)| {
            text.strip_prefix(prefix)
                .is_some_and(|rest| rest.starts_with(':'))
        };
        text.starts_with(PURL) || FORMS.iter().any(begins)
    }

    fn new(ecosystem: Ecosystem, name: &str, version: Option<&str>) -> Result<Self, String> {
        if !is_name(ecosystem, name) {
            return Err(format!("`{}` is no name of a package", escape(name)));
        }
        let wanted = match version {
            None => Wanted::Latest,
            Some(version) => wanted(ecosystem, version)
                .ok_or_else(|| format!("`{}` is no version", escape(version)))?,
        };
        Ok(Self {
            ecosystem,
            name: name.to_owned(),
            wanted,
            expected: Vec::new(),
        })
    }

    fn from_purl(text: &str) -> Result<Self, String> {
        // What follows says where the source is, or how a file is called; the client says where packages are.
        let plain = text.split('#').next().unwrap_or_default();
        let (plain, qualifiers) = plain.split_once('?').unwrap_or((plain, ""));
        let elsewhere =
            |one: &&str| one.starts_with("repository_url=") || one.starts_with("download_url=");
        if let Some(one) = qualifiers.split('&').find(elsewhere) {
            let key = one.split('=').next().unwrap_or_default();
            return Err(format!(
                "`{key}` is not followed: the configuration of your client says where packages are from"
            ));
        }
        let plain = plain.trim_start_matches('/');
        let (kind, rest) = plain.split_once('/').unwrap_or((plain, ""));
        let lower = kind.to_ascii_lowercase();
        let Some((ecosystem, ..)) = FORMS.into_iter().find(|form| form.3 == lower) else {
            return Err(format!(
                "package URLs of the type `{}` are not known here; npm, pypi and cargo are",
                escape(kind)
            ));
        };
        let (name, version) = match rest.rsplit_once('@').filter(|(name, _)| !name.is_empty()) {
            Some((name, version)) => (name, Some(version)),
            None => (rest, None),
        };
        let decoded =
            |text: &str| unpercent(text).ok_or_else(|| "it holds a broken %-sequence".to_owned());
        Self::new(
            ecosystem,
            &decoded(name)?,
            version.map(decoded).transpose()?.as_deref(),
        )
    }
}

impl FromStr for Spec {
    type Err = String;

    /// Reads a spec, or says what is wrong with it.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let of = |why: String| format!("`{}` is no package: {why}", escape(text));
        if let Some(purl) = text.strip_prefix(PURL) {
            return Self::from_purl(purl).map_err(of);
        }
        let (prefix, rest) = text.split_once(':').unwrap_or(("", text));
        let Some((ecosystem, _, separator, _)) = FORMS.into_iter().find(|form| form.1 == prefix)
        else {
            let meant = did_you_mean(prefix, FORMS.map(|form| form.1));
            let how = "write npm:NAME@VERSION, pypi:NAME==VERSION or crates:NAME@VERSION";
            return Err(of(meant.unwrap_or_else(|| how.to_owned())));
        };
        let rest = rest.trim();
        // The first character of npm's scopes is an @ too.
        let start = rest.chars().next().map_or(0, char::len_utf8);
        let found = [separator, "@"]
            .into_iter()
            .find_map(|one| Some((rest[start..].find(one)? + start, one)));
        let (name, version) = match found {
            Some((at, one)) => (&rest[..at], Some(&rest[at + one.len()..])),
            None => (rest, None),
        };
        Self::new(ecosystem, name, version).map_err(of)
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = FORMS.iter().find(|form| form.0 == self.ecosystem);
        let (prefix, separator) = form.map_or(("", "@"), |form| (form.1, form.2));
        write!(formatter, "{prefix}:{}", self.name)?;
        match &self.wanted {
            Wanted::Latest => Ok(()),
            Wanted::Exact(version) | Wanted::Matching(version) => {
                write!(formatter, "{separator}{version}")
            }
        }
    }
}

/// Whether it may be a name: nothing that a client could take for an option, a path or an address.
fn is_name(ecosystem: Ecosystem, name: &str) -> bool {
    let is_part = |part: &str| {
        let allowed = |byte: u8| match ecosystem {
            Ecosystem::Npm => byte.is_ascii_alphanumeric() || b"-_.~!'()*".contains(&byte),
            Ecosystem::Pypi => byte.is_ascii_alphanumeric() || b"-_.".contains(&byte),
            Ecosystem::Crates => byte.is_ascii_alphanumeric() || b"-_".contains(&byte),
        };
        !part.is_empty() && !part.starts_with(['-', '.']) && part.bytes().all(allowed)
    };
    let parts = match (ecosystem, name.strip_prefix('@')) {
        (Ecosystem::Npm, Some(scoped)) => scoped.split_once('/'),
        _ => Some((name, name)),
    };
    name.len() <= LONGEST_NAME && parts.is_some_and(|(one, other)| is_part(one) && is_part(other))
}

fn wanted(ecosystem: Ecosystem, version: &str) -> Option<Wanted> {
    let version = version.trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-+._!".contains(&byte);
    let of_range = |byte: u8| plain(byte) || b" ^~<>=|*".contains(&byte);
    let is_sound =
        !version.is_empty() && !version.starts_with('-') && version.len() <= LONGEST_VERSION;
    let exact = || Wanted::Exact(version.to_owned());
    match ecosystem {
        _ if !is_sound => None,
        Ecosystem::Npm if is_semantic(version) => Some(exact()),
        Ecosystem::Npm => version
            .bytes()
            .all(of_range)
            .then(|| Wanted::Matching(version.to_owned())),
        Ecosystem::Crates => is_semantic(version).then(exact),
        Ecosystem::Pypi => {
            let begins = version.starts_with(|first: char| first.is_ascii_alphanumeric());
            (begins && version.bytes().all(plain)).then(exact)
        }
    }
}

/// Whether it is a whole version (<https://semver.org>): anything shorter is a range.
fn is_semantic(version: &str) -> bool {
    let core = version.split(['-', '+']).next().unwrap_or_default();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_rest = |byte: u8| byte.is_ascii_alphanumeric() || b"-+.".contains(&byte);
    core.split('.').count() == 3
        && core.split('.').all(is_number)
        && version[core.len()..].bytes().all(is_rest)
}

/// The text that is written with `%`-sequences; `None` if one is broken.
pub fn unpercent(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match text.parse::<Spec>() {
            Ok(spec) => match &spec.wanted {
                Wanted::Matching(_) => format!("{spec} (a range)"),
                _ => spec.to_string(),
            },
            Err(why) => why,
        }
    }

    #[test]
    fn specs_and_package_urls_are_read() {
        for (text, expected) in [
            ("npm:nanoid", "npm:nanoid"),
            (" npm:nanoid@3.3.12 ", "npm:nanoid@3.3.12"),
            ("npm:@acme/cli", "npm:@acme/cli"),
            ("npm:@acme/cli@1.0.0-rc.1", "npm:@acme/cli@1.0.0-rc.1"),
            ("npm:cli@next", "npm:cli@next (a range)"),
            ("npm:cli@>=1.2 <2", "npm:cli@>=1.2 <2 (a range)"),
            ("npm:cli@1.2", "npm:cli@1.2 (a range)"),
            (
                "pypi:Acme.Cli==1!2.0.post1+local",
                "pypi:Acme.Cli==1!2.0.post1+local",
            ),
            ("pypi:acme@2.0", "pypi:acme==2.0"),
            ("crates:serde@1.0.0", "crates:serde@1.0.0"),
            ("pkg:npm/%40acme/cli@1.0.0", "npm:@acme/cli@1.0.0"),
            ("pkg:npm/%40acme/cli", "npm:@acme/cli"),
            ("pkg:pypi/acme@1.0?file_name=a.whl#src", "pypi:acme==1.0"),
            ("pkg:Cargo/serde@1.0.0", "crates:serde@1.0.0"),
        ] {
            assert_eq!(read(text), expected, "{text}");
            assert!(Spec::is_meant(text.trim()), "{text}");
        }
    }

    #[test]
    fn a_locked_release_is_exactly_one() {
        let read = |name: &str, version: &str| {
            let spec = Spec::locked(Ecosystem::Npm, name, version, Vec::new());
            spec.map_or_else(|why| why, |spec| spec.to_string())
        };
        assert_eq!(read("@acme/cli", "1.0.0"), "npm:@acme/cli@1.0.0");
        assert_eq!(read("cli", "^1.0.0"), "`^1.0.0` is not exactly one version");
        assert_eq!(read("cli", "../x"), "`../x` is no version");
        assert_eq!(read("--flag", "1.0.0"), "`--flag` is no name of a package");
    }

    #[test]
    fn what_is_no_package_is_refused_with_the_reason() {
        for (text, expected) in [
            (
                "nanoid",
                "`nanoid` is no package: write npm:NAME@VERSION, pypi:NAME==VERSION or crates:NAME@VERSION",
            ),
            ("pipy:a", "`pipy:a` is no package: did you mean `pypi`?"),
            ("npm:", "`npm:` is no package: `` is no name of a package"),
            (
                "npm:--help",
                "`npm:--help` is no package: `--help` is no name of a package",
            ),
            (
                "npm:../a",
                "`npm:../a` is no package: `../a` is no name of a package",
            ),
            ("npm:a@", "`npm:a@` is no package: `` is no version"),
            (
                "npm:a@file:/etc",
                "`npm:a@file:/etc` is no package: `file:/etc` is no version",
            ),
            ("npm:a@-1", "`npm:a@-1` is no package: `-1` is no version"),
            (
                "npm:@é@1.0.0",
                "`npm:@é@1.0.0` is no package: `@é` is no name of a package",
            ),
            (
                "crates:a@^1",
                "`crates:a@^1` is no package: `^1` is no version",
            ),
            (
                "pypi:a>=1",
                "`pypi:a>=1` is no package: `a>=1` is no name of a package",
            ),
            (
                "pkg:gem/a@1",
                "`pkg:gem/a@1` is no package: package URLs of the type `gem` are not known here; npm, pypi and cargo are",
            ),
            (
                "pkg:npm/a%@1",
                "`pkg:npm/a%@1` is no package: it holds a broken %-sequence",
            ),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        let elsewhere = read("pkg:npm/a@1.0.0?repository_url=registry.example");
        assert!(
            elsewhere.contains("`repository_url` is not followed"),
            "{elsewhere}"
        );
    }
}
