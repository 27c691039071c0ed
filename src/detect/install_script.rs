//! A script that npm runs on install and whose file is not in the package: every install fails.

use super::{Detection, Detector, Entry, Facts, Inspection};
use crate::model::{Context, EntryPath, Evidence, Location, escape};

const MISSING: &str = "install-script:missing-file";
pub(super) const KINDS: &[&str] = &[MISSING];

struct InstallScripts;

pub(super) fn make(_: &Context) -> Box<dyn Detector> {
    Box::new(InstallScripts)
}

impl Detector for InstallScripts {
    fn inspect(&self, _: &Entry, _: &[u8]) -> Option<Box<dyn Inspection>> {
        None
    }

    fn conclude(&self, facts: &Facts, out: &mut dyn FnMut(Detection)) {
        let scripts = facts.manifest.as_ref().map(|it| &it.install_scripts);
        // What runs later may use what an earlier one has made.
        let first = scripts.and_then(|scripts| scripts.first());
        let (Some((name, text)), Some((_, path))) = (first, &facts.manifest_of) else {
            return;
        };
        let Some(file) = started(text) else {
            return;
        };
        let root = path.as_str().trim_end_matches(path.file_name());
        let ships = |end: &&str| {
            let path = EntryPath::new(&format!("{root}{file}{end}"));
            facts.entries.contains_key(&path)
        };
        if !RESOLVED.iter().any(ships) {
            out(Detection {
                kind: MISSING,
                path: path.clone(),
                location: Location::default(),
                message: format!(
                    "`{name}` starts `{}`, which is not in the package",
                    escape(file)
                ),
                evidence: Evidence::fact(escape(text)),
                fix: None,
                sha256: None,
            });
        }
    }
}

/// What node adds to the name of a file that is not there.
const RESOLVED: [&str; 7] = [
    "",
    ".js",
    ".json",
    ".node",
    "/index.js",
    "/index.json",
    "/index.node",
];
/// What starts the file that is named next.
const INTERPRETERS: [&str; 3] = ["node", "sh", "bash"];

/// The file of the package that a script surely starts; where it may fail without harm, where it
/// depends on a variable or on options, there is none.
fn started(script: &str) -> Option<&str> {
    if script.contains("||") || script.contains(['$', '%', '`', '*', '"', '\'', '\\']) {
        return None;
    }
    let command = script.split(['&', ';', '|', '>']).next()?;
    let mut words = command.split_whitespace();
    let program = words.next()?;
    let file = match program.strip_prefix("./") {
        Some(file) => file,
        None if INTERPRETERS.contains(&program) => words.next()?,
        None => return None,
    };
    let file = file.trim_start_matches("./").trim_end_matches('/');
    let inside = !file.starts_with(['-', '/']) && !file.split('/').any(|part| part == "..");
    (inside && !file.is_empty() && !file.starts_with("node_modules/")).then_some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_surely_started_counts() {
        for (script, file) in [
            ("node scripts/install.js", Some("scripts/install.js")),
            ("node ./install --fast && tsc", Some("install")),
            ("./build.sh", Some("build.sh")),
            ("sh build.sh; node b.js", Some("build.sh")),
            ("node .", Some(".")),
            ("node install.js || true", None),
            ("node -e 'require(\"./a\")'", None),
            ("node --no-warnings a.js", None),
            ("node ../build.js", None),
            ("node node_modules/a/b.js", None),
            ("node-gyp rebuild", None),
            ("npm run build", None),
            ("", None),
        ] {
            assert_eq!(started(script), file, "{script}");
        }
    }
}
