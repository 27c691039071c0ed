//! Texts cut to a length, but never within a word: a secret that is cut is no longer known for one, and so
//! is shown in part.

/// Fewer characters of a word tell no secret.
const WORD: usize = 12;
/// What is shown of a word with nothing before it.
const FEW: usize = 4;

/// The begin of a text, of at most `most` characters.
pub fn begin_of(text: &str, most: usize) -> String {
    let Some((cut, _)) = text.char_indices().nth(most) else {
        return text.to_owned();
    };
    let shown = &text[..cut];
    let whole = shown.trim_end_matches(is_of_word).len();
    let (word, kept) = (&shown[whole..], &shown[..whole]);
    match text[cut..].starts_with(is_of_word) && word.chars().count() >= WORD {
        true if kept.is_empty() => format!("{}…", word.chars().take(FEW).collect::<String>()),
        true => format!("{kept}…"),
        false => format!("{shown}…"),
    }
}

/// The end of a text, of at most `most` characters.
pub fn end_of(text: &str, most: usize) -> String {
    let Some((before, first)) = text.char_indices().rev().nth(most) else {
        return text.to_owned();
    };
    let shown = &text[before + first.len_utf8()..];
    let kept = shown.trim_start_matches(is_of_word);
    let word = shown.len() - kept.len();
    match is_of_word(first) && shown[..word].chars().count() >= WORD {
        true => format!("…{kept}"),
        false => format!("…{shown}"),
    }
}

fn is_of_word(character: char) -> bool {
    !character.is_whitespace() && !matches!(character, '/' | '\\')
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
        assert_eq!(end_of("é/def", 4), "…/def");
        assert_eq!(end_of(&format!("{word}/é.js"), 18), "…/é.js");
        assert_eq!(
            end_of(&format!("b/{word}/é.js"), 25),
            format!("…{word}/é.js")
        );
        assert_eq!(end_of(&word, 15), "…");
    }
}
