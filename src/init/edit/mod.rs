//! Edits files of the user's as texts, so that nothing but what is added changes.

pub(super) mod hook;
pub(super) mod json;
pub(super) mod script;
pub(super) mod toml;
pub(super) mod yaml;
