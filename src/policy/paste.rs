//! Waivers as they are written into a configuration.

use std::fmt::Write as _;

use globset::Glob;
use toml::{Table, Value};

use crate::model::{EntryPath, Finding, Gap, Sha256, escape};

/// What a `[[waive]]` says.
#[derive(Debug, Clone, Default)]
pub struct Written<'a> {
    /// `rule` or `gap`.
    pub key: &'static str,
    /// The rule's id, or the kind of gap.
    pub name: &'a str,
    /// Below the root directory.
    pub path: Option<String>,
    /// What it is bound to.
    pub sha256: Vec<Sha256>,
    /// Why it is accepted.
    pub reason: &'a str,
    /// Who answers for it.
    pub owner: Option<&'a str>,
    /// Its last day.
    pub expires: Option<String>,
}

/// The `[[waive]]` that would accept this finding.
pub fn finding(finding: &Finding) -> String {
    let written = Written {
        key: "rule",
        name: &finding.rule.id,
        path: Some(path_of(&finding.path)),
        sha256: finding.sha256.into_iter().collect(),
        ..Written::default()
    };
    written.to_string()
}

/// The `[[waive]]` that would accept this gap.
pub fn gap(gap: &Gap) -> String {
    let written = Written {
        key: "gap",
        name: gap.kind.name(),
        path: gap.path.as_ref().map(path_of),
        sha256: gap.sha256.into_iter().collect(),
        ..Written::default()
    };
    written.to_string()
}

/// The path of an entry as a waiver has it: as it is where that can be read as a glob, because it then holds for
/// itself, and escaped otherwise.
pub fn path_of(path: &EntryPath) -> String {
    let path = path.in_package();
    match Glob::new(&path) {
        Ok(_) => path.into_owned(),
        Err(_) => globset::escape(&path),
    }
}

impl std::fmt::Display for Written<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(formatter, "[[waive]]\n{} = {}", self.key, quoted(self.name))?;
        if let Some(path) = &self.path {
            writeln!(formatter, "path = {}", quoted(path))?;
        }
        match &self.sha256[..] {
            [] => {}
            [only] => writeln!(formatter, "sha256 = \"{only}\"")?,
            several => {
                let lines = several.iter().map(|hash| format!("    \"{hash}\",\n"));
                writeln!(formatter, "sha256 = [\n{}]", lines.collect::<String>())?;
            }
        }
        writeln!(formatter, "reason = {}", quoted(self.reason))?;
        if let Some(owner) = self.owner {
            writeln!(formatter, "owner = {}", quoted(owner))?;
        }
        match &self.expires {
            Some(last) => writeln!(formatter, "expires = {}", quoted(last)),
            None => Ok(()),
        }
    }
}

/// The text of a configuration with further waivers at its end. Nothing else in it changes.
///
/// # Errors
///
/// The end of a sentence that says why nothing can be added to it.
pub fn added(text: &str, waivers: &[Written<'_>]) -> Result<String, String> {
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut after = text.to_owned();
    for waiver in waivers {
        if !after.is_empty() && !after.ends_with('\n') {
            after.push_str(line_end);
        }
        if !after.is_empty() {
            after.push_str(line_end);
        }
        after.push_str(&waiver.to_string().replace('\n', line_end));
    }
    let parsed = |text: &str| toml::from_str::<Table>(text).map_err(|_| NOT_ADDED.to_owned());
    let mut wanted = parsed(text)?;
    let list = wanted
        .entry("waive")
        .or_insert_with(|| Value::Array(Vec::new()));
    let list = list.as_array_mut().ok_or(NOT_ADDED)?;
    for waiver in waivers {
        let table = parsed(&waiver.to_string())?.remove("waive");
        list.extend(
            table
                .and_then(|table| table.as_array().cloned())
                .ok_or(NOT_ADDED)?,
        );
    }
    // Whatever stands at the end of the file must not swallow what is added.
    match parsed(&after)? == wanted {
        true => Ok(after),
        false => Err(NOT_ADDED.to_owned()),
    }
}

const NOT_ADDED: &str =
    "its `waive` is not a list of `[[waive]]` tables that one could be added to";

/// `text` as a basic string of TOML (<https://toml.io/en/v1.0.0#string>) on one line, in which
/// nothing acts on a terminal or a CI system.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        let own = character.encode_utf8(&mut [0; 4]).to_owned();
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '#' => quoted.push_str("\\u0023"),
            _ if escape(&own) != own => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(character));
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{
        model::GapKind,
        policy::{ConfigFile, Overrides, Settings},
    };

    #[test]
    fn what_is_pasted_covers_the_gap_it_was_made_for() {
        for path in [
            "package/a.tgz",
            "package/app/[id]/{a}*.tgz",
            "package/app/[id/{a.tgz",
            "package/a\n::error::\u{1b}[2J\u{202e}\"\\##[x].tgz",
        ] {
            let made_for = Gap {
                kind: GapKind::NestedContainer,
                path: Some(EntryPath::new(path)),
                reason: String::new(),
                help: None,
                sha256: Some(Sha256::of(b"a")),
            };
            let text = gap(&made_for).replace("reason = \"\"", "reason = \"a test\"");
            assert_eq!(text.lines().count(), 5);
            assert!(!text.contains("##") && !text.contains('\u{1b}'));
            let file = ConfigFile::parse(Path::new("a"), "a", text).unwrap();
            let settings = Settings::new(Some(&file), &Overrides::default(), &[]).unwrap();
            assert!(settings.waivers()[0].covers_gap(&made_for), "{path}");
        }
    }

    fn written(name: &str) -> Written<'_> {
        Written {
            key: "rule",
            name,
            path: Some("a".to_owned()),
            reason: "on purpose",
            owner: Some("me"),
            expires: Some("2027-06-30".to_owned()),
            sha256: vec![Sha256::of(b"a"), Sha256::of(b"b")],
        }
    }

    #[test]
    fn only_what_is_added_changes() {
        let block = written("x").to_string();
        for (before, begin) in [
            ("", ""),
            ("profile = \"open\" # why", "profile = \"open\" # why\n\n"),
            ("# only this\n", "# only this\n\n"),
            (
                "[[waive]]\nreason = \"a\"\n\n[levels]\na = \"deny\"\n",
                "[[waive]]\nreason = \"a\"\n\n[levels]\na = \"deny\"\n\n",
            ),
        ] {
            let after = added(before, &[written("x")]).unwrap();
            assert_eq!(after, format!("{begin}{block}"));
        }
        let after = added("a = 1\r\n", &[written("x"), written("y")]).unwrap();
        assert!(!after.replace("\r\n", "").contains('\n'));
        assert_eq!(after.matches("[[waive]]").count(), 2);
    }

    #[test]
    fn what_can_not_be_added_to_is_left_alone() {
        for text in [
            "waive = [{ rule = \"a\", reason = \"b\" }]\n",
            "waive = 1",
            "[waive]\n",
            "a = \"\"\"\nopen",
        ] {
            assert!(added(text, &[written("x")]).is_err(), "{text}");
        }
    }
}
