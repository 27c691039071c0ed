//! Which scripts a manifest has.

use serde_json::Value;

/// Reads the text of a `package.json`, or says why no client could read it.
pub(super) fn manifest(text: &str) -> Result<Value, String> {
    // npm takes a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let manifest: Value =
        serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
    match manifest.is_object() {
        true => Ok(manifest),
        false => Err("it is not a JSON object".to_owned()),
    }
}

/// Whether the manifest has a script of one of these names. An empty one is none to any client.
pub(super) fn has_any(manifest: &Value, names: &[&str]) -> bool {
    let script = |name: &&str| manifest.get("scripts")?.get(name)?.as_str();
    names.iter().filter_map(script).any(|text| !text.is_empty())
}

/// The text of a script.
pub(super) fn text<'m>(manifest: &'m Value, name: &str) -> Option<&'m str> {
    manifest.get("scripts")?.get(name)?.as_str()
}

/// How a script starts the check of a publish around it.
const HOOK: &str = "hook npm";
/// What stands between commands.
const BETWEEN: [char; 4] = ['&', '|', ';', '\n'];

/// Whether a script that a publish runs starts the check of it.
pub(super) fn has_hook(manifest: &Value, names: &[&str]) -> bool {
    let mut texts = names.iter().filter_map(|name| text(manifest, name));
    texts.any(|text| text.contains(HOOK))
}

/// Whether a script starts the check of a publish around it before all else that it does, or behind it.
pub(super) fn hook_alone(text: &str, before_all: bool) -> bool {
    let text = text.replace("2>&1", "");
    text.split_once(HOOK)
        .is_some_and(|(before, behind)| match before_all {
            true => !before.contains(BETWEEN),
            false => !behind.contains(BETWEEN),
        })
}

/// A script that a client may run around this one.
pub(super) fn around(manifest: &Value, name: &str) -> Option<String> {
    let mut around = ["pre", "post"]
        .map(|when| format!("{when}{name}"))
        .into_iter();
    around.find(|script| has_any(manifest, &[script]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scripts_that_are_there_count() {
        let has = |text: &str| has_any(&manifest(text).unwrap(), &["prepare", "prepack"]);
        for text in [
            "{}",
            r#"{"scripts": []}"#,
            r#"{"scripts": {"test": "a", "prepare": "", "prepack": 1}}"#,
        ] {
            assert!(!has(text), "{text}");
        }
        assert!(has("\u{feff}{\"scripts\": {\"prepare\": \"a\"}}"));
    }

    #[test]
    fn a_hook_is_alone_where_no_other_command_comes_in_between() {
        for (text, first, last) in [
            ("packwarden hook npm", true, true),
            ("A=1 npx packwarden hook npm --quiet 2>&1", true, true),
            ("packwarden hook npm && restore", true, false),
            ("build && packwarden hook npm", false, true),
            ("a; packwarden hook npm | b", false, false),
            ("node guard.js", false, false),
            ("", false, false),
        ] {
            assert_eq!(hook_alone(text, true), first, "{text}");
            assert_eq!(hook_alone(text, false), last, "{text}");
        }
    }

    #[test]
    fn what_runs_around_a_script_is_found() {
        let text = r#"{"scripts": {"prepack": "a", "postprepack": "b"}}"#;
        let around = |name| around(&manifest(text).unwrap(), name);
        assert_eq!(around("prepack").unwrap(), "postprepack");
        assert_eq!(around("pack").unwrap(), "prepack");
        assert_eq!(around("prepare"), None);
    }
}
