//! Whether a text was drawn at random or written by somebody: names, words, paths and sentences follow habits,
//! keys and tokens do not.
//!
//! The score of a text is how much likelier its pairs of neighbouring characters are in names and words than in
//! a random text of the same alphabet, as a logarithm. Both tables were counted in 60 MB of published packages.

use base64::{Engine as _, engine::general_purpose::STANDARD_PAD_INDIFFERENT};

/// What follows what among letters, in half bits, from `a` for -13: `PAIRS[first][second]`.
#[rustfmt::skip]
const PAIRS: [&[u8; 26]; 26] = [
    b"inpoijnfmfiqpqfneqorlkijlf",
    b"qmnlpljipnkrnlokgnqkqjigmg",
    b"qmnkrjhpneookiskfolqmgggke",
    b"pllntkjirhgnkiokenokmjpgid",
    b"ojpqlmkgkdfnnqjmjrrohljnjd",
    b"plmlqrigrfgpjjqidnnmngihlf",
    b"olllsjmopfholonlfqpnogiiih",
    b"slmmsigiqgklllqlgomomikelg",
    b"mlppnmnegdgonsqmemopfmfjcm",
    b"pmmlsikmnjknklqmjjpmpmmjlk",
    b"olmmtknkqhjmkmmlilqmmilikh",
    b"qklmsjigrfhpjjqoeinnnjfgne",
    b"rnkjthjhqfhlmjpqfjoknhghge",
    b"qipqpmqioflkilnkfiprmkfghe",
    b"kmongllekgkoosmodrnnplnife",
    b"qmnnqkimodgokjppfqponklfhd",
    b"ljmkiinknklmjlmklmnmujmjml",
    b"qinmsklgqdklnlqkdmoollfcmb",
    b"nioirjinqckkjinngkpsohjhlo",
    b"qiljsigoscfkjipkcqommfigod",
    b"nonmonkfndgpprioeqpqgfehee",
    b"rmnluhhishhhkinkgikjifhhki",
    b"qmomplmnqfinmppmgoqlikklhk",
    b"nlpmqnjmokjnmlkqgllsmlikmj",
    b"mmnmnkkjohknnpmshkppjjknkj",
    b"plootmilogjnmlnohloomllhjk",
];
/// What follows which kind of character where both cases occur, in half bits.
const MIXED: [[i32; 4]; 4] = [
    [2, -4, -7, 2],
    [-2, 2, -8, 3],
    [-2, -5, 3, 5],
    [0, 1, -4, 0],
];
/// The same where letters are all small or all large.
const UNMIXED: [[i32; 4]; 4] = [
    [1, 1, -9, 1],
    [1, 1, -9, 1],
    [-3, -3, 2, 4],
    [-2, -2, -5, -1],
];

/// From this score on a text was written. Of random texts of 20 characters and more not one in 10,000 gets there.
const WRITTEN: i32 = 20;
/// The fewest different characters of a random text of 20.
const FEWEST: usize = 6;
/// How long what is random must be to be out of reach of guessing, in characters.
const UNGUESSABLE: usize = 20;
/// Of fewer characters nothing can be said.
const SHORTEST: usize = 8;
/// Of longer texts the beginning says enough.
const LONGEST: usize = 256;

/// Whether `value` looks like drawn at random: no name, words, path or sentence, nor any of these in base64.
pub fn looks_random(value: &[u8]) -> bool {
    // Of what is joined by dots (file names, numbers, calls) the longest part counts.
    let parts = value.split(|byte| *byte == b'.');
    let part = parts.max_by_key(|part| part.len()).unwrap_or_default();
    let end = part.iter().rposition(|byte| *byte != b'=');
    let part = &part[..end.map_or(0, |last| last + 1).min(LONGEST)];
    if !part.iter().all(u8::is_ascii_graphic) || part.iter().all(u8::is_ascii_digit) {
        return false;
    }
    if part.len() < SHORTEST {
        return false;
    }
    if part.len() >= UNGUESSABLE && distinct(part) < FEWEST {
        return false;
    }
    match hexadecimal(part) {
        Some(digits) => digits,
        None => score(part) < from_on(part.len()) && !is_text_in_base64(part),
    }
}

/// The score from which on a text of this length was written.
fn from_on(length: usize) -> i32 {
    let beyond = length.saturating_sub(SHORTEST) as i32;
    (WRITTEN * beyond / (UNGUESSABLE - SHORTEST) as i32).min(WRITTEN)
}

