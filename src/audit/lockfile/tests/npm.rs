//! What is read of npm's and bun's lock files.

use super::*;

#[test]
fn every_package_of_version_3_is_a_release_or_skipped() {
    let (one, other) = (sha512('A'), sha512('B'));
    let text = format!(
        r#"{{
  "name": "root", "version": "1.0.0", "lockfileVersion": 3, "requires": true,
  "packages": {{
    "": {{"name": "root", "version": "1.0.0", "dependencies": {{"a": "^1"}}}},
    "packages/member": {{"version": "2.0.0"}},
    "node_modules/member": {{"resolved": "packages/member", "link": true}},
    "node_modules/a": {{"version": "1.0.0", "resolved": "https://r.example/a/-/a-1.0.0.tgz", "integrity": "{one} {other}"}},
    "node_modules/b/node_modules/a": {{"version": "1.0.0", "dev": true, "integrity": "{one}"}},
    "node_modules/@s/b": {{"version": "1.0.0-rc.1", "optional": true}},
    "node_modules/alias": {{"name": "real", "version": "1.0.0", "resolved": "https://r.example/real/-/real-1.0.0.tgz"}},
    "node_modules/git": {{"version": "1.0.0", "resolved": "git+ssh://git@a.example/x/git.git#0123"}},
    "node_modules/file": {{"version": "1.0.0", "resolved": "file:../file.tgz", "integrity": "{one}"}},
    "node_modules/web": {{"version": "1.0.0", "resolved": "https://u:p@a.example/web.tgz"}},
    "node_modules/forged": {{"version": "1.0.0", "resolved": "https://r.example/other/-/other-1.0.0.tgz"}},
    "node_modules/a/node_modules/in": {{"version": "1.0.0", "inBundle": true}},
    "node_modules/own": {{"version": "1.0.0", "inBundle": true, "integrity": "{one}"}}
  }}
}}"#
    );
    insta::assert_snapshot!(told("package-lock.json", &text), @r"
    npm:a@1.0.0 sha512 sha512
    npm:@s/b@1.0.0-rc.1
    npm:real@1.0.0
    npm:own@1.0.0 sha512
    - root 1.0.0 is the project itself
    - packages/member 2.0.0 is a directory of the project: check it where it lies
    - member is linked from a directory of this machine
    - git 1.0.0 is from git, and not from a registry
    - file 1.0.0 is a file or directory of this machine, and not from a registry
    - web 1.0.0 is a tarball at an address that is not that of its release in a registry
    - forged 1.0.0 is a tarball at an address that is not that of its release in a registry
    - in 1.0.0 is bundled in another package, and read there
    ");
}

#[test]
fn version_1_nests_its_packages() {
    let text = r#"{"lockfileVersion": 1, "dependencies": {
    "a": {"version": "1.0.0", "resolved": "https://r.example/a/-/a-1.0.0.tgz", "dependencies": {
      "b": {"version": "2.0.0", "bundled": true, "resolved": false},
      "c": {"version": "2.0.0", "dependencies": {"d": {"version": "1.0.0"}}}
    }},
    "alias": {"version": "npm:@s/real@1.0.0"},
    "web": {"version": "https://r.example/web/-/web-3.0.0.tgz"},
    "git": {"version": "github:x/git#0123"},
    "local": {"version": "file:../local"}
  }}"#;
    insta::assert_snapshot!(told("npm-shrinkwrap.json", text), @r"
    npm:a@1.0.0
    npm:c@2.0.0
    npm:d@1.0.0
    npm:@s/real@1.0.0
    npm:web@3.0.0
    - b 2.0.0 is bundled in another package, and read there
    - git is from git, and not from a registry
    - local is a file or directory of this machine, and not from a registry
    ");
}

#[test]
fn version_2_says_the_same_twice() {
    let text = r#"{"lockfileVersion": 2, "packages": {"": {}, "node_modules/a": {"version": "1.0.0"}},
      "dependencies": {"a": {"version": "1.0.0"}, "b": {"version": "1.0.0"}}}"#;
    insta::assert_snapshot!(told("package-lock.json", text), @r"
    npm:a@1.0.0
    npm:b@1.0.0
    -  is the project itself
    ");
}

