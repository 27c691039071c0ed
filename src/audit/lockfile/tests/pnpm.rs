//! What is read of pnpm's lock files, of every form.

use super::*;

#[test]
fn form_5_has_slashes() {
    let hash = sha512('A');
    let text = format!(
        "lockfileVersion: 5.4\n\nspecifiers:\n  a: ^1\n\ndependencies:\n  a: 1.0.0\n  member: link:../member\n\npackages:\n\n\
\x20 /a/1.0.0:\n    resolution: {{integrity: {hash}}}\n    engines: {{node: '>=6'}}\n    dev: false\n\n\
\x20 /@s/b/2.0.0_react@18.0.0+x@1.0.0:\n    resolution:\n      integrity: {hash}\n    dependencies:\n      a: 1.0.0\n    deprecated: |-\n      a: b\n      [\n\n\
\x20 /@s/b/2.0.0_react@17.0.0:\n    resolution: {{integrity: {hash}}}\n\n\
\x20 r.example/c/1.0.0:\n    resolution: {{integrity: {hash}}}\n\n\
\x20 github.com/x/git/0123:\n    resolution: {{tarball: https://codeload.example/x/git/tar.gz/0123}}\n    name: git\n    version: 1.0.0\n\n\
\x20 file:../local:\n    resolution: {{directory: ../local, type: directory}}\n    name: local\n    version: 1.0.0\n"
    );
    insta::assert_snapshot!(told("pnpm-lock.yaml", &text), @r"
    npm:a@1.0.0 sha512
    npm:@s/b@2.0.0 sha512
    npm:c@1.0.0 sha512
    - member is linked from a directory of this machine
    - git 1.0.0 is a tarball at an address that is not that of its release in a registry
    - local 1.0.0 is a directory of this machine, and not from a registry
    ");
}

#[test]
fn form_6_has_peers_in_parentheses() {
    let hash = sha512('A');
    let text = format!(
        "lockfileVersion: '6.0'\n\nimporters:\n\n  .:\n    dependencies:\n      m:\n        specifier: workspace:*\n        version: link:packages/m\n\n  packages/m: {{}}\n\npackages:\n\n\
\x20 /a@1.0.0(b@2.0.0):\n    resolution: {{integrity: {hash}}}\n\n\
\x20 /@s/b@2.0.0(@s/c@1.0.0)(d@1.0.0):\n    resolution: {{integrity: {hash}, tarball: https://r.example/odd.tgz}}\n\n\
\x20 '@r.example/web/-/web-7.0.0.tgz':\n    resolution: {{tarball: https://r.example/web/-/web-7.0.0.tgz}}\n    name: web\n    version: 7.0.0\n\n\
\x20 git.example/x/0123:\n    resolution: {{repo: https://git.example/x, commit: 0123, type: git}}\n    name: x\n    version: 1.0.0\n"
    );
    insta::assert_snapshot!(told("pnpm-lock.yaml", &text), @r"
    npm:a@1.0.0 sha512
    npm:@s/b@2.0.0 sha512
    npm:web@7.0.0
    - . is a directory of the project: check it where it lies
    - m is linked from a directory of this machine
    - packages/m is a directory of the project: check it where it lies
    - x 1.0.0 is from git, and not from a registry
    ");
}

#[test]
fn form_9_lists_what_is_installed_apart() {
    let hash = sha512('A');
    let text = format!(
        "---\nlockfileVersion: '9.0'\n\npackages:\n\n  pnpm@12.0.0:\n    resolution: {{integrity: {hash}}}\n---\nlockfileVersion: '9.0'\n\npackages:\n\n\
\x20 '@s/a@1.0.0':\n    resolution: {{integrity: {hash}}}\n\n\
\x20 git@https://codeload.example/x/tar.gz/0123:\n    resolution: {{gitHosted: true, tarball: https://codeload.example/x/tar.gz/0123}}\n    version: 1.0.0\n\n\
\x20 local@file:../local:\n    resolution: {{directory: ../local, type: directory}}\n\n\
\x20 node@runtime:24.0.0:\n    resolution:\n      type: variations\n      variants:\n        - resolution:\n            type: binary\n          targets:\n            - cpu: x64\n    version: 24.0.0\n\n\
snapshots:\n\n  '@s/a@1.0.0(b@1.0.0)': {{}}\n"
    );
    insta::assert_snapshot!(told("pnpm-lock.yaml", &text), @r"
    npm:pnpm@12.0.0 sha512
    npm:@s/a@1.0.0 sha512
    - git 1.0.0 is a tarball at an address that is not that of its release in a registry
    - local is a directory of this machine, and not from a registry
    - node 24.0.0 is made or fetched by the client itself, and not from a registry of packages
    ");
}

#[test]
fn what_is_not_understood_is_an_error_with_its_line() {
    for (text, expected) in [
        ("", "?: it is empty"),
        (
            "a: 1\n",
            "?: its lockfileVersion is ``; 5, 6 and 9 are known here",
        ),
        (
            "lockfileVersion: 10.0\n",
            "?: its lockfileVersion is `10.0`; 5, 6 and 9 are known here",
        ),
        (
            "lockfileVersion: '9.0'\npackages:\n  a@1.0.0:\n    engines: {}\n",
            "3: it has no `resolution`",
        ),
        (
            "lockfileVersion: '9.0'\npackages:\n  --a@1.0.0:\n    resolution: {}\n",
            "3: `--a` is no name of a package",
        ),
        (
            "lockfileVersion: '6.0'\npackages:\n  /../../x@1.0.0:\n    resolution: {}\n",
            "3: `../../x` is no name of a package",
        ),
        (
            "lockfileVersion: '9.0'\npackages:\n  a@x:\n    resolution: {}\n",
            "3: `x` is neither a version nor an address that is known here",
        ),
        (
            "lockfileVersion: '9.0'\npackages:\n  a:\n    resolution: {integrity: x\n",
            "4: it is not plain YAML",
        ),
        (
            "lockfileVersion: '9.0'\npackages: {a@1.0.0: {}}\n",
            "2: keys were expected, each in a line of its own",
        ),
        (
            "lockfileVersion: '5.4'\npackages:\n/a/1.0.0:\n  resolution: {}\n",
            "3: a package is not below `packages`",
        ),
        (
            "lockfileVersion: '9.0'\nmore:\n  a@1.0.0:\n    resolution: {}\n",
            "3: a package is not below `packages`",
        ),
        (
            "lockfileVersion: '9.0'\nsnapshots:\n  a@1.0.0: {}\n",
            "3: `a@1.0.0` is not among the `packages`",
        ),
    ] {
        assert_eq!(told("pnpm-lock.yaml", text), expected, "{text}");
    }
}
