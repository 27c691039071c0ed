//! What is read of `Cargo.lock`.

use super::*;

const REGISTRY: &str = "registry+https://r.example/index";

#[test]
fn checksums_are_beside_the_package_or_in_the_metadata() {
    let sum = hex('a', 64);
    let old = format!(
        "[root]\nname = \"root\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"{REGISTRY}\"\n\n\
[metadata]\n\"checksum a 1.0.0 ({REGISTRY})\" = \"{sum}\"\n\"checksum b 1.0.0 (x)\" = \"<none>\"\n"
    );
    insta::assert_snapshot!(told("Cargo.lock", &old), @r"
    crates:a@1.0.0 sha256
    - root 0.1.0 is a directory of this machine: check it where it lies
    ");
    let new = format!(
        "version = 4\n\n[[package]]\nname = \"root\"\nversion = \"0.1.0\"\ndependencies = [\n \"a 1.0.0\",\n]\n\n\
[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"{REGISTRY}\"\nchecksum = \"{sum}\"\n\n\
[[package]]\nname = \"a\"\nversion = \"2.0.0+x\"\nsource = \"sparse+https://r.example/\"\n\n\
[[package]]\nname = \"g\"\nversion = \"1.0.0\"\nsource = \"git+https://g.example/g#0123\"\n\n\
[[patch.unused]]\nname = \"p\"\nversion = \"1.0.0\"\n"
    );
    insta::assert_snapshot!(told("Cargo.lock", &new), @r"
    crates:a@1.0.0 sha256
    - root 0.1.0 is a directory of this machine: check it where it lies
    - a 2.0.0+x has no checksum: whether your registry's is the same can't be told
    - g 1.0.0 is from git, and not from a registry
    - p 1.0.0 is a patch that is not used
    ");
}

#[test]
fn what_is_not_understood_is_an_error_with_its_line() {
    for (text, expected) in [
        (
            "version = 5\n",
            "?: its version is 5; 1 to 4 are known here",
        ),
        (
            "\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"hg+x\"\n",
            "2: `a` is from `hg+x`, which is not known here",
        ),
        (
            "[[package]]\nname = \"../../x\"\nversion = \"1.0.0\"\nsource = \"sparse+x\"\n",
            "1: `../../x` is no name of a package",
        ),
        (
            "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"sparse+x\"\nchecksum = \"x\"\n",
            "1: `sha256:x` is no hash",
        ),
    ] {
        assert_eq!(told("Cargo.lock", text), expected, "{text}");
    }
    assert!(
        told("Cargo.lock", "version = 4\n[[package]]\nname = 1\n").starts_with("3: it is not read")
    );
}