#[test]
fn what_is_not_understood_is_an_error_with_its_line() {
    for (text, expected) in [
        (
            r#"{"lockfileVersion": 4}"#,
            "1: its lockfileVersion is 4; 1, 2 and 3 are known here",
        ),
        (r#"{"lockfileVersion": 3}"#, "1: `packages` is missing"),
        (
            "{\"lockfileVersion\": 3, \"packages\": {\n\"node_modules/../../x\": {\"version\": \"1.0.0\"}}}",
            "2: `../../x` is no name of a package",
        ),
        (
            "{\"lockfileVersion\": 3, \"packages\": {\n\"node_modules/--flag\": {\"version\": \"1.0.0\"}}}",
            "2: `--flag` is no name of a package",
        ),
        (
            "{\"lockfileVersion\": 3, \"packages\": {\n\n\"node_modules/a\": {\"version\": \"^1\"}}}",
            "3: `^1` is not exactly one version",
        ),
        (
            "{\"lockfileVersion\": 3, \"packages\": {\"node_modules/a\": {}}}",
            "1: `a` has neither a version nor an address",
        ),
        (
            "{\"lockfileVersion\": 3, \"packages\": {\"node_modules/a\": {\"version\": \"1.0.0\", \"integrity\": \"sha512-A\"}}}",
            "1: `sha512-A` is no hash",
        ),
        (
            "{\"dependencies\": {\n\"a\": {\"version\": \"../../x\"}}}",
            "2: `../../x` is neither a version nor an address that is known here",
        ),
    ] {
        assert_eq!(told("package-lock.json", text), expected);
    }
    let twice = "{\"lockfileVersion\": 3, \"packages\": {\"node_modules/a\": {\"version\": \"1.0.0\"},\n\"node_modules/a\": {}}}";
    assert!(told("package-lock.json", twice).contains("is there twice"));
    let (open, close) = ("{\"version\":\"1.0.0\",\"dependencies\":{\"a\":", "}}");
    let deep = format!(
        "{{\"dependencies\":{{\"a\":{}{{}}{}}}}}",
        open.repeat(200),
        close.repeat(200)
    );
    assert!(told("package-lock.json", &deep).contains("nested too deeply"));
}

#[test]
fn bun_writes_lists_with_commas_that_end_nothing() {
    let hash = sha512('A');
    let text = format!(
        r#"{{
  "lockfileVersion": 1,
  "workspaces": {{
    "": {{ "name": "root", "dependencies": {{ "a": "^1", }}, }},
    "packages/member": {{ "name": "member", }},
  }},
  "packages": {{
    "a": ["a@1.0.0", "", {{ "dependencies": {{ "b": "^1", }} }}, "{hash}"],
    "a/alias": ["@s/real@2.0.0", "", {{}}, "{hash}"],
    "web": ["web@https://r.example/web/-/web-3.0.0.tgz", {{}}, "{hash}"],
    "git": ["git@github:x/git#0123", {{}}, "x-git-0123"],
    "member": ["member@workspace:packages/member"],
    "local": ["local@file:../local", {{}}],
  }}
}}"#
    );
    insta::assert_snapshot!(told("bun.lock", &text), @r"
    npm:a@1.0.0 sha512
    npm:@s/real@2.0.0 sha512
    npm:web@3.0.0 sha512
    - root is a directory of the project: check it where it lies
    - member is a directory of the project: check it where it lies
    - git is from git, and not from a registry
    - member is a member of the workspace: check it where it lies
    - local is a file or directory of this machine, and not from a registry
    ");
    for (entry, expected) in [
        ("[]", "2: it does not say what it is"),
        ("[\"a\"]", "2: `a` has no version"),
        ("[\"--a@1.0.0\"]", "2: `--a` is no name of a package"),
        (
            "[\"a@x\"]",
            "2: `x` is neither a version nor an address that is known here",
        ),
        (
            "[\"a@1.0.0\", \"\", {}, \"md5-x\"]",
            "2: `md5-x` is no hash that can be compared; sha1, sha256, sha512 can",
        ),
    ] {
        let text = format!("{{\"lockfileVersion\": 1, \"packages\": {{\n\"a\": {entry}}}}}");
        assert_eq!(told("bun.lock", &text), expected);
    }
}
