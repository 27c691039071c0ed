//! Errors and clients' output tell no secret: they quote what clients have printed, and lines of the user's
//! own files.

use std::path::Path;

use crate::{detect, host, model::LiveSecrets, rule::RuleSet, scan::Redaction};

/// Hides secrets in texts that may hold those of the projects at `roots`.
pub fn hide_secrets<'t>(texts: impl IntoIterator<Item = &'t mut String>, roots: &[&Path]) {
    let mut texts = texts.into_iter().peekable();
    if texts.peek().is_some() {
        let hider = Hider::new(roots.iter().copied());
        texts.for_each(|text| hider.hide(text));
    }
}

/// Knows the secrets of this machine, and what the rules know for one.
pub struct Hider {
    rules: Option<RuleSet>,
    of_machine: LiveSecrets,
}

impl Hider {
    /// For texts that may hold secrets of the projects at `roots`, beside those of the machine and of the
    /// current directory.
    pub fn new<'r>(roots: impl IntoIterator<Item = &'r Path>) -> Self {
        let kinds: Vec<_> = detect::kinds().collect();
        let roots: Vec<&Path> = [Path::new(".")].into_iter().chain(roots).collect();
        Self {
            // The built-in rules load; were it otherwise, the values of this machine would still be known.
            rules: RuleSet::load(&[], &kinds).ok(),
            of_machine: host::live_secrets(&roots),
        }
    }

    /// Leaves out of the text what is a secret of this machine, what the rules know for one, and what is
    /// written behind the name of one.
    pub fn hide(&self, text: &mut String) {
        let mut live = self.of_machine.clone();
        live.secrets.extend(host::secrets_in(text).secrets);
        if let Some(open) = Redaction::new(self.rules.as_ref(), &live).of(text) {
            *text = open;
        }
    }
}
