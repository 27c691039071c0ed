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

/// `text` with question marks for what [`escape`] would escape, other than line ends and tabs: as
/// long in bytes as before, so that places in it stay where they are.
pub fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    for character in text.chars() {
        if acts_on_output(character) && !matches!(character, '\n' | '\r' | '\t') {
            masked.extend(std::iter::repeat_n('?', character.len_utf8()));
        } else {
            masked.push(character);
        }
    }
    masked
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

    #[test]
    fn a_masked_text_keeps_its_length() {
        let text = "a = \"\u{1b}[2J\u{85}\u{202e}é\u{e0041}\"\r\n\t# b\n";
        let masked = mask(text);
        assert_eq!(masked, "a = \"?[2J?????é????\"\r\n\t# b\n");
        assert_eq!(masked.len(), text.len());
    }
}
