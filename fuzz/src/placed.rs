//! Errors in a user's file, and what holds for all of them.

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};

/// The error has a sentence, points at something inside the text, and can be shown.
pub fn assert_placed(error: &dyn Diagnostic) {
    let sentence = error.to_string();
    assert!(
        !sentence.is_empty() && !sentence.contains(char::is_control),
        "{sentence:?}"
    );
    if let (Some(source), Some(labels)) = (error.source_code(), error.labels()) {
        for label in labels {
            let shown = source.read_span(label.inner(), 0, 0);
            assert!(
                shown.is_ok(),
                "{sentence}: {label:?} is outside of the text"
            );
        }
    }
    let mut text = String::new();
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::none());
    let shown = handler.render_report(&mut text, error);
    assert!(shown.is_ok(), "{sentence}: can't be shown");
    let acts = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    assert!(!text.contains(acts), "not escaped: {text:?}");
}
