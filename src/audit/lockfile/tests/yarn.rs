//! What is read of Yarn's lock files, old and new.

use super::*;

#[test]
fn yarn_1_has_blocks_of_what_was_asked_for() {
    let (hash, sha1) = (sha512('A'), hex('a', 40));
    let text = format!(
        "# yarn lockfile v1\n\n\n\"@s/a@^1.0.0\", \"@s/a@>=1 <2\":\n  version \"1.0.0\"\n  resolved \"https://r.example/@s/a/-/a-1.0.0.tgz#{sha1}\"\n  integrity {hash}\n  dependencies:\n    b \"^1\"\n  optionalDependencies:\n    c \"^1\"\n\n\
b@^1, b@^1.1:\n  version \"1.1.0\"\n  resolved b-1.1.0.tgz#{sha1}\n\n\
\"alias@npm:real@^1\":\n  version \"1.0.0\"\n  resolved \"https://r.example/real/-/real-1.0.0.tgz\"\n\n\
\"git@git+https://g.example/x#main\":\n  version \"1.0.0\"\n  resolved \"git+https://g.example/x#{sha1}\"\n\n\
\"local@file:../local\":\n  version \"1.0.0\"\n\n\
none@*:\n  version \"1.0.0\"\n"
    );
    insta::assert_snapshot!(told("yarn.lock", &text), @r"
    npm:@s/a@1.0.0 sha512 sha1
    npm:b@1.1.0 sha1
    npm:real@1.0.0
    npm:none@1.0.0
    - git 1.0.0 is from git, and not from a registry
    - local 1.0.0 is a file or directory of this machine, and not from a registry
    ");
}

#[test]
fn what_yarn_1_would_not_write_is_an_error_with_its_line() {
    for (text, expected) in [
        ("a@^1:\n", "1: `a` has no version"),
        ("a@^1\n", "1: `a@^1` is not as Yarn writes it"),
        (
            "\n<<<<<<< HEAD\n",
            "2: `<<<<<<< HEAD` is not as Yarn writes it",
        ),
        (
            "  version \"1.0.0\"\n",
            "1: `version \"1.0.0\"` is not as Yarn writes it",
        ),
        (
            "a@^1:\n   version \"1.0.0\"\n",
            "2: `version \"1.0.0\"` is not as Yarn writes it",
        ),
        (
            "a@^1:\n  version \"1.0.0\n",
            "2: `version \"1.0.0` is not as Yarn writes it",
        ),
        (
            "a@^1:\n  version \"1.0.0\"\n  version \"1.0.1\"\n",
            "3: `version \"1.0.1\"` is not as Yarn writes it",
        ),
        ("a@^1,b@^1:\n", "1: `a@^1,b@^1:` is not as Yarn writes it"),
        (
            "a@^1, b@^1:\n  version \"1.0.0\"\n",
            "1: one block is of two packages, `a` and `b`",
        ),
        (
            "--a@^1:\n  version \"1.0.0\"\n",
            "1: `--a` is no name of a package",
        ),
        (
            "\"../x@^1\":\n  version \"1.0.0\"\n",
            "1: `../x` is no name of a package",
        ),
    ] {
        assert_eq!(told("yarn.lock", text), expected, "{text}");
    }
}

#[test]
fn later_yarns_say_what_it_came_to() {
    let sum = hex('a', 128);
    let text = format!(
        "__metadata:\n  version: 8\n  cacheKey: 10c0\n\n\
\"@s/a@npm:^1.0.0, @s/a@npm:^1.1.0\":\n  version: 1.1.0\n  resolution: \"@s/a@npm:1.1.0\"\n  dependencies:\n    b: \"npm:^1\"\n  checksum: 10c0/{sum}\n  languageName: node\n  linkType: hard\n\n\
\"alias@npm:real@^1\":\n  version: 1.0.0\n  resolution: \"real@npm:1.0.0::__archiveUrl=https%3A%2F%2Fr.example\"\n\n\
? \"long@npm:1, long@npm:2\"\n:\n  version: 1.0.0\n  resolution: \"long@npm:1.0.0\"\n\n\
\"p@patch:p@npm%3A1.0.0#~builtin<compat/p>\":\n  version: 1.0.0\n  resolution: \"p@patch:p@npm%3A1.0.0#~builtin<compat/p>::version=1.0.0&hash=01\"\n\n\
\"web@https://r.example/web/-/web-7.0.0.tgz\":\n  version: 7.0.0\n  resolution: \"web@https://r.example/web/-/web-7.0.0.tgz\"\n\n\
\"git@https://g.example/x.git#main\":\n  version: 1.0.0\n  resolution: \"git@https://g.example/x.git#commit=0123\"\n\n\
\"root@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"root@workspace:.\"\n"
    );
    insta::assert_snapshot!(told("yarn.lock", &text), @r"
    npm:@s/a@1.1.0
    npm:long@1.0.0
    npm:web@7.0.0
    - real 1.0.0 is a tarball at an address that is not that of its release in a registry
    - p 1.0.0 is patched by the project; the release beneath the patch is an entry of its own
    - git 1.0.0 is a tarball at an address that is not that of its release in a registry
    - root 0.0.0-use.local is a member of the workspace: check it where it lies
    ");
    for (block, expected) in [
        ("a: {}\n", "2: it has no `resolution`"),
        ("a:\n  resolution: \"a\"\n", "2: `a` has no version"),
        (
            "a:\n  resolution: \"a@npm:^1\"\n",
            "2: `^1` is not exactly one version",
        ),
        (
            "a:\n  resolution: \"../x@npm:1.0.0\"\n",
            "2: `../x` is no name of a package",
        ),
    ] {
        assert_eq!(
            told("yarn.lock", &format!("__metadata:\n{block}")),
            expected
        );
    }
}
