//! What cargo means when it fails, by its words (cargo 1.82 to 1.95).

use crate::{
    ecosystem::{Error, FetchError},
    model::{Spec, begin_of},
};

#[derive(Clone, Copy)]
enum Meaning {
    NoPackage,
    NoFile,
    Unresolved,
    Refused,
    Unreachable,
}

/// The first phrase that is in what cargo says counts; whatever has none of them is no usable answer.
const PHRASES: &[(&str, Meaning)] = &[
    ("could not be found in registry index", Meaning::NoPackage),
    ("got 401", Meaning::Refused),
    ("got 403", Meaning::Refused),
    ("no token found", Meaning::Refused),
    ("token rejected", Meaning::Refused),
    ("credential-provider to be configured", Meaning::Refused),
    ("failed to authenticate", Meaning::Refused),
    ("got 404", Meaning::NoFile),
    // The index has it, and so it was yanked, and asked for as a dependency of a project.
    ("could not find `", Meaning::Unresolved),
    // curl's numbers: names, connections, timeouts, TLS (<https://curl.se/libcurl/c/libcurl-errors.html>).
    ("[5] ", Meaning::Unreachable),
    ("[6] ", Meaning::Unreachable),
    ("[7] ", Meaning::Unreachable),
    ("[28] ", Meaning::Unreachable),
    ("[35] ", Meaning::Unreachable),
    ("[52] ", Meaning::Unreachable),
    ("[55] ", Meaning::Unreachable),
    ("[56] ", Meaning::Unreachable),
    ("[58] ", Meaning::Unreachable),
    ("[60] ", Meaning::Unreachable),
    ("[77] ", Meaning::Unreachable),
    ("[97] ", Meaning::Unreachable),
    // An index that is a git repository.
    ("network failure", Meaning::Unreachable),
    ("failed to resolve address", Meaning::Unreachable),
    ("failed to connect", Meaning::Unreachable),
];

const UNRESOLVED: &str = "cargo fetches a yanked version only where all that it depends on can be resolved, and here \
    something can't any more";

/// As much is shown of what cargo says, in characters.
const SHOWN: usize = 400;

/// What a failure of cargo's means to somebody who wants this package.
pub(super) fn meaning(spec: &Spec, registry: String, is_offline: bool, error: Error) -> FetchError {
    let spec = spec.clone();
    let (output, said) = match error {
        Error::ClientFailed { output, .. } => {
            let said = told(&output);
            (output, said)
        }
        Error::ClientTooSlow { limit, .. } => {
            let said = format!("cargo did not end within {} minutes", limit.as_secs() / 60);
            return FetchError::Unreachable {
                spec,
                registry,
                said,
            };
        }
        other => return other.into(),
    };
    let meaning = PHRASES.iter().find(|(phrase, _)| output.contains(phrase));
    match meaning.map(|(_, meaning)| *meaning) {
        Some(Meaning::NoPackage) if is_offline => FetchError::Unreachable {
            spec,
            registry,
            said: "cargo is configured to be offline".to_owned(),
        },
        Some(Meaning::NoPackage) => FetchError::NoPackage { spec, registry },
        Some(Meaning::NoFile) => FetchError::NoFile { spec, registry },
        Some(Meaning::Unresolved) => FetchError::Unusable {
            spec,
            registry,
            said: UNRESOLVED.to_owned(),
        },
        Some(Meaning::Refused) => FetchError::Refused {
            spec,
            registry,
            said,
        },
        Some(Meaning::Unreachable) => FetchError::Unreachable {
            spec,
            registry,
            said,
        },
        None => FetchError::Unusable {
            spec,
            registry,
            said,
        },
    }
}

/// The error in what cargo has printed, on one line. What a server has sent is not of interest.
fn told(output: &str) -> String {
    let error = output
        .split_once("error: ")
        .map_or(output, |(_, error)| error);
    let lines = error.lines().map(str::trim);
    let lines = lines.take_while(|line| *line != "body:" && !line.starts_with("see http"));
    let lines: Vec<_> = lines
        .filter(|line| !line.is_empty() && *line != "Caused by:")
        .collect();
    begin_of(&lines.join(": "), SHOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(output: &str, is_offline: bool) -> String {
        let failed = Error::ClientFailed {
            command: "cargo add".to_owned(),
            path: "/".to_owned(),
            status: "101".to_owned(),
            output: output.to_owned(),
        };
        let spec = "crates:a@1.0.0".parse().unwrap();
        meaning(&spec, "local".to_owned(), is_offline, failed).to_string()
    }

    #[test]
    fn cargos_words_have_a_meaning() {
        let absent = "\n  error: the crate `a` could not be found in registry index.";
        assert_eq!(
            meant(absent, false),
            "local has no package crates:a@1.0.0, or does not show it to you"
        );
        assert_eq!(
            meant(absent, true),
            "local can't be reached for crates:a@1.0.0: cargo is configured to be offline"
        );
        let broken = "\n      Updating `local` index\n  error: download of config.json failed\n  \
            Caused by:\n    failed to get successful HTTP response from `http://h/config.json` (h), got 500\n    \
            body:\n    <html>oops</html>";
        assert_eq!(
            meant(broken, false),
            "local gives no usable answer for crates:a@1.0.0: download of config.json failed: failed to get \
             successful HTTP response from `http://h/config.json` (h), got 500"
        );
        let slow = "\n  error: failed to download from `http://h/`\n  Caused by:\n    [28] Timeout was reached";
        assert_eq!(
            meant(slow, false),
            "local can't be reached for crates:a@1.0.0: failed to download from `http://h/`: [28] Timeout was \
             reached"
        );
    }
}
