//! Telegram bot tokens: the bot's number, a colon and 35 characters.

use super::Answer;

pub(super) fn judge(value: &[u8]) -> Answer {
    let Some((number, secret)) = str::from_utf8(value)
        .ok()
        .and_then(|text| text.split_once(':'))
    else {
        return Answer::Other;
    };
    let is_number = (8..=10).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && !number.starts_with('0');
    match is_number && secret.len() == 35 {
        true => Answer::known(format!("of the bot {number}")),
        false => Answer::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::generate::fill;

    #[test]
    fn the_bot_has_a_number() {
        let secret = fill("AA{{random-alnum:33}}").unwrap();
        assert_eq!(
            judge(format!("6184729305:{secret}").as_bytes()),
            Answer::known("of the bot 6184729305")
        );
        for other in [
            format!("0184729305:{secret}"),
            format!("184:{secret}"),
            format!("6184729305:{secret}a"),
            secret,
        ] {
            assert_eq!(judge(other.as_bytes()), Answer::Other, "{other}");
        }
    }
}
