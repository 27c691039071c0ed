//! Every rule on every project of `testdata/`: what fires where shows up in a review.

#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

mod support;

use std::{fmt::Write as _, fs, path::Path};

use support::command::packwarden;

#[test]
fn every_rule_on_every_project() {
    let projects = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/npm");
    let mut names: Vec<_> = fs::read_dir(&projects)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let mut told = String::new();
    for name in names {
        // The projects' own scripts write into their trees.
        let copy = tempfile::tempdir().unwrap();
        copy_tree(&projects.join(&name), copy.path());
        let ran = packwarden(&["check", "--no-config", "--format", "json"])
            .directory(copy.path())
            .run();
        let document = ran.json();
        let policy = &document["artifacts"][0]["policy"];
        let word = |value: &serde_json::Value| value.as_str().unwrap_or("?").to_owned();
        let profile = word(&policy["profile"]);
        let outcome = word(&document["outcome"]);
        let _ = writeln!(told, "{name}: {outcome}, profile {profile}");
        for gap in document["gaps"].as_array().unwrap() {
            let _ = writeln!(
                told,
                "  gap   {} {}",
                word(&gap["kind"]),
                word(&gap["path"])
            );
        }
        for finding in document["findings"].as_array().unwrap() {
            let [level, rule, path] = ["level", "rule", "path"].map(|key| word(&finding[key]));
            let _ = writeln!(told, "  {level:5} {rule}  {path}");
        }
    }
    insta::assert_snapshot!(told);
}

fn copy_tree(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&target).unwrap();
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
