//! Names that everybody has, so that they say nothing of this machine.

/// Host names that systems and services give out, without the number that may follow.
const HOST_NAMES: &[&str] = &[
    "desktop",
    "docker-desktop",
    "fv-az",
    "imac",
    "ip6-localhost",
    "laptop",
    "linux-pc",
    "localhost",
    "mac-mini",
    "mac-pro",
    "mac-studio",
    "macbook",
    "macbook-air",
    "macbook-pro",
    "pop-os",
    "raspberrypi",
    "runner",
    "runnervm",
    "ubuntu",
    "ubuntu-server",
    "virtualbox",
    "windows-pc",
];

/// Domains that networks at home and in containers give out.
const DOMAINS: &[&str] = &[
    "fritz.box",
    "home",
    "home.arpa",
    "internal",
    "lan",
    "local",
    "localdomain",
    "localhost",
];

/// Directories that images, build services and their examples work in.
const ROOTS: &[&str] = &[
    "/home/circleci/project",
    "/home/gitpod/workspace",
    "/home/node/app",
    "/home/runner/work",
    "/opt/atlassian/pipelines/agent/build",
    "/usr/local/app",
    "/usr/src/app",
    "/usr/src/project",
    "/var/www/html",
];

pub(super) fn is_host_name(label: &str) -> bool {
    let label = label.to_lowercase();
    let name = label.trim_end_matches(|end: char| end.is_ascii_digit() || end == '-');
    HOST_NAMES.contains(&name)
}

pub(super) fn is_domain(domain: &str) -> bool {
    DOMAINS.contains(&domain.to_lowercase().as_str())
}

pub(super) fn is_root(root: &str) -> bool {
    ROOTS.contains(&root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_and_in_lower_case() {
        for table in [HOST_NAMES, DOMAINS, ROOTS] {
            assert!(table.is_sorted());
            assert!(table.iter().all(|name| *name == name.to_lowercase()));
        }
    }

    #[test]
    fn numbers_do_not_make_a_host_name_unique() {
        for name in ["fv-az1234-567", "MacBook-Pro-3", "ubuntu-22"] {
            assert!(is_host_name(name), "{name}");
        }
        assert!(!is_host_name("janes-macbook-pro"));
    }
}
