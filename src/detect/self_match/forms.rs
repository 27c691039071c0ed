//! The forms in which a text may be written in a file.

use base64::engine::general_purpose;

use crate::detect::machine::{self, Digits, Form, percent_encoded, utf16};

/// A value in one form: what to search for, and how to make sure of it.
pub(super) struct Written {
    pub(super) form: Form,
    /// What is searched for.
    pub(super) bytes: Vec<u8>,
    /// For base64: the value itself, and how many bytes of something else share its first group.
    value: Vec<u8>,
    lead: usize,
}

/// Shorter pieces of base64 come about by chance.
const SHORTEST_BASE64: usize = 8;

/// Every form of `value`, each search text once.
pub(super) fn written(value: &str) -> Vec<Written> {
    let mut forms = Vec::new();
    let mut spellings = vec![value.to_owned()];
    if value.contains('\\') {
        spellings.push(value.replace('\\', "/"));
    }
    for spelling in &spellings {
        let escaped = [spelling.replace('\\', r"\\"), spelling.replace('/', r"\/")];
        forms.push(as_is(Form::Plain, spelling.as_bytes()));
        // A source in a map, or JSON in a string of another one, is escaped once more.
        let twice = escaped[0].replace('\\', r"\\");
        for text in escaped.iter().chain([&twice]) {
            forms.push(as_is(Form::JsonEscaped, text.as_bytes()));
        }
        for kept in ["", "/"] {
            for digits in [Digits::UPPER, Digits::LOWER] {
                let encoded = percent_encoded(spelling.as_bytes(), kept, digits);
                forms.push(as_is(Form::PercentEncoded, &encoded));
            }
        }
        forms.extend(base64(spelling));
        if spelling.contains('\\') {
            forms.extend(base64(&escaped[0]));
            forms.extend(base64(&twice));
        }
        forms.push(as_is(Form::Utf16Le, &utf16(spelling, u16::to_le_bytes)));
        forms.push(as_is(Form::Utf16Be, &utf16(spelling, u16::to_be_bytes)));
    }
    let mut known = std::collections::HashSet::new();
    forms.retain(|form| known.insert(form.bytes.clone()));
    forms
}

fn as_is(form: Form, bytes: &[u8]) -> Written {
    Written {
        form,
        bytes: bytes.to_vec(),
        value: Vec::new(),
        lead: 0,
    }
}

/// Three spellings, one for each byte of a group at which the value may begin.
fn base64(value: &str) -> Vec<Written> {
    let mut spellings = Vec::new();
    for lead in 0..3 {
        for engine in [
            &general_purpose::STANDARD_NO_PAD,
            &general_purpose::URL_SAFE_NO_PAD,
        ] {
            let bytes = machine::base64(value.as_bytes(), lead, engine).to_vec();
            if bytes.len() >= SHORTEST_BASE64 {
                spellings.push(Written {
                    form: Form::Base64,
                    bytes,
                    value: value.as_bytes().to_vec(),
                    lead,
                });
            }
        }
    }
    spellings
}

impl Written {
    /// The characters before and after the value, where its search text lies at `start` in `text`.
    /// `None` in the outer option when it is not the value after all.
    pub(super) fn neighbours(&self, text: &[u8], start: usize) -> Option<(Option<u8>, Option<u8>)> {
        let end = start + self.bytes.len();
        let before = |distance: usize| text.get(start.checked_sub(distance)?).copied();
        Some(match self.form {
            Form::Utf16Le => (
                unit(before(2), before(1)),
                unit(text.get(end).copied(), text.get(end + 1).copied()),
            ),
            Form::Utf16Be => (
                unit(before(1), before(2)),
                unit(text.get(end + 1).copied(), text.get(end).copied()),
            ),
            Form::Base64 => {
                // Where the group began in which the value begins.
                let group = start as isize - (self.lead * 8).div_ceil(6) as isize;
                let at = |index: isize| decoded(text, group, self.lead as isize + index);
                let length = self.value.len() as isize;
                let inner = 1..length - 1;
                let exact = inner
                    .into_iter()
                    .all(|index| at(index) == Some(self.value[index as usize]))
                    && self.value.last().copied() == at(length - 1);
                if !exact {
                    return None;
                }
                (at(-1), at(length))
            }
            _ => (before(1), text.get(end).copied()),
        })
    }
}

