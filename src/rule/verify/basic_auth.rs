//! User and password in base64, as HTTP's basic authentication (RFC 7617), npm's `_auth` and Docker's `auth` have them.

use base64::{Engine as _, engine::general_purpose::STANDARD_PAD_INDIFFERENT};

use super::{Answer, Known, name};
use crate::rule::{commonplace::is_commonplace, placeholder::is_placeholder};

pub(super) fn judge(value: &[u8]) -> Answer {
    let Some((user, password)) = decoded(value) else {
        return Answer::Other;
    };
    let made_up = |text: &str| is_placeholder(text.as_bytes()) || is_commonplace(text.as_bytes());
    if user == password || made_up(&password) {
        return Answer::Doubtful("its password is made up");
    }
    let detail = name(&user).map(|user| format!("of the user {user}"));
    Answer::Sound(Known {
        detail,
        ..Known::default()
    })
}

fn decoded(value: &[u8]) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD_PAD_INDIFFERENT.decode(value).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    let is_text = !text.chars().any(char::is_control);
    (is_text && !password.is_empty()).then(|| (user.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn user_and_password_must_be_in_it() {
        let judge = |text: &[u8]| judge(STANDARD.encode(text).as_bytes());
        assert_eq!(
            judge(b"deploy:q8Vz0Lw2"),
            Answer::known("of the user deploy")
        );
        assert!(matches!(judge(b"user:password"), Answer::Doubtful(_)));
        assert!(matches!(
            judge(b"AzureDiamond:AzureDiamond"),
            Answer::Doubtful(_)
        ));
        for other in [
            &b"no colon here"[..],
            b"a:",
            b"\x00\x01:b",
            b"\xff:q8Vz0Lw2",
        ] {
            assert_eq!(judge(other), Answer::Other);
        }
    }
}
