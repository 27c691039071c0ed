//! simple-git-hooks, configured in package.json.

use super::{Manager, below};
use crate::init::{
    edit::{
        hook::{CHECK, PRE_PUSH},
        json,
        script::{Place, chained, standing},
    },
    plan::text_of,
};

const KEY: &str = "simple-git-hooks";
const EVENT: &str = "pre-push";

pub(super) const SIMPLE_GIT_HOOKS: Manager = Manager {
    name: KEY,
    file: |survey| {
        let path = below(survey, "package.json");
        let text = text_of(&path)?.unwrap_or_default();
        let manifest = json::read(&text).unwrap_or_default();
        Ok(manifest
            .get(KEY)
            .is_some_and(|value| value.is_object())
            .then_some(path))
    },
    add: |text| add(text.unwrap_or_default()),
    standing: |text| standing(&script(text), PRE_PUSH, Place::First),
    instead: "let `pre-push` under `simple-git-hooks` begin with `packwarden hook git-pre-push \"$@\" && …`",
    mark: "SKIP_SIMPLE_GIT_HOOKS",
    is_copied: true,
    install: "npx simple-git-hooks",
    past: "`SKIP_SIMPLE_GIT_HOOKS=1`",
};

fn script(text: &str) -> String {
    let manifest = json::read(text).unwrap_or_default();
    json::text_in(&manifest, KEY, EVENT).unwrap_or_default()
}

fn add(text: &str) -> Result<String, String> {
    json::read(text)?;
    let script = script(text);
    if script.contains(CHECK) {
        return Ok(text.to_owned());
    }
    if script.contains("lfs") {
        return Err(
            "its `pre-push` reads what git says of the push, which only one command can".to_owned(),
        );
    }
    let chained = chained(&script, &format!("{CHECK} \"$@\""), Place::First);
    let chained = chained.ok_or("its `pre-push` is too intricate to be added to")?;
    json::set(text, KEY, EVENT, &chained)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_comes_before_what_is_there() {
        let edited = add(r#"{"simple-git-hooks": {"pre-push": "npm test"}}"#).unwrap();
        assert_eq!(
            edited,
            r#"{"simple-git-hooks": {"pre-push": "packwarden hook git-pre-push \"$@\" && npm test"}}"#
        );
        assert_eq!(add(&edited).unwrap(), edited);
        assert!(add(r#"{"simple-git-hooks": {"pre-push": "git lfs pre-push $@"}}"#).is_err());
    }
}
