//! What to do against a finding, in the words of the ecosystem.

use super::Ecosystem;

/// The advice of a rule, which may differ by ecosystem.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fix {
    /// For all that have none of their own.
    pub default: String,
    /// Of their own.
    pub own: Vec<(Ecosystem, String)>,
}

impl From<&str> for Fix {
    fn from(text: &str) -> Self {
        Self {
            default: text.to_owned(),
            own: Vec::new(),
        }
    }
}

/// What a placeholder stands for: for npm, PyPI, crates.io, and where nothing tells which it is.
type Phrase = (&'static str, [&'static str; 4]);

const PHRASES: &[Phrase] = &[
    (
        "{include}",
        [
            "`files` of package.json",
            "your backend's table of pyproject.toml (setuptools: MANIFEST.in)",
            "`include` of Cargo.toml",
            "the list of what is packed (`files` of package.json, `include` of Cargo.toml, your backend's table of pyproject.toml)",
        ],
    ),
    (
        "{exclude}",
        [
            "`files` in package.json",
            "`exclude` in your backend's table of pyproject.toml (setuptools: MANIFEST.in)",
            "`exclude` in Cargo.toml",
            "the list of what is packed (`files` in package.json, `exclude` in Cargo.toml or in your backend's table of pyproject.toml)",
        ],
    ),
    (
        "{list}",
        [
            "`npm pack --dry-run`",
            "`tar -tf` or `unzip -l` on what was built",
            "`cargo package --list`",
            "a dry run of the client",
        ],
    ),
];

impl Fix {
    /// The advice for an artifact of this ecosystem, or for any.
    pub fn of(&self, ecosystem: Option<Ecosystem>) -> String {
        let column = match ecosystem {
            Some(Ecosystem::Npm) => 0,
            Some(Ecosystem::Pypi) => 1,
            Some(Ecosystem::Crates) => 2,
            None => 3,
        };
        let own = self.own.iter().find(|(of, _)| Some(*of) == ecosystem);
        let text = own.map_or(&self.default, |(_, text)| text);
        PHRASES.iter().fold(text.clone(), |text, (name, phrases)| {
            text.replace(name, phrases[column])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_is_for_the_ecosystem() {
        let mut fix = Fix::from("Leave it out with {exclude}, and look with {list} at ${NAME}.");
        assert_eq!(
            fix.of(Some(Ecosystem::Crates)),
            "Leave it out with `exclude` in Cargo.toml, and look with `cargo package --list` at ${NAME}."
        );
        fix.own.push((Ecosystem::Npm, "Set {include}.".to_owned()));
        assert_eq!(fix.of(Some(Ecosystem::Npm)), "Set `files` of package.json.");
        assert!(fix.of(Some(Ecosystem::Pypi)).contains("pyproject.toml"));
        assert!(fix.of(None).contains("a dry run"));
    }
}
