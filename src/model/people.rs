//! Whose directory a path leads into: a person's home, or a place where build services and containers
//! work and examples are set.

use super::is_common_login;

/// Directories of build services and containers: nobody's name is in them. In lower case.
const BUILDERS: &[&str] = &[
    "/opt/build/",
    "/opt/buildhome/",
    "/opt/atlassian/",
    "/opt/hostedtoolcache/",
    "/opt/actions-runner/",
    "/opt/app/",
    "/opt/node/",
    "/opt/emsdk/",
    "/var/jenkins_home/",
    "/var/lib/jenkins/",
    "/var/task/",
    "/var/folders/",
    "/var/tmp/",
    "/private/var/folders/",
    "/private/tmp/",
    "/private/var/tmp/",
    "/__w/",
    "/build/",
    "/builds/",
    "/project/",
    "/projects/",
    "/usr/",
    "/io/",
    "/work/",
    "/workspace/",
    "/workspaces/",
    "/github/",
    "/codebuild/",
    "/vercel/",
    "/app/",
    "/src/",
    "/source/",
    "/code/",
    "/repo/",
    "/root/",
    "/tmp/",
    "/drone/",
    "/bitrise/",
    "/zuul/",
    "/node_modules/",
    "/emsdk/",
    "/rustc/",
    "/nix/store/",
    "/a/",
    "/s/",
    "/agent/_work/",
    "/actions-runner/",
    "/virtual/",
];

/// People in examples and templates. In lower case, sorted.
const PLACEHOLDERS: &[&str] = &[
    "bar",
    "bob",
    "carol",
    "dave",
    "doe",
    "dummy",
    "eve",
    "example",
    "fake",
    "foo",
    "foobar",
    "hello",
    "jane",
    "janedoe",
    "joe",
    "joebloggs",
    "john",
    "john.doe",
    "johndoe",
    "jsmith",
    "login",
    "me",
    "my",
    "my-user",
    "my_user",
    "myname",
    "myusername",
    "name",
    "nombre",
    "none",
    "null",
    "other",
    "owner",
    "person",
    "placeholder",
    "redacted",
    "sample",
    "somebody",
    "someuser",
    "student",
    "temp",
    "tmp",
    "u",
    "undefined",
    "unknown",
    "usr",
    "utilisateur",
    "whoever",
    "xxx",
    "xxxx",
    "xyz",
    "you",
    "your",
    "your-name",
    "your-username",
    "your_name",
    "your_username",
    "youruser",
];

/// What a directory of homes is called, in lower case, and where it may stand: at the top, or on a
/// disk that is mounted there.
const HOMES: &[&str] = &["home", "users", "documents and settings"];
const MOUNTS: &[&str] = &[
    "data", "export", "exports", "media", "mnt", "net", "nfs", "private", "var", "volumes",
];
/// The longest login.
const LONGEST: usize = 64;

/// Whether build services and containers work there, or nobody's home is meant. `path` is in lower
/// case, absolute, with slashes and without a drive.
pub fn is_builders(path: &str) -> bool {
    BUILDERS.iter().any(|builder| path.starts_with(builder))
        || login_in(path).is_some_and(is_nobody)
}

/// The person into whose home directory an absolute path or `file:` URL leads: `/home/NAME`,
/// `/Users/NAME`, `C:\Users\NAME` and what is in them. `None` for any other path, and for the homes of
/// build services and of examples.
pub fn person_in(path: &str) -> Option<&str> {
    login_in(path).filter(|login| is_login(login) && !is_nobody(login))
}

