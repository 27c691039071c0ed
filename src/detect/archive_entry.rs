//! Entries that installers treat in ways of their own: links, names that differ only in case,
//! special permission bits.

use std::collections::HashMap;

use super::{Detection, Detector, Facts, Inspection, content::told};
use crate::model::{Context, Entry, EntryKind, EntryPath, escape};

pub(super) const LINK: &str = "archive:link";
pub(super) const CASE_COLLISION: &str = "archive:case-collision";
pub(super) const SETUID: &str = "archive:setuid";
pub(super) const KINDS: &[&str] = &[LINK, CASE_COLLISION, SETUID];

const SETUID_BIT: u32 = 0o4000;
const SETGID_BIT: u32 = 0o2000;

pub(super) struct ArchiveEntry;

pub(super) fn make(_: &Context) -> Box<dyn Detector> {
    Box::new(ArchiveEntry)
}

impl Detector for ArchiveEntry {
    fn inspect(&self, entry: &Entry, _: &[u8]) -> Option<Box<dyn Inspection>> {
        let found = match &entry.kind {
            EntryKind::Link { target } => link(&entry.path, target),
            EntryKind::File => special_mode(&entry.path, entry.mode)?,
            _ => return None,
        };
        Some(told(found))
    }

    fn conclude(&self, facts: &Facts, out: &mut dyn FnMut(Detection)) {
        let mut folded: HashMap<String, &EntryPath> = HashMap::new();
        // The paths come sorted, so that the result does not depend on the order in the archive.
        for path in facts.entries.keys() {
            let first = *folded.entry(path.as_str().to_lowercase()).or_insert(path);
            if first != path {
                out(Detection::new(
                    CASE_COLLISION,
                    path,
                    format!(
                        "differs from `{}` only in case",
                        escape(&first.in_package())
                    ),
                    escape(&first.in_package()),
                ));
            }
        }
    }
}

fn link(path: &EntryPath, target: &str) -> Detection {
    let shown = escape(target);
    let message = if is_absolute(target) {
        format!("a link to the absolute path `{shown}`")
    } else if leaves_root(path, target) {
        format!("a link to `{shown}`, outside the package")
    } else {
        format!("a link to `{shown}`")
    };
    Detection::new(LINK, path, message, shown)
}

/// Absolute for any system that a package may be unpacked on.
fn is_absolute(target: &str) -> bool {
    target.starts_with(['/', '\\']) || target.as_bytes().get(1) == Some(&b':')
}

/// Whether the target, taken from the link's directory, lies outside the root of its container.
fn leaves_root(path: &EntryPath, target: &str) -> bool {
    let in_container = path.as_str().rsplit("!/").next().unwrap_or_default();
    // The root directory itself and the link's own name do not count.
    let mut depth = in_container.split('/').count() as i64 - 2;
    target.split(['/', '\\']).any(|component| {
        match component {
            "" | "." => {}
            ".." => depth -= 1,
            _ => depth += 1,
        }
        depth < 0
    })
}

fn special_mode(path: &EntryPath, mode: u32) -> Option<Detection> {
    let bits = match (mode & SETUID_BIT != 0, mode & SETGID_BIT != 0) {
        (false, false) => return None,
        (true, false) => "setuid",
        (false, true) => "setgid",
        (true, true) => "setuid and setgid",
    };
    Some(Detection::new(
        SETUID,
        path,
        format!("has the {bits} permission"),
        format!("mode {:04o}", mode & 0o7777),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::inspect;

    fn said_of_link(path: &str, target: &str) -> String {
        let mut entry = Entry::file(path, 0);
        entry.kind = EntryKind::Link {
            target: target.to_owned(),
        };
        let mut recorder = inspect(&ArchiveEntry, &entry, target.as_bytes());
        assert_eq!(recorder.detections.len(), 1);
        recorder.detections.remove(0).message
    }

    #[test]
    fn links_are_told_with_their_target() {
        for (path, target, message) in [
            ("package/lib/a", "../b.js", "a link to `../b.js`"),
            ("package/a", "lib/../b.js", "a link to `lib/../b.js`"),
            (
                "package/a",
                "../b.js",
                "a link to `../b.js`, outside the package",
            ),
            (
                "package/lib/a",
                "x/../../../b",
                "a link to `x/../../../b`, outside the package",
            ),
            (
                "package/a",
                "/etc/hostname",
                "a link to the absolute path `/etc/hostname`",
            ),
            (
                "package/a",
                "C:\\x\n",
                "a link to the absolute path `C:\\x\\n`",
            ),
            (
                "package/i/n/n/er.tgz!/package/a",
                "../b",
                "a link to `../b`, outside the package",
            ),
        ] {
            assert_eq!(said_of_link(path, target), message);
        }
    }

    #[test]
    fn special_permissions_are_told() {
        let with_mode = |mode| {
            let entry = Entry {
                mode,
                ..Entry::file("package/bin/run", 0)
            };
            let recorder = inspect(&ArchiveEntry, &entry, b"x");
            recorder.detections.first().map(|d| d.message.clone())
        };
        assert_eq!(with_mode(0o755), None);
        assert_eq!(with_mode(0o1777), None);
        assert_eq!(
            with_mode(0o4755).as_deref(),
            Some("has the setuid permission")
        );
        assert_eq!(
            with_mode(0o6755).as_deref(),
            Some("has the setuid and setgid permission")
        );
    }

    #[test]
    fn names_that_differ_in_case_collide() {
        let paths = [
            "package/README.md",
            "package/Readme.md",
            "package/a.js",
            "package/readme.md",
        ];
        let facts = Facts {
            entries: paths.map(|path| (EntryPath::new(path), 1)).into(),
            ..Facts::default()
        };
        let mut found = Vec::new();
        ArchiveEntry.conclude(&facts, &mut |detection| found.push(detection));
        let found: Vec<_> = found
            .iter()
            .map(|detection| (detection.path.as_str(), detection.message.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("package/Readme.md", "differs from `README.md` only in case"),
                ("package/readme.md", "differs from `README.md` only in case"),
            ]
        );
    }
}
