//! Waivers to paste into a configuration.

use std::fmt::Write as _;

use crate::model::{EntryPath, Finding, Gap, Sha256, escape};

/// The `[[waive]]` that would accept this finding.
pub fn finding(finding: &Finding) -> String {
    block(
        "rule",
        &finding.rule.id,
        Some(&finding.path),
        finding.sha256,
    )
}

/// The `[[waive]]` that would accept this gap.
pub fn gap(gap: &Gap) -> String {
    block("gap", gap.kind.name(), gap.path.as_ref(), gap.sha256)
}

fn block(key: &str, name: &str, path: Option<&EntryPath>, sha256: Option<Sha256>) -> String {
    let mut block = format!("[[waive]]\n{key} = {}\n", quoted(name));
    if let Some(path) = path {
        let _ = writeln!(block, "path = {}", quoted(&path.in_package()));
    }
    if let Some(sha256) = sha256 {
        let _ = writeln!(block, "sha256 = \"{sha256}\"");
    }
    block.push_str("reason = \"\"\n");
    block
}

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
}
