//! A package of some files, checked.

use std::fs;

use serde_json::Value;

use super::{command::packwarden, tarball::TarballBuilder};

/// The findings in an npm package with these files beside its manifest, as JSON tells them.
pub fn findings(files: &[(&str, &[u8])]) -> Vec<Value> {
    findings_with(files, &[])
}

/// The same, with these variables in the environment.
pub fn findings_with(files: &[(&str, &[u8])], variables: &[(&str, &str)]) -> Vec<Value> {
    let add =
        |tarball: TarballBuilder, (path, content): &(&str, &[u8])| tarball.file(path, content);
    let artifact = files.iter().fold(TarballBuilder::package(), add).gzip();
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("a.tgz"), artifact).unwrap();
    let program = packwarden(&["check", "--format", "json", "a.tgz"]).directory(directory.path());
    let set = |program: super::command::Packwarden, (name, value): &(&str, &str)| {
        program.variable(name, *value)
    };
    let document = variables.iter().fold(program, set).run().json();
    document["findings"].as_array().unwrap().clone()
}