/// Whether nobody can find `value` by trying, so that a hash of it gives nothing away.
pub fn is_unguessable(value: &[u8]) -> bool {
    let is_of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-.".contains(&byte);
    let is_random = |run: &[u8]| run.len() >= UNGUESSABLE && looks_random(run);
    let mut runs = value.split(|byte| !is_of_token(*byte));
    // In `xoxb-TEAM-BOT-SECRET` only the last part was drawn at random.
    runs.any(|run| is_random(run) || run.split(|byte| b"_-.".contains(byte)).any(is_random))
}

/// Where all but hyphens are hexadecimal digits of one case: whether there are as many of them below ten as
/// there would be at random, about. Numbers and words such as `facade` have more, or fewer.
fn hexadecimal(text: &[u8]) -> Option<bool> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'-').collect();
    let [small, large] =
        [u8::is_ascii_lowercase, u8::is_ascii_uppercase].map(|case| text.iter().any(case));
    if !text.iter().all(u8::is_ascii_hexdigit) || small && large {
        return None;
    }
    let numbers = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    Some(numbers * 8 >= text.len() && (text.len() - numbers) * 20 >= text.len())
}

fn distinct(text: &[u8]) -> usize {
    let mut seen = [false; 256];
    for byte in text {
        seen[usize::from(*byte)] = true;
    }
    seen.iter().filter(|seen| **seen).count()
}

fn score(text: &[u8]) -> i32 {
    let has = |case: fn(&u8) -> bool| text.iter().any(case);
    let kinds = match has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) {
        true => &MIXED,
        false => &UNMIXED,
    };
    let pairs = text.windows(2).map(|pair| {
        let (first, second) = (pair[0], pair[1]);
        let letters = first.is_ascii_alphabetic() && second.is_ascii_alphabetic();
        // In `camelCase`, a word ends where a small letter meets a large one.
        let within = letters && !(first.is_ascii_lowercase() && second.is_ascii_uppercase());
        let index = |byte: u8| usize::from(byte.to_ascii_lowercase() - b'a');
        let bond = match within {
            true => i32::from(PAIRS[index(first)][index(second)]) - i32::from(b'a') - 13,
            false => 0,
        };
        kinds[kind(first)][kind(second)] + bond
    });
    pairs.sum()
}

fn kind(byte: u8) -> usize {
    match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    }
}

/// Whether it stands for text that somebody has written. Fifteen random bytes are all printable once in millions.
fn is_text_in_base64(text: &[u8]) -> bool {
    // What is cut in the middle of four characters is read up to there.
    let whole = &text[..text.len() / 4 * 4];
    match STANDARD_PAD_INDIFFERENT.decode(whole) {
        Ok(bytes) if bytes.len() >= 12 => {
            let is_text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
            bytes.iter().all(is_text) && !is_unguessable(&bytes)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_has_written_is_not_random() {
        for value in [
            "getElementsByClassName",
            "my-application-settings-v2",
            "SECRET_KEY_FOR_DEVELOPMENT",
            "src/components/dialog/index",
            "this is a sentence in a comment",
            "com.example.project.ApplicationContext",
            "aHR0cHM6Ly93d3cuZXhhbXBsZS5vcmcvaW5kZXguaHRtbA==",
            "12345678901234567890",
            "2026-11-22-10-30-15-000000",
            "abababababababababababab",
            "1.2.840.113556.1.4.1781",
            "deadbeefdeadbeefcafefeed",
            "passwordForTheDatabase",
        ] {
            assert!(!looks_random(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn a_secret_in_a_text_is_unguessable() {
        let random = ["q8Vz0Lw2Jt7Xb", "4Nc9Rk1Hs6"].concat();
        assert!(is_unguessable(
            format!("postgres://app:{random}@db").as_bytes()
        ));
        for guessable in [
            "hunter2",
            "postgres://app:hunter2@db.acme.io/production",
            &random[..19],
            "",
        ] {
            assert!(!is_unguessable(guessable.as_bytes()), "{guessable}");
        }
    }

    #[test]
    fn of_random_values_fewer_than_one_in_ten_thousand_does_not_look_so() {
        const LETTERS: &[u8; 64] =
            b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/";
        // A linear congruential generator (Knuth's MMIX), so that every run draws the same.
        let mut state = 6u64;
        let mut draw = |size: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            LETTERS[(state >> 33) as usize % size]
        };
        for (name, size) in [("hex", 16), ("base36", 36), ("base62", 62), ("base64", 64)] {
            for length in [20, 32] {
                let mut value = || (0..length).map(|_| draw(size)).collect::<Vec<u8>>();
                let refused = (0..200_000).filter(|_| !looks_random(&value())).count();
                assert!(
                    refused < 20,
                    "{refused} of 200,000: {name}, {length} characters"
                );
            }
        }
    }
}
