//! Discord bot tokens: the bot's number in base64, when it was issued, and a signature.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};

use super::Answer;

pub(super) fn judge(value: &[u8]) -> Answer {
    let mut parts = value.split(|byte| *byte == b'.');
    let (Some(bot), Some(issued), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Answer::Other;
    };
    // Numbers of Discord's have 17 to 20 digits.
    let number = STANDARD_NO_PAD.decode(bot).unwrap_or_default();
    let is_number = (17..=20).contains(&number.len()) && number.iter().all(u8::is_ascii_digit);
    match String::from_utf8(number) {
        Ok(number) if is_number && issued.len() >= 6 && signature.len() >= 27 => {
            Answer::known(format!("of the bot {number}"))
        }
        _ => Answer::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::generate::fill;

    #[test]
    fn the_first_part_is_a_number() {
        let rest = fill(".{{random-alnum:6}}.{{random-alnum:38}}").unwrap();
        let bot = STANDARD_NO_PAD.encode("816239451027364915");
        assert_eq!(
            judge(format!("{bot}{rest}").as_bytes()),
            Answer::known("of the bot 816239451027364915")
        );
        let word = STANDARD_NO_PAD.encode("not a number at a");
        for other in [
            format!("{word}{rest}"),
            bot.clone(),
            format!("{bot}{rest}.a"),
            format!("{bot}.a.b"),
        ] {
            assert_eq!(judge(other.as_bytes()), Answer::Other, "{other}");
        }
    }
}
