//! Strings from archives, made safe to show.

/// `text` with every character escaped that could forge or hide output: control characters
/// (newline, ESC, DEL, C1), bidirectional controls and other invisible format characters.
///
/// An entry's name may hold any of them, and a terminal or a CI log acts on them (CWE-150).
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if acts_on_output(character) {
            escaped.extend(character.escape_default());
        } else {
            escaped.push(character);
        }
    }
    escaped
}

fn acts_on_output(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_forge_a_line_is_escaped() {
        assert_eq!(
            escape("a\n::error::b\u{1b}[2J\u{202e}é"),
            "a\\n::error::b\\u{1b}[2J\\u{202e}é"
        );
    }
}
