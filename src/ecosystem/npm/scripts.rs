//! Which of a manifest's scripts a publish runs.

use serde_json::Value;

pub(super) const PREPUBLISH_ONLY: &str = "prepublishOnly";

/// What `npm publish` runs before the upload, in its order.
const BEFORE_UPLOAD: [&str; 4] = [PREPUBLISH_ONLY, "prepack", "prepare", "postpack"];

/// What `npm run prepublishOnly` runs beside it, and `npm publish` does not.
const AROUND: [&str; 2] = ["preprepublishOnly", "postprepublishOnly"];

/// The scripts of a manifest that have a part in a publish.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PublishScripts {
    /// Whether there is any that runs before the upload.
    pub(super) any: bool,
    /// Whether `prepublishOnly` is among them.
    pub(super) prepublish_only: bool,
    /// A script that `npm run prepublishOnly` would run and `npm publish` would not.
    pub(super) around_prepublish_only: Option<&'static str>,
}

/// Reads the text of a `package.json`, or says why npm could not read it.
pub(super) fn parse(manifest: &str) -> Result<Value, String> {
    // npm takes a byte order mark.
    let manifest = manifest.strip_prefix('\u{feff}').unwrap_or(manifest);
    let manifest: Value =
        serde_json::from_str(manifest).map_err(|error| format!("it is not JSON: {error}"))?;
    match manifest.is_object() {
        true => Ok(manifest),
        false => Err("it is not a JSON object".to_owned()),
    }
}

impl PublishScripts {
    /// Those of the text of a `package.json`, as [`parse`] reads it.
    pub(super) fn of(manifest: &str) -> Result<Self, String> {
        let manifest = parse(manifest)?;
        let has = |name: &&str| {
            let script = manifest
                .get("scripts")
                .and_then(|scripts| scripts.get(name));
            script
                .and_then(Value::as_str)
                .is_some_and(|script| !script.is_empty())
        };
        Ok(Self {
            any: BEFORE_UPLOAD.iter().any(&has),
            prepublish_only: has(&PREPUBLISH_ONLY),
            around_prepublish_only: AROUND.into_iter().find(|name| has(name)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scripts_of_a_publish_count() {
        let of = |manifest| PublishScripts::of(manifest).unwrap();
        assert_eq!(of(r#"{}"#), PublishScripts::default());
        assert_eq!(
            of(r#"{"scripts": {"test": "a", "prepare": "", "prepack": 1}}"#),
            PublishScripts::default()
        );
        assert_eq!(of(r#"{"scripts": []}"#), PublishScripts::default());
        assert!(of(r#"{"scripts": {"prepare": "a"}}"#).any);
        let both = of(r#"{"scripts": {"prepublishOnly": "a", "postprepublishOnly": "b"}}"#);
        assert!(both.any && both.prepublish_only);
        assert_eq!(both.around_prepublish_only, Some("postprepublishOnly"));
    }
}
