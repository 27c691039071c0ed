//! The text of a file, in whatever encoding an editor has left it.

use zeroize::Zeroizing;

/// The content as text; `None` for what is none, like a database.
pub(super) fn decoded(content: &[u8]) -> Option<Zeroizing<String>> {
    match content {
        [0xff, 0xfe, units @ ..] => Some(utf16(units, u16::from_le_bytes)),
        [0xfe, 0xff, units @ ..] => Some(utf16(units, u16::from_be_bytes)),
        [0xef, 0xbb, 0xbf, rest @ ..] => decoded(rest),
        _ if content.contains(&0) && str::from_utf8(content).is_err() => None,
        _ => Some(by_lines(content)),
    }
}

fn utf16(content: &[u8], unit: fn([u8; 2]) -> u16) -> Zeroizing<String> {
    let units = content.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
    // A unit is at most three bytes: a text that grows would leave copies behind.
    let mut text = Zeroizing::new(String::with_capacity(content.len() / 2 * 3));
    text.extend(char::decode_utf16(units).map(|one| one.unwrap_or(char::REPLACEMENT_CHARACTER)));
    text
}

/// A comment in Latin-1 costs no other line: what is no UTF-8 is taken for that.
fn by_lines(content: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(content.len() * 2));
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        match str::from_utf8(line) {
            Ok(line) => text.push_str(line),
            Err(_) => text.extend(line.iter().copied().map(char::from)),
        }
    }
    text
}