/// The login of the home directory that a path leads into.
fn login_in(path: &str) -> Option<&str> {
    let path = path.strip_prefix("file://").unwrap_or(path);
    let path = path.strip_prefix(r"\\?\").unwrap_or(path);
    let bytes = path.trim_start_matches('/').as_bytes();
    let has_drive =
        bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.get(1) == Some(&b':');
    if !has_drive && !path.starts_with(is_separator) {
        return None;
    }
    let is_drive = |segment: &&str| segment.len() == 2 && segment.ends_with(':');
    let mut segments = path
        .split(is_separator)
        .filter(|segment| !segment.is_empty() && !is_drive(segment));
    let is_home = |segment: &str| HOMES.iter().any(|home| home.eq_ignore_ascii_case(segment));
    let is_mount = |segment: &str| {
        // A letter is a drive of Windows, seen from Linux.
        segment.len() == 1
            || MOUNTS
                .iter()
                .any(|mount| mount.eq_ignore_ascii_case(segment))
    };
    let mut above = 0;
    let home = segments.by_ref().find(|segment| {
        above += 1;
        is_home(segment) || !is_mount(segment) || above > 3
    });
    home.filter(|segment| is_home(segment))?;
    segments.next()
}

fn is_separator(character: char) -> bool {
    matches!(character, '/' | '\\')
}

/// Whether a directory's name can be a login at all, and not a variable or a pattern.
fn is_login(name: &str) -> bool {
    let fits = |character: char| character.is_alphanumeric() || "._-@+ '".contains(character);
    (2..=LONGEST).contains(&name.len())
        && name.starts_with(|first: char| first.is_alphanumeric() || first == '_')
        && name.contains(char::is_alphabetic)
        && name.chars().all(fits)
}

fn is_nobody(login: &str) -> bool {
    let numbered = login.trim_end_matches(|end: char| end.is_ascii_digit());
    [login, numbered]
        .iter()
        .any(|name| is_common_login(name) || PLACEHOLDERS.contains(&name.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_from_builders_and_examples() {
        for (path, person) in [
            ("/home/ann/project/a.rs", "ann"),
            ("/home/ann", "ann"),
            ("/home/john.smith/a", "john.smith"),
            ("/Users/ann.lee/x", "ann.lee"),
            ("C:\\Users\\Ann Lee\\x", "Ann Lee"),
            ("c:/users/ann/x", "ann"),
            ("C:\\Documents and Settings\\ann\\x", "ann"),
            ("\\\\?\\C:\\Users\\ann\\x", "ann"),
            ("file:///home/ann/x", "ann"),
            ("file:///C:/Users/ann/x", "ann"),
            ("/mnt/c/Users/ann/x", "ann"),
            ("/c/Users/ann/x", "ann"),
            ("/var/home/ann", "ann"),
            ("/export/home/ann/x", "ann"),
            ("/Volumes/Users/ann/x", "ann"),
            ("/home/ann@acme.com/x", "ann@acme.com"),
            ("/home/jörg/x", "jörg"),
        ] {
            assert_eq!(person_in(path), Some(person), "{path}");
        }
        for path in [
            "/home/runner/work/a",
            "/home/Runner",
            "/home/user/x",
            "/home/user1/x",
            "/Users/you/x",
            "C:\\Users\\Public\\x",
            "/home/conda/feedstock_root/x",
            "/home/$USER/x",
            "/home/<name>/x",
            "/home/{name}/x",
            "/home/%s/x",
            "/home/.../x",
            "/home/123/x",
            "/home/",
            "/home",
            "/usr/home/lib",
            "/opt/home/ann",
            "home/ann/x",
            "ann",
            "https://acme.example/home/ann",
            "C:",
            "",
        ] {
            assert_eq!(person_in(path), None, "{path}");
        }
    }

    #[test]
    fn the_table_of_placeholders_is_sorted() {
        assert!(PLACEHOLDERS.is_sorted());
    }

    #[test]
    fn builders_work_in_known_places() {
        for path in ["/__w/a", "/home/runner/a", "/users/you/a", "/rustc/0123/a"] {
            assert!(is_builders(path), "{path}");
        }
        for path in ["/home/ann/a", "/acme/a", "/builder", "/"] {
            assert!(!is_builders(path), "{path}");
        }
    }
}
