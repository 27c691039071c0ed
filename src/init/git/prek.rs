//! prek with a file of its own form.

use toml::{Table, Value};

use super::{Manager, first, pre_commit::of_hook};
use crate::init::edit::{hook::CHECK, script::Standing};

const ITEM: &str = r#"
[[repos]]
repo = "local"
hooks = [
  { id = "packwarden", name = "packwarden", entry = "packwarden hook git-pre-push", language = "system", stages = ["pre-push"], pass_filenames = false, always_run = true },
]
"#;

pub(super) const PREK: Manager = Manager {
    name: "prek",
    file: |survey| first(survey, &["prek.toml"]),
    add: |text| {
        let text = text.unwrap_or_default();
        if in_file(text) != Standing::Absent {
            return Ok(text.to_owned());
        }
        let open = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        let edited = format!("{text}{open}{ITEM}");
        match toml::from_str::<Table>(&edited) {
            Ok(_) => Ok(edited),
            Err(_) => Err("its `repos` is not written in a way that can be added to".to_owned()),
        }
    },
    standing: in_file,
    instead: "add a local hook with the entry `packwarden hook git-pre-push` and `stages = [\"pre-push\"]`",
    mark: "hook-impl",
    is_copied: false,
    install: "prek install --hook-type pre-push",
    past: "`SKIP=packwarden`, nor a second ref of the same push",
};

fn in_file(text: &str) -> Standing {
    let Ok(file) = toml::from_str::<Table>(text) else {
        return Standing::Not("it is not TOML");
    };
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let repos = list(file.get("repos"));
    let mut hooks = repos.iter().flat_map(|repo| list(repo.get("hooks")));
    let is_ours = |hook: &Value| {
        let entry = hook.get("entry").and_then(Value::as_str);
        entry.is_some_and(|entry| entry.contains(CHECK))
    };
    let Some(Value::Table(hook)) = hooks.find(is_ours) else {
        return Standing::Absent;
    };
    let keys = hook.iter();
    let keys: Vec<_> = keys
        .map(|(key, value)| (key.clone(), value.to_string()))
        .collect();
    of_hook(&keys, file.contains_key("default_stages"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_hook_of_each_push_holds() {
        let good = (PREK.add)(None).unwrap();
        assert_eq!(in_file(&good), Standing::Decides);
        assert_eq!((PREK.add)(Some(&good)).unwrap(), good);
        for (from, to) in [
            ("\"pre-push\"", "\"pre-commit\""),
            ("always_run = true", "always_run = false"),
            ("git-pre-push\"", "git-pre-push || true\""),
        ] {
            let bad = good.replace(from, to);
            assert!(matches!(in_file(&bad), Standing::Not(_)), "{bad}");
        }
        let comment = "# packwarden hook git-pre-push\n";
        assert_eq!(in_file(comment), Standing::Absent);
        assert_eq!(
            in_file(&(PREK.add)(Some(comment)).unwrap()),
            Standing::Decides
        );
    }
}