/// A UTF-16 code unit as a byte; what is no ASCII is as good as any other byte above it.
fn unit(low: Option<u8>, high: Option<u8>) -> Option<u8> {
    if high.unwrap_or(0) == 0 {
        low
    } else {
        Some(0xff)
    }
}

/// The byte at `index` of what the base64 text decodes to that has a group beginning at `group`.
fn decoded(text: &[u8], group: isize, index: isize) -> Option<u8> {
    let bits = index * 8;
    let sextet = |position: isize| sextet(*text.get(usize::try_from(position).ok()?)?);
    let first = sextet(group + bits.div_euclid(6))?;
    let second = sextet(group + bits.div_euclid(6) + 1)?;
    let used = bits.rem_euclid(6);
    Some((first << (2 + used)) | (second >> (4 - used)))
}

fn sextet(character: u8) -> Option<u8> {
    Some(match character {
        b'A'..=b'Z' => character - b'A',
        b'a'..=b'z' => character - b'a' + 26,
        b'0'..=b'9' => character - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    fn texts(value: &str, form: Form) -> Vec<String> {
        written(value)
            .iter()
            .filter(|written| written.form == form)
            .map(|written| String::from_utf8_lossy(&written.bytes).into_owned())
            .collect()
    }

    #[test]
    fn a_posix_path_in_its_forms() {
        let value = "/home/ann";
        assert_eq!(texts(value, Form::Plain), ["/home/ann"]);
        assert_eq!(texts(value, Form::JsonEscaped), [r"\/home\/ann"]);
        assert_eq!(
            texts(value, Form::PercentEncoded),
            ["%2Fhome%2Fann", "%2fhome%2fann"]
        );
        assert_eq!(
            texts(value, Form::Base64),
            ["L2hvbWUvYW5u", "9ob21lL2Fub", "vaG9tZS9hbm"]
        );
        assert_eq!(texts(value, Form::Utf16Le), ["/\0h\0o\0m\0e\0/\0a\0n\0n\0"]);
    }

    #[test]
    fn a_windows_path_in_its_forms() {
        let value = r":\Users\a b";
        assert_eq!(texts(value, Form::Plain), [r":\Users\a b", ":/Users/a b"]);
        assert_eq!(
            texts(value, Form::JsonEscaped),
            [r":\\Users\\a b", r":\\\\Users\\\\a b", r":\/Users\/a b",]
        );
        assert_eq!(
            texts(value, Form::PercentEncoded),
            [
                "%3A%5CUsers%5Ca%20b",
                "%3a%5cUsers%5ca%20b",
                "%3A%2FUsers%2Fa%20b",
                "%3a%2fUsers%2fa%20b",
                "%3A/Users/a%20b",
                "%3a/Users/a%20b",
            ]
        );
    }

    #[test]
    fn base64_shows_its_neighbours_at_every_alignment() {
        let value = "/home/ann";
        for before in ["", "x", "xy", "xyz", "wxyz"] {
            for after in ["", "/", "a/b", ": x"] {
                let text = general_purpose::STANDARD.encode(format!("{before}{value}{after}"));
                let found: Vec<_> = written(value)
                    .iter()
                    .filter_map(|written| {
                        let start = memchr::memmem::find(text.as_bytes(), &written.bytes)?;
                        written.neighbours(text.as_bytes(), start)
                    })
                    .collect();
                let expected = (before.bytes().last(), after.bytes().next());
                assert_eq!(found, [expected], "{before}…{after}");
            }
        }
        // Four bits of the last letter lie outside of what is searched for.
        let other = general_purpose::STANDARD.encode("xy/home/ano");
        let lead_2 = &written(value)[6];
        let start = memchr::memmem::find(other.as_bytes(), &lead_2.bytes).unwrap();
        assert_eq!(lead_2.neighbours(other.as_bytes(), start), None);
    }
}
