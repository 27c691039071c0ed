//! prek with a file of its own form.

use super::{Manager, first};
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
        if text.contains(CHECK) {
            return Ok(text.to_owned());
        }
        let open = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        let edited = format!("{text}{open}{ITEM}");
        match toml::from_str::<toml::Table>(&edited) {
            Ok(_) => Ok(edited),
            Err(_) => Err("its `repos` is not written in a way that can be added to".to_owned()),
        }
    },
    standing: |text| match text.contains(CHECK) {
        true => Standing::Decides,
        false => Standing::Absent,
    },
    instead: "add a local hook with the entry `packwarden hook git-pre-push` and `stages = [\"pre-push\"]`",
    mark: "hook-impl",
    install: "prek install --hook-type pre-push",
    past: "`SKIP=packwarden`",
};
