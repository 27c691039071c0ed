//! The words of a command line, told apart.

use std::ffi::{OsStr, OsString};

/// A flag, with its value if it has one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Flag<'a> {
    /// With its dashes.
    pub(super) name: &'a str,
    pub(super) value: Option<&'a OsStr>,
    /// The places of its words.
    pub(super) at: std::ops::Range<usize>,
}

/// The words of a command line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Words<'a> {
    pub(super) flags: Vec<Flag<'a>>,
    /// Words that are neither flags nor their values, and their places.
    pub(super) plain: Vec<(usize, &'a OsStr)>,
}

/// What a flag that is followed by another word means.
pub(super) struct Known {
    /// These have a value, which may be the next word.
    pub(super) with_value: &'static [&'static str],
    /// These have none, or only one after `=`.
    pub(super) without: &'static [&'static str],
}

impl<'a> Words<'a> {
    /// Tells them apart.
    ///
    /// # Errors
    ///
    /// The flag of which nobody knows whether the word behind it belongs to it.
    pub(super) fn of(words: &'a [OsString], known: &Known) -> Result<Self, &'a str> {
        let mut told = Self::default();
        let mut at = 0;
        let mut only_plain = false;
        while at < words.len() {
            let word = &words[at];
            let flag = word
                .to_str()
                .filter(|word| word.len() > 1 && word.starts_with('-'));
            let (Some(text), false) = (flag, only_plain) else {
                told.plain.push((at, word));
                at += 1;
                continue;
            };
            if text == "--" {
                only_plain = true;
                at += 1;
                continue;
            }
            let (name, value) = match text.split_once('=') {
                Some((name, value)) => (name, Some(OsStr::new(value))),
                None => (text, None),
            };
            let next = words
                .get(at + 1)
                .filter(|next| !next.as_encoded_bytes().starts_with(b"-"));
            let (value, length) = match (value, next) {
                (Some(value), _) => (Some(value), 1),
                (None, Some(next)) if known.with_value.contains(&name) => (Some(&**next), 2),
                (None, Some(_)) if !known.without.contains(&name) => return Err(name),
                (None, _) => (None, 1),
            };
            let range = at..at + length;
            at = range.end;
            told.flags.push(Flag {
                name,
                value,
                at: range,
            });
        }
        Ok(told)
    }

    /// The value of the last flag of one of these names.
    pub(super) fn value(&self, names: &[&str]) -> Option<&'a OsStr> {
        let mut flags = self.flags.iter().rev();
        flags.find(|flag| names.contains(&flag.name))?.value
    }

    /// Whether a flag of one of these names is there.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.flags.iter().any(|flag| names.contains(&flag.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: Known = Known {
        with_value: &["--tag", "-w"],
        without: &["--dry-run"],
    };

    #[test]
    fn values_are_told_from_plain_words() {
        let words = "publish --tag next --otp=1 --dry-run ./a -w b -- --c";
        let words: Vec<OsString> = words.split(' ').map(OsString::from).collect();
        let words = Words::of(&words, &KNOWN).unwrap();
        let plain: Vec<_> = words
            .plain
            .iter()
            .map(|(at, word)| (*at, word.to_str()))
            .collect();
        assert_eq!(
            plain,
            [(0, Some("publish")), (5, Some("./a")), (9, Some("--c"))]
        );
        assert_eq!(words.value(&["--tag"]), Some(OsStr::new("next")));
        assert_eq!(words.value(&["--otp"]), Some(OsStr::new("1")));
        assert!(words.has(&["--dry-run"]) && words.value(&["--dry-run"]).is_none());
        assert_eq!(words.flags[3].at, 6..8);
    }

    #[test]
    fn a_word_behind_an_unknown_flag_can_not_be_told() {
        let words = ["publish", "--odd", "./a"].map(OsString::from);
        assert_eq!(Words::of(&words, &KNOWN), Err("--odd"));
        let words = ["publish", "./a", "--odd"].map(OsString::from);
        assert!(Words::of(&words, &KNOWN).is_ok());
    }
}
