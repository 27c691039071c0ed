//! What follows `sourceMappingURL`: a reference, and the decoding of one that is a `data:` URL.
//!
//! RFC 2397 for the form, the WHATWG's "forgiving-base64 decode" for what is accepted: both
//! alphabets, padded or not.

/// How the body of a `data:` URL is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Base64,
    /// Percent-encoded, or plain text.
    Percent,
}

/// What a `sourceMappingURL` refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reference<'a> {
    /// The map itself.
    Data {
        /// The media type and its parameters.
        media_type: &'a [u8],
        encoding: Encoding,
        /// Where the body starts.
        body: usize,
    },
    /// An address on the web, a path of the machine, or a file of a map beside this one.
    Elsewhere(&'a str),
}

/// Reads what follows the word `sourceMappingURL`: an equals sign with or without white space around,
/// and a URL. Prose, and references that are put together, are `None`.
pub(super) fn reference(text: &[u8]) -> Option<Reference<'_>> {
    let rest = text.trim_ascii_start().strip_prefix(b"=")?;
    let rest = rest.trim_ascii_start();
    let start = text.len() - rest.len();
    let starts_with = |word: &str| {
        let head = rest.get(..word.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()))
    };
    if starts_with("data:") {
        // A comma ends the media type; quotes, breaks or backslashes are not in one.
        let comma = rest
            .iter()
            .position(|byte| b",\"'`\\\r\n<>".contains(byte))?;
        if rest[comma] != b',' {
            return None;
        }
        let media_type = &rest["data:".len()..comma];
        let last = media_type.rsplit(|byte| *byte == b';').next()?.trim_ascii();
        let base64 = last.eq_ignore_ascii_case(b"base64") && media_type.contains(&b';');
        return Some(Reference::Data {
            media_type,
            encoding: if base64 {
                Encoding::Base64
            } else {
                Encoding::Percent
            },
            body: start + comma + 1,
        });
    }
    let absolute = ["http://", "https://", "file://", "/"];
    let end = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`\\*<>".contains(byte);
    let end = rest.iter().position(end).unwrap_or(rest.len());
    let url = str::from_utf8(&rest[..end]).ok()?;
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let is_file = path.ends_with(".map") && !path.contains(['$', '{', '[', '(', '%']);
    (absolute.into_iter().any(starts_with) || is_file).then_some(Reference::Elsewhere(url))
}

/// Not a digit of base64.
const NONE: u8 = 0xff;

/// The value of each digit, in the standard alphabet and in the one for URLs.
const DIGITS: [u8; 256] = {
    let mut table = [NONE; 256];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut value = 0;
    while value < 64 {
        table[alphabet[value] as usize] = value as u8;
        value += 1;
    }
    table[b'-' as usize] = 62;
    table[b'_' as usize] = 63;
    table
};

/// A character that is written as several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pending {
    None,
    Percent,
    PercentDigit(u8),
    Backslash,
}

/// Decodes the body of a `data:` URL that arrives in pieces.
#[derive(Debug)]
pub(super) struct Decoder {
    encoding: Encoding,
    pending: Pending,
    bits: u32,
    digits: u8,
    padded: bool,
    ended: bool,
    /// The body lies in a string literal, in which quotes and backslashes are escaped.
    escaped: Option<bool>,
    opened: bool,
}

impl Decoder {
    pub(super) fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            pending: Pending::None,
            bits: 0,
            digits: 0,
            padded: false,
            ended: false,
            escaped: None,
            opened: false,
        }
    }

    /// Whether the body has ended.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Decodes `body` to the end of `to` and returns how much of it was taken: less than all only
    /// where the body has ended.
    pub(super) fn decode(&mut self, body: &[u8], to: &mut Vec<u8>) -> usize {
        let mut at = 0;
        while at < body.len() && !self.ended {
            if self.encoding == Encoding::Base64 && self.digits == 0 && !self.padded {
                at += quartets(&body[at..], to);
                if at == body.len() {
                    break;
                }
            }
            if self.byte(body[at], to) {
                at += 1;
            } else {
                self.end(to);
            }
        }
        at
    }

    /// The body ends here: the last digits of unpadded base64 are still to be written.
    pub(super) fn end(&mut self, to: &mut Vec<u8>) {
        self.ended = true;
        let bits = self.bits << (6 * (4 - u32::from(self.digits.min(4))));
        let bytes = [(bits >> 16) as u8, (bits >> 8) as u8];
        let count = [0, 0, 1, 2][usize::from(self.digits & 3)];
        to.extend_from_slice(&bytes[..count]);
        self.digits = 0;
    }

    /// Takes one byte of the body; `false` if it is not part of it.
    fn byte(&mut self, byte: u8, to: &mut Vec<u8>) -> bool {
        match self.pending {
            Pending::None => {}
            Pending::Percent => {
                self.pending = Pending::None;
                if byte.is_ascii_hexdigit() {
                    self.pending = Pending::PercentDigit(byte);
                    return true;
                }
                // In text that is not encoded, a percent sign is just that.
                return self.plain(b'%', to) && self.byte(byte, to);
            }
            Pending::PercentDigit(first) => {
                self.pending = Pending::None;
                let digit = |digit: u8| char::from(digit).to_digit(16);
                return match (digit(first), digit(byte)) {
                    (Some(high), Some(low)) => self.plain((high << 4 | low) as u8, to),
                    _ => self.plain(b'%', to) && self.plain(first, to) && self.byte(byte, to),
                };
            }
            Pending::Backslash => {
                self.pending = Pending::None;
                return match (byte, self.encoding) {
                    // Some writers escape the slash.
                    (b'/', _) | (_, Encoding::Percent) if byte != b'n' && byte != b'r' => {
                        self.plain(byte, to)
                    }
                    _ => false,
                };
            }
        }
        match byte {
            b'%' => self.pending = Pending::Percent,
            b'\\' if self.encoding == Encoding::Base64 => self.pending = Pending::Backslash,
            b'\\' if self.opened && *self.escaped.get_or_insert(true) => {
                self.pending = Pending::Backslash;
            }
            b'\r' | b'\n' => return false,
            _ => return self.plain(byte, to),
        }
        true
    }

    fn plain(&mut self, byte: u8, to: &mut Vec<u8>) -> bool {
        if self.encoding == Encoding::Percent {
            // `{\"` opens a map in a string literal, `{"` one in a comment.
            if self.opened && !byte.is_ascii_whitespace() {
                self.escaped.get_or_insert(false);
            }
            self.opened |= byte == b'{';
            to.push(byte);
            return true;
        }
        if byte == b'=' {
            self.padded = true;
            return true;
        }
        let digit = DIGITS[usize::from(byte)];
        if digit == NONE || self.padded {
            return false;
        }
        self.bits = (self.bits << 6 | u32::from(digit)) & 0xff_ffff;
        self.digits += 1;
        if self.digits == 4 {
            to.extend_from_slice(&self.bits.to_be_bytes()[1..]);
            self.digits = 0;
        }
        true
    }
}

/// Decodes as many whole groups of four digits as there are.
fn quartets(body: &[u8], to: &mut Vec<u8>) -> usize {
    let start = to.len();
    to.resize(start + body.len() / 4 * 3, 0);
    let mut groups = 0;
    for (from, into) in body.chunks_exact(4).zip(to[start..].chunks_exact_mut(3)) {
        let [a, b, c, d] = [0, 1, 2, 3].map(|index| DIGITS[usize::from(from[index])]);
        if (a | b | c | d) & 0x80 != 0 {
            break;
        }
        let bits = u32::from(a) << 18 | u32::from(b) << 12 | u32::from(c) << 6 | u32::from(d);
        into.copy_from_slice(&bits.to_be_bytes()[1..]);
        groups += 1;
    }
    to.truncate(start + groups * 3);
    groups * 4
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose as engines};
    use proptest::prelude::*;

    use super::*;

    fn decode(encoding: Encoding, body: &[u8], step: usize) -> (Vec<u8>, usize) {
        let mut decoder = Decoder::new(encoding);
        let (mut decoded, mut taken) = (Vec::new(), 0);
        for piece in body.chunks(step) {
            taken += decoder.decode(piece, &mut decoded);
        }
        if !decoder.ended() {
            decoder.end(&mut decoded);
        }
        (decoded, taken)
    }

    #[test]
    fn references_are_told_apart() {
        let kind = |text: &str| match reference(text.as_bytes()) {
            Some(Reference::Data { encoding, body, .. }) => {
                format!("{encoding:?} {}", &text[body..])
            }
            Some(Reference::Elsewhere(url)) => url.to_owned(),
            None => String::new(),
        };
        for (text, expected) in [
            ("=data:application/json;base64,e30=", "Base64 e30="),
            (" = DATA:text/json; charset=utf-8; BASE64,e30", "Base64 e30"),
            ("=data:application/json;charset=utf-8,%7B", "Percent %7B"),
            ("=data:,{}", "Percent {}"),
            ("=https://a.com/x.map */", "https://a.com/x.map"),
            ("=data:application/json;base64\" + x", ""),
            ("=data:\n,", ""),
            ("=x.js.map", "x.js.map"),
            ("=../maps/x.js.map?v=1 */", "../maps/x.js.map?v=1"),
            ("=${name}.map", ""),
            ("=\" + name + \".map", ""),
            ("=[name].map", ""),
            ("=x", ""),
            ("=/home/me/x.js.map\n", "/home/me/x.js.map"),
            (" is a comment", ""),
            ("", ""),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }

    #[test]
    fn bodies_end_where_their_text_does() {
        for (encoding, body, decoded, rest) in [
            (
                Encoding::Base64,
                "eyJhIjoxfQ==\\n//# x",
                "{\"a\":1}",
                "\\n//# x",
            ),
            (Encoding::Base64, "eyJhIjoxfQ */", "{\"a\":1}", " */"),
            (Encoding::Base64, "eyJhIjoxfQ%3D%3d\"", "{\"a\":1}", "\""),
            (Encoding::Base64, "Pz8\\/Pz8/", "???????"[..6].into(), ""),
            (
                Encoding::Percent,
                "%7B%22a%22:'%7D'\nx",
                "{\"a\":'}'",
                "\nx",
            ),
            (
                Encoding::Percent,
                "{\"a\":\"5% 5%2x\"}",
                "{\"a\":\"5% 5%2x\"}",
                "",
            ),
            (
                Encoding::Percent,
                "{\"a\\n\":\"b\"}\n",
                "{\"a\\n\":\"b\"}",
                "\n",
            ),
            (
                Encoding::Percent,
                "{\\\"a\\\\n\\\":1}\\n//",
                "{\"a\\n\":1}",
                "\\n//",
            ),
        ] {
            for step in [1, 2, 3, 5, 100] {
                let (bytes, taken) = decode(encoding, body.as_bytes(), step);
                assert_eq!(String::from_utf8_lossy(&bytes), decoded, "{body} by {step}");
                // The backslash of an escape that ends the body may count as taken.
                let left = body.len() - taken;
                assert!(
                    left == rest.len() || left + 1 == rest.len(),
                    "{body} by {step}"
                );
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn base64_is_read_as_by_others(bytes: Vec<u8>, step in 1usize..20, which in 0usize..4) {
            let body = match which {
                0 => engines::STANDARD.encode(&bytes),
                1 => engines::STANDARD_NO_PAD.encode(&bytes),
                2 => engines::URL_SAFE.encode(&bytes),
                _ => engines::URL_SAFE_NO_PAD.encode(&bytes),
            };
            let (decoded, taken) = decode(Encoding::Base64, body.as_bytes(), step);
            prop_assert_eq!(decoded, bytes);
            prop_assert_eq!(taken, body.len());
        }
    }
}
