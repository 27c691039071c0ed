//! The one place where errors are shown, and what clients print.

use std::{
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    sync::OnceLock,
};

use anstream::{AutoStream, ColorChoice, adapter::strip_str};
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, ThemeCharacters, ThemeStyles};

use super::{args::Color, output::color_of};
use crate::{
    check::{Hider, Show, hide_secrets},
    model::{escape, without_secrets_in_urls},
    report::disarm,
};

/// Shows `error` on standard error.
pub(super) fn error(error: &dyn Diagnostic, color: Color) {
    errors([error], &[], color);
}

/// Shows `errors` on standard error, without the secrets in what they quote; those of the projects at
/// `roots` among them.
pub(super) fn errors<'e>(
    errors: impl IntoIterator<Item = &'e dyn Diagnostic>,
    roots: &[&Path],
    color: Color,
) {
    let stderr = io::stderr();
    let color = color_of(&stderr, color);
    let errors = errors.into_iter();
    let terminal = stderr.is_terminal();
    write(
        errors.map(|error| text(error, color != ColorChoice::Never, terminal)),
        roots,
        color,
    );
}

/// Shows a sentence on standard error.
pub(super) fn sentence(sentence: &str, color: Color) {
    let line = format!("packwarden: {sentence}\n");
    let line = disarm(&line).into_owned();
    write([line], &[], color_of(&io::stderr(), color));
}

/// Shows what is wrong with the command line on standard error, in the parser's own colours.
pub(super) fn styled(text: String) {
    write([text], &[], color_of(&io::stderr(), Color::Auto));
}

/// Shows on standard error what the clients of the projects at `roots` print, without the secrets in it.
pub(super) fn of_clients(roots: Vec<PathBuf>) -> Show {
    let hider = OnceLock::new();
    Show::new(move |text| {
        let hider = hider.get_or_init(|| Hider::new(roots.iter().map(PathBuf::as_path)));
        let mut open = without_secrets_in_urls(&strip_str(text).to_string());
        hider.hide(&mut open);
        let mut stderr = io::stderr().lock();
        for line in open.lines() {
            let line = escape(&line.replace('\t', "    "));
            // Where standard error is closed there is nobody left to tell.
            let _ = writeln!(stderr, "{}", disarm(&line));
        }
    })
}

fn write(texts: impl IntoIterator<Item = String>, roots: &[&Path], color: ColorChoice) {
    let styled: Vec<String> = texts.into_iter().collect();
    // A colour's code touches what it colours, and a token with a letter before it is none to the rules.
    let plain: Vec<String> = styled
        .iter()
        .map(|text| strip_str(text).to_string())
        .collect();
    let mut open = plain.clone();
    hide_secrets(&mut open, roots);
    let mut stderr = AutoStream::new(io::stderr(), color);
    for ((styled, plain), open) in styled.into_iter().zip(plain).zip(open) {
        let text = if open == plain { styled } else { open };
        // Where standard error is closed there is nobody left to tell; the exit code still does.
        let _ = stderr.write_all(text.as_bytes());
    }
}

fn text(error: &dyn Diagnostic, color: bool, terminal: bool) -> String {
    let theme = GraphicalTheme {
        characters: match terminal {
            true => ThemeCharacters::unicode(),
            false => ThemeCharacters {
                error: "error:".to_owned(),
                warning: "warning:".to_owned(),
                advice: "note:".to_owned(),
                ..ThemeCharacters::ascii()
            },
        },
        styles: match color {
            true => ThemeStyles::ansi(),
            false => ThemeStyles::none(),
        },
    };
    let mut text = String::new();
    // Lines are left as they are: a terminal wraps them itself, and what a client printed keeps its
    // form. Links would hide where they lead to.
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_wrap_lines(false)
        .with_links(false);
    if handler.render_report(&mut text, error).is_err() {
        text = format!("error: {error}\n");
    }
    // What a client printed, or a line of the user's file, may look like a command to a CI system.
    text.split_inclusive('\n').map(disarm).collect()
}

#[cfg(test)]
mod tests {
    use miette::Diagnostic;
    use thiserror::Error;

    #[derive(Debug, Error, Diagnostic)]
    #[error("a sentence\n  and a line")]
    #[diagnostic(help("the way out"))]
    struct Sample;

    #[test]
    fn plain_text_has_no_escapes() {
        insta::assert_snapshot!(super::text(&Sample, false, false), @r"
        error: a sentence
        |   and a line
        help: the way out
        ");
    }
}
