//! Texts cut to a length, but never within a word: a secret that is cut is no longer known for one, and so
//! is shown in part. What is known for one by its place goes before the text is cut: in an address without its
//! end, nothing shows what is a password.

use std::ops::Range;

use super::{looks_random, without_secrets_in_urls};

/// Fewer characters of a word tell no secret.
const WORD: usize = 12;
/// What is shown of a word with nothing before it.
const FEW: usize = 4;
/// Base64 has slashes, which part words: it is looked at so far around the cut.
const AROUND: usize = 40;
/// The fewest characters that are taken for random.
const RANDOM: usize = 20;

/// The begin of a text, of at most `most` characters, without what addresses in it may hold of a secret.
pub fn begin_of(text: &str, most: usize) -> String {
    let text = &*without_secrets_in_urls(text);
    let Some((cut, _)) = text.char_indices().nth(most) else {
        return text.to_owned();
    };
    let word = around(text, cut, is_of_word);
    let is_long = !word.is_empty() && text[word.start..cut].chars().count() >= WORD;
    let end = match random(text, cut) {
        Some(random) => random.start,
        None if is_long => word.start,
        None => cut,
    };
    match end {
        0 => format!("{}…", text.chars().take(FEW.min(most)).collect::<String>()),
        end => format!("{}…", &text[..end]),
    }
}

/// The end of a text, of at most `most` characters, without what addresses in it may hold of a secret.
pub fn end_of(text: &str, most: usize) -> String {
    let text = &*without_secrets_in_urls(text);
    let Some((before, first)) = text.char_indices().rev().nth(most) else {
        return text.to_owned();
    };
    let cut = before + first.len_utf8();
    let word = around(text, cut, is_of_word);
    let is_long = !word.is_empty() && text[cut..word.end].chars().count() >= WORD;
    let start = match random(text, cut) {
        Some(random) => random.end,
        None if is_long => word.end,
        None => cut,
    };
    format!("…{}", &text[start..])
}

/// The characters of a kind that `cut` would part; empty if it parts none.
fn around(text: &str, cut: usize, is: fn(char) -> bool) -> Range<usize> {
    let (before, after) = text.split_at(cut);
    let start = before.trim_end_matches(is).len();
    let end = text.len() - after.trim_start_matches(is).len();
    match start < cut && cut < end {
        true => start..end,
        false => cut..cut,
    }
}

/// What `cut` would part that looks like drawn at random.
fn random(text: &str, cut: usize) -> Option<Range<usize>> {
    let run = around(text, cut, is_of_token);
    let near = run.start.max(cut.saturating_sub(AROUND))..run.end.min(cut + AROUND);
    (near.len() >= RANDOM && looks_random(text[near].as_bytes())).then_some(run)
}

fn is_of_word(character: char) -> bool {
    !character.is_whitespace() && !matches!(character, '/' | '\\')
}

fn is_of_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || "+/=_-".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_word_is_not_cut() {
        let word = "a1".repeat(10);
        assert_eq!(begin_of("abc", 3), "abc");
        assert_eq!(begin_of("abc def", 5), "abc d…");
        assert_eq!(begin_of(&format!("at {word} b"), 22), "at …");
        assert_eq!(begin_of(&format!("at {word} b"), 23), format!("at {word}…"));
        assert_eq!(begin_of(&word, 15), "a1a1…");
        assert_eq!(begin_of(&word, 2), "a1…");
        assert_eq!(end_of("é/def", 4), "…/def");
        assert_eq!(end_of(&format!("{word}/é.js"), 18), "…/é.js");
        assert_eq!(
            end_of(&format!("b/{word}/é.js"), 25),
            format!("…{word}/é.js")
        );
        assert_eq!(end_of(&word, 15), "…");
    }

    #[test]
    fn a_password_in_an_address_goes_before_the_text_is_cut() {
        let text = "see https://ann:hunter22@git.corp/a for more";
        assert_eq!(begin_of(text, 22), "see https://…@git.corp…");
        for most in 0..text.len() {
            let shown = [begin_of(text, most), end_of(text, most)].concat();
            assert!(!shown.contains("hun") && !shown.contains("22"), "{shown}");
        }
    }

    #[test]
    fn base64_is_not_cut_at_a_slash() {
        let secret = ["q8Vz0Lw2Jt7Xb/4Nc9", "Rk1Hs6/Yd3Fg5Pm8Qe/Tz1Ux"].concat();
        let text = format!("the key {secret} is it");
        for most in 10..45 {
            assert!(!begin_of(&text, most).contains("q8Vz0Lw"), "{most}");
            assert!(!end_of(&text, most).contains("z1Ux is"), "{most}");
        }
        let path = "see src/components/dialog/confirmation/index for it";
        assert_eq!(begin_of(path, 19), "see src/components/…");
    }
}
