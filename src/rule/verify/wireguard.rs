//! WireGuard keys: 32 bytes in base64. Private ones are clamped (RFC 7748), and few others look so by chance.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::Answer;

pub(super) fn judge(value: &[u8]) -> Answer {
    let key = STANDARD.decode(value).unwrap_or_default();
    match key.as_slice() {
        [first, .., last] if key.len() == 32 => match first & 7 == 0 && last & 0xc0 == 0x40 {
            true => Answer::SOUND,
            false => Answer::Doubtful("it has the form of a public or a preshared key"),
        },
        _ => Answer::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_is_clamped() {
        let mut key = [0x5f; 32];
        assert!(matches!(
            judge(STANDARD.encode(key).as_bytes()),
            Answer::Doubtful(_)
        ));
        key[0] = 0x58;
        assert_eq!(judge(STANDARD.encode(key).as_bytes()), Answer::SOUND);
        assert_eq!(judge(STANDARD.encode(&key[1..]).as_bytes()), Answer::Other);
        assert_eq!(judge(b"?"), Answer::Other);
    }
}
