//! Paths into the home directory of a person.

use super::Answer;
use crate::model::people::person_in;

/// Whether the value, a path as it stands in a text, leads into the home of somebody: placeholders and
/// build services have homes too.
pub(super) fn judge(value: &[u8]) -> Answer {
    Answer::sound_if(str::from_utf8(value).is_ok_and(|path| person_in(path).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_have_homes() {
        for path in ["/home/ann/x", r"C:\\Users\\Ann Lee\\x", "/Users/ann/"] {
            assert_eq!(judge(path.as_bytes()), Answer::SOUND, "{path}");
        }
        for path in [
            "/home/runner/x",
            "/home/user/x",
            "/opt/ann",
            "/home/\u{fffd}",
        ] {
            assert_eq!(judge(path.as_bytes()), Answer::Other, "{path}");
        }
        assert_eq!(judge(b"/home/\xff/x"), Answer::Other);
    }
}
