//! Names of people and machines in tar headers.

use super::{Detection, Detector, Inspection, Out};
use crate::model::{Context, Entry, EntryKind, EntryPath, begin_of, escape};

pub(super) const PERSONAL: &str = "tar-owner:personal";
pub(super) const KINDS: &[&str] = &[PERSONAL];

/// Longer owners do not fit into a header; pax may make them as long as it likes.
const LONGEST: usize = 4 << 10;

/// How much of a name is shown, in characters.
const SHOWN: usize = 64;

/// Owners that say nothing of who packed: system accounts, build services, container images.
/// Sorted, lower case.
const NEUTRAL: &[&str] = &[
    "",
    "adm",
    "admin",
    "administrator",
    "administrators",
    "app",
    "azureuser",
    "bamboo",
    "bin",
    "build",
    "builder",
    "buildkite-agent",
    "buildslave",
    "buildbot",
    "bun",
    "ci",
    "circleci",
    "cirrus",
    "codespace",
    "containeradministrator",
    "containeruser",
    "daemon",
    "debian",
    "developer",
    "docker",
    "drone",
    "ec2-user",
    "fedora",
    "games",
    "gitlab-runner",
    "gitpod",
    "jenkins",
    "mkgroup",
    "mock",
    "mockbuild",
    "nixbld",
    "nobody",
    "node",
    "nogroup",
    "none",
    "npm",
    "operator",
    "root",
    "runner",
    "runneradmin",
    "semaphore",
    "staff",
    "sudo",
    "sys",
    "system",
    "teamcity",
    "travis",
    "tty",
    "ubuntu",
    "user",
    "users",
    "vagrant",
    "vscode",
    "vssadministrator",
    "vsts",
    "wheel",
    "www-data",
];

pub(super) struct TarOwner;

pub(super) fn make(_: &Context) -> Box<dyn Detector> {
    Box::new(TarOwner)
}

impl Detector for TarOwner {
    fn inspect(&self, entry: &Entry, _: &[u8]) -> Option<Box<dyn Inspection>> {
        let owner =
            entry.kind == EntryKind::Metadata && entry.path.as_str().ends_with("!/tar-owner");
        owner.then(|| {
            Box::new(Owner {
                path: entry.path.clone(),
                text: Vec::new(),
            }) as Box<dyn Inspection>
        })
    }
}

struct Owner {
    path: EntryPath,
    text: Vec<u8>,
}

impl Inspection for Owner {
    fn push(&mut self, piece: &[u8], last: bool, out: &mut dyn Out) {
        let room = LONGEST - self.text.len();
        self.text.extend_from_slice(&piece[..piece.len().min(room)]);
        if !last {
            return;
        }
        let text = String::from_utf8_lossy(&self.text);
        let (user, group) = text.split_once(':').unwrap_or((&text, ""));
        let (is_user, is_group, both) = (is_personal(user), is_personal(group), user == group);
        let [user, group] = [user, group].map(|name| escape(&begin_of(name, SHOWN)));
        let message = match (is_user, is_group) {
            (false, false) => return,
            (true, false) => format!("tar headers name the user `{user}`"),
            (false, true) => format!("tar headers name the group `{group}`"),
            (true, true) if both => format!("tar headers name the user and group `{user}`"),
            (true, true) => {
                format!("tar headers name the user `{user}` and the group `{group}`")
            }
        };
        let fact = format!("{user}:{group}");
        out.detection(Detection::new(PERSONAL, &self.path, message, fact));
    }
}

fn is_personal(name: &str) -> bool {
    let name = name.trim().to_lowercase();
    // Build accounts are numbered (`nixbld12`), and a bare number is an id, not a name.
    let name = name.trim_end_matches(|digit: char| digit.is_ascii_digit());
    // macOS and service accounts begin with an underscore (`_www`).
    !name.starts_with('_') && !NEUTRAL.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::inspect;

    fn said(owner: &str) -> Option<String> {
        let mut entry = Entry::file("package/a.js!/tar-owner", 0);
        entry.kind = EntryKind::Metadata;
        let mut recorder = inspect(&TarOwner, &entry, owner.as_bytes());
        recorder.detections.pop().map(|detection| detection.message)
    }

    #[test]
    fn people_are_named() {
        insta::assert_snapshot!(said("ann:staff").unwrap(), @"tar headers name the user `ann`");
        insta::assert_snapshot!(said("ann:ann").unwrap(), @"tar headers name the user and group `ann`");
        insta::assert_snapshot!(
            said("root:ACME\\Domain Users").unwrap(),
            @r"tar headers name the group `ACME\Domain Users`"
        );
        insta::assert_snapshot!(
            said("ann:\u{1b}[2J").unwrap(),
            @r"tar headers name the user `ann` and the group `\u{1b}[2J`"
        );
    }

    #[test]
    fn a_name_is_not_cut_within_a_secret() {
        let secret = ["q8Vz0Lw2Jt7Xb4", "Nc9Rk1Hs6Yd3Fg5"].concat();
        for length in [40, 60, LONGEST - secret.len() - 6, LONGEST - 10] {
            let name = format!("{} {secret}", "a ".repeat(length / 2));
            let said = said(&format!("root:{name}")).unwrap();
            let whole = said.contains(&secret);
            assert!(whole || !said.contains(&secret[..8]), "{length}: {said}");
        }
    }

    #[test]
    fn everybodys_accounts_are_not() {
        for owner in [
            "",
            ":",
            "root:root",
            "Runner:docker",
            "nixbld12:nixbld",
            "501:20",
            "_www:_www",
        ] {
            assert_eq!(said(owner), None, "{owner}");
        }
    }

    #[test]
    fn a_file_of_that_name_is_no_owner() {
        let entry = Entry::file("package/a!/tar-owner", 7);
        assert!(inspect(&TarOwner, &entry, b"ann:ann").detections.is_empty());
    }
}
