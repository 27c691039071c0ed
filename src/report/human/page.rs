//! Lines of text for a terminal: wrapped, in colours or not, and without anything that acts on the
//! terminal or on a CI system.

use anstyle::{AnsiColor, Effects};
use textwrap::{Options, WordSeparator, WordSplitter, core::display_width};

use crate::{
    model::escape,
    report::{Style, disarm},
};

pub(super) const BOLD: anstyle::Style = anstyle::Style::new().effects(Effects::BOLD);
pub(super) const DIM: anstyle::Style = anstyle::Style::new().effects(Effects::DIMMED);
pub(super) const RED: anstyle::Style = AnsiColor::Red.on_default();
pub(super) const YELLOW: anstyle::Style = AnsiColor::Yellow.on_default();
pub(super) const GREEN: anstyle::Style = AnsiColor::Green.on_default();
pub(super) const CYAN: anstyle::Style = AnsiColor::Cyan.on_default();

/// Longer lines are hard to read, however wide the terminal is.
const WIDEST: usize = 100;
/// What a line is given in a terminal that is narrower.
const NARROWEST: usize = 40;

/// A report in the making.
pub(super) struct Page {
    text: String,
    color: bool,
    /// Columns that a line may take.
    pub(super) width: usize,
}

impl Page {
    pub(super) fn new(style: &Style) -> Self {
        Self {
            text: String::new(),
            color: style.color,
            width: style.width.clamp(NARROWEST, WIDEST),
        }
    }

    /// `text`, made safe, in a style if colours are wanted.
    pub(super) fn paint(&self, style: anstyle::Style, text: &str) -> String {
        let text = escape(text);
        match self.color {
            true => format!("{style}{text}{style:#}"),
            false => text,
        }
    }

    /// Writes one line, of parts that were made safe. All text goes through here.
    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(&disarm(line.trim_end()));
        self.text.push('\n');
    }

    /// Writes an empty line between two blocks.
    pub(super) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// Writes one sentence that may hold anything, wrapped like a paragraph. It can't break a line.
    pub(super) fn sentence(&mut self, head: &str, text: &str) {
        self.paragraph(head, &escape(text));
    }

    /// Writes running text, wrapped; `head` stands before its first line, and the others are
    /// indented below it.
    pub(super) fn paragraph(&mut self, head: &str, text: &str) {
        let mut head = head.to_owned();
        let indent = " ".repeat(display_width(&head));
        for line in text.trim().lines() {
            let options = Options::new(self.width.saturating_sub(indent.len()).max(20))
                .word_separator(WordSeparator::AsciiSpace)
                .word_splitter(WordSplitter::NoHyphenation)
                .break_words(false);
            for part in textwrap::wrap(&escape(line), options) {
                self.line(&format!("{head}{part}"));
                head.clone_from(&indent);
            }
        }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// `text` in at most `columns`, with the middle left out: paths are told apart by their ends.
pub(super) fn shorten(text: &str, columns: usize) -> String {
    // A column takes four bytes at most, but for what has no width.
    if text.len() <= columns || text.len() <= columns * 8 && display_width(text) <= columns {
        return text.to_owned();
    }
    let head = fitting(text.chars(), columns / 3);
    let tail = fitting(text.chars().rev(), columns - columns / 3 - 1);
    let head: String = text.chars().take(head).collect();
    let tail: Vec<char> = text.chars().rev().take(tail).collect();
    format!("{head}…{}", tail.iter().rev().collect::<String>())
}

/// How many of the characters fit into `columns`. Those without width count as well: a thousand
/// combining accents are no path.
fn fitting(characters: impl Iterator<Item = char>, columns: usize) -> usize {
    let width = |character: char| display_width(character.encode_utf8(&mut [0; 4])).max(1);
    characters
        .scan(0, |used, character| {
            *used += width(character);
            (*used <= columns).then_some(())
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(color: bool, width: usize) -> Page {
        Page::new(&Style {
            color,
            width,
            ..Style::default()
        })
    }

    #[test]
    fn a_wrapped_line_is_no_command_either() {
        let mut page = page(false, 40);
        page.paragraph("  ", "words that fill the whole line ab ::error::x");
        page.sentence("", "one line\n::error::x");
        assert_eq!(
            page.into_text(),
            "  words that fill the whole line ab\n  :\\u{3a}error::x\none line\\n::error::x\n"
        );
    }

    #[test]
    fn colours_are_written_only_when_wanted() {
        assert_eq!(page(false, 80).paint(RED, "a\u{1b}"), "a\\u{1b}");
        assert_eq!(page(true, 80).paint(RED, "a"), "\u{1b}[31ma\u{1b}[0m");
    }

    #[test]
    fn options_and_addresses_are_not_broken() {
        let mut page = page(false, 40);
        page.paragraph(
            "fix  ",
            "a text that is long enough --for-this-option to wrap",
        );
        assert_eq!(
            page.into_text(),
            "fix  a text that is long enough\n     --for-this-option to wrap\n"
        );
    }

    #[test]
    fn the_middle_of_a_long_text_is_left_out() {
        assert_eq!(
            shorten("package/dist/cli.js.map", 30),
            "package/dist/cli.js.map"
        );
        assert_eq!(
            shorten("package/dist/assets/cli.js.map", 15),
            "packa…li.js.map"
        );
        assert_eq!(shorten("日本語日本語日本語", 9), "日…本語");
        let accents = "\u{301}".repeat(100_000);
        assert!(shorten(&accents, 20).chars().count() <= 20);
    }
}
