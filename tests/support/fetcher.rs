//! What is fetched in an environment that holds nothing of the machine's: the test's own program, started
//! again for one package.

use std::{env, fs, path::Path};

use packwarden::{
    ecosystem::{FetchError, registry},
    model::{Spec, without_secrets_in_urls},
};

use crate::support::command::{Packwarden, scrubbed};

const SPEC: &str = "PACKWARDEN_TEST_SPEC";
const BEFORE: &str = "> ";

/// A run that fetches this package. The test's program needs a test `fetcher` that calls [`fetch`].
pub(crate) fn fetcher(spec: &str) -> Packwarden {
    let program = env::current_exe().unwrap();
    scrubbed(program.to_str().unwrap())
        .arguments(&["--ignored", "--exact", "fetcher", "--nocapture"])
        .variable(SPEC, spec)
}

/// What a run has to say: of each file, or the error.
pub(crate) fn said(run: Packwarden) -> String {
    let ran = run.run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let lines = ran.stdout.lines();
    // The test runner has begun the first line.
    let lines: Vec<_> = lines
        .filter_map(|line| Some(line.split_once(BEFORE)?.1))
        .collect();
    lines.join("\n")
}

/// Fetches as the environment says.
#[expect(
    clippy::print_stdout,
    reason = "the test that has started this reads it"
)]
pub(crate) fn fetch() {
    let spec: Spec = env::var(SPEC).unwrap().parse().unwrap();
    let said = match told(&spec) {
        Ok(said) => said,
        Err(error) => error.to_string(),
    };
    assert_eq!(without_secrets_in_urls(&said), said, "a secret is told");
    for line in said.lines() {
        println!("{BEFORE}{line}");
    }
}

fn told(spec: &Spec) -> Result<String, FetchError> {
    let registry = registry(spec.ecosystem, Path::new("."))?;
    let release = registry.release(spec)?;
    let versions = registry.versions(&spec.name)?.join(" ");
    let mut said = format!("{} {} of {versions}", release.name, release.version);
    if let Some(why) = &release.withdrawn {
        said += &format!(", withdrawn: {why}");
    }
    for text in &release.beside {
        said += &format!("\nbeside {}: {}", text.name, text.text);
    }
    let place = tempfile::tempdir().unwrap();
    for file in &release.files {
        let fetched = registry.fetch(&release, file, place.path())?;
        assert_eq!(fetched, place.path().join(&file.name));
        let content = fs::read(&fetched).unwrap();
        let is_right = file.integrity.map(|promised| {
            let found = promised.of_same(&content[..]).unwrap();
            found == promised
        });
        let hash = match is_right {
            Some(true) => "as promised",
            Some(false) => "not as promised",
            None => "promised nothing",
        };
        said += &format!("\n{} of {} bytes, {hash}", file.name, content.len());
    }
    Ok(said)
}
